/*
 * record_call.c: calls while recording. Looked-inside functions become frames;
 * residual calls are executed and recorded by what their effects say; calls of
 * the portal are inlined up to a limit, else they become call_assembler.
 */
#include "toolkit/meta/recorder_int.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/options.h"
#include "toolkit/meta/calls.h"
#include "toolkit/meta/location.h"

/* Operands of a call: the three lists, decoded. */
struct call {
    uint32_t n[TW_NBANKS];
    const uint16_t *reg[TW_NBANKS];
    const uint16_t *end;
};

static struct call lists(const uint16_t *u)
{
    struct call c;

    for (int b = 0; b < TW_NBANKS; b++) {
        c.n[b] = u[0];
        c.reg[b] = u + 1;
        u += 1 + u[0];
    }
    c.end = u;
    return c;
}

static int bank_of(char type)
{
    return type == 'i' ? TW_BANK_I : type == 'r' ? TW_BANK_R : TW_BANK_F;
}

/* The arguments in the order of kinds; kinds: "irf…". */
static void gather(struct recorder *r, const struct call *c, const char *kinds,
                   uint32_t n, struct tw_box *out)
{
    uint32_t k[TW_NBANKS] = {0};

    for (uint32_t j = 0; j < n; j++) {
        int b = bank_of(kinds[j]);

        out[j] = r->top->bank[b][c->reg[b][k[b]++]];
    }
}

static void push_callee(struct recorder *r, const struct tw_jitcode *code,
                        uint32_t pc, const char *kinds, uint32_t n,
                        const struct tw_box *args)
{
    struct rframe *f = rec_push(r, code, pc);
    uint32_t k[TW_NBANKS] = {0};

    f->ops_at_entry = r->trace->nops;
    for (uint32_t j = 0; j < n; j++) {
        int b = bank_of(kinds[j]);

        f->bank[b][k[b]++] = args[j];
    }
}

static void put_result(struct rframe *f, struct tw_box v)
{
    if (f->res_bank >= 0)
        f->bank[f->res_bank][f->res_reg] = v;
    f->res_bank = -1;
    f->snap = -1;
}

/* ------------------------------------------------------------ residual calls */

static void run_native(const struct tw_calldescr *d, void *fn,
                       const struct tw_box *args, union tw_value *res)
{
    union tw_value v[64];

    for (unsigned k = 0; k < d->nargs; k++)
        v[k] = args[k].val;
    res->i = 0;
    d->stub(fn, v, res);
}

static unsigned by_result(char result, unsigned i, unsigned p, unsigned f,
                          unsigned v)
{
    return result == 'i' ? i : result == 'r' ? p : result == 'f' ? f : v;
}

/* Executes the call and records it; *res is its box. On a call that may force,
 * the guard_not_forced is the caller's to make (it needs the result in place):
 * it is asked for by need_not_forced. */
struct residual {
    int need_not_forced;
};

static enum rstatus residual(struct recorder *r, const struct tw_calldescr *d,
                             struct tw_box fn, const struct tw_box *args,
                             struct tw_box *res, struct residual *x)
{
    const struct tw_effect *e = d->effect;
    uint32_t flags = e ? e->flags : TW_E_ANYTHING | TW_E_CAN_FORCE;
    tw_vref v[65];
    unsigned n = 0;
    int all_const = rec_is_const(r, fn);

    x->need_not_forced = 0;
    res->ref = TW_NOVALUE;
    for (unsigned k = 0; k < d->nargs; k++)
        all_const &= rec_is_const(r, args[k]);
    if ((flags & TW_E_NOT_IN_TRACE) || ((flags & TW_E_ELIDABLE) && all_const)) {
        run_native(d, fn.val.r, args, &res->val);
        return R_GO;
    }
    v[n++] = rec_ref(r, fn, 'r');
    for (unsigned k = 0; k < d->nargs; k++) {
        v[n++] = rec_ref(r, args[k], d->args[k]);
        if (!(flags & TW_E_ELIDABLE))
            heapcache_escape(r->hc, args[k].ref);
    }
    if (flags & TW_E_ELIDABLE) {
        run_native(d, fn.val.r, args, &res->val);
        res->ref =
            rec_emit(r,
                     by_result(d->result, TW_OP_call_pure_i, TW_OP_call_pure_r,
                               TW_OP_call_pure_f, TW_OP_call_v),
                     d, v, n);
        return R_GO;
    }
    if (flags & TW_E_LOOPINVARIANT) {
        run_native(d, fn.val.r, args, &res->val);
        res->ref = rec_emit(r,
                            by_result(d->result, TW_OP_call_loopinvariant_i,
                                      TW_OP_call_loopinvariant_r,
                                      TW_OP_call_loopinvariant_f, TW_OP_call_v),
                            d, v, n);
        return R_GO;
    }
    if (flags & (TW_E_CAN_FORCE | TW_E_ANYTHING)) {
        rec_before_forcing_call(r);
        run_native(d, fn.val.r, args, &res->val);
        res->ref = rec_emit(
            r,
            by_result(d->result, TW_OP_call_may_force_i, TW_OP_call_may_force_r,
                      TW_OP_call_may_force_f, TW_OP_call_may_force_v),
            d, v, n);
        x->need_not_forced = 1;
    } else {
        run_native(d, fn.val.r, args, &res->val);
        res->ref = rec_emit(r,
                            by_result(d->result, TW_OP_call_i, TW_OP_call_r,
                                      TW_OP_call_f, TW_OP_call_v),
                            d, v, n);
    }
    heapcache_call(r->hc, e);
    if (flags & (TW_E_CAN_INVALIDATE | TW_E_ANYTHING))
        r->need_not_invalidated = 1;
    return R_GO;
}

/* After a forcing call, with its result stored and pc at the `live` behind. */
static enum rstatus after_forcing(struct recorder *r)
{
    int forced = rec_after_forcing_call(r);

    rec_guard(r, TW_OP_guard_not_forced, NULL, NULL, 0, r->top->pc);
    if (forced) {
        r->abort_reason = TW_ABORT_ESCAPE;
        return R_ABORT;
    }
    return R_GO;
}

/* A call made by the top frame whose operands end at `end` (the result register
 * included) and whose result, if any, goes to the register before `end`. */
static enum rstatus call_residual(struct recorder *r,
                                  const struct tw_calldescr *d,
                                  struct tw_box fn, const struct tw_box *args,
                                  int res_bank, uint32_t res_reg,
                                  uint32_t next_pc)
{
    struct rframe *f = r->top;
    struct residual x;
    struct tw_box res;
    enum rstatus s = residual(r, d, fn, args, &res, &x);

    if (s != R_GO)
        return s;
    if (res_bank >= 0)
        f->bank[res_bank][res_reg] = res;
    f->pc = next_pc;
    return x.need_not_forced ? after_forcing(r) : R_GO;
}

/* ------------------------------------------------------- looked-inside calls */

static uint32_t inlined_activations(struct recorder *r,
                                    const struct tw_jitcode *code)
{
    uint32_t n = 0;

    for (struct rframe *f = r->top; f; f = f->caller)
        n += f->code == code;
    return n;
}

/* Ordinary recursion of the interpreter's own functions is followed so deep. */
enum { MAX_INLINE_RECURSION = 8, MAX_FRAMES = 200 };

static enum rstatus enter(struct recorder *r, const struct tw_jitcode *code,
                          const struct tw_box *args, int res_bank,
                          uint32_t res_reg, uint32_t next_pc)
{
    struct rframe *f = r->top;
    const struct tw_calldescr *d = code->calldescr;

    if (!(code->flags & TW_J_LOOKED_INSIDE) ||
        inlined_activations(r, code) >= MAX_INLINE_RECURSION)
        return call_residual(r, d, rec_const_r(code->native), args, res_bank,
                             res_reg, next_pc);
    f->res_bank = res_bank;
    f->res_reg = res_reg;
    f->pc = next_pc;
    f->snap = -1;
    if (code->look_inside_iff) {
        const struct tw_jitcode *pred = code->look_inside_iff;

        push_callee(r, pred, 0, pred->calldescr->args, d->nargs, args);
        r->top->iff_target = code;
        r->top->iff_nargs = d->nargs;
        r->top->iff_args = rec_alloc_boxes(r, d->nargs + 1u);
        memcpy(r->top->iff_args, args, d->nargs * sizeof *args);
        return R_GO;
    }
    push_callee(r, code, 0, d->args, d->nargs, args);
    return R_GO;
}

/* A look_inside_iff predicate has answered. */
static enum rstatus after_predicate(struct recorder *r, struct tw_box answer)
{
    const struct tw_jitcode *code = r->top->iff_target;
    const struct tw_calldescr *d = code->calldescr;
    struct tw_box args[64];
    struct rframe *f;

    memcpy(args, r->top->iff_args, d->nargs * sizeof *args);
    rec_pop(r);
    f = r->top;
    if (answer.val.i != 0) {
        push_callee(r, code, 0, d->args, d->nargs, args);
        return R_GO;
    }
    {
        int b = f->res_bank;

        f->res_bank = -1;
        return call_residual(r, d, rec_const_r(code->native), args, b,
                             f->res_reg, f->pc);
    }
}

/* ----------------------------------------------------------- portal recursion */

/* Greens and reds by kind → in the driver's order. */
static void portal_args(struct recorder *r, const struct tw_jitdriver *d,
                        const uint16_t *u, struct tw_box *greens,
                        struct tw_box *reds, const uint16_t **end)
{
    struct call g = lists(u);
    struct call s = lists(g.end);

    gather(r, &g, d->green_kinds, d->ngreens, greens);
    gather(r, &s, d->red_kinds, d->nreds, reds);
    *end = s.end;
}

/* Do both stand in the same interpreted function, wherever? It is the pointers among the greens
 * that say so; numbers are positions in it. */
static int same_function(const struct tw_jitdriver *d, const union tw_value *a,
                         const union tw_value *b)
{
    int pointers = 0;

    for (int k = 0; k < d->ngreens; k++)
        if (d->green_kinds[k] == 'r') {
            pointers = 1;
            if (a[k].r != b[k].r)
                return 0;
        }
    return pointers || !memcmp(a, b, d->ngreens * sizeof *a);
}

static int64_t portal_activations(struct recorder *r,
                                  const struct tw_jitdriver *d,
                                  const union tw_value *greens)
{
    int64_t n = 0;

    for (struct rframe *f = r->top; f; f = f->caller)
        n += f->is_portal && f->has_greens && f->driver == d &&
             same_function(d, f->greens, greens);
    return n;
}

/* How many activations of a recursive function one trace may have. A recursive generator is not
 * inlined into itself: each is left and entered in several places, and each combination of the
 * places would become a bridge. */
static int64_t most_activations(const struct tw_jitdriver *d,
                                const union tw_value *greens)
{
    int64_t most = tw_options.max_unroll_recursion;

    if (most > 1 && d->driver->should_unroll_one_iteration &&
        d->driver->should_unroll_one_iteration(greens))
        return 1;
    return most;
}

/* The portal called as machine code or natively. */
enum rstatus rec_portal_call(struct recorder *r, const struct tw_jitdriver *d,
                             const struct tw_box *greens,
                             const struct tw_box *reds, struct tw_box *res)
{
    union tw_value v[TW_MAX_MERGE_ARGS];
    struct tw_loop *loop = NULL;
    struct tw_box args[TW_MAX_MERGE_ARGS];
    int all_const = 1;

    for (int k = 0; k < d->ngreens; k++) {
        v[k] = greens[k].val;
        all_const &= rec_is_const(r, greens[k]);
        args[k] = greens[k];
    }
    for (int k = 0; k < d->nreds; k++)
        args[d->ngreens + k] = reds[k];
    if (all_const)
        loop = tw_warm_assembler_loop(d, v);
    if (!loop) {
        struct residual x;

        (void)residual(r, d->portal->calldescr, rec_const_r(d->portal->native),
                       args, res, &x);
        return R_GO;
    }
    {
        tw_vref a[TW_MAX_MERGE_ARGS];

        for (int k = 0; k < d->nreds; k++) {
            a[k] = rec_ref(r, reds[k], d->red_kinds[k]);
            v[d->ngreens + k] = reds[k].val;
            heapcache_escape(r->hc, reds[k].ref);
        }
        rec_before_forcing_call(r);
        res->val.i = 0;
        d->portal_stub(v, &res->val);
        res->ref = rec_emit(
            r,
            by_result(d->result, TW_OP_call_assembler_i, TW_OP_call_assembler_r,
                      TW_OP_call_assembler_f, TW_OP_call_assembler_v),
            loop, a, d->nreds);
        heapcache_call(r->hc, NULL);
        r->need_not_invalidated = 1;
    }
    return R_GO;
}

static enum rstatus recursive_call(struct recorder *r, unsigned op,
                                   const uint16_t *u)
{
    const struct tw_jitdriver *d = r->program->drivers[u[0]];
    struct tw_box greens[TW_MAX_MERGE_ARGS], reds[TW_MAX_MERGE_ARGS], res;
    union tw_value v[TW_MAX_MERGE_ARGS];
    const uint16_t *end;
    struct rframe *f = r->top;
    int void_result = op == TW_JOP_recursive_call_v;
    int res_bank = void_result ? -1 : bank_of(d->result);
    uint32_t res_reg, next_pc;
    int inline_it = tw_options.inlining != 0;

    portal_args(r, d, u + 1, greens, reds, &end);
    res_reg = void_result ? 0 : end[0];
    next_pc = (uint32_t)(end - f->code->code) + !void_result;
    for (int k = 0; k < d->ngreens; k++) {
        rec_promote(r, &greens[k], d->green_kinds[k]);
        v[k] = greens[k].val;
    }
    if (inline_it && portal_activations(r, d, v) >= most_activations(d, v)) {
        tw_warm_dont_trace_here(d, v);
        inline_it = 0;
    }
    if (inline_it && tw_warm_can_inline(d, v)) {
        struct tw_box args[TW_MAX_MERGE_ARGS];
        char kinds[TW_MAX_MERGE_ARGS];
        tw_vref a[2];

        memcpy(args, greens, d->ngreens * sizeof *args);
        memcpy(args + d->ngreens, reds, d->nreds * sizeof *args);
        memcpy(kinds, d->green_kinds, d->ngreens);
        memcpy(kinds + d->ngreens, d->red_kinds, d->nreds);
        f->res_bank = res_bank;
        f->res_reg = res_reg;
        f->pc = next_pc;
        f->snap = -1;
        a[0] = tw_trace_const_i(r->trace, d->index);
        a[1] = tw_trace_const_i(r->trace, tw_location_id(d, v));
        rec_emit(r, TW_OP_enter_portal_frame, NULL, a, 2);
        push_callee(r, d->portal, d->merge_pc, kinds,
                    (uint32_t)d->ngreens + d->nreds, args);
        r->top->is_portal = 1;
        r->top->has_greens = 1;
        r->top->driver = d;
        memcpy(r->top->greens, v, d->ngreens * sizeof *v);
        r->portal_depth++;
        return R_GO;
    }
    rec_portal_call(r, d, greens, reds, &res);
    if (res_bank >= 0)
        f->bank[res_bank][res_reg] = res;
    f->pc = next_pc;
    return after_forcing(r);
}

/* ------------------------------------------------------------------ returning */

enum rstatus rec_return(struct recorder *r, int bank, struct tw_box v)
{
    struct rframe *f = r->top;

    if (f->iff_target)
        return after_predicate(r, v);
    if (f->caller) {
        if (f->is_portal) {
            tw_vref a =
                tw_trace_const_i(r->trace, f->driver ? f->driver->index : 0);

            rec_emit(r, TW_OP_leave_portal_frame, NULL, &a, 1);
            r->portal_depth--;
        }
        rec_pop(r);
        put_result(r->top, v);
        return R_GO;
    }
    {
        tw_vref a;

        rec_vable_store_back(r);
        if (bank >= 0)
            a = rec_ref(r, v, rec_bank_type(bank));
        rec_emit(r, TW_OP_finish, NULL, &a, bank >= 0 ? 1 : 0);
        r->out->kind = TW_RECORD_FINISH;
        r->out->state = TW_ENTER_DONE;
        r->out->res = v.val;
        return R_DONE;
    }
}

/* -------------------------------------------------------------- the operations */

static int result_bank(unsigned op, unsigned first)
{
    /* …_i, …_r, …_f, …_v follow one another in jitcode_ops.def. */
    int k = (int)(op - first);

    return k < TW_NBANKS ? k : -1;
}

static enum rstatus direct_or_indirect(struct recorder *r, unsigned op,
                                       const uint16_t *u, int indirect)
{
    struct rframe *f = r->top;
    struct tw_box *fn = &f->bank[TW_BANK_R][u[0]];
    const struct tw_calldescr *d =
        (const void *)r->program->descrs[rec_u32(u + 1)];
    struct call c = lists(u + 3);
    int bank = result_bank(op, indirect ? TW_JOP_indirect_call_i
                                        : TW_JOP_residual_call_i);
    uint32_t next = (uint32_t)(c.end - f->code->code) + (bank >= 0);
    struct tw_box args[64];
    const struct tw_jitcode *code = NULL;

    gather(r, &c, d->args, d->nargs, args);
    if (indirect) {
        code = tw_jitcode_of(r->program, fn->val.r);
        if (code && !rec_is_const(r, *fn) && (code->flags & TW_J_LOOKED_INSIDE))
            rec_promote(r, fn, 'r');
        if (code && rec_is_const(r, *fn) &&
            strcmp(code->calldescr->args, d->args) == 0)
            return enter(r, code, args, bank, bank >= 0 ? c.end[0] : 0, next);
    }
    return call_residual(r, d, *fn, args, bank, bank >= 0 ? c.end[0] : 0, next);
}

static enum rstatus inline_call(struct recorder *r, unsigned op,
                                const uint16_t *u)
{
    const struct tw_jitcode *code = r->program->jitcodes[rec_u32(u)];
    struct call c = lists(u + 2);
    int bank = result_bank(op, TW_JOP_inline_call_i);
    uint32_t next = (uint32_t)(c.end - r->top->code->code) + (bank >= 0);
    struct tw_box args[64];

    gather(r, &c, code->calldescr->args, code->calldescr->nargs, args);
    return enter(r, code, args, bank, bank >= 0 ? c.end[0] : 0, next);
}

static enum rstatus cond_call(struct recorder *r, unsigned op,
                              const uint16_t *u)
{
    struct rframe *f = r->top;
    int value_bank = op == TW_JOP_cond_call           ? -1
                     : op == TW_JOP_cond_call_value_i ? TW_BANK_I
                                                      : TW_BANK_R;
    int cond_bank = value_bank < 0 ? TW_BANK_I : value_bank;
    struct tw_box cond = f->bank[cond_bank][u[0]];
    struct tw_box fn = f->bank[TW_BANK_R][u[1]];
    const struct tw_calldescr *d =
        (const void *)r->program->descrs[rec_u32(u + 2)];
    struct call c = lists(u + 4);
    uint32_t next = (uint32_t)(c.end - f->code->code) + (value_bank >= 0);
    struct tw_box args[64], res = cond;
    uint32_t flags = d->effect ? d->effect->flags : TW_E_ANYTHING;
    int nonzero = cond_bank == TW_BANK_I ? cond.val.i != 0 : cond.val.r != NULL;
    int called = value_bank < 0 ? nonzero : !nonzero;
    tw_vref v[66];
    unsigned n = 0;

    gather(r, &c, d->args, d->nargs, args);
    if (rec_is_const(r, cond) || (flags & (TW_E_CAN_FORCE | TW_E_ANYTHING))) {
        /* Known, or a call that needs a guard behind it: take the branch. */
        if (!rec_is_const(r, cond)) {
            tw_vref t = cond.ref;

            if (cond_bank == TW_BANK_R)
                t = rec_emit(r, TW_OP_ptr_nonnull, NULL, &cond.ref, 1);
            rec_guard(r, nonzero ? TW_OP_guard_true : TW_OP_guard_false, NULL,
                      &t, 1, f->live_pc);
        }
        if (called)
            return call_residual(r, d, fn, args, value_bank,
                                 value_bank >= 0 ? c.end[0] : 0, next);
    } else {
        v[n++] = cond.ref;
        v[n++] = rec_ref(r, fn, 'r');
        for (unsigned k = 0; k < d->nargs; k++) {
            v[n++] = rec_ref(r, args[k], d->args[k]);
            heapcache_escape(r->hc, args[k].ref);
        }
        if (called)
            run_native(d, fn.val.r, args, &res.val);
        res.ref = rec_emit(r,
                           value_bank < 0            ? TW_OP_cond_call
                           : value_bank == TW_BANK_I ? TW_OP_cond_call_value_i
                                                     : TW_OP_cond_call_value_r,
                           d, v, n);
        if (!(flags & TW_E_ELIDABLE))
            heapcache_call(r->hc, d->effect);
    }
    if (value_bank >= 0)
        f->bank[value_bank][c.end[0]] = res;
    f->pc = next;
    return R_GO;
}

enum rstatus rec_call_op(struct recorder *r, unsigned op)
{
    const uint16_t *u = r->top->code->code + r->top->pc + 1;

    if (op >= TW_JOP_inline_call_i && op <= TW_JOP_inline_call_v)
        return inline_call(r, op, u);
    if (op >= TW_JOP_residual_call_i && op <= TW_JOP_residual_call_v)
        return direct_or_indirect(r, op, u, 0);
    if (op >= TW_JOP_indirect_call_i && op <= TW_JOP_indirect_call_v)
        return direct_or_indirect(r, op, u, 1);
    if (op >= TW_JOP_recursive_call_i && op <= TW_JOP_recursive_call_v)
        return recursive_call(r, op, u);
    return cond_call(r, op, u);
}

enum rstatus rec_residual(struct recorder *r, const struct tw_calldescr *d,
                          struct tw_box fn, const struct tw_box *args,
                          struct tw_box *res)
{
    struct residual x;
    enum rstatus s = residual(r, d, fn, args, res, &x);

    return s == R_GO && x.need_not_forced ? R_DONE : s;
}

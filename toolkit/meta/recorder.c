/*
 * recorder.c: the tracer. Interprets the jitcode of the author's interpreter,
 * executes every operation for real and appends to a trace what is not already
 * known. In: a merge point's greens and reds, or a failed guard. Out: a
 * struct tw_record_result for meta/compile.c.
 *
 * The state at every guard can be resumed by the blackhole, so giving up is
 * always safe: the recorder's frames are handed over to it as they stand
 * (record_merge.c: rec_to_blackhole), at a `live`.
 *
 * Neighbours: record_call.c, record_heap.c, record_hint.c, record_merge.c take
 * the operations that are not pure or control flow.
 * After RPython's pyjitpl.py.
 */
#include "toolkit/meta/recorder_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tw/gc.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/ir/opsem.h"

enum { CHUNK_BOXES = 4096 };

struct box_chunk {
    struct box_chunk *next;
    uint32_t used, size;
    struct tw_box boxes[];
};

static _Thread_local int recording;

int tw_recording(void)
{
    return recording;
}

char rec_bank_type(int bank)
{
    return "irf"[bank];
}

/* ------------------------------------------------------------------ boxes */

struct tw_box rec_const_i(int64_t v)
{
    return (struct tw_box){{.i = v}, TW_NOVALUE};
}

struct tw_box rec_const_r(const void *p)
{
    struct tw_box b = {{.i = 0}, TW_NOVALUE};

    b.val.r = (void *)p;
    return b;
}

struct tw_box rec_const_f(double v)
{
    return (struct tw_box){{.f = v}, TW_NOVALUE};
}

int rec_is_const(struct recorder *r, struct tw_box b)
{
    return b.ref < 0 || ((uint32_t)b.ref < r->isconst_cap && r->isconst[b.ref]);
}

void rec_now_const(struct recorder *r, tw_vref v)
{
    if (v < 0)
        return;
    if ((uint32_t)v >= r->isconst_cap) {
        uint32_t n = ((uint32_t)v + 512) * 2;

        r->isconst = realloc(r->isconst, n);
        memset(r->isconst + r->isconst_cap, 0, n - r->isconst_cap);
        r->isconst_cap = n;
    }
    r->isconst[v] = 1;
}

tw_vref rec_ref(struct recorder *r, struct tw_box b, char type)
{
    if (!rec_is_const(r, b))
        return b.ref;
    switch (type) {
    case 'i':
        return tw_trace_const_i(r->trace, b.val.i);
    case 'r':
        return tw_trace_const_r(r->trace, b.val.r);
    default:
        return tw_trace_const_f(r->trace, b.val.f);
    }
}

tw_vref rec_emit(struct recorder *r, unsigned op, const void *descr,
                 const tw_vref *args, unsigned n)
{
    return tw_trace_emit(r->trace, op, descr, args, n);
}

/* Box memory for frames: chunks, so that boxes never move. */
struct tw_box *rec_alloc_boxes(struct recorder *r, uint32_t n)
{
    struct box_chunk *c = r->chunks;

    if (!c || c->used + n > c->size) {
        uint32_t size = n > CHUNK_BOXES ? n : CHUNK_BOXES;

        c = tw_gc_malloc_uncollectable(sizeof *c +
                                       size * sizeof(struct tw_box));
        c->next = r->chunks;
        c->size = size;
        c->used = 0;
        r->chunks = c;
    }
    c->used += n;
    return &c->boxes[c->used - n];
}

/* ----------------------------------------------------------------- frames */

struct rframe *rec_push(struct recorder *r, const struct tw_jitcode *code,
                        uint32_t pc)
{
    struct rframe *f = calloc(1, sizeof *f);

    f->code = code;
    f->pc = pc;
    f->live_pc = pc;
    f->snap = -1;
    f->res_bank = -1;
    for (int b = 0; b < TW_NBANKS; b++) {
        uint32_t n = code->nregs[b], c = code->nconsts[b];

        f->bank[b] = rec_alloc_boxes(r, n + c + 1);
        memset(f->bank[b], 0, (n + c) * sizeof(struct tw_box));
        for (uint32_t k = 0; k < n; k++)
            f->bank[b][k].ref = TW_NOVALUE;
        for (uint32_t k = 0; k < c; k++) {
            struct tw_box *x = &f->bank[b][n + k];

            x->ref = TW_NOVALUE;
            if (b == TW_BANK_I)
                x->val.i = code->consts_i[k];
            else if (b == TW_BANK_R)
                x->val.r = code->consts_r[k];
            else
                x->val.f = code->consts_f[k];
        }
    }
    f->caller = r->top;
    r->top = f;
    return f;
}

void rec_pop(struct recorder *r)
{
    struct rframe *f = r->top;
    uint32_t n = 0;

    r->top = f->caller;
    /* Boxes are a stack: give the last ones back when they are on top. */
    for (int b = 0; b < TW_NBANKS; b++)
        n += f->code->nregs[b] + f->code->nconsts[b] + 1u;
    if (r->chunks && r->chunks->used >= n &&
        &r->chunks->boxes[r->chunks->used - n] == f->bank[0])
        r->chunks->used -= n;
    free(f);
}

/* -------------------------------------------------------------- snapshots */

/* Writes the values alive at pc into the trace; returns the snapframe. */
static int32_t snapframe(struct recorder *r, struct rframe *f, uint32_t pc,
                         int32_t parent)
{
    struct tw_trace *t = r->trace;
    const uint16_t *u = f->code->code + pc;
    const struct tw_live *live = &r->program->live[rec_u32(u + 1)];
    const uint16_t *reg = live->regs;
    tw_vref buf[256], *v = buf;
    uint32_t n = 0;
    uint32_t total = live->n[0] + live->n[1] + live->n[2];
    struct tw_snapframe *s;

    if (total > 256)
        v = malloc(total * sizeof *v);
    for (int b = 0; b < TW_NBANKS; b++)
        for (uint32_t k = 0; k < live->n[b]; k++, reg++) {
            struct tw_box x = f->bank[b][*reg];

            if (f->res_bank == b && f->res_reg == *reg)
                x = rec_const_i(0); /* the running call will set it */
            v[n++] = rec_ref(r, x, rec_bank_type(b));
        }
    if (t->nsnapframes == t->snapframes_cap) {
        t->snapframes_cap = t->snapframes_cap ? 2 * t->snapframes_cap : 64;
        t->snapframes =
            realloc(t->snapframes, t->snapframes_cap * sizeof *t->snapframes);
    }
    s = &t->snapframes[t->nsnapframes];
    *s = (struct tw_snapframe){
        .parent = parent, .jitcode = f->code, .pc = pc, .nvalues = (uint16_t)n};
    s->values = tw_trace_push_args(t, v, n);
    if (v != buf)
        free(v);
    return (int32_t)t->nsnapframes++;
}

/* Callers stand still while a callee runs: their frames are written once. */
static int32_t snap_callers(struct recorder *r, struct rframe *f)
{
    if (!f)
        return -1;
    if (f->snap < 0) {
        int32_t parent = snap_callers(r, f->caller);

        f->snap = snapframe(r, f, f->pc, parent);
    }
    return f->snap;
}

static int32_t snapshot(struct recorder *r, uint32_t pc)
{
    struct tw_trace *t = r->trace;
    int32_t parent = snap_callers(r, r->top->caller);
    struct tw_snapshot s = {0};
    tw_vref v[128];

    s.frame = snapframe(r, r->top, pc, parent);
    if (r->nvable) {
        tw_vref *x = r->nvable > 128 ? malloc(r->nvable * sizeof *x) : v;
        const struct tw_vinfo *vi = r->driver->vinfo;

        for (uint32_t k = 0; k < r->nvable; k++) {
            char type = k == 0             ? 'r'
                        : k <= vi->nfields ? vi->fields[k - 1]->type
                                           : vi->array->type;

            x[k] = rec_ref(r, r->vable[k], type);
        }
        s.nvable = (uint16_t)r->nvable;
        s.vable = tw_trace_push_args(t, x, r->nvable);
        if (x != v)
            free(x);
    }
    for (uint32_t k = 0; k < r->nvrefs; k++)
        v[k] = rec_ref(r, r->vrefs[k], 'r');
    s.nvrefs = (uint16_t)r->nvrefs;
    s.vrefs = tw_trace_push_args(t, v, r->nvrefs);
    if (t->nsnapshots == t->snapshots_cap) {
        t->snapshots_cap = t->snapshots_cap ? 2 * t->snapshots_cap : 64;
        t->snapshots =
            realloc(t->snapshots, t->snapshots_cap * sizeof *t->snapshots);
    }
    t->snapshots[t->nsnapshots] = s;
    return (int32_t)t->nsnapshots++;
}

void rec_guard(struct recorder *r, unsigned op, const void *descr,
               const tw_vref *args, unsigned n, uint32_t pc)
{
    int32_t s;
    tw_vref v;

    if (r->top->iff_target)
        tw_fatal("tw_look_inside_iff predicate %s depends on more than "
                 "tw_isconstant and tw_isvirtual",
                 r->top->code->name);
    s = snapshot(r, pc);
    v = rec_emit(r, op, descr, args, n);

    tw_op_of(r->trace, v)->snapshot = s;
}

void rec_promote(struct recorder *r, struct tw_box *b, char type)
{
    tw_vref a[2];
    unsigned op = type == 'i'   ? TW_OP_guard_value_i
                  : type == 'r' ? TW_OP_guard_value_r
                                : TW_OP_guard_value_f;

    if (rec_is_const(r, *b)) {
        b->ref = TW_NOVALUE;
        return;
    }
    a[0] = b->ref;
    a[1] = rec_ref(r, (struct tw_box){b->val, TW_NOVALUE}, type);
    rec_guard(r, op, NULL, a, 2, r->top->live_pc);
    rec_now_const(r, b->ref);
    b->ref = TW_NOVALUE;
}

/* ---------------------------------------------------------- pure operations
 *
 * One case an operation, from the table: execute; fold when all operands are
 * constants; else record. */
#define GET_i(n) (r->top->bank[TW_BANK_I][u[n]])
#define GET_r(n) (r->top->bank[TW_BANK_R][u[n]])
#define GET_f(n) (r->top->bank[TW_BANK_F][u[n]])
#define TYPE_i int64_t
#define TYPE_r void *
#define TYPE_f double

static void put(struct recorder *r, int bank, uint32_t reg, union tw_value v,
                tw_vref ref)
{
    r->top->bank[bank][reg].val = v;
    r->top->bank[bank][reg].ref = ref;
}
#define BANK_i TW_BANK_I
#define BANK_r TW_BANK_R
#define BANK_f TW_BANK_F

static int known_nonnull(struct recorder *r, struct tw_box b)
{
    return heapcache_has(r->hc, b.ref, HC_NONNULL | HC_FRESH);
}

static void pure_op(struct recorder *r, unsigned op, const uint16_t *u)
{
    union tw_value res = {.i = 0};
    tw_vref v[3];

    switch (op) {
#define OP1(name, rt, at, expr)                                                \
    case TW_OP_##name: {                                                       \
        struct tw_box x = GET_##at(0);                                         \
        TYPE_##at a = x.val.at;                                                \
        res.rt = (expr);                                                       \
        if (rec_is_const(r, x)) {                                              \
            put(r, BANK_##rt, u[1], res, TW_NOVALUE);                          \
            return;                                                            \
        }                                                                      \
        if (TW_OP_##name == TW_OP_cast_ptr_to_int)                             \
            heapcache_escape(r->hc, x.ref); /* another name for it */          \
        if ((TW_OP_##name == TW_OP_ptr_nonnull ||                              \
             TW_OP_##name == TW_OP_ptr_is_null) &&                             \
            known_nonnull(r, x)) {                                             \
            put(r, BANK_##rt, u[1], res, TW_NOVALUE);                          \
            return;                                                            \
        }                                                                      \
        v[0] = x.ref;                                                          \
        if (TW_OP_##name != TW_OP_same_as_i &&                                 \
            TW_OP_##name != TW_OP_same_as_r &&                                 \
            TW_OP_##name != TW_OP_same_as_f)                                   \
            v[0] = rec_emit(r, op, NULL, v, 1);                                \
        put(r, BANK_##rt, u[1], res, v[0]);                                    \
        return;                                                                \
    }
#define OP2(name, rt, at, bt, expr)                                            \
    case TW_OP_##name: {                                                       \
        struct tw_box x = GET_##at(0), y = GET_##bt(1);                        \
        TYPE_##at a = x.val.at;                                                \
        TYPE_##bt b = y.val.bt;                                                \
        res.rt = (expr);                                                       \
        if (rec_is_const(r, x) && rec_is_const(r, y)) {                        \
            put(r, BANK_##rt, u[2], res, TW_NOVALUE);                          \
            return;                                                            \
        }                                                                      \
        if (TW_OP_##name == TW_OP_ptr_add)                                     \
            heapcache_escape(r->hc, x.ref); /* another name for it */          \
        v[0] = rec_ref(r, x, #at[0]);                                          \
        v[1] = rec_ref(r, y, #bt[0]);                                          \
        put(r, BANK_##rt, u[2], res, rec_emit(r, op, NULL, v, 2));             \
        return;                                                                \
    }
#define OP3(name, rt, at, bt, ct, expr)                                        \
    case TW_OP_##name: {                                                       \
        struct tw_box x = GET_##at(0), y = GET_##bt(1), z = GET_##ct(2);       \
        TYPE_##at a = x.val.at;                                                \
        TYPE_##bt b = y.val.bt;                                                \
        TYPE_##ct c = z.val.ct;                                                \
        res.rt = (expr);                                                       \
        if (rec_is_const(r, x) && rec_is_const(r, y) && rec_is_const(r, z)) {  \
            put(r, BANK_##rt, u[3], res, TW_NOVALUE);                          \
            return;                                                            \
        }                                                                      \
        v[0] = rec_ref(r, x, #at[0]);                                          \
        v[1] = rec_ref(r, y, #bt[0]);                                          \
        v[2] = rec_ref(r, z, #ct[0]);                                          \
        put(r, BANK_##rt, u[3], res, rec_emit(r, op, NULL, v, 3));             \
        return;                                                                \
    }
#define OPX(name, res, args, flags)
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
    default:
        abort();
    }
}

/* ----------------------------------------------------------- control flow */

/* What a taken branch teaches: p is not null after guard_true(p != NULL). */
static void learn_from_guard(struct recorder *r, tw_vref cond, int truth)
{
    const struct tw_op *op = tw_op_of(r->trace, cond);
    const tw_vref *a;

    rec_now_const(r, cond);
    if (!op)
        return;
    a = tw_args_of(r->trace, op);
    if ((op->opnum == TW_OP_ptr_nonnull && truth) ||
        (op->opnum == TW_OP_ptr_is_null && !truth))
        heapcache_add(r->hc, a[0], HC_NONNULL);
}

/* Guards on a condition; cond keeps its meaning (0 or not). */
static void guard_bool(struct recorder *r, struct tw_box cond, uint32_t pc)
{
    const struct tw_op *op;
    int truth = cond.val.i != 0;

    if (rec_is_const(r, cond))
        return;
    rec_guard(r, truth ? TW_OP_guard_true : TW_OP_guard_false, NULL, &cond.ref,
              1, pc);
    op = tw_op_of(r->trace, cond.ref);
    /* The exact value is known for 0, and for comparisons' 1. */
    if (!truth ||
        (op && cond.val.i == 1 && tw_op_is(op->opnum, TW_PURE) &&
         (op->opnum >= TW_OP_int_is_true && op->opnum <= TW_OP_uint_ge)) ||
        (op && op->opnum >= TW_OP_float_lt && op->opnum <= TW_OP_float_unord) ||
        (op && op->opnum >= TW_OP_ptr_eq && op->opnum <= TW_OP_ptr_nonnull))
        learn_from_guard(r, cond.ref, truth);
}

static uint32_t switch_target(const struct tw_switch *s, int64_t v, int *found)
{
    uint32_t lo = 0, hi = s->n;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;

        if (s->values[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    *found = lo < s->n && s->values[lo] == v;
    return *found ? s->targets[lo] : s->default_target;
}

enum { SWITCH_CHAIN_MAX = 12 };

static void do_switch(struct recorder *r, const uint16_t *u)
{
    struct rframe *f = r->top;
    struct tw_box *x = &f->bank[TW_BANK_I][u[0]];
    const struct tw_switch *s = &f->code->switches[rec_u32(u + 1)];
    int found;
    uint32_t target = switch_target(s, x->val.i, &found);

    if (!rec_is_const(r, *x)) {
        if (found || s->n > SWITCH_CHAIN_MAX) {
            rec_promote(r, x, 'i');
        } else {
            /* The default: say that it is none of the cases. */
            for (uint32_t k = 0; k < s->n; k++) {
                tw_vref v[2] = {x->ref,
                                tw_trace_const_i(r->trace, s->values[k])};
                tw_vref c = rec_emit(r, TW_OP_int_eq, NULL, v, 2);

                rec_guard(r, TW_OP_guard_false, NULL, &c, 1, f->live_pc);
            }
        }
    }
    f->pc = target;
}

static void do_ovf(struct recorder *r, unsigned jop, const uint16_t *u)
{
    struct rframe *f = r->top;
    struct tw_box x = GET_i(0), y = GET_i(1);
    int64_t res;
    int ovf;
    unsigned op;
    tw_vref v[2], ref = TW_NOVALUE;

    if (jop == TW_JOP_add_jump_if_ovf) {
        op = TW_OP_int_add_ovf;
        ovf = __builtin_add_overflow(x.val.i, y.val.i, &res);
    } else if (jop == TW_JOP_sub_jump_if_ovf) {
        op = TW_OP_int_sub_ovf;
        ovf = __builtin_sub_overflow(x.val.i, y.val.i, &res);
    } else {
        op = TW_OP_int_mul_ovf;
        ovf = __builtin_mul_overflow(x.val.i, y.val.i, &res);
    }
    if (!rec_is_const(r, x) || !rec_is_const(r, y)) {
        int32_t s = snapshot(r, f->live_pc);
        tw_vref g;

        v[0] = rec_ref(r, x, 'i');
        v[1] = rec_ref(r, y, 'i');
        ref = rec_emit(r, op, NULL, v, 2);
        g = rec_emit(r, ovf ? TW_OP_guard_overflow : TW_OP_guard_no_overflow,
                     NULL, NULL, 0);
        tw_op_of(r->trace, g)->snapshot = s;
    }
    put(r, TW_BANK_I, u[2], (union tw_value){.i = res}, ref);
    f->pc = ovf ? rec_u32(u + 3) : f->pc + 6;
}

/* ------------------------------------------------------------ the main loop */

/* The option stress_abort: give up at random, on average every Nth `live`. */
static int stress_abort(void)
{
    static uint64_t x;

    if (!tw_options.stress_abort)
        return 0;
    if (!x)
        x = (uint64_t)tw_options.stress_seed * 0x9e3779b97f4a7c15ull + 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x % (uint64_t)tw_options.stress_abort == 0;
}

/* At a `live`: the only places where recording may stop. */
static enum rstatus at_live(struct recorder *r)
{
    struct rframe *f = r->top;

    f->live_pc = f->pc;
    if (!r->abort_reason && stress_abort())
        r->abort_reason = TW_ABORT_STRESS;
    if (r->abort_reason)
        return R_ABORT;
    f->pc += 3;
    return R_GO;
}

static enum rstatus step(struct recorder *r)
{
    struct rframe *f = r->top;
    const uint16_t *c = f->code->code + f->pc;
    const uint16_t *u = c + 1;
    unsigned op = c[0];

    if (op < TW_NOPS) {
        if (tw_op_is(op, TW_PURE)) {
            pure_op(r, op, u);
            f->pc += 2u + tw_opinfo[op].nargs;
            return R_GO;
        }
        return rec_heap_op(r, op);
    }
    switch (op) {
    case TW_JOP_live:
        return at_live(r);
    case TW_JOP_goto:
        f->pc = rec_u32(u);
        return R_GO;
    case TW_JOP_goto_if_not: {
        struct tw_box x = GET_i(0);

        guard_bool(r, x, f->live_pc);
        f->pc = x.val.i ? f->pc + 4 : rec_u32(u + 1);
        return R_GO;
    }
    case TW_JOP_switch:
        do_switch(r, u);
        return R_GO;
    case TW_JOP_move_i:
        f->bank[TW_BANK_I][u[1]] = f->bank[TW_BANK_I][u[0]];
        f->pc += 3;
        return R_GO;
    case TW_JOP_move_r:
        f->bank[TW_BANK_R][u[1]] = f->bank[TW_BANK_R][u[0]];
        f->pc += 3;
        return R_GO;
    case TW_JOP_move_f:
        f->bank[TW_BANK_F][u[1]] = f->bank[TW_BANK_F][u[0]];
        f->pc += 3;
        return R_GO;
    case TW_JOP_return_i:
        return rec_return(r, TW_BANK_I, GET_i(0));
    case TW_JOP_return_r:
        return rec_return(r, TW_BANK_R, GET_r(0));
    case TW_JOP_return_f:
        return rec_return(r, TW_BANK_F, GET_f(0));
    case TW_JOP_return_v:
        return rec_return(r, -1, rec_const_i(0));
    case TW_JOP_add_jump_if_ovf:
    case TW_JOP_sub_jump_if_ovf:
    case TW_JOP_mul_jump_if_ovf:
        do_ovf(r, op, u);
        return R_GO;
    case TW_JOP_ref_select: {
        struct tw_box x = GET_i(0);

        guard_bool(r, x, f->live_pc);
        f->bank[TW_BANK_R][u[3]] = x.val.i ? GET_r(1) : GET_r(2);
        f->pc += 5;
        return R_GO;
    }
    case TW_JOP_jit_merge_point:
        return rec_merge_point(r);
    case TW_JOP_loop_header:
        r->seen_loop_header = u[0];
        f->pc += 2;
        return R_GO;
    case TW_JOP_unreachable:
        abort(); /* undefined behaviour of the interpreter being traced */
    case TW_JOP_inline_call_i:
    case TW_JOP_inline_call_r:
    case TW_JOP_inline_call_f:
    case TW_JOP_inline_call_v:
    case TW_JOP_residual_call_i:
    case TW_JOP_residual_call_r:
    case TW_JOP_residual_call_f:
    case TW_JOP_residual_call_v:
    case TW_JOP_indirect_call_i:
    case TW_JOP_indirect_call_r:
    case TW_JOP_indirect_call_f:
    case TW_JOP_indirect_call_v:
    case TW_JOP_recursive_call_i:
    case TW_JOP_recursive_call_r:
    case TW_JOP_recursive_call_f:
    case TW_JOP_recursive_call_v:
    case TW_JOP_cond_call:
    case TW_JOP_cond_call_value_i:
    case TW_JOP_cond_call_value_r:
        return rec_call_op(r, op);
    case TW_JOP_getfield_vable_i:
    case TW_JOP_getfield_vable_r:
    case TW_JOP_getfield_vable_f:
    case TW_JOP_setfield_vable_i:
    case TW_JOP_setfield_vable_r:
    case TW_JOP_setfield_vable_f:
    case TW_JOP_getarrayitem_vable_i:
    case TW_JOP_getarrayitem_vable_r:
    case TW_JOP_getarrayitem_vable_f:
    case TW_JOP_setarrayitem_vable_i:
    case TW_JOP_setarrayitem_vable_r:
    case TW_JOP_setarrayitem_vable_f:
        return rec_vable_op(r, op);
    default:
        return rec_hint_op(r, op);
    }
}

void rec_run(struct recorder *r)
{
    enum rstatus s;

    do {
        s = step(r);
    } while (s == R_GO);
    if (s == R_ABORT)
        rec_to_blackhole(r);
}

/* ------------------------------------------------------------ begin and end */

static void recorder_init(struct recorder *r, const struct tw_program *p,
                          const struct tw_jitdriver *d,
                          struct tw_record_result *out)
{
    memset(r, 0, sizeof *r);
    memset(out, 0, sizeof *out);
    r->program = p;
    r->driver = d;
    r->trace = tw_trace_new();
    r->seen_loop_header = -1;
    r->hc = heapcache_new(p->naliases);
    r->need_not_invalidated = 1;
    r->out = out;
    out->driver = d;
    out->kind = TW_RECORD_ABORT;
    recording++;
}

static void recorder_end(struct recorder *r)
{
    recording--;
    while (r->top)
        rec_pop(r);
    while (r->chunks) {
        struct box_chunk *c = r->chunks;

        r->chunks = c->next;
        tw_gc_free_uncollectable(c);
    }
    for (uint32_t k = 0; k < r->nmerge_points; k++)
        free(r->merge_points[k].live);
    free(r->merge_points);
    free(r->isconst);
    heapcache_free(r->hc);
    r->out->abort_reason = r->abort_reason;
    if (r->out->kind == TW_RECORD_ABORT) {
        tw_trace_free(r->trace);
        r->trace = NULL;
    }
    r->out->trace = r->trace;
}

void tw_record_loop(const struct tw_program *p, const struct tw_jitdriver *d,
                    const union tw_value *args, struct tw_record_result *out)
{
    struct recorder r;
    struct rframe *f;
    uint32_t reg[TW_NBANKS] = {0};
    struct tw_box frame = {{.i = 0}, TW_NOVALUE};

    recorder_init(&r, p, d, out);
    f = rec_push(&r, d->portal, d->merge_pc);
    f->is_portal = 1;
    f->driver = d;
    f->has_greens = 1;
    for (int k = 0; k < d->ngreens + d->nreds; k++) {
        int green = k < d->ngreens;
        char type = green ? d->green_kinds[k] : d->red_kinds[k - d->ngreens];
        int b = type == 'i' ? TW_BANK_I : type == 'r' ? TW_BANK_R : TW_BANK_F;
        struct tw_box *x = &f->bank[b][reg[b]++];

        x->val = args[k];
        x->ref = green ? TW_NOVALUE : tw_trace_input(r.trace, type);
        if (green)
            f->greens[k] = args[k];
        else if (k - d->ngreens == d->vable_red)
            frame = *x;
    }
    if (d->vinfo && d->vable_red >= 0)
        rec_vable_read(&r, frame, 1);
    memcpy(out->greens, args, d->ngreens * sizeof *args);
    r.merge_points = malloc(8 * sizeof *r.merge_points);
    r.merge_points_cap = 8;
    {
        struct merge_point *m = &r.merge_points[r.nmerge_points++];

        memset(m, 0, sizeof *m);
        m->driver = d;
        memcpy(m->greens, args, d->ngreens * sizeof *args);
        m->nlive = r.trace->ninputs;
        m->live = malloc((m->nlive + 1) * sizeof *m->live);
        for (uint32_t k = 0; k < m->nlive; k++)
            m->live[k] = (tw_vref)k;
    }
    rec_run(&r);
    recorder_end(&r);
}

/* ----------------------------------------------- bridges: state from a guard */

static struct tw_box sink_failarg(void *self, unsigned number, char type,
                                  union tw_value v)
{
    struct recorder *r = self;
    tw_vref ref = 0;

    (void)type;
    /* Inputs were made in failarg order, holes left out. */
    for (unsigned k = 0; k < number; k++)
        ref += r->from->fail_types[k] != 'v';
    return (struct tw_box){v, ref};
}

static struct tw_box sink_constant(void *self, char type, union tw_value v)
{
    (void)self;
    (void)type;
    return (struct tw_box){v, TW_NOVALUE};
}

static struct tw_box sink_allocate(void *self, const struct tw_sizedescr *d,
                                   int64_t nitems)
{
    struct recorder *r = self;
    struct tw_box b;
    tw_vref n;

    if (d->item_size) {
        b.val.r = tw_new_object_var(d, nitems);
        n = tw_trace_const_i(r->trace, nitems);
        b.ref = rec_emit(r, TW_OP_new_var, d, &n, 1);
    } else {
        b.val.r = tw_new_object(d);
        b.ref = rec_emit(r, TW_OP_new, d, NULL, 0);
    }
    heapcache_add(r->hc, b.ref, HC_FRESH | HC_NONNULL);
    return b;
}

static struct tw_box sink_virtual_ref(void *self, struct tw_box real)
{
    struct recorder *r = self;
    struct tw_virtual_ref *v = tw_gc_malloc(sizeof *v);
    tw_vref a[2];
    struct tw_box b;

    v->forced = real.val.r;
    a[0] = rec_ref(r, real, 'r');
    a[1] = rec_emit(r, TW_OP_force_token, NULL, NULL, 0);
    b.val.r = (char *)v + 1;
    b.ref = rec_emit(r, TW_OP_virtual_ref, NULL, a, 2);
    return b;
}

static struct tw_box sink_interior(void *self, struct tw_box base,
                                   int64_t offset)
{
    struct recorder *r = self;
    tw_vref a[2] = {rec_ref(r, base, 'r'), tw_trace_const_i(r->trace, offset)};
    struct tw_box b = {.val.r = (char *)base.val.r + offset};

    b.ref = rec_emit(r, TW_OP_ptr_add, NULL, a, 2);
    return b;
}

static void sink_setfield(void *self, struct tw_box base,
                          const struct tw_fielddescr *d, struct tw_box v)
{
    struct recorder *r = self;
    tw_vref a[2] = {rec_ref(r, base, 'r'), rec_ref(r, v, d->type)};

    tw_store((char *)base.val.r + d->offset, d->type, d->size, v.val);
    rec_emit(r,
             d->type == 'i'   ? TW_OP_setfield_i
             : d->type == 'r' ? TW_OP_setfield_r
                              : TW_OP_setfield_f,
             d, a, 2);
    heapcache_stored(r->hc, base.ref, &d->alias, d->offset, d->size, v);
}

static void sink_setitem(void *self, struct tw_box base,
                         const struct tw_arraydescr *d, struct tw_box index,
                         struct tw_box v)
{
    struct recorder *r = self;
    tw_vref a[3] = {rec_ref(r, base, 'r'), rec_ref(r, index, 'i'),
                    rec_ref(r, v, d->type)};

    tw_store((char *)base.val.r + d->base + index.val.i * d->stride, d->type,
             d->size, v.val);
    rec_emit(r,
             d->type == 'i'   ? TW_OP_setarrayitem_i
             : d->type == 'r' ? TW_OP_setarrayitem_r
                              : TW_OP_setarrayitem_f,
             d, a, 3);
    heapcache_stored(r->hc, base.ref, &d->alias, -1, d->size, v);
}

/* The guard held the virtualizable's contents: they are the recorder's now,
 * and the object is brought up to date, as recording expects it. */
static void sink_vable(void *self, unsigned n, const struct tw_box *v)
{
    struct recorder *r = self;
    const struct tw_vinfo *vi = r->driver->vinfo;
    char *frame = v[0].val.r;

    r->nvable = n;
    r->vable = rec_alloc_boxes(r, n);
    memcpy(r->vable, v, n * sizeof *v);
    for (unsigned k = 1; k < n; k++)
        if (k <= vi->nfields) {
            const struct tw_fielddescr *d = vi->fields[k - 1];

            tw_store(frame + d->offset, d->type, d->size, v[k].val);
        } else {
            const struct tw_arraydescr *d = vi->array;

            tw_store(frame + d->base +
                         (int64_t)(k - 1 - vi->nfields) * d->stride,
                     d->type, d->size, v[k].val);
        }
    *(void **)(frame + vi->token_offset) = NULL;
}

static void sink_vrefs(void *self, unsigned n, const struct tw_box *v)
{
    struct recorder *r = self;

    for (unsigned k = 0; k < n && k < 64; k++)
        r->vrefs[k] = v[k];
    r->nvrefs = n < 64 ? n : 64;
    for (unsigned k = 0; k + 1 < r->nvrefs; k += 2)
        if (TW_IS_VREF(v[k].val.r)) {
            TW_VREF_OF(v[k].val.r)->token = NULL;
            TW_VREF_OF(v[k].val.r)->forced = v[k + 1].val.r;
        }
}

static void sink_frame(void *self, const struct tw_jitcode *code, uint32_t pc,
                       const struct tw_box *v)
{
    struct recorder *r = self;
    struct rframe *f = rec_push(r, code, pc);
    const struct tw_live *live =
        &r->program->live[rec_u32(code->code + pc + 1)];
    const uint16_t *reg = live->regs;

    for (int b = 0; b < TW_NBANKS; b++)
        for (uint32_t k = 0; k < live->n[b]; k++)
            f->bank[b][*reg++] = *v++;
    if (f->caller) {
        tw_jop_result_before(f->caller->code, f->caller->pc,
                             &f->caller->res_bank, &f->caller->res_reg);
        if (code->flags & TW_J_PORTAL) {
            f->is_portal = 1;
            r->portal_depth++;
        }
    } else {
        f->is_portal = 1;
    }
    f->driver = f->is_portal ? r->driver : NULL;
}

void tw_record_bridge(const struct tw_program *p, struct tw_guard *g,
                      const struct tw_jitframe *frame,
                      struct tw_record_result *out)
{
    struct recorder r;
    struct tw_resume_sink sink = {
        .self = &r,
        .failarg = sink_failarg,
        .constant = sink_constant,
        .allocate = sink_allocate,
        .virtual_ref = sink_virtual_ref,
        .interior = sink_interior,
        .setfield = sink_setfield,
        .setitem = sink_setitem,
        .vable = sink_vable,
        .vrefs = sink_vrefs,
        .frame = sink_frame,
    };

    recorder_init(&r, p, g->loop->driver, out);
    r.from = g;
    for (unsigned k = 0; k < g->nfailargs; k++)
        if (g->fail_types[k] != 'v')
            tw_trace_input(r.trace, g->fail_types[k]);
    tw_resume_decode(p, g, frame, &sink);
    rec_run(&r);
    recorder_end(&r);
}

/*
 * record_hint.c: the author's hints while recording, and what surrounds calls
 * that may look at virtualizables and virtual references.
 */
#include "toolkit/meta/recorder_int.h"

#include <string.h>

#include <tw/gc.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"

/* ------------------------------------------------------------ forcing calls */

/* Before a call that may force: the trace notes in the virtualizable whose
 * frame has its contents, and really the token says that recording goes on. */
void rec_before_forcing_call(struct recorder *r)
{
    tw_vref a[2];

    if (r->nvable) {
        const struct tw_vinfo *vi = r->driver->vinfo;

        a[0] = rec_ref(r, r->vable[0], 'r');
        a[1] = rec_emit(r, TW_OP_force_token, NULL, NULL, 0);
        rec_emit(r, TW_OP_setfield_r, vi->token, a, 2);
        *(void **)((char *)r->vable[0].val.r + vi->token_offset) =
            TW_TOKEN_TRACING;
    }
    for (uint32_t k = 0; k + 1 < r->nvrefs; k += 2)
        if (TW_IS_VREF(r->vrefs[k].val.r))
            TW_VREF_OF(r->vrefs[k].val.r)->token = TW_TOKEN_TRACING;
}

/* The handle at k was forced by the call just recorded: it ends before the call,
 * so that next time the call finds the object there and forces no frame. The
 * call's value gets the next number. */
static void finish_before_call(struct recorder *r, uint32_t k)
{
    struct tw_trace *t = r->trace;
    tw_vref a[2] = {rec_ref(r, r->vrefs[k], 'r'),
                    rec_ref(r, r->vrefs[k + 1], 'r')},
            moved;
    uint32_t last = t->nops, call = last;
    struct tw_op finish;

    rec_emit(r, TW_OP_virtual_ref_finish, NULL, a, 2);
    while (call > 0 && !tw_op_is(t->ops[--call].opnum, TW_CALL))
        ;
    finish = t->ops[last];
    memmove(&t->ops[call + 1], &t->ops[call], (last - call) * sizeof finish);
    t->ops[call] = finish;
    moved = tw_value_of_op(t, call);
    for (struct rframe *f = r->top; f; f = f->caller)
        for (int b = 0; b < TW_NBANKS; b++)
            for (uint32_t j = 0; j < f->code->nregs[b]; j++)
                if (f->bank[b][j].ref == moved)
                    f->bank[b][j].ref++;
    r->vrefs[k] = rec_const_r(NULL);
}

int rec_after_forcing_call(struct recorder *r)
{
    int forced = 0;

    for (uint32_t k = 0; k + 1 < r->nvrefs; k += 2) {
        struct tw_virtual_ref *v;

        if (!TW_IS_VREF(r->vrefs[k].val.r))
            continue;
        v = TW_VREF_OF(r->vrefs[k].val.r);
        if (v->token == TW_TOKEN_TRACING) {
            v->token = NULL;
        } else {
            finish_before_call(r, k);
            /* The call has seen the object, too. */
            heapcache_escape(r->hc, r->vrefs[k + 1].ref);
            heapcache_call(r->hc, NULL);
        }
    }
    if (r->nvable) {
        void **token = (void **)((char *)r->vable[0].val.r +
                                 r->driver->vinfo->token_offset);

        forced = *token != TW_TOKEN_TRACING;
        *token = NULL;
    }
    return forced;
}

/* ---------------------------------------------------------- virtual references */

static void virtual_ref(struct recorder *r, const uint16_t *u)
{
    struct rframe *f = r->top;
    struct tw_box real = f->bank[TW_BANK_R][u[0]], h;
    struct tw_virtual_ref *v;
    tw_vref a[2];

    if (r->nvrefs + 2 > 64) {
        r->abort_reason = TW_ABORT_TOO_LONG;
        f->bank[TW_BANK_R][u[1]] = real;
        return;
    }
    v = tw_gc_malloc(sizeof *v);
    v->forced = real.val.r;
    a[0] = rec_ref(r, real, 'r');
    a[1] = rec_emit(r, TW_OP_force_token, NULL, NULL, 0);
    h.val.r = (char *)v + 1;
    h.ref = rec_emit(r, TW_OP_virtual_ref, NULL, a, 2);
    heapcache_add(r->hc, h.ref, HC_NONNULL);
    r->vrefs[r->nvrefs++] = h;
    r->vrefs[r->nvrefs++] = real;
    f->bank[TW_BANK_R][u[1]] = h;
}

static void virtual_ref_finish(struct recorder *r, const uint16_t *u)
{
    struct rframe *f = r->top;
    struct tw_box h = f->bank[TW_BANK_R][u[0]];
    tw_vref a[2];

    for (uint32_t k = 0; k + 1 < r->nvrefs; k += 2)
        if (r->vrefs[k + 1].val.r == f->bank[TW_BANK_R][u[1]].val.r) {
            int tracked = r->vrefs[k].val.r != NULL;

            memmove(&r->vrefs[k], &r->vrefs[k + 2],
                    (r->nvrefs - k - 2) * sizeof r->vrefs[0]);
            r->nvrefs -= 2;
            if (!tracked)
                return;
            break;
        }
    if (!TW_IS_VREF(h.val.r))
        return;
    a[0] = rec_ref(r, h, 'r');
    a[1] = tw_trace_const_r(r->trace, NULL);
    rec_emit(r, TW_OP_virtual_ref_finish, NULL, a, 2);
}

static void native_force(void *fn, const union tw_value *args,
                         union tw_value *res)
{
    (void)fn;
    res->r = tw_rt_virtual_ref_force(args[0].r);
}

static const struct tw_effect anything = {
    TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE, 0, NULL, NULL};
static const struct tw_calldescr force_descr = {
    .dkind = TW_DK_CALL,
    .result = 'r',
    .abi_result = 'p',
    .nargs = 1,
    .args = "r",
    .abi_args = "p",
    .effect = &anything,
    .stub = native_force,
    .name = "tw_rt_virtual_ref_force",
};

static enum rstatus virtual_ref_force(struct recorder *r, const uint16_t *u)
{
    struct rframe *f = r->top;
    struct tw_box h = f->bank[TW_BANK_R][u[0]], res;
    enum rstatus s;

    for (uint32_t k = 0; k + 1 < r->nvrefs; k += 2)
        if (h.ref >= 0 && r->vrefs[k].ref == h.ref) {
            f->bank[TW_BANK_R][u[1]] = r->vrefs[k + 1];
            f->pc += 3;
            return R_GO;
        }
    s = rec_residual(
        r, &force_descr,
        rec_const_r((const void *)(uintptr_t)tw_rt_virtual_ref_force), &h,
        &res);
    f->bank[TW_BANK_R][u[1]] = res;
    f->pc += 3;
    if (s == R_DONE) {
        int forced = rec_after_forcing_call(r);

        rec_guard(r, TW_OP_guard_not_forced, NULL, NULL, 0, f->pc);
        if (forced) {
            r->abort_reason = TW_ABORT_ESCAPE;
            return R_ABORT;
        }
    }
    return R_GO;
}

/* ------------------------------------------------------------ quasi-immutables */

static void quasiimmut(struct recorder *r, const uint16_t *u)
{
    struct rframe *f = r->top;
    struct tw_box p = f->bank[TW_BANK_R][u[0]];
    const struct tw_fielddescr *d =
        (const void *)r->program->descrs[rec_u32(u + 1)];
    tw_vref v;

    if (!rec_is_const(r, p))
        return; /* an ordinary field then */
    v = tw_trace_const_r(r->trace, p.val.r);
    rec_emit(r, TW_OP_quasiimmut_field, d, &v, 1);
    if (r->need_not_invalidated)
        rec_guard(r, TW_OP_guard_not_invalidated, NULL, NULL, 0, f->live_pc);
    r->need_not_invalidated = 0;
}

/* The interpreter writes a quasi-immutable field in the middle of a trace. */
static enum rstatus force_quasiimmut(struct recorder *r, const uint16_t *u)
{
    struct rframe *f = r->top;
    char *p = f->bank[TW_BANK_R][u[0]].val.r;
    const struct tw_fielddescr *d =
        (const void *)r->program->descrs[rec_u32(u + 1)];
    void **watch = (void **)(p + d->watch_offset);

    if (*watch)
        tw_rt_invalidate(watch);
    if (heapcache_has(r->hc, f->bank[TW_BANK_R][u[0]].ref, HC_FRESH)) {
        f->pc += 4;
        return R_GO; /* a new object: nobody relies on it yet */
    }
    r->abort_reason = TW_ABORT_FORCE_QUASIIMMUT;
    f->pc += 4;
    return R_GO; /* stops at the next live */
}

/* -------------------------------------------------------------------- the rest */

static void record_fact(struct recorder *r, unsigned op, struct tw_box a,
                        struct tw_box b, char type)
{
    tw_vref v[2];

    if (rec_is_const(r, a))
        return;
    v[0] = a.ref;
    v[1] = rec_ref(r, b, type);
    rec_emit(r, op, NULL, v, 2);
}

static void promote_string(struct recorder *r, const uint16_t *u)
{
    struct rframe *f = r->top;

    /* Content comparison needs the bytes' function; the pointer is promoted,
     * which is right whenever the string is interned. */
    f->bank[TW_BANK_R][u[2]] = f->bank[TW_BANK_R][u[0]];
    rec_promote(r, &f->bank[TW_BANK_R][u[2]], 'r');
}

enum rstatus rec_hint_op(struct recorder *r, unsigned op)
{
    struct rframe *f = r->top;
    const uint16_t *u = f->code->code + f->pc + 1;
    struct tw_box *ri = f->bank[TW_BANK_I], *rr = f->bank[TW_BANK_R];

    switch (op) {
    case TW_JOP_promote_i:
        rec_promote(r, &ri[u[0]], 'i');
        f->pc += 2;
        return R_GO;
    case TW_JOP_promote_r:
        rec_promote(r, &rr[u[0]], 'r');
        f->pc += 2;
        return R_GO;
    case TW_JOP_promote_f:
        rec_promote(r, &f->bank[TW_BANK_F][u[0]], 'f');
        f->pc += 2;
        return R_GO;
    case TW_JOP_promote_string:
        promote_string(r, u);
        f->pc += 4;
        return R_GO;
    case TW_JOP_isconstant_i:
        ri[u[1]] = rec_const_i(rec_is_const(r, ri[u[0]]));
        f->pc += 3;
        return R_GO;
    case TW_JOP_isconstant_r:
        ri[u[1]] = rec_const_i(rec_is_const(r, rr[u[0]]));
        f->pc += 3;
        return R_GO;
    case TW_JOP_isvirtual:
        ri[u[1]] = rec_const_i(heapcache_has(r->hc, rr[u[0]].ref, HC_FRESH));
        f->pc += 3;
        return R_GO;
    case TW_JOP_we_are_jitted:
        ri[u[0]] = rec_const_i(1);
        f->pc += 2;
        return R_GO;
    case TW_JOP_record_quasiimmut:
        quasiimmut(r, u);
        f->pc += 4;
        return R_GO;
    case TW_JOP_force_quasiimmut:
        return force_quasiimmut(r, u);
    case TW_JOP_force_virtualizable:
        if (r->nvable && rr[u[0]].val.r == r->vable[0].val.r) {
            r->abort_reason = TW_ABORT_FORCE_VIRTUALIZABLE;
        } else {
            const struct tw_fielddescr *d =
                (const void *)r->program->descrs[rec_u32(u + 1)];

            if (!heapcache_has(r->hc, rr[u[0]].ref, HC_FRESH) &&
                *(void **)((char *)rr[u[0]].val.r + d->offset)) {
                tw_rt_force_virtualizable(rr[u[0]].val.r, d->offset);
                r->abort_reason = TW_ABORT_FORCE_VIRTUALIZABLE;
            }
        }
        f->pc += 4;
        return R_GO;
    case TW_JOP_fresh_virtualizable:
        f->pc += 4;
        return R_GO;
    case TW_JOP_access_directly:
        f->pc += 2;
        return R_GO;
    case TW_JOP_virtual_ref:
        virtual_ref(r, u);
        f->pc += 3;
        return R_GO;
    case TW_JOP_virtual_ref_finish:
        virtual_ref_finish(r, u);
        f->pc += 3;
        return R_GO;
    case TW_JOP_virtual_ref_force:
        return virtual_ref_force(r, u);
    case TW_JOP_jrecord_exact_class:
        record_fact(r, TW_OP_record_exact_class, rr[u[0]], rr[u[1]], 'r');
        f->pc += 3;
        return R_GO;
    case TW_JOP_jrecord_exact_value_i:
        record_fact(r, TW_OP_record_exact_value_i, ri[u[0]], ri[u[1]], 'i');
        f->pc += 3;
        return R_GO;
    case TW_JOP_jrecord_exact_value_r:
        record_fact(r, TW_OP_record_exact_value_r, rr[u[0]], rr[u[1]], 'r');
        f->pc += 3;
        return R_GO;
    case TW_JOP_jrecord_nonnull:
        if (!rec_is_const(r, rr[u[0]])) {
            rec_emit(r, TW_OP_record_nonnull, NULL, &rr[u[0]].ref, 1);
            heapcache_add(r->hc, rr[u[0]].ref, HC_NONNULL);
        }
        f->pc += 2;
        return R_GO;
    case TW_JOP_jkeepalive:
        if (!rec_is_const(r, rr[u[0]]))
            rec_emit(r, TW_OP_keepalive, NULL, &rr[u[0]].ref, 1);
        f->pc += 2;
        return R_GO;
    default:
        tw_fatal("recorder: unknown jitcode operation %u", op);
    }
}

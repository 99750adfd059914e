/*
 * record_merge.c: merge points while recording: where loops close, where traces
 * that grow too long are given up or cut, and how recording ends in the
 * blackhole.
 */
#include "toolkit/meta/recorder_int.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/options.h"
#include "toolkit/meta/location.h"

static int bank_of(char type)
{
    return type == 'i' ? TW_BANK_I : type == 'r' ? TW_BANK_R : TW_BANK_F;
}

/* The merge point's operands, as pointers to the registers, in the driver's
 * order: greens, then reds. Returns what follows them. */
static const uint16_t *operands(struct recorder *r,
                                const struct tw_jitdriver *d, const uint16_t *u,
                                struct tw_box **out)
{
    struct rframe *f = r->top;

    for (int part = 0; part < 2; part++) {
        const char *kinds = part ? d->red_kinds : d->green_kinds;
        int n = part ? d->nreds : d->ngreens;
        const uint16_t *reg[TW_NBANKS];
        uint32_t k[TW_NBANKS] = {0};

        for (int b = 0; b < TW_NBANKS; b++) {
            reg[b] = u + 1;
            u += 1 + u[0];
        }
        for (int j = 0; j < n; j++) {
            int b = bank_of(kinds[j]);

            *out++ = &f->bank[b][reg[b][k[b]++]];
        }
    }
    return u;
}

static char vable_type(const struct tw_vinfo *vi, uint32_t k)
{
    return k < vi->nfields ? vi->fields[k]->type : vi->array->type;
}

/* Makes b a value of its own: not a constant, not equal to an earlier one. */
static void make_distinct(struct recorder *r, struct tw_box *b, char type,
                          const tw_vref *seen, uint32_t nseen)
{
    int dup = rec_is_const(r, *b);
    tw_vref v;

    for (uint32_t k = 0; k < nseen && !dup; k++)
        dup = seen[k] == b->ref;
    if (!dup)
        return;
    v = rec_ref(r, *b, type);
    b->ref = rec_emit(r,
                      type == 'i'   ? TW_OP_same_as_i
                      : type == 'r' ? TW_OP_same_as_r
                                    : TW_OP_same_as_f,
                      NULL, &v, 1);
}

/* What a loop here has as its inputs: reds, then the virtualizable's contents.
 * distinct: give each a name of its own (it becomes a loop header). */
static uint32_t live_values(struct recorder *r, const struct tw_jitdriver *d,
                            struct tw_box **ops, int distinct, tw_vref *out)
{
    uint32_t n = 0;
    const struct tw_vinfo *vi = d->vinfo;

    for (int k = 0; k < d->nreds; k++) {
        struct tw_box *b = ops[d->ngreens + k];

        if (distinct) {
            int is_frame = r->nvable && k == d->vable_red;

            make_distinct(r, b, d->red_kinds[k], out, n);
            if (is_frame)
                r->vable[0] = *b;
        }
        out[n++] = rec_ref(r, *b, d->red_kinds[k]);
    }
    for (uint32_t k = 0; k + 1 < r->nvable; k++) {
        struct tw_box *b = &r->vable[k + 1];

        if (distinct)
            make_distinct(r, b, vable_type(vi, k), out, n);
        out[n++] = rec_ref(r, *b, vable_type(vi, k));
    }
    return n;
}

/* ------------------------------------------------------------- closing a loop */

/* 0 when a value is not in the map: it was made before the cut and is not
 * alive at the merge point. */
static int renumber(tw_vref *v, uint32_t n, const tw_vref *map)
{
    for (uint32_t k = 0; k < n; k++)
        if (v[k] >= 0) {
            if (map[v[k]] == TW_NOVALUE)
                return 0;
            v[k] = map[v[k]];
        }
    return 1;
}

/* The trace from a later merge point on, as a trace of its own whose inputs are
 * the values alive there; NULL when it needs others. */
static struct tw_trace *cut(struct recorder *r, const struct merge_point *m)
{
    struct tw_trace *t = r->trace, *c = tw_trace_new();
    uint32_t nvalues = t->ninputs + t->nops;
    tw_vref *map = malloc(nvalues * sizeof *map);
    int ok = 1;

    for (uint32_t k = 0; k < nvalues; k++)
        map[k] = TW_NOVALUE;
    for (uint32_t k = 0; k < m->nlive; k++)
        map[m->live[k]] = tw_trace_input(c, tw_type_of(t, m->live[k]));
    for (uint32_t k = m->first_op; k < t->nops; k++)
        map[t->ninputs + k] = (tw_vref)(m->nlive + k - m->first_op);
    /* Constants keep their numbers: the pool is the same, in the same order. */
    for (uint32_t k = 0; k < t->nconsts; k++)
        switch (t->consts[k].type) {
        case 'i':
            tw_trace_const_i(c, t->consts[k].v.i);
            break;
        case 'r':
            tw_trace_const_r(c, t->consts[k].v.r);
            break;
        default:
            tw_trace_const_f(c, t->consts[k].v.f);
        }
    for (uint32_t k = m->first_op; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];
        tw_vref *a = tw_args_of(t, op);
        tw_vref buf[80];
        tw_vref v;

        memcpy(buf, a, op->nargs * sizeof *a);
        ok &= renumber(buf, op->nargs, map);
        v = tw_trace_emit(c, op->opnum, op->descr, buf, op->nargs);
        if (op->snapshot >= 0) {
            struct tw_snapshot s = t->snapshots[op->snapshot];

            tw_op_of(c, v)->snapshot = (int32_t)c->nsnapshots;
            if (c->nsnapshots == c->snapshots_cap) {
                c->snapshots_cap = c->snapshots_cap ? 2 * c->snapshots_cap : 64;
                c->snapshots = realloc(c->snapshots,
                                       c->snapshots_cap * sizeof *c->snapshots);
            }
            ok &= renumber(t->args + s.vable, s.nvable, map);
            s.vable = tw_trace_push_args(c, t->args + s.vable, s.nvable);
            ok &= renumber(t->args + s.vrefs, s.nvrefs, map);
            s.vrefs = tw_trace_push_args(c, t->args + s.vrefs, s.nvrefs);
            c->snapshots[c->nsnapshots++] = s;
        }
    }
    /* Frames: those reached from kept snapshots were written after the merge
     * point (depth 0 there), so all of the later ones are renumbered; earlier
     * ones are not referred to any more. */
    c->snapframes = malloc((t->nsnapframes + 1) * sizeof *c->snapframes);
    c->snapframes_cap = t->nsnapframes + 1;
    c->nsnapframes = t->nsnapframes;
    memcpy(c->snapframes, t->snapframes,
           t->nsnapframes * sizeof *c->snapframes);
    for (uint32_t k = m->first_snapframe; k < t->nsnapframes; k++) {
        struct tw_snapframe *s = &c->snapframes[k];

        ok &= renumber(t->args + s->values, s->nvalues, map);
        s->values = tw_trace_push_args(c, t->args + s->values, s->nvalues);
    }
    free(map);
    if (!ok) {
        tw_trace_free(c);
        return NULL;
    }
    return c;
}

static void close_loop(struct recorder *r, const struct merge_point *m,
                       const tw_vref *live, uint32_t n)
{
    /* with a snapshot: guards may be needed to enter the loop */
    rec_guard(r, TW_OP_jump, NULL, live, n, r->top->live_pc);
    r->out->kind = TW_RECORD_LOOP;
    memcpy(r->out->greens, m->greens, m->driver->ngreens * sizeof *m->greens);
    if (m != r->merge_points || r->from) {
        struct tw_trace *c;

        r->out->started_elsewhere = 1;
        c = cut(r, m);
        if (!c) {
            r->abort_reason = TW_ABORT_UNSUPPORTED;
            r->out->kind = TW_RECORD_ABORT;
            return;
        }
        tw_trace_free(r->trace);
        r->trace = c;
    }
}

static struct merge_point *add_merge_point(struct recorder *r,
                                           const struct tw_jitdriver *d,
                                           const union tw_value *greens,
                                           const tw_vref *live, uint32_t n)
{
    struct merge_point *m;

    if (r->nmerge_points == r->merge_points_cap) {
        r->merge_points_cap = r->merge_points_cap ? 2 * r->merge_points_cap : 8;
        r->merge_points = realloc(r->merge_points, r->merge_points_cap *
                                                       sizeof *r->merge_points);
    }
    m = &r->merge_points[r->nmerge_points++];
    memset(m, 0, sizeof *m);
    m->driver = d;
    memcpy(m->greens, greens, d->ngreens * sizeof *greens);
    m->first_op = r->trace->nops;
    m->first_snapframe = r->trace->nsnapframes;
    m->nlive = n;
    m->live = malloc((n + 1) * sizeof *live);
    memcpy(m->live, live, n * sizeof *live);
    return m;
}

static int same_inputs(struct recorder *r, const struct tw_loop *l,
                       const tw_vref *live, uint32_t n)
{
    if (l->ninputs != n)
        return 0;
    for (uint32_t k = 0; k < n; k++)
        if (tw_type_of(r->trace, live[k]) != l->input_types[k])
            return 0;
    return 1;
}

/* What live_values names, as it is now. */
static union tw_value *values_now(const struct recorder *r,
                                  const struct tw_jitdriver *d,
                                  struct tw_box **ops, uint32_t n)
{
    union tw_value *v = tw_gc_malloc((n + 1) * sizeof *v), *to = v;

    if (!v)
        return NULL;
    for (int k = 0; k < d->nreds; k++)
        *to++ = ops[d->ngreens + k]->val;
    for (uint32_t k = 0; k + 1 < r->nvable; k++)
        *to++ = r->vable[k + 1].val;
    return v;
}

/* A loop header at depth 0, its greens constant. */
static enum rstatus loop_header(struct recorder *r,
                                const struct tw_jitdriver *d,
                                struct tw_box **ops, const union tw_value *v)
{
    tw_vref buf[256], *live = buf;
    uint32_t max = d->nreds + r->nvable + 1, n;
    struct tw_loop *l;
    enum rstatus s = R_GO;

    if (max > 256)
        live = malloc(max * sizeof *live);
    for (uint32_t k = r->nmerge_points; k-- > 0;) {
        struct merge_point *m = &r->merge_points[k];

        if (m->driver != d || memcmp(m->greens, v, d->ngreens * sizeof *v))
            continue;
        n = live_values(r, d, ops, 0, live);
        if (n != m->nlive)
            continue;
        close_loop(r, m, live, n);
        s = R_DONE;
        goto out;
    }
    l = tw_warm_loop_for(d, v);
    if (l) {
        n = live_values(r, d, ops, 0, live);
        if (same_inputs(r, l, live, n)) {
            rec_guard(r, TW_OP_jump, l, live, n, r->top->live_pc);
            r->out->kind = TW_RECORD_TO_LOOP;
            r->out->target = l;
            r->out->end_values = values_now(r, d, ops, n);
            s = R_DONE;
            goto out;
        }
    }
    n = live_values(r, d, ops, 1, live);
    add_merge_point(r, d, v, live, n);
    heapcache_reset(r->hc);
    r->need_not_invalidated = 1;
out:
    if (live != buf)
        free(live);
    return s;
}

/* ------------------------------------------------------------------- too long */

/* The inlined call that made the trace long is not inlined any more; without
 * one the trace is cut here into segments. */
static enum rstatus too_long(struct recorder *r, const struct tw_jitdriver *d,
                             int depth0)
{
    struct rframe *f, *outer = NULL;

    for (f = r->top; f && f->caller; f = f->caller)
        if (f->is_portal && f->has_greens)
            outer = f;
    if (outer) {
        tw_warm_dont_trace_here(outer->driver, outer->greens);
        r->abort_reason = TW_ABORT_TOO_LONG;
        return R_GO;
    }
    if (depth0 && d == r->driver && tw_options.segmenting) {
        rec_guard(r, TW_OP_guard_always_fails, NULL, NULL, 0, r->top->live_pc);
        r->out->kind = TW_RECORD_SEGMENT;
        return R_DONE;
    }
    r->abort_reason = TW_ABORT_TOO_LONG;
    return R_GO;
}

/* ---------------------------------------------------------------- merge point */

static void state_at(struct recorder *r, const struct tw_jitdriver *d,
                     struct tw_box **ops)
{
    for (int k = 0; k < d->ngreens + d->nreds; k++)
        r->out->args[k] = ops[k]->val;
    r->out->state = TW_ENTER_CONTINUE;
    r->out->driver = d;
}

static void debug_merge_point(struct recorder *r, const struct tw_jitdriver *d,
                              const union tw_value *greens)
{
    tw_vref a[2];

    a[0] = tw_trace_const_i(r->trace, tw_location_id(d, greens));
    a[1] = tw_trace_const_i(r->trace, r->portal_depth);
    rec_emit(r, TW_OP_debug_merge_point, NULL, a, 2);
}

enum rstatus rec_merge_point(struct recorder *r)
{
    struct rframe *f = r->top;
    const uint16_t *u = f->code->code + f->pc + 1;
    const struct tw_jitdriver *d = r->program->drivers[u[0]];
    struct tw_box *ops[TW_MAX_MERGE_ARGS];
    union tw_value v[TW_MAX_MERGE_ARGS];
    const uint16_t *end = operands(r, d, u + 1, ops);
    int header = r->seen_loop_header == (int)d->index;
    int depth0 = r->portal_depth == 0 && !f->caller;
    enum rstatus s;

    for (int k = 0; k < d->ngreens; k++) {
        rec_promote(r, ops[k], d->green_kinds[k]);
        v[k] = ops[k]->val;
    }
    if (!f->has_greens) {
        f->has_greens = 1;
        f->driver = d;
        memcpy(f->greens, v, d->ngreens * sizeof *v);
    }
    if (r->trace->nops > (uint64_t)tw_options.trace_limit) {
        s = too_long(r, d, depth0);
        if (s == R_DONE)
            state_at(r, d, ops);
        if (s != R_GO || r->abort_reason) {
            if (s == R_GO)
                f->pc = f->live_pc; /* stops there at once */
            return s;
        }
    }
    if (header) {
        r->seen_loop_header = -1;
        if (!depth0 && f->is_portal && f->caller && !f->unrolled &&
            d->driver->should_unroll_one_iteration &&
            d->driver->should_unroll_one_iteration(v)) {
            f->unrolled = 1; /* once in this frame the loop goes on inlined */
        } else if (!depth0 && f->is_portal && f->caller) {
            /* A loop inside an inlined call: the rest of it is one call. */
            struct tw_box greens[TW_MAX_MERGE_ARGS], reds[TW_MAX_MERGE_ARGS];
            struct tw_box res;
            struct rframe *c;
            tw_vref a;

            for (int k = 0; k < d->ngreens; k++)
                greens[k] = *ops[k];
            for (int k = 0; k < d->nreds; k++)
                reds[k] = *ops[d->ngreens + k];
            (void)rec_portal_call(r, d, greens, reds, &res);
            a = tw_trace_const_i(r->trace, d->index);
            rec_emit(r, TW_OP_leave_portal_frame, NULL, &a, 1);
            r->portal_depth--;
            rec_pop(r);
            c = r->top;
            if (c->res_bank >= 0)
                c->bank[c->res_bank][c->res_reg] = res;
            c->res_bank = -1;
            c->snap = -1;
            if (rec_after_forcing_call(r))
                r->abort_reason = TW_ABORT_ESCAPE;
            rec_guard(r, TW_OP_guard_not_forced, NULL, NULL, 0, c->pc);
            return r->abort_reason ? R_ABORT : R_GO;
        }
        if (depth0 && d == r->driver) {
            s = loop_header(r, d, ops, v);
            if (s != R_GO) {
                state_at(r, d, ops);
                return s;
            }
        }
    }
    debug_merge_point(r, d, v);
    f->pc = (uint32_t)(end - f->code->code);
    return R_GO;
}

/* ---------------------------------------------------------------- giving up */

static void hand_over(struct tw_bh *bh, struct rframe *f)
{
    struct tw_bhframe *b;

    if (f->caller)
        hand_over(bh, f->caller);
    b = tw_bh_push(bh, f->code, f->pc);
    for (int k = 0; k < TW_NBANKS; k++)
        for (uint32_t j = 0; j < f->code->nregs[k]; j++)
            b->bank[k][j] = f->bank[k][j].val;
}

void rec_to_blackhole(struct recorder *r)
{
    struct tw_bh bh = {.program = r->program, .driver = r->driver};
    struct rframe *f = r->top;

    /* The trace's hold on frames ends: what is in memory is up to date. */
    for (uint32_t k = 0; k + 1 < r->nvrefs; k += 2)
        if (TW_IS_VREF(r->vrefs[k].val.r))
            TW_VREF_OF(r->vrefs[k].val.r)->token = NULL;
    r->out->kind = TW_RECORD_ABORT;
    hand_over(&bh, f);
    r->out->state = tw_bh_run(&bh, r->out->args, &r->out->res);
}

/*
 * place.c: where values live in tier 1: in slots of the jitframe, their homes, by a linear scan
 * over the trace; guards find their failargs there and store nothing. A value that only the
 * operation right behind it uses has none, if a stencil takes that operand from acc or d0.
 * Input: an optimized trace; output: struct places.
 */
#include "backends/stencil/stencil.h"

#include <stdlib.h>
#include <string.h>

int stencil_no_code(unsigned opnum)
{
    switch (opnum) {
    case TW_OP_quasiimmut_field: /* facts for the optimizer, marks for logs */
    case TW_OP_record_exact_class:
    case TW_OP_record_exact_value_i:
    case TW_OP_record_exact_value_r:
    case TW_OP_record_nonnull:
    case TW_OP_enter_portal_frame:
    case TW_OP_leave_portal_frame:
    case TW_OP_debug_merge_point:
        return 1;
    default:
        return 0;
    }
}

const struct tw_op *stencil_next(const struct tw_trace *t, uint32_t k)
{
    for (k++; k < t->nops; k++)
        if (!stencil_no_code(t->ops[k].opnum))
            return &t->ops[k];
    return NULL;
}

/* ---------------------------------------------------------------- what guards know */

static int is_int_test(unsigned opnum)
{
    return (opnum >= TW_OP_int_is_true && opnum <= TW_OP_uint_ge) ||
           (opnum >= TW_OP_ptr_eq && opnum <= TW_OP_ptr_nonnull);
}

static int is_test(unsigned opnum)
{
    return is_int_test(opnum) ||
           (opnum >= TW_OP_float_lt && opnum <= TW_OP_float_unord);
}

int stencil_exit_constant(const struct tw_trace *t, const struct tw_op *guard,
                          tw_vref v, int64_t *value)
{
    const struct tw_op *op = v < 0 ? NULL : tw_op_of(t, v);
    tw_vref tested;
    int negated;

    if (tw_backend_fail_every || v < 0 ||
        (guard->opnum != TW_OP_guard_true && guard->opnum != TW_OP_guard_false))
        return 0;
    tested = t->args[guard->args];
    *value = guard->opnum == TW_OP_guard_false;
    if (v == tested)
        return *value == 0 || (op && is_test(op->opnum));
    negated = op && op->opnum == TW_OP_int_is_zero;
    if (!op || (op->opnum != TW_OP_int_is_true && !negated) ||
        t->args[op->args] != tested)
        return 0;
    *value ^= negated;
    return 1;
}

/* ---------------------------------------------------------------- uses */

struct scan {
    const struct tw_trace *t;
    struct places *p;
    int32_t *last_use; /* by value: operation, -1 unused */
    uint32_t *nuses; /* by value: but for what exits know */
    uint8_t *needs; /* by value: a home */
    int32_t *hint; /* by value: a slot that would save a move */
    int32_t *dying; /* by operation: list of values, through next_dying */
    int32_t *next_dying;
    uint16_t *occupants; /* by slot */
    uint32_t cap;
};

/* May operand n come from acc (or, a double, from d0)? */
static int takes_direct(const struct tw_trace *t, const struct tw_op *op,
                        unsigned n)
{
    char type = tw_type_of(t, t->args[op->args + n]);
    const struct tw_arraydescr *ad = op->descr;
    unsigned o = op->opnum;

    if (type == 'f')
        return (o >= TW_OP_float_add && o <= TW_OP_float_truediv) ||
               o == TW_OP_float_sqrt ||
               (o >= TW_OP_float_lt && o <= TW_OP_float_unord) ||
               o == TW_OP_setfield_f || o == TW_OP_same_as_f;
    if ((o >= TW_OP_int_add && o <= TW_OP_uint_ge) ||
        (o >= TW_OP_ptr_eq && o <= TW_OP_cast_int_to_ptr) ||
        o == TW_OP_same_as_i || o == TW_OP_same_as_r ||
        o == TW_OP_cast_int_to_float ||
        (o >= TW_OP_int_add_ovf && o <= TW_OP_int_mul_ovf) ||
        (o >= TW_OP_getfield_i && o <= TW_OP_setfield_f))
        return 1;
    if ((o >= TW_OP_getarrayitem_i && o <= TW_OP_getarrayitem_f) ||
        (o >= TW_OP_setarrayitem_i && o <= TW_OP_setarrayitem_f) ||
        (o >= TW_OP_raw_load_i && o <= TW_OP_raw_store_f)) {
        if (tw_is_const(t->args[op->args + 1]))
            return o <= TW_OP_getarrayitem_f ||
                   (o >= TW_OP_raw_load_i && o <= TW_OP_raw_load_f);
        (void)ad;
        return n == 1;
    }
    switch (o) {
    case TW_OP_guard_true:
    case TW_OP_guard_false:
    case TW_OP_guard_value_i:
    case TW_OP_guard_value_r:
    case TW_OP_guard_nonnull:
    case TW_OP_guard_isnull:
    case TW_OP_guard_class:
    case TW_OP_guard_nonnull_class:
    case TW_OP_cond_call:
        return n == 0;
    default:
        return 0;
    }
}

/* Is the result of op in acc or d0 when it is done? */
static int gives_direct(unsigned opnum)
{
    switch (opnum) {
    case TW_OP_float_neg: /* made as bits */
    case TW_OP_float_abs:
    case TW_OP_bits_to_float:
    case TW_OP_call_assembler_f:
    case TW_OP_cond_call_value_i:
    case TW_OP_cond_call_value_r:
        return 0;
    default:
        return 1;
    }
}

static void use(struct scan *s, tw_vref v, uint32_t k, int direct)
{
    if (v < 0) /* constant or hole */
        return;
    s->last_use[v] = (int32_t)k;
    s->needs[v] |= !direct;
}

/* A comparison whose only use is the guard behind it (and what its exit knows). */
static void find_fused(struct scan *s)
{
    const struct tw_trace *t = s->t;
    int64_t known;

    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];

        if (stencil_no_code(op->opnum))
            continue;
        for (unsigned n = 0; n < op->nargs; n++)
            if (t->args[op->args + n] >= 0)
                s->nuses[t->args[op->args + n]]++;
        for (unsigned n = 0; n < op->nfailargs; n++) {
            tw_vref v = t->args[op->failargs + n];
            if (v >= 0 && !stencil_exit_constant(t, op, v, &known))
                s->nuses[v]++;
        }
    }
    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k], *next = stencil_next(t, k);
        tw_vref v = tw_value_of_op(t, k);

        s->p->fused[k] = is_test(op->opnum) && s->nuses[v] == 1 && next &&
                         (next->opnum == TW_OP_guard_true ||
                          next->opnum == TW_OP_guard_false) &&
                         t->args[next->args] == v;
    }
}

static void find_uses(struct scan *s)
{
    const struct tw_trace *t = s->t;
    tw_vref before = TW_NOVALUE; /* what the last operation with code made */
    int64_t known;

    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];

        if (stencil_no_code(op->opnum))
            continue;
        for (unsigned n = 0; n < op->nargs; n++) {
            tw_vref v = t->args[op->args + n];

            if (v < (tw_vref)t->ninputs ||
                !s->p->fused[v - (tw_vref)t->ninputs])
                use(s, v, k, v == before && takes_direct(t, op, n));
        }
        for (unsigned n = 0; n < op->nfailargs; n++)
            if (!stencil_exit_constant(t, op, t->args[op->failargs + n],
                                       &known))
                use(s, t->args[op->failargs + n], k, 0);
        if (s->p->fused[k])
            continue;
        before = tw_value_of_op(t, k);
        s->needs[before] |= !gives_direct(op->opnum);
    }
    for (uint32_t v = 0; v < t->ninputs + t->nops; v++) {
        if (s->last_use[v] < 0)
            continue;
        s->next_dying[v] = s->dying[s->last_use[v]];
        s->dying[s->last_use[v]] = (int32_t)v;
    }
}

/* ---------------------------------------------------------------- slots */

static void occupy(struct scan *s, uint32_t slot)
{
    if (slot >= s->cap) {
        uint32_t cap = slot + 32 + s->cap;

        s->occupants = realloc(s->occupants, cap * sizeof *s->occupants);
        memset(s->occupants + s->cap, 0, (cap - s->cap) * sizeof *s->occupants);
        s->cap = cap;
    }
    s->occupants[slot]++;
    if (slot >= s->p->nslots)
        s->p->nslots = slot + 1;
}

static uint32_t free_slot(const struct scan *s)
{
    uint32_t slot = 0;

    while (slot < s->p->nslots && s->occupants[slot])
        slot++;
    return slot;
}

uint32_t place_of_input(const struct tw_guard *from, uint32_t k)
{
    uint32_t n = 0;

    if (!from)
        return k;
    for (uint32_t j = 0; j < from->nfailargs; j++)
        if (from->fail_types[j] != 'v' && n++ == k)
            return from->locations[j];
    return k;
}

/* Inputs stay where they arrive; one that shares its slot with another (a bridge's, from equal
 * failargs) gets a slot of its own. */
static void place_inputs(struct scan *s, const struct tw_guard *from)
{
    uint32_t n = s->t->ninputs;

    for (uint32_t k = 0, j = 0; k < n; k++, j++) {
        while (from && j < from->nfailargs && from->fail_types[j] == 'v')
            j++;
        s->p->home[k] = from ? from->locations[j] : (int32_t)k;
        occupy(s, (uint32_t)s->p->home[k]);
    }
    for (uint32_t k = 0; k < n; k++) {
        uint32_t old = (uint32_t)s->p->home[k];

        if (s->occupants[old] < 2)
            continue;
        s->p->home[k] = (int32_t)free_slot(s);
        occupy(s, (uint32_t)s->p->home[k]);
        s->occupants[old]--;
    }
    for (uint32_t k = 0; k < n; k++)
        if (s->last_use[k] < 0)
            s->occupants[s->p->home[k]]--;
}

/* What the jump at the end brings had best be where the label wants it. */
static void find_hints(struct scan *s, uint32_t label)
{
    const struct tw_trace *t = s->t;
    const struct tw_op *l = &t->ops[label], *j = &t->ops[t->nops - 1];

    if (j->opnum != TW_OP_jump || j->descr != l->descr)
        return;
    for (unsigned n = 0; n < l->nargs; n++) {
        tw_vref v = t->args[l->args + n], w = t->args[j->args + n];

        if (v >= 0 && w >= 0)
            s->hint[w] = s->p->home[v];
    }
}

static void place(struct scan *s, tw_vref v)
{
    int32_t hint = s->hint[v];

    if (!s->needs[v] || s->last_use[v] < 0)
        return;
    s->p->home[v] =
        hint >= 0 && !s->occupants[hint] ? hint : (int32_t)free_slot(s);
    occupy(s, (uint32_t)s->p->home[v]);
}

static void scan(struct scan *s)
{
    const struct tw_trace *t = s->t;

    for (uint32_t k = 0; k < t->nops; k++) {
        tw_vref v = tw_value_of_op(t, k);
        unsigned o = t->ops[k].opnum;
        /* it is written before the arguments of the call are read */
        int early =
            o == TW_OP_cond_call_value_i || o == TW_OP_cond_call_value_r;

        if (early)
            place(s, v);
        for (int32_t d = s->dying[k]; d >= 0; d = s->next_dying[d])
            if (s->p->home[d] >= 0)
                s->occupants[s->p->home[d]]--;
        if (!early)
            place(s, v);
        if (o == TW_OP_label)
            find_hints(s, k);
    }
}

void places_assign(struct places *p, const struct tw_trace *t,
                   const struct tw_guard *from)
{
    uint32_t n = t->ninputs + t->nops + 1;
    struct scan s = {.t = t, .p = p};

    p->nslots = 1;
    p->home = malloc(n * sizeof *p->home);
    memset(p->home, 0xff, n * sizeof *p->home);
    p->fused = calloc(t->nops + 1, 1);
    s.last_use = malloc(n * sizeof *s.last_use);
    memset(s.last_use, 0xff, n * sizeof *s.last_use);
    s.hint = malloc(n * sizeof *s.hint);
    memset(s.hint, 0xff, n * sizeof *s.hint);
    s.next_dying = malloc(n * sizeof *s.next_dying);
    s.nuses = calloc(n, sizeof *s.nuses);
    s.needs = calloc(n, 1);
    s.dying = malloc((t->nops + 1) * sizeof *s.dying);
    memset(s.dying, 0xff, (t->nops + 1) * sizeof *s.dying);
    s.cap = 64;
    s.occupants = calloc(s.cap, sizeof *s.occupants);
    find_fused(&s);
    find_uses(&s);
    place_inputs(&s, from);
    scan(&s);
    free(s.last_use);
    free(s.hint);
    free(s.next_dying);
    free(s.nuses);
    free(s.needs);
    free(s.dying);
    free(s.occupants);
}

void places_free(struct places *p)
{
    free(p->home);
    free(p->fused);
}

/*
 * slots.c: where values live in the jitframe. For tier 1: a linear scan that
 * gives a home to each value that a guard's failargs or another segment need.
 * For both tiers: the locations of the guards' failargs.
 * Input: an optimized trace; output: lvalue.home, guard->locations, nslots.
 *
 * A segment is what stands between two guards or labels: the code there is one
 * stretch for FastISel, so a value used only in its own needs no home.
 */
#include "backends/llvm/lower.h"

#include <stdlib.h>
#include <string.h>

struct scan {
    const struct tw_trace *t;
    struct lvalue *vals;
    int32_t *last_use;    /* by value: operation, -1 unused */
    uint32_t *segment;    /* by value: where it is defined */
    uint8_t *needs_home;  /* by value */
    uint16_t *occupants;  /* by slot */
    uint32_t nslots, cap;
    int32_t *dying; /* by operation: list of values, through next_dying */
    int32_t *next_dying;
};

static void use(struct scan *s, tw_vref v, uint32_t k, uint32_t seg, int force)
{
    if (v < 0) /* constant or hole */
        return;
    s->last_use[v] = (int32_t)k;
    if (force || s->segment[v] != seg)
        s->needs_home[v] = 1;
}

/* 0 or 1 and nothing else? */
static int is_boolean(const struct tw_trace *t, tw_vref v)
{
    const struct tw_op *op = tw_op_of(t, v);

    if (!op)
        return 0;
    return (op->opnum >= TW_OP_int_is_true && op->opnum <= TW_OP_uint_ge) ||
           (op->opnum >= TW_OP_float_lt && op->opnum <= TW_OP_float_unord) ||
           (op->opnum >= TW_OP_ptr_eq && op->opnum <= TW_OP_ptr_nonnull);
}

/* A guard on a condition often has that very condition among its failargs:
 * the interpreter was about to branch on it. */
int exit_constant(const struct tw_trace *t, const struct tw_op *guard,
                  tw_vref v, int64_t *value)
{
    const struct tw_op *op = tw_op_of(t, v);
    tw_vref tested;
    int negated;

    if (tw_backend_fail_every || v < 0 ||
        (guard->opnum != TW_OP_guard_true && guard->opnum != TW_OP_guard_false))
        return 0;
    tested = t->args[guard->args];
    *value = guard->opnum == TW_OP_guard_false;
    if (v == tested)
        return *value == 0 || is_boolean(t, v);
    negated = op && op->opnum == TW_OP_int_is_zero;
    if (!op || (op->opnum != TW_OP_int_is_true && !negated) ||
        t->args[op->args] != tested)
        return 0;
    *value ^= negated;
    return 1;
}

static int ends_segment(unsigned opnum)
{
    return tw_op_is(opnum, TW_GUARD) || opnum == TW_OP_label;
}

/* Last uses, and who needs a home. */
static void find_uses(struct scan *s)
{
    const struct tw_trace *t = s->t;
    uint32_t seg = 1;
    int64_t known;

    for (uint32_t k = 0; k < t->ninputs; k++)
        s->needs_home[k] = 1;
    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];
        int force = op->opnum == TW_OP_label || op->opnum == TW_OP_keepalive;

        s->segment[t->ninputs + k] = seg;
        for (unsigned n = 0; n < op->nargs; n++)
            use(s, t->args[op->args + n], k, seg, force);
        for (unsigned n = 0; n < op->nfailargs; n++)
            if (!exit_constant(t, op, t->args[op->failargs + n], &known))
                use(s, t->args[op->failargs + n], k, seg, 1);
        if (ends_segment(op->opnum))
            seg++;
    }
    for (uint32_t v = 0; v < t->ninputs + t->nops; v++) {
        if (s->last_use[v] < 0)
            continue;
        s->next_dying[v] = s->dying[s->last_use[v]];
        s->dying[s->last_use[v]] = (int32_t)v;
    }
}

static void occupy(struct scan *s, uint32_t slot)
{
    if (slot >= s->cap) {
        uint32_t cap = slot + 32 + s->cap;

        s->occupants = realloc(s->occupants, cap * sizeof *s->occupants);
        memset(s->occupants + s->cap, 0, (cap - s->cap) * sizeof *s->occupants);
        s->cap = cap;
    }
    s->occupants[slot]++;
    if (slot >= s->nslots)
        s->nslots = slot + 1;
}

static uint32_t free_slot(const struct scan *s)
{
    uint32_t slot = 0;

    while (slot < s->nslots && s->occupants[slot])
        slot++;
    return slot;
}

/* Inputs start where they arrive; one that shares its slot with another (a
 * bridge's, from equal failargs) gets a slot of its own, and lower.c copies. */
static void place_inputs(struct scan *s, const struct tw_guard *from)
{
    uint32_t n = 0;

    for (uint32_t k = 0; from && k < from->nfailargs && n < s->t->ninputs; k++)
        if (from->fail_types[k] != 'v')
            s->vals[n++].home = from->locations[k];
    for (uint32_t k = 0; !from && k < s->t->ninputs; k++)
        s->vals[k].home = (int32_t)k;
    for (uint32_t k = 0; k < s->t->ninputs; k++)
        occupy(s, (uint32_t)s->vals[k].home);
    for (uint32_t k = 0; k < s->t->ninputs; k++) {
        uint32_t old = (uint32_t)s->vals[k].home;

        if (s->occupants[old] < 2)
            continue;
        s->vals[k].home = (int32_t)free_slot(s);
        occupy(s, (uint32_t)s->vals[k].home);
        s->occupants[old]--;
    }
    for (uint32_t k = 0; k < s->t->ninputs; k++)
        if (s->last_use[k] < 0)
            s->occupants[s->vals[k].home]--;
}

void slots_assign(struct lower *l, struct part *p, const struct tw_guard *from)
{
    const struct tw_trace *t = p->t;
    uint32_t nvalues = t->ninputs + t->nops;
    struct scan s = {.t = t, .vals = p->vals};

    s.last_use = malloc((nvalues + 1) * sizeof *s.last_use);
    memset(s.last_use, -1, (nvalues + 1) * sizeof *s.last_use);
    s.next_dying = malloc((nvalues + 1) * sizeof *s.next_dying);
    s.segment = calloc(nvalues + 1, sizeof *s.segment);
    s.needs_home = calloc(nvalues + 1, 1);
    s.dying = malloc((t->nops + 1) * sizeof *s.dying);
    memset(s.dying, -1, (t->nops + 1) * sizeof *s.dying);
    find_uses(&s);
    place_inputs(&s, from);
    for (uint32_t k = 0; k < t->nops; k++) {
        uint32_t v = t->ninputs + k;

        for (int32_t d = s.dying[k]; d >= 0; d = s.next_dying[d])
            if (p->vals[d].home >= 0)
                s.occupants[p->vals[d].home]--;
        if (!s.needs_home[v] || s.last_use[v] < 0)
            continue;
        p->vals[v].home = (int32_t)free_slot(&s);
        occupy(&s, (uint32_t)p->vals[v].home);
    }
    if (s.nslots > l->unit->code.nslots)
        l->unit->code.nslots = s.nslots;
    free(s.last_use);
    free(s.next_dying);
    free(s.segment);
    free(s.needs_home);
    free(s.dying);
    free(s.occupants);
}

/* Failargs without a home (constants; everything in tier 2) are stored by the
 * exit. They go where no home is: above all of them. */
void slots_place_guards(struct lower *l, const struct tw_trace *t,
                        const struct lvalue *vals)
{
    uint32_t above = l->tier == 1 ? l->unit->code.nslots : 0;

    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];
        struct tw_guard *g = op->guard;
        uint32_t next = above;

        if (!tw_op_is(op->opnum, TW_GUARD))
            continue;
        if (!g->locations) {
            g->locations = calloc(op->nfailargs + 1u, sizeof *g->locations);
            for (unsigned n = 0; n < op->nfailargs; n++) {
                tw_vref v = t->args[op->failargs + n];
                int home = v >= 0 && vals ? vals[v].home : NO_HOME;

                if (v != TW_NOVALUE)
                    g->locations[n] =
                        (uint16_t)(home >= 0 ? (uint32_t)home : next++);
            }
        }
        for (unsigned n = 0; n < op->nfailargs; n++)
            if (g->locations[n] >= l->unit->code.nslots)
                l->unit->code.nslots = g->locations[n] + 1u;
    }
}

/*
 * finish.c: the list of operations becomes the optimized trace.
 *
 * Operations that nobody needs are left out; an overflow operation and a comparison used by one
 * guard only go directly before that guard; label arguments get the numbers of the values that they
 * rename; guards get their struct tw_guard. Input: the lists of struct optimizer. Output: o->out,
 * and what belongs to the loop in loop->opt.
 */
#include <stdlib.h>
#include <string.h>

#include "toolkit/opt/optimizer.h"

struct finisher {
    struct optimizer *o;
    struct tw_trace *out;
    struct opt_loop *keep;
    uint8_t *needed;   /* by box */
    uint16_t *uses;    /* by box, saturating */
    int32_t *guard_of; /* the guard that tests this comparison, or -1 */
    tw_vref *number;   /* by box: the value in out */
    struct tw_guard *guards;
    uint32_t nguards; /* made so far */
    struct tw_num_tables tables;
    struct tw_guard *last;
};

struct opt_loop *opt_loop_of(struct tw_loop *loop)
{
    if (!loop->opt)
        loop->opt = tw_calloc(1, sizeof(struct opt_loop));
    return loop->opt;
}

void tw_opt_loop_free(struct tw_loop *loop)
{
    struct opt_loop *k = loop->opt;

    if (!k)
        return;
    for (uint32_t n = 0; n < k->nowned; n++)
        free(k->owned[n]);
    for (uint32_t n = 0; n < k->nroots; n++)
        tw_gc_free_uncollectable(k->roots[n]);
    free(k->owned);
    free(k->roots);
    tw_arena_free(&k->arena);
    free(k);
    loop->opt = NULL;
}

/* ------------------------------------------------------------------ what is needed */

/* Behind a label: another name for a value before it. */
static int is_renamed(const struct box *b)
{
    return b->opnum == OP_LABEL_ARG || b->shortop >= 0;
}

static void use(struct finisher *f, tw_vref v)
{
    if (v < 0)
        return;
    f->needed[v] = 1;
    if (f->uses[v] < UINT16_MAX)
        f->uses[v]++;
    if (is_renamed(&f->o->boxes[v]))
        use(f, f->o->boxes[v].alias);
}

static int is_comparison(unsigned opnum)
{
    return (opnum >= TW_OP_int_is_true && opnum <= TW_OP_uint_ge) ||
           (opnum >= TW_OP_float_lt && opnum <= TW_OP_float_unord) ||
           (opnum >= TW_OP_ptr_eq && opnum <= TW_OP_ptr_nonnull);
}

static void use_operands(struct finisher *f, tw_vref v)
{
    struct optimizer *o = f->o;
    const struct box *b = &o->boxes[v];

    for (unsigned k = 0; k < b->nargs; k++)
        use(f, o->args[b->args + k]);
    if (b->guard >= 0) {
        const struct guard_note *g = &o->guards[b->guard];
        for (uint32_t k = 0; k < g->nfailargs; k++)
            use(f, o->args[g->failargs + k]);
        if (b->alias >= 0) /* the overflow operation tested */
            use(f, b->alias);
        if ((b->opnum == TW_OP_guard_true || b->opnum == TW_OP_guard_false) &&
            o->args[b->args] >= 0 &&
            is_comparison(o->boxes[o->args[b->args]].opnum))
            f->guard_of[o->args[b->args]] = v;
    }
}

static void find_needed(struct finisher *f)
{
    struct optimizer *o = f->o;

    for (tw_vref v = (tw_vref)o->nboxes - 1; v >= 0; v--) {
        const struct box *b = &o->boxes[v];
        if (b->state == BOX_NOT_EMITTED || b->opnum >= TW_NOPS || is_renamed(b))
            continue;
        if (b->state == BOX_BEFORE_LABEL ||
            !tw_op_is(b->opnum, TW_PURE | TW_NOEFFECT))
            f->needed[v] = 1;
        if (f->needed[v])
            use_operands(f, v);
    }
}

/* ------------------------------------------------------------------ writing */

static tw_vref number_of(struct finisher *f, tw_vref v)
{
    while (v >= 0 && is_renamed(&f->o->boxes[v]))
        v = f->o->boxes[v].alias;
    return v < 0 ? v : f->number[v];
}

static const char *fail_types(struct finisher *f, const tw_vref *failargs,
                              uint32_t n)
{
    char *types = TW_ARENA_ARRAY(&f->keep->arena, char, n);

    for (uint32_t k = 0; k < n; k++)
        types[k] =
            failargs[k] == TW_NOVALUE ? 'v' : tw_type_of(f->out, failargs[k]);
    return types;
}

static struct tw_guard *new_guard(struct finisher *f, unsigned opnum)
{
    static uint32_t ids;
    struct tw_guard *g = &f->guards[f->nguards++];

    g->dkind = TW_DK_GUARD;
    g->opnum = (uint16_t)opnum;
    g->id = __atomic_add_fetch(&ids, 1, __ATOMIC_RELAXED);
    g->loop = f->o->loop;
    g->descrs = f->tables.descrs;
    g->consts = f->tables.consts;
    return g;
}

static void write_guard(struct finisher *f, struct tw_op *op,
                        const struct guard_note *note)
{
    struct optimizer *o = f->o;
    struct tw_guard *g = new_guard(f, op->opnum);
    uint32_t offset, at = f->out->nargs;

    TW_VEC_ROOM(f->out->args, f->out->nargs, f->out->args_cap, note->nfailargs);
    for (uint32_t k = 0; k < note->nfailargs; k++)
        f->out->args[at + k] = number_of(f, o->args[note->failargs + k]);
    f->out->nargs += note->nfailargs;
    op->failargs = at;
    op->nfailargs = (uint16_t)note->nfailargs;
    op->guard = g;
    tw_numbering_place(o->numbering, note->number, &offset, &g->resume_size);
    g->resume = f->tables.bytes + offset;
    g->nfailargs = (uint16_t)note->nfailargs;
    /* Most guards' list of kinds is the beginning of another's. */
    const tw_vref *failargs = f->out->args + at;
    int same = f->last && f->last->nfailargs >= note->nfailargs;
    for (uint32_t k = 0; same && k < note->nfailargs; k++)
        same =
            f->last->fail_types[k] ==
            (failargs[k] == TW_NOVALUE ? 'v' : tw_type_of(f->out, failargs[k]));
    g->fail_types =
        same ? f->last->fail_types
             : (char *)(uintptr_t)fail_types(f, failargs, note->nfailargs);
    f->last = g;
}

static void write_op(struct finisher *f, tw_vref v)
{
    struct optimizer *o = f->o;
    const struct box *b = &o->boxes[v];
    struct tw_op op = {.opnum = b->opnum,
                       .nargs = b->nargs,
                       .args = f->out->nargs,
                       .descr = b->descr,
                       .snapshot = -1};

    TW_VEC_ROOM(f->out->args, f->out->nargs, f->out->args_cap, b->nargs);
    for (unsigned k = 0; k < b->nargs; k++)
        f->out->args[op.args + k] = number_of(f, o->args[b->args + k]);
    f->out->nargs += b->nargs;
    if (b->guard >= 0) {
        write_guard(f, &op, &o->guards[b->guard]);
    }
    TW_VEC_PUSH(f->out->ops, f->out->nops, f->out->ops_cap, op);
    f->number[v] = (tw_vref)(f->out->ninputs + f->out->nops - 1);
}

/* Left for the guard that tests it? */
static int goes_to_guard(struct finisher *f, tw_vref v)
{
    const struct box *b = &f->o->boxes[v];

    return tw_op_is(b->opnum, TW_OVF) ||
           (f->guard_of[v] >= 0 && f->uses[v] == 1 && is_comparison(b->opnum));
}

static void write_box(struct finisher *f, tw_vref v)
{
    struct optimizer *o = f->o;
    const struct box *b = &o->boxes[v];

    if (v == o->loop_label)
        for (tw_vref k = v + 1; k < (tw_vref)o->nboxes; k++)
            if (o->boxes[k].state == BOX_BEFORE_LABEL)
                write_op(f, k);
    if (b->guard >= 0) {
        tw_vref test = b->alias;
        if (b->nargs && o->args[b->args] >= 0 &&
            f->guard_of[o->args[b->args]] == v)
            test = o->args[b->args];
        if (test >= 0 && goes_to_guard(f, test))
            write_op(f, test);
    }
    write_op(f, v);
}

static void own(struct opt_loop *k, void *p)
{
    if (p)
        TW_VEC_PUSH(k->owned, k->nowned, k->owned_cap, p);
}

void opt_finish(struct optimizer *o)
{
    struct finisher f = {.o = o, .out = o->out, .keep = opt_loop_of(o->loop)};
    size_t n = o->nboxes;

    f.needed = tw_calloc(n, 1);
    f.uses = tw_calloc(n, sizeof *f.uses);
    f.guard_of = tw_malloc(n * sizeof *f.guard_of);
    f.number = tw_malloc(n * sizeof *f.number);
    memset(f.guard_of, -1, n * sizeof *f.guard_of);
    for (size_t k = 0; k < n; k++)
        f.number[k] = TW_NOVALUE;
    find_needed(&f);
    tw_numbering_finish(o->numbering, &f.tables);
    own(f.keep, f.tables.bytes);
    own(f.keep, f.tables.descrs);
    if (f.tables.consts)
        TW_VEC_PUSH(f.keep->roots, f.keep->nroots, f.keep->roots_cap,
                    f.tables.consts);
    f.guards = TW_ARENA_ARRAY(&f.keep->arena, struct tw_guard, o->nguards);
    for (tw_vref v = 0; v < (tw_vref)n; v++) {
        const struct box *b = &o->boxes[v];
        if (b->opnum == OP_INPUT)
            f.number[v] = v;
        else if (b->state == BOX_EMITTED && f.needed[v] && !is_renamed(b) &&
                 !(b->guard < 0 && goes_to_guard(&f, v)))
            write_box(&f, v);
    }
    free(f.needed);
    free(f.uses);
    free(f.guard_of);
    free(f.number);
}

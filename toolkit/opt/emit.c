/*
 * emit.c: how an operation travels through the passes, and its end: appended to the list, operands
 * made real, guards numbered. Allocations that were virtual so far are made here.
 */
#include <string.h>

#include "toolkit/opt/optimizer.h"

static tw_vref (*const pass_table[NPASSES])(struct optimizer *,
                                            struct cur *) = {
#define PASS(name, what) pass_##name,
#include "toolkit/opt/passes.def"
#undef PASS
};

tw_vref opt_next(struct optimizer *o, enum opt_pass after, struct cur *op)
{
    for (int p = after + 1; p < NPASSES; p++)
        if (o->passes >> p & 1)
            return pass_table[p](o, op);
    return opt_emit(o, op);
}

tw_vref opt_send1(struct optimizer *o, enum opt_pass after, unsigned opnum,
                  const void *descr, tw_vref a)
{
    tw_vref args[MAX_FIXED] = {a};
    struct cur op = {(uint16_t)opnum, 1, -1, descr, args};

    return opt_next(o, after, &op);
}

tw_vref opt_send2(struct optimizer *o, enum opt_pass after, unsigned opnum,
                  const void *descr, tw_vref a, tw_vref b)
{
    tw_vref args[MAX_FIXED] = {a, b};
    struct cur op = {(uint16_t)opnum, 2, -1, descr, args};

    return opt_next(o, after, &op);
}

/* ------------------------------------------------------------------ forcing */

static tw_vref append(struct optimizer *o, unsigned opnum, const void *descr,
                      const tw_vref *args, unsigned nargs)
{
    tw_vref v =
        opt_new_box(o, opnum, tw_opinfo[opnum].result, descr, args, nargs);

    o->boxes[v].state = BOX_EMITTED;
    return v;
}

static unsigned by_type(char type, unsigned i)
{
    return type == 'i' ? i : type == 'r' ? i + 1 : i + 2;
}

static int is_zero(const struct optimizer *o, tw_vref v)
{
    if (!tw_is_const(v))
        return 0;
    const struct tw_const *c = tw_const_of(o->out, v);
    return c->type == 'r' ? c->v.r == NULL : c->v.i == 0;
}

static tw_vref force_struct(struct optimizer *o, tw_vref v, struct ptrinfo *p)
{
    int64_t n = p->nitems;
    tw_vref args[2], object;

    args[0] = p->size->item_size ? opt_ci(o, n) : TW_NOVALUE;
    object = append(o, p->size->item_size ? TW_OP_new_var : TW_OP_new, p->size,
                    args, p->size->item_size ? 1 : 0);
    struct ptrinfo *real = opt_ptr(o, object);
    real->flags = PTR_NONNULL | PTR_FRESH;
    real->size = p->size;
    real->nitems = n;
    o->values[v].p = NULL;
    opt_equal(o, v, object);
    for (uint32_t k = 0; k < p->nslots; k++) {
        struct slot *s = &p->slots[k];
        tw_vref value = opt_resolve(o, s->value);
        if (!is_zero(o, value)) {
            value = opt_force(o, value);
            if (opt_ptr_get(o, value) && opt_type(o, value) == 'r')
                opt_ptr(o, value)->flags &= (uint8_t)~PTR_FRESH;
            args[0] = object;
            args[1] = value;
            append(o, by_type(s->type, TW_OP_setfield_i), s->descr, args, 2);
        }
        heap_remember(o, object, s->descr, value);
        if ((s->descr->flags & TW_F_CLASS) && tw_is_const(value))
            opt_set_class(o, object, s->descr, value);
    }
    return object;
}

/* An escaping reference to an object that is there is the object itself, as outside of traces: so
 * the object is made along with it. (It could stay virtual, found through the token; but then every
 * forced frame must know all its references.) */
static tw_vref force_vref(struct optimizer *o, tw_vref v, struct ptrinfo *p)
{
    o->values[v].p = NULL;
    tw_vref args[2] = {opt_force(o, p->base), opt_resolve(o, p->token)};

    if (!is_zero(o, args[0])) {
        if (!tw_is_const(args[0]))
            opt_ptr(o, args[0])->flags |= PTR_NONNULL | PTR_OBJECT;
        opt_equal(o, v, args[0]);
        return args[0];
    }
    tw_vref handle = append(o, TW_OP_virtual_ref, NULL, args, 2);

    opt_set_nonnull(o, handle);
    opt_equal(o, v, handle);
    return handle;
}

tw_vref opt_force(struct optimizer *o, tw_vref v)
{
    v = opt_used(o, opt_resolve(o, v));
    if (!opt_virtual(o, v))
        return v;
    struct ptrinfo *p = o->values[v].p;
    if (p->kind == PTR_VIRTUAL)
        return force_struct(o, v, p);
    if (p->kind == PTR_VREF)
        return force_vref(o, v, p);
    int64_t offset;
    tw_vref args[2] = {opt_force(o, opt_base(o, v, &offset)), TW_NOVALUE};
    args[1] = opt_ci(o, offset);
    o->values[v].p = NULL;
    tw_vref q = append(o, TW_OP_ptr_add, NULL, args, 2);
    opt_set_nonnull(o, q);
    opt_ptr(o, args[0])->flags &= (uint8_t)~PTR_FRESH;
    opt_equal(o, v, q);
    return q;
}

/* ------------------------------------------------------------------ escaping */

/* A pointer that is stored, passed or computed with may be reached by other ways from now on. */
static void note_escapes(struct optimizer *o, const struct cur *op)
{
    unsigned first = 0;

    if (tw_op_is(op->opnum, TW_LOAD | TW_STORE))
        first =
            op->opnum == TW_OP_mem_copy || op->opnum == TW_OP_mem_move ? 3 : 1;
    else if (tw_op_is(op->opnum, TW_GUARD) ||
             (op->opnum >= TW_OP_ptr_eq && op->opnum <= TW_OP_ptr_nonnull))
        return;
    for (unsigned k = first; k < op->nargs; k++)
        if (op->args[k] >= 0 && o->boxes[op->args[k]].type == 'r') {
            struct ptrinfo *p = o->values[op->args[k]].p;
            if (p)
                p->flags &= (uint8_t)~PTR_FRESH;
        }
}

/* ------------------------------------------------------------------ guards */

static void number_guard(struct optimizer *o, tw_vref v, int32_t snapshot)
{
    const struct tw_num_pending *pending;
    uint32_t npending = heap_pending(o, &pending);
    const tw_vref *failargs;
    struct guard_note g = {.box = v};

    if (snapshot < 0)
        tw_fatal("optimizer: %s has no snapshot",
                 tw_opinfo[o->boxes[v].opnum].name);
    g.number = tw_numbering_guard(o->numbering, o->rec, snapshot, pending,
                                  npending, &failargs, &g.nfailargs);
    knowledge_write(o);
    tw_numbering_done(o->numbering);
    g.failargs = o->nargs;
    TW_VEC_ROOM(o->args, o->nargs, o->args_cap, g.nfailargs);
    if (g.nfailargs)
        memcpy(o->args + o->nargs, failargs, g.nfailargs * sizeof *failargs);
    o->nargs += g.nfailargs;
    o->boxes[v].guard = (int32_t)o->nguards;
    TW_VEC_PUSH(o->guards, o->nguards, o->guards_cap, g);
}

tw_vref opt_emit(struct optimizer *o, struct cur *op)
{
    for (unsigned k = 0; k < op->nargs; k++)
        op->args[k] = opt_force(o, op->args[k]);
    note_escapes(o, op);
    tw_vref v = append(o, op->opnum, op->descr, op->args, op->nargs);
    if (tw_op_is(op->opnum, TW_OVF))
        o->last_ovf = v;
    if (op->opnum == TW_OP_guard_no_overflow ||
        op->opnum == TW_OP_guard_overflow)
        o->boxes[v].alias = o->last_ovf;
    if (tw_op_is(op->opnum, TW_GUARD))
        number_guard(o, v, op->snapshot);
    else if (tw_op_is(op->opnum, TW_ALLOC) && op->opnum == TW_OP_new_var) {
        opt_ptr(o, v)->flags |= PTR_FRESH;
        opt_ptr(o, v)->size = op->descr;
        opt_ptr(o, v)->nitems = -1;
    } else if (op->opnum == TW_OP_new) {
        opt_ptr(o, v)->flags |= PTR_FRESH | PTR_NONNULL;
        opt_ptr(o, v)->size = op->descr;
    }
    return tw_opinfo[op->opnum].result == 'v' ? TW_NOVALUE : v;
}

void opt_end_guard(struct optimizer *o, unsigned opnum, const void *descr,
                   const tw_vref *args, unsigned nargs)
{
    tw_vref copy[MAX_FIXED];
    struct cur op = {(uint16_t)opnum, (uint16_t)nargs, o->end_snapshot, descr,
                     copy};

    if (o->end_snapshot < 0)
        opt_invalid(o);
    memcpy(copy, args, nargs * sizeof *args);
    (void)opt_next(o, PASS_NONE, &op);
}

void opt_replace_guard(struct optimizer *o, tw_vref at, unsigned opnum,
                       const void *descr, const tw_vref *args, unsigned nargs)
{
    struct box *b = &o->boxes[at];

    b->opnum = (uint16_t)opnum;
    b->descr = descr;
    b->nargs = (uint16_t)nargs;
    b->args = o->nargs;
    TW_VEC_ROOM(o->args, o->nargs, o->args_cap, nargs);
    memcpy(o->args + o->nargs, args, nargs * sizeof *args);
    o->nargs += nargs;
}

/*
 * pure.c: pure operations that were computed before.
 *
 * Contract: a pure operation, elidable or loop-invariant call with the same operands as an earlier
 *   one is that one; comparisons also when swapped, or when the opposite one is decided. An
 *   overflow operation that did not overflow counts as the plain one.
 * Why: interpreters compute the same test or address many times.
 * Assumes: operands are resolved. Invalidates: nothing.
 * Not done here: immutable fields (heap.c).
 */
#include <stdlib.h>
#include <string.h>

#include "toolkit/opt/rewrite.h"

struct pure {
    tw_vref *table; /* boxes, TW_NOVALUE: free */
    uint32_t size, used;
};

struct pure *pure_new(struct optimizer *o)
{
    (void)o;
    return tw_calloc(1, sizeof(struct pure));
}

void pure_free(struct pure *p)
{
    if (p)
        free(p->table);
    free(p);
}

void pure_reset(struct pure *p)
{
    for (uint32_t k = 0; k < p->size; k++)
        p->table[k] = TW_NOVALUE;
    p->used = 0;
}

static int commutes(unsigned opnum)
{
    switch (opnum) {
    case TW_OP_int_add:
    case TW_OP_int_mul:
    case TW_OP_int_and:
    case TW_OP_int_or:
    case TW_OP_int_xor:
    case TW_OP_int_eq:
    case TW_OP_int_ne:
    case TW_OP_ptr_eq:
    case TW_OP_ptr_ne:
    case TW_OP_float_eq:
    case TW_OP_float_ne:
    case TW_OP_int_add_ovf:
    case TW_OP_int_mul_ovf:
        return 1;
    default:
        return 0;
    }
}

static uint32_t hash(unsigned opnum, const void *descr, const tw_vref *args,
                     unsigned nargs)
{
    uint64_t h = (uint64_t)(uintptr_t)descr ^ opnum;

    if (nargs == 2 && commutes(opnum)) {
        h = (h ^ ((uint64_t)(uint32_t)args[0] + (uint32_t)args[1])) *
            0x9e3779b97f4a7c15ull;
    } else {
        for (unsigned k = 0; k < nargs; k++)
            h = (h ^ (uint32_t)args[k]) * 0x9e3779b97f4a7c15ull;
    }
    return (uint32_t)(h >> 32);
}

static int is_it(struct optimizer *o, tw_vref v, unsigned opnum,
                 const void *descr, const tw_vref *args, unsigned nargs)
{
    const struct box *b = &o->boxes[v];

    if (b->opnum != opnum || b->descr != descr || b->nargs != nargs)
        return 0;
    if (nargs == 2 && commutes(opnum)) {
        tw_vref x = opt_arg(o, b, 0), y = opt_arg(o, b, 1);
        return (x == args[0] && y == args[1]) || (x == args[1] && y == args[0]);
    }
    for (unsigned k = 0; k < nargs; k++)
        if (opt_arg(o, b, k) != args[k])
            return 0;
    return 1;
}

tw_vref pure_find(struct optimizer *o, unsigned opnum, const void *descr,
                  const tw_vref *args, unsigned nargs)
{
    struct pure *p = o->pure;

    if (!p->used)
        return TW_NOVALUE;
    for (uint32_t h = hash(opnum, descr, args, nargs);; h++) {
        tw_vref v = p->table[h & (p->size - 1)];
        if (v == TW_NOVALUE)
            return TW_NOVALUE;
        if (is_it(o, v, opnum, descr, args, nargs))
            return v;
    }
}

static void insert(struct optimizer *o, struct pure *p, tw_vref v)
{
    const struct box *b = &o->boxes[v];
    tw_vref few[8], *args = few;

    if (b->nargs > 8)
        args = tw_malloc(b->nargs * sizeof *args);
    for (unsigned k = 0; k < b->nargs; k++)
        args[k] = opt_arg(o, b, k);
    uint32_t h = hash(b->opnum, b->descr, args, b->nargs);
    if (args != few)
        free(args);
    while (p->table[h & (p->size - 1)] != TW_NOVALUE)
        h++;
    p->table[h & (p->size - 1)] = v;
    p->used++;
}

void pure_remember(struct optimizer *o, tw_vref v)
{
    struct pure *p = o->pure;

    if (p->used * 2 >= p->size) {
        struct pure bigger = {.size = p->size ? p->size * 2 : 256};
        bigger.table = tw_malloc(bigger.size * sizeof *bigger.table);
        pure_reset(&bigger);
        for (uint32_t k = 0; k < p->size; k++)
            if (p->table[k] != TW_NOVALUE)
                insert(o, &bigger, p->table[k]);
        free(p->table);
        *p = bigger;
    }
    insert(o, p, v);
}

static tw_vref find_op(struct optimizer *o, unsigned opnum,
                       const struct cur *op, int swap)
{
    tw_vref args[2];

    if (opnum == TW_NOPS)
        return TW_NOVALUE;
    if (!swap || op->nargs != 2)
        return pure_find(o, opnum, NULL, op->args, op->nargs);
    args[0] = op->args[1];
    args[1] = op->args[0];
    return pure_find(o, opnum, NULL, args, 2);
}

/* The answer to a comparison from its swapped or its decided opposite form. */
static tw_vref related_comparison(struct optimizer *o, const struct cur *op)
{
    unsigned swapped = rewrite_swapped(op->opnum),
             inverse = rewrite_inverse(op->opnum);
    int64_t c;
    tw_vref v;

    if (swapped != TW_NOPS && swapped != op->opnum &&
        (v = find_op(o, swapped, op, 1)) != TW_NOVALUE)
        return v;
    for (int swap = 0; swap < 2 && inverse != TW_NOPS; swap++) {
        unsigned opnum = swap ? rewrite_swapped(inverse) : inverse;
        v = find_op(o, opnum, op, swap);
        if (v != TW_NOVALUE && opt_is_ci(o, opt_resolve(o, v), &c))
            return opt_ci(o, !c);
    }
    return TW_NOVALUE;
}

static unsigned checked_form(unsigned opnum)
{
    return opnum == TW_OP_int_add   ? TW_OP_int_add_ovf
           : opnum == TW_OP_int_sub ? TW_OP_int_sub_ovf
           : opnum == TW_OP_int_mul ? TW_OP_int_mul_ovf
                                    : TW_NOPS;
}

tw_vref pass_pure(struct optimizer *o, struct cur *op)
{
    if (op->opnum == TW_OP_guard_no_overflow) {
        tw_vref v = o->last_ovf;
        (void)opt_next(o, PASS_pure, op);
        if (v != TW_NOVALUE)
            pure_remember(o, v);
        return TW_NOVALUE;
    }
    if (!pure_is_op(op->opnum) && !tw_op_is(op->opnum, TW_OVF))
        return opt_next(o, PASS_pure, op);
    tw_vref v = pure_find(o, op->opnum, op->descr, op->args, op->nargs);
    if (v == TW_NOVALUE)
        v = find_op(o, checked_form(op->opnum), op, 0);
    if (v == TW_NOVALUE)
        v = related_comparison(o, op);
    if (v != TW_NOVALUE)
        return opt_resolve(o, opt_used(o, v));
    uint16_t opnum = op->opnum;
    v = opt_next(o, PASS_pure, op);
    if (v >= 0 && !tw_op_is(opnum, TW_OVF) && o->boxes[v].opnum == opnum)
        pure_remember(o, v);
    return v;
}

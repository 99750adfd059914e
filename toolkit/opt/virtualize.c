/*
 * virtualize.c: allocations that do not happen.
 *
 * Contract: new, new_var of a known small size and virtual_ref become virtuals: a box with slots
 *   (byte offset, size) instead of an operation. Loads and stores of a virtual work on its slots.
 *   Whatever else uses it makes it real (opt_force, at emission). Guards describe it in their
 *   resume data.
 * Why: boxes, frames, argument arrays, address-taken locals.
 * Assumes: accesses in simple form (access.c). Invalidates: nothing.
 * Not done here: strings; accesses of another size than the slot's, which force.
 */
#include <string.h>

#include "toolkit/opt/optimizer.h"

enum { MOST_ITEMS = 64, MOST_BYTES = 2048, MOST_SLOTS = 256 };

static tw_vref next(struct optimizer *o, struct cur *op)
{
    return opt_next(o, PASS_virtualize, op);
}

static struct ptrinfo *info_of(struct optimizer *o, tw_vref v,
                               enum ptr_kind kind)
{
    v = opt_resolve(o, v);
    return opt_virtual(o, v) && o->values[v].p->kind == kind ? o->values[v].p
                                                             : NULL;
}

/* ------------------------------------------------------------------ slots */

/* The first slot that ends after offset. */
static uint32_t first_after(const struct ptrinfo *p, int64_t offset)
{
    uint32_t lo = 0, hi = p->nslots;

    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (p->slots[mid].offset + p->slots[mid].size <= offset)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct slot *virtual_slot(struct ptrinfo *p, int64_t offset, int size)
{
    uint32_t k = first_after(p, offset);

    return k < p->nslots && p->slots[k].offset == offset &&
                   p->slots[k].size == size
               ? &p->slots[k]
               : NULL;
}

static int overlaps(const struct ptrinfo *p, int64_t offset, int64_t size)
{
    uint32_t k = first_after(p, offset);

    return k < p->nslots && p->slots[k].offset < offset + size;
}

/* Removes the slots inside [offset, offset + size); 0 if one is only partly inside. */
static int clear_range(struct ptrinfo *p, int64_t offset, int64_t size)
{
    uint32_t k = first_after(p, offset), end = k;

    while (end < p->nslots && p->slots[end].offset < offset + size) {
        if (p->slots[end].offset < offset ||
            p->slots[end].offset + p->slots[end].size > offset + size)
            return 0;
        end++;
    }
    if (end > k) {
        memmove(p->slots + k, p->slots + end,
                (p->nslots - end) * sizeof *p->slots);
        p->nslots -= end - k;
    }
    return 1;
}

static void insert_slot(struct optimizer *o, struct ptrinfo *p, struct slot s)
{
    uint32_t k = first_after(p, s.offset);

    if (p->nslots == p->slots_cap) {
        uint32_t cap = p->slots_cap ? p->slots_cap * 2 : 4;
        struct slot *more = TW_ARENA_ARRAY(&o->arena, struct slot, cap);
        if (p->nslots)
            memcpy(more, p->slots, p->nslots * sizeof *more);
        p->slots = more;
        p->slots_cap = cap;
    }
    memmove(p->slots + k + 1, p->slots + k, (p->nslots - k) * sizeof *p->slots);
    p->slots[k] = s;
    p->nslots++;
}

static int64_t bytes_of(const struct ptrinfo *p)
{
    return p->size->size + p->nitems * p->size->item_size;
}

static int inside(const struct ptrinfo *p, int64_t offset, int64_t size)
{
    return offset >= 0 && size >= 0 && offset + size <= bytes_of(p);
}

/* ------------------------------------------------------------------ allocation */

static tw_vref new_virtual(struct optimizer *o, const struct tw_sizedescr *d,
                           int64_t n)
{
    tw_vref v = opt_new_box(o, OP_VIRTUAL, 'r', d, NULL, 0);
    struct ptrinfo *p = opt_ptr(o, v);

    p->kind = PTR_VIRTUAL;
    p->flags = PTR_NONNULL;
    p->size = d;
    p->nitems = n;
    return v;
}

static tw_vref allocate(struct optimizer *o, struct cur *op)
{
    const struct tw_sizedescr *d = op->descr;
    int64_t n = 0;

    if (op->opnum == TW_OP_new_var &&
        (!opt_is_ci(o, op->args[0], &n) || n < 0 || n > MOST_ITEMS))
        return next(o, op);
    if (d->size + n * d->item_size > MOST_BYTES)
        return next(o, op);
    return new_virtual(o, d, n);
}

static tw_vref make_ref(struct optimizer *o, struct cur *op)
{
    tw_vref v = opt_new_box(o, OP_VIRTUAL, 'r', NULL, NULL, 0);
    struct ptrinfo *p = opt_ptr(o, v);

    p->kind = PTR_VREF;
    p->flags = PTR_NONNULL;
    p->base = op->args[0];
    p->token = op->args[1];
    return v;
}

/* The reference ends: whoever is given it later gets one that has its object, or none. */
static tw_vref finish_ref(struct optimizer *o, struct cur *op)
{
    struct ptrinfo *p = info_of(o, op->args[0], PTR_VREF);
    tw_vref handle = opt_resolve(o, op->args[0]);

    if (p) {
        /* Without its object: it keeps the one that it has. */
        tw_vref object = opt_resolve(o, op->args[1]);

        if (!tw_is_const(object) || opt_const(o, object).r)
            p->base = object;
        p->token = opt_zero(o, 'r');
        return TW_NOVALUE;
    }
    if (tw_is_const(handle) || !opt_ptr_get(o, handle) ||
        !(opt_ptr_get(o, handle)->flags & PTR_OBJECT))
        return next(o, op);
    return TW_NOVALUE;
}

static tw_vref interior(struct optimizer *o, struct cur *op)
{
    int64_t c, offset;

    if (!opt_virtual(o, op->args[0]) || !opt_is_ci(o, op->args[1], &c))
        return next(o, op);
    tw_vref base = opt_base(o, op->args[0], &offset);
    if (!info_of(o, base, PTR_VIRTUAL))
        return next(o, op);
    tw_vref v = opt_new_box(o, OP_VIRTUAL, 'r', NULL, NULL, 0);
    struct ptrinfo *p = opt_ptr(o, v);
    p->kind = PTR_INTERIOR;
    p->flags = PTR_NONNULL;
    p->base = base;
    p->offset = offset + c;
    return v;
}

/* ------------------------------------------------------------------ loads and stores */

/* A value of kind `from` in a slot of `size` bytes, read as kind `to`; TW_NOPS: no way. */
static unsigned conversion(char from, char to, int size)
{
    if (from == 'i' && to == 'f')
        return size == 8 ? TW_OP_bits_to_float : TW_OP_bits_to_single;
    if (from == 'f' && to == 'i')
        return size == 8 ? TW_OP_float_to_bits : TW_OP_single_to_bits;
    if (from == 'r' && to == 'i' && size == 8)
        return TW_OP_cast_ptr_to_int;
    if (from == 'i' && to == 'r' && size == 8)
        return TW_OP_cast_int_to_ptr;
    return TW_NOPS;
}

static tw_vref load(struct optimizer *o, struct cur *op)
{
    const struct tw_fielddescr *d = op->descr;
    struct ptrinfo *p = info_of(o, op->args[0], PTR_VIRTUAL);

    if (!p || !inside(p, d->offset, d->size))
        return next(o, op);
    struct slot *s = virtual_slot(p, d->offset, d->size);
    if (s && s->type == d->type)
        return opt_resolve(o, s->value);
    if (s && conversion(s->type, d->type, d->size) != TW_NOPS)
        return opt_send1(o, PASS_NONE, conversion(s->type, d->type, d->size),
                         NULL, opt_resolve(o, s->value));
    if (s || overlaps(p, d->offset, d->size))
        return next(o, op);
    return opt_zero(o, d->type);
}

static tw_vref store(struct optimizer *o, struct cur *op)
{
    const struct tw_fielddescr *d = op->descr;
    struct ptrinfo *p = info_of(o, op->args[0], PTR_VIRTUAL);
    struct slot fresh = {d->offset, d->size, d->type, d, op->args[1]};

    if (!p || !inside(p, d->offset, d->size))
        return next(o, op);
    struct slot *s = virtual_slot(p, d->offset, d->size);
    if (s) {
        *s = fresh;
        return TW_NOVALUE;
    }
    if (p->nslots == MOST_SLOTS || !clear_range(p, d->offset, d->size))
        return next(o, op);
    insert_slot(o, p, fresh);
    return TW_NOVALUE;
}

static tw_vref set_bytes(struct optimizer *o, struct cur *op)
{
    int64_t byte, n, offset;
    tw_vref base = opt_base(o, op->args[0], &offset);
    struct ptrinfo *p = info_of(o, base, PTR_VIRTUAL);

    if (!p || !opt_is_ci(o, op->args[1], &byte) ||
        !opt_is_ci(o, op->args[2], &n) || (byte & 255) ||
        !inside(p, offset, n) || !clear_range(p, offset, n))
        return next(o, op);
    return TW_NOVALUE;
}

/* Do slots of p lie across the ends of [offset, offset + n)? */
static int cut(const struct ptrinfo *p, int64_t offset, int64_t n)
{
    for (uint32_t k = first_after(p, offset);
         k < p->nslots && p->slots[k].offset < offset + n; k++)
        if (p->slots[k].offset < offset ||
            p->slots[k].offset + p->slots[k].size > offset + n)
            return 1;
    return 0;
}

static tw_vref copy_bytes(struct optimizer *o, struct cur *op)
{
    int64_t n, to, from;
    tw_vref dst = opt_base(o, op->args[0], &to),
            src = opt_base(o, op->args[1], &from);
    struct ptrinfo *d = info_of(o, dst, PTR_VIRTUAL),
                   *s = info_of(o, src, PTR_VIRTUAL);

    if (!opt_is_ci(o, op->args[2], &n))
        return next(o, op);
    if (n == 0 || (dst == src && to == from))
        return TW_NOVALUE;
    if (!d || !s || !inside(d, to, n) || !inside(s, from, n) ||
        cut(s, from, n) || cut(d, to, n))
        return next(o, op);
    uint32_t first = first_after(s, from), end = first;
    while (end < s->nslots && s->slots[end].offset < from + n)
        end++;
    struct slot *copy = tw_arena_copy(&o->arena, s->slots + first,
                                      (end - first) * sizeof *copy);
    clear_range(d, to, n);
    for (uint32_t k = 0; k < end - first; k++) {
        copy[k].offset = (int32_t)(copy[k].offset - from + to);
        copy[k].descr = tw_descr_field_at(copy[k].descr, copy[k].offset);
        insert_slot(o, d, copy[k]);
    }
    return TW_NOVALUE;
}

tw_vref pass_virtualize(struct optimizer *o, struct cur *op)
{
    if (op->opnum < TW_NOPS && tw_op_is(op->opnum, TW_LOAD | TW_STORE))
        access_simplify(o, op);
    switch (op->opnum) {
    case TW_OP_new:
    case TW_OP_new_var:
        return allocate(o, op);
    case TW_OP_virtual_ref:
        return make_ref(o, op);
    case TW_OP_virtual_ref_finish:
        return finish_ref(o, op);
    case TW_OP_keepalive:
        return opt_virtual(o, op->args[0]) ? TW_NOVALUE : next(o, op);
    case TW_OP_ptr_add:
        return interior(o, op);
    case TW_OP_getfield_i:
    case TW_OP_getfield_r:
    case TW_OP_getfield_f:
        return load(o, op);
    case TW_OP_setfield_i:
    case TW_OP_setfield_r:
    case TW_OP_setfield_f:
        return store(o, op);
    case TW_OP_mem_set:
        return set_bytes(o, op);
    case TW_OP_mem_copy:
    case TW_OP_mem_move:
        return copy_bytes(o, op);
    default:
        return next(o, op);
    }
}

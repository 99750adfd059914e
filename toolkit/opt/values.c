/*
 * values.c: boxes and what is known of them. Input and output of every pass; no operations are
 * made here.
 */
#include <string.h>

#include "toolkit/opt/optimizer.h"

tw_vref opt_resolve_slow(struct optimizer *o, tw_vref v)
{
    tw_vref end = v;

    while (end >= 0 && o->values[end].forward != TW_NOVALUE)
        end = o->values[end].forward;
    while (v != end) { /* shorten the way for the next time */
        tw_vref next = o->values[v].forward;
        o->values[v].forward = end;
        v = next;
    }
    return end;
}

tw_vref opt_new_box(struct optimizer *o, unsigned opnum, char type,
                    const void *descr, const tw_vref *args, unsigned nargs)
{
    tw_vref v = (tw_vref)o->nboxes;

    TW_VEC_ROOM(o->boxes, o->nboxes, o->boxes_cap, 1);
    if (o->nboxes >= o->values_cap) {
        o->values_cap = o->boxes_cap;
        o->values = tw_realloc(o->values, o->values_cap * sizeof *o->values);
    }
    TW_VEC_ROOM(o->args, o->nargs, o->args_cap, nargs);
    o->boxes[v] = (struct box){.opnum = (uint16_t)opnum,
                               .nargs = (uint16_t)nargs,
                               .args = o->nargs,
                               .descr = descr,
                               .guard = -1,
                               .shortop = -1,
                               .alias = TW_NOVALUE,
                               .type = type,
                               .state = BOX_NOT_EMITTED};
    o->values[v] =
        (struct value){.forward = TW_NOVALUE, .b = BOUNDS_ALL, .p = NULL};
    for (unsigned k = 0; k < nargs; k++)
        o->args[o->nargs + k] = args[k];
    o->nargs += nargs;
    o->nboxes++;
    return v;
}

static struct ptrinfo **const_place(struct optimizer *o, tw_vref v)
{
    uint32_t k = (uint32_t)TW_CONST_INDEX(v);

    if (k >= o->nconst_info) {
        uint32_t n = k * 2 + 32;
        o->const_info = tw_realloc(o->const_info, n * sizeof *o->const_info);
        memset(o->const_info + o->nconst_info, 0,
               (n - o->nconst_info) * sizeof *o->const_info);
        o->nconst_info = n;
    }
    return &o->const_info[k];
}

void opt_equal(struct optimizer *o, tw_vref v, tw_vref to)
{
    v = opt_resolve(o, v);
    to = opt_resolve(o, to);
    if (v == to)
        return;
    tw_assert(v >= 0);
    o->values[v].forward = to;
    if (o->boxes[v].type == 'r' && o->values[v].p &&
        o->values[v].p->kind == PTR_PLAIN &&
        !opt_ptr_get(o, to)) { /* what is known goes along */
        if (to >= 0)
            o->values[to].p = o->values[v].p;
        else if (opt_const(o, to).r)
            *const_place(o, to) = o->values[v].p;
    }
}

/* ------------------------------------------------------------------ integers */

struct bounds opt_bounds(struct optimizer *o, tw_vref v)
{
    int64_t i;

    v = opt_resolve(o, v);
    if (v < 0)
        return opt_is_ci(o, v, &i) ? bounds_of(i, i) : BOUNDS_ALL;
    return o->values[v].b;
}

void opt_narrow(struct optimizer *o, tw_vref v, struct bounds b)
{
    v = opt_resolve(o, v);
    struct bounds meet = bounds_meet(opt_bounds(o, v), b);

    if (meet.lo > meet.hi)
        opt_invalid(o);
    if (v < 0)
        return;
    o->values[v].b = meet;
    if (bounds_is_const(meet))
        opt_equal(o, v, opt_ci(o, meet.lo));
}

/* ------------------------------------------------------------------ pointers */

struct ptrinfo *opt_ptrinfo_new(struct optimizer *o)
{
    struct ptrinfo *p = TW_ARENA_NEW(&o->arena, struct ptrinfo);

    p->guard = -1;
    p->class_value = TW_NOVALUE;
    p->base = p->token = TW_NOVALUE;
    p->fields = -1;
    return p;
}

struct ptrinfo *opt_ptr_get(struct optimizer *o, tw_vref v)
{
    v = opt_resolve(o, v);
    if (v < 0)
        return (uint32_t)TW_CONST_INDEX(v) < o->nconst_info
                   ? o->const_info[TW_CONST_INDEX(v)]
                   : NULL;
    return o->values[v].p;
}

struct ptrinfo *opt_ptr(struct optimizer *o, tw_vref v)
{
    v = opt_resolve(o, v);
    struct ptrinfo **place = v < 0 ? const_place(o, v) : &o->values[v].p;

    if (!*place) {
        *place = opt_ptrinfo_new(o);
        if (v < 0 && opt_const(o, v).r)
            (*place)->flags |= PTR_NONNULL;
    }
    return *place;
}

int opt_nonnull(struct optimizer *o, tw_vref v)
{
    v = opt_resolve(o, v);
    if (v < 0)
        return opt_const(o, v).r != NULL;
    return o->values[v].p && (o->values[v].p->flags & PTR_NONNULL);
}

int opt_is_null(struct optimizer *o, tw_vref v)
{
    v = opt_resolve(o, v);
    return v < 0 && opt_const(o, v).r == NULL;
}

void opt_set_nonnull(struct optimizer *o, tw_vref v)
{
    if (opt_is_null(o, v))
        opt_invalid(o);
    if (!opt_nonnull(o, v))
        opt_ptr(o, v)->flags |= PTR_NONNULL;
}

void opt_set_class(struct optimizer *o, tw_vref v,
                   const struct tw_fielddescr *field, tw_vref cls)
{
    opt_set_nonnull(o, v);
    v = opt_resolve(o, v);
    if (v < 0)
        return;
    struct ptrinfo *p = opt_ptr(o, v);
    if (p->class_value != TW_NOVALUE && p->class_value != cls &&
        (!p->class_field || !field || p->class_field->offset == field->offset))
        opt_invalid(o);
    p->class_field = field;
    p->class_value = cls;
}

tw_vref opt_class(struct optimizer *o, tw_vref v,
                  const struct tw_fielddescr *field)
{
    v = opt_resolve(o, v);
    if (v < 0) {
        const char *object = opt_const(o, v).r;
        if (!object || !field)
            return TW_NOVALUE;
        return tw_trace_const(
            o->out, 'r', tw_load(object + field->offset, 'r', field->size, 0));
    }
    struct ptrinfo *p = o->values[v].p;
    if (!p)
        return TW_NOVALUE;
    if (p->kind == PTR_VIRTUAL && field) {
        struct slot *s = virtual_slot(p, field->offset, field->size);
        tw_vref c = s ? opt_resolve(o, s->value) : TW_NOVALUE;
        return tw_is_const(c) ? c : TW_NOVALUE;
    }
    if (field && p->class_field && p->class_field->offset != field->offset)
        return TW_NOVALUE;
    return p->class_value;
}

tw_vref opt_base(struct optimizer *o, tw_vref v, int64_t *offset)
{
    int64_t step;

    *offset = 0;
    for (v = opt_resolve(o, v); v >= 0;) {
        const struct box *b = &o->boxes[v];
        if (b->opnum == TW_OP_ptr_add &&
            opt_is_ci(o, opt_arg(o, b, 1), &step)) {
            *offset += step;
            v = opt_arg(o, b, 0);
        } else if (o->values[v].p && o->values[v].p->kind == PTR_INTERIOR) {
            *offset += o->values[v].p->offset;
            v = opt_resolve(o, o->values[v].p->base);
        } else {
            break;
        }
    }
    return v;
}

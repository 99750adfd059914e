/*
 * heap.c: what is known of memory.
 *
 * Contract: a load whose result is known from an earlier load or store vanishes; a store waits
 *   ("lazy") until something may look, and vanishes when the same place is stored to before that;
 *   guards take waiting stores into their resume data. Loads of immutable fields of constants are
 *   done here and now. quasi-immutable fields of constants are constants; their quasiimmut_field
 *   stays once, as do the guard_not_invalidated that are needed.
 * Why: interpreters keep everything in objects.
 * Assumes: accesses in simple form; operands are real (earlyforce), but for values of lazy stores,
 *   which are made when the store is.
 * Invalidates: nothing.
 *
 * Two accesses are of different memory when their alias classes say so (tw_alias_may), when the
 * same base has them at different offsets, when one base is fresh (allocated here, never given
 * away) and the other is another, when both bases are constants and the bytes do not meet, or when
 * the bases' classes differ.
 */
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/map.h"
#include "toolkit/opt/optimizer.h"

enum { MOST_LAZY = 12 };

struct entry {
    tw_vref base, index; /* index: TW_NOVALUE for a field */
    const void *descr;   /* field, or array with variable index */
    int32_t offset;
    uint8_t size;
    char type;
    uint8_t valid, immutable;
    uint8_t stored; /* by the program, since the trace or loop began */
    tw_vref value;
    int32_t next_of_base; /* fields of the same object */
    int32_t next_of_cell; /* of the same alias class */
};

/* An alias class and what is known of places of this class. */
struct cell {
    struct tw_alias alias;
    int32_t first;
};

struct lazy {
    tw_vref base, value;
    tw_vref before; /* what memory has still, TW_NOVALUE: unknown */
    const struct tw_fielddescr *d;
};

struct quasi {
    tw_vref base;
    const void *descr;
};

struct heap {
    struct entry *entries;
    uint32_t nentries, entries_cap;
    struct cell *cells;
    uint32_t ncells, cells_cap;
    struct tw_map cell_of; /* alias id + 1 -> cell + 1 */
    struct lazy lazy[MOST_LAZY];
    uint32_t nlazy;
    struct tw_num_pending pending[MOST_LAZY];
    int not_invalidated; /* a guard_not_invalidated covers this place */
    struct quasi *quasis; /* already announced, for the whole trace */
    uint32_t nquasis, quasis_cap;
};

struct heap *heap_new(struct optimizer *o)
{
    (void)o;
    return tw_calloc(1, sizeof(struct heap));
}

void heap_free(struct heap *h)
{
    if (!h)
        return;
    free(h->entries);
    free(h->cells);
    tw_map_free(&h->cell_of);
    free(h->quasis);
    free(h);
}

void heap_reset(struct heap *h)
{
    tw_assert(h->nlazy == 0);
    h->nentries = 0;
    for (uint32_t k = 0; k < h->ncells; k++)
        h->cells[k].first = -1;
    h->not_invalidated = 0;
}

static struct cell *cell_of(struct heap *h, const struct tw_alias *a)
{
    uint64_t *k = tw_map_put(&h->cell_of, (uint64_t)a->id + 1);

    if (!*k) {
        struct cell c = {*a, -1};
        TW_VEC_PUSH(h->cells, h->ncells, h->cells_cap, c);
        *k = h->ncells;
    }
    return &h->cells[*k - 1];
}

/* ------------------------------------------------------------------ one place or two */

struct place {
    tw_vref base;
    int64_t offset;
    int size; /* 0: anywhere in the object */
    const struct tw_alias *alias;
};

static int is_fresh(struct optimizer *o, tw_vref v)
{
    struct ptrinfo *p = v >= 0 ? opt_ptr_get(o, v) : NULL;

    return p && (p->flags & PTR_FRESH);
}

static int bytes_meet(int64_t a, int asize, int64_t b, int bsize)
{
    return !asize || !bsize || (a < b + bsize && b < a + asize);
}

/* May two places of classes that may alias share bytes? */
static int may_meet(struct optimizer *o, const struct place *a,
                    const struct place *b)
{
    if (a->base == b->base)
        return bytes_meet(a->offset, a->size, b->offset, b->size);
    if (is_fresh(o, a->base) || is_fresh(o, b->base))
        return 0;
    if (tw_is_const(a->base) && tw_is_const(b->base)) {
        int64_t p = (int64_t)(intptr_t)opt_const(o, a->base).r;
        int64_t q = (int64_t)(intptr_t)opt_const(o, b->base).r;
        return bytes_meet(p + a->offset, a->size, q + b->offset, b->size);
    }
    struct ptrinfo *p = opt_ptr_get(o, a->base), *q = opt_ptr_get(o, b->base);
    return !(p && q && p->class_value != TW_NOVALUE &&
             q->class_value != TW_NOVALUE && p->class_field == q->class_field &&
             p->class_value != q->class_value);
}

/* ------------------------------------------------------------------ knowledge */

static struct entry *find(struct optimizer *o, tw_vref base,
                          const struct tw_fielddescr *d)
{
    struct heap *h = o->heap;
    struct ptrinfo *p = opt_ptr_get(o, base);

    if (!p)
        return NULL;
    for (int32_t *link = &p->fields; *link >= 0;) {
        struct entry *e = &h->entries[*link];
        if (!e->valid) {
            *link = e->next_of_base;
            continue;
        }
        if (e->offset == d->offset && e->size == d->size && e->type == d->type)
            return e;
        link = &e->next_of_base;
    }
    return NULL;
}

static struct entry *find_item(struct optimizer *o, tw_vref base, tw_vref index,
                               const struct tw_arraydescr *d)
{
    struct heap *h = o->heap;
    struct cell *c = cell_of(h, &d->alias);

    for (int32_t k = c->first; k >= 0; k = h->entries[k].next_of_cell) {
        struct entry *e = &h->entries[k];
        if (e->valid && e->index != TW_NOVALUE && e->descr == d &&
            opt_resolve(o, e->base) == base &&
            opt_resolve(o, e->index) == index)
            return e;
    }
    return NULL;
}

static void add_entry(struct optimizer *o, struct entry e,
                      const struct tw_alias *alias)
{
    struct heap *h = o->heap;
    struct cell *c = cell_of(h, alias);

    e.valid = 1;
    e.next_of_cell = c->first;
    c->first = (int32_t)h->nentries;
    if (e.index == TW_NOVALUE) {
        struct ptrinfo *p = opt_ptr(o, e.base);
        e.next_of_base = p->fields;
        p->fields = (int32_t)h->nentries;
    }
    TW_VEC_PUSH(h->entries, h->nentries, h->entries_cap, e);
}

void heap_remember(struct optimizer *o, tw_vref base,
                   const struct tw_fielddescr *d, tw_vref v)
{
    struct entry *e = find(o, base, d);

    if (e) {
        e->value = v;
        return;
    }
    add_entry(o,
              (struct entry){
                  .base = base,
                  .index = TW_NOVALUE,
                  .descr = d,
                  .offset = d->offset,
                  .size = d->size,
                  .type = d->type,
                  .immutable = (d->flags & (TW_F_IMMUTABLE | TW_F_CLASS)) != 0,
                  .value = v},
              &d->alias);
}

static void remember_item(struct optimizer *o, tw_vref base, tw_vref index,
                          const struct tw_arraydescr *d, tw_vref v)
{
    add_entry(o,
              (struct entry){.base = base,
                             .index = index,
                             .descr = d,
                             .size = 0,
                             .type = d->type,
                             .immutable = (d->flags & TW_F_IMMUTABLE) != 0,
                             .value = v},
              &d->alias);
}

/* A store to `at`: forget what it may change. */
static void forget(struct optimizer *o, const struct place *at)
{
    struct heap *h = o->heap;

    for (uint32_t c = 0; c < h->ncells; c++) {
        if (h->cells[c].first < 0 ||
            !tw_alias_may(&h->cells[c].alias, at->alias))
            continue;
        for (int32_t *link = &h->cells[c].first; *link >= 0;) {
            struct entry *e = &h->entries[*link];
            struct place there = {opt_resolve(o, e->base), e->offset, e->size,
                                  at->alias};
            if (e->valid && may_meet(o, at, &there) &&
                !(e->immutable && there.base != at->base))
                e->valid = 0;
            if (e->valid)
                link = &e->next_of_cell;
            else
                *link = e->next_of_cell;
        }
    }
}

/* A call with these effects (NULL: any): forget what it may change. */
static void forget_by_effect(struct optimizer *o,
                             const struct tw_effect *effect)
{
    struct heap *h = o->heap;

    for (uint32_t c = 0; c < h->ncells; c++) {
        if (h->cells[c].first < 0 ||
            !tw_effect_writes(effect, &h->cells[c].alias))
            continue;
        for (int32_t *link = &h->cells[c].first; *link >= 0;) {
            struct entry *e = &h->entries[*link];
            if (!e->immutable && !is_fresh(o, opt_resolve(o, e->base)))
                e->valid = 0;
            if (e->valid)
                link = &e->next_of_cell;
            else
                *link = e->next_of_cell;
        }
    }
}

/* ------------------------------------------------------------------ lazy stores */

static unsigned by_type(char type, unsigned i)
{
    return type == 'i' ? i : type == 'r' ? i + 1 : i + 2;
}

static void do_lazy(struct optimizer *o, uint32_t k)
{
    struct heap *h = o->heap;
    struct lazy z = h->lazy[k];
    tw_vref args[MAX_FIXED] = {z.base, z.value};
    struct cur op = {(uint16_t)by_type(z.d->type, TW_OP_setfield_i), 2, -1, z.d,
                     args};

    h->nlazy--;
    memmove(h->lazy + k, h->lazy + k + 1, (h->nlazy - k) * sizeof *h->lazy);
    (void)opt_emit(o, &op);
}

void heap_flush(struct optimizer *o)
{
    while (o->heap->nlazy)
        do_lazy(o, 0);
}

static void do_lazies_at(struct optimizer *o, const struct place *at)
{
    struct heap *h = o->heap;

    for (uint32_t k = 0; k < h->nlazy;) {
        const struct lazy *z = &h->lazy[k];
        struct place there = {opt_resolve(o, z->base), z->d->offset, z->d->size,
                              &z->d->alias};
        if (tw_alias_may(&z->d->alias, at->alias) && may_meet(o, at, &there))
            do_lazy(o, k);
        else
            k++;
    }
}

/* A store done may give away an object that has stores waiting itself: then from the beginning. */
static void do_lazies_for_call(struct optimizer *o, const struct tw_effect *e,
                               int reads_only)
{
    struct heap *h = o->heap;

    for (uint32_t k = 0; k < h->nlazy; k++) {
        const struct lazy *z = &h->lazy[k];
        if (!is_fresh(o, opt_resolve(o, z->base)) &&
            (tw_effect_reads(e, &z->d->alias) ||
             (!reads_only && tw_effect_writes(e, &z->d->alias)))) {
            do_lazy(o, k);
            k = UINT32_MAX;
        }
    }
}

uint32_t heap_pending(struct optimizer *o, const struct tw_num_pending **list)
{
    struct heap *h = o->heap;

    for (uint32_t k = 0; k < h->nlazy; k++)
        h->pending[k] = (struct tw_num_pending){h->lazy[k].d, h->lazy[k].base,
                                                TW_NOVALUE, h->lazy[k].value};
    *list = h->pending;
    return h->nlazy;
}

/* ------------------------------------------------------------------ loads and stores */

static tw_vref next(struct optimizer *o, struct cur *op)
{
    return opt_next(o, PASS_heap, op);
}

/* An access to an item shows that the array is as long as that. */
static void note_item(struct optimizer *o, tw_vref base,
                      const struct tw_fielddescr *d)
{
    if (d->watch_offset != TW_WATCH_ITEM)
        return;
    struct ptrinfo *p = opt_ptr(o, base);
    if (!p->last_item || p->last_item->alias.id != d->alias.id ||
        p->last_item->offset < d->offset)
        p->last_item = d;
}

static tw_vref getfield(struct optimizer *o, struct cur *op)
{
    const struct tw_fielddescr *d = op->descr;
    tw_vref base = op->args[0];
    if (d->flags & TW_F_VOLATILE)
        return next(o, op);
    struct entry *e = find(o, base, d);
    int immutable = d->flags & (TW_F_IMMUTABLE | TW_F_CLASS);

    if (opt_is_null(o, base))
        opt_invalid(o);
    note_item(o, base, d);
    if (d->flags & TW_F_CLASS) {
        tw_vref cls = opt_class(o, base, d);
        if (cls != TW_NOVALUE)
            return cls;
    }
    if (e)
        return opt_resolve(o, opt_used(o, opt_resolve(o, e->value)));
    if (immutable && tw_is_const(base)) {
        const char *object = opt_const(o, base).r;
        return tw_trace_const(
            o->out, d->type,
            tw_load(object + d->offset, d->type, d->size, d->flags));
    }
    struct place at = {base, d->offset, d->size, &d->alias};
    do_lazies_at(o, &at);
    tw_vref v = next(o, op);
    opt_set_nonnull(o, base);
    if (d->flags & TW_F_NONNULL)
        opt_set_nonnull(o, v);
    heap_remember(o, base, d, v);
    return v;
}

static tw_vref getitem(struct optimizer *o, struct cur *op)
{
    const struct tw_arraydescr *d = op->descr;
    tw_vref base = op->args[0], index = op->args[1];
    struct entry *e = find_item(o, base, index, d);

    if (e)
        return opt_resolve(o, opt_used(o, opt_resolve(o, e->value)));
    struct place at = {base, 0, 0, &d->alias};
    do_lazies_at(o, &at);
    tw_vref v = next(o, op);
    opt_set_nonnull(o, base);
    if (d->flags & TW_F_NONNULL)
        opt_set_nonnull(o, v);
    remember_item(o, base, index, d, v);
    return v;
}

static tw_vref setfield(struct optimizer *o, struct cur *op)
{
    struct heap *h = o->heap;
    const struct tw_fielddescr *d = op->descr;
    tw_vref base = op->args[0], value = op->args[1];
    struct place at = {base, d->offset, d->size, &d->alias};
    struct entry *e = find(o, base, d);

    if (opt_is_null(o, base))
        opt_invalid(o);
    note_item(o, base, d);
    if (e && opt_resolve(o, e->value) == value)
        return TW_NOVALUE;
    tw_vref before = e ? opt_resolve(o, e->value) : TW_NOVALUE;
    for (uint32_t k = 0; k < h->nlazy; k++) /* the store before is dead */
        if (opt_resolve(o, h->lazy[k].base) == base &&
            h->lazy[k].d->offset == d->offset &&
            h->lazy[k].d->size == d->size) {
            before = h->lazy[k].before;
            h->nlazy--;
            memmove(h->lazy + k, h->lazy + k + 1,
                    (h->nlazy - k) * sizeof *h->lazy);
            break;
        }
    do_lazies_at(o, &at);
    forget(o, &at);
    /* Back to what it was: nothing to store. */
    if (before == TW_NOVALUE || opt_resolve(o, before) != value) {
        if (h->nlazy == MOST_LAZY)
            do_lazy(o, 0);
        h->lazy[h->nlazy++] = (struct lazy){base, value, before, d};
    }
    opt_set_nonnull(o, base);
    heap_remember(o, base, d, value);
    find(o, base, d)->stored = 1;
    if ((d->flags & TW_F_CLASS) && tw_is_const(value))
        opt_set_class(o, base, d, value);
    return TW_NOVALUE;
}

static tw_vref setitem(struct optimizer *o, struct cur *op)
{
    const struct tw_arraydescr *d = op->descr;
    tw_vref base = op->args[0], index = op->args[1];
    struct place at = {base, 0, 0, &d->alias};
    struct entry *e = find_item(o, base, index, d);

    if (e && opt_resolve(o, e->value) == op->args[2])
        return TW_NOVALUE;
    do_lazies_at(o, &at);
    forget(o, &at);
    (void)next(o, op);
    opt_set_nonnull(o, base);
    remember_item(o, base, index, d, op->args[2]);
    return TW_NOVALUE;
}

static tw_vref mem_op(struct optimizer *o, struct cur *op)
{
    static const struct tw_alias any = {TW_ALIAS_ANY, 0, UINT32_MAX};
    int copies = op->opnum != TW_OP_mem_set;

    for (unsigned k = 0; k < (copies ? 2u : 1u); k++) {
        int64_t offset;
        struct place at = {opt_base(o, op->args[k], &offset), 0, 0, &any};
        do_lazies_at(o, &at);
        if (k == 0)
            forget(o, &at);
    }
    return next(o, op);
}

/* ------------------------------------------------------------------ calls */

/* What is passed is fresh no longer: the callee may keep it. */
static void give_away(struct optimizer *o, const struct cur *op)
{
    for (unsigned k = 0; k < op->nargs; k++) {
        struct ptrinfo *p = op->args[k] >= 0 ? o->values[op->args[k]].p : NULL;
        if (p)
            p->flags &= (uint8_t)~PTR_FRESH;
    }
}

static tw_vref call(struct optimizer *o, struct cur *op)
{
    const struct tw_calldescr *d = op->descr;
    const struct tw_effect *e = d->effect;

    give_away(o, op);
    do_lazies_for_call(o, e, 0);
    forget_by_effect(o, e);
    if (!e || (e->flags &
               (TW_E_ANYTHING | TW_E_CAN_INVALIDATE | TW_E_CAN_RELEASE_GIL)))
        o->heap->not_invalidated = 0;
    return next(o, op);
}

/* Somebody may look at this very frame: everything is in its place. */
static tw_vref forcing_call(struct optimizer *o, struct cur *op)
{
    give_away(o, op);
    heap_flush(o);
    forget_by_effect(o, NULL);
    o->heap->not_invalidated = 0;
    return next(o, op);
}

/* Elidable: reads perhaps, writes nothing that matters. */
static tw_vref pure_call(struct optimizer *o, struct cur *op)
{
    const struct tw_calldescr *d = op->descr;

    give_away(o, op);
    do_lazies_for_call(o, d->effect, 1);
    return next(o, op);
}

/* ------------------------------------------------------------------ quasi-immutables */

static tw_vref quasiimmut(struct optimizer *o, struct cur *op)
{
    struct heap *h = o->heap;
    const struct tw_fielddescr *d = op->descr;
    tw_vref base = op->args[0];

    if (!tw_is_const(base) || opt_is_null(o, base))
        return TW_NOVALUE;
    const char *object = opt_const(o, base).r;
    heap_remember(o, base, d,
                  tw_trace_const(
                      o->out, d->type,
                      tw_load(object + d->offset, d->type, d->size, d->flags)));
    for (uint32_t k = 0; k < h->nquasis; k++)
        if (h->quasis[k].base == base && h->quasis[k].descr == d)
            return TW_NOVALUE;
    TW_VEC_PUSH(h->quasis, h->nquasis, h->quasis_cap,
                ((struct quasi){base, d}));
    return next(o, op);
}

static tw_vref guard_not_invalidated(struct optimizer *o, struct cur *op)
{
    if (o->heap->not_invalidated)
        return TW_NOVALUE;
    o->heap->not_invalidated = 1;
    return next(o, op);
}

tw_vref pass_heap(struct optimizer *o, struct cur *op)
{
    if (op->opnum < TW_NOPS && tw_op_is(op->opnum, TW_LOAD | TW_STORE))
        access_simplify(o, op);
    switch (op->opnum) {
    case TW_OP_getfield_i:
    case TW_OP_getfield_r:
    case TW_OP_getfield_f:
        return getfield(o, op);
    case TW_OP_setfield_i:
    case TW_OP_setfield_r:
    case TW_OP_setfield_f:
        return setfield(o, op);
    case TW_OP_getarrayitem_i:
    case TW_OP_getarrayitem_r:
    case TW_OP_getarrayitem_f:
    case TW_OP_raw_load_i:
    case TW_OP_raw_load_r:
    case TW_OP_raw_load_f:
        return getitem(o, op);
    case TW_OP_setarrayitem_i:
    case TW_OP_setarrayitem_r:
    case TW_OP_setarrayitem_f:
    case TW_OP_raw_store_i:
    case TW_OP_raw_store_r:
    case TW_OP_raw_store_f:
        return setitem(o, op);
    case TW_OP_mem_copy:
    case TW_OP_mem_move:
    case TW_OP_mem_set:
        return mem_op(o, op);
    case TW_OP_call_i:
    case TW_OP_call_r:
    case TW_OP_call_f:
    case TW_OP_call_v:
    case TW_OP_cond_call:
        return call(o, op);
    case TW_OP_call_may_force_i:
    case TW_OP_call_may_force_r:
    case TW_OP_call_may_force_f:
    case TW_OP_call_may_force_v:
    case TW_OP_call_assembler_i:
    case TW_OP_call_assembler_r:
    case TW_OP_call_assembler_f:
    case TW_OP_call_assembler_v:
        return forcing_call(o, op);
    case TW_OP_call_pure_i:
    case TW_OP_call_pure_r:
    case TW_OP_call_pure_f:
    case TW_OP_call_loopinvariant_i:
    case TW_OP_call_loopinvariant_r:
    case TW_OP_call_loopinvariant_f:
    case TW_OP_cond_call_value_i:
    case TW_OP_cond_call_value_r:
        return pure_call(o, op);
    case TW_OP_quasiimmut_field:
        return quasiimmut(o, op);
    case TW_OP_guard_not_invalidated:
        return guard_not_invalidated(o, op);
    case TW_OP_guard_always_fails:
    case TW_OP_guard_not_forced_2:
        heap_flush(o);
        return next(o, op);
    default:
        return next(o, op);
    }
}

void heap_each(struct optimizer *o,
               void (*fn)(struct optimizer *, int, tw_vref,
                          const struct tw_fielddescr *, tw_vref))
{
    struct heap *h = o->heap;
    uint32_t n = h->nentries;

    for (uint32_t k = 0; k < n; k++) {
        struct entry e = h->entries[k];
        if (e.valid && e.index == TW_NOVALUE)
            fn(o, e.stored, opt_resolve(o, e.base), e.descr,
               opt_resolve(o, e.value));
    }
}

static int is_pending(struct optimizer *o, tw_vref base,
                      const struct tw_fielddescr *d)
{
    struct heap *h = o->heap;

    for (uint32_t k = 0; k < h->nlazy; k++)
        if (opt_resolve(o, h->lazy[k].base) == base &&
            h->lazy[k].d->offset < d->offset + d->size &&
            d->offset < h->lazy[k].d->offset + h->lazy[k].d->size)
            return 1;
    return 0;
}

uint32_t heap_facts(struct optimizer *o, struct heap_fact *facts, uint32_t most)
{
    enum { NEWEST = 64 };
    struct heap *h = o->heap;
    uint32_t n = 0, end = h->nentries > NEWEST ? h->nentries - NEWEST : 0;

    for (uint32_t k = h->nentries; k-- > end && n < most;) {
        const struct entry *e = &h->entries[k];
        if (!e->valid || e->index != TW_NOVALUE)
            continue;
        const struct tw_fielddescr *d = e->descr;
        tw_vref base = opt_resolve(o, e->base),
                value = opt_resolve(o, e->value);
        if ((d->flags & (TW_F_CLASS | TW_F_QUASI)) ||
            (tw_is_const(base) && e->immutable) ||
            !tw_numbering_can_name(o->numbering, base) ||
            !tw_numbering_can_name(o->numbering, value) ||
            is_pending(o, base, d))
            continue;
        facts[n++] = (struct heap_fact){base, value, d};
    }
    for (uint32_t k = 0; k < n / 2;
         k++) { /* the oldest first: most stay as they are */
        struct heap_fact f = facts[k];
        facts[k] = facts[n - 1 - k];
        facts[n - 1 - k] = f;
    }
    return n;
}

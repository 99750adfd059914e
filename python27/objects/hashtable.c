/*
 * hashtable.c: see hashtable.h. Searching with keys of a known kind runs no
 * Python code; the general search does, and starts over when the table changed
 * under it. Probing is CPython's (5*i + 1 + perturb).
 */
#include "objects/hashtable.h"

#include "objects/abstract.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

TW_GC_TYPE(py_table);
TW_GC_TYPE_VAR(py_entries, item);
TW_GC_TYPE_VAR_ATOMIC(py_index, item);

enum { EMPTY = -1, DELETED = -2, MIN_CELLS = 8 };

/* At most two thirds of the cells are in use. */
static intptr_t room_of(intptr_t cells)
{
    return cells * 2 / 3;
}

static int allocate(py_table *t, intptr_t cells)
{
    struct py_entries *e;
    struct py_index *x;

    if (cells > (intptr_t)1 << 30)
        return py_raise_nomemory(), -1;
    e = TW_NEW_VAR(py_entries, room_of(cells));
    x = TW_NEW_VAR(py_index, cells);
    if (!e || !x)
        return py_raise_nomemory(), -1;
    e->n = room_of(cells);
    x->n = cells;
    memset(x->item, 0xff, (size_t)cells * sizeof x->item[0]);
    t->entries = e;
    t->index = x;
    t->mask = cells - 1;
    t->cells = 0;
    return 0;
}

static intptr_t cells_for(intptr_t n)
{
    intptr_t cells = MIN_CELLS;

    while (room_of(cells) < n)
        cells *= 2;
    return cells;
}

py_table *py_table_new(intptr_t room)
{
    py_table *t = TW_NEW(py_table);

    return allocate(t, cells_for(room)) < 0 ? NULL : t;
}

/* The first empty cell for hash (the key is not there). */
static intptr_t free_cell(const py_table *t, int64_t hash)
{
    uint64_t perturb = (uint64_t)hash, i = perturb & (uint64_t)t->mask;

    while (t->index->item[i] >= 0) {
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & (uint64_t)t->mask;
    }
    return (intptr_t)i;
}

/* Copies the live entries of `from` into t, which is fresh. */
static void fill_from(py_table *t, const struct py_entries *from, intptr_t fill)
{
    intptr_t to = 0;

    for (intptr_t k = 0; k < fill; k++) {
        if (!from->item[k].key)
            continue;
        t->entries->item[to] = from->item[k];
        t->index->item[free_cell(t, from->item[k].hash)] = (int32_t)to;
        to++;
    }
    t->used = t->fill = t->cells = to;
}

py_table *py_table_copy(const py_table *s)
{
    py_table *t = TW_NEW(py_table);

    if (allocate(t, cells_for(s->used)) < 0)
        return NULL;
    fill_from(t, s->entries, s->fill);
    return t;
}

static int grow(py_table *t)
{
    struct py_entries *old = t->entries;
    intptr_t fill = t->fill, want = t->used * (t->used > 50000 ? 2 : 3) + 1;

    if (allocate(t, cells_for(want)) < 0)
        return -1;
    fill_from(t, old, fill);
    return 0;
}

#define PROBE(t, hash, e)                                                      \
    for (uint64_t perturb_ = (uint64_t)(hash),                                 \
                  i_ = perturb_ & (uint64_t)(t)->mask;                         \
         ; perturb_ >>= 5, i_ = (i_ * 5 + perturb_ + 1) & (uint64_t)(t)->mask) \
        if ((e = (t)->index->item[i_]) == EMPTY)                               \
            return -1;                                                         \
        else if (e >= 0)

intptr_t py_table_find_str(const py_table *t, py_str *key)
{
    int64_t hash = key->hash != -1 ? key->hash : py_str_hash(key);
    int32_t e;

    PROBE(t, hash, e)
    {
        const struct py_entry *x = &t->entries->item[e];

        if (x->key == &key->base)
            return e;
        if (x->hash == hash && ((py_str *)x->key)->n == key->n &&
            !memcmp(((py_str *)x->key)->data, key->data, (size_t)key->n))
            return e;
    }
}

intptr_t py_table_find_int(const py_table *t, int64_t key)
{
    int64_t hash = key == -1 ? -2 : key;
    int32_t e;

    PROBE(t, hash, e)
    {
        if (((py_int *)t->entries->item[e].key)->value == key)
            return e;
    }
}

/* One pass; -3: the table changed during a comparison. */
static intptr_t find_once(py_table *t, py_object *key, int64_t hash)
{
    struct py_entries *entries = t->entries;
    int32_t e;

    PROBE(t, hash, e)
    {
        py_object *k = entries->item[e].key;
        int c;

        if (k == key)
            return e;
        if (entries->item[e].hash != hash)
            continue;
        c = py_richcompare_bool(k, key, PY_EQ);
        if (c < 0)
            return -2;
        if (t->entries != entries || entries->item[e].key != k)
            return -3;
        if (c)
            return e;
    }
}

intptr_t py_table_find(py_table *t, py_object *key, int64_t hash)
{
    intptr_t e;

    do
        e = find_once(t, key, hash);
    while (e == -3);
    return e;
}

int py_table_add(py_table *t, py_object *key, int64_t hash, py_object *value)
{
    struct py_entry *x;
    intptr_t cell;

    /* Removed keys leave cells that are not EMPTY: searches must still end. */
    if ((t->fill == t->entries->n || t->cells > t->mask - (t->mask >> 2)) &&
        grow(t) < 0)
        return -1;
    cell = free_cell(t, hash);
    t->cells += t->index->item[cell] == EMPTY;
    t->index->item[cell] = (int32_t)t->fill;
    x = &t->entries->item[t->fill];
    x->hash = hash;
    x->key = key;
    x->value = value;
    t->fill++;
    t->used++;
    return 0;
}

void py_table_remove(py_table *t, intptr_t entry)
{
    struct py_entry *x = &t->entries->item[entry];
    uint64_t perturb = (uint64_t)x->hash, i = perturb & (uint64_t)t->mask;

    while (t->index->item[i] != (int32_t)entry) {
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & (uint64_t)t->mask;
    }
    t->index->item[i] = DELETED;
    x->key = x->value = NULL;
    t->used--;
    if (t->used == 0) { /* nothing refers to any entry: start over */
        memset(t->index->item, 0xff,
               (size_t)(t->mask + 1) * sizeof t->index->item[0]);
        t->fill = t->cells = 0;
    } else if (entry == t->fill - 1) {
        t->fill--;
    }
}

intptr_t py_table_next(const py_table *t, intptr_t i)
{
    for (; i < t->fill; i++)
        if (t->entries->item[i].key)
            return i;
    return -1;
}

intptr_t py_table_last(py_table *t)
{
    while (t->fill > 0 && !t->entries->item[t->fill - 1].key)
        t->fill--;
    return t->fill - 1;
}

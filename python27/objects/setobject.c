/*
 * setobject.c: set and frozenset on the compact table (keys only). A set's
 * strategy says what kind of keys its table holds; hashes of other tables are
 * taken over, not computed again.
 * Neighbours: hashtable.c, settype.c (operations and methods).
 */
#include "objects/setimpl.h"

#include "objects/abstract.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

TW_GC_TYPE(py_set);

const struct py_set_strategy py_set_str = {PY_KEYS_STR},
                             py_set_int = {PY_KEYS_INT},
                             py_set_any = {PY_KEYS_ANY};

static const struct py_set_strategy *const by_kind[] = {
    &py_set_str, &py_set_int, &py_set_any};

#define TABLE(s) ((py_table *)(s)->storage)

py_set *py_set_alloc(py_type *type)
{
    py_set *s = type == &py_set_type ? PY_NEW(py_set, &py_set_type)
                                     : (py_set *)py_alloc(type, 0);

    if (s)
        s->hash = -1;
    return s;
}

py_set *py_set_new(void)
{
    return py_set_alloc(&py_set_type);
}

/* The table with room made for keys like `key`. */
static int ready_for(py_set *s, py_object *key)
{
    const struct py_set_strategy *k = by_kind[py_keykind_of(key)];

    if (!s->storage) {
        py_table *t = py_table_new(0);

        if (!t)
            return -1;
        s->storage = t;
        s->strategy = k;
    } else if (s->strategy != k) {
        s->strategy = &py_set_any;
    }
    return 0;
}

/* An __eq__ has given s another table. What is found must be in s's own. */
tw_dont_look_inside static intptr_t find_again(py_set *s, py_object *key,
                                               int64_t hash)
{
    for (;;) {
        py_table *t = s->storage;
        intptr_t e = t ? py_table_find(t, key, hash) : -1;
        if (e == -2 || s->storage == t)
            return e;
    }
}

/* Where the key is: entry, -1, -2. *hash is set unless -2. */
static intptr_t find(py_set *s, py_object *key, int64_t *hash)
{
    if (py_is_str_exact(key)) {
        *hash = py_str_hash((py_str *)key);
        if (!s->storage)
            return -1;
        if (s->strategy == &py_set_str)
            return py_table_find_str(TABLE(s), (py_str *)key);
    } else if (py_is_int_exact(key)) {
        int64_t v = py_int_value(key);

        *hash = v == -1 ? -2 : v;
        if (!s->storage)
            return -1;
        if (s->strategy == &py_set_int)
            return py_table_find_int(TABLE(s), v);
    } else {
        *hash = py_hash(key);
        if (*hash == -1)
            return -2;
        if (!s->storage)
            return -1;
    }
    py_table *t = TABLE(s);
    intptr_t e = py_table_find(t, key, *hash);
    return PY_UNLIKELY(s->storage != t) && e != -2 ? find_again(s, key, *hash)
                                                   : e;
}

int py_set_add_hashed(py_set *s, py_object *key, int64_t hash)
{
    intptr_t e = s->storage ? py_table_find(TABLE(s), key, hash) : -1;

    if (e >= 0)
        return 0;
    if (e == -2 || ready_for(s, key) < 0 ||
        py_table_add(TABLE(s), key, hash, NULL) < 0)
        return -1;
    s->changes++;
    return 0;
}

int py_set_add(py_set *s, py_object *v)
{
    int64_t hash;
    intptr_t e = find(s, v, &hash);

    if (e >= 0)
        return 0;
    if (e == -2 || ready_for(s, v) < 0 ||
        py_table_add(TABLE(s), v, hash, NULL) < 0)
        return -1;
    s->changes++;
    return 0;
}

int py_set_contains(py_set *s, py_object *v)
{
    int64_t hash;
    intptr_t e = find(s, v, &hash);

    return e == -2 ? -1 : e >= 0;
}

int py_set_discard(py_set *s, py_object *v)
{
    int64_t hash;
    intptr_t e = find(s, v, &hash);

    if (e < 0)
        return e == -2 ? -1 : 0;
    py_table_remove(TABLE(s), e);
    s->changes++;
    return 1;
}

intptr_t py_set_len(py_set *s)
{
    return s->storage ? TABLE(s)->used : 0;
}

const struct py_entry *py_set_entry(py_set *s, intptr_t *pos)
{
    intptr_t e = s->storage ? py_table_next(TABLE(s), *pos) : -1;

    if (e < 0)
        return NULL;
    *pos = e + 1;
    return &TABLE(s)->entries->item[e];
}

int py_set_next(py_set *s, intptr_t *pos, py_object **v)
{
    const struct py_entry *e = py_set_entry(s, pos);

    if (!e)
        return 0;
    *v = e->key;
    return 1;
}

void py_set_clear(py_set *s)
{
    s->storage = NULL;
    s->strategy = NULL;
    s->changes++;
}

int py_set_assign(py_set *s, py_set *from)
{
    py_table *t = NULL;

    if (from->storage && !(t = py_table_copy(TABLE(from))))
        return -1;
    s->storage = t;
    s->strategy = from->strategy;
    s->changes++;
    return 0;
}

/* The table of a dict whose strategy has one. */
static py_table *dict_table(py_object *o)
{
    py_dict *d = (py_dict *)o;

    if (!py_is_dict_exact(o))
        return NULL;
    if (d->strategy == &py_dict_strkeys || d->strategy == &py_dict_intkeys ||
        d->strategy == &py_dict_objects)
        return d->storage;
    return NULL;
}

int py_set_update(py_set *s, py_object *iterable)
{
    py_object *it, *v;
    py_table *t = py_is_set(iterable) ? ((py_set *)iterable)->storage
                                      : dict_table(iterable);

    if (py_is_set(iterable) && (!t || (py_set *)iterable == s))
        return 0;
    if (py_is_set(iterable) && py_set_len(s) == 0)
        return py_set_assign(s, (py_set *)iterable);
    if (t) {
        for (intptr_t e = 0; (e = py_table_next(t, e)) >= 0; e++)
            if (py_set_add_hashed(s, t->entries->item[e].key,
                                  t->entries->item[e].hash) < 0)
                return -1;
        return 0;
    }
    it = py_iter(iterable);
    if (!it)
        return -1;
    while ((v = py_iternext(it)))
        if (py_set_add(s, v) < 0)
            return -1;
    return py_err_occurred() ? -1 : 0;
}

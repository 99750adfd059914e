/*
 * dictobject.c: dict: the strategies on a compact table (empty, str keys, int
 * keys, any keys) and the C interface. Insertion order is kept.
 * A table's form is the same for all of them: a strategy only says how keys may
 * be compared, so moving to a more general one is a pointer's change.
 * Neighbours: hashtable.c (the table), dicttype.c (the Python type), celldict.c
 * and mapdict.c (other strategies).
 */
#include "objects/abstract.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/hashtable.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

TW_GC_TYPE(py_dict);

#define TABLE(d) ((py_table *)(d)->storage)
#define STRATEGY(d) tw_promote((d)->strategy)

static const struct py_dict_strategy *const by_kind[] = {
    &py_dict_strkeys, &py_dict_intkeys, &py_dict_objects};

py_dict *py_dict_new(void)
{
    py_dict *d = PY_NEW(py_dict, &py_dict_type);

    d->strategy = &py_dict_empty;
    return d;
}

static py_object *value_at(py_dict *d, intptr_t e)
{
    return e >= 0 ? TABLE(d)->entries->item[e].value : NULL;
}

/* Stores under a key whose entry was searched for: e, -1 absent. */
static int store(py_dict *d, py_object *key, int64_t hash, intptr_t e,
                 py_object *v)
{
    if (e >= 0) {
        TABLE(d)->entries->item[e].value = v;
        return 0;
    }
    if (e == -2 || py_table_add(TABLE(d), key, hash, v) < 0)
        return -1;
    d->changes++;
    return 0;
}

static int remove_at(py_dict *d, intptr_t e)
{
    if (e < 0)
        return e == -2 ? -1 : 0;
    py_table_remove(TABLE(d), e);
    d->changes++;
    return 1;
}

/* ------------------------------------------------------------ any table */

static intptr_t table_len(py_dict *d)
{
    return TABLE(d)->used;
}

static int table_next(py_dict *d, intptr_t *pos, py_object **key,
                      py_object **value)
{
    intptr_t e = py_table_next(TABLE(d), *pos);

    if (e < 0)
        return 0;
    *pos = e + 1;
    *key = TABLE(d)->entries->item[e].key;
    *value = TABLE(d)->entries->item[e].value;
    return 1;
}

static int table_clear(py_dict *d)
{
    d->strategy = &py_dict_empty;
    d->storage = NULL;
    d->changes++;
    return 0;
}

static py_dict *table_copy(py_dict *d)
{
    py_table *t = py_table_copy(TABLE(d));
    py_dict *r;

    if (!t)
        return NULL;
    r = py_dict_new();
    r->strategy = d->strategy;
    r->storage = t;
    return r;
}

static int table_popitem(py_dict *d, py_object **key, py_object **value)
{
    intptr_t e = py_table_last(TABLE(d));

    if (e < 0)
        return 0;
    *key = TABLE(d)->entries->item[e].key;
    *value = TABLE(d)->entries->item[e].value;
    py_table_remove(TABLE(d), e);
    d->changes++;
    return 1;
}

/* An __eq__ has given d another table. What is found must be in d's own. */
tw_dont_look_inside static intptr_t find_again(py_dict *d, py_object *key,
                                               int64_t hash)
{
    for (;;) {
        py_table *t = d->storage;
        if (!t && !(t = py_table_new(0)))
            return -2;
        d->storage = t;
        d->strategy = &py_dict_objects;
        intptr_t e = py_table_find(t, key, hash);
        if (e == -2 || d->storage == t)
            return e;
    }
}

/* Any key in a table of any strategy: by hash and __eq__. */
static intptr_t find_any(py_dict *d, py_object *key, int64_t *hash)
{
    py_table *t = TABLE(d);
    *hash = py_hash(key);
    intptr_t e = *hash == -1 ? -2 : py_table_find(t, key, *hash);
    return PY_UNLIKELY(d->storage != t) && e != -2 ? find_again(d, key, *hash)
                                                   : e;
}

static py_object *objects_get(py_dict *d, py_object *key)
{
    int64_t hash;

    return value_at(d, find_any(d, key, &hash));
}

static py_object *objects_get_str(py_dict *d, py_str *key)
{
    return value_at(d, py_table_find(TABLE(d), &key->base, py_str_hash(key)));
}

static int objects_set(py_dict *d, py_object *key, py_object *v)
{
    int64_t hash;
    intptr_t e = find_any(d, key, &hash);

    return store(d, key, hash, e, v);
}

static int objects_set_str(py_dict *d, py_str *key, py_object *v)
{
    int64_t hash = py_str_hash(key);

    return store(d, &key->base, hash, py_table_find(TABLE(d), &key->base, hash),
                 v);
}

static int objects_del(py_dict *d, py_object *key)
{
    int64_t hash;

    return remove_at(d, find_any(d, key, &hash));
}

const struct py_dict_strategy py_dict_objects = {
    .name = "objects",
    .get = objects_get,
    .get_str = objects_get_str,
    .set = objects_set,
    .set_str = objects_set_str,
    .del = objects_del,
    .len = table_len,
    .next = table_next,
    .clear = table_clear,
    .copy = table_copy,
    .popitem = table_popitem,
};

/* A key of another kind comes in. */
tw_dont_look_inside static int general_set(py_dict *d, py_object *key,
                                           py_object *v)
{
    int64_t hash;
    intptr_t e = find_any(d, key, &hash);

    if (e == -1)
        d->strategy = &py_dict_objects;
    return store(d, key, hash, e, v);
}

tw_dont_look_inside static py_object *general_get(py_dict *d, py_object *key)
{
    return objects_get(d, key);
}

/* --------------------------------------------------------------- str keys */

static py_object *str_get_str(py_dict *d, py_str *key)
{
    return value_at(d, py_table_find_str(TABLE(d), key));
}

static py_object *str_get(py_dict *d, py_object *key)
{
    return py_is_str_exact(key) ? str_get_str(d, (py_str *)key)
                                : general_get(d, key);
}

static int str_set_str(py_dict *d, py_str *key, py_object *v)
{
    return store(d, &key->base, py_str_hash(key),
                 py_table_find_str(TABLE(d), key), v);
}

static int str_set(py_dict *d, py_object *key, py_object *v)
{
    return py_is_str_exact(key) ? str_set_str(d, (py_str *)key, v)
                                : general_set(d, key, v);
}

static int str_del(py_dict *d, py_object *key)
{
    if (py_is_str_exact(key))
        return remove_at(d, py_table_find_str(TABLE(d), (py_str *)key));
    return objects_del(d, key);
}

const struct py_dict_strategy py_dict_strkeys = {
    .name = "str",
    .get = str_get,
    .get_str = str_get_str,
    .set = str_set,
    .set_str = str_set_str,
    .del = str_del,
    .len = table_len,
    .next = table_next,
    .clear = table_clear,
    .copy = table_copy,
    .popitem = table_popitem,
};

/* --------------------------------------------------------------- int keys */

static py_object *int_get(py_dict *d, py_object *key)
{
    if (py_is_int_exact(key))
        return value_at(d, py_table_find_int(TABLE(d), py_int_value(key)));
    return general_get(d, key);
}

static py_object *int_get_str(py_dict *d, py_str *key)
{
    (void)d;
    (void)key;
    return NULL; /* an int is no str */
}

static int int_set(py_dict *d, py_object *key, py_object *v)
{
    int64_t k;

    if (!py_is_int_exact(key))
        return general_set(d, key, v);
    k = py_int_value(key);
    return store(d, key, k == -1 ? -2 : k, py_table_find_int(TABLE(d), k), v);
}

static int int_set_str(py_dict *d, py_str *key, py_object *v)
{
    return general_set(d, &key->base, v);
}

static int int_del(py_dict *d, py_object *key)
{
    if (py_is_int_exact(key))
        return remove_at(d, py_table_find_int(TABLE(d), py_int_value(key)));
    return objects_del(d, key);
}

const struct py_dict_strategy py_dict_intkeys = {
    .name = "int",
    .get = int_get,
    .get_str = int_get_str,
    .set = int_set,
    .set_str = int_set_str,
    .del = int_del,
    .len = table_len,
    .next = table_next,
    .clear = table_clear,
    .copy = table_copy,
    .popitem = table_popitem,
};

/* ------------------------------------------------------------------ empty */

static py_object *empty_get(py_dict *d, py_object *key)
{
    (void)d;
    if (!py_is_str_exact(key) && !py_is_int_exact(key))
        py_hash(key); /* raises for what cannot be a key */
    return NULL;
}

static py_object *empty_get_str(py_dict *d, py_str *key)
{
    (void)d;
    (void)key;
    return NULL;
}

static int empty_set(py_dict *d, py_object *key, py_object *v)
{
    const struct py_dict_strategy *s = by_kind[py_keykind_of(key)];
    py_table *t;

    if (s == &py_dict_objects && py_hash(key) == -1)
        return -1;
    t = py_table_new(0);
    if (!t)
        return -1;
    d->storage = t;
    d->strategy = s;
    return s->set(d, key, v);
}

static int empty_set_str(py_dict *d, py_str *key, py_object *v)
{
    return empty_set(d, &key->base, v);
}

static int empty_del(py_dict *d, py_object *key)
{
    (void)d;
    return py_hash(key) == -1 ? -1 : 0;
}

static intptr_t empty_len(py_dict *d)
{
    (void)d;
    return 0;
}

static int empty_next(py_dict *d, intptr_t *pos, py_object **key,
                      py_object **value)
{
    (void)d;
    (void)pos;
    (void)key;
    (void)value;
    return 0;
}

static int empty_clear(py_dict *d)
{
    (void)d;
    return 0;
}

static py_dict *empty_copy(py_dict *d)
{
    (void)d;
    return py_dict_new();
}

static int empty_popitem(py_dict *d, py_object **key, py_object **value)
{
    (void)d;
    (void)key;
    (void)value;
    return 0;
}

const struct py_dict_strategy py_dict_empty = {
    .name = "empty",
    .get = empty_get,
    .get_str = empty_get_str,
    .set = empty_set,
    .set_str = empty_set_str,
    .del = empty_del,
    .len = empty_len,
    .next = empty_next,
    .clear = empty_clear,
    .copy = empty_copy,
    .popitem = empty_popitem,
};

/* ------------------------------------------------------------ C interface */

py_object *py_dict_get(py_dict *d, py_object *key)
{
    return STRATEGY(d)->get(d, key);
}

py_object *py_dict_get_str(py_dict *d, py_str *key)
{
    return STRATEGY(d)->get_str(d, key);
}

py_object *py_dict_get_cstr(py_dict *d, const char *key)
{
    py_str *s = py_str_from(key);

    return s ? py_dict_get_str(d, s) : NULL;
}

int py_dict_set(py_dict *d, py_object *key, py_object *v)
{
    return STRATEGY(d)->set(d, key, v);
}

int py_dict_set_str(py_dict *d, py_str *key, py_object *v)
{
    return STRATEGY(d)->set_str(d, key, v);
}

int py_dict_set_cstr(py_dict *d, const char *key, py_object *v)
{
    py_str *s = py_intern_cstr(key);

    return s ? py_dict_set_str(d, s, v) : -1;
}

int py_dict_del_maybe(py_dict *d, py_object *key)
{
    return STRATEGY(d)->del(d, key);
}

int py_dict_del(py_dict *d, py_object *key)
{
    int r = STRATEGY(d)->del(d, key);

    if (r == 0)
        py_raise_value(&py_KeyError, key);
    return r > 0 ? 0 : -1;
}

intptr_t py_dict_len(py_dict *d)
{
    return STRATEGY(d)->len(d);
}

int py_dict_contains(py_dict *d, py_object *key)
{
    if (STRATEGY(d)->get(d, key))
        return 1;
    return py_err_occurred() ? -1 : 0;
}

int py_dict_next(py_dict *d, intptr_t *pos, py_object **key, py_object **value)
{
    return d->strategy->next(d, pos, key, value);
}

void py_dict_clear(py_dict *d)
{
    d->strategy->clear(d);
}

py_dict *py_dict_copy(py_dict *d)
{
    return d->strategy->copy(d);
}

/* Moves what a special strategy shows to a table. */
int py_dict_generalize(py_dict *d)
{
    py_table *t = py_table_new(py_dict_len(d));
    intptr_t pos = 0;
    py_object *key, *value;
    enum py_keykind kind = PY_KEYS_STR;

    if (!t)
        return -1;
    while (py_dict_next(d, &pos, &key, &value)) {
        int64_t hash = py_hash(key);

        if (hash == -1 || py_table_add(t, key, hash, value) < 0)
            return -1;
        if (!py_is_str_exact(key))
            kind = PY_KEYS_ANY;
    }
    d->strategy = by_kind[kind];
    d->storage = t;
    return 0;
}

static int is_table(py_dict *d)
{
    return d->strategy == &py_dict_strkeys || d->strategy == &py_dict_intkeys ||
           d->strategy == &py_dict_objects;
}

/* All entries of another dict; hashes are taken over, not computed again. */
static int merge_dict(py_dict *d, py_dict *o)
{
    intptr_t pos = 0;
    py_object *key, *value;

    if (o == d)
        return 0;
    if (d->strategy == &py_dict_empty && is_table(o)) {
        py_table *t = py_table_copy(TABLE(o));

        if (!t)
            return -1;
        d->strategy = o->strategy;
        d->storage = t;
        d->changes++;
        return 0;
    }
    if (is_table(d) && is_table(o) && d->strategy != o->strategy)
        d->strategy = &py_dict_objects;
    if (d->strategy == &py_dict_objects && is_table(o)) {
        for (pos = 0; (pos = py_table_next(TABLE(o), pos)) >= 0; pos++) {
            struct py_entry x = TABLE(o)->entries->item[pos];

            if (store(d, x.key, x.hash, py_table_find(TABLE(d), x.key, x.hash),
                      x.value) < 0)
                return -1;
        }
        return 0;
    }
    while (py_dict_next(o, &pos, &key, &value))
        if (py_dict_set(d, key, value) < 0)
            return -1;
    return 0;
}

static int merge_mapping(py_dict *d, py_object *o)
{
    py_object *keys = py_call_method0(o, py_id_keys), *it, *key;

    it = keys ? py_iter(keys) : NULL;
    if (!it)
        return -1;
    while ((key = py_iternext(it))) {
        py_object *v = py_getitem(o, key);

        if (!v || py_dict_set(d, key, v) < 0)
            return -1;
    }
    return py_err_occurred() ? -1 : 0;
}

static int merge_pairs(py_dict *d, py_object *o)
{
    py_object *it = py_iter(o), *pair;

    if (!it)
        return -1;
    for (intptr_t k = 0; (pair = py_iternext(it)); k++) {
        py_object *seq = py_fastseq(pair, "");

        if (!seq) {
            if (py_err_catch(&py_TypeError))
                py_raise(&py_TypeError,
                         "cannot convert dictionary update sequence element "
                         "#%zd to a sequence",
                         k);
            return -1;
        }
        if (py_fastseq_len(seq) != 2)
            return py_raise_i(
                &py_ValueError,
                "dictionary update sequence element #%zd has length %zd; 2 is "
                "required",
                k, py_fastseq_len(seq));
        if (py_dict_set(d, py_fastseq_item(seq, 0), py_fastseq_item(seq, 1)) <
            0)
            return -1;
    }
    return py_err_occurred() ? -1 : 0;
}

int py_dict_update(py_dict *d, py_object *o)
{
    if (py_is_dict(o))
        return merge_dict(d, (py_dict *)o);
    if (py_hasattr(o, py_id_keys))
        return merge_mapping(d, o);
    return merge_pairs(d, o);
}

static py_list *collect(py_dict *d, int what)
{
    py_list *l = py_list_new();
    intptr_t pos = 0;
    py_object *key, *value;

    while (py_dict_next(d, &pos, &key, &value)) {
        py_object *v = what == 0   ? key
                       : what == 1 ? value
                                   : (py_object *)py_tuple_pack2(key, value);

        if (!v || py_list_append(l, v) < 0)
            return NULL;
    }
    return l;
}

py_list *py_dict_keys(py_dict *d)
{
    return collect(d, 0);
}

py_list *py_dict_values(py_dict *d)
{
    return collect(d, 1);
}

py_list *py_dict_items(py_dict *d)
{
    return collect(d, 2);
}

/*
 * mapdict.c: the dict strategy behind o.__dict__ of an instance with a map:
 * storage is the instance; everything goes to map.c. A key that is no str
 * makes both the dict and the instance ordinary.
 */
#include "objects/runtime.h"

static py_instance *holder(py_dict *d)
{
    return d->storage;
}

static py_object *get_str(py_dict *d, py_str *key)
{
    return py_holder_get(holder(d), (py_object *)py_intern(key));
}

static py_object *get(py_dict *d, py_object *key)
{
    if (py_is_str_exact(key))
        return get_str(d, (py_str *)key);
    /* Others may equal a str by their __eq__, or must at least be hashable. */
    if (py_holder_devolve(holder(d)) < 0)
        return NULL;
    return py_dict_get(d, key);
}

static int set_str(py_dict *d, py_str *key, py_object *v)
{
    py_instance *h = holder(d);
    intptr_t before = py_holder_count(h);
    int r = py_holder_set(h, (py_object *)py_intern(key), v, 0);
    if (h->map->devolved || py_holder_count(h) != before)
        d->changes++;
    return r;
}

static int set(py_dict *d, py_object *key, py_object *v)
{
    if (py_is_str_exact(key))
        return set_str(d, (py_str *)key, v);
    return py_holder_devolve(holder(d)) < 0 ? -1 : py_dict_set(d, key, v);
}

static int del(py_dict *d, py_object *key)
{
    if (!py_is_str_exact(key))
        return py_holder_devolve(holder(d)) < 0 ? -1
                                                : py_dict_del_maybe(d, key);
    int r = py_holder_del(holder(d), (py_object *)py_intern((py_str *)key));
    if (r > 0)
        d->changes++;
    return r;
}

static intptr_t len(py_dict *d)
{
    return py_holder_count(holder(d));
}

static int next(py_dict *d, intptr_t *pos, py_object **key, py_object **value)
{
    if (!py_holder_nth(holder(d), *pos, key, value))
        return 0;
    ++*pos;
    return 1;
}

static py_dict *copy(py_dict *d)
{
    py_dict *r = py_dict_new();
    intptr_t pos = 0;
    py_object *k, *v;
    while (next(d, &pos, &k, &v))
        if (py_dict_set_str(r, (py_str *)k, v) < 0)
            return NULL;
    return r;
}

static int clear(py_dict *d)
{
    if (py_holder_devolve(holder(d)) < 0)
        return -1;
    py_dict_clear(d);
    return 0;
}

static int popitem(py_dict *d, py_object **key, py_object **value)
{
    intptr_t n = len(d);
    if (!n || !py_holder_nth(holder(d), n - 1, key, value))
        return 0;
    return del(d, *key) < 0 ? -1 : 1;
}

const struct py_dict_strategy py_dict_instance = {
    "instance", get,  get_str, set,  set_str, del,
    len,        next, clear,   copy, popitem,
};

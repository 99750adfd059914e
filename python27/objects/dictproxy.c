/*
 * dictproxy.c: a read-only view of a mapping: the __dict__ of classes.
 */
#include "objects/runtime.h"

struct py_dictproxy {
    py_object base;
    py_object *dict;
};
TW_IMMUTABLE(py_dictproxy, dict);
TW_GC_TYPE(py_dictproxy);

#define D(o) (((struct py_dictproxy *)(o))->dict)

py_object *py_dictproxy_new(py_object *mapping)
{
    struct py_dictproxy *p = PY_NEW(py_dictproxy, &py_dictproxy_type);
    p->dict = mapping;
    return &p->base;
}

static intptr_t proxy_len(py_object *o)
{
    return py_len(D(o));
}

static py_object *proxy_getitem(py_object *o, py_object *key)
{
    return py_getitem(D(o), key);
}

static int proxy_contains(py_object *o, py_object *key)
{
    return py_contains(D(o), key);
}

static py_object *proxy_iter(py_object *o)
{
    return py_iter(D(o));
}

static py_object *proxy_repr(py_object *o)
{
    return (py_object *)py_str_format_c("dict_proxy(%R)", D(o));
}

static py_object *proxy_str(py_object *o)
{
    return py_str_of(D(o));
}

static py_object *proxy_richcmp(py_object *a, py_object *b, int op)
{
    if (py_type_of(a) == &py_dictproxy_type)
        a = D(a);
    if (py_type_of(b) == &py_dictproxy_type)
        b = D(b);
    return py_richcompare(a, b, op);
}

static py_object *forward(py_object *o, const char *name, py_object *a,
                          py_object *b)
{
    py_object *m = py_getattr_cstr(D(o), name);
    if (!m)
        return NULL;
    return b ? py_call2(m, a, b) : a ? py_call1(m, a) : py_call0(m);
}

static py_object *proxy_get(py_object *o, py_object *key, py_object *dflt)
{
    return forward(o, "get", key, dflt ? dflt : py_None);
}

static py_object *proxy_has_key(py_object *o, py_object *key)
{
    int r = py_contains(D(o), key);
    return r < 0 ? NULL : py_bool(r);
}

#define FORWARD0(n)                                                            \
    static py_object *proxy_##n(py_object *o)                                  \
    {                                                                          \
        return forward(o, #n, NULL, NULL);                                     \
    }
FORWARD0(keys)
FORWARD0(values)
FORWARD0(items)
FORWARD0(iterkeys)
FORWARD0(itervalues)
FORWARD0(iteritems)
FORWARD0(copy)

static const struct py_methoddef proxy_methods[] = {
    PY_M(1, 2, "get", proxy_get, "The value of a key, or a default."),
    PY_M1("has_key", proxy_has_key, "Is there such a key?"),
    PY_M0("keys", proxy_keys, "The keys."),
    PY_M0("values", proxy_values, "The values."),
    PY_M0("items", proxy_items, "(key, value) pairs."),
    PY_M0("iterkeys", proxy_iterkeys, "An iterator over the keys."),
    PY_M0("itervalues", proxy_itervalues, "An iterator over the values."),
    PY_M0("iteritems", proxy_iteritems, "An iterator over the pairs."),
    PY_M0("copy", proxy_copy, "A copy of the mapping."),
    PY_MEND,
};
py_type py_dictproxy_type = {
    PY_TYPE_HEAD("dictproxy", py_dictproxy),
    .mp_length = proxy_len,
    .mp_getitem = proxy_getitem,
    .sq_contains = proxy_contains,
    .tp_iter = proxy_iter,
    .tp_repr = proxy_repr,
    .tp_str = proxy_str,
    .tp_richcompare = proxy_richcmp,
    .methods = proxy_methods,
};

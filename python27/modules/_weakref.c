/*
 * _weakref.c: the module `_weakref` behind weakref.py.
 */
#include "objects/weakref.h"

#include "objects/runtime.h"

static py_object *w_proxy(py_object *self, py_object *o, py_object *callback)
{
    (void)self;
    return py_weakproxy_new(o, callback);
}

static py_object *w_count(py_object *self, py_object *o)
{
    (void)self;
    py_list *l = py_weakref_list(o);
    return l ? py_int_new(py_list_len(l)) : NULL;
}

static py_object *w_refs(py_object *self, py_object *o)
{
    (void)self;
    return (py_object *)py_weakref_list(o);
}

static py_object *w_remove_dead(py_object *self, py_object *dict,
                                py_object *key)
{
    (void)self;
    if (!py_is_dict(dict))
        return py_arg_error("_remove_dead_weakref", 1, "dict", dict);
    py_object *ref = py_dict_get((py_dict *)dict, key);
    if (!ref)
        return py_err_occurred() ? NULL : py_None;
    if (!py_isinst(ref, &py_weakref_type))
        return py_raise(&py_TypeError, "not a weakref");
    if (!py_weakref_get(ref))
        py_dict_del_maybe((py_dict *)dict, key);
    return py_None;
}

static const struct py_methoddef methods[] = {
    PY_MF("proxy", w_proxy, PY_POS, 1, 2, PY_UNPACK,
          "An object that forwards to another one, held weakly."),
    PY_M1("getweakrefcount", w_count, "The number of weak references."),
    PY_M1("getweakrefs", w_refs, "The weak references, as a list."),
    PY_M2("_remove_dead_weakref", w_remove_dead,
          "Removes dict[key] if it is a weak reference to what died."),
    PY_MEND,
};

static int init(py_module *m)
{
    return py_module_set_type(m, "ref", &py_weakref_type) < 0 ||
                   py_module_set_type(m, "ReferenceType", &py_weakref_type) <
                       0 ||
                   py_module_set_type(m, "ProxyType", &py_weakproxy_type) < 0 ||
                   py_module_set_type(m, "CallableProxyType",
                                      &py_weakcallableproxy_type) < 0
               ? -1
               : 0;
}

const struct py_moduledef py_module__weakref = {"_weakref", "Weak references.",
                                                methods, init};

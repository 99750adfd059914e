/*
 * typeattr.c: attributes of type objects: lookup along both mros, assignment
 * with new versions, and the special ones (__name__, __bases__, ...).
 */
#include "objects/runtime.h"

int py_type_set_bases(py_type *t, py_object *v);
py_object *py_type_getattr(py_object *self, py_str *name);
int py_type_setattr(py_object *self, py_str *name, py_object *v);
py_object *py_type_repr(py_object *self);
extern const struct py_getset py_type_getset[];

py_object *py_type_getattr(py_object *self, py_str *name)
{
    py_type *t = (py_type *)tw_promote(self), *meta = py_type_of(self);
    py_object *m = py_type_lookup(meta, name);
    py_descrgetfn get = NULL;
    if (m) {
        get = py_type_of(m)->tp_descr_get;
        if (get && py_type_of(m)->tp_descr_set)
            return get(m, self, &meta->base);
    }
    py_object *v = py_type_lookup(t, name);
    if (v) {
        py_descrgetfn vget = py_type_of(v)->tp_descr_get;
        return vget ? vget(v, NULL, self) : v;
    }
    if (get)
        return get(m, self, &meta->base);
    if (m)
        return m;
    return py_raise(&py_AttributeError,
                    "type object '%s' has no attribute '%S'",
                    py_type_shortname(t), name);
}

int py_type_setattr(py_object *self, py_str *name, py_object *v)
{
    py_type *t = (py_type *)self;
    if (!(t->flags & PY_TF_HEAP))
        return py_raise_i(&py_TypeError,
                          "can't set attributes of built-in/extension type "
                          "'%s'",
                          t->name);
    py_type *meta = py_type_of(self);
    py_object *m = py_type_lookup(meta, name);
    if (m && py_type_of(m)->tp_descr_set)
        return py_type_of(m)->tp_descr_set(m, self, v);
    if (v) {
        if (py_dict_set_str(t->dict, name, v) < 0)
            return -1;
    } else {
        int r = py_dict_del_maybe(t->dict, &name->base);
        if (r < 0)
            return -1;
        if (!r)
            return py_raise_i(&py_AttributeError, "%S", name);
    }
    py_type_modified(t);
    py_type_update_slot(t, name);
    return 0;
}

static py_object *module_of(py_type *t)
{
    if (t->flags & PY_TF_HEAP)
        return py_dict_get_str(t->dict, py_id___module__);
    const char *dot = strrchr(t->name, '.');
    if (dot)
        return (py_object *)py_str_new(t->name, dot - t->name);
    return (py_object *)py_intern_cstr("__builtin__");
}

py_object *py_type_repr(py_object *self)
{
    py_type *t = (py_type *)self;
    py_object *mod = module_of(t);
    const char *kind = t->flags & PY_TF_HEAP ? "class" : "type";
    if (mod && py_is_str(mod) && !py_str_eq_cstr((py_str *)mod, "__builtin__"))
        return (py_object *)py_str_format_c("<%s '%S.%s'>", kind, mod,
                                            py_type_shortname(t));
    return (py_object *)py_str_format_c("<%s '%s'>", kind,
                                        py_type_shortname(t));
}

static py_object *get_name(py_object *o, void *d)
{
    (void)d;
    return (py_object *)((py_type *)o)->namestr;
}

static int need_heap(py_type *t, py_object *v, const char *what)
{
    if (!(t->flags & PY_TF_HEAP))
        return py_raise_i(&py_TypeError, "can't set %s.%s", t->name, what);
    if (!v)
        return py_raise_i(&py_TypeError, "can't delete %s.%s", t->name, what);
    return 0;
}

static int set_name(py_object *o, py_object *v, void *d)
{
    (void)d;
    py_type *t = (py_type *)o;
    if (need_heap(t, v, "__name__") < 0)
        return -1;
    if (!py_is_str(v))
        return py_raise_i(&py_TypeError,
                          "can only assign string to %s.__name__, not '%T'",
                          t->name, v);
    if (memchr(py_str_data((py_str *)v), 0, (size_t)((py_str *)v)->n))
        return py_raise_i(&py_ValueError,
                          "__name__ must not contain null bytes");
    t->namestr = (py_str *)v;
    t->name = py_str_cstr((py_str *)v);
    return 0;
}

static py_object *get_module(py_object *o, void *d)
{
    (void)d;
    py_object *m = module_of((py_type *)o);
    return m ? m : py_raise(&py_AttributeError, "__module__");
}

static int set_module(py_object *o, py_object *v, void *d)
{
    (void)d;
    py_type *t = (py_type *)o;
    if (need_heap(t, v, "__module__") < 0)
        return -1;
    py_type_modified(t);
    return py_dict_set_str(t->dict, py_id___module__, v);
}

static py_object *get_bases(py_object *o, void *d)
{
    (void)d;
    return (py_object *)((py_type *)o)->bases;
}

static int set_bases(py_object *o, py_object *v, void *d)
{
    (void)d;
    return py_type_set_bases((py_type *)o, v);
}

static py_object *get_base(py_object *o, void *d)
{
    (void)d;
    py_type *b = ((py_type *)o)->base_type;
    return b ? &b->base : py_None;
}

static py_object *get_mro(py_object *o, void *d)
{
    (void)d;
    py_tuple *m = ((py_type *)o)->mro;
    return m ? &m->base : py_None;
}

static py_object *get_dict(py_object *o, void *d)
{
    (void)d;
    return py_dictproxy_new(&((py_type *)o)->dict->base);
}

static py_object *get_doc(py_object *o, void *d)
{
    (void)d;
    py_type *t = (py_type *)o;
    py_object *v = py_dict_get_str(t->dict, py_id___doc__);
    if (!v)
        return py_None;
    py_descrgetfn get = py_type_of(v)->tp_descr_get;
    return get ? get(v, NULL, o) : v;
}

static py_object *get_flags(py_object *o, void *d)
{
    (void)d;
    py_type *t = (py_type *)o;
    /* CPython's numbers for what programs ask: heap type, abstract. */
    int64_t f = 0;
    if (t->flags & PY_TF_HEAP)
        f |= 1 << 9;
    if (t->flags & PY_TF_BASE)
        f |= 1 << 10;
    if (t->flags & PY_TF_ABSTRACT)
        f |= 1 << 20;
    return py_int_new(f);
}

static py_object *get_size(py_object *o, void *d)
{
    (void)d;
    return py_int_new(((py_type *)o)->size);
}

static py_object *get_itemsize(py_object *o, void *d)
{
    (void)d;
    return py_int_new(((py_type *)o)->var_size);
}

static py_object *get_dictoffset(py_object *o, void *d)
{
    (void)d;
    py_type *t = (py_type *)o;
    if (t->dict_offset)
        return py_int_new(t->dict_offset);
    return py_int_new((t->flags & PY_TF_HEAP) && !(t->flags & PY_TF_NODICT)
                          ? (int)offsetof(struct py_instance, map)
                          : 0);
}

static py_object *get_abstract(py_object *o, void *d)
{
    (void)d;
    py_object *v = NULL;
    if (o != &py_type_type.base)
        v = py_dict_get_str(((py_type *)o)->dict, py_id___abstractmethods__);
    return v ? v : py_raise(&py_AttributeError, "__abstractmethods__");
}

static int set_abstract(py_object *o, py_object *v, void *d)
{
    (void)d;
    py_type *t = (py_type *)o;
    if (!v) {
        int r = py_dict_del_maybe(t->dict, &py_id___abstractmethods__->base);
        if (r < 0)
            return -1;
        if (!r)
            return py_raise_i(&py_AttributeError, "__abstractmethods__");
        t->flags &= ~(uint32_t)PY_TF_ABSTRACT;
        py_type_modified(t);
        return 0;
    }
    int truth = py_is_true(v);
    if (truth < 0 || py_dict_set_str(t->dict, py_id___abstractmethods__, v) < 0)
        return -1;
    if (truth)
        t->flags |= PY_TF_ABSTRACT;
    else
        t->flags &= ~(uint32_t)PY_TF_ABSTRACT;
    py_type_modified(t);
    return 0;
}

const struct py_getset py_type_getset[] = {
    {"__name__", get_name, set_name, NULL, NULL},
    {"__bases__", get_bases, set_bases, NULL, NULL},
    {"__base__", get_base, NULL, NULL, NULL},
    {"__mro__", get_mro, NULL, NULL, NULL},
    {"__module__", get_module, set_module, NULL, NULL},
    {"__dict__", get_dict, NULL, NULL, NULL},
    {"__doc__", get_doc, NULL, NULL, NULL},
    {"__flags__", get_flags, NULL, NULL, NULL},
    {"__basicsize__", get_size, NULL, NULL, NULL},
    {"__itemsize__", get_itemsize, NULL, NULL, NULL},
    {"__dictoffset__", get_dictoffset, NULL, NULL, NULL},
    {"__abstractmethods__", get_abstract, set_abstract, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

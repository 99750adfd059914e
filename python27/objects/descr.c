/*
 * descr.c: descriptors of built-in types (methods, attributes, fields) and of
 * __slots__; property, classmethod, staticmethod.
 */
#include "objects/runtime.h"

TW_GC_TYPE(py_methoddescr);
TW_GC_TYPE(py_getsetdescr);
TW_GC_TYPE(py_memberdescr);
TW_GC_TYPE(py_slotdescr);
TW_GC_TYPE(py_property);

#define D(o) ((struct py_descr *)(o))

py_object *py_descr_bind(py_object *descr, py_object *o, py_type *type)
{
    py_descrgetfn get = py_type_of(descr)->tp_descr_get;
    return get ? get(descr, o, &type->base) : descr;
}

static int check_object(py_object *d, py_object *o)
{
    if (PY_LIKELY(py_isinst(o, D(d)->owner)))
        return 0;
    return py_raise_i(&py_TypeError,
                      "descriptor '%S' for '%s' objects doesn't apply to '%T' "
                      "object",
                      D(d)->name, py_type_shortname(D(d)->owner), o);
}

static py_object *descr_repr(py_object *o, const char *kind)
{
    return (py_object *)py_str_format_c("<%s '%S' of '%s' objects>", kind,
                                        D(o)->name,
                                        py_type_shortname(D(o)->owner));
}

#define HEAD_MEMBERS                                                           \
    {"__objclass__", PY_MEMBER_OBJ, 1, offsetof(struct py_descr, owner),       \
     NULL},                                                                    \
    {                                                                          \
        "__name__", PY_MEMBER_OBJ, 1, offsetof(struct py_descr, name), NULL    \
    }
static const struct py_memberdef head_members[] = {
    HEAD_MEMBERS,
    {NULL, 0, 0, 0, NULL},
};

static py_object *doc_or_none(const char *doc)
{
    return doc ? (py_object *)py_str_from(doc) : py_None;
}

/* ---------------------------------------------------------------- methods */

py_object *py_methoddescr_new(py_type *owner, const struct py_methoddef *def)
{
    struct py_methoddescr *d = PY_NEW(
        py_methoddescr, def->flags & PY_CLASSMETHOD ? &py_classmethoddescr_type
                                                    : &py_methoddescr_type);
    d->d.owner = owner;
    d->d.name = py_intern_cstr(def->name);
    d->def = def;
    return &d->d.base;
}

static py_object *methoddescr_get(py_object *d, py_object *o, py_object *type)
{
    (void)type;
    if (!o)
        return d;
    if (check_object(d, o) < 0)
        return NULL;
    return py_builtin_new(((struct py_methoddescr *)d)->def, o, NULL);
}

static py_object *methoddescr_call(py_object *d, py_object *const *args,
                                   intptr_t nargs, py_tuple *kw)
{
    const struct py_methoddef *def = ((struct py_methoddescr *)d)->def;
    if (nargs < 1)
        return py_raise(&py_TypeError,
                        "descriptor '%S' of '%s' object needs an argument",
                        D(d)->name, py_type_shortname(D(d)->owner));
    if (!py_isinst(args[0], D(d)->owner))
        return py_raise(&py_TypeError,
                        "descriptor '%S' requires a '%s' object but received "
                        "a '%T'",
                        D(d)->name, py_type_shortname(D(d)->owner), args[0]);
    return py_methoddef_call(def, args[0], args + 1, nargs - 1, kw);
}

static py_object *methoddescr_repr(py_object *o)
{
    return descr_repr(o, "method");
}

static py_object *methoddescr_doc(py_object *o, void *data)
{
    (void)data;
    return doc_or_none(((struct py_methoddescr *)o)->def->doc);
}

static const struct py_getset methoddescr_getset[] = {
    {"__doc__", methoddescr_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_methoddescr_type = {
    PY_TYPE_HEAD("method_descriptor", py_methoddescr),
    .members = head_members,
    .getset = methoddescr_getset,
    .tp_descr_get = methoddescr_get,
    .tp_call = methoddescr_call,
    .tp_repr = methoddescr_repr,
};

static py_object *classmethoddescr_get(py_object *d, py_object *o,
                                       py_object *type)
{
    if (!type) {
        if (!o)
            return py_raise(&py_TypeError,
                            "descriptor '%S' for type '%s' needs either an "
                            "object or a type",
                            D(d)->name, py_type_shortname(D(d)->owner));
        type = &py_type_of(o)->base;
    }
    if (!PY_IS(type, PY_TF_TYPE))
        return py_raise(&py_TypeError,
                        "descriptor '%S' for type '%s' needs a type, not a "
                        "'%T' as arg 2",
                        D(d)->name, py_type_shortname(D(d)->owner), type);
    if (!py_subtype((py_type *)type, D(d)->owner))
        return py_raise(&py_TypeError,
                        "descriptor '%S' for type '%s' doesn't apply to type "
                        "'%s'",
                        D(d)->name, py_type_shortname(D(d)->owner),
                        py_type_shortname((py_type *)type));
    return py_builtin_new(((struct py_methoddescr *)d)->def, type, NULL);
}

static py_object *classmethoddescr_call(py_object *d, py_object *const *args,
                                        intptr_t nargs, py_tuple *kw)
{
    py_object *m = classmethoddescr_get(d, NULL, &D(d)->owner->base);
    return m ? py_call_fast(m, args, nargs, kw) : NULL;
}

py_type py_classmethoddescr_type = {
    PY_TYPE_HEAD("classmethod_descriptor", py_methoddescr),
    .members = head_members,
    .getset = methoddescr_getset,
    .tp_descr_get = classmethoddescr_get,
    .tp_call = classmethoddescr_call,
    .tp_repr = methoddescr_repr,
};

/* ------------------------------------------------------------- attributes */

py_object *py_getsetdescr_new(py_type *owner, const struct py_getset *def)
{
    struct py_getsetdescr *d = PY_NEW(py_getsetdescr, &py_getsetdescr_type);
    d->d.owner = owner;
    d->d.name = py_intern_cstr(def->name);
    d->def = def;
    return &d->d.base;
}

static py_object *getset_get(py_object *d, py_object *o, py_object *type)
{
    (void)type;
    if (!o)
        return d;
    if (check_object(d, o) < 0)
        return NULL;
    const struct py_getset *g = ((struct py_getsetdescr *)d)->def;
    if (!g->get)
        return py_raise(&py_AttributeError,
                        "attribute '%S' of '%s' objects is not readable",
                        D(d)->name, py_type_shortname(D(d)->owner));
    return g->get(o, g->data);
}

int py_readonly(py_object *o, py_object *v, void *data)
{
    (void)o;
    (void)v;
    (void)data;
    return py_raise_i(&py_TypeError, "readonly attribute");
}

static int getset_set(py_object *d, py_object *o, py_object *v)
{
    if (check_object(d, o) < 0)
        return -1;
    const struct py_getset *g = ((struct py_getsetdescr *)d)->def;
    if (!g->set)
        return py_raise_i(&py_AttributeError,
                          "attribute '%S' of '%s' objects is not writable",
                          D(d)->name, py_type_shortname(D(d)->owner));
    return g->set(o, v, g->data);
}

static py_object *getset_repr(py_object *o)
{
    return descr_repr(o, "attribute");
}

static py_object *getset_doc(py_object *o, void *data)
{
    (void)data;
    return doc_or_none(((struct py_getsetdescr *)o)->def->doc);
}

static const struct py_getset getset_getset[] = {
    {"__doc__", getset_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_getsetdescr_type = {
    PY_TYPE_HEAD("getset_descriptor", py_getsetdescr),
    .members = head_members,
    .getset = getset_getset,
    .tp_descr_get = getset_get,
    .tp_descr_set = getset_set,
    .tp_repr = getset_repr,
};

/* ----------------------------------------------------------------- fields */

py_object *py_memberdescr_new(py_type *owner, const struct py_memberdef *def)
{
    struct py_memberdescr *d = PY_NEW(py_memberdescr, &py_memberdescr_type);
    d->d.owner = owner;
    d->d.name = py_intern_cstr(def->name);
    d->def = def;
    return &d->d.base;
}

static py_object *member_read(const struct py_memberdef *m, py_object *o)
{
    char *p = (char *)o + m->offset;
    switch ((enum py_memberkind)m->kind) {
    case PY_MEMBER_OBJ: {
        py_object *v = *(py_object **)p;
        return v ? v : py_None;
    }
    case PY_MEMBER_OBJ_EX: {
        py_object *v = *(py_object **)p;
        return v ? v : py_raise(&py_AttributeError, "%s", m->name);
    }
    case PY_MEMBER_INT:
        return py_int_new(*(int32_t *)p);
    case PY_MEMBER_LONG:
        return py_int_new(*(int64_t *)p);
    case PY_MEMBER_BOOL:
        return py_bool(*(uint8_t *)p);
    case PY_MEMBER_DOUBLE:
        return py_float_new(*(double *)p);
    case PY_MEMBER_CSTR: {
        const char *s = *(const char **)p;
        return s ? (py_object *)py_str_from(s) : py_None;
    }
    }
    return py_raise(&py_SystemError, "bad memberdescr type");
}

static int member_write(const struct py_memberdef *m, py_object *o,
                        py_object *v)
{
    char *p = (char *)o + m->offset;
    if (m->readonly || m->kind == PY_MEMBER_CSTR)
        return py_raise_i(&py_TypeError, "readonly attribute");
    if (!v && m->kind != PY_MEMBER_OBJ && m->kind != PY_MEMBER_OBJ_EX)
        return py_raise_i(&py_TypeError, "can't delete numeric/char attribute");
    switch ((enum py_memberkind)m->kind) {
    case PY_MEMBER_OBJ_EX:
        if (!v && !*(py_object **)p)
            return py_raise_i(&py_AttributeError, "%s", m->name);
        *(py_object **)p = v;
        return 0;
    case PY_MEMBER_OBJ:
        *(py_object **)p = v;
        return 0;
    case PY_MEMBER_INT:
        *(int32_t *)p = py_as_int(v);
        break;
    case PY_MEMBER_LONG:
        *(int64_t *)p = py_as_int64(v);
        break;
    case PY_MEMBER_BOOL:
        *(uint8_t *)p = py_is_true(v) > 0;
        break;
    case PY_MEMBER_DOUBLE:
        *(double *)p = py_as_double(v);
        break;
    case PY_MEMBER_CSTR:
        break;
    }
    return py_err_occurred() ? -1 : 0;
}

static py_object *member_get(py_object *d, py_object *o, py_object *type)
{
    (void)type;
    if (!o)
        return d;
    if (check_object(d, o) < 0)
        return NULL;
    return member_read(((struct py_memberdescr *)d)->def, o);
}

static int member_set(py_object *d, py_object *o, py_object *v)
{
    if (check_object(d, o) < 0)
        return -1;
    return member_write(((struct py_memberdescr *)d)->def, o, v);
}

static py_object *member_repr(py_object *o)
{
    return descr_repr(o, "member");
}

static py_object *member_doc(py_object *o, void *data)
{
    (void)data;
    return doc_or_none(((struct py_memberdescr *)o)->def->doc);
}

static const struct py_getset member_getset[] = {
    {"__doc__", member_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_memberdescr_type = {
    PY_TYPE_HEAD("member_descriptor", py_memberdescr),
    .members = head_members,
    .getset = member_getset,
    .tp_descr_get = member_get,
    .tp_descr_set = member_set,
    .tp_repr = member_repr,
};

/* -------------------------------------------------------------- __slots__ */

py_object *py_slotdescr_new(py_type *owner, py_str *name)
{
    struct py_slotdescr *d = PY_NEW(py_slotdescr, &py_slotdescr_type);
    d->d.owner = owner;
    d->d.name = name;
    d->key = &d->d.base;
    return &d->d.base;
}

static py_object *slot_get(py_object *d, py_object *o, py_object *type)
{
    (void)type;
    if (!o)
        return d;
    if (check_object(d, o) < 0)
        return NULL;
    struct py_slotdescr *s = (struct py_slotdescr *)d;
    py_object *v = py_holder_get(py_holder(o, py_type_of(o)), s->key);
    return v ? v : py_raise(&py_AttributeError, "%S", s->d.name);
}

static int slot_set(py_object *d, py_object *o, py_object *v)
{
    if (check_object(d, o) < 0)
        return -1;
    struct py_slotdescr *s = (struct py_slotdescr *)d;
    py_instance *h = py_holder(o, py_type_of(o));
    if (v)
        return py_holder_set(h, s->key, v, 1);
    int r = py_holder_del(h, s->key);
    if (r == 0)
        return py_raise_i(&py_AttributeError, "%S", s->d.name);
    return r < 0 ? -1 : 0;
}

py_type py_slotdescr_type = {
    PY_TYPE_HEAD("member_descriptor", py_slotdescr),
    .members = head_members,
    .tp_descr_get = slot_get,
    .tp_descr_set = slot_set,
    .tp_repr = member_repr,
};

/* --------------------------------------------------------------- property */

static py_object *property_get(py_object *d, py_object *o, py_object *type)
{
    struct py_property *p = (struct py_property *)d;
    (void)type;
    if (!o || o == py_None)
        return d;
    if (!p->get)
        return py_raise(&py_AttributeError, "unreadable attribute");
    return py_call1(p->get, o);
}

static int property_set(py_object *d, py_object *o, py_object *v)
{
    struct py_property *p = (struct py_property *)d;
    py_object *f = v ? p->set : p->del;
    if (!f)
        return py_raise_i(&py_AttributeError,
                          v ? "can't set attribute" : "can't delete attribute");
    return (v ? py_call2(f, o, v) : py_call1(f, o)) ? 0 : -1;
}

static int property_init(py_object *self, py_object *const *args,
                         intptr_t nargs, py_tuple *kw)
{
    static const char *const names[] = {"fget", "fset", "fdel", "doc"};
    py_object *a[4];
    if (py_args_kw("property", args, nargs, kw, names, 4, 0, a) < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        if (a[i] == py_None)
            a[i] = NULL;
    struct py_property *p = (struct py_property *)self;
    p->get = a[0];
    p->set = a[1];
    p->del = a[2];
    p->doc = a[3] == py_None ? NULL : a[3];
    p->getter_doc = 0;
    if (!p->doc && p->get) {
        py_object *doc = py_getattr_maybe(p->get, py_id___doc__);
        if (doc) {
            p->getter_doc = 1;
            if (py_type_of(self) == &py_property_type)
                p->doc = doc;
            else if (py_setattr(self, py_id___doc__, doc) < 0)
                return -1;
        } else {
            py_err_clear();
        }
    }
    return 0;
}

/* A copy with one of the functions replaced. */
static py_object *property_with(py_object *self, int which, py_object *f)
{
    struct py_property *p = (struct py_property *)self;
    py_object *a[4] = {p->get ? p->get : py_None, p->set ? p->set : py_None,
                       p->del ? p->del : py_None,
                       p->doc && !p->getter_doc ? p->doc : py_None};
    if (f != py_None)
        a[which] = f;
    if (p->getter_doc && a[0] == py_None)
        a[3] = p->doc ? p->doc : py_None;
    return py_call_fast(&py_type_of(self)->base, a, 4, NULL);
}

static py_object *property_getter(py_object *self, py_object *f)
{
    return property_with(self, 0, f);
}

static py_object *property_setter(py_object *self, py_object *f)
{
    return property_with(self, 1, f);
}

static py_object *property_deleter(py_object *self, py_object *f)
{
    return property_with(self, 2, f);
}

static py_object *alloc_new(py_type *t, py_object *const *args, intptr_t nargs,
                            py_tuple *kw)
{
    (void)args;
    (void)nargs;
    (void)kw;
    return py_alloc(t, 0);
}

static const struct py_methoddef property_methods[] = {
    PY_M1("getter", property_getter, "A copy with another getter."),
    PY_M1("setter", property_setter, "A copy with another setter."),
    PY_M1("deleter", property_deleter, "A copy with another deleter."),
    PY_MEND,
};
static const struct py_memberdef property_members[] = {
    {"fget", PY_MEMBER_OBJ, 1, offsetof(struct py_property, get), NULL},
    {"fset", PY_MEMBER_OBJ, 1, offsetof(struct py_property, set), NULL},
    {"fdel", PY_MEMBER_OBJ, 1, offsetof(struct py_property, del), NULL},
    {"__doc__", PY_MEMBER_OBJ, 1, offsetof(struct py_property, doc), NULL},
    {NULL, 0, 0, 0, NULL},
};
py_type py_property_type = {
    PY_TYPE_HEAD("property", py_property),
    .flags = PY_TF_BASE,
    .doc = "property(fget=None, fset=None, fdel=None, doc=None): an attribute "
           "computed by functions.",
    .methods = property_methods,
    .members = property_members,
    .tp_new = alloc_new,
    .tp_init = property_init,
    .tp_descr_get = property_get,
    .tp_descr_set = property_set,
};

/* ------------------------------------------- classmethod and staticmethod */

struct py_wrapped {
    py_object base;
    py_object *func;
    py_dict *dict;
};
TW_IMMUTABLE(py_wrapped, func);
TW_GC_TYPE(py_wrapped);

static py_object *wrapped_new(py_type *t, py_object *func)
{
    struct py_wrapped *w = PY_NEW(py_wrapped, t);
    w->func = func;
    return &w->base;
}

py_object *py_staticmethod_new(py_object *func)
{
    return wrapped_new(&py_staticmethod_type, func);
}

py_object *py_classmethod_new(py_object *func)
{
    return wrapped_new(&py_classmethod_type, func);
}

static int wrapped_init(py_object *self, py_object *const *args, intptr_t nargs,
                        py_tuple *kw)
{
    const char *name = py_type_of(self) == &py_classmethod_type
                           ? "classmethod"
                           : "staticmethod";
    if (py_args_nokw(name, kw) < 0 || py_args_count(name, nargs, 1, 1) < 0)
        return -1;
    ((struct py_wrapped *)self)->func = args[0];
    return 0;
}

static py_object *static_get(py_object *d, py_object *o, py_object *type)
{
    (void)o;
    (void)type;
    py_object *f = ((struct py_wrapped *)d)->func;
    return f ? f
             : py_raise(&py_RuntimeError, "uninitialized staticmethod object");
}

static py_object *class_get(py_object *d, py_object *o, py_object *type)
{
    py_object *f = ((struct py_wrapped *)d)->func;
    if (!f)
        return py_raise(&py_RuntimeError, "uninitialized classmethod object");
    if (!type)
        type = &py_type_of(o)->base;
    return py_method_new(f, type, &py_type_of(type)->base);
}

static const struct py_memberdef wrapped_members[] = {
    {"__func__", PY_MEMBER_OBJ, 1, offsetof(struct py_wrapped, func), NULL},
    {NULL, 0, 0, 0, NULL},
};
py_type py_staticmethod_type = {
    PY_TYPE_HEAD("staticmethod", py_wrapped),
    .flags = PY_TF_BASE,
    .doc = "staticmethod(function): a method that gets neither self nor class.",
    .members = wrapped_members,
    .tp_new = alloc_new,
    .tp_init = wrapped_init,
    .tp_descr_get = static_get,
};
py_type py_classmethod_type = {
    PY_TYPE_HEAD("classmethod", py_wrapped),
    .flags = PY_TF_BASE,
    .doc = "classmethod(function): a method that gets the class as its first "
           "argument.",
    .members = wrapped_members,
    .tp_new = alloc_new,
    .tp_init = wrapped_init,
    .tp_descr_get = class_get,
};

/*
 * object.c: the type `object`, attribute lookup on any object, identity, repr
 * and hash; None, NotImplemented and Ellipsis.
 */
#include "objects/runtime.h"
#include "objects/weakref.h"

struct py_plain {
    py_object base;
};
TW_GC_TYPE(py_none);
TW_GC_TYPE(py_plain);

/* ------------------------------------------------------------- allocation */

py_object *py_alloc(py_type *t, intptr_t n)
{
    py_object *o;
    if (PY_LIKELY(t->flags & PY_TF_INSTANCE)) {
        py_instance *i = TW_NEW(py_instance);
        i->base.type = t;
        i->map = t->map;
        o = &i->base;
    } else {
        o = t->var_size ? tw_gc_new_var(t->gctype, n) : tw_gc_new(t->gctype);
        if (!o)
            return py_raise_nomemory();
        o->type = t;
        if (t->holder_offset) {
            if (t->var_size)
                ((py_tuple *)o)->n = n;
            py_instance *h = TW_NEW(py_instance);
            h->base.type = t;
            h->map = t->map;
            *py_holder_place(o, t) = h;
        }
    }
    if (PY_UNLIKELY(t->flags & PY_TF_HASDEL))
        py_watch_death(o);
    return o;
}

/* ------------------------------------------------------------- attributes */

static void *no_attribute(py_type *t, py_str *name)
{
    return py_raise(&py_AttributeError, "'%s' object has no attribute '%S'",
                    t->name, name);
}

/* The value in o's own dict or map, or NULL. */
static inline py_object *own_attribute(py_object *o, py_type *t, py_str *name)
{
    if (t->dict_offset) {
        py_dict *d = *(py_dict **)((char *)o + t->dict_offset);
        return d ? py_dict_get_str(d, name) : NULL;
    }
    py_instance *h = py_holder(o, t);
    return h ? py_holder_get(h, &name->base) : NULL;
}

py_object *py_object_getattr(py_object *o, py_str *name)
{
    py_type *t = py_type_of(o);
    py_object *descr = py_type_lookup(t, name);
    py_descrgetfn get = NULL;
    if (descr) {
        get = py_type_of(descr)->tp_descr_get;
        if (get && py_type_of(descr)->tp_descr_set)
            return get(descr, o, &t->base);
    }
    py_object *v = own_attribute(o, t, name);
    if (v)
        return v;
    if (PY_UNLIKELY(py_err_occurred()))
        return NULL;
    if (get)
        return get(descr, o, &t->base);
    if (descr)
        return descr;
    return no_attribute(t, name);
}

int py_object_setattr(py_object *o, py_str *name, py_object *v)
{
    py_type *t = py_type_of(o);
    py_object *descr = py_type_lookup(t, name);
    if (descr) {
        py_setfn set = py_type_of(descr)->tp_descr_set;
        if (set)
            return set(descr, o, v);
    }
    if (t->dict_offset) {
        py_dict **d = (py_dict **)((char *)o + t->dict_offset);
        if (!*d)
            *d = py_dict_new();
        if (v)
            return py_dict_set_str(*d, name, v);
        int r = py_dict_del_maybe(*d, &name->base);
        if (r)
            return r < 0 ? -1 : 0;
    } else {
        py_instance *h = py_holder(o, t);
        if (h && !(t->flags & PY_TF_NODICT)) {
            if (v)
                return py_holder_set(h, &name->base, v, 0);
            int r = py_holder_del(h, &name->base);
            if (r)
                return r < 0 ? -1 : 0;
            return py_raise_i(&py_AttributeError, "%S", name);
        }
    }
    if (descr)
        return py_raise_i(&py_AttributeError,
                          "'%s' object attribute '%S' is read-only",
                          py_type_shortname(t), name);
    no_attribute(t, name);
    return -1;
}

py_object *py_getattr(py_object *o, py_str *name)
{
    py_getattrfn f = py_type_of(o)->tp_getattr;
    if (f == py_object_getattr)
        return py_object_getattr(o, name);
    return f ? f(o, name) : no_attribute(py_type_of(o), name);
}

int py_setattr(py_object *o, py_str *name, py_object *v)
{
    py_setattrfn f = py_type_of(o)->tp_setattr;
    if (f == py_object_setattr)
        return py_object_setattr(o, name, v);
    return f(o, name, v);
}

py_object *py_getattr_cstr(py_object *o, const char *name)
{
    return py_getattr(o, py_intern_cstr(name));
}

int py_setattr_cstr(py_object *o, const char *name, py_object *v)
{
    return py_setattr(o, py_intern_cstr(name), v);
}

py_object *py_getattr_maybe(py_object *o, py_str *name)
{
    py_object *v = py_getattr(o, name);
    if (!v)
        py_err_catch(&py_AttributeError);
    return v;
}

int py_hasattr(py_object *o, py_str *name)
{
    if (py_getattr(o, name))
        return 1;
    py_err_clear();
    return 0;
}

py_object *py_lookup_special(py_object *o, py_str *name)
{
    py_type *t = py_type_of(o);
    if (t == &py_oldinst_type)
        return py_getattr_maybe(o, name);
    py_object *m = py_type_lookup(t, name);
    return m ? py_descr_bind(m, o, t) : NULL;
}

/* --------------------------------------------------------- identity, hash */

int py_is(py_object *a, py_object *b)
{
    if (a == b)
        return 1;
    py_type *t = a->type;
    if (t != b->type)
        return 0;
    if (t == &py_int_type)
        return py_int_value(a) == py_int_value(b);
    if (t == &py_float_type) {
        double x = py_float_value(a), y = py_float_value(b);
        return memcmp(&x, &y, sizeof x) == 0;
    }
    return 0;
}

py_object *py_id(py_object *o)
{
    /* Boxes have no identity: their value gives it, apart from addresses. */
    if (o->type == &py_int_type)
        return py_add(py_lshift(o, py_int_new(4)), py_int_new(1));
    if (o->type == &py_float_type) {
        double d = py_float_value(o);
        uint64_t bits;
        memcpy(&bits, &d, sizeof bits);
        return py_add(py_lshift(py_int_from_uint64(bits), py_int_new(4)),
                      py_int_new(5));
    }
    return py_int_from_uint64((uint64_t)(uintptr_t)o);
}

int64_t py_hash_pointer(const void *p)
{
    uint64_t x = (uint64_t)(uintptr_t)p;
    x = (x >> 4) | (x << 60);
    return (int64_t)x == -1 ? -2 : (int64_t)x;
}

int64_t py_hash_notimpl(py_object *o)
{
    return py_raise_i(&py_TypeError, "unhashable type: '%T'", o);
}

int64_t py_hash(py_object *o)
{
    py_hashfn f = py_type_of(o)->tp_hash;
    if (f)
        return f(o);
    return py_hash_notimpl(o);
}

/* ------------------------------------------------------------------- text */

py_object *py_repr(py_object *o)
{
    if (!o)
        return (py_object *)py_str_from("<NULL>");
    py_unaryfn f = py_type_of(o)->tp_repr;
    if (!f)
        return (py_object *)py_str_format_c("<%T object at %p>", o, (void *)o);
    if (py_recursion_enter(" while getting the repr of an object"))
        return NULL;
    py_object *r = f(o);
    py_recursion_leave();
    if (!r)
        return NULL;
    if (py_is_unicode(r) && !(r = py_unicode_encode(r, NULL, NULL)))
        return NULL;
    if (!py_is_str(r))
        return py_raise(&py_TypeError, "__repr__ returned non-string (type %T)",
                        r);
    return r;
}

/* str or unicode, as __str__ gave it. */
static py_object *str_or_unicode(py_object *o)
{
    if (!o)
        return (py_object *)py_str_from("<NULL>");
    if (py_is_str_exact(o) || py_is_unicode_exact(o))
        return o;
    py_unaryfn f = py_type_of(o)->tp_str;
    if (!f)
        return py_repr(o);
    if (py_recursion_enter(" while getting the str of an object"))
        return NULL;
    py_object *r = f(o);
    py_recursion_leave();
    if (!r)
        return NULL;
    if (!py_is_str(r) && !py_is_unicode(r))
        return py_raise(&py_TypeError, "__str__ returned non-string (type %T)",
                        r);
    return r;
}

py_object *py_str_of(py_object *o)
{
    py_object *r = str_or_unicode(o);
    if (r && py_is_unicode(r))
        r = py_unicode_encode(r, NULL, NULL);
    return r;
}

py_object *py_unicode_of(py_object *o)
{
    if (o && py_is_unicode_exact(o))
        return o;
    py_object *r;
    py_object *m = py_lookup_special(o, py_id___unicode__);
    if (!m && py_err_occurred())
        return NULL;
    if (m) {
        r = py_call0(m);
    } else if (py_is_unicode(o)) {
        return (py_object *)py_unicode_new(((py_unicode *)o)->data,
                                           ((py_unicode *)o)->n);
    } else if (py_is_str(o)) {
        r = o;
    } else {
        r = str_or_unicode(o);
    }
    if (r && py_is_str(r))
        r = py_unicode_decode(py_str_data((py_str *)r), ((py_str *)r)->n, NULL,
                              NULL);
    if (r && !py_is_unicode(r))
        return py_raise(&py_TypeError,
                        "coercing to Unicode: need string or "
                        "buffer, %T found",
                        r);
    return r;
}

/* ------------------------------------------------------------- the type */

static int excess(intptr_t nargs, py_tuple *kw)
{
    return nargs > 0 || (kw && kw->n > 0);
}

py_object *py_object_new(py_type *t, py_object *const *args, intptr_t nargs,
                         py_tuple *kw)
{
    (void)args;
    if (excess(nargs, kw)) {
        if (t->tp_new != py_object_new && t->tp_init != py_object_init) {
            if (py_warn(&py_DeprecationWarning, "object() takes no parameters",
                        1) < 0)
                return NULL;
        } else if (t->tp_new != py_object_new || t->tp_init == py_object_init) {
            return py_raise(&py_TypeError, "object() takes no parameters");
        }
    }
    if (PY_UNLIKELY(t->flags & PY_TF_ABSTRACT)) {
        py_object *abstract = py_getattr(&t->base, py_id___abstractmethods__);
        py_list *names = abstract ? py_sequence_list(abstract) : NULL;
        if (!names || py_list_sort(names, NULL, NULL, 0) < 0)
            return NULL;
        py_object *joined = py_call_method1((py_object *)py_str_from(", "),
                                            py_id_join, &names->base);
        if (!joined)
            return NULL;
        return py_raise(&py_TypeError,
                        "Can't instantiate abstract class %s with abstract "
                        "methods %S",
                        py_type_shortname(t), joined);
    }
    return py_alloc(t, 0);
}

int py_object_init(py_object *self, py_object *const *args, intptr_t nargs,
                   py_tuple *kw)
{
    (void)args;
    if (!excess(nargs, kw))
        return 0;
    py_type *t = py_type_of(self);
    if (t->tp_init != py_object_init && t->tp_new != py_object_new)
        return py_warn(&py_DeprecationWarning,
                       "object.__init__() takes no parameters", 1);
    if (t->tp_init != py_object_init || t->tp_new == py_object_new)
        return py_raise_i(&py_TypeError,
                          "object.__init__() takes no parameters");
    return 0;
}

static py_object *object_repr(py_object *o)
{
    py_type *t = py_type_of(o);
    py_object *mod = NULL;
    if (t->flags & PY_TF_HEAP)
        mod = py_type_lookup(t, py_id___module__);
    if (mod && py_is_str(mod) && !py_str_eq_cstr((py_str *)mod, "__builtin__"))
        return (py_object *)py_str_format_c("<%S.%s object at %p>", mod,
                                            py_type_shortname(t), (void *)o);
    if (!(t->flags & PY_TF_HEAP))
        return (py_object *)py_str_format_c("<%s object at %p>", t->name,
                                            (void *)o);
    return (py_object *)py_str_format_c("<%s object at %p>",
                                        py_type_shortname(t), (void *)o);
}

static py_object *object_str(py_object *o)
{
    return py_repr(o);
}

static int64_t object_hash(py_object *o)
{
    return py_hash_pointer(o);
}

static py_object *get_class(py_object *o, void *data)
{
    (void)data;
    return &py_type_of(o)->base;
}

static int same_layout(py_type *a, py_type *b)
{
    return a->solid == b->solid && a->dict_offset == b->dict_offset &&
           a->holder_offset == b->holder_offset && a->size == b->size &&
           (a->flags & (PY_TF_INSTANCE | PY_TF_NODICT)) ==
               (b->flags & (PY_TF_INSTANCE | PY_TF_NODICT));
}

static int set_class(py_object *o, py_object *v, void *data)
{
    (void)data;
    if (!v)
        return py_raise_i(&py_TypeError, "can't delete __class__ attribute");
    if (!PY_IS(v, PY_TF_TYPE))
        return py_raise_i(&py_TypeError,
                          "__class__ must be set to new-style class, not '%T' "
                          "object",
                          v);
    py_type *old = py_type_of(o), *new = (py_type *)v;
    if (!(new->flags &PY_TF_HEAP) || !(old->flags & PY_TF_HEAP))
        return py_raise_i(&py_TypeError,
                          "__class__ assignment: only for heap types");
    if (!same_layout(old, new))
        return py_raise_i(&py_TypeError,
                          "__class__ assignment: '%s' object layout differs "
                          "from '%s'",
                          py_type_shortname(new), py_type_shortname(old));
    py_instance *h = py_holder(o, old);
    if (h && py_holder_set_type(h, new) < 0)
        return -1;
    o->type = new;
    return 0;
}

static py_object *object_format(py_object *o, py_object *spec)
{
    py_object *text;
    if ((py_is_unicode(spec) || py_is_str(spec)) && py_len(spec) > 0 &&
        py_warn(&py_PendingDeprecationWarning,
                "object.__format__ with a non-empty format string is "
                "deprecated",
                1) < 0)
        return NULL;
    if (py_is_unicode(spec)) {
        text = py_unicode_of(o);
    } else if (py_is_str(spec)) {
        text = py_str_of(o);
    } else {
        return py_raise(&py_TypeError,
                        "argument to __format__ must be unicode or str");
    }
    return text ? py_format(text, spec) : NULL;
}

static py_object *copy_reg(const char *name, py_object *o, py_object *arg)
{
    py_object *m = py_import("copy_reg");
    py_object *f = m ? py_getattr_cstr(m, name) : NULL;
    return f ? py_call2(f, o, arg) : NULL;
}

static py_object *object_reduce_n(py_object *o, int64_t proto);

static py_object *object_reduce(py_object *o, py_object *proto)
{
    int64_t n = proto ? py_as_int64(proto) : 0;
    return py_err_occurred() ? NULL : object_reduce_n(o, n);
}

static py_object *object_reduce_ex(py_object *o, py_object *proto)
{
    int64_t n = proto ? py_as_int64(proto) : 0;
    if (py_err_occurred())
        return NULL;
    py_object *own = py_getattr_maybe(o, py_id___reduce__);
    if (!own && py_err_occurred())
        return NULL;
    if (own) {
        py_object *cls = py_getattr(o, py_id___class__);
        py_object *clsr = cls ? py_getattr(cls, py_id___reduce__) : NULL;
        py_object *objr =
            py_dict_get_str(py_object_type.dict, py_id___reduce__);
        if (!clsr)
            return NULL;
        if (clsr != objr)
            return py_call0(own);
    }
    return object_reduce_n(o, n);
}

/* (state,) of o for protocol 2: its dict, and its slots' values. */
static py_object *get_state(py_object *o)
{
    py_object *gs = py_getattr_maybe(o, py_id___getstate__);
    if (gs)
        return py_call0(gs);
    if (py_err_occurred())
        return NULL;
    py_object *state = py_getattr_maybe(o, py_id___dict__);
    if (!state) {
        if (py_err_occurred())
            return NULL;
        state = py_None;
    }
    py_object *m = py_import("copy_reg");
    py_object *f = m ? py_getattr_cstr(m, "_slotnames") : NULL;
    py_object *names = f ? py_call1(f, &py_type_of(o)->base) : NULL;
    if (!names)
        return NULL;
    if (names == py_None)
        return state;
    py_dict *slots = py_dict_new();
    intptr_t n = py_len(names);
    for (intptr_t i = 0; i < n; i++) {
        py_object *name = py_sequence_getitem(names, i);
        if (!name || !py_is_str(name))
            return NULL;
        py_object *v = py_getattr_maybe(o, py_intern((py_str *)name));
        if (!v && py_err_occurred())
            return NULL;
        if (v && py_dict_set(slots, name, v) < 0)
            return NULL;
    }
    if (py_dict_len(slots))
        return (py_object *)py_tuple_pack2(state, &slots->base);
    return state;
}

static py_object *object_reduce_n(py_object *o, int64_t proto)
{
    if (proto < 2)
        return copy_reg("_reduce_ex", o, py_int_new(proto));
    py_object *m = py_import("copy_reg");
    py_object *newobj = m ? py_getattr_cstr(m, "__newobj__") : NULL;
    if (!newobj)
        return NULL;
    py_object *cls = py_getattr(o, py_id___class__);
    if (!cls)
        return NULL;
    py_object *gna = py_getattr_maybe(o, py_id___getnewargs__);
    if (!gna && py_err_occurred())
        return NULL;
    py_object *extra = gna ? py_call0(gna) : &py_tuple_empty->base;
    if (!extra)
        return NULL;
    if (!py_is_tuple(extra))
        return py_raise(&py_TypeError,
                        "__getnewargs__ should return a tuple, not '%T'",
                        extra);
    py_tuple *et = (py_tuple *)extra;
    py_tuple *args = py_tuple_new(et->n + 1);
    args->item[0] = cls;
    for (intptr_t i = 0; i < et->n; i++)
        args->item[i + 1] = et->item[i];
    py_object *state = get_state(o);
    if (!state)
        return NULL;
    py_object *list = py_None, *dict = py_None;
    if (py_is_list(o) && !(list = py_iter(o)))
        return NULL;
    if (py_is_dict(o)) {
        dict = py_call_method0(o, py_id_iteritems);
        if (!dict)
            return NULL;
    }
    py_object *items[5] = {newobj, &args->base, state, list, dict};
    return (py_object *)py_tuple_from(items, 5);
}

static py_object *object_sizeof(py_object *o)
{
    return py_int_new(py_type_of(o)->size);
}

static py_object *object_subclasshook(py_object *cls, py_object *other)
{
    (void)cls;
    (void)other;
    return py_NotImplemented;
}

static const struct py_methoddef object_methods[] = {
    PY_M(0, 1, "__reduce__", object_reduce, "Helper of pickle."),
    PY_M(0, 1, "__reduce_ex__", object_reduce_ex, "Helper of pickle."),
    PY_M1("__format__", object_format, "The default formatter."),
    PY_M0("__sizeof__", object_sizeof, "The size in bytes."),
    PY_MF("__subclasshook__", object_subclasshook, PY_POS, 1, 1, PY_CLASSMETHOD,
          "Asked by abstract classes for issubclass()."),
    PY_MEND,
};
static const struct py_getset object_getset[] = {
    {"__class__", get_class, set_class, "The object's class.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_object_type = {
    PY_TYPE_HEAD("object", py_plain),
    .flags = PY_TF_BASE,
    .doc = "The root of all types.",
    .methods = object_methods,
    .getset = object_getset,
    .tp_new = py_object_new,
    .tp_init = py_object_init,
    .tp_getattr = py_object_getattr,
    .tp_setattr = py_object_setattr,
    .tp_repr = object_repr,
    .tp_str = object_str,
    .tp_hash = object_hash,
};

/* ------------------------------------------------------------ singletons */

static py_object *none_repr(py_object *o)
{
    (void)o;
    return (py_object *)py_str_from("None");
}

static int none_nonzero(py_object *o)
{
    (void)o;
    return 0;
}

static int64_t none_hash(py_object *o)
{
    return py_hash_pointer(o);
}

static py_object *notimplemented_repr(py_object *o)
{
    (void)o;
    return (py_object *)py_str_from("NotImplemented");
}

static py_object *ellipsis_repr(py_object *o)
{
    (void)o;
    return (py_object *)py_str_from("Ellipsis");
}

py_type py_none_type = {
    PY_TYPE_HEAD("NoneType", py_none),
    .tp_repr = none_repr,
    .nb_nonzero = none_nonzero,
    .tp_hash = none_hash,
};
py_type py_notimplemented_type = {
    PY_TYPE_HEAD("NotImplementedType", py_none),
    .tp_repr = notimplemented_repr,
};
py_type py_ellipsis_type = {
    PY_TYPE_HEAD("ellipsis", py_none),
    .tp_repr = ellipsis_repr,
};
struct py_none py_none_object = {{&py_none_type}};
struct py_none py_notimplemented_object = {{&py_notimplemented_type}};
struct py_none py_ellipsis_object = {{&py_ellipsis_type}};

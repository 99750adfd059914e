/*
 * slotwrap.c: slot wrappers: what `int.__add__` is. Each wrap_ function takes
 * the arguments of the special method and calls the slot's C function.
 *
 * Neighbours: slots.def has the rows, typeslots.c the opposite direction
 * (slot functions that call special methods).
 */
#include "objects/runtime.h"

struct py_slotwrapper { /* a descriptor */
    struct py_descr d;
    const struct py_slotrow *row;
    py_anyfn fn;
};
struct py_methodwrapper { /* the descriptor bound to an object */
    py_object base;
    struct py_slotwrapper *w;
    py_object *self;
};
TW_IMMUTABLE(py_slotwrapper, row);
TW_IMMUTABLE(py_slotwrapper, fn);
TW_IMMUTABLE(py_methodwrapper, w);
TW_IMMUTABLE(py_methodwrapper, self);
TW_GC_TYPE(py_slotwrapper);
TW_GC_TYPE(py_methodwrapper);

#define WRAP(n)                                                                \
    static py_object *wrap_##n(py_object *self, py_object *const *args,        \
                               intptr_t nargs, py_tuple *kw, py_anyfn fn)

static int count(intptr_t nargs, intptr_t want, py_tuple *kw)
{
    if (kw && kw->n)
        return py_raise_i(&py_TypeError, "wrapper doesn't take keyword "
                                         "arguments");
    if (nargs != want)
        return py_raise_i(&py_TypeError, "expected %zd arguments, got %zd",
                          want, nargs);
    return 0;
}
#define NEED(n)                                                                \
    do {                                                                       \
        if (PY_UNLIKELY(nargs != (n) || kw) && count(nargs, (n), kw) < 0)      \
            return NULL;                                                       \
    } while (0)
#define ARGS0()                                                                \
    NEED(0);                                                                   \
    (void)args

WRAP(len)
{
    ARGS0();
    intptr_t n = ((py_lenfn)fn)(self);
    return n < 0 && py_err_occurred() ? NULL : py_int_new(n);
}

WRAP(unary)
{
    ARGS0();
    return ((py_unaryfn)fn)(self);
}

WRAP(binary)
{
    NEED(1);
    return ((py_binaryfn)fn)(self, args[0]);
}

WRAP(binary_l)
{
    NEED(1);
    return ((py_binaryfn)fn)(self, args[0]);
}

WRAP(binary_r)
{
    NEED(1);
    return ((py_binaryfn)fn)(args[0], self);
}

static int between(intptr_t nargs, intptr_t min, intptr_t max, py_tuple *kw)
{
    if (kw && kw->n)
        return count(nargs, min, kw);
    if (nargs < min)
        return py_raise_i(&py_TypeError,
                          "expected at least %zd arguments, "
                          "got %zd",
                          min, nargs);
    if (nargs > max)
        return py_raise_i(&py_TypeError,
                          "expected at most %zd arguments, "
                          "got %zd",
                          max, nargs);
    return 0;
}

WRAP(ternary_l)
{
    if (between(nargs, 1, 2, kw) < 0)
        return NULL;
    return ((py_ternaryfn)fn)(self, args[0], nargs > 1 ? args[1] : py_None);
}

WRAP(ternary_r)
{
    if (between(nargs, 1, 2, kw) < 0)
        return NULL;
    return ((py_ternaryfn)fn)(args[0], self, nargs > 1 ? args[1] : py_None);
}

WRAP(ipow)
{
    NEED(1);
    return ((py_ternaryfn)fn)(self, args[0], py_None);
}

WRAP(coerce)
{
    NEED(1);
    return ((py_binaryfn)fn)(self, args[0]);
}

WRAP(inquiry)
{
    ARGS0();
    int r = ((py_inquiryfn)fn)(self);
    return r < 0 ? NULL : py_bool(r);
}

WRAP(index)
{
    NEED(1);
    intptr_t i = py_index_as_ssize(args[0], &py_OverflowError);
    if (i == -1 && py_err_occurred())
        return NULL;
    return ((py_itemfn)fn)(self, i);
}

/* An index that counts from the end when negative. */
static int get_index(py_object *self, py_object *arg, intptr_t *out)
{
    intptr_t i = py_index_as_ssize(arg, &py_OverflowError);
    if (i == -1 && py_err_occurred())
        return -1;
    py_type *t = py_type_of(self);
    if (i < 0 && t->sq_length) {
        intptr_t n = t->sq_length(self);
        if (n < 0)
            return -1;
        i += n;
    }
    *out = i;
    return 0;
}

WRAP(sqitem)
{
    intptr_t i;
    NEED(1);
    return get_index(self, args[0], &i) < 0 ? NULL : ((py_itemfn)fn)(self, i);
}

static py_object *none_or_null(int r)
{
    return r < 0 ? NULL : py_None;
}

WRAP(sqsetitem)
{
    intptr_t i;
    NEED(2);
    if (get_index(self, args[0], &i) < 0)
        return NULL;
    return none_or_null(((py_setitemfn)fn)(self, i, args[1]));
}

WRAP(sqdelitem)
{
    intptr_t i;
    NEED(1);
    if (get_index(self, args[0], &i) < 0)
        return NULL;
    return none_or_null(((py_setitemfn)fn)(self, i, NULL));
}

static int slice_bounds(py_object *const *args, intptr_t *i, intptr_t *j)
{
    *i = py_index_as_ssize(args[0], NULL);
    if (*i == -1 && py_err_occurred())
        return -1;
    *j = py_index_as_ssize(args[1], NULL);
    return *j == -1 && py_err_occurred() ? -1 : 0;
}

WRAP(getslice)
{
    intptr_t i, j;
    NEED(2);
    if (slice_bounds(args, &i, &j) < 0)
        return NULL;
    return ((py_slicefn)fn)(self, i, j);
}

WRAP(setslice)
{
    intptr_t i, j;
    NEED(3);
    if (slice_bounds(args, &i, &j) < 0)
        return NULL;
    return none_or_null(((py_setslicefn)fn)(self, i, j, args[2]));
}

WRAP(delslice)
{
    intptr_t i, j;
    NEED(2);
    if (slice_bounds(args, &i, &j) < 0)
        return NULL;
    return none_or_null(((py_setslicefn)fn)(self, i, j, NULL));
}

WRAP(contains)
{
    NEED(1);
    int r = ((py_containsfn)fn)(self, args[0]);
    return r < 0 ? NULL : py_bool(r);
}

WRAP(setitem)
{
    NEED(2);
    return none_or_null(((py_setfn)fn)(self, args[0], args[1]));
}

WRAP(delitem)
{
    NEED(1);
    return none_or_null(((py_setfn)fn)(self, args[0], NULL));
}

WRAP(cmp)
{
    NEED(1);
    py_object *o = args[0];
    if ((py_anyfn)py_type_of(o)->tp_compare != fn &&
        !py_subtype(py_type_of(o), py_type_of(self)))
        return py_raise(&py_TypeError,
                        "%s.__cmp__(x,y) requires y to be a '%s', not a '%T'",
                        py_type_shortname(py_type_of(self)),
                        py_type_shortname(py_type_of(self)), o);
    int r = ((py_cmpfn)fn)(self, o);
    return r == -2 || py_err_occurred() ? NULL : py_int_new(r);
}

WRAP(hash)
{
    ARGS0();
    int64_t h = ((py_hashfn)fn)(self);
    return h == -1 && py_err_occurred() ? NULL : py_int_new(h);
}

WRAP(call)
{
    return ((py_callfn)fn)(self, args, nargs, kw);
}

static py_str *attr_name(py_object *o)
{
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    if (!py_is_str(o))
        return py_raise(&py_TypeError,
                        "attribute name must be string, not '%T'", o);
    return py_intern((py_str *)o);
}

WRAP(getattr)
{
    NEED(1);
    py_str *name = attr_name(args[0]);
    return name ? ((py_getattrfn)fn)(self, name) : NULL;
}

/* Forbids object.__setattr__(SomeType, ...): the slot of the first static base
 * must be the one called. */
static int setattr_is_safe(py_object *self, py_anyfn fn, const char *what)
{
    py_type *t = py_type_of(self);
    while (t && (t->flags & PY_TF_HEAP))
        t = t->base_type;
    if (t && (py_anyfn)t->tp_setattr != fn) {
        py_raise(&py_TypeError, "can't apply this %s to %s object", what,
                 t->name);
        return 0;
    }
    return 1;
}

WRAP(setattr)
{
    NEED(2);
    if (!setattr_is_safe(self, fn, "__setattr__"))
        return NULL;
    py_str *name = attr_name(args[0]);
    return name ? none_or_null(((py_setattrfn)fn)(self, name, args[1])) : NULL;
}

WRAP(delattr)
{
    NEED(1);
    if (!setattr_is_safe(self, fn, "__delattr__"))
        return NULL;
    py_str *name = attr_name(args[0]);
    return name ? none_or_null(((py_setattrfn)fn)(self, name, NULL)) : NULL;
}

#define WRAP_RICH(n, OP)                                                       \
    WRAP(n)                                                                    \
    {                                                                          \
        NEED(1);                                                               \
        return ((py_richcmpfn)fn)(self, args[0], OP);                          \
    }
WRAP_RICH(lt, PY_LT)
WRAP_RICH(le, PY_LE)
WRAP_RICH(eq, PY_EQ)
WRAP_RICH(ne, PY_NE)
WRAP_RICH(gt, PY_GT)
WRAP_RICH(ge, PY_GE)

WRAP(next)
{
    ARGS0();
    py_object *v = ((py_unaryfn)fn)(self);
    if (!v && !py_err_occurred())
        py_raise_none(&py_StopIteration);
    return v;
}

WRAP(descr_get)
{
    if (between(nargs, 1, 2, kw) < 0)
        return NULL;
    py_object *o = args[0] == py_None ? NULL : args[0];
    py_object *t = nargs < 2 || args[1] == py_None ? NULL : args[1];
    if (!o && !t)
        return py_raise(&py_TypeError, "__get__(None, None) is invalid");
    return ((py_descrgetfn)fn)(self, o, t);
}

WRAP(descr_set)
{
    NEED(2);
    return none_or_null(((py_setfn)fn)(self, args[0], args[1]));
}

WRAP(descr_del)
{
    NEED(1);
    return none_or_null(((py_setfn)fn)(self, args[0], NULL));
}

WRAP(init)
{
    return none_or_null(((py_initfn)fn)(self, args, nargs, kw));
}

#define wrap_none NULL
#define wrap_del NULL

struct py_slotrow py_slotrows[] = {
#define PY_SLOT(method, field, wr, doc_)                                       \
    {method, offsetof(struct py_type, field), 0, wrap_##wr, NULL, doc_, NULL},
#include "objects/slots.def"
#undef PY_SLOT
};
const int py_nslotrows = (int)(sizeof py_slotrows / sizeof *py_slotrows);

/* ------------------------------------------------------ the descriptor */

py_object *py_slotwrapper_new(py_type *owner, const struct py_slotrow *row,
                              py_anyfn fn)
{
    struct py_slotwrapper *w = PY_NEW(py_slotwrapper, &py_slotwrapper_type);
    w->d.owner = owner;
    w->d.name = row->id;
    w->row = row;
    w->fn = fn;
    return &w->d.base;
}

const struct py_slotrow *py_slotwrapper_row(py_object *o)
{
    return py_type_of(o) == &py_slotwrapper_type
               ? ((struct py_slotwrapper *)o)->row
               : NULL;
}

py_anyfn py_slotwrapper_fn(py_object *o)
{
    return ((struct py_slotwrapper *)o)->fn;
}

py_type *py_slotwrapper_owner(py_object *o)
{
    return ((struct py_slotwrapper *)o)->d.owner;
}

static py_object *slotwrapper_call(py_object *o, py_object *const *args,
                                   intptr_t nargs, py_tuple *kw)
{
    struct py_slotwrapper *w = (struct py_slotwrapper *)o;
    if (nargs < 1)
        return py_raise(&py_TypeError,
                        "descriptor '%S' of '%s' object needs an argument",
                        w->d.name, w->d.owner->name);
    if (!py_isinst(args[0], w->d.owner))
        return py_raise(&py_TypeError,
                        "descriptor '%S' requires a '%s' object but received "
                        "a '%T'",
                        w->d.name, w->d.owner->name, args[0]);
    return w->row->wrap(args[0], args + 1, nargs - 1, kw, w->fn);
}

static py_object *slotwrapper_get(py_object *o, py_object *obj, py_object *type)
{
    struct py_slotwrapper *w = (struct py_slotwrapper *)o;
    (void)type;
    if (!obj)
        return o;
    if (!py_isinst(obj, w->d.owner))
        return py_raise(&py_TypeError,
                        "descriptor '%S' for '%s' objects doesn't apply to "
                        "'%T' object",
                        w->d.name, w->d.owner->name, obj);
    struct py_methodwrapper *m =
        PY_NEW(py_methodwrapper, &py_methodwrapper_type);
    m->w = w;
    m->self = obj;
    return &m->base;
}

static py_object *slotwrapper_repr(py_object *o)
{
    struct py_descr *d = (struct py_descr *)o;
    return (py_object *)py_str_format_c("<slot wrapper '%S' of '%s' objects>",
                                        d->name, d->owner->name);
}

static py_object *slotwrapper_doc(py_object *o, void *data)
{
    (void)data;
    return (py_object *)py_str_from(((struct py_slotwrapper *)o)->row->doc);
}

static py_object *methodwrapper_call(py_object *o, py_object *const *args,
                                     intptr_t nargs, py_tuple *kw)
{
    struct py_methodwrapper *m = (struct py_methodwrapper *)o;
    return m->w->row->wrap(m->self, args, nargs, kw, m->w->fn);
}

static py_object *methodwrapper_repr(py_object *o)
{
    struct py_methodwrapper *m = (struct py_methodwrapper *)o;
    return (py_object *)py_str_format_c(
        "<method-wrapper '%S' of %T object at %p>", m->w->d.name, m->self,
        (void *)m->self);
}

static py_object *methodwrapper_richcmp(py_object *a, py_object *b, int op)
{
    if (py_type_of(b) != &py_methodwrapper_type ||
        py_type_of(a) != &py_methodwrapper_type || (op != PY_EQ && op != PY_NE))
        return py_NotImplemented;
    struct py_methodwrapper *x = (struct py_methodwrapper *)a;
    struct py_methodwrapper *y = (struct py_methodwrapper *)b;
    int same = x->w == y->w;
    if (same) {
        same = py_eq(x->self, y->self);
        if (same < 0)
            return NULL;
    }
    return py_bool(same == (op == PY_EQ));
}

static int64_t methodwrapper_hash(py_object *a)
{
    struct py_methodwrapper *x = (struct py_methodwrapper *)a;
    int64_t h = py_hash(x->self);
    if (h == -1)
        return -1;
    h ^= py_hash_pointer(x->w);
    return h == -1 ? -2 : h;
}

static py_object *methodwrapper_name(py_object *o, void *data)
{
    (void)data;
    return (py_object *)((struct py_methodwrapper *)o)->w->d.name;
}

static py_object *methodwrapper_doc(py_object *o, void *data)
{
    return slotwrapper_doc((py_object *)((struct py_methodwrapper *)o)->w,
                           data);
}

static py_object *methodwrapper_owner(py_object *o, void *data)
{
    (void)data;
    return (py_object *)((struct py_methodwrapper *)o)->w->d.owner;
}

static const struct py_getset slotwrapper_getset[] = {
    {"__doc__", slotwrapper_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static const struct py_memberdef slotwrapper_members[] = {
    {"__objclass__", PY_MEMBER_OBJ, 1, offsetof(struct py_descr, owner), NULL},
    {"__name__", PY_MEMBER_OBJ, 1, offsetof(struct py_descr, name), NULL},
    {NULL, 0, 0, 0, NULL},
};
py_type py_slotwrapper_type = {
    PY_TYPE_HEAD("wrapper_descriptor", py_slotwrapper),
    .tp_call = slotwrapper_call,
    .tp_descr_get = slotwrapper_get,
    .tp_repr = slotwrapper_repr,
    .getset = slotwrapper_getset,
    .members = slotwrapper_members,
};

static const struct py_getset methodwrapper_getset[] = {
    {"__name__", methodwrapper_name, NULL, NULL, NULL},
    {"__doc__", methodwrapper_doc, NULL, NULL, NULL},
    {"__objclass__", methodwrapper_owner, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static const struct py_memberdef methodwrapper_members[] = {
    {"__self__", PY_MEMBER_OBJ, 1, offsetof(struct py_methodwrapper, self),
     NULL},
    {NULL, 0, 0, 0, NULL},
};
py_type py_methodwrapper_type = {
    PY_TYPE_HEAD("method-wrapper", py_methodwrapper),
    .tp_call = methodwrapper_call,
    .tp_repr = methodwrapper_repr,
    .tp_richcompare = methodwrapper_richcmp,
    .tp_hash = methodwrapper_hash,
    .getset = methodwrapper_getset,
    .members = methodwrapper_members,
};

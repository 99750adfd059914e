/*
 * memoryview.c: the type memoryview: a window on the bytes of a str, bytearray,
 * buffer or array, writable where the object is. One dimension, of bytes.
 */
#include "objects/python.h"
#include "objects/seqcommon.h"

struct py_memoryview {
    py_object base;
    py_object *obj;
    intptr_t start, n;
};
TW_GC_TYPE(py_memoryview);

#define M(o) ((struct py_memoryview *)(o))

/* The window's bytes; what the object lost meanwhile is lost here, too. */
static const char *view_bytes(py_object *o, intptr_t *n)
{
    intptr_t all;
    const char *s = py_buffer_read(M(o)->obj, &all);
    if (!s)
        return NULL;
    intptr_t start = M(o)->start < all ? M(o)->start : all;
    *n = M(o)->n < all - start ? M(o)->n : all - start;
    return s + start;
}

static char *view_writable(py_object *o, intptr_t *n)
{
    intptr_t all;
    if (!py_type_of(M(o)->obj)->bf_write)
        return py_raise(&py_TypeError, "cannot modify read-only memory");
    char *s = py_buffer_write(M(o)->obj, &all);
    const char *r = s ? view_bytes(o, n) : NULL;
    return r ? s + (M(o)->start < all ? M(o)->start : all) : NULL;
}

static py_object *new_view(py_object *obj, intptr_t start, intptr_t n)
{
    struct py_memoryview *m = PY_NEW(py_memoryview, &py_memoryview_type);
    m->obj = obj;
    m->start = start;
    m->n = n;
    return &m->base;
}

static py_object *view_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"object"};
    py_object *x;
    intptr_t n;

    (void)type;
    if (nargs == 0 && !kwnames)
        return py_raise(&py_TypeError,
                        "Required argument 'object' (pos 1) not found");
    if (py_args_kw("memoryview", args, nargs, kwnames, names, 1, 1, &x) < 0)
        return NULL;
    if (!py_type_of(x)->bf_read || py_is_unicode(x))
        return py_raise(&py_TypeError, "cannot make memory view because object "
                                       "does not have the buffer interface");
    if (!py_buffer_read(x, &n))
        return NULL;
    return new_view(x, 0, n);
}

static intptr_t view_length(py_object *o)
{
    intptr_t n;
    return view_bytes(o, &n) ? n : -1;
}

static py_object *view_item(py_object *o, intptr_t i)
{
    intptr_t n;
    const char *s = view_bytes(o, &n);
    if (!s)
        return NULL;
    if ((uintptr_t)i >= (uintptr_t)n)
        return py_raise(&py_IndexError, "index out of bounds");
    return (py_object *)py_str_char((unsigned char)s[i]);
}

/* Where key points to: *i and *n; -1 with an exception. */
static int locate(py_object *o, py_object *key, intptr_t *i, intptr_t *n)
{
    intptr_t all, stop, step;
    if (!view_bytes(o, &all))
        return -1;
    *n = 1;
    if (py_has_index(key)) {
        *i = py_index_as_ssize(key, NULL);
        if (*i == -1 && py_err_occurred())
            return -1;
        *i = py_seq_adjust(*i, all);
        if ((uintptr_t)*i >= (uintptr_t)all)
            return py_raise_i(&py_IndexError, "index out of bounds");
        return 0;
    }
    if (!py_is_slice(key))
        return py_raise_i(&py_TypeError, "cannot index memory using \"%s\"",
                          py_type_of(key)->name);
    if (py_slice_indices((py_slice *)key, all, i, &stop, &step, n) < 0)
        return -1;
    if (step != 1) {
        py_raise_none(&py_NotImplementedError);
        return -1;
    }
    return 0;
}

static py_object *view_subscript(py_object *o, py_object *key)
{
    intptr_t i, n;
    if (locate(o, key, &i, &n) < 0)
        return NULL;
    return py_is_slice(key) ? new_view(M(o)->obj, M(o)->start + i, n)
                            : view_item(o, i);
}

static int view_setitem(py_object *o, py_object *key, py_object *v)
{
    intptr_t i, n, all, m;
    char *p = view_writable(o, &all);

    if (!p)
        return -1;
    if (!v)
        return py_raise_i(&py_TypeError, "cannot delete memory");
    if (locate(o, key, &i, &n) < 0)
        return -1;
    if (!py_type_of(v)->bf_read || py_is_unicode(v))
        return py_raise_i(&py_TypeError,
                          "'%.100s' does not have the buffer interface",
                          py_type_of(v)->name);
    const char *s = py_buffer_read(v, &m);
    if (!s)
        return -1;
    if (m != n)
        return py_raise_i(&py_ValueError,
                          "cannot modify size of memoryview object");
    memmove(p + i, s, (size_t)n);
    return 0;
}

static py_object *view_richcompare(py_object *a, py_object *b, int op)
{
    intptr_t n, m;
    if (op != PY_EQ && op != PY_NE)
        return py_NotImplemented;
    if (!py_type_of(a)->bf_read || !py_type_of(b)->bf_read ||
        py_is_unicode(a) || py_is_unicode(b))
        return py_NotImplemented;
    const char *s = py_buffer_read(a, &n),
               *t = s ? py_buffer_read(b, &m) : NULL;
    if (!t)
        return NULL;
    int equal = n == m && memcmp(s, t, (size_t)n) == 0;
    return py_bool(equal == (op == PY_EQ));
}

static py_object *view_repr(py_object *o)
{
    return (py_object *)py_str_format_c("<memory at %p>", (void *)o);
}

static py_object *m_tobytes(py_object *o)
{
    intptr_t n;
    const char *s = view_bytes(o, &n);
    return s ? (py_object *)py_str_new(s, n) : NULL;
}

static py_object *m_tolist(py_object *o)
{
    intptr_t n;
    const char *s = view_bytes(o, &n);
    py_list *l = py_list_new();
    for (intptr_t i = 0; s && i < n; i++)
        if (py_list_append(l, py_int_new((unsigned char)s[i])) < 0)
            return NULL;
    return s ? &l->base : NULL;
}

enum { FORMAT, ITEMSIZE, NDIM, READONLY, SHAPE, STRIDES, SUBOFFSETS };

static py_object *get_attribute(py_object *o, void *which)
{
    switch ((intptr_t)which) {
    case FORMAT:
        return (py_object *)py_str_char('B');
    case READONLY:
        return py_bool(py_is_str(M(o)->obj) ||
                       !py_type_of(M(o)->obj)->bf_write);
    case SHAPE:
        return (py_object *)py_tuple_pack1(py_long_from_int64(view_length(o)));
    case STRIDES:
        return (py_object *)py_tuple_pack1(py_long_from_int64(1));
    case SUBOFFSETS:
        return py_None;
    default:
        return py_long_from_int64(1);
    }
}

static const struct py_methoddef view_methods[] = {
    PY_M0("tobytes", m_tobytes, "M.tobytes() -> the bytes as a string"),
    PY_M0("tolist", m_tolist, "M.tolist() -> the bytes as a list of ints"),
    PY_MEND,
};
static const struct py_getset view_getset[] = {
    {"format", get_attribute, NULL, NULL, (void *)FORMAT},
    {"itemsize", get_attribute, NULL, NULL, (void *)ITEMSIZE},
    {"ndim", get_attribute, NULL, NULL, (void *)NDIM},
    {"readonly", get_attribute, NULL, NULL, (void *)READONLY},
    {"shape", get_attribute, NULL, NULL, (void *)SHAPE},
    {"strides", get_attribute, NULL, NULL, (void *)STRIDES},
    {"suboffsets", get_attribute, NULL, NULL, (void *)SUBOFFSETS},
    {NULL, NULL, NULL, NULL, NULL},
};

py_type py_memoryview_type = {
    PY_TYPE_HEAD("memoryview", py_memoryview),
    .doc = "memoryview(object)\n\nA window on the bytes of the object.",
    .methods = view_methods,
    .getset = view_getset,
    .sq_item = view_item,
    .mp_length = view_length,
    .mp_getitem = view_subscript,
    .mp_setitem = view_setitem,
    .tp_repr = view_repr,
    .tp_hash = py_hash_notimpl,
    .tp_richcompare = view_richcompare,
    .tp_new = view_new,
    .bf_read = view_bytes,
    .bf_write = view_writable,
};

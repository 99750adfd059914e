/*
 * buffer.c: the type buffer: a read-only window on the bytes of another object,
 * which it asks for them anew at every use.
 */
#include "objects/python.h"
#include "objects/seqcommon.h"

struct py_buffer {
    py_object base;
    py_object *obj;
    intptr_t offset, size; /* size -1: to the end */
};
TW_GC_TYPE(py_buffer);

#define B(o) ((struct py_buffer *)(o))

static const char *buffer_bytes(py_object *o, intptr_t *n)
{
    const char *s = py_buffer_read(B(o)->obj, n);
    if (!s)
        return NULL;
    intptr_t skip = B(o)->offset < *n ? B(o)->offset : *n;
    *n -= skip;
    if (B(o)->size >= 0 && B(o)->size < *n)
        *n = B(o)->size;
    return s + skip;
}

static py_object *buffer_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    intptr_t offset = 0, size = -1;

    (void)type;
    if (kwnames && kwnames->n)
        return py_raise(&py_TypeError,
                        "buffer() does not take keyword arguments");
    if (py_args_count("buffer", nargs, 1, 3) < 0 ||
        (nargs > 1 && py_arg_ssize(args[1], &offset) < 0) ||
        (nargs > 2 && py_arg_ssize(args[2], &size) < 0))
        return NULL;
    if (!py_type_of(args[0])->bf_read)
        return py_raise(&py_TypeError, "buffer object expected");
    if (offset < 0)
        return py_raise(&py_ValueError, "offset must be zero or positive");
    if (size < 0 && nargs > 2 && size != -1)
        return py_raise(&py_ValueError, "size must be zero or positive");
    struct py_buffer *b = PY_NEW(py_buffer, &py_buffer_type);
    b->obj = args[0];
    b->offset = offset;
    b->size = size;
    if (py_type_of(b->obj) == &py_buffer_type) { /* a window in a window */
        struct py_buffer *inner = B(b->obj);
        if (inner->size >= 0) {
            intptr_t rest = inner->size > offset ? inner->size - offset : 0;
            if (b->size < 0 || b->size > rest)
                b->size = rest;
        }
        b->offset += inner->offset;
        b->obj = inner->obj;
    }
    return &b->base;
}

static intptr_t buffer_length(py_object *o)
{
    intptr_t n;
    return buffer_bytes(o, &n) ? n : -1;
}

static py_object *buffer_str(py_object *o)
{
    intptr_t n;
    const char *s = buffer_bytes(o, &n);
    return s ? (py_object *)py_str_new(s, n) : NULL;
}

static py_object *buffer_repr(py_object *o)
{
    return (py_object *)py_str_format_c(
        "<read-only buffer for %p, size %zd, offset %zd at %p>",
        (void *)B(o)->obj, B(o)->size, B(o)->offset, (void *)o);
}

static py_object *buffer_concat(py_object *a, py_object *b)
{
    intptr_t n, m;
    char *p;
    const char *s = buffer_bytes(a, &n), *t;

    if (!s)
        return NULL;
    if (!py_type_of(b)->bf_read)
        return py_raise(&py_TypeError,
                        "bad argument type for built-in operation");
    if (n == 0)
        return b;
    t = py_buffer_read(b, &m);
    py_str *r = t ? py_str_alloc(n + m, &p) : NULL;
    if (!r)
        return NULL;
    memcpy(p, s, (size_t)n);
    memcpy(p + n, t, (size_t)m);
    return &r->base;
}

static py_object *buffer_repeat(py_object *o, intptr_t k)
{
    py_object *s = buffer_str(o);
    return s ? py_sequence_repeat(s, k) : NULL;
}

static py_object *buffer_item(py_object *o, intptr_t i)
{
    intptr_t n;
    const char *s = buffer_bytes(o, &n);
    if (!s)
        return NULL;
    if ((uintptr_t)i >= (uintptr_t)n)
        return py_raise(&py_IndexError, "buffer index out of range");
    return (py_object *)py_str_char((unsigned char)s[i]);
}

static py_object *buffer_getslice(py_object *o, intptr_t i, intptr_t j)
{
    intptr_t n;
    const char *s = buffer_bytes(o, &n);
    if (!s)
        return NULL;
    if (i < 0)
        i = 0;
    if (j > n)
        j = n;
    return (py_object *)py_str_new(s + (i < j ? i : 0), i < j ? j - i : 0);
}

static py_object *buffer_subscript(py_object *o, py_object *key)
{
    intptr_t n, i;
    if (!buffer_bytes(o, &n))
        return NULL;
    if (py_has_index(key)) {
        i = py_index_as_ssize(key, &py_IndexError);
        if (i == -1 && py_err_occurred())
            return NULL;
        return buffer_item(o, py_seq_adjust(i, n));
    }
    if (!py_is_slice(key))
        return py_raise(&py_TypeError, "sequence index must be integer");
    py_object *s = buffer_str(o);
    return s ? py_getitem(s, key) : NULL;
}

static int buffer_setitem(py_object *o, py_object *key, py_object *v)
{
    (void)o;
    (void)key;
    (void)v;
    return py_raise_i(&py_TypeError, "buffer is read-only");
}

static int buffer_setslice(py_object *o, intptr_t i, intptr_t j, py_object *v)
{
    (void)i;
    (void)j;
    return buffer_setitem(o, NULL, v);
}

static int buffer_compare(py_object *a, py_object *b)
{
    intptr_t n, m;
    const char *s = buffer_bytes(a, &n), *t = s ? buffer_bytes(b, &m) : NULL;
    if (!t)
        return -2;
    int c = memcmp(s, t, (size_t)(n < m ? n : m));
    return c ? (c < 0 ? -1 : 1) : n < m ? -1 : n > m;
}

static int64_t buffer_hash(py_object *o)
{
    py_object *s = buffer_str(o);
    return s ? py_hash(s) : -1;
}

py_type py_buffer_type = {
    PY_TYPE_HEAD("buffer", py_buffer),
    .doc = "buffer(object [, offset[, size]])\n\n"
           "A read-only window on the object's bytes, from offset on, of size "
           "bytes or to\nthe end.",
    .sq_length = buffer_length,
    .sq_concat = buffer_concat,
    .sq_repeat = buffer_repeat,
    .sq_item = buffer_item,
    .sq_getslice = buffer_getslice,
    .sq_setslice = buffer_setslice,
    .mp_length = buffer_length,
    .mp_getitem = buffer_subscript,
    .mp_setitem = buffer_setitem,
    .tp_repr = buffer_repr,
    .tp_str = buffer_str,
    .tp_hash = buffer_hash,
    .tp_compare = buffer_compare,
    .tp_new = buffer_new,
    .bf_read = buffer_bytes,
};

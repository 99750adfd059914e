/*
 * bytearray.c: the type bytearray: making, slots and changing in place.
 *
 * Neighbours: bytearraymethods.c. Bytes leave cheaply at both ends: `start`
 * moves, the buffer stays until a quarter of it is used.
 */
#include "objects/python.h"
#include "objects/seqcommon.h"
#include "objects/strimpl.h"
#include "objects/strsearch.h"

TW_GC_TYPE(py_bytearray);

#define B(o) ((py_bytearray *)(o))

py_object *py_bytearray_new(const char *s, intptr_t n)
{
    struct py_bytes *buf = TW_NEW_VAR(py_bytes, n + 1);
    if (!buf)
        return py_raise_nomemory();
    buf->n = n + 1;
    if (n)
        memcpy(buf->item, s, (size_t)n);
    py_bytearray *b = PY_NEW(py_bytearray, &py_bytearray_type);
    b->n = n;
    b->buf = buf;
    return &b->base;
}

static const char *bytes_of(py_object *o, intptr_t *n)
{
    *n = B(o)->n;
    return B(o)->buf->item + B(o)->start;
}

static intptr_t ba_length(py_object *o)
{
    return B(o)->n;
}

py_object *py_bytearray_concat(py_object *a, py_object *b)
{
    intptr_t n, m;
    const char *s = py_buffer_read(a, &n), *t = s ? py_buffer_read(b, &m) : NULL;
    if (!t) {
        if (py_err_catch(&py_TypeError))
            py_raise(&py_TypeError, "can't concat %T to %T", a, b);
        return NULL;
    }
    py_object *r = py_bytearray_new(NULL, 0);
    struct py_bytes *buf = TW_NEW_VAR(py_bytes, n + m + 1);
    if (!buf)
        return py_raise_nomemory();
    buf->n = n + m + 1;
    memcpy(buf->item, s, (size_t)n);
    memcpy(buf->item + n, t, (size_t)m);
    B(r)->buf = buf;
    B(r)->n = n + m;
    return r;
}

py_type py_bytearray_type = {
    PY_TYPE_HEAD("bytearray", py_bytearray),
    .flags = PY_TF_BASE | PY_TF_SEQITEM,
    .sq_length = ba_length,
    .sq_concat = py_bytearray_concat,
    .mp_length = ba_length,
    .bf_read = bytes_of,
};

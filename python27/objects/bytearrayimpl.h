/*
 * bytearrayimpl.h: the inside of bytearray, for bytearray.c and
 * bytearraymethods.c.
 */
#ifndef PY_BYTEARRAYIMPL_H
#define PY_BYTEARRAYIMPL_H

#include "objects/strobject.h"

extern const struct py_methoddef py_bytearray_methods[];

static inline char *py_ba_data(py_object *o)
{
    py_bytearray *b = (py_bytearray *)o;
    return b->buf->item + b->start;
}
py_object *py_ba_alloc(intptr_t n, char **bytes);
/* Makes room for `more` bytes behind the last. */
int py_ba_reserve(py_bytearray *b, intptr_t more);
/* b[i:j] = the m bytes at s (which may be b's own). */
int py_ba_replace(py_bytearray *b, intptr_t i, intptr_t j, const char *s,
                  intptr_t m);
/* A byte's value from an int or a str of size 1; -1 with an exception. */
int py_ba_byte(py_object *v);
/* The bytes of any iterable of them, or of a buffer, appended. */
int py_ba_extend(py_bytearray *b, py_object *iterable);
/* The bytes of a str, bytearray, buffer, memoryview; NULL without exception. */
const char *py_ba_buffer(py_object *o, intptr_t *n);

#endif

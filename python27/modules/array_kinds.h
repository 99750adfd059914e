/*
 * array_kinds.h: the items of the type array: one kind for each type code, a
 * table of functions that traces promote, so that reading and storing an item
 * is one typed access.
 */
#ifndef PY_ARRAY_KINDS_H
#define PY_ARRAY_KINDS_H

#include "modules/modutil.h"

struct py_array;
struct py_arraykind {
    char code;
    uint8_t size;
    py_object *(*get)(struct py_array *a, intptr_t i);
    int (*set)(struct py_array *a, intptr_t i, py_object *v); /* i < 0: check */
};
TW_IMMUTABLE(py_arraykind, get);
TW_IMMUTABLE(py_arraykind, set);

/* Items lie in `store`, a py_bytes whose n is the room in bytes, read through
 * the struct of their kind. */
struct py_array {
    py_object base;
    const struct py_arraykind *kind;
    intptr_t n;
    void *store;
};
TW_IMMUTABLE(py_array, kind);
TW_GC_TYPE_DECL(py_array);

extern const struct py_arraykind py_arraykinds[];
/* NULL without exception: no such code. */
const struct py_arraykind *py_arraykind_find(int code);

static inline char *py_array_bytes(struct py_array *a)
{
    return a->store ? ((struct py_bytes *)a->store)->item : NULL;
}

#endif

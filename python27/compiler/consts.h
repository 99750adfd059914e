/*
 * consts.h: the constants of one code object, each once.
 *
 * Two constants are one when type and value agree: 1, 1L, 1.0 and True are
 * four, 0.0 and -0.0 two, tuples agree when their items do.
 */
#ifndef PY_COMPILER_CONSTS_H
#define PY_COMPILER_CONSTS_H

#include "objects/object.h"
#include "parser/arena.h"

struct consttable {
    py_object **item; /* kept alive by the arena */
    int32_t n, cap;
    int32_t *bucket; /* index + 1, 0 empty; a power of two, size */
    int32_t size;
};

/* The index of v, added if new. */
int32_t const_index(struct pyarena *a, struct consttable *t, py_object *v);
/* Appends without looking. */
int32_t const_append(struct pyarena *a, struct consttable *t, py_object *v);

#endif

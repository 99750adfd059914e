/*
 * setimpl.h: the inside of sets, for setobject.c and settype.c.
 */
#ifndef PY_SETIMPL_H
#define PY_SETIMPL_H

#include "objects/container.h"
#include "objects/hashtable.h"

/* An empty set has no storage and no strategy. */
struct py_set_strategy {
    enum py_keykind kind;
};
extern const struct py_set_strategy py_set_str, py_set_int, py_set_any;

py_set *py_set_alloc(py_type *type); /* set, frozenset or a subclass */
int py_set_add_hashed(py_set *s, py_object *key, int64_t hash);
/* The entry at or behind *pos, NULL at the end. */
const struct py_entry *py_set_entry(py_set *s, intptr_t *pos);
void py_set_clear(py_set *s);
int py_set_assign(py_set *s, py_set *from);

#endif

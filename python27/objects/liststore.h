/*
 * liststore.h: the inside of list storage, shared by liststrategy.c,
 * listobject.c and listsort.c only.
 *
 * All three array storages have 8-byte items behind an 8-byte capacity, so that
 * moving items about needs no strategy: LIST_ITEMS gives the bytes.
 */
#ifndef PY_LISTSTORE_H
#define PY_LISTSTORE_H

#include "objects/container.h"

_Static_assert(sizeof(py_object *) == 8,
               "unboxed and boxed items have one size");

#define LIST_ITEMS(l) ((char *)(l)->storage + sizeof(intptr_t))

/* The strategy that would hold v unboxed, or py_list_objects. */
const struct py_list_strategy *py_list_strategy_for(py_object *v);
/* A new storage array of strategy s (not empty, not range); NULL MemoryError. */
void *py_list_storage(const struct py_list_strategy *s, intptr_t n);
/* Room for n items in l; keeps the strategy (an array one). 0 or -1. */
int py_list_reserve(py_list *l, intptr_t n);
/* Makes l an array strategy that b's items fit into, and b too (b may be
 * replaced by a converted copy): returns b or its copy, NULL MemoryError. */
py_list *py_list_unify(py_list *l, py_list *b);
/* A range becomes an int list; others stay. 0 or -1. */
int py_list_materialize(py_list *l);

#endif

/*
 * weakref.h: weak references, and what happens when objects die (weakref.c).
 */
#ifndef PY_WEAKREF_H
#define PY_WEAKREF_H

#include "objects/object.h"

extern py_type py_weakref_type, py_weakproxy_type, py_weakcallableproxy_type;

/* callback may be NULL. NULL with TypeError when o cannot be referred to. */
py_object *py_weakref_new(py_type *type, py_object *o, py_object *callback);
py_object *py_weakproxy_new(py_object *o, py_object *callback);
/* The referent of a reference or proxy, NULL when dead. */
py_object *py_weakref_get(py_object *ref);
/* The live references to o. */
py_list *py_weakref_list(py_object *o);

/* Sees to it that o's tp_del and the callbacks of its weak references run when
 * it has become unreachable. Idempotent. */
void py_watch_death(py_object *o);

#endif

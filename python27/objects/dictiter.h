/*
 * dictiter.h: views of dicts (iterators: container.h). Bodies: dictiter.c.
 */
#ifndef PY_DICTITER_H
#define PY_DICTITER_H

#include "objects/container.h"

/* what: 0 keys, 1 values, 2 items */
py_object *py_dictview_new(py_dict *d, int what);

#endif

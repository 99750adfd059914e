/*
 * modutil.h: what the files of built-in modules share: exception classes and
 * tables of constants.
 */
#ifndef PY_MODUTIL_H
#define PY_MODUTIL_H

#include "objects/python.h"

/* A new exception class, "module.name", set in m under its name. NULL on error. */
py_type *py_module_exception(py_module *m, const char *fullname, py_type *base);

struct py_intconst {
    const char *name; /* NULL ends a table */
    int64_t value;
};
int py_module_set_ints(py_module *m, const struct py_intconst *table);

/* A descriptor: an int, or what has fileno(). -1 with exception. */
int py_fd_of(py_object *o);

#endif

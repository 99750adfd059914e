/*
 * builtin_exec.h: built-in functions that compile and run code
 * (builtin_exec.c).
 */
#ifndef PY_BUILTIN_EXEC_H
#define PY_BUILTIN_EXEC_H

#include "objects/object.h"

py_object *py_b_compile(py_object *self, py_object *const *args, intptr_t nargs,
                        py_tuple *kw);
py_object *py_b_eval(py_object *self, py_object *src, py_object *globals,
                     py_object *locals);
py_object *py_b_execfile(py_object *self, py_object *name, py_object *globals,
                         py_object *locals);
py_object *py_b_input(py_object *self, py_object *prompt);
py_object *py_b_reload(py_object *self, py_object *module);

/* The whole of a file as bytes; NULL with IOError. */
py_str *py_read_file(const char *name);
/* Compiles and runs source text in the dict of a module. */
py_object *py_run_source(py_str *source, const char *filename, int mode,
                         py_dict *globals, py_object *locals, int flags);
#endif

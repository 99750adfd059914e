/*
 * import.h: finding and loading modules (import.c), for imp and main.
 */
#ifndef PY_IMPORT_H
#define PY_IMPORT_H

#include "objects/function.h"

enum py_modkind { /* imp's numbers */
                  PY_MODKIND_SOURCE = 1,
                  PY_MODKIND_COMPILED = 2,
                  PY_MODKIND_EXTENSION = 3,
                  PY_MODKIND_PACKAGE = 5,
                  PY_MODKIND_BUILTIN = 6,
                  PY_MODKIND_FROZEN = 7,
                  PY_MODKIND_HOOK = 9
};
struct py_found {
    int kind; /* 0: not found */
    py_str *path;
    py_object *loader; /* of a hook */
};
/* Looks for `name` (its last part) along path (NULL: built-in, then sys.path);
 * fullname is for hooks. -1 with an exception. */
int py_find_module(py_str *fullname, const char *name, py_object *path,
                   struct py_found *out);
/* Loads what was found as sys.modules[fullname]. */
py_object *py_load_found(py_str *fullname, struct py_found *found);
py_object *py_load_source(py_str *fullname, py_str *path);
/* A file of compiled code, whose source may be gone. */
py_object *py_load_compiled(py_str *fullname, py_str *path);
py_object *py_load_package(py_str *fullname, py_str *path);
/* Runs code as the module of that name. */
py_object *py_exec_module(py_str *fullname, py_code *code, py_str *path,
                          py_object *package_path);
py_object *py_reload(py_object *module);
/* What sys.path_hooks is at the start. */
py_list *py_path_hooks(void);

#endif

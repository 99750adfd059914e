/*
 * astobject.h: the classes of module _ast, and trees of C nodes to trees of
 * their instances and back.
 */
#ifndef PY_COMPILER_ASTOBJECT_H
#define PY_COMPILER_ASTOBJECT_H

#include "objects/object.h"
#include "parser/ast.h"

/* NULL with an exception. */
py_object *ast_to_object(const struct ast *node);
/* The tree must be a Module, Expression or Interactive, by enum
 * py_compile_mode: TypeError otherwise. What could not be compiled safely
 * (a missing part, a target where a value is wanted) is refused. NULL with an
 * exception. */
struct ast *ast_from_object(struct pyarena *a, py_object *tree, int mode);

/* Calls fn for each class of the module by name; -1 with an exception. */
int ast_classes_each(int (*fn)(void *data, const char *name, py_object *cls),
                     void *data);

#endif

/*
 * astobject.h: trees of C nodes to trees of `_ast` objects, and back.
 */
#ifndef PY_COMPILER_ASTOBJECT_H
#define PY_COMPILER_ASTOBJECT_H

#include "objects/object.h"
#include "parser/ast.h"

/* NULL with an exception. */
py_object *ast_to_object(const struct ast *node);
/* The tree must be a Module, Expression or Interactive, by enum
 * py_compile_mode: TypeError otherwise. NULL with an exception. */
struct ast *ast_from_object(struct pyarena *a, py_object *tree, int mode);

#endif

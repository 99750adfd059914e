/* astobject.c: see astobject.h. The classes of _ast are not there yet. */
#include "compiler/astobject.h"

#include "compiler/compile.h"
#include "objects/errors.h"

py_object *ast_to_object(const struct ast *node)
{
    return py_raise(&py_NotImplementedError, "_ast: no objects for %s yet",
                    ast_kinds[node->kind].name);
}

struct ast *ast_from_object(struct pyarena *a, py_object *tree, int mode)
{
    (void)a;
    (void)tree;
    return py_raise(&py_NotImplementedError,
                    "_ast: trees cannot be compiled yet (mode %d)", mode);
}

int py_ast_check(py_object *obj)
{
    (void)obj;
    return 0;
}

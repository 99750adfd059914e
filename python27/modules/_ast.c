/*
 * _ast.c: the module _ast: classes of syntax tree nodes (compiler/astclass.c).
 */
#include "compiler/astobject.h"
#include "compiler/compile.h"
#include "objects/python.h"

static int add_class(void *m, const char *name, py_object *cls)
{
    return py_module_set(m, name, cls);
}

static int ast_module_init(py_module *m)
{
    if (ast_classes_each(add_class, m) < 0 ||
        py_module_set_int(m, "PyCF_ONLY_AST", PY_CF_ONLY_AST) < 0)
        return -1;
    return py_module_set_str(m, "__version__", "82160");
}

const struct py_moduledef py_module__ast = {"_ast", NULL, NULL,
                                            ast_module_init};

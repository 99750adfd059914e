/*
 * _symtable.c: the module _symtable, what the library's symtable.py reads.
 */
#include <string.h>
#include "compiler/compile.h"
#include "compiler/symobject.h"
#include "objects/python.h"

static py_object *symtable_of(py_object *self, py_object *text,
                              py_object *filename, py_object *start)
{
    static const char *const modes[] = {[PY_MODE_EXEC] = "exec",
                                        [PY_MODE_EVAL] = "eval",
                                        [PY_MODE_SINGLE] = "single"};
    (void)self;
    intptr_t n;
    const char *s = py_arg_bytes(text, "symtable", 1, &n);
    const char *file = s ? py_arg_cstr(filename, "symtable", 2) : NULL;
    const char *mode = file ? py_arg_cstr(start, "symtable", 3) : NULL;
    if (!mode)
        return NULL;
    for (int i = 0; i < 3; i++)
        if (!strcmp(mode, modes[i]))
            return py_symtable_source(s, n, file, i);
    return py_raise(&py_ValueError,
                    "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
}

static const struct py_methoddef methods[] = {
    PY_M(3, 3, "symtable", symtable_of,
         "symtable(text, filename, 'exec'|'eval'|'single'): its scopes."),
    PY_MEND,
};

static const struct {
    const char *name;
    int value;
} numbers[] = {
    {"USE", SYM_USE},
    {"DEF_GLOBAL", SYM_GLOBAL},
    {"DEF_LOCAL", SYM_LOCAL},
    {"DEF_PARAM", SYM_PARAM},
    {"DEF_FREE", SYM_FREE},
    {"DEF_FREE_CLASS", SYM_FREE_CLASS},
    {"DEF_IMPORT", SYM_IMPORT},
    {"DEF_BOUND", SYM_BOUND},
    {"TYPE_FUNCTION", SCOPE_FUNCTION},
    {"TYPE_CLASS", SCOPE_CLASS},
    {"TYPE_MODULE", SCOPE_MODULE},
    {"OPT_IMPORT_STAR", UNOPT_IMPORT_STAR},
    {"OPT_EXEC", UNOPT_EXEC},
    {"OPT_BARE_EXEC", UNOPT_BARE_EXEC},
    {"SCOPE_OFF", SYM_SCOPE_SHIFT},
    {"SCOPE_MASK", SYM_SCOPE_MASK},
    {"FREE", SCOPE_FREE},
    {"LOCAL", SCOPE_LOCAL},
    {"GLOBAL_IMPLICIT", SCOPE_GLOBAL_IMPLICIT},
    {"GLOBAL_EXPLICIT", SCOPE_GLOBAL_EXPLICIT},
    {"CELL", SCOPE_CELL},
};

static int symtable_init(py_module *m)
{
    if (py_type_ready(&py_symtable_entry_type) < 0)
        return -1;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (py_module_set_int(m, numbers[i].name, numbers[i].value) < 0)
            return -1;
    return 0;
}

const struct py_moduledef py_module__symtable = {"_symtable", NULL, methods,
                                                 symtable_init};

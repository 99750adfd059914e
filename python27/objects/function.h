/*
 * function.h: what can be called or bound: functions, methods, built-in
 * functions, cells, generators, descriptors, modules, tracebacks.
 *
 * Bodies: function.c, method.c, builtinfunc.c, cell.c, generator.c, descr.c,
 * super.c, module.c, traceback.c.
 */
#ifndef PY_FUNCTION_H
#define PY_FUNCTION_H

#include "objects/code.h"
#include "objects/container.h"
#include "objects/object.h"

struct py_function {
    py_object base;
    py_code *code;       /* func_code, assignable */
    void *watch;         /* the toolkit's */
    py_dict *globals;
    py_tuple *defaults;  /* or NULL */
    py_tuple *closure;   /* of cells, or NULL */
    py_str *name;
    py_object *doc, *module;
    py_dict *dict;
    py_object *weaklist;
};
TW_QUASI_IMMUTABLE(py_function, code, watch);
TW_QUASI_IMMUTABLE(py_function, defaults, watch);
TW_IMMUTABLE(py_function, globals);
TW_IMMUTABLE(py_function, closure);
TW_GC_TYPE_DECL(py_function);
extern py_type py_function_type;
py_object *py_function_new(py_code *code, py_dict *globals, py_tuple *defaults,
                           py_tuple *closure);

struct py_method { /* bound, or unbound when self is NULL */
    py_object base;
    py_object *func;
    py_object *self;
    py_object *cls;
    py_object *weaklist;
};
typedef struct py_method py_method;
TW_IMMUTABLE(py_method, func);
TW_IMMUTABLE(py_method, self);
TW_IMMUTABLE(py_method, cls);
TW_GC_TYPE_DECL(py_method);
extern py_type py_method_type;
py_object *py_method_new(py_object *func, py_object *self, py_object *cls);

struct py_builtin { /* a built-in function, perhaps bound to self */
    py_object base;
    const struct py_methoddef *def;
    py_object *self;
    py_object *module;
};
typedef struct py_builtin py_builtin;
TW_IMMUTABLE(py_builtin, def);
TW_IMMUTABLE(py_builtin, self);
TW_GC_TYPE_DECL(py_builtin);
extern py_type py_builtin_type;
py_object *py_builtin_new(const struct py_methoddef *def, py_object *self,
                          py_object *module);
/* Calls def with the arguments, checking their number. */
py_object *py_methoddef_call(const struct py_methoddef *def, py_object *self,
                             py_object *const *args, intptr_t nargs,
                             py_tuple *kwnames);

struct py_cell {
    py_object base;
    py_object *value; /* NULL: unbound */
};
typedef struct py_cell py_cell;
TW_GC_TYPE_DECL(py_cell);
extern py_type py_cell_type;
py_object *py_cell_new(py_object *value);

/* --- descriptors: common head, then what they describe */
struct py_descr {
    py_object base;
    py_type *owner;
    py_str *name;
};
struct py_methoddescr { /* method_descriptor, classmethod_descriptor */
    struct py_descr d;
    const struct py_methoddef *def;
};
struct py_getsetdescr {
    struct py_descr d;
    const struct py_getset *def;
};
struct py_memberdescr { /* of a C field */
    struct py_descr d;
    const struct py_memberdef *def;
};
struct py_slotdescr { /* of a name in __slots__ */
    struct py_descr d;
    py_object *key; /* the attribute's key in maps, unique */
};
struct py_property {
    py_object base;
    py_object *get, *set, *del, *doc;
    uint8_t getter_doc;
    py_dict *dict;
};
TW_IMMUTABLE(py_descr, owner);
TW_IMMUTABLE(py_descr, name);
TW_IMMUTABLE(py_methoddescr, def);
TW_IMMUTABLE(py_getsetdescr, def);
TW_IMMUTABLE(py_memberdescr, def);
TW_IMMUTABLE(py_slotdescr, key);
TW_IMMUTABLE(py_property, get);
TW_IMMUTABLE(py_property, set);
TW_IMMUTABLE(py_property, del);
TW_GC_TYPE_DECL(py_methoddescr);
TW_GC_TYPE_DECL(py_getsetdescr);
TW_GC_TYPE_DECL(py_memberdescr);
TW_GC_TYPE_DECL(py_slotdescr);
TW_GC_TYPE_DECL(py_property);
extern py_type py_methoddescr_type, py_classmethoddescr_type,
    py_getsetdescr_type, py_memberdescr_type, py_slotdescr_type,
    py_slotwrapper_type, py_methodwrapper_type, py_property_type,
    py_classmethod_type, py_staticmethod_type, py_super_type;
py_object *py_staticmethod_new(py_object *callable);
py_object *py_classmethod_new(py_object *callable);

/* --- modules */
struct py_module {
    py_object base;
    py_dict *dict;
    py_object *weaklist;
};
TW_GC_TYPE_DECL(py_module);
TW_IMMUTABLE(py_module, dict);
extern py_type py_module_type;
/* A built-in module. List it in modules/modules.def. */
struct py_moduledef {
    const char *name, *doc;
    const struct py_methoddef *methods;
    int (*init)(py_module *m); /* may be NULL; -1 with exception */
};
py_module *py_module_new(const char *name);
/* The module `name` in sys.modules, made when missing. */
py_module *py_module_add(const char *name);
int py_module_set(py_module *m, const char *name, py_object *v);
int py_module_set_int(py_module *m, const char *name, int64_t v);
int py_module_set_str(py_module *m, const char *name, const char *v);
/* Also readies the type. */
int py_module_set_type(py_module *m, const char *name, py_type *t);
/* import name (dotted): the innermost module. */
py_object *py_import(const char *name);
py_object *py_import_name(py_str *name, py_object *globals, py_object *locals,
                          py_object *fromlist, int level);

/* --- tracebacks */
struct py_traceback {
    py_object base;
    py_traceback *next;
    py_frame *frame;
    int32_t lasti, lineno;
};
TW_GC_TYPE_DECL(py_traceback);
extern py_type py_traceback_type;
int py_traceback_print(py_traceback *tb, py_object *file);

/* --- generators */
struct py_generator {
    py_object base;
    py_frame *frame; /* NULL: finished */
    py_code *code;
    int32_t escapes; /* py_frames_escaped when it was made */
    uint8_t running;
    py_object *weaklist;
};
typedef struct py_generator py_generator;
TW_GC_TYPE_DECL(py_generator);
extern py_type py_generator_type;

#endif

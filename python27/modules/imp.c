/*
 * imp.c: the module `imp`: the import machinery's parts as functions.
 */
#include <sys/stat.h>

#include "compiler/pyc.h"
#include "modules/import.h"
#include "objects/fileobject.h"
#include "objects/runtime.h"

static py_object *describe(const char *suffix, const char *mode, int kind)
{
    return &py_tuple_pack3((py_object *)py_str_from(suffix),
                           (py_object *)py_str_from(mode), py_int_new(kind))
                ->base;
}

static py_object *imp_find_module(py_object *self, py_object *name,
                                  py_object *path)
{
    (void)self;
    const char *s = py_arg_cstr(name, "find_module", 1);
    if (!s)
        return NULL;
    struct py_found f;
    if (path == py_None)
        path = NULL;
    if (py_find_module((py_str *)name, s, path, &f) < 0)
        return NULL;
    switch (f.kind) {
    case PY_MODKIND_SOURCE: {
        const char *file = py_str_cstr(f.path);
        FILE *fp = fopen(file, "r");
        if (!fp)
            return py_raise_errno_file(&py_IOError, (py_object *)f.path);
        return &py_tuple_pack3(py_file_new(fp, file, "U", fclose),
                               (py_object *)f.path,
                               describe(".py", "U", f.kind))
                    ->base;
    }
    case PY_MODKIND_PACKAGE:
        return &py_tuple_pack3(py_None, (py_object *)f.path,
                               describe("", "", f.kind))
                    ->base;
    case PY_MODKIND_BUILTIN:
        return &py_tuple_pack3(py_None, name, describe("", "", f.kind))->base;
    default:
        return py_raise(&py_ImportError, "No module named %s", s);
    }
}

static py_object *imp_load_module(py_object *self, py_object *name,
                                  py_object *file, py_object *path,
                                  py_object *desc)
{
    (void)self;
    (void)file;
    int kind;
    if (!py_is_str(name))
        return py_arg_error("load_module", 1, "string", name);
    if (!py_is_tuple(desc) || ((py_tuple *)desc)->n != 3)
        return py_raise(&py_TypeError, "must be 3-item sequence");
    if (py_arg_int(((py_tuple *)desc)->item[2], &kind) < 0)
        return NULL;
    struct py_found f = {kind, NULL, NULL};
    if (kind != PY_MODKIND_BUILTIN) {
        if (!py_is_str(path))
            return py_arg_error("load_module", 3, "string", path);
        f.path = (py_str *)path;
    }
    return py_load_found(py_intern((py_str *)name), &f);
}

static py_object *imp_load_source(py_object *self, py_object *name,
                                  py_object *path, py_object *file)
{
    (void)self;
    (void)file;
    if (!py_is_str(name))
        return py_arg_error("load_source", 1, "string", name);
    if (!py_is_str(path))
        return py_arg_error("load_source", 2, "string", path);
    return py_load_source(py_intern((py_str *)name), (py_str *)path);
}

static py_object *imp_load_package(py_object *self, py_object *name,
                                   py_object *path)
{
    (void)self;
    if (!py_is_str(name))
        return py_arg_error("load_package", 1, "string", name);
    if (!py_is_str(path))
        return py_arg_error("load_package", 2, "string", path);
    return py_load_package(py_intern((py_str *)name), (py_str *)path);
}

static py_object *imp_init_builtin(py_object *self, py_object *name)
{
    (void)self;
    const char *s = py_arg_cstr(name, "init_builtin", 1);
    const struct py_moduledef *d = s ? py_builtin_module(s) : NULL;
    if (!d)
        return s && !py_err_occurred() ? py_None : NULL;
    py_object *m = py_dict_get_cstr(py_sys_modules(), s);
    return m ? m : (py_object *)py_builtin_module_init(d);
}

static py_object *imp_is_builtin(py_object *self, py_object *name)
{
    (void)self;
    const char *s = py_arg_cstr(name, "is_builtin", 1);
    if (!s)
        return NULL;
    if (!strcmp(s, "sys") || !strcmp(s, "__builtin__") ||
        !strcmp(s, "exceptions"))
        return py_int_new(-1); /* there from the start, not to be made again */
    int found = py_builtin_module(s) != NULL;
    return py_err_occurred() ? NULL : py_int_new(found);
}

static py_object *imp_is_frozen(py_object *self, py_object *name)
{
    (void)self;
    (void)name;
    return py_False;
}

static py_object *imp_get_magic(py_object *self)
{
    (void)self;
    return (py_object *)py_str_new(py_pyc_magic, 4);
}

static py_object *imp_get_suffixes(py_object *self)
{
    (void)self;
    py_list *l = py_list_new();
    if (py_list_append(l, describe(".py", "U", PY_MODKIND_SOURCE)) < 0)
        return NULL;
    return &l->base;
}

static py_object *imp_new_module(py_object *self, py_object *name)
{
    (void)self;
    const char *s = py_arg_cstr(name, "new_module", 1);
    return s ? &py_module_new(s)->base : NULL;
}

static py_object *imp_reload(py_object *self, py_object *m)
{
    (void)self;
    return py_reload(m);
}

/* The lock matters between threads only; the GIL is held throughout. */
static int lock_depth;

static py_object *imp_lock_held(py_object *self)
{
    (void)self;
    return py_bool(lock_depth > 0);
}

static py_object *imp_acquire_lock(py_object *self)
{
    (void)self;
    lock_depth++;
    return py_None;
}

static py_object *imp_release_lock(py_object *self)
{
    (void)self;
    if (!lock_depth)
        return py_raise(&py_RuntimeError, "not holding the import lock");
    lock_depth--;
    return py_None;
}

/* imp.NullImporter(path): for path entries that are no directories. */
struct py_nullimporter {
    py_object base;
};
TW_GC_TYPE(py_nullimporter);

static py_object *null_new(py_type *t, py_object *const *args, intptr_t nargs,
                           py_tuple *kw)
{
    struct stat st;
    if (py_args_nokw("NullImporter", kw) < 0 ||
        py_args_count("NullImporter", nargs, 1, 1) < 0)
        return NULL;
    const char *path = py_arg_path(args[0], "NullImporter", 1);
    if (!path)
        return NULL;
    if (!*path)
        return py_raise(&py_ImportError, "empty pathname");
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return py_raise(&py_ImportError, "existing directory");
    return py_alloc(t, 0);
}

static py_object *null_find(py_object *self, py_object *name, py_object *path)
{
    (void)self;
    (void)name;
    (void)path;
    return py_None;
}

static const struct py_methoddef null_methods[] = {
    PY_M(1, 2, "find_module", null_find, "Always None."),
    PY_MEND,
};
static py_type null_type = {
    PY_TYPE_HEAD("imp.NullImporter", py_nullimporter),
    .tp_new = null_new,
    .methods = null_methods,
};

static const struct py_methoddef imp_methods[] = {
    PY_M(1, 2, "find_module", imp_find_module, "Looks for a module."),
    PY_M(4, 4, "load_module", imp_load_module, "Loads what was found."),
    PY_M(2, 3, "load_source", imp_load_source, "Runs a file as a module."),
    PY_M(2, 2, "load_package", imp_load_package, "Loads a package."),
    PY_M1("init_builtin", imp_init_builtin, "Makes a built-in module."),
    PY_M1("is_builtin", imp_is_builtin, "1 for built-in modules."),
    PY_M1("is_frozen", imp_is_frozen, "False: nothing is frozen."),
    PY_M0("get_magic", imp_get_magic, "The magic number of compiled files."),
    PY_M0("get_suffixes", imp_get_suffixes, "(suffix, mode, type) triples."),
    PY_M1("new_module", imp_new_module, "An empty module."),
    PY_M1("reload", imp_reload, "Runs a module anew."),
    PY_M0("lock_held", imp_lock_held, "Is the import lock held?"),
    PY_M0("acquire_lock", imp_acquire_lock, "Takes the import lock."),
    PY_M0("release_lock", imp_release_lock, "Gives it back."),
    PY_MEND,
};

static int init(py_module *m)
{
    static const struct {
        const char *name;
        int value;
    } kinds[] = {
        {"SEARCH_ERROR", 0}, {"PY_SOURCE", 1},   {"PY_COMPILED", 2},
        {"C_EXTENSION", 3},  {"PY_RESOURCE", 4}, {"PKG_DIRECTORY", 5},
        {"C_BUILTIN", 6},    {"PY_FROZEN", 7},   {"PY_CODERESOURCE", 8},
        {"IMP_HOOK", 9},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (py_module_set_int(m, kinds[i].name, kinds[i].value) < 0)
            return -1;
    return py_module_set_type(m, "NullImporter", &null_type);
}

const struct py_moduledef py_module_imp = {
    "imp", "The parts of the import statement.", imp_methods, init};

/*
 * module.c: module objects, and the built-in modules' table.
 */
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "objects/runtime.h"

TW_GC_TYPE(py_module);

#define M(o) ((py_module *)(o))

static py_dict *modules; /* sys.modules */

py_dict *py_sys_modules(void)
{
    if (!modules)
        modules = py_dict_new();
    py_module *sys = (py_module *)py_dict_get_cstr(modules, "sys");
    py_object *m = sys ? py_dict_get_str(sys->dict, py_id_modules) : NULL;
    return m && py_is_dict(m) ? (py_dict *)m : modules;
}

static py_module *module_alloc(py_str *name)
{
    py_module *m = PY_NEW(py_module, &py_module_type);
    m->dict = py_dict_new_cells();
    py_dict_set_str(m->dict, py_id___name__, &name->base);
    py_dict_set_str(m->dict, py_id___doc__, py_None);
    py_dict_set_str(m->dict, py_id___package__, py_None);
    return m;
}

py_module *py_module_new(const char *name)
{
    return module_alloc(py_str_from(name));
}

py_module *py_module_add(const char *name)
{
    py_dict *all = py_sys_modules();
    py_str *key = py_intern_cstr(name);
    py_object *m = py_dict_get_str(all, key);
    if (m && py_isinst(m, &py_module_type))
        return M(m);
    py_module *n = module_alloc(key);
    py_dict_set_str(all, key, &n->base);
    return n;
}

int py_module_set(py_module *m, const char *name, py_object *v)
{
    return v ? py_dict_set_str(m->dict, py_intern_cstr(name), v) : -1;
}

int py_module_set_int(py_module *m, const char *name, int64_t v)
{
    return py_module_set(m, name, py_int_new(v));
}

int py_module_set_str(py_module *m, const char *name, const char *v)
{
    return py_module_set(m, name, (py_object *)py_str_from(v));
}

int py_module_set_type(py_module *m, const char *name, py_type *t)
{
    return py_type_ready(t) < 0 ? -1 : py_module_set(m, name, &t->base);
}

/* ------------------------------------------------------- built-in modules */

#define PY_MODULE(name) extern const struct py_moduledef py_module_##name;
#include "modules/modules.def"
#undef PY_MODULE

static const struct py_moduledef *const builtin_modules[] = {
#define PY_MODULE(name) &py_module_##name,
#include "modules/modules.def"
#undef PY_MODULE
};
enum { NBUILTIN = sizeof builtin_modules / sizeof *builtin_modules };

/* Modules over large libraries, each in a shared object of its own. */
static const char *const shared_modules[] = {
#define PY_SHARED_MODULE(name) #name,
#include "modules/shared.def"
#undef PY_SHARED_MODULE
};
enum { NSHARED = sizeof shared_modules / sizeof *shared_modules };

/* Where they lie, seen from the folder of the executable. */
static const char *const shared_dirs[] = {
    "python27-modules", "../python27-modules",
    "../lib/tracewright/python27-modules"};

static const struct py_moduledef *load_shared(const char *name)
{
    char exe[PATH_MAX], file[2 * PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (len <= 0)
        return NULL;
    exe[len] = 0;
    char *dir = dirname(exe);
    size_t i = 0, n = sizeof shared_dirs / sizeof *shared_dirs;
    do {
        if (i == n)
            return NULL; /* built without it */
        snprintf(file, sizeof file, "%s/%s/%s.so", dir, shared_dirs[i], name);
    } while (access(file, R_OK) < 0 && ++i);
    void *lib = dlopen(file, RTLD_NOW);
    snprintf(file, sizeof file, "py_module_%s", name);
    void *def = lib ? dlsym(lib, file) : NULL;
    return def ? def : py_raise(&py_ImportError, "%s", dlerror());
}

const struct py_moduledef *py_builtin_module(const char *name)
{
    static const struct py_moduledef *loaded[NSHARED];

    for (int i = 0; i < NBUILTIN; i++)
        if (!strcmp(builtin_modules[i]->name, name))
            return builtin_modules[i];
    for (int i = 0; i < NSHARED; i++)
        if (!strcmp(shared_modules[i], name))
            return loaded[i] ? loaded[i] : (loaded[i] = load_shared(name));
    return NULL;
}

py_tuple *py_builtin_module_names(void)
{
    py_list *l = py_list_new();
    for (int i = 0; i < NBUILTIN; i++)
        py_list_append(l, (py_object *)py_str_from(builtin_modules[i]->name));
    py_list_sort(l, NULL, NULL, 0);
    return py_list_as_tuple(l);
}

py_module *py_builtin_module_init(const struct py_moduledef *def)
{
    py_module *m = py_module_add(def->name);
    if (def->doc)
        py_module_set_str(m, "__doc__", def->doc);
    py_object *name = py_dict_get_str(m->dict, py_id___name__);
    for (const struct py_methoddef *d = def->methods; d && d->name; d++)
        if (py_module_set(m, d->name, py_builtin_new(d, &m->base, name)) < 0)
            return NULL;
    if (def->init && def->init(m) < 0) {
        py_dict_del_maybe(py_sys_modules(),
                          (py_object *)py_intern_cstr(def->name));
        return NULL;
    }
    return m;
}

/* --------------------------------------------------------------- the type */

static py_object *module_new(py_type *t, py_object *const *args, intptr_t nargs,
                             py_tuple *kw)
{
    (void)args;
    (void)nargs;
    (void)kw;
    return py_alloc(t, 0);
}

static int module_init(py_object *self, py_object *const *args, intptr_t nargs,
                       py_tuple *kw)
{
    static const char *const names[] = {"name", "doc"};
    py_object *a[2];
    if (py_args_kw("module.__init__", args, nargs, kw, names, 2, 1, a) < 0)
        return -1;
    if (!py_is_str(a[0])) {
        py_arg_error("module.__init__", 1, "string", a[0]);
        return -1;
    }
    if (!M(self)->dict)
        M(self)->dict = py_dict_new_cells();
    if (py_dict_set_str(M(self)->dict, py_id___name__, a[0]) < 0)
        return -1;
    return py_dict_set_str(M(self)->dict, py_id___doc__, a[1] ? a[1] : py_None);
}

static py_object *module_getattr(py_object *o, py_str *name)
{
    py_type *t = py_type_of(o);
    if (PY_LIKELY(t == &py_module_type)) {
        py_object *descr = py_type_lookup(t, name);
        if (!descr || !py_type_of(descr)->tp_descr_set) {
            py_object *v = M(o)->dict
                               ? py_dict_get_str(tw_promote(M(o)->dict), name)
                               : NULL;
            if (v)
                return v;
        }
        py_object *exc = py_sys_exc_attr((py_module *)o, name);
        if (exc)
            return exc;
        if (!descr)
            return py_raise(&py_AttributeError,
                            "'module' object has no attribute '%S'", name);
    }
    return py_object_getattr(o, name);
}

static py_object *module_repr(py_object *o)
{
    py_object *name =
        M(o)->dict ? py_dict_get_str(M(o)->dict, py_id___name__) : NULL;
    py_object *file =
        M(o)->dict ? py_dict_get_str(M(o)->dict, py_id___file__) : NULL;
    const char *n = name && py_is_str(name) ? py_str_cstr((py_str *)name) : "?";
    if (file && py_is_str(file))
        return (py_object *)py_str_format_c("<module '%s' from '%S'>", n, file);
    return (py_object *)py_str_format_c("<module '%s' (built-in)>", n);
}

static py_object *get_dict(py_object *o, void *d)
{
    (void)d;
    return M(o)->dict ? &M(o)->dict->base : py_None;
}

static const struct py_getset module_getset[] = {
    {"__dict__", get_dict, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_module_type = {
    PY_TYPE_HEAD("module", py_module),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "module(name[, doc])",
    .dict_offset = offsetof(struct py_module, dict),
    .getset = module_getset,
    .tp_new = module_new,
    .tp_init = module_init,
    .tp_getattr = module_getattr,
    .tp_repr = module_repr,
};

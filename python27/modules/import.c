/*
 * import.c: the import statement: packages, relative imports, PEP 302 hooks,
 * source files along sys.path, built-in modules.
 */
#include "modules/import.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "compiler/compile.h"
#include "compiler/pyc.h"
#include "modules/builtin_exec.h"
#include "objects/runtime.h"

/* ---------------------------------------------------------------- loading */

static int is_file(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 && S_ISREG(st.st_mode);
}

py_object *py_exec_module(py_str *fullname, py_code *code, py_str *path,
                          py_object *package_path)
{
    py_dict *all = py_sys_modules();
    int existed = py_dict_get_str(all, fullname) != NULL;
    py_module *m = py_module_add(py_str_cstr(fullname));
    if (path)
        py_dict_set_str(m->dict, py_id___file__, (py_object *)path);
    if (package_path)
        py_dict_set_str(m->dict, py_id___path__, package_path);
    py_object *r = py_eval_code(code, m->dict, &m->dict->base);
    if (!r) {
        struct py_savedexc s = py_err_save();
        if (!existed)
            py_dict_del_maybe(py_sys_modules(), &fullname->base);
        py_err_clear();
        py_err_restore(s);
        return NULL;
    }
    /* The module may have replaced itself. */
    py_object *now = py_dict_get_str(py_sys_modules(), fullname);
    return now ? now
               : py_raise(&py_ImportError,
                          "Loaded module %S not found in sys.modules",
                          fullname);
}

py_object *py_load_source(py_str *fullname, py_str *path)
{
    py_code *code = py_compile_file(py_str_cstr(path));
    return code ? py_exec_module(fullname, code, path, NULL) : NULL;
}

py_object *py_load_compiled(py_str *fullname, py_str *path)
{
    py_code *code = py_pyc_read(py_str_cstr(path), -1);
    return code ? py_exec_module(fullname, code, path, NULL)
                : py_raise(&py_ImportError, "Bad magic number in %S", path);
}

static const char *compiled_suffix(void)
{
    return py_compile_defaults & PY_CF_OPTIMIZE ? "o" : "c";
}

py_object *py_load_package(py_str *fullname, py_str *path)
{
    py_list *pp = py_list_new();
    if (py_list_append(pp, (py_object *)path) < 0)
        return NULL;
    py_str *init = py_str_format_c("%S/__init__.py", path);
    py_code *code;
    if (is_file(py_str_cstr(init))) {
        code = py_compile_file(py_str_cstr(init));
    } else {
        init = py_str_format_c("%S%s", init, compiled_suffix());
        code = py_pyc_read(py_str_cstr(init), -1);
        if (!code)
            return py_raise(&py_ImportError, "Bad magic number in %S", init);
    }
    return code ? py_exec_module(fullname, code, init, &pp->base) : NULL;
}

py_object *py_load_found(py_str *fullname, struct py_found *f)
{
    switch (f->kind) {
    case PY_MODKIND_SOURCE:
        return py_load_source(fullname, f->path);
    case PY_MODKIND_COMPILED:
        return py_load_compiled(fullname, f->path);
    case PY_MODKIND_PACKAGE:
        return py_load_package(fullname, f->path);
    case PY_MODKIND_BUILTIN: {
        const struct py_moduledef *d = py_builtin_module(py_str_cstr(fullname));
        if (!d && py_err_occurred())
            return NULL;
        if (!d)
            return py_raise(&py_ImportError,
                            "Purported builtin module %S not found", fullname);
        py_object *m = py_dict_get_str(py_sys_modules(), fullname);
        return m ? m : (py_object *)py_builtin_module_init(d);
    }
    case PY_MODKIND_HOOK:
        return py_call_method1(f->loader, py_id_load_module,
                               (py_object *)fullname);
    default:
        return py_raise(&py_ImportError,
                        "Don't know how to import %S (type code %d)", fullname,
                        f->kind);
    }
}

/* ---------------------------------------------------------------- finding */

/* The entry of sys.path_hooks for Zip archives: loads the module zipimport only
 * when the path leads to a file, or into one. */
static py_object *zip_hook(py_object *self, py_object *path)
{
    (void)self;
    const char *s = py_arg_path(path, "zipimporter", 1);
    char prefix[PATH_MAX];
    struct stat st;
    if (!s)
        return NULL;
    int n = snprintf(prefix, sizeof prefix, "%s", s);
    char *end = prefix + (n < PATH_MAX ? n : 0);
    while (end > prefix && stat(prefix, &st) < 0) {
        end = strrchr(prefix, '/');
        end = end ? end : prefix;
        *end = 0;
    }
    if (end == prefix || !S_ISREG(st.st_mode))
        return py_raise(&py_ImportError, "not a Zip file");
    py_object *m = py_import("zipimport");
    py_object *type = m ? py_getattr_cstr(m, "zipimporter") : NULL;
    return type ? py_call1(type, path) : NULL;
}

static const struct py_methoddef zip_hook_def =
    PY_M1("zipimporter", zip_hook, "An importer for a Zip archive.");

py_list *py_path_hooks(void)
{
    py_list *l = py_list_new();
    py_list_append(l, py_builtin_new(&zip_hook_def, NULL, NULL));
    return l;
}

static py_object *sys_get(py_str *name)
{
    return py_dict_get_str(py_module_add("sys")->dict, name);
}

/* The importer of a path entry, by sys.path_hooks; None for the usual kind. */
static py_object *importer_of(py_object *entry)
{
    py_object *cache = sys_get(py_id_path_importer_cache);
    py_object *hooks = sys_get(py_id_path_hooks);
    if (!cache || !py_is_dict(cache) || !hooks || !py_is_list(hooks))
        return py_None;
    py_object *imp = py_dict_get((py_dict *)cache, entry);
    if (imp || py_err_occurred())
        return imp;
    imp = py_None;
    for (intptr_t i = 0; i < py_list_len((py_list *)hooks); i++) {
        py_object *r = py_call1(py_list_get((py_list *)hooks, i), entry);
        if (r) {
            imp = r;
            break;
        }
        if (!py_err_catch(&py_ImportError))
            return NULL;
    }
    return py_dict_set((py_dict *)cache, entry, imp) < 0 ? NULL : imp;
}

static int ask_finder(py_object *finder, py_str *fullname, py_object *path,
                      struct py_found *out)
{
    py_object *loader = path ? py_call_method2(finder, py_id_find_module,
                                               (py_object *)fullname, path)
                             : py_call_method1(finder, py_id_find_module,
                                               (py_object *)fullname);
    if (!loader)
        return -1;
    if (loader == py_None)
        return 0;
    out->kind = PY_MODKIND_HOOK;
    out->loader = loader;
    return 1;
}

static int look_in(py_str *dir, const char *name, struct py_found *out)
{
    const char *sep = dir->n ? "/" : "";
    py_str *base = py_str_format_c("%S%s%s", dir, sep, name);
    py_str *init = py_str_format_c("%S/__init__.py", base);
    if (is_file(py_str_cstr(init)) || is_file(py_str_cstr(py_str_format_c(
                                          "%S%s", init, compiled_suffix())))) {
        out->kind = PY_MODKIND_PACKAGE;
        out->path = base;
        return 1;
    }
    py_str *source = py_str_format_c("%S.py", base);
    if (is_file(py_str_cstr(source))) {
        out->kind = PY_MODKIND_SOURCE;
        out->path = source;
        return 1;
    }
    py_str *compiled = py_str_format_c("%S%s", source, compiled_suffix());
    if (is_file(py_str_cstr(compiled))) {
        out->kind = PY_MODKIND_COMPILED;
        out->path = compiled;
        return 1;
    }
    return 0;
}

/* A folder of that name that is no package deserves a word. */
static int warn_no_init(py_str *dir, const char *name)
{
    struct stat st;
    py_str *base = py_str_format_c("%S%s%s", dir, dir->n ? "/" : "", name);
    if (stat(py_str_cstr(base), &st) != 0 || !S_ISDIR(st.st_mode))
        return 0;
    return py_warn(&py_ImportWarning,
                   py_str_cstr(py_str_format_c("Not importing directory '%S': "
                                               "missing __init__.py",
                                               base)),
                   1);
}

int py_find_module(py_str *fullname, const char *name, py_object *path,
                   struct py_found *out)
{
    memset(out, 0, sizeof *out);
    py_object *meta = sys_get(py_id_meta_path);
    if (meta && py_is_list(meta))
        for (intptr_t i = 0; i < py_list_len((py_list *)meta); i++) {
            int r = ask_finder(py_list_get((py_list *)meta, i), fullname,
                               path ? path : py_None, out);
            if (r)
                return r < 0 ? -1 : 0;
        }
    if (!path) {
        if (py_builtin_module(name)) {
            out->kind = PY_MODKIND_BUILTIN;
            return 0;
        }
        if (py_err_occurred())
            return -1;
        path = sys_get(py_id_path);
    }
    if (!path || !py_is_list(path))
        return path ? py_raise_i(&py_ImportError,
                                 "sys.path must be a list of directory names")
                    : 0;
    for (intptr_t i = 0; i < py_list_len((py_list *)path); i++) {
        py_object *entry = py_list_get((py_list *)path, i);
        if (py_is_unicode(entry) &&
            !(entry = py_unicode_encode(entry, "utf-8", NULL)))
            return -1;
        if (!py_is_str(entry))
            continue;
        py_object *imp = importer_of(entry);
        if (!imp)
            return -1;
        if (imp != py_None) {
            int r = ask_finder(imp, fullname, NULL, out);
            if (r)
                return r < 0 ? -1 : 0;
            continue;
        }
        if (look_in((py_str *)entry, name, out))
            return 0;
        if (warn_no_init((py_str *)entry, name) < 0)
            return -1;
    }
    return 0;
}

/* --------------------------------------------------------- import by name */

/* The package that relative names start from; NULL without exception: none. */
static py_str *package_of(py_object *globals, int level)
{
    if (!globals || !py_is_dict(globals) || level == 0)
        return NULL;
    py_dict *g = (py_dict *)globals;
    py_object *pkg = py_dict_get_str(g, py_id___package__);
    py_str *name;
    if (pkg && pkg != py_None) {
        if (!py_is_str(pkg))
            return py_raise(&py_ValueError, "__package__ set to non-string");
        name = (py_str *)pkg;
        if (!name->n) {
            if (level > 0)
                py_raise(&py_ValueError, "Attempted relative import in "
                                         "non-package");
            return NULL;
        }
    } else {
        py_object *modname = py_dict_get_str(g, py_id___name__);
        if (!modname || !py_is_str(modname))
            return NULL;
        name = (py_str *)modname;
        if (!py_dict_get_str(g, py_id___path__)) {
            const char *s = py_str_data(name);
            intptr_t n = name->n;
            while (n > 0 && s[n - 1] != '.')
                n--;
            if (n == 0) {
                if (level > 0)
                    py_raise(&py_ValueError, "Attempted relative import in "
                                             "non-package");
                else
                    py_dict_set_str(g, py_id___package__, py_None);
                return NULL;
            }
            name = py_str_new(s, n - 1);
        }
        if (py_dict_set_str(g, py_id___package__, (py_object *)name) < 0)
            return NULL;
    }
    for (int up = level; up > 1; up--) {
        const char *s = py_str_data(name);
        intptr_t n = name->n;
        while (n > 0 && s[n - 1] != '.')
            n--;
        if (n == 0)
            return py_raise(&py_ValueError, "Attempted relative import beyond "
                                            "toplevel package");
        name = py_str_new(s, n - 1);
    }
    if (!py_dict_get_str(py_sys_modules(), py_intern(name))) {
        if (level < 1) {
            if (py_warn(&py_RuntimeWarning,
                        py_str_cstr(py_str_format_c(
                            "Parent module '%S' not found while handling "
                            "absolute import",
                            name)),
                        1) < 0)
                return NULL;
            return NULL;
        }
        return py_raise(&py_SystemError,
                        "Parent module '%S' not loaded, cannot perform "
                        "relative import",
                        name);
    }
    return py_intern(name);
}

/* The submodule `part` of parent (NULL: top level), loaded if need be. None:
 * there is no such module. */
static py_object *import_part(py_object *parent, py_str *fullname,
                              const char *part)
{
    fullname = py_intern(fullname);
    py_object *m = py_dict_get_str(py_sys_modules(), fullname);
    if (m)
        return m;
    py_object *path = NULL;
    if (parent) {
        path = py_getattr_maybe(parent, py_id___path__);
        if (!path)
            return py_err_occurred() ? NULL : py_None;
    }
    struct py_found f;
    if (py_find_module(fullname, part, path, &f) < 0)
        return NULL;
    if (!f.kind)
        return py_None;
    m = py_load_found(fullname, &f);
    if (!m)
        return NULL;
    if (parent && py_setattr(parent, py_intern_cstr(part), m) < 0)
        return NULL;
    return m;
}

/* Imports all parts of `name` below parent/prefix; *first is the outermost. */
static py_object *import_dotted(py_object *parent, py_str *prefix,
                                const char *name, py_object **first)
{
    py_object *m = parent;
    py_str *full = prefix;
    const char *p = name;
    *first = NULL;
    while (*p) {
        const char *dot = strchr(p, '.');
        intptr_t n = dot ? dot - p : (intptr_t)strlen(p);
        if (n == 0)
            return py_raise(&py_ValueError, "Empty module name");
        py_str *part = py_str_new(p, n);
        full = full ? py_str_format_c("%S.%S", full, part) : part;
        py_object *next = import_part(m, full, py_str_cstr(part));
        if (!next)
            return NULL;
        if (next == py_None) {
            if (!*first)
                return py_None; /* the caller tries elsewhere */
            return py_raise(&py_ImportError, "No module named %s", p);
        }
        m = next;
        if (!*first)
            *first = m;
        p = dot ? dot + 1 : p + n;
    }
    return m;
}

/* from m import a, b: submodules named in fromlist are imported, too. */
static int ensure_fromlist(py_object *m, py_object *fromlist, int recursive)
{
    if (!py_hasattr(m, py_id___path__))
        return 0;
    py_object *modname = py_getattr(m, py_id___name__);
    if (!modname)
        return -1;
    for (intptr_t i = 0;; i++) {
        py_object *item = py_sequence_getitem(fromlist, i);
        if (!item)
            return py_err_catch(&py_IndexError) ? 0 : -1;
        if (!py_is_str(item))
            return py_raise_i(&py_TypeError,
                              "Item in ``from list'' must be "
                              "str, not %T",
                              item);
        py_str *name = (py_str *)item;
        if (py_str_eq_cstr(name, "*")) {
            if (recursive)
                continue;
            py_object *all = py_getattr_maybe(m, py_id___all__);
            if (!all && py_err_occurred())
                return -1;
            if (all && ensure_fromlist(m, all, 1) < 0)
                return -1;
            continue;
        }
        if (py_hasattr(m, py_intern(name)))
            continue;
        py_object *sub = import_part(m, py_str_format_c("%S.%S", modname, name),
                                     py_str_cstr(name));
        if (!sub)
            return -1;
    }
}

py_object *py_import_name(py_str *name, py_object *globals, py_object *locals,
                          py_object *fromlist, int level)
{
    py_object *first = NULL, *m = py_None;
    (void)locals;
    if (globals == py_None)
        globals = NULL;
    py_str *package = package_of(globals, level);
    if (!package && py_err_occurred())
        return NULL;
    if (!name->n && level <= 0)
        return py_raise(&py_ValueError, "Empty module name");
    if (memchr(py_str_data(name), '/', (size_t)name->n))
        return py_raise(&py_ImportError,
                        "Import by filename is not supported.");
    if (package) {
        py_object *parent = py_dict_get_str(py_sys_modules(), package);
        if (!name->n) {
            first = m = parent;
        } else {
            m = import_dotted(parent, package, py_str_cstr(name), &first);
            if (!m)
                return NULL;
            if (m == py_None && level <= 0) {
                /* Remember that it is no submodule of the package. */
                const char *s = py_str_cstr(name), *dot = strchr(s, '.');
                py_str *mark = py_str_format_c(
                    "%S.%S", package,
                    py_str_new(s, dot ? dot - s : (intptr_t)strlen(s)));
                py_dict_set_str(py_sys_modules(), py_intern(mark), py_None);
            }
        }
    }
    if (m == py_None && level <= 0) {
        m = import_dotted(NULL, NULL, py_str_cstr(name), &first);
        if (!m)
            return NULL;
    }
    if (m == py_None)
        return py_raise(&py_ImportError, "No module named %S", name);
    int from = fromlist && fromlist != py_None ? py_is_true(fromlist) : 0;
    if (from < 0)
        return NULL;
    if (!from)
        return first;
    return ensure_fromlist(m, fromlist, 0) < 0 ? NULL : m;
}

py_object *py_import(const char *name)
{
    py_str *s = py_intern_cstr(name);
    py_object *m = py_dict_get_str(py_sys_modules(), s);
    if (m && m != py_None)
        return m;
    py_object *from = &py_tuple_pack1((py_object *)py_str_from("*"))->base;
    return py_import_name(s, NULL, NULL, strchr(name, '.') ? from : NULL, 0);
}

/* ----------------------------------------------------------------- reload */

py_object *py_reload(py_object *module)
{
    if (!py_isinst(module, &py_module_type))
        return py_raise(&py_TypeError, "reload() argument must be module");
    py_object *name = py_getattr(module, py_id___name__);
    if (!name)
        return NULL;
    if (!py_is_str(name))
        return py_raise(&py_SystemError, "nameless module");
    py_str *full = py_intern((py_str *)name);
    if (py_dict_get_str(py_sys_modules(), full) != module)
        return py_raise(&py_ImportError,
                        "reload(): module %S not in sys.modules", full);
    const char *s = py_str_cstr(full), *dot = strrchr(s, '.');
    py_object *path = NULL;
    if (dot) {
        py_object *parent = py_dict_get_str(py_sys_modules(),
                                            py_intern(py_str_new(s, dot - s)));
        if (!parent)
            return py_raise(&py_ImportError,
                            "reload(): parent %S not in sys.modules",
                            py_str_new(s, dot - s));
        path = py_getattr(parent, py_id___path__);
        if (!path)
            return NULL;
    }
    struct py_found f;
    if (py_find_module(full, dot ? dot + 1 : s, path, &f) < 0)
        return NULL;
    if (!f.kind)
        return py_raise(&py_ImportError, "No module named %S", full);
    return py_load_found(full, &f);
}

py_object *py_b_reload(py_object *self, py_object *module)
{
    (void)self;
    return py_reload(module);
}

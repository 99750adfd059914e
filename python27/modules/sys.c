/*
 * sys.c: the module `sys`.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "modules/import.h"
#include "objects/fileobject.h"
#include "objects/runtime.h"
#include "objects/threads.h"

static py_module *sys;

static py_object *sys_get(const char *name)
{
    return py_dict_get_cstr(sys->dict, name);
}

/* ----------------------------------------------------------- exceptions */

static py_object *or_none(py_object *o)
{
    return o ? o : py_None;
}

static py_object *sys_exc_info(py_object *self)
{
    (void)self;
    struct py_ec *ec = py_ec;
    return (py_object *)py_tuple_pack3(or_none(ec->handled_type),
                                       or_none(ec->handled),
                                       or_none(ec->handled_tb));
}

py_object *py_sys_exc_attr(py_module *m, py_str *name)
{
    struct py_ec *ec = py_ec;
    if (m != sys || py_str_len(name) < 8 || memcmp(name->data, "exc_", 4) != 0)
        return NULL;
    if (py_str_eq_cstr(name, "exc_type"))
        return or_none(ec->handled_type);
    if (py_str_eq_cstr(name, "exc_value"))
        return or_none(ec->handled);
    if (py_str_eq_cstr(name, "exc_traceback"))
        return or_none(ec->handled_tb);
    return NULL;
}

static py_object *sys_exc_clear(py_object *self)
{
    (void)self;
    struct py_ec *ec = py_ec;
    ec->handled_type = ec->handled = ec->handled_tb = NULL;
    return py_None;
}

static py_object *sys_exit(py_object *self, py_object *status)
{
    (void)self;
    py_object *e;
    if (!status)
        e = py_call0(&py_SystemExit.base);
    else if (py_is_tuple(status))
        e = py_call_tuple(&py_SystemExit.base, (py_tuple *)status, NULL);
    else
        e = py_call1(&py_SystemExit.base, status);
    return e ? py_raise_obj(e, NULL) : NULL;
}

static py_object *sys_excepthook(py_object *self, py_object *type,
                                 py_object *value, py_object *tb)
{
    (void)self;
    py_object *err = sys_get("stderr");
    fflush(stdout);
    if (err && err != py_None && py_exception_display(type, value, tb, err) < 0)
        py_err_clear();
    return py_None;
}

static py_object *sys_displayhook(py_object *self, py_object *v)
{
    (void)self;
    if (v == py_None)
        return py_None;
    py_module *b = py_module_add("__builtin__");
    if (py_module_set(b, "_", py_None) < 0)
        return NULL;
    py_object *out = sys_get("stdout");
    if (!out)
        return py_raise(&py_RuntimeError, "lost sys.stdout");
    if (py_file_softspace(out, 0) && py_file_write_cstr(out, "\n") < 0)
        return NULL;
    if (py_file_write_object(out, v, 1) < 0 ||
        py_file_write_cstr(out, "\n") < 0)
        return NULL;
    return py_module_set(b, "_", v) < 0 ? NULL : py_None;
}

/* ----------------------------------------------------------- the machine */

static py_object *sys_getrecursionlimit(py_object *self)
{
    (void)self;
    return py_int_new(py_ec->depth_limit);
}

static py_object *sys_setrecursionlimit(py_object *self, py_object *n)
{
    (void)self;
    int v;
    if (py_arg_int(n, &v) < 0)
        return NULL;
    if (v <= 0)
        return py_raise(&py_ValueError, "recursion limit must be positive");
    for (struct py_ec *ec = py_thread_contexts(); ec; ec = ec->next)
        ec->depth_limit = v;
    return py_None;
}

static py_object *sys_getframe(py_object *self, py_object *depth)
{
    (void)self;
    int n = 0;
    if (depth && py_arg_int(depth, &n) < 0)
        return NULL;
    py_frame *f = py_frame_get(n > 0 ? n : 0);
    if (!f)
        return py_raise(&py_ValueError, "call stack is not deep enough");
    py_frame_escapes(f);
    return &f->base;
}

static int checkinterval = 100;

static py_object *sys_getcheckinterval(py_object *self)
{
    (void)self;
    return py_int_new(checkinterval);
}

static py_object *sys_setcheckinterval(py_object *self, py_object *n)
{
    (void)self;
    return py_arg_int(n, &checkinterval) < 0 ? NULL : py_None;
}

static py_object *sys_getrefcount(py_object *self, py_object *o)
{
    (void)self;
    (void)o;
    return py_int_new(3); /* nothing counts references here */
}

static py_object *sys_getsizeof(py_object *self, py_object *o, py_object *dflt)
{
    (void)self;
    py_object *m = py_lookup_special(o, py_id___sizeof__);
    py_object *r = m ? py_call0(m) : NULL;
    if (!r && dflt && (!py_err_occurred() || py_err_catch(&py_TypeError)))
        return dflt;
    return r || py_err_occurred() ? r : py_int_new(py_type_of(o)->size);
}

static py_object *sys_intern(py_object *self, py_object *s)
{
    (void)self;
    if (!py_is_str_exact(s))
        return py_raise(&py_TypeError, "can't intern subclass of string");
    return (py_object *)py_intern((py_str *)s);
}

static py_object *sys_getdefaultencoding(py_object *self)
{
    (void)self;
    return (py_object *)py_str_from("ascii");
}

static py_object *sys_getfilesystemencoding(py_object *self)
{
    (void)self;
    return (py_object *)py_str_from("UTF-8");
}

static void update_tracing(void)
{
    struct py_ec *ec = py_ec;
    ec->use_tracing = ec->tracefunc || ec->profilefunc;
}

static py_object *sys_settrace(py_object *self, py_object *f)
{
    (void)self;
    py_tracing_used();
    py_ec->tracefunc = f == py_None ? NULL : f;
    update_tracing();
    return py_None;
}

static py_object *sys_gettrace(py_object *self)
{
    (void)self;
    return or_none(py_ec->tracefunc);
}

static py_object *sys_setprofile(py_object *self, py_object *f)
{
    (void)self;
    py_tracing_used();
    py_ec->profilefunc = f == py_None ? NULL : f;
    update_tracing();
    return py_None;
}

static py_object *sys_getprofile(py_object *self)
{
    (void)self;
    return or_none(py_ec->profilefunc);
}

static py_object *sys_clear_type_cache(py_object *self)
{
    (void)self;
    py_type_modified(&py_object_type); /* entries of old versions are dead */
    return py_None;
}

static int dlopen_flags = RTLD_NOW;

static py_object *sys_getdlopenflags(py_object *self)
{
    (void)self;
    return py_int_new(dlopen_flags);
}

static py_object *sys_setdlopenflags(py_object *self, py_object *flags)
{
    (void)self;
    return py_arg_int(flags, &dlopen_flags) < 0 ? NULL : py_None;
}

static py_object *sys_current_frames(py_object *self)
{
    (void)self;
    py_dict *d = py_dict_new();
    for (struct py_ec *ec = py_thread_contexts(); ec; ec = ec->next) {
        py_frame *f = tw_virtual_ref_force(ec->frame);
        if (!f)
            continue;
        py_frame_escapes(f);
        if (py_dict_set(d, py_int_new(ec->thread_id), &f->base) < 0)
            return NULL;
    }
    return &d->base;
}

static py_object *sys_call_tracing(py_object *self, py_object *f,
                                   py_object *args)
{
    (void)self;
    if (!py_is_tuple(args))
        return py_arg_error("call_tracing", 2, "tuple", args);
    struct py_ec *ec = py_ec;
    uint8_t tracing = ec->tracing;
    ec->tracing = 0;
    update_tracing();
    py_object *r = py_call_tuple(f, (py_tuple *)args, NULL);
    ec->tracing = tracing;
    return r;
}

static const struct py_methoddef sys_methods[] = {
    PY_M0("exc_info", sys_exc_info, "(type, value, traceback) being handled."),
    PY_M0("exc_clear", sys_exc_clear, "Forgets the exception being handled."),
    PY_M(0, 1, "exit", sys_exit, "Raises SystemExit."),
    PY_MF("excepthook", sys_excepthook, PY_POS, 3, 3, PY_UNPACK,
          "Shows an exception on stderr."),
    PY_M1("displayhook", sys_displayhook, "Shows a value at the prompt."),
    PY_M0("getrecursionlimit", sys_getrecursionlimit, "The greatest depth."),
    PY_M1("setrecursionlimit", sys_setrecursionlimit, "Sets it."),
    PY_M(0, 1, "_getframe", sys_getframe, "A frame of the call stack."),
    PY_M0("_current_frames", sys_current_frames, "Thread id -> frame."),
    PY_M0("getcheckinterval", sys_getcheckinterval, NULL),
    PY_M1("setcheckinterval", sys_setcheckinterval, NULL),
    PY_M1("getrefcount", sys_getrefcount, NULL),
    PY_M(1, 2, "getsizeof", sys_getsizeof, "The size in bytes."),
    PY_M1("intern", sys_intern, "The one string equal to it."),
    PY_M0("getdefaultencoding", sys_getdefaultencoding, NULL),
    PY_M0("getfilesystemencoding", sys_getfilesystemencoding, NULL),
    PY_M1("settrace", sys_settrace, "Sets the trace function."),
    PY_M0("gettrace", sys_gettrace, NULL),
    PY_M1("setprofile", sys_setprofile, "Sets the profile function."),
    PY_M0("getprofile", sys_getprofile, NULL),
    PY_M0("_clear_type_cache", sys_clear_type_cache,
          "Empties the cache of looked-up methods."),
    PY_M0("getdlopenflags", sys_getdlopenflags, "Flags for dlopen()."),
    PY_M1("setdlopenflags", sys_setdlopenflags, "Sets them."),
    PY_M2("call_tracing", sys_call_tracing, NULL),
    PY_MEND,
};

/* ------------------------------------------------------------------ values */

static py_object *named(const char *name, const char *const *fields,
                        py_object *const *values, int n)
{
    py_type *t = py_structseq_type(name, fields, n, n);
    return t ? py_structseq_new(t, values) : NULL;
}

static int set_std(const char *name, FILE *fp, const char *show,
                   const char *mode)
{
    py_object *f = py_file_new(fp, show, mode, NULL);
    if (isatty(fileno(fp)))
        ((py_file *)f)->encoding = (py_object *)py_str_from("UTF-8");
    char hidden[32];
    snprintf(hidden, sizeof hidden, "__%s__", name);
    return py_module_set(sys, name, f) < 0 || py_module_set(sys, hidden, f) < 0
               ? -1
               : 0;
}

static int sys_init(py_module *m)
{
    sys = m;
    py_module_set(m, "modules", &py_sys_modules()->base);
    if (set_std("stdin", stdin, "<stdin>", "r") < 0 ||
        set_std("stdout", stdout, "<stdout>", "w") < 0 ||
        set_std("stderr", stderr, "<stderr>", "w") < 0)
        return -1;
    static const char *const copies[][2] = {{"excepthook", "__excepthook__"},
                                            {"displayhook", "__displayhook__"}};
    for (int i = 0; i < 2; i++)
        py_module_set(m, copies[i][1], sys_get(copies[i][0]));
    py_module_set_str(m, "version",
                      "2.7.18 (Tracewright)\n[clang " __clang_version__ "]");
    py_module_set_str(m, "platform", "linux2");
    py_module_set_str(m, "byteorder",
                      __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "little"
                                                                : "big");
    py_module_set_str(m, "copyright", "Tracewright's Python 2.7.");
    py_module_set_str(m, "exec_prefix", "");
    py_module_set_str(m, "prefix", "");
    py_module_set_str(m, "executable", "");
    py_module_set_str(m, "float_repr_style", "short");
    py_module_set_int(m, "hexversion", 0x020712f0);
    py_module_set_int(m, "api_version", 1013);
    py_module_set_int(m, "maxint", INT64_MAX);
    py_module_set_int(m, "maxsize", INTPTR_MAX);
    py_module_set_int(m, "maxunicode", 0x10ffff);
    py_module_set(m, "dont_write_bytecode", py_False);
    py_module_set(m, "py3kwarning", py_False);
    py_module_set(m, "builtin_module_names", &py_builtin_module_names()->base);
    py_module_set(m, "warnoptions", &py_list_new()->base);
    py_module_set(m, "meta_path", &py_list_new()->base);
    py_module_set(m, "path_hooks", &py_path_hooks()->base);
    py_module_set(m, "path_importer_cache", &py_dict_new()->base);
    py_module_set(m, "path", &py_list_new()->base);
    py_module_set(m, "argv", &py_list_new()->base);

    static const char *const vf[] = {"major", "minor", "micro", "releaselevel",
                                     "serial"};
    py_object *vv[] = {py_int_new(2), py_int_new(7), py_int_new(18),
                       (py_object *)py_str_from("final"), py_int_new(0)};
    static const char *const ff[] = {"debug",
                                     "py3k_warning",
                                     "division_warning",
                                     "division_new",
                                     "inspect",
                                     "interactive",
                                     "optimize",
                                     "dont_write_bytecode",
                                     "no_user_site",
                                     "no_site",
                                     "ignore_environment",
                                     "tabcheck",
                                     "verbose",
                                     "unicode",
                                     "bytes_warning",
                                     "hash_randomization"};
    py_object *fv[16];
    for (int i = 0; i < 16; i++)
        fv[i] = py_int_new(0);
    static const char *const lf[] = {"bits_per_digit", "sizeof_digit"};
    py_object *lv[] = {py_int_new(30), py_int_new(4)};
    static const char *const df[] = {
        "max", "max_exp",  "max_10_exp", "min",   "min_exp", "min_10_exp",
        "dig", "mant_dig", "epsilon",    "radix", "rounds"};
    py_object *dv[] = {py_float_new(__DBL_MAX__),
                       py_int_new(__DBL_MAX_EXP__),
                       py_int_new(__DBL_MAX_10_EXP__),
                       py_float_new(__DBL_MIN__),
                       py_int_new(__DBL_MIN_EXP__),
                       py_int_new(__DBL_MIN_10_EXP__),
                       py_int_new(__DBL_DIG__),
                       py_int_new(__DBL_MANT_DIG__),
                       py_float_new(__DBL_EPSILON__),
                       py_int_new(2),
                       py_int_new(1)};
    py_module_set(m, "version_info", named("sys.version_info", vf, vv, 5));
    py_module_set(m, "flags", named("sys.flags", ff, fv, 16));
    py_module_set(m, "long_info", named("sys.long_info", lf, lv, 2));
    py_module_set(m, "float_info", named("sys.float_info", df, dv, 11));
    py_tuple *sub = py_tuple_pack3((py_object *)py_str_from("CPython"),
                                   (py_object *)py_str_from(""),
                                   (py_object *)py_str_from(""));
    return py_module_set(m, "subversion", &sub->base);
}

const struct py_moduledef py_module_sys = {
    "sys", "What the interpreter is made of and runs with.", sys_methods,
    sys_init};

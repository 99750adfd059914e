/*
 * runtime.c: starting the object space and ending it; interned names; actions
 * of the eval loop; warnings from C.
 */
#include "objects/runtime.h"

#include <stdio.h>

#include "objects/fileobject.h"
#include "objects/threads.h"

#define PY_ID(name)                                                            \
    py_str py_idobj_##name = {.base = {&py_str_type},                          \
                              .hash = -1,                                      \
                              .n = sizeof #name - 1,                           \
                              .data = #name};
#include "objects/ids.def"
#undef PY_ID

#define PY_TYPE(symbol) extern py_type symbol;
#include "objects/types.def"
#undef PY_TYPE

/* By number of the bit; other parts (signals, threads) put theirs here. */
int (*py_action_handler[32])(void);

static void intern_ids(void)
{
#define PY_ID(name) py_intern(&py_idobj_##name);
#include "objects/ids.def"
#undef PY_ID
}

static int ready_types(void)
{
    static py_type *const types[] = {
#define PY_TYPE(symbol) &symbol,
#include "objects/types.def"
#undef PY_TYPE
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (py_type_ready(types[i]) < 0)
            return -1;
    return py_exceptions_ready();
}

/* Objects died: their __del__ and callbacks run at the next check. */
static void on_finalizers(void)
{
    py_action_set(PY_ACTION_FINALIZE);
}

static int run_finalizers(void)
{
    tw_gc_run_finalizers();
    return 0;
}

int py_runtime_init(void)
{
    tw_gc_init();
    tw_gc_set_finalizer_notifier(on_finalizers);
    py_action_handler[2] = run_finalizers; /* PY_ACTION_FINALIZE */
    py_ec_init_stack();
    intern_ids();
    if (ready_types() < 0)
        return -1;
    if (!py_builtin_module_init(py_builtin_module("__builtin__")) ||
        !py_builtin_module_init(py_builtin_module("sys")) ||
        !py_builtin_module_init(py_builtin_module("exceptions")))
        return -1;
    return 0;
}

void (*py_runtime_at_finish)(void);

void py_runtime_finish(void)
{
    py_module *sys = py_module_add("sys");
    py_object *threading = py_dict_get_cstr(py_sys_modules(), "threading");
    py_object *f = threading && threading != py_None
                       ? py_getattr_cstr(threading, "_shutdown")
                       : NULL;
    py_err_clear();
    if (f && !py_call0(f)) /* waits for threads that are no daemons */
        py_err_unraisable(threading);
    f = py_dict_get_str(sys->dict, py_id_exitfunc);
    if (f) {
        py_dict_del_maybe(sys->dict, &py_id_exitfunc->base);
        if (!py_call0(f)) {
            if (!py_err_matches(&py_SystemExit))
                py_err_print();
            py_err_clear();
        }
    }
    py_threads_finish();
    tw_gc_run_finalizers();
    if (py_runtime_at_finish)
        py_runtime_at_finish();
    py_object *out = py_dict_get_str(sys->dict, py_id_stdout);
    if (out && out != py_None && py_type_of(out) != &py_file_type &&
        !py_call_method0(out, py_id_flush))
        py_err_clear();
}

/* ---------------------------------------------------------------- actions */

void py_action_set(int bits)
{
    __atomic_fetch_or(&py_action_flags, bits, __ATOMIC_SEQ_CST);
}

int py_action_run(void)
{
    int32_t bits = __atomic_exchange_n(&py_action_flags, 0, __ATOMIC_SEQ_CST);
    int rc = 0;
    for (int i = 0; i < 32; i++)
        if (((uint32_t)bits >> i & 1) && py_action_handler[i]) {
            if (rc == 0)
                rc = py_action_handler[i]();
            else /* one at a time: keep the others for the next check */
                py_action_set(1 << i);
        }
    return rc;
}

/* --------------------------------------------------------------- warnings */

/* Without the module `warnings`: the filters of a fresh interpreter. */
static int ignored(py_type *category)
{
    return py_subtype(category, &py_DeprecationWarning) ||
           py_subtype(category, &py_PendingDeprecationWarning) ||
           py_subtype(category, &py_ImportWarning) ||
           py_subtype(category, &py_BytesWarning);
}

static int show(py_type *category, const char *message, const char *filename,
                int lineno)
{
    py_object *err = py_dict_get_str(py_module_add("sys")->dict, py_id_stderr);
    if (!err || err == py_None || ignored(category))
        return 0;
    py_str *s = py_str_format_c("%s:%d: %s: %s\n", filename, lineno,
                                py_type_shortname(category), message);
    if (py_file_write_cstr(err, py_str_cstr(s)) < 0)
        return -1;
    return py_print_source_line(err, filename, lineno, 2);
}

/* The module once somebody loaded it; ignored ones are not worth loading. */
static py_object *warnings_module(py_type *category)
{
    py_object *m = py_dict_get_cstr(py_sys_modules(), "warnings");
    if (m && m != py_None)
        return m;
    py_object *opts =
        py_dict_get_cstr(py_module_add("sys")->dict, "warnoptions");
    if (ignored(category) &&
        !(opts && py_is_list(opts) && py_list_len((py_list *)opts)))
        return NULL;
    m = py_import("warnings");
    if (!m)
        py_err_clear();
    return m;
}

int py_warn_explicit(py_type *category, const char *message,
                     const char *filename, int lineno)
{
    py_object *m = warnings_module(category);
    py_object *f = m ? py_getattr_cstr(m, "warn_explicit") : NULL;
    if (!f) {
        py_err_clear();
        return show(category, message, filename, lineno);
    }
    py_object *a[4] = {(py_object *)py_str_from(message), &category->base,
                       (py_object *)py_str_from(filename), py_int_new(lineno)};
    return py_call_fast(f, a, 4, NULL) ? 0 : -1;
}

int py_warn(py_type *category, const char *message, int stack_level)
{
    py_object *m = warnings_module(category);
    py_object *f = m ? py_getattr_cstr(m, "warn") : NULL;
    if (f)
        return py_call3(f, (py_object *)py_str_from(message), &category->base,
                        py_int_new(stack_level))
                   ? 0
                   : -1;
    py_err_clear();
    py_frame *fr = py_frame_get(stack_level > 0 ? stack_level - 1 : 0);
    return show(category, message, fr ? py_str_cstr(fr->code->filename) : "sys",
                fr ? py_frame_line(fr) : 1);
}

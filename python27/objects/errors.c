/*
 * errors.c: the execution context, raising and matching (errors.h).
 */
#include "objects/errors.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "objects/exceptions.h"
#include "objects/python.h"

static struct py_ec main_ec = {.depth_limit = 1000};
struct py_ec *py_ec = &main_ec;
volatile int32_t py_action_flags;

void py_fatal(const char *message)
{
    fflush(stdout);
    fprintf(stderr, "Fatal Python error: %s\n", message);
    abort();
}

/* ------------------------------------------------------------- raising */

static void set_exception(py_object *value, py_traceback *tb)
{
    py_ec->exc = value;
    py_ec->exc_tb = tb;
}

void *py_raise_obj(py_object *value, py_traceback *tb)
{
    set_exception(value, tb);
    return NULL;
}

tw_dont_look_inside void *py_raise_value(py_type *type, py_object *value)
{
    py_object *e = py_exc_make(type, &value, 1);
    if (e)
        set_exception(e, NULL);
    return NULL;
}

tw_dont_look_inside void *py_raise_none(py_type *type)
{
    py_object *e = py_exc_make(type, NULL, 0);
    if (e)
        set_exception(e, NULL);
    return NULL;
}

static void vraise_text(py_type *type, const char *fmt, va_list ap)
{
    py_str *s = py_str_vformat_text(fmt, ap);
    if (s)
        py_raise_value(type, (py_object *)s);
}

void *py_raise_text(py_type *type, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vraise_text(type, fmt, ap);
    va_end(ap);
    return NULL;
}

int py_raise_text_i(py_type *type, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vraise_text(type, fmt, ap);
    va_end(ap);
    return -1;
}

static void vraise_objects(py_type *type, const char *fmt, va_list ap)
{
    py_str *s = py_str_vformat_objects(fmt, ap);
    if (s)
        py_raise_value(type, (py_object *)s);
}

void *py_raise_objects(py_type *type, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vraise_objects(type, fmt, ap);
    va_end(ap);
    return NULL;
}

int py_raise_objects_i(py_type *type, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vraise_objects(type, fmt, ap);
    va_end(ap);
    return -1;
}

/* Calls nothing that may run Python code: what allocates is harmless in
 * traces. */
void *py_raise_nomemory(void)
{
    static struct py_baseexception spare = {
        {&py_MemoryError}, NULL, NULL, NULL};
    struct py_baseexception *e = TW_NEW(py_baseexception);
    if (!e)
        e = &spare;
    e->base.type = &py_MemoryError;
    e->args = &py_tuple_empty->base;
    e->message = (py_object *)py_str_empty;
    return py_raise_obj(&e->base, NULL);
}

void *py_raise_badcall(const char *where)
{
    return py_raise(&py_SystemError, "bad argument to internal function %s",
                    where);
}

void *py_raise_errno_file(py_type *type, py_object *filename)
{
    int err = errno;
    if (err == EINTR && py_action_flags && py_action_run() < 0)
        return NULL;
    py_object *args[3] = {py_int_new(err),
                          (py_object *)py_str_from(strerror(err)), filename};
    py_object *e = py_exc_make(type, args, filename ? 3 : 2);
    if (e)
        set_exception(e, NULL);
    return NULL;
}

void *py_raise_errno(py_type *type)
{
    return py_raise_errno_file(type, NULL);
}

py_object *py_exception_new(const char *name, py_type *base)
{
    const char *dot = strrchr(name, '.');
    py_dict *d = py_dict_new();
    if (py_dict_set_cstr(d, "__module__",
                         (py_object *)py_str_new(name, dot - name)) < 0)
        return NULL;
    return py_call3(&py_type_type.base, (py_object *)py_str_from(dot + 1),
                    &py_tuple_pack1(&base->base)->base, &d->base);
}

static int is_exc_class(py_object *o)
{
    return py_is_classobj(o) ||
           (PY_IS(o, PY_TF_TYPE) && (((py_type *)o)->flags & PY_TF_EXC));
}

py_object *py_exc_class(py_object *value)
{
    if (py_is_oldinst(value))
        return (py_object *)((py_oldinst *)value)->cls;
    return (py_object *)py_type_of(value);
}

/* Makes the instance that `raise cls, value` means. */
static py_object *make_exception(py_object *cls, py_object *value)
{
    if (value && value != py_None) {
        if (py_is_exception(value) || py_is_oldinst(value)) {
            int sub = py_issubclass(py_exc_class(value), cls);
            if (sub < 0)
                return NULL;
            if (sub)
                return value;
        }
        if (py_is_tuple(value))
            return py_call_tuple(cls, (py_tuple *)value, NULL);
        return py_call1(cls, value);
    }
    return py_call0(cls);
}

tw_dont_look_inside void *py_raise_statement(py_object *type, py_object *value,
                                             py_object *tb)
{
    if (!type) { /* re-raise */
        struct py_ec *ec = py_ec;
        if (!ec->handled)
            return py_raise(&py_TypeError,
                            "exceptions must be old-style classes or "
                            "derived from BaseException, not NoneType");
        return py_raise_obj(ec->handled, ec->handled_tb == py_None
                                             ? NULL
                                             : (py_traceback *)ec->handled_tb);
    }
    if (tb == py_None)
        tb = NULL;
    if (tb && py_type_of(tb) != &py_traceback_type)
        return py_raise(&py_TypeError,
                        "raise: arg 3 must be a traceback or None");
    while (py_is_tuple(type) && ((py_tuple *)type)->n > 0)
        type = ((py_tuple *)type)->item[0];
    if (is_exc_class(type)) {
        py_object *e = make_exception(type, value);
        if (!e)
            return NULL;
        if (!py_is_exception(e) && !py_is_oldinst(e))
            return py_raise(&py_TypeError,
                            "calling %R should have returned an instance of "
                            "BaseException, not '%T'",
                            type, e);
        return py_raise_obj(e, (py_traceback *)tb);
    }
    if (py_is_exception(type) || py_is_oldinst(type)) {
        if (value && value != py_None)
            return py_raise(&py_TypeError,
                            "instance exception may not have a separate value");
        return py_raise_obj(type, (py_traceback *)tb);
    }
    return py_raise(&py_TypeError,
                    "exceptions must be old-style classes or derived from "
                    "BaseException, not %T",
                    type);
}

/* ------------------------------------------------------------- matching */

void py_err_clear(void)
{
    set_exception(NULL, NULL);
}

static int class_matches(py_object *cls, py_object *spec)
{
    if (py_is_str(spec))
        return py_warn(&py_DeprecationWarning,
                       "catching of string exceptions is deprecated", 1);
    if (cls == spec)
        return 1;
    if (PY_IS(cls, PY_TF_TYPE) && PY_IS(spec, PY_TF_TYPE) &&
        (((py_type *)spec)->flags & PY_TF_EXC))
        return py_subtype((py_type *)cls, (py_type *)spec);
    if (is_exc_class(cls) && is_exc_class(spec)) {
        struct py_savedexc s = py_err_save();
        int r = py_issubclass(cls, spec);
        if (r < 0) {
            py_err_unraisable(cls);
            r = 0;
        }
        py_err_restore(s);
        return r;
    }
    return 0;
}

int py_exc_matches(py_object *exc, py_object *spec)
{
    if (!exc || !spec)
        return 0;
    if (py_is_tuple(spec)) {
        py_tuple *t = (py_tuple *)spec;
        for (intptr_t i = 0; i < t->n; i++) {
            int r = py_exc_matches(exc, t->item[i]);
            if (r)
                return r;
        }
        return 0;
    }
    py_object *cls = exc;
    if (py_is_exception(exc) || py_is_oldinst(exc))
        cls = py_exc_class(exc);
    return class_matches(cls, spec);
}

int py_err_matches(py_type *type)
{
    return py_ec->exc && py_exc_matches(py_ec->exc, &type->base);
}

int py_err_catch(py_type *type)
{
    if (!py_err_matches(type))
        return 0;
    py_err_clear();
    return 1;
}

struct py_savedexc py_err_save(void)
{
    struct py_savedexc s = {py_ec->exc, py_ec->exc_tb};
    set_exception(NULL, NULL);
    return s;
}

void py_err_restore(struct py_savedexc s)
{
    set_exception(s.exc, s.tb);
}

void py_err_unraisable(py_object *where)
{
    struct py_savedexc s = py_err_save();
    if (!s.exc)
        return;
    py_object *cls = py_exc_class(s.exc);
    py_str *text = NULL;
    py_object *name = py_getattr_cstr(cls, "__name__");
    py_object *mod = py_getattr_cstr(cls, "__module__");
    py_err_clear();
    const char *prefix = "", *dot = "";
    if (mod && py_is_str(mod) && !py_str_eq_cstr((py_str *)mod, "exceptions")) {
        prefix = py_str_cstr((py_str *)mod);
        dot = ".";
    }
    const char *cname =
        name && py_is_str(name) ? py_str_cstr((py_str *)name) : "<unknown>";
    text = where ? py_str_format_c("Exception %s%s%s: %R in %R ignored\n",
                                   prefix, dot, cname, py_str_of(s.exc), where)
                 : py_str_format_c("Exception %s%s%s: %R ignored\n", prefix,
                                   dot, cname, py_str_of(s.exc));
    py_module *sys = py_module_add("sys");
    py_object *file = py_dict_get_str(sys->dict, py_id_stderr);
    if (text && file && file != py_None)
        py_call_method1(file, py_id_write, (py_object *)text);
    py_err_clear();
}

/* ------------------------------------------------------------- recursion */

/* The C stack's end, with room for one deep C call left. */
void py_ec_init_stack(void);
void py_ec_init_stack(void)
{
    struct rlimit rl;
    size_t size = (size_t)8 << 20;
    if (getrlimit(RLIMIT_STACK, &rl) == 0 && rl.rlim_cur != RLIM_INFINITY)
        size = rl.rlim_cur;
    else if (rl.rlim_cur == RLIM_INFINITY)
        size = (size_t)64 << 20;
    char *here = __builtin_frame_address(0);
    py_ec->stack_limit = here - size + ((size_t)256 << 10);
}

tw_dont_look_inside int py_recursion_error(const char *where)
{
    struct py_ec *ec = py_ec;
    ec->depth--;
    ec->overflowed = 1;
    /* Making the exception needs some room of its own. */
    int32_t limit = ec->depth_limit;
    char *stack = ec->stack_limit;
    ec->depth_limit = limit + 50;
    ec->stack_limit = stack - (128 << 10);
    py_raise(&py_RuntimeError, "maximum recursion depth exceeded%s", where);
    ec->depth_limit = limit;
    ec->stack_limit = stack;
    ec->overflowed = 0;
    return -1;
}

int py_stack_is_low(struct py_ec *ec)
{
    return (char *)__builtin_frame_address(0) < ec->stack_limit;
}

int py_recursion_enter(const char *where)
{
    return py_recursion_enter_fast(py_ec, where);
}

int py_repr_enter(py_object *o)
{
    struct py_ec *ec = py_ec;
    if (!ec->repr_stack)
        ec->repr_stack = py_list_new();
    py_list *l = ec->repr_stack;
    for (intptr_t i = py_list_len(l); i-- > 0;)
        if (py_list_get(l, i) == o)
            return 1;
    return py_list_append(l, o);
}

void py_repr_leave(py_object *o)
{
    py_list *l = py_ec->repr_stack;
    for (intptr_t i = l ? py_list_len(l) : 0; i-- > 0;)
        if (py_list_get(l, i) == o) {
            py_list_pop(l, i);
            return;
        }
}

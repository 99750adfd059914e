/*
 * errors.h: the execution context, raising, matching and recursion.
 *
 * Role: an error travels as NULL/-1 with the exception in py_ec->exc. It is
 * always a normalized *value* (an exception object, or an old-style instance);
 * its class is derived from it. py_ec points to the running thread's context;
 * the switch of the GIL swaps it.
 */
#ifndef PY_ERRORS_H
#define PY_ERRORS_H

#include "objects/object.h"

/* One per Python thread. */
struct py_ec {
    py_frame *frame;       /* the innermost one */
    py_object *exc;        /* the exception on its way, or NULL */
    py_traceback *exc_tb;  /* its traceback so far, or NULL */
    /* What sys.exc_info() says: the exception being handled, or NULL. */
    py_object *handled_type, *handled, *handled_tb;
    int32_t depth;         /* of Python-level recursion */
    int32_t depth_limit;
    int32_t escape_mark;   /* see py_frame_done */
    uint8_t tracing;       /* inside a trace function */
    uint8_t use_tracing;   /* a trace or profile function is set */
    uint8_t overflowed;    /* handling "recursion depth exceeded" */
    char *stack_limit;     /* lowest address that the C stack may reach */
    py_object *tracefunc, *profilefunc;
    py_dict *dict;         /* thread-local storage */
    py_object *async_exc;
    py_list *repr_stack;
    int64_t thread_id;
    struct py_ec *next;
};
extern struct py_ec *py_ec;
TW_IMMUTABLE(py_ec, thread_id);

/* Things that want the eval loop's attention: tested at backward jumps and on
 * function entry (one load of a global). Set from signal handlers too. */
enum {
    PY_ACTION_SIGNAL = 1,
    PY_ACTION_SWITCH = 2, /* another thread waits for the GIL */
    PY_ACTION_FINALIZE = 4,
    PY_ACTION_ASYNC = 8
};
extern volatile int32_t py_action_flags;
extern int (*py_action_handler[32])(void); /* by bit; -1 with exception */
void py_action_set(int bits);
int py_action_run(void); /* -1 with an exception */

/* --- exception types: py_TypeError, py_ValueError, ... */
#define PY_EXC(name, base_, layout, doc_, row) extern py_type py_##name;
#include "objects/exceptions.def"
#undef PY_EXC

/* A new class of exceptions for a built-in module; name is "module.name". */
py_object *py_exception_new(const char *name, py_type *base);

/* A formatting function by its format, a literal: %R and %S may run any Python
 * code; formats without them have functions of their own, so that who calls those
 * is known to run none. */
#define PY_BY_FORMAT(text, objects, fmt, ...)                                  \
    (__builtin_strchr(fmt, 'R') || __builtin_strchr(fmt, 'S') ? objects : text)

/* --- raising. All return NULL so that `return py_raise(...)` reads well; in
 * functions returning int use `return py_raise_i(...)`, which gives -1.
 * Formats: those of py_str_format_c (strobject.h): %s %d %i %ld %zd %lld %x %c
 * %.Ns, and %R repr of an object, %S str of it, %T the type name of it. The
 * type is a built-in exception, or one that C code made. */
#define py_raise(type, ...)                                                    \
    PY_BY_FORMAT(py_raise_text, py_raise_objects, __VA_ARGS__, 0)              \
    (type, __VA_ARGS__)
#define py_raise_i(type, ...)                                                  \
    PY_BY_FORMAT(py_raise_text_i, py_raise_objects_i, __VA_ARGS__, 0)          \
    (type, __VA_ARGS__)
void *py_raise_text(py_type *type, const char *fmt, ...);
void *py_raise_objects(py_type *type, const char *fmt, ...);
int py_raise_text_i(py_type *type, const char *fmt, ...);
int py_raise_objects_i(py_type *type, const char *fmt, ...);
/* type(value): one argument whatever value is (a tuple, too). */
void *py_raise_value(py_type *type, py_object *value);
void *py_raise_none(py_type *type); /* type() */
/* `value` is an exception instance already (or an old-style instance). */
void *py_raise_obj(py_object *value, py_traceback *tb);
/* What the statement `raise a, b, c` does (any may be NULL); always an error. */
void *py_raise_statement(py_object *type, py_object *value, py_object *tb);
void *py_raise_nomemory(void);
/* type(errno, strerror(errno)[, filename]) */
void *py_raise_errno(py_type *type);
void *py_raise_errno_file(py_type *type, py_object *filename);
/* TypeError "bad argument"-like internal misuse: SystemError. */
void *py_raise_badcall(const char *where);

static inline int py_err_occurred(void)
{
    return py_ec->exc != NULL;
}
void py_err_clear(void);
/* Does the current exception match a class or a tuple of classes? */
int py_err_matches(py_type *type);
int py_exc_matches(py_object *exc_or_type, py_object *spec); /* 0, 1, -1 */
/* The class of an exception value. */
py_object *py_exc_class(py_object *value);
/* If the exception is of that type, clears it and returns 1. */
int py_err_catch(py_type *type);

/* Takes the current exception aside while something else runs. */
struct py_savedexc {
    py_object *exc;
    py_traceback *tb;
};
struct py_savedexc py_err_save(void); /* clears */
void py_err_restore(struct py_savedexc s); /* replaces */
/* Prints "Exception ... in ... ignored" to stderr and clears. */
void py_err_unraisable(py_object *where);
/* Prints the current exception with traceback through sys.excepthook, sets
 * sys.last_*, clears. */
void py_err_print(void);

/* --- warnings: 0, or -1 when a filter makes it an exception */
int py_warn(py_type *category, const char *message, int stack_level);
int py_warn_explicit(py_type *category, const char *message,
                     const char *filename, int lineno);

/* --- recursion. Around C code that may recurse through Python objects:
 *     if (py_recursion_enter(" in cmp")) return NULL;  ...  py_recursion_leave();
 */
int py_recursion_enter(const char *where);
int py_recursion_error(const char *where); /* leaves again; -1 */
tw_dont_look_inside int py_stack_is_low(struct py_ec *ec);
/* The same, inlined. Machine code made by the JIT keeps to the depth alone: its
 * frames are small. */
static inline int py_recursion_enter_fast(struct py_ec *ec, const char *where)
{
    if (PY_UNLIKELY(++ec->depth > ec->depth_limit))
        return py_recursion_error(where);
    if (!tw_we_are_jitted() && PY_UNLIKELY(py_stack_is_low(ec)))
        return py_recursion_error(where);
    return 0;
}
static inline void py_recursion_leave(void)
{
    py_ec->depth--;
}
/* For container reprs: 0 entered, 1 o is being represented already, -1. */
int py_repr_enter(py_object *o);
void py_repr_leave(py_object *o);

/* A bug in python27 itself: message and abort. */
_Noreturn void py_fatal(const char *message);

#endif

/*
 * evalops.h: the fast cases of operators, inlined into the eval loop, and the
 * larger operations of evalops.c.
 */
#ifndef PY_EVALOPS_H
#define PY_EVALOPS_H

#include "objects/runtime.h"

#define BOTH(a, b, t) (py_type_of(a) == (t) && py_type_of(b) == (t))

#define FAST_ARITH(name, overflow, op)                                         \
    static inline py_object *fast_##name(py_object *a, py_object *b)           \
    {                                                                          \
        if (BOTH(a, b, &py_int_type)) {                                        \
            int64_t r;                                                         \
            if (PY_LIKELY(!overflow(py_int_value(a), py_int_value(b), &r)))    \
                return py_int_new(r);                                          \
        } else if (BOTH(a, b, &py_float_type)) {                               \
            return py_float_new(py_float_value(a) op py_float_value(b));       \
        }                                                                      \
        return py_##name(a, b);                                                \
    }                                                                          \
    static inline py_object *fast_i##name(py_object *a, py_object *b)          \
    {                                                                          \
        if (BOTH(a, b, &py_int_type)) {                                        \
            int64_t r;                                                         \
            if (PY_LIKELY(!overflow(py_int_value(a), py_int_value(b), &r)))    \
                return py_int_new(r);                                          \
        } else if (BOTH(a, b, &py_float_type)) {                               \
            return py_float_new(py_float_value(a) op py_float_value(b));       \
        }                                                                      \
        return py_i##name(a, b);                                               \
    }
FAST_ARITH(add, __builtin_add_overflow, +)
FAST_ARITH(sub, __builtin_sub_overflow, -)
FAST_ARITH(mul, __builtin_mul_overflow, *)

#define FAST_BITS(name, op)                                                    \
    static inline py_object *fast_##name(py_object *a, py_object *b)           \
    {                                                                          \
        if (BOTH(a, b, &py_int_type))                                          \
            return py_int_new(py_int_value(a) op py_int_value(b));             \
        return py_##name(a, b);                                                \
    }
FAST_BITS(and, &)
FAST_BITS(or, |)
FAST_BITS(xor, ^)

/* In traces, a divisor known as 2 to some power: a shift rounds down by itself. */
static inline int is_known_power(int64_t y) /* y > 0 */
{
    return tw_isconstant(y) && (y & (y - 1)) == 0;
}

/* Division by a constant-like positive int: no sign correction needed when
 * both are positive. */
static inline py_object *fast_mod(py_object *a, py_object *b)
{
    if (BOTH(a, b, &py_int_type) && py_int_value(b) > 0) {
        if (is_known_power(py_int_value(b)))
            return py_int_new(py_int_value(a) & (py_int_value(b) - 1));
        int64_t r = py_int_value(a) % py_int_value(b);
        return py_int_new(r < 0 ? r + py_int_value(b) : r);
    }
    return py_mod(a, b);
}

static inline int64_t floor_quotient(int64_t x, int64_t y) /* y > 0 */
{
    if (is_known_power(y))
        return x >> __builtin_ctzll((uint64_t)y);
    int64_t q = x / y;
    return q - (x % y < 0);
}

static inline py_object *fast_floordiv(py_object *a, py_object *b)
{
    if (BOTH(a, b, &py_int_type) && py_int_value(b) > 0)
        return py_int_new(floor_quotient(py_int_value(a), py_int_value(b)));
    return py_floordiv(a, b);
}

static inline py_object *fast_div(py_object *a, py_object *b)
{
    if (BOTH(a, b, &py_float_type)) {
        double y = py_float_value(b);
        if (y != 0.0)
            return py_float_new(py_float_value(a) / y);
    } else if (BOTH(a, b, &py_int_type) && py_int_value(b) > 0) {
        return py_int_new(floor_quotient(py_int_value(a), py_int_value(b)));
    }
    return py_div(a, b);
}

static inline py_object *fast_getitem(py_object *o, py_object *key)
{
    if (py_type_of(o) == &py_list_type && py_type_of(key) == &py_int_type) {
        py_list *l = (py_list *)o;
        int64_t i = py_int_value(key), n = l->n;
        if (i < 0)
            i += n;
        if (PY_LIKELY((uint64_t)i < (uint64_t)n)) {
            const struct py_list_strategy *s = tw_promote(l->strategy);
            if (s == &py_list_objects)
                return ((struct py_objarray *)l->storage)->item[i];
            return s->getitem(l, i);
        }
    } else if (py_type_of(o) == &py_tuple_type &&
               py_type_of(key) == &py_int_type) {
        py_tuple *t = (py_tuple *)o;
        int64_t i = py_int_value(key), n = t->n;
        if (i < 0)
            i += n;
        if (PY_LIKELY((uint64_t)i < (uint64_t)n))
            return t->item[i];
    }
    return py_getitem(o, key);
}

#define COMPARE(x, y, op)                                                      \
    ((op) == PY_LT   ? (x) < (y)                                               \
     : (op) == PY_LE ? (x) <= (y)                                              \
     : (op) == PY_EQ ? (x) == (y)                                              \
     : (op) == PY_NE ? (x) != (y)                                              \
     : (op) == PY_GT ? (x) > (y)                                               \
                     : (x) >= (y))

py_object *py_compare_op(py_object *a, py_object *b, int op);

static inline py_object *fast_compare(py_object *a, py_object *b, int op)
{
    if (op <= PY_GE) {
        if (BOTH(a, b, &py_int_type))
            return py_bool(COMPARE(py_int_value(a), py_int_value(b), op));
        if (BOTH(a, b, &py_float_type))
            return py_bool(COMPARE(py_float_value(a), py_float_value(b), op));
        if (BOTH(a, b, &py_str_type))
            return py_str_type.tp_richcompare(a, b, op);
        return py_richcompare(a, b, op);
    }
    if (op == PY_CMP_IS)
        return py_bool(py_is(a, b));
    if (op == PY_CMP_IS_NOT)
        return py_bool(!py_is(a, b));
    if (op == PY_CMP_EXC_MATCH && PY_IS(a, PY_TF_TYPE) &&
        PY_IS(b, PY_TF_TYPE) && (((py_type *)tw_promote(b))->flags & PY_TF_EXC))
        return py_bool(
            py_subtype((py_type *)tw_promote(a), (py_type *)tw_promote(b)));
    return py_compare_op(a, b, op);
}

/* Truth, quickly for the usual answers. */
static inline int fast_true(py_object *o)
{
    if (o == py_True)
        return 1;
    if (o == py_False || o == py_None)
        return 0;
    if (py_type_of(o) == &py_int_type)
        return py_int_value(o) != 0;
    return py_is_true(o);
}

/* --- evalops.c; NULL or -1 with exception */
int py_print_item(py_object *v, py_object *file); /* file NULL: stdout */
int py_print_newline(py_object *file);
int py_print_expr(py_object *v);
py_object *py_load_name(py_frame *f, py_str *name);
int py_store_name(py_frame *f, py_str *name, py_object *v);
int py_delete_name(py_frame *f, py_str *name);
py_object *py_load_global(py_frame *f, py_str *name);
int py_delete_global(py_frame *f, py_str *name);
void *py_unbound(py_code *code, int slot, int is_cell);
/* Pushes n items of seq in reverse from slots[depth] on. */
int py_unpack(py_frame *f, py_object *seq, int n, int depth);
py_object *py_build_class(py_frame *f, py_object *methods, py_object *bases,
                          py_object *name);
py_object *py_import_stmt(py_frame *f, py_str *name, py_object *level,
                          py_object *fromlist);
py_object *py_import_from(py_object *module, py_str *name);
int py_import_star(py_frame *f, py_object *module);
int py_exec_stmt(py_frame *f, py_object *code, py_object *globals,
                 py_object *locals);
py_object *py_special(py_object *o, py_str *name);
/* Containers of the n topmost values of a stack of that depth; the values are
 * taken off (the slots cleared). */
py_tuple *py_build_tuple(py_frame *f, int depth, int n);
py_list *py_build_list(py_frame *f, int depth, int n);
py_set *py_build_set(py_frame *f, int depth, int n);

/* --- trace.c: sys.settrace and sys.setprofile. */
/* Before the frame runs (pc < 0: is thrown into); -1 with exception. */
int py_trace_enter(py_frame *f, struct py_ec *ec, int pc);
/* Before each instruction of a traced frame: where to go on, pc << 32 | depth,
 * or -1. */
int64_t py_trace_line(py_frame *f, struct py_ec *ec, int pc, int depth);
/* Before and after f calls a C function, for the profile function; -1. */
int py_trace_c_call(py_frame *f, struct py_ec *ec, const char *what,
                    py_object *callee);
void py_trace_exception(py_frame *f, struct py_ec *ec);
/* After it; result may be NULL. Returns it, or NULL when tracing raised. */
py_object *py_trace_leave(py_frame *f, struct py_ec *ec, py_object *result);

#endif

/*
 * intobject.c: int and bool. Results that leave 64 bits become longs: the
 * overflow test is one instruction here and one guard in a trace.
 * Neighbours: longobject.c takes over on overflow, numparse.c reads text.
 */
#include "objects/intobject.h"

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/format.h"
#include "objects/numparse.h"
#include "objects/strobject.h"

TW_GC_TYPE_ATOMIC(py_int);

struct py_int py_smallints[PY_SMALLINT_MAX - PY_SMALLINT_MIN + 1];
struct py_int py_true_object = {{&py_bool_type}, 1};
struct py_int py_false_object = {{&py_bool_type}, 0};

__attribute__((constructor)) static void make_smallints(void)
{
    for (int k = PY_SMALLINT_MIN; k <= PY_SMALLINT_MAX; k++) {
        py_smallints[k - PY_SMALLINT_MIN].base.type = &py_int_type;
        py_smallints[k - PY_SMALLINT_MIN].value = k;
    }
}

#define BOTH_INT(a, b) (py_is_int(a) && py_is_int(b))
#define A py_int_value(a)
#define B py_int_value(b)

/* ------------------------------------------------------------- arithmetic */

static py_object *int_add(py_object *a, py_object *b)
{
    int64_t r;

    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (__builtin_add_overflow(A, B, &r))
        return py_long_type.nb_add(a, b);
    return py_int_new(r);
}

static py_object *int_sub(py_object *a, py_object *b)
{
    int64_t r;

    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (__builtin_sub_overflow(A, B, &r))
        return py_long_type.nb_sub(a, b);
    return py_int_new(r);
}

static py_object *int_mul(py_object *a, py_object *b)
{
    int64_t r;

    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (__builtin_mul_overflow(A, B, &r))
        return py_long_type.nb_mul(a, b);
    return py_int_new(r);
}

static void *zero_division(void)
{
    return py_raise(&py_ZeroDivisionError,
                    "integer division or modulo by zero");
}

/* Floor division; y is neither 0 nor (with INT64_MIN) -1. */
static inline int64_t floor_div(int64_t x, int64_t y)
{
    int64_t q = x / y;

    return q - ((x % y != 0) & ((x ^ y) < 0));
}

static inline int64_t floor_mod(int64_t x, int64_t y)
{
    int64_t r = x % y;

    return r + (((r != 0) & ((r ^ y) < 0)) ? y : 0);
}

static py_object *int_div(py_object *a, py_object *b)
{
    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (PY_UNLIKELY(B == 0))
        return zero_division();
    if (PY_UNLIKELY(B == -1)) {
        if (A == INT64_MIN)
            return py_long_type.nb_floordiv(a, b);
        return py_int_new(-A);
    }
    return py_int_new(floor_div(A, B));
}

static py_object *int_mod(py_object *a, py_object *b)
{
    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (PY_UNLIKELY(B == 0))
        return zero_division();
    if (PY_UNLIKELY(B == -1))
        return py_int_new(0);
    return py_int_new(floor_mod(A, B));
}

static py_object *int_divmod(py_object *a, py_object *b)
{
    py_object *q, *r;

    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    q = int_div(a, b);
    r = q ? int_mod(a, b) : NULL;
    return r ? (py_object *)py_tuple_pack2(q, r) : NULL;
}

static py_object *int_truediv(py_object *a, py_object *b)
{
    const int64_t exact = (int64_t)1 << 53;

    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (B == 0)
        return py_raise(&py_ZeroDivisionError, "division by zero");
    if (A >= -exact && A <= exact && B >= -exact && B <= exact)
        return py_float_new((double)A / (double)B);
    return py_long_type.nb_truediv(a, b); /* rounds correctly */
}

/* x**y for y >= 0; *overflow set when the result does not fit. */
static int64_t power(int64_t x, int64_t y, int *overflow)
{
    int64_t r = 1;

    while (y) {
        if (y & 1)
            *overflow |= __builtin_mul_overflow(r, x, &r);
        y >>= 1;
        if (y)
            *overflow |= __builtin_mul_overflow(x, x, &x);
        if (*overflow)
            break;
    }
    return r;
}

static py_object *int_pow(py_object *a, py_object *b, py_object *mod)
{
    int64_t r;
    int overflow = 0;

    if (!BOTH_INT(a, b) || (mod != py_None && !py_is_int(mod)))
        return py_NotImplemented;
    if (mod != py_None)
        return py_long_normalize(py_long_type.nb_pow(a, b, mod));
    if (B < 0)
        return py_float_type.nb_pow(py_float_new((double)A),
                                    py_float_new((double)B), py_None);
    r = power(A, B, &overflow);
    return overflow ? py_long_type.nb_pow(a, b, mod) : py_int_new(r);
}

static py_object *int_neg(py_object *a)
{
    if (A == INT64_MIN)
        return py_long_type.nb_neg(py_long_from_int64(A));
    return py_int_new(-A);
}

static py_object *int_int(py_object *a)
{
    return py_type_of(a) == &py_int_type ? a : py_int_new(A);
}

static py_object *int_abs(py_object *a)
{
    return A < 0 ? int_neg(a) : int_int(a);
}

static py_object *int_invert(py_object *a)
{
    return py_int_new(~A);
}

static int int_nonzero(py_object *a)
{
    return A != 0;
}

static py_object *int_lshift(py_object *a, py_object *b)
{
    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (B < 0)
        return py_raise(&py_ValueError, "negative shift count");
    if (A == 0 || B == 0)
        return int_int(a);
    if (B < 64) {
        int64_t r = (int64_t)((uint64_t)A << B);

        if (r >> B == A)
            return py_int_new(r);
    }
    return py_long_type.nb_lshift(a, b);
}

static py_object *int_rshift(py_object *a, py_object *b)
{
    if (!BOTH_INT(a, b))
        return py_NotImplemented;
    if (B < 0)
        return py_raise(&py_ValueError, "negative shift count");
    return py_int_new(A >> (B > 63 ? 63 : B));
}

static py_object *int_and(py_object *a, py_object *b)
{
    return BOTH_INT(a, b) ? py_int_new(A & B) : py_NotImplemented;
}

static py_object *int_or(py_object *a, py_object *b)
{
    return BOTH_INT(a, b) ? py_int_new(A | B) : py_NotImplemented;
}

static py_object *int_xor(py_object *a, py_object *b)
{
    return BOTH_INT(a, b) ? py_int_new(A ^ B) : py_NotImplemented;
}

static py_object *int_coerce(py_object *a, py_object *b)
{
    return BOTH_INT(a, b) ? (py_object *)py_tuple_pack2(a, b)
                          : py_NotImplemented;
}

/* ------------------------------------------------------------ conversions */

static py_object *int_long(py_object *a)
{
    return py_long_from_int64(A);
}

static py_object *int_float(py_object *a)
{
    return py_float_new((double)A);
}

/* Text of v in base 8, 10 or 16 with its prefix, sign first. */
static py_object *text_of(int64_t v, int base)
{
    char buf[32], *p = buf + sizeof buf;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do {
        *--p = "0123456789abcdef"[u % (unsigned)base];
        u /= (unsigned)base;
    } while (u);
    if (base == 16) {
        *--p = 'x';
        *--p = '0';
    } else if (base == 8 && v != 0) {
        *--p = '0';
    }
    if (v < 0)
        *--p = '-';
    return (py_object *)py_str_new(p, buf + sizeof buf - p);
}

static py_object *int_repr(py_object *a)
{
    return text_of(A, 10);
}

static py_object *int_oct(py_object *a)
{
    return text_of(A, 8);
}

static py_object *int_hex(py_object *a)
{
    return text_of(A, 16);
}

static int64_t int_hash(py_object *a)
{
    return A == -1 ? -2 : A;
}

static int int_compare(py_object *a, py_object *b)
{
    return (A > B) - (A < B);
}

/* ------------------------------------------------------------ construction */

static py_object *int_from(py_object *x, py_object *base)
{
    const char *s;
    intptr_t n;
    int64_t b;

    if (!x) {
        if (base)
            return py_raise(&py_TypeError, "int() missing string argument");
        return py_int_new(0);
    }
    if (!base)
        return py_number_int(x);
    if (!py_is_str(x) && !py_is_unicode(x))
        return py_raise(&py_TypeError,
                        "int() can't convert non-string with explicit base");
    b = py_as_int(base);
    if (b == -1 && py_err_occurred())
        return NULL;
    s = py_number_text(x, &n);
    return s ? py_int_from_digits(s, n, (int)b) : NULL;
}

static py_object *int_new(py_type *type, py_object *const *args, intptr_t nargs,
                          py_tuple *kwnames)
{
    static const char *const names[] = {"x", "base"};
    py_object *out[2], *v;
    py_int *o;
    int64_t value;

    if (py_args_kw("int", args, nargs, kwnames, names, 2, 0, out) < 0)
        return NULL;
    v = int_from(out[0], out[1]);
    if (!v || type == &py_int_type)
        return v;
    if (!py_fits_int64(v, &value))
        return py_raise(&py_OverflowError,
                        "Python int too large to convert to C long");
    o = (py_int *)py_alloc(type, 0);
    if (o)
        o->value = value;
    return (py_object *)o;
}

/* ---------------------------------------------------------------- methods */

static py_object *int_conjugate(py_object *a)
{
    return int_int(a);
}

static py_object *int_bit_length(py_object *a)
{
    uint64_t u = A < 0 ? 0 - (uint64_t)A : (uint64_t)A;

    return py_int_new(u ? 64 - __builtin_clzll(u) : 0);
}

static py_object *int_getnewargs(py_object *a)
{
    return (py_object *)py_tuple_pack1(py_int_new(A));
}

static const struct py_methoddef int_methods[] = {
    PY_M0("conjugate", int_conjugate,
          "The number itself: it is its own complex conjugate."),
    PY_M0("bit_length", int_bit_length,
          "How many bits the absolute value takes; 0 for 0."),
    PY_M0("__trunc__", int_conjugate, "The number itself."),
    PY_M0("__getnewargs__", int_getnewargs, NULL),
    PY_M1("__format__", py_int_format, NULL),
    PY_MEND,
};

static py_object *get_real(py_object *a, void *data)
{
    (void)data;
    return int_int(a);
}

static py_object *get_const(py_object *a, void *data)
{
    (void)a;
    return py_int_new((intptr_t)data);
}

static const struct py_getset int_getset[] = {
    {"real", get_real, NULL, "the real part of a complex number", NULL},
    {"imag", get_const, NULL, "the imaginary part of a complex number",
     (void *)0},
    {"numerator", get_real, NULL,
     "the numerator of a rational number in lowest terms", NULL},
    {"denominator", get_const, NULL,
     "the denominator of a rational number in lowest terms", (void *)1},
    {NULL, NULL, NULL, NULL, NULL},
};

py_type py_int_type = {
    PY_TYPE_HEAD("int", py_int),
    .flags = PY_TF_BASE | PY_TF_INT | PY_TF_INDEX,
    .doc = "int(x=0) -> int or long\nint(x, base=10) -> int or long\n\n"
           "The integer that a number or a string stands for; numbers are cut "
           "off towards\n"
           "zero, and what does not fit in 64 bits becomes a long. With a "
           "base, x must be a\n"
           "string of digits of that base (2 to 36; 0 goes by the prefix 0x, "
           "0o, 0b or 0).",
    .methods = int_methods,
    .getset = int_getset,
    .nb_add = int_add,
    .nb_sub = int_sub,
    .nb_mul = int_mul,
    .nb_div = int_div,
    .nb_mod = int_mod,
    .nb_divmod = int_divmod,
    .nb_pow = int_pow,
    .nb_neg = int_neg,
    .nb_pos = int_int,
    .nb_abs = int_abs,
    .nb_nonzero = int_nonzero,
    .nb_invert = int_invert,
    .nb_lshift = int_lshift,
    .nb_rshift = int_rshift,
    .nb_and = int_and,
    .nb_xor = int_xor,
    .nb_or = int_or,
    .nb_floordiv = int_div,
    .nb_truediv = int_truediv,
    .nb_coerce = int_coerce,
    .nb_int = int_int,
    .nb_long = int_long,
    .nb_float = int_float,
    .nb_oct = int_oct,
    .nb_hex = int_hex,
    .nb_index = int_int,
    .tp_repr = int_repr,
    .tp_hash = int_hash,
    .tp_compare = int_compare,
    .tp_new = int_new,
};

/* ------------------------------------------------------------------- bool */

static py_object *bool_repr(py_object *a)
{
    return (py_object *)py_intern_cstr(A ? "True" : "False");
}

#define BOTH_BOOL(a, b)                                                        \
    (py_type_of(a) == &py_bool_type && py_type_of(b) == &py_bool_type)

static py_object *bool_and(py_object *a, py_object *b)
{
    return BOTH_BOOL(a, b) ? py_bool((A & B) != 0) : int_and(a, b);
}

static py_object *bool_or(py_object *a, py_object *b)
{
    return BOTH_BOOL(a, b) ? py_bool((A | B) != 0) : int_or(a, b);
}

static py_object *bool_xor(py_object *a, py_object *b)
{
    return BOTH_BOOL(a, b) ? py_bool((A ^ B) != 0) : int_xor(a, b);
}

static py_object *bool_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"x"};
    py_object *x;
    int truth;

    (void)type;
    if (py_args_kw("bool", args, nargs, kwnames, names, 1, 0, &x) < 0)
        return NULL;
    truth = x ? py_is_true(x) : 0;
    return truth < 0 ? NULL : py_bool(truth);
}

py_type py_bool_type = {
    PY_TYPE_HEAD("bool", py_int),
    .base_type = &py_int_type,
    .flags = PY_TF_INT | PY_TF_INDEX,
    .doc = "bool(x) -> bool\n\nTrue when x is true in the sense of an if, else "
           "False. These are\n"
           "the only two instances, and the class cannot be subclassed.",
    .nb_and = bool_and,
    .nb_xor = bool_xor,
    .nb_or = bool_or,
    .tp_repr = bool_repr,
    .tp_str = bool_repr,
    .tp_new = bool_new,
};

/*
 * floatobject.c: float. Arithmetic is the C double's; what differs (division
 * by zero, the sign of a remainder, powers) is written out.
 * Neighbours: dtoa.c (text), numparse.c (parsing), longobject.c (conversion).
 */
#include <math.h>

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/format.h"
#include "objects/intobject.h"
#include "objects/numparse.h"
#include "objects/strobject.h"

TW_GC_TYPE_ATOMIC(py_float);

/* An operand as a double: 1, or 0 when it is no number that floats work with,
 * or -1 with an exception (a long that is too large). */
static int long_operand(py_object *o, double *v)
{
    if (!py_is_long(o))
        return 0;
    *v = py_as_double(o);
    return *v == -1.0 && py_err_occurred() ? -1 : 1;
}

/* Declares x and y, the values of a and b; a function that returns leaves with
 * NotImplemented or NULL where they have none. */
#define OPERANDS(a, b)                                                         \
    double x, y;                                                               \
    if (py_is_float(a))                                                        \
        x = py_float_value(a);                                                 \
    else if (py_is_int(a))                                                     \
        x = (double)py_int_value(a);                                           \
    else {                                                                     \
        int ok_ = long_operand(a, &x);                                         \
        if (ok_ <= 0)                                                          \
            return ok_ ? NULL : py_NotImplemented;                             \
    }                                                                          \
    if (py_is_float(b))                                                        \
        y = py_float_value(b);                                                 \
    else if (py_is_int(b))                                                     \
        y = (double)py_int_value(b);                                           \
    else {                                                                     \
        int ok_ = long_operand(b, &y);                                         \
        if (ok_ <= 0)                                                          \
            return ok_ ? NULL : py_NotImplemented;                             \
    }

/* ------------------------------------------------------------- arithmetic */

static py_object *float_add(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return py_float_new(x + y);
}

static py_object *float_sub(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return py_float_new(x - y);
}

static py_object *float_mul(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return py_float_new(x * y);
}

static py_object *float_div(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    if (PY_UNLIKELY(y == 0))
        return py_raise(&py_ZeroDivisionError, "float division by zero");
    return py_float_new(x / y);
}

/* The remainder with the sign of y (y not 0). */
static double mod_of(double x, double y)
{
    double m = fmod(x, y);

    if (m != 0) {
        if ((y < 0) != (m < 0))
            m += y;
        return m;
    }
    return copysign(0.0, y);
}

/* The floor of x / y that goes with mod_of. */
static double floordiv_of(double x, double y)
{
    double r = fmod(x, y), q = (x - r) / y,
           f; /* x - r: close to a multiple of y */

    if (r != 0 && (y < 0) != (r < 0))
        q -= 1.0;
    if (q == 0)
        return copysign(0.0, x / y);
    f = floor(q);
    return q - f > 0.5 ? f + 1.0 : f;
}

static py_object *float_mod(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    if (PY_UNLIKELY(y == 0))
        return py_raise(&py_ZeroDivisionError, "float modulo");
    return py_float_new(mod_of(x, y));
}

static py_object *float_divmod(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    if (y == 0)
        return py_raise(&py_ZeroDivisionError, "float divmod()");
    double m = mod_of(x, y);
    return (py_object *)py_tuple_pack2(py_float_new(floordiv_of(x, y)),
                                       py_float_new(m));
}

static py_object *float_floordiv(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    if (y == 0)
        return py_raise(&py_ZeroDivisionError, "float divmod()");
    return py_float_new(floordiv_of(x, y));
}

/* Powers whose result is not what pow() and its errors say at once. Returns a
 * result, or NULL with an exception. */
tw_dont_look_inside static py_object *special_power(double x, double y)
{
    double r;

    if (y == 0)
        return py_float_new(1.0); /* even nan**0 */
    if (isnan(x))
        return py_float_new(x);
    if (isnan(y))
        return py_float_new(x == 1.0 ? 1.0 : y);
    if (isinf(y)) {
        double m = fabs(x);

        if (m == 1.0)
            return py_float_new(1.0);
        return py_float_new((y > 0) == (m > 1.0) ? fabs(y) : 0.0);
    }
    if (isinf(x)) {
        int odd = fmod(fabs(y), 2.0) == 1.0;

        if (y > 0)
            return py_float_new(odd ? x : fabs(x));
        return py_float_new(odd ? copysign(0.0, x) : 0.0);
    }
    if (x == 0) {
        int odd = fmod(fabs(y), 2.0) == 1.0;

        if (y < 0)
            return py_raise(&py_ZeroDivisionError,
                            "0.0 cannot be raised to a negative power");
        return py_float_new(odd ? x : 0.0);
    }
    if (x < 0 && y != floor(y))
        return py_raise(
            &py_ValueError,
            "negative number cannot be raised to a fractional power");
    r = pow(x, y);
    if (isinf(r))
        return py_raise_value(
            &py_OverflowError,
            (py_object *)py_tuple_pack2(
                py_int_new(34),
                (py_object *)py_str_from("Numerical result out of range")));
    return py_float_new(r);
}

static py_object *float_pow(py_object *a, py_object *b, py_object *mod)
{
    if (mod != py_None)
        return py_raise(
            &py_TypeError,
            "pow() 3rd argument not allowed unless all arguments are "
            "integers");
    OPERANDS(a, b)
    /* The plain case, which traces see: x positive, the result finite. */
    if (x > 0 && y == 2.0) {
        double r = x * x;

        if (r < INFINITY)
            return py_float_new(r);
    }
    if (x > 0 && y == 0.5 && x < INFINITY)
        return py_float_new(sqrt(x));
    return special_power(x, y);
}

static py_object *float_neg(py_object *a)
{
    return py_float_new(-py_float_value(a));
}

static py_object *float_float(py_object *a)
{
    return py_type_of(a) == &py_float_type ? a
                                           : py_float_new(py_float_value(a));
}

static py_object *float_abs(py_object *a)
{
    return py_float_new(fabs(py_float_value(a)));
}

static int float_nonzero(py_object *a)
{
    return py_float_value(a) != 0;
}

static py_object *float_int(py_object *a)
{
    double v = py_float_value(a);

    if (v > -9223372036854775808.0 && v < 9223372036854775808.0)
        return py_int_new((int64_t)v);
    return py_long_normalize(py_long_from_double(v));
}

static py_object *float_long(py_object *a)
{
    return py_long_from_double(py_float_value(a));
}

static py_object *float_coerce(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    (void)x;
    (void)y;
    return (py_object *)py_tuple_pack2(py_is_float(a) ? a : py_float_new(x),
                                       py_is_float(b) ? b : py_float_new(y));
}

/* ------------------------------------------------------------- comparison */

static inline int compare_doubles(double x, double y, int op)
{
    switch (op) {
    case PY_LT:
        return x < y;
    case PY_LE:
        return x <= y;
    case PY_EQ:
        return x == y;
    case PY_NE:
        return x != y;
    case PY_GT:
        return x > y;
    default:
        return x >= y;
    }
}

/* The sign of x - n for an int or long n, exactly; x is finite. */
tw_dont_look_inside static int compare_integer(double x, py_object *n)
{
    double whole = floor(x);
    py_object *w;
    int c;

    w = py_long_from_double(whole);
    if (!w)
        return -2;
    c = py_long_type.tp_compare(
        w, py_is_long(n) ? n : py_long_from_int64(py_int_value(n)));
    return c == 0 && x > whole ? 1 : c;
}

static py_object *float_richcompare(py_object *a, py_object *b, int op)
{
    double x = py_float_value(a);
    int64_t n;

    if (py_is_float(b))
        return py_bool(compare_doubles(x, py_float_value(b), op));
    if (py_is_int(b)) {
        n = py_int_value(b);
        if (n >= -((int64_t)1 << 53) && n <= (int64_t)1 << 53)
            return py_bool(compare_doubles(x, (double)n, op));
    } else if (!py_is_long(b)) {
        return py_NotImplemented;
    }
    if (!(x - x == 0)) /* infinite or nan: any integer is like 0 */
        return py_bool(compare_doubles(x, 0.0, op));
    int c = compare_integer(x, b);
    return c == -2 ? NULL : py_bool(compare_doubles(c, 0, op));
}

int64_t py_hash_double(double v)
{
    double whole, frac;
    int exponent;
    int64_t hi;

    if (!(v - v == 0))
        return isinf(v) ? (v < 0 ? -271828 : 314159) : 0;
    frac = modf(v, &whole);
    if (frac == 0) {
        if (whole > -9223372036854775808.0 && whole < 9223372036854775808.0)
            return (int64_t)whole == -1 ? -2 : (int64_t)whole;
        py_object *l = py_long_from_double(whole);
        return l ? py_long_type.tp_hash(l) : -1;
    }
    v = frexp(v, &exponent);
    v *= 2147483648.0;
    hi = (int64_t)v;
    v = (v - (double)hi) * 2147483648.0;
    hi = hi + (int64_t)v + ((int64_t)exponent << 15);
    return hi == -1 ? -2 : hi;
}

static int64_t float_hash(py_object *a)
{
    return py_hash_double(py_float_value(a));
}

/* ------------------------------------------------------------------- text */

static py_object *float_repr(py_object *a)
{
    return (py_object *)py_str_from(
        py_double_to_cstr(py_float_value(a), 'r', 0, PY_DTOA_ADD_DOT_0));
}

static py_object *float_str(py_object *a)
{
    return (py_object *)py_str_from(
        py_double_to_cstr(py_float_value(a), 'g', 12, PY_DTOA_ADD_DOT_0));
}

/* ------------------------------------------------------------ construction */

static py_object *float_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"x"};
    py_object *x, *v;
    py_float *o;

    if (py_args_kw("float", args, nargs, kwnames, names, 1, 0, &x) < 0)
        return NULL;
    if (!x)
        v = py_float_new(0.0);
    else if (py_is_str_exact(x) || py_is_unicode_exact(x) ||
             !py_type_of(x)->nb_float) {
        intptr_t n;
        const char *s = py_is_str(x) || py_is_unicode(x)
                            ? py_number_text(x, &n)
                            : py_buffer_read(x, &n);
        if (!s && py_err_catch(&py_TypeError))
            return py_raise(&py_TypeError,
                            "float() argument must be a string or a number");
        double d = s ? py_float_from_text(s, n) : -1.0;

        if (d == -1.0 && py_err_occurred())
            return NULL;
        v = py_float_new(d);
    } else {
        v = py_number_float(x);
    }
    if (!v || type == &py_float_type)
        return v;
    o = (py_float *)py_alloc(type, 0);
    if (o)
        o->value = py_float_value(v);
    return (py_object *)o;
}

/* ---------------------------------------------------------------- methods */

static py_object *float_is_integer(py_object *a)
{
    double v = py_float_value(a);

    return py_bool(v - v == 0 && v == floor(v));
}

static py_object *float_as_integer_ratio(py_object *a)
{
    double v = py_float_value(a);
    int exponent;
    py_object *n, *d = py_int_new(1), *shift;

    if (isinf(v))
        return py_raise(&py_OverflowError,
                        "Cannot pass infinity to float.as_integer_ratio.");
    if (isnan(v))
        return py_raise(&py_ValueError,
                        "Cannot pass NaN to float.as_integer_ratio.");
    v = frexp(v, &exponent);
    for (int k = 0; k < 300 && v != floor(v); k++) {
        v *= 2.0;
        exponent--;
    }
    n = py_int_from_double(v);
    if (!n)
        return NULL;
    shift = py_int_new(exponent < 0 ? -exponent : exponent);
    if (exponent > 0)
        n = py_lshift(n, shift);
    else
        d = py_lshift(d, shift);
    return n && d ? (py_object *)py_tuple_pack2(n, d) : NULL;
}

static py_object *float_hex(py_object *a)
{
    double v = py_float_value(a), m;
    int e, lead;
    uint64_t bits;

    if (v - v != 0)
        return float_repr(a);
    if (v == 0)
        return (py_object *)py_str_from(signbit(v) ? "-0x0.0p+0" : "0x0.0p+0");
    m = frexp(fabs(v), &e);
    e--;
    lead = 1;
    if (e < -1022) { /* subnormal */
        m = ldexp(m, e + 1022);
        e = -1022;
        lead = (int)(m * 2.0);
    }
    bits = (uint64_t)ldexp(m * 2.0 - lead, 52);
    return (py_object *)py_str_format_c(
        "%s0x%d.%s%s", v < 0 ? "-" : "", lead,
        py_str_cstr(py_str_format_c("%06x%07x",
                                    (unsigned)(bits >> 28) & 0xffffff,
                                    (unsigned)(bits & 0xfffffff))),
        py_str_cstr(
            py_str_format_c("p%s%d", e < 0 ? "-" : "+", e < 0 ? -e : e)));
}

static py_object *float_getnewargs(py_object *a)
{
    return (py_object *)py_tuple_pack1(py_float_new(py_float_value(a)));
}

static py_object *float_getformat(py_object *cls, py_object *kind)
{
    const char *s = py_arg_cstr(kind, "__getformat__", 1);

    (void)cls;
    if (!s)
        return NULL;
    if (strcmp(s, "double") && strcmp(s, "float"))
        return py_raise(
            &py_ValueError,
            "__getformat__() argument 1 must be 'double' or 'float'");
    return (py_object *)py_str_from(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
                                        ? "IEEE, little-endian"
                                        : "IEEE, big-endian");
}

static const struct py_methoddef float_methods[] = {
    PY_M0("conjugate", float_float,
          "The number itself: it is its own complex conjugate."),
    PY_M0("__trunc__", float_int, "The integer towards zero."),
    PY_M0("as_integer_ratio", float_as_integer_ratio,
          "(n, d): two integers whose quotient is exactly this number, d "
          "positive."),
    PY_MF("fromhex", py_float_fromhex, PY_POS, 1, 1, PY_CLASSMETHOD,
          "float.fromhex(text) -> the float that hexadecimal text stands for"),
    PY_M0("hex", float_hex, "The number in hexadecimal, exactly."),
    PY_M0("is_integer", float_is_integer, "True when the number is whole."),
    PY_M0("__getnewargs__", float_getnewargs, NULL),
    PY_MF("__getformat__", float_getformat, PY_POS, 1, 1, PY_CLASSMETHOD,
          "How the C type 'double' or 'float' is laid out."),
    PY_M1("__format__", py_float_format, NULL),
    PY_MEND,
};

static py_object *get_real(py_object *a, void *data)
{
    (void)data;
    return float_float(a);
}

static py_object *get_imag(py_object *a, void *data)
{
    (void)a;
    (void)data;
    return py_float_new(0.0);
}

static const struct py_getset float_getset[] = {
    {"real", get_real, NULL, "the real part of a complex number", NULL},
    {"imag", get_imag, NULL, "the imaginary part of a complex number", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

py_type py_float_type = {
    PY_TYPE_HEAD("float", py_float),
    .flags = PY_TF_BASE | PY_TF_FLOAT,
    .doc = "float(x) -> floating point number\n\nThe double that a string or a "
           "number stands for.",
    .methods = float_methods,
    .getset = float_getset,
    .nb_add = float_add,
    .nb_sub = float_sub,
    .nb_mul = float_mul,
    .nb_div = float_div,
    .nb_mod = float_mod,
    .nb_divmod = float_divmod,
    .nb_pow = float_pow,
    .nb_neg = float_neg,
    .nb_pos = float_float,
    .nb_abs = float_abs,
    .nb_nonzero = float_nonzero,
    .nb_floordiv = float_floordiv,
    .nb_truediv = float_div,
    .nb_coerce = float_coerce,
    .nb_int = float_int,
    .nb_long = float_long,
    .nb_float = float_float,
    .tp_repr = float_repr,
    .tp_str = float_str,
    .tp_hash = float_hash,
    .tp_richcompare = float_richcompare,
    .tp_new = float_new,
};

/*
 * math.c: the module math: the C library's functions with Python's errors. A
 * nan that did not come in is a domain error, an infinity from finite numbers
 * a range error (or a domain error where the function has a pole).
 */
#include <math.h>

#include "objects/abstract.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/function.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

/* o as a double; -1.0 with exception. Floats are read in line. */
static inline double arg(py_object *o)
{
    return py_is_float_exact(o) ? py_float_value(o) : py_as_double(o);
}
#define BAD(x) PY_UNLIKELY((x) == -1.0 && py_err_occurred())

static void *domain_error(void)
{
    return py_raise(&py_ValueError, "math domain error");
}

static void *range_error(void)
{
    return py_raise(&py_OverflowError, "math range error");
}

/* overflows: an infinite result from a finite argument means out of range. */
static inline py_object *checked(double x, double r, int overflows)
{
    if (PY_UNLIKELY(r != r) && x == x)
        return domain_error();
    if (PY_UNLIKELY(r - r != 0) && x - x == 0)
        return overflows ? range_error() : domain_error();
    return py_float_new(r);
}

#define UNARY(name, expr, overflows)                                           \
    static py_object *m_##name(py_object *self, py_object *o)                  \
    {                                                                          \
        double x = arg(o);                                                     \
                                                                               \
        (void)self;                                                            \
        if (BAD(x))                                                            \
            return NULL;                                                       \
        return checked(x, (expr), overflows);                                  \
    }
UNARY(acos, acos(x), 0)
UNARY(acosh, acosh(x), 0)
UNARY(asin, asin(x), 0)
UNARY(asinh, asinh(x), 0)
UNARY(atan, atan(x), 0)
UNARY(atanh, atanh(x), 0)
UNARY(ceil, ceil(x), 0)
UNARY(cos, cos(x), 0)
UNARY(cosh, cosh(x), 1)
UNARY(erf, erf(x), 0)
UNARY(erfc, erfc(x), 0)
UNARY(exp, exp(x), 1)
UNARY(expm1, expm1(x), 1)
UNARY(fabs, fabs(x), 0)
UNARY(floor, floor(x), 0)
UNARY(log1p, log1p(x), 1)
UNARY(sin, sin(x), 0)
UNARY(sinh, sinh(x), 1)
UNARY(sqrt, sqrt(x), 0)
UNARY(tan, tan(x), 0)
UNARY(tanh, tanh(x), 0)
UNARY(degrees, x * (180.0 / M_PI), 1)
UNARY(radians, x *(M_PI / 180.0), 1)

static py_object *m_gamma(py_object *self, py_object *o)
{
    double x = arg(o), r;

    (void)self;
    if (BAD(x))
        return NULL;
    if (x == -INFINITY || (x <= 0 && x == floor(x)))
        return domain_error();
    r = tgamma(x);
    return checked(x, r, 1);
}

static py_object *m_lgamma(py_object *self, py_object *o)
{
    double x = arg(o);

    (void)self;
    if (BAD(x))
        return NULL;
    if (x <= 0 && x == floor(x) && x - x == 0)
        return domain_error();
    if (isinf(x))
        return py_float_new(INFINITY);
    return checked(x, lgamma(x), 1);
}

/* ---------------------------------------------------------------- logarithms */

/* Of an int or long of any size, through a power of two; -1.0 with exception. */
static double log_of(py_object *o, double (*f)(double))
{
    if (py_is_long(o)) {
        int64_t bits = (int64_t)py_long_bit_length(o), shift = bits - 60;

        if (py_long_sign(o) <= 0) {
            domain_error();
            return -1.0;
        }
        if (shift > 0) {
            py_object *top = py_rshift(o, py_int_new(shift));
            double x = top ? py_as_double(top) : -1.0;

            if (BAD(x))
                return -1.0;
            /* Where the double is exact enough, one logarithm is. */
            if (bits < 1000)
                return f(py_as_double(o));
            return f(x) + (double)shift * f(2.0);
        }
    }
    {
        double x = arg(o);

        if (BAD(x))
            return -1.0;
        if (x > 0 || x != x)
            return f(x);
        domain_error();
        return -1.0;
    }
}

static py_object *m_log(py_object *self, py_object *o, py_object *base)
{
    double n = log_of(o, log), d;

    (void)self;
    if (BAD(n))
        return NULL;
    if (!base)
        return py_float_new(n);
    d = log_of(base, log);
    if (BAD(d))
        return NULL;
    if (d == 0)
        return py_raise(&py_ZeroDivisionError, "float division by zero");
    return py_float_new(n / d);
}

static py_object *m_log10(py_object *self, py_object *o)
{
    double n = log_of(o, log10);

    (void)self;
    return BAD(n) ? NULL : py_float_new(n);
}

/* --------------------------------------------------------------- two numbers */

static py_object *m_pow(py_object *self, py_object *a, py_object *b)
{
    double x = arg(a), y = BAD(x) ? -1.0 : arg(b), r;

    (void)self;
    if (BAD(x) || BAD(y))
        return NULL;
    r = pow(x, y);
    if (r != r && x == x && y == y)
        return domain_error();
    if (isinf(r) && isfinite(x) && isfinite(y))
        return x == 0 ? domain_error() : range_error();
    return py_float_new(r);
}

static py_object *m_fmod(py_object *self, py_object *a, py_object *b)
{
    double x = arg(a), y = BAD(x) ? -1.0 : arg(b), r;

    (void)self;
    if (BAD(x) || BAD(y))
        return NULL;
    if (isinf(y) && isfinite(x))
        return py_float_new(x);
    r = fmod(x, y);
    if (r != r && x == x && y == y)
        return domain_error();
    return py_float_new(r);
}

#define BINARY(name, expr)                                                     \
    static py_object *m_##name(py_object *self, py_object *a, py_object *b)    \
    {                                                                          \
        double x = arg(a), y = BAD(x) ? -1.0 : arg(b), r;                      \
                                                                               \
        (void)self;                                                            \
        if (BAD(x) || BAD(y))                                                  \
            return NULL;                                                       \
        r = (expr);                                                            \
        if (isinf(r) && isfinite(x) && isfinite(y))                            \
            return range_error();                                              \
        return py_float_new(r);                                                \
    }
BINARY(atan2, atan2(x, y))
BINARY(copysign, copysign(x, y))
BINARY(hypot, hypot(x, y))

static py_object *m_ldexp(py_object *self, py_object *a, py_object *b)
{
    double x = arg(a), r;
    int64_t e;

    (void)self;
    if (BAD(x))
        return NULL;
    if (!py_is_int(b) && !py_is_long(b))
        return py_raise(&py_TypeError,
                        "Expected an int or long as second argument to ldexp.");
    if (!py_fits_int64(b, &e))
        e = py_long_sign(b) < 0 ? -100000 : 100000;
    if (x == 0 || !isfinite(x))
        return py_float_new(x);
    if (e > 100000)
        e = 100000;
    r = ldexp(x, e < -100000 ? -100000 : (int)e);
    return isinf(r) ? range_error() : py_float_new(r);
}

static py_object *m_frexp(py_object *self, py_object *o)
{
    double x = arg(o), m;
    int e = 0;

    (void)self;
    if (BAD(x))
        return NULL;
    m = isfinite(x) && x != 0 ? frexp(x, &e) : x;
    return (py_object *)py_tuple_pack2(py_float_new(m), py_int_new(e));
}

static py_object *m_modf(py_object *self, py_object *o)
{
    double x = arg(o), whole, frac;

    (void)self;
    if (BAD(x))
        return NULL;
    if (isinf(x))
        return (py_object *)py_tuple_pack2(py_float_new(copysign(0.0, x)),
                                           py_float_new(x));
    frac = modf(x, &whole);
    return (py_object *)py_tuple_pack2(py_float_new(frac), py_float_new(whole));
}

static py_object *m_isnan(py_object *self, py_object *o)
{
    double x = arg(o);

    (void)self;
    return BAD(x) ? NULL : py_bool(x != x);
}

static py_object *m_isinf(py_object *self, py_object *o)
{
    double x = arg(o);

    (void)self;
    return BAD(x) ? NULL : py_bool(isinf(x));
}

static py_object *m_trunc(py_object *self, py_object *o)
{
    py_object *f;

    (void)self;
    f = py_lookup_special(o, py_id___trunc__);
    if (f)
        return py_call0(f);
    if (py_err_occurred())
        return NULL;
    return py_raise(&py_AttributeError,
                    "'%T' object has no attribute '__trunc__'", o);
}

static py_object *m_factorial(py_object *self, py_object *o)
{
    py_object *r = py_int_new(1);
    int64_t n;

    (void)self;
    if (py_is_float(o)) {
        double x = py_float_value(o);

        if (!(isfinite(x) && x == floor(x)))
            return py_raise(&py_ValueError,
                            "factorial() only accepts integral values");
        n = x > 1e15 ? 1000000000000000 : (int64_t)x;
    } else {
        n = py_as_int64(o);
        if (n == -1 && py_err_occurred())
            return NULL;
    }
    if (n < 0)
        return py_raise(&py_ValueError,
                        "factorial() not defined for negative values");
    for (int64_t k = 2; r && k <= n; k++)
        r = py_mul(r, py_int_new(k));
    return r;
}

/* Exact running sum as a list of doubles that do not overlap (Shewchuk 1997),
 * rounded once at the end. */
static py_object *m_fsum(py_object *self, py_object *seq)
{
    py_object *it = py_iter(seq), *item;
    intptr_t n = 0, cap = 32;
    double *p, special = 0, inf = 0, hi, lo = 0;

    (void)self;
    if (!it)
        return NULL;
    p = tw_gc_malloc_atomic((size_t)cap * sizeof *p);
    while (p && (item = py_iternext(it))) {
        double x = arg(item), given = x;
        intptr_t i = 0;

        if (BAD(x))
            return NULL;
        for (intptr_t j = 0; j < n; j++) {
            volatile double y = p[j], sum, err;

            if (fabs(x) < fabs(y)) {
                double t = x;

                x = y;
                y = t;
            }
            sum = x + y;
            err = y - (sum - x);
            if (err != 0)
                p[i++] = err;
            x = sum;
        }
        n = i;
        if (x != 0) {
            if (!isfinite(x)) {
                if (isfinite(given))
                    return py_raise(&py_OverflowError,
                                    "intermediate overflow in fsum");
                if (isinf(given))
                    inf += given;
                special += given;
                n = 0;
                continue;
            }
            if (n == cap) {
                double *q = tw_gc_malloc_atomic((size_t)cap * 2 * sizeof *q);

                if (!q)
                    return py_raise_nomemory();
                memcpy(q, p, (size_t)n * sizeof *q);
                p = q;
                cap *= 2;
            }
            p[n++] = x;
        }
    }
    if (!p)
        return py_raise_nomemory();
    if (py_err_occurred())
        return NULL;
    if (special != 0 || special != special) {
        if (inf != inf)
            return py_raise(&py_ValueError, "-inf + inf in fsum");
        return py_float_new(special);
    }
    hi = 0;
    if (n > 0) {
        hi = p[--n];
        while (n > 0) {
            volatile double x = hi, y = p[--n], sum = x + y, back = sum - x;

            hi = sum;
            lo = y - back;
            if (lo != 0)
                break;
        }
        /* Half-way cases: the next lower part decides. */
        if (n > 0 && ((lo < 0 && p[n - 1] < 0) || (lo > 0 && p[n - 1] > 0))) {
            volatile double y = lo * 2, x = hi + y;

            if (y == x - hi)
                hi = x;
        }
    }
    return py_float_new(hi);
}

#define ROW1(name, doc) PY_M1(#name, m_##name, doc)
static const struct py_methoddef methods[] = {
    ROW1(acos, "acos(x): the arc cosine of x, in radians."),
    ROW1(acosh, "acosh(x): the inverse hyperbolic cosine of x."),
    ROW1(asin, "asin(x): the arc sine of x, in radians."),
    ROW1(asinh, "asinh(x): the inverse hyperbolic sine of x."),
    ROW1(atan, "atan(x): the arc tangent of x, in radians."),
    PY_M2("atan2", m_atan2,
          "atan2(y, x): the angle of the point (x, y), in radians."),
    ROW1(atanh, "atanh(x): the inverse hyperbolic tangent of x."),
    ROW1(ceil, "ceil(x): the smallest whole number that is not less than x, as "
               "a float."),
    PY_M2("copysign", m_copysign, "copysign(x, y): x with the sign of y."),
    ROW1(cos, "cos(x): the cosine of x radians."),
    ROW1(cosh, "cosh(x): the hyperbolic cosine of x."),
    ROW1(degrees, "degrees(x): x radians in degrees."),
    ROW1(erf, "erf(x): the error function at x."),
    ROW1(erfc, "erfc(x): one minus the error function at x."),
    ROW1(exp, "exp(x): e to the power x."),
    ROW1(expm1, "expm1(x): exp(x)-1, precise for small x."),
    ROW1(fabs, "fabs(x): the absolute value of x, as a float."),
    ROW1(factorial, "factorial(x): the product of 1 to x."),
    ROW1(floor, "floor(x): the largest whole number that is not greater than "
                "x, as a float."),
    PY_M2("fmod", m_fmod,
          "fmod(x, y): the remainder of x/y with the sign of x."),
    ROW1(frexp, "frexp(x): (m, e) with x == m * 2.**e and 0.5 <= abs(m) < 1."),
    ROW1(fsum, "fsum(iterable): the exact sum of floats, rounded once."),
    ROW1(gamma, "gamma(x): the gamma function at x."),
    PY_M2("hypot", m_hypot, "hypot(x, y): the length of the vector (x, y)."),
    ROW1(isinf, "isinf(x): whether x is infinite."),
    ROW1(isnan, "isnan(x): whether x is a nan."),
    PY_M2("ldexp", m_ldexp, "ldexp(x, i): x * 2**i."),
    ROW1(lgamma,
         "lgamma(x): the logarithm of the gamma function's absolute value."),
    PY_M(1, 2, "log", m_log,
         "log(x[, base]): the logarithm of x to the base (e)."),
    ROW1(log10, "log10(x): the logarithm of x to the base 10."),
    ROW1(log1p, "log1p(x): log(1+x), precise for small x."),
    ROW1(modf,
         "modf(x): the fractional and the whole part of x, both as floats."),
    PY_M2("pow", m_pow, "pow(x, y): x to the power y, as a float."),
    ROW1(radians, "radians(x): x degrees in radians."),
    ROW1(sin, "sin(x): the sine of x radians."),
    ROW1(sinh, "sinh(x): the hyperbolic sine of x."),
    ROW1(sqrt, "sqrt(x): the square root of x."),
    ROW1(tan, "tan(x): the tangent of x radians."),
    ROW1(tanh, "tanh(x): the hyperbolic tangent of x."),
    ROW1(trunc, "trunc(x): x cut off to an integer."),
    PY_MEND,
};

static int init(py_module *m)
{
    if (py_module_set(m, "pi", py_float_new(M_PI)) < 0)
        return -1;
    return py_module_set(m, "e", py_float_new(M_E));
}

const struct py_moduledef py_module_math = {
    "math",
    "Mathematical functions of real numbers, as the C library has them.",
    methods, init};

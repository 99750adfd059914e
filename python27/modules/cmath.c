/*
 * cmath.c: the module cmath: the C library's complex functions. They follow the
 * same rules for infinities, nans and signed zeros (C99, annex G) as Python;
 * what signals an invalid operation or an overflow there is an error here.
 */
#include <complex.h>
#include <errno.h>
#include <fenv.h>
#include <math.h>

#include "modules/modutil.h"

typedef double complex cnum;

static cnum make(double re, double im)
{
    return __builtin_complex(re, im);
}

/* Any number as complex: -1 with TypeError. */
static int arg(py_object *o, cnum *z)
{
    if (py_is_complex(o)) {
        *z = make(((py_complex *)o)->real, ((py_complex *)o)->imag);
        return 0;
    }
    if (!py_is_int(o) && !py_is_long(o) && !py_is_float(o)) {
        py_object *m =
            py_is_str(o) || py_is_unicode(o)
                ? NULL
                : py_lookup_special(o, py_intern_cstr("__complex__"));

        if (py_err_occurred())
            return -1;
        if (m) {
            o = py_call0(m);
            if (!o)
                return -1;
            if (!py_is_complex(o))
                return py_raise_i(&py_TypeError,
                                  "__complex__ should return a complex object");
            return arg(o, z);
        }
    }
    double x = py_as_double(o);
    if (x == -1.0 && py_err_occurred())
        return -1;
    *z = make(x, 0);
    return 0;
}

static int finite_both(cnum z)
{
    return isfinite(creal(z)) && isfinite(cimag(z));
}

static int has_nan(cnum z)
{
    return isnan(creal(z)) || isnan(cimag(z));
}

static py_object *result(cnum z)
{
    return py_complex_new(creal(z), cimag(z));
}

static void *domain_error(void)
{
    return py_raise(&py_ValueError, "math domain error");
}

static void *range_error(void)
{
    return py_raise(&py_OverflowError, "math range error");
}

/* f(z) of a function that can overflow. invalid says whether the infinities in z
 * are an error. */
static py_object *checked(cnum z, cnum r, int invalid)
{
    if (invalid)
        return domain_error();
    if (finite_both(z) && !finite_both(r))
        return has_nan(r) && !isinf(creal(r)) && !isinf(cimag(r))
                   ? domain_error()
                   : range_error();
    return result(r);
}

/* i*z and -i*z: the circular functions are the hyperbolic ones, turned. */
static cnum turn(cnum z)
{
    return make(-cimag(z), creal(z));
}

static cnum turn_back(cnum z)
{
    return make(cimag(z), -creal(z));
}

static int sinh_invalid(cnum z)
{
    return isinf(cimag(z)) && !isnan(creal(z));
}

static int tanh_invalid(cnum z)
{
    return isinf(cimag(z)) && isfinite(creal(z));
}

static int exp_invalid(cnum z)
{
    return isinf(cimag(z)) &&
           (isfinite(creal(z)) || (isinf(creal(z)) && creal(z) > 0));
}

static int atanh_invalid(cnum z)
{
    return fabs(creal(z)) == 1 && cimag(z) == 0;
}

#define FUNCTION(name, before, invalid, value)                                 \
    static py_object *m_##name(py_object *self, py_object *o)                  \
    {                                                                          \
        cnum z;                                                                \
                                                                               \
        (void)self;                                                            \
        if (arg(o, &z) < 0)                                                    \
            return NULL;                                                       \
        cnum w = before;                                                       \
        return checked(w, value, invalid);                                     \
    }
static cnum tanh_of(cnum z)
{
    return creal(z) == 0 && isnan(cimag(z)) ? make(NAN, NAN) : ctanh(z);
}
FUNCTION(acos, z, 0, cacos(w))
static cnum acosh_of(cnum z)
{
    return creal(z) == 0 && isnan(cimag(z)) ? make(NAN, NAN) : cacosh(z);
}
FUNCTION(acosh, z, 0, acosh_of(w))
FUNCTION(asin, turn(z), 0, turn_back(casinh(w)))
FUNCTION(asinh, z, 0, casinh(w))
FUNCTION(atan, turn(z), atanh_invalid(w), turn_back(catanh(w)))
FUNCTION(atanh, z, atanh_invalid(w), catanh(w))
FUNCTION(cos, turn(z), sinh_invalid(w), ccosh(w))
FUNCTION(cosh, z, sinh_invalid(w), ccosh(w))
FUNCTION(sin, turn(z), sinh_invalid(w), turn_back(csinh(w)))
FUNCTION(sinh, z, sinh_invalid(w), csinh(w))
FUNCTION(tan, turn(z), tanh_invalid(w), turn_back(tanh_of(w)))
FUNCTION(tanh, z, tanh_invalid(w), tanh_of(w))
FUNCTION(exp, z, exp_invalid(w), cexp(w))
FUNCTION(sqrt, z, 0, csqrt(w))

static py_object *m_log(py_object *self, py_object *o, py_object *base)
{
    cnum z, b;

    (void)self;
    if (arg(o, &z) < 0 || (base && arg(base, &b) < 0))
        return NULL;
    if (z == 0)
        return domain_error();
    if (!base)
        return result(clog(z));
    if (b == 0)
        return domain_error();
    return py_div(result(clog(z)), result(clog(b)));
}

static py_object *m_log10(py_object *self, py_object *o)
{
    cnum z;

    (void)self;
    if (arg(o, &z) < 0)
        return NULL;
    if (z == 0)
        return domain_error();
    cnum r = clog(z);
    return py_complex_new(creal(r) / M_LN10, cimag(r) / M_LN10);
}

static py_object *m_phase(py_object *self, py_object *o)
{
    cnum z;

    (void)self;
    return arg(o, &z) < 0 ? NULL : py_float_new(carg(z));
}

static py_object *m_polar(py_object *self, py_object *o)
{
    cnum z;

    (void)self;
    if (arg(o, &z) < 0)
        return NULL;
    double r = cabs(z);
    if (isinf(r) && finite_both(z))
        return range_error();
    return (py_object *)py_tuple_pack2(py_float_new(r), py_float_new(carg(z)));
}

static py_object *m_rect(py_object *self, py_object *ro, py_object *phio)
{
    double r, phi;

    (void)self;
    if (py_arg_double(ro, &r) < 0 || py_arg_double(phio, &phi) < 0)
        return NULL;
    if (isinf(phi) && !isnan(r) && r != 0)
        return domain_error();
    if (!isfinite(phi) || (isinf(r) && phi != 0)) {
        if (isinf(r) && isfinite(phi))
            return py_complex_new(copysign(r, cos(phi) * copysign(1, r)),
                                  copysign(r, sin(phi) * copysign(1, r)));
        if (r == 0)
            return py_complex_new(0, 0);
        return isinf(r) ? py_complex_new(INFINITY, NAN)
                        : py_complex_new(NAN, NAN);
    }
    if (phi == 0) /* keeps infinities and signs */
        return py_complex_new(
            r, isnan(r) ? 0.0 : copysign(0.0, r) * copysign(1.0, phi));
    return py_complex_new(r * cos(phi), r * sin(phi));
}

static py_object *m_isnan(py_object *self, py_object *o)
{
    cnum z;

    (void)self;
    return arg(o, &z) < 0 ? NULL : py_bool(has_nan(z));
}

static py_object *m_isinf(py_object *self, py_object *o)
{
    cnum z;

    (void)self;
    return arg(o, &z) < 0 ? NULL : py_bool(isinf(creal(z)) || isinf(cimag(z)));
}

static const struct py_methoddef functions[] = {
    PY_M1("acos", m_acos, "acos(x) -> the arc cosine of x."),
    PY_M1("acosh", m_acosh, "acosh(x) -> the hyperbolic arc cosine of x."),
    PY_M1("asin", m_asin, "asin(x) -> the arc sine of x."),
    PY_M1("asinh", m_asinh, "asinh(x) -> the hyperbolic arc sine of x."),
    PY_M1("atan", m_atan, "atan(x) -> the arc tangent of x."),
    PY_M1("atanh", m_atanh, "atanh(x) -> the hyperbolic arc tangent of x."),
    PY_M1("cos", m_cos, "cos(x) -> the cosine of x."),
    PY_M1("cosh", m_cosh, "cosh(x) -> the hyperbolic cosine of x."),
    PY_M1("exp", m_exp, "exp(x) -> e to the power of x."),
    PY_M1("isinf", m_isinf, "isinf(z) -> is a part of z infinite?"),
    PY_M1("isnan", m_isnan, "isnan(z) -> is a part of z not a number?"),
    PY_M(1, 2, "log", m_log, "log(x[, base]) -> the logarithm, natural."),
    PY_M1("log10", m_log10, "log10(x) -> the logarithm to base 10."),
    PY_M1("phase", m_phase, "phase(z) -> the angle of z."),
    PY_M1("polar", m_polar, "polar(z) -> (distance from 0, angle)."),
    PY_M2("rect", m_rect, "rect(r, phi) -> the number of polar coordinates."),
    PY_M1("sin", m_sin, "sin(x) -> the sine of x."),
    PY_M1("sinh", m_sinh, "sinh(x) -> the hyperbolic sine of x."),
    PY_M1("sqrt", m_sqrt, "sqrt(x) -> the square root of x."),
    PY_M1("tan", m_tan, "tan(x) -> the tangent of x."),
    PY_M1("tanh", m_tanh, "tanh(x) -> the hyperbolic tangent of x."),
    PY_MEND,
};

static int init(py_module *m)
{
    return py_module_set(m, "pi", py_float_new(M_PI)) < 0
               ? -1
               : py_module_set(m, "e", py_float_new(M_E));
}

const struct py_moduledef py_module_cmath = {
    "cmath", "Mathematical functions of complex numbers.", functions, init};

/*
 * complexobject.c: complex: pairs of doubles.
 * Neighbours: floatobject.c (real operands), dtoa.c (text), cmath.
 */
#include <errno.h>
#include <math.h>

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/format.h"
#include "objects/intobject.h"
#include "objects/numparse.h"
#include "objects/strobject.h"

TW_GC_TYPE_ATOMIC(py_complex);

py_object *py_complex_new(double re, double im)
{
    py_complex *o = PY_NEW(py_complex, &py_complex_type);

    o->real = re;
    o->imag = im;
    return &o->base;
}

/* o as real and imaginary part: 1, 0 when it is no number, -1 with exception. */
static int parts(py_object *o, double *re, double *im)
{
    *im = 0;
    if (py_is_complex(o)) {
        *re = ((py_complex *)o)->real;
        *im = ((py_complex *)o)->imag;
        return 1;
    }
    if (!py_is_float(o) && !py_is_int(o) && !py_is_long(o))
        return 0;
    *re = py_as_double(o);
    return *re == -1.0 && py_err_occurred() ? -1 : 1;
}

#define OPERANDS(a, b)                                                         \
    double ar, ai, br, bi;                                                     \
    {                                                                          \
        int ok_ = parts(a, &ar, &ai);                                          \
        if (ok_ > 0)                                                           \
            ok_ = parts(b, &br, &bi);                                          \
        if (ok_ <= 0)                                                          \
            return ok_ ? NULL : py_NotImplemented;                             \
    }

static py_object *complex_add(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return py_complex_new(ar + br, ai + bi);
}

static py_object *complex_sub(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return py_complex_new(ar - br, ai - bi);
}

static py_object *complex_mul(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return py_complex_new(ar * br - ai * bi, ar * bi + ai * br);
}

/* Smith's method: divides by the larger part first, against overflow. 0 on
 * division by zero. */
static int quotient(double ar, double ai, double br, double bi, double *re,
                    double *im)
{
    if (fabs(br) >= fabs(bi)) {
        double ratio, denominator;

        if (br == 0)
            return 0;
        ratio = bi / br;
        denominator = br + bi * ratio;
        *re = (ar + ai * ratio) / denominator;
        *im = (ai - ar * ratio) / denominator;
    } else if (fabs(bi) >= fabs(br)) {
        double ratio = br / bi, denominator = br * ratio + bi;

        *re = (ar * ratio + ai) / denominator;
        *im = (ai * ratio - ar) / denominator;
    } else { /* a nan among them */
        *re = *im = NAN;
    }
    return 1;
}

static py_object *complex_div(py_object *a, py_object *b)
{
    double re, im;
    OPERANDS(a, b)

    if (!quotient(ar, ai, br, bi, &re, &im))
        return py_raise(&py_ZeroDivisionError, "complex division by zero");
    return py_complex_new(re, im);
}

/* Floor division and remainder of complex numbers, deprecated, but there. */
static py_object *floor_and_rest(py_object *a, py_object *b, int what)
{
    double re, im;
    OPERANDS(a, b)

    if (py_warn(&py_DeprecationWarning,
                "complex divmod(), // and % are deprecated", 1) < 0)
        return NULL;
    if (!quotient(ar, ai, br, bi, &re, &im))
        return py_raise(&py_ZeroDivisionError,
                        what == 1 ? "complex remainder" : "complex divmod()");
    re = floor(re);
    if (what == 0)
        return py_complex_new(re, 0);
    {
        py_object *rest = py_complex_new(ar - re * br, ai - re * bi);

        return what == 1
                   ? rest
                   : (py_object *)py_tuple_pack2(py_complex_new(re, 0), rest);
    }
}

static py_object *complex_floordiv(py_object *a, py_object *b)
{
    return floor_and_rest(a, b, 0);
}

static py_object *complex_mod(py_object *a, py_object *b)
{
    return floor_and_rest(a, b, 1);
}

static py_object *complex_divmod(py_object *a, py_object *b)
{
    return floor_and_rest(a, b, 2);
}

static void power_by_int(double ar, double ai, long n, double *re, double *im)
{
    double r = 1, i = 0;

    for (unsigned long k = (unsigned long)(n < 0 ? -n : n), mask = 1;
         mask && k >= mask; mask <<= 1) {
        double t;

        if (k & mask) {
            t = r * ar - i * ai;
            i = r * ai + i * ar;
            r = t;
        }
        t = ar * ar - ai * ai;
        ai = 2 * ar * ai;
        ar = t;
    }
    if (n < 0)
        quotient(1, 0, r, i, re, im);
    else
        *re = r, *im = i;
}

static py_object *complex_pow(py_object *a, py_object *b, py_object *mod)
{
    double re, im;
    OPERANDS(a, b)

    if (mod != py_None)
        return py_raise(&py_ValueError, "complex modulo");
    if (bi == 0 && br == floor(br) && fabs(br) <= 100) {
        if (br < 0 && ar == 0 && ai == 0)
            return py_raise(&py_ZeroDivisionError,
                            "0.0 to a negative or complex power");
        power_by_int(ar, ai, (long)br, &re, &im);
    } else if (ar == 0 && ai == 0) {
        if (bi != 0 || br < 0)
            return py_raise(&py_ZeroDivisionError,
                            "0.0 to a negative or complex power");
        re = im = 0;
    } else {
        double m = hypot(ar, ai), len = pow(m, br), at = atan2(ai, ar),
               phase = at * br;

        if (bi != 0) {
            len /= exp(at * bi);
            phase += bi * log(m);
        }
        re = len * cos(phase);
        im = len * sin(phase);
    }
    if ((isinf(re) || isinf(im)) && isfinite(ar) && isfinite(ai) &&
        isfinite(br) && isfinite(bi))
        return py_raise(&py_OverflowError, "complex exponentiation");
    return py_complex_new(re, im);
}

static py_object *complex_neg(py_object *a)
{
    return py_complex_new(-((py_complex *)a)->real, -((py_complex *)a)->imag);
}

static py_object *complex_pos(py_object *a)
{
    if (py_type_of(a) == &py_complex_type)
        return a;
    return py_complex_new(((py_complex *)a)->real, ((py_complex *)a)->imag);
}

static py_object *complex_abs(py_object *a)
{
    double re = ((py_complex *)a)->real, im = ((py_complex *)a)->imag,
           r = hypot(re, im);

    if (isinf(r) && isfinite(re) && isfinite(im))
        return py_raise(&py_OverflowError, "absolute value too large");
    return py_float_new(r);
}

static int complex_nonzero(py_object *a)
{
    return ((py_complex *)a)->real != 0 || ((py_complex *)a)->imag != 0;
}

static py_object *complex_coerce(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    (void)ar;
    (void)ai;
    return (py_object *)py_tuple_pack2(
        a, py_is_complex(b) ? b : py_complex_new(br, bi));
}

static py_object *cannot(py_object *a, const char *what)
{
    (void)a;
    return py_raise(&py_TypeError, "can't convert complex to %s", what);
}

static py_object *complex_int(py_object *a)
{
    return cannot(a, "int");
}

static py_object *complex_long(py_object *a)
{
    return cannot(a, "long");
}

static py_object *complex_float(py_object *a)
{
    return cannot(a, "float");
}

static int64_t complex_hash(py_object *a)
{
    int64_t hr = py_hash_double(((py_complex *)a)->real);
    int64_t hi = py_hash_double(((py_complex *)a)->imag);
    int64_t h = (int64_t)((uint64_t)hr + 1000003u * (uint64_t)hi);

    return h == -1 ? -2 : h;
}

static py_object *complex_richcompare(py_object *a, py_object *b, int op)
{
    double re = ((py_complex *)a)->real, im = ((py_complex *)a)->imag;
    int equal;

    if (py_is_int(b) || py_is_long(b)) {
        /* Exactly, as the float does. */
        py_object *r =
            im == 0 ? py_float_type.tp_richcompare(py_float_new(re), b, PY_EQ)
                    : py_False;

        if (!r)
            return NULL;
        equal = r == py_True;
    } else if (py_is_float(b)) {
        equal = im == 0 && re == py_float_value(b);
    } else if (py_is_complex(b)) {
        equal = re == ((py_complex *)b)->real && im == ((py_complex *)b)->imag;
    } else {
        return py_NotImplemented;
    }
    if (op != PY_EQ && op != PY_NE)
        return py_raise(&py_TypeError,
                        "no ordering relation is defined for complex numbers");
    return py_bool(op == PY_EQ ? equal : !equal);
}

/* ------------------------------------------------------------------- text */

static py_object *text_of(py_object *a, char code, int precision)
{
    double re = ((py_complex *)a)->real, im = ((py_complex *)a)->imag;
    char *i;

    if (re == 0 && !signbit(re)) {
        i = py_double_to_cstr(im, code, precision, 0);
        return (py_object *)py_str_format_c("%sj", i);
    }
    i = py_double_to_cstr(im, code, precision, PY_DTOA_SIGN);
    return (py_object *)py_str_format_c(
        "(%s%sj)", py_double_to_cstr(re, code, precision, 0), i);
}

static py_object *complex_repr(py_object *a)
{
    return text_of(a, 'r', 0);
}

static py_object *complex_str(py_object *a)
{
    return text_of(a, 'g', 12);
}

/* [blanks] [(] real [imag j] | imag j [)] [blanks] */
static py_object *from_text(const char *s, intptr_t n)
{
    const char *p = s, *end = s + n, *stop;
    double re = 0, im = 0, v;
    int paren = 0;

#define SKIP                                                                   \
    while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))               \
    p++
    SKIP;
    if (p < end && *p == '(') {
        paren = 1;
        p++;
        SKIP;
    }
    v = py_strtod(p, &stop);
    if (stop == p) { /* j, +j, -j */
        v = 1;
        if (p < end && (*p == '+' || *p == '-'))
            v = *p++ == '-' ? -1 : 1;
        if (p == end || (*p | 32) != 'j')
            goto bad;
        im = v;
        p++;
    } else if (stop < end && (*stop | 32) == 'j') {
        im = v;
        p = stop + 1;
    } else {
        re = v;
        p = stop;
        if (p < end && (*p == '+' || *p == '-')) {
            im = py_strtod(p, &stop);
            if (stop == p) {
                im = *p == '-' ? -1 : 1;
                stop = p + 1;
            }
            p = stop;
            if (p == end || (*p | 32) != 'j')
                goto bad;
            p++;
        }
    }
    SKIP;
    if (paren) {
        if (p == end || *p != ')')
            goto bad;
        p++;
        SKIP;
    }
#undef SKIP
    if (p == end)
        return py_complex_new(re, im);
bad:
    return py_raise(&py_ValueError, "complex() arg is a malformed string");
}

/* What __complex__ of an object that has one returns, else the object. */
static py_object *by_special(py_object *o)
{
    if (py_type_of(o) == &py_complex_type || py_is_float(o) || py_is_int(o))
        return o;
    py_object *special = py_lookup_special(o, py_id___complex__);
    if (special)
        return py_call0(special);
    return py_err_occurred() ? NULL : o;
}

/* o as a complex, through __float__ if need be; NULL with TypeError. */
static py_object *as_complex(py_object *o)
{
    double re, im;
    int ok = parts(o, &re, &im);

    if (ok)
        return ok < 0 ? NULL : py_complex_new(re, im);
    if (!py_type_of(o)->nb_float)
        return py_raise(&py_TypeError,
                        "complex() argument must be a string or a number");
    re = py_as_double(o);
    return re == -1.0 && py_err_occurred() ? NULL : py_complex_new(re, 0);
}

static py_object *complex_from(py_object *r, py_object *i)
{
    py_object *cr, *ci;
    py_complex *a, *b;

    if (r && (py_is_str(r) || py_is_unicode(r))) {
        intptr_t n;
        const char *s;

        if (i)
            return py_raise(
                &py_TypeError,
                "complex() can't take second arg if first is a string");
        s = py_number_text(r, &n);
        return s ? from_text(s, n) : NULL;
    }
    if (i && (py_is_str(i) || py_is_unicode(i)))
        return py_raise(&py_TypeError,
                        "complex() second arg can't be a string");
    if (r && !(r = by_special(r)))
        return NULL;
    cr = r ? as_complex(r) : py_complex_new(0, 0);
    ci = i && cr ? as_complex(i) : NULL;
    if (!cr || (i && !ci))
        return NULL;
    if (!i)
        return cr;
    a = (py_complex *)cr;
    b = (py_complex *)ci;
    /* r + i*1j; adding a zero imaginary part must not lose the sign of r's. */
    return py_complex_new(py_is_complex(i) ? a->real - b->imag : a->real,
                          r && py_is_complex(r) ? a->imag + b->real : b->real);
}

static py_object *complex_new(py_type *type, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"real", "imag"};
    py_object *out[2], *v;
    py_complex *o;

    if (py_args_kw("complex", args, nargs, kwnames, names, 2, 0, out) < 0)
        return NULL;
    v = complex_from(out[0], out[1]);
    if (!v || type == &py_complex_type)
        return v;
    o = (py_complex *)py_alloc(type, 0);
    if (o) {
        o->real = ((py_complex *)v)->real;
        o->imag = ((py_complex *)v)->imag;
    }
    return (py_object *)o;
}

/* ---------------------------------------------------------------- methods */

static py_object *complex_conjugate(py_object *a)
{
    return py_complex_new(((py_complex *)a)->real, -((py_complex *)a)->imag);
}

static py_object *complex_getnewargs(py_object *a)
{
    return (py_object *)py_tuple_pack2(py_float_new(((py_complex *)a)->real),
                                       py_float_new(((py_complex *)a)->imag));
}

static const struct py_methoddef complex_methods[] = {
    PY_M0("conjugate", complex_conjugate,
          "The number with the sign of its imaginary part changed."),
    PY_M0("__getnewargs__", complex_getnewargs, NULL),
    PY_M1("__format__", py_complex_format, NULL),
    PY_MEND,
};

static const struct py_memberdef complex_members[] = {
    {"real", PY_MEMBER_DOUBLE, 1, offsetof(py_complex, real),
     "the real part of a complex number"},
    {"imag", PY_MEMBER_DOUBLE, 1, offsetof(py_complex, imag),
     "the imaginary part of a complex number"},
    {NULL, 0, 0, 0, NULL},
};

py_type py_complex_type = {
    PY_TYPE_HEAD("complex", py_complex),
    .flags = PY_TF_BASE | PY_TF_COMPLEX,
    .doc = "complex(real[, imag]) -> complex number\n\n"
           "The number real + imag*1j, or the one that a string says.",
    .methods = complex_methods,
    .members = complex_members,
    .nb_add = complex_add,
    .nb_sub = complex_sub,
    .nb_mul = complex_mul,
    .nb_div = complex_div,
    .nb_mod = complex_mod,
    .nb_divmod = complex_divmod,
    .nb_pow = complex_pow,
    .nb_neg = complex_neg,
    .nb_pos = complex_pos,
    .nb_abs = complex_abs,
    .nb_nonzero = complex_nonzero,
    .nb_floordiv = complex_floordiv,
    .nb_truediv = complex_div,
    .nb_coerce = complex_coerce,
    .nb_int = complex_int,
    .nb_long = complex_long,
    .nb_float = complex_float,
    .tp_repr = complex_repr,
    .tp_str = complex_str,
    .tp_hash = complex_hash,
    .tp_richcompare = complex_richcompare,
    .tp_new = complex_new,
};

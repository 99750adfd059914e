/*
 * longobject.c: long: arithmetic on GMP's limbs. Ints are taken as operands
 * too. Results keep the type long.
 * Neighbours: longconv.c (conversions), intobject.c (overflows into here).
 */
#include <gmp.h>
#include <math.h>

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/format.h"
#include "objects/longimpl.h"
#include "objects/numparse.h"
#include "objects/strobject.h"

TW_GC_TYPE(py_long);
TW_GC_TYPE_VAR_ATOMIC(py_limbs, item);

/* Beyond this GMP would end the program instead of failing. */
enum { MAX_LIMBS = 1 << 29 };

/* Declares the views x and y of a and b. */
#define OPERANDS(a, b)                                                         \
    struct py_longview x, y;                                                   \
    if (!py_long_view(a, &x) || !py_long_view(b, &y))                          \
        return py_NotImplemented;

#define AS_MPZ(z, v)                                                           \
    mpz_t z;                                                                   \
    mpz_roinit_n(z, (v).p, (v).negative ? -(v).n : (v).n)

static py_object *take(mpz_t z)
{
    py_object *r = py_long_from_mpz(z);

    mpz_clear(z);
    return r;
}

/* ------------------------------------------------- addition, multiplication */

static int compare_magnitude(const struct py_longview *x,
                             const struct py_longview *y)
{
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return x->n ? mpn_cmp(x->p, y->p, x->n) : 0;
}

static py_object *add_views(const struct py_longview *x,
                            const struct py_longview *y, int y_negative)
{
    py_long *r;

    if (x->negative == y_negative) {
        const struct py_longview *big = x->n >= y->n ? x : y,
                                 *small = big == x ? y : x;

        r = py_long_alloc(big->n + 1);
        if (!r)
            return NULL;
        if (small->n)
            r->limb->item[big->n] =
                mpn_add(r->limb->item, big->p, big->n, small->p, small->n);
        else
            memcpy(r->limb->item, big->p, (size_t)big->n * 8);
        return py_long_finish(r, big->n + 1, x->negative);
    }
    int c = compare_magnitude(x, y);
    const struct py_longview *big = c >= 0 ? x : y, *small = c >= 0 ? y : x;

    r = py_long_alloc(big->n);
    if (!r)
        return NULL;
    if (small->n)
        mpn_sub(r->limb->item, big->p, big->n, small->p, small->n);
    else
        memcpy(r->limb->item, big->p, (size_t)big->n * 8);
    return py_long_finish(r, big->n, c >= 0 ? x->negative : y_negative);
}

static py_object *long_add(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return add_views(&x, &y, y.negative);
}

static py_object *long_sub(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    return add_views(&x, &y, !y.negative);
}

static py_object *long_mul(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    py_long *r;

    if (x.n == 0 || y.n == 0)
        return py_long_from_int64(0);
    if (x.n + y.n > MAX_LIMBS)
        return py_raise_nomemory();
    r = py_long_alloc(x.n + y.n);
    if (!r)
        return NULL;
    if (x.n >= y.n)
        mpn_mul(r->limb->item, x.p, x.n, y.p, y.n);
    else
        mpn_mul(r->limb->item, y.p, y.n, x.p, x.n);
    return py_long_finish(r, x.n + y.n, x.negative != y.negative);
}

/* --------------------------------------------------------------- division */

static void *zero_division(void)
{
    return py_raise(&py_ZeroDivisionError, "long division or modulo by zero");
}

static py_object *long_floordiv(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    mpz_t q;

    if (y.n == 0)
        return zero_division();
    AS_MPZ(n, x);
    AS_MPZ(d, y);
    mpz_init(q);
    mpz_fdiv_q(q, n, d);
    return take(q);
}

static py_object *long_mod(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    mpz_t r;

    if (y.n == 0)
        return zero_division();
    AS_MPZ(n, x);
    AS_MPZ(d, y);
    mpz_init(r);
    mpz_fdiv_r(r, n, d);
    return take(r);
}

static py_object *long_divmod(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    mpz_t q, r;
    py_object *oq, *or ;

    if (y.n == 0)
        return zero_division();
    AS_MPZ(n, x);
    AS_MPZ(d, y);
    mpz_init(q);
    mpz_init(r);
    mpz_fdiv_qr(q, r, n, d);
    oq = take(q);
    or = take(r);
    return oq && or ? (py_object *)py_tuple_pack2(oq, or) : NULL;
}

/* The quotient rounded to nearest: scaled so that 55 bits or more are left of
 * it, the remainder as a sticky bit. */
static py_object *long_truediv(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    mpz_t q, r, n, d;
    struct py_longview v;
    int64_t shift;
    int overflow = 0;
    double result;

    if (y.n == 0)
        return py_raise(&py_ZeroDivisionError, "division by zero");
    if (x.n == 0)
        return py_float_new(y.negative ? -0.0 : 0.0);
    AS_MPZ(xa, x);
    AS_MPZ(ya, y);
    shift =
        (int64_t)mpz_sizeinbase(ya, 2) - (int64_t)mpz_sizeinbase(xa, 2) + 66;
    if (shift > 1200 + 66) /* certainly below every positive double */
        return py_float_new(x.negative != y.negative ? -0.0 : 0.0);
    /* Results in the subnormal range have fewer bits: keep only those. */
    if (shift > 1074 + 2)
        shift = 1074 + 2;
    mpz_inits(q, r, n, d, NULL);
    mpz_abs(n, xa);
    mpz_abs(d, ya);
    if (shift > 0)
        mpz_mul_2exp(n, n, (mp_bitcnt_t)shift);
    else
        mpz_mul_2exp(d, d, (mp_bitcnt_t)-shift);
    mpz_tdiv_qr(q, r, n, d);
    if (mpz_sgn(r))
        mpz_setbit(q, 0); /* there are at least two bits below the last kept */
    v.negative = 0;
    v.n = (intptr_t)mpz_size(q);
    v.p = mpz_limbs_read(q);
    if (shift >= 1074 + 2) {
        /* Round at bit 2 by hand: what is left is exact. */
        mpz_t low;
        unsigned long rest = mpz_fdiv_ui(q, 4);

        mpz_init(low);
        mpz_fdiv_q_2exp(low, q, 2);
        if (rest > 2 || (rest == 2 && mpz_odd_p(low)))
            mpz_add_ui(low, low, 1);
        v.n = (intptr_t)mpz_size(low);
        v.p = mpz_limbs_read(low);
        result = ldexp(py_long_view_as_double(&v, &overflow), -1074);
        mpz_clear(low);
    } else {
        result = py_long_view_as_double(&v, &overflow);
        result = overflow ? INFINITY
                          : ldexp(result, (int)(shift > 3000    ? 3000
                                                : shift < -3000 ? 3000
                                                                : -shift));
    }
    mpz_clears(q, r, n, d, NULL);
    if (isinf(result))
        return py_raise(&py_OverflowError,
                        "long int too large to convert to float");
    return py_float_new(x.negative != y.negative ? -result : result);
}

/* ------------------------------------------------------------------ powers */

static py_object *long_pow(py_object *a, py_object *b, py_object *mod)
{
    OPERANDS(a, b)
    mpz_t r;

    if (mod != py_None) {
        struct py_longview m;

        if (!py_long_view(mod, &m))
            return py_NotImplemented;
        if (y.negative)
            return py_raise(
                &py_TypeError,
                "pow() 2nd argument cannot be negative when 3rd argument "
                "specified");
        if (m.n == 0)
            return py_raise(&py_ValueError, "pow() 3rd argument cannot be 0");
        AS_MPZ(base, x);
        AS_MPZ(e, y);
        AS_MPZ(mz, m);
        mpz_init(r);
        mpz_powm(r, base, e, mz);
        if (m.negative && mpz_sgn(r)) /* the result has the modulus's sign */
            mpz_add(r, r, mz);
        return take(r);
    }
    if (y.negative)
        return py_float_type.nb_pow(py_number_float(a), py_number_float(b),
                                    py_None);
    if (y.n > 1 && !(x.n == 0 || (x.n == 1 && x.p[0] == 1)))
        return py_raise_nomemory();
    if (y.n == 0)
        return py_long_from_int64(1);
    AS_MPZ(base, x);
    if (x.n && !(x.n == 1 && x.p[0] == 1) &&
        (double)mpz_sizeinbase(base, 2) * (double)y.p[0] >
            (double)MAX_LIMBS * 64)
        return py_raise_nomemory();
    mpz_init(r);
    /* 0, 1 and -1 to any power: only the parity counts. */
    mpz_pow_ui(r, base,
               x.n == 0 || (x.n == 1 && x.p[0] == 1) ? 2 - (y.p[0] & 1)
                                                     : y.p[0]);
    return take(r);
}

/* -------------------------------------------------------------- unary, bits */

static py_object *with_sign(py_object *a, int negative)
{
    py_long *l = (py_long *)a;
    py_long *r = PY_NEW(py_long, &py_long_type);

    r->limb = l->limb; /* magnitudes are never changed: share it */
    r->size = (l->size < 0) == negative ? l->size : -l->size;
    return &r->base;
}

static py_object *long_neg(py_object *a)
{
    return with_sign(a, !(((py_long *)a)->size < 0));
}

static py_object *long_long(py_object *a)
{
    return py_is_long_exact(a) ? a : with_sign(a, ((py_long *)a)->size < 0);
}

static py_object *long_abs(py_object *a)
{
    return ((py_long *)a)->size < 0 ? with_sign(a, 0) : long_long(a);
}

static int long_nonzero(py_object *a)
{
    return ((py_long *)a)->size != 0;
}

static py_object *long_invert(py_object *a)
{
    struct py_longview x;
    mpz_t r;

    py_long_view(a, &x);
    AS_MPZ(z, x);
    mpz_init(r);
    mpz_com(r, z);
    return take(r);
}

#define BITWISE(name, op)                                                      \
    static py_object *long_##name(py_object *a, py_object *b)                  \
    {                                                                          \
        OPERANDS(a, b)                                                         \
        mpz_t r;                                                               \
        AS_MPZ(xa, x);                                                         \
        AS_MPZ(ya, y);                                                         \
        mpz_init(r);                                                           \
        op(r, xa, ya);                                                         \
        return take(r);                                                        \
    }
BITWISE(and, mpz_and)
BITWISE(or, mpz_ior)
BITWISE(xor, mpz_xor)

/* The shift count y: 1, 0 with an exception. */
static int shift_count(const struct py_longview *y)
{
    if (y->negative) {
        py_raise(&py_ValueError, "negative shift count");
        return 0;
    }
    if (y->n > 1 || (y->n && y->p[0] > INT64_MAX)) {
        py_raise(&py_OverflowError, "long int too large to convert to int");
        return 0;
    }
    return 1;
}

static py_object *long_lshift(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    uint64_t k;
    mpz_t r;

    if (!shift_count(&y))
        return NULL;
    k = y.n ? y.p[0] : 0;
    if (x.n == 0)
        return py_long_from_int64(0);
    if (k / 64 + (uint64_t)x.n > MAX_LIMBS)
        return py_raise_nomemory();
    AS_MPZ(z, x);
    mpz_init(r);
    mpz_mul_2exp(r, z, k);
    return take(r);
}

static py_object *long_rshift(py_object *a, py_object *b)
{
    OPERANDS(a, b)
    mpz_t r;

    if (!shift_count(&y))
        return NULL;
    AS_MPZ(z, x);
    mpz_init(r);
    mpz_fdiv_q_2exp(r, z, y.n ? y.p[0] : 0);
    return take(r);
}

static py_object *long_coerce(py_object *a, py_object *b)
{
    if (py_is_int(b))
        b = py_long_from_int64(py_int_value(b));
    else if (!py_is_long(b))
        return py_NotImplemented;
    return b ? (py_object *)py_tuple_pack2(a, b) : NULL;
}

/* ------------------------------------------------------------ conversions */

static py_object *long_int(py_object *a)
{
    return py_long_normalize(long_long(a));
}

static py_object *long_float(py_object *a)
{
    double v = py_as_double(a);

    return v == -1.0 && py_err_occurred() ? NULL : py_float_new(v);
}

/* Digits with a prefix after the sign and a suffix. */
static py_object *text_of(py_object *a, int base, const char *prefix,
                          const char *suffix)
{
    char *s = py_long_to_cstr(a, base);

    if (!s)
        return NULL;
    return (py_object *)py_str_format_c("%s%s%s%s", *s == '-' ? "-" : "",
                                        prefix, s + (*s == '-'), suffix);
}

static py_object *long_repr(py_object *a)
{
    return text_of(a, 10, "", "L");
}

static py_object *long_str(py_object *a)
{
    return text_of(a, 10, "", "");
}

static py_object *long_oct(py_object *a)
{
    return text_of(a, 8, ((py_long *)a)->size ? "0" : "", "L");
}

static py_object *long_hex(py_object *a)
{
    return text_of(a, 16, "0x", "L");
}

/* CPython's hash adds the digits with end-around carry, which is the value
 * modulo 2**64 - 1 (as 2**64 - 1 itself where that is 0 and the value is not). */
static int64_t long_hash(py_object *a)
{
    py_long *l = (py_long *)a;
    intptr_t n = l->size < 0 ? -l->size : l->size;
    uint64_t m = n ? mpn_mod_1(l->limb->item, n, ~(uint64_t)0) : 0;
    int64_t h;

    if (n && m == 0)
        m = ~(uint64_t)0;
    h = (int64_t)(l->size < 0 ? 0 - m : m);
    return h == -1 ? -2 : h;
}

static int long_compare(py_object *a, py_object *b)
{
    struct py_longview x, y;
    int c;

    py_long_view(a, &x);
    py_long_view(b, &y);
    if (x.negative != y.negative)
        return x.negative ? -1 : 1;
    c = compare_magnitude(&x, &y);
    c = (c > 0) - (c < 0);
    return x.negative ? -c : c;
}

/* ------------------------------------------------------------ construction */

static py_object *long_from(py_object *x, py_object *base)
{
    const char *s;
    intptr_t n;
    int b;

    if (!x) {
        if (base)
            return py_raise(&py_TypeError, "long() missing string argument");
        return py_long_from_int64(0);
    }
    if (!base)
        return py_number_long(x);
    if (!py_is_str(x) && !py_is_unicode(x))
        return py_raise(&py_TypeError,
                        "long() can't convert non-string with explicit base");
    b = py_as_int(base);
    if (b == -1 && py_err_occurred())
        return NULL;
    s = py_number_text(x, &n);
    return s ? py_long_from_digits(s, n, b) : NULL;
}

static py_object *long_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"x", "base"};
    py_object *out[2], *v;
    py_long *o;

    if (py_args_kw("long", args, nargs, kwnames, names, 2, 0, out) < 0)
        return NULL;
    v = long_from(out[0], out[1]);
    if (!v || type == &py_long_type)
        return v;
    o = (py_long *)py_alloc(type, 0);
    if (!o)
        return NULL;
    o->size = ((py_long *)v)->size;
    o->limb = ((py_long *)v)->limb;
    return &o->base;
}

/* ---------------------------------------------------------------- methods */

static py_object *long_bit_length(py_object *a)
{
    return py_int_from_uint64(py_long_bit_length(a));
}

static py_object *long_getnewargs(py_object *a)
{
    return (py_object *)py_tuple_pack1(with_sign(a, ((py_long *)a)->size < 0));
}

static const struct py_methoddef long_methods[] = {
    PY_M0("conjugate", long_long,
          "The number itself: it is its own complex conjugate."),
    PY_M0("bit_length", long_bit_length,
          "How many bits the absolute value takes; 0 for 0."),
    PY_M0("__trunc__", long_long, "The number itself."),
    PY_M0("__getnewargs__", long_getnewargs, NULL),
    PY_M1("__format__", py_int_format, NULL),
    PY_MEND,
};

static py_object *get_real(py_object *a, void *data)
{
    (void)data;
    return long_long(a);
}

static py_object *get_const(py_object *a, void *data)
{
    (void)a;
    return py_long_from_int64((intptr_t)data);
}

static const struct py_getset long_getset[] = {
    {"real", get_real, NULL, "the real part of a complex number", NULL},
    {"imag", get_const, NULL, "the imaginary part of a complex number",
     (void *)0},
    {"numerator", get_real, NULL,
     "the numerator of a rational number in lowest terms", NULL},
    {"denominator", get_const, NULL,
     "the denominator of a rational number in lowest terms", (void *)1},
    {NULL, NULL, NULL, NULL, NULL},
};

py_type py_long_type = {
    PY_TYPE_HEAD("long", py_long),
    .flags = PY_TF_BASE | PY_TF_LONG | PY_TF_INDEX,
    .doc = "long(x=0) -> long\nlong(x, base=10) -> long\n\n"
           "As int(), but the result is always of unlimited size. A trailing L "
           "is allowed in\n"
           "the text.",
    .methods = long_methods,
    .getset = long_getset,
    .nb_add = long_add,
    .nb_sub = long_sub,
    .nb_mul = long_mul,
    .nb_div = long_floordiv,
    .nb_mod = long_mod,
    .nb_divmod = long_divmod,
    .nb_pow = long_pow,
    .nb_neg = long_neg,
    .nb_pos = long_long,
    .nb_abs = long_abs,
    .nb_nonzero = long_nonzero,
    .nb_invert = long_invert,
    .nb_lshift = long_lshift,
    .nb_rshift = long_rshift,
    .nb_and = long_and,
    .nb_xor = long_xor,
    .nb_or = long_or,
    .nb_floordiv = long_floordiv,
    .nb_truediv = long_truediv,
    .nb_coerce = long_coerce,
    .nb_int = long_int,
    .nb_long = long_long,
    .nb_float = long_float,
    .nb_oct = long_oct,
    .nb_hex = long_hex,
    .nb_index = long_long,
    .tp_repr = long_repr,
    .tp_str = long_str,
    .tp_hash = long_hash,
    .tp_compare = long_compare,
    .tp_new = long_new,
};

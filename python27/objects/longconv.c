/*
 * longconv.c: long from and to everything else: C integers, doubles, bytes,
 * text. Neighbours: longobject.c (arithmetic), numparse.c (from text).
 */
#include <gmp.h>
#include <math.h>
#include <stdlib.h>

#include "objects/abstract.h"
#include "objects/errors.h"
#include "objects/longimpl.h"
#include "objects/strobject.h"

_Static_assert(sizeof(mp_limb_t) == 8 && GMP_NUMB_BITS == 64,
               "limbs of 64 bits");

py_long *py_long_alloc(intptr_t nlimbs)
{
    struct py_limbs *l = TW_NEW_VAR(py_limbs, nlimbs > 0 ? nlimbs : 1);
    py_long *o;

    if (!l)
        return py_raise_nomemory();
    l->n = nlimbs;
    o = PY_NEW(py_long, &py_long_type);
    o->limb = l;
    o->size = nlimbs;
    return o;
}

py_object *py_long_finish(py_long *o, intptr_t nlimbs, int negative)
{
    while (nlimbs > 0 && o->limb->item[nlimbs - 1] == 0)
        nlimbs--;
    o->size = negative ? -nlimbs : nlimbs;
    return &o->base;
}

int py_long_view(py_object *o, struct py_longview *v)
{
    if (py_is_long(o)) {
        py_long *l = (py_long *)o;

        v->negative = l->size < 0;
        v->n = v->negative ? -l->size : l->size;
        v->p = l->limb->item;
        return 1;
    }
    if (py_is_int(o)) {
        int64_t x = py_int_value(o);

        v->negative = x < 0;
        v->one = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
        v->n = x != 0;
        v->p = &v->one;
        return 1;
    }
    return 0;
}

py_object *py_long_from_mpz(const mpz_t z)
{
    intptr_t n = (intptr_t)mpz_size(z);
    py_long *o = py_long_alloc(n);

    if (!o)
        return NULL;
    memcpy(o->limb->item, mpz_limbs_read(z), (size_t)n * 8);
    return py_long_finish(o, n, mpz_sgn(z) < 0);
}

/* ------------------------------------------------------------ C integers */

static py_object *from_magnitude(uint64_t u, int negative)
{
    py_long *o = py_long_alloc(1);

    if (!o)
        return NULL;
    o->limb->item[0] = u;
    return py_long_finish(o, 1, negative);
}

py_object *py_long_from_int64(int64_t v)
{
    return from_magnitude(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
}

py_object *py_long_from_uint64(uint64_t v)
{
    return from_magnitude(v, 0);
}

py_object *py_int_from_uint64(uint64_t v)
{
    return v <= INT64_MAX ? py_int_new((int64_t)v) : py_long_from_uint64(v);
}

py_object *py_int_from_size(size_t v)
{
    return py_int_from_uint64(v);
}

int py_fits_int64(py_object *o, int64_t *out)
{
    if (py_is_int(o)) {
        *out = py_int_value(o);
        return 1;
    }
    if (py_is_long(o)) {
        py_long *l = (py_long *)o;
        uint64_t u = l->limb->item[0];

        if (l->size == 0) {
            *out = 0;
            return 1;
        }
        if (l->size == 1 && u <= INT64_MAX) {
            *out = (int64_t)u;
            return 1;
        }
        if (l->size == -1 && u <= (uint64_t)1 << 63) {
            *out = (int64_t)(0 - u);
            return 1;
        }
    }
    return 0;
}

py_object *py_long_normalize(py_object *o)
{
    int64_t v;

    if (o && py_is_long_exact(o) && py_fits_int64(o, &v))
        return py_int_new(v);
    return o;
}

/* o, or what its __int__ gives; NULL with TypeError. */
static py_object *as_integer(py_object *o)
{
    py_object *r;

    if (py_is_int(o) || py_is_long(o))
        return o;
    if (!py_type_of(o)->nb_int || py_is_float(o))
        if (!py_is_float(o))
            return py_raise(&py_TypeError, "an integer is required");
    r = py_type_of(o)->nb_int(o);
    if (r && !py_is_int(r) && !py_is_long(r))
        return py_raise(&py_TypeError,
                        "__int__ method should return an integer");
    return r;
}

int64_t py_as_int64(py_object *o)
{
    int64_t v;

    o = as_integer(o);
    if (!o)
        return -1;
    if (!py_fits_int64(o, &v))
        return py_raise_i(&py_OverflowError,
                          "Python int too large to convert to C long");
    return v;
}

uint64_t py_as_uint64(py_object *o)
{
    struct py_longview v;

    o = as_integer(o);
    if (!o)
        return (uint64_t)-1;
    py_long_view(o, &v);
    if (v.negative)
        return (uint64_t)py_raise_i(
            &py_OverflowError, "can't convert negative value to unsigned long");
    if (v.n > 1)
        return (uint64_t)py_raise_i(
            &py_OverflowError,
            "Python int too large to convert to C unsigned long");
    return v.n ? v.p[0] : 0;
}

uint64_t py_as_uint64_mask(py_object *o)
{
    struct py_longview v;
    uint64_t u;

    o = as_integer(o);
    if (!o)
        return (uint64_t)-1;
    py_long_view(o, &v);
    u = v.n ? v.p[0] : 0;
    return v.negative ? 0 - u : u;
}

int py_as_int(py_object *o)
{
    int64_t v = py_as_int64(o);

    if (v > INT32_MAX)
        return py_raise_i(&py_OverflowError,
                          "signed integer is greater than maximum");
    if (v < INT32_MIN)
        return py_raise_i(&py_OverflowError,
                          "signed integer is less than minimum");
    return (int)v;
}

int py_long_sign(py_object *o)
{
    struct py_longview v;

    py_long_view(o, &v);
    return v.n == 0 ? 0 : v.negative ? -1 : 1;
}

uint64_t py_long_bit_length(py_object *o)
{
    struct py_longview v;

    py_long_view(o, &v);
    return v.n ? (uint64_t)v.n * 64 - (uint64_t)__builtin_clzll(v.p[v.n - 1])
               : 0;
}

/* ---------------------------------------------------------------- doubles */

py_object *py_long_from_double(double v)
{
    mpz_t z;
    py_object *r;

    if (isnan(v))
        return py_raise(&py_ValueError, "cannot convert float NaN to integer");
    if (isinf(v))
        return py_raise(&py_OverflowError,
                        "cannot convert float infinity to integer");
    mpz_init_set_d(z, v); /* truncates */
    r = py_long_from_mpz(z);
    mpz_clear(z);
    return r;
}

py_object *py_int_from_double(double v)
{
    if (v > -9223372036854775808.0 && v < 9223372036854775808.0)
        return py_int_new((int64_t)v);
    return py_long_normalize(py_long_from_double(v));
}

/* Rounds to nearest, ties to even: the top 64 bits decide with a sticky bit
 * for the rest. */
double py_long_view_as_double(const struct py_longview *v, int *overflow)
{
    uint64_t top;
    int shift, sticky = 0;
    intptr_t n = v->n, exponent;
    double d;

    if (n == 0)
        return 0.0;
    shift = __builtin_clzll(v->p[n - 1]);
    top = v->p[n - 1] << shift;
    if (n > 1 && shift)
        top |= v->p[n - 2] >> (64 - shift);
    if (n > 1 && (shift ? v->p[n - 2] << shift : v->p[n - 2]))
        sticky = 1;
    for (intptr_t k = 0; k + 2 < n && !sticky; k++)
        sticky = v->p[k] != 0;
    exponent = n * 64 - 64 - shift;
    if (exponent > 1024) {
        *overflow = 1;
        return 0.0;
    }
    /* 53 bits remain of 64: round by hand on the low 11. */
    {
        uint64_t low = top & 0x7ff, keep = top >> 11;

        if (low > 0x400 || (low == 0x400 && (sticky || (keep & 1))))
            keep++;
        d = ldexp((double)keep, (int)exponent + 11);
    }
    *overflow = isinf(d);
    return v->negative ? -d : d;
}

double py_as_double(py_object *o)
{
    struct py_longview v;

    if (py_is_float(o))
        return py_float_value(o);
    int plain = py_type_of(o)->nb_float == py_int_type.nb_float ||
                py_type_of(o)->nb_float == py_long_type.nb_float;
    if (py_is_int(o) && plain)
        return (double)py_int_value(o);
    if (plain && py_long_view(o, &v)) {
        int overflow = 0;
        double d = py_long_view_as_double(&v, &overflow);

        if (overflow)
            return py_raise_i(&py_OverflowError,
                              "long int too large to convert to float");
        return d;
    }
    if (py_type_of(o)->nb_float) {
        o = py_type_of(o)->nb_float(o);
        if (!o)
            return -1.0;
        if (py_is_float(o))
            return py_float_value(o);
        return py_raise_i(&py_TypeError, "nb_float should return float object");
    }
    return py_raise_i(&py_TypeError, "a float is required");
}

/* ------------------------------------------------------------------ bytes */

py_object *py_long_from_bytes(const unsigned char *s, size_t n, int little,
                              int is_signed)
{
    intptr_t limbs = (intptr_t)((n + 7) / 8);
    py_long *o = py_long_alloc(limbs);
    int negative;
    uint64_t carry = 1;

    if (!o)
        return NULL;
    negative = is_signed && n && (s[little ? n - 1 : 0] & 0x80);
    for (size_t k = 0; k < n; k++) {
        uint64_t b = s[little ? k : n - 1 - k];

        o->limb->item[k / 8] |= b << (k % 8 * 8);
    }
    if (negative) {
        if (n % 8)
            o->limb->item[limbs - 1] |= ~(uint64_t)0 << (n % 8 * 8);
        for (intptr_t k = 0; k < limbs; k++) {
            uint64_t x = ~o->limb->item[k] + carry;

            carry = carry && x == 0;
            o->limb->item[k] = x;
        }
    }
    return py_long_finish(o, limbs, negative);
}

int py_long_as_bytes(py_object *o, unsigned char *out, size_t n, int little,
                     int is_signed)
{
    struct py_longview v;
    unsigned carry = 1;
    uint64_t bits = py_long_bit_length(o);

    py_long_view(o, &v);
    if (v.negative && !is_signed)
        return py_raise_i(&py_OverflowError,
                          "can't convert negative long to unsigned");
    /* A negative power of two needs one bit less. */
    if (v.negative && bits && mpn_scan1(v.p, 0) == bits - 1)
        bits--;
    if (bits + (is_signed != 0) > n * 8 && v.n)
        return py_raise_i(&py_OverflowError, "long too big to convert");
    for (size_t k = 0; k < n; k++) {
        unsigned b = (intptr_t)(k / 8) < v.n
                         ? (unsigned)(v.p[k / 8] >> (k % 8 * 8)) & 0xff
                         : 0;

        if (v.negative) {
            b = (~b & 0xff) + carry;
            carry = b >> 8;
            b &= 0xff;
        }
        out[little ? k : n - 1 - k] = (unsigned char)b;
    }
    return 0;
}

/* ------------------------------------------------------------------- text */

char *py_long_to_cstr(py_object *o, int base)
{
    struct py_longview v;
    mpz_t z;
    char *s;

    py_long_view(o, &v);
    mpz_roinit_n(z, v.p, v.negative ? -v.n : v.n);
    s = tw_gc_malloc_atomic(mpz_sizeinbase(z, base) + 3);
    if (!s)
        return py_raise_nomemory();
    return mpz_get_str(s, base, z);
}

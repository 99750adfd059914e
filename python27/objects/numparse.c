/*
 * numparse.c: numbers from text. In: characters; out: int, long or double, or
 * ValueError in CPython 2.7's words. Neighbours: intobject.c and longobject.c
 * (constructors), the compiler (literals).
 */
#include "objects/numparse.h"

#include <errno.h>
#include <gmp.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "objects/abstract.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/strobject.h"
#include "objects/exceptions.h"
#include "objects/unicodedb.h"

static int blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int digit_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return 99;
}

const char *py_number_text(py_object *o, intptr_t *n)
{
    if (py_is_str(o)) {
        *n = py_str_len((py_str *)o);
        return py_str_cstr((py_str *)o);
    }
    py_unicode *u = (py_unicode *)o;
    char *s = tw_gc_malloc_atomic((size_t)u->n + 1);

    if (!s)
        return py_raise_nomemory();
    for (intptr_t k = 0; k < u->n; k++) {
        uint32_t c = u->data[k];
        int d;

        if (py_uc_isspace(c))
            s[k] = ' ';
        else if (c > 0 && c < 128)
            s[k] = (char)c;
        else if ((d = py_uc_decimal(c)) >= 0)
            s[k] = (char)('0' + d);
        else
            return py_raise_encode("decimal", o, k, k + 1,
                                   "invalid decimal Unicode string");
    }
    s[u->n] = 0;
    *n = u->n;
    return s;
}

static py_object *bad_literal(const char *kind, int base, const char *s,
                              intptr_t n)
{
    while (n > 0 && blank((unsigned char)*s)) {
        s++;
        n--;
    }
    py_str *text = py_str_new(s, n);
    py_object *r = text ? py_str_repr(text) : NULL;

    if (!r)
        return NULL;
    return py_raise(&py_ValueError, "invalid literal for %s() with base %d: %S",
                    kind, base, r);
}

/* Skips a base prefix that fits; *base 0 becomes what the prefix says. */
static const char *skip_prefix(const char *p, const char *end, int *base)
{
    int b = 0;

    if (end - p >= 2 && p[0] == '0') {
        char c = (char)(p[1] | 32);

        b = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
    }
    if (*base == 0) {
        if (b) {
            *base = b;
            return p + 2;
        }
        *base = end - p >= 1 && p[0] == '0' ? 8 : 10;
        return p;
    }
    return b == *base ? p + 2 : p;
}

/* Both int() and long() of text; is_long makes the result a long. */
static py_object *from_digits(const char *s, intptr_t n, int base, int is_long)
{
    const char *kind = is_long ? "long" : "int";
    const char *p = s, *end = s + n;
    int given = base, negative = 0, overflow = 0;
    int64_t v = 0;

    if (base && (base < 2 || base > 36))
        return py_raise(&py_ValueError,
                        "%s() base must be >= 2 and <= 36, or 0", kind);
    if (memchr(s, 0, (size_t)n))
        return py_raise(&py_ValueError, "null byte in argument for %s()", kind);
    while (p < end && blank((unsigned char)*p))
        p++;
    while (end > p && blank((unsigned char)end[-1]))
        end--;
    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    while (p < end && blank((unsigned char)*p))
        p++;
    p = skip_prefix(p, end, &base);
    if (is_long && end - p > 1 && base <= 21 &&
        (end[-1] == 'l' || end[-1] == 'L'))
        end--;
    if (p == end)
        return bad_literal(kind, given, s, n);
    for (const char *q = p; q < end; q++) {
        int d = digit_value((unsigned char)*q);

        if (d >= base)
            return bad_literal(kind, given, s, n);
        overflow |= __builtin_mul_overflow(v, base, &v);
        overflow |= negative ? __builtin_sub_overflow(v, d, &v)
                             : __builtin_add_overflow(v, d, &v);
    }
    if (!overflow)
        return is_long ? py_long_from_int64(v) : py_int_new(v);

    mpz_t z;
    char *digits = malloc((size_t)(end - p) + 1);
    size_t nbytes;
    unsigned char *bytes;
    py_object *r;

    if (!digits)
        return py_raise_nomemory();
    memcpy(digits, p, (size_t)(end - p));
    digits[end - p] = 0;
    mpz_init_set_str(z, digits, base);
    free(digits);
    bytes = mpz_export(NULL, &nbytes, -1, 1, 0, 0, z);
    mpz_clear(z);
    r = py_long_from_bytes(bytes, nbytes, 1, 0);
    free(bytes);
    return r && negative ? py_neg(r) : r;
}

py_object *py_int_from_digits(const char *s, intptr_t n, int base)
{
    return from_digits(s, n, base, 0);
}

py_object *py_long_from_digits(const char *s, intptr_t n, int base)
{
    return from_digits(s, n, base, 1);
}

/* --------------------------------------------------------------- floats */

static int word(const char *p, const char *w)
{
    int k = 0;

    for (; w[k]; k++)
        if ((p[k] | 32) != w[k])
            return 0;
    return k;
}

double py_strtod(const char *s, const char **end)
{
    const char *p = s, *digits;
    double v;
    int negative = 0, k;

    if (*p == '+' || *p == '-')
        negative = *p++ == '-';
    if ((k = word(p, "infinity")) || (k = word(p, "inf"))) {
        *end = p + k;
        return negative ? -INFINITY : INFINITY;
    }
    if ((k = word(p, "nan"))) {
        *end = p + k;
        return negative ? -NAN : NAN;
    }
    /* Only decimal notation, whatever else strtod knows (hexadecimal). */
    digits = p;
    while (*p >= '0' && *p <= '9')
        p++;
    k = (int)(p - digits);
    if (*p == '.') {
        const char *frac = ++p;

        while (*p >= '0' && *p <= '9')
            p++;
        k += (int)(p - frac);
    }
    if (!k) {
        *end = s;
        return 0;
    }
    if ((*p | 32) == 'e') {
        const char *e = p + 1;

        if (*e == '+' || *e == '-')
            e++;
        if (*e >= '0' && *e <= '9') {
            while (*e >= '0' && *e <= '9')
                e++;
            p = e;
        }
    }
    {
        static locale_t c_locale;
        char *stop, buf[64], *copy = buf;
        size_t len = (size_t)(p - s);

        if (!c_locale)
            c_locale = newlocale(LC_ALL_MASK, "C", NULL);
        if (len >= sizeof buf)
            copy = malloc(len + 1);
        memcpy(copy, s, len);
        copy[len] = 0;
        v = strtod_l(copy, &stop, c_locale);
        if (copy != buf)
            free(copy);
    }
    *end = p;
    return v;
}

double py_float_from_text(const char *s, intptr_t n)
{
    const char *p = s, *end = s + n, *stop;
    double v = 0;

    while (p < end && blank((unsigned char)*p))
        p++;
    while (end > p && blank((unsigned char)end[-1]))
        end--;
    if (p == end) {
        py_raise(&py_ValueError, "could not convert string to float: ");
        return -1.0;
    }
    v = py_strtod(p, &stop);
    if (stop == p) {
        py_raise(&py_ValueError, "could not convert string to float: %S",
                 py_str_from(p));
        return -1.0;
    }
    if (stop != end) {
        /* The text as C sees it: up to a NUL. */
        py_raise(&py_ValueError, "invalid literal for float(): %S",
                 py_str_from(s));
        return -1.0;
    }
    return v;
}

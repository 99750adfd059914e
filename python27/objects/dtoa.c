/*
 * dtoa.c: text of doubles: the shortest that reads back as the same number, and
 * the e, f, g formats. The C library's correctly rounded printf does the
 * digits. Also float.fromhex.
 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/numparse.h"
#include "objects/strobject.h"

/* The C locale writes a point whatever LC_NUMERIC says elsewhere: digits are
 * asked for in %e form and the separator is skipped by position. */
static int shortest_digits(double v, char *digits, int *exponent)
{
    char buf[40];
    int n = 0, first = v < 2.2250738585072014e-308 ? 1 : 15;

    for (int precision = first; precision <= 17; precision++) {
        snprintf(buf, sizeof buf, "%.*e", precision - 1, v);
        if (precision == 17 || strtod(buf, NULL) == v)
            break;
    }
    for (const char *p = buf; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    *exponent = atoi(strchr(buf, 'e') + 1);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

static void repr_to(char *out, double v, int flags)
{
    char digits[24], *p = out;
    int e, n = shortest_digits(v, digits, &e);

    if (e >= -4 && e < 16) {
        if (e < 0) {
            *p++ = '0';
            *p++ = '.';
            for (int k = -1; k > e; k--)
                *p++ = '0';
            memcpy(p, digits, (size_t)n);
            p += n;
        } else {
            for (int k = 0; k <= e; k++)
                *p++ = k < n ? digits[k] : '0';
            if (n > e + 1) {
                *p++ = '.';
                memcpy(p, digits + e + 1, (size_t)(n - e - 1));
                p += n - e - 1;
            } else if (flags & PY_DTOA_ADD_DOT_0) {
                *p++ = '.';
                *p++ = '0';
            }
        }
        *p = 0;
        return;
    }
    *p++ = digits[0];
    if (n > 1) {
        *p++ = '.';
        memcpy(p, digits + 1, (size_t)n - 1);
        p += n - 1;
    }
    sprintf(p, "e%c%02d", e < 0 ? '-' : '+', e < 0 ? -e : e);
}

char *py_double_to_cstr(double v, char code, int precision, int flags)
{
    int upper = code >= 'A' && code <= 'Z';
    size_t size = 400 + (precision > 0 ? (size_t)precision : 0);
    char *out = tw_gc_malloc_atomic(size), *p = out;

    if (!out)
        return py_raise_nomemory();
    if (isnan(v)) {
        if (flags & PY_DTOA_SIGN)
            *p++ = '+';
        strcpy(p, upper ? "NAN" : "nan");
        return out;
    }
    if (signbit(v)) {
        *p++ = '-';
        v = -v;
    } else if (flags & PY_DTOA_SIGN) {
        *p++ = '+';
    }
    if (isinf(v)) {
        strcpy(p, upper ? "INF" : "inf");
        return out;
    }
    if (code == 'r') {
        repr_to(p, v, flags);
        return out;
    }
    {
        char fmt[8], *dot;
        int k = 0;

        fmt[k++] = '%';
        if (flags & PY_DTOA_ALT)
            fmt[k++] = '#';
        fmt[k++] = '.';
        fmt[k++] = '*';
        fmt[k++] = code;
        fmt[k] = 0;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
        snprintf(p, size - 2, fmt, precision, v);
#pragma clang diagnostic pop
        /* LC_NUMERIC's separator becomes a point. */
        dot = strstr(p, localeconv()->decimal_point);
        if (dot && *dot != '.') {
            size_t n = strlen(localeconv()->decimal_point);

            *dot = '.';
            memmove(dot + 1, dot + n, strlen(dot + n) + 1);
        }
    }
    /* Where ".0" is added it counts as a digit. */
    if ((flags & PY_DTOA_ADD_DOT_0) && code == 'g' && *p != '0' &&
        !strchr(p, 'e') &&
        (int)strcspn(p, ".") == (precision ? precision : 1)) {
        snprintf(p, size - 2, "%.*e", precision ? precision - 1 : 0, v);
        char *e = strchr(p, 'e'), *to = e;
        if (precision > 1) {
            while (to[-1] == '0')
                to--;
            if (to[-1] == '.')
                to--;
        }
        memmove(to, e, strlen(e) + 1);
    }
    if ((flags & PY_DTOA_ADD_DOT_0) && !strpbrk(p, ".eE"))
        strcat(p, ".0");
    return out;
}

/* ------------------------------------------------------------------ fromhex */

static int hexdigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

py_object *py_float_fromhex(py_object *cls, py_object *text)
{
    intptr_t n;
    const char *s, *p, *end, *stop;
    uint64_t mant = 0;
    long exponent = 0, e = 0;
    int digits = 0, negative = 0, sticky = 0, esign = 1;
    double v;

    if (!py_is_str(text) && !py_is_unicode(text))
        return py_raise(&py_TypeError,
                        "expected a string or other character buffer object");
    if (py_is_unicode(text) && !(text = py_unicode_encode(text, NULL, NULL)))
        return NULL;
    s = py_number_text(text, &n);
    if (!s)
        return NULL;
    p = s;
    end = s + n;
    while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
        p++;
    while (end > p && (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r')))
        end--;
    v = py_strtod(p, &stop);
    if (stop == end && v - v != 0 && p < end && (end[-1] | 32) >= 'f')
        goto done; /* inf, infinity, nan */
    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    if (end - p >= 2 && p[0] == '0' && (p[1] | 32) == 'x')
        p += 2;
    for (int fraction = 0; p < end; p++) {
        int d;

        if (*p == '.' && !fraction) {
            fraction = 1;
            continue;
        }
        d = hexdigit(*p);
        if (d < 0)
            break;
        digits++;
        if (mant >> 60) { /* no room: only whether anything follows */
            sticky |= d != 0;
            exponent += fraction ? 0 : 4;
        } else {
            mant = mant << 4 | (unsigned)d;
            exponent -= fraction ? 4 : 0;
        }
    }
    if (!digits)
        goto bad;
    if (p < end && (*p | 32) == 'p') {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            esign = *p++ == '-' ? -1 : 1;
        if (p == end)
            goto bad;
        for (; p < end && *p >= '0' && *p <= '9'; p++)
            if (e < 100000000)
                e = e * 10 + (*p - '0');
        exponent += esign * e;
    }
    if (p != end)
        goto bad;
    if (mant == 0) {
        v = 0;
    } else {
        /* Round once, at the place that the result's exponent gives. */
        int shift = __builtin_clzll(mant), keep = 53;
        uint64_t low, half;

        mant <<= shift;
        exponent -= shift;
        if (exponent + 64 < -1021)
            keep = (int)(53 + exponent + 64 + 1021);
        if (exponent + 64 > 1024)
            goto too_large;
        if (keep < 0) {
            v = 0;
        } else {
            uint64_t kept = keep ? mant >> (64 - keep) : 0;

            low = keep ? mant << keep : mant;
            half = (uint64_t)1 << 63;
            if (low > half || (low == half && (sticky || (kept & 1))))
                kept++;
            v = ldexp((double)kept, (int)(exponent + 64 - keep));
            if (isinf(v))
                goto too_large;
        }
    }
    if (negative)
        v = -v;
done:
    return py_call1(cls, py_float_new(v));
bad:
    return py_raise(&py_ValueError,
                    "invalid hexadecimal floating-point string");
too_large:
    return py_raise(&py_OverflowError,
                    "hexadecimal value too large to represent as a float");
}

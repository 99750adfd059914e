/*
 * unicodeutf7.c: the codec utf-7 (RFC 2152): ASCII, and runs of UTF-16 in base64
 * between + and -.
 */
#include "objects/python.h"
#include "objects/unicodeimpl.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value(unsigned char c)
{
    const char *p = c ? strchr(digits, c) : NULL;
    return p ? (int)(p - digits) : -1;
}

struct utf7 {
    struct py_ub out;
    int shifted;        /* inside base64 */
    intptr_t start;     /* where the run, or the error, began */
    intptr_t out_start; /* length of the output then */
    uint32_t bits, nbits;
    uint32_t high; /* a first surrogate waiting for the second, or 0 */
};

static int put_unit(struct utf7 *d, uint32_t c)
{
    uint32_t high = d->high;
    d->high = 0;
    if (high) {
        if (c >= 0xdc00 && c <= 0xdfff)
            return py_ub_addc(&d->out,
                              0x10000 + ((high & 0x3ff) << 10 | (c & 0x3ff)));
        if (py_ub_addc(&d->out, high) < 0)
            return -1;
    }
    if (c >= 0xd800 && c <= 0xdbff) {
        d->high = c;
        return 0;
    }
    return py_ub_addc(&d->out, c);
}

static int add_digit(struct utf7 *d, int v)
{
    d->bits = d->bits << 6 | (uint32_t)v;
    d->nbits += 6;
    if (d->nbits < 16)
        return 0;
    d->nbits -= 16;
    uint32_t c = d->bits >> d->nbits & 0xffff;
    d->bits &= (1u << d->nbits) - 1;
    return put_unit(d, c);
}

/* One byte at *i: 0, 1 when *reason says what is wrong with start..*i, -1. */
static int read_byte(struct utf7 *d, const char *s, intptr_t n, intptr_t *i,
                     const char **reason)
{
    unsigned char c = (unsigned char)s[*i];

    if (d->shifted) {
        int v = value(c);
        if (v >= 0) {
            ++*i;
            return add_digit(d, v);
        }
        d->shifted = 0;
        if (d->nbits >= 6 || (d->nbits > 0 && d->bits)) {
            ++*i;
            *reason = d->nbits >= 6 ? "partial character in shift sequence"
                                    : "non-zero padding bits in shift sequence";
            return 1;
        }
        uint32_t high = d->high;
        d->high = 0;
        if (high && c < 128 && c != '+' && py_ub_addc(&d->out, high) < 0)
            return -1;
        if (c == '-')
            ++*i;
        return 0;
    }
    if (c == '+') {
        d->start = (*i)++;
        if (*i < n && s[*i] == '-') {
            ++*i;
            return py_ub_addc(&d->out, '+');
        }
        d->shifted = 1;
        d->high = d->bits = d->nbits = 0;
        d->out_start = d->out.n;
        return 0;
    }
    if (c < 128) {
        ++*i;
        return py_ub_addc(&d->out, c);
    }
    d->start = (*i)++;
    *reason = "unexpected special character";
    return 1;
}

py_object *py_decode_utf7(const char *s, intptr_t n, const char *errors,
                          intptr_t *consumed)
{
    struct utf7 d = {.shifted = 0};
    intptr_t i = 0;

    for (;;) {
        const char *reason = NULL;
        while (i < n) {
            int r = read_byte(&d, s, n, &i, &reason);
            if (r < 0)
                return NULL;
            if (r == 0)
                continue;
            i = py_decode_error(&d.out, errors, "utf7", s, n, d.start, i,
                                reason);
            if (i < 0)
                return NULL;
        }
        if (!d.shifted || consumed ||
            (!d.high && d.nbits < 6 && (d.nbits == 0 || !d.bits)))
            break;
        d.shifted = 0;
        i = py_decode_error(&d.out, errors, "utf7", s, n, d.start, n,
                            "unterminated shift sequence");
        if (i < 0)
            return NULL;
        if (i >= n)
            break;
    }
    if (consumed) {
        *consumed = d.shifted ? d.start : i;
        if (d.shifted)
            d.out.n = d.out_start;
    }
    return (py_object *)py_ub_finish(&d.out);
}

/* Stands for itself: printable ASCII and blanks but for + \ and ~. */
static int direct(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' ||
           (c >= ' ' && c < 127 && c != '+' && c != '\\' && c != '~');
}

static int put_bits(struct py_sb *sb, uint32_t c, uint32_t *bits,
                    uint32_t *nbits)
{
    *bits = *bits << 16 | c;
    *nbits += 16;
    for (; *nbits >= 6; *nbits -= 6)
        if (py_sb_addc(sb, digits[*bits >> (*nbits - 6) & 63]) < 0)
            return -1;
    *bits &= (1u << *nbits) - 1;
    return 0;
}

py_object *py_encode_utf7(py_unicode *u)
{
    struct py_sb sb;
    uint32_t bits = 0, nbits = 0;
    int shifted = 0, r = 0;

    py_sb_init(&sb);
    for (intptr_t i = 0; i < u->n && r >= 0; i++) {
        uint32_t c = u->data[i];
        if (direct(c)) {
            if (shifted) {
                if (nbits)
                    py_sb_addc(&sb, digits[bits << (6 - nbits) & 63]);
                bits = nbits = 0;
                shifted = 0;
                if (c == '-' || value((unsigned char)c) >= 0)
                    py_sb_addc(&sb, '-');
            }
            r = py_sb_addc(&sb, (char)c);
            continue;
        }
        if (!shifted) {
            if (c == '+') {
                r = py_sb_add(&sb, "+-", 2);
                continue;
            }
            py_sb_addc(&sb, '+');
            shifted = 1;
        }
        if (c >= 0x10000) {
            c -= 0x10000;
            put_bits(&sb, 0xd800 | c >> 10, &bits, &nbits);
            c = 0xdc00 | (c & 0x3ff);
        }
        r = put_bits(&sb, c, &bits, &nbits);
    }
    if (nbits)
        py_sb_addc(&sb, digits[bits << (6 - nbits) & 63]);
    if (shifted)
        py_sb_addc(&sb, '-');
    return r < 0 ? NULL : (py_object *)py_sb_finish(&sb);
}

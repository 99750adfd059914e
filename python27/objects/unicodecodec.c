/*
 * unicodecodec.c: ascii, latin-1 and utf-8; encoding and decoding by name.
 *
 * The names of these three need no registry; all others go to it (_codecs.c).
 */
#include <ctype.h>

#include "objects/python.h"
#include "objects/strimpl.h"
#include "objects/unicodeimpl.h"

const char *py_default_encoding = "ascii";

/* --------------------------------------------------------- ascii, latin-1 */

py_object *py_unicode_from_latin1(const char *s, intptr_t n)
{
    uint32_t *p;

    if (n <= 1)
        return (py_object *)(n ? py_unicode_char((unsigned char)*s)
                               : py_unicode_new(NULL, 0));
    py_unicode *u = py_unicode_alloc(n, &p);
    for (intptr_t i = 0; u && i < n; i++)
        p[i] = (unsigned char)s[i];
    return (py_object *)u;
}

/* The length of the ASCII run at the beginning. */
static intptr_t ascii_run(const char *s, intptr_t n)
{
    intptr_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t w;
        memcpy(&w, s + i, 8);
        if (w & 0x8080808080808080)
            break;
    }
    while (i < n && !(s[i] & 0x80))
        i++;
    return i;
}

py_object *py_decode_ascii(const char *s, intptr_t n, const char *errors)
{
    struct py_ub b = {0};
    intptr_t i = ascii_run(s, n);

    if (i == n)
        return py_unicode_from_latin1(s, n);
    if (py_ub_add_ascii(&b, s, i) < 0)
        return NULL;
    while (i < n) {
        if (!(s[i] & 0x80)) {
            if (py_ub_addc(&b, (unsigned char)s[i++]) < 0)
                return NULL;
            continue;
        }
        i = py_decode_error(&b, errors, "ascii", s, n, i, i + 1,
                            "ordinal not in range(128)");
        if (i < 0)
            return NULL;
    }
    return (py_object *)py_ub_finish(&b);
}

/* Characters below the limit are their own bytes. */
static int add_plain(struct py_sb *sb, py_unicode *text, uint32_t limit)
{
    for (intptr_t i = 0; i < text->n; i++) {
        if (text->data[i] >= limit)
            return 0;
        if (py_sb_addc(sb, (char)text->data[i]) < 0)
            return -1;
    }
    return 1;
}

static py_object *encode_with_errors(py_unicode *u, const char *errors,
                                     uint32_t limit, intptr_t i)
{
    const char *name = limit == 128 ? "ascii" : "latin-1";
    const char *reason = limit == 128 ? "ordinal not in range(128)"
                                      : "ordinal not in range(256)";
    struct py_sb sb;

    py_sb_init(&sb);
    for (intptr_t k = 0; k < i; k++)
        if (py_sb_addc(&sb, (char)u->data[k]) < 0)
            return NULL;
    while (i < u->n) {
        intptr_t end = i;
        py_unicode *repl;

        if (u->data[i] < limit) {
            if (py_sb_addc(&sb, (char)u->data[i++]) < 0)
                return NULL;
            continue;
        }
        while (end < u->n && u->data[end] >= limit)
            end++;
        intptr_t next = py_encode_error(&repl, errors, name, u, i, end, reason);
        if (next < 0)
            return NULL;
        int r = add_plain(&sb, repl, limit);
        if (r == 0)
            return py_raise_encode(name, &u->base, i, end, reason);
        if (r < 0)
            return NULL;
        i = next;
    }
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_encode_latin1(py_unicode *u, const char *errors, uint32_t limit)
{
    char *p;
    py_str *r = py_str_alloc(u->n, &p);

    for (intptr_t i = 0; r && i < u->n; i++) {
        if (u->data[i] >= limit)
            return encode_with_errors(u, errors, limit, i);
        p[i] = (char)u->data[i];
    }
    return (py_object *)(r && r->n <= 1 ? py_str_new(r->data, r->n) : r);
}

/* ----------------------------------------------------------------- utf-8 */

/* The bytes that a lead byte announces: 0 for none. */
static int utf8_length(unsigned char c)
{
    return c < 0x80   ? 1
           : c < 0xc2 ? 0
           : c < 0xe0 ? 2
           : c < 0xf0 ? 3
           : c < 0xf5 ? 4
                      : 0;
}

static int continues(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Are the `want` bytes at p a character? Surrogates are. */
static int utf8_valid(const unsigned char *p, int want)
{
    for (int k = 1; k < want; k++)
        if (!continues(p[k]))
            return 0;
    return !(p[0] == 0xe0 && p[1] < 0xa0) && !(p[0] == 0xf0 && p[1] < 0x90) &&
           !(p[0] == 0xf4 && p[1] > 0x8f);
}

/* How many of the bytes at p the error is about: those of a sequence that breaks
 * off at the end of the data are counted as CPython 2.7 counts them. */
static intptr_t utf8_bad(const unsigned char *p, intptr_t n, int want)
{
    intptr_t bad = 1;
    if (want > n) {
        for (intptr_t k = 1; k < n && continues(p[k]); k++)
            bad += k;
        return bad < n ? bad : n;
    }
    while (bad < want - 1 && continues(p[bad]))
        bad++;
    return bad;
}

static uint32_t utf8_char(const unsigned char *s, int n)
{
    switch (n) {
    case 2:
        return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
    case 3:
        return (uint32_t)(s[0] & 0xf) << 12 | (uint32_t)(s[1] & 0x3f) << 6 |
               (s[2] & 0x3f);
    default:
        return (uint32_t)(s[0] & 7) << 18 | (uint32_t)(s[1] & 0x3f) << 12 |
               (uint32_t)(s[2] & 0x3f) << 6 | (s[3] & 0x3f);
    }
}

py_object *py_decode_utf8(const char *s, intptr_t n, const char *errors,
                          intptr_t *consumed)
{
    struct py_ub b = {0};
    intptr_t i = ascii_run(s, n);

    if (consumed)
        *consumed = n;
    if (i == n)
        return py_unicode_from_latin1(s, n);
    if (py_ub_reserve(&b, n) < 0 || py_ub_add_ascii(&b, s, i) < 0)
        return NULL;
    while (i < n) {
        const unsigned char *p = (const unsigned char *)s + i;
        int want = utf8_length(*p);
        const char *reason = "invalid start byte";
        intptr_t bad = 1;

        if (want == 1) {
            if (py_ub_addc(&b, *p) < 0)
                return NULL;
            i++;
            continue;
        }
        if (want) {
            if (want > n - i) {
                if (consumed)
                    break;
                reason = "unexpected end of data";
            } else if (utf8_valid(p, want)) {
                if (py_ub_addc(&b, utf8_char(p, want)) < 0)
                    return NULL;
                i += want;
                continue;
            } else {
                reason = "invalid continuation byte";
            }
            bad = utf8_bad(p, n - i, want);
        }
        i = py_decode_error(&b, errors, "utf8", s, n, i, i + bad, reason);
        if (i < 0)
            return NULL;
    }
    if (consumed)
        *consumed = i;
    return (py_object *)py_ub_finish(&b);
}

py_object *py_unicode_from_utf8(const char *s, intptr_t n, const char *errors)
{
    return py_decode_utf8(s, n, errors, NULL);
}

static int is_pair(const uint32_t *p, intptr_t n)
{
    return n >= 2 && (p[0] & ~0x3ffu) == 0xd800 && (p[1] & ~0x3ffu) == 0xdc00;
}

/* Bytes of the character at p; *taken is 2 for a surrogate pair. */
static int put_utf8(char *out, const uint32_t *p, intptr_t n, int *taken)
{
    uint32_t c = *p;
    *taken = 1;
    if (is_pair(p, n)) {
        c = 0x10000 + ((c & 0x3ff) << 10 | (p[1] & 0x3ff));
        *taken = 2;
    }
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

py_object *py_encode_utf8(py_unicode *u, const char *errors)
{
    char buf[4], *p;
    intptr_t size = 0;
    int taken;

    (void)errors; /* every character can be encoded */
    for (intptr_t i = 0; i < u->n; i += taken)
        size += put_utf8(buf, u->data + i, u->n - i, &taken);
    if (size <= 1)
        return (py_object *)py_str_new(buf, size);
    py_str *r = py_str_alloc(size, &p);
    for (intptr_t i = 0; r && i < u->n; i += taken)
        p += put_utf8(p, u->data + i, u->n - i, &taken);
    return (py_object *)r;
}

py_object *py_unicode_as_utf8(py_object *u)
{
    return py_encode_utf8((py_unicode *)u, NULL);
}

/* --------------------------------------------------------------- by name */

enum known { OTHER, ASCII, LATIN1, UTF8 };

static enum known known_encoding(const char *name)
{
    char low[16];
    size_t n = 0;

    if (!name)
        name = py_default_encoding;
    for (; name[n]; n++) {
        if (n == sizeof low - 1)
            return OTHER;
        low[n] = name[n] == '_' ? '-' : (char)tolower((unsigned char)name[n]);
    }
    low[n] = 0;
    if (!strcmp(low, "utf-8") || !strcmp(low, "utf8"))
        return UTF8;
    if (!strcmp(low, "ascii") || !strcmp(low, "us-ascii"))
        return ASCII;
    if (!strcmp(low, "latin-1") || !strcmp(low, "latin1") ||
        !strcmp(low, "iso-8859-1") || !strcmp(low, "iso8859-1"))
        return LATIN1;
    return OTHER;
}

py_object *py_unicode_decode(const char *s, intptr_t n, const char *encoding,
                             const char *errors)
{
    switch (known_encoding(encoding)) {
    case ASCII:
        return py_decode_ascii(s, n, errors);
    case LATIN1:
        return py_unicode_from_latin1(s, n);
    case UTF8:
        return py_decode_utf8(s, n, errors, NULL);
    case OTHER:
        break;
    }
    py_object *r =
        py_codec_decode((py_object *)py_str_new(s, n), encoding, errors);
    if (r && !py_is_unicode(r))
        return py_raise(
            &py_TypeError,
            "decoder did not return an unicode object (type=%.400s)",
            py_type_of(r)->name);
    return r;
}

py_object *py_unicode_encode(py_object *o, const char *encoding,
                             const char *errors)
{
    py_unicode *u = (py_unicode *)o;
    switch (known_encoding(encoding)) {
    case ASCII:
        return py_encode_latin1(u, errors, 128);
    case LATIN1:
        return py_encode_latin1(u, errors, 256);
    case UTF8:
        return py_encode_utf8(u, errors);
    case OTHER:
        break;
    }
    py_object *r = py_codec_encode(o, encoding, errors);
    if (r && !py_is_str(r))
        return py_raise(&py_TypeError,
                        "encoder did not return a string object (type=%.400s)",
                        py_type_of(r)->name);
    return r;
}

py_object *py_decode_any(py_object *o, const char *encoding, const char *errors)
{
    if (known_encoding(encoding) == OTHER)
        return py_codec_decode(o, encoding, errors);
    if (py_is_unicode(o)) {
        o = py_unicode_encode(o, NULL, NULL);
        if (!o)
            return NULL;
    }
    intptr_t n;
    const char *s = py_buffer_read(o, &n);
    return s ? py_unicode_decode(s, n, encoding, errors) : NULL;
}

py_object *py_encode_any(py_object *o, const char *encoding, const char *errors)
{
    if (known_encoding(encoding) == OTHER)
        return py_codec_encode(o, encoding, errors);
    py_unicode *u = py_unicode_coerce(o);
    return u ? py_unicode_encode(&u->base, encoding, errors) : NULL;
}

/*
 * unicodewide.c: utf-16, utf-32 and unicode_internal: codecs of fixed units.
 *
 * Order: -1 little-endian, 1 big-endian, 0 by the byte order mark (decoding) or
 * native with a mark (encoding).
 */
#include "objects/python.h"
#include "objects/unicodeimpl.h"

static const int native = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? -1 : 1;

static uint32_t unit(const char *s, int size, int order)
{
    const unsigned char *p = (const unsigned char *)s;
    uint32_t v = 0;
    for (int k = 0; k < size; k++)
        v = v << 8 | p[order < 0 ? size - 1 - k : k];
    return v;
}

/* Past the byte order mark, when one is asked for and there. */
static intptr_t skip_mark(const char *s, intptr_t n, int size, int *order)
{
    uint32_t reversed = size == 2 ? 0xfffe : 0xfffe0000;
    if (*order || n < size)
        return 0;
    uint32_t v = unit(s, size, native);
    if (v != 0xfeff && v != reversed)
        return 0;
    *order = v == 0xfeff ? native : -native;
    return size;
}

py_object *py_decode_utf16(const char *s, intptr_t n, const char *errors,
                           int *order, intptr_t *consumed)
{
    struct py_ub b = {0};
    intptr_t i = skip_mark(s, n, 2, order);
    int o = *order ? *order : native;

    if (py_ub_reserve(&b, n / 2) < 0)
        return NULL;
    while (i < n) {
        const char *reason;
        intptr_t end = i + 2;
        if (n - i < 2) {
            if (consumed)
                break;
            reason = "truncated data";
            end = n;
        } else {
            uint32_t c = unit(s + i, 2, o), d;
            if (c < 0xd800 || c > 0xdfff) {
                if (py_ub_addc(&b, c) < 0)
                    return NULL;
                i += 2;
                continue;
            }
            if (c >= 0xdc00) {
                reason = "illegal encoding";
            } else if (n - i < 4) {
                if (consumed)
                    break;
                reason = "unexpected end of data";
                end = n;
            } else if ((d = unit(s + i + 2, 2, o)) >= 0xdc00 && d <= 0xdfff) {
                if (py_ub_addc(&b,
                               0x10000 + ((c & 0x3ff) << 10 | (d & 0x3ff))) < 0)
                    return NULL;
                i += 4;
                continue;
            } else {
                reason = "illegal UTF-16 surrogate";
            }
        }
        i = py_decode_error(&b, errors, "utf16", s, n, i, end, reason);
        if (i < 0)
            return NULL;
    }
    if (consumed)
        *consumed = i;
    return (py_object *)py_ub_finish(&b);
}

py_object *py_decode_utf32(const char *s, intptr_t n, const char *errors,
                           int *order, intptr_t *consumed)
{
    struct py_ub b = {0};
    intptr_t i = skip_mark(s, n, 4, order);
    int o = *order ? *order : native;

    if (py_ub_reserve(&b, n / 4) < 0)
        return NULL;
    while (i < n) {
        const char *reason = "truncated data";
        intptr_t end = n;
        if (n - i >= 4) {
            uint32_t c = unit(s + i, 4, o);
            if (c < 0x110000) {
                if (py_ub_addc(&b, c) < 0)
                    return NULL;
                i += 4;
                continue;
            }
            reason = "code point not in range(0x110000)";
            end = i + 4;
        } else if (consumed) {
            break;
        }
        i = py_decode_error(&b, errors, "utf32", s, n, i, end, reason);
        if (i < 0)
            return NULL;
    }
    if (consumed)
        *consumed = i;
    return (py_object *)py_ub_finish(&b);
}

static int put_unit(struct py_sb *sb, uint32_t v, int size, int order)
{
    char out[4];
    for (int k = 0; k < size; k++)
        out[order < 0 ? k : size - 1 - k] = (char)(v >> 8 * k);
    return py_sb_add(sb, out, size);
}

py_object *py_encode_utf16(py_unicode *u, int order)
{
    struct py_sb sb;
    int o = order ? order : native;

    py_sb_init(&sb);
    if (!order && put_unit(&sb, 0xfeff, 2, o) < 0)
        return NULL;
    for (intptr_t i = 0; i < u->n; i++) {
        uint32_t c = u->data[i];
        if (c >= 0x10000) {
            c -= 0x10000;
            if (put_unit(&sb, 0xd800 | c >> 10, 2, o) < 0)
                return NULL;
            c = 0xdc00 | (c & 0x3ff);
        }
        if (put_unit(&sb, c, 2, o) < 0)
            return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_encode_utf32(py_unicode *u, int order)
{
    struct py_sb sb;
    int o = order ? order : native;

    py_sb_init(&sb);
    if (!order && put_unit(&sb, 0xfeff, 4, o) < 0)
        return NULL;
    for (intptr_t i = 0; i < u->n; i++)
        if (put_unit(&sb, u->data[i], 4, o) < 0)
            return NULL;
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_decode_internal(const char *s, intptr_t n, const char *errors)
{
    struct py_ub b = {0};
    intptr_t i = 0;

    while (i < n) {
        const char *reason = "truncated input";
        intptr_t end = n;
        if (n - i >= 4) {
            uint32_t c = unit(s + i, 4, native);
            if (c < 0x110000) {
                if (py_ub_addc(&b, c) < 0)
                    return NULL;
                i += 4;
                continue;
            }
            reason = "illegal code point (> 0x10FFFF)";
            end = i + 4;
        }
        i = py_decode_error(&b, errors, "unicode_internal", s, n, i, end,
                            reason);
        if (i < 0)
            return NULL;
    }
    return (py_object *)py_ub_finish(&b);
}

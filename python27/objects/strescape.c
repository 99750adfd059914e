/*
 * strescape.c: repr of a str, and the escapes of str literals taken back (also
 * the codec string_escape). Neighbours: compiler/literal.c, _codecs.c.
 */
#include "objects/python.h"

py_object *py_str_repr(py_str *s)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *p = (const unsigned char *)s->data;
    intptr_t n = s->n, extra = 2;
    char quote = '\'', *out;

    for (intptr_t i = 0; i < n; i++) {
        if (p[i] == '\\' || p[i] == '\t' || p[i] == '\n' || p[i] == '\r')
            extra++;
        else if (p[i] < ' ' || p[i] >= 0x7f)
            extra += 3;
    }
    if (memchr(p, '\'', (size_t)n)) {
        if (!memchr(p, '"', (size_t)n))
            quote = '"';
        else
            for (intptr_t i = 0; i < n; i++)
                extra += p[i] == '\'';
    }
    py_str *r = py_str_alloc(n + extra, &out);
    if (!r)
        return NULL;
    *out++ = quote;
    for (intptr_t i = 0; i < n; i++) {
        unsigned char c = p[i];
        if (c == quote || c == '\\') {
            *out++ = '\\';
            *out++ = (char)c;
        } else if (c == '\t' || c == '\n' || c == '\r') {
            *out++ = '\\';
            *out++ = c == '\t' ? 't' : c == '\n' ? 'n' : 'r';
        } else if (c < ' ' || c >= 0x7f) {
            *out++ = '\\';
            *out++ = 'x';
            *out++ = hex[c >> 4];
            *out++ = hex[c & 15];
        } else {
            *out++ = (char)c;
        }
    }
    *out = quote;
    return &r->base;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character that the one after a backslash stands for; 0 when it is no
 * such escape. */
static char simple_escape(char c)
{
    static const char from[] = "\\'\"bftnrva", to[] = "\\'\"\b\f\t\n\r\v\a";
    const char *p = c ? strchr(from, c) : NULL;
    return p ? to[p - from] : 0;
}

py_object *py_str_unescape(const char *s, intptr_t n, const char *errors)
{
    const char *end = s + n;
    struct py_sb sb;

    py_sb_init(&sb);
    if (py_sb_add(&sb, "", 0) < 0)
        return NULL;
    while (s < end) {
        const char *q = memchr(s, '\\', (size_t)(end - s));
        if (!q)
            q = end;
        if (py_sb_add(&sb, s, q - s) < 0)
            return NULL;
        if (q == end)
            break;
        s = q + 1;
        if (s == end)
            return py_raise(&py_ValueError, "Trailing \\ in string");
        char c = *s++, plain = simple_escape(c);
        if (plain) {
            py_sb_addc(&sb, plain);
        } else if (c == '\n') {
            continue;
        } else if (c >= '0' && c <= '7') {
            int v = c - '0';
            for (int k = 0; k < 2 && s < end && *s >= '0' && *s <= '7'; k++)
                v = v * 8 + (*s++ - '0');
            py_sb_addc(&sb, (char)v);
        } else if (c == 'x') {
            int hi = s < end ? hex_digit(*s) : -1;
            int lo = hi >= 0 && s + 1 < end ? hex_digit(s[1]) : -1;
            if (lo >= 0) {
                py_sb_addc(&sb, (char)(hi << 4 | lo));
                s += 2;
                continue;
            }
            if (!errors || strcmp(errors, "strict") == 0)
                return py_raise(&py_ValueError, "invalid \\x escape");
            if (strcmp(errors, "replace") == 0)
                py_sb_addc(&sb, '?');
            else if (strcmp(errors, "ignore") != 0)
                return py_raise(
                    &py_ValueError,
                    "decoding error; unknown error handling code: %.400s",
                    errors);
            if (hi >= 0)
                s++;
        } else {
            py_sb_addc(&sb, '\\');
            py_sb_addc(&sb, c);
        }
    }
    return (py_object *)py_sb_finish(&sb);
}

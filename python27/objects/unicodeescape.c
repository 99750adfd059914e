/*
 * unicodeescape.c: escapes of unicode text: repr, literals, and the codecs
 * unicode_escape and raw_unicode_escape.
 */
#include "objects/python.h"
#include "objects/unicodeimpl.h"

static const char hex[] = "0123456789abcdef";

/* -------------------------------------------------------------- encoding */

static int add_hex(struct py_sb *sb, char letter, uint32_t c, int digits)
{
    char buf[10];
    buf[0] = '\\';
    buf[1] = letter;
    for (int k = 0; k < digits; k++)
        buf[2 + k] = hex[c >> 4 * (digits - 1 - k) & 15];
    return py_sb_add(sb, buf, digits + 2);
}

/* One character; -1 on error. quote 0: none is escaped. Surrogates stay what
 * they are, as where characters are UCS-4. */
static int add_escaped(struct py_sb *sb, uint32_t c, char quote)
{
    if (c == '\\' || (quote && c == (unsigned char)quote)) {
        char two[2] = {'\\', (char)c};
        return py_sb_add(sb, two, 2);
    }
    if (c == '\t' || c == '\n' || c == '\r')
        return py_sb_adds(sb, c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r");
    if (c >= 0x10000)
        return add_hex(sb, 'U', c, 8);
    if (c >= 0x100)
        return add_hex(sb, 'u', c, 4);
    return c < ' ' || c >= 0x7f ? add_hex(sb, 'x', c, 2)
                                : py_sb_addc(sb, (char)c);
}

static int has(py_unicode *u, uint32_t c)
{
    for (intptr_t i = 0; i < u->n; i++)
        if (u->data[i] == c)
            return 1;
    return 0;
}

static py_object *escaped(py_unicode *u, char quote)
{
    struct py_sb sb;

    py_sb_init(&sb);
    if (quote && (py_sb_addc(&sb, 'u') < 0 || py_sb_addc(&sb, quote) < 0))
        return NULL;
    for (intptr_t i = 0; i < u->n; i++)
        if (add_escaped(&sb, u->data[i], quote) < 0)
            return NULL;
    if (quote && py_sb_addc(&sb, quote) < 0)
        return NULL;
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_unicode_repr(py_unicode *u)
{
    return escaped(u, has(u, '\'') && !has(u, '"') ? '"' : '\'');
}

py_object *py_encode_unicode_escape(py_unicode *u)
{
    return escaped(u, 0);
}

py_object *py_encode_raw_unicode_escape(py_unicode *u)
{
    struct py_sb sb;

    py_sb_init(&sb);
    for (intptr_t i = 0; i < u->n; i++) {
        uint32_t c = u->data[i];
        int r = c >= 0x10000 ? add_hex(&sb, 'U', c, 8)
                : c >= 0x100 ? add_hex(&sb, 'u', c, 4)
                             : py_sb_addc(&sb, (char)c);
        if (r < 0)
            return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

/* -------------------------------------------------------------- decoding */

struct escape_reader {
    const char *s;
    intptr_t n, i; /* i: the next byte */
    const char *errors;
    int utf8; /* other bytes are UTF-8 (source text), else latin-1 */
    struct py_ub out;
};

static int fail(struct escape_reader *r, const char *codec, intptr_t start,
                intptr_t end, const char *reason)
{
    r->i = py_decode_error(&r->out, r->errors, codec, r->s, r->n, start, end,
                           reason);
    return r->i < 0 ? -1 : 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The digits behind \x, \u or \U, which stands at `start`. */
static int read_hex(struct escape_reader *r, intptr_t start, int digits)
{
    const char *truncated = digits == 2   ? "truncated \\xXX escape"
                            : digits == 4 ? "truncated \\uXXXX escape"
                                          : "truncated \\UXXXXXXXX escape";
    uint32_t c = 0;

    for (int k = 0; k < digits; k++) {
        int d = r->i + k < r->n ? hex_value(r->s[r->i + k]) : -1;
        if (d < 0)
            return fail(r, "unicodeescape", start, r->i + k, truncated);
        c = c << 4 | (uint32_t)d;
    }
    if (c > 0x10ffff)
        return fail(r, "unicodeescape", start, r->i + digits,
                    "illegal Unicode character");
    r->i += digits;
    return py_ub_addc(&r->out, c);
}

/* unicodedata.lookup(name): 1 and *c, 0 unknown, -1 error. */
static int named_character(const char *name, intptr_t n, uint32_t *c)
{
    py_object *m = py_import("unicodedata");
    py_object *f = m ? py_getattr_cstr(m, "lookup") : NULL;
    py_object *u = f ? py_call1(f, (py_object *)py_str_new(name, n)) : NULL;

    if (!u)
        return py_err_catch(&py_KeyError) ? 0 : -1;
    if (!py_is_unicode(u) || ((py_unicode *)u)->n != 1)
        return 0;
    *c = ((py_unicode *)u)->data[0];
    return 1;
}

/* \N{name}, which stands at `start`. */
static int read_name(struct escape_reader *r, intptr_t start)
{
    uint32_t c;

    if (r->i < r->n && r->s[r->i] == '{') {
        const char *open = r->s + r->i + 1;
        const char *close = memchr(open, '}', (size_t)(r->s + r->n - open));
        if (close && close > open) {
            int found = named_character(open, close - open, &c);
            if (found < 0) {
                if (!py_err_catch(&py_ImportError))
                    return -1;
                py_raise(&py_UnicodeError, "\\N escapes not supported (can't "
                                           "load unicodedata module)");
                return -1;
            }
            if (found) {
                r->i = close + 1 - r->s;
                return py_ub_addc(&r->out, c);
            }
            return fail(r, "unicodeescape", start, close + 1 - r->s,
                        "unknown Unicode character name");
        }
        return fail(r, "unicodeescape", start, close ? close - r->s : r->n,
                    "malformed \\N character escape");
    }
    return fail(r, "unicodeescape", start, r->i < r->n ? r->i : r->n,
                "malformed \\N character escape");
}

/* What follows a backslash, which stands at r->i - 1. */
static int read_escape(struct escape_reader *r)
{
    static const char from[] = "\\'\"bftnrva", to[] = "\\'\"\b\f\t\n\r\v\a";
    intptr_t start = r->i - 1;

    if (r->i >= r->n)
        return fail(r, "unicodeescape", start, r->n, "\\ at end of string");
    char c = r->s[r->i++];
    const char *p = c ? strchr(from, c) : NULL;
    if (p)
        return py_ub_addc(&r->out, (unsigned char)to[p - from]);
    if (c == '\n')
        return 0;
    if (c >= '0' && c <= '7') {
        uint32_t v = (uint32_t)(c - '0');
        for (int k = 0;
             k < 2 && r->i < r->n && r->s[r->i] >= '0' && r->s[r->i] <= '7';
             k++)
            v = v * 8 + (uint32_t)(r->s[r->i++] - '0');
        return py_ub_addc(&r->out, v);
    }
    switch (c) {
    case 'x':
        return read_hex(r, start, 2);
    case 'u':
        return read_hex(r, start, 4);
    case 'U':
        return read_hex(r, start, 8);
    case 'N':
        return read_name(r, start);
    default:
        r->i--; /* it may be the first byte of a character */
        return py_ub_addc(&r->out, '\\');
    }
}

/* \uXXXX behind an odd number of backslashes, whose last stands at `start`. */
static int read_raw_escape(struct escape_reader *r, intptr_t start)
{
    int digits = r->s[r->i] == 'u' ? 4 : 8;
    uint32_t c = 0;

    r->i++;
    for (int k = 0; k < digits; k++, r->i++) {
        int d = r->i < r->n ? hex_value(r->s[r->i]) : -1;
        if (d < 0)
            return fail(r, "rawunicodeescape", start, r->i,
                        digits == 4 ? "truncated \\uXXXX"
                                    : "truncated \\UXXXXXXXX");
        c = c << 4 | (uint32_t)d;
    }
    if (c > 0x10ffff)
        return fail(r, "rawunicodeescape", start, r->i,
                    "\\Uxxxxxxxx out of range");
    return py_ub_addc(&r->out, c);
}

static int read_raw_backslashes(struct escape_reader *r)
{
    intptr_t start = r->i;

    while (r->i < r->n && r->s[r->i] == '\\')
        r->i++;
    intptr_t count = r->i - start;
    int escape = count % 2 == 1 && r->i < r->n &&
                 (r->s[r->i] == 'u' || r->s[r->i] == 'U');
    for (intptr_t k = escape; k < count; k++)
        if (py_ub_addc(&r->out, '\\') < 0)
            return -1;
    return escape ? read_raw_escape(r, r->i - 1) : 0;
}

/* Bytes up to the next backslash. */
static int read_plain(struct escape_reader *r)
{
    const char *p = r->s + r->i;
    const char *q = memchr(p, '\\', (size_t)(r->n - r->i));
    intptr_t n = q ? q - p : r->n - r->i;

    r->i += n;
    if (!r->utf8)
        return py_ub_add_ascii(&r->out, p, n);
    py_unicode *u = (py_unicode *)py_unicode_from_utf8(p, n, NULL);
    return u ? py_ub_add(&r->out, u->data, u->n) : -1;
}

static py_object *unescape(struct escape_reader *r, int raw)
{
    while (r->i < r->n) {
        int e;
        if (r->s[r->i] != '\\') {
            e = read_plain(r);
        } else if (raw) {
            e = read_raw_backslashes(r);
        } else {
            r->i++;
            e = read_escape(r);
        }
        if (e < 0)
            return NULL;
    }
    return (py_object *)py_ub_finish(&r->out);
}

py_object *py_decode_escapes(const char *s, intptr_t n, const char *errors,
                             int raw)
{
    struct escape_reader r = {.s = s, .n = n, .errors = errors};
    return unescape(&r, raw);
}

py_object *py_unicode_unescape(const char *s, intptr_t n, int raw)
{
    struct escape_reader r = {.s = s, .n = n, .utf8 = 1};
    return unescape(&r, raw);
}

/*
 * strformat.c: texts made by C code: growing ones (struct py_sb) and the
 * printf-like formats of errors and reprs. In: C values; out: strs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "objects/python.h"

/* ------------------------------------------------------- growing texts */

void py_sb_init(struct py_sb *sb)
{
    sb->buf = NULL;
    sb->n = 0;
}

static int grow(struct py_sb *sb, intptr_t more)
{
    intptr_t want;
    if (__builtin_add_overflow(sb->n, more, &want) ||
        want > INTPTR_MAX / 2 - 64) {
        py_raise_nomemory();
        return -1;
    }
    want += want / 2 + 48;
    struct py_bytes *b = TW_NEW_VAR(py_bytes, want);
    if (!b) {
        py_raise_nomemory();
        return -1;
    }
    b->n = want;
    if (sb->n)
        memcpy(b->item, sb->buf->item, (size_t)sb->n);
    sb->buf = b;
    return 0;
}

int py_sb_add(struct py_sb *sb, const char *s, intptr_t n)
{
    if ((!sb->buf || sb->buf->n - sb->n < n) && grow(sb, n) < 0)
        return -1;
    memcpy(sb->buf->item + sb->n, s, (size_t)n);
    sb->n += n;
    return 0;
}

int py_sb_adds(struct py_sb *sb, const char *cstr)
{
    return py_sb_add(sb, cstr, (intptr_t)strlen(cstr));
}

int py_sb_addc(struct py_sb *sb, char c)
{
    return py_sb_add(sb, &c, 1);
}

py_str *py_sb_finish(struct py_sb *sb)
{
    return py_str_new(sb->n ? sb->buf->item : "", sb->n);
}

/* -------------------------------------------------------------- formats */

/* One conversion, taken apart: %[flags][width][.precision][length]letter. */
struct conversion {
    char spec[40]; /* for snprintf: without length and letter */
    size_t nspec;
    intptr_t precision; /* -1: none */
    int wide;           /* 0 int, 1 long, intptr_t, long long */
    char letter;
};

static const char *read_conversion(const char *p, struct conversion *c,
                                   int star)
{
    c->nspec = 0;
    c->spec[c->nspec++] = '%';
    c->precision = -1;
    c->wide = 0;
    if (*p == '*') {
        c->nspec += (size_t)snprintf(c->spec + 1, 12, "%d", star);
        p++;
    }
    for (; strchr("-+ #0123456789.", *p) && c->nspec < 20; p++) {
        c->spec[c->nspec++] = *p;
        if (*p == '.')
            c->precision = 0;
        else if (c->precision >= 0)
            c->precision = c->precision * 10 + (*p - '0');
    }
    for (; *p == 'l' || *p == 'z' || *p == 'j'; p++)
        c->wide = 1;
    c->letter = *p;
    return p + 1;
}

static int add_number(struct py_sb *sb, struct conversion *c, int64_t v)
{
    char out[64];

    memcpy(c->spec + c->nspec, "ll", 2);
    c->spec[c->nspec + 2] = c->letter;
    c->spec[c->nspec + 3] = 0;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
    snprintf(out, sizeof out, c->spec, (long long)v);
#pragma clang diagnostic pop
    return py_sb_adds(sb, out);
}

static int add_text(struct py_sb *sb, struct conversion *c, const char *s)
{
    if (!s)
        s = "(null)";
    intptr_t n =
        (intptr_t)(c->precision < 0 ? strlen(s)
                                    : strnlen(s, (size_t)c->precision));
    c->spec[c->nspec] = 0;
    for (intptr_t pad = strtol(c->spec + 1, NULL, 10) - n; pad > 0; pad--)
        if (py_sb_addc(sb, ' ') < 0)
            return -1;
    return py_sb_add(sb, s, n);
}

/* repr(o) or str(o) */
static int add_object(struct py_sb *sb, struct conversion *c, py_object *o)
{
    py_object *t = !o                 ? (py_object *)py_str_from("<NULL>")
                   : c->letter == 'R' ? py_repr(o)
                                      : py_str_of(o);
    if (!t)
        return -1;
    intptr_t n = ((py_str *)t)->n;
    if (c->precision >= 0 && n > c->precision)
        n = c->precision;
    return py_sb_add(sb, ((py_str *)t)->data, n);
}

/* The arguments are read here only: a va_list cannot be handed on portably.
 * Once with objects, once without: see PY_BY_FORMAT. */
static inline __attribute__((always_inline)) int
add_format(struct py_sb *sb, const char *fmt, va_list ap, int objects)
{
    for (const char *p = fmt; *p;) {
        const char *q = strchrnul(p, '%');
        if (py_sb_add(sb, p, q - p) < 0)
            return -1;
        if (!*q)
            return 0;
        struct conversion c;
        int r;
        p = read_conversion(q + 1, &c, q[1] == '*' ? va_arg(ap, int) : 0);
        switch (c.letter) {
        case 'd':
        case 'i':
            r = add_number(sb, &c,
                           c.wide ? va_arg(ap, int64_t) : va_arg(ap, int));
            break;
        case 'u':
        case 'x':
        case 'X':
        case 'o':
            r = add_number(sb, &c,
                           c.wide ? va_arg(ap, int64_t) : va_arg(ap, unsigned));
            break;
        case 'c':
            r = py_sb_addc(sb, (char)va_arg(ap, int));
            break;
        case 's':
            r = add_text(sb, &c, va_arg(ap, const char *));
            break;
        case 'p':
            c.letter = 'x';
            r = py_sb_adds(sb, "0x");
            if (r == 0)
                r = add_number(sb, &c, (intptr_t)va_arg(ap, void *));
            break;
        case 'R':
        case 'S':
            if (!objects)
                py_fatal("an object in a C format that has none");
            r = add_object(sb, &c, va_arg(ap, py_object *));
            break;
        case 'T': {
            py_object *o = va_arg(ap, py_object *);
            r = add_text(sb, &c, o ? py_type_of(o)->name : "NULL");
            break;
        }
        case '%':
            r = py_sb_addc(sb, '%');
            break;
        default:
            py_fatal("unknown conversion in a C format");
        }
        if (r < 0)
            return -1;
    }
    return 0;
}

static int add_text_format(struct py_sb *sb, const char *fmt, va_list ap)
{
    return add_format(sb, fmt, ap, 0);
}

static int add_object_format(struct py_sb *sb, const char *fmt, va_list ap)
{
    return add_format(sb, fmt, ap, 1);
}

py_str *py_str_vformat_text(const char *fmt, va_list ap)
{
    struct py_sb sb;
    py_sb_init(&sb);
    return add_text_format(&sb, fmt, ap) < 0 ? NULL : py_sb_finish(&sb);
}

py_str *py_str_format_text(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    py_str *s = py_str_vformat_text(fmt, ap);
    va_end(ap);
    return s;
}

int py_sb_addf_text(struct py_sb *sb, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int r = add_text_format(sb, fmt, ap);
    va_end(ap);
    return r;
}

py_str *py_str_vformat_objects(const char *fmt, va_list ap)
{
    struct py_sb sb;
    py_sb_init(&sb);
    return add_object_format(&sb, fmt, ap) < 0 ? NULL : py_sb_finish(&sb);
}

py_str *py_str_format_objects(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    py_str *s = py_str_vformat_objects(fmt, ap);
    va_end(ap);
    return s;
}

int py_sb_addf_objects(struct py_sb *sb, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int r = add_object_format(sb, fmt, ap);
    va_end(ap);
    return r;
}

/*
 * strbuild.c: reading and building texts that may be str or unicode, for the
 * two kinds of formatting (strmod.c, formatspec.c, strformatter.c).
 */
#include "objects/python.h"
#include "objects/strimpl.h"
#include "objects/unicodedb.h"

struct py_span py_span_of(py_object *text)
{
    struct py_span s = {NULL, 0, 0};
    if (py_is_unicode(text)) {
        s.p = ((py_unicode *)text)->data;
        s.n = ((py_unicode *)text)->n;
        s.wide = 1;
    } else {
        s.p = ((py_str *)text)->data;
        s.n = ((py_str *)text)->n;
    }
    return s;
}

struct py_span py_span_cut(const struct py_span *s, intptr_t i, intptr_t j)
{
    struct py_span r = {(const char *)s->p + i * (s->wide ? 4 : 1), j - i,
                        s->wide};
    return r;
}

py_object *py_span_object(const struct py_span *s)
{
    return s->wide ? (py_object *)py_unicode_new(s->p, s->n)
                   : (py_object *)py_str_new(s->p, s->n);
}

intptr_t py_span_number(const struct py_span *s, intptr_t i, intptr_t j)
{
    intptr_t v = 0;
    if (i == j)
        return -1;
    for (; i < j; i++) {
        uint32_t c = py_span_at(s, i);
        int d = s->wide                ? py_uc_decimal(c)
                : c >= '0' && c <= '9' ? (int)c - '0'
                                       : -1;
        if (d < 0)
            return -1;
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, d, &v)) {
            py_raise(&py_ValueError,
                     "Too many decimal digits in format string");
            return -2;
        }
    }
    return v;
}

/* --------------------------------------------------------------- building */

void py_tb_init(struct py_tb *b, int wide)
{
    memset(b, 0, sizeof *b);
    b->wide = wide;
}

int py_tb_widen(struct py_tb *b)
{
    if (b->wide)
        return 0;
    b->wide = 1;
    if (b->sb.n == 0)
        return 0;
    py_unicode *u =
        (py_unicode *)py_unicode_decode(b->sb.buf->item, b->sb.n, NULL, NULL);
    return u ? py_ub_add(&b->ub, u->data, u->n) : -1;
}

int py_tb_ascii(struct py_tb *b, const char *s, intptr_t n)
{
    return b->wide ? py_ub_add_ascii(&b->ub, s, n) : py_sb_add(&b->sb, s, n);
}

int py_tb_fill(struct py_tb *b, uint32_t c, intptr_t n)
{
    for (; n > 0; n--)
        if ((b->wide ? py_ub_addc(&b->ub, c) : py_sb_addc(&b->sb, (char)c)) < 0)
            return -1;
    return 0;
}

int py_tb_span(struct py_tb *b, const struct py_span *s)
{
    if (b->wide == s->wide)
        return s->wide ? py_ub_add(&b->ub, s->p, s->n)
                       : py_sb_add(&b->sb, s->p, s->n);
    return py_tb_text(b, py_span_object(s));
}

int py_tb_text(struct py_tb *b, py_object *text)
{
    if (!text)
        return -1;
    if (b->wide && py_is_str(text))
        text = (py_object *)py_unicode_coerce(text);
    else if (!b->wide && py_is_unicode(text))
        text = py_unicode_encode(text, NULL, NULL);
    if (!text)
        return -1;
    struct py_span s = py_span_of(text);
    return py_tb_span(b, &s);
}

py_object *py_tb_finish(struct py_tb *b)
{
    return b->wide ? (py_object *)py_ub_finish(&b->ub)
                   : (py_object *)py_sb_finish(&b->sb);
}

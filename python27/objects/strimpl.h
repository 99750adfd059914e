/*
 * strimpl.h: what the text types' files offer each other and nobody else.
 */
#ifndef PY_STRIMPL_H
#define PY_STRIMPL_H

#include "objects/unicodeimpl.h"

extern const struct py_methoddef py_str_methods[], py_unicode_methods[];

/* o as unicode: itself, or a str in the default encoding; NULL with TypeError
 * (the text's %T is o's type) or UnicodeDecodeError. */
py_unicode *py_unicode_coerce(py_object *o);
/* One operand is unicode, the other anything. */
py_object *py_unicode_concat(py_object *a, py_object *b);
int py_unicode_contains(py_object *o, py_object *x);
/* One operand is a bytearray, the other anything. */
py_object *py_bytearray_concat(py_object *a, py_object *b);

/* o.encode(encoding, errors) and o.decode(): any objects through the registry,
 * the common codecs directly. */
py_object *py_encode_any(py_object *o, const char *encoding,
                         const char *errors);
py_object *py_decode_any(py_object *o, const char *encoding,
                         const char *errors);
/* Methods that str and unicode share. */
py_object *py_str_encode_method(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames);
py_object *py_str_decode_method(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames);
py_object *py_str_format_method(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames);
py_object *py_formatter_parser(py_object *o);
py_object *py_formatter_field_name_split(py_object *o);

/* --- formatting works on both kinds of text (strbuild.c) */

/* Some characters of a str or unicode. */
struct py_span {
    const void *p;
    intptr_t n;
    int wide; /* UCS-4 */
};
struct py_span py_span_of(py_object *text);
static inline uint32_t py_span_at(const struct py_span *s, intptr_t i)
{
    return s->wide ? ((const uint32_t *)s->p)[i]
                   : ((const unsigned char *)s->p)[i];
}
struct py_span py_span_cut(const struct py_span *s, intptr_t i, intptr_t j);
py_object *py_span_object(const struct py_span *s);
/* The number that consists of digits i..j; -1 when they are none (or j == i),
 * -2 with ValueError when it is too big. */
intptr_t py_span_number(const struct py_span *s, intptr_t i, intptr_t j);

/* A growing str or unicode. */
struct py_tb {
    int wide;
    struct py_sb sb;
    struct py_ub ub;
};
void py_tb_init(struct py_tb *b, int wide);
int py_tb_widen(
    struct py_tb *b); /* from now on unicode: decodes what is there */
int py_tb_ascii(struct py_tb *b, const char *s, intptr_t n);
int py_tb_fill(struct py_tb *b, uint32_t c, intptr_t n); /* n <= 0: nothing */
int py_tb_span(struct py_tb *b, const struct py_span *s);
/* A str or unicode; a unicode in a narrow text is encoded, and conversely. */
int py_tb_text(struct py_tb *b, py_object *text);
py_object *py_tb_finish(struct py_tb *b);

#endif

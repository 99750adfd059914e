/*
 * strobject.h: str, unicode, bytearray: layouts, making and reading.
 *
 * A str's characters lie where `data` says: behind the object itself, in static
 * memory, or in a shared growing buffer `buf` that repeated concatenation
 * appends to (a string that ends where its buffer's used part ends is extended
 * in place, which makes s += t linear without reference counts).
 */
#ifndef PY_STROBJECT_H
#define PY_STROBJECT_H

#include <stdarg.h>
#include "objects/object.h"

struct py_strbuf {
    intptr_t n;    /* capacity */
    intptr_t used; /* grows, never shrinks */
    char item[];
};
struct py_str {
    py_object base;
    int64_t hash; /* -1 not yet known */
    intptr_t n;
    const char *data; /* not NUL-terminated when buf is set */
    struct py_strbuf *buf;
    uint8_t interned;
    char item[]; /* small strings' own bytes and a NUL */
};
/* Characters are UCS-4. */
struct py_unicode {
    py_object base;
    int64_t hash;
    intptr_t n;
    const uint32_t *data; /* data[n] is 0 */
    py_str *encoded;      /* in the default encoding, cached */
};
/* Bytes are data[0..n) of `buf` from `start`. */
struct py_bytearray {
    py_object base;
    intptr_t n, start;
    intptr_t exports;
    struct py_bytes *buf;
};
typedef struct py_bytearray py_bytearray;
TW_IMMUTABLE(py_str, n);
TW_IMMUTABLE(py_str, data);
TW_IMMUTABLE_ARRAY(py_str, data);
TW_IMMUTABLE(py_unicode, n);
TW_IMMUTABLE(py_unicode, data);
TW_IMMUTABLE_ARRAY(py_unicode, data);
TW_GC_TYPE_DECL(py_str);
TW_GC_TYPE_DECL(py_unicode);
TW_GC_TYPE_DECL(py_bytearray);

extern py_type py_basestring_type, py_str_type, py_unicode_type,
    py_bytearray_type, py_buffer_type, py_memoryview_type;
#define py_is_str(o) PY_IS(o, PY_TF_STR)
#define py_is_str_exact(o) (py_type_of(o) == &py_str_type)
#define py_is_unicode(o) PY_IS(o, PY_TF_UNICODE)
#define py_is_unicode_exact(o) (py_type_of(o) == &py_unicode_type)
#define py_is_bytearray(o) py_isinst(o, &py_bytearray_type)

/* New strs; NULL with MemoryError. */
py_str *py_str_new(const char *s, intptr_t n);
py_str *py_str_from(const char *cstr);
py_str *py_str_char(unsigned char c); /* shared */
extern py_str *py_str_empty;
/* A fresh str of n bytes to be filled through *bytes before anyone sees it. */
py_str *py_str_alloc(intptr_t n, char **bytes);
/* printf-like; formats listed at py_raise (errors.h). */
#define py_str_format_c(...)                                                   \
    PY_BY_FORMAT(py_str_format_text, py_str_format_objects, __VA_ARGS__, 0)    \
    (__VA_ARGS__)
py_str *py_str_format_text(const char *fmt, ...);
py_str *py_str_format_objects(const char *fmt, ...);
py_str *py_str_vformat_text(const char *fmt, va_list ap);
py_str *py_str_vformat_objects(const char *fmt, va_list ap);
py_str *py_str_concat(py_str *a, py_str *b);
/* The one str equal to s among interned ones: names compare by pointer. */
py_str *py_intern(py_str *s);
py_str *py_intern_cstr(const char *cstr);
/* NUL-terminated bytes (copied when they lie in a shared buffer). */
const char *py_str_cstr(py_str *s);
static inline const char *py_str_data(py_str *s)
{
    return s->data;
}
static inline intptr_t py_str_len(py_str *s)
{
    return s->n;
}
int64_t py_str_hash(py_str *s);
int py_str_eq(py_str *a, py_str *b);
int py_str_eq_cstr(py_str *a, const char *cstr);
/* 'text' with quotes and escapes. */
py_object *py_str_repr(py_str *s);
/* s % args, of str and of unicode */
py_object *py_str_mod(py_object *fmt, py_object *args);
/* Bytes of a literal between its quotes, escapes taken (compiler, codecs). */
py_object *py_str_unescape(const char *s, intptr_t n, const char *errors);

py_unicode *py_unicode_new(const uint32_t *s, intptr_t n);
py_unicode *py_unicode_char(uint32_t c);
py_unicode *py_unicode_alloc(intptr_t n, uint32_t **chars);
py_object *py_unicode_from_utf8(const char *s, intptr_t n, const char *errors);
py_object *py_unicode_from_latin1(const char *s, intptr_t n);
py_object *py_unicode_as_utf8(py_object *u); /* a str */
/* By codec; NULL encoding is the default one, NULL errors "strict". */
py_object *py_unicode_decode(const char *s, intptr_t n, const char *encoding,
                             const char *errors);
py_object *py_unicode_encode(py_object *u, const char *encoding,
                             const char *errors);
/* unicode(o, encoding, errors) */
py_object *py_unicode_from_object(py_object *o, const char *encoding,
                                  const char *errors);
/* Escapes of u'' and ur'' literals between the quotes, given as UTF-8. */
py_object *py_unicode_unescape(const char *s, intptr_t n, int raw);

py_object *py_bytearray_new(const char *s, intptr_t n);

/* A growing text, for C code that builds strings. */
struct py_sb {
    struct py_bytes *buf;
    intptr_t n;
};
void py_sb_init(struct py_sb *sb);
int py_sb_add(struct py_sb *sb, const char *s, intptr_t n); /* -1 MemoryError */
int py_sb_adds(struct py_sb *sb, const char *cstr);
int py_sb_addc(struct py_sb *sb, char c);
#define py_sb_addf(sb, ...)                                                    \
    PY_BY_FORMAT(py_sb_addf_text, py_sb_addf_objects, __VA_ARGS__, 0)          \
    (sb, __VA_ARGS__)
int py_sb_addf_text(struct py_sb *sb, const char *fmt, ...);
int py_sb_addf_objects(struct py_sb *sb, const char *fmt, ...);
py_str *py_sb_finish(struct py_sb *sb);

#endif

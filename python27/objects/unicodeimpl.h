/*
 * unicodeimpl.h: what the files of unicode and of the codecs offer each other.
 */
#ifndef PY_UNICODEIMPL_H
#define PY_UNICODEIMPL_H

#include "objects/strobject.h"

/* Growing UCS-4 text; all zero is empty. */
struct py_ub {
    uint32_t *data;
    intptr_t n, room;
};
int py_ub_reserve(struct py_ub *b, intptr_t more);
int py_ub_add(struct py_ub *b, const uint32_t *s, intptr_t n);
int py_ub_addc(struct py_ub *b, uint32_t c);
int py_ub_add_ascii(struct py_ub *b, const char *s,
                    intptr_t n); /* or latin-1 */
py_unicode *py_ub_finish(struct py_ub *b);

py_object *py_unicode_repr(py_unicode *u);

/* --- decoders: n bytes to unicode. `consumed` (may be NULL) asks for stateful
 * decoding: an incomplete sequence at the end is left, *consumed says where. */
py_object *py_decode_ascii(const char *s, intptr_t n, const char *errors);
py_object *py_decode_utf8(const char *s, intptr_t n, const char *errors,
                          intptr_t *consumed);

py_object *py_decode_escapes(const char *s, intptr_t n, const char *errors,
                             int raw);
py_object *py_decode_utf7(const char *s, intptr_t n, const char *errors,
                          intptr_t *consumed);
/* *order: -1 little-endian, 1 big, 0 by the mark, which sets it. */
py_object *py_decode_utf16(const char *s, intptr_t n, const char *errors,
                           int *order, intptr_t *consumed);
py_object *py_decode_utf32(const char *s, intptr_t n, const char *errors,
                           int *order, intptr_t *consumed);
py_object *py_decode_internal(const char *s, intptr_t n, const char *errors);
py_object *py_decode_charmap(const char *s, intptr_t n, const char *errors,
                             py_object *mapping);

/* --- encoders: to str */
py_object *py_encode_utf7(py_unicode *u);
/* order 0: native, with a byte order mark */
py_object *py_encode_utf16(py_unicode *u, int order);
py_object *py_encode_utf32(py_unicode *u, int order);
py_object *py_encode_charmap(py_unicode *u, const char *errors,
                             py_object *mapping);
/* The dict that encodes what the text, by position, decodes. */
py_object *py_charmap_build(py_unicode *map);
py_object *py_encode_utf8(py_unicode *u, const char *errors);
py_object *py_encode_unicode_escape(py_unicode *u);
py_object *py_encode_raw_unicode_escape(py_unicode *u);
/* limit 128 is ascii, 256 latin-1 */
py_object *py_encode_latin1(py_unicode *u, const char *errors, uint32_t limit);

/* --- errors. A decoder met bytes start..end of s that it cannot take: appends
 * what the handler named `errors` (NULL: strict) gives and returns the position
 * to go on from, or -1 with an exception. */
intptr_t py_decode_error(struct py_ub *out, const char *errors,
                         const char *encoding, const char *s, intptr_t n,
                         intptr_t start, intptr_t end, const char *reason);
/* The same for characters start..end of u. *repl is what the handler gave: a
 * unicode that the encoder encodes in its turn, without another error. */
intptr_t py_encode_error(py_unicode **repl, const char *errors,
                         const char *encoding, py_unicode *u, intptr_t start,
                         intptr_t end, const char *reason);
/* The error handler of that name; NULL with LookupError. */
py_object *py_codec_lookup_error(const char *name);

/* The built-in handlers: a method table of five, name and function. */
extern const struct py_methoddef py_codec_handlers[];

/* --- registry */
extern const char *py_default_encoding; /* "ascii" */
/* (encode, decode, reader, writer) of an encoding. */
py_object *py_codec_lookup(const char *encoding);
/* o.encode(encoding, errors) and decode through the registry; any types. NULL
 * encoding is the default one. */
py_object *py_codec_encode(py_object *o, const char *encoding,
                           const char *errors);
py_object *py_codec_decode(py_object *o, const char *encoding,
                           const char *errors);

#endif

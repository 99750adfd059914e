/*
 * _codecs.c: the registry of codecs and of their error handlers, and the
 * built-in codecs as functions.
 *
 * Neighbours: unicodecodec.c and its kin do the work, the package `encodings`
 * (python27/lib) registers the search function.
 */
#include <ctype.h>

#include "objects/python.h"
#include "objects/strimpl.h"
#include "objects/unicodeimpl.h"

/* --------------------------------------------------------------- registry */

static py_list *search_path;
static py_dict *search_cache, *error_handlers;

static int ready(void)
{
    if (search_path)
        return 0;
    search_path = py_list_new();
    search_cache = py_dict_new();
    error_handlers = py_dict_new();
    for (const struct py_methoddef *d = py_codec_handlers; d->name; d++)
        if (py_dict_set_cstr(error_handlers, d->name,
                             py_builtin_new(d, NULL, NULL)) < 0)
            return -1;
    return 0;
}

/* Lower case, blanks as hyphens. */
static py_str *normalized(const char *encoding)
{
    char *p;
    intptr_t n = (intptr_t)strlen(encoding);
    py_str *s = py_str_alloc(n, &p);
    for (intptr_t i = 0; s && i < n; i++)
        p[i] = encoding[i] == ' ' ? '-'
                                  : (char)tolower((unsigned char)encoding[i]);
    return s ? py_intern(s) : NULL;
}

/* The package that registers the search function of the standard codecs. */
static int load_encodings(void)
{
    static int loaded;
    if (loaded || py_list_len(search_path))
        return 0;
    loaded = 1;
    if (py_import("encodings") || py_err_catch(&py_ImportError))
        return 0;
    loaded = 0;
    return -1;
}

py_object *py_codec_lookup(const char *encoding)
{
    py_str *name = normalized(encoding);
    if (!name || ready() < 0 || load_encodings() < 0)
        return NULL;
    py_object *found = py_dict_get_str(search_cache, name);
    if (found)
        return found;
    if (py_list_len(search_path) == 0)
        return py_raise(&py_LookupError, "no codec search functions "
                                         "registered: can't find encoding");
    for (intptr_t i = 0; i < py_list_len(search_path); i++) {
        py_object *r = py_call1(py_list_get(search_path, i), &name->base);
        if (!r)
            return NULL;
        if (r == py_None)
            continue;
        if (!py_is_tuple(r) || ((py_tuple *)r)->n != 4)
            return py_raise(&py_TypeError,
                            "codec search functions must return 4-tuples");
        return py_dict_set_str(search_cache, name, r) < 0 ? NULL : r;
    }
    return py_raise(&py_LookupError, "unknown encoding: %s", encoding);
}

/* Function `which` of the codec (0 encode, 1 decode) applied: the first item
 * of the pair that it returns. */
static py_object *apply(int which, py_object *o, const char *encoding,
                        const char *errors)
{
    py_object *codec =
        py_codec_lookup(encoding ? encoding : py_default_encoding);
    if (!codec)
        return NULL;
    py_object *f = ((py_tuple *)codec)->item[which];
    py_object *r = errors ? py_call2(f, o, (py_object *)py_str_from(errors))
                          : py_call1(f, o);
    if (!r)
        return NULL;
    if (!py_is_tuple(r) || ((py_tuple *)r)->n != 2)
        return py_raise(&py_TypeError, which == 0
                                           ? "encoder must return a tuple "
                                             "(object,integer)"
                                           : "decoder must return a tuple "
                                             "(object,integer)");
    return ((py_tuple *)r)->item[0];
}

py_object *py_codec_encode(py_object *o, const char *encoding,
                           const char *errors)
{
    return apply(0, o, encoding, errors);
}

py_object *py_codec_decode(py_object *o, const char *encoding,
                           const char *errors)
{
    return apply(1, o, encoding, errors);
}

py_object *py_codec_lookup_error(const char *name)
{
    if (ready() < 0)
        return NULL;
    py_object *h = py_dict_get_cstr(error_handlers, name);
    if (!h && !py_err_occurred())
        py_raise(&py_LookupError, "unknown error handler name '%.400s'", name);
    return h;
}

/* -------------------------------------------------------------- functions */

static py_object *f_register(py_object *self, py_object *f)
{
    (void)self;
    if (!py_callable(f))
        return py_raise(&py_TypeError, "argument must be callable");
    if (ready() < 0 || py_list_append(search_path, f) < 0)
        return NULL;
    return py_None;
}

static py_object *f_lookup(py_object *self, py_object *name)
{
    (void)self;
    const char *s = py_arg_cstr(name, "lookup", 0);
    return s ? py_codec_lookup(s) : NULL;
}

static py_object *f_register_error(py_object *self, py_object *name,
                                   py_object *handler)
{
    (void)self;
    const char *s = py_arg_cstr(name, "register_error", 1);
    if (!s)
        return NULL;
    if (!py_callable(handler))
        return py_raise(&py_TypeError, "handler must be callable");
    if (ready() < 0 || py_dict_set_cstr(error_handlers, s, handler) < 0)
        return NULL;
    return py_None;
}

static py_object *f_lookup_error(py_object *self, py_object *name)
{
    (void)self;
    const char *s = py_arg_cstr(name, "lookup_error", 0);
    return s ? py_codec_lookup_error(s) : NULL;
}

/* An optional str argument, None allowed where `none`. */
static int optional(py_object *o, const char *fname, int argno, int none,
                    const char **out)
{
    *out = NULL;
    if (!o || (none && o == py_None))
        return 0;
    *out = py_arg_cstr(o, fname, argno);
    return *out ? 0 : -1;
}

static py_object *f_encode(py_object *self, py_object *o, py_object *encoding,
                           py_object *errors)
{
    const char *enc, *errs;
    (void)self;
    if (optional(encoding, "encode", 2, 0, &enc) < 0 ||
        optional(errors, "encode", 3, 0, &errs) < 0)
        return NULL;
    return py_codec_encode(o, enc, errs);
}

static py_object *f_decode(py_object *self, py_object *o, py_object *encoding,
                           py_object *errors)
{
    const char *enc, *errs;
    (void)self;
    if (optional(encoding, "decode", 2, 0, &enc) < 0 ||
        optional(errors, "decode", 3, 0, &errs) < 0)
        return NULL;
    return py_codec_decode(o, enc, errs);
}

/* (coded, n) */
static py_object *pair(py_object *r, intptr_t n)
{
    return r ? (py_object *)py_tuple_pack2(r, py_int_new(n)) : NULL;
}

/* The arguments of an encoder: a text and errors. */
static py_unicode *encoder_args(const char *fname, py_object *o,
                                py_object *errors, const char **errs)
{
    return optional(errors, fname, 2, 1, errs) < 0 ? NULL
                                                   : py_unicode_coerce(o);
}

#define ENCODER(name, call)                                                    \
    static py_object *f_##name(py_object *self, py_object *o,                  \
                               py_object *errors)                              \
    {                                                                          \
        const char *errs;                                                      \
        (void)self;                                                            \
        py_unicode *u = encoder_args(#name, o, errors, &errs);                 \
        return u ? pair(call, u->n) : NULL;                                    \
    }
ENCODER(ascii_encode, py_encode_latin1(u, errs, 128))
ENCODER(latin_1_encode, py_encode_latin1(u, errs, 256))
ENCODER(utf_8_encode, py_encode_utf8(u, errs))
ENCODER(utf_7_encode, py_encode_utf7(u))
ENCODER(utf_16_le_encode, py_encode_utf16(u, -1))
ENCODER(utf_16_be_encode, py_encode_utf16(u, 1))
ENCODER(utf_32_le_encode, py_encode_utf32(u, -1))
ENCODER(utf_32_be_encode, py_encode_utf32(u, 1))
ENCODER(unicode_escape_encode, py_encode_unicode_escape(u))
ENCODER(raw_unicode_escape_encode, py_encode_raw_unicode_escape(u))

/* With an optional third argument, the byte order. */
#define ORDERED_ENCODER(name, call)                                            \
    static py_object *f_##name(py_object *self, py_object *o,                  \
                               py_object *errors, py_object *byteorder)        \
    {                                                                          \
        const char *errs;                                                      \
        int order = 0;                                                         \
        (void)self;                                                            \
        py_unicode *u = encoder_args(#name, o, errors, &errs);                 \
        if (!u || (byteorder && py_arg_int(byteorder, &order) < 0))            \
            return NULL;                                                       \
        return pair(call, u->n);                                               \
    }
ORDERED_ENCODER(utf_16_encode, py_encode_utf16(u, order))
ORDERED_ENCODER(utf_32_encode, py_encode_utf32(u, order))

/* The arguments of a decoder: bytes, errors, and whether more may follow. */
static const char *decoder_args(const char *fname, py_object *o,
                                py_object *errors, py_object *final,
                                intptr_t *n, const char **errs, int *more)
{
    int f = 0;
    if (optional(errors, fname, 2, 1, errs) < 0 ||
        (final && py_arg_int(final, &f) < 0))
        return NULL;
    *more = !f;
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    return py_arg_bytes(o, fname, 1, n);
}

/* `call` sees s, n, errs, and used (a place for the number of bytes taken, or
 * NULL when nothing follows). */
#define DECODER(name, call)                                                    \
    static py_object *f_##name(py_object *self, py_object *o,                  \
                               py_object *errors, py_object *final)            \
    {                                                                          \
        const char *errs;                                                      \
        intptr_t n, consumed;                                                  \
        int more, order = 0;                                                   \
        (void)self;                                                            \
        (void)order;                                                           \
        const char *s =                                                        \
            decoder_args(#name, o, errors, final, &n, &errs, &more);           \
        if (!s)                                                                \
            return NULL;                                                       \
        intptr_t *used = more ? &consumed : NULL;                              \
        consumed = n;                                                          \
        (void)used;                                                            \
        py_object *r = call;                                                   \
        return pair(r, consumed);                                              \
    }
/* One that takes everything at once. */
#define PLAIN_DECODER(name, call)                                              \
    static py_object *f_##name(py_object *self, py_object *o,                  \
                               py_object *errors)                              \
    {                                                                          \
        const char *errs;                                                      \
        intptr_t n;                                                            \
        int more;                                                              \
        (void)self;                                                            \
        const char *s =                                                        \
            decoder_args(#name, o, errors, NULL, &n, &errs, &more);            \
        return s ? pair(call, n) : NULL;                                       \
    }
#define ORDER(o) (order = (o), &order)
PLAIN_DECODER(ascii_decode, py_decode_ascii(s, n, errs))
PLAIN_DECODER(latin_1_decode, py_unicode_from_latin1(s, n))
DECODER(utf_8_decode, py_decode_utf8(s, n, errs, used))
DECODER(utf_7_decode, py_decode_utf7(s, n, errs, used))
DECODER(utf_16_decode, py_decode_utf16(s, n, errs, ORDER(0), used))
DECODER(utf_16_le_decode, py_decode_utf16(s, n, errs, ORDER(-1), used))
DECODER(utf_16_be_decode, py_decode_utf16(s, n, errs, ORDER(1), used))
DECODER(utf_32_decode, py_decode_utf32(s, n, errs, ORDER(0), used))
DECODER(utf_32_le_decode, py_decode_utf32(s, n, errs, ORDER(-1), used))
DECODER(utf_32_be_decode, py_decode_utf32(s, n, errs, ORDER(1), used))
PLAIN_DECODER(unicode_escape_decode, py_decode_escapes(s, n, errs, 0))
PLAIN_DECODER(raw_unicode_escape_decode, py_decode_escapes(s, n, errs, 1))
PLAIN_DECODER(escape_decode, py_str_unescape(s, n, errs))

/* (text, bytes taken, byte order) */
#define EX_DECODER(name, function)                                             \
    static py_object *f_##name(py_object *self, py_object *o,                  \
                               py_object *errors, py_object *byteorder,        \
                               py_object *final)                               \
    {                                                                          \
        const char *errs;                                                      \
        intptr_t n, consumed;                                                  \
        int more, order = 0;                                                   \
        (void)self;                                                            \
        if (byteorder && py_arg_int(byteorder, &order) < 0)                    \
            return NULL;                                                       \
        const char *s =                                                        \
            decoder_args(#name, o, errors, final, &n, &errs, &more);           \
        if (!s)                                                                \
            return NULL;                                                       \
        consumed = n;                                                          \
        py_object *r = function(s, n, errs, &order, more ? &consumed : NULL);  \
        return r ? (py_object *)py_tuple_pack3(r, py_int_new(consumed),        \
                                               py_int_new(order))              \
                 : NULL;                                                       \
    }
EX_DECODER(utf_16_ex_decode, py_decode_utf16)
EX_DECODER(utf_32_ex_decode, py_decode_utf32)

static py_object *f_escape_encode(py_object *self, py_object *o,
                                  py_object *errors)
{
    (void)self;
    (void)errors;
    if (!py_is_str(o))
        return py_arg_error("escape_encode", 1, "string", o);
    /* repr() between its quotes; a single quote is always escaped. */
    struct py_sb sb;
    py_sb_init(&sb);
    for (intptr_t i = 0; i < ((py_str *)o)->n; i++) {
        char c = ((py_str *)o)->data[i];
        py_str *r = c == '\''
                        ? py_str_from("'\\''")
                        : (py_str *)py_str_repr(py_str_char((unsigned char)c));
        if (!r || py_sb_add(&sb, r->data + 1, r->n - 2) < 0)
            return NULL;
    }
    return pair((py_object *)py_sb_finish(&sb), ((py_str *)o)->n);
}

static py_object *f_unicode_internal_decode(py_object *self, py_object *o,
                                            py_object *errors)
{
    const char *errs;
    intptr_t n;
    (void)self;
    if (optional(errors, "unicode_internal_decode", 2, 1, &errs) < 0)
        return NULL;
    if (py_is_unicode(o))
        return pair(o, ((py_unicode *)o)->n);
    const char *s = py_arg_bytes(o, "unicode_internal_decode", 1, &n);
    return s ? pair(py_decode_internal(s, n, errs), n) : NULL;
}

static py_object *f_unicode_internal_encode(py_object *self, py_object *o,
                                            py_object *errors)
{
    const char *errs;
    intptr_t n;
    (void)self;
    if (optional(errors, "unicode_internal_encode", 2, 1, &errs) < 0)
        return NULL;
    const char *s = py_buffer_read(o, &n);
    return s ? pair((py_object *)py_str_new(s, n),
                    py_is_unicode(o) ? ((py_unicode *)o)->n : n)
             : NULL;
}

static py_object *f_buffer_encode(py_object *self, py_object *o,
                                  py_object *errors)
{
    const char *errs;
    intptr_t n;
    (void)self;
    if (optional(errors, "readbuffer_encode", 2, 1, &errs) < 0)
        return NULL;
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    const char *s = py_arg_bytes(o, "readbuffer_encode", 1, &n);
    return s ? pair((py_object *)py_str_new(s, n), n) : NULL;
}

static py_object *f_charmap_encode(py_object *self, py_object *o,
                                   py_object *errors, py_object *mapping)
{
    const char *errs;
    (void)self;
    py_unicode *u = encoder_args("charmap_encode", o, errors, &errs);
    if (!u)
        return NULL;
    if (!mapping || mapping == py_None)
        return pair(py_encode_latin1(u, errs, 256), u->n);
    return pair(py_encode_charmap(u, errs, mapping), u->n);
}

static py_object *f_charmap_decode(py_object *self, py_object *o,
                                   py_object *errors, py_object *mapping)
{
    const char *errs;
    intptr_t n;
    int more;
    (void)self;
    const char *s =
        decoder_args("charmap_decode", o, errors, NULL, &n, &errs, &more);
    if (!s)
        return NULL;
    if (!mapping || mapping == py_None)
        return pair(py_unicode_from_latin1(s, n), n);
    return pair(py_decode_charmap(s, n, errs, mapping), n);
}

static py_object *f_charmap_build(py_object *self, py_object *map)
{
    (void)self;
    if (!py_is_unicode(map))
        return py_arg_error("charmap_build", 1, "unicode", map);
    return py_charmap_build((py_unicode *)map);
}

#define ROW(min, max, name) PY_M(min, max, #name, f_##name, NULL)
static const struct py_methoddef functions[] = {
    ROW(1, 1, register),
    ROW(1, 1, lookup),
    ROW(1, 3, encode),
    ROW(1, 3, decode),
    ROW(2, 2, register_error),
    ROW(1, 1, lookup_error),
    ROW(1, 2, escape_encode),
    ROW(1, 2, escape_decode),
    ROW(1, 2, utf_8_encode),
    ROW(1, 3, utf_8_decode),
    ROW(1, 2, utf_7_encode),
    ROW(1, 3, utf_7_decode),
    ROW(1, 3, utf_16_encode),
    ROW(1, 2, utf_16_le_encode),
    ROW(1, 2, utf_16_be_encode),
    ROW(1, 3, utf_16_decode),
    ROW(1, 3, utf_16_le_decode),
    ROW(1, 3, utf_16_be_decode),
    ROW(1, 4, utf_16_ex_decode),
    ROW(1, 3, utf_32_encode),
    ROW(1, 2, utf_32_le_encode),
    ROW(1, 2, utf_32_be_encode),
    ROW(1, 3, utf_32_decode),
    ROW(1, 3, utf_32_le_decode),
    ROW(1, 3, utf_32_be_decode),
    ROW(1, 4, utf_32_ex_decode),
    ROW(1, 2, unicode_escape_encode),
    ROW(1, 2, unicode_escape_decode),
    ROW(1, 2, unicode_internal_encode),
    ROW(1, 2, unicode_internal_decode),
    ROW(1, 2, raw_unicode_escape_encode),
    ROW(1, 2, raw_unicode_escape_decode),
    ROW(1, 2, latin_1_encode),
    ROW(1, 2, latin_1_decode),
    ROW(1, 2, ascii_encode),
    ROW(1, 2, ascii_decode),
    ROW(1, 3, charmap_encode),
    ROW(1, 3, charmap_decode),
    ROW(1, 1, charmap_build),
    PY_M(1, 2, "readbuffer_encode", f_buffer_encode, NULL),
    PY_M(1, 2, "charbuffer_encode", f_buffer_encode, NULL),
    PY_MEND,
};

const struct py_moduledef py_module__codecs = {"_codecs", NULL, functions,
                                               NULL};

/*
 * unicodeerrors.c: what happens where a codec cannot go on: the built-in error
 * handlers and the registered ones. In: the name of a handler and the place; out:
 * replacement text and the place to go on from.
 */
#include "objects/python.h"
#include "objects/unicodeimpl.h"

static int is(const char *errors, const char *name)
{
    return strcmp(errors, name) == 0;
}

/* What a handler returned, checked: the text, and *pos within 0..n. */
static py_unicode *handler_result(py_object *r, const char *kind, intptr_t n,
                                  intptr_t *pos)
{
    if (!r)
        return NULL;
    if (!py_is_tuple(r) || ((py_tuple *)r)->n != 2 ||
        !py_is_unicode(((py_tuple *)r)->item[0]))
        return py_raise(&py_TypeError,
                        "%s error handler must return (unicode, int) tuple",
                        kind);
    if (py_arg_ssize(((py_tuple *)r)->item[1], pos) < 0)
        return NULL;
    intptr_t given = *pos;
    if (*pos < 0)
        *pos += n;
    if (*pos < 0 || *pos > n)
        return py_raise(&py_IndexError,
                        "position %zd from error handler out of bounds", given);
    return (py_unicode *)((py_tuple *)r)->item[0];
}

/* The exception just raised, as a value, cleared. */
static py_object *taken(void)
{
    struct py_savedexc saved = py_err_save();
    return saved.exc;
}

intptr_t py_decode_error(struct py_ub *out, const char *errors,
                         const char *encoding, const char *s, intptr_t n,
                         intptr_t start, intptr_t end, const char *reason)
{
    if (!errors || is(errors, "strict")) {
        py_raise_decode(encoding, s, n, start, end, reason);
        return -1;
    }
    if (is(errors, "ignore"))
        return end;
    if (is(errors, "replace"))
        return py_ub_addc(out, 0xfffd) < 0 ? -1 : end;
    py_object *handler = py_codec_lookup_error(errors);
    if (!handler)
        return -1;
    py_raise_decode(encoding, s, n, start, end, reason);
    intptr_t pos;
    py_unicode *text =
        handler_result(py_call1(handler, taken()), "decoding", n, &pos);
    if (!text || py_ub_add(out, text->data, text->n) < 0)
        return -1;
    return pos;
}

intptr_t py_encode_error(py_unicode **repl, const char *errors,
                         const char *encoding, py_unicode *u, intptr_t start,
                         intptr_t end, const char *reason)
{
    struct py_ub b = {0};

    if (!errors || is(errors, "strict")) {
        py_raise_encode(encoding, &u->base, start, end, reason);
        return -1;
    }
    if (is(errors, "ignore") || is(errors, "replace")) {
        for (intptr_t i = start; i < end && is(errors, "replace"); i++)
            if (py_ub_addc(&b, '?') < 0)
                return -1;
        *repl = py_ub_finish(&b);
        return end;
    }
    py_object *handler = py_codec_lookup_error(errors);
    if (!handler)
        return -1;
    py_raise_encode(encoding, &u->base, start, end, reason);
    intptr_t pos;
    *repl = handler_result(py_call1(handler, taken()), "encoding", u->n, &pos);
    return *repl ? pos : -1;
}

/* ---------------------------------------------------- handlers as functions */

/* The three kinds of Unicode errors, and where they point. */
struct place {
    int encode, decode;
    py_unicode *text; /* unless decoding */
    intptr_t start, end;
};

static void *unknown_error(py_object *e)
{
    return py_raise(&py_TypeError,
                    "don't know how to handle %.400s in error callback",
                    py_type_shortname(py_type_of(e)));
}

/* -1 with TypeError when e is none. */
static int find_place(py_object *e, struct place *p)
{
    struct py_unicodeerror *u = (struct py_unicodeerror *)e;

    p->encode = py_isinst(e, &py_UnicodeEncodeError);
    p->decode = py_isinst(e, &py_UnicodeDecodeError);
    if (!p->encode && !p->decode && !py_isinst(e, &py_UnicodeTranslateError)) {
        unknown_error(e);
        return -1;
    }
    if (!u->object || (!p->decode && !py_is_unicode(u->object)))
        return py_raise_i(&py_TypeError, "object attribute not set");
    intptr_t n = p->decode && py_is_str(u->object) ? ((py_str *)u->object)->n
                 : p->decode                       ? u->end
                             : ((py_unicode *)u->object)->n;
    p->text = p->decode ? NULL : (py_unicode *)u->object;
    p->start = u->start < 0 ? 0 : u->start >= n ? (n ? n - 1 : 0) : u->start;
    p->end = u->end < 1 ? 1 : u->end;
    if (p->end > n)
        p->end = n;
    return 0;
}

static py_object *answer(struct py_ub *b, intptr_t pos)
{
    return (py_object *)py_tuple_pack2((py_object *)py_ub_finish(b),
                                       py_int_new(pos));
}

static py_object *h_strict(py_object *self, py_object *e)
{
    (void)self;
    if (!py_is_exception(e))
        return py_raise(&py_TypeError, "codec must pass exception instance");
    return py_raise_obj(e, NULL);
}

static py_object *h_ignore(py_object *self, py_object *e)
{
    struct place p;
    struct py_ub b = {0};
    (void)self;
    return find_place(e, &p) < 0 ? NULL : answer(&b, p.end);
}

static py_object *h_replace(py_object *self, py_object *e)
{
    struct place p;
    struct py_ub b = {0};
    (void)self;
    if (find_place(e, &p) < 0)
        return NULL;
    intptr_t n = p.decode ? 1 : p.end - p.start;
    for (intptr_t i = 0; i < n; i++)
        if (py_ub_addc(&b, p.encode ? '?' : 0xfffd) < 0)
            return NULL;
    return answer(&b, p.end);
}

/* Each character of the place as printf prints it by the format that fits. */
static py_object *print_chars(py_object *e, const char *small,
                              const char *middle, const char *large)
{
    struct place p;
    struct py_ub b = {0};

    if (!py_isinst(e, &py_UnicodeEncodeError))
        return unknown_error(e);
    if (find_place(e, &p) < 0)
        return NULL;
    for (intptr_t i = p.start; i < p.end; i++) {
        uint32_t c = p.text->data[i];
        py_str *s = py_str_format_c(c >= 0x10000 ? large
                                    : c >= 0x100 ? middle
                                                 : small,
                                    c);
        if (!s || py_ub_add_ascii(&b, s->data, s->n) < 0)
            return NULL;
    }
    return answer(&b, p.end);
}

static py_object *h_xmlcharref(py_object *self, py_object *e)
{
    (void)self;
    return print_chars(e, "&#%u;", "&#%u;", "&#%u;");
}

static py_object *h_backslash(py_object *self, py_object *e)
{
    (void)self;
    return print_chars(e, "\\x%02x", "\\u%04x", "\\U%08x");
}

const struct py_methoddef py_codec_handlers[] = {
    PY_M1("strict", h_strict, "Raises the error."),
    PY_M1("ignore", h_ignore, "Leaves out what cannot be coded."),
    PY_M1("replace", h_replace, "Puts a question mark or U+FFFD instead."),
    PY_M1("xmlcharrefreplace", h_xmlcharref, "Puts &#...; instead."),
    PY_M1("backslashreplace", h_backslash, "Puts \\x.., \\u.... instead."),
    PY_MEND,
};

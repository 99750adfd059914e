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
    py_unicode *text = handler_result(py_call1(handler, taken()), "decoding", n,
                                      &pos);
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

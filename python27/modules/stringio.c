/*
 * stringio.c: StringIO: text in memory as a stream.
 */
#include "modules/io.h"

struct py_stringio_u {
    struct py_iobase io;
    uint32_t *s;
    intptr_t n, pos, room;
    py_str *readnl, *writenl; /* NULL: none */
    py_object *decoder;       /* of newlines, or NULL */
    uint8_t ready, shut, universal, translate;
};
TW_GC_TYPE(py_stringio_u);
#define S(o) ((struct py_stringio_u *)(o))

static int check_open(py_object *o)
{
    if (!S(o)->ready)
        return py_raise_i(&py_ValueError,
                          "I/O operation on uninitialized object");
    if (S(o)->shut)
        return py_raise_i(&py_ValueError, "I/O operation on closed file");
    return 0;
}

static int put(py_object *o, const uint32_t *s, intptr_t n)
{
    struct py_stringio_u *io = S(o);
    intptr_t end;

    if (__builtin_add_overflow(io->pos, n, &end) || end > INTPTR_MAX / 8)
        return py_raise_i(&py_OverflowError, "new position too large");
    if (end > io->room) {
        intptr_t room = end + (end >> 3) + 16;
        uint32_t *p = tw_gc_malloc_atomic((size_t)room * sizeof *p);

        if (!p)
            return py_raise_nomemory(), -1;
        if (io->n)
            memcpy(p, io->s, (size_t)io->n * sizeof *p);
        io->s = p;
        io->room = room;
    }
    if (io->pos > io->n)
        memset(io->s + io->n, 0, (size_t)(io->pos - io->n) * sizeof *s);
    if (n)
        memcpy(io->s + io->pos, s, (size_t)n * sizeof *s);
    io->pos = end;
    if (end > io->n)
        io->n = end;
    return 0;
}

static int write_text(py_object *o, py_object *text)
{
    if (S(o)->decoder) {
        text = py_nldecoder_decode(S(o)->decoder, text, 1);
        if (!text)
            return -1;
    }
    if (S(o)->writenl) {
        static const uint32_t lf[] = {'\n'};

        text = py_io_call2(text, "replace", (py_object *)py_unicode_new(lf, 1),
                           &S(o)->writenl->base);
        if (!text)
            return -1;
    }
    return put(o, ((py_unicode *)text)->data, ((py_unicode *)text)->n);
}

static py_object *take(py_object *o, intptr_t n)
{
    intptr_t rest = S(o)->pos < S(o)->n ? S(o)->n - S(o)->pos : 0;

    if (n < 0 || n > rest)
        n = rest;
    py_object *r =
        (py_object *)py_unicode_new(S(o)->s + (n ? S(o)->pos : 0), n);
    S(o)->pos += n;
    return r;
}

static py_object *read_line(py_object *o, intptr_t limit)
{
    intptr_t rest = S(o)->pos < S(o)->n ? S(o)->n - S(o)->pos : 0, looked = 0;

    if (limit >= 0 && limit < rest)
        rest = limit;
    if (!rest)
        return take(o, 0);
    intptr_t end = py_io_line_end(S(o)->s + S(o)->pos, rest, S(o)->translate,
                                  S(o)->universal, S(o)->readnl, &looked);
    return take(o, end < 0 ? rest : end);
}

static py_object *m_write(py_object *o, py_object *text)
{
    if (!S(o)->ready)
        return check_open(o) < 0 ? NULL : py_None;
    if (!py_is_unicode(text))
        return py_raise(&py_TypeError, "unicode argument expected, got '%s'",
                        py_type_of(text)->name);
    if (check_open(o) < 0)
        return NULL;
    intptr_t n = ((py_unicode *)text)->n;
    return n && write_text(o, text) < 0 ? NULL : py_int_new(n);
}

static py_object *m_read(py_object *o, py_object *sizeo)
{
    intptr_t n;

    if (check_open(o) < 0 || py_io_size(sizeo, &n) < 0)
        return NULL;
    return take(o, n);
}

static py_object *m_readline(py_object *o, py_object *limito)
{
    intptr_t limit;

    if (check_open(o) < 0 || py_io_size(limito, &limit) < 0)
        return NULL;
    return read_line(o, limit);
}

static py_object *stringio_next(py_object *o)
{
    py_object *line;

    if (check_open(o) < 0)
        return NULL;
    if (py_type_of(o) == &py_stringio_u_type)
        line = read_line(o, -1);
    else {
        line = py_io_call0(o, "readline");
        if (line && !py_is_unicode(line))
            return py_raise(&py_IOError,
                            "readline() should have returned an str object, "
                            "not '%.200s'",
                            py_type_of(line)->name);
    }
    return line && ((py_unicode *)line)->n ? line : NULL;
}

static py_object *m_getvalue(py_object *o)
{
    return check_open(o) < 0 ? NULL
                             : (py_object *)py_unicode_new(S(o)->s, S(o)->n);
}

static py_object *m_tell(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_int_new(S(o)->pos);
}

static py_object *m_seek(py_object *o, py_object *poso, py_object *whenceo)
{
    intptr_t pos;
    int whence = 0;

    if (check_open(o) < 0 || py_arg_ssize(poso, &pos) < 0 ||
        (whenceo && py_arg_int(whenceo, &whence) < 0))
        return NULL;
    if (whence < 0 || whence > 2)
        return py_raise(&py_ValueError,
                        "Invalid whence (%i, should be 0, 1 or 2)", whence);
    if (pos < 0 && whence == 0)
        return py_raise(&py_ValueError, "Negative seek position %zd", pos);
    if (pos != 0 && whence != 0)
        return py_raise(&py_IOError, "Can't do nonzero cur-relative seeks");
    S(o)->pos = whence == 0 ? pos : whence == 1 ? S(o)->pos : S(o)->n;
    return py_int_new(S(o)->pos);
}

static py_object *m_truncate(py_object *o, py_object *sizeo)
{
    intptr_t size = S(o)->pos;

    if (check_open(o) < 0)
        return NULL;
    if (sizeo && sizeo != py_None) {
        if (!py_is_int(sizeo) && !py_is_long(sizeo))
            return py_raise(&py_TypeError,
                            "integer argument expected, got '%s'",
                            py_type_of(sizeo)->name);
        if (py_arg_ssize(sizeo, &size) < 0)
            return NULL;
    }
    if (size < 0)
        return py_raise(&py_ValueError, "Negative size value %zd", size);
    if (size < S(o)->n)
        S(o)->n = size;
    return py_int_new(size);
}

static py_object *m_true(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_True;
}

static py_object *m_close(py_object *o)
{
    S(o)->shut = 1;
    S(o)->s = NULL;
    S(o)->n = S(o)->room = 0;
    return py_None;
}

static py_object *get_closed(py_object *o, void *data)
{
    (void)data;
    if (!S(o)->ready)
        return check_open(o) < 0 ? NULL : py_None;
    return py_bool(S(o)->shut);
}

static py_object *get_line_buffering(py_object *o, void *data)
{
    (void)data;
    return check_open(o) < 0 ? NULL : py_False;
}

static py_object *get_newlines(py_object *o, void *data)
{
    (void)data;
    if (check_open(o) < 0)
        return NULL;
    return S(o)->decoder ? py_getattr_cstr(S(o)->decoder, "newlines") : py_None;
}

static py_object *m_getstate(py_object *o)
{
    py_object *value = m_getvalue(o);
    py_dict *d = S(o)->io.dict;
    py_tuple *t = py_tuple_new(4);

    if (!value)
        return NULL;
    if (d && !(d = py_dict_copy(d)))
        return NULL;
    t->item[0] = value;
    t->item[1] = S(o)->readnl ? &S(o)->readnl->base : py_None;
    t->item[2] = py_int_new(S(o)->pos);
    t->item[3] = d ? &d->base : py_None;
    return &t->base;
}

static int set_newline(py_object *o, py_object *newline)
{
    const char *s = NULL;

    if (newline && newline != py_None) {
        if (!py_is_str(newline) && !py_is_unicode(newline))
            return py_raise_i(&py_TypeError,
                              "newline must be str or unicode, not %s",
                              py_type_shortname(py_type_of(newline)));
        s = py_arg_cstr(newline, "StringIO", 2);
        if (!s)
            return -1;
        if (*s && strcmp(s, "\n") && strcmp(s, "\r") && strcmp(s, "\r\n"))
            return py_raise_i(&py_ValueError, "illegal newline value: %s", s);
    }
    S(o)->readnl = s ? py_str_from(s) : NULL;
    S(o)->universal = !s || !*s;
    S(o)->translate = !s;
    S(o)->writenl = s && *s == '\r' ? S(o)->readnl : NULL;
    S(o)->decoder =
        S(o)->universal
            ? py_io_newline_decoder(py_None, S(o)->translate,
                                    (py_object *)py_str_from("strict"))
            : NULL;
    return 0;
}

static int stringio_init(py_object *o, py_object *const *args, intptr_t nargs,
                         py_tuple *kwnames)
{
    static const char *const names[] = {"initial_value", "newline"};
    py_object *v[2];

    S(o)->ready = 0;
    if (py_args_kw("StringIO", args, nargs, kwnames, names, 2, 0, v) < 0)
        return -1;
    if (!v[1])
        v[1] = (py_object *)py_str_from("\n");
    if (set_newline(o, v[1]) < 0)
        return -1;
    if (v[0] && v[0] != py_None && !py_is_unicode(v[0]))
        return py_raise_i(&py_TypeError,
                          "initial_value must be unicode or None, not %.200s",
                          py_type_of(v[0])->name);
    S(o)->n = S(o)->pos = 0;
    S(o)->shut = 0;
    S(o)->ready = 1;
    if (v[0] && v[0] != py_None && write_text(o, v[0]) < 0)
        return -1;
    S(o)->pos = 0;
    return 0;
}

static py_object *m_setstate(py_object *o, py_object *state)
{
    intptr_t pos;

    if (!py_is_tuple(state) || ((py_tuple *)state)->n < 4)
        return py_raise(&py_TypeError,
                        "%.200s.__setstate__ argument should be 4-tuple, got "
                        "%.200s",
                        py_type_of(o)->name, py_type_of(state)->name);
    py_tuple *t = (py_tuple *)state;
    if (S(o)->shut)
        return check_open(o) < 0 ? NULL : py_None;
    if (set_newline(o, t->item[1]) < 0)
        return NULL;
    S(o)->ready = 1;
    if (!py_is_unicode(t->item[0]))
        return py_raise(&py_TypeError,
                        "initial_value must be unicode or None, not %.200s",
                        py_type_of(t->item[0])->name);
    S(o)->n = S(o)->pos = 0;
    if (put(o, ((py_unicode *)t->item[0])->data,
            ((py_unicode *)t->item[0])->n) < 0)
        return NULL;
    if (!py_is_int(t->item[2]) && !py_is_long(t->item[2]))
        return py_raise(&py_TypeError,
                        "third item of state must be an integer, got %.200s",
                        py_type_of(t->item[2])->name);
    if (py_arg_ssize(t->item[2], &pos) < 0)
        return NULL;
    if (pos < 0)
        return py_raise(&py_ValueError, "position value cannot be negative");
    S(o)->pos = pos;
    if (t->item[3] != py_None) {
        if (!py_is_dict(t->item[3]))
            return py_raise(&py_TypeError,
                            "fourth item of state should be a dict, got a "
                            "%.200s",
                            py_type_of(t->item[3])->name);
        if (!S(o)->io.dict)
            S(o)->io.dict = py_dict_new();
        if (py_dict_update(S(o)->io.dict, t->item[3]) < 0)
            return NULL;
    }
    return py_None;
}

static py_object *stringio_new(py_type *type, py_object *const *args,
                               intptr_t nargs, py_tuple *kwnames)
{
    (void)args, (void)nargs, (void)kwnames;
    return py_alloc(type, 0);
}

static const struct py_methoddef stringio_methods[] = {
    PY_M0("close", m_close, "close()"),
    PY_M0("getvalue", m_getvalue, "getvalue() -> the whole text"),
    PY_M(0, 1, "read", m_read, "read([n]) -> text"),
    PY_M(0, 1, "readline", m_readline, "readline([limit]) -> text"),
    PY_M0("tell", m_tell, "tell() -> position"),
    PY_M(0, 1, "truncate", m_truncate, "truncate([size]) -> size"),
    PY_M(1, 2, "seek", m_seek, "seek(pos[, whence]) -> position"),
    PY_M1("write", m_write, "write(text) -> its length"),
    PY_M0("seekable", m_true, "seekable() -> True"),
    PY_M0("readable", m_true, "readable() -> True"),
    PY_M0("writable", m_true, "writable() -> True"),
    PY_M0("__getstate__", m_getstate, NULL),
    PY_M1("__setstate__", m_setstate, NULL),
    PY_MEND,
};
static const struct py_getset stringio_getset[] = {
    {"closed", get_closed, NULL, NULL, NULL},
    {"newlines", get_newlines, NULL, NULL, NULL},
    {"line_buffering", get_line_buffering, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_stringio_u_type = {
    PY_TYPE_HEAD("_io.StringIO", py_stringio_u),
    .base_type = &py_textiobase_type,
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .dict_offset = offsetof(struct py_iobase, dict),
    .doc = "StringIO([initial_value[, newline]]): text in memory.",
    .methods = stringio_methods,
    .getset = stringio_getset,
    .tp_iternext = stringio_next,
    .tp_new = stringio_new,
    .tp_init = stringio_init,
};

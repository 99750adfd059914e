/*
 * bytesio.c: BytesIO: bytes in memory as a buffered stream.
 */
#include "modules/io.h"

struct py_bytesio {
    struct py_iobase io;
    struct py_bytes *buf;
    intptr_t n, pos;
    uint8_t shut;
};
TW_GC_TYPE(py_bytesio);
#define B(o) ((struct py_bytesio *)(o))

static int check_open(py_object *o)
{
    if (!B(o)->shut)
        return 0;
    return py_raise_i(&py_ValueError, "I/O operation on closed file.");
}

static int reserve(py_object *o, intptr_t n)
{
    intptr_t room = B(o)->buf ? B(o)->buf->n : 0;

    if (n <= room)
        return 0;
    if (n > INTPTR_MAX / 2)
        return py_raise_i(&py_OverflowError, "new buffer size too large");
    room = n + (n >> 3) + 16;
    struct py_bytes *b = TW_NEW_VAR(py_bytes, room);
    if (!b)
        return py_raise_nomemory(), -1;
    b->n = room;
    if (B(o)->n)
        memcpy(b->item, B(o)->buf->item, (size_t)B(o)->n);
    B(o)->buf = b;
    return 0;
}

static int put(py_object *o, const char *s, intptr_t n)
{
    intptr_t end;

    if (__builtin_add_overflow(B(o)->pos, n, &end))
        return py_raise_i(&py_OverflowError, "new buffer size too large");
    if (n == 0)
        return 0;
    if (reserve(o, end) < 0)
        return -1;
    if (B(o)->pos > B(o)->n)
        memset(B(o)->buf->item + B(o)->n, 0, (size_t)(B(o)->pos - B(o)->n));
    memmove(B(o)->buf->item + B(o)->pos, s, (size_t)n);
    B(o)->pos = end;
    if (end > B(o)->n)
        B(o)->n = end;
    return 0;
}

/* n bytes from the position on, which moves. */
static py_object *take(py_object *o, intptr_t n)
{
    intptr_t rest = B(o)->pos < B(o)->n ? B(o)->n - B(o)->pos : 0;

    if (n < 0 || n > rest)
        n = rest;
    py_object *s =
        (py_object *)py_str_new(n ? B(o)->buf->item + B(o)->pos : "", n);
    B(o)->pos += n;
    return s;
}

static intptr_t line_length(py_object *o, intptr_t limit)
{
    intptr_t n = B(o)->pos < B(o)->n ? B(o)->n - B(o)->pos : 0;
    const char *s = n ? B(o)->buf->item + B(o)->pos : NULL,
               *nl = n ? memchr(s, '\n', (size_t)n) : NULL;

    if (nl)
        n = nl + 1 - s;
    return limit >= 0 && n > limit ? limit : n;
}

static py_object *y_true(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_True;
}

static py_object *y_read(py_object *o, py_object *sizeo)
{
    intptr_t n;

    if (check_open(o) < 0 || py_io_size(sizeo, &n) < 0)
        return NULL;
    return take(o, n);
}

static py_object *y_readline(py_object *o, py_object *sizeo)
{
    intptr_t n;

    if (check_open(o) < 0 || py_io_size(sizeo, &n) < 0)
        return NULL;
    return take(o, line_length(o, n));
}

static py_object *y_readlines(py_object *o, py_object *hinto)
{
    py_list *l = py_list_new();
    intptr_t hint, total = 0, n;

    if (check_open(o) < 0 || py_io_size(hinto, &hint) < 0)
        return NULL;
    while ((n = line_length(o, -1)) > 0) {
        py_object *line = take(o, n);

        if (!line || py_list_append(l, line) < 0)
            return NULL;
        total += n;
        if (hint > 0 && total >= hint)
            break;
    }
    return &l->base;
}

static py_object *y_readinto(py_object *o, py_object *buffer)
{
    intptr_t n, rest;

    if (check_open(o) < 0)
        return NULL;
    if (!py_type_of(buffer)->bf_write)
        return py_arg_error("readinto", 1, "read-write buffer", buffer);
    char *p = py_buffer_write(buffer, &n);
    if (!p)
        return NULL;
    rest = B(o)->pos < B(o)->n ? B(o)->n - B(o)->pos : 0;
    if (n > rest)
        n = rest;
    if (n)
        memcpy(p, B(o)->buf->item + B(o)->pos, (size_t)n);
    B(o)->pos += n;
    return py_int_new(n);
}

static py_object *y_write(py_object *o, py_object *data)
{
    intptr_t n;

    if (check_open(o) < 0)
        return NULL;
    if (py_is_unicode(data) || !py_type_of(data)->bf_read)
        return py_raise(&py_TypeError,
                        "'%.200s' does not have the buffer interface",
                        py_type_of(data)->name);
    const char *s = py_buffer_read(data, &n);
    return s && put(o, s, n) == 0 ? py_int_new(n) : NULL;
}

static py_object *y_writelines(py_object *o, py_object *lines)
{
    py_object *it, *line;

    if (check_open(o) < 0 || !(it = py_iter(lines)))
        return NULL;
    while ((line = py_iternext(it)))
        if (!y_write(o, line))
            return NULL;
    return py_err_occurred() ? NULL : py_None;
}

static py_object *y_getvalue(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    return (py_object *)py_str_new(B(o)->n ? B(o)->buf->item : "", B(o)->n);
}

static py_object *y_tell(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_int_new(B(o)->pos);
}

static py_object *y_seek(py_object *o, py_object *poso, py_object *whenceo)
{
    intptr_t pos;
    int whence = 0;

    if (py_arg_ssize(poso, &pos) < 0 ||
        (whenceo && py_arg_int(whenceo, &whence) < 0) || check_open(o) < 0)
        return NULL;
    if (pos < 0 && whence == 0)
        return py_raise(&py_ValueError, "negative seek value %zd", pos);
    if (whence < 0 || whence > 2)
        return py_raise(&py_ValueError,
                        "invalid whence (%i, should be 0, 1 or 2)", whence);
    intptr_t from = whence == 1 ? B(o)->pos : whence == 2 ? B(o)->n : 0;
    if (pos > INTPTR_MAX - from)
        return py_raise(&py_OverflowError, "new position too large");
    pos += from;
    B(o)->pos = pos < 0 ? 0 : pos;
    return py_int_new(B(o)->pos);
}

static py_object *y_truncate(py_object *o, py_object *sizeo)
{
    intptr_t size = B(o)->pos;

    if (check_open(o) < 0)
        return NULL;
    if (sizeo && sizeo != py_None) {
        if (!py_is_int(sizeo) && !py_is_long(sizeo))
            return py_raise(&py_TypeError,
                            "integer argument expected, got '%s'",
                            py_type_of(sizeo)->name);
        if (py_arg_ssize(sizeo, &size) < 0)
            return NULL;
        if (size < 0)
            return py_raise(&py_ValueError, "negative size value %zd", size);
    }
    if (size < B(o)->n)
        B(o)->n = size;
    return py_int_new(size);
}

static py_object *y_isatty(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_False;
}

static py_object *y_flush(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_None;
}

static py_object *y_close(py_object *o)
{
    B(o)->shut = 1;
    B(o)->buf = NULL;
    B(o)->n = 0;
    return py_None;
}

static py_object *bytesio_next(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    intptr_t n = line_length(o, -1);
    return n ? take(o, n) : NULL;
}

static py_object *y_getstate(py_object *o)
{
    py_object *value = y_getvalue(o);
    py_dict *d = B(o)->io.dict;

    if (!value)
        return NULL;
    if (d && !(d = py_dict_copy(d)))
        return NULL;
    return (py_object *)py_tuple_pack3(value, py_int_new(B(o)->pos),
                                       d ? &d->base : py_None);
}

static py_object *y_setstate(py_object *o, py_object *state)
{
    intptr_t n, pos;

    if (!py_is_tuple(state) || ((py_tuple *)state)->n < 3)
        return py_raise(&py_TypeError,
                        "%.200s.__setstate__ argument should be 3-tuple, got "
                        "%.200s",
                        py_type_of(o)->name, py_type_of(state)->name);
    py_tuple *t = (py_tuple *)state;
    B(o)->n = B(o)->pos = 0;
    if (check_open(o) < 0)
        return NULL;
    if (py_is_unicode(t->item[0]) || !py_type_of(t->item[0])->bf_read)
        return py_raise(&py_TypeError,
                        "'%.200s' does not have the buffer interface",
                        py_type_of(t->item[0])->name);
    const char *s = py_buffer_read(t->item[0], &n);
    if (!s || put(o, s, n) < 0)
        return NULL;
    if (!py_is_int(t->item[1]) && !py_is_long(t->item[1]))
        return py_raise(&py_TypeError,
                        "second item of state must be an integer, not %.200s",
                        py_type_of(t->item[1])->name);
    if (py_arg_ssize(t->item[1], &pos) < 0)
        return NULL;
    if (pos < 0)
        return py_raise(&py_ValueError, "position value cannot be negative");
    B(o)->pos = pos;
    if (t->item[2] != py_None) {
        if (!py_is_dict(t->item[2]))
            return py_raise(&py_TypeError,
                            "third item of state should be a dict, got a "
                            "%.200s",
                            py_type_of(t->item[2])->name);
        if (!B(o)->io.dict)
            B(o)->io.dict = py_dict_new();
        if (py_dict_update(B(o)->io.dict, t->item[2]) < 0)
            return NULL;
    }
    return py_None;
}

static py_object *get_closed(py_object *o, void *data)
{
    (void)data;
    return py_bool(B(o)->shut);
}

static int bytesio_init(py_object *o, py_object *const *args, intptr_t nargs,
                        py_tuple *kwnames)
{
    static const char *const names[] = {"initial_bytes"};
    py_object *v;

    if (py_args_kw("BytesIO", args, nargs, kwnames, names, 1, 0, &v) < 0)
        return -1;
    B(o)->n = B(o)->pos = 0;
    if (v && v != py_None) {
        if (!y_write(o, v))
            return -1;
        B(o)->pos = 0;
    }
    return 0;
}

static const struct py_methoddef bytesio_methods[] = {
    PY_M0("readable", y_true, "readable() -> bool"),
    PY_M0("seekable", y_true, "seekable() -> bool"),
    PY_M0("writable", y_true, "writable() -> bool"),
    PY_M0("close", y_close, "close()"),
    PY_M0("flush", y_flush, "flush(): does nothing"),
    PY_M0("isatty", y_isatty, "isatty() -> False"),
    PY_M0("tell", y_tell, "tell() -> position"),
    PY_M1("write", y_write, "write(bytes) -> bytes written"),
    PY_M1("writelines", y_writelines, "writelines(lines)"),
    PY_M1("read1", y_read, "read1(size) -> bytes"),
    PY_M1("readinto", y_readinto, "readinto(buffer) -> bytes read"),
    PY_M(0, 1, "readline", y_readline, "readline([size]) -> a line"),
    PY_M(0, 1, "readlines", y_readlines, "readlines([size]) -> lines"),
    PY_M(0, 1, "read", y_read, "read([size]) -> bytes"),
    PY_M0("getvalue", y_getvalue, "getvalue() -> all bytes"),
    PY_M(1, 2, "seek", y_seek, "seek(pos[, whence]) -> new position"),
    PY_M(0, 1, "truncate", y_truncate, "truncate([size]) -> size"),
    PY_M0("__getstate__", y_getstate, NULL),
    PY_M1("__setstate__", y_setstate, NULL),
    PY_MEND,
};
static const struct py_getset bytesio_getset[] = {
    {"closed", get_closed, NULL, "True if the file is closed.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_bytesio_type = {
    PY_TYPE_HEAD("_io.BytesIO", py_bytesio),
    .base_type = &py_bufferediobase_type,
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .dict_offset = offsetof(struct py_iobase, dict),
    .doc = "BytesIO([buffer]) -> bytes in memory as a stream",
    .methods = bytesio_methods,
    .getset = bytesio_getset,
    .tp_iternext = bytesio_next,
    .tp_init = bytesio_init,
};

/*
 * cStringIO.c: the module cStringIO: files in memory. StringIO() is for writing
 * and reading, StringIO(text) for reading only; one struct serves both types.
 */
#include <errno.h>

#include "objects/python.h"

struct py_stringio {
    py_object base;
    struct py_bytes *buf; /* of one for writing */
    const char *data;     /* of one for reading: the bytes of `source` */
    py_object *source;
    intptr_t n, pos;
    int32_t softspace;
    uint8_t closed;
};
TW_GC_TYPE(py_stringio);
static py_type input_type, output_type;

#define IO(o) ((struct py_stringio *)(o))

static const char *bytes_of(struct py_stringio *io)
{
    return io->source ? io->data : io->buf->item;
}

static int check_open(py_object *o)
{
    if (!IO(o)->closed)
        return 0;
    return py_raise_i(&py_ValueError, "I/O operation on closed file");
}

/* n bytes from the position on, which moves. */
static py_object *take(struct py_stringio *io, intptr_t n)
{
    py_object *s = (py_object *)py_str_new(bytes_of(io) + io->pos, n);
    io->pos += n;
    return s;
}

static intptr_t rest(struct py_stringio *io)
{
    return io->pos < io->n ? io->n - io->pos : 0;
}

/* Length of the line at the position, at most max (negative: any). */
static intptr_t line_length(struct py_stringio *io, intptr_t max)
{
    intptr_t n = rest(io);
    const char *p = bytes_of(io) + io->pos;
    const char *q = n ? memchr(p, '\n', (size_t)n) : NULL;
    if (q)
        n = q + 1 - p;
    return max >= 0 && n > max ? max : n;
}

static int optional_size(py_object *x, intptr_t *n)
{
    *n = -1;
    return x ? py_arg_ssize(x, n) : 0;
}

static py_object *io_read(py_object *o, py_object *size)
{
    intptr_t n;
    if (optional_size(size, &n) < 0 || check_open(o) < 0)
        return NULL;
    return take(IO(o), n < 0 || n > rest(IO(o)) ? rest(IO(o)) : n);
}

static py_object *io_readline(py_object *o, py_object *size)
{
    intptr_t n;
    if (optional_size(size, &n) < 0 || check_open(o) < 0)
        return NULL;
    return take(IO(o), line_length(IO(o), n));
}

static py_object *io_readlines(py_object *o, py_object *hint)
{
    intptr_t max = 0, total = 0, n;
    if ((hint && py_arg_ssize(hint, &max) < 0) || check_open(o) < 0)
        return NULL;
    py_list *l = py_list_new();
    while ((n = line_length(IO(o), -1)) > 0) {
        py_object *line = take(IO(o), n);
        if (!line || py_list_append(l, line) < 0)
            return NULL;
        total += n;
        if (max > 0 && total >= max)
            break;
    }
    return &l->base;
}

static py_object *io_next(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    intptr_t n = line_length(IO(o), -1);
    return n ? take(IO(o), n) : NULL;
}

static py_object *io_iter(py_object *o)
{
    return check_open(o) < 0 ? NULL : o;
}

/* Makes room up to `size` bytes. */
static int reserve(struct py_stringio *io, intptr_t size)
{
    if (size <= io->buf->n)
        return 0;
    intptr_t want = size > INTPTR_MAX / 4 ? size : size + size / 2 + 64;
    struct py_bytes *b = TW_NEW_VAR(py_bytes, want);
    if (!b) {
        py_raise_nomemory();
        return -1;
    }
    b->n = want;
    memcpy(b->item, io->buf->item, (size_t)io->n);
    io->buf = b;
    return 0;
}

/* The bytes of an argument; NULL with TypeError. */
static const char *bytes_arg(py_object *x, const char *fname, intptr_t *n)
{
    if (py_is_unicode(x) && !(x = py_unicode_encode(x, NULL, NULL)))
        return NULL;
    const char *s = py_buffer_read(x, n);
    if (!s && py_err_catch(&py_TypeError))
        return py_arg_error(fname, 1, "string or buffer", x);
    return s;
}

static int write_bytes(py_object *o, py_object *text)
{
    intptr_t n, end;
    const char *s = bytes_arg(text, "write", &n);
    if (!s || check_open(o) < 0)
        return -1;
    if (__builtin_add_overflow(IO(o)->pos, n, &end)) {
        py_raise_nomemory();
        return -1;
    }
    if (reserve(IO(o), end) < 0)
        return -1;
    if (IO(o)->pos > IO(o)->n)
        memset(IO(o)->buf->item + IO(o)->n, 0, (size_t)(IO(o)->pos - IO(o)->n));
    memmove(IO(o)->buf->item + IO(o)->pos, s, (size_t)n);
    IO(o)->pos = end;
    if (end > IO(o)->n)
        IO(o)->n = end;
    return 0;
}

static py_object *io_write(py_object *o, py_object *text)
{
    return write_bytes(o, text) < 0 ? NULL : py_None;
}

static py_object *io_writelines(py_object *o, py_object *lines)
{
    py_object *it = py_iter(lines), *x;
    if (!it)
        return NULL;
    while ((x = py_iternext(it))) {
        if (!py_is_str(x) && !py_is_unicode(x))
            return py_raise(&py_TypeError,
                            "expected string or Unicode object, %.200s found",
                            py_type_of(x)->name);
        if (write_bytes(o, x) < 0)
            return NULL;
    }
    return py_err_occurred() ? NULL : py_None;
}

static py_object *io_getvalue(py_object *o, py_object *use_pos)
{
    intptr_t n = IO(o)->n;
    if (check_open(o) < 0)
        return NULL;
    if (use_pos) {
        int truth = py_is_true(use_pos);
        if (truth < 0)
            return NULL;
        if (truth)
            n = IO(o)->pos < n ? IO(o)->pos : n;
    }
    return (py_object *)py_str_new(bytes_of(IO(o)), n);
}

static py_object *io_seek(py_object *o, py_object *position, py_object *mode)
{
    intptr_t pos;
    int whence = 0;
    if (py_arg_ssize(position, &pos) < 0 ||
        (mode && py_arg_int(mode, &whence) < 0) || check_open(o) < 0)
        return NULL;
    if (whence == 2)
        pos += IO(o)->n;
    else if (whence == 1)
        pos += IO(o)->pos;
    IO(o)->pos = pos < 0 ? 0 : pos;
    return py_None;
}

static py_object *io_truncate(py_object *o, py_object *size)
{
    intptr_t n;
    if (optional_size(size, &n) < 0 || check_open(o) < 0)
        return NULL;
    if (size && n < 0) {
        errno = EINVAL;
        return py_raise_errno(&py_IOError);
    }
    if (n < 0)
        n = IO(o)->pos;
    if (IO(o)->n > n)
        IO(o)->n = n;
    IO(o)->pos = IO(o)->n;
    return py_None;
}

static py_object *io_tell(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_int_new(IO(o)->pos);
}

static py_object *io_reset(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    IO(o)->pos = 0;
    return py_None;
}

static py_object *io_close(py_object *o)
{
    IO(o)->closed = 1;
    IO(o)->n = IO(o)->pos = 0;
    return py_None;
}

static py_object *io_flush(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_None;
}

static py_object *io_isatty(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_False;
}

static py_object *get_closed(py_object *o, void *data)
{
    (void)data;
    return py_bool(IO(o)->closed);
}

#define READING_METHODS                                                        \
    PY_M0("flush", io_flush, "flush(): does nothing."),                        \
        PY_M(0, 1, "getvalue", io_getvalue,                                    \
             "getvalue([use_pos]) -> the text, or that before the position"),  \
        PY_M0("isatty", io_isatty, "isatty(): always False"),                  \
        PY_M(0, 1, "read", io_read, "read([s]) -> s characters, or the rest"), \
        PY_M(0, 1, "readline", io_readline, "readline() -> one line"),         \
        PY_M(0, 1, "readlines", io_readlines, "readlines() -> the lines"),     \
        PY_M0("reset", io_reset, "reset() -> back to the beginning"),          \
        PY_M(1, 2, "seek", io_seek, "seek(position[, mode])"),                 \
        PY_M0("tell", io_tell, "tell() -> the position"),                      \
        PY_M(0, 1, "truncate", io_truncate,                                    \
             "truncate(): cut at the position"),                               \
        PY_M0("close", io_close, "close(): frees the text")

static const struct py_methoddef input_methods[] = {READING_METHODS, PY_MEND};
static const struct py_methoddef output_methods[] = {
    READING_METHODS,
    PY_M1("write", io_write, "write(s) -- at the position"),
    PY_M1("writelines", io_writelines, "writelines(strings) -- one by one"),
    PY_MEND,
};
static const struct py_getset getset[] = {
    {"closed", get_closed, NULL, "True when it was closed", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static const struct py_memberdef output_members[] = {
    {"softspace", PY_MEMBER_INT, 0, offsetof(struct py_stringio, softspace),
     "flag of the print statement"},
    {NULL, 0, 0, 0, NULL},
};

static py_type input_type = {
    PY_TYPE_HEAD("cStringIO.StringI", py_stringio),
    .doc = "A text read like a file.",
    .methods = input_methods,
    .getset = getset,
    .tp_iter = io_iter,
    .tp_iternext = io_next,
};
static py_type output_type = {
    PY_TYPE_HEAD("cStringIO.StringO", py_stringio),
    .doc = "A file in memory.",
    .methods = output_methods,
    .getset = getset,
    .members = output_members,
    .tp_iter = io_iter,
    .tp_iternext = io_next,
};

static py_object *f_stringio(py_object *self, py_object *text)
{
    (void)self;
    if (!text) {
        struct py_stringio *io = PY_NEW(py_stringio, &output_type);
        io->buf = TW_NEW_VAR(py_bytes, 512);
        if (!io->buf)
            return py_raise_nomemory();
        io->buf->n = 512;
        return &io->base;
    }
    intptr_t n;
    const char *s = bytes_arg(text, "StringIO", &n);
    if (!s)
        return NULL;
    struct py_stringio *io = PY_NEW(py_stringio, &input_type);
    /* What keeps the bytes: the argument, or a str when it was encoded. */
    io->source = py_is_unicode(text) ? (py_object *)py_str_new(s, n) : text;
    if (!io->source)
        return NULL;
    if (py_is_unicode(text))
        s = ((py_str *)io->source)->data;
    io->data = s;
    io->n = n;
    return &io->base;
}

static const struct py_methoddef functions[] = {
    PY_M(0, 1, "StringIO", f_stringio,
         "StringIO([s]) -- a file in memory; one with the text s is read-only"),
    PY_MEND,
};

static int init(py_module *m)
{
    return py_module_set_type(m, "InputType", &input_type) < 0 ||
                   py_module_set_type(m, "OutputType", &output_type) < 0
               ? -1
               : 0;
}

const struct py_moduledef py_module_cStringIO = {
    "cStringIO", "Files in memory, fast.", functions, init};

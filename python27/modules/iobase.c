/*
 * iobase.c: _IOBase, _RawIOBase, _BufferedIOBase and _TextIOBase: what all
 * streams have in common, in terms of their own other methods.
 */
#include <errno.h>

#include "modules/io.h"

TW_GC_TYPE(py_iobase);
py_type *py_io_unsupported, *py_io_blocking;
#define IO(o) ((struct py_iobase *)(o))

py_object *py_io_call0(py_object *o, const char *name)
{
    return py_call_method0(o, py_intern_cstr(name));
}

py_object *py_io_call1(py_object *o, const char *name, py_object *a)
{
    return py_call_method1(o, py_intern_cstr(name), a);
}

py_object *py_io_call2(py_object *o, const char *name, py_object *a,
                       py_object *b)
{
    return py_call_method2(o, py_intern_cstr(name), a, b);
}

void *py_io_unsupported_error(const char *what)
{
    return py_raise(py_io_unsupported, "%s", what);
}

int py_io_closed(py_object *o)
{
    py_object *v = py_getattr_cstr(o, "closed");

    return v ? py_is_true(v) : -1;
}

int py_io_check_closed(py_object *o)
{
    int closed = py_io_closed(o);

    if (closed > 0)
        return py_raise_i(&py_ValueError, "I/O operation on closed file.");
    return closed;
}

int py_io_size(py_object *o, intptr_t *size)
{
    *size = -1;
    if (!o || o == py_None)
        return 0;
    if (!py_is_int(o) && !py_is_long(o) && !py_has_index(o))
        return py_raise_i(&py_TypeError,
                          "integer argument expected, got '%.200s'",
                          py_type_of(o)->name);
    *size = py_index_as_ssize(o, &py_OverflowError);
    return *size == -1 && py_err_occurred() ? -1 : 0;
}

py_object *py_io_zeros(intptr_t n)
{
    char *p = tw_gc_malloc_atomic((size_t)n + 1);

    if (!p)
        return py_raise_nomemory();
    memset(p, 0, (size_t)n);
    return py_bytearray_new(p, n);
}

int py_io_interrupted(void)
{
    if (!py_err_matches(&py_EnvironmentError))
        return 0;
    py_object *err = ((struct py_enverror *)py_ec->exc)->err;
    int64_t v;
    if (!err || !py_fits_int64(err, &v) || v != EINTR)
        return 0;
    py_err_clear();
    if (py_action_flags && py_action_run() < 0)
        return 0;
    return 1;
}

int64_t py_io_offset(py_object *o)
{
    if (py_is_float(o))
        return py_raise_i(&py_TypeError, "an integer is required");
    if (!py_has_index(o))
        return py_raise_i(&py_TypeError,
                          "'%.200s' object cannot be "
                          "interpreted as an index",
                          py_type_of(o)->name);
    o = py_index(o);
    return o ? py_as_int64(o) : -1;
}

/* ---------------------------------------------------------------- _IOBase */

static py_object *b_seek(py_object *o, py_object *const *args, intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_io_unsupported_error("seek");
}

static py_object *b_tell(py_object *o)
{
    return py_io_call2(o, "seek", py_int_new(0), py_int_new(1));
}

static py_object *b_truncate(py_object *o, py_object *size)
{
    (void)o, (void)size;
    return py_io_unsupported_error("truncate");
}

static py_object *b_flush(py_object *o)
{
    if (IO(o)->closed)
        return py_raise(&py_ValueError, "I/O operation on closed file.");
    return py_None;
}

static py_object *b_close(py_object *o)
{
    if (IO(o)->closed)
        return py_None;
    py_object *r = py_io_call0(o, "flush");
    IO(o)->closed = 1;
    return r ? py_None : NULL;
}

static py_object *b_false(py_object *o)
{
    (void)o;
    return py_False;
}

static py_object *b_check_closed(py_object *o, py_object *msg)
{
    (void)msg;
    return py_io_check_closed(o) < 0 ? NULL : py_None;
}

static py_object *check(py_object *o, const char *method, const char *message)
{
    py_object *r = py_io_call0(o, method);

    if (!r)
        return NULL;
    return r == py_True ? r : py_raise(&py_IOError, "%s", message);
}

static py_object *b_check_seekable(py_object *o, py_object *msg)
{
    (void)msg;
    return check(o, "seekable", "File or stream is not seekable.");
}

static py_object *b_check_readable(py_object *o, py_object *msg)
{
    (void)msg;
    return check(o, "readable", "File or stream is not readable.");
}

static py_object *b_check_writable(py_object *o, py_object *msg)
{
    (void)msg;
    return check(o, "writable", "File or stream is not writable.");
}

static py_object *b_fileno(py_object *o)
{
    (void)o;
    return py_io_unsupported_error("fileno");
}

static py_object *b_isatty(py_object *o)
{
    return py_io_check_closed(o) < 0 ? NULL : py_False;
}

static py_object *b_enter(py_object *o)
{
    return py_io_check_closed(o) < 0 ? NULL : o;
}

static py_object *b_exit(py_object *o, py_object *const *args, intptr_t nargs)
{
    (void)args, (void)nargs;
    return py_io_call0(o, "close");
}

/* How much to read next for a line: what peek() shows up to a newline, or one
 * byte. -1 with exception. */
static intptr_t line_step(py_object *o, py_object *peek, intptr_t left)
{
    intptr_t n = 1;

    if (peek) {
        py_object *ahead = py_call1(peek, py_int_new(1));

        if (!ahead)
            return -1;
        if (!py_is_str(ahead))
            return py_raise_i(&py_IOError,
                              "peek() should have returned a bytes object, "
                              "not '%.200s'",
                              py_type_of(ahead)->name);
        intptr_t len = py_str_len((py_str *)ahead);
        if (len > 0) {
            const char *s = py_str_data((py_str *)ahead),
                       *nl = memchr(s, '\n', (size_t)len);

            n = nl ? nl + 1 - s : len;
        }
    }
    (void)o;
    return left >= 0 && n > left ? left : n;
}

static py_object *b_readline(py_object *o, py_object *limito)
{
    py_object *peek = py_getattr_maybe(o, py_intern_cstr("peek"));
    struct py_sb sb;
    intptr_t limit;

    if (!peek && py_err_occurred())
        return NULL;
    if (py_io_size(limito, &limit) < 0)
        return NULL;
    py_sb_init(&sb);
    while (limit < 0 || sb.n < limit) {
        intptr_t step = line_step(o, peek, limit < 0 ? -1 : limit - sb.n);
        py_object *b =
            step < 0 ? NULL : py_io_call1(o, "read", py_int_new(step));

        if (!b) {
            if (py_io_interrupted())
                continue;
            return NULL;
        }
        if (!py_is_str(b))
            return py_raise(&py_IOError,
                            "read() should have returned a bytes object, not "
                            "'%.200s'",
                            py_type_of(b)->name);
        intptr_t n = py_str_len((py_str *)b);
        if (n == 0)
            break;
        const char *s = py_str_data((py_str *)b);
        if (py_sb_add(&sb, s, n) < 0)
            return NULL;
        if (s[n - 1] == '\n')
            break;
    }
    return (py_object *)py_sb_finish(&sb);
}

static py_object *b_readlines(py_object *o, py_object *hinto)
{
    py_list *l = py_list_new();
    intptr_t hint, total = 0;

    if (py_io_size(hinto, &hint) < 0)
        return NULL;
    if (hint <= 0)
        return py_list_extend(l, o) < 0 ? NULL : &l->base;
    py_object *it = py_iter(o), *line;
    if (!it)
        return NULL;
    while ((line = py_iternext(it))) {
        intptr_t n = py_len(line);

        if (n < 0 || py_list_append(l, line) < 0)
            return NULL;
        total += n;
        if (total > hint)
            return &l->base;
    }
    return py_err_occurred() ? NULL : &l->base;
}

static py_object *b_writelines(py_object *o, py_object *lines)
{
    if (py_io_check_closed(o) < 0)
        return NULL;
    py_object *it = py_iter(lines), *line;
    if (!it)
        return NULL;
    while ((line = py_iternext(it)))
        while (!py_io_call1(o, "write", line))
            if (!py_io_interrupted())
                return NULL;
    return py_err_occurred() ? NULL : py_None;
}

static py_object *iobase_iter(py_object *o)
{
    return py_io_check_closed(o) < 0 ? NULL : o;
}

static py_object *iobase_next(py_object *o)
{
    py_object *line = py_io_call0(o, "readline");

    if (!line)
        return NULL;
    intptr_t n = py_len(line);
    return n > 0 ? line : NULL;
}

static py_object *get_closed(py_object *o, void *data)
{
    (void)data;
    return py_bool(IO(o)->closed);
}

/* A stream that nobody can reach any more is closed; errors have no reader. */
static void iobase_del(py_object *o)
{
    struct py_savedexc saved = py_err_save();
    int closed = py_io_closed(o);

    if (closed == 0 && !py_io_call0(o, "close"))
        py_err_clear();
    py_err_clear();
    py_err_restore(saved);
}

static py_object *iobase_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    (void)args, (void)nargs, (void)kwnames;
    return py_alloc(type, 0);
}

static int iobase_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    (void)o, (void)args, (void)nargs, (void)kwnames;
    return 0;
}

static const struct py_methoddef iobase_methods[] = {
    PY_MFAST("seek", b_seek, "Moves the position."),
    PY_M0("tell", b_tell, "The position."),
    PY_M(0, 1, "truncate", b_truncate, "Cuts the file."),
    PY_M0("flush", b_flush, "Writes what is buffered."),
    PY_M0("close", b_close, "Flushes and closes."),
    PY_M0("seekable", b_false, "Does seek() work?"),
    PY_M0("readable", b_false, "May it be read?"),
    PY_M0("writable", b_false, "May it be written?"),
    PY_M(0, 1, "_checkClosed", b_check_closed, NULL),
    PY_M(0, 1, "_checkSeekable", b_check_seekable, NULL),
    PY_M(0, 1, "_checkReadable", b_check_readable, NULL),
    PY_M(0, 1, "_checkWritable", b_check_writable, NULL),
    PY_M0("fileno", b_fileno, "The descriptor."),
    PY_M0("isatty", b_isatty, "Is it a terminal?"),
    PY_M0("__enter__", b_enter, NULL),
    PY_MFAST("__exit__", b_exit, NULL),
    PY_M(0, 1, "readline", b_readline, "A line, at most limit bytes."),
    PY_M(0, 1, "readlines", b_readlines, "A list of lines."),
    PY_M1("writelines", b_writelines, "Writes each line."),
    PY_MEND,
};
static const struct py_getset iobase_getset[] = {
    {"closed", get_closed, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_iobase_type = {
    PY_TYPE_HEAD("_io._IOBase", py_iobase),
    .flags = PY_TF_BASE | PY_TF_WEAKREF | PY_TF_HASDEL,
    .dict_offset = offsetof(struct py_iobase, dict),
    .doc = "The abstract base class of all streams of bytes or text.",
    .methods = iobase_methods,
    .getset = iobase_getset,
    .tp_iter = iobase_iter,
    .tp_iternext = iobase_next,
    .tp_new = iobase_new,
    .tp_init = iobase_init,
    .tp_del = iobase_del,
};

/* ------------------------------------------------------------- _RawIOBase */

static py_object *raw_read(py_object *o, py_object *no)
{
    intptr_t n;

    if (py_io_size(no, &n) < 0)
        return NULL;
    if (n < 0)
        return py_io_call0(o, "readall");
    py_object *b = py_io_zeros(n);
    py_object *r = b ? py_io_call1(o, "readinto", b) : NULL;
    if (!r || r == py_None)
        return r;
    n = py_index_as_ssize(r, &py_ValueError);
    if (n == -1 && py_err_occurred())
        return NULL;
    intptr_t have;
    const char *p = py_buffer_read(b, &have);
    return (py_object *)py_str_new(p, n < have ? n : have);
}

static py_object *raw_readall(py_object *o)
{
    struct py_sb sb;
    int got = 0;

    py_sb_init(&sb);
    for (;;) {
        py_object *b = py_io_call1(o, "read", py_int_new(PY_IO_BUFFER));

        if (!b) {
            if (py_io_interrupted())
                continue;
            return NULL;
        }
        if (b == py_None) {
            if (!got)
                return b;
            break;
        }
        if (!py_is_str(b))
            return py_raise(&py_TypeError, "read() should return bytes");
        if (!py_str_len((py_str *)b))
            break;
        got = 1;
        if (py_sb_add(&sb, py_str_data((py_str *)b), py_str_len((py_str *)b)) <
            0)
            return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

static const struct py_methoddef raw_methods[] = {
    PY_M(0, 1, "read", raw_read, "n bytes, or all of them."),
    PY_M0("readall", raw_readall, "All bytes up to the end."),
    PY_MEND,
};
py_type py_rawiobase_type = {
    PY_TYPE_HEAD("_io._RawIOBase", py_iobase),
    .base_type = &py_iobase_type,
    .flags = PY_TF_BASE | PY_TF_WEAKREF | PY_TF_HASDEL,
    .doc = "The base class of raw binary streams.",
    .methods = raw_methods,
};

/* -------------------------------------------------------- _BufferedIOBase */

static py_object *buf_unsupported_detach(py_object *o)
{
    (void)o;
    return py_io_unsupported_error("detach");
}

static py_object *buf_unsupported_read(py_object *o, py_object *const *args,
                                       intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_io_unsupported_error("read");
}

static py_object *buf_unsupported_read1(py_object *o, py_object *const *args,
                                        intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_io_unsupported_error("read1");
}

static py_object *buf_unsupported_write(py_object *o, py_object *const *args,
                                        intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_io_unsupported_error("write");
}

static py_object *buf_readinto(py_object *o, py_object *buffer)
{
    intptr_t n;
    char *p;

    if (!py_type_of(buffer)->bf_write)
        return py_arg_error("readinto", 1, "read-write buffer", buffer);
    p = py_buffer_write(buffer, &n);
    py_object *data = p ? py_io_call1(o, "read", py_int_new(n)) : NULL;
    if (!data || data == py_None)
        return data;
    if (!py_is_str(data))
        return py_raise(&py_TypeError, "read() should return bytes");
    intptr_t got = py_str_len((py_str *)data);
    p = py_buffer_write(buffer, &n);
    if (got > n)
        return py_raise(&py_ValueError,
                        "read() returned too much data: %zd bytes requested, "
                        "%zd returned",
                        n, got);
    memcpy(p, py_str_data((py_str *)data), (size_t)got);
    return py_int_new(got);
}

static const struct py_methoddef buf_methods[] = {
    PY_M0("detach", buf_unsupported_detach, "Gives the raw stream away."),
    PY_MFAST("read", buf_unsupported_read, "n bytes, or all of them."),
    PY_MFAST("read1", buf_unsupported_read1,
             "At most n bytes, with at most one raw read."),
    PY_M1("readinto", buf_readinto, "Reads into a buffer."),
    PY_MFAST("write", buf_unsupported_write, "Writes a buffer."),
    PY_MEND,
};
py_type py_bufferediobase_type = {
    PY_TYPE_HEAD("_io._BufferedIOBase", py_iobase),
    .base_type = &py_iobase_type,
    .flags = PY_TF_BASE | PY_TF_WEAKREF | PY_TF_HASDEL,
    .doc = "The base class of buffered binary streams.",
    .methods = buf_methods,
};

/* ------------------------------------------------------------ _TextIOBase */

static py_object *text_read(py_object *o, py_object *const *args,
                            intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_io_unsupported_error("read");
}

static py_object *text_readline(py_object *o, py_object *const *args,
                                intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_io_unsupported_error("readline");
}

static py_object *text_write(py_object *o, py_object *const *args,
                             intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_io_unsupported_error("write");
}

static py_object *get_none(py_object *o, void *data)
{
    (void)o, (void)data;
    return py_None;
}

static const struct py_methoddef text_methods[] = {
    PY_M0("detach", buf_unsupported_detach, "Gives the buffer away."),
    PY_MFAST("read", text_read, "n characters, or all of them."),
    PY_MFAST("readline", text_readline, "A line."),
    PY_MFAST("write", text_write, "Writes a text."),
    PY_MEND,
};
static const struct py_getset text_getset[] = {
    {"encoding", get_none, NULL, "The encoding of the text.", NULL},
    {"newlines", get_none, NULL, "The line ends met so far.", NULL},
    {"errors", get_none, NULL, "What errors do.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_textiobase_type = {
    PY_TYPE_HEAD("_io._TextIOBase", py_iobase),
    .base_type = &py_iobase_type,
    .flags = PY_TF_BASE | PY_TF_WEAKREF | PY_TF_HASDEL,
    .doc = "The base class of text streams.",
    .methods = text_methods,
    .getset = text_getset,
};

/*
 * fileio.c: FileIO: a descriptor as a raw stream, one system call an operation.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/io.h"

struct py_fileio {
    struct py_iobase io;
    int32_t fd; /* -1: closed */
    uint8_t readable, writable, appending, closefd;
    int8_t seekable; /* -1 not yet known */
};
TW_GC_TYPE(py_fileio);
#define F(o) ((struct py_fileio *)(o))

static void *failed(void)
{
    return py_raise_errno(&py_IOError);
}

static void *closed_error(void)
{
    return py_raise(&py_ValueError, "I/O operation on closed file");
}

static void *mode_error(const char *action)
{
    return py_raise(&py_ValueError, "File not open for %s", action);
}

static void *not_open(py_object *o, const char *action)
{
    return F(o)->fd < 0 ? closed_error() : mode_error(action);
}

static py_object *internal_close(py_object *o)
{
    int fd = F(o)->fd;

    F(o)->fd = -1;
    if (fd >= 0 && PY_BLOCKING(close(fd)) < 0)
        return failed();
    return py_None;
}

static py_object *f_close(py_object *o)
{
    struct py_savedexc failed = {NULL, NULL};

    if (F(o)->fd >= 0 && !F(o)->io.closed) {
        if (!py_io_call0(o, "flush"))
            failed = py_err_save();
        F(o)->io.closed = 1;
    }
    if (!F(o)->closefd)
        F(o)->fd = -1;
    py_object *r = F(o)->fd < 0 ? py_None : internal_close(o);
    if (r && failed.exc) {
        py_err_restore(failed);
        return NULL;
    }
    return r;
}

static py_object *fileio_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    py_object *o = py_alloc(type, 0);

    (void)args, (void)nargs, (void)kwnames;
    if (o) {
        F(o)->fd = -1;
        F(o)->closefd = 1;
        F(o)->seekable = -1;
    }
    return o;
}

/* Flags of open() for a mode; -1 with ValueError. */
static int parse_mode(py_object *o, const char *mode)
{
    int rwa = 0, plus = 0, flags = 0;

    F(o)->readable = F(o)->writable = F(o)->appending = 0;
    for (const char *s = mode; *s; s++) {
        if (strchr("rwa", *s)) {
            if (rwa)
                return py_raise_i(&py_ValueError,
                                  "Must have exactly one of "
                                  "read/write/append mode and at most one "
                                  "plus");
            rwa = 1;
            if (*s == 'r')
                F(o)->readable = 1;
            else
                F(o)->writable = 1;
            if (*s == 'w')
                flags |= O_CREAT | O_TRUNC;
            else if (*s == 'a') {
                F(o)->appending = 1;
                flags |= O_CREAT | O_APPEND;
            }
        } else if (*s == '+') {
            if (plus)
                return py_raise_i(&py_ValueError,
                                  "Must have exactly one of "
                                  "read/write/append mode and at most one "
                                  "plus");
            F(o)->readable = F(o)->writable = plus = 1;
        } else if (*s != 'b')
            return py_raise_i(&py_ValueError, "invalid mode: %.200s", mode);
    }
    if (!rwa)
        return py_raise_i(&py_ValueError,
                          "Must have exactly one of read/write/append "
                          "mode and at most one plus");
    return flags | (F(o)->readable && F(o)->writable ? O_RDWR
                    : F(o)->readable                 ? O_RDONLY
                                                     : O_WRONLY);
}

static int open_path(py_object *o, py_object *name, int flags)
{
    const char *path = py_arg_path(name, "file", 1);

    if (!path)
        return -1;
    do
        F(o)->fd = PY_BLOCKING(open(path, flags | O_CLOEXEC, 0666));
    while (F(o)->fd < 0 && errno == EINTR);
    if (F(o)->fd >= 0)
        fcntl(F(o)->fd, F_SETFD, 0); /* 2.7's descriptors are inherited */
    if (F(o)->fd < 0)
        return py_raise_errno_file(&py_IOError, name), -1;
    return 0;
}

static int fileio_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    static const char *const names[] = {"file", "mode", "closefd"};
    const char *mode = "r";
    py_object *v[3];
    int closefd = 1, flags, fd = -1;
    struct stat st;

    if (F(o)->fd >= 0 && F(o)->closefd && !internal_close(o))
        return -1;
    F(o)->fd = -1;
    if (py_args_kw("file", args, nargs, kwnames, names, 3, 1, v) < 0 ||
        (v[1] && !(mode = py_arg_cstr(v[1], "file", 2))) ||
        (v[2] && (closefd = py_is_true(v[2])) < 0))
        return -1;
    if (py_is_float(v[0]))
        return py_raise_i(&py_TypeError,
                          "integer argument expected, got float");
    if (py_is_int(v[0]) || py_is_long(v[0])) {
        if (py_arg_int(v[0], &fd) < 0)
            return -1;
        if (fd < 0)
            return py_raise_i(&py_ValueError, "negative file descriptor");
    }
    flags = parse_mode(o, mode);
    if (flags < 0)
        return -1;
    F(o)->closefd = 1;
    F(o)->seekable = -1;
    if (fd >= 0) {
        F(o)->closefd = (uint8_t)closefd;
        if (fstat(fd, &st) < 0 && errno == EBADF)
            return failed(), -1;
        F(o)->fd = fd;
    } else {
        if (!closefd)
            return py_raise_i(&py_ValueError,
                              "Cannot use closefd=False with file name");
        if (open_path(o, v[0], flags) < 0)
            return -1;
    }
    F(o)->io.closed = 0;
    if (fstat(F(o)->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        if (fd < 0)
            internal_close(o);
        else
            F(o)->fd = -1;
        errno = EISDIR;
        return py_raise_errno_file(&py_IOError, v[0]), -1;
    }
    if (py_setattr_cstr(o, "name", v[0]) < 0)
        return -1;
    if (F(o)->appending)
        lseek(F(o)->fd, 0, SEEK_END);
    return 0;
}

/* ------------------------------------------------------------------- bytes */

intptr_t py_fileio_read(py_object *o, char *p, intptr_t n)
{
    if (F(o)->fd < 0 || !F(o)->readable)
        return not_open(o, "reading"), -1;
    ssize_t r = PY_BLOCKING(read(F(o)->fd, p, (size_t)n));
    if (r >= 0)
        return r;
    return errno == EAGAIN ? -2 : (failed(), -1);
}

intptr_t py_fileio_write(py_object *o, const char *p, intptr_t n)
{
    if (F(o)->fd < 0 || !F(o)->writable)
        return not_open(o, "writing"), -1;
    ssize_t r = PY_BLOCKING(write(F(o)->fd, p, (size_t)n));
    if (r >= 0)
        return r;
    return errno == EAGAIN ? -2 : (failed(), -1);
}

static py_object *f_readinto(py_object *o, py_object *buffer)
{
    intptr_t n;

    if (F(o)->fd < 0 || !F(o)->readable)
        return not_open(o, "reading");
    if (!py_type_of(buffer)->bf_write)
        return py_arg_error("readinto", 1, "read-write buffer", buffer);
    char *p = py_buffer_write(buffer, &n);
    if (!p)
        return NULL;
    n = py_fileio_read(o, p, n);
    return n == -1 ? NULL : n < 0 ? py_None : py_int_new(n);
}

static py_object *f_readall(py_object *o)
{
    struct stat st;
    intptr_t n = 0, room = PY_IO_BUFFER;

    if (F(o)->fd < 0 || !F(o)->readable)
        return not_open(o, "reading");
    off_t pos = lseek(F(o)->fd, 0, SEEK_CUR);
    if (pos >= 0 && fstat(F(o)->fd, &st) == 0 && st.st_size > pos)
        room = st.st_size - pos + 1;
    char *p = tw_gc_malloc_atomic((size_t)room);
    while (p) {
        if (n == room) {
            room += room > (1 << 20) ? room / 4 : room;
            p = tw_gc_realloc(p, (size_t)room);
            if (!p)
                break;
        }
        intptr_t r = py_fileio_read(o, p + n, room - n);
        if (r == -1) {
            if (py_io_interrupted())
                continue;
            return NULL;
        }
        if (r == -2) {
            if (n == 0)
                return py_None;
            r = 0;
        }
        if (r == 0)
            return (py_object *)py_str_new(p, n);
        n += r;
    }
    return py_raise_nomemory();
}

static py_object *f_read(py_object *o, py_object *sizeo)
{
    intptr_t n;
    char *p;

    if (F(o)->fd < 0 || !F(o)->readable)
        return not_open(o, "reading");
    if (py_io_size(sizeo, &n) < 0)
        return NULL;
    if (n < 0)
        return f_readall(o);
    p = tw_gc_malloc_atomic((size_t)n + 1);
    if (!p)
        return py_raise_nomemory();
    n = py_fileio_read(o, p, n);
    return n == -1 ? NULL : n < 0 ? py_None : (py_object *)py_str_new(p, n);
}

static py_object *f_write(py_object *o, py_object *data)
{
    intptr_t n;

    if (F(o)->fd < 0 || !F(o)->writable)
        return not_open(o, "writing");
    if (py_is_unicode(data) && !(data = py_unicode_encode(data, NULL, NULL)))
        return NULL;
    if (!py_type_of(data)->bf_read)
        return py_arg_error("write", 1, "string or buffer", data);
    const char *p = py_buffer_read(data, &n);
    if (!p)
        return NULL;
    n = py_fileio_write(o, p, n);
    return n == -1 ? NULL : n < 0 ? py_None : py_int_new(n);
}

/* ---------------------------------------------------------------- position */

static py_object *seek_to(py_object *o, py_object *offset, int whence)
{
    int64_t pos = offset ? py_io_offset(offset) : 0;

    if (pos == -1 && py_err_occurred())
        return NULL;
    off_t r = PY_BLOCKING(lseek(F(o)->fd, pos, whence));
    return r < 0 ? failed() : py_int_new(r);
}

static py_object *f_seek(py_object *o, py_object *offset, py_object *whenceo)
{
    int whence = 0;

    if (F(o)->fd < 0)
        return closed_error();
    if (whenceo && py_arg_int(whenceo, &whence) < 0)
        return NULL;
    return seek_to(o, offset, whence);
}

static py_object *f_tell(py_object *o)
{
    return F(o)->fd < 0 ? closed_error() : seek_to(o, NULL, SEEK_CUR);
}

static py_object *f_truncate(py_object *o, py_object *sizeo)
{
    if (F(o)->fd < 0 || !F(o)->writable)
        return not_open(o, "writing");
    if (!sizeo || sizeo == py_None) {
        sizeo = f_tell(o);
        if (!sizeo)
            return NULL;
    }
    int64_t size = py_io_offset(sizeo);
    if (size == -1 && py_err_occurred())
        return NULL;
    return PY_BLOCKING(ftruncate(F(o)->fd, size)) < 0 ? failed() : sizeo;
}

static py_object *f_seekable(py_object *o)
{
    if (F(o)->fd < 0)
        return closed_error();
    if (F(o)->seekable < 0)
        F(o)->seekable = lseek(F(o)->fd, 0, SEEK_CUR) >= 0;
    return py_bool(F(o)->seekable);
}

static py_object *f_readable(py_object *o)
{
    return F(o)->fd < 0 ? closed_error() : py_bool(F(o)->readable);
}

static py_object *f_writable(py_object *o)
{
    return F(o)->fd < 0 ? closed_error() : py_bool(F(o)->writable);
}

static py_object *f_fileno(py_object *o)
{
    return F(o)->fd < 0 ? closed_error() : py_int_new(F(o)->fd);
}

static py_object *f_isatty(py_object *o)
{
    return F(o)->fd < 0 ? closed_error() : py_bool(isatty(F(o)->fd));
}

static const char *mode_of(py_object *o)
{
    if (F(o)->appending)
        return F(o)->readable ? "ab+" : "ab";
    if (F(o)->readable)
        return F(o)->writable ? "rb+" : "rb";
    return "wb";
}

static py_object *get_mode(py_object *o, void *data)
{
    (void)data;
    return (py_object *)py_str_from(mode_of(o));
}

static py_object *get_closed(py_object *o, void *data)
{
    (void)data;
    return py_bool(F(o)->fd < 0);
}

static py_object *get_closefd(py_object *o, void *data)
{
    (void)data;
    return py_bool(F(o)->closefd);
}

static py_object *fileio_repr(py_object *o)
{
    if (F(o)->fd < 0)
        return (py_object *)py_str_from("<_io.FileIO [closed]>");
    py_object *name = py_getattr_maybe(o, py_intern_cstr("name"));
    if (!name) {
        if (py_err_occurred())
            return NULL;
        return (py_object *)py_str_format_c("<_io.FileIO fd=%d mode='%s'>",
                                            F(o)->fd, mode_of(o));
    }
    return (py_object *)py_str_format_c("<_io.FileIO name=%R mode='%s'>", name,
                                        mode_of(o));
}

static py_object *f_getstate(py_object *o)
{
    return py_raise(&py_TypeError, "cannot serialize '%s' object",
                    py_type_of(o)->name);
}

static const struct py_methoddef fileio_methods[] = {
    PY_M(0, 1, "read", f_read, "read([n]) -> at most n bytes, in one call"),
    PY_M0("readall", f_readall, "readall() -> all bytes up to the end"),
    PY_M1("readinto", f_readinto, "readinto(buffer) -> bytes read"),
    PY_M1("write", f_write, "write(bytes) -> bytes written"),
    PY_M(1, 2, "seek", f_seek, "seek(offset[, whence]) -> new position"),
    PY_M0("tell", f_tell, "tell() -> position"),
    PY_M(0, 1, "truncate", f_truncate, "truncate([size]) -> size"),
    PY_M0("close", f_close, "close()"),
    PY_M0("seekable", f_seekable, "seekable() -> bool"),
    PY_M0("readable", f_readable, "readable() -> bool"),
    PY_M0("writable", f_writable, "writable() -> bool"),
    PY_M0("fileno", f_fileno, "fileno() -> descriptor"),
    PY_M0("isatty", f_isatty, "isatty() -> bool"),
    PY_M0("__getstate__", f_getstate, NULL),
    PY_MEND,
};
static const struct py_getset fileio_getset[] = {
    {"closed", get_closed, NULL, "True if the file is closed", NULL},
    {"closefd", get_closefd, NULL, "True if close() closes the descriptor",
     NULL},
    {"mode", get_mode, NULL, "the mode of the file", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_fileio_type = {
    PY_IO_TYPE("_io.FileIO", py_fileio),
    .base_type = &py_rawiobase_type,
    .doc = "file(name: str[, mode: str]) -> a file as a raw stream",
    .methods = fileio_methods,
    .getset = fileio_getset,
    .tp_repr = fileio_repr,
    .tp_new = fileio_new,
    .tp_init = fileio_init,
};

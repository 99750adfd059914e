/*
 * bufferedio.c: BufferedReader, BufferedWriter, BufferedRandom: a buffer for
 * reading and one for writing on top of a raw stream; bufferedpair.c joins two.
 *
 * Invariants: buf[rpos..rend) was read from raw and not yet asked for, wbuf[0..wn)
 * is to be written. At most one of them is not empty: before reading, pending
 * writes go out; before writing, raw goes back over what was read ahead.
 */
#include <errno.h>
#include <unistd.h>

#include "modules/io.h"
#include "objects/exceptions.h"

struct py_buffered {
    struct py_iobase io;
    py_object *raw; /* NULL: not initialized, or detached */
    struct py_bytes *buf, *wbuf;
    intptr_t size, rpos, rend, wn;
    int64_t owner; /* the thread inside, 0 none */
    uint8_t ready, detached, readable, writable;
};
TW_GC_TYPE(py_buffered);
#define U(o) ((struct py_buffered *)(o))

/* ------------------------------------------------------------------- state */

static int check_ready(py_object *o)
{
    if (U(o)->ready)
        return 0;
    return py_raise_i(&py_ValueError,
                      U(o)->detached ? "raw stream has been detached"
                                     : "I/O operation on uninitialized object");
}

static int check_open(py_object *o, const char *message)
{
    if (check_ready(o) < 0)
        return -1;
    int closed = py_io_closed(U(o)->raw);
    return closed > 0 ? py_raise_i(&py_ValueError, "%s", message) : closed;
}

static int enter(py_object *o)
{
    int64_t me = py_ec->thread_id + 1;

    if (U(o)->owner == me)
        return py_raise_i(&py_RuntimeError, "reentrant call inside %R", o);
    while (U(o)->owner)
        (void)PY_BLOCKING(usleep(50));
    U(o)->owner = me;
    return 0;
}

static py_object *leave(py_object *o, py_object *result)
{
    U(o)->owner = 0;
    return result;
}

/* --------------------------------------------------------------------- raw */

/* Up to n bytes into p: how many, 0 at the end, -1 error, -2 would block. */
static intptr_t raw_read(py_object *o, char *p, intptr_t n)
{
    py_object *raw = U(o)->raw, *b, *r;
    intptr_t got, have;

    if (py_fileio_exact(raw)) {
        do
            got = py_fileio_read(raw, p, n);
        while (got == -1 && py_io_interrupted());
        return got;
    }
    b = py_io_zeros(n);
    if (!b)
        return -1;
    do
        r = py_io_call1(raw, "readinto", b);
    while (!r && py_io_interrupted());
    if (!r)
        return -1;
    if (r == py_None)
        return -2;
    got = py_index_as_ssize(r, &py_ValueError);
    if (got == -1 && py_err_occurred())
        return -1;
    if (got < 0 || got > n)
        return py_raise_i(&py_IOError,
                          "raw readinto() returned invalid length %zd (should "
                          "have been between 0 and %zd)",
                          got, n);
    const char *s = py_buffer_read(b, &have);
    memcpy(p, s, (size_t)(got < have ? got : have));
    return got;
}

static intptr_t raw_write(py_object *o, const char *p, intptr_t n)
{
    py_object *raw = U(o)->raw, *r;
    intptr_t done;

    if (py_fileio_exact(raw)) {
        do
            done = py_fileio_write(raw, p, n);
        while (done == -1 && py_io_interrupted());
        return done;
    }
    py_object *s = (py_object *)py_str_new(p, n);
    if (!s)
        return -1;
    do
        r = py_io_call1(raw, "write", s);
    while (!r && py_io_interrupted());
    if (!r)
        return -1;
    if (r == py_None)
        return -2;
    done = py_index_as_ssize(r, &py_ValueError);
    if (done == -1 && py_err_occurred())
        return -1;
    if (done < 0 || done > n)
        return py_raise_i(&py_IOError,
                          "raw write() returned invalid length %zd (should "
                          "have been between 0 and %zd)",
                          done, n);
    return done;
}

static int64_t raw_tell(py_object *o)
{
    py_object *r = py_io_call0(U(o)->raw, "tell");
    int64_t n = r ? py_io_offset(r) : -1;

    if (n < 0 && !py_err_occurred())
        return py_raise_i(&py_IOError,
                          "Raw stream returned invalid position %lld",
                          (long long)n);
    return n;
}

static int64_t raw_seek(py_object *o, int64_t offset, int whence)
{
    py_object *r =
        py_io_call2(U(o)->raw, "seek", py_int_new(offset), py_int_new(whence));
    int64_t n = r ? py_io_offset(r) : -1;

    if (n < 0 && !py_err_occurred())
        return py_raise_i(&py_IOError,
                          "Raw stream returned invalid position %lld",
                          (long long)n);
    return n;
}

static void *would_block(intptr_t written)
{
    py_object *args[] = {
        py_int_new(EAGAIN),
        (py_object *)py_str_from("write could not complete without blocking"),
        py_int_new(written)};
    py_object *e = py_call_fast(&py_io_blocking->base, args, 3, NULL);

    return e ? py_raise_obj(e, NULL) : NULL;
}

/* All pending writes; -1 with exception, BlockingIOError when raw is full. */
static int flush_writes(py_object *o)
{
    intptr_t done = 0;

    while (done < U(o)->wn) {
        intptr_t n = raw_write(o, U(o)->wbuf->item + done, U(o)->wn - done);

        if (n < 0) {
            U(o)->wn -= done;
            memmove(U(o)->wbuf->item, U(o)->wbuf->item + done,
                    (size_t)U(o)->wn);
            if (n == -2)
                would_block(0);
            return -1;
        }
        done += n;
        if (py_action_flags && done < U(o)->wn && py_action_run() < 0) {
            U(o)->wn -= done;
            memmove(U(o)->wbuf->item, U(o)->wbuf->item + done,
                    (size_t)U(o)->wn);
            return -1;
        }
    }
    U(o)->wn = 0;
    return 0;
}

/* raw goes to where the user thinks that it is. */
static int drop_readahead(py_object *o)
{
    intptr_t ahead = U(o)->rend - U(o)->rpos;

    if (ahead && raw_seek(o, -ahead, 1) < 0)
        return -1;
    U(o)->rpos = U(o)->rend = 0;
    return 0;
}

static int prepare_read(py_object *o)
{
    return U(o)->wn ? flush_writes(o) : 0;
}

/* Fills the empty read buffer: bytes now there, 0 end, -1, -2. */
static intptr_t fill(py_object *o)
{
    U(o)->rpos = U(o)->rend = 0;
    intptr_t n = raw_read(o, U(o)->buf->item, U(o)->size);
    if (n > 0)
        U(o)->rend = n;
    return n;
}

static py_object *take(py_object *o, intptr_t n)
{
    py_object *s = (py_object *)py_str_new(U(o)->buf->item + U(o)->rpos, n);

    U(o)->rpos += n;
    return s;
}

/* ----------------------------------------------------------------- reading */

static py_object *read_all(py_object *o)
{
    struct py_sb sb;
    int got = 0;

    if (prepare_read(o) < 0)
        return NULL;
    py_sb_init(&sb);
    if (U(o)->rend > U(o)->rpos) {
        got = 1;
        if (py_sb_add(&sb, U(o)->buf->item + U(o)->rpos,
                      U(o)->rend - U(o)->rpos) < 0)
            return NULL;
    }
    U(o)->rpos = U(o)->rend = 0;
    for (;;) {
        py_object *data = py_io_call0(U(o)->raw, "read");

        if (!data) {
            if (py_io_interrupted())
                continue;
            return NULL;
        }
        if (data == py_None) {
            if (!got)
                return data;
            break;
        }
        if (!py_is_str(data))
            return py_raise(&py_TypeError, "read() should return bytes");
        if (!py_str_len((py_str *)data))
            break;
        got = 1;
        if (py_sb_add(&sb, py_str_data((py_str *)data),
                      py_str_len((py_str *)data)) < 0)
            return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

static py_object *read_n(py_object *o, intptr_t n)
{
    intptr_t have = U(o)->rend - U(o)->rpos, done = 0;
    char *p;

    if (have >= n)
        return take(o, n);
    if (prepare_read(o) < 0)
        return NULL;
    p = tw_gc_malloc_atomic((size_t)n);
    if (!p)
        return py_raise_nomemory();
    memcpy(p, U(o)->buf->item + U(o)->rpos, (size_t)have);
    done = have;
    U(o)->rpos = U(o)->rend = 0;
    while (done < n) {
        intptr_t whole = (n - done) / U(o)->size * U(o)->size, r;

        if (whole)
            r = raw_read(o, p + done, whole);
        else {
            r = fill(o);
            if (r > 0) {
                if (r > n - done)
                    r = n - done;
                memcpy(p + done, U(o)->buf->item, (size_t)r);
                U(o)->rpos = r;
            }
        }
        if (r == -1)
            return NULL;
        if (r <= 0) {
            if (r == -2 && done == 0)
                return py_None;
            break;
        }
        done += r;
    }
    return (py_object *)py_str_new(p, done);
}

static py_object *m_read(py_object *o, py_object *sizeo)
{
    intptr_t n;

    if (py_io_size(sizeo, &n) < 0 || check_ready(o) < 0)
        return NULL;
    if (n < -1)
        return py_raise(&py_ValueError, "read length must be positive or -1");
    if (check_open(o, "read of closed file") < 0 || enter(o) < 0)
        return NULL;
    return leave(o, n < 0 ? read_all(o) : read_n(o, n));
}

static py_object *m_read1(py_object *o, py_object *sizeo)
{
    intptr_t n, have;

    if (py_arg_ssize(sizeo, &n) < 0 || check_ready(o) < 0)
        return NULL;
    if (n < 0)
        return py_raise(&py_ValueError, "read length must be positive");
    if (check_open(o, "read of closed file") < 0)
        return NULL;
    if (n == 0)
        return (py_object *)py_str_empty;
    if (enter(o) < 0)
        return NULL;
    have = U(o)->rend - U(o)->rpos;
    if (!have && (prepare_read(o) < 0 || (have = fill(o)) == -1))
        return leave(o, NULL);
    if (have < 0)
        have = 0;
    return leave(o, take(o, n < have ? n : have));
}

static py_object *m_peek(py_object *o, py_object *sizeo)
{
    intptr_t n;

    if ((sizeo && py_arg_ssize(sizeo, &n) < 0) ||
        check_open(o, "peek of closed file") < 0 || enter(o) < 0)
        return NULL;
    if (U(o)->rend == U(o)->rpos && (prepare_read(o) < 0 || fill(o) == -1))
        return leave(o, NULL);
    return leave(o, (py_object *)py_str_new(U(o)->buf->item + U(o)->rpos,
                                            U(o)->rend - U(o)->rpos));
}

static py_object *read_line(py_object *o, intptr_t limit)
{
    intptr_t have = U(o)->rend - U(o)->rpos;
    const char *p = U(o)->buf->item + U(o)->rpos;
    intptr_t n = limit >= 0 && limit < have ? limit : have;
    const char *nl = n ? memchr(p, '\n', (size_t)n) : NULL;
    struct py_sb sb;

    if (nl)
        return take(o, nl + 1 - p);
    if (limit >= 0 && limit <= have)
        return take(o, limit);
    if (prepare_read(o) < 0)
        return NULL;
    py_sb_init(&sb);
    for (;;) {
        have = U(o)->rend - U(o)->rpos;
        p = U(o)->buf->item + U(o)->rpos;
        n = limit >= 0 && limit - sb.n < have ? limit - sb.n : have;
        nl = n ? memchr(p, '\n', (size_t)n) : NULL;
        if (nl)
            n = nl + 1 - p;
        if (n && py_sb_add(&sb, p, n) < 0)
            return NULL;
        U(o)->rpos += n;
        if (nl || (limit >= 0 && sb.n >= limit))
            break;
        intptr_t r = fill(o);
        if (r == -1)
            return NULL;
        if (r <= 0)
            break;
    }
    return (py_object *)py_sb_finish(&sb);
}

static py_object *m_readline(py_object *o, py_object *limito)
{
    intptr_t limit;

    if (py_io_size(limito, &limit) < 0 ||
        check_open(o, "readline of closed file") < 0 || enter(o) < 0)
        return NULL;
    return leave(o, read_line(o, limit));
}

static py_object *buffered_next(py_object *o)
{
    py_object *line;

    if (py_type_of(o) != &py_bufreader_type &&
        py_type_of(o) != &py_bufrandom_type) {
        line = py_io_call0(o, "readline");
        if (line && !py_is_str(line))
            return py_raise(&py_IOError,
                            "readline() should have returned a str object, "
                            "not '%.200s'",
                            py_type_of(line)->name);
    } else
        line = m_readline(o, NULL);
    return line && py_str_len((py_str *)line) ? line : NULL;
}

/* ----------------------------------------------------------------- writing */

static void keep_pending(py_object *o, const char *p, intptr_t n)
{
    memcpy(U(o)->wbuf->item + U(o)->wn, p, (size_t)n);
    U(o)->wn += n;
}

static py_object *write_bytes(py_object *o, const char *p, intptr_t len)
{
    intptr_t room = U(o)->size - U(o)->wn, done = 0;

    if (U(o)->rend && drop_readahead(o) < 0)
        return NULL;
    if (len <= room) {
        keep_pending(o, p, len);
        return py_int_new(len);
    }
    if (flush_writes(o) < 0) {
        if (!py_err_matches(py_io_blocking))
            return NULL;
        /* As much as there is room for. */
        room = U(o)->size - U(o)->wn;
        if (len <= room) {
            py_err_clear();
            keep_pending(o, p, len);
            return py_int_new(len);
        }
        keep_pending(o, p, room);
        py_err_clear();
        return would_block(room);
    }
    while (len - done > U(o)->size) {
        intptr_t n = raw_write(o, p + done, len - done);

        if (n == -1)
            return NULL;
        if (n == -2) {
            keep_pending(o, p + done, U(o)->size);
            return would_block(done + U(o)->size);
        }
        done += n;
        if (py_action_flags && py_action_run() < 0)
            return NULL;
    }
    keep_pending(o, p + done, len - done);
    return py_int_new(len);
}

static py_object *m_write(py_object *o, py_object *data)
{
    intptr_t n;

    if (check_ready(o) < 0)
        return NULL;
    if (py_is_unicode(data))
        return py_raise(&py_TypeError, "can't write unicode to binary stream");
    if (!py_type_of(data)->bf_read)
        return py_raise(&py_TypeError,
                        "'%.200s' does not have the buffer interface",
                        py_type_of(data)->name);
    const char *p = py_buffer_read(data, &n);
    if (!p || check_open(o, "write to closed file") < 0 || enter(o) < 0)
        return NULL;
    return leave(o, write_bytes(o, p, n));
}

static int flush_all(py_object *o)
{
    if (U(o)->writable && flush_writes(o) < 0)
        return -1;
    return U(o)->readable && U(o)->writable ? drop_readahead(o) : 0;
}

static py_object *m_flush(py_object *o)
{
    if (check_open(o, "flush of closed file") < 0 || enter(o) < 0)
        return NULL;
    return leave(o, flush_all(o) < 0 ? NULL : py_None);
}

static py_object *m_simple_flush(py_object *o)
{
    return check_ready(o) < 0 ? NULL : py_io_call0(U(o)->raw, "flush");
}

/* IOError unless raw.can() is true. */
static int check_raw(py_object *raw, const char *can)
{
    py_object *r = py_io_call0(raw, can);

    if (!r)
        return -1;
    return r == py_True
               ? 0
               : py_raise_i(&py_IOError, "File or stream is not %s.", can);
}

/* ---------------------------------------------------------------- position */

static py_object *m_tell(py_object *o)
{
    if (check_ready(o) < 0)
        return NULL;
    int64_t pos = raw_tell(o);
    if (pos < 0)
        return NULL;
    return py_int_new(pos - (U(o)->rend - U(o)->rpos) + U(o)->wn);
}

static py_object *seek_to(py_object *o, int64_t target, int whence)
{
    if (U(o)->wn && flush_writes(o) < 0)
        return NULL;
    if (whence != 2 && U(o)->rend) { /* perhaps inside what was read ahead */
        int64_t raw = raw_tell(o);

        if (raw < 0)
            return NULL;
        int64_t start = raw - U(o)->rend,
                want = whence ? start + U(o)->rpos + target : target;
        if (want >= start && want <= raw) {
            U(o)->rpos = want - start;
            return py_int_new(want);
        }
        target = want;
        whence = 0;
        if (want < 0 && raw_seek(o, target, 0) < 0)
            return NULL;
    }
    int64_t n = raw_seek(o, target, whence);
    if (n < 0)
        return NULL;
    U(o)->rpos = U(o)->rend = 0;
    return py_int_new(n);
}

static py_object *m_seek(py_object *o, py_object *offset, py_object *whenceo)
{
    int whence = 0;

    if (check_ready(o) < 0 || (whenceo && py_arg_int(whenceo, &whence) < 0))
        return NULL;
    if (whence < 0 || whence > 2)
        return py_raise(&py_ValueError,
                        "whence must be between 0 and 2, not %d", whence);
    if (check_open(o, "seek of closed file") < 0 ||
        check_raw(U(o)->raw, "seekable") < 0)
        return NULL;
    int64_t target = py_io_offset(offset);
    if ((target == -1 && py_err_occurred()) || enter(o) < 0)
        return NULL;
    return leave(o, seek_to(o, target, whence));
}

static py_object *m_truncate(py_object *o, py_object *poso)
{
    if (check_ready(o) < 0 || enter(o) < 0)
        return NULL;
    if (U(o)->writable && flush_all(o) < 0)
        return leave(o, NULL);
    if (!poso || poso == py_None) {
        poso = m_tell(o);
        if (!poso)
            return leave(o, NULL);
    }
    return leave(o, py_io_call1(U(o)->raw, "truncate", poso));
}

/* -------------------------------------------------------------- the others */

static py_object *m_close(py_object *o)
{
    if (check_ready(o) < 0)
        return NULL;
    int closed = py_io_closed(U(o)->raw);
    if (closed)
        return closed < 0 ? NULL : py_None;
    struct py_savedexc failed = {NULL, NULL};
    if (!py_io_call0(o, "flush"))
        failed = py_err_save();
    U(o)->io.closed = 1;
    py_object *r = py_io_call0(U(o)->raw, "close");
    if (r && failed.exc) { /* an error of close() goes before it */
        py_err_restore(failed);
        return NULL;
    }
    return r;
}

static py_object *m_detach(py_object *o)
{
    if (check_ready(o) < 0 || !py_io_call0(o, "flush"))
        return NULL;
    py_object *raw = U(o)->raw;
    U(o)->raw = NULL;
    U(o)->detached = 1;
    U(o)->ready = 0;
    return raw;
}

#define FORWARD(name)                                                          \
    static py_object *m_##name(py_object *o)                                   \
    {                                                                          \
        return check_ready(o) < 0 ? NULL : py_io_call0(U(o)->raw, #name);      \
    }
FORWARD(seekable)
FORWARD(readable)
FORWARD(writable)
FORWARD(fileno)
FORWARD(isatty)

static py_object *get_raw(py_object *o, void *data)
{
    if (!data)
        return U(o)->raw ? U(o)->raw : py_None;
    return check_ready(o) < 0 ? NULL : py_getattr_cstr(U(o)->raw, data);
}

static py_object *m_getstate(py_object *o)
{
    return py_raise(&py_TypeError, "cannot serialize '%.200s' object",
                    py_type_of(o)->name);
}

static py_object *buffered_repr(py_object *o)
{
    py_object *name = py_getattr_maybe(o, py_intern_cstr("name"));

    if (!name) {
        py_err_clear();
        return (py_object *)py_str_format_c("<%s>", py_type_of(o)->name);
    }
    return (py_object *)py_str_format_c("<%s name=%R>", py_type_of(o)->name,
                                        name);
}

static py_object *buffered_new(py_type *type, py_object *const *args,
                               intptr_t nargs, py_tuple *kwnames)
{
    (void)args, (void)nargs, (void)kwnames;
    return py_alloc(type, 0);
}

/* Arguments raw, buffer_size and, for writers, the deprecated third one. */
static int setup(py_object *o, py_object *const *args, intptr_t nargs,
                 py_tuple *kwnames, const char *fname, int reader, int writer)
{
    static const char *const names[] = {"raw", "buffer_size",
                                        "max_buffer_size"};
    py_object *v[3] = {NULL, NULL, NULL};
    intptr_t size = PY_IO_BUFFER;

    U(o)->ready = 0;
    U(o)->detached = 0;
    if (py_args_kw(fname, args, nargs, kwnames, names, writer ? 3 : 2, 1, v) <
            0 ||
        (v[1] && py_arg_ssize(v[1], &size) < 0))
        return -1;
    if (v[2] &&
        py_warn(&py_DeprecationWarning, "max_buffer_size is deprecated", 2) < 0)
        return -1;
    if (reader && writer && check_raw(v[0], "seekable") < 0)
        return -1;
    if ((reader && check_raw(v[0], "readable") < 0) ||
        (writer && check_raw(v[0], "writable") < 0))
        return -1;
    if (size <= 0)
        return py_raise_i(&py_ValueError,
                          "buffer size must be strictly positive");
    U(o)->buf = U(o)->wbuf = NULL;
    if ((reader && !(U(o)->buf = TW_NEW_VAR(py_bytes, size))) ||
        (writer && !(U(o)->wbuf = TW_NEW_VAR(py_bytes, size))))
        return py_raise_nomemory(), -1;
    U(o)->raw = v[0];
    U(o)->size = size;
    U(o)->rpos = U(o)->rend = U(o)->wn = 0;
    U(o)->readable = (uint8_t)reader;
    U(o)->writable = (uint8_t)writer;
    U(o)->ready = 1;
    if (writer)
        py_io_flush_at_end(o);
    return 0;
}

static int reader_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    return setup(o, args, nargs, kwnames, "BufferedReader", 1, 0);
}

static int writer_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    return setup(o, args, nargs, kwnames, "BufferedWriter", 0, 1);
}

static int random_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    return setup(o, args, nargs, kwnames, "BufferedRandom", 1, 1);
}

#define COMMON_METHODS                                                         \
    PY_M0("detach", m_detach, "detach() -> the raw stream"),                   \
        PY_M0("close", m_close, "close()"),                                    \
        PY_M0("seekable", m_seekable, "seekable() -> bool"),                   \
        PY_M0("readable", m_readable, "readable() -> bool"),                   \
        PY_M0("writable", m_writable, "writable() -> bool"),                   \
        PY_M0("fileno", m_fileno, "fileno() -> descriptor"),                   \
        PY_M0("isatty", m_isatty, "isatty() -> bool"),                         \
        PY_M(1, 2, "seek", m_seek, "seek(offset[, whence]) -> position"),      \
        PY_M0("tell", m_tell, "tell() -> position"),                           \
        PY_M(0, 1, "truncate", m_truncate, "truncate([size]) -> size"),        \
        PY_M0("__getstate__", m_getstate, NULL)
#define READ_METHODS                                                           \
    PY_M(0, 1, "read", m_read, "read([n]) -> bytes"),                          \
        PY_M1("read1", m_read1, "read1(n) -> bytes, by one raw read"),         \
        PY_M(0, 1, "peek", m_peek, "peek([n]) -> bytes, not taken"),           \
        PY_M(0, 1, "readline", m_readline, "readline([limit]) -> bytes")

static const struct py_methoddef reader_methods[] = {
    COMMON_METHODS,
    READ_METHODS,
    PY_M0("flush", m_simple_flush, "flush()"),
    PY_MEND,
};
static const struct py_methoddef writer_methods[] = {
    COMMON_METHODS,
    PY_M1("write", m_write, "write(bytes) -> how many"),
    PY_M0("flush", m_flush, "flush()"),
    PY_MEND,
};
static const struct py_methoddef random_methods[] = {
    COMMON_METHODS,
    READ_METHODS,
    PY_M1("write", m_write, "write(bytes) -> how many"),
    PY_M0("flush", m_flush, "flush()"),
    PY_MEND,
};
static const struct py_getset getset[] = {
    {"closed", get_raw, NULL, NULL, "closed"},
    {"name", get_raw, NULL, NULL, "name"},
    {"mode", get_raw, NULL, NULL, "mode"},
    {"raw", get_raw, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_bufreader_type = {
    PY_IO_TYPE("_io.BufferedReader", py_buffered),
    .base_type = &py_bufferediobase_type,
    .doc = "BufferedReader(raw[, buffer_size]): reads ahead.",
    .methods = reader_methods,
    .getset = getset,
    .tp_repr = buffered_repr,
    .tp_iternext = buffered_next,
    .tp_new = buffered_new,
    .tp_init = reader_init,
};
py_type py_bufwriter_type = {
    PY_IO_TYPE("_io.BufferedWriter", py_buffered),
    .base_type = &py_bufferediobase_type,
    .doc = "BufferedWriter(raw[, buffer_size]): writes later.",
    .methods = writer_methods,
    .getset = getset,
    .tp_repr = buffered_repr,
    .tp_new = buffered_new,
    .tp_init = writer_init,
};
py_type py_bufrandom_type = {
    PY_IO_TYPE("_io.BufferedRandom", py_buffered),
    .base_type = &py_bufferediobase_type,
    .doc = "BufferedRandom(raw[, buffer_size]): both, with one position.",
    .methods = random_methods,
    .getset = getset,
    .tp_repr = buffered_repr,
    .tp_iternext = buffered_next,
    .tp_new = buffered_new,
    .tp_init = random_init,
};

/* ----------------------------------------------------------------- a pair */

struct py_bufpair {
    struct py_iobase io;
    py_object *reader, *writer;
};
TW_GC_TYPE(py_bufpair);
#define W(o) ((struct py_bufpair *)(o))

static int pair_init(py_object *o, py_object *const *args, intptr_t nargs,
                     py_tuple *kwnames)
{
    intptr_t size = PY_IO_BUFFER;

    if (py_args_nokw("BufferedRWPair", kwnames) < 0 ||
        py_args_count("BufferedRWPair", nargs, 2, 4) < 0 ||
        (nargs > 2 && py_arg_ssize(args[2], &size) < 0) ||
        (nargs > 3 && py_warn(&py_DeprecationWarning,
                              "max_buffer_size is deprecated", 2) < 0))
        return -1;
    if (check_raw(args[0], "readable") < 0 ||
        check_raw(args[1], "writable") < 0)
        return -1;
    W(o)->reader = py_call2(&py_bufreader_type.base, args[0], py_int_new(size));
    W(o)->writer = W(o)->reader ? py_call2(&py_bufwriter_type.base, args[1],
                                           py_int_new(size))
                                : NULL;
    return W(o)->writer ? 0 : -1;
}

static int pair_ready(py_object *o)
{
    if (W(o)->reader && W(o)->writer)
        return 0;
    return py_raise_i(&py_ValueError, "I/O operation on uninitialized object");
}

#define PAIR0(name, part)                                                      \
    static py_object *p_##name(py_object *o)                                   \
    {                                                                          \
        return pair_ready(o) < 0 ? NULL : py_io_call0(W(o)->part, #name);      \
    }
#define PAIR1(name, part)                                                      \
    static py_object *p_##name(py_object *o, py_object *a)                     \
    {                                                                          \
        if (pair_ready(o) < 0)                                                 \
            return NULL;                                                       \
        return a ? py_io_call1(W(o)->part, #name, a)                           \
                 : py_io_call0(W(o)->part, #name);                             \
    }
PAIR1(read, reader)
PAIR1(read1, reader)
PAIR1(peek, reader)
PAIR1(readinto, reader)
PAIR1(write, writer)
PAIR0(flush, writer)
PAIR0(readable, reader)
PAIR0(writable, writer)

static py_object *p_close(py_object *o)
{
    struct py_savedexc failed = {NULL, NULL};

    if (pair_ready(o) < 0)
        return NULL;
    if (!py_io_call0(W(o)->writer, "close"))
        failed = py_err_save();
    py_object *r = py_io_call0(W(o)->reader, "close");
    if (r && failed.exc) { /* an error of close() goes before it */
        py_err_restore(failed);
        return NULL;
    }
    return r;
}

static py_object *p_isatty(py_object *o)
{
    if (pair_ready(o) < 0)
        return NULL;
    py_object *r = py_io_call0(W(o)->writer, "isatty");
    return r == py_False ? py_io_call0(W(o)->reader, "isatty") : r;
}

static py_object *p_get_closed(py_object *o, void *data)
{
    (void)data;
    return pair_ready(o) < 0 ? NULL : py_getattr_cstr(W(o)->writer, "closed");
}

static const struct py_methoddef pair_methods[] = {
    PY_M(0, 1, "read", p_read, "read([n]) -> bytes"),
    PY_M(0, 1, "read1", p_read1, "read1(n) -> bytes"),
    PY_M(0, 1, "peek", p_peek, "peek([n]) -> bytes"),
    PY_M1("readinto", p_readinto, "readinto(buffer) -> bytes read"),
    PY_M1("write", p_write, "write(bytes) -> how many"),
    PY_M0("flush", p_flush, "flush()"),
    PY_M0("readable", p_readable, "readable() -> bool"),
    PY_M0("writable", p_writable, "writable() -> bool"),
    PY_M0("close", p_close, "close()"),
    PY_M0("isatty", p_isatty, "isatty() -> bool"),
    PY_MEND,
};
static const struct py_getset pair_getset[] = {
    {"closed", p_get_closed, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_bufpair_type = {
    PY_IO_TYPE("_io.BufferedRWPair", py_bufpair),
    .base_type = &py_bufferediobase_type,
    .doc = "BufferedRWPair(reader, writer[, buffer_size]): two raw streams as "
           "one.",
    .methods = pair_methods,
    .getset = pair_getset,
    .tp_new = buffered_new,
    .tp_init = pair_init,
};

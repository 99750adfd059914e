/*
 * mmap.c: the module mmap: files and anonymous memory mapped into the address
 * space, as an object that is a sequence of bytes and has a file position.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/modutil.h"
#include "objects/threads.h"

enum access { ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY };

struct py_mmap {
    py_object base;
    char *data; /* NULL: closed */
    size_t size, pos;
    off_t offset; /* in the file */
    int32_t fd, access; /* fd -1: anonymous */
};
TW_GC_TYPE(py_mmap);
#define M(o) ((struct py_mmap *)(o))
static py_type mmap_type;
static py_type *error;

static int check_open(py_object *o)
{
    return M(o)->data ? 0
                      : py_raise_i(&py_ValueError, "mmap closed or invalid");
}

static int check_writable(py_object *o)
{
    if (M(o)->access != ACCESS_READ)
        return 0;
    return py_raise_i(&py_TypeError,
                      "mmap can't modify a readonly memory map.");
}

static void unmap(struct py_mmap *m)
{
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
    if (m->data)
        munmap(m->data, m->size);
    m->data = NULL;
}

static void mmap_free(void *o, void *data)
{
    (void)data;
    unmap(M(o));
}

static py_object *mmap_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"fileno", "length", "flags",
                                        "prot",   "access", "offset"};
    py_object *a[6];
    int fd, flags = MAP_SHARED, prot = PROT_READ | PROT_WRITE;
    int access = ACCESS_DEFAULT;
    int64_t size, offset = 0;
    struct stat st;

    if (py_args_kw("mmap.mmap", args, nargs, kwnames, names, 6, 2, a) < 0 ||
        py_arg_int(a[0], &fd) < 0 || py_arg_int64(a[1], &size) < 0 ||
        (a[2] && py_arg_int(a[2], &flags) < 0) ||
        (a[3] && py_arg_int(a[3], &prot) < 0) ||
        (a[4] && py_arg_int(a[4], &access) < 0) ||
        (a[5] && py_arg_int64(a[5], &offset) < 0))
        return NULL;
    if (size < 0)
        return py_raise(&py_OverflowError,
                        "memory mapped length must be positive");
    if (offset < 0)
        return py_raise(&py_OverflowError,
                        "memory mapped offset must be positive");
    if (access != ACCESS_DEFAULT &&
        (flags != MAP_SHARED || prot != (PROT_READ | PROT_WRITE)))
        return py_raise(&py_ValueError,
                        "mmap can't specify both access and flags, prot.");
    switch (access) {
    case ACCESS_READ:
        flags = MAP_SHARED;
        prot = PROT_READ;
        break;
    case ACCESS_WRITE:
        flags = MAP_SHARED;
        prot = PROT_READ | PROT_WRITE;
        break;
    case ACCESS_COPY:
        flags = MAP_PRIVATE;
        prot = PROT_READ | PROT_WRITE;
        break;
    case ACCESS_DEFAULT:
        if (!(prot & PROT_WRITE))
            access = ACCESS_READ;
        break;
    default:
        return py_raise(&py_ValueError, "mmap invalid access parameter.");
    }
    if (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        if (size == 0) {
            if (st.st_size == 0)
                return py_raise(&py_ValueError, "cannot mmap an empty file");
            if (offset >= st.st_size)
                return py_raise(&py_ValueError,
                                "mmap offset is greater than file size");
            size = st.st_size - offset;
        } else if (offset > st.st_size || st.st_size - offset < size) {
            return py_raise(&py_ValueError,
                            "mmap length is greater than file size");
        }
    }
    struct py_mmap *m = (struct py_mmap *)py_alloc(type, 0);
    if (!m)
        return NULL;
    m->fd = -1;
    if (fd == -1)
        flags |= MAP_ANONYMOUS;
    else if ((m->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0)
        return py_raise_errno(error);
    m->access = access;
    m->size = (size_t)size;
    m->offset = offset;
    m->data = mmap(NULL, m->size, prot, flags, fd, offset);
    if (m->data == MAP_FAILED) {
        int e = errno;
        m->data = NULL;
        unmap(m);
        errno = e;
        return py_raise_errno(error);
    }
    tw_gc_set_finalizer(m, mmap_free, NULL);
    return &m->base;
}

/* --------------------------------------------------------- file-like methods */

static py_object *m_close(py_object *o)
{
    unmap(M(o));
    return py_None;
}

static py_object *take(py_object *o, size_t n)
{
    py_str *s = py_str_new(M(o)->data + M(o)->pos, (intptr_t)n);
    if (s)
        M(o)->pos += n;
    return (py_object *)s;
}

static size_t rest(py_object *o)
{
    return M(o)->pos < M(o)->size ? M(o)->size - M(o)->pos : 0;
}

static py_object *m_read(py_object *o, py_object *count)
{
    intptr_t n;

    if (py_arg_ssize(count, &n) < 0 || check_open(o) < 0)
        return NULL;
    return take(o, n < 0 || (size_t)n > rest(o) ? rest(o) : (size_t)n);
}

static py_object *m_read_byte(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    return rest(o) ? take(o, 1)
                   : py_raise(&py_ValueError, "read byte out of range");
}

static py_object *m_readline(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    const char *start = M(o)->data + M(o)->pos;
    const char *eol = rest(o) ? memchr(start, '\n', rest(o)) : NULL;
    return take(o, eol ? (size_t)(eol - start) + 1 : rest(o));
}

static py_object *m_write(py_object *o, py_object *data)
{
    intptr_t n;

    if (check_open(o) < 0)
        return NULL;
    const char *s = py_arg_bytes(data, "write", 1, &n);
    if (!s || check_writable(o) < 0)
        return NULL;
    if ((size_t)n > rest(o))
        return py_raise(&py_ValueError, "data out of range");
    memmove(M(o)->data + M(o)->pos, s, (size_t)n);
    M(o)->pos += (size_t)n;
    return py_None;
}

static py_object *m_write_byte(py_object *o, py_object *c)
{
    if (check_open(o) < 0)
        return NULL;
    if (!py_is_str(c) || ((py_str *)c)->n != 1)
        return py_arg_error("write_byte", 1, "char", c);
    if (check_writable(o) < 0)
        return NULL;
    if (!rest(o))
        return py_raise(&py_ValueError, "write byte out of range");
    M(o)->data[M(o)->pos++] = ((py_str *)c)->data[0];
    return py_None;
}

static py_object *m_tell(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_int_from_size(M(o)->pos);
}

static py_object *m_seek(py_object *o, py_object *distance, py_object *whence)
{
    intptr_t d, from;
    int how = 0;

    if (check_open(o) < 0 || py_arg_ssize(distance, &d) < 0 ||
        (whence && py_arg_int(whence, &how) < 0))
        return NULL;
    if (how < 0 || how > 2)
        return py_raise(&py_ValueError, "unknown seek type");
    from = how == 0 ? 0 : how == 1 ? (intptr_t)M(o)->pos : (intptr_t)M(o)->size;
    if (__builtin_add_overflow(from, d, &from) || from < 0 ||
        (size_t)from > M(o)->size)
        return py_raise(&py_ValueError, "seek out of range");
    M(o)->pos = (size_t)from;
    return py_None;
}

static py_object *m_size(py_object *o)
{
    struct stat st;

    if (check_open(o) < 0)
        return NULL;
    if (M(o)->fd < 0)
        return py_int_from_size(M(o)->size);
    return fstat(M(o)->fd, &st) < 0 ? py_raise_errno(error)
                                    : py_int_new(st.st_size);
}

/* A bound of find: negative ones count from the end. */
static intptr_t bound(intptr_t i, intptr_t n)
{
    if (i < 0)
        i += n;
    return i < 0 ? 0 : i > n ? n : i;
}

static py_object *search(py_object *o, py_object *sub, py_object *from,
                         py_object *to, int reverse)
{
    intptr_t n, start, end;

    if (check_open(o) < 0)
        return NULL;
    start = (intptr_t)M(o)->pos;
    end = (intptr_t)M(o)->size;
    if ((from && py_arg_ssize(from, &start) < 0) ||
        (to && py_arg_ssize(to, &end) < 0))
        return NULL;
    const char *s = py_arg_bytes(sub, reverse ? "rfind" : "find", 1, &n);
    if (!s)
        return NULL;
    start = bound(start, (intptr_t)M(o)->size);
    end = bound(end, (intptr_t)M(o)->size);
    if (end - start < n)
        return py_int_new(-1);
    const char *d = M(o)->data, *hit = NULL;
    if (reverse) {
        for (intptr_t i = end - n; i >= start && !hit; i--)
            if (!memcmp(d + i, s, (size_t)n))
                hit = d + i;
    } else {
        hit = memmem(d + start, (size_t)(end - start), s, (size_t)n);
    }
    return py_int_new(hit ? hit - d : -1);
}

static py_object *m_find(py_object *o, py_object *sub, py_object *from,
                         py_object *to)
{
    return search(o, sub, from, to, 0);
}

static py_object *m_rfind(py_object *o, py_object *sub, py_object *from,
                          py_object *to)
{
    return search(o, sub, from, to, 1);
}

static py_object *m_flush(py_object *o, py_object *offset, py_object *size)
{
    intptr_t at = 0, n;

    if (check_open(o) < 0)
        return NULL;
    n = (intptr_t)M(o)->size;
    if ((offset && py_arg_ssize(offset, &at) < 0) ||
        (size && py_arg_ssize(size, &n) < 0))
        return NULL;
    if (at < 0 || n < 0 || (size_t)at > M(o)->size ||
        (size_t)n > M(o)->size - (size_t)at)
        return py_raise(&py_ValueError, "flush values out of range");
    if (msync(M(o)->data + at, (size_t)n, MS_SYNC) < 0)
        return py_raise_errno(error);
    return py_int_new(0);
}

static py_object *m_move(py_object *o, py_object *dest, py_object *src,
                         py_object *count)
{
    intptr_t d, s, n, size;

    if (check_open(o) < 0 || py_arg_ssize(dest, &d) < 0 ||
        py_arg_ssize(src, &s) < 0 || py_arg_ssize(count, &n) < 0 ||
        check_writable(o) < 0)
        return NULL;
    size = (intptr_t)M(o)->size;
    if (d < 0 || s < 0 || n < 0 || size - d < n || size - s < n)
        return py_raise(&py_ValueError,
                        "source, destination, or count out of range");
    memmove(M(o)->data + d, M(o)->data + s, (size_t)n);
    return py_None;
}

static py_object *m_resize(py_object *o, py_object *size)
{
    intptr_t n;
    void *p;

    if (check_open(o) < 0 || py_arg_ssize(size, &n) < 0)
        return NULL;
    if (M(o)->access != ACCESS_WRITE && M(o)->access != ACCESS_DEFAULT)
        return py_raise(&py_TypeError,
                        "mmap can't resize a readonly or copy-on-write memory "
                        "map.");
    if (n < 0)
        return py_raise(&py_ValueError, "new size out of range");
    if (M(o)->fd >= 0 && ftruncate(M(o)->fd, M(o)->offset + n) < 0)
        return py_raise_errno(error);
    p = mremap(M(o)->data, M(o)->size, (size_t)n, MREMAP_MAYMOVE);
    if (p == MAP_FAILED)
        return py_raise_errno(error);
    M(o)->data = p;
    M(o)->size = (size_t)n;
    return py_None;
}

static const struct py_methoddef mmap_methods[] = {
    PY_M0("close", m_close, "Ends the mapping."),
    PY_M(1, 3, "find", m_find, "find(string[, start[, end]]): position or -1."),
    PY_M(1, 3, "rfind", m_rfind, "The same from the end."),
    PY_M(0, 2, "flush", m_flush, "Writes changes to the file."),
    PY_M(3, 3, "move", m_move, "move(dest, src, count): copies bytes."),
    PY_M1("read", m_read, "read(count): bytes from the position on."),
    PY_M0("read_byte", m_read_byte, "The byte at the position."),
    PY_M0("readline", m_readline, "Bytes to the end of the line."),
    PY_M1("resize", m_resize, "Gives the map, and the file, another size."),
    PY_M(1, 2, "seek", m_seek, "seek(distance[, whence]): moves the position."),
    PY_M0("size", m_size, "The size of the file."),
    PY_M0("tell", m_tell, "The position."),
    PY_M1("write", m_write, "Writes bytes at the position."),
    PY_M1("write_byte", m_write_byte, "Writes one byte at the position."),
    PY_MEND,
};

/* ------------------------------------------------------------------ sequence */

static intptr_t mmap_len(py_object *o)
{
    return check_open(o) < 0 ? -1 : (intptr_t)M(o)->size;
}

static py_object *byte_at(py_object *o, intptr_t i)
{
    if (check_open(o) < 0)
        return NULL;
    if (i < 0 || (size_t)i >= M(o)->size)
        return py_raise(&py_IndexError, "mmap index out of range");
    return (py_object *)py_str_char((unsigned char)M(o)->data[i]);
}

static int index_of(py_object *o, py_object *key, intptr_t *i)
{
    *i = py_index_as_ssize(key, &py_IndexError);
    if (*i == -1 && py_err_occurred())
        return -1;
    if (*i < 0)
        *i += (intptr_t)M(o)->size;
    return 0;
}

static py_object *mmap_getitem(py_object *o, py_object *key)
{
    intptr_t i, stop, step, n;
    char *out;

    if (check_open(o) < 0)
        return NULL;
    if (!py_is_slice(key)) {
        if (!py_has_index(key))
            return py_raise(&py_TypeError, "mmap indices must be integers");
        return index_of(o, key, &i) < 0 ? NULL : byte_at(o, i);
    }
    if (py_slice_indices((py_slice *)key, (intptr_t)M(o)->size, &i, &stop,
                         &step, &n) < 0)
        return NULL;
    py_str *s = py_str_alloc(n, &out);
    for (intptr_t k = 0; s && k < n; k++)
        out[k] = M(o)->data[i + k * step];
    return (py_object *)s;
}

static int mmap_setitem(py_object *o, py_object *key, py_object *v)
{
    intptr_t i, stop, step, n;

    if (check_open(o) < 0)
        return -1;
    if (py_is_slice(key)) {
        if (py_slice_indices((py_slice *)key, (intptr_t)M(o)->size, &i, &stop,
                             &step, &n) < 0)
            return -1;
        if (!v)
            return py_raise_i(&py_TypeError,
                              "mmap object doesn't support slice deletion");
        if (!py_is_str(v))
            return py_raise_i(&py_IndexError,
                              "mmap slice assignment must be a string");
        if (((py_str *)v)->n != n)
            return py_raise_i(&py_IndexError,
                              "mmap slice assignment is wrong size");
        if (check_writable(o) < 0)
            return -1;
        for (intptr_t k = 0; k < n; k++)
            M(o)->data[i + k * step] = ((py_str *)v)->data[k];
        return 0;
    }
    if (!py_has_index(key))
        return py_raise_i(&py_TypeError, "mmap indices must be integers");
    if (index_of(o, key, &i) < 0)
        return -1;
    if (i < 0 || (size_t)i >= M(o)->size)
        return py_raise_i(&py_IndexError, "mmap index out of range");
    if (!v)
        return py_raise_i(&py_TypeError,
                          "mmap object doesn't support item deletion");
    if (!py_is_str(v) || ((py_str *)v)->n != 1)
        return py_raise_i(&py_IndexError,
                          "mmap assignment must be single-character string");
    if (check_writable(o) < 0)
        return -1;
    M(o)->data[i] = ((py_str *)v)->data[0];
    return 0;
}

static const char *mmap_readbuf(py_object *o, intptr_t *n)
{
    if (check_open(o) < 0)
        return NULL;
    *n = (intptr_t)M(o)->size;
    return M(o)->data;
}

static char *mmap_writebuf(py_object *o, intptr_t *n)
{
    if (check_open(o) < 0 || check_writable(o) < 0)
        return NULL;
    *n = (intptr_t)M(o)->size;
    return M(o)->data;
}

static py_type mmap_type = {
    PY_TYPE_HEAD("mmap.mmap", py_mmap),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "mmap(fileno, length[, flags[, prot[, access[, offset]]]]): a file "
           "(fileno -1: none) as memory.",
    .methods = mmap_methods,
    .tp_new = mmap_new,
    .sq_length = mmap_len,
    .sq_item = byte_at,
    .mp_length = mmap_len,
    .mp_getitem = mmap_getitem,
    .mp_setitem = mmap_setitem,
    .bf_read = mmap_readbuf,
    .bf_write = mmap_writebuf,
};

static const struct py_intconst constants[] = {
    {"PROT_READ", PROT_READ},
    {"PROT_WRITE", PROT_WRITE},
    {"PROT_EXEC", PROT_EXEC},
    {"MAP_SHARED", MAP_SHARED},
    {"MAP_PRIVATE", MAP_PRIVATE},
    {"MAP_ANON", MAP_ANONYMOUS},
    {"MAP_ANONYMOUS", MAP_ANONYMOUS},
    {"MAP_DENYWRITE", MAP_DENYWRITE},
    {"MAP_EXECUTABLE", MAP_EXECUTABLE},
    {"ACCESS_READ", ACCESS_READ},
    {"ACCESS_WRITE", ACCESS_WRITE},
    {"ACCESS_COPY", ACCESS_COPY},
    {NULL, 0},
};

static int init(py_module *m)
{
    int64_t page = sysconf(_SC_PAGESIZE);

    error = py_module_exception(m, "mmap.error", &py_EnvironmentError);
    if (!error || py_module_set_type(m, "mmap", &mmap_type) < 0 ||
        py_module_set_int(m, "PAGESIZE", page) < 0 ||
        py_module_set_int(m, "ALLOCATIONGRANULARITY", page) < 0)
        return -1;
    return py_module_set_ints(m, constants);
}

const struct py_moduledef py_module_mmap = {"mmap", "Files mapped into memory.",
                                            NULL, init};

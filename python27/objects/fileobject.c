/*
 * fileobject.c: the type `file` over stdio, and what print needs of files.
 *
 * Neighbours: modules/sys.c makes stdin, stdout and stderr; __builtin__.open
 * is this type's constructor.
 */
#include "objects/fileobject.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "objects/runtime.h"
#include "objects/weakref.h"

TW_GC_TYPE(py_file);

#define F(o) ((py_file *)(o))

/* ------------------------------------------------------- any file-like object */

int py_file_softspace(py_object *f, int flag)
{
    int old = 0;
    if (py_type_of(f) == &py_file_type) {
        old = F(f)->softspace;
        F(f)->softspace = (uint8_t)flag;
        return old;
    }
    struct py_savedexc s = py_err_save();
    py_object *v = py_getattr_maybe(f, py_id_softspace);
    int64_t n;
    if (v && py_fits_int64(v, &n))
        old = n != 0;
    py_err_clear();
    py_setattr(f, py_id_softspace, py_int_new(flag));
    py_err_restore(s);
    return old;
}

static int closed(void)
{
    return py_raise_i(&py_ValueError, "I/O operation on closed file");
}

static int write_bytes(py_file *f, const char *s, size_t n)
{
    if (!f->fp)
        return closed();
    if (!f->writable)
        return py_raise_i(&py_IOError, "File not open for writing");
    f->softspace = 0;
    if (n && fwrite(s, 1, n, f->fp) != n) {
        py_raise_errno(&py_IOError);
        clearerr(f->fp);
        return -1;
    }
    return 0;
}

/* Unicode text goes out in the file's encoding. */
static py_object *encoded(py_file *f, py_object *v)
{
    const char *enc = f->encoding && py_is_str(f->encoding)
                          ? py_str_cstr((py_str *)f->encoding)
                          : NULL;
    const char *err = f->errors && py_is_str(f->errors)
                          ? py_str_cstr((py_str *)f->errors)
                          : "strict";
    return py_unicode_encode(v, enc, err);
}

int py_file_write_object(py_object *file, py_object *v, int repr)
{
    if (py_type_of(file) == &py_file_type) {
        if (!F(file)->fp)
            return closed();
        py_object *s;
        if (repr)
            s = py_repr(v);
        else if (py_is_unicode(v) && F(file)->encoding &&
                 F(file)->encoding != py_None)
            s = encoded(F(file), v);
        else
            s = py_str_of(v);
        if (!s)
            return -1;
        return write_bytes(F(file), py_str_data((py_str *)s),
                           (size_t)((py_str *)s)->n);
    }
    py_object *w = py_getattr(file, py_id_write);
    if (!w)
        return -1;
    py_object *s = repr ? py_repr(v) : py_is_unicode(v) ? v : py_str_of(v);
    return s && py_call1(w, s) ? 0 : -1;
}

/* ---------------------------------------------------------------- opening */

py_object *py_file_new(FILE *fp, const char *name, const char *mode,
                       int (*close)(FILE *))
{
    py_file *f = PY_NEW(py_file, &py_file_type);
    f->fp = fp;
    f->name = (py_object *)py_str_from(name);
    f->mode = (py_object *)py_str_from(mode);
    f->encoding = f->errors = py_None;
    f->close = close;
    f->readable = strchr(mode, 'r') || strchr(mode, '+') || strchr(mode, 'U');
    f->writable = strchr(mode, 'w') || strchr(mode, 'a') || strchr(mode, '+');
    f->binary = strchr(mode, 'b') != NULL;
    f->universal = strchr(mode, 'U') != NULL;
    return &f->base;
}

FILE *py_file_stream(py_object *f)
{
    if (!F(f)->fp)
        closed();
    return F(f)->fp;
}

static void file_del(py_object *o)
{
    py_file *f = F(o);
    if (f->fp && f->close) {
        f->close(f->fp);
        f->fp = NULL;
    }
}

static py_object *file_new(py_type *t, py_object *const *args, intptr_t nargs,
                           py_tuple *kw)
{
    (void)args;
    (void)nargs;
    (void)kw;
    py_object *o = py_alloc(t, 0);
    if (o)
        F(o)->name = F(o)->mode = F(o)->encoding = F(o)->errors = py_None;
    return o;
}

/* The mode for fopen: no U, and b does not matter here. */
static int clean_mode(const char *mode, char *out, size_t size)
{
    if (!mode[0])
        return py_raise_i(&py_ValueError, "empty mode string");
    int universal = strchr(mode, 'U') != NULL;
    if (universal && (mode[0] == 'w' || mode[0] == 'a'))
        return py_raise_i(&py_ValueError,
                          "universal newline mode can only be used with modes "
                          "starting with 'r'");
    if (!universal && mode[0] != 'r' && mode[0] != 'w' && mode[0] != 'a')
        return py_raise_i(&py_ValueError,
                          "mode string must begin with one of 'r', 'w', 'a' "
                          "or 'U', not '%.200s'",
                          mode);
    size_t n = 0;
    out[n++] = universal ? 'r' : mode[0];
    for (const char *p = mode + !universal; *p && n + 1 < size; p++)
        if (*p == '+' || *p == 'b')
            out[n++] = *p;
    out[n] = 0;
    return 0;
}

static int file_init(py_object *self, py_object *const *args, intptr_t nargs,
                     py_tuple *kw)
{
    static const char *const names[] = {"name", "mode", "buffering"};
    py_object *a[3];
    char cmode[16];
    int buffering = -1;
    if (py_args_kw("file", args, nargs, kw, names, 3, 1, a) < 0)
        return -1;
    py_object *oname = a[0];
    if (!py_is_str(oname) && !py_is_unicode(oname))
        return py_raise_i(&py_TypeError,
                          "coercing to Unicode: need string or buffer, %T "
                          "found",
                          oname);
    const char *name = py_arg_path(oname, "file", 1);
    const char *mode = a[1] ? py_arg_cstr(a[1], "file", 2) : "r";
    if (!name || !mode || (a[2] && py_arg_int(a[2], &buffering) < 0) ||
        clean_mode(mode, cmode, sizeof cmode) < 0)
        return -1;
    FILE *fp = fopen(name, cmode);
    if (!fp) {
        if (errno == EINVAL)
            return py_raise_i(&py_IOError, "invalid mode ('%s') or filename",
                              mode);
        py_raise_errno_file(&py_IOError, oname);
        return -1;
    }
    struct stat st;
    if (fstat(fileno(fp), &st) == 0 && S_ISDIR(st.st_mode)) {
        fclose(fp);
        errno = EISDIR;
        py_raise_errno_file(&py_IOError, oname);
        return -1;
    }
    if (buffering == 0)
        setvbuf(fp, NULL, _IONBF, 0);
    else if (buffering == 1)
        setvbuf(fp, NULL, _IOLBF, BUFSIZ);
    else if (buffering > 1)
        setvbuf(fp, NULL, _IOFBF, (size_t)buffering);
    file_del(self);
    py_file *f = F(py_file_new(fp, name, mode, fclose));
    F(self)->fp = fp;
    F(self)->name = oname;
    F(self)->mode = f->mode;
    F(self)->close = fclose;
    F(self)->readable = f->readable;
    F(self)->writable = f->writable;
    F(self)->binary = f->binary;
    F(self)->universal = f->universal;
    py_watch_death(self);
    return 0;
}

/* ---------------------------------------------------------------- reading */

static int check_readable(py_file *f)
{
    if (!f->fp)
        return closed();
    if (!f->readable)
        return py_raise_i(&py_IOError, "File not open for reading");
    return 0;
}

/* One character, newlines made uniform in universal mode. */
static inline int get_char(py_file *f)
{
    int c = getc_unlocked(f->fp);
    if (PY_LIKELY(!f->universal))
        return c;
    if (f->skip_newline) {
        f->skip_newline = 0;
        if (c == '\n') {
            f->newlines |= 4;
            c = getc_unlocked(f->fp);
        } else {
            f->newlines |= 1;
        }
    }
    if (c == '\r') {
        f->skip_newline = 1;
        return '\n';
    }
    if (c == '\n')
        f->newlines |= 2;
    return c;
}

static int read_error(py_file *f)
{
    if (!ferror(f->fp))
        return 0;
    py_raise_errno(&py_IOError);
    clearerr(f->fp);
    return -1;
}

/* Up to a newline or `limit` characters (< 0: no limit); "" at the end. */
static py_str *read_line(py_file *f, intptr_t limit)
{
    char small[256];
    intptr_t n = 0;
    int c = 0;
    while (n < (intptr_t)sizeof small && n != limit && c != '\n' &&
           (c = get_char(f)) != EOF)
        small[n++] = (char)c;
    if (c == '\n' || c == EOF || n == limit) {
        if (c == EOF && read_error(f) < 0)
            return NULL;
        if (c == EOF)
            clearerr(f->fp);
        return n ? py_str_new(small, n) : py_str_empty;
    }
    struct py_sb sb;
    py_sb_init(&sb);
    if (py_sb_add(&sb, small, n) < 0)
        return NULL;
    while (sb.n != limit && c != '\n' && (c = get_char(f)) != EOF)
        if (py_sb_addc(&sb, (char)c) < 0)
            return NULL;
    if (c == EOF && read_error(f) < 0)
        return NULL;
    if (c == EOF)
        clearerr(f->fp);
    return py_sb_finish(&sb);
}

static py_object *file_read(py_object *o, py_object *size)
{
    py_file *f = F(o);
    intptr_t want = -1;
    if (check_readable(f) < 0 ||
        (size && size != py_None && py_arg_ssize(size, &want) < 0))
        return NULL;
    struct py_sb sb;
    py_sb_init(&sb);
    char chunk[8192];
    while (want < 0 || sb.n < want) {
        size_t room = sizeof chunk;
        if (want >= 0 && (size_t)(want - sb.n) < room)
            room = (size_t)(want - sb.n);
        size_t n = 0;
        if (f->universal) {
            int c;
            while (n < room && (c = get_char(f)) != EOF)
                chunk[n++] = (char)c;
        } else {
            n = fread(chunk, 1, room, f->fp);
        }
        if (py_sb_add(&sb, chunk, (intptr_t)n) < 0)
            return NULL;
        if (n < room) {
            if (read_error(f) < 0)
                return NULL;
            clearerr(f->fp);
            break;
        }
    }
    return (py_object *)py_sb_finish(&sb);
}

static py_object *file_readline(py_object *o, py_object *size)
{
    intptr_t limit = -1;
    if (check_readable(F(o)) < 0 || (size && py_arg_ssize(size, &limit) < 0))
        return NULL;
    if (limit == 0)
        return (py_object *)py_str_empty;
    return (py_object *)read_line(F(o), limit < 0 ? -1 : limit);
}

static py_object *file_readlines(py_object *o, py_object *hint)
{
    intptr_t limit = 0, total = 0;
    if (check_readable(F(o)) < 0 || (hint && py_arg_ssize(hint, &limit) < 0))
        return NULL;
    py_list *l = py_list_new();
    for (;;) {
        py_str *s = read_line(F(o), -1);
        if (!s)
            return NULL;
        if (!s->n)
            break;
        if (py_list_append(l, (py_object *)s) < 0)
            return NULL;
        total += s->n;
        if (limit > 0 && total >= limit)
            break;
    }
    return &l->base;
}

static py_object *file_iternext(py_object *o)
{
    if (check_readable(F(o)) < 0)
        return NULL;
    py_str *s = read_line(F(o), -1);
    return s && s->n ? (py_object *)s : NULL;
}

static py_object *file_iter(py_object *o)
{
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    return o;
}

static py_object *file_readinto(py_object *o, py_object *buf)
{
    intptr_t n;
    if (check_readable(F(o)) < 0)
        return NULL;
    char *p = py_buffer_write(buf, &n);
    if (!p)
        return NULL;
    size_t got = fread(p, 1, (size_t)n, F(o)->fp);
    if ((intptr_t)got < n && read_error(F(o)) < 0)
        return NULL;
    return py_int_new((int64_t)got);
}

py_object *py_file_getline(py_object *f)
{
    py_object *s;
    if (py_type_of(f) == &py_file_type) {
        if (check_readable(F(f)) < 0)
            return NULL;
        s = (py_object *)read_line(F(f), -1);
    } else {
        s = py_call_method0(f, py_id_readline);
    }
    if (!s)
        return NULL;
    if (py_is_unicode(s) && !(s = py_unicode_encode(s, NULL, NULL)))
        return NULL;
    if (!py_is_str(s))
        return py_raise(&py_TypeError, "object.readline() returned non-string");
    intptr_t n = ((py_str *)s)->n;
    if (!n)
        return py_raise(&py_EOFError, "EOF when reading a line");
    if (py_str_data((py_str *)s)[n - 1] == '\n')
        s = (py_object *)py_str_new(py_str_data((py_str *)s), n - 1);
    return s;
}

/* ---------------------------------------------------------------- writing */

static py_object *file_write(py_object *o, py_object *v)
{
    intptr_t n;
    const char *s;
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    if (py_is_unicode(v)) {
        v = F(o)->binary ? v : encoded(F(o), v);
        if (!v)
            return NULL;
    }
    if (py_is_str(v)) {
        s = py_str_data((py_str *)v);
        n = ((py_str *)v)->n;
    } else if (!(s = py_buffer_read(v, &n))) {
        return py_raise(&py_TypeError, "expected a character buffer object");
    }
    return write_bytes(F(o), s, (size_t)n) < 0 ? NULL : py_None;
}

static py_object *file_writelines(py_object *o, py_object *seq)
{
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    py_object *it = py_iter(seq), *v;
    if (!it)
        return py_raise(&py_TypeError,
                        "writelines() requires an iterable argument");
    while ((v = py_iternext(it))) {
        if (!py_is_str(v) && !py_is_unicode(v) && !py_type_of(v)->bf_read)
            return py_raise(&py_TypeError, "writelines() argument must be a "
                                           "sequence of strings");
        if (!file_write(o, v))
            return NULL;
    }
    return py_err_occurred() ? NULL : py_None;
}

static py_object *file_flush(py_object *o)
{
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    if (fflush(F(o)->fp) != 0) {
        py_raise_errno(&py_IOError);
        clearerr(F(o)->fp);
        return NULL;
    }
    return py_None;
}

/* ------------------------------------------------------------------- the rest */

static py_object *file_close(py_object *o)
{
    py_file *f = F(o);
    if (!f->fp)
        return py_None;
    FILE *fp = f->fp;
    f->fp = NULL;
    if (!f->close)
        return py_None;
    int rc = f->close(fp);
    if (rc == EOF)
        return py_raise_errno(&py_IOError);
    return rc ? py_int_new(rc) : py_None;
}

static py_object *file_seek(py_object *o, py_object *off, py_object *whence)
{
    int64_t where;
    int how = SEEK_SET;
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    if (py_arg_int64(off, &where) < 0 ||
        (whence && py_arg_int(whence, &how) < 0))
        return NULL;
    if (fseeko(F(o)->fp, where, how) != 0) {
        py_raise_errno(&py_IOError);
        clearerr(F(o)->fp);
        return NULL;
    }
    F(o)->skip_newline = 0;
    return py_None;
}

static py_object *file_tell(py_object *o)
{
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    off_t pos = ftello(F(o)->fp);
    if (pos == -1) {
        py_raise_errno(&py_IOError);
        clearerr(F(o)->fp);
        return NULL;
    }
    return py_int_new(pos);
}

static py_object *file_truncate(py_object *o, py_object *size)
{
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    if (!F(o)->writable)
        return py_raise(&py_IOError, "File not open for writing");
    off_t here = ftello(F(o)->fp);
    int64_t n = here;
    if (here == -1)
        return py_raise_errno(&py_IOError);
    if (size && size != py_None && py_arg_int64(size, &n) < 0)
        return NULL;
    if (fflush(F(o)->fp) != 0 || ftruncate(fileno(F(o)->fp), n) != 0 ||
        fseeko(F(o)->fp, here, SEEK_SET) != 0)
        return py_raise_errno(&py_IOError);
    return py_None;
}

static py_object *file_fileno(py_object *o)
{
    FILE *fp = py_file_stream(o);
    return fp ? py_int_new(fileno(fp)) : NULL;
}

static py_object *file_isatty(py_object *o)
{
    FILE *fp = py_file_stream(o);
    return fp ? py_bool(isatty(fileno(fp))) : NULL;
}

static py_object *file_enter(py_object *o)
{
    return py_file_stream(o) ? o : NULL;
}

static py_object *file_exit(py_object *o, py_object *const *args,
                            intptr_t nargs)
{
    (void)args;
    (void)nargs;
    py_object *r = py_call_method0(o, py_id_close);
    return r ? py_None : NULL;
}

static py_object *file_self(py_object *o)
{
    if (!F(o)->fp) {
        closed();
        return NULL;
    }
    return o;
}

static py_object *file_repr(py_object *o)
{
    py_object *name = py_is_unicode(F(o)->name) ? F(o)->name : F(o)->name;
    return (py_object *)py_str_format_c("<%s file %R, mode '%S' at %p>",
                                        F(o)->fp ? "open" : "closed", name,
                                        F(o)->mode, (void *)o);
}

static py_object *get_closed(py_object *o, void *d)
{
    (void)d;
    return py_bool(!F(o)->fp);
}

static py_object *get_softspace(py_object *o, void *d)
{
    (void)d;
    return py_int_new(F(o)->softspace);
}

static int set_softspace(py_object *o, py_object *v, void *d)
{
    (void)d;
    int n;
    if (!v)
        return py_raise_i(&py_TypeError, "can't delete softspace attribute");
    if (py_arg_int(v, &n) < 0)
        return -1;
    F(o)->softspace = n != 0;
    return 0;
}

static py_object *get_newlines(py_object *o, void *d)
{
    (void)d;
    static const char *const kinds[3] = {"\r", "\n", "\r\n"};
    py_list *l = py_list_new();
    for (int i = 0; i < 3; i++)
        if (F(o)->newlines & 1 << i)
            py_list_append(l, (py_object *)py_str_from(kinds[i]));
    intptr_t n = py_list_len(l);
    if (n == 0)
        return py_None;
    return n == 1 ? py_list_get(l, 0) : &py_list_as_tuple(l)->base;
}

static const struct py_methoddef file_methods[] = {
    PY_M(0, 1, "read", file_read, "At most so many bytes; all without size."),
    PY_M(0, 1, "readline", file_readline, "The next line, or ''."),
    PY_M(0, 1, "readlines", file_readlines, "The rest's lines."),
    PY_M1("readinto", file_readinto, "Fills a buffer."),
    PY_M0("xreadlines", file_self, "The file itself."),
    PY_M1("write", file_write, "Writes text."),
    PY_M1("writelines", file_writelines, "Writes each text."),
    PY_M0("flush", file_flush, "Writes out what is buffered."),
    PY_M0("close", file_close, "Closes the file."),
    PY_M(1, 2, "seek", file_seek, "Moves to a position."),
    PY_M0("tell", file_tell, "The position."),
    PY_M(0, 1, "truncate", file_truncate, "Cuts the file."),
    PY_M0("fileno", file_fileno, "The descriptor's number."),
    PY_M0("isatty", file_isatty, "Is it a terminal?"),
    PY_M0("__enter__", file_enter, "The file."),
    PY_MFAST("__exit__", file_exit, "Closes the file."),
    PY_MEND,
};
static const struct py_getset file_getset[] = {
    {"closed", get_closed, NULL, NULL, NULL},
    {"softspace", get_softspace, set_softspace, NULL, NULL},
    {"newlines", get_newlines, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static const struct py_memberdef file_members[] = {
    {"name", PY_MEMBER_OBJ, 1, offsetof(struct py_file, name), NULL},
    {"mode", PY_MEMBER_OBJ, 1, offsetof(struct py_file, mode), NULL},
    {"encoding", PY_MEMBER_OBJ, 1, offsetof(struct py_file, encoding), NULL},
    {"errors", PY_MEMBER_OBJ, 1, offsetof(struct py_file, errors), NULL},
    {NULL, 0, 0, 0, NULL},
};
py_type py_file_type = {
    PY_TYPE_HEAD("file", py_file),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "file(name[, mode[, buffering]]): opens a file.",
    .dict_offset = offsetof(struct py_file, dict),
    .methods = file_methods,
    .getset = file_getset,
    .members = file_members,
    .tp_new = file_new,
    .tp_init = file_init,
    .tp_iter = file_iter,
    .tp_iternext = file_iternext,
    .tp_del = file_del,
    .tp_repr = file_repr,
};

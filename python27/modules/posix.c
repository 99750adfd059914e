/*
 * posix.c: the module posix: files, directories and the environment. Processes
 * are in posix_process.c. Errors are OSError with errno and file name.
 */
#include "modules/posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "objects/threads.h"

extern char **environ;

py_object *py_posix_error(void)
{
    return py_raise_errno(&py_OSError);
}

static py_object *file_error(py_object *path)
{
    return py_raise_errno_file(&py_OSError, path);
}

py_object *py_posix_result(int r)
{
    return r < 0 ? py_posix_error() : py_None;
}

/* One path: 0 from the call is success. */
#define PATH1(name, call)                                                      \
    static py_object *p_##name(py_object *self, py_object *path)               \
    {                                                                          \
        const char *s = py_arg_path(path, #name, 1);                           \
                                                                               \
        (void)self;                                                            \
        if (!s)                                                                \
            return NULL;                                                       \
        return (call) < 0 ? file_error(path) : py_None;                        \
    }
PATH1(chdir, chdir(s))
PATH1(rmdir, rmdir(s))
PATH1(unlink, unlink(s))
PATH1(chroot, chroot(s))

#define PATH2(name, fn)                                                        \
    static py_object *p_##name(py_object *self, py_object *a, py_object *b)    \
    {                                                                          \
        const char *s = py_arg_path(a, #name, 1),                              \
                   *t = s ? py_arg_path(b, #name, 2) : NULL;                   \
                                                                               \
        (void)self;                                                            \
        if (!t)                                                                \
            return NULL;                                                       \
        return py_posix_result(fn(s, t));                                      \
    }
PATH2(rename, rename)
PATH2(link, link)
PATH2(symlink, symlink)

#define FD1(name, call)                                                        \
    static py_object *p_##name(py_object *self, py_object *o)                  \
    {                                                                          \
        int fd;                                                                \
                                                                               \
        (void)self;                                                            \
        if (py_arg_int(o, &fd) < 0)                                            \
            return NULL;                                                       \
        return py_posix_result(call);                                          \
    }
FD1(close, close(fd))
FD1(fsync, fsync(fd))
FD1(fdatasync, fdatasync(fd))
FD1(fchdir, fchdir(fd))

/* ------------------------------------------------------------------- stat */

static const char *const stat_fields[] = {
    "st_mode",  "st_ino",     "st_dev",    "st_nlink", "st_uid",   "st_gid",
    "st_size",  "_atime",     "_mtime",    "_ctime",   "st_atime", "st_mtime",
    "st_ctime", "st_blksize", "st_blocks", "st_rdev",  NULL};
static py_type *stat_result;

static double seconds(struct timespec t)
{
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static py_object *from_stat(const struct stat *st)
{
    py_object *v[] = {py_int_new(st->st_mode),
                      py_int_from_uint64(st->st_ino),
                      py_int_from_uint64(st->st_dev),
                      py_int_new((int64_t)st->st_nlink),
                      py_int_new(st->st_uid),
                      py_int_new(st->st_gid),
                      py_int_new(st->st_size),
                      py_int_new(st->st_atim.tv_sec),
                      py_int_new(st->st_mtim.tv_sec),
                      py_int_new(st->st_ctim.tv_sec),
                      py_float_new(seconds(st->st_atim)),
                      py_float_new(seconds(st->st_mtim)),
                      py_float_new(seconds(st->st_ctim)),
                      py_int_new(st->st_blksize),
                      py_int_new(st->st_blocks),
                      py_int_from_uint64(st->st_rdev)};

    return py_structseq_new(stat_result, v);
}

static py_object *p_stat(py_object *self, py_object *path)
{
    struct stat st;
    const char *s = py_arg_path(path, "stat", 1);

    (void)self;
    if (!s)
        return NULL;
    return stat(s, &st) < 0 ? file_error(path) : from_stat(&st);
}

static py_object *p_lstat(py_object *self, py_object *path)
{
    struct stat st;
    const char *s = py_arg_path(path, "lstat", 1);

    (void)self;
    if (!s)
        return NULL;
    return lstat(s, &st) < 0 ? file_error(path) : from_stat(&st);
}

static py_object *p_fstat(py_object *self, py_object *o)
{
    struct stat st;
    int fd;

    (void)self;
    if (py_arg_int(o, &fd) < 0)
        return NULL;
    return fstat(fd, &st) < 0 ? py_posix_error() : from_stat(&st);
}

/* --------------------------------------------------------- paths and names */

static py_object *p_getcwd(py_object *self)
{
    char *s = getcwd(NULL, 0);
    py_str *r;

    (void)self;
    if (!s)
        return py_posix_error();
    r = py_str_from(s);
    free(s);
    return (py_object *)r;
}

static py_object *p_getcwdu(py_object *self)
{
    py_object *s = p_getcwd(self);

    return s ? py_unicode_from_utf8(py_str_data((py_str *)s),
                                    py_str_len((py_str *)s), NULL)
             : NULL;
}

static py_object *p_listdir(py_object *self, py_object *path)
{
    const char *s = py_arg_path(path, "listdir", 1);
    py_list *l = py_list_new();
    struct dirent *e;
    DIR *dir;

    (void)self;
    if (!s)
        return NULL;
    dir = opendir(s);
    if (!dir)
        return file_error(path);
    for (errno = 0; (e = readdir(dir)); errno = 0) {
        py_object *name;

        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        name = (py_object *)py_str_from(e->d_name);
        if (py_is_unicode(path)) { /* what cannot be decoded stays a str */
            py_object *u = py_unicode_from_utf8(
                e->d_name, (intptr_t)strlen(e->d_name), NULL);

            if (u)
                name = u;
            else
                py_err_clear();
        }
        if (py_list_append(l, name) < 0)
            break;
    }
    if (errno && !py_err_occurred())
        file_error(path);
    closedir(dir);
    return py_err_occurred() ? NULL : &l->base;
}

static py_object *p_readlink(py_object *self, py_object *path)
{
    const char *s = py_arg_path(path, "readlink", 1);
    char buf[PATH_MAX];
    ssize_t n;

    (void)self;
    if (!s)
        return NULL;
    n = readlink(s, buf, sizeof buf);
    return n < 0 ? file_error(path) : (py_object *)py_str_new(buf, n);
}

static py_object *p_mkdir(py_object *self, py_object *path, py_object *mode)
{
    const char *s = py_arg_path(path, "mkdir", 1);
    int m = 0777;

    (void)self;
    if (!s || (mode && py_arg_int(mode, &m) < 0))
        return NULL;
    return mkdir(s, (mode_t)m) < 0 ? file_error(path) : py_None;
}

static py_object *p_mkfifo(py_object *self, py_object *path, py_object *mode)
{
    const char *s = py_arg_path(path, "mkfifo", 1);
    int m = 0666;

    (void)self;
    if (!s || (mode && py_arg_int(mode, &m) < 0))
        return NULL;
    return py_posix_result(mkfifo(s, (mode_t)m));
}

static py_object *p_chmod(py_object *self, py_object *path, py_object *mode)
{
    const char *s = py_arg_path(path, "chmod", 1);
    int m;

    (void)self;
    if (!s || py_arg_int(mode, &m) < 0)
        return NULL;
    return chmod(s, (mode_t)m) < 0 ? file_error(path) : py_None;
}

static py_object *p_fchmod(py_object *self, py_object *o, py_object *mode)
{
    int fd, m;

    (void)self;
    if (py_arg_int(o, &fd) < 0 || py_arg_int(mode, &m) < 0)
        return NULL;
    return py_posix_result(fchmod(fd, (mode_t)m));
}

static py_object *p_chown(py_object *self, py_object *path, py_object *uid,
                          py_object *gid)
{
    const char *s = py_arg_path(path, "chown", 1);
    int64_t u, g;

    (void)self;
    if (!s || py_arg_int64(uid, &u) < 0 || py_arg_int64(gid, &g) < 0)
        return NULL;
    return chown(s, (uid_t)u, (gid_t)g) < 0 ? file_error(path) : py_None;
}

static py_object *p_lchown(py_object *self, py_object *path, py_object *uid,
                           py_object *gid)
{
    const char *s = py_arg_path(path, "lchown", 1);
    int64_t u, g;

    (void)self;
    if (!s || py_arg_int64(uid, &u) < 0 || py_arg_int64(gid, &g) < 0)
        return NULL;
    return lchown(s, (uid_t)u, (gid_t)g) < 0 ? file_error(path) : py_None;
}

static py_object *p_access(py_object *self, py_object *path, py_object *mode)
{
    const char *s = py_arg_path(path, "access", 1);
    int m;

    (void)self;
    if (!s || py_arg_int(mode, &m) < 0)
        return NULL;
    return py_bool(access(s, m) == 0);
}

static int timeval_of(py_object *o, struct timeval *tv)
{
    double s = py_as_double(o), whole;

    if (s == -1.0 && py_err_occurred())
        return -1;
    whole = __builtin_floor(s);
    tv->tv_sec = (time_t)whole;
    tv->tv_usec = (suseconds_t)((s - whole) * 1e6);
    return 0;
}

static py_object *p_utime(py_object *self, py_object *path, py_object *times)
{
    const char *s = py_arg_path(path, "utime", 1);
    struct timeval tv[2];

    (void)self;
    if (!s)
        return NULL;
    if (times == py_None)
        return utimes(s, NULL) < 0 ? file_error(path) : py_None;
    if (!py_is_tuple(times) || ((py_tuple *)times)->n != 2)
        return py_raise(&py_TypeError,
                        "utime() arg 2 must be a tuple (atime, mtime)");
    if (timeval_of(((py_tuple *)times)->item[0], &tv[0]) < 0 ||
        timeval_of(((py_tuple *)times)->item[1], &tv[1]) < 0)
        return NULL;
    return utimes(s, tv) < 0 ? file_error(path) : py_None;
}

static py_object *p_umask(py_object *self, py_object *mode)
{
    int m;

    (void)self;
    if (py_arg_int(mode, &m) < 0)
        return NULL;
    return py_int_new(umask((mode_t)m));
}

/* -------------------------------------------------------- file descriptors */

static py_object *p_open(py_object *self, py_object *path, py_object *flags,
                         py_object *mode)
{
    const char *s = py_arg_path(path, "open", 1);
    int f, m = 0777, fd;

    (void)self;
    if (!s || py_arg_int(flags, &f) < 0 || (mode && py_arg_int(mode, &m) < 0))
        return NULL;
    fd = PY_BLOCKING(open(s, f, m));
    return fd < 0 ? file_error(path) : py_int_new(fd);
}

static py_object *p_closerange(py_object *self, py_object *lo, py_object *hi)
{
    int a, b;

    (void)self;
    if (py_arg_int(lo, &a) < 0 || py_arg_int(hi, &b) < 0)
        return NULL;
    for (; a < b; a++)
        close(a);
    return py_None;
}

static py_object *p_read(py_object *self, py_object *o, py_object *size)
{
    int fd;
    intptr_t n;
    char *bytes;
    py_str *r;
    ssize_t got;

    (void)self;
    if (py_arg_int(o, &fd) < 0 || py_arg_ssize(size, &n) < 0)
        return NULL;
    if (n < 0) {
        errno = EINVAL;
        return py_posix_error();
    }
    r = py_str_alloc(n, &bytes);
    if (!r)
        return NULL;
    got = PY_BLOCKING(read(fd, bytes, (size_t)n));
    if (got < 0)
        return py_posix_error();
    return got == n ? (py_object *)r : (py_object *)py_str_new(bytes, got);
}

static py_object *p_write(py_object *self, py_object *o, py_object *data)
{
    int fd;
    intptr_t n;
    const char *s;
    ssize_t done;

    (void)self;
    if (py_arg_int(o, &fd) < 0)
        return NULL;
    s = py_arg_bytes(data, "write", 2, &n);
    if (!s)
        return NULL;
    done = PY_BLOCKING(write(fd, s, (size_t)n));
    return done < 0 ? py_posix_error() : py_int_new(done);
}

static py_object *p_lseek(py_object *self, py_object *o, py_object *pos,
                          py_object *how)
{
    int fd, h;
    int64_t p;
    off_t r;

    (void)self;
    if (py_arg_int(o, &fd) < 0 || py_arg_int64(pos, &p) < 0 ||
        py_arg_int(how, &h) < 0)
        return NULL;
    r = lseek(fd, p, h);
    return r < 0 ? py_posix_error() : py_int_new(r);
}

static py_object *p_ftruncate(py_object *self, py_object *o, py_object *length)
{
    int fd;
    int64_t n;

    (void)self;
    if (py_arg_int(o, &fd) < 0 || py_arg_int64(length, &n) < 0)
        return NULL;
    return py_posix_result(ftruncate(fd, n));
}

static py_object *p_dup(py_object *self, py_object *o)
{
    int fd;

    (void)self;
    if (py_arg_int(o, &fd) < 0)
        return NULL;
    fd = dup(fd);
    return fd < 0 ? py_posix_error() : py_int_new(fd);
}

static py_object *p_dup2(py_object *self, py_object *a, py_object *b)
{
    int fd, to;

    (void)self;
    if (py_arg_int(a, &fd) < 0 || py_arg_int(b, &to) < 0)
        return NULL;
    return py_posix_result(dup2(fd, to));
}

static py_object *p_pipe(py_object *self)
{
    int fd[2];

    (void)self;
    if (pipe(fd) < 0)
        return py_posix_error();
    return (py_object *)py_tuple_pack2(py_int_new(fd[0]), py_int_new(fd[1]));
}

static py_object *p_isatty(py_object *self, py_object *o)
{
    int fd;

    (void)self;
    return py_arg_int(o, &fd) < 0 ? NULL : py_bool(isatty(fd));
}

static py_object *p_ttyname(py_object *self, py_object *o)
{
    int fd;
    char *s;

    (void)self;
    if (py_arg_int(o, &fd) < 0)
        return NULL;
    s = ttyname(fd);
    return s ? (py_object *)py_str_from(s) : py_posix_error();
}

static py_object *p_fdopen(py_object *self, py_object *const *args,
                           intptr_t nargs)
{
    int fd;
    const char *mode = "r";

    (void)self;
    if (py_args_count("fdopen", nargs, 1, 3) < 0 ||
        py_arg_int(args[0], &fd) < 0)
        return NULL;
    if (nargs > 1 && !(mode = py_arg_cstr(args[1], "fdopen", 2)))
        return NULL;
    if (!strchr("rwa", mode[0]))
        return py_raise(&py_ValueError, "invalid file mode '%s'", mode);
    return py_posix_fdopen(fd, mode, nargs > 2 ? args[2] : NULL);
}

/* ------------------------------------------------------------- environment */

static py_object *environment(void)
{
    py_dict *d = py_dict_new();

    for (char **e = environ; e && *e; e++) {
        const char *eq = strchr(*e, '=');
        py_str *name;

        if (!eq)
            continue;
        name = py_str_new(*e, eq - *e);
        if (!py_dict_get_str(d, name) &&
            py_dict_set_str(d, name, (py_object *)py_str_from(eq + 1)) < 0)
            return NULL;
    }
    return &d->base;
}

static py_object *p_putenv(py_object *self, py_object *name, py_object *value)
{
    const char *n = py_arg_cstr(name, "putenv", 1),
               *v = n ? py_arg_cstr(value, "putenv", 2) : NULL;

    (void)self;
    return v ? py_posix_result(setenv(n, v, 1)) : NULL;
}

static py_object *p_unsetenv(py_object *self, py_object *name)
{
    const char *n = py_arg_cstr(name, "unsetenv", 1);

    (void)self;
    return n ? py_posix_result(unsetenv(n)) : NULL;
}

static py_object *p_strerror(py_object *self, py_object *o)
{
    int e;

    (void)self;
    return py_arg_int(o, &e) < 0 ? NULL : (py_object *)py_str_from(strerror(e));
}

static py_object *p_urandom(py_object *self, py_object *o)
{
    intptr_t n;
    char *bytes;
    py_str *r;

    (void)self;
    if (py_arg_ssize(o, &n) < 0)
        return NULL;
    if (n < 0)
        return py_raise(&py_ValueError, "negative argument not allowed");
    r = py_str_alloc(n, &bytes);
    for (intptr_t done = 0; r && done < n;) {
        ssize_t k = getrandom(bytes + done, (size_t)(n - done), 0);

        if (k < 0 && errno != EINTR)
            return py_posix_error();
        done += k > 0 ? k : 0;
    }
    return (py_object *)r;
}

static py_object *p_major(py_object *self, py_object *o)
{
    int64_t d;

    (void)self;
    return py_arg_int64(o, &d) < 0 ? NULL : py_int_new(major((dev_t)d));
}

static py_object *p_minor(py_object *self, py_object *o)
{
    int64_t d;

    (void)self;
    return py_arg_int64(o, &d) < 0 ? NULL : py_int_new(minor((dev_t)d));
}

static const struct py_methoddef methods[] = {
    PY_M(2, 2, "access", p_access,
         "access(path, mode) -> whether the real user may"),
    PY_M1("chdir", p_chdir, "chdir(path)"),
    PY_M2("chmod", p_chmod, "chmod(path, mode)"),
    PY_M(3, 3, "chown", p_chown, "chown(path, uid, gid)"),
    PY_M1("chroot", p_chroot, "chroot(path)"),
    PY_M1("close", p_close, "close(fd)"),
    PY_M2("closerange", p_closerange,
          "closerange(fd_low, fd_high): close all, errors ignored"),
    PY_M1("dup", p_dup, "dup(fd) -> fd2"),
    PY_M2("dup2", p_dup2, "dup2(old_fd, new_fd)"),
    PY_M1("fchdir", p_fchdir, "fchdir(fd)"),
    PY_M2("fchmod", p_fchmod, "fchmod(fd, mode)"),
    PY_M1("fdatasync", p_fdatasync, "fdatasync(fd)"),
    PY_MFAST("fdopen", p_fdopen,
             "fdopen(fd [, mode='r' [, bufsize]]) -> file_object"),
    PY_M1("fstat", p_fstat, "fstat(fd) -> stat result"),
    PY_M1("fsync", p_fsync, "fsync(fd)"),
    PY_M2("ftruncate", p_ftruncate, "ftruncate(fd, length)"),
    PY_M0("getcwd", p_getcwd, "getcwd() -> path"),
    PY_M0("getcwdu", p_getcwdu, "getcwdu() -> path as unicode"),
    PY_M1("isatty", p_isatty, "isatty(fd) -> bool"),
    PY_M(3, 3, "lchown", p_lchown, "lchown(path, uid, gid)"),
    PY_M2("link", p_link, "link(src, dst)"),
    PY_M1("listdir", p_listdir, "listdir(path) -> names, without . and .."),
    PY_M(3, 3, "lseek", p_lseek, "lseek(fd, pos, how) -> newpos"),
    PY_M1("lstat", p_lstat, "lstat(path) -> stat result of a link itself"),
    PY_M1("major", p_major, "major(device) -> major number"),
    PY_M1("minor", p_minor, "minor(device) -> minor number"),
    PY_M(1, 2, "mkdir", p_mkdir, "mkdir(path [, mode=0777])"),
    PY_M(1, 2, "mkfifo", p_mkfifo, "mkfifo(filename [, mode=0666])"),
    PY_M(2, 3, "open", p_open, "open(filename, flag [, mode=0777]) -> fd"),
    PY_M0("pipe", p_pipe, "pipe() -> (read_end, write_end)"),
    PY_M2("putenv", p_putenv, "putenv(key, value)"),
    PY_M2("read", p_read, "read(fd, buffersize) -> string"),
    PY_M1("readlink", p_readlink, "readlink(path) -> path"),
    PY_M1("remove", p_unlink, "remove(path)"),
    PY_M2("rename", p_rename, "rename(old, new)"),
    PY_M1("rmdir", p_rmdir, "rmdir(path)"),
    PY_M1("stat", p_stat, "stat(path) -> stat result"),
    PY_M1("strerror", p_strerror, "strerror(code) -> string"),
    PY_M2("symlink", p_symlink, "symlink(src, dst)"),
    PY_M1("ttyname", p_ttyname, "ttyname(fd) -> string"),
    PY_M1("umask", p_umask, "umask(new_mask) -> old_mask"),
    PY_M1("unlink", p_unlink, "unlink(path)"),
    PY_M1("unsetenv", p_unsetenv, "unsetenv(key)"),
    PY_M1("urandom", p_urandom,
          "urandom(n) -> n random bytes for cryptography"),
    PY_M2("utime", p_utime, "utime(path, (atime, mtime)) or utime(path, None)"),
    PY_M2("write", p_write, "write(fd, string) -> byteswritten"),
    PY_MEND,
};

static const struct {
    const char *name;
    int value;
} constants[] = {
#define C(n) {#n, n},
    C(F_OK) C(R_OK) C(W_OK) C(X_OK) C(O_RDONLY) C(O_WRONLY) C(O_RDWR)
        C(O_NDELAY) C(O_NONBLOCK) C(O_APPEND) C(O_DSYNC) C(O_RSYNC) C(O_SYNC)
            C(O_NOCTTY) C(O_CREAT) C(O_EXCL) C(O_TRUNC) C(O_LARGEFILE)
                C(O_ASYNC) C(O_DIRECT) C(O_DIRECTORY) C(O_NOFOLLOW) C(O_NOATIME)
                    C(TMP_MAX)
#undef C
};

static int init(py_module *m)
{
    py_object *env = environment();

    stat_result = py_structseq_type("posix.stat_result", stat_fields, 10, 16);
    if (!env || !stat_result || py_module_set(m, "environ", env) < 0 ||
        py_module_set(m, "stat_result", (py_object *)stat_result) < 0 ||
        py_module_set(m, "error", (py_object *)&py_OSError) < 0)
        return -1;
    for (size_t k = 0; k < sizeof constants / sizeof *constants; k++)
        if (py_module_set_int(m, constants[k].name, constants[k].value) < 0)
            return -1;
    return py_posix_process_init(m);
}

const struct py_moduledef py_module_posix = {
    "posix", "What the operating system offers; use the module os.", methods,
    init};

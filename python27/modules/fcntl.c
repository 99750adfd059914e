/*
 * fcntl.c: the module fcntl: control of descriptors, and locks on files.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "modules/modutil.h"
#include "objects/threads.h"

enum { ROOM = 1024 };

static void *failed(void)
{
    return py_raise_errno(&py_IOError);
}

/* A string argument copied to buf; 0 when arg is none, -1 with exception. */
static int string_arg(py_object *arg, const char *fname, char *buf, intptr_t *n)
{
    if (!py_is_str(arg) && !py_is_unicode(arg) && !py_type_of(arg)->bf_read)
        return 0;
    const char *s = py_arg_bytes(arg, fname, 3, n);
    if (!s)
        return -1;
    if (*n > ROOM)
        return py_raise_i(&py_ValueError, "%s string arg too long", fname);
    memcpy(buf, s, (size_t)*n);
    return 1;
}

static py_object *f_fcntl(py_object *self, py_object *fdo, py_object *codeo,
                          py_object *arg)
{
    char buf[ROOM];
    intptr_t n;
    int fd = py_fd_of(fdo), code, r;
    int64_t v = 0;

    (void)self;
    if (fd < 0 || py_arg_int(codeo, &code) < 0)
        return NULL;
    if (arg) {
        int text = string_arg(arg, "fcntl", buf, &n);

        if (text < 0)
            return NULL;
        if (text)
            return fcntl(fd, code, buf) < 0 ? failed()
                                            : (py_object *)py_str_new(buf, n);
        if (!py_is_int(arg) && !py_is_long(arg)) {
            py_raise(&py_TypeError,
                     "fcntl requires a file or file descriptor, an integer and "
                     "optionally a third integer or a string");
            return NULL;
        }
        v = (int64_t)py_as_uint64_mask(arg);
    }
    r = fcntl(fd, code, v);
    return r < 0 ? failed() : py_int_new(r);
}

/* ioctl on the bytes of a writable buffer, through a copy when they are few (so
 * that the kernel may write more than there is room for). */
static py_object *ioctl_buffer(int fd, unsigned long code, py_object *arg)
{
    char copy[ROOM];
    intptr_t n;
    char *p = py_buffer_write(arg, &n);

    if (!p)
        return NULL;
    if (n > ROOM) {
        int r = ioctl(fd, code, p);
        return r < 0 ? failed() : py_int_new(r);
    }
    memset(copy, 0, sizeof copy);
    memcpy(copy, p, (size_t)n);
    int r = ioctl(fd, code, copy);
    memcpy(p, copy, (size_t)n);
    return r < 0 ? failed() : py_int_new(r);
}

static py_object *f_ioctl(py_object *self, py_object *const *args,
                          intptr_t nargs)
{
    char buf[ROOM + 1];
    intptr_t n;
    int fd, mutate = 1, v = 0;

    (void)self;
    if (py_args_count("ioctl", nargs, 2, 4) < 0)
        return NULL;
    fd = py_fd_of(args[0]);
    if (fd < 0)
        return NULL;
    if (!py_is_int(args[1]) && !py_is_long(args[1]))
        return py_raise(&py_TypeError, "an integer is required");
    unsigned long code = (uint32_t)py_as_uint64_mask(args[1]);
    if (nargs > 3 && (mutate = py_is_true(args[3])) < 0)
        return NULL;
    if (nargs > 2 && !py_is_int(args[2]) && !py_is_long(args[2])) {
        if (mutate && py_type_of(args[2])->bf_write)
            return ioctl_buffer(fd, code, args[2]);
        int text = string_arg(args[2], "ioctl", buf, &n);
        if (text < 0)
            return NULL;
        if (!text)
            return py_raise(&py_TypeError,
                            "ioctl requires a file or file descriptor, an "
                            "integer and optionally an integer or buffer "
                            "argument");
        buf[n] = 0;
        return ioctl(fd, code, buf) < 0 ? failed()
                                        : (py_object *)py_str_new(buf, n);
    }
    if (nargs > 2 && py_arg_int(args[2], &v) < 0)
        return NULL;
    int r = ioctl(fd, code, v);
    return r < 0 ? failed() : py_int_new(r);
}

static py_object *f_flock(py_object *self, py_object *fdo, py_object *opo)
{
    int fd = py_fd_of(fdo), op;

    (void)self;
    if (fd < 0 || py_arg_int(opo, &op) < 0)
        return NULL;
    return PY_BLOCKING(flock(fd, op)) < 0 ? failed() : py_None;
}

static py_object *f_lockf(py_object *self, py_object *const *args,
                          intptr_t nargs)
{
    struct flock l = {.l_whence = SEEK_SET};
    int64_t v;
    int fd, op, whence;

    (void)self;
    if (py_args_count("lockf", nargs, 2, 5) < 0)
        return NULL;
    fd = py_fd_of(args[0]);
    if (fd < 0 || py_arg_int(args[1], &op) < 0)
        return NULL;
    if (op == LOCK_UN)
        l.l_type = F_UNLCK;
    else if (op & LOCK_SH)
        l.l_type = F_RDLCK;
    else if (op & LOCK_EX)
        l.l_type = F_WRLCK;
    else
        return py_raise(&py_ValueError, "unrecognized lockf argument");
    if (nargs > 2) {
        if (py_arg_int64(args[2], &v) < 0)
            return NULL;
        l.l_len = v;
    }
    if (nargs > 3) {
        if (py_arg_int64(args[3], &v) < 0)
            return NULL;
        l.l_start = v;
    }
    if (nargs > 4) {
        if (py_arg_int(args[4], &whence) < 0)
            return NULL;
        l.l_whence = (short)whence;
    }
    return PY_BLOCKING(fcntl(fd, op & LOCK_NB ? F_SETLK : F_SETLKW, &l)) < 0
               ? failed()
               : py_None;
}

static const struct py_methoddef functions[] = {
    PY_M(2, 3, "fcntl", f_fcntl, "fcntl(fd, opt[, arg]) -> int or string"),
    PY_MFAST("ioctl", f_ioctl, "ioctl(fd, opt[, arg[, mutate_flag]])"),
    PY_M2("flock", f_flock, "flock(fd, operation)"),
    PY_MFAST("lockf", f_lockf,
             "lockf(fd, operation[, length[, start[, whence]]])"),
    PY_MEND,
};

#define C(name) {#name, name}
static const struct py_intconst constants[] = {
    C(LOCK_SH),
    C(LOCK_EX),
    C(LOCK_NB),
    C(LOCK_UN),
    C(LOCK_MAND),
    C(LOCK_READ),
    C(LOCK_WRITE),
    C(LOCK_RW),
    C(F_DUPFD),
    C(F_GETFD),
    C(F_SETFD),
    C(F_GETFL),
    C(F_SETFL),
    C(F_GETLK),
    C(F_SETLK),
    C(F_SETLKW),
    C(F_GETOWN),
    C(F_SETOWN),
    C(F_GETSIG),
    C(F_SETSIG),
    C(F_RDLCK),
    C(F_WRLCK),
    C(F_UNLCK),
    C(F_EXLCK),
    C(F_SHLCK),
    C(F_SETLEASE),
    C(F_GETLEASE),
    C(F_NOTIFY),
    C(FASYNC),
    C(FD_CLOEXEC),
    C(DN_ACCESS),
    C(DN_MODIFY),
    C(DN_CREATE),
    C(DN_DELETE),
    C(DN_RENAME),
    C(DN_ATTRIB),
    C(DN_MULTISHOT),
    {"F_GETLK64", F_GETLK},
    {"F_SETLK64", F_SETLK},
    {"F_SETLKW64", F_SETLKW},
    {NULL, 0},
};

static int init(py_module *m)
{
    return py_module_set_ints(m, constants);
}

const struct py_moduledef py_module_fcntl = {
    "fcntl", "Control of descriptors, locks on files.", functions, init};

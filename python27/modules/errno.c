/*
 * errno.c: the module errno: the system's error numbers by name, and back.
 */
#include <errno.h>

#include "objects/container.h"
#include "objects/function.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

static const struct {
    const char *name;
    int value;
} names[] = {
#define E(n) {#n, n},
    E(E2BIG) E(EACCES) E(EADDRINUSE) E(EADDRNOTAVAIL) E(EADV) E(EAFNOSUPPORT) E(
        EAGAIN) E(EALREADY) E(EBADE) E(EBADF) E(EBADFD) E(EBADMSG) E(EBADR)
        E(EBADRQC) E(EBADSLT) E(EBFONT) E(EBUSY) E(ECHILD) E(ECHRNG) E(ECOMM) E(
            ECONNABORTED) E(ECONNREFUSED) E(ECONNRESET) E(EDEADLOCK) E(EDEADLK)
            E(EDESTADDRREQ) E(EDOM) E(EDOTDOT) E(EDQUOT) E(EEXIST) E(EFAULT) E(
                EFBIG) E(EHOSTDOWN) E(EHOSTUNREACH) E(EIDRM) E(EILSEQ)
                E(EINPROGRESS) E(EINTR) E(EINVAL) E(EIO) E(EISCONN) E(EISDIR) E(
                    EISNAM) E(EL2HLT) E(EL2NSYNC) E(EL3HLT) E(EL3RST) E(ELIBACC)
                    E(ELIBBAD) E(ELIBEXEC) E(ELIBMAX) E(ELIBSCN) E(ELNRNG) E(
                        ELOOP) E(EMFILE) E(EMLINK) E(EMSGSIZE) E(EMULTIHOP)
                        E(ENAMETOOLONG) E(ENAVAIL) E(ENETDOWN) E(ENETRESET) E(
                            ENETUNREACH) E(ENFILE) E(ENOANO) E(ENOBUFS) E(ENOCSI)
                            E(ENODATA) E(ENODEV) E(ENOENT) E(ENOEXEC) E(ENOLCK) E(
                                ENOLINK) E(ENOMEM) E(ENOMSG) E(ENONET) E(ENOPKG) E(ENOPROTOOPT)
                                E(ENOSPC) E(ENOSR) E(ENOSTR) E(ENOSYS) E(
                                    ENOTBLK) E(ENOTCONN) E(ENOTDIR) E(ENOTEMPTY)
                                    E(ENOTNAM) E(ENOTSOCK) E(ENOTSUP) E(
                                        ENOTTY) E(ENOTUNIQ) E(ENXIO) E(EOPNOTSUPP)
                                        E(EOVERFLOW) E(EPERM) E(EPFNOSUPPORT) E(
                                            EPIPE) E(EPROTO) E(EPROTONOSUPPORT)
                                            E(EPROTOTYPE) E(
                                                ERANGE) E(EREMCHG) E(EREMOTE)
                                                E(EREMOTEIO) E(ERESTART) E(EROFS) E(
                                                    ESHUTDOWN) E(ESOCKTNOSUPPORT)
                                                    E(ESPIPE) E(ESRCH) E(ESRMNT) E(
                                                        ESTALE) E(ESTRPIPE)
                                                        E(ETIME) E(ETIMEDOUT) E(
                                                            ETOOMANYREFS)
                                                            E(ETXTBSY) E(
                                                                EUCLEAN) E(EUNATCH)
                                                                E(EUSERS) E(
                                                                    EWOULDBLOCK)
                                                                    E(EXDEV) E(
                                                                        EXFULL)
#undef E
};

static const struct py_methoddef methods[] = {PY_MEND};

static int init(py_module *m)
{
    py_dict *codes = py_dict_new();

    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        if (py_module_set_int(m, names[k].name, names[k].value) < 0 ||
            py_dict_set(codes, py_int_new(names[k].value),
                        (py_object *)py_str_from(names[k].name)) < 0)
            return -1;
    }
    return py_module_set(m, "errorcode", &codes->base);
}

const struct py_moduledef py_module_errno = {
    "errno", "The system's error numbers.", methods, init};

/*
 * _socket.c: the type socket of the module _socket. A socket with a timeout is
 * non-blocking for the system; each operation waits first (poll). Addresses are
 * in socket_addr.c, names of hosts and services in socket_names.c.
 */
#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "modules/socket.h"

TW_GC_TYPE(py_socket);
py_type *py_socket_error, *py_socket_herror, *py_socket_gaierror,
    *py_socket_timeout;
double py_socket_default_timeout = -1;
#define S(o) PY_SOCKET(o)

/* ------------------------------------------------------------------ errors */

void *py_socket_failed(void)
{
    return py_raise_errno(py_socket_error);
}

void *py_socket_gai_failed(int err)
{
    if (err == EAI_SYSTEM)
        return py_socket_failed();
    py_object *e = py_call2(&py_socket_gaierror->base, py_int_new(err),
                            (py_object *)py_str_from(gai_strerror(err)));
    return e ? py_raise_obj(e, NULL) : NULL;
}

void *py_socket_timed_out(void)
{
    return py_raise(py_socket_timeout, "timed out");
}

static py_object *none_or_error(int r)
{
    return r < 0 ? py_socket_failed() : py_None;
}

/* ----------------------------------------------------------------- waiting */

static int set_nonblocking(int fd, int on)
{
    return ioctl(fd, FIONBIO, &on);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int wait_for(struct py_socket *s, int writing, double seconds)
{
    struct pollfd p = {s->fd, writing ? POLLOUT : POLLIN, 0};

    if (s->timeout < 0 || s->fd < 0)
        return 0;
    double ms = ceil(seconds * 1000);
    int n = PY_BLOCKING(poll(&p, 1, ms > 2e9 ? 2000000000 : (int)ms));
    if (n < 0)
        return py_socket_failed(), -1;
    return n == 0;
}

int py_socket_wait(struct py_socket *s, int writing)
{
    return s->timeout > 0 ? wait_for(s, writing, s->timeout) : 0;
}

/* 0 when the operation may go on; -1 with exception. */
static int ready(py_object *o, int writing)
{
    int r = py_socket_wait(S(o), writing);

    if (r > 0)
        py_socket_timed_out();
    return r ? -1 : 0;
}

/* Runs a call that moves data, waiting first; again when the system had nothing
 * after all. */
#define TRANSFER(o, writing, n, call)                                          \
    do {                                                                       \
        if (ready(o, writing) < 0)                                             \
            return NULL;                                                       \
        n = PY_BLOCKING(call);                                                 \
    } while (n < 0 && S(o)->timeout > 0 &&                                     \
             (errno == EAGAIN || errno == EWOULDBLOCK))

/* ----------------------------------------------------------------- objects */

static void finalize(void *o, void *data)
{
    (void)data;
    if (S(o)->fd >= 0)
        close(S(o)->fd);
}

static int setup(py_object *o, int fd, int family, int kind, int proto)
{
    S(o)->fd = fd;
    S(o)->family = family;
    S(o)->kind = kind;
    S(o)->proto = proto;
    S(o)->timeout = py_socket_default_timeout;
    tw_gc_set_finalizer(o, finalize, NULL);
    if (kind & SOCK_NONBLOCK)
        S(o)->timeout = 0;
    else if (S(o)->timeout >= 0 && set_nonblocking(fd, 1) < 0)
        return py_socket_failed(), -1;
    return 0;
}

py_object *py_socket_from_fd(py_type *type, int fd, int family, int kind,
                             int proto)
{
    py_object *o = py_alloc(type, 0);

    return o && setup(o, fd, family, kind, proto) == 0 ? o : NULL;
}

static py_object *socket_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    py_object *o = py_alloc(type, 0);

    (void)args, (void)nargs, (void)kwnames;
    if (o) {
        S(o)->fd = -1;
        S(o)->timeout = -1;
    }
    return o;
}

static int socket_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    static const char *const names[] = {"family", "type", "proto"};
    int family = AF_INET, kind = SOCK_STREAM, proto = 0;
    py_object *v[3];

    if (py_args_kw("socket", args, nargs, kwnames, names, 3, 0, v) < 0 ||
        (v[0] && py_arg_int(v[0], &family) < 0) ||
        (v[1] && py_arg_int(v[1], &kind) < 0) ||
        (v[2] && py_arg_int(v[2], &proto) < 0))
        return -1;
    int fd = PY_BLOCKING(socket(family, kind, proto));
    if (fd < 0)
        return py_socket_failed(), -1;
    return setup(o, fd, family, kind, proto);
}

static py_object *socket_repr(py_object *o)
{
    return (py_object *)py_str_format_c(
        "<socket object, fd=%ld, family=%d, type=%d, protocol=%d>",
        (long)S(o)->fd, S(o)->family, S(o)->kind, S(o)->proto);
}

/* ----------------------------------------------------------------- methods */

static py_object *m_accept(py_object *o)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    int fd;

    memset(&a, 0, sizeof a);
    TRANSFER(o, 0, fd, accept(S(o)->fd, (struct sockaddr *)&a, &n));
    if (fd < 0)
        return py_socket_failed();
    py_object *s = py_socket_from_fd(&py_socket_type, fd, S(o)->family,
                                     S(o)->kind, S(o)->proto);
    py_object *address = s ? py_sockaddr_make((struct sockaddr *)&a, n) : NULL;
    return address ? (py_object *)py_tuple_pack2(s, address) : NULL;
}

static py_object *m_bind(py_object *o, py_object *address)
{
    struct sockaddr_storage a;
    socklen_t n;

    if (py_sockaddr_parse(S(o), address, &a, &n) < 0)
        return NULL;
    return none_or_error(PY_BLOCKING(bind(S(o)->fd, (struct sockaddr *)&a, n)));
}

static py_object *m_close(py_object *o)
{
    int fd = S(o)->fd;

    if (fd >= 0) {
        S(o)->fd = -1;
        (void)PY_BLOCKING(close(fd));
    }
    return py_None;
}

/* What keeps the socket open beside its owner: file objects, say. */
static py_object *m_reuse(py_object *o)
{
    S(o)->uses++;
    return py_None;
}

static py_object *m_drop(py_object *o)
{
    return S(o)->uses-- > 0 ? py_None : m_close(o);
}

/* 0, an errno, or -1 with exception; *timed_out. */
static int do_connect(py_object *o, py_object *address, int *timed_out)
{
    struct sockaddr_storage a;
    socklen_t n, size = sizeof(int);
    int err = 0;

    *timed_out = 0;
    if (py_sockaddr_parse(S(o), address, &a, &n) < 0)
        return -1;
    if (PY_BLOCKING(connect(S(o)->fd, (struct sockaddr *)&a, n)) == 0)
        return 0;
    err = errno;
    if (S(o)->timeout > 0 && err == EINPROGRESS) {
        int r = py_socket_wait(S(o), 1);

        if (r < 0)
            return -1;
        if (r) {
            *timed_out = 1;
            return EWOULDBLOCK;
        }
        getsockopt(S(o)->fd, SOL_SOCKET, SO_ERROR, &err, &size);
        if (err == EISCONN)
            err = 0;
    }
    return err;
}

static py_object *m_connect(py_object *o, py_object *address)
{
    int timed_out, err = do_connect(o, address, &timed_out);

    if (timed_out)
        return py_socket_timed_out();
    if (err > 0) {
        errno = err;
        return py_socket_failed();
    }
    return err ? NULL : py_None;
}

static py_object *m_connect_ex(py_object *o, py_object *address)
{
    int timed_out, err = do_connect(o, address, &timed_out);

    return err < 0 ? NULL : py_int_new(err);
}

static py_object *m_fileno(py_object *o)
{
    return py_int_new(S(o)->fd);
}

static py_object *m_getpeername(py_object *o)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;

    memset(&a, 0, sizeof a);
    return getpeername(S(o)->fd, (struct sockaddr *)&a, &n) < 0
               ? py_socket_failed()
               : py_sockaddr_make((struct sockaddr *)&a, n);
}

static py_object *m_getsockname(py_object *o)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;

    memset(&a, 0, sizeof a);
    return getsockname(S(o)->fd, (struct sockaddr *)&a, &n) < 0
               ? py_socket_failed()
               : py_sockaddr_make((struct sockaddr *)&a, n);
}

static py_object *m_getsockopt(py_object *o, py_object *levelo, py_object *opto,
                               py_object *sizeo)
{
    int level, opt, size = 0, value = 0;
    socklen_t n = sizeof value;
    char *p;

    if (py_arg_int(levelo, &level) < 0 || py_arg_int(opto, &opt) < 0 ||
        (sizeo && py_arg_int(sizeo, &size) < 0))
        return NULL;
    if (size == 0)
        return getsockopt(S(o)->fd, level, opt, &value, &n) < 0
                   ? py_socket_failed()
                   : py_int_new(value);
    if (size < 0 || size > 1024)
        return py_raise(py_socket_error, "getsockopt buflen out of range");
    p = tw_gc_malloc_atomic((size_t)size);
    n = (socklen_t)size;
    return getsockopt(S(o)->fd, level, opt, p, &n) < 0
               ? py_socket_failed()
               : (py_object *)py_str_new(p, (intptr_t)n);
}

static py_object *m_setsockopt(py_object *o, py_object *levelo, py_object *opto,
                               py_object *valueo)
{
    int level, opt, value;

    if (py_arg_int(levelo, &level) < 0 || py_arg_int(opto, &opt) < 0)
        return NULL;
    if (py_is_str(valueo))
        return none_or_error(
            setsockopt(S(o)->fd, level, opt, py_str_data((py_str *)valueo),
                       (socklen_t)py_str_len((py_str *)valueo)));
    if (!py_is_int(valueo) && !py_is_long(valueo))
        return py_arg_error("setsockopt", 3, "string", valueo);
    if (py_arg_int(valueo, &value) < 0)
        return NULL;
    return none_or_error(
        setsockopt(S(o)->fd, level, opt, &value, sizeof value));
}

static py_object *m_listen(py_object *o, py_object *backlogo)
{
    int backlog;

    if (py_arg_int(backlogo, &backlog) < 0)
        return NULL;
    return none_or_error(listen(S(o)->fd, backlog < 0 ? 0 : backlog));
}

static int optional_int(py_object *o, int *v)
{
    *v = 0;
    return o ? py_arg_int(o, v) : 0;
}

static py_object *m_recv(py_object *o, py_object *sizeo, py_object *flagso)
{
    int size, flags;
    ssize_t n;

    if (py_arg_int(sizeo, &size) < 0 || optional_int(flagso, &flags) < 0)
        return NULL;
    if (size < 0)
        return py_raise(&py_ValueError, "negative buffersize in recv");
    char *p = tw_gc_malloc_atomic((size_t)size + 1);
    if (!p)
        return py_raise_nomemory();
    TRANSFER(o, 0, n, recv(S(o)->fd, p, (size_t)size, flags));
    return n < 0 ? py_socket_failed() : (py_object *)py_str_new(p, n);
}

/* The buffer of *_into methods, and how much of it to use. */
static char *into(py_object *buffer, py_object *sizeo, const char *fname,
                  intptr_t *size)
{
    int want;
    intptr_t n;

    if (!py_type_of(buffer)->bf_write)
        return py_arg_error(fname, 1, "read-write buffer", buffer);
    char *p = py_buffer_write(buffer, &n);
    if (!p || optional_int(sizeo, &want) < 0)
        return NULL;
    if (want < 0)
        return py_raise(&py_ValueError, "negative buffersize in %s", fname);
    if (want > n)
        return py_raise(&py_ValueError, "buffer too small for requested bytes");
    *size = want ? want : n;
    return p;
}

static py_object *m_recv_into(py_object *o, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"buffer", "nbytes", "flags"};
    py_object *v[3];
    intptr_t size;
    int flags;
    ssize_t n;

    if (py_args_kw("recv_into", args, nargs, kwnames, names, 3, 1, v) < 0 ||
        optional_int(v[2], &flags) < 0)
        return NULL;
    char *p = into(v[0], v[1], "recv_into", &size);
    if (!p)
        return NULL;
    TRANSFER(o, 0, n, recv(S(o)->fd, p, (size_t)size, flags));
    return n < 0 ? py_socket_failed() : py_int_new(n);
}

static py_object *m_recvfrom(py_object *o, py_object *sizeo, py_object *flagso)
{
    struct sockaddr_storage a;
    socklen_t an = sizeof a;
    int size, flags;
    ssize_t n;

    memset(&a, 0, sizeof a);
    if (py_arg_int(sizeo, &size) < 0 || optional_int(flagso, &flags) < 0)
        return NULL;
    if (size < 0)
        return py_raise(&py_ValueError, "negative buffersize in recvfrom");
    char *p = tw_gc_malloc_atomic((size_t)size + 1);
    if (!p)
        return py_raise_nomemory();
    TRANSFER(
        o, 0, n,
        recvfrom(S(o)->fd, p, (size_t)size, flags, (struct sockaddr *)&a, &an));
    if (n < 0)
        return py_socket_failed();
    py_object *address = py_sockaddr_make((struct sockaddr *)&a, an);
    return address ? (py_object *)py_tuple_pack2((py_object *)py_str_new(p, n),
                                                 address)
                   : NULL;
}

static py_object *m_recvfrom_into(py_object *o, py_object *const *args,
                                  intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"buffer", "nbytes", "flags"};
    struct sockaddr_storage a;
    socklen_t an = sizeof a;
    py_object *v[3];
    intptr_t size;
    int flags;
    ssize_t n;

    memset(&a, 0, sizeof a);
    if (py_args_kw("recvfrom_into", args, nargs, kwnames, names, 3, 1, v) < 0 ||
        optional_int(v[2], &flags) < 0)
        return NULL;
    char *p = into(v[0], v[1], "recvfrom_into", &size);
    if (!p)
        return NULL;
    TRANSFER(
        o, 0, n,
        recvfrom(S(o)->fd, p, (size_t)size, flags, (struct sockaddr *)&a, &an));
    if (n < 0)
        return py_socket_failed();
    py_object *address = py_sockaddr_make((struct sockaddr *)&a, an);
    return address ? (py_object *)py_tuple_pack2(py_int_new(n), address) : NULL;
}

/* The bytes to send: str, unicode by default encoding, or any buffer. */
static const char *data_arg(py_object *o, const char *fname, intptr_t *n)
{
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    if (!py_type_of(o)->bf_read)
        return py_arg_error(fname, 1, "string or buffer", o);
    return py_buffer_read(o, n);
}

static py_object *m_send(py_object *o, py_object *data, py_object *flagso)
{
    intptr_t size;
    int flags;
    ssize_t n;
    const char *p = data_arg(data, "send", &size);

    if (!p || optional_int(flagso, &flags) < 0)
        return NULL;
    TRANSFER(o, 1, n, send(S(o)->fd, p, (size_t)size, flags));
    return n < 0 ? py_socket_failed() : py_int_new(n);
}

static py_object *m_sendall(py_object *o, py_object *data, py_object *flagso)
{
    intptr_t size;
    int flags;
    const char *p = data_arg(data, "sendall", &size);
    double end = now() + S(o)->timeout;

    if (!p || optional_int(flagso, &flags) < 0)
        return NULL;
    do {
        if (S(o)->timeout > 0) {
            double left = end - now();
            int r = left <= 0 ? 1 : wait_for(S(o), 1, left);

            if (r)
                return r < 0 ? NULL : py_socket_timed_out();
        }
        ssize_t n = PY_BLOCKING(send(S(o)->fd, p, (size_t)size, flags));
        if (n < 0) {
            int again =
                errno == EINTR || (S(o)->timeout > 0 &&
                                   (errno == EAGAIN || errno == EWOULDBLOCK));

            if (!again)
                return py_socket_failed();
            n = 0;
        }
        if (py_action_flags && py_action_run() < 0)
            return NULL;
        p += n;
        size -= n;
    } while (size > 0);
    return py_None;
}

static py_object *m_sendto(py_object *o, py_object *const *args, intptr_t nargs)
{
    struct sockaddr_storage a;
    socklen_t an;
    intptr_t size;
    int flags = 0;
    ssize_t n;

    if (nargs < 2 || nargs > 3)
        return py_raise(&py_TypeError,
                        "sendto() takes 2 or 3 arguments (%zd given)", nargs);
    const char *p = data_arg(args[0], "sendto", &size);
    if (!p || (nargs == 3 && py_arg_int(args[1], &flags) < 0) ||
        py_sockaddr_parse(S(o), args[nargs - 1], &a, &an) < 0)
        return NULL;
    TRANSFER(
        o, 1, n,
        sendto(S(o)->fd, p, (size_t)size, flags, (struct sockaddr *)&a, an));
    return n < 0 ? py_socket_failed() : py_int_new(n);
}

static py_object *m_setblocking(py_object *o, py_object *flago)
{
    int on;

    if (py_arg_int(flago, &on) < 0)
        return NULL;
    S(o)->timeout = on ? -1 : 0;
    set_nonblocking(S(o)->fd, !on);
    return py_None;
}

static int timeout_arg(py_object *o, double *t)
{
    *t = -1;
    if (o == py_None)
        return 0;
    if (py_arg_double(o, t) < 0)
        return -1;
    if (*t < 0)
        return py_raise_i(&py_ValueError, "Timeout value out of range");
    return 0;
}

static py_object *m_settimeout(py_object *o, py_object *value)
{
    double t;

    if (timeout_arg(value, &t) < 0)
        return NULL;
    S(o)->timeout = t;
    set_nonblocking(S(o)->fd, t >= 0);
    return py_None;
}

static py_object *m_gettimeout(py_object *o)
{
    return S(o)->timeout < 0 ? py_None : py_float_new(S(o)->timeout);
}

static py_object *m_shutdown(py_object *o, py_object *howo)
{
    int how;

    if (py_arg_int(howo, &how) < 0)
        return NULL;
    return none_or_error(PY_BLOCKING(shutdown(S(o)->fd, how)));
}

static py_object *m_dup(py_object *o)
{
    int fd = dup(S(o)->fd);

    if (fd < 0)
        return py_socket_failed();
    return py_socket_from_fd(&py_socket_type, fd, S(o)->family, S(o)->kind,
                             S(o)->proto);
}

static py_object *get_timeout(py_object *o, void *data)
{
    (void)data;
    return m_gettimeout(o);
}

static const struct py_methoddef socket_methods[] = {
    PY_M0("accept", m_accept, "accept() -> (socket object, address)"),
    PY_M1("bind", m_bind, "bind(address)"),
    PY_M0("close", m_close, "close()"),
    PY_M1("connect", m_connect, "connect(address)"),
    PY_M1("connect_ex", m_connect_ex, "connect_ex(address) -> errno or 0"),
    PY_M0("dup", m_dup, "dup() -> a socket of a duplicated descriptor"),
    PY_M0("fileno", m_fileno, "fileno() -> the descriptor"),
    PY_M0("getpeername", m_getpeername, "getpeername() -> address"),
    PY_M0("getsockname", m_getsockname, "getsockname() -> address"),
    PY_M(2, 3, "getsockopt", m_getsockopt,
         "getsockopt(level, option[, buffersize]) -> value"),
    PY_M1("listen", m_listen, "listen(backlog)"),
    PY_M(1, 2, "recv", m_recv, "recv(buffersize[, flags]) -> data"),
    PY_MKW("recv_into", m_recv_into,
           "recv_into(buffer[, nbytes[, flags]]) -> bytes read"),
    PY_M(1, 2, "recvfrom", m_recvfrom,
         "recvfrom(buffersize[, flags]) -> (data, address)"),
    PY_MKW("recvfrom_into", m_recvfrom_into,
           "recvfrom_into(buffer[, nbytes[, flags]]) -> (bytes, address)"),
    PY_M(1, 2, "send", m_send, "send(data[, flags]) -> bytes sent"),
    PY_M(1, 2, "sendall", m_sendall, "sendall(data[, flags])"),
    PY_MFAST("sendto", m_sendto, "sendto(data[, flags], address) -> bytes"),
    PY_M1("setblocking", m_setblocking, "setblocking(flag)"),
    PY_M1("settimeout", m_settimeout, "settimeout(seconds or None)"),
    PY_M0("gettimeout", m_gettimeout, "gettimeout() -> seconds or None"),
    PY_M(3, 3, "setsockopt", m_setsockopt, "setsockopt(level, option, value)"),
    PY_M1("shutdown", m_shutdown, "shutdown(flag)"),
    PY_M0("_reuse", m_reuse, "One more user, who will call _drop()."),
    PY_M0("_drop", m_drop, "Closes the socket when nobody else uses it."),
    PY_MEND,
};
static const struct py_memberdef socket_members[] = {
    {"family", PY_MEMBER_INT, 1, offsetof(struct py_socket, family), NULL},
    {"type", PY_MEMBER_INT, 1, offsetof(struct py_socket, kind), NULL},
    {"proto", PY_MEMBER_INT, 1, offsetof(struct py_socket, proto), NULL},
    {NULL, 0, 0, 0, NULL},
};
static const struct py_getset socket_getset[] = {
    {"timeout", get_timeout, NULL, "the socket's timeout", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_socket_type = {
    PY_TYPE_HEAD("_socket.socket", py_socket),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "socket([family[, type[, proto]]]) -> a network connection's end",
    .methods = socket_methods,
    .members = socket_members,
    .getset = socket_getset,
    .tp_repr = socket_repr,
    .tp_new = socket_new,
    .tp_init = socket_init,
};

static int init(py_module *m)
{
    py_socket_error = py_module_exception(m, "socket.error", &py_IOError);
    if (!py_socket_error)
        return -1;
    py_socket_herror = py_module_exception(m, "socket.herror", py_socket_error);
    py_socket_gaierror =
        py_module_exception(m, "socket.gaierror", py_socket_error);
    py_socket_timeout =
        py_module_exception(m, "socket.timeout", py_socket_error);
    if (!py_socket_herror || !py_socket_gaierror || !py_socket_timeout ||
        py_module_set_type(m, "SocketType", &py_socket_type) < 0 ||
        py_module_set_type(m, "socket", &py_socket_type) < 0 ||
        py_module_set(m, "has_ipv6", py_True) < 0)
        return -1;
    return py_module_set_ints(m, py_socket_constants);
}

const struct py_moduledef py_module__socket = {
    "_socket", "Sockets; the module socket has more.", py_socket_functions,
    init};

/*
 * select.c: the module select: select(), poll and epoll objects.
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "modules/modutil.h"
#include "objects/threads.h"

static py_type *error;

static void *failed(void)
{
    return py_raise_errno(error);
}

/* ----------------------------------------------------------------- select */

struct fdlist {
    py_object *seq; /* list or tuple of what the caller gave */
    intptr_t n;
    int *fd;
    fd_set set;
};

static int read_list(py_object *o, struct fdlist *l, int *max)
{
    FD_ZERO(&l->set);
    l->seq = py_fastseq(o, "arguments 1-3 must be sequences");
    if (!l->seq)
        return -1;
    l->n = py_fastseq_len(l->seq);
    l->fd = tw_gc_malloc_atomic((size_t)l->n * sizeof(int) + 1);
    for (intptr_t i = 0; i < l->n; i++) {
        if (i >= py_fastseq_len(l->seq)) { /* fileno() shortened it */
            l->n = i;
            break;
        }
        int fd = py_fd_of(py_fastseq_item(l->seq, i));

        if (fd < 0)
            return -1;
        if (fd >= FD_SETSIZE)
            return py_raise_i(&py_ValueError,
                              "filedescriptor out of range in select()");
        if (i >= FD_SETSIZE)
            return py_raise_i(&py_ValueError,
                              "too many file descriptors in select()");
        l->fd[i] = fd;
        FD_SET(fd, &l->set);
        if (fd > *max)
            *max = fd;
    }
    return 0;
}

static py_object *ready(struct fdlist *l)
{
    py_list *r = py_list_new();

    for (intptr_t i = 0; i < l->n; i++)
        if (FD_ISSET(l->fd[i], &l->set) &&
            py_list_append(r, py_fastseq_item(l->seq, i)) < 0)
            return NULL;
    return &r->base;
}

static py_object *f_select(py_object *self, py_object *r, py_object *w,
                           py_object *x, py_object *timeout)
{
    struct fdlist rl, wl, xl;
    struct timeval tv, *tvp = NULL;
    int max = -1;

    (void)self;
    if (timeout && timeout != py_None) {
        if (!py_is_number(timeout) || py_is_str(timeout))
            return py_raise(&py_TypeError, "timeout must be a float or None");
        double t = py_as_double(timeout);
        if (t == -1.0 && py_err_occurred())
            return NULL;
        if (!(fabs(t) < 9e18))
            return py_raise(&py_OverflowError, "timeout period too long");
        tv.tv_sec = (time_t)floor(t);
        tv.tv_usec = (suseconds_t)((t - floor(t)) * 1e6);
        tvp = &tv;
    }
    if (read_list(r, &rl, &max) < 0 || read_list(w, &wl, &max) < 0 ||
        read_list(x, &xl, &max) < 0)
        return NULL;
    int n = PY_BLOCKING(select(max + 1, &rl.set, &wl.set, &xl.set, tvp));
    if (n < 0)
        return failed();
    if (n == 0) {
        FD_ZERO(&rl.set);
        FD_ZERO(&wl.set);
        FD_ZERO(&xl.set);
    }
    py_object *a = ready(&rl), *b = a ? ready(&wl) : NULL,
              *c = b ? ready(&xl) : NULL;
    return c ? (py_object *)py_tuple_pack3(a, b, c) : NULL;
}

/* ------------------------------------------------------------------- poll */

struct py_poll {
    py_object base;
    py_dict *events; /* fd -> mask */
    uint8_t polling;
};
TW_GC_TYPE(py_poll);
#define P(o) ((struct py_poll *)(o))

static int mask_arg(py_object *o, int dflt, int *mask)
{
    uint64_t v;

    *mask = dflt;
    if (!o)
        return 0;
    if (!py_is_int(o) && !py_is_long(o))
        return py_raise_i(&py_TypeError,
                          py_is_float(o)
                              ? "integer argument expected, got float"
                              : "an integer is required");
    if (py_long_sign(o) < 0)
        return py_raise_i(&py_OverflowError,
                          "can't convert negative value to unsigned short");
    v = py_as_uint64(o);
    if (v == (uint64_t)-1 && py_err_occurred()) {
        py_err_clear();
        v = UINT64_MAX;
    }
    if (v > UINT16_MAX)
        return py_raise_i(&py_OverflowError,
                          "Python int too large for C unsigned short");
    *mask = (int)v;
    return 0;
}

static py_object *m_register(py_object *o, py_object *fdo, py_object *masko)
{
    int fd = py_fd_of(fdo), mask;

    if (fd < 0 || mask_arg(masko, POLLIN | POLLPRI | POLLOUT, &mask) < 0)
        return NULL;
    return py_dict_set(P(o)->events, py_int_new(fd), py_int_new(mask)) < 0
               ? NULL
               : py_None;
}

static py_object *m_modify(py_object *o, py_object *fdo, py_object *masko)
{
    int fd = py_fd_of(fdo), mask;

    if (fd < 0 || mask_arg(masko, 0, &mask) < 0)
        return NULL;
    if (!py_dict_get(P(o)->events, py_int_new(fd))) {
        errno = ENOENT;
        return py_raise_errno(&py_IOError);
    }
    return py_dict_set(P(o)->events, py_int_new(fd), py_int_new(mask)) < 0
               ? NULL
               : py_None;
}

static py_object *m_unregister(py_object *o, py_object *fdo)
{
    int fd = py_fd_of(fdo);

    return fd < 0 || py_dict_del(P(o)->events, py_int_new(fd)) < 0 ? NULL
                                                                   : py_None;
}

static int poll_timeout(py_object *o, int *ms)
{
    *ms = -1;
    if (!o || o == py_None)
        return 0;
    if (!py_is_number(o) || py_is_str(o))
        return py_raise_i(&py_TypeError, "timeout must be an integer or None");
    o = py_number_int(o);
    return o ? py_arg_int(o, ms) : -1;
}

static py_object *m_poll(py_object *o, py_object *timeout)
{
    intptr_t n = py_dict_len(P(o)->events), pos = 0, i = 0;
    py_object *k, *v;
    int ms;

    if (poll_timeout(timeout, &ms) < 0)
        return NULL;
    if (P(o)->polling)
        return py_raise(&py_RuntimeError, "concurrent poll() invocation");
    struct pollfd *fds = tw_gc_malloc_atomic((size_t)(n + 1) * sizeof *fds);
    while (i < n && py_dict_next(P(o)->events, &pos, &k, &v))
        fds[i++] =
            (struct pollfd){(int)py_as_int64(k), (short)py_as_int64(v), 0};
    P(o)->polling = 1;
    int count = PY_BLOCKING(poll(fds, (nfds_t)n, ms));
    P(o)->polling = 0;
    if (count < 0)
        return failed();
    py_list *l = py_list_new();
    for (i = 0; i < n; i++)
        if (fds[i].revents &&
            py_list_append(l, (py_object *)py_tuple_pack2(
                                  py_int_new(fds[i].fd),
                                  py_int_new(fds[i].revents & 0xffff))) < 0)
            return NULL;
    return &l->base;
}

static const struct py_methoddef poll_methods[] = {
    PY_M(1, 2, "register", m_register, "register(fd[, eventmask])"),
    PY_M2("modify", m_modify, "modify(fd, eventmask)"),
    PY_M1("unregister", m_unregister, "unregister(fd)"),
    PY_M(0, 1, "poll", m_poll, "poll([timeout]) -> list of (fd, event)"),
    PY_MEND,
};
static py_type poll_type = {
    PY_TYPE_HEAD("select.poll", py_poll),
    .methods = poll_methods,
};

static py_object *f_poll(py_object *self)
{
    struct py_poll *p = PY_NEW(py_poll, &poll_type);

    (void)self;
    p->events = py_dict_new();
    return &p->base;
}

/* ------------------------------------------------------------------ epoll */

struct py_epoll {
    py_object base;
    int32_t fd; /* -1: closed */
};
TW_GC_TYPE(py_epoll);
static py_type epoll_type;
#define E(o) ((struct py_epoll *)(o))

static int check_open(py_object *o)
{
    if (E(o)->fd >= 0)
        return 0;
    return py_raise_i(&py_ValueError, "I/O operation on closed epoll fd");
}

static void epoll_finalize(void *o, void *data)
{
    (void)data;
    if (E(o)->fd >= 0)
        close(E(o)->fd);
}

static py_object *epoll_object(py_type *type, int fd)
{
    py_object *o = py_alloc(type, 0);

    if (!o)
        return NULL;
    E(o)->fd = fd;
    if (fd < 0)
        return py_raise_errno(&py_IOError);
    tw_gc_set_finalizer(o, epoll_finalize, NULL);
    return o;
}

static py_object *epoll_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"sizehint"};
    py_object *v;
    int hint = FD_SETSIZE - 1;

    if (py_args_kw("epoll", args, nargs, kwnames, names, 1, 0, &v) < 0 ||
        (v && py_arg_int(v, &hint) < 0))
        return NULL;
    if (hint == -1)
        hint = FD_SETSIZE - 1;
    else if (hint < 1)
        return py_raise(&py_ValueError, "sizehint must be greater zero, got %d",
                        hint);
    return epoll_object(type, epoll_create(hint));
}

static py_object *e_fromfd(py_object *cls, py_object *o)
{
    int fd;

    return py_arg_int(o, &fd) < 0 ? NULL : epoll_object((py_type *)cls, fd);
}

static py_object *e_close(py_object *o)
{
    int fd = E(o)->fd;

    E(o)->fd = -1;
    return fd >= 0 && close(fd) < 0 ? py_raise_errno(&py_IOError) : py_None;
}

static py_object *e_fileno(py_object *o)
{
    return check_open(o) < 0 ? NULL : py_int_new(E(o)->fd);
}

static py_object *get_closed(py_object *o, void *data)
{
    (void)data;
    return py_bool(E(o)->fd < 0);
}

static py_object *control(py_object *o, int op, py_object *fdo,
                          py_object *masko, unsigned mask)
{
    int fd;

    if (check_open(o) < 0)
        return NULL;
    fd = py_fd_of(fdo);
    if (fd < 0)
        return NULL;
    if (masko) {
        uint64_t v = py_as_uint64_mask(masko);
        if (v == (uint64_t)-1 && py_err_occurred())
            return NULL;
        mask = (unsigned)v;
    }
    struct epoll_event ev = {.events = mask, .data = {.fd = fd}};
    int r = epoll_ctl(E(o)->fd, op, fd, &ev);
    if (r < 0 && op == EPOLL_CTL_DEL && errno == EBADF)
        r = 0; /* closed already */
    return r < 0 ? py_raise_errno(&py_IOError) : py_None;
}

static py_object *e_register(py_object *o, py_object *fd, py_object *mask)
{
    return control(o, EPOLL_CTL_ADD, fd, mask, EPOLLIN | EPOLLOUT | EPOLLPRI);
}

static py_object *e_modify(py_object *o, py_object *fd, py_object *mask)
{
    return control(o, EPOLL_CTL_MOD, fd, mask, 0);
}

static py_object *e_unregister(py_object *o, py_object *fd)
{
    return control(o, EPOLL_CTL_DEL, fd, NULL, 0);
}

static py_object *e_poll(py_object *o, py_object *const *args, intptr_t nargs,
                         py_tuple *kwnames)
{
    static const char *const names[] = {"timeout", "maxevents"};
    py_object *v[2];
    double t = -1;
    int max = -1, ms;

    if (check_open(o) < 0 ||
        py_args_kw("poll", args, nargs, kwnames, names, 2, 0, v) < 0 ||
        (v[0] && py_arg_double(v[0], &t) < 0) ||
        (v[1] && py_arg_int(v[1], &max) < 0))
        return NULL;
    if (t < 0)
        ms = -1;
    else if (t * 1000 > INT32_MAX)
        return py_raise(&py_OverflowError, "timeout is too large");
    else
        ms = (int)(t * 1000);
    if (max == -1)
        max = FD_SETSIZE - 1;
    else if (max < 1)
        return py_raise(&py_ValueError,
                        "maxevents must be greater than 0, got %d", max);
    struct epoll_event *ev = tw_gc_malloc_atomic((size_t)max * sizeof *ev);
    if (!ev)
        return py_raise_nomemory();
    int n = PY_BLOCKING(epoll_wait(E(o)->fd, ev, max, ms));
    if (n < 0)
        return py_raise_errno(&py_IOError);
    py_list *l = py_list_new();
    for (int i = 0; i < n; i++)
        if (py_list_append(
                l, (py_object *)py_tuple_pack2(py_int_new(ev[i].data.fd),
                                               py_int_new(ev[i].events))) < 0)
            return NULL;
    return &l->base;
}

static const struct py_methoddef epoll_methods[] = {
    PY_MF("fromfd", e_fromfd, PY_POS, 1, 1, PY_CLASSMETHOD,
          "fromfd(fd) -> an epoll object of a descriptor"),
    PY_M0("close", e_close, "close()"),
    PY_M0("fileno", e_fileno, "fileno() -> int"),
    PY_M(1, 2, "register", e_register, "register(fd[, eventmask])"),
    PY_M2("modify", e_modify, "modify(fd, eventmask)"),
    PY_M1("unregister", e_unregister, "unregister(fd)"),
    PY_MKW("poll", e_poll, "poll([timeout=-1[, maxevents=-1]]) -> list"),
    PY_MEND,
};
static const struct py_getset epoll_getset[] = {
    {"closed", get_closed, NULL, "is it closed?", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static py_type epoll_type = {
    PY_TYPE_HEAD("select.epoll", py_epoll),
    .doc = "select.epoll([sizehint=-1]): an edge or level triggered poll",
    .methods = epoll_methods,
    .getset = epoll_getset,
    .tp_new = epoll_new,
};

static const struct py_methoddef functions[] = {
    PY_M(3, 4, "select", f_select,
         "select(rlist, wlist, xlist[, timeout]) -> those that are ready"),
    PY_M0("poll", f_poll, "poll() -> a polling object"),
    PY_MEND,
};

#define C(name) {#name, name}
static const struct py_intconst constants[] = {
    C(POLLIN),
    C(POLLPRI),
    C(POLLOUT),
    C(POLLERR),
    C(POLLHUP),
    C(POLLNVAL),
    C(POLLRDNORM),
    C(POLLRDBAND),
    C(POLLWRNORM),
    C(POLLWRBAND),
    C(POLLMSG),
    C(EPOLLIN),
    C(EPOLLOUT),
    C(EPOLLPRI),
    C(EPOLLERR),
    C(EPOLLHUP),
    {"EPOLLET", 1u << 31},
    {"EPOLLONESHOT", 1 << 30},
    C(EPOLLRDNORM),
    C(EPOLLRDBAND),
    C(EPOLLWRNORM),
    C(EPOLLWRBAND),
    C(EPOLLMSG),
    {"PIPE_BUF", 4096},
    {NULL, 0},
};

static int init(py_module *m)
{
    error = py_module_exception(m, "select.error", &py_Exception);
    if (!error || py_type_ready(&poll_type) < 0 ||
        py_module_set_type(m, "epoll", &epoll_type) < 0)
        return -1;
    return py_module_set_ints(m, constants);
}

const struct py_moduledef py_module_select = {
    "select", "Waiting for many descriptors at once.", functions, init};

/*
 * resource.c: the modules resource (limits and use of resources) and syslog.
 */
#include <errno.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

#include "modules/modutil.h"

/* --------------------------------------------------------------- resource */

static py_type *rusage_type;
static py_type *error;

static py_object *seconds(struct timeval t)
{
    return py_float_new((double)t.tv_sec + (double)t.tv_usec * 0.000001);
}

static py_object *f_getrusage(py_object *self, py_object *whoo)
{
    struct rusage u;
    int who;

    (void)self;
    if (py_arg_int(whoo, &who) < 0)
        return NULL;
    if (getrusage(who, &u) < 0)
        return errno == EINVAL
                   ? py_raise(&py_ValueError, "invalid who parameter")
                   : py_raise_errno(error);
    py_object *v[] = {seconds(u.ru_utime),      seconds(u.ru_stime),
                      py_int_new(u.ru_maxrss),  py_int_new(u.ru_ixrss),
                      py_int_new(u.ru_idrss),   py_int_new(u.ru_isrss),
                      py_int_new(u.ru_minflt),  py_int_new(u.ru_majflt),
                      py_int_new(u.ru_nswap),   py_int_new(u.ru_inblock),
                      py_int_new(u.ru_oublock), py_int_new(u.ru_msgsnd),
                      py_int_new(u.ru_msgrcv),  py_int_new(u.ru_nsignals),
                      py_int_new(u.ru_nvcsw),   py_int_new(u.ru_nivcsw)};
    return py_structseq_new(rusage_type, v);
}

static int resource_arg(py_object *o, int *resource)
{
    if (py_arg_int(o, resource) < 0)
        return -1;
    if (*resource < 0 || *resource >= RLIM_NLIMITS)
        return py_raise_i(&py_ValueError, "invalid resource specified");
    return 0;
}

static py_object *limit(rlim_t v)
{
    return v == RLIM_INFINITY ? py_int_new(-1) : py_int_from_uint64(v);
}

static py_object *f_getrlimit(py_object *self, py_object *o)
{
    struct rlimit l;
    int resource;

    (void)self;
    if (resource_arg(o, &resource) < 0)
        return NULL;
    if (getrlimit((__rlimit_resource_t)resource, &l) < 0)
        return py_raise_errno(error);
    return (py_object *)py_tuple_pack2(limit(l.rlim_cur), limit(l.rlim_max));
}

static int limit_arg(py_object *o, rlim_t *v)
{
    if (!py_is_int(o) && !py_is_long(o))
        return py_raise_i(&py_TypeError,
                          py_is_float(o)
                              ? "integer argument expected, got float"
                              : "an integer is required");
    int64_t x = py_as_int64(o);
    if (x == -1 && py_err_occurred())
        return -1;
    *v = (rlim_t)x;
    return 0;
}

static py_object *f_setrlimit(py_object *self, py_object *o, py_object *limits)
{
    struct rlimit l;
    int resource;

    (void)self;
    if (resource_arg(o, &resource) < 0)
        return NULL;
    py_tuple *t = py_sequence_tuple(limits);
    if (!t)
        return NULL;
    if (t->n != 2)
        return py_raise(&py_ValueError, "expected a tuple of 2 integers");
    if (limit_arg(t->item[0], &l.rlim_cur) < 0 ||
        limit_arg(t->item[1], &l.rlim_max) < 0)
        return NULL;
    if (setrlimit((__rlimit_resource_t)resource, &l) == 0)
        return py_None;
    if (errno == EINVAL)
        return py_raise(&py_ValueError, "current limit exceeds maximum limit");
    if (errno == EPERM)
        return py_raise(&py_ValueError, "not allowed to raise maximum limit");
    return py_raise_errno(error);
}

static py_object *f_getpagesize(py_object *self)
{
    (void)self;
    return py_int_new(sysconf(_SC_PAGESIZE));
}

static const struct py_methoddef resource_functions[] = {
    PY_M1("getrusage", f_getrusage, "getrusage(who) -> what was used"),
    PY_M1("getrlimit", f_getrlimit, "getrlimit(resource) -> (soft, hard)"),
    PY_M2("setrlimit", f_setrlimit, "setrlimit(resource, (soft, hard))"),
    PY_M0("getpagesize", f_getpagesize, "getpagesize() -> bytes of a page"),
    PY_MEND,
};
#define C(name) {#name, name}
static const struct py_intconst resource_constants[] = {
    C(RLIMIT_CPU),      C(RLIMIT_FSIZE),       C(RLIMIT_DATA),
    C(RLIMIT_STACK),    C(RLIMIT_CORE),        C(RLIMIT_NOFILE),
    C(RLIMIT_OFILE),    C(RLIMIT_AS),          C(RLIMIT_RSS),
    C(RLIMIT_NPROC),    C(RLIMIT_MEMLOCK),     C(RUSAGE_SELF),
    C(RUSAGE_CHILDREN), {"RLIM_INFINITY", -1}, {NULL, 0},
};

static int init_resource(py_module *m)
{
    static const char *const fields[] = {
        "ru_utime",   "ru_stime",  "ru_maxrss", "ru_ixrss",    "ru_idrss",
        "ru_isrss",   "ru_minflt", "ru_majflt", "ru_nswap",    "ru_inblock",
        "ru_oublock", "ru_msgsnd", "ru_msgrcv", "ru_nsignals", "ru_nvcsw",
        "ru_nivcsw",  NULL};

    error = py_module_exception(m, "resource.error", &py_Exception);
    rusage_type = py_structseq_type("resource.struct_rusage", fields, 16, 16);
    if (!error || !rusage_type ||
        py_module_set(m, "struct_rusage", &rusage_type->base) < 0)
        return -1;
    return py_module_set_ints(m, resource_constants);
}

const struct py_moduledef py_module_resource = {
    "resource", "Limits of resources, and what was used.", resource_functions,
    init_resource};

/* ----------------------------------------------------------------- syslog */

static py_object *ident; /* a str that openlog() keeps pointing to, or NULL */
static int is_open;

static const char *text_arg(py_object *o, const char *fname, int argno)
{
    return py_arg_cstr(o, fname, argno);
}

/* The last part of sys.argv[0], or NULL. */
static py_object *default_ident(void)
{
    py_object *sys = py_import("sys"),
              *argv = sys ? py_getattr_cstr(sys, "argv") : NULL;
    py_object *s = argv ? py_sequence_getitem(argv, 0) : NULL;

    if (!s || !py_is_str(s) || !py_str_len((py_str *)s)) {
        py_err_clear();
        return NULL;
    }
    const char *path = py_str_cstr((py_str *)s), *slash = strrchr(path, '/');
    return (py_object *)py_str_from(slash ? slash + 1 : path);
}

static int open_log(py_object *name, int option, int facility)
{
    if (!name)
        name = default_ident();
    ident = name;
    openlog(ident ? py_str_cstr((py_str *)ident) : NULL, option, facility);
    is_open = 1;
    return 0;
}

static py_object *f_openlog(py_object *self, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"ident", "logoption", "facility"};
    py_object *v[3];
    int option = 0, facility = LOG_USER;

    (void)self;
    if (py_args_kw("openlog", args, nargs, kwnames, names, 3, 0, v) < 0)
        return NULL;
    if (v[0] && !py_is_str(v[0]))
        return py_raise(&py_TypeError, "expected string, %T found", v[0]);
    if ((v[1] && py_arg_int(v[1], &option) < 0) ||
        (v[2] && py_arg_int(v[2], &facility) < 0))
        return NULL;
    return open_log(v[0], option, facility) < 0 ? NULL : py_None;
}

static py_object *f_syslog(py_object *self, py_object *a, py_object *b)
{
    int priority = LOG_INFO;
    const char *message = text_arg(b ? b : a, "syslog", b ? 2 : 1);

    (void)self;
    if (!message || (b && py_arg_int(a, &priority) < 0))
        return NULL;
    if (!is_open && open_log(NULL, 0, LOG_USER) < 0)
        return NULL;
    syslog(priority, "%s", message);
    return py_None;
}

static py_object *f_closelog(py_object *self)
{
    (void)self;
    if (is_open) {
        closelog();
        ident = NULL;
        is_open = 0;
    }
    return py_None;
}

static py_object *f_setlogmask(py_object *self, py_object *o)
{
    int mask;

    (void)self;
    return py_arg_int(o, &mask) < 0 ? NULL : py_int_new(setlogmask(mask));
}

static py_object *f_log_mask(py_object *self, py_object *o)
{
    int priority;

    (void)self;
    return py_arg_int(o, &priority) < 0 ? NULL : py_int_new(LOG_MASK(priority));
}

static py_object *f_log_upto(py_object *self, py_object *o)
{
    int priority;

    (void)self;
    return py_arg_int(o, &priority) < 0 ? NULL : py_int_new(LOG_UPTO(priority));
}

static const struct py_methoddef syslog_functions[] = {
    PY_MKW("openlog", f_openlog, "openlog([ident[, logoption[, facility]]])"),
    PY_M0("closelog", f_closelog, "closelog()"),
    PY_M(1, 2, "syslog", f_syslog, "syslog([priority,] message)"),
    PY_M1("setlogmask", f_setlogmask, "setlogmask(mask) -> the old mask"),
    PY_M1("LOG_MASK", f_log_mask, "The mask of one priority"),
    PY_M1("LOG_UPTO", f_log_upto, "The mask of priorities up to one"),
    PY_MEND,
};
static const struct py_intconst syslog_constants[] = {
    C(LOG_EMERG),  C(LOG_ALERT),  C(LOG_CRIT),   C(LOG_ERR),    C(LOG_WARNING),
    C(LOG_NOTICE), C(LOG_INFO),   C(LOG_DEBUG),  C(LOG_PID),    C(LOG_CONS),
    C(LOG_NDELAY), C(LOG_NOWAIT), C(LOG_PERROR), C(LOG_KERN),   C(LOG_USER),
    C(LOG_MAIL),   C(LOG_DAEMON), C(LOG_AUTH),   C(LOG_LPR),    C(LOG_LOCAL0),
    C(LOG_LOCAL1), C(LOG_LOCAL2), C(LOG_LOCAL3), C(LOG_LOCAL4), C(LOG_LOCAL5),
    C(LOG_LOCAL6), C(LOG_LOCAL7), C(LOG_CRON),   C(LOG_UUCP),   C(LOG_NEWS),
    C(LOG_SYSLOG), {NULL, 0},
};

static int init_syslog(py_module *m)
{
    return py_module_set_ints(m, syslog_constants);
}

const struct py_moduledef py_module_syslog = {"syslog", "The system's log.",
                                              syslog_functions, init_syslog};

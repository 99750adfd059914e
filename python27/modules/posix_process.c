/*
 * posix_process.c: the part of the module posix about processes and users.
 */
#include "modules/posix.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/signal.h"
#include "objects/fileobject.h"
#include "objects/runtime.h"
#include "objects/threads.h"

py_object *py_posix_fdopen(int fd, const char *mode, py_object *bufsize)
{
    int buffering = -1;
    FILE *fp;

    if (bufsize && py_arg_int(bufsize, &buffering) < 0)
        return NULL;
    fp = fdopen(fd, mode);
    if (!fp)
        return py_posix_error();
    if (buffering >= 0)
        setvbuf(fp, NULL,
                buffering == 0   ? _IONBF
                : buffering == 1 ? _IOLBF
                                 : _IOFBF,
                buffering > 1 ? (size_t)buffering : BUFSIZ);
    return py_file_new(fp, "<fdopen>", mode, fclose);
}

#define NOARG(name, call)                                                      \
    static py_object *p_##name(py_object *self)                                \
    {                                                                          \
        (void)self;                                                            \
        return py_int_new((int64_t)(call));                                    \
    }
NOARG(getpid, getpid())
NOARG(getppid, getppid())
NOARG(getpgrp, getpgrp())
NOARG(getuid, getuid())
NOARG(geteuid, geteuid())
NOARG(getgid, getgid())
NOARG(getegid, getegid())

static py_object *p_setsid(py_object *self)
{
    (void)self;
    return py_posix_result(setsid());
}

#define INT1(name, call)                                                       \
    static py_object *p_##name(py_object *self, py_object *o)                  \
    {                                                                          \
        int v;                                                                 \
                                                                               \
        (void)self;                                                            \
        return py_arg_int(o, &v) < 0 ? NULL : py_posix_result(call);           \
    }
INT1(setuid, setuid((uid_t)v))
INT1(setgid, setgid((gid_t)v))
INT1(seteuid, seteuid((uid_t)v))
INT1(setegid, setegid((gid_t)v))

static py_object *p_getpgid(py_object *self, py_object *o)
{
    int v;
    pid_t r;

    (void)self;
    if (py_arg_int(o, &v) < 0)
        return NULL;
    r = getpgid(v);
    return r < 0 ? py_posix_error() : py_int_new(r);
}

static py_object *p_setpgid(py_object *self, py_object *a, py_object *b)
{
    int pid, group;

    (void)self;
    if (py_arg_int(a, &pid) < 0 || py_arg_int(b, &group) < 0)
        return NULL;
    return py_posix_result(setpgid(pid, group));
}

static py_object *p_nice(py_object *self, py_object *o)
{
    int v;

    (void)self;
    if (py_arg_int(o, &v) < 0)
        return NULL;
    errno = 0;
    v = nice(v);
    return v == -1 && errno ? py_posix_error() : py_int_new(v);
}

static py_object *p_getgroups(py_object *self)
{
    gid_t g[1024];
    int n = getgroups(1024, g);
    py_list *l = py_list_new();

    (void)self;
    if (n < 0)
        return py_posix_error();
    for (int k = 0; k < n; k++)
        if (py_list_append(l, py_int_new(g[k])) < 0)
            return NULL;
    return &l->base;
}

/* In the child: the other threads are gone. */
static int after_fork(void)
{
    py_threads_after_fork();
    py_signals_after_fork();
    py_object *m = py_dict_get_cstr(py_sys_modules(), "threading");
    py_object *f = m ? py_getattr_cstr(m, "_after_fork") : NULL;
    if (!f)
        py_err_clear();
    return !f || py_call0(f) ? 0 : -1;
}

static py_object *p_fork(py_object *self)
{
    pid_t pid;

    (void)self;
    fflush(NULL);
    pid = fork();
    if (pid == 0 && after_fork() < 0)
        return NULL;
    return pid < 0 ? py_posix_error() : py_int_new(pid);
}

static py_object *p_exit(py_object *self, py_object *o)
{
    int v;

    (void)self;
    if (py_arg_int(o, &v) < 0)
        return NULL;
    _exit(v);
}

static py_object *p_abort(py_object *self)
{
    (void)self;
    abort();
}

static py_object *p_kill(py_object *self, py_object *a, py_object *b)
{
    int pid, sig;

    (void)self;
    if (py_arg_int(a, &pid) < 0 || py_arg_int(b, &sig) < 0)
        return NULL;
    int r = kill(pid, sig);
    if (py_signals_waiting() &&
        py_action_run() < 0) /* we sent it to ourselves */
        return NULL;
    return py_posix_result(r);
}

static py_object *p_killpg(py_object *self, py_object *a, py_object *b)
{
    int pid, sig;

    (void)self;
    if (py_arg_int(a, &pid) < 0 || py_arg_int(b, &sig) < 0)
        return NULL;
    return py_posix_result(killpg(pid, sig));
}

static py_object *p_waitpid(py_object *self, py_object *a, py_object *b)
{
    int pid, options, status = 0;
    pid_t r;

    (void)self;
    if (py_arg_int(a, &pid) < 0 || py_arg_int(b, &options) < 0)
        return NULL;
    r = PY_BLOCKING(waitpid(pid, &status, options));
    if (r < 0)
        return py_posix_error();
    return (py_object *)py_tuple_pack2(py_int_new(r), py_int_new(status));
}

static py_object *p_wait(py_object *self)
{
    int status = 0;
    pid_t r = PY_BLOCKING(wait(&status));

    (void)self;
    if (r < 0)
        return py_posix_error();
    return (py_object *)py_tuple_pack2(py_int_new(r), py_int_new(status));
}

#define STATUS(name, box)                                                      \
    static py_object *p_##name(py_object *self, py_object *o)                  \
    {                                                                          \
        int status;                                                            \
                                                                               \
        (void)self;                                                            \
        return py_arg_int(o, &status) < 0 ? NULL : box(name(status));          \
    }
STATUS(WCOREDUMP, py_bool)
STATUS(WIFCONTINUED, py_bool)
STATUS(WIFSTOPPED, py_bool)
STATUS(WIFSIGNALED, py_bool)
STATUS(WIFEXITED, py_bool)
STATUS(WEXITSTATUS, py_int_new)
STATUS(WTERMSIG, py_int_new)
STATUS(WSTOPSIG, py_int_new)

static py_object *p_system(py_object *self, py_object *command)
{
    const char *s = py_arg_cstr(command, "system", 1);

    (void)self;
    return s ? py_int_new(PY_BLOCKING(system(s))) : NULL;
}

/* A sequence of strings as a C array; NULL with TypeError. */
static char **strings(py_object *seq, const char *what)
{
    intptr_t n;
    char **v;

    seq = py_fastseq(seq, what);
    if (!seq)
        return NULL;
    n = py_fastseq_len(seq);
    v = tw_gc_malloc((size_t)(n + 1) * sizeof *v);
    if (!v)
        return py_raise_nomemory();
    for (intptr_t k = 0; k < n; k++)
        if (!(v[k] = (char *)py_arg_cstr(py_fastseq_item(seq, k), "execv", 2)))
            return NULL;
    return v;
}

static char **environment_of(py_object *env)
{
    py_object *items, *seq;
    intptr_t n;
    char **v;

    if (!py_is_mapping(env))
        return py_raise(&py_TypeError,
                        "execve() arg 3 must be a mapping object");
    items = py_call_method0(env, py_id_items);
    seq = items ? py_fastseq(items, "execve() arg 3 must be a mapping object")
                : NULL;
    if (!seq)
        return NULL;
    n = py_fastseq_len(seq);
    v = tw_gc_malloc((size_t)(n + 1) * sizeof *v);
    for (intptr_t k = 0; v && k < n; k++) {
        py_tuple *pair = (py_tuple *)py_fastseq_item(seq, k);
        const char *name = py_arg_cstr(pair->item[0], "execve", 3);
        const char *value =
            name ? py_arg_cstr(pair->item[1], "execve", 3) : NULL;

        if (!value)
            return NULL;
        v[k] = (char *)py_str_cstr(py_str_format_c("%s=%s", name, value));
    }
    return v;
}

static py_object *p_execve(py_object *self, py_object *path, py_object *args,
                           py_object *env)
{
    const char *s = py_arg_path(path, env ? "execve" : "execv", 1);
    char **argv =
        s ? strings(args, "execv() arg 2 must be a tuple or list") : NULL;

    (void)self;
    if (!argv)
        return NULL;
    if (!argv[0])
        return py_raise(&py_ValueError, "execv() arg 2 must not be empty");
    if (env) {
        char **e = environment_of(env);

        if (!e)
            return NULL;
        execve(s, argv, e);
    } else {
        execv(s, argv);
    }
    return py_posix_error();
}

static py_object *p_execv(py_object *self, py_object *path, py_object *args)
{
    return p_execve(self, path, args, NULL);
}

static py_object *p_uname(py_object *self)
{
    struct utsname u;
    py_tuple *t = py_tuple_new(5);

    (void)self;
    if (uname(&u) < 0)
        return py_posix_error();
    t->item[0] = (py_object *)py_str_from(u.sysname);
    t->item[1] = (py_object *)py_str_from(u.nodename);
    t->item[2] = (py_object *)py_str_from(u.release);
    t->item[3] = (py_object *)py_str_from(u.version);
    t->item[4] = (py_object *)py_str_from(u.machine);
    return &t->base;
}

static py_object *p_times(py_object *self)
{
    struct tms b;
    clock_t c = times(&b);
    double hz = (double)sysconf(_SC_CLK_TCK);
    py_tuple *t = py_tuple_new(5);

    (void)self;
    if (c == (clock_t)-1)
        return py_posix_error();
    t->item[0] = py_float_new((double)b.tms_utime / hz);
    t->item[1] = py_float_new((double)b.tms_stime / hz);
    t->item[2] = py_float_new((double)b.tms_cutime / hz);
    t->item[3] = py_float_new((double)b.tms_cstime / hz);
    t->item[4] = py_float_new((double)c / hz);
    return &t->base;
}

static py_object *p_getloadavg(py_object *self)
{
    double v[3];

    (void)self;
    if (getloadavg(v, 3) != 3)
        return py_raise(&py_OSError, "Load averages are unobtainable");
    return (py_object *)py_tuple_pack3(py_float_new(v[0]), py_float_new(v[1]),
                                       py_float_new(v[2]));
}

static py_object *p_getlogin(py_object *self)
{
    const char *s = getlogin();

    (void)self;
    return s ? (py_object *)py_str_from(s) : py_posix_error();
}

static py_object *p_popen(py_object *self, py_object *commando,
                          py_object *modeo, py_object *bufsizeo)
{
    const char *command = py_arg_cstr(commando, "popen", 1), *mode = "r";
    int bufsize = -1;

    (void)self;
    if (!command || (modeo && !(mode = py_arg_cstr(modeo, "popen", 2))) ||
        (bufsizeo && py_arg_int(bufsizeo, &bufsize) < 0))
        return NULL;
    FILE *fp = popen(command, mode[0] == 'w' ? "w" : "r");
    if (!fp)
        return py_posix_error();
    if (bufsize >= 0)
        setvbuf(fp, NULL, bufsize ? _IOFBF : _IONBF, (size_t)bufsize);
    return py_file_new(fp, command, mode, pclose);
}

static const struct py_methoddef methods[] = {
    PY_M1("WCOREDUMP", p_WCOREDUMP, NULL),
    PY_M1("WEXITSTATUS", p_WEXITSTATUS, NULL),
    PY_M1("WIFCONTINUED", p_WIFCONTINUED, NULL),
    PY_M1("WIFEXITED", p_WIFEXITED, NULL),
    PY_M1("WIFSIGNALED", p_WIFSIGNALED, NULL),
    PY_M1("WIFSTOPPED", p_WIFSTOPPED, NULL),
    PY_M1("WSTOPSIG", p_WSTOPSIG, NULL),
    PY_M1("WTERMSIG", p_WTERMSIG, NULL),
    PY_M1("_exit", p_exit, "_exit(status): end the process at once"),
    PY_M0("abort", p_abort, "abort(): end the process with a core dump"),
    PY_M2("execv", p_execv, "execv(path, args)"),
    PY_M(3, 3, "execve", p_execve, "execve(path, args, env)"),
    PY_M0("fork", p_fork, "fork() -> pid, 0 in the child"),
    PY_M0("getegid", p_getegid, NULL),
    PY_M0("geteuid", p_geteuid, NULL),
    PY_M0("getgid", p_getgid, NULL),
    PY_M0("getgroups", p_getgroups, NULL),
    PY_M0("getloadavg", p_getloadavg, NULL),
    PY_M0("getlogin", p_getlogin, NULL),
    PY_M1("getpgid", p_getpgid, NULL),
    PY_M0("getpgrp", p_getpgrp, NULL),
    PY_M0("getpid", p_getpid, NULL),
    PY_M0("getppid", p_getppid, NULL),
    PY_M0("getuid", p_getuid, NULL),
    PY_M2("kill", p_kill, "kill(pid, sig)"),
    PY_M2("killpg", p_killpg, "killpg(pgid, sig)"),
    PY_M1("nice", p_nice, "nice(inc) -> new_priority"),
    PY_M1("setegid", p_setegid, NULL),
    PY_M1("seteuid", p_seteuid, NULL),
    PY_M1("setgid", p_setgid, NULL),
    PY_M2("setpgid", p_setpgid, NULL),
    PY_M0("setsid", p_setsid, NULL),
    PY_M1("setuid", p_setuid, NULL),
    PY_M1("system", p_system, "system(command) -> exit_status"),
    PY_M0("times", p_times,
          "times() -> (utime, stime, cutime, cstime, elapsed_time)"),
    PY_M0("uname", p_uname,
          "uname() -> (sysname, nodename, release, version, machine)"),
    PY_M0("wait", p_wait, "wait() -> (pid, status)"),
    PY_M2("waitpid", p_waitpid, "waitpid(pid, options) -> (pid, status)"),
    PY_M(1, 3, "popen", p_popen,
         "popen(command[, mode[, bufsize]]) -> a pipe to or from a command"),
    PY_MEND,
};

int py_posix_process_init(py_module *m)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
        {"WNOHANG", WNOHANG},       {"WUNTRACED", WUNTRACED},
        {"WCONTINUED", WCONTINUED}, {"EX_OK", 0},
        {"EX_USAGE", 64},           {"EX_DATAERR", 65},
        {"EX_NOINPUT", 66},         {"EX_NOUSER", 67},
        {"EX_NOHOST", 68},          {"EX_UNAVAILABLE", 69},
        {"EX_SOFTWARE", 70},        {"EX_OSERR", 71},
        {"EX_OSFILE", 72},          {"EX_CANTCREAT", 73},
        {"EX_IOERR", 74},           {"EX_TEMPFAIL", 75},
        {"EX_PROTOCOL", 76},        {"EX_NOPERM", 77},
        {"EX_CONFIG", 78},
    };

    for (const struct py_methoddef *d = methods; d->name; d++)
        if (py_module_set(
                m, d->name,
                py_builtin_new(d, NULL, (py_object *)py_str_from("posix"))) < 0)
            return -1;
    for (size_t k = 0; k < sizeof constants / sizeof *constants; k++)
        if (py_module_set_int(m, constants[k].name, constants[k].value) < 0)
            return -1;
    return 0;
}

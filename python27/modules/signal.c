/*
 * signal.c: the module `signal`, and what happens when a signal arrives.
 *
 * The system's handler only makes a note and asks for the eval loop's attention
 * (PY_ACTION_SIGNAL); Python's handlers run at the loop's next check, always in
 * the main thread. SIGINT is handled from the start, without the module being
 * imported.
 */
#include "modules/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "objects/runtime.h"
#include "objects/threads.h"

enum { NSIGNALS = 65 };

static volatile sig_atomic_t tripped[NSIGNALS];
static volatile sig_atomic_t any_tripped;
static volatile int wakeup_fd = -1;
/* What signal.signal() was given; NULL: nothing was, the system's state counts. */
static py_object *handlers[NSIGNALS];
static py_object *default_int; /* signal.default_int_handler, once made */
static py_object *itimer_error;
static pthread_t main_thread;

/* ------------------------------------------------------------------- arrival */

void py_signal_trip(int sig)
{
    tripped[sig] = 1;
    any_tripped = 1;
    py_action_set(PY_ACTION_SIGNAL);
}

static void arrive(int sig)
{
    int err = errno;
    py_signal_trip(sig);
    if (wakeup_fd >= 0) {
        ssize_t r = write(wakeup_fd, "", 1);
        (void)r;
    }
    /* The main thread may be blocked in a call that only its own signal ends. */
    if (!pthread_equal(pthread_self(), main_thread))
        pthread_kill(main_thread, sig);
    errno = err;
}

int py_signals_waiting(void)
{
    return any_tripped;
}

static int call_handler(int sig)
{
    py_object *h = handlers[sig];
    if (!h && sig == SIGINT)
        return py_raise_none(&py_KeyboardInterrupt), -1;
    if (!h || py_is_int(h)) /* it was set back since the signal came */
        return 0;
    py_frame *f = py_frame_get(0);
    if (f)
        py_frame_escapes(f);
    return py_call2(h, py_int_new(sig), f ? &f->base : py_None) ? 0 : -1;
}

/* The eval loop's check. An exception leaves the other signals for the next one. */
static int run_handlers(void)
{
    if (!py_thread_is_main()) /* py_gil_acquire() reminds the main thread */
        return 0;
    any_tripped = 0;
    for (int i = 1; i < NSIGNALS; i++) {
        if (!tripped[i])
            continue;
        tripped[i] = 0;
        if (call_handler(i) < 0) {
            for (int j = 1; j < NSIGNALS; j++)
                if (tripped[j])
                    py_signal_trip(j);
            return -1;
        }
    }
    return 0;
}

static int install(int sig, void (*f)(int))
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = f;
    sigemptyset(&a.sa_mask);
    return sigaction(sig, &a, NULL);
}

void py_signals_init(void)
{
    struct sigaction a;
    main_thread = pthread_self();
    py_action_handler[0] = run_handlers; /* PY_ACTION_SIGNAL */
    install(SIGPIPE, SIG_IGN);
    install(SIGXFSZ, SIG_IGN);
    if (sigaction(SIGINT, NULL, &a) == 0 && a.sa_handler == SIG_DFL)
        install(SIGINT, arrive);
}

void py_signals_after_fork(void)
{
    main_thread = pthread_self();
    for (int i = 0; i < NSIGNALS; i++)
        tripped[i] = 0;
    any_tripped = 0;
}

/* ------------------------------------------------------------------ handlers */

static py_object *s_default_int(py_object *self, py_object *const *args,
                                intptr_t nargs)
{
    (void)self;
    (void)args;
    (void)nargs;
    return py_raise_none(&py_KeyboardInterrupt);
}

static int signal_number(py_object *o)
{
    int sig;
    if (py_arg_int(o, &sig) < 0)
        return -1;
    if (sig < 1 || sig >= NSIGNALS)
        return py_raise_i(&py_ValueError, "signal number out of range");
    return sig;
}

/* The handler as Python sees it. */
static py_object *handler_of(int sig)
{
    struct sigaction a;
    if (handlers[sig])
        return handlers[sig];
    if (sigaction(sig, NULL, &a) < 0)
        return py_None;
    if (a.sa_handler == SIG_DFL)
        return py_int_new(0);
    if (a.sa_handler == SIG_IGN)
        return py_int_new(1);
    return sig == SIGINT && a.sa_handler == arrive ? default_int : py_None;
}

static py_object *s_signal(py_object *self, py_object *num, py_object *handler)
{
    int sig = signal_number(num);
    int64_t n = -1;
    (void)self;
    if (sig < 0)
        return NULL;
    if (!py_thread_is_main())
        return py_raise(&py_ValueError, "signal only works in main thread");
    if (py_is_int(handler))
        n = py_int_value(handler);
    if (n != 0 && n != 1 && !py_callable(handler))
        return py_raise(&py_TypeError, "signal handler must be signal.SIG_IGN, "
                                       "signal.SIG_DFL, or a callable object");
    py_object *old = handler_of(sig);
    if (install(sig, n == 0 ? SIG_DFL : n == 1 ? SIG_IGN : arrive) < 0)
        return py_raise_errno(&py_RuntimeError);
    tripped[sig] = 0;
    handlers[sig] = handler;
    return old;
}

static py_object *s_getsignal(py_object *self, py_object *num)
{
    int sig = signal_number(num);
    (void)self;
    return sig < 0 ? NULL : handler_of(sig);
}

static py_object *s_siginterrupt(py_object *self, py_object *num,
                                 py_object *flag)
{
    int sig = signal_number(num), on;
    struct sigaction a;
    (void)self;
    if (sig < 0 || py_arg_int(flag, &on) < 0)
        return NULL;
    if (sigaction(sig, NULL, &a) < 0)
        return py_raise_errno(&py_RuntimeError);
    a.sa_flags = on ? a.sa_flags & ~SA_RESTART : a.sa_flags | SA_RESTART;
    if (sigaction(sig, &a, NULL) < 0)
        return py_raise_errno(&py_RuntimeError);
    return py_None;
}

static py_object *s_set_wakeup_fd(py_object *self, py_object *o)
{
    int fd, old = wakeup_fd;
    (void)self;
    if (py_arg_int(o, &fd) < 0)
        return NULL;
    if (!py_thread_is_main())
        return py_raise(&py_ValueError,
                        "set_wakeup_fd only works in main thread");
    if (fd != -1 && fcntl(fd, F_GETFD) < 0)
        return py_raise(&py_ValueError, "invalid fd");
    wakeup_fd = fd;
    return py_int_new(old);
}

/* -------------------------------------------------------------------- timers */

static py_object *s_alarm(py_object *self, py_object *o)
{
    int n;
    (void)self;
    return py_arg_int(o, &n) < 0 ? NULL : py_int_new(alarm((unsigned)n));
}

static py_object *s_pause(py_object *self)
{
    (void)self;
    int r = PY_BLOCKING(pause());
    (void)r;
    return py_action_flags && py_action_run() < 0 ? NULL : py_None;
}

static void set_timeval(struct timeval *t, double seconds)
{
    t->tv_sec = (time_t)floor(seconds);
    t->tv_usec = (suseconds_t)(fmod(seconds, 1.0) * 1e6);
}

static py_object *timer_pair(const struct itimerval *t)
{
    return &py_tuple_pack2(py_float_new((double)t->it_value.tv_sec +
                                        (double)t->it_value.tv_usec / 1e6),
                           py_float_new((double)t->it_interval.tv_sec +
                                        (double)t->it_interval.tv_usec / 1e6))
                ->base;
}

static py_object *raise_itimer(void)
{
    int err = errno;
    py_object *e = py_call2(itimer_error, py_int_new(err),
                            (py_object *)py_str_from(strerror(err)));
    return e ? py_raise_obj(e, NULL) : NULL;
}

static py_object *s_setitimer(py_object *self, py_object *which,
                              py_object *first, py_object *interval)
{
    int w;
    double f, i = 0;
    struct itimerval t, old;
    (void)self;
    if (py_arg_int(which, &w) < 0 || py_arg_double(first, &f) < 0 ||
        (interval && py_arg_double(interval, &i) < 0))
        return NULL;
    set_timeval(&t.it_value, f);
    set_timeval(&t.it_interval, i);
    if (setitimer((__itimer_which_t)w, &t, &old) < 0)
        return raise_itimer();
    return timer_pair(&old);
}

static py_object *s_getitimer(py_object *self, py_object *which)
{
    int w;
    struct itimerval t;
    (void)self;
    if (py_arg_int(which, &w) < 0)
        return NULL;
    if (getitimer((__itimer_which_t)w, &t) < 0)
        return raise_itimer();
    return timer_pair(&t);
}

/* -------------------------------------------------------------------- module */

static const struct py_methoddef methods[] = {
    PY_MFAST("default_int_handler", s_default_int, "Raises KeyboardInterrupt."),
    PY_M2("signal", s_signal,
          "signal(number, handler): sets what a signal does; returns what it "
          "did."),
    PY_M1("getsignal", s_getsignal, "What a signal does."),
    PY_M2("siginterrupt", s_siginterrupt,
          "Does a signal end system calls that wait?"),
    PY_M1("set_wakeup_fd", s_set_wakeup_fd,
          "A zero byte is written there when a signal comes."),
    PY_M1("alarm", s_alarm, "SIGALRM after so many seconds."),
    PY_M0("pause", s_pause, "Waits for a signal."),
    PY_MF("setitimer", s_setitimer, PY_POS, 2, 3, PY_UNPACK,
          "Starts an interval timer; returns the old one."),
    PY_M1("getitimer", s_getitimer, "(seconds left, interval) of a timer."),
    PY_MEND,
};

static const struct {
    const char *name;
    int value;
} numbers[] = {
#define S(n) {#n, n},
    S(SIGHUP) S(SIGINT) S(SIGQUIT) S(SIGILL) S(SIGTRAP) S(SIGABRT) S(SIGIOT)
        S(SIGBUS) S(SIGFPE) S(SIGKILL) S(SIGUSR1) S(SIGSEGV) S(SIGUSR2)
            S(SIGPIPE) S(SIGALRM) S(SIGTERM) S(SIGCHLD) S(SIGCLD) S(SIGCONT)
                S(SIGSTOP) S(SIGTSTP) S(SIGTTIN) S(SIGTTOU) S(SIGURG) S(SIGXCPU)
                    S(SIGXFSZ) S(SIGVTALRM) S(SIGPROF) S(SIGWINCH) S(SIGIO)
                        S(SIGPOLL) S(SIGPWR) S(SIGSYS) S(ITIMER_REAL)
                            S(ITIMER_VIRTUAL) S(ITIMER_PROF)
#undef S
};

static int init(py_module *m)
{
    default_int = py_dict_get_cstr(m->dict, "default_int_handler");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        py_module_set_int(m, numbers[i].name, numbers[i].value);
    py_module_set_int(m, "SIGRTMIN", SIGRTMIN);
    py_module_set_int(m, "SIGRTMAX", SIGRTMAX);
    py_module_set_int(m, "SIG_DFL", 0);
    py_module_set_int(m, "SIG_IGN", 1);
    py_module_set_int(m, "NSIG", NSIGNALS);
    itimer_error = py_exception_new("signal.ItimerError", &py_IOError);
    return itimer_error ? py_module_set(m, "ItimerError", itimer_error) : -1;
}

const struct py_moduledef py_module_signal = {
    "signal", "Signals of the operating system, and timers.", methods, init};

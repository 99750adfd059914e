/*
 * Measures one process: wall and CPU time, peak memory, and whether its output
 * is the expected one.
 *
 * Output goes to a temporary file, not a pipe, so that the driver's reading
 * does not take part in what is measured. A run that prints something else, is
 * killed, or does not end in time is an error and never a number.
 */
#include "tools/bench/bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static FILE *temporary(void)
{
    FILE *f = tmpfile();
    if (!f) {
        perror("bench: temporary file");
        exit(2);
    }
    return f;
}

static pid_t start(const char *const *argv, FILE *out, FILE *err, int steady)
{
    pid_t pid = fork();
    if (pid < 0) {
        perror("bench: fork");
        exit(2);
    }
    if (pid == 0) {
        setpgid(0, 0);
        dup2(fileno(out), 1);
        dup2(fileno(err), 2);
        if (!freopen("/dev/null", "r", stdin))
            _exit(126);
        if (steady)
            setenv("BENCH_STEADY", "1", 1);
        else
            unsetenv("BENCH_STEADY");
        execvp(argv[0], (char *const *)(size_t)argv);
        _exit(127);
    }
    setpgid(pid, pid);
    return pid;
}

/* Waits for pid, or kills it and its children after `timeout` seconds. */
static int wait_for(pid_t pid, int timeout, struct rusage *usage, int *status)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    double end = now() + timeout;
    for (;;) {
        pid_t done = wait4(pid, status, WNOHANG, usage);
        if (done == pid)
            return 0;
        double left = end - now();
        if (left <= 0)
            break;
        struct timespec t = {(time_t)left,
                             (long)((left - (double)(time_t)left) * 1e9)};
        sigtimedwait(&child, NULL, &t);
    }
    kill(-pid, SIGKILL);
    wait4(pid, status, 0, usage);
    return -1;
}

static int same(FILE *got, const char *expected)
{
    FILE *want = fopen(expected, "rb");
    if (!want)
        return 0;
    int a, b;
    rewind(got);
    do {
        a = getc(got);
        b = getc(want);
    } while (a == b && a != EOF);
    fclose(want);
    return a == b;
}

/* The last line of err, for messages; the value of "steady X" on the way. */
static void read_errors(FILE *err, double *steady, char *last, size_t size)
{
    char line[512];
    rewind(err);
    *last = 0;
    while (fgets(line, sizeof line, err)) {
        line[strcspn(line, "\n")] = 0;
        if (!sscanf(line, "steady %lf", steady) && *line)
            snprintf(last, size, "%s", line);
    }
}

struct run run_process(const char *const *argv, const char *expected,
                       int steady, int timeout)
{
    struct run r = {0};
    struct rusage usage = {0};
    char last[100];
    int status = 0;
    FILE *out = temporary(), *err = temporary();
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    double begin = now();
    pid_t pid = start(argv, out, err, steady);
    /* Only after the fork: the child must not inherit a blocked SIGCHLD. */
    sigprocmask(SIG_BLOCK, &child, NULL);
    int late = wait_for(pid, timeout, &usage, &status);
    r.wall = now() - begin;
    sigprocmask(SIG_UNBLOCK, &child, NULL);
    r.cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
    r.rss_kb = usage.ru_maxrss;
    read_errors(err, &r.steady, last, sizeof last);
    if (late)
        snprintf(r.error, sizeof r.error, "no end after %d s", timeout);
    else if (WIFSIGNALED(status))
        snprintf(r.error, sizeof r.error, "killed by signal %d",
                 WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        snprintf(r.error, sizeof r.error, "exit status %d: %s",
                 WEXITSTATUS(status), last);
    else if (expected && !same(out, expected))
        snprintf(r.error, sizeof r.error, "prints something else");
    else if (steady && r.steady <= 0)
        snprintf(r.error, sizeof r.error, "reports no steady state");
    fclose(out);
    fclose(err);
    return r;
}

int run_first_line(const char *const *argv, char *line, size_t size)
{
    struct rusage usage;
    int status = 0;
    FILE *out = temporary();
    pid_t pid = start(argv, out, out, 0);
    int bad = wait_for(pid, 10, &usage, &status) || !WIFEXITED(status) ||
              WEXITSTATUS(status) != 0;
    rewind(out);
    if (!fgets(line, (int)size, out))
        *line = 0;
    line[strcspn(line, "\n")] = 0;
    fclose(out);
    return bad ? -1 : 0;
}

/*
 * log.c: the log channels. One file for all, written under one lock so that the background
 * compiler's sections stay in one piece.
 */
#include "toolkit/base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint32_t tw_log_open;
static FILE *out;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const names[TW_NLOGS] = {
#define LOG(id, name, what) name,
#include "toolkit/base/logs.def"
#undef LOG
};
_Static_assert(TW_NLOGS <= 32, "tw_log_open is a 32-bit set");

/* Opens what a comma-separated list names; the number of names that match nothing. */
static int open_channels(const char *list)
{
    int bad = 0;

    while (*list) {
        size_t n = strcspn(list, ",");
        uint32_t set = 0;

        for (int c = 0; c < TW_NLOGS; c++)
            if (n == 3 && !memcmp(list, "all", 3))
                set |= 1u << c;
            else if (!strncmp(names[c], list, n) &&
                     (!names[c][n] || names[c][n] == '-'))
                set |= 1u << c;
        bad += n && !set;
        tw_log_open |= set;
        list += n + (list[n] == ',');
    }
    return bad;
}

int tw_log_set(const char *channels, FILE *file)
{
    out = file;
    return open_channels(channels) ? -1 : 0;
}

static void from_environment(const char *variable)
{
    char *value = getenv(variable);

    if (!value || !*value)
        return;
    char *text = strdup(value), *colon = text ? strchr(text, ':') : NULL;
    if (!text)
        return;
    if (colon)
        *colon = '\0';
    out = stderr;
    if (colon && colon[1] && strcmp(colon + 1, "-") != 0) {
        out = fopen(colon + 1, "w");
        if (!out) {
            fprintf(stderr, "%s: cannot write %s\n", variable, colon + 1);
            out = stderr;
        }
    }
    if (open_channels(text))
        fprintf(stderr, "%s: no such channel in \"%s\"\n", variable, text);
    free(text);
}

void tw_log_init(void)
{
    static int done;

    if (done++)
        return;
    from_environment("PYPYLOG");
    from_environment("TWLOG");
}

void(tw_log)(enum tw_log_channel c, const char *fmt, ...)
{
    va_list ap;

    if (!tw_log_on(c))
        return;
    pthread_mutex_lock(&lock);
    fprintf(out, "[%s] ", names[c]);
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    fputc('\n', out);
    fflush(out);
    pthread_mutex_unlock(&lock);
}

FILE *tw_log_begin(enum tw_log_channel c)
{
    pthread_mutex_lock(&lock);
    fprintf(out, "[%llx] {%s\n", (unsigned long long)tw_now_ns(), names[c]);
    return out;
}

void tw_log_end(enum tw_log_channel c)
{
    fprintf(out, "[%llx] %s}\n", (unsigned long long)tw_now_ns(), names[c]);
    fflush(out);
    pthread_mutex_unlock(&lock);
}

void tw_fatal(const char *fmt, ...)
{
    va_list ap;

    fflush(stdout);
    fputs("tracewright: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t tw_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t tw_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

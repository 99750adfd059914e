/*
 * time.c: the module time, over the C library's clocks and calendar.
 */
#include <errno.h>
#include <math.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/function.h"
#include "objects/intobject.h"
#include "modules/signal.h"
#include "objects/strobject.h"
#include "objects/threads.h"

static py_object *t_time(py_object *self)
{
    struct timeval tv;

    (void)self;
    gettimeofday(&tv, NULL);
    return py_float_new((double)tv.tv_sec + (double)tv.tv_usec * 1e-6);
}

static py_object *t_clock(py_object *self)
{
    (void)self;
    return py_float_new((double)clock() / CLOCKS_PER_SEC);
}

static py_object *t_sleep(py_object *self, py_object *secs)
{
    double s = py_as_double(secs);
    struct timespec ts;

    (void)self;
    if (s == -1.0 && py_err_occurred())
        return NULL;
    if (!(s >= 0))
        return py_raise_value(
            &py_IOError, (py_object *)py_tuple_pack2(
                             py_int_new(EINVAL),
                             (py_object *)py_str_from("Invalid argument")));
    if (s > 1e12)
        return py_raise(&py_OverflowError,
                        "timestamp too large to convert to C long");
    ts.tv_sec = (time_t)s;
    ts.tv_nsec = (long)((s - floor(s)) * 1e9);
    if (py_signals_waiting() && py_action_run() < 0)
        return NULL;
    /* The collector's signals interrupt it, too: those do not count. */
    while (PY_BLOCKING(nanosleep(&ts, &ts)) < 0 && errno == EINTR)
        if (py_signals_waiting())
            return py_action_run() < 0 ? NULL : py_None;
    return py_None;
}

/* ------------------------------------------------------------- struct_time */

static const char *const time_fields[] = {
    "tm_year", "tm_mon",  "tm_mday", "tm_hour",  "tm_min",
    "tm_sec",  "tm_wday", "tm_yday", "tm_isdst", NULL};
static py_type *struct_time;

static py_object *from_tm(const struct tm *t)
{
    py_object *v[9] = {py_int_new(t->tm_year + 1900),
                       py_int_new(t->tm_mon + 1),
                       py_int_new(t->tm_mday),
                       py_int_new(t->tm_hour),
                       py_int_new(t->tm_min),
                       py_int_new(t->tm_sec),
                       py_int_new((t->tm_wday + 6) % 7),
                       py_int_new(t->tm_yday + 1),
                       py_int_new(t->tm_isdst)};

    return py_structseq_new(struct_time, v);
}

/* Seconds since the epoch, now when o is NULL or None. 0 or -1. */
static int seconds(py_object *o, time_t *out)
{
    double s;

    if (!o || o == py_None) {
        *out = time(NULL);
        return 0;
    }
    s = py_as_double(o);
    if (s == -1.0 && py_err_occurred())
        return -1;
    if (!(fabs(s) < 9e18))
        return py_raise_i(&py_ValueError,
                          "timestamp out of range for platform time_t");
    *out = (time_t)floor(s);
    return 0;
}

static py_object *t_gmtime(py_object *self, py_object *o)
{
    time_t s;
    struct tm t;

    (void)self;
    if (seconds(o, &s) < 0)
        return NULL;
    if (!gmtime_r(&s, &t))
        return py_raise_errno(&py_ValueError);
    return from_tm(&t);
}

static py_object *t_localtime(py_object *self, py_object *o)
{
    time_t s;
    struct tm t;

    (void)self;
    if (seconds(o, &s) < 0)
        return NULL;
    if (!localtime_r(&s, &t))
        return py_raise_errno(&py_ValueError);
    return from_tm(&t);
}

/* A time tuple as struct tm; checks the ranges as strftime needs them. */
static int to_tm(py_object *o, struct tm *t, int check)
{
    py_tuple *tuple;
    int v[9];

    if (!py_is_tuple(o))
        return py_raise_i(&py_TypeError,
                          "Tuple or struct_time argument required");
    tuple = (py_tuple *)o;
    if (tuple->n != 9)
        return py_raise_i(&py_TypeError,
                          "function takes exactly 9 arguments (%zd given)",
                          tuple->n);
    for (int k = 0; k < 9; k++) {
        v[k] = py_as_int(tuple->item[k]);
        if (v[k] == -1 && py_err_occurred())
            return -1;
    }
    if (v[0] < 1900) {
        if (v[0] >= 69 && v[0] <= 99)
            v[0] += 1900;
        else if (v[0] >= 0 && v[0] <= 68)
            v[0] += 2000;
        else if (check)
            return py_raise_i(&py_ValueError, "year out of range");
    }
    memset(t, 0, sizeof *t);
    t->tm_year = v[0] - 1900;
    t->tm_mon = v[1] - 1;
    t->tm_mday = v[2];
    t->tm_hour = v[3];
    t->tm_min = v[4];
    t->tm_sec = v[5];
    t->tm_wday = (v[6] + 1) % 7;
    t->tm_yday = v[7] - 1;
    t->tm_isdst = v[8];
    if (!check)
        return 0;
    if (t->tm_mon == -1)
        t->tm_mon = 0;
    if (t->tm_mday == 0)
        t->tm_mday = 1;
    if (t->tm_yday == -1)
        t->tm_yday = 0;
    if (t->tm_mon < 0 || t->tm_mon > 11)
        return py_raise_i(&py_ValueError, "month out of range");
    if (t->tm_mday < 0 || t->tm_mday > 31)
        return py_raise_i(&py_ValueError, "day of month out of range");
    if (t->tm_hour < 0 || t->tm_hour > 23)
        return py_raise_i(&py_ValueError, "hour out of range");
    if (t->tm_min < 0 || t->tm_min > 59)
        return py_raise_i(&py_ValueError, "minute out of range");
    if (t->tm_sec < 0 || t->tm_sec > 61)
        return py_raise_i(&py_ValueError, "seconds out of range");
    if (t->tm_wday < 0)
        return py_raise_i(&py_ValueError, "day of week out of range");
    if (t->tm_yday < 0 || t->tm_yday > 365)
        return py_raise_i(&py_ValueError, "day of year out of range");
    if (t->tm_isdst < -1 || t->tm_isdst > 1)
        t->tm_isdst = t->tm_isdst < 0 ? -1 : 1;
    return 0;
}

static py_object *t_mktime(py_object *self, py_object *o)
{
    struct tm t;
    time_t s;

    (void)self;
    if (to_tm(o, &t, 0) < 0)
        return NULL;
    t.tm_wday = -1;
    s = mktime(&t);
    if (s == (time_t)-1 && t.tm_wday == -1)
        return py_raise(&py_OverflowError, "mktime argument out of range");
    return py_float_new((double)s);
}

static py_object *asctime_of(const struct tm *t)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    return (py_object *)py_str_format_c(
        "%s %s%3d %s:%s:%s %d",
        py_str_cstr(py_str_new(days + 3 * t->tm_wday, 3)),
        py_str_cstr(py_str_new(months + 3 * t->tm_mon, 3)), t->tm_mday,
        py_str_cstr(py_str_format_c("%02d", t->tm_hour)),
        py_str_cstr(py_str_format_c("%02d", t->tm_min)),
        py_str_cstr(py_str_format_c("%02d", t->tm_sec)), t->tm_year + 1900);
}

static py_object *t_asctime(py_object *self, py_object *o)
{
    struct tm t;
    time_t s = time(NULL);

    (void)self;
    if (!o)
        localtime_r(&s, &t);
    else if (to_tm(o, &t, 1) < 0)
        return NULL;
    return asctime_of(&t);
}

static py_object *t_ctime(py_object *self, py_object *o)
{
    struct tm t;
    time_t s;

    (void)self;
    if (seconds(o, &s) < 0)
        return NULL;
    if (!localtime_r(&s, &t))
        return py_raise_errno(&py_ValueError);
    return asctime_of(&t);
}

static py_object *t_strftime(py_object *self, py_object *format, py_object *o)
{
    struct tm t;
    time_t s = time(NULL);
    const char *fmt = py_arg_cstr(format, "strftime", 1);
    size_t size = 256;

    (void)self;
    if (!fmt)
        return NULL;
    if (!o)
        localtime_r(&s, &t);
    else if (to_tm(o, &t, 1) < 0)
        return NULL;
    if (!*fmt)
        return (py_object *)py_str_empty;
    for (;; size *= 2) {
        char *buf = tw_gc_malloc_atomic(size);
        size_t n;

        if (!buf)
            return py_raise_nomemory();
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
        n = strftime(buf, size, fmt, &t);
#pragma clang diagnostic pop
        /* 0 may be an empty result: a large buffer settles it. */
        if (n > 0 || size >= 256 * (strlen(fmt) + 1))
            return (py_object *)py_str_new(buf, (intptr_t)n);
    }
}

static py_object *t_strptime(py_object *self, py_object *const *args,
                             intptr_t nargs)
{
    py_object *m = py_import("_strptime"), *f;

    (void)self;
    f = m ? py_getattr_cstr(m, "_strptime_time") : NULL;
    return f ? py_call_fast(f, args, nargs, NULL) : NULL;
}

static int set_zone(py_module *m)
{
    tzset();
    if (py_module_set_int(m, "timezone", timezone) < 0 ||
        py_module_set_int(m, "altzone", daylight ? timezone - 3600 : timezone) <
            0 ||
        py_module_set_int(m, "daylight", daylight) < 0)
        return -1;
    return py_module_set(
        m, "tzname",
        (py_object *)py_tuple_pack2((py_object *)py_str_from(tzname[0]),
                                    (py_object *)py_str_from(tzname[1])));
}

static py_object *t_tzset(py_object *self)
{
    (void)self;
    return set_zone(py_module_add("time")) < 0 ? NULL : py_None;
}

static const struct py_methoddef methods[] = {
    PY_M0("time", t_time, "time() -> seconds since the epoch, as a float"),
    PY_M0("clock", t_clock,
          "clock() -> processor time used by the process, in seconds"),
    PY_M1("sleep", t_sleep, "sleep(seconds): wait so long"),
    PY_M(0, 1, "gmtime", t_gmtime, "gmtime([seconds]) -> struct_time in UTC"),
    PY_M(0, 1, "localtime", t_localtime,
         "localtime([seconds]) -> struct_time in local time"),
    PY_M1("mktime", t_mktime,
          "mktime(tuple) -> seconds since the epoch of a local time"),
    PY_M(0, 1, "asctime", t_asctime,
         "asctime([tuple]) -> 'Sat Jun 06 16:26:11 1998'"),
    PY_M(0, 1, "ctime", t_ctime,
         "ctime([seconds]) -> asctime(localtime(seconds))"),
    PY_M(1, 2, "strftime", t_strftime, "strftime(format[, tuple]) -> string"),
    PY_MFAST("strptime", t_strptime, "strptime(string, format) -> struct_time"),
    PY_M0("tzset", t_tzset,
          "tzset(): take over a change of the environment variable TZ"),
    PY_MEND,
};

static int init(py_module *m)
{
    struct_time = py_structseq_type("time.struct_time", time_fields, 9, 9);
    if (!struct_time ||
        py_module_set(m, "struct_time", (py_object *)struct_time) < 0 ||
        py_module_set_int(m, "accept2dyear", 1) < 0)
        return -1;
    return set_zone(m);
}

const struct py_moduledef py_module_time = {
    "time", "Clocks and calendar times.", methods, init};

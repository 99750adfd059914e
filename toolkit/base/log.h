/*
 * log.h: TWLOG=channel,…[:file] (PYPYLOG=channel,…:file too, for its users), and fatal errors.
 * A channel name may be a prefix: "jit" opens every jit-… channel. The file defaults to
 * standard error; "-" means that as well.
 */
#ifndef TW_LOG_H
#define TW_LOG_H

#include <stdint.h>
#include <stdio.h>

enum tw_log_channel {
#define LOG(id, name, what) TW_LOG_##id,
#include "toolkit/base/logs.def"
#undef LOG
    TW_NLOGS
};

extern uint32_t tw_log_open; /* bit set of open channels */
static inline int tw_log_on(enum tw_log_channel c)
{
    return tw_log_open >> c & 1;
}
/* Reads TWLOG; called by tw_rt_register and by tools. Twice does nothing. */
void tw_log_init(void);
/* Opens channels by hand (tools, tests); 0, or -1 when a name matches none. */
int tw_log_set(const char *channels, FILE *out);

/* One line "[channel] …" on an open channel; nothing on a closed one. */
void tw_log(enum tw_log_channel c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A section: "[time] {channel", lines, "[time] channel}". begin gives the file to write to,
 * locked against other threads until end; only for open channels. */
FILE *tw_log_begin(enum tw_log_channel c);
void tw_log_end(enum tw_log_channel c);
/* Arguments are not evaluated, and nothing is called, while the channel is closed. */
#define tw_log(c, ...) (tw_log_on(c) ? (tw_log)((c), __VA_ARGS__) : (void)0)

/* A bug of the toolkit, or an environment it cannot run in: message and abort(). */
void tw_fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));
#define tw_assert(x)                                                           \
    ((x) ? (void)0                                                             \
         : tw_fatal("%s:%d: assertion failed: %s", __FILE__, __LINE__, #x))

uint64_t tw_now_ns(void); /* monotonic */
uint64_t tw_cpu_ns(void); /* processor time of this thread; a system call */

#endif

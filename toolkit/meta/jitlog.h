/*
 * jitlog.h: what is said about compilations: log channels, hooks, jit-summary. Owner: jitlog.c.
 */
#ifndef TW_JITLOG_H
#define TW_JITLOG_H

#include "toolkit/base/log.h"
#include "toolkit/ir/backend.h"
#include "toolkit/meta/recorder.h"

/* from: the guard of a bridge, or NULL. */
void tw_jitlog_start(const struct tw_jitdriver *d, const union tw_value *greens,
                     const struct tw_guard *from);
void tw_jitlog_trace(enum tw_log_channel c, const struct tw_trace *t,
                     const struct tw_loop *l, const struct tw_guard *from);
void tw_jitlog_compiled(enum tw_record_kind kind, const struct tw_trace *before,
                        const struct tw_trace *after, const struct tw_loop *l,
                        const struct tw_guard *from,
                        const struct tw_code *code);
void tw_jitlog_abort(const struct tw_jitdriver *d, const union tw_value *greens,
                     const struct tw_guard *from, int reason);
/* At the end of the program. */
void tw_jitlog_summary(void);

#endif

/*
 * compile.h: from a hot place to machine code. Owner: compile.c. Callers: meta/warm.c,
 * meta/guardfail.c.
 */
#ifndef TW_COMPILE_H
#define TW_COMPILE_H

#include "toolkit/ir/backend.h"
#include "toolkit/ir/jitcode.h"

/* Records from the merge point of d with greens and reds `args` (executing for real), and
 * compiles what was recorded. args or res, by the result, say where execution stands now. */
enum tw_enter_result tw_compile_loop(const struct tw_jitdriver *d,
                                     union tw_value *args, union tw_value *res);
/* The same from a guard that failed, for meta/guardfail.c. */
enum tw_enter_result tw_compile_bridge(struct tw_guard *g,
                                       const struct tw_jitframe *frame,
                                       union tw_value *args,
                                       union tw_value *res);

#endif

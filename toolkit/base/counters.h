/*
 * counters.h: the numbers of jit-summary, from counters.def, and abort reasons, from aborts.def.
 */
#ifndef TW_COUNTERS_H
#define TW_COUNTERS_H

#include <stdint.h>
#include <stdio.h>

enum tw_counter {
#define COUNTER(id, label) TW_C_##id,
#define TIMER(id, label) TW_C_time_##id,
#include "toolkit/base/counters.def"
#undef COUNTER
#undef TIMER
    TW_NCOUNTERS
};

enum tw_abort {
#define ABORT(id, text) TW_ABORT_##id,
#include "toolkit/base/aborts.def"
#undef ABORT
    TW_NABORTS
};
const char *tw_abort_text(int reason);

extern uint64_t tw_counters[TW_NCOUNTERS], tw_abort_counts[TW_NABORTS];

/* Any thread. */
static inline void tw_count(enum tw_counter c, uint64_t n)
{
    __atomic_fetch_add(&tw_counters[c], n, __ATOMIC_RELAXED);
}
/* Counts the abort and its reason. */
void tw_count_abort(int reason);
/* The jit-summary text. */
void tw_counters_print(FILE *out);

#endif

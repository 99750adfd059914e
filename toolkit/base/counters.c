/*
 * counters.c: totals, and how jit-summary prints them.
 */
#include "toolkit/base/counters.h"

uint64_t tw_counters[TW_NCOUNTERS], tw_abort_counts[TW_NABORTS];

static const char *const abort_texts[TW_NABORTS] = {
#define ABORT(id, text) text,
#include "toolkit/base/aborts.def"
#undef ABORT
};

static const struct {
    const char *label;
    int is_timer;
} table[TW_NCOUNTERS] = {
#define COUNTER(id, label) {label, 0},
#define TIMER(id, label) {label, 1},
#include "toolkit/base/counters.def"
#undef COUNTER
#undef TIMER
};

const char *tw_abort_text(int reason)
{
    return reason >= 0 && reason < TW_NABORTS ? abort_texts[reason] : "unknown";
}

void tw_count_abort(int reason)
{
    tw_count(TW_C_aborts, 1);
    if (reason >= 0 && reason < TW_NABORTS)
        __atomic_fetch_add(&tw_abort_counts[reason], 1, __ATOMIC_RELAXED);
}

void tw_counters_print(FILE *out)
{
    for (int c = 0; c < TW_NCOUNTERS; c++) {
        if (table[c].is_timer)
            fprintf(out, "%-40s %14.6f s\n", table[c].label,
                    (double)tw_counters[c] * 1e-9);
        else
            fprintf(out, "%-40s %14llu\n", table[c].label,
                    (unsigned long long)tw_counters[c]);
        if (c == TW_C_aborts)
            for (int a = 0; a < TW_NABORTS; a++)
                if (tw_abort_counts[a])
                    fprintf(out, "  %-38s %14llu\n", abort_texts[a],
                            (unsigned long long)tw_abort_counts[a]);
        if (c == TW_C_guard_bytes && tw_counters[TW_C_guards])
            fprintf(out, "%-40s %14.1f\n", "bytes per guard",
                    (double)tw_counters[c] / (double)tw_counters[TW_C_guards]);
    }
}

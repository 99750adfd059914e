/*
 * tier2.h: the background compiler. What stays hot is compiled again, slowly and well, on a thread
 * of its own; the result is put in place by the thread that runs the program. Owner: tier2.c.
 */
#ifndef TW_TIER2_H
#define TW_TIER2_H

#include "toolkit/ir/backend.h"

/* Should compile.c keep optimized traces? */
int tw_tier2_wants_traces(void);
/* hooks->hot */
void tw_tier2_hot(struct tw_loop *l);
/* l->hotness at its start and whenever it is counted anew: what the loop has to
 * run before tier 2 is likely to pay, in turns. */
void tw_tier2_count_from_here(struct tw_loop *l);
/* Turns that it ran in tier 1 since it was made, or since tier 2 compiled it. */
uint64_t tw_tier2_turns(const struct tw_loop *l);
/* An entry into the loop counts like a turn of it: functions have no turns. */
static inline void tw_tier2_entered(struct tw_loop *l)
{
    if (l->hotness > 0 && --l->hotness == 0)
        tw_tier2_hot(l);
}
/* The loop has a new bridge: once that is hot, tier 2 may take them together. */
void tw_tier2_new_bridge(struct tw_loop *l);
/* The loop is about to be freed. */
void tw_tier2_forget(struct tw_loop *l);
/* Waits for the running job and starts no other: the backend's library is about
 * to be torn down by exit(). */
void tw_tier2_stop(void);

extern int tw_tier2_ready; /* finished jobs wait; any thread may look */
void tw_tier2_install(void);
static inline void tw_tier2_poll(void)
{
    if (__builtin_expect(__atomic_load_n(&tw_tier2_ready, __ATOMIC_RELAXED), 0))
        tw_tier2_install();
}

#endif

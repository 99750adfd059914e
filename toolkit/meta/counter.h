/*
 * counter.h: when is a loop or function hot? Native code counts in tw_rt_counters
 * (ir/jitcode.h) and calls tw_rt_enter when its slot has run out; this file says
 * what that means. Owner: counter.c. Caller: meta/warm.c.
 */
#ifndef TW_COUNTER_H
#define TW_COUNTER_H

#include "toolkit/ir/jitcode.h"

/* Steps from the parameters; the JIT is off when both thresholds are < 0. */
void tw_counter_set_steps(void);
int tw_counter_off(void);
/* The slot of hash ran out (or is pinned): nonzero when what counts there is hot. */
int tw_counter_ran_out(uint32_t hash);
/* While something with machine code lives in the slot, native code must ask at
 * every pass: the slot stays negative, and the others in it count on the side. */
void tw_counter_pin(uint32_t hash);
void tw_counter_unpin(uint32_t hash);
void tw_counter_keep_pinned(uint32_t hash);
/* Makes the slot hot after few more passes. */
void tw_counter_nearly_hot(uint32_t hash);

#endif

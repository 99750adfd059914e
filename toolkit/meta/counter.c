/*
 * counter.c: 4096 counters shared by hash, as PyPy's, and how they fade.
 *
 * Fading: PyPy takes `decay` per mille off every counter each 32nd minor collection, that is for
 * each 128 MB allocated. Counters matter only at the moment when one runs out, so that is when
 * the fading due since the last time is done, to all of them.
 */
#include "toolkit/meta/counter.h"

#include "toolkit/base/options.h"

enum { N = 1 << TW_RT_COUNTER_BITS, FULL = TW_RT_COUNTER_FULL, PINNED = -1 };
static const uint64_t BYTES_PER_TICK = 128u << 20;

int32_t tw_rt_counters[N] = {[0 ... N - 1] = FULL};
int32_t tw_rt_loop_step, tw_rt_function_step;

static int32_t aside[N] = {[0 ... N - 1] = FULL}; /* of pinned slots */
static uint16_t pins[N];
static uint64_t ticks_done;

static int32_t step_of(int64_t threshold)
{
    if (threshold < 0)
        return 0;
    return threshold <= 1
               ? FULL
               : FULL / (int32_t)(threshold < FULL ? threshold : FULL) + 1;
}

void tw_counter_set_steps(void)
{
    tw_rt_loop_step = step_of(tw_options.threshold);
    tw_rt_function_step = step_of(tw_options.function_threshold);
    if (tw_counter_off())
        for (int k = 0; k < N; k++)
            tw_rt_counters[k] = FULL;
    else
        for (int k = 0; k < N; k++)
            if (pins[k])
                tw_rt_counters[k] = PINNED;
}

int tw_counter_off(void)
{
    return tw_options.threshold < 0 && tw_options.function_threshold < 0;
}

/* What is used up of a counter fades. */
static void fade(int32_t *c, double keep)
{
    if (*c >= 0)
        *c = FULL - (int32_t)((double)(FULL - *c) * keep);
}

/* Does the fading that is due; returns the part of a counter that is kept. */
static double fade_all(void)
{
    uint64_t now = tw_gc_allocated() / BYTES_PER_TICK, due = now - ticks_done;
    double keep = 1;

    ticks_done = now;
    if (!due || tw_options.decay <= 0)
        return 1;
    for (; due && keep > 1e-6; due--)
        keep *= 1 - (double)tw_options.decay / 1000;
    for (int k = 0; k < N; k++) {
        fade(&tw_rt_counters[k], keep);
        fade(&aside[k], keep);
    }
    return keep;
}

int tw_counter_ran_out(uint32_t hash)
{
    uint32_t slot = hash & TW_RT_COUNTER_MASK;
    int32_t *c = &tw_rt_counters[slot];

    if (pins[slot]) {
        tw_rt_counters[slot] = PINNED;
        c = &aside[slot];
        *c -= tw_rt_loop_step;
    }
    if (*c >= 0)
        return 0;
    *c = FULL;
    double keep = fade_all();
    if (keep < 1) {
        *c = FULL - (int32_t)(FULL * keep);
        return 0;
    }
    return 1;
}

void tw_counter_pin(uint32_t hash)
{
    uint32_t slot = hash & TW_RT_COUNTER_MASK;

    pins[slot]++;
    tw_counter_keep_pinned(hash);
}

void tw_counter_unpin(uint32_t hash)
{
    uint32_t slot = hash & TW_RT_COUNTER_MASK;

    if (--pins[slot] == 0)
        tw_rt_counters[slot] = FULL;
}

void tw_counter_keep_pinned(uint32_t hash)
{
    tw_rt_counters[hash & TW_RT_COUNTER_MASK] =
        tw_counter_off() ? FULL : PINNED;
}

void tw_counter_nearly_hot(uint32_t hash)
{
    uint32_t slot = hash & TW_RT_COUNTER_MASK;

    *(pins[slot] ? &aside[slot] : &tw_rt_counters[slot]) = FULL / 50;
}

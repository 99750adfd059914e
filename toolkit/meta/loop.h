/*
 * loop.h: loop tokens: what is compiled for one green key, with everything that keeps it alive or
 * throws it away. Owner of struct tw_loop and struct tw_loopmeta: loop.c, compile.c.
 */
#ifndef TW_LOOP_H
#define TW_LOOP_H

#include "toolkit/base/arena.h"
#include "toolkit/ir/backend.h"
#include "toolkit/ir/jitcode.h"

struct tw_cell;

/* A bridge's optimized trace, kept for tier 2. */
struct tw_kept_bridge {
    struct tw_guard *guard;
    struct tw_trace *trace;
    struct tw_code *code;
};

struct tw_loopmeta {
    struct tw_cell *cell;
    struct tw_loop *older, *newer; /* all loops, newest first */
    struct tw_arena arena;         /* what lives as long as the loop */
    uint32_t age; /* number of loops compiled when last entered */
    uint8_t invalidated;
    uint8_t reached; /* mark of ageing */
    uint8_t tier2;           /* enum tw_tier2_state */
    uint8_t ntier2;          /* how often tier 2 compiled it and its region */
    uint8_t new_bridge;      /* since tier 2 took it */
    struct tw_loop *root;    /* tier 2 compiled it together with this one */
    uint32_t region_nops;    /* a root: size of its region */
    int32_t counted_from;    /* hotness when it was last set */
    uint64_t turns;          /* tier 1 ran, since tier 2 compiled it */
    struct tw_guard *finish; /* the guard shared by its finish operations */
    struct tw_loop **jumps_to; /* loops that its code enters */
    uint32_t njumps_to, jumps_to_cap;
    struct tw_const **roots; /* constants of its machine code, GC-scanned */
    uint32_t nroots, roots_cap;
    struct tw_trace *trace; /* optimized, kept for tier 2, else NULL */
    struct tw_kept_bridge *bridges;
    uint32_t nbridges, bridges_cap;
};
enum tw_tier2_state {
    TW_TIER2_NO,
    TW_TIER2_WANTED, /* waits for its turn */
    TW_TIER2_WAITING, /* is being compiled, perhaps in another loop's region */
    TW_TIER2_DONE,
    TW_TIER2_GIVEN_UP
};

static inline struct tw_loopmeta *tw_meta(const struct tw_loop *l)
{
    return l->meta;
}
static inline int tw_loop_runnable(const struct tw_loop *l)
{
    return l && l->code && !tw_meta(l)->invalidated;
}

struct tw_loop *tw_loop_new(const struct tw_jitdriver *d,
                            const union tw_value *greens, struct tw_cell *cell);
/* The living loop of this id, or NULL. */
struct tw_loop *tw_loop_by_id(uint32_t id);
/* One line: "Loop 3 (bf: pc 12)". */
void tw_loop_describe(const struct tw_loop *l, char *buf, size_t size);
void tw_loop_add_code(struct tw_loop *l, struct tw_code *code);
void tw_loop_jumps_to(struct tw_loop *l, struct tw_loop *target);
/* The constants of a trace that became machine code stay roots as long as the loop; the trace is
 * freed, or kept for tier 2 (from: a bridge's guard). */
void tw_loop_keep_trace(struct tw_loop *l, struct tw_guard *from,
                        struct tw_code *code, struct tw_trace *t,
                        int for_tier2);
/* Its code fails at the next guard_not_invalidated and is not entered again. */
void tw_loop_invalidate(struct tw_loop *l);
/* A loop was compiled: frees those that nobody entered for loop_longevity loops. */
void tw_loop_grow_older(void);

/* Machine code that is running, in any thread: not to be freed. */
struct tw_activation {
    struct tw_loop *loop;
    struct tw_activation *before, *after;
};
void tw_activation_enter(struct tw_activation *a, struct tw_loop *l);
void tw_activation_leave(struct tw_activation *a);

#endif

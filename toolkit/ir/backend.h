/*
 * backend.h: what a backend is. Nothing above backends/ knows a CPU, a word
 * size or LLVM; meta/ calls these through the table.
 *
 * Execution model. Machine code is a set of functions of one signature that
 * work on a jitframe, an array of 64-bit slots on the C stack of whoever
 * entered. Entering at entry 0 expects the inputs in slots 0..n-1; a label's
 * entry expects its arguments there too. The code leaves by recording the
 * guard in frame->exit and returning. At an exit the failarg k of the guard is
 * in slot guard->locations[k]; the value of finish() is in slot 0 with
 * locations[0] == 0. Cross-unit jumps store the target label's arguments in
 * slots and tail-call; the C stack never grows.
 *
 * Bridges: attach() makes a guard's exit continue in the bridge's code. The
 * failargs are then the bridge's inputs (in failarg order, holes left out).
 */
#ifndef TW_BACKEND_H
#define TW_BACKEND_H

#include "toolkit/ir/guard.h"
#include "toolkit/ir/trace.h"

struct tw_jitframe {
    struct tw_guard *exit;  /* set when machine code leaves */
    struct tw_guard
        *force; /* during a call that may force: the guard_not_forced
                               that follows it (its failargs are in their
                               locations already, but for the call's result) */
    void *forced;           /* non-NULL once forced: the forcer's saved state;
                               guard_not_forced fails on it */
    const struct tw_loop *loop; /* the loop that was entered: at entry 0 the
                                   code of several loops looks which */
    uint32_t nslots;
    uint32_t scratch;       /* of machine code */
    union tw_value *slots; /* a pointer, so that the slots can grow and the
                              frame (which force tokens point to) stays */
};

/* A fresh frame over `n` slots of the caller's (usually on its C stack). */
static inline void tw_jitframe_init(struct tw_jitframe *f,
                                    const struct tw_loop *loop,
                                    union tw_value *slots, uint32_t n)
{
    f->exit = f->force = NULL;
    f->forced = NULL;
    f->loop = loop;
    f->nslots = n;
    f->scratch = 0;
    f->slots = slots;
}
/* Makes sure of n slots, moving them to collected memory if need be. Code calls
 * this itself when it is entered with fewer slots than it needs; whoever
 * enters only has to provide for the inputs. Owner: backends/frame.c. */
void tw_jitframe_reserve(struct tw_jitframe *f, uint32_t n);

/* One piece of compiled code: a loop (entry 0 plus labels) or a bridge. */
struct tw_code {
    struct tw_loop *loop; /* the loop it belongs to (a bridge: its guard's) */
    struct tw_guard *from; /* a bridge's guard, or NULL */
    uint32_t nslots; /* jitframe slots it needs */
    uint32_t nbytes; /* machine code size */
    int tier; /* 0 reference, 1, 2 */
    int invalidated; /* guard_not_invalidated fails while set; machine
                                code reads it */
    void *backend;
    struct tw_code *next; /* of the same loop */
};

/* A loop token. Owner: meta/compile.c. */
struct tw_loop {
    uint8_t dkind; /* TW_DK_LOOP */
    uint32_t id;
    const struct tw_jitdriver *driver;
    union tw_value *greens; /* GC-scanned copy */
    uint32_t ninputs;
    char *input_types;
    struct tw_target *targets; /* its labels; the first is the entry */
    struct tw_code *code; /* entry code; a list with the bridges' */
    void *meta; /* meta/'s own: age, key, invalidation list */
    int32_t hotness; /* set by meta/: tier-1 code counts it down by one
                                  at each jump to the loop's labels and calls
                                  hooks->hot when it has become 0 */
    void *opt; /* optimizer's own */
    const void **descrs; /* shared by its guards' resume data */
    uint32_t ndescrs, descrs_cap;
    struct tw_const *consts;
    uint32_t nconsts, consts_cap;
};

/* What machine code calls back into; given by meta/ at init. */
struct tw_backend_hooks {
    /* call_assembler: run `loop` with args in its inputs' order; the result by
     * the kind of the portal. */
    union tw_value (*call_assembler)(struct tw_loop *loop,
                                     const union tw_value *args);
    void *(*new_object)(const struct tw_sizedescr *d);
    void *(*new_var)(const struct tw_sizedescr *d, int64_t n);
    /* Where new_object takes such objects from, for code that does it in line:
     * tw_gc_free_list's answer (tw/gc.h). May be NULL. */
    void **(*free_list)(const struct tw_sizedescr *d);
    /* loop->hotness ran out: worth tier 2. Called again every few thousand
     * iterations until redirect() has given the loop other code. May be NULL. */
    void (*hot)(struct tw_loop *loop);
};

/* What tier 2 compiles as one function: loops that jump to one another, and
 * bridges of their guards (and of the bridges' guards). */
struct tw_branch {
    struct tw_guard *guard;
    const struct tw_trace *trace;
};
struct tw_member {
    struct tw_loop *loop;
    const struct tw_trace *trace;
};
struct tw_region {
    const struct tw_member *members;
    unsigned nmembers;
    const struct tw_branch *branches;
    unsigned nbranches;
};

struct tw_backend {
    const char *name;
    int (*init)(const struct tw_backend_hooks *hooks, char *err,
                size_t errsize);
    /* Compiles an optimized trace. Every guard and every finish in it has its
     * op->guard (a finish's has TW_GUARD_FINISH and may be shared by all).
     * Fills the guards' locations/backend where they have none yet (tier 2
     * keeps those of tier 1), and code/entry of its labels' targets that have no
     * code yet. from: the guard for a bridge, else NULL. tier: 1 or 2. NULL
     * with a message in err when it cannot. Tier 2 may run on another thread (unknown to
     * the collector: it allocates nothing there), as long as the trace, loop
     * and guards stay: it writes nothing that running code can see until
     * redirect(). */
    struct tw_code *(*compile)(const struct tw_trace *t, struct tw_loop *loop,
                               struct tw_guard *from, int tier, char *err,
                               size_t errsize);
    /* Tier 2 of a region as one function. codes[k] is then the code of
     * members[k]: what to enter at entry 0 to run that loop from its start, with
     * its own `invalidated`. codes[0] has the machine code and nbytes; they are
     * all freed before anything that their loops own. 0, or -1 with a message. NULL: the backend
     * has no such thing. */
    int (*compile_region)(const struct tw_region *r, struct tw_code **codes,
                          char *err, size_t errsize);
    /* From now on the guard's exit goes on in code; sets guard->bridge. */
    void (*attach)(struct tw_guard *guard, struct tw_code *code);
    /* Entries and jumps to the old code's labels go to the new code's: sets
     * code/entry of the targets that both have. The old code stays, frames may
     * be running it. Used when tier 2 (or a retrace) replaces a loop. */
    void (*redirect)(struct tw_code *old, struct tw_code *fresh);
    /* Runs code from an entry until it exits; returns frame->exit. */
    struct tw_guard *(*execute)(struct tw_code *code, int entry,
                                struct tw_jitframe *frame);
    /* No frame runs the code any more. Clears its targets and guards (which
     * must still be there). */
    void (*free_code)(struct tw_code *code);
};

extern const struct tw_backend tw_backend_reference;
/* Testing: every Nth executed guard of newly compiled code fails although it
 * holds (but for guard_not_forced, whose failing says that somebody forced).
 * 0: off. Set before compiling; both backends heed it. */
extern unsigned tw_backend_fail_every;
/* Machine code: tier 1 from stencils, tier 2 by LLVM, whose library is opened
 * for the first work of tier 2. */
extern const struct tw_backend tw_backend_native;

#endif

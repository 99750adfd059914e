/*
 * blackhole.h: runs jitcode without recording, from any resumable pc to the
 * next merge point of the portal's frame, or to its return. The oracle for
 * what jitcode means; also used whenever tracing stops half-way.
 */
#ifndef TW_BLACKHOLE_H
#define TW_BLACKHOLE_H

#include "toolkit/ir/jitcode.h"

struct tw_bhframe {
    const struct tw_jitcode *jitcode;
    uint32_t pc;
    union tw_value *bank[TW_NBANKS]; /* registers, then constants */
    struct tw_bhframe *caller;       /* NULL: the portal's frame */
    /* where the callee's result goes when this frame continues */
    int result_bank, result_reg; /* -1: none */
    struct tw_bhframe *pool;     /* next unused frame of the same jitcode */
};

/* A chain of frames; frames live in GC-scanned memory. */
struct tw_bh {
    const struct tw_program *program;
    const struct tw_jitdriver *driver; /* of the portal's frame; NULL: plain
                                          function call, never at merge point */
    struct tw_bhframe *top;
    /* Run inlined callees as frames of this chain. Off, they run native, which
     * is what an interpreter that just lost its machine code wants. */
    int callees_in_jitcode;
};

/* Pushes an innermost frame with registers zeroed and constants filled in.
 * pc: a `live` to resume at. The frame that was on top is its caller: its own
 * pc is the `live` after its call operation, and where that call puts its
 * result is found from the call operation just before that `live`
 * (tw_jop_result_before). */
struct tw_bhframe *tw_bh_push(struct tw_bh *bh, const struct tw_jitcode *code,
                              uint32_t pc);

/* Runs until the portal's frame reaches its merge point (CONTINUE: args = its
 * greens and reds) or returns (DONE: *res). Inner portal frames that reach a
 * merge point go on in native code through the driver's portal_stub. */
enum tw_enter_result tw_bh_run(struct tw_bh *bh, union tw_value *args,
                               union tw_value *res);

/* Calls one jitcode function with args in the order of its calldescr, as the
 * differential tests do. */
void tw_bh_call(const struct tw_program *p, const struct tw_jitcode *code,
                const union tw_value *args, union tw_value *res);

/* A new object as the operations new and new_var make it. */
void *tw_new_object(const struct tw_sizedescr *d);
void *tw_new_object_var(const struct tw_sizedescr *d, int64_t n);

#endif

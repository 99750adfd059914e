/*
 * recorder.h: executes jitcode for real and records a trace of it. Owner of
 * struct recorder: meta/recorder.c (+ record_*.c). Callers: meta/compile.c.
 */
#ifndef TW_RECORDER_H
#define TW_RECORDER_H

#include "toolkit/exit/resume.h"

#define TW_MAX_MERGE_ARGS 24

enum tw_record_kind {
    TW_RECORD_LOOP,    /* trace ends in jump to its own start (descr NULL) */
    TW_RECORD_TO_LOOP, /* ends in jump to the existing loop `target` */
    TW_RECORD_FINISH,  /* ends in finish: the portal returned */
    TW_RECORD_SEGMENT, /* ends in guard_always_fails: too long, cut here */
    TW_RECORD_ABORT    /* no trace */
};

struct tw_record_result {
    enum tw_record_kind kind;
    struct tw_trace *trace; /* the caller frees it */
    struct tw_loop *target;
    /* TO_LOOP: run-time values of the final jump's operands; collected memory */
    union tw_value *end_values;
    const struct tw_jitdriver *driver;
    /* LOOP: greens of the loop that was closed (not always the ones that
     * recording began with: an inner loop may close first; the trace then
     * begins there) */
    union tw_value greens[TW_MAX_MERGE_ARGS];
    int started_elsewhere;
    int abort_reason; /* enum tw_abort, base/aborts.def */
    /* execution goes on from here, whatever became of the trace */
    enum tw_enter_result state;
    union tw_value args[TW_MAX_MERGE_ARGS]; /* CONTINUE */
    union tw_value res; /* DONE */
};

/* Starts at the merge point of d with greens and reds `args`. */
void tw_record_loop(const struct tw_program *p, const struct tw_jitdriver *d,
                    const union tw_value *args, struct tw_record_result *out);
/* Starts where guard g failed with `frame`. */
void tw_record_bridge(const struct tw_program *p, struct tw_guard *g,
                      const struct tw_jitframe *frame,
                      struct tw_record_result *out);
/* Is a trace being recorded (by this thread)? */
int tw_recording(void);

/* What the recorder asks of meta/warm.c: */
/* The loop compiled for these greens that a trace can jump to, or NULL. */
struct tw_loop *tw_warm_loop_for(const struct tw_jitdriver *d,
                                 const union tw_value *greens);
/* May a recursive portal call with these greens be inlined? */
int tw_warm_can_inline(const struct tw_jitdriver *d,
                       const union tw_value *greens);
/* A call with these greens made traces too long: do not inline it again, and
 * trace it on its own soon. */
void tw_warm_dont_trace_here(const struct tw_jitdriver *d,
                             const union tw_value *greens);
/* The loop to call_assembler for these greens; made (as a stub that enters the
 * interpreter) if none exists and it is worth it, else NULL. */
struct tw_loop *tw_warm_assembler_loop(const struct tw_jitdriver *d,
                                       const union tw_value *greens);

#endif

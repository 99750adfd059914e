/*
 * resume.h: from a failed guard (or a forced frame) back to the interpreter's
 * state. The byte string of ir/guard.h is decoded once, here; what is done with
 * the values is the sink's matter: the blackhole wants them real, the recorder
 * wants them as boxes of the bridge it starts.
 */
#ifndef TW_RESUME_H
#define TW_RESUME_H

#include "toolkit/exit/blackhole.h"
#include "toolkit/ir/backend.h"

/* A value and, for the recorder, its name in the trace (else TW_NOVALUE). */
struct tw_box {
    union tw_value val;
    tw_vref ref;
};

struct tw_resume_sink {
    void *self;
    struct tw_box (*failarg)(void *self, unsigned number, char type,
                             union tw_value v);
    struct tw_box (*constant)(void *self, char type, union tw_value v);
    /* virtuals: first all are allocated, then their fields set */
    struct tw_box (*allocate)(void *self, const struct tw_sizedescr *d,
                              int64_t nitems);
    struct tw_box (*virtual_ref)(void *self, struct tw_box real);
    /* a pointer into an object */
    struct tw_box (*interior)(void *self, struct tw_box base, int64_t offset);
    void (*setfield)(void *self, struct tw_box base,
                     const struct tw_fielddescr *d, struct tw_box v);
    void (*setitem)(void *self, struct tw_box base,
                    const struct tw_arraydescr *d, struct tw_box index,
                    struct tw_box v);
    void (*vable)(void *self, unsigned n, const struct tw_box *v);
    void (*vrefs)(void *self, unsigned n, const struct tw_box *v);
    /* outermost first; v: one for each live register at pc */
    void (*frame)(void *self, const struct tw_jitcode *code, uint32_t pc,
                  const struct tw_box *v);
};

/* Callbacks that are NULL are not called: without `frame`, decoding stops
 * before the frames. */
void tw_resume_decode(const struct tw_program *p, const struct tw_guard *g,
                      const struct tw_jitframe *frame,
                      const struct tw_resume_sink *sink);

/* Rebuilds the interpreter's state where guard g left machine code as a chain of
 * blackhole frames: virtuals made, pending stores done, the virtualizable and
 * the virtual references up to date. If the frame was forced before, the
 * forcer's objects are used and memory is left as it is. */
void tw_resume_blackhole(const struct tw_program *p, const struct tw_guard *g,
                         const struct tw_jitframe *frame, struct tw_bh *bh);
/* The part of that which others can see, while the frame's call still runs.
 * Returns what frame->forced is to hold: the objects made, for the guard's later
 * failure. */
void *tw_resume_force(const struct tw_program *p, const struct tw_guard *g,
                      const struct tw_jitframe *frame);

#endif

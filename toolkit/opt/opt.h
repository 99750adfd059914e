/*
 * opt.h: the optimizer's interface. A recorded trace goes in, an optimized
 * trace with guards that carry resume data comes out. Owner: opt/opt.c.
 */
#ifndef TW_OPT_H
#define TW_OPT_H

#include "toolkit/ir/backend.h"
#include "toolkit/ir/guard.h"
#include "toolkit/ir/trace.h"

enum tw_opt_status {
    TW_OPT_OK,
    TW_OPT_INVALID, /* InvalidLoop: contradicting facts, a dead path */
    TW_OPT_RETRACE  /* bridge/loop end: no target's virtual state matched, and
                       a new peeled loop should be made (retrace_limit) */
};

struct tw_opt_options {
    unsigned passes;    /* bit set, enum in passes.def; ~0 for all */
    int unroll;         /* 0: simple loop, no peeling */
    int retrace_limit;
    int max_retrace_guards;
    const struct tw_program *program; /* may be NULL in tests */
    /* Run-time values of the arguments of rec's final jump. Guards that make a
     * state fit an existing target are only made where these say that they
     * would hold; NULL: none are made. The jump's snapshot must be there too. */
    const union tw_value *end_values;
};
#define TW_OPT_DEFAULT_PASSES (~0u)

/* A loop: rec ends in jump (back to its own start, the same green key) whose
 * descr is NULL. On OK, out holds
 *   [inputs] label(start target) preamble… label(peeled target) … jump(peeled)
 * (or a simple loop), new targets are appended to loop->targets with their
 * virtual states and short preambles. A rec that ends in finish gives a
 * straight trace. */
enum tw_opt_status tw_optimize_loop(const struct tw_trace *rec,
                                    struct tw_loop *loop,
                                    const struct tw_opt_options *o,
                                    struct tw_trace *out);

/* A bridge from a guard (or from the interpreter: from NULL): rec's inputs are the guard's
 * failargs that are not
 * holes, in order, as the recorder's resume rebuilt state from them. It ends
 * in finish, or in jump with descr = a struct tw_loop: the loop whose merge
 * point it reached; the optimizer picks the target whose virtual state fits
 * (inlining its short preamble), else the loop's start target (targets all
 * forced). Knowledge saved at the guard (classes, bounds, fields) is used. */
enum tw_opt_status tw_optimize_bridge(const struct tw_trace *rec,
                                      struct tw_guard *from,
                                      struct tw_loop *target,
                                      const struct tw_opt_options *o,
                                      struct tw_trace *out);

/* Gives back what the optimizer keeps for a loop and for its guards (virtual
 * states, short preambles, resume data, the guards themselves). */
void tw_opt_loop_free(struct tw_loop *loop);

/* One pass by name over a textual trace, for tw-opt and tests. -1: no such. */
int tw_opt_pass_index(const char *name);

#endif

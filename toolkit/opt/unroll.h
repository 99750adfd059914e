/*
 * unroll.h: loops: virtual states, short preambles, the peeled iteration, and how jumps find a
 * target. Shared by vstate.c, unroll.c, short.c and opt.c.
 */
#ifndef TW_UNROLL_H
#define TW_UNROLL_H

#include "toolkit/opt/optimizer.h"

/* ------------------------------------------------------------------ virtual states (vstate.c)
 *
 * What is known of the values that arrive at a label: a graph with a node for each value, shared
 * where values are. Values that are neither constant nor virtual are the label's arguments, in
 * the order of first visit. */

enum vkind { V_ANY, V_INT, V_PTR, V_CONST, V_STRUCT };

struct vslot {
    int32_t offset;
    uint8_t size;
    char type;
    const struct tw_fielddescr *descr;
    uint32_t node;
};

struct vnode {
    uint8_t kind, nonnull;
    char type;
    int32_t arg; /* number among the label's arguments, -1 */
    struct bounds b; /* V_INT */
    const struct tw_fielddescr *class_field; /* V_PTR: NULL unknown */
    struct tw_const value; /* V_CONST; V_PTR: the class */
    const struct tw_sizedescr *size; /* V_STRUCT */
    int64_t nitems;
    uint32_t nslots;
    struct vslot *slots; /* by ascending offset */
};

struct vstate {
    uint32_t nargs; /* of the merge point */
    uint32_t *args; /* nodes */
    struct vnode *nodes;
    uint32_t nnodes, nodes_cap;
    uint32_t nlabel; /* arguments of the label */
};

struct vstate *vstate_of(struct optimizer *o, struct tw_arena *a,
                         const tw_vref *args, uint32_t n);
/* The most special state that holds whenever a or b does. */
struct vstate *vstate_join(struct tw_arena *a, const struct vstate *x,
                           const struct vstate *y);
/* A copy; pointer constants are listed in roots (to be kept alive by the caller). */
struct vstate *vstate_copy(struct tw_arena *a, const struct vstate *s);
void vstate_roots(const struct vstate *s, void (*root)(void *self, void *p),
                  void *self);
/* One value as a node without contents, for the results of short preambles. */
struct vnode vstate_plain_node(struct optimizer *o, tw_vref v);

enum { MATCH_FORCE = 1 }; /* virtuals may be made where the state has none */
struct vmatch {
    tw_vref *boxes; /* nlabel: what arrives, not forced yet */
    uint32_t *guarded; /* nodes that need a guard */
    uint32_t nguarded;
    tw_vref *node_box; /* by node */
    union tw_value *values; /* of boxes, at run time, where known says so */
    uint8_t *known;
    uint32_t failed; /* no match: the node that did not fit */
};
/* For logs: what a node asks for. */
const char *vstate_kind_name(const struct vstate *s, uint32_t node);
/* Does a value have what the node asks for? */
int vstate_holds(const struct vnode *n, union tw_value v);
/* Do these values fit? values: their run-time values, or NULL (then nothing is guarded). Emits
 * nothing. The arrays are in o->arena. */
int vstate_match(struct optimizer *o, const struct vstate *s,
                 const tw_vref *args, const union tw_value *values, int flags,
                 struct vmatch *m);
/* Emits the guards for m->guarded. */
void vstate_guard(struct optimizer *o, const struct vstate *s,
                  const struct vmatch *m);
/* 1: v is all that the node says. */
int vstate_implied(struct optimizer *o, const struct vnode *n, tw_vref v);
void vstate_guard_node(struct optimizer *o, const struct vnode *n, tw_vref v);
/* New boxes for the state behind a label: args[k] for merge argument k, label[j] for argument j. */
void vstate_import(struct optimizer *o, const struct vstate *s, tw_vref *args,
                   tw_vref *label);
void vstate_set_info(struct optimizer *o, const struct vnode *n, tw_vref v);

/* ------------------------------------------------------------------ short preambles (short.c)
 *
 * Operations that the peeled loop expects to have been done: loads and pure operations on the
 * label's arguments whose results it takes as further arguments. Whoever jumps to the label does
 * them first. */

enum short_arg_kind { SHORT_LABEL, SHORT_RESULT, SHORT_CONST };
struct short_arg {
    uint8_t kind;
    uint32_t number; /* label argument or short operation */
    struct tw_const value;
};
struct short_op {
    uint16_t opnum, nargs;
    const void *descr;
    struct short_arg *args;
    struct vnode info; /* what is assumed of the result */
    uint8_t genuine; /* when it is what info says, a pointer of its C type */
    uint8_t risky; /* it may not even be a pointer before that is tested */
    tw_vref pre; /* while compiling: the value at the end of the preamble … */
    tw_vref box; /* … and in the peeled loop */
    int32_t used; /* its place in the short preamble, or -1 */
    uint8_t
        is_arg; /* the result is an argument of the label; else a constant, or the
                   loop does the operation itself */
};

/* What the optimizer keeps at a target: NULL for a loop's start. */
struct target_state {
    struct vstate *state;
    struct short_op
        *ops; /* the short preamble; SHORT_RESULT numbers count these */
    uint32_t nops;
};

struct unroll {
    const struct vstate *state;
    tw_vref label; /* box of the label operation */
    tw_vref *pre, *post; /* label arguments before and behind, nlabel + used */
    uint32_t nlabel, nargs, args_cap;
    struct short_op *candidates;
    uint32_t ncandidates, candidates_cap;
    uint32_t *used; /* candidates in the order of use */
    uint32_t nused, used_cap;
    int64_t *producible; /* by box, while gathering */
    int64_t *loaded; /* the same, but only as the result of a load */
};

void short_gather(struct optimizer *o);
void short_import(struct optimizer *o);
/* A target's short preamble with its label's arguments as given: results that are arguments are
 * appended to args (room for nops more), *nargs counts them. 0: an assumption about a result cannot
 * be met. */
int short_inline(struct optimizer *o, const struct short_op *ops, uint32_t nops,
                 const struct vmatch *m, tw_vref *args, uint32_t *nargs);
/* The same for the loop being made, whose short preamble may grow meanwhile. */
int short_close(struct optimizer *o, tw_vref **args, uint32_t *nargs);

/* ------------------------------------------------------------------ unroll.c */

/* How an attempt at a loop ended when it failed. */
struct unroll_result {
    struct tw_arena *arena; /* outlives the attempt */
    struct vstate *general; /* try again from this state */
    int last; /* no more attempts: make do */
    /* How much is assumed of what short preambles produce: 0 all that the preamble knows,
     * constants too; 1 no constants that the iteration stored; 2 no constants; 3 nothing. */
    int caution;
    int bad_short; /* an assumption did not hold at the end of the loop */
    int peeled; /* the preamble was made */
};

struct tw_target *target_new(struct tw_loop *loop, uint32_t nargs,
                             const char *types);
/* rec has run once: peel. state: the label's state, or NULL: the most special one. */
void unroll_loop(struct optimizer *o, struct tw_target *start,
                 const struct vstate *state);
void unroll_free(struct unroll *u);
/* The trace ends in a jump to one of loop's targets. */
void bridge_end(struct optimizer *o, struct tw_loop *loop);

/* opt.c */
void opt_jump_args(struct optimizer *o, tw_vref *args);
void opt_jump_to_start(struct optimizer *o, struct tw_loop *loop);

#endif

/*
 * recorder_int.h: the recorder's inside, shared by recorder.c and record_*.c
 * only. Owner: recorder.c.
 */
#ifndef TW_RECORDER_INT_H
#define TW_RECORDER_INT_H

#include "toolkit/exit/force.h"
#include "toolkit/meta/heapcache.h"
#include "toolkit/meta/recorder.h"

/* One activation of a jitcode function. Registers are boxes: a value and its
 * name in the trace; ref == TW_NOVALUE says that the value is a constant of
 * the trace. */
struct rframe {
    const struct tw_jitcode *code;
    uint32_t pc;      /* next operation */
    uint32_t live_pc; /* the last `live` executed */
    struct tw_box *bank[TW_NBANKS];
    struct rframe *caller;
    int32_t snap; /* as a caller: its snapshot frame, -1 not yet made */
    /* where the result of the running call goes, bank -1: nowhere */
    int res_bank;
    uint32_t res_reg;
    /* portal frames: the greens it was entered with, for policy */
    uint8_t is_portal;
    uint8_t has_greens;
    uint8_t unrolled; /* a loop header was passed in it already */
    const struct tw_jitdriver *driver;
    union tw_value greens[TW_MAX_MERGE_ARGS];
    uint32_t ops_at_entry;
    /* a frame of a look_inside_iff predicate: what is called afterwards */
    const struct tw_jitcode *iff_target;
    uint32_t iff_nargs;
    struct tw_box *iff_args;
};

/* A loop header passed at depth 0: the loop may close there later. */
struct merge_point {
    const struct tw_jitdriver *driver;
    union tw_value greens[TW_MAX_MERGE_ARGS];
    uint32_t first_op, first_snapframe; /* trace position after it */
    uint32_t nlive;
    tw_vref *live; /* reds, vable fields and items: distinct values */
};

enum rstatus { R_GO, R_DONE, R_ABORT };

struct recorder {
    const struct tw_program *program;
    const struct tw_jitdriver *driver; /* of the outermost portal frame */
    struct tw_trace *trace;
    struct rframe *top;
    int portal_depth; /* inlined portal frames above the outermost */
    int seen_loop_header; /* driver index or -1 */
    struct tw_guard *from;  /* bridge: the guard */
    struct heapcache *hc;
    uint8_t *isconst; /* by value number: known constant since a guard */
    uint32_t isconst_cap;
    /* the standard virtualizable: object, then fields and items */
    uint32_t nvable;
    struct tw_box *vable; /* vable[0] the object */
    /* virtual references in force: pairs (handle, real) */
    uint32_t nvrefs;
    struct tw_box vrefs[64];
    struct merge_point *merge_points;
    uint32_t nmerge_points, merge_points_cap;
    int need_not_invalidated; /* guard wanted with the next quasi-immutable */
    int abort_reason; /* nonzero: stop at the next live */
    struct tw_record_result *out;
    /* box memory: chunks scanned by the collector */
    struct box_chunk *chunks;
};

/* --- recorder.c */
struct tw_box rec_const_i(int64_t v);
struct tw_box rec_const_r(const void *p);
struct tw_box rec_const_f(double v);
/* The operand's name in the trace, making a constant if it is one. */
tw_vref rec_ref(struct recorder *r, struct tw_box b, char type);
int rec_is_const(struct recorder *r, struct tw_box b);
void rec_now_const(struct recorder *r, tw_vref v);
tw_vref rec_emit(struct recorder *r, unsigned op, const void *descr,
                 const tw_vref *args, unsigned n);
/* A guard that resumes at pc of the top frame (a `live`). */
void rec_guard(struct recorder *r, unsigned op, const void *descr,
               const tw_vref *args, unsigned n, uint32_t pc);
/* Makes b constant by a guard (unless it is one already). */
void rec_promote(struct recorder *r, struct tw_box *b, char type);
struct tw_box *rec_alloc_boxes(struct recorder *r, uint32_t n);
struct rframe *rec_push(struct recorder *r, const struct tw_jitcode *code,
                        uint32_t pc);
void rec_pop(struct recorder *r);
/* Runs until the trace ends. */
void rec_run(struct recorder *r);
char rec_bank_type(int bank);

/* --- record_call.c */
enum rstatus rec_call_op(struct recorder *r, unsigned op);
enum rstatus rec_return(struct recorder *r, int bank, struct tw_box v);
enum rstatus rec_residual(struct recorder *r, const struct tw_calldescr *d,
                          struct tw_box fn, const struct tw_box *args,
                          struct tw_box *res);
/* The rest of an inlined portal call as one call; pops the frame. */
enum rstatus rec_portal_call(struct recorder *r, const struct tw_jitdriver *d,
                             const struct tw_box *greens,
                             const struct tw_box *reds, struct tw_box *res);

/* --- record_heap.c */
enum rstatus rec_heap_op(struct recorder *r, unsigned op);
enum rstatus rec_vable_op(struct recorder *r, unsigned op);
/* Writes the standard virtualizable back in the trace (finish, force hint). */
void rec_vable_store_back(struct recorder *r);
void rec_vable_read(struct recorder *r, struct tw_box frame, int as_inputs);

/* --- record_hint.c */
enum rstatus rec_hint_op(struct recorder *r, unsigned op);
void rec_before_forcing_call(struct recorder *r);
/* Nonzero when the call forced the virtualizable: the trace is useless. */
int rec_after_forcing_call(struct recorder *r);

/* --- record_merge.c */
enum rstatus rec_merge_point(struct recorder *r);
/* Runs the rest in the blackhole; fills out->state. */
void rec_to_blackhole(struct recorder *r);

/* --- operand decoding: `u` points behind the opcode */
static inline uint32_t rec_u32(const uint16_t *u)
{
    return u[0] | (uint32_t)u[1] << 16;
}

#endif

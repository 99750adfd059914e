/*
 * trace.h: a trace: input arguments and a list of operations in SSA form.
 * Made by the recorder, rewritten by the optimizer, read by the backends.
 *
 * A value is a number (vref). v >= 0: the trace's value v; inputs are
 * 0..ninputs-1, and operation k defines value ninputs+k (void operations
 * leave their number unused), so a value's operation is found by subtraction.
 * v < 0: constant number -1-v of the trace's pool. TW_NOVALUE: none.
 *
 * Labels work as in PyPy: label(a, b, descr=T) lists existing values; jump(x,
 * y, descr=T) rebinds them. After a label only its arguments, constants and
 * values defined after it may be used (trace_verify checks).
 *
 * Text form (trace_text.c; parse(print(t)) == t):
 *     [i0, p1, f2]
 *     label(i0, p1, descr=L1)
 *     i3 = int_add(i0, 1)
 *     p4 = getfield_r(p1, descr=<py_int.value>)
 *     guard_class(p4, ConstPtr(py_int_type), descr=<…>) [i0, p1]
 *     jump(i3, p4, descr=L1)
 */
#ifndef TW_TRACE_H
#define TW_TRACE_H

#include <stdio.h>
#include "toolkit/ir/descr.h"
#include "toolkit/ir/ops.h"

typedef int32_t tw_vref;
#define TW_NOVALUE INT32_MIN
#define TW_CONST_INDEX(v) (-1 - (v))

struct tw_const {
    char type; /* 'i' 'r' 'f' */
    union tw_value v;
};

struct tw_guard;

struct tw_op {
    uint16_t opnum;
    uint16_t nargs;
    uint32_t args;      /* first operand in trace->args */
    const void *descr;  /* struct tw_*descr, tw_target, tw_loop */
    /* guards: */
    struct tw_guard *guard; /* resume data; made when the guard is emitted */
    int32_t snapshot; /* recorded traces: index into trace->snapshots, -1. Of
                           guards, and of the jump at the end: the state at the
                           merge point reached, for guards that the optimizer
                           makes there to enter a target (-1: it makes none) */
    uint32_t failargs; /* optimized traces: first in trace->args */
    uint16_t nfailargs; /* TW_NOVALUE among them: a hole */
};

/* What the interpreter's state is at a guard, in recorded traces. Frames are
 * a list through `parent`, innermost first, shared between snapshots. */
struct tw_snapframe {
    int32_t parent; /* index into trace->snapframes, -1: the portal's frame */
    const struct tw_jitcode *jitcode;
    uint32_t pc; /* of a `live`; resume there */
    uint32_t values; /* first in trace->args: one for each live register, in
                        the order of tw_live.regs */
    uint16_t nvalues;
};
struct tw_snapshot {
    int32_t frame; /* innermost */
    uint32_t vable; /* first in trace->args: frame object, fields, items */
    uint16_t nvable; /* 0: the driver has no virtualizable */
    uint16_t nvrefs; /* values: pairs (vref, real) of virtual refs alive */
    uint32_t vrefs;
};

struct tw_trace {
    uint32_t ninputs;
    char *input_types; /* 'i' 'r' 'f' each */
    struct tw_op *ops;
    uint32_t nops, ops_cap;
    tw_vref *args;
    uint32_t nargs, args_cap;
    struct tw_const *consts; /* GC-scanned memory: constants are roots */
    uint32_t nconsts, consts_cap;
    struct tw_snapframe *snapframes;
    uint32_t nsnapframes, snapframes_cap;
    struct tw_snapshot *snapshots;
    uint32_t nsnapshots, snapshots_cap;
    uint32_t const_hash_size; /* interning of constants, owner trace.c */
    int32_t *const_hash;
};

struct tw_trace *tw_trace_new(void);
void tw_trace_free(struct tw_trace *t);
tw_vref tw_trace_input(struct tw_trace *t, char type);
/* Appends; args copied. Returns the operation's value number (also for void
 * operations). The returned op pointer moves with the next append. */
tw_vref tw_trace_emit(struct tw_trace *t, unsigned opnum, const void *descr,
                      const tw_vref *args, unsigned nargs);
uint32_t tw_trace_push_args(struct tw_trace *t, const tw_vref *v, unsigned n);
/* Interned constants. */
tw_vref tw_trace_const_i(struct tw_trace *t, int64_t v);
tw_vref tw_trace_const_r(struct tw_trace *t, const void *v);
tw_vref tw_trace_const_f(struct tw_trace *t, double v); /* by bits */
tw_vref tw_trace_const(struct tw_trace *t, char type, union tw_value v);
/* Appends a frame (parent: index of the caller's, -1) or a snapshot of frame
 * and returns its index. nvrefs counts values, two a virtual ref. */
int32_t tw_trace_snapframe(struct tw_trace *t, int32_t parent,
                           const struct tw_jitcode *jitcode, uint32_t pc,
                           const tw_vref *values, unsigned n);
int32_t tw_trace_snapshot(struct tw_trace *t, int32_t frame,
                          const tw_vref *vable, unsigned nvable,
                          const tw_vref *vrefs, unsigned nvrefs);

static inline int tw_is_const(tw_vref v)
{
    return v < 0 && v != TW_NOVALUE;
}
static inline const struct tw_const *tw_const_of(const struct tw_trace *t,
                                                 tw_vref v)
{
    return &t->consts[TW_CONST_INDEX(v)];
}
static inline struct tw_op *tw_op_of(const struct tw_trace *t, tw_vref v)
{
    return v >= (tw_vref)t->ninputs ? &t->ops[v - (tw_vref)t->ninputs] : NULL;
}
static inline tw_vref tw_value_of_op(const struct tw_trace *t, uint32_t k)
{
    return (tw_vref)(t->ninputs + k);
}
static inline tw_vref *tw_args_of(const struct tw_trace *t,
                                  const struct tw_op *op)
{
    return t->args + op->args;
}
/* 'i' 'r' 'f' of a value or constant, 'v' of a void operation. */
char tw_type_of(const struct tw_trace *t, tw_vref v);

/* A label's descriptor. Owned by its loop; `entry`/`code` belong to the
 * backend, `opt` to the optimizer (virtual state, short preamble). */
struct tw_loop;
struct tw_code;
struct tw_target {
    uint8_t dkind; /* TW_DK_TARGET */
    uint32_t id; /* "L12" in logs */
    struct tw_loop *loop;
    uint32_t nargs;
    char *arg_types;
    struct tw_code *code; /* machine code that holds the label */
    int32_t entry; /* its entry number there; 0 is the code's start */
    void *opt;
    struct tw_target *next; /* of the same loop */
};

/* trace_text.c. Printing names descriptors by their names; parsing looks names
 * up in a namespace given by the caller (tests declare theirs in the file's
 * head; see toolkit/ir/trace_text.h). */
void tw_trace_print(const struct tw_trace *t, FILE *out);
/* 0, or -1 with a message in err: well-formedness as described above. */
int tw_trace_verify(const struct tw_trace *t, char *err, size_t errsize);

/* Pure folding by the table: operands are values; 0 if op is not pure. */
int tw_op_fold(unsigned opnum, const union tw_value *args,
               union tw_value *result);

#endif

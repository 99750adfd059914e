/*
 * optimizer.h: what the passes share: values and what is known of them, the list of operations
 * under construction, and how an operation travels.
 *
 * A recorded operation is copied into a struct cur with its operands resolved and handed to the
 * first pass. A pass passes it on with opt_next(), perhaps changed, or returns what its result is
 * instead; whoever is last calls opt_emit(), which appends it to the list. The result of an
 * operation is named by a box: its place in the list. A constant's name is its (negative) number
 * in the output's pool. Boxes are renamed (a virtual when it is forced, a value when it is found to
 * equal another): opt_resolve() follows.
 *
 * Only opt.c, values.c and emit.c write struct optimizer's lists; a pass keeps its state in its own
 * struct.
 */
#ifndef TW_OPTIMIZER_H
#define TW_OPTIMIZER_H

#include <setjmp.h>
#include <stdint.h>

#include "toolkit/base/arena.h"
#include "toolkit/base/log.h"
#include "toolkit/base/vec.h"
#include "toolkit/exit/numbering.h"
#include "toolkit/opt/bounds.h"
#include "toolkit/opt/opt.h"

enum opt_pass {
#define PASS(name, what) PASS_##name,
#include "toolkit/opt/passes.def"
#undef PASS
    NPASSES,
    PASS_NONE = -1 /* opt_next after it: from the first pass on */
};

/* In place of opnum: what has a box but no operation. */
enum { OP_INPUT = TW_NOPS, OP_LABEL_ARG, OP_VIRTUAL };

enum box_state {
    BOX_NOT_EMITTED, /* virtual, or a candidate of the short preamble not used */
    BOX_EMITTED,
    BOX_BEFORE_LABEL /* emitted, but it goes before the loop's label */
};

struct box {
    uint16_t opnum;
    uint16_t nargs;
    uint32_t args; /* first in o->args */
    const void *descr;
    int32_t guard; /* guards: number in o->guards, else -1 */
    int32_t
        shortop; /* candidates of the short preamble: their number, else -1 */
    tw_vref
        alias; /* label arguments: the box before the label that it renames */
    char type;
    uint8_t state;
};

/* What is known: of an integer its bounds, of a pointer a ptrinfo (or NULL). */
struct value {
    tw_vref forward; /* TW_NOVALUE: not renamed */
    struct bounds b;
    struct ptrinfo *p;
};

struct slot {
    int32_t offset;
    uint8_t size;
    char type;
    const struct tw_fielddescr *descr;
    tw_vref value;
};

enum ptr_kind {
    PTR_PLAIN,
    PTR_VIRTUAL, /* an allocation that was not made yet: slots */
    PTR_VREF, /* a virtual_ref that was not made yet: base is the real object */
    PTR_INTERIOR /* base + offset, base virtual */
};
enum ptr_flag {
    PTR_NONNULL = 1,
    PTR_FRESH = 2, /* allocated here and never given away */
    PTR_OBJECT = 4 /* surely no handle of a virtual reference */
};

struct ptrinfo {
    uint8_t kind, flags;
    int32_t guard; /* box of the guard that found it non-null, or -1 */
    const struct tw_fielddescr *class_field;
    tw_vref class_value; /* constant, TW_NOVALUE: unknown */
    const struct tw_sizedescr *size; /* NULL: unknown */
    int64_t nitems;
    struct slot *slots; /* by ascending offset */
    uint32_t nslots, slots_cap;
    tw_vref base;
    tw_vref token; /* PTR_VREF: the force_token */
    int64_t offset;
    int32_t fields; /* heap.c: its first entry, -1 */
    const struct tw_fielddescr *last_item; /* the furthest item accessed */
    uint32_t mark; /* walks: opt->mark when seen */
};

/* The operation under way. args has room for MAX_FIXED operands at least. */
enum { MAX_FIXED = 4 };
struct cur {
    uint16_t opnum, nargs;
    int32_t snapshot;
    const void *descr;
    tw_vref *args;
};

struct guard_note {
    tw_vref box;
    uint32_t number; /* in the numbering */
    uint32_t failargs, nfailargs; /* boxes in o->args */
};

/* What a value is when the guard under way fails: the state that it describes has the constant. */
enum { MOST_FAIL_FACTS = 4 };
struct fail_fact {
    tw_vref box, is;
};

struct heap;
struct pure;
struct unroll;

struct optimizer {
    const struct tw_trace *rec;
    struct tw_trace *out; /* its constants are in use from the beginning */
    struct tw_loop *loop;
    const struct tw_opt_options *options;
    struct tw_arena arena;
    jmp_buf invalid;
    unsigned passes;

    struct box *boxes;
    uint32_t nboxes, boxes_cap;
    struct value *values; /* by box */
    uint32_t values_cap;
    struct ptrinfo **const_info; /* by TW_CONST_INDEX */
    uint32_t nconst_info;
    tw_vref *args;
    uint32_t nargs, args_cap;
    tw_vref *map; /* recorded value -> box */
    tw_vref *const_map; /* recorded constant -> constant */
    struct guard_note *guards;
    uint32_t nguards, guards_cap;
    struct tw_numbering *numbering;
    struct fail_fact fail_facts[MOST_FAIL_FACTS];
    uint32_t nfail_facts;
    uint32_t mark;

    tw_vref loop_label; /* box of the peeled loop's label, TW_NOVALUE */
    tw_vref last_ovf; /* box of the overflow operation just emitted */
    uint32_t op_index; /* in rec */
    int32_t end_snapshot; /* of the final jump: for guards made there */

    struct heap *heap;
    struct pure *pure;
    struct unroll *unroll; /* while the peeled loop is made, else NULL */
    struct unroll_result *result;
};

_Noreturn static inline void opt_invalid(struct optimizer *o)
{
    longjmp(o->invalid, 1);
}

/* ------------------------------------------------------------------ values.c */

tw_vref opt_resolve_slow(struct optimizer *o, tw_vref v);
static inline tw_vref opt_resolve(struct optimizer *o, tw_vref v)
{
    return v < 0 || o->values[v].forward == TW_NOVALUE ? v
                                                       : opt_resolve_slow(o, v);
}
static inline char opt_type(const struct optimizer *o, tw_vref v)
{
    return v < 0 ? tw_const_of(o->out, v)->type : o->boxes[v].type;
}
tw_vref opt_new_box(struct optimizer *o, unsigned opnum, char type,
                    const void *descr, const tw_vref *args, unsigned nargs);
/* From now on v is `to` (a box or constant of the same kind). */
void opt_equal(struct optimizer *o, tw_vref v, tw_vref to);

static inline tw_vref opt_ci(struct optimizer *o, int64_t i)
{
    return tw_trace_const_i(o->out, i);
}
static inline tw_vref opt_zero(struct optimizer *o, char type)
{
    return tw_trace_const(o->out, type, (union tw_value){.i = 0});
}
static inline int opt_is_ci(const struct optimizer *o, tw_vref v, int64_t *i)
{
    if (!tw_is_const(v) || tw_const_of(o->out, v)->type != 'i')
        return 0;
    *i = tw_const_of(o->out, v)->v.i;
    return 1;
}
static inline union tw_value opt_const(const struct optimizer *o, tw_vref v)
{
    return tw_const_of(o->out, v)->v;
}
/* In the state of the guard under way. */
static inline tw_vref opt_when_failing(const struct optimizer *o, tw_vref v)
{
    for (uint32_t k = 0; k < o->nfail_facts; k++)
        if (o->fail_facts[k].box == v)
            return o->fail_facts[k].is;
    return v;
}

/* The operation that defines the box v, if it is an operation numbered opnum. */
static inline const struct box *opt_def(const struct optimizer *o, tw_vref v,
                                        unsigned opnum)
{
    return v >= 0 && o->boxes[v].opnum == opnum ? &o->boxes[v] : NULL;
}
static inline tw_vref opt_arg(struct optimizer *o, const struct box *b,
                              unsigned k)
{
    return opt_resolve(o, o->args[b->args + k]);
}

struct bounds opt_bounds(struct optimizer *o, tw_vref v);
/* Narrows v's bounds; makes it a constant when one value is left; contradiction: invalid. */
void opt_narrow(struct optimizer *o, tw_vref v, struct bounds b);

/* What is known of a pointer; NULL if nothing. */
struct ptrinfo *opt_ptr_get(struct optimizer *o, tw_vref v);
/* The same, made if need be. */
struct ptrinfo *opt_ptr(struct optimizer *o, tw_vref v);
struct ptrinfo *opt_ptrinfo_new(struct optimizer *o);
int opt_nonnull(struct optimizer *o, tw_vref v);
int opt_is_null(struct optimizer *o, tw_vref v); /* the constant NULL */
void opt_set_nonnull(struct optimizer *o, tw_vref v);
void opt_set_class(struct optimizer *o, tw_vref v,
                   const struct tw_fielddescr *field, tw_vref cls);
/* The class of v (a constant), or TW_NOVALUE: also of constants. field: NULL for any. */
tw_vref opt_class(struct optimizer *o, tw_vref v,
                  const struct tw_fielddescr *field);
static inline int opt_virtual(struct optimizer *o, tw_vref v)
{
    return v >= 0 && o->boxes[v].type == 'r' && o->values[v].p &&
           o->values[v].p->kind != PTR_PLAIN;
}
/* The object that v points into and how far: follows ptr_add of constants. */
tw_vref opt_base(struct optimizer *o, tw_vref v, int64_t *offset);

/* ------------------------------------------------------------------ emit.c */

tw_vref opt_next(struct optimizer *o, enum opt_pass after, struct cur *op);
tw_vref opt_emit(struct optimizer *o, struct cur *op);
/* Makes what v names: a virtual is allocated and filled. Returns its box. */
tw_vref opt_force(struct optimizer *o, tw_vref v);
/* Sends an operation on, as opt_next. */
tw_vref opt_send1(struct optimizer *o, enum opt_pass after, unsigned opnum,
                  const void *descr, tw_vref a);
tw_vref opt_send2(struct optimizer *o, enum opt_pass after, unsigned opnum,
                  const void *descr, tw_vref a, tw_vref b);
/* A guard on a fact at the end of the trace (jump's snapshot). */
void opt_end_guard(struct optimizer *o, unsigned opnum, const void *descr,
                   const tw_vref *args, unsigned nargs);
/* Earlier guard `at` (a box) becomes this stronger one. */
void opt_replace_guard(struct optimizer *o, tw_vref at, unsigned opnum,
                       const void *descr, const tw_vref *args, unsigned nargs);

/* ------------------------------------------------------------------ passes */

#define PASS(name, what)                                                       \
    tw_vref pass_##name(struct optimizer *o, struct cur *op);
#include "toolkit/opt/passes.def"
#undef PASS

/* intbounds: v is known to be true/false (a guard said so): what follows for its operands. */
void intbounds_backward(struct optimizer *o, tw_vref v);

/* access.c: a load or store in its simplest form: constant indices as fields, constant ptr_adds in
 * the descriptor. op changes in place. */
void access_simplify(struct optimizer *o, struct cur *op);

/* virtualize */
struct slot *virtual_slot(struct ptrinfo *p, int64_t offset, int size);

/* pure */
struct pure *pure_new(struct optimizer *o);
void pure_free(struct pure *p);
void pure_reset(struct pure *p);
tw_vref pure_find(struct optimizer *o, unsigned opnum, const void *descr,
                  const tw_vref *args, unsigned nargs);
void pure_remember(struct optimizer *o, tw_vref box);
static inline int pure_is_op(unsigned opnum)
{
    return opnum < TW_NOPS &&
           (tw_op_is(opnum, TW_PURE) || (opnum >= TW_OP_call_pure_i &&
                                         opnum <= TW_OP_call_loopinvariant_f));
}

/* heap */
struct heap *heap_new(struct optimizer *o);
void heap_free(struct heap *h);
void heap_reset(struct heap *h);
/* Facts about memory that a bridge can be told in the terms of the guard being numbered. */
struct heap_fact {
    tw_vref base, value;
    const struct tw_fielddescr *descr;
};
uint32_t heap_facts(struct optimizer *o, struct heap_fact *facts,
                    uint32_t most);
void heap_flush(struct optimizer *o); /* no store is pending any more */
uint32_t heap_pending(struct optimizer *o, const struct tw_num_pending **list);
/* Content of memory at (p, d) is v: a store that was emitted to a fresh object, knowledge. */
void heap_remember(struct optimizer *o, tw_vref p,
                   const struct tw_fielddescr *d, tw_vref v);
/* Walks what is known: fn(o, was it stored?, base, descr (a field), value). */
void heap_each(struct optimizer *o,
               void (*fn)(struct optimizer *, int, tw_vref,
                          const struct tw_fielddescr *, tw_vref));

/* bridge.c: what a bridge should know, into the guard being numbered. */
void knowledge_write(struct optimizer *o);
void knowledge_read(struct optimizer *o, const struct tw_guard *g);

/* opt.c */
void opt_run(struct optimizer *o);
tw_vref opt_rec_box(struct optimizer *o, tw_vref v);

/* short.c: a candidate of the short preamble turns out to be used. */
void short_use(struct optimizer *o, tw_vref box);
static inline tw_vref opt_used(struct optimizer *o, tw_vref v)
{
    if (v >= 0 && o->boxes[v].shortop >= 0 &&
        o->boxes[v].state == BOX_NOT_EMITTED)
        short_use(o, v);
    return v;
}

/* finish.c: from the list to o->out, with guards. */
void opt_finish(struct optimizer *o);

/* What the optimizer keeps with a loop (loop->opt). */
struct opt_loop {
    struct tw_arena arena; /* guards, virtual states, short preambles */
    void **owned; /* malloc'ed: resume bytes and tables */
    uint32_t nowned, owned_cap;
    void **roots; /* uncollectable: constants */
    uint32_t nroots, roots_cap;
};
struct opt_loop *opt_loop_of(struct tw_loop *loop);

#endif

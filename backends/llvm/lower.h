/*
 * lower.h: shared by the files that turn a trace into LLVM IR (lower*.c, slots.c).
 *
 * Values. In tier 1 a value lives in a slot of the jitframe, its home, from
 * where it is defined to its last use; between two guards it is also known as
 * an LLVM value (`seg` says between which). So a guard's exit finds everything
 * in place and stores only which guard it is, and FastISel has hardly any
 * values to carry over block boundaries, which it would spill. In tier 2 every
 * value is an SSA value, label arguments are phis, and cold exit blocks store
 * the failargs.
 */
#ifndef TW_LLVM_LOWER_H
#define TW_LLVM_LOWER_H

#include "backends/llvm/alias.h"
#include "backends/llvm/engine.h"
#include "backends/code/unit.h"

enum { NO_HOME = -1 };

struct lvalue {
    LLVMValueRef v;
    LLVMValueRef bit; /* the same as i1, where it came from a comparison */
    uint32_t seg;     /* tier 1: valid in this segment */
    int32_t home;     /* tier 1: slot, or NO_HOME */
    uint8_t anchored; /* tier 2: see value_anchor */
};

/* One trace of the function: the loop's, or in a tree also a bridge's. */
struct part {
    const struct tw_trace *t;
    struct lvalue *vals; /* by value number */
    LLVMBasicBlockRef start;
    const int *invalidated; /* of the loop it belongs to */
};

struct label {
    struct tw_target *target;
    const struct tw_trace *t;
    const struct tw_op *op;
    LLVMBasicBlockRef block;
    LLVMValueRef *phis; /* tier 2: one an argument; NULL for a constant */
};

struct lower {
    struct engine *e;
    struct llvm_types *ty;
    LLVMContextRef c;
    LLVMModuleRef m;
    LLVMBuilderRef b;
    LLVMValueRef f;
    struct unit *unit;
    const struct tw_backend_hooks *hooks;
    int tier;
    struct part *part; /* being lowered */
    const struct tw_op *op;
    uint32_t k;        /* index of op */
    uint32_t seg;
    int allocates; /* the function has an allocation */
    int collects;  /* … or a call: objects may be collected meanwhile */
    LLVMValueRef size_check,
        size_call; /* of the frame, its size to be filled in */
    LLVMValueRef frame, slots;
    uint32_t nguards; /* exit cells made so far */
    LLVMValueRef overflow; /* i1 of the last overflow operation */
    LLVMBasicBlockRef exit; /* the common exit; hot blocks stand before it */
    struct label *labels;
    uint32_t nlabels;
    const struct tw_region *region;
    struct unit *const *units; /* of its members */
    struct part *parts; /* the members', then bridges', some still to do */
    unsigned nparts;
    char *err;
    size_t errsize;
    int failed;
};

/* --- lower.c */
/* Builds the function of a unit in a module. NULL with a message in err. */
struct lower_input {
    struct engine *engine;
    struct unit *const *units; /* one a member; the first is filled */
    const struct tw_backend_hooks *hooks;
    const struct tw_region *region;
    struct tw_guard *from; /* a bridge alone, then the only member */
    char *err;
    size_t errsize;
};
LLVMModuleRef lower(const struct lower_input *in);
void make_part(const struct lower *l, struct part *p, const struct tw_trace *t,
               const struct tw_loop *loop);
void lower_fail(struct lower *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- lower_value.c */
LLVMValueRef value_get(struct lower *l, tw_vref v);
LLVMValueRef value_bit(struct lower *l, tw_vref v); /* v != 0 as i1 */
void value_set(struct lower *l, tw_vref v, LLVMValueRef x);
void value_set_bit(struct lower *l, tw_vref v, LLVMValueRef bit);
LLVMTypeRef value_type(const struct lower *l, char kind);
LLVMValueRef const_i(const struct lower *l, int64_t n);
LLVMValueRef const_address(const struct lower *l, const void *p);
/* The same at the builder's place, but not remembered for later. */
LLVMValueRef value_peek(struct lower *l, tw_vref v);
LLVMValueRef slot_address(struct lower *l, unsigned slot);
LLVMValueRef load_slot(struct lower *l, unsigned slot, char kind);
void store_slot(struct lower *l, unsigned slot, LLVMValueRef x);
LLVMValueRef frame_field(struct lower *l, size_t offset);
LLVMValueRef load_runtime(struct lower *l, LLVMTypeRef type,
                          LLVMValueRef address);
void store_runtime(struct lower *l, LLVMValueRef x, LLVMValueRef address);
static inline tw_vref operand(const struct lower *l, unsigned k)
{
    return l->part->t->args[l->op->args + k];
}
/* Operand k of the operation being lowered. */
static inline LLVMValueRef arg(struct lower *l, unsigned k)
{
    return value_get(l, operand(l, k));
}
/* v is the base of an address that LLVM may compute ahead, outside of the
 * object, and keep instead of v: keeps v itself where the collector sees it. */
void value_anchor(struct lower *l, tw_vref v);
void set_result(struct lower *l, LLVMValueRef x);
void set_result_bit(struct lower *l, LLVMValueRef bit);
LLVMBasicBlockRef hot_block(struct lower *l);
LLVMBasicBlockRef cold_block(struct lower *l);
LLVMValueRef call_address(struct lower *l, LLVMTypeRef type, const void *fn,
                          LLVMValueRef *args, unsigned nargs);

/* --- lower_pure.c, lower_memory.c, lower_call.c, lower_guard.c: 1 if the
 * operation was theirs */
int lower_pure(struct lower *l);
int lower_memory(struct lower *l);
int lower_call(struct lower *l);
int lower_guard(struct lower *l);
/* Before a call that may force: the failargs of the guard that follows. */
void lower_force_state(struct lower *l);
/* The block where all exits meet. */
void lower_common_exit(struct lower *l);
/* Where a field of p is, and its load with the descriptor's rules. */
LLVMValueRef load_field(struct lower *l, tw_vref base,
                        const struct tw_fielddescr *d);

/* --- slots.c: homes of a trace's values, for tier 1 */
/* Is v, a failarg of the guard, known when the guard has failed? */
int exit_constant(const struct tw_trace *t, const struct tw_op *guard,
                  tw_vref v, int64_t *value);
void slots_assign(struct lower *l, struct part *p, const struct tw_guard *from);
/* Gives the guards of a trace their locations, where they have none. vals: for
 * the homes; NULL in the bridges of a tree. */
void slots_place_guards(struct lower *l, const struct tw_trace *t,
                        const struct lvalue *vals);

#endif

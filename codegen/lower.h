/*
 * lower.h: one function from LLVM IR to jitcode operations. The files lower_*.c
 * share struct lower; lower.c owns it and drives.
 *
 *   lower.c        values, blocks, phis, branches; the queue of functions
 *   lower_ops.c    arithmetic, comparisons, casts, intrinsics
 *   lower_mem.c    loads, stores, addresses, locals, block operations
 *   lower_call.c   calls, markers, allocation
 */
#ifndef CODEGEN_LOWER_H
#define CODEGEN_LOWER_H

#include "codegen/descr.h"
#include "codegen/irutil.h"
#include "codegen/jasm.h"

/* A first-class struct is its scalars, in order. */
enum { MAX_LEAVES = 16 };
struct leaves {
    unsigned n;
    LLVMTypeRef type[MAX_LEAVES];
    uint64_t offset[MAX_LEAVES];
};

struct edge {
    uint32_t label;
    LLVMBasicBlockRef from, to;
};

struct lower {
    struct fn *fn;
    struct jasm *a;
    struct ptrmap regs;   /* value → 1 + jreg */
    struct ptrmap aggs;   /* value → jreg[leaves] */
    struct ptrmap labels; /* block → 1 + label */
    struct ptrmap needed; /* getelementptrs wanted as values */
    struct ptrmap absorbed; /* blocks that became part of an operation */
    LLVMBasicBlockRef bb, next_bb; /* being lowered; placed after it */
    jreg ret_out; /* where a struct result is written, JNONE if none */
    /* edges whose moves stand apart: placed after the blocks */
    VEC(struct edge) edges;
};

/* lower.c */
int lower_bank(LLVMTypeRef t); /* TW_BANK_*, or -1 */
int lower_leaves(LLVMTypeRef t, struct leaves *l); /* 0: not representable */
int lower_is_aggregate(LLVMTypeRef t);
jreg lower_value(struct lower *l, LLVMValueRef v);
jreg *lower_agg(struct lower *l, LLVMValueRef v);
/* The register of v's own result. */
jreg lower_result(struct lower *l, LLVMValueRef v);
void lower_alias(struct lower *l, LLVMValueRef v, jreg r);
void lower_set_agg(struct lower *l, LLVMValueRef v, const jreg *r, unsigned n);
/* One operation with a fresh result register of `bank`. */
jreg lower_op1(struct lower *l, unsigned op, int bank, jreg a);
jreg lower_op2(struct lower *l, unsigned op, int bank, jreg a, jreg b);
jreg lower_op3(struct lower *l, unsigned op, int bank, jreg a, jreg b, jreg c);
void lower_unsupported(struct lower *l, LLVMValueRef i, const char *what)
    __attribute__((noreturn));
struct fn *lower_jit(struct fn *f); /* gives it a jitcode index; queues it */
int lower_cond_call(struct lower *l, LLVMValueRef branch);
/* Goes on in `to` as if coming from `from`. */
void lower_goto_from(struct lower *l, LLVMBasicBlockRef from,
                     LLVMBasicBlockRef to);

/* lower_ops.c: 1 if it was one of theirs */
int lower_arith(struct lower *l, LLVMValueRef i);
int lower_libm(struct lower *l, LLVMValueRef call);
int lower_intrinsic(struct lower *l, LLVMValueRef call);
jreg lower_canonical(struct lower *l, jreg r, unsigned width);
jreg lower_zext(struct lower *l, jreg r, unsigned width);

/* lower_mem.c */
int lower_memory(struct lower *l, LLVMValueRef i);
void lower_mark_needed(struct lower *l);
jreg lower_new_local(struct lower *l, uint64_t size, jreg into);
int lower_is_gep(LLVMValueRef v);
int lower_mem_intrinsic(struct lower *l, LLVMValueRef call);
void lower_store_leaf(struct lower *l, jreg base, LLVMTypeRef t,
                      uint64_t offset, jreg v);
jreg lower_load_leaf(struct lower *l, jreg base, LLVMTypeRef t,
                     uint64_t offset);
struct access *lower_result_access(uint64_t offset);

/* lower_call.c */
void lower_call(struct lower *l, LLVMValueRef call);
void lower_residual(struct lower *l, jreg fn, uint32_t calldescr,
                    const struct sig *sig, const jreg *args, jreg result,
                    int indirect);

/* stubs.c: what native code a call goes to. */
/* The calldescr of f called as declared; NULL with a reason if it cannot be
 * called by jitcode at all. */
struct calldescr *stubs_calldescr(struct fn *f);
/* The function to call and its descriptor for this very call (variadic, struct
 * by value, indirect with a struct result). */
struct calldescr *stubs_for_call(LLVMValueRef call, LLVMValueRef *native,
                                 int *pass_callee);
/* A function that does just this instruction; pure. */
struct calldescr *stubs_helper(LLVMValueRef insn, LLVMValueRef *native);
int stubs_sig(LLVMTypeRef type, LLVMValueRef fn_or_call, struct sig *s);
const char *stubs_call_reason(LLVMValueRef call);

#endif

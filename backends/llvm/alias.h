/*
 * alias.h: tells LLVM which memory accesses cannot meet (TBAA metadata).
 */
#ifndef TW_LLVM_ALIAS_H
#define TW_LLVM_ALIAS_H

#include "backends/llvm/engine.h"
#include "toolkit/ir/descr.h"

/* Marks a load or store of the program's memory. */
void alias_program(struct engine *e, LLVMValueRef access,
                   const struct tw_alias *a);
/* Marks one of the run time's own memory: jitframes, counters, free lists. */
void alias_runtime(struct engine *e, LLVMValueRef access);
/* The loaded memory never changes while it is there. */
void alias_invariant(struct engine *e, LLVMValueRef load);
/* Weights of a conditional branch: which side is taken nearly always. */
void branch_likely(struct engine *e, LLVMValueRef branch, int true_side);
/* Forgets the metadata of the engine's context. */
void alias_free(struct engine *e);

#endif

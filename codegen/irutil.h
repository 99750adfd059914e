/*
 * irutil.h: small questions to LLVM IR, and the two operations that the C API
 * lacks: splitting a block, and knowing a value's C name.
 */
#ifndef CODEGEN_IRUTIL_H
#define CODEGEN_IRUTIL_H

#include "codegen/cg.h"

/* for (FOR_BLOCKS(bb, f)), for (FOR_INSNS(i, bb)): the loop body may not
 * remove the current one. */
#define FOR_BLOCKS(bb, f)                                                      \
    LLVMBasicBlockRef bb = LLVMGetFirstBasicBlock(f);                          \
    bb;                                                                        \
    bb = LLVMGetNextBasicBlock(bb)
#define FOR_INSNS(i, bb)                                                       \
    LLVMValueRef i = LLVMGetFirstInstruction(bb);                              \
    i;                                                                         \
    i = LLVMGetNextInstruction(i)

static inline int ir_op(LLVMValueRef v) /* opcode, 0 for non-instructions */
{
    return LLVMIsAInstruction(v) ? (int)LLVMGetInstructionOpcode(v) : 0;
}
static inline LLVMTypeKind ir_kind(LLVMTypeRef t)
{
    return LLVMGetTypeKind(t);
}
static inline int ir_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}
const char *ir_name(LLVMValueRef v);
/* Direct callee of a call, or NULL. */
LLVMValueRef ir_callee(LLVMValueRef call);
const char *ir_callee_name(LLVMValueRef call); /* "" for indirect calls */
unsigned ir_nargs(LLVMValueRef call);
int ir_is_dbg(LLVMValueRef insn);
int ir_const_int(LLVMValueRef v, int64_t *out);
/* xor i1 x, true */
int ir_is_not(LLVMValueRef v);
/* The C string that a constant pointer leads to, or NULL. */
const char *ir_string(LLVMValueRef ptr);
/* File and line of an instruction (0 if unknown); of a function. */
unsigned ir_line(LLVMValueRef insn, const char **file);
/* Builds at the end of bb, without the debug location of where the builder was
 * before, which it would give to everything, even to what is only moved. */
void ir_at_end(LLVMBasicBlockRef bb);
unsigned ir_fn_line(LLVMValueRef f, const char **file);
/* The value that a metadata operand wraps, or NULL. */
LLVMValueRef ir_md_value(LLVMValueRef md);
/* Name of the C variable that the value is, or NULL. */
const char *ir_variable_name(LLVMValueRef f, LLVMValueRef v, unsigned *line);
/* Makes a block of insn and all after it; the old block branches to it. */
LLVMBasicBlockRef ir_split_before(LLVMValueRef insn);
int ir_has_loop(LLVMValueRef f);
/* Runs a pass pipeline over the module. */
void ir_run_passes(const char *passes);
unsigned ir_md_kind(const char *name);
unsigned ir_attr_kind(const char *name);
void ir_add_fn_attr(LLVMValueRef f, const char *name);
void ir_remove_fn_attr(LLVMValueRef f, const char *name);
int ir_has_fn_attr(LLVMValueRef f, const char *name);

#endif

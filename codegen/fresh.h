/* fresh.h: memory that no caller has seen; see fresh.c. */
#ifndef CODEGEN_FRESH_H
#define CODEGEN_FRESH_H

#include "codegen/cg.h"

void fresh_analyse(void);
/* Number of the parameter that p is or leads into, or: */
enum { FRESH = -1, ELSEWHERE = -2 };
int fresh_where(LLVMValueRef p);
/* p without its getelementptrs. */
LLVMValueRef fresh_root(LLVMValueRef p);

#endif

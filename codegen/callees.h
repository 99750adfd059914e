/* callees.h: which functions a pointer may hold; see callees.c. */
#ifndef CODEGEN_CALLEES_H
#define CODEGEN_CALLEES_H

#include "codegen/cg.h"

/* Functions of the program, each once, and whether there may be others. */
struct callees {
    VEC(struct fn *) fns;
    int open;
};

void callees_analyse(void);
/* What an indirect call may reach: functions of its type. Valid until the next call. */
const struct callees *callees_of_call(LLVMValueRef call);
/* The functions that argument k of a call may be (for those that call back). */
const struct callees *callees_of_arg(LLVMValueRef call, unsigned k);

#endif

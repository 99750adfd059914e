/* stubs.h: building blocks of generated native functions. Owner: stubs.c. */
#ifndef CODEGEN_STUBS_H
#define CODEGEN_STUBS_H

#include "codegen/descr.h"

/* A new internal function; the builder stands in its first block. */
LLVMValueRef stubs_new_function(const char *name, LLVMTypeRef type);
/* Element k of a union tw_value array, as the C type t; and back. */
LLVMValueRef stubs_load_value(LLVMValueRef array, unsigned k, LLVMTypeRef t);
void stubs_store_value(LLVMValueRef array, unsigned k, LLVMValueRef v);
/* Sign-extended, i1 as 0 or 1, float as double. */
LLVMValueRef stubs_canonical(LLVMValueRef v);
LLVMValueRef stubs_stub(const struct sig *s);

#endif

/*
 * compiler.h: source text to a function, the script.
 */
#ifndef LOX_COMPILER_H
#define LOX_COMPILER_H

#include "vm.h"

/* NULL after errors, which are printed. */
struct lox_function *lox_compile(struct lox_vm *vm, const char *source);

#endif

/*
 * interp.h: runs code.
 */
#ifndef LOX_INTERP_H
#define LOX_INTERP_H

#include "vm.h"

/* Calls a closure without arguments. NULL after a runtime error. */
struct lox_value *lox_call(struct lox_vm *vm, struct lox_closure *closure);

#endif

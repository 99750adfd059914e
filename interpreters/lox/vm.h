/*
 * vm.h: the state of one Lox program: its globals, and how deep it is.
 *
 * Errors travel as NULL: lox_vm_error has printed the message, and every frame
 * on the way out adds its line.
 */
#ifndef LOX_VM_H
#define LOX_VM_H

#include "object.h"

enum { LOX_MAX_DEPTH = 8000 };

struct lox_vm {
    struct lox_table strings;
    struct lox_table globals; /* name to lox_global */
    struct lox_string *init_name;
    intptr_t depth; /* of calls */
};

void lox_vm_init(struct lox_vm *vm);

/* The variable of that name, made undefined if it is new. */
struct lox_global *lox_vm_global(struct lox_vm *vm, struct lox_string *name);

tw_dont_look_inside void lox_vm_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
/* One line of the trace below the message: where in `function` pc is. */
tw_dont_look_inside void lox_vm_note(const struct lox_function *function,
                                     intptr_t pc);

/* Compiles and runs. 0; 65 after errors in the source; 70 after one at run
 * time (those of `sysexits`). */
int lox_vm_interpret(struct lox_vm *vm, const char *source);

#endif

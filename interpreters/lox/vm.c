/*
 * vm.c: globals, natives, error messages.
 */
#include "vm.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compiler.h"
#include "interp.h"

static struct lox_value *native_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return lox_number_new((double)t.tv_sec + (double)t.tv_nsec * 1e-9);
}

static struct lox_string *intern(struct lox_vm *vm, const char *text)
{
    return lox_intern(&vm->strings, text, (intptr_t)strlen(text));
}

void lox_vm_init(struct lox_vm *vm)
{
    vm->init_name = intern(vm, "init");
    lox_vm_global(vm, intern(vm, "clock"))->value =
        &lox_native_new(0, native_clock)->head;
}

struct lox_global *lox_vm_global(struct lox_vm *vm, struct lox_string *name)
{
    struct lox_global *global = lox_table_get(&vm->globals, name);
    if (!global) {
        global = lox_global_new(name);
        lox_table_set(&vm->globals, name, global);
    }
    return global;
}

void lox_vm_error(const char *format, ...)
{
    va_list args;
    fflush(stdout);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void lox_vm_note(const struct lox_function *function, intptr_t pc)
{
    fprintf(stderr, "[line %d] in ", (int)function->lines[pc]);
    if (function->name)
        fprintf(stderr, "%s()\n", function->name->chars);
    else
        fprintf(stderr, "script\n");
}

int lox_vm_interpret(struct lox_vm *vm, const char *source)
{
    struct lox_function *script = lox_compile(vm, source);
    if (!script)
        return 65;
    return lox_call(vm, lox_closure_new(script, 0)) ? 0 : 70;
}

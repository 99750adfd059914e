/*
 * unit.h: one piece of compiled code, a loop or a bridge, and its guards' exits.
 *
 * Machine code knows this layout. It goes from unit to unit by returning the
 * function to run next, with its entry number in frame->scratch, or NULL; a loop
 * in llvm.c calls. A jump to a label of another unit reads target->code, the
 * `function` of the unit that it is part of, and target->entry. An exit stores
 * its cell's offset in frame->scratch and goes to the unit's common exit, which
 * returns the cell's `target`. (Tail calls would save the loop, but FastISel
 * does not know them: 60 microseconds a unit for each.)
 */
#ifndef TW_LLVM_UNIT_H
#define TW_LLVM_UNIT_H

#include "backends/llvm/object.h"
#include "toolkit/ir/backend.h"

#include <llvm-c/Core.h>

typedef void *llvm_code(struct tw_jitframe *frame, int32_t entry);

/* A guard's exit in one unit; exits of one guard in several tiers are a list
 * from guard->backend on. */
struct exit_cell {
    llvm_code *target; /* the bridge, or NULL */
    struct tw_guard *guard;
    struct exit_cell *next;
};

struct unit {
    struct tw_code code; /* first: a tw_code * is a unit * */
    struct unit *body; /* whose function this is: itself, or in a region that
                          of the first loop; then all below but `function`
                          is empty */
    llvm_code *function; /* NULL until installed */
    void *memory;
    /* what LLVM made, until installed */
    LLVMMemoryBufferRef buffer;
    struct object object;
    struct exit_cell *cells; /* one a guard; machine code has the address */
    uint32_t ncells;
    uint32_t nlabels; /* entry e > 0 is labels[e - 1] */
    struct tw_target **labels;
    /* Objects that machine code refers to: a copy of the traces' until the unit
     * is installed (compiling may be another thread's work, which the collector
     * does not know), then uncollectable memory. */
    void **roots;
    uint32_t nroots;
};

/* Where finish() leaves its value: slot 0. Shared by all its guards. */
uint16_t *unit_finish_location(void);
struct unit *unit_new(struct tw_loop *loop, struct tw_guard *from, int tier);
/* Puts the code in place; from then on exits may be attached to. Under the
 * interpreter's lock. 0, or -1 with a message. */
int unit_install(struct unit *u, char *err, size_t errsize);
/* The labels whose code is `old` are this unit's from now on. */
void unit_publish(struct unit *u, const struct tw_code *old);
void unit_attach(struct tw_guard *guard, struct tw_code *code);
void unit_free(struct unit *u);

#endif

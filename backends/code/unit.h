/*
 * unit.h: one piece of compiled code, a loop or a bridge, and its guards' exits.
 *
 * Machine code knows this layout. Code of tier 2 goes from unit to unit by
 * returning the function to run next, with its entry number in frame->scratch,
 * or NULL; a loop in native.c calls. A jump to a label of another unit reads
 * target->code, the `function` of the unit that it is part of, and
 * target->entry. An exit of tier 2 stores its cell's offset in frame->scratch
 * and goes to the unit's common exit, which returns the cell's `target`. Code
 * of tier 1 jumps to other code of tier 1 (`inner`) and returns for the rest.
 */
#ifndef TW_CODE_UNIT_H
#define TW_CODE_UNIT_H

#include "backends/code/exit_cell.h"
#include "toolkit/ir/backend.h"

/* Machine code that is made but not in place yet, and who made it. */
struct unit_maker {
    /* The bytes of memory that it needs; 0 with a message. */
    size_t (*size)(void *made, char *err, size_t errsize);
    /* Puts it there; the address of its function, or NULL with a message. */
    void *(*load)(void *made, uint8_t *memory, char *err, size_t errsize);
    void (*drop)(void *made);
};

struct unit {
    struct tw_code code; /* first: a tw_code * is a unit * */
    unit_code *function; /* NULL until installed */
    void **inner; /* tier 1: as in struct unit_head; offsets until installed */
    struct unit *body; /* whose function this is: itself, or in a region that
                          of the first loop; then all below is empty */
    void *memory;
    const struct unit_maker *maker; /* of `made`, until installed */
    void *made;
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
/* What unit_install tells of the code that it put in place: a disassembler, or
 * NULL. */
extern void (*unit_log_code)(const char *name, const void *code, size_t size);
/* The labels whose code is `old` are this unit's from now on. */
void unit_publish(struct unit *u, const struct tw_code *old);
void unit_attach(struct tw_guard *guard, struct tw_code *code);
void unit_free(struct unit *u);

#endif

/*
 * exit_cell.h: what machine code of either tier sees of units and of guards' exits.
 * Neighbours: unit.h, stencil/stencils.c.
 */
#ifndef TW_EXIT_CELL_H
#define TW_EXIT_CELL_H

#include "toolkit/ir/backend.h"

typedef void *unit_code(struct tw_jitframe *frame, int32_t entry);

/* A guard's exit in one unit; exits of one guard in several tiers are a list
 * from guard->backend on. */
struct exit_cell {
    unit_code *target; /* the bridge, or NULL */
    void *inner;       /* its start for code of tier 1, or NULL */
    struct tw_guard *guard;
    struct exit_cell *next;
};

/* How a struct unit begins. */
struct unit_head {
    struct tw_code code; /* first: a tw_code * is a unit * */
    unit_code *function; /* NULL until installed */
    void **inner; /* tier 1: by entry, where stencils jump to; else NULL */
};

#endif

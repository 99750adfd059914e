/*
 * stencil.h: tier 1: a trace to machine code by copying stencils. Shared by the files of this
 * folder: place.c gives values their homes, compile.c goes through the operations.
 */
#ifndef TW_STENCIL_H
#define TW_STENCIL_H

#include "backends/code/unit.h"
#include "backends/stencil/assemble.h"

enum { NO_SLOT = -1 };

/* What place.c finds out about a trace. */
struct places {
    int32_t *
        home; /* by value: slot, or NO_SLOT: it is used at once, from acc or d0 */
    uint8_t
        *fused; /* by operation: the guard that follows compares by itself */
    uint32_t nslots; /* homes are below */
};

/* Homes for the inputs and results of t; `from`: the guard of a bridge, or NULL. */
void places_assign(struct places *p, const struct tw_trace *t,
                   const struct tw_guard *from);
void places_free(struct places *p);
/* The slot in which input k arrives. */
uint32_t place_of_input(const struct tw_guard *from, uint32_t k);
/* Does the operation make no code? */
int stencil_no_code(unsigned opnum);
/* The next operation that makes code, or NULL. */
const struct tw_op *stencil_next(const struct tw_trace *t, uint32_t k);
/* Is v, a failarg of the guard, known when the guard has failed? */
int stencil_exit_constant(const struct tw_trace *t, const struct tw_op *guard,
                          tw_vref v, int64_t *value);

/* Fills u (cells, labels, roots, code) from the trace; it then can be installed. 0, or -1 with a
 * message. */
int stencil_compile(struct unit *u, const struct tw_trace *t,
                    struct tw_guard *from, const struct tw_backend_hooks *hooks,
                    char *err, size_t errsize);

/* What machine code calls for virtual_ref_finish. */
void stencil_virtual_ref_ended(void *handle, void *real);

#endif

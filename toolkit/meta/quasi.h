/*
 * quasi.h: quasi-immutable fields. A watch (the hidden pointer field of the
 * struct) lists the loops that rely on the field's value. Owner: meta/quasi.c.
 */
#ifndef TW_QUASI_H
#define TW_QUASI_H

#include "toolkit/ir/trace.h"

/* The loop being compiled depends on *watch not being invalidated. Called by
 * meta/compile.c for each quasiimmut_field of the final trace. */
void tw_quasi_depend(void **watch, struct tw_loop *loop);

#endif

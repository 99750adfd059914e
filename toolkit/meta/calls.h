/*
 * calls.h: from a function's address to its jitcode. Owner: meta/calls.c.
 */
#ifndef TW_CALLS_H
#define TW_CALLS_H

#include "toolkit/ir/jitcode.h"

/* The jitcode whose native function this is, or NULL. */
const struct tw_jitcode *tw_jitcode_of(const struct tw_program *p, void *fn);

#endif

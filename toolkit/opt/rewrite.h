/*
 * rewrite.h: the two halves of the pass rewrite, and what pure.c asks of it.
 */
#ifndef TW_REWRITE_H
#define TW_REWRITE_H

#include "toolkit/opt/optimizer.h"

/* Floats, pointers, guards, calls and facts (rewrite_more.c). */
tw_vref rewrite_more(struct optimizer *o, struct cur *op);
/* The comparison that is true when opnum is false (floats: only == and !=), or that gives the same
 * with operands swapped. TW_NOPS: none. */
unsigned rewrite_inverse(unsigned opnum);
unsigned rewrite_swapped(unsigned opnum);

#endif

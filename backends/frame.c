/*
 * frame.c: what every backend shares: growth of a jitframe's slots, and the
 * stress option. Neighbours: ir/backend.h (contract), called by machine code.
 */
#include "toolkit/ir/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned tw_backend_fail_every;

void tw_jitframe_reserve(struct tw_jitframe *f, uint32_t n)
{
    union tw_value *slots;

    if (n <= f->nslots)
        return;
    n += n / 2;
    slots = tw_gc_malloc(n * sizeof *slots);
    if (!slots) {
        fprintf(stderr, "tracewright: out of memory (jitframe)\n");
        exit(1);
    }
    memcpy(slots, f->slots, f->nslots * sizeof *slots);
    f->slots = slots;
    f->nslots = n;
}

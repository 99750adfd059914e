/*
 * calls.c: a hash table from native addresses to jitcode, made on first use.
 */
#include "toolkit/meta/calls.h"

#include <stdlib.h>

static const struct tw_program *made_for;
static const struct tw_jitcode **table;
static uint32_t mask;

static uint32_t slot_of(const void *fn)
{
    return (uint32_t)(((uintptr_t)fn * 0x9e3779b97f4a7c15ull) >> 40);
}

const struct tw_jitcode *tw_jitcode_of(const struct tw_program *p, void *fn)
{
    if (made_for != p) {
        uint32_t size = 64;

        while (size < 2 * p->njitcodes)
            size *= 2;
        free(table);
        table = calloc(size, sizeof *table);
        mask = size - 1;
        made_for = p;
        for (uint32_t k = 0; k < p->njitcodes; k++) {
            uint32_t h = slot_of(p->jitcodes[k]->native) & mask;

            while (table[h])
                h = (h + 1) & mask;
            table[h] = p->jitcodes[k];
        }
    }
    for (uint32_t h = slot_of(fn) & mask; table[h]; h = (h + 1) & mask)
        if (table[h]->native == fn)
            return table[h];
    return NULL;
}

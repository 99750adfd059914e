/*
 * assemble.h: a buffer of machine code made of stencils, with labels. Position-independent: it may
 * be copied to wherever it will run. Owner: assemble.c.
 */
#ifndef TW_STENCIL_ASSEMBLE_H
#define TW_STENCIL_ASSEMBLE_H

#include <stddef.h>
#include <stdint.h>

#include "stencils.inc"

/* What goes into a stencil's holes; it has some of them. */
struct holes {
    int64_t word;
    int32_t slot_a, slot_b; /* numbers of slots */
    int32_t disp;
    int other; /* a label */
};

struct assembler {
    uint8_t *code;
    size_t size, cap;
    struct fix *fixes; /* jumps to labels that are not bound yet */
    uint32_t nfixes, fixes_cap;
    int32_t *labels; /* offsets, -1 unbound */
    uint32_t nlabels, labels_cap;
};

void asm_emit(struct assembler *a, enum stencil_name name, struct holes h);
int asm_label(struct assembler *a);
/* The label is here. */
void asm_bind(struct assembler *a, int label);
/* All labels are bound: fills in the jumps. */
void asm_finish(struct assembler *a);
void asm_free(struct assembler *a);

#endif

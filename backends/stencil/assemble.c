/*
 * assemble.c: copies stencils and fills their holes. The tables come from extract.c.
 */
#include "backends/stencil/assemble.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/ir/trace.h"

enum hole_kind { STENCIL_WORD = 1, STENCIL_INT, STENCIL_JUMP };
enum hole_name {
    HOLE_next,
    HOLE_other,
    HOLE_slot_a,
    HOLE_slot_b,
    HOLE_disp,
    HOLE_word_a
};
struct stencil_hole {
    uint16_t at;
    uint8_t kind, name;
    int32_t addend;
};
struct stencil {
    const uint8_t *code;
    const struct stencil_hole *holes;
    uint16_t size, nholes;
};
#define STENCIL_TABLES
#include "stencils.inc"

struct fix {
    size_t
        at; /* the 4 bytes of the displacement, relative to themselves + addend */
    int label;
    int32_t addend;
};

int asm_label(struct assembler *a)
{
    if (a->nlabels == a->labels_cap) {
        a->labels_cap = a->labels_cap ? a->labels_cap * 2 : 64;
        a->labels = realloc(a->labels, a->labels_cap * sizeof *a->labels);
    }
    a->labels[a->nlabels] = -1;
    return (int)a->nlabels++;
}

void asm_bind(struct assembler *a, int label)
{
    a->labels[label] = (int32_t)a->size;
}

static void jump_to(struct assembler *a, size_t at, int32_t addend, int label)
{
    if (a->nfixes == a->fixes_cap) {
        a->fixes_cap = a->fixes_cap ? a->fixes_cap * 2 : 64;
        a->fixes = realloc(a->fixes, a->fixes_cap * sizeof *a->fixes);
    }
    a->fixes[a->nfixes++] = (struct fix){at, label, addend};
}

static int32_t int_of(const struct stencil_hole *hole, const struct holes *h)
{
    const int32_t slot = (int32_t)sizeof(union tw_value);

    return hole->addend + (hole->name == HOLE_slot_a   ? h->slot_a * slot
                           : hole->name == HOLE_slot_b ? h->slot_b * slot
                                                       : h->disp);
}

void asm_emit(struct assembler *a, enum stencil_name name, struct holes h)
{
    const struct stencil *s = &stencils[name];
    uint8_t *p;

    if (a->size + s->size > a->cap) {
        a->cap = a->cap ? a->cap * 2 : 4096;
        a->code = realloc(a->code, a->cap);
    }
    p = a->code + a->size;
    memcpy(p, s->code, s->size);
    for (unsigned k = 0; k < s->nholes; k++) {
        const struct stencil_hole *hole = &s->holes[k];
        int64_t word = h.word + hole->addend;
        int32_t n;

        if (hole->kind == STENCIL_WORD) {
            memcpy(p + hole->at, &word, 8);
            continue;
        }
        if (hole->kind == STENCIL_JUMP && hole->name == HOLE_other) {
            jump_to(a, a->size + hole->at, hole->addend, h.other);
            continue;
        }
        n = hole->kind == STENCIL_JUMP
                ? (int32_t)s->size - hole->at + hole->addend
                : int_of(hole, &h);
        memcpy(p + hole->at, &n, 4);
    }
    a->size += s->size;
}

void asm_finish(struct assembler *a)
{
    for (uint32_t k = 0; k < a->nfixes; k++) {
        const struct fix *x = &a->fixes[k];
        int32_t n = a->labels[x->label] - (int32_t)x->at + x->addend;

        memcpy(a->code + x->at, &n, 4);
    }
}

void asm_free(struct assembler *a)
{
    free(a->code);
    free(a->fixes);
    free(a->labels);
}

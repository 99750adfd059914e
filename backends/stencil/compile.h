/*
 * compile.h: shared by the files that go through a trace's operations: compile.c (guards, labels,
 * jumps, exits), pure.c, memory.c, call.c.
 */
#ifndef TW_STENCIL_COMPILE_H
#define TW_STENCIL_COMPILE_H

#include "backends/stencil/stencil.h"

/* A value to be stored in a slot: from another slot, or a constant. */
struct move {
    int32_t from; /* slot, or NO_SLOT: word */
    int64_t word;
    int32_t to;
};

/* Code off the hot path, made when that is done. */
enum cold_kind { COLD_EXIT, COLD_NEW, COLD_HOT_LABEL, COLD_HOT };
struct cold {
    enum cold_kind kind;
    int label, back; /* its own; where it goes on */
    const struct tw_op *op;
    tw_vref first; /* COLD_EXIT: in acc, to be stored before all else */
    uint32_t cell;
};

struct compiler {
    struct assembler a;
    struct places p;
    const struct tw_trace *t;
    struct unit *u;
    const struct tw_backend_hooks *hooks;
    const struct tw_op *op; /* being compiled */
    uint32_t k;
    tw_vref acc, d0; /* whose value they hold, or TW_NOVALUE */
    const struct tw_op
        *done; /* a guard that the operation before it has compiled */
    uint32_t spare; /* a slot for moves in circles */
    uint32_t temps, ntemps; /* slots for the moment only, from temps on */
    int *label_of; /* by entry - 1 */
    const struct tw_op **label_op;
    struct cold *cold;
    uint32_t ncold, cold_cap;
    char *err;
    size_t errsize;
    int failed;
};

void stencil_fail(struct compiler *c, const char *what);

/* --- values */
static inline tw_vref operand(const struct compiler *c, unsigned n)
{
    return c->t->args[c->op->args + n];
}
int is_word(tw_vref v);
int64_t word_of(const struct compiler *c, tw_vref v); /* a constant's bits */
int32_t home_of(struct compiler *c, tw_vref v);
int32_t temp(struct compiler *c, uint32_t n); /* the nth slot for the moment */
void load_acc(struct compiler *c,
              tw_vref v); /* int, pointer, or a double's bits */
void load_d0(struct compiler *c, tw_vref v);
/* acc, or d0, holds the result of the operation. */
void made_acc(struct compiler *c);
void made_d0(struct compiler *c);
void made_bits(struct compiler *c); /* a double, its bits in acc */
/* All from-slots are read before their to-slots are written. Keeps acc and d0. */
void moves(struct compiler *c, struct move *m, unsigned n);
struct move move_to(struct compiler *c, tw_vref v, int32_t slot);
/* Stencils by where the operands are, in this order. */
enum { OPERANDS_AS, OPERANDS_AW, OPERANDS_AA, OPERANDS_SA, OPERANDS_WA };
void binary(struct compiler *c, const uint16_t *five, tw_vref x, tw_vref y,
            int other);
void fbinary(struct compiler *c, const uint16_t *five, tw_vref x, tw_vref y,
             int other);
void emit_other(struct compiler *c, enum stencil_name name, int other);
void emit_word(struct compiler *c, enum stencil_name name, int64_t word);

/* --- the operations: 1 if it was theirs */
int compile_pure(struct compiler *c);
int compile_memory(struct compiler *c);
int compile_call(struct compiler *c);
/* The comparison `test` decides the guard that is compiled. */
void compile_fused(struct compiler *c, const struct tw_op *test, int holds_if,
                   int exit);
/* fn(x…): constants and values, as C passes them. nargs up to 6. */
void call_helper(struct compiler *c, const void *fn, const tw_vref *v,
                 unsigned n, char result);
/* The label of a new exit for a guard. */
int exit_label(struct compiler *c, const struct tw_op *guard, tw_vref first);
struct cold *add_cold(struct compiler *c, enum cold_kind kind,
                      const struct tw_op *op);
void force_state(struct compiler *c);
void memory_cold(struct compiler *c, const struct cold *x);

#endif

/*
 * jasm.h: one function's jitcode in the making. lower_*.c append operations
 * over virtual registers and labels; jasm_finish then works out liveness,
 * gives real registers and encodes. Owner: jasm.c.
 */
#ifndef CODEGEN_JASM_H
#define CODEGEN_JASM_H

#include "codegen/cg.h"

/* A register or constant of one bank as lowering sees it. Constants have the
 * top bit set and number the function's pool of that bank. */
typedef uint32_t jreg;
#define JCONST 0x80000000u
#define JNONE 0xffffffffu

struct jlive_set { /* as in struct tw_live */
    uint16_t n[TW_NBANKS];
    uint16_t *regs;
};

struct jswitch {
    uint32_t n;
    int64_t *values;
    uint32_t *labels;
    uint32_t default_label;
};

struct jasm {
    struct fn *fn;
    /* operations: opcode, then operands as the operand string says, one word
     * each; lists: count, then items. `at` has where each begins. */
    VEC(uint32_t) words;
    VEC(uint32_t) at;
    VEC(uint32_t) lines; /* by operation */
    uint32_t line;
    uint32_t nvregs[TW_NBANKS];
    uint32_t nargs[TW_NBANKS]; /* the first registers, numbered as they are */
    uint32_t last_place; /* operation that the last label stands before */
    VEC(uint32_t) labels; /* label → number of the operation it stands before */
    VEC(LLVMValueRef) consts_i, consts_r;
    VEC(double) consts_f;
    struct strmap const_ids;
    VEC(struct jswitch) switches;
    uint32_t merge_at; /* operation: the live before jit_merge_point */
    int has_merge;
    /* filled by jasm_finish */
    VEC(uint16_t) code;
    VEC(uint32_t) label_pc;
    VEC(uint32_t) line_table; /* pc, line pairs */
    uint16_t nregs[TW_NBANKS];
    uint32_t *pcs; /* by operation */
    uint32_t merge_pc;
    char result; /* 'i' 'r' 'f' 'v' */
};

struct jasm *jasm_new(struct fn *f);
jreg jasm_reg(struct jasm *a, int bank);
jreg jasm_const_i(struct jasm *a, int64_t v);
jreg jasm_const_i_value(struct jasm *a, LLVMValueRef v); /* relocated */
jreg jasm_const_r(struct jasm *a, LLVMValueRef v); /* pointer constant */
jreg jasm_const_f(struct jasm *a, double v);
uint32_t jasm_label(struct jasm *a);
void jasm_place(struct jasm *a, uint32_t label);

/* An operation; the words must agree with its operand string. */
void jasm_op(struct jasm *a, unsigned op, const uint32_t *words, uint32_t n);
#define EMIT(a, op, ...)                                                       \
    jasm_op(a, op, (const uint32_t[]){__VA_ARGS__},                            \
            sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
void jasm_live(struct jasm *a);
void jasm_goto(struct jasm *a, uint32_t label);
/* dst ← src, of one bank; nothing if they are the same. */
void jasm_move(struct jasm *a, int bank, jreg dst, jreg src);
/* All at once: dst[k] ← src[k]. */
void jasm_parallel_moves(struct jasm *a, uint32_t n, const uint8_t *bank,
                         const jreg *dst, const jreg *src);
void jasm_finish(struct jasm *a);

const char *jasm_op_name(unsigned op);
const char *jasm_op_operands(unsigned op);
int jasm_bank(char kind); /* of an operand letter, -1 if it is no register */

/* Liveness sets of the program, shared by content. */
uint32_t jasm_live_count(void);
const struct jlive_set *jasm_live_get(uint32_t k);
#endif

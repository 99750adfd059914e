/*
 * jitcode.h: the interpreter's functions as the tracer reads them. codegen
 * emits one `struct tw_program` per client program, reachable as the symbol
 * tw_program; the recorder and the blackhole execute it, nobody changes it.
 *
 * A register file holds three banks (i, r, f). Register numbers from
 * nregs on name the constants of that bank: bank[nregs + k] = consts[k].
 * Arguments arrive in registers 0.. of their bank, in order.
 */
#ifndef TW_JITCODE_H
#define TW_JITCODE_H

#include "toolkit/ir/descr.h"
#include "toolkit/ir/ops.h"

enum { TW_BANK_I, TW_BANK_R, TW_BANK_F, TW_NBANKS };

struct tw_switch {
    uint32_t n;
    uint32_t default_target;  /* code offset */
    const int64_t *values;    /* ascending */
    const uint32_t *targets;
};

/* Registers alive, by bank, ascending. */
struct tw_live {
    uint16_t n[TW_NBANKS];
    const uint16_t *regs; /* i's, then r's, then f's */
};

enum tw_jitcode_flag {
    TW_J_LOOKED_INSIDE = 1, /* has code; else only native + calldescr */
    TW_J_PORTAL = 2,
    TW_J_HAS_LOOP = 4,
    TW_J_ELIDABLE = 8,
    TW_J_ELIDABLE_PROMOTE = 16
};

struct tw_jitcode {
    const char *name;
    uint32_t index;
    uint32_t flags;
    uint32_t ncode;
    const uint16_t *code;
    uint16_t nregs[TW_NBANKS];
    uint16_t nconsts[TW_NBANKS];
    const int64_t *consts_i;
    void *const *consts_r;
    const double *consts_f;
    const struct tw_switch *switches;
    void *native;                       /* the compiled function */
    const struct tw_calldescr *calldescr; /* as a residual call */
    const struct tw_jitcode *look_inside_iff; /* predicate, or NULL */
    /* pairs (code offset, line), ascending, for logs; file in `file` */
    uint32_t nlines;
    const uint32_t *lines;
    const char *file;
};

/* One driver with its portal, as codegen found it. */
struct tw_jitdriver {
    const struct tw_driver *driver;
    uint16_t index;
    uint8_t ngreens, nreds;
    const char *green_kinds; /* "ir…", the driver's order */
    const char *red_kinds;
    int8_t vable_red; /* position among the reds, or -1 */
    char result;      /* 'i' 'r' 'f' 'v' of the portal */
    const struct tw_vinfo *vinfo;
    const struct tw_jitcode *portal; /* starts at its merge point: arguments
                                        are greens, then reds */
    /* The native portal from its merge point on: portal_stub(greens and reds
     * in order, result). Runs until the portal returns. */
    void (*portal_stub)(const union tw_value *args, union tw_value *res);
    uint32_t merge_pc; /* offset of the `live` before its jit_merge_point */
};

struct tw_program {
    uint32_t version; /* TW_PROGRAM_VERSION */
    uint32_t njitcodes, ndescrs, nlive, ndrivers, naliases;
    const struct tw_jitcode *const *jitcodes;
    const struct tw_descr *const *descrs;
    const struct tw_live *live;
    const struct tw_jitdriver *const *drivers;
    const struct tw_alias *aliases; /* by id */
    const char *const *alias_names;
};
#define TW_PROGRAM_VERSION 1

/* Pure trace operations and those flagged TW_JITCODE keep their TW_OP numbers
 * (ir/ops.h) as jitcode opcodes; jitcode's own follow. */
enum tw_jop {
    TW_JOP_BEFORE_FIRST_ = TW_NOPS - 1,
#define JOP(name, operands) TW_JOP_##name,
#include "toolkit/ir/jitcode_ops.def"
#undef JOP
    TW_NJOPS
};

/* Operand string of a jitcode operation in the letters of jitcode_ops.def
 * (for the trace operations made from ops.def: "ii>i", "rd>r", …), NULL when
 * the number is no jitcode operation. Owner: ir/jitcode.c. */
const char *tw_jop_name(unsigned op);
const char *tw_jop_operands(unsigned op);
/* The pc of the operation after the one at pc; of the one that ends at pc. */
uint32_t tw_jop_next(const struct tw_jitcode *c, uint32_t pc);
uint32_t tw_jop_before(const struct tw_jitcode *c, uint32_t pc);
/* Where the call operation that ends at pc puts its result: *bank -1 if it has
 * none. */
void tw_jop_result_before(const struct tw_jitcode *c, uint32_t pc, int *bank,
                          uint32_t *reg);
/* The source line of pc, 0 if unknown. */
uint32_t tw_jitcode_line(const struct tw_jitcode *c, uint32_t pc);
/* Writes the disassembly, one operation a line. */
struct tw_log;
void tw_jitcode_print(const struct tw_program *p, const struct tw_jitcode *c,
                      void (*out)(void *, const char *), void *data);

/* --- what native code calls (calls made by codegen, bodies in meta/) ---
 *
 * At a loop head (can_enter_jit, or the merge point of a driver without any)
 * native code does, with h = tw_rt_hash(greens):
 *     c = tw_rt_counters[h & MASK] - tw_rt_loop_step; store c;
 *     if (c < 0) switch (tw_rt_enter(d, args, &res)) …
 * and at the entry of the portal the same with tw_rt_function_step. A counter
 * starts at TW_RT_COUNTER_FULL; a step is FULL / threshold, 0 when the JIT is
 * off. Where machine code exists the run time keeps the counter negative. */
enum tw_enter_result { TW_ENTER_INTERPRET, TW_ENTER_CONTINUE, TW_ENTER_DONE };
/* args: greens then reds. INTERPRET: nothing happened, go on. CONTINUE: machine
 * code ran and left at a merge point; args hold the new greens and reds.
 * DONE: the portal's result is in *res. */
int tw_rt_enter(const struct tw_jitdriver *d, union tw_value *args,
                union tw_value *res);
#define TW_RT_COUNTER_BITS 12
#define TW_RT_COUNTER_MASK ((1u << TW_RT_COUNTER_BITS) - 1)
#define TW_RT_COUNTER_FULL (1 << 30)
extern int32_t tw_rt_counters[1u << TW_RT_COUNTER_BITS];
extern int32_t tw_rt_loop_step, tw_rt_function_step;
/* Floats are hashed by their bits. */
static inline uint32_t tw_rt_hash(const union tw_value *greens, int n)
{
    uint64_t h = 0;

    for (int k = 0; k < n; k++)
        h = (h ^ (uint64_t)greens[k].i) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(h >> 40);
}
/* if (frame->token) tw_rt_force_virtualizable(frame, token offset) */
void tw_rt_force_virtualizable(void *frame, int32_t token_offset);
/* before a store to a quasi-immutable field: if (*watch) call this */
void tw_rt_invalidate(void **watch);
void *tw_rt_virtual_ref_force(void *vref);
/* Registers the program at start (a constructor made by codegen). */
void tw_rt_register(const struct tw_program *p);
extern const struct tw_program *tw_rt_program; /* the registered one */

#endif

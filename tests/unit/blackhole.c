/*
 * Hand-assembled jitcode through the blackhole: arithmetic, control flow, memory, calls in both
 * directions, overflow, switches, and the disassembly.
 */
#include "tests/unit/asm.h"
#include "toolkit/exit/blackhole.h"
#include "toolkit/exit/force.h"

struct pair {
    int32_t a;
    int64_t b;
    void *next;
    float f;
    int16_t items[4];
};
static const struct tw_fielddescr pair_a = {.dkind = TW_DK_FIELD,
                                            .type = 'i',
                                            .size = 4,
                                            .offset = offsetof(struct pair, a),
                                            .name = "pair.a"};
static const struct tw_fielddescr pair_f = {.dkind = TW_DK_FIELD,
                                            .type = 'f',
                                            .size = 4,
                                            .offset = offsetof(struct pair, f),
                                            .name = "pair.f"};
static const struct tw_arraydescr pair_items = {
    .dkind = TW_DK_ARRAY,
    .type = 'i',
    .size = 2,
    .base = offsetof(struct pair, items),
    .stride = 2,
    .name = "pair.items[]"};
static TW_GC_TYPE(pair);
static const struct tw_sizedescr pair_size = {.dkind = TW_DK_SIZE,
                                              .gctype = &tw_gctype_pair,
                                              .size = sizeof(struct pair),
                                              .name = "pair"};

static void ii_i_stub(void *fn, const union tw_value *args, union tw_value *res)
{
    res->i = ((int64_t (*)(int64_t, int64_t))fn)(args[0].i, args[1].i);
}
static int64_t minus(int64_t a, int64_t b)
{
    return a - b;
}
static const struct tw_calldescr ii_i = {.dkind = TW_DK_CALL,
                                         .result = 'i',
                                         .abi_result = 'l',
                                         .nargs = 2,
                                         .args = "ii",
                                         .abi_args = "ll",
                                         .stub = ii_i_stub,
                                         .name = "minus"};
static const struct tw_calldescr i_i = {.dkind = TW_DK_CALL,
                                        .result = 'i',
                                        .abi_result = 'l',
                                        .nargs = 1,
                                        .args = "i",
                                        .abi_args = "l",
                                        .name = "i_i"};
static const struct tw_descr *const descrs[] = {
    (const void *)&pair_a, (const void *)&pair_f, (const void *)&pair_items,
    (const void *)&pair_size, (const void *)&ii_i};
enum { D_A, D_F, D_ITEMS, D_PAIR, D_MINUS };

static const int64_t ints[] = {0, 1, 2, 5, 100};
static void *const refs[] = {(void *)minus};
static const uint16_t no_regs[1];
static const struct tw_live live[] = {{{0, 0, 0}, no_regs}};
static const struct tw_switch switches[] = {
    {3, 60, (const int64_t[]){-1, 7, 9}, (const uint32_t[]){70, 80, 90}}};

static struct tw_jitcode fib, memory, ovf, select_;
static const struct tw_jitcode *const jitcodes[] = {&fib, &memory, &ovf,
                                                    &select_};
static const struct tw_program program = {.version = TW_PROGRAM_VERSION,
                                          .njitcodes = 4,
                                          .jitcodes = jitcodes,
                                          .ndescrs = 5,
                                          .descrs = descrs,
                                          .nlive = 1,
                                          .live = live};

/* Four int registers; constants 0 1 2 5 100 are %4 … %8. Two refs; the constant is %r2. */
static void set_up(struct tw_jitcode *c, const char *name, uint32_t index)
{
    *c = (struct tw_jitcode){.name = name,
                             .index = index,
                             .flags = TW_J_LOOKED_INSIDE,
                             .nregs = {4, 2, 1},
                             .nconsts = {5, 1, 0},
                             .consts_i = ints,
                             .consts_r = refs,
                             .calldescr = &i_i,
                             .switches = switches};
}

static int64_t run(const struct tw_jitcode *c, int64_t x)
{
    union tw_value arg = {.i = x}, res = {.i = -99};

    tw_bh_call(&program, c, &arg, &res);
    return res.i;
}

/* fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2), the difference by a residual call */
static void make_fib(void)
{
    static struct asm_code a;

    set_up(&fib, "fib", 0);
    asm_op(&a, TW_OP_int_lt, 0, 6, 1);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_JOP_goto_if_not, 1, 0);
    asm_op(&a, TW_JOP_return_i, 0);
    asm_label(&a, 0);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_JOP_residual_call_i, 2, D_MINUS, 2, 0, 5, 0, 0, 1);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_JOP_inline_call_i, 0, 1, 1, 0, 0, 2);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_OP_int_sub, 0, 6, 1);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_JOP_inline_call_i, 0, 1, 1, 0, 0, 3);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_OP_int_add, 2, 3, 0);
    asm_op(&a, TW_JOP_return_i, 0);
    asm_finish(&a, &fib);
}

/* A new pair; a = x (truncated to 32 bits), f = x, items[2] = x; returns their sum. */
static void make_memory(void)
{
    static struct asm_code a;

    set_up(&memory, "memory", 1);
    asm_op(&a, TW_OP_new, D_PAIR, 0);
    asm_op(&a, TW_OP_setfield_i, 0, 0, D_A);
    asm_op(&a, TW_OP_cast_int_to_float, 0, 0);
    asm_op(&a, TW_OP_setfield_f, 0, 0, D_F);
    asm_op(&a, TW_OP_setarrayitem_i, 0, 6, 0, D_ITEMS);
    asm_op(&a, TW_OP_getfield_i, 0, D_A, 1);
    asm_op(&a, TW_OP_getfield_f, 0, D_F, 0);
    asm_op(&a, TW_OP_cast_float_to_int, 0, 2);
    asm_op(&a, TW_OP_getarrayitem_i, 0, 6, D_ITEMS, 3);
    asm_op(&a, TW_OP_int_add, 1, 2, 1);
    asm_op(&a, TW_OP_int_add, 1, 3, 1);
    asm_op(&a, TW_JOP_return_i, 1);
    asm_finish(&a, &memory);
}

/* x * x, or -1 on overflow */
static void make_ovf(void)
{
    static struct asm_code a;

    set_up(&ovf, "ovf", 2);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_JOP_mul_jump_if_ovf, 0, 0, 1, 0);
    asm_op(&a, TW_JOP_return_i, 1);
    asm_label(&a, 0);
    asm_op(&a, TW_OP_int_neg, 5, 1);
    asm_op(&a, TW_JOP_return_i, 1);
    asm_finish(&a, &ovf);
}

/* A loop and a switch: counts down from x in steps of 5 until negative; -1: 100, 7 and 9 are not
 * reached, otherwise the remainder. */
static void make_switch(void)
{
    static struct asm_code a;
    static struct tw_switch s;
    static uint32_t targets[3];

    set_up(&select_, "select", 3);
    asm_label(&a, 1);
    asm_op(&a, TW_OP_int_sub, 0, 7, 0);
    asm_op(&a, TW_OP_int_ge, 0, 4, 1);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_JOP_goto_if_not, 1, 0);
    asm_op(&a, TW_JOP_goto, 1);
    asm_label(&a, 0);
    asm_op(&a, TW_JOP_live, 0);
    asm_op(&a, TW_JOP_switch, 0, 0);
    targets[0] = a.n;
    asm_op(&a, TW_JOP_return_i, 8);
    targets[1] = targets[2] = a.n;
    asm_op(&a, TW_JOP_unreachable);
    s = switches[0];
    s.targets = targets;
    s.default_target = a.n;
    asm_op(&a, TW_JOP_return_i, 0);
    asm_finish(&a, &select_);
    select_.switches = &s;
}

struct text {
    char buf[4096];
    size_t n;
};
static void collect(void *to, const char *line)
{
    struct text *t = to;

    t->n += (size_t)snprintf(t->buf + t->n, sizeof t->buf - t->n, "%s\n", line);
}

/* The result register of every call is found backwards from the pc behind it. */
static int results_found(const struct tw_jitcode *c)
{
    int n = 0, bank;
    uint32_t reg;

    for (uint32_t pc = 0, next; pc < c->ncode; pc = next) {
        next = tw_jop_next(c, pc);
        if (tw_jop_before(c, next) != pc)
            return -1;
        tw_jop_result_before(c, next, &bank, &reg);
        if (c->code[pc] == TW_JOP_inline_call_i)
            n += bank == TW_BANK_I && (reg == 2 || reg == 3);
        else if (c->code[pc] == TW_JOP_live && bank != -1)
            return -1;
    }
    return n;
}

int main(void)
{
    struct text t = {.n = 0};

    tw_gc_init();
    make_fib();
    make_memory();
    make_ovf();
    make_switch();
    check(run(&fib, 15) == 610, "recursion-through-inlined-calls");
    check(run(&memory, 30000) == 90000,
          "fields-and-items-keep-values-that-fit");
    check(run(&memory, 65537 + (1ll << 32)) == 65537 + 4295032832ll + 1,
          "stores-truncate-to-the-field");
    check(run(&ovf, 1ll << 31) == 1ll << 62, "overflow-not-taken");
    check(run(&ovf, 1ll << 32) == -1, "overflow-taken");
    check(run(&select_, 14) == 100, "switch-finds-a-case");
    check(run(&select_, 13) == -2, "switch-takes-the-default");
    check(results_found(&fib) == 2,
          "result-register-from-the-pc-behind-a-call");
    tw_jitcode_print(&program, &fib, collect, &t);
    check(strstr(t.buf, "inline_call_i fib, I[%i1], R[], F[] -> %i3") != NULL &&
              strstr(t.buf, "residual_call_i $") &&
              strstr(t.buf, "<minus>, I[%i0, $1]"),
          "disassembly-names-operands");
    check(!strcmp(tw_jop_operands(TW_OP_getarrayitem_r), "rid>r") &&
              !strcmp(tw_jop_operands(TW_OP_int_select), "iii>i") &&
              !strcmp(tw_jop_operands(TW_OP_new), "d>r") &&
              !tw_jop_operands(TW_OP_guard_true),
          "operand-strings-come-from-the-tables");
    return failures != 0;
}

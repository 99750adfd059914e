/*
 * pure.c: the pure operations of ops.def, and the ones that may overflow. Frequent ones have
 * stencils; the rest are calls of C functions made here from the table's own expressions.
 */
#include "backends/stencil/compile.h"
#include "toolkit/ir/opsem.h"

#define FIVE(x)                                                                \
    {ST_##x##_as, ST_##x##_aw, ST_##x##_aa, ST_##x##_sa, ST_##x##_wa}
/* By operation; all zero: none. */
static const uint16_t two[TW_NOPS][5] = {
    [TW_OP_int_add] = FIVE(int_add),
    [TW_OP_int_sub] = FIVE(int_sub),
    [TW_OP_int_mul] = FIVE(int_mul),
    [TW_OP_int_and] = FIVE(int_and),
    [TW_OP_int_or] = FIVE(int_or),
    [TW_OP_int_xor] = FIVE(int_xor),
    [TW_OP_int_lshift] = FIVE(int_lshift),
    [TW_OP_int_rshift] = FIVE(int_rshift),
    [TW_OP_uint_rshift] = FIVE(uint_rshift),
    [TW_OP_int_lt] = FIVE(int_lt),
    [TW_OP_int_le] = FIVE(int_le),
    [TW_OP_int_eq] = FIVE(int_eq),
    [TW_OP_int_ne] = FIVE(int_ne),
    [TW_OP_int_gt] = FIVE(int_gt),
    [TW_OP_int_ge] = FIVE(int_ge),
    [TW_OP_uint_lt] = FIVE(uint_lt),
    [TW_OP_uint_le] = FIVE(uint_le),
    [TW_OP_uint_gt] = FIVE(uint_gt),
    [TW_OP_uint_ge] = FIVE(uint_ge),
    [TW_OP_ptr_eq] = FIVE(int_eq),
    [TW_OP_ptr_ne] = FIVE(int_ne),
    [TW_OP_ptr_add] = FIVE(int_add),
    [TW_OP_int_add_ovf] = FIVE(int_add_ovf),
    [TW_OP_int_sub_ovf] = FIVE(int_sub_ovf),
    [TW_OP_int_mul_ovf] = FIVE(int_mul_ovf),
};
static const uint16_t ftwo[TW_NOPS][5] = {
    [TW_OP_float_add] = FIVE(float_add),
    [TW_OP_float_sub] = FIVE(float_sub),
    [TW_OP_float_mul] = FIVE(float_mul),
    [TW_OP_float_truediv] = FIVE(float_truediv),
    [TW_OP_float_lt] = FIVE(float_lt),
    [TW_OP_float_le] = FIVE(float_le),
    [TW_OP_float_eq] = FIVE(float_eq),
    [TW_OP_float_ne] = FIVE(float_ne),
    [TW_OP_float_gt] = FIVE(float_gt),
    [TW_OP_float_ge] = FIVE(float_ge),
    [TW_OP_float_unord] = FIVE(float_unord),
};
static const uint16_t one[TW_NOPS] = {
    [TW_OP_int_neg] = ST_int_neg,         [TW_OP_int_invert] = ST_int_invert,
    [TW_OP_int_is_true] = ST_int_is_true, [TW_OP_int_is_zero] = ST_int_is_zero,
    [TW_OP_ptr_is_null] = ST_int_is_zero, [TW_OP_ptr_nonnull] = ST_int_is_true,
};

/* ---------------------------------------------------------------- guards that compare */

#define GUARDS(x) FIVE(guard_##x)
static const uint16_t holding[TW_NOPS][5] = {
    [TW_OP_int_lt] = GUARDS(int_lt),
    [TW_OP_int_le] = GUARDS(int_le),
    [TW_OP_int_eq] = GUARDS(int_eq),
    [TW_OP_int_ne] = GUARDS(int_ne),
    [TW_OP_int_gt] = GUARDS(int_gt),
    [TW_OP_int_ge] = GUARDS(int_ge),
    [TW_OP_uint_lt] = GUARDS(uint_lt),
    [TW_OP_uint_le] = GUARDS(uint_le),
    [TW_OP_uint_gt] = GUARDS(uint_gt),
    [TW_OP_uint_ge] = GUARDS(uint_ge),
    [TW_OP_ptr_eq] = GUARDS(int_eq),
    [TW_OP_ptr_ne] = GUARDS(int_ne),
    [TW_OP_float_lt] = GUARDS(float_lt),
    [TW_OP_float_le] = GUARDS(float_le),
    [TW_OP_float_eq] = GUARDS(float_eq),
    [TW_OP_float_ne] = GUARDS(float_ne),
    [TW_OP_float_gt] = GUARDS(float_gt),
    [TW_OP_float_ge] = GUARDS(float_ge),
    [TW_OP_float_unord] = GUARDS(float_unord),
};
static const uint16_t not_holding[TW_NOPS][5] = {
    [TW_OP_int_lt] = GUARDS(int_ge),
    [TW_OP_int_le] = GUARDS(int_gt),
    [TW_OP_int_eq] = GUARDS(int_ne),
    [TW_OP_int_ne] = GUARDS(int_eq),
    [TW_OP_int_gt] = GUARDS(int_le),
    [TW_OP_int_ge] = GUARDS(int_lt),
    [TW_OP_uint_lt] = GUARDS(uint_ge),
    [TW_OP_uint_le] = GUARDS(uint_gt),
    [TW_OP_uint_gt] = GUARDS(uint_le),
    [TW_OP_uint_ge] = GUARDS(uint_lt),
    [TW_OP_ptr_eq] = GUARDS(int_ne),
    [TW_OP_ptr_ne] = GUARDS(int_eq),
    [TW_OP_float_lt] = GUARDS(not_float_lt),
    [TW_OP_float_le] = GUARDS(not_float_le),
    [TW_OP_float_eq] = GUARDS(not_float_eq),
    [TW_OP_float_ne] = GUARDS(not_float_ne),
    [TW_OP_float_gt] = GUARDS(not_float_gt),
    [TW_OP_float_ge] = GUARDS(not_float_ge),
    [TW_OP_float_unord] = GUARDS(not_float_unord),
};

void compile_fused(struct compiler *c, const struct tw_op *test, int holds_if,
                   int exit)
{
    const uint16_t *five = (holds_if ? holding : not_holding)[test->opnum];
    const tw_vref *v = c->t->args + test->args;

    if (five[0]) {
        (ftwo[test->opnum][0] ? fbinary : binary)(c, five, v[0], v[1], exit);
        return;
    }
    if (one[test->opnum] == ST_int_is_zero)
        holds_if = !holds_if;
    load_acc(c, v[0]);
    emit_other(c, holds_if ? ST_guard_true : ST_guard_false, exit);
}

/* ---------------------------------------------------------------- by call */

typedef int64_t type_i;
typedef void *type_r;
typedef double type_f;
#define OP1(name, r, x, expr)                                                  \
    static type_##r help_##name(type_##x a)                                    \
    {                                                                          \
        return expr;                                                           \
    }
#define OP2(name, r, x, y, expr)                                               \
    static type_##r help_##name(type_##x a, type_##y b)                        \
    {                                                                          \
        return expr;                                                           \
    }
#define OP3(name, r, x, y, z, expr)                                            \
    static type_##r help_##name(type_##x a, type_##y b, type_##z c)            \
    {                                                                          \
        return expr;                                                           \
    }
#define OPX(name, r, args, flags)
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#define HELPER(name) [TW_OP_##name] = (const void *)(uintptr_t)help_##name,
#define OP1(name, r, x, expr) HELPER(name)
#define OP2(name, r, x, y, expr) HELPER(name)
#define OP3(name, r, x, y, z, expr) HELPER(name)
static const void *const helpers[TW_NOPS] = {
#include "toolkit/ir/ops.def"
};

static void by_call(struct compiler *c)
{
    char result = tw_opinfo[c->op->opnum].result;

    call_helper(c, helpers[c->op->opnum], c->t->args + c->op->args,
                c->op->nargs, result == 'f' ? 'd' : 'l');
    if (result == 'f')
        made_d0(c);
    else
        made_acc(c);
}

/* ---------------------------------------------------------------- the rest */

/* The guard behind an overflow operation is made by it: `other` is where it goes on overflow. */
static void overflow(struct compiler *c)
{
    const struct tw_op *guard = stencil_next(c->t, c->k);
    const uint16_t *five = two[c->op->opnum];
    tw_vref v = tw_value_of_op(c->t, c->k), x = operand(c, 0),
            y = operand(c, 1);
    int exit, overflowed;

    if (!guard || (guard->opnum != TW_OP_guard_no_overflow &&
                   guard->opnum != TW_OP_guard_overflow)) {
        static const uint16_t plain[][5] = {FIVE(int_add), FIVE(int_sub),
                                            FIVE(int_mul)};

        binary(c, plain[c->op->opnum - TW_OP_int_add_ovf], x, y, 0);
        made_acc(c);
        return;
    }
    c->done = guard;
    exit = exit_label(c, guard, v);
    if (guard->opnum == TW_OP_guard_no_overflow) {
        binary(c, five, x, y, exit);
        made_acc(c);
        return;
    }
    overflowed = asm_label(&c->a);
    binary(c, five, x, y, overflowed);
    emit_other(c, ST_jump, exit);
    asm_bind(&c->a, overflowed);
    made_acc(c);
}

/* int_signext, int_zeroext: the width is a constant. */
static void extend(struct compiler *c)
{
    int sign = c->op->opnum == TW_OP_int_signext;
    int64_t bits = is_word(operand(c, 1)) ? word_of(c, operand(c, 1)) : 0;

    load_acc(c, operand(c, 0));
    if (bits == 8 || bits == 16 || bits == 32)
        asm_emit(&c->a,
                 bits == 8    ? (sign ? ST_signext8 : ST_zeroext8)
                 : bits == 16 ? (sign ? ST_signext16 : ST_zeroext16)
                              : (sign ? ST_signext32 : ST_zeroext32),
                 (struct holes){0});
    else if (!is_word(operand(c, 1)))
        stencil_fail(c, "the width of an extension is not constant");
    made_acc(c);
}

/* The sign is one bit. */
static void float_sign(struct compiler *c)
{
    static const uint16_t flip[5] = FIVE(int_xor), clear[5] = FIVE(int_and);
    int negate = c->op->opnum == TW_OP_float_neg;

    load_acc(c, operand(c, 0));
    emit_word(c, negate ? flip[OPERANDS_AW] : clear[OPERANDS_AW],
              negate ? INT64_MIN : INT64_MAX);
    made_bits(c);
}

int compile_pure(struct compiler *c)
{
    unsigned o = c->op->opnum;

    if (o >= TW_OP_int_add_ovf && o <= TW_OP_int_mul_ovf) {
        overflow(c);
        return 1;
    }
    if (two[o][0]) {
        binary(c, two[o], operand(c, 0), operand(c, 1), 0);
        made_acc(c);
        return 1;
    }
    if (ftwo[o][0]) {
        fbinary(c, ftwo[o], operand(c, 0), operand(c, 1), 0);
        if (tw_opinfo[o].result == 'f')
            made_d0(c);
        else
            made_acc(c);
        return 1;
    }
    if (one[o]) {
        load_acc(c, operand(c, 0));
        asm_emit(&c->a, one[o], (struct holes){0});
        made_acc(c);
        return 1;
    }
    switch (o) {
    case TW_OP_int_signext:
    case TW_OP_int_zeroext:
        extend(c);
        return 1;
    case TW_OP_float_neg:
    case TW_OP_float_abs:
        float_sign(c);
        return 1;
    case TW_OP_float_sqrt:
        load_d0(c, operand(c, 0));
        asm_emit(&c->a, ST_float_sqrt, (struct holes){0});
        made_d0(c);
        return 1;
    case TW_OP_cast_int_to_float:
        load_acc(c, operand(c, 0));
        asm_emit(&c->a, ST_cast_int_to_float, (struct holes){0});
        made_d0(c);
        return 1;
    case TW_OP_same_as_f:
        load_d0(c, operand(c, 0));
        made_d0(c);
        return 1;
    case TW_OP_bits_to_float:
        load_acc(c, operand(c, 0));
        made_bits(c);
        return 1;
    case TW_OP_same_as_i:
    case TW_OP_same_as_r:
    case TW_OP_cast_ptr_to_int:
    case TW_OP_cast_int_to_ptr:
    case TW_OP_float_to_bits:
        load_acc(c, operand(c, 0));
        made_acc(c);
        return 1;
    default:
        if (!helpers[o])
            return 0;
        by_call(c);
        return 1;
    }
}

/*
 * lower_pure.c: the pure operations of ops.def and the overflow ones, as LLVM
 * IR. The meaning is that of the expressions there; the differential tests
 * hold this file to it. Neighbour: lower.c calls.
 */
#include "backends/llvm/lower.h"

#include <string.h>

static LLVMValueRef intrinsic(struct lower *l, const char *name,
                              LLVMTypeRef *types, unsigned ntypes,
                              LLVMValueRef *args, unsigned nargs)
{
    unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    LLVMValueRef f = LLVMGetIntrinsicDeclaration(l->m, id, types, ntypes);

    return LLVMBuildCall2(l->b, LLVMGlobalGetValueType(f), f, args, nargs, "");
}

static LLVMValueRef icmp(struct lower *l, LLVMIntPredicate p, LLVMValueRef a,
                         LLVMValueRef b)
{
    return LLVMBuildICmp(l->b, p, a, b, "");
}

static void compare_i(struct lower *l, LLVMIntPredicate p)
{
    set_result_bit(l, icmp(l, p, arg(l, 0), arg(l, 1)));
}

static void compare_f(struct lower *l, LLVMRealPredicate p)
{
    set_result_bit(l, LLVMBuildFCmp(l->b, p, arg(l, 0), arg(l, 1), ""));
}

static LLVMValueRef choose(struct lower *l, LLVMValueRef bit, LLVMValueRef a,
                           LLVMValueRef b)
{
    return LLVMBuildSelect(l->b, bit, a, b, "");
}

static void extremum(struct lower *l, LLVMIntPredicate p)
{
    LLVMValueRef a = arg(l, 0), b = arg(l, 1);

    set_result(l, choose(l, icmp(l, p, a, b), a, b));
}

static LLVMValueRef binary(struct lower *l, LLVMOpcode opcode)
{
    return LLVMBuildBinOp(l->b, opcode, arg(l, 0), arg(l, 1), "");
}

static LLVMValueRef shift(struct lower *l, LLVMOpcode opcode)
{
    tw_vref by = operand(l, 1);
    LLVMValueRef n;

    if (tw_is_const(by))
        n = const_i(l, tw_const_of(l->part->t, by)->v.i & 63);
    else
        n = LLVMBuildAnd(l->b, arg(l, 1), const_i(l, 63), "");
    return LLVMBuildBinOp(l->b, opcode, arg(l, 0), n, "");
}

/* x/0 = 0, x/-1 = -x: without branches, and without a trap in either. */
static LLVMValueRef divide(struct lower *l, LLVMOpcode opcode)
{
    int is_signed = opcode == LLVMSDiv || opcode == LLVMSRem;
    int is_rem = opcode == LLVMSRem || opcode == LLVMURem;
    LLVMValueRef a = arg(l, 0), b = arg(l, 1), zero = const_i(l, 0);
    LLVMValueRef is_zero, is_minus, bad, q;
    tw_vref by = operand(l, 1);

    if (tw_is_const(by) && tw_const_of(l->part->t, by)->v.i != 0 &&
        tw_const_of(l->part->t, by)->v.i != -1)
        return LLVMBuildBinOp(l->b, opcode, a, b, "");
    is_zero = icmp(l, LLVMIntEQ, b, zero);
    is_minus = icmp(l, LLVMIntEQ, b, const_i(l, -1));
    bad = is_signed ? LLVMBuildOr(l->b, is_zero, is_minus, "") : is_zero;
    q = LLVMBuildBinOp(l->b, opcode, a, choose(l, bad, const_i(l, 1), b), "");
    if (is_rem) /* by 1 in the bad cases: already 0 */
        return q;
    if (is_signed)
        q = choose(l, is_minus, LLVMBuildNeg(l->b, a, ""), q);
    return choose(l, is_zero, zero, q);
}

static LLVMValueRef multiply_high(struct lower *l, int is_signed)
{
    LLVMTypeRef wide = LLVMIntTypeInContext(l->c, 128);
    LLVMOpcode extend = is_signed ? LLVMSExt : LLVMZExt;
    LLVMValueRef a = LLVMBuildCast(l->b, extend, arg(l, 0), wide, "");
    LLVMValueRef b = LLVMBuildCast(l->b, extend, arg(l, 1), wide, "");
    LLVMValueRef p = LLVMBuildMul(l->b, a, b, "");

    p = LLVMBuildLShr(l->b, p, LLVMConstInt(wide, 64, 0), "");
    return LLVMBuildTrunc(l->b, p, l->ty->i64, "");
}

/* int_signext, int_zeroext: the width is a constant. */
static LLVMValueRef extend(struct lower *l, LLVMOpcode opcode)
{
    tw_vref width = operand(l, 1);
    int64_t bits;
    LLVMTypeRef narrow;

    if (!tw_is_const(width)) {
        lower_fail(l, "the width of %s is not constant",
                   tw_opinfo[l->op->opnum].name);
        return const_i(l, 0);
    }
    bits = tw_const_of(l->part->t, width)->v.i;
    if (bits != 8 && bits != 16 && bits != 32)
        return arg(l, 0);
    narrow = LLVMIntTypeInContext(l->c, (unsigned)bits);
    return LLVMBuildCast(l->b, opcode,
                         LLVMBuildTrunc(l->b, arg(l, 0), narrow, ""),
                         l->ty->i64, "");
}

static void count_zeros(struct lower *l, const char *name)
{
    LLVMTypeRef type = l->ty->i64;
    LLVMValueRef args[2] = {arg(l, 0), LLVMConstInt(l->ty->i1, 0, 0)};

    set_result(l, intrinsic(l, name, &type, 1, args, 2));
}

static void unary_i(struct lower *l, const char *name)
{
    LLVMTypeRef type = l->ty->i64;
    LLVMValueRef a = arg(l, 0);

    set_result(l, intrinsic(l, name, &type, 1, &a, 1));
}

/* An intrinsic of doubles with all operands. */
static void math(struct lower *l, const char *name)
{
    LLVMTypeRef type = l->ty->f64;
    LLVMValueRef args[3];

    for (unsigned k = 0; k < l->op->nargs; k++)
        args[k] = arg(l, k);
    set_result(l, intrinsic(l, name, &type, 1, args, l->op->nargs));
}

static void float_to_int(struct lower *l, const char *name)
{
    LLVMTypeRef types[2] = {l->ty->i64, l->ty->f64};
    LLVMValueRef a = arg(l, 0);

    set_result(l, intrinsic(l, name, types, 2, &a, 1));
}

static void overflow(struct lower *l, const char *name)
{
    LLVMTypeRef type = l->ty->i64;
    LLVMValueRef args[2] = {arg(l, 0), arg(l, 1)}, both;

    both = intrinsic(l, name, &type, 1, args, 2);
    set_result(l, LLVMBuildExtractValue(l->b, both, 0, ""));
    l->overflow = LLVMBuildExtractValue(l->b, both, 1, "");
}

static LLVMValueRef cast(struct lower *l, LLVMOpcode opcode, LLVMTypeRef to)
{
    return LLVMBuildCast(l->b, opcode, arg(l, 0), to, "");
}

static LLVMValueRef single(struct lower *l)
{
    return cast(l, LLVMFPTrunc, l->ty->f32);
}

static int lower_int(struct lower *l)
{
    switch (l->op->opnum) {
    case TW_OP_int_add:
        return set_result(l, binary(l, LLVMAdd)), 1;
    case TW_OP_int_sub:
        return set_result(l, binary(l, LLVMSub)), 1;
    case TW_OP_int_mul:
        return set_result(l, binary(l, LLVMMul)), 1;
    case TW_OP_int_div:
        return set_result(l, divide(l, LLVMSDiv)), 1;
    case TW_OP_int_rem:
        return set_result(l, divide(l, LLVMSRem)), 1;
    case TW_OP_uint_div:
        return set_result(l, divide(l, LLVMUDiv)), 1;
    case TW_OP_uint_rem:
        return set_result(l, divide(l, LLVMURem)), 1;
    case TW_OP_int_mul_high:
        return set_result(l, multiply_high(l, 1)), 1;
    case TW_OP_uint_mul_high:
        return set_result(l, multiply_high(l, 0)), 1;
    case TW_OP_int_and:
        return set_result(l, binary(l, LLVMAnd)), 1;
    case TW_OP_int_or:
        return set_result(l, binary(l, LLVMOr)), 1;
    case TW_OP_int_xor:
        return set_result(l, binary(l, LLVMXor)), 1;
    case TW_OP_int_lshift:
        return set_result(l, shift(l, LLVMShl)), 1;
    case TW_OP_int_rshift:
        return set_result(l, shift(l, LLVMAShr)), 1;
    case TW_OP_uint_rshift:
        return set_result(l, shift(l, LLVMLShr)), 1;
    case TW_OP_int_min:
        return extremum(l, LLVMIntSLT), 1;
    case TW_OP_int_max:
        return extremum(l, LLVMIntSGT), 1;
    case TW_OP_uint_min:
        return extremum(l, LLVMIntULT), 1;
    case TW_OP_uint_max:
        return extremum(l, LLVMIntUGT), 1;
    case TW_OP_int_neg:
        return set_result(l, LLVMBuildNeg(l->b, arg(l, 0), "")), 1;
    case TW_OP_int_invert:
        return set_result(l, LLVMBuildNot(l->b, arg(l, 0), "")), 1;
    case TW_OP_int_signext:
        return set_result(l, extend(l, LLVMSExt)), 1;
    case TW_OP_int_zeroext:
        return set_result(l, extend(l, LLVMZExt)), 1;
    case TW_OP_int_clz:
        return count_zeros(l, "llvm.ctlz"), 1;
    case TW_OP_int_ctz:
        return count_zeros(l, "llvm.cttz"), 1;
    case TW_OP_int_popcount:
        return unary_i(l, "llvm.ctpop"), 1;
    case TW_OP_int_bswap:
        return unary_i(l, "llvm.bswap"), 1;
    case TW_OP_int_bitreverse:
        return unary_i(l, "llvm.bitreverse"), 1;
    case TW_OP_int_is_true:
        return set_result_bit(l, value_bit(l, operand(l, 0))), 1;
    case TW_OP_int_is_zero:
        return set_result_bit(
                   l, LLVMBuildNot(l->b, value_bit(l, operand(l, 0)), "")),
               1;
    case TW_OP_int_select:
        return set_result(l, choose(l, value_bit(l, operand(l, 0)), arg(l, 1),
                                    arg(l, 2))),
               1;
    case TW_OP_int_add_ovf:
        return overflow(l, "llvm.sadd.with.overflow"), 1;
    case TW_OP_int_sub_ovf:
        return overflow(l, "llvm.ssub.with.overflow"), 1;
    case TW_OP_int_mul_ovf:
        return overflow(l, "llvm.smul.with.overflow"), 1;
    default:
        return 0;
    }
}

static int lower_compare(struct lower *l)
{
    switch (l->op->opnum) {
    case TW_OP_int_lt:
        return compare_i(l, LLVMIntSLT), 1;
    case TW_OP_int_le:
        return compare_i(l, LLVMIntSLE), 1;
    case TW_OP_int_eq:
        return compare_i(l, LLVMIntEQ), 1;
    case TW_OP_int_ne:
        return compare_i(l, LLVMIntNE), 1;
    case TW_OP_int_gt:
        return compare_i(l, LLVMIntSGT), 1;
    case TW_OP_int_ge:
        return compare_i(l, LLVMIntSGE), 1;
    case TW_OP_uint_lt:
        return compare_i(l, LLVMIntULT), 1;
    case TW_OP_uint_le:
        return compare_i(l, LLVMIntULE), 1;
    case TW_OP_uint_gt:
        return compare_i(l, LLVMIntUGT), 1;
    case TW_OP_uint_ge:
        return compare_i(l, LLVMIntUGE), 1;
    case TW_OP_float_lt:
        return compare_f(l, LLVMRealOLT), 1;
    case TW_OP_float_le:
        return compare_f(l, LLVMRealOLE), 1;
    case TW_OP_float_eq:
        return compare_f(l, LLVMRealOEQ), 1;
    case TW_OP_float_ne:
        return compare_f(l, LLVMRealUNE), 1;
    case TW_OP_float_gt:
        return compare_f(l, LLVMRealOGT), 1;
    case TW_OP_float_ge:
        return compare_f(l, LLVMRealOGE), 1;
    case TW_OP_float_unord:
        return compare_f(l, LLVMRealUNO), 1;
    case TW_OP_ptr_eq:
        return compare_i(l, LLVMIntEQ), 1;
    case TW_OP_ptr_ne:
        return compare_i(l, LLVMIntNE), 1;
    case TW_OP_ptr_is_null:
        return set_result_bit(l, LLVMBuildIsNull(l->b, arg(l, 0), "")), 1;
    case TW_OP_ptr_nonnull:
        return set_result_bit(l, LLVMBuildIsNotNull(l->b, arg(l, 0), "")), 1;
    default:
        return 0;
    }
}

static int lower_float(struct lower *l)
{
    const struct llvm_types *ty = l->ty;

    switch (l->op->opnum) {
    case TW_OP_float_select:
        return set_result(l, choose(l, value_bit(l, operand(l, 0)), arg(l, 1),
                                    arg(l, 2))),
               1;
    case TW_OP_float_add:
        return set_result(l, binary(l, LLVMFAdd)), 1;
    case TW_OP_float_sub:
        return set_result(l, binary(l, LLVMFSub)), 1;
    case TW_OP_float_mul:
        return set_result(l, binary(l, LLVMFMul)), 1;
    case TW_OP_float_truediv:
        return set_result(l, binary(l, LLVMFDiv)), 1;
    case TW_OP_float_neg:
        return set_result(l, LLVMBuildFNeg(l->b, arg(l, 0), "")), 1;
    case TW_OP_float_abs:
        return math(l, "llvm.fabs"), 1;
    case TW_OP_float_sqrt:
        return math(l, "llvm.sqrt"), 1;
    case TW_OP_float_floor:
        return math(l, "llvm.floor"), 1;
    case TW_OP_float_ceil:
        return math(l, "llvm.ceil"), 1;
    case TW_OP_float_trunc:
        return math(l, "llvm.trunc"), 1;
    case TW_OP_float_copysign:
        return math(l, "llvm.copysign"), 1;
    case TW_OP_float_fma:
        return math(l, "llvm.fma"), 1;
    case TW_OP_float_to_single:
        return set_result(l, LLVMBuildFPExt(l->b, single(l), ty->f64, "")), 1;
    case TW_OP_cast_int_to_float:
        return set_result(l, cast(l, LLVMSIToFP, ty->f64)), 1;
    case TW_OP_cast_uint_to_float:
        return set_result(l, cast(l, LLVMUIToFP, ty->f64)), 1;
    case TW_OP_cast_float_to_int:
        return float_to_int(l, "llvm.fptosi.sat"), 1;
    case TW_OP_cast_float_to_uint:
        return float_to_int(l, "llvm.fptoui.sat"), 1;
    case TW_OP_float_to_bits:
        return set_result(l, cast(l, LLVMBitCast, ty->i64)), 1;
    case TW_OP_bits_to_float:
        return set_result(l, cast(l, LLVMBitCast, ty->f64)), 1;
    case TW_OP_single_to_bits:
        return set_result(l, LLVMBuildSExt(
                                 l->b,
                                 LLVMBuildBitCast(l->b, single(l), ty->i32, ""),
                                 ty->i64, "")),
               1;
    case TW_OP_bits_to_single:
        return set_result(
                   l, LLVMBuildFPExt(
                          l->b,
                          LLVMBuildBitCast(l->b, cast(l, LLVMTrunc, ty->i32),
                                           ty->f32, ""),
                          ty->f64, "")),
               1;
    default:
        return 0;
    }
}

int lower_pure(struct lower *l)
{
    if (lower_int(l) || lower_compare(l) || lower_float(l))
        return 1;
    switch (l->op->opnum) {
    case TW_OP_ptr_add: {
        LLVMValueRef offset = arg(l, 1);

        if (!tw_is_const(operand(l, 1)))
            value_anchor(l, operand(l, 0));
        set_result(l,
                   LLVMBuildGEP2(l->b, l->ty->i8, arg(l, 0), &offset, 1, ""));
        return 1;
    }
    case TW_OP_cast_ptr_to_int:
        set_result(l, cast(l, LLVMPtrToInt, l->ty->i64));
        return 1;
    case TW_OP_cast_int_to_ptr:
        set_result(l, cast(l, LLVMIntToPtr, l->ty->ptr));
        return 1;
    case TW_OP_same_as_i:
    case TW_OP_same_as_r:
    case TW_OP_same_as_f:
        set_result(l, arg(l, 0));
        return 1;
    default:
        return 0;
    }
}

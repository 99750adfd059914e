/*
 * lower_ops.c: arithmetic, comparisons, casts, selects and intrinsics.
 *
 * Integers are canonical: sign-extended to 64 bits whatever their C type, i1 as
 * 0 or 1. An operation that can leave that form is followed by int_signext; the
 * ones that cannot are not. C floats are doubles, rounded after each operation
 * (which is exact: double has more than twice float's digits).
 */
#include "codegen/lower.h"

static unsigned width_of(LLVMValueRef v)
{
    return LLVMGetIntTypeWidth(LLVMTypeOf(v));
}

static jreg iconst(struct lower *l, int64_t v)
{
    return jasm_const_i(l->a, v);
}

static jreg iop(struct lower *l, unsigned op, jreg a, jreg b)
{
    return lower_op2(l, op, TW_BANK_I, a, b);
}

jreg lower_canonical(struct lower *l, jreg r, unsigned width)
{
    if (width == 64)
        return r;
    if (width == 1)
        return iop(l, TW_OP_int_and, r, iconst(l, 1));
    if (width == 8 || width == 16 || width == 32)
        return iop(l, TW_OP_int_signext, r, iconst(l, width));
    r = iop(l, TW_OP_int_lshift, r, iconst(l, 64 - width));
    return iop(l, TW_OP_int_rshift, r, iconst(l, 64 - width));
}

jreg lower_zext(struct lower *l, jreg r, unsigned width)
{
    if (width == 64 || width == 1)
        return r;
    if (width == 8 || width == 16 || width == 32)
        return iop(l, TW_OP_int_zeroext, r, iconst(l, width));
    return iop(l, TW_OP_int_and, r, iconst(l, (int64_t)((1ull << width) - 1)));
}

/* The operation's own result register, so that no move is needed. */
static void set2(struct lower *l, LLVMValueRef i, unsigned op, jreg a, jreg b)
{
    EMIT(l->a, op, a, b, lower_result(l, i));
}

static void set1(struct lower *l, LLVMValueRef i, unsigned op, jreg a)
{
    EMIT(l->a, op, a, lower_result(l, i));
}

/* i = r made canonical for i's width */
static void set_canonical(struct lower *l, LLVMValueRef i, jreg r,
                          unsigned width)
{
    if (width == 8 || width == 16 || width == 32)
        set2(l, i, TW_OP_int_signext, r, iconst(l, width));
    else
        lower_alias(l, i, lower_canonical(l, r, width));
}

static int has_nsw(LLVMValueRef i)
{
    switch (ir_op(i)) {
    case LLVMAdd:
    case LLVMSub:
    case LLVMMul:
    case LLVMShl:
        return LLVMGetNSW(i);
    default:
        return 0;
    }
}

/* ---------------------------------------------------------------- compare */

/* i's only use is "not i": the comparison is made there, the other way round. */
static int only_negated(LLVMValueRef i)
{
    LLVMUseRef u = LLVMGetFirstUse(i);

    return u && !LLVMGetNextUse(u) && ir_is_not(LLVMGetUser(u));
}

static LLVMIntPredicate opposite(LLVMIntPredicate p)
{
    static const struct {
        LLVMIntPredicate a, b;
    } pairs[] = {{LLVMIntEQ, LLVMIntNE},
                 {LLVMIntUGT, LLVMIntULE},
                 {LLVMIntUGE, LLVMIntULT},
                 {LLVMIntSGT, LLVMIntSLE},
                 {LLVMIntSGE, LLVMIntSLT}};

    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        if (pairs[k].a == p)
            return pairs[k].b;
        if (pairs[k].b == p)
            return pairs[k].a;
    }
    return p;
}

/* The i1 that v is non-zero for, if v is one in wider clothes. */
static LLVMValueRef as_bool(LLVMValueRef v)
{
    for (;;) {
        if (LLVMTypeOf(v) == cg.i1)
            return v;
        if (ir_op(v) == LLVMZExt || ir_op(v) == LLVMSExt)
            v = LLVMGetOperand(v, 0);
        else if (ir_op(v) == LLVMCall &&
                 ir_starts(ir_callee_name(v), "llvm.expect."))
            v = LLVMGetOperand(v, 0);
        else
            return NULL;
    }
}

/* result = va p vb */
static void compare(struct lower *l, LLVMValueRef i, LLVMIntPredicate p,
                    LLVMValueRef va, LLVMValueRef vb);

static void lower_icmp(struct lower *l, LLVMValueRef i)
{
    if (!only_negated(i))
        compare(l, i, LLVMGetICmpPredicate(i), LLVMGetOperand(i, 0),
                LLVMGetOperand(i, 1));
}

static void compare(struct lower *l, LLVMValueRef i, LLVMIntPredicate p,
                    LLVMValueRef va, LLVMValueRef vb)
{
    static const struct {
        LLVMIntPredicate p;
        unsigned op, reversed;
    } table[] = {
        {LLVMIntEQ, TW_OP_int_eq, TW_OP_int_eq},
        {LLVMIntNE, TW_OP_int_ne, TW_OP_int_ne},
        {LLVMIntUGT, TW_OP_uint_gt, TW_OP_uint_gt},
        {LLVMIntUGE, TW_OP_uint_ge, TW_OP_uint_ge},
        {LLVMIntULT, TW_OP_uint_lt, TW_OP_uint_lt},
        {LLVMIntULE, TW_OP_uint_le, TW_OP_uint_le},
        /* a signed bit is 0 or -1: the order turns round */
        {LLVMIntSGT, TW_OP_int_gt, TW_OP_int_lt},
        {LLVMIntSGE, TW_OP_int_ge, TW_OP_int_le},
        {LLVMIntSLT, TW_OP_int_lt, TW_OP_int_gt},
        {LLVMIntSLE, TW_OP_int_le, TW_OP_int_ge},
    };
    LLVMValueRef truth;
    jreg a, b;
    unsigned op = 0;

    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (table[k].p == p)
            op = lower_bank(LLVMTypeOf(va)) == TW_BANK_I && width_of(va) == 1
                     ? table[k].reversed
                     : table[k].op;
    if (lower_bank(LLVMTypeOf(va)) == TW_BANK_R) {
        if (p == LLVMIntEQ || p == LLVMIntNE) {
            if (LLVMIsNull(vb) || LLVMIsNull(va)) {
                set1(l, i,
                     p == LLVMIntEQ ? TW_OP_ptr_is_null : TW_OP_ptr_nonnull,
                     lower_value(l, LLVMIsNull(vb) ? va : vb));
                return;
            }
            set2(l, i, p == LLVMIntEQ ? TW_OP_ptr_eq : TW_OP_ptr_ne,
                 lower_value(l, va), lower_value(l, vb));
            return;
        }
        a = lower_op1(l, TW_OP_cast_ptr_to_int, TW_BANK_I, lower_value(l, va));
        b = lower_op1(l, TW_OP_cast_ptr_to_int, TW_BANK_I, lower_value(l, vb));
        set2(l, i, op, a, b);
        return;
    }
    if (LLVMIsNull(vb) && (p == LLVMIntNE || p == LLVMIntEQ) &&
        LLVMTypeOf(va) != cg.i1 && (truth = as_bool(va))) {
        if (p == LLVMIntNE)
            lower_alias(l, i, lower_value(l, truth));
        else
            set1(l, i, TW_OP_int_is_zero, lower_value(l, truth));
        return;
    }
    a = lower_value(l, va);
    b = lower_value(l, vb);
    if (LLVMIsNull(vb) && p == LLVMIntNE)
        set1(l, i, TW_OP_int_is_true, a);
    else if (LLVMIsNull(vb) && p == LLVMIntEQ)
        set1(l, i, TW_OP_int_is_zero, a);
    else
        set2(l, i, op, a, b);
}

/* ---------------------------------------------------------------- integers */

static int lower_int_op(struct lower *l, LLVMValueRef i)
{
    int op = ir_op(i), jop, narrow_safe = 0;
    LLVMValueRef va, vb;
    unsigned w;
    jreg a, b;

    switch (op) {
    case LLVMAdd:
        jop = TW_OP_int_add;
        break;
    case LLVMSub:
        jop = TW_OP_int_sub;
        break;
    case LLVMMul:
        jop = TW_OP_int_mul;
        break;
    case LLVMShl:
        jop = TW_OP_int_lshift;
        break;
    case LLVMSDiv:
        jop = TW_OP_int_div;
        break;
    case LLVMSRem:
        jop = TW_OP_int_rem;
        narrow_safe = 1;
        break;
    case LLVMUDiv:
        jop = TW_OP_uint_div;
        break;
    case LLVMURem:
        jop = TW_OP_uint_rem;
        break;
    case LLVMLShr:
        jop = TW_OP_uint_rshift;
        break;
    case LLVMAShr:
        jop = TW_OP_int_rshift;
        narrow_safe = 1;
        break;
    case LLVMAnd:
        jop = TW_OP_int_and;
        narrow_safe = 1;
        break;
    case LLVMOr:
        jop = TW_OP_int_or;
        narrow_safe = 1;
        break;
    case LLVMXor:
        jop = TW_OP_int_xor;
        narrow_safe = 1;
        break;
    default:
        return 0;
    }
    va = LLVMGetOperand(i, 0);
    vb = LLVMGetOperand(i, 1);
    if (ir_is_not(i) && ir_op(va) == LLVMICmp && only_negated(va)) {
        compare(l, i, opposite(LLVMGetICmpPredicate(va)), LLVMGetOperand(va, 0),
                LLVMGetOperand(va, 1));
        return 1;
    }
    w = width_of(i);
    a = lower_value(l, va);
    b = lower_value(l, vb);
    if (w == 1) {
        /* One bit: add and sub are xor, mul is and; division is by 1. */
        if (op == LLVMAdd || op == LLVMSub)
            jop = TW_OP_int_xor;
        if (op == LLVMMul)
            jop = TW_OP_int_and;
        if (op == LLVMXor && LLVMIsAConstantInt(vb) &&
            LLVMConstIntGetZExtValue(vb) == 1)
            set1(l, i, TW_OP_int_is_zero, a);
        else
            set2(l, i, (unsigned)jop, a, b);
        return 1;
    }
    if (op == LLVMUDiv || op == LLVMURem || op == LLVMLShr) {
        a = lower_zext(l, a, w);
        if (op != LLVMLShr)
            b = lower_zext(l, b, w);
    }
    if (w == 64 || narrow_safe || has_nsw(i)) {
        if (op == LLVMXor && LLVMIsAConstantInt(vb) &&
            LLVMConstIntGetSExtValue(vb) == -1)
            set1(l, i, TW_OP_int_invert, a);
        else if (op == LLVMSub && LLVMIsAConstantInt(va) &&
                 LLVMConstIntGetSExtValue(va) == 0)
            set1(l, i, TW_OP_int_neg, b);
        else
            set2(l, i, (unsigned)jop, a, b);
        return 1;
    }
    set_canonical(l, i, iop(l, (unsigned)jop, a, b), w);
    return 1;
}

static void lower_fcmp(struct lower *l, LLVMValueRef i)
{
    jreg a = lower_value(l, LLVMGetOperand(i, 0)),
         b = lower_value(l, LLVMGetOperand(i, 1)), t;

    switch (LLVMGetFCmpPredicate(i)) {
    case LLVMRealOEQ:
        set2(l, i, TW_OP_float_eq, a, b);
        return;
    case LLVMRealOGT:
        set2(l, i, TW_OP_float_gt, a, b);
        return;
    case LLVMRealOGE:
        set2(l, i, TW_OP_float_ge, a, b);
        return;
    case LLVMRealOLT:
        set2(l, i, TW_OP_float_lt, a, b);
        return;
    case LLVMRealOLE:
        set2(l, i, TW_OP_float_le, a, b);
        return;
    case LLVMRealUNE:
        set2(l, i, TW_OP_float_ne, a, b);
        return;
    case LLVMRealUNO:
        set2(l, i, TW_OP_float_unord, a, b);
        return;
    case LLVMRealORD:
        t = iop(l, TW_OP_float_unord, a, b);
        break;
    /* u-something is the opposite of its ordered opposite */
    case LLVMRealUGT:
        t = iop(l, TW_OP_float_le, a, b);
        break;
    case LLVMRealUGE:
        t = iop(l, TW_OP_float_lt, a, b);
        break;
    case LLVMRealULT:
        t = iop(l, TW_OP_float_ge, a, b);
        break;
    case LLVMRealULE:
        t = iop(l, TW_OP_float_gt, a, b);
        break;
    case LLVMRealUEQ:
        set2(l, i, TW_OP_int_or, iop(l, TW_OP_float_eq, a, b),
             iop(l, TW_OP_float_unord, a, b));
        return;
    case LLVMRealONE:
        set2(l, i, TW_OP_int_or, iop(l, TW_OP_float_lt, a, b),
             iop(l, TW_OP_float_gt, a, b));
        return;
    case LLVMRealPredicateFalse:
        lower_alias(l, i, iconst(l, 0));
        return;
    case LLVMRealPredicateTrue:
        lower_alias(l, i, iconst(l, 1));
        return;
    }
    set1(l, i, TW_OP_int_is_zero, t);
}

/* ---------------------------------------------------------------- casts */

static int is_single(LLVMValueRef v)
{
    return ir_kind(LLVMTypeOf(v)) == LLVMFloatTypeKind;
}

static void call_helper(struct lower *l, LLVMValueRef i)
{
    LLVMValueRef native;
    struct calldescr *d = stubs_helper(i, &native);
    int n = ir_op(i) == LLVMCall ? (int)ir_nargs(i) : LLVMGetNumOperands(i);
    jreg args[8];
    unsigned nargs = 0;

    for (int k = 0; k < n; k++)
        if (!LLVMIsConstant(LLVMGetOperand(i, (unsigned)k)))
            args[nargs++] = lower_value(l, LLVMGetOperand(i, (unsigned)k));
    lower_residual(l, jasm_const_r(l->a, native), d->descr, &d->sig, args,
                   lower_result(l, i), 0);
}

static int lower_cast(struct lower *l, LLVMValueRef i)
{
    LLVMValueRef v = LLVMGetOperand(i, 0);
    LLVMTypeRef from = LLVMTypeOf(v), to = LLVMTypeOf(i);
    jreg a;

    switch (ir_op(i)) {
    case LLVMTrunc:
        set_canonical(l, i, lower_value(l, v), width_of(i));
        return 1;
    case LLVMZExt:
        lower_alias(l, i, lower_zext(l, lower_value(l, v), width_of(v)));
        return 1;
    case LLVMSExt:
        a = lower_value(l, v);
        if (width_of(v) == 1)
            set1(l, i, TW_OP_int_neg, a);
        else
            lower_alias(l, i, a);
        return 1;
    case LLVMFPToUI:
        a = lower_value(l, v);
        if (width_of(i) == 64)
            set1(l, i, TW_OP_cast_float_to_uint, a);
        else
            set_canonical(l, i,
                          lower_op1(l, TW_OP_cast_float_to_int, TW_BANK_I, a),
                          width_of(i));
        return 1;
    case LLVMFPToSI:
        a = lower_value(l, v);
        if (width_of(i) == 64)
            set1(l, i, TW_OP_cast_float_to_int, a);
        else
            set_canonical(l, i,
                          lower_op1(l, TW_OP_cast_float_to_int, TW_BANK_I, a),
                          width_of(i));
        return 1;
    case LLVMUIToFP:
    case LLVMSIToFP: {
        int is_signed = ir_op(i) == LLVMSIToFP;
        unsigned w = width_of(v);

        /* Twice rounded is not once rounded: leave it to native code. */
        if (is_single(i) && w > 53) {
            call_helper(l, i);
            return 1;
        }
        a = lower_value(l, v);
        if (is_signed && w == 1)
            a = lower_op1(l, TW_OP_int_neg, TW_BANK_I, a);
        if (!is_signed && w < 64)
            a = lower_zext(l, a, w);
        a = lower_op1(l,
                      !is_signed && w == 64 ? TW_OP_cast_uint_to_float
                                            : TW_OP_cast_int_to_float,
                      TW_BANK_F, a);
        if (is_single(i))
            a = lower_op1(l, TW_OP_float_to_single, TW_BANK_F, a);
        lower_alias(l, i, a);
        return 1;
    }
    case LLVMFPTrunc:
        set1(l, i, TW_OP_float_to_single, lower_value(l, v));
        return 1;
    case LLVMFPExt:
        lower_alias(l, i, lower_value(l, v));
        return 1;
    case LLVMPtrToInt:
        a = lower_op1(l, TW_OP_cast_ptr_to_int, TW_BANK_I, lower_value(l, v));
        lower_alias(l, i, lower_canonical(l, a, width_of(i)));
        return 1;
    case LLVMIntToPtr:
        set1(l, i, TW_OP_cast_int_to_ptr,
             lower_zext(l, lower_value(l, v), width_of(v)));
        return 1;
    case LLVMBitCast:
        if (lower_bank(from) == lower_bank(to)) {
            lower_alias(l, i, lower_value(l, v));
        } else if (lower_bank(to) == TW_BANK_I) {
            set1(l, i,
                 is_single(v) ? TW_OP_single_to_bits : TW_OP_float_to_bits,
                 lower_value(l, v));
        } else {
            set1(l, i,
                 is_single(i) ? TW_OP_bits_to_single : TW_OP_bits_to_float,
                 lower_value(l, v));
        }
        return 1;
    default:
        return 0;
    }
}

/* ---------------------------------------------------------------- floats */

static void set_float(struct lower *l, LLVMValueRef i, jreg r)
{
    if (is_single(i))
        set1(l, i, TW_OP_float_to_single, r);
    else
        lower_alias(l, i, r);
}

static int lower_float_op(struct lower *l, LLVMValueRef i)
{
    unsigned op;
    jreg a, b;

    switch (ir_op(i)) {
    case LLVMFAdd:
        op = TW_OP_float_add;
        break;
    case LLVMFSub:
        op = TW_OP_float_sub;
        break;
    case LLVMFMul:
        op = TW_OP_float_mul;
        break;
    case LLVMFDiv:
        op = TW_OP_float_truediv;
        break;
    case LLVMFRem:
        call_helper(l, i);
        return 1;
    case LLVMFNeg:
        set1(l, i, TW_OP_float_neg, lower_value(l, LLVMGetOperand(i, 0)));
        return 1;
    default:
        return 0;
    }
    a = lower_value(l, LLVMGetOperand(i, 0));
    b = lower_value(l, LLVMGetOperand(i, 1));
    if (is_single(i))
        set_float(l, i, lower_op2(l, op, TW_BANK_F, a, b));
    else
        set2(l, i, op, a, b);
    return 1;
}

static void lower_select(struct lower *l, LLVMValueRef i)
{
    jreg c = lower_value(l, LLVMGetOperand(i, 0)), r[MAX_LEAVES], *a, *b;
    LLVMTypeRef t = LLVMTypeOf(i);
    static const unsigned ops[] = {TW_OP_int_select, TW_JOP_ref_select,
                                   TW_OP_float_select};
    struct leaves lv;

    if (!lower_is_aggregate(t)) {
        jreg x = lower_value(l, LLVMGetOperand(i, 1)),
             y = lower_value(l, LLVMGetOperand(i, 2));

        if (lower_bank(t) == TW_BANK_R)
            jasm_live(l->a);
        EMIT(l->a, ops[lower_bank(t)], c, x, y, lower_result(l, i));
        return;
    }
    lower_leaves(t, &lv);
    a = lower_agg(l, LLVMGetOperand(i, 1));
    b = lower_agg(l, LLVMGetOperand(i, 2));
    for (unsigned k = 0; k < lv.n; k++) {
        int bank = lower_bank(lv.type[k]);

        if (bank == TW_BANK_R)
            jasm_live(l->a);
        r[k] = lower_op3(l, ops[bank], bank, c, a[k], b[k]);
    }
    lower_set_agg(l, i, r, lv.n);
}

int lower_arith(struct lower *l, LLVMValueRef i)
{
    switch (ir_op(i)) {
    case LLVMICmp:
        lower_icmp(l, i);
        return 1;
    case LLVMFCmp:
        lower_fcmp(l, i);
        return 1;
    case LLVMSelect:
        lower_select(l, i);
        return 1;
    default:
        return lower_int_op(l, i) || lower_cast(l, i) || lower_float_op(l, i);
    }
}

/* ---------------------------------------------------------------- intrinsics */

/* {value, overflowed}. 64-bit signed ones are operations of their own, joined
 * again behind the jump; narrow ones compare with the canonical result. */
static void lower_overflow(struct lower *l, LLVMValueRef call, const char *name)
{
    LLVMValueRef va = LLVMGetOperand(call, 0);
    int is_unsigned = name[0] == 'u';
    char what = name[1]; /* add, sub, mul */
    unsigned w = width_of(va);
    jreg a = lower_value(l, va), b = lower_value(l, LLVMGetOperand(call, 1)),
         r[2], t;
    unsigned op = what == 'a'   ? TW_OP_int_add
                  : what == 's' ? TW_OP_int_sub
                                : TW_OP_int_mul;

    if (w == 64 && !is_unsigned) {
        uint32_t over = jasm_label(l->a), done = jasm_label(l->a);

        r[0] = jasm_reg(l->a, TW_BANK_I);
        r[1] = jasm_reg(l->a, TW_BANK_I);
        jasm_live(l->a);
        EMIT(l->a,
             what == 'a'   ? TW_JOP_add_jump_if_ovf
             : what == 's' ? TW_JOP_sub_jump_if_ovf
                           : TW_JOP_mul_jump_if_ovf,
             a, b, r[0], over);
        jasm_move(l->a, TW_BANK_I, r[1], iconst(l, 0));
        jasm_goto(l->a, done);
        jasm_place(l->a, over);
        jasm_move(l->a, TW_BANK_I, r[1], iconst(l, 1));
        jasm_place(l->a, done);
    } else if (w == 64) {
        r[0] = iop(l, op, a, b);
        if (what == 'a')
            r[1] = iop(l, TW_OP_uint_lt, r[0], a);
        else if (what == 's')
            r[1] = iop(l, TW_OP_uint_lt, a, b);
        else
            r[1] = lower_op1(l, TW_OP_int_is_true, TW_BANK_I,
                             iop(l, TW_OP_uint_mul_high, a, b));
    } else if (w > 32) {
        lower_unsupported(l, call, "odd overflow");
    } else {
        if (is_unsigned) {
            a = lower_zext(l, a, w);
            b = lower_zext(l, b, w);
        }
        t = iop(l, op, a, b);
        r[0] = lower_canonical(l, t, w);
        r[1] =
            iop(l, TW_OP_int_ne, t, is_unsigned ? lower_zext(l, t, w) : r[0]);
    }
    lower_set_agg(l, call, r, 2);
}

/* Widths 8 to 64 that are a power of two. */
static int regular(unsigned w)
{
    return w == 8 || w == 16 || w == 32 || w == 64;
}

static int lower_int_intrinsic(struct lower *l, LLVMValueRef call,
                               const char *n)
{
    unsigned w =
        ir_kind(LLVMTypeOf(call)) == LLVMIntegerTypeKind ? width_of(call) : 0;
    jreg a, b, c;

    static const struct {
        const char *name;
        unsigned op;
    } minmax[] = {{"smin.", TW_OP_int_min},
                  {"smax.", TW_OP_int_max},
                  {"umin.", TW_OP_uint_min},
                  {"umax.", TW_OP_uint_max}};

    for (int k = 0; k < 4; k++) {
        if (ir_starts(n, minmax[k].name) && regular(w)) {
            set2(l, call, minmax[k].op, lower_value(l, LLVMGetOperand(call, 0)),
                 lower_value(l, LLVMGetOperand(call, 1)));
            return 1;
        }
    }
    if (!regular(w))
        return 0;
    if (ir_starts(n, "abs.")) {
        a = lower_value(l, LLVMGetOperand(call, 0));
        b = lower_op1(l, TW_OP_int_neg, TW_BANK_I, a);
        b = lower_canonical(l, b, w); /* of the least number: itself */
        c = iop(l, TW_OP_int_lt, a, iconst(l, 0));
        EMIT(l->a, TW_OP_int_select, c, b, a, lower_result(l, call));
        return 1;
    }
    if (ir_starts(n, "ctlz.")) {
        a = lower_zext(l, lower_value(l, LLVMGetOperand(call, 0)), w);
        a = lower_op1(l, TW_OP_int_clz, TW_BANK_I, a);
        lower_alias(l, call,
                    w == 64 ? a : iop(l, TW_OP_int_sub, a, iconst(l, 64 - w)));
        return 1;
    }
    if (ir_starts(n, "cttz.")) {
        a = lower_value(l, LLVMGetOperand(call, 0));
        if (w < 64) /* a bit beyond the end answers for zero */
            a = iop(l, TW_OP_int_or, a, iconst(l, (int64_t)(1ull << w)));
        set1(l, call, TW_OP_int_ctz, a);
        return 1;
    }
    if (ir_starts(n, "ctpop.")) {
        a = lower_zext(l, lower_value(l, LLVMGetOperand(call, 0)), w);
        set1(l, call, TW_OP_int_popcount, a);
        return 1;
    }
    if (ir_starts(n, "bswap.") || ir_starts(n, "bitreverse.")) {
        a = lower_op1(l, n[1] == 's' ? TW_OP_int_bswap : TW_OP_int_bitreverse,
                      TW_BANK_I, lower_value(l, LLVMGetOperand(call, 0)));
        lower_alias(l, call,
                    w == 64 ? a
                            : iop(l, TW_OP_int_rshift, a, iconst(l, 64 - w)));
        return 1;
    }
    if ((ir_starts(n, "fshl.") || ir_starts(n, "fshr.")) &&
        LLVMIsAConstantInt(LLVMGetOperand(call, 2))) {
        /* the double word a:b shifted by a constant */
        int64_t s =
            (int64_t)(LLVMConstIntGetZExtValue(LLVMGetOperand(call, 2)) % w);

        a = lower_value(l, LLVMGetOperand(call, 0));
        b = lower_value(l, LLVMGetOperand(call, 1));
        if (!s) {
            lower_alias(l, call, n[3] == 'l' ? a : b);
            return 1;
        }
        if (n[3] == 'r')
            s = w - s;
        a = iop(l, TW_OP_int_lshift, a, iconst(l, s));
        b = iop(l, TW_OP_uint_rshift, lower_zext(l, b, w), iconst(l, w - s));
        set_canonical(l, call, iop(l, TW_OP_int_or, a, b), w);
        return 1;
    }
    return 0;
}

static int lower_float_intrinsic(struct lower *l, LLVMValueRef call,
                                 const char *n)
{
    static const struct {
        const char *name;
        unsigned op;
    } unary[] = {
        {"fabs.", TW_OP_float_abs},    {"sqrt.", TW_OP_float_sqrt},
        {"floor.", TW_OP_float_floor}, {"ceil.", TW_OP_float_ceil},
        {"trunc.", TW_OP_float_trunc},
    };

    for (size_t k = 0; k < sizeof unary / sizeof *unary; k++) {
        if (ir_starts(n, unary[k].name)) {
            jreg a = lower_value(l, LLVMGetOperand(call, 0));

            if (unary[k].op == TW_OP_float_sqrt && is_single(call))
                set_float(l, call, lower_op1(l, unary[k].op, TW_BANK_F, a));
            else
                set1(l, call, unary[k].op, a);
            return 1;
        }
    }
    if (ir_starts(n, "copysign.")) {
        set2(l, call, TW_OP_float_copysign,
             lower_value(l, LLVMGetOperand(call, 0)),
             lower_value(l, LLVMGetOperand(call, 1)));
        return 1;
    }
    /* x86 without FMA multiplies, then adds: a*b + c as the native code does
     * it where the CPU has no fused form must be the same on all, so fmuladd is
     * never fused; stubs and native code agree because native.c splits it too. */
    if (ir_starts(n, "fmuladd.")) {
        jreg a = lower_value(l, LLVMGetOperand(call, 0));
        jreg b = lower_value(l, LLVMGetOperand(call, 1));
        jreg c = lower_value(l, LLVMGetOperand(call, 2));
        jreg m = lower_op2(l, TW_OP_float_mul, TW_BANK_F, a, b);

        if (is_single(call))
            m = lower_op1(l, TW_OP_float_to_single, TW_BANK_F, m);
        set_float(l, call, lower_op2(l, TW_OP_float_add, TW_BANK_F, m, c));
        return 1;
    }
    if (ir_starts(n, "fma.") && !is_single(call)) {
        EMIT(l->a, TW_OP_float_fma, lower_value(l, LLVMGetOperand(call, 0)),
             lower_value(l, LLVMGetOperand(call, 1)),
             lower_value(l, LLVMGetOperand(call, 2)), lower_result(l, call));
        return 1;
    }
    return 0;
}

/* The C library's functions that are operations: as clang leaves them when
 * errno is asked for, which traces do not keep (known.c). */
int lower_libm(struct lower *l, LLVMValueRef call)
{
    static const struct {
        const char *name;
        unsigned op;
    } table[] = {{"sqrt", TW_OP_float_sqrt},
                 {"fabs", TW_OP_float_abs},
                 {"floor", TW_OP_float_floor},
                 {"ceil", TW_OP_float_ceil},
                 {"trunc", TW_OP_float_trunc}};
    const char *n = ir_callee_name(call);

    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        if (!strcmp(n, table[k].name) && ir_nargs(call) == 1 &&
            LLVMTypeOf(call) == cg.f64) {
            set1(l, call, table[k].op, lower_value(l, LLVMGetOperand(call, 0)));
            return 1;
        }
    }
    return 0;
}

int lower_intrinsic(struct lower *l, LLVMValueRef call)
{
    const char *n = ir_callee_name(call);
    LLVMTypeRef t = LLVMTypeOf(call);

    if (!ir_starts(n, "llvm."))
        return 0;
    n += 5;
    if (ir_starts(n, "dbg.") || ir_starts(n, "lifetime.end") ||
        ir_starts(n, "assume") || ir_starts(n, "stackrestore") ||
        ir_starts(n, "prefetch") || ir_starts(n, "donothing") ||
        ir_starts(n, "experimental.noalias.scope.decl") ||
        ir_starts(n, "invariant.start") || ir_starts(n, "invariant.end") ||
        ir_starts(n, "var.annotation"))
        return 1;
    if (ir_starts(n, "expect.") || ir_starts(n, "launder.") ||
        ir_starts(n, "strip.") || ir_starts(n, "ptr.annotation") ||
        ir_starts(n, "annotation.") || ir_starts(n, "arithmetic.fence")) {
        lower_alias(l, call, lower_value(l, LLVMGetOperand(call, 0)));
        return 1;
    }
    if (ir_starts(n, "is.constant")) {
        lower_alias(l, call, iconst(l, 0));
        return 1;
    }
    if (ir_starts(n, "objectsize")) {
        /* unknown: the greatest size, or 0 if the least is asked for */
        int64_t least;

        ir_const_int(LLVMGetOperand(call, 1), &least);
        lower_alias(l, call, iconst(l, least ? 0 : -1));
        return 1;
    }
    if (ir_starts(n, "trap") || ir_starts(n, "ubsantrap") ||
        ir_starts(n, "debugtrap")) {
        EMIT(l->a, TW_JOP_unreachable, );
        return 1;
    }
    if (strstr(n, ".with.overflow.")) {
        lower_overflow(l, call, n);
        return 1;
    }
    if (lower_mem_intrinsic(l, call) || lower_int_intrinsic(l, call, n) ||
        lower_float_intrinsic(l, call, n))
        return 1;
    /* The rest (rint, pow, saturating, odd widths, …) natively, if it is pure. */
    if (lower_bank(t) >= 0) {
        call_helper(l, call);
        return 1;
    }
    return 0;
}

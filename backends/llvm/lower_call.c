/*
 * lower_call.c: residual calls, calls of other loops, conditional calls.
 * Input: call descriptors with ABI codes; a signature without them (structs by
 * value) goes through the descriptor's stub. Neighbours: lower_guard.c keeps
 * the state for forcing.
 */
#include "backends/llvm/lower.h"

#include <string.h>

/* What the ABI codes mean; kind: 's', 'z' extended to a register, else 0. */
static LLVMTypeRef abi_type(const struct lower *l, char code, char *kind)
{
    *kind = strchr("ihb", code) ? 's' : strchr("uHBz", code) ? 'z' : 0;
    switch (code) {
    case 'l':
        return l->ty->i64;
    case 'i':
    case 'u':
        return l->ty->i32;
    case 'h':
    case 'H':
        return l->ty->i16;
    case 'b':
    case 'B':
    case 'z':
        return l->ty->i8;
    case 'p':
        return l->ty->ptr;
    case 'd':
        return l->ty->f64;
    case 'f':
        return l->ty->f32;
    case 'v':
        return l->ty->none;
    default:
        return NULL;
    }
}

static LLVMValueRef to_abi(struct lower *l, LLVMValueRef x, LLVMTypeRef type)
{
    if (LLVMTypeOf(x) == type)
        return x;
    if (type == l->ty->f32)
        return LLVMBuildFPTrunc(l->b, x, type, "");
    return LLVMBuildTrunc(l->b, x, type, "");
}

static LLVMValueRef from_abi(struct lower *l, LLVMValueRef x, char code)
{
    if (code == 'f')
        return LLVMBuildFPExt(l->b, x, l->ty->f64, "");
    if (code == 'z')
        return LLVMBuildZExt(l->b, x, l->ty->i64, "");
    if (strchr("iuhHbB", code))
        return LLVMBuildSExt(l->b, x, l->ty->i64, "");
    return x;
}

static int known_abi(const struct lower *l, const struct tw_calldescr *d)
{
    char kind;

    if (!d->abi_args || !d->abi_result || !abi_type(l, d->abi_result, &kind))
        return 0;
    for (unsigned k = 0; k < d->nargs; k++)
        if (!abi_type(l, d->abi_args[k], &kind) || d->abi_args[k] == 'v')
            return 0;
    return 1;
}

/* An array of n union tw_value in the function's entry block. */
static LLVMValueRef value_array(struct lower *l, unsigned n)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b);
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(l->f);
    LLVMValueRef array;

    LLVMPositionBuilderBefore(l->b, LLVMGetFirstInstruction(entry));
    array = LLVMBuildAlloca(l->b, LLVMArrayType(l->ty->i64, n ? n : 1), "");
    LLVMPositionBuilderAtEnd(l->b, here);
    return array;
}

static LLVMValueRef element(struct lower *l, LLVMValueRef array, unsigned k)
{
    LLVMValueRef index = const_i(l, k);

    return LLVMBuildGEP2(l->b, l->ty->i64, array, &index, 1, "");
}

/* Operands from `first` on, as an array in memory. */
static LLVMValueRef args_in_memory(struct lower *l, unsigned first)
{
    LLVMValueRef array = value_array(l, l->op->nargs - first);

    for (unsigned k = first; k < l->op->nargs; k++)
        LLVMBuildStore(l->b, arg(l, k), element(l, array, k - first));
    return array;
}

static LLVMValueRef call_stub(struct lower *l, const struct tw_calldescr *d,
                              unsigned first)
{
    LLVMTypeRef params[3] = {l->ty->ptr, l->ty->ptr, l->ty->ptr};
    LLVMValueRef args[3] = {arg(l, first), args_in_memory(l, first + 1),
                            value_array(l, 1)};

    if (!d->stub) {
        lower_fail(l, "%s: neither ABI nor stub", tw_opinfo[l->op->opnum].name);
        return NULL;
    }
    call_address(l, LLVMFunctionType(l->ty->none, params, 3, 0),
                 (const void *)(uintptr_t)d->stub, args, 3);
    if (d->result == 'v')
        return NULL;
    return LLVMBuildLoad2(l->b, value_type(l, d->result), args[2], "");
}

static void mark_extension(struct lower *l, LLVMValueRef call, unsigned index,
                           char kind)
{
    if (kind)
        LLVMAddCallSiteAttribute(call, index,
                                 kind == 's' ? l->e->signext : l->e->zeroext);
}

/* Function: operand `first`; its arguments follow. */
static LLVMValueRef call_function(struct lower *l, unsigned first)
{
    const struct tw_calldescr *d = l->op->descr;
    unsigned n = d->nargs;
    LLVMTypeRef params[n + 1], result;
    LLVMValueRef args[n + 1], call;
    char kind[n + 1], result_kind;

    if (n != l->op->nargs - first - 1u) {
        lower_fail(l, "%s with %u arguments, its descriptor says %u",
                   tw_opinfo[l->op->opnum].name, l->op->nargs - first - 1u, n);
        return NULL;
    }
    if (!known_abi(l, d))
        return call_stub(l, d, first);
    for (unsigned k = 0; k < n; k++) {
        params[k] = abi_type(l, d->abi_args[k], &kind[k]);
        args[k] = to_abi(l, arg(l, first + 1 + k), params[k]);
    }
    result = abi_type(l, d->abi_result, &result_kind);
    call = LLVMBuildCall2(l->b, LLVMFunctionType(result, params, n, 0),
                          arg(l, first), args, n, "");
    LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex, l->e->nounwind);
    for (unsigned k = 0; k < n; k++)
        mark_extension(l, call, k + 1, kind[k]);
    mark_extension(l, call, LLVMAttributeReturnIndex, result_kind);
    if (l->tier == 2 && l->op->opnum >= TW_OP_call_pure_i &&
        l->op->opnum <= TW_OP_call_pure_f) {
        LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex,
                                 l->e->readonly);
        LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex,
                                 l->e->willreturn);
    }
    return d->result == 'v' ? NULL : from_abi(l, call, d->abi_result);
}

static void call(struct lower *l)
{
    LLVMValueRef x = call_function(l, 0);

    if (x && tw_opinfo[l->op->opnum].result != 'v')
        set_result(l, x);
}

/* The result comes back as the integer class of union tw_value. */
static void call_assembler(struct lower *l)
{
    LLVMTypeRef params[2] = {l->ty->ptr, l->ty->ptr};
    LLVMValueRef args[2] = {const_address(l, l->op->descr),
                            args_in_memory(l, 0)};
    char kind = tw_opinfo[l->op->opnum].result;
    LLVMValueRef x;

    x = call_address(l, LLVMFunctionType(l->ty->i64, params, 2, 0),
                     (const void *)(uintptr_t)l->hooks->call_assembler, args,
                     2);
    if (kind == 'r')
        x = LLVMBuildIntToPtr(l->b, x, l->ty->ptr, "");
    else if (kind == 'f')
        x = LLVMBuildBitCast(l->b, x, l->ty->f64, "");
    if (kind != 'v')
        set_result(l, x);
}

/* if (cond) call, and x ? x : call. */
static void conditional_call(struct lower *l)
{
    int is_value = l->op->opnum != TW_OP_cond_call;
    LLVMValueRef x = arg(l, 0), bit, branch, y, phi;
    LLVMBasicBlockRef from = LLVMGetInsertBlock(l->b);
    LLVMBasicBlockRef slow = cold_block(l), next = hot_block(l);

    for (unsigned k = 1; k < l->op->nargs; k++)
        arg(l, k); /* so that no slot is read in the cold block only */
    from = LLVMGetInsertBlock(l->b);
    bit = LLVMTypeOf(x) == l->ty->ptr
              ? LLVMBuildIsNull(l->b, x, "")
              : LLVMBuildICmp(l->b, LLVMIntEQ, x, const_i(l, 0), "");
    if (is_value)
        bit = LLVMBuildNot(l->b, bit, "");
    branch = LLVMBuildCondBr(l->b, bit, next, slow);
    if (l->tier == 2)
        branch_likely(l->e, branch, 1);
    LLVMPositionBuilderAtEnd(l->b, slow);
    y = call_function(l, 1);
    slow = LLVMGetInsertBlock(l->b);
    LLVMBuildBr(l->b, next);
    LLVMPositionBuilderAtEnd(l->b, next);
    if (!is_value || !y)
        return;
    phi = LLVMBuildPhi(l->b, LLVMTypeOf(x), "");
    LLVMAddIncoming(phi, &x, &from, 1);
    LLVMAddIncoming(phi, &y, &slow, 1);
    set_result(l, phi);
}

static void keepalive(struct lower *l)
{
    LLVMTypeRef type = LLVMFunctionType(l->ty->none, &l->ty->ptr, 1, 0);
    LLVMValueRef x = arg(l, 0), nothing;
    char text[] = "", constraint[] = "r";

    if (l->tier == 1) /* it is in its home until here */
        return;
    nothing = LLVMGetInlineAsm(type, text, 0, constraint, 1, 1, 0,
                               LLVMInlineAsmDialectATT, 0);
    LLVMBuildCall2(l->b, type, nothing, &x, 1, "");
}

int lower_call(struct lower *l)
{
    switch (l->op->opnum) {
    case TW_OP_call_may_force_i:
    case TW_OP_call_may_force_r:
    case TW_OP_call_may_force_f:
    case TW_OP_call_may_force_v:
        lower_force_state(l);
        call(l);
        return 1;
    case TW_OP_call_i:
    case TW_OP_call_r:
    case TW_OP_call_f:
    case TW_OP_call_v:
    case TW_OP_call_pure_i:
    case TW_OP_call_pure_r:
    case TW_OP_call_pure_f:
    case TW_OP_call_loopinvariant_i:
    case TW_OP_call_loopinvariant_r:
    case TW_OP_call_loopinvariant_f:
        call(l);
        return 1;
    case TW_OP_call_assembler_i:
    case TW_OP_call_assembler_r:
    case TW_OP_call_assembler_f:
    case TW_OP_call_assembler_v:
        lower_force_state(l);
        call_assembler(l);
        return 1;
    case TW_OP_cond_call:
    case TW_OP_cond_call_value_i:
    case TW_OP_cond_call_value_r:
        conditional_call(l);
        return 1;
    case TW_OP_keepalive:
        keepalive(l);
        return 1;
    case TW_OP_force_token:
        set_result(l, l->frame);
        return 1;
    case TW_OP_quasiimmut_field: /* facts for the optimizer, marks for logs */
    case TW_OP_record_exact_class:
    case TW_OP_record_exact_value_i:
    case TW_OP_record_exact_value_r:
    case TW_OP_record_nonnull:
    case TW_OP_enter_portal_frame:
    case TW_OP_leave_portal_frame:
    case TW_OP_debug_merge_point:
        return 1;
    default:
        return 0;
    }
}

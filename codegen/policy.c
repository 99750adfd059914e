/*
 * policy.c: which functions the tracer looks inside.
 *
 * In:  functions with their hints. Out: fn->looked_inside, or fn->reason with
 *      file and line, which -Wtrace prints.
 *
 * The rules are RPython's: no function with a loop unless its author says so
 * (tracing would unroll it), none that the author keeps out, none with types or
 * instructions that jitcode does not have. A portal is always looked inside,
 * and where that is impossible it is an error.
 */
#include "codegen/lower.h"

static const char *type_reason(LLVMTypeRef t)
{
    struct leaves lv;

    switch ((int)ir_kind(t)) {
    case LLVMVoidTypeKind:
    case LLVMLabelTypeKind:
    case LLVMMetadataTypeKind:
    case LLVMPointerTypeKind:
    case LLVMDoubleTypeKind:
    case LLVMFloatTypeKind:
        return NULL;
    case LLVMIntegerTypeKind:
        return LLVMGetIntTypeWidth(t) <= 64 ? NULL
                                            : "an integer wider than 64 bits";
    case LLVMStructTypeKind:
    case LLVMArrayTypeKind:
        return lower_leaves(t, &lv) ? NULL : "a struct value that is too large";
    case LLVMX86_FP80TypeKind:
    case LLVMFP128TypeKind:
    case LLVMPPC_FP128TypeKind:
        return "long double";
    default:
        return "a type that jitcode does not have (vector?)";
    }
}

static const char *access_reason(LLVMValueRef i, LLVMTypeRef t)
{
    uint64_t size;

    /* A load of a scalar keeps its meaning in traces (TW_F_VOLATILE). */
    if (LLVMGetVolatile(i) && (ir_op(i) != LLVMLoad || lower_is_aggregate(t)))
        return "a volatile access";
    if (LLVMGetOrdering(i) != LLVMAtomicOrderingNotAtomic)
        return "an atomic access";
    if (lower_is_aggregate(t))
        return NULL;
    size = LLVMStoreSizeOfType(cg.td, t);
    return size == 1 || size == 2 || size == 4 || size == 8
               ? NULL
               : "a bit-field access of an odd size";
}

static const char *call_reason(LLVMValueRef i)
{
    /* llvm.frameaddress is a helper's: near enough for checks of stack depth */
    static const char *const refused[] = {
        "llvm.va_start",         "llvm.va_copy",
        "llvm.va_arg",           "llvm.eh.",
        "llvm.stacksave",        "llvm.vector.",
        "llvm.masked.",          "llvm.returnaddress",
        "llvm.thread.pointer",   "llvm.memcpy.element",
        "llvm.readcyclecounter",
    };
    static const char *const returns_twice[] = {
        "setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp",
        "vfork",  "longjmp", "_longjmp",  "siglongjmp"};
    const char *n = ir_callee_name(i), *r;

    if (ir_starts(n, "tw_mark_"))
        return NULL;
    for (size_t k = 0; k < sizeof returns_twice / sizeof *returns_twice; k++)
        if (!strcmp(n, returns_twice[k]))
            return "setjmp or longjmp";
    if (ir_starts(n, "llvm.")) {
        for (size_t k = 0; k < sizeof refused / sizeof *refused; k++)
            if (ir_starts(n, refused[k]))
                return cg_printf("the intrinsic %s", n);
        if (ir_starts(n, "llvm.frameaddress") &&
            LLVMConstIntGetZExtValue(LLVMGetOperand(i, 0)))
            return "the frame address of a caller";
        if (strstr(n, ".with.overflow.")) {
            unsigned w = LLVMGetIntTypeWidth(LLVMTypeOf(LLVMGetOperand(i, 0)));

            return w == 64 || w <= 32 ? NULL
                                      : "overflow arithmetic of an odd width";
        }
        if (ir_starts(n, "llvm.mem") &&
            LLVMConstIntGetZExtValue(LLVMGetOperand(i, 3)))
            return "a volatile block operation";
        return NULL;
    }
    r = stubs_call_reason(i);
    if (r)
        return r;
    if (LLVMGetNumOperandBundles(i))
        return "a call with operand bundles";
    return NULL;
}

static const char *insn_reason(LLVMValueRef i)
{
    const char *r = type_reason(LLVMTypeOf(i));

    if (r)
        return r;
    for (int k = 0; k < LLVMGetNumOperands(i); k++) {
        LLVMValueRef o = LLVMGetOperand(i, (unsigned)k);

        if (!LLVMIsAFunction(o) && !LLVMValueIsBasicBlock(o) &&
            (r = type_reason(LLVMTypeOf(o))))
            return r;
        if (LLVMIsABlockAddress(o))
            return "a computed goto";
    }
    switch (ir_op(i)) {
    case LLVMLoad:
        return access_reason(i, LLVMTypeOf(i));
    case LLVMStore:
        return access_reason(i, LLVMTypeOf(LLVMGetOperand(i, 0)));
    case LLVMCall:
        return ir_is_dbg(i) ? NULL : call_reason(i);
    case LLVMAlloca:
        return LLVMIsAConstantInt(LLVMGetOperand(i, 0))
                   ? NULL
                   : "an array of variable length";
    case LLVMIndirectBr:
        return "a computed goto";
    case LLVMVAArg:
        return "variable arguments";
    case LLVMFence:
    case LLVMAtomicCmpXchg:
    case LLVMAtomicRMW:
        return "an atomic operation";
    case LLVMCallBr:
        return "asm goto";
    case LLVMInvoke:
    case LLVMResume:
    case LLVMLandingPad:
        return "exceptions";
    case LLVMExtractElement:
    case LLVMInsertElement:
    case LLVMShuffleVector:
        return "vectors";
    case LLVMAddrSpaceCast:
        return "address spaces";
    default:
        return NULL;
    }
}

static void refuse(struct fn *f, const char *reason, LLVMValueRef at)
{
    f->reason = reason;
    f->reason_line = at ? ir_line(at, &f->reason_file) : 0;
    if (!f->reason_line)
        f->reason_line = ir_fn_line(f->v, &f->reason_file);
}

static int has_attr_param(struct fn *f, const char *name)
{
    for (unsigned k = 1; k <= LLVMCountParams(f->v); k++)
        if (LLVMGetEnumAttributeAtIndex(f->v, k, ir_attr_kind(name)))
            return 1;
    return 0;
}

/* Sets f->reason if jitcode cannot express f. */
static void check_expressible(struct fn *f)
{
    const char *r;

    if (LLVMIsFunctionVarArg(f->type)) {
        refuse(f, "it takes variable arguments", NULL);
        return;
    }
    if (has_attr_param(f, "byval")) {
        refuse(f, "it takes a large struct by value", NULL);
        return;
    }
    for (unsigned k = 0; k < LLVMCountParams(f->v); k++) {
        if (lower_bank(LLVMTypeOf(LLVMGetParam(f->v, k))) < 0) {
            refuse(f, "a parameter has a type that jitcode does not have",
                   NULL);
            return;
        }
    }
    if ((r = type_reason(LLVMGetReturnType(f->type)))) {
        refuse(f, r, NULL);
        return;
    }
    for (FOR_BLOCKS(bb, f->v)) {
        for (FOR_INSNS(i, bb)) {
            if ((r = insn_reason(i))) {
                refuse(f, cg_printf("it has %s", r), i);
                return;
            }
        }
    }
}

static void decide(struct fn *f)
{
    if (f->is_marker || !f->has_body)
        return;
    f->has_loop = (uint8_t)ir_has_loop(f->v);
    if (f->hints & (H_DONT_LOOK_INSIDE | H_NOT_IN_TRACE | H_LOOP_INVARIANT |
                    H_ELIDABLE | H_MAY_FORCE | H_NO_EFFECT)) {
        refuse(f, "its author says so", NULL);
        return;
    }
    check_expressible(f);
    /* tw_look_inside_iff allows loops where its predicate does. */
    if (!f->reason && f->has_loop && !f->portal_of &&
        !(f->hints & (H_UNROLL_SAFE)) && !f->iff_name)
        refuse(f, "it has a loop (tw_unroll_safe allows that)", NULL);
    if (f->reason && f->portal_of)
        cg_fatal("%s:%u: error: the portal %s cannot be traced: %s",
                 f->reason_file, f->reason_line, f->name, f->reason);
    if (f->reason && (f->hints & H_LOOK_INSIDE))
        cg_fatal("%s:%u: error: %s is marked tw_look_inside, but %s",
                 f->reason_file, f->reason_line, f->name, f->reason);
    f->looked_inside = !f->reason;
}

void policy(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++)
        decide(cg.fns.p[k]);
}

/* Residual calls that surprise are the first thing to look at when a trace is
 * slow: one line each, for functions that traced code calls. */
void policy_report(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        struct fn *f = cg.fns.p[k];

        if (f->reason && f->called)
            fprintf(stderr,
                    "%s:%u: warning: %s stays a residual call: %s [-Wtrace]\n",
                    f->reason_file, f->reason_line, f->name, f->reason);
    }
}

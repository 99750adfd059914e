/*
 * load.c: bitcode files in, one module out, in SSA form, small helpers inlined.
 *
 * In:  what clang writes with -O2 -Xclang -disable-llvm-passes: typed, TBAA
 *      and debug info on it, hints and merge points as the author wrote them.
 * Out: cg.mod. The passes are the fewest that make the code readable for the
 *      steps after: nothing that moves code between iterations, turns branches
 *      into selects or switches into tables, since that is what the tracer
 *      must see.
 */
#include "codegen/irutil.h"

#include <llvm-c/BitReader.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/IRReader.h>
#include <llvm-c/Linker.h>

static void on_diagnostic(LLVMDiagnosticInfoRef d, void *data)
{
    char *s = LLVMGetDiagInfoDescription(d);

    (void)data;
    if (LLVMGetDiagInfoSeverity(d) == LLVMDSError)
        cg_fatal("%s", s);
    LLVMDisposeMessage(s);
}

static LLVMModuleRef read_module(const char *path)
{
    LLVMMemoryBufferRef buf;
    LLVMModuleRef m;
    char *err = NULL;

    if (LLVMCreateMemoryBufferWithContentsOfFile(path, &buf, &err))
        cg_fatal("%s: %s", path, err);
    /* Takes the buffer; reads bitcode and text alike. */
    if (LLVMParseIRInContext(cg.ctx, buf, &m, &err))
        cg_fatal("%s: %s", path, err);
    return m;
}

static void make_target(void)
{
    char *err = NULL, *cpu, *features;
    const char *triple = LLVMGetTarget(cg.mod);
    LLVMTargetRef t;
    char *host = NULL;

    LLVMInitializeAllTargetInfos();
    LLVMInitializeAllTargets();
    LLVMInitializeAllTargetMCs();
    LLVMInitializeAllAsmPrinters();
    LLVMInitializeAllAsmParsers();
    if (!*triple)
        triple = host = LLVMGetDefaultTargetTriple();
    if (LLVMGetTargetFromTriple(triple, &t, &err))
        cg_fatal("%s", err);
    /* Functions carry their own target-cpu and target-features. */
    cpu = cg_strdup("");
    features = cg_strdup("");
    cg.tm = LLVMCreateTargetMachine(t, triple, cpu, features,
                                    cg.opt_level >= 2 ? LLVMCodeGenLevelDefault
                                    : cg.opt_level == 1 ? LLVMCodeGenLevelLess
                                                        : LLVMCodeGenLevelNone,
                                    LLVMRelocPIC, LLVMCodeModelDefault);
    if (!cg.tm)
        cg_fatal("no target machine for %s", triple);
    if (host)
        LLVMDisposeMessage(host);
}

/* Neighbours first, then pairs of pairs: each link looks through all of what it
 * links into, which one after the other would be quadratic. */
static LLVMModuleRef link_modules(LLVMModuleRef *m, int n, char **paths)
{
    for (int step = 1; step < n; step *= 2)
        for (int k = 0; k + step < n; k += 2 * step)
            if (LLVMLinkModules2(m[k], m[k + step]))
                cg_fatal("%s does not link with the files before it",
                         paths[k + step]);
    return m[0];
}

void load_modules(int n, char **paths)
{
    LLVMModuleRef *m;

    cg.ctx = LLVMContextCreate();
    LLVMContextSetDiagnosticHandler(cg.ctx, on_diagnostic, NULL);
    cg.b = LLVMCreateBuilderInContext(cg.ctx);
    m = cg_alloc(sizeof *m * (size_t)(n + 1));
    for (int k = 0; k < n; k++) {
        m[k] = read_module(paths[k]);
        alias_note_paths(m[k]);
    }
    cg.mod = link_modules(m, n, paths);
    /* Debug intrinsics are calls, which can be read through the C API. */
    LLVMSetIsNewDbgInfoFormat(cg.mod, 0);
    make_target();
    cg.td = LLVMGetModuleDataLayout(cg.mod);
    cg.ptr_size = LLVMPointerSize(cg.td);
    cg.big_endian = LLVMByteOrder(cg.td) == LLVMBigEndian;
    cg.i1 = LLVMInt1TypeInContext(cg.ctx);
    cg.i8 = LLVMInt8TypeInContext(cg.ctx);
    cg.i16 = LLVMInt16TypeInContext(cg.ctx);
    cg.i32 = LLVMInt32TypeInContext(cg.ctx);
    cg.i64 = LLVMInt64TypeInContext(cg.ctx);
    cg.ptr = LLVMPointerTypeInContext(cg.ctx, 0);
    cg.f64 = LLVMDoubleTypeInContext(cg.ctx);
    cg.f32 = LLVMFloatTypeInContext(cg.ctx);
    cg.void_ = LLVMVoidTypeInContext(cg.ctx);
}

#define TIDY                                                                   \
    "sroa<preserve-cfg>,early-cse,simplifycfg<bonus-inst-threshold=0;no-"      \
    "forward-switch-cond;"                                                     \
    "no-switch-range-to-icmp;no-switch-to-lookup;keep-loops;no-hoist-common-"  \
    "insts;"                                                                   \
    "no-sink-common-insts;no-speculate-blocks;no-simplify-cond-branch;"        \
    "no-speculate-unpredictables>,adce"

/* tw_conditional_call's body stays a call: lower.c makes one operation of it. */
static void keep_conditional_calls(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        for (FOR_BLOCKS(bb, cg.fns.p[k]->v)) {
            LLVMValueRef term = LLVMGetBasicBlockTerminator(bb), c, first;

            if (!term || ir_op(term) != LLVMBr || !LLVMIsConditional(term))
                continue;
            c = LLVMGetCondition(term);
            if (ir_op(c) == LLVMICmp)
                c = LLVMGetOperand(c, 0);
            if (ir_op(c) != LLVMCall ||
                !ir_starts(ir_callee_name(c), "llvm.expect.with.probability"))
                continue;
            first = LLVMGetFirstInstruction(LLVMGetSuccessor(term, 0));
            for (; first; first = LLVMGetNextInstruction(first)) {
                if (ir_op(first) == LLVMCall && !ir_is_dbg(first))
                    LLVMAddCallSiteAttribute(
                        first, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                        LLVMCreateEnumAttribute(cg.ctx,
                                                ir_attr_kind("noinline"), 0));
            }
        }
    }
}

/*
 * Scopes with cleanups (lifetime ends) leave through one block, which switches
 * on a number that its predecessors have stored: `return` and `continue` share
 * it. As such, a result that is undefined until the return would be alive around
 * the loop, across merge points. So each predecessor gets its own copy of the
 * block, going straight to where its number leads. Before SSA form that needs
 * no repair of values.
 */
static int is_cleanup_block(LLVMBasicBlockRef bb, LLVMValueRef *slot)
{
    LLVMValueRef term = LLVMGetBasicBlockTerminator(bb), load;

    if (ir_op(term) != LLVMSwitch)
        return 0;
    load = LLVMGetOperand(term, 0);
    if (ir_op(load) != LLVMLoad || LLVMGetInstructionParent(load) != bb ||
        ir_op(LLVMGetOperand(load, 0)) != LLVMAlloca)
        return 0;
    *slot = LLVMGetOperand(load, 0);
    for (FOR_INSNS(i, bb))
        if (i != load && i != term &&
            !(ir_op(i) == LLVMCall &&
              ir_starts(ir_callee_name(i), "llvm.lifetime.end")) &&
            !(ir_op(i) == LLVMCall &&
              ir_starts(ir_callee_name(i), "llvm.dbg.")))
            return 0;
    for (LLVMUseRef u = LLVMGetFirstUse(*slot); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);

        if (ir_op(user) != LLVMLoad &&
            !(ir_op(user) == LLVMStore && LLVMGetOperand(user, 1) == *slot))
            return 0;
    }
    return LLVMGetFirstUse(load) && !LLVMGetNextUse(LLVMGetFirstUse(load));
}

/* The constant that bb leaves in slot, if it does. */
static int stored_last(LLVMBasicBlockRef bb, LLVMValueRef slot, int64_t *out)
{
    for (LLVMValueRef i = LLVMGetBasicBlockTerminator(bb); i;
         i = LLVMGetPreviousInstruction(i))
        if (ir_op(i) == LLVMStore && LLVMGetOperand(i, 1) == slot)
            return ir_const_int(LLVMGetOperand(i, 0), out);
    return 0;
}

static LLVMBasicBlockRef switch_target(LLVMValueRef sw, int64_t v)
{
    for (unsigned k = 1; k < LLVMGetNumSuccessors(sw); k++)
        if (LLVMConstIntGetSExtValue(LLVMGetOperand(sw, 2 * k)) == v)
            return LLVMGetSuccessor(sw, k);
    return LLVMGetSwitchDefaultDest(sw);
}

static int thread_cleanup(LLVMBasicBlockRef bb, LLVMValueRef slot)
{
    VEC(LLVMValueRef) preds = {0};
    LLVMValueRef sw = LLVMGetBasicBlockTerminator(bb);
    int changed = 0;

    for (LLVMUseRef u = LLVMGetFirstUse(LLVMBasicBlockAsValue(bb)); u;
         u = LLVMGetNextUse(u)) {
        LLVMValueRef br = LLVMGetUser(u);

        if (ir_op(br) == LLVMBr && !LLVMIsConditional(br))
            VEC_PUSH(preds, br);
    }
    for (uint32_t k = 0; k < preds.n; k++) {
        LLVMBasicBlockRef to;
        int64_t v;

        if (!stored_last(LLVMGetInstructionParent(preds.p[k]), slot, &v))
            continue;
        to = switch_target(sw, v);
        if (LLVMIsAPHINode(LLVMGetFirstInstruction(to)))
            continue;
        LLVMPositionBuilderBefore(cg.b, preds.p[k]);
        for (FOR_INSNS(i, bb))
            if (ir_op(i) == LLVMCall && !ir_is_dbg(i))
                LLVMInsertIntoBuilder(cg.b, LLVMInstructionClone(i));
        LLVMSetSuccessor(preds.p[k], 0, to);
        changed = 1;
    }
    free(preds.p);
    return changed;
}

static void thread_cleanups(LLVMValueRef f)
{
    for (int changed = 1; changed;) {
        changed = 0;
        for (FOR_BLOCKS(bb, f)) {
            LLVMValueRef slot;

            if (is_cleanup_block(bb, &slot))
                changed |= thread_cleanup(bb, slot);
        }
    }
}

/* A local's value ends with its scope; promotion to SSA does not look at that,
 * and would carry a stale value of one iteration into the next, across the
 * merge point. So it becomes undefined where its life begins. */
static void forget_at_birth(LLVMValueRef f)
{
    for (FOR_BLOCKS(bb, f)) {
        for (FOR_INSNS(i, bb)) {
            LLVMValueRef v;
            LLVMTypeRef t;

            if (ir_op(i) != LLVMCall ||
                !ir_starts(ir_callee_name(i), "llvm.lifetime.start"))
                continue;
            v = LLVMGetOperand(i, 1);
            if (ir_op(v) != LLVMAlloca)
                continue;
            t = LLVMGetAllocatedType(v);
            if (LLVMABISizeOfType(cg.td, t) > 64)
                continue;
            LLVMPositionBuilderBefore(cg.b, LLVMGetNextInstruction(i));
            LLVMBuildStore(cg.b, LLVMGetUndef(t), v);
        }
    }
}

/* Those stores where the local stayed in memory. */
static void drop_undefined_stores(LLVMValueRef f)
{
    for (FOR_BLOCKS(bb, f)) {
        for (LLVMValueRef i = LLVMGetFirstInstruction(bb), next; i; i = next) {
            next = LLVMGetNextInstruction(i);
            if (ir_op(i) == LLVMStore && LLVMIsUndef(LLVMGetOperand(i, 0)))
                LLVMInstructionEraseFromParent(i);
        }
    }
}

/* clang's own temporaries (the result until the return, the number of a cleanup)
 * are dead at a merge point, which is a statement: they become undefined there,
 * for the same reason. They are the locals that have no name. */
static int is_temporary(LLVMValueRef v)
{
    LLVMTypeRef t = LLVMGetAllocatedType(v);

    if (LLVMABISizeOfType(cg.td, t) > 16)
        return 0;
    for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
        int op = ir_op(LLVMGetUser(u));

        if (op != LLVMLoad &&
            !(op == LLVMStore && LLVMGetOperand(LLVMGetUser(u), 1) == v))
            return 0;
    }
    return 1;
}

static void forget_at_merge_point(LLVMValueRef f, LLVMValueRef marker)
{
    struct ptrmap named = {0};

    if (!LLVMGetSubprogram(f))
        return; /* without debug information nobody knows the names */
    for (FOR_BLOCKS(bb, f))
        for (FOR_INSNS(i, bb))
            if (ir_op(i) == LLVMCall &&
                !strcmp(ir_callee_name(i), "llvm.dbg.declare"))
                ptrmap_setnum(&named, ir_md_value(LLVMGetOperand(i, 0)), 1);
    for (FOR_INSNS(i, LLVMGetEntryBasicBlock(f))) {
        if (ir_op(i) != LLVMAlloca || ptrmap_num(&named, i) || !is_temporary(i))
            continue;
        LLVMPositionBuilderBefore(cg.b, marker);
        LLVMBuildStore(cg.b, LLVMGetUndef(LLVMGetAllocatedType(i)), i);
    }
    ptrmap_free(&named);
}

static void forget_at_merge_points(void)
{
    LLVMValueRef mark = LLVMGetNamedFunction(cg.mod, "tw_mark_merge_point");

    for (LLVMUseRef u = mark ? LLVMGetFirstUse(mark) : NULL; u;
         u = LLVMGetNextUse(u)) {
        LLVMValueRef i = LLVMGetUser(u);

        if (ir_op(i) == LLVMCall)
            forget_at_merge_point(
                LLVMGetBasicBlockParent(LLVMGetInstructionParent(i)), i);
    }
}

void load_simplify(void)
{
    forget_at_merge_points();
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        thread_cleanups(cg.fns.p[k]->v);
        forget_at_birth(cg.fns.p[k]->v);
    }
    ir_run_passes("function(sroa<preserve-cfg>,adce)");
    for (uint32_t k = 0; k < cg.fns.n; k++)
        drop_undefined_stores(cg.fns.p[k]->v);
    keep_conditional_calls();
}

enum { SMALL = 24 };

/* Small enough to be read as part of its caller, and nothing about it says that
 * it must stay a function. */
static int is_small(const struct fn *f)
{
    int n = 0;

    if (!f->has_body || f->hints || f->iff_name || f->portal_of ||
        f->outer_of || f->is_marker)
        return 0;
    if (LLVMGetLinkage(f->v) != LLVMInternalLinkage ||
        LLVMIsFunctionVarArg(f->type) || ir_has_fn_attr(f->v, "noinline") ||
        ir_has_fn_attr(f->v, "optnone"))
        return 0;
    for (FOR_BLOCKS(bb, f->v)) {
        for (FOR_INSNS(i, bb)) {
            const char *callee;

            if (ir_is_dbg(i))
                continue;
            if (++n > SMALL || ir_op(i) == LLVMIndirectBr ||
                ir_op(i) == LLVMAlloca)
                return 0;
            if (ir_op(i) != LLVMCall)
                continue;
            callee = ir_callee_name(i);
            if (ir_callee(i) == f->v ||
                LLVMIsAInlineAsm(LLVMGetCalledValue(i)) ||
                !strcmp(callee, "tw_mark_access_directly") ||
                !strcmp(callee, "tw_mark_fresh_virtualizable") ||
                !strcmp(callee, "tw_mark_merge_point"))
                return 0;
        }
    }
    return 1;
}

void load_inline_small(void)
{
    ir_run_passes("function(" TIDY ")");
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        struct fn *f = cg.fns.p[k];

        f->small = is_small(f) && !ir_has_loop(f->v);
        if (f->small)
            ir_add_fn_attr(f->v, "alwaysinline");
    }
    ir_run_passes("always-inline,function(" TIDY ")");
    /* always-inline has removed functions that nobody calls any more. */
    collect_functions();
    for (uint32_t k = 0; k < cg.fns.n; k++)
        if (cg.fns.p[k]->small)
            ir_remove_fn_attr(cg.fns.p[k]->v, "alwaysinline");
}

/*
 * native.c: the interpreter as it runs without a trace: markers become counters
 * and calls of the run time, or vanish; then LLVM's own O2 and an object file.
 *
 * A loop head costs a hash of the greens, a subtraction and a branch. What
 * machine code hands back at a merge point continues in the portal by a tail
 * call of itself, so the C stack does not grow over entries and exits.
 */
#include "codegen/effects.h"
#include "codegen/irutil.h"
#include "codegen/stubs.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/BitWriter.h>
#include <llvm-c/DebugInfo.h>

static LLVMValueRef extern_global(const char *name, LLVMTypeRef t)
{
    LLVMValueRef g = LLVMGetNamedGlobal(cg.mod, name);

    return g ? g : LLVMAddGlobal(cg.mod, t, name);
}

static LLVMValueRef extern_function(const char *name, LLVMTypeRef ret,
                                    LLVMTypeRef *params, unsigned n)
{
    LLVMValueRef f = LLVMGetNamedFunction(cg.mod, name);

    return f ? f
             : LLVMAddFunction(cg.mod, name,
                               LLVMFunctionType(ret, params, n, 0));
}

static LLVMValueRef ci32(int64_t v)
{
    return LLVMConstInt(cg.i32, (uint64_t)v, 1);
}

/* ---------------------------------------------------------------- counters */

/* tw_rt_hash of ir/jitcode.h. */
static LLVMValueRef build_hash(LLVMValueRef *greens, unsigned n)
{
    LLVMValueRef h = LLVMConstInt(cg.i64, 0, 0);

    for (unsigned k = 0; k < n; k++) {
        LLVMValueRef v = stubs_canonical(greens[k]);

        if (LLVMTypeOf(v) == cg.ptr)
            v = LLVMBuildPtrToInt(cg.b, v, cg.i64, "");
        if (LLVMTypeOf(v) == cg.f64)
            v = LLVMBuildBitCast(cg.b, v, cg.i64, "");
        h = LLVMBuildXor(cg.b, h, v, "");
        h = LLVMBuildMul(cg.b, h,
                         LLVMConstInt(cg.i64, 0x9e3779b97f4a7c15ull, 0), "");
    }
    h = LLVMBuildLShr(cg.b, h, LLVMConstInt(cg.i64, 40, 0), "");
    return LLVMBuildAnd(cg.b, h, LLVMConstInt(cg.i64, TW_RT_COUNTER_MASK, 0),
                        "");
}

/* Counts; the result is i1 "call the run time". */
static LLVMValueRef build_count(LLVMValueRef *greens, unsigned n,
                                const char *step)
{
    LLVMTypeRef table = LLVMArrayType2(cg.i32, 1u << TW_RT_COUNTER_BITS);
    LLVMValueRef counters = extern_global("tw_rt_counters", table);
    LLVMValueRef ix[2] = {LLVMConstInt(cg.i64, 0, 0), build_hash(greens, n)}, p,
                 c;

    p = LLVMBuildInBoundsGEP2(cg.b, table, counters, ix, 2, "");
    c = LLVMBuildLoad2(cg.b, cg.i32, p, "");
    c = LLVMBuildSub(
        cg.b, c, LLVMBuildLoad2(cg.b, cg.i32, extern_global(step, cg.i32), ""),
        "");
    LLVMBuildStore(cg.b, c, p);
    return LLVMBuildICmp(cg.b, LLVMIntSLT, c, ci32(0), "");
}

static void build_unlikely(LLVMValueRef cond, LLVMBasicBlockRef rare,
                           LLVMBasicBlockRef usual)
{
    LLVMMetadataRef w[3] = {
        LLVMMDStringInContext2(cg.ctx, "branch_weights", 14),
        LLVMValueAsMetadata(ci32(1)), LLVMValueAsMetadata(ci32(4000))};
    LLVMValueRef br = LLVMBuildCondBr(cg.b, cond, rare, usual);

    LLVMSetMetadata(
        br, ir_md_kind("prof"),
        LLVMMetadataAsValue(cg.ctx, LLVMMDNodeInContext2(cg.ctx, w, 3)));
}

static void build_return(LLVMValueRef v, char kind)
{
    if (kind == 'v')
        LLVMBuildRetVoid(cg.b);
    else
        LLVMBuildRet(cg.b, v);
}

/* The builder stands in a block without an end: counts, and asks the run time
 * when it is time; the block `go_on` is where the interpreter continues.
 * tail: calls of the portal must be tail calls (we are in it). */
static void build_check(LLVMValueRef f, struct driver *d, LLVMValueRef *values,
                        const char *step, LLVMBasicBlockRef go_on, int tail)
{
    unsigned n = d->ngreens + d->nreds;
    LLVMBasicBlockRef slow = LLVMAppendBasicBlockInContext(cg.ctx, f, "enter");
    LLVMBasicBlockRef again =
        LLVMAppendBasicBlockInContext(cg.ctx, f, "continue");
    LLVMBasicBlockRef done = LLVMAppendBasicBlockInContext(cg.ctx, f, "done");
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(f),
                      here = LLVMGetInsertBlock(cg.b);
    LLVMTypeRef enter_params[3] = {cg.ptr, cg.ptr, cg.ptr};
    LLVMValueRef enter =
        extern_function("tw_rt_enter", cg.i32, enter_params, 3);
    LLVMValueRef args, res, call, sw, loaded[64], first;
    LLVMValueRef enter_args[3];
    LLVMMetadataRef location = LLVMGetCurrentDebugLocation2(cg.b);

    first = LLVMGetFirstInstruction(entry);
    if (first)
        LLVMPositionBuilderBefore(cg.b, first);
    else
        LLVMPositionBuilderAtEnd(cg.b, entry);
    /* Not the location of what stands there: LLVM leaves inlined allocas with that of
     * the function they came from. */
    LLVMSetCurrentDebugLocation2(cg.b, NULL);
    args = LLVMBuildAlloca(cg.b, LLVMArrayType2(cg.i64, n ? n : 1), "");
    res = LLVMBuildAlloca(cg.b, cg.i64, "");
    LLVMPositionBuilderAtEnd(cg.b, here);
    LLVMSetCurrentDebugLocation2(cg.b, location);
    build_unlikely(build_count(values, d->ngreens, step), slow, go_on);
    LLVMPositionBuilderAtEnd(cg.b, slow);
    for (unsigned k = 0; k < n; k++)
        stubs_store_value(args, k, values[k]);
    enter_args[0] = d->emitted;
    enter_args[1] = args;
    enter_args[2] = res;
    call = LLVMBuildCall2(cg.b, LLVMGlobalGetValueType(enter), enter,
                          enter_args, 3, "");
    sw = LLVMBuildSwitch(cg.b, call, go_on, 2);
    LLVMAddCase(sw, ci32(TW_ENTER_CONTINUE), again);
    LLVMAddCase(sw, ci32(TW_ENTER_DONE), done);
    LLVMPositionBuilderAtEnd(cg.b, again);
    for (unsigned k = 0; k < n; k++)
        loaded[k] = stubs_load_value(args, k,
                                     LLVMTypeOf(LLVMGetParam(d->portal->v, k)));
    call = LLVMBuildCall2(cg.b, d->portal->type, d->portal->v, loaded, n, "");
    if (tail)
        LLVMSetTailCallKind(call, LLVMTailCallKindMustTail);
    build_return(call, d->result);
    LLVMPositionBuilderAtEnd(cg.b, done);
    build_return(
        d->result == 'v'
            ? NULL
            : stubs_load_value(res, 0, LLVMGetReturnType(d->portal->type)),
        d->result);
}

/* F.enter(greens, reds): what F calls in place of the portal. */
static LLVMValueRef make_enter(struct driver *d)
{
    LLVMValueRef f =
        stubs_new_function(cg_printf("tw.enter.%s", d->name), d->portal->type);
    unsigned n = d->ngreens + d->nreds;
    LLVMBasicBlockRef go_on =
        LLVMAppendBasicBlockInContext(cg.ctx, f, "interpret");
    LLVMValueRef params[64], call;

    LLVMGetParams(f, params);
    LLVMSetCurrentDebugLocation2(cg.b, NULL);
    build_check(f, d, params, "tw_rt_function_step", go_on, 0);
    LLVMPositionBuilderAtEnd(cg.b, go_on);
    call = LLVMBuildCall2(cg.b, d->portal->type, d->portal->v, params, n, "");
    build_return(call, d->result);
    return f;
}

/* A value of a can_enter_jit as the portal's parameter type. */
static LLVMValueRef convert(LLVMValueRef v, LLVMTypeRef t)
{
    LLVMTypeRef from = LLVMTypeOf(v);

    if (from == t)
        return v;
    if (ir_kind(from) == LLVMIntegerTypeKind &&
        ir_kind(t) == LLVMIntegerTypeKind)
        return LLVMBuildIntCast2(cg.b, v, t, 1, "");
    cg_fatal(
        "can_enter_jit passes a value of another kind than the merge point");
}

static void loop_check(LLVMValueRef marker)
{
    LLVMValueRef values[64],
        f = LLVMGetBasicBlockParent(LLVMGetInstructionParent(marker));
    unsigned ng, nr;
    struct driver *d = portal_marker(marker, values, &ng, &nr);
    LLVMBasicBlockRef before = LLVMGetInstructionParent(marker), after;

    if (f != d->portal->v) {
        const char *file;
        unsigned line = ir_line(marker, &file);

        cg_fatal("%s:%u: error: tw_can_enter_jit of driver \"%s\" in %s: it "
                 "must stand in the "
                 "function of the merge point, behind it",
                 file, line, d->name, ir_name(f));
    }
    after = ir_split_before(marker);
    LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(before));
    LLVMPositionBuilderAtEnd(cg.b, before);
    LLVMSetCurrentDebugLocation2(cg.b, LLVMInstructionGetDebugLoc(marker));
    for (unsigned k = 0; k < ng + nr; k++)
        values[k] =
            convert(values[k], LLVMTypeOf(LLVMGetParam(d->portal->v, k)));
    build_check(f, d, values, "tw_rt_loop_step", after, 1);
    LLVMInstructionEraseFromParent(marker);
}

static void rewrite_portals(void)
{
    for (uint32_t k = 0; k < cg.drivers.n; k++) {
        struct driver *d = cg.drivers.p[k];
        VEC(LLVMValueRef) calls = {0};
        LLVMValueRef enter;

        for (LLVMUseRef u = LLVMGetFirstUse(d->portal->v); u;
             u = LLVMGetNextUse(u)) {
            LLVMValueRef i = LLVMGetUser(u);

            if (ir_op(i) == LLVMCall && ir_callee(i) == d->portal->v &&
                !ir_starts(ir_name(LLVMGetBasicBlockParent(
                               LLVMGetInstructionParent(i))),
                           "tw."))
                VEC_PUSH(calls, i);
        }
        enter = make_enter(d);
        for (uint32_t c = 0; c < calls.n; c++)
            LLVMSetOperand(calls.p[c],
                           (unsigned)LLVMGetNumOperands(calls.p[c]) - 1, enter);
        free(calls.p);
    }
}

/* ---------------------------------------------------------------- markers */

static void replace(LLVMValueRef i, LLVMValueRef v)
{
    LLVMReplaceAllUsesWith(i, v);
    LLVMInstructionEraseFromParent(i);
}

/* always-inlined: if (*(void **)(p + offset)) fn(…) */
static LLVMValueRef make_checker(const char *name, int with_offset,
                                 const char *callee)
{
    LLVMTypeRef params[2] = {cg.ptr, cg.i32},
                check_params[2] = {cg.ptr, cg.i32};
    LLVMValueRef f = LLVMGetNamedFunction(cg.mod, name), target, token, args[2],
                 p;
    LLVMBasicBlockRef rare, end;

    if (f)
        return f;
    target = extern_function(callee, cg.void_, params, with_offset ? 2 : 1);
    f = stubs_new_function(name,
                           LLVMFunctionType(cg.void_, check_params, 2, 0));
    ir_add_fn_attr(f, "alwaysinline");
    args[0] = LLVMGetParam(f, 0);
    args[1] = LLVMGetParam(f, 1);
    p = LLVMBuildGEP2(cg.b, cg.i8, args[0], &args[1], 1, "");
    if (!with_offset)
        args[0] = p;
    token = LLVMBuildLoad2(cg.b, cg.ptr, p, "");
    rare = LLVMAppendBasicBlockInContext(cg.ctx, f, "");
    end = LLVMAppendBasicBlockInContext(cg.ctx, f, "");
    build_unlikely(
        LLVMBuildICmp(cg.b, LLVMIntNE, token, LLVMConstNull(cg.ptr), ""), rare,
        end);
    LLVMPositionBuilderAtEnd(cg.b, rare);
    LLVMBuildCall2(cg.b, LLVMGlobalGetValueType(target), target, args,
                   with_offset ? 2 : 1, "");
    LLVMBuildBr(cg.b, end);
    LLVMPositionBuilderAtEnd(cg.b, end);
    LLVMBuildRetVoid(cg.b);
    return f;
}

/* if (frame->token) tw_rt_force_virtualizable(frame, offset) before insn */
static void force_before(LLVMValueRef insn, LLVMValueRef frame, struct vinfo *v)
{
    LLVMValueRef f =
        make_checker("tw.check.token", 1, "tw_rt_force_virtualizable");
    LLVMValueRef args[2] = {frame, ci32(v->token_offset)};

    LLVMPositionBuilderBefore(cg.b, insn);
    LLVMBuildCall2(cg.b, LLVMGlobalGetValueType(f), f, args, 2, "");
}

static void rewrite_marker(LLVMValueRef i, const char *n)
{
    LLVMTypeRef t = LLVMTypeOf(i), one[1] = {cg.ptr};

    if (!strcmp(n, "merge_point")) {
        struct driver *d = ptrmap_get(&cg.driver_of, LLVMGetOperand(i, 0));

        if (d->has_can_enter)
            LLVMInstructionEraseFromParent(i);
        else
            loop_check(i);
    } else if (!strcmp(n, "can_enter_jit")) {
        loop_check(i);
    } else if (ir_starts(n, "promote_") || !strcmp(n, "virtual_ref")) {
        replace(i, LLVMGetOperand(i, 0));
    } else if (!strcmp(n, "virtual_ref_force")) {
        LLVMValueRef f =
            extern_function("tw_rt_virtual_ref_force", cg.ptr, one, 1);

        LLVMSetOperand(i, (unsigned)LLVMGetNumOperands(i) - 1, f);
    } else if (!strcmp(n, "force_virtualizable")) {
        struct vinfo *v = effects_vinfo_of_marker(i);

        if (v)
            force_before(i, LLVMGetOperand(i, 0), v);
        LLVMInstructionEraseFromParent(i);
    } else if (ir_kind(t) == LLVMVoidTypeKind) {
        LLVMInstructionEraseFromParent(i); /* loop_header, record_*, hints */
    } else {
        replace(
            i, LLVMConstNull(t)); /* isconstant, isvirtual, we_are_jitted: no */
    }
}

static void rewrite_markers(void)
{
    VEC(LLVMValueRef) calls = {0};

    for (LLVMValueRef f = LLVMGetFirstFunction(cg.mod); f;
         f = LLVMGetNextFunction(f))
        if (ir_starts(ir_name(f), "tw_mark_"))
            for (LLVMUseRef u = LLVMGetFirstUse(f); u; u = LLVMGetNextUse(u))
                if (ir_op(LLVMGetUser(u)) == LLVMCall)
                    VEC_PUSH(calls, LLVMGetUser(u));
    for (uint32_t k = 0; k < calls.n; k++)
        rewrite_marker(calls.p[k],
                       ir_callee_name(calls.p[k]) + strlen("tw_mark_"));
    free(calls.p);
    for (LLVMValueRef f = LLVMGetFirstFunction(cg.mod), next; f; f = next) {
        next = LLVMGetNextFunction(f);
        if (ir_starts(ir_name(f), "tw_mark_") && !LLVMGetFirstUse(f))
            LLVMDeleteFunction(f);
    }
}

/* ---------------------------------------------------------------- hidden fields */

static LLVMValueRef root_of(LLVMValueRef p)
{
    while (
        ir_op(p) == LLVMGetElementPtr ||
        (LLVMIsAConstantExpr(p) && LLVMGetConstOpcode(p) == LLVMGetElementPtr))
        p = LLVMGetOperand(p, 0);
    return p;
}

/* The pointer that the field's struct begins at. */
static LLVMValueRef struct_base(LLVMValueRef p, struct access *a)
{
    LLVMValueRef ix = LLVMConstInt(cg.i64, (uint64_t)-(int64_t)a->offset, 1);

    return a->offset ? LLVMBuildGEP2(cg.b, cg.i8, p, &ix, 1, "") : p;
}

/* Native code that is not the frame's own portal looks at the token before it
 * touches what machine code may hold; and a store to a quasi-immutable field
 * first throws out the machine code that relies on it. */
static void guard_fields(struct fn *f)
{
    struct ptrmap own = {0};

    if (!f->has_body || ir_starts(f->name, "tw."))
        return;
    if (cg.vinfos.n)
        effects_own_frames(f, &own);
    for (FOR_BLOCKS(bb, f->v)) {
        LLVMValueRef checked = NULL; /* the last frame checked in this block */

        for (FOR_INSNS(i, bb)) {
            int op = ir_op(i);
            LLVMValueRef p, root;
            struct access *a;

            if (op != LLVMLoad && op != LLVMStore)
                continue;
            a = alias_of(i);
            p = LLVMGetOperand(i, op == LLVMLoad ? 0 : 1);
            if (a->vinfo && a->vable_index >= 0) {
                root = root_of(p);
                if (root != checked && !ptrmap_num(&own, root)) {
                    force_before(i, root, a->vinfo);
                    checked = root;
                }
            }
            if ((a->flags & TW_F_QUASI) && op == LLVMStore) {
                LLVMValueRef fn = make_checker("tw.check.watch", 0,
                                               "tw_rt_invalidate"),
                             args[2];

                LLVMPositionBuilderBefore(cg.b, i);
                args[0] = struct_base(p, a);
                args[1] = ci32(a->watch_offset);
                LLVMBuildCall2(cg.b, LLVMGlobalGetValueType(fn), fn, args, 2,
                               "");
            }
        }
    }
    ptrmap_free(&own);
}

void native_rewrite(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++)
        guard_fields(cg.fns.p[k]);
    rewrite_portals();
    rewrite_markers();
    collect_drop_decls();
    alias_untag_module();
}

void native_emit(void)
{
    char *err = NULL;
    char passes[32];

    if (!cg.keep_debug)
        LLVMStripModuleDebugInfo(cg.mod);
    if (LLVMVerifyModule(cg.mod, LLVMReturnStatusAction, &err))
        cg_fatal("internal: the native module is broken: %s", err);
    if (cg.emit_llvm && LLVMPrintModuleToFile(cg.mod, cg.emit_llvm, &err))
        cg_fatal("%s: %s", cg.emit_llvm, err);
    snprintf(passes, sizeof passes, "default<O%d>", cg.opt_level);
    ir_run_passes(passes);
    if (LLVMTargetMachineEmitToFile(cg.tm, cg.mod, (char *)cg.out,
                                    LLVMObjectFile, &err))
        cg_fatal("%s: %s", cg.out, err);
}

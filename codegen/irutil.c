/* irutil.c: see irutil.h. */
#include "codegen/irutil.h"

#include <llvm-c/DebugInfo.h>
#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>

const char *ir_name(LLVMValueRef v)
{
    size_t n;

    return LLVMGetValueName2(v, &n);
}

LLVMValueRef ir_callee(LLVMValueRef call)
{
    LLVMValueRef f = LLVMGetCalledValue(call);

    return LLVMIsAFunction(f);
}

const char *ir_callee_name(LLVMValueRef call)
{
    LLVMValueRef f = ir_callee(call);

    return f ? ir_name(f) : "";
}

unsigned ir_nargs(LLVMValueRef call)
{
    return LLVMGetNumArgOperands(call);
}

int ir_is_dbg(LLVMValueRef insn)
{
    return ir_op(insn) == LLVMCall &&
           ir_starts(ir_callee_name(insn), "llvm.dbg.");
}

int ir_const_int(LLVMValueRef v, int64_t *out)
{
    if (!LLVMIsAConstantInt(v) || LLVMGetIntTypeWidth(LLVMTypeOf(v)) > 64)
        return 0;
    *out = LLVMConstIntGetSExtValue(v);
    return 1;
}

int ir_is_not(LLVMValueRef v)
{
    return ir_op(v) == LLVMXor && LLVMTypeOf(v) == cg.i1 &&
           LLVMIsAConstantInt(LLVMGetOperand(v, 1)) &&
           LLVMConstIntGetZExtValue(LLVMGetOperand(v, 1)) == 1;
}

const char *ir_string(LLVMValueRef ptr)
{
    LLVMValueRef init;
    size_t n;

    if (!LLVMIsAGlobalVariable(ptr) || !(init = LLVMGetInitializer(ptr)))
        return NULL;
    if (LLVMIsAConstantAggregateZero(init))
        return "";
    if (!LLVMIsAConstantDataSequential(init) || !LLVMIsConstantString(init))
        return NULL;
    return LLVMGetAsString(init, &n); /* ends in its own \0 */
}

static void scope_file(LLVMMetadataRef scope, const char **file)
{
    LLVMMetadataRef f = scope ? LLVMDIScopeGetFile(scope) : NULL;
    unsigned n = 0;
    const char *s = f ? LLVMDIFileGetFilename(f, &n) : NULL;

    *file = s ? cg_printf("%.*s", (int)n, s) : "?";
}

void ir_at_end(LLVMBasicBlockRef bb)
{
    LLVMPositionBuilderAtEnd(cg.b, bb);
    LLVMSetCurrentDebugLocation2(cg.b, NULL);
}

unsigned ir_line(LLVMValueRef insn, const char **file)
{
    LLVMMetadataRef loc =
        LLVMIsAInstruction(insn) ? LLVMInstructionGetDebugLoc(insn) : NULL;

    if (!loc) {
        if (file)
            *file = "?";
        return 0;
    }
    if (file)
        scope_file(LLVMDILocationGetScope(loc), file);
    return LLVMDILocationGetLine(loc);
}

unsigned ir_fn_line(LLVMValueRef f, const char **file)
{
    LLVMMetadataRef sp = LLVMGetSubprogram(f);

    if (!sp) {
        if (file)
            *file = "?";
        return 0;
    }
    if (file)
        scope_file(sp, file);
    return LLVMDISubprogramGetLine(sp);
}

static LLVMValueRef md_operand(LLVMValueRef md, unsigned k)
{
    unsigned n = LLVMGetMDNodeNumOperands(md);
    LLVMValueRef *ops, r;

    if (k >= n)
        return NULL;
    ops = cg_realloc(NULL, n * sizeof *ops);
    LLVMGetMDNodeOperands(md, ops);
    r = ops[k];
    free(ops);
    return r;
}

LLVMValueRef ir_md_value(LLVMValueRef md)
{
    return LLVMGetMDNodeNumOperands(md) == 1 ? md_operand(md, 0) : NULL;
}

const char *ir_variable_name(LLVMValueRef f, LLVMValueRef v, unsigned *line)
{
    for (FOR_BLOCKS(bb, f)) {
        for (FOR_INSNS(i, bb)) {
            const char *name;
            LLVMValueRef md, variable, text;
            unsigned n;

            if (!ir_is_dbg(i))
                continue;
            name = ir_callee_name(i);
            if (strcmp(name, "llvm.dbg.value") &&
                strcmp(name, "llvm.dbg.declare"))
                continue;
            md = LLVMGetOperand(i, 0);
            if (ir_md_value(md) != v)
                continue;
            variable = LLVMGetOperand(i, 1);
            text = md_operand(variable, 1);
            if (text && LLVMIsAMDString(text)) {
                if (line)
                    *line = ir_line(i, NULL);
                return LLVMGetMDString(text, &n);
            }
        }
    }
    return NULL;
}

/* In the phis of bb, edges from `from` come from `to` now. */
static void redirect_phis(LLVMBasicBlockRef bb, LLVMBasicBlockRef from,
                          LLVMBasicBlockRef to)
{
    LLVMValueRef phi = LLVMGetFirstInstruction(bb), next;

    for (; phi && LLVMIsAPHINode(phi); phi = next) {
        unsigned n = LLVMCountIncoming(phi);
        LLVMValueRef fresh;
        int hit = 0;

        next = LLVMGetNextInstruction(phi);
        for (unsigned k = 0; k < n; k++)
            hit |= LLVMGetIncomingBlock(phi, k) == from;
        if (!hit)
            continue;
        LLVMPositionBuilderBefore(cg.b, phi);
        fresh = LLVMBuildPhi(cg.b, LLVMTypeOf(phi), "");
        LLVMReplaceAllUsesWith(phi, fresh);
        for (unsigned k = 0; k < n; k++) {
            LLVMValueRef v = LLVMGetIncomingValue(phi, k);
            LLVMBasicBlockRef in = LLVMGetIncomingBlock(phi, k);

            if (in == from)
                in = to;
            LLVMAddIncoming(fresh, &v, &in, 1);
        }
        LLVMInstructionEraseFromParent(phi);
    }
}

LLVMBasicBlockRef ir_split_before(LLVMValueRef insn)
{
    LLVMBasicBlockRef old = LLVMGetInstructionParent(insn);
    LLVMBasicBlockRef fresh = LLVMInsertBasicBlockInContext(cg.ctx, old, "");
    LLVMValueRef term;

    LLVMMoveBasicBlockAfter(fresh, old);
    for (LLVMValueRef next; insn; insn = next) {
        next = LLVMGetNextInstruction(insn);
        LLVMInstructionRemoveFromParent(insn);
        ir_at_end(fresh);
        LLVMInsertIntoBuilder(cg.b, insn);
    }
    term = LLVMGetBasicBlockTerminator(fresh);
    for (unsigned k = 0; k < LLVMGetNumSuccessors(term); k++)
        redirect_phis(LLVMGetSuccessor(term, k), old, fresh);
    ir_at_end(old);
    LLVMBuildBr(cg.b, fresh);
    return fresh;
}

/* Depth first, iteratively: an edge to a block still on the path closes a loop. */
int ir_has_loop(LLVMValueRef f)
{
    struct visit {
        LLVMBasicBlockRef bb;
        unsigned next;
    };
    VEC(struct visit) path = {0};
    struct ptrmap state = {0}; /* 1 on the path, 2 done */
    int found = 0;

    if (!LLVMGetFirstBasicBlock(f))
        return 0;
    VEC_PUSH(path, ((struct visit){LLVMGetEntryBasicBlock(f), 0}));
    ptrmap_setnum(&state, path.p[0].bb, 1);
    while (path.n && !found) {
        struct visit *top = &path.p[path.n - 1];
        LLVMValueRef term = LLVMGetBasicBlockTerminator(top->bb);

        if (top->next < LLVMGetNumSuccessors(term)) {
            LLVMBasicBlockRef s = LLVMGetSuccessor(term, top->next++);
            uint32_t st = ptrmap_num(&state, s);

            if (st == 1)
                found = 1;
            if (!st) {
                ptrmap_setnum(&state, s, 1);
                VEC_PUSH(path, ((struct visit){s, 0}));
            }
        } else {
            ptrmap_setnum(&state, top->bb, 2);
            path.n--;
        }
    }
    free(path.p);
    ptrmap_free(&state);
    return found;
}

void ir_run_passes(const char *passes)
{
    LLVMPassBuilderOptionsRef o = LLVMCreatePassBuilderOptions();
    LLVMErrorRef e = LLVMRunPasses(cg.mod, passes, cg.tm, o);

    if (e)
        cg_fatal("LLVM refuses the passes %s: %s", passes,
                 LLVMGetErrorMessage(e));
    LLVMDisposePassBuilderOptions(o);
}

unsigned ir_md_kind(const char *name)
{
    return LLVMGetMDKindIDInContext(cg.ctx, name, (unsigned)strlen(name));
}

unsigned ir_attr_kind(const char *name)
{
    return LLVMGetEnumAttributeKindForName(name, strlen(name));
}

void ir_add_fn_attr(LLVMValueRef f, const char *name)
{
    LLVMAddAttributeAtIndex(
        f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
        LLVMCreateEnumAttribute(cg.ctx, ir_attr_kind(name), 0));
}

void ir_remove_fn_attr(LLVMValueRef f, const char *name)
{
    LLVMRemoveEnumAttributeAtIndex(
        f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, ir_attr_kind(name));
}

int ir_has_fn_attr(LLVMValueRef f, const char *name)
{
    return LLVMGetEnumAttributeAtIndex(
               f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
               ir_attr_kind(name)) != NULL;
}

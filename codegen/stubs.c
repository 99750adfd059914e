/*
 * stubs.c: how jitcode and traces call native functions.
 *
 * A signature is a string of ABI codes (descr.h). Per signature there is one
 * stub `void (*)(void *fn, const union tw_value *args, union tw_value *res)`.
 * Callees that no signature describes (variadic, structs by value) get a
 * wrapper function here that takes scalars only; a struct result is written
 * through a last pointer argument.
 */
#include "codegen/effects.h"
#include "codegen/lower.h"
#include "codegen/stubs.h"

static struct strmap stub_ids, wrapper_ids;
static VEC(LLVMValueRef) stubs;
struct wrapper {
    LLVMValueRef fn;
    struct calldescr *d;
};
static VEC(struct wrapper) wrappers;

/* ---------------------------------------------------------------- signatures */

static unsigned attr_signext, attr_zeroext, attr_byval, attr_sret,
    attr_inalloca;

static void init_attrs(void)
{
    if (attr_signext)
        return;
    attr_signext = ir_attr_kind("signext");
    attr_zeroext = ir_attr_kind("zeroext");
    attr_byval = ir_attr_kind("byval");
    attr_sret = ir_attr_kind("sret");
    attr_inalloca = ir_attr_kind("inalloca");
}

/* Attribute of parameter k (0 is the result) of a function or a call. */
static LLVMAttributeRef attr(LLVMValueRef fn_or_call, unsigned k, unsigned kind)
{
    return LLVMIsAFunction(fn_or_call)
               ? LLVMGetEnumAttributeAtIndex(fn_or_call, k, kind)
               : LLVMGetCallSiteEnumAttribute(fn_or_call, k, kind);
}

static char abi_code(LLVMTypeRef t, LLVMValueRef holder, unsigned k)
{
    int z = attr(holder, k, attr_zeroext) != NULL;

    switch ((int)ir_kind(t)) {
    case LLVMPointerTypeKind:
        return 'p';
    case LLVMDoubleTypeKind:
        return 'd';
    case LLVMFloatTypeKind:
        return 'f';
    case LLVMVoidTypeKind:
        return 'v';
    case LLVMIntegerTypeKind:
        switch (LLVMGetIntTypeWidth(t)) {
        case 64:
            return 'l';
        case 32:
            return z ? 'u' : 'i';
        case 16:
            return z ? 'H' : 'h';
        case 8:
            return z ? 'B' : 'b';
        case 1:
            return 'z';
        }
    }
    return 0;
}

static char kind_of_abi(char abi)
{
    return abi == 'p'                 ? 'r'
           : abi == 'd' || abi == 'f' ? 'f'
           : abi == 'v'               ? 'v'
                                      : 'i';
}

/* The signature of a function type, if one describes it. */
int stubs_sig(LLVMTypeRef type, LLVMValueRef holder, struct sig *s)
{
    LLVMTypeRef params[64];
    LLVMTypeRef ret = LLVMGetReturnType(type);

    init_attrs();
    s->n = LLVMCountParamTypes(type);
    if (s->n > 60 || LLVMIsFunctionVarArg(type))
        return 0;
    LLVMGetParamTypes(type, params);
    for (unsigned k = 0; k < s->n; k++) {
        if (attr(holder, k + 1, attr_byval) || attr(holder, k + 1, attr_sret) ||
            attr(holder, k + 1, attr_inalloca))
            return 0;
        s->abi[k] = abi_code(params[k], holder, k + 1);
        s->kinds[k] = kind_of_abi(s->abi[k]);
        if (!s->abi[k])
            return 0;
    }
    s->abi_result = abi_code(ret, holder, 0);
    s->result = kind_of_abi(s->abi_result);
    return s->abi_result != 0;
}

static LLVMTypeRef abi_type(char c)
{
    switch (c) {
    case 'l':
        return cg.i64;
    case 'i':
    case 'u':
        return cg.i32;
    case 'h':
    case 'H':
        return cg.i16;
    case 'b':
    case 'B':
        return cg.i8;
    case 'z':
        return cg.i1;
    case 'p':
        return cg.ptr;
    case 'd':
        return cg.f64;
    case 'f':
        return cg.f32;
    default:
        return cg.void_;
    }
}

static unsigned abi_ext(char c)
{
    return strchr("uHBz", c) ? attr_zeroext
           : strchr("hb", c) ? attr_signext
                             : 0;
}

/* ---------------------------------------------------------------- stubs */

static LLVMValueRef slot(LLVMValueRef array, unsigned k)
{
    LLVMValueRef ix = LLVMConstInt(cg.i64, k, 0);

    return LLVMBuildGEP2(cg.b, cg.i64, array, &ix, 1, "");
}

/* args[k] as the ABI wants it. */
LLVMValueRef stubs_load_value(LLVMValueRef array, unsigned k, LLVMTypeRef t)
{
    switch ((int)ir_kind(t)) {
    case LLVMPointerTypeKind:
        return LLVMBuildLoad2(cg.b, cg.ptr, slot(array, k), "");
    case LLVMDoubleTypeKind:
        return LLVMBuildLoad2(cg.b, cg.f64, slot(array, k), "");
    case LLVMFloatTypeKind:
        return LLVMBuildFPTrunc(
            cg.b, LLVMBuildLoad2(cg.b, cg.f64, slot(array, k), ""), t, "");
    default: {
        LLVMValueRef v = LLVMBuildLoad2(cg.b, cg.i64, slot(array, k), "");

        return LLVMGetIntTypeWidth(t) == 64 ? v
                                            : LLVMBuildTrunc(cg.b, v, t, "");
    }
    }
}

/* In canonical form: sign-extended, i1 as 0 or 1, float as double. */
LLVMValueRef stubs_canonical(LLVMValueRef v)
{
    LLVMTypeRef t = LLVMTypeOf(v);

    if (ir_kind(t) == LLVMFloatTypeKind)
        return LLVMBuildFPExt(cg.b, v, cg.f64, "");
    if (ir_kind(t) != LLVMIntegerTypeKind || LLVMGetIntTypeWidth(t) == 64)
        return v;
    return LLVMGetIntTypeWidth(t) == 1 ? LLVMBuildZExt(cg.b, v, cg.i64, "")
                                       : LLVMBuildSExt(cg.b, v, cg.i64, "");
}

void stubs_store_value(LLVMValueRef array, unsigned k, LLVMValueRef v)
{
    LLVMBuildStore(cg.b, stubs_canonical(v), slot(array, k));
}

LLVMValueRef stubs_new_function(const char *name, LLVMTypeRef type)
{
    LLVMValueRef f = LLVMAddFunction(cg.mod, name, type);

    LLVMSetLinkage(f, LLVMInternalLinkage);
    ir_add_fn_attr(f, "nounwind");
    LLVMPositionBuilderAtEnd(cg.b,
                             LLVMAppendBasicBlockInContext(cg.ctx, f, ""));
    return f;
}

LLVMValueRef stubs_stub(const struct sig *s)
{
    LLVMTypeRef params[64], stub_params[3] = {cg.ptr, cg.ptr, cg.ptr}, type;
    LLVMValueRef f, args[64], call;
    char key[80];
    int n =
        snprintf(key, sizeof key, "%c%.*s", s->abi_result, (int)s->n, s->abi);
    uint32_t k = strmap_get(&stub_ids, key, (size_t)n);

    if (k)
        return stubs.p[k - 1];
    for (unsigned p = 0; p < s->n; p++)
        params[p] = abi_type(s->abi[p]);
    type = LLVMFunctionType(abi_type(s->abi_result), params, s->n, 0);
    f = stubs_new_function(cg_printf("tw.stub.%s", key),
                           LLVMFunctionType(cg.void_, stub_params, 3, 0));
    for (unsigned p = 0; p < s->n; p++)
        args[p] = stubs_load_value(LLVMGetParam(f, 1), p, params[p]);
    call = LLVMBuildCall2(cg.b, type, LLVMGetParam(f, 0), args, s->n, "");
    for (unsigned p = 0; p < s->n; p++)
        if (abi_ext(s->abi[p]))
            LLVMAddCallSiteAttribute(
                call, p + 1,
                LLVMCreateEnumAttribute(cg.ctx, abi_ext(s->abi[p]), 0));
    if (s->abi_result != 'v')
        stubs_store_value(LLVMGetParam(f, 2), 0, call);
    LLVMBuildRetVoid(cg.b);
    VEC_PUSH(stubs, f);
    strmap_set(&stub_ids, key, (size_t)n, stubs.n);
    return f;
}

/* ---------------------------------------------------------------- wrappers */

/* Why jitcode cannot make this call at all, or NULL. */
const char *stubs_call_reason(LLVMValueRef call)
{
    struct leaves lv;
    LLVMTypeRef t = LLVMTypeOf(call);

    if (LLVMIsAInlineAsm(LLVMGetCalledValue(call)))
        return "inline assembly";
    if (ir_nargs(call) > 50)
        return "a call with more than 50 arguments";
    for (unsigned k = 0; k < ir_nargs(call); k++) {
        LLVMTypeRef a = LLVMTypeOf(LLVMGetOperand(call, k));

        if (ir_kind(a) == LLVMMetadataTypeKind)
            continue;
        if (lower_bank(a) < 0 ||
            (lower_bank(a) == TW_BANK_I &&
             !strchr("\1\10\20\40\100", (int)LLVMGetIntTypeWidth(a))))
            return "a call with an argument of a type that the JIT does not "
                   "know";
    }
    if (ir_kind(t) == LLVMVoidTypeKind)
        return NULL;
    if (lower_is_aggregate(t) ? !lower_leaves(t, &lv) : lower_bank(t) < 0)
        return "a call with a result of a type that the JIT does not know";
    return NULL;
}

static void copy_attrs(LLVMValueRef from, LLVMValueRef call, unsigned k,
                       unsigned to)
{
    const unsigned kinds[] = {attr_signext, attr_zeroext, attr_byval,
                              attr_sret};

    for (int a = 0; a < 4; a++) {
        LLVMAttributeRef r = attr(from, k, kinds[a]);

        if (r)
            LLVMAddCallSiteAttribute(call, to, r);
    }
}

/* A function of scalars that makes the call: [callee pointer,] arguments,
 * [pointer for a struct result]. */
static LLVMValueRef make_wrapper(LLVMTypeRef type, LLVMValueRef holder,
                                 LLVMValueRef callee, LLVMTypeRef *args,
                                 unsigned nargs, unsigned cc)
{
    LLVMTypeRef params[64], ret = LLVMGetReturnType(type);
    int by_pointer = !callee, agg = lower_is_aggregate(ret);
    LLVMValueRef f, values[64], call;
    unsigned n = 0;

    if (by_pointer)
        params[n++] = cg.ptr;
    for (unsigned k = 0; k < nargs; k++)
        params[n++] = args[k];
    if (agg)
        params[n++] = cg.ptr;
    f = stubs_new_function(
        cg_printf("tw.wrap.%s", callee ? ir_name(callee) : "pointer"),
        LLVMFunctionType(agg ? cg.void_ : ret, params, n, 0));
    for (unsigned k = 0; k < nargs; k++)
        values[k] = LLVMGetParam(f, k + (unsigned)by_pointer);
    call = LLVMBuildCall2(cg.b, type, callee ? callee : LLVMGetParam(f, 0),
                          values, nargs, "");
    LLVMSetInstructionCallConv(call, cc);
    for (unsigned k = 0; k <= nargs; k++)
        copy_attrs(holder, call, k, k);
    if (agg) {
        LLVMBuildStore(cg.b, call, LLVMGetParam(f, n - 1));
        LLVMBuildRetVoid(cg.b);
    } else if (ir_kind(ret) == LLVMVoidTypeKind) {
        LLVMBuildRetVoid(cg.b);
    } else {
        LLVMBuildRet(cg.b, call);
    }
    return f;
}

struct calldescr *stubs_calldescr(struct fn *f)
{
    struct sig s;
    LLVMTypeRef params[64];

    if (f->calldescr)
        return f->calldescr;
    f->native = f->v;
    if (!stubs_sig(f->type, f->v, &s)) {
        unsigned n = LLVMCountParamTypes(f->type);

        if (n > 50 || LLVMIsFunctionVarArg(f->type))
            return NULL;
        LLVMGetParamTypes(f->type, params);
        f->native = make_wrapper(f->type, f->v, f->v, params, n,
                                 LLVMGetFunctionCallConv(f->v));
        if (!stubs_sig(LLVMGlobalGetValueType(f->native), f->native, &s)) {
            LLVMDeleteFunction(f->native);
            f->native = f->v;
            return NULL;
        }
    }
    return f->calldescr =
               descr_call_get(descr_call(&s, f->effect, NULL, f->name));
}

struct calldescr *stubs_for_call(LLVMValueRef call, LLVMValueRef *native,
                                 int *pass_callee)
{
    LLVMValueRef callee = ir_callee(call);
    struct fn *f = callee ? cg_fn(callee) : NULL;
    LLVMTypeRef type = LLVMGetCalledFunctionType(call), args[64];
    struct candidates *c = f ? NULL : effects_candidates(call);
    struct effect *e = f ? f->effect : c->effect;
    char key[512];
    int n;
    uint32_t k;
    struct sig s;
    struct wrapper w;

    *pass_callee = 0;
    if (f)
        f->called = 1;
    if (f && type == f->type && !LLVMIsFunctionVarArg(type)) {
        struct calldescr *d = stubs_calldescr(f);

        *native = f->native;
        if (d)
            return d;
    }
    if (!f && stubs_sig(type, call, &s)) {
        *native = NULL;
        return descr_call_get(descr_call(&s, e, c, NULL));
    }
    n = snprintf(key, sizeof key, "%p %p %p", (void *)(f ? callee : NULL),
                 (void *)type, (void *)e);
    for (unsigned a = 0; a < ir_nargs(call) && n < 480; a++) {
        args[a] = LLVMTypeOf(LLVMGetOperand(call, a));
        n += snprintf(key + n, sizeof key - (size_t)n, "%c",
                      abi_code(args[a], call, a + 1));
    }
    *pass_callee = !f;
    k = strmap_get(&wrapper_ids, key, (size_t)n);
    if (!k) {
        for (unsigned a = 0; a < ir_nargs(call); a++)
            args[a] = LLVMTypeOf(LLVMGetOperand(call, a));
        w.fn = make_wrapper(type, call, f ? callee : NULL, args, ir_nargs(call),
                            LLVMGetInstructionCallConv(call));
        if (!stubs_sig(LLVMGlobalGetValueType(w.fn), w.fn, &s))
            cg_fatal("internal: no signature for the wrapper of %s",
                     f ? f->name : "a pointer");
        w.d = descr_call_get(
            descr_call(&s, e, NULL, f ? f->name : "indirect call"));
        VEC_PUSH(wrappers, w);
        k = wrappers.n;
        strmap_set(&wrapper_ids, key, (size_t)n, k);
    }
    *native = wrappers.p[k - 1].fn;
    return wrappers.p[k - 1].d;
}

/* ---------------------------------------------------------------- helpers */

struct calldescr *stubs_helper(LLVMValueRef insn, LLVMValueRef *native)
{
    int is_call = ir_op(insn) == LLVMCall;
    unsigned nops =
                 is_call ? ir_nargs(insn) : (unsigned)LLVMGetNumOperands(insn),
             n = 0;
    LLVMTypeRef params[8];
    LLVMValueRef copy;
    struct wrapper w;
    struct effect *e;
    struct sig s;
    char key[256];
    uint32_t k;
    int len =
        snprintf(key, sizeof key, "helper %d %s %p", ir_op(insn),
                 is_call ? ir_callee_name(insn) : "", (void *)LLVMTypeOf(insn));

    if (nops > 8)
        cg_fatal("internal: helper with %u operands", nops);
    for (unsigned o = 0; o < nops; o++) {
        LLVMValueRef v = LLVMGetOperand(insn, o);

        len += snprintf(key + len, sizeof key - (size_t)len, " %p",
                        LLVMIsConstant(v) ? (void *)v : (void *)LLVMTypeOf(v));
    }
    k = strmap_get(&wrapper_ids, key, (size_t)len);
    if (!k) {
        for (unsigned o = 0; o < nops; o++)
            if (!LLVMIsConstant(LLVMGetOperand(insn, o)))
                params[n++] = LLVMTypeOf(LLVMGetOperand(insn, o));
        w.fn = stubs_new_function(
            "tw.helper", LLVMFunctionType(LLVMTypeOf(insn), params, n, 0));
        ir_add_fn_attr(w.fn, "noinline");
        copy = LLVMInstructionClone(insn);
        n = 0;
        for (unsigned o = 0; o < nops; o++)
            if (!LLVMIsConstant(LLVMGetOperand(insn, o)))
                LLVMSetOperand(copy, o, LLVMGetParam(w.fn, n++));
        LLVMInsertIntoBuilder(cg.b, copy);
        LLVMBuildRet(cg.b, copy);
        if (!stubs_sig(LLVMGlobalGetValueType(w.fn), w.fn, &s))
            cg_fatal("internal: no signature for %s",
                     LLVMPrintValueToString(insn));
        /* The depth of the C stack does not change within a loop of machine code. */
        e = is_call && ir_starts(ir_callee_name(insn), "llvm.frameaddress")
                ? effects_invariant()
                : effects_none();
        w.d = descr_call_get(
            descr_call(&s, e, NULL, is_call ? ir_callee_name(insn) : "helper"));
        VEC_PUSH(wrappers, w);
        k = wrappers.n;
        strmap_set(&wrapper_ids, key, (size_t)len, k);
    }
    *native = wrappers.p[k - 1].fn;
    return wrappers.p[k - 1].d;
}

/*
 * fresh.c: where pointers lead: to memory that did not exist when the function began
 * (locals, what it allocates, what functions that it calls have allocated and return), to
 * what a parameter points to, or elsewhere. Whatever a function does to fresh memory, its
 * caller cannot have known anything about it; what it does to a parameter's, the caller's
 * argument decides.
 *
 * In: the module in SSA form. Used by effects.c.
 */
#include "codegen/fresh.h"

#include "codegen/irutil.h"

/* By fn->index: all that the function returns is fresh (or NULL). Assumed of all at first, then
 * taken away until nothing changes: recursion is no obstacle. */
static uint8_t *returns_fresh;

static const char *const allocators[] = {
    "tw_gc_new",     "tw_gc_new_var",
    "tw_gc_malloc",  "tw_gc_malloc_atomic",
    "malloc",        "calloc",
    "aligned_alloc", "strdup",
    "strndup",       "tw_gc_malloc_uncollectable"};

static int is_gep(LLVMValueRef v)
{
    return ir_op(v) == LLVMGetElementPtr ||
           (LLVMIsAConstantExpr(v) &&
            LLVMGetConstOpcode(v) == LLVMGetElementPtr);
}

LLVMValueRef fresh_root(LLVMValueRef p)
{
    while (is_gep(p))
        p = LLVMGetOperand(p, 0);
    return p;
}

static int is_fresh_call(LLVMValueRef call)
{
    const char *n = ir_callee_name(call);
    struct fn *f = ir_callee(call) ? cg_fn(ir_callee(call)) : NULL;

    for (size_t k = 0; k < sizeof allocators / sizeof *allocators; k++)
        if (!strcmp(n, allocators[k]))
            return 1;
    return f && f->has_body && returns_fresh && returns_fresh[f->index];
}

/* The phis on the way, so that loops end: what comes round is where the rest is. */
struct way {
    LLVMValueRef phi[32];
    unsigned n;
};

static int join(int a, int b)
{
    return a == FRESH ? b : b == FRESH || a == b ? a : ELSEWHERE;
}

static int param_number(LLVMValueRef v)
{
    LLVMValueRef f = LLVMGetParamParent(v);

    for (unsigned k = 0; k < LLVMCountParams(f); k++)
        if (LLVMGetParam(f, k) == v)
            return (int)k;
    return ELSEWHERE;
}

static int where(LLVMValueRef p, struct way *w)
{
    LLVMValueRef r = fresh_root(p);
    int at = FRESH;

    if (LLVMIsNull(r) || LLVMIsUndef(r))
        return FRESH;
    if (LLVMIsAArgument(r))
        return param_number(r);
    switch (ir_op(r)) {
    case LLVMAlloca:
        return FRESH;
    case LLVMCall:
        return is_fresh_call(r) ? FRESH : ELSEWHERE;
    case LLVMSelect:
        return join(where(LLVMGetOperand(r, 1), w),
                    where(LLVMGetOperand(r, 2), w));
    case LLVMPHI:
        for (unsigned k = 0; k < w->n; k++)
            if (w->phi[k] == r)
                return FRESH;
        if (w->n == sizeof w->phi / sizeof *w->phi)
            return ELSEWHERE;
        w->phi[w->n++] = r;
        for (unsigned k = 0; k < LLVMCountIncoming(r); k++)
            at = join(at, where(LLVMGetIncomingValue(r, k), w));
        return at;
    default:
        return ELSEWHERE;
    }
}

int fresh_where(LLVMValueRef p)
{
    struct way w = {.n = 0};

    return where(p, &w);
}

static int all_returns_fresh(struct fn *f)
{
    for (FOR_BLOCKS(bb, f->v)) {
        LLVMValueRef term = LLVMGetBasicBlockTerminator(bb);

        if (term && ir_op(term) == LLVMRet &&
            fresh_where(LLVMGetOperand(term, 0)) != FRESH)
            return 0;
    }
    return 1;
}

void fresh_analyse(void)
{
    int changed = 1;

    returns_fresh = cg_alloc(cg.fns.n + 1);
    for (uint32_t k = 0; k < cg.fns.n; k++)
        returns_fresh[k] = ir_kind(LLVMGetReturnType(cg.fns.p[k]->type)) ==
                           LLVMPointerTypeKind;
    while (changed) {
        changed = 0;
        for (uint32_t k = 0; k < cg.fns.n; k++) {
            struct fn *f = cg.fns.p[k];

            if (f->has_body && returns_fresh[k] && !all_returns_fresh(f)) {
                returns_fresh[k] = 0;
                changed = 1;
            }
        }
    }
}

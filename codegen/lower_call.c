/*
 * lower_call.c: calls, the markers of tw/jit.h, allocation.
 *
 * A call is, in this order: a marker or an allocation (an operation of its
 * own), a recursive call of a portal, an inlined call of a function that policy
 * looks inside, a residual call; through a pointer, an indirect call with the
 * functions it may reach.
 */
#include "codegen/lower.h"

#include "codegen/effects.h"

/* ---------------------------------------------------------------- emitting */

struct call_words {
    VEC(uint32_t) w;
};

static void put_list(struct call_words *c, const jreg *regs, const char *kinds,
                     unsigned n, char kind)
{
    uint32_t at = c->w.n;

    VEC_PUSH(c->w, 0);
    for (unsigned k = 0; k < n; k++) {
        if (kinds[k] == kind) {
            VEC_PUSH(c->w, regs[k]);
            c->w.p[at]++;
        }
    }
}

static void put_lists(struct call_words *c, const jreg *regs, const char *kinds,
                      unsigned n)
{
    put_list(c, regs, kinds, n, 'i');
    put_list(c, regs, kinds, n, 'r');
    put_list(c, regs, kinds, n, 'f');
}

/* live, the call, live. result JNONE for v. */
static void finish_call(struct lower *l, unsigned first_op, char result_kind,
                        struct call_words *c, jreg result)
{
    static const char order[] = "irfv";
    unsigned op = first_op + (unsigned)(strchr(order, result_kind) - order);

    if (result_kind != 'v')
        VEC_PUSH(c->w, result);
    jasm_live(l->a);
    jasm_op(l->a, op, c->w.p, c->w.n);
    jasm_live(l->a);
    free(c->w.p);
}

void lower_residual(struct lower *l, jreg fn, uint32_t calldescr,
                    const struct sig *sig, const jreg *args, jreg result,
                    int indirect)
{
    struct call_words c = {0};

    VEC_PUSH(c.w, fn);
    VEC_PUSH(c.w, calldescr);
    put_lists(&c, args, sig->kinds, sig->n);
    if (sig->result != 'v' && result == JNONE)
        result = jasm_reg(l->a, jasm_bank(sig->result));
    finish_call(l, indirect ? TW_JOP_indirect_call_i : TW_JOP_residual_call_i,
                sig->result, &c, result);
}

/* The arguments' registers and kinds. */
static unsigned call_args(struct lower *l, LLVMValueRef call, jreg *args,
                          char *kinds)
{
    unsigned n = ir_nargs(call);

    if (n > 60)
        lower_unsupported(l, call, "call with so many arguments");
    for (unsigned k = 0; k < n; k++) {
        LLVMValueRef v = LLVMGetOperand(call, k);

        args[k] = lower_value(l, v);
        kinds[k] = "irf"[lower_bank(LLVMTypeOf(v))];
    }
    return n;
}

static char result_kind(LLVMValueRef call)
{
    LLVMTypeRef t = LLVMTypeOf(call);

    return ir_kind(t) == LLVMVoidTypeKind || lower_is_aggregate(t)
               ? 'v'
               : "irf"[lower_bank(t)];
}

/* A struct result comes through a local that the callee fills. */
static jreg result_local(struct lower *l, LLVMTypeRef t)
{
    return lower_new_local(l, LLVMABISizeOfType(cg.td, t), JNONE);
}

static void read_result(struct lower *l, LLVMValueRef call, jreg local)
{
    struct leaves lv;
    jreg r[MAX_LEAVES];

    lower_leaves(LLVMTypeOf(call), &lv);
    for (unsigned k = 0; k < lv.n; k++)
        r[k] = lower_load_leaf(l, local, lv.type[k], lv.offset[k]);
    lower_set_agg(l, call, r, lv.n);
}

static jreg own_result(struct lower *l, LLVMValueRef call)
{
    return result_kind(call) == 'v' ? JNONE : lower_result(l, call);
}

/* ---------------------------------------------------------------- kinds of call */

static void recursive_call(struct lower *l, LLVMValueRef call, struct driver *d)
{
    struct call_words c = {0};
    jreg args[64];
    char kinds[64];

    call_args(l, call, args, kinds);
    VEC_PUSH(c.w, d->index);
    put_lists(&c, args, kinds, d->ngreens);
    put_lists(&c, args + d->ngreens, kinds + d->ngreens, d->nreds);
    finish_call(l, TW_JOP_recursive_call_i, d->result, &c, own_result(l, call));
}

static void inline_call(struct lower *l, LLVMValueRef call, struct fn *f)
{
    struct call_words c = {0};
    jreg args[64], local = JNONE;
    char kinds[64];
    unsigned n = call_args(l, call, args, kinds);

    if (lower_is_aggregate(LLVMTypeOf(call))) {
        local = args[n] = result_local(l, LLVMTypeOf(call));
        kinds[n++] = 'r';
    }
    VEC_PUSH(c.w, (uint32_t)lower_jit(f)->jit_index);
    put_lists(&c, args, kinds, n);
    finish_call(l, TW_JOP_inline_call_i, result_kind(call), &c,
                own_result(l, call));
    if (local != JNONE)
        read_result(l, call, local);
}

static void promote(struct lower *l, jreg r, int bank)
{
    if (r & JCONST)
        return;
    jasm_live(l->a);
    EMIT(l->a, (unsigned)(TW_JOP_promote_i + bank), r);
}

static void residual_call(struct lower *l, LLVMValueRef call)
{
    LLVMValueRef callee = ir_callee(call), native = NULL;
    struct fn *f = callee ? cg_fn(callee) : NULL;
    int pass_callee = 0;
    struct calldescr *d = stubs_for_call(call, &native, &pass_callee);
    jreg args[64], fn, local = JNONE;
    char kinds[64];
    unsigned n, at = 0;

    if (pass_callee)
        args[at++] = lower_value(l, LLVMGetCalledValue(call));
    n = at + call_args(l, call, args + at, kinds + at);
    if (lower_is_aggregate(LLVMTypeOf(call)))
        local = args[n++] = result_local(l, LLVMTypeOf(call));
    if (f && (f->hints & H_ELIDABLE_PROMOTE))
        for (unsigned k = 0; k < n; k++)
            if (d->sig.kinds[k] != 'f')
                promote(l, args[k], jasm_bank(d->sig.kinds[k]));
    fn = native ? jasm_const_r(l->a, native)
                : lower_value(l, LLVMGetCalledValue(call));
    if (d->candidates)
        for (uint32_t k = 0; k < d->candidates->fns.n; k++)
            lower_jit(d->candidates->fns.p[k]);
    lower_residual(l, fn, d->descr, &d->sig, args, own_result(l, call),
                   !native && d->candidates && d->candidates->fns.n);
    if (local != JNONE)
        read_result(l, call, local);
}

/* ---------------------------------------------------------------- tw_conditional_call */

/* The intrinsic behind a condition that tw_conditional_call made, or NULL. */
static LLVMValueRef expected_never(LLVMValueRef cond)
{
    LLVMValueRef e = cond;
    int64_t c;
    LLVMBool lossy;

    if (ir_op(e) == LLVMICmp && LLVMGetICmpPredicate(e) == LLVMIntNE &&
        ir_const_int(LLVMGetOperand(e, 1), &c) && !c)
        e = LLVMGetOperand(e, 0);
    while (ir_op(e) == LLVMTrunc || ir_op(e) == LLVMZExt)
        e = LLVMGetOperand(e, 0);
    if (ir_op(e) != LLVMCall ||
        !ir_starts(ir_callee_name(e), "llvm.expect.with.probability") ||
        LLVMConstRealGetDouble(LLVMGetOperand(e, 2), &lossy) != 0.9921875)
        return NULL;
    return e;
}

static int is_cheap(LLVMValueRef i)
{
    switch (ir_op(i)) {
    case LLVMGetElementPtr:
    case LLVMZExt:
    case LLVMSExt:
    case LLVMTrunc:
    case LLVMPtrToInt:
    case LLVMIntToPtr:
    case LLVMAdd:
    case LLVMSub:
        return 1;
    default:
        return 0;
    }
}

static int single_pred(LLVMBasicBlockRef bb)
{
    int n = 0;

    for (LLVMUseRef u = LLVMGetFirstUse(LLVMBasicBlockAsValue(bb)); u;
         u = LLVMGetNextUse(u))
        n += LLVMIsATerminatorInst(LLVMGetUser(u)) != NULL;
    return n == 1;
}

/* x such that the condition is !x */
static int is_negation_of(LLVMValueRef c, LLVMValueRef x)
{
    LLVMIntPredicate p = LLVMIntEQ;

    while (ir_op(c) == LLVMZExt || ir_op(c) == LLVMSExt)
        c = LLVMGetOperand(c, 0);
    if (ir_is_not(c)) {
        p = LLVMIntNE;
        c = LLVMGetOperand(c, 0);
    }
    return ir_op(c) == LLVMICmp && LLVMGetICmpPredicate(c) == p &&
           LLVMGetOperand(c, 0) == x && LLVMIsNull(LLVMGetOperand(c, 1));
}

static LLVMValueRef incoming(LLVMValueRef phi, LLVMBasicBlockRef from)
{
    for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
        if (LLVMGetIncomingBlock(phi, k) == from)
            return LLVMGetIncomingValue(phi, k);
    return NULL;
}

int lower_cond_call(struct lower *l, LLVMValueRef branch)
{
    LLVMBasicBlockRef then = LLVMGetSuccessor(branch, 0),
                      join = LLVMGetSuccessor(branch, 1);
    LLVMValueRef expect = expected_never(LLVMGetCondition(branch)), call = NULL,
                 term, x = NULL;
    LLVMValueRef native = NULL;
    struct calldescr *d;
    struct call_words c = {0};
    jreg args[64];
    char kinds[64];
    int pass_callee = 0;
    unsigned n;

    if (!expect || !single_pred(then))
        return 0;
    term = LLVMGetBasicBlockTerminator(then);
    if (ir_op(term) != LLVMBr || LLVMIsConditional(term) ||
        LLVMGetSuccessor(term, 0) != join)
        return 0;
    for (FOR_INSNS(i, then)) {
        if (ir_is_dbg(i) || i == term)
            continue;
        if (!call && ir_op(i) == LLVMCall && ir_callee(i) &&
            !ir_starts(ir_callee_name(i), "llvm.") &&
            !ir_starts(ir_callee_name(i), "tw_mark_") &&
            !lower_is_aggregate(LLVMTypeOf(i)) && cg_fn(ir_callee(i)) &&
            !cg_fn(ir_callee(i))->portal_of)
            call = i;
        else if (call || !is_cheap(i))
            return 0;
    }
    if (!call)
        return 0;
    for (FOR_INSNS(phi, join)) {
        LLVMValueRef a, b;

        if (!LLVMIsAPHINode(phi))
            break;
        a = incoming(phi, then);
        b = incoming(phi, l->bb);
        if (a == b)
            continue;
        if (a != call || x || !is_negation_of(LLVMGetOperand(expect, 0), b))
            return 0;
        x = b;
    }
    if (x && result_kind(call) == 'f')
        return 0;
    if (!x && LLVMGetFirstUse(call))
        return 0;
    for (FOR_INSNS(i, then))
        if (is_cheap(i) && !lower_arith(l, i))
            lower_memory(l, i);
    d = stubs_for_call(call, &native, &pass_callee);
    n = call_args(l, call, args, kinds);
    VEC_PUSH(c.w, lower_value(l, x ? x : LLVMGetCondition(branch)));
    VEC_PUSH(c.w, jasm_const_r(l->a, native));
    VEC_PUSH(c.w, d->descr);
    put_lists(&c, args, kinds, n);
    if (x)
        VEC_PUSH(c.w, lower_result(l, call));
    jasm_live(l->a);
    jasm_op(l->a,
            !x                         ? TW_JOP_cond_call
            : result_kind(call) == 'i' ? TW_JOP_cond_call_value_i
                                       : TW_JOP_cond_call_value_r,
            c.w.p, c.w.n);
    jasm_live(l->a);
    free(c.w.p);
    ptrmap_setnum(&l->absorbed, then, 1);
    lower_goto_from(l, then, join);
    return 1;
}

/* ---------------------------------------------------------------- markers */

/* The virtualizable that a marker's frame is. */
static struct vinfo *vinfo_of(struct lower *l, LLVMValueRef call)
{
    struct vinfo *v = effects_vinfo_of_marker(call);

    if (!v)
        lower_unsupported(l, call, "virtualizable of no known struct");
    return v;
}

static void merge_point(struct lower *l, LLVMValueRef call)
{
    LLVMValueRef ops[64];
    unsigned ng, nr;
    struct driver *d = portal_marker(call, ops, &ng, &nr);
    struct call_words c = {0};
    jreg args[64];

    for (unsigned k = 0; k < ng + nr; k++)
        args[k] = lower_value(l, ops[k]);
    VEC_PUSH(c.w, d->index);
    put_lists(&c, args, d->kinds, ng);
    put_lists(&c, args + ng, d->kinds + ng, nr);
    jasm_live(l->a);
    l->a->merge_at = l->a->at.n - 1;
    l->a->has_merge = 1;
    jasm_op(l->a, TW_JOP_jit_merge_point, c.w.p, c.w.n);
    free(c.w.p);
}

static void loop_header(struct lower *l, LLVMValueRef call)
{
    struct driver *d = ptrmap_get(&cg.driver_of, LLVMGetOperand(call, 0));

    if (!d || !d->portal)
        cg_fatal("%s: tw_loop_header of a driver without a merge point",
                 l->fn->name);
    jasm_live(l->a);
    EMIT(l->a, TW_JOP_loop_header, d->index);
}

/* markers that are one operation over registers: name, operation, live before */
static const struct simple_marker {
    const char *name;
    unsigned op;
    uint8_t nargs, has_result, live;
} simple_markers[] = {
    {"promote_string", TW_JOP_promote_string, 2, 1, 1},
    {"isconstant_i", TW_JOP_isconstant_i, 1, 1, 0},
    {"isconstant_r", TW_JOP_isconstant_r, 1, 1, 0},
    {"isvirtual", TW_JOP_isvirtual, 1, 1, 0},
    {"we_are_jitted", TW_JOP_we_are_jitted, 0, 1, 0},
    {"record_exact_class", TW_JOP_jrecord_exact_class, 2, 0, 0},
    {"record_exact_value_i", TW_JOP_jrecord_exact_value_i, 2, 0, 0},
    {"record_exact_value_r", TW_JOP_jrecord_exact_value_r, 2, 0, 0},
    {"record_nonnull", TW_JOP_jrecord_nonnull, 1, 0, 0},
    {"access_directly", TW_JOP_access_directly, 1, 0, 0},
    {"virtual_ref", TW_JOP_virtual_ref, 1, 1, 0},
    {"virtual_ref_finish", TW_JOP_virtual_ref_finish, 2, 0, 0},
    {"virtual_ref_force", TW_JOP_virtual_ref_force, 1, 1, 1},
    {"keepalive", TW_JOP_jkeepalive, 1, 0, 0},
};

static int simple_marker(struct lower *l, LLVMValueRef call, const char *name)
{
    for (size_t k = 0; k < sizeof simple_markers / sizeof *simple_markers;
         k++) {
        const struct simple_marker *m = &simple_markers[k];
        uint32_t w[3], n = 0;

        if (strcmp(m->name, name))
            continue;
        for (; n < m->nargs; n++)
            w[n] = lower_value(l, LLVMGetOperand(call, n));
        if (m->has_result)
            w[n++] = lower_result(l, call);
        if (m->live)
            jasm_live(l->a);
        jasm_op(l->a, m->op, w, n);
        return 1;
    }
    return 0;
}

static int lower_marker(struct lower *l, LLVMValueRef call, const char *name)
{
    static const char *const promotes[] = {"promote_i", "promote_r",
                                           "promote_f"};

    if (!strcmp(name, "merge_point")) {
        merge_point(l, call);
        return 1;
    }
    if (!strcmp(name, "can_enter_jit") || !strcmp(name, "loop_header")) {
        loop_header(l, call);
        return 1;
    }
    for (int b = 0; b < TW_NBANKS; b++) {
        if (!strcmp(name, promotes[b])) {
            jreg r = lower_value(l, LLVMGetOperand(call, 0));

            promote(l, r, b);
            lower_alias(l, call, r);
            return 1;
        }
    }
    if (!strcmp(name, "force_virtualizable") ||
        !strcmp(name, "fresh_virtualizable")) {
        uint32_t d = descr_vable_token(vinfo_of(l, call));
        jreg r = lower_value(l, LLVMGetOperand(call, 0));

        jasm_live(l->a);
        EMIT(l->a,
             *name == 'f' && name[1] == 'o' ? TW_JOP_force_virtualizable
                                            : TW_JOP_fresh_virtualizable,
             r, d);
        return 1;
    }
    return simple_marker(l, call, name);
}

/* ---------------------------------------------------------------- allocation */

static int lower_new(struct lower *l, LLVMValueRef call, const char *name)
{
    struct gctype *g;

    if (strcmp(name, "tw_gc_new") && strcmp(name, "tw_gc_new_var"))
        return 0;
    g = ptrmap_get(&cg.gctype_of, LLVMGetOperand(call, 0));
    if (!g)
        return 0;
    if (!strcmp(name, "tw_gc_new")) {
        EMIT(l->a, TW_OP_new, descr_size_of_gctype(g), lower_result(l, call));
        return 1;
    }
    if (!g->item_size)
        return 0;
    EMIT(l->a, TW_OP_new_var, lower_value(l, LLVMGetOperand(call, 1)),
         descr_size_of_gctype(g), lower_result(l, call));
    return 1;
}

void lower_call(struct lower *l, LLVMValueRef call)
{
    LLVMValueRef callee = ir_callee(call);
    const char *name = ir_callee_name(call);
    struct fn *f = callee ? cg_fn(callee) : NULL;

    if (callee && ir_starts(name, "llvm.")) {
        if (!lower_intrinsic(l, call))
            lower_unsupported(l, call, "intrinsic");
        return;
    }
    if (ir_starts(name, "tw_mark_")) {
        if (!lower_marker(l, call, name + strlen("tw_mark_")))
            lower_unsupported(l, call, "marker");
        return;
    }
    if (lower_new(l, call, name) || (f && !f->has_body && lower_libm(l, call)))
        return;
    if (f && f->portal_of)
        recursive_call(l, call, f->portal_of);
    else if (f && f->looked_inside &&
             LLVMGetCalledFunctionType(call) == f->type)
        inline_call(l, call, f);
    else
        residual_call(l, call);
}

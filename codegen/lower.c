/*
 * lower.c: values, blocks and branches of a function; which functions.
 *
 * In:  functions that policy admits, reachable from a portal (or all of them).
 * Out: fn->code, encoded; cg.jits in the order of their numbers.
 *
 * Blocks are laid out in reverse postorder. A phi is a register that its edges
 * move into: at the end of the block before, or, where that block has several
 * successors, in a piece of code of the edge's own behind all blocks.
 */
#include "codegen/lower.h"

/* ---------------------------------------------------------------- types */

int lower_bank(LLVMTypeRef t)
{
    switch ((int)ir_kind(t)) {
    case LLVMIntegerTypeKind:
        return LLVMGetIntTypeWidth(t) <= 64 ? TW_BANK_I : -1;
    case LLVMPointerTypeKind:
        return TW_BANK_R;
    case LLVMFloatTypeKind:
    case LLVMDoubleTypeKind:
        return TW_BANK_F;
    default:
        return -1;
    }
}

int lower_is_aggregate(LLVMTypeRef t)
{
    return ir_kind(t) == LLVMStructTypeKind || ir_kind(t) == LLVMArrayTypeKind;
}

static int add_leaves(LLVMTypeRef t, uint64_t off, struct leaves *l)
{
    if (ir_kind(t) == LLVMStructTypeKind) {
        for (unsigned e = 0; e < LLVMCountStructElementTypes(t); e++)
            if (!add_leaves(LLVMStructGetTypeAtIndex(t, e),
                            off + LLVMOffsetOfElement(cg.td, t, e), l))
                return 0;
        return 1;
    }
    if (ir_kind(t) == LLVMArrayTypeKind) {
        LLVMTypeRef el = LLVMGetElementType(t);

        for (uint64_t e = 0; e < LLVMGetArrayLength2(t); e++)
            if (!add_leaves(el, off + e * LLVMABISizeOfType(cg.td, el), l))
                return 0;
        return 1;
    }
    if (l->n == MAX_LEAVES || lower_bank(t) < 0)
        return 0;
    l->type[l->n] = t;
    l->offset[l->n++] = off;
    return 1;
}

int lower_leaves(LLVMTypeRef t, struct leaves *l)
{
    l->n = 0;
    return add_leaves(t, 0, l);
}

/* ---------------------------------------------------------------- values */

void lower_unsupported(struct lower *l, LLVMValueRef i, const char *what)
{
    char *text = LLVMPrintValueToString(i);

    cg_fatal("internal: %s: %s not lowered, yet policy let it pass: %s",
             l->fn->name, what, text);
}

static jreg constant(struct lower *l, LLVMValueRef v)
{
    LLVMTypeRef t = LLVMTypeOf(v);
    LLVMBool lossy;
    int64_t x;

    if (LLVMIsUndef(v) || LLVMIsPoison(v)) {
        switch (lower_bank(t)) {
        case TW_BANK_I:
            return jasm_const_i(l->a, 0);
        case TW_BANK_R:
            return jasm_const_r(l->a, LLVMConstNull(cg.ptr));
        default:
            return jasm_const_f(l->a, 0);
        }
    }
    switch (lower_bank(t)) {
    case TW_BANK_I:
        if (ir_const_int(v, &x))
            return jasm_const_i(l->a, LLVMGetIntTypeWidth(t) == 1 ? x & 1 : x);
        if (LLVMGetIntTypeWidth(t) == 64)
            return jasm_const_i_value(l->a, v);
        break;
    case TW_BANK_R:
        return jasm_const_r(l->a, v);
    case TW_BANK_F:
        if (LLVMIsAConstantFP(v))
            return jasm_const_f(l->a, LLVMConstRealGetDouble(v, &lossy));
        break;
    }
    lower_unsupported(l, v, "constant");
}

jreg lower_result(struct lower *l, LLVMValueRef v)
{
    uint32_t r = ptrmap_num(&l->regs, v);

    if (!r) {
        int bank = lower_bank(LLVMTypeOf(v));

        if (bank < 0)
            lower_unsupported(l, v, "type");
        r = jasm_reg(l->a, bank) + 1;
        ptrmap_setnum(&l->regs, v, r);
    }
    return r - 1;
}

/* v has no register of its own: it is r. */
void lower_alias(struct lower *l, LLVMValueRef v, jreg r)
{
    uint32_t old = ptrmap_num(&l->regs, v);
    int bank = lower_bank(LLVMTypeOf(v));

    /* A use came first (through a phi of a loop). */
    if (old)
        jasm_move(l->a, bank, old - 1, r);
    else
        ptrmap_setnum(&l->regs, v, r + 1);
}

jreg lower_value(struct lower *l, LLVMValueRef v)
{
    if (LLVMIsConstant(v))
        return constant(l, v);
    return lower_result(l, v);
}

void lower_set_agg(struct lower *l, LLVMValueRef v, const jreg *r, unsigned n)
{
    jreg *old = ptrmap_get(&l->aggs, v);
    struct leaves lv;

    if (!lower_leaves(LLVMTypeOf(v), &lv) || lv.n != n)
        lower_unsupported(l, v, "struct value");
    if (old) {
        for (unsigned k = 0; k < n; k++)
            jasm_move(l->a, lower_bank(lv.type[k]), old[k], r[k]);
        return;
    }
    old = cg_alloc(n * sizeof *old + 1);
    memcpy(old, r, n * sizeof *old);
    ptrmap_set(&l->aggs, v, old);
}

static void constant_leaves(struct lower *l, LLVMValueRef v, jreg *out,
                            unsigned *n)
{
    LLVMTypeRef t = LLVMTypeOf(v);
    unsigned count;

    if (!lower_is_aggregate(t)) {
        out[(*n)++] = constant(l, v);
        return;
    }
    count = ir_kind(t) == LLVMStructTypeKind ? LLVMCountStructElementTypes(t)
                                             : (unsigned)LLVMGetArrayLength2(t);
    for (unsigned k = 0; k < count; k++) {
        LLVMTypeRef et = ir_kind(t) == LLVMStructTypeKind
                             ? LLVMStructGetTypeAtIndex(t, k)
                             : LLVMGetElementType(t);
        LLVMValueRef e = LLVMIsUndef(v) || LLVMIsPoison(v)
                             ? LLVMGetUndef(et)
                             : LLVMGetAggregateElement(v, k);

        constant_leaves(l, e ? e : LLVMGetUndef(et), out, n);
    }
}

jreg *lower_agg(struct lower *l, LLVMValueRef v)
{
    jreg *r = ptrmap_get(&l->aggs, v);
    struct leaves lv;
    unsigned n = 0;

    if (r)
        return r;
    if (!lower_leaves(LLVMTypeOf(v), &lv))
        lower_unsupported(l, v, "struct value");
    r = cg_alloc(lv.n * sizeof *r + 1);
    if (LLVMIsConstant(v)) {
        constant_leaves(l, v, r, &n);
        return r;
    }
    for (unsigned k = 0; k < lv.n; k++)
        r[k] = jasm_reg(l->a, lower_bank(lv.type[k]));
    ptrmap_set(&l->aggs, v, r);
    return r;
}

jreg lower_op1(struct lower *l, unsigned op, int bank, jreg a)
{
    jreg r = jasm_reg(l->a, bank);

    EMIT(l->a, op, a, r);
    return r;
}

jreg lower_op2(struct lower *l, unsigned op, int bank, jreg a, jreg b)
{
    jreg r = jasm_reg(l->a, bank);

    EMIT(l->a, op, a, b, r);
    return r;
}

jreg lower_op3(struct lower *l, unsigned op, int bank, jreg a, jreg b, jreg c)
{
    jreg r = jasm_reg(l->a, bank);

    EMIT(l->a, op, a, b, c, r);
    return r;
}

/* ---------------------------------------------------------------- edges */

static uint32_t block_label(struct lower *l, LLVMBasicBlockRef bb)
{
    uint32_t k = ptrmap_num(&l->labels, bb);

    if (!k) {
        k = jasm_label(l->a) + 1;
        ptrmap_setnum(&l->labels, bb, k);
    }
    return k - 1;
}

static int has_phis(LLVMBasicBlockRef bb)
{
    LLVMValueRef i = LLVMGetFirstInstruction(bb);

    return i && LLVMIsAPHINode(i);
}

static LLVMValueRef phi_value(LLVMValueRef phi, LLVMBasicBlockRef from)
{
    for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
        if (LLVMGetIncomingBlock(phi, k) == from)
            return LLVMGetIncomingValue(phi, k);
    return LLVMGetUndef(LLVMTypeOf(phi));
}

static void edge_moves(struct lower *l, LLVMBasicBlockRef from,
                       LLVMBasicBlockRef to)
{
    VEC(uint8_t) bank = {0};
    VEC(jreg) dst = {0}, src = {0};

    for (FOR_INSNS(phi, to)) {
        LLVMValueRef v;

        if (!LLVMIsAPHINode(phi))
            break;
        /* An undefined value is 0: no register may be alive without a cause. */
        v = phi_value(phi, from);
        if (lower_is_aggregate(LLVMTypeOf(phi))) {
            struct leaves lv;
            jreg *d = lower_agg(l, phi), *s = lower_agg(l, v);

            lower_leaves(LLVMTypeOf(phi), &lv);
            for (unsigned k = 0; k < lv.n; k++) {
                VEC_PUSH(bank, (uint8_t)lower_bank(lv.type[k]));
                VEC_PUSH(dst, d[k]);
                VEC_PUSH(src, s[k]);
            }
        } else {
            VEC_PUSH(bank, (uint8_t)lower_bank(LLVMTypeOf(phi)));
            VEC_PUSH(dst, lower_result(l, phi));
            VEC_PUSH(src, lower_value(l, v));
        }
    }
    jasm_parallel_moves(l->a, dst.n, bank.p, dst.p, src.p);
    free(bank.p);
    free(dst.p);
    free(src.p);
}

/* A label that leads from the current block to `to`, by way of its moves. */
static uint32_t edge_label(struct lower *l, LLVMBasicBlockRef to)
{
    struct edge e;

    if (!has_phis(to))
        return block_label(l, to);
    for (uint32_t k = l->edges.n; k-- && l->edges.p[k].from == l->bb;)
        if (l->edges.p[k].to == to)
            return l->edges.p[k].label;
    e.label = jasm_label(l->a);
    e.from = l->bb;
    e.to = to;
    VEC_PUSH(l->edges, e);
    return e.label;
}

void lower_goto_from(struct lower *l, LLVMBasicBlockRef from,
                     LLVMBasicBlockRef to)
{
    edge_moves(l, from, to);
    if (to != l->next_bb)
        jasm_goto(l->a, block_label(l, to));
}

/* ---------------------------------------------------------------- branches */

static void lower_branch(struct lower *l, LLVMValueRef i)
{
    LLVMBasicBlockRef yes = LLVMGetSuccessor(i, 0), no;
    jreg c;

    if (!LLVMIsConditional(i)) {
        lower_goto_from(l, l->bb, yes);
        return;
    }
    no = LLVMGetSuccessor(i, 1);
    if (yes == no) {
        lower_goto_from(l, l->bb, yes);
        return;
    }
    if (lower_cond_call(l, i))
        return;
    c = lower_value(l, LLVMGetCondition(i));
    jasm_live(l->a);
    EMIT(l->a, TW_JOP_goto_if_not, c, edge_label(l, no));
    lower_goto_from(l, l->bb, yes);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void lower_switch(struct lower *l, LLVMValueRef i)
{
    unsigned n = (unsigned)LLVMGetNumOperands(i) / 2 - 1;
    struct pair {
        int64_t value;
        uint32_t label;
    } *p = calloc(n + 1, sizeof *p);
    struct jswitch s = {.n = n};
    jreg v = lower_value(l, LLVMGetOperand(i, 0));
    int is_bool = LLVMGetIntTypeWidth(LLVMTypeOf(LLVMGetOperand(i, 0))) == 1;

    s.values = cg_alloc((n + 1) * sizeof *s.values);
    s.labels = cg_alloc((n + 1) * sizeof *s.labels);
    s.default_label = edge_label(l, LLVMGetSwitchDefaultDest(i));
    for (unsigned k = 0; k < n; k++) {
        p[k].value = LLVMConstIntGetSExtValue(LLVMGetOperand(i, 2 + 2 * k));
        if (is_bool)
            p[k].value &= 1;
        p[k].label = edge_label(l, LLVMGetSuccessor(i, k + 1));
    }
    qsort(p, n, sizeof *p, by_value);
    for (unsigned k = 0; k < n; k++) {
        s.values[k] = p[k].value;
        s.labels[k] = p[k].label;
    }
    free(p);
    VEC_PUSH(l->a->switches, s);
    jasm_live(l->a);
    EMIT(l->a, TW_JOP_switch, v, l->a->switches.n - 1);
}

static void lower_return(struct lower *l, LLVMValueRef i)
{
    LLVMValueRef v;

    if (!LLVMGetNumOperands(i)) {
        EMIT(l->a, TW_JOP_return_v, );
        return;
    }
    v = LLVMGetOperand(i, 0);
    if (l->ret_out != JNONE) {
        struct leaves lv;
        jreg *r = lower_agg(l, v);

        lower_leaves(LLVMTypeOf(v), &lv);
        for (unsigned k = 0; k < lv.n; k++)
            lower_store_leaf(l, l->ret_out, lv.type[k], lv.offset[k], r[k]);
        EMIT(l->a, TW_JOP_return_v, );
        return;
    }
    switch (lower_bank(LLVMTypeOf(v))) {
    case TW_BANK_I:
        EMIT(l->a, TW_JOP_return_i, lower_value(l, v));
        break;
    case TW_BANK_R:
        EMIT(l->a, TW_JOP_return_r, lower_value(l, v));
        break;
    case TW_BANK_F:
        EMIT(l->a, TW_JOP_return_f, lower_value(l, v));
        break;
    default:
        lower_unsupported(l, i, "result");
    }
}

static void lower_agg_parts(struct lower *l, LLVMValueRef i)
{
    int insert = ir_op(i) == LLVMInsertValue;
    LLVMValueRef agg = LLVMGetOperand(i, 0);
    LLVMTypeRef t = LLVMTypeOf(agg);
    const unsigned *ix = LLVMGetIndices(i);
    unsigned first = 0, n;
    struct leaves lv, part;
    jreg *src = lower_agg(l, agg), tmp[MAX_LEAVES];

    lower_leaves(t, &lv);
    n = lv.n;
    for (unsigned k = 0; k < LLVMGetNumIndices(i); k++) {
        LLVMTypeRef et = NULL;

        for (unsigned e = 0; e <= ix[k]; e++) {
            et = ir_kind(t) == LLVMStructTypeKind
                     ? LLVMStructGetTypeAtIndex(t, e)
                     : LLVMGetElementType(t);
            lower_leaves(et, &part);
            if (e < ix[k])
                first += part.n;
        }
        t = et;
    }
    if (insert) {
        LLVMValueRef v = LLVMGetOperand(i, 1);

        memcpy(tmp, src, n * sizeof *tmp);
        if (lower_is_aggregate(LLVMTypeOf(v)))
            memcpy(tmp + first, lower_agg(l, v), part.n * sizeof *tmp);
        else
            tmp[first] = lower_value(l, v);
        lower_set_agg(l, i, tmp, n);
    } else if (lower_is_aggregate(LLVMTypeOf(i))) {
        lower_set_agg(l, i, src + first, part.n);
    } else {
        lower_alias(l, i, src[first]);
    }
}

static void lower_insn(struct lower *l, LLVMValueRef i)
{
    l->a->line = ir_line(i, NULL) ?: l->a->line;
    switch (ir_op(i)) {
    case LLVMPHI:
        return;
    case LLVMBr:
        lower_branch(l, i);
        return;
    case LLVMSwitch:
        lower_switch(l, i);
        return;
    case LLVMRet:
        lower_return(l, i);
        return;
    case LLVMUnreachable:
        EMIT(l->a, TW_JOP_unreachable, );
        return;
    case LLVMExtractValue:
    case LLVMInsertValue:
        lower_agg_parts(l, i);
        return;
    case LLVMFreeze:
        if (lower_is_aggregate(LLVMTypeOf(i))) {
            struct leaves lv;

            lower_leaves(LLVMTypeOf(i), &lv);
            lower_set_agg(l, i, lower_agg(l, LLVMGetOperand(i, 0)), lv.n);
        } else {
            lower_alias(l, i, lower_value(l, LLVMGetOperand(i, 0)));
        }
        return;
    case LLVMCall:
        lower_call(l, i);
        return;
    default:
        if (!lower_arith(l, i) && !lower_memory(l, i))
            lower_unsupported(l, i, "instruction");
    }
}

/* ---------------------------------------------------------------- functions */

struct order {
    LLVMBasicBlockRef *p;
    uint32_t n;
};

/* Reverse postorder: iterative depth first. */
static struct order block_order(LLVMValueRef f)
{
    struct visit {
        LLVMBasicBlockRef bb;
        unsigned left;
    };
    VEC(struct visit) path = {0};
    struct ptrmap seen = {0};
    uint32_t total = LLVMCountBasicBlocks(f);
    struct order o = {cg_realloc(NULL, (total + 1) * sizeof *o.p), total};
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(f);

    ptrmap_setnum(&seen, entry, 1);
    VEC_PUSH(path,
             ((struct visit){entry, LLVMGetNumSuccessors(
                                        LLVMGetBasicBlockTerminator(entry))}));
    while (path.n) {
        struct visit *top = &path.p[path.n - 1];

        /* The last successor first, so that the first comes out next to us. */
        if (top->left) {
            LLVMBasicBlockRef s = LLVMGetSuccessor(
                LLVMGetBasicBlockTerminator(top->bb), --top->left);

            if (!ptrmap_num(&seen, s)) {
                ptrmap_setnum(&seen, s, 1);
                VEC_PUSH(path, ((struct visit){
                                   s, LLVMGetNumSuccessors(
                                          LLVMGetBasicBlockTerminator(s))}));
            }
        } else {
            o.p[--o.n] = top->bb;
            path.n--;
        }
    }
    memmove(o.p, o.p + o.n, (total - o.n) * sizeof *o.p);
    o.n = total - o.n;
    free(path.p);
    ptrmap_free(&seen);
    return o;
}

static void bind_arguments(struct lower *l)
{
    unsigned n = LLVMCountParams(l->fn->v);

    for (int b = 0; b < TW_NBANKS; b++)
        for (unsigned k = 0; k < n; k++)
            if (lower_bank(LLVMTypeOf(LLVMGetParam(l->fn->v, k))) == b)
                lower_result(l, LLVMGetParam(l->fn->v, k));
    l->ret_out = JNONE;
    if (lower_is_aggregate(LLVMGetReturnType(l->fn->type)))
        l->ret_out = jasm_reg(l->a, TW_BANK_R);
    for (int b = 0; b < TW_NBANKS; b++)
        l->a->nargs[b] = l->a->nvregs[b];
}

static void lower_function(struct fn *f)
{
    struct lower l = {.fn = f, .a = jasm_new(f)};
    LLVMTypeRef ret = LLVMGetReturnType(f->type);
    struct order order = block_order(f->v);

    f->code = l.a;
    l.a->result = ir_kind(ret) == LLVMVoidTypeKind || lower_is_aggregate(ret)
                      ? 'v'
                      : "irf"[lower_bank(ret)];
    l.a->last_place = JNONE;
    bind_arguments(&l);
    lower_mark_needed(&l);
    for (uint32_t k = 0; k < order.n; k++) {
        l.bb = order.p[k];
        l.next_bb = k + 1 < order.n ? order.p[k + 1] : NULL;
        if (ptrmap_num(&l.absorbed, l.bb))
            continue;
        jasm_place(l.a, block_label(&l, l.bb));
        for (FOR_INSNS(i, l.bb))
            if (!ir_is_dbg(i))
                lower_insn(&l, i);
    }
    l.next_bb = NULL;
    for (uint32_t k = 0; k < l.edges.n; k++) {
        struct edge e = l.edges.p[k];

        l.bb = e.from;
        jasm_place(l.a, e.label);
        edge_moves(&l, e.from, e.to);
        jasm_goto(l.a, block_label(&l, e.to));
    }
    jasm_finish(l.a);
    if (f->portal_of && !l.a->has_merge)
        cg_fatal("internal: %s has lost its merge point", f->name);
    free(order.p);
    free(l.edges.p);
    ptrmap_free(&l.regs);
    ptrmap_free(&l.aggs);
    ptrmap_free(&l.labels);
    ptrmap_free(&l.needed);
    ptrmap_free(&l.absorbed);
}

struct fn *lower_jit(struct fn *f)
{
    if (f->jit_index < 0) {
        f->jit_index = (int32_t)cg.jits.n;
        VEC_PUSH(cg.jits, f);
    }
    if (f->looked_inside && !f->queued) {
        f->queued = 1;
        VEC_PUSH(cg.queue, f);
        if (f->iff)
            lower_jit(f->iff);
    }
    return f;
}

void lower_all(void)
{
    for (uint32_t k = 0; k < cg.drivers.n; k++)
        lower_jit(cg.drivers.p[k]->portal);
    /* tw_look_inside also says that pointers lead here which nobody can follow. */
    for (uint32_t k = 0; k < cg.fns.n; k++)
        if (cg.fns.p[k]->looked_inside &&
            (cg.all || cg.fns.p[k]->hints & H_LOOK_INSIDE))
            lower_jit(cg.fns.p[k]);
    for (uint32_t k = 0; k < cg.queue.n; k++)
        lower_function(cg.queue.p[k]);
    descr_finish_vinfos();
    /* What a promoted function pointer may turn out to be needs a descriptor. */
    for (uint32_t k = 0; k < cg.jits.n; k++)
        cg.jits.p[k]->calldescr = stubs_calldescr(cg.jits.p[k]);
}

/*
 * lower.c: a trace (tier 2: or a region of traces) as one LLVM function: entry,
 * labels, jumps, finish; the other operations are in lower_*.c.
 * Input: struct lower_input; output: a module with one function of type
 * unit_code. Neighbours: slots.c before, engine.c after.
 *
 * The function begins with the frame's size check and a dispatch on its entry
 * number; a label's entry moves its arguments from the first slots to where
 * the label expects them. Entry 0 of a region looks in the frame for the loop
 * that is to be started.
 */
#include "backends/llvm/lower.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lower_fail(struct lower *l, const char *format, ...)
{
    va_list ap;

    if (l->failed)
        return;
    l->failed = 1;
    va_start(ap, format);
    vsnprintf(l->err, l->errsize, format, ap);
    va_end(ap);
}

/* ---------------------------------------------------------------- set-up */

static void need_slots(struct lower *l, uint32_t n)
{
    if (n > l->unit->code.nslots)
        l->unit->code.nslots = n;
}

/* What has to be known of a trace before the first operation is lowered. */
static void survey(struct lower *l, const struct tw_trace *t, uint32_t *nguards,
                   uint32_t *nroots)
{
    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];
        int passes_on = op->opnum == TW_OP_label || op->opnum == TW_OP_jump;

        *nguards += tw_op_is(op->opnum, TW_GUARD);
        l->nlabels += op->opnum == TW_OP_label;
        l->allocates |= tw_op_is(op->opnum, TW_ALLOC);
        l->collects |= tw_op_is(op->opnum, TW_ALLOC | TW_CALL);
        if (passes_on)
            need_slots(l, op->nargs);
        if ((tw_op_is(op->opnum, TW_GUARD) || op->opnum == TW_OP_finish) &&
            !op->guard)
            lower_fail(l, "%s without its struct tw_guard",
                       tw_opinfo[op->opnum].name);
        if (tw_op_is(op->opnum, TW_DESCR) && !op->descr &&
            op->opnum != TW_OP_finish)
            lower_fail(l, "%s without descriptor", tw_opinfo[op->opnum].name);
    }
    for (uint32_t k = 0; k < t->nconsts; k++)
        *nroots += t->consts[k].type == 'r';
}

static void keep_roots(struct unit *u, const struct tw_trace *t, uint32_t *n)
{
    for (uint32_t k = 0; k < t->nconsts; k++)
        if (t->consts[k].type == 'r')
            u->roots[(*n)++] = t->consts[k].v.r;
}

/* Trace k of the region: the members', then the bridges'. NULL: no more. */
static const struct tw_trace *trace_of(const struct lower *l, unsigned k)
{
    const struct tw_region *r = l->region;

    if (k < r->nmembers)
        return r->members[k].trace;
    k -= r->nmembers;
    return k < r->nbranches ? r->branches[k].trace : NULL;
}

static void survey_all(struct lower *l)
{
    struct unit *u = l->unit;
    uint32_t nguards = 0, nroots = 0, n = 0;
    const struct tw_trace *t;

    for (unsigned k = 0; (t = trace_of(l, k)); k++)
        survey(l, t, &nguards, &nroots);
    if (nroots) {
        u->roots = malloc(nroots * sizeof *u->roots);
        u->nroots = nroots;
        for (unsigned k = 0; (t = trace_of(l, k)); k++)
            keep_roots(u, t, &n);
    }
    u->cells = calloc(nguards + 1, sizeof *u->cells);
    u->labels = calloc(l->nlabels + 1, sizeof *u->labels);
    l->labels = calloc(l->nlabels + 1, sizeof *l->labels);
    l->parts =
        calloc(l->region->nmembers + l->region->nbranches, sizeof *l->parts);
}

void make_part(const struct lower *l, struct part *p, const struct tw_trace *t,
               const struct tw_loop *loop)
{
    unsigned of = 0;

    while (of + 1 < l->region->nmembers && l->region->members[of].loop != loop)
        of++;
    p->t = t;
    p->invalidated = &l->units[of]->code.invalidated;
    p->vals = calloc(t->ninputs + t->nops + 1, sizeof *p->vals);
    for (uint32_t k = 0; k < t->ninputs + t->nops; k++)
        p->vals[k].home = NO_HOME;
}

/* Blocks (and phis) of the labels of one trace, so that jumps find them. */
static void make_labels(struct lower *l, const struct tw_trace *t)
{
    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];
        struct label *label;

        if (op->opnum != TW_OP_label)
            continue;
        label = &l->labels[l->unit->nlabels];
        l->unit->labels[l->unit->nlabels++] = (struct tw_target *)op->descr;
        label->target = (struct tw_target *)op->descr;
        label->t = t;
        label->op = op;
        label->block = hot_block(l);
        if (l->tier == 1)
            continue;
        label->phis = calloc(op->nargs + 1u, sizeof *label->phis);
        LLVMPositionBuilderAtEnd(l->b, label->block);
        for (unsigned n = 0; n < op->nargs; n++) {
            tw_vref v = t->args[op->args + n];

            if (v >= 0)
                label->phis[n] =
                    LLVMBuildPhi(l->b, value_type(l, tw_type_of(t, v)), "");
        }
    }
}

/* ---------------------------------------------------------------- entries */

/* The size itself is known when all is lowered: finish_frame_size. */
static void check_frame_size(struct lower *l)
{
    LLVMTypeRef params[2] = {l->ty->ptr, l->ty->i32};
    LLVMValueRef need = LLVMConstInt(l->ty->i32, 1, 0), has;
    LLVMValueRef args[2] = {l->frame, need}, branch;
    LLVMBasicBlockRef grow = cold_block(l), next = hot_block(l);

    has = load_runtime(l, l->ty->i32,
                       frame_field(l, offsetof(struct tw_jitframe, nslots)));
    l->size_check = LLVMBuildICmp(l->b, LLVMIntUGE, has, need, "");
    branch = LLVMBuildCondBr(l->b, l->size_check, next, grow);
    if (l->tier == 2)
        branch_likely(l->e, branch, 1);
    LLVMPositionBuilderAtEnd(l->b, grow);
    l->size_call =
        call_address(l, LLVMFunctionType(l->ty->none, params, 2, 0),
                     (const void *)(uintptr_t)tw_jitframe_reserve, args, 2);
    LLVMBuildBr(l->b, next);
    LLVMPositionBuilderAtEnd(l->b, next);
    l->slots = load_runtime(
        l, l->ty->ptr, frame_field(l, offsetof(struct tw_jitframe, slots)));
}

static void finish_frame_size(struct lower *l)
{
    LLVMValueRef need = LLVMConstInt(l->ty->i32, l->unit->code.nslots, 0);

    LLVMSetOperand(l->size_check, 1, need);
    LLVMSetOperand(l->size_call, 1, need);
}

static void label_entry(struct lower *l, const struct label *label)
{
    const tw_vref *v = label->t->args + label->op->args;
    const struct lvalue *vals = l->parts[0].vals;
    unsigned n = label->op->nargs;
    LLVMValueRef x[n + 1];
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b);

    for (unsigned k = 0; k < n; k++) {
        x[k] = NULL;
        if (v[k] >= 0 && (l->tier == 2 || vals[v[k]].home != (int32_t)k))
            x[k] = load_slot(l, k, tw_type_of(label->t, v[k]));
    }
    for (unsigned k = 0; k < n; k++) {
        if (!x[k])
            continue;
        if (l->tier == 2)
            LLVMAddIncoming(label->phis[k], &x[k], &here, 1);
        else
            store_slot(l, (unsigned)vals[v[k]].home, x[k]);
    }
    LLVMBuildBr(l->b, label->block);
}

static void start_entry(struct lower *l, struct part *p,
                        const struct tw_guard *from)
{
    uint32_t n = p->t->ninputs, slot[n + 1], k = 0;
    LLVMValueRef x[n + 1];

    for (uint32_t j = 0; from && j < from->nfailargs && k < n; j++)
        if (from->fail_types[j] != 'v')
            slot[k++] = from->locations[j];
    for (; k < n; k++)
        slot[k] = k;
    for (k = 0; k < n; k++) {
        need_slots(l, slot[k] + 1);
        x[k] = NULL;
        if (l->tier == 2 || p->vals[k].home != (int32_t)slot[k])
            x[k] = load_slot(l, slot[k], p->t->input_types[k]);
    }
    for (k = 0; k < n; k++) {
        if (!x[k])
            continue;
        if (l->tier == 2)
            p->vals[k].v = x[k];
        else
            store_slot(l, (unsigned)p->vals[k].home, x[k]);
    }
}

/* In tier 1 by comparisons: FastISel knows no switch. */
static void label_entries(struct lower *l, LLVMBasicBlockRef start)
{
    LLVMValueRef entry = LLVMGetParam(l->f, 1), dispatch = NULL;

    if (l->tier == 2)
        dispatch = LLVMBuildSwitch(l->b, entry, start, l->nlabels);
    for (uint32_t k = 0; k < l->nlabels; k++) {
        LLVMBasicBlockRef here = cold_block(l), next;
        LLVMValueRef number = LLVMConstInt(l->ty->i32, k + 1, 0);

        if (dispatch) {
            LLVMAddCase(dispatch, number, here);
            LLVMPositionBuilderAtEnd(l->b, here);
            label_entry(l, &l->labels[k]);
            continue;
        }
        next = hot_block(l);
        LLVMBuildCondBr(l->b, LLVMBuildICmp(l->b, LLVMIntEQ, entry, number, ""),
                        here, next);
        LLVMPositionBuilderAtEnd(l->b, here);
        label_entry(l, &l->labels[k]);
        LLVMPositionBuilderAtEnd(l->b, next);
    }
    if (!dispatch)
        LLVMBuildBr(l->b, start);
}

/* Entry 0: which loop of the region is it? */
static void which_start(struct lower *l, LLVMBasicBlockRef start)
{
    const struct tw_region *r = l->region;
    LLVMValueRef loop, is;

    l->parts[0].start = start;
    if (r->nmembers == 1)
        return;
    LLVMPositionBuilderAtEnd(l->b, start);
    loop = load_runtime(l, l->ty->ptr,
                        frame_field(l, offsetof(struct tw_jitframe, loop)));
    for (unsigned k = 1; k < r->nmembers; k++) {
        LLVMBasicBlockRef next = cold_block(l);

        l->parts[k].start = hot_block(l);
        is = LLVMBuildICmp(l->b, LLVMIntEQ, loop,
                           const_address(l, r->members[k].loop), "");
        LLVMBuildCondBr(l->b, is, l->parts[k].start, next);
        LLVMPositionBuilderAtEnd(l->b, next);
    }
    l->parts[0].start = hot_block(l);
    LLVMBuildBr(l->b, l->parts[0].start);
}

static void entries(struct lower *l, const struct tw_guard *from)
{
    LLVMBasicBlockRef start;

    LLVMPositionBuilderAtEnd(l->b, LLVMGetEntryBasicBlock(l->f));
    check_frame_size(l);
    start = hot_block(l);
    label_entries(l, start);
    which_start(l, start);
    for (unsigned k = 0; k < l->region->nmembers; k++) {
        LLVMPositionBuilderAtEnd(l->b, l->parts[k].start);
        start_entry(l, &l->parts[k], from);
    }
}

/* ---------------------------------------------------------------- labels and
 * jumps */

static const struct label *label_of(const struct lower *l,
                                    const struct tw_target *target)
{
    for (uint32_t k = 0; k < l->nlabels; k++)
        if (l->labels[k].target == target)
            return &l->labels[k];
    return NULL;
}

static void lower_label(struct lower *l)
{
    const struct label *label = label_of(l, l->op->descr);
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b);

    for (unsigned k = 0; label->phis && k < l->op->nargs; k++) {
        LLVMValueRef x;

        if (!label->phis[k])
            continue;
        x = arg(l, k);
        LLVMAddIncoming(label->phis[k], &x, &here, 1);
    }
    LLVMBuildBr(l->b, label->block);
    LLVMMoveBasicBlockBefore(label->block, l->exit); /* as the code runs */
    LLVMPositionBuilderAtEnd(l->b, label->block);
    for (unsigned k = 0; label->phis && k < l->op->nargs; k++)
        if (label->phis[k])
            value_set(l, operand(l, k), label->phis[k]);
    l->seg++;
}

/* How often a loop that stays hot is reported. */
enum { HOT_AGAIN = 4096 };
static const struct tw_backend_hooks *hot_hooks;
static void hot(struct tw_loop *loop)
{
    loop->hotness = HOT_AGAIN;
    if (hot_hooks->hot)
        hot_hooks->hot(loop);
}

/* Tier 1 counts the target loop down; the block returned is the current one
 * while it is not hot, and *slow the block where it is. */
static LLVMBasicBlockRef count_down(struct lower *l, struct tw_loop *loop)
{
    LLVMBasicBlockRef slow = cold_block(l), next = hot_block(l);
    LLVMValueRef at = const_address(l, &loop->hotness), n;
    LLVMValueRef argument = const_address(l, loop);

    hot_hooks = l->hooks;
    n = LLVMBuildSub(l->b, load_runtime(l, l->ty->i32, at),
                     LLVMConstInt(l->ty->i32, 1, 0), "");
    store_runtime(l, n, at);
    LLVMBuildCondBr(
        l->b, LLVMBuildICmp(l->b, LLVMIntSGT, n, LLVMConstNull(l->ty->i32), ""),
        next, slow);
    LLVMPositionBuilderAtEnd(l->b, slow);
    call_address(l, LLVMFunctionType(l->ty->none, &l->ty->ptr, 1, 0),
                 (const void *)(uintptr_t)hot, &argument, 1);
    LLVMPositionBuilderAtEnd(l->b, next);
    return slow;
}

/* Arguments are in the first slots: on to wherever the label is now. */
static void go_to(struct lower *l, const struct tw_target *target)
{
    const char *t = (const char *)target;
    LLVMValueRef at = const_i(l, offsetof(struct unit, function)), code, entry;

    code = load_runtime(l, l->ty->ptr,
                        const_address(l, t + offsetof(struct tw_target, code)));
    entry = load_runtime(
        l, l->ty->i32, const_address(l, t + offsetof(struct tw_target, entry)));
    store_runtime(l, entry,
                  frame_field(l, offsetof(struct tw_jitframe, scratch)));
    code = LLVMBuildGEP2(l->b, l->ty->i8, code, &at, 1, "");
    LLVMBuildRet(l->b, load_runtime(l, l->ty->ptr, code));
}

/* Tier 1: the new arguments into the label's homes. When the loop is hot, it
 * may have got other code meanwhile: on through its target. */
static void jump_to_homes(struct lower *l, const struct label *label)
{
    const tw_vref *v = label->t->args + label->op->args;
    const struct lvalue *vals = l->parts[0].vals;
    unsigned n = l->op->nargs;
    LLVMValueRef x[n + 1];
    LLVMBasicBlockRef next, slow;

    for (unsigned k = 0; k < n; k++) {
        tw_vref from = operand(l, k);
        int there =
            from >= 0 && v[k] >= 0 && vals[from].home == vals[v[k]].home;

        x[k] = v[k] >= 0 && !there ? arg(l, k) : NULL;
    }
    for (unsigned k = 0; k < n; k++)
        if (x[k])
            store_slot(l, (unsigned)vals[v[k]].home, x[k]);
    slow = count_down(l, label->target->loop);
    LLVMBuildBr(l->b, label->block);
    next = LLVMGetInsertBlock(l->b);
    LLVMPositionBuilderAtEnd(l->b, slow);
    for (unsigned k = 0; k < n; k++)
        x[k] = v[k] >= 0 ? load_slot(l, (unsigned)vals[v[k]].home,
                                     tw_type_of(label->t, v[k]))
                         : NULL;
    for (unsigned k = 0; k < n; k++)
        if (x[k])
            store_slot(l, k, x[k]);
    go_to(l, label->target);
    LLVMPositionBuilderAtEnd(l->b, next);
}

static void lower_jump(struct lower *l)
{
    const struct tw_target *target = l->op->descr;
    const struct label *label = label_of(l, target);
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b), slow;
    unsigned n = l->op->nargs;
    LLVMValueRef x[n + 1];

    if (label && l->tier == 1) {
        jump_to_homes(l, label);
        return;
    }
    for (unsigned k = 0; k < n; k++)
        x[k] = arg(l, k);
    if (label) {
        for (unsigned k = 0; k < n; k++)
            if (label->phis[k])
                LLVMAddIncoming(label->phis[k], &x[k], &here, 1);
        LLVMBuildBr(l->b, label->block);
        return;
    }
    for (unsigned k = 0; k < n; k++)
        store_slot(l, k, x[k]);
    if (l->tier == 1) {
        slow = count_down(l, target->loop);
        here = LLVMGetInsertBlock(l->b);
        LLVMPositionBuilderAtEnd(l->b, slow);
        LLVMBuildBr(l->b, here);
        LLVMPositionBuilderAtEnd(l->b, here);
    }
    go_to(l, target);
}

static void lower_finish(struct lower *l)
{
    if (l->op->nargs)
        store_slot(l, 0, arg(l, 0));
    store_runtime(l, const_address(l, l->op->guard),
                  frame_field(l, offsetof(struct tw_jitframe, exit)));
    LLVMBuildRet(l->b, LLVMConstNull(l->ty->ptr));
}

static void lower_part(struct lower *l, struct part *p)
{
    l->part = p;
    l->overflow = NULL;
    for (l->k = 0; l->k < p->t->nops && !l->failed; l->k++) {
        l->op = &p->t->ops[l->k];
        if (l->op->opnum == TW_OP_label)
            lower_label(l);
        else if (l->op->opnum == TW_OP_jump)
            lower_jump(l);
        else if (l->op->opnum == TW_OP_finish)
            lower_finish(l);
        else if (!lower_guard(l) && !lower_pure(l) && !lower_memory(l) &&
                 !lower_call(l))
            lower_fail(l, "backends/llvm does not know %s",
                       tw_opinfo[l->op->opnum].name);
    }
    if (!LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(l->b)))
        LLVMBuildUnreachable(l->b); /* after guard_always_fails */
}

static void place_finishes(const struct tw_trace *t)
{
    for (uint32_t k = 0; k < t->nops; k++)
        if (t->ops[k].opnum == TW_OP_finish)
            t->ops[k].guard->locations = unit_finish_location();
}

static void lower_parts(struct lower *l, const struct tw_guard *from)
{
    const struct tw_region *r = l->region;
    const struct tw_trace *t;

    for (unsigned k = 0; k < r->nmembers; k++)
        make_part(l, &l->parts[k], r->members[k].trace, r->members[k].loop);
    l->nparts = r->nmembers;
    l->part = &l->parts[0];
    if (l->tier == 1)
        slots_assign(l, &l->parts[0], from);
    for (unsigned k = 0; (t = trace_of(l, k)); k++) {
        slots_place_guards(l, t, k < r->nmembers ? l->parts[k].vals : NULL);
        if (k < r->nmembers)
            place_finishes(t);
        make_labels(l, t);
    }
    for (uint32_t k = 0; from && k < from->nfailargs; k++)
        need_slots(l, from->locations[k] + 1u);
    entries(l, from);
    for (unsigned k = 0; k < l->nparts; k++) {
        LLVMPositionBuilderAtEnd(l->b, l->parts[k].start);
        lower_part(l, &l->parts[k]);
    }
    l->unit->ncells = l->nguards;
    lower_common_exit(l);
    finish_frame_size(l);
}

static void start_function(struct lower *l)
{
    static const char name[] = "no-jump-tables";
    LLVMAttributeRef no_tables =
        LLVMCreateStringAttribute(l->c, name, sizeof name - 1, "true", 4);

    l->m = engine_module(l->e);
    l->b = LLVMCreateBuilderInContext(l->c);
    l->f = LLVMAddFunction(l->m, "trace", l->ty->code);
    l->frame = LLVMGetParam(l->f, 0);
    LLVMAppendBasicBlockInContext(l->c, l->f, ""); /* the entry */
    l->exit = LLVMAppendBasicBlockInContext(l->c, l->f, "");
    LLVMAddAttributeAtIndex(l->f, LLVMAttributeFunctionIndex, l->e->nounwind);
    LLVMAddAttributeAtIndex(l->f, LLVMAttributeFunctionIndex, no_tables);
}

LLVMModuleRef lower(const struct lower_input *in)
{
    struct lower l = {.e = in->engine,
                      .ty = &in->engine->types,
                      .c = in->engine->context,
                      .unit = in->units[0],
                      .units = in->units,
                      .region = in->region,
                      .hooks = in->hooks,
                      .tier = in->engine->tier,
                      .seg = 1,
                      .err = in->err,
                      .errsize = in->errsize};

    survey_all(&l);
    start_function(&l);
    if (!l.failed)
        lower_parts(&l, in->from);
    LLVMDisposeBuilder(l.b);
    for (unsigned k = 0; k < l.nparts; k++)
        free(l.parts[k].vals);
    for (uint32_t k = 0; k < l.nlabels; k++)
        free(l.labels[k].phis);
    free(l.parts);
    free(l.labels);
    if (l.failed) {
        LLVMDisposeModule(l.m);
        return NULL;
    }
    return l.m;
}

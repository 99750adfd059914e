/*
 * lower_guard.c: guards and their exits. A guard is a conditional branch to a
 * cold block, which stores what is not in its place yet and which exit it is;
 * all go on at one common block, which returns the exit's target: a bridge to
 * run next, or NULL. Neighbours: slots.c decides the places, unit.c
 * owns the cells.
 */
#include "backends/llvm/lower.h"

#include <stddef.h>
#include <stdlib.h>

/* Stores the failargs of a guard that are not where its locations say. The
 * values are all read before the first is written. */
static void store_failargs(struct lower *l, const struct tw_op *guard)
{
    const struct tw_trace *t = l->part->t;
    const tw_vref *v = t->args + guard->failargs;
    unsigned n = guard->nfailargs;
    LLVMValueRef x[n + 1];
    int64_t known;

    for (unsigned k = 0; k < n; k++) {
        x[k] = NULL;
        if (v[k] != TW_NOVALUE && exit_constant(t, guard, v[k], &known))
            x[k] = const_i(l, known);
        else if (v[k] != TW_NOVALUE &&
                 (v[k] < 0 ||
                  l->part->vals[v[k]].home != guard->guard->locations[k]))
            x[k] = value_peek(l, v[k]);
    }
    for (unsigned k = 0; k < n; k++)
        if (x[k])
            store_slot(l, guard->guard->locations[k], x[k]);
}

/* A bridge that is part of this function goes on with the guard's values. */
static const struct tw_branch *branch_of(const struct lower *l)
{
    const struct tw_region *r = l->region;

    for (unsigned k = 0; k < r->nbranches; k++)
        if (r->branches[k].guard == l->op->guard)
            return &r->branches[k];
    return NULL;
}

static LLVMBasicBlockRef start_branch(struct lower *l,
                                      const struct tw_branch *branch)
{
    const struct tw_trace *t = l->part->t;
    const tw_vref *v = t->args + l->op->failargs;
    struct part *p = &l->parts[l->nparts++];
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b);
    uint32_t n = 0;
    int64_t known;

    make_part(l, p, branch->trace, branch->guard->loop);
    p->start = cold_block(l);
    LLVMPositionBuilderAtEnd(l->b, p->start);
    for (unsigned k = 0; k < l->op->nfailargs && n < p->t->ninputs; k++)
        if (v[k] != TW_NOVALUE)
            p->vals[n++].v = exit_constant(t, l->op, v[k], &known)
                                 ? const_i(l, known)
                                 : value_peek(l, v[k]);
    LLVMPositionBuilderAtEnd(l->b, here);
    return p->start;
}

static LLVMBasicBlockRef exit_block(struct lower *l)
{
    const struct tw_branch *branch = branch_of(l);
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b), cold;
    uint32_t cell = l->nguards++;

    l->unit->cells[cell].guard = l->op->guard;
    if (branch)
        return start_branch(l, branch);
    cold = cold_block(l);
    LLVMPositionBuilderAtEnd(l->b, cold);
    store_failargs(l, l->op);
    store_runtime(l,
                  LLVMConstInt(l->ty->i32, cell * sizeof(struct exit_cell), 0),
                  frame_field(l, offsetof(struct tw_jitframe, scratch)));
    LLVMBuildBr(l->b, l->exit);
    LLVMPositionBuilderAtEnd(l->b, here);
    return cold;
}

/* Stress: every Nth guard fails, whatever its condition. */
static LLVMValueRef fail_sometimes(struct lower *l, LLVMValueRef holds)
{
    static int32_t countdown;
    LLVMValueRef at = const_address(l, &countdown), n, zero;

    countdown = (int32_t)tw_backend_fail_every;
    n = LLVMBuildSub(l->b, load_runtime(l, l->ty->i32, at),
                     LLVMConstInt(l->ty->i32, 1, 0), "");
    zero = LLVMBuildICmp(l->b, LLVMIntSLE, n, LLVMConstNull(l->ty->i32), "");
    n = LLVMBuildSelect(
        l->b, zero, LLVMConstInt(l->ty->i32, tw_backend_fail_every, 0), n, "");
    store_runtime(l, n, at);
    return LLVMBuildAnd(l->b, holds, LLVMBuildNot(l->b, zero, ""), "");
}

static void branch_on(struct lower *l, LLVMValueRef bit, int holds_if)
{
    LLVMBasicBlockRef cold, next;
    LLVMValueRef branch;
    int forced = l->op->opnum == TW_OP_guard_not_forced ||
                 l->op->opnum == TW_OP_guard_not_forced_2;

    if (tw_backend_fail_every && !forced) {
        bit = fail_sometimes(l, holds_if ? bit : LLVMBuildNot(l->b, bit, ""));
        holds_if = 1;
    }
    cold = exit_block(l);
    next = hot_block(l);
    branch = LLVMBuildCondBr(l->b, bit, holds_if ? next : cold,
                             holds_if ? cold : next);
    if (l->tier == 2 && !branch_of(l)) /* a bridge inside is not cold */
        branch_likely(l->e, branch, holds_if);
    LLVMPositionBuilderAtEnd(l->b, next);
    l->seg++;
}

static LLVMValueRef equal(struct lower *l, LLVMValueRef a, LLVMValueRef b)
{
    return LLVMBuildICmp(l->b, LLVMIntEQ, a, b, "");
}

static LLVMValueRef bits(struct lower *l, LLVMValueRef x)
{
    return LLVMBuildBitCast(l->b, x, l->ty->i64, "");
}

static void guard_class(struct lower *l)
{
    branch_on(
        l, equal(l, load_field(l, operand(l, 0), l->op->descr), arg(l, 1)), 1);
}

/* Two branches to one exit: the class may be read only if there is an object. */
static void guard_nonnull_class(struct lower *l)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b), check = hot_block(l);
    LLVMValueRef nonnull = LLVMBuildIsNotNull(l->b, arg(l, 0), ""), same, phi;
    LLVMValueRef no = LLVMConstNull(l->ty->i1);
    LLVMBasicBlockRef join;

    arg(l, 1);
    join = hot_block(l);
    LLVMBuildCondBr(l->b, nonnull, check, join);
    LLVMPositionBuilderAtEnd(l->b, check);
    same = equal(l, load_field(l, operand(l, 0), l->op->descr),
                 value_peek(l, operand(l, 1)));
    LLVMBuildBr(l->b, join);
    LLVMPositionBuilderAtEnd(l->b, join);
    phi = LLVMBuildPhi(l->b, l->ty->i1, "");
    LLVMAddIncoming(phi, &no, &here, 1);
    LLVMAddIncoming(phi, &same, &check, 1);
    branch_on(l, phi, 1);
}

static void guard_not_forced(struct lower *l)
{
    LLVMValueRef forced;

    if (l->op->opnum == TW_OP_guard_not_forced_2) {
        store_failargs(l, l->op);
        store_runtime(l, const_address(l, l->op->guard),
                      frame_field(l, offsetof(struct tw_jitframe, force)));
    }
    forced = load_runtime(l, l->ty->ptr,
                          frame_field(l, offsetof(struct tw_jitframe, forced)));
    branch_on(l, LLVMBuildIsNull(l->b, forced, ""), 1);
}

static void guard_not_invalidated(struct lower *l)
{
    LLVMValueRef flag =
        load_runtime(l, l->ty->i32, const_address(l, l->part->invalidated));

    branch_on(
        l, LLVMBuildICmp(l->b, LLVMIntEQ, flag, LLVMConstNull(l->ty->i32), ""),
        1);
}

static void guard_overflow(struct lower *l, int holds_if)
{
    if (!l->overflow) {
        lower_fail(l, "%s without overflow operation",
                   tw_opinfo[l->op->opnum].name);
        return;
    }
    branch_on(l, l->overflow, holds_if);
    l->overflow = NULL;
}

static const struct tw_op *force_guard_after(const struct lower *l)
{
    const struct tw_trace *t = l->part->t;

    for (uint32_t k = l->k + 1;
         k < t->nops && !tw_op_is(t->ops[k].opnum, TW_CALL); k++)
        if (t->ops[k].opnum == TW_OP_guard_not_forced ||
            t->ops[k].opnum == TW_OP_guard_not_forced_2)
            return &t->ops[k];
    return NULL;
}

/* What the call itself, and what follows it, defines is not there yet. */
void lower_force_state(struct lower *l)
{
    const struct tw_op *guard = force_guard_after(l);
    const struct tw_trace *t = l->part->t;
    tw_vref first_unknown = tw_value_of_op(t, l->k);

    if (!guard)
        return;
    for (unsigned k = 0; k < guard->nfailargs; k++) {
        tw_vref v = t->args[guard->failargs + k];
        unsigned place = guard->guard->locations[k];

        if (v == TW_NOVALUE || v >= first_unknown ||
            (v >= 0 && l->part->vals[v].home == (int32_t)place))
            continue;
        store_slot(l, place, value_peek(l, v));
    }
    store_runtime(l, const_address(l, guard->guard),
                  frame_field(l, offsetof(struct tw_jitframe, force)));
}

void lower_common_exit(struct lower *l)
{
    LLVMValueRef cells = const_address(l, l->unit->cells), offset, cell, guard;
    LLVMValueRef at = const_i(l, offsetof(struct exit_cell, guard));
    LLVMValueRef scratch;

    LLVMPositionBuilderAtEnd(l->b, l->exit);
    scratch = frame_field(l, offsetof(struct tw_jitframe, scratch));
    offset = load_runtime(l, l->ty->i32, scratch);
    offset = LLVMBuildZExt(l->b, offset, l->ty->i64, "");
    cell = LLVMBuildGEP2(l->b, l->ty->i8, cells, &offset, 1, "");
    at = LLVMBuildGEP2(l->b, l->ty->i8, cell, &at, 1, "");
    guard = load_runtime(l, l->ty->ptr, at);
    store_runtime(l, guard, frame_field(l, offsetof(struct tw_jitframe, exit)));
    store_runtime(l, LLVMConstNull(l->ty->i32), scratch);
    LLVMBuildRet(l->b, load_runtime(l, l->ty->ptr, cell));
}

int lower_guard(struct lower *l)
{
    if (!tw_op_is(l->op->opnum, TW_GUARD))
        return 0;
    switch (l->op->opnum) {
    case TW_OP_guard_true:
        branch_on(l, value_bit(l, operand(l, 0)), 1);
        break;
    case TW_OP_guard_false:
        branch_on(l, value_bit(l, operand(l, 0)), 0);
        break;
    case TW_OP_guard_value_i:
    case TW_OP_guard_value_r:
        branch_on(l, equal(l, arg(l, 0), arg(l, 1)), 1);
        break;
    case TW_OP_guard_value_f:
        branch_on(l, equal(l, bits(l, arg(l, 0)), bits(l, arg(l, 1))), 1);
        break;
    case TW_OP_guard_nonnull:
        branch_on(l, LLVMBuildIsNotNull(l->b, arg(l, 0), ""), 1);
        break;
    case TW_OP_guard_isnull:
        branch_on(l, LLVMBuildIsNull(l->b, arg(l, 0), ""), 1);
        break;
    case TW_OP_guard_class:
        guard_class(l);
        break;
    case TW_OP_guard_nonnull_class:
        guard_nonnull_class(l);
        break;
    case TW_OP_guard_no_overflow:
        guard_overflow(l, 0);
        break;
    case TW_OP_guard_overflow:
        guard_overflow(l, 1);
        break;
    case TW_OP_guard_not_forced:
    case TW_OP_guard_not_forced_2:
        guard_not_forced(l);
        break;
    case TW_OP_guard_not_invalidated:
        guard_not_invalidated(l);
        break;
    default: /* guard_always_fails */
        LLVMBuildBr(l->b, exit_block(l));
        LLVMPositionBuilderAtEnd(l->b, hot_block(l));
        l->seg++;
        break;
    }
    return 1;
}

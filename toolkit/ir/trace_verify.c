/*
 * trace_verify.c: is a trace well-formed? Checked between passes in debug builds, by tests, and
 * by tw-opt --verify: operands exist, are visible (labels!) and of the right kinds, descriptors fit
 * operations, overflow operations and calls that force stand directly before their guards, and a
 * trace ends in exactly one final operation.
 */
#include "toolkit/ir/trace.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/vec.h"
#include "toolkit/ir/backend.h"

struct verifier {
    const struct tw_trace *t;
    uint32_t k; /* the operation looked at */
    tw_vref first_visible; /* values from here on, */
    uint8_t *visible;      /* and those marked (a label's arguments) */
    char *err;
    size_t errsize;
};

static __attribute__((format(printf, 2, 3))) int bad(struct verifier *v,
                                                     const char *fmt, ...)
{
    va_list ap;
    int n = 0;

    if (v->k < v->t->nops)
        n = snprintf(v->err, v->errsize, "operation %u (%s): ", v->k,
                     v->t->ops[v->k].opnum < TW_NOPS
                         ? tw_opinfo[v->t->ops[v->k].opnum].name
                         : "?");
    va_start(ap, fmt);
    if (n >= 0 && (size_t)n < v->errsize)
        vsnprintf(v->err + n, v->errsize - (size_t)n, fmt, ap);
    va_end(ap);
    return -1;
}

/* 0, or -1: v can be used by operation k. */
static int usable(struct verifier *v, tw_vref x)
{
    const struct tw_trace *t = v->t;

    if (x == TW_NOVALUE)
        return bad(v, "operand without a value");
    if (x < 0)
        return (uint32_t)TW_CONST_INDEX(x) < t->nconsts
                   ? 0
                   : bad(v, "constant %d does not exist", TW_CONST_INDEX(x));
    if (x >= tw_value_of_op(t, v->k))
        return bad(v, "value %d is used before it is defined", x);
    if (tw_type_of(t, x) == 'v')
        return bad(v, "value %d is the result of an operation without one", x);
    if (x < v->first_visible && !v->visible[x])
        return bad(v, "value %d is not visible after the label", x);
    return 0;
}

static int all_usable(struct verifier *v, uint32_t first, uint32_t n, int holes)
{
    if ((uint64_t)first + n > v->t->nargs)
        return bad(v, "operands outside the trace");
    for (uint32_t k = 0; k < n; k++)
        if (!(holes && v->t->args[first + k] == TW_NOVALUE) &&
            usable(v, v->t->args[first + k]))
            return -1;
    return 0;
}

static int check_kinds(struct verifier *v, const struct tw_op *op)
{
    const struct tw_opinfo *info = &tw_opinfo[op->opnum];
    size_t len = strlen(info->args);
    int open = len && info->args[len - 1] == '*';

    if (op->nargs < info->nargs || (!open && op->nargs > info->nargs))
        return bad(v, "%u operands instead of %u", op->nargs, info->nargs);
    for (unsigned k = 0; k < info->nargs; k++) {
        char have = tw_type_of(v->t, v->t->args[op->args + k]);
        if (info->args[k] != 'x' && info->args[k] != have)
            return bad(v, "operand %u is %c, not %c", k, have, info->args[k]);
    }
    return 0;
}

static int check_call(struct verifier *v, const struct tw_op *op,
                      const struct tw_calldescr *c)
{
    unsigned first = tw_opinfo[op->opnum].nargs;
    char want = tw_opinfo[op->opnum].result;

    if (op->nargs - first != c->nargs)
        return bad(v, "%u arguments instead of the descriptor's %u",
                   op->nargs - first, c->nargs);
    for (unsigned k = 0; k < c->nargs; k++)
        if (tw_type_of(v->t, v->t->args[op->args + first + k]) != c->args[k])
            return bad(v, "argument %u is not %c", k, c->args[k]);
    if (op->opnum != TW_OP_cond_call && c->result != want)
        return bad(v, "the descriptor's result is %c", c->result);
    return 0;
}

/* The kind of access of a load or store. */
static int check_access(struct verifier *v, const struct tw_op *op, char type)
{
    const struct tw_opinfo *info = &tw_opinfo[op->opnum];
    char want =
        info->result != 'v' ? info->result : info->args[info->nargs - 1];

    return type == want ? 0 : bad(v, "the descriptor is of kind %c", type);
}

static int check_descr(struct verifier *v, const struct tw_op *op)
{
    const struct tw_descr *d = op->descr;
    unsigned flags = tw_opinfo[op->opnum].flags;

    if (!(flags & TW_DESCR))
        return d ? bad(v, "has a descriptor") : 0;
    if (!d) /* recorded: the end of a loop; a return */
        return op->opnum == TW_OP_jump || op->opnum == TW_OP_finish
                   ? 0
                   : bad(v, "has no descriptor");
    if (flags & (TW_LOAD | TW_STORE)) {
        int field = tw_opinfo[op->opnum].nargs == (flags & TW_LOAD ? 1 : 2);
        if (d->kind != (field ? TW_DK_FIELD : TW_DK_ARRAY))
            return bad(v, "descriptor of the wrong sort");
        return check_access(v, op,
                            field ? ((const struct tw_fielddescr *)d)->type
                                  : ((const struct tw_arraydescr *)d)->type);
    }
    if (flags & TW_CALL) {
        int assembler = op->opnum >= TW_OP_call_assembler_i &&
                        op->opnum <= TW_OP_call_assembler_v;
        if (d->kind != (assembler ? TW_DK_LOOP : TW_DK_CALL))
            return bad(v, "descriptor of the wrong sort");
        return assembler ? 0
                         : check_call(v, op, (const struct tw_calldescr *)d);
    }
    if (flags & TW_ALLOC)
        return d->kind == TW_DK_SIZE ? 0
                                     : bad(v, "descriptor of the wrong sort");
    if (op->opnum == TW_OP_label || op->opnum == TW_OP_jump)
        return d->kind == TW_DK_TARGET ||
                       (d->kind == TW_DK_LOOP && op->opnum == TW_OP_jump)
                   ? 0
                   : bad(v, "descriptor of the wrong sort");
    if (op->opnum != TW_OP_finish && d->kind != TW_DK_FIELD)
        return bad(v, "descriptor of the wrong sort");
    return 0;
}

static int check_target_args(struct verifier *v, const struct tw_op *op)
{
    const struct tw_target *g = op->descr;

    if (!g || g->dkind != TW_DK_TARGET || !g->arg_types)
        return 0;
    if (g->nargs != op->nargs)
        return bad(v, "%u arguments, but L%u takes %u", op->nargs, g->id,
                   g->nargs);
    for (unsigned k = 0; k < op->nargs; k++)
        if (tw_type_of(v->t, v->t->args[op->args + k]) != g->arg_types[k])
            return bad(v, "argument %u of L%u is not %c", k, g->id,
                       g->arg_types[k]);
    return 0;
}

static int check_label(struct verifier *v, const struct tw_op *op)
{
    const tw_vref *args = tw_args_of(v->t, op);

    for (unsigned k = 0; k < op->nargs; k++) {
        if (args[k] < 0)
            return bad(v, "argument %u of a label is a constant", k);
        for (unsigned j = 0; j < k; j++)
            if (args[j] == args[k])
                return bad(v, "value %d is twice among the label's arguments",
                           args[k]);
    }
    memset(v->visible, 0, (size_t)v->t->ninputs + v->t->nops);
    for (unsigned k = 0; k < op->nargs; k++)
        v->visible[args[k]] = 1;
    v->first_visible = tw_value_of_op(v->t, v->k);
    return 0;
}

static int check_neighbours(struct verifier *v, const struct tw_op *op)
{
    unsigned next = v->k + 1 < v->t->nops ? v->t->ops[v->k + 1].opnum : TW_NOPS;
    unsigned before = v->k ? v->t->ops[v->k - 1].opnum : TW_NOPS;

    if (tw_op_is(op->opnum, TW_OVF) && next != TW_OP_guard_no_overflow &&
        next != TW_OP_guard_overflow)
        return bad(v, "no overflow guard follows");
    if ((op->opnum == TW_OP_guard_no_overflow ||
         op->opnum == TW_OP_guard_overflow) &&
        (before == TW_NOPS || !tw_op_is(before, TW_OVF)))
        return bad(v, "no overflow operation before");
    /* recorded: what the call looked at ends, and its portal, before the guard */
    for (uint32_t k = v->k; k-- > 1 && (before == TW_OP_virtual_ref_finish ||
                                        before == TW_OP_leave_portal_frame);)
        before = v->t->ops[k - 1].opnum;
    if (op->opnum == TW_OP_guard_not_forced &&
        (before < TW_OP_call_may_force_i || before > TW_OP_call_assembler_v))
        return bad(v, "no call that may force before");
    return 0;
}

static int check_op(struct verifier *v)
{
    const struct tw_op *op = &v->t->ops[v->k];

    if (op->opnum >= TW_NOPS)
        return bad(v, "unknown operation %u", op->opnum);
    if (all_usable(v, op->args, op->nargs, 0) || check_kinds(v, op) ||
        check_descr(v, op) || check_neighbours(v, op))
        return -1;
    if (tw_op_is(op->opnum, TW_GUARD) &&
        all_usable(v, op->failargs, op->nfailargs, 1))
        return -1;
    if ((op->opnum == TW_OP_label || op->opnum == TW_OP_jump) &&
        check_target_args(v, op))
        return -1;
    if (op->opnum == TW_OP_label && check_label(v, op))
        return -1;
    int last = v->k + 1 == v->t->nops;
    if (tw_op_is(op->opnum, TW_FINAL) && !last)
        return bad(v, "operations after the end");
    if (last && !tw_op_is(op->opnum, TW_FINAL) &&
        op->opnum != TW_OP_guard_always_fails)
        return bad(v, "the trace does not end in a final operation");
    return 0;
}

static int check_snapshots(struct verifier *v)
{
    const struct tw_trace *t = v->t;

    for (uint32_t k = 0; k < t->nsnapframes; k++)
        if (t->snapframes[k].parent >= (int32_t)t->nsnapframes ||
            (uint64_t)t->snapframes[k].values + t->snapframes[k].nvalues >
                t->nargs)
            return bad(v, "snapshot frame %u reaches outside the trace", k);
    for (uint32_t k = 0; k < t->nsnapshots; k++)
        if (t->snapshots[k].frame >= (int32_t)t->nsnapframes ||
            (uint64_t)t->snapshots[k].vable + t->snapshots[k].nvable >
                t->nargs ||
            (uint64_t)t->snapshots[k].vrefs + t->snapshots[k].nvrefs > t->nargs)
            return bad(v, "snapshot %u reaches outside the trace", k);
    for (uint32_t k = 0; k < t->nops; k++)
        if (t->ops[k].snapshot >= (int32_t)t->nsnapshots)
            return bad(v, "operation %u has no snapshot %d", k,
                       t->ops[k].snapshot);
    return 0;
}

int tw_trace_verify(const struct tw_trace *t, char *err, size_t errsize)
{
    struct verifier v = {
        .t = t, .k = UINT32_MAX, .err = err, .errsize = errsize};
    int result = 0;

    if (!t->nops)
        return bad(&v, "a trace without operations");
    v.visible = tw_calloc((size_t)t->ninputs + t->nops, 1);
    result = check_snapshots(&v);
    for (v.k = 0; !result && v.k < t->nops; v.k++)
        result = check_op(&v);
    free(v.visible);
    return result;
}

/*
 * run.c: executes one unit of the reference backend until it is left: by an
 * exit, or by a jump into another unit. Pure operations come from ops.def.
 * Neighbours: reference.c (calls), ir/opsem.h (helpers of the expressions).
 */
#include "backends/reference/unit.h"
#include "toolkit/exit/force.h"
#include "toolkit/ir/opsem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The state of one activation of ref_run. */
struct ref_state {
    const struct ref_unit *u;
    struct tw_jitframe *f;
    union tw_value *vals;
    int overflow; /* of the overflow operation just executed */
};

static inline union tw_value value(const struct ref_state *s, tw_vref v)
{
    return v >= 0 ? s->vals[v] : s->u->consts[TW_CONST_INDEX(v)];
}

static inline union tw_value arg(const struct ref_state *s,
                                 const struct ref_op *op, unsigned k)
{
    return value(s, s->u->args[op->args + k]);
}

static void store_failargs(struct ref_state *s, const struct ref_op *op)
{
    const tw_vref *v = s->u->args + op->failargs;

    for (unsigned k = 0; k < op->nfailargs; k++)
        if (v[k] != TW_NOVALUE)
            s->f->slots[op->guard->locations[k]] = value(s, v[k]);
}

static struct ref_next leave(struct ref_state *s, const struct ref_op *op)
{
    store_failargs(s, op);
    if (op->guard->bridge)
        return (struct ref_next){(struct ref_unit *)op->guard->bridge, 0};
    s->f->exit = op->guard;
    return (struct ref_next){NULL, 0};
}

static struct ref_next finish(struct ref_state *s, const struct ref_op *op)
{
    if (op->nargs)
        s->f->slots[0] = arg(s, op, 0);
    s->f->exit = op->guard;
    return (struct ref_next){NULL, 0};
}

static void *class_of(const struct ref_op *op, void *p)
{
    const struct tw_fielddescr *d = op->descr;

    return tw_load((char *)p + d->offset, d->type, d->size, d->flags).r;
}

/* Does the guard hold? */
static int holds(const struct ref_state *s, const struct ref_op *op)
{
    union tw_value a, b;

    a.i = b.i = 0;
    if (op->nargs > 0)
        a = arg(s, op, 0);
    if (op->nargs > 1)
        b = arg(s, op, 1);
    switch (op->opnum) {
    case TW_OP_guard_true:
        return a.i != 0;
    case TW_OP_guard_false:
        return a.i == 0;
    case TW_OP_guard_value_i:
        return a.i == b.i;
    case TW_OP_guard_value_r:
        return a.r == b.r;
    case TW_OP_guard_value_f:
        return tw_float_to_bits(a.f) == tw_float_to_bits(b.f);
    case TW_OP_guard_nonnull:
        return a.r != NULL;
    case TW_OP_guard_isnull:
        return a.r == NULL;
    case TW_OP_guard_class:
        return class_of(op, a.r) == b.r;
    case TW_OP_guard_nonnull_class:
        return a.r && class_of(op, a.r) == b.r;
    case TW_OP_guard_no_overflow:
        return !s->overflow;
    case TW_OP_guard_overflow:
        return s->overflow;
    case TW_OP_guard_not_forced:
    case TW_OP_guard_not_forced_2:
        return !s->f->forced;
    case TW_OP_guard_not_invalidated:
        return !s->u->code.invalidated;
    default: /* guard_always_fails */
        return 0;
    }
}

static int fails_for_stress(const struct ref_unit *u, const struct ref_op *op)
{
    static unsigned count;

    return u->fail_every && op->opnum != TW_OP_guard_not_forced &&
           op->opnum != TW_OP_guard_not_forced_2 &&
           ++count % u->fail_every == 0;
}

/* Calls through the descriptor's stub: function and arguments from operand
 * `first` on. */
static union tw_value call(const struct ref_state *s, const struct ref_op *op,
                           unsigned first)
{
    const struct tw_calldescr *d = op->descr;
    unsigned n = op->nargs - first - 1;
    union tw_value args[n + 1], res;

    res.i = 0;
    for (unsigned k = 0; k < n; k++)
        args[k] = arg(s, op, first + 1 + k);
    d->stub(arg(s, op, first).r, args, &res);
    return res;
}

static void before_forcing_call(struct ref_state *s, const struct ref_op *op)
{
    if (!op->guard)
        return;
    store_failargs(s, &s->u->ops[op->force_op]);
    s->f->force = op->guard;
}

static union tw_value call_assembler(const struct ref_state *s,
                                     const struct ref_op *op)
{
    union tw_value args[op->nargs + 1];

    for (unsigned k = 0; k < op->nargs; k++)
        args[k] = arg(s, op, k);
    return ref_hooks.call_assembler((struct tw_loop *)op->descr, args);
}

static char *field_address(const struct ref_state *s, const struct ref_op *op)
{
    return (char *)arg(s, op, 0).r +
           ((const struct tw_fielddescr *)op->descr)->offset;
}

static char *item_address(const struct ref_state *s, const struct ref_op *op)
{
    const struct tw_arraydescr *d = op->descr;

    return (char *)arg(s, op, 0).r + d->base +
           (int64_t)((uint64_t)arg(s, op, 1).i * (uint64_t)d->stride);
}

/* With the real object at hand the reference is born forced; without (it is
 * virtual, the operand is NULL) the token leads to it. */
static void *virtual_ref(void *real, void *token)
{
    static const struct tw_gctype type = {
        .name = "virtual_ref", .size = sizeof(struct tw_virtual_ref)};
    static const struct tw_sizedescr d = {.dkind = TW_DK_SIZE,
                                          .gctype = &type,
                                          .size = sizeof(struct tw_virtual_ref),
                                          .name = "virtual_ref"};
    struct tw_virtual_ref *v = ref_hooks.new_object(&d);

    v->token = real ? NULL : token;
    v->forced = real;
    return (char *)v + 1;
}

static void virtual_ref_finish(void *handle, void *real)
{
    if (TW_IS_VREF(handle)) {
        TW_VREF_OF(handle)->token = NULL;
        if (real) /* else it stays what it is, known or not */
            TW_VREF_OF(handle)->forced = real;
    }
}

static void hot(struct tw_loop *loop)
{
    enum { AGAIN = 4096 };

    if (--loop->hotness > 0)
        return;
    loop->hotness = AGAIN;
    if (ref_hooks.hot)
        ref_hooks.hot(loop);
}

/* Arguments of a jump: into the label's values if it is here, else into slots
 * for the unit that has it. 1: go on at *pc. */
static int jump(struct ref_state *s, const struct ref_op *op, uint32_t *pc,
                struct ref_next *next)
{
    const struct tw_target *target = op->descr;
    const struct ref_unit *u = s->u;
    union tw_value args[op->nargs + 1];

    hot(target->loop);
    if (!target->code) {
        fprintf(stderr, "tracewright: jump to label L%u, whose code is gone\n",
                target->id);
        abort();
    }
    for (unsigned k = 0; k < op->nargs; k++)
        args[k] = arg(s, op, k);
    if (target->code != &u->code) {
        memcpy(s->f->slots, args, op->nargs * sizeof *args);
        *next =
            (struct ref_next){(struct ref_unit *)target->code, target->entry};
        return 0;
    }
    *pc = u->labels[target->entry - 1].op;
    for (unsigned k = 0; k < op->nargs; k++) {
        tw_vref v = u->args[u->ops[*pc].args + k];

        if (v >= 0)
            s->vals[v] = args[k];
    }
    return 1;
}

/* Inputs from their slots; returns the first operation. */
static uint32_t enter(struct ref_state *s, int entry)
{
    const struct ref_unit *u = s->u;
    const struct ref_op *label;

    if (entry == 0) {
        for (uint32_t k = 0; k < u->ninputs; k++)
            s->vals[k] = s->f->slots[u->inputs[k]];
        return 0;
    }
    label = &u->ops[u->labels[entry - 1].op];
    for (unsigned k = 0; k < label->nargs; k++)
        if (u->args[label->args + k] >= 0)
            s->vals[u->args[label->args + k]] = s->f->slots[k];
    return u->labels[entry - 1].op;
}

/* Everything but guards and jumps. */
static void step(struct ref_state *s, const struct ref_op *op,
                 union tw_value *res)
{
    const struct tw_fielddescr *fd = op->descr;
    const struct tw_arraydescr *ad = op->descr;

#define A(k) arg(s, op, (k))
    switch (op->opnum) {
/* clang-format off */
#define OP1(name, r_, a_, e)                                                   \
    case TW_OP_##name: { __typeof__(A(0).a_) a = A(0).a_;                      \
        res->r_ = (e); break; }
#define OP2(name, r_, a_, b_, e)                                               \
    case TW_OP_##name: { __typeof__(A(0).a_) a = A(0).a_;                      \
        __typeof__(A(1).b_) b = A(1).b_; res->r_ = (e); break; }
#define OP3(name, r_, a_, b_, c_, e)                                           \
    case TW_OP_##name: { __typeof__(A(0).a_) a = A(0).a_;                      \
        __typeof__(A(1).b_) b = A(1).b_; __typeof__(A(2).c_) c = A(2).c_;      \
        res->r_ = (e); break; }
#define OPX(name, res, args, flags)
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
    /* clang-format on */
    case TW_OP_int_add_ovf:
        s->overflow = __builtin_add_overflow(A(0).i, A(1).i, &res->i);
        break;
    case TW_OP_int_sub_ovf:
        s->overflow = __builtin_sub_overflow(A(0).i, A(1).i, &res->i);
        break;
    case TW_OP_int_mul_ovf:
        s->overflow = __builtin_mul_overflow(A(0).i, A(1).i, &res->i);
        break;
    case TW_OP_getfield_i:
    case TW_OP_getfield_r:
    case TW_OP_getfield_f:
        *res = tw_load(field_address(s, op), fd->type, fd->size, fd->flags);
        break;
    case TW_OP_setfield_i:
    case TW_OP_setfield_r:
    case TW_OP_setfield_f:
        tw_store(field_address(s, op), fd->type, fd->size, A(1));
        break;
    case TW_OP_getarrayitem_i:
    case TW_OP_getarrayitem_r:
    case TW_OP_getarrayitem_f:
    case TW_OP_raw_load_i:
    case TW_OP_raw_load_r:
    case TW_OP_raw_load_f:
        *res = tw_load(item_address(s, op), ad->type, ad->size, ad->flags);
        break;
    case TW_OP_setarrayitem_i:
    case TW_OP_setarrayitem_r:
    case TW_OP_setarrayitem_f:
    case TW_OP_raw_store_i:
    case TW_OP_raw_store_r:
    case TW_OP_raw_store_f:
        tw_store(item_address(s, op), ad->type, ad->size, A(2));
        break;
    case TW_OP_mem_copy:
    case TW_OP_mem_move:
        memmove(A(0).r, A(1).r, (size_t)A(2).i);
        break;
    case TW_OP_mem_set:
        memset(A(0).r, (int)A(1).i, (size_t)A(2).i);
        break;
    case TW_OP_new:
        res->r = ref_hooks.new_object(op->descr);
        break;
    case TW_OP_new_var:
        res->r = ref_hooks.new_var(op->descr, A(0).i);
        break;
    case TW_OP_call_may_force_i:
    case TW_OP_call_may_force_r:
    case TW_OP_call_may_force_f:
    case TW_OP_call_may_force_v:
        before_forcing_call(s, op);
        *res = call(s, op, 0);
        break;
    case TW_OP_call_i:
    case TW_OP_call_r:
    case TW_OP_call_f:
    case TW_OP_call_v:
    case TW_OP_call_pure_i:
    case TW_OP_call_pure_r:
    case TW_OP_call_pure_f:
    case TW_OP_call_loopinvariant_i:
    case TW_OP_call_loopinvariant_r:
    case TW_OP_call_loopinvariant_f:
        *res = call(s, op, 0);
        break;
    case TW_OP_call_assembler_i:
    case TW_OP_call_assembler_r:
    case TW_OP_call_assembler_f:
    case TW_OP_call_assembler_v:
        before_forcing_call(s, op);
        *res = call_assembler(s, op);
        break;
    case TW_OP_cond_call:
        if (A(0).i)
            call(s, op, 1);
        break;
    case TW_OP_cond_call_value_i:
        *res = A(0).i ? A(0) : call(s, op, 1);
        break;
    case TW_OP_cond_call_value_r:
        *res = A(0).r ? A(0) : call(s, op, 1);
        break;
    case TW_OP_force_token:
        res->r = s->f;
        break;
    case TW_OP_virtual_ref:
        res->r = virtual_ref(A(0).r, A(1).r);
        break;
    case TW_OP_virtual_ref_finish:
        virtual_ref_finish(A(0).r, A(1).r);
        break;
    default: /* facts for the optimizer, marks for logs */
        break;
    }
#undef A
}

struct ref_next ref_run(struct ref_unit *u, int entry, struct tw_jitframe *f)
{
    union tw_value vals[u->nvalues + 1];
    struct ref_state s = {u, f, vals, 0};
    struct ref_next next;
    uint32_t pc;

    memset(vals, 0, sizeof vals);
    for (pc = enter(&s, entry);; pc++) {
        const struct ref_op *op = &u->ops[pc];

        if (tw_op_is(op->opnum, TW_GUARD)) {
            if (op->opnum == TW_OP_guard_not_forced_2) {
                store_failargs(&s, op);
                f->force = op->guard;
            }
            if (!holds(&s, op) || fails_for_stress(u, op))
                return leave(&s, op);
        } else if (op->opnum == TW_OP_jump) {
            if (!jump(&s, op, &pc, &next))
                return next;
        } else if (op->opnum == TW_OP_finish) {
            return finish(&s, op);
        } else {
            step(&s, op, &vals[u->ninputs + pc]);
        }
    }
}

/*
 * rewrite_more.c: the second half of rewrite.c: floats, pointers, guards, calls and facts that the
 * author vouches for.
 */
#include "toolkit/opt/rewrite.h"

#include <math.h>
#include <string.h>

static tw_vref next(struct optimizer *o, struct cur *op)
{
    return opt_next(o, PASS_rewrite, op);
}

static tw_vref send1(struct optimizer *o, unsigned opnum, tw_vref a)
{
    return opt_send1(o, PASS_NONE, opnum, NULL, a);
}

static tw_vref send2(struct optimizer *o, unsigned opnum, tw_vref a, tw_vref b)
{
    return opt_send2(o, PASS_NONE, opnum, NULL, a, b);
}

/* ------------------------------------------------------------------ floats */

static int is_cf(const struct optimizer *o, tw_vref v, double *d)
{
    if (!tw_is_const(v) || tw_const_of(o->out, v)->type != 'f')
        return 0;
    *d = tw_const_of(o->out, v)->v.f;
    return 1;
}

static tw_vref float_arithmetic(struct optimizer *o, struct cur *op)
{
    double c;
    int exponent;

    if ((op->opnum == TW_OP_float_add || op->opnum == TW_OP_float_mul) &&
        op->args[0] < 0) {
        tw_vref t = op->args[0];
        op->args[0] = op->args[1];
        op->args[1] = t;
    }
    if (!is_cf(o, op->args[1], &c))
        return next(o, op);
    switch (op->opnum) {
    case TW_OP_float_mul:
        if (c == 1.0)
            return op->args[0];
        if (c == -1.0)
            return send1(o, TW_OP_float_neg, op->args[0]);
        break;
    case TW_OP_float_truediv:
        if (c == 1.0)
            return op->args[0];
        if (c == -1.0)
            return send1(o, TW_OP_float_neg, op->args[0]);
        /* dividing by a power of two is exact, and so is multiplying */
        if (isnormal(c) && isnormal(1.0 / c) &&
            fabs(frexp(c, &exponent)) == 0.5)
            return send2(o, TW_OP_float_mul, op->args[0],
                         tw_trace_const_f(o->out, 1.0 / c));
        break;
    case TW_OP_float_add: /* x + -0.0; x + 0.0 would change -0.0 */
        if (c == 0.0 && signbit(c))
            return op->args[0];
        break;
    case TW_OP_float_sub:
        if (c == 0.0 && !signbit(c))
            return op->args[0];
        break;
    default:
        break;
    }
    return next(o, op);
}

static tw_vref float_unary(struct optimizer *o, struct cur *op)
{
    const struct box *d;
    tw_vref x = op->args[0];

    switch (op->opnum) {
    case TW_OP_float_abs:
        if (opt_def(o, x, TW_OP_float_abs))
            return x;
        if ((d = opt_def(o, x, TW_OP_float_neg)) != NULL)
            return send1(o, TW_OP_float_abs, opt_arg(o, d, 0));
        break;
    case TW_OP_float_to_single:
        if (opt_def(o, x, TW_OP_float_to_single) ||
            opt_def(o, x, TW_OP_bits_to_single))
            return x;
        break;
    case TW_OP_float_to_bits:
        if ((d = opt_def(o, x, TW_OP_bits_to_float)) != NULL)
            return opt_arg(o, d, 0);
        break;
    case TW_OP_bits_to_float:
        if ((d = opt_def(o, x, TW_OP_float_to_bits)) != NULL)
            return opt_arg(o, d, 0);
        break;
    case TW_OP_cast_float_to_int:
        if ((d = opt_def(o, x, TW_OP_cast_int_to_float)) != NULL &&
            bounds_within(opt_bounds(o, opt_arg(o, d, 0)),
                          bounds_of(-((int64_t)1 << 53), (int64_t)1 << 53)))
            return opt_arg(o, d, 0);
        break;
    default:
        break;
    }
    return next(o, op);
}

/* ------------------------------------------------------------------ pointers */

/* 1 the same address, 0 not, -1 unknown. */
static int same_pointer(struct optimizer *o, tw_vref a, tw_vref b)
{
    int64_t i, j;
    tw_vref p = opt_base(o, a, &i), q = opt_base(o, b, &j);

    if (p == q)
        return i == j;
    if (tw_is_const(a) && tw_is_const(b))
        return opt_const(o, a).r == opt_const(o, b).r;
    /* An allocation that nobody was given is nothing that came from elsewhere. */
    for (int k = 0; k < 2; k++) {
        tw_vref x = k ? q : p;
        struct ptrinfo *info = x >= 0 ? opt_ptr_get(o, x) : NULL;
        if (info && (info->kind != PTR_PLAIN || (info->flags & PTR_FRESH)))
            return 0;
    }
    if (opt_is_null(o, a) && opt_nonnull(o, b))
        return 0;
    if (opt_is_null(o, b) && opt_nonnull(o, a))
        return 0;
    struct ptrinfo *x = opt_ptr_get(o, a), *y = opt_ptr_get(o, b);
    if (x && y && x->class_value != TW_NOVALUE &&
        y->class_value != TW_NOVALUE && x->class_field == y->class_field &&
        x->class_value != y->class_value)
        return 0;
    return -1;
}

static tw_vref ptr_compare(struct optimizer *o, struct cur *op)
{
    int same = same_pointer(o, op->args[0], op->args[1]),
        eq = op->opnum == TW_OP_ptr_eq;

    if (same >= 0)
        return opt_ci(o, same == eq);
    for (int k = 0; k < 2; k++)
        if (opt_is_null(o, op->args[k]))
            return send1(o, eq ? TW_OP_ptr_is_null : TW_OP_ptr_nonnull,
                         op->args[1 - k]);
    if (op->args[0] < 0) {
        tw_vref t = op->args[0];
        op->args[0] = op->args[1];
        op->args[1] = t;
    }
    return next(o, op);
}

static tw_vref ptr_null_test(struct optimizer *o, struct cur *op)
{
    if (opt_nonnull(o, op->args[0]))
        return opt_ci(o, op->opnum == TW_OP_ptr_nonnull);
    return next(o, op);
}

static tw_vref ptr_add(struct optimizer *o, struct cur *op)
{
    int64_t c, d;
    const struct box *s;

    if (opt_is_ci(o, op->args[1], &c)) {
        if (c == 0)
            return op->args[0];
        if ((s = opt_def(o, op->args[0], TW_OP_ptr_add)) &&
            opt_is_ci(o, opt_arg(o, s, 1), &d))
            return send2(o, TW_OP_ptr_add, opt_arg(o, s, 0),
                         opt_ci(o, (int64_t)((uint64_t)c + (uint64_t)d)));
    }
    int nonnull = opt_nonnull(o, op->args[0]);
    tw_vref r = next(o, op);
    if (nonnull && r >= 0)
        opt_set_nonnull(o, r); /* inside an object, or just behind */
    return r;
}

static tw_vref there_and_back(struct optimizer *o, struct cur *op,
                              unsigned back)
{
    const struct box *d = opt_def(o, op->args[0], back);

    return d ? opt_arg(o, d, 0) : next(o, op);
}

/* ------------------------------------------------------------------ guards */

static tw_vref guard_as(struct optimizer *o, struct cur *op, unsigned opnum,
                        const void *descr, tw_vref a, tw_vref b)
{
    tw_vref args[MAX_FIXED] = {a, b};
    struct cur g = {(uint16_t)opnum, (uint16_t)(b == TW_NOVALUE ? 1 : 2),
                    op->snapshot, descr, args};

    return opt_next(o, PASS_NONE, &g);
}

static void becomes(struct optimizer *o, tw_vref v, tw_vref c)
{
    v = opt_resolve(o, v);
    if (v >= 0)
        opt_equal(o, v, c);
    else if (v != c)
        opt_invalid(o);
}

/* The operation tested says more about its operand than that it is true. */
static int stronger_test(struct optimizer *o, struct cur *op, int truth)
{
    tw_vref v = op->args[0];
    const struct box d = o->boxes[v];
    tw_vref a = d.nargs && d.opnum < TW_NOPS ? opt_arg(o, &d, 0) : TW_NOVALUE;
    tw_vref b =
        d.nargs > 1 && d.opnum < TW_NOPS ? opt_arg(o, &d, 1) : TW_NOVALUE;

    switch (d.opnum) {
    case TW_OP_ptr_nonnull:
    case TW_OP_ptr_is_null:
        guard_as(o, op,
                 (d.opnum == TW_OP_ptr_nonnull) == truth ? TW_OP_guard_nonnull
                                                         : TW_OP_guard_isnull,
                 NULL, a, TW_NOVALUE);
        break;
    case TW_OP_ptr_eq:
    case TW_OP_ptr_ne:
        if ((d.opnum == TW_OP_ptr_eq) != truth || !tw_is_const(b))
            return 0;
        guard_as(o, op, TW_OP_guard_value_r, NULL, a, b);
        break;
    case TW_OP_int_eq:
    case TW_OP_int_ne:
        if ((d.opnum == TW_OP_int_eq) != truth || !tw_is_const(b))
            return 0;
        guard_as(o, op, TW_OP_guard_value_i, NULL, a, b);
        break;
    case TW_OP_int_is_true:
    case TW_OP_int_is_zero:
        guard_as(o, op,
                 (d.opnum == TW_OP_int_is_true) == truth ? TW_OP_guard_true
                                                         : TW_OP_guard_false,
                 NULL, a, TW_NOVALUE);
        break;
    default:
        return 0;
    }
    becomes(o, v, opt_ci(o, truth));
    return 1;
}

/* Such guards may be strengthened later: what their failing means is not known yet. */
static int becomes_nonnull_guard(const struct optimizer *o, tw_vref v,
                                 int truth)
{
    return o->boxes[v].opnum == (truth ? TW_OP_ptr_nonnull : TW_OP_ptr_is_null);
}

static tw_vref guard_truth(struct optimizer *o, struct cur *op, int truth)
{
    tw_vref v = op->args[0];
    int64_t c;

    if (opt_is_ci(o, v, &c)) {
        if ((c != 0) != truth)
            opt_invalid(o);
        return TW_NOVALUE;
    }
    int is_bool = bounds_within(opt_bounds(o, v), bounds_of(0, 1));
    uint32_t facts = o->nfail_facts;
    /* In the tests where guards fail although they hold, failing says nothing. */
    if (!tw_backend_fail_every && (truth || is_bool) &&
        facts < MOST_FAIL_FACTS && !becomes_nonnull_guard(o, v, truth))
        o->fail_facts[o->nfail_facts++] =
            (struct fail_fact){v, opt_ci(o, !truth)};
    int done = stronger_test(o, op, truth);
    if (!done)
        (void)next(o, op);
    o->nfail_facts = facts;
    if (!done && (!truth || is_bool))
        becomes(o, v, opt_ci(o, truth));
    return TW_NOVALUE;
}

/* The pointer whose class field v is, if it is one. */
static tw_vref class_of_what(struct optimizer *o, tw_vref v,
                             const struct tw_fielddescr **field)
{
    const struct box *d = opt_def(o, v, TW_OP_getfield_r);

    if (!d || !(((const struct tw_fielddescr *)d->descr)->flags & TW_F_CLASS))
        return TW_NOVALUE;
    *field = d->descr;
    return opt_arg(o, d, 0);
}

static tw_vref guard_class(struct optimizer *o, struct cur *op)
{
    tw_vref p = op->args[0], cls = op->args[1];
    tw_vref known = opt_class(o, p, op->descr);

    if (opt_is_null(o, p) || (known != TW_NOVALUE && known != cls))
        opt_invalid(o);
    if (known == cls && opt_nonnull(o, p))
        return TW_NOVALUE;
    if (p < 0) { /* a constant of another type system: nothing is known */
        (void)next(o, op);
        return TW_NOVALUE;
    }
    struct ptrinfo *info = opt_ptr(o, p);
    if (opt_nonnull(o, p))
        op->opnum = TW_OP_guard_class;
    if (info->guard >= 0 &&
        o->boxes[info->guard].opnum == TW_OP_guard_nonnull) {
        opt_replace_guard(o, info->guard, TW_OP_guard_nonnull_class, op->descr,
                          op->args, 2);
    } else {
        int was_nonnull = op->opnum == TW_OP_guard_class;
        uint32_t at = o->nboxes;
        (void)next(o, op);
        if (!was_nonnull && o->nboxes == at + 1)
            info->guard = (int32_t)at;
    }
    opt_set_class(o, p, op->descr, cls);
    return TW_NOVALUE;
}

static tw_vref guard_value(struct optimizer *o, struct cur *op)
{
    tw_vref v = op->args[0], c = op->args[1];
    const struct tw_fielddescr *field = NULL;

    if (tw_is_const(v)) {
        if (v != c)
            opt_invalid(o);
        return TW_NOVALUE;
    }
    if (op->opnum == TW_OP_guard_value_i) {
        int64_t i;
        if (opt_is_ci(o, c, &i) && !bounds_contain(opt_bounds(o, v), i))
            opt_invalid(o);
        if (opt_is_ci(o, c, &i) && (i == 0 || i == 1) &&
            bounds_within(opt_bounds(o, v), bounds_of(0, 1))) {
            guard_as(o, op, i ? TW_OP_guard_true : TW_OP_guard_false, NULL, v,
                     TW_NOVALUE);
            return TW_NOVALUE;
        }
    }
    if (op->opnum == TW_OP_guard_value_r) {
        if (opt_virtual(o, v))
            opt_invalid(o); /* an object made here is no constant */
        if (opt_is_null(o, c)) {
            guard_as(o, op, TW_OP_guard_isnull, NULL, v, TW_NOVALUE);
            return TW_NOVALUE;
        }
        tw_vref p = class_of_what(o, v, &field);
        if (p >= 0) {
            guard_as(o, op, TW_OP_guard_class, field, p, c);
            becomes(o, v, c);
            return TW_NOVALUE;
        }
        struct ptrinfo *info = opt_ptr_get(o, v);
        if (info && info->guard >= 0) {
            if (info->class_value != TW_NOVALUE && info->class_field &&
                opt_class(o, c, info->class_field) != info->class_value)
                opt_invalid(o);
            opt_replace_guard(o, info->guard, TW_OP_guard_value_r, NULL,
                              op->args, 2);
            becomes(o, v, c);
            return TW_NOVALUE;
        }
    }
    (void)next(o, op);
    becomes(o, v, c);
    return TW_NOVALUE;
}

static tw_vref guard_null_test(struct optimizer *o, struct cur *op)
{
    tw_vref p = op->args[0];
    int nonnull = op->opnum == TW_OP_guard_nonnull;

    if (opt_is_null(o, p) || opt_nonnull(o, p)) {
        if (opt_nonnull(o, p) != nonnull)
            opt_invalid(o);
        return TW_NOVALUE;
    }
    uint32_t at = o->nboxes;
    (void)next(o, op);
    if (nonnull) {
        struct ptrinfo *info = opt_ptr(o, p);
        info->flags |= PTR_NONNULL;
        if (o->nboxes == at + 1)
            info->guard = (int32_t)at;
    } else {
        becomes(o, p, opt_zero(o, 'r'));
    }
    return TW_NOVALUE;
}

/* ------------------------------------------------------------------ calls */

static tw_vref call_pure(struct optimizer *o, struct cur *op)
{
    const struct tw_calldescr *d = op->descr;
    union tw_value args[64], result = {.i = 0};

    if (!d->stub || d->nargs > 64)
        return next(o, op);
    for (unsigned k = 0; k < op->nargs; k++) {
        if (!tw_is_const(op->args[k]))
            return next(o, op);
        if (k)
            args[k - 1] = opt_const(o, op->args[k]);
    }
    d->stub(opt_const(o, op->args[0]).r, args, &result);
    return tw_trace_const(o->out, d->result, result);
}

static tw_vref cond_call(struct optimizer *o, struct cur *op)
{
    struct bounds b = opt_bounds(o, op->args[0]);

    if (bounds_is_const(b) && b.lo == 0)
        return TW_NOVALUE;
    if (!bounds_contain(b, 0)) {
        struct cur call = {TW_OP_call_v, (uint16_t)(op->nargs - 1), -1,
                           op->descr, op->args + 1};
        return opt_next(o, PASS_NONE, &call);
    }
    return next(o, op);
}

static tw_vref cond_call_value(struct optimizer *o, struct cur *op)
{
    int ref = op->opnum == TW_OP_cond_call_value_r;
    struct bounds b = ref ? BOUNDS_ALL : opt_bounds(o, op->args[0]);
    int zero =
        ref ? opt_is_null(o, op->args[0]) : bounds_is_const(b) && b.lo == 0;
    int nonzero = ref ? opt_nonnull(o, op->args[0]) : !bounds_contain(b, 0);

    if (nonzero)
        return op->args[0];
    if (zero) {
        struct cur call = {ref ? TW_OP_call_pure_r : TW_OP_call_pure_i,
                           (uint16_t)(op->nargs - 1), -1, op->descr,
                           op->args + 1};
        return opt_next(o, PASS_NONE, &call);
    }
    return next(o, op);
}

/* ------------------------------------------------------------------ facts */

static tw_vref fact(struct optimizer *o, struct cur *op)
{
    tw_vref v = opt_resolve(o, op->args[0]);

    switch (op->opnum) {
    case TW_OP_record_exact_class:
        if (op->descr && v >= 0 && !opt_virtual(o, v) &&
            tw_is_const(op->args[1]))
            opt_set_class(o, v, op->descr, op->args[1]);
        break;
    case TW_OP_record_nonnull:
        opt_set_nonnull(o, v);
        break;
    default: /* record_exact_value: virtuals are what they are */
        if (v >= 0 && !opt_virtual(o, v) && tw_is_const(op->args[1]))
            becomes(o, v, op->args[1]);
        break;
    }
    return TW_NOVALUE;
}

tw_vref rewrite_more(struct optimizer *o, struct cur *op)
{
    switch (op->opnum) {
    case TW_OP_float_add:
    case TW_OP_float_sub:
    case TW_OP_float_mul:
    case TW_OP_float_truediv:
        return float_arithmetic(o, op);
    case TW_OP_float_abs:
    case TW_OP_float_to_single:
    case TW_OP_float_to_bits:
    case TW_OP_bits_to_float:
    case TW_OP_cast_float_to_int:
        return float_unary(o, op);
    case TW_OP_ptr_eq:
    case TW_OP_ptr_ne:
        return ptr_compare(o, op);
    case TW_OP_ptr_is_null:
    case TW_OP_ptr_nonnull:
        return ptr_null_test(o, op);
    case TW_OP_ptr_add:
        return ptr_add(o, op);
    case TW_OP_cast_ptr_to_int:
        if (sizeof(void *) < sizeof(int64_t))
            return next(o, op); /* the way there cuts */
        return there_and_back(o, op, TW_OP_cast_int_to_ptr);
    case TW_OP_cast_int_to_ptr:
        return there_and_back(o, op, TW_OP_cast_ptr_to_int);
    case TW_OP_same_as_i:
    case TW_OP_same_as_r:
    case TW_OP_same_as_f:
        return op->args[0];
    case TW_OP_guard_true:
        return guard_truth(o, op, 1);
    case TW_OP_guard_false:
        return guard_truth(o, op, 0);
    case TW_OP_guard_value_i:
    case TW_OP_guard_value_r:
    case TW_OP_guard_value_f:
        return guard_value(o, op);
    case TW_OP_guard_nonnull:
    case TW_OP_guard_isnull:
        return guard_null_test(o, op);
    case TW_OP_guard_class:
    case TW_OP_guard_nonnull_class:
        return guard_class(o, op);
    case TW_OP_call_pure_i:
    case TW_OP_call_pure_r:
    case TW_OP_call_pure_f:
        return call_pure(o, op);
    case TW_OP_cond_call:
        return cond_call(o, op);
    case TW_OP_cond_call_value_i:
    case TW_OP_cond_call_value_r:
        return cond_call_value(o, op);
    case TW_OP_record_exact_class:
    case TW_OP_record_exact_value_i:
    case TW_OP_record_exact_value_r:
    case TW_OP_record_nonnull:
        return fact(o, op);
    default:
        return next(o, op);
    }
}

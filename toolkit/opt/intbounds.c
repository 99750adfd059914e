/*
 * intbounds.c: bounds of integers.
 *
 * Contract: narrows the bounds of results (opt_narrow), removes comparisons, extensions and masks
 *   that bounds decide, and turns overflow operations that cannot overflow into plain ones.
 * Why: array indices and loop counters of interpreters are checked at every step.
 * Assumes: narrow integers are canonical (sign-extended). Invalidates: nothing.
 * Not done here: known bits; relations between two variables.
 */
#include "toolkit/opt/optimizer.h"

enum { BACKWARD_DEPTH = 5 };

/* ------------------------------------------------------------------ backwards */

static void backward(struct optimizer *o, tw_vref v, int depth);

static void narrow_and_go_on(struct optimizer *o, tw_vref v, struct bounds b,
                             int depth)
{
    v = opt_resolve(o, v);
    struct bounds before = opt_bounds(o, v);

    opt_narrow(o, v, b);
    struct bounds after = opt_bounds(o, v);
    if (depth > 0 && v >= 0 && (after.lo != before.lo || after.hi != before.hi))
        backward(o, v, depth - 1);
}

/* v = a + b (sign 1) or a - b (sign -1) without wrapping, v's bounds are known. */
static void backward_sum(struct optimizer *o, tw_vref v, tw_vref a, tw_vref b,
                         int sign, int depth)
{
    struct bounds r = opt_bounds(o, v), x = opt_bounds(o, a),
                  y = opt_bounds(o, b);

    if (sign > 0) {
        narrow_and_go_on(o, a, bounds_sub_clamp(r, y), depth);
        narrow_and_go_on(o, b, bounds_sub_clamp(r, x), depth);
    } else {
        narrow_and_go_on(o, a, bounds_add_clamp(r, y), depth);
        narrow_and_go_on(o, b, bounds_sub_clamp(x, r), depth);
    }
}

/* a < b holds (or a <= b). */
static void is_less(struct optimizer *o, tw_vref a, tw_vref b, int or_equal,
                    int depth)
{
    struct bounds x = opt_bounds(o, a), y = opt_bounds(o, b);

    if (!or_equal && (y.hi == INT64_MIN || x.lo == INT64_MAX))
        opt_invalid(o);
    narrow_and_go_on(o, a, bounds_of(INT64_MIN, or_equal ? y.hi : y.hi - 1),
                     depth);
    narrow_and_go_on(o, b, bounds_of(or_equal ? x.lo : x.lo + 1, INT64_MAX),
                     depth);
}

static void is_unsigned_less(struct optimizer *o, tw_vref a, tw_vref b,
                             int or_equal, int depth)
{
    struct bounds y = opt_bounds(o, b), x = opt_bounds(o, a);

    if (y.lo >= 0) { /* then a is not negative either */
        if (!or_equal && y.hi == 0)
            opt_invalid(o);
        narrow_and_go_on(o, a, bounds_of(0, or_equal ? y.hi : y.hi - 1), depth);
        x = opt_bounds(o, a);
        if (x.lo >= 0 && (or_equal || x.lo < INT64_MAX))
            narrow_and_go_on(
                o, b, bounds_of(or_equal ? x.lo : x.lo + 1, INT64_MAX), depth);
    }
}

static void are_equal(struct optimizer *o, tw_vref a, tw_vref b, int depth)
{
    narrow_and_go_on(o, a, opt_bounds(o, b), depth);
    narrow_and_go_on(o, b, opt_bounds(o, a), depth);
}

/* A value at an end of the interval is excluded. */
static void is_not(struct optimizer *o, tw_vref v, struct bounds c, int depth)
{
    struct bounds b = opt_bounds(o, v);

    if (!bounds_is_const(c))
        return;
    if (bounds_is_const(b) && b.lo == c.lo)
        opt_invalid(o);
    if (b.lo == c.lo)
        narrow_and_go_on(o, v, bounds_of(b.lo + 1, b.hi), depth);
    else if (b.hi == c.lo)
        narrow_and_go_on(o, v, bounds_of(b.lo, b.hi - 1), depth);
}

static void comparison_is(struct optimizer *o, const struct box *d, int truth,
                          int depth)
{
    tw_vref a = opt_arg(o, d, 0),
            b = d->nargs > 1 ? opt_arg(o, d, 1) : TW_NOVALUE;

    switch (d->opnum) {
    case TW_OP_int_lt:
        truth ? is_less(o, a, b, 0, depth) : is_less(o, b, a, 1, depth);
        break;
    case TW_OP_int_le:
        truth ? is_less(o, a, b, 1, depth) : is_less(o, b, a, 0, depth);
        break;
    case TW_OP_int_gt:
        truth ? is_less(o, b, a, 0, depth) : is_less(o, a, b, 1, depth);
        break;
    case TW_OP_int_ge:
        truth ? is_less(o, b, a, 1, depth) : is_less(o, a, b, 0, depth);
        break;
    case TW_OP_uint_lt:
        truth ? is_unsigned_less(o, a, b, 0, depth)
              : is_unsigned_less(o, b, a, 1, depth);
        break;
    case TW_OP_uint_le:
        truth ? is_unsigned_less(o, a, b, 1, depth)
              : is_unsigned_less(o, b, a, 0, depth);
        break;
    case TW_OP_uint_gt:
        truth ? is_unsigned_less(o, b, a, 0, depth)
              : is_unsigned_less(o, a, b, 1, depth);
        break;
    case TW_OP_uint_ge:
        truth ? is_unsigned_less(o, b, a, 1, depth)
              : is_unsigned_less(o, a, b, 0, depth);
        break;
    case TW_OP_int_eq:
    case TW_OP_int_ne:
        if ((d->opnum == TW_OP_int_eq) == truth) {
            are_equal(o, a, b, depth);
        } else {
            is_not(o, a, opt_bounds(o, b), depth);
            is_not(o, b, opt_bounds(o, a), depth);
        }
        break;
    case TW_OP_int_is_true:
    case TW_OP_int_is_zero:
        if ((d->opnum == TW_OP_int_is_zero) == truth)
            narrow_and_go_on(o, a, bounds_of(0, 0), depth);
        else
            is_not(o, a, bounds_of(0, 0), depth);
        break;
    default:
        break;
    }
}

/* v's bounds have become narrower: what follows for the operands of its operation? */
static void backward(struct optimizer *o, tw_vref v, int depth)
{
    const struct box d = o->boxes[v];
    struct bounds b = opt_bounds(o, v);
    int exact = 0;

    switch (d.opnum) {
    case TW_OP_int_add:
        (void)bounds_add(opt_bounds(o, opt_arg(o, &d, 0)),
                         opt_bounds(o, opt_arg(o, &d, 1)), &exact);
        if (exact)
            backward_sum(o, v, opt_arg(o, &d, 0), opt_arg(o, &d, 1), 1, depth);
        break;
    case TW_OP_int_sub:
        (void)bounds_sub(opt_bounds(o, opt_arg(o, &d, 0)),
                         opt_bounds(o, opt_arg(o, &d, 1)), &exact);
        if (exact)
            backward_sum(o, v, opt_arg(o, &d, 0), opt_arg(o, &d, 1), -1, depth);
        break;
    default:
        if (bounds_is_const(b) && (b.lo == 0 || b.lo == 1))
            comparison_is(o, &d, (int)b.lo, depth);
        break;
    }
}

void intbounds_backward(struct optimizer *o, tw_vref v)
{
    if (v >= 0)
        backward(o, v, BACKWARD_DEPTH);
}

/* ------------------------------------------------------------------ forwards */

static tw_vref narrowed(struct optimizer *o, tw_vref r, struct bounds b)
{
    if (r >= 0 && (b.lo != INT64_MIN || b.hi != INT64_MAX))
        opt_narrow(o, r, b);
    return r;
}

static tw_vref compare(struct optimizer *o, struct cur *op)
{
    struct bounds a = opt_bounds(o, op->args[0]);
    struct bounds b = op->nargs > 1 ? opt_bounds(o, op->args[1]) : BOUNDS_ALL;
    int decided = bounds_compare(op->opnum, a, b);

    if (decided >= 0)
        return opt_ci(o, decided);
    return narrowed(o, opt_next(o, PASS_intbounds, op), bounds_of(0, 1));
}

static tw_vref overflow_op(struct optimizer *o, struct cur *op)
{
    struct bounds a = opt_bounds(o, op->args[0]),
                  b = opt_bounds(o, op->args[1]), r;
    int exact;
    unsigned plain;

    if (op->opnum == TW_OP_int_add_ovf) {
        r = bounds_add(a, b, &exact);
        plain = TW_OP_int_add;
    } else if (op->opnum == TW_OP_int_sub_ovf) {
        r = bounds_sub(a, b, &exact);
        plain = TW_OP_int_sub;
    } else {
        r = bounds_mul(a, b, &exact);
        plain = TW_OP_int_mul;
    }
    if (!exact)
        return opt_next(o, PASS_intbounds, op);
    op->opnum = (uint16_t)plain;
    return narrowed(o, opt_next(o, PASS_intbounds, op), r);
}

/* Not overflowing says more about the result. */
static tw_vref no_overflow(struct optimizer *o, struct cur *op)
{
    tw_vref v = o->last_ovf;
    tw_vref r = opt_next(o, PASS_intbounds, op);

    if (v == TW_NOVALUE)
        return r;
    const struct box d = o->boxes[v];
    struct bounds a = opt_bounds(o, opt_arg(o, &d, 0)),
                  b = opt_bounds(o, opt_arg(o, &d, 1));
    if (d.opnum == TW_OP_int_add_ovf)
        opt_narrow(o, v, bounds_add_clamp(a, b));
    else if (d.opnum == TW_OP_int_sub_ovf)
        opt_narrow(o, v, bounds_sub_clamp(a, b));
    else
        opt_narrow(o, v, bounds_mul_clamp(a, b));
    return r;
}

/* Extensions and masks that change nothing. */
static int changes_nothing(struct optimizer *o, const struct cur *op)
{
    struct bounds a = opt_bounds(o, op->args[0]);
    int64_t c;

    if (!opt_is_ci(o, op->args[1], &c))
        return 0;
    if (op->opnum == TW_OP_int_signext)
        return c >= 64 || bounds_within(a, bounds_of_size((int)c / 8, 0));
    if (op->opnum == TW_OP_int_zeroext)
        return c < 64 && bounds_within(a, bounds_of(0, ((int64_t)1 << c) - 1));
    return c > 0 && (c & (c + 1)) == 0 && a.lo >= 0 && a.hi <= c; /* int_and */
}

/* (x << c) >> c where nothing was shifted out. */
static tw_vref shifted_back(struct optimizer *o, const struct cur *op)
{
    int64_t up, down;
    const struct box *d = opt_def(o, op->args[0], TW_OP_int_lshift);

    if (!d || !opt_is_ci(o, op->args[1], &down) ||
        !opt_is_ci(o, opt_arg(o, d, 1), &up) || up != down || up <= 0 ||
        up > 62)
        return TW_NOVALUE;
    tw_vref x = opt_arg(o, d, 0);
    struct bounds b = opt_bounds(o, x);
    int64_t most = INT64_MAX >> up;
    return b.lo >= -most - 1 && b.hi <= most &&
                   (op->opnum == TW_OP_int_rshift || b.lo >= 0)
               ? x
               : TW_NOVALUE;
}

static tw_vref arithmetic(struct optimizer *o, struct cur *op)
{
    struct bounds a = opt_bounds(o, op->args[0]);
    struct bounds b = op->nargs > 1 ? opt_bounds(o, op->args[1]) : BOUNDS_ALL;

    if ((op->opnum == TW_OP_int_signext || op->opnum == TW_OP_int_zeroext ||
         op->opnum == TW_OP_int_and) &&
        changes_nothing(o, op))
        return op->args[0];
    if (op->opnum == TW_OP_int_rshift || op->opnum == TW_OP_uint_rshift) {
        tw_vref x = shifted_back(o, op);
        if (x != TW_NOVALUE)
            return x;
    }
    struct bounds r = bounds_op(op->opnum, a, b);
    if (bounds_is_const(r))
        return opt_ci(o, r.lo);
    return narrowed(o, opt_next(o, PASS_intbounds, op), r);
}

static struct bounds call_bounds(const struct tw_calldescr *d)
{
    switch (d->abi_result) {
    case 'i':
    case 'u':
        return bounds_of_size(4, 0);
    case 'h':
    case 'H':
        return bounds_of_size(2, 0);
    case 'b':
    case 'B':
        return bounds_of_size(1, 0);
    case 'z':
        return bounds_of(0, 1);
    default:
        return BOUNDS_ALL;
    }
}

static tw_vref guard_truth(struct optimizer *o, struct cur *op, int truth)
{
    tw_vref v = op->args[0];
    tw_vref r = opt_next(o, PASS_intbounds, op);

    if (v < 0)
        return r;
    if (!truth)
        opt_narrow(o, v, bounds_of(0, 0));
    else
        is_not(o, v, bounds_of(0, 0), BACKWARD_DEPTH);
    intbounds_backward(o, v);
    return r;
}

tw_vref pass_intbounds(struct optimizer *o, struct cur *op)
{
    switch (op->opnum) {
    case TW_OP_int_add_ovf:
    case TW_OP_int_sub_ovf:
    case TW_OP_int_mul_ovf:
        return overflow_op(o, op);
    case TW_OP_guard_no_overflow:
        return no_overflow(o, op);
    case TW_OP_guard_true:
        return guard_truth(o, op, 1);
    case TW_OP_guard_false:
        return guard_truth(o, op, 0);
    case TW_OP_guard_value_i: {
        tw_vref v = op->args[0];
        struct bounds c = opt_bounds(o, op->args[1]);
        tw_vref r = opt_next(o, PASS_intbounds, op);
        opt_narrow(o, v, c);
        intbounds_backward(o, v);
        return r;
    }
    case TW_OP_record_exact_value_i:
        opt_narrow(o, op->args[0], opt_bounds(o, op->args[1]));
        return opt_next(o, PASS_intbounds, op);
    case TW_OP_getfield_i: {
        const struct tw_fielddescr *d = op->descr;
        return narrowed(o, opt_next(o, PASS_intbounds, op),
                        bounds_of_size(d->size, d->flags & TW_F_BOOL));
    }
    case TW_OP_getarrayitem_i:
    case TW_OP_raw_load_i: {
        const struct tw_arraydescr *d = op->descr;
        return narrowed(o, opt_next(o, PASS_intbounds, op),
                        bounds_of_size(d->size, d->flags & TW_F_BOOL));
    }
    case TW_OP_call_i:
    case TW_OP_call_pure_i:
    case TW_OP_call_loopinvariant_i:
    case TW_OP_call_may_force_i:
        return narrowed(o, opt_next(o, PASS_intbounds, op),
                        call_bounds(op->descr));
    case TW_OP_int_select: {
        struct bounds r =
            bounds_join(opt_bounds(o, op->args[1]), opt_bounds(o, op->args[2]));
        return narrowed(o, opt_next(o, PASS_intbounds, op), r);
    }
    default:
        break;
    }
    if (op->opnum >= TW_OP_int_is_true && op->opnum <= TW_OP_uint_ge)
        return compare(o, op);
    if (op->opnum <= TW_OP_int_popcount || op->opnum == TW_OP_single_to_bits)
        return arithmetic(o, op);
    tw_vref r = opt_next(o, PASS_intbounds, op);
    if ((op->opnum >= TW_OP_float_lt && op->opnum <= TW_OP_float_unord) ||
        (op->opnum >= TW_OP_ptr_eq && op->opnum <= TW_OP_ptr_nonnull))
        return narrowed(o, r, bounds_of(0, 1));
    return r;
}

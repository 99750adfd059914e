/*
 * rewrite.c: operations become simpler ones or vanish.
 *
 * Contract: folds constants, applies the algebra below (integers here, the rest in
 *   rewrite_more.c), removes guards on what is known, makes what a guard tests a constant (or known
 *   class, non-null) behind it, strengthens earlier guards, runs elidable calls of constants.
 * Why: traces of interpreters are full of tests decided one step before.
 * Assumes: nothing. Invalidates: nothing.
 * Not done here: rules proved from a rule file come later, in place of the tables below.
 */
#include "toolkit/opt/rewrite.h"

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

static int fold(struct optimizer *o, const struct cur *op, tw_vref *r)
{
    union tw_value v[3], result = {.i = 0};

    for (unsigned k = 0; k < op->nargs; k++) {
        if (!tw_is_const(op->args[k]))
            return 0;
        v[k] = opt_const(o, op->args[k]);
    }
    if (!tw_op_fold(op->opnum, v, &result))
        return 0;
    *r = tw_trace_const(o->out, tw_opinfo[op->opnum].result, result);
    return 1;
}

static void constant_to_the_right(struct cur *op)
{
    if (op->args[0] < 0 && op->args[1] >= 0) {
        tw_vref t = op->args[0];
        op->args[0] = op->args[1];
        op->args[1] = t;
    }
}

static int is_bool(struct optimizer *o, tw_vref v)
{
    return bounds_within(opt_bounds(o, v), bounds_of(0, 1));
}

static int power_of_two(int64_t c)
{
    return c > 0 && (c & (c - 1)) == 0 ? __builtin_ctzll((uint64_t)c) : -1;
}

/* ------------------------------------------------------------------ integers */

/* The sum of what b adds to a variable: x + c; 0 if b is something else. */
static int is_sum(struct optimizer *o, tw_vref v, tw_vref *x, int64_t *c)
{
    const struct box *d = opt_def(o, v, TW_OP_int_add);

    if (!d || !opt_is_ci(o, opt_arg(o, d, 1), c))
        return 0;
    *x = opt_arg(o, d, 0);
    return 1;
}

static tw_vref int_add(struct optimizer *o, struct cur *op)
{
    int64_t c, d;
    tw_vref x;
    const struct box *s;

    constant_to_the_right(op);
    if (opt_is_ci(o, op->args[1], &c)) {
        if (c == 0)
            return op->args[0];
        if (is_sum(o, op->args[0], &x, &d))
            return send2(o, TW_OP_int_add, x,
                         opt_ci(o, (int64_t)((uint64_t)c + (uint64_t)d)));
    }
    for (int k = 0; k < 2; k++) /* (a - b) + b */
        if ((s = opt_def(o, op->args[k], TW_OP_int_sub)) &&
            opt_arg(o, s, 1) == op->args[1 - k])
            return opt_arg(o, s, 0);
    return next(o, op);
}

static tw_vref int_sub(struct optimizer *o, struct cur *op)
{
    int64_t c;
    const struct box *s;

    if (op->args[0] == op->args[1])
        return opt_ci(o, 0);
    if (opt_is_ci(o, op->args[1], &c)) {
        if (c == 0)
            return op->args[0];
        return send2(o, TW_OP_int_add, op->args[0],
                     opt_ci(o, (int64_t)(0 - (uint64_t)c)));
    }
    if (opt_is_ci(o, op->args[0], &c) && c == 0)
        return send1(o, TW_OP_int_neg, op->args[1]);
    if ((s = opt_def(o, op->args[0], TW_OP_int_add)) != NULL) /* (a + b) - a */
        for (unsigned k = 0; k < 2; k++)
            if (opt_arg(o, s, k) == op->args[1])
                return opt_arg(o, s, 1 - k);
    return next(o, op);
}

static tw_vref int_mul(struct optimizer *o, struct cur *op)
{
    int64_t c;

    constant_to_the_right(op);
    if (!opt_is_ci(o, op->args[1], &c))
        return next(o, op);
    if (c == 0)
        return op->args[1];
    if (c == 1)
        return op->args[0];
    if (c == -1)
        return send1(o, TW_OP_int_neg, op->args[0]);
    if (power_of_two(c) > 0) {
        struct bounds b = opt_bounds(o, op->args[0]);
        int exact;
        struct bounds r = bounds_mul(b, bounds_of(c, c), &exact);
        tw_vref v =
            send2(o, TW_OP_int_lshift, op->args[0], opt_ci(o, power_of_two(c)));
        if (exact)
            opt_narrow(o, v, r);
        return v;
    }
    return next(o, op);
}

static tw_vref int_mul_ovf(struct optimizer *o, struct cur *op)
{
    int64_t c;

    constant_to_the_right(op);
    if (opt_is_ci(o, op->args[1], &c) && (c == 0 || c == 1))
        return op->args[c == 0];
    return next(o, op);
}

static tw_vref int_add_ovf(struct optimizer *o, struct cur *op)
{
    int64_t c;

    constant_to_the_right(op);
    return opt_is_ci(o, op->args[1], &c) && c == 0 ? op->args[0] : next(o, op);
}

static tw_vref int_sub_ovf(struct optimizer *o, struct cur *op)
{
    int64_t c;

    if (op->args[0] == op->args[1])
        return opt_ci(o, 0);
    return opt_is_ci(o, op->args[1], &c) && c == 0 ? op->args[0] : next(o, op);
}

static tw_vref int_div(struct optimizer *o, struct cur *op)
{
    int64_t c;

    if (!opt_is_ci(o, op->args[1], &c))
        return next(o, op);
    if (c == 1)
        return op->args[0];
    if (c == -1)
        return send1(o, TW_OP_int_neg, op->args[0]);
    int k = power_of_two(c);
    if (k < 0)
        return next(o, op);
    tw_vref x = op->args[0];
    if (opt_bounds(o, x).lo <
        0) { /* round towards zero: add 2^k - 1 to negative ones */
        tw_vref sign = send2(o, TW_OP_int_rshift, x, opt_ci(o, 63));
        tw_vref bias = send2(o, TW_OP_uint_rshift, sign, opt_ci(o, 64 - k));
        x = send2(o, TW_OP_int_add, x, bias);
    }
    return send2(o, TW_OP_int_rshift, x, opt_ci(o, k));
}

static tw_vref int_rem(struct optimizer *o, struct cur *op)
{
    int64_t c;

    if (!opt_is_ci(o, op->args[1], &c))
        return next(o, op);
    if (c == 1 || c == -1)
        return opt_ci(o, 0);
    if (power_of_two(c) > 0 && opt_bounds(o, op->args[0]).lo >= 0)
        return send2(o, TW_OP_int_and, op->args[0], opt_ci(o, c - 1));
    return next(o, op);
}

static tw_vref uint_div_rem(struct optimizer *o, struct cur *op)
{
    int64_t c;
    int k;

    if (!opt_is_ci(o, op->args[1], &c) || (k = power_of_two(c)) < 0)
        return next(o, op);
    if (op->opnum == TW_OP_uint_div)
        return k ? send2(o, TW_OP_uint_rshift, op->args[0], opt_ci(o, k))
                 : op->args[0];
    return send2(o, TW_OP_int_and, op->args[0], opt_ci(o, c - 1));
}

static tw_vref int_and(struct optimizer *o, struct cur *op)
{
    int64_t c, d;
    const struct box *s;

    constant_to_the_right(op);
    if (op->args[0] == op->args[1])
        return op->args[0];
    if (opt_is_ci(o, op->args[1], &c)) {
        if (c == 0)
            return op->args[1];
        if (c == -1)
            return op->args[0];
        if ((s = opt_def(o, op->args[0], TW_OP_int_and)) &&
            opt_is_ci(o, opt_arg(o, s, 1), &d))
            return send2(o, TW_OP_int_and, opt_arg(o, s, 0), opt_ci(o, c & d));
    }
    return next(o, op);
}

static tw_vref int_or(struct optimizer *o, struct cur *op)
{
    int64_t c, d;
    const struct box *s;

    constant_to_the_right(op);
    if (op->args[0] == op->args[1])
        return op->args[0];
    if (opt_is_ci(o, op->args[1], &c)) {
        if (c == 0)
            return op->args[0];
        if (c == -1)
            return op->args[1];
        if ((s = opt_def(o, op->args[0], TW_OP_int_or)) &&
            opt_is_ci(o, opt_arg(o, s, 1), &d))
            return send2(o, TW_OP_int_or, opt_arg(o, s, 0), opt_ci(o, c | d));
    }
    return next(o, op);
}

static tw_vref int_xor(struct optimizer *o, struct cur *op)
{
    int64_t c;
    const struct box *s;

    constant_to_the_right(op);
    if (op->args[0] == op->args[1])
        return opt_ci(o, 0);
    if (opt_is_ci(o, op->args[1], &c)) {
        if (c == 0)
            return op->args[0];
        if (c == -1)
            return send1(o, TW_OP_int_invert, op->args[0]);
        if (c == 1 && is_bool(o, op->args[0]))
            return send1(o, TW_OP_int_is_zero, op->args[0]);
    }
    for (int k = 0; k < 2; k++)
        if ((s = opt_def(o, op->args[k], TW_OP_int_xor)) != NULL)
            for (unsigned j = 0; j < 2; j++) /* (a ^ b) ^ b */
                if (opt_arg(o, s, j) == op->args[1 - k])
                    return opt_arg(o, s, 1 - j);
    return next(o, op);
}

static tw_vref shift(struct optimizer *o, struct cur *op)
{
    int64_t c, d;
    const struct box *s;

    if (opt_is_ci(o, op->args[0], &c) && c == 0)
        return op->args[0];
    if (!opt_is_ci(o, op->args[1], &c))
        return next(o, op);
    if ((c & 63) == 0)
        return op->args[0];
    if (c < 0 || c > 63)
        return send2(o, op->opnum, op->args[0], opt_ci(o, c & 63));
    if ((s = opt_def(o, op->args[0], op->opnum)) &&
        opt_is_ci(o, opt_arg(o, s, 1), &d) && d > 0 && d <= 63) {
        if (c + d <= 63)
            return send2(o, op->opnum, opt_arg(o, s, 0), opt_ci(o, c + d));
        return op->opnum == TW_OP_int_rshift
                   ? send2(o, op->opnum, opt_arg(o, s, 0), opt_ci(o, 63))
                   : opt_ci(o, 0);
    }
    return next(o, op);
}

static tw_vref extend(struct optimizer *o, struct cur *op)
{
    int64_t bits, inner;
    static const unsigned both[] = {TW_OP_int_signext, TW_OP_int_zeroext};

    if (opt_is_ci(o, op->args[1], &bits))
        for (int k = 0; k < 2; k++) {
            const struct box *d = opt_def(o, op->args[0], both[k]);
            if (d && opt_is_ci(o, opt_arg(o, d, 1), &inner) && inner >= bits)
                return send2(o, op->opnum, opt_arg(o, d, 0), op->args[1]);
        }
    return next(o, op);
}

static tw_vref unary(struct optimizer *o, struct cur *op)
{
    const struct box *d = opt_def(o, op->args[0], op->opnum);

    return d ? opt_arg(o, d, 0) : next(o, op); /* twice is nothing */
}

static tw_vref min_max(struct optimizer *o, struct cur *op)
{
    struct bounds a = opt_bounds(o, op->args[0]),
                  b = opt_bounds(o, op->args[1]);

    if (op->args[0] == op->args[1])
        return op->args[0];
    if (op->opnum == TW_OP_int_min && (a.hi <= b.lo || b.hi <= a.lo))
        return op->args[a.hi <= b.lo ? 0 : 1];
    if (op->opnum == TW_OP_int_max && (a.hi <= b.lo || b.hi <= a.lo))
        return op->args[a.hi <= b.lo ? 1 : 0];
    return next(o, op);
}

/* ------------------------------------------------------------------ comparisons */

unsigned rewrite_inverse(unsigned opnum)
{
    switch (opnum) {
    case TW_OP_int_lt:
        return TW_OP_int_ge;
    case TW_OP_int_le:
        return TW_OP_int_gt;
    case TW_OP_int_eq:
        return TW_OP_int_ne;
    case TW_OP_int_ne:
        return TW_OP_int_eq;
    case TW_OP_int_gt:
        return TW_OP_int_le;
    case TW_OP_int_ge:
        return TW_OP_int_lt;
    case TW_OP_uint_lt:
        return TW_OP_uint_ge;
    case TW_OP_uint_le:
        return TW_OP_uint_gt;
    case TW_OP_uint_gt:
        return TW_OP_uint_le;
    case TW_OP_uint_ge:
        return TW_OP_uint_lt;
    case TW_OP_int_is_true:
        return TW_OP_int_is_zero;
    case TW_OP_int_is_zero:
        return TW_OP_int_is_true;
    case TW_OP_ptr_eq:
        return TW_OP_ptr_ne;
    case TW_OP_ptr_ne:
        return TW_OP_ptr_eq;
    case TW_OP_ptr_is_null:
        return TW_OP_ptr_nonnull;
    case TW_OP_ptr_nonnull:
        return TW_OP_ptr_is_null;
    case TW_OP_float_eq:
        return TW_OP_float_ne;
    case TW_OP_float_ne:
        return TW_OP_float_eq;
    default:
        return TW_NOPS;
    }
}

unsigned rewrite_swapped(unsigned opnum)
{
    switch (opnum) {
    case TW_OP_int_lt:
        return TW_OP_int_gt;
    case TW_OP_int_le:
        return TW_OP_int_ge;
    case TW_OP_int_gt:
        return TW_OP_int_lt;
    case TW_OP_int_ge:
        return TW_OP_int_le;
    case TW_OP_uint_lt:
        return TW_OP_uint_gt;
    case TW_OP_uint_le:
        return TW_OP_uint_ge;
    case TW_OP_uint_gt:
        return TW_OP_uint_lt;
    case TW_OP_uint_ge:
        return TW_OP_uint_le;
    case TW_OP_float_lt:
        return TW_OP_float_gt;
    case TW_OP_float_le:
        return TW_OP_float_ge;
    case TW_OP_float_gt:
        return TW_OP_float_lt;
    case TW_OP_float_ge:
        return TW_OP_float_le;
    case TW_OP_int_eq:
    case TW_OP_int_ne:
    case TW_OP_ptr_eq:
    case TW_OP_ptr_ne:
    case TW_OP_float_eq:
    case TW_OP_float_ne:
    case TW_OP_float_unord:
        return opnum;
    default:
        return TW_NOPS;
    }
}

static tw_vref compare(struct optimizer *o, struct cur *op)
{
    int64_t c;

    if (op->args[0] == op->args[1])
        return opt_ci(
            o, op->opnum == TW_OP_int_le || op->opnum == TW_OP_int_ge ||
                   op->opnum == TW_OP_int_eq || op->opnum == TW_OP_uint_le ||
                   op->opnum == TW_OP_uint_ge);
    if (op->args[0] < 0) { /* a constant goes to the right */
        tw_vref t = op->args[0];
        op->args[0] = op->args[1];
        op->args[1] = t;
        op->opnum = (uint16_t)rewrite_swapped(op->opnum);
    }
    int eq = op->opnum == TW_OP_int_eq;
    if ((eq || op->opnum == TW_OP_int_ne) && opt_is_ci(o, op->args[1], &c)) {
        if (c == 0)
            return send1(o, eq ? TW_OP_int_is_zero : TW_OP_int_is_true,
                         op->args[0]);
        if (c == 1 && is_bool(o, op->args[0]))
            return eq ? op->args[0] : send1(o, TW_OP_int_is_zero, op->args[0]);
        tw_vref x;
        int64_t d;
        if (is_sum(o, op->args[0], &x, &d)) /* x + d == c */
            return send2(o, op->opnum, x,
                         opt_ci(o, (int64_t)((uint64_t)c - (uint64_t)d)));
    }
    return next(o, op);
}

static tw_vref is_true(struct optimizer *o, struct cur *op)
{
    return is_bool(o, op->args[0]) ? op->args[0] : next(o, op);
}

static tw_vref is_zero(struct optimizer *o, struct cur *op)
{
    tw_vref x = op->args[0];

    if (x >= 0) {
        const struct box *d = &o->boxes[x];
        unsigned inverse = rewrite_inverse(d->opnum);
        if (inverse != TW_NOPS && d->opnum != TW_OP_int_is_zero)
            return d->nargs == 1
                       ? send1(o, inverse, opt_arg(o, d, 0))
                       : send2(o, inverse, opt_arg(o, d, 0), opt_arg(o, d, 1));
        if (d->opnum == TW_OP_int_is_zero)
            return send1(o, TW_OP_int_is_true, opt_arg(o, d, 0));
    }
    return next(o, op);
}

static tw_vref select_op(struct optimizer *o, struct cur *op)
{
    int64_t c, a, b;

    if (opt_is_ci(o, op->args[0], &c))
        return op->args[c ? 1 : 2];
    if (op->args[1] == op->args[2])
        return op->args[1];
    if (op->opnum == TW_OP_int_select && opt_is_ci(o, op->args[1], &a) &&
        opt_is_ci(o, op->args[2], &b) && a + b == 1 && (a == 0 || a == 1))
        return send1(o, a ? TW_OP_int_is_true : TW_OP_int_is_zero, op->args[0]);
    return next(o, op);
}

tw_vref pass_rewrite(struct optimizer *o, struct cur *op)
{
    tw_vref r;

    if (op->opnum < TW_NOPS && tw_op_is(op->opnum, TW_PURE) && fold(o, op, &r))
        return r;
    switch (op->opnum) {
    case TW_OP_int_add:
        return int_add(o, op);
    case TW_OP_int_sub:
        return int_sub(o, op);
    case TW_OP_int_mul:
        return int_mul(o, op);
    case TW_OP_int_add_ovf:
        return int_add_ovf(o, op);
    case TW_OP_int_sub_ovf:
        return int_sub_ovf(o, op);
    case TW_OP_int_mul_ovf:
        return int_mul_ovf(o, op);
    case TW_OP_int_div:
        return int_div(o, op);
    case TW_OP_int_rem:
        return int_rem(o, op);
    case TW_OP_uint_div:
    case TW_OP_uint_rem:
        return uint_div_rem(o, op);
    case TW_OP_int_and:
        return int_and(o, op);
    case TW_OP_int_or:
        return int_or(o, op);
    case TW_OP_int_xor:
        return int_xor(o, op);
    case TW_OP_int_lshift:
    case TW_OP_int_rshift:
    case TW_OP_uint_rshift:
        return shift(o, op);
    case TW_OP_int_signext:
    case TW_OP_int_zeroext:
        return extend(o, op);
    case TW_OP_int_neg:
    case TW_OP_int_invert:
    case TW_OP_int_bswap:
    case TW_OP_int_bitreverse:
    case TW_OP_float_neg:
        return unary(o, op);
    case TW_OP_int_min:
    case TW_OP_int_max:
        return min_max(o, op);
    case TW_OP_int_is_true:
        return is_true(o, op);
    case TW_OP_int_is_zero:
        return is_zero(o, op);
    case TW_OP_int_select:
    case TW_OP_float_select:
        return select_op(o, op);
    default:
        break;
    }
    if (op->opnum >= TW_OP_int_lt && op->opnum <= TW_OP_uint_ge)
        return compare(o, op);
    return rewrite_more(o, op);
}

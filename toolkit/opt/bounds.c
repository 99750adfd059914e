/*
 * bounds.c: interval arithmetic for intbounds.c. Ends are computed in 128 bits.
 */
#include "toolkit/opt/bounds.h"

#include "toolkit/ir/ops.h"

typedef __int128 wide;

static int fits(wide x)
{
    return x >= INT64_MIN && x <= INT64_MAX;
}

static int64_t clamp(wide x)
{
    return x < INT64_MIN ? INT64_MIN : x > INT64_MAX ? INT64_MAX : (int64_t)x;
}

struct bounds bounds_of_size(int size, int is_bool)
{
    if (is_bool)
        return bounds_of(0, 1);
    if (size >= 8)
        return BOUNDS_ALL;
    int64_t half = (int64_t)1 << (size * 8 - 1);
    return bounds_of(-half, half - 1);
}

struct range {
    wide lo, hi;
};

static struct range add_range(struct bounds a, struct bounds b)
{
    return (struct range){(wide)a.lo + b.lo, (wide)a.hi + b.hi};
}

static struct range sub_range(struct bounds a, struct bounds b)
{
    return (struct range){(wide)a.lo - b.hi, (wide)a.hi - b.lo};
}

static struct range mul_range(struct bounds a, struct bounds b)
{
    wide p[4] = {(wide)a.lo * b.lo, (wide)a.lo * b.hi, (wide)a.hi * b.lo,
                 (wide)a.hi * b.hi};
    struct range r = {p[0], p[0]};

    for (int k = 1; k < 4; k++) {
        r.lo = p[k] < r.lo ? p[k] : r.lo;
        r.hi = p[k] > r.hi ? p[k] : r.hi;
    }
    return r;
}

static struct bounds exactly(struct range r, int *exact)
{
    *exact = fits(r.lo) && fits(r.hi);
    return *exact ? bounds_of((int64_t)r.lo, (int64_t)r.hi) : BOUNDS_ALL;
}

static struct bounds clamped(struct range r)
{
    return bounds_of(clamp(r.lo), clamp(r.hi));
}

struct bounds bounds_add(struct bounds a, struct bounds b, int *exact)
{
    return exactly(add_range(a, b), exact);
}
struct bounds bounds_sub(struct bounds a, struct bounds b, int *exact)
{
    return exactly(sub_range(a, b), exact);
}
struct bounds bounds_mul(struct bounds a, struct bounds b, int *exact)
{
    return exactly(mul_range(a, b), exact);
}
struct bounds bounds_add_clamp(struct bounds a, struct bounds b)
{
    return clamped(add_range(a, b));
}
struct bounds bounds_sub_clamp(struct bounds a, struct bounds b)
{
    return clamped(sub_range(a, b));
}
struct bounds bounds_mul_clamp(struct bounds a, struct bounds b)
{
    return clamped(mul_range(a, b));
}

/* The smallest 2^k - 1 that is at least x. */
static int64_t mask_for(int64_t x)
{
    return x <= 0 ? 0 : (int64_t)(UINT64_MAX >> __builtin_clzll((uint64_t)x));
}

static struct bounds and_bounds(struct bounds a, struct bounds b)
{
    if (a.lo >= 0 && b.lo >= 0)
        return bounds_of(0, a.hi < b.hi ? a.hi : b.hi);
    if (a.lo >= 0)
        return bounds_of(0, a.hi);
    if (b.lo >= 0)
        return bounds_of(0, b.hi);
    return BOUNDS_ALL;
}

static struct bounds or_bounds(struct bounds a, struct bounds b)
{
    if (a.lo < 0 || b.lo < 0)
        return BOUNDS_ALL;
    return bounds_of(a.lo > b.lo ? a.lo : b.lo, mask_for(a.hi | b.hi));
}

static struct bounds xor_bounds(struct bounds a, struct bounds b)
{
    return a.lo < 0 || b.lo < 0 ? BOUNDS_ALL
                                : bounds_of(0, mask_for(a.hi | b.hi));
}

static struct bounds div_bounds(struct bounds a, struct bounds b)
{
    wide q[4];

    if (bounds_contain(b, 0) || bounds_contain(b, -1))
        return BOUNDS_ALL;
    q[0] = (wide)a.lo / b.lo;
    q[1] = (wide)a.lo / b.hi;
    q[2] = (wide)a.hi / b.lo;
    q[3] = (wide)a.hi / b.hi;
    struct range r = {q[0], q[0]};
    for (int k = 1; k < 4; k++) {
        r.lo = q[k] < r.lo ? q[k] : r.lo;
        r.hi = q[k] > r.hi ? q[k] : r.hi;
    }
    if (bounds_contain(a, 0)) { /* quotients near zero are inside already */
        r.lo = r.lo > 0 ? 0 : r.lo;
        r.hi = r.hi < 0 ? 0 : r.hi;
    }
    return clamped(r);
}

static struct bounds rem_bounds(struct bounds a, struct bounds b)
{
    wide m = b.lo < 0 ? -(wide)b.lo : b.lo, n = b.hi < 0 ? -(wide)b.hi : b.hi;
    wide most = (m > n ? m : n) - 1;

    if (most < 0)
        most = 0;
    struct range r = {a.lo < 0 ? -most : 0, a.hi > 0 ? most : 0};
    if (r.lo < a.lo)
        r.lo = a.lo < 0 ? a.lo : 0;
    if (r.hi > a.hi)
        r.hi = a.hi > 0 ? a.hi : 0;
    return clamped(r);
}

static struct bounds lshift_bounds(struct bounds a, struct bounds b)
{
    if (b.lo < 0 || b.hi > 62)
        return BOUNDS_ALL;
    struct bounds factor = bounds_of((int64_t)1 << b.lo, (int64_t)1 << b.hi);
    int exact;
    return bounds_mul(a, factor, &exact);
}

static struct bounds rshift_bounds(struct bounds a, struct bounds b)
{
    if (b.lo < 0 || b.hi > 63)
        return a.lo >= 0 ? bounds_of(0, a.hi) : BOUNDS_ALL;
    int64_t lo = a.lo >> (a.lo < 0 ? b.lo : b.hi),
            hi = a.hi >> (a.hi < 0 ? b.hi : b.lo);
    return bounds_of(lo, hi);
}

static struct bounds urshift_bounds(struct bounds a, struct bounds b)
{
    if (a.lo >= 0)
        return rshift_bounds(a, b);
    if (b.lo >= 1 && b.hi <= 63)
        return bounds_of(0, (int64_t)(UINT64_MAX >> b.lo));
    return BOUNDS_ALL;
}

static struct bounds extend_bounds(struct bounds a, int64_t bits, int sign)
{
    struct bounds r = bits >= 64 ? BOUNDS_ALL
                      : sign     ? bounds_of(-((int64_t)1 << (bits - 1)),
                                             ((int64_t)1 << (bits - 1)) - 1)
                                 : bounds_of(0, ((int64_t)1 << bits) - 1);

    return bounds_within(a, r) ? a : r;
}

struct bounds bounds_op(unsigned opnum, struct bounds a, struct bounds b)
{
    int exact;

    switch (opnum) {
    case TW_OP_int_add:
        return bounds_add(a, b, &exact);
    case TW_OP_int_sub:
        return bounds_sub(a, b, &exact);
    case TW_OP_int_mul:
        return bounds_mul(a, b, &exact);
    case TW_OP_int_neg:
        return bounds_sub(bounds_of(0, 0), a, &exact);
    case TW_OP_int_invert:
        return bounds_of(~a.hi, ~a.lo);
    case TW_OP_int_and:
        return and_bounds(a, b);
    case TW_OP_int_or:
        return or_bounds(a, b);
    case TW_OP_int_xor:
        return xor_bounds(a, b);
    case TW_OP_int_div:
        return div_bounds(a, b);
    case TW_OP_int_rem:
        return rem_bounds(a, b);
    case TW_OP_uint_div:
        return a.lo >= 0 && b.lo > 0 ? div_bounds(a, b) : BOUNDS_ALL;
    case TW_OP_uint_rem:
        return a.lo >= 0 && b.lo > 0 ? rem_bounds(a, b) : BOUNDS_ALL;
    case TW_OP_int_lshift:
        return lshift_bounds(a, b);
    case TW_OP_int_rshift:
        return rshift_bounds(a, b);
    case TW_OP_uint_rshift:
        return urshift_bounds(a, b);
    case TW_OP_int_min:
        return bounds_of(a.lo < b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi);
    case TW_OP_int_max:
        return bounds_of(a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi);
    case TW_OP_int_signext:
        return bounds_is_const(b) ? extend_bounds(a, b.lo, 1) : BOUNDS_ALL;
    case TW_OP_int_zeroext:
        return bounds_is_const(b) ? extend_bounds(a, b.lo, 0) : BOUNDS_ALL;
    case TW_OP_int_clz:
    case TW_OP_int_ctz:
    case TW_OP_int_popcount:
        return bounds_of(0, 64);
    case TW_OP_int_is_true:
    case TW_OP_int_is_zero:
    case TW_OP_int_lt:
    case TW_OP_int_le:
    case TW_OP_int_eq:
    case TW_OP_int_ne:
    case TW_OP_int_gt:
    case TW_OP_int_ge:
    case TW_OP_uint_lt:
    case TW_OP_uint_le:
    case TW_OP_uint_gt:
    case TW_OP_uint_ge:
    case TW_OP_float_lt:
    case TW_OP_float_le:
    case TW_OP_float_eq:
    case TW_OP_float_ne:
    case TW_OP_float_gt:
    case TW_OP_float_ge:
    case TW_OP_float_unord:
    case TW_OP_ptr_eq:
    case TW_OP_ptr_ne:
    case TW_OP_ptr_is_null:
    case TW_OP_ptr_nonnull:
        return bounds_of(0, 1);
    case TW_OP_single_to_bits:
        return bounds_of_size(4, 0);
    default:
        return BOUNDS_ALL;
    }
}

static int less(struct bounds a, struct bounds b, int or_equal)
{
    if (or_equal ? a.hi <= b.lo : a.hi < b.lo)
        return 1;
    if (or_equal ? a.lo > b.hi : a.lo >= b.hi)
        return 0;
    return -1;
}

/* As unsigned numbers, where both stay on one side of the sign. */
static int unsigned_less(struct bounds a, struct bounds b, int or_equal)
{
    int sa = a.lo >= 0  ? 0
             : a.hi < 0 ? 1
                        : -1,
        sb = b.lo >= 0  ? 0
             : b.hi < 0 ? 1
                        : -1;

    if (sa < 0 || sb < 0)
        return -1;
    return sa == sb ? less(a, b, or_equal) : sa < sb;
}

static int equal(struct bounds a, struct bounds b)
{
    if (bounds_is_const(a) && bounds_is_const(b) && a.lo == b.lo)
        return 1;
    return a.hi < b.lo || b.hi < a.lo ? 0 : -1;
}

static int negate(int decided)
{
    return decided < 0 ? -1 : !decided;
}

int bounds_compare(unsigned opnum, struct bounds a, struct bounds b)
{
    switch (opnum) {
    case TW_OP_int_lt:
        return less(a, b, 0);
    case TW_OP_int_le:
        return less(a, b, 1);
    case TW_OP_int_gt:
        return less(b, a, 0);
    case TW_OP_int_ge:
        return less(b, a, 1);
    case TW_OP_uint_lt:
        return unsigned_less(a, b, 0);
    case TW_OP_uint_le:
        return unsigned_less(a, b, 1);
    case TW_OP_uint_gt:
        return unsigned_less(b, a, 0);
    case TW_OP_uint_ge:
        return unsigned_less(b, a, 1);
    case TW_OP_int_eq:
        return equal(a, b);
    case TW_OP_int_ne:
        return negate(equal(a, b));
    case TW_OP_int_is_true:
        return negate(equal(a, bounds_of(0, 0)));
    case TW_OP_int_is_zero:
        return equal(a, bounds_of(0, 0));
    default:
        return -1;
    }
}

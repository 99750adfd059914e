/*
 * bounds.h: intervals of 64-bit signed integers. Both ends are inclusive; every operation's result
 * contains every value that the operation of ops.def can give for operands in the intervals.
 */
#ifndef TW_BOUNDS_H
#define TW_BOUNDS_H

#include <stdint.h>

struct bounds {
    int64_t lo, hi;
};
#define BOUNDS_ALL ((struct bounds){INT64_MIN, INT64_MAX})

static inline struct bounds bounds_of(int64_t lo, int64_t hi)
{
    return (struct bounds){lo, hi};
}
static inline int bounds_is_const(struct bounds b)
{
    return b.lo == b.hi;
}
static inline int bounds_contain(struct bounds b, int64_t v)
{
    return b.lo <= v && v <= b.hi;
}
static inline int bounds_within(struct bounds in, struct bounds out)
{
    return out.lo <= in.lo && in.hi <= out.hi;
}
static inline struct bounds bounds_join(struct bounds a, struct bounds b)
{
    return bounds_of(a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi);
}
/* Empty when lo > hi. */
static inline struct bounds bounds_meet(struct bounds a, struct bounds b)
{
    return bounds_of(a.lo > b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi);
}
/* What a load of `size` bytes of this kind gives. */
struct bounds bounds_of_size(int size, int is_bool);

/* exact: the operation cannot overflow; else the result is BOUNDS_ALL. */
struct bounds bounds_add(struct bounds a, struct bounds b, int *exact);
struct bounds bounds_sub(struct bounds a, struct bounds b, int *exact);
struct bounds bounds_mul(struct bounds a, struct bounds b, int *exact);
/* With overflow ruled out (a guard): the mathematical result cut to 64 bits. */
struct bounds bounds_add_clamp(struct bounds a, struct bounds b);
struct bounds bounds_sub_clamp(struct bounds a, struct bounds b);
struct bounds bounds_mul_clamp(struct bounds a, struct bounds b);
struct bounds bounds_op(unsigned opnum, struct bounds a, struct bounds b);
/* 1 or 0 when the comparison opnum is decided, -1 otherwise. */
int bounds_compare(unsigned opnum, struct bounds a, struct bounds b);

#endif

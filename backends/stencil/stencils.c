/*
 * stencils.c: machine code of tier 1, in pieces ("copy-and-patch": Xu and Kjolstad, OOPSLA 2021).
 *
 * Never linked: the build compiles this file alone, extract.c turns the object into tables
 * (gen/stencils.inc), and assemble.c copies pieces of them one behind the other and fills the
 * holes. So whatever CPU clang compiles for has a tier 1 of this same text.
 *
 * A stencil is a function that ends in a tail call of what comes next. Its arguments live in
 * registers all the way through a unit: the frame, its slots, `acc` (the last integer or pointer
 * made) and d0 (the last double). The convention preserve_none keeps the first four in registers
 * that C functions preserve, and has the rest where C functions expect arguments: `a0`…, `d0`…
 * are those of a call being put together. Holes are symbols:
 *   next, other    what comes next; where a branch goes when its condition does not hold
 *   slot_*, disp   functions, so that their address is a 32-bit displacement: where a slot is
 *                  from `s`, a field's offset, a small number
 *   word_*         data of the large model, so that their address is a 64-bit immediate
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "backends/code/exit_cell.h"
#include "toolkit/ir/backend.h"

#define PN __attribute__((preserve_none))
#define TAIL __attribute__((musttail)) return
#define PARAMS                                                                 \
    struct tw_jitframe *f, char *s, int64_t acc, int64_t keep, int64_t a0,     \
        int64_t a1, int64_t a2, int64_t a3, int64_t a4, int64_t a5, double d0, \
        double d1, double d2
typedef PN void *stencil(PARAMS);
extern stencil next, other;
void slot_a(void), slot_b(void), disp(void);
extern char word_a;

#define OFFSET(h) ((uintptr_t)&h)
#define SLOT(h) (*(int64_t *)(s + OFFSET(h)))
#define FSLOT(h) (*(double *)(s + OFFSET(h)))
/* What the compiler knows of a symbol's address (it is not 0) is not true of a hole. */
#define WORD(h)                                                                \
    ({                                                                         \
        int64_t w_ = (int64_t)(uintptr_t)&h;                                   \
        __asm__("" : "+r"(w_));                                                \
        w_;                                                                    \
    })
#define FWORD(h)                                                               \
    ({                                                                         \
        int64_t bits_ = WORD(h);                                               \
        double d_;                                                             \
        memcpy(&d_, &bits_, 8);                                                \
        d_;                                                                    \
    })
#define RARE(c) __builtin_expect(!!(c), 0)
#define STENCIL(name) PN void *st_##name(PARAMS)
/* Undefined values for the registers that the next one does not read. */
#define GO(to, acc_, d0_)                                                      \
    do {                                                                       \
        int64_t u_;                                                            \
        double v_;                                                             \
        TAIL to(f, s, acc_, keep, u_, u_, u_, u_, u_, u_, d0_, v_, v_);        \
    } while (0)
#define DONE(acc_) GO(next, acc_, d0)
#define FDONE(d0_) GO(next, acc, d0_)
#define CHECK(c)                                                               \
    do {                                                                       \
        if (RARE(!(c)))                                                        \
            GO(other, acc, d0);                                                \
        GO(next, acc, d0);                                                     \
    } while (0)

#pragma clang diagnostic ignored "-Wuninitialized"
#pragma clang diagnostic ignored "-Wmissing-prototypes"
#pragma clang diagnostic ignored "-Wunused-parameter"

/* ---------------------------------------------------------------- moves */

STENCIL(load_s)
{
    DONE(SLOT(slot_a));
}
STENCIL(load_w)
{
    DONE(WORD(word_a));
}
STENCIL(store)
{
    SLOT(slot_a) = acc;
    DONE(acc);
}
STENCIL(fload_s)
{
    FDONE(FSLOT(slot_a));
}
STENCIL(fload_w)
{
    FDONE(FWORD(word_a));
}
STENCIL(fstore)
{
    FSLOT(slot_a) = d0;
    DONE(acc);
}
STENCIL(move_ss)
{
    SLOT(slot_b) = SLOT(slot_a);
    DONE(acc);
}
STENCIL(move_sw)
{
    SLOT(slot_b) = WORD(word_a);
    DONE(acc);
}
STENCIL(load_frame)
{
    DONE((int64_t)(uintptr_t)f);
}

/* ---------------------------------------------------------------- integers: the first operand in
 * acc, the second in a slot (as), a word (aw) or acc too (aa); or the second in acc (sa, wa) */

#define BINARY(name, expr)                                                     \
    static inline int64_t do_##name(int64_t a, int64_t b)                      \
    {                                                                          \
        return expr;                                                           \
    }                                                                          \
    STENCIL(name##_as)                                                         \
    {                                                                          \
        DONE(do_##name(acc, SLOT(slot_a)));                                    \
    }                                                                          \
    STENCIL(name##_aw)                                                         \
    {                                                                          \
        DONE(do_##name(acc, WORD(word_a)));                                    \
    }                                                                          \
    STENCIL(name##_aa)                                                         \
    {                                                                          \
        DONE(do_##name(acc, acc));                                             \
    }                                                                          \
    STENCIL(name##_sa)                                                         \
    {                                                                          \
        DONE(do_##name(SLOT(slot_a), acc));                                    \
    }                                                                          \
    STENCIL(name##_wa)                                                         \
    {                                                                          \
        DONE(do_##name(WORD(word_a), acc));                                    \
    }
#define COMPARE(name, expr)                                                    \
    BINARY(name, expr)                                                         \
    STENCIL(guard_##name##_as)                                                 \
    {                                                                          \
        CHECK(do_##name(acc, SLOT(slot_a)));                                   \
    }                                                                          \
    STENCIL(guard_##name##_aw)                                                 \
    {                                                                          \
        CHECK(do_##name(acc, WORD(word_a)));                                   \
    }                                                                          \
    STENCIL(guard_##name##_aa)                                                 \
    {                                                                          \
        CHECK(do_##name(acc, acc));                                            \
    }                                                                          \
    STENCIL(guard_##name##_sa)                                                 \
    {                                                                          \
        CHECK(do_##name(SLOT(slot_a), acc));                                   \
    }                                                                          \
    STENCIL(guard_##name##_wa)                                                 \
    {                                                                          \
        CHECK(do_##name(WORD(word_a), acc));                                   \
    }
#define UNARY(name, expr)                                                      \
    STENCIL(name)                                                              \
    {                                                                          \
        int64_t a = acc;                                                       \
        DONE(expr);                                                            \
    }
#define OVERFLOWING(name, builtin)                                             \
    STENCIL(name##_as)                                                         \
    {                                                                          \
        int64_t r;                                                             \
        int o = builtin(acc, SLOT(slot_a), &r);                                \
        if (RARE(o))                                                           \
            GO(other, r, d0);                                                  \
        DONE(r);                                                               \
    }                                                                          \
    STENCIL(name##_aw)                                                         \
    {                                                                          \
        int64_t r;                                                             \
        int o = builtin(acc, WORD(word_a), &r);                                \
        if (RARE(o))                                                           \
            GO(other, r, d0);                                                  \
        DONE(r);                                                               \
    }                                                                          \
    STENCIL(name##_aa)                                                         \
    {                                                                          \
        int64_t r;                                                             \
        int o = builtin(acc, acc, &r);                                         \
        if (RARE(o))                                                           \
            GO(other, r, d0);                                                  \
        DONE(r);                                                               \
    }                                                                          \
    STENCIL(name##_sa)                                                         \
    {                                                                          \
        int64_t r;                                                             \
        int o = builtin(SLOT(slot_a), acc, &r);                                \
        if (RARE(o))                                                           \
            GO(other, r, d0);                                                  \
        DONE(r);                                                               \
    }                                                                          \
    STENCIL(name##_wa)                                                         \
    {                                                                          \
        int64_t r;                                                             \
        int o = builtin(WORD(word_a), acc, &r);                                \
        if (RARE(o))                                                           \
            GO(other, r, d0);                                                  \
        DONE(r);                                                               \
    }

BINARY(int_add, (int64_t)((uint64_t)a + (uint64_t)b))
BINARY(int_sub, (int64_t)((uint64_t)a - (uint64_t)b))
BINARY(int_mul, (int64_t)((uint64_t)a *(uint64_t)b))
BINARY(int_and, a &b)
BINARY(int_or, a | b)
BINARY(int_xor, a ^ b)
BINARY(int_lshift, (int64_t)((uint64_t)a << (b & 63)))
BINARY(int_rshift, a >> (b & 63))
BINARY(uint_rshift, (int64_t)((uint64_t)a >> (b & 63)))
COMPARE(int_lt, a < b)
COMPARE(int_le, a <= b)
COMPARE(int_eq, a == b)
COMPARE(int_ne, a != b)
COMPARE(int_gt, a > b)
COMPARE(int_ge, a >= b)
COMPARE(uint_lt, (uint64_t)a < (uint64_t)b)
COMPARE(uint_le, (uint64_t)a <= (uint64_t)b)
COMPARE(uint_gt, (uint64_t)a > (uint64_t)b)
COMPARE(uint_ge, (uint64_t)a >= (uint64_t)b)
UNARY(int_neg, (int64_t)(0 - (uint64_t)a))
UNARY(int_invert, ~a)
UNARY(int_is_true, a != 0)
UNARY(int_is_zero, a == 0)
UNARY(signext8, (int8_t)a)
UNARY(signext16, (int16_t)a)
UNARY(signext32, (int32_t)a)
UNARY(zeroext8, (uint8_t)a)
UNARY(zeroext16, (uint16_t)a)
UNARY(zeroext32, (uint32_t)a)
/* These go to `other` when they overflow, with the result that wrapped. */
OVERFLOWING(int_add_ovf, __builtin_add_overflow)
OVERFLOWING(int_sub_ovf, __builtin_sub_overflow)
OVERFLOWING(int_mul_ovf, __builtin_mul_overflow)

/* ---------------------------------------------------------------- doubles: the first in d0 */

#define FBINARY(name, expr)                                                    \
    static inline double do_##name(double a, double b)                         \
    {                                                                          \
        return expr;                                                           \
    }                                                                          \
    STENCIL(name##_as)                                                         \
    {                                                                          \
        FDONE(do_##name(d0, FSLOT(slot_a)));                                   \
    }                                                                          \
    STENCIL(name##_aw)                                                         \
    {                                                                          \
        FDONE(do_##name(d0, FWORD(word_a)));                                   \
    }                                                                          \
    STENCIL(name##_aa)                                                         \
    {                                                                          \
        FDONE(do_##name(d0, d0));                                              \
    }                                                                          \
    STENCIL(name##_sa)                                                         \
    {                                                                          \
        FDONE(do_##name(FSLOT(slot_a), d0));                                   \
    }                                                                          \
    STENCIL(name##_wa)                                                         \
    {                                                                          \
        FDONE(do_##name(FWORD(word_a), d0));                                   \
    }
#define FCOMPARE(name, expr)                                                   \
    static inline int64_t do_##name(double a, double b)                        \
    {                                                                          \
        return expr;                                                           \
    }                                                                          \
    STENCIL(name##_as)                                                         \
    {                                                                          \
        DONE(do_##name(d0, FSLOT(slot_a)));                                    \
    }                                                                          \
    STENCIL(name##_aw)                                                         \
    {                                                                          \
        DONE(do_##name(d0, FWORD(word_a)));                                    \
    }                                                                          \
    STENCIL(name##_aa)                                                         \
    {                                                                          \
        DONE(do_##name(d0, d0));                                               \
    }                                                                          \
    STENCIL(name##_sa)                                                         \
    {                                                                          \
        DONE(do_##name(FSLOT(slot_a), d0));                                    \
    }                                                                          \
    STENCIL(name##_wa)                                                         \
    {                                                                          \
        DONE(do_##name(FWORD(word_a), d0));                                    \
    }                                                                          \
    FGUARD(guard_##name, do_##name)                                            \
    FGUARD(guard_not_##name, !do_##name)
#define FGUARD(name, holds)                                                    \
    STENCIL(name##_as)                                                         \
    {                                                                          \
        CHECK(holds(d0, FSLOT(slot_a)));                                       \
    }                                                                          \
    STENCIL(name##_aw)                                                         \
    {                                                                          \
        CHECK(holds(d0, FWORD(word_a)));                                       \
    }                                                                          \
    STENCIL(name##_aa)                                                         \
    {                                                                          \
        CHECK(holds(d0, d0));                                                  \
    }                                                                          \
    STENCIL(name##_sa)                                                         \
    {                                                                          \
        CHECK(holds(FSLOT(slot_a), d0));                                       \
    }                                                                          \
    STENCIL(name##_wa)                                                         \
    {                                                                          \
        CHECK(holds(FWORD(word_a), d0));                                       \
    }

FBINARY(float_add, a + b)
FBINARY(float_sub, a - b)
FBINARY(float_mul, a *b)
FBINARY(float_truediv, a / b)
FCOMPARE(float_lt, a < b)
FCOMPARE(float_le, a <= b)
FCOMPARE(float_eq, a == b)
FCOMPARE(float_ne, a != b)
FCOMPARE(float_gt, a > b)
FCOMPARE(float_ge, a >= b)
FCOMPARE(float_unord, __builtin_isunordered(a, b))
STENCIL(cast_int_to_float)
{
    FDONE((double)acc);
}
STENCIL(float_sqrt)
{
    FDONE(__builtin_sqrt(d0));
}

/* ---------------------------------------------------------------- guards on acc */

STENCIL(guard_true)
{
    CHECK(acc != 0);
}
STENCIL(guard_false)
{
    CHECK(acc == 0);
}
/* The class field's offset is disp. */
STENCIL(guard_class_a)
{
    CHECK(*(int64_t *)(acc + (int64_t)OFFSET(disp)) == WORD(word_a));
}
STENCIL(guard_class_s)
{
    CHECK(*(int64_t *)(SLOT(slot_a) + (int64_t)OFFSET(disp)) == WORD(word_a));
}
STENCIL(guard_flag_clear)
{
    CHECK(*(int32_t *)WORD(word_a) == 0);
}
STENCIL(guard_not_forced)
{
    CHECK(!f->forced);
}
STENCIL(fail_sometimes)
{
    int32_t *at = (int32_t *)WORD(word_a), n = *at - 1;

    if (n <= 0) {
        *at = (int32_t)OFFSET(disp);
        GO(other, acc, d0);
    }
    *at = n;
    DONE(acc);
}

/* ---------------------------------------------------------------- memory */

#define AT(type, p, o) (*(type *)((p) + (o)))
typedef int8_t i1;
typedef int16_t i2;
typedef int32_t i4;
typedef int64_t i8;
typedef uint8_t b1;
/* Raw memory may be unaligned. */
struct u2 {
    int16_t v;
} __attribute__((packed));
struct u4 {
    int32_t v;
} __attribute__((packed));
struct u8 {
    int64_t v;
} __attribute__((packed));

#define INDEXED(base, index, scale)                                            \
    ((char *)(base) + (index) * (int64_t)(scale) + OFFSET(disp))
#define LOADS(t, SET)                                                          \
    STENCIL(getfield_##t##_a)                                                  \
    {                                                                          \
        SET(AT(t, (char *)acc, OFFSET(disp)));                                 \
    }                                                                          \
    STENCIL(getfield_##t##_s)                                                  \
    {                                                                          \
        SET(AT(t, (char *)SLOT(slot_a), OFFSET(disp)));                        \
    }                                                                          \
    STENCIL(getfield_##t##_w)                                                  \
    {                                                                          \
        SET(AT(t, (char *)WORD(word_a), 0));                                   \
    }                                                                          \
    STENCIL(getitem_##t##_sa)                                                  \
    {                                                                          \
        SET(*(t *)INDEXED(SLOT(slot_a), acc, sizeof(t)));                      \
    }                                                                          \
    STENCIL(getitem_##t##_wa)                                                  \
    {                                                                          \
        SET(*(t *)INDEXED(WORD(word_a), acc, sizeof(t)));                      \
    }                                                                          \
    STENCIL(getitem_##t##_as)                                                  \
    {                                                                          \
        SET(*(t *)INDEXED(acc, SLOT(slot_a), sizeof(t)));                      \
    }                                                                          \
    STENCIL(getbyte_##t##_sa)                                                  \
    {                                                                          \
        SET(*(t *)INDEXED(SLOT(slot_a), acc, 1));                              \
    }                                                                          \
    STENCIL(getbyte_##t##_wa)                                                  \
    {                                                                          \
        SET(*(t *)INDEXED(WORD(word_a), acc, 1));                              \
    }
LOADS(i1, DONE)
LOADS(i2, DONE)
LOADS(i4, DONE)
LOADS(i8, DONE)
LOADS(b1, DONE)
typedef float f4;
typedef double f8;
LOADS(f4, FDONE)
LOADS(f8, FDONE)

#define STORES(t)                                                              \
    STENCIL(setfield_##t##_sa)                                                 \
    {                                                                          \
        AT(t, (char *)SLOT(slot_a), OFFSET(disp)) = (t)acc;                    \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setfield_##t##_wa)                                                 \
    {                                                                          \
        AT(t, (char *)WORD(word_a), 0) = (t)acc;                               \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setfield_##t##_as)                                                 \
    {                                                                          \
        AT(t, (char *)acc, OFFSET(disp)) = (t)SLOT(slot_a);                    \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setfield_##t##_aw)                                                 \
    {                                                                          \
        AT(t, (char *)acc, OFFSET(disp)) = (t)WORD(word_a);                    \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setfield_##t##_sw)                                                 \
    {                                                                          \
        AT(t, (char *)SLOT(slot_a), OFFSET(disp)) = (t)WORD(word_a);           \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setfield_##t##_aa)                                                 \
    {                                                                          \
        AT(t, (char *)acc, OFFSET(disp)) = (t)acc;                             \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setitem_##t##_sas)                                                 \
    {                                                                          \
        *(t *)INDEXED(SLOT(slot_a), acc, sizeof(t)) = (t)SLOT(slot_b);         \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setitem_##t##_saw)                                                 \
    {                                                                          \
        *(t *)INDEXED(SLOT(slot_a), acc, sizeof(t)) = (t)WORD(word_a);         \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setbyte_##t##_sas)                                                 \
    {                                                                          \
        *(t *)INDEXED(SLOT(slot_a), acc, 1) = (t)SLOT(slot_b);                 \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setbyte_##t##_saw)                                                 \
    {                                                                          \
        *(t *)INDEXED(SLOT(slot_a), acc, 1) = (t)WORD(word_a);                 \
        DONE(acc);                                                             \
    }
STORES(i1)
STORES(i2)
STORES(i4)
STORES(i8)
#define FSTORES(t)                                                             \
    STENCIL(setfield_##t##_s)                                                  \
    {                                                                          \
        AT(t, (char *)SLOT(slot_a), OFFSET(disp)) = (t)d0;                     \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setfield_##t##_w)                                                  \
    {                                                                          \
        AT(t, (char *)WORD(word_a), 0) = (t)d0;                                \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setfield_##t##_a)                                                  \
    {                                                                          \
        AT(t, (char *)acc, OFFSET(disp)) = (t)d0;                              \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setitem_##t##_sa)                                                  \
    {                                                                          \
        *(t *)INDEXED(SLOT(slot_a), acc, sizeof(t)) = (t)d0;                   \
        DONE(acc);                                                             \
    }                                                                          \
    STENCIL(setbyte_##t##_sa)                                                  \
    {                                                                          \
        *(t *)INDEXED(SLOT(slot_a), acc, 1) = (t)d0;                           \
        DONE(acc);                                                             \
    }
FSTORES(f4)
FSTORES(f8)

/* An object off a free list of the collector's: zero but for its first word, the link. */
STENCIL(new_object)
{
    void **list = (void **)WORD(word_a), **p = *list;

    if (RARE(!p))
        GO(other, acc, d0);
    *list = *p;
    *p = NULL;
    DONE((int64_t)(uintptr_t)p);
}

/* ---------------------------------------------------------------- calls: arguments, one at a time,
 * then the call. All six and three go, whatever the callee takes. */

#define ARG(n, x0, x1, x2, x3, x4, x5)                                         \
    STENCIL(arg##n##_s)                                                        \
    {                                                                          \
        int64_t x = SLOT(slot_a);                                              \
        TAIL next(f, s, acc, keep, x0, x1, x2, x3, x4, x5, d0, d1, d2);        \
    }                                                                          \
    STENCIL(arg##n##_w)                                                        \
    {                                                                          \
        int64_t x = WORD(word_a);                                              \
        TAIL next(f, s, acc, keep, x0, x1, x2, x3, x4, x5, d0, d1, d2);        \
    }                                                                          \
    STENCIL(arg##n##_a)                                                        \
    {                                                                          \
        int64_t x = acc;                                                       \
        TAIL next(f, s, acc, keep, x0, x1, x2, x3, x4, x5, d0, d1, d2);        \
    }                                                                          \
    STENCIL(arg##n##_address)                                                  \
    {                                                                          \
        int64_t x = (int64_t)(s + OFFSET(slot_a));                             \
        TAIL next(f, s, acc, keep, x0, x1, x2, x3, x4, x5, d0, d1, d2);        \
    }
ARG(0, x, a1, a2, a3, a4, a5)
ARG(1, a0, x, a2, a3, a4, a5)
ARG(2, a0, a1, x, a3, a4, a5)
ARG(3, a0, a1, a2, x, a4, a5)
ARG(4, a0, a1, a2, a3, x, a5)
ARG(5, a0, a1, a2, a3, a4, x)
#define FARG(n, x0, x1, x2)                                                    \
    STENCIL(farg##n##_s)                                                       \
    {                                                                          \
        double x = FSLOT(slot_a);                                              \
        TAIL next(f, s, acc, keep, a0, a1, a2, a3, a4, a5, x0, x1, x2);        \
    }                                                                          \
    STENCIL(farg##n##_w)                                                       \
    {                                                                          \
        double x = FWORD(word_a);                                              \
        TAIL next(f, s, acc, keep, a0, a1, a2, a3, a4, a5, x0, x1, x2);        \
    }
FARG(0, x, d1, d2)
FARG(1, d0, x, d2)
FARG(2, d0, d1, x)

/* As variadic functions are called: right for all functions whose arguments are in registers. */
#define CALL(type, fn)                                                         \
    (((type(*)(int64_t, ...))(uintptr_t)(fn))(a0, a1, a2, a3, a4, a5, d0, d1,  \
                                              d2))
#define CALLS(name, type, DONE_)                                               \
    STENCIL(call_##name##_w)                                                   \
    {                                                                          \
        int64_t fn = WORD(word_a);                                             \
        DONE_(CALL(type, fn));                                                 \
    }                                                                          \
    STENCIL(call_##name##_s)                                                   \
    {                                                                          \
        int64_t fn = SLOT(slot_a);                                             \
        DONE_(CALL(type, fn));                                                 \
    }
#define RESULT(x)                                                              \
    do {                                                                       \
        int64_t r_ = (int64_t)(x);                                             \
        double none_;                                                          \
        GO(next, r_, none_);                                                   \
    } while (0)
#define FRESULT(x)                                                             \
    do {                                                                       \
        double r_ = (double)(x);                                               \
        GO(next, acc, r_);                                                     \
    } while (0)
#define NORESULT(x)                                                            \
    do {                                                                       \
        double none_;                                                          \
        x;                                                                     \
        GO(next, acc, none_);                                                  \
    } while (0)
CALLS(v, void, NORESULT)
CALLS(l, int64_t, RESULT)
CALLS(i, int32_t, RESULT)
CALLS(h, int16_t, RESULT)
CALLS(b, int8_t, RESULT)
CALLS(z, uint8_t, RESULT)
CALLS(d, double, FRESULT)
CALLS(f, float, FRESULT)

STENCIL(set_force)
{
    f->force = (struct tw_guard *)WORD(word_a);
    DONE(acc);
}

/* ---------------------------------------------------------------- coming and going */

/* The unit's C function: word_a is its table of entries. */
void *st_enter(struct tw_jitframe *f, int32_t entry);
void *st_enter(struct tw_jitframe *f, int32_t entry)
{
    stencil **inner = (stencil **)WORD(word_a);
    int64_t u;
    double v;

    return inner[entry](f, (char *)f->slots, u, u, u, u, u, u, u, u, v, v, v);
}

STENCIL(check_size)
{
    uint32_t n = (uint32_t)OFFSET(disp);

    if (RARE(f->nslots < n)) {
        ((void (*)(struct tw_jitframe *, uint32_t))WORD(word_a))(f, n);
        s = (char *)f->slots;
    }
    DONE(acc);
}

STENCIL(jump)
{
    GO(other, acc, d0);
}

/* Loops count their turns down; at the end of the count they are worth tier 2. */
STENCIL(count_down)
{
    int32_t *n = (int32_t *)WORD(word_a);

    if (RARE(--*n <= 0))
        GO(other, acc, d0);
    DONE(acc);
}

/* On to a label of another unit, wherever it is by now. */
STENCIL(go_to)
{
    const struct tw_target *t = (const struct tw_target *)WORD(word_a);
    const struct unit_head *u = (const struct unit_head *)t->code;
    int32_t entry = t->entry;

    if (RARE(!u->inner)) {
        f->scratch = (uint32_t)entry;
        return (void *)(uintptr_t)u->function;
    }
    GO(((stencil *)u->inner[entry]), acc, d0);
}

STENCIL(exit)
{
    struct exit_cell *cell = (struct exit_cell *)WORD(word_a);

    f->exit = cell->guard;
    f->scratch = 0;
    if (RARE(!cell->inner))
        return (void *)(uintptr_t)cell->target;
    GO(((stencil *)cell->inner), acc, d0);
}

STENCIL(finish)
{
    f->exit = (struct tw_guard *)WORD(word_a);
    return NULL;
}

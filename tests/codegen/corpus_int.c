/* Integers: every width, both signs, every operation and intrinsic. */
#include "corpus.h"

#define ARITH(T, n)                                                            \
    T t_add_##n(T a, T b)                                                      \
    {                                                                          \
        return (T)((uint64_t)a + (uint64_t)b);                                 \
    }                                                                          \
    T t_sub_##n(T a, T b)                                                      \
    {                                                                          \
        return (T)((uint64_t)a - (uint64_t)b);                                 \
    }                                                                          \
    T t_mul_##n(T a, T b)                                                      \
    {                                                                          \
        return (T)((uint64_t)a * (uint64_t)b);                                 \
    }                                                                          \
    T t_neg_##n(T a)                                                           \
    {                                                                          \
        return (T)(0 - (uint64_t)a);                                           \
    }                                                                          \
    T t_logic_##n(T a, T b)                                                    \
    {                                                                          \
        return (T)(((a & b) | (a ^ 0x5a)) & ~b);                               \
    }                                                                          \
    T t_shl_##n(T a, unsigned s)                                               \
    {                                                                          \
        return (T)((uint64_t)a << (s % (8 * sizeof(T))));                      \
    }                                                                          \
    T t_shr_##n(T a, unsigned s)                                               \
    {                                                                          \
        return (T)(a >> (s % (8 * sizeof(T))));                                \
    }                                                                          \
    T t_shr_const_##n(T a)                                                     \
    {                                                                          \
        return (T)(a >> 3);                                                    \
    }                                                                          \
    T t_div_##n(T a, T b)                                                      \
    {                                                                          \
        return b == 0 || b == (T) - 1 ? 7 : (T)(a / b);                        \
    }                                                                          \
    T t_rem_##n(T a, T b)                                                      \
    {                                                                          \
        return b == 0 || b == (T) - 1 ? 7 : (T)(a % b);                        \
    }                                                                          \
    T t_div_const_##n(T a)                                                     \
    {                                                                          \
        return (T)(a / 7 + a % 10);                                            \
    }                                                                          \
    int t_compare_##n(T a, T b)                                                \
    {                                                                          \
        return (a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 |        \
               (a == b) << 4 | (a != b) << 5 | (a < 0) << 6;                   \
    }                                                                          \
    int t_branch_##n(T a, T b)                                                 \
    {                                                                          \
        if (a < b)                                                             \
            return 1;                                                          \
        if (a >= 100)                                                          \
            return 2;                                                          \
        return a == b ? 3 : 4;                                                 \
    }                                                                          \
    T t_add_ovf_##n(T a, T b)                                                  \
    {                                                                          \
        T r;                                                                   \
        return __builtin_add_overflow(a, b, &r) ? (T)(r ^ 1) : r;              \
    }                                                                          \
    T t_sub_ovf_##n(T a, T b)                                                  \
    {                                                                          \
        T r;                                                                   \
        return __builtin_sub_overflow(a, b, &r) ? (T)(r ^ 1) : r;              \
    }                                                                          \
    T t_mul_ovf_##n(T a, T b)                                                  \
    {                                                                          \
        T r;                                                                   \
        return __builtin_mul_overflow(a, b, &r) ? (T)(r ^ 1) : r;              \
    }                                                                          \
    int64_t t_widen_##n(T a)                                                   \
    {                                                                          \
        return (int64_t)a + 1;                                                 \
    }                                                                          \
    uint64_t t_uwiden_##n(T a)                                                 \
    {                                                                          \
        return (uint64_t)a * 3;                                                \
    }                                                                          \
    T t_narrow_##n(int64_t a)                                                  \
    {                                                                          \
        return (T)a;                                                           \
    }                                                                          \
    T t_minmax_##n(T a, T b)                                                   \
    {                                                                          \
        T lo = a < b ? a : b, hi = a > b ? a : b;                              \
        return (T)(hi / 2 - lo / 2);                                           \
    }                                                                          \
    T t_bounded_##n(T a, T b)                                                  \
    {                                                                          \
        return (T)((a % 11) * (b % 11) - (a % 7) + (b & 3));                   \
    }                                                                          \
    double t_to_double_##n(T a)                                                \
    {                                                                          \
        return (double)a * 0.5;                                                \
    }                                                                          \
    float t_to_float_##n(T a)                                                  \
    {                                                                          \
        return (float)a;                                                       \
    }                                                                          \
    T t_bool_##n(T a)                                                          \
    {                                                                          \
        return (T)(!a + !!a * 2);                                              \
    }

ARITH(int8_t, i8)
ARITH(uint8_t, u8)
ARITH(int16_t, i16)
ARITH(uint16_t, u16)
ARITH(int32_t, i32)
ARITH(uint32_t, u32)
ARITH(int64_t, i64)
ARITH(uint64_t, u64)

#define BITS(T, n, w)                                                          \
    T t_rotate_left_##n(T a, unsigned s)                                       \
    {                                                                          \
        s %= w;                                                                \
        return (T)(a << s | a >> ((w - s) % w));                               \
    }                                                                          \
    T t_rotate_const_##n(T a)                                                  \
    {                                                                          \
        return __builtin_rotateleft##w(a, 5) ^ __builtin_rotateright##w(a, 3); \
    }                                                                          \
    T t_rotate_var_##n(T a, T s)                                               \
    {                                                                          \
        return __builtin_rotateleft##w(a, s);                                  \
    }                                                                          \
    T t_reverse_##n(T a)                                                       \
    {                                                                          \
        return __builtin_bitreverse##w(a);                                     \
    }
BITS(uint8_t, b8, 8)
BITS(uint16_t, b16, 16)
BITS(uint32_t, b32, 32)
BITS(uint64_t, b64, 64)

int t_clz32(uint32_t a)
{
    return a ? __builtin_clz(a) : 99;
}
int t_clz64(uint64_t a)
{
    return a ? __builtin_clzll(a) : 99;
}
int t_ctz32(uint32_t a)
{
    return a ? __builtin_ctz(a) : 99;
}
int t_ctz64(uint64_t a)
{
    return a ? __builtin_ctzll(a) : 99;
}
int t_clzg8(uint8_t a)
{
    return __builtin_clzg(a, 77);
}
int t_ctzg16(uint16_t a)
{
    return __builtin_ctzg(a, 77);
}
int t_popcount(uint32_t a, uint64_t b)
{
    return __builtin_popcount(a) * 100 + __builtin_popcountll(b);
}
int t_parity(uint64_t a)
{
    return __builtin_parityll(a);
}
int t_ffs(int64_t a)
{
    return __builtin_ffsll(a);
}
uint16_t t_bswap16(uint16_t a)
{
    return __builtin_bswap16(a);
}
uint32_t t_bswap32(uint32_t a)
{
    return __builtin_bswap32(a);
}
uint64_t t_bswap64(uint64_t a)
{
    return __builtin_bswap64(a);
}
int t_abs32(int a)
{
    return a == INT32_MIN ? 0 : __builtin_abs(a);
}
int64_t t_abs64(int64_t a)
{
    return a == INT64_MIN ? 0 : llabs(a);
}
int32_t t_sat_add(int32_t a, int32_t b)
{
    return __builtin_elementwise_add_sat(a, b);
}
uint8_t t_sat_sub(uint8_t a, uint8_t b)
{
    return __builtin_elementwise_sub_sat(a, b);
}
int64_t t_mul_high(int32_t a, int32_t b)
{
    return ((int64_t)a * b) >> 32;
}
int t_mixed_overflow(int32_t a, uint32_t b)
{
    int64_t r;
    return __builtin_add_overflow(a, b, &r) ? -1 : (int)(r >> 3);
}
bool t_bool_ops(bool a, bool b)
{
    return (a && !b) || (a ^ b);
}
int t_bool_select(bool a, int x, int y)
{
    return (a ? x : y) / 2 - (a ? 1 : 0);
}
int t_ternary_chain(int a)
{
    return a > 100 ? 1 : a > 10 ? 2 : a > 0 ? 3 : a == 0 ? 4 : 5;
}
int t_switch_dense(int a)
{
    switch (a & 7) {
    case 0:
        return 10;
    case 1:
    case 2:
        return a / 4 * 3;
    case 3:
        a++; /* fallthrough */
    case 4:
        return a;
    case 6:
        return -1;
    default:
        return 1000;
    }
}
int t_switch_sparse(int64_t a)
{
    switch (a) {
    case INT64_MIN:
        return 1;
    case -1:
        return 2;
    case 0:
        return 3;
    case 1000000007:
        return 4;
    case INT64_MAX:
        return 5;
    default:
        return 6;
    }
}
int t_switch_u8(uint8_t a)
{
    switch (a) {
    case 255:
        return 1;
    case 128:
        return 2;
    case 127:
        return 3;
    case 0:
        return 4;
    default:
        return a;
    }
}
tw_unroll_safe int64_t t_loop_sum(int n)
{
    int64_t s = 0;
    for (int k = 0; k < (n & 63); k++)
        s += k * (k & 1 ? 3 : -2);
    return s;
}
tw_unroll_safe uint64_t t_loop_gcd(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}
/* Parallel moves: both phis change from each other. */
tw_unroll_safe int64_t t_loop_swap(int64_t a, int64_t b, int n)
{
    int64_t c = 5;
    for (int k = 0; k < (n & 15); k++) {
        int64_t t = a;
        a = b;
        b = c;
        c = t;
    }
    return a - b * 3 + c * 7;
}
tw_unroll_safe int t_loop_nested(int n, int m)
{
    int hits = 0;
    for (int a = 0; a < (n & 7); a++) {
        for (int b = 0; b < (m & 7); b++) {
            if (a == b)
                continue;
            if (a * b > 20)
                goto out;
            hits += a ^ b;
        }
    }
out:
    return hits;
}
tw_unroll_safe int t_collatz(uint32_t n)
{
    int steps = 0;
    n = n % 1000 + 1;
    do {
        n = n & 1 ? 3 * n + 1 : n / 2;
        steps++;
    } while (n != 1 && steps < 200);
    return steps;
}
int t_goto(int a)
{
    int r = 0;
    a /= 2;
    if (a & 1)
        goto one;
    r += 2;
    if (a & 2)
        goto two;
    r += 4;
one:
    r += 8;
two:
    return r + a;
}
int t_expect(int a)
{
    if (__builtin_expect(a > 5, 0))
        return 1;
    if (!__builtin_constant_p(a))
        a++;
    return a;
}
int t_assume(int a)
{
    __builtin_assume((a & 1) >= 0);
    return a & 1 ? a : a / 2;
}
int64_t t_comma_incr(int64_t a)
{
    int64_t b = a++, c = --a;
    return (b += 3, c -= b, c);
}
int t_elementwise(int a, int b, uint32_t c, uint32_t d)
{
    return __builtin_elementwise_max(a, b) / 4 -
           __builtin_elementwise_min(a, b) / 4 +
           (int)(__builtin_elementwise_max(c, d) >> 3) -
           (int)(__builtin_elementwise_min(c, d) >> 3);
}
uint8_t t_elementwise_u8(uint8_t a, uint8_t b)
{
    return __builtin_elementwise_max(a, b) - __builtin_elementwise_min(a, b);
}
int t_not_chain(int a, int b)
{
    int c = !(a < b), d = !!(a & 4);
    if (!(b != 3) || !d)
        c += 2;
    return c * 3 + !d;
}
int t_select_const(int a)
{
    return a > 4 ? 17 : -3;
}

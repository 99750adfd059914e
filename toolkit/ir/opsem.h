/*
 * opsem.h: helpers behind the expressions of ops.def. Total functions: defined
 * for every operand. Included by whoever expands those expressions.
 */
#ifndef TW_OPSEM_H
#define TW_OPSEM_H

#include <stdint.h>
#include <string.h>

static inline int64_t tw_int_div(int64_t a, int64_t b)
{
    if (b == 0)
        return 0;
    if (b == -1)
        return (int64_t)(0 - (uint64_t)a);
    return a / b;
}

static inline int64_t tw_int_rem(int64_t a, int64_t b)
{
    return b == 0 || b == -1 ? 0 : a % b;
}

static inline int64_t tw_uint_div(int64_t a, int64_t b)
{
    return b == 0 ? 0 : (int64_t)((uint64_t)a / (uint64_t)b);
}

static inline int64_t tw_uint_rem(int64_t a, int64_t b)
{
    return b == 0 ? 0 : (int64_t)((uint64_t)a % (uint64_t)b);
}

static inline int64_t tw_int_mul_high(int64_t a, int64_t b)
{
    return (int64_t)(((__int128)a * b) >> 64);
}

static inline int64_t tw_uint_mul_high(int64_t a, int64_t b)
{
    return (int64_t)(((unsigned __int128)(uint64_t)a * (uint64_t)b) >> 64);
}

static inline int64_t tw_int_signext(int64_t a, int64_t bits)
{
    return bits == 8    ? (int64_t)(int8_t)a
           : bits == 16 ? (int64_t)(int16_t)a
           : bits == 32 ? (int64_t)(int32_t)a
                        : a;
}

static inline int64_t tw_int_zeroext(int64_t a, int64_t bits)
{
    return bits == 8    ? (int64_t)(uint8_t)a
           : bits == 16 ? (int64_t)(uint16_t)a
           : bits == 32 ? (int64_t)(uint32_t)a
                        : a;
}

static inline int64_t tw_float_to_int(double a)
{
    if (!(a >= -9223372036854775808.0))
        return a != a ? 0 : INT64_MIN;
    return a >= 9223372036854775808.0 ? INT64_MAX : (int64_t)a;
}

static inline int64_t tw_float_to_uint(double a)
{
    if (!(a > 0))
        return 0;
    return a >= 18446744073709551616.0 ? -1 : (int64_t)(uint64_t)a;
}

static inline int64_t tw_float_to_bits(double a)
{
    int64_t r;
    memcpy(&r, &a, sizeof r);
    return r;
}

static inline double tw_bits_to_float(int64_t a)
{
    double r;
    memcpy(&r, &a, sizeof r);
    return r;
}

static inline int64_t tw_single_to_bits(double a)
{
    float f = (float)a;
    int32_t r;
    memcpy(&r, &f, sizeof r);
    return r;
}

static inline double tw_bits_to_single(int64_t a)
{
    int32_t i = (int32_t)a;
    float f;
    memcpy(&f, &i, sizeof f);
    return f;
}

#endif

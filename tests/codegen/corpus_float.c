/* Floating point: both formats, all predicates, conversions, the library. */
#include "corpus.h"

#define FLOATS(T, n)                                                           \
    T t_arith_##n(T a, T b)                                                    \
    {                                                                          \
        return a * b + a / (b + 1) - a;                                        \
    }                                                                          \
    T t_negate_##n(T a)                                                        \
    {                                                                          \
        return -a;                                                             \
    }                                                                          \
    int t_fcompare_##n(T a, T b)                                               \
    {                                                                          \
        return (a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 |        \
               (a == b) << 4 | (a != b) << 5 | !(a < b) << 6 |                 \
               !(a >= b) << 7 | (a == a) << 8 |                                \
               __builtin_isunordered(a, b) << 9 |                              \
               __builtin_islessgreater(a, b) << 10 |                           \
               __builtin_isless(a, b) << 11;                                   \
    }                                                                          \
    int t_fbranch_##n(T a, T b)                                                \
    {                                                                          \
        if (!(a <= b))                                                         \
            return 1;                                                          \
        if (!(a != b))                                                         \
            return 2;                                                          \
        return a > 0 ? 3 : 4;                                                  \
    }                                                                          \
    T t_fselect_##n(int c, T a, T b)                                           \
    {                                                                          \
        T r = c > 3 ? a : b;                                                   \
        return r + 1;                                                          \
    }                                                                          \
    int64_t t_to_int_##n(T a)                                                  \
    {                                                                          \
        return a > -1e9 && a < 1e9 ? (int64_t)a : -1;                          \
    }                                                                          \
    int8_t t_to_i8_##n(T a)                                                    \
    {                                                                          \
        return a > -100 && a < 100 ? (int8_t)a : 3;                            \
    }                                                                          \
    uint32_t t_to_u32_##n(T a)                                                 \
    {                                                                          \
        return a >= 0 && a < 4e9 ? (uint32_t)a : 3;                            \
    }                                                                          \
    uint64_t t_to_u64_##n(T a)                                                 \
    {                                                                          \
        return a >= 0 && a < 1.8e19 ? (uint64_t)a : 3;                         \
    }                                                                          \
    T t_fmod_##n(T a, T b)                                                     \
    {                                                                          \
        return b == 0 ? 0 : __builtin_fmod(a, b);                              \
    }                                                                          \
    tw_unroll_safe T t_fsum_##n(T a, int k)                                    \
    {                                                                          \
        T s = 0;                                                               \
        for (int i = 0; i < (k & 15); i++)                                     \
            s += a / (i + 1);                                                  \
        return s;                                                              \
    }

FLOATS(double, f64)
FLOATS(float, f32)

double t_rounding(double a)
{
    return floor(a) + 2 * ceil(a) + 3 * trunc(a);
}
double t_round_helpers(double a)
{
    return rint(a) + 2 * nearbyint(a) + 3 * round(a);
}
float t_rounding_f(float a)
{
    return floorf(a) + 2 * ceilf(a) + 3 * truncf(a);
}
double t_sqrt_fabs(double a)
{
    return sqrt(fabs(a));
}
float t_sqrtf(float a)
{
    return __builtin_sqrtf(__builtin_fabsf(a));
}
double t_copysign(double a, double b)
{
    return copysign(a, b);
}
double t_fma(double a, double b, double c)
{
    return fma(a, b, c);
}
double t_fmin_fmax(double a, double b)
{
    return fmin(a, b) + 2 * fmax(a, b);
}
double t_trig(double a)
{
    return fabs(a) < 1e6 ? sin(a) + cos(a) : 0;
}
double t_exp_log_pow(double a, double b)
{
    return log(fabs(a) + 1) + exp(fmin(b, 10)) + pow(fabs(a) + 1, 0.25);
}
float t_narrow(double a)
{
    return (float)a;
}
double t_widen_f(float a)
{
    return a * 3.0;
}
int64_t t_bits(double a)
{
    int64_t r;
    if (a != a)
        return 0;
    memcpy(&r, &a, sizeof r);
    return r;
}
int32_t t_bits_f(float a)
{
    int32_t r;
    if (a != a)
        return 0;
    memcpy(&r, &a, sizeof r);
    return r;
}
double t_from_bits(int64_t a)
{
    double r;
    memcpy(&r, &a, sizeof r);
    return r;
}
float t_from_bits_f(int32_t a)
{
    float r;
    a &= 0x7f7fffff;
    memcpy(&r, &a, sizeof r);
    return r;
}
int t_classify(double a)
{
    return (isnan(a) != 0) | (isinf(a) != 0) << 1 | (isfinite(a) != 0) << 2 |
           (signbit(a) != 0) << 3;
}
double t_mixed(int a, float b, double c, int64_t d)
{
    return a + b * c - (double)d;
}
double t_constants(double a)
{
    return a * 0x1.921fb54442d18p+1 + 1e-300 + 1e300;
}
double t_fselect_const(int a)
{
    return a > 4 ? 1.5 : -3.25;
}

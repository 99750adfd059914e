/* Calls: inlined, residual, recursive, through pointers, structs by value,
 * variable arguments, conditional calls. */
#include <stdio.h>

#include "corpus.h"

static __attribute__((noinline)) int64_t add3(int64_t a, int64_t b, int64_t c)
{
    return a + b * 2 + c * 3;
}
int64_t t_call_inlined(int64_t a, int64_t b)
{
    return add3(a, b, 5) - add3(b, a, b);
}
tw_dont_look_inside static int64_t outside(int8_t a, uint16_t b, int32_t c,
                                           int64_t d)
{
    return a + b * 2 + c * 3 + d * 5;
}
int64_t t_call_residual(int a, int64_t d)
{
    return outside((int8_t)a, (uint16_t)a, a, d);
}
tw_dont_look_inside static double outside_f(float a, double b, int c, bool d)
{
    return (double)a * b + c + d;
}
double t_call_residual_float(double a, int c)
{
    return outside_f((float)a, a, c, c & 1);
}
tw_dont_look_inside static int8_t narrow_result(int a)
{
    return (int8_t)a;
}
tw_dont_look_inside static uint16_t unsigned_result(int a)
{
    return (uint16_t)a;
}
tw_dont_look_inside static bool bool_result(int a)
{
    return a > 3;
}
tw_dont_look_inside static float float_result(int a)
{
    return (float)a / 3;
}
double t_call_results(int a)
{
    return narrow_result(a) + unsigned_result(a) * 2.0 + bool_result(a) * 3 +
           (double)float_result(a);
}
tw_dont_look_inside static void bump(struct mem *m, int by)
{
    m->count += by;
}
int64_t t_call_void(struct mem *m, int a)
{
    m->count = a;
    bump(m, 4);
    return m->count;
}
int t_recursion(int n)
{
    return (n & 31) < 2
               ? 1
               : t_recursion((n & 31) - 1) + t_recursion((n & 31) - 2) % 1000;
}
static __attribute__((noinline)) int is_odd(int n);
static __attribute__((noinline)) int is_even(int n)
{
    return n == 0 ? 1 : is_odd(n - 1);
}
static __attribute__((noinline)) int is_odd(int n)
{
    return n == 0 ? 0 : is_even(n - 1);
}
int t_mutual_recursion(int n)
{
    return is_even(n & 63);
}
/* many arguments of all kinds, more than registers can hold */
static __attribute__((noinline)) double
many(int a, double b, void *c, int64_t d, float e, int8_t f, double g, int h,
     int i, int64_t j, double k, int l, uint8_t m, double n)
{
    return a + b + (c != NULL) + (double)d + (double)e + f + g + h + i +
           (double)j + k + l + m + n;
}
tw_dont_look_inside static double
many_outside(int a, double b, void *c, int64_t d, float e, int8_t f, double g,
             int h, int i, int64_t j, double k, int l, uint8_t m, double n)
{
    return many(a, b, c, d, e, f, g, h, i, j, k, l, m, n) * 2;
}
double t_many_arguments(struct mem *m, int a, double b)
{
    a /= 2;
    return many(a, b, m, a * 2, (float)a, (int8_t)a, b, 3, a, 5, b, a,
                (uint8_t)a, 1.5) +
           many_outside(a, 2, m, a * 2, 0.5f, (int8_t)a, b, 3, a, 5, 1, a,
                        (uint8_t)a, 1.5);
}

/* ---- function pointers */
static __attribute__((noinline)) int64_t op_add(int64_t a, int64_t b)
{
    return a + b;
}
static __attribute__((noinline)) int64_t op_sub(int64_t a, int64_t b)
{
    return a - b;
}
tw_dont_look_inside static int64_t op_xor(int64_t a, int64_t b)
{
    return a ^ b;
}
static int64_t (*const ops[4])(int64_t, int64_t) = {op_add, op_sub, op_xor,
                                                    op_add};
int64_t t_indirect(unsigned k, int64_t a, int64_t b)
{
    return ops[k & 3](a, b);
}
int64_t t_indirect_field(struct mem *m, unsigned k, int64_t a)
{
    int64_t r;
    m->fn = ops[k & 3];
    r = m->fn(a, 3);
    m->fn = NULL;
    return r;
}

/* ---- structs by value */
struct two {
    int64_t a;
    double b;
};
struct big {
    int64_t v[6];
};
static __attribute__((noinline)) struct two make_two(int64_t a, double b)
{
    return (struct two){a + 1, b * 2};
}
tw_dont_look_inside static struct two make_two_outside(int64_t a, double b)
{
    return (struct two){a + 1, b * 2};
}
static __attribute__((noinline)) int64_t use_two(struct two t, struct small s)
{
    return t.a + (int64_t)(t.b > 1) + s.x * s.y;
}
tw_dont_look_inside static int64_t use_two_outside(struct two t, struct small s)
{
    return t.a + (int64_t)(t.b > 1) + s.x * s.y;
}
int64_t t_struct_result(int a)
{
    struct two t = make_two(a, a), u = make_two_outside(a / 2, 0.25);
    return t.a * 3 + (t.b > 10) + u.a * 5 + (u.b > 10);
}
int64_t t_struct_argument(int a)
{
    struct small s = {(int16_t)a, 3};
    return use_two(make_two(a, a), s) + use_two_outside((struct two){a, 1}, s);
}
tw_dont_look_inside static struct big make_big(int64_t a)
{
    return (struct big){{a, a + 1, a + 2, a + 3, a + 4, a + 5}};
}
tw_dont_look_inside static int64_t use_big(struct big b, int k)
{
    return b.v[k] + b.v[0];
}
int64_t t_struct_large(int a)
{
    struct big b = make_big(a);
    return use_big(b, a & 3) + b.v[5];
}
static __attribute__((noinline)) struct small make_small(int a)
{
    return (struct small){(int16_t)a, (int16_t)(a >> 16)};
}
int t_struct_small(int a)
{
    struct small s = make_small(a);
    return s.x * 3 + s.y;
}
static struct two (*const makers[2])(int64_t, double) = {make_two,
                                                         make_two_outside};
int64_t t_indirect_struct(int a)
{
    struct two t = makers[a & 1](a, 7);
    return t.a + (int64_t)t.b;
}

/* ---- variable arguments */
int64_t t_variadic(struct mem *m, int a, double b)
{
    int n;
    if (!(b > -1000 && b < 1000))
        b = 1;
    n = snprintf(m->bytes, sizeof m->bytes, "%d %s %.3f %lld", a, "x", b,
                 (long long)a * 3);
    return n + m->bytes[0];
}
int t_variadic_char(struct mem *m, int a)
{
    return snprintf(m->bytes, 20, "%c%hhd", 'a' + (a & 15), (signed char)a);
}

/* ---- hints that are calls */
static __attribute__((noinline)) void note(struct mem *m, int64_t v)
{
    m->count += v;
}
int64_t t_conditional_call(struct mem *m, int a)
{
    m->count = 1;
    tw_conditional_call(a > 10, note(m, a));
    tw_conditional_call(a == 3, note(m, 100));
    return m->count;
}
tw_elidable static int64_t compute(int64_t a)
{
    return a * 17 + 3;
}
int64_t t_conditional_value(int64_t a, int64_t b)
{
    return tw_conditional_call_elidable(a, compute(b));
}
tw_elidable static void *pick(struct mem *m)
{
    return &m->longs[2];
}
int64_t t_conditional_pointer(struct mem *m)
{
    int64_t *p = m->i8 & 1 ? &m->longs[1] : NULL;
    p = tw_conditional_call_elidable(p, pick(m));
    return *p;
}
tw_elidable_promote static int64_t promoted(int64_t a, struct mem *m)
{
    return a + (m != NULL);
}
int64_t t_promotes(struct mem *m, int a, double d)
{
    int b = tw_promote(a) / 2;
    struct mem *n = tw_promote(m);
    double e = tw_promote(d);
    return b + (n == m) + (e > 1) + promoted(a, m);
}
int t_hints(struct mem *m, int a)
{
    tw_record_nonnull(m);
    tw_keepalive(m);
    if (tw_isvirtual(m) || tw_isconstant(a))
        return 5;
    return a;
}

/* ---- allocation */
struct cell {
    struct cell *next;
    int64_t v;
};
struct vec {
    int64_t n;
    struct cell *item[];
};
TW_GC_TYPE(cell);
TW_GC_TYPE_VAR(vec, item);
tw_unroll_safe int64_t t_list(int n)
{
    struct cell *head = NULL;
    int64_t s = 0;
    for (int k = 0; k < (n & 15); k++) {
        struct cell *c = TW_NEW(cell);
        c->v = k * n;
        c->next = head;
        head = c;
    }
    for (; head; head = head->next)
        s = s * 3 + head->v;
    return s;
}
tw_unroll_safe int64_t t_vector(int n)
{
    struct vec *v = TW_NEW_VAR(vec, n & 15);
    int64_t s = 0;
    v->n = n & 15;
    for (int k = 0; k < v->n; k++) {
        v->item[k] = TW_NEW(cell);
        v->item[k]->v = k;
    }
    for (int k = 0; k < v->n; k++)
        s += v->item[k]->v + (v->item[k]->next == NULL);
    return s;
}
bool t_frame_address(int a)
{
    return __builtin_frame_address(0) != NULL && a > 0;
}

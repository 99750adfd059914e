/* Memory: fields of every type, nested structs, unions, arrays, bit-fields,
 * locals whose address is taken, pointers, block operations. */
#include "corpus.h"

int64_t t_fields_read(struct mem *m)
{
    return m->i8 + m->u8 * 2 + m->i16 * 3 + m->u16 * 5 + m->i32 * 7ll +
           m->u32 * 11ll + m->i64 + (int64_t)m->u64 + m->flag;
}
void t_fields_write(struct mem *m, int64_t a)
{
    m->i8 = (int8_t)a;
    m->u8 = (uint8_t)(a >> 1);
    m->i16 = (int16_t)(a >> 2);
    m->u16 = (uint16_t)(a >> 3);
    m->i32 = (int32_t)(a >> 4);
    m->u32 = (uint32_t)(a >> 5);
    m->i64 = a * 3;
    m->u64 = (uint64_t)a * 5;
    m->flag = a & 1;
}
double t_float_fields(struct mem *m, float a)
{
    double r = m->f32 + m->f64;
    m->f32 = a * 2;
    m->f64 = a / 3.0;
    return r;
}
void t_flag_toggle(struct mem *m)
{
    m->flag = !m->flag;
}
int t_bitfields_read(struct mem *m)
{
    return (int)m->bits3 + (int)m->bits9 * 8 + m->sbits5 * 10000;
}
void t_bitfields_write(struct mem *m, int a)
{
    m->bits3 = (unsigned)a & 7;
    m->bits9 = (unsigned)a >> 4 & 511;
    m->sbits5 = a >> 20;
}
int64_t t_union_punning(struct mem *m, double d)
{
    m->in.u.d = d;
    m->in.tag = 3;
    return d != d ? 0 : m->in.u.i;
}
int t_union_struct(struct mem *m, int a)
{
    m->in.u.i = a * 65537ll;
    m->in.u.s.y = 77;
    return (int)m->in.u.i + m->in.u.s.x;
}
int64_t t_array_const(struct mem *m)
{
    return m->words[0] + m->words[15] * 2ll + m->longs[3] + m->bytes[7];
}
int64_t t_array_variable(struct mem *m, unsigned k)
{
    return m->words[k & 15] + m->longs[k >> 4 & 15] + m->bytes[k >> 8 & 63];
}
void t_array_store(struct mem *m, unsigned k, int64_t v)
{
    m->words[k & 15] = (int32_t)v;
    m->longs[k >> 4 & 15] += v;
    m->bytes[k >> 8 & 63] ^= (char)v;
    m->doubles[k & 7] = (double)v;
}
int t_grid(struct mem *m, unsigned a, unsigned b)
{
    m->grid[a & 3][b & 7]++;
    return m->grid[b & 3][a & 7] + m->grid[1][b & 7] + m->grid[a & 3][2];
}
int64_t t_array_of_structs(struct mem *m, unsigned k)
{
    m->pairs[k & 7].a += 3;
    m->pairs[2].b = m->pairs[k >> 3 & 7].b ^ m->pairs[k & 7].a;
    return m->pairs[5].a + m->pairs[k & 7].b;
}
int64_t t_struct_assign(struct mem *m, unsigned k)
{
    m->pairs[k & 7] = m->pairs[(k + 1) & 7];
    return m->pairs[k & 7].b;
}
int64_t t_flexible(struct mem *m, unsigned k)
{
    m->tail[k & 7] = m->tail[(k >> 3) & 7] + 1;
    m->tail[0] ^= 5;
    return m->tail[1] + m->tail[k & 7];
}
int64_t t_pointer_arith(struct mem *m, int k)
{
    int64_t *p = m->longs + (k & 7);
    *p = p[1] - p[2];
    p++;
    return *p + *(p + 3) + (p - m->longs);
}
int64_t t_pointer_walk_compare(struct mem *m, unsigned k)
{
    int32_t *p = &m->words[k & 15], *q = &m->words[k >> 4 & 15];
    return (p < q) | (p <= q) << 1 | (p > q) << 2 | (p == q) << 3 |
           (p != q) << 4;
}
tw_unroll_safe int64_t t_pointer_loop(struct mem *m)
{
    int64_t s = 0;
    for (int32_t *p = m->words, *e = p + 16; p != e; p++)
        s = s * 3 + *p;
    return s;
}
int t_null_checks(struct mem *m)
{
    return !m->next ? 1 : m->next->i32 > 0 ? 2 : 3;
}
struct mem *t_pointer_result(struct mem *m, int a)
{
    return a & 1 ? m : a & 2 ? m->next : a & 4 ? NULL : m->self;
}
int64_t t_chase(struct mem *m)
{
    struct mem *p = m->next ? m->next : m->self;
    p->i64++;
    m->i64 += 2;
    return p->i64 + m->self->i64;
}
struct mem *t_link(struct mem *m, struct mem *n)
{
    m->next = n;
    n->self = m;
    return n->self;
}
int64_t t_aliasing(struct mem *m, struct mem *n)
{
    int64_t a = m->i64;
    n->i64 = 5;
    a += m->i64;
    m->self->i64 = 9;
    return a + n->i64 * 100 + m->i64;
}
int64_t t_ptr_int(struct mem *m, int64_t k)
{
    uintptr_t p = (uintptr_t)m;
    int64_t *q =
        (int64_t *)(p + offsetof(struct mem, longs) + (uintptr_t)(k & 15) * 8);
    return *q + (int64_t)((uintptr_t)q - p);
}
int64_t t_char_access(struct mem *m, unsigned k)
{
    unsigned char *p = (unsigned char *)&m->i64;
    p[k & 7] ^= 0x80;
    return m->i64;
}

/* ---- locals in memory */
static __attribute__((noinline)) void set_two(int32_t *a, int64_t *b, int v)
{
    *a = v;
    *b = v * 3ll;
}
int64_t t_out_params(int v)
{
    int32_t a;
    int64_t b;
    set_two(&a, &b, v);
    return a + b;
}
tw_unroll_safe int64_t t_local_array(int n)
{
    int64_t a[8];
    for (int k = 0; k < 8; k++)
        a[k] = n * k;
    a[n & 7] += 100;
    return a[(n + 1) & 7] * 10 + a[n & 7];
}
int64_t t_local_struct(int n)
{
    struct pair p = {n / 2, n * 2ll}, q = p, *r = n & 1 ? &p : &q;
    r->a += 5;
    q.b++;
    return p.a + p.b * 3 + q.a * 5ll + q.b * 7;
}
tw_unroll_safe int t_local_bytes(int n)
{
    unsigned char b[4];
    memcpy(b, &n, 4);
    return b[0] + b[1] * 2 + b[2] * 3 + b[n & 3];
}
tw_unroll_safe int t_scoped_local(int n)
{
    int s = 0;
    for (int k = 0; k < (n & 7); k++) {
        int32_t a;
        int64_t b;
        set_two(&a, &b, k + s);
        s += a + (int)b;
    }
    return s;
}
static int sum_pairs(struct pair *p, int n)
{
    return n ? p->a + sum_pairs(p + 1, n - 1) : 0;
}
int t_local_recursive(int n)
{
    struct pair p[3] = {{n / 8, 1}, {n / 4, 2}, {n / 2, 3}};
    return sum_pairs(p, 3);
}

/* ---- block operations */
void t_memcpy_small(struct mem *m)
{
    memcpy(&m->longs[0], &m->longs[8], 16);
}
void t_memcpy_variable(struct mem *m, unsigned n)
{
    memcpy(m->bytes, m->bytes + 32, n & 31);
}
void t_memmove(struct mem *m, unsigned n)
{
    memmove(m->bytes + 3, m->bytes, n & 31);
    memmove(m->bytes + 30, m->bytes + 33, n & 15);
}
void t_memset(struct mem *m, int c, unsigned n)
{
    memset(m->bytes, c, n & 63);
    memset(m->words, 0, sizeof m->words);
}
int t_memcmp(struct mem *m, unsigned n)
{
    int r = memcmp(m->bytes, m->bytes + 8, n & 15);
    return (r > 0) - (r < 0);
}
int64_t t_strlen(struct mem *m)
{
    m->bytes[63] = 0;
    return (int64_t)strlen(m->bytes);
}
int64_t t_unaligned(struct mem *m, unsigned k)
{
    int64_t r;
    memcpy(&r, m->bytes + (k & 31), 8);
    return r;
}

/* ---- static data */
static const int16_t table[8] = {3, -1, 4, -1, 5, -9, 2, 6};
static const char *const names[4] = {"zero", "one", "two", "three"};
static struct {
    int64_t a;
    int32_t b[4];
} counter;
int t_static_table(unsigned k)
{
    return table[k & 7] * 10 + table[2];
}
int t_static_strings(unsigned k)
{
    return names[k & 3][0] + (int)sizeof "abc" + "hello"[k & 3];
}
int64_t t_static_counter(int a)
{
    counter.a = a;
    counter.b[a & 3] = a / 2;
    counter.a += counter.b[a & 3];
    return counter.a;
}

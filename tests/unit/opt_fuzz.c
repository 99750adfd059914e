/*
 * opt_fuzz.c: random recorded traces must mean the same before and after the optimizer.
 * One file because generator, interpreter and comparison share one world.
 *
 *   opt_fuzz              seeds 1..FIXED, for make check
 *   opt_fuzz SEED [-v]    one seed; -v prints its traces
 *   opt_fuzz FIRST LAST   a range
 *   opt_fuzz time         time of loops of 100 to 2000 operations
 *   OPT_PASSES=bits, OPT_UNROLL=0: to find the culprit
 *
 * A case is a loop recorded along one concrete execution over a small world of objects, and
 * bridges recorded where its guards fail. "Before" is an interpreter of recorded traces, below.
 * "After" is the optimized trace on the reference backend; when it leaves through a guard, the
 * guard's resume data gives back values, objects and stores, and the interpreter goes on from that
 * point of the recorded trace. Both must stop at the same guard, with the same values and
 * memory, up
 * to the addresses of new objects and the bits of NaNs.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/vec.h"
#include "toolkit/exit/resume.h"
#include "toolkit/ir/trace_text.h"
#include "toolkit/opt/opt.h"

enum {
    FIXED = 400,
    NWORLD = 6,
    NCLASSES = 2,
    MOST_PARTS = 8,
    MOST_STEPS = 4000,
    MOST_OUT = 32
};
enum { FUEL_GUARD = 4 }; /* the loop's operation that ends it */

/* ------------------------------------------------------------------ the world */

struct node {
    struct node *cls;
    int64_t val;
    int32_t small;
    int8_t flag;
    int8_t byte;
    int16_t pad;
    double real;
    struct node *next, *other;
    int64_t fixed;
    int64_t arr[4];
    struct node *links[2];
};
static struct node world[NWORLD], classes[NCLASSES], fuel;

#define FIELD(member, t, flags, id)                                            \
    {TW_DK_FIELD,                                                              \
     t,                                                                        \
     sizeof(((struct node *)0)->member),                                       \
     flags,                                                                    \
     offsetof(struct node, member),                                            \
     {TW_ALIAS_ONE, t, id},                                                    \
     -1,                                                                       \
     -1,                                                                       \
     "node." #member}
static const struct tw_fielddescr fields[] = {
    FIELD(cls, 'r', TW_F_CLASS | TW_F_IMMUTABLE | TW_F_NONNULL, 0),
    FIELD(val, 'i', 0, 1),
    FIELD(small, 'i', 0, 2),
    FIELD(flag, 'i', TW_F_BOOL, 3),
    FIELD(byte, 'i', 0, 4),
    FIELD(real, 'f', 0, 5),
    FIELD(next, 'r', 0, 6),
    FIELD(other, 'r', 0, 7),
    FIELD(fixed, 'i', TW_F_IMMUTABLE, 8),
};
enum {
    F_CLS,
    F_VAL,
    F_SMALL,
    F_FLAG,
    F_BYTE,
    F_REAL,
    F_NEXT,
    F_OTHER,
    F_FIXED,
    NFIELDS
};
static const struct tw_arraydescr int_items = {TW_DK_ARRAY,
                                               'i',
                                               8,
                                               0,
                                               offsetof(struct node, arr),
                                               8,
                                               {TW_ALIAS_ONE, 'i', 9},
                                               "node.arr[]"};
static const struct tw_arraydescr link_items = {TW_DK_ARRAY,
                                                'r',
                                                8,
                                                0,
                                                offsetof(struct node, links),
                                                8,
                                                {TW_ALIAS_ONE, 'r', 10},
                                                "node.links[]"};
static const struct tw_arraydescr raw8 = {
    TW_DK_ARRAY, 'i', 8, 0, 0, 1, {TW_ALIAS_ANY, 0, 11}, "raw8"};
static const struct tw_arraydescr raw4 = {
    TW_DK_ARRAY, 'i', 4, 0, 0, 1, {TW_ALIAS_ANY, 0, 11}, "raw4"};
static const struct tw_gctype node_type = {.name = "node",
                                           .size = sizeof(struct node)};
static const struct tw_sizedescr node_size = {
    TW_DK_SIZE, &node_type, sizeof(struct node), 0, 0, "node"};

/* Every object made in a run. */
static struct node **made;
static uint32_t nmade, made_cap;

static void *make_node(const struct tw_sizedescr *d)
{
    struct node *n = tw_gc_malloc_uncollectable(d->size);

    memset(n, 0, d->size);
    TW_VEC_PUSH(made, nmade, made_cap, n);
    return n;
}

static void *make_var(const struct tw_sizedescr *d, int64_t n)
{
    (void)n;
    return make_node(d);
}

static void free_made(void)
{
    while (nmade)
        tw_gc_free_uncollectable(made[--nmade]);
}

/* ------------------------------------------------------------------ chance */

static uint64_t rng;

static uint32_t pick(uint32_t n)
{
    rng = rng * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((rng >> 33) % n);
}

static int64_t random_int(void)
{
    static const int64_t special[] = {0,  1,   -1,        2,         7,      8,
                                      63, 255, INT64_MAX, INT64_MIN, 1 << 20};

    return pick(3) ? (int64_t)pick(16) - 4
                   : special[pick(sizeof special / sizeof *special)];
}

static double random_float(void)
{
    static const double special[] = {0.0, -0.0, 1.0, 2.0, 0.5, -1.0, 1e300};

    return pick(2) ? (double)pick(100) / 4
                   : special[pick(sizeof special / sizeof *special)];
}

static struct node *random_node(int null)
{
    return null && !pick(4) ? NULL : &world[pick(NWORLD)];
}

static void reset_world(uint64_t seed)
{
    uint64_t keep = rng;

    rng = seed;
    memset(world, 0, sizeof world);
    memset(classes, 0, sizeof classes);
    for (int k = 0; k < NWORLD; k++) {
        struct node *n = &world[k];
        n->cls = &classes[k < 4 ? 0 : 1];
        n->val = random_int();
        n->small = (int32_t)random_int();
        n->flag = (int8_t)pick(2);
        n->byte = (int8_t)random_int();
        n->real = random_float();
        n->next = random_node(1);
        n->other = random_node(1);
        n->fixed = k * 3; /* constants are folded: the same in every run */
        for (int a = 0; a < 4; a++)
            n->arr[a] = random_int();
        for (int a = 0; a < 2; a++)
            n->links[a] = random_node(1);
    }
    fuel.val = 3 + pick(12);
    rng = keep;
}

/* ------------------------------------------------------------------ callees */

static uint64_t calls_seen;

static void note_call(uint64_t what)
{
    calls_seen = (calls_seen ^ what) * 0x9e3779b97f4a7c15ull + 1;
}

static void fn_read(const union tw_value *a, union tw_value *r)
{
    r->i = (int64_t)((uint64_t)((struct node *)a[0].r)->val + (uint64_t)a[1].i);
    note_call(1);
}
static void fn_write(const union tw_value *a, union tw_value *r)
{
    ((struct node *)a[0].r)->val = a[1].i;
    r->i = a[1].i & 3;
    note_call((uint64_t)a[1].i);
}
static void fn_anything(const union tw_value *a, union tw_value *r)
{
    struct node *n = a[0].r;

    note_call((uint64_t)n->val + (uint64_t)n->small);
    n->val ^= a[1].i;
    if (n->next)
        n->next->arr[1] =
            (int64_t)((uint64_t)n->next->arr[1] + (uint64_t)n->arr[0]);
    n->other = n->next;
    n->small = n->small / 2;
    r->i = n->arr[2];
}
static void fn_pure(const union tw_value *a, union tw_value *r)
{
    r->i = (int64_t)((uint64_t)a[1].i * 3 +
                     (uint64_t)((struct node *)a[0].r)->fixed);
}
static void fn_seven(const union tw_value *a, union tw_value *r)
{
    (void)a;
    r->i = 7;
}
static void call_stub(void *fn, const union tw_value *args, union tw_value *res)
{
    ((void (*)(const union tw_value *, union tw_value *))fn)(args, res);
}

static const uint32_t bit_val[1] = {1u << 1 | 1u << 11}, no_bits[1] = {0};
static const uint32_t bit_fixed[1] = {1u << 8 | 1u << 11};
static const struct tw_effect effects[] = {
    {0, 1, bit_val, no_bits},
    {0, 1, no_bits, bit_val},
    {TW_E_ANYTHING, 0, NULL, NULL},
    {TW_E_ELIDABLE, 1, bit_fixed, no_bits},
    {TW_E_LOOPINVARIANT, 1, no_bits, no_bits}};
#define CALL(k, n, kinds, label)                                               \
    {TW_DK_CALL, 'i', 'l', n, kinds, NULL, &effects[k], call_stub, NULL, label}
static const struct tw_calldescr calls[] = {
    CALL(0, 2, "ri", "read"), CALL(1, 2, "ri", "write"),
    CALL(2, 2, "ri", "anything"), CALL(3, 2, "ri", "pure"),
    CALL(4, 0, "", "seven")};
static void (*const functions[])(const union tw_value *, union tw_value *) = {
    fn_read, fn_write, fn_anything, fn_pure, fn_seven};

/* ------------------------------------------------------------------ recorded traces */

/* A loop or a bridge. A bridge's inputs are the values of the snapshot that it starts from. */
struct part {
    struct tw_trace *t;
    struct part **bridges; /* by operation: where a failing guard goes on */
    uint32_t *pcs; /* by operation: the guard's pc in the jitcode "fuzz" */
};

struct fuzz {
    struct tw_names *names;
    struct part parts[MOST_PARTS];
    int nparts;
    uint32_t npcs;
    struct {
        int part;
        uint32_t op;
    } where[20000]; /* pc / 3 */
    struct tw_loop loop;
    struct tw_trace *out[MOST_OUT];
    int nout;
    int verbose;
};

static union tw_value value_of(const struct tw_trace *t,
                               const union tw_value *vals, tw_vref v)
{
    return v < 0 ? tw_const_of(t, v)->v : vals[v];
}

static void access_of(const struct tw_op *op, const union tw_value *a, char **p,
                      char *type, int *size, int *flags, unsigned *value)
{
    const struct tw_descr *d = op->descr;

    if (d->kind == TW_DK_FIELD) {
        const struct tw_fielddescr *f = op->descr;
        *p = (char *)a[0].r + f->offset;
        *type = f->type;
        *size = f->size;
        *flags = f->flags;
        *value = 1;
    } else {
        const struct tw_arraydescr *f = op->descr;
        *p = (char *)a[0].r + f->base + a[1].i * f->stride;
        *type = f->type;
        *size = f->size;
        *flags = f->flags;
        *value = 2;
    }
}

/* Does operation k of t; 0 when it is a guard that fails. */
static int do_op(const struct tw_trace *t, uint32_t k, union tw_value *vals,
                 int *overflow)
{
    const struct tw_op *op = &t->ops[k];
    union tw_value a[8], *res = &vals[tw_value_of_op(t, k)], r = {.i = 0};
    char *p, type;
    int size, flags;
    unsigned value;

    for (unsigned n = 0; n < op->nargs; n++)
        a[n] = value_of(t, vals, t->args[op->args + n]);
    if (tw_op_fold(op->opnum, a, &r)) {
        *res = r;
        return 1;
    }
    if (tw_op_is(op->opnum, TW_LOAD)) {
        access_of(op, a, &p, &type, &size, &flags, &value);
        *res = tw_load(p, type, size, flags);
        return 1;
    }
    switch (op->opnum) {
    case TW_OP_mem_copy:
    case TW_OP_mem_move:
        memmove(a[0].r, a[1].r, (size_t)a[2].i);
        return 1;
    case TW_OP_mem_set:
        memset(a[0].r, (int)a[1].i, (size_t)a[2].i);
        return 1;
    case TW_OP_int_add_ovf:
        *overflow = __builtin_add_overflow(a[0].i, a[1].i, &res->i);
        return 1;
    case TW_OP_int_sub_ovf:
        *overflow = __builtin_sub_overflow(a[0].i, a[1].i, &res->i);
        return 1;
    case TW_OP_int_mul_ovf:
        *overflow = __builtin_mul_overflow(a[0].i, a[1].i, &res->i);
        return 1;
    case TW_OP_guard_no_overflow:
        return !*overflow;
    case TW_OP_guard_true:
        return a[0].i != 0;
    case TW_OP_guard_false:
        return a[0].i == 0;
    case TW_OP_guard_value_i:
        return a[0].i == a[1].i;
    case TW_OP_guard_value_r:
        return a[0].r == a[1].r;
    case TW_OP_guard_value_f:
        return a[0].i == a[1].i;
    case TW_OP_guard_nonnull:
        return a[0].r != NULL;
    case TW_OP_guard_isnull:
        return a[0].r == NULL;
    case TW_OP_guard_class:
        return ((struct node *)a[0].r)->cls == a[1].r;
    case TW_OP_guard_nonnull_class:
        return a[0].r && ((struct node *)a[0].r)->cls == a[1].r;
    case TW_OP_new:
        res->r = make_node(op->descr);
        return 1;
    case TW_OP_call_i:
    case TW_OP_call_pure_i:
    case TW_OP_call_loopinvariant_i:
        call_stub(a[0].r, a + 1, res);
        return 1;
    case TW_OP_cond_call:
        if (a[0].i)
            call_stub(a[1].r, a + 2, &r);
        return 1;
    default:
        break;
    }
    if (tw_op_is(op->opnum, TW_STORE)) {
        access_of(op, a, &p, &type, &size, &flags, &value);
        tw_store(p, type, size, a[value]);
        return 1;
    }
    fprintf(stderr, "opt_fuzz: cannot do %s\n", tw_opinfo[op->opnum].name);
    exit(2);
}

/* Where an execution of the recorded traces stops. */
struct stop {
    int part;
    uint32_t op;
    unsigned n;
    char types[600];
    union tw_value v[600];
    int endless;
};

static const struct tw_snapframe *frame_of(const struct tw_trace *t,
                                           uint32_t op)
{
    return &t->snapframes[t->snapshots[t->ops[op].snapshot].frame];
}

static void interpret(struct fuzz *z, int part, uint32_t k,
                      union tw_value *vals, struct stop *s)
{
    int overflow = 0, steps = 0;
    union tw_value *spare = tw_malloc(20000 * sizeof *spare);

    memset(s, 0, offsetof(struct stop, types));
    s->endless = 0;
    for (;; k++) {
        struct part *p = &z->parts[part];
        const struct tw_trace *t = p->t;
        const struct tw_op *op = &t->ops[k];
        if (++steps > MOST_STEPS) {
            s->endless = 1;
            break;
        }
        if (op->opnum == TW_OP_jump) {
            for (unsigned n = 0; n < op->nargs; n++)
                spare[n] = value_of(t, vals, t->args[op->args + n]);
            memcpy(vals, spare, op->nargs * sizeof *vals);
            part = 0;
            k = UINT32_MAX;
            continue;
        }
        if (op->opnum ==
            TW_OP_guard_no_overflow) /* resumed there: test again */
            do_op(t, k - 1, vals, &overflow);
        if (do_op(t, k, vals, &overflow))
            continue;
        const struct tw_snapframe *f = frame_of(t, k);
        s->part = part;
        s->op = k;
        s->n = f->nvalues;
        for (unsigned n = 0; n < f->nvalues; n++) {
            s->types[n] = tw_type_of(t, t->args[f->values + n]);
            s->v[n] = value_of(t, vals, t->args[f->values + n]);
        }
        if (!p->bridges[k])
            break;
        part = (int)(p->bridges[k] - z->parts);
        memcpy(vals, s->v, s->n * sizeof *vals);
        k = UINT32_MAX;
    }
    free(spare);
}

/* ------------------------------------------------------------------ what is left, as numbers */

struct picture {
    uint64_t *w;
    uint32_t n, cap;
    struct node **seen;
    uint32_t nseen, seen_cap;
};

static void put(struct picture *p, uint64_t x)
{
    TW_VEC_PUSH(p->w, p->n, p->cap, x);
}

static void put_float(struct picture *p, double d)
{
    union tw_value v = {.f = d};

    put(p, d != d ? 0x7ff8ull << 48 : (uint64_t)v.i);
}

static void put_pointer(struct picture *p, const void *q)
{
    const char *at = q;

    if (!q) {
        put(p, 0);
        return;
    }
    if (at >= (char *)world && at < (char *)(world + NWORLD)) {
        put(p, 1000000 + (uint64_t)(at - (char *)world));
        return;
    }
    if (at >= (char *)classes && at < (char *)(classes + NCLASSES)) {
        put(p, 2000000 + (uint64_t)(at - (char *)classes));
        return;
    }
    for (uint32_t k = 0; k < nmade; k++)
        if (at >= (char *)made[k] && at <= (char *)(made[k] + 1)) {
            uint32_t n = 0;
            while (n < p->nseen && p->seen[n] != made[k])
                n++;
            if (n == p->nseen)
                TW_VEC_PUSH(p->seen, p->nseen, p->seen_cap, made[k]);
            put(p, 3000000 + n * 1000ull + (uint64_t)(at - (char *)made[k]));
            return;
        }
    put(p, 0xbadbadull);
}

static void put_node(struct picture *p, const struct node *n)
{
    put_pointer(p, n->cls);
    put(p, (uint64_t)n->val);
    put(p, (uint64_t)n->small);
    put(p, (uint64_t)n->flag << 8 | (uint8_t)n->byte);
    put_float(p, n->real);
    put_pointer(p, n->next);
    put_pointer(p, n->other);
    put(p, (uint64_t)n->fixed);
    for (int k = 0; k < 4; k++)
        put(p, (uint64_t)n->arr[k]);
    for (int k = 0; k < 2; k++)
        put_pointer(p, n->links[k]);
}

static void take_picture(struct picture *p, const struct stop *s)
{
    memset(p, 0, sizeof *p);
    put(p, (uint64_t)s->part << 32 | s->op);
    put(p, calls_seen);
    put(p, (uint64_t)fuel.val);
    for (unsigned k = 0; k < s->n; k++)
        if (s->types[k] == 'r')
            put_pointer(p, s->v[k].r);
        else if (s->types[k] == 'f')
            put_float(p, s->v[k].f);
        else
            put(p, (uint64_t)s->v[k].i);
    for (int k = 0; k < NWORLD; k++)
        put_node(p, &world[k]);
    for (uint32_t k = 0; k < p->nseen; k++)
        put_node(p, p->seen[k]);
}

static void free_picture(struct picture *p)
{
    free(p->w);
    free(p->seen);
}

/* ------------------------------------------------------------------ recording */

struct recorder {
    struct fuzz *z;
    struct tw_trace *t;
    union tw_value *vals;
    uint8_t *nonnull; /* by value: tested */
    int overflow;
    int ok;
};

static tw_vref any(struct recorder *r, char type)
{
    uint32_t n = r->t->ninputs + r->t->nops;

    if (type == 'i' && !pick(4))
        return tw_trace_const_i(r->t, random_int());
    if (type == 'f' && !pick(4))
        return tw_trace_const_f(r->t, random_float());
    if (type == 'r' && !pick(8))
        return tw_trace_const_r(r->t, &world[pick(NWORLD)]);
    for (int tries = 0; tries < 60; tries++) {
        tw_vref v = (tw_vref)(pick(2) ? pick(n) : n - 1 - pick(n < 8 ? n : 8));
        if (tw_type_of(r->t, v) == type)
            return v;
    }
    return type == 'i'   ? tw_trace_const_i(r->t, random_int())
           : type == 'f' ? tw_trace_const_f(r->t, random_float())
                         : tw_trace_const_r(r->t, &world[pick(NWORLD)]);
}

static tw_vref emit(struct recorder *r, unsigned opnum, const void *d,
                    const tw_vref *args, unsigned n)
{
    tw_vref v = tw_trace_emit(r->t, opnum, d, args, n);

    r->nonnull[v] = 0;
    if (opnum == TW_OP_jump)
        return v;
    if (!do_op(r->t, r->t->nops - 1, r->vals, &r->overflow))
        r->ok = 0; /* a guard that does not hold: the maker's mistake */
    return v;
}

static tw_vref emit1(struct recorder *r, unsigned opnum, const void *d,
                     tw_vref a)
{
    return emit(r, opnum, d, &a, 1);
}

static tw_vref emit2(struct recorder *r, unsigned opnum, const void *d,
                     tw_vref a, tw_vref b)
{
    tw_vref v[2] = {a, b};

    return emit(r, opnum, d, v, 2);
}

static union tw_value now(struct recorder *r, tw_vref v)
{
    return value_of(r->t, r->vals, v);
}

static int is_node(const void *p)
{
    const char *at = p;

    if (at >= (char *)world && at < (char *)(world + NWORLD))
        return (at - (char *)world) % (ptrdiff_t)sizeof(struct node) == 0;
    for (uint32_t k = 0; k < nmade; k++)
        if (made[k] == p)
            return 1;
    return 0;
}

/* A pointer to a node, tested. */
static tw_vref some_node(struct recorder *r)
{
    for (int tries = 0; tries < 20; tries++) {
        tw_vref v = any(r, 'r');
        if (!is_node(now(r, v).r))
            continue;
        if (v >= 0 && !r->nonnull[v]) {
            emit1(r, TW_OP_guard_nonnull, NULL, v);
            r->nonnull[v] = 1;
        }
        return v;
    }
    return tw_trace_const_r(r->t, &world[pick(NWORLD)]);
}

static tw_vref canonical(struct recorder *r, const struct tw_fielddescr *d)
{
    tw_vref v = any(r, d->type);

    if (d->flags & TW_F_BOOL)
        return emit2(r, TW_OP_int_ne, NULL, v, any(r, 'i'));
    if (d->type == 'i' && d->size < 8)
        return emit2(r, TW_OP_int_signext, NULL, v,
                     tw_trace_const_i(r->t, d->size * 8));
    /* pointers into the middle are not stored: a node is found from its address */
    if (d->type == 'r' && now(r, v).r && !is_node(now(r, v).r))
        return some_node(r);
    return v;
}

static unsigned of_type(char type, unsigned i)
{
    return type == 'i' ? i : type == 'r' ? i + 1 : i + 2;
}

static void rec_pure(struct recorder *r)
{
    static const uint16_t binary[] = {
        TW_OP_int_add,     TW_OP_int_sub,  TW_OP_int_mul,     TW_OP_int_div,
        TW_OP_int_rem,     TW_OP_uint_div, TW_OP_uint_rem,    TW_OP_int_and,
        TW_OP_int_or,      TW_OP_int_xor,  TW_OP_int_lshift,  TW_OP_int_rshift,
        TW_OP_uint_rshift, TW_OP_int_min,  TW_OP_int_max,     TW_OP_uint_min,
        TW_OP_int_lt,      TW_OP_int_le,   TW_OP_int_eq,      TW_OP_int_ne,
        TW_OP_int_gt,      TW_OP_int_ge,   TW_OP_uint_lt,     TW_OP_uint_le,
        TW_OP_uint_gt,     TW_OP_uint_ge,  TW_OP_int_mul_high};
    static const uint16_t unary[] = {
        TW_OP_int_neg, TW_OP_int_invert, TW_OP_int_is_true,  TW_OP_int_is_zero,
        TW_OP_int_clz, TW_OP_same_as_i,  TW_OP_int_popcount, TW_OP_int_bswap};
    static const uint16_t floats[] = {TW_OP_float_add, TW_OP_float_sub,
                                      TW_OP_float_mul, TW_OP_float_truediv};
    static const uint16_t bits[] = {8, 16, 32};
    static const uint16_t tests[] = {TW_OP_float_lt, TW_OP_float_le,
                                     TW_OP_float_eq, TW_OP_float_ne,
                                     TW_OP_float_gt, TW_OP_float_unord};

    switch (pick(10)) {
    case 0:
        emit1(r, unary[pick(sizeof unary / 2)], NULL, any(r, 'i'));
        break;
    case 1:
        emit2(r, floats[pick(sizeof floats / 2)], NULL, any(r, 'f'),
              any(r, 'f'));
        break;
    case 2:
        emit2(r, pick(2) ? TW_OP_int_signext : TW_OP_int_zeroext, NULL,
              any(r, 'i'), tw_trace_const_i(r->t, bits[pick(3)]));
        break;
    case 3: {
        tw_vref v[3] = {any(r, 'i'), any(r, 'i'), any(r, 'i')};
        emit(r, TW_OP_int_select, NULL, v, 3);
        break;
    }
    case 4:
        emit2(r, tests[pick(sizeof tests / 2)], NULL, any(r, 'f'), any(r, 'f'));
        break;
    case 5:
        emit1(r, pick(2) ? TW_OP_cast_int_to_float : TW_OP_same_as_i, NULL,
              any(r, 'i'));
        break;
    case 6: /* small numbers: bounds */
        emit2(r, TW_OP_int_and, NULL, any(r, 'i'),
              tw_trace_const_i(r->t, 1 + pick(200)));
        break;
    default:
        emit2(r, binary[pick(sizeof binary / 2)], NULL, any(r, 'i'),
              any(r, 'i'));
        break;
    }
}

static void rec_guard(struct recorder *r)
{
    tw_vref v;

    switch (pick(7)) {
    case 0:
        v = any(r, 'i');
        emit2(r, TW_OP_guard_value_i, NULL, v,
              tw_trace_const_i(r->t, now(r, v).i));
        break;
    case 1: { /* promote a class */
        v = some_node(r);
        tw_vref c = emit1(r, TW_OP_getfield_r, &fields[F_CLS], v);
        if (now(r, c).r)
            emit2(r, TW_OP_guard_value_r, NULL, c,
                  tw_trace_const_r(r->t, now(r, c).r));
        break;
    }
    case 2: {
        v = some_node(r);
        struct node *n = now(r, v).r;
        if (n->cls)
            emit2(r, TW_OP_guard_class, &fields[F_CLS], v,
                  tw_trace_const_r(r->t, n->cls));
        break;
    }
    case 3: {
        tw_vref a = any(r, 'r'), b = any(r, 'r');
        v = pick(2)
                ? emit2(r, pick(2) ? TW_OP_ptr_eq : TW_OP_ptr_ne, NULL, a, b)
                : emit1(r, pick(2) ? TW_OP_ptr_is_null : TW_OP_ptr_nonnull,
                        NULL, a);
        emit1(r, now(r, v).i ? TW_OP_guard_true : TW_OP_guard_false, NULL, v);
        break;
    }
    case 4:
        v = any(r, 'r');
        if (v >= 0 && (!now(r, v).r || is_node(now(r, v).r))) {
            emit1(r, now(r, v).r ? TW_OP_guard_nonnull : TW_OP_guard_isnull,
                  NULL, v);
            r->nonnull[v] = now(r, v).r != NULL;
        }
        break;
    default:
        v = any(r, 'i');
        if (pick(2))
            v = emit2(r, TW_OP_int_lt + pick(10), NULL, v, any(r, 'i'));
        emit1(r, now(r, v).i ? TW_OP_guard_true : TW_OP_guard_false, NULL, v);
        break;
    }
}

static void rec_overflow(struct recorder *r)
{
    static const uint16_t ops[] = {TW_OP_int_add_ovf, TW_OP_int_sub_ovf,
                                   TW_OP_int_mul_ovf};
    unsigned k = pick(3);
    tw_vref a = any(r, 'i'), b = any(r, 'i');
    int64_t x;
    int over = k == 0   ? __builtin_add_overflow(now(r, a).i, now(r, b).i, &x)
               : k == 1 ? __builtin_sub_overflow(now(r, a).i, now(r, b).i, &x)
                        : __builtin_mul_overflow(now(r, a).i, now(r, b).i, &x);

    if (over)
        return;
    emit2(r, ops[k], NULL, a, b);
    emit(r, TW_OP_guard_no_overflow, NULL, NULL, 0);
}

static tw_vref rec_new(struct recorder *r)
{
    tw_vref p = emit(r, TW_OP_new, &node_size, NULL, 0);

    r->nonnull[p] = 1;
    emit2(r, TW_OP_setfield_r, &fields[F_CLS], p,
          tw_trace_const_r(r->t, &classes[pick(NCLASSES)]));
    if (pick(2))
        emit2(r, TW_OP_setfield_i, &fields[F_FIXED], p, any(r, 'i'));
    for (uint32_t n = pick(4); n; n--) {
        const struct tw_fielddescr *d =
            &fields[F_VAL + pick(F_OTHER - F_VAL + 1)];
        tw_vref v = canonical(r, d);
        emit2(r, of_type(d->type, TW_OP_setfield_i), d, p, v);
    }
    return p;
}

static tw_vref index_of(struct recorder *r, int64_t n)
{
    if (pick(2))
        return tw_trace_const_i(r->t, pick((uint32_t)n));
    return emit2(r, TW_OP_int_and, NULL, any(r, 'i'),
                 tw_trace_const_i(r->t, n - 1));
}

static void rec_array(struct recorder *r)
{
    tw_vref p = some_node(r);
    int links = pick(2) && !pick(2);
    const struct tw_arraydescr *d = links ? &link_items : &int_items;
    tw_vref a[3] = {p, index_of(r, links ? 2 : 4), TW_NOVALUE};

    if (pick(2)) {
        emit(r, links ? TW_OP_getarrayitem_r : TW_OP_getarrayitem_i, d, a, 2);
        return;
    }
    a[2] = links ? some_node(r) : any(r, 'i');
    emit(r, links ? TW_OP_setarrayitem_r : TW_OP_setarrayitem_i, d, a, 3);
}

/* Bytes of the array of integers, through a pointer into it or not. */
static void rec_raw(struct recorder *r)
{
    tw_vref p = some_node(r), a[3];
    int64_t base = offsetof(struct node, arr);
    const struct tw_arraydescr *d = pick(3) ? &raw8 : &raw4;

    if (pick(2)) {
        p = emit2(r, TW_OP_ptr_add, NULL, p, tw_trace_const_i(r->t, base));
        base = 0;
    }
    a[0] = p;
    a[1] = tw_trace_const_i(r->t, base + 8 * pick(4));
    if (pick(3) == 0) {
        tw_vref x = emit2(r, TW_OP_int_and, NULL, any(r, 'i'),
                          tw_trace_const_i(r->t, 24));
        a[1] = emit2(r, TW_OP_int_add, NULL, x, tw_trace_const_i(r->t, base));
    }
    if (pick(2)) {
        emit(r, TW_OP_raw_load_i, d, a, 2);
        return;
    }
    a[2] = any(r, 'i');
    if (d == &raw4)
        a[2] =
            emit2(r, TW_OP_int_signext, NULL, a[2], tw_trace_const_i(r->t, 32));
    emit(r, TW_OP_raw_store_i, d, a, 3);
}

static void rec_bytes(struct recorder *r)
{
    tw_vref base = tw_trace_const_i(r->t, offsetof(struct node, arr)), a[3];

    a[0] = emit2(r, TW_OP_ptr_add, NULL, some_node(r), base);
    a[2] = tw_trace_const_i(r->t, 8 * (1 + pick(4)));
    if (pick(2)) {
        a[1] = emit2(r, TW_OP_ptr_add, NULL, some_node(r), base);
        emit(r, TW_OP_mem_move, NULL, a, 3);
    } else {
        a[1] = tw_trace_const_i(r->t, 0);
        emit(r, TW_OP_mem_set, NULL, a, 3);
    }
}

static void rec_call(struct recorder *r)
{
    unsigned k = pick(6);
    tw_vref a[4];

    if (k == 5) {
        tw_vref c = emit2(r, TW_OP_int_gt, NULL, any(r, 'i'), any(r, 'i'));
        tw_vref v[4] = {c, tw_trace_const_r(r->t, (void *)functions[1]),
                        some_node(r), any(r, 'i')};
        static const struct tw_calldescr write_v = {
            TW_DK_CALL, 'v',         'v',       2,    "ri",
            NULL,       &effects[1], call_stub, NULL, "write"};
        emit(r, TW_OP_cond_call, &write_v, v, 4);
        return;
    }
    a[0] = tw_trace_const_r(r->t, (void *)functions[k]);
    a[1] = k == 4 ? TW_NOVALUE : some_node(r);
    a[2] = any(r, 'i');
    emit(r,
         k == 3   ? TW_OP_call_pure_i
         : k == 4 ? TW_OP_call_loopinvariant_i
                  : TW_OP_call_i,
         &calls[k], a, k == 4 ? 1 : 3);
}

static void rec_some_op(struct recorder *r)
{
    const struct tw_fielddescr *d;
    tw_vref p, v;

    switch (pick(16)) {
    case 0:
    case 1:
        rec_guard(r);
        break;
    case 2:
        rec_overflow(r);
        break;
    case 3:
    case 4:
    case 5:
        d = &fields[pick(NFIELDS)];
        p = some_node(r);
        emit1(r, of_type(d->type, TW_OP_getfield_i), d, p);
        break;
    case 6:
    case 7:
    case 8:
        d = &fields[F_VAL + pick(F_OTHER - F_VAL + 1)];
        p = some_node(r);
        v = canonical(r, d);
        emit2(r, of_type(d->type, TW_OP_setfield_i), d, p, v);
        break;
    case 9:
    case 10:
        rec_new(r);
        break;
    case 11:
        rec_array(r);
        break;
    case 12:
        pick(2) ? rec_raw(r) : rec_bytes(r);
        break;
    case 13:
        rec_call(r);
        break;
    default:
        rec_pure(r);
        break;
    }
}

/* ------------------------------------------------------------------ snapshots */

static int by_kind(const struct tw_trace *t, tw_vref v)
{
    char c = tw_type_of(t, v);

    return c == 'i' ? 0 : c == 'r' ? 1 : 2;
}

/* The snapshot of guard k: live values below the limit, a few more (which then must live before,
 * too), constants. */
static void make_snapshot(struct fuzz *z, int part, uint32_t k, uint8_t *live,
                          tw_vref limit)
{
    struct part *p = &z->parts[part];
    struct tw_trace *t = p->t;
    tw_vref values[600];
    char kinds[601];
    unsigned count = 0;

    for (int kind = 0; kind < 3; kind++) {
        for (tw_vref v = 0; v < limit && count < 500; v++)
            if (tw_type_of(t, v) != 'v' && by_kind(t, v) == kind &&
                (live[v] || !pick(20))) {
                live[v] = 1;
                values[count++] = v;
            }
        if (!pick(4))
            values[count++] = kind == 0   ? tw_trace_const_i(t, random_int())
                              : kind == 1 ? tw_trace_const_r(t, &world[0])
                                          : tw_trace_const_f(t, 2.5);
    }
    for (unsigned v = 0; v < count; v++)
        kinds[v] = "irf"[by_kind(t, values[v])];
    kinds[count] = 0;
    p->pcs[k] = 3 * z->npcs;
    z->where[z->npcs].part = part;
    z->where[z->npcs++].op = k;
    const struct tw_jitcode *j =
        tw_names_frame(z->names, "fuzz", p->pcs[k], kinds);
    int32_t f = tw_trace_snapframe(t, -1, j, p->pcs[k], values, count);
    int32_t s = tw_trace_snapshot(t, f, NULL, 0, NULL, 0);
    t->ops[k].snapshot = s;
}

static void make_snapshots(struct fuzz *z, int part)
{
    struct part *p = &z->parts[part];
    struct tw_trace *t = p->t;
    uint8_t *live = tw_calloc(t->ninputs + t->nops, 1);

    p->bridges = tw_calloc(t->nops, sizeof *p->bridges);
    p->pcs = tw_calloc(t->nops, sizeof *p->pcs);
    for (uint32_t k = t->nops; k-- > 0;) {
        unsigned opnum = t->ops[k].opnum;
        for (uint32_t a = 0; a < t->ops[k].nargs; a++)
            if (t->args[t->ops[k].args + a] >= 0)
                live[t->args[t->ops[k].args + a]] = 1;
        if (tw_op_is(opnum, TW_OVF)) /* its guard is done again from here */
            make_snapshot(z, part, k + 1, live, tw_value_of_op(t, k));
        else if (opnum == TW_OP_jump || (tw_op_is(opnum, TW_GUARD) &&
                                         opnum != TW_OP_guard_no_overflow))
            make_snapshot(z, part, k, live, tw_value_of_op(t, k));
    }
    free(live);
}

static void start_recorder(struct recorder *r, struct fuzz *z,
                           struct tw_trace *t)
{
    *r = (struct recorder){.z = z, .t = t, .ok = 1};
    r->vals = tw_calloc(20000, sizeof *r->vals);
    r->nonnull = tw_calloc(20000, 1);
}

static void end_recorder(struct recorder *r)
{
    free(r->vals);
    free(r->nonnull);
}

/* Jump to the loop: values of the right kinds. */
static void rec_jump(struct recorder *r, const struct tw_trace *loop,
                     const void *descr)
{
    tw_vref args[16];

    for (uint32_t k = 0; k < loop->ninputs; k++) {
        args[k] = any(r, loop->input_types[k]);
        if (loop->input_types[k] == 'r' && !is_node(now(r, args[k]).r))
            args[k] = pick(3) ? some_node(r) : tw_trace_const_r(r->t, NULL);
        else if (pick(3) == 0 && r->t == loop)
            args[k] = (tw_vref)k; /* invariant */
    }
    emit(r, TW_OP_jump, descr, args, loop->ninputs);
}

static void rec_loop(struct fuzz *z, union tw_value *inputs, uint32_t nops)
{
    static const char types[] = "iirrfr";
    struct tw_trace *t = z->parts[0].t = tw_trace_new();
    struct recorder r;
    tw_vref f = TW_NOVALUE;

    z->nparts = 1;
    start_recorder(&r, z, t);
    for (unsigned k = 0; types[k]; k++) {
        tw_trace_input(t, types[k]);
        r.vals[k] = inputs[k];
    }
    /* fuel */
    f = emit1(&r, TW_OP_getfield_i, &fields[F_VAL], tw_trace_const_r(t, &fuel));
    f = emit2(&r, TW_OP_int_sub, NULL, f, tw_trace_const_i(t, 1));
    emit2(&r, TW_OP_setfield_i, &fields[F_VAL], tw_trace_const_r(t, &fuel), f);
    emit1(&r, TW_OP_guard_true, NULL,
          emit2(&r, TW_OP_int_gt, NULL, f, tw_trace_const_i(t, 0)));
    for (uint32_t n = nops; n; n--)
        rec_some_op(&r);
    rec_jump(&r, t, NULL);
    end_recorder(&r);
    make_snapshots(z, 0);
}

/* ------------------------------------------------------------------ leaving optimized code */

struct sink {
    struct fuzz *z;
    struct stop *s;
    /* recording a bridge: */
    struct tw_trace *t;
    const struct tw_guard *g;
    tw_vref refs[600];
    tw_vref input[600]; /* by failarg */
};

static struct tw_box sink_failarg(void *self, unsigned k, char type,
                                  union tw_value v)
{
    struct sink *s = self;

    (void)type;
    return (struct tw_box){v, s->t ? s->input[k] : TW_NOVALUE};
}

static tw_vref ref(struct sink *s, struct tw_box b, char type)
{
    return b.ref != TW_NOVALUE ? b.ref : tw_trace_const(s->t, type, b.val);
}

static struct tw_box sink_constant(void *self, char type, union tw_value v)
{
    (void)self, (void)type;
    return (struct tw_box){v, TW_NOVALUE};
}

static struct tw_box sink_allocate(void *self, const struct tw_sizedescr *d,
                                   int64_t n)
{
    struct sink *s = self;
    struct tw_box b = {.ref = TW_NOVALUE};

    (void)n;
    b.val.r = make_node(d);
    if (s->t)
        b.ref = tw_trace_emit(s->t, TW_OP_new, d, NULL, 0);
    return b;
}

static struct tw_box sink_interior(void *self, struct tw_box base,
                                   int64_t offset)
{
    struct sink *s = self;
    struct tw_box b = {.ref = TW_NOVALUE};

    b.val.r = (char *)base.val.r + offset;
    if (s->t) {
        tw_vref a[2] = {ref(s, base, 'r'), tw_trace_const_i(s->t, offset)};
        b.ref = tw_trace_emit(s->t, TW_OP_ptr_add, NULL, a, 2);
    }
    return b;
}

static void sink_setfield(void *self, struct tw_box base,
                          const struct tw_fielddescr *d, struct tw_box v)
{
    struct sink *s = self;

    tw_store((char *)base.val.r + d->offset, d->type, d->size, v.val);
    if (s->t) {
        tw_vref a[2] = {ref(s, base, 'r'), ref(s, v, d->type)};
        tw_trace_emit(s->t, of_type(d->type, TW_OP_setfield_i), d, a, 2);
    }
}

static void sink_frame(void *self, const struct tw_jitcode *code, uint32_t pc,
                       const struct tw_box *v)
{
    struct sink *s = self;
    const struct tw_program *p = tw_names_program(s->z->names);
    const struct tw_live *live =
        &p->live[code->code[pc + 1] | (uint32_t)code->code[pc + 2] << 16];

    s->s->part = s->z->where[pc / 3].part;
    s->s->op = s->z->where[pc / 3].op;
    s->s->n = 0;
    for (int b = 0; b < TW_NBANKS; b++)
        for (unsigned n = 0; n < live->n[b]; n++) {
            unsigned k = s->s->n++;
            s->s->types[k] = "irf"[b];
            s->s->v[k] = v[k].val;
            if (s->t)
                s->refs[k] = ref(s, v[k], "irf"[b]);
        }
}

/* What the guard says the state is; with t, also as operations of a bridge. */
static void leave(struct fuzz *z, const struct tw_guard *g,
                  const struct tw_jitframe *frame, struct sink *s)
{
    const struct tw_resume_sink sink = {.self = s,
                                        .failarg = sink_failarg,
                                        .constant = sink_constant,
                                        .allocate = sink_allocate,
                                        .interior = sink_interior,
                                        .setfield = sink_setfield,
                                        .frame = sink_frame};

    s->z = z;
    s->g = g;
    if (s->t)
        for (unsigned k = 0; k < g->nfailargs; k++)
            if (g->fail_types[k] != 'v')
                s->input[k] = tw_trace_input(s->t, g->fail_types[k]);
    tw_resume_decode(tw_names_program(z->names), g, frame, &sink);
}

/* From a stop at a guard of a recorded trace on: values by number. */
static void go_on(struct fuzz *z, struct stop *s)
{
    const struct tw_trace *t = z->parts[s->part].t;
    const struct tw_snapframe *f = frame_of(t, s->op);
    union tw_value *vals = tw_calloc(20000, sizeof *vals);

    for (unsigned k = 0; k < s->n; k++)
        if (t->args[f->values + k] >= 0)
            vals[t->args[f->values + k]] = s->v[k];
    interpret(z, s->part, s->op, vals, s);
    free(vals);
}

/* ------------------------------------------------------------------ one case */

static char message[600];

static int failed(const char *fmt, uint64_t seed, uint64_t run)
{
    char text[700];

    snprintf(text, sizeof text, fmt, (unsigned long long)seed,
             (unsigned long long)run, message);
    printf("not ok opt-fuzz-%llu\n    %s\n", (unsigned long long)seed, text);
    return 0;
}

static void print_trace(struct fuzz *z, const char *what,
                        const struct tw_trace *t)
{
    if (z->verbose) {
        printf("--- %s\n", what);
        tw_trace_print_names(t, NULL, stdout);
    }
}

static struct tw_opt_options options_for(struct fuzz *z)
{
    struct tw_opt_options o = {.passes = pick(4) ? ~0u : pick(1u << 6),
                               .unroll = pick(4) != 0,
                               .max_retrace_guards = 15,
                               .program = tw_names_program(z->names)};

    if (getenv("OPT_PASSES"))
        o.passes = (unsigned)strtoul(getenv("OPT_PASSES"), NULL, 0);
    if (getenv("OPT_UNROLL"))
        o.unroll = atoi(getenv("OPT_UNROLL"));
    return o;
}

/* Recording of a bridge: the recorded traces are executed on from where optimized code left, until
 * a guard fails for good; there something new begins. */
struct replay {
    struct fuzz *z;
    struct tw_trace *full;
    int part;
    union tw_value *vals;
    tw_vref *map; /* values of the part -> values of full */
};

static tw_vref mapped(const struct replay *r, tw_vref v)
{
    const struct tw_trace *from = r->z->parts[r->part].t;

    return v < 0 ? tw_trace_const(r->full, tw_const_of(from, v)->type,
                                  tw_const_of(from, v)->v)
                 : r->map[v];
}

static void copy_op(struct replay *r, uint32_t k)
{
    const struct tw_trace *t = r->z->parts[r->part].t;
    const struct tw_op op = t->ops[k];
    tw_vref args[600];

    for (unsigned a = 0; a < op.nargs; a++)
        args[a] = mapped(r, t->args[op.args + a]);
    tw_vref v = tw_trace_emit(r->full, op.opnum,
                              op.opnum == TW_OP_jump ? &r->z->loop : op.descr,
                              args, op.nargs);
    r->map[tw_value_of_op(t, k)] = v;
    if (op.snapshot < 0)
        return;
    const struct tw_snapframe *f = frame_of(t, k);
    for (unsigned a = 0; a < f->nvalues; a++)
        args[a] = mapped(r, t->args[f->values + a]);
    int32_t sf =
        tw_trace_snapframe(r->full, -1, f->jitcode, f->pc, args, f->nvalues);
    int32_t snap = tw_trace_snapshot(r->full, sf, NULL, 0, NULL, 0);
    tw_op_of(r->full, v)->snapshot = snap;
}

static tw_vref full2(struct replay *r, unsigned opnum, const void *d, tw_vref a,
                     tw_vref b)
{
    tw_vref args[2] = {a, b};

    return tw_trace_emit(r->full, opnum, d, args,
                         b == TW_NOVALUE ? (a == TW_NOVALUE ? 0 : 1) : 2);
}

/* Guard k failed: the bridge has a guard that says so. */
static void copy_failure(struct replay *r, uint32_t k)
{
    const struct tw_trace *t = r->z->parts[r->part].t;
    const struct tw_op op = t->ops[k];
    tw_vref a = op.nargs ? mapped(r, t->args[op.args]) : TW_NOVALUE, args[600],
            v;
    tw_vref b = op.nargs > 1 ? mapped(r, t->args[op.args + 1]) : TW_NOVALUE;

    switch (op.opnum) {
    case TW_OP_guard_true:
        v = full2(r, TW_OP_guard_false, NULL, a, TW_NOVALUE);
        break;
    case TW_OP_guard_false:
        v = full2(r, TW_OP_guard_true, NULL, a, TW_NOVALUE);
        break;
    case TW_OP_guard_nonnull:
        v = full2(r, TW_OP_guard_isnull, NULL, a, TW_NOVALUE);
        break;
    case TW_OP_guard_isnull:
        v = full2(r, TW_OP_guard_nonnull, NULL, a, TW_NOVALUE);
        break;
    case TW_OP_guard_no_overflow:
        a = mapped(r, t->args[t->ops[k - 1].args]);
        b = mapped(r, t->args[t->ops[k - 1].args + 1]);
        full2(r, t->ops[k - 1].opnum, NULL, a, b);
        v = full2(r, TW_OP_guard_overflow, NULL, TW_NOVALUE, TW_NOVALUE);
        break;
    case TW_OP_guard_value_i:
        v = full2(r, TW_OP_int_ne, NULL, a, b);
        v = full2(r, TW_OP_guard_true, NULL, v, TW_NOVALUE);
        break;
    case TW_OP_guard_class:
        a = full2(r, TW_OP_getfield_r, op.descr, a, TW_NOVALUE);
        v = full2(r, TW_OP_ptr_ne, NULL, a, b);
        v = full2(r, TW_OP_guard_true, NULL, v, TW_NOVALUE);
        break;
    default:
        v = full2(r, TW_OP_ptr_ne, NULL, a, b);
        v = full2(r, TW_OP_guard_true, NULL, v, TW_NOVALUE);
        break;
    }
    const struct tw_snapframe *f = frame_of(t, k);
    for (unsigned n = 0; n < f->nvalues; n++)
        args[n] = mapped(r, t->args[f->values + n]);
    int32_t sf =
        tw_trace_snapframe(r->full, -1, f->jitcode, f->pc, args, f->nvalues);
    int32_t snap = tw_trace_snapshot(r->full, sf, NULL, 0, NULL, 0);
    tw_op_of(r->full, v)->snapshot = snap;
}

/* The state at guard k of the part goes to the inputs of the part that begins there. */
static void enter_part(struct replay *r, uint32_t k, int part)
{
    const struct tw_trace *t = r->z->parts[r->part].t;
    const struct tw_snapframe *f = frame_of(t, k);
    union tw_value v[600];
    tw_vref refs[600];

    for (unsigned a = 0; a < f->nvalues; a++) {
        v[a] = value_of(t, r->vals, t->args[f->values + a]);
        refs[a] = mapped(r, t->args[f->values + a]);
    }
    memcpy(r->vals, v, f->nvalues * sizeof *v);
    memcpy(r->map, refs, f->nvalues * sizeof *refs);
    r->part = part;
}

/* New code for guard k's failure. -1: none. */
static int new_part(struct replay *r, uint32_t k)
{
    struct fuzz *z = r->z;
    struct part *p = &z->parts[r->part];
    struct tw_trace *own;
    struct recorder rec;

    if (z->nparts == MOST_PARTS || (r->part == 0 && k == FUEL_GUARD))
        return -1;
    const struct tw_snapframe *f = frame_of(p->t, k);
    int part = z->nparts++;
    own = z->parts[part].t = tw_trace_new();
    start_recorder(&rec, z, own);
    for (unsigned a = 0; a < f->nvalues; a++) {
        tw_trace_input(own, tw_type_of(p->t, p->t->args[f->values + a]));
        rec.vals[a] = value_of(p->t, r->vals, p->t->args[f->values + a]);
    }
    for (uint32_t n = pick(15); n; n--)
        rec_some_op(&rec);
    rec_jump(&rec, z->parts[0].t, &z->loop);
    end_recorder(&rec);
    make_snapshots(z, part);
    p->bridges[k] = &z->parts[part];
    return part;
}

/* 0: no bridge here. */
static int record_bridge(struct replay *r, uint32_t k)
{
    int overflow = 0;

    if (r->z->parts[r->part].t->ops[k].opnum == TW_OP_guard_no_overflow)
        k--;
    for (;; k++) {
        const struct tw_trace *t = r->z->parts[r->part].t;
        unsigned opnum = t->ops[k].opnum;
        if (opnum == TW_OP_jump) {
            copy_op(r, k);
            return 1;
        }
        if (tw_op_is(opnum, TW_OVF)) { /* both or none */
            do_op(t, k, r->vals, &overflow);
            if (!overflow) {
                copy_op(r, k);
                copy_op(r, k + 1);
            }
            k++;
            if (!overflow)
                continue;
        } else if (do_op(t, k, r->vals, &overflow)) {
            copy_op(r, k);
            continue;
        }
        struct part *old = r->z->parts[r->part].bridges[k];
        copy_failure(r, k);
        if (old) {
            enter_part(r, k, (int)(old - r->z->parts));
            k = UINT32_MAX;
            continue;
        }
        int part = new_part(r, k);
        if (part < 0)
            return 0;
        enter_part(r, k, part);
        for (uint32_t n = 0; n < r->z->parts[part].t->nops;
             n++) /* done while it was made */
            copy_op(r, n);
        return 1;
    }
}

static void compile_bridge(struct fuzz *z, struct tw_guard *g,
                           const struct tw_trace *full)
{
    struct tw_opt_options o = options_for(z);
    struct tw_trace *out = tw_trace_new();
    char err[300];

    print_trace(z, "bridge, recorded", full);
    if (tw_trace_verify(full, err, sizeof err)) {
        snprintf(message, sizeof message, "recorded bridge: %s", err);
    } else if (tw_optimize_bridge(full, g, &z->loop, &o, out) != TW_OPT_OK) {
        snprintf(message, sizeof message,
                 "a bridge that was executed is called impossible");
    } else {
        print_trace(z, "bridge, optimized", out);
        if (tw_trace_verify(out, err, sizeof err)) {
            snprintf(message, sizeof message, "bridge: %s", err);
            return;
        }
        struct tw_code *c =
            tw_backend_reference.compile(out, &z->loop, g, 1, err, sizeof err);
        if (c)
            tw_backend_reference.attach(g, c);
        else
            snprintf(message, sizeof message, "backend: %s", err);
        z->out[z->nout++] = out;
        return;
    }
    tw_trace_free(out);
}

/* Records, optimizes and attaches a bridge where the optimized code just left. */
static void add_bridge(struct fuzz *z, struct tw_guard *g,
                       const struct tw_jitframe *frame)
{
    struct stop *here = tw_calloc(1, sizeof *here);
    struct sink s = {.s = here, .t = tw_trace_new()};
    struct replay r = {.z = z, .full = s.t};

    leave(z, g, frame, &s);
    r.part = here->part;
    r.vals = tw_calloc(20000, sizeof *r.vals);
    r.map = tw_calloc(20000, sizeof *r.map);
    const struct tw_trace *t = z->parts[here->part].t;
    const struct tw_snapframe *f = frame_of(t, here->op);
    for (unsigned k = 0; k < here->n; k++)
        if (t->args[f->values + k] >= 0) {
            r.vals[t->args[f->values + k]] = here->v[k];
            r.map[t->args[f->values + k]] = s.refs[k];
        }
    if (z->nout < MOST_OUT && record_bridge(&r, here->op))
        compile_bridge(z, g, s.t);
    tw_trace_free(s.t);
    free(r.vals);
    free(r.map);
    free(here);
}

static void random_inputs(union tw_value *v)
{
    v[0].i = random_int();
    v[1].i = random_int();
    v[2].r = random_node(0);
    v[3].r = random_node(1);
    v[4].f = random_float();
    v[5].r = random_node(1);
}

static int compare(struct fuzz *z, uint64_t world_seed,
                   const union tw_value *inputs, int may_bridge)
{
    static struct stop a, b;
    struct picture pa, pb;
    union tw_value *vals = tw_calloc(20000, sizeof *vals), slots[64];
    struct tw_jitframe frame;
    int same;

    free_made();
    reset_world(world_seed);
    calls_seen = 0;
    memset(slots, 0, sizeof slots);
    memcpy(slots, inputs, 6 * sizeof *inputs);
    tw_jitframe_init(&frame, &z->loop, slots, 64);
    struct tw_guard *g = tw_backend_reference.execute(z->loop.code, 0, &frame);
    struct sink s = {.s = &b};
    leave(z, g, &frame, &s);
    go_on(z, &b);
    take_picture(&pb, &b);

    free_made();
    reset_world(world_seed);
    calls_seen = 0;
    memcpy(vals, inputs, 6 * sizeof *inputs);
    interpret(z, 0, 0, vals, &a);
    take_picture(&pa, &a);
    free(vals);
    same = a.endless || b.endless ||
           (pa.n == pb.n && !memcmp(pa.w, pb.w, pa.n * sizeof *pa.w));
    for (uint32_t k = 0; !same && k < pa.n && k < pb.n; k++)
        if (pa.w[k] != pb.w[k]) {
            snprintf(message, sizeof message,
                     "word %u of %u: %llx before, %llx after; stopped at part "
                     "%d op %u / %d %u; "
                     "left at Guard%u",
                     k, pa.n, (unsigned long long)pa.w[k],
                     (unsigned long long)pb.w[k], a.part, a.op, b.part, b.op,
                     g->id);
            break;
        }
    free_picture(&pa);
    free_picture(&pb);
    if (same && may_bridge) {
        free_made();
        reset_world(world_seed);
        calls_seen = 0;
        memset(slots, 0, sizeof slots);
        memcpy(slots, inputs, 6 * sizeof *inputs);
        tw_jitframe_init(&frame, &z->loop, slots, 64);
        add_bridge(z, tw_backend_reference.execute(z->loop.code, 0, &frame),
                   &frame);
    }
    return same;
}

static int run_case(uint64_t seed, int verbose)
{
    struct fuzz *z = tw_calloc(1, sizeof *z);
    union tw_value inputs[6];
    char err[300];
    int ok = 1;

    message[0] = 0;
    rng = seed * 7919 + 17;
    pick(2);
    z->verbose = verbose;
    z->names = tw_names_new();
    z->loop.dkind = TW_DK_LOOP;
    reset_world(seed);
    random_inputs(inputs);
    rec_loop(z, inputs, 5 + pick(40));
    print_trace(z, "recorded", z->parts[0].t);
    if (tw_trace_verify(z->parts[0].t, message, sizeof message))
        return failed("seed %llu: recorded trace (%llu): %s", seed, 0);
    struct tw_opt_options o = options_for(z);
    z->out[z->nout++] = tw_trace_new();
    enum tw_opt_status status =
        tw_optimize_loop(z->parts[0].t, &z->loop, &o, z->out[0]);
    if (status == TW_OPT_INVALID && o.unroll) {
        o.unroll = 0; /* a second iteration may contradict the first */
        status = tw_optimize_loop(z->parts[0].t, &z->loop, &o, z->out[0]);
    }
    if (status != TW_OPT_OK) {
        ok = failed("seed %llu: what was executed is called impossible (%llu)",
                    seed, 0);
    } else {
        print_trace(z, "optimized", z->out[0]);
        if (tw_trace_verify(z->out[0], message, sizeof message))
            return failed("seed %llu: optimized trace (%llu): %s", seed, 0);
        z->loop.ninputs = z->out[0]->ninputs;
        z->loop.code = tw_backend_reference.compile(z->out[0], &z->loop, NULL,
                                                    1, err, sizeof err);
        if (!z->loop.code) {
            snprintf(message, sizeof message, "%s", err);
            return failed("seed %llu: backend (%llu): %s", seed, 0);
        }
        for (uint64_t run = 0; ok && run < 12; run++) {
            if (!compare(z, seed + run * 1000, inputs, run < 8))
                ok = failed("seed %llu, run %llu: %s", seed, run);
            else if (message[0])
                ok = failed("seed %llu, run %llu: %s", seed, run);
            if (run)
                random_inputs(inputs);
        }
    }
    for (int k = 0; k < z->nparts; k++) {
        tw_trace_free(z->parts[k].t);
        free(z->parts[k].bridges);
        free(z->parts[k].pcs);
    }
    for (int k = 0; k < z->nout; k++)
        tw_trace_free(z->out[k]);
    tw_opt_loop_free(&z->loop);
    free_made();
    tw_names_free(z->names);
    free(z);
    return ok;
}

static void time_loops(void)
{
    for (uint32_t n = 100; n <= 2000; n *= 2) {
        uint64_t before = 0, after = 0, ns = 0, bytes = 0, guards = 0;
        for (uint64_t seed = 1; seed <= 20; seed++) {
            struct fuzz *z = tw_calloc(1, sizeof *z);
            union tw_value inputs[6];
            rng = seed;
            z->names = tw_names_new();
            z->loop.dkind = TW_DK_LOOP;
            reset_world(seed);
            random_inputs(inputs);
            rec_loop(z, inputs, n);
            struct tw_opt_options o = {.passes = ~0u,
                                       .unroll = 1,
                                       .program = tw_names_program(z->names)};
            struct tw_trace *out = tw_trace_new();
            uint64_t start = tw_now_ns();
            if (tw_optimize_loop(z->parts[0].t, &z->loop, &o, out) ==
                TW_OPT_OK) {
                ns += tw_now_ns() - start;
                before += z->parts[0].t->nops;
                after += out->nops;
                for (uint32_t k = 0; k < out->nops; k++)
                    if (out->ops[k].guard &&
                        !(out->ops[k].guard->flags & TW_GUARD_FINISH)) {
                        guards++;
                        bytes += out->ops[k].guard->resume_size +
                                 3u * out->ops[k].nfailargs;
                    }
            }
            tw_opt_loop_free(&z->loop);
            free_made();
        }
        if (before)
            printf("%u: %llu operations become %llu, %.2f us an operation, "
                   "%.1f bytes a guard\n",
                   n, (unsigned long long)before, (unsigned long long)after,
                   (double)ns / 1000 / (double)before,
                   guards ? (double)bytes / (double)guards : 0.0);
    }
}

int main(int argc, char **argv)
{
    const struct tw_backend_hooks hooks = {.new_object = make_node,
                                           .new_var = make_var};
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    int verbose = argc > 2 && !strcmp(argv[2], "-v");
    uint64_t last = argc > 2 && !verbose ? strtoull(argv[2], NULL, 0)
                    : argc > 1           ? first
                                         : FIXED;
    char err[200];
    int bad = 0;

    tw_gc_init();
    if (tw_backend_reference.init(&hooks, err, sizeof err))
        return 2;
    if (argc > 1 && !strcmp(argv[1], "time")) {
        time_loops();
        return 0;
    }
    for (uint64_t seed = first; seed <= last && bad < 10; seed++)
        bad += !run_case(seed, verbose);
    if (!bad)
        printf("ok random-traces-mean-the-same\n");
    return bad != 0;
}

/*
 * random_trace.h: makes random valid traces: loops and bridges of their guards,
 * which jump to one another, over a small world of objects. The same seed gives
 * the same traces. Included by tests/unit/backend_fuzz.c; everything is static.
 */
#ifndef TW_TEST_RANDOM_TRACE_H
#define TW_TEST_RANDOM_TRACE_H

#include "tests/backend/harness.h"

#include <stddef.h>

enum { MAX_LOOPS = 3, MAX_BRIDGES = 8, NOBJECTS = 4, MAX_VALUES = 2000 };

/* ---------------------------------------------------------------- the world */

struct object {
    struct object *cls;
    int8_t i8;
    uint8_t flag;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    double f64;
    float f32;
    int32_t pad;
    struct object *link;
    int64_t fixed; /* immutable */
    int32_t words[8];
    double floats[4];
    struct object *links[2];
    int64_t fuel;
};
static struct object world[NOBJECTS], classes[2];

#define FIELD(member, t, flag, id)                                             \
    {TW_DK_FIELD,                                                              \
     t,                                                                        \
     sizeof(((struct object *)0)->member),                                     \
     flag,                                                                     \
     offsetof(struct object, member),                                          \
     {TW_ALIAS_ONE,                                                            \
      t == 'f' ? 20 + sizeof(((struct object *)0)->member)                     \
               : sizeof(((struct object *)0)->member) + (t == 'r' ? 10 : 0),   \
      id},                                                                     \
     -1,                                                                       \
     -1,                                                                       \
     "object." #member}
#define ARRAY(member, t, id)                                                   \
    {TW_DK_ARRAY,                                                              \
     t,                                                                        \
     sizeof(((struct object *)0)->member[0]),                                  \
     0,                                                                        \
     offsetof(struct object, member),                                          \
     sizeof(((struct object *)0)->member[0]),                                  \
     {TW_ALIAS_ONE,                                                            \
      t == 'f'                                                                 \
          ? 20 + 8                                                             \
          : sizeof(((struct object *)0)->member[0]) + (t == 'r' ? 10 : 0),     \
      id},                                                                     \
     "object." #member "[]"}
static const struct tw_fielddescr class_field =
    FIELD(cls, 'r', TW_F_CLASS | TW_F_IMMUTABLE | TW_F_NONNULL, 1);
static const struct tw_fielddescr fuel_field = FIELD(fuel, 'i', 0, 2);
static const struct tw_fielddescr fixed_field =
    FIELD(fixed, 'i', TW_F_IMMUTABLE, 3);
static const struct tw_fielddescr int_fields[] = {
    FIELD(i8, 'i', TW_F_SIGNED, 4),  FIELD(flag, 'i', TW_F_BOOL, 5),
    FIELD(i16, 'i', TW_F_SIGNED, 6), FIELD(i32, 'i', 0, 7),
    FIELD(i64, 'i', TW_F_SIGNED, 8),
};
static const struct tw_fielddescr float_fields[] = {FIELD(f64, 'f', 0, 9),
                                                    FIELD(f32, 'f', 0, 10)};
static const struct tw_fielddescr link_field = FIELD(link, 'r', 0, 11);
static const struct tw_arraydescr int_array = ARRAY(words, 'i', 12);
static const struct tw_arraydescr float_array = ARRAY(floats, 'f', 13);
static const struct tw_arraydescr link_array = ARRAY(links, 'r', 14);
#define RAW(size)                                                              \
    {TW_DK_ARRAY, 'i', size, 0, 0, 1, {TW_ALIAS_ANY, 0, 15}, "raw" #size}
static const struct tw_arraydescr raws[] = {RAW(1), RAW(2), RAW(4), RAW(8)};
static const struct tw_sizedescr object_size = {
    .dkind = TW_DK_SIZE, .size = sizeof(struct object), .name = "object"};
static struct tw_calldescr calls[H_NFUNCTIONS];

static void reset_world(void)
{
    memset(world, 0, sizeof world);
    for (int k = 0; k < NOBJECTS; k++) {
        struct object *o = &world[k];

        o->cls = &classes[k & 1];
        o->i8 = (int8_t)(k * 50);
        o->flag = k & 1;
        o->i16 = (int16_t)(k * 9999);
        o->i32 = (int32_t)((uint32_t)k * 1000000007u);
        o->i64 = k * 0x123456789abcdef;
        o->f64 = k * 1.5 - 1;
        o->f32 = (float)k / 3;
        o->link = &world[(k + 1) % NOBJECTS];
        o->fixed = k * 77;
        for (int j = 0; j < 8; j++)
            o->words[j] = j * k - 3;
        for (int j = 0; j < 4; j++)
            o->floats[j] = j - k * 0.25;
        o->links[0] = o;
        o->links[1] = &world[(k + 2) % NOBJECTS];
        o->fuel = 60;
    }
}

/* ---------------------------------------------------------------- random */

static uint64_t rng;
static uint32_t pick(uint32_t n)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (uint32_t)(rng >> 32) % n;
}

static int64_t random_int(void)
{
    static const int64_t edges[] = {0,          1,     -1,        2,
                                    7,          64,    INT64_MAX, INT64_MIN,
                                    INT32_MAX,  255,   -128,      INT32_MIN,
                                    0x80000000, 65535, -999,      63};

    if (pick(2))
        return edges[pick(sizeof edges / sizeof *edges)];
    return (int64_t)(rng >> pick(64));
}

static double random_float(void)
{
    static const double edges[] = {
        0.0,  -0.0, 1.0,   -1.5, 1e300,           -1e300,          1e-310,
        0.1,  3.0,  1e10,  -2e9, 9.3e18,          1.9e19,          0.5,
        -0.5, 1e17, 255.5, 2.5,  __builtin_inf(), -__builtin_inf()};

    if (pick(3))
        return edges[pick(sizeof edges / sizeof *edges)];
    return (double)(int64_t)rng / 1e15;
}

/* ---------------------------------------------------------------- a case:
 * loops and their bridges, all made anew for each variant from the same seed */

struct live {
    tw_vref v[MAX_VALUES];
    unsigned n;
};
struct maker {
    struct tw_trace *t;
    struct live i, r, f; /* r: objects that may be read and written */
    tw_vref last;
    uint32_t since; /* operations from here on are behind the last label */
};
struct fuzz_loop {
    struct tw_loop loop;
    struct tw_target target;
    char target_types[32], input_types[16];
    struct tw_trace *trace;
};
struct fuzz {
    struct fuzz_loop loops[MAX_LOOPS];
    unsigned nloops; /* those made already are jumped to */
    struct tw_branch branches[MAX_BRIDGES];
    unsigned nbranches;
    uint32_t nguards;
    struct tw_guard *guards[4000];
};

static void add(struct live *l, tw_vref v)
{
    if (l->n < MAX_VALUES)
        l->v[l->n++] = v;
}

static struct live *live_of(struct maker *m, char kind)
{
    return kind == 'i' ? &m->i : kind == 'r' ? &m->r : &m->f;
}

static tw_vref object_const(struct maker *m)
{
    return tw_trace_const_r(m->t, &world[pick(NOBJECTS)]);
}

/* A value of that kind: recent ones more often, sometimes a constant. */
static tw_vref get(struct maker *m, char kind)
{
    struct live *l = live_of(m, kind);

    if (l->n == 0 || pick(8) == 0)
        return kind == 'i'   ? tw_trace_const_i(m->t, random_int())
               : kind == 'f' ? tw_trace_const_f(m->t, random_float())
                             : object_const(m);
    if (pick(2) && l->n > 6)
        return l->v[l->n - 1 - pick(6)];
    return l->v[pick(l->n)];
}

static tw_vref emit(struct maker *m, unsigned opnum, const void *descr,
                    unsigned nargs, const tw_vref *args)
{
    return m->last = tw_trace_emit(m->t, opnum, descr, args, nargs);
}
#define EMIT(op, descr, ...)                                                   \
    emit(m, TW_OP_##op, descr,                                                 \
         sizeof((tw_vref[]){__VA_ARGS__}) / sizeof(tw_vref),                   \
         (tw_vref[]){__VA_ARGS__})
#define EMIT0(op, descr) emit(m, TW_OP_##op, descr, 0, NULL)
#define CONST_I(n) tw_trace_const_i(m->t, n)

static tw_vref any_live(struct maker *m)
{
    static const char kinds[] = "iiirf";

    for (int tries = 0; tries < 9; tries++) {
        struct live *l = live_of(m, kinds[pick(5)]);

        if (l->n)
            return l->v[pick(l->n)];
    }
    return TW_NOVALUE;
}

/* Failargs of the guard just emitted: live values, holes, some twice. */
static void failargs(struct maker *m, tw_vref result)
{
    tw_vref v[12];
    unsigned n = pick(11);
    uint32_t first;

    for (unsigned k = 0; k < n; k++)
        v[k] = pick(9) ? any_live(m) : TW_NOVALUE;
    if (result != TW_NOVALUE)
        v[n++] = result;
    first = tw_trace_push_args(m->t, v, n);
    m->t->ops[m->t->nops - 1].failargs = first;
    m->t->ops[m->t->nops - 1].nfailargs = (uint16_t)n;
}

static void make_pure(struct maker *m)
{
    unsigned op;
    const struct tw_opinfo *info;
    tw_vref args[3];

    do
        op = pick(TW_OP_same_as_f + 1);
    while (op == TW_OP_cast_ptr_to_int || op == TW_OP_cast_int_to_ptr ||
           op == TW_OP_ptr_add);
    info = &tw_opinfo[op];
    for (unsigned k = 0; k < info->nargs; k++)
        args[k] = get(m, info->args[k]);
    if (op == TW_OP_int_signext || op == TW_OP_int_zeroext)
        args[1] = CONST_I(8 << pick(3));
    if (op == TW_OP_float_to_bits || op == TW_OP_single_to_bits ||
        op == TW_OP_float_copysign) { /* no bits of a NaN */
        unsigned k = op == TW_OP_float_copysign;
        tw_vref nan = EMIT(float_unord, NULL, args[k], args[k]);

        args[k] = EMIT(float_select, NULL, nan,
                       tw_trace_const_f(m->t, random_float()), args[k]);
    }
    add(live_of(m, info->result), emit(m, op, NULL, info->nargs, args));
}

/* On a value of which a live one says whether it is 0: that is known at the exit. */
static int make_known_guard(struct maker *m)
{
    for (unsigned k = 0; k < m->i.n; k++) {
        tw_vref v = m->i.v[k], x;
        const struct tw_op *op = tw_op_of(m->t, v);

        if (!op || (uint32_t)(op - m->t->ops) < m->since ||
            (op->opnum != TW_OP_int_is_true && op->opnum != TW_OP_int_is_zero))
            continue;
        x = m->t->args[op->args];
        emit(m, pick(4) ? TW_OP_guard_true : TW_OP_guard_false, NULL, 1, &x);
        failargs(m, v);
        if (m->i.n > 1) /* the exit is the last that wants to know */
            m->i.v[k] = m->i.v[--m->i.n];
        return 1;
    }
    return 0;
}

static void make_guard(struct maker *m)
{
    tw_vref a = get(m, 'i'), p = get(m, 'r'), x;

    if (pick(4) == 0 && make_known_guard(m))
        return;
    /* mostly such as hold, so that loops turn */
    switch (pick(3) ? 10 + pick(4) : pick(10)) {
    case 10:
        x = EMIT(int_eq, NULL, a, CONST_I(random_int()));
        if (pick(2))
            add(&m->i, x);
        EMIT(guard_false, NULL, x);
        break;
    case 11:
        EMIT(guard_nonnull, NULL, p);
        break;
    case 12:
        x = EMIT(float_eq, NULL, get(m, 'f'),
                 tw_trace_const_f(m->t, random_float()));
        EMIT(guard_false, NULL, x);
        break;
    case 13:
        x = EMIT(int_or, NULL, a, CONST_I(1));
        add(&m->i, x);
        if (pick(2))
            add(&m->i, EMIT(int_is_true, NULL, x));
        EMIT(guard_true, NULL, x);
        break;
    case 0:
        EMIT(guard_true, NULL, a);
        break;
    case 1:
        EMIT(guard_false, NULL, EMIT(int_eq, NULL, a, get(m, 'i')));
        break;
    case 2:
        x = EMIT(int_and, NULL, a, CONST_I(3));
        add(&m->i, x);
        EMIT(guard_value_i, NULL, x, CONST_I(pick(4)));
        break;
    case 3:
        EMIT(guard_value_r, NULL, p, object_const(m));
        break;
    case 4:
        x = EMIT(float_to_single, NULL, EMIT(cast_int_to_float, NULL, a));
        EMIT(guard_value_f, NULL, x, tw_trace_const_f(m->t, (double)pick(3)));
        break;
    case 5:
        EMIT(guard_nonnull, NULL, p);
        break;
    case 6:
        EMIT(guard_class, &class_field, p,
             tw_trace_const_r(m->t, &classes[pick(2)]));
        break;
    case 7:
        EMIT(guard_nonnull_class, &class_field, p,
             tw_trace_const_r(m->t, &classes[pick(2)]));
        break;
    case 8:
        EMIT0(guard_not_invalidated, NULL);
        break;
    default:
        x = emit(m, TW_OP_int_lt + pick(TW_OP_uint_ge - TW_OP_int_lt + 1), NULL,
                 2, (tw_vref[]){a, get(m, 'i')});
        if (pick(2))
            add(&m->i, x);
        emit(m, pick(2) ? TW_OP_guard_true : TW_OP_guard_false, NULL, 1, &x);
        break;
    }
    failargs(m, TW_NOVALUE);
}

static void make_overflow(struct maker *m)
{
    tw_vref args[2] = {get(m, 'i'), get(m, 'i')};
    tw_vref x = emit(m, TW_OP_int_add_ovf + pick(3), NULL, 2, args);

    if (pick(4)) {
        EMIT0(guard_no_overflow, NULL);
        failargs(m, TW_NOVALUE);
        add(&m->i, x);
    } else {
        EMIT0(guard_overflow, NULL);
        failargs(m, x);
    }
}

static tw_vref index_below(struct maker *m, int64_t n)
{
    if (pick(2))
        return CONST_I(pick((uint32_t)n));
    return EMIT(int_and, NULL, get(m, 'i'), CONST_I(n - 1));
}

static void make_access(struct maker *m)
{
    const struct tw_fielddescr *fi = &int_fields[pick(5)];
    const struct tw_fielddescr *ff = &float_fields[pick(2)];
    tw_vref p = get(m, 'r');

    switch (pick(13)) {
    case 0:
        add(&m->i, EMIT(getfield_i, fi, p));
        break;
    case 1:
        EMIT(setfield_i, fi, p,
             fi->flags & TW_F_BOOL ? EMIT(int_is_true, NULL, get(m, 'i'))
                                   : get(m, 'i'));
        break;
    case 2:
        add(&m->f, EMIT(getfield_f, ff, p));
        break;
    case 3:
        EMIT(setfield_f, ff, p, get(m, 'f'));
        break;
    case 4:
        add(&m->r, EMIT(getfield_r, &link_field, p));
        break;
    case 5:
        EMIT(setfield_r, &link_field, p, get(m, 'r'));
        break;
    case 6:
        add(&m->i, EMIT(getarrayitem_i, &int_array, p, index_below(m, 8)));
        break;
    case 7:
        EMIT(setarrayitem_i, &int_array, p, index_below(m, 8), get(m, 'i'));
        break;
    case 8:
        add(&m->f, EMIT(getarrayitem_f, &float_array, p, index_below(m, 4)));
        break;
    case 9:
        EMIT(setarrayitem_f, &float_array, p, index_below(m, 4), get(m, 'f'));
        break;
    case 10:
        add(&m->r, EMIT(getarrayitem_r, &link_array, p, index_below(m, 2)));
        break;
    case 11:
        EMIT(setarrayitem_r, &link_array, p, index_below(m, 2), get(m, 'r'));
        break;
    default:
        add(&m->i, EMIT(getfield_i, &fixed_field, p));
        break;
    }
}

/* Through plain pointers into the words of an object. */
static void make_raw(struct maker *m)
{
    const struct tw_arraydescr *d = &raws[pick(4)];
    int64_t words = offsetof(struct object, words);
    tw_vref p = EMIT(ptr_add, NULL, get(m, 'r'), CONST_I(words + pick(9)));
    tw_vref q = EMIT(ptr_add, NULL, get(m, 'r'), CONST_I(words));

    switch (pick(5)) {
    case 0:
        add(&m->i, EMIT(raw_load_i, d, p, index_below(m, 16)));
        break;
    case 1:
        EMIT(raw_store_i, d, p, index_below(m, 16), get(m, 'i'));
        break;
    case 2:
        EMIT(mem_move, NULL, p, q, CONST_I(pick(24)));
        break;
    case 3:
        EMIT(mem_set, NULL, p, get(m, 'i'), index_below(m, 16));
        break;
    default:
        add(&m->i, EMIT(ptr_eq, NULL, p, q));
        break;
    }
}

static void make_new(struct maker *m)
{
    tw_vref p = EMIT0(new, &object_size), q = get(m, 'r');

    EMIT(setfield_r, &class_field, p,
         tw_trace_const_r(m->t, &classes[pick(2)]));
    EMIT(setfield_i, &fixed_field, p, get(m, 'i'));
    EMIT(setfield_r, &link_field, p, q);
    EMIT(setarrayitem_r, &link_array, p, CONST_I(0), p);
    EMIT(setarrayitem_r, &link_array, p, CONST_I(1), q);
    add(&m->r, p);
}

static unsigned call_op(const struct h_function *f, unsigned first)
{
    return first + (f->result == 'i'   ? 0u
                    : f->result == 'r' ? 1u
                    : f->result == 'f' ? 2u
                                       : 3u);
}

static unsigned call_args(struct maker *m, unsigned which, tw_vref *args)
{
    const struct h_function *f = &h_functions[which];
    unsigned n = 0;

    args[n++] = tw_trace_const_r(m->t, f->fn);
    for (const char *k = f->kinds; *k; k++) {
        /* narrow arguments are canonical, as codegen makes them */
        int bits = !f->abi                       ? 64
                   : strchr("bB", f->abi[n - 1]) ? 8
                   : strchr("hH", f->abi[n - 1]) ? 16
                   : strchr("iu", f->abi[n - 1]) ? 32
                                                 : 64;
        tw_vref v = get(m, *k);

        if (f->abi && f->abi[n - 1] == 'z')
            v = EMIT(int_is_true, NULL, v);
        else if (bits < 64)
            v = EMIT(int_signext, NULL, v, CONST_I(bits));
        else if (f->abi && f->abi[n - 1] == 'f')
            v = EMIT(float_to_single, NULL, v);
        args[n++] = v;
    }
    return n;
}

static void make_fuel(struct maker *m);
static void make_call(struct maker *m, struct fuzz *z)
{
    unsigned which = pick(H_NFUNCTIONS), n;
    const struct h_function *f;
    tw_vref args[16], x;

    if (!strcmp(h_functions[which].name, "store")) {
        args[1] = get(m, 'r');
        args[1] =
            EMIT(ptr_add, NULL, args[1], CONST_I(offsetof(struct object, i64)));
        args[0] = tw_trace_const_r(m->t, h_functions[which].fn);
        args[2] = get(m, 'i');
        emit(m, TW_OP_call_v, &calls[which], 3, args);
        return;
    }
    f = &h_functions[which];
    if (!strcmp(f->name, "force")) {
        n = call_args(m, which, args);
        x = emit(m, TW_OP_call_may_force_i, &calls[which], n, args);
        EMIT0(guard_not_forced, NULL);
        failargs(m, x);
        add(&m->i, x);
        return;
    }
    if (pick(12) == 0) {
        struct fuzz_loop *l = &z->loops[pick(z->nloops)];

        make_fuel(m);
        for (n = 0; l->input_types[n]; n++)
            args[n] = get(m, l->input_types[n]);
        x = emit(m, TW_OP_call_assembler_i, &l->loop, n, args);
        EMIT0(guard_not_forced, NULL);
        failargs(m, x);
        add(&m->i, x);
        return;
    }
    if (f->result == 'i' && !strcmp(f->name, "mix") && pick(2)) {
        n = call_args(m, which, args + 1);
        args[0] = EMIT(int_and, NULL, get(m, 'i'), CONST_I(1));
        if (pick(2))
            emit(m, TW_OP_cond_call, &calls[which], n + 1, args);
        else
            add(&m->i,
                emit(m, TW_OP_cond_call_value_i, &calls[which], n + 1, args));
        return;
    }
    n = call_args(m, which, args);
    x = emit(m, call_op(f, TW_OP_call_i), &calls[which], n, args);
    if (f->result != 'v')
        add(live_of(m, f->result), x);
}

static void make_op(struct maker *m, struct fuzz *z)
{
    switch (pick(16)) {
    case 0:
    case 1:
    case 2:
        make_guard(m);
        break;
    case 3:
        make_overflow(m);
        break;
    case 4:
    case 5:
    case 6:
        make_access(m);
        break;
    case 7:
        make_raw(m);
        break;
    case 8:
        if (pick(2))
            make_new(m);
        else
            EMIT(keepalive, NULL, get(m, 'r'));
        break;
    case 9:
        make_call(m, z);
        break;
    default:
        make_pure(m);
        break;
    }
}

/* Takes from a tank in memory, so that every loop ends. */
static void make_fuel(struct maker *m)
{
    tw_vref p = tw_trace_const_r(m->t, &world[0]);
    tw_vref fuel = EMIT(getfield_i, &fuel_field, p);
    tw_vref less = EMIT(int_sub, NULL, fuel, CONST_I(1));

    EMIT(setfield_i, &fuel_field, p, less);
    EMIT(guard_true, NULL, EMIT(int_gt, NULL, less, CONST_I(0)));
    failargs(m, TW_NOVALUE);
}

static void make_ops(struct maker *m, struct fuzz *z, unsigned n)
{
    while (n-- > 0)
        make_op(m, z);
}

static void make_end(struct maker *m, struct fuzz *z, int may_finish)
{
    struct fuzz_loop *to = &z->loops[pick(z->nloops)];
    tw_vref args[32];
    unsigned n = (unsigned)strlen(to->target_types);

    if (may_finish && pick(3) == 0) {
        args[0] = get(m, "ifr"[pick(2)]);
        emit(m, TW_OP_finish, NULL, 1, args);
        return;
    }
    make_fuel(m);
    for (unsigned k = 0; k < n; k++)
        args[k] = get(m, to->target_types[k]);
    emit(m, TW_OP_jump, &to->target, n, args);
}

static void make_inputs(struct maker *m, const char *types)
{
    m->t = tw_trace_new();
    m->i.n = m->r.n = m->f.n = 0;
    m->since = 0;
    for (; *types; types++)
        add(live_of(m, *types), tw_trace_input(m->t, *types));
}

/* Some live values become the label's arguments; the others die. */
static void make_label(struct maker *m, struct fuzz_loop *z)
{
    static const char kinds[] = "irf";
    tw_vref args[32];
    unsigned n = 0;

    for (int k = 0; k < 3; k++) {
        struct live *l = live_of(m, kinds[k]);
        unsigned keep = l->n < 5 ? l->n : 1 + pick(5);

        memmove(l->v, l->v + l->n - keep, keep * sizeof *l->v);
        l->n = keep;
        for (unsigned j = 0; j < keep; j++) {
            z->target_types[n] = kinds[k];
            args[n++] = l->v[j];
        }
    }
    z->target_types[n] = 0;
    z->target.nargs = n;
    z->target.arg_types = z->target_types;
    emit(m, TW_OP_label, &z->target, n, args);
    m->since = m->t->nops;
}

static void collect_guards(struct fuzz *z, struct tw_trace *t,
                           struct tw_loop *loop)
{
    h_make_guards(t, loop, &z->nguards);
    for (uint32_t k = 0; k < t->nops; k++)
        if (tw_op_is(t->ops[k].opnum, TW_GUARD))
            z->guards[t->ops[k].guard->id] = t->ops[k].guard;
}

/* The next of the loops, its token and label still to be filled. */
static struct fuzz_loop *new_loop(struct fuzz *z)
{
    struct fuzz_loop *l = &z->loops[z->nloops++];
    uint32_t id = z->nloops;

    l->loop =
        (struct tw_loop){.dkind = TW_DK_LOOP, .id = id, .hotness = 1 << 30};
    l->target =
        (struct tw_target){.dkind = TW_DK_TARGET, .id = id, .loop = &l->loop};
    return l;
}

static void loop_made(struct fuzz *z, struct fuzz_loop *l, struct tw_trace *t)
{
    l->trace = t;
    l->loop.ninputs = (uint32_t)strlen(l->input_types);
    l->loop.input_types = l->input_types;
    collect_guards(z, t, &l->loop);
}

static void make_loop(struct fuzz *z)
{
    static struct maker maker;
    struct maker *m = &maker;
    struct fuzz_loop *l = new_loop(z);
    unsigned n = 1 + pick(5);

    for (unsigned k = 0; k < n; k++)
        l->input_types[k] = "iirf"[pick(4)];
    make_inputs(m, l->input_types);
    make_ops(m, z, pick(15));
    make_label(m, l);
    make_ops(m, z, 5 + pick(pick(4) ? 25 : 120));
    make_end(m, z, 0);
    loop_made(z, l, m->t);
}

/* The bridge of a guard that has none. */
static void make_bridge(struct fuzz *z)
{
    static struct maker maker;
    struct maker *m = &maker;
    struct tw_guard *g = z->guards[pick(z->nguards)];
    char types[16];
    unsigned n = 0;

    for (unsigned k = 0; k < z->nbranches; k++)
        if (z->branches[k].guard == g)
            return;
    for (unsigned k = 0; k < g->nfailargs; k++)
        if (g->fail_types[k] != 'v')
            types[n++] = g->fail_types[k];
    types[n] = 0;
    make_inputs(m, types);
    make_ops(m, z, pick(20));
    make_end(m, z, 1);
    collect_guards(z, m->t, g->loop);
    z->branches[z->nbranches].guard = g;
    z->branches[z->nbranches++].trace = m->t;
}

static void make_case(struct fuzz *z, uint64_t seed)
{
    rng = seed * 0x9e3779b97f4a7c15ull + 12345;
    pick(2), pick(2), pick(2);
    memset(z, 0, sizeof *z);
    for (unsigned k = 1 + pick(MAX_LOOPS); k > 0; k--)
        make_loop(z);
    for (unsigned k = pick(MAX_BRIDGES + 1); k > 0; k--)
        make_bridge(z);
}

static void free_case(struct fuzz *z)
{
    for (unsigned k = 0; k < z->nloops; k++)
        tw_trace_free(z->loops[k].trace);
    for (unsigned k = 0; k < z->nbranches; k++)
        tw_trace_free((struct tw_trace *)(uintptr_t)z->branches[k].trace);
}

#endif

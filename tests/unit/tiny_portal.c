/*
 * The whole run time on one small portal, assembled by hand: native code enters through
 * tw_rt_enter, a loop is recorded, optimized, run by each backend, grows bridges, is invalidated
 * and freed. The portal is
 *
 *     portal(key; i, acc, object):
 *         for (;;) {                             merge point: green key, reds i acc object
 *             if (i <= 0) return acc;
 *             if (i % 4 == 0) acc = acc ^ i;     a path for a bridge
 *             else acc = acc + i * object.scale; quasi-immutable
 *             object.count = object.count + 1;
 *             acc = mix(acc, i);                 residual call
 *             object.last = new object; object.last.count = acc;
 *             i = i - 1;
 *         }
 */
#include "tests/unit/asm.h"
#include "toolkit/base/counters.h"
#include "toolkit/base/options.h"
#include "toolkit/exit/blackhole.h"
#include "toolkit/meta/loop.h"
#include "toolkit/meta/recorder.h"

struct object {
    int64_t scale;
    void *scale_watch;
    int64_t count;
    struct object *last;
};
static TW_GC_TYPE(object);

/* ---------------------------------------------------------------- jitcode */

static const struct tw_alias aliases[] = {
    {TW_ALIAS_ONE, 1, 0}, {TW_ALIAS_ONE, 1, 1}, {TW_ALIAS_ONE, 2, 2}};
static const struct tw_fielddescr object_scale = {
    .dkind = TW_DK_FIELD,
    .type = 'i',
    .size = 8,
    .flags = TW_F_QUASI,
    .offset = offsetof(struct object, scale),
    .watch_offset = offsetof(struct object, scale_watch),
    .alias = {TW_ALIAS_ONE, 1, 0},
    .name = "object.scale"};
static const struct tw_fielddescr object_count = {
    .dkind = TW_DK_FIELD,
    .type = 'i',
    .size = 8,
    .offset = offsetof(struct object, count),
    .alias = {TW_ALIAS_ONE, 1, 1},
    .name = "object.count"};

static const struct tw_fielddescr object_last = {
    .dkind = TW_DK_FIELD,
    .type = 'r',
    .size = 8,
    .offset = offsetof(struct object, last),
    .alias = {TW_ALIAS_ONE, 2, 2},
    .name = "object.last"};
static const struct tw_sizedescr object_size = {.dkind = TW_DK_SIZE,
                                                .gctype = &tw_gctype_object,
                                                .size = sizeof(struct object),
                                                .name = "object"};

static int64_t mix(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * 31 + (uint64_t)b);
}
static void mix_stub(void *fn, const union tw_value *args, union tw_value *res)
{
    res->i = ((int64_t (*)(int64_t, int64_t))fn)(args[0].i, args[1].i);
}
static const struct tw_effect no_effect = {.flags = 0};
static const struct tw_calldescr mix_descr = {.dkind = TW_DK_CALL,
                                              .result = 'i',
                                              .abi_result = 'l',
                                              .nargs = 2,
                                              .args = "ii",
                                              .abi_args = "ll",
                                              .effect = &no_effect,
                                              .stub = mix_stub,
                                              .name = "mix"};
static const struct tw_calldescr portal_descr = {.dkind = TW_DK_CALL,
                                                 .result = 'i',
                                                 .abi_result = 'l',
                                                 .nargs = 4,
                                                 .args = "iiir",
                                                 .abi_args = "lllp",
                                                 .name = "portal"};
static const struct tw_descr *const descrs[] = {
    (const void *)&object_scale, (const void *)&object_count,
    (const void *)&mix_descr, (const void *)&object_last,
    (const void *)&object_size};
enum { D_SCALE, D_COUNT, D_MIX, D_LAST, D_OBJECT };

/* %i0 key, %i1 i, %i2 acc, %i3 %i4 temporaries; constants 0 1 4 are %i5 %i6 %i7. %r0 object,
 * temporary %r1, constant mix %r2. */
static const int64_t ints[] = {0, 1, 4};
static void *const refs[] = {(void *)mix};
static const uint16_t live_regs[] = {0, 1, 2, 0, 0, 1, 2, 3, 0};
static const struct tw_live live[] = {{{3, 1, 0}, live_regs},
                                      {{4, 1, 0}, live_regs + 4}};
enum { LIVE, LIVE_T };

static struct tw_jitcode portal;
static const struct tw_jitcode *const jitcodes[] = {&portal};

static void portal_stub(const union tw_value *args, union tw_value *res);
static struct tw_driver driver = {
    .name = "tiny", .greens = "key", .reds = "i acc object"};
static struct tw_jitdriver jitdriver = {.driver = &driver,
                                        .ngreens = 1,
                                        .nreds = 3,
                                        .green_kinds = "i",
                                        .red_kinds = "iir",
                                        .vable_red = -1,
                                        .result = 'i',
                                        .portal = &portal,
                                        .portal_stub = portal_stub};
static const struct tw_jitdriver *const drivers[] = {&jitdriver};
static const struct tw_program program = {.version = TW_PROGRAM_VERSION,
                                          .njitcodes = 1,
                                          .jitcodes = jitcodes,
                                          .ndescrs = 5,
                                          .descrs = descrs,
                                          .nlive = 2,
                                          .live = live,
                                          .ndrivers = 1,
                                          .drivers = drivers,
                                          .naliases = 3,
                                          .aliases = aliases};

static void make_portal(void)
{
    static struct asm_code a;

    portal = (struct tw_jitcode){.name = "portal",
                                 .flags = TW_J_LOOKED_INSIDE | TW_J_PORTAL |
                                          TW_J_HAS_LOOP,
                                 .nregs = {5, 2, 0},
                                 .nconsts = {3, 1, 0},
                                 .consts_i = ints,
                                 .consts_r = refs,
                                 .native = (void *)portal_stub,
                                 .calldescr = &portal_descr};
    asm_label(&a, 0);
    jitdriver.merge_pc = asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_jit_merge_point, 0, 1, 0, 0, 0, 2, 1, 2, 1, 0, 0);
    asm_op(&a, TW_OP_int_gt, 1, 5, 3);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_JOP_goto_if_not, 3, 3);
    asm_op(&a, TW_OP_int_rem, 1, 7, 3);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_JOP_goto_if_not, 3, 1);
    asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_promote_r, 0);
    asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_record_quasiimmut, 0, D_SCALE);
    asm_op(&a, TW_OP_getfield_i, 0, D_SCALE, 3);
    asm_op(&a, TW_OP_int_mul, 1, 3, 3);
    asm_op(&a, TW_OP_int_add, 2, 3, 2);
    asm_op(&a, TW_JOP_goto, 2);
    asm_label(&a, 1);
    asm_op(&a, TW_OP_int_xor, 2, 1, 2);
    asm_label(&a, 2);
    asm_op(&a, TW_OP_getfield_i, 0, D_COUNT, 3);
    asm_op(&a, TW_OP_int_add, 3, 6, 3);
    asm_op(&a, TW_OP_setfield_i, 0, 3, D_COUNT);
    asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_residual_call_i, 2, D_MIX, 2, 2, 1, 0, 0, 2);
    asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_OP_new, D_OBJECT, 1);
    asm_op(&a, TW_OP_setfield_i, 1, 2, D_COUNT);
    asm_op(&a, TW_OP_setfield_r, 0, 1, D_LAST);
    asm_op(&a, TW_OP_int_sub, 1, 6, 1);
    asm_op(&a, TW_JOP_loop_header, 0);
    asm_op(&a, TW_JOP_goto, 0);
    asm_label(&a, 3);
    asm_op(&a, TW_JOP_return_i, 2);
    asm_finish(&a, &portal);
}

/* ------------------------------------------------------------ native code */

static int64_t step(int64_t i, int64_t acc, struct object *o)
{
    acc = i % 4 == 0 ? acc ^ i
                     : (int64_t)((uint64_t)acc + (uint64_t)(i * o->scale));
    o->count++;
    o->last = TW_NEW(object);
    o->last->count = mix(acc, i);
    return o->last->count;
}

/* From the merge point on, as codegen would write it. */
static void portal_stub(const union tw_value *args, union tw_value *res)
{
    union tw_value v[4] = {args[0], args[1], args[2], args[3]};

    while (v[1].i > 0) {
        v[2].i = step(v[1].i, v[2].i, v[3].r);
        v[1].i--;
        int32_t *c = &tw_rt_counters[tw_rt_hash(v, 1) & TW_RT_COUNTER_MASK];
        *c -= tw_rt_loop_step;
        if (*c < 0 && tw_rt_enter(&jitdriver, v, res) == TW_ENTER_DONE)
            return;
    }
    res->i = v[2].i;
}

static int64_t run(int64_t key, int64_t n, struct object *o)
{
    union tw_value args[4] = {{.i = key}, {.i = n}, {.i = 1}, {.r = o}}, res;

    portal_stub(args, &res);
    return res.i;
}

static int64_t expected(int64_t n, int64_t scale)
{
    struct object *o = TW_NEW(object);
    int64_t acc = 1;

    o->scale = scale;
    for (; n > 0; n--)
        acc = step(n, acc, o);
    return acc;
}

static int right(int64_t key, int64_t n, struct object *o)
{
    int64_t before = o->count, r = run(key, n, o);

    return r == expected(n, o->scale) && o->count == before + n &&
           o->last->count == r && !o->last->scale && !o->last->scale_watch &&
           !o->last->last;
}

static void params(const char *text)
{
    char err[64] = "";

    if (tw_jit_set_params(text, err, sizeof err) < 0) {
        printf("not ok parameters %s\n", err);
        exit(1);
    }
}

/* ------------------------------------------------------------------ tests */

static void test_blackhole(struct object *o)
{
    union tw_value args[4] = {{.i = 7}, {.i = 50}, {.i = 1}, {.r = o}},
                   res = {.i = 0};

    tw_bh_call(&program, &portal, args, &res);
    check(res.i == expected(50, o->scale), "portal-in-the-blackhole");
}

static void test_recorder(struct object *o)
{
    struct tw_record_result rec = {.kind = TW_RECORD_ABORT};
    union tw_value args[4] = {{.i = 7}, {.i = 51}, {.i = 1}, {.r = o}};

    tw_record_loop(&program, &jitdriver, args, &rec);
    check(rec.kind == TW_RECORD_LOOP && rec.trace &&
              rec.state == TW_ENTER_CONTINUE,
          "recording-closes-a-loop");
    check(rec.args[1].i == 50 && rec.args[0].i == 7,
          "execution-stands-at-the-merge-point");
    if (rec.trace)
        tw_trace_free(rec.trace);
}

static void test_loop(struct object *o)
{
    check(right(1, 3, o) && !tw_counters[TW_C_loops],
          "cold-loop-is-not-compiled");
    check(right(1, 1000, o), "hot-loop-gives-the-same-result");
    check(tw_counters[TW_C_loops] == 1 && tw_counters[TW_C_enters] > 0,
          "hot-loop-is-compiled");
    check(tw_counters[TW_C_bridges] >= 1, "failing-guard-grows-a-bridge");
    uint64_t failures_before = tw_counters[TW_C_guard_failures];
    check(right(1, 1000, o), "loop-with-bridge-gives-the-same-result");
    check(tw_counters[TW_C_guard_failures] - failures_before < 10,
          "bridge-takes-the-failures");
}

static void test_quasi_immutable(struct object *o)
{
    check(o->scale_watch != NULL, "loop-watches-the-quasi-immutable-field");
    if (o->scale_watch)
        tw_rt_invalidate(&o->scale_watch);
    o->scale = 5;
    check(tw_counters[TW_C_invalidated] >= 1 && !o->scale_watch,
          "writing-the-field-invalidates");
    check(right(1, 1000, o), "new-value-is-seen");
}

static void test_off(struct object *o)
{
    uint64_t enters = tw_counters[TW_C_enters];

    params("off");
    check(right(1, 1000, o) && tw_counters[TW_C_enters] == enters,
          "off-enters-nothing");
    params("threshold=10");
    check(right(1, 1000, o) && tw_counters[TW_C_enters] > enters,
          "on-again-enters");
}

static int refuse(const union tw_value *greens_and_reds)
{
    return greens_and_reds[1].i % 2;
}

static void test_confirm(struct object *o)
{
    driver.confirm_enter_jit = refuse;
    check(right(1, 1000, o), "confirm-enter-jit-is-asked");
    driver.confirm_enter_jit = NULL;
}

static void test_ageing(struct object *o)
{
    int ok = 1;

    params("loop_longevity=5");
    for (int64_t key = 100; key < 200; key++)
        ok &= right(key, 200, o);
    check(ok && tw_counters[TW_C_freed] > 20, "old-loops-are-freed");
    check(right(1, 1000, o), "a-freed-loop-is-compiled-again");
    params("loop_longevity=1000");
}

static void test_allocation(struct object *o)
{
    int ok = 1;

    for (int64_t key = 1000; key < 1010; key++)
        ok &= right(key, 300000, o);
    check(ok, "objects-made-by-machine-code-are-sound");
}

static void test_stress(struct object *o)
{
    int ok = 1;

    params("stress_abort=50,threshold=1,trace_eagerness=1");
    for (int64_t key = 300; key < 340; key++)
        ok &= right(key, 300, o);
    check(ok && tw_abort_counts[TW_ABORT_STRESS] > 0,
          "random-aborts-change-nothing");
    params("stress_abort=0");
    tw_backend_fail_every = 7;
    ok = 1;
    for (int64_t key = 400; key < 440; key++)
        ok &= right(key, 300, o);
    tw_backend_fail_every = 0;
    check(ok, "guards-failing-at-will-change-nothing");
    params("stress_gc=3");
    ok = 1;
    for (int64_t key = 500; key < 505; key++)
        ok &= right(key, 100, o);
    params("stress_gc=0");
    check(ok, "collecting-all-the-time-changes-nothing");
}

static void all(void)
{
    tw_gc_init();
    make_portal();
    tw_rt_register(&program);
    params("threshold=10,trace_eagerness=5,tier2_threshold=1");
    struct object *o = TW_NEW(object);
    o->scale = 3;

    test_blackhole(o);
    test_recorder(o);
    test_loop(o);
    test_quasi_immutable(o);
    test_off(o);
    test_confirm(o);
    test_ageing(o);
    test_allocation(o);
    test_stress(o);
}

int main(void)
{
    return for_each_backend(all);
}

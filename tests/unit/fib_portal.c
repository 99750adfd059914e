/*
 * A portal that calls itself: traces that begin at a function's start and end in its return,
 * recursive calls inlined up to a depth, the rest by call_assembler.
 *
 *     portal(key; n):                             merge point: green key, red n
 *         if (n < 2) return n;
 *         return portal(key; n - 1) + portal(key; n - 2);
 */
#include "tests/unit/asm.h"
#include "toolkit/base/counters.h"
#include "toolkit/exit/blackhole.h"
#include "toolkit/ir/backend.h"

static const struct tw_calldescr portal_descr = {.dkind = TW_DK_CALL,
                                                 .result = 'i',
                                                 .abi_result = 'l',
                                                 .nargs = 2,
                                                 .args = "ii",
                                                 .abi_args = "ll",
                                                 .name = "portal"};
/* %i0 key, %i1 n, %i2 %i3 temporaries, constants 1 2 are %i4 %i5 */
static const int64_t ints[] = {1, 2};
static const uint16_t live_regs[] = {0, 1, 2};
static const struct tw_live live[] = {{{2, 0, 0}, live_regs},
                                      {{3, 0, 0}, live_regs}};
enum { LIVE, LIVE_T };

static struct tw_jitcode portal;
static const struct tw_jitcode *const jitcodes[] = {&portal};
static void portal_stub(const union tw_value *args, union tw_value *res);
static const struct tw_driver driver = {
    .name = "fib", .greens = "key", .reds = "n", .is_recursive = 1};
static struct tw_jitdriver jitdriver = {.driver = &driver,
                                        .ngreens = 1,
                                        .nreds = 1,
                                        .green_kinds = "i",
                                        .red_kinds = "i",
                                        .vable_red = -1,
                                        .result = 'i',
                                        .portal = &portal,
                                        .portal_stub = portal_stub};
static const struct tw_jitdriver *const drivers[] = {&jitdriver};
static const struct tw_program program = {.version = TW_PROGRAM_VERSION,
                                          .njitcodes = 1,
                                          .jitcodes = jitcodes,
                                          .nlive = 2,
                                          .live = live,
                                          .ndrivers = 1,
                                          .drivers = drivers};

static void make_portal(void)
{
    static struct asm_code a;

    portal = (struct tw_jitcode){.name = "portal",
                                 .flags = TW_J_LOOKED_INSIDE | TW_J_PORTAL,
                                 .nregs = {4, 0, 0},
                                 .nconsts = {2, 0, 0},
                                 .consts_i = ints,
                                 .native = (void *)portal_stub,
                                 .calldescr = &portal_descr};
    jitdriver.merge_pc = asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_jit_merge_point, 0, 1, 0, 0, 0, 1, 1, 0, 0);
    asm_op(&a, TW_OP_int_lt, 1, 5, 2);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_JOP_goto_if_not, 2, 0);
    asm_op(&a, TW_JOP_return_i, 1);
    asm_label(&a, 0);
    asm_op(&a, TW_OP_int_sub, 1, 4, 2);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_JOP_recursive_call_i, 0, 1, 0, 0, 0, 1, 2, 0, 0, 2);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_OP_int_sub, 1, 5, 1);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_JOP_recursive_call_i, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1);
    /* n is overwritten by the result: alive behind the call are both results */
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_OP_int_add, 1, 2, 1);
    asm_op(&a, TW_JOP_return_i, 1);
    asm_finish(&a, &portal);
}

static void portal_stub(const union tw_value *args, union tw_value *res)
{
    union tw_value v[2] = {args[0], args[1]}, a, b;
    int32_t *c = &tw_rt_counters[tw_rt_hash(v, 1) & TW_RT_COUNTER_MASK];

    *c -= tw_rt_function_step;
    if (*c < 0 && tw_rt_enter(&jitdriver, v, res) == TW_ENTER_DONE)
        return;
    if (v[1].i < 2) {
        res->i = v[1].i;
        return;
    }
    union tw_value less[2] = {v[0], {.i = v[1].i - 1}};
    portal_stub(less, &a);
    less[1].i--;
    portal_stub(less, &b);
    res->i = a.i + b.i;
}

static int64_t run(int64_t key, int64_t n)
{
    union tw_value args[2] = {{.i = key}, {.i = n}}, res = {.i = -1};

    portal_stub(args, &res);
    return res.i;
}

static int64_t fib(int64_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void all(void)
{
    int ok = 1;

    tw_gc_init();
    make_portal();
    tw_rt_register(&program);
    tw_jit_set_params(
        "function_threshold=20,trace_eagerness=5,tier2_threshold=1", NULL, 0);
    check(run(1, 20) == fib(20), "recursive-function");
    check(tw_counters[TW_C_functions] > 0,
          "a-trace-ends-in-the-function's-return");
    check(tw_counters[TW_C_bridges] > 0, "bridges-of-a-function");
    uint64_t failures_before = tw_counters[TW_C_guard_failures];
    check(run(1, 20) == fib(20), "recursive-function-when-warm");
    check(tw_counters[TW_C_guard_failures] - failures_before < 2000,
          "warm-calls-stay-in-machine-code");
    tw_jit_set_params("max_unroll_recursion=1", NULL, 0);
    check(run(2, 20) == fib(20), "recursion-by-call-assembler-alone");
    tw_jit_set_params("max_unroll_recursion=7,inlining=0", NULL, 0);
    check(run(3, 20) == fib(20), "without-inlining");
    tw_jit_set_params("inlining=1,trace_limit=60", NULL, 0);
    for (int64_t key = 10; key < 20; key++)
        ok &= run(key, 18) == fib(18);
    check(ok, "traces-that-get-too-long");
    tw_jit_set_params("trace_limit=6000,stress_abort=40,function_threshold=1,"
                      "trace_eagerness=1",
                      NULL, 0);
    tw_backend_fail_every = 11;
    ok = 1;
    for (int64_t key = 20; key < 40; key++)
        ok &= run(key, 15) == fib(15);
    check(ok, "random-aborts-and-guards-failing-at-will");
}

int main(void)
{
    return for_each_backend(all);
}

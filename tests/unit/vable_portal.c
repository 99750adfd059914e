/*
 * A virtualizable frame seen from outside while machine code holds its contents, and virtual
 * references: the token protocol of exit/force.c end to end, on a portal assembled by hand.
 *
 *     portal(key; frame):
 *         for (;;) {                              merge point: green key, red frame (virtualizable)
 *             if (frame.x <= 0) return frame.items[1];
 *             frame.x = frame.x - 1;
 *             frame.items[1] = frame.items[1] * 3 + frame.x;
 *             ref = virtual_ref(frame);
 *             peek(frame, ref);                   residual call: looks inside now and then
 *             virtual_ref_finish(ref, frame);
 *         }
 */
#include "tests/unit/asm.h"
#include "toolkit/base/counters.h"
#include "toolkit/exit/blackhole.h"
#include "toolkit/exit/force.h"

struct frame {
    void *token;
    int64_t x;
    int64_t nitems;
    int64_t items[2];
};
static TW_GC_TYPE(frame);

#define FIELD(n, member, t, fl, vi)                                            \
    {.dkind = TW_DK_FIELD,                                                     \
     .type = t,                                                                \
     .size = 8,                                                                \
     .flags = fl,                                                              \
     .offset = offsetof(struct frame, member),                                 \
     .alias = {TW_ALIAS_ONE, 1, n},                                            \
     .vable_index = vi,                                                        \
     .name = "frame." #member}
static const struct tw_fielddescr frame_token = FIELD(0, token, 'r', 0, 0),
                                  frame_x = FIELD(1, x, 'i', TW_F_VABLE, 0),
                                  frame_nitems =
                                      FIELD(2, nitems, 'i', TW_F_IMMUTABLE, 0);
static const struct tw_arraydescr frame_items = {
    .dkind = TW_DK_ARRAY,
    .type = 'i',
    .size = 8,
    .flags = TW_F_VABLE,
    .base = offsetof(struct frame, items),
    .stride = 8,
    .alias = {TW_ALIAS_ONE, 1, 3},
    .name = "frame.items[]"};
static const struct tw_alias aliases[] = {{TW_ALIAS_ONE, 1, 0},
                                          {TW_ALIAS_ONE, 1, 1},
                                          {TW_ALIAS_ONE, 1, 2},
                                          {TW_ALIAS_ONE, 1, 3}};
static const struct tw_fielddescr *const vable_fields[] = {&frame_x};
static const struct tw_vinfo vinfo = {.name = "frame",
                                      .token_offset =
                                          offsetof(struct frame, token),
                                      .nfields = 1,
                                      .fields = vable_fields,
                                      .array = &frame_items,
                                      .array_length = &frame_nitems,
                                      .token = &frame_token};

/* What peek saw, as one number; and whether it is the truth. */
static uint64_t seen;
static int look_every = 1 << 30, calls, through_ref, lies;

static void peek(struct frame *f, void *ref)
{
    if (++calls % look_every)
        return;
    if (through_ref) {
        void *real = TW_IS_VREF(ref) ? tw_rt_virtual_ref_force(ref) : ref;

        lies += real != f;
    }
    if (f->token)
        tw_rt_force_virtualizable(f, vinfo.token_offset);
    seen = seen * 31 + (uint64_t)f->x * 7 + (uint64_t)f->items[1];
}
static void peek_stub(void *fn, const union tw_value *args, union tw_value *res)
{
    (void)res;
    ((void (*)(struct frame *, void *))fn)(args[0].r, args[1].r);
}
static const struct tw_effect may_force = {.flags =
                                               TW_E_ANYTHING | TW_E_CAN_FORCE};
static const struct tw_calldescr peek_descr = {.dkind = TW_DK_CALL,
                                               .result = 'v',
                                               .abi_result = 'v',
                                               .nargs = 2,
                                               .args = "rr",
                                               .abi_args = "pp",
                                               .effect = &may_force,
                                               .stub = peek_stub,
                                               .name = "peek"};
static const struct tw_calldescr portal_descr = {.dkind = TW_DK_CALL,
                                                 .result = 'i',
                                                 .abi_result = 'l',
                                                 .nargs = 2,
                                                 .args = "ir",
                                                 .abi_args = "lp",
                                                 .name = "portal"};
static const struct tw_descr *const descrs[] = {
    (const void *)&frame_token, (const void *)&frame_x,
    (const void *)&frame_items, (const void *)&peek_descr};
enum { D_TOKEN, D_X, D_ITEMS, D_PEEK };

/* %i0 key, %i1 %i2 temporaries, constants 0 1 3 are %i3 %i4 %i5; %r0 frame, %r1 reference, constant
 * peek %r2. */
static const int64_t ints[] = {0, 1, 3};
static void *const refs[] = {(void *)peek};
static const uint16_t live_regs[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 2, 0};
static const struct tw_live live[] = {{{1, 1, 0}, live_regs},
                                      {{2, 1, 0}, live_regs + 2},
                                      {{1, 2, 0}, live_regs + 5},
                                      {{3, 1, 0}, live_regs + 8}};
enum { LIVE, LIVE_T, LIVE_REF, LIVE_TT };

static struct tw_jitcode portal;
static const struct tw_jitcode *const jitcodes[] = {&portal};
static void portal_stub(const union tw_value *args, union tw_value *res);
static const struct tw_driver driver = {.name = "vable",
                                        .greens = "key",
                                        .reds = "frame",
                                        .virtualizable = "frame"};
static struct tw_jitdriver jitdriver = {.driver = &driver,
                                        .ngreens = 1,
                                        .nreds = 1,
                                        .green_kinds = "i",
                                        .red_kinds = "r",
                                        .vable_red = 0,
                                        .result = 'i',
                                        .vinfo = &vinfo,
                                        .portal = &portal,
                                        .portal_stub = portal_stub};
static const struct tw_jitdriver *const drivers[] = {&jitdriver};
static const struct tw_program program = {.version = TW_PROGRAM_VERSION,
                                          .njitcodes = 1,
                                          .jitcodes = jitcodes,
                                          .ndescrs = 4,
                                          .descrs = descrs,
                                          .nlive = 4,
                                          .live = live,
                                          .ndrivers = 1,
                                          .drivers = drivers,
                                          .naliases = 4,
                                          .aliases = aliases};

static void make_portal(void)
{
    static struct asm_code a;

    portal = (struct tw_jitcode){.name = "portal",
                                 .flags = TW_J_LOOKED_INSIDE | TW_J_PORTAL |
                                          TW_J_HAS_LOOP,
                                 .nregs = {3, 2, 0},
                                 .nconsts = {3, 1, 0},
                                 .consts_i = ints,
                                 .consts_r = refs,
                                 .native = (void *)portal_stub,
                                 .calldescr = &portal_descr};
    asm_label(&a, 0);
    jitdriver.merge_pc = asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_jit_merge_point, 0, 1, 0, 0, 0, 0, 1, 0, 0);
    asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_getfield_vable_i, 0, D_X, 1);
    asm_op(&a, TW_OP_int_gt, 1, 3, 2);
    asm_op(&a, TW_JOP_live, LIVE_TT);
    asm_op(&a, TW_JOP_goto_if_not, 2, 1);
    asm_op(&a, TW_OP_int_sub, 1, 4, 1);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_JOP_setfield_vable_i, 0, 1, D_X);
    asm_op(&a, TW_JOP_live, LIVE_T);
    asm_op(&a, TW_JOP_getarrayitem_vable_i, 0, 4, D_ITEMS, 2);
    asm_op(&a, TW_OP_int_mul, 2, 5, 2);
    asm_op(&a, TW_OP_int_add, 2, 1, 2);
    asm_op(&a, TW_JOP_live, LIVE_TT);
    asm_op(&a, TW_JOP_setarrayitem_vable_i, 0, 4, 2, D_ITEMS);
    asm_op(&a, TW_JOP_virtual_ref, 0, 1);
    asm_op(&a, TW_JOP_live, LIVE_REF);
    asm_op(&a, TW_JOP_residual_call_v, 2, D_PEEK, 0, 2, 0, 1, 0);
    asm_op(&a, TW_JOP_live, LIVE_REF);
    asm_op(&a, TW_JOP_virtual_ref_finish, 1, 0);
    asm_op(&a, TW_JOP_loop_header, 0);
    asm_op(&a, TW_JOP_goto, 0);
    asm_label(&a, 1);
    asm_op(&a, TW_JOP_live, LIVE);
    asm_op(&a, TW_JOP_getarrayitem_vable_i, 0, 4, D_ITEMS, 1);
    asm_op(&a, TW_JOP_return_i, 1);
    asm_finish(&a, &portal);
}

static void portal_stub(const union tw_value *args, union tw_value *res)
{
    union tw_value v[2] = {args[0], args[1]};

    for (;;) {
        struct frame *f = v[1].r;

        if (f->token)
            tw_rt_force_virtualizable(f, vinfo.token_offset);
        if (f->x <= 0) {
            res->i = f->items[1];
            return;
        }
        f->x--;
        f->items[1] = (int64_t)((uint64_t)f->items[1] * 3 + (uint64_t)f->x);
        peek(f, f);
        int32_t *c = &tw_rt_counters[tw_rt_hash(v, 1) & TW_RT_COUNTER_MASK];
        *c -= tw_rt_loop_step;
        if (*c < 0 && tw_rt_enter(&jitdriver, v, res) == TW_ENTER_DONE)
            return;
    }
}

/* Result and everything seen on the way. */
static uint64_t run(int64_t key, int64_t n)
{
    struct frame *f = TW_NEW(frame);
    union tw_value args[2] = {{.i = key}, {.r = f}}, res = {.i = 0};

    f->x = n;
    f->nitems = 2;
    seen = 1;
    calls = 0;
    portal_stub(args, &res);
    lies += f->items[1] != res.i || f->x != 0;
    return seen * 1000003 + (uint64_t)res.i;
}

static int same_as_interpreted(int64_t key, int64_t n)
{
    uint64_t jitted = run(key, n), interpreted;

    tw_jit_set_params("off", NULL, 0);
    interpreted = run(key, n);
    tw_jit_set_params("threshold=10", NULL, 0);
    return jitted == interpreted;
}

static void all(void)
{
    int ok = 1;

    tw_gc_init();
    make_portal();
    tw_rt_register(&program);
    tw_jit_set_params("threshold=10,trace_eagerness=3", NULL, 0);

    check(same_as_interpreted(1, 500) && tw_counters[TW_C_enters] > 0,
          "loop-on-a-virtualizable-frame");
    check(!tw_counters[TW_C_forcings], "nobody-looked-nothing-forced");
    look_every = 7;
    check(same_as_interpreted(1, 500) && !lies,
          "frame-forced-while-its-loop-runs");
    check(tw_counters[TW_C_forcings] > 10, "forcing-happened");
    through_ref = 1;
    check(same_as_interpreted(2, 500) && !lies,
          "forced-through-a-virtual-reference");
    tw_backend_fail_every = 5;
    for (int64_t key = 10; key < 30; key++) {
        look_every = 1 + (int)(key % 4);
        ok &= same_as_interpreted(key, 200);
    }
    check(ok && !lies, "guards-failing-at-will-and-forcing");
}

int main(void)
{
    return for_each_backend(all);
}

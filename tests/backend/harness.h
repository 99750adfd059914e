/*
 * harness.h: what the tests of the backends share: loading them, hooks, guards
 * for parsed traces, functions that traces call. Included by the test programs
 * tests/unit/backend*.c; everything is static.
 */
#ifndef TW_TEST_BACKEND_HARNESS_H
#define TW_TEST_BACKEND_HARNESS_H

#include "toolkit/base/log.h"
#include "toolkit/ir/trace_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

UNUSED static const struct tw_backend *h_backend; /* the one under test */
UNUSED static void (*h_hot)(struct tw_loop *);
UNUSED static struct tw_jitframe *h_frame; /* the running frame */
UNUSED static uint64_t h_effects; /* of the functions below, in order */

/* ---------------------------------------------------------------- hooks */

static union tw_value h_execute(struct tw_code *code,
                                const union tw_value *args, unsigned n,
                                struct tw_jitframe *f, struct tw_guard **exit)
{
    union tw_value slots[64], zero = {0};
    struct tw_jitframe *outer = h_frame;

    memset(slots, 0, sizeof slots);
    memcpy(slots, args, n * sizeof *args);
    tw_jitframe_init(f, code->loop, slots, n > 4 ? n : 4);
    h_frame = f;
    *exit = h_backend->execute(code, 0, f);
    h_frame = outer;
    /* the slots may be gone with this function's frame: keep them */
    union tw_value *kept = tw_gc_malloc((f->nslots + 1) * sizeof *kept);
    memcpy(kept, f->slots, f->nslots * sizeof *kept);
    f->slots = kept;
    return (*exit)->flags & TW_GUARD_FINISH ? kept[0] : zero;
}

static union tw_value h_call_assembler(struct tw_loop *loop,
                                       const union tw_value *args)
{
    struct tw_jitframe frame;
    struct tw_guard *exit;

    return h_execute(loop->code, args, loop->ninputs, &frame, &exit);
}

/* Every so many allocations and calls collect; 0: never. What a collection
 * frees is overwritten by the next allocations. */
UNUSED static unsigned h_collect_every;
static void h_maybe_collect(void)
{
    static unsigned n;

    if (h_collect_every == 0 || ++n % h_collect_every)
        return;
    tw_gc_collect();
    for (int k = 0; k < 50; k++)
        memset(tw_gc_malloc(144), 0x5a, 144); /* the size of fuzzed objects */
}

static void *h_new_object(const struct tw_sizedescr *d)
{
    h_maybe_collect();
    return tw_gc_malloc(d->size);
}

static void *h_new_var(const struct tw_sizedescr *d, int64_t n)
{
    return n < 0 || n > 1 << 20
               ? NULL
               : tw_gc_malloc(d->item_offset + d->item_size * (size_t)n +
                              d->size);
}

static void h_hot_hook(struct tw_loop *loop)
{
    if (h_hot)
        h_hot(loop);
}

static const struct tw_backend_hooks h_hooks = {.call_assembler =
                                                    h_call_assembler,
                                                .new_object = h_new_object,
                                                .new_var = h_new_var,
                                                .hot = h_hot_hook};

static const struct tw_backend *h_init(const struct tw_backend *b)
{
    char err[200];

    if (b->init(&h_hooks, err, sizeof err)) {
        fprintf(stderr, "%s: %s\n", b->name, err);
        exit(1);
    }
    return b;
}

UNUSED static const struct tw_backend *h_load_native(void)
{
    return h_init(&tw_backend_native);
}

UNUSED static const struct tw_backend *h_load_reference(void)
{
    return h_init(&tw_backend_reference);
}

/* A loop and bridges of its guards as one function; NULL: cannot. */
UNUSED static struct tw_code *h_compile_tree(const struct tw_trace *t,
                                             struct tw_loop *loop,
                                             const struct tw_branch *branches,
                                             unsigned nbranches, char *err,
                                             size_t errsize)
{
    struct tw_member member = {loop, t};
    struct tw_region region = {&member, 1, branches, nbranches};
    struct tw_code *code = NULL;

    return h_backend->compile_region(&region, &code, err, errsize) ? NULL
                                                                   : code;
}

/* ---------------------------------------------------------------- guards */

/* Gives each guard and finish of a parsed trace its struct tw_guard; ids count
 * on from *id. Kept for good: tests are short. */
UNUSED static void h_make_guards(struct tw_trace *t, struct tw_loop *loop,
                                 uint32_t *id)
{
    for (uint32_t k = 0; k < t->nops; k++) {
        struct tw_op *op = &t->ops[k];
        int is_finish = op->opnum == TW_OP_finish;
        struct tw_guard *g;

        if (op->opnum == TW_OP_label || op->opnum == TW_OP_jump) {
            struct tw_target *target = (struct tw_target *)(uintptr_t)op->descr;

            if (op->opnum == TW_OP_label || !target->loop)
                target->loop = loop;
        }
        if (!tw_op_is(op->opnum, TW_GUARD) && !is_finish)
            continue;
        g = calloc(1, sizeof *g);
        g->dkind = TW_DK_GUARD;
        g->opnum = op->opnum;
        g->loop = loop;
        g->id = is_finish ? 0 : (*id)++;
        g->flags = is_finish ? TW_GUARD_FINISH : 0;
        g->nfailargs = op->nfailargs;
        g->fail_types = calloc(op->nfailargs + 1u, 1);
        for (unsigned n = 0; n < op->nfailargs; n++) {
            tw_vref v = t->args[op->failargs + n];

            g->fail_types[n] = v == TW_NOVALUE ? 'v' : tw_type_of(t, v);
        }
        if (is_finish) {
            g->nfailargs = op->nargs;
            if (op->nargs)
                g->fail_types[0] = tw_type_of(t, t->args[op->args]);
        }
        op->guard = g;
    }
}

/* ---------------------------------------------------------------- functions
 * that traces call, by name and real ABI */

static void h_effect(int64_t x)
{
    h_maybe_collect();
    h_effects = (h_effects ^ (uint64_t)x) * 0x9e3779b97f4a7c15ull + 1;
}
static int64_t f_mix(int64_t a, int64_t b)
{
    h_effect(a + 3 * (uint64_t)b);
    return (int64_t)((uint64_t)a * 31 + (uint64_t)b);
}
static int8_t f_small(int8_t a, uint16_t b, _Bool c)
{
    h_effect(a * 65536 + b * 2 + c);
    return (int8_t)(a + b + c);
}
static uint32_t f_unsigned(uint32_t a, uint8_t b, int16_t c)
{
    h_effect((int64_t)a + b + c);
    return a * 3 + b - (uint32_t)c;
}
static double f_float(double a, float b)
{
    return a * 2 + (double)b;
}
static float f_single(float a, int64_t b)
{
    return a + (float)b;
}
static _Bool f_bool(void *p, int32_t n)
{
    return p != NULL && n > 0;
}
static void f_nothing(void)
{
    h_effect(7);
}
static void f_store(int64_t *p, int64_t x)
{
    if (p)
        *p = x;
}
static void *f_same(void *p)
{
    return p;
}
static int64_t f_many(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e,
                      int64_t f, int64_t g, int64_t h, double x, int32_t i)
{
    h_effect(a ^ g ^ i);
    return (int64_t)((uint64_t)a + 2 * (uint64_t)b + 3 * (uint64_t)c +
                     4 * (uint64_t)d + 5 * (uint64_t)e + 6 * (uint64_t)f +
                     7 * (uint64_t)g + 8 * (uint64_t)h + (uint64_t)i) +
           (x > 1);
}
/* Somebody looks at the frame: only if x is odd. Gives the sum of the integer
 * failargs that the guard after the call says are in place, the call's own
 * result (the last failarg) left out. */
static int64_t f_force(int64_t x)
{
    struct tw_guard *g = h_frame->force;
    uint64_t sum = 0;

    if (!(x & 1))
        return 0;
    h_frame->forced = h_frame;
    for (unsigned k = 0; k + 1 < g->nfailargs; k++)
        if (g->fail_types[k] == 'i')
            sum = sum * 10 + (uint64_t)h_frame->slots[g->locations[k]].i;
    return (int64_t)sum;
}

#define ARG(k, type) ((type)(a[k]))
#define STUB(name, expr)                                                       \
    static void s_##name(void *fn, const union tw_value *v, union tw_value *r) \
    {                                                                          \
        (void)fn, (void)v, (void)r;                                            \
        expr;                                                                  \
    }
STUB(mix, r->i = f_mix(v[0].i, v[1].i))
STUB(small, r->i = f_small((int8_t)v[0].i, (uint16_t)v[1].i, (_Bool)v[2].i))
STUB(unsigned, r->i = (int32_t)f_unsigned((uint32_t)v[0].i, (uint8_t)v[1].i,
                                          (int16_t)v[2].i))
STUB(float, r->f = f_float(v[0].f, (float)v[1].f))
STUB(single, r->f = (double)f_single((float)v[0].f, v[1].i))
STUB(bool, r->i = f_bool(v[0].r, (int32_t)v[1].i))
STUB(nothing, f_nothing())
STUB(store, f_store(v[0].r, v[1].i))
STUB(same, r->r = f_same(v[0].r))
STUB(many, r->i = f_many(v[0].i, v[1].i, v[2].i, v[3].i, v[4].i, v[5].i, v[6].i,
                         v[7].i, v[8].f, (int32_t)v[9].i))
STUB(force, r->i = f_force(v[0].i))
STUB(viastub, r->i = f_mix(v[0].i, v[1].i) + 1)

static const struct h_function {
    const char *name, *kinds, *abi;
    char result, abi_result;
    void *fn;
    void (*stub)(void *, const union tw_value *, union tw_value *);
} h_functions[] = {
    {"mix", "ii", "ll", 'i', 'l', (void *)f_mix, s_mix},
    {"small", "iii", "bHz", 'i', 'b', (void *)f_small, s_small},
    {"unsigned", "iii", "uBh", 'i', 'u', (void *)f_unsigned, s_unsigned},
    {"float", "ff", "df", 'f', 'd', (void *)f_float, s_float},
    {"single", "fi", "fl", 'f', 'f', (void *)f_single, s_single},
    {"bool", "ri", "pi", 'i', 'z', (void *)f_bool, s_bool},
    {"nothing", "", "", 'v', 'v', (void *)f_nothing, s_nothing},
    {"store", "ri", "pl", 'v', 'v', (void *)f_store, s_store},
    {"same", "r", "p", 'r', 'p', (void *)f_same, s_same},
    {"many", "iiiiiiiifi", "lllllllldi", 'i', 'l', (void *)f_many, s_many},
    {"force", "i", "l", 'i', 'l', (void *)f_force, s_force},
    {"viastub", "ii", NULL, 'i', 'l', (void *)f_mix, s_viastub},
};
enum { H_NFUNCTIONS = sizeof h_functions / sizeof *h_functions };

static void h_declare(struct tw_names *ns, const char *line)
{
    char err[500];

    if (tw_names_declare(ns, line, err, sizeof err)) {
        fprintf(stderr, "%s: %s\n", line, err);
        exit(1);
    }
}

/* The functions as ConstPtr(f_NAME) with descriptors <NAME>. */
UNUSED static void h_declare_functions(struct tw_names *ns)
{
    char line[200];

    for (unsigned k = 0; k < H_NFUNCTIONS; k++) {
        const struct h_function *f = &h_functions[k];
        struct tw_calldescr *d;

        snprintf(line, sizeof line, "call %s(%s)%c anything", f->name, f->kinds,
                 f->result);
        h_declare(ns, line);
        snprintf(line, sizeof line, "ptr f_%s = 0x%" PRIxPTR, f->name,
                 (uintptr_t)f->fn);
        h_declare(ns, line);
        d = (struct tw_calldescr *)(uintptr_t)tw_names_descr(ns, f->name);
        d->abi_args = f->abi;
        d->abi_result = f->abi_result;
        d->stub = f->stub;
    }
}

#endif

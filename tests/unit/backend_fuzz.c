/*
 * backend_fuzz.c: random valid traces must do the same on the reference
 * backend, on LLVM's tier 1 and tier 2, as a tree with their bridges, as regions
 * of loops that jump to one another, and when they go from tier 1 to tier 2 in
 * full run: same exit, same failargs, same memory, same calls in the same order.
 * timeout: 240
 *
 *   backend_fuzz            seeds 1..FIXED, for make check
 *   backend_fuzz SEED       one seed, with its traces printed
 *   backend_fuzz time       compile time of random loops of 50 to 1000 operations
 *   FUZZ_COLLECT=n          collect at every nth call and allocation
 *   FUZZ_SECONDS=n          seeds from the clock on, for n seconds
 *
 * What traces may not do, because backends may differ there: look at the bits
 * of a NaN, or at the address of a fresh object.
 */
#include "tests/backend/random_trace.h"

#include <time.h>

enum { FIXED = 160 };

/* ---------------------------------------------------------------- running */

enum variant { REFERENCE, TIER1, TIER2, TREE, REGION, HOT, NVARIANTS };
static const char *const variant_names[] = {"reference", "tier1",  "tier2",
                                            "tree",      "region", "hot"};
enum { NRUNS = 6 };
struct outcome {
    uint64_t effects;
    uint32_t guard;
    unsigned n;
    char types[16];
    union tw_value v[16];
    struct object world[NOBJECTS];
};

static char message[500];
static struct fuzz *hot_case;

/* Tier 2 for the loop `first` and, if wished, the others, with bridges of
 * those that are in: `leave_out` says by bits which of them not. */
static int make_region(struct fuzz *z, unsigned first, unsigned nloops,
                       unsigned leave_out)
{
    struct tw_member members[MAX_LOOPS];
    struct tw_branch branches[MAX_BRIDGES];
    struct tw_region r = {members, nloops, branches, 0};
    struct tw_code *old[MAX_LOOPS], *codes[MAX_LOOPS];

    for (unsigned k = 0; k < nloops; k++) {
        struct fuzz_loop *l = &z->loops[(first + k) % z->nloops];

        members[k] = (struct tw_member){&l->loop, l->trace};
        old[k] = l->loop.code;
    }
    for (unsigned k = 0; k < z->nbranches; k++) {
        const struct tw_branch *b = &z->branches[k];
        int inside = 0;

        for (unsigned j = 0; j < nloops; j++) {
            const struct tw_trace *t = members[j].trace;

            for (uint32_t n = 0; n < t->nops; n++)
                inside |= t->ops[n].guard == b->guard;
        }
        for (unsigned j = 0; j < r.nbranches; j++) {
            const struct tw_trace *t = branches[j].trace;

            for (uint32_t n = 0; n < t->nops; n++)
                inside |= t->ops[n].guard == b->guard;
        }
        if (inside && !(leave_out & 1u << k))
            branches[r.nbranches++] = *b;
    }
    if (h_backend->compile_region(&r, codes, message, sizeof message))
        return -1;
    for (unsigned k = 0; k < nloops; k++) {
        h_backend->redirect(old[k], codes[k]);
        members[k].loop->code = codes[k];
    }
    return 0;
}

static void become_hot(struct tw_loop *loop)
{
    struct fuzz *z = hot_case;

    h_hot = NULL;
    make_region(z, loop->id - 1, z->nloops, 0);
}

static int build(struct fuzz *z, enum variant v)
{
    int tier = v == TIER2 ? 2 : 1;
    struct tw_code *c;

    for (unsigned k = 0; k < z->nloops; k++) {
        struct fuzz_loop *l = &z->loops[k];

        l->loop.code = h_backend->compile(l->trace, &l->loop, NULL, tier,
                                          message, sizeof message);
        if (!l->loop.code)
            return -1;
    }
    for (unsigned k = 0; k < z->nbranches; k++) {
        struct tw_guard *g = z->branches[k].guard;

        c = h_backend->compile(z->branches[k].trace, g->loop, g, tier, message,
                               sizeof message);
        if (!c)
            return -1;
        h_backend->attach(g, c);
    }
    h_hot = NULL;
    if (v == TREE)
        return make_region(z, 0, 1, 0);
    if (v == REGION) /* and again, as after new bridges */
        return make_region(z, z->nguards % z->nloops, z->nloops,
                           z->nguards * 37) ||
               make_region(z, 0, 1 + z->nguards % z->nloops, 0);
    if (v == HOT) {
        for (unsigned k = 0; k < z->nloops; k++)
            z->loops[k].loop.hotness = 3;
        hot_case = z;
        h_hot = become_hot;
    }
    return 0;
}

/* What may be compared: no NaN's bits, no fresh object's address. */
static void canonical(char type, union tw_value *v)
{
    uintptr_t p = (uintptr_t)v->r, base = (uintptr_t)world;

    if (type == 'f' && v->f != v->f)
        v->i = 0x7ff8000000000000;
    if (type == 'r' && (p < base || p >= base + sizeof world) &&
        p != (uintptr_t)&classes[0] && p != (uintptr_t)&classes[1])
        v->r = NULL;
}

static void canonical_world(struct object *w)
{
    memcpy(w, world, sizeof world);
    for (int k = 0; k < NOBJECTS; k++) {
        struct object *o = &w[k];
        union tw_value v;

        if (o->f32 != o->f32)
            o->f32 = 12345;
        if (o->f64 != o->f64)
            o->f64 = 12345;
        for (int j = 0; j < 4; j++)
            if (o->floats[j] != o->floats[j])
                o->floats[j] = 12345;
        v.r = o->link;
        canonical('r', &v);
        o->link = v.r;
        for (int j = 0; j < 2; j++) {
            v.r = o->links[j];
            canonical('r', &v);
            o->links[j] = v.r;
        }
    }
}

static void run(struct fuzz *z, unsigned number, struct outcome *o)
{
    static const int64_t ints[] = {5, -1, 1000000007};
    static const double floats[] = {0.5, -3, 1e12};
    struct fuzz_loop *l = &z->loops[number % z->nloops];
    union tw_value args[16];
    struct tw_jitframe frame;
    struct tw_guard *g;

    number %= 3;
    memset(o, 0, sizeof *o);
    reset_world();
    h_effects = 0;
    for (unsigned k = 0; k < l->loop.ninputs; k++)
        if (l->input_types[k] == 'i')
            args[k].i = ints[number] * (k + 1);
        else if (l->input_types[k] == 'f')
            args[k].f = floats[number] * (k + 1);
        else
            args[k].r = &world[(number + k) % NOBJECTS];
    h_execute(l->loop.code, args, l->loop.ninputs, &frame, &g);
    o->guard = g->flags & TW_GUARD_FINISH ? ~0u : g->id;
    o->effects = h_effects;
    o->n = g->nfailargs;
    for (unsigned k = 0; k < g->nfailargs; k++) {
        o->types[k] = g->fail_types[k];
        if (g->fail_types[k] == 'v')
            continue;
        o->v[k] = frame.slots[g->locations[k]];
        canonical(g->fail_types[k], &o->v[k]);
    }
    canonical_world(o->world);
}

static void print_outcome(const char *name, const struct outcome *o)
{
    printf("  %s: guard %d effects %" PRIx64 ":", name, (int)o->guard,
           o->effects);
    for (unsigned k = 0; k < o->n; k++)
        printf(" %c%" PRIx64, o->types[k], (uint64_t)o->v[k].i);
    printf("\n");
}

static void print_difference(const char *name, const struct outcome *a,
                             const struct outcome *b)
{
    const unsigned char *x = (const void *)a->world,
                        *y = (const void *)b->world;

    print_outcome("reference", a);
    print_outcome(name, b);
    for (size_t k = 0; k < sizeof a->world; k++)
        if (x[k] != y[k]) {
            printf("  memory differs first in object %zu at offset %zu\n",
                   k / sizeof *world, k % sizeof *world);
            return;
        }
}

static void print_case(const struct fuzz *z)
{
    for (unsigned k = 0; k < z->nloops; k++)
        tw_trace_print(z->loops[k].trace, stdout);
    for (unsigned k = 0; k < z->nbranches; k++) {
        printf("bridge of guard %u:\n", z->branches[k].guard->id);
        tw_trace_print(z->branches[k].trace, stdout);
    }
}

/* 0 if all variants agree. */
static int test(uint64_t seed, const struct tw_backend *const *backends,
                int show)
{
    static struct outcome want[NRUNS], got;
    static struct fuzz z;
    int bad = 0;

    for (enum variant v = 0; v < NVARIANTS && !bad; v++) {
        h_backend = backends[v != REFERENCE];
        make_case(&z, seed);
        for (unsigned k = 0; v == REFERENCE && k < z.nloops; k++)
            if (tw_trace_verify(z.loops[k].trace, message, sizeof message)) {
                printf("not ok seed-%" PRIu64
                       "\nthe fuzzer's trace is wrong: %s\n",
                       seed, message);
                return -1;
            }
        if (show && v == REFERENCE)
            print_case(&z);
        if (build(&z, v)) {
            printf("not ok seed-%" PRIu64 "\n%s: %s\n", seed, variant_names[v],
                   message);
            return -1;
        }
        for (unsigned k = 0; k < NRUNS && !bad; k++) {
            run(&z, k, v == REFERENCE ? &want[k] : &got);
            if (show && v == REFERENCE)
                print_outcome("reference", &want[k]);
            if (v == REFERENCE || !memcmp(&want[k], &got, sizeof got))
                continue;
            printf("not ok seed-%" PRIu64 "\nrun %u, %s differs\n", seed, k,
                   variant_names[v]);
            print_difference(variant_names[v], &want[k], &got);
            bad = -1;
        }
        free_case(&z);
    }
    return bad;
}

/* ---------------------------------------------------------------- compile time */

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A loop with about the mix of a real trace's operations: no calls of strange
 * signatures, a guard to every three others. */
static void make_timed_loop(struct fuzz *z, unsigned nops)
{
    static struct maker maker;
    struct maker *m = &maker;
    struct fuzz_loop *l;

    memset(z, 0, sizeof *z);
    l = new_loop(z);
    strcpy(l->input_types, "iiirrf");
    make_inputs(m, l->input_types);
    make_label(m, l);
    while (m->t->nops < nops)
        switch (pick(8)) {
        case 0:
        case 1:
            make_guard(m);
            break;
        case 2:
            make_overflow(m);
            break;
        case 3:
        case 4:
        case 5:
            make_access(m);
            break;
        case 6:
            add(&m->i, EMIT(int_add, NULL, get(m, 'i'), get(m, 'i')));
            add(&m->f, EMIT(float_mul, NULL, get(m, 'f'), get(m, 'f')));
            break;
        default:
            if (pick(6) == 0)
                make_call(m, z);
            else if (pick(4) == 0)
                make_new(m);
            break;
        }
    make_end(m, z, 0);
    loop_made(z, l, m->t);
}

static void time_tier(unsigned nops, int tier)
{
    static struct fuzz z;
    double best = 1e9, total = 0;
    uint32_t bytes = 0, ops = 0;
    enum { REPEATS = 20 };

    for (unsigned k = 0; k < REPEATS; k++) {
        double start, took;
        struct tw_code *c;

        rng = 99;
        make_timed_loop(&z, nops);
        start = seconds_now();
        c = h_backend->compile(z.loops[0].trace, &z.loops[0].loop, NULL, tier,
                               message, sizeof message);
        took = seconds_now() - start;
        best = took < best ? took : best;
        total += took;
        bytes = c ? c->nbytes : 0;
        ops = z.loops[0].trace->nops;
        if (c)
            h_backend->free_code(c);
        tw_trace_free(z.loops[0].trace);
    }
    printf("tier %d %5u ops: best %7.0f us (%5.1f us/op), mean %7.0f us, "
           "%u bytes (%.1f an op)\n",
           tier, ops, best * 1e6, best * 1e6 / ops, total / REPEATS * 1e6,
           bytes, (double)bytes / ops);
}

static int time_all(const struct tw_backend *llvm)
{
    static const unsigned sizes[] = {1, 50, 100, 200, 500, 1000};

    h_backend = llvm;
    for (int tier = 1; tier <= 2; tier++)
        for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++)
            time_tier(sizes[k], tier);
    return 0;
}

int main(int argc, char **argv)
{
    const char *seconds = getenv("FUZZ_SECONDS");
    const struct tw_backend *backends[2];
    uint64_t seed = 1, last = FIXED;
    time_t end = 0;
    int failures = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    tw_gc_init();
    tw_log_init();
    backends[0] = h_load_reference();
    backends[1] = h_load_native();
    for (unsigned k = 0; k < H_NFUNCTIONS; k++) {
        const struct h_function *f = &h_functions[k];

        calls[k] = (struct tw_calldescr){.dkind = TW_DK_CALL,
                                         .result = f->result,
                                         .abi_result = f->abi_result,
                                         .nargs = (uint8_t)strlen(f->kinds),
                                         .args = f->kinds,
                                         .abi_args = f->abi,
                                         .stub = f->stub,
                                         .name = f->name};
    }
    if (argc > 1 && !strcmp(argv[1], "time"))
        return time_all(backends[1]);
    if (argc > 1)
        return test(strtoull(argv[1], NULL, 0), backends, 1) != 0;
    if (seconds) {
        seed = (uint64_t)time(NULL) << 20;
        last = UINT64_MAX;
        end = time(NULL) + atoi(seconds);
    }
    if (getenv("FUZZ_COLLECT"))
        h_collect_every = (unsigned)atoi(getenv("FUZZ_COLLECT"));
    for (; seed <= last && failures < 5 && (!end || time(NULL) < end); seed++)
        failures += test(seed, backends, 0) != 0;
    if (!failures)
        printf("ok random-traces\n");
    return 0;
}

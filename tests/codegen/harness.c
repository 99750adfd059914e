/*
 * harness.c: every t_* function of the corpus, native and as jitcode in the
 * blackhole, on the same random arguments and memory: same result, same memory
 * afterwards. Usage: harness [rounds] [name]
 */
#include <stdio.h>

#include "corpus.h"
#include "toolkit/exit/blackhole.h"

extern const struct tw_program tw_program;

enum { NMEM = 3 };
static char *mem[NMEM], *before[NMEM], *after[NMEM];

static uint64_t state;
static uint64_t random64(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dull;
}

static int64_t random_int(void)
{
    static const int64_t edges[] = {0,         1,
                                    -1,        2,
                                    127,       128,
                                    -128,      255,
                                    256,       32767,
                                    32768,     -32768,
                                    65535,     INT32_MAX,
                                    INT32_MIN, UINT32_MAX,
                                    1ll << 32, INT64_MAX,
                                    INT64_MIN, 1000000007,
                                    10,        INT64_MIN + 1};

    switch (random64() % 4) {
    case 0:
        return edges[random64() % (sizeof edges / sizeof *edges)];
    case 1:
        return (int64_t)(random64() % 64) - 16;
    case 2:
        return (int64_t)random64() >> (random64() % 64);
    default:
        return (int64_t)random64();
    }
}

static double random_double(void)
{
    static const double edges[] = {
        0.0,       -0.0,      1.0,          -1.0,
        0.5,       1.5,       2.5,          -2.5,
        1e300,     -1e300,    1e-310,       INFINITY,
        -INFINITY, NAN,       4294967295.0, 9007199254740993.0,
        3.7,       16777217.0};

    switch (random64() % 3) {
    case 0:
        return edges[random64() % (sizeof edges / sizeof *edges)];
    case 1:
        return (double)((int64_t)random64() >> 44) / 64;
    default:
        return ((double)(int64_t)random64()) / (1 << (random64() % 30));
    }
}

static union tw_value random_value(char abi, int n)
{
    union tw_value v = {0};
    int64_t x = random_int();

    switch (abi) {
    case 'l':
        v.i = x;
        break;
    case 'i':
    case 'u':
        v.i = (int32_t)x;
        break;
    case 'h':
    case 'H':
        v.i = (int16_t)x;
        break;
    case 'b':
    case 'B':
        v.i = (int8_t)x;
        break;
    case 'z':
        v.i = x & 1;
        break;
    case 'p':
        v.r = mem[n % NMEM];
        break;
    case 'd':
        v.f = random_double();
        break;
    case 'f':
        v.f = (float)random_double();
        break;
    }
    return v;
}

static void random_memory(void)
{
    for (int k = 0; k < NMEM; k++) {
        struct mem *m = (struct mem *)mem[k];

        for (int b = 0; b < MEM_SIZE; b++)
            mem[k][b] = (char)random64();
        m->i64 = random_int();
        m->i32 = (int32_t)random_int();
        m->flag = random64() & 1;
        m->f32 = (float)random_double();
        m->f64 = random_double();
        m->next = random64() & 1 ? (struct mem *)mem[(k + 1) % NMEM] : NULL;
        m->self = m;
        m->fn = NULL;
        for (int b = 0; b < 8; b++)
            m->doubles[b] = random_double();
    }
}

static int same_value(char kind, char abi, union tw_value a, union tw_value b)
{
    switch (kind) {
    case 'i':
        return a.i == b.i;
    case 'r':
        return a.r == b.r;
    case 'f':
        (void)abi;
        return (a.f != a.f && b.f != b.f) || a.i == b.i;
    default:
        return 1;
    }
}

static void print_value(char kind, union tw_value v)
{
    if (kind == 'f')
        printf(" %.17g", v.f);
    else if (kind == 'r')
        printf(" %p", v.r);
    else
        printf(" %lld", (long long)v.i);
}

static void report(const struct tw_jitcode *c, const union tw_value *args,
                   union tw_value native, union tw_value jit, const char *what)
{
    const struct tw_calldescr *d = c->calldescr;

    printf("not ok %s\n  %s; arguments", c->name, what);
    for (int k = 0; k < d->nargs; k++)
        print_value(d->args[k], args[k]);
    printf("; native");
    print_value(d->result, native);
    printf(", jitcode");
    print_value(d->result, jit);
    printf("\n");
}

static int test(const struct tw_jitcode *c, int rounds)
{
    const struct tw_calldescr *d = c->calldescr;
    union tw_value args[64], native, jit;

    for (int r = 0; r < rounds; r++) {
        random_memory();
        for (int k = 0; k < d->nargs; k++)
            args[k] = random_value(d->abi_args[k], k);
        for (int k = 0; k < NMEM; k++)
            memcpy(before[k], mem[k], MEM_SIZE);
        native.i = jit.i = 0;
        d->stub(c->native, args, &native);
        for (int k = 0; k < NMEM; k++) {
            memcpy(after[k], mem[k], MEM_SIZE);
            memcpy(mem[k], before[k], MEM_SIZE);
        }
        tw_bh_call(&tw_program, c, args, &jit);
        if (!same_value(d->result, d->abi_result, native, jit)) {
            report(c, args, native, jit, "another result");
            return 0;
        }
        for (int k = 0; k < NMEM; k++) {
            for (int b = 0; b < MEM_SIZE; b++) {
                if (mem[k][b] != after[k][b]) {
                    char what[64];

                    snprintf(what, sizeof what,
                             "other memory at byte %d of argument %d", b, k);
                    report(c, args, native, jit, what);
                    return 0;
                }
            }
        }
    }
    return 1;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 300, tested = 0, failed = 0;

    tw_gc_init();
    tw_jit_set_params("off", NULL, 0);
    for (int k = 0; k < NMEM; k++) {
        mem[k] = tw_gc_malloc_uncollectable(MEM_SIZE);
        before[k] = malloc(MEM_SIZE);
        after[k] = malloc(MEM_SIZE);
    }
    for (uint32_t k = 0; k < tw_program.njitcodes; k++) {
        const struct tw_jitcode *c = tw_program.jitcodes[k];

        if (strncmp(c->name, "t_", 2) || !(c->flags & TW_J_LOOKED_INSIDE))
            continue;
        if (argc > 2 && strcmp(argv[2], c->name))
            continue;
        state = 0x9e3779b97f4a7c15ull + tested;
        tested++;
        failed += !test(c, rounds);
    }
    printf("tested %d failed %d\n", tested, failed);
    return failed != 0;
}

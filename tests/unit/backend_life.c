/*
 * backend_life.c: the life of compiled code on every backend: invalidation,
 * bridges attached and freed, code freed, a loop replaced while it runs, and
 * every Nth guard failing.
 */
#include "tests/backend/harness.h"

static char message[500];
static int bad;

#define CHECK(x)                                                               \
    ((x) ? (void)0                                                             \
         : (void)(bad = 1, fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,    \
                                   __LINE__, #x)))

struct made {
    struct tw_names *ns;
    struct tw_loop *loop;
    struct tw_trace *trace;
    struct tw_code *code;
    struct tw_guard *guards[8];
    uint32_t nguards;
};

static struct tw_trace *parse(struct made *m, const char *text)
{
    struct tw_trace *t = tw_trace_parse(text, m->ns, TW_PARSE_OPTIMIZED,
                                        message, sizeof message);

    if (!t) {
        printf("%s\n", message);
        exit(1);
    }
    h_make_guards(t, m->loop, &m->nguards);
    for (uint32_t k = 0; k < t->nops; k++)
        if (tw_op_is(t->ops[k].opnum, TW_GUARD))
            m->guards[t->ops[k].guard->id] = t->ops[k].guard;
    return t;
}

static void make(struct made *m, const char *text, int tier)
{
    memset(m, 0, sizeof *m);
    m->ns = tw_names_new();
    h_declare_functions(m->ns);
    m->loop = tw_names_loop(m->ns, 0);
    m->loop->hotness = 1 << 30;
    m->trace = parse(m, text);
    m->loop->ninputs = m->trace->ninputs;
    m->code = h_backend->compile(m->trace, m->loop, NULL, tier, message,
                                 sizeof message);
    CHECK(m->code != NULL);
}

static struct tw_code *bridge(struct made *m, unsigned guard, const char *text,
                              int tier)
{
    struct tw_code *c =
        h_backend->compile(parse(m, text), m->loop, m->guards[guard], tier,
                           message, sizeof message);

    CHECK(c != NULL);
    h_backend->attach(m->guards[guard], c);
    CHECK(m->guards[guard]->bridge == c);
    return c;
}

static struct tw_guard *run(struct made *m, int64_t a, int64_t b,
                            struct tw_jitframe *f)
{
    union tw_value args[2] = {{.i = a}, {.i = b}};
    struct tw_guard *g;

    h_execute(m->code, args, 2, f, &g);
    return g;
}

static const char COUNT[] = "[i0, i1]\n"
                            "label(i0, i1, descr=L1)\n"
                            "guard_not_invalidated() [i0, i1]\n"
                            "i3 = int_add(i0, 1)\n"
                            "i4 = int_lt(i3, i1)\n"
                            "guard_true(i4) [i3]\n"
                            "jump(i3, i1, descr=L1)\n";

static void invalidation(int tier)
{
    struct tw_jitframe f;
    struct made m;

    make(&m, COUNT, tier);
    CHECK(run(&m, 0, 10, &f) == m.guards[1]);
    CHECK(f.slots[m.guards[1]->locations[0]].i == 10);
    m.code->invalidated = 1;
    CHECK(run(&m, 3, 10, &f) == m.guards[0]);
    CHECK(f.slots[m.guards[0]->locations[0]].i == 3);
    CHECK(f.slots[m.guards[0]->locations[1]].i == 10);
}

static void freeing_a_bridge(int tier)
{
    struct tw_jitframe f;
    struct made m;
    struct tw_code *c;
    struct tw_guard *g;

    make(&m, COUNT, tier);
    c = bridge(&m, 1, "[i0]\ni1 = int_mul(i0, 2)\nfinish(i1)\n", tier);
    g = run(&m, 0, 10, &f);
    CHECK(g->flags & TW_GUARD_FINISH);
    CHECK(f.slots[0].i == 20);
    h_backend->free_code(c);
    CHECK(m.guards[1]->bridge == NULL);
    CHECK(run(&m, 0, 10, &f) == m.guards[1]);
    h_backend->free_code(m.code);
    CHECK(m.guards[1]->locations == NULL);
    CHECK(tw_names_target(m.ns, 1)->code == NULL);
}

/* A tier-2 body takes over; the old one's exits and bridges are still right. */
static void replacing(void)
{
    struct tw_jitframe f;
    struct made m;
    struct tw_code *old, *fresh;

    make(&m, COUNT, 1);
    bridge(&m, 1, "[i0]\ni1 = int_mul(i0, 2)\nfinish(i1)\n", 1);
    old = m.code;
    fresh =
        h_backend->compile(m.trace, m.loop, NULL, 2, message, sizeof message);
    CHECK(fresh && tw_names_target(m.ns, 1)->code == old);
    h_backend->redirect(old, fresh);
    CHECK(tw_names_target(m.ns, 1)->code == fresh);
    for (int k = 0; k < 2; k++) {
        m.code = k ? fresh : old;
        run(&m, 0, 10, &f);
        CHECK(f.exit->flags & TW_GUARD_FINISH);
        CHECK(f.slots[0].i == 20);
    }
    h_backend->free_code(old);
    CHECK(m.guards[1]->locations != NULL);
    run(&m, 0, 12, &f);
    CHECK(f.slots[0].i == 24);
    h_backend->free_code(fresh);
    CHECK(m.guards[1]->locations == NULL);
}

static unsigned hot_calls;
static void count_hot(struct tw_loop *loop)
{
    (void)loop;
    hot_calls++;
}

static void hotness(int tier)
{
    struct tw_jitframe f;
    struct made m;

    make(&m, COUNT, tier);
    h_hot = count_hot;
    hot_calls = 0;
    m.loop->hotness = 50;
    run(&m, 0, 50, &f); /* 49 jumps */
    CHECK(hot_calls == 0);
    run(&m, 0, 3, &f);
    CHECK(hot_calls == 1);
    run(&m, 0, 100000, &f);
    CHECK(hot_calls > 10 && hot_calls < 100);
    h_hot = NULL;
}

/* Left early, and where it was left is right: going on from there gives what
 * one run would have given. */
static void failing_guards(int tier)
{
    struct tw_jitframe f;
    struct made m;
    unsigned exits = 0;
    int64_t at = 0;

    tw_backend_fail_every = 7;
    make(&m, COUNT, tier);
    tw_backend_fail_every = 0;
    while (at < 100 && exits < 1000) {
        struct tw_guard *g = run(&m, at, 100, &f);
        int64_t now = f.slots[g->locations[0]].i;

        CHECK(now >= at && now <= 100);
        at = now;
        exits++;
    }
    CHECK(at == 100 && exits > 10 && exits < 100);
}

static void report(const char *name, const char *backend, int tier)
{
    printf("%s %s/%s%d\n", bad ? "not ok" : "ok", name, backend, tier);
    bad = 0;
}

int main(void)
{
    const struct tw_backend *backends[2];

    setvbuf(stdout, NULL, _IOLBF, 0);
    tw_gc_init();
    backends[0] = h_load_reference();
    backends[1] = h_load_native();
    for (int k = 0; k < 3; k++) {
        int tier = k == 2 ? 2 : 1;

        h_backend = backends[k > 0];
        invalidation(tier);
        report("invalidation", h_backend->name, tier);
        freeing_a_bridge(tier);
        report("freeing-a-bridge", h_backend->name, tier);
        failing_guards(tier);
        report("failing-guards", h_backend->name, tier);
        if (tier == 1) {
            hotness(tier);
            report("hot-loops-are-reported", h_backend->name, tier);
        }
    }
    h_backend = backends[1];
    replacing();
    report("replaced-by-tier-2", h_backend->name, 2);
    return 0;
}

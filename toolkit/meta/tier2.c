/*
 * tier2.c: a bounded queue of hot loops, a thread that compiles them, and a list of results.
 *
 * A job is a loop with those of its bridges that are worth it (they ran often enough). The thread
 * only reads the kept traces, which stay unchanged until the job is done; new machine code is seen
 * by nobody until tw_tier2_install, on the program's own thread, redirects the old code to it.
 * It never touches collected memory and is not registered with the collector, which can do
 * without locks that way.
 */
#include "toolkit/meta/tier2.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/map.h"
#include "toolkit/base/options.h"
#include "toolkit/base/vec.h"
#include "toolkit/meta/engine.h"
#include "toolkit/meta/loop.h"

struct tier2_job {
    struct tier2_job *next;
    struct tw_loop *loop;
    struct tw_code *old; /* what it replaces */
    struct tw_branch *branches;
    uint32_t nbranches, branches_cap;
    struct tw_code *code; /* result */
    char err[256];
};

/* A loop is compiled again when bridges have come since, but not forever. */
enum { MOST_TIMES = 4 };

int tw_tier2_ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER,
                      idle = PTHREAD_COND_INITIALIZER;
static struct tier2_job *queue, *done; /* under lock */
static uint32_t nqueued;               /* under lock */
static int running, stopping, busy;    /* under lock */

int tw_tier2_wants_traces(void)
{
    return tw_options.tier2 != 0;
}

/* Each time that a loop was compiled, the next time has to be worth twice as much. */
void tw_tier2_count_from_here(struct tw_loop *l)
{
    const struct tw_loopmeta *m = tw_meta(l);
    int64_t turns = (tw_options.tier2_threshold * 1000) << m->ntier2;

    turns /= m->trace && m->trace->nops ? m->trace->nops : 1;
    l->hotness = turns < 10          ? 10
                 : turns > INT32_MAX ? INT32_MAX
                                     : (int32_t)turns;
}

static void compile(struct tier2_job *j)
{
    const struct tw_backend *be = tw_backend();
    const struct tw_trace *t = tw_meta(j->loop)->trace;
    uint64_t start = tw_cpu_ns();

    if (j->nbranches && be->compile_tree)
        j->code = be->compile_tree(t, j->loop, j->branches, j->nbranches,
                                   j->err, sizeof j->err);
    else
        j->code = be->compile(t, j->loop, NULL, 2, j->err, sizeof j->err);
    tw_count(TW_C_time_tier2, tw_cpu_ns() - start);
}

static void finished(struct tier2_job *j)
{
    pthread_mutex_lock(&lock);
    j->next = done;
    done = j;
    __atomic_store_n(&tw_tier2_ready, 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
}

static void *worker(void *unused)
{
    (void)unused;
    for (;;) {
        pthread_mutex_lock(&lock);
        busy = 0;
        pthread_cond_broadcast(&idle);
        while (!queue || stopping)
            pthread_cond_wait(&wake, &lock);
        busy = 1;
        struct tier2_job *j = queue;
        queue = j->next;
        nqueued--;
        pthread_mutex_unlock(&lock);
        compile(j);
        finished(j);
    }
    return NULL;
}

static int start_worker(void)
{
    pthread_attr_t attr;
    pthread_t thread;

    if (running)
        return 1;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 8u << 20);
    running = pthread_create(&thread, &attr, worker, NULL) == 0;
    if (running)
        pthread_setname_np(thread, "tw-tier2");
    pthread_attr_destroy(&attr);
    return running;
}

/* After fork() the child has no worker, and nobody knows who held the lock. */
static void in_child(void)
{
    static const pthread_mutex_t fresh_lock = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_cond_t fresh_cond = PTHREAD_COND_INITIALIZER;

    lock = fresh_lock;
    wake = idle = fresh_cond;
    running = busy = 0;
    for (struct tier2_job *j = queue; j; j = j->next)
        tw_meta(j->loop)->tier2 = TW_TIER2_NO;
    queue = NULL;
    nqueued = 0;
}

static void own(struct tw_map *guards, const struct tw_trace *t)
{
    for (uint32_t k = 0; k < t->nops; k++)
        if (t->ops[k].guard)
            *tw_map_put(guards, tw_ptr_key(t->ops[k].guard)) = 1;
}

/* Bridges in the order in which they were made, which is about how often they run, as far as
 * the limit allows, each after what it hangs on. */
static void choose_branches(struct tier2_job *j)
{
    struct tw_loopmeta *m = tw_meta(j->loop);
    struct tw_map guards = {0};
    int64_t nops = m->trace->nops;

    own(&guards, m->trace);
    for (uint32_t k = 0; k < m->nbridges && tw_backend()->compile_tree; k++) {
        struct tw_branch b = {m->bridges[k].guard, m->bridges[k].trace};

        if (!b.guard->bridge || !tw_map_find(&guards, tw_ptr_key(b.guard)) ||
            nops + b.trace->nops > tw_options.tier2_tree_limit)
            continue;
        nops += b.trace->nops;
        own(&guards, b.trace);
        TW_VEC_PUSH(j->branches, j->nbranches, j->branches_cap, b);
    }
    tw_map_free(&guards);
}

void tw_tier2_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = 1;
    while (busy)
        pthread_cond_wait(&idle, &lock);
    pthread_mutex_unlock(&lock);
}

void tw_tier2_new_bridge(struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l);

    if (m->tier2 != TW_TIER2_DONE || m->ntier2 >= MOST_TIMES)
        return;
    m->tier2 = TW_TIER2_NO;
    tw_tier2_count_from_here(l);
}

static void free_job(struct tier2_job *j)
{
    free(j->branches);
    free(j);
}

static void install(struct tier2_job *j)
{
    struct tw_loopmeta *m = tw_meta(j->loop);
    char where[256];

    m->tier2 = j->code ? TW_TIER2_DONE : TW_TIER2_GIVEN_UP;
    m->ntier2++;
    tw_loop_describe(j->loop, where, sizeof where);
    if (!j->code) {
        tw_log(TW_LOG_jit_tier2, "%s: %s", where, j->err);
        return;
    }
    tw_count(TW_C_tier2_loops, 1);
    tw_count(TW_C_code_bytes, j->code->nbytes);
    tw_log(TW_LOG_jit_tier2, "%s: %" PRIu32 " bytes with %" PRIu32 " bridges",
           where, j->code->nbytes, j->nbranches);
    tw_loop_add_code(j->loop, j->code);
    tw_backend()->redirect(j->old, j->code);
}

void tw_tier2_install(void)
{
    struct tier2_job *list;

    pthread_mutex_lock(&lock);
    list = done;
    done = NULL;
    __atomic_store_n(&tw_tier2_ready, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock);
    while (list) {
        struct tier2_job *j = list;

        list = j->next;
        install(j);
        free_job(j);
    }
}

static void enqueue(struct tier2_job *j)
{
    static int prepared;
    struct tier2_job **end;

    if (!prepared) {
        prepared = 1;
        pthread_atfork(NULL, NULL, in_child);
    }
    if (!start_worker()) {
        tw_meta(j->loop)->tier2 = TW_TIER2_GIVEN_UP;
        free_job(j);
        return;
    }
    pthread_mutex_lock(&lock);
    for (end = &queue; *end; end = &(*end)->next)
        ;
    *end = j;
    nqueued++;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
}

void tw_tier2_hot(struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l);

    tw_tier2_poll();
    if (!tw_options.tier2 || m->tier2 != TW_TIER2_NO || !m->trace ||
        m->invalidated)
        return;
    if (nqueued >= tw_options.tier2_queue) {
        tw_tier2_count_from_here(l);
        tw_count(TW_C_tier2_dropped, 1);
        return;
    }
    struct tier2_job *j = tw_calloc(1, sizeof *j);
    j->loop = l;
    j->old = l->code;
    choose_branches(j);
    m->tier2 = TW_TIER2_WAITING;
    if (tw_options.tier2_sync) {
        compile(j);
        install(j);
        free_job(j);
        return;
    }
    enqueue(j);
}

/*
 * tier2.c: what is hot and waits for tier 2, hottest first; a thread that compiles; a list of
 * results.
 *
 * Heat. Tier 1 counts a loop's turns down and reports (tw_tier2_hot). A loop that ran enough is
 * wanted; the hottest wanted one is taken when the thread has nothing left to do, and only then
 * its region (region.c) is chosen, so that it has all bridges made until then. A loop that was
 * compiled into another's region counts for that one, its root; new bridges of a region let it
 * be wanted again. Each time has to be worth twice as much as the time before.
 *
 * A job is a region. The thread only reads the kept traces, which stay unchanged until the job is
 * done; new machine code is seen by nobody until tw_tier2_install, on the program's own thread,
 * redirects the old code to it. The thread never touches collected memory and is not registered
 * with the collector, which can do without locks that way.
 */
#include "toolkit/meta/tier2.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/base/vec.h"
#include "toolkit/meta/engine.h"
#include "toolkit/meta/loop.h"
#include "toolkit/meta/region.h"

struct tier2_job {
    struct tier2_job *next;  /* in the queue or the results, under lock */
    struct tier2_job
        *other; /* of all that are under way: the program's thread's */
    struct region region;
    struct tw_code **old, **codes; /* by member: what it replaces, the result */
    int failed;
    char err[256];
};

enum {
    UNDER_WAY =
        2, /* jobs handed to the thread: it should not have to wait for the next one */
    AGAIN = 20, /* see turns_wanted */
    LOOK_AGAIN = 4096 /* turns after which a loop in tier 1 reports once more */
};

int tw_tier2_ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER,
                      idle = PTHREAD_COND_INITIALIZER;
static struct tier2_job *queue, *done; /* under lock */
static int running, stopping, busy; /* under lock */
static struct tier2_job *under_way;
static uint32_t nunder_way;
static struct tw_loop **wanted;
static uint32_t nwanted, wanted_cap;

int tw_tier2_wants_traces(void)
{
    return tw_options.tier2 != 0;
}

/* ------------------------------------------------------------------- heat */

static struct tw_loop *root_of(struct tw_loop *l)
{
    return tw_meta(l)->root ? tw_meta(l)->root : l;
}

/* The turns in tier 1 after which compiling is likely to pay. The first time the loop runs as a
 * whole in tier 1. Later it is only what came since, a bridge and back, while all of the region
 * is paid for again. */
static int64_t turns_wanted(const struct tw_loop *l)
{
    const struct tw_loopmeta *m = tw_meta(l);
    int64_t nops = m->trace && m->trace->nops ? m->trace->nops : 1, turns;

    if (m->ntier2)
        turns = (m->region_nops * tw_options.tier2_threshold / AGAIN)
                << (m->ntier2 - 1);
    else
        turns = tw_options.tier2_threshold * 1000 / nops;
    return turns < 10 ? 10 : turns;
}

static void count_anew(struct tw_loop *l, int64_t turns)
{
    l->hotness = turns > INT32_MAX ? INT32_MAX : (int32_t)turns;
    tw_meta(l)->counted_from = l->hotness;
}

void tw_tier2_count_from_here(struct tw_loop *l)
{
    count_anew(l, turns_wanted(l));
}

static uint64_t turns_since(const struct tw_loop *l)
{
    int64_t n = (int64_t)tw_meta(l)->counted_from - l->hotness;

    return n > 0 ? (uint64_t)n : 0;
}

uint64_t tw_tier2_turns(const struct tw_loop *l)
{
    return tw_meta(l)->turns + turns_since(l);
}

/* --------------------------------------------------------------- the thread */

static void compile(struct tier2_job *j)
{
    const struct tw_backend *be = tw_backend();
    const struct region *r = &j->region;
    struct tw_region all = {r->members, r->nmembers, r->branches, r->nbranches};
    uint64_t start = tw_cpu_ns();

    if (be->compile_region)
        j->failed = be->compile_region(&all, j->codes, j->err, sizeof j->err);
    else
        j->failed =
            !(j->codes[0] = be->compile(r->members[0].trace, r->members[0].loop,
                                        NULL, 2, j->err, sizeof j->err));
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

void tw_tier2_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = 1;
    while (busy)
        pthread_cond_wait(&idle, &lock);
    pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------- a job */

static void free_job(struct tier2_job *j)
{
    struct tier2_job **p = &under_way;

    while (*p && *p != j)
        p = &(*p)->other;
    if (*p) {
        *p = j->other;
        nunder_way--;
    }
    region_free(&j->region);
    free(j->old);
    free(j->codes);
    free(j);
}

static void forget_taken(void)
{
    uint32_t kept = 0;

    for (uint32_t k = 0; k < nwanted; k++)
        if (tw_meta(wanted[k])->tier2 == TW_TIER2_WANTED)
            wanted[kept++] = wanted[k];
    nwanted = kept;
}

void tw_tier2_forget(struct tw_loop *l)
{
    if (tw_meta(l)->tier2 != TW_TIER2_WANTED)
        return;
    tw_meta(l)->tier2 = TW_TIER2_NO;
    forget_taken();
}

static struct tier2_job *new_job(struct tw_loop *root)
{
    struct tier2_job *j = tw_calloc(1, sizeof *j);

    region_choose(&j->region, root);
    j->old = tw_calloc(j->region.nmembers, sizeof *j->old);
    j->codes = tw_calloc(j->region.nmembers, sizeof *j->codes);
    for (uint32_t k = 0; k < j->region.nmembers; k++) {
        struct tw_loop *l = j->region.members[k].loop;

        j->old[k] = l->code;
        tw_meta(l)->tier2 = TW_TIER2_WAITING;
        tw_meta(l)->new_bridge = 0;
    }
    forget_taken();
    j->other = under_way;
    under_way = j;
    nunder_way++;
    return j;
}

/* A loop of a job that came to nothing is what it was before. */
static void take_back(struct tier2_job *j, enum tw_tier2_state root)
{
    for (uint32_t k = 0; k < j->region.nmembers; k++) {
        struct tw_loopmeta *m = tw_meta(j->region.members[k].loop);

        m->tier2 = (uint8_t)(k == 0    ? root
                             : m->root ? TW_TIER2_DONE
                                       : TW_TIER2_NO);
    }
}

/* After fork() the child has no worker, and nobody knows who held the lock. What was being
 * compiled will have to become hot again. */
static void in_child(void)
{
    static const pthread_mutex_t fresh_lock = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_cond_t fresh_cond = PTHREAD_COND_INITIALIZER;

    lock = fresh_lock;
    wake = idle = fresh_cond;
    running = busy = 0;
    queue = done = NULL;
    tw_tier2_ready = 0;
    while (under_way) {
        take_back(under_way, TW_TIER2_NO);
        free_job(under_way);
    }
}

/* The region's root keeps it and the loops in it alive, and each of them the root. */
static void install_member(struct tier2_job *j, uint32_t k)
{
    struct tw_loop *root = j->region.members[0].loop;
    struct tw_loop *l = j->region.members[k].loop;
    struct tw_loopmeta *m = tw_meta(l);

    m->tier2 = m->new_bridge ? TW_TIER2_NO : TW_TIER2_DONE;
    m->root = root;
    m->turns = 0;
    tw_loop_jumps_to(root, l);
    tw_loop_jumps_to(l, root);
    j->codes[k]->invalidated = m->invalidated;
    tw_loop_add_code(l, j->codes[k]);
    tw_backend()->redirect(j->old[k], j->codes[k]);
    count_anew(l, LOOK_AGAIN);
}

static void install(struct tier2_job *j)
{
    struct tw_loop *root = j->region.members[0].loop;
    struct tw_loopmeta *m = tw_meta(root);
    int stale = 0;
    char where[256];

    tw_loop_describe(root, where, sizeof where);
    if (j->failed) {
        tw_log(TW_LOG_jit_tier2, "%s: %s", where, j->err);
        take_back(j, TW_TIER2_GIVEN_UP);
        return;
    }
    for (uint32_t k = 0; k < j->region.nmembers; k++) {
        stale |= tw_meta(j->region.members[k].loop)->new_bridge;
        install_member(j, k);
    }
    m->tier2 = stale ? TW_TIER2_NO : TW_TIER2_DONE;
    m->ntier2 += m->ntier2 < 16;
    m->region_nops = j->region.nops;
    tw_count(TW_C_tier2_loops, j->region.nmembers);
    tw_count(TW_C_tier2_regions, 1);
    tw_count(TW_C_tier2_ops, j->region.nops);
    tw_count(TW_C_code_bytes, j->codes[0]->nbytes);
    tw_log(TW_LOG_jit_tier2,
           "%s: %" PRIu32 " bytes for %" PRIu32 " operations, %" PRIu32
           " loops, %" PRIu32 " bridges",
           where, j->codes[0]->nbytes, j->region.nops, j->region.nmembers,
           j->region.nbranches);
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
        take_back(j, TW_TIER2_GIVEN_UP);
        free_job(j);
        return;
    }
    pthread_mutex_lock(&lock);
    for (end = &queue; *end; end = &(*end)->next)
        ;
    *end = j;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------- what is to be done */

/* The hottest wanted loop, or NULL. */
static struct tw_loop *hottest(void)
{
    struct tw_loop *found = NULL;

    for (uint32_t k = 0; k < nwanted; k++) {
        struct tw_loop *l = wanted[k];

        if (tw_meta(l)->invalidated)
            tw_meta(l)->tier2 = TW_TIER2_GIVEN_UP;
        else if (!found || tw_tier2_turns(l) > tw_tier2_turns(found))
            found = l;
    }
    forget_taken();
    return found;
}

static void take_next(void)
{
    struct tw_loop *l;

    while (nunder_way < UNDER_WAY && (l = hottest()))
        enqueue(new_job(l));
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
    take_next();
}

void tw_tier2_new_bridge(struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l), *r = tw_meta(root_of(l));

    m->new_bridge = 1;
    if (r->tier2 != TW_TIER2_DONE)
        return;
    r->tier2 = TW_TIER2_NO;
    r->turns = 0;
}

void tw_tier2_hot(struct tw_loop *l)
{
    struct tw_loop *root;
    struct tw_loopmeta *m;
    struct tier2_job *j;

    tw_tier2_poll();
    root = root_of(l);
    m = tw_meta(root);
    m->turns += (uint64_t)tw_meta(l)->counted_from;
    count_anew(l, LOOK_AGAIN);
    if (!tw_options.tier2 || m->tier2 != TW_TIER2_NO || !m->trace ||
        m->invalidated || (int64_t)m->turns < turns_wanted(root))
        return;
    if (tw_options.tier2_sync) {
        j = new_job(root);
        compile(j);
        install(j);
        free_job(j);
        return;
    }
    m->tier2 = TW_TIER2_WANTED;
    TW_VEC_PUSH(wanted, nwanted, wanted_cap, root);
    take_next();
}

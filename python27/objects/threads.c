/*
 * threads.c: the interpreter's lock and the threads that take turns with it
 * (threads.h). Until the first thread is started there is no locking at all.
 */
#include "objects/threads.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "modules/signal.h"
#include "objects/runtime.h"

enum { SWITCH_NS = 1000000 };

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t freed; /* nobody holds it */
    pthread_cond_t taken; /* somebody took it */
    int held, waiting;
    uint64_t turns;
} gil = {PTHREAD_MUTEX_INITIALIZER,
         PTHREAD_COND_INITIALIZER,
         PTHREAD_COND_INITIALIZER,
         1,
         0,
         0};

static struct py_ec *main_context;
static pthread_t main_thread;
static int started;   /* there was ever a second thread */
static int finishing; /* only the main thread goes on */
static int nthreads;
size_t py_thread_stack_size;

struct start {
    void (*body)(void *arg);
    void *arg;
    struct py_ec *ec;
};
TW_GC_TYPE(start);

/* ------------------------------------------------------------------ the lock */

struct py_ec *py_gil_release(void)
{
    struct py_ec *ec = py_ec;
    if (!started)
        return ec;
    int err = errno;
    pthread_mutex_lock(&gil.mutex);
    gil.held = 0;
    pthread_cond_signal(&gil.freed);
    pthread_mutex_unlock(&gil.mutex);
    errno = err;
    return ec;
}

static void in_a_moment(struct timespec *t)
{
    clock_gettime(CLOCK_REALTIME, t);
    t->tv_nsec += SWITCH_NS;
    if (t->tv_nsec >= 1000000000) {
        t->tv_nsec -= 1000000000;
        t->tv_sec++;
    }
}

static void take(void)
{
    gil.waiting++;
    while (gil.held) {
        uint64_t turns = gil.turns;
        struct timespec until;
        in_a_moment(&until);
        int r = pthread_cond_timedwait(&gil.freed, &gil.mutex, &until);
        if (r == ETIMEDOUT && gil.held && gil.turns == turns)
            py_action_set(PY_ACTION_SWITCH);
    }
    gil.waiting--;
    gil.held = 1;
    gil.turns++;
    pthread_cond_broadcast(&gil.taken);
}

void py_gil_acquire(struct py_ec *ec)
{
    if (started) {
        int err = errno;
        pthread_mutex_lock(&gil.mutex);
        take();
        pthread_mutex_unlock(&gil.mutex);
        while (finishing && ec != main_context) {
            py_ec = ec;
            py_gil_release();
            for (;;)
                pause();
        }
        py_ec = ec;
        errno = err;
    }
    if (ec == main_context && py_signals_waiting())
        py_action_set(PY_ACTION_SIGNAL);
    if (ec->async_exc)
        py_action_set(PY_ACTION_ASYNC);
}

/* Another thread has waited long enough: it goes first. */
static int give_way(void)
{
    struct py_ec *ec = py_ec;
    pthread_mutex_lock(&gil.mutex);
    uint64_t turns = gil.turns;
    gil.held = 0;
    pthread_cond_signal(&gil.freed);
    while (gil.waiting && gil.turns == turns)
        pthread_cond_wait(&gil.taken, &gil.mutex);
    pthread_mutex_unlock(&gil.mutex);
    py_gil_acquire(ec);
    return 0;
}

/* An exception that another thread sent. */
static int raise_async(void)
{
    py_object *e = py_ec->async_exc;
    py_ec->async_exc = NULL;
    if (!e)
        return 0;
    py_raise_statement(e, NULL, NULL);
    return -1;
}

/* -------------------------------------------------------------------- threads */

void py_threads_init(void)
{
    main_context = py_ec;
    main_thread = pthread_self();
    py_ec->thread_id = (int64_t)main_thread;
    py_action_handler[1] = give_way; /* PY_ACTION_SWITCH */
    py_action_handler[3] = raise_async; /* PY_ACTION_ASYNC */
}

int py_thread_is_main(void)
{
    return pthread_equal(pthread_self(), main_thread);
}

int py_thread_count(void)
{
    return nthreads;
}

struct py_ec *py_thread_contexts(void)
{
    return main_context;
}

static void forget(struct py_ec *ec)
{
    struct py_ec *p = main_context;
    while (p && p->next != ec)
        p = p->next;
    if (p)
        p->next = ec->next;
}

static void set_stack_limit(struct py_ec *ec)
{
    pthread_attr_t attr;
    void *low;
    size_t size;
    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstack(&attr, &low, &size);
    pthread_attr_destroy(&attr);
    size_t reserve = (size_t)256 << 10;
    ec->stack_limit = (char *)low + (reserve < size / 4 ? reserve : size / 4);
}

static void *thread_main(void *p)
{
    struct start *s = p;
    struct py_ec *ec = s->ec;
    tw_gc_thread_enter();
    set_stack_limit(ec);
    py_gil_acquire(ec);
    s->body(s->arg);
    forget(ec);
    nthreads--;
    tw_gc_free_uncollectable(s);
    py_gil_release();
    tw_gc_thread_leave();
    return NULL;
}

int64_t py_thread_start(void (*body)(void *arg), void *arg)
{
    struct start *s = tw_gc_malloc_uncollectable(sizeof *s);
    struct py_ec *ec = s ? tw_gc_malloc_uncollectable(sizeof *ec) : NULL;
    if (!ec) {
        errno = ENOMEM;
        return -1;
    }
    s->body = body;
    s->arg = arg;
    s->ec = ec;
    ec->depth_limit = py_ec->depth_limit;
    pthread_attr_t attr;
    pthread_t id;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (py_thread_stack_size)
        /* The collector and the JIT need some room of their own. */
        pthread_attr_setstacksize(&attr, py_thread_stack_size < 1 << 20
                                             ? 1 << 20
                                             : py_thread_stack_size);
    started = 1;
    tw_gc_threads_begin();
    int err = pthread_create(&id, &attr, thread_main, s);
    pthread_attr_destroy(&attr);
    if (err) {
        tw_gc_free_uncollectable(s);
        tw_gc_free_uncollectable(ec);
        errno = err;
        return -1;
    }
    /* The new thread cannot run before we let go of the lock. */
    ec->thread_id = (int64_t)id;
    ec->next = main_context->next;
    main_context->next = ec;
    nthreads++;
    return (int64_t)id;
}

void py_threads_after_fork(void)
{
    static const pthread_mutex_t fresh_mutex = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_cond_t fresh_cond = PTHREAD_COND_INITIALIZER;
    gil.mutex = fresh_mutex;
    gil.freed = gil.taken = fresh_cond;
    gil.waiting = 0;
    gil.held = 1;
    main_context = py_ec;
    main_context->next = NULL;
    main_thread = pthread_self();
    nthreads = 0;
}

void py_threads_finish(void)
{
    finishing = 1;
}

/*
 * threads.h: threads of the operating system and the lock that they share.
 *
 * One thread at a time runs Python code: the one that holds the interpreter's
 * lock (GIL). It gives the lock away around calls that may block, and, when
 * another thread has waited for a millisecond, at the eval loop's next check
 * (PY_ACTION_SWITCH). Each thread has its own execution context; py_ec is that
 * of the lock's holder. Bodies: threads.c; Python's view: modules/thread.c.
 */
#ifndef PY_THREADS_H
#define PY_THREADS_H

#include <errno.h>

#include "objects/errors.h"

/* Evaluates expr, which touches no Python object, while other threads may run;
 * errno stays what expr left. */
#define PY_BLOCKING(expr)                                                      \
    ({                                                                         \
        struct py_ec *py_blocking_ec_ = py_gil_release();                      \
        __typeof__(expr) py_blocking_r_ = (expr);                              \
        py_gil_acquire(py_blocking_ec_);                                       \
        py_blocking_r_;                                                        \
    })
/* The same by hand: what release returns goes to acquire. */
struct py_ec *py_gil_release(void);
void py_gil_acquire(struct py_ec *ec);

void py_threads_init(void); /* by the main thread, at start */
/* Runs body(arg), arg a collected object, in a new thread that holds the lock.
 * The thread's identity, or -1 with errno. */
int64_t py_thread_start(void (*body)(void *arg), void *arg);
int py_thread_count(void); /* of those that py_thread_start began */
int py_thread_is_main(void);
struct py_ec *py_thread_contexts(void); /* a list by ->next */
/* Stack size of new threads; 0 the system's. */
extern size_t py_thread_stack_size;
/* In the child of a fork: only this thread exists. */
void py_threads_after_fork(void);
/* The program ends: no other thread will run again. */
void py_threads_finish(void);

#endif

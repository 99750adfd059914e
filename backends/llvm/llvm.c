/*
 * llvm.c: the compiler of tier 2, the one symbol that libtw-llvm.so exports.
 * Neighbours: native/native.c calls; lower.c, engine.c and object.c do the work.
 *
 * It compiles apart from the running program (maybe on another thread); the
 * code is put in place by whoever asked for it.
 */
#include "backends/code/optimizing.h"
#include "backends/llvm/engine.h"
#include "backends/llvm/lower.h"
#include "backends/llvm/object.h"

#include <stdio.h>
#include <stdlib.h>

static struct tw_backend_hooks hooks;
static struct engine engine = {.tier = 2, .lock = PTHREAD_MUTEX_INITIALIZER};

/* fork() waits for the other thread's compilation: in the child nobody would
 * give back what it holds, LLVM's own locks among them. */
static void before_fork(void)
{
    pthread_mutex_lock(&engine.lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&engine.lock);
}

static int init(const struct tw_backend_hooks *h, char *err, size_t errsize)
{
    static int done;

    hooks = *h;
    if (!done)
        pthread_atfork(before_fork, after_fork, after_fork);
    done = 1;
    return engine_init(err, errsize);
}

/* ---------------------------------------------------------------- what units are made of */

struct made {
    LLVMMemoryBufferRef buffer;
    struct object object;
};

static size_t made_size(void *p, char *err, size_t errsize)
{
    struct made *m = p;

    if (object_open(&m->object, LLVMGetBufferStart(m->buffer),
                    LLVMGetBufferSize(m->buffer), err, errsize))
        return 0;
    return m->object.nbytes;
}

static void *made_load(void *p, uint8_t *memory, char *err, size_t errsize)
{
    struct made *m = p;
    void *function;

    if (object_load(&m->object, memory, &function, err, errsize))
        return NULL;
    return function;
}

static void made_drop(void *p)
{
    struct made *m = p;

    object_close(&m->object);
    LLVMDisposeMemoryBuffer(m->buffer);
    free(m);
}

static const struct unit_maker maker = {made_size, made_load, made_drop};

static int compile(const struct tw_region *r, struct unit **units,
                   struct tw_guard *from, char *err, size_t errsize)
{
    struct lower_input in = {.engine = &engine,
                             .hooks = &hooks,
                             .region = r,
                             .units = units,
                             .from = from,
                             .err = err,
                             .errsize = errsize};
    LLVMMemoryBufferRef buffer = NULL;
    struct made *made;
    LLVMModuleRef m;

    if (engine_begin(&engine, err, errsize))
        return -1;
    m = lower(&in);
    if (m)
        buffer = engine_emit(&engine, m, err, errsize);
    engine_end(&engine);
    if (!buffer)
        return -1;
    made = calloc(1, sizeof *made);
    made->buffer = buffer;
    units[0]->made = made;
    units[0]->maker = &maker;
    return 0;
}

__attribute__((visibility("default"))) const struct tw_optimizing_compiler *
tw_optimizing_compiler(void)
{
    static const struct tw_optimizing_compiler c = {init, compile,
                                                    engine_log_code};

    return &c;
}

/*
 * llvm.c: the table of the LLVM backend, the one symbol that libtw-llvm.so
 * exports. Neighbours: meta/ calls; lower.c, engine.c and unit.c do the work.
 *
 * Tier 2 compiles apart from the running program (maybe on another thread) and
 * puts its code in place when redirect() or attach() is called.
 */
#include "backends/llvm/engine.h"
#include "backends/llvm/lower.h"
#include "backends/llvm/unit.h"

#include <stdio.h>
#include <stdlib.h>

static struct tw_backend_hooks hooks;
static struct engine engines[2] = {
    {.tier = 1, .lock = PTHREAD_MUTEX_INITIALIZER},
    {.tier = 2, .lock = PTHREAD_MUTEX_INITIALIZER},
};

/* fork() waits for the other thread's compilation: in the child nobody would
 * give back what it holds, LLVM's own locks among them. */
static void before_fork(void)
{
    pthread_mutex_lock(&engines[0].lock);
    pthread_mutex_lock(&engines[1].lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&engines[1].lock);
    pthread_mutex_unlock(&engines[0].lock);
}

static int llvm_init(const struct tw_backend_hooks *h, char *err,
                     size_t errsize)
{
    static int done;

    hooks = *h;
    if (!done)
        pthread_atfork(before_fork, after_fork, after_fork);
    done = 1;
    return engine_init(err, errsize);
}

/* Does some label of the unit have no code yet? */
static int is_first(const struct unit *u)
{
    for (uint32_t k = 0; k < u->nlabels; k++)
        if (!u->labels[k]->code)
            return 1;
    return 0;
}

/* Machine code of the region for units[0]; 0, or -1. Tier 2 stays out of sight
 * until redirect() or attach(), unless nothing older has its labels. */
static int compile(struct lower_input *in, int tier)
{
    struct engine *e = &engines[tier - 1];
    struct unit *u = in->units[0];
    LLVMModuleRef m;

    in->engine = e;
    in->hooks = &hooks;
    if (engine_begin(e, in->err, in->errsize))
        return -1;
    m = lower(in);
    if (m)
        u->buffer = engine_emit(e, m, in->err, in->errsize);
    engine_end(e);
    if (!u->buffer ||
        ((tier == 1 || is_first(u)) && unit_install(u, in->err, in->errsize)))
        return -1;
    if (u->function)
        unit_publish(u, NULL);
    return 0;
}

static struct tw_code *llvm_compile(const struct tw_trace *t,
                                    struct tw_loop *loop, struct tw_guard *from,
                                    int tier, char *err, size_t errsize)
{
    struct tw_member member = {loop, t};
    struct tw_region region = {.members = &member, .nmembers = 1};
    struct unit *u = unit_new(loop, from, tier);
    struct lower_input in = {.region = &region,
                             .units = &u,
                             .from = from,
                             .err = err,
                             .errsize = errsize};

    if (compile(&in, tier) == 0)
        return &u->code;
    unit_free(u);
    return NULL;
}

static int llvm_compile_region(const struct tw_region *r,
                               struct tw_code **codes, char *err,
                               size_t errsize)
{
    struct unit *units[r->nmembers];
    struct lower_input in = {
        .region = r, .units = units, .err = err, .errsize = errsize};
    int rc;

    for (unsigned k = 0; k < r->nmembers; k++) {
        units[k] = unit_new(r->members[k].loop, NULL, 2);
        units[k]->body = units[0];
        codes[k] = &units[k]->code;
    }
    rc = compile(&in, 2);
    for (unsigned k = r->nmembers; rc && k-- > 0;)
        unit_free(units[k]);
    return rc;
}

/* Code that cannot be put in place is as if it had never been made. */
static int install(struct tw_code *code)
{
    char err[200];

    if (unit_install((struct unit *)code, err, sizeof err) == 0)
        return 0;
    fprintf(stderr, "tracewright: %s\n", err);
    return -1;
}

static void llvm_attach(struct tw_guard *guard, struct tw_code *code)
{
    if (install(code) == 0)
        unit_attach(guard, code);
}

static void llvm_redirect(struct tw_code *old, struct tw_code *fresh)
{
    if (install(fresh) == 0)
        unit_publish((struct unit *)fresh, old);
}

static struct tw_guard *llvm_execute(struct tw_code *code, int entry,
                                     struct tw_jitframe *frame)
{
    struct unit *u = (struct unit *)code;
    llvm_code *next;

    if (!u->function && install(code))
        abort();
    for (next = u->function; next; entry = (int32_t)frame->scratch)
        next = (llvm_code *)(uintptr_t)next(frame, entry);
    return frame->exit;
}

static void llvm_free(struct tw_code *code)
{
    unit_free((struct unit *)code);
}

__attribute__((visibility("default"))) const struct tw_backend *
tw_backend_llvm(void)
{
    static const struct tw_backend backend = {.name = "llvm",
                                              .init = llvm_init,
                                              .compile = llvm_compile,
                                              .compile_region =
                                                  llvm_compile_region,
                                              .attach = llvm_attach,
                                              .redirect = llvm_redirect,
                                              .execute = llvm_execute,
                                              .free_code = llvm_free};

    return &backend;
}

/*
 * engine.c: finds and initialises the backend.
 */
#include "toolkit/meta/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/exit/blackhole.h"
#include "toolkit/meta/tier2.h"
#include "toolkit/meta/warm.h"

static const struct tw_backend *backend;

const struct tw_backend *tw_backend(void)
{
    return backend;
}

static void **free_list(const struct tw_sizedescr *d)
{
    return d->gctype ? tw_gc_free_list(d->gctype) : NULL;
}

static const struct tw_backend_hooks hooks = {
    .call_assembler = tw_warm_call_assembler,
    .new_object = tw_new_object,
    .new_var = tw_new_object_var,
    .free_list = free_list,
    .hot = tw_tier2_hot,
};

static const struct tw_backend *find(char *err, size_t size)
{
    if (!strcmp(tw_options.backend, "reference"))
        return &tw_backend_reference;
    if (!strcmp(tw_options.backend, "native"))
        return &tw_backend_native;
    snprintf(err, size, "no backend is called \"%s\"", tw_options.backend);
    return NULL;
}

const struct tw_backend *tw_backend_load(void)
{
    static int failed;
    char err[512] = "";

    if (backend || failed)
        return backend;
    uint64_t start = tw_now_ns();
    const struct tw_backend *b = find(err, sizeof err);
    tw_backend_fail_every = (unsigned)tw_options.stress_guard;
    if (b && b->init && b->init(&hooks, err, sizeof err) < 0)
        b = NULL;
    tw_count(TW_C_time_load_backend, tw_now_ns() - start);
    if (!b) {
        failed = 1;
        fprintf(stderr, "tracewright: the JIT is off: %s\n", err);
        tw_jit_set_params("off", NULL, 0);
    }
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    else /* there LLVM's destructors run at exit: see native/library.c */
        atexit(tw_tier2_stop);
#endif
    return backend = b;
}

/*
 * engine.c: finds and initialises the backend: the reference interpreter of traces is part of the
 * program, LLVM is in libtw-llvm.so.
 */
#include "toolkit/meta/engine.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/exit/blackhole.h"
#include "toolkit/meta/tier2.h"
#include "toolkit/meta/warm.h"

#define LIBRARY "libtw-llvm.so"

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

/* exit() may come while the background thread is inside LLVM, and LLVM's static objects, many of
 * them made on first use and so destroyed first, would be pulled away under it. Waiting for the
 * thread would cost up to a second. So LLVM's destructors are never registered: this definition
 * stands before libc's for every library. (The sanitizers have one of their own; there, exit
 * waits.) */
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
static int loading, loaded;
int __cxa_atexit(void (*fn)(void *), void *arg, void *dso);
int __cxa_atexit(void (*fn)(void *), void *arg, void *dso)
{
    static int (*next)(void (*)(void *), void *, void *);
    Dl_info info;

    if (loading)
        return 0;
    if (loaded && dso && dladdr(dso, &info) && info.dli_fname &&
        (strstr(info.dli_fname, "libLLVM") || strstr(info.dli_fname, LIBRARY)))
        return 0;
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "__cxa_atexit");
    return next(fn, arg, dso);
}
static void exit_handling(void)
{
}
#else
static int loading, loaded;
static void exit_handling(void)
{
    atexit(tw_tier2_stop);
}
#endif

static void *try_open(const char *dir, const char *below)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s%s/%s", dir, below, LIBRARY) >=
        (int)sizeof path)
        return NULL;
    /* A file that is there but cannot be loaded is worth its own message. */
    if (access(path, R_OK) < 0)
        return NULL;
    loading = 1;
    void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    loading = 0;
    loaded |= lib != NULL;
    if (!lib)
        fprintf(stderr, "tracewright: %s\n", dlerror());
    return lib;
}

/* $TW_LIBDIR, beside the executable, ../lib/tracewright from there. */
static void *open_library(void)
{
    const char *dir = getenv("TW_LIBDIR");
    char exe[PATH_MAX];
    void *lib = dir && *dir ? try_open(dir, "") : NULL;

    if (lib)
        return lib;
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0)
        return NULL;
    exe[n] = '\0';
    char *slash = strrchr(exe, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    lib = try_open(exe, "");
    if (!lib)
        lib = try_open(exe, "/../lib/tracewright");
    /* Test programs lie deeper in the build folder. */
    for (int up = 0; !lib && up < 2 && (slash = strrchr(exe, '/')); up++) {
        *slash = '\0';
        lib = try_open(exe, "");
    }
    return lib;
}

static const struct tw_backend *find(char *err, size_t size)
{
    const struct tw_backend *(*get)(void);

    if (!strcmp(tw_options.backend, "reference"))
        return &tw_backend_reference;
    if (strcmp(tw_options.backend, "llvm") != 0) {
        snprintf(err, size, "no backend is called \"%s\"", tw_options.backend);
        return NULL;
    }
    void *lib = open_library();
    if (!lib) {
        snprintf(err, size,
                 LIBRARY " was not found; set TW_LIBDIR to its folder");
        return NULL;
    }
    *(void **)&get = dlsym(lib, "tw_backend_llvm");
    if (!get) {
        snprintf(err, size, LIBRARY " has no tw_backend_llvm");
        return NULL;
    }
    return get();
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
    } else {
        exit_handling();
    }
    return backend = b;
}

/*
 * library.c: finds and opens libtw-llvm.so, and keeps it whole until the process is gone.
 * Neighbours: native.c asks for it.
 */
#include "backends/native/native.h"
#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "libtw-llvm.so"

/* exit() may come while the background thread is inside LLVM, and LLVM's static objects, many of
 * them made on first use and so destroyed first, would be pulled away under it. Waiting for the
 * thread would cost up to a second. So LLVM's destructors are never registered: this definition
 * stands before libc's for every library. (The sanitizers have one of their own; there, exit
 * waits.) */
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
static _Thread_local int loading;
static int loaded;
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
#else
static int loading, loaded;
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

static const struct tw_optimizing_compiler *open_compiler(char *err,
                                                          size_t errsize)
{
    const struct tw_optimizing_compiler *(*get)(void);
    void *lib = open_library();

    if (!lib) {
        snprintf(err, errsize,
                 LIBRARY " was not found; set TW_LIBDIR to its folder");
        return NULL;
    }
    *(void **)&get = dlsym(lib, "tw_optimizing_compiler");
    if (get)
        return get();
    snprintf(err, errsize, LIBRARY " has no tw_optimizing_compiler");
    return NULL;
}

/* fork() waits while another thread is opening the library. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}
static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}
static void prepare(void)
{
    pthread_atfork(before_fork, after_fork, after_fork);
}

const struct tw_optimizing_compiler *
library_open(const struct tw_backend_hooks *hooks, char *err, size_t errsize)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const struct tw_optimizing_compiler *compiler;
    static int tried;
    uint64_t start = tw_now_ns();

    pthread_once(&once, prepare);
    pthread_mutex_lock(&lock);
    if (!tried) {
        tried = 1;
        compiler = open_compiler(err, errsize);
        if (compiler && compiler->init(hooks, err, errsize))
            compiler = NULL;
        if (compiler)
            unit_log_code = compiler->log_code;
        tw_count(TW_C_time_load_backend, tw_now_ns() - start);
    } else if (!compiler) {
        snprintf(err, errsize, LIBRARY " could not be opened");
    }
    pthread_mutex_unlock(&lock);
    return compiler;
}

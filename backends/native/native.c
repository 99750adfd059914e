/*
 * native.c: the backend that makes machine code: tier 1 from stencils at once, tier 2 by LLVM,
 * whose library is opened for the first work of tier 2 (so not at all in a short program, and
 * otherwise on the background thread). Neighbours: meta/ calls; stencil/, llvm/, code/ do the work.
 */
#include "backends/native/native.h"
#include "backends/stencil/stencil.h"
#include "toolkit/base/log.h"

#include <stdio.h>
#include <stdlib.h>

static struct tw_backend_hooks hooks;

static int native_init(const struct tw_backend_hooks *h, char *err,
                       size_t errsize)
{
    hooks = *h;
    /* the disassembler is LLVM's */
    if (tw_log_on(TW_LOG_jit_backend_asm) &&
        !library_open(&hooks, err, errsize))
        return -1;
    return 0;
}

/* Does some label of the unit have no code yet? */
static int is_first(const struct unit *u)
{
    for (uint32_t k = 0; k < u->nlabels; k++)
        if (!u->labels[k]->code)
            return 1;
    return 0;
}

/* Tier 2 stays out of sight until redirect() or attach(), unless nothing older has its labels. */
static int optimize(const struct tw_region *r, struct unit **units,
                    struct tw_guard *from, char *err, size_t errsize)
{
    const struct tw_optimizing_compiler *c = library_open(&hooks, err, errsize);

    if (!c || c->compile(r, units, from, err, errsize))
        return -1;
    if (!is_first(units[0]))
        return 0;
    if (unit_install(units[0], err, errsize))
        return -1;
    unit_publish(units[0], NULL);
    return 0;
}

static int baseline(struct unit *u, const struct tw_trace *t,
                    struct tw_guard *from, char *err, size_t errsize)
{
    if (stencil_compile(u, t, from, &hooks, err, errsize) ||
        unit_install(u, err, errsize))
        return -1;
    unit_publish(u, NULL);
    return 0;
}

static struct tw_code *native_compile(const struct tw_trace *t,
                                      struct tw_loop *loop,
                                      struct tw_guard *from, int tier,
                                      char *err, size_t errsize)
{
    struct tw_member member = {loop, t};
    struct tw_region region = {.members = &member, .nmembers = 1};
    struct unit *u = unit_new(loop, from, tier);
    int rc = tier == 1 ? baseline(u, t, from, err, errsize)
                       : optimize(&region, &u, from, err, errsize);

    if (rc == 0)
        return &u->code;
    unit_free(u);
    return NULL;
}

static int native_compile_region(const struct tw_region *r,
                                 struct tw_code **codes, char *err,
                                 size_t errsize)
{
    struct unit *units[r->nmembers];
    int rc;

    for (unsigned k = 0; k < r->nmembers; k++) {
        units[k] = unit_new(r->members[k].loop, NULL, 2);
        units[k]->body = units[0];
        codes[k] = &units[k]->code;
    }
    rc = optimize(r, units, NULL, err, errsize);
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

static void native_attach(struct tw_guard *guard, struct tw_code *code)
{
    if (install(code) == 0)
        unit_attach(guard, code);
}

static void native_redirect(struct tw_code *old, struct tw_code *fresh)
{
    if (install(fresh) == 0)
        unit_publish((struct unit *)fresh, old);
}

static struct tw_guard *native_execute(struct tw_code *code, int entry,
                                       struct tw_jitframe *frame)
{
    struct unit *u = (struct unit *)code;
    unit_code *next;

    if (!u->function && install(code))
        abort();
    for (next = u->function; next; entry = (int32_t)frame->scratch)
        next = (unit_code *)(uintptr_t)next(frame, entry);
    return frame->exit;
}

static void native_free(struct tw_code *code)
{
    unit_free((struct unit *)code);
}

const struct tw_backend tw_backend_native = {.name = "native",
                                             .init = native_init,
                                             .compile = native_compile,
                                             .compile_region =
                                                 native_compile_region,
                                             .attach = native_attach,
                                             .redirect = native_redirect,
                                             .execute = native_execute,
                                             .free_code = native_free};

/*
 * unit.c: the life of compiled code: installed, published to labels, entered
 * from exits, freed. Neighbours: stencil/ and llvm/ fill a unit, native.c hands
 * it out.
 */
#include "backends/code/unit.h"
#include "backends/code/memory.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void (*unit_log_code)(const char *name, const void *code, size_t size);

uint16_t *unit_finish_location(void)
{
    static uint16_t slot[1];

    return slot;
}

struct unit *unit_new(struct tw_loop *loop, struct tw_guard *from, int tier)
{
    struct unit *u = calloc(1, sizeof *u);

    u->code.loop = loop;
    u->code.from = from;
    u->code.tier = tier;
    u->code.backend = u;
    u->body = u;
    u->code.nslots = 1;
    return u;
}

static void name_of(const struct unit *u, char *name, size_t size)
{
    snprintf(name, size, "tw-%s%u-tier%d",
             u->code.from ? "bridge-Guard" : "loop-",
             u->code.from   ? u->code.from->id
             : u->code.loop ? u->code.loop->id
                            : 0,
             u->code.tier);
}

/* /tmp/perf-PID.map, from which perf learns the names of addresses. */
static void tell_perf(const struct unit *u, const char *name)
{
    static FILE *map;
    char path[64];

    if (!getenv("TW_PERF_MAP"))
        return;
    if (!map) {
        snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
        map = fopen(path, "a");
    }
    if (!map)
        return;
    fprintf(map, "%lx %x %s\n", (unsigned long)u->memory, u->code.nbytes, name);
    fflush(map);
}

_Static_assert(offsetof(struct unit, function) ==
                       offsetof(struct unit_head, function) &&
                   offsetof(struct unit, inner) ==
                       offsetof(struct unit_head, inner),
               "machine code reads units as struct unit_head");

/* The exit goes on in the bridge's code from now on, or (NULL) nowhere. */
static void cell_to(struct exit_cell *c, const struct unit *bridge)
{
    c->target = bridge ? bridge->function : NULL;
    c->inner = bridge && bridge->inner ? bridge->inner[0] : NULL;
}

static void link_cells(struct unit *u)
{
    for (uint32_t k = 0; k < u->ncells; k++) {
        struct exit_cell *c = &u->cells[k];

        cell_to(c, (struct unit *)c->guard->bridge);
        c->next = c->guard->backend;
        c->guard->backend = c;
    }
}

/* A guard's locations go with its last exit. */
static void unlink_cells(struct unit *u)
{
    for (uint32_t k = 0; k < u->ncells; k++) {
        struct tw_guard *g = u->cells[k].guard;
        struct exit_cell **p = (struct exit_cell **)&g->backend;

        while (*p && *p != &u->cells[k])
            p = &(*p)->next;
        if (*p)
            *p = (*p)->next;
        if (!g->backend) {
            free(g->locations);
            g->locations = NULL;
        }
    }
}

static void drop_made(struct unit *u)
{
    if (u->made)
        u->maker->drop(u->made);
    u->made = NULL;
}

static int make_roots(struct unit *u)
{
    void **copy = u->roots;

    if (!u->nroots)
        return 0;
    u->roots = tw_gc_malloc_uncollectable(u->nroots * sizeof *copy);
    if (!u->roots) {
        u->roots = copy;
        return -1;
    }
    memcpy(u->roots, copy, u->nroots * sizeof *copy);
    free(copy);
    return 0;
}

static void free_roots(struct unit *u)
{
    if (u->function)
        tw_gc_free_uncollectable(u->roots);
    else
        free(u->roots);
}

static int load(struct unit *u, char *err, size_t errsize)
{
    size_t n = u->maker->size(u->made, err, errsize);
    void *function;

    if (!n)
        return -1;
    u->memory = code_alloc(n);
    if (!u->memory || code_unprotect(u->memory, n)) {
        snprintf(err, errsize, "no memory for machine code");
        return -1;
    }
    function = u->maker->load(u->made, u->memory, err, errsize);
    if (code_protect(u->memory, n) && function) {
        snprintf(err, errsize, "the system refuses executable memory");
        return -1;
    }
    u->code.nbytes = (uint32_t)n;
    if (!function)
        return -1;
    if (make_roots(u)) {
        snprintf(err, errsize, "no memory for the constants of machine code");
        return -1;
    }
    u->function = (unit_code *)(uintptr_t)function;
    for (uint32_t k = 0; u->inner && k <= u->nlabels; k++)
        u->inner[k] = (char *)u->memory + (uintptr_t)u->inner[k];
    return 0;
}

int unit_install(struct unit *u, char *err, size_t errsize)
{
    char name[64];
    int rc;

    if (u->function)
        return 0;
    if (u->body != u) {
        if (unit_install(u->body, err, errsize))
            return -1;
        u->function = u->body->function;
        u->code.nslots = u->body->code.nslots;
        return 0;
    }
    rc = load(u, err, errsize);
    drop_made(u);
    if (rc)
        return -1;
    link_cells(u);
    name_of(u, name, sizeof name);
    tell_perf(u, name);
    if (unit_log_code)
        unit_log_code(name, u->memory, u->code.nbytes);
    return 0;
}

void unit_publish(struct unit *u, const struct tw_code *old)
{
    struct unit *body = u->body;

    if (old && u->code.nslots < old->nslots)
        u->code.nslots = old->nslots;
    if (old)
        old = &((const struct unit *)old)->body->code;
    for (uint32_t k = 0; k < body->nlabels; k++) {
        if (body->labels[k]->code != old)
            continue;
        body->labels[k]->code = &body->code;
        body->labels[k]->entry = (int32_t)k + 1;
    }
}

/* Whoever enters the loop had better have slots for its bridges too: growing
 * the frame costs an allocation. */
static void tell_size(struct tw_loop *loop, const struct tw_code *code)
{
    if (loop && loop->code && loop->code->nslots < code->nslots)
        loop->code->nslots = code->nslots;
}

void unit_attach(struct tw_guard *guard, struct tw_code *code)
{
    struct unit *u = (struct unit *)code;

    tell_size(guard->loop, code);
    guard->bridge = code;
    for (struct exit_cell *c = guard->backend; c; c = c->next)
        cell_to(c, u);
}

void unit_free(struct unit *u)
{
    struct tw_guard *from = u->code.from;

    for (uint32_t k = 0; k < u->nlabels; k++)
        if (u->labels[k]->code == &u->code)
            u->labels[k]->code = NULL;
    unlink_cells(u);
    if (from && from->bridge == &u->code) {
        from->bridge = NULL;
        for (struct exit_cell *c = from->backend; c; c = c->next)
            cell_to(c, NULL);
    }
    drop_made(u);
    if (u->memory)
        code_free(u->memory);
    free_roots(u);
    free(u->inner);
    free(u->cells);
    free(u->labels);
    free(u);
}

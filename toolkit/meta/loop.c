/*
 * loop.c: the registry of loop tokens, invalidation and ageing.
 *
 * Ageing: each compilation is a tick. A loop that was not entered for loop_longevity ticks is
 * freed, unless machine code that is running or is younger can reach it by a jump or a
 * call_assembler: old loops are what is left unmarked.
 */
#include "toolkit/meta/loop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/map.h"
#include "toolkit/base/options.h"
#include "toolkit/base/vec.h"
#include "toolkit/meta/engine.h"
#include "toolkit/meta/tier2.h"
#include "toolkit/meta/warm.h"
#include "toolkit/opt/opt.h"

static struct tw_loop *newest;
static struct tw_map by_id;
static uint32_t last_id, now; /* now: loops compiled so far */

struct tw_loop *tw_loop_new(const struct tw_jitdriver *d,
                            const union tw_value *greens, struct tw_cell *cell)
{
    struct tw_loop *l = tw_calloc(1, sizeof *l);
    struct tw_loopmeta *m = tw_calloc(1, sizeof *m);

    l->dkind = TW_DK_LOOP;
    l->id = ++last_id;
    l->driver = d;
    l->greens = tw_gc_malloc_uncollectable((d->ngreens + 1u) * sizeof *greens);
    if (!l->greens)
        tw_fatal("out of memory (loop)");
    memcpy(l->greens, greens, d->ngreens * sizeof *greens);
    l->meta = m;
    m->cell = cell;
    m->age = now;
    m->older = newest;
    if (newest)
        tw_meta(newest)->newer = l;
    newest = l;
    *tw_map_put(&by_id, l->id) = tw_ptr_key(l);
    return l;
}

struct tw_loop *tw_loop_by_id(uint32_t id)
{
    return (struct tw_loop *)(uintptr_t)tw_map_get(&by_id, id);
}

void tw_loop_describe(const struct tw_loop *l, char *buf, size_t size)
{
    const struct tw_driver *d = l->driver->driver;
    int n = snprintf(buf, size, "Loop %" PRIu32 " (%s", l->id, d->name);

    if (n < 0 || (size_t)n + 3 >= size)
        return;
    if (d->get_printable_location) {
        memcpy(buf + n, ": ", 3);
        d->get_printable_location(l->greens, buf + n + 2, size - (size_t)n - 2);
    }
    size_t end = strlen(buf);
    if (end + 2 <= size)
        memcpy(buf + end, ")", 2);
}

void tw_loop_add_code(struct tw_loop *l, struct tw_code *code)
{
    if (code->from && l->code) {
        code->next = l->code->next;
        l->code->next = code;
    } else {
        code->next = l->code;
        l->code = code;
    }
}

void tw_loop_jumps_to(struct tw_loop *l, struct tw_loop *target)
{
    struct tw_loopmeta *m = tw_meta(l);

    for (uint32_t k = 0; k < m->njumps_to; k++)
        if (m->jumps_to[k] == target)
            return;
    if (target != l)
        TW_VEC_PUSH(m->jumps_to, m->njumps_to, m->jumps_to_cap, target);
}

void tw_loop_keep_trace(struct tw_loop *l, struct tw_guard *from,
                        struct tw_code *code, struct tw_trace *t, int for_tier2)
{
    struct tw_loopmeta *m = tw_meta(l);

    if (for_tier2 && from) {
        struct tw_kept_bridge b = {from, t, code};

        TW_VEC_PUSH(m->bridges, m->nbridges, m->bridges_cap, b);
        return;
    }
    if (for_tier2) {
        m->trace = t;
        return;
    }
    if (t->nconsts) {
        TW_VEC_PUSH(m->roots, m->nroots, m->roots_cap, t->consts);
        t->consts = NULL;
        t->nconsts = t->consts_cap = 0;
    }
    tw_trace_free(t);
}

void tw_loop_invalidate(struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l);
    char where[256];

    /* Also when it was invalidated before: bridges made since then are not yet. */
    for (struct tw_code *c = l->code; c; c = c->next)
        c->invalidated = 1;
    if (m->invalidated)
        return;
    m->invalidated = 1;
    tw_warm_forget(m->cell, l);
    tw_count(TW_C_invalidated, 1);
    if (tw_log_on(TW_LOG_jit_invalidate)) {
        tw_loop_describe(l, where, sizeof where);
        tw_log(TW_LOG_jit_invalidate, "%s invalidated", where);
    }
}

/* ----------------------------------------------------------------- ageing */

/* Of all threads: under the interpreter's lock, like everything here. */
static struct tw_activation *running;

void tw_activation_enter(struct tw_activation *a, struct tw_loop *l)
{
    tw_meta(l)->age = now;
    a->loop = l;
    a->before = NULL;
    a->after = running;
    if (running)
        running->before = a;
    running = a;
}

void tw_activation_leave(struct tw_activation *a)
{
    if (a->before)
        a->before->after = a->after;
    else
        running = a->after;
    if (a->after)
        a->after->before = a->before;
}

static void reach(struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l);

    if (m->reached)
        return;
    m->reached = 1;
    for (uint32_t k = 0; k < m->njumps_to; k++)
        reach(m->jumps_to[k]);
}

static void free_code(struct tw_loop *l)
{
    for (struct tw_code *c = l->code, *next; c; c = next) {
        next = c->next;
        tw_backend()->free_code(c);
    }
    l->code = NULL;
}

static void free_loop(struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l);

    tw_log(TW_LOG_jit_invalidate, "Loop %" PRIu32 " freed", l->id);
    tw_count(TW_C_freed, 1);
    tw_warm_forget(m->cell, l);
    if (m->trace)
        tw_trace_free(m->trace);
    for (uint32_t k = 0; k < m->nbridges; k++)
        tw_trace_free(m->bridges[k].trace);
    for (uint32_t k = 0; k < m->nroots; k++)
        tw_gc_free_uncollectable(m->roots[k]);
    tw_opt_loop_free(l);
    if (m->newer)
        tw_meta(m->newer)->older = m->older;
    else
        newest = m->older;
    if (m->older)
        tw_meta(m->older)->newer = m->newer;
    tw_map_remove(&by_id, l->id);
    tw_arena_free(&m->arena);
    free(m->jumps_to);
    free(m->roots);
    free(m->bridges);
    free(m);
    tw_gc_free_uncollectable(l->greens);
    free(l->input_types);
    free(l);
}

void tw_loop_grow_older(void)
{
    now++;
    if (tw_options.loop_longevity <= 0 || now % 16)
        return;
    for (struct tw_loop *l = newest; l; l = tw_meta(l)->older)
        tw_meta(l)->reached = 0;
    for (struct tw_loop *l = newest; l; l = tw_meta(l)->older)
        if (now - tw_meta(l)->age <= tw_options.loop_longevity ||
            tw_meta(l)->tier2 == TW_TIER2_WAITING)
            reach(l);
    for (struct tw_activation *a = running; a; a = a->after)
        reach(a->loop);
    /* Code of one loop has labels and exits of others: all of it goes first. */
    struct tw_loop *dead = NULL;
    for (struct tw_loop *l = newest, *older; l; l = older) {
        older = tw_meta(l)->older;
        if (tw_meta(l)->reached || !l->code)
            continue;
        free_code(l);
        tw_tier2_forget(l);
        tw_meta(l)->root = dead;
        dead = l;
    }
    while (dead) {
        struct tw_loop *l = dead;

        dead = tw_meta(l)->root;
        free_loop(l);
    }
}

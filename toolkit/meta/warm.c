/*
 * warm.c: from native code into machine code and back.
 *
 * tw_rt_enter is called by native code when the counter of a green key has run out. It enters
 * the machine code that exists for the key, or has one recorded; execution goes on, without C
 * stack growth, through guard failures and merge points until there is no machine code for what
 * comes next.
 */
#include "toolkit/meta/warm.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/base/vec.h"
#include "toolkit/meta/guardfail.h"
#include "toolkit/meta/compile.h"
#include "toolkit/meta/counter.h"
#include "toolkit/meta/engine.h"
#include "toolkit/meta/loop.h"
#include "toolkit/meta/recorder.h"
#include "toolkit/meta/tier2.h"

/* ------------------------------------------------------------------ cells */

static struct tw_cell **buckets; /* heads are roots: uncollectable memory */
static uint32_t nbuckets, ncells;

static void grow(void)
{
    uint32_t n = nbuckets ? nbuckets * 2 : 256;
    struct tw_cell **fresh = tw_gc_malloc_uncollectable(n * sizeof *fresh);

    if (!fresh)
        tw_fatal("out of memory (cells)");
    memset(fresh, 0, n * sizeof *fresh);
    for (uint32_t k = 0; k < nbuckets; k++)
        for (struct tw_cell *c = buckets[k], *next; c; c = next) {
            next = c->next;
            c->next = fresh[c->hash & (n - 1)];
            fresh[c->hash & (n - 1)] = c;
        }
    if (buckets)
        tw_gc_free_uncollectable(buckets);
    buckets = fresh;
    nbuckets = n;
}

static int same_greens(const union tw_value *a, const union tw_value *b, int n)
{
    while (n-- > 0)
        if (a[n].i != b[n].i)
            return 0;
    return 1;
}

static struct tw_cell *find(const struct tw_jitdriver *d, uint32_t hash,
                            const union tw_value *greens)
{
    if (!nbuckets)
        return NULL;
    for (struct tw_cell *c = buckets[hash & (nbuckets - 1)]; c; c = c->next)
        if (c->hash == hash && c->driver == d &&
            same_greens(c->greens, greens, d->ngreens))
            return c;
    return NULL;
}

struct tw_cell *tw_warm_cell(const struct tw_jitdriver *d,
                             const union tw_value *greens, int make)
{
    uint32_t hash = tw_rt_hash(greens, d->ngreens);
    struct tw_cell *c = find(d, hash, greens);

    if (c || !make)
        return c;
    if (ncells >= nbuckets)
        grow();
    c = tw_gc_malloc(sizeof *c + d->ngreens * sizeof *greens);
    if (!c)
        tw_fatal("out of memory (cells)");
    memset(c, 0, sizeof *c);
    c->driver = d;
    c->hash = hash;
    memcpy(c->greens, greens, d->ngreens * sizeof *greens);
    c->next = buckets[hash & (nbuckets - 1)];
    buckets[hash & (nbuckets - 1)] = c;
    ncells++;
    return c;
}

struct tw_loop *tw_warm_token(struct tw_cell *cell)
{
    if (cell->loop && cell->loop->code)
        tw_warm_forget(cell, cell->loop);
    if (!cell->loop)
        cell->loop = tw_loop_new(cell->driver, cell->greens, cell);
    return cell->loop;
}

void tw_warm_has_code(struct tw_cell *cell)
{
    cell->aborts = 0;
    tw_counter_pin(cell->hash);
}

void tw_warm_forget(struct tw_cell *cell, struct tw_loop *l)
{
    if (cell->loop != l)
        return;
    cell->loop = NULL;
    if (l->code)
        tw_counter_unpin(cell->hash);
}

static struct tw_loop *runnable(const struct tw_cell *c)
{
    return c && tw_loop_runnable(c->loop) ? c->loop : NULL;
}

static struct tw_loop *code_for(const struct tw_jitdriver *d,
                                const union tw_value *greens)
{
    return runnable(tw_warm_cell(d, greens, 0));
}

/* ------------------------------------------------- what the recorder asks */

/* Functions, and entry bridges that lead into other loops, have no label to jump to. */
struct tw_loop *tw_warm_loop_for(const struct tw_jitdriver *d,
                                 const union tw_value *greens)
{
    struct tw_loop *l = code_for(d, greens);

    return l && l->targets ? l : NULL;
}

int tw_warm_can_inline(const struct tw_jitdriver *d,
                       const union tw_value *greens)
{
    const struct tw_cell *c;

    if (!tw_options.inlining)
        return 0;
    if (d->driver->can_never_inline && d->driver->can_never_inline(greens))
        return 0;
    c = tw_warm_cell(d, greens, 0);
    return !c || !(c->flags & TW_CELL_DONT_TRACE_HERE);
}

void tw_warm_dont_trace_here(const struct tw_jitdriver *d,
                             const union tw_value *greens)
{
    struct tw_cell *c = tw_warm_cell(d, greens, 1);

    c->flags |= TW_CELL_DONT_TRACE_HERE;
    if (!runnable(c))
        tw_counter_nearly_hot(c->hash);
}

struct tw_loop *tw_warm_assembler_loop(const struct tw_jitdriver *d,
                                       const union tw_value *greens)
{
    struct tw_cell *c = tw_warm_cell(d, greens, 1);

    return c->loop ? c->loop : tw_warm_token(c);
}

/* --------------------------------------------------------------- entering */

/* tw_load; whole words, which nearly everything is, without a call. */
static inline union tw_value load(const char *p, char type, int size, int flags)
{
    union tw_value v;

    if (size != sizeof v)
        return tw_load(p, type, size, flags);
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void load_items(const char *p, const struct tw_arraydescr *a,
                              int64_t n, union tw_value *to)
{
    if (a->size == sizeof *to && a->stride == sizeof *to) {
        for (int64_t k = 0; k < n; k++) /* too few for a call of memcpy */
            memcpy(&to[k], p + k * (int64_t)sizeof *to, sizeof *to);
        return;
    }
    for (int64_t k = 0; k < n; k++)
        to[k] = tw_load(p + k * a->stride, a->type, a->size, a->flags);
}

/* The contents of the virtualizable, brought up to date first, behind the reds. 0 when it has
 * another shape than when the loop was made. */
static int load_virtualizable(const struct tw_loop *l, char *frame,
                              union tw_value *to)
{
    const struct tw_jitdriver *d = l->driver;
    const struct tw_vinfo *vi = d->vinfo;
    int64_t nitems = 0;

    if (*(void **)(frame + vi->token_offset))
        tw_rt_force_virtualizable(frame, vi->token_offset);
    if (vi->array)
        nitems = load(frame + vi->array_length->offset, 'i',
                      vi->array_length->size, vi->array_length->flags)
                     .i;
    if ((int64_t)l->ninputs != d->nreds + vi->nfields + nitems)
        return 0;
    for (unsigned k = 0; k < vi->nfields; k++) {
        const struct tw_fielddescr *f = vi->fields[k];

        *to++ = load(frame + f->offset, f->type, f->size, f->flags);
    }
    if (nitems)
        load_items(frame + vi->array->base, vi->array, nitems, to);
    return 1;
}

static int load_inputs(const struct tw_loop *l, const union tw_value *reds,
                       union tw_value *slots)
{
    const struct tw_jitdriver *d = l->driver;

    for (unsigned k = 0; k < d->nreds; k++)
        slots[k] = reds[k];
    if (!d->vinfo || d->vable_red < 0)
        return l->ninputs == d->nreds;
    return load_virtualizable(l, reds[d->vable_red].r, slots + d->nreds);
}

static int confirmed(const struct tw_jitdriver *d, const union tw_value *args)
{
    return !d->driver->confirm_enter_jit || d->driver->confirm_enter_jit(args);
}

/* Slots on the C stack: for code up to the greater number; the frame moves to collected memory
 * beyond. No fewer than the smaller one: bridges and the loops they go on to need more than the
 * loop entered, and growing costs an allocation each time. */
enum { STACK_SLOTS = 512, LEAST_SLOTS = 96 };

/* One entry into machine code and what comes of it. args is written when the result is
 * CONTINUE; reds may lie in it. INTERPRET: it could not be entered. */
static enum tw_enter_result execute(struct tw_loop *l,
                                    const union tw_value *reds,
                                    union tw_value *args, union tw_value *res)
{
    uint32_t n = l->code->nslots < l->ninputs ? l->ninputs : l->code->nslots;
    if (n > STACK_SLOTS && l->ninputs <= STACK_SLOTS)
        n = STACK_SLOTS;
    if (n < LEAST_SLOTS)
        n = LEAST_SLOTS;
    union tw_value slots[n + 1];
    struct tw_jitframe frame;
    struct tw_activation here;
    enum tw_enter_result r = TW_ENTER_DONE;

    if (!load_inputs(l, reds, slots))
        return TW_ENTER_INTERPRET;
    tw_jitframe_init(&frame, l, slots, n);
    tw_counters[TW_C_enters]++;
    tw_tier2_entered(l);
    tw_log(TW_LOG_jit_enter, "enter Loop %u", l->id);
    tw_activation_enter(&here, l);
    struct tw_guard *g = tw_backend()->execute(l->code, 0, &frame);
    tw_log(TW_LOG_jit_enter, "leave at Guard%u of Loop %u%s", g->id,
           g->loop->id, g->flags & TW_GUARD_FINISH ? " (finish)" : "");
    if (g->flags & TW_GUARD_FINISH)
        *res = frame.slots[0];
    else
        r = tw_guard_failed(tw_rt_program, g, &frame, args, res);
    tw_activation_leave(&here);
    return r;
}

/* Machine code for as long as there is some for the merge point reached. */
static enum tw_enter_result run(struct tw_loop *l, const union tw_value *reds,
                                union tw_value *args, union tw_value *res)
{
    const struct tw_jitdriver *d = l->driver;
    enum tw_enter_result r = execute(l, reds, args, res);

    while (r == TW_ENTER_CONTINUE) {
        l = code_for(d, args);
        if (!l || tw_counter_off() || !confirmed(d, args))
            return r;
        tw_tier2_poll();
        r = execute(l, args + d->ngreens, args, res);
        if (r == TW_ENTER_INTERPRET)
            return TW_ENTER_CONTINUE;
    }
    return r;
}

int tw_rt_enter(const struct tw_jitdriver *d, union tw_value *args,
                union tw_value *res)
{
    uint32_t hash = tw_rt_hash(args, d->ngreens);
    struct tw_cell *cell = find(d, hash, args);
    struct tw_loop *l = runnable(cell);

    if (tw_counter_off()) {
        tw_counter_keep_pinned(hash);
        return TW_ENTER_INTERPRET;
    }
    tw_tier2_poll();
    if (l) {
        tw_counter_keep_pinned(hash);
        return confirmed(d, args) ? (int)run(l, args + d->ngreens, args, res)
                                  : TW_ENTER_INTERPRET;
    }
    if (!tw_counter_ran_out(hash) || tw_recording() || !confirmed(d, args))
        return TW_ENTER_INTERPRET;
    if (cell && cell->flags & TW_CELL_TRACING)
        return TW_ENTER_INTERPRET;
    enum tw_enter_result r = tw_compile_loop(d, args, res);
    if (r == TW_ENTER_CONTINUE && (l = code_for(d, args)) &&
        confirmed(d, args)) {
        r = run(l, args + d->ngreens, args, res);
        if (r == TW_ENTER_INTERPRET)
            r = TW_ENTER_CONTINUE;
    }
    return (int)r;
}

union tw_value tw_warm_call_assembler(struct tw_loop *l,
                                      const union tw_value *reds)
{
    const struct tw_jitdriver *d = l->driver;
    union tw_value args[TW_MAX_MERGE_ARGS], res = {.i = 0};
    enum tw_enter_result r = TW_ENTER_INTERPRET;

    /* A stub, or thrown away: whatever its green key has now. */
    struct tw_loop *now = tw_loop_runnable(l) ? l : code_for(d, l->greens);

    if (now)
        r = run(now, reds, args, &res);
    if (r == TW_ENTER_INTERPRET) {
        memcpy(args, l->greens, d->ngreens * sizeof *args);
        memcpy(args + d->ngreens, reds, d->nreds * sizeof *args);
    }
    if (r != TW_ENTER_DONE)
        d->portal_stub(args, &res);
    return res;
}

/*
 * region.c: which loops and bridges tier 2 compiles together with a hot loop.
 *
 * Input: the kept traces. A region begins with the loop and its bridges; then come the loops that
 * it jumps to and from which control comes back, hottest first, each with its bridges, as long as
 * there is room. Loops from which nothing comes back would be copied for a jump that is taken once.
 * Neighbour: tier2.c, which decides when.
 */
#include "toolkit/meta/region.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/map.h"
#include "toolkit/base/options.h"
#include "toolkit/base/vec.h"
#include "toolkit/meta/engine.h"
#include "toolkit/meta/loop.h"
#include "toolkit/meta/tier2.h"

enum { NOT_BACK = 1, BACK };

struct chooser {
    struct region *r;
    struct tw_map guards; /* of the traces chosen */
    struct tw_map back;   /* loops: does control come back from them? */
    struct tw_loop **reached; /* its keys */
    uint32_t nreached, reached_cap;
    struct tw_map taken;  /* loops chosen */
    struct tw_loop **next; /* loops that it jumps to, not chosen yet */
    uint32_t nnext, next_cap;
};

static void own(struct tw_map *guards, const struct tw_trace *t)
{
    for (uint32_t k = 0; k < t->nops; k++)
        if (t->ops[k].guard)
            *tw_map_put(guards, tw_ptr_key(t->ops[k].guard)) = 1;
}

static void goes_on_at(struct chooser *c, const struct tw_trace *t)
{
    const struct tw_op *last = t->nops ? &t->ops[t->nops - 1] : NULL;
    struct tw_loop *l;

    if (!last || last->opnum != TW_OP_jump || !last->descr)
        return;
    l = ((const struct tw_target *)last->descr)->loop;
    if (!tw_map_find(&c->taken, tw_ptr_key(l)))
        TW_VEC_PUSH(c->next, c->nnext, c->next_cap, l);
}

static void take_trace(struct chooser *c, const struct tw_trace *t)
{
    c->r->nops += t->nops;
    own(&c->guards, t);
    goes_on_at(c, t);
}

/* Bridges in the order in which they were made, which is about how often they run, as far as
 * the limit allows, each after what it hangs on. */
static void take_bridges(struct chooser *c, const struct tw_loopmeta *m)
{
    for (uint32_t k = 0; k < m->nbridges; k++) {
        struct tw_branch b = {m->bridges[k].guard, m->bridges[k].trace};

        if (!b.guard->bridge || !tw_map_find(&c->guards, tw_ptr_key(b.guard)) ||
            c->r->nops + b.trace->nops > tw_options.tier2_tree_limit)
            continue;
        TW_VEC_PUSH(c->r->branches, c->r->nbranches, c->r->branches_cap, b);
        take_trace(c, b.trace);
    }
}

static void take_loop(struct chooser *c, struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l);
    struct tw_member member = {l, m->trace};

    *tw_map_put(&c->taken, tw_ptr_key(l)) = 1;
    TW_VEC_PUSH(c->r->members, c->r->nmembers, c->r->members_cap, member);
    take_trace(c, m->trace);
    take_bridges(c, m);
}

static uint32_t size_of(const struct tw_loopmeta *m)
{
    uint32_t n = m->trace->nops;

    for (uint32_t k = 0; k < m->nbridges; k++)
        n += m->bridges[k].trace->nops;
    return n;
}

/* All loops that control reaches from l, each behind those that it jumps to. */
static void reach(struct chooser *c, struct tw_loop *l)
{
    const struct tw_loopmeta *m = tw_meta(l);
    uint64_t *mark = tw_map_put(&c->back, tw_ptr_key(l));

    if (*mark)
        return;
    *mark = NOT_BACK;
    for (uint32_t k = 0; k < m->njumps_to; k++)
        reach(c, m->jumps_to[k]);
    TW_VEC_PUSH(c->reached, c->nreached, c->reached_cap, l);
}

static int is_back(const struct chooser *c, const struct tw_loop *l)
{
    return tw_map_get(&c->back, tw_ptr_key(l)) == BACK;
}

/* Marks those from which it comes back to the root. */
static void find_back(struct chooser *c, struct tw_loop *root)
{
    int changed = 1;

    reach(c, root);
    *tw_map_put(&c->back, tw_ptr_key(root)) = BACK;
    while (changed) {
        changed = 0;
        for (uint32_t n = 0; n < c->nreached; n++) {
            const struct tw_loopmeta *m = tw_meta(c->reached[n]);

            for (uint32_t k = 0; k < m->njumps_to; k++) {
                if (is_back(c, c->reached[n]) || !is_back(c, m->jumps_to[k]))
                    continue;
                *tw_map_put(&c->back, tw_ptr_key(c->reached[n])) = BACK;
                changed = 1;
            }
        }
    }
}

/* What is compiled already is copied only if it is small against what there is room for: else
 * every loop's region would have all of its neighbours' again. */
static int fits(struct chooser *c, struct tw_loop *l)
{
    const struct tw_loopmeta *m = tw_meta(l);
    int64_t room = tw_options.tier2_tree_limit - c->r->nops, n;

    if (!m->trace || m->invalidated || !l->code ||
        m->tier2 == TW_TIER2_WAITING || tw_map_find(&c->taken, tw_ptr_key(l)))
        return 0;
    n = size_of(m);
    if (m->root && n > tw_options.tier2_tree_limit / 8)
        return 0;
    if (n > room)
        return 0;
    return is_back(c, l);
}

/* The hottest of the loops that may come next, or NULL. */
static struct tw_loop *best(struct chooser *c)
{
    struct tw_loop *found = NULL;
    uint64_t most = 0;
    uint32_t kept = 0;

    for (uint32_t k = 0; k < c->nnext; k++) {
        struct tw_loop *l = c->next[k];
        uint64_t turns;

        if (!fits(c, l)) /* nor will it later: room only shrinks */
            continue;
        c->next[kept++] = l;
        turns = tw_tier2_turns(l);
        if (!found || turns > most) {
            found = l;
            most = turns;
        }
    }
    c->nnext = kept;
    return found;
}

void region_choose(struct region *r, struct tw_loop *root)
{
    struct chooser c = {.r = r};
    struct tw_loop *l;

    memset(r, 0, sizeof *r);
    find_back(&c, root);
    take_loop(&c, root);
    while (tw_backend()->compile_region && (l = best(&c)))
        take_loop(&c, l);
    tw_map_free(&c.guards);
    tw_map_free(&c.back);
    tw_map_free(&c.taken);
    free(c.reached);
    free(c.next);
}

void region_free(struct region *r)
{
    free(r->members);
    free(r->branches);
}

/*
 * unroll.c: loops. The recorded iteration is optimized twice: as the preamble, which any state may
 * enter, and as the peeled loop behind a label that only states like the preamble's end may enter
 * (virtual state), with what the preamble has established. So invariant loads, tests and
 * allocations happen once.
 *
 * When the end of the peeled loop does not fit its own label, the two states are joined and the
 * loop is made again from the more general one. (RPython guards there or gives the peeled loop up;
 * joining keeps it and needs no guard.) At the last attempt the loop jumps to its start instead.
 */
#include "toolkit/opt/unroll.h"

#include <stdlib.h>
#include <string.h>

struct tw_target *target_new(struct tw_loop *loop, uint32_t nargs,
                             const char *types)
{
    static uint32_t ids;
    struct tw_arena *a = &opt_loop_of(loop)->arena;
    struct tw_target *t = TW_ARENA_NEW(a, struct tw_target),
                     **end = &loop->targets;

    t->dkind = TW_DK_TARGET;
    t->id = __atomic_add_fetch(&ids, 1, __ATOMIC_RELAXED);
    t->loop = loop;
    t->nargs = nargs;
    t->arg_types = tw_arena_copy(a, types, nargs ? nargs : 1);
    while (*end)
        end = &(*end)->next;
    *end = t;
    return t;
}

/* ------------------------------------------------------------------ the end of the preamble */

static tw_vref same_as(struct optimizer *o, tw_vref v)
{
    char type = opt_type(o, v);
    tw_vref args[MAX_FIXED] = {v};
    struct cur op = {type == 'i'   ? TW_OP_same_as_i
                     : type == 'r' ? TW_OP_same_as_r
                                   : TW_OP_same_as_f,
                     1, -1, NULL, args};

    return opt_emit(o, &op);
}

/* The values that go through the label, made and told apart. */
static void prepare_label_args(struct optimizer *o, const tw_vref *boxes)
{
    struct unroll *u = o->unroll;

    for (uint32_t k = 0; k < u->nlabel; k++) {
        u->pre[k] = opt_force(o, boxes[k]);
        int taken = u->pre[k] < 0;
        for (uint32_t j = 0; j < k && !taken; j++)
            taken = u->pre[j] == u->pre[k];
        if (taken)
            u->pre[k] = same_as(o, u->pre[k]);
    }
}

/* Everything known so far belongs to the preamble. */
static void forget_all(struct optimizer *o)
{
    heap_reset(o->heap);
    pure_reset(o->pure);
    o->last_ovf = TW_NOVALUE;
    for (uint32_t k = 0; k < o->nconst_info; k++)
        if (o->const_info[k]) {
            o->const_info[k]->fields = -1;
            o->const_info[k]->guard = -1;
        }
}

static void begin_peeled(struct optimizer *o, const tw_vref *jump_args,
                         uint32_t njump)
{
    struct unroll *u = o->unroll;
    struct vmatch m;
    tw_vref *args = TW_ARENA_ARRAY(&o->arena, tw_vref, njump);

    if (!vstate_match(o, u->state, jump_args, NULL, MATCH_FORCE, &m))
        tw_fatal("optimizer: the preamble does not fit the loop's state");
    u->nlabel = u->nargs = u->state->nlabel;
    u->args_cap = u->nlabel + 16;
    u->pre = tw_malloc(u->args_cap * sizeof *u->pre);
    u->post = tw_malloc(u->args_cap * sizeof *u->post);
    prepare_label_args(o, m.boxes);
    heap_flush(o);
    short_gather(o);
    o->loop_label = u->label = opt_new_box(o, TW_OP_label, 'v', NULL, NULL, 0);
    o->boxes[u->label].state = BOX_EMITTED;
    forget_all(o);
    vstate_import(o, u->state, args, u->post);
    for (uint32_t k = 0; k < u->nlabel; k++)
        o->boxes[u->post[k]].alias = u->pre[k];
    for (uint32_t k = 0; k < njump; k++)
        o->map[k] = args[k];
    short_import(o);
}

/* ------------------------------------------------------------------ the end of the loop */

struct root_list {
    void **roots;
    uint32_t n, cap;
};

static void add_root(void *self, void *p)
{
    struct root_list *r = self;

    if (p)
        TW_VEC_PUSH(r->roots, r->n, r->cap, p);
}

static void keep_roots(struct opt_loop *keep, struct root_list *r)
{
    if (r->n) {
        void **copy = tw_gc_malloc_uncollectable(r->n * sizeof *copy);
        if (!copy)
            tw_fatal("out of memory for a loop's constants");
        memcpy(copy, r->roots, r->n * sizeof *copy);
        TW_VEC_PUSH(keep->roots, keep->nroots, keep->roots_cap, (void *)copy);
    }
    free(r->roots);
}

/* What later bridges must know to enter the label. */
static void keep_target_state(struct optimizer *o, struct tw_target *t)
{
    struct unroll *u = o->unroll;
    struct opt_loop *keep = opt_loop_of(o->loop);
    struct target_state *s = TW_ARENA_NEW(&keep->arena, struct target_state);
    struct root_list roots = {0};

    s->state = vstate_copy(&keep->arena, u->state);
    vstate_roots(s->state, add_root, &roots);
    s->nops = u->nused;
    s->ops = TW_ARENA_ARRAY(&keep->arena, struct short_op, u->nused);
    for (uint32_t k = 0; k < u->nused; k++) {
        struct short_op *to = &s->ops[k];
        *to = u->candidates[u->used[k]];
        to->args =
            tw_arena_copy(&keep->arena, to->args, to->nargs * sizeof *to->args);
        for (unsigned a = 0; a < to->nargs; a++) {
            if (to->args[a].kind == SHORT_RESULT)
                to->args[a].number =
                    (uint32_t)u->candidates[to->args[a].number].used;
            if (to->args[a].value.type == 'r')
                add_root(&roots, to->args[a].value.v.r);
        }
        if (to->info.value.type == 'r')
            add_root(&roots, to->info.value.v.r);
    }
    keep_roots(keep, &roots);
    t->opt = s;
}

static void set_label(struct optimizer *o, struct tw_target *t)
{
    struct unroll *u = o->unroll;
    struct box *b = &o->boxes[u->label];

    TW_VEC_ROOM(o->args, o->nargs, o->args_cap, u->nargs);
    b->descr = t;
    b->args = o->nargs;
    b->nargs = (uint16_t)u->nargs;
    memcpy(o->args + o->nargs, u->pre, u->nargs * sizeof *u->pre);
    o->nargs += u->nargs;
}

static void emit_jump(struct optimizer *o, struct tw_target *t, tw_vref *args,
                      uint32_t nargs)
{
    struct cur jump = {TW_OP_jump, (uint16_t)nargs, -1, t, args};

    for (uint32_t k = 0; k < nargs; k++)
        args[k] = opt_force(o, args[k]);
    heap_flush(o);
    (void)opt_emit(o, &jump);
}

static struct tw_target *new_peeled_target(struct optimizer *o)
{
    struct unroll *u = o->unroll;
    char *types = TW_ARENA_ARRAY(&o->arena, char, u->nargs + 1);

    for (uint32_t k = 0; k < u->nargs; k++)
        types[k] = opt_type(o, u->post[k]);
    return target_new(o->loop, u->nargs, types);
}

/* The loop does not fit itself: again, from a state that both ends fit; or, at last, round by way
 * of the start. */
static void does_not_close(struct optimizer *o, const tw_vref *args, uint32_t n)
{
    struct unroll *u = o->unroll;

    if (!o->result->last) {
        struct vstate *end = vstate_of(o, &o->arena, args, n);
        o->result->general = vstate_join(o->result->arena, u->state, end);
        opt_invalid(o);
    }
    struct tw_target *t = new_peeled_target(o);
    set_label(o, t);
    keep_target_state(o, t);
    opt_jump_to_start(o, o->loop);
}

static void close_loop(struct optimizer *o, uint32_t n)
{
    struct unroll *u = o->unroll;
    tw_vref *args = TW_ARENA_ARRAY(&o->arena, tw_vref, n);
    struct vmatch m;

    heap_flush(o);
    opt_jump_args(o, args);
    for (uint32_t k = 0; k < n; k++)
        opt_used(o, args[k]);
    if (!vstate_match(o, u->state, args, NULL, MATCH_FORCE, &m)) {
        does_not_close(o, args, n);
        return;
    }
    tw_vref *jump = tw_malloc((u->nlabel + 1) * sizeof *jump);
    uint32_t njump = u->nlabel;
    memcpy(jump, m.boxes, u->nlabel * sizeof *jump);
    for (uint32_t k = 0; k < u->nlabel; k++)
        jump[k] = opt_force(o, jump[k]);
    if (!short_close(o, &jump, &njump)) {
        free(jump);
        o->result->bad_short = 1;
        opt_invalid(o);
    }
    struct tw_target *t = new_peeled_target(o);
    set_label(o, t);
    keep_target_state(o, t);
    emit_jump(o, t, jump, njump);
    free(jump);
}

void unroll_loop(struct optimizer *o, struct tw_target *start,
                 const struct vstate *state)
{
    uint32_t n = o->rec->ops[o->rec->nops - 1].nargs;
    tw_vref *args = TW_ARENA_ARRAY(&o->arena, tw_vref, n);
    struct unroll *u = TW_ARENA_NEW(&o->arena, struct unroll);

    (void)start;
    o->unroll = u;
    heap_flush(o);
    opt_jump_args(o, args);
    u->state = state ? state : vstate_of(o, o->result->arena, args, n);
    begin_peeled(o, args, n);
    o->result->peeled = 1;
    opt_run(o);
    close_loop(o, n);
}

void unroll_free(struct unroll *u)
{
    if (!u)
        return;
    free(u->pre);
    free(u->post);
    free(u->candidates);
    free(u->used);
}

/* ------------------------------------------------------------------ bridges */

static int jump_to_state(struct optimizer *o, struct tw_target *t,
                         const tw_vref *args, int flags)
{
    const struct target_state *s = t->opt;
    const union tw_value *values =
        o->end_snapshot >= 0 ? o->options->end_values : NULL;
    struct vmatch m;

    if (!vstate_match(o, s->state, args, values, flags, &m) ||
        m.nguarded > (uint32_t)o->options->max_retrace_guards) {
        tw_log(TW_LOG_jit_optimize, "L%u: the state does not fit (%s)", t->id,
               m.nguarded > (uint32_t)o->options->max_retrace_guards
                   ? "too many guards"
                   : vstate_kind_name(s->state, m.failed));
        return 0;
    }
    uint32_t n = s->state->nlabel;
    tw_vref *jump = TW_ARENA_ARRAY(&o->arena, tw_vref, n + s->nops);
    vstate_guard(o, s->state, &m);
    for (uint32_t k = 0; k < n; k++)
        jump[k] = opt_force(o, m.boxes[k]);
    if (!short_inline(o, s->ops, s->nops, &m, jump, &n)) {
        tw_log(TW_LOG_jit_optimize, "L%u: its short preamble cannot be done",
               t->id);
        return 0;
    }
    emit_jump(o, t, jump, n);
    return 1;
}

/* What a target expects may contradict what is known: then it is not the one. */
static int jump_to(struct optimizer *o, struct tw_target *t,
                   const tw_vref *args, int flags)
{
    jmp_buf outer;
    volatile int done = 0;

    memcpy(&outer, &o->invalid, sizeof outer);
    if (!setjmp(o->invalid))
        done = jump_to_state(o, t, args, flags);
    memcpy(&o->invalid, &outer, sizeof outer);
    return done;
}

void bridge_end(struct optimizer *o, struct tw_loop *loop)
{
    uint32_t n = o->rec->ops[o->rec->nops - 1].nargs;
    tw_vref *args = TW_ARENA_ARRAY(&o->arena, tw_vref, n);

    heap_flush(o);
    opt_jump_args(o, args);
    for (int flags = 0; flags <= MATCH_FORCE; flags++)
        for (struct tw_target *t = loop->targets; t; t = t->next)
            if (t->opt && ((struct target_state *)t->opt)->state->nargs == n &&
                jump_to(o, t, args, flags))
                return;
    if (!loop->targets)
        opt_invalid(o);
    opt_jump_to_start(o, loop);
}

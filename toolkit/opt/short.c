/*
 * short.c: short preambles. After the preamble the contents of memory and the results of pure
 * operations are known that depend on the label's arguments only: candidates. In the peeled loop a
 * candidate is a box that turns into one more argument of the label when somebody uses it; whoever
 * jumps to the label computes it first (and finds, mostly, that it knows it already). Sums with a
 * constant are no arguments: the loop does them again.
 *
 * What is computed there runs before the guards that stood before it in the loop. So loads follow
 * only pointers that are what their C type says whatever the tests are: not those loaded from array
 * items (the index may be too large for the next array) or from unions, and no elidable call is
 * made. What an array item refers to is looked at where the array is known to be long enough: to
 * find the class there that the loop counts on, which makes a genuine pointer of it.
 */
#include "toolkit/opt/unroll.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CANDIDATES = 400 };
enum {
    UNKNOWN = 0,
    IMPOSSIBLE = -1
}; /* else 1 + 2 * number + (0 label argument, 1 candidate) */

/* ------------------------------------------------------------------ gathering */

static int can_produce(const struct unroll *u, tw_vref v)
{
    return v < 0 || u->producible[v] > 0;
}

static int is_genuine(const struct unroll *u, tw_vref v)
{
    int64_t p = v < 0 ? 1 : u->producible[v];

    return !((p - 1) & 1) || u->candidates[(p - 1) >> 1].genuine;
}

static struct short_arg short_arg_for(struct optimizer *o, tw_vref v)
{
    if (v < 0)
        return (struct short_arg){SHORT_CONST, 0, *tw_const_of(o->out, v)};
    int64_t p = o->unroll->producible[v] - 1;
    return (struct short_arg){
        p & 1 ? SHORT_RESULT : SHORT_LABEL, (uint32_t)(p >> 1), {0}};
}

/* The pointer loaded is what its C type says. */
static int is_genuine_load(unsigned opnum, const struct tw_fielddescr *d)
{
    return !pure_is_op(opnum) && d->watch_offset != TW_WATCH_ITEM &&
           d->alias.width != TW_ALIAS_ANY;
}

/* What the peeled loop may take for granted about a result. */
static struct vnode assumption(struct optimizer *o, tw_vref pre, int stored)
{
    int caution = o->result->caution;

    if (tw_is_const(pre) && caution <= (stored ? 0 : 1))
        return (struct vnode){.kind = V_CONST,
                              .type = opt_type(o, pre),
                              .arg = -1,
                              .value = *tw_const_of(o->out, pre)};
    if (tw_is_const(pre)) /* it varies: of the constant nothing stays */
        return (struct vnode){.kind = opt_type(o, pre) == 'r' ? V_PTR : V_ANY,
                              .type = opt_type(o, pre),
                              .arg = -1,
                              .nonnull = caution < 3 &&
                                         opt_type(o, pre) == 'r' &&
                                         opt_nonnull(o, pre)};
    if (caution < 3)
        return vstate_plain_node(o, pre);
    return (struct vnode){.kind = V_ANY, .type = opt_type(o, pre), .arg = -1};
}

static void add_candidate(struct optimizer *o, unsigned opnum,
                          const void *descr, const tw_vref *args,
                          unsigned nargs, tw_vref pre, int stored)
{
    struct unroll *u = o->unroll;
    struct short_op s = {.opnum = (uint16_t)opnum,
                         .nargs = (uint16_t)nargs,
                         .descr = descr,
                         .info = assumption(o, pre, stored),
                         .pre = pre,
                         .box = TW_NOVALUE,
                         .used = -1,
                         .is_arg = 1};

    s.risky = s.info.type == 'r' && !is_genuine_load(opnum, descr);
    if (s.risky && o->result->caution >= 2)
        s.info.class_field = NULL;
    /* Whoever jumps to the label follows it, too: it must not be NULL there either. */
    s.genuine =
        s.info.kind == V_CONST || (s.info.kind == V_PTR && s.info.nonnull &&
                                   (!s.risky || s.info.class_field));
    s.args = TW_ARENA_ARRAY(&o->arena, struct short_arg, nargs);
    for (unsigned k = 0; k < nargs; k++)
        s.args[k] = short_arg_for(o, args[k]);
    if (pre >= 0 && u->producible[pre] == UNKNOWN)
        u->producible[pre] = 1 + 2 * (int64_t)u->ncandidates + 1;
    else if (pre >= 0 && !pure_is_op(opnum) && u->loaded[pre] == UNKNOWN)
        u->loaded[pre] = 1 + 2 * (int64_t)u->ncandidates + 1;
    TW_VEC_PUSH(u->candidates, u->ncandidates, u->candidates_cap, s);
}

static int load_is_there(const struct unroll *u, const struct short_arg *base,
                         const struct tw_fielddescr *d)
{
    for (uint32_t k = 0; k < u->ncandidates; k++) {
        const struct short_op *s = &u->candidates[k];
        if (s->descr == d && s->args[0].kind == base->kind &&
            s->args[0].number == base->number &&
            s->args[0].value.v.r == base->value.v.r)
            return 1;
    }
    return 0;
}

static void add_load(struct optimizer *o, int stored, tw_vref base,
                     const struct tw_fielddescr *d, tw_vref value)
{
    struct unroll *u = o->unroll;
    unsigned opnum = d->type == 'i'   ? TW_OP_getfield_i
                     : d->type == 'r' ? TW_OP_getfield_r
                                      : TW_OP_getfield_f;

    if (u->ncandidates >= MOST_CANDIDATES || (d->flags & TW_F_QUASI) ||
        !can_produce(u, base) || !is_genuine(u, base) ||
        opt_virtual(o, value) ||
        (tw_is_const(base) && (d->flags & TW_F_IMMUTABLE)))
        return;
    struct short_arg b = short_arg_for(o, base);
    if (!load_is_there(u, &b, d))
        add_candidate(o, opnum, d, &base, 1, value, stored);
}

/* What is known of a label's argument that is also the result of a load is known under both
 * names: the peeled loop may use the one or the other. */
static void gather_load(struct optimizer *o, int stored, tw_vref base,
                        const struct tw_fielddescr *d, tw_vref value)
{
    struct unroll *u = o->unroll;
    int64_t name = base < 0 ? UNKNOWN : u->producible[base];

    add_load(o, stored, base, d, value);
    if (base < 0 || u->loaded[base] == UNKNOWN)
        return;
    u->producible[base] = u->loaded[base];
    add_load(o, stored, base, d, value);
    u->producible[base] = name;
}

static void gather_pure(struct optimizer *o, tw_vref v)
{
    struct unroll *u = o->unroll;
    const struct box *b = &o->boxes[v];
    tw_vref args[b->nargs + 1], now = opt_resolve(o, v);
    /* A test that a guard decided: taken as decided, as long as that works. */
    int decided = tw_is_const(now) && o->result->caution == 0;

    if (b->state != BOX_EMITTED || !pure_is_op(b->opnum) ||
        (b->opnum >= TW_OP_call_pure_i && b->opnum <= TW_OP_call_pure_f) ||
        (now != v && !decided) || u->producible[v] != UNKNOWN ||
        u->ncandidates >= MOST_CANDIDATES)
        return;
    for (unsigned k = 0; k < b->nargs; k++) {
        args[k] = opt_resolve(o, o->args[b->args + k]);
        if (!can_produce(u, args[k]))
            return;
    }
    add_candidate(o, b->opnum, b->descr, args, b->nargs, now, decided);
    u->producible[v] =
        u->producible[v] == UNKNOWN ? IMPOSSIBLE : u->producible[v];
}

/* The label's arguments are known (u->pre): what else can be produced from them? */
void short_gather(struct optimizer *o)
{
    struct unroll *u = o->unroll;
    uint32_t before;

    u->producible = TW_ARENA_ARRAY(&o->arena, int64_t, o->nboxes);
    u->loaded = TW_ARENA_ARRAY(&o->arena, int64_t, o->nboxes);
    for (uint32_t k = 0; k < u->nlabel; k++)
        if (u->pre[k] >= 0)
            u->producible[u->pre[k]] = 1 + 2 * (int64_t)k;
    do {
        before = u->ncandidates;
        if (o->passes & 1u << PASS_heap)
            heap_each(o, gather_load);
        if (o->passes & 1u << PASS_pure)
            for (tw_vref v = 0; v < (tw_vref)o->nboxes; v++)
                gather_pure(o, v);
    } while (u->ncandidates > before);
}

/* ------------------------------------------------------------------ in the peeled loop */

static tw_vref box_of_arg(const struct unroll *u, struct optimizer *o,
                          const struct short_arg *a)
{
    return a->kind == SHORT_CONST
               ? tw_trace_const(o->out, a->value.type, a->value.v)
           : a->kind == SHORT_LABEL ? u->post[a->number]
                                    : u->candidates[a->number].box;
}

/* Candidates become boxes that nobody uses yet. */
void short_import(struct optimizer *o)
{
    struct unroll *u = o->unroll;

    for (uint32_t k = 0; k < u->ncandidates; k++) {
        struct short_op *s = &u->candidates[k];
        tw_vref args[s->nargs + 1];
        for (unsigned a = 0; a < s->nargs; a++)
            args[a] = box_of_arg(u, o, &s->args[a]);
        s->box =
            opt_new_box(o, s->opnum, s->info.type, s->descr, args, s->nargs);
        o->boxes[s->box].shortop = (int32_t)k;
        vstate_set_info(o, &s->info, s->box);
        if (pure_is_op(s->opnum)) {
            pure_remember(o, s->box);
        } else {
            opt_set_nonnull(o, args[0]);
            heap_remember(o, args[0], s->descr, s->box);
        }
    }
}

/* A value and a constant that machine code adds for next to nothing. As arguments of the label
 * they would occupy registers, and nobody would see that two places lie side by side. */
static int is_done_again(struct optimizer *o, const struct short_op *s)
{
    return (s->opnum == TW_OP_int_add || s->opnum == TW_OP_int_sub ||
            s->opnum == TW_OP_ptr_add) &&
           tw_is_const(box_of_arg(o->unroll, o, &s->args[1]));
}

void short_use(struct optimizer *o, tw_vref box)
{
    struct unroll *u = o->unroll;
    struct short_op *s = &u->candidates[o->boxes[box].shortop];
    tw_vref pre = s->pre;
    int taken = pre < 0;

    if (s->used >= 0)
        return;
    for (unsigned k = 0; k < s->nargs; k++)
        if (s->args[k].kind == SHORT_RESULT)
            opt_used(o, u->candidates[s->args[k].number].box);
    if (s->info.kind == V_CONST) { /* whoever comes makes sure of it */
        s->is_arg = 0;
        s->used = (int32_t)u->nused;
        TW_VEC_PUSH(u->used, u->nused, u->used_cap,
                    (uint32_t)(s - u->candidates));
        opt_equal(o, box,
                  tw_trace_const(o->out, s->info.type, s->info.value.v));
        return;
    }
    if (is_done_again(o, s)) { /* first thing behind the label */
        s->is_arg = 0;
        s->used = (int32_t)u->nused;
        TW_VEC_PUSH(u->used, u->nused, u->used_cap,
                    (uint32_t)(s - u->candidates));
        o->boxes[box].state = BOX_EMITTED;
        o->boxes[box].shortop = -1; /* an operation like others */
        return;
    }
    for (uint32_t k = 0; k < u->nargs && !taken; k++)
        taken = u->pre[k] == pre;
    if (taken) { /* a label's arguments are different values */
        char type = s->info.type;
        pre = opt_new_box(o,
                          type == 'i'   ? TW_OP_same_as_i
                          : type == 'r' ? TW_OP_same_as_r
                                        : TW_OP_same_as_f,
                          type, NULL, &pre, 1);
        o->boxes[pre].state = BOX_BEFORE_LABEL;
    }
    o->boxes[box].state = BOX_EMITTED;
    o->boxes[box].alias = pre;
    s->used = (int32_t)u->nused;
    TW_VEC_PUSH(u->used, u->nused, u->used_cap, (uint32_t)(s - u->candidates));
    if (u->nargs == u->args_cap) {
        u->args_cap = u->args_cap * 2;
        u->pre = tw_realloc(u->pre, u->args_cap * sizeof *u->pre);
        u->post = tw_realloc(u->post, u->args_cap * sizeof *u->post);
    }
    u->pre[u->nargs] = pre;
    u->post[u->nargs++] = box;
}

/* ------------------------------------------------------------------ before a jump */

/* The array has the item that is loaded next. Of no other load is anything known. */
static int has_item(const struct ptrinfo *p, const struct short_op *s)
{
    const struct tw_fielddescr *d = s->descr;

    return p && p->last_item && p->last_item->alias.id == d->alias.id &&
           p->last_item->offset >= d->offset;
}

/* What an operation would give now, in the state that was recorded: only of loads whose result may
 * be followed, and of what can be folded. */
static int value_now(const struct short_op *s, const struct vmatch *m,
                     const union tw_value *results, const uint8_t *known,
                     union tw_value *now)
{
    union tw_value v[s->nargs + 1];

    for (unsigned k = 0; k < s->nargs; k++) {
        const struct short_arg *a = &s->args[k];
        int have = a->kind == SHORT_CONST   ? 1
                   : a->kind == SHORT_LABEL ? m->known[a->number]
                                            : known[a->number];
        if (!have)
            return 0;
        v[k] = a->kind == SHORT_CONST   ? a->value.v
               : a->kind == SHORT_LABEL ? m->values[a->number]
                                        : results[a->number];
    }
    if (pure_is_op(s->opnum))
        return tw_op_is(s->opnum, TW_PURE) && tw_op_fold(s->opnum, v, now);
    const struct tw_fielddescr *d = s->descr;
    if (!v[0].r)
        return 0;
    *now =
        tw_load((const char *)v[0].r + d->offset, d->type, d->size, d->flags);
    return 1;
}

/* Does one operation; its result, or TW_NOVALUE when it is not what was assumed. results: of the
 * short operations before, by their number. now: its value at run time, or NULL: a guard made for
 * the assumption must hold the first time. */
static tw_vref do_short(struct optimizer *o, const struct short_op *s,
                        const tw_vref *label, const tw_vref *results,
                        const union tw_value *now)
{
    tw_vref args[s->nargs + MAX_FIXED];
    struct cur op = {s->opnum, s->nargs, -1, s->descr, args};

    for (unsigned k = 0; k < s->nargs; k++) {
        const struct short_arg *a = &s->args[k];
        args[k] = opt_resolve(
            o, a->kind == SHORT_CONST
                   ? tw_trace_const(o->out, a->value.type, a->value.v)
               : a->kind == SHORT_LABEL ? label[a->number]
                                        : results[a->number]);
    }
    struct ptrinfo *array =
        s->risky && !pure_is_op(s->opnum) ? opt_ptr(o, args[0]) : NULL;
    const struct tw_fielddescr *last = array ? array->last_item : NULL;
    int blind = s->risky && s->info.kind == V_PTR && s->info.class_field &&
                !has_item(array, s);

    tw_vref r = opt_resolve(o, opt_used(o, opt_next(o, PASS_NONE, &op)));
    if (array)
        array->last_item = last; /* this load shows nothing */
    if (vstate_implied(o, &s->info, r))
        return r;
    if (o->end_snapshot < 0 || opt_virtual(o, r) || blind ||
        (now && !vstate_holds(&s->info, *now)))
        return TW_NOVALUE;
    vstate_guard_node(o, &s->info, r);
    return opt_resolve(o, r);
}

/* A pointer whose value is what its C type says. */
static int is_followable(const struct short_op *s)
{
    return !s->risky || (s->info.kind == V_PTR && s->info.class_field);
}

int short_inline(struct optimizer *o, const struct short_op *ops, uint32_t nops,
                 const struct vmatch *m, tw_vref *args, uint32_t *nargs)
{
    tw_vref *results = TW_ARENA_ARRAY(&o->arena, tw_vref, nops + 1);
    union tw_value *now = TW_ARENA_ARRAY(&o->arena, union tw_value, nops + 1);
    uint8_t *known = TW_ARENA_ARRAY(&o->arena, uint8_t, nops + 1);

    for (uint32_t k = 0; k < nops; k++) {
        int have = value_now(&ops[k], m, now, known, &now[k]);
        known[k] = (uint8_t)(have && is_followable(&ops[k]));
        results[k] = do_short(o, &ops[k], args, results, have ? &now[k] : NULL);
        if (results[k] == TW_NOVALUE) {
            const struct tw_fielddescr *d = ops[k].descr;
            tw_log(TW_LOG_jit_optimize, "short preamble: %s %s: %s%s%s",
                   tw_opinfo[ops[k].opnum].name,
                   d && d->dkind == TW_DK_FIELD ? d->name : "",
                   ops[k].info.kind == V_CONST ? "constant" : "class or bounds",
                   ops[k].risky ? ", risky" : "",
                   known[k] ? ", value known" : "");
            return 0;
        }
        if (ops[k].is_arg)
            args[(*nargs)++] = results[k];
    }
    return 1;
}

int short_close(struct optimizer *o, tw_vref **args, uint32_t *nargs)
{
    struct unroll *u = o->unroll;
    tw_vref *results = tw_malloc((u->ncandidates + 1) * sizeof *results);
    uint32_t cap = *nargs;
    int ok = 1;

    for (uint32_t k = 0; ok && k < u->nused; k++) { /* nused may grow */
        uint32_t c = u->used[k];
        tw_vref r = results[c] =
            do_short(o, &u->candidates[c], *args, results, NULL);
        ok = r != TW_NOVALUE;
        if (!u->candidates[c].is_arg)
            continue;
        if (*nargs == cap) {
            cap = cap * 2 + 16;
            *args = tw_realloc(*args, cap * sizeof **args);
        }
        (*args)[(*nargs)++] = r;
    }
    free(results);
    return ok;
}

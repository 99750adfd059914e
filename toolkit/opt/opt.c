/*
 * opt.c: the optimizer's entry points.
 *
 * A recorded trace goes through the passes of passes.def operation by operation (emit.c), a loop
 * twice (unroll.c); finish.c writes the result. This file sets up, drives and tears down.
 */
#include "toolkit/opt/unroll.h"

#include <stdlib.h>
#include <string.h>

static const char *const pass_names[NPASSES] = {
#define PASS(name, what) #name,
#include "toolkit/opt/passes.def"
#undef PASS
};

int tw_opt_pass_index(const char *name)
{
    for (int k = 0; k < NPASSES; k++)
        if (!strcmp(pass_names[k], name))
            return k;
    return -1;
}

/* ------------------------------------------------------------------ set-up */

tw_vref opt_rec_box(struct optimizer *o, tw_vref v)
{
    if (v >= 0)
        return opt_resolve(o, o->map[v]);
    if (v == TW_NOVALUE)
        return v;
    tw_vref *c = &o->const_map[TW_CONST_INDEX(v)];
    if (*c == TW_NOVALUE) {
        const struct tw_const *k = tw_const_of(o->rec, v);
        *c = tw_trace_const(o->out, k->type, k->v);
    }
    return *c;
}

static tw_vref client_box(void *self, tw_vref v)
{
    return opt_used(self, opt_when_failing(self, opt_rec_box(self, v)));
}

static tw_vref client_resolve(void *self, tw_vref box)
{
    return opt_used(self, opt_when_failing(self, opt_resolve(self, box)));
}

static int client_is_virtual(void *self, tw_vref box,
                             struct tw_num_virtual *out)
{
    enum { MOST_SLOTS = 256 }; /* as in virtualize.c */
    static _Thread_local struct tw_num_slot slots[MOST_SLOTS];
    struct optimizer *o = self;

    if (!opt_virtual(o, box))
        return 0;
    const struct ptrinfo *p = o->values[box].p;
    if (p->kind == PTR_VREF) {
        out->kind = TW_VIRTUAL_REF;
        out->real = p->base;
        return 1;
    }
    if (p->kind == PTR_INTERIOR) {
        out->kind = TW_VIRTUAL_INTERIOR;
        out->real = p->base;
        out->offset = p->offset;
        return 1;
    }
    out->kind = TW_VIRTUAL_STRUCT;
    out->size = p->size;
    out->nitems = p->nitems;
    out->nslots = 0;
    out->slots = slots;
    tw_assert(p->nslots <= MOST_SLOTS);
    for (uint32_t k = 0; k < p->nslots; k++) {
        tw_vref v = opt_when_failing(o, opt_resolve(o, p->slots[k].value));
        if (v < 0 && opt_const(o, v).i == 0)
            continue; /* memory starts as zeros */
        slots[out->nslots].descr = p->slots[k].descr;
        slots[out->nslots++].box = v;
    }
    return 1;
}

static void set_up(struct optimizer *o)
{
    const struct tw_trace *rec = o->rec;
    uint32_t nvalues = rec->ninputs + rec->nops;
    const struct tw_num_client client = {o, client_box, client_is_virtual,
                                         client_resolve};

    o->passes = o->options->passes;
    if (o->passes & 1u << PASS_heap) /* which assumes it */
        o->passes |= 1u << PASS_earlyforce;
    o->last_ovf = o->loop_label = TW_NOVALUE;
    o->end_snapshot = -1;
    o->map = tw_malloc(nvalues * sizeof *o->map);
    o->const_map = tw_malloc((rec->nconsts + 1) * sizeof *o->const_map);
    for (uint32_t k = 0; k < rec->nconsts; k++)
        o->const_map[k] = TW_NOVALUE;
    o->numbering = tw_numbering_new(&client, o->out);
    o->heap = heap_new(o);
    o->pure = pure_new(o);
    o->boxes = tw_vec_grow(NULL, 0, &o->boxes_cap, nvalues + nvalues / 2 + 64,
                           sizeof *o->boxes);
    o->values_cap = o->boxes_cap;
    o->values = tw_malloc(o->values_cap * sizeof *o->values);
    for (uint32_t k = 0; k < rec->ninputs; k++) {
        if (o->out->ninputs <= k)
            tw_trace_input(o->out, rec->input_types[k]);
        o->map[k] =
            opt_new_box(o, OP_INPUT, rec->input_types[k], NULL, NULL, 0);
        o->boxes[k].state = BOX_EMITTED;
    }
}

static void tear_down(struct optimizer *o)
{
    unroll_free(o->unroll);
    free(o->map);
    free(o->const_map);
    tw_numbering_free(o->numbering);
    heap_free(o->heap);
    pure_free(o->pure);
    free(o->boxes);
    free(o->values);
    free(o->const_info);
    free(o->args);
    free(o->guards);
    tw_arena_free(&o->arena);
}

/* ------------------------------------------------------------------ driving */

static void run_op(struct optimizer *o, uint32_t k)
{
    const struct tw_op *rec = &o->rec->ops[k];
    tw_vref args[rec->nargs + MAX_FIXED];
    struct cur op = {rec->opnum, rec->nargs, rec->snapshot, rec->descr, args};

    for (unsigned a = 0; a < rec->nargs; a++)
        args[a] = opt_rec_box(o, o->rec->args[rec->args + a]);
    if (tw_op_is(rec->opnum, TW_OVF))
        o->last_ovf = TW_NOVALUE;
    if (rec->opnum == TW_OP_guard_no_overflow && o->last_ovf == TW_NOVALUE)
        return; /* it cannot overflow any more */
    if (rec->opnum == TW_OP_guard_overflow && o->last_ovf == TW_NOVALUE)
        opt_invalid(o);
    o->map[o->rec->ninputs + k] = opt_next(o, PASS_NONE, &op);
}

static int may_force(unsigned opnum)
{
    return opnum >= TW_OP_call_may_force_i && opnum <= TW_OP_call_assembler_v;
}

/* Virtual references that somebody asked for during a call end before the call: the state that
 * is forced out of the call (its guard_not_forced's) does not have them any more. The recorder only
 * knows after the call. Returns the place of the last. */
static uint32_t run_finishes_of_call(struct optimizer *o, uint32_t call)
{
    uint32_t k = call;

    while (k + 1 < o->rec->nops &&
           o->rec->ops[k + 1].opnum == TW_OP_virtual_ref_finish)
        run_op(o, ++k);
    return k;
}

void opt_run(struct optimizer *o)
{
    for (o->op_index = 0; o->op_index < o->rec->nops; o->op_index++) {
        uint32_t k = o->op_index;
        unsigned opnum = o->rec->ops[k].opnum;
        if (opnum == TW_OP_jump || opnum == TW_OP_finish)
            return;
        if (may_force(opnum))
            o->op_index = run_finishes_of_call(o, k);
        run_op(o, k);
    }
}

void opt_jump_args(struct optimizer *o, tw_vref *args)
{
    const struct tw_op *end = &o->rec->ops[o->rec->nops - 1];

    for (unsigned k = 0; k < end->nargs; k++)
        args[k] = opt_rec_box(o, o->rec->args[end->args + k]);
}

/* The end of a straight trace: everything is where others expect it. */
static void end_straight(struct optimizer *o, unsigned opnum, const void *descr)
{
    const struct tw_op *end = &o->rec->ops[o->rec->nops - 1];
    tw_vref args[end->nargs + 1];
    struct cur op = {(uint16_t)opnum, end->nargs, -1, descr, args};

    opt_jump_args(o, args);
    for (unsigned k = 0; k < end->nargs; k++)
        args[k] = opt_force(o, args[k]);
    heap_flush(o);
    (void)opt_emit(o, &op);
}

static void emit_start_label(struct optimizer *o, struct tw_target *t)
{
    tw_vref args[o->rec->ninputs + 1];
    struct cur op = {TW_OP_label, (uint16_t)o->rec->ninputs, -1, t, args};

    for (uint32_t k = 0; k < o->rec->ninputs; k++)
        args[k] = (tw_vref)k;
    (void)opt_emit(o, &op);
}

static void optimize_loop(struct optimizer *o, const struct vstate *state)
{
    struct tw_target *start =
        target_new(o->loop, o->rec->ninputs, o->rec->input_types);

    emit_start_label(o, start);
    opt_run(o);
    const struct tw_op *end = &o->rec->ops[o->rec->nops - 1];
    o->end_snapshot = end->snapshot;
    if (end->opnum == TW_OP_finish)
        end_straight(o, TW_OP_finish, end->descr);
    else if (end->opnum == TW_OP_jump && end->descr)
        bridge_end(o, (struct tw_loop *)(uintptr_t)end->descr);
    else if (end->opnum == TW_OP_jump && o->options->unroll)
        unroll_loop(o, start, state);
    else if (end->opnum == TW_OP_jump)
        end_straight(o, TW_OP_jump, start);
    opt_finish(o);
}

static void optimize_bridge(struct optimizer *o, struct tw_guard *from,
                            struct tw_loop *target)
{
    if (from && from->resume && o->options->program &&
        (o->passes & 1u << PASS_heap))
        knowledge_read(o, from);
    opt_run(o);
    const struct tw_op *end = &o->rec->ops[o->rec->nops - 1];
    o->end_snapshot = end->snapshot;
    if (end->opnum == TW_OP_finish)
        end_straight(o, TW_OP_finish, end->descr);
    else if (end->opnum == TW_OP_jump)
        bridge_end(o, target);
    opt_finish(o);
}

void opt_jump_to_start(struct optimizer *o, struct tw_loop *loop)
{
    end_straight(o, TW_OP_jump, loop->targets);
}

/* ------------------------------------------------------------------ entry points */

static void reset_out(struct tw_trace *out)
{
    out->nops = out->nargs = 0;
}

enum tw_opt_status tw_optimize_loop(const struct tw_trace *rec,
                                    struct tw_loop *loop,
                                    const struct tw_opt_options *options,
                                    struct tw_trace *out)
{
    enum { MOST_ATTEMPTS = 7 };
    struct vstate *volatile state = NULL;
    struct tw_target *targets = loop->targets;
    struct tw_arena kept = {0};
    volatile enum tw_opt_status status = TW_OPT_RETRACE;
    volatile int caution = 0;

    /* Each further attempt starts the peeled loop from a more general state, or assumes less of
     * what its short preamble will produce. */
    for (volatile int attempt = 0; status == TW_OPT_RETRACE; attempt++) {
        struct optimizer o = {
            .rec = rec, .out = out, .loop = loop, .options = options};
        struct unroll_result result = {.arena = &kept,
                                       .last = attempt + 1 >= MOST_ATTEMPTS,
                                       .caution = caution};
        loop->targets = targets;
        reset_out(out);
        o.result = &result;
        set_up(&o);
        if (!setjmp(o.invalid)) {
            optimize_loop(&o, state);
            status = TW_OPT_OK;
        } else if (result.general) {
            state = result.general;
        } else if (result.peeled && caution < 3 &&
                   (result.bad_short || caution < 2)) {
            caution++;
        } else {
            status = TW_OPT_INVALID;
        }
        tear_down(&o);
    }
    tw_arena_free(&kept);
    if (status != TW_OPT_OK)
        loop->targets = targets;
    return status;
}

enum tw_opt_status tw_optimize_bridge(const struct tw_trace *rec,
                                      struct tw_guard *from,
                                      struct tw_loop *target,
                                      const struct tw_opt_options *options,
                                      struct tw_trace *out)
{
    struct tw_loop *loop =
        from ? from->loop : target; /* from NULL: an entry bridge */
    struct optimizer o = {
        .rec = rec, .out = out, .loop = loop, .options = options};
    enum tw_opt_status status = TW_OPT_INVALID;

    reset_out(out);
    set_up(&o);
    if (!setjmp(o.invalid)) {
        optimize_bridge(&o, from, target);
        status = TW_OPT_OK;
    }
    tear_down(&o);
    return status;
}

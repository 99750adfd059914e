/*
 * reference.c: the backend that executes traces without making machine code.
 * Role: the oracle for the other backends, and the backend of ports that have
 * no other. Input: optimized traces; output: what backend.h promises.
 * Neighbours: run.c executes; meta/ calls through tw_backend_reference.
 *
 * Locations are the plainest possible: failarg k is in slot k.
 */
#include "backends/reference/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tw_backend_hooks ref_hooks;

static int ref_init(const struct tw_backend_hooks *hooks, char *err,
                    size_t errsize)
{
    (void)err, (void)errsize;
    ref_hooks = *hooks;
    return 0;
}

static int is_force_guard(unsigned opnum)
{
    return opnum == TW_OP_guard_not_forced || opnum == TW_OP_guard_not_forced_2;
}

static int may_force(unsigned opnum)
{
    return (opnum >= TW_OP_call_may_force_i &&
            opnum <= TW_OP_call_may_force_v) ||
           (opnum >= TW_OP_call_assembler_i && opnum <= TW_OP_call_assembler_v);
}

/* Calls run through the stub of their descriptor: without one, say so now. */
static int check_op(const struct tw_op *op, char *err, size_t errsize)
{
    const struct tw_opinfo *info = &tw_opinfo[op->opnum];

    if ((tw_op_is(op->opnum, TW_GUARD) || op->opnum == TW_OP_finish) &&
        !op->guard) {
        snprintf(err, errsize, "%s without its struct tw_guard", info->name);
        return -1;
    }
    if (tw_op_is(op->opnum, TW_DESCR) && !op->descr &&
        op->opnum != TW_OP_finish) {
        snprintf(err, errsize, "%s without descriptor", info->name);
        return -1;
    }
    if (tw_op_is(op->opnum, TW_CALL) &&
        ((const struct tw_descr *)op->descr)->kind == TW_DK_CALL &&
        !((const struct tw_calldescr *)op->descr)->stub) {
        snprintf(err, errsize, "%s: call descriptor without stub", info->name);
        return -1;
    }
    return 0;
}

static int find_force_guard(const struct tw_trace *t, uint32_t k)
{
    for (k++; k < t->nops && !tw_op_is(t->ops[k].opnum, TW_CALL); k++)
        if (is_force_guard(t->ops[k].opnum))
            return (int)k;
    return -1;
}

static int copy_ops(struct ref_unit *u, const struct tw_trace *t, char *err,
                    size_t errsize)
{
    for (uint32_t k = 0; k < t->nops; k++) {
        const struct tw_op *op = &t->ops[k];
        struct ref_op *r = &u->ops[k];
        int guard;

        if (check_op(op, err, errsize))
            return -1;
        *r = (struct ref_op){.opnum = op->opnum,
                             .nargs = op->nargs,
                             .nfailargs = op->nfailargs,
                             .args = op->args,
                             .failargs = op->failargs,
                             .descr = op->descr,
                             .guard = op->guard};
        if (may_force(op->opnum) && (guard = find_force_guard(t, k)) >= 0) {
            r->guard = t->ops[guard].guard;
            r->force_op = (uint32_t)guard;
        }
        if (op->opnum == TW_OP_label)
            u->nlabels++;
        if (op->nfailargs > u->code.nslots)
            u->code.nslots = op->nfailargs;
        if (op->nargs > u->code.nslots && /* slots pass arguments on */
            (op->opnum == TW_OP_label || op->opnum == TW_OP_jump))
            u->code.nslots = op->nargs;
    }
    return 0;
}

/* The value of finish() is in slot 0. Shared and never freed, as finish's guard
 * may be shared by units. */
static uint16_t finish_location[1];

/* Guards that another tier has placed already keep their places. */
static void place_guards(struct ref_unit *u)
{
    for (uint32_t k = 0; k < u->nops; k++) {
        struct tw_guard *g = u->ops[k].guard;
        unsigned n = u->ops[k].nfailargs;

        if (g && u->ops[k].opnum == TW_OP_finish)
            g->locations = finish_location;
        if (!g || g->locations || !tw_op_is(u->ops[k].opnum, TW_GUARD))
            continue;
        g->backend = u;
        g->locations = calloc(n + 1, sizeof *g->locations);
        for (unsigned n1 = 0; n1 < n; n1++)
            g->locations[n1] = (uint16_t)n1;
    }
}

static void place_inputs(struct ref_unit *u, const struct tw_guard *from)
{
    uint32_t n = 0;

    u->inputs = calloc(u->ninputs + 1, sizeof *u->inputs);
    for (; !from && n < u->ninputs; n++)
        u->inputs[n] = (uint16_t)n;
    for (uint32_t k = 0; from && k < from->nfailargs && n < u->ninputs; k++)
        if (from->fail_types[k] != 'v')
            u->inputs[n++] = from->locations[k];
    for (n = 0; n < u->ninputs; n++)
        if (u->inputs[n] >= u->code.nslots)
            u->code.nslots = u->inputs[n] + 1u;
}

static void publish(struct ref_unit *u, const struct tw_code *old)
{
    for (uint32_t k = 0; k < u->nlabels; k++) {
        struct tw_target *target = u->labels[k].target;

        if (target->code == old) {
            target->code = &u->code;
            target->entry = (int32_t)k + 1;
        }
    }
}

static void *copy(const void *p, size_t size)
{
    void *q = malloc(size + 1);

    if (size)
        memcpy(q, p, size);
    return q;
}

static void ref_free(struct tw_code *code)
{
    struct ref_unit *u = (struct ref_unit *)code;

    for (uint32_t k = 0; k < u->nlabels; k++)
        if (u->labels[k].target->code == code)
            u->labels[k].target->code = NULL;
    for (uint32_t k = 0; k < u->nops; k++) {
        struct tw_guard *g = u->ops[k].guard;

        if (g && g->backend == u) {
            free(g->locations);
            g->locations = NULL;
            g->backend = NULL;
        }
    }
    if (code->from && code->from->bridge == code)
        code->from->bridge = NULL;
    tw_gc_free_uncollectable(u->consts);
    free(u->ops);
    free(u->args);
    free(u->inputs);
    free(u->labels);
    free(u);
}

static struct tw_code *ref_compile(const struct tw_trace *t,
                                   struct tw_loop *loop, struct tw_guard *from,
                                   int tier, char *err, size_t errsize)
{
    struct ref_unit *u = calloc(1, sizeof *u);
    uint32_t label = 0;

    (void)tier;
    u->code.nslots = 1; /* finish's */
    u->code.loop = loop;
    u->code.from = from;
    u->code.backend = u;
    u->ninputs = t->ninputs;
    u->nops = t->nops;
    u->nvalues = t->ninputs + t->nops;
    u->fail_every = tw_backend_fail_every;
    u->ops = calloc(t->nops + 1, sizeof *u->ops);
    u->args = copy(t->args, t->nargs * sizeof *t->args);
    u->consts =
        tw_gc_malloc_uncollectable((t->nconsts + 1) * sizeof *u->consts);
    for (uint32_t k = 0; k < t->nconsts; k++)
        u->consts[k] = t->consts[k].v;
    if (copy_ops(u, t, err, errsize)) {
        u->nops = 0; /* nothing placed */
        u->nlabels = 0;
        ref_free(&u->code);
        return NULL;
    }
    u->code.nbytes = u->nops * (uint32_t)sizeof *u->ops;
    u->labels = calloc(u->nlabels + 1, sizeof *u->labels);
    for (uint32_t k = 0; k < t->nops; k++)
        if (t->ops[k].opnum == TW_OP_label)
            u->labels[label++] = (struct ref_label){
                .target = (struct tw_target *)t->ops[k].descr, .op = k};
    place_guards(u);
    place_inputs(u, from);
    publish(u, NULL);
    return &u->code;
}

static void ref_attach(struct tw_guard *guard, struct tw_code *code)
{
    guard->bridge = code;
}

static void ref_redirect(struct tw_code *old, struct tw_code *fresh)
{
    publish((struct ref_unit *)fresh, old);
}

static struct tw_guard *ref_execute(struct tw_code *code, int entry,
                                    struct tw_jitframe *frame)
{
    struct ref_next next = {(struct ref_unit *)code, entry};

    while (next.unit) {
        tw_jitframe_reserve(frame, next.unit->code.nslots);
        next = ref_run(next.unit, next.entry, frame);
    }
    return frame->exit;
}

const struct tw_backend tw_backend_reference = {.name = "reference",
                                                .init = ref_init,
                                                .compile = ref_compile,
                                                .attach = ref_attach,
                                                .redirect = ref_redirect,
                                                .execute = ref_execute,
                                                .free_code = ref_free};

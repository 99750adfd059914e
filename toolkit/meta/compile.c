/*
 * compile.c: record → optimize → backend, in that order and in one place, for loops, entry
 * bridges, bridges, and the segments of traces that are too long.
 */
#include "toolkit/meta/compile.h"

#include <inttypes.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/base/vec.h"
#include "toolkit/meta/guardfail.h"
#include "toolkit/meta/engine.h"
#include "toolkit/meta/jitlog.h"
#include "toolkit/meta/loop.h"
#include "toolkit/meta/quasi.h"
#include "toolkit/meta/recorder.h"
#include "toolkit/meta/tier2.h"
#include "toolkit/meta/warm.h"
#include "toolkit/opt/opt.h"

/* ------------------------------------------------------------- optimizing */

/* The passes of enable_opts as a set; unknown names are reported once. */
static unsigned enabled_passes(void)
{
    static const char *parsed;
    static unsigned set;
    char name[64];

    if (parsed == tw_options.enable_opts)
        return set;
    parsed = tw_options.enable_opts;
    set = 0;
    if (!strcmp(parsed, "all"))
        return set = ~0u;
    for (const char *s = parsed; *s;) {
        size_t n = strcspn(s, ":");

        if (n && n < sizeof name) {
            memcpy(name, s, n);
            name[n] = '\0';
            int k = tw_opt_pass_index(name);
            if (k >= 0)
                set |= 1u << k;
            else if (strcmp(name, "unroll") != 0)
                fprintf(stderr, "tracewright: enable_opts: no pass \"%s\"\n",
                        name);
        }
        s += n + (s[n] == ':');
    }
    return set;
}

static int unrolling(const struct tw_trace *rec)
{
    if (tw_options.disable_unrolling > 0 &&
        (int64_t)rec->nops > tw_options.disable_unrolling * 100)
        return 0;
    return !strcmp(tw_options.enable_opts, "all") ||
           strstr(tw_options.enable_opts, "unroll");
}

static struct tw_opt_options options_for(const struct tw_trace *rec)
{
    return (struct tw_opt_options){
        .passes = enabled_passes(),
        .unroll = unrolling(rec),
        .retrace_limit = (int)tw_options.retrace_limit,
        .max_retrace_guards = (int)tw_options.max_retrace_guards,
        .program = tw_rt_program,
    };
}

static uint64_t count_guards(const struct tw_trace *t)
{
    uint64_t n = 0;

    for (uint32_t k = 0; k < t->nops; k++)
        n += tw_op_is(t->ops[k].opnum, TW_GUARD);
    return n;
}

/* What every finish operation of the loop leaves through. */
static struct tw_guard *finish_guard(struct tw_loop *l)
{
    struct tw_loopmeta *m = tw_meta(l);
    char kind = l->driver->result;

    if (m->finish)
        return m->finish;
    struct tw_guard *g = TW_ARENA_NEW(&m->arena, struct tw_guard);
    g->dkind = TW_DK_GUARD;
    g->opnum = TW_OP_finish;
    g->loop = l;
    g->flags = TW_GUARD_FINISH;
    g->nfailargs = kind != 'v';
    g->fail_types = tw_arena_copy(&m->arena, &kind, 1);
    return m->finish = g;
}

/* Ties the optimized trace to the loop it belongs to: finish exits, the loops its code goes on
 * in, the quasi-immutable fields that it relies on. */
static void tie(struct tw_trace *t, struct tw_loop *l)
{
    const char *types = NULL; /* of the failargs of the guard before */

    for (uint32_t k = 0; k < t->nops; k++) {
        struct tw_op *op = &t->ops[k];
        const struct tw_descr *d = op->descr;

        switch (op->opnum) {
        case TW_OP_finish:
            if (!op->guard)
                op->guard = finish_guard(l);
            break;
        case TW_OP_jump:
            if (d && d->kind == TW_DK_TARGET)
                tw_loop_jumps_to(l, ((const struct tw_target *)d)->loop);
            break;
        case TW_OP_call_assembler_i:
        case TW_OP_call_assembler_r:
        case TW_OP_call_assembler_f:
        case TW_OP_call_assembler_v:
            tw_loop_jumps_to(l, (struct tw_loop *)(uintptr_t)op->descr);
            break;
        case TW_OP_quasiimmut_field: {
            const struct tw_fielddescr *f = op->descr;
            char *base = tw_const_of(t, tw_args_of(t, op)[0])->v.r;

            tw_quasi_depend((void **)(base + f->watch_offset), l);
            break;
        }
        default:
            break;
        }
        if (op->guard && tw_op_is(op->opnum, TW_GUARD)) {
            op->guard->loop = l;
            tw_count(TW_C_guards, 1);
            /* Resume data, location of each failarg, types unless shared. */
            tw_count(TW_C_guard_bytes, op->guard->resume_size +
                                           op->guard->nfailargs * 2u +
                                           (op->guard->fail_types == types
                                                ? 0
                                                : op->guard->nfailargs));
            types = op->guard->fail_types;
        }
    }
}

/* ------------------------------------------------------- what one job makes */

struct job {
    const struct tw_record_result *rec;
    struct tw_loop *loop; /* compiled into this token */
    struct tw_guard *from; /* bridges */
    struct tw_trace *out;
    struct tw_code *code;
};

/* Optimizes rec into job->out; 0 or a reason of aborts.def. */
static int optimize(struct job *j)
{
    const struct tw_record_result *rec = j->rec;
    struct tw_opt_options o = options_for(rec->trace);
    uint64_t start = tw_cpu_ns();
    enum tw_opt_status s;

    o.end_values = rec->end_values;
    tw_count(TW_C_ops_before, rec->trace->nops);
    tw_count(TW_C_guards_before, count_guards(rec->trace));
    for (;;) {
        j->out = tw_trace_new();
        if (j->from || rec->kind == TW_RECORD_TO_LOOP)
            s = tw_optimize_bridge(rec->trace, j->from, rec->target, &o,
                                   j->out);
        else
            s = tw_optimize_loop(rec->trace, j->loop, &o, j->out);
        if (s == TW_OPT_OK)
            break;
        tw_trace_free(j->out);
        j->out = NULL;
        /* A new version of the target is not made of a bridge; it is what it jumps to in its
         * general form instead. A loop that contradicts itself only when peeled is kept whole. */
        if (s == TW_OPT_RETRACE && o.retrace_limit)
            o.retrace_limit = 0;
        else if (s == TW_OPT_INVALID && !j->from && o.unroll)
            o.unroll = 0;
        else
            break;
    }
    tw_count(TW_C_time_optimizing, tw_cpu_ns() - start);
    if (s != TW_OPT_OK) {
        tw_count(TW_C_invalid_loops, 1);
        return TW_ABORT_BAD_LOOP;
    }
    tw_count(TW_C_ops_after, j->out->nops);
    return TW_ABORT_NONE;
}

/* Machine code for job->out; 0 or a reason. */
static int assemble(struct job *j)
{
    const struct tw_backend *be = tw_backend();
    uint64_t start = tw_cpu_ns();
    char err[512] = "";

    j->code = be->compile(j->out, j->loop, j->from, 1, err, sizeof err);
    tw_count(TW_C_time_tier1, tw_cpu_ns() - start);
    if (!j->code) {
        tw_log(TW_LOG_jit_abort, "backend %s: %s", be->name, err);
        return TW_ABORT_BACKEND;
    }
    tw_count(TW_C_code_bytes, j->code->nbytes);
    return TW_ABORT_NONE;
}

/* Inputs of a loop token are those of its first trace. */
static void set_inputs(struct tw_loop *l, const struct tw_trace *t)
{
    l->ninputs = t->ninputs;
    l->input_types = tw_realloc(l->input_types, t->ninputs + 1);
    memcpy(l->input_types, t->input_types, t->ninputs);
}

/* The whole way after recording. Frees the recorded trace. */
static int build(struct job *j)
{
    const struct tw_record_result *rec = j->rec;
    int reason;

    if (!j->from)
        set_inputs(j->loop, rec->trace);
    tw_jitlog_trace(TW_LOG_jit_log_noopt, rec->trace, j->loop, j->from);
    reason = optimize(j);
    if (!reason) {
        tie(j->out, j->loop);
        tw_jitlog_trace(TW_LOG_jit_log_opt, j->out, j->loop, j->from);
        reason = assemble(j);
    }
    if (!reason) {
        tw_jitlog_compiled(rec->kind, rec->trace, j->out, j->loop, j->from,
                           j->code);
        tw_loop_add_code(j->loop, j->code);
        tw_loop_keep_trace(j->loop, j->from, j->code, j->out,
                           tw_tier2_wants_traces());
    } else if (j->out) {
        tw_trace_free(j->out);
    }
    tw_trace_free(rec->trace);
    return reason;
}

/* ------------------------------------------------------------------ loops */

static enum tw_enter_result where_now(const struct tw_record_result *rec,
                                      const struct tw_jitdriver *d,
                                      union tw_value *args, union tw_value *res)
{
    if (rec->state == TW_ENTER_CONTINUE)
        memcpy(args, rec->args, (size_t)(d->ngreens + d->nreds) * sizeof *args);
    else
        *res = rec->res;
    return rec->state;
}

static void record_done(const struct tw_record_result *rec, uint64_t start)
{
    tw_count(TW_C_time_tracing, tw_cpu_ns() - start);
    if (rec->trace)
        tw_count(TW_C_ops_recorded, rec->trace->nops);
}

static void gave_up(const struct tw_jitdriver *d, const union tw_value *greens,
                    const struct tw_guard *from, int reason)
{
    tw_count_abort(reason);
    tw_jitlog_abort(d, greens, from, reason);
}

/* After this many failures in a row a green key is left alone for good. */
enum { MAX_ABORTS = 10 };

/* A trace that does not begin at a guard: into the token of its greens. */
static int new_loop(const struct tw_record_result *rec)
{
    const struct tw_jitdriver *d = rec->driver;
    struct tw_cell *cell = tw_warm_cell(d, rec->greens, 1);
    struct job j = {.rec = rec, .loop = tw_warm_token(cell)};
    int reason = build(&j);

    if (reason) {
        cell->aborts++;
        return reason;
    }
    tw_warm_has_code(cell);
    tw_loop_grow_older();
    tw_tier2_count_from_here(j.loop);
    return TW_ABORT_NONE;
}

enum tw_enter_result tw_compile_loop(const struct tw_jitdriver *d,
                                     union tw_value *args, union tw_value *res)
{
    struct tw_record_result rec = {.kind = TW_RECORD_ABORT};
    union tw_value greens[TW_MAX_MERGE_ARGS];
    struct tw_cell *cell = tw_warm_cell(d, args, 1);
    uint64_t start = tw_cpu_ns();
    int reason;

    if (cell->aborts >= MAX_ABORTS || !tw_backend_load())
        return TW_ENTER_INTERPRET;
    memcpy(greens, args, d->ngreens * sizeof *greens);
    tw_jitlog_start(d, greens, NULL);
    cell->flags |= TW_CELL_TRACING;
    tw_record_loop(tw_rt_program, d, args, &rec);
    cell->flags &= (uint16_t)~TW_CELL_TRACING;
    record_done(&rec, start);
    if (!rec.driver)
        rec.driver = d;
    if (rec.kind == TW_RECORD_ABORT) {
        reason = rec.abort_reason;
        /* An inlined callee that was too long will not be inlined the next time. */
        if (reason != TW_ABORT_TOO_LONG && reason != TW_ABORT_STRESS)
            cell->aborts++;
    } else {
        reason = new_loop(&rec);
    }
    if (reason)
        gave_up(d, greens, NULL, reason);
    return where_now(&rec, d, args, res);
}

/* ---------------------------------------------------------------- bridges */

enum tw_enter_result tw_compile_bridge(struct tw_guard *g,
                                       const struct tw_jitframe *frame,
                                       union tw_value *args,
                                       union tw_value *res)
{
    struct tw_record_result rec = {.kind = TW_RECORD_ABORT};
    struct tw_loop *l = g->loop;
    const struct tw_jitdriver *d = l->driver;
    uint64_t start = tw_cpu_ns();
    int reason;

    tw_jitlog_start(d, l->greens, g);
    g->flags |= TW_GUARD_COMPILING;
    tw_record_bridge(tw_rt_program, g, frame, &rec);
    record_done(&rec, start);
    if (!rec.driver)
        rec.driver = d;
    if (rec.kind == TW_RECORD_ABORT) {
        reason = rec.abort_reason;
    } else if (rec.kind == TW_RECORD_LOOP) {
        /* It closed a loop of its own; the next try ends in a jump to that. */
        reason = new_loop(&rec);
    } else {
        struct job j = {.rec = &rec, .loop = l, .from = g};

        reason = build(&j);
        if (!reason) {
            tw_backend()->attach(g, j.code);
            g->bridge = j.code;
            tw_tier2_new_bridge(l);
        }
    }
    g->flags &= (uint8_t)~TW_GUARD_COMPILING;
    if (reason) {
        gave_up(d, l->greens, g, reason);
        tw_guard_bridge_failed(g);
    }
    return where_now(&rec, d, args, res);
}

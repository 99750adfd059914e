/*
 * jitlog.c: logs and hooks of meta/compile.c.
 */
#include "toolkit/meta/jitlog.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/counters.h"
#include "toolkit/meta/location.h"
#include "toolkit/meta/loop.h"

static struct {
    void (*fn)(const struct tw_hook_event *, void *);
    void *data;
    int want_text;
    int running; /* a hook's own code is not reported to it */
} hook;

void tw_set_jit_hooks(void (*fn)(const struct tw_hook_event *, void *),
                      void *data, int want_text)
{
    hook.fn = fn;
    hook.data = data;
    hook.want_text = want_text;
}

static void call_hook(const struct tw_hook_event *e)
{
    if (!hook.fn || hook.running)
        return;
    hook.running = 1;
    hook.fn(e, hook.data);
    hook.running = 0;
}

static void location(const struct tw_jitdriver *d, const union tw_value *greens,
                     char *buf, size_t size)
{
    buf[0] = '\0';
    if (d->driver->get_printable_location)
        d->driver->get_printable_location(greens, buf, size);
    else
        snprintf(buf, size, "%s", d->driver->name);
}

void tw_jitlog_start(const struct tw_jitdriver *d, const union tw_value *greens,
                     const struct tw_guard *from)
{
    char where[256];

    if (!tw_log_on(TW_LOG_jit_tracing))
        return;
    location(d, greens, where, sizeof where);
    if (from)
        tw_log(TW_LOG_jit_tracing,
               "bridge from Guard%" PRIu32 " of Loop %" PRIu32 " (%s)",
               from->id, from->loop->id, where);
    else
        tw_log(TW_LOG_jit_tracing, "%s: loop at %s", d->driver->name, where);
}

/* The trace, with comments: where each debug_merge_point is in the interpreted program, and the
 * numbers of guards, by which bridges are named. An operation is a line, after that of the
 * inputs. */
static void print_with_locations(const struct tw_trace *t, FILE *out)
{
    char *text = NULL, where[256];
    size_t size;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return;
    tw_trace_print(t, f);
    fclose(f);
    uint32_t k = 0;
    for (char *line = text, *end; line && *line; line = end, k++) {
        const struct tw_op *op = k && k <= t->nops ? &t->ops[k - 1] : NULL;

        end = line + strcspn(line, "\n");
        fwrite(line, 1, (size_t)(end - line), out);
        if (op && op->opnum == TW_OP_debug_merge_point) {
            tw_location_print(tw_const_of(t, tw_args_of(t, op)[0])->v.i, where,
                              sizeof where);
            fprintf(out, "  # %s", where);
        } else if (op && op->guard && tw_op_is(op->opnum, TW_GUARD)) {
            fprintf(out, "  # Guard%" PRIu32, op->guard->id);
        }
        if (*end)
            fputc(*end++, out);
    }
    free(text);
}

void tw_jitlog_trace(enum tw_log_channel c, const struct tw_trace *t,
                     const struct tw_loop *l, const struct tw_guard *from)
{
    char where[256];

    if (!tw_log_on(c))
        return;
    FILE *out = tw_log_begin(c);
    tw_loop_describe(l, where, sizeof where);
    if (from)
        fprintf(out, "# bridge from Guard%" PRIu32 " of %s: %" PRIu32 " ops\n",
                from->id, where, t->nops);
    else
        fprintf(out, "# %s: %" PRIu32 " ops\n", where, t->nops);
    print_with_locations(t, out);
    tw_log_end(c);
}

void tw_jitlog_compiled(enum tw_record_kind kind, const struct tw_trace *before,
                        const struct tw_trace *after, const struct tw_loop *l,
                        const struct tw_guard *from, const struct tw_code *code)
{
    struct tw_hook_event e = {
        .kind = from ? TW_HOOK_BRIDGE : TW_HOOK_LOOP,
        .driver = l->driver->driver,
        .greens = l->greens,
        .nops_before = before->nops,
        .nops_after = after->nops,
        .loop_id = l->id,
    };
    char *text = NULL;
    size_t size;

    tw_count(from                       ? TW_C_bridges
             : kind == TW_RECORD_FINISH ? TW_C_functions
                                        : TW_C_loops,
             1);
    if (kind == TW_RECORD_SEGMENT)
        tw_count(TW_C_segments, 1);
    if (tw_log_on(TW_LOG_jit_backend)) {
        char where[256];

        tw_loop_describe(l, where, sizeof where);
        if (from)
            tw_log(TW_LOG_jit_backend,
                   "bridge from Guard%" PRIu32 " of %s: %" PRIu32 " bytes",
                   from->id, where, code->nbytes);
        else
            tw_log(TW_LOG_jit_backend, "%s: %" PRIu32 " bytes, tier %d", where,
                   code->nbytes, code->tier);
    }
    if (!hook.fn)
        return;
    FILE *f = hook.want_text ? open_memstream(&text, &size) : NULL;
    if (f) {
        print_with_locations(after, f);
        fclose(f);
        e.trace_text = text;
    }
    call_hook(&e);
    free(text);
}

void tw_jitlog_abort(const struct tw_jitdriver *d, const union tw_value *greens,
                     const struct tw_guard *from, int reason)
{
    struct tw_hook_event e = {.kind = TW_HOOK_ABORT,
                              .driver = d->driver,
                              .greens = greens,
                              .reason = tw_abort_text(reason)};
    char where[256];

    if (tw_log_on(TW_LOG_jit_abort)) {
        location(d, greens, where, sizeof where);
        if (from)
            tw_log(TW_LOG_jit_abort, "%s: bridge from Guard%" PRIu32 " (%s)",
                   e.reason, from->id, where);
        else
            tw_log(TW_LOG_jit_abort, "%s: %s", e.reason, where);
    }
    call_hook(&e);
}

void tw_jitlog_summary(void)
{
    if (!tw_log_on(TW_LOG_jit_summary))
        return;
    FILE *out = tw_log_begin(TW_LOG_jit_summary);
    tw_counters_print(out);
    tw_log_end(TW_LOG_jit_summary);
}

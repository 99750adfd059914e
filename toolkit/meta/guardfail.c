/*
 * guardfail.c: a guard failed: blackhole or bridge?
 */
#include "toolkit/meta/guardfail.h"

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/exit/resume.h"
#include "toolkit/meta/compile.h"
#include "toolkit/meta/recorder.h"

static enum tw_enter_result blackhole(const struct tw_program *p,
                                      struct tw_guard *g,
                                      struct tw_jitframe *frame,
                                      union tw_value *args, union tw_value *res)
{
    /* What the blackhole calls may end in it again: the outermost run is counted. */
    static _Thread_local unsigned depth;
    struct tw_bh bh;
    uint64_t start = depth++ ? 0 : tw_now_ns();

    tw_counters[TW_C_blackholed]++;
    tw_resume_blackhole(p, g, frame, &bh);
    enum tw_enter_result r = tw_bh_run(&bh, args, res);
    if (!--depth)
        tw_counters[TW_C_time_blackhole] += tw_now_ns() - start;
    return r;
}

/* Did g fail often enough that a bridge is worth recording? The end of a segment always is. */
static int wants_bridge(struct tw_guard *g, const struct tw_jitframe *frame)
{
    /* Failing because somebody forced the frame says nothing about the path. */
    if (frame->forced || g->opnum == TW_OP_guard_not_forced ||
        g->opnum == TW_OP_guard_not_forced_2)
        return 0;
    if (g->flags & (TW_GUARD_COMPILING | TW_GUARD_NO_BRIDGE))
        return 0;
    g->counter++;
    return g->counter >= tw_options.trace_eagerness ||
           (g->opnum == TW_OP_guard_always_fails && g->counter > 0);
}

enum tw_enter_result tw_guard_failed(const struct tw_program *p,
                                     struct tw_guard *g,
                                     struct tw_jitframe *frame,
                                     union tw_value *args, union tw_value *res)
{
    tw_counters[TW_C_guard_failures]++;
    tw_log(TW_LOG_jit_resume, "Guard%u of Loop %u failed (%d before)", g->id,
           g->loop->id, g->counter);
    if (wants_bridge(g, frame) && !tw_recording() &&
        tw_options.trace_eagerness > 0)
        return tw_compile_bridge(g, frame, args, res);
    return blackhole(p, g, frame, args, res);
}

void tw_guard_bridge_failed(struct tw_guard *g)
{
    enum { GIVE_UP = 8 };

    if (++g->aborts >= GIVE_UP)
        g->flags |= TW_GUARD_NO_BRIDGE;
    g->counter = -(int32_t)(tw_options.trace_eagerness << g->aborts);
}

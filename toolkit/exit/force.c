/*
 * force.c: forcing a machine frame whose contents somebody outside wants (tokens: exit/force.h).
 * Called by native code, the blackhole and residual calls of traces; the frame's own
 * guard_not_forced then fails, and meta/guardfail.c goes on from the objects made here.
 */
#include "toolkit/exit/force.h"

#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/exit/resume.h"

/* The frame is in a call that may force: its guard's values are in place. */
static void force_frame(struct tw_jitframe *frame)
{
    struct tw_guard *g = frame->force;

    if (!g)
        tw_fatal(
            "a machine frame was forced outside of a call that may force it");
    if (frame->forced)
        return;
    tw_count(TW_C_forcings, 1);
    tw_log(TW_LOG_jit_resume, "forced at Guard%u", g->id);
    frame->forced = tw_resume_force(tw_rt_program, g, frame);
}

void tw_rt_force_virtualizable(void *object, int32_t token_offset)
{
    void **token = (void **)((char *)object + token_offset);

    if (!*token)
        return;
    if (*token != TW_TOKEN_TRACING)
        force_frame(*token);
    *token = NULL;
}

void *tw_rt_virtual_ref_force(void *handle)
{
    if (!TW_IS_VREF(handle))
        return handle;
    struct tw_virtual_ref *v = TW_VREF_OF(handle);
    if (v->token && v->token != TW_TOKEN_TRACING) {
        force_frame(v->token);
        if (!v->forced)
            tw_fatal(
                "forcing a frame did not give a virtual reference its object");
    }
    v->token = NULL;
    return v->forced;
}

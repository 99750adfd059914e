/*
 * guardfail.h: what happens when machine code leaves through a guard. Owner: guardfail.c.
 */
#ifndef TW_GUARDFAIL_H
#define TW_GUARDFAIL_H

#include "toolkit/ir/backend.h"
#include "toolkit/ir/jitcode.h"

/* Goes on from failed guard g to the next merge point of its loop's driver (CONTINUE: args are
 * greens and reds) or the portal's result (DONE: *res): in the blackhole, or, when the guard
 * fails often, by recording a bridge on the way. */
enum tw_enter_result tw_guard_failed(const struct tw_program *p,
                                     struct tw_guard *g,
                                     struct tw_jitframe *frame,
                                     union tw_value *args, union tw_value *res);
/* The recording begun for g gave no bridge: try again, but later each time. */
void tw_guard_bridge_failed(struct tw_guard *g);

#endif

/*
 * force.h: the token protocol of virtualizables and virtual references, after
 * RPython (virtualizable.py, virtualref.py). Owner: exit/force.c.
 *
 * A virtualizable's token field is
 *   NULL               the object's fields are up to date;
 *   TW_TOKEN_TRACING   a residual call is running while a trace is recorded:
 *                      fields are up to date, forcing sets the token to NULL,
 *                      by which the recorder notices;
 *   a jitframe         machine code holds the fields; forcing rebuilds them
 *                      from frame->force's resume data and sets frame->forced.
 */
#ifndef TW_FORCE_H
#define TW_FORCE_H

#include "toolkit/ir/backend.h"

#define TW_TOKEN_TRACING ((void *)(intptr_t)-1)

/* What tw_virtual_ref gives in a trace (outside traces the handle is the
 * object itself): the address of one of these plus 1, so that a handle tells
 * what it is. token as above; forced: the real object once known. */
struct tw_virtual_ref {
    void *token;
    void *forced;
};
#define TW_IS_VREF(h) (((uintptr_t)(h)) & 1)
#define TW_VREF_OF(h) ((struct tw_virtual_ref *)((uintptr_t)(h) - 1))

/* tw_rt_force_virtualizable and tw_rt_virtual_ref_force are declared in
 * ir/jitcode.h: native code calls them too. */

#endif

/* effects.h: what other steps ask of effects.c. */
#ifndef CODEGEN_EFFECTS_H
#define CODEGEN_EFFECTS_H

#include "codegen/descr.h"

/* Functions that an indirect call may reach, and their joint effect. */
struct candidates *effects_candidates(LLVMValueRef call);
/* The struct that a marker's or access's frame pointer is, or NULL. */
struct vinfo *effects_vinfo_of_marker(LLVMValueRef call);
/* Frames that f is known to run itself: its portal's virtualizable, hinted ones. */
void effects_own_frames(struct fn *f, struct ptrmap *own);
struct effect *effects_none(void); /* pure helpers */
struct effect *
effects_invariant(void); /* no effect, the same all through a loop */
struct effect *effects_unknown(void); /* anything */

/* For each function that traces call: its effect, and why if it is a wide one. */
void effects_report(FILE *o);

#endif

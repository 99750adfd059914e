/*
 * numbering.h: writing resume data: from a recorded snapshot, the optimizer's virtuals and its
 * pending stores to the byte string described in ir/guard.h, and back to that string from its
 * stored form. Owner: exit/numbering.c. Used by the optimizer (writing) and exit/resume.c
 * (reading).
 */
#ifndef TW_NUMBERING_H
#define TW_NUMBERING_H

#include "toolkit/base/vec.h"
#include "toolkit/ir/guard.h"

/* The byte string of ir/guard.h; malloc'ed, the caller frees it. *size may be NULL. */
uint8_t *tw_resume_expand(const struct tw_guard *g, uint32_t *size);

/* --- writing. A "box" is a number that the optimizer gives to a value: >= 0, dense; negative ones
 * are constants of `trace` (tw_const_of). */

struct tw_num_slot {
    const struct tw_fielddescr *descr;
    tw_vref box;
};
struct tw_num_virtual {
    enum tw_virtual_kind kind;
    const struct tw_sizedescr *size;
    int64_t nitems;
    uint32_t nslots;
    const struct tw_num_slot *slots; /* never-written and zero slots left out */
    tw_vref real; /* TW_VIRTUAL_REF, base of TW_VIRTUAL_INTERIOR */
    int64_t offset; /* TW_VIRTUAL_INTERIOR */
};
struct tw_num_pending {
    const void *descr; /* field or array */
    tw_vref base, index, value;
};

struct tw_num_client {
    void *self;
    /* What stands for value v of the recorded trace now. */
    tw_vref (*box)(void *self, tw_vref v);
    /* Is the box (>= 0, already what stands for it) a virtual? Then *out is filled in; slots stay
     * valid until the next call. */
    int (*is_virtual)(void *self, tw_vref box, struct tw_num_virtual *out);
    /* What stands now for a box found in a virtual or pending store. */
    tw_vref (*resolve)(void *self, tw_vref box);
};

struct tw_numbering;
/* One for each optimized trace. consts: the trace whose constants boxes name. */
struct tw_numbering *tw_numbering_new(const struct tw_num_client *client,
                                      const struct tw_trace *consts);
void tw_numbering_free(struct tw_numbering *n);

/* Encodes the state at a guard. Returns its number (0, 1, …); its failargs, boxes or TW_NOVALUE,
 * are in *failargs until the next call. */
uint32_t tw_numbering_guard(struct tw_numbering *n, const struct tw_trace *rec,
                            int32_t snapshot,
                            const struct tw_num_pending *pending,
                            uint32_t npending, const tw_vref **failargs,
                            uint32_t *nfailargs);
/* For the optimizer's own knowledge, before tw_numbering_guard's next call: values as tagged
 * varints in the terms of the guard just encoded (a box that is no failarg: 0 is returned and
 * nothing written). */
uint32_t tw_numbering_failargs(const struct tw_numbering *n,
                               const tw_vref **failargs);
/* What follows differs from guard to guard by itself: the next failarg's, or one of the facts,
 * which
 * come and go. */
void tw_numbering_part(struct tw_numbering *n, int fact);
int tw_numbering_can_name(struct tw_numbering *n, tw_vref box);
void tw_numbering_value(struct tw_numbering *n, tw_vref box);
void tw_numbering_varint(struct tw_numbering *n, uint64_t v);
void tw_numbering_descr(struct tw_numbering *n, const void *descr);
/* The guard just encoded is complete. */
void tw_numbering_done(struct tw_numbering *n);

/* All guards encoded: what they share. The caller owns all three (consts: from
 * tw_gc_malloc_uncollectable). */
struct tw_num_tables {
    uint8_t *bytes;
    uint32_t nbytes;
    const void **descrs;
    struct tw_const *consts;
    uint32_t ndescrs, nconsts;
};
void tw_numbering_finish(struct tw_numbering *n, struct tw_num_tables *out);
/* Where the bytes of guard k are. */
void tw_numbering_place(const struct tw_numbering *n, uint32_t k,
                        uint32_t *offset, uint32_t *size);

/* Reading what the optimizer appended: where it begins in the expanded string. */
struct tw_program;
const uint8_t *tw_resume_knowledge(const struct tw_guard *g,
                                   const uint8_t *expanded,
                                   const struct tw_program *program);

#endif

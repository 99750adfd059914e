/*
 * unit.h: compiled code of the reference backend: a copy of the trace, with
 * what the interpreter of it would otherwise have to look for.
 */
#ifndef TW_REFERENCE_UNIT_H
#define TW_REFERENCE_UNIT_H

#include "toolkit/ir/backend.h"

struct ref_op {
    uint16_t opnum;
    uint16_t nargs;
    uint16_t nfailargs;
    uint32_t args;        /* in unit->args */
    uint32_t failargs;    /* in unit->args */
    const void *descr;
    struct tw_guard *guard; /* guards, finish; calls that may force: the guard
                               that follows */
    uint32_t force_op;    /* calls that may force: the index of that guard */
};

struct ref_unit {
    struct tw_code code; /* first: a tw_code * is a ref_unit * */
    uint32_t ninputs, nvalues, nops;
    struct ref_op *ops;
    tw_vref *args;
    union tw_value *consts; /* uncollectable: roots */
    uint16_t *inputs; /* slot of each input: 0.., or a bridge's guard's */
    uint32_t nlabels; /* entry e > 0 is labels[e - 1] */
    struct ref_label {
        struct tw_target *target;
        uint32_t op;
    } *labels;
    unsigned fail_every; /* tw_backend_fail_every at compile time */
};

/* The hooks given to init. Owner: reference.c. */
extern struct tw_backend_hooks ref_hooks;

/* Where execution goes when a unit is left: a unit and entry, or an exit when
 * unit is NULL (frame->exit is set). */
struct ref_next {
    struct ref_unit *unit;
    int entry;
};
struct ref_next ref_run(struct ref_unit *u, int entry, struct tw_jitframe *f);

#endif

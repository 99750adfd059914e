/*
 * guard.h: struct tw_guard, what a guard of an optimized trace carries: where
 * the backend left the live values, and how to rebuild the interpreter's state
 * from them (resume data). Written by the optimizer through exit/numbering.c,
 * read by exit/resume.c; counters and the bridge belong to meta/.
 *
 * Resume data is a byte string of varints (LEB128, unsigned unless said):
 *   nvirtuals, then each virtual:
 *     kind 0 struct/array: sizedescr index in guard->descrs, item count
 *            (0 if not varsized), nslots, then per slot:
 *            fielddescr index in guard->descrs, tagged value
 *     kind 1 virtual ref: tagged real value
 *     kind 2 pointer into one: tagged base, byte offset (zigzag)
 *     (kinds of strings and others come later)
 *   npending, then each pending store (a delayed store not yet done):
 *            fielddescr or arraydescr index, tagged base, [arrays: tagged
 *            index], tagged value
 *   nvable values, then tagged values (frame object, fields, items)
 *   nvrefs values (pairs), tagged
 *   nframes, then from the outermost: jitcode's index in the program, pc, and a tagged value
 *            for each live register at pc, in the order of tw_live.regs
 *   then what the optimizer wants to know in a bridge (its own matter, see
 *   opt/bridge.c; decoders of the state stop before it)
 * A tagged value is a varint whose low two bits say what the rest is:
 *   0 failarg number   1 number in guard->consts   2 small integer, zigzag
 *   3 number of a virtual
 *
 * That string is not stored as such: most guards differ from the one before in
 * a few bytes, and guard->resume holds the difference. exit/numbering.h's
 * tw_resume_expand gives the string back; nobody else looks at guard->resume.
 * So that it is alike from guard to guard, a value keeps its failarg number
 * as long as it lives, which leaves holes in the failargs.
 */
#ifndef TW_GUARD_H
#define TW_GUARD_H

#include "toolkit/ir/trace.h"

enum tw_resume_tag { TW_TAG_BOX, TW_TAG_CONST, TW_TAG_INT, TW_TAG_VIRTUAL };
enum tw_virtual_kind { TW_VIRTUAL_STRUCT, TW_VIRTUAL_REF, TW_VIRTUAL_INTERIOR };

struct tw_bridge_info;

struct tw_guard {
    uint8_t dkind; /* TW_DK_GUARD */
    uint8_t aborts; /* meta: recordings from here that came to nothing */
    uint16_t opnum;
    uint32_t id; /* "Guard12" in logs */
    struct tw_loop *loop;
    /* resume data; tables shared by all guards of a trace, owned by the loop */
    const uint8_t *resume;
    uint32_t resume_size;
    uint16_t nfailargs;
    char *fail_types; /* nfailargs of 'i' 'r' 'f', 'v' a hole */
    const void **descrs;
    struct tw_const *consts; /* GC-scanned */
    /* backend: failarg k is in jitframe slot locations[k] */
    uint16_t *locations;
    void *backend; /* the backend's own record */
    struct tw_code *bridge; /* attached bridge, or NULL */
    /* meta: */
    int32_t counter;
    uint8_t flags; /* enum tw_guard_flag */
    void *opt; /* optimizer's knowledge for bridges */
};
enum tw_guard_flag {
    TW_GUARD_COMPILING = 1,
    TW_GUARD_NO_BRIDGE = 2, /* gave up: blackhole always */
    TW_GUARD_FINISH = 4 /* not a guard: the exit of finish() */
};

#endif

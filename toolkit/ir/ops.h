/*
 * ops.h: the enum and the static facts of trace operations, from ops.def.
 */
#ifndef TW_OPS_H
#define TW_OPS_H

#include <stdint.h>

enum tw_opnum {
#define OP1(name, res, a, e) TW_OP_##name,
#define OP2(name, res, a, b, e) TW_OP_##name,
#define OP3(name, res, a, b, c, e) TW_OP_##name,
#define OPX(name, res, args, flags) TW_OP_##name,
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
    TW_NOPS
};

enum tw_opflag {
    TW_PURE = 1,
    TW_GUARD = 2,
    TW_CALL = 4,
    TW_OVF = 8,
    TW_LOAD = 16,
    TW_STORE = 32,
    TW_ALLOC = 64,
    TW_DESCR = 128,
    TW_FINAL = 256,
    TW_NOEFFECT = 512,
    TW_JITCODE = 1024
};

struct tw_opinfo {
    const char *name;
    const char *args; /* "ii", "r*" */
    char result;      /* 'i' 'r' 'f' 'v' */
    uint8_t nargs;    /* fixed operands */
    uint16_t flags;
};
extern const struct tw_opinfo tw_opinfo[TW_NOPS];

static inline int tw_op_is(unsigned op, unsigned flag)
{
    return (tw_opinfo[op].flags & flag) != 0;
}

#endif

/*
 * ops.c: the static facts of every operation and the constant folder, both straight from
 * ops.def. Used by whoever asks what an operation is or what a pure one computes.
 */
#include "toolkit/ir/ops.h"

#include <stddef.h>

#include "toolkit/ir/opsem.h"
#include "toolkit/ir/trace.h"

#define KIND_i 'i'
#define KIND_r 'r'
#define KIND_f 'f'
#define KIND_v 'v'

const struct tw_opinfo tw_opinfo[TW_NOPS] = {
#define OP1(name, res, a, e) {#name, #a, KIND_##res, 1, TW_PURE | TW_NOEFFECT},
#define OP2(name, res, a, b, e)                                                \
    {#name, #a #b, KIND_##res, 2, TW_PURE | TW_NOEFFECT},
#define OP3(name, res, a, b, c, e)                                             \
    {#name, #a #b #c, KIND_##res, 3, TW_PURE | TW_NOEFFECT},
#define FIXED(args)                                                            \
    (sizeof(args) - 1 -                                                        \
     (sizeof(args) > 1 &&                                                      \
      (args)[sizeof(args) > 1 ? sizeof(args) - 2 : 0] == '*'))
#define OPX(name, res, args, flags)                                            \
    {#name, args, KIND_##res, FIXED(args), (flags)},
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
};

/* The C type and the union member of each kind. */
#define CTYPE_i int64_t
#define CTYPE_r void *
#define CTYPE_f double

int tw_op_fold(unsigned opnum, const union tw_value *args,
               union tw_value *result)
{
    switch (opnum) {
#define OP1(name, res, ka, e)                                                  \
    case TW_OP_##name: {                                                       \
        CTYPE_##ka a = args[0].ka;                                             \
        result->res = (CTYPE_##res)(e);                                        \
        return 1;                                                              \
    }
#define OP2(name, res, ka, kb, e)                                              \
    case TW_OP_##name: {                                                       \
        CTYPE_##ka a = args[0].ka;                                             \
        CTYPE_##kb b = args[1].kb;                                             \
        result->res = (CTYPE_##res)(e);                                        \
        return 1;                                                              \
    }
#define OP3(name, res, ka, kb, kc, e)                                          \
    case TW_OP_##name: {                                                       \
        CTYPE_##ka a = args[0].ka;                                             \
        CTYPE_##kb b = args[1].kb;                                             \
        CTYPE_##kc c = args[2].kc;                                             \
        result->res = (CTYPE_##res)(e);                                        \
        return 1;                                                              \
    }
#define OPX(name, res, args, flags)
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
    default:
        return 0;
    }
}

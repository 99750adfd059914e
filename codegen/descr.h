/*
 * descr.h: descriptors while codegen runs: interned by content, numbered from
 * 0 as in program->descrs. Owner: descr.c; emit.c writes them out.
 */
#ifndef CODEGEN_DESCR_H
#define CODEGEN_DESCR_H

#include "codegen/cg.h"

/* What a call looks like to native code. */
struct sig {
    char result, abi_result;
    unsigned n;
    char kinds[64], abi[64];
};

struct effect {
    uint32_t flags;
    uint32_t *reads, *writes; /* bit sets over alias ids */
    uint32_t nbits;
    LLVMValueRef emitted;
};

struct candidates {
    VEC(struct fn *) fns;
    struct effect *effect;
    LLVMValueRef emitted;
};

struct calldescr {
    uint32_t descr; /* its number */
    struct sig sig;
    struct effect *effect;
    struct candidates *candidates;
    const char *name;
};

struct descr {
    enum tw_descr_kind kind;
    char type;
    uint8_t size, flags;
    int32_t offset; /* field: offset; array: base */
    int32_t stride;
    int32_t watch_offset;
    int16_t vable_index;
    struct access *access;
    /* size descriptors */
    struct gctype *gctype;
    uint32_t total, item_size, item_offset;
    struct calldescr *call;
    const char *name;
    LLVMValueRef emitted;
};

uint32_t descr_count(void);
struct descr *descr_get(uint32_t k);
uint32_t descr_field(struct access *a, char type, unsigned size, unsigned flags,
                     int64_t offset);
uint32_t descr_array(struct access *a, char type, unsigned size, unsigned flags,
                     int64_t base, int64_t stride);
uint32_t descr_size_of_gctype(struct gctype *g);
uint32_t descr_size_of_local(uint64_t size);
uint32_t descr_call(struct sig *sig, struct effect *e, struct candidates *c,
                    const char *name);
struct calldescr *descr_call_get(uint32_t k);
/* token's field descriptor of a virtualizable */
uint32_t descr_vable_token(struct vinfo *v);
void descr_finish_vinfos(void);

#endif

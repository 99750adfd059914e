/*
 * cg.h: the program that codegen compiles, as its steps share it. One global
 * `cg`, filled from top to bottom: each member says which step owns it.
 */
#ifndef CODEGEN_CG_H
#define CODEGEN_CG_H

#include <llvm-c/Core.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>

#include "codegen/util.h"
#include "toolkit/ir/jitcode.h"

struct jasm;
struct calldescr;
struct effect;

/* Hints on functions: enum values are bits of fn.hints. */
enum {
    H_ELIDABLE = 1,
    H_ELIDABLE_PROMOTE = 2,
    H_UNROLL_SAFE = 4,
    H_LOOK_INSIDE = 8,
    H_DONT_LOOK_INSIDE = 16,
    H_NOT_IN_TRACE = 32,
    H_LOOP_INVARIANT = 64,
    H_MAY_FORCE = 128,
    H_NO_EFFECT = 256
};

/* A function of the program, defined or declared. Owner: collect.c. */
struct fn {
    LLVMValueRef v;
    LLVMTypeRef type; /* its function type */
    const char *name;
    unsigned hints;
    const char *iff_name; /* look_inside_iff's predicate, or NULL */
    struct fn *iff;
    uint32_t index; /* in cg.fns */
    uint8_t has_body, is_marker;
    uint8_t small;            /* inlined by load.c */
    struct driver
        *portal_of; /* this is DRIVER's portal, cut at the merge point */
    struct driver *outer_of;  /* the function that held the merge point */
    /* policy.c */
    uint8_t looked_inside, has_loop;
    const char *reason; /* why it is not looked inside */
    const char *reason_file;
    unsigned reason_line;
    /* effects.c */
    struct effect *effect;
    /* lower.c, stubs.c */
    uint8_t queued, called; /* called: residually, by jitcode */
    int32_t jit_index; /* in cg.jits, or -1 */
    struct jasm *code;
    struct calldescr *calldescr;
    LLVMValueRef native; /* what calldescr's stub calls: v, or a wrapper */
};

/* A driver and its portal. Owner: portal.c. */
struct driver {
    LLVMValueRef global;
    const char *name, *greens, *reds, *virtualizable;
    uint32_t index;
    uint32_t ngreens, nreds;
    char kinds[64]; /* greens, then reds */
    char result;
    int vable_red;
    struct vinfo *vinfo;
    struct fn *outer, *portal;
    uint8_t has_can_enter;
    LLVMValueRef emitted; /* its struct tw_jitdriver */
};

/* Where a memory access goes, by its C type. Owner: alias.c. */
struct access {
    uint32_t id;    /* 1.. in cg.accesses; the alias id is id - 1 */
    const char *tag, *member; /* "py_int", "value"; tag NULL: plain access */
    uint32_t offset; /* of the member in the struct */
    uint8_t width;   /* enum tw_alias_width */
    uint8_t is_array;
    uint16_t scalar;
    uint8_t flags; /* enum tw_field_flag, from declarations */
    int32_t watch_offset; /* of a quasi-immutable field, in the struct */
    struct vinfo *vinfo;  /* virtualizable that it belongs to */
    int16_t vable_index;
    uint8_t items_immutable; /* a pointer to items that never change */
    uint32_t stride;      /* of the items, if is_array */
    LLVMValueRef tbaa;    /* as clang had it, for native code; may be NULL */
    uint8_t only_copied; /* in whole structs: its C scalar type is not known */
    uint8_t tbaa_mixed; /* … and not always the same: leave it off */
    LLVMValueRef node; /* our own tag */
    const char *name;
};

/* A virtualizable struct, from its declaration. Owner: collect.c. */
struct vinfo {
    const char *tag;
    uint32_t token_offset;
    int32_t array_offset, length_offset;
    const char *names, *missing; /* the field that debug info does not know */
    uint32_t nfields;
    uint32_t *field_offsets;
    uint32_t index;
    /* descr.c: descriptor numbers, 0 not yet known */
    uint32_t *fields, token, array, length;
    LLVMValueRef emitted;
};

struct decl {
    int kind;
    int32_t offset, size, extra, extra2, extra2_size;
    const char *tag, *field;
};

struct gctype {
    LLVMValueRef global;
    const char *tag;
    uint32_t size, item_offset, item_size, flags;
    uint32_t sizedescr; /* descr.c */
};

/* A function in a static initialiser; at: the field, or NULL where its type is not known. */
struct stored {
    LLVMValueRef fn;
    struct access *at;
};

struct cg {
    /* main.c */
    int opt_level, trace_reasons, all, dump, dump_effects, keep_debug;
    const char *out, *dump_to, *dump_effects_to, *emit_llvm;
    /* load.c */
    LLVMContextRef ctx;
    LLVMModuleRef mod;
    LLVMTargetMachineRef tm;
    LLVMTargetDataRef td;
    LLVMBuilderRef b;
    unsigned ptr_size;
    int big_endian;
    LLVMTypeRef i1, i8, i16, i32, i64, ptr, f64, f32, void_;
    /* collect.c */
    VEC(struct fn *) fns;
    struct ptrmap fn_of; /* LLVM function → struct fn */
    VEC(struct driver *) drivers;
    struct ptrmap driver_of;
    VEC(struct decl) decls;
    VEC(struct vinfo *) vinfos;
    VEC(struct gctype *) gctypes;
    struct ptrmap gctype_of;
    struct strmap members; /* "tag+offset" → number in member_names */
    VEC(const char *) member_names;
    struct strmap data_members; /* "tag+offset" → 1: a pointer to data */
    /* alias.c */
    VEC(struct access *) accesses; /* [k]->id == k + 1 */
    VEC(struct stored) stored;
    /* lower.c */
    VEC(struct fn *) jits; /* functions that get a struct tw_jitcode */
    VEC(struct fn *) queue;
};
extern struct cg cg;

struct fn *cg_fn(LLVMValueRef v); /* NULL: not a function */

/* Where the load or store goes (after alias_tag_module). */
struct access *alias_of(LLVMValueRef insn);
struct access *alias_any(void);
struct access *alias_plain(const char *scalar); /* *p of a C scalar type */
struct access *alias_find(const char *tag, uint32_t offset); /* makes it */
struct access *
alias_by_path(LLVMValueRef ptr); /* field that ptr names, or NULL */
struct access *alias_known_path(LLVMValueRef ptr); /* … if anything loads or
                                                      stores that field */
int alias_may(const struct access *a, const struct access *b);

/* The steps, in order. */
void load_modules(int n, char **paths);
void load_simplify(void); /* promote locals to SSA */
void load_inline_small(void); /* then inline small functions, tidy up */
void collect(void);
void collect_functions(void); /* again after steps that make or remove some */
void collect_drop_decls(void);
/* Is this a pointer to data by its declaration? Member; parameter k - 1 or result 0. */
int collect_is_data(const char *tag, uint32_t offset);
int collect_is_data_param(LLVMValueRef f, unsigned k);
const char *collect_member(const char *tag, uint32_t offset);
void alias_note_paths(LLVMModuleRef m); /* before m is linked with others */
LLVMTypeRef
alias_struct(const char *tag); /* of a struct that code looks into, or NULL */
void alias_tag_module(void);
void alias_initialisers(void); /* fills cg.stored */
void alias_make_copied(void); /* accesses for fields that are only copied */
/* What a block operation's argument 0 (written) or 1 (read) leads to: a whole struct or items of an
 * array; 0: not known. */
int alias_copied(LLVMValueRef call, unsigned arg,
                 void (*visit)(void *, struct access *), void *data);
void alias_untag_module(void);
void portal_split_all(void);
/* The driver and the values of a merge point or can_enter_jit marker. */
struct driver *portal_marker(LLVMValueRef call, LLVMValueRef *operands,
                             unsigned *ngreens, unsigned *nreds);
void policy(void);
void policy_report(void);
void effects(void);
void lower_all(void);
void emit_tables(void);
void native_rewrite(void);
void native_emit(void);
void dump_jitcode(FILE *f);

#endif

/*
 * descr.h: descriptors: what a field, an array, an allocation, a call or a
 * virtualizable is. codegen emits them as constant data of the client program,
 * one object each (compare by address); the run time and tests may make more
 * (tw_descr_field_at interns). `kind` is the first member of every descriptor,
 * so that an operation's descr can be asked what it is.
 */
#ifndef TW_DESCR_H
#define TW_DESCR_H

#include <stddef.h>
#include <stdint.h>
#include <tw/gc.h>
#include <tw/jit.h>

enum tw_descr_kind {
    TW_DK_FIELD = 1,
    TW_DK_ARRAY,
    TW_DK_SIZE,
    TW_DK_CALL,
    TW_DK_GUARD,  /* struct tw_guard, exit/guard.h */
    TW_DK_TARGET, /* struct tw_target, a label's */
    TW_DK_LOOP    /* struct tw_loop, call_assembler's */
};

struct tw_descr {
    uint8_t kind;
};

/* Which memory an access may touch. Two accesses are disjoint when their
 * classes differ and neither is wider: ONE is (struct, field) or (struct,
 * array member) after C's effective-type rules; SCALAR is any memory accessed
 * as that C scalar type through a plain pointer; ANY is char access, unions of
 * unknown shape, memcpy. */
enum tw_alias_width { TW_ALIAS_ONE, TW_ALIAS_SCALAR, TW_ALIAS_ANY };
struct tw_alias {
    uint16_t width;  /* enum tw_alias_width */
    uint16_t scalar; /* number of the C scalar type accessed */
    uint32_t id;     /* program-wide, dense, also the bit in effect sets */
};

enum tw_field_flag {
    TW_F_SIGNED = 1, /* informs casts only: loads always give canonical i */
    TW_F_IMMUTABLE = 2,
    TW_F_QUASI = 4,     /* quasi-immutable; watch_offset is valid */
    TW_F_CLASS = 8,     /* the class field (also immutable) */
    TW_F_NONNULL = 16,  /* never NULL once initialised */
    TW_F_VABLE = 32,    /* field/array of a virtualizable: vable_index */
    TW_F_BOOL = 64,     /* _Bool: loads give 0 or 1 */
    TW_F_VOLATILE = 128 /* others write it: every load is done anew */
};

#define TW_WATCH_ITEM INT32_MIN
struct tw_fielddescr {
    uint8_t dkind; /* TW_DK_FIELD */
    char type;     /* 'i' 'r' 'f' */
    uint8_t size;  /* bytes in memory: 1 2 4 8; f: 4 is a C float */
    uint8_t flags; /* enum tw_field_flag */
    int32_t offset;
    struct tw_alias alias;
    int32_t
        watch_offset; /* from the same base pointer; TW_WATCH_ITEM: this is an
                             array's item seen as a field */
    int16_t vable_index;  /* position among the virtualizable's fields */
    const char *name;     /* "py_int.value" */
};

struct tw_arraydescr {
    uint8_t dkind; /* TW_DK_ARRAY */
    char type;
    uint8_t size;
    uint8_t flags;
    int32_t base;   /* byte offset of item 0 from the pointer */
    int32_t stride; /* bytes from item to item (arrays of structs: > size) */
    struct tw_alias alias;
    const char *name; /* "py_tuple.item[]" or "py_pair[].key" */
};

struct tw_sizedescr {
    uint8_t dkind;
    const struct tw_gctype *gctype; /* NULL: an address-taken local */
    uint32_t size;                  /* fixed part, bytes */
    uint32_t item_size;             /* 0: not varsized */
    uint32_t item_offset;
    const char *name;
};

/* Effects of a call, computed by codegen over the whole program. */
enum tw_effect_flag {
    TW_E_ELIDABLE = 1,       /* result depends on arguments only */
    TW_E_LOOPINVARIANT = 2,
    TW_E_ANYTHING = 4,       /* reads and writes are unknown: assume all */
    TW_E_CAN_FORCE = 8,      /* may force virtualizables/virtual refs */
    TW_E_CAN_INVALIDATE = 16,/* may write quasi-immutable fields */
    TW_E_CAN_RELEASE_GIL = 32,
    TW_E_NOT_IN_TRACE = 64,
    TW_E_WRITES_ARGS_ONLY = 128 /* reserved: memcpy-like known functions */
};
struct tw_effect {
    uint32_t flags;
    uint32_t nwords;        /* length of the bit sets below, 32-bit words */
    const uint32_t *reads;  /* alias ids possibly read */
    const uint32_t *writes; /* alias ids possibly written */
};

/* ABI codes of arguments and results: l 64-bit, i int32 u uint32 h int16
 * H uint16 b int8 B uint8 z bool, p pointer, d double, f float, v void. */
struct tw_jitcode;
struct tw_calldescr {
    uint8_t dkind;
    char result; /* 'i' 'r' 'f' 'v': kind of the result value */
    char abi_result;
    uint8_t nargs;
    const char *args;     /* nargs chars of "irf" */
    const char *abi_args; /* nargs ABI codes */
    const struct tw_effect *effect;
    /* Calls fn with nargs values; made by codegen per signature. */
    void (*stub)(void *fn, const union tw_value *args, union tw_value *res);
    /* indirect calls: the functions it may reach, NULL-ended, or NULL */
    const struct tw_jitcode *const *candidates;
    const char *name; /* callee, for logs; NULL for indirect calls */
};

/* A virtualizable struct. Its values in order: fields, then array items. */
struct tw_vinfo {
    const char *name;
    int32_t token_offset;
    uint16_t nfields;
    const struct tw_fielddescr *const *fields;
    const struct tw_arraydescr *array;        /* or NULL */
    const struct tw_fielddescr *array_length; /* or NULL */
    const struct tw_fielddescr *token;
};

/* May the two accesses touch the same memory, going by their types alone? */
static inline int tw_alias_may(const struct tw_alias *a,
                               const struct tw_alias *b)
{
    if (a->id == b->id)
        return 1;
    if (a->width == TW_ALIAS_ANY || b->width == TW_ALIAS_ANY)
        return 1;
    if (a->width == TW_ALIAS_SCALAR || b->width == TW_ALIAS_SCALAR)
        return a->scalar == b->scalar;
    return 0;
}

static inline int tw_effect_in(const uint32_t *set, uint32_t nwords,
                               uint32_t id)
{
    return id / 32 >= nwords || (set[id / 32] >> (id % 32) & 1);
}

/* May the call write (read) what the access with this alias touches? codegen
 * closes the sets over SCALAR/ANY widths, so one bit is the answer. */
static inline int tw_effect_writes(const struct tw_effect *e,
                                   const struct tw_alias *a)
{
    return !e || (e->flags & TW_E_ANYTHING) ||
           tw_effect_in(e->writes, e->nwords, a->id);
}

static inline int tw_effect_reads(const struct tw_effect *e,
                                  const struct tw_alias *a)
{
    return !e || (e->flags & TW_E_ANYTHING) ||
           tw_effect_in(e->reads, e->nwords, a->id);
}

/* The descriptor of the same access as d (field or array item seen as field)
 * at byte offset `offset` from another base. Interned: same result for the
 * same alias, offset, size, type. Owner: ir/descr.c. */
const struct tw_fielddescr *tw_descr_field_at(const struct tw_fielddescr *d,
                                              int32_t offset);
const struct tw_fielddescr *
tw_descr_item_as_field(const struct tw_arraydescr *d, int64_t index);

/* Memory access by descriptor: the one place that knows sizes and signs. */
union tw_value tw_load(const void *address, char type, int size, int flags);
void tw_store(void *address, char type, int size, union tw_value v);

#endif

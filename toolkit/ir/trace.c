/*
 * trace.c: building traces: operations, operands, interned constants, snapshots. Everything is
 * a growable array; only constants are in memory that the collector scans.
 */
#include "toolkit/ir/trace.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/map.h"
#include "toolkit/base/vec.h"

struct tw_trace *tw_trace_new(void)
{
    return tw_calloc(1, sizeof(struct tw_trace));
}

void tw_trace_free(struct tw_trace *t)
{
    if (!t)
        return;
    free(t->input_types);
    free(t->ops);
    free(t->args);
    if (t->consts)
        tw_gc_free_uncollectable(t->consts);
    free(t->snapframes);
    free(t->snapshots);
    free(t->const_hash);
    free(t);
}

tw_vref tw_trace_input(struct tw_trace *t, char type)
{
    tw_assert(t->nops == 0);
    /* doubles at powers of two: no capacity to keep */
    if ((t->ninputs & (t->ninputs + 1)) == 0 || !t->input_types)
        t->input_types =
            tw_realloc(t->input_types, 2 * (size_t)t->ninputs + 16);
    t->input_types[t->ninputs] = type;
    return (tw_vref)t->ninputs++;
}

uint32_t tw_trace_push_args(struct tw_trace *t, const tw_vref *v, unsigned n)
{
    uint32_t at = t->nargs;

    TW_VEC_ROOM(t->args, t->nargs, t->args_cap, n);
    if (n)
        memcpy(t->args + at, v, n * sizeof *v);
    t->nargs += n;
    return at;
}

tw_vref tw_trace_emit(struct tw_trace *t, unsigned opnum, const void *descr,
                      const tw_vref *args, unsigned nargs)
{
    struct tw_op op = {.opnum = (uint16_t)opnum,
                       .nargs = (uint16_t)nargs,
                       .args = tw_trace_push_args(t, args, nargs),
                       .descr = descr,
                       .snapshot = -1};

    TW_VEC_PUSH(t->ops, t->nops, t->ops_cap, op);
    return (tw_vref)(t->ninputs + t->nops - 1);
}

static uint32_t const_slot(char type, uint64_t bits, uint32_t mask)
{
    return (uint32_t)(tw_hash_mix((uint64_t)(uint8_t)type, bits) >> 16) & mask;
}

static uint64_t const_bits(const struct tw_const *c)
{
    return c->type == 'r' ? (uint64_t)(uintptr_t)c->v.r : (uint64_t)c->v.i;
}

static void grow_consts(struct tw_trace *t)
{
    uint32_t cap = t->consts_cap ? t->consts_cap * 2 : 32;
    struct tw_const *fresh = tw_gc_malloc_uncollectable(cap * sizeof *fresh);

    if (!fresh)
        tw_fatal("out of memory for a trace's constants");
    if (t->nconsts)
        memcpy(fresh, t->consts, t->nconsts * sizeof *fresh);
    if (t->consts)
        tw_gc_free_uncollectable(t->consts);
    t->consts = fresh;
    t->consts_cap = cap;

    t->const_hash_size = cap * 2;
    t->const_hash =
        tw_realloc(t->const_hash, t->const_hash_size * sizeof *t->const_hash);
    memset(t->const_hash, -1, t->const_hash_size * sizeof *t->const_hash);
    for (uint32_t k = 0; k < t->nconsts; k++) {
        uint32_t mask = t->const_hash_size - 1;
        uint32_t h =
            const_slot(t->consts[k].type, const_bits(&t->consts[k]), mask);
        while (t->const_hash[h] >= 0)
            h = (h + 1) & mask;
        t->const_hash[h] = (int32_t)k;
    }
}

static tw_vref intern(struct tw_trace *t, char type, uint64_t bits,
                      union tw_value v)
{
    if (t->nconsts == t->consts_cap)
        grow_consts(t);
    uint32_t mask = t->const_hash_size - 1, h = const_slot(type, bits, mask);
    for (; t->const_hash[h] >= 0; h = (h + 1) & mask) {
        const struct tw_const *c = &t->consts[t->const_hash[h]];
        if (c->type == type && const_bits(c) == bits)
            return -1 - t->const_hash[h];
    }
    t->consts[t->nconsts] = (struct tw_const){type, v};
    t->const_hash[h] = (int32_t)t->nconsts++;
    return -(tw_vref)t->nconsts;
}

tw_vref tw_trace_const_i(struct tw_trace *t, int64_t v)
{
    return intern(t, 'i', (uint64_t)v, (union tw_value){.i = v});
}

tw_vref tw_trace_const_r(struct tw_trace *t, const void *v)
{
    union tw_value u = {.i = 0};

    u.r = (void *)(uintptr_t)v;
    return intern(t, 'r', (uint64_t)(uintptr_t)v, u);
}

tw_vref tw_trace_const_f(struct tw_trace *t, double v)
{
    union tw_value u = {.f = v};

    return intern(t, 'f', (uint64_t)u.i, u);
}

tw_vref tw_trace_const(struct tw_trace *t, char type, union tw_value v)
{
    return type == 'i'   ? tw_trace_const_i(t, v.i)
           : type == 'r' ? tw_trace_const_r(t, v.r)
                         : tw_trace_const_f(t, v.f);
}

char tw_type_of(const struct tw_trace *t, tw_vref v)
{
    if (v == TW_NOVALUE)
        return 'v';
    if (v < 0)
        return tw_const_of(t, v)->type;
    if (v < (tw_vref)t->ninputs)
        return t->input_types[v];
    return tw_opinfo[tw_op_of(t, v)->opnum].result;
}

int32_t tw_trace_snapframe(struct tw_trace *t, int32_t parent,
                           const struct tw_jitcode *jitcode, uint32_t pc,
                           const tw_vref *values, unsigned n)
{
    struct tw_snapframe f = {.parent = parent,
                             .jitcode = jitcode,
                             .pc = pc,
                             .values = tw_trace_push_args(t, values, n),
                             .nvalues = (uint16_t)n};

    TW_VEC_PUSH(t->snapframes, t->nsnapframes, t->snapframes_cap, f);
    return (int32_t)t->nsnapframes - 1;
}

int32_t tw_trace_snapshot(struct tw_trace *t, int32_t frame,
                          const tw_vref *vable, unsigned nvable,
                          const tw_vref *vrefs, unsigned nvrefs)
{
    struct tw_snapshot s = {
        .frame = frame, .nvable = (uint16_t)nvable, .nvrefs = (uint16_t)nvrefs};

    s.vable = tw_trace_push_args(t, vable, nvable);
    s.vrefs = tw_trace_push_args(t, vrefs, nvrefs);
    TW_VEC_PUSH(t->snapshots, t->nsnapshots, t->snapshots_cap, s);
    return (int32_t)t->nsnapshots - 1;
}

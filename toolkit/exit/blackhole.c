/*
 * blackhole.c: interprets jitcode, recording nothing.
 *
 * Input: a chain of frames, built by meta/guardfail.c from resume data, by meta/recorder.c when a
 * recording stops, or from arguments by tw_bh_call. Output: the greens and reds of the portal's
 * merge point, or its result. Pure operations are the expressions of ir/ops.def themselves.
 *
 * Frames come from a pool per thread and jitcode, with the constants already behind the
 * registers: a portal can have thousands of constants, and copying them at each guard failure
 * would cost more than the blackhole itself.
 */
#include "toolkit/exit/blackhole.h"

#include <pthread.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/map.h"
#include "toolkit/base/vec.h"
#include "toolkit/exit/force.h"
#include "toolkit/ir/opsem.h"

enum { MAX_ARGS = 255 };

void *tw_new_object(const struct tw_sizedescr *d)
{
    if (d->gctype)
        return tw_gc_new(d->gctype);
    void *p = tw_gc_malloc(d->size);
    if (!p)
        tw_fatal("out of memory (%u bytes)", d->size);
    return p;
}

void *tw_new_object_var(const struct tw_sizedescr *d, int64_t n)
{
    if (d->gctype)
        return tw_gc_new_var(d->gctype, (intptr_t)n);
    return tw_gc_malloc(d->item_offset + (size_t)n * d->item_size);
}

/* ----------------------------------------------------------------- frames */

static __thread struct tw_map pools; /* jitcode -> unused frames */

static pthread_key_t pools_key;

static void free_pools(void *map)
{
    struct tw_map *m = map;

    for (uint32_t k = 0; k < m->size; k++) {
        if (m->entries[k].used != 1)
            continue;
        for (struct tw_bhframe *f = (void *)(uintptr_t)m->entries[k].value,
                               *next;
             f; f = next) {
            next = f->pool;
            tw_gc_free_uncollectable(f);
        }
    }
    tw_map_free(m);
}

static void make_key(void)
{
    if (pthread_key_create(&pools_key, free_pools))
        tw_fatal("no thread-specific data left");
}

/* This thread's pool of the jitcode, noted to be freed when the thread ends. */
static uint64_t *pool_of(const struct tw_jitcode *code)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    if (!pools.size) {
        pthread_once(&once, make_key);
        pthread_setspecific(pools_key, &pools);
    }
    return tw_map_put(&pools, tw_ptr_key(code));
}

static struct tw_bhframe *new_frame(const struct tw_jitcode *code)
{
    size_t n[TW_NBANKS], total = 0;

    for (int b = 0; b < TW_NBANKS; b++)
        total += n[b] = (size_t)code->nregs[b] + code->nconsts[b];
    struct tw_bhframe *f =
        tw_gc_malloc_uncollectable(sizeof *f + total * sizeof(union tw_value));
    if (!f)
        tw_fatal("out of memory for a frame of %s", code->name);
    memset(f, 0, sizeof *f + total * sizeof(union tw_value));
    union tw_value *v = (union tw_value *)(f + 1);
    for (int b = 0; b < TW_NBANKS; v += n[b++])
        f->bank[b] = v;
    f->jitcode = code;
    for (unsigned k = 0; k < code->nconsts[TW_BANK_I]; k++)
        f->bank[TW_BANK_I][code->nregs[TW_BANK_I] + k].i = code->consts_i[k];
    for (unsigned k = 0; k < code->nconsts[TW_BANK_R]; k++)
        f->bank[TW_BANK_R][code->nregs[TW_BANK_R] + k].r = code->consts_r[k];
    for (unsigned k = 0; k < code->nconsts[TW_BANK_F]; k++)
        f->bank[TW_BANK_F][code->nregs[TW_BANK_F] + k].f = code->consts_f[k];
    return f;
}

static struct tw_bhframe *take_frame(const struct tw_jitcode *code,
                                     struct tw_bhframe *caller)
{
    uint64_t *pool = tw_map_find(&pools, tw_ptr_key(code));
    struct tw_bhframe *f = pool ? (struct tw_bhframe *)(uintptr_t)*pool : NULL;

    if (f)
        *pool = tw_ptr_key(f->pool);
    else
        f = new_frame(code);
    f->pc = 0;
    f->caller = caller;
    f->result_bank = f->result_reg = -1;
    return f;
}

/* Back to the pool, registers cleared: they are roots. */
static void drop_frame(struct tw_bhframe *f)
{
    for (int b = 0; b < TW_NBANKS; b++)
        memset(f->bank[b], 0, f->jitcode->nregs[b] * sizeof(union tw_value));
    uint64_t *pool = pool_of(f->jitcode);
    f->pool = (struct tw_bhframe *)(uintptr_t)*pool;
    *pool = tw_ptr_key(f);
}

struct tw_bhframe *tw_bh_push(struct tw_bh *bh, const struct tw_jitcode *code,
                              uint32_t pc)
{
    struct tw_bhframe *f = take_frame(code, bh->top);

    f->pc = pc;
    if (f->caller) {
        uint32_t reg;

        tw_jop_result_before(f->caller->jitcode, f->caller->pc, &f->result_bank,
                             &reg);
        f->result_reg = (int)reg;
    }
    return bh->top = f;
}

/* --------------------------------------------------------------- operands */

static uint32_t u32(const uint16_t *p)
{
    return p[0] | (uint32_t)p[1] << 16;
}

/* Skips n lists at pc. */
static uint32_t skip_lists(const uint16_t *code, uint32_t pc, int n)
{
    while (n-- > 0)
        pc += 1u + code[pc];
    return pc;
}

static int bank_of_kind(char kind)
{
    return kind == 'i' ? TW_BANK_I : kind == 'r' ? TW_BANK_R : TW_BANK_F;
}

/* The three lists I, R, F at pc, interleaved as `kinds` says. Returns the pc behind them. */
static uint32_t gather(const struct tw_bhframe *f, uint32_t pc,
                       const char *kinds, unsigned n, union tw_value *args)
{
    const uint16_t *code = f->jitcode->code;
    uint32_t at[TW_NBANKS] = {pc, skip_lists(code, pc, 1),
                              skip_lists(code, pc, 2)};

    for (unsigned k = 0; k < n; k++) {
        int b = bank_of_kind(kinds[k]);

        args[k] = f->bank[b][code[++at[b]]];
    }
    return skip_lists(code, pc, 3);
}

/* Greens and reds of driver d in its own order. */
static uint32_t gather_portal(const struct tw_bhframe *f, uint32_t pc,
                              const struct tw_jitdriver *d,
                              union tw_value *args)
{
    pc = gather(f, pc, d->green_kinds, d->ngreens, args);
    return gather(f, pc, d->red_kinds, d->nreds, args + d->ngreens);
}

/* Arguments, by kind, into the first registers of a new frame. */
static void spread(struct tw_bhframe *f, const char *kinds, unsigned n,
                   const union tw_value *args)
{
    unsigned next[TW_NBANKS] = {0, 0, 0};

    for (unsigned k = 0; k < n; k++) {
        int b = bank_of_kind(kinds[k]);

        f->bank[b][next[b]++] = args[k];
    }
}

static uint32_t switch_target(const struct tw_switch *s, int64_t v)
{
    uint32_t lo = 0, hi = s->n;

    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;

        if (s->values[mid] == v)
            return s->targets[mid];
        if (s->values[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return s->default_target;
}

/* ------------------------------------------------------------ interpreter */

/* What step() did when it left the frame it was running. */
enum left { LEFT_CALL, LEFT_RETURN, LEFT_MERGE_POINT };

struct machine {
    struct tw_bh *bh;
    union tw_value args[MAX_ARGS]; /* LEFT_MERGE_POINT: greens and reds */
    union tw_value res; /* LEFT_RETURN */
    const struct tw_jitdriver *driver;
};

static void residual(const struct tw_calldescr *d, void *fn,
                     const union tw_value *args, union tw_value *res)
{
    res->i = 0;
    d->stub(fn, args, res);
}

static void *maybe_vref_force(void *handle)
{
    return TW_IS_VREF(handle) ? tw_rt_virtual_ref_force(handle) : handle;
}

static void vref_finish(void *handle, void *real)
{
    if (TW_IS_VREF(handle)) {
        if (real) /* else it stays what it is, known or not */
            TW_VREF_OF(handle)->forced = real;
        TW_VREF_OF(handle)->token = NULL;
    }
}

/* An inlined call: native, or a new frame (then LEFT_CALL). */
static int inline_call(struct machine *m, struct tw_bhframe *f, int has_result)
{
    const uint16_t *code = f->jitcode->code;
    const struct tw_jitcode *callee =
        m->bh->program->jitcodes[u32(code + f->pc)];
    const struct tw_calldescr *d = callee->calldescr;
    uint32_t end = gather(f, f->pc + 2, d->args, d->nargs, m->args);
    int bank = has_result ? bank_of_kind(d->result) : -1,
        reg = has_result ? code[end] : -1;

    f->pc = end + (uint32_t)has_result;
    if (callee->native && !m->bh->callees_in_jitcode) {
        union tw_value res;

        residual(d, callee->native, m->args, &res);
        if (has_result)
            f->bank[bank][reg] = res;
        return 0;
    }
    struct tw_bhframe *g = take_frame(callee, f);
    spread(g, d->args, d->nargs, m->args);
    g->result_bank = bank;
    g->result_reg = reg;
    m->bh->top = g;
    return 1;
}

static void portal_call(struct machine *m, const struct tw_jitdriver *d,
                        union tw_value *res)
{
    res->i = 0;
    if (!d->portal_stub)
        tw_fatal("driver %s has no native portal", d->driver->name);
    d->portal_stub(m->args, res);
}

/* Operand k of the operation being executed, as a register of a kind. */
#define REG_i(k) (bank[TW_BANK_I][code[pc + (k)]].i)
#define REG_r(k) (bank[TW_BANK_R][code[pc + (k)]].r)
#define REG_f(k) (bank[TW_BANK_F][code[pc + (k)]].f)
#define TYPE_i int64_t
#define TYPE_r void *
#define TYPE_f double
#define REG(kind, k) REG_##kind(k)
#define TYPE(kind) TYPE_##kind
#define DESCR(k) (p->descrs[u32(code + pc + (k))])

/* Memory operations, alike for the three kinds. */
#define LOAD_FIELD(opcode, kind)                                               \
    case opcode: {                                                             \
        const struct tw_fielddescr *d = (const void *)DESCR(1);                \
        REG(kind, 3) =                                                         \
            tw_load((char *)REG(r, 0) + d->offset, d->type, d->size, d->flags) \
                .kind;                                                         \
        pc += 4;                                                               \
        break;                                                                 \
    }
#define STORE_FIELD(opcode, kind)                                              \
    case opcode: {                                                             \
        const struct tw_fielddescr *d = (const void *)DESCR(2);                \
        tw_store((char *)REG(r, 0) + d->offset, d->type, d->size,              \
                 (union tw_value){.kind = REG(kind, 1)});                      \
        pc += 4;                                                               \
        break;                                                                 \
    }
#define LOAD_ITEM(opcode, kind)                                                \
    case opcode: {                                                             \
        const struct tw_arraydescr *d = (const void *)DESCR(2);                \
        REG(kind, 4) = tw_load(item_address(d, REG(r, 0), REG(i, 1)), d->type, \
                               d->size, d->flags)                              \
                           .kind;                                              \
        pc += 5;                                                               \
        break;                                                                 \
    }
#define STORE_ITEM(opcode, kind)                                               \
    case opcode: {                                                             \
        const struct tw_arraydescr *d = (const void *)DESCR(3);                \
        tw_store(item_address(d, REG(r, 0), REG(i, 1)), d->type, d->size,      \
                 (union tw_value){.kind = REG(kind, 2)});                      \
        pc += 5;                                                               \
        break;                                                                 \
    }
/* A virtualizable is plain memory here, once it was forced: reached from outside its portal it
 * may still be in a machine frame's hands. */
#define FORCE_VABLE(k)                                                         \
    do {                                                                       \
        if (vi && *(void **)((char *)REG(r, k) + vi->token_offset))            \
            tw_rt_force_virtualizable(REG(r, k), vi->token_offset);            \
    } while (0)

static void *item_address(const struct tw_arraydescr *d, void *base,
                          int64_t index)
{
    return (char *)base + d->base + index * d->stride;
}

#define RESIDUAL(kind)                                                         \
    {                                                                          \
        const struct tw_calldescr *d = (const void *)DESCR(1);                 \
        void *fn = REG(r, 0);                                                  \
        pc = gather(f, pc + 3, d->args, d->nargs, m->args);                    \
        f->pc = pc;                                                            \
        residual(d, fn, m->args, &m->res);                                     \
        REG(kind, 0) = m->res.kind;                                            \
        pc++;                                                                  \
        break;                                                                 \
    }
#define RECURSIVE(kind)                                                        \
    {                                                                          \
        const struct tw_jitdriver *d = p->drivers[code[pc]];                   \
        pc = gather_portal(f, pc + 1, d, m->args);                             \
        f->pc = pc;                                                            \
        portal_call(m, d, &m->res);                                            \
        REG(kind, 0) = m->res.kind;                                            \
        pc++;                                                                  \
        break;                                                                 \
    }
#define INLINE(has_result)                                                     \
    {                                                                          \
        f->pc = pc;                                                            \
        if (inline_call(m, f, has_result))                                     \
            return LEFT_CALL;                                                  \
        pc = f->pc;                                                            \
        break;                                                                 \
    }
#define RETURN(kind)                                                           \
    {                                                                          \
        m->res.kind = REG(kind, 0);                                            \
        return LEFT_RETURN;                                                    \
    }
#define OVERFLOW_JUMP(builtin)                                                 \
    {                                                                          \
        int64_t r;                                                             \
        int over = builtin(REG(i, 0), REG(i, 1), &r);                          \
        REG(i, 2) = r;                                                         \
        pc = over ? u32(code + pc + 3) : pc + 5;                               \
        break;                                                                 \
    }

static const struct tw_vinfo *vinfo_of(const struct machine *m,
                                       const struct tw_bhframe *f)
{
    const struct tw_program *p = m->bh->program;

    for (; f; f = f->caller)
        for (uint32_t k = 0; k < p->ndrivers; k++)
            if (p->drivers[k]->portal == f->jitcode && p->drivers[k]->vinfo)
                return p->drivers[k]->vinfo;
    return NULL;
}

/* Runs the top frame until it is left for another. */
static enum left step(struct machine *m)
{
    const struct tw_program *p = m->bh->program;
    struct tw_bhframe *f = m->bh->top;
    union tw_value **bank = f->bank;
    const uint16_t *code = f->jitcode->code;
    uint32_t pc = f->pc;
    const struct tw_vinfo *vi = vinfo_of(m, f);
    int log = tw_log_on(TW_LOG_jit_blackhole);

    for (;;) {
        unsigned op = code[pc++];

        if (log && op != TW_JOP_live)
            tw_log(TW_LOG_jit_blackhole, "%s %u %s", f->jitcode->name, pc - 1,
                   tw_jop_name(op) ? tw_jop_name(op) : "?");
        switch (op) {
#define OP1(name, res, ka, expr)                                               \
    case TW_OP_##name: {                                                       \
        TYPE(ka) a = REG(ka, 0);                                               \
        REG(res, 1) = (expr);                                                  \
        pc += 2;                                                               \
        break;                                                                 \
    }
#define OP2(name, res, ka, kb, expr)                                           \
    case TW_OP_##name: {                                                       \
        TYPE(ka) a = REG(ka, 0);                                               \
        TYPE(kb) b = REG(kb, 1);                                               \
        REG(res, 2) = (expr);                                                  \
        pc += 3;                                                               \
        break;                                                                 \
    }
#define OP3(name, res, ka, kb, kc, expr)                                       \
    case TW_OP_##name: {                                                       \
        TYPE(ka) a = REG(ka, 0);                                               \
        TYPE(kb) b = REG(kb, 1);                                               \
        TYPE(kc) c = REG(kc, 2);                                               \
        REG(res, 3) = (expr);                                                  \
        pc += 4;                                                               \
        break;                                                                 \
    }
#define OPX(name, res, args, flags)
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
            LOAD_FIELD(TW_OP_getfield_i, i)
            LOAD_FIELD(TW_OP_getfield_r, r)
            LOAD_FIELD(TW_OP_getfield_f, f)
            STORE_FIELD(TW_OP_setfield_i, i)
            STORE_FIELD(TW_OP_setfield_r, r)
            STORE_FIELD(TW_OP_setfield_f, f)
            LOAD_ITEM(TW_OP_getarrayitem_i, i)
            LOAD_ITEM(TW_OP_getarrayitem_r, r)
            LOAD_ITEM(TW_OP_getarrayitem_f, f)
            STORE_ITEM(TW_OP_setarrayitem_i, i)
            STORE_ITEM(TW_OP_setarrayitem_r, r)
            STORE_ITEM(TW_OP_setarrayitem_f, f)
            LOAD_ITEM(TW_OP_raw_load_i, i)
            LOAD_ITEM(TW_OP_raw_load_r, r)
            LOAD_ITEM(TW_OP_raw_load_f, f)
            STORE_ITEM(TW_OP_raw_store_i, i)
            STORE_ITEM(TW_OP_raw_store_r, r)
            STORE_ITEM(TW_OP_raw_store_f, f)
        case TW_OP_mem_copy:
            memcpy(REG(r, 0), REG(r, 1), (size_t)REG(i, 2));
            pc += 3;
            break;
        case TW_OP_mem_move:
            memmove(REG(r, 0), REG(r, 1), (size_t)REG(i, 2));
            pc += 3;
            break;
        case TW_OP_mem_set:
            memset(REG(r, 0), (int)REG(i, 1), (size_t)REG(i, 2));
            pc += 3;
            break;
        case TW_OP_new:
            REG(r, 2) = tw_new_object((const void *)DESCR(0));
            pc += 3;
            break;
        case TW_OP_new_var:
            REG(r, 3) = tw_new_object_var((const void *)DESCR(1), REG(i, 0));
            pc += 4;
            break;

            /* ---- control */
        case TW_JOP_live:
            pc += 2;
            break;
        case TW_JOP_goto:
            pc = u32(code + pc);
            break;
        case TW_JOP_goto_if_not:
            pc = REG(i, 0) ? pc + 3 : u32(code + pc + 1);
            break;
        case TW_JOP_switch:
            pc = switch_target(&f->jitcode->switches[u32(code + pc + 1)],
                               REG(i, 0));
            break;
        case TW_JOP_move_i:
            REG(i, 1) = REG(i, 0);
            pc += 2;
            break;
        case TW_JOP_move_r:
            REG(r, 1) = REG(r, 0);
            pc += 2;
            break;
        case TW_JOP_move_f:
            REG(f, 1) = REG(f, 0);
            pc += 2;
            break;
        case TW_JOP_return_i:
            RETURN(i)
        case TW_JOP_return_r:
            RETURN(r)
        case TW_JOP_return_f:
            RETURN(f)
        case TW_JOP_return_v:
            return LEFT_RETURN;
        case TW_JOP_unreachable:
            tw_fatal("%s: unreachable code reached at %u (%s:%u)",
                     f->jitcode->name, pc - 1,
                     f->jitcode->file ? f->jitcode->file : "?",
                     tw_jitcode_line(f->jitcode, pc - 1));
        case TW_JOP_add_jump_if_ovf:
            OVERFLOW_JUMP(__builtin_add_overflow)
        case TW_JOP_sub_jump_if_ovf:
            OVERFLOW_JUMP(__builtin_sub_overflow)
        case TW_JOP_mul_jump_if_ovf:
            OVERFLOW_JUMP(__builtin_mul_overflow)
        case TW_JOP_ref_select:
            REG(r, 3) = REG(i, 0) ? REG(r, 1) : REG(r, 2);
            pc += 4;
            break;

            /* ---- calls */
        case TW_JOP_inline_call_i:
        case TW_JOP_inline_call_r:
        case TW_JOP_inline_call_f:
            INLINE(1)
        case TW_JOP_inline_call_v:
            INLINE(0)
        case TW_JOP_residual_call_i:
        case TW_JOP_indirect_call_i:
            RESIDUAL(i)
        case TW_JOP_residual_call_r:
        case TW_JOP_indirect_call_r:
            RESIDUAL(r)
        case TW_JOP_residual_call_f:
        case TW_JOP_indirect_call_f:
            RESIDUAL(f)
        case TW_JOP_residual_call_v:
        case TW_JOP_indirect_call_v: {
            const struct tw_calldescr *d = (const void *)DESCR(1);
            void *fn = REG(r, 0);

            pc = gather(f, pc + 3, d->args, d->nargs, m->args);
            f->pc = pc;
            residual(d, fn, m->args, &m->res);
            break;
        }
        case TW_JOP_recursive_call_i:
            RECURSIVE(i)
        case TW_JOP_recursive_call_r:
            RECURSIVE(r)
        case TW_JOP_recursive_call_f:
            RECURSIVE(f)
        case TW_JOP_recursive_call_v: {
            const struct tw_jitdriver *d = p->drivers[code[pc]];

            pc = gather_portal(f, pc + 1, d, m->args);
            f->pc = pc;
            portal_call(m, d, &m->res);
            break;
        }
        case TW_JOP_cond_call: {
            int64_t condition = REG(i, 0);
            void *fn = REG(r, 1);
            const struct tw_calldescr *d = (const void *)DESCR(2);

            pc = gather(f, pc + 4, d->args, d->nargs, m->args);
            if (condition)
                residual(d, fn, m->args, &m->res);
            break;
        }
        case TW_JOP_cond_call_value_i: {
            int64_t value = REG(i, 0);
            void *fn = REG(r, 1);
            const struct tw_calldescr *d = (const void *)DESCR(2);

            pc = gather(f, pc + 4, d->args, d->nargs, m->args);
            if (!value) {
                residual(d, fn, m->args, &m->res);
                value = m->res.i;
            }
            REG(i, 0) = value;
            pc++;
            break;
        }
        case TW_JOP_cond_call_value_r: {
            void *value = REG(r, 0), *fn = REG(r, 1);
            const struct tw_calldescr *d = (const void *)DESCR(2);

            pc = gather(f, pc + 4, d->args, d->nargs, m->args);
            if (!value) {
                residual(d, fn, m->args, &m->res);
                value = m->res.r;
            }
            REG(r, 0) = value;
            pc++;
            break;
        }
        case TW_JOP_jit_merge_point: {
            m->driver = p->drivers[code[pc]];
            uint32_t next = gather_portal(f, pc + 1, m->driver, m->args);

            if (m->bh->driver) {
                f->pc = pc - 1;
                return LEFT_MERGE_POINT;
            }
            pc = next;
            break;
        }
        case TW_JOP_loop_header:
            pc++;
            break;

            /* ---- hints */
        case TW_JOP_promote_i:
        case TW_JOP_promote_r:
        case TW_JOP_promote_f:
        case TW_JOP_access_directly:
        case TW_JOP_jrecord_nonnull:
        case TW_JOP_jkeepalive:
            pc++;
            break;
        case TW_JOP_jrecord_exact_class:
        case TW_JOP_jrecord_exact_value_i:
        case TW_JOP_jrecord_exact_value_r:
            pc += 2;
            break;
        case TW_JOP_promote_string:
            REG(r, 2) = REG(r, 0);
            pc += 3;
            break;
        case TW_JOP_isconstant_i:
        case TW_JOP_isconstant_r:
        case TW_JOP_isvirtual:
            REG(i, 1) = 0;
            pc += 2;
            break;
        case TW_JOP_we_are_jitted:
            /* As in the trace that was left: what comes now may rely on the
             * answer given before. */
            REG(i, 0) = 1;
            pc++;
            break;
        case TW_JOP_record_quasiimmut:
        case TW_JOP_fresh_virtualizable:
            pc += 3;
            break;
        case TW_JOP_force_quasiimmut: {
            const struct tw_fielddescr *d = (const void *)DESCR(1);
            void **watch = (void **)((char *)REG(r, 0) + d->watch_offset);

            if (*watch)
                tw_rt_invalidate(watch);
            pc += 3;
            break;
        }
        case TW_JOP_force_virtualizable: {
            const struct tw_fielddescr *token = (const void *)DESCR(1);
            char *frame = REG(r, 0);

            if (*(void **)(frame + token->offset))
                tw_rt_force_virtualizable(frame, token->offset);
            pc += 3;
            break;
        }
        case TW_JOP_virtual_ref:
            REG(r, 1) = REG(r, 0);
            pc += 2;
            break;
        case TW_JOP_virtual_ref_finish:
            vref_finish(REG(r, 0), REG(r, 1));
            pc += 2;
            break;
        case TW_JOP_virtual_ref_force:
            REG(r, 1) = maybe_vref_force(REG(r, 0));
            pc += 2;
            break;

            /* ---- virtualizables */
        case TW_JOP_getfield_vable_i:
        case TW_JOP_getfield_vable_r:
        case TW_JOP_getfield_vable_f: {
            const struct tw_fielddescr *d = (const void *)DESCR(1);

            FORCE_VABLE(0);
            bank[bank_of_kind(d->type)][code[pc + 3]] = tw_load(
                (char *)REG(r, 0) + d->offset, d->type, d->size, d->flags);
            pc += 4;
            break;
        }
        case TW_JOP_setfield_vable_i:
        case TW_JOP_setfield_vable_r:
        case TW_JOP_setfield_vable_f: {
            const struct tw_fielddescr *d = (const void *)DESCR(2);

            FORCE_VABLE(0);
            tw_store((char *)REG(r, 0) + d->offset, d->type, d->size,
                     bank[bank_of_kind(d->type)][code[pc + 1]]);
            pc += 4;
            break;
        }
        case TW_JOP_getarrayitem_vable_i:
        case TW_JOP_getarrayitem_vable_r:
        case TW_JOP_getarrayitem_vable_f: {
            const struct tw_arraydescr *d = (const void *)DESCR(2);

            FORCE_VABLE(0);
            bank[bank_of_kind(d->type)][code[pc + 4]] =
                tw_load(item_address(d, REG(r, 0), REG(i, 1)), d->type, d->size,
                        d->flags);
            pc += 5;
            break;
        }
        case TW_JOP_setarrayitem_vable_i:
        case TW_JOP_setarrayitem_vable_r:
        case TW_JOP_setarrayitem_vable_f: {
            const struct tw_arraydescr *d = (const void *)DESCR(3);

            FORCE_VABLE(0);
            tw_store(item_address(d, REG(r, 0), REG(i, 1)), d->type, d->size,
                     bank[bank_of_kind(d->type)][code[pc + 2]]);
            pc += 5;
            break;
        }
        default:
            tw_fatal("%s: operation %u at %u is not jitcode", f->jitcode->name,
                     op, pc - 1);
        }
    }
}

/* Pops the top frame and hands m->res to its caller; 0 when it was the last. */
static int return_to_caller(struct machine *m)
{
    struct tw_bhframe *f = m->bh->top;

    m->bh->top = f->caller;
    if (f->caller && f->result_bank >= 0)
        f->caller->bank[f->result_bank][f->result_reg] = m->res;
    drop_frame(f);
    return m->bh->top != NULL;
}

enum tw_enter_result tw_bh_run(struct tw_bh *bh, union tw_value *args,
                               union tw_value *res)
{
    struct machine m = {.bh = bh};

    for (;;) {
        enum left left = step(&m);

        if (left == LEFT_CALL)
            continue;
        if (left == LEFT_MERGE_POINT) {
            if (!bh->top->caller) {
                memcpy(args, m.args,
                       (size_t)(m.driver->ngreens + m.driver->nreds) *
                           sizeof *args);
                drop_frame(bh->top);
                bh->top = NULL;
                return TW_ENTER_CONTINUE;
            }
            portal_call(&m, m.driver, &m.res);
        }
        if (!return_to_caller(&m)) {
            *res = m.res;
            return TW_ENTER_DONE;
        }
    }
}

void tw_bh_call(const struct tw_program *p, const struct tw_jitcode *code,
                const union tw_value *args, union tw_value *res)
{
    struct tw_bh bh = {.program = p, .callees_in_jitcode = 1};

    bh.top = take_frame(code, NULL);
    spread(bh.top, code->calldescr->args, code->calldescr->nargs, args);
    tw_bh_run(&bh, NULL, res);
}

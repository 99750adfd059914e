/*
 * record_heap.c: memory while recording: loads and stores through the heap
 * cache, allocation, and the virtualizable, whose fields live in the
 * recorder's boxes (and are kept up to date in memory, so that anything called
 * meanwhile sees them).
 */
#include "toolkit/meta/recorder_int.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"

static int bank_of(char type)
{
    return type == 'i' ? TW_BANK_I : type == 'r' ? TW_BANK_R : TW_BANK_F;
}

static const void *descr_at(struct recorder *r, const uint16_t *u)
{
    return r->program->descrs[rec_u32(u)];
}

static unsigned by_type(char t, unsigned i, unsigned p, unsigned f)
{
    return t == 'i' ? i : t == 'r' ? p : f;
}

/* ----------------------------------------------------------------- fields */

static struct tw_box load_field(struct recorder *r, struct tw_box base,
                                const struct tw_fielddescr *d)
{
    int pure = d->flags & (TW_F_IMMUTABLE | TW_F_CLASS);
    struct tw_box res;
    tw_vref v;

    if (rec_is_const(r, base)) {
        res.val =
            tw_load((char *)base.val.r + d->offset, d->type, d->size, d->flags);
        res.ref = TW_NOVALUE;
        if (pure)
            return res;
        /* A quasi-immutable field was announced by record_quasiimmut. */
        if (d->flags & TW_F_QUASI)
            return res;
        v = tw_trace_const_r(r->trace, base.val.r);
    } else {
        if (heapcache_get(r->hc, base.ref, &d->alias, d->offset, d->size, &res))
            return res;
        res.val =
            tw_load((char *)base.val.r + d->offset, d->type, d->size, d->flags);
        v = base.ref;
        heapcache_add(r->hc, v, HC_NONNULL);
    }
    res.ref = rec_emit(
        r,
        by_type(d->type, TW_OP_getfield_i, TW_OP_getfield_r, TW_OP_getfield_f),
        d, &v, 1);
    if (d->flags & TW_F_NONNULL)
        heapcache_add(r->hc, res.ref, HC_NONNULL);
    if (!(d->flags & TW_F_VOLATILE))
        heapcache_loaded(r->hc, v, &d->alias, d->offset, d->size, pure != 0,
                         res);
    return res;
}

static void store_field(struct recorder *r, struct tw_box base,
                        const struct tw_fielddescr *d, struct tw_box v)
{
    tw_vref a[2] = {rec_ref(r, base, 'r'), rec_ref(r, v, d->type)};

    tw_store((char *)base.val.r + d->offset, d->type, d->size, v.val);
    rec_emit(
        r,
        by_type(d->type, TW_OP_setfield_i, TW_OP_setfield_r, TW_OP_setfield_f),
        d, a, 2);
    heapcache_add(r->hc, base.ref, HC_NONNULL);
    if (!heapcache_has(r->hc, base.ref, HC_FRESH))
        heapcache_escape(r->hc, v.ref);
    if (d->type == 'i' && d->size < 8) /* memory truncates */
        v.val = tw_load((char *)base.val.r + d->offset, 'i', d->size, d->flags);
    heapcache_stored(r->hc, rec_is_const(r, base) ? TW_NOVALUE : base.ref,
                     &d->alias, d->offset, d->size, v);
}

/* ----------------------------------------------------------------- arrays */

static struct tw_box load_item(struct recorder *r, unsigned op,
                               struct tw_box base, struct tw_box index,
                               const struct tw_arraydescr *d)
{
    int64_t off = d->base + index.val.i * (int64_t)d->stride;
    int cidx = rec_is_const(r, index);
    int pure = d->flags & TW_F_IMMUTABLE;
    struct tw_box res;
    tw_vref v[2];

    if (cidx && heapcache_get(r->hc, rec_is_const(r, base) ? -1 : base.ref,
                              &d->alias, off, d->size, &res))
        return res;
    res.val = tw_load((char *)base.val.r + off, d->type, d->size, d->flags);
    res.ref = TW_NOVALUE;
    if (cidx && pure && rec_is_const(r, base))
        return res;
    if (!cidx && d->type == 'r') /* any of its items, under another name */
        heapcache_escape(r->hc, base.ref);
    v[0] = rec_ref(r, base, 'r');
    v[1] = rec_ref(r, index, 'i');
    res.ref = rec_emit(r, op, d, v, 2);
    if (cidx)
        heapcache_loaded(r->hc, rec_is_const(r, base) ? TW_NOVALUE : base.ref,
                         &d->alias, off, d->size, pure, res);
    return res;
}

static void store_item(struct recorder *r, unsigned op, struct tw_box base,
                       struct tw_box index, struct tw_box v,
                       const struct tw_arraydescr *d)
{
    int64_t off = d->base + index.val.i * (int64_t)d->stride;
    tw_vref a[3] = {rec_ref(r, base, 'r'), rec_ref(r, index, 'i'),
                    rec_ref(r, v, d->type)};

    tw_store((char *)base.val.r + off, d->type, d->size, v.val);
    rec_emit(r, op, d, a, 3);
    if (!heapcache_has(r->hc, base.ref, HC_FRESH))
        heapcache_escape(r->hc, v.ref);
    if (d->type == 'i' && d->size < 8)
        v.val = tw_load((char *)base.val.r + off, 'i', d->size, d->flags);
    heapcache_stored(r->hc, rec_is_const(r, base) ? TW_NOVALUE : base.ref,
                     &d->alias, rec_is_const(r, index) ? off : -1, d->size, v);
    if (!rec_is_const(r, index) && heapcache_has(r->hc, base.ref, HC_FRESH))
        heapcache_escape(r->hc, v.ref); /* no entry says where it is */
}

/* -------------------------------------------------------------- allocation */

static struct tw_box alloc(struct recorder *r, unsigned op,
                           const struct tw_sizedescr *d, struct tw_box n)
{
    struct tw_box res;
    tw_vref v;

    if (op == TW_OP_new) {
        res.val.r = tw_new_object(d);
        res.ref = rec_emit(r, op, d, NULL, 0);
        heapcache_add(r->hc, res.ref, HC_FRESH | HC_NONNULL);
    } else {
        res.val.r = tw_new_object_var(d, n.val.i);
        v = rec_ref(r, n, 'i');
        res.ref = rec_emit(r, op, d, &v, 1);
        heapcache_add(r->hc, res.ref, res.val.r ? HC_FRESH : 0);
    }
    return res;
}

/* Bytes of unknown types are written: only what is new and elsewhere stays. */
static void clobber(struct recorder *r, struct tw_box base)
{
    static const struct tw_alias any = {.width = TW_ALIAS_ANY,
                                        .id = UINT32_MAX};

    heapcache_stored(r->hc, rec_is_const(r, base) ? TW_NOVALUE : base.ref, &any,
                     -1, 1, rec_const_i(0));
}

enum rstatus rec_heap_op(struct recorder *r, unsigned op)
{
    struct rframe *f = r->top;
    const uint16_t *u = f->code->code + f->pc + 1;
    struct tw_box *rr = f->bank[TW_BANK_R];
    struct tw_box *ri = f->bank[TW_BANK_I];

    switch (op) {
    case TW_OP_getfield_i:
    case TW_OP_getfield_r:
    case TW_OP_getfield_f: {
        const struct tw_fielddescr *d = descr_at(r, u + 1);

        f->bank[bank_of(d->type)][u[3]] = load_field(r, rr[u[0]], d);
        f->pc += 5;
        return R_GO;
    }
    case TW_OP_setfield_i:
    case TW_OP_setfield_r:
    case TW_OP_setfield_f: {
        const struct tw_fielddescr *d = descr_at(r, u + 2);

        store_field(r, rr[u[0]], d, f->bank[bank_of(d->type)][u[1]]);
        f->pc += 5;
        return R_GO;
    }
    case TW_OP_getarrayitem_i:
    case TW_OP_getarrayitem_r:
    case TW_OP_getarrayitem_f:
    case TW_OP_raw_load_i:
    case TW_OP_raw_load_r:
    case TW_OP_raw_load_f: {
        const struct tw_arraydescr *d = descr_at(r, u + 2);

        f->bank[bank_of(d->type)][u[4]] =
            load_item(r, op, rr[u[0]], ri[u[1]], d);
        f->pc += 6;
        return R_GO;
    }
    case TW_OP_setarrayitem_i:
    case TW_OP_setarrayitem_r:
    case TW_OP_setarrayitem_f:
    case TW_OP_raw_store_i:
    case TW_OP_raw_store_r:
    case TW_OP_raw_store_f: {
        const struct tw_arraydescr *d = descr_at(r, u + 3);

        store_item(r, op, rr[u[0]], ri[u[1]], f->bank[bank_of(d->type)][u[2]],
                   d);
        f->pc += 6;
        return R_GO;
    }
    case TW_OP_new:
        rr[u[2]] = alloc(r, op, descr_at(r, u), rec_const_i(0));
        f->pc += 4;
        return R_GO;
    case TW_OP_new_var:
        rr[u[3]] = alloc(r, op, descr_at(r, u + 1), ri[u[0]]);
        f->pc += 5;
        return R_GO;
    case TW_OP_mem_copy:
    case TW_OP_mem_move: {
        struct tw_box a = rr[u[0]], b = rr[u[1]], n = ri[u[2]];
        tw_vref v[3] = {rec_ref(r, a, 'r'), rec_ref(r, b, 'r'),
                        rec_ref(r, n, 'i')};

        memmove(a.val.r, b.val.r, (size_t)n.val.i);
        rec_emit(r, op, NULL, v, 3);
        /* What the source refers to can now be reached through the target. */
        heapcache_escape(r->hc, b.ref);
        clobber(r, a);
        f->pc += 4;
        return R_GO;
    }
    case TW_OP_mem_set: {
        struct tw_box a = rr[u[0]], c = ri[u[1]], n = ri[u[2]];
        tw_vref v[3] = {rec_ref(r, a, 'r'), rec_ref(r, c, 'i'),
                        rec_ref(r, n, 'i')};

        memset(a.val.r, (int)c.val.i, (size_t)n.val.i);
        rec_emit(r, op, NULL, v, 3);
        clobber(r, a);
        f->pc += 4;
        return R_GO;
    }
    default:
        tw_fatal("recorder: no jitcode operation %s", tw_jop_name(op));
    }
}

/* ----------------------------------------------------------- virtualizables */

static void vable_slot(const struct tw_vinfo *vi, uint32_t k, char *type,
                       int *size, int *flags, int64_t *offset)
{
    if (k < vi->nfields) {
        const struct tw_fielddescr *d = vi->fields[k];

        *type = d->type;
        *size = d->size;
        *flags = d->flags;
        *offset = d->offset;
    } else {
        const struct tw_arraydescr *d = vi->array;

        *type = d->type;
        *size = d->size;
        *flags = d->flags;
        *offset = d->base + (int64_t)(k - vi->nfields) * d->stride;
    }
}

/* Reads the frame's contents into boxes. As a loop's inputs they are new
 * inputs of the trace; the order is struct tw_vinfo's. */
void rec_vable_read(struct recorder *r, struct tw_box frame, int as_inputs)
{
    const struct tw_vinfo *vi = r->driver->vinfo;
    char *p = frame.val.r;
    uint32_t nitems = 0;

    if (vi->array) {
        const struct tw_fielddescr *l = vi->array_length;

        nitems = (uint32_t)tw_load(p + l->offset, l->type, l->size, l->flags).i;
    }
    r->nvable = 1 + vi->nfields + nitems;
    r->vable = rec_alloc_boxes(r, r->nvable);
    r->vable[0] = frame;
    for (uint32_t k = 0; k + 1 < r->nvable; k++) {
        char type;
        int size, flags;
        int64_t offset;

        vable_slot(vi, k, &type, &size, &flags, &offset);
        r->vable[k + 1].val = tw_load(p + offset, type, size, flags);
        r->vable[k + 1].ref =
            as_inputs ? tw_trace_input(r->trace, type) : TW_NOVALUE;
    }
}

void rec_vable_store_back(struct recorder *r)
{
    const struct tw_vinfo *vi = r->driver->vinfo;

    if (!r->nvable)
        return;
    for (uint32_t k = 1; k < r->nvable; k++) {
        tw_vref a[3];

        a[0] = rec_ref(r, r->vable[0], 'r');
        if (k <= vi->nfields) {
            const struct tw_fielddescr *d = vi->fields[k - 1];

            a[1] = rec_ref(r, r->vable[k], d->type);
            rec_emit(r,
                     by_type(d->type, TW_OP_setfield_i, TW_OP_setfield_r,
                             TW_OP_setfield_f),
                     d, a, 2);
        } else {
            const struct tw_arraydescr *d = vi->array;

            a[1] = tw_trace_const_i(r->trace, k - 1 - vi->nfields);
            a[2] = rec_ref(r, r->vable[k], d->type);
            rec_emit(r,
                     by_type(d->type, TW_OP_setarrayitem_i,
                             TW_OP_setarrayitem_r, TW_OP_setarrayitem_f),
                     d, a, 3);
        }
    }
    {
        tw_vref a[2] = {rec_ref(r, r->vable[0], 'r'),
                        tw_trace_const_r(r->trace, NULL)};

        rec_emit(r, TW_OP_setfield_r, vi->token, a, 2);
    }
}

/* Is this frame the portal's own? Decides it once for each value, by a guard
 * where it is not evident. */
static int is_standard(struct recorder *r, struct tw_box *b)
{
    const struct tw_vinfo *vi = r->driver->vinfo;
    struct tw_box token;
    tw_vref v[2], c;
    int same;

    if (!r->nvable || !vi)
        return 0;
    if (b->ref == r->vable[0].ref &&
        (b->ref >= 0 || b->val.r == r->vable[0].val.r))
        return 1;
    if (heapcache_has(r->hc, b->ref, HC_FRESH | HC_NONSTANDARD))
        return 0;
    same = b->val.r == r->vable[0].val.r;
    if (!(rec_is_const(r, *b) && rec_is_const(r, r->vable[0]))) {
        v[0] = rec_ref(r, *b, 'r');
        v[1] = rec_ref(r, r->vable[0], 'r');
        c = rec_emit(r, TW_OP_ptr_eq, NULL, v, 2);
        rec_guard(r, same ? TW_OP_guard_true : TW_OP_guard_false, NULL, &c, 1,
                  r->top->live_pc);
    }
    if (same) {
        *b = r->vable[0];
        return 1;
    }
    /* Another frame: its contents are in memory if its token says so. */
    heapcache_add(r->hc, b->ref, HC_NONSTANDARD);
    if (*(void **)((char *)b->val.r + vi->token_offset))
        tw_rt_force_virtualizable(b->val.r, vi->token_offset);
    v[0] = rec_ref(r, *b, 'r');
    token.ref = rec_emit(r, TW_OP_getfield_r, vi->token, v, 1);
    rec_guard(r, TW_OP_guard_isnull, NULL, &token.ref, 1, r->top->live_pc);
    return 0;
}

static struct tw_box *vable_box(struct recorder *r, uint32_t k)
{
    if (k + 1 >= r->nvable)
        tw_fatal("recorder: virtualizable index %u out of %u", k, r->nvable);
    return &r->vable[k + 1];
}

static void vable_sync(struct recorder *r, uint32_t k)
{
    char type;
    int size, flags;
    int64_t offset;
    struct tw_box *b = &r->vable[k + 1];
    char *p = r->vable[0].val.r;

    vable_slot(r->driver->vinfo, k, &type, &size, &flags, &offset);
    tw_store(p + offset, type, size, b->val);
    if (type == 'i' && size < 8)
        b->val = tw_load(p + offset, type, size, flags);
}

enum rstatus rec_vable_op(struct recorder *r, unsigned op)
{
    struct rframe *f = r->top;
    const uint16_t *u = f->code->code + f->pc + 1;
    struct tw_box *base = &f->bank[TW_BANK_R][u[0]];
    const struct tw_vinfo *vi = r->driver->vinfo;

    if (op >= TW_JOP_getfield_vable_i && op <= TW_JOP_getfield_vable_f) {
        const struct tw_fielddescr *d = descr_at(r, u + 1);

        f->bank[bank_of(d->type)][u[3]] =
            is_standard(r, base) ? *vable_box(r, (uint32_t)d->vable_index)
                                 : load_field(r, *base, d);
        f->pc += 5;
    } else if (op >= TW_JOP_setfield_vable_i && op <= TW_JOP_setfield_vable_f) {
        const struct tw_fielddescr *d = descr_at(r, u + 2);
        struct tw_box v = f->bank[bank_of(d->type)][u[1]];

        if (is_standard(r, base)) {
            *vable_box(r, (uint32_t)d->vable_index) = v;
            vable_sync(r, (uint32_t)d->vable_index);
        } else {
            store_field(r, *base, d, v);
        }
        f->pc += 5;
    } else {
        struct tw_box *index = &f->bank[TW_BANK_I][u[1]];
        int get = op <= TW_JOP_getarrayitem_vable_f;
        const struct tw_arraydescr *d = descr_at(r, get ? u + 2 : u + 3);
        int standard = is_standard(r, base);

        if (standard)
            rec_promote(r, index, 'i');
        if (get && standard)
            f->bank[bank_of(d->type)][u[4]] =
                *vable_box(r, vi->nfields + (uint32_t)index->val.i);
        else if (get)
            f->bank[bank_of(d->type)][u[4]] =
                load_item(r,
                          by_type(d->type, TW_OP_getarrayitem_i,
                                  TW_OP_getarrayitem_r, TW_OP_getarrayitem_f),
                          *base, *index, d);
        else {
            struct tw_box v = f->bank[bank_of(d->type)][u[2]];

            if (standard) {
                *vable_box(r, vi->nfields + (uint32_t)index->val.i) = v;
                vable_sync(r, vi->nfields + (uint32_t)index->val.i);
            } else {
                store_item(r,
                           by_type(d->type, TW_OP_setarrayitem_i,
                                   TW_OP_setarrayitem_r, TW_OP_setarrayitem_f),
                           *base, *index, v, d);
            }
        }
        f->pc += 6;
    }
    return R_GO;
}

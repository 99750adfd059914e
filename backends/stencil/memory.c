/*
 * memory.c: loads, stores and allocation of tier 1, with what descriptors say of them.
 * Neighbours: compile.c calls; call.c has the calls that allocation may need.
 */
#include "backends/stencil/compile.h"
#include "toolkit/exit/force.h"

#include <string.h>

/* Where values are in memory; the order of the tables below. */
enum width { W1, W2, W4, W8, WBOOL, WF4, WF8 };

static enum width width_of(char type, int size, int flags)
{
    if (type == 'f')
        return size == 4 ? WF4 : WF8;
    if (type == 'r')
        return W8;
    if (size == 1 && flags & TW_F_BOOL)
        return WBOOL;
    return size == 1 ? W1 : size == 2 ? W2 : size == 4 ? W4 : W8;
}

#define LOADS(x)                                                               \
    {ST_getfield_##x##_a, ST_getfield_##x##_s, ST_getfield_##x##_w,            \
     ST_getitem_##x##_sa, ST_getitem_##x##_wa, ST_getitem_##x##_as,            \
     ST_getbyte_##x##_sa, ST_getbyte_##x##_wa}
enum { FIELD_A, FIELD_S, FIELD_W, ITEM_SA, ITEM_WA, ITEM_AS, BYTE_SA, BYTE_WA };
static const uint16_t loads[][8] = {
    [W1] = LOADS(i1),    [W2] = LOADS(i2),  [W4] = LOADS(i4),  [W8] = LOADS(i8),
    [WBOOL] = LOADS(b1), [WF4] = LOADS(f4), [WF8] = LOADS(f8),
};
#define STORES(x)                                                              \
    {ST_setfield_##x##_sa, ST_setfield_##x##_wa, ST_setfield_##x##_as,         \
     ST_setfield_##x##_aw, ST_setfield_##x##_sw, ST_setfield_##x##_aa,         \
     ST_setitem_##x##_sas, ST_setitem_##x##_saw, ST_setbyte_##x##_sas,         \
     ST_setbyte_##x##_saw}
enum {
    SET_SA,
    SET_WA,
    SET_AS,
    SET_AW,
    SET_SW,
    SET_AA,
    SET_SAS,
    SET_SAW,
    SETB_SAS,
    SETB_SAW
};
static const uint16_t stores[][10] = {
    [W1] = STORES(i1), [W2] = STORES(i2),    [W4] = STORES(i4),
    [W8] = STORES(i8), [WBOOL] = STORES(i1),
};
#define FSTORES(x)                                                             \
    {ST_setfield_##x##_s, ST_setfield_##x##_w, ST_setfield_##x##_a,            \
     ST_setitem_##x##_sa, ST_setbyte_##x##_sa}
enum { FSET_S, FSET_W, FSET_A, FSET_ITEM, FSET_BYTE };
static const uint16_t fstores[][5] = {
    [WF4 - WF4] = FSTORES(f4),
    [WF8 - WF4] = FSTORES(f8),
};

static int is_displacement(int64_t n)
{
    return n >= 0 && n <= INT32_MAX;
}

static void made(struct compiler *c)
{
    if (tw_opinfo[c->op->opnum].result == 'f')
        made_d0(c);
    else
        made_acc(c);
}

/* ---------------------------------------------------------------- at a fixed offset */

/* base + offset in acc. */
static void far_base(struct compiler *c, tw_vref base, int64_t offset)
{
    load_acc(c, base);
    emit_word(c, ST_int_add_aw, offset);
    c->acc = TW_NOVALUE;
}

static void load_at(struct compiler *c, tw_vref base, int64_t offset,
                    enum width w)
{
    if (is_word(base)) {
        emit_word(c, loads[w][FIELD_W],
                  (int64_t)((uint64_t)word_of(c, base) + (uint64_t)offset));
    } else if (!is_displacement(offset)) {
        far_base(c, base, offset);
        asm_emit(&c->a, loads[w][FIELD_A], (struct holes){0});
    } else if (base == c->acc) {
        asm_emit(&c->a, loads[w][FIELD_A],
                 (struct holes){.disp = (int32_t)offset});
    } else {
        asm_emit(&c->a, loads[w][FIELD_S],
                 (struct holes){.slot_a = home_of(c, base),
                                .disp = (int32_t)offset});
    }
}

static void fstore_at(struct compiler *c, tw_vref base, int64_t offset,
                      tw_vref x, enum width w)
{
    const uint16_t *st = fstores[w - WF4];

    load_d0(c, x);
    if (is_word(base)) {
        emit_word(c, st[FSET_W],
                  (int64_t)((uint64_t)word_of(c, base) + (uint64_t)offset));
    } else if (!is_displacement(offset)) {
        far_base(c, base, offset);
        asm_emit(&c->a, st[FSET_A], (struct holes){0});
    } else if (base == c->acc) {
        asm_emit(&c->a, st[FSET_A], (struct holes){.disp = (int32_t)offset});
    } else {
        asm_emit(&c->a, st[FSET_S],
                 (struct holes){.slot_a = home_of(c, base),
                                .disp = (int32_t)offset});
    }
}

static void store_far(struct compiler *c, tw_vref base, int64_t offset,
                      tw_vref x, enum width w)
{
    int32_t at = temp(c, 0);
    struct move m;

    if (x >= 0 && x == c->acc) {
        asm_emit(&c->a, ST_store, (struct holes){.slot_a = at});
    } else {
        m = move_to(c, x, at);
        moves(c, &m, 1);
    }
    far_base(c, base, offset);
    asm_emit(&c->a, stores[w][SET_AS], (struct holes){.slot_a = at});
}

static void store_at(struct compiler *c, tw_vref base, int64_t offset,
                     tw_vref x, enum width w)
{
    struct holes h = {.disp = (int32_t)offset};

    if (w >= WF4) {
        fstore_at(c, base, offset, x, w);
        return;
    }
    if (is_word(base)) {
        load_acc(c, x);
        emit_word(c, stores[w][SET_WA],
                  (int64_t)((uint64_t)word_of(c, base) + (uint64_t)offset));
        return;
    }
    if (!is_displacement(offset)) {
        store_far(c, base, offset, x, w);
        return;
    }
    if (base == c->acc) {
        if (is_word(x)) {
            h.word = word_of(c, x);
            asm_emit(&c->a, stores[w][SET_AW], h);
        } else if (x == base) {
            asm_emit(&c->a, stores[w][SET_AA], h);
        } else {
            h.slot_a = home_of(c, x);
            asm_emit(&c->a, stores[w][SET_AS], h);
        }
        return;
    }
    h.slot_a = home_of(c, base);
    if (is_word(x)) {
        h.word = word_of(c, x);
        asm_emit(&c->a, stores[w][SET_SW], h);
        return;
    }
    load_acc(c, x);
    asm_emit(&c->a, stores[w][SET_SA], h);
}

/* ---------------------------------------------------------------- items */

static const int sizes[] = {
    [W1] = 1, [W2] = 2, [W4] = 4, [W8] = 8, [WBOOL] = 1, [WF4] = 4, [WF8] = 8};

/* acc: the index, scaled unless the stencil does it. 1 if that does. */
static int index_in_acc(struct compiler *c, const struct tw_arraydescr *d,
                        enum width w, struct holes *h)
{
    int scaled = d->stride == sizes[w] && is_displacement(d->base);

    load_acc(c, operand(c, 1));
    h->disp = d->base;
    if (scaled)
        return 1;
    if (d->stride != 1)
        emit_word(c, ST_int_mul_aw, d->stride);
    if (!is_displacement(d->base)) {
        emit_word(c, ST_int_add_aw, d->base);
        h->disp = 0;
    }
    c->acc = TW_NOVALUE;
    return 0;
}

static int64_t fixed_offset(struct compiler *c, const struct tw_arraydescr *d)
{
    return (int64_t)((uint64_t)word_of(c, operand(c, 1)) * (uint64_t)d->stride +
                     (uint64_t)d->base);
}

static void load_item(struct compiler *c, const struct tw_arraydescr *d)
{
    enum width w = width_of(d->type, d->size, d->flags);
    struct holes h = {0};
    int scaled;

    if (is_word(operand(c, 1))) {
        load_at(c, operand(c, 0), fixed_offset(c, d), w);
        return;
    }
    scaled = index_in_acc(c, d, w, &h);
    if (is_word(operand(c, 0))) {
        h.word = word_of(c, operand(c, 0));
        asm_emit(&c->a, loads[w][scaled ? ITEM_WA : BYTE_WA], h);
        return;
    }
    h.slot_a = home_of(c, operand(c, 0));
    asm_emit(&c->a, loads[w][scaled ? ITEM_SA : BYTE_SA], h);
}

/* The slot of a pointer, which may be a constant. */
static int32_t slot_of(struct compiler *c, tw_vref v)
{
    struct move m;

    if (!is_word(v))
        return home_of(c, v);
    m = move_to(c, v, temp(c, 0));
    moves(c, &m, 1);
    return m.to;
}

static void store_item(struct compiler *c, const struct tw_arraydescr *d)
{
    enum width w = width_of(d->type, d->size, d->flags);
    tw_vref x = operand(c, 2);
    struct holes h = {0};
    int scaled;

    if (is_word(operand(c, 1))) {
        store_at(c, operand(c, 0), fixed_offset(c, d), x, w);
        return;
    }
    h.slot_a = slot_of(c, operand(c, 0));
    if (w >= WF4)
        load_d0(c, x);
    scaled = index_in_acc(c, d, w, &h);
    if (w >= WF4) {
        asm_emit(&c->a, fstores[w - WF4][scaled ? FSET_ITEM : FSET_BYTE], h);
    } else if (is_word(x)) {
        h.word = word_of(c, x);
        asm_emit(&c->a, stores[w][scaled ? SET_SAW : SETB_SAW], h);
    } else {
        h.slot_b = home_of(c, x);
        asm_emit(&c->a, stores[w][scaled ? SET_SAS : SETB_SAS], h);
    }
}

/* ---------------------------------------------------------------- allocation */

static void argument_word(struct compiler *c, const void *p)
{
    emit_word(c, ST_arg0_w, (int64_t)(uintptr_t)p);
}

static void call_new(struct compiler *c, const struct tw_sizedescr *d)
{
    argument_word(c, d);
    emit_word(c, ST_call_l_w, (int64_t)(uintptr_t)c->hooks->new_object);
}

/* Off a free list of the collector's where there is one; the call is cold. */
static void new_object(struct compiler *c, const struct tw_sizedescr *d)
{
    int atomic = d->gctype && d->gctype->flags & TW_GC_ATOMIC;
    void **list =
        c->hooks->free_list && !atomic ? c->hooks->free_list(d) : NULL;
    struct cold *x;

    c->d0 = TW_NOVALUE;
    if (!list) {
        call_new(c, d);
        return;
    }
    x = add_cold(c, COLD_NEW, c->op);
    asm_emit(
        &c->a, ST_new_object,
        (struct holes){.word = (int64_t)(uintptr_t)list, .other = x->label});
    asm_bind(&c->a, x->back);
}

void memory_cold(struct compiler *c, const struct cold *x)
{
    call_new(c, x->op->descr);
    emit_other(c, ST_jump, x->back);
}

static void new_var(struct compiler *c, const struct tw_sizedescr *d)
{
    tw_vref n = operand(c, 0);

    argument_word(c, d);
    if (is_word(n))
        emit_word(c, ST_arg1_w, word_of(c, n));
    else
        asm_emit(&c->a, ST_arg1_s, (struct holes){.slot_a = home_of(c, n)});
    emit_word(c, ST_call_l_w, (int64_t)(uintptr_t)c->hooks->new_var);
    c->d0 = TW_NOVALUE;
}

/* With the real object at hand the reference is born forced; without (it is
 * virtual, the operand is NULL) the token leads to it. */
static void virtual_ref(struct compiler *c)
{
    static const struct tw_gctype type = {
        .name = "virtual_ref", .size = sizeof(struct tw_virtual_ref)};
    static const struct tw_sizedescr d = {.dkind = TW_DK_SIZE,
                                          .gctype = &type,
                                          .size = sizeof(struct tw_virtual_ref),
                                          .name = "virtual_ref"};
    tw_vref real = operand(c, 0);
    int is_virtual = is_word(real) && word_of(c, real) == 0;
    struct move m[2];

    /* the operands may be in acc, where the object will be */
    m[0] = move_to(c, is_virtual ? operand(c, 1) : real, temp(c, 0));
    moves(c, m, 1);
    call_new(c, &d);
    c->acc = c->d0 = TW_NOVALUE;
    asm_emit(
        &c->a, stores[W8][SET_AS],
        (struct holes){
            .slot_a = temp(c, 0),
            .disp = (int32_t)(is_virtual
                                  ? offsetof(struct tw_virtual_ref, token)
                                  : offsetof(struct tw_virtual_ref, forced))});
    emit_word(c, ST_int_add_aw, 1);
}

int compile_memory(struct compiler *c)
{
    const struct tw_fielddescr *fd = c->op->descr;

    switch (c->op->opnum) {
    case TW_OP_getfield_i:
    case TW_OP_getfield_r:
    case TW_OP_getfield_f:
        load_at(c, operand(c, 0), fd->offset,
                width_of(fd->type, fd->size, fd->flags));
        made(c);
        return 1;
    case TW_OP_setfield_i:
    case TW_OP_setfield_r:
    case TW_OP_setfield_f:
        store_at(c, operand(c, 0), fd->offset, operand(c, 1),
                 width_of(fd->type, fd->size, fd->flags));
        return 1;
    case TW_OP_getarrayitem_i:
    case TW_OP_getarrayitem_r:
    case TW_OP_getarrayitem_f:
    case TW_OP_raw_load_i:
    case TW_OP_raw_load_r:
    case TW_OP_raw_load_f:
        load_item(c, c->op->descr);
        made(c);
        return 1;
    case TW_OP_setarrayitem_i:
    case TW_OP_setarrayitem_r:
    case TW_OP_setarrayitem_f:
    case TW_OP_raw_store_i:
    case TW_OP_raw_store_r:
    case TW_OP_raw_store_f:
        store_item(c, c->op->descr);
        return 1;
    case TW_OP_mem_copy:
    case TW_OP_mem_move:
        call_helper(c, (const void *)(uintptr_t)memmove,
                    c->t->args + c->op->args, 3, 'v');
        return 1;
    case TW_OP_mem_set:
        call_helper(c, (const void *)(uintptr_t)memset,
                    c->t->args + c->op->args, 3, 'v');
        return 1;
    case TW_OP_new:
        new_object(c, c->op->descr);
        made_acc(c);
        return 1;
    case TW_OP_new_var:
        new_var(c, c->op->descr);
        made_acc(c);
        return 1;
    case TW_OP_virtual_ref:
        virtual_ref(c);
        made_acc(c);
        return 1;
    case TW_OP_virtual_ref_finish:
        call_helper(c, (const void *)(uintptr_t)stencil_virtual_ref_ended,
                    c->t->args + c->op->args, 2, 'v');
        return 1;
    default:
        return 0;
    }
}

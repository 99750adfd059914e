/*
 * lower_mem.c: addresses, loads, stores, locals and block operations.
 *
 * An address is resolved through its getelementptrs to root + constant, or
 * root + constant + index * stride; the rest is in the descriptor. So a
 * getelementptr is computed as a pointer (ptr_add) only where its value itself
 * is wanted, or where an address has two variable indices.
 *
 * What the access is (alias.c) decides the form:
 *   a field of a struct        getfield/setfield at the constant offset
 *   an array member's item     getarrayitem, constant index or not, so that
 *                              all accesses of the array share a descriptor
 *   *p of a plain type         getarrayitem of an array that begins at p
 */
#include "codegen/lower.h"

struct address {
    LLVMValueRef root;
    int64_t offset;
    LLVMValueRef index; /* or NULL */
    int64_t stride;
};

int lower_is_gep(LLVMValueRef v)
{
    return ir_op(v) == LLVMGetElementPtr ||
           (LLVMIsAConstantExpr(v) &&
            LLVMGetConstOpcode(v) == LLVMGetElementPtr);
}

/* One getelementptr's parts; 0 if it has more than one variable index. */
static int gep_parts(LLVMValueRef gep, int64_t *offset, LLVMValueRef *index,
                     int64_t *stride)
{
    LLVMTypeRef t = LLVMGetGEPSourceElementType(gep);
    int64_t c;

    *offset = 0;
    *index = NULL;
    for (int k = 1; k < LLVMGetNumOperands(gep); k++) {
        LLVMValueRef ix = LLVMGetOperand(gep, (unsigned)k);

        if (k > 1 && ir_kind(t) == LLVMStructTypeKind) {
            ir_const_int(ix, &c);
            *offset += (int64_t)LLVMOffsetOfElement(cg.td, t, (unsigned)c);
            t = LLVMStructGetTypeAtIndex(t, (unsigned)c);
            continue;
        }
        if (k > 1)
            t = LLVMGetElementType(t);
        if (ir_const_int(ix, &c)) {
            *offset += c * (int64_t)LLVMABISizeOfType(cg.td, t);
        } else {
            if (*index)
                return 0;
            *index = ix;
            *stride = (int64_t)LLVMABISizeOfType(cg.td, t);
        }
    }
    return 1;
}

static struct address resolve(LLVMValueRef p)
{
    struct address a = {p, 0, NULL, 0};

    while (lower_is_gep(a.root)) {
        int64_t off, stride;
        LLVMValueRef index;

        if (!gep_parts(a.root, &off, &index, &stride) || (index && a.index))
            break;
        a.offset += off;
        if (index) {
            a.index = index;
            a.stride = stride;
        }
        a.root = LLVMGetOperand(a.root, 0);
    }
    if (a.offset != (int32_t)a.offset || a.stride != (int32_t)a.stride)
        return (struct address){p, 0, NULL, 0};
    return a;
}

/* Its value is wanted, so what it is made of is as well. */
static void need(struct lower *l, LLVMValueRef v)
{
    LLVMValueRef base;

    if (ir_op(v) != LLVMGetElementPtr || ptrmap_num(&l->needed, v))
        return;
    ptrmap_setnum(&l->needed, v, 1);
    base = LLVMGetOperand(v, 0);
    need(l, resolve(base).root);
    if (resolve(v).root != v)
        need(l, resolve(v).root);
    else
        need(l, base);
}

/* Finds the getelementptrs whose value is wanted. */
void lower_mark_needed(struct lower *l)
{
    for (FOR_BLOCKS(bb, l->fn->v)) {
        for (FOR_INSNS(i, bb)) {
            int op = ir_op(i);

            if (ir_is_dbg(i))
                continue;
            for (int k = 0; k < LLVMGetNumOperands(i); k++) {
                LLVMValueRef o = LLVMGetOperand(i, (unsigned)k);

                if (ir_op(o) != LLVMGetElementPtr)
                    continue;
                if (op == LLVMGetElementPtr && k == 0)
                    continue;
                if ((op == LLVMLoad && k == 0) || (op == LLVMStore && k == 1))
                    need(l, resolve(o).root);
                else
                    need(l, o);
            }
        }
    }
}

/* root + index * stride + offset as a pointer; into: its register or JNONE */
static jreg make_pointer(struct lower *l, struct address *a, jreg into)
{
    jreg base = lower_value(l, a->root), off;

    if (!a->index && !a->offset)
        return base;
    off = jasm_const_i(l->a, a->offset);
    if (a->index) {
        jreg ix = lower_value(l, a->index);

        if (a->stride != 1)
            ix = lower_op2(l, TW_OP_int_mul, TW_BANK_I, ix,
                           jasm_const_i(l->a, a->stride));
        off = a->offset ? lower_op2(l, TW_OP_int_add, TW_BANK_I, ix, off) : ix;
    }
    if (into == JNONE)
        into = jasm_reg(l->a, TW_BANK_R);
    EMIT(l->a, TW_OP_ptr_add, base, off, into);
    return into;
}

static void lower_gep(struct lower *l, LLVMValueRef i)
{
    struct address a;

    if (!ptrmap_num(&l->needed, i))
        return;
    a = resolve(i);
    if (a.root == i) {
        /* several variable indices: one after the other */
        LLVMTypeRef t = LLVMGetGEPSourceElementType(i);
        jreg base = lower_value(l, LLVMGetOperand(i, 0)),
             off = jasm_const_i(l->a, 0);
        int64_t fixed = 0, c;

        for (int k = 1; k < LLVMGetNumOperands(i); k++) {
            LLVMValueRef ix = LLVMGetOperand(i, (unsigned)k);
            jreg r;

            if (k > 1 && ir_kind(t) == LLVMStructTypeKind) {
                ir_const_int(ix, &c);
                fixed += (int64_t)LLVMOffsetOfElement(cg.td, t, (unsigned)c);
                t = LLVMStructGetTypeAtIndex(t, (unsigned)c);
                continue;
            }
            if (k > 1)
                t = LLVMGetElementType(t);
            if (ir_const_int(ix, &c)) {
                fixed += c * (int64_t)LLVMABISizeOfType(cg.td, t);
                continue;
            }
            r = lower_op2(
                l, TW_OP_int_mul, TW_BANK_I, lower_value(l, ix),
                jasm_const_i(l->a, (int64_t)LLVMABISizeOfType(cg.td, t)));
            off = lower_op2(l, TW_OP_int_add, TW_BANK_I, off, r);
        }
        if (fixed)
            off = lower_op2(l, TW_OP_int_add, TW_BANK_I, off,
                            jasm_const_i(l->a, fixed));
        EMIT(l->a, TW_OP_ptr_add, base, off, lower_result(l, i));
        return;
    }
    if (!a.index && !a.offset)
        lower_alias(l, i, lower_value(l, a.root));
    else
        make_pointer(l, &a, lower_result(l, i));
}

/* ---------------------------------------------------------------- access */

/* The pointer was itself loaded from a field whose items never change? */
static int items_immutable(LLVMValueRef root)
{
    return ir_op(root) == LLVMLoad && alias_of(root)->items_immutable;
}

struct place {
    uint32_t descr;
    jreg base, index; /* index JNONE: a field */
};

static struct place find_place(struct lower *l, LLVMValueRef i,
                               LLVMValueRef ptr, LLVMTypeRef t)
{
    struct address a = resolve(ptr);
    struct access *acc = alias_of(i);
    char type = "irf"[lower_bank(t)];
    unsigned size = (unsigned)LLVMStoreSizeOfType(cg.td, t), flags = 0;
    struct place p;

    p.base = lower_value(l, a.root);
    if (a.index) {
        if (items_immutable(a.root))
            flags |= TW_F_IMMUTABLE;
        p.descr = descr_array(acc, type, size, flags, a.offset, a.stride);
        p.index = lower_value(l, a.index);
    } else if (acc->is_array && acc->stride &&
               a.offset >= (int64_t)acc->offset &&
               (a.offset - acc->offset) % acc->stride == 0) {
        p.descr = descr_array(acc, type, size, 0, acc->offset, acc->stride);
        p.index = jasm_const_i(l->a, (a.offset - acc->offset) / acc->stride);
    } else if (!acc->tag && a.offset % size == 0 &&
               !(ir_op(i) == LLVMLoad && LLVMGetVolatile(i))) {
        if (items_immutable(a.root))
            flags |= TW_F_IMMUTABLE;
        p.descr = descr_array(acc, type, size, flags, 0, size);
        p.index = jasm_const_i(l->a, a.offset / size);
    } else {
        if (ir_op(i) == LLVMLoad && LLVMGetVolatile(i))
            flags |= TW_F_VOLATILE;
        p.descr = descr_field(acc, type, size, flags, a.offset);
        p.index = JNONE;
    }
    return p;
}

static jreg load_place(struct lower *l, struct place *p, struct access *acc,
                       int bank, jreg into)
{
    int vable = acc->vinfo != NULL && acc->vable_index >= 0;

    if (into == JNONE)
        into = jasm_reg(l->a, bank);
    if (acc->flags & TW_F_QUASI) {
        jasm_live(l->a);
        EMIT(l->a, TW_JOP_record_quasiimmut, p->base, p->descr);
    }
    if (vable)
        jasm_live(l->a);
    if (p->index == JNONE)
        EMIT(l->a,
             (unsigned)((vable ? (int)TW_JOP_getfield_vable_i
                               : (int)TW_OP_getfield_i) +
                        bank),
             p->base, p->descr, into);
    else
        EMIT(l->a,
             (unsigned)((vable ? (int)TW_JOP_getarrayitem_vable_i
                               : (int)TW_OP_getarrayitem_i) +
                        bank),
             p->base, p->index, p->descr, into);
    return into;
}

static void store_place(struct lower *l, struct place *p, struct access *acc,
                        int bank, jreg v)
{
    int vable = acc->vinfo != NULL && acc->vable_index >= 0;

    if (acc->flags & TW_F_QUASI) {
        jasm_live(l->a);
        EMIT(l->a, TW_JOP_force_quasiimmut, p->base, p->descr);
    }
    if (vable)
        jasm_live(l->a);
    if (p->index == JNONE)
        EMIT(l->a,
             (unsigned)((vable ? (int)TW_JOP_setfield_vable_i
                               : (int)TW_OP_setfield_i) +
                        bank),
             p->base, v, p->descr);
    else
        EMIT(l->a,
             (unsigned)((vable ? (int)TW_JOP_setarrayitem_vable_i
                               : (int)TW_OP_setarrayitem_i) +
                        bank),
             p->base, p->index, v, p->descr);
}

static void lower_load(struct lower *l, LLVMValueRef i)
{
    LLVMTypeRef t = LLVMTypeOf(i);
    LLVMValueRef ptr = LLVMGetOperand(i, 0);

    if (lower_is_aggregate(t)) {
        struct leaves lv;
        struct address a = resolve(ptr);
        jreg r[MAX_LEAVES], base = make_pointer(l, &a, JNONE);

        lower_leaves(t, &lv);
        for (unsigned k = 0; k < lv.n; k++) {
            unsigned size = (unsigned)LLVMStoreSizeOfType(cg.td, lv.type[k]);
            int bank = lower_bank(lv.type[k]);
            struct place p = {descr_field(alias_any(), "irf"[bank], size, 0,
                                          (int64_t)lv.offset[k]),
                              base, JNONE};

            r[k] = load_place(l, &p, alias_any(), bank, JNONE);
        }
        lower_set_agg(l, i, r, lv.n);
        return;
    }
    {
        struct place p = find_place(l, i, ptr, t);
        int bank = lower_bank(t);

        load_place(l, &p, alias_of(i), bank, lower_result(l, i));
        if (bank == TW_BANK_I && LLVMGetIntTypeWidth(t) % 8) {
            /* Not whole bytes: what is above the value in memory is not its. */
            jreg r =
                lower_canonical(l, lower_result(l, i), LLVMGetIntTypeWidth(t));

            jasm_move(l->a, TW_BANK_I, lower_result(l, i), r);
        }
    }
}

static void lower_store(struct lower *l, LLVMValueRef i)
{
    LLVMValueRef v = LLVMGetOperand(i, 0), ptr = LLVMGetOperand(i, 1);
    LLVMTypeRef t = LLVMTypeOf(v);

    if (lower_is_aggregate(t)) {
        struct leaves lv;
        struct address a = resolve(ptr);
        jreg *r = lower_agg(l, v), base = make_pointer(l, &a, JNONE);

        lower_leaves(t, &lv);
        for (unsigned k = 0; k < lv.n; k++) {
            unsigned size = (unsigned)LLVMStoreSizeOfType(cg.td, lv.type[k]);
            int bank = lower_bank(lv.type[k]);
            struct place p = {descr_field(alias_any(), "irf"[bank], size, 0,
                                          (int64_t)lv.offset[k]),
                              base, JNONE};

            store_place(l, &p, alias_any(), bank, r[k]);
        }
        return;
    }
    {
        struct place p = find_place(l, i, ptr, t);
        int bank = lower_bank(t);
        jreg r = lower_value(l, v);

        if (bank == TW_BANK_I && LLVMGetIntTypeWidth(t) % 8)
            r = lower_zext(l, r, LLVMGetIntTypeWidth(t));
        store_place(l, &p, alias_of(i), bank, r);
    }
}

/* ---------------------------------------------------------------- results */

/* A function that returns a struct writes it through a hidden pointer: as if
 * into fields of a struct that nobody else has. */
struct access *lower_result_access(uint64_t offset)
{
    return alias_find("struct result", (uint32_t)offset);
}

void lower_store_leaf(struct lower *l, jreg base, LLVMTypeRef t,
                      uint64_t offset, jreg v)
{
    int bank = lower_bank(t);
    struct access *a = lower_result_access(offset);
    struct place p = {descr_field(a, "irf"[bank],
                                  (unsigned)LLVMStoreSizeOfType(cg.td, t), 0,
                                  (int64_t)offset),
                      base, JNONE};

    if (bank == TW_BANK_I && LLVMGetIntTypeWidth(t) % 8)
        v = lower_zext(l, v, LLVMGetIntTypeWidth(t));
    store_place(l, &p, a, bank, v);
}

jreg lower_load_leaf(struct lower *l, jreg base, LLVMTypeRef t, uint64_t offset)
{
    int bank = lower_bank(t);
    struct access *a = lower_result_access(offset);
    struct place p = {descr_field(a, "irf"[bank],
                                  (unsigned)LLVMStoreSizeOfType(cg.td, t), 0,
                                  (int64_t)offset),
                      base, JNONE};
    jreg r = load_place(l, &p, a, bank, JNONE);

    return bank == TW_BANK_I && LLVMGetIntTypeWidth(t) % 8
               ? lower_canonical(l, r, LLVMGetIntTypeWidth(t))
               : r;
}

/* ---------------------------------------------------------------- locals */

jreg lower_new_local(struct lower *l, uint64_t size, jreg into)
{
    if (into == JNONE)
        into = jasm_reg(l->a, TW_BANK_R);
    EMIT(l->a, TW_OP_new, descr_size_of_local(size ? size : 1), into);
    return into;
}

static uint64_t alloca_size(LLVMValueRef v)
{
    int64_t n = 1;

    ir_const_int(LLVMGetOperand(v, 0), &n);
    return (uint64_t)n * LLVMABISizeOfType(cg.td, LLVMGetAllocatedType(v));
}

/* In a portal, which jitcode enters at its merge point only, a local is born
 * where its lifetime starts; elsewhere at the function's entry. */
static void lower_alloca(struct lower *l, LLVMValueRef i)
{
    if (!l->fn->portal_of)
        lower_new_local(l, alloca_size(i), lower_result(l, i));
}

static LLVMValueRef pointer_arg(LLVMValueRef call, unsigned k)
{
    return LLVMGetOperand(call, k);
}

int lower_mem_intrinsic(struct lower *l, LLVMValueRef call)
{
    const char *n = ir_callee_name(call) + 5;
    unsigned op;

    if (ir_starts(n, "lifetime.start")) {
        LLVMValueRef v = LLVMGetOperand(call, 1);

        if (l->fn->portal_of && ir_op(v) == LLVMAlloca)
            lower_new_local(l, alloca_size(v), lower_result(l, v));
        return 1;
    }
    if (ir_starts(n, "memcpy."))
        op = TW_OP_mem_copy;
    else if (ir_starts(n, "memmove."))
        op = TW_OP_mem_move;
    else if (ir_starts(n, "memset."))
        op = TW_OP_mem_set;
    else
        return 0;
    {
        LLVMValueRef size = LLVMGetOperand(call, 2);
        jreg dst = lower_value(l, pointer_arg(call, 0));
        jreg src = lower_value(l, LLVMGetOperand(call, 1));
        jreg bytes = lower_zext(l, lower_value(l, size),
                                LLVMGetIntTypeWidth(LLVMTypeOf(size)));

        EMIT(l->a, op, dst, src, bytes);
    }
    return 1;
}

int lower_memory(struct lower *l, LLVMValueRef i)
{
    switch (ir_op(i)) {
    case LLVMGetElementPtr:
        lower_gep(l, i);
        return 1;
    case LLVMLoad:
        lower_load(l, i);
        return 1;
    case LLVMStore:
        lower_store(l, i);
        return 1;
    case LLVMAlloca:
        lower_alloca(l, i);
        return 1;
    default:
        return 0;
    }
}

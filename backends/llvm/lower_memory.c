/*
 * lower_memory.c: loads, stores and allocation, with all that descriptors say
 * about them. Neighbours: alias.c (metadata), lower_guard.c (class loads).
 *
 * What LLVM is told, and what not: alias classes; that immutable fields do not
 * change (unless the trace allocates: then initialising stores stand in it, and
 * a load might be moved before them). Loads are never marked as safe to do early: what stands
 * behind a guard may only be read once the guard has held.
 */
#include "backends/llvm/lower.h"
#include "toolkit/exit/force.h"

#include <string.h>

static LLVMTypeRef memory_type(const struct lower *l, char type, int size)
{
    if (type == 'r')
        return l->ty->ptr;
    if (type == 'f')
        return size == 4 ? l->ty->f32 : l->ty->f64;
    return size == 1   ? l->ty->i8
           : size == 2 ? l->ty->i16
           : size == 4 ? l->ty->i32
                       : l->ty->i64;
}

/* From memory's type to the canonical value, and back. */
static LLVMValueRef widen(struct lower *l, LLVMValueRef x, char type, int size,
                          int flags)
{
    if (type == 'f' && size == 4)
        return LLVMBuildFPExt(l->b, x, l->ty->f64, "");
    if (type != 'i' || size == 8)
        return x;
    if (flags & TW_F_BOOL)
        return LLVMBuildZExt(l->b, x, l->ty->i64, "");
    return LLVMBuildSExt(l->b, x, l->ty->i64, "");
}

static LLVMValueRef narrow(struct lower *l, LLVMValueRef x, char type, int size)
{
    if (type == 'f' && size == 4)
        return LLVMBuildFPTrunc(l->b, x, l->ty->f32, "");
    if (type != 'i' || size == 8)
        return x;
    return LLVMBuildTrunc(l->b, x, memory_type(l, type, size), "");
}

/* Raw accesses (alias class "any") may be unaligned. */
static unsigned alignment(int size, const struct tw_alias *alias)
{
    return alias->width == TW_ALIAS_ANY ? 1 : (unsigned)size;
}

static LLVMValueRef load(struct lower *l, LLVMValueRef address, char type,
                         int size, int flags, const struct tw_alias *alias)
{
    LLVMValueRef x =
        LLVMBuildLoad2(l->b, memory_type(l, type, size), address, "");

    LLVMSetAlignment(x, alignment(size, alias));
    if (flags & TW_F_VOLATILE) {
        LLVMSetVolatile(x, 1);
    } else if (l->tier == 2) {
        alias_program(l->e, x, alias);
        if ((flags & (TW_F_IMMUTABLE | TW_F_CLASS)) && !l->allocates)
            alias_invariant(l->e, x);
    }
    return widen(l, x, type, size, flags);
}

static void store(struct lower *l, LLVMValueRef address, LLVMValueRef x,
                  char type, int size, const struct tw_alias *alias)
{
    LLVMValueRef st = LLVMBuildStore(l->b, narrow(l, x, type, size), address);

    LLVMSetAlignment(st, alignment(size, alias));
    if (l->tier == 2)
        alias_program(l->e, st, alias);
}

static LLVMValueRef offset_from(struct lower *l, LLVMValueRef p, int64_t offset)
{
    LLVMValueRef index = const_i(l, offset);

    return offset == 0 ? p : LLVMBuildGEP2(l->b, l->ty->i8, p, &index, 1, "");
}

LLVMValueRef load_field(struct lower *l, tw_vref base,
                        const struct tw_fielddescr *d)
{
    LLVMValueRef address = offset_from(l, value_get(l, base), d->offset);

    return load(l, address, d->type, d->size, d->flags, &d->alias);
}

/* p + base + index * stride, written so that the target's addressing modes
 * match: the index scaled by the type's size where it can be. */
static LLVMValueRef item_address(struct lower *l, const struct tw_arraydescr *d)
{
    LLVMValueRef p = arg(l, 0), index;
    LLVMTypeRef unit = l->ty->i8;
    tw_vref at = operand(l, 1);

    if (tw_is_const(at))
        return offset_from(
            l, p,
            (int64_t)((uint64_t)tw_const_of(l->part->t, at)->v.i *
                          (uint64_t)d->stride +
                      (uint64_t)d->base));
    value_anchor(l, operand(l, 0));
    p = offset_from(l, p, d->base);
    index = arg(l, 1);
    if (d->stride == 2 || d->stride == 4 || d->stride == 8)
        unit = memory_type(l, 'i', d->stride);
    else if (d->stride != 1)
        index = LLVMBuildMul(l->b, index, const_i(l, d->stride), "");
    return LLVMBuildGEP2(l->b, unit, p, &index, 1, "");
}

static void memory_call(struct lower *l, const void *fn, LLVMTypeRef middle)
{
    LLVMTypeRef params[3] = {l->ty->ptr, middle, l->ty->word};
    LLVMValueRef args[3] = {arg(l, 0), arg(l, 1), arg(l, 2)};

    if (middle != l->ty->ptr)
        args[1] = LLVMBuildTrunc(l->b, args[1], middle, "");
    if (l->ty->word != l->ty->i64)
        args[2] = LLVMBuildTrunc(l->b, args[2], l->ty->word, "");
    call_address(l, LLVMFunctionType(l->ty->ptr, params, 3, 0), fn, args, 3);
}

static LLVMValueRef new_by_call(struct lower *l, const struct tw_sizedescr *d)
{
    LLVMValueRef descr = const_address(l, d), p;

    p = call_address(l, LLVMFunctionType(l->ty->ptr, &l->ty->ptr, 1, 0),
                     (const void *)(uintptr_t)l->hooks->new_object, &descr, 1);
    LLVMAddCallSiteAttribute(p, LLVMAttributeReturnIndex, l->e->noalias);
    return p;
}

/* Tier 2 takes objects off the collector's free lists without a call. */
static LLVMValueRef new_object(struct lower *l, const struct tw_sizedescr *d)
{
    void **list =
        l->tier == 2 && l->hooks->free_list ? l->hooks->free_list(d) : NULL;
    LLVMValueRef head, first, next, made[2], phi;
    LLVMBasicBlockRef from[2], slow, fast, done;

    if (!list)
        return new_by_call(l, d);
    fast = hot_block(l);
    slow = cold_block(l);
    done = hot_block(l);
    head = const_address(l, list);
    first = load_runtime(l, l->ty->ptr, head);
    branch_likely(
        l->e,
        LLVMBuildCondBr(l->b, LLVMBuildIsNull(l->b, first, ""), slow, fast), 0);
    LLVMPositionBuilderAtEnd(l->b, fast);
    next = LLVMBuildLoad2(l->b, l->ty->ptr, first, "");
    store_runtime(l, next, head);
    if (d->gctype->flags & TW_GC_ATOMIC)
        LLVMBuildMemSet(
            l->b, first, LLVMConstNull(l->ty->i8),
            LLVMConstInt(l->ty->i64, (d->gctype->size + 15u) & ~15u, 0), 16);
    else
        LLVMBuildStore(l->b, LLVMConstNull(l->ty->ptr), first);
    LLVMBuildBr(l->b, done);
    LLVMPositionBuilderAtEnd(l->b, slow);
    made[1] = new_by_call(l, d);
    LLVMBuildBr(l->b, done);
    LLVMPositionBuilderAtEnd(l->b, done);
    phi = LLVMBuildPhi(l->b, l->ty->ptr, "");
    made[0] = first;
    from[0] = fast;
    from[1] = slow;
    LLVMAddIncoming(phi, made, from, 2);
    return phi;
}

static LLVMValueRef new_var(struct lower *l, const struct tw_sizedescr *d)
{
    LLVMTypeRef params[2] = {l->ty->ptr, l->ty->i64};
    LLVMValueRef args[2] = {const_address(l, d), arg(l, 0)}, p;

    p = call_address(l, LLVMFunctionType(l->ty->ptr, params, 2, 0),
                     (const void *)(uintptr_t)l->hooks->new_var, args, 2);
    LLVMAddCallSiteAttribute(p, LLVMAttributeReturnIndex, l->e->noalias);
    return p;
}

/* With the real object at hand the reference is born forced; without (it is
 * virtual, the operand is NULL) the token leads to it. */
static void virtual_ref(struct lower *l)
{
    static const struct tw_gctype type = {
        .name = "virtual_ref", .size = sizeof(struct tw_virtual_ref)};
    static const struct tw_sizedescr d = {.dkind = TW_DK_SIZE,
                                          .gctype = &type,
                                          .size = sizeof(struct tw_virtual_ref),
                                          .name = "virtual_ref"};
    LLVMValueRef v = new_object(l, &d);

    if (LLVMIsNull(arg(l, 0)))
        LLVMBuildStore(
            l->b, arg(l, 1),
            offset_from(l, v, offsetof(struct tw_virtual_ref, token)));
    else
        LLVMBuildStore(
            l->b, arg(l, 0),
            offset_from(l, v, offsetof(struct tw_virtual_ref, forced)));
    set_result(l, offset_from(l, v, 1));
}

static void virtual_ref_ended(void *handle, void *real)
{
    if (TW_IS_VREF(handle)) {
        TW_VREF_OF(handle)->token = NULL;
        if (real) /* else it stays what it is, known or not */
            TW_VREF_OF(handle)->forced = real;
    }
}

static void virtual_ref_finish(struct lower *l)
{
    LLVMTypeRef params[2] = {l->ty->ptr, l->ty->ptr};
    LLVMValueRef args[2] = {arg(l, 0), arg(l, 1)};

    call_address(l, LLVMFunctionType(l->ty->none, params, 2, 0),
                 (const void *)(uintptr_t)virtual_ref_ended, args, 2);
}

int lower_memory(struct lower *l)
{
    const struct tw_fielddescr *fd = l->op->descr;
    const struct tw_arraydescr *ad = l->op->descr;

    switch (l->op->opnum) {
    case TW_OP_getfield_i:
    case TW_OP_getfield_r:
    case TW_OP_getfield_f:
        set_result(l, load_field(l, operand(l, 0), fd));
        return 1;
    case TW_OP_setfield_i:
    case TW_OP_setfield_r:
    case TW_OP_setfield_f:
        store(l, offset_from(l, arg(l, 0), fd->offset), arg(l, 1), fd->type,
              fd->size, &fd->alias);
        return 1;
    case TW_OP_getarrayitem_i:
    case TW_OP_getarrayitem_r:
    case TW_OP_getarrayitem_f:
    case TW_OP_raw_load_i:
    case TW_OP_raw_load_r:
    case TW_OP_raw_load_f:
        set_result(l, load(l, item_address(l, ad), ad->type, ad->size,
                           ad->flags, &ad->alias));
        return 1;
    case TW_OP_setarrayitem_i:
    case TW_OP_setarrayitem_r:
    case TW_OP_setarrayitem_f:
    case TW_OP_raw_store_i:
    case TW_OP_raw_store_r:
    case TW_OP_raw_store_f:
        store(l, item_address(l, ad), arg(l, 2), ad->type, ad->size,
              &ad->alias);
        return 1;
    case TW_OP_mem_copy:
    case TW_OP_mem_move:
        memory_call(l, (const void *)(uintptr_t)memmove, l->ty->ptr);
        return 1;
    case TW_OP_mem_set:
        memory_call(l, (const void *)(uintptr_t)memset, l->ty->i32);
        return 1;
    case TW_OP_new:
        set_result(l, new_object(l, l->op->descr));
        return 1;
    case TW_OP_new_var:
        set_result(l, new_var(l, l->op->descr));
        return 1;
    case TW_OP_virtual_ref:
        virtual_ref(l);
        return 1;
    case TW_OP_virtual_ref_finish:
        virtual_ref_finish(l);
        return 1;
    default:
        return 0;
    }
}

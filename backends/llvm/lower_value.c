/*
 * lower_value.c: trace values as LLVM values. Neighbours: all of lower*.c.
 */
#include "backends/llvm/lower.h"

static const LLVMValueRef none;

LLVMTypeRef value_type(const struct lower *l, char kind)
{
    return kind == 'i'   ? l->ty->i64
           : kind == 'r' ? l->ty->ptr
           : kind == 'f' ? l->ty->f64
                         : l->ty->none;
}

LLVMValueRef const_i(const struct lower *l, int64_t n)
{
    return LLVMConstInt(l->ty->i64, (unsigned long long)n, 1);
}

LLVMValueRef const_address(const struct lower *l, const void *p)
{
    if (!p)
        return LLVMConstNull(l->ty->ptr);
    return LLVMConstIntToPtr(LLVMConstInt(l->ty->word, (uintptr_t)p, 0),
                             l->ty->ptr);
}

static LLVMValueRef constant(const struct lower *l, tw_vref v)
{
    const struct tw_const *c = tw_const_of(l->part->t, v);

    if (c->type == 'i')
        return const_i(l, c->v.i);
    if (c->type == 'r')
        return const_address(l, c->v.r);
    /* by bits, which a NaN made from a double would not keep */
    return LLVMConstBitCast(const_i(l, c->v.i), l->ty->f64);
}

static LLVMValueRef at_offset(struct lower *l, LLVMValueRef p, uint64_t offset)
{
    LLVMValueRef index = LLVMConstInt(l->ty->i64, offset, 0);

    if (offset == 0)
        return p;
    return LLVMBuildInBoundsGEP2(l->b, l->ty->i8, p, &index, 1, "");
}

LLVMValueRef slot_address(struct lower *l, unsigned slot)
{
    return at_offset(l, l->slots, slot * sizeof(union tw_value));
}

LLVMValueRef frame_field(struct lower *l, size_t offset)
{
    return at_offset(l, l->frame, offset);
}

LLVMValueRef load_runtime(struct lower *l, LLVMTypeRef type,
                          LLVMValueRef address)
{
    LLVMValueRef x = LLVMBuildLoad2(l->b, type, address, "");

    if (l->tier == 2)
        alias_runtime(l->e, x);
    return x;
}

void store_runtime(struct lower *l, LLVMValueRef x, LLVMValueRef address)
{
    LLVMValueRef store = LLVMBuildStore(l->b, x, address);

    if (l->tier == 2)
        alias_runtime(l->e, store);
}

LLVMValueRef load_slot(struct lower *l, unsigned slot, char kind)
{
    return load_runtime(l, value_type(l, kind), slot_address(l, slot));
}

void store_slot(struct lower *l, unsigned slot, LLVMValueRef x)
{
    store_runtime(l, x, slot_address(l, slot));
}

/* Known at this place without doing anything? */
static struct lvalue *known(struct lower *l, tw_vref v)
{
    struct lvalue *x = &l->part->vals[v];

    if (l->tier == 1 && x->seg != l->seg) {
        x->v = x->bit = none;
        x->seg = l->seg;
    }
    return x;
}

LLVMValueRef value_peek(struct lower *l, tw_vref v)
{
    struct lvalue *x;

    if (v < 0)
        return constant(l, v);
    x = known(l, v);
    if (x->v)
        return x->v;
    if (x->bit)
        return LLVMBuildZExt(l->b, x->bit, l->ty->i64, "");
    if (x->home >= 0)
        return load_slot(l, (unsigned)x->home, tw_type_of(l->part->t, v));
    lower_fail(l, "value %d is used where it is not defined", (int)v);
    return LLVMGetUndef(value_type(l, tw_type_of(l->part->t, v)));
}

LLVMValueRef value_get(struct lower *l, tw_vref v)
{
    LLVMValueRef x = value_peek(l, v);

    if (v >= 0)
        l->part->vals[v].v = x;
    return x;
}

LLVMValueRef value_bit(struct lower *l, tw_vref v)
{
    if (v >= 0 && known(l, v)->bit)
        return l->part->vals[v].bit;
    return LLVMBuildICmp(l->b, LLVMIntNE, value_get(l, v), const_i(l, 0), "");
}

/* In tier 1 an address is computed where it is used. In tier 2 a slot of the
 * frame holds v from here on; each value has its own. Constant offsets need
 * nothing: interior pointers are references too. */
void value_anchor(struct lower *l, tw_vref v)
{
    LLVMValueRef x;

    if (l->tier == 1 || !l->collects || v < 0)
        return;
    x = value_get(l, v);
    if (l->part->vals[v].anchored)
        return;
    l->part->vals[v].anchored = 1;
    store_slot(l, l->unit->code.nslots++, x);
}

void value_set(struct lower *l, tw_vref v, LLVMValueRef x)
{
    struct lvalue *val = known(l, v);

    val->v = x;
    val->bit = none;
    val->anchored = 0;
    if (val->home >= 0)
        store_slot(l, (unsigned)val->home, x);
}

void value_set_bit(struct lower *l, tw_vref v, LLVMValueRef bit)
{
    struct lvalue *val = known(l, v);

    val->v = none;
    val->bit = bit;
    if (val->home >= 0) {
        val->v = LLVMBuildZExt(l->b, bit, l->ty->i64, "");
        store_slot(l, (unsigned)val->home, val->v);
    }
}

void set_result(struct lower *l, LLVMValueRef x)
{
    value_set(l, tw_value_of_op(l->part->t, l->k), x);
}

void set_result_bit(struct lower *l, LLVMValueRef bit)
{
    value_set_bit(l, tw_value_of_op(l->part->t, l->k), bit);
}

LLVMBasicBlockRef hot_block(struct lower *l)
{
    return LLVMInsertBasicBlockInContext(l->c, l->exit, "");
}

LLVMBasicBlockRef cold_block(struct lower *l)
{
    return LLVMAppendBasicBlockInContext(l->c, l->f, "");
}

LLVMValueRef call_address(struct lower *l, LLVMTypeRef type, const void *fn,
                          LLVMValueRef *args, unsigned nargs)
{
    LLVMValueRef call =
        LLVMBuildCall2(l->b, type, const_address(l, fn), args, nargs, "");

    LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex, l->e->nounwind);
    return call;
}

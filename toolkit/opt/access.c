/*
 * access.c: one form for one memory access, so that the passes that follow memory (virtualize,
 * heap)
 * see fields only, but for variable indices.
 */
#include "toolkit/opt/optimizer.h"

enum { FARTHEST = 1 << 30 };

static int near(int64_t offset)
{
    return offset > -FARTHEST && offset < FARTHEST;
}

/* Array and raw operations stand in the order i r f, as the field operations do. */
static unsigned as_field_op(unsigned opnum)
{
    if (opnum >= TW_OP_raw_load_i)
        opnum -= TW_OP_raw_load_i - TW_OP_getarrayitem_i;
    return opnum - TW_OP_getarrayitem_i + TW_OP_getfield_i;
}

void access_simplify(struct optimizer *o, struct cur *op)
{
    int64_t index, offset;

    if (op->opnum >= TW_OP_getarrayitem_i && op->opnum <= TW_OP_raw_store_f) {
        const struct tw_arraydescr *a = op->descr;
        if (!opt_is_ci(o, op->args[1], &index) || !near(index) ||
            !near(a->base + index * a->stride))
            return;
        op->descr = tw_descr_item_as_field(a, index);
        op->opnum = (uint16_t)as_field_op(op->opnum);
        op->nargs--;
        op->args[1] = op->args[2];
    }
    if (op->opnum >= TW_OP_getfield_i && op->opnum <= TW_OP_setfield_f) {
        const struct tw_fielddescr *d = op->descr;
        tw_vref base = opt_base(o, op->args[0], &offset);
        if (base != op->args[0] && near(offset) && near(offset + d->offset)) {
            op->args[0] = base;
            op->descr = tw_descr_field_at(d, (int32_t)(d->offset + offset));
        }
    }
}

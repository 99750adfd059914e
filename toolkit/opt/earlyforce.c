/*
 * earlyforce.c: virtuals that an operation is about to give away are made before the heap pass
 * looks at the operation.
 *
 * Contract: afterwards no operand is virtual, but for the value of a store (which may wait, see
 *   heap.c) and the operands of guards.
 * Why: heap.c forgets what a call may change; an object made only when the call is emitted would
 *   come too late for that.
 * Assumes: virtualize has run. Invalidates: nothing.
 */
#include "toolkit/opt/optimizer.h"

tw_vref pass_earlyforce(struct optimizer *o, struct cur *op)
{
    int store = op->opnum >= TW_OP_setfield_i && op->opnum <= TW_OP_setfield_f;

    for (unsigned k = 0; k < (store ? 1u : op->nargs); k++)
        op->args[k] = opt_force(o, op->args[k]);
    return opt_next(o, PASS_earlyforce, op);
}

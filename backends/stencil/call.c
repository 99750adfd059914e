/*
 * call.c: residual calls of tier 1, calls of other loops, conditional calls.
 * Arguments that C functions take in registers are put there one by one; signatures that need more
 * go through their descriptor's stub.
 */
#include "backends/stencil/compile.h"
#include "toolkit/exit/force.h"

#include <string.h>

enum { MOST_INTS = 6, MOST_FLOATS = 3 };

static void int_argument(struct compiler *c, unsigned n, tw_vref v)
{
    static const uint16_t s[] = {ST_arg0_s, ST_arg1_s, ST_arg2_s,
                                 ST_arg3_s, ST_arg4_s, ST_arg5_s};
    static const uint16_t w[] = {ST_arg0_w, ST_arg1_w, ST_arg2_w,
                                 ST_arg3_w, ST_arg4_w, ST_arg5_w};
    static const uint16_t a[] = {ST_arg0_a, ST_arg1_a, ST_arg2_a,
                                 ST_arg3_a, ST_arg4_a, ST_arg5_a};

    if (is_word(v))
        emit_word(c, w[n], word_of(c, v));
    else if (v == c->acc)
        asm_emit(&c->a, a[n], (struct holes){0});
    else
        asm_emit(&c->a, s[n], (struct holes){.slot_a = home_of(c, v)});
}

static void float_argument(struct compiler *c, unsigned n, tw_vref v)
{
    static const uint16_t s[] = {ST_farg0_s, ST_farg1_s, ST_farg2_s};
    static const uint16_t w[] = {ST_farg0_w, ST_farg1_w, ST_farg2_w};

    c->d0 = TW_NOVALUE;
    if (is_word(v))
        emit_word(c, w[n], word_of(c, v));
    else
        asm_emit(&c->a, s[n], (struct holes){.slot_a = home_of(c, v)});
}

static void call_now(struct compiler *c, tw_vref fn, const void *address,
                     char result)
{
    static const struct {
        char abi;
        uint16_t w, s;
    } calls[] = {
        {'v', ST_call_v_w, ST_call_v_s}, {'l', ST_call_l_w, ST_call_l_s},
        {'p', ST_call_l_w, ST_call_l_s}, {'i', ST_call_i_w, ST_call_i_s},
        {'u', ST_call_i_w, ST_call_i_s}, {'h', ST_call_h_w, ST_call_h_s},
        {'H', ST_call_h_w, ST_call_h_s}, {'b', ST_call_b_w, ST_call_b_s},
        {'B', ST_call_b_w, ST_call_b_s}, {'z', ST_call_z_w, ST_call_z_s},
        {'d', ST_call_d_w, ST_call_d_s}, {'f', ST_call_f_w, ST_call_f_s},
    };

    for (unsigned k = 0; k < sizeof calls / sizeof *calls; k++) {
        if (calls[k].abi != result)
            continue;
        if (address)
            emit_word(c, calls[k].w, (int64_t)(uintptr_t)address);
        else
            asm_emit(&c->a, calls[k].s,
                     (struct holes){.slot_a = home_of(c, fn)});
    }
    c->acc = c->d0 = TW_NOVALUE;
}

void call_helper(struct compiler *c, const void *fn, const tw_vref *v,
                 unsigned n, char result)
{
    unsigned ints = 0, floats = 0;

    for (unsigned k = 0; k < n; k++)
        if (tw_type_of(c->t, v[k]) == 'f')
            float_argument(c, floats++, v[k]);
        else
            int_argument(c, ints++, v[k]);
    call_now(c, TW_NOVALUE, fn, result);
}

/* ---------------------------------------------------------------- any signature */

/* Values into slots beside each other. */
static void into_slots(struct compiler *c, const tw_vref *v, unsigned n,
                       int32_t first)
{
    struct move m[n + 1];

    for (unsigned k = 0; k < n; k++)
        m[k] = move_to(c, v[k], first + (int32_t)k);
    moves(c, m, n);
}

static const void *function_address(struct compiler *c, tw_vref fn)
{
    return is_word(fn) ? (const void *)(uintptr_t)word_of(c, fn) : NULL;
}

/* Arguments and result in memory. */
static void call_stub(struct compiler *c, const struct tw_calldescr *d,
                      unsigned first)
{
    const tw_vref *v = c->t->args + c->op->args + first;
    int32_t result = temp(c, 0);

    if (!d->stub) {
        stencil_fail(c, "a call with neither ABI nor stub");
        return;
    }
    for (unsigned k = 0; k < d->nargs; k++)
        (void)temp(c, k + 1);
    into_slots(c, v + 1, d->nargs, result + 1);
    int_argument(c, 0, v[0]);
    asm_emit(&c->a, ST_arg1_address, (struct holes){.slot_a = result + 1});
    asm_emit(&c->a, ST_arg2_address, (struct holes){.slot_a = result});
    call_now(c, TW_NOVALUE, (const void *)(uintptr_t)d->stub, 'v');
    if (d->result == 'f')
        asm_emit(&c->a, ST_fload_s, (struct holes){.slot_a = result});
    else if (d->result != 'v')
        asm_emit(&c->a, ST_load_s, (struct holes){.slot_a = result});
}

static int in_registers(const struct tw_calldescr *d)
{
    unsigned ints = 0, floats = 0;

    if (!d->abi_args || !d->abi_result ||
        !strchr("vlpiuhHbBzdf", d->abi_result))
        return 0;
    for (unsigned k = 0; k < d->nargs; k++) {
        if (d->abi_args[k] == 'd')
            floats++;
        else if (strchr("lpiuhHbBz", d->abi_args[k]))
            ints++;
        else
            return 0;
    }
    return ints <= MOST_INTS && floats <= MOST_FLOATS;
}

/* Function: operand `first`; its arguments follow. The result is in acc or d0. */
static void call_function(struct compiler *c, unsigned first)
{
    const struct tw_calldescr *d = c->op->descr;
    const tw_vref *v = c->t->args + c->op->args + first;
    unsigned ints = 0, floats = 0;

    if (d->nargs != c->op->nargs - first - 1u) {
        stencil_fail(c,
                     "a call whose descriptor has another number of arguments");
        return;
    }
    if (!in_registers(d)) {
        call_stub(c, d, first);
        return;
    }
    for (unsigned k = 0; k < d->nargs; k++) {
        char abi = d->abi_args[k];

        if (abi == 'd') {
            float_argument(c, floats++, v[k + 1]);
        } else if (abi == 'H' || abi == 'B') { /* zero-extended by the caller */
            static const uint16_t a[] = {ST_arg0_a, ST_arg1_a, ST_arg2_a,
                                         ST_arg3_a, ST_arg4_a, ST_arg5_a};
            load_acc(c, v[k + 1]);
            c->acc = TW_NOVALUE;
            asm_emit(&c->a, abi == 'H' ? ST_zeroext16 : ST_zeroext8,
                     (struct holes){0});
            asm_emit(&c->a, a[ints++], (struct holes){0});
        } else {
            int_argument(c, ints++, v[k + 1]);
        }
    }
    call_now(c, v[0], function_address(c, v[0]), d->abi_result);
}

static void made_of_call(struct compiler *c)
{
    char result = tw_opinfo[c->op->opnum].result;

    if (result == 'f')
        made_d0(c);
    else if (result != 'v')
        made_acc(c);
}

/* ---------------------------------------------------------------- the others */

/* The result comes back as the integer class of union tw_value. */
static void call_assembler(struct compiler *c)
{
    char result = tw_opinfo[c->op->opnum].result;
    int32_t first = temp(c, 0);

    for (unsigned k = 1; k < c->op->nargs; k++)
        (void)temp(c, k);
    into_slots(c, c->t->args + c->op->args, c->op->nargs, first);
    emit_word(c, ST_arg0_w, (int64_t)(uintptr_t)c->op->descr);
    asm_emit(&c->a, ST_arg1_address, (struct holes){.slot_a = first});
    call_now(c, TW_NOVALUE, (const void *)(uintptr_t)c->hooks->call_assembler,
             'l');
    if (result == 'f')
        made_bits(c);
    else if (result != 'v')
        made_acc(c);
}

/* if (cond) call, and x ? x : call. */
static void conditional_call(struct compiler *c)
{
    int is_value = c->op->opnum != TW_OP_cond_call, after = asm_label(&c->a);

    load_acc(c, operand(c, 0));
    if (is_value)
        made_acc(c);
    emit_other(c, is_value ? ST_guard_false : ST_guard_true, after);
    c->acc = c->d0 = TW_NOVALUE;
    call_function(c, 1);
    if (is_value)
        made_acc(c);
    asm_bind(&c->a, after);
    c->acc = c->d0 = TW_NOVALUE;
}

void stencil_virtual_ref_ended(void *handle, void *real)
{
    if (TW_IS_VREF(handle)) {
        TW_VREF_OF(handle)->token = NULL;
        if (real) /* else it stays what it is, known or not */
            TW_VREF_OF(handle)->forced = real;
    }
}

int compile_call(struct compiler *c)
{
    switch (c->op->opnum) {
    case TW_OP_call_may_force_i:
    case TW_OP_call_may_force_r:
    case TW_OP_call_may_force_f:
    case TW_OP_call_may_force_v:
        force_state(c);
        call_function(c, 0);
        made_of_call(c);
        return 1;
    case TW_OP_call_i:
    case TW_OP_call_r:
    case TW_OP_call_f:
    case TW_OP_call_v:
    case TW_OP_call_pure_i:
    case TW_OP_call_pure_r:
    case TW_OP_call_pure_f:
    case TW_OP_call_loopinvariant_i:
    case TW_OP_call_loopinvariant_r:
    case TW_OP_call_loopinvariant_f:
        call_function(c, 0);
        made_of_call(c);
        return 1;
    case TW_OP_call_assembler_i:
    case TW_OP_call_assembler_r:
    case TW_OP_call_assembler_f:
    case TW_OP_call_assembler_v:
        force_state(c);
        call_assembler(c);
        return 1;
    case TW_OP_cond_call:
    case TW_OP_cond_call_value_i:
    case TW_OP_cond_call_value_r:
        conditional_call(c);
        return 1;
    case TW_OP_keepalive: /* it is in its home until here */
        return 1;
    case TW_OP_force_token:
        asm_emit(&c->a, ST_load_frame, (struct holes){0});
        made_acc(c);
        return 1;
    default:
        return stencil_no_code(c->op->opnum);
    }
}

/*
 * compile.c: tier 1: from a trace to a unit's machine code in one pass. Here: values, moves, guards
 * and their exits, labels, jumps, entries; pure.c, memory.c and call.c have the other operations.
 * Input: an optimized trace; output: the unit, ready to be installed.
 *
 * The code: a C function that goes to an entry; entry 0; the operations; then what is cold: exits,
 * slow paths, the entries of the labels, which move their arguments from the first slots home.
 */
#include "backends/stencil/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stencil_fail(struct compiler *c, const char *what)
{
    if (!c->failed)
        snprintf(c->err, c->errsize, "backends/stencil: %s: %s",
                 tw_opinfo[c->op->opnum].name, what);
    c->failed = 1;
}

/* ---------------------------------------------------------------- values */

int is_word(tw_vref v)
{
    return v < 0;
}

int64_t word_of(const struct compiler *c, tw_vref v)
{
    const struct tw_const *k = tw_const_of(c->t, v);
    int64_t bits = 0;

    memcpy(&bits, &k->v, k->type == 'r' ? sizeof k->v.r : sizeof bits);
    return bits;
}

int32_t home_of(struct compiler *c, tw_vref v)
{
    if (v >= 0 && c->p.home[v] >= 0)
        return c->p.home[v];
    stencil_fail(c, "a value is used where it is not defined");
    return 0;
}

static void need_slots(struct compiler *c, uint32_t n)
{
    if (n > c->u->code.nslots)
        c->u->code.nslots = n;
}

int32_t temp(struct compiler *c, uint32_t n)
{
    if (n >= c->ntemps)
        stencil_fail(c, "more slots for the moment than the survey found");
    return (int32_t)(c->temps + n);
}

void emit_word(struct compiler *c, enum stencil_name name, int64_t word)
{
    asm_emit(&c->a, name, (struct holes){.word = word});
}

void emit_other(struct compiler *c, enum stencil_name name, int other)
{
    asm_emit(&c->a, name, (struct holes){.other = other});
}

void load_acc(struct compiler *c, tw_vref v)
{
    if (is_word(v)) {
        emit_word(c, ST_load_w, word_of(c, v));
        c->acc = TW_NOVALUE;
    } else if (v != c->acc) {
        asm_emit(&c->a, ST_load_s, (struct holes){.slot_a = home_of(c, v)});
        c->acc = v;
    }
}

void load_d0(struct compiler *c, tw_vref v)
{
    if (is_word(v)) {
        emit_word(c, ST_fload_w, word_of(c, v));
        c->d0 = TW_NOVALUE;
    } else if (v != c->d0) {
        asm_emit(&c->a, ST_fload_s, (struct holes){.slot_a = home_of(c, v)});
        c->d0 = v;
    }
}

static int32_t result_home(const struct compiler *c)
{
    return c->p.home[tw_value_of_op(c->t, c->k)];
}

void made_bits(struct compiler *c)
{
    if (result_home(c) >= 0)
        asm_emit(&c->a, ST_store, (struct holes){.slot_a = result_home(c)});
    c->acc = TW_NOVALUE;
}

void made_acc(struct compiler *c)
{
    made_bits(c);
    c->acc = tw_value_of_op(c->t, c->k);
}

void made_d0(struct compiler *c)
{
    if (result_home(c) >= 0)
        asm_emit(&c->a, ST_fstore, (struct holes){.slot_a = result_home(c)});
    c->d0 = tw_value_of_op(c->t, c->k);
}

static void two_operands(struct compiler *c, const uint16_t *five, tw_vref x,
                         tw_vref y, int other, tw_vref *held,
                         void (*load)(struct compiler *, tw_vref))
{
    struct holes h = {.other = other};

    if (y >= 0 && y == *held && x != y) {
        if (is_word(x))
            h.word = word_of(c, x);
        else
            h.slot_a = home_of(c, x);
        asm_emit(&c->a, five[is_word(x) ? OPERANDS_WA : OPERANDS_SA], h);
        return;
    }
    load(c, x);
    if (x == y && !is_word(x)) {
        asm_emit(&c->a, five[OPERANDS_AA], h);
        return;
    }
    if (is_word(y))
        h.word = word_of(c, y);
    else
        h.slot_a = home_of(c, y);
    asm_emit(&c->a, five[is_word(y) ? OPERANDS_AW : OPERANDS_AS], h);
}

void binary(struct compiler *c, const uint16_t *five, tw_vref x, tw_vref y,
            int other)
{
    two_operands(c, five, x, y, other, &c->acc, load_acc);
}

void fbinary(struct compiler *c, const uint16_t *five, tw_vref x, tw_vref y,
             int other)
{
    two_operands(c, five, x, y, other, &c->d0, load_d0);
}

/* ---------------------------------------------------------------- moves */

struct move move_to(struct compiler *c, tw_vref v, int32_t slot)
{
    if (is_word(v))
        return (struct move){NO_SLOT, word_of(c, v), slot};
    return (struct move){home_of(c, v), 0, slot};
}

static void move_now(struct compiler *c, const struct move *m)
{
    asm_emit(
        &c->a, m->from < 0 ? ST_move_sw : ST_move_ss,
        (struct holes){.word = m->word, .slot_a = m->from, .slot_b = m->to});
}

/* Is a slot still to be read by one of the moves? */
static int is_read(const struct move *m, unsigned n, const struct move *but)
{
    for (unsigned k = 0; k < n; k++)
        if (&m[k] != but && m[k].from == but->to)
            return 1;
    return 0;
}

void moves(struct compiler *c, struct move *m, unsigned n)
{
    for (unsigned k = 0; k < n;)
        if (m[k].from == m[k].to)
            m[k] = m[--n];
        else
            k++;
    while (n) {
        unsigned before = n;

        for (unsigned k = 0; k < n;) {
            if (is_read(m, n, &m[k])) {
                k++;
                continue;
            }
            move_now(c, &m[k]);
            m[k] = m[--n];
        }
        if (n == before) { /* circles: break one */
            struct move aside = {m[0].from, 0, (int32_t)c->spare};

            move_now(c, &aside);
            m[0].from = aside.to;
        }
    }
}

/* ---------------------------------------------------------------- exits */

struct cold *add_cold(struct compiler *c, enum cold_kind kind,
                      const struct tw_op *op)
{
    struct cold *x;

    if (c->ncold == c->cold_cap) {
        c->cold_cap = c->cold_cap ? c->cold_cap * 2 : 64;
        c->cold = realloc(c->cold, c->cold_cap * sizeof *c->cold);
    }
    x = &c->cold[c->ncold++];
    *x = (struct cold){.kind = kind, .op = op, .first = TW_NOVALUE};
    x->label = asm_label(&c->a);
    x->back = asm_label(&c->a);
    return x;
}

int exit_label(struct compiler *c, const struct tw_op *guard, tw_vref first)
{
    struct cold *x = add_cold(c, COLD_EXIT, guard);

    x->first = first;
    x->cell = c->u->ncells++;
    c->u->cells[x->cell].guard = guard->guard;
    asm_bind(&c->a, x->back); /* exits do not come back */
    return x->label;
}

/* The failargs of a guard that are not where its locations say. `before`: values from here on are
 * not made yet. */
static void place_failargs(struct compiler *c, const struct tw_op *guard,
                           tw_vref before)
{
    const tw_vref *v = c->t->args + guard->failargs;
    struct move m[guard->nfailargs + 1];
    unsigned n = 0;
    int64_t known;

    for (unsigned k = 0; k < guard->nfailargs; k++) {
        int32_t to = guard->guard->locations[k];

        if (v[k] == TW_NOVALUE || v[k] >= before)
            continue;
        if (stencil_exit_constant(c->t, guard, v[k], &known))
            m[n++] = (struct move){NO_SLOT, known, to};
        else if (is_word(v[k]) || c->p.home[v[k]] != to)
            m[n++] = move_to(c, v[k], to);
    }
    moves(c, m, n);
}

static void cold_exit(struct compiler *c, const struct cold *x)
{
    if (x->first >= 0 && c->p.home[x->first] >= 0)
        asm_emit(&c->a, ST_store,
                 (struct holes){.slot_a = c->p.home[x->first]});
    place_failargs(c, x->op, INT32_MAX);
    emit_word(c, ST_exit, (int64_t)(uintptr_t)&c->u->cells[x->cell]);
}

/* ---------------------------------------------------------------- guards */

/* Stress: every Nth guard fails, whatever its condition. */
static void fail_sometimes(struct compiler *c)
{
    static int32_t countdown;

    if (!tw_backend_fail_every || c->op->opnum == TW_OP_guard_not_forced ||
        c->op->opnum == TW_OP_guard_not_forced_2)
        return;
    countdown = (int32_t)tw_backend_fail_every;
    asm_emit(&c->a, ST_fail_sometimes,
             (struct holes){.word = (int64_t)(uintptr_t)&countdown,
                            .disp = (int32_t)tw_backend_fail_every,
                            .other = exit_label(c, c->op, TW_NOVALUE)});
}

static void guard_on(struct compiler *c, int holds_if)
{
    const struct tw_op *test = tw_op_of(c->t, operand(c, 0));
    int exit = exit_label(c, c->op, TW_NOVALUE);

    if (operand(c, 0) >= 0 && test && c->p.fused[test - c->t->ops]) {
        compile_fused(c, test, holds_if, exit);
        return;
    }
    load_acc(c, operand(c, 0));
    emit_other(c, holds_if ? ST_guard_true : ST_guard_false, exit);
}

static void guard_value(struct compiler *c)
{
    static const uint16_t equal[5] = {ST_guard_int_eq_as, ST_guard_int_eq_aw,
                                      ST_guard_int_eq_aa, ST_guard_int_eq_sa,
                                      ST_guard_int_eq_wa};

    binary(c, equal, operand(c, 0), operand(c, 1),
           exit_label(c, c->op, TW_NOVALUE));
    if (c->op->opnum == TW_OP_guard_value_f)
        c->acc = TW_NOVALUE; /* bits */
}

static void class_is(struct compiler *c, int exit)
{
    const struct tw_fielddescr *d = c->op->descr;
    struct holes h = {.disp = d->offset, .other = exit};

    if (!is_word(operand(c, 1)) || d->offset < 0 ||
        d->size != sizeof(int64_t)) {
        stencil_fail(c, "a class that is not a constant pointer");
        return;
    }
    h.word = word_of(c, operand(c, 1));
    if (is_word(operand(c, 0)))
        load_acc(c, operand(c, 0));
    if (is_word(operand(c, 0)) || operand(c, 0) == c->acc) {
        asm_emit(&c->a, ST_guard_class_a, h);
        return;
    }
    h.slot_a = home_of(c, operand(c, 0));
    asm_emit(&c->a, ST_guard_class_s, h);
}

static void guard(struct compiler *c)
{
    int exit;

    switch (c->op->opnum) {
    case TW_OP_guard_true:
    case TW_OP_guard_nonnull:
        guard_on(c, 1);
        break;
    case TW_OP_guard_false:
    case TW_OP_guard_isnull:
        guard_on(c, 0);
        break;
    case TW_OP_guard_value_i:
    case TW_OP_guard_value_r:
    case TW_OP_guard_value_f:
        guard_value(c);
        break;
    case TW_OP_guard_class:
        class_is(c, exit_label(c, c->op, TW_NOVALUE));
        break;
    case TW_OP_guard_nonnull_class:
        exit = exit_label(c, c->op, TW_NOVALUE);
        load_acc(c, operand(c, 0));
        emit_other(c, ST_guard_true, exit);
        class_is(c, exit);
        break;
    case TW_OP_guard_no_overflow:
    case TW_OP_guard_overflow:
        if (c->done != c->op)
            stencil_fail(c, "no overflow operation before it");
        break;
    case TW_OP_guard_not_forced_2:
        place_failargs(c, c->op, INT32_MAX);
        emit_word(c, ST_set_force, (int64_t)(uintptr_t)c->op->guard);
        emit_other(c, ST_guard_not_forced, exit_label(c, c->op, TW_NOVALUE));
        break;
    case TW_OP_guard_not_forced:
        emit_other(c, ST_guard_not_forced, exit_label(c, c->op, TW_NOVALUE));
        break;
    case TW_OP_guard_not_invalidated:
        asm_emit(
            &c->a, ST_guard_flag_clear,
            (struct holes){.word = (int64_t)(uintptr_t)&c->u->code.invalidated,
                           .other = exit_label(c, c->op, TW_NOVALUE)});
        break;
    default: /* guard_always_fails */
        emit_other(c, ST_jump, exit_label(c, c->op, TW_NOVALUE));
        return;
    }
    fail_sometimes(c);
}

/* Before a call that may force: what the guard behind it needs, but for what the call makes. */
void force_state(struct compiler *c)
{
    for (uint32_t k = c->k + 1; k < c->t->nops; k++) {
        const struct tw_op *op = &c->t->ops[k];

        if (tw_op_is(op->opnum, TW_CALL))
            return;
        if (op->opnum != TW_OP_guard_not_forced &&
            op->opnum != TW_OP_guard_not_forced_2)
            continue;
        place_failargs(c, op, tw_value_of_op(c->t, c->k));
        emit_word(c, ST_set_force, (int64_t)(uintptr_t)op->guard);
        return;
    }
}

/* ---------------------------------------------------------------- labels, jumps */

enum { HOT_AGAIN = 4096 };
static const struct tw_backend_hooks *hot_hooks;
static void hot(struct tw_loop *loop)
{
    loop->hotness = HOT_AGAIN;
    if (hot_hooks->hot)
        hot_hooks->hot(loop);
}

static int label_number(const struct compiler *c,
                        const struct tw_target *target)
{
    for (uint32_t k = 0; k < c->u->nlabels; k++)
        if (c->u->labels[k] == target)
            return (int)k;
    return -1;
}

static void label(struct compiler *c)
{
    asm_bind(&c->a, c->label_of[label_number(c, c->op->descr)]);
    c->acc = c->d0 = TW_NOVALUE;
}

static void count_down(struct compiler *c, const struct tw_target *target,
                       enum cold_kind kind)
{
    struct cold *x = add_cold(c, kind, c->op);

    asm_emit(&c->a, ST_count_down,
             (struct holes){.word = (int64_t)(uintptr_t)&target->loop->hotness,
                            .other = x->label});
    asm_bind(&c->a, x->back);
}

static void go_to(struct compiler *c, const struct tw_target *target)
{
    emit_word(c, ST_go_to, (int64_t)(uintptr_t)target);
}

/* The arguments of the jump: home, if the label is this unit's, or into the first slots. */
static void jump(struct compiler *c)
{
    const struct tw_target *target = c->op->descr;
    int own = label_number(c, target);
    const struct tw_op *l = own < 0 ? NULL : c->label_op[own];
    struct move m[c->op->nargs + 1];
    unsigned n = 0;

    for (unsigned k = 0; k < c->op->nargs; k++) {
        tw_vref to = l ? c->t->args[l->args + k] : 0;

        if (!l)
            m[n++] = move_to(c, operand(c, k), (int32_t)k);
        else if (to >= 0)
            m[n++] = move_to(c, operand(c, k), home_of(c, to));
    }
    moves(c, m, n);
    count_down(c, target, l ? COLD_HOT_LABEL : COLD_HOT);
    if (l)
        emit_other(c, ST_jump, c->label_of[own]);
    else
        go_to(c, target);
}

static void cold_hot(struct compiler *c, const struct cold *x)
{
    const struct tw_target *target = x->op->descr;

    emit_word(c, ST_arg0_w, (int64_t)(uintptr_t)target->loop);
    emit_word(c, ST_call_v_w, (int64_t)(uintptr_t)hot);
    if (x->kind == COLD_HOT) {
        emit_other(c, ST_jump, x->back);
        return;
    }
    /* the label may have got other code: on through its target */
    const struct tw_op *l = c->label_op[label_number(c, target)];
    struct move m[l->nargs + 1];
    unsigned n = 0;

    for (unsigned k = 0; k < l->nargs; k++)
        if (c->t->args[l->args + k] >= 0)
            m[n++] = move_to(c, c->t->args[l->args + k], (int32_t)k);
    moves(c, m, n);
    go_to(c, target);
}

static void finish(struct compiler *c)
{
    struct move m;

    if (c->op->nargs) {
        m = move_to(c, operand(c, 0), 0);
        moves(c, &m, 1);
    }
    emit_word(c, ST_finish, (int64_t)(uintptr_t)c->op->guard);
}

/* ---------------------------------------------------------------- entries */

static void check_size(struct compiler *c, uint32_t entry)
{
    c->u->inner[entry] = (void *)(uintptr_t)c->a.size;
    asm_emit(&c->a, ST_check_size,
             (struct holes){.word = (int64_t)(uintptr_t)tw_jitframe_reserve,
                            .disp = (int32_t)c->u->code.nslots});
}

static void start_entry(struct compiler *c, const struct tw_guard *from)
{
    struct move m[c->t->ninputs + 1];

    check_size(c, 0);
    for (uint32_t k = 0; k < c->t->ninputs; k++) {
        uint32_t slot = place_of_input(from, k);

        need_slots(c, slot + 1);
        m[k] = (struct move){(int32_t)slot, 0, c->p.home[k]};
    }
    moves(c, m, c->t->ninputs);
}

static void label_entry(struct compiler *c, uint32_t number)
{
    const struct tw_op *l = c->label_op[number];
    struct move m[l->nargs + 1];
    unsigned n = 0;

    check_size(c, number + 1);
    for (unsigned k = 0; k < l->nargs; k++) {
        tw_vref v = c->t->args[l->args + k];

        if (v >= 0)
            m[n++] = (struct move){(int32_t)k, 0, home_of(c, v)};
    }
    moves(c, m, n);
    emit_other(c, ST_jump, c->label_of[number]);
}

/* ---------------------------------------------------------------- the unit */

static void operation(struct compiler *c)
{
    unsigned o = c->op->opnum;

    if (c->p.fused[c->k])
        return;
    if (o == TW_OP_label)
        label(c);
    else if (o == TW_OP_jump)
        jump(c);
    else if (o == TW_OP_finish)
        finish(c);
    else if (tw_op_is(o, TW_GUARD))
        guard(c);
    else if (!compile_pure(c) && !compile_memory(c) && !compile_call(c))
        stencil_fail(c, "not known");
}

/* Constants and whatever else the exit stores go where no home is. */
static void place_guards(struct compiler *c)
{
    uint32_t most = 0;
    int64_t known;

    for (uint32_t k = 0; k < c->t->nops; k++) {
        const struct tw_op *op = &c->t->ops[k];
        struct tw_guard *g = op->guard;
        uint32_t next = c->p.nslots;

        if (op->opnum == TW_OP_finish)
            g->locations = unit_finish_location();
        if (!tw_op_is(op->opnum, TW_GUARD))
            continue;
        if (!g->locations) {
            g->locations = calloc(op->nfailargs + 1u, sizeof *g->locations);
            for (unsigned n = 0; n < op->nfailargs; n++) {
                tw_vref v = c->t->args[op->failargs + n];
                int32_t home = v >= 0 ? c->p.home[v] : NO_SLOT;

                /* its home, if it has one, may be another's by now */
                if (stencil_exit_constant(c->t, op, v, &known))
                    home = NO_SLOT;
                if (v != TW_NOVALUE)
                    g->locations[n] =
                        (uint16_t)(home >= 0 ? (uint32_t)home : next++);
            }
        }
        for (unsigned n = 0; n < op->nfailargs; n++)
            if (g->locations[n] >= most)
                most = g->locations[n] + 1u;
    }
    need_slots(c, most);
}

static int survey(struct compiler *c)
{
    struct unit *u = c->u;
    uint32_t nguards = 0, nlabels = 0, nroots = 0;

    for (uint32_t k = 0; k < c->t->nops; k++) {
        c->op = &c->t->ops[k];
        nguards += tw_op_is(c->op->opnum, TW_GUARD);
        if (c->op->nargs + 2u > c->ntemps) /* a call's arguments, its result */
            c->ntemps = c->op->nargs + 2u;
        nlabels += c->op->opnum == TW_OP_label;
        if (c->op->opnum == TW_OP_label || c->op->opnum == TW_OP_jump)
            need_slots(c, c->op->nargs);
        if ((tw_op_is(c->op->opnum, TW_GUARD) ||
             c->op->opnum == TW_OP_finish) &&
            !c->op->guard)
            stencil_fail(c, "without its struct tw_guard");
        if (tw_op_is(c->op->opnum, TW_DESCR) && !c->op->descr &&
            c->op->opnum != TW_OP_finish)
            stencil_fail(c, "without descriptor");
    }
    for (uint32_t k = 0; k < c->t->nconsts; k++)
        nroots += c->t->consts[k].type == 'r';
    u->roots = nroots ? calloc(nroots, sizeof *u->roots) : NULL;
    for (uint32_t k = 0; k < c->t->nconsts; k++)
        if (c->t->consts[k].type == 'r')
            u->roots[u->nroots++] = c->t->consts[k].v.r;
    u->cells =
        calloc(2 * nguards + 1, sizeof *u->cells); /* twice under stress */
    u->labels = calloc(nlabels + 1, sizeof *u->labels);
    u->inner = calloc(nlabels + 1, sizeof *u->inner);
    c->label_of = calloc(nlabels + 1, sizeof *c->label_of);
    c->label_op = calloc(nlabels + 1, sizeof *c->label_op);
    for (uint32_t k = 0; k < c->t->nops; k++)
        if (c->t->ops[k].opnum == TW_OP_label) {
            c->label_of[u->nlabels] = asm_label(&c->a);
            c->label_op[u->nlabels] = &c->t->ops[k];
            u->labels[u->nlabels++] = (struct tw_target *)c->t->ops[k].descr;
        }
    return c->failed ? -1 : 0;
}

static void cold_code(struct compiler *c)
{
    for (uint32_t k = 0; k < c->ncold; k++) {
        struct cold x = c->cold[k];

        c->op = x.op;
        asm_bind(&c->a, x.label);
        if (x.kind == COLD_EXIT)
            cold_exit(c, &x);
        else if (x.kind == COLD_NEW)
            memory_cold(c, &x);
        else
            cold_hot(c, &x);
    }
}

static void all_code(struct compiler *c, const struct tw_guard *from)
{
    emit_word(c, ST_enter, (int64_t)(uintptr_t)c->u->inner);
    start_entry(c, from);
    for (c->k = 0; c->k < c->t->nops && !c->failed; c->k++) {
        c->op = &c->t->ops[c->k];
        operation(c);
    }
    if (c->failed)
        return;
    cold_code(c);
    for (uint32_t k = 0; k < c->u->nlabels; k++)
        label_entry(c, k);
    asm_finish(&c->a);
}

struct made {
    uint8_t *code;
    size_t size;
};

static size_t made_size(void *p, char *err, size_t errsize)
{
    (void)err, (void)errsize;
    return ((struct made *)p)->size;
}

/* Position-independent: it goes where it goes, as it is. */
static void *made_load(void *p, uint8_t *memory, char *err, size_t errsize)
{
    (void)err, (void)errsize;
    return memcpy(memory, ((struct made *)p)->code, ((struct made *)p)->size);
}

static void made_drop(void *p)
{
    free(((struct made *)p)->code);
    free(p);
}

static const struct unit_maker maker = {made_size, made_load, made_drop};

int stencil_compile(struct unit *u, const struct tw_trace *t,
                    struct tw_guard *from, const struct tw_backend_hooks *hooks,
                    char *err, size_t errsize)
{
    struct compiler c = {
        .t = t, .u = u, .hooks = hooks, .err = err, .errsize = errsize};
    struct made *made;

    hot_hooks = hooks;
    c.acc = c.d0 = TW_NOVALUE;
    if (survey(&c) == 0) {
        places_assign(&c.p, t, from);
        need_slots(&c, c.p.nslots);
        place_guards(&c);
        c.spare = u->code.nslots;
        c.temps = c.spare + 1;
        need_slots(&c, c.temps + c.ntemps);
        all_code(&c, from);
        places_free(&c.p);
    }
    made = malloc(sizeof *made);
    *made = (struct made){c.a.code, c.a.size};
    u->made = made;
    u->maker = &maker;
    c.a.code = NULL;
    asm_free(&c.a);
    free(c.cold);
    free(c.label_of);
    free(c.label_op);
    return c.failed ? -1 : 0;
}

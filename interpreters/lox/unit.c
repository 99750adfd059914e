/*
 * unit.c: emits code words and keeps account of the stack's height.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

enum { VARIES = 100 };
static const struct {
    const char *name;
    int operands, effect;
} ops[] = {
#define OP(name, operands, effect) {#name, operands, effect},
#include "opcodes.def"
#undef OP
};

#define FUSED(comparison, jump)                                                \
    _Static_assert(LOX_OP_##jump - LOX_OP_JUMP_IF_NOT_EQUAL ==                 \
                       LOX_OP_##comparison - LOX_OP_EQUAL,                     \
                   "comparisons and their jumps in one order")
FUSED(NOT_EQUAL, JUMP_IF_EQUAL);
FUSED(LESS, JUMP_IF_NOT_LESS);
FUSED(LESS_EQUAL, JUMP_IF_NOT_LESS_EQUAL);
FUSED(GREATER, JUMP_IF_NOT_GREATER);
FUSED(GREATER_EQUAL, JUMP_IF_NOT_GREATER_EQUAL);

const char *lox_op_name(int op)
{
    return op >= 0 && op < LOX_NOPS ? ops[op].name : "?";
}

static void *grow(void *array, intptr_t count, intptr_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? 2 * *room : 16;
    array = tw_gc_realloc(array, (size_t)*room * size);
    if (!array) {
        fprintf(stderr, "lox: no memory for code\n");
        exit(1);
    }
    return array;
}

void lox_unit_init(struct lox_unit *u)
{
    *u = (struct lox_unit){.last_op = -1, .last_target = -1};
}

void lox_unit_word(struct lox_unit *u, intptr_t word)
{
    intptr_t room = u->room;
    u->lines = grow(u->lines, u->length, &room, sizeof *u->lines);
    u->code = grow(u->code, u->length, &u->room, sizeof *u->code);
    u->code[u->length] = (int32_t)word;
    u->lines[u->length++] = u->line;
}

void lox_unit_op_varies(struct lox_unit *u, enum lox_op op, intptr_t effect)
{
    u->last_op = u->length;
    u->height += effect;
    if (u->max_height < u->height)
        u->max_height = u->height;
    lox_unit_word(u, op);
}

void lox_unit_op(struct lox_unit *u, enum lox_op op)
{
    lox_unit_op_varies(u, op, ops[op].effect);
}

intptr_t lox_unit_constant(struct lox_unit *u, struct lox_value *value)
{
    for (intptr_t i = 0; i < u->nconstants; i++) {
        struct lox_value *old = u->constants[i];
        /* Not -0 for 0: numbers are the same only if they divide alike. */
        if (old == value ||
            (lox_is_number(old) && lox_is_number(value) &&
             lox_number_of(old) == lox_number_of(value) &&
             1 / lox_number_of(old) == 1 / lox_number_of(value)))
            return i;
    }
    u->constants = grow(u->constants, u->nconstants, &u->constants_room,
                        sizeof(struct lox_value *));
    u->constants[u->nconstants] = value;
    return u->nconstants++;
}

intptr_t lox_unit_site(struct lox_unit *u)
{
    return u->nsites++;
}

/* A condition that was just computed by a comparison, and that nothing jumps
 * over, is not made at all. */
static int fuse(struct lox_unit *u)
{
    if (u->last_op < 0 || u->last_op != u->length - 1 ||
        u->last_target == u->length)
        return 0;
    int32_t op = u->code[u->last_op];
    if (op < LOX_OP_EQUAL || op > LOX_OP_GREATER_EQUAL)
        return 0;
    u->code[u->last_op] = op - LOX_OP_EQUAL + LOX_OP_JUMP_IF_NOT_EQUAL;
    u->height--;
    return 1;
}

intptr_t lox_unit_jump(struct lox_unit *u, enum lox_op op)
{
    if (op != LOX_OP_JUMP_IF_FALSE || !fuse(u))
        lox_unit_op(u, op);
    lox_unit_word(u, -1);
    return u->length - 1;
}

void lox_unit_jump_lands(struct lox_unit *u, intptr_t jump)
{
    u->code[jump] = (int32_t)u->length;
    u->last_target = u->length;
}

intptr_t lox_unit_target(struct lox_unit *u)
{
    u->last_target = u->length;
    return u->length;
}

void lox_unit_loop(struct lox_unit *u, intptr_t target)
{
    lox_unit_op(u, LOX_OP_LOOP);
    lox_unit_word(u, target);
}

struct lox_function *lox_unit_finish(struct lox_unit *u,
                                     struct lox_string *name, intptr_t arity)
{
    struct lox_function *function = lox_function_new();
    function->arity = arity;
    function->nslots = u->max_height;
    function->code = lox_code_new(u->code, u->length);
    function->constants = lox_constants_new(u->constants, u->nconstants);
    function->lines = u->lines;
    function->name = name;
    if (u->nsites > 0) {
        function->sites =
            tw_gc_malloc((size_t)u->nsites * sizeof *function->sites);
        if (!function->sites) {
            fprintf(stderr, "lox: no memory for code\n");
            exit(1);
        }
    }
    return function;
}

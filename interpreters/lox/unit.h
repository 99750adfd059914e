/*
 * unit.h: a function under construction: code, constants, height of the stack.
 */
#ifndef LOX_UNIT_H
#define LOX_UNIT_H

#include "object.h"

enum lox_op {
#define OP(name, operands, effect) LOX_OP_##name,
#define VARIES 0
#include "opcodes.def"
#undef VARIES
#undef OP
    LOX_NOPS
};
const char *lox_op_name(int op);

/* Arrays grow by doubling, in collected memory. */
struct lox_unit {
    int32_t *code;
    int32_t *lines;
    intptr_t length, room;
    struct lox_value **constants;
    intptr_t nconstants, constants_room;
    intptr_t nsites;
    intptr_t height, max_height; /* of locals and stack */
    intptr_t last_op;            /* where the last op begins, -1: none */
    intptr_t last_target;        /* the last place that is jumped to */
    int line;                    /* of what is emitted next */
};

void lox_unit_init(struct lox_unit *u);

/* `operands` words follow. The ops whose effect varies say it. */
void lox_unit_op(struct lox_unit *u, enum lox_op op);
void lox_unit_op_varies(struct lox_unit *u, enum lox_op op, intptr_t effect);
void lox_unit_word(struct lox_unit *u, intptr_t word);
intptr_t lox_unit_constant(struct lox_unit *u, struct lox_value *value);
intptr_t lox_unit_site(struct lox_unit *u);

/* A jump forward gives the place of its target, to be set when it is known. */
intptr_t lox_unit_jump(struct lox_unit *u, enum lox_op op);
void lox_unit_jump_lands(struct lox_unit *u, intptr_t jump);
/* A place for lox_unit_loop to jump back to. */
intptr_t lox_unit_target(struct lox_unit *u);
void lox_unit_loop(struct lox_unit *u, intptr_t target);

struct lox_function *lox_unit_finish(struct lox_unit *u,
                                     struct lox_string *name, intptr_t arity);

#endif

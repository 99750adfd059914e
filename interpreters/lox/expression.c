/*
 * expression.c: expressions, by precedence climbing over a table of what each
 * token does before and between operands.
 */
#include <stdlib.h>

#include "parser.h"

enum precedence {
    PREC_NONE,
    PREC_ASSIGNMENT,
    PREC_OR,
    PREC_AND,
    PREC_EQUALITY,
    PREC_COMPARISON,
    PREC_TERM,
    PREC_FACTOR,
    PREC_UNARY,
    PREC_CALL
};

typedef void handler(struct lox_parser *p, int can_assign);

struct rule {
    handler *prefix, *infix;
    enum precedence precedence; /* of the infix */
};
static const struct rule rules[LOX_NTOKENS];

static void parse(struct lox_parser *p, enum precedence lowest)
{
    lox_advance(p);
    handler *prefix = rules[p->previous.kind].prefix;
    if (!prefix) {
        lox_error_at(p, &p->previous, "Expect expression.");
        return;
    }
    int can_assign = lowest <= PREC_ASSIGNMENT;
    prefix(p, can_assign);
    while (rules[p->current.kind].precedence >= lowest) {
        lox_advance(p);
        rules[p->previous.kind].infix(p, can_assign);
    }
    if (can_assign && lox_match(p, LOX_TOKEN_EQUAL))
        lox_error_at(p, &p->previous, "Invalid assignment target.");
}

void lox_expression(struct lox_parser *p)
{
    parse(p, PREC_ASSIGNMENT);
}

static void grouping(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    lox_expression(p);
    lox_consume(p, LOX_TOKEN_RIGHT_PAREN, "Expect ')' after expression.");
}

static void constant(struct lox_parser *p, struct lox_value *value)
{
    lox_emit_with(p, LOX_OP_CONSTANT, lox_unit_constant(lox_out(p), value));
}

static void number(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    constant(p, lox_number_new(strtod(p->previous.start, NULL)));
}

static void string(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    struct lox_string *s = lox_intern(&p->vm->strings, p->previous.start + 1,
                                      p->previous.length - 2);
    constant(p, &s->head);
}

static void literal(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    enum lox_token_kind kind = p->previous.kind;
    lox_emit(p, kind == LOX_TOKEN_NIL    ? LOX_OP_NIL
                : kind == LOX_TOKEN_TRUE ? LOX_OP_TRUE
                                         : LOX_OP_FALSE);
}

static void unary(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    enum lox_token_kind kind = p->previous.kind;
    parse(p, PREC_UNARY);
    lox_emit(p, kind == LOX_TOKEN_MINUS ? LOX_OP_NEGATE : LOX_OP_NOT);
}

static enum lox_op binary_op(enum lox_token_kind kind)
{
    static const unsigned char ops[LOX_NTOKENS] = {
        [LOX_TOKEN_MINUS] = LOX_OP_SUBTRACT,
        [LOX_TOKEN_PLUS] = LOX_OP_ADD,
        [LOX_TOKEN_SLASH] = LOX_OP_DIVIDE,
        [LOX_TOKEN_STAR] = LOX_OP_MULTIPLY,
        [LOX_TOKEN_BANG_EQUAL] = LOX_OP_NOT_EQUAL,
        [LOX_TOKEN_EQUAL_EQUAL] = LOX_OP_EQUAL,
        [LOX_TOKEN_GREATER] = LOX_OP_GREATER,
        [LOX_TOKEN_GREATER_EQUAL] = LOX_OP_GREATER_EQUAL,
        [LOX_TOKEN_LESS] = LOX_OP_LESS,
        [LOX_TOKEN_LESS_EQUAL] = LOX_OP_LESS_EQUAL,
    };
    return (enum lox_op)ops[kind];
}

static void binary(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    enum lox_token_kind kind = p->previous.kind;
    parse(p, rules[kind].precedence + 1);
    lox_emit(p, binary_op(kind));
}

static void and_(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    intptr_t end = lox_unit_jump(lox_out(p), LOX_OP_JUMP_IF_FALSE_OR_POP);
    parse(p, PREC_AND);
    lox_unit_jump_lands(lox_out(p), end);
}

static void or_(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    intptr_t end = lox_unit_jump(lox_out(p), LOX_OP_JUMP_IF_TRUE_OR_POP);
    parse(p, PREC_OR);
    lox_unit_jump_lands(lox_out(p), end);
}

/* The arguments of a call behind its '('; their number. */
static intptr_t arguments(struct lox_parser *p)
{
    intptr_t n = 0;
    if (p->current.kind != LOX_TOKEN_RIGHT_PAREN) {
        do {
            lox_expression(p);
            if (n++ == LOX_MAX_ARGS)
                lox_error_at(p, &p->previous,
                             "Can't have more than 255 arguments.");
        } while (lox_match(p, LOX_TOKEN_COMMA));
    }
    lox_consume(p, LOX_TOKEN_RIGHT_PAREN, "Expect ')' after arguments.");
    return n;
}

static void call(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    intptr_t n = arguments(p);
    lox_unit_op_varies(lox_out(p), LOX_OP_CALL, -n);
    lox_unit_word(lox_out(p), n);
}

static void dot(struct lox_parser *p, int can_assign)
{
    lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect property name after '.'.");
    intptr_t name = lox_name_constant(p, &p->previous);
    intptr_t site = lox_unit_site(lox_out(p));
    if (can_assign && lox_match(p, LOX_TOKEN_EQUAL)) {
        lox_expression(p);
        lox_emit_with(p, LOX_OP_SET_PROPERTY, name);
        lox_unit_word(lox_out(p), site);
    } else if (lox_match(p, LOX_TOKEN_LEFT_PAREN)) {
        intptr_t n = arguments(p);
        lox_unit_op_varies(lox_out(p), LOX_OP_INVOKE, -n);
        lox_unit_word(lox_out(p), name);
        lox_unit_word(lox_out(p), site);
        lox_unit_word(lox_out(p), n);
    } else {
        lox_emit_with(p, LOX_OP_GET_PROPERTY, name);
        lox_unit_word(lox_out(p), site);
    }
}

void lox_variable(struct lox_parser *p, struct lox_token name, int can_assign)
{
    struct lox_access access = lox_resolve(p, name);
    if (can_assign && lox_match(p, LOX_TOKEN_EQUAL)) {
        lox_expression(p);
        lox_emit_with(p, access.set, access.operand);
    } else {
        lox_emit_with(p, access.get, access.operand);
    }
}

static void variable(struct lox_parser *p, int can_assign)
{
    lox_variable(p, p->previous, can_assign);
}

static void this_(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    if (!p->class_scope) {
        lox_error_at(p, &p->previous, "Can't use 'this' outside of a class.");
        return;
    }
    lox_variable(p, p->previous, 0);
}

static void super_(struct lox_parser *p, int can_assign)
{
    (void)can_assign;
    if (!p->class_scope)
        lox_error_at(p, &p->previous, "Can't use 'super' outside of a class.");
    else if (!p->class_scope->has_superclass)
        lox_error_at(p, &p->previous,
                     "Can't use 'super' in a class with no superclass.");
    lox_consume(p, LOX_TOKEN_DOT, "Expect '.' after 'super'.");
    lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect superclass method name.");
    intptr_t name = lox_name_constant(p, &p->previous);
    lox_variable(p, lox_synthetic("this"), 0);
    if (lox_match(p, LOX_TOKEN_LEFT_PAREN)) {
        intptr_t n = arguments(p);
        lox_variable(p, lox_synthetic("super"), 0);
        lox_unit_op_varies(lox_out(p), LOX_OP_SUPER_INVOKE, -n - 1);
        lox_unit_word(lox_out(p), name);
        lox_unit_word(lox_out(p), n);
    } else {
        lox_variable(p, lox_synthetic("super"), 0);
        lox_emit_with(p, LOX_OP_GET_SUPER, name);
    }
}

static const struct rule rules[LOX_NTOKENS] = {
    [LOX_TOKEN_LEFT_PAREN] = {grouping, call, PREC_CALL},
    [LOX_TOKEN_DOT] = {NULL, dot, PREC_CALL},
    [LOX_TOKEN_MINUS] = {unary, binary, PREC_TERM},
    [LOX_TOKEN_PLUS] = {NULL, binary, PREC_TERM},
    [LOX_TOKEN_SLASH] = {NULL, binary, PREC_FACTOR},
    [LOX_TOKEN_STAR] = {NULL, binary, PREC_FACTOR},
    [LOX_TOKEN_BANG] = {unary, NULL, PREC_NONE},
    [LOX_TOKEN_BANG_EQUAL] = {NULL, binary, PREC_EQUALITY},
    [LOX_TOKEN_EQUAL_EQUAL] = {NULL, binary, PREC_EQUALITY},
    [LOX_TOKEN_GREATER] = {NULL, binary, PREC_COMPARISON},
    [LOX_TOKEN_GREATER_EQUAL] = {NULL, binary, PREC_COMPARISON},
    [LOX_TOKEN_LESS] = {NULL, binary, PREC_COMPARISON},
    [LOX_TOKEN_LESS_EQUAL] = {NULL, binary, PREC_COMPARISON},
    [LOX_TOKEN_IDENTIFIER] = {variable, NULL, PREC_NONE},
    [LOX_TOKEN_STRING] = {string, NULL, PREC_NONE},
    [LOX_TOKEN_NUMBER] = {number, NULL, PREC_NONE},
    [LOX_TOKEN_AND] = {NULL, and_, PREC_AND},
    [LOX_TOKEN_FALSE] = {literal, NULL, PREC_NONE},
    [LOX_TOKEN_NIL] = {literal, NULL, PREC_NONE},
    [LOX_TOKEN_OR] = {NULL, or_, PREC_OR},
    [LOX_TOKEN_SUPER] = {super_, NULL, PREC_NONE},
    [LOX_TOKEN_THIS] = {this_, NULL, PREC_NONE},
    [LOX_TOKEN_TRUE] = {literal, NULL, PREC_NONE},
};

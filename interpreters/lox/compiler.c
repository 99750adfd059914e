/*
 * compiler.c: declarations and statements; the two runs over the source.
 */
#include "compiler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"

/* --------------------------------------------------------------- tokens */

void lox_error_at(struct lox_parser *p, const struct lox_token *token,
                  const char *message)
{
    if (p->panic)
        return;
    p->panic = p->had_error = 1;
    fprintf(stderr, "[line %d] Error", token->line);
    if (token->kind == LOX_TOKEN_END)
        fprintf(stderr, " at end");
    else if (token->kind != LOX_TOKEN_ERROR)
        fprintf(stderr, " at '%.*s'", token->length, token->start);
    fprintf(stderr, ": %s\n", message);
}

void lox_advance(struct lox_parser *p)
{
    p->previous = p->current;
    for (;;) {
        p->current = lox_scanner_next(&p->scanner);
        if (p->current.kind != LOX_TOKEN_ERROR)
            return;
        lox_error_at(p, &p->current, p->current.start);
    }
}

int lox_match(struct lox_parser *p, enum lox_token_kind kind)
{
    if (p->current.kind != kind)
        return 0;
    lox_advance(p);
    return 1;
}

void lox_consume(struct lox_parser *p, enum lox_token_kind kind,
                 const char *message)
{
    if (!lox_match(p, kind))
        lox_error_at(p, &p->current, message);
}

struct lox_token lox_synthetic(const char *text)
{
    return (struct lox_token){LOX_TOKEN_IDENTIFIER, (int)strlen(text), 0, text};
}

/* ------------------------------------------------------------- emitting */

struct lox_unit *lox_out(struct lox_parser *p)
{
    p->scope->unit.line = p->previous.line;
    return &p->scope->unit;
}

void lox_emit(struct lox_parser *p, enum lox_op op)
{
    lox_unit_op(lox_out(p), op);
}

void lox_emit_with(struct lox_parser *p, enum lox_op op, intptr_t operand)
{
    lox_unit_op(lox_out(p), op);
    lox_unit_word(lox_out(p), operand);
}

intptr_t lox_name_constant(struct lox_parser *p, const struct lox_token *name)
{
    struct lox_string *s =
        lox_intern(&p->vm->strings, name->start, name->length);
    return lox_unit_constant(lox_out(p), &s->head);
}

static void emit_return(struct lox_parser *p)
{
    if (p->scope->kind == LOX_KIND_INIT)
        lox_variable(p, lox_synthetic("this"), 0);
    else
        lox_emit(p, LOX_OP_NIL);
    lox_emit(p, LOX_OP_RETURN);
}

/* ------------------------------------------------------------ functions */

static void statement(struct lox_parser *p);
static void declaration(struct lox_parser *p);

static void block(struct lox_parser *p)
{
    while (p->current.kind != LOX_TOKEN_RIGHT_BRACE &&
           p->current.kind != LOX_TOKEN_END)
        declaration(p);
    lox_consume(p, LOX_TOKEN_RIGHT_BRACE, "Expect '}' after block.");
}

static intptr_t parameters(struct lox_parser *p)
{
    intptr_t n = 0;
    lox_consume(p, LOX_TOKEN_LEFT_PAREN, "Expect '(' after function name.");
    if (p->current.kind != LOX_TOKEN_RIGHT_PAREN) {
        do {
            if (n++ == LOX_MAX_ARGS)
                lox_error_at(p, &p->current,
                             "Can't have more than 255 parameters.");
            lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect parameter name.");
            lox_declare(p, &p->previous);
            lox_define_parameter(p);
        } while (lox_match(p, LOX_TOKEN_COMMA));
    }
    lox_consume(p, LOX_TOKEN_RIGHT_PAREN, "Expect ')' after parameters.");
    return n;
}

/* A function behind its name (the previous token): leaves a closure. */
static void function(struct lox_parser *p, enum lox_function_kind kind)
{
    /* Collected memory, because the unit's arrays are. */
    struct lox_scope *scope = tw_gc_malloc(sizeof *scope);
    if (!scope)
        abort();
    struct lox_string *name =
        lox_intern(&p->vm->strings, p->previous.start, p->previous.length);
    lox_scope_open(p, scope, kind);
    lox_block_begin(p);
    intptr_t arity = parameters(p);
    lox_consume(p, LOX_TOKEN_LEFT_BRACE, "Expect '{' before function body.");
    block(p);
    emit_return(p);
    struct lox_function *made = lox_unit_finish(&scope->unit, name, arity);
    p->scope = scope->enclosing;

    struct lox_unit *u = lox_out(p);
    lox_emit_with(p, LOX_OP_CLOSURE, lox_unit_constant(u, &made->head));
    lox_unit_word(u, scope->nupvalues);
    for (int i = 0; i < scope->nupvalues; i++) {
        lox_unit_word(u, scope->upvalues[i].is_local);
        lox_unit_word(u, scope->upvalues[i].index);
    }
}

static void fun_declaration(struct lox_parser *p)
{
    lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect function name.");
    struct lox_token name = p->previous;
    lox_declare(p, &name);
    if (p->scope->depth > 0) {
        lox_define_early(p);
        function(p, LOX_KIND_FUNCTION);
        lox_define_late(p);
    } else {
        function(p, LOX_KIND_FUNCTION);
        lox_define(p, &name);
    }
}

/* -------------------------------------------------------------- classes */

static void method(struct lox_parser *p)
{
    lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect method name.");
    intptr_t name = lox_name_constant(p, &p->previous);
    int is_init =
        p->previous.length == 4 && memcmp(p->previous.start, "init", 4) == 0;
    function(p, is_init ? LOX_KIND_INIT : LOX_KIND_METHOD);
    lox_emit_with(p, LOX_OP_METHOD, name);
    lox_unit_word(lox_out(p), is_init);
}

/* `< Superclass`: leaves the superclass as the local variable `super`. */
static void superclass(struct lox_parser *p, struct lox_token name)
{
    lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect superclass name.");
    if (p->previous.length == name.length &&
        memcmp(p->previous.start, name.start, (size_t)name.length) == 0)
        lox_error_at(p, &p->previous, "A class can't inherit from itself.");
    lox_variable(p, p->previous, 0);
    lox_block_begin(p);
    struct lox_token super = lox_synthetic("super");
    lox_variable(p, name, 0);
    lox_emit(p, LOX_OP_INHERIT);
    lox_declare(p, &super);
    lox_define(p, &super);
    p->class_scope->has_superclass = 1;
}

static void class_declaration(struct lox_parser *p)
{
    lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect class name.");
    struct lox_token name = p->previous;
    struct lox_class_scope scope = {p->class_scope, 0};
    intptr_t constant = lox_name_constant(p, &name);
    lox_declare(p, &name);
    lox_emit_with(p, LOX_OP_CLASS, constant);
    lox_define(p, &name);
    p->class_scope = &scope;
    if (lox_match(p, LOX_TOKEN_LESS))
        superclass(p, name);
    lox_variable(p, name, 0);
    lox_consume(p, LOX_TOKEN_LEFT_BRACE, "Expect '{' before class body.");
    while (p->current.kind != LOX_TOKEN_RIGHT_BRACE &&
           p->current.kind != LOX_TOKEN_END)
        method(p);
    lox_consume(p, LOX_TOKEN_RIGHT_BRACE, "Expect '}' after class body.");
    lox_emit(p, LOX_OP_POP);
    if (scope.has_superclass)
        lox_block_end(p);
    p->class_scope = scope.enclosing;
}

/* ----------------------------------------------------------- statements */

static void var_declaration(struct lox_parser *p)
{
    lox_consume(p, LOX_TOKEN_IDENTIFIER, "Expect variable name.");
    struct lox_token name = p->previous;
    lox_declare(p, &name);
    if (lox_match(p, LOX_TOKEN_EQUAL))
        lox_expression(p);
    else
        lox_emit(p, LOX_OP_NIL);
    lox_consume(p, LOX_TOKEN_SEMICOLON,
                "Expect ';' after variable declaration.");
    lox_define(p, &name);
}

static void expression_statement(struct lox_parser *p)
{
    lox_expression(p);
    lox_consume(p, LOX_TOKEN_SEMICOLON, "Expect ';' after expression.");
    lox_emit(p, LOX_OP_POP);
}

static void if_statement(struct lox_parser *p)
{
    lox_consume(p, LOX_TOKEN_LEFT_PAREN, "Expect '(' after 'if'.");
    lox_expression(p);
    lox_consume(p, LOX_TOKEN_RIGHT_PAREN, "Expect ')' after condition.");
    intptr_t otherwise = lox_unit_jump(lox_out(p), LOX_OP_JUMP_IF_FALSE);
    statement(p);
    if (lox_match(p, LOX_TOKEN_ELSE)) {
        intptr_t end = lox_unit_jump(lox_out(p), LOX_OP_JUMP);
        lox_unit_jump_lands(lox_out(p), otherwise);
        statement(p);
        lox_unit_jump_lands(lox_out(p), end);
    } else {
        lox_unit_jump_lands(lox_out(p), otherwise);
    }
}

static void while_statement(struct lox_parser *p)
{
    intptr_t start = lox_unit_target(lox_out(p));
    lox_consume(p, LOX_TOKEN_LEFT_PAREN, "Expect '(' after 'while'.");
    lox_expression(p);
    lox_consume(p, LOX_TOKEN_RIGHT_PAREN, "Expect ')' after condition.");
    intptr_t exit = lox_unit_jump(lox_out(p), LOX_OP_JUMP_IF_FALSE);
    statement(p);
    lox_unit_loop(lox_out(p), start);
    lox_unit_jump_lands(lox_out(p), exit);
}

/* Passes over the increment clause of a `for`, up to its closing parenthesis. */
static void skip_clause(struct lox_parser *p)
{
    int open = 0;
    while (p->current.kind != LOX_TOKEN_END &&
           (open > 0 || p->current.kind != LOX_TOKEN_RIGHT_PAREN)) {
        open += p->current.kind == LOX_TOKEN_LEFT_PAREN;
        open -= p->current.kind == LOX_TOKEN_RIGHT_PAREN;
        lox_advance(p);
    }
}

/* The increment is compiled behind the body, where it runs: the scanner goes
 * back for it. One backward jump a loop, as the JIT likes it. */
static void increment(struct lox_parser *p, const struct lox_parser *at)
{
    struct lox_parser after = *p;
    p->scanner = at->scanner;
    p->current = at->current;
    p->previous = at->previous;
    lox_expression(p);
    lox_emit(p, LOX_OP_POP);
    lox_consume(p, LOX_TOKEN_RIGHT_PAREN, "Expect ')' after for clauses.");
    p->scanner = after.scanner;
    p->current = after.current;
    p->previous = after.previous;
}

static void for_statement(struct lox_parser *p)
{
    lox_block_begin(p);
    lox_consume(p, LOX_TOKEN_LEFT_PAREN, "Expect '(' after 'for'.");
    if (lox_match(p, LOX_TOKEN_VAR))
        var_declaration(p);
    else if (!lox_match(p, LOX_TOKEN_SEMICOLON))
        expression_statement(p);
    intptr_t start = lox_unit_target(lox_out(p));
    intptr_t exit = -1;
    if (!lox_match(p, LOX_TOKEN_SEMICOLON)) {
        lox_expression(p);
        lox_consume(p, LOX_TOKEN_SEMICOLON, "Expect ';' after loop condition.");
        exit = lox_unit_jump(lox_out(p), LOX_OP_JUMP_IF_FALSE);
    }
    struct lox_parser clause = *p;
    int has_increment = p->current.kind != LOX_TOKEN_RIGHT_PAREN;
    skip_clause(p);
    lox_consume(p, LOX_TOKEN_RIGHT_PAREN, "Expect ')' after for clauses.");
    statement(p);
    if (has_increment)
        increment(p, &clause);
    lox_unit_loop(lox_out(p), start);
    if (exit >= 0)
        lox_unit_jump_lands(lox_out(p), exit);
    lox_block_end(p);
}

static void return_statement(struct lox_parser *p)
{
    if (p->scope->kind == LOX_KIND_SCRIPT)
        lox_error_at(p, &p->previous, "Can't return from top-level code.");
    if (lox_match(p, LOX_TOKEN_SEMICOLON)) {
        emit_return(p);
        return;
    }
    if (p->scope->kind == LOX_KIND_INIT)
        lox_error_at(p, &p->previous,
                     "Can't return a value from an initializer.");
    lox_expression(p);
    lox_consume(p, LOX_TOKEN_SEMICOLON, "Expect ';' after return value.");
    lox_emit(p, LOX_OP_RETURN);
}

static void print_statement(struct lox_parser *p)
{
    lox_expression(p);
    lox_consume(p, LOX_TOKEN_SEMICOLON, "Expect ';' after value.");
    lox_emit(p, LOX_OP_PRINT);
}

static void statement(struct lox_parser *p)
{
    if (lox_match(p, LOX_TOKEN_PRINT)) {
        print_statement(p);
    } else if (lox_match(p, LOX_TOKEN_FOR)) {
        for_statement(p);
    } else if (lox_match(p, LOX_TOKEN_IF)) {
        if_statement(p);
    } else if (lox_match(p, LOX_TOKEN_RETURN)) {
        return_statement(p);
    } else if (lox_match(p, LOX_TOKEN_WHILE)) {
        while_statement(p);
    } else if (lox_match(p, LOX_TOKEN_LEFT_BRACE)) {
        lox_block_begin(p);
        block(p);
        lox_block_end(p);
    } else {
        expression_statement(p);
    }
}

/* After an error: on to what looks like the next statement. */
static void synchronize(struct lox_parser *p)
{
    p->panic = 0;
    while (p->current.kind != LOX_TOKEN_END &&
           p->previous.kind != LOX_TOKEN_SEMICOLON) {
        enum lox_token_kind kind = p->current.kind;
        if (kind == LOX_TOKEN_CLASS || kind == LOX_TOKEN_FUN ||
            kind == LOX_TOKEN_VAR || kind == LOX_TOKEN_FOR ||
            kind == LOX_TOKEN_IF || kind == LOX_TOKEN_WHILE ||
            kind == LOX_TOKEN_PRINT || kind == LOX_TOKEN_RETURN)
            return;
        lox_advance(p);
    }
}

static void declaration(struct lox_parser *p)
{
    if (lox_match(p, LOX_TOKEN_CLASS))
        class_declaration(p);
    else if (lox_match(p, LOX_TOKEN_FUN))
        fun_declaration(p);
    else if (lox_match(p, LOX_TOKEN_VAR))
        var_declaration(p);
    else
        statement(p);
    if (p->panic)
        synchronize(p);
}

static struct lox_function *compile(struct lox_vm *vm, const char *source,
                                    struct lox_captures *captures)
{
    struct lox_scope *scope = tw_gc_malloc(sizeof *scope);
    struct lox_parser p = {.vm = vm, .captures = captures};
    if (!scope)
        abort();
    captures->next = 0;
    lox_scanner_init(&p.scanner, source);
    lox_scope_open(&p, scope, LOX_KIND_SCRIPT);
    lox_advance(&p);
    while (!lox_match(&p, LOX_TOKEN_END))
        declaration(&p);
    emit_return(&p);
    struct lox_function *script = lox_unit_finish(&scope->unit, NULL, 0);
    return p.had_error ? NULL : script;
}

struct lox_function *lox_compile(struct lox_vm *vm, const char *source)
{
    struct lox_captures captures = {0};
    struct lox_function *script = compile(vm, source, &captures);
    if (script)
        script = compile(vm, source, &captures);
    free(captures.captured);
    return script;
}

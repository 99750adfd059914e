/*
 * parser.h: what the parts of the compiler share (compiler.c: statements,
 * expression.c: expressions, scope.c: variables).
 *
 * The compiler is single-pass, from tokens straight to code, and runs twice
 * over the source: only at the end of a scope is it known which of its locals
 * closures capture, and code for those differs from their declaration on. The
 * first run finds out (and reports all errors); the second uses it.
 */
#ifndef LOX_PARSER_H
#define LOX_PARSER_H

#include "scanner.h"
#include "unit.h"
#include "vm.h"

enum { LOX_MAX_LOCALS = 256, LOX_MAX_UPVALUES = 256, LOX_MAX_ARGS = 255 };

/* Which locals are captured, by the order of their declarations. */
struct lox_captures {
    unsigned char *captured;
    intptr_t room;
    intptr_t next; /* number of the next declaration */
};

struct lox_local {
    struct lox_token name;
    int depth;       /* of its scope; -1 until it is initialised */
    intptr_t number; /* in captures */
    int is_cell;     /* known in the second run */
};

struct lox_upvalue {
    int is_local; /* a local of the enclosing function, or its upvalue */
    int index;
};

enum lox_function_kind {
    LOX_KIND_SCRIPT,
    LOX_KIND_FUNCTION,
    LOX_KIND_METHOD,
    LOX_KIND_INIT
};

/* A function being compiled. */
struct lox_scope {
    struct lox_scope *enclosing;
    enum lox_function_kind kind;
    struct lox_unit unit;
    int depth; /* of blocks; 0 is global in the script */
    int nlocals;
    int nupvalues;
    struct lox_local locals[LOX_MAX_LOCALS];
    struct lox_upvalue upvalues[LOX_MAX_UPVALUES];
};

/* A class whose methods are being compiled. */
struct lox_class_scope {
    struct lox_class_scope *enclosing;
    int has_superclass;
};

struct lox_parser {
    struct lox_vm *vm;
    struct lox_scanner scanner;
    struct lox_token current, previous;
    int had_error, panic;
    struct lox_scope *scope;
    struct lox_class_scope *class_scope;
    struct lox_captures *captures;
};

/* ------------------------------------------------ tokens (compiler.c) */
void lox_error_at(struct lox_parser *p, const struct lox_token *token,
                  const char *message);
void lox_advance(struct lox_parser *p);
int lox_match(struct lox_parser *p, enum lox_token_kind kind);
void lox_consume(struct lox_parser *p, enum lox_token_kind kind,
                 const char *message);

/* --------------------------------------------- emitting (compiler.c) */
/* The unit being written, its line that of the previous token. */
struct lox_unit *lox_out(struct lox_parser *p);
void lox_emit(struct lox_parser *p, enum lox_op op);
void lox_emit_with(struct lox_parser *p, enum lox_op op, intptr_t operand);
intptr_t lox_name_constant(struct lox_parser *p, const struct lox_token *name);
struct lox_token lox_synthetic(const char *text);

/* ------------------------------------------- expressions (expression.c) */
void lox_expression(struct lox_parser *p);
void lox_variable(struct lox_parser *p, struct lox_token name, int can_assign);

/* ------------------------------------------------- variables (scope.c) */
void lox_scope_open(struct lox_parser *p, struct lox_scope *scope,
                    enum lox_function_kind kind);
void lox_block_begin(struct lox_parser *p);
void lox_block_end(struct lox_parser *p);
/* Declares the variable named by `name` in a local scope; a global needs none. */
void lox_declare(struct lox_parser *p, const struct lox_token *name);
/* The value on the stack becomes the variable's first. */
void lox_define(struct lox_parser *p, const struct lox_token *name);
/* Makes the newest local usable before its value is there: for functions that
 * call themselves. lox_define_early pushes its place, lox_define_late fills it. */
void lox_define_early(struct lox_parser *p);
void lox_define_late(struct lox_parser *p);
/* Puts a parameter (its slot holds the argument) into a cell if need be. */
void lox_define_parameter(struct lox_parser *p);

/* The ops for a variable and their operand. */
struct lox_access {
    enum lox_op get, set;
    intptr_t operand;
};
struct lox_access lox_resolve(struct lox_parser *p, struct lox_token name);

#endif

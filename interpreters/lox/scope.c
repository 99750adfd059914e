/*
 * scope.c: where variables live: in slots, in cells, with the globals.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"

static int same_name(const struct lox_token *a, const struct lox_token *b)
{
    return a->length == b->length &&
           memcmp(a->start, b->start, (size_t)a->length) == 0;
}

static void mark_captured(struct lox_captures *captures, intptr_t number)
{
    if (number >= captures->room) {
        intptr_t room = 2 * number + 64;
        captures->captured = realloc(captures->captured, (size_t)room);
        if (!captures->captured)
            abort();
        memset(captures->captured + captures->room, 0,
               (size_t)(room - captures->room));
        captures->room = room;
    }
    captures->captured[number] = 1;
}

static void add_local(struct lox_parser *p, struct lox_token name, int depth)
{
    struct lox_scope *scope = p->scope;
    if (scope->nlocals == LOX_MAX_LOCALS) {
        lox_error_at(p, &p->previous, "Too many local variables in function.");
        return;
    }
    intptr_t number = p->captures->next++;
    scope->locals[scope->nlocals++] = (struct lox_local){
        .name = name,
        .depth = depth,
        .number = number,
        .is_cell = number < p->captures->room && p->captures->captured[number]};
}

/* Opens a function: its slot 0 holds `this`, or itself under no name. */
void lox_scope_open(struct lox_parser *p, struct lox_scope *scope,
                    enum lox_function_kind kind)
{
    int is_method = kind == LOX_KIND_METHOD || kind == LOX_KIND_INIT;
    scope->enclosing = p->scope;
    scope->kind = kind;
    scope->depth = scope->nlocals = scope->nupvalues = 0;
    lox_unit_init(&scope->unit);
    scope->unit.height = scope->unit.max_height = 1;
    p->scope = scope;
    add_local(p, lox_synthetic(is_method ? "this" : ""), 0);
    if (scope->locals[0].is_cell)
        lox_emit_with(p, LOX_OP_NEW_CELL, 0);
}

void lox_block_begin(struct lox_parser *p)
{
    p->scope->depth++;
}

void lox_block_end(struct lox_parser *p)
{
    struct lox_scope *scope = p->scope;
    int n = 0;
    scope->depth--;
    while (scope->nlocals > 0 &&
           scope->locals[scope->nlocals - 1].depth > scope->depth) {
        scope->nlocals--;
        n++;
    }
    if (n == 1) {
        lox_emit(p, LOX_OP_POP);
    } else if (n > 1) {
        lox_unit_op_varies(lox_out(p), LOX_OP_POP_N, -n);
        lox_unit_word(lox_out(p), n);
    }
}

void lox_declare(struct lox_parser *p, const struct lox_token *name)
{
    struct lox_scope *scope = p->scope;
    if (scope->depth == 0)
        return;
    for (int i = scope->nlocals - 1; i >= 0; i--) {
        const struct lox_local *local = &scope->locals[i];
        if (local->depth != -1 && local->depth < scope->depth)
            break;
        if (same_name(name, &local->name))
            lox_error_at(p, &p->previous,
                         "Already a variable with this name in this scope.");
    }
    add_local(p, *name, -1);
}

static struct lox_local *newest(struct lox_parser *p)
{
    return &p->scope->locals[p->scope->nlocals - 1];
}

static void initialise(struct lox_parser *p)
{
    newest(p)->depth = p->scope->depth;
    if (newest(p)->is_cell)
        lox_emit_with(p, LOX_OP_NEW_CELL, p->scope->nlocals - 1);
}

void lox_define(struct lox_parser *p, const struct lox_token *name)
{
    if (p->scope->depth > 0) {
        initialise(p);
        return;
    }
    lox_emit_with(p, LOX_OP_DEFINE_GLOBAL, lox_resolve(p, *name).operand);
}

void lox_define_early(struct lox_parser *p)
{
    newest(p)->depth = p->scope->depth;
    if (newest(p)->is_cell) {
        lox_emit(p, LOX_OP_NIL);
        lox_emit_with(p, LOX_OP_NEW_CELL, p->scope->nlocals - 1);
    }
}

void lox_define_late(struct lox_parser *p)
{
    if (newest(p)->is_cell) {
        lox_emit_with(p, LOX_OP_SET_CELL, p->scope->nlocals - 1);
        lox_emit(p, LOX_OP_POP);
    }
}

void lox_define_parameter(struct lox_parser *p)
{
    struct lox_unit *u = lox_out(p);
    u->height++;
    if (u->max_height < u->height)
        u->max_height = u->height;
    initialise(p);
}

static int find_local(struct lox_parser *p, const struct lox_scope *scope,
                      const struct lox_token *name)
{
    for (int i = scope->nlocals - 1; i >= 0; i--) {
        if (same_name(name, &scope->locals[i].name)) {
            if (scope->locals[i].depth == -1)
                lox_error_at(
                    p, &p->previous,
                    "Can't read local variable in its own initializer.");
            return i;
        }
    }
    return -1;
}

static int add_upvalue(struct lox_parser *p, struct lox_scope *scope, int index,
                       int is_local)
{
    for (int i = 0; i < scope->nupvalues; i++)
        if (scope->upvalues[i].index == index &&
            scope->upvalues[i].is_local == is_local)
            return i;
    if (scope->nupvalues == LOX_MAX_UPVALUES) {
        lox_error_at(p, &p->previous,
                     "Too many closure variables in function.");
        return 0;
    }
    scope->upvalues[scope->nupvalues] = (struct lox_upvalue){is_local, index};
    return scope->nupvalues++;
}

static int find_upvalue(struct lox_parser *p, struct lox_scope *scope,
                        const struct lox_token *name)
{
    if (!scope->enclosing)
        return -1;
    int i = find_local(p, scope->enclosing, name);
    if (i >= 0) {
        mark_captured(p->captures, scope->enclosing->locals[i].number);
        return add_upvalue(p, scope, i, 1);
    }
    i = find_upvalue(p, scope->enclosing, name);
    return i < 0 ? -1 : add_upvalue(p, scope, i, 0);
}

struct lox_access lox_resolve(struct lox_parser *p, struct lox_token name)
{
    int i = find_local(p, p->scope, &name);
    if (i >= 0 && p->scope->locals[i].is_cell)
        return (struct lox_access){LOX_OP_GET_CELL, LOX_OP_SET_CELL, i};
    if (i >= 0)
        return (struct lox_access){LOX_OP_GET_LOCAL, LOX_OP_SET_LOCAL, i};
    i = find_upvalue(p, p->scope, &name);
    if (i >= 0)
        return (struct lox_access){LOX_OP_GET_UPVALUE, LOX_OP_SET_UPVALUE, i};
    struct lox_string *text =
        lox_intern(&p->vm->strings, name.start, name.length);
    struct lox_global *global = lox_vm_global(p->vm, text);
    return (struct lox_access){LOX_OP_GET_GLOBAL, LOX_OP_SET_GLOBAL,
                               lox_unit_constant(lox_out(p), &global->head)};
}

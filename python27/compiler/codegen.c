/* codegen.c: units, blocks and instructions; see codegen.h. */
#include "compiler/codegen.h"

#include <stdlib.h>
#include <string.h>
#include "compiler/error.h"
#include "objects/container.h"
#include "objects/errors.h"

struct ident *ident_of(struct compiler *c, const char *text)
{
    return arena_ident(c->arena, text, strlen(text));
}

py_str *ident_str(struct compiler *c, const struct ident *id)
{
    struct ident *i = (struct ident *)id;
    if (!i->str) {
        i->str = py_str_new(i->text, i->len);
        if (i->str)
            i->str = py_intern(i->str);
        arena_keep(c->arena, (py_object *)i->str);
    }
    return i->str;
}

int codegen_error(struct compiler *c, const char *msg)
{
    return error_compile(c->filename, c->u->line, msg);
}

void set_line(struct compiler *c, int line)
{
    c->u->line = line;
    c->u->line_used = 0;
}

/* ------------------------------------------------------------------- units */

int32_t name_index(struct compiler *c, struct nametable *t,
                   const struct ident *name)
{
    struct nameslot *s = namemap_get(&t->index, name);
    if (s)
        return s->value;
    if (t->n == t->cap)
        t->name = arena_grow(c->arena, t->name, (size_t)t->n, sizeof *t->name,
                             &t->cap);
    t->name[t->n] = name;
    namemap_set(c->arena, &t->index, name, t->n);
    return t->n++;
}

static int by_text(const void *a, const void *b)
{
    const struct ident *x = *(struct ident *const *)a,
                       *y = *(struct ident *const *)b;
    return strcmp(x->text, y->text);
}

/* The cells of a scope, or its free variables, in alphabetical order. */
static void number_cells(struct compiler *c, struct nametable *t,
                         const struct scope *s, int scope, int flag)
{
    const struct ident **found = NULL;
    int32_t n = 0, cap = 0;
    NAMEMAP_EACH(slot, &s->symbols)
    {
        if (slot->value >> SYM_SCOPE_SHIFT != scope && !(slot->value & flag))
            continue;
        if (n == cap)
            found = arena_grow(c->arena, found, (size_t)n, sizeof *found, &cap);
        found[n++] = slot->key;
    }
    if (n > 1)
        qsort(found, (size_t)n, sizeof *found, by_text);
    for (int i = 0; i < n; i++)
        name_index(c, t, found[i]);
}

void unit_enter(struct compiler *c, struct unit *u, struct ident *name,
                struct ast *node, int firstline)
{
    memset(u, 0, sizeof *u);
    u->scope = c->st->scopes[node->scope];
    u->name = name;
    u->firstline = firstline;
    u->outer = c->u;
    u->klass = c->u ? c->u->klass : NULL;
    c->u = u;
    c->nesting++;
    for (int i = 0; i < u->scope->params->n; i++)
        name_index(c, &u->varnames, u->scope->params->item[i]);
    number_cells(c, &u->cellvars, u->scope, SCOPE_CELL, 0);
    number_cells(c, &u->freevars, u->scope, SCOPE_FREE, SYM_FREE_CLASS);
    u->first = u->cur = block_new(c);
}

py_code *unit_leave(struct compiler *c, int add_none)
{
    struct unit *u = c->u;
    py_code *code = NULL;
    int err = 0;
    if (!u->cur->returns) {
        block_use(c, block_new(c));
        if (add_none)
            err = emit_const(c, py_None);
        emit(c, PY_OP_RETURN_VALUE);
    }
    if (!err)
        code = assemble(c, u);
    arena_keep(c->arena, (py_object *)code);
    c->u = u->outer;
    c->nesting--;
    return code;
}

/* ------------------------------------------------------ blocks, instructions */

struct codeblock *block_new(struct compiler *c)
{
    return ARENA_NEW(c->arena, struct codeblock);
}

void block_use(struct compiler *c, struct codeblock *b)
{
    c->u->cur->next = b;
    c->u->cur = b;
}

int fblock_push(struct compiler *c, enum fblock_kind kind, struct codeblock *b)
{
    if (c->u->nfblocks >= MAX_FBLOCKS) {
        py_raise(&py_SyntaxError, "too many statically nested blocks");
        return -1;
    }
    c->u->fblock[c->u->nfblocks++] = (struct fblock){kind, b};
    return 0;
}

void fblock_pop(struct compiler *c)
{
    c->u->nfblocks--;
}

static struct instr *next_instr(struct compiler *c, int op)
{
    struct codeblock *b = c->u->cur;
    if (b->n == b->cap)
        b->instr = arena_grow(c->arena, b->instr, (size_t)b->n,
                              sizeof *b->instr, &b->cap);
    struct instr *i = &b->instr[b->n++];
    *i = (struct instr){.op = (uint8_t)op};
    if (!c->u->line_used) {
        c->u->line_used = 1;
        i->line = c->u->line;
    }
    return i;
}

void emit(struct compiler *c, int op)
{
    next_instr(c, op);
    if (op == PY_OP_RETURN_VALUE)
        c->u->cur->returns = 1;
}

void emit_arg(struct compiler *c, int op, int arg)
{
    next_instr(c, op)->arg = arg;
}

void emit_jump(struct compiler *c, int op, struct codeblock *target)
{
    next_instr(c, op)->target = target;
}

int emit_const(struct compiler *c, py_object *v)
{
    if (!v)
        return -1;
    emit_arg(c, PY_OP_LOAD_CONST, const_index(c->arena, &c->u->consts, v));
    return 0;
}

void emit_attr(struct compiler *c, int op, const struct ident *name)
{
    struct ident *m = mangle(c->arena, c->u->klass, (struct ident *)name);
    emit_arg(c, op, name_index(c, &c->u->names, m));
}

static int cell_index(struct compiler *c, const struct ident *name,
                      enum symbol_scope scope)
{
    if (scope == SCOPE_CELL)
        return name_index(c, &c->u->cellvars, name);
    return c->u->cellvars.n + name_index(c, &c->u->freevars, name);
}

int emit_name(struct compiler *c, struct ident *name, int ctx)
{
    struct unit *u = c->u;
    struct ident *m = mangle(c->arena, u->klass, name);
    enum symbol_scope scope = scope_of(u->scope, m);
    int action = ctx == AST_Store ? 1 : ctx == AST_Del ? 2 : 0;
    if (scope == SCOPE_FREE || scope == SCOPE_CELL) {
        if (action == 2) {
            py_raise(&py_SyntaxError,
                     "can not delete variable '%s' referenced in nested scope",
                     name->text);
            return -1;
        }
        emit_arg(c, action ? PY_OP_STORE_DEREF : PY_OP_LOAD_DEREF,
                 cell_index(c, m, scope));
    } else if (scope == SCOPE_LOCAL && u->scope->kind == SCOPE_FUNCTION) {
        static const int ops[] = {PY_OP_LOAD_FAST, PY_OP_STORE_FAST,
                                  PY_OP_DELETE_FAST};
        emit_arg(c, ops[action], name_index(c, &u->varnames, m));
    } else if (scope == SCOPE_GLOBAL_EXPLICIT ||
               (scope == SCOPE_GLOBAL_IMPLICIT &&
                u->scope->kind == SCOPE_FUNCTION && !u->scope->unoptimized)) {
        static const int ops[] = {PY_OP_LOAD_GLOBAL, PY_OP_STORE_GLOBAL,
                                  PY_OP_DELETE_GLOBAL};
        emit_arg(c, ops[action], name_index(c, &u->names, m));
    } else {
        static const int ops[] = {PY_OP_LOAD_NAME, PY_OP_STORE_NAME,
                                  PY_OP_DELETE_NAME};
        emit_arg(c, ops[action], name_index(c, &u->names, m));
    }
    return 0;
}

int emit_closure(struct compiler *c, py_code *code, int ndefaults)
{
    if (!code)
        return -1;
    intptr_t nfree = code->freevars->n;
    for (intptr_t i = 0; i < nfree; i++) {
        /* A name that a class both binds and passes on to a method is local
         * to the class and free here. */
        py_str *s = (py_str *)code->freevars->item[i];
        struct ident *id = arena_ident(c->arena, s->data, (size_t)s->n);
        enum symbol_scope scope = scope_of(c->u->scope, id);
        emit_arg(c, PY_OP_LOAD_CLOSURE, cell_index(c, id, scope));
    }
    if (nfree)
        emit_arg(c, PY_OP_BUILD_TUPLE, (int)nfree);
    if (emit_const(c, &code->base))
        return -1;
    emit_arg(c, nfree ? PY_OP_MAKE_CLOSURE : PY_OP_MAKE_FUNCTION, ndefaults);
    return 0;
}

py_code *codegen(struct compiler *c, struct ast *mod)
{
    struct unit u;
    int err;
    unit_enter(c, &u, ident_of(c, "<module>"), mod, 0);
    if (mod->kind == AST_Expression)
        err = gen_expr(c, AST(Expression, mod)->body);
    else if (mod->kind == AST_Interactive) {
        c->interactive = 1;
        err = gen_stmts(c, AST(Interactive, mod)->body);
    } else
        err = gen_body(c, AST(Module, mod)->body);
    return err ? NULL : unit_leave(c, mod->kind != AST_Expression);
}

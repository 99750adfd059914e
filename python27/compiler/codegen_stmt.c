/* codegen_stmt.c: statements; see codegen.h. */
#include "compiler/codegen.h"

#include <string.h>
#include "compiler/error.h"
#include "objects/abstract.h"
#include "objects/intobject.h"

static int gen_stmt(struct compiler *c, struct ast *s);

int gen_stmts(struct compiler *c, const struct ast_seq *s)
{
    if (error_if_too_deep())
        return -1;
    for (int i = 0; i < s->n; i++)
        if (gen_stmt(c, s->item[i]))
            return -1;
    return 0;
}

/* --------------------------------------------------- functions and classes */

static struct ast *docstring(const struct ast_seq *body)
{
    struct ast *s = body->n ? body->item[0] : NULL;
    if (!s || s->kind != AST_Expr || AST(Expr, s)->value->kind != AST_Str)
        return NULL;
    return AST(Expr, s)->value;
}

/* The statements of a module or class, which keep their docstring by name. */
int gen_body(struct compiler *c, const struct ast_seq *body)
{
    struct ast *doc = docstring(body);
    int i = 0;
    if (doc && !c->no_docstrings) {
        i = 1;
        if (gen_expr(c, doc) || emit_name(c, ident_of(c, "__doc__"), AST_Store))
            return -1;
    }
    for (; i < body->n; i++)
        if (gen_stmt(c, body->item[i]))
            return -1;
    return 0;
}

/* Parameters that are tuples are taken apart first. */
int gen_params(struct compiler *c, const struct ast_seq *args)
{
    for (int i = 0; i < args->n; i++) {
        struct ast *arg = args->item[i];
        if (arg->kind != AST_Tuple)
            continue;
        if (emit_name(c, c->u->scope->params->item[i], AST_Load) ||
            gen_expr(c, arg))
            return -1;
    }
    return 0;
}

static int call_decorators(struct compiler *c, const struct ast_seq *list,
                           struct ident *name)
{
    for (int i = 0; i < list->n; i++)
        emit_arg(c, PY_OP_CALL_FUNCTION, 1);
    return emit_name(c, name, AST_Store);
}

static int gen_function(struct compiler *c, struct ast *s)
{
    struct ast_FunctionDef *n = AST(FunctionDef, s);
    struct ast_arguments *args = AST(arguments, n->args);
    struct unit u;
    if (gen_exprs(c, n->decorator_list) || gen_exprs(c, args->defaults))
        return -1;
    unit_enter(c, &u, n->name, s, s->line);
    struct ast *doc = docstring(n->body);
    const_index(c->arena, &u.consts,
                doc && !c->no_docstrings ? AST(Str, doc)->s : py_None);
    if (gen_params(c, args->args))
        return -1;
    u.argcount = args->args->n;
    for (int i = doc ? 1 : 0; i < n->body->n; i++)
        if (gen_stmt(c, n->body->item[i]))
            return -1;
    if (emit_closure(c, unit_leave(c, 1), args->defaults->n))
        return -1;
    return call_decorators(c, n->decorator_list, n->name);
}

static int gen_class(struct compiler *c, struct ast *s)
{
    struct ast_ClassDef *n = AST(ClassDef, s);
    struct unit u;
    if (gen_exprs(c, n->decorator_list) ||
        emit_const(c, (py_object *)ident_str(c, n->name)) ||
        gen_exprs(c, n->bases))
        return -1;
    emit_arg(c, PY_OP_BUILD_TUPLE, n->bases->n);
    unit_enter(c, &u, n->name, s, s->line);
    u.klass = n->name;
    if (emit_name(c, ident_of(c, "__name__"), AST_Load) ||
        emit_name(c, ident_of(c, "__module__"), AST_Store) ||
        gen_body(c, n->body))
        return -1;
    emit(c, PY_OP_LOAD_LOCALS);
    emit(c, PY_OP_RETURN_VALUE);
    if (emit_closure(c, unit_leave(c, 1), 0))
        return -1;
    emit_arg(c, PY_OP_CALL_FUNCTION, 0);
    emit(c, PY_OP_BUILD_CLASS);
    return call_decorators(c, n->decorator_list, n->name);
}

/* -------------------------------------------------------------------- flow */

static int gen_if(struct compiler *c, struct ast_If *n)
{
    /* elif is an If that is the only statement of orelse: a loop here, since
     * chains of them are long. The ends are joined in the order in which
     * nested statements would join them. */
    struct codeblock **ends = NULL;
    int32_t nends = 0, cap = 0;
    for (;;) {
        struct codeblock *end = block_new(c), *next = end;
        int truth = const_truth(c, n->test);
        const struct ast_seq *rest = n->orelse;
        if (py_err_occurred())
            return -1;
        if (nends == cap)
            ends =
                arena_grow(c->arena, ends, (size_t)nends, sizeof *ends, &cap);
        ends[nends++] = end;
        if (truth == 1) {
            if (gen_stmts(c, n->body))
                return -1;
            break;
        }
        if (truth < 0) {
            if (rest->n)
                next = block_new(c);
            if (gen_expr(c, n->test))
                return -1;
            emit_jump(c, PY_OP_POP_JUMP_IF_FALSE, next);
            if (gen_stmts(c, n->body))
                return -1;
            emit_jump(c, PY_OP_JUMP_FORWARD, end);
            if (rest->n)
                block_use(c, next);
        }
        if (rest->n != 1 || ast_at(rest, 0)->kind != AST_If) {
            if (gen_stmts(c, rest))
                return -1;
            break;
        }
        n = rest->item[0];
        set_line(c, n->base.line);
    }
    while (nends)
        block_use(c, ends[--nends]);
    return 0;
}

static int gen_for(struct compiler *c, struct ast_For *n)
{
    struct codeblock *start = block_new(c), *cleanup = block_new(c),
                     *end = block_new(c);
    emit_jump(c, PY_OP_SETUP_LOOP, end);
    if (fblock_push(c, FBLOCK_LOOP, start) || gen_expr(c, n->iter))
        return -1;
    emit(c, PY_OP_GET_ITER);
    block_use(c, start);
    emit_jump(c, PY_OP_FOR_ITER, cleanup);
    if (gen_expr(c, n->target) || gen_stmts(c, n->body))
        return -1;
    emit_jump(c, PY_OP_JUMP_ABSOLUTE, start);
    block_use(c, cleanup);
    emit(c, PY_OP_POP_BLOCK);
    fblock_pop(c);
    if (gen_stmts(c, n->orelse))
        return -1;
    block_use(c, end);
    return 0;
}

static int gen_while(struct compiler *c, struct ast_While *n)
{
    int truth = const_truth(c, n->test);
    if (py_err_occurred())
        return -1;
    if (truth == 0)
        return gen_stmts(c, n->orelse);
    struct codeblock *loop = block_new(c), *end = block_new(c),
                     *exhausted = block_new(c);
    emit_jump(c, PY_OP_SETUP_LOOP, end);
    block_use(c, loop);
    if (fblock_push(c, FBLOCK_LOOP, loop))
        return -1;
    if (truth < 0) {
        if (gen_expr(c, n->test))
            return -1;
        emit_jump(c, PY_OP_POP_JUMP_IF_FALSE, exhausted);
    }
    if (gen_stmts(c, n->body))
        return -1;
    emit_jump(c, PY_OP_JUMP_ABSOLUTE, loop);
    if (truth < 0)
        block_use(c, exhausted);
    emit(c, PY_OP_POP_BLOCK);
    fblock_pop(c);
    if (gen_stmts(c, n->orelse))
        return -1;
    block_use(c, end);
    return 0;
}

static int gen_break(struct compiler *c)
{
    for (int i = 0; i < c->u->nfblocks; i++) {
        if (c->u->fblock[i].kind == FBLOCK_LOOP) {
            emit(c, PY_OP_BREAK_LOOP);
            return 0;
        }
    }
    return codegen_error(c, "'break' outside loop");
}

static int gen_continue(struct compiler *c)
{
    static const char outside[] = "'continue' not properly in loop";
    static const char in_finally[] =
        "'continue' not supported inside 'finally' clause";
    const struct fblock *f = c->u->fblock;
    int i = c->u->nfblocks - 1;
    if (i < 0)
        return codegen_error(c, outside);
    if (f[i].kind == FBLOCK_LOOP) {
        emit_jump(c, PY_OP_JUMP_ABSOLUTE, f[i].block);
        return 0;
    }
    if (f[i].kind == FBLOCK_FINALLY_END)
        return codegen_error(c, in_finally);
    while (--i >= 0 && f[i].kind != FBLOCK_LOOP)
        if (f[i].kind == FBLOCK_FINALLY_END)
            return codegen_error(c, in_finally);
    if (i < 0)
        return codegen_error(c, outside);
    emit_jump(c, PY_OP_CONTINUE_LOOP, f[i].block);
    return 0;
}

static int gen_try_finally(struct compiler *c, struct ast_TryFinally *n)
{
    struct codeblock *body = block_new(c), *end = block_new(c);
    emit_jump(c, PY_OP_SETUP_FINALLY, end);
    block_use(c, body);
    if (fblock_push(c, FBLOCK_FINALLY_TRY, body) || gen_stmts(c, n->body))
        return -1;
    emit(c, PY_OP_POP_BLOCK);
    fblock_pop(c);
    if (emit_const(c, py_None))
        return -1;
    block_use(c, end);
    if (fblock_push(c, FBLOCK_FINALLY_END, end) || gen_stmts(c, n->finalbody))
        return -1;
    emit(c, PY_OP_END_FINALLY);
    fblock_pop(c);
    return 0;
}

static int gen_handler(struct compiler *c, struct ast_ExceptHandler *h,
                       struct codeblock *end)
{
    struct codeblock *next = block_new(c);
    set_line(c, h->base.line);
    if (h->type) {
        emit(c, PY_OP_DUP_TOP);
        if (gen_expr(c, h->type))
            return -1;
        emit_arg(c, PY_OP_COMPARE_OP, PY_CMP_EXC_MATCH);
        emit_jump(c, PY_OP_POP_JUMP_IF_FALSE, next);
    }
    emit(c, PY_OP_POP_TOP);
    if (h->name) {
        if (gen_expr(c, h->name))
            return -1;
    } else
        emit(c, PY_OP_POP_TOP);
    emit(c, PY_OP_POP_TOP);
    if (gen_stmts(c, h->body))
        return -1;
    emit_jump(c, PY_OP_JUMP_FORWARD, end);
    block_use(c, next);
    return 0;
}

static int gen_try_except(struct compiler *c, struct ast_TryExcept *n)
{
    struct codeblock *body = block_new(c), *handlers = block_new(c),
                     *orelse = block_new(c), *end = block_new(c);
    emit_jump(c, PY_OP_SETUP_EXCEPT, handlers);
    block_use(c, body);
    if (fblock_push(c, FBLOCK_EXCEPT, body) || gen_stmts(c, n->body))
        return -1;
    emit(c, PY_OP_POP_BLOCK);
    fblock_pop(c);
    emit_jump(c, PY_OP_JUMP_FORWARD, orelse);
    block_use(c, handlers);
    for (int i = 0; i < n->handlers->n; i++) {
        struct ast_ExceptHandler *h = n->handlers->item[i];
        if (!h->type && i < n->handlers->n - 1)
            return codegen_error(c, "default 'except:' must be last");
        if (gen_handler(c, h, end))
            return -1;
    }
    emit(c, PY_OP_END_FINALLY);
    block_use(c, orelse);
    if (gen_stmts(c, n->orelse))
        return -1;
    block_use(c, end);
    return 0;
}

static int gen_with(struct compiler *c, struct ast_With *n)
{
    struct codeblock *body = block_new(c), *cleanup = block_new(c);
    if (gen_expr(c, n->context_expr))
        return -1;
    emit_jump(c, PY_OP_SETUP_WITH, cleanup);
    block_use(c, body);
    if (fblock_push(c, FBLOCK_FINALLY_TRY, body))
        return -1;
    if (n->optional_vars) {
        if (gen_expr(c, n->optional_vars))
            return -1;
    } else
        emit(c, PY_OP_POP_TOP);
    if (gen_stmts(c, n->body))
        return -1;
    emit(c, PY_OP_POP_BLOCK);
    fblock_pop(c);
    if (emit_const(c, py_None))
        return -1;
    block_use(c, cleanup);
    if (fblock_push(c, FBLOCK_FINALLY_END, cleanup))
        return -1;
    emit(c, PY_OP_WITH_CLEANUP);
    emit(c, PY_OP_END_FINALLY);
    fblock_pop(c);
    return 0;
}

/* ----------------------------------------------------------------- imports */

static int emit_level(struct compiler *c, int level)
{
    if (level == 0 && !(c->flags & PY_CO_FUTURE_ABSOLUTE_IMPORT))
        level = -1;
    return emit_const(c, py_int_new(level));
}

/* `import a.b.c as d` binds the innermost module. */
static int store_as(struct compiler *c, const struct ident *name,
                    struct ident *asname)
{
    const char *end = name->text + name->len;
    const char *dot = memchr(name->text, '.', name->len);
    while (dot) {
        const char *s = dot + 1;
        dot = memchr(s, '.', (size_t)(end - s));
        size_t n = (size_t)((dot ? dot : end) - s);
        /* Parts of module names are not mangled. */
        emit_arg(c, PY_OP_LOAD_ATTR,
                 name_index(c, &c->u->names, arena_ident(c->arena, s, n)));
    }
    return emit_name(c, asname, AST_Store);
}

static int gen_import(struct compiler *c, const struct ast_seq *names)
{
    for (int i = 0; i < names->n; i++) {
        struct ast_alias *al = names->item[i];
        if (emit_level(c, 0) || emit_const(c, py_None))
            return -1;
        emit_attr(c, PY_OP_IMPORT_NAME, al->name);
        if (al->asname) {
            if (store_as(c, al->name, al->asname))
                return -1;
            continue;
        }
        const char *dot = memchr(al->name->text, '.', al->name->len);
        struct ident *id = dot ? arena_ident(c->arena, al->name->text,
                                             (size_t)(dot - al->name->text))
                               : al->name;
        if (emit_name(c, id, AST_Store))
            return -1;
    }
    return 0;
}

static int gen_import_from(struct compiler *c, struct ast *s)
{
    struct ast_ImportFrom *n = AST(ImportFrom, s);
    if (s->line > c->future_line && n->module &&
        !strcmp(n->module->text, "__future__"))
        return codegen_error(c, "from __future__ imports must occur at the "
                                "beginning of the file");
    py_tuple *names = py_tuple_new(n->names->n);
    if (!names)
        return -1;
    arena_keep(c->arena, (py_object *)names);
    for (int i = 0; i < n->names->n; i++) {
        struct ast_alias *al = n->names->item[i];
        names->item[i] = (py_object *)ident_str(c, al->name);
    }
    if (emit_level(c, n->level) || emit_const(c, (py_object *)names))
        return -1;
    emit_attr(c, PY_OP_IMPORT_NAME, n->module ? n->module : ident_of(c, ""));
    for (int i = 0; i < n->names->n; i++) {
        struct ast_alias *al = n->names->item[i];
        if (i == 0 && !strcmp(al->name->text, "*")) {
            emit(c, PY_OP_IMPORT_STAR);
            return 0;
        }
        emit_attr(c, PY_OP_IMPORT_FROM, al->name);
        if (emit_name(c, al->asname ? al->asname : al->name, AST_Store))
            return -1;
    }
    emit(c, PY_OP_POP_TOP);
    return 0;
}

/* ------------------------------------------------------------ simple ones */

static int gen_print(struct compiler *c, struct ast_Print *n)
{
    if (n->dest && gen_expr(c, n->dest))
        return -1;
    for (int i = 0; i < n->values->n; i++) {
        if (n->dest)
            emit(c, PY_OP_DUP_TOP);
        if (gen_expr(c, n->values->item[i]))
            return -1;
        if (n->dest) {
            emit(c, PY_OP_ROT_TWO);
            emit(c, PY_OP_PRINT_ITEM_TO);
        } else
            emit(c, PY_OP_PRINT_ITEM);
    }
    if (n->nl)
        emit(c, n->dest ? PY_OP_PRINT_NEWLINE_TO : PY_OP_PRINT_NEWLINE);
    else if (n->dest)
        emit(c, PY_OP_POP_TOP);
    return 0;
}

static int gen_assert(struct compiler *c, struct ast_Assert *n)
{
    if (c->optimize)
        return 0;
    if (n->test->kind == AST_Tuple && AST(Tuple, n->test)->elts->n &&
        py_warn_explicit(&py_SyntaxWarning,
                         "assertion is always true, perhaps remove "
                         "parentheses?",
                         c->filename, c->u->line))
        return -1;
    struct codeblock *end = block_new(c);
    if (gen_expr(c, n->test))
        return -1;
    emit_jump(c, PY_OP_POP_JUMP_IF_TRUE, end);
    emit_arg(c, PY_OP_LOAD_GLOBAL,
             name_index(c, &c->u->names, ident_of(c, "AssertionError")));
    if (n->msg) {
        if (gen_expr(c, n->msg))
            return -1;
        emit_arg(c, PY_OP_CALL_FUNCTION, 1);
    }
    emit_arg(c, PY_OP_RAISE_VARARGS, 1);
    block_use(c, end);
    return 0;
}

static int gen_assign(struct compiler *c, struct ast_Assign *n)
{
    if (gen_expr(c, n->value))
        return -1;
    for (int i = 0; i < n->targets->n; i++) {
        if (i + 2 <= n->targets->n)
            emit(c, PY_OP_DUP_TOP);
        if (gen_expr(c, n->targets->item[i]))
            return -1;
    }
    return 0;
}

static int gen_raise(struct compiler *c, struct ast_Raise *n)
{
    int k = 0;
    struct ast *parts[] = {n->type, n->inst, n->tback};
    while (k < 3 && parts[k])
        if (gen_expr(c, parts[k++]))
            return -1;
    emit_arg(c, PY_OP_RAISE_VARARGS, k);
    return 0;
}

static int gen_exec(struct compiler *c, struct ast_Exec *n)
{
    if (gen_expr(c, n->body))
        return -1;
    if (n->globals ? gen_expr(c, n->globals) : emit_const(c, py_None))
        return -1;
    if (n->locals) {
        if (gen_expr(c, n->locals))
            return -1;
    } else
        emit(c, PY_OP_DUP_TOP);
    emit(c, PY_OP_EXEC_STMT);
    return 0;
}

static int gen_expr_stmt(struct compiler *c, struct ast *e)
{
    if (c->interactive && c->nesting <= 1) {
        if (gen_expr(c, e))
            return -1;
        emit(c, PY_OP_PRINT_EXPR);
        return 0;
    }
    if (e->kind == AST_Str || e->kind == AST_Num)
        return 0;
    if (gen_expr(c, e))
        return -1;
    emit(c, PY_OP_POP_TOP);
    return 0;
}

static int gen_return(struct compiler *c, struct ast_Return *n)
{
    if (c->u->scope->kind != SCOPE_FUNCTION)
        return codegen_error(c, "'return' outside function");
    if (n->value ? gen_expr(c, n->value) : emit_const(c, py_None))
        return -1;
    emit(c, PY_OP_RETURN_VALUE);
    return 0;
}

static int gen_stmt(struct compiler *c, struct ast *s)
{
    set_line(c, s->line);
    switch (s->kind) {
    case AST_FunctionDef:
        return gen_function(c, s);
    case AST_ClassDef:
        return gen_class(c, s);
    case AST_Return:
        return gen_return(c, AST(Return, s));
    case AST_Delete:
        return gen_exprs(c, AST(Delete, s)->targets);
    case AST_Assign:
        return gen_assign(c, AST(Assign, s));
    case AST_AugAssign:
        return gen_augmented(c, AST(AugAssign, s)->target,
                             AST(AugAssign, s)->op, AST(AugAssign, s)->value);
    case AST_Print:
        return gen_print(c, AST(Print, s));
    case AST_For:
        return gen_for(c, AST(For, s));
    case AST_While:
        return gen_while(c, AST(While, s));
    case AST_If:
        return gen_if(c, AST(If, s));
    case AST_With:
        return gen_with(c, AST(With, s));
    case AST_Raise:
        return gen_raise(c, AST(Raise, s));
    case AST_TryExcept:
        return gen_try_except(c, AST(TryExcept, s));
    case AST_TryFinally:
        return gen_try_finally(c, AST(TryFinally, s));
    case AST_Assert:
        return gen_assert(c, AST(Assert, s));
    case AST_Import:
        return gen_import(c, AST(Import, s)->names);
    case AST_ImportFrom:
        return gen_import_from(c, s);
    case AST_Exec:
        return gen_exec(c, AST(Exec, s));
    case AST_Global:
    case AST_Pass:
        return 0;
    case AST_Expr:
        return gen_expr_stmt(c, AST(Expr, s)->value);
    case AST_Break:
        return gen_break(c);
    case AST_Continue:
        return gen_continue(c);
    default:
        py_raise(&py_SystemError, "unexpected statement node %s",
                 ast_kinds[s->kind].name);
        return -1;
    }
}

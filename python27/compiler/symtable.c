/* symtable.c: see symtable.h. */
#include "compiler/symtable.h"

#include <stdio.h>
#include <string.h>
#include "compiler/error.h"
#include "objects/errors.h"

/* ------------------------------------------------------------------- names */

struct ident *mangle(struct pyarena *a, const struct ident *klass,
                     struct ident *name)
{
    const char *s = name->text;
    if (!klass || s[0] != '_' || s[1] != '_' ||
        (s[name->len - 1] == '_' && s[name->len - 2] == '_') ||
        memchr(s, '.', name->len))
        return name;
    const char *k = klass->text;
    size_t nk = klass->len;
    while (*k == '_')
        k++, nk--;
    if (!nk)
        return name; /* a class of underscores only */
    char *p = arena_alloc(a, 1 + nk + name->len);
    p[0] = '_';
    memcpy(p + 1, k, nk);
    memcpy(p + 1 + nk, s, name->len);
    return arena_ident(a, p, 1 + nk + name->len);
}

enum symbol_scope scope_of(const struct scope *s, const struct ident *name)
{
    struct nameslot *slot = namemap_get(&s->symbols, name);
    return slot ? (enum symbol_scope)(slot->value >> SYM_SCOPE_SHIFT)
                : SCOPE_NONE;
}

/* -------------------------------------------------------------- collecting */

static int visit_stmts(struct symtable *st, const struct ast_seq *s);
static int visit_expr(struct symtable *st, struct ast *e);

static int visit_exprs(struct symtable *st, const struct ast_seq *s)
{
    for (int i = 0; i < s->n; i++)
        if (visit_expr(st, s->item[i]))
            return -1;
    return 0;
}

static int add(struct symtable *st, struct ident *name, int flag)
{
    struct scope *sc = st->cur;
    struct ident *m = mangle(st->arena, st->klass, name);
    struct nameslot *slot = namemap_get(&sc->symbols, m);
    int value = flag;
    if (slot) {
        if ((flag & SYM_PARAM) && (slot->value & SYM_PARAM))
            return error_at(st->filename, sc->line,
                            "duplicate argument '%s' in function definition",
                            name->text);
        slot->value |= flag;
    } else
        namemap_set(st->arena, &sc->symbols, m, value);
    if (flag & SYM_PARAM)
        ast_seq_add(st->arena, sc->params, m);
    else if (flag & SYM_GLOBAL) {
        /* Declared global anywhere, it is an explicit global of the module. */
        struct namemap *top = &st->scopes[0]->symbols;
        slot = namemap_get(top, m);
        if (slot)
            slot->value |= SYM_GLOBAL;
        else
            namemap_set(st->arena, top, m, SYM_GLOBAL);
    }
    return 0;
}

static int add_numbered(struct symtable *st, int pos)
{
    char text[16];
    int n = snprintf(text, sizeof text, ".%d", pos);
    return add(st, arena_ident(st->arena, text, (size_t)n), SYM_PARAM);
}

/* Opens a scope for node; gives the one around it, to be restored. */
static struct scope *enter(struct symtable *st, enum scope_kind kind,
                           struct ident *name, struct ast *node, int line)
{
    struct scope *outer = st->cur;
    struct scope *sc = ARENA_NEW(st->arena, struct scope);
    sc->kind = kind;
    sc->name = name;
    sc->line = line;
    sc->params = ast_seq_new(st->arena);
    sc->children = ast_seq_new(st->arena);
    if (outer) {
        sc->nested = outer->nested || outer->kind == SCOPE_FUNCTION;
        ast_seq_add(st->arena, outer->children, sc);
    }
    if (st->n == st->cap)
        st->scopes = arena_grow(st->arena, st->scopes, (size_t)st->n,
                                sizeof *st->scopes, &st->cap);
    node->scope = st->n;
    st->scopes[st->n++] = sc;
    st->cur = sc;
    return outer;
}

static int visit_params(struct symtable *st, const struct ast_seq *args,
                        int toplevel)
{
    for (int i = 0; i < args->n; i++) {
        struct ast *arg = args->item[i];
        if (arg->kind == AST_Name) {
            if (add(st, AST(Name, arg)->id, SYM_PARAM))
                return -1;
        } else if (arg->kind != AST_Tuple)
            return error_at(st->filename, st->cur->line,
                            "invalid expression in parameter list");
        else if (toplevel && add_numbered(st, i))
            return -1;
    }
    if (toplevel)
        return 0;
    for (int i = 0; i < args->n; i++) {
        struct ast *arg = args->item[i];
        if (arg->kind == AST_Tuple &&
            visit_params(st, AST(Tuple, arg)->elts, 0))
            return -1;
    }
    return 0;
}

static int visit_arguments(struct symtable *st, struct ast *node)
{
    struct ast_arguments *a = AST(arguments, node);
    if (visit_params(st, a->args, 1))
        return -1;
    if (a->vararg) {
        st->cur->varargs = 1;
        if (add(st, a->vararg, SYM_PARAM))
            return -1;
    }
    if (a->kwarg) {
        st->cur->varkeywords = 1;
        if (add(st, a->kwarg, SYM_PARAM))
            return -1;
    }
    for (int i = 0; i < a->args->n; i++) {
        struct ast *arg = a->args->item[i];
        if (arg->kind == AST_Tuple &&
            visit_params(st, AST(Tuple, arg)->elts, 0))
            return -1;
    }
    return 0;
}

static int visit_generators(struct symtable *st, const struct ast_seq *g,
                            int skip_first_iter)
{
    for (int i = 0; i < g->n; i++) {
        struct ast_comprehension *c = g->item[i];
        if (visit_expr(st, c->target) ||
            (!(skip_first_iter && i == 0) && visit_expr(st, c->iter)) ||
            visit_exprs(st, c->ifs))
            return -1;
    }
    return 0;
}

/* A comprehension with a scope of its own. The outermost iterable belongs to
 * the scope around it and arrives as the parameter ".0". */
static int visit_comprehension(struct symtable *st, struct ast *e,
                               const char *name, const struct ast_seq *g,
                               struct ast *elt, struct ast *value)
{
    if (visit_expr(st, AST(comprehension, g->item[0])->iter))
        return -1;
    struct ident *id = arena_ident(st->arena, name, strlen(name));
    struct scope *outer = enter(st, SCOPE_FUNCTION, id, e, 0);
    st->cur->generator = e->kind == AST_GeneratorExp;
    if (add_numbered(st, 0))
        return -1;
    /* CPython sets a name aside for the container; only symtable.py sees it. */
    if (e->kind != AST_GeneratorExp &&
        add(st, arena_ident(st->arena, "_[1]", 4), SYM_LOCAL))
        return -1;
    if (visit_generators(st, g, 1) || (value && visit_expr(st, value)) ||
        visit_expr(st, elt))
        return -1;
    st->cur = outer;
    return 0;
}

static int visit_slice(struct symtable *st, struct ast *s)
{
    switch (s->kind) {
    case AST_Slice:
        return (AST(Slice, s)->lower && visit_expr(st, AST(Slice, s)->lower)) ||
                       (AST(Slice, s)->upper &&
                        visit_expr(st, AST(Slice, s)->upper)) ||
                       (AST(Slice, s)->step &&
                        visit_expr(st, AST(Slice, s)->step))
                   ? -1
                   : 0;
    case AST_ExtSlice:
        for (int i = 0; i < AST(ExtSlice, s)->dims->n; i++)
            if (visit_slice(st, AST(ExtSlice, s)->dims->item[i]))
                return -1;
        return 0;
    case AST_Index:
        return visit_expr(st, AST(Index, s)->value);
    default:
        return 0;
    }
}

static int generator_returns(struct symtable *st, int line)
{
    return error_at(st->filename, line,
                    "'return' with argument inside generator");
}

static int visit_call(struct symtable *st, struct ast_Call *n)
{
    if (visit_expr(st, n->func) || visit_exprs(st, n->args))
        return -1;
    for (int i = 0; i < n->keywords->n; i++)
        if (visit_expr(st, AST(keyword, n->keywords->item[i])->value))
            return -1;
    if (n->starargs && visit_expr(st, n->starargs))
        return -1;
    return n->kwargs ? visit_expr(st, n->kwargs) : 0;
}

static int visit_lambda(struct symtable *st, struct ast *e)
{
    struct ast_Lambda *n = AST(Lambda, e);
    if (visit_exprs(st, AST(arguments, n->args)->defaults))
        return -1;
    struct ident *id = arena_ident(st->arena, "lambda", 6);
    struct scope *outer = enter(st, SCOPE_FUNCTION, id, e, e->line);
    if (visit_arguments(st, n->args) || visit_expr(st, n->body))
        return -1;
    st->cur = outer;
    return 0;
}

static int visit_expr_kind(struct symtable *st, struct ast *e)
{
    switch (e->kind) {
    case AST_BoolOp:
        return visit_exprs(st, AST(BoolOp, e)->values);
    case AST_UnaryOp:
        return visit_expr(st, AST(UnaryOp, e)->operand);
    case AST_Lambda:
        return visit_lambda(st, e);
    case AST_IfExp:
        return visit_expr(st, AST(IfExp, e)->test) ||
                       visit_expr(st, AST(IfExp, e)->body) ||
                       visit_expr(st, AST(IfExp, e)->orelse)
                   ? -1
                   : 0;
    case AST_Dict:
        return visit_exprs(st, AST(Dict, e)->keys) ||
                       visit_exprs(st, AST(Dict, e)->values)
                   ? -1
                   : 0;
    case AST_Set:
        return visit_exprs(st, AST(Set, e)->elts);
    case AST_ListComp:
        return visit_expr(st, AST(ListComp, e)->elt) ||
                       visit_generators(st, AST(ListComp, e)->generators, 0)
                   ? -1
                   : 0;
    case AST_SetComp:
        return visit_comprehension(st, e, "setcomp",
                                   AST(SetComp, e)->generators,
                                   AST(SetComp, e)->elt, NULL);
    case AST_DictComp:
        return visit_comprehension(
            st, e, "dictcomp", AST(DictComp, e)->generators,
            AST(DictComp, e)->key, AST(DictComp, e)->value);
    case AST_GeneratorExp:
        return visit_comprehension(st, e, "genexpr",
                                   AST(GeneratorExp, e)->generators,
                                   AST(GeneratorExp, e)->elt, NULL);
    case AST_Yield:
        if (AST(Yield, e)->value && visit_expr(st, AST(Yield, e)->value))
            return -1;
        st->cur->generator = 1;
        return st->cur->returns_value ? generator_returns(st, e->line) : 0;
    case AST_Compare:
        return visit_expr(st, AST(Compare, e)->left) ||
                       visit_exprs(st, AST(Compare, e)->comparators)
                   ? -1
                   : 0;
    case AST_Call:
        return visit_call(st, AST(Call, e));
    case AST_Repr:
        return visit_expr(st, AST(Repr, e)->value);
    case AST_Attribute:
        return visit_expr(st, AST(Attribute, e)->value);
    case AST_Subscript:
        return visit_expr(st, AST(Subscript, e)->value) ||
                       visit_slice(st, AST(Subscript, e)->slice)
                   ? -1
                   : 0;
    case AST_Name:
        return add(st, AST(Name, e)->id,
                   AST(Name, e)->ctx == AST_Load ? SYM_USE : SYM_LOCAL);
    case AST_List:
        return visit_exprs(st, AST(List, e)->elts);
    case AST_Tuple:
        return visit_exprs(st, AST(Tuple, e)->elts);
    default:
        return 0;
    }
}

static int visit_expr(struct symtable *st, struct ast *e)
{
    if (error_if_too_deep())
        return -1;
    if (e->kind != AST_BinOp)
        return visit_expr_kind(st, e);
    /* Chains of operators lean to the left and may be long: no recursion. */
    struct ast *left = e;
    int n = 0;
    for (; left->kind == AST_BinOp; left = AST(BinOp, left)->left)
        n++;
    if (n == 1)
        return visit_expr(st, left) || visit_expr(st, AST(BinOp, e)->right) ? -1
                                                                            : 0;
    struct ast **chain = arena_alloc(st->arena, (size_t)n * sizeof *chain);
    for (int i = n; --i >= 0; e = AST(BinOp, e)->left)
        chain[i] = AST(BinOp, e)->right;
    if (visit_expr(st, left))
        return -1;
    for (int i = 0; i < n; i++)
        if (visit_expr(st, chain[i]))
            return -1;
    return 0;
}

static int visit_function(struct symtable *st, struct ast *s)
{
    struct ast_FunctionDef *n = AST(FunctionDef, s);
    if (add(st, n->name, SYM_LOCAL) ||
        visit_exprs(st, AST(arguments, n->args)->defaults) ||
        visit_exprs(st, n->decorator_list))
        return -1;
    struct scope *outer = enter(st, SCOPE_FUNCTION, n->name, s, s->line);
    if (visit_arguments(st, n->args) || visit_stmts(st, n->body))
        return -1;
    st->cur = outer;
    return 0;
}

static int visit_class(struct symtable *st, struct ast *s)
{
    struct ast_ClassDef *n = AST(ClassDef, s);
    if (add(st, n->name, SYM_LOCAL) || visit_exprs(st, n->bases) ||
        visit_exprs(st, n->decorator_list))
        return -1;
    struct scope *outer = enter(st, SCOPE_CLASS, n->name, s, s->line);
    struct ident *klass = st->klass;
    st->klass = n->name;
    if (visit_stmts(st, n->body))
        return -1;
    st->klass = klass;
    st->cur = outer;
    return 0;
}

static int visit_aliases(struct symtable *st, const struct ast_seq *names,
                         int line)
{
    for (int i = 0; i < names->n; i++) {
        struct ast_alias *al = names->item[i];
        struct ident *id = al->asname ? al->asname : al->name;
        const char *dot = al->asname ? NULL : memchr(id->text, '.', id->len);
        if (dot)
            id = arena_ident(st->arena, id->text, (size_t)(dot - id->text));
        if (!strcmp(al->name->text, "*")) {
            if (st->cur->kind != SCOPE_MODULE &&
                py_warn_explicit(&py_SyntaxWarning,
                                 "import * only allowed at module level",
                                 st->filename, st->cur->line))
                return error_from_warning(st->filename, st->cur->line);
            st->cur->unoptimized |= UNOPT_IMPORT_STAR;
        } else if (add(st, id, SYM_IMPORT))
            return -1;
    }
    if (st->cur->unoptimized && !st->cur->unopt_line)
        st->cur->unopt_line = line;
    return 0;
}

static int visit_global(struct symtable *st, struct ast *s)
{
    struct ast_seq *names = AST(Global, s)->names;
    for (int i = 0; i < names->n; i++) {
        struct ident *id = names->item[i];
        struct nameslot *slot =
            namemap_get(&st->cur->symbols, mangle(st->arena, st->klass, id));
        if (slot && (slot->value & (SYM_LOCAL | SYM_USE))) {
            char msg[600];
            snprintf(msg, sizeof msg,
                     slot->value & SYM_LOCAL
                         ? "name '%.400s' is assigned to before global "
                           "declaration"
                         : "name '%.400s' is used prior to global declaration",
                     id->text);
            if (py_warn_explicit(&py_SyntaxWarning, msg, st->filename, s->line))
                return error_from_warning(st->filename, s->line);
        }
        if (add(st, id, SYM_GLOBAL))
            return -1;
    }
    return 0;
}

static int visit_exec(struct symtable *st, struct ast *s)
{
    struct ast_Exec *n = AST(Exec, s);
    if (visit_expr(st, n->body))
        return -1;
    if (!st->cur->unopt_line)
        st->cur->unopt_line = s->line;
    if (!n->globals) {
        st->cur->unoptimized |= UNOPT_BARE_EXEC;
        return 0;
    }
    st->cur->unoptimized |= UNOPT_EXEC;
    if (visit_expr(st, n->globals))
        return -1;
    return n->locals ? visit_expr(st, n->locals) : 0;
}

static int visit_try(struct symtable *st, struct ast_TryExcept *n)
{
    if (visit_stmts(st, n->body) || visit_stmts(st, n->orelse))
        return -1;
    for (int i = 0; i < n->handlers->n; i++) {
        struct ast_ExceptHandler *h = n->handlers->item[i];
        if ((h->type && visit_expr(st, h->type)) ||
            (h->name && visit_expr(st, h->name)) || visit_stmts(st, h->body))
            return -1;
    }
    return 0;
}

/* Optional expression, expression, list: 0 or -1, in order. */
#define EXPR(e) (visit_expr(st, (e)) != 0)
#define OPT(e) ((e) && visit_expr(st, (e)) != 0)
#define EXPRS(s) (visit_exprs(st, (s)) != 0)
#define STMTS(s) (visit_stmts(st, (s)) != 0)

static int visit_stmt(struct symtable *st, struct ast *s)
{
    switch (s->kind) {
    case AST_FunctionDef:
        return visit_function(st, s);
    case AST_ClassDef:
        return visit_class(st, s);
    case AST_Return:
        if (!AST(Return, s)->value)
            return 0;
        if (visit_expr(st, AST(Return, s)->value))
            return -1;
        st->cur->returns_value = 1;
        return st->cur->generator ? generator_returns(st, s->line) : 0;
    case AST_Delete:
        return -EXPRS(AST(Delete, s)->targets);
    case AST_Assign:
        return -(EXPRS(AST(Assign, s)->targets) || EXPR(AST(Assign, s)->value));
    case AST_AugAssign:
        return -(EXPR(AST(AugAssign, s)->target) ||
                 EXPR(AST(AugAssign, s)->value));
    case AST_Print:
        return -(OPT(AST(Print, s)->dest) || EXPRS(AST(Print, s)->values));
    case AST_For:
        return -(EXPR(AST(For, s)->target) || EXPR(AST(For, s)->iter) ||
                 STMTS(AST(For, s)->body) || STMTS(AST(For, s)->orelse));
    case AST_While:
        return -(EXPR(AST(While, s)->test) || STMTS(AST(While, s)->body) ||
                 STMTS(AST(While, s)->orelse));
    case AST_With:
        return -(EXPR(AST(With, s)->context_expr) ||
                 OPT(AST(With, s)->optional_vars) || STMTS(AST(With, s)->body));
    case AST_Raise:
        return -(OPT(AST(Raise, s)->type) || OPT(AST(Raise, s)->inst) ||
                 OPT(AST(Raise, s)->tback));
    case AST_TryExcept:
        return visit_try(st, AST(TryExcept, s));
    case AST_TryFinally:
        return -(STMTS(AST(TryFinally, s)->body) ||
                 STMTS(AST(TryFinally, s)->finalbody));
    case AST_Assert:
        return -(EXPR(AST(Assert, s)->test) || OPT(AST(Assert, s)->msg));
    case AST_Import:
        return visit_aliases(st, AST(Import, s)->names, s->line);
    case AST_ImportFrom:
        return visit_aliases(st, AST(ImportFrom, s)->names, s->line);
    case AST_Exec:
        return visit_exec(st, s);
    case AST_Global:
        return visit_global(st, s);
    case AST_Expr:
        return visit_expr(st, AST(Expr, s)->value);
    default:
        return 0;
    }
}

static int visit_stmts(struct symtable *st, const struct ast_seq *seq)
{
    if (error_if_too_deep())
        return -1;
    for (int i = 0; i < seq->n; i++) {
        struct ast *s = seq->item[i];
        /* A chain of elifs is long, not deep. */
        while (s->kind == AST_If) {
            struct ast_If *n = AST(If, s);
            if (EXPR(n->test) || STMTS(n->body))
                return -1;
            if (n->orelse->n != 1) {
                if (STMTS(n->orelse))
                    return -1;
                s = NULL;
                break;
            }
            s = n->orelse->item[0];
        }
        if (s && visit_stmt(st, s))
            return -1;
    }
    return 0;
}

/* --------------------------------------------------------------- deciding */

/* What `sc` makes of one of its names. bound: names that function scopes
 * around it bind (NULL for the module); global: names declared global around. */
static int decide(struct symtable *st, struct scope *sc, struct nameslot *slot,
                  struct namemap *scopes, struct namemap *bound,
                  struct namemap *local, struct namemap *free,
                  struct namemap *global)
{
    struct pyarena *a = st->arena;
    const struct ident *name = slot->key;
    int flags = slot->value;
    if (flags & SYM_GLOBAL) {
        if (flags & SYM_PARAM)
            return error_at(st->filename, sc->line,
                            "name '%s' is local and global", name->text);
        namemap_set(a, scopes, name, SCOPE_GLOBAL_EXPLICIT);
        namemap_set(a, global, name, 0);
        if (bound)
            namemap_remove(bound, name);
    } else if (flags & SYM_BOUND) {
        namemap_set(a, scopes, name, SCOPE_LOCAL);
        namemap_set(a, local, name, 0);
        namemap_remove(global, name);
    } else if (bound && namemap_get(bound, name)) {
        namemap_set(a, scopes, name, SCOPE_FREE);
        sc->has_free = 1;
        namemap_set(a, free, name, 0);
    } else {
        if (sc->nested && !namemap_get(global, name))
            sc->has_free = 1;
        namemap_set(a, scopes, name, SCOPE_GLOBAL_IMPLICIT);
    }
    return 0;
}

/* Names that inner scopes need and this function binds become cells. */
static void find_cells(struct namemap *scopes, struct namemap *free)
{
    NAMEMAP_EACH(s, scopes)
    {
        if (s->value == SCOPE_LOCAL && namemap_get(free, s->key)) {
            s->value = SCOPE_CELL;
            namemap_remove(free, s->key);
        }
    }
}

static void set_scopes(struct pyarena *a, struct scope *sc,
                       const struct namemap *scopes,
                       const struct namemap *bound, const struct namemap *free)
{
    NAMEMAP_EACH(s, &sc->symbols)
    s->value |= namemap_get(scopes, s->key)->value << SYM_SCOPE_SHIFT;
    NAMEMAP_EACH(f, free)
    {
        struct nameslot *own = namemap_get(&sc->symbols, f->key);
        if (own) {
            if (sc->kind == SCOPE_CLASS &&
                (own->value & (SYM_BOUND | SYM_GLOBAL)))
                own->value |= SYM_FREE_CLASS;
        } else if (bound && namemap_get(bound, f->key))
            namemap_set(a, &sc->symbols, f->key, SCOPE_FREE << SYM_SCOPE_SHIFT);
    }
}

static int check_unoptimized(struct symtable *st, const struct scope *sc)
{
    if (sc->kind != SCOPE_FUNCTION || !sc->unoptimized ||
        !(sc->has_free || sc->child_has_free))
        return 0;
    const char *why = sc->child_has_free
                          ? "contains a nested function with free variables"
                          : "is a nested function";
    const char *fmt;
    switch (sc->unoptimized) {
    case UNOPT_TOPLEVEL:
    case UNOPT_EXEC:
        return 0;
    case UNOPT_IMPORT_STAR:
        fmt = "import * is not allowed in function '%.100s' because it %s";
        break;
    case UNOPT_BARE_EXEC:
        fmt = "unqualified exec is not allowed in function '%.100s' because "
              "it %s";
        break;
    default:
        fmt = "function '%.100s' uses import * and bare exec, which are "
              "illegal because it %s";
        break;
    }
    return error_at(st->filename, sc->unopt_line, fmt, sc->name->text, why);
}

/* Declares a scope anything global? Then what it knows about names around it
 * differs from what its siblings know. */
static int declares_global(const struct scope *sc)
{
    NAMEMAP_EACH(s, &sc->symbols)
    if (s->value & SYM_GLOBAL)
        return 1;
    return 0;
}

static int analyze(struct symtable *st, struct scope *sc,
                   const struct namemap *outer_bound, struct namemap *free,
                   const struct namemap *outer_global)
{
    struct pyarena *a = st->arena;
    struct namemap local = {0}, scopes = {0}, newglobal = {0}, newbound = {0},
                   newfree = {0}, global = {0}, own = {0};
    struct namemap *bound = (struct namemap *)outer_bound;
    if (error_if_too_deep())
        return -1;
    namemap_update(a, &global, outer_global);
    if (bound && declares_global(sc)) {
        namemap_update(a, &own, bound);
        bound = &own;
    }
    /* A class passes on what it found, before its own names. */
    if (sc->kind == SCOPE_CLASS) {
        namemap_update(a, &newglobal, &global);
        if (bound)
            namemap_update(a, &newbound, bound);
    }
    NAMEMAP_EACH(s, &sc->symbols)
    if (decide(st, sc, s, &scopes, bound, &local, free, &global))
        return -1;
    if (sc->kind != SCOPE_CLASS && sc->children->n) {
        if (sc->kind == SCOPE_FUNCTION)
            namemap_update(a, &newbound, &local);
        if (bound)
            namemap_update(a, &newbound, bound);
        namemap_update(a, &newglobal, &global);
    }
    for (int i = 0; i < sc->children->n; i++) {
        struct scope *child = sc->children->item[i];
        if (analyze(st, child, &newbound, &newfree, &newglobal))
            return -1;
        if (child->has_free || child->child_has_free)
            sc->child_has_free = 1;
    }
    if (sc->kind == SCOPE_FUNCTION)
        find_cells(&scopes, &newfree);
    set_scopes(a, sc, &scopes, bound, &newfree);
    if (check_unoptimized(st, sc))
        return -1;
    namemap_update(a, free, &newfree);
    return 0;
}

int symtable_build(struct symtable *st, struct pyarena *a, struct ast *mod,
                   const char *filename)
{
    memset(st, 0, sizeof *st);
    st->arena = a;
    st->filename = filename;
    struct scope *top;
    int err;
    enter(st, SCOPE_MODULE, arena_ident(a, "top", 3), mod, 0);
    top = st->cur;
    top->unoptimized = UNOPT_TOPLEVEL;
    if (mod->kind == AST_Expression)
        err = visit_expr(st, AST(Expression, mod)->body);
    else
        err = visit_stmts(st, AST(Module, mod)->body);
    struct namemap free = {0}, global = {0};
    return err ? -1 : analyze(st, top, NULL, &free, &global);
}

/* actions.c: see actions.h. Positions are those that CPython 2.7 gives. */
#include "parser/actions.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void act_error(struct parser *ps, int line, const char *fmt, ...)
{
    if (ps->error.kind)
        return;
    va_list ap;
    char *msg = arena_alloc(ps->arena, 200);
    va_start(ap, fmt);
    vsnprintf(msg, 200, fmt, ap);
    va_end(ap);
    ps->error =
        (struct parse_error){.kind = PARSE_LATER, .msg = msg, .line = line};
    ps->literals_before_error = ps->nliterals;
}

/* ------------------------------------------------------------------- names */

struct ident *act_ident(struct parser *ps, struct token t)
{
    return arena_ident(ps->arena, ps->lx.src + t.start, t.len);
}

static void check_bound(struct parser *ps, const struct ident *id, int line)
{
    if (!strcmp(id->text, "None"))
        act_error(ps, line, "cannot assign to None");
    else if (!strcmp(id->text, "__debug__"))
        act_error(ps, line, "cannot assign to __debug__");
}

struct ident *act_bound(struct parser *ps, struct token t)
{
    struct ident *id = act_ident(ps, t);
    check_bound(ps, id, t.line);
    return id;
}

struct ast *act_import_name(struct parser *ps, struct ident *name)
{
    check_bound(ps, name, ps->lx.lineno);
    return ast_alias(ps->arena, 0, 0, name, NULL);
}

struct ident *act_dotted(struct parser *ps, const struct ast_seq *parts)
{
    size_t n = 0;
    if (parts->n == 1)
        return parts->item[0];
    for (int i = 0; i < parts->n; i++)
        n += ((struct ident *)parts->item[i])->len + 1;
    char *text = arena_alloc(ps->arena, n), *to = text;
    for (int i = 0; i < parts->n; i++) {
        const struct ident *id = parts->item[i];
        memcpy(to, id->text, id->len);
        to += id->len;
        *to++ = '.';
    }
    return arena_ident(ps->arena, text, n - 1);
}

struct ast_seq *act_list(struct parser *ps, void *item)
{
    return ast_seq_add(ps->arena, ast_seq_new(ps->arena), item);
}

/* ------------------------------------------------------------------- atoms */

struct px act_name(struct parser *ps, struct token t)
{
    struct ast *e =
        ast_Name(ps->arena, t.line, t.col, act_ident(ps, t), AST_Load);
    return (struct px){e, t.line, t.col};
}

static struct literal *add_literal(struct parser *ps, struct ast *e,
                                   struct token t)
{
    struct literal *l = ARENA_NEW(ps->arena, struct literal);
    l->node = e;
    l->first.start = t.start;
    l->first.len = t.len;
    l->last = &l->first;
    *ps->literals_end = l;
    ps->literals_end = &l->next;
    ps->nliterals++;
    return l;
}

/* Until literal.c has made an object of it, a constant's field points to its
 * struct literal. */
struct px act_number(struct parser *ps, struct token t)
{
    struct ast *e = ast_Num(ps->arena, t.line, t.col, NULL);
    e->mark = MARK_NUMBER;
    AST(Num, e)->n = (struct py_object *)add_literal(ps, e, t);
    return (struct px){e, t.line, t.col};
}

struct px act_string(struct parser *ps, struct token t)
{
    struct ast *e = ast_Str(ps->arena, t.line, t.col, NULL);
    AST(Str, e)->s = (struct py_object *)add_literal(ps, e, t);
    return (struct px){e, t.line, t.col};
}

struct px act_more_string(struct parser *ps, struct px s, struct token t)
{
    struct literal *l = (struct literal *)AST(Str, s.e)->s;
    struct literal_piece *p = ARENA_NEW(ps->arena, struct literal_piece);
    p->start = t.start;
    p->len = t.len;
    l->last->next = p;
    l->last = p;
    return s;
}

struct px act_paren(struct token t, struct px e)
{
    e.e->mark = 0;
    return (struct px){e.e, t.line, t.col};
}

struct px act_tuple(struct parser *ps, struct plist l)
{
    struct ast *e = l.s->item[0];
    if (l.s->n > 1 || l.s->comma)
        e = ast_Tuple(ps->arena, l.line, l.col, l.s, AST_Load);
    return (struct px){e, l.line, l.col};
}

/* --------------------------------------------------------------- operators */

/* The precedence level of a binary operator, the same for those that chain. */
static int level(int op)
{
    switch ((enum ast_operator)op) {
    case AST_Add:
    case AST_Sub:
        return AST_Add;
    case AST_Mult:
    case AST_Div:
    case AST_Mod:
    case AST_FloorDiv:
        return AST_Mult;
    case AST_LShift:
    case AST_RShift:
        return AST_LShift;
    case AST_Pow:
    case AST_BitOr:
    case AST_BitXor:
    case AST_BitAnd:
    case AST_NOPERATOR:
        break;
    }
    return op;
}

struct px act_binop(struct parser *ps, struct px l, int op, struct token t,
                    struct px r)
{
    /* The first operation of a chain stands where the chain begins, the
     * others at their operators. */
    int chained = l.e->mark == MARK_CHAIN && l.e->kind == AST_BinOp &&
                  level(AST(BinOp, l.e)->op) == level(op);
    l.e = ast_BinOp(ps->arena, chained ? t.line : l.line,
                    chained ? t.col : l.col, l.e, op, r.e);
    l.e->mark = MARK_CHAIN;
    return l;
}

struct px act_power(struct parser *ps, struct px l, struct px r)
{
    l.e = ast_BinOp(ps->arena, l.line, l.col, l.e, AST_Pow, r.e);
    return l;
}

struct px act_unary(struct parser *ps, struct token t, int op, struct px x)
{
    if (op == AST_USub && x.e->kind == AST_Num && x.e->mark == MARK_NUMBER) {
        /* The sign becomes part of the number. */
        ((struct literal *)AST(Num, x.e)->n)->negative = 1;
        x.e->mark = 0;
        x.e->line = t.line;
        x.e->col = t.col;
        return (struct px){x.e, t.line, t.col};
    }
    struct ast *e = ast_UnaryOp(ps->arena, t.line, t.col, op, x.e);
    return (struct px){e, t.line, t.col};
}

struct px act_compare(struct parser *ps, struct px l, int op, struct px r)
{
    struct ast_seq *ops = act_list(ps, (void *)(intptr_t)op);
    l.e = ast_Compare(ps->arena, l.line, l.col, l.e, ops, act_list(ps, r.e));
    return l;
}

struct px act_more_compare(struct parser *ps, struct px l, int op, struct px r)
{
    ast_seq_add(ps->arena, AST(Compare, l.e)->ops, (void *)(intptr_t)op);
    ast_seq_add(ps->arena, AST(Compare, l.e)->comparators, r.e);
    return l;
}

struct px act_boolop(struct parser *ps, int op, struct px l, struct px r)
{
    struct ast_seq *values = act_list(ps, l.e);
    ast_seq_add(ps->arena, values, r.e);
    l.e = ast_BoolOp(ps->arena, l.line, l.col, op, values);
    return l;
}

struct px act_subscript(struct parser *ps, struct px e, struct plist items)
{
    struct pyarena *a = ps->arena;
    struct ast *slice = items.s->item[0];
    if (items.s->n > 1 || items.s->comma) {
        int simple = 1;
        for (int i = 0; i < items.s->n; i++)
            simple &= ast_at(items.s, i)->kind == AST_Index;
        if (simple) {
            struct ast_seq *elts = ast_seq_new(a);
            for (int i = 0; i < items.s->n; i++)
                ast_seq_add(a, elts, AST(Index, items.s->item[i])->value);
            slice = ast_Index(
                a, 0, 0, ast_Tuple(a, items.line, items.col, elts, AST_Load));
        } else
            slice = ast_ExtSlice(a, 0, 0, items.s);
    }
    e.e = ast_Subscript(a, e.e->line, e.e->col, e.e, slice, AST_Load);
    return e;
}

struct ast *act_targets(struct parser *ps, struct plist l)
{
    /* A tuple of loop targets is placed at its first item, without that
     * item's parentheses. */
    struct ast *t = l.s->item[0];
    for (int i = 0; i < l.s->n; i++)
        act_context(ps, l.s->item[i], AST_Store, l.line);
    if (l.s->n > 1 || l.s->comma)
        t = ast_Tuple(ps->arena, t->line, t->col, l.s, AST_Store);
    return t;
}

/* ------------------------------------------------------------------- calls */

struct parg *act_arg(struct parser *ps, enum parg_kind kind, struct px e)
{
    struct parg *p = ARENA_NEW(ps->arena, struct parg);
    p->kind = kind;
    p->e = e.e;
    p->line = e.line;
    return p;
}

struct parg *act_keyword(struct parser *ps, struct px name, struct px e)
{
    struct parg *p = act_arg(ps, PARG_KEYWORD, e);
    p->name = name.e;
    p->nameline = name.line;
    return p;
}

static void add_keyword(struct parser *ps, struct ast_seq *keywords,
                        const struct parg *p)
{
    if (p->name->kind == AST_Lambda) {
        act_error(ps, p->nameline, "lambda cannot contain assignment");
        return;
    }
    if (p->name->kind != AST_Name) {
        act_error(ps, p->nameline, "keyword can't be an expression");
        return;
    }
    struct ident *id = AST(Name, p->name)->id;
    check_bound(ps, id, p->nameline);
    for (int i = 0; i < keywords->n; i++)
        if (AST(keyword, keywords->item[i])->arg == id)
            act_error(ps, p->nameline, "keyword argument repeated");
    ast_seq_add(ps->arena, keywords, ast_keyword(ps->arena, 0, 0, id, p->e));
}

struct px act_call(struct parser *ps, struct px f, struct ast_seq *list,
                   struct token paren)
{
    struct pyarena *a = ps->arena;
    struct ast_seq *args = ast_seq_new(a), *keywords = ast_seq_new(a);
    struct ast *starargs = NULL, *kwargs = NULL;
    int n = list ? list->n : 0, nplain = 0, nkeyword = 0, ngen = 0, line = 0;
    for (int i = 0; i < n; i++) {
        const struct parg *p = list->item[i];
        if (i == 0)
            line = p->kind == PARG_KEYWORD ? p->nameline
                   : p->kind == PARG_PLAIN || p->kind == PARG_GENEXP
                       ? p->line
                       : paren.line;
        nplain += p->kind == PARG_PLAIN;
        nkeyword += p->kind == PARG_KEYWORD;
        ngen += p->kind == PARG_GENEXP;
    }
    if (ngen > 1 || (ngen && (nplain || nkeyword)))
        act_error(ps, line,
                  "Generator expression must be parenthesized "
                  "if not sole argument");
    if (nplain + nkeyword + ngen > 255)
        act_error(ps, line, "more than 255 arguments");
    for (int i = 0; i < n; i++) {
        const struct parg *p = list->item[i];
        switch (p->kind) {
        case PARG_PLAIN:
            if (keywords->n)
                act_error(ps, p->line, "non-keyword arg after keyword arg");
            if (starargs)
                act_error(ps, p->line,
                          "only named arguments may follow *expression");
            ast_seq_add(a, args, p->e);
            break;
        case PARG_GENEXP:
            ast_seq_add(a, args, p->e);
            break;
        case PARG_KEYWORD:
            add_keyword(ps, keywords, p);
            break;
        case PARG_STAR:
            starargs = p->e;
            break;
        case PARG_KWARGS:
            kwargs = p->e;
            break;
        }
    }
    f.e =
        ast_Call(a, f.e->line, f.e->col, f.e, args, keywords, starargs, kwargs);
    return f;
}

/* ---------------------------------------------------------------- contexts */

/* What an expression that cannot be a target is called in messages. */
static const char *what(const struct ast *e)
{
    switch (e->kind) {
    case AST_Lambda:
        return "lambda";
    case AST_Call:
        return "function call";
    case AST_BoolOp:
    case AST_BinOp:
    case AST_UnaryOp:
        return "operator";
    case AST_GeneratorExp:
        return "generator expression";
    case AST_Yield:
        return "yield expression";
    case AST_ListComp:
        return "list comprehension";
    case AST_SetComp:
        return "set comprehension";
    case AST_DictComp:
        return "dict comprehension";
    case AST_Dict:
    case AST_Set:
    case AST_Num:
    case AST_Str:
        return "literal";
    case AST_Compare:
        return "comparison";
    case AST_Repr:
        return "repr";
    case AST_IfExp:
        return "conditional expression";
    default:
        return "expression";
    }
}

void act_context(struct parser *ps, struct ast *e, int ctx, int line)
{
    struct ast_seq *elts = NULL;
    if (e->kind == AST_Name) {
        if (ctx == AST_Store)
            check_bound(ps, AST(Name, e)->id, line);
        AST(Name, e)->ctx = ctx;
    } else if (e->kind == AST_Attribute) {
        if (ctx == AST_Store)
            check_bound(ps, AST(Attribute, e)->attr, line);
        AST(Attribute, e)->ctx = ctx;
    } else if (e->kind == AST_Subscript)
        AST(Subscript, e)->ctx = ctx;
    else if (e->kind == AST_List) {
        AST(List, e)->ctx = ctx;
        elts = AST(List, e)->elts;
    } else if (e->kind == AST_Tuple && AST(Tuple, e)->elts->n) {
        AST(Tuple, e)->ctx = ctx;
        elts = AST(Tuple, e)->elts;
    } else
        act_error(ps, line, "can't %s %s",
                  ctx == AST_Store ? "assign to" : "delete",
                  e->kind == AST_Tuple ? "()" : what(e));
    for (int i = 0; elts && i < elts->n; i++)
        act_context(ps, elts->item[i], ctx, line);
}

/* -------------------------------------------------------------- parameters */

struct pparam *act_param(struct parser *ps, struct px e, int parenthesized,
                         struct ast *dflt)
{
    struct pparam *p = ARENA_NEW(ps->arena, struct pparam);
    p->e = e.e;
    p->dflt = dflt;
    p->parenthesized = (uint8_t)parenthesized;
    p->line = e.line;
    return p;
}

/* The targets inside a parenthesized parameter are stored to. */
static void store_parts(struct parser *ps, struct ast *e)
{
    if (e->kind == AST_Name) {
        check_bound(ps, AST(Name, e)->id, e->line);
        AST(Name, e)->ctx = AST_Store;
        return;
    }
    AST(Tuple, e)->ctx = AST_Store;
    for (int i = 0; i < AST(Tuple, e)->elts->n; i++)
        store_parts(ps, AST(Tuple, e)->elts->item[i]);
}

struct ast *act_parameters(struct parser *ps, struct pparams p)
{
    struct pyarena *a = ps->arena;
    struct ast_seq *args = ast_seq_new(a), *defaults = ast_seq_new(a);
    struct ident *vararg = NULL, *kwarg = NULL;
    for (int i = 0, line = 0; p.params && i < p.params->n; i++) {
        struct pparam *q = p.params->item[i];
        if (i == 0)
            line = q->line;
        if (q->dflt) {
            if (q->parenthesized && q->e->kind == AST_Name)
                act_error(ps, line, "parenthesized arg with default");
            ast_seq_add(a, defaults, q->dflt);
        } else if (defaults->n)
            act_error(ps, line,
                      "non-default argument follows default argument");
        if (q->e->kind == AST_Name) {
            check_bound(ps, AST(Name, q->e)->id, q->line);
            AST(Name, q->e)->ctx = AST_Param;
        } else
            store_parts(ps, q->e);
        ast_seq_add(a, args, q->e);
    }
    if (p.vararg.len)
        vararg = act_bound(ps, p.vararg);
    if (p.kwarg.len)
        kwarg = act_bound(ps, p.kwarg);
    return ast_arguments(a, 0, 0, args, vararg, kwarg, defaults);
}

/* -------------------------------------------------------------- statements */

struct ast *act_assign(struct parser *ps, struct plist targets, struct px value)
{
    return ast_Assign(ps->arena, targets.line, targets.col, targets.s, value.e);
}

struct ast *act_augassign(struct parser *ps, struct px target, int op,
                          struct px value)
{
    act_context(ps, target.e, AST_Store, target.line);
    if (target.e->kind != AST_Name && target.e->kind != AST_Attribute &&
        target.e->kind != AST_Subscript)
        act_error(ps, target.line,
                  "illegal expression for augmented assignment");
    return ast_AugAssign(ps->arena, target.line, target.col, target.e, op,
                         value.e);
}

struct ast *act_import_from(struct parser *ps, struct token t, int nlevel,
                            struct ident *module, struct ast_seq *names,
                            int parens)
{
    if (names->comma && !parens)
        act_error(ps, t.line,
                  "trailing comma not allowed without surrounding "
                  "parentheses");
    if (module && !nlevel && !strcmp(module->text, "__future__")) {
        for (int i = 0; i < names->n; i++) {
            const char *name = AST(alias, names->item[i])->name->text;
            if (!strcmp(name, "print_function"))
                ps->flags |= PARSE_PRINT_FUNCTION;
            else if (!strcmp(name, "unicode_literals"))
                ps->flags |= PARSE_UNICODE_LITERALS;
        }
    }
    return ast_ImportFrom(ps->arena, t.line, t.col, module, names, nlevel);
}

struct ast *act_exec_tuple(struct parser *ps, struct token t, struct px x)
{
    /* exec(code, globals[, locals]) is the statement, not of a tuple. */
    struct ast_seq *elts =
        x.e->kind == AST_Tuple ? AST(Tuple, x.e)->elts : NULL;
    if (elts && (elts->n == 2 || elts->n == 3))
        return ast_Exec(ps->arena, t.line, t.col, elts->item[0], elts->item[1],
                        elts->n == 3 ? elts->item[2] : NULL);
    return ast_Exec(ps->arena, t.line, t.col, x.e, NULL, NULL);
}

struct ast *act_decorated(struct ast *def, struct plist decorators)
{
    if (def->kind == AST_FunctionDef)
        AST(FunctionDef, def)->decorator_list = decorators.s;
    else
        AST(ClassDef, def)->decorator_list = decorators.s;
    def->line = decorators.line;
    def->col = decorators.col;
    return def;
}

struct ast *act_if(struct parser *ps, struct ast_seq *clauses,
                   struct ast_seq *orelse)
{
    if (!orelse)
        orelse = ast_seq_new(ps->arena);
    for (int i = clauses->n; --i >= 0;) {
        AST(If, clauses->item[i])->orelse = orelse;
        if (i)
            orelse = act_list(ps, clauses->item[i]);
    }
    return clauses->item[0];
}

struct ast *act_try(struct parser *ps, struct token t, struct ast_seq *body,
                    struct ast_seq *handlers, struct ast_seq *orelse,
                    struct ast_seq *finalbody)
{
    struct pyarena *a = ps->arena;
    struct ast *s = NULL;
    if (handlers) {
        s = ast_TryExcept(a, t.line, t.col, body, handlers,
                          orelse ? orelse : ast_seq_new(a));
        if (!finalbody)
            return s;
        body = act_list(ps, s);
    }
    return ast_TryFinally(a, t.line, t.col, body, finalbody);
}

struct ast *act_with(struct parser *ps, struct ast_seq *items,
                     struct ast_seq *body)
{
    for (int i = items->n; --i >= 0;) {
        AST(With, items->item[i])->body = body;
        body = act_list(ps, items->item[i]);
    }
    return items->item[0];
}

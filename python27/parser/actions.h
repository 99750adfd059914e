/*
 * actions.h: what the rules of grammar.y do (bodies in actions.c).
 */
#ifndef PY_PARSER_ACTIONS_H
#define PY_PARSER_ACTIONS_H

#include "parser/parse.h"

/* An expression and where its first token stands; the expression's own
 * position differs when it is in parentheses. */
struct px {
    struct ast *e;
    int32_t line, col;
};
/* A list and its first token's position. */
struct plist {
    struct ast_seq *s;
    int32_t line, col;
};
/* Arguments of a call as they were written: items are struct parg. */
enum parg_kind {
    PARG_PLAIN,
    PARG_GENEXP,
    PARG_KEYWORD,
    PARG_STAR,
    PARG_KWARGS
};
struct parg {
    enum parg_kind kind;
    struct ast *e, *name;
    int32_t line, nameline;
};
/* Parameters: items are struct pparam. */
struct pparam {
    struct ast *e, *dflt;
    uint8_t parenthesized;
    int32_t line;
};
struct pparams {
    struct ast_seq *params; /* or NULL */
    struct token vararg, kwarg; /* len 0: none */
};
/* mark of a node (struct ast) while parsing: a number as written; a chain of
 * binary operators of one precedence that is not in parentheses. */
enum { MARK_NUMBER = 1, MARK_CHAIN = 2 };

/* Remembers an error that CPython finds after parsing. */
void act_error(struct parser *ps, int line, const char *fmt, ...);
struct ident *act_ident(struct parser *ps, struct token t);
/* An identifier that is bound here: not None, not __debug__. */
struct ident *act_bound(struct parser *ps, struct token t);
struct ast_seq *act_list(struct parser *ps, void *item);

struct px act_name(struct parser *ps, struct token t);
struct px act_number(struct parser *ps, struct token t);
struct px act_string(struct parser *ps, struct token t);
struct px act_more_string(struct parser *ps, struct px s, struct token t);
struct px act_binop(struct parser *ps, struct px l, int op, struct token t,
                    struct px r);
struct px act_power(struct parser *ps, struct px l, struct px r);
struct px act_unary(struct parser *ps, struct token t, int op, struct px e);
struct px act_compare(struct parser *ps, struct px l, int op, struct px r);
struct px act_more_compare(struct parser *ps, struct px l, int op, struct px r);
struct px act_boolop(struct parser *ps, int op, struct px l, struct px r);
struct px act_paren(struct token t, struct px e);
/* `a` alone, or the tuple of `a, b` and `a,`. */
struct px act_tuple(struct parser *ps, struct plist l);
struct px act_subscript(struct parser *ps, struct px e, struct plist items);
struct px act_call(struct parser *ps, struct px f, struct ast_seq *args,
                   struct token paren);
struct parg *act_arg(struct parser *ps, enum parg_kind kind, struct px e);
struct parg *act_keyword(struct parser *ps, struct px name, struct px e);
/* What `for` assigns to. */
struct ast *act_targets(struct parser *ps, struct plist l);

void act_context(struct parser *ps, struct ast *e, int ctx, int line);
struct ast *act_parameters(struct parser *ps, struct pparams p);
struct pparam *act_param(struct parser *ps, struct px e, int parenthesized,
                         struct ast *dflt);

struct ast *act_assign(struct parser *ps, struct plist targets,
                       struct px value);
struct ast *act_augassign(struct parser *ps, struct px target, int op,
                          struct px value);
struct ast *act_import_from(struct parser *ps, struct token t, int level,
                            struct ident *module, struct ast_seq *names,
                            int parens);
/* `import a.b`: binds a where that is the whole name. */
struct ast *act_import_name(struct parser *ps, struct ident *name);
/* The names of a list joined by dots. */
struct ident *act_dotted(struct parser *ps, const struct ast_seq *parts);
struct ast *act_exec_tuple(struct parser *ps, struct token t, struct px x);
struct ast *act_decorated(struct ast *def, struct plist decorators);
/* if/elif*: clauses are If nodes, chained here with the else's suite. */
struct ast *act_if(struct parser *ps, struct ast_seq *clauses,
                   struct ast_seq *orelse);
struct ast *act_try(struct parser *ps, struct token t, struct ast_seq *body,
                    struct ast_seq *handlers, struct ast_seq *orelse,
                    struct ast_seq *finalbody);
struct ast *act_with(struct parser *ps, struct ast_seq *items,
                     struct ast_seq *body);

#endif

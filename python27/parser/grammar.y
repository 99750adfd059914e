/*
 * grammar.y: Python 2.7's grammar, for lemon.
 *
 * It accepts exactly what CPython 2.7's grammar accepts, no less and no more,
 * because the token at which a text stops being Python decides the error
 * message; what the language forbids beyond that is checked in the actions
 * (actions.c). print and exec are statements; after
 * `from __future__ import print_function` parse.c turns PRINT into NAME.
 */
%name grammar
%token_prefix TK_
%token_type {struct token}
%extra_argument {struct parser *ps}
%stack_size 5000
%include {
#include "parser/actions.h"
#include <assert.h>
#define A (ps->arena)
#define PX(...) ((struct px){__VA_ARGS__})
#define NO_TOKEN ((struct token){0, 0, 0, 0})
/* A statement at a token. */
#define AT(t) (t).line, (t).col
}
%syntax_error { ps->refused = 1; }
%stack_overflow {
    if (!ps->error.kind || ps->error.kind == PARSE_LATER)
        ps->error.kind = PARSE_OVERFLOW;
    ps->refused = 1;
}

%token START_FILE START_EVAL START_SINGLE UNKNOWN.

%type expr {struct px}
%type factor {struct px}
%type power {struct px}
%type atom_expr {struct px}
%type atom {struct px}
%type strings {struct px}
%type test {struct px}
%type old_test {struct px}
%type or_test {struct px}
%type or_chain {struct px}
%type and_test {struct px}
%type and_chain {struct px}
%type not_test {struct px}
%type comparison {struct px}
%type comp_chain {struct px}
%type comp_op {int}
%type augassign {int}
%type tests {struct plist}
%type testlist {struct plist}
%type testlist_px {struct px}
%type exprs {struct plist}
%type exprlist {struct plist}
%type old_tests {struct plist}
%type testlist_safe {struct px}
%type yield_expr {struct px}
%type subscripts {struct plist}
%type subscript {struct px}
%type opt_test {struct ast *}
%type dict_items {struct plist}
%type arg {struct parg *}
%type args {struct ast_seq *}
%type arglist {struct ast_seq *}
%type star_args {struct ast_seq *}
%type list_fors {struct ast_seq *}
%type comp_fors {struct ast_seq *}
%type list_for {struct ast *}
%type comp_for {struct ast *}
%type list_ifs {struct ast_seq *}
%type param {struct pparam *}
%type params {struct ast_seq *}
%type fpdef {struct px}
%type fpdefs {struct plist}
%type fplist {struct plist}
%type varargslist {struct pparams}
%type star_params {struct pparams}
%type parameters {struct pparams}
%type stmts {struct ast_seq *}
%type stmt_lines {struct ast_seq *}
%type simple_stmt {struct ast_seq *}
%type small_stmts {struct ast_seq *}
%type small_stmt {struct ast *}
%type compound_stmt {struct ast *}
%type suite {struct ast_seq *}
%type assign_targets {struct plist}
%type alias {struct ast *}
%type aliases {struct ast_seq *}
%type dotted_alias {struct ast *}
%type dotted_aliases {struct ast_seq *}
%type dotted_name {struct ident *}
%type dotted_parts {struct ast_seq *}
%type dots {int}
%type names {struct ast_seq *}
%type if_clause {struct ast *}
%type if_clauses {struct ast_seq *}
%type opt_else {struct ast_seq *}
%type for_head {struct ast *}
%type handler_head {struct ast *}
%type handler {struct ast *}
%type handlers {struct ast_seq *}
%type with_item {struct ast *}
%type with_items {struct ast_seq *}
%type def_head {struct ast *}
%type class_head {struct ast *}
%type def {struct ast *}
%type decorator {struct px}
%type decorators {struct plist}
%type decorator_name {struct px}

%left VBAR.
%left CIRCUMFLEX.
%left AMPER.
%left LEFTSHIFT RIGHTSHIFT.
%left PLUS MINUS.
%left STAR SLASH PERCENT DOUBLESLASH.

// ------------------------------------------------------------ the three starts

start ::= START_FILE stmts(S). { ps->result = ast_Module(A, 0, 0, S); ps->finished = 1; }
start ::= START_EVAL testlist_px(E) newlines. {
    ps->result = ast_Expression(A, 0, 0, E.e);
    ps->finished = 1;
}
start ::= START_SINGLE NEWLINE(T). {
    ps->result = ast_Interactive(A, 0, 0, act_list(ps, ast_Pass(A, AT(T))));
    ps->finished = 1;
}
start ::= START_SINGLE simple_stmt(S). {
    ps->result = ast_Interactive(A, 0, 0, S);
    ps->finished = 1;
}
start ::= START_SINGLE compound_stmt(S) NEWLINE. {
    ps->result = ast_Interactive(A, 0, 0, act_list(ps, S));
    ps->finished = 1;
}
newlines ::= .
newlines ::= newlines NEWLINE.

// ----------------------------------------------------------------- statements

stmts(R) ::= . { R = ast_seq_new(A); }
stmts(R) ::= stmts(R) NEWLINE.
stmts(R) ::= stmts(S) simple_stmt(T). {
    for (int i = 0; i < T->n; i++)
        ast_seq_add(A, S, T->item[i]);
    R = S;
}
stmts(R) ::= stmts(S) compound_stmt(T). { R = ast_seq_add(A, S, T); }

simple_stmt(R) ::= small_stmts(R) NEWLINE.
simple_stmt(R) ::= small_stmts(R) SEMI NEWLINE.
small_stmts(R) ::= small_stmt(S). { R = act_list(ps, S); }
small_stmts(R) ::= small_stmts(S) SEMI small_stmt(T). { R = ast_seq_add(A, S, T); }

suite(R) ::= simple_stmt(R).
suite(R) ::= NEWLINE INDENT stmt_lines(S) DEDENT. { R = S; }
stmt_lines(R) ::= simple_stmt(R).
stmt_lines(R) ::= compound_stmt(S). { R = act_list(ps, S); }
stmt_lines(R) ::= stmt_lines(S) simple_stmt(T). {
    for (int i = 0; i < T->n; i++)
        ast_seq_add(A, S, T->item[i]);
    R = S;
}
stmt_lines(R) ::= stmt_lines(S) compound_stmt(T). { R = ast_seq_add(A, S, T); }

small_stmt(R) ::= testlist(L). {
    struct px e = act_tuple(ps, L);
    R = ast_Expr(A, L.line, L.col, e.e);
}
small_stmt(R) ::= testlist(L) augassign(O) testlist_px(V). {
    R = act_augassign(ps, act_tuple(ps, L), O, V);
}
small_stmt(R) ::= testlist(L) augassign(O) yield_expr(V). {
    R = act_augassign(ps, act_tuple(ps, L), O, V);
}
small_stmt(R) ::= assign_targets(L) testlist_px(V). { R = act_assign(ps, L, V); }
small_stmt(R) ::= assign_targets(L) yield_expr(V). { R = act_assign(ps, L, V); }
assign_targets(R) ::= testlist(L) EQUAL. {
    struct px e = act_tuple(ps, L);
    act_context(ps, e.e, AST_Store, e.line);
    R = (struct plist){act_list(ps, e.e), L.line, L.col};
}
assign_targets(R) ::= assign_targets(L) testlist(T) EQUAL. {
    struct px e = act_tuple(ps, T);
    act_context(ps, e.e, AST_Store, e.line);
    ast_seq_add(A, L.s, e.e);
    R = L;
}
assign_targets(R) ::= assign_targets(L) yield_expr(E) EQUAL. {
    act_error(ps, E.line, "assignment to yield expression not possible");
    R = L;
}
augassign(R) ::= PLUSEQUAL. { R = AST_Add; }
augassign(R) ::= MINEQUAL. { R = AST_Sub; }
augassign(R) ::= STAREQUAL. { R = AST_Mult; }
augassign(R) ::= SLASHEQUAL. { R = AST_Div; }
augassign(R) ::= PERCENTEQUAL. { R = AST_Mod; }
augassign(R) ::= AMPEREQUAL. { R = AST_BitAnd; }
augassign(R) ::= VBAREQUAL. { R = AST_BitOr; }
augassign(R) ::= CIRCUMFLEXEQUAL. { R = AST_BitXor; }
augassign(R) ::= LEFTSHIFTEQUAL. { R = AST_LShift; }
augassign(R) ::= RIGHTSHIFTEQUAL. { R = AST_RShift; }
augassign(R) ::= DOUBLESTAREQUAL. { R = AST_Pow; }
augassign(R) ::= DOUBLESLASHEQUAL. { R = AST_FloorDiv; }

small_stmt(R) ::= PRINT(T). { R = ast_Print(A, AT(T), NULL, ast_seq_new(A), 1); }
small_stmt(R) ::= PRINT(T) testlist(L). {
    R = ast_Print(A, AT(T), NULL, L.s, !L.s->comma);
}
small_stmt(R) ::= PRINT(T) RIGHTSHIFT test(D). {
    R = ast_Print(A, AT(T), D.e, ast_seq_new(A), 1);
}
small_stmt(R) ::= PRINT(T) RIGHTSHIFT test(D) COMMA testlist(L). {
    R = ast_Print(A, AT(T), D.e, L.s, !L.s->comma);
}
small_stmt(R) ::= DEL(T) exprlist(L). {
    for (int i = 0; i < L.s->n; i++)
        act_context(ps, L.s->item[i], AST_Del, L.line);
    R = ast_Delete(A, AT(T), L.s);
}
small_stmt(R) ::= PASS(T). { R = ast_Pass(A, AT(T)); }
small_stmt(R) ::= BREAK(T). { R = ast_Break(A, AT(T)); }
small_stmt(R) ::= CONTINUE(T). { R = ast_Continue(A, AT(T)); }
small_stmt(R) ::= RETURN(T). { R = ast_Return(A, AT(T), NULL); }
small_stmt(R) ::= RETURN(T) testlist_px(V). { R = ast_Return(A, AT(T), V.e); }
small_stmt(R) ::= RAISE(T). { R = ast_Raise(A, AT(T), NULL, NULL, NULL); }
small_stmt(R) ::= RAISE(T) test(X). { R = ast_Raise(A, AT(T), X.e, NULL, NULL); }
small_stmt(R) ::= RAISE(T) test(X) COMMA test(Y). {
    R = ast_Raise(A, AT(T), X.e, Y.e, NULL);
}
small_stmt(R) ::= RAISE(T) test(X) COMMA test(Y) COMMA test(Z). {
    R = ast_Raise(A, AT(T), X.e, Y.e, Z.e);
}
small_stmt(R) ::= yield_expr(E). { R = ast_Expr(A, E.line, E.col, E.e); }
small_stmt(R) ::= GLOBAL(T) names(L). { R = ast_Global(A, AT(T), L); }
names(R) ::= NAME(N). { R = act_list(ps, act_ident(ps, N)); }
names(R) ::= names(L) COMMA NAME(N). { R = ast_seq_add(A, L, act_ident(ps, N)); }
small_stmt(R) ::= EXEC(T) expr(X). { R = act_exec_tuple(ps, T, X); }
small_stmt(R) ::= EXEC(T) expr(X) IN test(G). { R = ast_Exec(A, AT(T), X.e, G.e, NULL); }
small_stmt(R) ::= EXEC(T) expr(X) IN test(G) COMMA test(L). {
    R = ast_Exec(A, AT(T), X.e, G.e, L.e);
}
small_stmt(R) ::= ASSERT(T) test(X). { R = ast_Assert(A, AT(T), X.e, NULL); }
small_stmt(R) ::= ASSERT(T) test(X) COMMA test(M). { R = ast_Assert(A, AT(T), X.e, M.e); }

// -------------------------------------------------------------------- imports

small_stmt(R) ::= IMPORT(T) dotted_aliases(L). { R = ast_Import(A, AT(T), L); }
dotted_aliases(R) ::= dotted_alias(X). { R = act_list(ps, X); }
dotted_aliases(R) ::= dotted_aliases(L) COMMA dotted_alias(X). { R = ast_seq_add(A, L, X); }
dotted_alias(R) ::= dotted_name(N). { R = act_import_name(ps, N); }
dotted_alias(R) ::= dotted_name(N) AS NAME(B). {
    R = ast_alias(A, 0, 0, N, act_bound(ps, B));
}
dotted_name(R) ::= dotted_parts(L). { R = act_dotted(ps, L); }
dotted_parts(R) ::= NAME(N). { R = act_list(ps, act_ident(ps, N)); }
dotted_parts(R) ::= dotted_parts(L) DOT NAME(N). { R = ast_seq_add(A, L, act_ident(ps, N)); }

small_stmt(R) ::= FROM(T) dotted_name(M) IMPORT STAR. {
    struct ident *star = arena_ident(A, "*", 1);
    R = act_import_from(ps, T, 0, M, act_list(ps, ast_alias(A, 0, 0, star, NULL)), 1);
}
small_stmt(R) ::= FROM(T) dotted_name(M) IMPORT aliases(L). {
    R = act_import_from(ps, T, 0, M, L, 0);
}
small_stmt(R) ::= FROM(T) dotted_name(M) IMPORT aliases(L) COMMA. {
    L->comma = 1;
    R = act_import_from(ps, T, 0, M, L, 0);
}
small_stmt(R) ::= FROM(T) dotted_name(M) IMPORT LPAR aliases(L) opt_comma RPAR. {
    R = act_import_from(ps, T, 0, M, L, 1);
}
small_stmt(R) ::= FROM(T) dots(D) IMPORT STAR. {
    struct ident *star = arena_ident(A, "*", 1);
    R = act_import_from(ps, T, D, NULL, act_list(ps, ast_alias(A, 0, 0, star, NULL)), 1);
}
small_stmt(R) ::= FROM(T) dots(D) IMPORT aliases(L). {
    R = act_import_from(ps, T, D, NULL, L, 0);
}
small_stmt(R) ::= FROM(T) dots(D) IMPORT aliases(L) COMMA. {
    L->comma = 1;
    R = act_import_from(ps, T, D, NULL, L, 0);
}
small_stmt(R) ::= FROM(T) dots(D) IMPORT LPAR aliases(L) opt_comma RPAR. {
    R = act_import_from(ps, T, D, NULL, L, 1);
}
small_stmt(R) ::= FROM(T) dots(D) dotted_name(M) IMPORT STAR. {
    struct ident *star = arena_ident(A, "*", 1);
    R = act_import_from(ps, T, D, M, act_list(ps, ast_alias(A, 0, 0, star, NULL)), 1);
}
small_stmt(R) ::= FROM(T) dots(D) dotted_name(M) IMPORT aliases(L). {
    R = act_import_from(ps, T, D, M, L, 0);
}
small_stmt(R) ::= FROM(T) dots(D) dotted_name(M) IMPORT aliases(L) COMMA. {
    L->comma = 1;
    R = act_import_from(ps, T, D, M, L, 0);
}
small_stmt(R) ::= FROM(T) dots(D) dotted_name(M) IMPORT LPAR aliases(L) opt_comma RPAR. {
    R = act_import_from(ps, T, D, M, L, 1);
}
dots(R) ::= DOT. { R = 1; }
dots(R) ::= dots(D) DOT. { R = D + 1; }
aliases(R) ::= alias(X). { R = act_list(ps, X); }
aliases(R) ::= aliases(L) COMMA alias(X). { R = ast_seq_add(A, L, X); }
alias(R) ::= NAME(N). { R = ast_alias(A, 0, 0, act_bound(ps, N), NULL); }
alias(R) ::= NAME(N) AS NAME(B). {
    R = ast_alias(A, 0, 0, act_ident(ps, N), act_bound(ps, B));
}
opt_comma ::= .
opt_comma ::= COMMA.

// -------------------------------------------------------- compound statements

compound_stmt(R) ::= if_clauses(L) opt_else(E). { R = act_if(ps, L, E); }
if_clauses(R) ::= IF(T) test(X) COLON suite(S). {
    R = act_list(ps, ast_If(A, AT(T), X.e, S, NULL));
}
if_clauses(R) ::= if_clauses(L) if_clause(X). { R = ast_seq_add(A, L, X); }
if_clause(R) ::= ELIF test(X) COLON suite(S). { R = ast_If(A, X.line, X.col, X.e, S, NULL); }
opt_else(R) ::= . { R = NULL; }
opt_else(R) ::= ELSE COLON suite(S). { R = S; }

compound_stmt(R) ::= WHILE(T) test(X) COLON suite(S) opt_else(E). {
    R = ast_While(A, AT(T), X.e, S, E ? E : ast_seq_new(A));
}
for_head(R) ::= FOR(T) exprlist(L) IN testlist_px(I) COLON. {
    R = ast_For(A, AT(T), act_targets(ps, L), I.e, NULL, NULL);
}
compound_stmt(R) ::= for_head(H) suite(S) opt_else(E). {
    AST(For, H)->body = S;
    AST(For, H)->orelse = E ? E : ast_seq_new(A);
    R = H;
}

compound_stmt(R) ::= TRY(T) COLON suite(S) handlers(H) opt_else(E). {
    R = act_try(ps, T, S, H, E, NULL);
}
compound_stmt(R) ::= TRY(T) COLON suite(S) handlers(H) opt_else(E) FINALLY COLON suite(F). {
    R = act_try(ps, T, S, H, E, F);
}
compound_stmt(R) ::= TRY(T) COLON suite(S) FINALLY COLON suite(F). {
    R = act_try(ps, T, S, NULL, NULL, F);
}
handlers(R) ::= handler(X). { R = act_list(ps, X); }
handlers(R) ::= handlers(L) handler(X). { R = ast_seq_add(A, L, X); }
handler(R) ::= handler_head(H) suite(S). { AST(ExceptHandler, H)->body = S; R = H; }
handler_head(R) ::= EXCEPT(T) COLON. { R = ast_ExceptHandler(A, AT(T), NULL, NULL, NULL); }
handler_head(R) ::= EXCEPT(T) test(X) COLON. {
    R = ast_ExceptHandler(A, AT(T), X.e, NULL, NULL);
}
handler_head(R) ::= EXCEPT(T) test(X) COMMA test(N) COLON. {
    act_context(ps, N.e, AST_Store, N.line);
    R = ast_ExceptHandler(A, AT(T), X.e, N.e, NULL);
}
handler_head(R) ::= EXCEPT(T) test(X) AS test(N) COLON. {
    act_context(ps, N.e, AST_Store, N.line);
    R = ast_ExceptHandler(A, AT(T), X.e, N.e, NULL);
}

compound_stmt(R) ::= WITH with_items(L) COLON suite(S). { R = act_with(ps, L, S); }
with_items(R) ::= with_item(X). { R = act_list(ps, X); }
with_items(R) ::= with_items(L) COMMA with_item(X). { R = ast_seq_add(A, L, X); }
with_item(R) ::= test(X). { R = ast_With(A, X.line, X.col, X.e, NULL, NULL); }
with_item(R) ::= test(X) AS expr(V). {
    act_context(ps, V.e, AST_Store, X.line);
    R = ast_With(A, X.line, X.col, X.e, V.e, NULL);
}

compound_stmt(R) ::= def(R).
compound_stmt(R) ::= decorators(L) def(D). { R = act_decorated(D, L); }
def(R) ::= def_head(H) suite(S). { AST(FunctionDef, H)->body = S; R = H; }
def(R) ::= class_head(H) suite(S). { AST(ClassDef, H)->body = S; R = H; }
def_head(R) ::= DEF(T) NAME(N) parameters(P) COLON. {
    struct ident *name = act_bound(ps, N);
    R = ast_FunctionDef(A, AT(T), name, act_parameters(ps, P), NULL, ast_seq_new(A));
}
class_head(R) ::= CLASS(T) NAME(N) COLON. {
    R = ast_ClassDef(A, AT(T), act_bound(ps, N), ast_seq_new(A), NULL, ast_seq_new(A));
}
class_head(R) ::= CLASS(T) NAME(N) LPAR RPAR COLON. {
    R = ast_ClassDef(A, AT(T), act_bound(ps, N), ast_seq_new(A), NULL, ast_seq_new(A));
}
class_head(R) ::= CLASS(T) NAME(N) LPAR testlist(B) RPAR COLON. {
    R = ast_ClassDef(A, AT(T), act_bound(ps, N), B.s, NULL, ast_seq_new(A));
}
decorators(R) ::= decorator(X). { R = (struct plist){act_list(ps, X.e), X.line, X.col}; }
decorators(R) ::= decorators(L) decorator(X). { ast_seq_add(A, L.s, X.e); R = L; }
decorator(R) ::= AT(T) decorator_name(N) NEWLINE. { R = PX(N.e, AT(T)); }
decorator(R) ::= AT(T) decorator_name(N) LPAR RPAR NEWLINE. {
    R = PX(act_call(ps, N, NULL, T).e, AT(T));
}
decorator(R) ::= AT(T) decorator_name(N) LPAR(P) arglist(L) RPAR NEWLINE. {
    R = PX(act_call(ps, N, L, P).e, AT(T));
}
decorator_name(R) ::= NAME(N). { R = act_name(ps, N); }
decorator_name(R) ::= decorator_name(E) DOT NAME(N). {
    R = E;
    R.e = ast_Attribute(A, E.line, E.col, E.e, act_ident(ps, N), AST_Load);
}

parameters(R) ::= LPAR RPAR. { R = (struct pparams){NULL, NO_TOKEN, NO_TOKEN}; }
parameters(R) ::= LPAR varargslist(P) RPAR. { R = P; }
varargslist(R) ::= params(L). { R = (struct pparams){L, NO_TOKEN, NO_TOKEN}; }
varargslist(R) ::= params(L) COMMA. { R = (struct pparams){L, NO_TOKEN, NO_TOKEN}; }
varargslist(R) ::= params(L) COMMA star_params(P). { R = P; R.params = L; }
varargslist(R) ::= star_params(R).
star_params(R) ::= STAR NAME(N). { R = (struct pparams){NULL, N, NO_TOKEN}; }
star_params(R) ::= STAR NAME(N) COMMA DOUBLESTAR NAME(M). { R = (struct pparams){NULL, N, M}; }
star_params(R) ::= DOUBLESTAR NAME(M). { R = (struct pparams){NULL, NO_TOKEN, M}; }
params(R) ::= param(X). { R = act_list(ps, X); }
params(R) ::= params(L) COMMA param(X). { R = ast_seq_add(A, L, X); }
param(R) ::= NAME(N). { R = act_param(ps, act_name(ps, N), 0, NULL); }
param(R) ::= NAME(N) EQUAL test(D). { R = act_param(ps, act_name(ps, N), 0, D.e); }
param(R) ::= LPAR fplist(L) RPAR. { R = act_param(ps, act_tuple(ps, L), 1, NULL); }
param(R) ::= LPAR fplist(L) RPAR EQUAL test(D). { R = act_param(ps, act_tuple(ps, L), 1, D.e); }
fpdef(R) ::= NAME(N). { R = act_name(ps, N); }
fpdef(R) ::= LPAR(P) fplist(L) RPAR. { R = act_tuple(ps, L); R.line = P.line; R.col = P.col; }
fplist(R) ::= fpdefs(R).
fplist(R) ::= fpdefs(L) COMMA. { L.s->comma = 1; R = L; }
fpdefs(R) ::= fpdef(X). { R = (struct plist){act_list(ps, X.e), X.line, X.col}; }
fpdefs(R) ::= fpdefs(L) COMMA fpdef(X). { ast_seq_add(A, L.s, X.e); R = L; }

// ---------------------------------------------------------------- expressions

yield_expr(R) ::= YIELD(T). { R = PX(ast_Yield(A, AT(T), NULL), AT(T)); }
yield_expr(R) ::= YIELD(T) testlist_px(V). { R = PX(ast_Yield(A, AT(T), V.e), AT(T)); }

testlist_px(R) ::= testlist(L). { R = act_tuple(ps, L); }
testlist(R) ::= tests(R).
testlist(R) ::= tests(L) COMMA. { L.s->comma = 1; R = L; }
tests(R) ::= test(X). { R = (struct plist){act_list(ps, X.e), X.line, X.col}; }
tests(R) ::= tests(L) COMMA test(X). { ast_seq_add(A, L.s, X.e); R = L; }
exprlist(R) ::= exprs(R).
exprlist(R) ::= exprs(L) COMMA. { L.s->comma = 1; R = L; }
exprs(R) ::= expr(X). { R = (struct plist){act_list(ps, X.e), X.line, X.col}; }
exprs(R) ::= exprs(L) COMMA expr(X). { ast_seq_add(A, L.s, X.e); R = L; }
testlist_safe(R) ::= old_test(R).
testlist_safe(R) ::= old_tests(L). { R = act_tuple(ps, L); }
testlist_safe(R) ::= old_tests(L) COMMA. { R = act_tuple(ps, L); }
old_tests(R) ::= old_test(X) COMMA old_test(Y). {
    R = (struct plist){act_list(ps, X.e), X.line, X.col};
    ast_seq_add(A, R.s, Y.e);
}
old_tests(R) ::= old_tests(L) COMMA old_test(X). { ast_seq_add(A, L.s, X.e); R = L; }

test(R) ::= or_test(R).
test(R) ::= or_test(X) IF or_test(C) ELSE test(Y). {
    R = PX(ast_IfExp(A, X.line, X.col, C.e, X.e, Y.e), X.line, X.col);
}
test(R) ::= LAMBDA(T) COLON test(B). {
    struct pparams none = {NULL, NO_TOKEN, NO_TOKEN};
    R = PX(ast_Lambda(A, AT(T), act_parameters(ps, none), B.e), AT(T));
}
test(R) ::= LAMBDA(T) varargslist(P) COLON test(B). {
    R = PX(ast_Lambda(A, AT(T), act_parameters(ps, P), B.e), AT(T));
}
old_test(R) ::= or_test(R).
old_test(R) ::= LAMBDA(T) COLON old_test(B). {
    struct pparams none = {NULL, NO_TOKEN, NO_TOKEN};
    R = PX(ast_Lambda(A, AT(T), act_parameters(ps, none), B.e), AT(T));
}
old_test(R) ::= LAMBDA(T) varargslist(P) COLON old_test(B). {
    R = PX(ast_Lambda(A, AT(T), act_parameters(ps, P), B.e), AT(T));
}
or_test(R) ::= and_test(R).
or_test(R) ::= or_chain(R).
or_chain(R) ::= and_test(X) OR and_test(Y). { R = act_boolop(ps, AST_Or, X, Y); }
or_chain(R) ::= or_chain(X) OR and_test(Y). {
    ast_seq_add(A, AST(BoolOp, X.e)->values, Y.e);
    R = X;
}
and_test(R) ::= not_test(R).
and_test(R) ::= and_chain(R).
and_chain(R) ::= not_test(X) AND not_test(Y). { R = act_boolop(ps, AST_And, X, Y); }
and_chain(R) ::= and_chain(X) AND not_test(Y). {
    ast_seq_add(A, AST(BoolOp, X.e)->values, Y.e);
    R = X;
}
not_test(R) ::= comparison(R).
not_test(R) ::= NOT(T) not_test(X). { R = act_unary(ps, T, AST_Not, X); }
comparison(R) ::= expr(R).
comparison(R) ::= comp_chain(R).
comp_chain(R) ::= expr(X) comp_op(O) expr(Y). { R = act_compare(ps, X, O, Y); }
comp_chain(R) ::= comp_chain(X) comp_op(O) expr(Y). { R = act_more_compare(ps, X, O, Y); }
comp_op(R) ::= LESS. { R = AST_Lt; }
comp_op(R) ::= GREATER. { R = AST_Gt; }
comp_op(R) ::= EQEQUAL. { R = AST_Eq; }
comp_op(R) ::= NOTEQUAL. { R = AST_NotEq; }
comp_op(R) ::= LESSEQUAL. { R = AST_LtE; }
comp_op(R) ::= GREATEREQUAL. { R = AST_GtE; }
comp_op(R) ::= IN. { R = AST_In; }
comp_op(R) ::= NOT IN. { R = AST_NotIn; }
comp_op(R) ::= IS. { R = AST_Is; }
comp_op(R) ::= IS NOT. { R = AST_IsNot; }

expr(R) ::= factor(R).
expr(R) ::= expr(X) VBAR(T) expr(Y). { R = act_binop(ps, X, AST_BitOr, T, Y); }
expr(R) ::= expr(X) CIRCUMFLEX(T) expr(Y). { R = act_binop(ps, X, AST_BitXor, T, Y); }
expr(R) ::= expr(X) AMPER(T) expr(Y). { R = act_binop(ps, X, AST_BitAnd, T, Y); }
expr(R) ::= expr(X) LEFTSHIFT(T) expr(Y). { R = act_binop(ps, X, AST_LShift, T, Y); }
expr(R) ::= expr(X) RIGHTSHIFT(T) expr(Y). { R = act_binop(ps, X, AST_RShift, T, Y); }
expr(R) ::= expr(X) PLUS(T) expr(Y). { R = act_binop(ps, X, AST_Add, T, Y); }
expr(R) ::= expr(X) MINUS(T) expr(Y). { R = act_binop(ps, X, AST_Sub, T, Y); }
expr(R) ::= expr(X) STAR(T) expr(Y). { R = act_binop(ps, X, AST_Mult, T, Y); }
expr(R) ::= expr(X) SLASH(T) expr(Y). { R = act_binop(ps, X, AST_Div, T, Y); }
expr(R) ::= expr(X) PERCENT(T) expr(Y). { R = act_binop(ps, X, AST_Mod, T, Y); }
expr(R) ::= expr(X) DOUBLESLASH(T) expr(Y). { R = act_binop(ps, X, AST_FloorDiv, T, Y); }
factor(R) ::= power(R).
factor(R) ::= PLUS(T) factor(X). { R = act_unary(ps, T, AST_UAdd, X); }
factor(R) ::= MINUS(T) factor(X). { R = act_unary(ps, T, AST_USub, X); }
factor(R) ::= TILDE(T) factor(X). { R = act_unary(ps, T, AST_Invert, X); }
power(R) ::= atom_expr(R).
power(R) ::= atom_expr(X) DOUBLESTAR factor(Y). { R = act_power(ps, X, Y); }

atom_expr(R) ::= atom(R).
atom_expr(R) ::= atom_expr(X) LPAR RPAR. { R = act_call(ps, X, NULL, NO_TOKEN); }
atom_expr(R) ::= atom_expr(X) LPAR(P) arglist(L) RPAR. { R = act_call(ps, X, L, P); }
atom_expr(R) ::= atom_expr(X) LSQB subscripts(L) RSQB. { R = act_subscript(ps, X, L); }
atom_expr(R) ::= atom_expr(X) LSQB subscripts(L) COMMA RSQB. {
    L.s->comma = 1;
    R = act_subscript(ps, X, L);
}
atom_expr(R) ::= atom_expr(X) DOT NAME(N). {
    R = X;
    R.e = ast_Attribute(A, X.e->line, X.e->col, X.e, act_ident(ps, N), AST_Load);
}

subscripts(R) ::= subscript(X). { R = (struct plist){act_list(ps, X.e), X.line, X.col}; }
subscripts(R) ::= subscripts(L) COMMA subscript(X). { ast_seq_add(A, L.s, X.e); R = L; }
subscript(R) ::= DOT(T) DOT DOT. { R = PX(ast_Ellipsis(A, 0, 0), AT(T)); }
subscript(R) ::= test(X). { R = X; R.e = ast_Index(A, 0, 0, X.e); }
subscript(R) ::= COLON(T) opt_test(U). { R = PX(ast_Slice(A, 0, 0, NULL, U, NULL), AT(T)); }
subscript(R) ::= test(X) COLON opt_test(U). {
    R = X;
    R.e = ast_Slice(A, 0, 0, X.e, U, NULL);
}
subscript(R) ::= COLON(T) opt_test(U) COLON(C) opt_test(S). {
    struct ident *none = arena_ident(A, "None", 4);
    R = PX(ast_Slice(A, 0, 0, NULL, U, S ? S : ast_Name(A, AT(C), none, AST_Load)), AT(T));
}
subscript(R) ::= test(X) COLON opt_test(U) COLON(C) opt_test(S). {
    struct ident *none = arena_ident(A, "None", 4);
    R = X;
    R.e = ast_Slice(A, 0, 0, X.e, U, S ? S : ast_Name(A, AT(C), none, AST_Load));
}
opt_test(R) ::= . { R = NULL; }
opt_test(R) ::= test(X). { R = X.e; }

atom(R) ::= NAME(N). { R = act_name(ps, N); }
atom(R) ::= NUMBER(N). { R = act_number(ps, N); }
atom(R) ::= strings(R).
strings(R) ::= STRING(S). { R = act_string(ps, S); }
strings(R) ::= strings(X) STRING(S). { R = act_more_string(ps, X, S); }
atom(R) ::= LPAR(T) RPAR. {
    R = PX(ast_Tuple(A, AT(T), ast_seq_new(A), AST_Load), AT(T));
}
atom(R) ::= LPAR(T) yield_expr(X) RPAR. { R = act_paren(T, X); }
atom(R) ::= LPAR(T) testlist_px(X) RPAR. { R = act_paren(T, X); }
atom(R) ::= LPAR(T) test(X) comp_fors(F) RPAR. {
    R = PX(ast_GeneratorExp(A, X.line, X.col, X.e, F), AT(T));
}
atom(R) ::= LSQB(T) RSQB. { R = PX(ast_List(A, AT(T), ast_seq_new(A), AST_Load), AT(T)); }
atom(R) ::= LSQB(T) testlist(L) RSQB. { R = PX(ast_List(A, AT(T), L.s, AST_Load), AT(T)); }
atom(R) ::= LSQB(T) test(X) list_fors(F) RSQB. {
    R = PX(ast_ListComp(A, X.line, X.col, X.e, F), AT(T));
}
atom(R) ::= LBRACE(T) RBRACE. {
    R = PX(ast_Dict(A, AT(T), ast_seq_new(A), ast_seq_new(A)), AT(T));
}
atom(R) ::= LBRACE(T) testlist(L) RBRACE. { R = PX(ast_Set(A, AT(T), L.s), AT(T)); }
atom(R) ::= LBRACE(T) test(X) comp_fors(F) RBRACE. {
    R = PX(ast_SetComp(A, X.line, X.col, X.e, F), AT(T));
}
atom(R) ::= LBRACE(T) dict_items(D) opt_comma RBRACE. {
    struct ast_seq *keys = ast_seq_new(A), *values = ast_seq_new(A);
    for (int i = 0; i < D.s->n; i += 2) {
        ast_seq_add(A, keys, D.s->item[i]);
        ast_seq_add(A, values, D.s->item[i + 1]);
    }
    R = PX(ast_Dict(A, AT(T), keys, values), AT(T));
}
atom(R) ::= LBRACE(T) test(K) COLON test(V) comp_fors(F) RBRACE. {
    R = PX(ast_DictComp(A, K.line, K.col, K.e, V.e, F), AT(T));
}
atom(R) ::= BACKQUOTE(T) tests(L) BACKQUOTE. {
    R = PX(ast_Repr(A, AT(T), act_tuple(ps, L).e), AT(T));
}
dict_items(R) ::= test(K) COLON test(V). {
    R = (struct plist){act_list(ps, K.e), K.line, K.col};
    ast_seq_add(A, R.s, V.e);
}
dict_items(R) ::= dict_items(D) COMMA test(K) COLON test(V). {
    ast_seq_add(A, D.s, K.e);
    ast_seq_add(A, D.s, V.e);
    R = D;
}

list_fors(R) ::= list_for(X). { R = act_list(ps, X); }
list_fors(R) ::= list_fors(L) list_for(X). { R = ast_seq_add(A, L, X); }
list_for(R) ::= FOR exprlist(L) IN testlist_safe(I) list_ifs(C). {
    R = ast_comprehension(A, 0, 0, act_targets(ps, L), I.e, C);
}
comp_fors(R) ::= comp_for(X). { R = act_list(ps, X); }
comp_fors(R) ::= comp_fors(L) comp_for(X). { R = ast_seq_add(A, L, X); }
comp_for(R) ::= FOR exprlist(L) IN or_test(I) list_ifs(C). {
    R = ast_comprehension(A, 0, 0, act_targets(ps, L), I.e, C);
}
list_ifs(R) ::= . { R = ast_seq_new(A); }
list_ifs(R) ::= list_ifs(L) IF old_test(X). { R = ast_seq_add(A, L, X.e); }

arglist(R) ::= args(R).
arglist(R) ::= args(R) COMMA.
arglist(R) ::= args(L) COMMA star_args(S). {
    for (int i = 0; i < S->n; i++)
        ast_seq_add(A, L, S->item[i]);
    R = L;
}
arglist(R) ::= star_args(R).
star_args(R) ::= STAR test(X). { R = act_list(ps, act_arg(ps, PARG_STAR, X)); }
star_args(R) ::= STAR test(X) COMMA DOUBLESTAR test(Y). {
    R = act_list(ps, act_arg(ps, PARG_STAR, X));
    ast_seq_add(A, R, act_arg(ps, PARG_KWARGS, Y));
}
star_args(R) ::= STAR test(X) COMMA args(L). {
    R = act_list(ps, act_arg(ps, PARG_STAR, X));
    for (int i = 0; i < L->n; i++)
        ast_seq_add(A, R, L->item[i]);
}
star_args(R) ::= STAR test(X) COMMA args(L) COMMA DOUBLESTAR test(Y). {
    R = act_list(ps, act_arg(ps, PARG_STAR, X));
    for (int i = 0; i < L->n; i++)
        ast_seq_add(A, R, L->item[i]);
    ast_seq_add(A, R, act_arg(ps, PARG_KWARGS, Y));
}
star_args(R) ::= DOUBLESTAR test(Y). { R = act_list(ps, act_arg(ps, PARG_KWARGS, Y)); }
args(R) ::= arg(X). { R = act_list(ps, X); }
args(R) ::= args(L) COMMA arg(X). { R = ast_seq_add(A, L, X); }
arg(R) ::= test(X). { R = act_arg(ps, PARG_PLAIN, X); }
arg(R) ::= test(X) comp_fors(F). {
    X.e = ast_GeneratorExp(A, X.line, X.col, X.e, F);
    R = act_arg(ps, PARG_GENEXP, X);
}
arg(R) ::= test(N) EQUAL test(X). { R = act_keyword(ps, N, X); }

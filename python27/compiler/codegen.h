/*
 * codegen.h: AST and scopes to code objects.
 *
 * Each scope is compiled in a struct unit: a chain of basic blocks of
 * instructions whose jumps name blocks. codegen_stmt.c and codegen_expr.c fill
 * them, assemble.c lays them out, computes stack depth and line table, and
 * peephole.c improves the bytes. Instructions, their order and their lines are
 * CPython 2.7's; o.m(...) alone differs (LOOKUP_METHOD, CALL_METHOD).
 */
#ifndef PY_COMPILER_CODEGEN_H
#define PY_COMPILER_CODEGEN_H

#include "compiler/consts.h"
#include "compiler/symtable.h"
#include "objects/code.h"

struct instr {
    uint8_t op;
    int32_t arg;
    int32_t line; /* set on the first instruction of a line, else 0 */
    struct codeblock *target;
};
struct codeblock {
    struct codeblock *next; /* in the order of the code */
    struct instr *instr;
    int32_t n, cap;
    int32_t offset;
    int32_t depth; /* of the value stack at its start, -1 not reached */
    uint8_t returns;
};

/* Statements that enclose the one being compiled. */
enum fblock_kind {
    FBLOCK_LOOP,
    FBLOCK_EXCEPT,
    FBLOCK_FINALLY_TRY,
    FBLOCK_FINALLY_END
};
enum { MAX_FBLOCKS = 20 };
struct fblock {
    enum fblock_kind kind;
    struct codeblock *block;
};

/* A table of names by index. */
struct nametable {
    struct namemap index;
    const struct ident **name;
    int32_t n, cap;
};

struct unit {
    struct unit *outer;
    struct scope *scope;
    struct ident *name;
    struct ident *klass; /* for private names */
    struct nametable names, varnames, freevars, cellvars;
    struct consttable consts;
    struct codeblock *first, *cur;
    struct fblock fblock[MAX_FBLOCKS];
    int32_t nfblocks;
    int32_t argcount, firstline;
    int32_t line;      /* of what is being compiled */
    uint8_t line_used; /* the first instruction of that line is out */
};

struct compiler {
    struct pyarena *arena;
    struct symtable *st;
    const char *filename;
    py_str *filename_str;
    struct unit *u;
    int32_t flags; /* PY_CO_FUTURE_* */
    int32_t future_line; /* of the last valid future statement, -1 none */
    uint8_t interactive, optimize, no_docstrings;
    int32_t nesting;
};

/* The code object of a whole tree; NULL with an exception. */
py_code *codegen(struct compiler *c, struct ast *mod);

/* --- codegen.c: units, blocks, instructions. 0 or -1. */
void unit_enter(struct compiler *c, struct unit *u, struct ident *name,
                struct ast *node, int firstline);
/* Finishes the innermost unit; NULL with an exception. */
py_code *unit_leave(struct compiler *c, int add_none);
struct codeblock *block_new(struct compiler *c);
void block_use(struct compiler *c, struct codeblock *b);
int fblock_push(struct compiler *c, enum fblock_kind kind, struct codeblock *b);
void fblock_pop(struct compiler *c);
void emit(struct compiler *c, int op);
void emit_arg(struct compiler *c, int op, int arg);
void emit_jump(struct compiler *c, int op, struct codeblock *target);
int emit_const(struct compiler *c, py_object *v);
void emit_attr(struct compiler *c, int op, const struct ident *name);
/* A name as the scope understands it; op by ctx. */
int emit_name(struct compiler *c, struct ident *name, int ctx);
int emit_closure(struct compiler *c, py_code *code, int ndefaults);
int32_t name_index(struct compiler *c, struct nametable *t,
                   const struct ident *name);
py_str *ident_str(struct compiler *c, const struct ident *id);
struct ident *ident_of(struct compiler *c, const char *text);
int codegen_error(struct compiler *c, const char *msg);
void set_line(struct compiler *c, int line);

/* --- codegen_expr.c, codegen_stmt.c */
int gen_expr(struct compiler *c, struct ast *e);
int gen_exprs(struct compiler *c, const struct ast_seq *s);
int gen_stmts(struct compiler *c, const struct ast_seq *s);
int gen_params(struct compiler *c, const struct ast_seq *args);
int gen_augmented(struct compiler *c, struct ast *target, int op,
                  struct ast *value);
/* 1 or 0 for a condition known now, -1 otherwise. */
int const_truth(struct compiler *c, const struct ast *e);
int gen_body(struct compiler *c, const struct ast_seq *body);

/* --- assemble.c, peephole.c */
py_code *assemble(struct compiler *c, struct unit *u);
/* Improves code of n bytes in place, with its line table; the new length, or -1
 * with an exception. May append to consts. */
intptr_t peephole(struct compiler *c, struct unit *u, uint8_t *code, intptr_t n,
                  uint8_t *lnotab, intptr_t nlnotab);
/* What an instruction does to the depth of the stack. */
int stack_effect(int op, int arg);

#endif

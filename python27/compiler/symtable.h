/*
 * symtable.h: the scopes of a module and what every name means in each.
 *
 * Input: an AST. Output: one struct scope for the module and for every
 * function, class, lambda and comprehension with a scope of its own; AST nodes
 * hold the number of theirs. Two passes: collect uses and bindings, then
 * decide local / global / free / cell from the outside in.
 * Next: codegen.h; also the module _symtable.
 */
#ifndef PY_COMPILER_SYMTABLE_H
#define PY_COMPILER_SYMTABLE_H

#include "compiler/names.h"
#include "parser/ast.h"

/* What a scope does with a name. */
enum {
    SYM_GLOBAL = 1,   /* global statement */
    SYM_LOCAL = 2,    /* assigned */
    SYM_PARAM = 4,
    SYM_USE = 8,
    SYM_FREE = 0x10, /* only for module _symtable */
    SYM_FREE_CLASS = 0x20, /* free in a method and bound in this class */
    SYM_IMPORT = 0x40,
    SYM_BOUND = SYM_LOCAL | SYM_PARAM | SYM_IMPORT,
    SYM_SCOPE_SHIFT = 11,
    SYM_SCOPE_MASK = 7
};
/* What the name means, in the bits from SYM_SCOPE_SHIFT on. */
enum symbol_scope {
    SCOPE_NONE,
    SCOPE_LOCAL,
    SCOPE_GLOBAL_EXPLICIT,
    SCOPE_GLOBAL_IMPLICIT,
    SCOPE_FREE,
    SCOPE_CELL
};
enum scope_kind { SCOPE_FUNCTION, SCOPE_CLASS, SCOPE_MODULE };
/* Why fast locals cannot be used. */
enum {
    UNOPT_IMPORT_STAR = 1,
    UNOPT_EXEC = 2,
    UNOPT_BARE_EXEC = 4,
    UNOPT_TOPLEVEL = 8
};

struct scope {
    enum scope_kind kind;
    struct ident *name;
    struct namemap symbols;
    struct ast_seq *params;   /* struct ident *, in order */
    struct ast_seq *children; /* struct scope * */
    int32_t line, unopt_line;
    uint8_t nested, has_free, child_has_free, generator, returns_value, varargs,
        varkeywords, unoptimized;
};

struct symtable {
    struct pyarena *arena;
    const char *filename;
    struct scope **scopes; /* by number; 0 is the module */
    int32_t n, cap;
    /* while collecting */
    struct scope *cur;
    struct ident *klass; /* whose private names are mangled */
};

/* 0, or -1 with SyntaxError or RuntimeError (too deep). */
int symtable_build(struct symtable *st, struct pyarena *a, struct ast *mod,
                   const char *filename);
enum symbol_scope scope_of(const struct scope *s, const struct ident *name);

/* `name` as it is inside class `klass` (or NULL): __x becomes _klass__x. */
struct ident *mangle(struct pyarena *a, const struct ident *klass,
                     struct ident *name);

#endif

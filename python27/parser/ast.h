/*
 * ast.h: the nodes of ast.def as C structs.
 *
 * Every node begins with struct ast; kind says which struct ast_<Kind> it is.
 * AST(Name, e)->id reads a field. Lists are struct ast_seq, never NULL.
 * Made by grammar.y through ast_<Kind>() or from Python objects
 * (compiler/astobject.c); read by compiler/.
 */
#ifndef PY_PARSER_AST_H
#define PY_PARSER_AST_H

#include "parser/arena.h"
#include "parser/ast.def"

#define AST_ALL_KINDS(X)                                                       \
    AST_MOD_KINDS(X)                                                           \
    AST_STMT_KINDS(X)                                                          \
    AST_EXPR_KINDS(X)                                                          \
    AST_SLICE_KINDS(X) AST_EXCEPTHANDLER_KINDS(X) AST_PRODUCT_KINDS(X)
#define AST_ENUMERATOR(K) AST_##K,
enum ast_kind { AST_ALL_KINDS(AST_ENUMERATOR) AST_NKINDS };
enum ast_ctx { AST_CTX_KINDS(AST_ENUMERATOR) AST_NCTX };
enum ast_boolop { AST_BOOLOP_KINDS(AST_ENUMERATOR) AST_NBOOLOP };
enum ast_operator { AST_OPERATOR_KINDS(AST_ENUMERATOR) AST_NOPERATOR };
enum ast_unaryop { AST_UNARYOP_KINDS(AST_ENUMERATOR) AST_NUNARYOP };
enum ast_cmpop { AST_CMPOP_KINDS(AST_ENUMERATOR) AST_NCMPOP };
#undef AST_ENUMERATOR

struct ast {
    uint8_t kind; /* enum ast_kind */
    uint8_t mark; /* the parser's own, see grammar.y */
    int32_t line, col; /* of the first token; col from 0, in bytes */
    int32_t scope;     /* of what opens one: its number, see symtable.h */
};

struct ast_seq {
    int32_t n, cap;
    int32_t comma; /* written with a comma behind the last item */
    void **item;   /* struct ast *, struct ident *, or an enum as intptr_t */
};

/* The C type and the tag of each field type of ast.def. */
#define AST_TYPEDEF(name, ctype) typedef ctype ast_type_##name;
AST_FIELD_TYPES(AST_TYPEDEF)
#undef AST_TYPEDEF
#define AST_FIELD_TAG(name, ctype) AST_FT_##name,
enum ast_fieldtype { AST_FIELD_TYPES(AST_FIELD_TAG) AST_NFIELDTYPES };
#undef AST_FIELD_TAG

#define AST_MEMBER(K, type, name) ast_type_##type name;
#define AST_STRUCT(K)                                                          \
    struct ast_##K {                                                           \
        struct ast base;                                                       \
        AST_FIELDS_##K(AST_MEMBER, K)                                          \
    };
AST_ALL_KINDS(AST_STRUCT)
#undef AST_STRUCT
#undef AST_MEMBER

#define AST(K, node) ((struct ast_##K *)(node))

/* Constructors: ast_Name(arena, line, col, id, ctx). */
#define AST_PARAM(K, type, name) , ast_type_##type name
#define AST_DECLARE(K)                                                         \
    struct ast *ast_##K(struct pyarena *a, int line,                           \
                        int col AST_FIELDS_##K(AST_PARAM, K));
AST_ALL_KINDS(AST_DECLARE)
#undef AST_DECLARE

/* For what treats all nodes alike. */
struct ast_field {
    const char *name;
    uint8_t type; /* enum ast_fieldtype */
    uint16_t offset;
};
enum ast_category {
    AST_CAT_mod,
    AST_CAT_stmt,
    AST_CAT_expr,
    AST_CAT_slice,
    AST_CAT_excepthandler,
    AST_CAT_product
};
struct ast_kindinfo {
    const char *name;
    const struct ast_field *fields;
    uint16_t nfields, size;
    uint8_t category;
};
extern const struct ast_kindinfo ast_kinds[AST_NKINDS];
extern const char *const ast_ctx_names[AST_NCTX],
    *const ast_boolop_names[AST_NBOOLOP],
        *const ast_operator_names[AST_NOPERATOR],
            *const ast_unaryop_names[AST_NUNARYOP],
                *const ast_cmpop_names[AST_NCMPOP];

struct ast_seq *ast_seq_new(struct pyarena *a);
static inline struct ast_seq *ast_seq_add(struct pyarena *a, struct ast_seq *s,
                                          void *item)
{
    if (s->n == s->cap)
        s->item = arena_grow(a, s->item, (size_t)s->n, sizeof(void *), &s->cap);
    s->item[s->n++] = item;
    return s;
}
static inline struct ast *ast_at(const struct ast_seq *s, int i)
{
    return s->item[i];
}

#endif

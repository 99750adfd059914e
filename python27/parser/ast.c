/* ast.c: constructors and tables made from ast.def. */
#include "parser/ast.h"

#define ASSIGN(K, type, name) node->name = name;
#define CONSTRUCTOR(K)                                                         \
    struct ast *ast_##K(struct pyarena *a, int line,                           \
                        int col AST_FIELDS_##K(AST_PARAM, K))                  \
    {                                                                          \
        struct ast_##K *node = ARENA_NEW(a, struct ast_##K);                   \
        node->base.kind = AST_##K;                                             \
        node->base.line = line;                                                \
        node->base.col = col;                                                  \
        AST_FIELDS_##K(ASSIGN, K) return &node->base;                          \
    }
AST_ALL_KINDS(CONSTRUCTOR)

#define ROW(K, type, name)                                                     \
    {#name, AST_FT_##type, offsetof(struct ast_##K, name)},
#define FIELD_TABLE(K)                                                         \
    static const struct ast_field fields_##K[] = {                             \
        AST_FIELDS_##K(ROW, K){NULL, 0, 0}};
AST_ALL_KINDS(FIELD_TABLE)

#define KIND_ROW(K, category)                                                  \
    [AST_##K] = {#K, fields_##K, sizeof fields_##K / sizeof fields_##K[0] - 1, \
                 sizeof(struct ast_##K), category},
#define MOD_ROW(K) KIND_ROW(K, AST_CAT_mod)
#define STMT_ROW(K) KIND_ROW(K, AST_CAT_stmt)
#define EXPR_ROW(K) KIND_ROW(K, AST_CAT_expr)
#define SLICE_ROW(K) KIND_ROW(K, AST_CAT_slice)
#define EXCEPTHANDLER_ROW(K) KIND_ROW(K, AST_CAT_excepthandler)
#define PRODUCT_ROW(K) KIND_ROW(K, AST_CAT_product)
const struct ast_kindinfo ast_kinds[AST_NKINDS] = {
    AST_MOD_KINDS(MOD_ROW) AST_STMT_KINDS(STMT_ROW) AST_EXPR_KINDS(EXPR_ROW)
        AST_SLICE_KINDS(SLICE_ROW) AST_EXCEPTHANDLER_KINDS(EXCEPTHANDLER_ROW)
            AST_PRODUCT_KINDS(PRODUCT_ROW)};

#define NAME(K) #K,
const char *const ast_ctx_names[] = {AST_CTX_KINDS(NAME)};
const char *const ast_boolop_names[] = {AST_BOOLOP_KINDS(NAME)};
const char *const ast_operator_names[] = {AST_OPERATOR_KINDS(NAME)};
const char *const ast_unaryop_names[] = {AST_UNARYOP_KINDS(NAME)};
const char *const ast_cmpop_names[] = {AST_CMPOP_KINDS(NAME)};

struct ast_seq *ast_seq_new(struct pyarena *a)
{
    return ARENA_NEW(a, struct ast_seq);
}

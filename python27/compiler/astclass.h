/*
 * astclass.h: the Python classes of the node kinds, made at first use.
 */
#ifndef PY_COMPILER_ASTCLASS_H
#define PY_COMPILER_ASTCLASS_H

#include "objects/object.h"
#include "parser/ast.h"

enum ast_enum { /* the enum field types, with a shared instance a value */
                AST_ENUM_CTX,
                AST_ENUM_BOOLOP,
                AST_ENUM_OPERATOR,
                AST_ENUM_UNARYOP,
                AST_ENUM_CMPOP,
                AST_NENUMS
};
enum { AST_MAX_ENUM = 12 };

struct ast_classes {
    py_object *base;                   /* AST */
    py_object *category[AST_CAT_product]; /* mod, stmt, expr, ... */
    py_object *kind[AST_NKINDS];
    py_object *enum_base[AST_NENUMS];
    py_object *enum_class[AST_NENUMS][AST_MAX_ENUM];
    py_object *enum_value[AST_NENUMS][AST_MAX_ENUM];
    py_str *field_name[AST_NKINDS][6]; /* interned */
    py_str *lineno, *col_offset;
};
/* Names and numbers of values of each enum. */
extern const struct ast_enuminfo {
    const char *name;
    const char *const *values;
    int n;
} ast_enums[AST_NENUMS];
extern const char *const ast_category_names[AST_CAT_product];

/* The classes, or NULL with an exception. */
const struct ast_classes *ast_classes(void);

#endif

/* astobject.c: see astobject.h. */
#include "compiler/astobject.h"

#include <string.h>
#include "compiler/astclass.h"
#include "compiler/compile.h"
#include "compiler/error.h"
#include "objects/python.h"

static int has_position(int kind)
{
    int c = ast_kinds[kind].category;
    return c == AST_CAT_stmt || c == AST_CAT_expr || c == AST_CAT_excepthandler;
}

/* Which enum a field type is, or -1. */
static int enum_of(int type)
{
    switch (type) {
    case AST_FT_ctx:
        return AST_ENUM_CTX;
    case AST_FT_boolop:
        return AST_ENUM_BOOLOP;
    case AST_FT_operator:
        return AST_ENUM_OPERATOR;
    case AST_FT_unaryop:
        return AST_ENUM_UNARYOP;
    case AST_FT_cmpop_seq:
        return AST_ENUM_CMPOP;
    default:
        return -1;
    }
}

/* ---------------------------------------------------------------- to Python */

static py_object *ident_object(struct ident *id)
{
    return id ? (py_object *)py_intern(py_str_new(id->text, id->len)) : py_None;
}

static py_object *seq_object(const struct ast_classes *c,
                             const struct ast_seq *s, int type)
{
    py_list *l = py_list_new();
    for (int i = 0; l && i < s->n; i++) {
        py_object *v = type == AST_FT_cmpop_seq
                           ? c->enum_value[AST_ENUM_CMPOP][(intptr_t)s->item[i]]
                       : type == AST_FT_ident_seq ? ident_object(s->item[i])
                                                  : ast_to_object(s->item[i]);
        if (!v || py_list_append(l, v) < 0)
            return NULL;
    }
    return (py_object *)l;
}

static py_object *field_object(const struct ast_classes *c,
                               const struct ast *node,
                               const struct ast_field *f)
{
    const char *at = (const char *)node + f->offset;
    void *p;
    int32_t i;
    memcpy(&p, at, sizeof p);
    memcpy(&i, at, sizeof i);
    switch ((enum ast_fieldtype)f->type) {
    case AST_FT_expr:
    case AST_FT_expr_opt:
    case AST_FT_stmt:
    case AST_FT_slice:
    case AST_FT_arguments:
        return p ? ast_to_object(p) : py_None;
    case AST_FT_expr_seq:
    case AST_FT_stmt_seq:
    case AST_FT_slice_seq:
    case AST_FT_comprehension_seq:
    case AST_FT_keyword_seq:
    case AST_FT_alias_seq:
    case AST_FT_excepthandler_seq:
    case AST_FT_cmpop_seq:
    case AST_FT_ident_seq:
        return seq_object(c, p, f->type);
    case AST_FT_ident:
    case AST_FT_ident_opt:
        return ident_object(p);
    case AST_FT_object:
        return p;
    case AST_FT_ctx:
    case AST_FT_boolop:
    case AST_FT_operator:
    case AST_FT_unaryop:
        return c->enum_value[enum_of(f->type)][i];
    case AST_FT_boolean:
        return py_bool(i);
    case AST_FT_integer_opt:
        return py_int_new(i);
    case AST_NFIELDTYPES:
        break;
    }
    return py_None;
}

py_object *ast_to_object(const struct ast *node)
{
    const struct ast_classes *c = ast_classes();
    if (!c || error_if_too_deep())
        return NULL;
    const struct ast_kindinfo *k = &ast_kinds[node->kind];
    py_object *o = py_call0(c->kind[node->kind]);
    if (!o)
        return NULL;
    for (int i = 0; i < k->nfields; i++) {
        py_object *v = field_object(c, node, &k->fields[i]);
        if (!v || py_setattr(o, c->field_name[node->kind][i], v) < 0)
            return NULL;
    }
    if (has_position(node->kind) &&
        (py_setattr(o, c->lineno, py_int_new(node->line)) < 0 ||
         py_setattr(o, c->col_offset, py_int_new(node->col)) < 0))
        return NULL;
    return o;
}

/* -------------------------------------------------------------- from Python */

struct reader {
    const struct ast_classes *c;
    struct pyarena *a;
};

/* Reads obj, which must be of a category; ctx is what a target must be for. */
static struct ast *read_node(struct reader *r, py_object *obj, int category,
                             int product, int ctx);

static struct ast_seq *read_seq(struct reader *r, py_object *v,
                                const struct ast_kindinfo *k,
                                const struct ast_field *f, int ctx);

static int kind_of(struct reader *r, py_object *obj, int category, int product)
{
    if (category == AST_CAT_product)
        return product;
    for (int k = 0; k < AST_NKINDS; k++)
        if (ast_kinds[k].category == category &&
            py_isinst(obj, (py_type *)r->c->kind[k]))
            return k;
    py_object *repr = py_repr(obj);
    if (repr)
        py_raise(&py_TypeError, "expected some sort of %s, but got %.400S",
                 ast_category_names[category], repr);
    return -1;
}

static int read_int(py_object *v, int32_t *out)
{
    int64_t n;
    if (!py_is_int(v) && !py_is_long(v))
        return py_raise_i(&py_ValueError, "invalid integer value: %R", v);
    if (!py_fits_int64(v, &n) || n != (int32_t)n)
        return py_raise_i(&py_OverflowError,
                          "Python int too large to convert to C int");
    *out = (int32_t)n;
    return 0;
}

static int read_enum(struct reader *r, int e, py_object *v, int32_t *out)
{
    for (int i = 0; i < ast_enums[e].n; i++) {
        if (py_isinst(v, (py_type *)r->c->enum_class[e][i])) {
            *out = i;
            return 0;
        }
    }
    return py_raise_i(&py_TypeError, "expected some sort of %s, but got %R",
                      ast_enums[e].name, v);
}

static int read_ident(struct reader *r, py_object *v, struct ident **out)
{
    if (!py_is_str_exact(v))
        return py_raise_i(&py_TypeError, "AST identifier must be of type str");
    *out = arena_ident(r->a, py_str_data((py_str *)v),
                       (size_t)py_str_len((py_str *)v));
    return 0;
}

static int read_constant(struct reader *r, int kind, py_object *v,
                         struct py_object **out)
{
    if (kind == AST_Str && !py_is_str_exact(v) && !py_is_unicode_exact(v))
        return py_raise_i(&py_TypeError,
                          "AST string must be of type str or unicode");
    *out = arena_keep(r->a, v);
    return 0;
}

/* The context that expressions in a field must have: where a store or deletion
 * stands, the tree must say so, since code would be wrong otherwise. */
static int field_ctx(int kind, const char *field, int own)
{
    switch (kind) {
    case AST_Assign:
        return strcmp(field, "targets") ? AST_Load : AST_Store;
    case AST_AugAssign:
    case AST_For:
    case AST_comprehension:
        return strcmp(field, "target") ? AST_Load : AST_Store;
    case AST_With:
        return strcmp(field, "optional_vars") ? AST_Load : AST_Store;
    case AST_ExceptHandler:
        return strcmp(field, "name") ? AST_Load : AST_Store;
    case AST_Delete:
        return AST_Del;
    case AST_List:
    case AST_Tuple:
        return own;
    case AST_arguments:
        return strcmp(field, "args") ? AST_Load : AST_Param;
    default:
        return AST_Load;
    }
}

static int category_of(int type, int *product)
{
    *product = type == AST_FT_arguments           ? AST_arguments
               : type == AST_FT_comprehension_seq ? AST_comprehension
               : type == AST_FT_keyword_seq       ? AST_keyword
                                                  : AST_alias;
    switch (type) {
    case AST_FT_expr:
    case AST_FT_expr_opt:
    case AST_FT_expr_seq:
        return AST_CAT_expr;
    case AST_FT_stmt:
    case AST_FT_stmt_seq:
        return AST_CAT_stmt;
    case AST_FT_slice:
    case AST_FT_slice_seq:
        return AST_CAT_slice;
    case AST_FT_excepthandler_seq:
        return AST_CAT_excepthandler;
    default:
        return AST_CAT_product;
    }
}

static int missing(const struct ast_kindinfo *k, const char *field)
{
    return py_raise_i(&py_TypeError, "required field \"%s\" missing from %s",
                      field, k->name);
}

static int read_field(struct reader *r, struct ast *node,
                      const struct ast_field *f, py_object *v, int ctx)
{
    const struct ast_kindinfo *k = &ast_kinds[node->kind];
    char *at = (char *)node + f->offset;
    int type = f->type, product, category = category_of(type, &product);
    int optional = type == AST_FT_expr_opt || type == AST_FT_ident_opt ||
                   type == AST_FT_integer_opt;
    if (!v || v == py_None) {
        if (optional)
            return 0;
        if (v && type == AST_FT_object && node->kind == AST_Num)
            return read_constant(r, node->kind, v, (struct py_object **)at);
        return missing(k, f->name);
    }
    switch ((enum ast_fieldtype)type) {
    case AST_FT_expr:
    case AST_FT_expr_opt:
    case AST_FT_stmt:
    case AST_FT_slice:
    case AST_FT_arguments: {
        struct ast *child = read_node(r, v, category, product, ctx);
        memcpy(at, &child, sizeof child);
        return child ? 0 : -1;
    }
    case AST_FT_expr_seq:
    case AST_FT_stmt_seq:
    case AST_FT_slice_seq:
    case AST_FT_comprehension_seq:
    case AST_FT_keyword_seq:
    case AST_FT_alias_seq:
    case AST_FT_excepthandler_seq:
    case AST_FT_cmpop_seq:
    case AST_FT_ident_seq: {
        struct ast_seq *s = read_seq(r, v, k, f, ctx);
        memcpy(at, &s, sizeof s);
        return s ? 0 : -1;
    }
    case AST_FT_ident:
    case AST_FT_ident_opt:
        return read_ident(r, v, (struct ident **)at);
    case AST_FT_object:
        return read_constant(r, node->kind, v, (struct py_object **)at);
    case AST_FT_ctx:
    case AST_FT_boolop:
    case AST_FT_operator:
    case AST_FT_unaryop:
        return read_enum(r, enum_of(type), v, (int32_t *)at);
    case AST_FT_boolean:
        if (py_type_of(v) != &py_bool_type)
            return py_raise_i(&py_ValueError, "invalid boolean value: %R", v);
        *(int32_t *)at = v == py_True;
        return 0;
    case AST_FT_integer_opt:
        return read_int(v, (int32_t *)at);
    case AST_NFIELDTYPES:
        break;
    }
    return 0;
}

static struct ast_seq *read_seq(struct reader *r, py_object *v,
                                const struct ast_kindinfo *k,
                                const struct ast_field *f, int ctx)
{
    int product, category = category_of(f->type, &product);
    struct ast_seq *s = ast_seq_new(r->a);
    if (!py_is_list(v))
        return py_raise(&py_TypeError,
                        "%s field \"%s\" must be a list, not a %T", k->name,
                        f->name, v);
    for (intptr_t i = 0; i < py_fastseq_len(v); i++) {
        py_object *o = py_fastseq_item(v, i);
        void *item = NULL;
        int32_t e = 0;
        if (f->type == AST_FT_cmpop_seq) {
            if (read_enum(r, AST_ENUM_CMPOP, o, &e))
                return NULL;
            item = (void *)(intptr_t)e;
        } else if (f->type == AST_FT_ident_seq) {
            if (read_ident(r, o, (struct ident **)&item))
                return NULL;
        } else {
            item = read_node(r, o, category, product, ctx);
            if (!item)
                return NULL;
        }
        ast_seq_add(r->a, s, item);
    }
    return s;
}

static int bad(const struct ast *n, const char *why)
{
    return py_raise_i(&py_ValueError, "%s: %s", ast_kinds[n->kind].name, why);
}

/* What the grammar guarantees of a node and the compiler relies on. */
static int check(const struct ast *n)
{
    static const char no_generators[] = "no generators";
    switch (n->kind) {
    case AST_BoolOp:
        return AST(BoolOp, n)->values->n < 2 ? bad(n, "fewer than 2 values")
                                             : 0;
    case AST_Compare:
        return !AST(Compare, n)->ops->n || AST(Compare, n)->ops->n !=
                                               AST(Compare, n)->comparators->n
                   ? bad(n, "needs as many comparators as operators")
                   : 0;
    case AST_Dict:
        return AST(Dict, n)->keys->n != AST(Dict, n)->values->n
                   ? bad(n, "needs as many values as keys")
                   : 0;
    case AST_ListComp:
        return AST(ListComp, n)->generators->n ? 0 : bad(n, no_generators);
    case AST_SetComp:
        return AST(SetComp, n)->generators->n ? 0 : bad(n, no_generators);
    case AST_DictComp:
        return AST(DictComp, n)->generators->n ? 0 : bad(n, no_generators);
    case AST_GeneratorExp:
        return AST(GeneratorExp, n)->generators->n ? 0 : bad(n, no_generators);
    case AST_Call:
        return AST(Call, n)->args->n > 255 || AST(Call, n)->keywords->n > 255
                   ? bad(n, "more than 255 arguments")
                   : 0;
    case AST_Assign:
        return AST(Assign, n)->targets->n ? 0 : bad(n, "no targets");
    case AST_AugAssign: {
        int k = AST(AugAssign, n)->target->kind;
        if (k != AST_Name && k != AST_Attribute && k != AST_Subscript)
            return py_raise_i(&py_SystemError,
                              "invalid node type (%d) for augmented assignment",
                              k);
        return 0;
    }
    case AST_arguments:
        return AST(arguments, n)->defaults->n > AST(arguments, n)->args->n
                   ? bad(n, "more defaults than arguments")
                   : 0;
    case AST_Raise:
        return (AST(Raise, n)->inst && !AST(Raise, n)->type) ||
                       (AST(Raise, n)->tback && !AST(Raise, n)->inst)
                   ? bad(n, "a part without the one before it")
                   : 0;
    case AST_Exec:
        return AST(Exec, n)->locals && !AST(Exec, n)->globals
                   ? bad(n, "locals without globals")
                   : 0;
    default:
        return 0;
    }
}

/* An expression that is, or may not be, a target. */
static int check_ctx(const struct ast *n, int want)
{
    int is;
    switch (n->kind) {
    case AST_Name:
        is = AST(Name, n)->ctx;
        break;
    case AST_Attribute:
        is = AST(Attribute, n)->ctx;
        break;
    case AST_Subscript:
        is = AST(Subscript, n)->ctx;
        break;
    case AST_List:
        is = AST(List, n)->ctx;
        break;
    case AST_Tuple:
        is = AST(Tuple, n)->ctx;
        break;
    default:
        return want == AST_Load ? 0
                                : bad(n, "cannot be assigned to or deleted");
    }
    if (want == AST_Param)
        return n->kind == AST_Name || n->kind == AST_Tuple
                   ? 0
                   : bad(n, "no parameter");
    if (is != want && !(is == AST_Param && want == AST_Store))
        return py_raise_i(&py_ValueError,
                          "expression must have %s context but has %s instead",
                          ast_ctx_names[want], ast_ctx_names[is]);
    return 0;
}

/* The ctx of a List or Tuple is that of its items, so it is read first. */
static int own_ctx(struct reader *r, py_object *obj, int kind, int want)
{
    int32_t ctx = want;
    if (kind != AST_List && kind != AST_Tuple)
        return want;
    py_object *v = py_getattr_maybe(obj, py_intern_cstr("ctx"));
    if (!v || read_enum(r, AST_ENUM_CTX, v, &ctx)) {
        py_err_clear();
        return want;
    }
    return ctx == AST_Param ? AST_Store : ctx;
}

/* lineno and col_offset, which are looked at before anything else. */
static int read_position(struct reader *r, py_object *obj, int category,
                         int32_t *line, int32_t *col)
{
    py_object *v = py_getattr_maybe(obj, r->c->lineno);
    py_object *w = v ? py_getattr_maybe(obj, r->c->col_offset) : NULL;
    if (v && w)
        return read_int(v, line) || read_int(w, col) ? -1 : 0;
    if (!py_err_occurred())
        py_raise(&py_TypeError, "required field \"%s\" missing from %s",
                 v ? "col_offset" : "lineno", ast_category_names[category]);
    return -1;
}

static struct ast *read_node(struct reader *r, py_object *obj, int category,
                             int product, int ctx)
{
    int32_t line = 0, col = 0;
    if (error_if_too_deep())
        return NULL;
    if ((category == AST_CAT_stmt || category == AST_CAT_expr ||
         category == AST_CAT_excepthandler) &&
        read_position(r, obj, category, &line, &col))
        return NULL;
    int kind = kind_of(r, obj, category, product);
    if (kind < 0)
        return NULL;
    const struct ast_kindinfo *k = &ast_kinds[kind];
    struct ast *n = arena_alloc(r->a, k->size);
    n->kind = (uint8_t)kind;
    n->line = line;
    n->col = col;
    int own = own_ctx(r, obj, kind, ctx);
    for (int i = 0; i < k->nfields; i++) {
        py_object *v = py_getattr_maybe(obj, r->c->field_name[kind][i]);
        if (!v && py_err_occurred())
            return NULL;
        if (read_field(r, n, &k->fields[i], v,
                       field_ctx(kind, k->fields[i].name, own)))
            return NULL;
    }
    if (check(n) || (category == AST_CAT_expr && check_ctx(n, ctx)))
        return NULL;
    return n;
}

struct ast *ast_from_object(struct pyarena *a, py_object *tree, int mode)
{
    static const int kinds[] = {[PY_MODE_EXEC] = AST_Module,
                                [PY_MODE_EVAL] = AST_Expression,
                                [PY_MODE_SINGLE] = AST_Interactive};
    struct reader r = {ast_classes(), a};
    if (!r.c)
        return NULL;
    if (!py_isinst(tree, (py_type *)r.c->kind[kinds[mode]]))
        return py_raise(&py_TypeError, "expected %s node, got %T",
                        ast_kinds[kinds[mode]].name, tree);
    return read_node(&r, tree, AST_CAT_mod, 0, AST_Load);
}

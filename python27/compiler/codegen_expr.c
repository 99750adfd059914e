/* codegen_expr.c: expressions; see codegen.h. */
#include "compiler/codegen.h"

#include <string.h>
#include "compiler/error.h"
#include "objects/abstract.h"

int gen_exprs(struct compiler *c, const struct ast_seq *s)
{
    for (int i = 0; i < s->n; i++)
        if (gen_expr(c, s->item[i]))
            return -1;
    return 0;
}

int const_truth(struct compiler *c, const struct ast *e)
{
    if (e->kind == AST_Num)
        return py_is_true(AST(Num, e)->n);
    if (e->kind == AST_Str)
        return py_is_true(AST(Str, e)->s);
    if (e->kind == AST_Name && !strcmp(AST(Name, e)->id->text, "__debug__"))
        return !c->optimize;
    return -1;
}

static int binary_op(struct compiler *c, int op)
{
    switch ((enum ast_operator)op) {
    case AST_Add:
        return PY_OP_BINARY_ADD;
    case AST_Sub:
        return PY_OP_BINARY_SUBTRACT;
    case AST_Mult:
        return PY_OP_BINARY_MULTIPLY;
    case AST_Div:
        return c->flags & PY_CO_FUTURE_DIVISION ? PY_OP_BINARY_TRUE_DIVIDE
                                                : PY_OP_BINARY_DIVIDE;
    case AST_Mod:
        return PY_OP_BINARY_MODULO;
    case AST_Pow:
        return PY_OP_BINARY_POWER;
    case AST_LShift:
        return PY_OP_BINARY_LSHIFT;
    case AST_RShift:
        return PY_OP_BINARY_RSHIFT;
    case AST_BitOr:
        return PY_OP_BINARY_OR;
    case AST_BitXor:
        return PY_OP_BINARY_XOR;
    case AST_BitAnd:
        return PY_OP_BINARY_AND;
    case AST_FloorDiv:
        return PY_OP_BINARY_FLOOR_DIVIDE;
    case AST_NOPERATOR:
        break;
    }
    return PY_OP_NOP;
}

static int inplace_op(struct compiler *c, int op)
{
    switch ((enum ast_operator)op) {
    case AST_Add:
        return PY_OP_INPLACE_ADD;
    case AST_Sub:
        return PY_OP_INPLACE_SUBTRACT;
    case AST_Mult:
        return PY_OP_INPLACE_MULTIPLY;
    case AST_Div:
        return c->flags & PY_CO_FUTURE_DIVISION ? PY_OP_INPLACE_TRUE_DIVIDE
                                                : PY_OP_INPLACE_DIVIDE;
    case AST_Mod:
        return PY_OP_INPLACE_MODULO;
    case AST_Pow:
        return PY_OP_INPLACE_POWER;
    case AST_LShift:
        return PY_OP_INPLACE_LSHIFT;
    case AST_RShift:
        return PY_OP_INPLACE_RSHIFT;
    case AST_BitOr:
        return PY_OP_INPLACE_OR;
    case AST_BitXor:
        return PY_OP_INPLACE_XOR;
    case AST_BitAnd:
        return PY_OP_INPLACE_AND;
    case AST_FloorDiv:
        return PY_OP_INPLACE_FLOOR_DIVIDE;
    case AST_NOPERATOR:
        break;
    }
    return PY_OP_NOP;
}

static int compare_op(int op)
{
    switch ((enum ast_cmpop)op) {
    case AST_Eq:
        return PY_CMP_EQ;
    case AST_NotEq:
        return PY_CMP_NE;
    case AST_Lt:
        return PY_CMP_LT;
    case AST_LtE:
        return PY_CMP_LE;
    case AST_Gt:
        return PY_CMP_GT;
    case AST_GtE:
        return PY_CMP_GE;
    case AST_Is:
        return PY_CMP_IS;
    case AST_IsNot:
        return PY_CMP_IS_NOT;
    case AST_In:
        return PY_CMP_IN;
    case AST_NotIn:
        return PY_CMP_NOT_IN;
    case AST_NCMPOP:
        break;
    }
    return PY_CMP_EQ;
}

/* Chains of binary operators lean to the left: walked without recursion. */
static int gen_binop(struct compiler *c, struct ast *e)
{
    struct ast *left = e;
    int n = 0;
    for (; left->kind == AST_BinOp; left = AST(BinOp, left)->left)
        n++;
    struct ast **chain = arena_alloc(c->arena, (size_t)n * sizeof *chain);
    for (int i = n; --i >= 0; e = AST(BinOp, e)->left) {
        chain[i] = e;
    }
    /* On the way down each operation claims its line, as it would when
     * visited; the deepest one first read wins. */
    for (int i = n; --i >= 0;)
        if (chain[i]->line > c->u->line)
            set_line(c, chain[i]->line);
    if (gen_expr(c, left))
        return -1;
    for (int i = 0; i < n; i++) {
        if (gen_expr(c, AST(BinOp, chain[i])->right))
            return -1;
        emit(c, binary_op(c, AST(BinOp, chain[i])->op));
    }
    return 0;
}

static int gen_boolop(struct compiler *c, struct ast_BoolOp *n)
{
    struct codeblock *end = block_new(c);
    int op = n->op == AST_And ? PY_OP_JUMP_IF_FALSE_OR_POP
                              : PY_OP_JUMP_IF_TRUE_OR_POP;
    for (int i = 0; i < n->values->n; i++) {
        if (i)
            emit_jump(c, op, end);
        if (gen_expr(c, n->values->item[i]))
            return -1;
    }
    block_use(c, end);
    return 0;
}

static int gen_ifexp(struct compiler *c, struct ast_IfExp *n)
{
    struct codeblock *end = block_new(c), *next = block_new(c);
    if (gen_expr(c, n->test))
        return -1;
    emit_jump(c, PY_OP_POP_JUMP_IF_FALSE, next);
    if (gen_expr(c, n->body))
        return -1;
    emit_jump(c, PY_OP_JUMP_FORWARD, end);
    block_use(c, next);
    if (gen_expr(c, n->orelse))
        return -1;
    block_use(c, end);
    return 0;
}

static int gen_compare(struct compiler *c, struct ast_Compare *n)
{
    struct ast_seq *ops = n->ops, *values = n->comparators;
    struct codeblock *cleanup = NULL, *end;
    if (gen_expr(c, n->left))
        return -1;
    if (ops->n > 1) {
        cleanup = block_new(c);
        if (gen_expr(c, values->item[0]))
            return -1;
    }
    for (int i = 1; i < ops->n; i++) {
        emit(c, PY_OP_DUP_TOP);
        emit(c, PY_OP_ROT_THREE);
        emit_arg(c, PY_OP_COMPARE_OP,
                 compare_op((int)(intptr_t)ops->item[i - 1]));
        emit_jump(c, PY_OP_JUMP_IF_FALSE_OR_POP, cleanup);
        block_use(c, block_new(c));
        if (i < ops->n - 1 && gen_expr(c, values->item[i]))
            return -1;
    }
    if (gen_expr(c, values->item[ops->n - 1]))
        return -1;
    emit_arg(c, PY_OP_COMPARE_OP,
             compare_op((int)(intptr_t)ops->item[ops->n - 1]));
    if (ops->n > 1) {
        end = block_new(c);
        emit_jump(c, PY_OP_JUMP_FORWARD, end);
        block_use(c, cleanup);
        emit(c, PY_OP_ROT_TWO);
        emit(c, PY_OP_POP_TOP);
        block_use(c, end);
    }
    return 0;
}

static int gen_call(struct compiler *c, struct ast_Call *n)
{
    static const int ops[] = {PY_OP_CALL_FUNCTION, PY_OP_CALL_FUNCTION_VAR,
                              PY_OP_CALL_FUNCTION_KW,
                              PY_OP_CALL_FUNCTION_VAR_KW};
    int op = ops[(n->starargs ? 1 : 0) + (n->kwargs ? 2 : 0)];
    if (op == PY_OP_CALL_FUNCTION && n->func->kind == AST_Attribute) {
        /* o.m(...) makes no bound method. */
        struct ast_Attribute *f = AST(Attribute, n->func);
        if (n->func->line > c->u->line)
            set_line(c, n->func->line);
        if (gen_expr(c, f->value))
            return -1;
        emit_attr(c, PY_OP_LOOKUP_METHOD, f->attr);
        op = PY_OP_CALL_METHOD;
    } else if (gen_expr(c, n->func))
        return -1;
    if (gen_exprs(c, n->args))
        return -1;
    for (int i = 0; i < n->keywords->n; i++) {
        struct ast_keyword *k = n->keywords->item[i];
        if (emit_const(c, (py_object *)ident_str(c, k->arg)) ||
            gen_expr(c, k->value))
            return -1;
    }
    if ((n->starargs && gen_expr(c, n->starargs)) ||
        (n->kwargs && gen_expr(c, n->kwargs)))
        return -1;
    emit_arg(c, op, n->args->n | n->keywords->n << 8);
    return 0;
}

static int gen_attribute(struct compiler *c, struct ast_Attribute *n, int ctx)
{
    if (ctx != AST_AugStore && gen_expr(c, n->value))
        return -1;
    if (ctx == AST_AugLoad)
        emit(c, PY_OP_DUP_TOP);
    if (ctx == AST_AugStore)
        emit(c, PY_OP_ROT_TWO);
    emit_attr(c,
              ctx == AST_Load || ctx == AST_AugLoad ? PY_OP_LOAD_ATTR
              : ctx == AST_Del                      ? PY_OP_DELETE_ATTR
                                                    : PY_OP_STORE_ATTR,
              n->attr);
    return 0;
}

/* ------------------------------------------------------------ subscription */

static int gen_or_none(struct compiler *c, struct ast *e)
{
    return e ? gen_expr(c, e) : emit_const(c, py_None);
}

static int gen_slice_object(struct compiler *c, struct ast_Slice *s)
{
    if (gen_or_none(c, s->lower) || gen_or_none(c, s->upper) ||
        (s->step && gen_expr(c, s->step)))
        return -1;
    emit_arg(c, PY_OP_BUILD_SLICE, s->step ? 3 : 2);
    return 0;
}

/* o[i:j] has instructions of its own. */
static int gen_simple_slice(struct compiler *c, struct ast_Slice *s, int ctx)
{
    int offset = (s->lower ? 1 : 0) + (s->upper ? 2 : 0);
    int depth = !!s->lower + !!s->upper;
    if (ctx != AST_AugStore && ((s->lower && gen_expr(c, s->lower)) ||
                                (s->upper && gen_expr(c, s->upper))))
        return -1;
    if (ctx == AST_AugLoad) {
        if (depth)
            emit_arg(c, PY_OP_DUP_TOPX, depth + 1);
        else
            emit(c, PY_OP_DUP_TOP);
    } else if (ctx == AST_AugStore) {
        static const int rotate[] = {PY_OP_ROT_TWO, PY_OP_ROT_THREE,
                                     PY_OP_ROT_FOUR};
        emit(c, rotate[depth]);
    }
    emit(c, offset + (ctx == AST_Load || ctx == AST_AugLoad ? PY_OP_SLICE_0
                      : ctx == AST_Del ? PY_OP_DELETE_SLICE_0
                                       : PY_OP_STORE_SLICE_0));
    return 0;
}

static int gen_dimension(struct compiler *c, struct ast *s)
{
    if (s->kind == AST_Ellipsis)
        return emit_const(c, py_Ellipsis);
    if (s->kind == AST_Slice)
        return gen_slice_object(c, AST(Slice, s));
    if (s->kind == AST_Index)
        return gen_expr(c, AST(Index, s)->value);
    py_raise(&py_SystemError, "extended slice invalid in nested slice");
    return -1;
}

static int gen_slice(struct compiler *c, struct ast *s, int ctx)
{
    if (s->kind == AST_Slice && !AST(Slice, s)->step)
        return gen_simple_slice(c, AST(Slice, s), ctx);
    if (ctx == AST_AugStore) {
        /* container and key are on the stack already */
    } else if (s->kind == AST_ExtSlice) {
        struct ast_seq *dims = AST(ExtSlice, s)->dims;
        for (int i = 0; i < dims->n; i++)
            if (gen_dimension(c, dims->item[i]))
                return -1;
        emit_arg(c, PY_OP_BUILD_TUPLE, dims->n);
    } else if (gen_dimension(c, s))
        return -1;
    if (ctx == AST_AugLoad)
        emit_arg(c, PY_OP_DUP_TOPX, 2);
    else if (ctx == AST_AugStore)
        emit(c, PY_OP_ROT_THREE);
    emit(c, ctx == AST_Load || ctx == AST_AugLoad ? PY_OP_BINARY_SUBSCR
            : ctx == AST_Del                      ? PY_OP_DELETE_SUBSCR
                                                  : PY_OP_STORE_SUBSCR);
    return 0;
}

static int gen_subscript(struct compiler *c, struct ast_Subscript *n, int ctx)
{
    if (ctx != AST_AugStore && gen_expr(c, n->value))
        return -1;
    return gen_slice(c, n->slice, ctx);
}

int gen_augmented(struct compiler *c, struct ast *target, int op,
                  struct ast *value)
{
    /* The target is evaluated once, read, and written. */
    int kind = target->kind, err;
    if (kind == AST_Name)
        err = emit_name(c, AST(Name, target)->id, AST_Load);
    else {
        if (target->line > c->u->line)
            set_line(c, target->line);
        err = kind == AST_Attribute
                  ? gen_attribute(c, AST(Attribute, target), AST_AugLoad)
                  : gen_subscript(c, AST(Subscript, target), AST_AugLoad);
    }
    if (err || gen_expr(c, value))
        return -1;
    emit(c, inplace_op(c, op));
    if (kind == AST_Name)
        return emit_name(c, AST(Name, target)->id, AST_Store);
    return kind == AST_Attribute
               ? gen_attribute(c, AST(Attribute, target), AST_AugStore)
               : gen_subscript(c, AST(Subscript, target), AST_AugStore);
}

/* ----------------------------------------------------------- comprehensions */

/* What a comprehension does with each element. */
struct comprehension {
    int kind; /* AST_ListComp, AST_GeneratorExp, AST_SetComp, AST_DictComp */
    const struct ast_seq *generators;
    struct ast *elt, *value;
};

static int gen_element(struct compiler *c, const struct comprehension *k)
{
    int depth = k->generators->n + 1;
    if ((k->value && gen_expr(c, k->value)) || gen_expr(c, k->elt))
        return -1;
    if (k->kind == AST_GeneratorExp) {
        emit(c, PY_OP_YIELD_VALUE);
        emit(c, PY_OP_POP_TOP);
    } else
        emit_arg(c,
                 k->kind == AST_ListComp  ? PY_OP_LIST_APPEND
                 : k->kind == AST_SetComp ? PY_OP_SET_ADD
                                          : PY_OP_MAP_ADD,
                 depth);
    return 0;
}

static int gen_loops(struct compiler *c, const struct comprehension *k, int i)
{
    struct codeblock *start = block_new(c), *skip = block_new(c),
                     *next = block_new(c), *end = block_new(c);
    struct ast_comprehension *g = k->generators->item[i];
    if (i == 0 && k->kind != AST_ListComp) {
        /* The outermost iterator is the only parameter. */
        c->u->argcount = 1;
        emit_arg(c, PY_OP_LOAD_FAST, 0);
    } else {
        if (gen_expr(c, g->iter))
            return -1;
        emit(c, PY_OP_GET_ITER);
    }
    block_use(c, start);
    emit_jump(c, PY_OP_FOR_ITER, end);
    block_use(c, block_new(c));
    if (gen_expr(c, g->target))
        return -1;
    for (int j = 0; j < g->ifs->n; j++) {
        if (gen_expr(c, g->ifs->item[j]))
            return -1;
        emit_jump(c, PY_OP_POP_JUMP_IF_FALSE, next);
        block_use(c, block_new(c));
    }
    if (i + 1 < k->generators->n) {
        if (gen_loops(c, k, i + 1))
            return -1;
    } else {
        if (gen_element(c, k))
            return -1;
        block_use(c, skip);
    }
    block_use(c, next);
    emit_jump(c, PY_OP_JUMP_ABSOLUTE, start);
    block_use(c, end);
    return 0;
}

static int gen_listcomp(struct compiler *c, struct ast_ListComp *n)
{
    struct comprehension k = {AST_ListComp, n->generators, n->elt, NULL};
    emit_arg(c, PY_OP_BUILD_LIST, 0);
    return gen_loops(c, &k, 0);
}

static int gen_comprehension(struct compiler *c, struct ast *e,
                             const char *name, const struct ast_seq *generators,
                             struct ast *elt, struct ast *value)
{
    struct comprehension k = {e->kind, generators, elt, value};
    struct unit u;
    unit_enter(c, &u, ident_of(c, name), e, e->line);
    if (e->kind != AST_GeneratorExp)
        emit_arg(c, e->kind == AST_SetComp ? PY_OP_BUILD_SET : PY_OP_BUILD_MAP,
                 0);
    if (gen_loops(c, &k, 0))
        return -1;
    if (e->kind != AST_GeneratorExp)
        emit(c, PY_OP_RETURN_VALUE);
    if (emit_closure(c, unit_leave(c, 1), 0) ||
        gen_expr(c, AST(comprehension, generators->item[0])->iter))
        return -1;
    emit(c, PY_OP_GET_ITER);
    emit_arg(c, PY_OP_CALL_FUNCTION, 1);
    return 0;
}

static int gen_lambda(struct compiler *c, struct ast *e)
{
    struct ast_Lambda *n = AST(Lambda, e);
    struct ast_arguments *args = AST(arguments, n->args);
    struct unit u;
    if (gen_exprs(c, args->defaults))
        return -1;
    unit_enter(c, &u, ident_of(c, "<lambda>"), e, e->line);
    if (gen_params(c, args->args))
        return -1;
    /* The first constant would be the docstring. */
    const_index(c->arena, &u.consts, py_None);
    u.argcount = args->args->n;
    if (gen_expr(c, n->body))
        return -1;
    emit(c, u.scope->generator ? PY_OP_POP_TOP : PY_OP_RETURN_VALUE);
    return emit_closure(c, unit_leave(c, 1), args->defaults->n);
}

/* ------------------------------------------------------------------- kinds */

static int gen_sequence(struct compiler *c, const struct ast_seq *elts, int ctx,
                        int build)
{
    if (ctx == AST_Store)
        emit_arg(c, PY_OP_UNPACK_SEQUENCE, elts->n);
    if (gen_exprs(c, elts))
        return -1;
    if (ctx == AST_Load)
        emit_arg(c, build, elts->n);
    return 0;
}

static int gen_dict(struct compiler *c, struct ast_Dict *n)
{
    emit_arg(c, PY_OP_BUILD_MAP, n->values->n > 0xffff ? 0xffff : n->values->n);
    for (int i = 0; i < n->values->n; i++) {
        if (gen_expr(c, n->values->item[i]) || gen_expr(c, n->keys->item[i]))
            return -1;
        emit(c, PY_OP_STORE_MAP);
    }
    return 0;
}

static int gen_yield(struct compiler *c, struct ast_Yield *n)
{
    if (c->u->scope->kind != SCOPE_FUNCTION)
        return codegen_error(c, "'yield' outside function");
    if (gen_or_none(c, n->value))
        return -1;
    emit(c, PY_OP_YIELD_VALUE);
    return 0;
}

static int gen_unary(struct compiler *c, struct ast_UnaryOp *n)
{
    static const int ops[AST_NUNARYOP] = {
        [AST_Invert] = PY_OP_UNARY_INVERT,
        [AST_Not] = PY_OP_UNARY_NOT,
        [AST_UAdd] = PY_OP_UNARY_POSITIVE,
        [AST_USub] = PY_OP_UNARY_NEGATIVE,
    };
    if (gen_expr(c, n->operand))
        return -1;
    emit(c, ops[n->op]);
    return 0;
}

int gen_expr(struct compiler *c, struct ast *e)
{
    if (error_if_too_deep())
        return -1;
    /* An expression that begins on a later line gets a line of its own. */
    if (e->line > c->u->line)
        set_line(c, e->line);
    switch (e->kind) {
    case AST_BoolOp:
        return gen_boolop(c, AST(BoolOp, e));
    case AST_BinOp:
        return gen_binop(c, e);
    case AST_UnaryOp:
        return gen_unary(c, AST(UnaryOp, e));
    case AST_Lambda:
        return gen_lambda(c, e);
    case AST_IfExp:
        return gen_ifexp(c, AST(IfExp, e));
    case AST_Dict:
        return gen_dict(c, AST(Dict, e));
    case AST_Set:
        return gen_sequence(c, AST(Set, e)->elts, AST_Load, PY_OP_BUILD_SET);
    case AST_ListComp:
        return gen_listcomp(c, AST(ListComp, e));
    case AST_SetComp:
        return gen_comprehension(c, e, "<setcomp>", AST(SetComp, e)->generators,
                                 AST(SetComp, e)->elt, NULL);
    case AST_DictComp:
        return gen_comprehension(
            c, e, "<dictcomp>", AST(DictComp, e)->generators,
            AST(DictComp, e)->key, AST(DictComp, e)->value);
    case AST_GeneratorExp:
        return gen_comprehension(c, e, "<genexpr>",
                                 AST(GeneratorExp, e)->generators,
                                 AST(GeneratorExp, e)->elt, NULL);
    case AST_Yield:
        return gen_yield(c, AST(Yield, e));
    case AST_Compare:
        return gen_compare(c, AST(Compare, e));
    case AST_Call:
        return gen_call(c, AST(Call, e));
    case AST_Repr:
        if (gen_expr(c, AST(Repr, e)->value))
            return -1;
        emit(c, PY_OP_UNARY_CONVERT);
        return 0;
    case AST_Num:
        return emit_const(c, AST(Num, e)->n);
    case AST_Str:
        return emit_const(c, AST(Str, e)->s);
    case AST_Attribute:
        return gen_attribute(c, AST(Attribute, e), AST(Attribute, e)->ctx);
    case AST_Subscript:
        return gen_subscript(c, AST(Subscript, e), AST(Subscript, e)->ctx);
    case AST_Name:
        return emit_name(c, AST(Name, e)->id, AST(Name, e)->ctx);
    case AST_List:
        return gen_sequence(c, AST(List, e)->elts, AST(List, e)->ctx,
                            PY_OP_BUILD_LIST);
    case AST_Tuple:
        return gen_sequence(c, AST(Tuple, e)->elts, AST(Tuple, e)->ctx,
                            PY_OP_BUILD_TUPLE);
    default:
        py_raise(&py_SystemError, "unexpected expression node %s",
                 ast_kinds[e->kind].name);
        return -1;
    }
}

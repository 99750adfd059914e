/*
 * dump.c: an AST as text, in the form of Python's ast.dump.
 *
 * For tests (tests/parser) and for looking at trees; the constants stay
 * source text between \1 and \2, joined strings with blanks between them.
 */
#include <stdio.h>
#include <string.h>
#include "parser/parse.h"

static void put(struct parse_out *out, const char *s)
{
    out->write(out->data, s, strlen(s));
}

static void put_literal(struct parse_out *out, const struct literal *l)
{
    put(out, "\1");
    if (l->negative)
        put(out, "-");
    for (const struct literal_piece *p = &l->first; p; p = p->next) {
        out->write(out->data, out->src + p->start, p->len);
        if (p->next)
            put(out, " ");
    }
    put(out, "\2");
}

static void put_enum(struct parse_out *out, const char *name)
{
    put(out, name);
    put(out, "()");
}

static void put_ident(struct parse_out *out, const struct ident *id)
{
    if (!id) {
        put(out, "None");
        return;
    }
    put(out, "'");
    put(out, id->text);
    put(out, "'");
}

static void put_number(struct parse_out *out, int n)
{
    char text[16];
    snprintf(text, sizeof text, "%d", n);
    put(out, text);
}

static void put_seq(struct parse_out *out, const struct ast_seq *s, int type)
{
    put(out, "[");
    for (int i = 0; i < s->n; i++) {
        if (i)
            put(out, ", ");
        if (type == AST_FT_cmpop_seq)
            put_enum(out, ast_cmpop_names[(intptr_t)s->item[i]]);
        else if (type == AST_FT_ident_seq)
            put_ident(out, s->item[i]);
        else
            ast_dump(s->item[i], out);
    }
    put(out, "]");
}

static void put_field(struct parse_out *out, const struct ast *node,
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
        if (p)
            ast_dump(p, out);
        else
            put(out, "None");
        break;
    case AST_FT_expr_seq:
    case AST_FT_stmt_seq:
    case AST_FT_slice_seq:
    case AST_FT_comprehension_seq:
    case AST_FT_keyword_seq:
    case AST_FT_alias_seq:
    case AST_FT_excepthandler_seq:
    case AST_FT_cmpop_seq:
    case AST_FT_ident_seq:
        put_seq(out, p, f->type);
        break;
    case AST_FT_ident:
    case AST_FT_ident_opt:
        put_ident(out, p);
        break;
    case AST_FT_object:
        put_literal(out, p);
        break;
    case AST_FT_ctx:
        put_enum(out, ast_ctx_names[i]);
        break;
    case AST_FT_boolop:
        put_enum(out, ast_boolop_names[i]);
        break;
    case AST_FT_operator:
        put_enum(out, ast_operator_names[i]);
        break;
    case AST_FT_unaryop:
        put_enum(out, ast_unaryop_names[i]);
        break;
    case AST_FT_boolean:
        put(out, i ? "True" : "False");
        break;
    case AST_FT_integer_opt:
        put_number(out, i);
        break;
    case AST_NFIELDTYPES:
        break;
    }
}

void ast_dump(const struct ast *node, struct parse_out *out)
{
    const struct ast_kindinfo *k = &ast_kinds[node->kind];
    put(out, k->name);
    put(out, "(");
    for (int i = 0; i < k->nfields; i++) {
        if (i)
            put(out, ", ");
        put(out, k->fields[i].name);
        put(out, "=");
        put_field(out, node, &k->fields[i]);
    }
    if (k->category == AST_CAT_stmt || k->category == AST_CAT_expr ||
        k->category == AST_CAT_excepthandler) {
        put(out, k->nfields ? ", lineno=" : " lineno=");
        put_number(out, node->line);
        put(out, ", col_offset=");
        put_number(out, node->col);
    }
    put(out, ")");
}

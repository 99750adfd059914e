/* astclass.c: see astclass.h. Everything comes from the tables of ast.def. */
#include "compiler/astclass.h"

#include "compiler/astobject.h"
#include "compiler/compile.h"
#include "objects/python.h"
#include "objects/runtime.h"

const struct ast_enuminfo ast_enums[AST_NENUMS] = {
    [AST_ENUM_CTX] = {"expr_context", ast_ctx_names, AST_NCTX},
    [AST_ENUM_BOOLOP] = {"boolop", ast_boolop_names, AST_NBOOLOP},
    [AST_ENUM_OPERATOR] = {"operator", ast_operator_names, AST_NOPERATOR},
    [AST_ENUM_UNARYOP] = {"unaryop", ast_unaryop_names, AST_NUNARYOP},
    [AST_ENUM_CMPOP] = {"cmpop", ast_cmpop_names, AST_NCMPOP},
};
const char *const ast_category_names[AST_CAT_product] = {
    [AST_CAT_mod] = "mod",
    [AST_CAT_stmt] = "stmt",
    [AST_CAT_expr] = "expr",
    [AST_CAT_slice] = "slice",
    [AST_CAT_excepthandler] = "excepthandler",
};
static struct ast_classes classes;

/* --------------------------------------------------------- methods of AST */

/* AST(*fields, **attributes): all fields by position, or none. */
static py_object *ast_init(py_object *self, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    py_object *fields = py_getattr_cstr(self, "_fields");
    py_tuple *names = fields ? py_sequence_tuple(fields) : NULL;
    if (!names)
        return NULL;
    if (nargs && nargs != names->n)
        return py_raise(&py_TypeError,
                        "%T constructor takes %s%zd positional argument%s",
                        self, names->n ? "either 0 or " : "", names->n,
                        names->n == 1 ? "" : "s");
    for (intptr_t i = 0; i < nargs; i++) {
        if (!py_is_str(names->item[i]))
            return py_raise(&py_TypeError, "_fields must hold strings");
        if (py_setattr(self, py_intern((py_str *)names->item[i]), args[i]) < 0)
            return NULL;
    }
    for (intptr_t i = 0; kwnames && i < kwnames->n; i++)
        if (py_setattr(self, py_intern((py_str *)kwnames->item[i]),
                       args[nargs + i]) < 0)
            return NULL;
    return py_None;
}

static py_object *ast_reduce(py_object *self)
{
    py_object *dict = py_getattr_maybe(self, py_id___dict__);
    if (!dict && py_err_occurred())
        return NULL;
    py_object *cls = &py_type_of(self)->base;
    if (!dict)
        return &py_tuple_pack2(cls, &py_tuple_empty->base)->base;
    return &py_tuple_pack3(cls, &py_tuple_empty->base, dict)->base;
}

static const struct py_methoddef ast_methods[] = {
    PY_MKW("__init__", ast_init, NULL),
    PY_M0("__reduce__", ast_reduce, NULL),
    PY_MEND,
};

/* ------------------------------------------------------------------ making */

/* class name(base): _fields = names */
static py_object *make(const char *name, py_object *base,
                       const struct ast_field *fields, int n)
{
    py_dict *ns = py_dict_new();
    py_tuple *names = py_tuple_new(n);
    if (!ns || !names)
        return NULL;
    for (int i = 0; i < n; i++)
        names->item[i] = (py_object *)py_intern_cstr(fields[i].name);
    /* Plain AST objects take no attributes, those of the kinds do. */
    if (base == &py_object_type.base &&
        py_dict_set_cstr(ns, "__slots__", &py_tuple_empty->base) < 0)
        return NULL;
    if (py_dict_set_cstr(ns, "_fields", &names->base) < 0 ||
        py_dict_set_cstr(ns, "__module__", (py_object *)py_str_from("_ast")) <
            0)
        return NULL;
    return py_call3(&py_type_type.base, (py_object *)py_str_from(name),
                    &py_tuple_pack1(base)->base, &ns->base);
}

static int make_base(void)
{
    classes.base = make("AST", &py_object_type.base, NULL, 0);
    if (!classes.base ||
        py_setattr_cstr(classes.base, "_attributes", &py_tuple_empty->base) < 0)
        return -1;
    for (const struct py_methoddef *m = ast_methods; m->name; m++) {
        py_object *d = py_methoddescr_new((py_type *)classes.base, m);
        if (!d || py_setattr_cstr(classes.base, m->name, d) < 0)
            return -1;
    }
    return 0;
}

static int make_kinds(void)
{
    py_tuple *where =
        py_tuple_pack2(&classes.lineno->base, &classes.col_offset->base);
    for (int c = 0; c < AST_CAT_product; c++) {
        int placed = c == AST_CAT_stmt || c == AST_CAT_expr ||
                     c == AST_CAT_excepthandler;
        py_object *cls = make(ast_category_names[c], classes.base, NULL, 0);
        classes.category[c] = cls;
        if (!cls ||
            py_setattr_cstr(cls, "_attributes",
                            placed ? &where->base : &py_tuple_empty->base) < 0)
            return -1;
    }
    for (int k = 0; k < AST_NKINDS; k++) {
        const struct ast_kindinfo *info = &ast_kinds[k];
        py_object *base = info->category == AST_CAT_product
                              ? classes.base
                              : classes.category[info->category];
        classes.kind[k] = make(info->name, base, info->fields, info->nfields);
        if (!classes.kind[k])
            return -1;
        for (int i = 0; i < info->nfields; i++)
            classes.field_name[k][i] = py_intern_cstr(info->fields[i].name);
    }
    return 0;
}

static int make_enums(void)
{
    for (int e = 0; e < AST_NENUMS; e++) {
        py_object *base = make(ast_enums[e].name, classes.base, NULL, 0);
        classes.enum_base[e] = base;
        if (!base ||
            py_setattr_cstr(base, "_attributes", &py_tuple_empty->base) < 0)
            return -1;
        for (int i = 0; i < ast_enums[e].n; i++) {
            py_object *cls = make(ast_enums[e].values[i], base, NULL, 0);
            classes.enum_class[e][i] = cls;
            classes.enum_value[e][i] = cls ? py_call0(cls) : NULL;
            if (!classes.enum_value[e][i])
                return -1;
        }
    }
    return 0;
}

const struct ast_classes *ast_classes(void)
{
    static int ready;
    if (ready)
        return &classes;
    classes.lineno = py_intern_cstr("lineno");
    classes.col_offset = py_intern_cstr("col_offset");
    if (make_base() || make_kinds() || make_enums())
        return NULL;
    ready = 1;
    return &classes;
}

int ast_classes_each(int (*fn)(void *data, const char *name, py_object *cls),
                     void *data)
{
    const struct ast_classes *c = ast_classes();
    if (!c || fn(data, "AST", c->base) < 0)
        return -1;
    for (int i = 0; i < AST_CAT_product; i++)
        if (fn(data, ast_category_names[i], c->category[i]) < 0)
            return -1;
    for (int i = 0; i < AST_NKINDS; i++)
        if (fn(data, ast_kinds[i].name, c->kind[i]) < 0)
            return -1;
    for (int e = 0; e < AST_NENUMS; e++) {
        if (fn(data, ast_enums[e].name, c->enum_base[e]) < 0)
            return -1;
        for (int i = 0; i < ast_enums[e].n; i++)
            if (fn(data, ast_enums[e].values[i], c->enum_class[e][i]) < 0)
                return -1;
    }
    return 0;
}

int py_ast_check(struct py_object *obj)
{
    const struct ast_classes *c = ast_classes();
    return c ? py_isinst(obj, (py_type *)c->base) : 0;
}

/* symobject.c: see symobject.h. */
#include "compiler/symobject.h"

#include "compiler/error.h"
#include "objects/python.h"

struct py_symentry {
    py_object base;
    py_object *id, *name, *symbols, *varnames, *children;
    int32_t kind, lineno, optimized, nested;
};
TW_GC_TYPE(py_symentry);

static py_object *ident_object(const struct ident *id)
{
    return (py_object *)py_str_new(id->text, id->len);
}

static py_object *entry(const struct scope *sc)
{
    if (error_if_too_deep())
        return NULL;
    struct py_symentry *e = PY_NEW(py_symentry, &py_symtable_entry_type);
    py_dict *symbols = py_dict_new();
    py_list *params = py_list_new(), *children = py_list_new();
    NAMEMAP_EACH(s, &sc->symbols)
    if (py_dict_set(symbols, ident_object(s->key), py_int_new(s->value)) < 0)
        return NULL;
    for (int i = 0; i < sc->params->n; i++)
        if (py_list_append(params, ident_object(sc->params->item[i])) < 0)
            return NULL;
    for (int i = 0; i < sc->children->n; i++) {
        py_object *child = entry(sc->children->item[i]);
        if (!child || py_list_append(children, child) < 0)
            return NULL;
    }
    e->id = py_int_from_size((uintptr_t)e);
    e->name = ident_object(sc->name);
    e->symbols = (py_object *)symbols;
    e->varnames = (py_object *)params;
    e->children = (py_object *)children;
    e->kind = sc->kind;
    e->lineno = sc->line;
    e->optimized = sc->unoptimized;
    e->nested = sc->nested;
    return &e->base;
}

py_object *symtable_object(const struct symtable *st)
{
    return entry(st->scopes[0]);
}

static py_object *entry_repr(py_object *o)
{
    const struct py_symentry *e = (struct py_symentry *)o;
    return (py_object *)py_str_format_c("<symtable entry %S(%S), line %d>",
                                        e->name, e->id, e->lineno);
}

#define MEMBER(nm, kind_, field)                                               \
    {nm, kind_, 1, offsetof(struct py_symentry, field), NULL}
static const struct py_memberdef members[] = {
    MEMBER("id", PY_MEMBER_OBJ, id),
    MEMBER("name", PY_MEMBER_OBJ, name),
    MEMBER("symbols", PY_MEMBER_OBJ, symbols),
    MEMBER("varnames", PY_MEMBER_OBJ, varnames),
    MEMBER("children", PY_MEMBER_OBJ, children),
    MEMBER("type", PY_MEMBER_INT, kind),
    MEMBER("lineno", PY_MEMBER_INT, lineno),
    MEMBER("optimized", PY_MEMBER_INT, optimized),
    MEMBER("nested", PY_MEMBER_INT, nested),
    {NULL, 0, 0, 0, NULL},
};
py_type py_symtable_entry_type = {
    PY_TYPE_HEAD("symtable entry", py_symentry),
    .members = members,
    .tp_repr = entry_repr,
};

/*
 * dictiter.c: iterators over dicts, and the views with their set operations.
 */
#include "objects/dictiter.h"

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/errors.h"
#include "objects/hashtable.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

struct py_dictiter {
    py_object base;
    py_dict *dict; /* NULL: exhausted */
    intptr_t pos, len;
};
TW_GC_TYPE(py_dictiter);
static py_type *const iter_types[3] = {
    &py_dictkeyiter_type, &py_dictvalueiter_type, &py_dictitemiter_type};

#define IT(o) ((struct py_dictiter *)(o))

py_object *py_dictiter_new(py_dict *d, int what)
{
    struct py_dictiter *it = PY_NEW(py_dictiter, iter_types[what]);

    it->dict = d;
    it->len = py_dict_len(d);
    return &it->base;
}

static int changed(struct py_dictiter *it)
{
    if (py_dict_len(it->dict) == it->len)
        return 0;
    it->len = -1; /* stays so */
    py_raise(&py_RuntimeError, "dictionary changed size during iteration");
    return 1;
}

/* The entry of a table strategy at pos or behind it; -1 at the end. */
static const struct py_entry *table_entry(struct py_dictiter *it)
{
    py_table *t = it->dict->storage;
    intptr_t e = py_table_next(t, it->pos);

    if (e < 0) {
        it->dict = NULL;
        return NULL;
    }
    it->pos = e + 1;
    return &t->entries->item[e];
}

static int has_table(py_dict *d)
{
    const struct py_dict_strategy *s = tw_promote(d->strategy);

    return s == &py_dict_strkeys || s == &py_dict_intkeys ||
           s == &py_dict_objects;
}

/* Other strategies: through their own next. */
static int generic(struct py_dictiter *it, py_object **key, py_object **value)
{
    if (it->dict->strategy->next(it->dict, &it->pos, key, value))
        return 1;
    it->dict = NULL;
    return 0;
}

static py_object *keyiter_next(py_object *o)
{
    py_object *key, *value;

    if (!IT(o)->dict || changed(IT(o)))
        return NULL;
    if (has_table(IT(o)->dict)) {
        const struct py_entry *e = table_entry(IT(o));

        return e ? e->key : NULL;
    }
    return generic(IT(o), &key, &value) ? key : NULL;
}

static py_object *valueiter_next(py_object *o)
{
    py_object *key, *value;

    if (!IT(o)->dict || changed(IT(o)))
        return NULL;
    if (has_table(IT(o)->dict)) {
        const struct py_entry *e = table_entry(IT(o));

        return e ? e->value : NULL;
    }
    return generic(IT(o), &key, &value) ? value : NULL;
}

static py_object *itemiter_next(py_object *o)
{
    py_object *key, *value;

    if (!IT(o)->dict || changed(IT(o)))
        return NULL;
    if (has_table(IT(o)->dict)) {
        const struct py_entry *e = table_entry(IT(o));

        return e ? (py_object *)py_tuple_pack2(e->key, e->value) : NULL;
    }
    return generic(IT(o), &key, &value)
               ? (py_object *)py_tuple_pack2(key, value)
               : NULL;
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static py_object *iter_hint(py_object *o)
{
    intptr_t n = 0, pos;
    py_object *key, *value;

    if (IT(o)->dict && IT(o)->len == py_dict_len(IT(o)->dict))
        for (pos = IT(o)->pos; py_dict_next(IT(o)->dict, &pos, &key, &value);)
            n++;
    return py_int_new(n);
}

static const struct py_methoddef iter_methods[] = {
    PY_M0("__length_hint__", iter_hint, NULL),
    PY_MEND,
};

#define ITER_TYPE(nm, nextfn)                                                  \
    {                                                                          \
        PY_TYPE_HEAD(nm, py_dictiter),                                         \
        .methods = iter_methods,                                               \
        .tp_iter = self_iter,                                                  \
        .tp_iternext = nextfn,                                                 \
    }
py_type py_dictkeyiter_type = ITER_TYPE("dictionary-keyiterator", keyiter_next);
py_type py_dictvalueiter_type =
    ITER_TYPE("dictionary-valueiterator", valueiter_next);
py_type py_dictitemiter_type =
    ITER_TYPE("dictionary-itemiterator", itemiter_next);

/* ------------------------------------------------------------------ views */

struct py_dictview {
    py_object base;
    py_dict *dict;
};
TW_IMMUTABLE(py_dictview, dict);
TW_GC_TYPE(py_dictview);
static py_type *const view_types[3] = {&py_dictkeys_type, &py_dictvalues_type,
                                       &py_dictitems_type};

#define V(o) (((struct py_dictview *)(o))->dict)

py_object *py_dictview_new(py_dict *d, int what)
{
    struct py_dictview *v = PY_NEW(py_dictview, view_types[what]);

    v->dict = d;
    return &v->base;
}

static intptr_t view_length(py_object *o)
{
    return py_dict_len(V(o));
}

static py_object *view_iter(py_object *o)
{
    py_type *t = py_type_of(o);
    return py_dictiter_new(V(o), t == &py_dictkeys_type     ? 0
                                 : t == &py_dictvalues_type ? 1
                                                            : 2);
}

static int keys_contains(py_object *o, py_object *x)
{
    return py_dict_contains(V(o), x);
}

static int items_contains(py_object *o, py_object *x)
{
    py_object *v;

    if (!py_is_tuple(x) || ((py_tuple *)x)->n != 2)
        return 0;
    v = py_dict_get(V(o), ((py_tuple *)x)->item[0]);
    if (!v)
        return py_err_occurred() ? -1 : 0;
    return py_richcompare_bool(((py_tuple *)x)->item[1], v, PY_EQ);
}

static py_object *view_repr(py_object *o)
{
    py_list *l = py_sequence_list(o);

    return l ? (py_object *)py_str_format_c("%s(%R)", py_type_of(o)->name, l)
             : NULL;
}

static int is_view(py_object *o)
{
    return py_type_of(o) == &py_dictkeys_type ||
           py_type_of(o) == &py_dictitems_type;
}

/* Are all items of a in b? */
static int all_in(py_object *a, py_object *b)
{
    py_object *it = py_iter(a), *x;

    if (!it)
        return -1;
    while ((x = py_iternext(it))) {
        int c = py_contains(b, x);

        if (c <= 0)
            return c;
    }
    return py_err_occurred() ? -1 : 1;
}

static py_object *view_richcompare(py_object *a, py_object *b, int op)
{
    intptr_t na, nb;
    int r = 0;

    if (!is_view(a) || (!is_view(b) && !py_is_set(b)))
        return py_NotImplemented;
    na = py_len(a);
    nb = py_len(b);
    if (na < 0 || nb < 0)
        return NULL;
    switch (op) {
    case PY_EQ:
    case PY_NE:
        r = na == nb ? all_in(a, b) : 0;
        if (r >= 0 && op == PY_NE)
            r = !r;
        break;
    case PY_LT:
        r = na < nb ? all_in(a, b) : 0;
        break;
    case PY_LE:
        r = na <= nb ? all_in(a, b) : 0;
        break;
    case PY_GT:
        r = na > nb ? all_in(b, a) : 0;
        break;
    default:
        r = na >= nb ? all_in(b, a) : 0;
    }
    return r < 0 ? NULL : py_bool(r);
}

static py_set *as_set(py_object *o)
{
    py_set *s = py_set_new();

    return py_set_update(s, o) < 0 ? NULL : s;
}

/* set(a).name(b) */
static py_object *by_method(py_object *a, py_object *b, const char *name)
{
    py_set *s = as_set(a);

    return s ? py_call_method1(&s->base, py_intern_cstr(name), b) : NULL;
}

static py_object *view_sub(py_object *a, py_object *b)
{
    return by_method(a, b, "difference");
}

static py_object *view_and(py_object *a, py_object *b)
{
    return by_method(a, b, "intersection");
}

static py_object *view_or(py_object *a, py_object *b)
{
    return by_method(a, b, "union");
}

static py_object *view_xor(py_object *a, py_object *b)
{
    return by_method(a, b, "symmetric_difference");
}

static py_object *view_isdisjoint(py_object *o, py_object *other)
{
    return by_method(o, other, "isdisjoint");
}

static const struct py_methoddef view_methods[] = {
    PY_M1("isdisjoint", view_isdisjoint,
          "True if the view and the iterable have no common item."),
    PY_MEND,
};

#define SETLIKE                                                                \
    .methods = view_methods, .tp_richcompare = view_richcompare,               \
    .tp_hash = py_hash_notimpl, .nb_sub = view_sub, .nb_and = view_and,        \
    .nb_or = view_or, .nb_xor = view_xor
py_type py_dictkeys_type = {
    PY_TYPE_HEAD("dict_keys", py_dictview),
    .sq_length = view_length,
    .sq_contains = keys_contains,
    .tp_iter = view_iter,
    .tp_repr = view_repr,
    SETLIKE,
};
py_type py_dictvalues_type = {
    PY_TYPE_HEAD("dict_values", py_dictview),
    .sq_length = view_length,
    .tp_iter = view_iter,
    .tp_repr = view_repr,
};
py_type py_dictitems_type = {
    PY_TYPE_HEAD("dict_items", py_dictview),
    .sq_length = view_length,
    .sq_contains = items_contains,
    .tp_iter = view_iter,
    .tp_repr = view_repr,
    SETLIKE,
};

/*
 * dicttype.c: the Python type dict: slots and methods, over any strategy.
 * Neighbours: dictobject.c (strategies), dictiter.c (iterators and views).
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/dictiter.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

#define D(o) ((py_dict *)(o))

/* ------------------------------------------------------------------ slots */

static intptr_t dict_length(py_object *o)
{
    return py_dict_len(D(o));
}

tw_dont_look_inside static py_object *missing(py_object *o, py_object *key)
{
    if (!py_is_dict_exact(o)) {
        py_object *f = py_lookup_special(o, py_id___missing__);

        if (f)
            return py_call1(f, key);
        if (py_err_occurred())
            return NULL;
    }
    return py_raise_value(&py_KeyError, key);
}

static py_object *dict_subscript(py_object *o, py_object *key)
{
    py_object *v = py_dict_get(D(o), key);

    if (v)
        return v;
    return py_err_occurred() ? NULL : missing(o, key);
}

static int dict_ass_subscript(py_object *o, py_object *key, py_object *v)
{
    return v ? py_dict_set(D(o), key, v) : py_dict_del(D(o), key);
}

static int dict_contains(py_object *o, py_object *key)
{
    return py_dict_contains(D(o), key);
}

static py_object *dict_repr(py_object *o)
{
    struct py_sb sb;
    intptr_t pos = 0;
    py_object *key, *value;
    int in, first = 1;

    if (py_dict_len(D(o)) == 0)
        return (py_object *)py_str_from("{}");
    in = py_repr_enter(o);
    if (in)
        return in > 0 ? (py_object *)py_str_from("{...}") : NULL;
    py_sb_init(&sb);
    py_sb_addc(&sb, '{');
    while (py_dict_next(D(o), &pos, &key, &value)) {
        py_object *k = py_repr(key), *v = k ? py_repr(value) : NULL;

        if (!v || (!first && py_sb_add(&sb, ", ", 2) < 0) ||
            py_sb_add(&sb, py_str_data((py_str *)k), py_str_len((py_str *)k)) <
                0 ||
            py_sb_add(&sb, ": ", 2) < 0 ||
            py_sb_add(&sb, py_str_data((py_str *)v), py_str_len((py_str *)v)) <
                0) {
            py_repr_leave(o);
            return NULL;
        }
        first = 0;
    }
    py_repr_leave(o);
    return py_sb_addc(&sb, '}') < 0 ? NULL : (py_object *)py_sb_finish(&sb);
}

/* 1 equal, 0 not, -1 */
static int equal(py_dict *a, py_dict *b)
{
    intptr_t pos = 0;
    py_object *key, *value;

    if (py_dict_len(a) != py_dict_len(b))
        return 0;
    while (py_dict_next(a, &pos, &key, &value)) {
        py_object *other = py_dict_get(b, key);
        int c;

        if (!other)
            return py_err_occurred() ? -1 : 0;
        c = py_richcompare_bool(value, other, PY_EQ);
        if (c <= 0)
            return c;
    }
    return 1;
}

static py_object *dict_richcompare(py_object *a, py_object *b, int op)
{
    int c;

    if (!py_is_dict(a) || !py_is_dict(b) || (op != PY_EQ && op != PY_NE))
        return py_NotImplemented;
    c = equal(D(a), D(b));
    return c < 0 ? NULL : py_bool(c == (op == PY_EQ));
}

/* The smallest key of a for which b has none or another value. 1 found, 0, -1. */
static int characterize(py_dict *a, py_dict *b, py_object **key_out,
                        py_object **value_out)
{
    intptr_t pos = 0;
    py_object *key, *value, *best = NULL;

    while (py_dict_next(a, &pos, &key, &value)) {
        py_object *other;
        int c;

        if (best) {
            c = py_richcompare_bool(best, key, PY_LT);
            if (c < 0)
                return -1;
            if (c)
                continue;
        }
        other = py_dict_get(b, key);
        if (!other && py_err_occurred())
            return -1;
        c = other ? py_richcompare_bool(value, other, PY_EQ) : 0;
        if (c < 0)
            return -1;
        if (!c) {
            best = key;
            *value_out = value;
        }
    }
    *key_out = best;
    return best != NULL;
}

static int dict_compare(py_object *a, py_object *b)
{
    intptr_t na = py_dict_len(D(a)), nb = py_dict_len(D(b));
    py_object *ka, *va, *kb, *vb;
    int c;

    if (na != nb)
        return na < nb ? -1 : 1;
    c = characterize(D(a), D(b), &ka, &va);
    if (c <= 0)
        return c < 0 ? -2 : 0;
    c = characterize(D(b), D(a), &kb, &vb);
    if (c <= 0)
        return c < 0 ? -2 : 0;
    c = py_cmp(ka, kb);
    return c ? c : py_cmp(va, vb);
}

static py_object *dict_iter(py_object *o)
{
    return py_dictiter_new(D(o), 0);
}

static py_object *dict_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    py_dict *d;

    (void)args;
    (void)nargs;
    (void)kwnames;
    if (type == &py_dict_type)
        return &py_dict_new()->base;
    d = (py_dict *)py_alloc(type, 0);
    if (d)
        d->strategy = &py_dict_empty;
    return (py_object *)d;
}

/* update() and __init__: at most one argument, then keywords. */
static int update(py_object *o, const char *fname, py_object *const *args,
                  intptr_t nargs, py_tuple *kwnames)
{
    if (nargs > 1)
        return py_raise_i(&py_TypeError,
                          "%s expected at most 1 arguments, got %zd", fname,
                          nargs);
    if (nargs == 1 && py_dict_update(D(o), args[0]) < 0)
        return -1;
    for (intptr_t k = 0; kwnames && k < kwnames->n; k++)
        if (py_dict_set(D(o), kwnames->item[k], args[nargs + k]) < 0)
            return -1;
    return 0;
}

static int dict_init(py_object *o, py_object *const *args, intptr_t nargs,
                     py_tuple *kwnames)
{
    return update(o, "dict", args, nargs, kwnames);
}

/* ---------------------------------------------------------------- methods */

static py_object *m_has_key(py_object *o, py_object *key)
{
    int r = py_dict_contains(D(o), key);

    return r < 0 ? NULL : py_bool(r);
}

static py_object *m_get(py_object *o, py_object *key, py_object *dflt)
{
    py_object *v = py_dict_get(D(o), key);

    if (v)
        return v;
    return py_err_occurred() ? NULL : dflt ? dflt : py_None;
}

static py_object *m_setdefault(py_object *o, py_object *const *args,
                               intptr_t nargs)
{
    py_object *v, *dflt = nargs > 1 ? args[1] : py_None;

    if (nargs < 1)
        return py_raise(&py_TypeError,
                        "setdefault expected at least 1 arguments, got %zd",
                        nargs);
    if (nargs > 2)
        return py_raise(&py_TypeError,
                        "setdefault expected at most 2 arguments, got %zd",
                        nargs);
    v = py_dict_get(D(o), args[0]);
    if (v || py_err_occurred())
        return v;
    return py_dict_set(D(o), args[0], dflt) < 0 ? NULL : dflt;
}

static py_object *m_pop(py_object *o, py_object *const *args, intptr_t nargs)
{
    py_object *v;

    if (nargs < 1)
        return py_raise(&py_TypeError,
                        "pop expected at least 1 arguments, got %zd", nargs);
    if (nargs > 2)
        return py_raise(&py_TypeError,
                        "pop expected at most 2 arguments, got %zd", nargs);
    if (py_dict_len(D(o)) == 0) {
        if (nargs > 1)
            return args[1];
        return py_raise_value(&py_KeyError, args[0]);
    }
    v = py_dict_get(D(o), args[0]);
    if (v)
        return py_dict_del(D(o), args[0]) < 0 ? NULL : v;
    if (py_err_occurred())
        return NULL;
    return nargs > 1 ? args[1] : py_raise_value(&py_KeyError, args[0]);
}

static py_object *m_popitem(py_object *o)
{
    py_object *key, *value;

    if (!D(o)->strategy->popitem(D(o), &key, &value)) {
        if (py_err_occurred())
            return NULL;
        return py_raise(&py_KeyError, "popitem(): dictionary is empty");
    }
    return (py_object *)py_tuple_pack2(key, value);
}

static py_object *m_update(py_object *o, py_object *const *args, intptr_t nargs,
                           py_tuple *kwnames)
{
    return update(o, "update", args, nargs, kwnames) < 0 ? NULL : py_None;
}

static py_object *m_clear(py_object *o)
{
    py_dict_clear(D(o));
    return py_None;
}

static py_object *m_copy(py_object *o)
{
    return (py_object *)py_dict_copy(D(o));
}

static py_object *m_keys(py_object *o)
{
    return (py_object *)py_dict_keys(D(o));
}

static py_object *m_values(py_object *o)
{
    return (py_object *)py_dict_values(D(o));
}

static py_object *m_items(py_object *o)
{
    return (py_object *)py_dict_items(D(o));
}

static py_object *m_iterkeys(py_object *o)
{
    return py_dictiter_new(D(o), 0);
}

static py_object *m_itervalues(py_object *o)
{
    return py_dictiter_new(D(o), 1);
}

static py_object *m_iteritems(py_object *o)
{
    return py_dictiter_new(D(o), 2);
}

static py_object *m_viewkeys(py_object *o)
{
    return py_dictview_new(D(o), 0);
}

static py_object *m_viewvalues(py_object *o)
{
    return py_dictview_new(D(o), 1);
}

static py_object *m_viewitems(py_object *o)
{
    return py_dictview_new(D(o), 2);
}

static py_object *m_fromkeys(py_object *cls, py_object *keys, py_object *value)
{
    py_object *d = py_call0(cls), *it, *key;

    if (!d)
        return NULL;
    it = py_iter(keys);
    if (!it)
        return NULL;
    if (!value)
        value = py_None;
    while ((key = py_iternext(it)))
        if ((py_is_dict_exact(d) ? py_dict_set(D(d), key, value)
                                 : py_setitem(d, key, value)) < 0)
            return NULL;
    return py_err_occurred() ? NULL : d;
}

static const struct py_methoddef dict_methods[] = {
    PY_MF("__contains__", m_has_key, PY_POS, 1, 1, PY_COEXIST,
          "D.__contains__(k) -> True if D has a key k, else False"),
    PY_MF("__getitem__", dict_subscript, PY_POS, 1, 1, PY_COEXIST,
          "x.__getitem__(y) <==> x[y]"),
    PY_M1("has_key", m_has_key,
          "D.has_key(k) -> True if D has a key k, else False"),
    PY_MF("get", m_get, PY_POS, 1, 2, PY_UNPACK,
          "D.get(k[,d]) -> D[k] if k in D, else d (None)."),
    PY_MFAST(
        "setdefault", m_setdefault,
        "D.setdefault(k[,d]) -> D.get(k,d), also setting D[k]=d if k not in D"),
    PY_MFAST("pop", m_pop,
             "D.pop(k[,d]) -> v, take out key k and return its value; without "
             "k, d or KeyError"),
    PY_M0(
        "popitem", m_popitem,
        "D.popitem() -> (k, v), take out some pair; KeyError if there is none"),
    PY_M0("keys", m_keys, "D.keys() -> list of D's keys"),
    PY_M0("items", m_items, "D.items() -> list of D's (key, value) pairs"),
    PY_M0("values", m_values, "D.values() -> list of D's values"),
    PY_MKW("update", m_update,
           "D.update([E, ]**F) -> None. Takes over all of E (a mapping or "
           "pairs), then F."),
    PY_MF("fromkeys", m_fromkeys, PY_POS, 1, 2, PY_CLASSMETHOD,
          "dict.fromkeys(S[,v]) -> new dict with the keys S and the value v "
          "(None)."),
    PY_M0("clear", m_clear, "D.clear() -> None. Takes out all items."),
    PY_M0("copy", m_copy, "D.copy() -> a shallow copy of D"),
    PY_M0("iterkeys", m_iterkeys,
          "D.iterkeys() -> an iterator over the keys of D"),
    PY_M0("itervalues", m_itervalues,
          "D.itervalues() -> an iterator over the values of D"),
    PY_M0("iteritems", m_iteritems,
          "D.iteritems() -> an iterator over the (key, value) pairs"),
    PY_M0("viewkeys", m_viewkeys,
          "D.viewkeys() -> a set-like view of D's keys"),
    PY_M0("viewitems", m_viewitems,
          "D.viewitems() -> a set-like view of D's items"),
    PY_M0("viewvalues", m_viewvalues, "D.viewvalues() -> a view of D's values"),
    PY_MEND,
};

py_type py_dict_type = {
    PY_TYPE_HEAD("dict", py_dict),
    .flags = PY_TF_BASE | PY_TF_DICT,
    .doc = "dict() -> new empty dictionary\ndict(mapping or iterable of pairs) "
           "-> the same "
           "contents\ndict(**kwargs) -> names and values",
    .methods = dict_methods,
    .sq_contains = dict_contains,
    .mp_length = dict_length,
    .mp_getitem = dict_subscript,
    .mp_setitem = dict_ass_subscript,
    .tp_repr = dict_repr,
    .tp_hash = py_hash_notimpl,
    .tp_compare = dict_compare,
    .tp_richcompare = dict_richcompare,
    .tp_iter = dict_iter,
    .tp_init = dict_init,
    .tp_new = dict_new,
};

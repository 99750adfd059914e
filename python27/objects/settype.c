/*
 * settype.c: the Python types set and frozenset: operators, methods, iterator.
 * Neighbour: setobject.c (storage).
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/setimpl.h"
#include "objects/strobject.h"

#define S(o) ((py_set *)(o))

/* o as a set: itself, or a new set of its items. */
static py_set *as_set(py_object *o)
{
    py_set *s;

    if (py_is_set(o))
        return S(o);
    s = py_set_new();
    return py_set_update(s, o) < 0 ? NULL : s;
}

/* A copy whose type is that of the operand, without subclasses' __init__. */
static py_set *copy_as(py_object *o, py_type *type)
{
    py_set *r = py_set_alloc(type);

    return r && py_set_assign(r, S(o)) == 0 ? r : NULL;
}

static py_set *empty_like(py_object *o)
{
    return py_set_alloc(py_type_of(o));
}

/* Those items of a that are (keep 1) or are not (keep 0) in b. */
static py_set *filtered(py_set *a, py_set *b, int keep, py_set *result)
{
    intptr_t pos = 0;
    const struct py_entry *e;

    while ((e = py_set_entry(a, &pos))) {
        py_object *key = e->key;
        int64_t hash = e->hash;
        intptr_t in = b->storage ? py_table_find(b->storage, key, hash) : -1;

        if (in == -2)
            return NULL;
        if ((in >= 0) == keep && py_set_add_hashed(result, key, hash) < 0)
            return NULL;
    }
    return result;
}

/* -------------------------------------------------------------- operations */

static py_set *intersection(py_object *a, py_object *b)
{
    py_set *y = as_set(b), *x = S(a);

    if (!y)
        return NULL;
    if (py_is_set(b) && py_set_len(y) > py_set_len(x))
        return filtered(x, y, 1, empty_like(a));
    return filtered(y, x, 1, empty_like(a));
}

static py_set *difference(py_object *a, py_object *b)
{
    py_set *y = as_set(b);

    return y ? filtered(S(a), y, 0, empty_like(a)) : NULL;
}

static py_set *symmetric_difference(py_object *a, py_object *b)
{
    py_set *y = as_set(b), *r;

    r = y ? filtered(S(a), y, 0, empty_like(a)) : NULL;
    return r ? filtered(y, S(a), 0, r) : NULL;
}

static py_set *union_of(py_object *a, py_object *b)
{
    py_set *r = copy_as(a, py_type_of(a));

    return r && py_set_update(r, b) == 0 ? r : NULL;
}

#define BINARY(name, fn)                                                       \
    static py_object *name(py_object *a, py_object *b)                         \
    {                                                                          \
        if (!py_is_set(a) || !py_is_set(b))                                    \
            return py_NotImplemented;                                          \
        return (py_object *)fn(a, b);                                          \
    }
BINARY(set_and, intersection)
BINARY(set_sub, difference)
BINARY(set_xor, symmetric_difference)
BINARY(set_or, union_of)

/* Replaces the contents of o by those of r. */
static py_object *replace(py_object *o, py_set *r)
{
    if (!r)
        return NULL;
    S(o)->storage = r->storage;
    S(o)->strategy = r->strategy;
    S(o)->changes++;
    return o;
}

static py_object *set_ior(py_object *a, py_object *b)
{
    if (!py_is_set(b))
        return py_NotImplemented;
    return py_set_update(S(a), b) < 0 ? NULL : a;
}

#define INPLACE(name, fn)                                                      \
    static py_object *name(py_object *a, py_object *b)                         \
    {                                                                          \
        return py_is_set(b) ? replace(a, fn(a, b)) : py_NotImplemented;        \
    }
INPLACE(set_iand, intersection)
INPLACE(set_isub, difference)
INPLACE(set_ixor, symmetric_difference)

static intptr_t set_length(py_object *o)
{
    return py_set_len(S(o));
}

/* A set looked for in a set stands for a frozenset of its items. */
static py_object *hashable(py_object *key)
{
    if (py_is_set(key) && py_err_catch(&py_TypeError))
        return (py_object *)copy_as(key, &py_frozenset_type);
    return NULL;
}

static int set_contains(py_object *o, py_object *key)
{
    int r = py_set_contains(S(o), key);

    if (r < 0 && (key = hashable(key)))
        r = py_set_contains(S(o), key);
    return r;
}

static int subset(py_set *a, py_set *b)
{
    intptr_t pos = 0;
    const struct py_entry *e;

    if (py_set_len(a) > py_set_len(b))
        return 0;
    while ((e = py_set_entry(a, &pos))) {
        intptr_t in =
            b->storage ? py_table_find(b->storage, e->key, e->hash) : -1;

        if (in < 0)
            return in == -2 ? -1 : 0;
    }
    return 1;
}

static py_object *set_richcompare(py_object *a, py_object *b, int op)
{
    intptr_t na, nb;
    int r = 0;

    if (!py_is_set(a) || !py_is_set(b))
        return py_NotImplemented;
    na = py_set_len(S(a));
    nb = py_set_len(S(b));
    switch (op) {
    case PY_EQ:
    case PY_NE:
        r = na == nb ? subset(S(a), S(b)) : 0;
        if (r >= 0 && op == PY_NE)
            r = !r;
        break;
    case PY_LE:
        r = subset(S(a), S(b));
        break;
    case PY_LT:
        r = na < nb ? subset(S(a), S(b)) : 0;
        break;
    case PY_GE:
        r = subset(S(b), S(a));
        break;
    default:
        r = na > nb ? subset(S(b), S(a)) : 0;
    }
    return r < 0 ? NULL : py_bool(r);
}

static int set_compare(py_object *a, py_object *b)
{
    (void)a;
    (void)b;
    py_raise(&py_TypeError, "cannot compare sets using cmp()");
    return -2;
}

static int64_t frozenset_hash(py_object *o)
{
    uint64_t h = 1927868237u * ((uint64_t)py_set_len(S(o)) + 1);
    intptr_t pos = 0;
    const struct py_entry *e;

    if (S(o)->hash != -1)
        return S(o)->hash;
    while ((e = py_set_entry(S(o), &pos))) {
        uint64_t x = (uint64_t)e->hash;

        h ^= (x ^ (x << 16) ^ 89869747u) * 3644798167u;
    }
    h = h * 69069u + 907133923u;
    S(o)->hash = (int64_t)h == -1 ? 590923713 : (int64_t)h;
    return S(o)->hash;
}

static py_object *set_repr(py_object *o)
{
    const char *name = py_type_shortname(py_type_of(o));
    py_list *l;
    int in = py_repr_enter(o);
    py_object *r;

    if (in)
        return in > 0 ? (py_object *)py_str_format_c("%s(...)", name) : NULL;
    l = py_sequence_list(o);
    r = l ? (py_object *)py_str_format_c("%s(%R)", name, l) : NULL;
    py_repr_leave(o);
    return r;
}

/* ------------------------------------------------------------ construction */

static py_object *set_new(py_type *type, py_object *const *args, intptr_t nargs,
                          py_tuple *kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return (py_object *)py_set_alloc(type);
}

static int check_args(const char *name, py_type *type, py_type *exact,
                      intptr_t nargs, py_tuple *kwnames)
{
    if (kwnames && kwnames->n && type == exact)
        return py_raise_i(&py_TypeError, "%s() does not take keyword arguments",
                          name);
    if (nargs > 1)
        return py_raise_i(&py_TypeError,
                          "%s expected at most 1 arguments, got %zd", name,
                          nargs);
    return 0;
}

static int set_init(py_object *o, py_object *const *args, intptr_t nargs,
                    py_tuple *kwnames)
{
    if (check_args("set", py_type_of(o), &py_set_type, nargs, kwnames) < 0)
        return -1;
    if (S(o)->storage)
        py_set_clear(S(o));
    return nargs ? py_set_update(S(o), args[0]) : 0;
}

static py_object *frozenset_new(py_type *type, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    static py_set *empty;
    py_set *s;

    if (check_args("frozenset", type, &py_frozenset_type, nargs, kwnames) < 0)
        return NULL;
    if (type == &py_frozenset_type && nargs && py_type_of(args[0]) == type)
        return args[0];
    s = py_set_alloc(type);
    if (!s || (nargs && py_set_update(s, args[0]) < 0))
        return NULL;
    if (type == &py_frozenset_type && py_set_len(s) == 0) {
        if (!empty)
            empty = s;
        return &empty->base;
    }
    return &s->base;
}

py_object *py_frozenset_new(py_object *iterable)
{
    return frozenset_new(&py_frozenset_type, &iterable, iterable != NULL, NULL);
}

/* ---------------------------------------------------------------- methods */

static py_object *none_or_null(int r)
{
    return r < 0 ? NULL : py_None;
}

static py_object *m_add(py_object *o, py_object *v)
{
    return none_or_null(py_set_add(S(o), v));
}

static int discard(py_object *o, py_object *v)
{
    int r = py_set_discard(S(o), v);

    if (r < 0 && (v = hashable(v)))
        r = py_set_discard(S(o), v);
    return r;
}

static py_object *m_discard(py_object *o, py_object *v)
{
    return none_or_null(discard(o, v));
}

static py_object *m_remove(py_object *o, py_object *v)
{
    int r = discard(o, v);

    if (r == 0)
        return py_raise_value(&py_KeyError, v);
    return none_or_null(r);
}

static py_object *m_pop(py_object *o)
{
    intptr_t pos = 0;
    const struct py_entry *e = py_set_entry(S(o), &pos);
    py_object *v;

    if (!e)
        return py_raise(&py_KeyError, "pop from an empty set");
    v = e->key;
    py_table_remove(S(o)->storage, pos - 1);
    S(o)->changes++;
    return v;
}

static py_object *m_clear(py_object *o)
{
    py_set_clear(S(o));
    return py_None;
}

static py_object *m_copy(py_object *o)
{
    if (py_type_of(o) == &py_frozenset_type)
        return o;
    return (py_object *)copy_as(o, py_type_of(o));
}

static py_object *m_update(py_object *o, py_object *const *args, intptr_t nargs)
{
    for (intptr_t k = 0; k < nargs; k++)
        if (py_set_update(S(o), args[k]) < 0)
            return NULL;
    return py_None;
}

static py_object *m_union(py_object *o, py_object *const *args, intptr_t nargs)
{
    py_set *r = copy_as(o, py_type_of(o));

    return r && m_update(&r->base, args, nargs) ? &r->base : NULL;
}

/* a op b op c …: each step on the result of the last. */
#define FOLD(name, fn)                                                         \
    static py_object *name(py_object *o, py_object *const *args,               \
                           intptr_t nargs)                                     \
    {                                                                          \
        py_set *r;                                                             \
                                                                               \
        if (nargs == 0)                                                        \
            return (py_object *)copy_as(o, py_type_of(o));                     \
        r = fn(o, args[0]);                                                    \
        for (intptr_t k = 1; r && k < nargs; k++)                              \
            r = fn(&r->base, args[k]);                                         \
        return (py_object *)r;                                                 \
    }
FOLD(m_intersection, intersection)
FOLD(m_difference, difference)

static py_object *m_intersection_update(py_object *o, py_object *const *args,
                                        intptr_t nargs)
{
    return replace(o, (py_set *)m_intersection(o, args, nargs)) ? py_None
                                                                : NULL;
}

static py_object *m_difference_update(py_object *o, py_object *const *args,
                                      intptr_t nargs)
{
    return replace(o, (py_set *)m_difference(o, args, nargs)) ? py_None : NULL;
}

static py_object *m_symmetric_difference(py_object *o, py_object *b)
{
    return (py_object *)symmetric_difference(o, b);
}

static py_object *m_symmetric_difference_update(py_object *o, py_object *b)
{
    return replace(o, symmetric_difference(o, b)) ? py_None : NULL;
}

static py_object *m_issubset(py_object *o, py_object *b)
{
    py_set *y = as_set(b);
    int r = y ? subset(S(o), y) : -1;

    return r < 0 ? NULL : py_bool(r);
}

static py_object *m_issuperset(py_object *o, py_object *b)
{
    py_set *y = as_set(b);
    int r = y ? subset(y, S(o)) : -1;

    return r < 0 ? NULL : py_bool(r);
}

static py_object *m_isdisjoint(py_object *o, py_object *b)
{
    py_object *it = py_iter(b), *x;

    if (!it)
        return NULL;
    while ((x = py_iternext(it))) {
        int in = py_set_contains(S(o), x);

        if (in)
            return in < 0 ? NULL : py_False;
    }
    return py_err_occurred() ? NULL : py_True;
}

static py_object *m_contains(py_object *o, py_object *v)
{
    int r = set_contains(o, v);

    return r < 0 ? NULL : py_bool(r);
}

static py_object *m_reduce(py_object *o)
{
    py_list *l = py_sequence_list(o);
    py_object *dict = l ? py_getattr_maybe(o, py_id___dict__) : NULL;

    if (!l || py_err_occurred())
        return NULL;
    return (py_object *)py_tuple_pack3((py_object *)py_type_of(o),
                                       (py_object *)py_tuple_pack1(&l->base),
                                       dict ? dict : py_None);
}

#define COMMON_METHODS                                                         \
    PY_MF("__contains__", m_contains, PY_POS, 1, 1, PY_COEXIST,                \
          "x.__contains__(y) <==> y in x."),                                   \
        PY_M0("__reduce__", m_reduce, "State for pickling."),                  \
        PY_M0("copy", m_copy, "A shallow copy."),                              \
        PY_MFAST("union", m_union, "The items of all of them, as a new set."), \
        PY_MFAST("intersection", m_intersection,                               \
                 "The items that all have, as a new set."),                    \
        PY_MFAST("difference", m_difference,                                   \
                 "The items that the others lack, as a new set."),             \
        PY_M1("symmetric_difference", m_symmetric_difference,                  \
              "The items that exactly one of the two has, as a new set."),     \
        PY_M1("issubset", m_issubset,                                          \
              "Whether the other one holds all items of this set."),           \
        PY_M1("issuperset", m_issuperset,                                      \
              "Whether this set holds all items of the other one."),           \
        PY_M1("isdisjoint", m_isdisjoint,                                      \
              "True if the two have no item in common.")

static const struct py_methoddef frozenset_methods[] = {COMMON_METHODS,
                                                        PY_MEND};
static const struct py_methoddef set_methods[] = {
    COMMON_METHODS,
    PY_M1("add", m_add, "Put an item in; nothing happens if it is there."),
    PY_M1("discard", m_discard,
          "Take an item out; nothing happens if it is not there."),
    PY_M1("remove", m_remove, "Take an item out; KeyError if it is not there."),
    PY_M0("pop", m_pop,
          "Take some item out and return it; KeyError if there is none."),
    PY_M0("clear", m_clear, "Take all items out."),
    PY_MFAST("update", m_update, "Put the items of all of them in."),
    PY_MFAST("intersection_update", m_intersection_update,
             "Keep what all the others have too."),
    PY_MFAST("difference_update", m_difference_update,
             "Take out what the others have."),
    PY_M1("symmetric_difference_update", m_symmetric_difference_update,
          "Keep what only one of the two has."),
    PY_MEND,
};

/* --------------------------------------------------------------- iterator */

struct py_setiter {
    py_object base;
    py_set *set; /* NULL: exhausted */
    intptr_t pos, len;
};
TW_GC_TYPE(py_setiter);
#define IT(o) ((struct py_setiter *)(o))

static py_object *set_iter(py_object *o)
{
    struct py_setiter *it = PY_NEW(py_setiter, &py_setiter_type);

    it->set = S(o);
    it->len = py_set_len(S(o));
    return &it->base;
}

static py_object *setiter_next(py_object *o)
{
    py_table *t;
    intptr_t e;

    if (!IT(o)->set)
        return NULL;
    if (py_set_len(IT(o)->set) != IT(o)->len) {
        IT(o)->len = -1;
        return py_raise(&py_RuntimeError, "Set changed size during iteration");
    }
    t = IT(o)->set->storage;
    e = t ? py_table_next(t, IT(o)->pos) : -1;
    if (e < 0) {
        IT(o)->set = NULL;
        return NULL;
    }
    IT(o)->pos = e + 1;
    return t->entries->item[e].key;
}

static py_object *setiter_hint(py_object *o)
{
    intptr_t n = 0, pos = IT(o)->pos;

    if (IT(o)->set && py_set_len(IT(o)->set) == IT(o)->len)
        while (py_set_entry(IT(o)->set, &pos))
            n++;
    return py_int_new(n);
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static const struct py_methoddef setiter_methods[] = {
    PY_M0("__length_hint__", setiter_hint, NULL),
    PY_MEND,
};
py_type py_setiter_type = {
    PY_TYPE_HEAD("setiterator", py_setiter),
    .methods = setiter_methods,
    .tp_iter = self_iter,
    .tp_iternext = setiter_next,
};

/* ------------------------------------------------------------------ types */

#define COMMON_SLOTS                                                           \
    .nb_sub = set_sub, .nb_and = set_and, .nb_xor = set_xor, .nb_or = set_or,  \
    .sq_length = set_length, .sq_contains = set_contains, .tp_repr = set_repr, \
    .tp_compare = set_compare, .tp_richcompare = set_richcompare,              \
    .tp_iter = set_iter

py_type py_set_type = {
    PY_TYPE_HEAD("set", py_set),
    .flags = PY_TF_BASE | PY_TF_SET | PY_TF_WEAKREF,
    .doc = "set() -> new empty set object\nset(iterable) -> new set object\n\n"
           "An unordered collection of distinct items.",
    .methods = set_methods,
    COMMON_SLOTS,
    .nb_isub = set_isub,
    .nb_iand = set_iand,
    .nb_ixor = set_ixor,
    .nb_ior = set_ior,
    .tp_hash = py_hash_notimpl,
    .tp_init = set_init,
    .tp_new = set_new,
};

py_type py_frozenset_type = {
    PY_TYPE_HEAD("frozenset", py_set),
    .flags = PY_TF_BASE | PY_TF_SET | PY_TF_WEAKREF,
    .doc = "frozenset() -> empty frozenset object\nfrozenset(iterable) -> "
           "frozenset object\n\n"
           "An unordered collection of distinct items that never changes.",
    .methods = frozenset_methods,
    COMMON_SLOTS,
    .tp_hash = frozenset_hash,
    .tp_new = frozenset_new,
};

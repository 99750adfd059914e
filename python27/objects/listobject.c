/*
 * listobject.c: list and its iterators. Bounds and argument checks are here,
 * the items' form is the strategy's (liststrategy.c).
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/liststore.h"
#include "objects/seqcommon.h"
#include "objects/strobject.h"

#define L(o) ((py_list *)(o))
/* In a trace the strategy is a constant, and its functions are inlined. */
#define STRATEGY(l) tw_promote((l)->strategy)

py_list *py_list_new(void)
{
    py_list *l = PY_NEW(py_list, &py_list_type);

    l->strategy = &py_list_empty;
    return l;
}

py_list *py_list_with_room(intptr_t hint)
{
    (void)hint; /* the first item says what storage is wanted */
    return py_list_new();
}

py_list *py_list_from(py_object *const *items, intptr_t n)
{
    const struct py_list_strategy *s;
    py_list *l;
    void *a;

    if (n == 0)
        return py_list_new();
    s = py_list_strategy_for(items[0]);
    for (intptr_t i = 1; i < n && s != &py_list_objects; i++)
        if (py_list_strategy_for(items[i]) != s)
            s = &py_list_objects;
    a = py_list_storage(s, n);
    if (!a)
        return NULL;
    l = py_list_new();
    l->strategy = s;
    l->storage = a;
    if (s == &py_list_ints)
        for (intptr_t i = 0; i < n; i++)
            ((struct py_intarray *)a)->item[i] = py_int_value(items[i]);
    else if (s == &py_list_floats)
        for (intptr_t i = 0; i < n; i++)
            ((struct py_floatarray *)a)->item[i] = py_float_value(items[i]);
    else
        for (intptr_t i = 0; i < n; i++)
            ((struct py_objarray *)a)->item[i] = items[i];
    l->n = n;
    return l;
}

py_object *py_list_get(py_list *l, intptr_t i)
{
    return STRATEGY(l)->getitem(l, i);
}

py_object *py_list_getitem(py_list *l, intptr_t i)
{
    if (i < 0)
        i += l->n;
    if ((uintptr_t)i >= (uintptr_t)l->n)
        return py_raise(&py_IndexError, "list index out of range");
    return STRATEGY(l)->getitem(l, i);
}

int py_list_setitem(py_list *l, intptr_t i, py_object *v)
{
    if (i < 0)
        i += l->n;
    if ((uintptr_t)i >= (uintptr_t)l->n)
        return py_raise_i(&py_IndexError, "list assignment index out of range");
    return STRATEGY(l)->setitem(l, i, v);
}

int py_list_append(py_list *l, py_object *v)
{
    return STRATEGY(l)->append(l, v);
}

int py_list_insert(py_list *l, intptr_t i, py_object *v)
{
    if (i < 0)
        i = i + l->n < 0 ? 0 : i + l->n;
    if (i > l->n)
        i = l->n;
    return STRATEGY(l)->insert(l, i, v);
}

int py_list_extend(py_list *l, py_object *iterable)
{
    py_object *it, *v;

    py_unaryfn iter = py_type_of(iterable)->tp_iter;
    if (py_is_list(iterable) && iter == py_list_type.tp_iter)
        return STRATEGY(l)->extend_list(l, L(iterable));
    if (py_is_tuple(iterable) && iter == py_tuple_type.tp_iter) {
        py_tuple *t = (py_tuple *)iterable;

        for (intptr_t i = 0; i < t->n; i++)
            if (l->strategy->append(l, t->item[i]) < 0)
                return -1;
        return 0;
    }
    it = py_iter(iterable);
    if (!it || py_check_hint(iterable) < 0)
        return -1;
    while ((v = py_iternext(it)))
        if (l->strategy->append(l, v) < 0)
            return -1;
    return py_err_occurred() ? -1 : 0;
}

py_object *py_list_pop(py_list *l, intptr_t i)
{
    if (l->n == 0)
        return py_raise(&py_IndexError, "pop from empty list");
    if (i < 0)
        i += l->n;
    if ((uintptr_t)i >= (uintptr_t)l->n)
        return py_raise(&py_IndexError, "pop index out of range");
    return STRATEGY(l)->pop(l, i);
}

static void clip(intptr_t n, intptr_t *i, intptr_t *j)
{
    if (*i < 0)
        *i = 0;
    if (*i > n)
        *i = n;
    if (*j < *i)
        *j = *i;
    if (*j > n)
        *j = n;
}

py_list *py_list_slice(py_list *l, intptr_t i, intptr_t j)
{
    clip(l->n, &i, &j);
    return STRATEGY(l)->getslice(l, i, 1, j - i);
}

/* v as a list to take items from; TypeError("can only assign an iterable"). */
static py_list *as_list(py_object *v)
{
    py_list *r;

    if (py_is_list(v))
        return L(v);
    r = py_sequence_list(v);
    if (!r && py_err_catch(&py_TypeError))
        py_raise(&py_TypeError, "can only assign an iterable");
    return r;
}

int py_list_setslice(py_list *l, intptr_t i, intptr_t j, py_object *v)
{
    py_list *b;
    intptr_t n, grow;

    if (!v) {
        clip(l->n, &i, &j);
        return l->strategy->delslice(l, i, 1, j - i);
    }
    b = as_list(v);
    if (!b)
        return -1;
    clip(l->n, &i, &j);
    n = b->n;
    if (n == 0)
        return l->strategy->delslice(l, i, 1, j - i);
    if (b == l)
        b = b->strategy->getslice(b, 0, 1, n);
    if (!b || !(b = py_list_unify(l, b)))
        return -1;
    grow = n - (j - i);
    if (grow > 0 && py_list_reserve(l, l->n + grow) < 0)
        return -1;
    memmove(LIST_ITEMS(l) + (j + grow) * 8, LIST_ITEMS(l) + j * 8,
            (size_t)(l->n - j) * 8);
    memcpy(LIST_ITEMS(l) + i * 8, LIST_ITEMS(b), (size_t)n * 8);
    if (grow < 0)
        memset(LIST_ITEMS(l) + (l->n + grow) * 8, 0, (size_t)-grow * 8);
    l->n += grow;
    return 0;
}

py_tuple *py_list_as_tuple(py_list *l)
{
    py_tuple *t = py_tuple_new(l->n);

    for (intptr_t i = 0; t && i < l->n; i++)
        t->item[i] = l->strategy->getitem(l, i);
    return t;
}

/* ------------------------------------------------------------------ slots */

static intptr_t list_length(py_object *o)
{
    return L(o)->n;
}

static py_object *get(py_object *o, intptr_t i)
{
    return L(o)->strategy->getitem(L(o), i);
}

static py_object *list_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)L(o)->n)
        return py_raise(&py_IndexError, "list index out of range");
    return STRATEGY(L(o))->getitem(L(o), i);
}

static int list_setitem_at(py_object *o, intptr_t i, py_object *v)
{
    if ((uintptr_t)i >= (uintptr_t)L(o)->n)
        return py_raise_i(&py_IndexError, "list assignment index out of range");
    if (!v)
        return STRATEGY(L(o))->delslice(L(o), i, 1, 1);
    return STRATEGY(L(o))->setitem(L(o), i, v);
}

static py_object *list_getslice(py_object *o, intptr_t i, intptr_t j)
{
    return (py_object *)py_list_slice(L(o), i, j);
}

static int list_setslice(py_object *o, intptr_t i, intptr_t j, py_object *v)
{
    return py_list_setslice(L(o), i, j, v);
}

static py_object *extended_get(py_list *l, py_slice *s)
{
    intptr_t start, stop, step, n;

    if (py_slice_indices(s, l->n, &start, &stop, &step, &n) < 0)
        return NULL;
    return (py_object *)l->strategy->getslice(l, start, step, n);
}

static py_object *list_subscript(py_object *o, py_object *key)
{
    intptr_t i;

    if (py_is_int(key))
        return list_item(o, py_seq_adjust(py_int_value(key), L(o)->n));
    if (py_is_slice(key))
        return extended_get(L(o), (py_slice *)key);
    if (!py_has_index(key))
        return py_raise(&py_TypeError, "list indices must be integers, not %T",
                        key);
    i = py_index_as_ssize(key, &py_IndexError);
    if (i == -1 && py_err_occurred())
        return NULL;
    return list_item(o, py_seq_adjust(i, L(o)->n));
}

static int extended_set(py_list *l, py_slice *s, py_object *v)
{
    intptr_t start, stop, step, n;
    py_list *b;

    if (py_slice_indices(s, l->n, &start, &stop, &step, &n) < 0)
        return -1;
    if (!v)
        return l->strategy->delslice(l, start, step, n);
    if (step == 1)
        return py_list_setslice(l, start, stop < start ? start : stop, v);
    b = py_is_list(v) ? L(v) : NULL;
    if (!b) {
        b = (py_list *)py_fastseq(v, "must assign iterable to extended slice");
        if (!b)
            return -1;
        if (!py_is_list(&b->base))
            b = py_sequence_list(&b->base);
        if (!b)
            return -1;
    }
    if (b->n != n)
        return py_raise_i(&py_ValueError,
                          "attempt to assign sequence of size %zd to extended "
                          "slice of size %zd",
                          b->n, n);
    if (b == l)
        b = b->strategy->getslice(b, 0, 1, n);
    for (intptr_t k = 0; b && k < n; k++, start += step)
        if (l->strategy->setitem(l, start, b->strategy->getitem(b, k)) < 0)
            return -1;
    return b ? 0 : -1;
}

static int list_ass_subscript(py_object *o, py_object *key, py_object *v)
{
    intptr_t i;

    if (py_is_int(key))
        return list_setitem_at(o, py_seq_adjust(py_int_value(key), L(o)->n), v);
    if (py_is_slice(key))
        return extended_set(L(o), (py_slice *)key, v);
    if (!py_has_index(key))
        return py_raise_i(&py_TypeError,
                          "list indices must be integers, not %T", key);
    i = py_index_as_ssize(key, &py_IndexError);
    if (i == -1 && py_err_occurred())
        return -1;
    return list_setitem_at(o, py_seq_adjust(i, L(o)->n), v);
}

static py_object *list_concat(py_object *a, py_object *b)
{
    py_list *r;

    if (!py_is_list(b))
        return py_raise(&py_TypeError,
                        "can only concatenate list (not \"%T\") to list", b);
    r = py_list_slice(L(a), 0, L(a)->n);
    return r && r->strategy->extend_list(r, L(b)) == 0 ? &r->base : NULL;
}

static int repeat_into(py_list *l, intptr_t k)
{
    intptr_t n = l->n, total;

    if (k <= 0)
        return l->strategy->delslice(l, 0, 1, n);
    if (k == 1 || n == 0)
        return 0;
    if (__builtin_mul_overflow(n, k, &total) || total > INTPTR_MAX / 16) {
        py_raise_nomemory();
        return -1;
    }
    if (py_list_materialize(l) < 0 || py_list_reserve(l, total) < 0)
        return -1;
    for (intptr_t i = n; i < total; i += n)
        memcpy(LIST_ITEMS(l) + i * 8, LIST_ITEMS(l), (size_t)n * 8);
    l->n = total;
    return 0;
}

static py_object *list_repeat(py_object *o, intptr_t k)
{
    py_list *r = k <= 0 ? py_list_new() : py_list_slice(L(o), 0, L(o)->n);

    return r && (k <= 0 || repeat_into(r, k) == 0) ? &r->base : NULL;
}

static py_object *list_irepeat(py_object *o, intptr_t k)
{
    return repeat_into(L(o), k) < 0 ? NULL : o;
}

static py_object *list_iconcat(py_object *o, py_object *b)
{
    return py_list_extend(L(o), b) < 0 ? NULL : o;
}

static int list_contains(py_object *o, py_object *x)
{
    intptr_t i = STRATEGY(L(o))->find(L(o), x, 0, INTPTR_MAX);

    return i == -2 ? -1 : i >= 0;
}

static py_object *list_richcompare(py_object *a, py_object *b, int op)
{
    if (!py_is_list(a) || !py_is_list(b))
        return py_NotImplemented;
    return py_seq_richcompare(a, b, op, get, list_length);
}

static py_object *list_repr(py_object *o)
{
    struct py_sb sb;
    int in;

    if (L(o)->n == 0)
        return (py_object *)py_str_from("[]");
    in = py_repr_enter(o);
    if (in)
        return in > 0 ? (py_object *)py_str_from("[...]") : NULL;
    py_sb_init(&sb);
    if (py_sb_addc(&sb, '[') < 0 ||
        py_seq_repr_items(&sb, o, get, list_length) < 0 ||
        py_sb_addc(&sb, ']') < 0) {
        py_repr_leave(o);
        return NULL;
    }
    py_repr_leave(o);
    return (py_object *)py_sb_finish(&sb);
}

static py_object *list_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    py_list *l;

    (void)args;
    (void)nargs;
    (void)kwnames;
    if (type == &py_list_type)
        return &py_list_new()->base;
    l = (py_list *)py_alloc(type, 0);
    if (l)
        l->strategy = &py_list_empty;
    return (py_object *)l;
}

static int list_init(py_object *o, py_object *const *args, intptr_t nargs,
                     py_tuple *kwnames)
{
    static const char *const names[] = {"sequence"};
    py_object *seq;

    if (py_args_kw("list", args, nargs, kwnames, names, 1, 0, &seq) < 0)
        return -1;
    if (L(o)->n) {
        L(o)->strategy = &py_list_empty;
        L(o)->storage = NULL;
        L(o)->n = 0;
    }
    return seq ? py_list_extend(L(o), seq) : 0;
}

/* ---------------------------------------------------------------- methods */

static py_object *none_or_null(int r)
{
    return r < 0 ? NULL : py_None;
}

static py_object *m_append(py_object *o, py_object *v)
{
    return none_or_null(STRATEGY(L(o))->append(L(o), v));
}

static py_object *m_extend(py_object *o, py_object *v)
{
    return none_or_null(py_list_extend(L(o), v));
}

static py_object *m_insert(py_object *o, py_object *i, py_object *v)
{
    intptr_t k;

    if (py_arg_ssize(i, &k) < 0)
        return NULL;
    return none_or_null(py_list_insert(L(o), k, v));
}

static py_object *m_pop(py_object *o, py_object *i)
{
    intptr_t k = -1;

    if (i && py_arg_ssize(i, &k) < 0)
        return NULL;
    return py_list_pop(L(o), k);
}

static py_object *m_remove(py_object *o, py_object *v)
{
    intptr_t i = L(o)->strategy->find(L(o), v, 0, INTPTR_MAX);

    if (i == -2)
        return NULL;
    if (i < 0)
        return py_raise(&py_ValueError, "list.remove(x): x not in list");
    return none_or_null(L(o)->strategy->delslice(L(o), i, 1, 1));
}

static py_object *m_index(py_object *o, py_object *v, py_object *start,
                          py_object *stop)
{
    intptr_t i = 0, j = L(o)->n;

    if ((start && py_seq_bound(start, L(o)->n, &i) < 0) ||
        (stop && py_seq_bound(stop, L(o)->n, &j) < 0))
        return NULL;
    i = L(o)->strategy->find(L(o), v, i, j);
    if (i == -2)
        return NULL;
    if (i < 0)
        return py_raise(&py_ValueError, "%R is not in list", v);
    return py_int_new(i);
}

static py_object *m_count(py_object *o, py_object *v)
{
    intptr_t count = 0, i = -1;

    for (;;) {
        i = L(o)->strategy->find(L(o), v, i + 1, INTPTR_MAX);
        if (i == -2)
            return NULL;
        if (i < 0)
            return py_int_new(count);
        count++;
    }
}

static py_object *m_reverse(py_object *o)
{
    return none_or_null(L(o)->strategy->reverse(L(o)));
}

static py_object *m_sort(py_object *o, py_object *const *args, intptr_t nargs,
                         py_tuple *kwnames)
{
    static const char *const names[] = {"cmp", "key", "reverse"};
    py_object *out[3];
    int reverse = 0;

    if (py_args_kw("sort", args, nargs, kwnames, names, 3, 0, out) < 0)
        return NULL;
    if (out[2]) {
        reverse = py_as_int(out[2]);
        if (reverse == -1 && py_err_occurred())
            return NULL;
    }
    return none_or_null(py_list_sort(L(o), out[0] == py_None ? NULL : out[0],
                                     out[1] == py_None ? NULL : out[1],
                                     reverse != 0));
}

static py_object *m_reversed(py_object *o);

static const struct py_methoddef list_methods[] = {
    PY_M0("__reversed__", m_reversed,
          "L.__reversed__() -- an iterator from the last to the first"),
    PY_M1("append", m_append, "L.append(object) -- put object at the end"),
    PY_M1("extend", m_extend,
          "L.extend(iterable) -- put all its items at the end"),
    PY_M2("insert", m_insert,
          "L.insert(index, object) -- put object before index"),
    PY_M(0, 1, "pop", m_pop,
         "L.pop([index]) -> item -- take out and return the item at index (the "
         "last one).\n"
         "IndexError if there is none."),
    PY_M1("remove", m_remove,
          "L.remove(value) -- take out the first item equal to value. "
          "ValueError if absent."),
    PY_M(1, 3, "index", m_index,
         "L.index(value, [start, [stop]]) -> the first position of value; "
         "ValueError if absent."),
    PY_M1("count", m_count, "L.count(value) -> how many items equal value"),
    PY_M0("reverse", m_reverse,
          "L.reverse() -- turn the order round *IN PLACE*"),
    PY_MKW("sort", m_sort,
           "L.sort(cmp=None, key=None, reverse=False) -- put in order *IN "
           "PLACE*, stable;\n"
           "cmp(x, y) -> -1, 0, 1"),
    PY_MEND,
};

/* -------------------------------------------------------------- iterators */

struct py_listiter {
    py_object base;
    py_list *list; /* NULL: exhausted */
    intptr_t index;
};
TW_GC_TYPE(py_listiter);

#define IT(o) ((struct py_listiter *)(o))

static py_object *list_iter(py_object *o)
{
    struct py_listiter *it = PY_NEW(py_listiter, &py_listiter_type);

    it->list = L(o);
    return &it->base;
}

static py_object *m_reversed(py_object *o)
{
    struct py_listiter *it = PY_NEW(py_listiter, &py_listreviter_type);

    it->list = L(o);
    it->index = L(o)->n - 1;
    return &it->base;
}

static py_object *listiter_next(py_object *o)
{
    py_list *l = IT(o)->list;
    intptr_t i = IT(o)->index;

    if (!l)
        return NULL;
    if (i < l->n) {
        IT(o)->index = i + 1;
        return STRATEGY(l)->getitem(l, i);
    }
    IT(o)->list = NULL;
    return NULL;
}

static py_object *listreviter_next(py_object *o)
{
    py_list *l = IT(o)->list;
    intptr_t i = IT(o)->index;

    if (l && i >= 0 && i < l->n) {
        IT(o)->index = i - 1;
        return STRATEGY(l)->getitem(l, i);
    }
    IT(o)->list = NULL;
    IT(o)->index = -1;
    return NULL;
}

static py_object *listiter_hint(py_object *o)
{
    intptr_t n = IT(o)->list ? IT(o)->list->n - IT(o)->index : 0;

    return py_int_new(n < 0 ? 0 : n);
}

static py_object *listreviter_hint(py_object *o)
{
    intptr_t n = IT(o)->index + 1;

    return py_int_new(!IT(o)->list || IT(o)->list->n < n ? 0 : n);
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static const struct py_methoddef listiter_methods[] = {
    PY_M0("__length_hint__", listiter_hint, NULL),
    PY_MEND,
};
static const struct py_methoddef listreviter_methods[] = {
    PY_M0("__length_hint__", listreviter_hint, NULL),
    PY_MEND,
};

py_type py_listiter_type = {
    PY_TYPE_HEAD("listiterator", py_listiter),
    .methods = listiter_methods,
    .tp_iter = self_iter,
    .tp_iternext = listiter_next,
};
py_type py_listreviter_type = {
    PY_TYPE_HEAD("listreverseiterator", py_listiter),
    .methods = listreviter_methods,
    .tp_iter = self_iter,
    .tp_iternext = listreviter_next,
};

py_type py_list_type = {
    PY_TYPE_HEAD("list", py_list),
    .flags = PY_TF_BASE | PY_TF_LIST | PY_TF_SEQITEM,
    .doc = "list() -> new empty list\nlist(iterable) -> new list of its items",
    .methods = list_methods,
    .sq_length = list_length,
    .sq_concat = list_concat,
    .sq_repeat = list_repeat,
    .sq_item = list_item,
    .sq_setitem = list_setitem_at,
    .sq_getslice = list_getslice,
    .sq_setslice = list_setslice,
    .sq_contains = list_contains,
    .sq_iconcat = list_iconcat,
    .sq_irepeat = list_irepeat,
    .mp_length = list_length,
    .mp_getitem = list_subscript,
    .mp_setitem = list_ass_subscript,
    .tp_repr = list_repr,
    .tp_hash = py_hash_notimpl,
    .tp_richcompare = list_richcompare,
    .tp_iter = list_iter,
    .tp_init = list_init,
    .tp_new = list_new,
};

/*
 * _collections.c: deque and defaultdict. A deque is a ring of items in one
 * array that doubles.
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/function.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

struct py_deque {
    py_object base;
    struct py_objarray *ring; /* capacity a power of two; NULL: empty */
    intptr_t head, n;
    intptr_t maxlen; /* -1: none */
    int64_t changes;
    py_dict *dict;
};
TW_GC_TYPE(py_deque);
static py_type deque_type, dequeiter_type, dequereviter_type;
#define D(o) ((struct py_deque *)(o))
#define AT(d, i) ((d)->ring->item[((d)->head + (i)) & ((d)->ring->n - 1)])

static struct py_deque *deque_alloc(py_type *type, intptr_t maxlen)
{
    struct py_deque *d = (struct py_deque *)py_alloc(type, 0);

    if (d)
        d->maxlen = maxlen;
    return d;
}

tw_dont_look_inside static int grow(struct py_deque *d)
{
    intptr_t cap = d->ring ? 2 * d->ring->n : 8;
    struct py_objarray *a = TW_NEW_VAR(py_objarray, cap);

    if (!a)
        return py_raise_nomemory(), -1;
    a->n = cap;
    for (intptr_t i = 0; i < d->n; i++)
        a->item[i] = AT(d, i);
    d->ring = a;
    d->head = 0;
    return 0;
}

static py_object *popleft(struct py_deque *d)
{
    py_object *v = AT(d, 0);

    AT(d, 0) = NULL;
    d->head = (d->head + 1) & (d->ring->n - 1);
    d->n--;
    d->changes++;
    return v;
}

static py_object *popright(struct py_deque *d)
{
    py_object *v = AT(d, d->n - 1);

    AT(d, d->n - 1) = NULL;
    d->n--;
    d->changes++;
    return v;
}

static int append(struct py_deque *d, py_object *v)
{
    if (d->maxlen == 0)
        return 0;
    if (d->n == d->maxlen)
        popleft(d);
    if ((!d->ring || d->n == d->ring->n) && grow(d) < 0)
        return -1;
    AT(d, d->n) = v;
    d->n++;
    d->changes++;
    return 0;
}

static int appendleft(struct py_deque *d, py_object *v)
{
    if (d->maxlen == 0)
        return 0;
    if (d->n == d->maxlen)
        popright(d);
    if ((!d->ring || d->n == d->ring->n) && grow(d) < 0)
        return -1;
    d->head = (d->head - 1) & (d->ring->n - 1);
    AT(d, 0) = v;
    d->n++;
    d->changes++;
    return 0;
}

static py_object *none_or_null(int r)
{
    return r < 0 ? NULL : py_None;
}

static py_object *m_append(py_object *o, py_object *v)
{
    return none_or_null(append(D(o), v));
}

static py_object *m_appendleft(py_object *o, py_object *v)
{
    return none_or_null(appendleft(D(o), v));
}

static py_object *m_pop(py_object *o)
{
    return D(o)->n ? popright(D(o))
                   : py_raise(&py_IndexError, "pop from an empty deque");
}

static py_object *m_popleft(py_object *o)
{
    return D(o)->n ? popleft(D(o))
                   : py_raise(&py_IndexError, "pop from an empty deque");
}

static int extend(struct py_deque *d, py_object *iterable,
                  int (*add)(struct py_deque *, py_object *))
{
    py_object *it, *v;

    if (iterable == &d->base) /* its own items: those there are now */
        iterable = (py_object *)py_sequence_list(iterable);
    it = iterable ? py_iter(iterable) : NULL;
    if (!it)
        return -1;
    while ((v = py_iternext(it)))
        if (add(d, v) < 0)
            return -1;
    return py_err_occurred() ? -1 : 0;
}

static py_object *m_extend(py_object *o, py_object *iterable)
{
    return none_or_null(extend(D(o), iterable, append));
}

static py_object *m_extendleft(py_object *o, py_object *iterable)
{
    return none_or_null(extend(D(o), iterable, appendleft));
}

static void clear(struct py_deque *d)
{
    d->ring = NULL;
    d->n = d->head = 0;
    d->changes++;
}

static py_object *m_clear(py_object *o)
{
    clear(D(o));
    return py_None;
}

static void rotate(struct py_deque *d, intptr_t k)
{
    if (d->n < 2)
        return;
    k %= d->n;
    if (k > d->n / 2)
        k -= d->n;
    else if (k < -(d->n / 2))
        k += d->n;
    for (; k > 0; k--) {
        py_object *v = popright(d);

        d->head = (d->head - 1) & (d->ring->n - 1);
        AT(d, 0) = v;
        d->n++;
    }
    for (; k < 0; k++) {
        py_object *v = popleft(d);

        AT(d, d->n) = v;
        d->n++;
    }
}

static py_object *m_rotate(py_object *o, py_object *k)
{
    intptr_t n = 1;

    if (k && py_arg_ssize(k, &n) < 0)
        return NULL;
    rotate(D(o), n);
    return py_None;
}

static py_object *m_reverse(py_object *o)
{
    for (intptr_t i = 0, j = D(o)->n - 1; i < j; i++, j--) {
        py_object *v = AT(D(o), i);

        AT(D(o), i) = AT(D(o), j);
        AT(D(o), j) = v;
    }
    D(o)->changes++;
    return py_None;
}

static py_object *m_count(py_object *o, py_object *v)
{
    int64_t count = 0, changes = D(o)->changes;

    for (intptr_t i = 0; i < D(o)->n; i++) {
        int c = py_richcompare_bool(AT(D(o), i), v, PY_EQ);

        if (c < 0)
            return NULL;
        if (changes != D(o)->changes)
            return py_raise(&py_RuntimeError, "deque mutated during iteration");
        count += c;
    }
    return py_int_new(count);
}

/* Takes out item i. */
static void delete_at(struct py_deque *d, intptr_t i)
{
    rotate(d, -i);
    popleft(d);
    rotate(d, i);
}

static py_object *m_remove(py_object *o, py_object *v)
{
    intptr_t n = D(o)->n;

    for (intptr_t i = 0; i < n; i++) {
        int c = py_richcompare_bool(AT(D(o), i), v, PY_EQ);

        if (D(o)->n != n)
            return py_raise(&py_IndexError, "deque mutated during remove().");
        if (c < 0)
            return NULL;
        if (c) {
            delete_at(D(o), i);
            return py_None;
        }
    }
    return py_raise(&py_ValueError, "deque.remove(x): x not in deque");
}

/* ------------------------------------------------------------------ slots */

static intptr_t deque_length(py_object *o)
{
    return D(o)->n;
}

static py_object *deque_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)D(o)->n)
        return py_raise(&py_IndexError, "deque index out of range");
    return AT(D(o), i);
}

static int deque_setitem(py_object *o, intptr_t i, py_object *v)
{
    if ((uintptr_t)i >= (uintptr_t)D(o)->n)
        return py_raise_i(&py_IndexError, "deque index out of range");
    if (v)
        AT(D(o), i) = v;
    else
        delete_at(D(o), i);
    return 0;
}

static py_object *deque_iconcat(py_object *o, py_object *iterable)
{
    return extend(D(o), iterable, append) < 0 ? NULL : o;
}

static py_object *m_copy(py_object *o)
{
    py_object *r;

    if (py_type_of(o) == &deque_type) {
        struct py_deque *d = deque_alloc(&deque_type, D(o)->maxlen);

        return d && extend(d, o, append) == 0 ? &d->base : NULL;
    }
    r = D(o)->maxlen < 0
            ? py_call1((py_object *)py_type_of(o), o)
            : py_call2((py_object *)py_type_of(o), o, py_int_new(D(o)->maxlen));
    return r;
}

static py_object *m_reduce(py_object *o)
{
    py_object *dict = py_getattr_maybe(o, py_id___dict__);
    py_list *l = py_sequence_list(o);
    py_tuple *args;

    if (!l || py_err_occurred())
        return NULL;
    args = D(o)->maxlen < 0
               ? py_tuple_pack1(&l->base)
               : py_tuple_pack2(&l->base, py_int_new(D(o)->maxlen));
    if (!dict)
        return (py_object *)py_tuple_pack2((py_object *)py_type_of(o),
                                           &args->base);
    return (py_object *)py_tuple_pack3((py_object *)py_type_of(o), &args->base,
                                       dict);
}

static py_object *deque_repr(py_object *o)
{
    int in = py_repr_enter(o);
    py_list *l;
    py_object *r = NULL;

    if (in)
        return in > 0 ? (py_object *)py_str_from("[...]") : NULL;
    l = py_sequence_list(o);
    if (l && D(o)->maxlen >= 0)
        r = (py_object *)py_str_format_c("deque(%R, maxlen=%zd)", l,
                                         D(o)->maxlen);
    else if (l)
        r = (py_object *)py_str_format_c("deque(%R)", l);
    py_repr_leave(o);
    return r;
}

static py_object *deque_richcompare(py_object *a, py_object *b, int op)
{
    py_list *x, *y;

    if (!py_isinst(a, &deque_type) || !py_isinst(b, &deque_type))
        return py_NotImplemented;
    if (D(a)->n != D(b)->n && (op == PY_EQ || op == PY_NE))
        return py_bool(op == PY_NE);
    x = py_sequence_list(a);
    y = x ? py_sequence_list(b) : NULL;
    return y ? py_richcompare(&x->base, &y->base, op) : NULL;
}

static py_object *deque_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return (py_object *)deque_alloc(type, -1);
}

static int deque_init(py_object *o, py_object *const *args, intptr_t nargs,
                      py_tuple *kwnames)
{
    static const char *const names[] = {"iterable", "maxlen"};
    py_object *out[2];
    intptr_t maxlen = -1;

    if (py_args_kw("deque", args, nargs, kwnames, names, 2, 0, out) < 0)
        return -1;
    if (out[1] && out[1] != py_None) {
        if (py_arg_ssize(out[1], &maxlen) < 0)
            return -1;
        if (maxlen < 0)
            return py_raise_i(&py_ValueError, "maxlen must be non-negative");
    }
    D(o)->maxlen = maxlen;
    if (D(o)->n)
        clear(D(o));
    return out[0] ? extend(D(o), out[0], append) : 0;
}

/* -------------------------------------------------------------- iterators */

struct py_dequeiter {
    py_object base;
    struct py_deque *deque;
    intptr_t index;
    int64_t changes;
};
TW_GC_TYPE(py_dequeiter);
#define IT(o) ((struct py_dequeiter *)(o))

static py_object *iter_new(py_object *o, py_type *type)
{
    struct py_dequeiter *it = PY_NEW(py_dequeiter, type);

    it->deque = D(o);
    it->changes = D(o)->changes;
    return &it->base;
}

static py_object *deque_iter(py_object *o)
{
    return iter_new(o, &dequeiter_type);
}

static py_object *m_reversed(py_object *o)
{
    return iter_new(o, &dequereviter_type);
}

static int iter_check(struct py_dequeiter *it)
{
    if (it->index >= it->deque->n)
        return 0;
    if (it->changes != it->deque->changes) {
        it->index = INTPTR_MAX;
        return py_raise_i(&py_RuntimeError, "deque mutated during iteration") +
               1;
    }
    return 1;
}

static py_object *dequeiter_next(py_object *o)
{
    intptr_t i = IT(o)->index;

    if (!iter_check(IT(o)))
        return NULL;
    IT(o)->index = i + 1;
    return AT(IT(o)->deque, i);
}

static py_object *dequereviter_next(py_object *o)
{
    intptr_t i = IT(o)->index;

    if (!iter_check(IT(o)))
        return NULL;
    IT(o)->index = i + 1;
    return AT(IT(o)->deque, IT(o)->deque->n - 1 - i);
}

static py_object *iter_hint(py_object *o)
{
    intptr_t n = IT(o)->deque->n - IT(o)->index;

    return py_int_new(n < 0 ? 0 : n);
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static const struct py_methoddef iter_methods[] = {
    PY_M0("__length_hint__", iter_hint, NULL),
    PY_MEND,
};
static py_type dequeiter_type = {
    PY_TYPE_HEAD("deque_iterator", py_dequeiter),
    .methods = iter_methods,
    .tp_iter = self_iter,
    .tp_iternext = dequeiter_next,
};
static py_type dequereviter_type = {
    PY_TYPE_HEAD("deque_reverse_iterator", py_dequeiter),
    .methods = iter_methods,
    .tp_iter = self_iter,
    .tp_iternext = dequereviter_next,
};

static py_object *get_maxlen(py_object *o, void *data)
{
    (void)data;
    return D(o)->maxlen < 0 ? py_None : py_int_new(D(o)->maxlen);
}

static const struct py_methoddef deque_methods[] = {
    PY_M1("append", m_append, "Put an item at the right end."),
    PY_M1("appendleft", m_appendleft, "Put an item at the left end."),
    PY_M0("clear", m_clear, "Take all items out."),
    PY_M0("__copy__", m_copy, "A shallow copy."),
    PY_M1("count", m_count, "D.count(value) -> how many items equal value"),
    PY_M1("extend", m_extend, "Put all items of an iterable at the right end."),
    PY_M1("extendleft", m_extendleft,
          "Put all items of an iterable at the left end, one by one."),
    PY_M0("pop", m_pop, "Take out and return the rightmost item."),
    PY_M0("popleft", m_popleft, "Take out and return the leftmost item."),
    PY_M0("__reduce__", m_reduce, "State for pickling."),
    PY_M1("remove", m_remove,
          "D.remove(value) -- take out the first item equal to value."),
    PY_M0("reverse", m_reverse,
          "D.reverse() -- turn the order round *IN PLACE*"),
    PY_M0("__reversed__", m_reversed, "An iterator from right to left."),
    PY_M(0, 1, "rotate", m_rotate,
         "Move all items n steps to the right (default 1), in a circle."),
    PY_MEND,
};
static const struct py_getset deque_getset[] = {
    {"maxlen", get_maxlen, NULL, "maximum size of a deque or None if unbounded",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static py_type deque_type = {
    PY_TYPE_HEAD("collections.deque", py_deque),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "deque([iterable[, maxlen]]) --> deque object\n\nA sequence that is "
           "fast at both ends.",
    .methods = deque_methods,
    .getset = deque_getset,
    .sq_length = deque_length,
    .sq_item = deque_item,
    .sq_setitem = deque_setitem,
    .sq_iconcat = deque_iconcat,
    .tp_repr = deque_repr,
    .tp_hash = py_hash_notimpl,
    .tp_richcompare = deque_richcompare,
    .tp_iter = deque_iter,
    .tp_init = deque_init,
    .tp_new = deque_new,
};

/* ------------------------------------------------------------ defaultdict */

struct py_defaultdict {
    py_dict d;
    py_object *factory; /* or NULL */
};
TW_GC_TYPE(py_defaultdict);
static py_type defaultdict_type;
#define F(o) (((struct py_defaultdict *)(o))->factory)

static py_object *m_missing(py_object *o, py_object *key)
{
    py_object *v;

    if (!F(o) || F(o) == py_None)
        return py_raise_value(&py_KeyError, key);
    v = py_call0(F(o));
    return v && py_setitem(o, key, v) == 0 ? v : NULL;
}

static int defaultdict_init(py_object *o, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    if (nargs > 0) {
        if (args[0] != py_None && !py_callable(args[0]))
            return py_raise_i(&py_TypeError, "first argument must be callable");
        F(o) = args[0];
        args++;
        nargs--;
    }
    return py_dict_type.tp_init(o, args, nargs, kwnames);
}

static py_object *m_dcopy(py_object *o)
{
    return py_call2((py_object *)py_type_of(o), F(o) ? F(o) : py_None, o);
}

static py_object *m_dreduce(py_object *o)
{
    py_tuple *r = py_tuple_new(5);
    py_object *items = py_call_method0(o, py_id_iteritems);

    if (!items)
        return NULL;
    r->item[0] = (py_object *)py_type_of(o);
    r->item[1] = F(o) && F(o) != py_None ? (py_object *)py_tuple_pack1(F(o))
                                         : (py_object *)py_tuple_empty;
    r->item[2] = r->item[3] = py_None;
    r->item[4] = items;
    return &r->base;
}

static py_object *defaultdict_repr(py_object *o)
{
    py_object *d = py_dict_type.tp_repr(o), *f;
    int in;

    if (!d)
        return NULL;
    in = F(o) ? py_repr_enter(F(o)) : 0;
    if (in < 0)
        return NULL;
    f = in > 0 ? (py_object *)py_str_from("...")
               : py_repr(F(o) ? F(o) : py_None);
    if (F(o) && in == 0)
        py_repr_leave(F(o));
    return f ? (py_object *)py_str_format_c("defaultdict(%S, %S)", f, d) : NULL;
}

static const struct py_methoddef defaultdict_methods[] = {
    PY_M1("__missing__", m_missing,
          "Makes, stores and returns the value for an absent key."),
    PY_M0("copy", m_dcopy, "D.copy() -> a shallow copy of D."),
    PY_M0("__copy__", m_dcopy, "D.copy() -> a shallow copy of D."),
    PY_M0("__reduce__", m_dreduce, "State for pickling."),
    PY_MEND,
};
static const struct py_memberdef defaultdict_members[] = {
    {"default_factory", PY_MEMBER_OBJ, 0,
     offsetof(struct py_defaultdict, factory), "Makes values for absent keys."},
    {NULL, 0, 0, 0, NULL},
};

static py_type defaultdict_type = {
    PY_TYPE_HEAD("collections.defaultdict", py_defaultdict),
    .base_type = &py_dict_type,
    .flags = PY_TF_BASE | PY_TF_DICT,
    .doc = "defaultdict(default_factory[, ...]) --> dict with default factory",
    .methods = defaultdict_methods,
    .members = defaultdict_members,
    .tp_repr = defaultdict_repr,
    .tp_init = defaultdict_init,
};

static const struct py_methoddef methods[] = {PY_MEND};

static int init(py_module *m)
{
    if (py_module_set_type(m, "deque", &deque_type) < 0 ||
        py_module_set_type(m, "defaultdict", &defaultdict_type) < 0)
        return -1;
    return py_type_ready(&dequeiter_type) < 0 ||
                   py_type_ready(&dequereviter_type) < 0
               ? -1
               : 0;
}

const struct py_moduledef py_module__collections = {
    "_collections", "deque and defaultdict, for the module collections.",
    methods, init};

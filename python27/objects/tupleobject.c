/*
 * tupleobject.c: tuple and its iterator. Items lie inside the object and never
 * change, so traces read them as constants of the tuple.
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/seqcommon.h"
#include "objects/strobject.h"

TW_GC_TYPE_VAR(py_tuple, item);

static struct py_tuple empty = {{&py_tuple_type}, 0};
py_tuple *const py_tuple_empty = &empty;

#define T(o) ((py_tuple *)(o))

py_tuple *py_tuple_new(intptr_t n)
{
    py_tuple *t;

    if (n == 0)
        return py_tuple_empty;
    if (n < 0 || n > INTPTR_MAX / 16)
        return py_raise_nomemory();
    t = TW_NEW_VAR(py_tuple, n);
    if (!t)
        return py_raise_nomemory();
    t->base.type = &py_tuple_type;
    t->n = n;
    return t;
}

py_tuple *py_tuple_from(py_object *const *items, intptr_t n)
{
    py_tuple *t = py_tuple_new(n);

    if (t && n)
        memcpy(t->item, items, (size_t)n * sizeof *items);
    return t;
}

py_tuple *py_tuple_pack1(py_object *a)
{
    py_tuple *t = py_tuple_new(1);

    t->item[0] = a;
    return t;
}

py_tuple *py_tuple_pack2(py_object *a, py_object *b)
{
    py_tuple *t = py_tuple_new(2);

    t->item[0] = a;
    t->item[1] = b;
    return t;
}

py_tuple *py_tuple_pack3(py_object *a, py_object *b, py_object *c)
{
    py_tuple *t = py_tuple_new(3);

    t->item[0] = a;
    t->item[1] = b;
    t->item[2] = c;
    return t;
}

py_tuple *py_tuple_slice(py_tuple *t, intptr_t i, intptr_t j)
{
    if (i < 0)
        i = 0;
    if (j > t->n)
        j = t->n;
    if (j <= i)
        return py_tuple_empty;
    if (i == 0 && j == t->n && t->base.type == &py_tuple_type)
        return t;
    return py_tuple_from(t->item + i, j - i);
}

static py_object *get(py_object *o, intptr_t i)
{
    return T(o)->item[i];
}

static intptr_t tuple_length(py_object *o)
{
    return T(o)->n;
}

static py_object *tuple_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)T(o)->n)
        return py_raise(&py_IndexError, "tuple index out of range");
    return T(o)->item[i];
}

static py_object *tuple_getslice(py_object *o, intptr_t i, intptr_t j)
{
    return (py_object *)py_tuple_slice(T(o), i, j);
}

static py_object *extended_slice(py_tuple *t, py_slice *s)
{
    intptr_t start, stop, step, n;
    py_tuple *r;

    if (py_slice_indices(s, t->n, &start, &stop, &step, &n) < 0)
        return NULL;
    if (step == 1)
        return (py_object *)py_tuple_slice(t, start, start + n);
    r = py_tuple_new(n);
    for (intptr_t k = 0; r && k < n; k++, start += step)
        r->item[k] = t->item[start];
    return (py_object *)r;
}

static py_object *tuple_subscript(py_object *o, py_object *key)
{
    intptr_t i;

    if (py_is_int(key))
        return tuple_item(o, py_seq_adjust(py_int_value(key), T(o)->n));
    if (py_is_slice(key))
        return extended_slice(T(o), (py_slice *)key);
    if (!py_has_index(key))
        return py_raise(&py_TypeError, "tuple indices must be integers, not %T",
                        key);
    i = py_index_as_ssize(key, &py_IndexError);
    if (i == -1 && py_err_occurred())
        return NULL;
    return tuple_item(o, py_seq_adjust(i, T(o)->n));
}

static py_object *tuple_concat(py_object *a, py_object *b)
{
    py_tuple *r;

    if (!py_is_tuple(b))
        return py_raise(&py_TypeError,
                        "can only concatenate tuple (not \"%T\") to tuple", b);
    if (T(a)->n == 0 && py_is_tuple_exact(b))
        return b;
    if (T(b)->n == 0 && py_is_tuple_exact(a))
        return a;
    r = py_tuple_new(T(a)->n + T(b)->n);
    if (!r)
        return NULL;
    memcpy(r->item, T(a)->item, (size_t)T(a)->n * sizeof(py_object *));
    memcpy(r->item + T(a)->n, T(b)->item,
           (size_t)T(b)->n * sizeof(py_object *));
    return &r->base;
}

static py_object *tuple_repeat(py_object *a, intptr_t k)
{
    intptr_t n = T(a)->n, total;
    py_tuple *r;

    if (k < 0)
        k = 0;
    if (k == 1 && py_is_tuple_exact(a))
        return a;
    if (__builtin_mul_overflow(n, k, &total))
        return py_raise_nomemory();
    r = py_tuple_new(total);
    for (intptr_t i = 0; r && i < total; i += n)
        memcpy(r->item + i, T(a)->item, (size_t)n * sizeof(py_object *));
    return (py_object *)r;
}

/* Tuples of known, small length are taken apart in traces. */
__attribute__((used)) static int is_small(py_object *o)
{
    return tw_isconstant(T(o)->n) && T(o)->n <= 8;
}

__attribute__((used)) static int is_small_in(py_object *o, py_object *x)
{
    (void)x;
    return is_small(o);
}

tw_look_inside_iff(is_small_in) static int tuple_contains(py_object *o,
                                                          py_object *x)
{
    for (intptr_t i = 0; i < T(o)->n; i++) {
        int c = py_richcompare_bool(T(o)->item[i], x, PY_EQ);

        if (c)
            return c;
    }
    return 0;
}

tw_look_inside_iff(is_small) static int64_t tuple_hash(py_object *o)
{
    uint64_t x = 0x345678, mult = 1000003;

    for (intptr_t i = 0; i < T(o)->n; i++) {
        int64_t h = py_hash(T(o)->item[i]);

        if (h == -1)
            return -1;
        x = (x ^ (uint64_t)h) * mult;
        mult += 82520 + 2 * (uint64_t)(T(o)->n - i - 1);
    }
    x += 97531;
    return (int64_t)x == -1 ? -2 : (int64_t)x;
}

__attribute__((used)) static int is_small_pair(py_object *a, py_object *b)
{
    return is_small(a) || is_small(b);
}

/* Tuples of one length. */
tw_look_inside_iff(is_small_pair) static int are_equal(py_object *a,
                                                       py_object *b)
{
    for (intptr_t i = 0; i < T(a)->n; i++) {
        int c = py_richcompare_bool(T(a)->item[i], T(b)->item[i], PY_EQ);

        if (c <= 0)
            return c;
    }
    return 1;
}

static py_object *tuple_richcompare(py_object *a, py_object *b, int op)
{
    if (!py_is_tuple(a) || !py_is_tuple(b))
        return py_NotImplemented;
    if (op == PY_EQ || op == PY_NE) {
        int same = T(a)->n == T(b)->n ? are_equal(a, b) : 0;

        return same < 0 ? NULL : py_bool(same == (op == PY_EQ));
    }
    return py_seq_richcompare(a, b, op, get, tuple_length);
}

static py_object *tuple_repr(py_object *o)
{
    struct py_sb sb;
    int in;

    if (T(o)->n == 0)
        return (py_object *)py_str_from("()");
    in = py_repr_enter(o);
    if (in)
        return in > 0 ? (py_object *)py_str_from("(...)") : NULL;
    py_sb_init(&sb);
    if (py_sb_addc(&sb, '(') < 0 ||
        py_seq_repr_items(&sb, o, get, tuple_length) < 0 ||
        py_sb_adds(&sb, T(o)->n == 1 ? ",)" : ")") < 0) {
        py_repr_leave(o);
        return NULL;
    }
    py_repr_leave(o);
    return (py_object *)py_sb_finish(&sb);
}

static py_object *tuple_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"sequence"};
    py_object *seq;
    py_tuple *t, *r;

    if (py_args_kw("tuple", args, nargs, kwnames, names, 1, 0, &seq) < 0)
        return NULL;
    t = seq ? py_sequence_tuple(seq) : py_tuple_empty;
    if (!t || type == &py_tuple_type)
        return (py_object *)t;
    r = (py_tuple *)py_alloc(type, t->n);
    if (r) {
        r->n = t->n;
        memcpy(r->item, t->item, (size_t)t->n * sizeof(py_object *));
    }
    return (py_object *)r;
}

/* ---------------------------------------------------------------- methods */

static py_object *tuple_count(py_object *o, py_object *x)
{
    intptr_t count = 0;

    for (intptr_t i = 0; i < T(o)->n; i++) {
        int c = py_richcompare_bool(T(o)->item[i], x, PY_EQ);

        if (c < 0)
            return NULL;
        count += c;
    }
    return py_int_new(count);
}

static py_object *tuple_index(py_object *o, py_object *x, py_object *start,
                              py_object *stop)
{
    intptr_t i = 0, j = T(o)->n;

    if ((start && py_seq_bound(start, T(o)->n, &i) < 0) ||
        (stop && py_seq_bound(stop, T(o)->n, &j) < 0))
        return NULL;
    for (; i < j; i++) {
        int c = py_richcompare_bool(T(o)->item[i], x, PY_EQ);

        if (c < 0)
            return NULL;
        if (c)
            return py_int_new(i);
    }
    return py_raise(&py_ValueError, "tuple.index(x): x not in tuple");
}

static py_object *tuple_getnewargs(py_object *o)
{
    return (py_object *)py_tuple_pack1(
        (py_object *)py_tuple_from(T(o)->item, T(o)->n));
}

static const struct py_methoddef tuple_methods[] = {
    PY_M0("__getnewargs__", tuple_getnewargs, NULL),
    PY_M(1, 3, "index", tuple_index,
         "T.index(value, [start, [stop]]) -> the first position of value; "
         "ValueError if absent."),
    PY_M1("count", tuple_count,
          "T.count(value) -> how many items equal value."),
    PY_MEND,
};

/* --------------------------------------------------------------- iterator */

struct py_tupleiter {
    py_object base;
    py_tuple *tuple; /* NULL: exhausted */
    intptr_t index;
};
TW_GC_TYPE(py_tupleiter);

static py_object *tuple_iter(py_object *o)
{
    struct py_tupleiter *it = PY_NEW(py_tupleiter, &py_tupleiter_type);

    it->tuple = T(o);
    return &it->base;
}

static py_object *tupleiter_next(py_object *o)
{
    struct py_tupleiter *it = (struct py_tupleiter *)o;
    py_tuple *t = it->tuple;
    intptr_t i = it->index;

    if (!t)
        return NULL;
    if (i < t->n) {
        it->index = i + 1;
        return t->item[i];
    }
    it->tuple = NULL;
    return NULL;
}

static py_object *tupleiter_hint(py_object *o)
{
    struct py_tupleiter *it = (struct py_tupleiter *)o;

    return py_int_new(it->tuple ? it->tuple->n - it->index : 0);
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static const struct py_methoddef tupleiter_methods[] = {
    PY_M0("__length_hint__", tupleiter_hint, NULL),
    PY_MEND,
};

py_type py_tupleiter_type = {
    PY_TYPE_HEAD("tupleiterator", py_tupleiter),
    .methods = tupleiter_methods,
    .tp_iter = self_iter,
    .tp_iternext = tupleiter_next,
};

py_type py_tuple_type = {
    PY_TYPE_HEAD("tuple", py_tuple),
    .flags = PY_TF_BASE | PY_TF_TUPLE | PY_TF_SEQITEM,
    .var_offset = offsetof(struct py_tuple, item),
    .var_size = sizeof(py_object *),
    .doc = "tuple() -> empty tuple\ntuple(iterable) -> tuple of its items\n\n"
           "A tuple given as the argument is returned itself.",
    .methods = tuple_methods,
    .sq_length = tuple_length,
    .sq_concat = tuple_concat,
    .sq_repeat = tuple_repeat,
    .sq_item = tuple_item,
    .sq_getslice = tuple_getslice,
    .sq_contains = tuple_contains,
    .mp_length = tuple_length,
    .mp_getitem = tuple_subscript,
    .tp_repr = tuple_repr,
    .tp_hash = tuple_hash,
    .tp_richcompare = tuple_richcompare,
    .tp_iter = tuple_iter,
    .tp_new = tuple_new,
};

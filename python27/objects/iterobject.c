/*
 * iterobject.c: iterators over anything: by __getitem__, by calling, enumerate,
 * reversed.
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

static py_object *self_iter(py_object *o)
{
    return o;
}

/* ------------------------------------------------------------- __getitem__ */

struct py_seqiter {
    py_object base;
    py_object *seq; /* NULL: exhausted */
    intptr_t index;
};
TW_GC_TYPE(py_seqiter);
#define SI(o) ((struct py_seqiter *)(o))

py_object *py_seqiter_new(py_object *seq)
{
    struct py_seqiter *it = PY_NEW(py_seqiter, &py_seqiter_type);

    it->seq = seq;
    return &it->base;
}

static py_object *seqiter_next(py_object *o)
{
    py_object *v;

    if (!SI(o)->seq)
        return NULL;
    v = py_sequence_getitem(SI(o)->seq, SI(o)->index);
    if (v) {
        SI(o)->index++;
        return v;
    }
    if (py_err_catch(&py_IndexError) || py_err_catch(&py_StopIteration))
        SI(o)->seq = NULL;
    return NULL;
}

static py_object *seqiter_hint(py_object *o)
{
    intptr_t n = 0;

    if (SI(o)->seq) {
        n = py_len(SI(o)->seq);
        if (n < 0)
            return NULL;
        n -= SI(o)->index;
    }
    return py_int_new(n < 0 ? 0 : n);
}

static const struct py_methoddef seqiter_methods[] = {
    PY_M0("__length_hint__", seqiter_hint, NULL),
    PY_MEND,
};

py_type py_seqiter_type = {
    PY_TYPE_HEAD("iterator", py_seqiter),
    .methods = seqiter_methods,
    .tp_iter = self_iter,
    .tp_iternext = seqiter_next,
};

/* ----------------------------------------------------- iter(f, sentinel) */

struct py_calliter {
    py_object base;
    py_object *callable, *sentinel; /* callable NULL: exhausted */
};
TW_GC_TYPE(py_calliter);
#define CI(o) ((struct py_calliter *)(o))

py_object *py_calliter_new(py_object *callable, py_object *sentinel)
{
    struct py_calliter *it = PY_NEW(py_calliter, &py_calliter_type);

    it->callable = callable;
    it->sentinel = sentinel;
    return &it->base;
}

static py_object *calliter_next(py_object *o)
{
    py_object *v;
    int c;

    if (!CI(o)->callable)
        return NULL;
    v = py_call0(CI(o)->callable);
    if (!v) {
        if (py_err_catch(&py_StopIteration))
            CI(o)->callable = NULL;
        return NULL;
    }
    c = py_richcompare_bool(v, CI(o)->sentinel, PY_EQ);
    if (c == 0)
        return v;
    if (c > 0)
        CI(o)->callable = NULL;
    return NULL;
}

py_type py_calliter_type = {
    PY_TYPE_HEAD("callable-iterator", py_calliter),
    .tp_iter = self_iter,
    .tp_iternext = calliter_next,
};

/* -------------------------------------------------------------- enumerate */

struct py_enumerate {
    py_object base;
    py_object *it;
    int64_t index;
    py_object *big; /* the index once it has left 64 bits, else NULL */
};
TW_GC_TYPE(py_enumerate);
#define EN(o) ((struct py_enumerate *)(o))

static py_object *enumerate_new(py_type *type, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"sequence", "start"};
    py_object *out[2], *it, *start = NULL;
    struct py_enumerate *e;

    if (py_args_kw("enumerate", args, nargs, kwnames, names, 2, 1, out) < 0)
        return NULL;
    if (out[1]) {
        start = py_index(out[1]);
        if (!start)
            return NULL;
    }
    it = py_iter(out[0]);
    if (!it)
        return NULL;
    e = (struct py_enumerate *)py_alloc(type, 0);
    if (!e)
        return NULL;
    e->it = it;
    if (start && !py_fits_int64(start, &e->index))
        e->big = start;
    return &e->base;
}

static py_object *enumerate_next(py_object *o)
{
    py_object *v = py_iternext(EN(o)->it), *n;
    int64_t i;

    if (!v)
        return NULL;
    if (EN(o)->big) {
        n = EN(o)->big;
        EN(o)->big = py_add(n, py_int_new(1));
        if (!EN(o)->big)
            return NULL;
    } else {
        i = EN(o)->index;
        n = py_int_new(i);
        if (i == INT64_MAX)
            EN(o)->big = py_add(n, py_int_new(1));
        else
            EN(o)->index = i + 1;
    }
    return (py_object *)py_tuple_pack2(n, v);
}

py_type py_enumerate_type = {
    PY_TYPE_HEAD("enumerate", py_enumerate),
    .flags = PY_TF_BASE,
    .doc = "enumerate(iterable[, start]) -> iterator of (index, item) pairs, "
           "from start on (0)",
    .tp_iter = self_iter,
    .tp_iternext = enumerate_next,
    .tp_new = enumerate_new,
};

/* --------------------------------------------------------------- reversed */

struct py_reversed {
    py_object base;
    py_object *seq; /* NULL: exhausted */
    intptr_t index;
};
TW_GC_TYPE(py_reversed);
#define RV(o) ((struct py_reversed *)(o))

static py_object *reversed_new(py_type *type, py_object *const *args,
                               intptr_t nargs, py_tuple *kwnames)
{
    struct py_reversed *r;
    py_object *special;
    intptr_t n;

    if ((type == &py_reversed_type && py_args_nokw("reversed", kwnames) < 0) ||
        (nargs != 1 &&
         py_raise_i(&py_TypeError, "reversed expected 1 arguments, got %zd",
                    nargs)))
        return NULL;
    special = py_lookup_special(args[0], py_id___reversed__);
    if (special && special != py_None)
        return py_call0(special);
    if (py_err_occurred())
        return NULL;
    if (special || !py_is_sequence(args[0]))
        return py_raise(&py_TypeError,
                        "argument to reversed() must be a sequence");
    n = py_len(args[0]);
    if (n < 0)
        return NULL;
    r = (struct py_reversed *)py_alloc(type, 0);
    if (!r)
        return NULL;
    r->seq = args[0];
    r->index = n - 1;
    return &r->base;
}

static py_object *reversed_next(py_object *o)
{
    py_object *v;

    if (RV(o)->seq && RV(o)->index >= 0) {
        v = py_sequence_getitem(RV(o)->seq, RV(o)->index);
        if (v) {
            RV(o)->index--;
            return v;
        }
        if (!py_err_catch(&py_IndexError) && !py_err_catch(&py_StopIteration))
            return NULL;
    }
    RV(o)->seq = NULL;
    RV(o)->index = -1;
    return NULL;
}

static py_object *reversed_hint(py_object *o)
{
    intptr_t n, left = RV(o)->index + 1;

    if (!RV(o)->seq)
        return py_int_new(0);
    n = py_len(RV(o)->seq);
    if (n < 0)
        return NULL;
    return py_int_new(n < left ? 0 : left);
}

static const struct py_methoddef reversed_methods[] = {
    PY_M0("__length_hint__", reversed_hint, NULL),
    PY_MEND,
};

py_type py_reversed_type = {
    PY_TYPE_HEAD("reversed", py_reversed),
    .flags = PY_TF_BASE,
    .doc = "reversed(sequence) -> iterator from the last item to the first",
    .methods = reversed_methods,
    .tp_iter = self_iter,
    .tp_iternext = reversed_next,
    .tp_new = reversed_new,
};

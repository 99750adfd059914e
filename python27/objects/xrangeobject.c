/*
 * xrangeobject.c: xrange and its iterator, both of unboxed ints.
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

struct py_xrange {
    py_object base;
    int64_t start, step;
    intptr_t n;
};
TW_IMMUTABLE(py_xrange, start);
TW_IMMUTABLE(py_xrange, step);
TW_IMMUTABLE(py_xrange, n);
TW_GC_TYPE_ATOMIC(py_xrange);

struct py_xrangeiter {
    py_object base;
    int64_t next, step;
    intptr_t left;
};
TW_IMMUTABLE(py_xrangeiter, step);
TW_GC_TYPE_ATOMIC(py_xrangeiter);

#define X(o) ((struct py_xrange *)(o))
#define IT(o) ((struct py_xrangeiter *)(o))

/* How many steps from lo reach hi or beyond. */
static uint64_t count(int64_t lo, int64_t hi, int64_t step)
{
    if (step > 0)
        return lo < hi ? ((uint64_t)hi - (uint64_t)lo - 1) / (uint64_t)step + 1
                       : 0;
    return lo > hi
               ? ((uint64_t)lo - (uint64_t)hi - 1) / (0 - (uint64_t)step) + 1
               : 0;
}

static int int_arg(py_object *o, int64_t *out)
{
    if (py_is_float(o))
        return py_raise_i(&py_TypeError,
                          "integer argument expected, got float");
    return py_arg_int64(o, out);
}

static py_object *xrange_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    int64_t start = 0, stop, step = 1;
    uint64_t n;
    struct py_xrange *x;

    (void)type;
    if (py_args_nokw("xrange", kwnames) < 0 ||
        (nargs && py_args_count("xrange", nargs, 1, 3) < 0))
        return NULL;
    if (!nargs)
        return py_raise(&py_TypeError, "xrange() requires 1-3 int arguments");
    if (nargs == 1) {
        if (int_arg(args[0], &stop) < 0)
            return NULL;
    } else if (int_arg(args[0], &start) < 0 || int_arg(args[1], &stop) < 0 ||
               (nargs == 3 && int_arg(args[2], &step) < 0)) {
        return NULL;
    }
    if (step == 0)
        return py_raise(&py_ValueError, "xrange() arg 3 must not be zero");
    n = count(start, stop, step);
    if (n > INTPTR_MAX)
        return py_raise(&py_OverflowError,
                        "xrange() result has too many items");
    x = PY_NEW(py_xrange, &py_xrange_type);
    x->start = start;
    x->step = step;
    x->n = (intptr_t)n;
    return &x->base;
}

/* An end that gives the same numbers. */
static int64_t stop_of(struct py_xrange *x)
{
    int64_t stop;
    if (x->n == 0)
        return x->start;
    if (__builtin_add_overflow(x->start + (x->n - 1) * x->step, x->step, &stop))
        return x->step > 0 ? INT64_MAX : INT64_MIN;
    return stop;
}

static py_object *xrange_repr(py_object *o)
{
    int64_t stop = stop_of(X(o));

    if (X(o)->start == 0 && X(o)->step == 1)
        return (py_object *)py_str_format_c("xrange(%lld)", (long long)stop);
    if (X(o)->step == 1)
        return (py_object *)py_str_format_c(
            "xrange(%lld, %lld)", (long long)X(o)->start, (long long)stop);
    return (py_object *)py_str_format_c("xrange(%lld, %lld, %lld)",
                                        (long long)X(o)->start, (long long)stop,
                                        (long long)X(o)->step);
}

static intptr_t xrange_length(py_object *o)
{
    return X(o)->n;
}

static py_object *xrange_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)X(o)->n)
        return py_raise(&py_IndexError, "xrange object index out of range");
    return py_int_new(X(o)->start + i * X(o)->step);
}

static py_object *new_iter(int64_t start, int64_t step, intptr_t n)
{
    struct py_xrangeiter *it = PY_NEW(py_xrangeiter, &py_xrangeiter_type);

    it->next = start;
    it->step = step;
    it->left = n;
    return &it->base;
}

static py_object *xrange_iter(py_object *o)
{
    return new_iter(X(o)->start, X(o)->step, X(o)->n);
}

static py_object *xrange_reversed(py_object *o)
{
    return new_iter(X(o)->start + (X(o)->n - 1) * X(o)->step, -X(o)->step,
                    X(o)->n);
}

static py_object *xrange_reduce(py_object *o)
{
    return (py_object *)py_tuple_pack2(
        (py_object *)&py_xrange_type,
        (py_object *)py_tuple_pack3(py_int_new(X(o)->start),
                                    py_int_new(stop_of(X(o))),
                                    py_int_new(X(o)->step)));
}

static const struct py_methoddef xrange_methods[] = {
    PY_M0("__reversed__", xrange_reversed,
          "An iterator from the last number to the first."),
    PY_M0("__reduce__", xrange_reduce, NULL),
    PY_MEND,
};

static py_object *xrangeiter_next(py_object *o)
{
    intptr_t left = IT(o)->left;
    int64_t v = IT(o)->next;

    if (left <= 0)
        return NULL;
    IT(o)->left = left - 1;
    IT(o)->next = (int64_t)((uint64_t)v + (uint64_t)IT(o)->step);
    return py_int_new(v);
}

static py_object *xrangeiter_hint(py_object *o)
{
    return py_int_new(IT(o)->left);
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static const struct py_methoddef xrangeiter_methods[] = {
    PY_M0("__length_hint__", xrangeiter_hint, NULL),
    PY_MEND,
};

py_type py_xrangeiter_type = {
    PY_TYPE_HEAD("rangeiterator", py_xrangeiter),
    .methods = xrangeiter_methods,
    .tp_iter = self_iter,
    .tp_iternext = xrangeiter_next,
};

py_type py_xrange_type = {
    PY_TYPE_HEAD("xrange", py_xrange),
    .flags = PY_TF_SEQITEM,
    .doc = "xrange(stop) -> xrange object\nxrange(start, stop[, step]) -> "
           "xrange object\n\n"
           "As range(), but the numbers are made when they are asked for.",
    .methods = xrange_methods,
    .sq_length = xrange_length,
    .sq_item = xrange_item,
    .tp_repr = xrange_repr,
    .tp_iter = xrange_iter,
    .tp_new = xrange_new,
};

/*
 * sliceobject.c: slice: three objects, and their meaning for a given length.
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

TW_GC_TYPE(py_slice);

#define S(o) ((py_slice *)(o))

py_object *py_slice_new(py_object *start, py_object *stop, py_object *step)
{
    py_slice *s = PY_NEW(py_slice, &py_slice_type);

    s->start = start ? start : py_None;
    s->stop = stop ? stop : py_None;
    s->step = step ? step : py_None;
    return &s->base;
}

/* A bound: dflt for None, clipped to intptr_t. 0 or -1. */
static int bound(py_object *o, intptr_t dflt, intptr_t *out)
{
    if (o == py_None) {
        *out = dflt;
        return 0;
    }
    if (py_is_int(o)) {
        *out = py_int_value(o);
        return 0;
    }
    if (!py_has_index(o))
        return py_raise_i(&py_TypeError, "slice indices must be integers or "
                                         "None or have an __index__ method");
    *out = py_index_as_ssize(o, NULL);
    return *out == -1 && py_err_occurred() ? -1 : 0;
}

int py_slice_indices(py_slice *s, intptr_t len, intptr_t *start, intptr_t *stop,
                     intptr_t *step, intptr_t *n)
{
    intptr_t i, j, k;

    if (bound(s->step, 1, &k) < 0)
        return -1;
    if (k == 0)
        return py_raise_i(&py_ValueError, "slice step cannot be zero");
    if (k < -INTPTR_MAX)
        k = -INTPTR_MAX;
    if (bound(s->start, k < 0 ? len - 1 : 0, &i) < 0 ||
        bound(s->stop, k < 0 ? -1 - len : len, &j) < 0)
        return -1;
    if (s->start != py_None) {
        if (i < 0)
            i += len;
        if (i < 0)
            i = k < 0 ? -1 : 0;
        if (i >= len)
            i = k < 0 ? len - 1 : len;
    }
    if (j < 0)
        j += len;
    if (j < 0)
        j = -1;
    if (j < 0 && k > 0)
        j = 0;
    if (j >= len)
        j = k < 0 ? len - 1 : len;
    *start = i;
    *stop = j;
    *step = k;
    if (k < 0)
        *n = j >= i ? 0 : (i - j - 1) / -k + 1;
    else
        *n = i >= j ? 0 : (j - i - 1) / k + 1;
    return 0;
}

static py_object *slice_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    (void)type;
    if (py_args_nokw("slice", kwnames) < 0)
        return NULL;
    if (nargs < 1)
        return py_raise(&py_TypeError,
                        "slice expected at least 1 arguments, got %zd", nargs);
    if (nargs > 3)
        return py_raise(&py_TypeError,
                        "slice expected at most 3 arguments, got %zd", nargs);
    if (nargs == 1)
        return py_slice_new(NULL, args[0], NULL);
    return py_slice_new(args[0], args[1], nargs > 2 ? args[2] : NULL);
}

static py_object *slice_repr(py_object *o)
{
    return (py_object *)py_str_format_c("slice(%R, %R, %R)", S(o)->start,
                                        S(o)->stop, S(o)->step);
}

static int slice_compare(py_object *a, py_object *b)
{
    int c = py_cmp(S(a)->start, S(b)->start);

    if (a == b)
        return 0;
    if (c == 0)
        c = py_cmp(S(a)->stop, S(b)->stop);
    if (c == 0)
        c = py_cmp(S(a)->step, S(b)->step);
    return c;
}

static py_object *slice_indices(py_object *o, py_object *len)
{
    intptr_t n, start, stop, step, count;

    n = py_index_as_ssize(len, &py_OverflowError);
    if (n == -1 && py_err_occurred())
        return NULL;
    if (py_slice_indices(S(o), n, &start, &stop, &step, &count) < 0)
        return NULL;
    return (py_object *)py_tuple_pack3(py_int_new(start), py_int_new(stop),
                                       py_int_new(step));
}

static py_object *slice_reduce(py_object *o)
{
    return (py_object *)py_tuple_pack2(
        (py_object *)&py_slice_type,
        (py_object *)py_tuple_pack3(S(o)->start, S(o)->stop, S(o)->step));
}

static const struct py_methoddef slice_methods[] = {
    PY_M1("indices", slice_indices,
          "S.indices(len) -> (start, stop, stride): the slice's bounds in a "
          "sequence of len items."),
    PY_M0("__reduce__", slice_reduce, NULL),
    PY_MEND,
};

static const struct py_memberdef slice_members[] = {
    {"start", PY_MEMBER_OBJ, 1, offsetof(py_slice, start), NULL},
    {"stop", PY_MEMBER_OBJ, 1, offsetof(py_slice, stop), NULL},
    {"step", PY_MEMBER_OBJ, 1, offsetof(py_slice, step), NULL},
    {NULL, 0, 0, 0, NULL},
};

py_type py_slice_type = {
    PY_TYPE_HEAD("slice", py_slice),
    .doc = "slice(stop)\nslice(start, stop[, step])\n\nWhat o[start:stop:step] "
           "passes to o.",
    .methods = slice_methods,
    .members = slice_members,
    .tp_repr = slice_repr,
    .tp_hash = py_hash_notimpl,
    .tp_compare = slice_compare,
    .tp_new = slice_new,
};

/*
 * _functools.c: partial and reduce.
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/function.h"
#include "objects/strobject.h"

struct py_partial {
    py_object base;
    py_object *fn;
    py_tuple *args;
    py_dict *kw; /* or NULL */
    py_dict *dict;
};
TW_IMMUTABLE(py_partial, fn);
TW_IMMUTABLE(py_partial, args);
TW_GC_TYPE(py_partial);
#define P(o) ((struct py_partial *)(o))

static py_object *partial_new(py_type *type, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames)
{
    struct py_partial *p;

    if (nargs < 1)
        return py_raise(&py_TypeError,
                        "type 'partial' takes at least one argument");
    if (!py_callable(args[0]))
        return py_raise(&py_TypeError, "the first argument must be callable");
    p = (struct py_partial *)py_alloc(type, 0);
    if (!p)
        return NULL;
    p->fn = args[0];
    p->args = py_tuple_from(args + 1, nargs - 1);
    if (!p->args)
        return NULL;
    if (kwnames && kwnames->n) {
        p->kw = py_dict_new();
        for (intptr_t k = 0; k < kwnames->n; k++)
            if (py_dict_set(p->kw, kwnames->item[k], args[nargs + k]) < 0)
                return NULL;
    }
    return &p->base;
}

/* The saved keywords with the call's on top. */
static py_dict *merged(py_dict *kw, py_object *const *args, py_tuple *kwnames)
{
    py_dict *d;

    if (!kwnames || !kwnames->n)
        return kw;
    d = kw ? py_dict_copy(kw) : py_dict_new();
    for (intptr_t k = 0; d && k < kwnames->n; k++)
        if (py_dict_set(d, kwnames->item[k], args[k]) < 0)
            return NULL;
    return d;
}

tw_unroll_safe static py_object *partial_call(py_object *o,
                                              py_object *const *args,
                                              intptr_t nargs, py_tuple *kwnames)
{
    py_tuple *saved = P(o)->args, *all;
    py_dict *kw;

    if (saved->n == 0 && !P(o)->kw)
        return py_call_fast(P(o)->fn, args, nargs, kwnames);
    if (saved->n == 1 && nargs == 1 && !P(o)->kw && !kwnames)
        return py_call2(P(o)->fn, saved->item[0], args[0]);
    all = py_tuple_new(saved->n + nargs);
    if (!all)
        return NULL;
    for (intptr_t k = 0; k < saved->n; k++)
        all->item[k] = saved->item[k];
    for (intptr_t k = 0; k < nargs; k++)
        all->item[saved->n + k] = args[k];
    kw = merged(P(o)->kw, args + nargs, kwnames);
    if (py_err_occurred())
        return NULL;
    return py_call_tuple(P(o)->fn, all, kw);
}

static py_object *partial_reduce(py_object *o)
{
    py_tuple *state = py_tuple_new(4);

    state->item[0] = P(o)->fn;
    state->item[1] = &P(o)->args->base;
    state->item[2] = P(o)->kw ? &P(o)->kw->base : py_None;
    state->item[3] = P(o)->dict ? &P(o)->dict->base : py_None;
    return (py_object *)py_tuple_pack3((py_object *)py_type_of(o),
                                       (py_object *)py_tuple_pack1(P(o)->fn),
                                       &state->base);
}

static py_object *partial_setstate(py_object *o, py_object *state)
{
    py_tuple *t = (py_tuple *)state;

    if (!py_is_tuple(state) || t->n != 4 || !py_callable(t->item[0]) ||
        !py_is_tuple(t->item[1]) ||
        (t->item[2] != py_None && !py_is_dict(t->item[2])))
        return py_raise(&py_TypeError, "invalid partial state");
    P(o)->fn = t->item[0];
    P(o)->args = py_sequence_tuple(t->item[1]);
    P(o)->kw = t->item[2] == py_None ? NULL : (py_dict *)t->item[2];
    if (P(o)->kw && py_type_of(t->item[2]) != &py_dict_type) {
        P(o)->kw = py_dict_new();
        if (py_dict_update(P(o)->kw, t->item[2]) < 0)
            return NULL;
    }
    P(o)->dict = py_is_dict(t->item[3]) ? (py_dict *)t->item[3] : NULL;
    return py_None;
}

static py_object *get_keywords(py_object *o, void *data)
{
    (void)data;
    if (!P(o)->kw)
        P(o)->kw = py_dict_new();
    return &P(o)->kw->base;
}

static const struct py_methoddef partial_methods[] = {
    PY_M0("__reduce__", partial_reduce, NULL),
    PY_M1("__setstate__", partial_setstate, NULL),
    PY_MEND,
};
static const struct py_memberdef partial_members[] = {
    {"func", PY_MEMBER_OBJ, 1, offsetof(struct py_partial, fn), "the function"},
    {"args", PY_MEMBER_OBJ, 1, offsetof(struct py_partial, args),
     "its first arguments"},
    {NULL, 0, 0, 0, NULL},
};
static const struct py_getset partial_getset[] = {
    {"keywords", get_keywords, py_readonly, "its keyword arguments", NULL},
    {"__dict__", py_get_own_dict, py_set_own_dict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static py_type partial_type = {
    PY_TYPE_HEAD("functools.partial", py_partial),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .dict_offset = offsetof(struct py_partial, dict),
    .doc = "partial(func, *args, **keywords) - func with these arguments given "
           "already",
    .methods = partial_methods,
    .members = partial_members,
    .getset = partial_getset,
    .tp_call = partial_call,
    .tp_new = partial_new,
};

static py_object *reduce(py_object *self, py_object *fn, py_object *seq,
                         py_object *initial)
{
    py_object *it = py_iter(seq), *acc = initial, *v;

    (void)self;
    if (!it) {
        if (py_err_catch(&py_TypeError))
            py_raise(&py_TypeError, "reduce() arg 2 must support iteration");
        return NULL;
    }
    while ((v = py_iternext(it))) {
        acc = acc ? py_call2(fn, acc, v) : v;
        if (!acc)
            return NULL;
    }
    if (py_err_occurred())
        return NULL;
    if (!acc)
        return py_raise(&py_TypeError,
                        "reduce() of empty sequence with no initial value");
    return acc;
}

static const struct py_methoddef methods[] = {
    PY_M(2, 3, "reduce", reduce,
         "reduce(function, sequence[, initial]) -> value\n\nf(f(f(initial, "
         "s0), s1), s2)..."),
    PY_MEND,
};

static int init(py_module *m)
{
    return py_module_set_type(m, "partial", &partial_type);
}

const struct py_moduledef py_module__functools = {
    "_functools", "Functions on functions.", methods, init};

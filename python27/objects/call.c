/*
 * call.c: calling any object with arguments that lie in C variables or arrays;
 * calls of built-in functions by their convention.
 */
#include "objects/runtime.h"

int py_callable(py_object *o)
{
    if (py_is_oldinst(o)) {
        int r = py_getattr_maybe(o, py_id___call__) != NULL;
        py_err_clear();
        return r;
    }
    return py_type_of(o)->tp_call != NULL;
}

py_object *py_call_fast(py_object *f, py_object *const *args, intptr_t nargs,
                        py_tuple *kwnames)
{
    py_callfn call = py_type_of(f)->tp_call;
    if (PY_UNLIKELY(!call))
        return py_raise(&py_TypeError, "'%T' object is not callable", f);
    return call(f, args, nargs, kwnames && kwnames->n ? kwnames : NULL);
}

py_object *py_call0(py_object *f)
{
    return py_call_fast(f, NULL, 0, NULL);
}

py_object *py_call1(py_object *f, py_object *a)
{
    py_object *args[1] = {a};
    return py_call_fast(f, args, 1, NULL);
}

py_object *py_call2(py_object *f, py_object *a, py_object *b)
{
    py_object *args[2] = {a, b};
    return py_call_fast(f, args, 2, NULL);
}

py_object *py_call3(py_object *f, py_object *a, py_object *b, py_object *c)
{
    py_object *args[3] = {a, b, c};
    return py_call_fast(f, args, 3, NULL);
}

py_object *py_call_tuple(py_object *f, py_tuple *args, py_dict *kw)
{
    intptr_t nkw = kw ? py_dict_len(kw) : 0;
    if (!nkw)
        return py_call_fast(f, args->item, args->n, NULL);
    struct py_objarray *a = TW_NEW_VAR(py_objarray, args->n + nkw);
    py_tuple *names = py_tuple_new(nkw);
    if (!a || !names)
        return py_raise_nomemory();
    for (intptr_t i = 0; i < args->n; i++)
        a->item[i] = args->item[i];
    intptr_t pos = 0, i = 0;
    py_object *k, *v;
    while (i < nkw && py_dict_next(kw, &pos, &k, &v)) {
        if (!py_is_str(k))
            return py_raise(&py_TypeError, "keywords must be strings");
        names->item[i] = (py_object *)py_intern((py_str *)k);
        a->item[args->n + i++] = v;
    }
    return py_call_fast(f, a->item, args->n, names);
}

py_object *py_call_method0(py_object *o, py_str *name)
{
    py_object *f = py_getattr(o, name);
    return f ? py_call0(f) : NULL;
}

py_object *py_call_method1(py_object *o, py_str *name, py_object *a)
{
    py_object *f = py_getattr(o, name);
    return f ? py_call1(f, a) : NULL;
}

py_object *py_call_method2(py_object *o, py_str *name, py_object *a,
                           py_object *b)
{
    py_object *f = py_getattr(o, name);
    return f ? py_call2(f, a, b) : NULL;
}

py_object *py_call_method3(py_object *o, py_str *name, py_object *a,
                           py_object *b, py_object *c)
{
    py_object *f = py_getattr(o, name);
    return f ? py_call3(f, a, b, c) : NULL;
}

/* --------------------------------------------------------- built-in calls */

tw_dont_look_inside static void *wrong_count(const struct py_methoddef *d,
                                             intptr_t n)
{
    if (d->flags & PY_UNPACK) {
        intptr_t want = n < d->min ? d->min : d->max;
        const char *how = d->min == d->max ? ""
                          : n < d->min     ? "at least "
                                           : "at most ";
        return py_raise(&py_TypeError, "%s expected %s%zd arguments, got %zd",
                        d->name, how, want, n);
    }
    if (d->max == 0)
        return py_raise(&py_TypeError, "%s() takes no arguments (%zd given)",
                        d->name, n);
    if (d->min == 1 && d->max == 1 && !(d->flags & PY_PARSED))
        return py_raise(&py_TypeError,
                        "%s() takes exactly one argument (%zd given)", d->name,
                        n);
    py_args_count(d->name, n, d->min, d->max);
    return NULL;
}

py_object *py_methoddef_call(const struct py_methoddef *d, py_object *self,
                             py_object *const *args, intptr_t n, py_tuple *kw)
{
    if (d->conv == PY_KW)
        return ((py_kwfn)d->fn)(self, args, n, kw);
    if (PY_UNLIKELY(kw && kw->n)) {
        py_args_nokw(d->name, kw);
        return NULL;
    }
    if (d->conv == PY_FAST)
        return ((py_fastfn)d->fn)(self, args, n);
    if (PY_UNLIKELY(n < d->min || n > d->max))
        return wrong_count(d, n);
    switch (d->max) {
    case 0:
        return ((py_pos0fn)d->fn)(self);
    case 1:
        return ((py_pos1fn)d->fn)(self, n > 0 ? args[0] : NULL);
    case 2:
        return ((py_pos2fn)d->fn)(self, n > 0 ? args[0] : NULL,
                                  n > 1 ? args[1] : NULL);
    case 3:
        return ((py_pos3fn)d->fn)(self, n > 0 ? args[0] : NULL,
                                  n > 1 ? args[1] : NULL,
                                  n > 2 ? args[2] : NULL);
    default:
        return ((py_pos4fn)d->fn)(
            self, n > 0 ? args[0] : NULL, n > 1 ? args[1] : NULL,
            n > 2 ? args[2] : NULL, n > 3 ? args[3] : NULL);
    }
}

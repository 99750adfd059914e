/*
 * function.c: Python functions, their cells, and how arguments become the
 * locals of a frame.
 */
#include "objects/runtime.h"

TW_GC_TYPE(py_function);
TW_GC_TYPE(py_cell);

/* ------------------------------------------------------------------ cells */

py_object *py_cell_new(py_object *value)
{
    py_cell *c = PY_NEW(py_cell, &py_cell_type);
    c->value = value;
    return &c->base;
}

static py_object *cell_repr(py_object *o)
{
    py_object *v = ((py_cell *)o)->value;
    if (!v)
        return (py_object *)py_str_format_c("<cell at %p: empty>", (void *)o);
    return (py_object *)py_str_format_c("<cell at %p: %T object at %p>",
                                        (void *)o, v, (void *)v);
}

static int cell_compare(py_object *a, py_object *b)
{
    py_object *x = ((py_cell *)a)->value, *y = ((py_cell *)b)->value;
    if (!x)
        return y ? -1 : 0;
    return y ? py_cmp(x, y) : 1;
}

static py_object *cell_contents(py_object *o, void *data)
{
    (void)data;
    py_object *v = ((py_cell *)o)->value;
    return v ? v : py_raise(&py_ValueError, "Cell is empty");
}

static const struct py_getset cell_getset[] = {
    {"cell_contents", cell_contents, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_cell_type = {
    PY_TYPE_HEAD("cell", py_cell),
    .getset = cell_getset,
    .tp_repr = cell_repr,
    .tp_compare = cell_compare,
};

/* --------------------------------------------------------------- creation */

py_object *py_function_new(py_code *code, py_dict *globals, py_tuple *defaults,
                           py_tuple *closure)
{
    py_function *f = PY_NEW(py_function, &py_function_type);
    f->code = code;
    f->globals = globals;
    f->defaults = defaults;
    f->closure = closure;
    f->name = code->name;
    return &f->base;
}

/* -------------------------------------------------------------- arguments */

static void *bad_count(py_code *co, intptr_t given, intptr_t nkw,
                       intptr_t ndefaults)
{
    intptr_t n = co->argcount;
    const char *how = "exactly";
    if (n == 0 && !(co->flags & (PY_CO_VARARGS | PY_CO_VARKEYWORDS)))
        return py_raise(&py_TypeError, "%S() takes no arguments (%zd given)",
                        co->name, given + nkw);
    if (given > n) {
        if (ndefaults)
            how = "at most";
    } else {
        n -= ndefaults;
        if ((co->flags & PY_CO_VARARGS) || ndefaults)
            how = "at least";
    }
    return py_raise(&py_TypeError, "%S() takes %s %zd argument%s (%zd given)",
                    co->name, how, n, n == 1 ? "" : "s", given + nkw);
}

/* Names a positional parameter; -1 none. */
static intptr_t parameter(py_code *co, py_object *name)
{
    for (intptr_t i = 0; i < co->argcount; i++)
        if (co->varnames->item[i] == name)
            return i;
    for (intptr_t i = 0; i < co->argcount; i++)
        if (py_is_str(name) &&
            py_str_eq((py_str *)name, (py_str *)co->varnames->item[i]))
            return i;
    return -1;
}

/* Fills f's locals from a call. 0, or -1 with TypeError. */
tw_unroll_safe static int bind(py_function *fn, py_frame *f,
                               py_object *const *args, intptr_t nargs,
                               py_tuple *kw)
{
    py_code *co = fn->code;
    intptr_t n = co->argcount, nkw = kw ? kw->n : 0;
    py_tuple *defaults = fn->defaults;
    intptr_t nd = defaults ? defaults->n : 0;
    py_dict *extra = NULL;
    intptr_t next = n;
    if (co->flags & PY_CO_VARARGS) {
        intptr_t rest = nargs > n ? nargs - n : 0;
        py_tuple *t = rest ? py_tuple_new(rest) : py_tuple_empty;
        for (intptr_t i = 0; i < rest; i++)
            t->item[i] = args[n + i];
        f->slots[next++] = &t->base;
    } else if (nargs > n) {
        bad_count(co, nargs, nkw, nd);
        return -1;
    } else if (nkw && n == 0 && !(co->flags & PY_CO_VARKEYWORDS)) {
        bad_count(co, nargs, nkw, nd);
        return -1;
    }
    if (co->flags & PY_CO_VARKEYWORDS) {
        extra = py_dict_new();
        f->slots[next] = &extra->base;
    }
    for (intptr_t i = 0; i < nargs && i < n; i++)
        f->slots[i] = args[i];
    for (intptr_t k = 0; k < nkw; k++) {
        py_object *name = kw->item[k], *v = args[nargs + k];
        intptr_t i = parameter(co, name);
        if (i < 0) {
            if (!extra)
                return py_raise_i(&py_TypeError,
                                  "%S() got an unexpected keyword argument "
                                  "'%S'",
                                  co->name, name);
            if (py_dict_set(extra, name, v) < 0)
                return -1;
        } else if (f->slots[i]) {
            return py_raise_i(&py_TypeError,
                              "%S() got multiple values for keyword argument "
                              "'%S'",
                              co->name, name);
        } else {
            f->slots[i] = v;
        }
    }
    if (nargs < n) {
        intptr_t given = nargs;
        for (intptr_t i = nargs; i < n; i++)
            if (!f->slots[i]) {
                if (i < n - nd) {
                    for (intptr_t j = nargs; j < n; j++)
                        given += f->slots[j] != NULL;
                    bad_count(co, given, 0, nd);
                    return -1;
                }
                f->slots[i] = defaults->item[i - (n - nd)];
            }
    }
    return 0;
}

/* Puts cells under the arguments that inner functions use, and takes over
 * those of the outer function. */
tw_unroll_safe void py_function_cells(py_function *fn, py_frame *f)
{
    py_code *co = fn->code;
    for (intptr_t i = 0; i < co->ncellvars; i++) {
        py_object *v = NULL;
        if (co->cell2arg && co->cell2arg->item[i] >= 0)
            v = f->slots[co->cell2arg->item[i]];
        f->slots[co->nlocals + i] = py_cell_new(v);
    }
    py_tuple *closure = fn->closure;
    for (intptr_t i = 0; closure && i < closure->n; i++)
        f->slots[co->nlocals + co->ncellvars + i] = closure->item[i];
}

py_frame *py_function_frame(py_function *fn, py_object *const *args,
                            intptr_t nargs, py_tuple *kw)
{
    py_code *co = tw_promote(fn->code);
    py_object *locals = NULL; /* fast ones */
    if (!(co->flags & PY_CO_NEWLOCALS))
        locals = &fn->globals->base;
    else if (!(co->flags & PY_CO_OPTIMIZED)) /* a class body */
        locals = &py_dict_new()->base;
    py_frame *f = py_frame_new(co, fn->globals, locals);
    if (bind(fn, f, args, nargs, kw) < 0)
        return NULL;
    if (co->ncells)
        py_function_cells(fn, f);
    return f;
}

static py_object *function_call(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kw)
{
    py_frame *f = py_function_frame((py_function *)o, args, nargs, kw);
    return f ? py_frame_start(py_ec, f) : NULL;
}

/* ------------------------------------------------------------- attributes */

#define F(o) ((py_function *)(o))

static py_object *function_get(py_object *d, py_object *o, py_object *type)
{
    return py_method_new(d, o == py_None ? NULL : o, type);
}

static py_object *function_repr(py_object *o)
{
    return (py_object *)py_str_format_c("<function %S at %p>", F(o)->name,
                                        (void *)o);
}

static py_object *get_doc(py_object *o, void *d)
{
    (void)d;
    if (!F(o)->doc) {
        py_tuple *c = F(o)->code->consts;
        F(o)->doc = c->n && (py_is_str(c->item[0]) || py_is_unicode(c->item[0]))
                        ? c->item[0]
                        : py_None;
    }
    return F(o)->doc;
}

static int set_doc(py_object *o, py_object *v, void *d)
{
    (void)d;
    F(o)->doc = v ? v : py_None;
    return 0;
}

static py_object *get_module(py_object *o, void *d)
{
    (void)d;
    if (!F(o)->module) {
        py_object *m = py_dict_get_str(F(o)->globals, py_id___name__);
        F(o)->module = m ? m : py_None;
    }
    return F(o)->module;
}

static int set_module(py_object *o, py_object *v, void *d)
{
    (void)d;
    F(o)->module = v ? v : py_None;
    return 0;
}

static py_object *get_dict(py_object *o, void *d)
{
    (void)d;
    if (!F(o)->dict)
        F(o)->dict = py_dict_new();
    return &F(o)->dict->base;
}

static int set_dict(py_object *o, py_object *v, void *d)
{
    (void)d;
    if (!v)
        return py_raise_i(&py_TypeError,
                          "function's dictionary may not be deleted");
    if (!py_is_dict(v))
        return py_raise_i(&py_TypeError,
                          "setting function's dictionary to a non-dict");
    F(o)->dict = (py_dict *)v;
    return 0;
}

static py_object *get_code(py_object *o, void *d)
{
    (void)d;
    return &F(o)->code->base;
}

static int set_code(py_object *o, py_object *v, void *d)
{
    (void)d;
    if (!v || py_type_of(v) != &py_code_type)
        return py_raise_i(&py_TypeError,
                          "__code__ must be set to a code object");
    py_code *co = (py_code *)v;
    intptr_t have = F(o)->closure ? F(o)->closure->n : 0;
    if (co->freevars->n != have)
        return py_raise_i(&py_ValueError,
                          "%S() requires a code object with %zd free vars, "
                          "not %zd",
                          F(o)->name, have, co->freevars->n);
    F(o)->code = co;
    return 0;
}

static py_object *get_name(py_object *o, void *d)
{
    (void)d;
    return &F(o)->name->base;
}

static int set_name(py_object *o, py_object *v, void *d)
{
    (void)d;
    if (!v || !py_is_str(v))
        return py_raise_i(&py_TypeError,
                          "__name__ must be set to a string object");
    F(o)->name = (py_str *)v;
    return 0;
}

static py_object *get_defaults(py_object *o, void *d)
{
    (void)d;
    return F(o)->defaults ? &F(o)->defaults->base : py_None;
}

static int set_defaults(py_object *o, py_object *v, void *d)
{
    (void)d;
    if (v == py_None)
        v = NULL;
    if (v && !py_is_tuple(v))
        return py_raise_i(&py_TypeError,
                          "__defaults__ must be set to a tuple object");
    F(o)->defaults = (py_tuple *)v;
    return 0;
}

static py_object *get_globals(py_object *o, void *d)
{
    (void)d;
    return &F(o)->globals->base;
}

static py_object *get_closure(py_object *o, void *d)
{
    (void)d;
    return F(o)->closure ? &F(o)->closure->base : py_None;
}

static const struct py_getset function_getset[] = {
    {"__doc__", get_doc, set_doc, NULL, NULL},
    {"func_doc", get_doc, set_doc, NULL, NULL},
    {"__module__", get_module, set_module, NULL, NULL},
    {"__dict__", get_dict, set_dict, NULL, NULL},
    {"func_dict", get_dict, set_dict, NULL, NULL},
    {"__code__", get_code, set_code, NULL, NULL},
    {"func_code", get_code, set_code, NULL, NULL},
    {"__name__", get_name, set_name, NULL, NULL},
    {"func_name", get_name, set_name, NULL, NULL},
    {"__defaults__", get_defaults, set_defaults, NULL, NULL},
    {"func_defaults", get_defaults, set_defaults, NULL, NULL},
    {"__globals__", get_globals, py_readonly, NULL, NULL},
    {"func_globals", get_globals, py_readonly, NULL, NULL},
    {"__closure__", get_closure, py_readonly, NULL, NULL},
    {"func_closure", get_closure, py_readonly, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static py_object *function_new(py_type *t, py_object *const *args,
                               intptr_t nargs, py_tuple *kw)
{
    static const char *const names[] = {"code", "globals", "name", "argdefs",
                                        "closure"};
    py_object *a[5];
    (void)t;
    if (py_args_kw("function", args, nargs, kw, names, 5, 2, a) < 0)
        return NULL;
    if (py_type_of(a[0]) != &py_code_type)
        return py_arg_error("function", 1, "code", a[0]);
    if (!py_is_dict(a[1]))
        return py_arg_error("function", 2, "dict", a[1]);
    if (a[2] && a[2] != py_None && !py_is_str(a[2]))
        return py_raise(&py_TypeError, "arg 3 (name) must be None or string");
    if (a[3] && a[3] != py_None && !py_is_tuple(a[3]))
        return py_raise(&py_TypeError,
                        "arg 4 (defaults) must be None or tuple");
    py_code *co = (py_code *)a[0];
    py_tuple *closure = NULL;
    if (a[4] && a[4] != py_None) {
        if (!py_is_tuple(a[4]))
            return py_raise(&py_TypeError,
                            "arg 5 (closure) must be None or tuple");
        closure = (py_tuple *)a[4];
    } else if (co->freevars->n) {
        return py_raise(&py_TypeError, "arg 5 (closure) must be tuple");
    }
    intptr_t nc = closure ? closure->n : 0;
    if (co->freevars->n != nc)
        return py_raise(&py_ValueError,
                        "%S requires closure of length %zd, not %zd", co->name,
                        co->freevars->n, nc);
    for (intptr_t i = 0; i < nc; i++)
        if (py_type_of(closure->item[i]) != &py_cell_type)
            return py_raise(&py_TypeError,
                            "arg 5 (closure) expected cell, found %T",
                            closure->item[i]);
    py_object *f = py_function_new(
        co, (py_dict *)a[1], a[3] && a[3] != py_None ? (py_tuple *)a[3] : NULL,
        closure);
    if (a[2] && a[2] != py_None)
        F(f)->name = (py_str *)a[2];
    return f;
}

py_type py_function_type = {
    PY_TYPE_HEAD("function", py_function),
    .flags = PY_TF_WEAKREF,
    .dict_offset = offsetof(struct py_function, dict),
    .getset = function_getset,
    .tp_new = function_new,
    .tp_call = function_call,
    .tp_descr_get = function_get,
    .tp_repr = function_repr,
};

/*
 * evalcall.c: calls whose arguments lie on a frame's value stack.
 *
 * Role: the fast ways into Python functions, methods, classes and built-in
 * functions; everything else goes through the callee's tp_call. Arguments move
 * from the caller's slots to the callee's one by one, so that in traces both
 * frames stay virtual; only a callee that wants an array gets one.
 */
#include "eval/call.h"
#include "eval/evalops.h"

/* Always f->slots[...], never a pointer into it: the frame is virtual in
 * traces. */
#define ARG(i) (n > (i) ? f->slots[base + (i)] : NULL)

/* The n values from slots[base] on, as an array. */
tw_unroll_safe static struct py_objarray *copy_args(py_frame *f, int base,
                                                    int n)
{
    struct py_objarray *a = TW_NEW_VAR(py_objarray, n);
    for (int i = 0; i < n; i++)
        a->item[i] = f->slots[base + i];
    return a;
}

static inline py_object *const *stack_args(py_frame *f, int base, int n)
{
    if (tw_we_are_jitted())
        return copy_args(f, base, n)->item;
    return &f->slots[base];
}

tw_unroll_safe static inline void pass(py_frame *to, py_frame *from, int base,
                                       int n)
{
    for (int i = 0; i < n; i++)
        to->slots[i] = from->slots[base + i];
}

/* The excess arguments, for *args. */
tw_unroll_safe static py_object *rest(py_frame *f, int base, int n)
{
    if (n <= 0)
        return &py_tuple_empty->base;
    py_tuple *t = py_tuple_new(n);
    for (int i = 0; i < n; i++)
        t->item[i] = f->slots[base + i];
    return &t->base;
}

tw_unroll_safe static inline void add_defaults(py_frame *nf, py_tuple *d, int n,
                                               int argcount)
{
    for (int i = n; i < argcount; i++)
        nf->slots[i] = d->item[d->n - argcount + i];
}

/* Any function called with positional arguments only. */
static py_object *call_function(struct py_ec *ec, py_frame *f, py_function *fn,
                                int base, int n)
{
    py_code *code = tw_promote(fn->code);
    if (PY_LIKELY(code->simple_args == n)) {
        py_frame *nf = py_frame_new(code, fn->globals, NULL);
        pass(nf, f, base, n);
        py_object *r = py_frame_run(ec, nf);
        py_frame_done(ec, nf);
        return r;
    }
    int argcount = code->argcount, flags = code->flags;
    py_tuple *d = fn->defaults;
    int missing = argcount - n;
    if ((missing > 0 && (!d || missing > d->n)) ||
        (missing < 0 && !(flags & PY_CO_VARARGS)) ||
        (flags & (PY_CO_OPTIMIZED | PY_CO_NEWLOCALS)) !=
            (PY_CO_OPTIMIZED | PY_CO_NEWLOCALS)) {
        /* A class body, or wrong arguments. */
        py_frame *nf = py_function_frame(fn, stack_args(f, base, n), n, NULL);
        return nf ? py_frame_start(ec, nf) : NULL;
    }
    py_frame *nf = py_frame_new(code, fn->globals, NULL);
    pass(nf, f, base, missing < 0 ? argcount : n);
    if (missing > 0)
        add_defaults(nf, d, n, argcount);
    if (flags & PY_CO_VARARGS)
        nf->slots[argcount] = rest(f, base + argcount, -missing);
    if (flags & PY_CO_VARKEYWORDS)
        nf->slots[argcount + !!(flags & PY_CO_VARARGS)] = &py_dict_new()->base;
    if (code->ncells)
        py_function_cells(fn, nf);
    return py_frame_start(ec, nf);
}

/* A built-in function or method; self is NULL or its object. */
static py_object *call_def(py_frame *f, const struct py_methoddef *d,
                           py_object *self, int base, int n)
{
    if (d->conv == PY_POS && n >= d->min && n <= d->max) {
        switch (d->max) {
        case 0:
            return ((py_pos0fn)d->fn)(self);
        case 1:
            return ((py_pos1fn)d->fn)(self, ARG(0));
        case 2:
            return ((py_pos2fn)d->fn)(self, ARG(0), ARG(1));
        case 3:
            return ((py_pos3fn)d->fn)(self, ARG(0), ARG(1), ARG(2));
        default:
            return ((py_pos4fn)d->fn)(self, ARG(0), ARG(1), ARG(2), ARG(3));
        }
    }
    return py_methoddef_call(d, self, stack_args(f, base, n), n, NULL);
}

static py_object *call_class(struct py_ec *ec, py_frame *f, py_type *t,
                             int base, int n)
{
    if (t->tp_new == py_object_new && (t->flags & PY_TF_HEAP) &&
        !(t->flags & PY_TF_ABSTRACT)) {
        py_object *init = py_type_lookup(t, py_id___init__);
        if (py_type_of(init) == &py_function_type) {
            py_object *o = py_alloc(t, 0);
            f->slots[base - 1] = o;
            py_object *r =
                call_function(ec, f, (py_function *)init, base - 1, n + 1);
            if (r == py_None)
                return o;
            if (r)
                py_raise(&py_TypeError,
                         "__init__() should return None, not '%T'", r);
            return NULL;
        }
        if (n == 0 && t->tp_init == py_object_init)
            return py_alloc(t, 0);
    }
    return py_type_call(&t->base, stack_args(f, base, n), n, NULL);
}

/* Is a profile function to be told about a call of a C function? */
static inline int profiled(struct py_ec *ec)
{
    return PY_UNLIKELY(py_tracestate.used) && ec->profilefunc &&
           ec->use_tracing && !ec->tracing;
}

static py_object *profiled_call(struct py_ec *ec, py_frame *f,
                                py_object *callee, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    if (py_trace_c_call(f, ec, "c_call", callee) < 0)
        return NULL;
    py_object *r = py_type_of(callee)->tp_call(callee, args, nargs, kwnames);
    return py_trace_c_call(f, ec, r ? "c_return" : "c_exception", callee) < 0
               ? NULL
               : r;
}

/* Anything, with its arguments in an array. */
static py_object *call_array(py_frame *f, py_object *callee,
                             py_object *const *args, intptr_t nargs,
                             py_tuple *kwnames)
{
    struct py_ec *ec = py_ec;
    if (profiled(ec) && py_type_of(callee) == &py_builtin_type)
        return profiled_call(ec, f, callee, args, nargs, kwnames);
    return py_call_fast(callee, args, nargs, kwnames);
}

py_object *py_call_stack(struct py_ec *ec, py_frame *f, py_object *callee,
                         int base, int n)
{
    py_type *t = py_type_of(callee);
    if (PY_LIKELY(t == &py_function_type))
        return call_function(ec, f, (py_function *)callee, base, n);
    if (t == &py_builtin_type && profiled(ec))
        return profiled_call(ec, f, callee, stack_args(f, base, n), n, NULL);
    if (t == &py_builtin_type)
        return call_def(f, ((py_builtin *)callee)->def,
                        ((py_builtin *)callee)->self, base, n);
    if (t == &py_method_type && ((py_method *)callee)->self) {
        f->slots[base - 1] = ((py_method *)callee)->self;
        return py_call_stack(ec, f, ((py_method *)callee)->func, base - 1,
                             n + 1);
    }
    if (t == &py_method_type && n > 0 && ((py_method *)callee)->cls &&
        PY_IS(((py_method *)callee)->cls, PY_TF_TYPE) &&
        py_isinst(f->slots[base], (py_type *)((py_method *)callee)->cls))
        return py_call_stack(ec, f, ((py_method *)callee)->func, base, n);
    if (t == &py_type_type)
        return call_class(ec, f, (py_type *)tw_promote(callee), base, n);
    if (t == &py_methoddescr_type && n > 0 &&
        py_isinst(f->slots[base], ((struct py_descr *)callee)->owner)) {
        if (profiled(ec))
            return profiled_call(
                ec, f,
                py_builtin_new(((struct py_methoddescr *)callee)->def,
                               f->slots[base], NULL),
                stack_args(f, base + 1, n - 1), n - 1, NULL);
        return call_def(f, ((struct py_methoddescr *)callee)->def,
                        f->slots[base], base + 1, n - 1);
    }
    if (PY_UNLIKELY(!t->tp_call))
        return py_raise(&py_TypeError, "'%T' object is not callable", callee);
    return t->tp_call(callee, stack_args(f, base, n), n, NULL);
}

/* ------------------------------------------------------- keyword arguments */

tw_unroll_safe py_object *py_call_stack_kw(py_frame *f, py_object *callee,
                                           int base, int n, int nkw)
{
    struct py_objarray *a = TW_NEW_VAR(py_objarray, n + nkw);
    py_tuple *names = py_tuple_new(nkw);
    for (int i = 0; i < n; i++)
        a->item[i] = f->slots[base + i];
    for (int k = 0; k < nkw; k++) {
        names->item[k] = f->slots[base + n + 2 * k];
        a->item[n + k] = f->slots[base + n + 2 * k + 1];
    }
    return call_array(f, callee, a->item, n, names);
}

static const char *callee_name(py_object *o)
{
    if (py_type_of(o) == &py_method_type)
        return callee_name(((py_method *)o)->func);
    if (py_type_of(o) == &py_function_type)
        return py_str_cstr(((py_function *)o)->name);
    if (py_type_of(o) == &py_builtin_type)
        return ((py_builtin *)o)->def->name;
    if (py_is_classobj(o))
        return py_str_cstr(((py_classobj *)o)->name);
    if (py_is_oldinst(o))
        return py_str_cstr(((py_oldinst *)o)->cls->name);
    return py_type_shortname(py_type_of(o));
}

static const char *callee_suffix(py_object *o)
{
    py_type *t = py_type_of(o);
    if (t == &py_method_type || t == &py_function_type || t == &py_builtin_type)
        return "()";
    if (py_is_classobj(o))
        return " constructor";
    if (py_is_oldinst(o))
        return " instance";
    return " object";
}

/* Adds the entries of a mapping to the keyword arguments. */
static int add_keywords(py_object *callee, py_list *names, py_list *values,
                        py_object *kw)
{
    py_dict *d = (py_dict *)kw;
    if (!py_is_dict(kw)) {
        d = py_dict_new();
        if (py_dict_update(d, kw) < 0) {
            if (py_err_matches(&py_TypeError) ||
                py_err_matches(&py_AttributeError))
                py_raise(&py_TypeError,
                         "%s%s argument after ** must be a mapping, not %T",
                         callee_name(callee), callee_suffix(callee), kw);
            return -1;
        }
    }
    intptr_t pos = 0;
    py_object *k, *v;
    while (py_dict_next(d, &pos, &k, &v)) {
        if (py_is_unicode(k) && !(k = py_unicode_encode(k, NULL, NULL)))
            return -1;
        if (!py_is_str(k))
            return py_raise_i(&py_TypeError, "%s%s keywords must be strings",
                              callee_name(callee), callee_suffix(callee));
        for (intptr_t i = 0; i < py_list_len(names); i++)
            if (py_str_eq((py_str *)py_list_get(names, i), (py_str *)k))
                return py_raise_i(&py_TypeError,
                                  "%s%s got multiple values for keyword "
                                  "argument '%S'",
                                  callee_name(callee), callee_suffix(callee),
                                  k);
        if (py_list_append(names, (py_object *)py_intern((py_str *)k)) < 0 ||
            py_list_append(values, v) < 0)
            return -1;
    }
    return 0;
}

py_object *py_call_stack_var(py_frame *f, py_object *callee, int base, int n,
                             int nkw, py_object *star, py_object *kw)
{
    py_tuple *extra = py_tuple_empty;
    if (star) {
        if (!py_is_tuple(star) && !py_is_list(star) &&
            !py_type_of(star)->tp_iter && !py_is_sequence(star))
            return py_raise(&py_TypeError,
                            "%s%s argument after * must be an iterable, not "
                            "%T",
                            callee_name(callee), callee_suffix(callee), star);
        extra = py_sequence_tuple(star);
        if (!extra)
            return NULL;
    }
    py_list *names = py_list_new(), *values = py_list_new();
    for (int k = 0; k < nkw; k++) {
        py_list_append(names, f->slots[base + n + 2 * k]);
        py_list_append(values, f->slots[base + n + 2 * k + 1]);
    }
    if (kw && add_keywords(callee, names, values, kw) < 0)
        return NULL;
    intptr_t total = n + extra->n, nk = py_list_len(names);
    struct py_objarray *a = TW_NEW_VAR(py_objarray, total + nk);
    if (!a)
        return py_raise_nomemory();
    for (int i = 0; i < n; i++)
        a->item[i] = f->slots[base + i];
    for (intptr_t i = 0; i < extra->n; i++)
        a->item[n + i] = extra->item[i];
    for (intptr_t i = 0; i < nk; i++)
        a->item[total + i] = py_list_get(values, i);
    return call_array(f, callee, a->item, total,
                      nk ? py_list_as_tuple(names) : NULL);
}

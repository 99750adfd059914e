/*
 * itertools.c: the module itertools: iterators over iterators. Each next
 * function is straight code, so that a trace of the loop that consumes it
 * contains it. One file because it is one table of small iterator types;
 * those with positions (product, combinations) are in itertools_comb.c.
 */
#include "modules/itertools.h"

/* ------------------------------------------------------------------ count */

struct py_it_count {
    py_object base;
    int64_t n;
    py_object *big, *step; /* slow mode when big is set */
};
TW_GC_TYPE(py_it_count);
#define CO(o) ((struct py_it_count *)(o))

static py_object *count_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"start", "step"};
    py_object *out[2];
    struct py_it_count *c;

    if (py_args_kw("count", args, nargs, kwnames, names, 2, 0, out) < 0)
        return NULL;
    if ((out[0] && !py_is_number(out[0])) || (out[1] && !py_is_number(out[1])))
        return py_raise(&py_TypeError, "a number is required");
    c = (struct py_it_count *)py_alloc(type, 0);
    if (!c)
        return NULL;
    c->step = out[1] ? out[1] : py_int_new(1);
    if (!out[0])
        out[0] = py_int_new(0);
    if (py_is_int_exact(out[0]) && py_is_int_exact(c->step) &&
        py_int_value(c->step) == 1)
        c->n = py_int_value(out[0]);
    else
        c->big = out[0];
    return &c->base;
}

static py_object *count_next(py_object *o)
{
    int64_t n;
    py_object *v;

    if (CO(o)->big) {
        v = CO(o)->big;
        CO(o)->big = py_add(v, CO(o)->step);
        return CO(o)->big ? v : NULL;
    }
    n = CO(o)->n;
    v = py_int_new(n);
    if (n == INT64_MAX)
        CO(o)->big = py_add(v, py_int_new(1));
    else
        CO(o)->n = n + 1;
    return v;
}

static py_object *count_repr(py_object *o)
{
    py_object *v = CO(o)->big ? CO(o)->big : py_int_new(CO(o)->n);

    if (py_is_int(CO(o)->step) && py_int_value(CO(o)->step) == 1)
        return (py_object *)py_str_format_c("count(%R)", v);
    return (py_object *)py_str_format_c("count(%R, %R)", v, CO(o)->step);
}

static py_object *count_reduce(py_object *o)
{
    py_object *v = CO(o)->big ? CO(o)->big : py_int_new(CO(o)->n);

    return (py_object *)py_tuple_pack2(
        (py_object *)py_type_of(o),
        (py_object *)py_tuple_pack2(v, CO(o)->step));
}

static const struct py_methoddef count_methods[] = {
    PY_M0("__reduce__", count_reduce, NULL),
    PY_MEND,
};

static py_type count_type = {
    PY_TYPE_HEAD("itertools.count", py_it_count),
    .flags = PY_TF_BASE,
    .doc = "count(start=0, step=1) --> start, start+step, start+2*step, ...",
    .methods = count_methods,
    .tp_repr = count_repr,
    .tp_iter = py_it_self,
    .tp_iternext = count_next,
    .tp_new = count_new,
};

/* ---------------------------------------------- one function, one iterator */

struct py_it_fn {
    py_object base;
    py_object *fn, *it;
    uint8_t state; /* takewhile: stopped; dropwhile: started */
};
TW_GC_TYPE(py_it_fn);
#define FI(o) ((struct py_it_fn *)(o))

static py_object *fn_new(py_type *type, py_object *const *args, intptr_t nargs,
                         py_tuple *kwnames)
{
    const char *name = py_type_shortname(type);
    struct py_it_fn *f;
    py_object *it;

    if (py_args_nokw(name, kwnames) < 0)
        return NULL;
    if (nargs != 2)
        return py_raise(&py_TypeError, "%s expected 2 arguments, got %zd", name,
                        nargs);
    it = py_iter(args[1]);
    if (!it)
        return NULL;
    f = (struct py_it_fn *)py_alloc(type, 0);
    if (f) {
        f->fn = args[0];
        f->it = it;
    }
    return (py_object *)f;
}

/* The truth of fn(v), or of v where fn is None or bool. */
static int passes(py_object *fn, py_object *v)
{
    py_object *r;

    if (fn == py_None || fn == (py_object *)&py_bool_type)
        return py_is_true(v);
    r = py_call1(fn, v);
    return r ? py_is_true(r) : -1;
}

static py_object *takewhile_next(py_object *o)
{
    py_object *v;
    int r;

    if (FI(o)->state)
        return NULL;
    v = py_iternext(FI(o)->it);
    if (!v)
        return NULL;
    r = passes(FI(o)->fn, v);
    if (r > 0)
        return v;
    if (r == 0)
        FI(o)->state = 1;
    return NULL;
}

tw_unroll_safe static py_object *dropwhile_next(py_object *o)
{
    for (;;) {
        py_object *v = py_iternext(FI(o)->it);
        int r;

        if (!v || FI(o)->state)
            return v;
        r = passes(FI(o)->fn, v);
        if (r < 0)
            return NULL;
        if (r == 0) {
            FI(o)->state = 1;
            return v;
        }
    }
}

tw_unroll_safe static py_object *ifilter_next(py_object *o)
{
    for (;;) {
        py_object *v = py_iternext(FI(o)->it);
        int r;

        if (!v)
            return NULL;
        r = passes(FI(o)->fn, v);
        if (r)
            return r < 0 ? NULL : v;
    }
}

tw_unroll_safe static py_object *ifilterfalse_next(py_object *o)
{
    for (;;) {
        py_object *v = py_iternext(FI(o)->it);
        int r;

        if (!v)
            return NULL;
        r = passes(FI(o)->fn, v);
        if (r <= 0)
            return r < 0 ? NULL : v;
    }
}

static py_object *starmap_next(py_object *o)
{
    py_object *v = py_iternext(FI(o)->it);
    py_tuple *t;

    if (!v)
        return NULL;
    t = py_is_tuple_exact(v) ? (py_tuple *)v : py_sequence_tuple(v);
    return t ? py_call_tuple(FI(o)->fn, t, NULL) : NULL;
}

#define FN_TYPE(var, nm, nextfn, text)                                         \
    static py_type var = {                                                     \
        PY_TYPE_HEAD("itertools." nm, py_it_fn),                               \
        .flags = PY_TF_BASE,                                                   \
        .doc = text,                                                           \
        .tp_iter = py_it_self,                                                 \
        .tp_iternext = nextfn,                                                 \
        .tp_new = fn_new,                                                      \
    }
FN_TYPE(
    takewhile_type, "takewhile", takewhile_next,
    "takewhile(predicate, iterable) --> the items before the first that fails");
FN_TYPE(dropwhile_type, "dropwhile", dropwhile_next,
        "dropwhile(predicate, iterable) --> the items from the first that "
        "fails on");
FN_TYPE(
    ifilter_type, "ifilter", ifilter_next,
    "ifilter(function or None, sequence) --> the items for which it is true");
FN_TYPE(ifilterfalse_type, "ifilterfalse", ifilterfalse_next,
        "ifilterfalse(function or None, sequence) --> the items for which it "
        "is false");
FN_TYPE(starmap_type, "starmap", starmap_next,
        "starmap(function, sequence) --> function(*item) for each item");

/* ------------------------------------------------- several iterators at once */

struct py_it_many {
    py_object base;
    py_object *fn; /* imap: None for tuples; izip_longest: the fill value */
    py_tuple *its; /* izip_longest: NULL items have ended */
    intptr_t active; /* izip_longest */
};
TW_GC_TYPE(py_it_many);
#define MA(o) ((struct py_it_many *)(o))

static py_tuple *iterators(const char *what, py_object *const *args, intptr_t n)
{
    py_tuple *t = py_tuple_new(n);

    for (intptr_t k = 0; t && k < n; k++) {
        t->item[k] = py_iter(args[k]);
        if (!t->item[k]) {
            if (what && py_err_catch(&py_TypeError))
                py_raise(&py_TypeError,
                         "%s argument #%zd must support iteration", what,
                         k + 1);
            return NULL;
        }
    }
    return t;
}

static py_object *many(py_type *type, py_object *fn, py_tuple *its)
{
    struct py_it_many *m;

    if (!its)
        return NULL;
    m = (struct py_it_many *)py_alloc(type, 0);
    if (!m)
        return NULL;
    m->fn = fn;
    m->its = its;
    m->active = its->n;
    return &m->base;
}

static py_object *imap_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    if (py_args_nokw("imap", kwnames) < 0)
        return NULL;
    if (nargs < 2)
        return py_raise(&py_TypeError,
                        "imap() must have at least two arguments.");
    return many(type, args[0], iterators(NULL, args + 1, nargs - 1));
}

/* The next item of each; NULL when one ends. */
tw_unroll_safe static py_tuple *next_of_all(py_tuple *its)
{
    py_tuple *t = py_tuple_new(its->n);

    for (intptr_t k = 0; t && k < its->n; k++) {
        t->item[k] = py_iternext(its->item[k]);
        if (!t->item[k])
            return NULL;
    }
    return t;
}

static py_object *imap_next(py_object *o)
{
    py_tuple *its = MA(o)->its, *t;
    py_object *a, *b;

    if (MA(o)->fn != py_None && its->n == 1) {
        a = py_iternext(its->item[0]);
        return a ? py_call1(MA(o)->fn, a) : NULL;
    }
    if (MA(o)->fn != py_None && its->n == 2) {
        a = py_iternext(its->item[0]);
        b = a ? py_iternext(its->item[1]) : NULL;
        return b ? py_call2(MA(o)->fn, a, b) : NULL;
    }
    t = next_of_all(its);
    if (!t || MA(o)->fn == py_None)
        return (py_object *)t;
    return py_call_tuple(MA(o)->fn, t, NULL);
}

static py_object *izip_new(py_type *type, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    if (py_args_nokw("izip", kwnames) < 0)
        return NULL;
    return many(type, NULL, iterators("izip", args, nargs));
}

static py_object *izip_next(py_object *o)
{
    return MA(o)->its->n ? (py_object *)next_of_all(MA(o)->its) : NULL;
}

static py_object *izip_longest_new(py_type *type, py_object *const *args,
                                   intptr_t nargs, py_tuple *kwnames)
{
    py_object *fill = py_None;

    for (intptr_t k = 0; kwnames && k < kwnames->n; k++) {
        if (!py_str_eq_cstr((py_str *)kwnames->item[k], "fillvalue"))
            return py_raise(
                &py_TypeError,
                "izip_longest() got an unexpected keyword argument");
        fill = args[nargs + k];
    }
    return many(type, fill, iterators("izip_longest", args, nargs));
}

tw_unroll_safe static py_object *izip_longest_next(py_object *o)
{
    struct py_it_many *m = MA(o);
    intptr_t n = m->its->n;
    py_tuple *t;

    if (m->active == 0)
        return NULL;
    t = py_tuple_new(n);
    for (intptr_t k = 0; t && k < n; k++) {
        py_object *it = m->its->item[k], *v = it ? py_iternext(it) : NULL;

        if (!v) {
            if (py_err_occurred()) {
                m->active = 0;
                return NULL;
            }
            if (it) {
                /* The tuple of iterators is ours alone: a copy without it. */
                py_tuple *its = py_tuple_from(m->its->item, n);

                its->item[k] = NULL;
                m->its = its;
                if (--m->active == 0)
                    return NULL;
            }
            v = m->fn;
        }
        t->item[k] = v;
    }
    return (py_object *)t;
}

#define MANY_TYPE(var, nm, newfn, nextfn, text)                                \
    static py_type var = {                                                     \
        PY_TYPE_HEAD("itertools." nm, py_it_many),                             \
        .flags = PY_TF_BASE,                                                   \
        .doc = text,                                                           \
        .tp_iter = py_it_self,                                                 \
        .tp_iternext = nextfn,                                                 \
        .tp_new = newfn,                                                       \
    }
MANY_TYPE(imap_type, "imap", imap_new, imap_next,
          "imap(func, *iterables) --> func(items...), until the shortest ends");
MANY_TYPE(
    izip_type, "izip", izip_new, izip_next,
    "izip(iter1 [,iter2 [...]]) --> tuples of items, until the shortest ends");
MANY_TYPE(izip_longest_type, "izip_longest", izip_longest_new,
          izip_longest_next,
          "izip_longest(iter1 [,iter2 [...]], [fillvalue=None]) --> tuples, "
          "until the longest "
          "ends");

/* ------------------------------------------------------------------ chain */

struct py_it_chain {
    py_object base;
    py_object *source, *active; /* source NULL: exhausted */
};
TW_GC_TYPE(py_it_chain);
#define CH(o) ((struct py_it_chain *)(o))

static py_object *chain_from(py_type *type, py_object *iterables)
{
    py_object *source = py_iter(iterables);
    struct py_it_chain *c;

    if (!source)
        return NULL;
    c = (struct py_it_chain *)py_alloc(type, 0);
    if (c)
        c->source = source;
    return (py_object *)c;
}

static py_object *chain_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    py_tuple *t;

    if (py_args_nokw("chain", kwnames) < 0)
        return NULL;
    t = py_tuple_from(args, nargs);
    return t ? chain_from(type, &t->base) : NULL;
}

static py_object *chain_from_iterable(py_object *type, py_object *iterables)
{
    return chain_from((py_type *)type, iterables);
}

tw_unroll_safe static py_object *chain_next(py_object *o)
{
    while (CH(o)->source) {
        py_object *v;

        if (!CH(o)->active) {
            py_object *next = py_iternext(CH(o)->source);

            if (!next) {
                CH(o)->source = NULL;
                return NULL;
            }
            CH(o)->active = py_iter(next);
            if (!CH(o)->active) {
                CH(o)->source = NULL;
                return NULL;
            }
        }
        v = py_iternext(CH(o)->active);
        if (v || py_err_occurred())
            return v;
        CH(o)->active = NULL;
    }
    return NULL;
}

static const struct py_methoddef chain_methods[] = {
    PY_MF("from_iterable", chain_from_iterable, PY_POS, 1, 1, PY_CLASSMETHOD,
          "chain.from_iterable(iterable) --> the items of its items"),
    PY_MEND,
};

static py_type chain_type = {
    PY_TYPE_HEAD("itertools.chain", py_it_chain),
    .flags = PY_TF_BASE,
    .doc =
        "chain(*iterables) --> the items of the first, then of the second, ...",
    .methods = chain_methods,
    .tp_iter = py_it_self,
    .tp_iternext = chain_next,
    .tp_new = chain_new,
};

/* --------------------------------------------------------------- compress */

struct py_it_compress {
    py_object base;
    py_object *data, *selectors;
};
TW_GC_TYPE(py_it_compress);

static py_object *compress_new(py_type *type, py_object *const *args,
                               intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"data", "selectors"};
    py_object *out[2], *data, *selectors;
    struct py_it_compress *c;

    if (py_args_kw("compress", args, nargs, kwnames, names, 2, 2, out) < 0)
        return NULL;
    data = py_iter(out[0]);
    selectors = data ? py_iter(out[1]) : NULL;
    if (!selectors)
        return NULL;
    c = (struct py_it_compress *)py_alloc(type, 0);
    if (c) {
        c->data = data;
        c->selectors = selectors;
    }
    return (py_object *)c;
}

tw_unroll_safe static py_object *compress_next(py_object *o)
{
    struct py_it_compress *c = (struct py_it_compress *)o;

    for (;;) {
        py_object *v = py_iternext(c->data),
                  *s = v ? py_iternext(c->selectors) : NULL;
        int r;

        if (!s)
            return NULL;
        r = py_is_true(s);
        if (r)
            return r < 0 ? NULL : v;
    }
}

static py_type compress_type = {
    PY_TYPE_HEAD("itertools.compress", py_it_compress),
    .flags = PY_TF_BASE,
    .doc = "compress(data, selectors) --> the items of data whose selector is "
           "true",
    .tp_iter = py_it_self,
    .tp_iternext = compress_next,
    .tp_new = compress_new,
};

/* ------------------------------------------------------------------ cycle */

struct py_it_cycle {
    py_object base;
    py_object *it; /* NULL: from `saved` */
    py_list *saved;
    intptr_t index;
};
TW_GC_TYPE(py_it_cycle);
#define CY(o) ((struct py_it_cycle *)(o))

static py_object *cycle_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    struct py_it_cycle *c;
    py_object *it;

    if (py_args_nokw("cycle", kwnames) < 0 ||
        py_args_count("cycle", nargs, 1, 1) < 0)
        return NULL;
    it = py_iter(args[0]);
    c = it ? (struct py_it_cycle *)py_alloc(type, 0) : NULL;
    if (c) {
        c->it = it;
        c->saved = py_list_new();
    }
    return (py_object *)c;
}

static py_object *cycle_next(py_object *o)
{
    py_object *v;
    intptr_t i;

    if (CY(o)->it) {
        v = py_iternext(CY(o)->it);
        if (v)
            return py_list_append(CY(o)->saved, v) < 0 ? NULL : v;
        if (py_err_occurred())
            return NULL;
        CY(o)->it = NULL;
    }
    i = CY(o)->index;
    if (py_list_len(CY(o)->saved) == 0)
        return NULL;
    CY(o)->index = i + 1 == py_list_len(CY(o)->saved) ? 0 : i + 1;
    return py_list_get(CY(o)->saved, i);
}

static py_type cycle_type = {
    PY_TYPE_HEAD("itertools.cycle", py_it_cycle),
    .flags = PY_TF_BASE,
    .doc = "cycle(iterable) --> its items, then the same again, without end",
    .tp_iter = py_it_self,
    .tp_iternext = cycle_next,
    .tp_new = cycle_new,
};

/* ----------------------------------------------------------------- islice */

struct py_it_islice {
    py_object base;
    py_object *it; /* NULL: exhausted */
    int64_t at, next, stop, step; /* stop -1: none */
};
TW_GC_TYPE(py_it_islice);
#define IS(o) ((struct py_it_islice *)(o))

static int islice_arg(py_object *o, int64_t dflt, const char *error,
                      int64_t *out)
{
    if (o == py_None) {
        *out = dflt;
        return 0;
    }
    if ((!py_is_int(o) && !py_is_long(o)) || !py_fits_int64(o, out) || *out < 0)
        return py_raise_i(&py_ValueError, "%s", error);
    return 0;
}

static py_object *islice_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    struct py_it_islice *s;
    int64_t start = 0, stop = -1, step = 1;
    py_object *it;

    if (py_args_nokw("islice", kwnames) < 0)
        return NULL;
    if (nargs < 2)
        return py_raise(&py_TypeError,
                        "islice expected at least 2 arguments, got %zd", nargs);
    if (nargs > 4)
        return py_raise(&py_TypeError,
                        "islice expected at most 4 arguments, got %zd", nargs);
    if (nargs == 2) {
        if (islice_arg(args[1], -1,
                       "Stop argument for islice() must be None or an integer: "
                       "0 <= x <= maxint.",
                       &stop) < 0)
            return NULL;
    } else {
        const char *both = "Indices for islice() must be None or an integer: 0 "
                           "<= x <= maxint.";

        if (islice_arg(args[1], 0, both, &start) < 0 ||
            islice_arg(args[2], -1,
                       "Stop argument for islice() must be None or an integer: "
                       "0 <= x <= maxint.",
                       &stop) < 0)
            return NULL;
        if (nargs == 4 &&
            (islice_arg(args[3], 1,
                        "Step for islice() must be a positive integer or None.",
                        &step) < 0 ||
             step < 1)) {
            if (!py_err_occurred())
                py_raise(
                    &py_ValueError,
                    "Step for islice() must be a positive integer or None.");
            return NULL;
        }
    }
    it = py_iter(args[0]);
    s = it ? (struct py_it_islice *)py_alloc(type, 0) : NULL;
    if (s) {
        s->it = it;
        s->next = start;
        s->stop = stop;
        s->step = step;
    }
    return (py_object *)s;
}

tw_unroll_safe static py_object *islice_next(py_object *o)
{
    int64_t next = IS(o)->next, stop = IS(o)->stop;
    py_object *v;

    if (!IS(o)->it)
        return NULL;
    if (stop >= 0 && next >= stop) {
        /* The skipped ones before stop are taken all the same. */
        while (IS(o)->at < stop) {
            if (!py_iternext(IS(o)->it))
                break;
            IS(o)->at++;
        }
        IS(o)->it = NULL;
        return NULL;
    }
    while (IS(o)->at < next) {
        if (!py_iternext(IS(o)->it)) {
            IS(o)->it = NULL;
            return NULL;
        }
        IS(o)->at++;
    }
    v = py_iternext(IS(o)->it);
    if (!v) {
        IS(o)->it = NULL;
        return NULL;
    }
    IS(o)->at = next + 1;
    if (__builtin_add_overflow(next, IS(o)->step, &next) ||
        (stop >= 0 && next > stop))
        next = stop >= 0 ? stop : INT64_MAX;
    IS(o)->next = next;
    return v;
}

static py_type islice_type = {
    PY_TYPE_HEAD("itertools.islice", py_it_islice),
    .flags = PY_TF_BASE,
    .doc = "islice(iterable, [start,] stop [, step]) --> the items that the "
           "slice would have",
    .tp_iter = py_it_self,
    .tp_iternext = islice_next,
    .tp_new = islice_new,
};

/* ----------------------------------------------------------------- repeat */

struct py_it_repeat {
    py_object base;
    py_object *v;
    intptr_t left; /* -1: without end */
};
TW_GC_TYPE(py_it_repeat);
#define RE(o) ((struct py_it_repeat *)(o))

static py_object *repeat_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"object", "times"};
    py_object *out[2];
    struct py_it_repeat *r;
    intptr_t n = -1;

    if (py_args_kw("repeat", args, nargs, kwnames, names, 2, 1, out) < 0)
        return NULL;
    if (out[1]) {
        if (py_arg_ssize(out[1], &n) < 0)
            return NULL;
        if (n < 0)
            n = 0;
    }
    r = (struct py_it_repeat *)py_alloc(type, 0);
    if (r) {
        r->v = out[0];
        r->left = n;
    }
    return (py_object *)r;
}

static py_object *repeat_next(py_object *o)
{
    intptr_t left = RE(o)->left;

    if (left == 0)
        return NULL;
    if (left > 0)
        RE(o)->left = left - 1;
    return RE(o)->v;
}

static py_object *repeat_repr(py_object *o)
{
    if (RE(o)->left < 0)
        return (py_object *)py_str_format_c("repeat(%R)", RE(o)->v);
    return (py_object *)py_str_format_c("repeat(%R, %zd)", RE(o)->v,
                                        RE(o)->left);
}

static py_object *repeat_hint(py_object *o)
{
    if (RE(o)->left < 0)
        return py_raise(&py_TypeError, "len() of unsized object");
    return py_int_new(RE(o)->left);
}

static const struct py_methoddef repeat_methods[] = {
    PY_M0("__length_hint__", repeat_hint, NULL),
    PY_MEND,
};

static py_type repeat_type = {
    PY_TYPE_HEAD("itertools.repeat", py_it_repeat),
    .flags = PY_TF_BASE,
    .doc = "repeat(object [,times]) --> the object, so often or without end",
    .methods = repeat_methods,
    .tp_repr = repeat_repr,
    .tp_iter = py_it_self,
    .tp_iternext = repeat_next,
    .tp_new = repeat_new,
};

/* ---------------------------------------------------------------- groupby */

struct py_it_groupby {
    py_object base;
    py_object *it, *keyfn;
    py_object *target, *key, *value; /* target: key of the group given out */
};
struct py_it_group {
    py_object base;
    struct py_it_groupby *parent;
    py_object *target;
};
TW_GC_TYPE(py_it_groupby);
TW_GC_TYPE(py_it_group);
static py_type group_type;
#define GB(o) ((struct py_it_groupby *)(o))

static py_object *groupby_new(py_type *type, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"iterable", "key"};
    py_object *out[2], *it;
    struct py_it_groupby *g;

    if (py_args_kw("groupby", args, nargs, kwnames, names, 2, 1, out) < 0)
        return NULL;
    it = py_iter(out[0]);
    g = it ? (struct py_it_groupby *)py_alloc(type, 0) : NULL;
    if (g) {
        g->it = it;
        g->keyfn = out[1] ? out[1] : py_None;
    }
    return (py_object *)g;
}

/* Takes the next item and its key: 1, 0 at the end or on error. */
static int group_advance(struct py_it_groupby *g)
{
    py_object *v = py_iternext(g->it), *k;

    if (!v)
        return 0;
    k = g->keyfn == py_None ? v : py_call1(g->keyfn, v);
    if (!k)
        return 0;
    g->value = v;
    g->key = k;
    return 1;
}

tw_unroll_safe static py_object *groupby_next(py_object *o)
{
    struct py_it_groupby *g = GB(o);
    struct py_it_group *r;

    for (;;) {
        if (g->key) {
            int c =
                g->target ? py_richcompare_bool(g->target, g->key, PY_EQ) : 0;

            if (c < 0)
                return NULL;
            if (c == 0)
                break;
        }
        if (!group_advance(g))
            return NULL;
    }
    g->target = g->key;
    r = PY_NEW(py_it_group, &group_type);
    r->parent = g;
    r->target = g->target;
    return (py_object *)py_tuple_pack2(g->key, &r->base);
}

static py_object *group_next(py_object *o)
{
    struct py_it_group *r = (struct py_it_group *)o;
    struct py_it_groupby *g = r->parent;
    py_object *v;
    int c;

    if (g->target != r->target)
        return NULL; /* the outer iterator has gone on */
    if (!g->value && !group_advance(g))
        return NULL;
    c = py_richcompare_bool(r->target, g->key, PY_EQ);
    if (c <= 0)
        return NULL;
    v = g->value;
    g->value = NULL;
    return v;
}

static py_type group_type = {
    PY_TYPE_HEAD("itertools._grouper", py_it_group),
    .tp_iter = py_it_self,
    .tp_iternext = group_next,
};

static py_type groupby_type = {
    PY_TYPE_HEAD("itertools.groupby", py_it_groupby),
    .flags = PY_TF_BASE,
    .doc = "groupby(iterable[, keyfunc]) --> (key, group) for each run of "
           "equal keys",
    .tp_iter = py_it_self,
    .tp_iternext = groupby_next,
    .tp_new = groupby_new,
};

/* -------------------------------------------------------------------- tee */

/* A list of items read so far, shared by all that were teed. */
struct py_it_teelink {
    py_object *value; /* NULL: not read yet */
    struct py_it_teelink *next;
    int running; /* somebody is getting the value */
};
struct py_it_tee {
    py_object base;
    py_object *it;
    struct py_it_teelink *at;
    py_object *weaklist;
};
TW_GC_TYPE(py_it_teelink);
TW_GC_TYPE(py_it_tee);
static py_type tee_type;
#define TE(o) ((struct py_it_tee *)(o))

static py_object *tee_next(py_object *o)
{
    struct py_it_teelink *l = TE(o)->at;

    if (!l->value) {
        if (l->running)
            return py_raise(&py_RuntimeError,
                            "cannot re-enter the tee iterator");
        l->running = 1;
        py_object *v = py_iternext(TE(o)->it);
        l->running = 0;
        if (!v)
            return NULL;
        l->value = v;
        l->next = TW_NEW(py_it_teelink);
    }
    TE(o)->at = l->next;
    return l->value;
}

static py_object *tee_copy(py_object *o)
{
    struct py_it_tee *t = PY_NEW(py_it_tee, &tee_type);

    t->it = TE(o)->it;
    t->at = TE(o)->at;
    return &t->base;
}

static py_object *tee_from(py_object *iterable)
{
    py_object *it = py_iter(iterable);
    struct py_it_tee *t;

    if (!it)
        return NULL;
    if (py_type_of(it) == &tee_type)
        return tee_copy(it);
    t = PY_NEW(py_it_tee, &tee_type);
    t->it = it;
    t->at = TW_NEW(py_it_teelink);
    return &t->base;
}

static py_object *tee_new(py_type *type, py_object *const *args, intptr_t nargs,
                          py_tuple *kwnames)
{
    (void)type;
    if (py_args_nokw("tee", kwnames) < 0 ||
        py_args_count("tee", nargs, 1, 1) < 0)
        return NULL;
    return tee_from(args[0]);
}

static const struct py_methoddef tee_methods[] = {
    PY_M0("__copy__", tee_copy, "An independent iterator at the same place."),
    PY_MEND,
};

static py_type tee_type = {
    PY_TYPE_HEAD("itertools.tee", py_it_tee),
    .flags = PY_TF_WEAKREF,
    .methods = tee_methods,
    .tp_iter = py_it_self,
    .tp_iternext = tee_next,
    .tp_new = tee_new,
};

static py_object *m_tee(py_object *self, py_object *iterable, py_object *count)
{
    intptr_t n = 2;
    py_tuple *t;
    py_object *it;

    (void)self;
    if (count && py_arg_ssize(count, &n) < 0)
        return NULL;
    if (n < 0)
        return py_raise(&py_ValueError, "n must be >= 0");
    t = py_tuple_new(n);
    if (!t || n == 0)
        return (py_object *)t;
    it = py_iter(iterable);
    if (!it)
        return NULL;
    /* What can copy itself is copied. */
    if (py_hasattr(it, py_id___copy__)) {
        t->item[0] = it;
        for (intptr_t k = 1; k < n; k++)
            if (!(t->item[k] = py_call_method0(it, py_id___copy__)))
                return NULL;
        return &t->base;
    }
    t->item[0] = tee_from(it);
    for (intptr_t k = 1; t->item[0] && k < n; k++)
        t->item[k] = tee_copy(t->item[0]);
    return t->item[0] ? &t->base : NULL;
}

/* ------------------------------------------------------------------ module */

static const struct py_methoddef methods[] = {
    PY_M(1, 2, "tee", m_tee,
         "tee(iterable, n=2) --> tuple of n independent iterators."),
    PY_MEND,
};

static int init(py_module *m)
{
    static const struct {
        const char *name;
        py_type *type;
    } types[] = {
        {"chain", &chain_type},
        {"combinations", &py_itertools_combinations},
        {"combinations_with_replacement", &py_itertools_combinations_wr},
        {"compress", &compress_type},
        {"count", &count_type},
        {"cycle", &cycle_type},
        {"dropwhile", &dropwhile_type},
        {"groupby", &groupby_type},
        {"ifilter", &ifilter_type},
        {"ifilterfalse", &ifilterfalse_type},
        {"imap", &imap_type},
        {"islice", &islice_type},
        {"izip", &izip_type},
        {"izip_longest", &izip_longest_type},
        {"permutations", &py_itertools_permutations},
        {"product", &py_itertools_product},
        {"repeat", &repeat_type},
        {"starmap", &starmap_type},
        {"takewhile", &takewhile_type},
    };

    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        if (py_module_set_type(m, types[k].name, types[k].type) < 0)
            return -1;
    return py_type_ready(&group_type) < 0 || py_type_ready(&tee_type) < 0 ? -1
                                                                          : 0;
}

const struct py_moduledef py_module_itertools = {
    "itertools",
    "Iterators that combine, select and repeat what other iterators give.",
    methods, init};

/*
 * itertools_comb.c: product, permutations, combinations: each keeps a pool of
 * items and the indices of the last result, and steps to the next in
 * lexicographic order of positions.
 */
#include "modules/itertools.h"

/* An array of positions. */
static struct py_intarray *positions(intptr_t n)
{
    struct py_intarray *a = TW_NEW_VAR(py_intarray, n > 0 ? n : 1);

    if (!a)
        return py_raise_nomemory();
    a->n = n;
    return a;
}

/* ---------------------------------------------------------------- product */

struct py_it_product {
    py_object base;
    py_tuple *pools; /* of tuples */
    struct py_intarray *at;
    uint8_t started, done;
};
TW_GC_TYPE(py_it_product);

static py_object *product_new(py_type *type, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames)
{
    struct py_it_product *p;
    intptr_t repeat = 1, total;
    py_tuple *pools;

    for (intptr_t k = 0; kwnames && k < kwnames->n; k++) {
        if (!py_str_eq_cstr((py_str *)kwnames->item[k], "repeat"))
            return py_raise(
                &py_TypeError,
                "'%S' is an invalid keyword argument for this function",
                kwnames->item[k]);
        if (py_arg_ssize(args[nargs + k], &repeat) < 0)
            return NULL;
    }
    if (repeat < 0)
        return py_raise(&py_ValueError, "repeat argument cannot be negative");
    if (__builtin_mul_overflow(nargs, repeat, &total) || total > 1 << 24)
        return py_raise(&py_OverflowError, "repeat argument too large");
    pools = py_tuple_new(total);
    if (!pools)
        return NULL;
    for (intptr_t k = 0; k < total; k++) {
        py_tuple *t = k < nargs ? py_sequence_tuple(args[k])
                                : (py_tuple *)pools->item[k - nargs];

        if (!t)
            return NULL;
        pools->item[k] = &t->base;
    }
    p = (struct py_it_product *)py_alloc(type, 0);
    if (!p)
        return NULL;
    p->pools = pools;
    p->at = positions(total);
    return p->at ? &p->base : NULL;
}

static py_object *product_next(py_object *o)
{
    struct py_it_product *p = (struct py_it_product *)o;
    intptr_t n = p->pools->n, k = n;
    py_tuple *r;

    if (p->done)
        return NULL;
    if (!p->started) {
        p->started = 1;
        for (k = 0; k < n; k++)
            if (((py_tuple *)p->pools->item[k])->n == 0) {
                p->done = 1;
                return NULL;
            }
    } else {
        while (--k >= 0) {
            if (++p->at->item[k] < ((py_tuple *)p->pools->item[k])->n)
                break;
            p->at->item[k] = 0;
        }
        if (k < 0) {
            p->done = 1;
            return NULL;
        }
    }
    r = py_tuple_new(n);
    for (k = 0; r && k < n; k++)
        r->item[k] = ((py_tuple *)p->pools->item[k])->item[p->at->item[k]];
    return (py_object *)r;
}

py_type py_itertools_product = {
    PY_TYPE_HEAD("itertools.product", py_it_product),
    .flags = PY_TF_BASE,
    .doc = "product(*iterables[, repeat]) --> tuples with one item of each, "
           "the last changing "
           "fastest",
    .tp_iter = py_it_self,
    .tp_iternext = product_next,
    .tp_new = product_new,
};

/* ------------------------------------------------- one pool, r items of it */

struct py_it_comb {
    py_object base;
    py_tuple *pool;
    struct py_intarray *at;     /* r positions (permutations: all n) */
    struct py_intarray *cycles; /* permutations */
    intptr_t r;
    uint8_t started, done;
};
TW_GC_TYPE(py_it_comb);

static py_object *result(struct py_it_comb *c)
{
    py_tuple *t = py_tuple_new(c->r);

    for (intptr_t k = 0; t && k < c->r; k++)
        t->item[k] = c->pool->item[c->at->item[k]];
    return (py_object *)t;
}

/* The parts that the constructors share. r NULL/None: all items. */
static struct py_it_comb *comb_new(py_type *type, const char *name,
                                   py_object *const *args, intptr_t nargs,
                                   py_tuple *kwnames, int r_required)
{
    static const char *const names[] = {"iterable", "r"};
    py_object *out[2];
    py_tuple *pool;
    struct py_it_comb *c;
    intptr_t r;

    if (py_args_kw(name, args, nargs, kwnames, names, 2, r_required ? 2 : 1,
                   out) < 0)
        return NULL;
    pool = py_sequence_tuple(out[0]);
    if (!pool)
        return NULL;
    r = pool->n;
    if (out[1] && (r_required || out[1] != py_None)) {
        if (!r_required && !py_is_int(out[1]) && !py_is_long(out[1]))
            return py_raise(&py_TypeError, "Expected int as r");
        if (py_arg_ssize(out[1], &r) < 0)
            return NULL;
    }
    if (r < 0)
        return py_raise(&py_ValueError, "r must be non-negative");
    c = (struct py_it_comb *)py_alloc(type, 0);
    if (!c)
        return NULL;
    c->pool = pool;
    c->r = r;
    return c;
}

static py_object *permutations_new(py_type *type, py_object *const *args,
                                   intptr_t nargs, py_tuple *kwnames)
{
    struct py_it_comb *c =
        comb_new(type, "permutations", args, nargs, kwnames, 0);

    if (!c)
        return NULL;
    c->done = c->r > c->pool->n;
    if (c->done)
        return &c->base;
    c->at = positions(c->pool->n);
    c->cycles = positions(c->r);
    if (!c->at || !c->cycles)
        return NULL;
    for (intptr_t k = 0; k < c->pool->n; k++)
        c->at->item[k] = k;
    for (intptr_t k = 0; k < c->r; k++)
        c->cycles->item[k] = c->pool->n - k;
    return &c->base;
}

static py_object *permutations_next(py_object *o)
{
    struct py_it_comb *c = (struct py_it_comb *)o;
    intptr_t n = c->pool->n, k;
    int64_t *at, *cycles;

    if (c->done)
        return NULL;
    if (!c->started) {
        c->started = 1;
        return result(c);
    }
    at = c->at->item;
    cycles = c->cycles->item;
    for (k = c->r - 1; k >= 0; k--) {
        int64_t x = at[k];

        if (--cycles[k] == 0) { /* all followers had their turn here: rotate */
            memmove(at + k, at + k + 1, (size_t)(n - k - 1) * sizeof *at);
            at[n - 1] = x;
            cycles[k] = n - k;
        } else {
            intptr_t j = n - cycles[k];

            at[k] = at[j];
            at[j] = x;
            return result(c);
        }
    }
    c->done = 1;
    return NULL;
}

static py_object *combinations_new(py_type *type, py_object *const *args,
                                   intptr_t nargs, py_tuple *kwnames)
{
    struct py_it_comb *c =
        comb_new(type, "combinations", args, nargs, kwnames, 1);

    if (!c)
        return NULL;
    c->done = c->r > c->pool->n;
    c->at = positions(c->done ? 0 : c->r);
    if (!c->at)
        return NULL;
    for (intptr_t k = 0; !c->done && k < c->r; k++)
        c->at->item[k] = k;
    return &c->base;
}

static py_object *combinations_next(py_object *o)
{
    struct py_it_comb *c = (struct py_it_comb *)o;
    intptr_t k = c->r - 1;

    if (c->done)
        return NULL;
    if (!c->started) {
        c->started = 1;
        return result(c);
    }
    while (k >= 0 && c->at->item[k] == k + c->pool->n - c->r)
        k--;
    if (k < 0) {
        c->done = 1;
        return NULL;
    }
    c->at->item[k]++;
    for (k++; k < c->r; k++)
        c->at->item[k] = c->at->item[k - 1] + 1;
    return result(c);
}

static py_object *combinations_wr_new(py_type *type, py_object *const *args,
                                      intptr_t nargs, py_tuple *kwnames)
{
    struct py_it_comb *c = comb_new(type, "combinations_with_replacement", args,
                                    nargs, kwnames, 1);

    if (!c)
        return NULL;
    c->done = c->pool->n == 0 && c->r > 0;
    c->at = positions(c->done ? 0 : c->r);
    return c->at ? &c->base : NULL;
}

static py_object *combinations_wr_next(py_object *o)
{
    struct py_it_comb *c = (struct py_it_comb *)o;
    intptr_t k = c->r - 1;
    int64_t v;

    if (c->done)
        return NULL;
    if (!c->started) {
        c->started = 1;
        return result(c);
    }
    while (k >= 0 && c->at->item[k] == c->pool->n - 1)
        k--;
    if (k < 0) {
        c->done = 1;
        return NULL;
    }
    v = c->at->item[k] + 1;
    for (; k < c->r; k++)
        c->at->item[k] = v;
    return result(c);
}

py_type py_itertools_permutations = {
    PY_TYPE_HEAD("itertools.permutations", py_it_comb),
    .flags = PY_TF_BASE,
    .doc = "permutations(iterable[, r]) --> all orders of r items",
    .tp_iter = py_it_self,
    .tp_iternext = permutations_next,
    .tp_new = permutations_new,
};

py_type py_itertools_combinations = {
    PY_TYPE_HEAD("itertools.combinations", py_it_comb),
    .flags = PY_TF_BASE,
    .doc =
        "combinations(iterable, r) --> all choices of r items, in their order",
    .tp_iter = py_it_self,
    .tp_iternext = combinations_next,
    .tp_new = combinations_new,
};

py_type py_itertools_combinations_wr = {
    PY_TYPE_HEAD("itertools.combinations_with_replacement", py_it_comb),
    .flags = PY_TF_BASE,
    .doc = "combinations_with_replacement(iterable, r) --> all choices of r "
           "items, each any "
           "number of times",
    .tp_iter = py_it_self,
    .tp_iternext = combinations_wr_next,
    .tp_new = combinations_wr_new,
};

/*
 * operator.c: the module operator: operators as functions, and attrgetter,
 * itemgetter, methodcaller.
 */
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/function.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

#define UNARY(name, call)                                                      \
    static py_object *op_##name(py_object *self, py_object *a)                 \
    {                                                                          \
        (void)self;                                                            \
        return call(a);                                                        \
    }
UNARY(neg, py_neg)
UNARY(pos, py_pos)
UNARY(abs, py_abs)
UNARY(invert, py_invert)
UNARY(index, py_index)

#define BINARY(name, call)                                                     \
    static py_object *op_##name(py_object *self, py_object *a, py_object *b)   \
    {                                                                          \
        (void)self;                                                            \
        return call(a, b);                                                     \
    }
BINARY(add, py_add)
BINARY(sub, py_sub)
BINARY(mul, py_mul)
BINARY(div, py_div)
BINARY(floordiv, py_floordiv)
BINARY(truediv, py_truediv)
BINARY(mod, py_mod)
BINARY(lshift, py_lshift)
BINARY(rshift, py_rshift)
BINARY(and, py_and)
BINARY(xor, py_xor)
BINARY(or, py_or)
BINARY(iadd, py_iadd)
BINARY(isub, py_isub)
BINARY(imul, py_imul)
BINARY(idiv, py_idiv)
BINARY(ifloordiv, py_ifloordiv)
BINARY(itruediv, py_itruediv)
BINARY(imod, py_imod)
BINARY(ilshift, py_ilshift)
BINARY(irshift, py_irshift)
BINARY(iand, py_iand)
BINARY(ixor, py_ixor)
BINARY(ior, py_ior)
BINARY(ipow, py_ipow)
BINARY(concat, py_sequence_concat)
BINARY(getitem, py_getitem)

#define COMPARE(name, op)                                                      \
    static py_object *op_##name(py_object *self, py_object *a, py_object *b)   \
    {                                                                          \
        (void)self;                                                            \
        return py_richcompare(a, b, op);                                       \
    }
COMPARE(lt, PY_LT)
COMPARE(le, PY_LE)
COMPARE(eq, PY_EQ)
COMPARE(ne, PY_NE)
COMPARE(gt, PY_GT)
COMPARE(ge, PY_GE)

static py_object *op_pow(py_object *self, py_object *a, py_object *b)
{
    (void)self;
    return py_pow(a, b, py_None);
}

static py_object *truth(int r)
{
    return r < 0 ? NULL : py_bool(r);
}

static py_object *op_truth(py_object *self, py_object *a)
{
    (void)self;
    return truth(py_is_true(a));
}

static py_object *op_not(py_object *self, py_object *a)
{
    int r = py_is_true(a);

    (void)self;
    return r < 0 ? NULL : py_bool(!r);
}

static py_object *op_is(py_object *self, py_object *a, py_object *b)
{
    (void)self;
    return py_bool(py_is(a, b));
}

static py_object *op_isnot(py_object *self, py_object *a, py_object *b)
{
    (void)self;
    return py_bool(!py_is(a, b));
}

static py_object *op_contains(py_object *self, py_object *a, py_object *b)
{
    (void)self;
    return truth(py_contains(a, b));
}

static py_object *op_is_callable(py_object *self, py_object *a)
{
    (void)self;
    return py_bool(py_callable(a));
}

static py_object *op_is_number(py_object *self, py_object *a)
{
    (void)self;
    return py_bool(py_is_number(a));
}

static py_object *op_is_sequence(py_object *self, py_object *a)
{
    (void)self;
    return py_bool(py_is_sequence(a));
}

static py_object *op_is_mapping(py_object *self, py_object *a)
{
    (void)self;
    return py_bool(py_is_mapping(a));
}

static py_object *none_or_null(int r)
{
    return r < 0 ? NULL : py_None;
}

static py_object *op_setitem(py_object *self, py_object *a, py_object *key,
                             py_object *v)
{
    (void)self;
    return none_or_null(py_setitem(a, key, v));
}

static py_object *op_delitem(py_object *self, py_object *a, py_object *key)
{
    (void)self;
    return none_or_null(py_delitem(a, key));
}

static py_object *op_getslice(py_object *self, py_object *a, py_object *i,
                              py_object *j)
{
    (void)self;
    intptr_t from, to;
    if (py_arg_ssize(i, &from) < 0 || py_arg_ssize(j, &to) < 0)
        return NULL;
    return py_apply_slice(a, i, j);
}

static py_object *op_setslice(py_object *self, py_object *a, py_object *i,
                              py_object *j, py_object *v)
{
    (void)self;
    return none_or_null(py_assign_slice(a, i, j, v));
}

static py_object *op_delslice(py_object *self, py_object *a, py_object *i,
                              py_object *j)
{
    (void)self;
    intptr_t from, to;
    if (py_arg_ssize(i, &from) < 0 || py_arg_ssize(j, &to) < 0)
        return NULL;
    return none_or_null(py_assign_slice(a, i, j, NULL));
}

static py_object *op_repeat(py_object *self, py_object *a, py_object *n)
{
    intptr_t k;

    (void)self;
    if (!py_has_index(n))
        return py_raise(&py_TypeError, "an integer is required");
    k = py_index_as_ssize(n, &py_OverflowError);
    return k == -1 && py_err_occurred() ? NULL : py_sequence_repeat(a, k);
}

static py_object *op_irepeat(py_object *self, py_object *a, py_object *n)
{
    (void)self;
    return py_imul(a, n);
}

static py_object *op_iconcat(py_object *self, py_object *a, py_object *b)
{
    (void)self;
    return py_iadd(a, b);
}

static py_object *op_count_of(py_object *self, py_object *seq, py_object *x)
{
    py_object *it = py_iter(seq), *v;
    int64_t n = 0;

    (void)self;
    if (!it)
        return NULL;
    while ((v = py_iternext(it))) {
        int c = py_eq(v, x);

        if (c < 0)
            return NULL;
        n += c;
    }
    return py_err_occurred() ? NULL : py_int_new(n);
}

static py_object *op_index_of(py_object *self, py_object *seq, py_object *x)
{
    py_object *it = py_iter(seq), *v;

    (void)self;
    if (!it)
        return NULL;
    for (int64_t k = 0; (v = py_iternext(it)); k++) {
        int c = py_eq(v, x);

        if (c)
            return c < 0 ? NULL : py_int_new(k);
    }
    if (py_err_occurred())
        return NULL;
    return py_raise(&py_ValueError, "sequence.index(x): x not in sequence");
}

/* Compares two strs in time that depends on b's length alone. */
static py_object *op_compare_digest(py_object *self, py_object *a, py_object *b)
{
    intptr_t na, nb;
    const char *x, *y;
    unsigned char diff = 0;

    (void)self;
    if (py_is_unicode(a) && py_is_unicode(b)) {
        a = py_unicode_encode(a, "ascii", NULL);
        b = a ? py_unicode_encode(b, "ascii", NULL) : NULL;
        if (!b) {
            py_err_clear();
            return py_raise(&py_TypeError,
                            "comparing unicode strings with non-ASCII "
                            "characters is not supported");
        }
    } else if (py_is_unicode(a) || py_is_unicode(b)) {
        return py_raise(&py_TypeError,
                        "unsupported operand types(s) or combination of types: "
                        "'%T' and '%T'",
                        a, b);
    }
    x = py_buffer_read(a, &na);
    y = x ? py_buffer_read(b, &nb) : NULL;
    if (!y)
        return NULL;
    diff = na != nb;
    for (intptr_t k = 0; k < nb; k++)
        diff |= (unsigned char)((na == nb ? x : y)[k] ^ y[k]);
    return py_bool(!diff);
}

/* -------------------------------------------------- attrgetter, itemgetter */

struct py_getter {
    py_object base;
    py_tuple *what; /* attrgetter: tuples of names; itemgetter: keys */
};
TW_IMMUTABLE(py_getter, what);
TW_GC_TYPE(py_getter);
#define WHAT(o) (((struct py_getter *)(o))->what)

static py_object *getter_new(py_type *type, py_tuple *what)
{
    struct py_getter *g = (struct py_getter *)py_alloc(type, 0);

    if (g)
        g->what = what;
    return (py_object *)g;
}

static int one_argument(const char *name, intptr_t nargs, py_tuple *kwnames)
{
    if (kwnames && kwnames->n)
        return py_raise_i(&py_TypeError, "%s() does not take keyword arguments",
                          name);
    if (nargs != 1)
        return py_raise_i(&py_TypeError, "%s expected 1 arguments, got %zd",
                          name, nargs);
    return 0;
}

static py_object *itemgetter_new(py_type *type, py_object *const *args,
                                 intptr_t nargs, py_tuple *kwnames)
{
    py_tuple *t;

    if (py_args_nokw("itemgetter", kwnames) < 0)
        return NULL;
    if (nargs == 0)
        return py_raise(&py_TypeError,
                        "itemgetter expected 1 arguments, got 0");
    t = py_tuple_from(args, nargs);
    return t ? getter_new(type, t) : NULL;
}

tw_unroll_safe static py_object *itemgetter_call(py_object *o,
                                                 py_object *const *args,
                                                 intptr_t nargs,
                                                 py_tuple *kwnames)
{
    py_tuple *what = WHAT(o), *r;

    if (one_argument("itemgetter", nargs, kwnames) < 0)
        return NULL;
    if (what->n == 1)
        return py_getitem(args[0], what->item[0]);
    r = py_tuple_new(what->n);
    for (intptr_t k = 0; r && k < what->n; k++)
        if (!(r->item[k] = py_getitem(args[0], what->item[k])))
            return NULL;
    return (py_object *)r;
}

static py_type itemgetter_type = {
    PY_TYPE_HEAD("operator.itemgetter", py_getter),
    .flags = PY_TF_BASE,
    .doc = "itemgetter(item, ...) --> f with f(r) == r[item], or a tuple of "
           "several",
    .tp_call = itemgetter_call,
    .tp_new = itemgetter_new,
};

/* "a.b.c" as a tuple of interned names. */
static py_object *dotted(py_object *name)
{
    const char *s, *dot;
    py_list *l = py_list_new();

    if (!py_is_str(name) && !py_is_unicode(name))
        return &py_tuple_pack1(name)->base; /* an error when it is called */
    if (py_is_unicode(name)) {
        py_object *coded = py_unicode_encode(name, NULL, NULL);
        if (!coded) { /* never found, but only looking shows it */
            py_err_clear();
            return &py_tuple_pack1(name)->base;
        }
        name = coded;
    }
    s = py_str_cstr((py_str *)name);
    for (;; s = dot + 1) {
        py_str *part;

        dot = strchr(s, '.');
        part = py_str_new(s, dot ? dot - s : (intptr_t)strlen(s));
        if (!part || py_list_append(l, (py_object *)py_intern(part)) < 0)
            return NULL;
        if (!dot)
            return (py_object *)py_list_as_tuple(l);
    }
}

static py_object *attrgetter_new(py_type *type, py_object *const *args,
                                 intptr_t nargs, py_tuple *kwnames)
{
    py_tuple *t;

    if (py_args_nokw("attrgetter", kwnames) < 0)
        return NULL;
    if (nargs == 0)
        return py_raise(&py_TypeError,
                        "attrgetter expected 1 arguments, got 0");
    t = py_tuple_new(nargs);
    for (intptr_t k = 0; t && k < nargs; k++)
        if (!(t->item[k] = dotted(args[k])))
            return NULL;
    return t ? getter_new(type, t) : NULL;
}

/* Attributes have no such names: the error says why. */
static py_object *no_name(py_object *name)
{
    if (!py_is_unicode(name))
        return py_raise(&py_TypeError, "attribute name must be a string");
    py_object *s = py_unicode_encode(name, NULL, NULL);
    return s ? py_raise(&py_AttributeError, "%S", s) : NULL;
}

tw_unroll_safe static py_object *get_dotted(py_object *o, py_tuple *names)
{
    for (intptr_t k = 0; o && k < names->n; k++)
        o = PY_LIKELY(py_is_str(names->item[k]))
                ? py_getattr(o, (py_str *)names->item[k])
                : no_name(names->item[k]);
    return o;
}

tw_unroll_safe static py_object *attrgetter_call(py_object *o,
                                                 py_object *const *args,
                                                 intptr_t nargs,
                                                 py_tuple *kwnames)
{
    py_tuple *what = WHAT(o), *r;

    if (one_argument("attrgetter", nargs, kwnames) < 0)
        return NULL;
    if (what->n == 1)
        return get_dotted(args[0], (py_tuple *)what->item[0]);
    r = py_tuple_new(what->n);
    for (intptr_t k = 0; r && k < what->n; k++)
        if (!(r->item[k] = get_dotted(args[0], (py_tuple *)what->item[k])))
            return NULL;
    return (py_object *)r;
}

static py_type attrgetter_type = {
    PY_TYPE_HEAD("operator.attrgetter", py_getter),
    .flags = PY_TF_BASE,
    .doc = "attrgetter(attr, ...) --> f with f(r) == r.attr (dotted names "
           "too), or a tuple",
    .tp_call = attrgetter_call,
    .tp_new = attrgetter_new,
};

/* ----------------------------------------------------------- methodcaller */

struct py_methodcaller {
    py_object base;
    py_object *name;
    py_tuple *args;
    py_dict *kw; /* or NULL */
};
TW_GC_TYPE(py_methodcaller);

static py_object *methodcaller_new(py_type *type, py_object *const *args,
                                   intptr_t nargs, py_tuple *kwnames)
{
    struct py_methodcaller *m;

    if (nargs == 0)
        return py_raise(
            &py_TypeError,
            "methodcaller needs at least one argument, the method name");
    if (!py_is_str(args[0]))
        return py_raise(&py_TypeError, "method name must be a string");
    m = (struct py_methodcaller *)py_alloc(type, 0);
    if (!m)
        return NULL;
    m->name = (py_object *)py_intern((py_str *)args[0]);
    m->args = py_tuple_from(args + 1, nargs - 1);
    if (kwnames && kwnames->n) {
        m->kw = py_dict_new();
        for (intptr_t k = 0; k < kwnames->n; k++)
            if (py_dict_set(m->kw, kwnames->item[k], args[nargs + k]) < 0)
                return NULL;
    }
    return &m->base;
}

static py_object *methodcaller_call(py_object *o, py_object *const *args,
                                    intptr_t nargs, py_tuple *kwnames)
{
    struct py_methodcaller *m = (struct py_methodcaller *)o;
    py_object *f;

    if (one_argument("methodcaller", nargs, kwnames) < 0)
        return NULL;
    f = py_getattr(args[0], (py_str *)m->name);
    return f ? py_call_tuple(f, m->args, m->kw) : NULL;
}

static py_type methodcaller_type = {
    PY_TYPE_HEAD("operator.methodcaller", py_methodcaller),
    .flags = PY_TF_BASE,
    .doc = "methodcaller(name, ...) --> f with f(r) == r.name(...)",
    .tp_call = methodcaller_call,
    .tp_new = methodcaller_new,
};

/* ------------------------------------------------------------------ module */

#define U(name, fn, doc) PY_M1(name, fn, doc), PY_M1("__" name "__", fn, doc)
#define B(name, fn, doc) PY_M2(name, fn, doc), PY_M2("__" name "__", fn, doc)
static const struct py_methoddef methods[] = {
    U("neg", op_neg, "neg(a) -- Same as -a."),
    U("pos", op_pos, "pos(a) -- Same as +a."),
    U("abs", op_abs, "abs(a) -- Same as abs(a)."),
    U("inv", op_invert, "inv(a) -- Same as ~a."),
    U("invert", op_invert, "invert(a) -- Same as ~a."),
    U("index", op_index, "index(a) -- Same as a.__index__()"),
    PY_M1("not_", op_not, "not_(a) -- Same as not a."),
    PY_M1("__not__", op_not, "not_(a) -- Same as not a."),
    PY_M1("truth", op_truth, "truth(a) -- Whether a is true."),
    B("add", op_add, "add(a, b) -- Same as a + b."),
    B("sub", op_sub, "sub(a, b) -- Same as a - b."),
    B("mul", op_mul, "mul(a, b) -- Same as a * b."),
    B("div", op_div, "div(a, b) -- Same as a / b without true division."),
    B("floordiv", op_floordiv, "floordiv(a, b) -- Same as a // b."),
    B("truediv", op_truediv,
      "truediv(a, b) -- Same as a / b with true division."),
    B("mod", op_mod, "mod(a, b) -- Same as a % b."),
    B("pow", op_pow, "pow(a, b) -- Same as a ** b."),
    B("lshift", op_lshift, "lshift(a, b) -- Same as a << b."),
    B("rshift", op_rshift, "rshift(a, b) -- Same as a >> b."),
    PY_M2("and_", op_and, "and_(a, b) -- Same as a & b."),
    PY_M2("__and__", op_and, "and_(a, b) -- Same as a & b."),
    B("xor", op_xor, "xor(a, b) -- Same as a ^ b."),
    PY_M2("or_", op_or, "or_(a, b) -- Same as a | b."),
    PY_M2("__or__", op_or, "or_(a, b) -- Same as a | b."),
    B("iadd", op_iadd, "a = iadd(a, b) -- Same as a += b."),
    B("isub", op_isub, "a = isub(a, b) -- Same as a -= b."),
    B("imul", op_imul, "a = imul(a, b) -- Same as a *= b."),
    B("idiv", op_idiv, "a = idiv(a, b) -- Same as a /= b."),
    B("ifloordiv", op_ifloordiv, "a = ifloordiv(a, b) -- Same as a //= b."),
    B("itruediv", op_itruediv,
      "a = itruediv(a, b) -- Same as a /= b with true division."),
    B("imod", op_imod, "a = imod(a, b) -- Same as a %= b."),
    B("ipow", op_ipow, "a = ipow(a, b) -- Same as a **= b."),
    B("ilshift", op_ilshift, "a = ilshift(a, b) -- Same as a <<= b."),
    B("irshift", op_irshift, "a = irshift(a, b) -- Same as a >>= b."),
    B("iand", op_iand, "a = iand(a, b) -- Same as a &= b."),
    B("ixor", op_ixor, "a = ixor(a, b) -- Same as a ^= b."),
    B("ior", op_ior, "a = ior(a, b) -- Same as a |= b."),
    B("lt", op_lt, "lt(a, b) -- Same as a<b."),
    B("le", op_le, "le(a, b) -- Same as a<=b."),
    B("eq", op_eq, "eq(a, b) -- Same as a==b."),
    B("ne", op_ne, "ne(a, b) -- Same as a!=b."),
    B("gt", op_gt, "gt(a, b) -- Same as a>b."),
    B("ge", op_ge, "ge(a, b) -- Same as a>=b."),
    PY_M2("is_", op_is, "is_(a, b) -- Same as a is b."),
    PY_M2("is_not", op_isnot, "is_not(a, b) -- Same as a is not b."),
    B("concat", op_concat, "concat(a, b) -- Same as a + b, for sequences."),
    B("repeat", op_repeat, "repeat(a, b) -- Same as a * b, for a sequence a."),
    B("iconcat", op_iconcat,
      "a = iconcat(a, b) -- Same as a += b, for sequences."),
    B("irepeat", op_irepeat,
      "a = irepeat(a, b) -- Same as a *= b, for a sequence a."),
    B("contains", op_contains, "contains(a, b) -- Same as b in a."),
    PY_M2("sequenceIncludes", op_contains,
          "sequenceIncludes(a, b) -- Same as b in a."),
    PY_M2("countOf", op_count_of,
          "countOf(a, b) -- How many items of a equal b."),
    PY_M2("indexOf", op_index_of,
          "indexOf(a, b) -- The first position of b in a."),
    B("getitem", op_getitem, "getitem(a, b) -- Same as a[b]."),
    B("delitem", op_delitem, "delitem(a, b) -- Same as del a[b]."),
    PY_M(3, 3, "setitem", op_setitem, "setitem(a, b, c) -- Same as a[b] = c."),
    PY_M(3, 3, "__setitem__", op_setitem,
         "setitem(a, b, c) -- Same as a[b] = c."),
    PY_M(3, 3, "getslice", op_getslice, "getslice(a, b, c) -- Same as a[b:c]."),
    PY_M(3, 3, "__getslice__", op_getslice,
         "getslice(a, b, c) -- Same as a[b:c]."),
    PY_M(4, 4, "setslice", op_setslice,
         "setslice(a, b, c, d) -- Same as a[b:c] = d."),
    PY_M(4, 4, "__setslice__", op_setslice,
         "setslice(a, b, c, d) -- Same as a[b:c] = d."),
    PY_M(3, 3, "delslice", op_delslice,
         "delslice(a, b, c) -- Same as del a[b:c]."),
    PY_M(3, 3, "__delslice__", op_delslice,
         "delslice(a, b, c) -- Same as del a[b:c]."),
    PY_M1("isCallable", op_is_callable,
          "isCallable(a) -- Same as callable(a)."),
    PY_M1("isNumberType", op_is_number,
          "isNumberType(a) -- Whether a is a number."),
    PY_M1("isSequenceType", op_is_sequence,
          "isSequenceType(a) -- Whether a is a sequence."),
    PY_M1("isMappingType", op_is_mapping,
          "isMappingType(a) -- Whether a is a mapping."),
    PY_M2("_compare_digest", op_compare_digest, "Equality in constant time."),
    PY_MEND,
};

static int init(py_module *m)
{
    if (py_module_set_type(m, "itemgetter", &itemgetter_type) < 0 ||
        py_module_set_type(m, "attrgetter", &attrgetter_type) < 0 ||
        py_module_set_type(m, "methodcaller", &methodcaller_type) < 0)
        return -1;
    return 0;
}

const struct py_moduledef py_module_operator = {
    "operator", "Operators as functions: operator.add(x, y) is x+y.", methods,
    init};

/*
 * abstract.c: arithmetic, subscripts, iteration and class tests on any object
 * (abstract.h).
 */
#include "objects/numparse.h"
#include "objects/runtime.h"

/* ------------------------------------------------------ binary operators */

static void *bad_operands(py_object *a, py_object *b, const char *op)
{
    return py_raise(&py_TypeError,
                    "unsupported operand type(s) for %s: '%T' and '%T'", op, a,
                    b);
}

/* The two slots tried in the language's order: the right operand first when
 * its type derives from the left's. */
static inline py_object *binary(py_object *a, py_object *b, py_binaryfn fa,
                                py_binaryfn fb)
{
    py_object *r;
    if (fb == fa)
        fb = NULL;
    if (fa) {
        if (fb && py_subtype(py_type_of(b), py_type_of(a))) {
            r = fb(a, b);
            if (r != py_NotImplemented)
                return r;
            fb = NULL;
        }
        r = fa(a, b);
        if (r != py_NotImplemented)
            return r;
    }
    return fb ? fb(a, b) : py_NotImplemented;
}
#define NB(a, b, field)                                                        \
    binary((a), (b), py_type_of(a)->field, py_type_of(b)->field)

#define BINARY(name, field, text)                                              \
    py_object *py_##name(py_object *a, py_object *b)                           \
    {                                                                          \
        py_object *r = NB(a, b, field);                                        \
        return r == py_NotImplemented ? bad_operands(a, b, text) : r;          \
    }
BINARY(sub, nb_sub, "-")
BINARY(div, nb_div, "/")
BINARY(mod, nb_mod, "%")
BINARY(divmod, nb_divmod, "divmod()")
BINARY(lshift, nb_lshift, "<<")
BINARY(rshift, nb_rshift, ">>")
BINARY(and, nb_and, "&")
BINARY(xor, nb_xor, "^")
BINARY(or, nb_or, "|")
BINARY(floordiv, nb_floordiv, "//")
BINARY(truediv, nb_truediv, "/")

py_object *py_add(py_object *a, py_object *b)
{
    py_object *r = NB(a, b, nb_add);
    if (r != py_NotImplemented)
        return r;
    py_binaryfn concat = py_type_of(a)->sq_concat;
    return concat ? concat(a, b) : bad_operands(a, b, "+");
}

static py_object *repeat(py_itemfn f, py_object *seq, py_object *n)
{
    if (!py_has_index(n))
        return py_raise(&py_TypeError,
                        "can't multiply sequence by non-int of type '%T'", n);
    intptr_t count = py_index_as_ssize(n, &py_OverflowError);
    if (count == -1 && py_err_occurred())
        return NULL;
    return f(seq, count);
}

py_object *py_mul(py_object *a, py_object *b)
{
    py_object *r = NB(a, b, nb_mul);
    if (r != py_NotImplemented)
        return r;
    if (py_type_of(a)->sq_repeat)
        return repeat(py_type_of(a)->sq_repeat, a, b);
    if (py_type_of(b)->sq_repeat)
        return repeat(py_type_of(b)->sq_repeat, b, a);
    return bad_operands(a, b, "*");
}

#define INPLACE_TRY(a, b, ifield, field)                                       \
    py_object *r;                                                              \
    if (py_type_of(a)->ifield) {                                               \
        r = py_type_of(a)->ifield(a, b);                                       \
        if (r != py_NotImplemented)                                            \
            return r;                                                          \
    }                                                                          \
    r = NB(a, b, field);                                                       \
    if (r != py_NotImplemented)                                                \
        return r;
#define INPLACE(name, field, text)                                             \
    py_object *py_i##name(py_object *a, py_object *b)                          \
    {                                                                          \
        INPLACE_TRY(a, b, nb_i##name, field)                                   \
        return bad_operands(a, b, text);                                       \
    }
INPLACE(sub, nb_sub, "-=")
INPLACE(div, nb_div, "/=")
INPLACE(mod, nb_mod, "%=")
INPLACE(lshift, nb_lshift, "<<=")
INPLACE(rshift, nb_rshift, ">>=")
INPLACE(and, nb_and, "&=")
INPLACE(xor, nb_xor, "^=")
INPLACE(or, nb_or, "|=")
INPLACE(floordiv, nb_floordiv, "//=")
INPLACE(truediv, nb_truediv, "/=")

py_object *py_iadd(py_object *a, py_object *b)
{
    INPLACE_TRY(a, b, nb_iadd, nb_add)
    py_type *t = py_type_of(a);
    if (t->sq_iconcat)
        return t->sq_iconcat(a, b);
    if (t->sq_concat)
        return t->sq_concat(a, b);
    return bad_operands(a, b, "+=");
}

py_object *py_imul(py_object *a, py_object *b)
{
    INPLACE_TRY(a, b, nb_imul, nb_mul)
    py_type *t = py_type_of(a);
    if (t->sq_irepeat)
        return repeat(t->sq_irepeat, a, b);
    if (t->sq_repeat)
        return repeat(t->sq_repeat, a, b);
    if (py_type_of(b)->sq_repeat)
        return repeat(py_type_of(b)->sq_repeat, b, a);
    return bad_operands(a, b, "*=");
}

static py_object *power(py_object *a, py_object *b, py_object *m)
{
    py_ternaryfn fa = py_type_of(a)->nb_pow, fb = py_type_of(b)->nb_pow;
    py_object *r;
    if (fb == fa)
        fb = NULL;
    if (fa) {
        if (fb && py_subtype(py_type_of(b), py_type_of(a))) {
            r = fb(a, b, m);
            if (r != py_NotImplemented)
                return r;
            fb = NULL;
        }
        r = fa(a, b, m);
        if (r != py_NotImplemented)
            return r;
    }
    if (fb) {
        r = fb(a, b, m);
        if (r != py_NotImplemented)
            return r;
    }
    py_ternaryfn fm = py_type_of(m)->nb_pow;
    return fm && fm != fa && fm != fb ? fm(a, b, m) : py_NotImplemented;
}

py_object *py_pow(py_object *a, py_object *b, py_object *m)
{
    py_object *r = power(a, b, m);
    if (r != py_NotImplemented)
        return r;
    if (m == py_None)
        return bad_operands(a, b, "** or pow()");
    return py_raise(&py_TypeError,
                    "unsupported operand type(s) for pow(): '%T', '%T', '%T'",
                    a, b, m);
}

py_object *py_ipow(py_object *a, py_object *b)
{
    py_object *r;
    if (py_type_of(a)->nb_ipow) {
        r = py_type_of(a)->nb_ipow(a, b, py_None);
        if (r != py_NotImplemented)
            return r;
    }
    r = power(a, b, py_None);
    return r == py_NotImplemented ? bad_operands(a, b, "**=") : r;
}

/* ------------------------------------------------------- unary operators */

#define UNARY(name, field, text)                                               \
    py_object *py_##name(py_object *o)                                         \
    {                                                                          \
        py_unaryfn f = py_type_of(o)->field;                                   \
        if (f)                                                                 \
            return f(o);                                                       \
        return py_raise(&py_TypeError, "bad operand type for " text ": '%T'",  \
                        o);                                                    \
    }
UNARY(neg, nb_neg, "unary -")
UNARY(pos, nb_pos, "unary +")
UNARY(abs, nb_abs, "abs()")
UNARY(invert, nb_invert, "unary ~")

int py_is_true(py_object *o)
{
    if (o == py_True)
        return 1;
    if (o == py_False || o == py_None)
        return 0;
    py_type *t = py_type_of(o);
    intptr_t r;
    if (t->nb_nonzero)
        return t->nb_nonzero(o);
    if (t->mp_length)
        r = t->mp_length(o);
    else if (t->sq_length)
        r = t->sq_length(o);
    else
        return 1;
    return r > 0 ? 1 : (int)r;
}

int py_has_index(py_object *o)
{
    return PY_IS(o, PY_TF_INT | PY_TF_LONG) || py_type_of(o)->nb_index;
}

py_object *py_index(py_object *o)
{
    if (PY_IS(o, PY_TF_INT | PY_TF_LONG))
        return o;
    py_unaryfn f = py_type_of(o)->nb_index;
    if (!f)
        return py_raise(&py_TypeError,
                        "'%T' object cannot be interpreted as an index", o);
    py_object *r = f(o);
    if (r && !PY_IS(r, PY_TF_INT | PY_TF_LONG))
        return py_raise(&py_TypeError,
                        "__index__ returned non-(int,long) (type %T)", r);
    return r;
}

intptr_t py_index_as_ssize(py_object *o, py_type *err)
{
    if (PY_LIKELY(PY_IS(o, PY_TF_INT)))
        return py_int_value(o);
    py_object *i = py_index(o);
    if (!i)
        return -1;
    int64_t v;
    if (py_fits_int64(i, &v))
        return v;
    if (err)
        return py_raise_i(err, "cannot fit '%T' into an index-sized integer",
                          o);
    return py_long_sign(i) < 0 ? INTPTR_MIN : INTPTR_MAX;
}

int py_is_number(py_object *o)
{
    py_type *t = py_type_of(o);
    if (t == &py_oldinst_type)
        return py_getattr_maybe(o, py_id___int__) ||
               (py_err_clear(), py_getattr_maybe(o, py_id___float__)) ||
               (py_err_clear(), 0);
    return t->nb_int || t->nb_float;
}

py_object *py_integral_int(py_object *r)
{
    if (PY_IS(r, PY_TF_INT | PY_TF_LONG))
        return r;
    py_unaryfn to_int = py_type_of(r)->nb_int;
    if (to_int && !(py_is_oldinst(r) && !py_hasattr(r, py_id___int__))) {
        py_object *i = to_int(r);
        if (!i || PY_IS(i, PY_TF_INT | PY_TF_LONG))
            return i;
        r = i;
    }
    return py_raise(&py_TypeError, "__trunc__ returned non-Integral (type %s)",
                    py_is_oldinst(r) ? py_str_cstr(((py_oldinst *)r)->cls->name)
                                     : py_type_shortname(py_type_of(r)));
}

/* int(o) and long(o) for objects without the slot: __trunc__, then text. */
static py_object *number_from_other(py_object *o, const char *fname,
                                    int as_long)
{
    py_object *trunc = py_lookup_special(o, py_id___trunc__);
    if (trunc) {
        py_object *r = py_call0(trunc);
        return r ? py_integral_int(r) : NULL;
    }
    if (py_err_occurred())
        return NULL;
    intptr_t n;
    int text = py_is_unicode(o);
    const char *s = text ? py_number_text(o, &n) : py_buffer_read(o, &n);
    if (text && !s)
        return NULL;
    if (s)
        return as_long ? py_long_from_digits(s, n, 10)
                       : py_int_from_digits(s, n, 10);
    py_err_clear();
    return py_raise(&py_TypeError,
                    "%s() argument must be a string or a number, not '%T'",
                    fname, o);
}

py_object *py_number_int(py_object *o)
{
    if (py_type_of(o) == &py_int_type)
        return o;
    py_unaryfn f = py_type_of(o)->nb_int;
    if (!f)
        return number_from_other(o, "int", 0);
    py_object *r = f(o);
    if (r && !PY_IS(r, PY_TF_INT | PY_TF_LONG))
        return py_raise(&py_TypeError, "__int__ returned non-int (type %T)", r);
    return r;
}

py_object *py_number_long(py_object *o)
{
    if (py_type_of(o) == &py_long_type)
        return o;
    py_unaryfn f = py_type_of(o)->nb_long;
    if (!f && py_type_of(o)->nb_int)
        f = py_type_of(o)->nb_int;
    py_object *r = f ? f(o) : number_from_other(o, "long", 1);
    if (!r)
        return NULL;
    if (PY_IS(r, PY_TF_INT))
        return py_long_from_int64(py_int_value(r));
    if (!py_is_long(r))
        return py_raise(&py_TypeError, "__long__ returned non-long (type %T)",
                        r);
    return r;
}

py_object *py_number_float(py_object *o)
{
    if (py_type_of(o) == &py_float_type)
        return o;
    py_unaryfn f = py_type_of(o)->nb_float;
    if (f) {
        py_object *r = f(o);
        if (r && !py_is_float(r))
            return py_raise(&py_TypeError,
                            "__float__ returned non-float (type %T)", r);
        return r;
    }
    double d = py_as_double(o);
    return d == -1.0 && py_err_occurred() ? NULL : py_float_new(d);
}

/* ------------------------------------------------------------- subscripts */

static int adjust_index(py_object *o, py_type *t, intptr_t *i)
{
    if (*i >= 0 || !t->sq_length)
        return 0;
    intptr_t n = t->sq_length(o);
    if (n < 0)
        return -1;
    *i += n;
    return 0;
}

py_object *py_sequence_getitem(py_object *o, intptr_t i)
{
    py_type *t = py_type_of(o);
    if (t->sq_item)
        return adjust_index(o, t, &i) < 0 ? NULL : t->sq_item(o, i);
    if (t->mp_getitem)
        return t->mp_getitem(o, py_int_new(i));
    return py_raise(&py_TypeError, "'%T' object does not support indexing", o);
}

int py_sequence_setitem(py_object *o, intptr_t i, py_object *v)
{
    py_type *t = py_type_of(o);
    if (t->sq_setitem)
        return adjust_index(o, t, &i) < 0 ? -1 : t->sq_setitem(o, i, v);
    if (t->mp_setitem)
        return t->mp_setitem(o, py_int_new(i), v);
    return py_raise_i(&py_TypeError, "'%T' object does not support item %s", o,
                      v ? "assignment" : "deletion");
}

py_object *py_getitem(py_object *o, py_object *key)
{
    py_type *t = py_type_of(o);
    if (PY_LIKELY(t->mp_getitem != NULL))
        return t->mp_getitem(o, key);
    if (t->sq_item) {
        if (!py_has_index(key))
            return py_raise(&py_TypeError,
                            "sequence index must be integer, not '%T'", key);
        intptr_t i = py_index_as_ssize(key, &py_IndexError);
        if (i == -1 && py_err_occurred())
            return NULL;
        return adjust_index(o, t, &i) < 0 ? NULL : t->sq_item(o, i);
    }
    return py_raise(&py_TypeError, "'%T' object has no attribute '__getitem__'",
                    o);
}

static int assign_item(py_object *o, py_object *key, py_object *v)
{
    py_type *t = py_type_of(o);
    if (PY_LIKELY(t->mp_setitem != NULL))
        return t->mp_setitem(o, key, v);
    if (t->sq_setitem) {
        if (!py_has_index(key))
            return py_raise_i(&py_TypeError,
                              "sequence index must be integer, not '%T'", key);
        intptr_t i = py_index_as_ssize(key, &py_IndexError);
        if (i == -1 && py_err_occurred())
            return -1;
        return adjust_index(o, t, &i) < 0 ? -1 : t->sq_setitem(o, i, v);
    }
    return py_raise_i(&py_TypeError, "'%T' object does not support item %s", o,
                      v ? "assignment" : "deletion");
}

int py_setitem(py_object *o, py_object *key, py_object *v)
{
    return assign_item(o, key, v);
}

int py_delitem(py_object *o, py_object *key)
{
    return assign_item(o, key, NULL);
}

static int adjust_slice(py_object *o, py_type *t, intptr_t *i, intptr_t *j)
{
    if ((*i >= 0 && *j >= 0) || !t->sq_length)
        return 0;
    intptr_t n = t->sq_length(o);
    if (n < 0)
        return -1;
    if (*i < 0)
        *i += n;
    if (*j < 0)
        *j += n;
    return 0;
}

static py_object *slice_of(py_object *i, py_object *j)
{
    return py_slice_new(i ? i : py_None, j ? j : py_None, py_None);
}

py_object *py_getslice(py_object *o, intptr_t i, intptr_t j)
{
    py_type *t = py_type_of(o);
    if (t->sq_getslice)
        return adjust_slice(o, t, &i, &j) < 0 ? NULL : t->sq_getslice(o, i, j);
    if (t->mp_getitem)
        return t->mp_getitem(o, slice_of(py_int_new(i), py_int_new(j)));
    return py_raise(&py_TypeError, "'%T' object is unsliceable", o);
}

int py_setslice(py_object *o, intptr_t i, intptr_t j, py_object *v)
{
    py_type *t = py_type_of(o);
    if (t->sq_setslice)
        return adjust_slice(o, t, &i, &j) < 0 ? -1 : t->sq_setslice(o, i, j, v);
    if (t->mp_setitem)
        return t->mp_setitem(o, slice_of(py_int_new(i), py_int_new(j)), v);
    return py_raise_i(&py_TypeError, "'%T' object doesn't support slice %s", o,
                      v ? "assignment" : "deletion");
}

static int simple_bound(py_object *o)
{
    return !o || py_has_index(o);
}

py_object *py_apply_slice(py_object *o, py_object *i, py_object *j)
{
    py_type *t = py_type_of(o);
    if (t->sq_getslice && simple_bound(i) && simple_bound(j)) {
        intptr_t lo = i ? py_index_as_ssize(i, NULL) : 0;
        if (lo == -1 && py_err_occurred())
            return NULL;
        intptr_t hi = j ? py_index_as_ssize(j, NULL) : INTPTR_MAX;
        if (hi == -1 && py_err_occurred())
            return NULL;
        return py_getslice(o, lo, hi);
    }
    return py_getitem(o, slice_of(i, j));
}

int py_assign_slice(py_object *o, py_object *i, py_object *j, py_object *v)
{
    py_type *t = py_type_of(o);
    if (t->sq_setslice && simple_bound(i) && simple_bound(j)) {
        intptr_t lo = i ? py_index_as_ssize(i, NULL) : 0;
        if (lo == -1 && py_err_occurred())
            return -1;
        intptr_t hi = j ? py_index_as_ssize(j, NULL) : INTPTR_MAX;
        if (hi == -1 && py_err_occurred())
            return -1;
        return py_setslice(o, lo, hi, v);
    }
    return assign_item(o, slice_of(i, j), v);
}

py_object *py_sequence_repeat(py_object *o, intptr_t n)
{
    py_type *t = py_type_of(o);
    if (t->sq_repeat)
        return t->sq_repeat(o, n);
    if (py_is_sequence(o)) {
        py_object *k = py_int_new(n);
        py_object *r = NB(o, k, nb_mul);
        if (r != py_NotImplemented)
            return r;
    }
    return py_raise(&py_TypeError, "'%T' object can't be repeated", o);
}

py_object *py_sequence_concat(py_object *a, py_object *b)
{
    py_type *t = py_type_of(a);
    if (t->sq_concat)
        return t->sq_concat(a, b);
    if (py_is_sequence(a) && py_is_sequence(b)) {
        py_object *r = NB(a, b, nb_add);
        if (r != py_NotImplemented)
            return r;
    }
    return py_raise(&py_TypeError, "'%T' object can't be concatenated", a);
}

intptr_t py_len(py_object *o)
{
    py_type *t = py_type_of(o);
    if (t->sq_length)
        return t->sq_length(o);
    if (t->mp_length)
        return t->mp_length(o);
    return py_raise_i(&py_TypeError, "object of type '%T' has no len()", o);
}

intptr_t py_length_hint(py_object *o, intptr_t dflt)
{
    py_type *t = py_type_of(o);
    if (t->sq_length || t->mp_length) {
        intptr_t n = py_len(o);
        if (n >= 0)
            return n;
        if (!py_err_matches(&py_TypeError) &&
            !py_err_matches(&py_AttributeError))
            return -1;
        py_err_clear();
    }
    py_object *m = py_lookup_special(o, py_id___length_hint__);
    if (!m)
        return py_err_occurred() ? -1 : dflt;
    py_object *r = py_call0(m);
    if (!r) {
        if (!py_err_matches(&py_TypeError) &&
            !py_err_matches(&py_AttributeError))
            return -1;
        py_err_clear();
        return dflt;
    }
    if (!PY_IS(r, PY_TF_INT | PY_TF_LONG))
        return dflt;
    intptr_t n = py_index_as_ssize(r, NULL);
    return n < 0 ? dflt : n;
}

int py_check_hint(py_object *o)
{
    if (!(py_type_of(o)->flags & PY_TF_HEAP) && !py_is_oldinst(o))
        return 0;
    return py_length_hint(o, 0) < 0 ? -1 : 0;
}

/* `in` by asking each item: the loop is not for traces. */
static int contains_by_iteration(py_object *c, py_object *x)
{
    py_object *it = py_iter(c), *v;
    if (!it) {
        if (py_err_matches(&py_TypeError) && !py_is_oldinst(c))
            py_raise(&py_TypeError, "argument of type '%T' is not iterable", c);
        return -1;
    }
    while ((v = py_iternext(it))) {
        int r = py_eq(v, x);
        if (r)
            return r;
    }
    return py_err_occurred() ? -1 : 0;
}

int py_contains(py_object *c, py_object *x)
{
    py_containsfn f = py_type_of(c)->sq_contains;
    return f ? f(c, x) : contains_by_iteration(c, x);
}

int py_is_sequence(py_object *o)
{
    if (py_is_oldinst(o)) {
        int r = py_getattr_maybe(o, py_id___getitem__) != NULL;
        py_err_clear();
        return r;
    }
    return !py_is_dict(o) && py_type_of(o)->sq_item;
}

int py_is_mapping(py_object *o)
{
    if (py_is_oldinst(o))
        return py_hasattr(o, py_intern_cstr("__getitem__"));
    py_type *t = py_type_of(o);
    return t->mp_getitem && !(t->sq_getslice);
}

/* -------------------------------------------------------------- iteration */

py_object *py_next_gone(py_object *o)
{
    return py_raise(&py_TypeError, "'%T' object is not iterable", o);
}

py_object *py_iter(py_object *o)
{
    py_type *t = py_type_of(o);
    if (!t->tp_iter) {
        if (py_is_sequence(o))
            return py_seqiter_new(o);
        return py_raise(&py_TypeError, "'%T' object is not iterable", o);
    }
    py_object *it = t->tp_iter(o);
    if (it && PY_UNLIKELY(!py_is_iterator(it)))
        return py_raise(&py_TypeError,
                        "iter() returned non-iterator of type '%T'", it);
    return it;
}

py_object *py_iternext(py_object *it)
{
    py_object *v = py_type_of(it)->tp_iternext(it);
    if (!v && PY_UNLIKELY(py_ec->exc != NULL))
        py_err_catch(&py_StopIteration);
    return v;
}

int py_is_iterator(py_object *o)
{
    py_unaryfn next = py_type_of(o)->tp_iternext;
    return next && next != py_next_gone;
}

py_list *py_sequence_list(py_object *o)
{
    py_list *l = py_list_new();
    return py_list_extend(l, o) < 0 ? NULL : l;
}

py_tuple *py_sequence_tuple(py_object *o)
{
    if (py_is_tuple_exact(o))
        return (py_tuple *)o;
    py_list *l = py_is_list_exact(o) ? (py_list *)o : py_sequence_list(o);
    return l ? py_list_as_tuple(l) : NULL;
}

py_object *py_fastseq(py_object *o, const char *message)
{
    if (py_is_list(o) || py_is_tuple(o))
        return o;
    py_object *it = py_iter(o);
    if (!it) {
        if (py_err_matches(&py_TypeError))
            py_raise(&py_TypeError, "%s", message);
        return NULL;
    }
    return (py_object *)py_sequence_list(it);
}

intptr_t py_fastseq_len(py_object *seq)
{
    return py_is_list(seq) ? py_list_len((py_list *)seq) : ((py_tuple *)seq)->n;
}

py_object *py_fastseq_item(py_object *seq, intptr_t i)
{
    return py_is_list(seq) ? py_list_get((py_list *)seq, i)
                           : ((py_tuple *)seq)->item[i];
}

/* ---------------------------------------------------------------- classes */

/* o.__bases__ when it is a tuple; NULL without exception otherwise. */
static py_tuple *abstract_bases(py_object *o)
{
    py_object *b = py_getattr_maybe(o, py_id___bases__);
    return b && py_is_tuple(b) ? (py_tuple *)b : NULL;
}

static int abstract_issubclass(py_object *c, py_object *cls)
{
    if (c == cls)
        return 1;
    py_tuple *bases = abstract_bases(c);
    if (!bases)
        return py_err_occurred() ? -1 : 0;
    for (intptr_t i = 0; i < bases->n; i++) {
        int r = abstract_issubclass(bases->item[i], cls);
        if (r)
            return r;
    }
    return 0;
}

static int check_class(py_object *cls, const char *message)
{
    if (abstract_bases(cls))
        return 0;
    if (!py_err_occurred())
        py_raise(&py_TypeError, "%s", message);
    return -1;
}

static int classobj_subclass(py_object *c, py_object *cls)
{
    if (c == cls)
        return 1;
    py_tuple *bases = ((py_classobj *)c)->bases;
    for (intptr_t i = 0; i < bases->n; i++)
        if (classobj_subclass(bases->item[i], cls))
            return 1;
    return 0;
}

static int plain_isinstance(py_object *o, py_object *cls)
{
    if (py_is_classobj(cls) && py_is_oldinst(o))
        return classobj_subclass((py_object *)((py_oldinst *)o)->cls, cls);
    if (PY_IS(cls, PY_TF_TYPE)) {
        if (py_isinst(o, (py_type *)cls))
            return 1;
        py_object *c = py_getattr_maybe(o, py_id___class__);
        if (!c)
            return py_err_occurred() ? -1 : 0;
        return c != &py_type_of(o)->base && PY_IS(c, PY_TF_TYPE) &&
               py_subtype((py_type *)c, (py_type *)cls);
    }
    if (check_class(cls, "isinstance() arg 2 must be a class, type, or tuple "
                         "of classes and types") < 0)
        return -1;
    py_object *c = py_getattr_maybe(o, py_id___class__);
    if (!c)
        return py_err_occurred() ? -1 : 0;
    return abstract_issubclass(c, cls);
}

static int plain_issubclass(py_object *c, py_object *cls)
{
    if (PY_IS(c, PY_TF_TYPE) && PY_IS(cls, PY_TF_TYPE))
        return py_subtype((py_type *)c, (py_type *)cls);
    if (py_is_classobj(c) && py_is_classobj(cls))
        return classobj_subclass(c, cls);
    if (check_class(c, "issubclass() arg 1 must be a class") < 0)
        return -1;
    if (!py_is_classobj(cls) && !PY_IS(cls, PY_TF_TYPE) &&
        check_class(cls, "issubclass() arg 2 must be a class or tuple of "
                         "classes") < 0)
        return -1;
    return abstract_issubclass(c, cls);
}

/* Asks the class's __instancecheck__ or __subclasscheck__, else plain(). Most
 * tuples of classes are constants. */
tw_unroll_safe static int class_test(py_object *o, py_object *cls, py_str *hook,
                                     int (*plain)(py_object *, py_object *))
{
    if (py_is_tuple(cls)) {
        if (py_recursion_enter(" in class test"))
            return -1;
        py_tuple *t = (py_tuple *)cls;
        int r = 0;
        for (intptr_t i = 0; i < t->n && !r; i++)
            r = class_test(o, t->item[i], hook, plain);
        py_recursion_leave();
        return r;
    }
    if (py_type_of(cls) != &py_type_type && !py_is_classobj(cls)) {
        py_object *m = py_lookup_special(cls, hook);
        if (!m && py_err_occurred())
            return -1;
        if (m) {
            if (py_recursion_enter(" in class test"))
                return -1;
            py_object *r = py_call1(m, o);
            py_recursion_leave();
            return r ? py_is_true(r) : -1;
        }
    }
    return plain(o, cls);
}

int py_isinstance(py_object *o, py_object *cls)
{
    if (&py_type_of(o)->base == cls)
        return 1;
    if (py_type_of(cls) == &py_type_type)
        return plain_isinstance(o, cls);
    return class_test(o, cls, py_id___instancecheck__, plain_isinstance);
}

int py_issubclass(py_object *c, py_object *cls)
{
    if (py_type_of(cls) == &py_type_type && PY_IS(c, PY_TF_TYPE))
        return py_subtype((py_type *)c, (py_type *)cls);
    return class_test(c, cls, py_id___subclasscheck__, plain_issubclass);
}

/* ---------------------------------------------------------------- buffers */

const char *py_buffer_read(py_object *o, intptr_t *n)
{
    py_readbuffn f = py_type_of(o)->bf_read;
    if (!f)
        return py_raise(&py_TypeError, "expected a readable buffer object");
    return f(o, n);
}

char *py_buffer_write(py_object *o, intptr_t *n)
{
    py_writebuffn f = py_type_of(o)->bf_write;
    if (!f)
        return py_raise(&py_TypeError, "expected a writeable buffer object");
    return f(o, n);
}

py_object *py_format(py_object *o, py_object *spec)
{
    if (!spec)
        spec = (py_object *)py_str_empty;
    py_object *m = py_lookup_special(o, py_id___format__);
    if (!m) {
        if (py_err_occurred())
            return NULL;
        py_object *text = py_str_of(o); /* an old-style instance */
        if (!text || !(m = py_lookup_special(text, py_id___format__)))
            return NULL;
    }
    py_object *r = py_call1(m, spec);
    if (r && !py_is_str(r) && !py_is_unicode(r))
        return py_raise(&py_TypeError,
                        "%T.__format__ must return string or unicode, not %T",
                        o, r);
    /* A unicode specification asks for unicode. */
    return r && py_is_unicode(spec) ? py_unicode_of(r) : r;
}

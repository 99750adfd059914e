/*
 * typeslots.c: how slots get filled: inheritance between built-in types, and
 * slot functions that call the special methods of classes.
 *
 * Role: keeps the invariant "the slot holds what the special methods in the
 * mro say". A class that overrides nothing gets the built-in function itself,
 * so that subclasses of built-in types cost nothing extra.
 */
#include "objects/runtime.h"

int py_is_new_wrapper(py_object *o);

/* ------------------------------------------------- calling special methods */

/* The method of o's type, bound unless it is a plain function (*self_too says
 * that the caller passes o as the first argument). NULL: absent or error. */
static py_object *find_method(py_object *o, py_str *name, int *self_too)
{
    py_type *t = py_type_of(o);
    py_object *m = py_type_lookup(t, name);
    if (!m)
        return NULL;
    py_type *mt = py_type_of(m);
    *self_too = 0;
    if (mt == &py_function_type) {
        *self_too = 1;
        return m;
    }
    return mt->tp_descr_get ? mt->tp_descr_get(m, o, &t->base) : m;
}

static void *missing(py_str *name)
{
    return py_err_occurred() ? NULL : py_raise(&py_AttributeError, "%S", name);
}

static py_object *call0(py_object *o, py_str *name)
{
    int s;
    py_object *m = find_method(o, name, &s);
    if (!m)
        return missing(name);
    return s ? py_call1(m, o) : py_call0(m);
}

static py_object *call1(py_object *o, py_str *name, py_object *a)
{
    int s;
    py_object *m = find_method(o, name, &s);
    if (!m)
        return missing(name);
    return s ? py_call2(m, o, a) : py_call1(m, a);
}

static py_object *call2(py_object *o, py_str *name, py_object *a, py_object *b)
{
    int s;
    py_object *m = find_method(o, name, &s);
    if (!m)
        return missing(name);
    return s ? py_call3(m, o, a, b) : py_call2(m, a, b);
}

static py_object *call3(py_object *o, py_str *name, py_object *a, py_object *b,
                        py_object *c)
{
    int s;
    py_object *m = find_method(o, name, &s);
    if (!m)
        return missing(name);
    if (!s)
        return py_call3(m, a, b, c);
    py_object *args[4] = {o, a, b, c};
    return py_call_fast(m, args, 4, NULL);
}

/* NotImplemented when there is no such method. */
static py_object *maybe1(py_object *o, py_str *name, py_object *a)
{
    int s;
    py_object *m = find_method(o, name, &s);
    if (!m)
        return py_err_occurred() ? NULL : py_NotImplemented;
    return s ? py_call2(m, o, a) : py_call1(m, a);
}

/* ------------------------------------------------------- binary operators */

static int overrides(py_object *base, py_object *sub, py_str *name)
{
    py_object *a = py_type_lookup(py_type_of(sub), name);
    return a && a != py_type_lookup(py_type_of(base), name);
}

#define BINARY(field, op, rop)                                                 \
    tw_look_inside static py_object *slot_##field(py_object *a, py_object *b)  \
    {                                                                          \
        py_type *ta = py_type_of(a), *tb = py_type_of(b);                      \
        int do_b = ta != tb && tb->field == slot_##field;                      \
        if (ta->field == slot_##field) {                                       \
            if (do_b && py_subtype(tb, ta) && overrides(a, b, py_id_##rop)) {  \
                py_object *r = maybe1(b, py_id_##rop, a);                      \
                if (r != py_NotImplemented)                                    \
                    return r;                                                  \
                do_b = 0;                                                      \
            }                                                                  \
            py_object *r = maybe1(a, py_id_##op, b);                           \
            if (r != py_NotImplemented || ta == tb)                            \
                return r;                                                      \
        }                                                                      \
        return do_b ? maybe1(b, py_id_##rop, a) : py_NotImplemented;           \
    }
BINARY(nb_add, __add__, __radd__)
BINARY(nb_sub, __sub__, __rsub__)
BINARY(nb_mul, __mul__, __rmul__)
BINARY(nb_div, __div__, __rdiv__)
BINARY(nb_mod, __mod__, __rmod__)
BINARY(nb_divmod, __divmod__, __rdivmod__)
BINARY(nb_lshift, __lshift__, __rlshift__)
BINARY(nb_rshift, __rshift__, __rrshift__)
BINARY(nb_and, __and__, __rand__)
BINARY(nb_xor, __xor__, __rxor__)
BINARY(nb_or, __or__, __ror__)
BINARY(nb_floordiv, __floordiv__, __rfloordiv__)
BINARY(nb_truediv, __truediv__, __rtruediv__)

static py_object *slot_nb_pow(py_object *, py_object *, py_object *);

static py_object *pow_two(py_object *a, py_object *b)
{
    py_type *ta = py_type_of(a), *tb = py_type_of(b);
    int do_b = ta != tb && tb->nb_pow == slot_nb_pow;
    if (ta->nb_pow == slot_nb_pow) {
        if (do_b && py_subtype(tb, ta) && overrides(a, b, py_id___rpow__)) {
            py_object *r = maybe1(b, py_id___rpow__, a);
            if (r != py_NotImplemented)
                return r;
            do_b = 0;
        }
        py_object *r = maybe1(a, py_id___pow__, b);
        if (r != py_NotImplemented || ta == tb)
            return r;
    }
    return do_b ? maybe1(b, py_id___rpow__, a) : py_NotImplemented;
}

/* With a modulus only the first operand is asked. */
static py_object *slot_nb_pow(py_object *a, py_object *b, py_object *mod)
{
    if (mod == py_None)
        return pow_two(a, b);
    if (py_type_of(a)->nb_pow == slot_nb_pow)
        return call2(a, py_id___pow__, b, mod);
    return py_NotImplemented;
}

#define INPLACE(field, op)                                                     \
    static py_object *slot_##field(py_object *a, py_object *b)                 \
    {                                                                          \
        return call1(a, py_id_##op, b);                                        \
    }
INPLACE(nb_iadd, __iadd__)
INPLACE(nb_isub, __isub__)
INPLACE(nb_imul, __imul__)
INPLACE(nb_idiv, __idiv__)
INPLACE(nb_imod, __imod__)
INPLACE(nb_ilshift, __ilshift__)
INPLACE(nb_irshift, __irshift__)
INPLACE(nb_iand, __iand__)
INPLACE(nb_ixor, __ixor__)
INPLACE(nb_ior, __ior__)
INPLACE(nb_ifloordiv, __ifloordiv__)
INPLACE(nb_itruediv, __itruediv__)
INPLACE(nb_coerce, __coerce__)
INPLACE(mp_getitem, __getitem__)

static py_object *slot_nb_ipow(py_object *a, py_object *b, py_object *c)
{
    (void)c;
    return call1(a, py_id___ipow__, b);
}

/* -------------------------------------------------------- unary operators */

#define UNARY(field, op)                                                       \
    static py_object *slot_##field(py_object *a)                               \
    {                                                                          \
        return call0(a, py_id_##op);                                           \
    }
UNARY(nb_neg, __neg__)
UNARY(nb_pos, __pos__)
UNARY(nb_abs, __abs__)
UNARY(nb_invert, __invert__)
UNARY(nb_int, __int__)
UNARY(nb_long, __long__)
UNARY(nb_float, __float__)
UNARY(nb_oct, __oct__)
UNARY(nb_hex, __hex__)
UNARY(nb_index, __index__)
UNARY(tp_str, __str__)
UNARY(tp_repr, __repr__)

static int slot_nb_nonzero(py_object *o)
{
    int s, by_len = 0;
    py_object *m = find_method(o, py_id___nonzero__, &s);
    if (!m) {
        if (py_err_occurred())
            return -1;
        m = find_method(o, py_id___len__, &s);
        if (!m)
            return py_err_occurred() ? -1 : 1;
        by_len = 1;
    }
    py_object *r = s ? py_call1(m, o) : py_call0(m);
    if (!r)
        return -1;
    if (py_type_of(r) == &py_bool_type || py_type_of(r) == &py_int_type)
        return py_int_value(r) != 0;
    if (by_len && py_is_long(r))
        return py_is_true(r);
    return py_raise_i(&py_TypeError,
                      "%s should return bool or int, returned %T",
                      by_len ? "__len__" : "__nonzero__", r);
}

static intptr_t slot_sq_length(py_object *o)
{
    py_object *r = call0(o, py_id___len__);
    if (!r)
        return -1;
    intptr_t n = py_index_as_ssize(r, &py_OverflowError);
    if (n < 0 && !py_err_occurred())
        return py_raise_i(&py_ValueError, "__len__() should return >= 0");
    return n;
}
#define slot_mp_length slot_sq_length

/* ----------------------------------------------------- items and slices */

static py_object *slot_sq_item(py_object *o, intptr_t i)
{
    return call1(o, py_id___getitem__, py_int_new(i));
}

static int slot_sq_setitem(py_object *o, intptr_t i, py_object *v)
{
    py_object *r = v ? call2(o, py_id___setitem__, py_int_new(i), v)
                     : call1(o, py_id___delitem__, py_int_new(i));
    return r ? 0 : -1;
}

static py_object *slot_sq_getslice(py_object *o, intptr_t i, intptr_t j)
{
    return call2(o, py_id___getslice__, py_int_new(i), py_int_new(j));
}

static int slot_sq_setslice(py_object *o, intptr_t i, intptr_t j, py_object *v)
{
    py_object *a = py_int_new(i), *b = py_int_new(j);
    py_object *r = v ? call3(o, py_id___setslice__, a, b, v)
                     : call2(o, py_id___delslice__, a, b);
    return r ? 0 : -1;
}

static int slot_mp_setitem(py_object *o, py_object *k, py_object *v)
{
    py_object *r =
        v ? call2(o, py_id___setitem__, k, v) : call1(o, py_id___delitem__, k);
    return r ? 0 : -1;
}

static int slot_sq_contains(py_object *o, py_object *v)
{
    int s;
    py_object *m = find_method(o, py_id___contains__, &s);
    if (m) {
        py_object *r = s ? py_call2(m, o, v) : py_call1(m, v);
        return r ? py_is_true(r) : -1;
    }
    if (py_err_occurred())
        return -1;
    py_object *it = py_iter(o), *x;
    if (!it)
        return -1;
    while ((x = py_iternext(it))) {
        int r = py_eq(x, v);
        if (r)
            return r;
    }
    return py_err_occurred() ? -1 : 0;
}

/* ------------------------------------------------ comparison and hashing */

static py_str *const *const rich_names[6];

static py_object *rich_half(py_object *a, py_object *b, int op)
{
    return maybe1(a, *rich_names[op], b);
}

static const int swapped[6] = {PY_GT, PY_GE, PY_EQ, PY_NE, PY_LT, PY_LE};

static py_object *slot_tp_richcompare(py_object *a, py_object *b, int op)
{
    if (py_type_of(a)->tp_richcompare == slot_tp_richcompare) {
        py_object *r = rich_half(a, b, op);
        if (r != py_NotImplemented)
            return r;
    }
    if (py_type_of(b)->tp_richcompare == slot_tp_richcompare)
        return rich_half(b, a, swapped[op]);
    return py_NotImplemented;
}

/* Returns -1, 0, 1, -2 for an error, 2 for "not implemented". */
static int cmp_half(py_object *a, py_object *b)
{
    py_object *r = maybe1(a, py_id___cmp__, b);
    if (!r)
        return -2;
    if (r == py_NotImplemented)
        return 2;
    int64_t c = py_as_int64(r);
    if (c == -1 && py_err_occurred())
        return -2;
    return c < 0 ? -1 : c > 0;
}

int py_slot_compare(py_object *a, py_object *b)
{
    if (py_type_of(a)->tp_compare == py_slot_compare) {
        int c = cmp_half(a, b);
        if (c <= 1)
            return c;
    }
    if (py_type_of(b)->tp_compare == py_slot_compare) {
        int c = cmp_half(b, a);
        if (c < -1)
            return -2;
        if (c <= 1)
            return -c;
    }
    return a < b ? -1 : a > b;
}

static int64_t slot_tp_hash(py_object *o)
{
    int s;
    py_object *m = find_method(o, py_id___hash__, &s);
    if (!m) {
        if (py_err_occurred())
            return -1;
        if (py_type_lookup(py_type_of(o), py_id___eq__) ||
            py_type_lookup(py_type_of(o), py_id___cmp__))
            return py_hash_notimpl(o);
        return py_hash_pointer(o);
    }
    if (m == py_None)
        return py_hash_notimpl(o);
    py_object *r = s ? py_call1(m, o) : py_call0(m);
    if (!r)
        return -1;
    int64_t h;
    if (py_is_long(r))
        h = py_long_type.tp_hash(r);
    else if (py_is_int(r))
        h = py_int_value(r);
    else {
        h = py_as_int64(r);
        if (py_err_occurred())
            return -1;
    }
    return h == -1 ? (py_err_occurred() ? -1 : -2) : h;
}

/* ------------------------------------------------------------ attributes */

static py_object *slot_tp_getattr(py_object *o, py_str *name)
{
    py_type *t = py_type_of(o);
    py_object *ga = py_type_lookup(t, py_id___getattribute__);
    py_object *r;
    if (!ga)
        r = py_object_getattr(o, name);
    else if (py_slotwrapper_row(ga))
        r = ((py_getattrfn)py_slotwrapper_fn(ga))(o, name);
    else
        r = call1(o, py_id___getattribute__, &name->base);
    if (r || !py_err_matches(&py_AttributeError))
        return r;
    if (!py_type_lookup(t, py_id___getattr__))
        return NULL;
    py_err_clear();
    return call1(o, py_id___getattr__, &name->base);
}

static int slot_tp_setattr(py_object *o, py_str *name, py_object *v)
{
    py_object *r = v ? call2(o, py_id___setattr__, &name->base, v)
                     : call1(o, py_id___delattr__, &name->base);
    return r ? 0 : -1;
}

/* ----------------------------------------------------- calls and the rest */

static py_object *slot_tp_call(py_object *o, py_object *const *args,
                               intptr_t nargs, py_tuple *kw)
{
    py_object *m = py_lookup_special(o, py_id___call__);
    if (!m)
        return missing(py_id___call__);
    if (py_recursion_enter(" while calling a Python object"))
        return NULL;
    py_object *r = py_call_fast(m, args, nargs, kw);
    py_recursion_leave();
    return r;
}

static int slot_tp_init(py_object *o, py_object *const *args, intptr_t nargs,
                        py_tuple *kw)
{
    py_object *m = py_lookup_special(o, py_id___init__);
    if (!m) {
        missing(py_id___init__);
        return -1;
    }
    py_object *r = py_call_fast(m, args, nargs, kw);
    if (!r)
        return -1;
    if (r != py_None)
        return py_raise_i(&py_TypeError,
                          "__init__() should return None, not '%T'", r);
    return 0;
}

static py_object *slot_tp_new(py_type *t, py_object *const *args,
                              intptr_t nargs, py_tuple *kw)
{
    py_object *f = py_getattr(&t->base, py_id___new__);
    if (!f)
        return NULL;
    intptr_t total = nargs + (kw ? kw->n : 0);
    struct py_objarray *a = TW_NEW_VAR(py_objarray, total + 1);
    a->item[0] = &t->base;
    for (intptr_t i = 0; i < total; i++)
        a->item[i + 1] = args[i];
    return py_call_fast(f, a->item, nargs + 1, kw);
}

static py_object *slot_tp_iter(py_object *o)
{
    int s;
    py_object *m = find_method(o, py_id___iter__, &s);
    if (m && m != py_None)
        return s ? py_call1(m, o) : py_call0(m);
    if (py_err_occurred())
        return NULL;
    if (!m && py_type_lookup(py_type_of(o), py_id___getitem__))
        return py_seqiter_new(o);
    return py_raise(&py_TypeError, "'%T' object is not iterable", o);
}

static py_object *slot_tp_iternext(py_object *o)
{
    py_object *v = call0(o, py_id_next);
    if (!v)
        py_err_catch(&py_StopIteration);
    return v;
}

static py_object *slot_tp_descr_get(py_object *d, py_object *o, py_object *t)
{
    return call2(d, py_id___get__, o ? o : py_None, t ? t : py_None);
}

static int slot_tp_descr_set(py_object *d, py_object *o, py_object *v)
{
    py_object *r =
        v ? call2(d, py_id___set__, o, v) : call1(d, py_id___delete__, o);
    return r ? 0 : -1;
}

static void slot_tp_del(py_object *o)
{
    struct py_savedexc s = py_err_save();
    int self_too;
    py_object *m = find_method(o, py_id___del__, &self_too);
    if (m && !(self_too ? py_call1(m, o) : py_call0(m)))
        py_err_unraisable(m);
    py_err_restore(s);
}

static py_str *const *const rich_names[6] = {&py_id___lt__, &py_id___le__,
                                             &py_id___eq__, &py_id___ne__,
                                             &py_id___gt__, &py_id___ge__};

#define slot_tp_compare py_slot_compare
/* Built-in sequences only: a class's + and * go through the nb_ slots. */
#define slot_sq_concat NULL
#define slot_sq_repeat NULL
#define slot_sq_iconcat NULL
#define slot_sq_irepeat NULL

static const py_anyfn slot_functions[] = {
#define PY_SLOT(method, field, wrap, doc) (py_anyfn) slot_##field,
#include "objects/slots.def"
#undef PY_SLOT
};

/* ------------------------------------------------------ filling the slots */

/* By field, not by address: so what each slot may hold stays known. */
static py_anyfn slot_get(const py_type *t, int offset)
{
    switch (offset) {
#define PY_SLOT_FIELD(ctype, field)                                            \
    case offsetof(struct py_type, field):                                      \
        return (py_anyfn)t->field;
#include "objects/slots.def"
#undef PY_SLOT_FIELD
    }
    return NULL;
}

static void slot_set(py_type *t, int offset, py_anyfn fn)
{
    switch (offset) {
#define PY_SLOT_FIELD(ctype, field)                                            \
    case offsetof(struct py_type, field):                                      \
        t->field = (ctype)fn;                                                  \
        break;
#include "objects/slots.def"
#undef PY_SLOT_FIELD
    }
}

static void rows_init(void)
{
    if (py_slotrows[0].id)
        return;
    for (int i = 0; i < py_nslotrows; i++) {
        py_slotrows[i].id = py_intern_cstr(py_slotrows[i].name);
        py_slotrows[i].slotfn = slot_functions[i];
    }
}

int py_type_add_slotwrappers(py_type *t)
{
    rows_init();
    for (int i = 0; i < py_nslotrows; i++) {
        struct py_slotrow *row = &py_slotrows[i];
        py_anyfn fn = slot_get(t, row->offset);
        if (!fn || !row->wrap || py_dict_get_str(t->dict, row->id))
            continue;
        if (fn == (py_anyfn)py_hash_notimpl)
            continue;
        if (py_dict_set_str(t->dict, row->id, py_slotwrapper_new(t, row, fn)) <
            0)
            return -1;
    }
    return 0;
}

void py_type_inherit_slots(py_type *t)
{
    py_type *b = t->base_type;
    /* Comparison and hash go together. */
    int own = t->tp_compare || t->tp_richcompare || t->tp_hash;
    py_cmpfn cmp = t->tp_compare;
    py_richcmpfn rich = t->tp_richcompare;
    py_hashfn hash = t->tp_hash;
#define PY_SLOT_FIELD(ctype, field)                                            \
    if (!t->field)                                                             \
        t->field = b->field;
#include "objects/slots.def"
#undef PY_SLOT_FIELD
    if (own) {
        t->tp_compare = cmp;
        t->tp_richcompare = rich;
        t->tp_hash = hash;
        if (!hash)
            t->tp_hash = py_hash_notimpl;
    }
    /* A static type without a constructor of its own cannot be made by
     * object's, except object's own heirs that say so by PY_TF_BASE. */
    if (b == &py_object_type && !py_dict_get_str(t->dict, py_id___new__) &&
        !(t->flags & (PY_TF_BASE | PY_TF_HEAP)))
        t->tp_new = NULL;
}

/* The function for the slot at `offset`, by the rows [first, end) of it. */
static py_anyfn resolve(py_type *t, int offset)
{
    py_anyfn specific = NULL, generic = NULL;
    int use_generic = 0;
    for (int i = 0; i < py_nslotrows; i++) {
        const struct py_slotrow *r = &py_slotrows[i], *wrow;
        if (r->offset != offset)
            continue;
        py_object *d = py_type_lookup(t, r->id);
        if (!d)
            continue;
        if ((wrow = py_slotwrapper_row(d))) {
            py_anyfn fn = py_slotwrapper_fn(d);
            py_type *owner = py_slotwrapper_owner(d);
            if (!py_subtype(t, owner)) {
                use_generic = 1;
                generic = r->slotfn;
                continue;
            }
            if (wrow->id != r->id) {
                /* e.g. __repr__ = object.__str__ */
                use_generic = 1;
                generic = r->slotfn;
                continue;
            } else if (wrow->offset != offset) {
                /* The name stands for another slot of the owner. */
                fn = slot_get(owner, offset);
                if (!fn)
                    continue;
            } else if (wrow->wrap != r->wrap) {
                /* e.g. __radd__ = list.__add__ */
                use_generic = 1;
                generic = r->slotfn;
                continue;
            }
            generic = r->slotfn;
            if (!specific || specific == fn)
                specific = fn;
            else
                use_generic = 1;
        } else if (offset == offsetof(struct py_type, tp_new) &&
                   py_is_new_wrapper(d)) {
            specific = (py_anyfn)((py_type *)((py_builtin *)d)->self)->tp_new;
        } else if (d == py_None &&
                   offset == offsetof(struct py_type, tp_hash)) {
            specific = (py_anyfn)py_hash_notimpl;
        } else {
            use_generic = 1;
            generic = r->slotfn;
        }
    }
    return specific && !use_generic ? specific : generic;
}

static void refresh_flags(py_type *t)
{
    uint32_t f = t->flags & ~(uint32_t)PY_TF_HASDEL;
    if (t->tp_del)
        f |= PY_TF_HASDEL;
    if (f != t->flags)
        t->flags = f;
}

static void update_one(py_type *t, int offset)
{
    py_anyfn fn = resolve(t, offset);
    /* Who has such an iterator already may go on asking it. */
    if (!fn && slot_get(t, offset) &&
        offset == offsetof(struct py_type, tp_iternext))
        fn = (py_anyfn)py_next_gone;
    if (slot_get(t, offset) != fn)
        slot_set(t, offset, fn);
}

void py_type_update_slots(py_type *t)
{
    rows_init();
    t->bf_read = t->base_type->bf_read;
    t->bf_write = t->base_type->bf_write;
    for (int i = 0; i < py_nslotrows; i++) {
        int first = 1;
        for (int j = i; j-- > 0 && first;)
            first = py_slotrows[j].offset != py_slotrows[i].offset;
        if (first)
            update_one(t, py_slotrows[i].offset);
    }
    refresh_flags(t);
}

static void update_tree(py_type *t, int offset)
{
    if (!(t->flags & PY_TF_HEAP))
        return;
    update_one(t, offset);
    refresh_flags(t);
    for (struct py_weaknode *w = t->subclasses; w; w = w->next)
        if (*w->cell)
            update_tree((py_type *)*w->cell, offset);
}

void py_type_update_slot(py_type *t, py_str *name)
{
    for (int i = 0; i < py_nslotrows; i++)
        if (py_slotrows[i].id == name)
            update_tree(t, py_slotrows[i].offset);
}

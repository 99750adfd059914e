/*
 * weakref.c: weak references and proxies, and the death of objects.
 *
 * A reference points to a word of unscanned memory that holds the referent and
 * that the collector clears. What references an object has, a lifeline says,
 * found by the object's (hidden) address in a table; a lifeline holds the
 * references weakly, and the object, too, so that a reused address is noticed.
 * Only references with a callback make the collector tell about the death.
 */
#include "objects/weakref.h"

#include "objects/runtime.h"

struct py_weakref {
    py_object base;
    py_object **link;
    py_object *callback;
    int64_t hash; /* -1: not yet known */
};
TW_IMMUTABLE(py_weakref, link);
TW_GC_TYPE(py_weakref);

#define W(o) ((struct py_weakref *)(o))

struct lifeline {
    py_object **link; /* to the object */
    intptr_t n, room;
    py_object ***refs; /* each a word that holds a reference weakly */
};
struct entry {
    uintptr_t hidden; /* ~address; 0 free */
    struct lifeline *line;
};
static struct entry *table;
static size_t table_size, table_used;

/* ------------------------------------------------------------- lifelines */

static py_object **weak_word(py_object *o)
{
    py_object **w = tw_gc_malloc_atomic(sizeof *w);
    *w = o;
    tw_gc_weaklink((void **)w, o);
    return w;
}

static struct entry *place(uintptr_t hidden)
{
    size_t i = (hidden >> 4) * 0x9e3779b97f4a7c15u & (table_size - 1);
    while (table[i].hidden && table[i].hidden != hidden)
        i = (i + 1) & (table_size - 1);
    return &table[i];
}

/* A larger table, without the dead. */
static void rebuild_table(void)
{
    struct entry *old = table;
    size_t n = table_size, live = 0;
    for (size_t i = 0; i < n; i++)
        live += old[i].hidden && *old[i].line->link;
    table_size = 64;
    while (table_size < 4 * (live + 1))
        table_size *= 2;
    table = tw_gc_malloc(table_size * sizeof *table);
    table_used = 0;
    for (size_t i = 0; i < n; i++)
        if (old[i].hidden && *old[i].line->link) {
            *place(old[i].hidden) = old[i];
            table_used++;
        }
}

static struct lifeline *lifeline_of(py_object *o, int create)
{
    if (2 * table_used >= table_size) {
        if (!create && !table_size)
            return NULL;
        rebuild_table();
    }
    struct entry *e = place(~(uintptr_t)o);
    if (e->hidden && *e->line->link == o)
        return e->line;
    if (!create)
        return NULL;
    if (!e->hidden)
        table_used++;
    e->hidden = ~(uintptr_t)o;
    e->line = tw_gc_malloc(sizeof *e->line);
    e->line->link = weak_word(o);
    return e->line;
}

static void add_ref(struct lifeline *l, py_object *ref)
{
    intptr_t live = 0;
    for (intptr_t i = 0; i < l->n; i++)
        if (*l->refs[i])
            l->refs[live++] = l->refs[i];
    l->n = live;
    if (l->n == l->room) {
        intptr_t room = l->room ? 2 * l->room : 2;
        py_object ***refs = tw_gc_malloc(sizeof *refs * (size_t)room);
        for (intptr_t i = 0; i < l->n; i++)
            refs[i] = l->refs[i];
        l->refs = refs;
        l->room = room;
    }
    l->refs[l->n++] = weak_word(ref);
}

/* ----------------------------------------------------------------- death */

static void call_callbacks(struct lifeline *l)
{
    for (intptr_t i = l->n; i-- > 0;) {
        py_object *ref = *l->refs[i];
        if (!ref || !W(ref)->callback)
            continue;
        py_object *f = W(ref)->callback;
        W(ref)->callback = NULL;
        if (!py_call1(f, ref))
            py_err_unraisable(f);
    }
}

static void on_death(void *obj, void *data)
{
    struct lifeline *line = data;
    py_object *o = obj;
    struct py_savedexc s = py_err_save();
    py_type *t = py_type_of(o);
    if (line)
        call_callbacks(line);
    if (t->tp_del)
        t->tp_del(o);
    /* The built-in type below a class has work of its own. */
    py_type *b = t;
    while (b && (b->flags & PY_TF_HEAP))
        b = b->base_type;
    if (b && b != t && b->tp_del && b->tp_del != t->tp_del)
        b->tp_del(o);
    py_err_restore(s);
}

void py_watch_death(py_object *o)
{
    tw_gc_set_finalizer(o, on_death, lifeline_of(o, 0));
}

/* ------------------------------------------------------------ references */

py_object *py_weakref_get(py_object *ref)
{
    return *W(ref)->link;
}

/* The shared reference of that type without a callback, if it lives. */
static py_object *shared(struct lifeline *l, py_type *type)
{
    for (intptr_t i = 0; i < l->n; i++) {
        py_object *r = *l->refs[i];
        if (r && r->type == type && !W(r)->callback)
            return r;
    }
    return NULL;
}

static py_object *new_ref(py_type *type, py_object *o, py_object *callback)
{
    if (!(py_type_of(o)->flags & PY_TF_WEAKREF))
        return py_raise(&py_TypeError,
                        "cannot create weak reference to '%T' object", o);
    struct lifeline *l = lifeline_of(o, 1);
    if (callback == py_None)
        callback = NULL;
    if (!callback && !(type->flags & PY_TF_HEAP)) {
        py_object *r = shared(l, type);
        if (r)
            return r;
    }
    py_object *ref = py_alloc(type, 0);
    if (!ref)
        return NULL;
    W(ref)->link = l->link;
    W(ref)->callback = callback;
    W(ref)->hash = -1;
    add_ref(l, ref);
    if (callback)
        py_watch_death(o);
    return ref;
}

py_object *py_weakref_new(py_type *type, py_object *o, py_object *callback)
{
    return new_ref(type, o, callback);
}

py_object *py_weakproxy_new(py_object *o, py_object *callback)
{
    return new_ref(py_callable(o) ? &py_weakcallableproxy_type
                                  : &py_weakproxy_type,
                   o, callback);
}

py_list *py_weakref_list(py_object *o)
{
    py_list *out = py_list_new();
    struct lifeline *l = lifeline_of(o, 0);
    for (intptr_t i = 0; l && i < l->n; i++)
        if (*l->refs[i] && py_list_append(out, *l->refs[i]) < 0)
            return NULL;
    return out;
}

static py_object *ref_new(py_type *t, py_object *const *args, intptr_t nargs,
                          py_tuple *kw)
{
    (void)kw;
    if (py_args_count("__new__", nargs, 1, 2) < 0)
        return NULL;
    return new_ref(t, args[0], nargs > 1 ? args[1] : NULL);
}

static int ref_init(py_object *self, py_object *const *args, intptr_t nargs,
                    py_tuple *kw)
{
    (void)self;
    (void)args;
    (void)kw;
    return py_args_count("__init__", nargs, 1, 2);
}

static py_object *ref_call(py_object *o, py_object *const *args, intptr_t nargs,
                           py_tuple *kw)
{
    (void)args;
    if (py_args_nokw("", kw) < 0 || py_args_count("", nargs, 0, 0) < 0)
        return NULL;
    py_object *r = py_weakref_get(o);
    return r ? r : py_None;
}

static int64_t ref_hash(py_object *o)
{
    if (W(o)->hash != -1)
        return W(o)->hash;
    py_object *r = py_weakref_get(o);
    if (!r)
        return py_raise_i(&py_TypeError, "weak object has gone away");
    return W(o)->hash = py_hash(r);
}

static py_object *ref_richcmp(py_object *a, py_object *b, int op)
{
    if ((op != PY_EQ && op != PY_NE) || !py_isinst(a, &py_weakref_type) ||
        !py_isinst(b, &py_weakref_type))
        return py_NotImplemented;
    py_object *x = py_weakref_get(a), *y = py_weakref_get(b);
    if (!x || !y)
        return py_bool((a == b) == (op == PY_EQ));
    return py_richcompare(x, y, op);
}

static py_object *ref_repr(py_object *o)
{
    py_object *r = py_weakref_get(o);
    if (!r)
        return (py_object *)py_str_format_c("<weakref at %p; dead>", (void *)o);
    py_object *name = py_getattr_maybe(r, py_id___name__);
    py_err_clear();
    if (name && py_is_str(name))
        return (py_object *)py_str_format_c(
            "<weakref at %p; to '%T' at %p (%S)>", (void *)o, r, (void *)r,
            name);
    return (py_object *)py_str_format_c("<weakref at %p; to '%T' at %p>",
                                        (void *)o, r, (void *)r);
}

py_type py_weakref_type = {
    PY_TYPE_HEAD("weakref", py_weakref),
    .flags = PY_TF_BASE,
    .tp_new = ref_new,
    .tp_init = ref_init,
    .tp_call = ref_call,
    .tp_hash = ref_hash,
    .tp_richcompare = ref_richcmp,
    .tp_repr = ref_repr,
};

/* --------------------------------------------------------------- proxies */

static int is_proxy(py_object *o)
{
    py_type *t = py_type_of(o);
    return t == &py_weakproxy_type || t == &py_weakcallableproxy_type;
}

/* o itself, or what the proxy o stands for; NULL with ReferenceError. */
static py_object *real(py_object *o)
{
    if (!is_proxy(o))
        return o;
    py_object *r = py_weakref_get(o);
    return r ? r
             : py_raise(&py_ReferenceError,
                        "weakly-referenced object no longer exists");
}

#define PROXY_UNARY(name, fn)                                                  \
    static py_object *proxy_##name(py_object *o)                               \
    {                                                                          \
        py_object *r = real(o);                                                \
        return r ? fn(r) : NULL;                                               \
    }
#define PROXY_BINARY(name, fn)                                                 \
    static py_object *proxy_##name(py_object *a, py_object *b)                 \
    {                                                                          \
        py_object *x = real(a), *y = x ? real(b) : NULL;                       \
        return y ? fn(x, y) : NULL;                                            \
    }
PROXY_UNARY(str, py_str_of)
PROXY_UNARY(iter, py_iter)
PROXY_UNARY(neg, py_neg)
PROXY_UNARY(pos, py_pos)
PROXY_UNARY(abs, py_abs)
PROXY_UNARY(invert, py_invert)
PROXY_UNARY(int, py_number_int)
PROXY_UNARY(long, py_number_long)
PROXY_UNARY(float, py_number_float)
PROXY_UNARY(index, py_index)
PROXY_BINARY(add, py_add)
PROXY_BINARY(sub, py_sub)
PROXY_BINARY(mul, py_mul)
PROXY_BINARY(div, py_div)
PROXY_BINARY(mod, py_mod)
PROXY_BINARY(divmod, py_divmod)
PROXY_BINARY(lshift, py_lshift)
PROXY_BINARY(rshift, py_rshift)
PROXY_BINARY(and, py_and)
PROXY_BINARY(xor, py_xor)
PROXY_BINARY(or, py_or)
PROXY_BINARY(floordiv, py_floordiv)
PROXY_BINARY(truediv, py_truediv)
PROXY_BINARY(iadd, py_iadd)
PROXY_BINARY(isub, py_isub)
PROXY_BINARY(imul, py_imul)
PROXY_BINARY(idiv, py_idiv)
PROXY_BINARY(imod, py_imod)
PROXY_BINARY(ilshift, py_ilshift)
PROXY_BINARY(irshift, py_irshift)
PROXY_BINARY(iand, py_iand)
PROXY_BINARY(ixor, py_ixor)
PROXY_BINARY(ior, py_ior)
PROXY_BINARY(ifloordiv, py_ifloordiv)
PROXY_BINARY(itruediv, py_itruediv)
PROXY_BINARY(getitem, py_getitem)

static py_object *proxy_next(py_object *o)
{
    py_object *r = real(o);
    if (!r)
        return NULL;
    if (!py_is_iterator(r))
        return py_raise(&py_TypeError, "'%T' object is not an iterator", r);
    return py_iternext(r);
}

static py_object *proxy_pow(py_object *a, py_object *b, py_object *m)
{
    py_object *x = real(a), *y = x ? real(b) : NULL, *z = y ? real(m) : NULL;
    return z ? py_pow(x, y, z) : NULL;
}

static py_object *proxy_ipow(py_object *a, py_object *b, py_object *m)
{
    py_object *x = real(a), *y = x ? real(b) : NULL;
    (void)m;
    return y ? py_ipow(x, y) : NULL;
}

static int proxy_nonzero(py_object *o)
{
    py_object *r = real(o);
    return r ? py_is_true(r) : -1;
}

static intptr_t proxy_len(py_object *o)
{
    py_object *r = real(o);
    return r ? py_len(r) : -1;
}

static int proxy_contains(py_object *o, py_object *v)
{
    py_object *r = real(o);
    return r ? py_contains(r, v) : -1;
}

static int proxy_setitem(py_object *o, py_object *k, py_object *v)
{
    py_object *r = real(o);
    if (!r)
        return -1;
    return v ? py_setitem(r, k, v) : py_delitem(r, k);
}

static py_object *proxy_getslice(py_object *o, intptr_t i, intptr_t j)
{
    py_object *r = real(o);
    return r ? py_getslice(r, i, j) : NULL;
}

static int proxy_setslice(py_object *o, intptr_t i, intptr_t j, py_object *v)
{
    py_object *r = real(o);
    return r ? py_setslice(r, i, j, v) : -1;
}

static py_object *proxy_getattr(py_object *o, py_str *name)
{
    py_object *r = real(o);
    return r ? py_getattr(r, name) : NULL;
}

static int proxy_setattr(py_object *o, py_str *name, py_object *v)
{
    py_object *r = real(o);
    return r ? py_setattr(r, name, v) : -1;
}

static py_object *proxy_call(py_object *o, py_object *const *args,
                             intptr_t nargs, py_tuple *kw)
{
    py_object *r = real(o);
    return r ? py_call_fast(r, args, nargs, kw) : NULL;
}

static py_object *proxy_richcmp(py_object *a, py_object *b, int op)
{
    py_object *x = real(a), *y = x ? real(b) : NULL;
    return y ? py_richcompare(x, y, op) : NULL;
}

static py_object *proxy_repr(py_object *o)
{
    py_object *r = py_weakref_get(o);
    return (py_object *)py_str_format_c(
        "<weakproxy at %p to %s at %p>", (void *)o,
        r ? py_type_shortname(py_type_of(r)) : "NoneType",
        (void *)(r ? r : py_None));
}

static py_object *proxy_unicode(py_object *o)
{
    py_object *r = real(o);
    return r ? py_unicode_of(r) : NULL;
}

static const struct py_methoddef proxy_methods[] = {
    PY_M0("__unicode__", proxy_unicode, NULL),
    PY_MEND,
};

#define PROXY_SLOTS                                                            \
    .methods = proxy_methods, .tp_repr = proxy_repr, .tp_str = proxy_str,      \
    .tp_getattr = proxy_getattr, .tp_setattr = proxy_setattr,                  \
    .tp_richcompare = proxy_richcmp, .tp_hash = py_hash_notimpl,               \
    .tp_iter = proxy_iter, .tp_iternext = proxy_next, .sq_length = proxy_len,  \
    .mp_length = proxy_len, .mp_getitem = proxy_getitem,                       \
    .mp_setitem = proxy_setitem, .sq_contains = proxy_contains,                \
    .sq_getslice = proxy_getslice, .sq_setslice = proxy_setslice,              \
    .nb_nonzero = proxy_nonzero, .nb_add = proxy_add, .nb_sub = proxy_sub,     \
    .nb_mul = proxy_mul, .nb_div = proxy_div, .nb_mod = proxy_mod,             \
    .nb_divmod = proxy_divmod, .nb_pow = proxy_pow, .nb_lshift = proxy_lshift, \
    .nb_rshift = proxy_rshift, .nb_and = proxy_and, .nb_xor = proxy_xor,       \
    .nb_or = proxy_or, .nb_floordiv = proxy_floordiv,                          \
    .nb_truediv = proxy_truediv, .nb_iadd = proxy_iadd, .nb_isub = proxy_isub, \
    .nb_imul = proxy_imul, .nb_idiv = proxy_idiv, .nb_imod = proxy_imod,       \
    .nb_ipow = proxy_ipow, .nb_ilshift = proxy_ilshift,                        \
    .nb_irshift = proxy_irshift, .nb_iand = proxy_iand, .nb_ixor = proxy_ixor, \
    .nb_ior = proxy_ior, .nb_ifloordiv = proxy_ifloordiv,                      \
    .nb_itruediv = proxy_itruediv, .nb_neg = proxy_neg, .nb_pos = proxy_pos,   \
    .nb_abs = proxy_abs, .nb_invert = proxy_invert, .nb_int = proxy_int,       \
    .nb_long = proxy_long, .nb_float = proxy_float, .nb_index = proxy_index

py_type py_weakproxy_type = {PY_TYPE_HEAD("weakproxy", py_weakref),
                             PROXY_SLOTS};
py_type py_weakcallableproxy_type = {
    PY_TYPE_HEAD("weakcallableproxy", py_weakref), .tp_call = proxy_call,
    PROXY_SLOTS};

/*
 * classobj.c: old-style classes and their instances, with coercion.
 */
#include "objects/runtime.h"
#include "objects/weakref.h"

TW_GC_TYPE(py_classobj);
TW_GC_TYPE(py_oldinst);

#define C(o) ((py_classobj *)(o))
#define I(o) ((py_oldinst *)(o))

/* ---------------------------------------------------------------- classes */

static py_object *class_lookup(py_classobj *c, py_str *name)
{
    py_object *v = py_dict_get_str(c->dict, name);
    for (intptr_t i = 0; !v && i < c->bases->n; i++)
        v = class_lookup(C(c->bases->item[i]), name);
    return v;
}

static void set_hooks(py_classobj *c)
{
    c->getattr = class_lookup(c, py_id___getattr__);
    c->setattr = class_lookup(c, py_id___setattr__);
    c->delattr = class_lookup(c, py_id___delattr__);
}

static py_object *class_new(py_type *t, py_object *const *args, intptr_t nargs,
                            py_tuple *kw)
{
    static const char *const names[] = {"name", "bases", "dict"};
    py_object *a[3];
    (void)t;
    if (py_args_kw("classobj", args, nargs, kw, names, 3, 3, a) < 0)
        return NULL;
    if (!py_is_str(a[0]))
        return py_raise(&py_TypeError, "PyClass_New: name must be a string");
    if (!py_is_dict(a[2]))
        return py_raise(&py_TypeError,
                        "PyClass_New: dict must be a dictionary");
    if (!py_is_tuple(a[1]))
        return py_raise(&py_TypeError, "PyClass_New: bases must be a tuple");
    py_tuple *bases = (py_tuple *)a[1];
    for (intptr_t i = 0; i < bases->n; i++) {
        py_object *b = bases->item[i];
        if (py_is_classobj(b))
            continue;
        /* A base of another kind makes the class. */
        if (py_callable(&py_type_of(b)->base))
            return py_call3(&py_type_of(b)->base, a[0], a[1], a[2]);
        return py_raise(&py_TypeError, "PyClass_New: base must be a class");
    }
    py_dict *dict = (py_dict *)a[2];
    if (!py_dict_get_str(dict, py_id___doc__) &&
        py_dict_set_str(dict, py_id___doc__, py_None) < 0)
        return NULL;
    if (!py_dict_get_str(dict, py_id___module__)) {
        py_dict *g = py_current_globals();
        py_object *m = g ? py_dict_get_str(g, py_id___name__) : NULL;
        if (m && py_dict_set_str(dict, py_id___module__, m) < 0)
            return NULL;
    }
    py_classobj *c = PY_NEW(py_classobj, &py_classobj_type);
    c->name = (py_str *)a[0];
    c->bases = bases;
    c->dict = dict;
    set_hooks(c);
    return &c->base;
}

static py_object *class_getattr(py_object *o, py_str *name)
{
    py_classobj *c = C(o);
    if (name == py_id___dict__)
        return &c->dict->base;
    if (name == py_id___bases__)
        return &c->bases->base;
    if (name == py_id___name__)
        return &c->name->base;
    py_object *v = class_lookup(c, name);
    if (!v)
        return py_raise(&py_AttributeError, "class %S has no attribute '%S'",
                        c->name, name);
    py_descrgetfn get = py_type_of(v)->tp_descr_get;
    return get ? get(v, NULL, o) : v;
}

static int class_setattr(py_object *o, py_str *name, py_object *v)
{
    py_classobj *c = C(o);
    if (name == py_id___dict__) {
        if (!v || !py_is_dict(v))
            return py_raise_i(&py_TypeError,
                              "__dict__ must be a dictionary object");
        c->dict = (py_dict *)v;
        set_hooks(c);
        return 0;
    }
    if (name == py_id___bases__) {
        if (!v || !py_is_tuple(v))
            return py_raise_i(&py_TypeError,
                              "__bases__ must be a tuple object");
        py_tuple *t = (py_tuple *)v;
        for (intptr_t i = 0; i < t->n; i++) {
            if (!py_is_classobj(t->item[i]))
                return py_raise_i(&py_TypeError,
                                  "__bases__ items must be classes");
            int r = py_issubclass(t->item[i], o);
            if (r < 0)
                return -1;
            if (r)
                return py_raise_i(&py_TypeError, "a __bases__ item causes an "
                                                 "inheritance cycle");
        }
        c->bases = t;
        set_hooks(c);
        return 0;
    }
    if (name == py_id___name__) {
        if (!v || !py_is_str(v))
            return py_raise_i(&py_TypeError,
                              "__name__ must be a string object");
        c->name = (py_str *)v;
        return 0;
    }
    if (v) {
        if (py_dict_set_str(c->dict, name, v) < 0)
            return -1;
    } else {
        int r = py_dict_del_maybe(c->dict, &name->base);
        if (r < 0)
            return -1;
        if (!r)
            return py_raise_i(&py_AttributeError,
                              "class %S has no attribute '%S'", c->name, name);
    }
    if (name == py_id___getattr__)
        c->getattr = v;
    else if (name == py_id___setattr__)
        c->setattr = v;
    else if (name == py_id___delattr__)
        c->delattr = v;
    return 0;
}

static py_object *class_text(py_object *o, int plain)
{
    py_classobj *c = C(o);
    py_object *mod = py_dict_get_str(c->dict, py_id___module__);
    int have = mod && py_is_str(mod);
    if (plain)
        return (py_object *)(have ? py_str_format_c("%S.%S", mod, c->name)
                                  : c->name);
    return (py_object *)(have ? py_str_format_c("<class %S.%S at %p>", mod,
                                                c->name, (void *)o)
                              : py_str_format_c("<class ?.%S at %p>", c->name,
                                                (void *)o));
}

static py_object *class_repr(py_object *o)
{
    return class_text(o, 0);
}

static py_object *class_str(py_object *o)
{
    return class_text(o, 1);
}

static py_object *new_instance(py_classobj *c, py_dict *dict)
{
    py_oldinst *i = PY_NEW(py_oldinst, &py_oldinst_type);
    i->cls = c;
    i->dict = dict;
    if (class_lookup(c, py_id___del__))
        py_watch_death(&i->base);
    return &i->base;
}

static py_object *class_call(py_object *o, py_object *const *args,
                             intptr_t nargs, py_tuple *kw)
{
    py_object *inst = new_instance(C(o), py_dict_new());
    py_object *init = class_lookup(C(o), py_id___init__);
    if (!init) {
        if (nargs || (kw && kw->n))
            return py_raise(&py_TypeError,
                            "this constructor takes no arguments");
        return inst;
    }
    py_descrgetfn get = py_type_of(init)->tp_descr_get;
    if (get && !(init = get(init, inst, o)))
        return NULL;
    py_object *r = py_call_fast(init, args, nargs, kw);
    if (!r)
        return NULL;
    if (r != py_None)
        return py_raise(&py_TypeError, "__init__() should return None");
    return inst;
}

py_type py_classobj_type = {
    PY_TYPE_HEAD("classobj", py_classobj),
    .flags = PY_TF_WEAKREF,
    .tp_new = class_new,
    .tp_call = class_call,
    .tp_getattr = class_getattr,
    .tp_setattr = class_setattr,
    .tp_repr = class_repr,
    .tp_str = class_str,
};

/* -------------------------------------------------------------- instances */

/* From the instance or its class, bound; NULL without exception if absent.
 * Does not ask __getattr__. */
static py_object *plain_get(py_object *o, py_str *name)
{
    py_object *v = py_dict_get_str(I(o)->dict, name);
    if (v)
        return v;
    v = class_lookup(I(o)->cls, name);
    if (!v)
        return NULL;
    py_descrgetfn get = py_type_of(v)->tp_descr_get;
    return get ? get(v, o, (py_object *)I(o)->cls) : v;
}

static py_object *inst_getattr(py_object *o, py_str *name)
{
    if (name == py_id___dict__)
        return &I(o)->dict->base;
    if (name == py_id___class__)
        return (py_object *)I(o)->cls;
    py_object *v = plain_get(o, name);
    if (v)
        return v;
    if (py_err_occurred()) {
        if (!I(o)->cls->getattr || !py_err_matches(&py_AttributeError))
            return NULL;
        py_err_clear();
    }
    if (I(o)->cls->getattr)
        return py_call2(I(o)->cls->getattr, o, &name->base);
    return py_raise(&py_AttributeError, "%S instance has no attribute '%S'",
                    I(o)->cls->name, name);
}

static int inst_setattr(py_object *o, py_str *name, py_object *v)
{
    if (name == py_id___dict__) {
        if (!v || !py_is_dict(v))
            return py_raise_i(&py_TypeError,
                              "__dict__ must be set to a dictionary");
        I(o)->dict = (py_dict *)v;
        return 0;
    }
    if (name == py_id___class__) {
        if (!v || !py_is_classobj(v))
            return py_raise_i(&py_TypeError,
                              "__class__ must be set to a class");
        I(o)->cls = C(v);
        return 0;
    }
    py_classobj *c = I(o)->cls;
    py_object *hook = v ? c->setattr : c->delattr;
    if (hook)
        return (v ? py_call3(hook, o, &name->base, v)
                  : py_call2(hook, o, &name->base))
                   ? 0
                   : -1;
    if (v)
        return py_dict_set_str(I(o)->dict, name, v);
    int r = py_dict_del_maybe(I(o)->dict, &name->base);
    if (r < 0)
        return -1;
    if (!r)
        return py_raise_i(&py_AttributeError,
                          "%S instance has no attribute '%S'", c->name, name);
    return 0;
}

/* The special method `name` of o, through __getattr__, too; NULL without
 * exception when there is none. */
static py_object *find(py_object *o, py_str *name)
{
    return py_getattr_maybe(o, name);
}

static py_object *required(py_object *o, py_str *name)
{
    return inst_getattr(o, name);
}

static py_object *inst_repr(py_object *o)
{
    py_object *m = find(o, py_id___repr__);
    if (m)
        return py_call0(m);
    if (py_err_occurred())
        return NULL;
    py_object *mod = py_dict_get_str(I(o)->cls->dict, py_id___module__);
    if (mod && py_is_str(mod))
        return (py_object *)py_str_format_c("<%S.%S instance at %p>", mod,
                                            I(o)->cls->name, (void *)o);
    return (py_object *)py_str_format_c("<?.%S instance at %p>",
                                        I(o)->cls->name, (void *)o);
}

static py_object *inst_str(py_object *o)
{
    py_object *m = find(o, py_id___str__);
    if (m)
        return py_call0(m);
    return py_err_occurred() ? NULL : inst_repr(o);
}

static int64_t inst_hash(py_object *o)
{
    py_object *m = find(o, py_id___hash__);
    if (!m) {
        if (py_err_occurred())
            return -1;
        if (find(o, py_id___eq__) || find(o, py_id___cmp__)) {
            py_raise(&py_TypeError, "unhashable instance");
            return -1;
        }
        return py_err_occurred() ? -1 : py_hash_pointer(o);
    }
    py_object *r = py_call0(m);
    if (!r)
        return -1;
    if (!PY_IS(r, PY_TF_INT | PY_TF_LONG))
        return py_raise_i(&py_TypeError, "__hash__() should return an int");
    return py_hash(r);
}

static intptr_t inst_length(py_object *o)
{
    py_object *m = required(o, py_id___len__);
    py_object *r = m ? py_call0(m) : NULL;
    if (!r)
        return -1;
    if (!PY_IS(r, PY_TF_INT | PY_TF_LONG))
        return py_raise_i(&py_TypeError, "__len__() should return an int");
    intptr_t n = py_index_as_ssize(r, &py_OverflowError);
    if (n < 0 && !py_err_occurred())
        return py_raise_i(&py_ValueError, "__len__() should return >= 0");
    return n;
}

static py_object *inst_getitem(py_object *o, py_object *key)
{
    py_object *m = required(o, py_id___getitem__);
    return m ? py_call1(m, key) : NULL;
}

static int inst_setitem(py_object *o, py_object *key, py_object *v)
{
    py_object *m = required(o, v ? py_id___setitem__ : py_id___delitem__);
    if (!m)
        return -1;
    return (v ? py_call2(m, key, v) : py_call1(m, key)) ? 0 : -1;
}

static py_object *inst_item(py_object *o, intptr_t i)
{
    return inst_getitem(o, py_int_new(i));
}

static int inst_setitem_i(py_object *o, intptr_t i, py_object *v)
{
    return inst_setitem(o, py_int_new(i), v);
}

static py_object *inst_getslice(py_object *o, intptr_t i, intptr_t j)
{
    py_object *m = find(o, py_id___getslice__);
    if (m)
        return py_call2(m, py_int_new(i), py_int_new(j));
    if (py_err_occurred())
        return NULL;
    return inst_getitem(o, py_slice_new(py_int_new(i), py_int_new(j), py_None));
}

static int inst_setslice(py_object *o, intptr_t i, intptr_t j, py_object *v)
{
    py_object *m = find(o, v ? py_id___setslice__ : py_id___delslice__);
    py_object *a = py_int_new(i), *b = py_int_new(j);
    if (m)
        return (v ? py_call3(m, a, b, v) : py_call2(m, a, b)) ? 0 : -1;
    if (py_err_occurred())
        return -1;
    return inst_setitem(o, py_slice_new(a, b, py_None), v);
}

static int inst_contains(py_object *o, py_object *x)
{
    py_object *m = find(o, py_id___contains__);
    if (m) {
        py_object *r = py_call1(m, x);
        return r ? py_is_true(r) : -1;
    }
    if (py_err_occurred())
        return -1;
    py_object *it = py_iter(o), *v;
    if (!it)
        return -1;
    while ((v = py_iternext(it))) {
        int r = py_eq(v, x);
        if (r)
            return r;
    }
    return py_err_occurred() ? -1 : 0;
}

static int inst_nonzero(py_object *o)
{
    py_object *m = find(o, py_id___nonzero__);
    if (!m && !py_err_occurred())
        m = find(o, py_id___len__);
    if (!m)
        return py_err_occurred() ? -1 : 1;
    py_object *r = py_call0(m);
    if (!r)
        return -1;
    if (!PY_IS(r, PY_TF_INT))
        return py_raise_i(&py_TypeError, "__nonzero__ should return an int");
    if (py_int_value(r) < 0)
        return py_raise_i(&py_ValueError, "__nonzero__ should return >= 0");
    return py_int_value(r) != 0;
}

static py_object *inst_call(py_object *o, py_object *const *args,
                            intptr_t nargs, py_tuple *kw)
{
    py_object *m = find(o, py_id___call__);
    if (!m) {
        if (py_err_occurred())
            return NULL;
        return py_raise(&py_AttributeError,
                        "%S instance has no __call__ method", I(o)->cls->name);
    }
    if (py_recursion_enter(" in __call__"))
        return NULL;
    py_object *r = py_call_fast(m, args, nargs, kw);
    py_recursion_leave();
    return r;
}

static py_object *inst_iter(py_object *o)
{
    py_object *m = find(o, py_id___iter__);
    if (m) {
        py_object *r = py_call0(m);
        if (r && !py_is_iterator(r))
            return py_raise(&py_TypeError,
                            "__iter__ returned non-iterator of type '%T'", r);
        return r;
    }
    if (py_err_occurred())
        return NULL;
    m = find(o, py_id___getitem__);
    if (!m)
        return py_err_occurred()
                   ? NULL
                   : py_raise(&py_TypeError, "iteration over non-sequence");
    return py_seqiter_new(o);
}

static py_object *inst_next(py_object *o)
{
    py_object *m = find(o, py_id_next);
    if (!m) {
        if (!py_err_occurred())
            py_raise(&py_TypeError, "instance has no next() method");
        return NULL;
    }
    py_object *r = py_call0(m);
    if (!r)
        py_err_catch(&py_StopIteration);
    return r;
}

/* ------------------------------------------------------------- arithmetic */

static py_object *coerce(py_object *a, py_object *b)
{
    py_object *m = find(a, py_id___coerce__);
    if (!m)
        return py_err_occurred() ? NULL : py_NotImplemented;
    py_object *r = py_call1(m, b);
    if (!r)
        return NULL;
    if (r == py_None || r == py_NotImplemented)
        return py_NotImplemented;
    if (!py_is_tuple(r) || ((py_tuple *)r)->n != 2)
        return py_raise(&py_TypeError,
                        "coercion should return None or 2-tuple");
    return r;
}

/* a.op(b) for an old-style instance a, after coercion; `op` does the work on
 * coerced operands that are no instances. */
static py_object *half_binary(py_object *a, py_object *b, py_str *name,
                              py_binaryfn op, int swapped)
{
    if (!py_is_oldinst(a))
        return py_NotImplemented;
    py_object *c = coerce(a, b);
    if (!c)
        return NULL;
    if (c != py_NotImplemented) {
        py_object *a1 = ((py_tuple *)c)->item[0];
        py_object *b1 = ((py_tuple *)c)->item[1];
        if (!py_is_oldinst(a1)) {
            if (py_recursion_enter(" after coercion"))
                return NULL;
            py_object *r = swapped ? op(b1, a1) : op(a1, b1);
            py_recursion_leave();
            return r;
        }
        a = a1;
        b = b1;
    }
    py_object *m = find(a, name);
    if (!m)
        return py_err_occurred() ? NULL : py_NotImplemented;
    return py_call1(m, b);
}

#define BINARY(field, opname, ropname, op)                                     \
    static py_object *inst_##field(py_object *a, py_object *b)                 \
    {                                                                          \
        py_object *r = half_binary(a, b, py_id_##opname, op, 0);               \
        if (r == py_NotImplemented)                                            \
            r = half_binary(b, a, py_id_##ropname, op, 1);                     \
        return r;                                                              \
    }
BINARY(add, __add__, __radd__, py_add)
BINARY(sub, __sub__, __rsub__, py_sub)
BINARY(mul, __mul__, __rmul__, py_mul)
BINARY(div, __div__, __rdiv__, py_div)
BINARY(mod, __mod__, __rmod__, py_mod)
BINARY(divmod, __divmod__, __rdivmod__, py_divmod)
BINARY(lshift, __lshift__, __rlshift__, py_lshift)
BINARY(rshift, __rshift__, __rrshift__, py_rshift)
BINARY(and, __and__, __rand__, py_and)
BINARY(xor, __xor__, __rxor__, py_xor)
BINARY(or, __or__, __ror__, py_or)
BINARY(floordiv, __floordiv__, __rfloordiv__, py_floordiv)
BINARY(truediv, __truediv__, __rtruediv__, py_truediv)

static py_object *pow2(py_object *a, py_object *b)
{
    return py_pow(a, b, py_None);
}

static py_object *inst_pow(py_object *a, py_object *b, py_object *mod)
{
    if (mod == py_None) {
        py_object *r = half_binary(a, b, py_id___pow__, pow2, 0);
        if (r == py_NotImplemented)
            r = half_binary(b, a, py_id___rpow__, pow2, 1);
        return r;
    }
    if (!py_is_oldinst(a))
        return py_NotImplemented;
    py_object *m = required(a, py_id___pow__);
    return m ? py_call2(m, b, mod) : NULL;
}

/* The in-place method when there is one, then the plain operator. */
#define INPLACE(field, iname, fallback)                                        \
    static py_object *inst_##field(py_object *a, py_object *b)                 \
    {                                                                          \
        py_object *m = find(a, py_id_##iname);                                 \
        if (m) {                                                               \
            py_object *r = py_call1(m, b);                                     \
            if (r != py_NotImplemented)                                        \
                return r;                                                      \
        } else if (py_err_occurred()) {                                        \
            return NULL;                                                       \
        }                                                                      \
        return fallback(a, b);                                                 \
    }
INPLACE(iadd, __iadd__, inst_add)
INPLACE(isub, __isub__, inst_sub)
INPLACE(imul, __imul__, inst_mul)
INPLACE(idiv, __idiv__, inst_div)
INPLACE(imod, __imod__, inst_mod)
INPLACE(ilshift, __ilshift__, inst_lshift)
INPLACE(irshift, __irshift__, inst_rshift)
INPLACE(iand, __iand__, inst_and)
INPLACE(ixor, __ixor__, inst_xor)
INPLACE(ior, __ior__, inst_or)
INPLACE(ifloordiv, __ifloordiv__, inst_floordiv)
INPLACE(itruediv, __itruediv__, inst_truediv)

static py_object *inst_ipow(py_object *a, py_object *b, py_object *mod)
{
    py_object *m = find(a, py_id___ipow__);
    if (m) {
        py_object *r = py_call1(m, b);
        if (r != py_NotImplemented)
            return r;
    } else if (py_err_occurred()) {
        return NULL;
    }
    return inst_pow(a, b, mod);
}

#define UNARY(field, name)                                                     \
    static py_object *inst_##field(py_object *o)                               \
    {                                                                          \
        py_object *m = required(o, py_id_##name);                              \
        return m ? py_call0(m) : NULL;                                         \
    }
UNARY(neg, __neg__)
UNARY(pos, __pos__)
UNARY(abs, __abs__)
UNARY(invert, __invert__)
UNARY(float, __float__)
UNARY(oct, __oct__)
UNARY(hex, __hex__)

static py_object *inst_int(py_object *o)
{
    py_object *m = find(o, py_id___int__);
    if (m)
        return py_call0(m);
    if (py_err_occurred())
        return NULL;
    m = required(o, py_id___trunc__);
    if (!m) {
        if (py_err_catch(&py_AttributeError))
            py_raise(&py_AttributeError,
                     "%S instance has no attribute '__int__'", I(o)->cls->name);
        return NULL;
    }
    py_object *r = py_call0(m);
    return r ? py_integral_int(r) : NULL;
}

static py_object *inst_long(py_object *o)
{
    py_object *m = find(o, py_id___long__);
    if (m)
        return py_call0(m);
    return py_err_occurred() ? NULL : inst_int(o);
}

static py_object *inst_index(py_object *o)
{
    py_object *m = find(o, py_id___index__);
    if (m)
        return py_call0(m);
    if (py_err_occurred())
        return NULL;
    return py_raise(&py_TypeError, "object cannot be interpreted as an index");
}

/* ------------------------------------------------------------- comparison */

static int half_cmp(py_object *a, py_object *b)
{
    py_object *m = find(a, py_id___cmp__);
    if (!m)
        return py_err_occurred() ? -2 : 2;
    py_object *r = py_call1(m, b);
    if (!r)
        return -2;
    if (r == py_NotImplemented)
        return 2;
    int64_t c = py_as_int64(r);
    if (c == -1 && py_err_occurred()) {
        py_raise(&py_TypeError, "comparison did not return an int");
        return -2;
    }
    return c < 0 ? -1 : c > 0;
}

static int inst_compare(py_object *a, py_object *b)
{
    for (int side = 0; side < 2; side++) {
        py_object *x = side ? b : a, *y = side ? a : b;
        if (!py_is_oldinst(x))
            continue;
        py_object *c = coerce(x, y);
        if (!c)
            return -2;
        if (c != py_NotImplemented) {
            x = ((py_tuple *)c)->item[0];
            y = ((py_tuple *)c)->item[1];
            a = side ? y : x;
            b = side ? x : y;
            if (!py_is_oldinst(a) && !py_is_oldinst(b))
                return py_cmp(a, b);
            break;
        }
    }
    if (py_is_oldinst(a)) {
        int c = half_cmp(a, b);
        if (c <= 1)
            return c;
    }
    if (py_is_oldinst(b)) {
        int c = half_cmp(b, a);
        if (c == -2)
            return -2;
        if (c <= 1)
            return -c;
    }
    return 2;
}

static py_object *half_rich(py_object *a, py_object *b, int op)
{
    py_str *const names[6] = {py_id___lt__, py_id___le__, py_id___eq__,
                              py_id___ne__, py_id___gt__, py_id___ge__};
    py_object *m = find(a, names[op]);
    if (!m)
        return py_err_occurred() ? NULL : py_NotImplemented;
    return py_call1(m, b);
}

static py_object *inst_richcompare(py_object *a, py_object *b, int op)
{
    static const int swapped[6] = {PY_GT, PY_GE, PY_EQ, PY_NE, PY_LT, PY_LE};
    if (py_is_oldinst(a)) {
        py_object *r = half_rich(a, b, op);
        if (r != py_NotImplemented)
            return r;
    }
    if (py_is_oldinst(b))
        return half_rich(b, a, swapped[op]);
    return py_NotImplemented;
}

static void inst_del(py_object *o)
{
    py_object *m = plain_get(o, py_id___del__);
    if (m && !py_call0(m))
        py_err_unraisable(m);
}

/* instance(class[, dict]) */
static py_object *inst_new(py_type *t, py_object *const *args, intptr_t nargs,
                           py_tuple *kw)
{
    (void)t;
    if (py_args_nokw("instance", kw) < 0 ||
        py_args_count("instance", nargs, 1, 2) < 0)
        return NULL;
    if (!py_is_classobj(args[0]))
        return py_arg_error("instance", 1, "classobj", args[0]);
    py_object *d = nargs > 1 && args[1] != py_None ? args[1] : NULL;
    if (d && !py_is_dict(d))
        return py_raise(&py_TypeError,
                        "instance() second arg must be dictionary or None");
    return new_instance(C(args[0]), d ? (py_dict *)d : py_dict_new());
}

py_type py_oldinst_type = {
    PY_TYPE_HEAD("instance", py_oldinst),
    .flags = PY_TF_WEAKREF,
    .tp_new = inst_new,
    .tp_getattr = inst_getattr,
    .tp_setattr = inst_setattr,
    .tp_repr = inst_repr,
    .tp_str = inst_str,
    .tp_hash = inst_hash,
    .tp_del = inst_del,
    .tp_call = inst_call,
    .tp_iter = inst_iter,
    .tp_iternext = inst_next,
    .tp_compare = inst_compare,
    .tp_richcompare = inst_richcompare,
    .sq_length = inst_length,
    .mp_length = inst_length,
    .mp_getitem = inst_getitem,
    .mp_setitem = inst_setitem,
    .sq_item = inst_item,
    .sq_setitem = inst_setitem_i,
    .sq_getslice = inst_getslice,
    .sq_setslice = inst_setslice,
    .sq_contains = inst_contains,
    .nb_nonzero = inst_nonzero,
    .nb_add = inst_add,
    .nb_sub = inst_sub,
    .nb_mul = inst_mul,
    .nb_div = inst_div,
    .nb_mod = inst_mod,
    .nb_divmod = inst_divmod,
    .nb_pow = inst_pow,
    .nb_lshift = inst_lshift,
    .nb_rshift = inst_rshift,
    .nb_and = inst_and,
    .nb_xor = inst_xor,
    .nb_or = inst_or,
    .nb_floordiv = inst_floordiv,
    .nb_truediv = inst_truediv,
    .nb_iadd = inst_iadd,
    .nb_isub = inst_isub,
    .nb_imul = inst_imul,
    .nb_idiv = inst_idiv,
    .nb_imod = inst_imod,
    .nb_ipow = inst_ipow,
    .nb_ilshift = inst_ilshift,
    .nb_irshift = inst_irshift,
    .nb_iand = inst_iand,
    .nb_ixor = inst_ixor,
    .nb_ior = inst_ior,
    .nb_ifloordiv = inst_ifloordiv,
    .nb_itruediv = inst_itruediv,
    .nb_neg = inst_neg,
    .nb_pos = inst_pos,
    .nb_abs = inst_abs,
    .nb_invert = inst_invert,
    .nb_int = inst_int,
    .nb_long = inst_long,
    .nb_float = inst_float,
    .nb_oct = inst_oct,
    .nb_hex = inst_hex,
    .nb_index = inst_index,
    .nb_coerce = coerce,
};

/*
 * method.c: bound and unbound methods, and built-in functions.
 */
#include "objects/runtime.h"

TW_GC_TYPE(py_method);
TW_GC_TYPE(py_builtin);

#define M(o) ((py_method *)(o))

py_object *py_method_new(py_object *func, py_object *self, py_object *cls)
{
    py_method *m = PY_NEW(py_method, &py_method_type);
    m->func = func;
    m->self = self;
    m->cls = cls;
    return &m->base;
}

static const char *name_of(py_object *o, const char *dflt)
{
    py_object *n = o ? py_getattr_maybe(o, py_id___name__) : NULL;
    py_err_clear();
    return n && py_is_str(n) ? py_str_cstr((py_str *)n) : dflt;
}

static void *unbound_error(py_method *m, py_object *got)
{
    const char *cls = m->cls ? name_of(m->cls, "?") : "?";
    if (!got)
        return py_raise(&py_TypeError,
                        "unbound method %s() must be called with %s instance "
                        "as first argument (got nothing instead)",
                        name_of(m->func, "?"), cls);
    py_object *c = py_getattr_maybe(got, py_id___class__);
    py_err_clear();
    return py_raise(&py_TypeError,
                    "unbound method %s() must be called with %s instance as "
                    "first argument (got %s instance instead)",
                    name_of(m->func, "?"), cls,
                    name_of(c ? c : &py_type_of(got)->base, "?"));
}

tw_unroll_safe static py_object *
method_call(py_object *o, py_object *const *args, intptr_t nargs, py_tuple *kw)
{
    py_method *m = M(o);
    if (!m->self) {
        int ok = 0;
        if (nargs > 0) {
            ok = py_isinstance(args[0], m->cls);
            if (ok < 0)
                return NULL;
        }
        if (!ok)
            return unbound_error(m, nargs > 0 ? args[0] : NULL);
        return py_call_fast(m->func, args, nargs, kw);
    }
    intptr_t total = nargs + (kw ? kw->n : 0);
    if (total == 0) {
        return py_call1(m->func, m->self);
    } else if (total == 1 && !kw) {
        return py_call2(m->func, m->self, args[0]);
    } else if (total == 2 && !kw) {
        return py_call3(m->func, m->self, args[0], args[1]);
    }
    struct py_objarray *a = TW_NEW_VAR(py_objarray, total + 1);
    a->item[0] = m->self;
    for (intptr_t i = 0; i < total; i++)
        a->item[i + 1] = args[i];
    return py_call_fast(m->func, a->item, nargs + 1, kw);
}

static py_object *method_get(py_object *d, py_object *o, py_object *type)
{
    py_method *m = M(d);
    if (m->self)
        return d;
    /* An unbound method binds only to instances of its class. */
    if (m->cls && type) {
        int ok = py_issubclass(type, m->cls);
        if (ok < 0)
            return NULL;
        if (!ok)
            return d;
    }
    return py_method_new(m->func, o == py_None ? NULL : o, type);
}

static py_object *method_getattr(py_object *o, py_str *name)
{
    py_object *descr = py_type_lookup(&py_method_type, name);
    if (descr)
        return py_descr_bind(descr, o, &py_method_type);
    return py_getattr(M(o)->func, name);
}

static py_object *method_repr(py_object *o)
{
    py_method *m = M(o);
    const char *f = name_of(m->func, "?"), *c = name_of(m->cls, "?");
    if (!m->self)
        return (py_object *)py_str_format_c("<unbound method %s.%s>", c, f);
    return (py_object *)py_str_format_c("<bound method %s.%s of %R>", c, f,
                                        m->self);
}

static py_object *method_richcmp(py_object *a, py_object *b, int op)
{
    if ((op != PY_EQ && op != PY_NE) || py_type_of(a) != &py_method_type ||
        py_type_of(b) != &py_method_type)
        return py_NotImplemented;
    int eq = py_eq(M(a)->func, M(b)->func);
    if (eq > 0) {
        if (!M(a)->self || !M(b)->self)
            eq = M(a)->self == M(b)->self;
        else
            eq = py_eq(M(a)->self, M(b)->self);
    }
    return eq < 0 ? NULL : py_bool(eq == (op == PY_EQ));
}

static int64_t method_hash(py_object *o)
{
    int64_t x = py_hash(M(o)->self ? M(o)->self : py_None);
    if (x == -1)
        return -1;
    int64_t y = py_hash(M(o)->func);
    if (y == -1)
        return -1;
    x ^= y;
    return x == -1 ? -2 : x;
}

static py_object *method_new(py_type *t, py_object *const *args, intptr_t nargs,
                             py_tuple *kw)
{
    (void)t;
    if (py_args_nokw("instancemethod", kw) < 0 ||
        py_args_count("instancemethod", nargs, 2, 3) < 0)
        return NULL;
    if (!py_callable(args[0]))
        return py_raise(&py_TypeError, "first argument must be callable");
    py_object *self = args[1] == py_None ? NULL : args[1];
    py_object *cls = nargs > 2 ? args[2] : NULL;
    if (!self && !cls)
        return py_raise(&py_TypeError,
                        "unbound methods must have non-NULL im_class");
    return py_method_new(args[0], self, cls);
}

static py_object *method_doc(py_object *o, void *d)
{
    (void)d;
    return py_getattr(M(o)->func, py_id___doc__);
}

static const struct py_memberdef method_members[] = {
    {"im_class", PY_MEMBER_OBJ, 1, offsetof(struct py_method, cls), NULL},
    {"im_func", PY_MEMBER_OBJ, 1, offsetof(struct py_method, func), NULL},
    {"__func__", PY_MEMBER_OBJ, 1, offsetof(struct py_method, func), NULL},
    {"im_self", PY_MEMBER_OBJ, 1, offsetof(struct py_method, self), NULL},
    {"__self__", PY_MEMBER_OBJ, 1, offsetof(struct py_method, self), NULL},
    {NULL, 0, 0, 0, NULL},
};
static const struct py_getset method_getset[] = {
    {"__doc__", method_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_method_type = {
    PY_TYPE_HEAD("instancemethod", py_method),
    .flags = PY_TF_WEAKREF,
    .members = method_members,
    .getset = method_getset,
    .tp_new = method_new,
    .tp_call = method_call,
    .tp_descr_get = method_get,
    .tp_getattr = method_getattr,
    .tp_repr = method_repr,
    .tp_richcompare = method_richcmp,
    .tp_hash = method_hash,
};

/* ------------------------------------------------------ built-in functions */

#define B(o) ((py_builtin *)(o))

py_object *py_builtin_new(const struct py_methoddef *def, py_object *self,
                          py_object *module)
{
    py_builtin *b = PY_NEW(py_builtin, &py_builtin_type);
    b->def = def;
    b->self = self;
    b->module = module;
    return &b->base;
}

static py_object *builtin_call(py_object *o, py_object *const *args,
                               intptr_t nargs, py_tuple *kw)
{
    return py_methoddef_call(B(o)->def, B(o)->self, args, nargs, kw);
}

static py_object *builtin_repr(py_object *o)
{
    if (!B(o)->self || py_type_of(B(o)->self) == &py_module_type)
        return (py_object *)py_str_format_c("<built-in function %s>",
                                            B(o)->def->name);
    return (py_object *)py_str_format_c(
        "<built-in method %s of %T object at %p>", B(o)->def->name, B(o)->self,
        (void *)B(o)->self);
}

static int builtin_compare(py_object *a, py_object *b)
{
    if (B(a)->self != B(b)->self)
        return B(a)->self < B(b)->self ? -1 : 1;
    if (B(a)->def == B(b)->def)
        return 0;
    int c = strcmp(B(a)->def->name, B(b)->def->name);
    return c ? (c < 0 ? -1 : 1) : B(a)->def < B(b)->def ? -1 : 1;
}

static int64_t builtin_hash(py_object *o)
{
    int64_t h =
        py_hash_pointer(B(o)->self) ^ py_hash_pointer((const void *)B(o)->def);
    return h == -1 ? -2 : h;
}

static py_object *builtin_name(py_object *o, void *d)
{
    (void)d;
    return (py_object *)py_str_from(B(o)->def->name);
}

static py_object *builtin_doc(py_object *o, void *d)
{
    (void)d;
    return B(o)->def->doc ? (py_object *)py_str_from(B(o)->def->doc) : py_None;
}

static py_object *builtin_self(py_object *o, void *d)
{
    (void)d;
    py_object *s = B(o)->self;
    return s && py_type_of(s) != &py_module_type ? s : py_None;
}

static const struct py_getset builtin_getset[] = {
    {"__name__", builtin_name, NULL, NULL, NULL},
    {"__doc__", builtin_doc, NULL, NULL, NULL},
    {"__self__", builtin_self, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static const struct py_memberdef builtin_members[] = {
    {"__module__", PY_MEMBER_OBJ, 0, offsetof(struct py_builtin, module), NULL},
    {NULL, 0, 0, 0, NULL},
};
py_type py_builtin_type = {
    PY_TYPE_HEAD("builtin_function_or_method", py_builtin),
    .flags = PY_TF_WEAKREF,
    .getset = builtin_getset,
    .members = builtin_members,
    .tp_call = builtin_call,
    .tp_repr = builtin_repr,
    .tp_compare = builtin_compare,
    .tp_hash = builtin_hash,
};

/*
 * super.c: the type `super`: attribute lookup that starts behind a class in
 * the mro.
 */
#include "objects/runtime.h"

struct py_super {
    py_object base;
    py_type *type;  /* where to start behind */
    py_object *obj; /* or NULL: unbound */
    py_type *objtype;
};
TW_IMMUTABLE(py_super, type);
TW_IMMUTABLE(py_super, obj);
TW_IMMUTABLE(py_super, objtype);
TW_GC_TYPE(py_super);

/* The class whose mro counts for super(type, obj): obj itself when it is a
 * subclass, else its class. */
static py_type *check(py_type *type, py_object *obj)
{
    if (PY_IS(obj, PY_TF_TYPE) && py_subtype((py_type *)obj, type))
        return (py_type *)obj;
    if (py_subtype(py_type_of(obj), type))
        return py_type_of(obj);
    py_object *c = py_getattr_maybe(obj, py_id___class__);
    py_err_clear();
    if (c && PY_IS(c, PY_TF_TYPE) && py_subtype((py_type *)c, type))
        return (py_type *)c;
    return py_raise(&py_TypeError, "super(type, obj): obj must be an instance "
                                   "or subtype of type");
}

static py_object *super_new(py_type *t, py_object *const *args, intptr_t nargs,
                            py_tuple *kw)
{
    (void)args;
    (void)nargs;
    (void)kw;
    return py_alloc(t, 0);
}

static int super_init(py_object *self, py_object *const *args, intptr_t nargs,
                      py_tuple *kw)
{
    struct py_super *s = (struct py_super *)self;
    if (py_args_nokw("super", kw) < 0 ||
        py_args_count("super", nargs, 1, 2) < 0)
        return -1;
    if (!PY_IS(args[0], PY_TF_TYPE)) {
        py_arg_error("super", 1, "type", args[0]);
        return -1;
    }
    py_object *obj = nargs == 2 && args[1] != py_None ? args[1] : NULL;
    py_type *objtype = NULL;
    if (obj && !(objtype = check((py_type *)args[0], obj)))
        return -1;
    s->type = (py_type *)args[0];
    s->obj = obj;
    s->objtype = objtype;
    return 0;
}

/* The first definition of name behind `type` in the mro of `start`. */
tw_elidable static py_object *lookup_behind(py_type *start, py_type *type,
                                            py_str *name, uint64_t version)
{
    (void)version;
    py_tuple *mro = start->mro;
    intptr_t i = 0;
    while (i < mro->n && mro->item[i] != &type->base)
        i++;
    for (i++; i < mro->n; i++) {
        py_object *c = mro->item[i];
        py_dict *d =
            py_is_classobj(c) ? ((py_classobj *)c)->dict : ((py_type *)c)->dict;
        py_object *v = py_dict_get_str(d, name);
        if (v)
            return v;
    }
    return NULL;
}

static py_object *super_getattr(py_object *self, py_str *name)
{
    struct py_super *s = (struct py_super *)self;
    if (s->objtype && name != py_id___class__) {
        py_type *start = tw_promote(s->objtype);
        py_object *v =
            lookup_behind(start, tw_promote(s->type), name, start->version);
        if (v) {
            py_descrgetfn get = py_type_of(v)->tp_descr_get;
            if (!get)
                return v;
            return get(v, s->obj == &start->base ? NULL : s->obj, &start->base);
        }
    }
    return py_object_getattr(self, name);
}

static py_object *super_get(py_object *self, py_object *o, py_object *type)
{
    struct py_super *s = (struct py_super *)self;
    (void)type;
    if (!o || o == py_None || s->obj)
        return self;
    if (py_type_of(self) != &py_super_type)
        return py_call2(&py_type_of(self)->base, &s->type->base, o);
    py_type *objtype = check(s->type, o);
    if (!objtype)
        return NULL;
    struct py_super *n = PY_NEW(py_super, &py_super_type);
    n->type = s->type;
    n->obj = o;
    n->objtype = objtype;
    return &n->base;
}

static py_object *super_repr(py_object *self)
{
    struct py_super *s = (struct py_super *)self;
    const char *name = s->type ? py_type_shortname(s->type) : "NULL";
    if (s->objtype)
        return (py_object *)py_str_format_c(
            "<super: <class '%s'>, <%s object>>", name,
            py_type_shortname(s->objtype));
    return (py_object *)py_str_format_c("<super: <class '%s'>, NULL>", name);
}

static const struct py_memberdef super_members[] = {
    {"__thisclass__", PY_MEMBER_OBJ, 1, offsetof(struct py_super, type),
     "The class that super() was called with."},
    {"__self__", PY_MEMBER_OBJ, 1, offsetof(struct py_super, obj),
     "The object that super() was called with, or None."},
    {"__self_class__", PY_MEMBER_OBJ, 1, offsetof(struct py_super, objtype),
     "The class of that object, or None."},
    {NULL, 0, 0, 0, NULL},
};
py_type py_super_type = {
    PY_TYPE_HEAD("super", py_super),
    .flags = PY_TF_BASE,
    .doc = "super(type[, obj]): looks attributes up behind type in the mro of "
           "obj.",
    .members = super_members,
    .tp_new = super_new,
    .tp_init = super_init,
    .tp_getattr = super_getattr,
    .tp_descr_get = super_get,
    .tp_repr = super_repr,
};

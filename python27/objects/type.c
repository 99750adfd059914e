/*
 * type.c: types: readying the static ones, making classes, C3, the method
 * cache, and the type `type` itself.
 *
 * Neighbours: typeslots.c fills in the slots; descr.c makes what lies in a
 * type's dict; typeattr.c has the attributes of type objects.
 */
#include "objects/runtime.h"

TW_GC_TYPE(py_type);

/* -------------------------------------------------------- method cache
 * Direct-mapped, keyed by (version, name). Versions are never reused, so stale
 * entries do no harm; a missing attribute is cached, too. */
enum { CACHE_BITS = 12 };
struct cache_entry {
    uint64_t version;
    py_str *name;
    py_object *value;
};
static struct cache_entry method_cache[1 << CACHE_BITS];
static uint64_t last_version;

uint64_t py_type_next_version(void)
{
    return ++last_version;
}

static py_object *dict_of_class_get(py_object *cls, py_str *name)
{
    if (py_is_classobj(cls))
        return py_dict_get_str(((py_classobj *)cls)->dict, name);
    return py_dict_get_str(((py_type *)cls)->dict, name);
}

static py_object *lookup_mro(py_type *t, py_str *name)
{
    py_tuple *mro = t->mro;
    if (!mro)
        return NULL;
    for (intptr_t i = 0; i < mro->n; i++) {
        py_object *v = dict_of_class_get(mro->item[i], name);
        if (v)
            return v;
    }
    return NULL;
}

/* `version` is t->version: the result depends on nothing else. */
tw_elidable static py_object *lookup_cached(py_type *t, py_str *name,
                                            uint64_t version)
{
    uintptr_t h = ((uintptr_t)name >> 4) ^ (version * 0x9e3779b1u);
    struct cache_entry *e = &method_cache[h & ((1 << CACHE_BITS) - 1)];
    if (PY_LIKELY(e->version == version && e->name == name))
        return e->value;
    py_object *v = lookup_mro(t, name);
    e->version = version;
    e->name = name;
    e->value = v;
    return v;
}

py_object *py_type_lookup(py_type *t, py_str *name)
{
    return lookup_cached(t, name, t->version);
}

py_object *py_type_lookup_cstr(py_type *t, const char *name)
{
    return py_type_lookup(t, py_intern_cstr(name));
}

void py_type_modified(py_type *t)
{
    t->version = py_type_next_version();
    for (struct py_weaknode *w = t->subclasses; w; w = w->next)
        if (*w->cell)
            py_type_modified((py_type *)*w->cell);
}

static void add_subclass(py_type *base, py_type *t)
{
    struct py_weaknode *w = base->subclasses;
    while (w && *w->cell)
        w = w->next;
    if (!w) {
        w = tw_gc_malloc(sizeof *w);
        w->cell = tw_gc_malloc_atomic(sizeof *w->cell);
        /* Append: __subclasses__ is in order of creation. */
        struct py_weaknode **end = &base->subclasses;
        while (*end)
            end = &(*end)->next;
        *end = w;
    }
    *w->cell = &t->base;
    if (t->flags & PY_TF_HEAP)
        tw_gc_weaklink((void **)w->cell, t);
}

static void remove_subclass(py_type *base, py_type *t)
{
    for (struct py_weaknode **w = &base->subclasses; *w; w = &(*w)->next)
        if (*(*w)->cell == &t->base) {
            tw_gc_weaklink_remove((void **)(*w)->cell);
            *w = (*w)->next;
            return;
        }
}

/* ----------------------------------------------------------- subtyping */

tw_elidable static int subtype_slow(py_type *t, py_type *u, py_tuple *mro)
{
    if (!mro) {
        for (; t; t = t->base_type)
            if (t == u)
                return 1;
        return u == &py_object_type;
    }
    for (intptr_t i = 0; i < mro->n; i++)
        if (mro->item[i] == &u->base)
            return 1;
    return 0;
}

int py_subtype(py_type *t, py_type *u)
{
    return t == u || subtype_slow(t, u, t->mro);
}

const char *py_type_shortname(py_type *t)
{
    if (t->flags & PY_TF_HEAP)
        return t->name;
    const char *dot = strrchr(t->name, '.');
    return dot ? dot + 1 : t->name;
}

/* -------------------------------------------------------- static types */

static int add_tables(py_type *t)
{
    if (t->methods)
        for (const struct py_methoddef *m = t->methods; m->name; m++) {
            py_str *name = py_intern_cstr(m->name);
            if (py_dict_get_str(t->dict, name) && !(m->flags & PY_COEXIST))
                continue;
            py_object *d =
                m->flags & PY_STATICMETHOD
                    ? py_staticmethod_new(py_builtin_new(m, NULL, NULL))
                    : py_methoddescr_new(t, m);
            if (py_dict_set_str(t->dict, name, d) < 0)
                return -1;
        }
    if (t->members)
        for (const struct py_memberdef *m = t->members; m->name; m++)
            if (py_dict_set_str(t->dict, py_intern_cstr(m->name),
                                py_memberdescr_new(t, m)) < 0)
                return -1;
    if (t->getset)
        for (const struct py_getset *g = t->getset; g->name; g++)
            if (py_dict_set_str(t->dict, py_intern_cstr(g->name),
                                py_getsetdescr_new(t, g)) < 0)
                return -1;
    return 0;
}

/* tp_new as a function in the dict; see new_wrapper below. */
static const struct py_methoddef new_def;

int py_type_ready(py_type *t)
{
    if (t->flags & PY_TF_READY)
        return 0;
    t->flags |= PY_TF_READY;
    py_type *base = t->base_type;
    if (!base && t != &py_object_type)
        base = t->base_type = &py_object_type;
    if (base && py_type_ready(base) < 0)
        return -1;
    if (!t->base.type)
        t->base.type = base ? base->base.type : &py_type_type;
    t->namestr = py_intern_cstr(py_type_shortname(t));
    t->dict = py_dict_new();
    t->bases = base ? py_tuple_pack1(&base->base) : py_tuple_empty;
    intptr_t nbase = base ? base->mro->n : 0;
    py_tuple *mro = py_tuple_new(nbase + 1);
    mro->item[0] = &t->base;
    for (intptr_t i = 0; i < nbase; i++)
        mro->item[i + 1] = base->mro->item[i];
    t->mro = mro;
    t->version = py_type_next_version();
    if (base) {
        t->flags |= base->flags & (PY_TF_SUBCLASS | PY_TF_WEAKREF);
        if (!t->dict_offset)
            t->dict_offset = base->dict_offset;
        if (!t->var_size) {
            t->var_size = base->var_size;
            t->var_offset = base->var_offset;
        }
    }
    t->solid = base && t->size == base->size ? base->solid : t;
    if (py_type_add_slotwrappers(t) < 0)
        return -1;
    if (t->tp_new &&
        py_dict_set_str(t->dict, py_id___new__,
                        py_builtin_new(&new_def, &t->base, NULL)) < 0)
        return -1;
    if (add_tables(t) < 0)
        return -1;
    if (!py_dict_get_str(t->dict, py_id___doc__) &&
        py_dict_set_str(t->dict, py_id___doc__,
                        t->doc ? (py_object *)py_str_from(t->doc) : py_None) <
            0)
        return -1;
    if (base)
        py_type_inherit_slots(t);
    if (t->tp_hash == py_hash_notimpl &&
        !py_dict_get_str(t->dict, py_id___hash__) &&
        py_dict_set_str(t->dict, py_id___hash__, py_None) < 0)
        return -1;
    if (base)
        add_subclass(base, t);
    py_type_modified(t);
    return 0;
}

/* ------------------------------------------------------------ T.__new__ */

tw_unroll_safe static py_object *new_wrapper(py_object *self,
                                             py_object *const *args,
                                             intptr_t nargs, py_tuple *kw)
{
    py_type *t = (py_type *)self;
    const char *name = py_type_shortname(t);
    if (nargs < 1)
        return py_raise(&py_TypeError, "%s.__new__(): not enough arguments",
                        name);
    if (!PY_IS(args[0], PY_TF_TYPE))
        return py_raise(&py_TypeError,
                        "%s.__new__(X): X is not a type object (%T)", name,
                        args[0]);
    py_type *sub = (py_type *)tw_promote(args[0]);
    if (!py_subtype(sub, t))
        return py_raise(&py_TypeError,
                        "%s.__new__(%s): %s is not a subtype of %s", name,
                        py_type_shortname(sub), py_type_shortname(sub), name);
    /* The most derived static base must use the same tp_new. */
    py_type *b = sub;
    while (b && (b->flags & PY_TF_HEAP))
        b = b->base_type;
    if (b && b->tp_new != t->tp_new)
        return py_raise(&py_TypeError,
                        "%s.__new__(%s) is not safe, use %s.__new__()", name,
                        py_type_shortname(sub), py_type_shortname(b));
    return t->tp_new(sub, args + 1, nargs - 1, kw);
}

static const struct py_methoddef new_def = PY_MKW(
    "__new__", new_wrapper, "T.__new__(S, ...) makes an object of type S.");

int py_is_new_wrapper(py_object *o);
int py_is_new_wrapper(py_object *o)
{
    return py_type_of(o) == &py_builtin_type &&
           ((py_builtin *)o)->def == &new_def;
}

/* ------------------------------------------------------------------- C3 */

/* Old-style classes in the linearization: depth first, left to right. */
static int add_classic(py_list *mro, py_object *cls)
{
    for (intptr_t i = 0; i < py_list_len(mro); i++)
        if (py_list_get(mro, i) == cls)
            return 0;
    if (py_list_append(mro, cls) < 0)
        return -1;
    py_tuple *bases = ((py_classobj *)cls)->bases;
    for (intptr_t i = 0; i < bases->n; i++)
        if (add_classic(mro, bases->item[i]) < 0)
            return -1;
    return 0;
}

static py_object *class_name(py_object *cls)
{
    if (py_is_classobj(cls))
        return &((py_classobj *)cls)->name->base;
    return &((py_type *)cls)->namestr->base;
}

static void *mro_conflict(py_list **seqs, intptr_t *pos, intptr_t n)
{
    struct py_sb sb;
    py_sb_init(&sb);
    py_sb_adds(&sb, "Cannot create a consistent method resolution\n"
                    "order (MRO) for bases");
    py_dict *seen = py_dict_new();
    int first = 1;
    for (intptr_t i = 0; i < n; i++) {
        if (pos[i] >= py_list_len(seqs[i]))
            continue;
        py_object *c = py_list_get(seqs[i], pos[i]);
        if (py_dict_contains(seen, c))
            continue;
        py_dict_set(seen, c, py_None);
        py_sb_addf(&sb, "%s %S", first ? "" : ",", class_name(c));
        first = 0;
    }
    return py_raise_value(&py_TypeError, (py_object *)py_sb_finish(&sb));
}

static int in_tail(py_list *l, intptr_t after, py_object *c)
{
    for (intptr_t i = after + 1; i < py_list_len(l); i++)
        if (py_list_get(l, i) == c)
            return 1;
    return 0;
}

static py_object *mro_c3(py_type *t)
{
    intptr_t n = t->bases->n + 1;
    py_list **seqs = tw_gc_malloc(sizeof *seqs * (size_t)n);
    intptr_t *pos = tw_gc_malloc_atomic(sizeof *pos * (size_t)n);
    for (intptr_t i = 0; i < n - 1; i++) {
        py_object *b = t->bases->item[i];
        seqs[i] = py_list_new();
        if (py_is_classobj(b)) {
            if (add_classic(seqs[i], b) < 0)
                return NULL;
        } else if (py_list_extend(seqs[i], &((py_type *)b)->mro->base) < 0) {
            return NULL;
        }
    }
    seqs[n - 1] = py_sequence_list(&t->bases->base);
    for (intptr_t i = 0; i < n - 1; i++)
        if (in_tail(seqs[n - 1], i, t->bases->item[i]))
            return py_raise(&py_TypeError, "duplicate base class %S",
                            class_name(t->bases->item[i]));
    py_list *out = py_list_new();
    py_list_append(out, &t->base);
    for (;;) {
        intptr_t left = 0;
        py_object *next = NULL;
        for (intptr_t i = 0; i < n && !next; i++) {
            if (pos[i] >= py_list_len(seqs[i]))
                continue;
            left++;
            next = py_list_get(seqs[i], pos[i]);
            for (intptr_t j = 0; j < n && next; j++)
                if (in_tail(seqs[j], pos[j], next))
                    next = NULL;
        }
        if (!left)
            return (py_object *)py_list_as_tuple(out);
        if (!next)
            return mro_conflict(seqs, pos, n);
        if (py_list_append(out, next) < 0)
            return NULL;
        for (intptr_t i = 0; i < n; i++)
            if (pos[i] < py_list_len(seqs[i]) &&
                py_list_get(seqs[i], pos[i]) == next)
                pos[i]++;
    }
}

static py_object *type_mro_method(py_object *self)
{
    py_object *t = mro_c3((py_type *)self);
    return t ? (py_object *)py_sequence_list(t) : NULL;
}

static int set_mro(py_type *t)
{
    py_object *m;
    if (py_type_of(&t->base) == &py_type_type) {
        m = mro_c3(t);
    } else {
        py_object *f = py_lookup_special(&t->base, py_intern_cstr("mro"));
        if (!f)
            return -1;
        m = py_call0(f);
        if (m) {
            m = (py_object *)py_sequence_tuple(m);
            for (intptr_t i = 0; m && i < ((py_tuple *)m)->n; i++) {
                py_object *c = ((py_tuple *)m)->item[i];
                if (!py_is_classobj(c) && !PY_IS(c, PY_TF_TYPE))
                    return py_raise_i(&py_TypeError,
                                      "mro() returned a non-class ('%T')", c);
                if (PY_IS(c, PY_TF_TYPE) && t->solid &&
                    !py_subtype(t->solid, ((py_type *)c)->solid))
                    return py_raise_i(
                        &py_TypeError,
                        "mro() returned base with unsuitable layout ('%s')",
                        py_type_shortname((py_type *)c));
            }
        }
    }
    if (!m)
        return -1;
    t->mro = (py_tuple *)m;
    return 0;
}

/* -------------------------------------------------------- making classes */

/* The base whose instances' layout contains all others'. */
static py_type *best_base(py_tuple *bases)
{
    py_type *base = NULL, *winner = NULL;
    for (intptr_t i = 0; i < bases->n; i++) {
        py_object *o = bases->item[i];
        if (py_is_classobj(o))
            continue;
        if (!PY_IS(o, PY_TF_TYPE))
            return py_raise(&py_TypeError, "bases must be types");
        py_type *b = (py_type *)o;
        if (!(b->flags & PY_TF_READY) && py_type_ready(b) < 0)
            return NULL;
        if (!(b->flags & (PY_TF_BASE | PY_TF_HEAP)) && b != &py_object_type)
            return py_raise(&py_TypeError,
                            "type '%.100s' is not an acceptable base type",
                            b->name);
        if (!winner) {
            winner = b->solid;
            base = b;
        } else if (py_subtype(winner, b->solid)) {
            continue;
        } else if (py_subtype(b->solid, winner)) {
            winner = b->solid;
            base = b;
        } else {
            return py_raise(&py_TypeError, "multiple bases have instance "
                                           "lay-out conflict");
        }
    }
    if (!base)
        return py_raise(&py_TypeError,
                        "a new-style class can't have only classic bases");
    return base;
}

/* _Private names in __slots__ are mangled as everywhere in a class. */
static py_str *mangle(py_str *cls, py_str *name)
{
    const char *n = py_str_cstr(name), *c = py_str_cstr(cls);
    size_t len = strlen(n);
    if (len < 2 || n[0] != '_' || n[1] != '_' ||
        (len >= 4 && n[len - 1] == '_' && n[len - 2] == '_') || strchr(n, '.'))
        return name;
    while (*c == '_')
        c++;
    return *c ? py_str_format_c("_%s%s", c, n) : name;
}

static int is_identifier(py_str *s)
{
    const char *p = py_str_data(s);
    if (s->n == 0 || (p[0] >= '0' && p[0] <= '9'))
        return 0;
    for (intptr_t i = 0; i < s->n; i++)
        if (!((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') ||
              (p[i] >= '0' && p[i] <= '9') || p[i] == '_'))
            return 0;
    return 1;
}

struct slotspec {
    py_tuple *names; /* mangled, without __dict__ and __weakref__ */
    int add_dict, add_weak;
};

static int base_has_dict(py_type *b)
{
    return b->dict_offset != 0 || (b->flags & PY_TF_TYPE) ||
           ((b->flags & PY_TF_HEAP) && !(b->flags & PY_TF_NODICT));
}

static int read_slots(py_type *base, py_str *cls, py_object *slots,
                      struct slotspec *out)
{
    py_object *seq = slots;
    if (py_is_str(slots) || py_is_unicode(slots))
        seq = (py_object *)py_tuple_pack1(slots);
    py_tuple *t = py_sequence_tuple(seq);
    if (!t)
        return -1;
    if (t->n && (base->var_size || (base->flags & (PY_TF_LONG | PY_TF_STR))))
        return py_raise_i(&py_TypeError,
                          "nonempty __slots__ not supported for subtype of "
                          "'%s'",
                          py_type_shortname(base));
    if (t->n && (base->flags & PY_TF_TYPE))
        return py_raise_i(&py_TypeError,
                          "nonempty __slots__ not supported for subtype of "
                          "'type'");
    py_list *names = py_list_new();
    for (intptr_t i = 0; i < t->n; i++) {
        py_object *o = t->item[i];
        if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
            return -1;
        if (!py_is_str(o))
            return py_raise_i(&py_TypeError,
                              "__slots__ items must be strings, not '%T'", o);
        py_str *s = (py_str *)o;
        if (!is_identifier(s))
            return py_raise_i(&py_TypeError, "__slots__ must be identifiers");
        if (py_str_eq_cstr(s, "__dict__")) {
            if (out->add_dict || base_has_dict(base))
                return py_raise_i(&py_TypeError,
                                  "__dict__ slot disallowed: we already got "
                                  "one");
            out->add_dict = 1;
        } else if (py_str_eq_cstr(s, "__weakref__")) {
            if (out->add_weak || (base->flags & PY_TF_WEAKREF))
                return py_raise_i(&py_TypeError,
                                  "__weakref__ slot disallowed: either we "
                                  "already got one, or __itemsize__ != 0");
            out->add_weak = 1;
        } else if (py_list_append(names,
                                  (py_object *)py_intern(mangle(cls, s))) < 0) {
            return -1;
        }
    }
    if (py_list_sort(names, NULL, NULL, 0) < 0)
        return -1;
    out->names = py_list_as_tuple(names);
    return 0;
}

/* The layout of instances of class t with base `base`. */
static void lay_out(py_type *t, py_type *base, struct slotspec *spec)
{
    int nodict = !base_has_dict(base) && !spec->add_dict;
    t->flags |= base->flags & (PY_TF_SUBCLASS | PY_TF_WEAKREF);
    if (nodict)
        t->flags |= PY_TF_NODICT;
    if (spec->add_weak)
        t->flags |= PY_TF_WEAKREF;
    t->slots_count = base->slots_count + (spec->names ? spec->names->n : 0);
    t->dict_offset = base->dict_offset;
    t->var_offset = base->var_offset;
    t->var_size = base->var_size;
    t->size = base->size;
    t->holder_offset = base->holder_offset;
    t->gctype = base->gctype;
    t->solid = spec->names && spec->names->n ? t : base->solid;
    if (base == &py_object_type || (base->flags & PY_TF_INSTANCE)) {
        t->flags |= PY_TF_INSTANCE;
        t->size = sizeof(struct py_instance);
        t->gctype = &tw_gctype_py_instance;
    } else if (!(base->flags & PY_TF_TYPE) && !t->holder_offset &&
               ((!nodict && !t->dict_offset) || t->slots_count)) {
        t->holder_offset =
            t->var_size ? t->var_offset : (int32_t)((t->size + 7) & ~7u);
        t->size = (uint32_t)t->holder_offset + sizeof(void *);
    }
    if (!(t->flags & PY_TF_INSTANCE) && !(base->flags & PY_TF_TYPE)) {
        struct tw_gctype *g = tw_gc_malloc(sizeof *g);
        g->name = t->name;
        g->size = t->size;
        if (t->var_size) {
            g->item_offset = (uint32_t)t->size;
            g->item_size = (uint32_t)t->var_size;
            g->flags = TW_GC_ITEM_PTRS;
        }
        t->gctype = g;
    }
    t->map = py_map_root(t);
}

py_object *py_get_own_dict(py_object *o, void *data)
{
    (void)data;
    py_type *t = py_type_of(o);
    if (t->dict_offset) {
        py_dict **p = (py_dict **)((char *)o + t->dict_offset);
        if (!*p)
            *p = py_dict_new();
        return (py_object *)*p;
    }
    py_instance *h = py_holder(o, t);
    if (!h || (t->flags & PY_TF_NODICT))
        return py_raise(&py_AttributeError, "This object has no __dict__");
    return (py_object *)py_holder_dict(h);
}

int py_set_own_dict(py_object *o, py_object *v, void *data)
{
    (void)data;
    py_type *t = py_type_of(o);
    if (!v && !t->dict_offset)
        v = &py_dict_new()->base;
    if (!v)
        return py_raise_i(&py_TypeError, "cannot delete __dict__");
    if (!py_is_dict(v))
        return py_raise_i(&py_TypeError,
                          "__dict__ must be set to a dictionary, not a '%T'",
                          v);
    if (t->dict_offset) {
        *(py_dict **)((char *)o + t->dict_offset) = (py_dict *)v;
        return 0;
    }
    py_instance *h = py_holder(o, t);
    if (!h || (t->flags & PY_TF_NODICT))
        return py_raise_i(&py_AttributeError, "This object has no __dict__");
    return py_holder_set_dict(h, (py_dict *)v);
}

static py_object *get_weakref(py_object *o, void *data)
{
    (void)data;
    (void)o;
    return py_None;
}

static const struct py_getset dict_getset = {
    "__dict__", py_get_own_dict, py_set_own_dict,
    "The attributes of the object.", NULL};
static const struct py_getset weakref_getset = {
    "__weakref__", get_weakref, NULL, "The weak references to the object.",
    NULL};

/* The most derived metaclass among meta and those of the bases. */
static py_type *winning_metaclass(py_type *meta, py_tuple *bases)
{
    for (intptr_t i = 0; i < bases->n; i++) {
        py_type *m = py_type_of(bases->item[i]);
        if (m == &py_classobj_type || py_subtype(meta, m))
            continue;
        if (!py_subtype(m, meta))
            return py_raise(&py_TypeError,
                            "metaclass conflict: the metaclass of a derived "
                            "class must be a (non-strict) subclass of the "
                            "metaclasses of all its bases");
        meta = m;
    }
    return meta;
}

static py_object *make_class(py_type *meta, py_str *name, py_tuple *bases,
                             py_dict *ns)
{
    if (bases->n == 0)
        bases = py_tuple_pack1(&py_object_type.base);
    py_type *base = best_base(bases);
    if (!base)
        return NULL;
    if (!(base->flags & PY_TF_BASE))
        return py_raise(&py_TypeError,
                        "type '%s' is not an acceptable base type", base->name);
    py_dict *dict = py_dict_copy(ns);
    if (!dict)
        return NULL;
    struct slotspec spec = {NULL, 0, 0};
    py_object *slots = py_dict_get_str(dict, py_id___slots__);
    if (slots) {
        if (read_slots(base, name, slots, &spec) < 0)
            return NULL;
        /* Other bases than the best may bring a __dict__ along. */
        for (intptr_t i = 0; i < bases->n && !spec.add_dict; i++)
            if (bases->item[i] != &base->base &&
                (py_is_classobj(bases->item[i]) ||
                 base_has_dict((py_type *)bases->item[i])))
                spec.add_dict = 1;
        for (intptr_t i = 0; i < bases->n && !spec.add_weak; i++)
            if (bases->item[i] != &base->base &&
                (py_is_classobj(bases->item[i]) ||
                 (((py_type *)bases->item[i])->flags & PY_TF_WEAKREF)))
                spec.add_weak = 1;
    } else {
        spec.add_dict = !base_has_dict(base);
        spec.add_weak = !(base->flags & PY_TF_WEAKREF) && !base->var_size;
    }

    py_type *t = PY_NEW(py_type, meta);
    t->flags = PY_TF_HEAP | PY_TF_BASE | PY_TF_READY;
    t->namestr = name;
    t->name = py_str_cstr(name);
    t->base_type = base;
    t->bases = bases;
    t->dict = dict;
    t->version = py_type_next_version();
    lay_out(t, base, &spec);

    if (!py_dict_get_str(dict, py_id___module__)) {
        py_dict *globals = py_current_globals();
        py_object *m =
            globals ? py_dict_get_str(globals, py_id___name__) : NULL;
        if (m)
            py_dict_set_str(dict, py_id___module__, m);
    }
    if (!py_dict_get_str(dict, py_id___doc__))
        py_dict_set_str(dict, py_id___doc__, py_None);
    py_object *nw = py_dict_get_str(dict, py_id___new__);
    if (nw && py_type_of(nw) == &py_function_type)
        py_dict_set_str(dict, py_id___new__, py_staticmethod_new(nw));
    if (spec.names)
        for (intptr_t i = 0; i < spec.names->n; i++) {
            py_str *s = (py_str *)spec.names->item[i];
            if (py_dict_get_str(dict, s) && !py_dict_get_str(ns, s))
                continue;
            if (py_dict_get_str(ns, s))
                return py_raise(&py_ValueError,
                                "%R in __slots__ conflicts with class "
                                "variable",
                                s);
            py_dict_set_str(dict, s, py_slotdescr_new(t, s));
        }
    if (spec.add_dict && !py_dict_get_str(dict, py_id___dict__))
        py_dict_set_str(dict, py_id___dict__,
                        py_getsetdescr_new(t, &dict_getset));
    if (spec.add_weak && !py_dict_get_str(dict, py_id___weakref__))
        py_dict_set_str(dict, py_id___weakref__,
                        py_getsetdescr_new(t, &weakref_getset));
    if (set_mro(t) < 0)
        return NULL;
    py_type_modified(t);
    py_type_update_slots(t);
    for (intptr_t i = 0; i < bases->n; i++)
        if (!py_is_classobj(bases->item[i]))
            add_subclass((py_type *)bases->item[i], t);
    return &t->base;
}

py_object *py_type_new(py_type *meta, py_str *name, py_tuple *bases,
                       py_dict *dict)
{
    py_type *winner = winning_metaclass(meta, bases);
    if (!winner)
        return NULL;
    if (memchr(py_str_data(name), 0, (size_t)name->n))
        return py_raise(&py_ValueError,
                        "type name must not contain null characters");
    if (winner != meta && winner->tp_new != py_type_type.tp_new) {
        py_object *a[3] = {(py_object *)name, &bases->base, &dict->base};
        return winner->tp_new(winner, a, 3, NULL);
    }
    return make_class(winner, name, bases, dict);
}

/* A changed tuple of bases: relinearize t and everything below. */
static int remro_tree(py_type *t)
{
    if (set_mro(t) < 0)
        return -1;
    py_type_modified(t);
    py_type_update_slots(t);
    for (struct py_weaknode *w = t->subclasses; w; w = w->next)
        if (*w->cell && remro_tree((py_type *)*w->cell) < 0)
            return -1;
    return 0;
}

int py_type_set_bases(py_type *t, py_object *v);
int py_type_set_bases(py_type *t, py_object *v)
{
    if (!v || !(t->flags & PY_TF_HEAP))
        return py_raise_i(&py_TypeError, "can't %s %s.__bases__",
                          v ? "set" : "delete", t->name);
    if (!py_is_tuple(v))
        return py_raise_i(&py_TypeError,
                          "can only assign tuple to %s.__bases__, not %T",
                          t->name, v);
    py_tuple *bases = (py_tuple *)v;
    if (!bases->n)
        return py_raise_i(&py_TypeError,
                          "can only assign non-empty tuple to %s.__bases__, "
                          "not ()",
                          t->name);
    for (intptr_t i = 0; i < bases->n; i++) {
        py_object *b = bases->item[i];
        if (!PY_IS(b, PY_TF_TYPE) && !py_is_classobj(b))
            return py_raise_i(&py_TypeError,
                              "%s.__bases__ must be tuple of old- or "
                              "new-style classes, not '%T'",
                              t->name, b);
        if (PY_IS(b, PY_TF_TYPE) && py_subtype((py_type *)b, t))
            return py_raise_i(&py_TypeError,
                              "a __bases__ item causes an inheritance cycle");
    }
    py_type *base = best_base(bases);
    if (!base)
        return -1;
    if (base->solid != t->base_type->solid ||
        (base->flags & PY_TF_INSTANCE) !=
            (t->base_type->flags & PY_TF_INSTANCE) ||
        base_has_dict(base) != base_has_dict(t->base_type))
        return py_raise_i(&py_TypeError,
                          "__bases__ assignment: '%s' object layout differs "
                          "from '%s'",
                          py_type_shortname(base),
                          py_type_shortname(t->base_type));
    py_tuple *old = t->bases;
    py_type *old_base = t->base_type;
    t->bases = bases;
    t->base_type = base;
    if (remro_tree(t) < 0) {
        t->bases = old;
        t->base_type = old_base;
        struct py_savedexc s = py_err_save();
        remro_tree(t);
        py_err_restore(s);
        return -1;
    }
    for (intptr_t i = 0; i < old->n; i++)
        if (!py_is_classobj(old->item[i]))
            remove_subclass((py_type *)old->item[i], t);
    for (intptr_t i = 0; i < bases->n; i++)
        if (!py_is_classobj(bases->item[i]))
            add_subclass((py_type *)bases->item[i], t);
    return 0;
}

/* ---------------------------------------------------------- type itself */

static py_object *type_new(py_type *meta, py_object *const *args,
                           intptr_t nargs, py_tuple *kw)
{
    if (meta == &py_type_type && nargs == 1 && (!kw || !kw->n))
        return &py_type_of(args[0])->base;
    if (kw && kw->n == 0)
        kw = NULL;
    static const char *const names[] = {"name", "bases", "dict"};
    py_object *a[3];
    if (!kw && nargs != 3)
        return py_raise(&py_TypeError, "type() takes 1 or 3 arguments");
    if (py_args_kw("type", args, nargs, kw, names, 3, 3, a) < 0)
        return NULL;
    if (!py_is_str(a[0]))
        return py_arg_error("type", 1, "string", a[0]);
    if (!py_is_tuple(a[1]))
        return py_arg_error("type", 2, "tuple", a[1]);
    if (!py_is_dict(a[2]))
        return py_arg_error("type", 3, "dict", a[2]);
    return py_type_new(meta, (py_str *)a[0], (py_tuple *)a[1], (py_dict *)a[2]);
}

static int type_init(py_object *self, py_object *const *args, intptr_t nargs,
                     py_tuple *kw)
{
    (void)self;
    (void)args;
    if (kw && kw->n)
        return py_raise_i(&py_TypeError,
                          "type.__init__() takes no keyword arguments");
    if (nargs != 1 && nargs != 3)
        return py_raise_i(&py_TypeError,
                          "type.__init__() takes 1 or 3 arguments");
    return 0;
}

py_object *py_type_call(py_object *self, py_object *const *args, intptr_t nargs,
                        py_tuple *kw)
{
    py_type *t = (py_type *)self;
    if (!t->tp_new)
        return py_raise(&py_TypeError, "cannot create '%s' instances", t->name);
    py_object *o = t->tp_new(t, args, nargs, kw);
    if (!o || (t == &py_type_type && nargs == 1 && !(kw && kw->n)))
        return o;
    py_type *ot = py_type_of(o);
    if (ot != t && !py_subtype(ot, t))
        return o;
    if (ot->tp_init && ot->tp_init(o, args, nargs, kw) < 0)
        return NULL;
    return o;
}

static py_object *type_subclasses(py_object *self)
{
    py_list *l = py_list_new();
    for (struct py_weaknode *w = ((py_type *)self)->subclasses; w; w = w->next)
        if (*w->cell && py_list_append(l, *w->cell) < 0)
            return NULL;
    return &l->base;
}

static py_object *type_instancecheck(py_object *self, py_object *o)
{
    py_type *t = (py_type *)self;
    if (py_isinst(o, t))
        return py_True;
    py_object *c = py_getattr_maybe(o, py_id___class__);
    py_err_clear();
    return py_bool(c && c != &py_type_of(o)->base && PY_IS(c, PY_TF_TYPE) &&
                   py_subtype((py_type *)c, t));
}

static py_object *type_subclasscheck(py_object *self, py_object *c)
{
    if (!PY_IS(c, PY_TF_TYPE)) {
        if (py_is_classobj(c))
            return py_False;
        return py_raise(&py_TypeError, "issubclass() arg 1 must be a class");
    }
    return py_bool(py_subtype((py_type *)c, (py_type *)self));
}

static const struct py_methoddef type_methods[] = {
    PY_M0("mro", type_mro_method, "The method resolution order, as a list."),
    PY_M0("__subclasses__", type_subclasses, "The direct subclasses."),
    PY_M1("__instancecheck__", type_instancecheck, "Is the object one of it?"),
    PY_M1("__subclasscheck__", type_subclasscheck, "Is the class below it?"),
    PY_MEND,
};

py_object *py_type_getattr(py_object *self, py_str *name);
int py_type_setattr(py_object *self, py_str *name, py_object *v);
py_object *py_type_repr(py_object *self);
extern const struct py_getset py_type_getset[];

static int64_t type_hash(py_object *o)
{
    return py_hash_pointer(o);
}

/* Types have an order, by address, so that e.g. int.__lt__ exists. */
static py_object *type_richcompare(py_object *a, py_object *b, int op)
{
    if (!PY_IS(a, PY_TF_TYPE) || !PY_IS(b, PY_TF_TYPE) || a == b ||
        py_type_of(a)->tp_compare || py_type_of(b)->tp_compare)
        return a == b && PY_IS(a, PY_TF_TYPE)
                   ? py_bool(op == PY_EQ || op == PY_LE || op == PY_GE)
                   : py_NotImplemented;
    uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;
    return py_bool(op == PY_NE                  ? 1
                   : op == PY_EQ                ? 0
                   : op == PY_LT || op == PY_LE ? x < y
                                                : x > y);
}

py_type py_type_type = {
    PY_TYPE_HEAD("type", py_type),
    .tp_richcompare = type_richcompare,
    .tp_hash = type_hash,
    .flags = PY_TF_BASE | PY_TF_TYPE | PY_TF_WEAKREF,
    .doc = "type(object): the object's type; type(name, bases, dict): a new "
           "type.",
    .methods = type_methods,
    .getset = py_type_getset,
    .tp_new = type_new,
    .tp_init = type_init,
    .tp_call = py_type_call,
    .tp_getattr = py_type_getattr,
    .tp_setattr = py_type_setattr,
    .tp_repr = py_type_repr,
};

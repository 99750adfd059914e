/*
 * celldict.c: the dict strategy of module globals: versioned cells.
 *
 * The storage maps names to values; a name that is assigned a second time gets
 * a cell that holds the changing value, so that the name's entry stays put. A
 * lookup (storage, name) is therefore constant until `version` changes, which
 * traces watch; what a trace loads of a global that changes is its cell's
 * field, and of one that does not, nothing at all. Ints have a cell of their
 * own that holds them unboxed.
 */
#include "objects/runtime.h"

struct py_modcell {
    py_object base;
    py_object *value;
};
struct py_intcell {
    py_object base;
    int64_t value;
};
struct py_celldict {
    uint64_t version;
    void *watch; /* the toolkit's */
    py_dict *names; /* name -> value or cell */
};
TW_QUASI_IMMUTABLE(py_celldict, version, watch);
TW_IMMUTABLE(py_celldict, names);
TW_GC_TYPE(py_modcell);
TW_GC_TYPE_ATOMIC(py_intcell);
TW_GC_TYPE(py_celldict);

/* Never seen by programs. */
static py_type modcell_type = {PY_TYPE_HEAD("modcell", py_modcell)};
static py_type intcell_type = {PY_TYPE_HEAD("intcell", py_intcell)};

static uint64_t last_version;

static struct py_celldict *cells(py_dict *d)
{
    return d->storage;
}

py_dict *py_dict_new_cells(void)
{
    struct py_celldict *c = TW_NEW(py_celldict);
    c->names = py_dict_new();
    c->version = ++last_version;
    py_dict *d = PY_NEW(py_dict, &py_dict_type);
    d->strategy = &py_dict_cells;
    d->storage = c;
    return d;
}

static inline py_object *unwrap(py_object *o)
{
    if (!o)
        return NULL;
    py_type *t = py_type_of(o);
    if (t == &modcell_type)
        return ((struct py_modcell *)o)->value;
    if (t == &intcell_type)
        return py_int_new(((struct py_intcell *)o)->value);
    return o;
}

tw_elidable static py_object *lookup(struct py_celldict *c, py_str *name,
                                     uint64_t version)
{
    (void)version;
    return py_dict_get_str(c->names, name);
}

static py_object *get_str(py_dict *d, py_str *key)
{
    struct py_celldict *c = tw_promote(cells(d));
    return unwrap(lookup(c, key, c->version));
}

/* The interpreter's inline cache of one LOAD_GLOBAL. Versions are unique among
 * all dicts, so equal versions mean the same dict in the same state. */
py_object *py_global_cached(py_dict *globals, py_str *name,
                            struct py_globalcache *c)
{
    if (PY_UNLIKELY(globals->strategy != &py_dict_cells))
        return NULL;
    struct py_celldict *g = cells(globals);
    if (PY_LIKELY(c->globals == g->version &&
                  (!c->holder || c->builtins == c->holder->version)))
        return unwrap(c->entry);
    c->globals = 0;
    py_object *e = py_dict_get_str(g->names, name);
    c->holder = NULL;
    if (!e) {
        py_object *b = py_builtins_of(globals);
        if (!py_is_dict(b) || ((py_dict *)b)->strategy != &py_dict_cells)
            return NULL;
        c->holder = cells((py_dict *)b);
        e = py_dict_get_str(c->holder->names, name);
        if (!e)
            return NULL;
        c->builtins = c->holder->version;
        /* __builtins__ itself may be a cell: its value may change unseen. */
        py_object *direct = py_dict_get_str(g->names, py_id___builtins__);
        if (direct && py_type_of(direct) == &modcell_type)
            return unwrap(e);
    }
    c->entry = e;
    c->globals = g->version;
    return unwrap(e);
}

/* Other keys than strings: a module's dict no more. */
static int give_up(py_dict *d)
{
    struct py_celldict *c = cells(d);
    py_dict *plain = py_dict_new();
    intptr_t pos = 0;
    py_object *k, *v;
    while (py_dict_next(c->names, &pos, &k, &v))
        if (py_dict_set(plain, k, unwrap(v)) < 0)
            return -1;
    c->version = ++last_version;
    d->strategy = plain->strategy;
    d->storage = plain->storage;
    d->changes++;
    return 0;
}

static py_object *get(py_dict *d, py_object *key)
{
    if (py_is_str_exact(key))
        return get_str(d, (py_str *)key);
    return unwrap(py_dict_get(cells(d)->names, key));
}

static int replace(struct py_celldict *c, py_str *key, py_object *v)
{
    c->version = ++last_version;
    return py_dict_set_str(c->names, key, v);
}

static int set_str(py_dict *d, py_str *key, py_object *v)
{
    struct py_celldict *c = tw_promote(cells(d));
    py_object *old = lookup(c, key, c->version);
    if (!old) {
        d->changes++;
        return replace(c, key, v);
    }
    py_type *t = py_type_of(old);
    if (t == &modcell_type) {
        ((struct py_modcell *)old)->value = v;
        return 0;
    }
    if (py_type_of(v) == &py_int_type) {
        if (t == &intcell_type) {
            ((struct py_intcell *)old)->value = py_int_value(v);
            return 0;
        }
        if (t == &py_int_type) {
            struct py_intcell *n = PY_NEW(py_intcell, &intcell_type);
            n->value = py_int_value(v);
            return replace(c, key, &n->base);
        }
    }
    if (old == v)
        return 0;
    struct py_modcell *n = PY_NEW(py_modcell, &modcell_type);
    n->value = v;
    return replace(c, key, &n->base);
}

static int set(py_dict *d, py_object *key, py_object *v)
{
    if (py_is_str_exact(key))
        return set_str(d, (py_str *)key, v);
    return give_up(d) < 0 ? -1 : py_dict_set(d, key, v);
}

static int del(py_dict *d, py_object *key)
{
    struct py_celldict *c = cells(d);
    int r = py_dict_del_maybe(c->names, key);
    if (r > 0) {
        c->version = ++last_version;
        d->changes++;
    }
    return r;
}

static intptr_t len(py_dict *d)
{
    return py_dict_len(cells(d)->names);
}

static int next(py_dict *d, intptr_t *pos, py_object **key, py_object **value)
{
    if (!py_dict_next(cells(d)->names, pos, key, value))
        return 0;
    if (value)
        *value = unwrap(*value);
    return 1;
}

static int clear(py_dict *d)
{
    struct py_celldict *c = cells(d);
    c->version = ++last_version;
    d->changes++;
    py_dict_clear(c->names);
    return 0;
}

static py_dict *copy(py_dict *d)
{
    py_dict *r = py_dict_new();
    intptr_t pos = 0;
    py_object *k, *v;
    while (next(d, &pos, &k, &v))
        if (py_dict_set(r, k, v) < 0)
            return NULL;
    return r;
}

static int popitem(py_dict *d, py_object **key, py_object **value)
{
    py_list *keys = py_dict_keys(cells(d)->names);
    intptr_t n = py_list_len(keys);
    if (!n)
        return 0;
    *key = py_list_get(keys, n - 1);
    *value = get(d, *key);
    return del(d, *key) < 0 ? -1 : 1;
}

const struct py_dict_strategy py_dict_cells = {
    "module", get, get_str, set, set_str, del, len, next, clear, copy, popitem,
};

/*
 * map.c: maps (hidden classes) and the attributes of instances.
 *
 * Role: implements the holder functions of instance.h. The lookup (map, key)
 * is pure, so traces fold it; what remains of an attribute access is a guard
 * on the map and one load or store.
 */
#include "objects/runtime.h"

TW_GC_TYPE(py_map);
TW_GC_TYPE(py_instance);
TW_GC_TYPE_VAR_ATOMIC(py_numbers, item);

struct py_maptransition {
    py_object *key;
    int32_t kind;
    py_map *map;
    struct py_maptransition *next;
};
TW_GC_TYPE(py_maptransition);

/* Keys of a class that held values of several kinds: never unboxed again. */
struct py_boxedkey {
    py_object *key;
    struct py_boxedkey *next;
};
TW_GC_TYPE(py_boxedkey);

/* The key under which an instance remembers its __dict__ object. */
static py_object dict_key = {&py_object_type};

py_map *py_map_root(py_type *t)
{
    py_map *m = TW_NEW(py_map);
    m->type = t;
    return m;
}

static py_map *root_of(py_map *m)
{
    while (m->back)
        m = m->back;
    return m;
}

/* ----------------------------------------------------------------- lookup */

enum { CACHE_BITS = 11 };
static struct {
    py_map *map;
    py_object *key;
    py_map *found;
} lookup_cache[1 << CACHE_BITS];

static py_map *find_slow(py_map *m, py_object *key)
{
    for (; m->back; m = m->back)
        if (m->key == key)
            return m;
    return NULL;
}

/* The node of m that describes key, or NULL. */
tw_elidable static py_map *find(py_map *m, py_object *key)
{
    uintptr_t h = ((uintptr_t)m >> 4) * 31 + ((uintptr_t)key >> 4);
    h &= (1 << CACHE_BITS) - 1;
    if (PY_LIKELY(lookup_cache[h].map == m && lookup_cache[h].key == key))
        return lookup_cache[h].found;
    py_map *n = find_slow(m, key);
    lookup_cache[h].map = m;
    lookup_cache[h].key = key;
    lookup_cache[h].found = n;
    return n;
}

/* ----------------------------------------------------------------- values */

static inline double bits_to_double(int64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static inline int64_t double_to_bits(double d)
{
    int64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* The first slots lie in the instance. In traces i is a constant, and the
 * switch turns into the access of one field. */
static inline py_object *load_slot(py_instance *h, int32_t i)
{
    if (PY_UNLIKELY(i >= PY_INSTANCE_INLINE))
        return h->more->item[i - PY_INSTANCE_INLINE];
    if (!tw_we_are_jitted())
        return h->slot[i];
    switch (i) {
    case 0:
        return h->slot[0];
    case 1:
        return h->slot[1];
    case 2:
        return h->slot[2];
    default:
        return h->slot[3];
    }
}

static inline void store_slot(py_instance *h, int32_t i, py_object *v)
{
    if (PY_UNLIKELY(i >= PY_INSTANCE_INLINE)) {
        h->more->item[i - PY_INSTANCE_INLINE] = v;
        return;
    }
    if (!tw_we_are_jitted()) {
        h->slot[i] = v;
        return;
    }
    switch (i) {
    case 0:
        h->slot[0] = v;
        break;
    case 1:
        h->slot[1] = v;
        break;
    case 2:
        h->slot[2] = v;
        break;
    default:
        h->slot[3] = v;
        break;
    }
}

static inline py_object *load(py_instance *h, py_map *n)
{
    switch (n->kind) {
    case PY_ATTR_INT:
        return py_int_new(h->nums->item[n->index]);
    case PY_ATTR_FLOAT:
        return py_float_new(bits_to_double(h->nums->item[n->index]));
    default:
        return load_slot(h, n->index);
    }
}

static py_dict *devolved_dict(py_instance *h)
{
    return (py_dict *)h->slot[0];
}

py_object *py_holder_get(py_instance *h, py_object *key)
{
    py_map *m = tw_promote(h->map);
    py_map *n = find(m, key);
    if (n)
        return load(h, n);
    if (PY_UNLIKELY(m->devolved))
        return py_dict_get(devolved_dict(h), key);
    return NULL;
}

/* ------------------------------------------------------------ transitions */

static int is_boxed_key(py_map *root, py_object *key)
{
    for (struct py_boxedkey *b = root->boxed; b; b = b->next)
        if (b->key == key)
            return 1;
    return 0;
}

static int kind_for(py_map *m, py_object *key, py_object *v)
{
    if (v->type == &py_int_type)
        return is_boxed_key(root_of(m), key) ? PY_ATTR_OBJ : PY_ATTR_INT;
    if (v->type == &py_float_type)
        return is_boxed_key(root_of(m), key) ? PY_ATTR_OBJ : PY_ATTR_FLOAT;
    return PY_ATTR_OBJ;
}

/* m with one attribute more; the same for the same arguments. */
static py_map *transition(py_map *m, py_object *key, int kind, int is_slot)
{
    for (struct py_maptransition *t = m->next; t; t = t->next)
        if (t->key == key && t->kind == kind)
            return t->map;
    py_map *n = TW_NEW(py_map);
    n->type = m->type;
    n->back = m;
    n->key = key;
    n->kind = kind;
    n->nobjs = m->nobjs;
    n->nnums = m->nnums;
    n->index = kind == PY_ATTR_OBJ ? n->nobjs++ : n->nnums++;
    n->nattrs = m->nattrs + !is_slot;
    n->is_slot = (uint8_t)is_slot;
    n->devolved = m->devolved;
    struct py_maptransition *t = TW_NEW(py_maptransition);
    t->key = key;
    t->kind = kind;
    t->map = n;
    t->next = m->next;
    m->next = t;
    return n;
}

/* Depends on the kind of v only, which the caller's trace has guarded. */
tw_elidable static py_map *next_map(py_map *m, py_object *key, int vkind,
                                    int is_slot)
{
    if (vkind != PY_ATTR_OBJ && is_boxed_key(root_of(m), key))
        vkind = PY_ATTR_OBJ;
    return transition(m, key, vkind, is_slot);
}

tw_unroll_safe static struct py_objarray *grow_objs(struct py_objarray *old,
                                                    intptr_t n)
{
    struct py_objarray *a = TW_NEW_VAR(py_objarray, n);
    a->n = n;
    for (intptr_t i = 0; old && i < old->n; i++)
        a->item[i] = old->item[i];
    return a;
}

/* From `used` numbers, which fill `old`, to room for n. */
tw_unroll_safe static struct py_numbers *grow_nums(struct py_numbers *old,
                                                   intptr_t used, intptr_t n)
{
    struct py_numbers *a = TW_NEW_VAR(py_numbers, n);
    for (intptr_t i = 0; i < used; i++)
        a->item[i] = old->item[i];
    return a;
}

/* Capacities: 4, 8, 16, ... objects beyond the inline ones; 2, 4, 8 numbers.
 * They follow from the map, so nothing is loaded to decide. */
static inline void make_room(py_instance *h, py_map *n)
{
    if (n->kind == PY_ATTR_OBJ) {
        int32_t i = n->index - PY_INSTANCE_INLINE;
        if (i == 0)
            h->more = grow_objs(NULL, 4);
        else if (i >= 4 && (i & (i - 1)) == 0)
            h->more = grow_objs(h->more, 2 * i);
    } else {
        int32_t i = n->index;
        if (i == 0)
            h->nums = grow_nums(NULL, 0, 2);
        else if (i >= 2 && (i & (i - 1)) == 0)
            h->nums = grow_nums(h->nums, i, 2 * i);
    }
}

static inline void store_new(py_instance *h, py_map *n, py_object *v)
{
    make_room(h, n);
    if (n->kind == PY_ATTR_INT)
        h->nums->item[n->index] = py_int_value(v);
    else if (n->kind == PY_ATTR_FLOAT)
        h->nums->item[n->index] = double_to_bits(py_float_value(v));
    else
        store_slot(h, n->index, v);
    h->map = n;
}

static inline void add(py_instance *h, py_map *m, py_object *key, py_object *v,
                       int is_slot)
{
    py_type *t = py_type_of(v);
    int kind = t == &py_int_type     ? PY_ATTR_INT
               : t == &py_float_type ? PY_ATTR_FLOAT
                                     : PY_ATTR_OBJ;
    store_new(h, next_map(m, key, kind, is_slot), v);
}

/* ------------------------------------------------------- uncommon changes */

/* Rebuilds h from `root`, in order, leaving out `without` and replacing the
 * value of `key`. */
tw_dont_look_inside static void rebuild(py_instance *h, py_map *root,
                                        py_object *without, py_object *key,
                                        py_object *v)
{
    intptr_t n = 0, k = 0;
    for (py_map *m = h->map; m->back; m = m->back)
        n++;
    py_map **nodes = tw_gc_malloc(sizeof *nodes * (size_t)(n + 1));
    py_object **values = tw_gc_malloc(sizeof *values * (size_t)(n + 1));
    for (py_map *m = h->map; m->back; m = m->back) {
        k++;
        nodes[n - k] = m;
        values[n - k] = m->key == key ? v : load(h, m);
    }
    py_object *dict = h->map->devolved ? h->slot[0] : NULL;
    h->more = NULL;
    h->nums = NULL;
    memset(h->slot, 0, sizeof h->slot);
    h->map = root;
    if (root->devolved)
        h->slot[0] = dict;
    for (k = 0; k < n; k++) {
        if (nodes[k]->key == without)
            continue;
        py_map *next =
            transition(h->map, nodes[k]->key,
                       nodes[k]->key == &dict_key
                           ? PY_ATTR_OBJ
                           : kind_for(h->map, nodes[k]->key, values[k]),
                       nodes[k]->is_slot);
        store_new(h, next, values[k]);
    }
}

tw_dont_look_inside static void change_kind(py_instance *h, py_object *key,
                                            py_object *v)
{
    py_map *root = root_of(h->map);
    if (!is_boxed_key(root, key)) {
        struct py_boxedkey *b = TW_NEW(py_boxedkey);
        b->key = key;
        b->next = root->boxed;
        root->boxed = b;
    }
    rebuild(h, root, NULL, key, v);
}

static py_map *devolved_root(py_map *m)
{
    py_map *root = root_of(m);
    if (root->devolved)
        return root;
    if (!root->devolved_map) {
        py_map *d = TW_NEW(py_map);
        d->type = root->type;
        d->devolved = 1;
        d->nobjs = 1;
        root->devolved_map = d;
    }
    return root->devolved_map;
}

/* Moves the attributes of h into d (emptied by the caller or fresh); slots
 * stay in the map. */
static int devolve(py_instance *h, py_dict *d, int move)
{
    if (move) {
        py_list *keys = py_list_new(), *values = py_list_new();
        for (py_map *m = h->map; m->back; m = m->back)
            if (!m->is_slot && (py_list_append(keys, m->key) < 0 ||
                                py_list_append(values, load(h, m)) < 0))
                return -1;
        for (intptr_t i = py_list_len(keys); i-- > 0;)
            if (py_dict_set(d, py_list_get(keys, i), py_list_get(values, i)) <
                0)
                return -1;
    }
    /* Keep the slots, in a map that grows from the devolved root. */
    intptr_t n = 0;
    for (py_map *m = h->map; m->back; m = m->back)
        n++;
    py_object **keys = tw_gc_malloc(sizeof *keys * (size_t)(n + 1));
    py_object **values = tw_gc_malloc(sizeof *values * (size_t)(n + 1));
    n = 0;
    for (py_map *m = h->map; m->back; m = m->back)
        if (m->is_slot && m->key != &dict_key) {
            keys[n] = m->key;
            values[n++] = load(h, m);
        }
    py_map *root = devolved_root(h->map);
    h->more = NULL;
    h->nums = NULL;
    memset(h->slot, 0, sizeof h->slot);
    h->map = root;
    h->slot[0] = &d->base;
    while (n-- > 0)
        store_new(h, transition(h->map, keys[n], PY_ATTR_OBJ, 1), values[n]);
    return 0;
}

/* Too many attributes, or keys that are no strings: o.__dict__ becomes an
 * ordinary dict. */
tw_dont_look_inside static int give_up(py_instance *h)
{
    py_map *n = find(h->map, &dict_key);
    py_dict *shown = n ? (py_dict *)load(h, n) : NULL;
    py_dict *d = py_dict_new();
    if (devolve(h, d, 1) < 0)
        return -1;
    if (shown) { /* the object that somebody holds takes the contents over */
        shown->strategy = d->strategy;
        shown->storage = d->storage;
        shown->changes++;
        h->slot[0] = &shown->base;
    }
    return 0;
}

int py_holder_devolve(py_instance *h)
{
    return h->map->devolved ? 0 : give_up(h);
}

/* ---------------------------------------------------------- the interface */

int py_holder_set(py_instance *h, py_object *key, py_object *v, int is_slot)
{
    py_map *m = tw_promote(h->map);
    py_map *n = find(m, key);
    if (PY_LIKELY(n != NULL)) {
        if (n->kind == PY_ATTR_OBJ) {
            store_slot(h, n->index, v);
            return 0;
        }
        if (n->kind == PY_ATTR_INT && py_type_of(v) == &py_int_type) {
            h->nums->item[n->index] = py_int_value(v);
            return 0;
        }
        if (n->kind == PY_ATTR_FLOAT && py_type_of(v) == &py_float_type) {
            h->nums->item[n->index] = double_to_bits(py_float_value(v));
            return 0;
        }
        change_kind(h, key, v);
        return 0;
    }
    if (!is_slot) {
        if (PY_UNLIKELY(m->devolved))
            return py_dict_set(devolved_dict(h), key, v);
        if (PY_UNLIKELY(m->nattrs >= PY_MAP_LIMIT)) {
            if (give_up(h) < 0)
                return -1;
            return py_dict_set(devolved_dict(h), key, v);
        }
    }
    add(h, m, key, v, is_slot);
    return 0;
}

int py_holder_del(py_instance *h, py_object *key)
{
    py_map *n = find(h->map, key);
    if (!n)
        return h->map->devolved ? py_dict_del_maybe(devolved_dict(h), key) : 0;
    if (n == h->map && n->kind == PY_ATTR_OBJ) {
        store_slot(h, n->index, NULL);
        /* Shrinking storage is not worth it; room for the next attribute is
         * made by its index, so only a map that never grew may go back. */
        if (n->index < PY_INSTANCE_INLINE) {
            h->map = n->back;
            return 1;
        }
    }
    rebuild(h, h->map->devolved ? devolved_root(h->map) : root_of(h->map), key,
            NULL, NULL);
    return 1;
}

py_dict *py_holder_dict(py_instance *h)
{
    if (h->map->devolved)
        return devolved_dict(h);
    py_map *n = find(h->map, &dict_key);
    if (n)
        return (py_dict *)load(h, n);
    py_dict *d = PY_NEW(py_dict, &py_dict_type);
    d->strategy = &py_dict_instance;
    d->storage = h;
    store_new(h, transition(h->map, &dict_key, PY_ATTR_OBJ, 1), &d->base);
    return d;
}

int py_holder_set_dict(py_instance *h, py_dict *d)
{
    py_map *n = h->map->devolved ? NULL : find(h->map, &dict_key);
    if (n) {
        py_dict *shown = (py_dict *)load(h, n);
        if (shown == d)
            return 0;
        /* The old dict lives on with its contents. */
        if (give_up(h) < 0)
            return -1;
    }
    return devolve(h, d, 0);
}

int py_holder_set_type(py_instance *h, py_type *t)
{
    py_map *root = h->map->devolved ? devolved_root(t->map) : t->map;
    rebuild(h, root, NULL, NULL, NULL);
    h->base.type = t;
    return 0;
}

intptr_t py_holder_count(py_instance *h)
{
    return h->map->nattrs;
}

/* The i-th attribute in order of addition; 0 when there is none. */
int py_holder_nth(py_instance *h, intptr_t i, py_object **key, py_object **v)
{
    py_map *m = h->map;
    if (i >= m->nattrs)
        return 0;
    while (m->is_slot || m->nattrs - 1 != i)
        m = m->back;
    *key = m->key;
    *v = load(h, m);
    return 1;
}

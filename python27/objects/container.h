/*
 * container.h: list, tuple, dict, set, slice, xrange: layouts, strategies and
 * the C calls.
 *
 * A list, dict or set holds a strategy (a table of functions) and storage whose
 * form only the strategy knows. Invariant: an object whose strategy pointer is
 * S has storage of S's form; strategy and storage change together. Traces
 * promote the strategy, so that its functions are inlined.
 * Bodies: listobject.c, tupleobject.c, dictobject.c, setobject.c, ...; the
 * dict strategies for modules and instances are celldict.c and mapdict.c.
 */
#ifndef PY_CONTAINER_H
#define PY_CONTAINER_H

#include "objects/object.h"

/* ---------------------------------------------------------------- tuple */
struct py_tuple {
    py_object base;
    intptr_t n;
    py_object *item[];
};
TW_IMMUTABLE(py_tuple, n);
TW_IMMUTABLE_ARRAY(py_tuple, item);
TW_GC_TYPE_DECL(py_tuple);
extern py_type py_tuple_type;
extern py_tuple *const py_tuple_empty;
#define py_is_tuple(o) PY_IS(o, PY_TF_TUPLE)
#define py_is_tuple_exact(o) (py_type_of(o) == &py_tuple_type)
/* n items, to be filled before anyone sees it. */
py_tuple *py_tuple_new(intptr_t n);
py_tuple *py_tuple_from(py_object *const *items, intptr_t n);
py_tuple *py_tuple_pack1(py_object *a);
py_tuple *py_tuple_pack2(py_object *a, py_object *b);
py_tuple *py_tuple_pack3(py_object *a, py_object *b, py_object *c);
py_tuple *py_tuple_slice(py_tuple *t, intptr_t i, intptr_t j);
/* Named results of C functions (os.stat, time.localtime...), structseq.c: a
 * subclass of tuple with nseq items, all of them attributes; values from nseq
 * to nfields are attributes only. name is "module.name". */
py_type *py_structseq_type(const char *name, const char *const *fields,
                           int nseq, int nfields);
py_object *py_structseq_new(py_type *t, py_object *const *values);

/* ----------------------------------------------------------------- list */
struct py_list_strategy {
    const char *name;
    /* i is within bounds (the caller checked). */
    py_object *(*getitem)(py_list *l, intptr_t i);
    int (*setitem)(py_list *l, intptr_t i, py_object *v);
    int (*append)(py_list *l, py_object *v);
    int (*insert)(py_list *l, intptr_t i, py_object *v);
    py_object *(*pop)(py_list *l, intptr_t i);
    /* l[i:j:step] with `n` items as a new list. */
    py_list *(*getslice)(py_list *l, intptr_t start, intptr_t step, intptr_t n);
    int (*delslice)(py_list *l, intptr_t start, intptr_t step, intptr_t n);
    int (*extend_list)(py_list *l, py_list *other);
    intptr_t (*find)(py_list *l, py_object *v, intptr_t start,
                     intptr_t stop); /* -1 none, -2 error */
    int (*sort)(py_list *l, int reverse); /* natural order, no key; -1 error */
    int (*reverse)(py_list *l);
    /* Makes it an object-strategy list with the same items. */
    int (*generalize)(py_list *l);
};
TW_IMMUTABLE(py_list_strategy, getitem);
TW_IMMUTABLE(py_list_strategy, setitem);
TW_IMMUTABLE(py_list_strategy, append);
TW_IMMUTABLE(py_list_strategy, insert);
TW_IMMUTABLE(py_list_strategy, pop);
TW_IMMUTABLE(py_list_strategy, getslice);
TW_IMMUTABLE(py_list_strategy, delslice);
TW_IMMUTABLE(py_list_strategy, extend_list);
TW_IMMUTABLE(py_list_strategy, find);
TW_IMMUTABLE(py_list_strategy, sort);
TW_IMMUTABLE(py_list_strategy, reverse);
TW_IMMUTABLE(py_list_strategy, generalize);
struct py_list {
    py_object base;
    const struct py_list_strategy *strategy;
    intptr_t n;
    void *storage; /* py_objarray, py_intarray, py_floatarray, py_rangestore */
};
struct py_rangestore {
    int64_t start, step;
};
TW_GC_TYPE_DECL(py_list);
extern py_type py_list_type;
extern const struct py_list_strategy py_list_empty, py_list_objects,
    py_list_ints, py_list_floats, py_list_range;
#define py_is_list(o) PY_IS(o, PY_TF_LIST)
#define py_is_list_exact(o) (py_type_of(o) == &py_list_type)
py_list *py_list_new(void);
/* Of the items, choosing the strategy; room for `hint` more. */
py_list *py_list_from(py_object *const *items, intptr_t n);
py_list *py_list_with_room(intptr_t hint);
py_list *py_list_range_new(int64_t start, int64_t step, intptr_t n);
static inline intptr_t py_list_len(py_list *l)
{
    return l->n;
}
/* i as given by the user (negative counts from the end); IndexError. */
py_object *py_list_getitem(py_list *l, intptr_t i);
int py_list_setitem(py_list *l, intptr_t i, py_object *v);
/* 0 <= i < n, unchecked. */
py_object *py_list_get(py_list *l, intptr_t i);
int py_list_append(py_list *l, py_object *v);
int py_list_insert(py_list *l, intptr_t i, py_object *v);
int py_list_extend(py_list *l, py_object *iterable);
py_object *py_list_pop(py_list *l, intptr_t i);
py_list *py_list_slice(py_list *l, intptr_t i, intptr_t j);
int py_list_setslice(py_list *l, intptr_t i, intptr_t j, py_object *v);
int py_list_sort(py_list *l, py_object *cmp, py_object *key, int reverse);
py_tuple *py_list_as_tuple(py_list *l);

/* ----------------------------------------------------------------- dict */
/* A position in an iteration; pos 0 starts. */
struct py_dict_strategy {
    const char *name;
    /* NULL without exception when absent. */
    py_object *(*get)(py_dict *d, py_object *key);
    py_object *(*get_str)(py_dict *d, py_str *key); /* an exact str */
    int (*set)(py_dict *d, py_object *key, py_object *v);
    int (*set_str)(py_dict *d, py_str *key, py_object *v);
    int (*del)(py_dict *d, py_object *key); /* 1 done, 0 absent, -1 error */
    intptr_t (*len)(py_dict *d);
    /* The entry at or after *pos, insertion order; advances *pos past it.
     * 1 got one, 0 end. */
    int (*next)(py_dict *d, intptr_t *pos, py_object **key, py_object **value);
    int (*clear)(py_dict *d);
    py_dict *(*copy)(py_dict *d);
    /* Removes and returns the last entry; 0 when empty. */
    int (*popitem)(py_dict *d, py_object **key, py_object **value);
};
TW_IMMUTABLE(py_dict_strategy, get);
TW_IMMUTABLE(py_dict_strategy, get_str);
TW_IMMUTABLE(py_dict_strategy, set);
TW_IMMUTABLE(py_dict_strategy, set_str);
TW_IMMUTABLE(py_dict_strategy, del);
TW_IMMUTABLE(py_dict_strategy, len);
TW_IMMUTABLE(py_dict_strategy, next);
TW_IMMUTABLE(py_dict_strategy, clear);
TW_IMMUTABLE(py_dict_strategy, copy);
TW_IMMUTABLE(py_dict_strategy, popitem);
struct py_dict {
    py_object base;
    const struct py_dict_strategy *strategy;
    void *storage; /* a compact table; py_celldict; py_instance (mapdict) */
    int64_t changes; /* counts insertions and deletions: iterators compare it */
};
TW_GC_TYPE_DECL(py_dict);
extern py_type py_dict_type;
/* empty, str keys, int keys, any: dictobject.c. Modules: celldict.c. The
 * attributes of an instance with a map: mapdict.c. */
extern const struct py_dict_strategy py_dict_empty, py_dict_strkeys,
    py_dict_intkeys, py_dict_objects, py_dict_cells, py_dict_instance;
#define py_is_dict(o) PY_IS(o, PY_TF_DICT)
#define py_is_dict_exact(o) (py_type_of(o) == &py_dict_type)
py_dict *py_dict_new(void);
py_dict *py_dict_new_cells(void); /* for the globals of a module */
/* NULL without exception: absent. (NULL with one: __eq__ or __hash__ raised.) */
py_object *py_dict_get(py_dict *d, py_object *key);
py_object *py_dict_get_str(py_dict *d, py_str *key);
py_object *py_dict_get_cstr(py_dict *d, const char *key);
int py_dict_set(py_dict *d, py_object *key, py_object *v);
int py_dict_set_str(py_dict *d, py_str *key, py_object *v);
int py_dict_set_cstr(py_dict *d, const char *key, py_object *v);
int py_dict_del(py_dict *d, py_object *key); /* KeyError */
int py_dict_del_maybe(py_dict *d, py_object *key); /* 1, 0, -1 */
intptr_t py_dict_len(py_dict *d);
int py_dict_contains(py_dict *d, py_object *key);
int py_dict_next(py_dict *d, intptr_t *pos, py_object **key, py_object **value);
void py_dict_clear(py_dict *d);
py_dict *py_dict_copy(py_dict *d);
/* From a mapping or an iterable of pairs, as dict.update(o) */
int py_dict_update(py_dict *d, py_object *o);
/* Lists of keys, values, items. */
py_list *py_dict_keys(py_dict *d);
py_list *py_dict_values(py_dict *d);
py_list *py_dict_items(py_dict *d);
/* Keeps its contents, changes the strategy to py_dict_objects/strkeys (used
 * when a special strategy gives up): moves all to a fresh table. */
int py_dict_generalize(py_dict *d);

/* A dict that is read-only to Python: __dict__ of classes. */
py_object *py_dictproxy_new(py_object *mapping);
extern py_type py_dictproxy_type;

/* ------------------------------------------------------------------ set */
struct py_set_strategy;
struct py_set { /* and frozenset */
    py_object base;
    const struct py_set_strategy *strategy; /* setobject.c */
    void *storage;
    int64_t hash; /* of a frozenset, -1 not yet known */
    int64_t changes;
};
TW_GC_TYPE_DECL(py_set);
extern py_type py_set_type, py_frozenset_type;
#define py_is_set(o) PY_IS(o, PY_TF_SET)
py_set *py_set_new(void);
py_object *py_frozenset_new(py_object *iterable); /* iterable may be NULL */
int py_set_add(py_set *s, py_object *v);
int py_set_contains(py_set *s, py_object *v);
int py_set_discard(py_set *s, py_object *v); /* 1, 0, -1 */
int py_set_update(py_set *s, py_object *iterable);
intptr_t py_set_len(py_set *s);
int py_set_next(py_set *s, intptr_t *pos, py_object **v);

/* ---------------------------------------------------------------- slice */
struct py_slice {
    py_object base;
    py_object *start, *stop, *step; /* None when absent */
};
typedef struct py_slice py_slice;
TW_IMMUTABLE(py_slice, start);
TW_IMMUTABLE(py_slice, stop);
TW_IMMUTABLE(py_slice, step);
TW_GC_TYPE_DECL(py_slice);
extern py_type py_slice_type;
#define py_is_slice(o) (py_type_of(o) == &py_slice_type)
py_object *py_slice_new(py_object *start, py_object *stop, py_object *step);
/* Concrete bounds for a sequence of `len`; *n is the number of items. -1 with
 * exception. */
int py_slice_indices(py_slice *s, intptr_t len, intptr_t *start, intptr_t *stop,
                     intptr_t *step, intptr_t *n);

/* ------------------------------------------------------------ iterators */
extern py_type py_xrange_type, py_listiter_type, py_tupleiter_type,
    py_seqiter_type, py_calliter_type, py_enumerate_type, py_reversed_type;
/* By __getitem__ with 0, 1, ... until IndexError. */
py_object *py_seqiter_new(py_object *seq);
py_object *py_calliter_new(py_object *callable, py_object *sentinel);
py_object *py_dictiter_new(py_dict *d,
                           int what); /* 0 keys, 1 values, 2 items */

/* Iterators and views. */
extern py_type py_listreviter_type, py_xrangeiter_type, py_setiter_type,
    py_dictkeyiter_type, py_dictvalueiter_type, py_dictitemiter_type,
    py_dictkeys_type, py_dictvalues_type, py_dictitems_type;

#endif

/*
 * instance.h: instances of classes and their maps.
 *
 * An instance holds a map (hidden class) that says where each attribute lies,
 * and the values. Maps are immutable and form a tree per class: the root (the
 * class's empty map) is the terminator, each further node adds one attribute.
 * Ints and floats live unboxed in `nums` as long as the attribute never held
 * anything else. When an instance outgrows PY_MAP_LIMIT attributes or gets a
 * key that is no str, its map becomes the class's devolved map and the
 * attributes move to a dict.
 * Bodies: instance.c, map.c, mapdict.c.
 */
#ifndef PY_INSTANCE_H
#define PY_INSTANCE_H

#include "objects/container.h"
#include "objects/object.h"

enum { PY_INSTANCE_INLINE = 4, PY_MAP_LIMIT = 80 };

enum py_attrkind {
    PY_ATTR_NONE,  /* the root */
    PY_ATTR_OBJ,   /* object slot `index` */
    PY_ATTR_INT,   /* nums[index] is an int */
    PY_ATTR_FLOAT, /* nums[index] is a float */
};

/* An attribute's key is its interned name, or the py_slotdescr of a slot. */
struct py_map {
    py_type *type;      /* whose instances */
    struct py_map *back; /* without the last attribute; NULL for the root */
    py_object *key;
    int32_t kind;        /* enum py_attrkind */
    int32_t index;       /* in the slots or nums */
    int32_t nobjs, nnums; /* used by all attributes up to here */
    int32_t nattrs;      /* visible in __dict__: slots do not count */
    uint8_t devolved;    /* the attributes are in the dict at slot 0 */
    uint8_t is_slot;     /* key is a slot, not a __dict__ entry */
    /* Children by (key, kind): a small chain, hashed when long. */
    struct py_maptransition *next;
    struct py_map *devolved_map; /* of the root */
    struct py_boxedkey *boxed; /* of the root: keys that are never unboxed */
};
TW_IMMUTABLE(py_map, type);
TW_IMMUTABLE(py_map, back);
TW_IMMUTABLE(py_map, key);
TW_IMMUTABLE(py_map, kind);
TW_IMMUTABLE(py_map, index);
TW_IMMUTABLE(py_map, nobjs);
TW_IMMUTABLE(py_map, nnums);
TW_IMMUTABLE(py_map, nattrs);
TW_IMMUTABLE(py_map, devolved);
TW_GC_TYPE_DECL(py_map);

/* How many there are, the map says. */
struct py_numbers {
    int64_t item[];
};
struct py_instance {
    py_object base;
    py_map *map;
    struct py_objarray *more; /* object slots from PY_INSTANCE_INLINE on */
    struct py_numbers *nums; /* ints, and floats by their bits */
    py_object *slot[PY_INSTANCE_INLINE];
};
TW_GC_TYPE_DECL(py_instance);

/* Where an instance of a built-in type's subclass keeps its holder: behind the
 * fixed part, or behind the items of a tuple. */
static inline py_instance **py_holder_place(py_object *o, py_type *t)
{
    char *p = (char *)o + t->holder_offset;
    if (t->var_size)
        p += ((py_tuple *)o)->n * t->var_size;
    return (py_instance **)p;
}
/* The attribute holder of o, an instance of a user class of type t: o itself,
 * or the holder that an instance of a built-in type's subclass points to. NULL
 * when t's instances have no map. */
static inline py_instance *py_holder(py_object *o, py_type *t)
{
    if (t->flags & PY_TF_INSTANCE)
        return (py_instance *)o;
    if (t->holder_offset)
        return *py_holder_place(o, t);
    return NULL;
}
/* NULL without exception: absent. */
py_object *py_holder_get(py_instance *h, py_object *key);
int py_holder_set(py_instance *h, py_object *key, py_object *v, int is_slot);
int py_holder_del(py_instance *h, py_object *key); /* 1, 0 absent, -1 */
/* o.__dict__: a dict that shows the attributes. */
py_dict *py_holder_dict(py_instance *h);
int py_holder_set_dict(py_instance *h, py_dict *d);
/* Makes __dict__ an ordinary dict from now on. */
int py_holder_devolve(py_instance *h);
/* For an instance that is not devolved: */
intptr_t py_holder_count(py_instance *h);
int py_holder_nth(py_instance *h, intptr_t i, py_object **key, py_object **v);
/* o.__class__ = t, of the same layout. */
int py_holder_set_type(py_instance *h, py_type *t);

/* Old-style classes. */
struct py_classobj {
    py_object base;
    py_tuple *bases;
    py_dict *dict;
    py_str *name;
    py_object *getattr, *setattr, *delattr; /* found in dict, or NULL */
    py_object *weaklist;
};
struct py_oldinst {
    py_object base;
    struct py_classobj *cls;
    py_dict *dict;
    py_object *weaklist;
};
typedef struct py_classobj py_classobj;
typedef struct py_oldinst py_oldinst;
TW_GC_TYPE_DECL(py_classobj);
TW_GC_TYPE_DECL(py_oldinst);
extern py_type py_classobj_type, py_oldinst_type;
#define py_is_classobj(o) (py_type_of(o) == &py_classobj_type)
#define py_is_oldinst(o) (py_type_of(o) == &py_oldinst_type)

#endif

/*
 * object.h: what every Python object is: the header, the type, and the GC
 * arrays that bodies are made of.
 *
 * Role: the first header that every file of python27 includes. Needs only the
 * toolkit's api. The bodies of particular types stand in their own headers
 * (intobject.h, strobject.h, ...), the operations on any object in abstract.h,
 * exceptions in errors.h.
 *
 * Conventions that hold everywhere:
 *  - `return NULL` / `return -1` means that an exception is set in py_ec->exc.
 *    The one exception are iternext functions, where NULL without an exception
 *    means "exhausted".
 *  - No reference counts: the collector finds everything on the C stack.
 *  - A struct "inherits" by embedding its base as its first member, `base`.
 *  - What the tracer looks into uses no varargs, unions, setjmp or addresses of
 *    locals, and keeps loops in functions of their own.
 *  - Equality of small values may be asked by pointer only where a comment says
 *    so: ints and floats are compared by value even by `is` (py_is()).
 */
#ifndef PY_OBJECT_H
#define PY_OBJECT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "tw/gc.h"
#include "tw/jit.h"

typedef struct py_object py_object;
typedef struct py_type py_type;
typedef struct py_str py_str;
typedef struct py_unicode py_unicode;
typedef struct py_tuple py_tuple;
typedef struct py_list py_list;
typedef struct py_dict py_dict;
typedef struct py_set py_set;
typedef struct py_code py_code;
typedef struct py_frame py_frame;
typedef struct py_function py_function;
typedef struct py_module py_module;
typedef struct py_instance py_instance;
typedef struct py_map py_map;
typedef struct py_traceback py_traceback;

struct py_object {
    py_type *type;
};
TW_CLASS_FIELD(py_object, type);
TW_NONNULL_FIELD(py_object, type);

#define PY_LIKELY(x) __builtin_expect(!!(x), 1)
#define PY_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The type of o; in a trace it is a constant behind a guard. */
static inline py_type *py_type_of(const py_object *o)
{
    return tw_promote(o->type);
}

/* ------------------------------------------------------------- GC arrays
 * Storage that objects point to. Each is a struct of its own so that accesses
 * to different kinds never alias. `n` is the capacity, fixed at birth. */
struct py_objarray {
    intptr_t n;
    py_object *item[];
};
struct py_intarray {
    intptr_t n;
    int64_t item[];
};
struct py_floatarray {
    intptr_t n;
    double item[];
};
struct py_bytes {
    intptr_t n;
    char item[];
};
TW_IMMUTABLE(py_objarray, n);
TW_IMMUTABLE(py_intarray, n);
TW_IMMUTABLE(py_floatarray, n);
TW_IMMUTABLE(py_bytes, n);
TW_GC_TYPE_DECL(py_objarray);
TW_GC_TYPE_DECL(py_intarray);
TW_GC_TYPE_DECL(py_floatarray);
TW_GC_TYPE_DECL(py_bytes);

/* ------------------------------------------------------- function types */
typedef py_object *(*py_unaryfn)(py_object *);
typedef py_object *(*py_binaryfn)(py_object *, py_object *);
typedef py_object *(*py_ternaryfn)(py_object *, py_object *, py_object *);
typedef int (*py_inquiryfn)(py_object *);               /* 0, 1, -1 */
typedef intptr_t (*py_lenfn)(py_object *);              /* -1 on error */
typedef int64_t (*py_hashfn)(py_object *);              /* -1 on error */
typedef int (*py_containsfn)(py_object *, py_object *); /* 0, 1, -1 */
typedef int (*py_cmpfn)(py_object *, py_object *); /* -1, 0, 1; -2 on error */
typedef py_object *(*py_richcmpfn)(py_object *, py_object *, int op);
typedef int (*py_setfn)(py_object *, py_object *key,
                        py_object *v); /* v NULL: delete */
typedef py_object *(*py_itemfn)(py_object *, intptr_t);
typedef int (*py_setitemfn)(py_object *, intptr_t, py_object *v);
typedef py_object *(*py_slicefn)(py_object *, intptr_t, intptr_t);
typedef int (*py_setslicefn)(py_object *, intptr_t, intptr_t, py_object *v);
typedef py_object *(*py_getattrfn)(py_object *, py_str *name);
typedef int (*py_setattrfn)(py_object *, py_str *name, py_object *v);
/* Calls: nargs positional arguments in args[], then one value for each name of
 * kwnames (a tuple of str, or NULL). args belongs to the caller. */
typedef py_object *(*py_callfn)(py_object *callable, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames);
typedef py_object *(*py_newfn)(py_type *type, py_object *const *args,
                               intptr_t nargs, py_tuple *kwnames);
typedef int (*py_initfn)(py_object *self, py_object *const *args,
                         intptr_t nargs, py_tuple *kwnames);
/* o is NULL when looked up on the class itself. */
typedef py_object *(*py_descrgetfn)(py_object *descr, py_object *o,
                                    py_object *type);
typedef void (*py_delfn)(py_object *);
/* Buffer protocol, old style: a run of bytes. NULL with TypeError set. */
typedef const char *(*py_readbuffn)(py_object *, intptr_t *n);
typedef char *(*py_writebuffn)(py_object *, intptr_t *n);

enum py_cmpop { PY_LT, PY_LE, PY_EQ, PY_NE, PY_GT, PY_GE };

/* --------------------------------------------------- tables of static types */

/* How a built-in function takes its arguments. */
enum py_callconv {
    /* f(self, a, b, ...): between `min` and `max` (at most 4) positional
     * arguments, one C parameter for each of max; absent ones are NULL. The
     * convention to prefer: it costs nothing and traces well. */
    PY_POS,
    PY_FAST, /* f(self, args, nargs): checks their number by itself */
    PY_KW, /* f(self, args, nargs, kwnames) */
};
enum {
    PY_CLASSMETHOD = 1, /* self is the class */
    PY_STATICMETHOD = 2, /* self is NULL */
    PY_PURE = 4, /* no effect; result depends on arguments only (for traces) */
    PY_COEXIST = 8, /* replaces the wrapper of the slot of that name */
    PY_UNPACK = 16, /* "f expected at least 1 arguments, got 0": the other
                      family of messages about the number of arguments */
    PY_PARSED = 32 /* "f() takes exactly 1 argument", not "one" */
};
typedef void (*py_anyfn)(void);
typedef py_object *(*py_pos0fn)(py_object *self);
typedef py_object *(*py_pos1fn)(py_object *self, py_object *);
typedef py_object *(*py_pos2fn)(py_object *self, py_object *, py_object *);
typedef py_object *(*py_pos3fn)(py_object *self, py_object *, py_object *,
                                py_object *);
typedef py_object *(*py_pos4fn)(py_object *self, py_object *, py_object *,
                                py_object *, py_object *);
typedef py_object *(*py_fastfn)(py_object *self, py_object *const *args,
                                intptr_t nargs);
typedef py_object *(*py_kwfn)(py_object *self, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames);

struct py_methoddef {
    const char *name; /* NULL ends a table */
    py_anyfn fn;
    uint8_t conv, min, max, flags;
    const char *doc;
};
TW_IMMUTABLE(py_methoddef, fn);
TW_IMMUTABLE(py_methoddef, conv);
TW_IMMUTABLE(py_methoddef, min);
TW_IMMUTABLE(py_methoddef, max);
TW_IMMUTABLE(py_methoddef, flags);

/* Rows: PY_M0(name, f, doc) no argument, PY_M1 exactly one, PY_M(min, max),
 * PY_MFAST, PY_MKW; PY_MF adds flags. */
#define PY_MF(nm, f, cv, mn, mx, fl, dc) {nm, (py_anyfn)(f), cv, mn, mx, fl, dc}
#define PY_M0(nm, f, dc) PY_MF(nm, f, PY_POS, 0, 0, 0, dc)
#define PY_M1(nm, f, dc) PY_MF(nm, f, PY_POS, 1, 1, 0, dc)
#define PY_M2(nm, f, dc) PY_MF(nm, f, PY_POS, 2, 2, 0, dc)
#define PY_M(mn, mx, nm, f, dc) PY_MF(nm, f, PY_POS, mn, mx, 0, dc)
#define PY_MFAST(nm, f, dc) PY_MF(nm, f, PY_FAST, 0, 255, 0, dc)
#define PY_MKW(nm, f, dc) PY_MF(nm, f, PY_KW, 0, 255, 0, dc)
#define PY_MEND {NULL, NULL, 0, 0, 0, 0, NULL}

struct py_getset {
    const char *name; /* NULL ends a table */
    py_object *(*get)(py_object *self, void *data);
    int (*set)(py_object *self, py_object *v, void *data); /* v NULL: delete */
    const char *doc;
    void *data;
};
TW_IMMUTABLE(py_getset, get);
TW_IMMUTABLE(py_getset, set);
TW_IMMUTABLE(py_getset, data);

/* A setter: TypeError "readonly attribute". */
int py_readonly(py_object *o, py_object *v, void *data);
/* __dict__ of instances with a dict. */
py_object *py_get_own_dict(py_object *o, void *data);
int py_set_own_dict(py_object *o, py_object *v, void *data);

enum py_memberkind {
    PY_MEMBER_OBJ, /* py_object *, NULL reads as None */
    PY_MEMBER_OBJ_EX, /* py_object *, NULL raises AttributeError */
    PY_MEMBER_INT, /* int32_t */
    PY_MEMBER_LONG, /* int64_t */
    PY_MEMBER_BOOL, /* uint8_t */
    PY_MEMBER_DOUBLE,
    PY_MEMBER_CSTR /* const char *, NULL reads as None; read-only */
};
struct py_memberdef {
    const char *name; /* NULL ends a table */
    uint8_t kind, readonly;
    int32_t offset;
    const char *doc;
};

/* -------------------------------------------------------------- types */

enum py_typeflags {
    PY_TF_HEAP = 1 << 0, /* made by a class statement */
    PY_TF_BASE = 1 << 1, /* may be subclassed */
    PY_TF_READY = 1 << 2,
    PY_TF_INSTANCE = 1 << 3, /* instances are struct py_instance */
    PY_TF_ABSTRACT = 1 << 4, /* has abstract methods */
    PY_TF_HASDEL = 1 << 5, /* __del__ somewhere in the mro */
    PY_TF_HASGETATTR = 1 << 6, /* __getattr__/__getattribute__ overridden */
    PY_TF_INDEX = 1 << 7,
    PY_TF_NODICT = 1 << 8, /* user class whose instances have no __dict__ */
    PY_TF_WEAKREF = 1 << 9, /* instances may be weakly referenced */
    PY_TF_SEQITEM = 1 << 10, /* sq_item is native: list/tuple-like iteration */
    /* is a subclass of ... (inherited) */
    PY_TF_INT = 1 << 16,
    PY_TF_LONG = 1 << 17,
    PY_TF_FLOAT = 1 << 18,
    PY_TF_STR = 1 << 19,
    PY_TF_UNICODE = 1 << 20,
    PY_TF_LIST = 1 << 21,
    PY_TF_TUPLE = 1 << 22,
    PY_TF_DICT = 1 << 23,
    PY_TF_SET = 1 << 24, /* set or frozenset */
    PY_TF_EXC = 1 << 25,
    PY_TF_TYPE = 1 << 26,
    PY_TF_COMPLEX = 1 << 27,
    PY_TF_SUBCLASS = 0xfff0000
};

struct py_weaknode {
    py_object **cell; /* in unscanned memory; NULL when it died */
    struct py_weaknode *next;
};

/*
 * A type. Built-in types are static structs, filled in by py_type_ready();
 * classes are allocated. The slots (slots.def) change only when a class's
 * attributes are assigned, which also gives it a new `version`; traces take
 * all of them as constants guarded by the common watch.
 * Invariants: mro[0] is the type itself; a slot that a type does not define is
 * inherited from the first type in the mro that does; `version` is nonzero and
 * never reused, a subclass's version changes with its bases'.
 */
struct py_type {
    py_object base;
    const char *name; /* built-in: "module.name" or "name" */
    py_str *namestr; /* __name__ */
    uint64_t version;
    void *watch; /* the toolkit's */
    uint32_t flags;
    uint32_t size; /* bytes of an instance, without variable part */
    int32_t holder_offset; /* of a py_instance * that holds the attributes of
                              an instance of a user subclass of a built-in
                              type; 0 none */
    int32_t dict_offset; /* of a py_dict * in built-in layouts; 0 none */
    int32_t var_offset, var_size; /* variable part of instances (tuple) */
    const struct tw_gctype *gctype; /* of an instance */
    py_type *base_type; /* tp_base */
    py_type *solid; /* the type whose layout instances have */
    py_tuple *bases, *mro;
    py_dict *dict;
    py_map *map; /* the empty map of its instances */
    struct py_weaknode *subclasses; /* types, weakly held */
    py_object *weaklist;
    const struct py_methoddef *methods;
    const struct py_getset *getset;
    const struct py_memberdef *members;
    const char *doc;
    int64_t slots_count; /* __slots__ of the whole chain */
    /* slots */
#define PY_SLOT_FIELD(ctype, field) ctype field;
#include "objects/slots.def"
#undef PY_SLOT_FIELD
};
TW_IMMUTABLE(py_type, name);
TW_IMMUTABLE(py_type, size);
TW_IMMUTABLE(py_type, holder_offset);
TW_IMMUTABLE(py_type, dict_offset);
TW_IMMUTABLE(py_type, gctype);
TW_IMMUTABLE(py_type, solid);
TW_QUASI_IMMUTABLE(py_type, version, watch);
TW_QUASI_IMMUTABLE(py_type, flags, watch);
TW_QUASI_IMMUTABLE(py_type, mro, watch);
TW_QUASI_IMMUTABLE(py_type, map, watch);
#define PY_SLOT_FIELD(ctype, field) TW_QUASI_IMMUTABLE(py_type, field, watch);
#include "objects/slots.def"
#undef PY_SLOT_FIELD
TW_GC_TYPE_DECL(py_type);

/* Opens the initializer of a static built-in type whose instances are
 * `struct tag`; add .base_type where it is not object, then flags and slots. */
#define PY_TYPE_HEAD(nm, tag)                                                  \
    .base = {&py_type_type}, .name = (nm), .size = sizeof(struct tag),         \
    .gctype = &tw_gctype_##tag

extern py_type py_type_type; /* type */
extern py_type py_object_type; /* object */

/* Completes a static type (bases, mro, slots, dict); idempotent, readies its
 * base first. Every static type is listed in types.def, so nobody calls this
 * but type.c. */
int py_type_ready(py_type *t);

/* -------------------------------------------------------- allocation */

/* A new instance of exactly the built-in layout `tag`, of type t. */
#define PY_NEW(tag, t)                                                         \
    ({                                                                         \
        struct tag *py_new_ = TW_NEW(tag);                                     \
        ((py_object *)py_new_)->type = (t);                                    \
        py_new_;                                                               \
    })
/* A new zeroed instance of t, which may be a user's subclass (tp_new bodies
 * use this). n: items of the variable part, 0 where there is none. NULL with
 * MemoryError. */
py_object *py_alloc(py_type *t, intptr_t n);

/* ------------------------------------------------------------- identity */
struct py_none {
    py_object base;
};
extern struct py_none py_none_object, py_notimplemented_object,
    py_ellipsis_object;
#define py_None (&py_none_object.base)
#define py_NotImplemented (&py_notimplemented_object.base)
#define py_Ellipsis (&py_ellipsis_object.base)
extern py_type py_none_type, py_notimplemented_type, py_ellipsis_type;

/* Is t the same as or a subtype of u (new-style types, by mro)? */
int py_subtype(py_type *t, py_type *u);
static inline int py_isinst(py_object *o, py_type *t)
{
    return py_type_of(o) == t || py_subtype(py_type_of(o), t);
}
#define PY_IS(o, flag) ((py_type_of(o)->flags & (flag)) != 0)

/* A C-level attribute lookup along the mro, without binding. NULL when there
 * is none (no exception set). Cached by (type, name, version). */
py_object *py_type_lookup(py_type *t, py_str *name);
py_object *py_type_lookup_cstr(py_type *t, const char *name);
/* "name" without the module of a built-in type. */
const char *py_type_shortname(py_type *t);

/* Names that the interpreter itself looks up: py_id_xxx is the interned str
 * "xxx". Add a line to ids.def. */
#define PY_ID(name)                                                            \
    extern py_str py_idobj_##name;                                             \
    static py_str *const py_id_##name __attribute__((unused)) =                \
        &py_idobj_##name;
#include "objects/ids.def"
#undef PY_ID

#endif

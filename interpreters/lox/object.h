/*
 * object.h: functions, closures, classes, instances and their maps.
 *
 * A local variable that a closure captures lives in a cell from its
 * declaration on, so that frames never outlive their call. Methods of a class
 * do not change once its declaration is through: finding one is elidable.
 */
#ifndef LOX_OBJECT_H
#define LOX_OBJECT_H

#include "table.h"

extern const struct lox_type lox_function_type, lox_closure_type, lox_cell_type,
    lox_global_type, lox_native_type, lox_class_type, lox_instance_type,
    lox_bound_type;

/* ------------------------------------------------------------ functions */

struct lox_code {
    intptr_t length;
    int32_t word[]; /* ops and operands, see opcodes.def */
};
TW_IMMUTABLE_ARRAY(lox_code, word);

struct lox_constants {
    intptr_t length;
    struct lox_value *item[]; /* values, functions, globals */
};
TW_IMMUTABLE_ARRAY(lox_constants, item);

/* What a property access saw last; the interpreter's cache, unknown to traces,
 * which know the map. index is -1 for a method. */
struct lox_site {
    struct lox_map *map;
    intptr_t index;
    struct lox_closure *method;
    struct lox_map *next; /* the map after a store that added the field */
};

/* What the compiler made of one function; the script is one, too. */
struct lox_function {
    struct lox_value head;
    intptr_t arity;
    intptr_t nslots; /* locals and deepest stack */
    struct lox_code *code;
    struct lox_constants *constants;
    struct lox_site *sites;
    int32_t *lines;          /* of each word of code */
    struct lox_string *name; /* NULL for the script */
};
TW_IMMUTABLE(lox_function, arity);
TW_IMMUTABLE(lox_function, nslots);
TW_IMMUTABLE(lox_function, code);
TW_IMMUTABLE(lox_function, constants);
TW_IMMUTABLE(lox_function, sites);

struct lox_cell {
    struct lox_value head;
    struct lox_value *value;
};

struct lox_closure {
    struct lox_value head;
    struct lox_function *function;
    struct lox_cell *cell[];
};
TW_IMMUTABLE(lox_closure, function);
TW_IMMUTABLE_ARRAY(lox_closure, cell);

/* A global variable. While it was assigned only once (a function, a class),
 * `constant` is its value and traces take it as such; from the second
 * assignment on it is NULL and `value` counts. value is NULL until defined. */
struct lox_global {
    struct lox_value head;
    struct lox_value *constant;
    void *constant_watch;
    struct lox_value *value;
    struct lox_string *name;
};
TW_QUASI_IMMUTABLE(lox_global, constant, constant_watch);

struct lox_native {
    struct lox_value head;
    intptr_t arity;
    struct lox_value *(*call)(void);
};
TW_IMMUTABLE(lox_native, arity);
TW_IMMUTABLE(lox_native, call);

struct lox_function *lox_function_new(void);
struct lox_code *lox_code_new(const int32_t *words, intptr_t length);
struct lox_constants *lox_constants_new(struct lox_value **items,
                                        intptr_t length);
struct lox_global *lox_global_new(struct lox_string *name);
struct lox_native *lox_native_new(intptr_t arity,
                                  struct lox_value *(*call)(void));

TW_GC_TYPE_DECL(lox_closure);
TW_GC_TYPE_DECL(lox_cell);

static inline struct lox_closure *lox_closure_new(struct lox_function *function,
                                                  intptr_t ncells)
{
    struct lox_closure *closure = TW_NEW_VAR(lox_closure, ncells);
    lox_value_init(&closure->head, &lox_closure_type);
    closure->function = function;
    return closure;
}

static inline struct lox_cell *lox_cell_new(struct lox_value *value)
{
    struct lox_cell *cell = TW_NEW(lox_cell);
    lox_value_init(&cell->head, &lox_cell_type);
    cell->value = value;
    return cell;
}

/* ------------------------------------------------- classes and instances */

struct lox_class {
    struct lox_value head;
    struct lox_string *name;
    struct lox_map *map; /* of an instance without fields */
    struct lox_closure *init;
    struct lox_table methods; /* inherited ones, too */
    intptr_t room;            /* fields that a new instance has room for */
    void *room_watch;
};
TW_IMMUTABLE(lox_class, map);
TW_QUASI_IMMUTABLE(lox_class, room, room_watch);

/* The names of an instance's fields: `parent` and one more. The tree below a
 * class only grows; two instances with the same map have the same class and
 * the same fields at the same indices. */
struct lox_map {
    struct lox_class *owner;
    struct lox_map *parent;  /* NULL: no fields */
    struct lox_string *name; /* of field number count - 1 */
    intptr_t count;
    struct lox_map *children, *sibling;
};
TW_IMMUTABLE(lox_map, owner);
TW_IMMUTABLE(lox_map, count);

struct lox_fields {
    intptr_t length;
    struct lox_value *item[];
};
TW_IMMUTABLE(lox_fields, length);

struct lox_instance {
    struct lox_value head;
    struct lox_map *map;
    struct lox_fields *fields; /* at least map->count of them */
};

struct lox_bound {
    struct lox_value head;
    struct lox_value *receiver;
    struct lox_closure *method;
};
TW_IMMUTABLE(lox_bound, receiver);
TW_IMMUTABLE(lox_bound, method);

struct lox_class *lox_class_new(struct lox_string *name);
void lox_class_inherit(struct lox_class *cls, const struct lox_class *from);
void lox_class_add_method(struct lox_class *cls, struct lox_string *name,
                          struct lox_closure *method, int is_init);
/* NULL if there is none. */
tw_elidable struct lox_closure *lox_class_find(struct lox_class *cls,
                                               struct lox_string *name);
tw_elidable struct lox_closure *lox_class_init(struct lox_class *cls);

/* The index of a field, -1 if there is none. */
tw_elidable intptr_t lox_map_find(struct lox_map *map, struct lox_string *name);
/* The map with that field more; always the same one. */
tw_elidable struct lox_map *lox_map_add(struct lox_map *map,
                                        struct lox_string *name);

/* Makes room for twice the fields; later instances have it from the start. */
void lox_instance_grow(struct lox_instance *instance);

TW_GC_TYPE_DECL(lox_fields);
TW_GC_TYPE_DECL(lox_instance);
TW_GC_TYPE_DECL(lox_bound);

static inline struct lox_instance *lox_instance_new(struct lox_class *cls)
{
    struct lox_instance *instance = TW_NEW(lox_instance);
    intptr_t room = cls->room;
    struct lox_fields *fields = TW_NEW_VAR(lox_fields, room);
    lox_value_init(&instance->head, &lox_instance_type);
    fields->length = room;
    instance->map = cls->map;
    instance->fields = fields;
    return instance;
}

static inline struct lox_value *lox_bound_new(struct lox_value *receiver,
                                              struct lox_closure *method)
{
    struct lox_bound *bound = TW_NEW(lox_bound);
    lox_value_init(&bound->head, &lox_bound_type);
    bound->receiver = receiver;
    bound->method = method;
    return &bound->head;
}

/* What print shows. */
void lox_value_print(const struct lox_value *value);

#endif

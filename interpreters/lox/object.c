/*
 * object.c: what of the objects need not be seen by traces: making classes and
 * functions, finding methods and fields, printing.
 */
#include "object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct lox_type lox_function_type = {"function"};
const struct lox_type lox_closure_type = {"closure"};
const struct lox_type lox_cell_type = {"cell"};
const struct lox_type lox_global_type = {"global"};
const struct lox_type lox_native_type = {"native"};
const struct lox_type lox_class_type = {"class"};
const struct lox_type lox_instance_type = {"instance"};
const struct lox_type lox_bound_type = {"bound"};

TW_GC_TYPE_VAR_ATOMIC(lox_code, word);
TW_GC_TYPE_VAR(lox_constants, item);
TW_GC_TYPE(lox_function);
TW_GC_TYPE(lox_cell);
TW_GC_TYPE_VAR(lox_closure, cell);
TW_GC_TYPE(lox_global);
TW_GC_TYPE(lox_native);
TW_GC_TYPE(lox_class);
TW_GC_TYPE(lox_map);
TW_GC_TYPE_VAR(lox_fields, item);
TW_GC_TYPE(lox_instance);
TW_GC_TYPE(lox_bound);

static void *checked(void *p)
{
    if (!p) {
        fprintf(stderr, "lox: out of memory\n");
        exit(1);
    }
    return p;
}

struct lox_function *lox_function_new(void)
{
    struct lox_function *function = TW_NEW(lox_function);
    lox_value_init(&function->head, &lox_function_type);
    return function;
}

struct lox_code *lox_code_new(const int32_t *words, intptr_t length)
{
    struct lox_code *code = checked(TW_NEW_VAR(lox_code, length));
    code->length = length;
    memcpy(code->word, words, (size_t)length * sizeof *words);
    return code;
}

struct lox_constants *lox_constants_new(struct lox_value **items,
                                        intptr_t length)
{
    struct lox_constants *constants =
        checked(TW_NEW_VAR(lox_constants, length));
    constants->length = length;
    for (intptr_t i = 0; i < length; i++)
        constants->item[i] = items[i];
    return constants;
}

struct lox_global *lox_global_new(struct lox_string *name)
{
    struct lox_global *global = TW_NEW(lox_global);
    lox_value_init(&global->head, &lox_global_type);
    global->name = name;
    return global;
}

struct lox_native *lox_native_new(intptr_t arity,
                                  struct lox_value *(*call)(void))
{
    struct lox_native *native = TW_NEW(lox_native);
    lox_value_init(&native->head, &lox_native_type);
    native->arity = arity;
    native->call = call;
    return native;
}

/* ------------------------------------------------------------- classes */

struct lox_class *lox_class_new(struct lox_string *name)
{
    struct lox_class *cls = TW_NEW(lox_class);
    struct lox_map *map = TW_NEW(lox_map);
    lox_value_init(&cls->head, &lox_class_type);
    map->owner = cls;
    cls->name = name;
    cls->map = map;
    cls->room = 2;
    return cls;
}

void lox_class_inherit(struct lox_class *cls, const struct lox_class *from)
{
    lox_table_add_all(&cls->methods, &from->methods);
    cls->init = from->init;
    cls->room = from->room;
}

void lox_class_add_method(struct lox_class *cls, struct lox_string *name,
                          struct lox_closure *method, int is_init)
{
    lox_table_set(&cls->methods, name, method);
    if (is_init)
        cls->init = method;
}

struct lox_closure *lox_class_find(struct lox_class *cls,
                                   struct lox_string *name)
{
    return lox_table_get(&cls->methods, name);
}

struct lox_closure *lox_class_init(struct lox_class *cls)
{
    return cls->init;
}

/* ---------------------------------------------------------------- maps */

intptr_t lox_map_find(struct lox_map *map, struct lox_string *name)
{
    for (; map->parent; map = map->parent)
        if (map->name == name)
            return map->count - 1;
    return -1;
}

struct lox_map *lox_map_add(struct lox_map *map, struct lox_string *name)
{
    struct lox_map *child = map->children;
    while (child && child->name != name)
        child = child->sibling;
    if (child)
        return child;
    child = TW_NEW(lox_map);
    child->owner = map->owner;
    child->parent = map;
    child->name = name;
    child->count = map->count + 1;
    child->sibling = map->children;
    map->children = child;
    return child;
}

void lox_instance_grow(struct lox_instance *instance)
{
    const struct lox_fields *old = instance->fields;
    struct lox_class *cls = instance->map->owner;
    intptr_t length = 2 * old->length;
    struct lox_fields *fields = checked(TW_NEW_VAR(lox_fields, length));
    fields->length = length;
    for (intptr_t i = 0; i < old->length; i++)
        fields->item[i] = old->item[i];
    instance->fields = fields;
    if (cls->room < length && length <= 64)
        cls->room = length;
}

/* ------------------------------------------------------------ printing */

static void print_function(const struct lox_function *function)
{
    if (function->name)
        printf("<fn %s>", function->name->chars);
    else
        printf("<script>");
}

void lox_value_print(const struct lox_value *value)
{
    if (lox_is_number(value)) {
        char text[32];
        lox_number_text(lox_number_of(value), text, sizeof text);
        fputs(text, stdout);
    } else if (lox_is_string(value)) {
        const struct lox_string *s = (const struct lox_string *)value;
        fwrite(s->chars, 1, (size_t)s->length, stdout);
    } else if (value->type == &lox_bool_type) {
        fputs(value == &lox_true_object ? "true" : "false", stdout);
    } else if (value->type == &lox_closure_type) {
        print_function(((const struct lox_closure *)value)->function);
    } else if (value->type == &lox_bound_type) {
        print_function(((const struct lox_bound *)value)->method->function);
    } else if (value->type == &lox_native_type) {
        fputs("<native fn>", stdout);
    } else if (value->type == &lox_class_type) {
        fputs(((const struct lox_class *)value)->name->chars, stdout);
    } else if (value->type == &lox_instance_type) {
        const struct lox_map *map = ((const struct lox_instance *)value)->map;
        printf("%s instance", map->owner->name->chars);
    } else {
        fputs(value->type->name, stdout); /* nil */
    }
    putchar('\n');
}

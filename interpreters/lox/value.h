/*
 * value.h: what every Lox value is: an object that begins with its type.
 *
 * nil and the booleans are three static objects; numbers are boxed and never
 * change, so that a trace keeps them in registers; strings never change.
 */
#ifndef LOX_VALUE_H
#define LOX_VALUE_H

#include <stdint.h>
#include <tw/gc.h>
#include <tw/jit.h>

/* Identified by its address; the name is for messages and dumps. */
struct lox_type {
    const char *name;
};
extern const struct lox_type lox_nil_type, lox_bool_type, lox_number_type,
    lox_string_type;

struct lox_value {
    const struct lox_type *type;
};
TW_CLASS_FIELD(lox_value, type);

extern const struct lox_value lox_nil_object, lox_true_object, lox_false_object;
#define lox_nil ((struct lox_value *)(uintptr_t)&lox_nil_object)
#define lox_true ((struct lox_value *)(uintptr_t)&lox_true_object)
#define lox_false ((struct lox_value *)(uintptr_t)&lox_false_object)

struct lox_number {
    struct lox_value head;
    double number;
};
TW_IMMUTABLE(lox_number, number);
TW_GC_TYPE_DECL(lox_number);

/* The length does not count the NUL at the end. hash is 0 until it is asked
 * for; interned strings are equal only if they are the same. */
struct lox_string {
    struct lox_value head;
    intptr_t length;
    uint32_t hash;
    int32_t interned;
    char chars[];
};
TW_IMMUTABLE(lox_string, length);
TW_GC_TYPE_DECL(lox_string);

static inline void lox_value_init(struct lox_value *v,
                                  const struct lox_type *type)
{
    v->type = type;
}

static inline int lox_is_number(const struct lox_value *v)
{
    return v->type == &lox_number_type;
}

static inline int lox_is_string(const struct lox_value *v)
{
    return v->type == &lox_string_type;
}

static inline int lox_is_falsey(const struct lox_value *v)
{
    return v == &lox_nil_object || v == &lox_false_object;
}

static inline double lox_number_of(const struct lox_value *v)
{
    return ((const struct lox_number *)v)->number;
}

static inline struct lox_value *lox_number_new(double number)
{
    struct lox_number *n = TW_NEW(lox_number);
    lox_value_init(&n->head, &lox_number_type);
    n->number = number;
    return &n->head;
}

struct lox_string *lox_string_new(const char *chars, intptr_t length);
struct lox_string *lox_string_concat(const struct lox_string *a,
                                     const struct lox_string *b);
uint32_t lox_string_hash(struct lox_string *s);
/* Equal contents; computes hashes, which nobody sees. */
tw_elidable int lox_string_equal(struct lox_string *a, struct lox_string *b);

/* The words that print shows for a number: as few digits as read back to the
 * same number. size >= 32. */
void lox_number_text(double number, char *text, size_t size);

static inline int lox_value_equal(struct lox_value *a, struct lox_value *b)
{
    if (lox_is_number(a))
        return lox_is_number(b) && lox_number_of(a) == lox_number_of(b);
    if (a == b)
        return 1;
    return lox_is_string(a) && lox_is_string(b) &&
           lox_string_equal((struct lox_string *)a, (struct lox_string *)b);
}

#endif

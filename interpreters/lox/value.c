/*
 * value.c: the simple values: nil, booleans, numbers as text, strings.
 */
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct lox_type lox_nil_type = {"nil"};
const struct lox_type lox_bool_type = {"boolean"};
const struct lox_type lox_number_type = {"number"};
const struct lox_type lox_string_type = {"string"};

const struct lox_value lox_nil_object = {&lox_nil_type};
const struct lox_value lox_true_object = {&lox_bool_type};
const struct lox_value lox_false_object = {&lox_bool_type};

TW_GC_TYPE(lox_number);
TW_GC_TYPE_VAR(lox_string, chars);

static struct lox_string *string_of_length(intptr_t length)
{
    struct lox_string *s = TW_NEW_VAR(lox_string, length + 1);
    if (!s) {
        fprintf(stderr, "lox: no memory for a string of %ld bytes\n",
                (long)length);
        exit(1);
    }
    lox_value_init(&s->head, &lox_string_type);
    s->length = length;
    return s;
}

struct lox_string *lox_string_new(const char *chars, intptr_t length)
{
    struct lox_string *s = string_of_length(length);
    memcpy(s->chars, chars, (size_t)length);
    return s;
}

struct lox_string *lox_string_concat(const struct lox_string *a,
                                     const struct lox_string *b)
{
    struct lox_string *s = string_of_length(a->length + b->length);
    memcpy(s->chars, a->chars, (size_t)a->length);
    memcpy(s->chars + a->length, b->chars, (size_t)b->length);
    return s;
}

/* FNV-1a, never 0. */
uint32_t lox_string_hash(struct lox_string *s)
{
    if (s->hash == 0) {
        uint32_t hash = 2166136261u;
        for (intptr_t i = 0; i < s->length; i++)
            hash = (hash ^ (uint8_t)s->chars[i]) * 16777619u;
        s->hash = hash ? hash : 1;
    }
    return s->hash;
}

int lox_string_equal(struct lox_string *a, struct lox_string *b)
{
    if (a->length != b->length || (a->interned && b->interned))
        return a == b;
    return memcmp(a->chars, b->chars, (size_t)a->length) == 0;
}

void lox_number_text(double number, char *text, size_t size)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, size, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            return;
    }
}

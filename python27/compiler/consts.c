/* consts.c: see consts.h. */
#include "compiler/consts.h"

#include "objects/code.h"
#include "objects/container.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint64_t bits(double d)
{
    uint64_t u;
    memcpy(&u, &d, sizeof u);
    return u;
}

static uint64_t hash(py_object *v)
{
    py_type *t = v->type;
    uint64_t h = (uintptr_t)t;
    if (t == &py_int_type || t == &py_bool_type)
        return mix(h, (uint64_t)((py_int *)v)->value);
    if (t == &py_float_type)
        return mix(h, bits(((py_float *)v)->value));
    if (t == &py_complex_type)
        return mix(mix(h, bits(((py_complex *)v)->real)),
                   bits(((py_complex *)v)->imag));
    if (t == &py_str_type) {
        py_str *s = (py_str *)v;
        for (intptr_t i = 0; i < s->n; i += i < 32 ? 1 : s->n / 16)
            h = mix(h, (unsigned char)s->data[i]);
        return mix(h, (uint64_t)s->n);
    }
    if (t == &py_unicode_type) {
        py_unicode *s = (py_unicode *)v;
        for (intptr_t i = 0; i < s->n; i += i < 32 ? 1 : s->n / 16)
            h = mix(h, s->data[i]);
        return mix(h, (uint64_t)s->n);
    }
    if (t == &py_long_type) {
        py_long *l = (py_long *)v;
        intptr_t n = l->size < 0 ? -l->size : l->size;
        for (intptr_t i = 0; i < n; i++)
            h = mix(h, l->limb->item[i]);
        return mix(h, (uint64_t)l->size);
    }
    if (t == &py_tuple_type) {
        py_tuple *p = (py_tuple *)v;
        for (intptr_t i = 0; i < p->n; i++)
            h = mix(h, hash(p->item[i]));
        return mix(h, (uint64_t)p->n);
    }
    if (t == &py_code_type)
        return mix(h, (uint64_t)((py_code *)v)->firstlineno);
    return mix(h, (uintptr_t)v);
}

static int same(py_object *a, py_object *b);

static int same_tuple(const py_tuple *a, const py_tuple *b)
{
    if (a->n != b->n)
        return 0;
    for (intptr_t i = 0; i < a->n; i++)
        if (!same(a->item[i], b->item[i]))
            return 0;
    return 1;
}

static int same_str(const py_str *a, const py_str *b)
{
    return a->n == b->n && !memcmp(a->data, b->data, (size_t)a->n);
}

static int same_code(const py_code *a, const py_code *b)
{
    return a->firstlineno == b->firstlineno && a->argcount == b->argcount &&
           a->nlocals == b->nlocals && a->flags == b->flags &&
           same_str(a->name, b->name) && same_str(a->code, b->code) &&
           same_tuple(a->consts, b->consts) && same_tuple(a->names, b->names) &&
           same_tuple(a->varnames, b->varnames) &&
           same_tuple(a->freevars, b->freevars) &&
           same_tuple(a->cellvars, b->cellvars);
}

static int same(py_object *a, py_object *b)
{
    py_type *t = a->type;
    if (a == b)
        return 1;
    if (t != b->type)
        return 0;
    if (t == &py_int_type)
        return ((py_int *)a)->value == ((py_int *)b)->value;
    if (t == &py_float_type)
        return bits(((py_float *)a)->value) == bits(((py_float *)b)->value);
    if (t == &py_complex_type)
        return bits(((py_complex *)a)->real) == bits(((py_complex *)b)->real) &&
               bits(((py_complex *)a)->imag) == bits(((py_complex *)b)->imag);
    if (t == &py_str_type)
        return same_str((py_str *)a, (py_str *)b);
    if (t == &py_unicode_type) {
        py_unicode *x = (py_unicode *)a, *y = (py_unicode *)b;
        return x->n == y->n &&
               !memcmp(x->data, y->data, (size_t)x->n * sizeof *x->data);
    }
    if (t == &py_long_type) {
        py_long *x = (py_long *)a, *y = (py_long *)b;
        intptr_t n = x->size < 0 ? -x->size : x->size;
        return x->size == y->size &&
               (!n || !memcmp(x->limb->item, y->limb->item,
                              (size_t)n * sizeof x->limb->item[0]));
    }
    if (t == &py_tuple_type)
        return same_tuple((py_tuple *)a, (py_tuple *)b);
    if (t == &py_code_type)
        return same_code((py_code *)a, (py_code *)b);
    return 0;
}

int32_t const_append(struct pyarena *a, struct consttable *t, py_object *v)
{
    if (t->n == t->cap)
        t->item =
            arena_grow(a, t->item, (size_t)t->n, sizeof *t->item, &t->cap);
    t->item[t->n] = arena_keep(a, v);
    return t->n++;
}

int32_t const_index(struct pyarena *a, struct consttable *t, py_object *v)
{
    if (t->n * 2 >= t->size) {
        int32_t size = t->size ? t->size * 4 : 16;
        int32_t *b = arena_alloc(a, (size_t)size * sizeof *b);
        for (int32_t i = 0; i < t->n; i++) {
            uint64_t h = hash(t->item[i]);
            while (b[h & (uint64_t)(size - 1)])
                h++;
            b[h & (uint64_t)(size - 1)] = i + 1;
        }
        t->bucket = b;
        t->size = size;
    }
    uint64_t h = hash(v);
    for (;; h++) {
        int32_t *b = &t->bucket[h & (uint64_t)(t->size - 1)];
        if (!*b)
            return (*b = const_append(a, t, v) + 1) - 1;
        if (same(t->item[*b - 1], v))
            return *b - 1;
    }
}

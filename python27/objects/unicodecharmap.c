/*
 * unicodecharmap.c: the codec charmap: one byte a character through a mapping,
 * which the packages under encodings/ bring along.
 */
#include "objects/python.h"
#include "objects/unicodeimpl.h"

static const char undefined[] = "character maps to <undefined>";

/* What byte c means, appended: 1, 0 undefined, -1. */
static int decode_byte(struct py_ub *b, py_object *mapping, unsigned char c)
{
    if (py_is_unicode_exact(mapping)) {
        py_unicode *m = (py_unicode *)mapping;
        if (c >= m->n || m->data[c] == 0xfffe)
            return 0;
        return py_ub_addc(b, m->data[c]) < 0 ? -1 : 1;
    }
    py_object *x = py_getitem(mapping, py_int_new(c));
    if (!x)
        return py_err_catch(&py_LookupError) ? 0 : -1;
    if (x == py_None)
        return 0;
    if (py_is_int(x) || py_is_long(x)) {
        int64_t v;
        if (!py_fits_int64(x, &v) || v < 0 || v > 0x10ffff)
            return py_raise_i(&py_TypeError, "character mapping must be in "
                                             "range(0x110000)");
        if (v == 0xfffe)
            return 0;
        return py_ub_addc(b, (uint32_t)v) < 0 ? -1 : 1;
    }
    if (!py_is_unicode(x))
        return py_raise_i(&py_TypeError, "character mapping must return "
                                         "integer, None or unicode");
    py_unicode *u = (py_unicode *)x;
    if (u->n == 1 && u->data[0] == 0xfffe)
        return 0;
    return py_ub_add(b, u->data, u->n) < 0 ? -1 : 1;
}

py_object *py_decode_charmap(const char *s, intptr_t n, const char *errors,
                             py_object *mapping)
{
    struct py_ub b = {0};
    intptr_t i = 0;

    while (i < n) {
        int r = decode_byte(&b, mapping, (unsigned char)s[i]);
        if (r < 0)
            return NULL;
        if (r) {
            i++;
            continue;
        }
        i = py_decode_error(&b, errors, "charmap", s, n, i, i + 1, undefined);
        if (i < 0)
            return NULL;
    }
    return (py_object *)py_ub_finish(&b);
}

/* The bytes that c becomes: an int or str; None when undefined; NULL. */
static py_object *look_up(py_object *mapping, uint32_t c)
{
    py_object *x = py_getitem(mapping, py_int_new(c));
    if (!x)
        return py_err_catch(&py_LookupError) ? py_None : NULL;
    if (x == py_None || py_is_str(x))
        return x;
    if (py_is_int(x) || py_is_long(x)) {
        int64_t v;
        if (!py_fits_int64(x, &v) || v < 0 || v > 255)
            return py_raise(&py_TypeError,
                            "character mapping must be in range(256)");
        return (py_object *)py_str_char((unsigned char)v);
    }
    return py_raise(&py_TypeError,
                    "character mapping must return integer, None or str");
}

/* 1, 0 undefined, -1 */
static int encode_char(struct py_sb *sb, py_object *mapping, uint32_t c)
{
    py_object *x = look_up(mapping, c);
    if (!x || x == py_None)
        return x ? 0 : -1;
    return py_sb_add(sb, ((py_str *)x)->data, ((py_str *)x)->n) < 0 ? -1 : 1;
}

/* Where the run of characters ends that the mapping lacks. */
static intptr_t end_of_run(py_unicode *u, intptr_t i, py_object *mapping)
{
    while (i < u->n) {
        py_object *x = look_up(mapping, u->data[i]);
        if (!x)
            return -1;
        if (x != py_None)
            break;
        i++;
    }
    return i;
}

py_object *py_encode_charmap(py_unicode *u, const char *errors,
                             py_object *mapping)
{
    struct py_sb sb;
    intptr_t i = 0;

    py_sb_init(&sb);
    while (i < u->n) {
        py_unicode *repl;
        int r = encode_char(&sb, mapping, u->data[i]);
        if (r < 0)
            return NULL;
        if (r) {
            i++;
            continue;
        }
        intptr_t end = end_of_run(u, i, mapping);
        intptr_t next = end < 0 ? -1
                                : py_encode_error(&repl, errors, "charmap", u,
                                                  i, end, undefined);
        if (next < 0)
            return NULL;
        for (intptr_t k = 0; k < repl->n; k++) {
            r = encode_char(&sb, mapping, repl->data[k]);
            if (r < 0)
                return NULL;
            if (r == 0)
                return py_raise_encode("charmap", &u->base, i, end, undefined);
        }
        i = next;
    }
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_charmap_build(py_unicode *map)
{
    py_dict *d = py_dict_new();
    for (intptr_t i = 0; i < map->n; i++)
        if (py_dict_set(d, py_int_new(map->data[i]), py_int_new(i)) < 0)
            return NULL;
    return &d->base;
}

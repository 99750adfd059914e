/*
 * strformatter.c: str.format() and unicode.format(): replacement fields, and what
 * string.Formatter asks for. Neighbour: formatspec.c formats the values.
 */
#include "objects/python.h"
#include "objects/strimpl.h"

/* Arguments and the state of automatic numbering. */
struct fields {
    py_object *const *args;
    intptr_t nargs;
    py_tuple *kwnames;
    int numbering; /* 0 not yet known, 1 automatic, 2 by hand */
    intptr_t next;
};

/* A field's parts. */
struct field {
    struct py_span name, spec;
    uint32_t conversion; /* 0: none */
    int nested;          /* the specification has fields of its own */
};

/* -------------------------------------------------------------- templates */

/* name[!conversion][:spec] */
static int parse_field(const struct py_span *s, struct field *f)
{
    intptr_t i = 0;
    uint32_t c = 0;

    f->conversion = 0;
    f->spec = py_span_cut(s, s->n, s->n);
    while (i < s->n) {
        c = py_span_at(s, i++);
        if (c == ':' || c == '!')
            break;
    }
    if (c != ':' && c != '!') {
        f->name = *s;
        return 0;
    }
    f->name = py_span_cut(s, 0, i - 1);
    if (c == '!') {
        if (i >= s->n)
            return py_raise_i(&py_ValueError, "end of format while looking for "
                                              "conversion specifier");
        f->conversion = py_span_at(s, i++);
        if (i < s->n && py_span_at(s, i++) != ':')
            return py_raise_i(&py_ValueError,
                              "expected ':' after format specifier");
    }
    f->spec = py_span_cut(s, i, s->n);
    return 0;
}

/* The next piece from *i on: literal text, and a field (*has) behind it. 1, 0
 * at the end, -1. */
static int next_piece(const struct py_span *s, intptr_t *i,
                      struct py_span *literal, struct field *f, int *has)
{
    intptr_t start = *i, k = start;
    uint32_t c = 0;

    *has = 0;
    if (k >= s->n)
        return 0;
    while (k < s->n) {
        c = py_span_at(s, k++);
        if (c == '{' || c == '}')
            break;
    }
    if (c != '{' && c != '}') {
        *literal = py_span_cut(s, start, k);
        *i = k;
        return 1;
    }
    int doubled = k < s->n && py_span_at(s, k) == c;
    if (c == '}' && !doubled)
        return py_raise_i(&py_ValueError,
                          "Single '}' encountered in format string");
    if (k >= s->n)
        return py_raise_i(&py_ValueError,
                          "Single '{' encountered in format string");
    *literal = py_span_cut(s, start, doubled ? k : k - 1);
    if (doubled) {
        *i = k + 1;
        return 1;
    }
    *has = 1;
    f->nested = 0;
    intptr_t depth = 1, from = k;
    int in_spec = 0;
    while (k < s->n) {
        c = py_span_at(s, k++);
        if (c == ':') {
            in_spec = 1;
        } else if (c == '{') {
            f->nested |= in_spec;
            depth++;
        } else if (c == '}' && --depth <= 0) {
            struct py_span whole = py_span_cut(s, from, k - 1);
            *i = k;
            return parse_field(&whole, f) < 0 ? -1 : 1;
        }
    }
    return py_raise_i(&py_ValueError, "unmatched '{' in format");
}

/* ------------------------------------------------------------ field names */

/* One step of a name behind its first part: .attribute or [key]. 1, 0 at the
 * end, -1. */
static int next_step(const struct py_span *s, intptr_t *i, int *is_attribute,
                     struct py_span *key)
{
    intptr_t k = *i;

    if (k >= s->n)
        return 0;
    uint32_t c = py_span_at(s, k++);
    intptr_t start = k;
    if (c == '.') {
        *is_attribute = 1;
        while (k < s->n && (c = py_span_at(s, k)) != '.' && c != '[')
            k++;
        *i = k;
    } else if (c == '[') {
        *is_attribute = 0;
        while (k < s->n && py_span_at(s, k) != ']')
            k++;
        if (k >= s->n)
            return py_raise_i(&py_ValueError, "Missing ']' in format string");
        *i = k + 1;
    } else {
        return py_raise_i(&py_ValueError, "Only '.' or '[' may follow ']' in "
                                          "format field specifier");
    }
    if (k == start)
        return py_raise_i(&py_ValueError, "Empty attribute in format string");
    *key = py_span_cut(s, start, k);
    return 1;
}

/* The end of the first part of a name. */
static intptr_t first_part(const struct py_span *s)
{
    intptr_t i = 0;
    while (i < s->n && py_span_at(s, i) != '.' && py_span_at(s, i) != '[')
        i++;
    return i;
}

static int check_numbering(struct fields *a, int automatic)
{
    if (!a->numbering)
        a->numbering = automatic ? 1 : 2;
    else if (a->numbering == 1 && !automatic)
        return py_raise_i(&py_ValueError,
                          "cannot switch from automatic field numbering to "
                          "manual field specification");
    else if (a->numbering == 2 && automatic)
        return py_raise_i(&py_ValueError,
                          "cannot switch from manual field specification to "
                          "automatic field numbering");
    return 0;
}

/* The argument that the first part of a name means. */
static py_object *named_argument(struct fields *a, const struct py_span *name)
{
    intptr_t index = py_span_number(name, 0, name->n);

    if (index == -2)
        return NULL;
    if (name->n == 0 || index >= 0) {
        if (check_numbering(a, name->n == 0) < 0)
            return NULL;
        if (name->n == 0)
            index = a->next++;
        if (index >= a->nargs)
            return py_raise(&py_IndexError, "tuple index out of range");
        return a->args[index];
    }
    py_object *key = py_span_object(name);
    for (intptr_t i = 0; a->kwnames && i < a->kwnames->n; i++) {
        int e = py_eq(a->kwnames->item[i], key);
        if (e)
            return e < 0 ? NULL : a->args[a->nargs + i];
    }
    return py_raise_value(&py_KeyError, key);
}

static py_object *step(py_object *o, int is_attribute,
                       const struct py_span *key)
{
    if (is_attribute) {
        py_object *name = py_span_object(key);
        if (py_is_unicode(name) &&
            !(name = py_unicode_encode(name, NULL, NULL)))
            return NULL;
        return py_getattr(o, py_intern((py_str *)name));
    }
    intptr_t index = py_span_number(key, 0, key->n);
    if (index == -2)
        return NULL;
    if (index < 0)
        return py_getitem(o, py_span_object(key));
    return py_is_sequence(o) ? py_sequence_getitem(o, index)
                             : py_getitem(o, py_int_new(index));
}

static py_object *field_object(struct fields *a, const struct py_span *name)
{
    intptr_t i = first_part(name);
    struct py_span head = py_span_cut(name, 0, i), key;
    int is_attribute, more;
    py_object *o = named_argument(a, &head);

    while (o && (more = next_step(name, &i, &is_attribute, &key))) {
        if (more < 0)
            return NULL;
        o = step(o, is_attribute, &key);
    }
    return o;
}

/* ------------------------------------------------------------- formatting */

static py_object *build(struct fields *a, const struct py_span *s, int depth);

static py_object *converted(py_object *o, uint32_t conversion, int wide)
{
    switch (conversion) {
    case 0:
        return o;
    case 'r':
        return py_repr(o);
    case 's':
        return wide ? py_unicode_of(o) : py_str_of(o);
    default:
        if (conversion > 32 && conversion < 127)
            return py_raise(&py_ValueError, "Unknown conversion specifier %c",
                            (int)conversion);
        return py_raise(&py_ValueError, "Unknown conversion specifier \\x%x",
                        (unsigned)conversion);
    }
}

static int put_field(struct py_tb *out, struct fields *a, struct field *f,
                     int depth)
{
    py_object *o = field_object(a, &f->name);
    if (o)
        o = converted(o, f->conversion, out->wide);
    if (!o)
        return -1;
    /* The commonest case needs no call: a text as it is. */
    if (f->spec.n == 0 &&
        (out->wide ? py_is_unicode_exact(o) : py_is_str_exact(o)))
        return py_tb_text(out, o);
    py_object *spec =
        f->nested ? build(a, &f->spec, depth - 1) : py_span_object(&f->spec);
    return spec ? py_tb_text(out, py_format(o, spec)) : -1;
}

static py_object *build(struct fields *a, const struct py_span *s, int depth)
{
    struct py_tb out;
    struct py_span literal;
    struct field f;
    intptr_t i = 0;
    int more, has;

    if (depth <= 0)
        return py_raise(&py_ValueError, "Max string recursion exceeded");
    py_tb_init(&out, s->wide);
    while ((more = next_piece(s, &i, &literal, &f, &has)) > 0)
        if (py_tb_span(&out, &literal) < 0 ||
            (has && put_field(&out, a, &f, depth) < 0))
            return NULL;
    return more < 0 ? NULL : py_tb_finish(&out);
}

py_object *py_str_format_method(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    struct fields a = {args, nargs, kwnames, 0, 0};
    struct py_span s = py_span_of(o);
    return build(&a, &s, 2);
}

/* ------------------------------------------------------- string.Formatter */

/* Iterator of (literal, field name, specification, conversion). */
py_object *py_formatter_parser(py_object *o)
{
    struct py_span s = py_span_of(o), literal;
    struct field f;
    intptr_t i = 0;
    int more, has;
    py_list *l = py_list_new();

    while ((more = next_piece(&s, &i, &literal, &f, &has)) > 0) {
        py_tuple *t = py_tuple_new(4);
        uint32_t c = has ? f.conversion : 0;
        t->item[0] = py_span_object(&literal);
        t->item[1] = has ? py_span_object(&f.name) : py_None;
        t->item[2] = has ? py_span_object(&f.spec) : py_None;
        t->item[3] = !c       ? py_None
                     : s.wide ? (py_object *)py_unicode_char(c)
                              : (py_object *)py_str_char((unsigned char)c);
        if (py_list_append(l, &t->base) < 0)
            return NULL;
    }
    return more < 0 ? NULL : py_iter(&l->base);
}

static py_object *number_or_text(const struct py_span *s)
{
    intptr_t v = py_span_number(s, 0, s->n);
    return v == -2 ? NULL : v >= 0 ? py_long_from_int64(v) : py_span_object(s);
}

/* (first part, iterator of (is attribute, key)) */
py_object *py_formatter_field_name_split(py_object *o)
{
    struct py_span s = py_span_of(o), key;
    intptr_t i = first_part(&s);
    struct py_span head = py_span_cut(&s, 0, i);
    int is_attribute, more;
    py_list *l = py_list_new();
    py_object *first = number_or_text(&head);

    if (!first)
        return NULL;
    while ((more = next_step(&s, &i, &is_attribute, &key)) > 0) {
        py_object *k =
            is_attribute ? py_span_object(&key) : number_or_text(&key);
        if (!k || py_list_append(l, (py_object *)py_tuple_pack2(
                                        py_bool(is_attribute), k)) < 0)
            return NULL;
    }
    py_object *it = more < 0 ? NULL : py_iter(&l->base);
    return it ? (py_object *)py_tuple_pack2(first, it) : NULL;
}

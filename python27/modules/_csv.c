/*
 * _csv.c: the module _csv: readers and writers of comma separated values, and
 * the dialects that say how they look.
 */
#include "modules/modutil.h"

enum { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE };

struct py_dialect {
    py_object base;
    int32_t doublequote, skipinitialspace, strict;
    char delimiter, quotechar, escapechar; /* 0: none */
    int32_t quoting;
    py_object *lineterminator; /* a str */
};
TW_GC_TYPE(py_dialect);
static py_type dialect_type, reader_type, writer_type;
static py_type *error;
static py_dict *dialects; /* name -> Dialect */
static int64_t field_limit = 128 * 1024;
#define D(o) ((struct py_dialect *)(o))

/* ---------------------------------------------------------------- dialects */

static py_object *char_object(char c)
{
    return c ? (py_object *)py_str_char((unsigned char)c) : py_None;
}

static int set_char(const char *name, char *out, py_object *v, char dflt)
{
    if (!v) {
        *out = dflt;
        return 0;
    }
    *out = 0;
    if (v == py_None)
        return 0;
    if (py_is_unicode(v) && !(v = py_unicode_encode(v, NULL, NULL)))
        return -1;
    if (!py_is_str(v))
        return py_raise_i(&py_TypeError, "\"%s\" must be string, not %.200s",
                          name, py_type_of(v)->name);
    if (py_str_len((py_str *)v) > 1)
        return py_raise_i(&py_TypeError, "\"%s\" must be an 1-character string",
                          name);
    if (py_str_len((py_str *)v))
        *out = py_str_data((py_str *)v)[0];
    return 0;
}

static int set_bool(int32_t *out, py_object *v, int dflt)
{
    int t = v ? py_is_true(v) : dflt;

    *out = t > 0;
    return t < 0 ? -1 : 0;
}

enum {
    A_DIALECT,
    A_DELIMITER,
    A_DOUBLEQUOTE,
    A_ESCAPECHAR,
    A_LINETERMINATOR,
    A_QUOTECHAR,
    A_QUOTING,
    A_SKIP,
    A_STRICT,
    NARGS
};
static const char *const arg_names[NARGS] = {
    "dialect",    "delimiter",        "doublequote",
    "escapechar", "lineterminator",   "quotechar",
    "quoting",    "skipinitialspace", "strict"};

static py_object *get_dialect(py_object *name)
{
    py_object *d = py_dict_get(dialects, name);

    if (!d && !py_err_occurred())
        return py_raise(error, "unknown dialect");
    return d;
}

static int set_rest(py_object *o, py_object **v)
{
    D(o)->quoting = QUOTE_MINIMAL;
    if (v[A_QUOTING]) {
        if (!py_is_int(v[A_QUOTING]))
            return py_raise_i(&py_TypeError, "\"quoting\" must be an integer");
        D(o)->quoting = (int32_t)py_int_value(v[A_QUOTING]);
    }
    D(o)->lineterminator = (py_object *)py_str_from("\r\n");
    if (v[A_LINETERMINATOR]) {
        if (v[A_LINETERMINATOR] == py_None)
            D(o)->lineterminator = NULL;
        else if (!py_is_str(v[A_LINETERMINATOR]) &&
                 !py_is_unicode(v[A_LINETERMINATOR]))
            return py_raise_i(&py_TypeError,
                              "\"lineterminator\" must be a string");
        else
            D(o)->lineterminator = v[A_LINETERMINATOR];
    }
    if (D(o)->quoting < QUOTE_MINIMAL || D(o)->quoting > QUOTE_NONE)
        return py_raise_i(&py_TypeError, "bad \"quoting\" value");
    if (!D(o)->delimiter)
        return py_raise_i(&py_TypeError,
                          "\"delimiter\" must be an 1-character string");
    if (v[A_QUOTECHAR] == py_None && !v[A_QUOTING])
        D(o)->quoting = QUOTE_NONE;
    if (D(o)->quoting != QUOTE_NONE && !D(o)->quotechar)
        return py_raise_i(&py_TypeError,
                          "quotechar must be set if quoting enabled");
    if (!D(o)->lineterminator)
        return py_raise_i(&py_TypeError, "lineterminator must be set");
    return 0;
}

static py_object *dialect_new(py_type *type, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames)
{
    py_object *v[NARGS];
    int own = 0;

    if (py_args_kw("Dialect", args, nargs, kwnames, arg_names, NARGS, 0, v) < 0)
        return NULL;
    py_object *dialect = v[A_DIALECT];
    if (dialect == py_None)
        dialect = NULL;
    if (dialect) {
        if (py_is_str(dialect) || py_is_unicode(dialect)) {
            dialect = get_dialect(dialect);
            if (!dialect)
                return NULL;
        }
        for (int i = A_DELIMITER; i < NARGS; i++)
            own |= v[i] != NULL;
        if (!own && py_type_of(dialect) == &dialect_type)
            return dialect;
        for (int i = A_DELIMITER; i < NARGS; i++)
            if (!v[i]) {
                v[i] = py_getattr_maybe(dialect, py_intern_cstr(arg_names[i]));
                py_err_clear();
            }
    }
    py_object *o = py_alloc(type, 0);
    if (!o ||
        set_char("delimiter", &D(o)->delimiter, v[A_DELIMITER], ',') < 0 ||
        set_bool(&D(o)->doublequote, v[A_DOUBLEQUOTE], 1) < 0 ||
        set_char("escapechar", &D(o)->escapechar, v[A_ESCAPECHAR], 0) < 0 ||
        set_char("quotechar", &D(o)->quotechar, v[A_QUOTECHAR], '"') < 0 ||
        set_bool(&D(o)->skipinitialspace, v[A_SKIP], 0) < 0 ||
        set_bool(&D(o)->strict, v[A_STRICT], 0) < 0 || set_rest(o, v) < 0)
        return NULL;
    return o;
}

static int dialect_init(py_object *o, py_object *const *args, intptr_t nargs,
                        py_tuple *kwnames)
{
    (void)o, (void)args, (void)nargs, (void)kwnames;
    return 0;
}

static py_object *d_char(py_object *o, void *data)
{
    return char_object(*((char *)o + (intptr_t)data));
}

static int d_readonly(py_object *o, py_object *v, void *data)
{
    (void)o, (void)v, (void)data;
    return py_raise_i(&py_TypeError, "readonly attribute");
}

static py_object *d_quoting(py_object *o, void *data)
{
    (void)data;
    return py_int_new(D(o)->quoting);
}

static py_object *d_lineterminator(py_object *o, void *data)
{
    (void)data;
    return D(o)->lineterminator;
}

static const struct py_memberdef dialect_members[] = {
    {"skipinitialspace", PY_MEMBER_INT, 1,
     offsetof(struct py_dialect, skipinitialspace), NULL},
    {"doublequote", PY_MEMBER_INT, 1, offsetof(struct py_dialect, doublequote),
     NULL},
    {"strict", PY_MEMBER_INT, 1, offsetof(struct py_dialect, strict), NULL},
    {NULL, 0, 0, 0, NULL},
};
static const struct py_getset dialect_getset[] = {
    {"delimiter", d_char, d_readonly, NULL,
     (void *)offsetof(struct py_dialect, delimiter)},
    {"escapechar", d_char, NULL, NULL,
     (void *)offsetof(struct py_dialect, escapechar)},
    {"quotechar", d_char, NULL, NULL,
     (void *)offsetof(struct py_dialect, quotechar)},
    {"lineterminator", d_lineterminator, NULL, NULL, NULL},
    {"quoting", d_quoting, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static py_type dialect_type = {
    PY_TYPE_HEAD("_csv.Dialect", py_dialect),
    .flags = PY_TF_BASE,
    .doc = "How a file of comma separated values looks.",
    .members = dialect_members,
    .getset = dialect_getset,
    .tp_new = dialect_new,
    .tp_init = dialect_init,
};

/* The Dialect of an argument and keyword arguments; arg may be NULL. */
static py_object *make_dialect(py_object *arg, py_object *const *kwvalues,
                               py_tuple *kwnames)
{
    intptr_t n = kwnames ? kwnames->n : 0;
    py_object **v = tw_gc_malloc((size_t)(n + 1) * sizeof *v);

    if (arg)
        v[0] = arg;
    for (intptr_t i = 0; i < n; i++)
        v[(arg != NULL) + i] = kwvalues[i];
    return py_call_fast(&dialect_type.base, v, arg != NULL, kwnames);
}

/* ------------------------------------------------------------------ reading */

enum state {
    START_RECORD,
    START_FIELD,
    ESCAPED_CHAR,
    IN_FIELD,
    IN_QUOTED_FIELD,
    ESCAPE_IN_QUOTED_FIELD,
    QUOTE_IN_QUOTED_FIELD,
    EAT_CRNL
};
struct py_csvreader {
    py_object base;
    py_object *input, *dialect;
    py_list *fields;
    struct py_bytes *field;
    intptr_t n;
    int64_t line_num;
    int32_t state;
    uint8_t numeric;
};
TW_GC_TYPE(py_csvreader);
#define R(o) ((struct py_csvreader *)(o))

static int add_char(struct py_csvreader *r, char c)
{
    if (r->n >= field_limit)
        return py_raise_i(error, "field larger than field limit (%ld)",
                          (long)field_limit);
    if (!r->field || r->n == r->field->n) {
        intptr_t room = r->n ? 2 * r->n : 128;
        struct py_bytes *b = TW_NEW_VAR(py_bytes, room);

        if (!b)
            return py_raise_nomemory(), -1;
        b->n = room;
        if (r->n)
            memcpy(b->item, r->field->item, (size_t)r->n);
        r->field = b;
    }
    r->field->item[r->n++] = c;
    return 0;
}

static int save_field(struct py_csvreader *r)
{
    py_object *v = (py_object *)py_str_new(r->n ? r->field->item : "", r->n);

    r->n = 0;
    if (v && r->numeric) {
        r->numeric = 0;
        v = py_call1(&py_float_type.base, v);
    }
    return v ? py_list_append(r->fields, v) : -1;
}

static int start_field(struct py_csvreader *r, struct py_dialect *d, char c)
{
    if (c == '\n' || c == '\r' || c == 0) { /* save an empty field */
        if (save_field(r) < 0)
            return -1;
        r->state = c ? EAT_CRNL : START_RECORD;
    } else if (c == d->quotechar && d->quoting != QUOTE_NONE)
        r->state = IN_QUOTED_FIELD;
    else if (c == d->escapechar)
        r->state = ESCAPED_CHAR;
    else if (c == ' ' && d->skipinitialspace)
        ;
    else if (c == d->delimiter)
        return save_field(r);
    else {
        if (d->quoting == QUOTE_NONNUMERIC)
            r->numeric = 1;
        r->state = IN_FIELD;
        return add_char(r, c);
    }
    return 0;
}

static int in_quotes(struct py_csvreader *r, struct py_dialect *d, char c)
{
    if (c == 0)
        return 0;
    if (c == d->escapechar)
        r->state = ESCAPE_IN_QUOTED_FIELD;
    else if (c == d->quotechar && d->quoting != QUOTE_NONE)
        r->state = d->doublequote ? QUOTE_IN_QUOTED_FIELD : IN_FIELD;
    else
        return add_char(r, c);
    return 0;
}

static int after_quote(struct py_csvreader *r, struct py_dialect *d, char c)
{
    if (d->quoting != QUOTE_NONE && c == d->quotechar) {
        r->state = IN_QUOTED_FIELD; /* "" is " */
        return add_char(r, c);
    }
    if (c == d->delimiter) {
        r->state = START_FIELD;
        return save_field(r);
    }
    if (c == '\n' || c == '\r' || c == 0) {
        r->state = c ? EAT_CRNL : START_RECORD;
        return save_field(r);
    }
    if (d->strict)
        return py_raise_i(error, "'%c' expected after '%c'", d->delimiter,
                          d->quotechar);
    r->state = IN_FIELD;
    return add_char(r, c);
}

/* One character; 0 ends the line. */
static int process(struct py_csvreader *r, struct py_dialect *d, char c)
{
    switch ((enum state)r->state) {
    case START_RECORD:
        if (c == 0)
            return 0; /* an empty line */
        if (c == '\n' || c == '\r') {
            r->state = EAT_CRNL;
            return 0;
        }
        r->state = START_FIELD;
        return start_field(r, d, c);
    case START_FIELD:
        return start_field(r, d, c);
    case ESCAPED_CHAR:
        r->state = IN_FIELD;
        return add_char(r, c ? c : '\n');
    case IN_FIELD:
        if (c == '\n' || c == '\r' || c == 0) {
            r->state = c ? EAT_CRNL : START_RECORD;
            return save_field(r);
        }
        if (c == d->escapechar) {
            r->state = ESCAPED_CHAR;
            return 0;
        }
        if (c == d->delimiter) {
            r->state = START_FIELD;
            return save_field(r);
        }
        return add_char(r, c);
    case IN_QUOTED_FIELD:
        return in_quotes(r, d, c);
    case ESCAPE_IN_QUOTED_FIELD:
        r->state = IN_QUOTED_FIELD;
        return add_char(r, c ? c : '\n');
    case QUOTE_IN_QUOTED_FIELD:
        return after_quote(r, d, c);
    case EAT_CRNL:
        if (c == '\n' || c == '\r')
            return 0;
        if (c == 0) {
            r->state = START_RECORD;
            return 0;
        }
        return py_raise_i(error,
                          "new-line character seen in unquoted field - do you "
                          "need to open the file in universal-newline mode?");
    }
    return 0;
}

static py_object *reader_next(py_object *o)
{
    struct py_csvreader *r = R(o);
    struct py_dialect *d = D(r->dialect);

    r->fields = py_list_new();
    r->n = 0;
    r->state = START_RECORD;
    r->numeric = 0;
    do {
        py_object *line = py_iternext(r->input);

        if (!line) { /* the end, perhaps within a field */
            if (!py_err_occurred() &&
                (r->n != 0 || r->state == IN_QUOTED_FIELD)) {
                if (d->strict)
                    return py_raise(error, "unexpected end of data");
                if (save_field(r) >= 0)
                    break;
            }
            return NULL;
        }
        if (py_is_unicode(line) &&
            !(line = py_unicode_encode(line, NULL, NULL)))
            return NULL;
        if (!py_is_str(line))
            return py_raise(&py_TypeError,
                            "expected string or Unicode object, %.200s found",
                            py_type_of(line)->name);
        r->line_num++;
        const char *s = py_str_data((py_str *)line);
        for (intptr_t i = 0, n = py_str_len((py_str *)line); i < n; i++) {
            if (!s[i])
                return py_raise(error, "line contains NUL");
            if (process(r, d, s[i]) < 0)
                return NULL;
        }
        if (process(r, d, 0) < 0)
            return NULL;
    } while (r->state != START_RECORD);
    py_list *fields = r->fields;
    r->fields = NULL;
    return &fields->base;
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static const struct py_memberdef reader_members[] = {
    {"dialect", PY_MEMBER_OBJ, 1, offsetof(struct py_csvreader, dialect), NULL},
    {"line_num", PY_MEMBER_LONG, 1, offsetof(struct py_csvreader, line_num),
     NULL},
    {NULL, 0, 0, 0, NULL},
};
static py_type reader_type = {
    PY_TYPE_HEAD("_csv.reader", py_csvreader),
    .doc = "An iterator of the records, lists of strings.",
    .members = reader_members,
    .tp_iter = self_iter,
    .tp_iternext = reader_next,
};

static py_object *f_reader(py_object *self, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    struct py_csvreader *r = PY_NEW(py_csvreader, &reader_type);

    (void)self;
    if (nargs < 1 || nargs > 2)
        return py_raise(&py_TypeError,
                        "reader expected at %s %d arguments, got %zd",
                        nargs ? "most" : "least", nargs ? 2 : 1, nargs);
    r->input = py_iter(args[0]);
    if (!r->input) {
        if (py_err_catch(&py_TypeError))
            py_raise(&py_TypeError, "argument 1 must be an iterator");
        return NULL;
    }
    r->dialect =
        make_dialect(nargs > 1 ? args[1] : NULL, args + nargs, kwnames);
    return r->dialect ? &r->base : NULL;
}

/* ------------------------------------------------------------------ writing */

struct py_csvwriter {
    py_object base;
    py_object *write, *dialect;
};
TW_GC_TYPE(py_csvwriter);
#define W(o) ((struct py_csvwriter *)(o))

static int special(struct py_dialect *d, char c, py_str *lineterminator)
{
    return c == d->delimiter || (d->escapechar && c == d->escapechar) ||
           (d->quotechar && c == d->quotechar) ||
           memchr(py_str_data(lineterminator), c,
                  (size_t)py_str_len(lineterminator)) != NULL;
}

/* One field: appended to sb, quoted where its characters or `quoted` say so. */
static int add_field(struct py_sb *sb, struct py_dialect *d, py_str *end,
                     const char *s, intptr_t n, int quoted)
{
    struct py_sb text;

    py_sb_init(&text);
    for (intptr_t i = 0; i < n; i++) {
        char c = s[i];

        if (special(d, c, end)) {
            int escape = 0;

            if (d->quoting == QUOTE_NONE)
                escape = 1;
            else {
                if (c == d->quotechar) {
                    if (d->doublequote)
                        escape = 2;
                    else
                        escape = 1;
                }
                if (escape != 1)
                    quoted = 1;
            }
            if (escape == 1 && !d->escapechar)
                return py_raise_i(error,
                                  "need to escape, but no escapechar set");
            if (escape && py_sb_addc(&text, escape == 2 ? d->quotechar
                                                        : d->escapechar) < 0)
                return -1;
        }
        if (py_sb_addc(&text, c) < 0)
            return -1;
    }
    if (quoted && py_sb_addc(sb, d->quotechar) < 0)
        return -1;
    if (text.n && py_sb_add(sb, text.buf->item, text.n) < 0)
        return -1;
    return quoted ? py_sb_addc(sb, d->quotechar) : 0;
}

static py_object *field_text(py_object *v)
{
    if (py_is_str(v))
        return v;
    if (v == py_None)
        return (py_object *)py_str_empty;
    if (py_is_float(v))
        return py_repr(v);
    return py_is_unicode(v) ? py_unicode_encode(v, NULL, NULL) : py_str_of(v);
}

static py_object *w_writerow(py_object *o, py_object *row)
{
    struct py_dialect *d = D(W(o)->dialect);
    py_object *it;
    struct py_sb sb;

    if (!py_is_sequence(row) || py_is_oldinst(row))
        it = NULL;
    else
        it = (py_object *)py_sequence_tuple(row);
    if (!it) {
        py_err_clear();
        return py_raise(error, "sequence expected");
    }
    py_str *end =
        (py_str *)(py_is_unicode(d->lineterminator)
                       ? py_unicode_encode(d->lineterminator, NULL, NULL)
                       : d->lineterminator);
    if (!end)
        return NULL;
    py_sb_init(&sb);
    intptr_t n = ((py_tuple *)it)->n;
    for (intptr_t i = 0; i < n; i++) {
        py_object *v = ((py_tuple *)it)->item[i];
        int quoted = d->quoting == QUOTE_ALL ||
                     (d->quoting == QUOTE_NONNUMERIC && !py_is_number(v));
        if (d->quoting == QUOTE_NONNUMERIC &&
            (py_is_str(v) || py_is_unicode(v)))
            quoted = 1;
        py_object *s = field_text(v);

        if (!s || (i && py_sb_addc(&sb, d->delimiter) < 0))
            return NULL;
        if (n == 1 && !py_str_len((py_str *)s)) {
            /* A lone empty field would be an empty line. */
            if (d->quoting == QUOTE_NONE)
                return py_raise(error,
                                "single empty field record must be quoted");
            quoted = 1;
        }
        if (add_field(&sb, d, end, py_str_data((py_str *)s),
                      py_str_len((py_str *)s), quoted) < 0)
            return NULL;
    }
    if (py_sb_add(&sb, py_str_data(end), py_str_len(end)) < 0)
        return NULL;
    return py_call1(W(o)->write, (py_object *)py_sb_finish(&sb));
}

static py_object *w_writerows(py_object *o, py_object *rows)
{
    py_object *it = py_iter(rows), *row;

    if (!it) {
        if (py_err_catch(&py_TypeError))
            py_raise(&py_TypeError, "writerows() argument must be iterable");
        return NULL;
    }
    while ((row = py_iternext(it)))
        if (!w_writerow(o, row))
            return NULL;
    return py_err_occurred() ? NULL : py_None;
}

static const struct py_methoddef writer_methods[] = {
    PY_M1("writerow", w_writerow, "writerow(sequence): one record."),
    PY_M1("writerows", w_writerows, "writerows(sequences): many."),
    PY_MEND,
};
static const struct py_memberdef writer_members[] = {
    {"dialect", PY_MEMBER_OBJ, 1, offsetof(struct py_csvwriter, dialect), NULL},
    {NULL, 0, 0, 0, NULL},
};
static py_type writer_type = {
    PY_TYPE_HEAD("_csv.writer", py_csvwriter),
    .doc = "Writes records.",
    .methods = writer_methods,
    .members = writer_members,
};

static py_object *f_writer(py_object *self, py_object *const *args,
                           intptr_t nargs, py_tuple *kwnames)
{
    struct py_csvwriter *w = PY_NEW(py_csvwriter, &writer_type);

    (void)self;
    if (nargs < 1 || nargs > 2)
        return py_raise(&py_TypeError,
                        "writer expected at %s %d arguments, got %zd",
                        nargs ? "most" : "least", nargs ? 2 : 1, nargs);
    w->write = py_getattr_maybe(args[0], py_intern_cstr("write"));
    if (!w->write || !py_callable(w->write)) {
        py_err_clear();
        return py_raise(&py_TypeError,
                        "argument 1 must have a \"write\" method");
    }
    w->dialect =
        make_dialect(nargs > 1 ? args[1] : NULL, args + nargs, kwnames);
    return w->dialect ? &w->base : NULL;
}

/* ---------------------------------------------------------------- functions */

static py_object *f_register(py_object *self, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    (void)self;
    if (nargs < 1 || nargs > 2)
        return py_raise(&py_TypeError,
                        "register_dialect expected at %s %d arguments, got %zd",
                        nargs ? "most" : "least", nargs ? 2 : 1, nargs);
    if (!py_is_str(args[0]) && !py_is_unicode(args[0]))
        return py_raise(&py_TypeError,
                        "dialect name must be a string or unicode");
    py_object *d =
        make_dialect(nargs > 1 ? args[1] : NULL, args + nargs, kwnames);
    return d && py_dict_set(dialects, args[0], d) == 0 ? py_None : NULL;
}

static py_object *f_unregister(py_object *self, py_object *name)
{
    (void)self;
    int r = py_dict_del_maybe(dialects, name);
    return r < 0 ? NULL : r ? py_None : py_raise(error, "unknown dialect");
}

static py_object *f_get(py_object *self, py_object *name)
{
    (void)self;
    return get_dialect(name);
}

static py_object *f_list(py_object *self)
{
    (void)self;
    return &py_dict_keys(dialects)->base;
}

static py_object *f_field_size_limit(py_object *self, py_object *v)
{
    int64_t old = field_limit;

    (void)self;
    if (v) {
        if (!py_is_int(v) && !py_is_long(v))
            return py_raise(&py_TypeError, "limit must be an integer");
        int64_t limit = py_as_int64(v);
        if (limit == -1 && py_err_occurred())
            return NULL;
        field_limit = limit;
    }
    return py_int_new(old);
}

static const struct py_methoddef functions[] = {
    PY_MKW("reader", f_reader,
           "reader(iterable[, dialect='excel'][, optional keyword args])"),
    PY_MKW("writer", f_writer,
           "writer(fileobj[, dialect='excel'][, optional keyword args])"),
    PY_M0("list_dialects", f_list, "list_dialects() -> names"),
    PY_MKW("register_dialect", f_register, "register_dialect(name, dialect)"),
    PY_M1("unregister_dialect", f_unregister, "unregister_dialect(name)"),
    PY_M1("get_dialect", f_get, "get_dialect(name) -> Dialect"),
    PY_M(0, 1, "field_size_limit", f_field_size_limit,
         "field_size_limit([limit]) -> the old limit"),
    PY_MEND,
};

static int init(py_module *m)
{
    static const struct py_intconst constants[] = {
        {"QUOTE_MINIMAL", QUOTE_MINIMAL},
        {"QUOTE_ALL", QUOTE_ALL},
        {"QUOTE_NONNUMERIC", QUOTE_NONNUMERIC},
        {"QUOTE_NONE", QUOTE_NONE},
        {NULL, 0},
    };

    dialects = py_dict_new();
    error = py_module_exception(m, "_csv.Error", &py_Exception);
    if (!error || py_module_set_type(m, "Dialect", &dialect_type) < 0 ||
        py_type_ready(&reader_type) < 0 || py_type_ready(&writer_type) < 0 ||
        py_module_set_str(m, "__version__", "1.0") < 0 ||
        py_module_set(m, "_dialects", &dialects->base) < 0)
        return -1;
    return py_module_set_ints(m, constants);
}

const struct py_moduledef py_module__csv = {
    "_csv", "Reading and writing of comma separated values.", functions, init};

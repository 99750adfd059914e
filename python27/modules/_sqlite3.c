/*
 * _sqlite3.c: the module _sqlite3, over the library SQLite: its functions,
 * exceptions, the adapting of values, and Row. Connections and cursors have files
 * of their own.
 */
#include "modules/sqlite.h"

#define X(n) py_type *py_sql_##n;
PY_SQL_ERRORS(X)
#undef X
py_dict *py_sql_converters;
int py_sql_base_adapted;
py_object *py_sql_optimized;
static py_dict *adapters; /* (type, protocol): function */

py_object *py_sql_new(py_type *type, py_object *const *args, intptr_t nargs,
                      py_tuple *kwnames)
{
    (void)args, (void)nargs, (void)kwnames;
    return py_alloc(type, 0);
}

py_object *py_sql_blob(const void *p, int n)
{
    py_str *s = py_str_new(p ? p : "", n);
    return s ? py_call1(&py_buffer_type.base, (py_object *)s) : NULL;
}

/* ------------------------------------------------------------------- adapting */

struct py_sqlprotocol {
    py_object base;
};
TW_GC_TYPE(py_sqlprotocol);
py_type py_sqlprotocol_type = {
    PY_TYPE_HEAD("sqlite3.PrepareProtocol", py_sqlprotocol),
    .flags = PY_TF_BASE,
    .tp_new = py_sql_new,
};

/* o.method(arg); NULL without exception: there is no such method, or it does not
 * want to. */
static py_object *ask(py_object *o, const char *method, py_object *arg)
{
    py_object *f = py_getattr_cstr(o, method), *r;

    if (!f) {
        py_err_catch(&py_AttributeError);
        return NULL;
    }
    r = py_call1(f, arg);
    if (!r)
        py_err_catch(&py_TypeError);
    return r == py_None ? NULL : r;
}

py_object *py_sql_adapt(py_object *o, py_object *protocol, py_object *other)
{
    py_tuple *key = py_tuple_pack2(&py_type_of(o)->base, protocol);
    py_object *r = py_dict_get(adapters, &key->base);

    if (r)
        return py_call1(r, o);
    if (py_err_occurred())
        return NULL;
    if ((r = ask(protocol, "__adapt__", o)) || py_err_occurred())
        return r;
    if ((r = ask(o, "__conform__", protocol)) || py_err_occurred())
        return r;
    return other ? other : py_raise(py_sql_ProgrammingError, "can't adapt");
}

static py_object *m_adapt(py_object *self, py_object *o, py_object *protocol,
                          py_object *other)
{
    (void)self;
    return py_sql_adapt(o, protocol ? protocol : &py_sqlprotocol_type.base,
                        other);
}

static py_object *m_register_adapter(py_object *self, py_object *type,
                                     py_object *f)
{
    (void)self;
    if (!PY_IS(type, PY_TF_TYPE) && type->type != &py_classobj_type)
        return py_arg_error("register_adapter", 1, "type", type);
    py_sql_base_adapted |=
        type == &py_int_type.base || type == &py_long_type.base ||
        type == &py_float_type.base || type == &py_str_type.base ||
        type == &py_unicode_type.base || type == &py_bytearray_type.base;
    py_tuple *key = py_tuple_pack2(type, &py_sqlprotocol_type.base);
    return py_dict_set(adapters, &key->base, f) < 0 ? NULL : py_None;
}

static py_object *m_register_converter(py_object *self, py_object *name,
                                       py_object *f)
{
    (void)self;
    if (!py_arg_cstr(name, "register_converter", 1))
        return NULL;
    name = py_call_method0(name, py_intern_cstr("upper"));
    return !name || py_dict_set(py_sql_converters, name, f) < 0 ? NULL
                                                                : py_None;
}

/* ------------------------------------------------------------------------ Row */

struct py_sqlrow {
    py_object base;
    py_object *data, *description; /* tuples */
};
TW_GC_TYPE(py_sqlrow);
#define ROW(o) ((struct py_sqlrow *)(o))

static py_object *row_new(py_type *type, py_object *const *args, intptr_t nargs,
                          py_tuple *kwnames)
{
    struct py_sqlrow *r;

    if (py_args_nokw("Row", kwnames) < 0 ||
        py_args_count("Row", nargs, 2, 2) < 0)
        return NULL;
    if (!py_isinst(args[0], &py_sqlcursor_type))
        return py_raise(&py_TypeError, "instance of cursor required for first "
                                       "argument");
    if (!py_is_tuple(args[1]))
        return py_raise(&py_TypeError, "tuple required for second argument");
    r = ROW(py_alloc(type, 0));
    r->data = args[1];
    r->description = CUR(args[0])->description;
    return &r->base;
}

static py_object *row_keys(py_object *o)
{
    py_list *l = py_list_new();
    py_tuple *d = (py_tuple *)ROW(o)->description;

    for (intptr_t i = 0; py_is_tuple(&d->base) && i < d->n; i++)
        if (py_list_append(l, ((py_tuple *)d->item[i])->item[0]) < 0)
            return NULL;
    return &l->base;
}

static py_object *row_getitem(py_object *o, py_object *key)
{
    py_tuple *d = (py_tuple *)ROW(o)->description;

    if (py_is_slice(key))
        return py_raise(&py_ValueError, "slices not implemented, yet");
    if (py_is_int(key) || py_is_long(key))
        return py_getitem(ROW(o)->data, key);
    if (py_is_unicode(key) && !(key = py_unicode_encode(key, NULL, NULL)))
        return NULL;
    if (!py_is_str(key))
        return py_raise(&py_IndexError, "Index must be int or string");
    const char *name = py_str_cstr((py_str *)key);
    for (intptr_t i = 0; py_is_tuple(&d->base) && i < d->n; i++) {
        py_object *column = ((py_tuple *)d->item[i])->item[0];
        if (!strcasecmp(name, py_str_cstr((py_str *)column)))
            return py_getitem(ROW(o)->data, py_int_new(i));
    }
    return py_raise(&py_IndexError, "No item with that key");
}

static py_object *row_item(py_object *o, intptr_t i)
{
    return py_sequence_getitem(ROW(o)->data, i);
}

static intptr_t row_len(py_object *o)
{
    return py_len(ROW(o)->data);
}

static py_object *row_iter(py_object *o)
{
    return py_iter(ROW(o)->data);
}

static int64_t row_hash(py_object *o)
{
    int64_t a = py_hash(ROW(o)->data), b = py_hash(ROW(o)->description), h;

    if (a == -1 || b == -1)
        return -1;
    h = a ^ b;
    return h == -1 ? -2 : h;
}

static py_object *row_compare(py_object *a, py_object *b, int op)
{
    if ((op != PY_EQ && op != PY_NE) || !py_isinst(b, &py_sqlrow_type))
        return py_NotImplemented;
    int same = py_eq(ROW(a)->description, ROW(b)->description);
    if (same < 0)
        return NULL;
    return same ? py_richcompare(ROW(a)->data, ROW(b)->data, op)
                : py_bool(op == PY_NE);
}

static const struct py_methoddef row_methods[] = {
    PY_M0("keys", row_keys, "The names of the columns."),
    PY_MEND,
};

py_type py_sqlrow_type = {
    PY_TYPE_HEAD("sqlite3.Row", py_sqlrow),
    .flags = PY_TF_BASE,
    .methods = row_methods,
    .tp_new = row_new,
    .sq_length = row_len,
    .sq_item = row_item,
    .mp_length = row_len,
    .mp_getitem = row_getitem,
    .tp_iter = row_iter,
    .tp_hash = row_hash,
    .tp_richcompare = row_compare,
};

/* --------------------------------------------------------------------- module */

static py_object *m_connect(py_object *self, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {
        "database",          "timeout", "detect_types",     "isolation_level",
        "check_same_thread", "factory", "cached_statements"};
    py_object *a[7];

    (void)self;
    if (py_args_kw("connect", args, nargs, kwnames, names, 7, 1, a) < 0)
        return NULL;
    return py_call_fast(a[5] ? a[5] : &py_sqlite_type.base, args, nargs,
                        kwnames);
}

static py_object *m_complete_statement(py_object *self, py_object *const *args,
                                       intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"sql"};
    py_object *a;
    const char *s;

    (void)self;
    if (py_args_kw("complete_statement", args, nargs, kwnames, names, 1, 1,
                   &a) < 0 ||
        !(s = py_arg_cstr(a, "complete_statement", 1)))
        return NULL;
    return py_bool(sqlite3_complete(s));
}

static py_object *m_enable_shared_cache(py_object *self, py_object *const *args,
                                        intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"do_enable"};
    py_object *a;
    int on;

    (void)self;
    if (py_args_kw("enable_shared_cache", args, nargs, kwnames, names, 1, 1,
                   &a) < 0 ||
        py_arg_int(a, &on) < 0)
        return NULL;
    if (sqlite3_enable_shared_cache(on) != SQLITE_OK)
        return py_raise(py_sql_OperationalError,
                        "Changing the shared_cache flag failed");
    return py_None;
}

static py_object *m_enable_callback_tracebacks(py_object *self, py_object *on)
{
    (void)self;
    return py_arg_int(on, &py_sql_tracebacks) < 0 ? NULL : py_None;
}

static const struct py_methoddef methods[] = {
    PY_MKW("connect", m_connect,
           "connect(database[, timeout, isolation_level, detect_types, "
           "factory]): opens a database."),
    PY_MKW("complete_statement", m_complete_statement,
           "Does the text end a SQL statement?"),
    PY_MKW("enable_shared_cache", m_enable_shared_cache,
           "Shares the cache between connections."),
    PY_M2("register_adapter", m_register_adapter,
          "Says how values of a type become values of the database."),
    PY_M2("register_converter", m_register_converter,
          "Says how values of a column type become Python values."),
    PY_M(1, 3, "adapt", m_adapt, "Adapts a value."),
    PY_M1("enable_callback_tracebacks", m_enable_callback_tracebacks,
          "Prints the errors of callbacks."),
    PY_MEND,
};

static const struct py_intconst constants[] = {
#define C(n) {"SQLITE_" #n, SQLITE_##n},
    {"PARSE_DECLTYPES", PARSE_DECLTYPES},
    {"PARSE_COLNAMES", PARSE_COLNAMES},
    C(OK) C(DENY) C(IGNORE) C(CREATE_INDEX) C(CREATE_TABLE) C(CREATE_TEMP_INDEX)
        C(CREATE_TEMP_TABLE) C(CREATE_TEMP_TRIGGER) C(CREATE_TEMP_VIEW)
            C(CREATE_TRIGGER) C(CREATE_VIEW) C(DELETE) C(DROP_INDEX)
                C(DROP_TABLE) C(DROP_TEMP_INDEX) C(DROP_TEMP_TABLE)
                    C(DROP_TEMP_TRIGGER) C(DROP_TEMP_VIEW) C(DROP_TRIGGER)
                        C(DROP_VIEW) C(INSERT) C(PRAGMA) C(READ) C(SELECT)
                            C(TRANSACTION) C(UPDATE) C(ATTACH) C(DETACH)
                                C(ALTER_TABLE) C(REINDEX) C(ANALYZE)
#undef C
                                    {NULL, 0},
};

static int add_errors(py_module *m)
{
#define E(n, parent)                                                           \
    py_sql_##n = py_module_exception(m, "sqlite3." #n, parent);                \
    if (!py_sql_##n ||                                                         \
        py_dict_set_cstr(py_sqlite_type.dict, #n, &py_sql_##n->base) < 0)      \
        return -1;
    E(Warning, &py_StandardError)
    E(Error, &py_StandardError)
    E(InterfaceError, py_sql_Error)
    E(DatabaseError, py_sql_Error)
    E(InternalError, py_sql_DatabaseError)
    E(OperationalError, py_sql_DatabaseError)
    E(ProgrammingError, py_sql_DatabaseError)
    E(IntegrityError, py_sql_DatabaseError)
    E(DataError, py_sql_DatabaseError)
    E(NotSupportedError, py_sql_DatabaseError)
#undef E
    return 0;
}

/* A text factory: plain text as str, other as unicode. */
static py_object *optimized_unicode(py_object *self, py_object *text)
{
    py_str *s = (py_str *)text;

    (void)self;
    for (intptr_t i = 0; i < s->n; i++)
        if ((signed char)s->data[i] < 0)
            return py_unicode_from_utf8(s->data, s->n, NULL);
    return text;
}

static const struct py_methoddef optimized_def =
    PY_M1("OptimizedUnicode", optimized_unicode,
          "Text as str where it is ASCII, else as unicode.");

static int init(py_module *m)
{
    adapters = py_dict_new();
    py_sql_converters = py_dict_new();
    py_sql_optimized = py_builtin_new(&optimized_def, NULL, NULL);
    if (py_module_set_type(m, "Connection", &py_sqlite_type) < 0 ||
        py_module_set_type(m, "Cursor", &py_sqlcursor_type) < 0 ||
        py_module_set_type(m, "Statement", &py_sqlstmt_type) < 0 ||
        py_module_set_type(m, "PrepareProtocol", &py_sqlprotocol_type) < 0 ||
        py_module_set_type(m, "Row", &py_sqlrow_type) < 0 ||
        add_errors(m) < 0 || py_module_set_ints(m, constants) < 0 ||
        py_module_set(m, "OptimizedUnicode", py_sql_optimized) < 0 ||
        py_module_set(m, "adapters", &adapters->base) < 0 ||
        py_module_set(m, "converters", &py_sql_converters->base) < 0 ||
        py_module_set_str(m, "version", "2.6.0") < 0)
        return -1;
    return py_module_set_str(m, "sqlite_version", sqlite3_libversion());
}

const struct py_moduledef py_module__sqlite3 = {
    "_sqlite3", "Databases, by the library SQLite.", methods, init};

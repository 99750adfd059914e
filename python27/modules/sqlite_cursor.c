/*
 * sqlite_cursor.c: statements and cursors of the module _sqlite3: binding
 * parameters, running statements, taking rows.
 */
#include <ctype.h>

#include "modules/sqlite.h"

TW_GC_TYPE(py_sqlstmt);
TW_GC_TYPE(py_sqlcursor);

/* ---------------------------------------------------------------- statements */

static void stmt_free(void *o, void *data)
{
    (void)data;
    if (STMT(o)->conn->db)
        sqlite3_finalize(STMT(o)->st);
    STMT(o)->st = NULL;
}

/* Is there anything but blanks and comments in s? */
static int has_more(const char *s)
{
    for (; *s; s++) {
        if (s[0] == '-' && s[1] == '-') {
            while (s[1] && s[1] != '\n')
                s++;
        } else if (s[0] == '/' && s[1] == '*') {
            const char *end = strstr(s + 2, "*/");
            if (!end)
                return 0;
            s = end + 1;
        } else if (!isspace((unsigned char)*s) && *s != ';') {
            return 1;
        }
    }
    return 0;
}

static struct py_sqlstmt *prepare(struct py_sqlite *c, py_object *sql)
{
    py_object *text = py_is_unicode(sql) ? py_unicode_as_utf8(sql) : sql;
    const char *s, *tail;
    sqlite3_stmt *st = NULL;
    struct py_sqlstmt *stmt;
    int err;

    if (!text)
        return NULL;
    s = py_str_cstr((py_str *)text);
    if (strlen(s) != (size_t)((py_str *)text)->n)
        return py_raise(&py_ValueError, "the query contains a null character");
    err = SQL_BLOCKING(sqlite3_prepare_v2(c->db, s, -1, &st, &tail));
    if (err != SQLITE_OK)
        return py_sql_failed(c);
    if (has_more(tail)) {
        sqlite3_finalize(st);
        return py_raise(py_sql_Warning,
                        "You can only execute one statement at a time.");
    }
    stmt = PY_NEW(py_sqlstmt, &py_sqlstmt_type);
    stmt->conn = c;
    stmt->st = st;
    tw_gc_set_finalizer(stmt, stmt_free, NULL);
    return stmt;
}

struct py_sqlstmt *py_sql_statement(struct py_sqlite *c, py_object *sql)
{
    py_object *known = py_dict_get(c->statements, sql);
    struct py_sqlstmt *stmt;

    if (known && !STMT(known)->busy)
        return STMT(known);
    if (py_err_occurred() || !(stmt = prepare(c, sql)))
        return NULL;
    if (py_dict_len(c->statements) >= c->statements_max)
        py_dict_clear(c->statements);
    return c->statements_max && py_dict_set(c->statements, sql, &stmt->base) < 0
               ? NULL
               : stmt;
}

py_type py_sqlstmt_type = {
    PY_TYPE_HEAD("sqlite3.Statement", py_sqlstmt),
};

/* ------------------------------------------------------------------- binding */

static int is_ascii(const char *s, intptr_t n)
{
    for (intptr_t i = 0; i < n; i++)
        if ((signed char)s[i] < 0)
            return 0;
    return 1;
}

/* An SQLITE_ code, or -1 with an exception. */
static int bind_value(struct py_sqlstmt *stmt, int pos, py_object *v)
{
    py_object *text = v;
    intptr_t n;

    if (v == py_None)
        return sqlite3_bind_null(stmt->st, pos);
    if (py_is_int(v))
        return sqlite3_bind_int64(stmt->st, pos, py_int_value(v));
    if (py_is_long(v)) {
        int64_t i = py_as_int64(v);
        if (i == -1 && py_err_occurred())
            return -1;
        return sqlite3_bind_int64(stmt->st, pos, i);
    }
    if (py_is_float(v))
        return sqlite3_bind_double(stmt->st, pos, py_float_value(v));
    if (py_is_unicode(v) && !(text = py_unicode_as_utf8(v)))
        return -1;
    if (py_is_str(text)) {
        py_str *s = (py_str *)text;
        py_object *factory = stmt->conn->text_factory;
        if (text == v &&
            (factory == &py_unicode_type.base || factory == py_sql_optimized) &&
            !is_ascii(s->data, s->n))
            return py_raise_i(
                py_sql_ProgrammingError,
                "You must not use 8-bit bytestrings unless you use a "
                "text_factory that can interpret 8-bit bytestrings (like "
                "text_factory = str). It is highly recommended that you "
                "instead just switch your application to Unicode strings.");
        if (s->n > INT32_MAX)
            return py_raise_i(&py_OverflowError,
                              "string longer than INT_MAX bytes");
        return sqlite3_bind_text(stmt->st, pos, s->data, (int)s->n,
                                 SQLITE_TRANSIENT);
    }
    const char *p = py_buffer_read(v, &n);
    if (!p) {
        if (!py_err_matches(&py_TypeError))
            return -1;
        py_err_clear();
        return SQLITE_MISMATCH;
    }
    if (n > INT32_MAX)
        return py_raise_i(&py_OverflowError, "BLOB longer than INT_MAX bytes");
    return sqlite3_bind_blob(stmt->st, pos, n ? p : "", (int)n,
                             SQLITE_TRANSIENT);
}

static int bind_one(struct py_sqlstmt *stmt, int pos, const char *name,
                    py_object *v)
{
    py_type *t = py_type_of(v);
    int err;

    /* Values of the database's own types mostly go unadapted. */
    if ((v != py_None && py_sql_base_adapted) ||
        (v != py_None && t != &py_int_type && t != &py_long_type &&
         t != &py_float_type && t != &py_str_type && t != &py_unicode_type &&
         t != &py_buffer_type && t != &py_bytearray_type))
        v = py_sql_adapt(v, &py_sqlprotocol_type.base, v);
    if (!v)
        return -1;
    err = bind_value(stmt, pos, v);
    if (err < 0)
        return -1;
    if (err == SQLITE_OK)
        return 0;
    if (name)
        return py_raise_i(
            py_sql_InterfaceError,
            "Error binding parameter :%s - probably unsupported type.", name);
    return py_raise_i(py_sql_InterfaceError,
                      "Error binding parameter %d - probably unsupported type.",
                      pos - 1);
}

static int bind_all(struct py_sqlstmt *stmt, py_object *params)
{
    int want = sqlite3_bind_parameter_count(stmt->st);

    if (py_is_tuple(params) || py_is_list(params) ||
        (!py_is_dict(params) && py_is_sequence(params))) {
        intptr_t n = py_len(params);
        if (n < 0)
            return -1;
        if (n != want)
            return py_raise_i(py_sql_ProgrammingError,
                              "Incorrect number of bindings supplied. The "
                              "current statement uses %d, and there are %zd "
                              "supplied.",
                              want, n);
        for (int i = 0; i < want; i++) {
            py_object *v = py_sequence_getitem(params, i);
            if (!v || bind_one(stmt, i + 1, NULL, v) < 0)
                return -1;
        }
        return 0;
    }
    if (!py_is_mapping(params))
        return py_raise_i(&py_ValueError, "parameters are of unsupported type");
    for (int i = 1; i <= want; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt->st, i);
        if (!name)
            return py_raise_i(py_sql_ProgrammingError,
                              "Binding %d has no name, but you supplied a "
                              "dictionary (which has only names).",
                              i);
        py_object *v = py_getitem(params, (py_object *)py_str_from(++name));
        if (!v && py_err_matches(&py_LookupError)) {
            py_err_clear();
            return py_raise_i(py_sql_ProgrammingError,
                              "You did not supply a value for binding %d.", i);
        }
        if (!v || bind_one(stmt, i, name, v) < 0)
            return -1;
    }
    return 0;
}

/* ------------------------------------------------------------------- columns */

/* What stands before the first blank or parenthesis, in upper case. */
static py_object *converter_named(const char *name, size_t n)
{
    char *bytes;
    py_str *key = py_str_alloc((intptr_t)n, &bytes);

    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)toupper((unsigned char)name[i]);
    return py_dict_get(py_sql_converters, (py_object *)key);
}

static py_object *converter_of(struct py_sqlcursor *cur, int column)
{
    sqlite3_stmt *st = cur->stmt->st;
    const char *s;
    py_object *f = NULL;

    if (cur->conn->detect_types & PARSE_COLNAMES) {
        s = sqlite3_column_name(st, column);
        const char *open = s ? strchr(s, '[') : NULL;
        const char *close = open ? strchr(open, ']') : NULL;
        if (close)
            f = converter_named(open + 1, (size_t)(close - open - 1));
    }
    if (!f && (cur->conn->detect_types & PARSE_DECLTYPES) &&
        (s = sqlite3_column_decltype(st, column)))
        f = converter_named(s, strcspn(s, " ("));
    return f ? f : py_None;
}

static int set_columns(struct py_sqlcursor *cur)
{
    int n = sqlite3_column_count(cur->stmt->st);
    py_tuple *t = py_tuple_new(n);

    for (int i = 0; i < n; i++) {
        const char *s = sqlite3_column_name(cur->stmt->st, i);
        if (!s)
            return py_raise_nomemory(), -1;
        size_t len = strcspn(s, "[");
        if (s[len] && len && s[len - 1] == ' ')
            len--;
        py_tuple *d = py_tuple_new(7);
        d->item[0] = (py_object *)py_str_new(s, (intptr_t)len);
        for (int k = 1; k < 7; k++)
            d->item[k] = py_None;
        t->item[i] = &d->base;
    }
    cur->description = &t->base;
    cur->converters = NULL;
    if (!cur->conn->detect_types)
        return 0;
    cur->converters = py_tuple_new(n);
    for (int i = 0; i < n; i++)
        cur->converters->item[i] = converter_of(cur, i);
    return 0;
}

static py_object *text_value(struct py_sqlcursor *cur, int i)
{
    sqlite3_stmt *st = cur->stmt->st;
    const char *s = (const char *)sqlite3_column_text(st, i);
    int n = sqlite3_column_bytes(st, i);
    py_object *factory = cur->conn->text_factory, *u;

    if (factory == &py_str_type.base)
        return (py_object *)py_str_new(s, n);
    if (factory == &py_bytearray_type.base)
        return py_bytearray_new(s, n);
    if (factory == py_sql_optimized && is_ascii(s, n))
        return (py_object *)py_str_new(s, n);
    if (factory == &py_unicode_type.base || factory == py_sql_optimized) {
        u = py_unicode_from_utf8(s, n, NULL);
        if (!u && py_err_catch(&py_UnicodeDecodeError))
            py_raise(py_sql_OperationalError,
                     "Could not decode to UTF-8 column '%s' with text '%s'",
                     sqlite3_column_name(st, i), s);
        return u;
    }
    return py_call1(factory, (py_object *)py_str_new(s, n));
}

static py_object *value(struct py_sqlcursor *cur, int i)
{
    sqlite3_stmt *st = cur->stmt->st;
    py_object *convert = cur->converters ? cur->converters->item[i] : py_None;

    if (convert != py_None) {
        const void *p = sqlite3_column_blob(st, i);
        if (!p && sqlite3_column_type(st, i) == SQLITE_NULL)
            return py_None;
        return py_call1(convert, (py_object *)py_str_new(
                                     p ? p : "", sqlite3_column_bytes(st, i)));
    }
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_NULL:
        return py_None;
    case SQLITE_INTEGER:
        return py_int_new(sqlite3_column_int64(st, i));
    case SQLITE_FLOAT:
        return py_float_new(sqlite3_column_double(st, i));
    case SQLITE_TEXT:
        return text_value(cur, i);
    default:
        return py_sql_blob(sqlite3_column_blob(st, i),
                           sqlite3_column_bytes(st, i));
    }
}

static py_object *take_row(struct py_sqlcursor *cur)
{
    int n = sqlite3_data_count(cur->stmt->st), locked = cur->locked;
    py_tuple *row = py_tuple_new(n);

    cur->locked = 1; /* converters may not use it */
    for (int i = 0; row && i < n; i++)
        if (!(row->item[i] = value(cur, i)))
            row = NULL;
    cur->locked = (uint8_t)locked;
    return row ? &row->base : NULL;
}

/* ------------------------------------------------------------------- cursors */

static void release(struct py_sqlcursor *cur)
{
    if (cur->stmt && cur->conn->db && cur->stmt->st)
        sqlite3_reset(cur->stmt->st);
    if (cur->stmt)
        cur->stmt->busy = 0;
    cur->stmt = NULL;
}

static int check(struct py_sqlcursor *cur)
{
    if (!cur->initialized)
        return py_raise_i(py_sql_ProgrammingError,
                          "Base Cursor.__init__ not called.");
    if (cur->closed)
        return py_raise_i(py_sql_ProgrammingError,
                          "Cannot operate on a closed cursor.");
    if (cur->locked)
        return py_raise_i(py_sql_ProgrammingError,
                          "Recursive use of cursors not allowed.");
    return py_sql_check(cur->conn);
}

static void cursor_free(void *o, void *data)
{
    (void)data;
    release(CUR(o));
}

static int cursor_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kw)
{
    if (py_args_nokw("Cursor", kw) < 0 ||
        py_args_count("Cursor", nargs, 1, 1) < 0)
        return -1;
    if (!py_isinst(args[0], &py_sqlite_type))
        return py_arg_error("Cursor", 1, "sqlite3.Connection", args[0]), -1;
    CUR(o)->conn = DB(args[0]);
    CUR(o)->description = CUR(o)->lastrowid = CUR(o)->row_factory = py_None;
    CUR(o)->rowcount = py_int_new(-1);
    CUR(o)->arraysize = 1;
    CUR(o)->closed = 0;
    CUR(o)->initialized = 1;
    tw_gc_set_finalizer(o, cursor_free, NULL);
    return py_sql_check_thread(DB(args[0]));
}

enum kind { SELECT, INSERT, CHANGE, OTHER };

static enum kind kind_of(const char *sql)
{
    static const struct {
        const char *word;
        enum kind kind;
    } words[] = {{"select", SELECT},
                 {"insert", INSERT},
                 {"update", CHANGE},
                 {"delete", CHANGE},
                 {"replace", INSERT}};

    sql += strspn(sql, " \t\r\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (!strncasecmp(sql, words[i].word, n) &&
            !isalpha((unsigned char)sql[n]))
            return words[i].kind;
    }
    return OTHER;
}

/* One run with one set of parameters: SQLITE_ROW or SQLITE_DONE, -1 error. */
static int run_once(struct py_sqlcursor *cur, py_object *params)
{
    sqlite3_stmt *st = cur->stmt->st;
    int rc;

    sqlite3_reset(st);
    sqlite3_clear_bindings(st);
    if (bind_all(cur->stmt, params) < 0)
        return -1;
    rc = SQL_BLOCKING(sqlite3_step(st));
    if ((rc & 0xff) == SQLITE_LOCKED && !py_err_occurred()) {
        /* Perhaps by a cursor that nobody holds any longer. */
        sqlite3_reset(st);
        tw_gc_collect();
        tw_gc_run_finalizers();
        rc = SQL_BLOCKING(sqlite3_step(st));
    }
    if (py_err_occurred())
        return -1;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return rc;
    py_sql_failed(cur->conn);
    return -1;
}

static int run(struct py_sqlcursor *cur, py_object *sql, py_object *params,
               int many)
{
    struct py_sqlite *c = cur->conn;
    py_object *one;
    int64_t changed = 0;
    enum kind kind;
    int rc = SQLITE_DONE;

    if (!py_is_str(sql) && !py_is_unicode(sql))
        return py_raise_i(&py_ValueError,
                          "operation parameter must be str or unicode");
    release(cur);
    cur->next_row = NULL;
    cur->description = py_None;
    cur->rowcount = py_int_new(-1);
    cur->stmt = py_sql_statement(c, sql);
    if (!cur->stmt)
        return -1;
    cur->stmt->busy = 1;
    cur->rollbacks = c->rollbacks;
    kind = cur->stmt->st ? kind_of(sqlite3_sql(cur->stmt->st)) : OTHER;
    if (many && kind == SELECT)
        return py_raise_i(
            py_sql_ProgrammingError,
            "You cannot execute SELECT statements in executemany().");
    if (c->begin && (kind == INSERT || kind == CHANGE)) {
        if (sqlite3_get_autocommit(c->db) && py_sql_begin(c) < 0)
            return -1;
    } else if (c->begin && kind == OTHER && py_sql_commit(c) < 0) {
        return -1;
    }
    if (!cur->stmt->st) /* nothing but a comment */
        return release(cur), 0;
    if (!py_is_iterator(params) && !(params = py_iter(params)))
        return -1;
    while ((one = py_iternext(params))) {
        rc = run_once(cur, one);
        if (rc < 0)
            return -1;
        if (kind == INSERT || kind == CHANGE)
            changed += sqlite3_changes(c->db);
        if (rc == SQLITE_ROW && many)
            return py_raise_i(py_sql_ProgrammingError,
                              "executemany() can only execute DML statements.");
    }
    if (py_err_occurred())
        return -1;
    if (kind == INSERT || kind == CHANGE)
        cur->rowcount = py_int_new(changed);
    if (!many)
        cur->lastrowid = kind == INSERT
                             ? py_int_new(sqlite3_last_insert_rowid(c->db))
                             : py_None;
    if (sqlite3_column_count(cur->stmt->st) && !many && set_columns(cur) < 0)
        return -1;
    if (rc == SQLITE_ROW)
        return (cur->next_row = take_row(cur)) ? 0 : -1;
    release(cur);
    return 0;
}

static py_object *execute(py_object *o, py_object *sql, py_object *params,
                          int many)
{
    if (check(CUR(o)) < 0)
        return NULL;
    if (!many) {
        py_object *p = params ? params : &py_tuple_empty->base;
        params = &py_tuple_pack1(p)->base;
    }
    CUR(o)->locked = 1;
    int failed = run(CUR(o), sql, params, many) < 0;
    CUR(o)->locked = 0;
    if (failed) {
        struct py_savedexc e = py_err_save();
        release(CUR(o));
        CUR(o)->rowcount = py_int_new(-1);
        py_err_restore(e);
        return NULL;
    }
    return o;
}

static py_object *cur_execute(py_object *o, py_object *sql, py_object *params)
{
    return execute(o, sql, params, 0);
}

static py_object *cur_executemany(py_object *o, py_object *sql,
                                  py_object *params)
{
    return execute(o, sql, params, 1);
}

static py_object *cur_executescript(py_object *o, py_object *script)
{
    struct py_sqlite *c = CUR(o)->conn;
    const char *s;

    if (check(CUR(o)) < 0)
        return NULL;
    if (py_is_unicode(script) && !(script = py_unicode_as_utf8(script)))
        return NULL;
    if (!py_is_str(script))
        return py_raise(&py_ValueError,
                        "script argument must be unicode or string.");
    if (py_sql_commit(c) < 0)
        return NULL;
    s = py_str_cstr((py_str *)script);
    while (*s) {
        sqlite3_stmt *st;
        int rc = SQL_BLOCKING(sqlite3_prepare_v2(c->db, s, -1, &st, &s));
        if (rc != SQLITE_OK)
            return py_sql_failed(c);
        do
            rc = st ? SQL_BLOCKING(sqlite3_step(st)) : SQLITE_DONE;
        while (rc == SQLITE_ROW && !py_err_occurred());
        if (sqlite3_finalize(st) != SQLITE_OK && !py_err_occurred())
            py_sql_failed(c);
        if (py_err_occurred())
            return NULL;
    }
    return o;
}

static py_object *cursor_next(py_object *o)
{
    struct py_sqlcursor *cur = CUR(o);
    py_object *row, *factory;
    int rc;

    if (check(cur) < 0)
        return NULL;
    if (cur->stmt && cur->rollbacks != cur->conn->rollbacks) {
        release(cur);
        cur->next_row = NULL;
        return py_raise(py_sql_InterfaceError,
                        "Cursor needed to be reset because of commit/rollback "
                        "and can no longer be fetched from.");
    }
    row = cur->next_row;
    if (!row)
        return NULL;
    cur->next_row = NULL;
    factory = cur->row_factory;
    if (factory != py_None && !(row = py_call2(factory, o, row)))
        return NULL;
    if (cur->stmt) {
        rc = SQL_BLOCKING(sqlite3_step(cur->stmt->st));
        if (rc == SQLITE_ROW && !py_err_occurred()) {
            cur->next_row = take_row(cur);
            return cur->next_row ? row : NULL;
        }
        if (rc != SQLITE_DONE && !py_err_occurred())
            py_sql_failed(cur->conn);
        struct py_savedexc e = py_err_save();
        release(cur);
        py_err_restore(e);
        if (py_err_occurred())
            return NULL;
    }
    return row;
}

static py_object *cur_fetchone(py_object *o)
{
    py_object *row = cursor_next(o);
    return row || py_err_occurred() ? row : py_None;
}

static py_object *fetch(py_object *o, int64_t max)
{
    py_list *l = py_list_new();
    py_object *row;

    if (check(CUR(o)) < 0)
        return NULL;
    while (max-- > 0 && (row = cursor_next(o)))
        if (py_list_append(l, row) < 0)
            return NULL;
    return py_err_occurred() ? NULL : &l->base;
}

static py_object *cur_fetchmany(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"size"};
    py_object *size;
    int n = CUR(o)->arraysize;

    if (py_args_kw("fetchmany", args, nargs, kwnames, names, 1, 0, &size) < 0 ||
        (size && py_arg_int(size, &n) < 0))
        return NULL;
    return fetch(o, n ? n : INT64_MAX);
}

static py_object *cur_fetchall(py_object *o)
{
    return fetch(o, INT64_MAX);
}

static py_object *cur_close(py_object *o)
{
    if (!CUR(o)->initialized || !CUR(o)->conn)
        return py_raise(py_sql_ProgrammingError,
                        "Base Cursor.__init__ not called.");
    if (py_sql_check(CUR(o)->conn) < 0)
        return NULL;
    release(CUR(o));
    CUR(o)->closed = 1;
    return py_None;
}

static py_object *cur_nothing(py_object *o, py_object *const *args,
                              intptr_t nargs)
{
    (void)o, (void)args, (void)nargs;
    return py_None;
}

static py_object *cursor_iter(py_object *o)
{
    return o;
}

static const struct py_methoddef cursor_methods[] = {
    PY_M(1, 2, "execute", cur_execute, "Executes a SQL statement."),
    PY_M2("executemany", cur_executemany,
          "Executes a SQL statement once for each set of parameters."),
    PY_M1("executescript", cur_executescript,
          "Executes a text of several SQL statements."),
    PY_M0("fetchone", cur_fetchone, "The next row, or None."),
    PY_MKW("fetchmany", cur_fetchmany, "fetchmany([size]): a list of rows."),
    PY_M0("fetchall", cur_fetchall, "All rows that are left."),
    PY_M0("close", cur_close, "Closes the cursor."),
    PY_MFAST("setinputsizes", cur_nothing, "Required by DB-API. Does nothing."),
    PY_MFAST("setoutputsize", cur_nothing, "Required by DB-API. Does nothing."),
    PY_MEND,
};

#define CURSOR_FIELD(name, kind, ro)                                           \
    {#name, kind, ro, offsetof(struct py_sqlcursor, name), NULL}
static const struct py_memberdef cursor_members[] = {
    {"connection", PY_MEMBER_OBJ, 1, offsetof(struct py_sqlcursor, conn), NULL},
    CURSOR_FIELD(description, PY_MEMBER_OBJ, 1),
    CURSOR_FIELD(arraysize, PY_MEMBER_INT, 0),
    CURSOR_FIELD(lastrowid, PY_MEMBER_OBJ, 1),
    CURSOR_FIELD(rowcount, PY_MEMBER_OBJ, 1),
    CURSOR_FIELD(row_factory, PY_MEMBER_OBJ, 0),
    {NULL, 0, 0, 0, NULL},
};

py_type py_sqlcursor_type = {
    PY_TYPE_HEAD("sqlite3.Cursor", py_sqlcursor),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "SQLite database cursor class.",
    .methods = cursor_methods,
    .members = cursor_members,
    .tp_new = py_sql_new,
    .tp_init = cursor_init,
    .tp_iter = cursor_iter,
    .tp_iternext = cursor_next,
};

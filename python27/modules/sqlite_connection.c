/*
 * sqlite_connection.c: connections of the module _sqlite3: transactions, and the
 * callbacks that a database makes into Python (functions, aggregates, collations,
 * authorizer, progress handler).
 */
#include "modules/sqlite.h"

TW_GC_TYPE(py_sqlite);

__thread struct py_ec *py_sql_released;
int py_sql_tracebacks;

int py_sql_enter(void)
{
    if (!py_sql_released)
        return 0;
    py_gil_acquire(py_sql_released);
    py_sql_released = NULL;
    return 1;
}

void py_sql_leave(int entered)
{
    if (entered)
        py_sql_released = py_gil_release();
}

/* -------------------------------------------------------------------- errors */

void *py_sql_failed(struct py_sqlite *c)
{
    py_type *t = py_sql_DatabaseError;

    switch (sqlite3_errcode(c->db)) {
    case SQLITE_INTERNAL:
    case SQLITE_NOTFOUND:
        t = py_sql_InternalError;
        break;
    case SQLITE_NOMEM:
        return py_raise_nomemory();
    case SQLITE_ERROR:
    case SQLITE_PERM:
    case SQLITE_ABORT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_EMPTY:
    case SQLITE_SCHEMA:
        t = py_sql_OperationalError;
        break;
    case SQLITE_TOOBIG:
        t = py_sql_DataError;
        break;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        t = py_sql_IntegrityError;
        break;
    case SQLITE_MISUSE:
        t = py_sql_ProgrammingError;
        break;
    default:
        break;
    }
    return py_raise(t, "%s", sqlite3_errmsg(c->db));
}

int py_sql_check_thread(struct py_sqlite *c)
{
    if (!c->initialized)
        return py_raise_i(py_sql_ProgrammingError,
                          "Base Connection.__init__ not called.");
    if (c->any_thread || py_ec->thread_id == c->thread_id)
        return 0;
    return py_raise_i(
        py_sql_ProgrammingError,
        "SQLite objects created in a thread can only be used in that same "
        "thread.The object was created in thread id %lld and this is thread "
        "id %lld",
        (long long)c->thread_id, (long long)py_ec->thread_id);
}

int py_sql_check(struct py_sqlite *c)
{
    if (py_sql_check_thread(c) < 0)
        return -1;
    return c->db ? 0
                 : py_raise_i(py_sql_ProgrammingError,
                              "Cannot operate on a closed database.");
}

/* -------------------------------------------------------------- transactions */

static int do_sql(struct py_sqlite *c, const char *sql)
{
    int rc = SQL_BLOCKING(sqlite3_exec(c->db, sql, NULL, NULL, NULL));

    if (rc == SQLITE_OK)
        return 0;
    if (!py_err_occurred())
        py_sql_failed(c);
    return -1;
}

int py_sql_begin(struct py_sqlite *c)
{
    return do_sql(c, py_str_cstr(c->begin));
}

int py_sql_commit(struct py_sqlite *c)
{
    return sqlite3_get_autocommit(c->db) ? 0 : do_sql(c, "COMMIT");
}

static py_object *c_commit(py_object *o)
{
    return py_sql_check(DB(o)) < 0 || py_sql_commit(DB(o)) < 0 ? NULL : py_None;
}

static py_object *c_rollback(py_object *o)
{
    if (py_sql_check(DB(o)) < 0)
        return NULL;
    if (sqlite3_get_autocommit(DB(o)->db))
        return py_None;
    for (sqlite3_stmt *s = NULL; (s = sqlite3_next_stmt(DB(o)->db, s));)
        sqlite3_reset(s);
    DB(o)->rollbacks++;
    return do_sql(DB(o), "ROLLBACK") < 0 ? NULL : py_None;
}

static py_object *c_enter(py_object *o)
{
    return o;
}

static py_object *c_exit(py_object *o, py_object *type, py_object *value,
                         py_object *tb)
{
    (void)value, (void)tb;
    py_object *r = py_call_method0(
        o, py_intern_cstr(type == py_None ? "commit" : "rollback"));
    return r ? py_False : NULL;
}

static int set_isolation(py_object *o, py_object *level, void *data)
{
    (void)data;
    if (!level)
        return py_raise_i(&py_AttributeError, "cannot delete attribute");
    if (level == py_None) {
        if (DB(o)->db && py_sql_commit(DB(o)) < 0)
            return -1;
        DB(o)->begin = NULL;
    } else {
        const char *s = py_arg_cstr(level, "isolation_level", 1);
        if (!s)
            return -1;
        DB(o)->begin = py_str_format_c("BEGIN %s", s);
    }
    DB(o)->isolation_level = level;
    return 0;
}

static py_object *get_isolation(py_object *o, void *data)
{
    (void)data;
    return py_sql_check(DB(o)) < 0 ? NULL : DB(o)->isolation_level;
}

static py_object *get_total_changes(py_object *o, void *data)
{
    (void)data;
    return py_sql_check(DB(o)) < 0
               ? NULL
               : py_int_new(sqlite3_total_changes(DB(o)->db));
}

/* ------------------------------------------------------- opening and closing */

static int shut(struct py_sqlite *c)
{
    sqlite3 *db = c->db;

    for (sqlite3_stmt *s; db && (s = sqlite3_next_stmt(db, NULL));)
        sqlite3_finalize(s);
    c->db = NULL;
    return db ? sqlite3_close_v2(db) : SQLITE_OK;
}

static void connection_free(void *o, void *data)
{
    (void)data;
    shut(DB(o));
}

static int connection_init(py_object *o, py_object *const *args, intptr_t nargs,
                           py_tuple *kwnames)
{
    static const char *const names[] = {
        "database",          "timeout", "detect_types",     "isolation_level",
        "check_same_thread", "factory", "cached_statements"};
    struct py_sqlite *c = DB(o);
    py_object *a[7], *name;
    double timeout = 5;
    int detect = 0, same_thread = 1, max = 100;
    sqlite3 *db;

    if (py_args_kw("Connection", args, nargs, kwnames, names, 7, 1, a) < 0 ||
        (a[1] && py_arg_double(a[1], &timeout) < 0) ||
        (a[2] && py_arg_int(a[2], &detect) < 0) ||
        (a[4] && py_arg_int(a[4], &same_thread) < 0) ||
        (a[6] && py_arg_int(a[6], &max) < 0))
        return -1;
    name = a[0];
    if (py_is_unicode(name) && !(name = py_unicode_as_utf8(name)))
        return -1;
    const char *file = py_arg_cstr(name, "Connection", 1);
    if (!file)
        return -1;
    shut(c);
    c->initialized = 1;
    c->statements = py_dict_new();
    c->statements_max = max < 5 ? 5 : max;
    c->keep = py_list_new();
    c->row_factory = py_None;
    c->text_factory = &py_unicode_type.base;
    c->detect_types = detect;
    c->any_thread = !same_thread;
    c->thread_id = py_ec->thread_id;
    int rc = SQL_BLOCKING(sqlite3_open(file, &db));
    c->db = db;
    if (rc != SQLITE_OK) {
        py_sql_failed(c);
        shut(c);
        return -1;
    }
    tw_gc_set_finalizer(c, connection_free, NULL);
    sqlite3_busy_timeout(db, (int)(timeout * 1000));
    return set_isolation(o, a[3] ? a[3] : (py_object *)py_str_empty, NULL);
}

static py_object *c_close(py_object *o)
{
    if (py_sql_check_thread(DB(o)) < 0)
        return NULL;
    shut(DB(o));
    return py_None;
}

static py_object *c_cursor(py_object *o, py_object *const *args, intptr_t nargs,
                           py_tuple *kwnames)
{
    static const char *const names[] = {"factory"};
    py_object *factory, *cur;

    if (py_args_kw("cursor", args, nargs, kwnames, names, 1, 0, &factory) < 0 ||
        py_sql_check(DB(o)) < 0)
        return NULL;
    cur = py_call1(factory ? factory : &py_sqlcursor_type.base, o);
    if (cur && !py_isinst(cur, &py_sqlcursor_type))
        return py_raise(&py_TypeError, "factory must return a cursor, not %T",
                        cur);
    if (cur && DB(o)->row_factory != py_None &&
        py_setattr_cstr(cur, "row_factory", DB(o)->row_factory) < 0)
        return NULL;
    return cur;
}

/* con.execute(...) and its kin: by a new cursor. */
static py_object *by_cursor(py_object *o, const char *method, py_object *a,
                            py_object *b)
{
    py_object *cur = py_call_method0(o, py_intern_cstr("cursor"));
    py_object *f = cur ? py_getattr_cstr(cur, method) : NULL;

    if (!f)
        return NULL;
    return b ? py_call2(f, a, b) : py_call1(f, a);
}

static py_object *c_execute(py_object *o, py_object *sql, py_object *params)
{
    return by_cursor(o, "execute", sql, params);
}

static py_object *c_executemany(py_object *o, py_object *sql, py_object *params)
{
    return by_cursor(o, "executemany", sql, params);
}

static py_object *c_executescript(py_object *o, py_object *script)
{
    return by_cursor(o, "executescript", script, NULL);
}

static py_object *c_iterdump(py_object *o)
{
    py_object *m = py_sql_check(DB(o)) < 0 ? NULL : py_import("sqlite3.dump");
    py_object *f = m ? py_getattr_cstr(m, "_iterdump") : NULL;

    return f ? py_call1(f, o) : NULL;
}

static py_object *connection_call(py_object *o, py_object *const *args,
                                  intptr_t nargs, py_tuple *kwnames)
{
    if (py_sql_check(DB(o)) < 0 || py_args_nokw("Connection", kwnames) < 0 ||
        py_args_count("Connection", nargs, 1, 1) < 0)
        return NULL;
    if (!py_is_str(args[0]) && !py_is_unicode(args[0]))
        return py_raise(py_sql_Warning,
                        "SQL is of wrong type. Must be string or unicode.");
    return (py_object *)py_sql_statement(DB(o), args[0]);
}

static py_object *c_interrupt(py_object *o)
{
    if (!DB(o)->db)
        return py_sql_check(DB(o)) < 0 ? NULL : py_None;
    sqlite3_interrupt(DB(o)->db);
    return py_None;
}

/* ----------------------------------------------------------------- callbacks */

/* What the library sees of an error in a callback. */
static void forget_error(void)
{
    if (py_sql_tracebacks)
        py_err_print();
    else
        py_err_clear();
}

static void give_result(sqlite3_context *ctx, py_object *v, const char *failed)
{
    py_object *text = v;
    intptr_t n;
    const char *p;

    if (v && py_is_unicode(v))
        text = py_unicode_as_utf8(v);
    if (!v || !text) {
    error:
        forget_error();
        sqlite3_result_error(ctx, failed, -1);
    } else if (v == py_None) {
        sqlite3_result_null(ctx);
    } else if (py_is_int(v)) {
        sqlite3_result_int64(ctx, py_int_value(v));
    } else if (py_is_long(v)) {
        int64_t i = py_as_int64(v);
        if (i == -1 && py_err_occurred())
            goto error;
        sqlite3_result_int64(ctx, i);
    } else if (py_is_float(v)) {
        sqlite3_result_double(ctx, py_float_value(v));
    } else if (py_is_str(text)) {
        py_str *s = (py_str *)text;
        sqlite3_result_text64(ctx, s->data, (sqlite3_uint64)s->n,
                              SQLITE_TRANSIENT, SQLITE_UTF8);
    } else if ((p = py_buffer_read(v, &n))) {
        sqlite3_result_blob64(ctx, n ? p : "", (sqlite3_uint64)n,
                              SQLITE_TRANSIENT);
    } else {
        goto error;
    }
}

static py_tuple *arguments(int n, sqlite3_value **v)
{
    py_tuple *t = py_tuple_new(n);

    for (int i = 0; i < n; i++) {
        int size = sqlite3_value_bytes(v[i]);
        switch (sqlite3_value_type(v[i])) {
        case SQLITE_INTEGER:
            t->item[i] = py_int_new(sqlite3_value_int64(v[i]));
            break;
        case SQLITE_FLOAT:
            t->item[i] = py_float_new(sqlite3_value_double(v[i]));
            break;
        case SQLITE_TEXT:
            t->item[i] = py_unicode_from_utf8(
                (const char *)sqlite3_value_text(v[i]), size, NULL);
            break;
        case SQLITE_BLOB:
            t->item[i] = py_sql_blob(sqlite3_value_blob(v[i]), size);
            break;
        default:
            t->item[i] = py_None;
            break;
        }
        if (!t->item[i])
            return NULL;
    }
    return t;
}

static void on_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
    int entered = py_sql_enter();
    py_tuple *args = arguments(n, v);
    py_object *r =
        args ? py_call_tuple(sqlite3_user_data(ctx), args, NULL) : NULL;

    give_result(ctx, r, "user-defined function raised exception");
    py_sql_leave(entered);
}

/* The object of one aggregation lives in memory of the collector that the
 * library's context points to. */
static void on_step(sqlite3_context *ctx, int n, sqlite3_value **v)
{
    int entered = py_sql_enter();
    py_object ***slot = sqlite3_aggregate_context(ctx, sizeof *slot);
    py_object *step;
    py_tuple *args;

    if (!*slot) {
        *slot = tw_gc_malloc_uncollectable(sizeof **slot);
        **slot = py_call0(sqlite3_user_data(ctx));
        if (!**slot) {
            forget_error();
            sqlite3_result_error(
                ctx, "user-defined aggregate's '__init__' method raised error",
                -1);
        }
    }
    if (**slot && !py_err_occurred() &&
        (step = py_getattr_cstr(**slot, "step"))) {
        args = arguments(n, v);
        if (!args || !py_call_tuple(step, args, NULL)) {
            forget_error();
            sqlite3_result_error(
                ctx, "user-defined aggregate's 'step' method raised error", -1);
        }
    }
    py_sql_leave(entered);
}

static void on_final(sqlite3_context *ctx)
{
    py_object ***slot = sqlite3_aggregate_context(ctx, 0);
    int entered = py_sql_enter();

    if (slot && *slot) {
        if (**slot && !py_err_occurred())
            give_result(ctx,
                        py_call_method0(**slot, py_intern_cstr("finalize")),
                        "user-defined aggregate's 'finalize' method raised "
                        "error");
        tw_gc_free_uncollectable(*slot);
        *slot = NULL;
    }
    py_sql_leave(entered);
}

/* Holds on to a callback as long as the connection lives; like a key of a dict
 * it must have a hash. */
static int keep(struct py_sqlite *c, py_object *f)
{
    return py_hash(f) == -1 ? -1 : py_list_append(c->keep, f);
}

static py_object *c_create_function(py_object *o, py_object *const *args,
                                    intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"name", "narg", "func"};
    py_object *a[3];
    const char *name;
    int n;

    if (py_args_kw("create_function", args, nargs, kwnames, names, 3, 3, a) <
            0 ||
        py_sql_check(DB(o)) < 0 ||
        !(name = py_arg_cstr(a[0], "create_function", 1)) ||
        py_arg_int(a[1], &n) < 0 || keep(DB(o), a[2]) < 0)
        return NULL;
    if (sqlite3_create_function(DB(o)->db, name, n, SQLITE_UTF8, a[2],
                                on_function, NULL, NULL) != SQLITE_OK)
        return py_raise(py_sql_OperationalError, "Error creating function");
    return py_None;
}

static py_object *c_create_aggregate(py_object *o, py_object *const *args,
                                     intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"name", "n_arg", "aggregate_class"};
    py_object *a[3];
    const char *name;
    int n;

    if (py_args_kw("create_aggregate", args, nargs, kwnames, names, 3, 3, a) <
            0 ||
        py_sql_check(DB(o)) < 0 ||
        !(name = py_arg_cstr(a[0], "create_aggregate", 1)) ||
        py_arg_int(a[1], &n) < 0 || keep(DB(o), a[2]) < 0)
        return NULL;
    if (sqlite3_create_function(DB(o)->db, name, n, SQLITE_UTF8, a[2], NULL,
                                on_step, on_final) != SQLITE_OK)
        return py_raise(py_sql_OperationalError, "Error creating aggregate");
    return py_None;
}

static int on_compare(void *f, int na, const void *a, int nb, const void *b)
{
    int entered = py_sql_enter(), v = 0;
    py_object *r = NULL;

    if (!py_err_occurred())
        r = py_call2(f, (py_object *)py_str_new(a, na),
                     (py_object *)py_str_new(b, nb));
    if (r && (py_is_int(r) || py_is_long(r)))
        v = py_cmp(r, py_int_new(0));
    else
        py_err_clear();
    py_sql_leave(entered);
    return v;
}

static py_object *c_create_collation(py_object *o, py_object *name,
                                     py_object *f)
{
    const char *s;

    if (py_sql_check(DB(o)) < 0 ||
        !(s = py_arg_cstr(name, "create_collation", 1)))
        return NULL;
    for (const char *c = s; *c; c++)
        if (*c != '_' && !(*c >= '0' && *c <= '9') &&
            !((*c | 32) >= 'a' && (*c | 32) <= 'z'))
            return py_raise(py_sql_ProgrammingError,
                            "invalid character in collation name");
    if (f != py_None && !py_callable(f))
        return py_raise(&py_TypeError, "parameter must be callable");
    if (keep(DB(o), f) < 0)
        return NULL;
    if (sqlite3_create_collation(DB(o)->db, s, SQLITE_UTF8, f,
                                 f == py_None ? NULL : on_compare) != SQLITE_OK)
        return py_sql_failed(DB(o));
    return py_None;
}

static py_object *text_or_none(const char *s)
{
    return s ? (py_object *)py_str_from(s) : py_None;
}

static int on_authorize(void *f, int action, const char *a, const char *b,
                        const char *db, const char *source)
{
    int entered = py_sql_enter(), v = SQLITE_DENY;
    py_object *args[] = {py_int_new(action), text_or_none(a), text_or_none(b),
                         text_or_none(db), text_or_none(source)};
    py_object *r = py_call_fast(f, args, 5, NULL);

    if (!r) {
        forget_error();
    } else if (!py_is_int(r) && !py_is_long(r)) {
        v = SQLITE_DENY;
    } else if (py_arg_int(r, &v) < 0) {
        forget_error();
        v = SQLITE_DENY;
    }
    py_sql_leave(entered);
    return v;
}

static py_object *c_set_authorizer(py_object *o, py_object *const *args,
                                   intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"authorizer_callback"};
    py_object *f;

    if (py_args_kw("set_authorizer", args, nargs, kwnames, names, 1, 1, &f) <
            0 ||
        py_sql_check(DB(o)) < 0 || keep(DB(o), f) < 0)
        return NULL;
    DB(o)->authorizer = f;
    if (sqlite3_set_authorizer(DB(o)->db, on_authorize, f) != SQLITE_OK)
        return py_raise(py_sql_OperationalError,
                        "Error setting authorizer callback");
    return py_None;
}

static int on_progress(void *f)
{
    int entered = py_sql_enter();
    py_object *r = py_call0(f);
    int stop = r ? py_is_true(r) : -1;

    if (stop < 0)
        forget_error();
    py_sql_leave(entered);
    return stop != 0;
}

static py_object *c_set_progress_handler(py_object *o, py_object *const *args,
                                         intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"progress_handler", "n"};
    py_object *a[2];
    int n;

    if (py_args_kw("set_progress_handler", args, nargs, kwnames, names, 2, 2,
                   a) < 0 ||
        py_sql_check(DB(o)) < 0 || py_arg_int(a[1], &n) < 0 ||
        keep(DB(o), a[0]) < 0)
        return NULL;
    DB(o)->progress = a[0] == py_None ? NULL : a[0];
    sqlite3_progress_handler(DB(o)->db, n, DB(o)->progress ? on_progress : NULL,
                             DB(o)->progress);
    return py_None;
}

static py_object *c_enable_load_extension(py_object *o, py_object *on)
{
    int v;

    if (py_sql_check(DB(o)) < 0 || py_arg_int(on, &v) < 0)
        return NULL;
    if (sqlite3_enable_load_extension(DB(o)->db, v) != SQLITE_OK)
        return py_raise(py_sql_OperationalError,
                        "Error enabling load extension");
    return py_None;
}

static py_object *c_load_extension(py_object *o, py_object *name)
{
    char *message = NULL;
    const char *s;

    if (py_sql_check(DB(o)) < 0 ||
        !(s = py_arg_cstr(name, "load_extension", 1)))
        return NULL;
    if (sqlite3_load_extension(DB(o)->db, s, NULL, &message) != SQLITE_OK)
        return py_raise(py_sql_OperationalError, "%s", message);
    return py_None;
}

/* ---------------------------------------------------------------------- type */

static const struct py_methoddef connection_methods[] = {
    PY_MKW("cursor", c_cursor, "A new cursor."),
    PY_M0("commit", c_commit, "Commits the current transaction."),
    PY_M0("rollback", c_rollback, "Rolls the current transaction back."),
    PY_M0("close", c_close, "Closes the connection."),
    PY_M(1, 2, "execute", c_execute, "Executes a SQL statement."),
    PY_M2("executemany", c_executemany,
          "Executes a SQL statement for each set of parameters."),
    PY_M1("executescript", c_executescript, "Executes several statements."),
    PY_MKW("create_function", c_create_function,
           "Makes a Python function known to SQL."),
    PY_MKW("create_aggregate", c_create_aggregate,
           "Makes a Python class known to SQL as an aggregate."),
    PY_M2("create_collation", c_create_collation,
          "Makes a comparison known to SQL; None removes it."),
    PY_MKW("set_authorizer", c_set_authorizer,
           "Sets the function asked before columns are accessed."),
    PY_MKW("set_progress_handler", c_set_progress_handler,
           "Sets a function called every n steps."),
    PY_M0("interrupt", c_interrupt, "Stops what other threads execute."),
    PY_M0("iterdump", c_iterdump, "The SQL text that makes this database."),
    PY_M1("enable_load_extension", c_enable_load_extension,
          "Permits loading extensions."),
    PY_M1("load_extension", c_load_extension, "Loads an extension."),
    PY_M0("__enter__", c_enter, "The connection."),
    PY_M(3, 3, "__exit__", c_exit, "Commits, or rolls back after an error."),
    PY_MEND,
};

static const struct py_getset connection_getset[] = {
    {"isolation_level", get_isolation, set_isolation, NULL, NULL},
    {"total_changes", get_total_changes, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct py_memberdef connection_members[] = {
    {"row_factory", PY_MEMBER_OBJ, 0, offsetof(struct py_sqlite, row_factory),
     NULL},
    {"text_factory", PY_MEMBER_OBJ, 0, offsetof(struct py_sqlite, text_factory),
     NULL},
    {NULL, 0, 0, 0, NULL},
};

py_type py_sqlite_type = {
    PY_TYPE_HEAD("sqlite3.Connection", py_sqlite),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "SQLite database connection object.",
    .methods = connection_methods,
    .getset = connection_getset,
    .members = connection_members,
    .tp_new = py_sql_new,
    .tp_init = connection_init,
    .tp_call = connection_call,
};

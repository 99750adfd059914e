/*
 * sqlite.h: what the files of the module _sqlite3 share: connections
 * (sqlite_connection.c), statements and cursors (sqlite_cursor.c), the module, its
 * exceptions, adapters and Row (_sqlite3.c).
 */
#ifndef PY_SQLITE_H
#define PY_SQLITE_H

#include <sqlite3.h>

#include "modules/modutil.h"
#include "objects/runtime.h"
#include "objects/threads.h"

enum { PARSE_DECLTYPES = 1, PARSE_COLNAMES = 2 };

struct py_sqlite {
    py_object base;
    sqlite3 *db; /* NULL: closed, or __init__ not called */
    py_object *isolation_level; /* None: no transaction begins by itself */
    py_str *begin;              /* the statement that begins one */
    py_object *row_factory, *text_factory;
    py_dict *statements; /* by SQL text */
    py_list *keep;       /* callbacks the library knows */
    py_object *authorizer, *progress;
    int64_t thread_id;
    int32_t detect_types, statements_max, rollbacks;
    uint8_t initialized, any_thread;
};
struct py_sqlstmt {
    py_object base;
    struct py_sqlite *conn;
    sqlite3_stmt *st; /* to be looked at only while conn->db is set */
    uint8_t busy; /* a cursor reads from it */
};
struct py_sqlcursor {
    py_object base;
    struct py_sqlite *conn;
    py_object *description, *lastrowid, *rowcount, *row_factory;
    struct py_sqlstmt *stmt; /* being read */
    py_tuple *converters;    /* of the columns; NULL or None items: none */
    py_object *next_row;
    int32_t arraysize, rollbacks;
    uint8_t initialized, closed, locked;
};
TW_GC_TYPE_DECL(py_sqlite);
TW_GC_TYPE_DECL(py_sqlstmt);
TW_GC_TYPE_DECL(py_sqlcursor);
#define DB(o) ((struct py_sqlite *)(o))
#define CUR(o) ((struct py_sqlcursor *)(o))
#define STMT(o) ((struct py_sqlstmt *)(o))

extern py_type py_sqlite_type, py_sqlstmt_type, py_sqlcursor_type,
    py_sqlrow_type, py_sqlprotocol_type;

/* Exceptions of DB-API: py_sql_Error, ... */
/* clang-format off */
#define PY_SQL_ERRORS(X)                                                       \
    X(Warning) X(Error) X(InterfaceError) X(DatabaseError) X(InternalError)    \
    X(OperationalError) X(ProgrammingError) X(IntegrityError) X(DataError)     \
    X(NotSupportedError)
/* clang-format on */
#define X(n) extern py_type *py_sql_##n;
PY_SQL_ERRORS(X)
#undef X
extern int py_sql_tracebacks; /* print the errors of callbacks */
extern py_dict *py_sql_converters;
extern int py_sql_base_adapted;      /* int, str, ... have an adapter, too */
extern py_object *py_sql_optimized; /* the text factory OptimizedUnicode */

/* Calls into the library that may take long or call back. A callback brackets
 * its work with enter and leave. */
extern __thread struct py_ec *py_sql_released;
#define SQL_BLOCKING(expr)                                                     \
    ({                                                                         \
        py_sql_released = py_gil_release();                                    \
        __typeof__(expr) r_ = (expr);                                          \
        py_gil_acquire(py_sql_released);                                       \
        py_sql_released = NULL;                                                \
        r_;                                                                    \
    })
int py_sql_enter(void);
void py_sql_leave(int entered);

/* The library's last error as an exception; NULL. */
void *py_sql_failed(struct py_sqlite *c);
/* Open, initialized, in its own thread? -1 with exception. */
int py_sql_check(struct py_sqlite *c);
int py_sql_check_thread(struct py_sqlite *c);
/* A prepared statement for the text, from the cache where possible. */
struct py_sqlstmt *py_sql_statement(struct py_sqlite *c, py_object *sql);
int py_sql_begin(struct py_sqlite *c);
int py_sql_commit(struct py_sqlite *c);
/* The adapted value; o itself when there is no adapter. */
py_object *py_sql_adapt(py_object *o, py_object *protocol, py_object *other);
/* A blob as a buffer object. */
py_object *py_sql_blob(const void *p, int n);
/* tp_new of the types that __init__ fills. */
py_object *py_sql_new(py_type *type, py_object *const *args, intptr_t nargs,
                      py_tuple *kwnames);

#endif

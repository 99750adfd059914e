/*
 * gdbm.c: the module gdbm, over the library GNU dbm: files of keys and values.
 */
#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <stdlib.h>

#include "modules/modutil.h"

struct py_gdbm {
    py_object base;
    GDBM_FILE db;   /* NULL: closed */
    intptr_t count; /* of the items; negative: not known */
};
TW_GC_TYPE(py_gdbm);
#define G(o) ((struct py_gdbm *)(o))
static py_type gdbm_type;
static py_type *error;

static void *failed(void)
{
    if (errno)
        return py_raise_errno(error);
    return py_raise(error, "%s", gdbm_strerror(gdbm_errno));
}

static int check(py_object *o)
{
    errno = 0;
    return G(o)->db ? 0
                    : py_raise_i(error, "GDBM object has already been closed");
}

/* The library's view of a string; dptr NULL with TypeError. */
static datum datum_of(py_object *o, const char *fname, int argno)
{
    intptr_t n = 0;
    const char *s = py_arg_bytes(o, fname, argno, &n);
    return (datum){(char *)s, (int)n};
}

/* A str of what the library allocated; NULL without exception where it has
 * nothing. */
static py_object *taken(datum d)
{
    py_str *s = d.dptr ? py_str_new(d.dptr, d.dsize) : NULL;
    free(d.dptr);
    return (py_object *)s;
}

static void shut(void *o, void *data)
{
    (void)data;
    if (G(o)->db)
        gdbm_close(G(o)->db);
    G(o)->db = NULL;
}

static intptr_t db_len(py_object *o)
{
    gdbm_count_t n;

    if (check(o) < 0)
        return -1;
    if (G(o)->count < 0) {
        if (gdbm_count(G(o)->db, &n))
            return failed(), -1;
        G(o)->count = (intptr_t)n;
    }
    return G(o)->count;
}

static py_object *db_getitem(py_object *o, py_object *key)
{
    datum k = datum_of(key, "__getitem__", 1);

    if (!k.dptr || check(o) < 0)
        return NULL;
    py_object *v = taken(gdbm_fetch(G(o)->db, k));
    return v ? v : py_raise_value(&py_KeyError, key);
}

static int db_setitem(py_object *o, py_object *key, py_object *v)
{
    if (!py_is_str(key))
        return py_raise_i(&py_TypeError,
                          "gdbm mappings have string indices only");
    datum k = datum_of(key, "__setitem__", 1);
    if (!k.dptr || check(o) < 0)
        return -1;
    G(o)->count = -1;
    if (!v) {
        if (gdbm_delete(G(o)->db, k) < 0)
            return py_raise_value(&py_KeyError, key), -1;
        return 0;
    }
    if (!py_is_str(v))
        return py_raise_i(&py_TypeError,
                          "gdbm mappings have string elements only");
    errno = 0;
    if (gdbm_store(G(o)->db, k, datum_of(v, "__setitem__", 2), GDBM_REPLACE) <
        0)
        return failed(), -1;
    return 0;
}

static int db_contains(py_object *o, py_object *key)
{
    if (check(o) < 0)
        return -1;
    if (!py_is_str(key))
        return py_raise_i(&py_TypeError, "gdbm key must be string, not %T",
                          key);
    return gdbm_exists(G(o)->db, datum_of(key, "has_key", 1));
}

static py_object *db_has_key(py_object *o, py_object *key)
{
    int r = db_contains(o, key);
    return r < 0 ? NULL : py_bool(r);
}

static py_object *db_close(py_object *o)
{
    shut(o, NULL);
    return py_None;
}

static py_object *db_keys(py_object *o)
{
    py_list *l = py_list_new();
    datum k, next;

    if (check(o) < 0)
        return NULL;
    for (k = gdbm_firstkey(G(o)->db); k.dptr; k = next) {
        next = gdbm_nextkey(G(o)->db, k);
        if (py_list_append(l, taken(k)) < 0) {
            free(next.dptr);
            return NULL;
        }
    }
    return &l->base;
}

static py_object *db_firstkey(py_object *o)
{
    if (check(o) < 0)
        return NULL;
    py_object *k = taken(gdbm_firstkey(G(o)->db));
    return k ? k : py_None;
}

static py_object *db_nextkey(py_object *o, py_object *key)
{
    datum k = datum_of(key, "nextkey", 1);

    if (!k.dptr || check(o) < 0)
        return NULL;
    py_object *next = taken(gdbm_nextkey(G(o)->db, k));
    return next ? next : py_None;
}

static py_object *db_reorganize(py_object *o)
{
    if (check(o) < 0)
        return NULL;
    return gdbm_reorganize(G(o)->db) < 0 ? failed() : py_None;
}

static py_object *db_sync(py_object *o)
{
    if (check(o) < 0)
        return NULL;
    gdbm_sync(G(o)->db);
    return py_None;
}

static const struct py_methoddef db_methods[] = {
    PY_M0("close", db_close, "Closes the database."),
    PY_M0("keys", db_keys, "A list of the keys."),
    PY_M1("has_key", db_has_key, "Is the key there?"),
    PY_M0("firstkey", db_firstkey, "The first key, in no particular order."),
    PY_M1("nextkey", db_nextkey, "The key after that one, or None."),
    PY_M0("reorganize", db_reorganize, "Gives unused space back."),
    PY_M0("sync", db_sync, "Writes all changes to the disk."),
    PY_MEND,
};

static py_type gdbm_type = {
    PY_TYPE_HEAD("gdbm.gdbm", py_gdbm),
    .doc = "An open database.",
    .methods = db_methods,
    .sq_contains = db_contains,
    .mp_length = db_len,
    .mp_getitem = db_getitem,
    .mp_setitem = db_setitem,
};

static py_object *m_open(py_object *self, py_object *name, py_object *flags,
                         py_object *mode)
{
    const char *file = py_arg_cstr(name, "open", 1), *f = "r";
    int bits = 0666, how;

    (void)self;
    if (!file || (flags && !(f = py_arg_cstr(flags, "open", 2))) ||
        (mode && py_arg_int(mode, &bits) < 0))
        return NULL;
    switch (*f) {
    case 'r':
        how = GDBM_READER;
        break;
    case 'w':
        how = GDBM_WRITER;
        break;
    case 'c':
        how = GDBM_WRCREAT;
        break;
    case 'n':
        how = GDBM_NEWDB;
        break;
    default:
        return py_raise(error,
                        "First flag must be one of 'r', 'w', 'c' or 'n'");
    }
    for (const char *p = f + 1; *f && *p; p++) {
        switch (*p) {
        case 'f':
            how |= GDBM_FAST;
            break;
        case 's':
            how |= GDBM_SYNC;
            break;
        case 'u':
            how |= GDBM_NOLOCK;
            break;
        default:
            return py_raise(error, "Flag '%c' is not supported.", *p);
        }
    }
    errno = 0;
    GDBM_FILE db = gdbm_open(file, 0, how, bits, NULL);
    if (!db)
        return failed();
    struct py_gdbm *o = PY_NEW(py_gdbm, &gdbm_type);
    o->db = db;
    o->count = -1;
    tw_gc_set_finalizer(o, shut, NULL);
    return &o->base;
}

static const struct py_methoddef methods[] = {
    PY_M(1, 3, "open", m_open,
         "open(filename[, flag[, mode]]): opens, or makes, a database."),
    PY_MEND,
};

static int init(py_module *m)
{
    error = py_module_exception(m, "gdbm.error", &py_Exception);
    if (!error || py_type_ready(&gdbm_type) < 0)
        return -1;
    return py_module_set_str(m, "open_flags", "rwcnfsu");
}

const struct py_moduledef py_module_gdbm = {
    "gdbm", "Files of keys and values, by GNU dbm.", methods, init};

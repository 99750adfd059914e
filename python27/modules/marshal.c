/*
 * marshal.c: the module marshal (the format is compiler/pyc.h's).
 */
#include "compiler/pyc.h"
#include "objects/fileobject.h"
#include "objects/python.h"

static int get_version(py_object *v, int *version)
{
    *version = PY_MARSHAL_VERSION;
    return v ? py_arg_int(v, version) : 0;
}

static py_object *marshal_dump(py_object *self, py_object *value,
                               py_object *file, py_object *version)
{
    (void)self;
    int n;
    if (get_version(version, &n) < 0)
        return NULL;
    if (!py_is_file(file))
        return py_raise(&py_TypeError, "marshal.dump() 2nd arg must be file");
    FILE *fp = py_file_stream(file);
    py_str *s = fp ? py_marshal_dumps(value, n) : NULL;
    if (!s)
        return NULL;
    size_t len = (size_t)py_str_len(s);
    /* Flushed, because a file that nobody closes is finished late here. */
    if (fwrite(py_str_data(s), 1, len, fp) != len || fflush(fp))
        return py_raise_errno(&py_IOError);
    return py_None;
}

static py_object *marshal_dumps(py_object *self, py_object *value,
                                py_object *version)
{
    (void)self;
    int n;
    if (get_version(version, &n) < 0)
        return NULL;
    return (py_object *)py_marshal_dumps(value, n);
}

static py_object *marshal_load(py_object *self, py_object *file)
{
    (void)self;
    if (!py_is_file(file))
        return py_raise(&py_TypeError, "marshal.load() arg must be file");
    FILE *fp = py_file_stream(file);
    return fp ? py_marshal_load_file(fp) : NULL;
}

static py_object *marshal_loads(py_object *self, py_object *data)
{
    (void)self;
    intptr_t n;
    const char *s = py_arg_bytes(data, "loads", 1, &n);
    return s ? py_marshal_loads(s, n, NULL) : NULL;
}

static const struct py_methoddef methods[] = {
    PY_M(2, 3, "dump", marshal_dump,
         "dump(value, file[, version]): writes the value to an open file."),
    PY_M(1, 2, "dumps", marshal_dumps,
         "dumps(value[, version]): the bytes that dump would write."),
    PY_M1("load", marshal_load, "load(file): reads one value."),
    PY_M1("loads", marshal_loads, "loads(bytes): the value they stand for."),
    PY_MEND,
};

static int marshal_init(py_module *m)
{
    return py_module_set_int(m, "version", PY_MARSHAL_VERSION);
}

const struct py_moduledef py_module_marshal = {
    "marshal", "Values in the format of compiled modules.", methods,
    marshal_init};

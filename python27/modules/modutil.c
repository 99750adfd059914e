/*
 * modutil.c: what the files of built-in modules share (modutil.h).
 */
#include "modules/modutil.h"

py_type *py_module_exception(py_module *m, const char *fullname, py_type *base)
{
    const char *name = strrchr(fullname, '.') + 1;
    py_dict *d = py_dict_new();
    py_object *module = (py_object *)py_str_new(fullname, name - 1 - fullname);

    if (!module || py_dict_set_cstr(d, "__module__", module) < 0)
        return NULL;
    py_object *e = py_call3(&py_type_type.base, (py_object *)py_str_from(name),
                            (py_object *)py_tuple_pack1(&base->base), &d->base);
    return e && py_module_set(m, name, e) == 0 ? (py_type *)e : NULL;
}

int py_module_set_ints(py_module *m, const struct py_intconst *table)
{
    for (; table->name; table++)
        if (py_module_set_int(m, table->name, table->value) < 0)
            return -1;
    return 0;
}

int py_fd_of(py_object *o)
{
    int fd;

    if (!py_is_int(o) && !py_is_long(o)) {
        py_object *m = py_getattr_maybe(o, py_intern_cstr("fileno"));

        if (!m) {
            if (!py_err_occurred())
                py_raise(&py_TypeError,
                         "argument must be an int, or have a fileno() method");
            return -1;
        }
        o = py_call0(m);
        if (!o)
            return -1;
        if (!py_is_int(o) && !py_is_long(o))
            return py_raise_i(&py_TypeError, "fileno() returned a non-integer");
    }
    if (py_arg_int(o, &fd) < 0)
        return -1;
    if (fd < 0)
        return py_raise_i(&py_ValueError,
                          "file descriptor cannot be a negative integer (%i)",
                          fd);
    return fd;
}

/*
 * future_builtins.c: the built-in functions that mean something else in Python 3:
 * ascii, hex, oct, and the lazy filter, map and zip of itertools.
 */
#include "objects/python.h"

static py_object *fb_ascii(py_object *self, py_object *o)
{
    (void)self;
    return py_repr(o);
}

static py_object *in_base(py_object *o, const char *prefix, int base)
{
    py_object *i = py_index(o);
    const char *digits = i ? py_long_to_cstr(i, base) : NULL, *sign = "";

    if (!digits)
        return NULL;
    if (*digits == '-') {
        sign = "-";
        digits++;
    }
    return (py_object *)py_str_format_c("%s%s%s", sign, prefix, digits);
}

static py_object *fb_hex(py_object *self, py_object *o)
{
    (void)self;
    return in_base(o, "0x", 16);
}

static py_object *fb_oct(py_object *self, py_object *o)
{
    (void)self;
    return in_base(o, "0o", 8);
}

static const struct py_methoddef methods[] = {
    PY_M1("ascii", fb_ascii,
          "ascii(object) -> string\n\nThe same as repr() in Python 2."),
    PY_M1("hex", fb_hex, "hex(number) -> string, by __index__"),
    PY_M1("oct", fb_oct, "oct(number) -> string, by __index__, with 0o"),
    PY_MEND,
};

static int init(py_module *m)
{
    static const char *const lazy[][2] = {
        {"filter", "ifilter"}, {"map", "imap"}, {"zip", "izip"}};
    py_object *itertools = py_import("itertools");

    if (!itertools)
        return -1;
    for (int i = 0; i < 3; i++) {
        py_object *f = py_getattr_cstr(itertools, lazy[i][1]);
        if (!f || py_module_set(m, lazy[i][0], f) < 0)
            return -1;
    }
    return 0;
}

const struct py_moduledef py_module_future_builtins = {
    "future_builtins", "Built-in functions as they are in Python 3.", methods,
    init};

/*
 * args.c: checks and conversions of arguments (args.h).
 */
#include "objects/args.h"

#include "objects/python.h"

int py_args_count(const char *fname, intptr_t n, intptr_t min, intptr_t max)
{
    if (n >= min && n <= max)
        return 0;
    intptr_t want = n < min ? min : max;
    return py_raise_i(&py_TypeError, "%s() takes %s %zd argument%s (%zd given)",
                      fname,
                      min == max ? "exactly"
                      : n < min  ? "at least"
                                 : "at most",
                      want, want == 1 ? "" : "s", n);
}

int py_args_nokw(const char *fname, py_tuple *kwnames)
{
    if (!kwnames || !kwnames->n)
        return 0;
    return py_raise_i(&py_TypeError, "%s() takes no keyword arguments", fname);
}

static int bind(const char *fname, py_object *const *args, intptr_t nargs,
                py_tuple *kwnames, const char *const *names, int nnames,
                int required, py_object **out)
{
    intptr_t nkw = kwnames ? kwnames->n : 0;
    for (int i = 0; i < nnames; i++)
        out[i] = i < nargs ? args[i] : NULL;
    if (nargs + nkw > nnames)
        return py_raise_i(&py_TypeError,
                          "%s%s takes %s %d argument%s (%zd given)", fname,
                          "()", required == nnames ? "exactly" : "at most",
                          nnames, nnames == 1 ? "" : "s", nargs + nkw);
    for (intptr_t k = 0; k < nkw; k++) {
        py_str *name = (py_str *)kwnames->item[k];
        int i = 0;
        while (i < nnames && (!names[i][0] || !py_str_eq_cstr(name, names[i])))
            i++;
        if (i == nnames)
            return py_raise_i(&py_TypeError,
                              "'%S' is an invalid keyword argument for this "
                              "function",
                              name);
        if (i < nargs)
            return py_raise_i(&py_TypeError,
                              "Argument given by name ('%S') and position "
                              "(%d)",
                              name, i + 1);
        out[i] = args[nargs + k];
    }
    for (int i = 0; i < required; i++)
        if (!out[i]) {
            return py_raise_i(&py_TypeError,
                              "Required argument '%s' (pos %d) not found",
                              names[i], i + 1);
        }
    return 0;
}

tw_unroll_safe int py_args_kw(const char *fname, py_object *const *args,
                              intptr_t nargs, py_tuple *kwnames,
                              const char *const *names, int nnames,
                              int required, py_object **out)
{
    if ((kwnames && kwnames->n) || nargs > nnames || nargs < required)
        return bind(fname, args, nargs, kwnames, names, nnames, required, out);
    for (int i = 0; i < nnames; i++)
        out[i] = i < nargs ? args[i] : NULL;
    return 0;
}

int py_arg_int64(py_object *o, int64_t *out)
{
    if (py_is_float(o))
        return py_raise_i(&py_TypeError,
                          "integer argument expected, got float");
    *out = py_as_int64(o);
    return *out == -1 && py_err_occurred() ? -1 : 0;
}

int py_arg_int(py_object *o, int *out)
{
    int64_t v;
    if (py_arg_int64(o, &v) < 0)
        return -1;
    if (v > INT32_MAX)
        return py_raise_i(&py_OverflowError,
                          "signed integer is greater than maximum");
    if (v < INT32_MIN)
        return py_raise_i(&py_OverflowError,
                          "signed integer is less than minimum");
    *out = (int)v;
    return 0;
}

int py_arg_ssize(py_object *o, intptr_t *out)
{
    if (py_is_float(o))
        return py_raise_i(&py_TypeError,
                          "integer argument expected, got float");
    if (!py_is_int(o) && !py_is_long(o)) {
        py_object *i = py_has_index(o) ? py_index(o) : NULL;
        if (!i) {
            if (!py_err_occurred())
                py_raise(&py_TypeError, "an integer is required");
            return -1;
        }
        o = i;
    }
    *out = py_as_int64(o);
    return *out == -1 && py_err_occurred() ? -1 : 0;
}

int py_arg_double(py_object *o, double *out)
{
    *out = py_as_double(o);
    return *out == -1.0 && py_err_occurred() ? -1 : 0;
}

void *py_arg_error(const char *fname, int argno, const char *what,
                   py_object *got)
{
    if (argno > 0)
        return py_raise(
            &py_TypeError, "%s() argument %d must be %s, not %s", fname, argno,
            what, got == py_None ? "None" : py_type_shortname(py_type_of(got)));
    return py_raise(
        &py_TypeError, "%s() argument must be %s, not %s", fname, what,
        got == py_None ? "None" : py_type_shortname(py_type_of(got)));
}

const char *py_arg_cstr(py_object *o, const char *fname, int argno)
{
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    if (!py_is_str(o))
        return py_arg_error(fname, argno, "string", o);
    const char *s = py_str_cstr((py_str *)o);
    if (s && (intptr_t)strlen(s) != ((py_str *)o)->n)
        return py_arg_error(fname, argno, "string without null bytes", o);
    return s;
}

const char *py_arg_path(py_object *o, const char *fname, int argno)
{
    if (py_is_unicode(o)) {
        o = py_unicode_encode(o, "utf-8", NULL);
        if (!o)
            return NULL;
    }
    return py_arg_cstr(o, fname, argno);
}

const char *py_arg_bytes(py_object *o, const char *fname, int argno,
                         intptr_t *n)
{
    const char *s = py_buffer_read(o, n);
    if (!s && py_err_catch(&py_TypeError))
        return py_arg_error(fname, argno, "string or read-only buffer", o);
    return s;
}

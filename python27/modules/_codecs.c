/*
 * _codecs.c: the registry of codecs and of their error handlers, and the
 * built-in codecs as functions.
 *
 * Neighbours: unicodecodec.c and its kin do the work, the package `encodings`
 * (python27/lib) registers the search function.
 */
#include <ctype.h>

#include "objects/python.h"
#include "objects/unicodeimpl.h"

/* --------------------------------------------------------------- registry */

static py_list *search_path;
static py_dict *search_cache, *error_handlers;

static int ready(void)
{
    if (search_path)
        return 0;
    search_path = py_list_new();
    search_cache = py_dict_new();
    error_handlers = py_dict_new();
    return 0;
}

/* Lower case, blanks as hyphens. */
static py_str *normalized(const char *encoding)
{
    char *p;
    intptr_t n = (intptr_t)strlen(encoding);
    py_str *s = py_str_alloc(n, &p);
    for (intptr_t i = 0; s && i < n; i++)
        p[i] = encoding[i] == ' ' ? '-'
                                  : (char)tolower((unsigned char)encoding[i]);
    return s ? py_intern(s) : NULL;
}

/* The package that registers the search function of the standard codecs. */
static int load_encodings(void)
{
    static int loaded;
    if (loaded || py_list_len(search_path))
        return 0;
    loaded = 1;
    if (py_import("encodings") || py_err_catch(&py_ImportError))
        return 0;
    loaded = 0;
    return -1;
}

py_object *py_codec_lookup(const char *encoding)
{
    py_str *name = normalized(encoding);
    if (!name || ready() < 0 || load_encodings() < 0)
        return NULL;
    py_object *found = py_dict_get_str(search_cache, name);
    if (found)
        return found;
    if (py_list_len(search_path) == 0)
        return py_raise(&py_LookupError, "no codec search functions "
                                         "registered: can't find encoding");
    for (intptr_t i = 0; i < py_list_len(search_path); i++) {
        py_object *r = py_call1(py_list_get(search_path, i), &name->base);
        if (!r)
            return NULL;
        if (r == py_None)
            continue;
        if (!py_is_tuple(r) || ((py_tuple *)r)->n != 4)
            return py_raise(&py_TypeError,
                            "codec search functions must return 4-tuples");
        return py_dict_set_str(search_cache, name, r) < 0 ? NULL : r;
    }
    return py_raise(&py_LookupError, "unknown encoding: %s", encoding);
}

/* Function `which` of the codec (0 encode, 1 decode) applied: the first item
 * of the pair that it returns. */
static py_object *apply(int which, py_object *o, const char *encoding,
                        const char *errors)
{
    py_object *codec = py_codec_lookup(encoding ? encoding
                                                : py_default_encoding);
    if (!codec)
        return NULL;
    py_object *f = ((py_tuple *)codec)->item[which];
    py_object *r = errors ? py_call2(f, o, (py_object *)py_str_from(errors))
                          : py_call1(f, o);
    if (!r)
        return NULL;
    if (!py_is_tuple(r) || ((py_tuple *)r)->n != 2)
        return py_raise(&py_TypeError, which == 0
                                           ? "encoder must return a tuple "
                                             "(object,integer)"
                                           : "decoder must return a tuple "
                                             "(object,integer)");
    return ((py_tuple *)r)->item[0];
}

py_object *py_codec_encode(py_object *o, const char *encoding,
                           const char *errors)
{
    return apply(0, o, encoding, errors);
}

py_object *py_codec_decode(py_object *o, const char *encoding,
                           const char *errors)
{
    return apply(1, o, encoding, errors);
}

py_object *py_codec_lookup_error(const char *name)
{
    if (ready() < 0)
        return NULL;
    py_object *h = py_dict_get_cstr(error_handlers, name);
    if (!h && !py_err_occurred())
        py_raise(&py_LookupError, "unknown error handler name '%.400s'", name);
    return h;
}

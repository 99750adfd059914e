/*
 * builtin.c: the module `__builtin__`: functions. Those that compile or run
 * code are in builtin_exec.c. One file because it is one table of short
 * functions that do not know each other.
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "objects/fileobject.h"
#include "modules/builtin_exec.h"
#include "objects/runtime.h"

#define UNUSED(x) (void)(x)

/* ------------------------------------------------------------ on one object */

static py_object *b_abs(py_object *self, py_object *o)
{
    UNUSED(self);
    return py_abs(o);
}

static py_object *b_callable(py_object *self, py_object *o)
{
    UNUSED(self);
    return py_bool(py_callable(o));
}

static py_object *b_chr(py_object *self, py_object *o)
{
    UNUSED(self);
    int64_t v;
    if (py_arg_int64(o, &v) < 0)
        return NULL;
    if (v < 0 || v > 255)
        return py_raise(&py_ValueError, "chr() arg not in range(256)");
    return (py_object *)py_str_char((unsigned char)v);
}

static py_object *b_unichr(py_object *self, py_object *o)
{
    UNUSED(self);
    int64_t v;
    if (py_arg_int64(o, &v) < 0)
        return NULL;
    if (v < 0 || v > 0x10ffff)
        return py_raise(&py_ValueError,
                        "unichr() arg not in range(0x110000) (wide Python "
                        "build)");
    return (py_object *)py_unicode_char((uint32_t)v);
}

static py_object *b_ord(py_object *self, py_object *o)
{
    UNUSED(self);
    intptr_t n;
    if (py_is_str(o)) {
        n = ((py_str *)o)->n;
        if (n == 1)
            return py_int_new((unsigned char)py_str_data((py_str *)o)[0]);
    } else if (py_is_unicode(o)) {
        n = ((py_unicode *)o)->n;
        if (n == 1)
            return py_int_new(((py_unicode *)o)->data[0]);
    } else if (py_is_bytearray(o)) {
        const char *p = py_buffer_read(o, &n);
        if (p && n == 1)
            return py_int_new((unsigned char)p[0]);
    } else {
        return py_raise(&py_TypeError,
                        "ord() expected string of length 1, but %T found", o);
    }
    return py_raise(&py_TypeError,
                    "ord() expected a character, but string of "
                    "length %zd found",
                    n);
}

static py_object *b_hash(py_object *self, py_object *o)
{
    UNUSED(self);
    int64_t h = py_hash(o);
    return h == -1 ? NULL : py_int_new(h);
}

static py_object *b_id(py_object *self, py_object *o)
{
    UNUSED(self);
    return py_id(o);
}

static py_object *radix(py_object *o, py_unaryfn f, const char *name)
{
    if (!f)
        return py_raise(&py_TypeError, "%s() argument can't be converted to %s",
                        name, name);
    py_object *r = f(o);
    if (r && !py_is_str(r))
        return py_raise(&py_TypeError, "__%s__ returned non-string (type %T)",
                        name, r);
    return r;
}

static py_object *b_hex(py_object *self, py_object *o)
{
    UNUSED(self);
    return radix(o, py_type_of(o)->nb_hex, "hex");
}

static py_object *b_oct(py_object *self, py_object *o)
{
    UNUSED(self);
    return radix(o, py_type_of(o)->nb_oct, "oct");
}

static py_object *b_bin(py_object *self, py_object *o)
{
    UNUSED(self);
    py_object *i = py_index(o);
    return i ? py_format(i, (py_object *)py_str_from("#b")) : NULL;
}

static py_object *b_len(py_object *self, py_object *o)
{
    UNUSED(self);
    intptr_t n = py_len(o);
    return n < 0 && py_err_occurred() ? NULL : py_int_new(n);
}

static py_object *b_repr(py_object *self, py_object *o)
{
    UNUSED(self);
    return py_repr(o);
}

static py_object *b_intern(py_object *self, py_object *o)
{
    UNUSED(self);
    if (!py_is_str(o))
        return py_arg_error("intern", 1, "string", o);
    if (!py_is_str_exact(o))
        return py_raise(&py_TypeError, "can't intern subclass of string");
    return (py_object *)py_intern((py_str *)o);
}

/* ------------------------------------------------------------ attributes */

static py_str *attr_name(py_object *o, const char *message)
{
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    if (!py_is_str(o))
        return py_raise(&py_TypeError, "%s", message);
    return py_intern((py_str *)o);
}

static py_object *b_getattr(py_object *self, py_object *o, py_object *name,
                            py_object *dflt)
{
    UNUSED(self);
    py_str *n = attr_name(name, "getattr(): attribute name must be string");
    if (!n)
        return NULL;
    py_object *r = py_getattr(o, n);
    if (!r && dflt && py_err_catch(&py_AttributeError))
        return dflt;
    return r;
}

static py_object *b_hasattr(py_object *self, py_object *o, py_object *name)
{
    UNUSED(self);
    py_str *n = attr_name(name, "hasattr(): attribute name must be string");
    if (!n)
        return NULL;
    if (py_getattr(o, n))
        return py_True;
    if (!py_err_matches(&py_Exception))
        return NULL;
    py_err_clear();
    return py_False;
}

static py_object *b_setattr(py_object *self, py_object *o, py_object *name,
                            py_object *v)
{
    UNUSED(self);
    py_str *n = attr_name(name, "attribute name must be string");
    return n && py_setattr(o, n, v) == 0 ? py_None : NULL;
}

static py_object *b_delattr(py_object *self, py_object *o, py_object *name)
{
    UNUSED(self);
    py_str *n = attr_name(name, "attribute name must be string");
    return n && py_delattr(o, n) == 0 ? py_None : NULL;
}

static py_object *b_isinstance(py_object *self, py_object *o, py_object *c)
{
    UNUSED(self);
    int r = py_isinstance(o, c);
    return r < 0 ? NULL : py_bool(r);
}

static py_object *b_issubclass(py_object *self, py_object *c, py_object *d)
{
    UNUSED(self);
    int r = py_issubclass(c, d);
    return r < 0 ? NULL : py_bool(r);
}

/* Merges the names in o's __dict__ and its class's, recursively. */
static int merge_class(py_dict *out, py_object *cls)
{
    py_object *d = py_getattr_maybe(cls, py_id___dict__);
    if (!d && py_err_occurred())
        return -1;
    if (d && py_dict_update(out, d) < 0)
        return -1;
    py_object *bases = py_getattr_maybe(cls, py_id___bases__);
    if (!bases)
        return py_err_occurred() ? -1 : 0;
    intptr_t n = py_len(bases);
    for (intptr_t i = 0; i < n; i++) {
        py_object *b = py_sequence_getitem(bases, i);
        if (!b || merge_class(out, b) < 0)
            return -1;
    }
    return n < 0 ? -1 : 0;
}

static py_object *sorted_keys(py_dict *d)
{
    py_list *l = py_dict_keys(d);
    return l && py_list_sort(l, NULL, NULL, 0) == 0 ? &l->base : NULL;
}

static py_object *dir_of(py_object *o)
{
    py_object *m = py_lookup_special(o, py_id___dir__);
    if (m) {
        py_object *r = py_call0(m);
        if (!r)
            return NULL;
        if (!py_is_list(r))
            return py_raise(&py_TypeError,
                            "__dir__() must return a list, not %T", r);
        return py_list_sort((py_list *)r, NULL, NULL, 0) < 0 ? NULL : r;
    }
    if (py_err_occurred())
        return NULL;
    py_dict *out = py_dict_new();
    if (py_isinst(o, &py_module_type)) {
        py_object *d = py_getattr(o, py_id___dict__);
        if (d && !py_is_dict(d))
            return py_raise(
                &py_TypeError, "%S.__dict__ is not a dictionary",
                py_dict_get_str(((py_module *)o)->dict, py_id___name__));
        if (!d || py_dict_update(out, d) < 0)
            return NULL;
        return sorted_keys(out);
    }
    if (PY_IS(o, PY_TF_TYPE) || py_is_classobj(o))
        return merge_class(out, o) < 0 ? NULL : sorted_keys(out);
    py_object *d = py_getattr_maybe(o, py_id___dict__);
    if (!d && py_err_occurred())
        return NULL;
    if (d && py_is_dict(d) && py_dict_update(out, d) < 0)
        return NULL;
    py_object *c = py_getattr_maybe(o, py_id___class__);
    if (!c && py_err_occurred())
        return NULL;
    return c && merge_class(out, c) < 0 ? NULL : sorted_keys(out);
}

static py_object *b_dir(py_object *self, py_object *o)
{
    UNUSED(self);
    if (o && py_isinst(o, &py_module_type) && !((py_module *)o)->dict)
        return py_raise(&py_SystemError, "module.__dict__ is not a dictionary");
    if (o)
        return dir_of(o);
    py_frame *f = py_frame_get(0);
    py_object *locals = f ? py_frame_locals(f) : NULL;
    if (!locals)
        return f ? NULL : py_raise(&py_SystemError, "frame does not exist");
    py_object *keys = py_call_method0(locals, py_id_keys);
    if (!keys)
        return NULL;
    if (!py_is_list(keys))
        return py_raise(&py_TypeError,
                        "dir(): expected keys() of locals to be a list, not "
                        "'%T'",
                        keys);
    return py_list_sort((py_list *)keys, NULL, NULL, 0) < 0 ? NULL : keys;
}

static py_object *b_vars(py_object *self, py_object *o)
{
    UNUSED(self);
    if (!o) {
        py_frame *f = py_frame_get(0);
        return f ? py_frame_locals(f)
                 : py_raise(&py_SystemError, "vars(): no locals!?");
    }
    py_object *d = py_getattr_maybe(o, py_id___dict__);
    if (!d && !py_err_occurred())
        py_raise(&py_TypeError, "vars() argument must have __dict__ attribute");
    return d;
}

static py_object *b_globals(py_object *self)
{
    UNUSED(self);
    py_dict *d = py_current_globals();
    return d ? &d->base : py_None;
}

static py_object *b_locals(py_object *self)
{
    UNUSED(self);
    py_frame *f = py_frame_get(0);
    return f ? py_frame_locals(f)
             : py_raise(&py_SystemError, "frame does not exist");
}

/* ------------------------------------------------------------ arithmetic */

static py_object *b_cmp(py_object *self, py_object *a, py_object *b)
{
    UNUSED(self);
    int c = py_cmp(a, b);
    return c == -2 ? NULL : py_int_new(c);
}

static py_object *b_divmod(py_object *self, py_object *a, py_object *b)
{
    UNUSED(self);
    return py_divmod(a, b);
}

static py_object *b_pow(py_object *self, py_object *a, py_object *b,
                        py_object *m)
{
    UNUSED(self);
    return py_pow(a, b, m ? m : py_None);
}

static py_object *b_coerce(py_object *self, py_object *a, py_object *b)
{
    UNUSED(self);
    if (py_type_of(a) == py_type_of(b) && !py_is_oldinst(a) &&
        !(py_type_of(a)->flags & PY_TF_HEAP))
        return &py_tuple_pack2(a, b)->base;
    if (py_type_of(a)->nb_coerce) {
        py_object *r = py_type_of(a)->nb_coerce(a, b);
        if (r != py_NotImplemented)
            return r;
    }
    if (py_type_of(b)->nb_coerce) {
        py_object *r = py_type_of(b)->nb_coerce(b, a);
        if (!r)
            return NULL;
        if (r != py_NotImplemented)
            return &py_tuple_pack2(((py_tuple *)r)->item[1],
                                   ((py_tuple *)r)->item[0])
                        ->base;
    }
    return py_raise(&py_TypeError, "number coercion failed");
}

/* Is the decimal text, which reads as x and ends in 5, x exactly? */
static int is_exact(double x, const char *text, int digits)
{
    char full[1500];
    snprintf(full, sizeof full, "%.*f", digits + 1080, x);
    size_t n = strlen(text);
    if (strncmp(full, text, n))
        return 0;
    return strspn(full + n, "0") == strlen(full + n);
}

/* Rounds to so many digits, ties away from zero. */
static py_object *round_to(double x, int64_t digits)
{
    char text[512];
    if (!isfinite(x) || digits > 323)
        return py_float_new(x);
    if (digits < -308)
        return py_float_new(0.0 * x);
    if (digits < 0) {
        double p = pow(10.0, (double)-digits), y = x / p;
        double z = round(y);
        z *= p;
        if (!isfinite(z))
            return py_raise(&py_OverflowError,
                            "rounded value too large to represent");
        return py_float_new(z);
    }
    if (digits == 0)
        return py_float_new(round(x));
    int d = (int)digits;
    snprintf(text, sizeof text, "%.*f", d + 1, x);
    size_t n = strlen(text);
    if (n < sizeof text - 1 && text[n - 1] == '5' && is_exact(x, text, d)) {
        /* A tie: next to it, away from zero, lies what rounds up. */
        text[n - 1] = '9';
        x = strtod(text, NULL);
    }
    snprintf(text, sizeof text, "%.*f", d, x);
    return py_float_new(strtod(text, NULL));
}

static py_object *b_round(py_object *self, py_object *const *args,
                          intptr_t nargs, py_tuple *kw)
{
    UNUSED(self);
    static const char *const names[] = {"number", "ndigits"};
    py_object *a[2];
    int64_t digits = 0;
    if (py_args_kw("round", args, nargs, kw, names, 2, 1, a) < 0)
        return NULL;
    double x = py_as_double(a[0]);
    if (x == -1.0 && py_err_occurred())
        return NULL;
    if (a[1]) {
        digits = py_index_as_ssize(a[1], NULL);
        if (digits == -1 && py_err_occurred())
            return NULL;
    }
    return round_to(x, digits);
}

static py_object *b_sum(py_object *self, py_object *seq, py_object *start)
{
    UNUSED(self);
    py_object *it = py_iter(seq), *v;
    if (!it)
        return NULL;
    if (start && (py_is_str(start) || py_is_unicode(start)))
        return py_raise(&py_TypeError, "sum() can't sum strings [use "
                                       "''.join(seq) instead]");
    py_object *acc = start ? start : py_int_new(0);
    /* Ints, then floats, without boxes in between. */
    if (py_is_int_exact(acc)) {
        int64_t n = py_int_value(acc), next;
        for (;;) {
            v = py_iternext(it);
            if (!v)
                return py_err_occurred() ? NULL : py_int_new(n);
            if (!py_is_int_exact(v) ||
                __builtin_add_overflow(n, py_int_value(v), &next))
                break;
            n = next;
        }
        acc = py_add(py_int_new(n), v);
        if (!acc)
            return NULL;
    }
    if (py_is_float_exact(acc)) {
        double x = py_float_value(acc);
        for (;;) {
            v = py_iternext(it);
            if (!v)
                return py_err_occurred() ? NULL : py_float_new(x);
            if (py_is_float_exact(v))
                x += py_float_value(v);
            else if (py_is_int_exact(v))
                x += (double)py_int_value(v);
            else
                break;
        }
        acc = py_add(py_float_new(x), v);
        if (!acc)
            return NULL;
    }
    while ((v = py_iternext(it)))
        if (!(acc = py_add(acc, v)))
            return NULL;
    return py_err_occurred() ? NULL : acc;
}

/* Of several arguments, without a key. */
tw_unroll_safe static py_object *extreme(int op, py_object *const *args,
                                         intptr_t nargs)
{
    py_object *best = args[0];
    for (intptr_t i = 1; i < nargs; i++) {
        int r = py_richcompare_bool(args[i], best, op);
        if (r < 0)
            return NULL;
        if (r)
            best = args[i];
    }
    return best;
}

static py_object *min_max(const char *name, int op, py_object *const *args,
                          intptr_t nargs, py_tuple *kw)
{
    py_object *key = NULL;
    if (kw && kw->n) {
        if (kw->n > 1 || !py_str_eq_cstr((py_str *)kw->item[0], "key"))
            return py_raise(&py_TypeError,
                            "%s() got an unexpected keyword argument", name);
        key = args[nargs];
    }
    if (nargs == 0)
        return py_raise(&py_TypeError, "%s expected 1 arguments, got 0", name);
    py_object *it = NULL, *best = NULL, *best_key = NULL;
    if (nargs == 1 && !(it = py_iter(args[0])))
        return NULL;
    for (intptr_t i = 0;; i++) {
        py_object *v = it ? py_iternext(it) : i < nargs ? args[i] : NULL;
        if (!v)
            break;
        py_object *k = key ? py_call1(key, v) : v;
        if (!k)
            return NULL;
        if (best) {
            int r = py_richcompare_bool(k, best_key, op);
            if (r < 0)
                return NULL;
            if (!r)
                continue;
        }
        best = v;
        best_key = k;
    }
    if (py_err_occurred())
        return NULL;
    return best ? best
                : py_raise(&py_ValueError, "%s() arg is an empty sequence",
                           name);
}

static py_object *b_min(py_object *self, py_object *const *args, intptr_t nargs,
                        py_tuple *kw)
{
    UNUSED(self);
    if (nargs > 1 && !kw)
        return extreme(PY_LT, args, nargs);
    return min_max("min", PY_LT, args, nargs, kw);
}

static py_object *b_max(py_object *self, py_object *const *args, intptr_t nargs,
                        py_tuple *kw)
{
    UNUSED(self);
    if (nargs > 1 && !kw)
        return extreme(PY_GT, args, nargs);
    return min_max("max", PY_GT, args, nargs, kw);
}

/* --------------------------------------------------------------- iteration */

static py_object *b_iter(py_object *self, py_object *o, py_object *sentinel)
{
    UNUSED(self);
    if (!sentinel)
        return py_iter(o);
    if (!py_callable(o))
        return py_raise(&py_TypeError, "iter(v, w): v must be callable");
    return py_calliter_new(o, sentinel);
}

static py_object *b_next(py_object *self, py_object *it, py_object *dflt)
{
    UNUSED(self);
    if (!py_is_iterator(it))
        return py_raise(&py_TypeError, "%T object is not an iterator", it);
    py_object *v = py_type_of(it)->tp_iternext(it);
    if (v)
        return v;
    if (dflt) {
        if (py_err_occurred() && !py_err_catch(&py_StopIteration))
            return NULL;
        return dflt;
    }
    return py_err_occurred() ? NULL : py_raise_none(&py_StopIteration);
}

static py_object *any_all(py_object *seq, int stop_at)
{
    py_object *it = py_iter(seq), *v;
    if (!it)
        return NULL;
    while ((v = py_iternext(it))) {
        int r = py_is_true(v);
        if (r < 0)
            return NULL;
        if (r == stop_at)
            return py_bool(stop_at);
    }
    return py_err_occurred() ? NULL : py_bool(!stop_at);
}

static py_object *b_any(py_object *self, py_object *seq)
{
    UNUSED(self);
    return any_all(seq, 1);
}

static py_object *b_all(py_object *self, py_object *seq)
{
    UNUSED(self);
    return any_all(seq, 0);
}

static py_object *b_map(py_object *self, py_object *const *args, intptr_t nargs)
{
    UNUSED(self);
    if (nargs < 2)
        return py_raise(&py_TypeError, "map() requires at least two args");
    py_object *f = args[0];
    intptr_t n = nargs - 1;
    if (f == py_None && n == 1)
        return (py_object *)py_sequence_list(args[1]);
    struct py_objarray *its = TW_NEW_VAR(py_objarray, n);
    for (intptr_t i = 0; i < n; i++)
        if (!(its->item[i] = py_iter(args[i + 1]))) {
            if (py_err_matches(&py_TypeError))
                py_raise(&py_TypeError,
                         "argument %zd to map() must support iteration", i + 2);
            return NULL;
        } else if (py_check_hint(args[i + 1]) < 0) {
            return NULL;
        }
    py_list *out = py_list_new();
    for (;;) {
        py_tuple *row = py_tuple_new(n);
        intptr_t live = 0;
        for (intptr_t i = 0; i < n; i++) {
            py_object *v = its->item[i] ? py_iternext(its->item[i]) : NULL;
            if (!v && py_err_occurred())
                return NULL;
            if (v)
                live++;
            else
                its->item[i] = NULL;
            row->item[i] = v ? v : py_None;
        }
        if (!live)
            return &out->base;
        py_object *r =
            f == py_None ? &row->base : py_call_fast(f, row->item, n, NULL);
        if (!r || py_list_append(out, r) < 0)
            return NULL;
    }
}

static py_object *filter_str(py_object *f, py_object *seq)
{
    int uni = py_is_unicode(seq);
    intptr_t n = py_len(seq);
    py_list *kept = py_list_new();
    if (f == py_None && (py_is_str_exact(seq) || py_is_unicode_exact(seq)))
        return seq;
    for (intptr_t i = 0; i < n; i++) {
        py_object *c = py_sequence_getitem(seq, i);
        if (!c)
            return NULL;
        py_object *ok = f == py_None ? c : py_call1(f, c);
        int r = ok ? py_is_true(ok) : -1;
        if (r < 0 || (r && py_list_append(kept, c) < 0))
            return NULL;
    }
    py_object *empty =
        uni ? py_unicode_from_latin1("", 0) : (py_object *)py_str_empty;
    return n < 0 ? NULL : py_call_method1(empty, py_id_join, &kept->base);
}

static py_object *b_filter(py_object *self, py_object *f, py_object *seq)
{
    UNUSED(self);
    if (py_is_str(seq) || py_is_unicode(seq))
        return filter_str(f, seq);
    py_object *it = py_iter(seq), *v;
    if (!it || py_check_hint(seq) < 0)
        return NULL;
    py_list *out = py_list_new();
    int truth = f == py_None || f == &py_bool_type.base;
    int tuple = py_is_tuple(seq) && !py_is_tuple_exact(seq);
    for (intptr_t i = 0; (v = py_iternext(it)); i++) {
        if (tuple && !(v = py_sequence_getitem(seq, i)))
            return NULL;
        py_object *ok = truth ? v : py_call1(f, v);
        int r = ok ? py_is_true(ok) : -1;
        if (r < 0 || (r && py_list_append(out, v) < 0))
            return NULL;
    }
    if (py_err_occurred())
        return NULL;
    return py_is_tuple(seq) ? &py_list_as_tuple(out)->base : &out->base;
}

static py_object *b_reduce(py_object *self, py_object *f, py_object *seq,
                           py_object *start)
{
    UNUSED(self);
    py_object *it = py_iter(seq), *v, *acc = start;
    if (!it) {
        if (py_err_matches(&py_TypeError))
            py_raise(&py_TypeError, "reduce() arg 2 must support iteration");
        return NULL;
    }
    while ((v = py_iternext(it))) {
        acc = acc ? py_call2(f, acc, v) : v;
        if (!acc)
            return NULL;
    }
    if (py_err_occurred())
        return NULL;
    return acc ? acc
               : py_raise(&py_TypeError, "reduce() of empty sequence with no "
                                         "initial value");
}

static py_object *b_zip(py_object *self, py_object *const *args, intptr_t nargs)
{
    UNUSED(self);
    py_list *out = py_list_new();
    if (!nargs)
        return &out->base;
    struct py_objarray *its = TW_NEW_VAR(py_objarray, nargs);
    for (intptr_t i = 0; i < nargs; i++)
        if (!(its->item[i] = py_iter(args[i]))) {
            if (py_err_matches(&py_TypeError))
                py_raise(&py_TypeError,
                         "zip argument #%zd must support iteration", i + 1);
            return NULL;
        } else if (py_check_hint(args[i]) < 0) {
            return NULL;
        }
    for (;;) {
        py_tuple *row = py_tuple_new(nargs);
        for (intptr_t i = 0; i < nargs; i++)
            if (!(row->item[i] = py_iternext(its->item[i])))
                return py_err_occurred() ? NULL : &out->base;
        if (py_list_append(out, &row->base) < 0)
            return NULL;
    }
}

static py_object *b_sorted(py_object *self, py_object *const *args,
                           intptr_t nargs, py_tuple *kw)
{
    UNUSED(self);
    static const char *const names[] = {"iterable", "cmp", "key", "reverse"};
    py_object *a[4];
    if (py_args_kw("sorted", args, nargs, kw, names, 4, 1, a) < 0)
        return NULL;
    int reverse = 0;
    if (a[3] && py_arg_int(a[3], &reverse) < 0)
        return NULL;
    py_list *l = py_sequence_list(a[0]);
    if (!l || py_list_sort(l, a[1] == py_None ? NULL : a[1],
                           a[2] == py_None ? NULL : a[2], reverse != 0) < 0)
        return NULL;
    return &l->base;
}

/* The number of items of range(lo, hi, step); -1 too many. */
static int64_t range_length(int64_t lo, int64_t hi, int64_t step)
{
    if (step > 0 && lo < hi)
        return (int64_t)(((uint64_t)hi - 1 - (uint64_t)lo) / (uint64_t)step) +
               1;
    if (step < 0 && lo > hi)
        return (int64_t)(((uint64_t)lo - 1 - (uint64_t)hi) /
                         (0 - (uint64_t)step)) +
               1;
    return 0;
}

/* range() whose bounds do not fit a machine word. */
static py_object *range_long(py_object *lo, py_object *hi, py_object *step)
{
    py_object *gap = py_sub(hi, lo);
    py_object *many = gap ? py_floordiv(gap, step) : NULL;
    int huge =
        many ? py_richcompare_bool(many, py_int_new(INTPTR_MAX), PY_GT) : -1;
    if (huge)
        return huge < 0 ? NULL
                        : py_raise(&py_OverflowError,
                                   "range() result has too many items");
    py_list *out = py_list_new();
    int sign = py_cmp(step, py_int_new(0));
    for (py_object *v = lo; v; v = py_add(v, step)) {
        int c = py_cmp(v, hi);
        if (sign > 0 ? c >= 0 : c <= 0)
            return &out->base;
        if (py_list_append(out, v) < 0)
            return NULL;
        if (py_list_len(out) > (INTPTR_MAX >> 4))
            return py_raise(&py_OverflowError,
                            "range() result has too many items");
    }
    return NULL;
}

static py_object *range_bound(py_object *o, const char *what)
{
    if (PY_IS(o, PY_TF_INT | PY_TF_LONG))
        return o;
    if (py_is_float(o) || !py_type_of(o)->nb_int)
        return py_raise(&py_TypeError,
                        "range() integer %s argument expected, got %T.", what,
                        o);
    return py_number_int(o);
}

static py_object *b_range(py_object *self, py_object *a, py_object *b,
                          py_object *c)
{
    UNUSED(self);
    py_object *lo = b ? a : py_int_new(0), *hi = b ? b : a;
    py_object *st = c ? c : py_int_new(1);
    int64_t l, h, s;
    lo = range_bound(lo, "start");
    hi = lo ? range_bound(hi, "end") : NULL;
    st = hi ? range_bound(st, "step") : NULL;
    if (!st)
        return NULL;
    if (!py_fits_int64(lo, &l) || !py_fits_int64(hi, &h) ||
        !py_fits_int64(st, &s)) {
        int zero = py_eq(st, py_int_new(0));
        if (zero)
            return zero < 0 ? NULL
                            : py_raise(&py_ValueError,
                                       "range() step argument must not be "
                                       "zero");
        return range_long(lo, hi, st);
    }
    if (s == 0)
        return py_raise(&py_ValueError,
                        "range() step argument must not be zero");
    int64_t n = range_length(l, h, s);
    if (n < 0)
        return py_raise(&py_OverflowError, "range() result has too many items");
    return n ? &py_list_range_new(l, s, n)->base : &py_list_new()->base;
}

/* -------------------------------------------------------------------- text */

static py_object *b_format(py_object *self, py_object *o, py_object *spec)
{
    UNUSED(self);
    if (spec && !py_is_str(spec) && !py_is_unicode(spec))
        return py_raise(&py_TypeError,
                        "format expects arg 2 to be string or unicode, not "
                        "%T",
                        spec);
    return py_format(o, spec);
}

static py_object *std(const char *name)
{
    py_object *o = py_dict_get_cstr(py_module_add("sys")->dict, name);
    return o ? o : py_raise(&py_RuntimeError, "lost sys.%s", name);
}

py_object *(*py_readline_hook)(const char *prompt);

/* Is it the file object of that standard stream, at a terminal? */
static int is_terminal(py_object *f, FILE *stream)
{
    return py_is_file(f) && ((py_file *)f)->fp == stream &&
           isatty(fileno(stream));
}

static py_object *b_raw_input(py_object *self, py_object *const *args,
                              intptr_t nargs)
{
    UNUSED(self);
    if (nargs > 1)
        return py_raise(&py_TypeError,
                        "[raw_]input expected at most 1 arguments, got %zd",
                        nargs);
    py_object *prompt = nargs ? args[0] : NULL;
    py_object *in = std("stdin"), *out = in ? std("stdout") : NULL;
    if (!out)
        return NULL;
    if (py_file_softspace(out, 0) && py_file_write_cstr(out, " ") < 0)
        return NULL;
    if (py_readline_hook && is_terminal(in, stdin) &&
        is_terminal(out, stdout)) {
        py_object *text = prompt ? py_str_of(prompt) : NULL;
        if (prompt && !text)
            return NULL;
        fflush(stdout);
        return py_readline_hook(text ? py_str_cstr((py_str *)text) : "");
    }
    if (prompt && py_file_write_object(out, prompt, 0) < 0)
        return NULL;
    fflush(stdout);
    return py_file_getline(in);
}

/* print(*args, sep=' ', end='\n', file=sys.stdout) */
static py_object *b_print(py_object *self, py_object *const *args,
                          intptr_t nargs, py_tuple *kw)
{
    UNUSED(self);
    static const char *const names[] = {"sep", "end", "file"};
    py_object *a[3];
    if (py_args_kw("print", args + nargs, 0, kw, names, 3, 0, a) < 0)
        return NULL;
    py_object *file = a[2] && a[2] != py_None ? a[2] : std("stdout");
    if (!file)
        return NULL;
    if (file == py_None)
        return py_None;
    int uni = 0;
    for (int i = 0; i < 2; i++) {
        if (a[i] == py_None)
            a[i] = NULL;
        if (a[i] && !py_is_str(a[i]) && !py_is_unicode(a[i]))
            return py_raise(&py_TypeError,
                            "%s must be None, str or unicode, not %T", names[i],
                            a[i]);
        uni |= a[i] && py_is_unicode(a[i]);
    }
    for (intptr_t i = 0; i < nargs; i++)
        uni |= py_is_unicode(args[i]);
    py_object *sep = a[0], *end = a[1];
    if (!sep)
        sep = uni ? py_unicode_from_latin1(" ", 1)
                  : (py_object *)py_str_char(' ');
    if (!end)
        end = uni ? py_unicode_from_latin1("\n", 1)
                  : (py_object *)py_str_char('\n');
    for (intptr_t i = 0; i < nargs; i++)
        if ((i && py_file_write_object(file, sep, 0) < 0) ||
            py_file_write_object(file, args[i], 0) < 0)
            return NULL;
    return py_file_write_object(file, end, 0) < 0 ? NULL : py_None;
}

static py_object *b_open(py_object *self, py_object *const *args,
                         intptr_t nargs, py_tuple *kw)
{
    UNUSED(self);
    return py_call_fast(&py_file_type.base, args, nargs, kw);
}

static py_object *b_apply(py_object *self, py_object *f, py_object *args,
                          py_object *kw)
{
    UNUSED(self);
    py_tuple *t = py_tuple_empty;
    if (args) {
        if (!py_is_tuple(args) && !py_is_sequence(args))
            return py_raise(&py_TypeError,
                            "apply() arg 2 expected sequence, found %T", args);
        if (!(t = py_sequence_tuple(args)))
            return NULL;
    }
    if (kw && !py_is_dict(kw))
        return py_raise(&py_TypeError,
                        "apply() arg 3 expected dictionary, found %T", kw);
    return py_call_tuple(f, t, (py_dict *)kw);
}

static py_object *b_import(py_object *self, py_object *const *args,
                           intptr_t nargs, py_tuple *kw)
{
    UNUSED(self);
    static const char *const names[] = {"name", "globals", "locals", "fromlist",
                                        "level"};
    py_object *a[5];
    int level = -1;
    if (py_args_kw("__import__", args, nargs, kw, names, 5, 1, a) < 0)
        return NULL;
    if (py_is_unicode(a[0]) && !(a[0] = py_unicode_encode(a[0], NULL, NULL)))
        return NULL;
    if (!py_is_str(a[0]))
        return py_arg_error("__import__", 1, "string", a[0]);
    if (a[4] && py_arg_int(a[4], &level) < 0)
        return NULL;
    return py_import_name((py_str *)a[0], a[1], a[2], a[3], level);
}

#define UN(mn, mx, nm, f, dc) PY_MF(nm, f, PY_POS, mn, mx, PY_UNPACK, dc)
static const struct py_methoddef methods[] = {
    PY_MKW("__import__", b_import, "Imports a module; behind `import`."),
    PY_M1("abs", b_abs, "The absolute value."),
    PY_M1("all", b_all, "Are all items true?"),
    PY_M1("any", b_any, "Is any item true?"),
    UN(1, 3, "apply", b_apply, "Calls a function with a tuple and a dict."),
    PY_M1("bin", b_bin, "The binary text of an integer."),
    PY_M1("callable", b_callable, "Can it be called?"),
    PY_M1("chr", b_chr, "The byte of that number."),
    UN(2, 2, "cmp", b_cmp, "-1, 0 or 1."),
    UN(2, 2, "coerce", b_coerce, "Both numbers as one type."),
    PY_MKW("compile", py_b_compile, "Source text to a code object."),
    UN(2, 2, "delattr", b_delattr, "del object.name"),
    UN(0, 1, "dir", b_dir, "The names of attributes, or of locals."),
    UN(2, 2, "divmod", b_divmod, "(quotient, remainder)"),
    UN(1, 3, "eval", py_b_eval, "The value of an expression."),
    PY_M(1, 3, "execfile", py_b_execfile, "Runs a file's code."),
    UN(2, 2, "filter", b_filter, "The items that pass a test."),
    PY_M(1, 2, "format", b_format, "The formatted text."),
    UN(2, 3, "getattr", b_getattr, "object.name"),
    PY_M0("globals", b_globals, "The global names."),
    UN(2, 2, "hasattr", b_hasattr, "Has it that attribute?"),
    PY_M1("hash", b_hash, "The hash value."),
    PY_M1("hex", b_hex, "The hexadecimal text."),
    PY_M1("id", b_id, "The identity."),
    UN(0, 1, "input", py_b_input, "eval(raw_input(prompt))"),
    PY_MF("intern", b_intern, PY_POS, 1, 1, PY_PARSED,
          "The one string equal to it."),
    UN(2, 2, "isinstance", b_isinstance, "Is it an instance of the class?"),
    UN(2, 2, "issubclass", b_issubclass, "Is it a subclass?"),
    UN(1, 2, "iter", b_iter, "An iterator over it."),
    PY_M1("len", b_len, "The number of items."),
    PY_M0("locals", b_locals, "The local names."),
    PY_MFAST("map", b_map, "The results of a function on items."),
    PY_MKW("max", b_max, "The greatest item."),
    PY_MKW("min", b_min, "The least item."),
    UN(1, 2, "next", b_next, "The next item."),
    PY_M1("oct", b_oct, "The octal text."),
    PY_MKW("open", b_open, "Opens a file."),
    PY_M1("ord", b_ord, "The number of a character."),
    UN(2, 3, "pow", b_pow, "x ** y, or x ** y % z"),
    PY_MKW("print", b_print, "Writes objects to a file."),
    UN(1, 3, "range", b_range, "A list of integers."),
    PY_MFAST("raw_input", b_raw_input, "A line from standard input."),
    UN(2, 3, "reduce", b_reduce, "Folds a sequence by a function."),
    PY_M1("reload", py_b_reload, "Runs a module's code anew."),
    PY_M1("repr", b_repr, "The text that shows the object."),
    PY_MKW("round", b_round, "Rounds to so many digits."),
    UN(3, 3, "setattr", b_setattr, "object.name = value"),
    PY_MKW("sorted", b_sorted, "A sorted list of the items."),
    UN(1, 2, "sum", b_sum, "The sum of numbers."),
    PY_MF("unichr", b_unichr, PY_POS, 1, 1, PY_PARSED,
          "The Unicode character of that number."),
    UN(0, 1, "vars", b_vars, "__dict__, or the local names."),
    PY_MFAST("zip", b_zip, "Tuples of items with the same position."),
    PY_MEND,
};

static int init(py_module *m)
{
    static const struct {
        const char *name;
        py_type *type;
    } types[] = {
        {"basestring", &py_basestring_type},
        {"bool", &py_bool_type},
        {"bytearray", &py_bytearray_type},
        {"buffer", &py_buffer_type},
        {"bytes", &py_str_type},
        {"classmethod", &py_classmethod_type},
        {"complex", &py_complex_type},
        {"dict", &py_dict_type},
        {"enumerate", &py_enumerate_type},
        {"file", &py_file_type},
        {"float", &py_float_type},
        {"frozenset", &py_frozenset_type},
        {"int", &py_int_type},
        {"list", &py_list_type},
        {"long", &py_long_type},
        {"memoryview", &py_memoryview_type},
        {"object", &py_object_type},
        {"property", &py_property_type},
        {"reversed", &py_reversed_type},
        {"set", &py_set_type},
        {"slice", &py_slice_type},
        {"staticmethod", &py_staticmethod_type},
        {"str", &py_str_type},
        {"super", &py_super_type},
        {"tuple", &py_tuple_type},
        {"type", &py_type_type},
        {"unicode", &py_unicode_type},
        {"xrange", &py_xrange_type},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (py_module_set(m, types[i].name, &types[i].type->base) < 0)
            return -1;
    if (py_module_set(m, "None", py_None) < 0 ||
        py_module_set(m, "Ellipsis", py_Ellipsis) < 0 ||
        py_module_set(m, "NotImplemented", py_NotImplemented) < 0 ||
        py_module_set(m, "True", py_True) < 0 ||
        py_module_set(m, "False", py_False) < 0 ||
        py_module_set(m, "__debug__", py_True) < 0)
        return -1;
    return py_exceptions_export(m);
}

const struct py_moduledef py_module___builtin__ = {
    "__builtin__", "The built-in functions, types and exceptions.", methods,
    init};

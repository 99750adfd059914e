/*
 * abstract.h: the operations on any object, as the language defines them.
 *
 * Role: what eval.c, modules and types call when they do not know the type.
 * Bodies: abstract.c (numbers, sequences, mappings), object.c (attributes,
 * comparison, repr), call.c. Results follow the conventions of object.h.
 */
#ifndef PY_ABSTRACT_H
#define PY_ABSTRACT_H

#include "objects/errors.h"
#include "objects/object.h"

/* --- attributes (name is an interned str) */
py_object *py_getattr(py_object *o, py_str *name);
int py_setattr(py_object *o, py_str *name, py_object *v);
static inline int py_delattr(py_object *o, py_str *name)
{
    return py_setattr(o, name, NULL);
}
py_object *py_getattr_cstr(py_object *o, const char *name);
int py_setattr_cstr(py_object *o, const char *name, py_object *v);
/* As getattr, but a missing attribute is NULL without an exception; check
 * py_err_occurred() for other errors. */
py_object *py_getattr_maybe(py_object *o, py_str *name);
int py_hasattr(py_object *o, py_str *name); /* swallows errors, as hasattr() */
/* The special method `name` looked up on the type (or, for old-style
 * instances, on the instance), bound. NULL without exception when absent. */
py_object *py_lookup_special(py_object *o, py_str *name);
/* The defaults of object; py_object_getattr is what most types inherit. */
py_object *py_object_getattr(py_object *o, py_str *name);
int py_object_setattr(py_object *o, py_str *name, py_object *v);

/* --- calling, without building a tuple */
py_object *py_call0(py_object *f);
py_object *py_call1(py_object *f, py_object *a);
py_object *py_call2(py_object *f, py_object *a, py_object *b);
py_object *py_call3(py_object *f, py_object *a, py_object *b, py_object *c);
py_object *py_call_fast(py_object *f, py_object *const *args, intptr_t nargs,
                        py_tuple *kwnames);
/* f(*args, **kw); args any tuple, kw NULL or a dict. */
py_object *py_call_tuple(py_object *f, py_tuple *args, py_dict *kw);
/* o.name(...). */
py_object *py_call_method0(py_object *o, py_str *name);
py_object *py_call_method1(py_object *o, py_str *name, py_object *a);
py_object *py_call_method2(py_object *o, py_str *name, py_object *a,
                           py_object *b);
py_object *py_call_method3(py_object *o, py_str *name, py_object *a,
                           py_object *b, py_object *c);
int py_callable(py_object *o);

/* --- truth, identity, comparison, hash */
int py_is_true(py_object *o); /* 0, 1, -1 */
/* `a is b`: pointers, and by value for ints, longs, floats and one-character
 * strings, whose boxes have no identity of their own. */
int py_is(py_object *a, py_object *b);
py_object *py_id(py_object *o);
py_object *py_richcompare(py_object *a, py_object *b, int op);
int py_richcompare_bool(py_object *a, py_object *b, int op); /* is first */
static inline int py_eq(py_object *a, py_object *b)
{
    return py_richcompare_bool(a, b, PY_EQ);
}
int py_cmp(py_object *a, py_object *b); /* -1, 0, 1; -2 on error */
int64_t py_hash(py_object *o); /* -1 on error */
int64_t py_hash_pointer(const void *p);
int64_t py_hash_notimpl(py_object *o); /* a tp_hash: raises unhashable type */

/* --- text */
py_object *py_repr(py_object *o); /* a str */
py_object *py_str_of(py_object *o); /* str(o): a str */
py_object *py_unicode_of(py_object *o); /* unicode(o) */
py_object *py_format(py_object *o, py_object *spec);

/* --- arithmetic */
/* clang-format off */
#define PY_BINARY_OPS(X)                                                       \
    X(add) X(sub) X(mul) X(div) X(mod) X(divmod) X(lshift) X(rshift) X(and)    \
    X(xor) X(or) X(floordiv) X(truediv)
/* clang-format on */
#define PY_DECLARE_OP(n) py_object *py_##n(py_object *a, py_object *b);
PY_BINARY_OPS(PY_DECLARE_OP)
#undef PY_DECLARE_OP
#define PY_DECLARE_OP(n) py_object *py_i##n(py_object *a, py_object *b);
PY_BINARY_OPS(PY_DECLARE_OP)
#undef PY_DECLARE_OP
py_object *py_pow(py_object *a, py_object *b, py_object *mod_or_none);
py_object *py_ipow(py_object *a, py_object *b);
py_object *py_neg(py_object *o);
py_object *py_pos(py_object *o);
py_object *py_abs(py_object *o);
py_object *py_invert(py_object *o);
/* o.__index__() as an int or long. */
py_object *py_index(py_object *o);
/* Is o usable as an index? */
int py_has_index(py_object *o);
/* o as a C index. err NULL: clips to the range of intptr_t; else raises err.
 * -1 with exception on failure. */
intptr_t py_index_as_ssize(py_object *o, py_type *err);
py_object *py_number_int(py_object *o); /* int(o) for one argument */
py_object *py_number_long(py_object *o); /* long(o) */
/* What __trunc__ returned as an int or long. */
py_object *py_integral_int(py_object *r);
py_object *py_number_float(py_object *o); /* float(o) */
int py_is_number(py_object *o);

/* --- subscripts */
py_object *py_getitem(py_object *o, py_object *key);
int py_setitem(py_object *o, py_object *key, py_object *v);
int py_delitem(py_object *o, py_object *key);
py_object *py_getslice(py_object *o, intptr_t i, intptr_t j);
int py_setslice(py_object *o, intptr_t i, intptr_t j,
                py_object *v); /* v NULL: delete */
/* o[i:j] of the SLICE opcodes: i, j NULL when absent. */
py_object *py_apply_slice(py_object *o, py_object *i, py_object *j);
int py_assign_slice(py_object *o, py_object *i, py_object *j, py_object *v);
py_object *py_sequence_getitem(py_object *o, intptr_t i);
int py_sequence_setitem(py_object *o, intptr_t i, py_object *v);
py_object *py_sequence_repeat(py_object *o, intptr_t n);
py_object *py_sequence_concat(py_object *a, py_object *b);
intptr_t py_len(py_object *o);
/* len(o) or __length_hint__ or dflt; -1 on error. */
intptr_t py_length_hint(py_object *o, intptr_t dflt);
/* -1 when asking a user's object for its length hint raised. */
int py_check_hint(py_object *o);
int py_contains(py_object *container, py_object *x); /* 0, 1, -1 */
int py_is_sequence(py_object *o);
int py_is_mapping(py_object *o);

/* --- iteration */
py_object *py_iter(py_object *o);
py_object *py_iternext(py_object *it); /* NULL without exception: exhausted */
/* The tp_iternext of a class that lost its next(). */
py_object *py_next_gone(py_object *o);
int py_is_iterator(py_object *o);
/* list(o), tuple(o): new objects (a tuple itself for an exact tuple). */
py_list *py_sequence_list(py_object *o);
py_tuple *py_sequence_tuple(py_object *o);
/* o itself when a list or tuple, else list(o); TypeError(message) when not
 * iterable. Access with py_fastseq_*. */
py_object *py_fastseq(py_object *o, const char *message);
intptr_t py_fastseq_len(py_object *seq);
py_object *py_fastseq_item(py_object *seq, intptr_t i);

/* --- classes */
int py_isinstance(py_object *o, py_object *cls); /* 0, 1, -1 */
int py_issubclass(py_object *c, py_object *cls); /* 0, 1, -1 */

/* --- buffers: the bytes of a str, bytearray, buffer, array...; NULL with
 * TypeError otherwise. */
const char *py_buffer_read(py_object *o, intptr_t *n);
char *py_buffer_write(py_object *o, intptr_t *n);

#endif

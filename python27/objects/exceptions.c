/*
 * exceptions.c: the types of exceptions.def, their attributes, text and
 * pickling, and the module `exceptions`.
 */
#include "objects/exceptions.h"

#include <stdio.h>

#include "objects/python.h"
#include "objects/runtime.h"

TW_GC_TYPE(py_baseexception);
TW_GC_TYPE(py_enverror);
TW_GC_TYPE(py_syntaxerror);
TW_GC_TYPE(py_unicodeerror);
TW_GC_TYPE(py_systemexit);

#define E(o) ((struct py_baseexception *)(o))
#define ENV(o) ((struct py_enverror *)(o))
#define SYN(o) ((struct py_syntaxerror *)(o))
#define UNI(o) ((struct py_unicodeerror *)(o))

static py_object *none_if_null(py_object *o)
{
    return o ? o : py_None;
}

/* ------------------------------------------------------- BaseException */

static py_object *exc_new(py_type *type, py_object *const *args, intptr_t nargs,
                          py_tuple *kw)
{
    (void)args;
    (void)nargs;
    (void)kw;
    py_object *o = py_alloc(type, 0);
    if (!o)
        return NULL;
    E(o)->args = &py_tuple_empty->base;
    E(o)->message = (py_object *)py_str_empty;
    return o;
}

static int exc_init(py_object *self, py_object *const *args, intptr_t nargs,
                    py_tuple *kw)
{
    if (kw && kw->n)
        return py_raise_i(&py_TypeError, "%s does not take keyword arguments",
                          py_type_shortname(py_type_of(self)));
    E(self)->args = (py_object *)py_tuple_from(args, nargs);
    if (nargs == 1)
        E(self)->message = args[0];
    return 0;
}

static py_tuple *exc_args(py_object *o)
{
    return (py_tuple *)E(o)->args;
}

static py_object *exc_str(py_object *o)
{
    py_tuple *a = exc_args(o);
    if (a->n == 0)
        return (py_object *)py_str_empty;
    return py_str_of(a->n == 1 ? a->item[0] : &a->base);
}

static py_object *exc_unicode(py_object *o)
{
    /* A subclass's own __str__ wins over the inherited __unicode__. */
    if (py_type_of(o)->tp_str != exc_str) {
        py_object *s = py_str_of(o);
        return s ? py_unicode_of(s) : NULL;
    }
    py_tuple *a = exc_args(o);
    if (a->n == 0)
        return py_unicode_from_latin1("", 0);
    return py_unicode_of(a->n == 1 ? a->item[0] : &a->base);
}

static py_object *exc_repr(py_object *o)
{
    py_object *r = py_repr(E(o)->args);
    if (!r)
        return NULL;
    return (py_object *)py_str_format_c("%s%S",
                                        py_type_shortname(py_type_of(o)), r);
}

static py_object *exc_reduce(py_object *o)
{
    if (E(o)->dict && py_dict_len(E(o)->dict))
        return (py_object *)py_tuple_pack3(&py_type_of(o)->base, E(o)->args,
                                           &E(o)->dict->base);
    return (py_object *)py_tuple_pack2(&py_type_of(o)->base, E(o)->args);
}

static py_object *exc_setstate(py_object *o, py_object *state)
{
    if (state == py_None)
        return py_None;
    if (!py_is_dict(state))
        return py_raise(&py_TypeError, "state is not a dictionary");
    intptr_t pos = 0;
    py_object *k, *v;
    while (py_dict_next((py_dict *)state, &pos, &k, &v))
        if (!py_is_str(k) || py_setattr(o, py_intern((py_str *)k), v) < 0)
            return NULL;
    return py_None;
}

static py_object *exc_getitem(py_object *o, intptr_t i)
{
    return py_sequence_getitem(E(o)->args, i);
}

static py_object *exc_getslice(py_object *o, intptr_t i, intptr_t j)
{
    return py_getslice(E(o)->args, i, j);
}

static py_object *get_args(py_object *o, void *data)
{
    (void)data;
    return E(o)->args;
}

static int set_args(py_object *o, py_object *v, void *data)
{
    (void)data;
    if (!v)
        return py_raise_i(&py_TypeError, "args may not be deleted");
    py_tuple *t = py_sequence_tuple(v);
    if (!t)
        return -1;
    E(o)->args = &t->base;
    return 0;
}

static py_object *get_message(py_object *o, void *data)
{
    (void)data;
    if (E(o)->dict) {
        py_object *m = py_dict_get_str(E(o)->dict, py_id_message);
        if (m)
            return m;
    }
    if (py_warn(&py_DeprecationWarning,
                "BaseException.message has been deprecated as of Python 2.6",
                1) < 0)
        return NULL;
    if (!E(o)->message)
        return py_raise(&py_AttributeError, "message attribute was deleted");
    return E(o)->message;
}

static int set_message(py_object *o, py_object *v, void *data)
{
    (void)data;
    if (!v) {
        if (E(o)->dict)
            py_dict_del_maybe(E(o)->dict, &py_id_message->base);
        E(o)->message = NULL;
        return 0;
    }
    if (!E(o)->dict)
        E(o)->dict = py_dict_new();
    return py_dict_set_str(E(o)->dict, py_id_message, v);
}

static const struct py_methoddef exc_methods[] = {
    PY_M0("__reduce__", exc_reduce, NULL),
    PY_M1("__setstate__", exc_setstate, NULL),
    PY_M0("__unicode__", exc_unicode, NULL),
    PY_MEND,
};
static const struct py_getset exc_getset[] = {
    {"args", get_args, set_args, NULL, NULL},
    {"message", get_message, set_message, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* ---------------------------------------------------- EnvironmentError */

static int env_init(py_object *self, py_object *const *args, intptr_t nargs,
                    py_tuple *kw)
{
    if (exc_init(self, args, nargs, kw) < 0)
        return -1;
    if (nargs < 2 || nargs > 3)
        return 0;
    ENV(self)->err = args[0];
    ENV(self)->strerror = args[1];
    ENV(self)->filename = nargs == 3 ? args[2] : NULL;
    E(self)->args = (py_object *)py_tuple_from(args, 2);
    return 0;
}

static py_object *env_str(py_object *o)
{
    struct py_enverror *e = ENV(o);
    if (e->filename)
        return (py_object *)py_str_format_c(
            "[Errno %S] %S: %R", none_if_null(e->err),
            none_if_null(e->strerror), e->filename);
    if (e->err && e->strerror)
        return (py_object *)py_str_format_c("[Errno %S] %S", e->err,
                                            e->strerror);
    return exc_str(o);
}

static py_object *env_reduce(py_object *o)
{
    py_tuple *args = exc_args(o);
    if (args->n == 2 && ENV(o)->filename)
        args = py_tuple_pack3(args->item[0], args->item[1], ENV(o)->filename);
    if (E(o)->dict && py_dict_len(E(o)->dict))
        return (py_object *)py_tuple_pack3(&py_type_of(o)->base, &args->base,
                                           &E(o)->dict->base);
    return (py_object *)py_tuple_pack2(&py_type_of(o)->base, &args->base);
}

static const struct py_methoddef env_methods[] = {
    PY_M0("__reduce__", env_reduce, NULL),
    PY_MEND,
};
#define OBJ(nm, st, f) {nm, PY_MEMBER_OBJ, 0, offsetof(struct st, f), NULL}
static const struct py_memberdef env_members[] = {
    OBJ("errno", py_enverror, err),
    OBJ("strerror", py_enverror, strerror),
    OBJ("filename", py_enverror, filename),
    {NULL, 0, 0, 0, NULL},
};

/* -------------------------------------------------------- SyntaxError */

static int syn_init(py_object *self, py_object *const *args, intptr_t nargs,
                    py_tuple *kw)
{
    if (exc_init(self, args, nargs, kw) < 0)
        return -1;
    struct py_syntaxerror *s = SYN(self);
    if (nargs >= 1)
        s->msg = args[0];
    if (nargs == 2) {
        py_tuple *info = py_sequence_tuple(args[1]);
        if (!info)
            return -1;
        if (info->n != 4)
            return py_raise_i(&py_IndexError, "tuple index out of range");
        s->filename = info->item[0];
        s->lineno = info->item[1];
        s->offset = info->item[2];
        s->text = info->item[3];
    }
    return 0;
}

static py_object *syn_str(py_object *o)
{
    struct py_syntaxerror *s = SYN(o);
    py_object *msg = none_if_null(s->msg);
    int have_file = s->filename && py_is_str(s->filename);
    int have_line = s->lineno && py_is_int_exact(s->lineno);
    if (!have_file && !have_line)
        return py_str_of(msg);
    const char *base = "";
    if (have_file) {
        base = py_str_cstr((py_str *)s->filename);
        const char *slash = strrchr(base, '/');
        if (slash)
            base = slash + 1;
    }
    if (have_file && have_line)
        return (py_object *)py_str_format_c("%S (%s, line %lld)", msg, base,
                                            (long long)py_int_value(s->lineno));
    if (have_file)
        return (py_object *)py_str_format_c("%S (%s)", msg, base);
    return (py_object *)py_str_format_c("%S (line %lld)", msg,
                                        (long long)py_int_value(s->lineno));
}

static const struct py_memberdef syn_members[] = {
    OBJ("msg", py_syntaxerror, msg),
    OBJ("filename", py_syntaxerror, filename),
    OBJ("lineno", py_syntaxerror, lineno),
    OBJ("offset", py_syntaxerror, offset),
    OBJ("text", py_syntaxerror, text),
    OBJ("print_file_and_line", py_syntaxerror, print_file_and_line),
    {NULL, 0, 0, 0, NULL},
};

void *py_raise_syntax(py_type *type, const char *msg, const char *filename,
                      int lineno, int offset, const char *text, intptr_t ntext)
{
    py_tuple *info = py_tuple_new(4);
    info->item[0] = filename ? (py_object *)py_str_from(filename) : py_None;
    info->item[1] = py_int_new(lineno);
    info->item[2] = offset > 0 ? py_int_new(offset) : py_None;
    info->item[3] = text ? (py_object *)py_str_new(text, ntext) : py_None;
    py_object *e =
        py_call2(&type->base, (py_object *)py_str_from(msg), &info->base);
    return e ? py_raise_obj(e, NULL) : NULL;
}

/* ------------------------------------------------------- UnicodeErrors */

/* with_encoding: (encoding, object, start, end, reason), else without. */
static int uni_init(py_object *self, py_object *const *args, intptr_t nargs,
                    py_tuple *kw, int with_encoding, int unicode_object)
{
    if (exc_init(self, args, nargs, kw) < 0)
        return -1;
    intptr_t want = 4 + with_encoding;
    if (nargs != want)
        return py_raise_i(&py_TypeError,
                          "function takes exactly %zd arguments (%zd given)",
                          want, nargs);
    struct py_unicodeerror *u = UNI(self);
    int i = 0;
    if (with_encoding) {
        if (!py_is_str(args[0]))
            return py_raise_i(&py_TypeError, "argument 1 must be str, not %T",
                              args[0]);
        u->encoding = args[i++];
    }
    if (unicode_object ? !py_is_unicode(args[i]) : !py_is_str(args[i]))
        return py_raise_i(&py_TypeError, "argument %d must be %s, not %T",
                          i + 1, unicode_object ? "unicode" : "str", args[i]);
    u->object = args[i++];
    if (py_arg_ssize(args[i++], &u->start) < 0 ||
        py_arg_ssize(args[i++], &u->end) < 0)
        return -1;
    if (!py_is_str(args[i]))
        return py_raise_i(&py_TypeError, "argument %d must be str, not %T",
                          i + 1, args[i]);
    u->reason = args[i];
    return 0;
}

static int decode_init(py_object *self, py_object *const *args, intptr_t nargs,
                       py_tuple *kw)
{
    return uni_init(self, args, nargs, kw, 1, 0);
}

static int encode_init(py_object *self, py_object *const *args, intptr_t nargs,
                       py_tuple *kw)
{
    return uni_init(self, args, nargs, kw, 1, 1);
}

static int translate_init(py_object *self, py_object *const *args,
                          intptr_t nargs, py_tuple *kw)
{
    return uni_init(self, args, nargs, kw, 0, 1);
}

static py_object *decode_str(py_object *o)
{
    struct py_unicodeerror *u = UNI(o);
    if (!u->object)
        return (py_object *)py_str_empty;
    py_str *s = (py_str *)u->object;
    if (u->end == u->start + 1 && u->start >= 0 && u->start < s->n)
        return (py_object *)py_str_format_c(
            "'%S' codec can't decode byte 0x%02x in position %zd: %S",
            u->encoding, (unsigned char)py_str_data(s)[u->start], u->start,
            u->reason);
    return (py_object *)py_str_format_c(
        "'%S' codec can't decode bytes in position %zd-%zd: %S", u->encoding,
        u->start, u->end - 1, u->reason);
}

static const char *char_escape(uint32_t c, char *buf)
{
    if (c <= 0xff)
        snprintf(buf, 16, "\\x%02x", (unsigned)c);
    else if (c <= 0xffff)
        snprintf(buf, 16, "\\u%04x", (unsigned)c);
    else
        snprintf(buf, 16, "\\U%08x", (unsigned)c);
    return buf;
}

static py_object *encode_str(py_object *o)
{
    struct py_unicodeerror *u = UNI(o);
    if (!u->object)
        return (py_object *)py_str_empty;
    py_unicode *s = (py_unicode *)u->object;
    char buf[16];
    if (u->end == u->start + 1 && u->start >= 0 && u->start < s->n)
        return (py_object *)py_str_format_c(
            "'%S' codec can't encode character u'%s' in position %zd: %S",
            u->encoding, char_escape(s->data[u->start], buf), u->start,
            u->reason);
    return (py_object *)py_str_format_c(
        "'%S' codec can't encode characters in position %zd-%zd: %S",
        u->encoding, u->start, u->end - 1, u->reason);
}

static py_object *translate_str(py_object *o)
{
    struct py_unicodeerror *u = UNI(o);
    if (!u->object)
        return (py_object *)py_str_empty;
    py_unicode *s = (py_unicode *)u->object;
    char buf[16];
    if (u->end == u->start + 1 && u->start >= 0 && u->start < s->n)
        return (py_object *)py_str_format_c(
            "can't translate character u'%s' in position %zd: %S",
            char_escape(s->data[u->start], buf), u->start, u->reason);
    return (py_object *)py_str_format_c(
        "can't translate characters in position %zd-%zd: %S", u->start,
        u->end - 1, u->reason);
}

static py_object *get_object(py_object *o, void *data)
{
    (void)data;
    if (!UNI(o)->object)
        return py_raise(&py_TypeError, "object attribute not set");
    return UNI(o)->object;
}

static int set_object(py_object *o, py_object *v, void *data)
{
    (void)data;
    UNI(o)->object = v;
    return 0;
}

static const struct py_getset uni_getset[] = {
    {"object", get_object, set_object, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static const struct py_memberdef uni_members[] = {
    OBJ("encoding", py_unicodeerror, encoding),
    {"start", PY_MEMBER_LONG, 0, offsetof(struct py_unicodeerror, start), NULL},
    {"end", PY_MEMBER_LONG, 0, offsetof(struct py_unicodeerror, end), NULL},
    OBJ("reason", py_unicodeerror, reason),
    {NULL, 0, 0, 0, NULL},
};

void *py_raise_decode(const char *encoding, const char *s, intptr_t n,
                      intptr_t start, intptr_t end, const char *reason)
{
    py_object *a[5] = {(py_object *)py_str_from(encoding),
                       (py_object *)py_str_new(s, n), py_int_new(start),
                       py_int_new(end), (py_object *)py_str_from(reason)};
    py_object *e = py_call_fast(&py_UnicodeDecodeError.base, a, 5, NULL);
    return e ? py_raise_obj(e, NULL) : NULL;
}

void *py_raise_encode(const char *encoding, py_object *u, intptr_t start,
                      intptr_t end, const char *reason)
{
    py_object *a[5] = {(py_object *)py_str_from(encoding), u, py_int_new(start),
                       py_int_new(end), (py_object *)py_str_from(reason)};
    py_object *e = py_call_fast(&py_UnicodeEncodeError.base, a, 5, NULL);
    return e ? py_raise_obj(e, NULL) : NULL;
}

/* ----------------------------------------------- SystemExit, KeyError */

static int exit_init(py_object *self, py_object *const *args, intptr_t nargs,
                     py_tuple *kw)
{
    if (exc_init(self, args, nargs, kw) < 0)
        return -1;
    struct py_systemexit *e = (struct py_systemexit *)self;
    if (nargs == 1)
        e->code = args[0];
    else if (nargs > 1)
        e->code = E(self)->args;
    return 0;
}

/* Python code is not run, and those who raise errors are known not to run any:
 * no call goes through the type. */
py_object *py_exc_make(py_type *type, py_object *const *args, intptr_t nargs)
{
    py_object *e = exc_new(type, args, nargs, NULL);
    if (!e)
        return NULL;
    if (type->tp_init == env_init)
        env_init(e, args, nargs, NULL);
    else if (type->tp_init == exit_init)
        exit_init(e, args, nargs, NULL);
    else
        exc_init(e, args, nargs, NULL);
    if (type->tp_init == syn_init && nargs)
        SYN(e)->msg = args[0];
    return e;
}

static const struct py_memberdef exit_members[] = {
    OBJ("code", py_systemexit, code),
    {NULL, 0, 0, 0, NULL},
};

static py_object *key_str(py_object *o)
{
    py_tuple *a = exc_args(o);
    return a->n == 1 ? py_repr(a->item[0]) : exc_str(o);
}

/* ------------------------------------------------------------- the types
 * The rows that exceptions.def names. */
#define ROW_PLAIN .doc = NULL
#define ROW_BASE                                                               \
    .tp_new = exc_new, .tp_init = exc_init, .tp_str = exc_str,                 \
    .tp_repr = exc_repr, .tp_getattr = py_object_getattr,                      \
    .tp_setattr = py_object_setattr, .sq_item = exc_getitem,                   \
    .sq_getslice = exc_getslice, .methods = exc_methods, .getset = exc_getset, \
    .dict_offset = offsetof(struct py_baseexception, dict)
#define ROW_ENV                                                                \
    .tp_init = env_init, .tp_str = env_str, .methods = env_methods,            \
    .members = env_members
#define ROW_SYNTAX                                                             \
    .tp_init = syn_init, .tp_str = syn_str, .members = syn_members
#define UNI_ROW .members = uni_members, .getset = uni_getset
#define ROW_DECODE .tp_init = decode_init, .tp_str = decode_str, UNI_ROW
#define ROW_ENCODE .tp_init = encode_init, .tp_str = encode_str, UNI_ROW
#define ROW_TRANSLATE                                                          \
    .tp_init = translate_init, .tp_str = translate_str, UNI_ROW
#define ROW_EXIT .tp_init = exit_init, .members = exit_members
#define ROW_KEY .tp_str = key_str

#define PY_EXC(nm, base_, layout, doc_, row)                                   \
    py_type py_##nm = {PY_TYPE_HEAD("exceptions." #nm, layout),                \
                       .flags = PY_TF_BASE | PY_TF_EXC | PY_TF_WEAKREF,        \
                       ROW_##row};
#include "objects/exceptions.def"
#undef PY_EXC

/* What a static initializer cannot say. */
int py_exceptions_ready(void)
{
#define PY_EXC(nm, base_, layout, doc_, row)                                   \
    py_##nm.base_type =                                                        \
        &py_##nm == &py_BaseException ? &py_object_type : &py_##base_;         \
    py_##nm.doc = doc_;                                                        \
    if (py_type_ready(&py_##nm) < 0)                                           \
        return -1;
#include "objects/exceptions.def"
#undef PY_EXC
    return 0;
}

int py_exceptions_export(py_module *m)
{
#define PY_EXC(nm, base_, layout, doc_, row)                                   \
    if (py_module_set(m, #nm, &py_##nm.base) < 0)                              \
        return -1;
#include "objects/exceptions.def"
#undef PY_EXC
    return 0;
}

const struct py_moduledef py_module_exceptions = {
    "exceptions", "The built-in exceptions.", NULL, py_exceptions_export};

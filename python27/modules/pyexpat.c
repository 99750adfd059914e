/*
 * pyexpat.c: the module pyexpat, over the library expat. A parser object keeps
 * one Python callable a kind of event; the C handler of a kind is installed
 * while there is one.
 */
#include <expat.h>

#include "modules/modutil.h"

/* Attribute, the library's setter, our function. */
#define HANDLERS(X)                                                            \
    X(StartElementHandler, on_start)                                           \
    X(EndElementHandler, on_end)                                               \
    X(ProcessingInstructionHandler, on_pi)                                     \
    X(CharacterDataHandler, on_text)                                           \
    X(UnparsedEntityDeclHandler, on_unparsed)                                  \
    X(NotationDeclHandler, on_notation)                                        \
    X(StartNamespaceDeclHandler, on_ns_start)                                  \
    X(EndNamespaceDeclHandler, on_ns_end)                                      \
    X(CommentHandler, on_comment)                                              \
    X(StartCdataSectionHandler, on_cdata_start)                                \
    X(EndCdataSectionHandler, on_cdata_end)                                    \
    X(DefaultHandler, on_default)                                              \
    X(DefaultHandlerExpand, on_default_expand)                                 \
    X(NotStandaloneHandler, on_not_standalone)                                 \
    X(ExternalEntityRefHandler, on_external)                                   \
    X(StartDoctypeDeclHandler, on_doctype_start)                               \
    X(EndDoctypeDeclHandler, on_doctype_end)                                   \
    X(EntityDeclHandler, on_entity)                                            \
    X(XmlDeclHandler, on_xml)                                                  \
    X(ElementDeclHandler, on_element_decl)                                     \
    X(AttlistDeclHandler, on_attlist)                                          \
    X(SkippedEntityHandler, on_skipped)

enum handler {
#define X(name, fn) H_##name,
    HANDLERS(X)
#undef X
        NHANDLERS
};

enum { DEFAULT_BUFFER = 8192 };

struct py_xmlparser {
    py_object base;
    XML_Parser xp;
    int32_t ordered_attributes, specified_attributes, returns_unicode,
        namespace_prefixes;
    char *buffer; /* of text not yet delivered; NULL: deliver at once */
    int32_t buffer_size, buffer_used;
    py_dict *intern; /* names that were seen; may be NULL */
    py_object *handler[NHANDLERS];
};
TW_GC_TYPE(py_xmlparser);
#define P(o) ((struct py_xmlparser *)(o))
static py_type parser_type;
static py_type *error;

/* ------------------------------------------------------------------- values */

static py_object *text_n(struct py_xmlparser *p, const char *s, intptr_t n)
{
    if (p->returns_unicode)
        return py_unicode_from_utf8(s, n, "strict");
    return (py_object *)py_str_new(s, n);
}

static py_object *text(struct py_xmlparser *p, const char *s)
{
    return s ? text_n(p, s, (intptr_t)strlen(s)) : py_None;
}

/* A name: the same object whenever it is the same name. */
static py_object *name_of(struct py_xmlparser *p, const char *s)
{
    py_object *o = text(p, s), *seen;

    if (!o || !s || !p->intern)
        return o;
    seen = py_dict_get(p->intern, o);
    if (seen || py_err_occurred())
        return seen;
    return py_dict_set(p->intern, o, o) < 0 ? NULL : o;
}

static void *raise_code(struct py_xmlparser *p, enum XML_Error code)
{
    int line = (int)XML_GetErrorLineNumber(p->xp),
        column = (int)XML_GetErrorColumnNumber(p->xp);
    const char *why = XML_ErrorString(code);
    py_str *message = py_str_format_c(
        "%s: line %i, column %i", why ? why : "unknown error", line, column);
    py_object *exc = py_call1(&error->base, (py_object *)message);

    if (!exc || py_setattr_cstr(exc, "code", py_int_new(code)) < 0 ||
        py_setattr_cstr(exc, "offset", py_int_new(column)) < 0 ||
        py_setattr_cstr(exc, "lineno", py_int_new(line)) < 0)
        return NULL;
    return py_raise_obj(exc, NULL);
}

/* ------------------------------------------------------------------- events */

/* Calls the handler; after an error the parser stops and no other is called. */
static py_object *deliver(struct py_xmlparser *p, enum handler h,
                          py_object *const *args, intptr_t n)
{
    py_object *f = p->handler[h], *r = NULL;

    if (py_err_occurred() || !f)
        return NULL;
    for (intptr_t i = 0; i < n; i++)
        if (!args[i])
            goto stop;
    r = py_call_fast(f, args, n, NULL);
stop:
    if (!r)
        XML_StopParser(p->xp, XML_FALSE);
    return r;
}

/* Text that waits goes out before any other event. */
static void flush(struct py_xmlparser *p)
{
    int n = p->buffer_used;

    if (!p->buffer || !n || py_err_occurred())
        return;
    p->buffer_used = 0;
    deliver(p, H_CharacterDataHandler, (py_object *[]){text_n(p, p->buffer, n)},
            1);
}

#define EVENT(h, ...)                                                          \
    do {                                                                       \
        flush(p);                                                              \
        if (!py_err_occurred() && p->handler[h]) {                             \
            py_object *args_[] = {__VA_ARGS__};                                \
            deliver(p, h, args_, sizeof args_ / sizeof *args_);                \
        }                                                                      \
    } while (0)
#define EVENT0(h)                                                              \
    do {                                                                       \
        flush(p);                                                              \
        deliver(p, h, NULL, 0);                                                \
    } while (0)

static py_object *attributes(struct py_xmlparser *p, const XML_Char **atts)
{
    int max = 0;
    py_list *l = p->ordered_attributes ? py_list_new() : NULL;
    py_dict *d = l ? NULL : py_dict_new();

    if (p->specified_attributes)
        max = XML_GetSpecifiedAttributeCount(p->xp);
    else
        while (atts[max])
            max += 2;
    for (int i = 0; i < max; i += 2) {
        py_object *k = name_of(p, atts[i]),
                  *v = k ? text(p, atts[i + 1]) : NULL;
        if (!v)
            return NULL;
        if (l ? py_list_append(l, k) < 0 || py_list_append(l, v) < 0
              : py_dict_set(d, k, v) < 0)
            return NULL;
    }
    return l ? &l->base : &d->base;
}

static void on_start(void *p_, const XML_Char *name, const XML_Char **atts)
{
    struct py_xmlparser *p = p_;
    EVENT(H_StartElementHandler, name_of(p, name), attributes(p, atts));
}

static void on_end(void *p_, const XML_Char *name)
{
    struct py_xmlparser *p = p_;
    EVENT(H_EndElementHandler, name_of(p, name));
}

static void on_pi(void *p_, const XML_Char *target, const XML_Char *data)
{
    struct py_xmlparser *p = p_;
    EVENT(H_ProcessingInstructionHandler, name_of(p, target), text(p, data));
}

static void on_text(void *p_, const XML_Char *s, int n)
{
    struct py_xmlparser *p = p_;

    if (py_err_occurred())
        return;
    if (p->buffer && p->buffer_used + n > p->buffer_size)
        flush(p);
    if (p->buffer && n <= p->buffer_size) {
        memcpy(p->buffer + p->buffer_used, s, (size_t)n);
        p->buffer_used += n;
        return;
    }
    if (p->handler[H_CharacterDataHandler] && !py_err_occurred())
        deliver(p, H_CharacterDataHandler, (py_object *[]){text_n(p, s, n)}, 1);
}

static void on_unparsed(void *p_, const XML_Char *name, const XML_Char *base,
                        const XML_Char *sys, const XML_Char *pub,
                        const XML_Char *notation)
{
    struct py_xmlparser *p = p_;
    EVENT(H_UnparsedEntityDeclHandler, name_of(p, name), name_of(p, base),
          name_of(p, sys), name_of(p, pub), name_of(p, notation));
}

static void on_notation(void *p_, const XML_Char *name, const XML_Char *base,
                        const XML_Char *sys, const XML_Char *pub)
{
    struct py_xmlparser *p = p_;
    EVENT(H_NotationDeclHandler, name_of(p, name), name_of(p, base),
          name_of(p, sys), name_of(p, pub));
}

static void on_ns_start(void *p_, const XML_Char *prefix, const XML_Char *uri)
{
    struct py_xmlparser *p = p_;
    EVENT(H_StartNamespaceDeclHandler, name_of(p, prefix), name_of(p, uri));
}

static void on_ns_end(void *p_, const XML_Char *prefix)
{
    struct py_xmlparser *p = p_;
    EVENT(H_EndNamespaceDeclHandler, name_of(p, prefix));
}

static void on_comment(void *p_, const XML_Char *s)
{
    struct py_xmlparser *p = p_;
    EVENT(H_CommentHandler, text(p, s));
}

static void on_cdata_start(void *p_)
{
    struct py_xmlparser *p = p_;
    EVENT0(H_StartCdataSectionHandler);
}

static void on_cdata_end(void *p_)
{
    struct py_xmlparser *p = p_;
    EVENT0(H_EndCdataSectionHandler);
}

static void on_default(void *p_, const XML_Char *s, int n)
{
    struct py_xmlparser *p = p_;
    EVENT(H_DefaultHandler, text_n(p, s, n));
}

static void on_default_expand(void *p_, const XML_Char *s, int n)
{
    struct py_xmlparser *p = p_;
    EVENT(H_DefaultHandlerExpand, text_n(p, s, n));
}

/* What a handler's result says to the parser: 0 stops it. */
static int verdict(struct py_xmlparser *p, py_object *r)
{
    int v = 0;

    if (!r)
        return 0;
    if (py_arg_int(r, &v) < 0)
        XML_StopParser(p->xp, XML_FALSE);
    return v;
}

static int on_not_standalone(void *p_)
{
    struct py_xmlparser *p = p_;
    flush(p);
    return verdict(p, deliver(p, H_NotStandaloneHandler, NULL, 0));
}

static int on_external(XML_Parser xp, const XML_Char *context,
                       const XML_Char *base, const XML_Char *sys,
                       const XML_Char *pub)
{
    struct py_xmlparser *p = XML_GetUserData(xp);
    flush(p);
    if (py_err_occurred())
        return 0;
    py_object *args[] = {text(p, context), name_of(p, base), name_of(p, sys),
                         name_of(p, pub)};
    return verdict(p, deliver(p, H_ExternalEntityRefHandler, args, 4));
}

static void on_doctype_start(void *p_, const XML_Char *name,
                             const XML_Char *sys, const XML_Char *pub,
                             int internal)
{
    struct py_xmlparser *p = p_;
    EVENT(H_StartDoctypeDeclHandler, name_of(p, name), name_of(p, sys),
          name_of(p, pub), py_int_new(internal));
}

static void on_doctype_end(void *p_)
{
    struct py_xmlparser *p = p_;
    EVENT0(H_EndDoctypeDeclHandler);
}

static void on_entity(void *p_, const XML_Char *name, int parameter,
                      const XML_Char *value, int n, const XML_Char *base,
                      const XML_Char *sys, const XML_Char *pub,
                      const XML_Char *notation)
{
    struct py_xmlparser *p = p_;
    EVENT(H_EntityDeclHandler, name_of(p, name), py_int_new(parameter),
          value ? text_n(p, value, n) : py_None, name_of(p, base),
          name_of(p, sys), name_of(p, pub), name_of(p, notation));
}

static void on_xml(void *p_, const XML_Char *version, const XML_Char *encoding,
                   int standalone)
{
    struct py_xmlparser *p = p_;
    EVENT(H_XmlDeclHandler, text(p, version), text(p, encoding),
          py_int_new(standalone));
}

/* (type, quantifier, name, children) */
static py_object *model_tuple(struct py_xmlparser *p, const XML_Content *m)
{
    py_tuple *kids = py_tuple_new(m->numchildren), *t = py_tuple_new(4);

    if (py_recursion_enter(" in an element's content model"))
        return NULL;
    for (unsigned i = 0; kids && i < m->numchildren; i++)
        if (!(kids->item[i] = model_tuple(p, &m->children[i])))
            kids = NULL;
    py_recursion_leave();
    if (!kids)
        return NULL;
    t->item[0] = py_int_new(m->type);
    t->item[1] = py_int_new(m->quant);
    t->item[2] = name_of(p, m->name);
    t->item[3] = &kids->base;
    return t->item[2] ? &t->base : NULL;
}

static void on_element_decl(void *p_, const XML_Char *name, XML_Content *model)
{
    struct py_xmlparser *p = p_;
    EVENT(H_ElementDeclHandler, name_of(p, name), model_tuple(p, model));
    XML_FreeContentModel(p->xp, model);
}

static void on_attlist(void *p_, const XML_Char *element, const XML_Char *name,
                       const XML_Char *type, const XML_Char *value,
                       int required)
{
    struct py_xmlparser *p = p_;
    EVENT(H_AttlistDeclHandler, name_of(p, element), name_of(p, name),
          text(p, type), text(p, value), py_int_new(required));
}

static void on_skipped(void *p_, const XML_Char *name, int parameter)
{
    struct py_xmlparser *p = p_;
    EVENT(H_SkippedEntityHandler, name_of(p, name), py_int_new(parameter));
}

static void install(struct py_xmlparser *p, enum handler h, int on)
{
    switch (h) {
#define X(name, fn)                                                            \
    case H_##name:                                                             \
        XML_Set##name(p->xp, on ? fn : NULL);                                  \
        break;
        HANDLERS(X)
#undef X
    case NHANDLERS:
        break;
    }
}

/* --------------------------------------------------------------- attributes */

static py_object *get_handler(py_object *o, void *data)
{
    py_object *f = P(o)->handler[(intptr_t)data];
    return f ? f : py_None;
}

static int set_handler(py_object *o, py_object *v, void *data)
{
    enum handler h = (enum handler)(intptr_t)data;

    if (!v)
        return py_raise_i(&py_RuntimeError, "Cannot delete attribute");
    if (h == H_CharacterDataHandler) {
        flush(P(o));
        if (py_err_occurred())
            return -1;
    }
    P(o)->handler[h] = v == py_None ? NULL : v;
    install(P(o), h, v != py_None);
    return 0;
}

static py_object *get_flag(py_object *o, void *data)
{
    return py_bool(*(int32_t *)((char *)o + (intptr_t)data));
}

static int set_flag(py_object *o, py_object *v, void *data)
{
    int on = v ? py_is_true(v)
               : py_raise_i(&py_RuntimeError, "Cannot delete attribute");
    if (on < 0)
        return -1;
    *(int32_t *)((char *)o + (intptr_t)data) = on;
    if ((intptr_t)data == offsetof(struct py_xmlparser, namespace_prefixes))
        XML_SetReturnNSTriplet(P(o)->xp, on);
    return 0;
}

static py_object *get_buffer_text(py_object *o, void *data)
{
    (void)data;
    return py_bool(P(o)->buffer != NULL);
}

static int set_buffer_text(py_object *o, py_object *v, void *data)
{
    int on = v ? py_is_true(v)
               : py_raise_i(&py_RuntimeError, "Cannot delete attribute");
    (void)data;
    if (on < 0)
        return -1;
    if (!on) {
        flush(P(o));
        P(o)->buffer = NULL;
        return py_err_occurred() ? -1 : 0;
    }
    if (!P(o)->buffer) {
        P(o)->buffer = tw_gc_malloc_atomic((size_t)P(o)->buffer_size);
        P(o)->buffer_used = 0;
        if (!P(o)->buffer)
            return py_raise_nomemory(), -1;
    }
    return 0;
}

static py_object *get_buffer_size(py_object *o, void *data)
{
    (void)data;
    return py_int_new(P(o)->buffer_size);
}

static int set_buffer_size(py_object *o, py_object *v, void *data)
{
    int64_t n;

    (void)data;
    if (!v)
        return py_raise_i(&py_RuntimeError, "Cannot delete attribute");
    if (!py_is_int(v))
        return py_raise_i(&py_TypeError, "buffer_size must be an integer");
    n = py_int_value(v);
    if (n == P(o)->buffer_size)
        return 0;
    if (n <= 0)
        return py_raise_i(&py_ValueError,
                          "buffer_size must be greater than zero");
    if (n > INT32_MAX)
        return py_raise_i(&py_ValueError,
                          "buffer_size must not be greater than %i", INT32_MAX);
    if (P(o)->buffer) {
        flush(P(o));
        if (py_err_occurred())
            return -1;
        char *b = tw_gc_malloc_atomic((size_t)n);
        if (!b)
            return py_raise_nomemory(), -1;
        P(o)->buffer = b;
    }
    P(o)->buffer_size = (int32_t)n;
    return 0;
}

static py_object *get_buffer_used(py_object *o, void *data)
{
    (void)data;
    return py_int_new(P(o)->buffer ? P(o)->buffer_used : 0);
}

static py_object *get_intern(py_object *o, void *data)
{
    (void)data;
    return P(o)->intern ? &P(o)->intern->base : py_None;
}

enum position { CODE, LINE, COLUMN, INDEX };

static py_object *get_position(py_object *o, void *data)
{
    XML_Parser xp = P(o)->xp;

    switch ((enum position)(intptr_t)data) {
    case CODE:
        return py_int_new(XML_GetErrorCode(xp));
    case LINE:
        return py_int_new((int64_t)XML_GetCurrentLineNumber(xp));
    case COLUMN:
        return py_int_new((int64_t)XML_GetCurrentColumnNumber(xp));
    case INDEX:
        return py_int_new((int64_t)XML_GetCurrentByteIndex(xp));
    }
    return NULL;
}

#define FLAG(n)                                                                \
    {#n, get_flag, set_flag, NULL, (void *)offsetof(struct py_xmlparser, n)}
#define POSITION(n, what) {n, get_position, NULL, NULL, (void *)what}
static const struct py_getset parser_getset[] = {
#define X(name, fn) {#name, get_handler, set_handler, NULL, (void *)H_##name},
    HANDLERS(X)
#undef X
        FLAG(ordered_attributes),
    FLAG(specified_attributes),
    FLAG(returns_unicode),
    FLAG(namespace_prefixes),
    {"buffer_text", get_buffer_text, set_buffer_text, NULL, NULL},
    {"buffer_size", get_buffer_size, set_buffer_size, NULL, NULL},
    {"buffer_used", get_buffer_used, NULL, NULL, NULL},
    {"intern", get_intern, NULL, NULL, NULL},
    POSITION("ErrorCode", CODE),
    POSITION("ErrorLineNumber", LINE),
    POSITION("ErrorColumnNumber", COLUMN),
    POSITION("ErrorByteIndex", INDEX),
    POSITION("CurrentLineNumber", LINE),
    POSITION("CurrentColumnNumber", COLUMN),
    POSITION("CurrentByteIndex", INDEX),
    {NULL, NULL, NULL, NULL, NULL},
};

/* ------------------------------------------------------------------ methods */

static py_object *finish_parse(struct py_xmlparser *p, enum XML_Status status)
{
    if (py_err_occurred())
        return NULL;
    if (status == XML_STATUS_ERROR)
        return raise_code(p, XML_GetErrorCode(p->xp));
    flush(p);
    return py_err_occurred() ? NULL : py_int_new(status);
}

/* The library takes an int's worth at a time. */
static py_object *parse(struct py_xmlparser *p, const char *s, intptr_t n,
                        int final)
{
    enum { STEP = 1 << 20 };
    enum XML_Status st;

    do {
        int k = n > STEP ? STEP : (int)n;
        st = XML_Parse(p->xp, s, k, final && k == n);
        s += k;
        n -= k;
    } while (n && st != XML_STATUS_ERROR && !py_err_occurred());
    return finish_parse(p, st);
}

static py_object *p_Parse(py_object *self, py_object *data, py_object *final)
{
    int last = 0;
    intptr_t n;

    if (py_is_unicode(data) && !(data = py_unicode_encode(data, NULL, NULL)))
        return NULL;
    const char *s = py_arg_bytes(data, "Parse", 1, &n);
    if (!s || (final && py_arg_int(final, &last) < 0))
        return NULL;
    return parse(P(self), s, n, last);
}

static py_object *p_ParseFile(py_object *self, py_object *file)
{
    enum { CHUNK = 2048 };
    py_object *read = py_getattr_cstr(file, "read");

    if (!read) {
        py_err_clear();
        return py_raise(&py_TypeError, "argument must have 'read' attribute");
    }
    for (;;) {
        py_object *s = py_call1(read, py_int_new(CHUNK)), *r;
        if (!s)
            return NULL;
        if (!py_is_str(s))
            return py_raise(&py_TypeError,
                            "read() did not return a string object (type=%T)",
                            s);
        intptr_t n = ((py_str *)s)->n;
        if (n > CHUNK)
            return py_raise(&py_ValueError,
                            "read() returned too much data: %i bytes "
                            "requested, %zd returned",
                            CHUNK, n);
        r = parse(P(self), ((py_str *)s)->data, n, n == 0);
        if (!r || n == 0)
            return r;
    }
}

static py_object *p_SetBase(py_object *self, py_object *base)
{
    const char *s = py_arg_cstr(base, "SetBase", 1);

    if (!s)
        return NULL;
    return XML_SetBase(P(self)->xp, s) ? py_None : py_raise_nomemory();
}

static py_object *p_GetBase(py_object *self)
{
    const char *s = XML_GetBase(P(self)->xp);
    return s ? (py_object *)py_str_from(s) : py_None;
}

static py_object *p_GetInputContext(py_object *self)
{
    int offset, size;
    const char *s = XML_GetInputContext(P(self)->xp, &offset, &size);

    return s ? (py_object *)py_str_new(s + offset, size - offset) : py_None;
}

static py_object *p_SetParamEntityParsing(py_object *self, py_object *flag)
{
    int f;

    if (py_arg_int(flag, &f) < 0)
        return NULL;
    return py_int_new(
        XML_SetParamEntityParsing(P(self)->xp, (enum XML_ParamEntityParsing)f));
}

static py_object *p_UseForeignDTD(py_object *self, py_object *flag)
{
    int on = flag ? py_is_true(flag) : 1;

    if (on < 0)
        return NULL;
    enum XML_Error e =
        XML_UseForeignDTD(P(self)->xp, on ? XML_TRUE : XML_FALSE);
    return e == XML_ERROR_NONE ? py_None : raise_code(P(self), e);
}

static void parser_free(void *o, void *data)
{
    (void)data;
    XML_ParserFree(P(o)->xp);
}

static py_object *parser_new(XML_Parser xp, py_dict *intern)
{
    struct py_xmlparser *p;

    if (!xp)
        return py_raise(&py_RuntimeError, "XML_ParserCreate failed");
    p = PY_NEW(py_xmlparser, &parser_type);
    p->xp = xp;
    p->buffer_size = DEFAULT_BUFFER;
    p->returns_unicode = 1;
    p->intern = intern;
    XML_SetUserData(xp, p);
    tw_gc_set_finalizer(p, parser_free, NULL);
    return &p->base;
}

static py_object *p_ExternalEntityParserCreate(py_object *self,
                                               py_object *context,
                                               py_object *encoding)
{
    struct py_xmlparser *p = P(self), *q;
    const char *c = NULL, *e = NULL;

    if (context != py_None &&
        !(c = py_arg_cstr(context, "ExternalEntityParserCreate", 1)))
        return NULL;
    if (encoding &&
        !(e = py_arg_cstr(encoding, "ExternalEntityParserCreate", 2)))
        return NULL;
    q = P(parser_new(XML_ExternalEntityParserCreate(p->xp, c, e), p->intern));
    if (!q)
        return NULL;
    q->buffer_size = p->buffer_size;
    if (p->buffer && !(q->buffer = tw_gc_malloc_atomic((size_t)p->buffer_size)))
        return py_raise_nomemory();
    q->ordered_attributes = p->ordered_attributes;
    q->specified_attributes = p->specified_attributes;
    q->returns_unicode = p->returns_unicode;
    q->namespace_prefixes = p->namespace_prefixes;
    for (int h = 0; h < NHANDLERS; h++)
        if ((q->handler[h] = p->handler[h]))
            install(q, (enum handler)h, 1);
    return &q->base;
}

static const struct py_methoddef parser_methods[] = {
    PY_M(1, 2, "Parse", p_Parse,
         "Parse(data[, isfinal]): parses XML; handlers are called."),
    PY_M1("ParseFile", p_ParseFile, "Parses what the file's read() gives."),
    PY_M1("SetBase", p_SetBase, "Sets the base for relative system names."),
    PY_M0("GetBase", p_GetBase, "The base, or None."),
    PY_M0("GetInputContext", p_GetInputContext,
          "The text around the current position; in a handler only."),
    PY_M(1, 2, "ExternalEntityParserCreate", p_ExternalEntityParserCreate,
         "A parser for an external entity, as this one."),
    PY_M1("SetParamEntityParsing", p_SetParamEntityParsing,
          "Says whether parameter entities are parsed."),
    PY_M(0, 1, "UseForeignDTD", p_UseForeignDTD,
         "Says whether a document without DTD asks for one."),
    PY_MEND,
};

static int parser_setattr(py_object *o, py_str *name, py_object *v)
{
    if (!py_type_lookup(&parser_type, name))
        return py_raise_i(&py_AttributeError, "%S", name);
    return py_object_setattr(o, name, v);
}

static py_type parser_type = {
    PY_TYPE_HEAD("pyexpat.xmlparser", py_xmlparser),
    .tp_setattr = parser_setattr,
    .methods = parser_methods,
    .getset = parser_getset,
    .doc = "XML parser",
};

/* ------------------------------------------------------------------- module */

/* Bytes of a single-byte encoding that Python knows and expat does not. */
static int unknown_encoding(void *data, const XML_Char *name,
                            XML_Encoding *info)
{
    char all[256];
    py_object *u;

    (void)data;
    if (py_err_occurred())
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    u = py_unicode_decode(all, 256, name, "replace");
    if (!u)
        return XML_STATUS_ERROR;
    if (((py_unicode *)u)->n != 256)
        return py_raise(&py_ValueError,
                        "multi-byte encodings are not supported"),
               XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) {
        uint32_t c = ((py_unicode *)u)->data[i];
        info->map[i] = c == 0xfffd ? -1 : (int)c;
    }
    info->data = NULL;
    info->convert = NULL;
    info->release = NULL;
    return XML_STATUS_OK;
}

static const char *optional_text(py_object *o, int arg, int *bad)
{
    const char *s;

    if (!o || o == py_None)
        return NULL;
    if (!py_is_str(o) && !py_is_unicode(o)) {
        *bad = 1;
        return py_arg_error("ParserCreate", arg, "string or None", o);
    }
    s = py_arg_cstr(o, "ParserCreate", arg);
    *bad |= !s;
    return s;
}

static py_object *m_ParserCreate(py_object *self, py_object *const *args,
                                 intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"encoding", "namespace_separator",
                                        "intern"};
    py_object *a[3], *p;
    const char *encoding, *sep;
    int bad = 0;

    (void)self;
    if (py_args_kw("ParserCreate", args, nargs, kwnames, names, 3, 0, a) < 0)
        return NULL;
    encoding = optional_text(a[0], 1, &bad);
    sep = bad ? NULL : optional_text(a[1], 2, &bad);
    if (bad)
        return NULL;
    if (sep && strlen(sep) > 1)
        return py_raise(&py_ValueError, "namespace_separator must be at most "
                                        "one character, omitted, or None");
    if (a[2] && a[2] != py_None && !py_is_dict(a[2]))
        return py_raise(&py_TypeError, "intern must be a dictionary");
    p = parser_new(XML_ParserCreate_MM(encoding, NULL, sep),
                   !a[2]             ? py_dict_new()
                   : a[2] == py_None ? NULL
                                     : (py_dict *)a[2]);
    if (p)
        XML_SetUnknownEncodingHandler(P(p)->xp, unknown_encoding, NULL);
    return p;
}

static py_object *m_ErrorString(py_object *self, py_object *code)
{
    int c;

    (void)self;
    if (py_arg_int(code, &c) < 0)
        return NULL;
    const char *s = XML_ErrorString((enum XML_Error)c);
    return s ? (py_object *)py_str_from(s) : py_None;
}

static const struct py_methoddef methods[] = {
    PY_MKW("ParserCreate", m_ParserCreate,
           "ParserCreate([encoding[, namespace_separator[, intern]]]): a new "
           "parser."),
    PY_M1("ErrorString", m_ErrorString, "The text of an error number."),
    PY_MEND,
};

static const struct {
    const char *name;
    enum XML_Error code;
} errors[] = {
#define E(n) {"XML_ERROR_" #n, XML_ERROR_##n},
    E(NO_MEMORY) E(SYNTAX) E(NO_ELEMENTS) E(INVALID_TOKEN) E(UNCLOSED_TOKEN)
        E(PARTIAL_CHAR) E(TAG_MISMATCH) E(DUPLICATE_ATTRIBUTE)
            E(JUNK_AFTER_DOC_ELEMENT) E(PARAM_ENTITY_REF) E(UNDEFINED_ENTITY) E(
                RECURSIVE_ENTITY_REF) E(ASYNC_ENTITY) E(BAD_CHAR_REF)
                E(BINARY_ENTITY_REF) E(ATTRIBUTE_EXTERNAL_ENTITY_REF) E(
                    MISPLACED_XML_PI) E(UNKNOWN_ENCODING) E(INCORRECT_ENCODING)
                    E(UNCLOSED_CDATA_SECTION) E(EXTERNAL_ENTITY_HANDLING)
                        E(NOT_STANDALONE) E(UNEXPECTED_STATE)
                            E(ENTITY_DECLARED_IN_PE) E(FEATURE_REQUIRES_XML_DTD)
                                E(CANT_CHANGE_FEATURE_ONCE_PARSING)
                                    E(UNBOUND_PREFIX) E(UNDECLARING_PREFIX)
                                        E(INCOMPLETE_PE) E(XML_DECL)
                                            E(TEXT_DECL) E(PUBLICID)
                                                E(SUSPENDED) E(NOT_SUSPENDED)
                                                    E(ABORTED) E(FINISHED)
                                                        E(SUSPEND_PE)
#undef E
};

static const struct py_intconst model_constants[] = {
    {"XML_CTYPE_EMPTY", XML_CTYPE_EMPTY},
    {"XML_CTYPE_ANY", XML_CTYPE_ANY},
    {"XML_CTYPE_MIXED", XML_CTYPE_MIXED},
    {"XML_CTYPE_NAME", XML_CTYPE_NAME},
    {"XML_CTYPE_CHOICE", XML_CTYPE_CHOICE},
    {"XML_CTYPE_SEQ", XML_CTYPE_SEQ},
    {"XML_CQUANT_NONE", XML_CQUANT_NONE},
    {"XML_CQUANT_OPT", XML_CQUANT_OPT},
    {"XML_CQUANT_REP", XML_CQUANT_REP},
    {"XML_CQUANT_PLUS", XML_CQUANT_PLUS},
    {NULL, 0},
};

static const struct py_intconst constants[] = {
    {"XML_PARAM_ENTITY_PARSING_NEVER", XML_PARAM_ENTITY_PARSING_NEVER},
    {"XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE",
     XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE},
    {"XML_PARAM_ENTITY_PARSING_ALWAYS", XML_PARAM_ENTITY_PARSING_ALWAYS},
    {NULL, 0},
};

static int add_features(py_module *m)
{
    py_list *l = py_list_new();

    for (const XML_Feature *f = XML_GetFeatureList();
         f->feature != XML_FEATURE_END; f++) {
        py_tuple *t = py_tuple_pack2((py_object *)py_str_from(f->name),
                                     py_int_new(f->value));
        if (py_list_append(l, &t->base) < 0)
            return -1;
    }
    return py_module_set(m, "features", &l->base);
}

static int init(py_module *m)
{
    XML_Expat_Version v = XML_ExpatVersionInfo();
    py_module *e = py_module_add("pyexpat.errors"),
              *model = py_module_add("pyexpat.model");

    error = (py_type *)py_exception_new("xml.parsers.expat.ExpatError",
                                        &py_Exception);
    if (!error || py_module_set(m, "error", &error->base) < 0 ||
        py_module_set(m, "ExpatError", &error->base) < 0 ||
        py_module_set_type(m, "XMLParserType", &parser_type) < 0 ||
        py_module_set_str(m, "EXPAT_VERSION", XML_ExpatVersion()) < 0 ||
        py_module_set_str(m, "native_encoding", "UTF-8") < 0 ||
        py_module_set(m, "version_info",
                      &py_tuple_pack3(py_int_new(v.major), py_int_new(v.minor),
                                      py_int_new(v.micro))
                           ->base) < 0 ||
        py_module_set_ints(m, constants) < 0 || add_features(m) < 0 ||
        py_module_set(m, "errors", &e->base) < 0 ||
        py_module_set(m, "model", &model->base) < 0 ||
        py_module_set_str(e, "__doc__", "Texts of the errors of expat.") < 0 ||
        py_module_set_str(model, "__doc__", "Numbers in content models.") < 0)
        return -1;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (py_module_set_str(e, errors[i].name,
                              XML_ErrorString(errors[i].code)) < 0)
            return -1;
    return py_module_set_ints(model, model_constants);
}

const struct py_moduledef py_module_pyexpat = {
    "pyexpat", "Parsing XML, by the library expat.", methods, init};

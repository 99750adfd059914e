/*
 * traceback.c: traceback objects, and the text of an uncaught exception.
 */
#include <stdio.h>
#include <stdlib.h>

#include "objects/runtime.h"

TW_GC_TYPE(py_traceback);

#define T(o) ((py_traceback *)(o))

void py_traceback_here(py_frame *f)
{
    py_traceback *t = PY_NEW(py_traceback, &py_traceback_type);
    t->next = py_ec->exc_tb;
    t->frame = f;
    t->lasti = f->lasti;
    t->lineno = 0;
    py_frame_escapes(f);
    py_ec->exc_tb = t;
}

static int line_of(py_traceback *t)
{
    if (!t->lineno)
        t->lineno = py_code_line(t->frame->code, t->lasti < 0 ? 0 : t->lasti);
    return t->lineno;
}

static py_object *get_next(py_object *o, void *d)
{
    (void)d;
    return T(o)->next ? &T(o)->next->base : py_None;
}

static py_object *get_frame(py_object *o, void *d)
{
    (void)d;
    return &T(o)->frame->base;
}

static py_object *get_lasti(py_object *o, void *d)
{
    (void)d;
    return py_int_new(T(o)->lasti);
}

static py_object *get_lineno(py_object *o, void *d)
{
    (void)d;
    return py_int_new(line_of(T(o)));
}

static const struct py_getset tb_getset[] = {
    {"tb_next", get_next, py_readonly, NULL, NULL},
    {"tb_frame", get_frame, py_readonly, NULL, NULL},
    {"tb_lasti", get_lasti, py_readonly, NULL, NULL},
    {"tb_lineno", get_lineno, py_readonly, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_traceback_type = {
    PY_TYPE_HEAD("traceback", py_traceback),
    .getset = tb_getset,
};

/* --------------------------------------------------------------- printing */

int py_file_write_cstr(py_object *file, const char *s)
{
    py_object *r =
        py_call_method1(file, py_id_write, (py_object *)py_str_from(s));
    return r ? 0 : -1;
}

static int write_str(py_object *file, py_str *s)
{
    return s && py_call_method1(file, py_id_write, &s->base) ? 0 : -1;
}

/* Opens the source: as named, else by its last part along sys.path. */
static FILE *open_source(const char *name)
{
    FILE *fp = fopen(name, "r");
    if (fp)
        return fp;
    const char *tail = strrchr(name, '/');
    tail = tail ? tail + 1 : name;
    py_object *path = py_dict_get_str(py_module_add("sys")->dict, py_id_path);
    if (!path || !py_is_list(path))
        return NULL;
    for (intptr_t i = 0; i < py_list_len((py_list *)path) && !fp; i++) {
        py_object *dir = py_list_get((py_list *)path, i);
        if (!py_is_str(dir))
            continue;
        py_str *full = ((py_str *)dir)->n ? py_str_format_c("%S/%s", dir, tail)
                                          : py_str_from(tail);
        fp = fopen(py_str_cstr(full), "r");
    }
    return fp;
}

static const char *blanks(int64_t n)
{
    char *s = tw_gc_malloc_atomic(n > 0 ? (size_t)n + 1 : 1);
    if (n > 0)
        memset(s, ' ', (size_t)n);
    return s;
}

/* The line, without indentation, behind `indent` blanks; nothing when it
 * cannot be read. */
int py_print_source_line(py_object *file, const char *name, int line,
                         int indent)
{
    FILE *fp = open_source(name);
    if (!fp)
        return 0;
    char *text = NULL;
    size_t cap = 0;
    ssize_t n = -1;
    for (int i = 0; i < line; i++)
        if ((n = getline(&text, &cap, fp)) < 0)
            break;
    fclose(fp);
    int rc = 0;
    if (n >= 0) {
        char *p = text;
        while (*p == ' ' || *p == '\t' || *p == '\f')
            p++;
        while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
            text[--n] = 0;
        rc = write_str(file, py_str_format_c("%s%s\n", blanks(indent), p));
    }
    free(text);
    return rc;
}

int py_traceback_print(py_traceback *tb, py_object *file)
{
    int64_t limit = 1000;
    py_object *v =
        py_dict_get_str(py_module_add("sys")->dict, py_id_tracebacklimit);
    if (v && py_is_int(v)) {
        limit = py_int_value(v);
        if (limit <= 0)
            return 0;
    }
    if (py_file_write_cstr(file, "Traceback (most recent call last):\n") < 0)
        return -1;
    int64_t depth = 0;
    for (py_traceback *t = tb; t; t = t->next)
        depth++;
    for (; tb; tb = tb->next, depth--) {
        if (depth > limit)
            continue;
        py_code *c = tb->frame->code;
        if (write_str(file,
                      py_str_format_c("  File \"%S\", line %d, in %S\n",
                                      c->filename, line_of(tb), c->name)) < 0 ||
            py_print_source_line(file, py_str_cstr(c->filename), line_of(tb),
                                 4) < 0)
            return -1;
    }
    return 0;
}

/* A SyntaxError's file, line, text and caret. */
static int print_syntax(py_object *value, py_object *file)
{
    struct py_syntaxerror *s = (struct py_syntaxerror *)value;
    const char *name = s->filename && py_is_str(s->filename)
                           ? py_str_cstr((py_str *)s->filename)
                           : "<string>";
    int64_t line = 0, offset = -1;
    if (!s->lineno || !py_fits_int64(s->lineno, &line))
        return 0; /* not placed */
    if (s->offset && !py_fits_int64(s->offset, &offset))
        offset = -1;
    if (write_str(file, py_str_format_c("  File \"%s\", line %lld\n", name,
                                        (long long)line)) < 0)
        return -1;
    if (!s->text || !py_is_str(s->text))
        return 0;
    const char *text = py_str_cstr((py_str *)s->text);
    if (offset >= 0) {
        if (offset > 0 && (size_t)offset == strlen(text) &&
            text[offset - 1] == '\n')
            offset--;
        for (;;) {
            const char *nl = strchr(text, '\n');
            if (!nl || nl - text >= offset)
                break;
            offset -= (nl + 1 - text);
            text = nl + 1;
        }
        while (*text == ' ' || *text == '\t' || *text == '\f') {
            text++;
            offset--;
        }
    }
    size_t n = strlen(text);
    if (py_file_write_cstr(file, "    ") < 0 ||
        py_file_write_cstr(file, text) < 0 ||
        ((n == 0 || text[n - 1] != '\n') && py_file_write_cstr(file, "\n") < 0))
        return -1;
    if (offset < 0)
        return 0;
    return write_str(file, py_str_format_c("    %s^\n", blanks(offset - 1)));
}

/* What the default sys.excepthook writes. */
int py_exception_display(py_object *type, py_object *value, py_object *tb,
                         py_object *file)
{
    if (tb && py_type_of(tb) == &py_traceback_type &&
        py_traceback_print((py_traceback *)tb, file) < 0)
        return -1;
    if (value && py_isinst(value, &py_SyntaxError) &&
        print_syntax(value, file) < 0)
        return -1;
    py_object *text = NULL;
    if (value && py_isinst(value, &py_SyntaxError)) {
        py_object *msg = ((struct py_syntaxerror *)value)->msg;
        text = msg ? msg : py_None;
    } else if (value && value != py_None) {
        text = value;
    }
    int is_class = PY_IS(type, PY_TF_TYPE) || py_is_classobj(type);
    if (is_class) {
        py_object *mod = py_getattr_maybe(type, py_id___module__);
        py_object *name = py_getattr_maybe(type, py_id___name__);
        py_err_clear();
        if (!mod || !py_is_str(mod)) {
            if (py_file_write_cstr(file, "<unknown>") < 0)
                return -1;
        } else if (!py_str_eq_cstr((py_str *)mod, "exceptions") &&
                   write_str(file, py_str_format_c("%S.", mod)) < 0) {
            return -1;
        }
        if (py_file_write_cstr(file, name && py_is_str(name)
                                         ? py_str_cstr((py_str *)name)
                                         : "<unknown>") < 0)
            return -1;
    } else {
        py_object *s = py_str_of(type);
        if (!s || write_str(file, (py_str *)s) < 0)
            return -1;
    }
    if (text) {
        py_object *s = py_str_of(text);
        if (!s) {
            py_err_clear();
            if (py_file_write_cstr(file, ": <exception str() failed>") < 0)
                return -1;
        } else if (((py_str *)s)->n || !is_class) {
            if (write_str(file, py_str_format_c(": %S", s)) < 0)
                return -1;
        }
    }
    return py_file_write_cstr(file, "\n");
}

static py_object *or_none(void *o)
{
    return o ? (py_object *)o : py_None;
}

void py_err_print(void)
{
    struct py_savedexc s = py_err_save();
    if (!s.exc)
        return;
    py_module *sys = py_module_add("sys");
    py_object *type = py_exc_class(s.exc), *tb = or_none(s.tb);
    py_module_set(sys, "last_type", type);
    py_module_set(sys, "last_value", s.exc);
    py_module_set(sys, "last_traceback", tb);
    py_object *hook = py_dict_get_str(sys->dict, py_id_excepthook);
    py_object *err = py_dict_get_str(sys->dict, py_id_stderr);
    if (!err) {
        fprintf(stderr, "lost sys.stderr\n");
        return;
    }
    if (hook) {
        if (py_call3(hook, type, s.exc, tb))
            return;
        struct py_savedexc s2 = py_err_save();
        if (s2.exc && py_isinst(s2.exc, &py_SystemExit)) {
            py_err_restore(s2);
            return;
        }
        if (err && err != py_None) {
            py_file_write_cstr(err, "Error in sys.excepthook:\n");
            if (s2.exc)
                py_exception_display(py_exc_class(s2.exc), s2.exc,
                                     or_none(s2.tb), err);
            py_file_write_cstr(err, "\nOriginal exception was:\n");
        }
    }
    if (err && err != py_None)
        py_exception_display(type, s.exc, tb, err);
    py_err_clear();
}

/* error.c: see error.h. */
#include "compiler/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "objects/abstract.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/exceptions.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

/* A line of a file, without leading blanks; None when it cannot be had. */
static py_object *program_text(const char *filename, int line)
{
    FILE *f = filename && *filename && line > 0 ? fopen(filename, "r") : NULL;
    char *buf = NULL;
    size_t size = 0;
    ssize_t n = -1;
    py_object *text = py_None;
    if (!f)
        return text;
    for (int i = 0; i < line; i++) {
        n = getline(&buf, &size, f);
        if (n < 0)
            break;
    }
    fclose(f);
    if (n >= 0) {
        const char *p = buf;
        while (*p == ' ' || *p == '\t' || *p == '\f')
            p++, n--;
        /* CPython reads lines in pieces and reports the last one. */
        for (; n > 999; n -= 999)
            p += 999;
        text = (py_object *)py_str_new(p, n);
    }
    free(buf);
    return text;
}

static int raise_with(py_type *type, const char *msg, const char *filename,
                      int line, py_object *offset, py_object *text)
{
    py_tuple *where = py_tuple_new(4);
    py_str *m = py_str_from(msg);
    if (!where || !m || !text)
        return -1;
    where->item[0] = filename ? (py_object *)py_str_from(filename) : py_None;
    where->item[1] = py_int_new(line);
    where->item[2] = offset;
    where->item[3] = text;
    py_object *e = py_call2(&type->base, (py_object *)m, (py_object *)where);
    if (e)
        py_raise_obj(e, NULL);
    return -1;
}

int error_parse(const char *filename, const struct parse_error *e)
{
    switch (e->kind) {
    case PARSE_OK:
    case PARSE_OVERFLOW:
        fputs("s_push: parser stack overflow\n", stderr);
        py_raise_nomemory();
        return -1;
    case PARSE_LATER:
        return error_compile(filename, e->line, e->msg);
    case PARSE_SYNTAX:
    case PARSE_INDENTATION:
    case PARSE_TAB:
        break;
    }
    py_type *type = e->kind == PARSE_TAB           ? &py_TabError
                    : e->kind == PARSE_INDENTATION ? &py_IndentationError
                                                   : &py_SyntaxError;
    py_object *text =
        e->text ? (py_object *)py_str_new(e->text, e->ntext) : py_None;
    return raise_with(type, e->msg, filename, e->line, py_int_new(e->offset),
                      text);
}

int error_compile(const char *filename, int line, const char *msg)
{
    return raise_with(&py_SyntaxError, msg, filename, line, py_None,
                      program_text(filename, line));
}

static int raise_at(const char *filename, int line, const char *msg)
{
    py_str *m = py_str_from(msg);
    py_object *e = m ? py_call1(&py_SyntaxError.base, (py_object *)m) : NULL;
    if (!e)
        return -1;
    if (py_type_of(e) == &py_SyntaxError) {
        struct py_syntaxerror *s = (struct py_syntaxerror *)e;
        py_object *text = program_text(filename, line);
        s->lineno = py_int_new(line);
        s->filename = (py_object *)py_str_from(filename);
        if (text != py_None)
            s->text = text;
    }
    py_raise_obj(e, NULL);
    return -1;
}

int error_at(const char *filename, int line, const char *fmt, ...)
{
    char msg[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    return raise_at(filename, line, msg);
}

int error_from_warning(const char *filename, int line)
{
    if (!py_err_matches(&py_SyntaxWarning))
        return -1;
    /* The filter said "error": a SyntaxError with the warning's text. */
    struct py_savedexc saved = py_err_save();
    py_object *msg = py_str_of(saved.exc);
    return msg ? raise_at(filename, line, py_str_cstr((py_str *)msg)) : -1;
}

int error_if_too_deep(void)
{
    if (PY_LIKELY((char *)__builtin_frame_address(0) > py_ec->stack_limit))
        return 0;
    return py_raise_i(&py_RuntimeError,
                      "maximum recursion depth exceeded during compilation");
}

/* compile.c: the front end from end to end; see compile.h. */
#include "compiler/compile.h"

#include <stdio.h>
#include <string.h>
#include "compiler/astobject.h"
#include "compiler/codegen.h"
#include "compiler/error.h"
#include "compiler/literal.h"
#include "compiler/source.h"
#include "compiler/symobject.h"
#include "eval/frame.h"
#include "objects/errors.h"
#include "parser/parse.h"

_Static_assert((int)PY_CF_FUTURE_MASK == (int)PY_CO_FUTURE_MASK, "one mask");

int py_compile_defaults;

static int inherited(int flags, int dont_inherit)
{
    flags |= py_compile_defaults;
    py_frame *f = dont_inherit ? NULL : py_frame_get(0);
    if (f)
        flags |= f->code->flags & PY_CO_FUTURE_MASK;
    return flags;
}

/* --------------------------------------------------------- future statements */

static int future_feature(struct compiler *c, const char *name, int line)
{
    static const struct {
        const char *name;
        int flag;
    } features[] = {
        {"nested_scopes", 0},
        {"generators", 0},
        {"division", PY_CO_FUTURE_DIVISION},
        {"absolute_import", PY_CO_FUTURE_ABSOLUTE_IMPORT},
        {"with_statement", PY_CO_FUTURE_WITH_STATEMENT},
        {"print_function", PY_CO_FUTURE_PRINT_FUNCTION},
        {"unicode_literals", PY_CO_FUTURE_UNICODE_LITERALS},
    };
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        if (!strcmp(name, features[i].name)) {
            c->flags |= features[i].flag;
            return 0;
        }
    }
    if (!strcmp(name, "braces"))
        return error_at(c->filename, line, "not a chance");
    return error_at(c->filename, line, "future feature %.100s is not defined",
                    name);
}

/* Reads the future statements, which only a docstring may precede; what comes
 * later on a line of its own is the code generator's to refuse. */
static int find_futures(struct compiler *c, const struct ast *mod)
{
    if (mod->kind != AST_Module && mod->kind != AST_Interactive)
        return 0;
    const struct ast_seq *body = AST(Module, mod)->body;
    int done = 0, last = 0, docstring = 0;
    for (int i = 0; i < body->n; i++) {
        struct ast *s = body->item[i];
        if (done && s->line > last)
            return 0;
        last = s->line;
        if (s->kind == AST_ImportFrom && AST(ImportFrom, s)->module &&
            !strcmp(AST(ImportFrom, s)->module->text, "__future__")) {
            struct ast_seq *names = AST(ImportFrom, s)->names;
            if (done)
                return error_at(c->filename, s->line,
                                "from __future__ imports must occur at the "
                                "beginning of the file");
            for (int j = 0; j < names->n; j++)
                if (future_feature(c, AST(alias, names->item[j])->name->text,
                                   s->line))
                    return -1;
            c->future_line = s->line;
        } else if (s->kind == AST_Expr && !docstring &&
                   AST(Expr, s)->value->kind == AST_Str)
            docstring = 1;
        else
            done = 1;
    }
    return 0;
}

/* ------------------------------------------------------------- entry points */

static py_object *compile_tree(struct pyarena *a, struct ast *mod,
                               const char *filename, int flags)
{
    struct symtable st;
    struct compiler c = {
        .arena = a,
        .st = &st,
        .filename = filename,
        .flags = flags & PY_CO_FUTURE_MASK,
        .future_line = -1,
        .optimize = (flags & PY_CF_OPTIMIZE) != 0,
        .no_docstrings = (flags & PY_CF_NO_DOCSTRINGS) != 0,
    };
    c.filename_str = py_str_from(filename);
    if (!c.filename_str || find_futures(&c, mod) ||
        symtable_build(&st, a, mod, filename))
        return NULL;
    return (py_object *)codegen(&c, mod);
}

/* A file without declared encoding must be ASCII. What is wrong in the lines
 * before the first other byte is found first. */
static int check_ascii(const struct source *src, const struct parser *ps,
                       const char *filename, int flags)
{
    if (!(flags & PY_CF_FROM_FILE) || !src->non_ascii_line)
        return 0;
    if (ps->error.kind && ps->error.kind != PARSE_LATER &&
        ps->error.line < src->non_ascii_line)
        return 0;
    char msg[400];
    snprintf(msg, sizeof msg,
             "Non-ASCII character '\\x%.2x' in file %.200s on line %d, but no "
             "encoding declared; see http://python.org/dev/peps/pep-0263/ for "
             "details",
             src->non_ascii, filename, src->non_ascii_line);
    struct parse_error e = {
        .kind = PARSE_SYNTAX, .msg = msg, .line = src->non_ascii_line};
    return error_parse(filename, &e);
}

static int parse_flags(int flags)
{
    return (flags & PY_CF_PRINT_FUNCTION ? PARSE_PRINT_FUNCTION : 0) |
           (flags & PY_CF_UNICODE_LITERALS ? PARSE_UNICODE_LITERALS : 0) |
           (flags & PY_CF_DONT_IMPLY_DEDENT ? PARSE_DONT_IMPLY_DEDENT : 0) |
           (flags & PY_CF_CHECK_TABS ? PARSE_CHECK_TABS : 0) |
           (flags & PY_CF_FROM_FILE ? PARSE_FROM_FILE : 0);
}

/* Error texts appear in the encoding of their source; as in CPython, what is
 * not UTF-8 is replaced even where the text was never translated to it. */
static void recode_error(struct pyarena *a, const struct source *src,
                         struct parse_error *e)
{
    if (!src->encoding || !e->text)
        return;
    py_object *u = py_unicode_from_utf8(e->text, e->ntext, "replace");
    py_object *b = u ? py_unicode_encode(u, src->encoding, "replace") : NULL;
    py_err_clear();
    if (!b || !py_is_str(b))
        return;
    arena_keep(a, b);
    e->text = py_str_data((py_str *)b);
    e->ntext = (uint32_t)py_str_len((py_str *)b);
}

/* The tree of a text with its constants; NULL with an exception. */
static struct ast *parse_source(struct pyarena *a, const char *buf,
                                intptr_t len, const char *filename, int mode,
                                int flags)
{
    static const enum parse_start starts[] = {
        [PY_MODE_EXEC] = PARSE_FILE,
        [PY_MODE_EVAL] = PARSE_EVAL,
        [PY_MODE_SINGLE] = PARSE_SINGLE,
    };
    struct source src;
    struct parser ps;
    if (source_prepare(&src, a, buf, (size_t)len,
                       (mode == PY_MODE_EXEC ? SOURCE_ADD_NEWLINE : 0) |
                           (flags & PY_CF_FROM_FILE ? SOURCE_FILE : 0),
                       filename))
        return NULL;
    struct ast *mod =
        parse(&ps, a, src.text, src.n, starts[mode], parse_flags(flags));
    if (ps.lx.mixed_tabs && flags & PY_CF_WARN_TABS)
        fprintf(stderr,
                "%s: inconsistent use of tabs and spaces in indentation\n",
                filename);
    if (check_ascii(&src, &ps, filename, flags))
        return NULL;
    if (!mod && ps.error.kind != PARSE_LATER) {
        recode_error(a, &src, &ps.error);
        error_parse(filename, &ps.error);
        return NULL;
    }
    if (flags & PY_CF_SOURCE_IS_UTF8) {
        if (src.encoding) {
            error_compile(filename, 0,
                          "encoding declaration in Unicode string");
            return NULL;
        }
        src.encoding = "utf-8";
    }
    if (literals_resolve(&ps, &src, filename))
        return NULL;
    if (!mod)
        error_parse(filename, &ps.error);
    return mod;
}

struct py_object *py_compile_source(const char *buf, intptr_t len,
                                    const char *filename, int mode, int flags,
                                    int dont_inherit)
{
    struct pyarena a;
    py_object *result = NULL;
    flags = inherited(flags, dont_inherit);
    arena_init(&a);
    struct ast *mod = parse_source(&a, buf, len, filename, mode, flags);
    if (mod && (flags & PY_CF_ONLY_AST))
        result = ast_to_object(mod);
    else if (mod)
        result = compile_tree(&a, mod, filename, flags);
    arena_free(&a);
    return result;
}

struct py_object *py_compile_ast(struct py_object *tree, const char *filename,
                                 int mode, int flags, int dont_inherit)
{
    struct pyarena a;
    py_object *result = NULL;
    arena_init(&a);
    struct ast *mod = ast_from_object(&a, tree, mode);
    if (mod)
        result =
            compile_tree(&a, mod, filename, inherited(flags, dont_inherit));
    arena_free(&a);
    return result;
}

struct py_object *py_symtable_source(const char *buf, intptr_t len,
                                     const char *filename, int mode)
{
    struct pyarena a;
    struct symtable st;
    py_object *result = NULL;
    arena_init(&a);
    struct ast *mod = parse_source(&a, buf, len, filename, mode, 0);
    if (mod && !symtable_build(&st, &a, mod, filename))
        result = symtable_object(&st);
    arena_free(&a);
    return result;
}

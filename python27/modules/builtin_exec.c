/*
 * builtin_exec.c: compile, eval, execfile, input and the exec statement: from
 * text or code objects to running frames.
 */
#include "modules/builtin_exec.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "compiler/compile.h"
#include "eval/evalops.h"
#include "objects/fileobject.h"
#include "objects/runtime.h"

/* ------------------------------------------------------------ source text */

/* Bytes of a source argument; unicode becomes UTF-8. */
static py_str *source_bytes(py_object *o, const char *what, int *flags)
{
    py_str *s;
    if (py_is_unicode(o)) {
        *flags |= PY_CF_SOURCE_IS_UTF8;
        s = (py_str *)py_unicode_as_utf8(o);
    } else if (py_is_str(o)) {
        s = (py_str *)o;
    } else {
        intptr_t n;
        const char *p = py_buffer_read(o, &n);
        if (!p) {
            py_err_clear();
            return py_raise(&py_TypeError, "%s", what);
        }
        s = py_str_new(p, n);
    }
    if (s && memchr(py_str_data(s), 0, (size_t)s->n))
        return py_raise(&py_TypeError, "%s",
                        !strncmp(what, "compile", 7)
                            ? "compile() expected string without null bytes"
                            : "expected string without null bytes");
    return s;
}

py_str *py_read_file(const char *name)
{
    FILE *fp = fopen(name, "rb");
    if (!fp)
        return py_raise_errno_file(&py_IOError, (py_object *)py_str_from(name));
    struct stat st;
    if (fstat(fileno(fp), &st) == 0 && S_ISDIR(st.st_mode)) {
        fclose(fp);
        errno = EISDIR;
        return py_raise_errno_file(&py_IOError, (py_object *)py_str_from(name));
    }
    struct py_sb sb;
    py_sb_init(&sb);
    char chunk[16384];
    size_t n;
    int bad = 0;
    while (!bad && (n = fread(chunk, 1, sizeof chunk, fp)) > 0)
        bad = py_sb_add(&sb, chunk, (intptr_t)n) < 0;
    fclose(fp);
    return bad ? NULL : py_sb_finish(&sb);
}

py_object *py_run_source(py_str *source, const char *filename, int mode,
                         py_dict *globals, py_object *locals, int flags)
{
    py_object *code = py_compile_source(py_str_data(source), source->n,
                                        filename, mode, flags, 1);
    return code ? py_eval_code((py_code *)code, globals, locals) : NULL;
}

py_object *py_b_compile(py_object *self, py_object *const *args, intptr_t nargs,
                        py_tuple *kw)
{
    static const char *const names[] = {"source", "filename", "mode", "flags",
                                        "dont_inherit"};
    py_object *a[5];
    int flags = 0, dont_inherit = 0, mode;
    (void)self;
    if (py_args_kw("compile", args, nargs, kw, names, 5, 3, a) < 0)
        return NULL;
    const char *filename = py_arg_path(a[1], "compile", 2);
    const char *m = filename ? py_arg_cstr(a[2], "compile", 3) : NULL;
    if (!m || (a[3] && py_arg_int(a[3], &flags) < 0) ||
        (a[4] && py_arg_int(a[4], &dont_inherit) < 0))
        return NULL;
    if (flags & ~PY_CF_USER_MASK)
        return py_raise(&py_ValueError, "compile(): unrecognised flags");
    if (!strcmp(m, "exec"))
        mode = PY_MODE_EXEC;
    else if (!strcmp(m, "eval"))
        mode = PY_MODE_EVAL;
    else if (!strcmp(m, "single"))
        mode = PY_MODE_SINGLE;
    else
        return py_raise(&py_ValueError,
                        "compile() arg 3 must be 'exec', 'eval' or 'single'");
    if (py_ast_check(a[0]))
        return flags & PY_CF_ONLY_AST
                   ? a[0]
                   : py_compile_ast(a[0], filename, mode, flags, dont_inherit);
    py_str *src = source_bytes(a[0],
                               "compile() expected string without null "
                               "bytes",
                               &flags);
    if (!src)
        return NULL;
    return py_compile_source(py_str_data(src), src->n, filename, mode, flags,
                             dont_inherit);
}

/* Default scopes: those of the running frame. */
static int scopes(py_object **globals, py_object **locals, const char *name)
{
    if (*globals == py_None)
        *globals = NULL;
    if (*locals == py_None)
        *locals = NULL;
    if (!*globals) {
        py_frame *f = py_frame_get(0);
        if (!f)
            return py_raise_i(&py_SystemError, "globals and locals cannot be "
                                               "NULL");
        *globals = &f->globals->base;
        if (!*locals && !(*locals = py_frame_locals(f)))
            return -1;
    }
    if (!*locals)
        *locals = *globals;
    if (!py_is_dict(*globals))
        return py_raise_i(&py_TypeError, "%s", name);
    return 0;
}

py_object *py_b_eval(py_object *self, py_object *src, py_object *globals,
                     py_object *locals)
{
    int flags = 0;
    (void)self;
    if (locals && locals != py_None && !py_is_mapping(locals))
        return py_raise(&py_TypeError, "locals must be a mapping");
    if (globals && globals != py_None && !py_is_dict(globals))
        return py_raise(&py_TypeError,
                        py_type_of(globals)->mp_getitem
                            ? "globals must be a real dict; try eval(code, {}, "
                              "mapping)"
                            : "globals must be a dict");
    if (scopes(&globals, &locals, "globals must be a dict") < 0)
        return NULL;
    if (py_type_of(src) == &py_code_type) {
        if (((py_code *)src)->freevars->n)
            return py_raise(&py_TypeError, "code object passed to eval() may "
                                           "not contain free variables");
        return py_eval_code((py_code *)src, (py_dict *)globals, locals);
    }
    py_str *s = source_bytes(src,
                             "eval() arg 1 must be a string or code "
                             "object",
                             &flags);
    if (!s)
        return NULL;
    const char *p = py_str_data(s);
    intptr_t n = s->n;
    while (n && (*p == ' ' || *p == '\t')) {
        p++;
        n--;
    }
    py_object *code =
        py_compile_source(p, n, "<string>", PY_MODE_EVAL, flags, 0);
    return code ? py_eval_code((py_code *)code, (py_dict *)globals, locals)
                : NULL;
}

py_object *py_b_execfile(py_object *self, py_object *name, py_object *globals,
                         py_object *locals)
{
    (void)self;
    const char *filename = py_arg_path(name, "execfile", 1);
    if (!filename)
        return NULL;
    if (globals && globals != py_None && !py_is_dict(globals))
        return py_arg_error("execfile", 2, "dict", globals);
    if (locals && locals != py_None && !py_is_mapping(locals))
        return py_raise(&py_TypeError, "locals must be a mapping");
    if (scopes(&globals, &locals, "globals must be a dict") < 0)
        return NULL;
    py_str *src = py_read_file(filename);
    if (!src)
        return NULL;
    py_object *code = py_compile_source(py_str_data(src), src->n, filename,
                                        PY_MODE_EXEC, PY_CF_FROM_FILE, 0);
    return code ? py_eval_code((py_code *)code, (py_dict *)globals, locals)
                : NULL;
}

py_object *py_b_input(py_object *self, py_object *prompt)
{
    py_object *f =
        py_dict_get_cstr(py_module_add("__builtin__")->dict, "raw_input");
    py_object *line = f ? prompt ? py_call1(f, prompt) : py_call0(f) : NULL;
    return line ? py_b_eval(self, line, NULL, NULL) : NULL;
}

/* ------------------------------------------------------ the exec statement */

int py_exec_stmt(py_frame *f, py_object *src, py_object *globals,
                 py_object *locals)
{
    int plain = 0, flags = 0;
    /* exec (code, globals[, locals]) */
    if (py_is_tuple(src) && globals == py_None && locals == py_None &&
        ((py_tuple *)src)->n >= 2 && ((py_tuple *)src)->n <= 3) {
        py_tuple *t = (py_tuple *)src;
        src = t->item[0];
        globals = t->item[1];
        locals = t->n == 3 ? t->item[2] : py_None;
    }
    if (globals == py_None) {
        globals = &f->globals->base;
        if (locals == py_None) {
            locals = py_frame_locals(f);
            plain = 1;
        }
        if (!locals)
            return -1;
    } else if (locals == py_None) {
        locals = globals;
    }
    if (!py_is_str(src) && !py_is_unicode(src) &&
        py_type_of(src) != &py_code_type && !py_is_file(src))
        return py_raise_i(&py_TypeError, "exec: arg 1 must be a string, file, "
                                         "or code object");
    if (!py_is_dict(globals))
        return py_raise_i(&py_TypeError,
                          "exec: arg 2 must be a dictionary or None");
    if (!py_is_mapping(locals))
        return py_raise_i(&py_TypeError,
                          "exec: arg 3 must be a mapping or None");
    const char *filename = "<string>";
    py_code *code;
    if (py_type_of(src) == &py_code_type) {
        code = (py_code *)src;
        if (code->freevars->n)
            return py_raise_i(&py_TypeError,
                              "code object passed to exec may not contain "
                              "free variables");
    } else {
        if (py_is_file(src)) {
            py_object *name = ((py_file *)src)->name;
            if (py_is_str(name))
                filename = py_str_cstr((py_str *)name);
            src = py_call_method0(src, py_id_read);
            if (!src)
                return -1;
        }
        py_str *s = source_bytes(src, "exec: arg 1 must be a string", &flags);
        if (!s)
            return -1;
        code = (py_code *)py_compile_source(py_str_data(s), s->n, filename,
                                            PY_MODE_EXEC, flags, 0);
        if (!code)
            return -1;
    }
    py_object *r = py_eval_code(code, (py_dict *)globals, locals);
    if (plain)
        py_frame_locals_to_fast(f, 0);
    return r ? 0 : -1;
}

/*
 * compile.h: Python source text, or an AST, to a code object.
 *
 * Input: bytes of source, or a tree of `_ast` objects. Output: a code object
 * (struct py_code of objects/code.h), or NULL with the exception set
 * (SyntaxError, IndentationError, TabError, MemoryError, ValueError,
 * TypeError), exactly as CPython 2.7.18 sets it.
 *
 * The way: parser/lexer.re → parser/grammar.y → parser/ast.h
 *          → symtable.c → codegen_*.c → assemble.c → peephole.c.
 * Users: builtins compile/eval/execfile/input, import, the command line.
 */
#ifndef PY_COMPILE_H
#define PY_COMPILE_H

#include <stdint.h>

struct py_object;

enum py_compile_mode {
    PY_MODE_EXEC,  /* a module: "exec" */
    PY_MODE_EVAL,  /* one expression: "eval" */
    PY_MODE_SINGLE /* one interactive statement: "single" */
};

/* Bits of `flags`. The CO_FUTURE_* ones have the values of co_flags. */
enum {
    PY_CF_DIVISION = 0x2000,
    PY_CF_ABSOLUTE_IMPORT = 0x4000,
    PY_CF_WITH_STATEMENT = 0x8000,
    PY_CF_PRINT_FUNCTION = 0x10000,
    PY_CF_UNICODE_LITERALS = 0x20000,
    PY_CF_FUTURE_MASK = 0x3e000,

    PY_CF_SOURCE_IS_UTF8 = 0x100,   /* the text came from a unicode object */
    PY_CF_DONT_IMPLY_DEDENT = 0x200, /* codeop's: no dedents at the end */
    PY_CF_ONLY_AST = 0x400,         /* the result is an _ast tree */
    PY_CF_NESTED = 0x10,            /* accepted, without meaning */
    /* The flags that compile() accepts from Python code. */
    PY_CF_USER_MASK = PY_CF_FUTURE_MASK | PY_CF_NESTED | PY_CF_SOURCE_IS_UTF8 |
                      PY_CF_DONT_IMPLY_DEDENT | PY_CF_ONLY_AST,

    /* The text is a file's: bytes outside ASCII need an encoding declaration,
     * and the syntax error names file and line. Not for user flags. */
    PY_CF_FROM_FILE = 0x1000000,
    /* Leave docstrings out (-OO), assert statements and `if __debug__` out
     * (-O); set from the command line's flags by the caller. */
    PY_CF_OPTIMIZE = 0x2000000,
    PY_CF_NO_DOCSTRINGS = 0x4000000,
    /* Indentation that depends on the width of a tab is an error (-tt). */
    PY_CF_CHECK_TABS = 0x8000000,
    PY_CF_WARN_TABS = 0x10000000 /* the same with a warning (-t) */
};
/* The command line's flags, set once: they are on in every compilation. */
extern int py_compile_defaults;

/* Compiles buf[0..len). The text needs no terminating zero, and must hold no
 * NUL (the caller raises TypeError for that, as compile() does). filename is
 * for messages and co_filename. Unless dont_inherit, the future flags of the
 * running frame's code are added to `flags`. */
struct py_object *py_compile_source(const char *buf, intptr_t len,
                                    const char *filename, int mode, int flags,
                                    int dont_inherit);

/* Compiles a tree of `_ast` objects: Module, Expression or Interactive
 * according to mode (TypeError otherwise). */
struct py_object *py_compile_ast(struct py_object *tree, const char *filename,
                                 int mode, int flags, int dont_inherit);

/* The scopes of a text as `symtable entry` objects (module _symtable). */
struct py_object *py_symtable_source(const char *buf, intptr_t len,
                                     const char *filename, int mode);

/* Is obj an instance of _ast.AST? (compile() asks.) */
int py_ast_check(struct py_object *obj);

#endif

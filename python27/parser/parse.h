/*
 * parse.h: one parse, from a prepared source text to an AST.
 *
 * Input: text in UTF-8 or in bytes of an unknown encoding, from source.c.
 * Output: the tree, with the literals still as text (`literals`, which
 * compiler/literal.c turns into objects), or a struct parse_error.
 * Needs no Python objects.
 *
 * Errors come in two kinds, as in CPython. The text does not fit the grammar:
 * reported at once, with position and line. Or the grammar accepts what the
 * language does not (`f() = 1`): the first such error is remembered by the
 * actions and reported, by line only, when the whole text has been parsed.
 */
#ifndef PY_PARSER_PARSE_H
#define PY_PARSER_PARSE_H

#include "parser/ast.h"
#include "parser/lexer.h"

enum parse_errorkind {
    PARSE_OK,
    PARSE_SYNTAX,      /* SyntaxError with position and text */
    PARSE_INDENTATION, /* IndentationError, likewise */
    PARSE_TAB,         /* TabError, likewise */
    PARSE_LATER,       /* SyntaxError with a line only */
    PARSE_OVERFLOW     /* too deeply nested: MemoryError */
};
struct parse_error {
    enum parse_errorkind kind;
    const char *msg;
    int32_t line, offset; /* offset from 1 */
    const char *text;     /* in the source text */
    uint32_t ntext;
};

/* A number, or adjacent strings, in the source text. */
struct literal {
    struct literal *next;
    struct ast *node; /* Num or Str */
    struct literal_piece {
        struct literal_piece *next;
        uint32_t start, len;
    } first, *last;
    uint8_t negative;
};

enum parse_start { PARSE_FILE, PARSE_EVAL, PARSE_SINGLE };
enum { /* flags of parse */
       PARSE_PRINT_FUNCTION = 1,
       PARSE_UNICODE_LITERALS = 2,
       PARSE_DONT_IMPLY_DEDENT = 4,
       PARSE_CHECK_TABS = 16,
       PARSE_FROM_FILE = 8 /* errors at the end count lines as a file's do */
};

struct parser {
    struct pyarena *arena;
    struct lexer lx;
    struct ast *result;
    struct literal *literals, **literals_end;
    struct parse_error error; /* the first */
    int32_t nliterals, literals_before_error;
    int flags;        /* also those that the text sets */
    int prev, prev2;  /* types of the last tokens */
    int finished;     /* the start symbol is complete */
    int refused;      /* the parser did not accept a token */
};

/* Parses src[0..n), src[n] == 0. The tree, or NULL with ps->error. */
struct ast *parse(struct parser *ps, struct pyarena *a, const char *src,
                  size_t n, enum parse_start start, int flags);

/* For tests and people: the tree as ast.dump(include_attributes=True) prints
 * it, literals as \1text\2. */
struct parse_out {
    void (*write)(void *data, const char *s, size_t n);
    void *data;
    const char *src;
    const struct literal *literals;
};
void ast_dump(const struct ast *node, struct parse_out *out);

#endif

/*
 * lexer.h: source text to tokens.
 *
 * Input: text that ends with a NUL, lines ending with \n (parse.c makes it so).
 * Output: one token a call, types from the grammar (TK_*), INDENT and DEDENT
 * among them. The position fields are what syntax errors report; how they
 * move (a line is "fetched" only when its first character is wanted; inside a
 * string the error line stays where the string began) follows CPython's
 * tokenizer, because message, line, column and text of errors come from there.
 * Next: grammar.y through parse.c.
 */
#ifndef PY_PARSER_LEXER_H
#define PY_PARSER_LEXER_H

#include <stdint.h>

struct token {
    uint32_t start, len; /* in the source text */
    int32_t line;        /* of the token's end */
    int32_t col; /* of its start, in bytes; -1 if on an earlier line */
};

enum lex_error {
    LEX_OK,
    LEX_EOF, /* no error: the end was reached */
    LEX_TOKEN, /* invalid token */
    LEX_EOFS, /* end of file in a triple-quoted string */
    LEX_EOLS, /* end of line in a string */
    LEX_TABSPACE, /* inconsistent tabs and blanks */
    LEX_TOODEEP, /* too many levels of indentation */
    LEX_DEDENT, /* dedent to no earlier level */
    LEX_LINECONT, /* something after a backslash */
    LEX_NUL /* a NUL byte */
};

enum { LEX_MAXINDENT = 100 };

struct lexer {
    const char *src, *end;
    const char *cur; /* next character */
    const char *line; /* first character of the fetched line */
    const char *line_end; /* behind its newline */
    const char *error_line; /* where an error's text begins */
    int32_t lineno; /* of the fetched line */
    int32_t level; /* open brackets */
    int32_t indent, pending; /* depth of indstack; INDENTs (DEDENTs < 0) owed */
    int32_t tabsize;
    uint8_t at_line_start, started, imply_dedent, check_tabs;
    uint8_t mixed_tabs; /* seen, see mixed_tabs() */
    uint8_t error; /* enum lex_error */
    int32_t indstack[LEX_MAXINDENT], altstack[LEX_MAXINDENT];
};

void lex_init(struct lexer *lx, const char *src, const char *end);
/* The type of the next token, or -1 with lx->error set. 0 is the end. */
int lex_next(struct lexer *lx, struct token *t);

#endif

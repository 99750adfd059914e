/*
 * scanner.h: source text to tokens, one at a time.
 */
#ifndef LOX_SCANNER_H
#define LOX_SCANNER_H

enum lox_token_kind {
    LOX_TOKEN_LEFT_PAREN,
    LOX_TOKEN_RIGHT_PAREN,
    LOX_TOKEN_LEFT_BRACE,
    LOX_TOKEN_RIGHT_BRACE,
    LOX_TOKEN_COMMA,
    LOX_TOKEN_DOT,
    LOX_TOKEN_MINUS,
    LOX_TOKEN_PLUS,
    LOX_TOKEN_SEMICOLON,
    LOX_TOKEN_SLASH,
    LOX_TOKEN_STAR,
    LOX_TOKEN_BANG,
    LOX_TOKEN_BANG_EQUAL,
    LOX_TOKEN_EQUAL,
    LOX_TOKEN_EQUAL_EQUAL,
    LOX_TOKEN_GREATER,
    LOX_TOKEN_GREATER_EQUAL,
    LOX_TOKEN_LESS,
    LOX_TOKEN_LESS_EQUAL,
    LOX_TOKEN_IDENTIFIER,
    LOX_TOKEN_STRING,
    LOX_TOKEN_NUMBER,
    /* the keywords, in the order of scanner.c's table */
    LOX_TOKEN_AND,
    LOX_TOKEN_CLASS,
    LOX_TOKEN_ELSE,
    LOX_TOKEN_FALSE,
    LOX_TOKEN_FOR,
    LOX_TOKEN_FUN,
    LOX_TOKEN_IF,
    LOX_TOKEN_NIL,
    LOX_TOKEN_OR,
    LOX_TOKEN_PRINT,
    LOX_TOKEN_RETURN,
    LOX_TOKEN_SUPER,
    LOX_TOKEN_THIS,
    LOX_TOKEN_TRUE,
    LOX_TOKEN_VAR,
    LOX_TOKEN_WHILE,
    LOX_TOKEN_ERROR, /* the text is the message */
    LOX_TOKEN_END,
    LOX_NTOKENS
};

struct lox_token {
    enum lox_token_kind kind;
    int length;
    int line;
    const char *start;
};

/* A copy of it is a place to come back to. */
struct lox_scanner {
    const char *start;
    const char *at;
    int line;
};

void lox_scanner_init(struct lox_scanner *s, const char *source);
struct lox_token lox_scanner_next(struct lox_scanner *s);

#endif

/*
 * scanner.c: source text to tokens, one at a time.
 */
#include "scanner.h"

#include <string.h>

static const char *const keywords[] = {
    "and", "class", "else",   "false", "for",  "fun",  "if",  "nil",
    "or",  "print", "return", "super", "this", "true", "var", "while"};
_Static_assert(sizeof keywords / sizeof *keywords ==
                   LOX_TOKEN_WHILE - LOX_TOKEN_AND + 1,
               "a keyword for each of its tokens");

void lox_scanner_init(struct lox_scanner *s, const char *source)
{
    s->start = s->at = source;
    s->line = 1;
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct lox_token token(const struct lox_scanner *s,
                              enum lox_token_kind kind)
{
    return (struct lox_token){kind, (int)(s->at - s->start), s->line, s->start};
}

static struct lox_token error(const struct lox_scanner *s, const char *message)
{
    return (struct lox_token){LOX_TOKEN_ERROR, (int)strlen(message), s->line,
                              message};
}

static void skip_space(struct lox_scanner *s)
{
    for (;; s->at++) {
        if (*s->at == '\n') {
            s->line++;
        } else if (s->at[0] == '/' && s->at[1] == '/') {
            s->at += strcspn(s->at, "\n");
            s->at--;
        } else if (*s->at != ' ' && *s->at != '\t' && *s->at != '\r') {
            return;
        }
    }
}

static struct lox_token string(struct lox_scanner *s)
{
    while (*s->at != '"') {
        if (*s->at == '\0')
            return error(s, "Unterminated string.");
        s->line += *s->at == '\n';
        s->at++;
    }
    s->at++;
    return token(s, LOX_TOKEN_STRING);
}

static struct lox_token number(struct lox_scanner *s)
{
    while (is_digit(*s->at))
        s->at++;
    if (s->at[0] == '.' && is_digit(s->at[1])) {
        s->at++;
        while (is_digit(*s->at))
            s->at++;
    }
    return token(s, LOX_TOKEN_NUMBER);
}

static struct lox_token word(struct lox_scanner *s)
{
    while (is_letter(*s->at) || is_digit(*s->at))
        s->at++;
    size_t length = (size_t)(s->at - s->start);
    for (unsigned i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == length &&
            memcmp(keywords[i], s->start, length) == 0)
            return token(s, (enum lox_token_kind)(LOX_TOKEN_AND + i));
    return token(s, LOX_TOKEN_IDENTIFIER);
}

/* The token `with` if '=' follows, else `without`. */
static struct lox_token maybe_equal(struct lox_scanner *s,
                                    enum lox_token_kind with,
                                    enum lox_token_kind without)
{
    if (*s->at != '=')
        return token(s, without);
    s->at++;
    return token(s, with);
}

struct lox_token lox_scanner_next(struct lox_scanner *s)
{
    static const char punctuation[] = "(){},.-+;/*";
    skip_space(s);
    s->start = s->at;
    if (*s->at == '\0')
        return token(s, LOX_TOKEN_END);
    char c = *s->at++;
    if (is_letter(c))
        return word(s);
    if (is_digit(c))
        return number(s);
    const char *found = strchr(punctuation, c);
    if (found)
        return token(s, (enum lox_token_kind)(LOX_TOKEN_LEFT_PAREN +
                                              (found - punctuation)));
    switch (c) {
    case '"':
        return string(s);
    case '!':
        return maybe_equal(s, LOX_TOKEN_BANG_EQUAL, LOX_TOKEN_BANG);
    case '=':
        return maybe_equal(s, LOX_TOKEN_EQUAL_EQUAL, LOX_TOKEN_EQUAL);
    case '<':
        return maybe_equal(s, LOX_TOKEN_LESS_EQUAL, LOX_TOKEN_LESS);
    case '>':
        return maybe_equal(s, LOX_TOKEN_GREATER_EQUAL, LOX_TOKEN_GREATER);
    default:
        return error(s, "Unexpected character.");
    }
}

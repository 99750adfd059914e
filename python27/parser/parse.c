/* parse.c: drives lexer and grammar; see parse.h. */
#include "parser/parse.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "parser/grammar.h"

/* What lemon generates. */
void *grammarAlloc(void *(*alloc)(size_t));
void grammarFree(void *p, void (*release)(void *));
void grammar(void *p, int type, struct token t, struct parser *ps);

/* Sets a position error: where the lexer stands now. */
static void report(struct parser *ps, enum parse_errorkind kind,
                   const char *msg)
{
    const struct lexer *lx = &ps->lx;
    ps->error = (struct parse_error){
        .kind = kind,
        .msg = msg,
        .line = lx->lineno,
        .offset = (int32_t)(lx->cur - lx->error_line),
        .text = lx->error_line,
        .ntext = (uint32_t)(lx->line_end - lx->error_line)};
}

/* That a file has ended is only known by trying to read one more line; inside
 * a string the missing newline is supplied first. */
static void report_file_end(struct parser *ps)
{
    const struct lexer *lx = &ps->lx;
    struct parse_error *e = &ps->error;
    if (lx->cur < lx->end || !(ps->flags & PARSE_FROM_FILE))
        return;
    if (lx->error == LEX_EOF) {
        e->line++;
        e->ntext = 0;
    } else if (lx->error == LEX_EOFS || lx->error == LEX_EOLS) {
        char *text = arena_alloc(ps->arena, e->ntext + 1);
        memcpy(text, e->text, e->ntext);
        text[e->ntext++] = '\n';
        e->text = text;
        e->line += lx->error == LEX_EOFS ? 2 : 1;
        e->offset += lx->error == LEX_EOFS;
    }
}

static void lexer_error(struct parser *ps)
{
    switch ((enum lex_error)ps->lx.error) {
    case LEX_OK:
    case LEX_EOF:
    case LEX_TOKEN:
    case LEX_NUL:
        report(ps, PARSE_SYNTAX, "invalid token");
        break;
    case LEX_EOFS:
        report(ps, PARSE_SYNTAX,
               "EOF while scanning triple-quoted string literal");
        break;
    case LEX_EOLS:
        report(ps, PARSE_SYNTAX, "EOL while scanning string literal");
        break;
    case LEX_TABSPACE:
        report(ps, PARSE_TAB,
               "inconsistent use of tabs and spaces in indentation");
        break;
    case LEX_TOODEEP:
        report(ps, PARSE_INDENTATION, "too many levels of indentation");
        break;
    case LEX_DEDENT:
        report(ps, PARSE_INDENTATION,
               "unindent does not match any outer indentation level");
        break;
    case LEX_LINECONT:
        report(ps, PARSE_SYNTAX,
               "unexpected character after line continuation character");
        break;
    }
}

/* The grammar has no place for a token of this type here. */
static void grammar_error(struct parser *ps, int type)
{
    if (ps->lx.lineno <= 1 && ps->lx.error == LEX_EOF &&
        !(ps->flags & PARSE_FROM_FILE))
        report(ps, PARSE_SYNTAX, "unexpected EOF while parsing");
    else if (ps->prev == TK_NEWLINE && ps->prev2 == TK_COLON &&
             type != TK_UNKNOWN)
        report(ps, PARSE_INDENTATION, "expected an indented block");
    else if (type == TK_INDENT)
        report(ps, PARSE_INDENTATION, "unexpected indent");
    else if (type == TK_DEDENT)
        report(ps, PARSE_INDENTATION, "unexpected unindent");
    else
        report(ps, PARSE_SYNTAX, "invalid syntax");
}

/*
 * CPython's parser has a stack of 1,500 entries, one for every rule of its
 * grammar that is open; brackets in about a hundred levels fill it. Texts that
 * do, end in MemoryError there and here: a bracket that begins an atom opens 15
 * rules, one behind an operand 16, a block 4, and a plain statement 20.
 */
enum { STACK_ENTRIES = 1500, STACK_STATEMENT = 20, STACK_BLOCK = 4 };

struct depth {
    int32_t used, nbrackets;
    uint8_t cost[STACK_ENTRIES / 15];
};

static int is_operand_end(int type)
{
    switch (type) {
    case TK_NAME:
    case TK_NUMBER:
    case TK_STRING:
    case TK_RPAR:
    case TK_RSQB:
    case TK_RBRACE:
    case TK_BACKQUOTE:
        return 1;
    default:
        return 0;
    }
}

/* Accounts for a token; 0 if the stack would overflow. */
static int count_depth(struct depth *d, int type, int prev)
{
    switch (type) {
    case TK_LPAR:
    case TK_LSQB:
    case TK_LBRACE:
        d->cost[d->nbrackets] = is_operand_end(prev) ? 16 : 15;
        d->used += d->cost[d->nbrackets++];
        return d->used + STACK_STATEMENT - 15 <= STACK_ENTRIES;
    case TK_RPAR:
    case TK_RSQB:
    case TK_RBRACE:
        if (d->nbrackets)
            d->used -= d->cost[--d->nbrackets];
        return 1;
    case TK_INDENT:
        d->used += STACK_BLOCK;
        return 1;
    case TK_DEDENT:
        d->used -= STACK_BLOCK;
        return 1;
    default:
        return 1;
    }
}

static int starts_compound(int type)
{
    switch (type) {
    case TK_IF:
    case TK_WHILE:
    case TK_FOR:
    case TK_TRY:
    case TK_WITH:
    case TK_DEF:
    case TK_CLASS:
    case TK_AT:
        return 1;
    default:
        return 0;
    }
}

/* Feeds tokens until the start symbol is complete or something is wrong. An
 * interactive statement is complete at its NEWLINE, a compound one at the
 * NEWLINE behind its last block; what follows is not even looked at. */
static void feed(struct parser *ps, void *lemon, enum parse_start start)
{
    static const int start_tokens[] = {TK_START_FILE, TK_START_EVAL,
                                       TK_START_SINGLE};
    struct token t = {0, 0, 0, 0};
    struct depth depth = {.used = 0};
    int compound = -1, type;
    grammar(lemon, start_tokens[start], t, ps);
    do {
        type = lex_next(&ps->lx, &t);
        if (type < 0) {
            lexer_error(ps);
            report_file_end(ps);
            return;
        }
        if (type == TK_PRINT && (ps->flags & PARSE_PRINT_FUNCTION))
            type = TK_NAME;
        if (!count_depth(&depth, type, ps->prev)) {
            ps->error.kind = PARSE_OVERFLOW;
            return;
        }
        grammar(lemon, type, t, ps);
        if (ps->refused) {
            if (ps->error.kind != PARSE_OVERFLOW)
                grammar_error(ps, type);
            report_file_end(ps);
            return;
        }
        if (compound < 0)
            compound = starts_compound(type);
        if (start == PARSE_SINGLE && type == TK_NEWLINE &&
            (!compound || ps->prev == TK_NEWLINE || ps->prev == TK_DEDENT)) {
            grammar(lemon, 0, t, ps);
            return;
        }
        ps->prev2 = ps->prev;
        ps->prev = type;
    } while (type);
}

struct ast *parse(struct parser *ps, struct pyarena *a, const char *src,
                  size_t n, enum parse_start start, int flags)
{
    memset(ps, 0, offsetof(struct parser, lx));
    memset(&ps->result, 0, sizeof *ps - offsetof(struct parser, result));
    ps->arena = a;
    ps->flags = flags;
    ps->literals_end = &ps->literals;
    lex_init(&ps->lx, src, src + n);
    ps->lx.imply_dedent = !(flags & PARSE_DONT_IMPLY_DEDENT);
    ps->lx.check_tabs = (flags & PARSE_CHECK_TABS) != 0;
    void *lemon = grammarAlloc(malloc);
    if (!lemon) {
        ps->error.kind = PARSE_OVERFLOW;
        return NULL;
    }
    feed(ps, lemon, start);
    grammarFree(lemon, free);
    return ps->error.kind ? NULL : ps->result;
}

/*
 * lexer.re: see lexer.h. Lines and indentation are handled by hand, words,
 * numbers and operators by re2c.
 */
#include "parser/lexer.h"

#include <stddef.h>
#include <string.h>
#include "parser/grammar.h"

void lex_init(struct lexer *lx, const char *src, const char *end)
{
    memset(lx, 0, offsetof(struct lexer, indstack));
    lx->indstack[0] = lx->altstack[0] = 0;
    lx->src = lx->cur = lx->line = lx->line_end = lx->error_line = src;
    lx->end = end;
    lx->tabsize = 8;
    lx->at_line_start = lx->imply_dedent = 1;
}

/* Makes sure that there is a character to read at cur: 0 at the end. */
static int fetch(struct lexer *lx, int in_token)
{
    if (lx->cur < lx->line_end)
        return 1;
    if (lx->cur >= lx->end) {
        lx->error = LEX_EOF;
        return 0;
    }
    if (!in_token)
        lx->error_line = lx->cur;
    lx->line = lx->cur;
    const char *nl = memchr(lx->cur, '\n', (size_t)(lx->end - lx->cur));
    lx->line_end = nl ? nl + 1 : lx->end;
    lx->lineno++;
    return 1;
}

static int fail(struct lexer *lx, enum lex_error error, const char *cur)
{
    lx->error = (uint8_t)error;
    lx->cur = cur;
    return -1;
}

static int make(struct lexer *lx, struct token *t, const char *start, int type)
{
    t->start = (uint32_t)(start - lx->src);
    t->len = (uint32_t)(lx->cur - start);
    t->line = lx->lineno;
    t->col = start >= lx->line ? (int32_t)(start - lx->line) : -1;
    /* Only strings, line ends and operators of three characters are known to
     * end without a look at the next character, which finds the end of the text
     * early. */
    if (lx->cur >= lx->end && type != TK_STRING && type != TK_NEWLINE &&
        type != TK_DOUBLESTAREQUAL && type != TK_DOUBLESLASHEQUAL &&
        type != TK_LEFTSHIFTEQUAL && type != TK_RIGHTSHIFTEQUAL)
        lx->error = LEX_EOF;
    if (type == TK_NUMBER && lx->cur + 1 == lx->end && (*lx->cur | 32) == 'e')
        lx->error = LEX_EOF; /* it might have been an exponent */
    return type;
}

/* Editors' settings in comments change the width of a tab. p..end is what
 * follows the '#'. */
static void tab_comment(struct lexer *lx, const char *p, const char *end)
{
    static const char *const forms[] = {"tab-width:", ":tabstop=", ":ts=",
                                        "set tabsize="};
    char text[80];
    size_t n = (size_t)(end - p);
    if (n > sizeof text - 2)
        n = sizeof text - 2;
    memcpy(text, p, n);
    text[n] = 0;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *s = strstr(text, forms[i]);
        if (!s)
            continue;
        s += strlen(forms[i]);
        while (*s == ' ' || *s == '\t')
            s++;
        int size = 0;
        while (*s >= '0' && *s <= '9' && size < 1000)
            size = size * 10 + (*s++ - '0');
        if (size >= 1 && size <= 40)
            lx->tabsize = size;
    }
}

/* Depends what the indentation means on the width of a tab? Noted for -t; 1
 * when that is an error (-tt). */
static int mixed_tabs(struct lexer *lx, int mixed)
{
    lx->mixed_tabs |= mixed;
    return mixed && lx->check_tabs;
}

/* The indentation of a fresh line: owes INDENTs and DEDENTs. Says in *blank
 * whether nothing but a comment follows. -1 with an error. */
static int indentation(struct lexer *lx, int *blank)
{
    int col = 0, altcol = 0;
    if (fetch(lx, 0)) {
        const char *p = lx->cur;
        for (;; p++) {
            if (*p == ' ')
                col++, altcol++;
            else if (*p == '\t')
                col = (col / lx->tabsize + 1) * lx->tabsize, altcol++;
            else if (*p == '\f')
                col = altcol = 0;
            else
                break;
        }
        lx->cur = p;
        if (*p == '#' || *p == '\n') {
            *blank = 1;
            return 0;
        }
    }
    if (lx->level)
        return 0;
    int top = lx->indent;
    if (col == lx->indstack[top]) {
        if (mixed_tabs(lx, altcol != lx->altstack[top]))
            return fail(lx, LEX_TABSPACE, lx->line_end);
    } else if (col > lx->indstack[top]) {
        if (top + 1 >= LEX_MAXINDENT)
            return fail(lx, LEX_TOODEEP, lx->line_end);
        if (mixed_tabs(lx, altcol <= lx->altstack[top]))
            return fail(lx, LEX_TABSPACE, lx->line_end);
        lx->pending++;
        lx->indstack[++lx->indent] = col;
        lx->altstack[lx->indent] = altcol;
    } else {
        while (lx->indent > 0 && col < lx->indstack[lx->indent]) {
            lx->pending--;
            lx->indent--;
        }
        if (col != lx->indstack[lx->indent])
            return fail(lx, LEX_DEDENT, lx->line_end);
        if (mixed_tabs(lx, altcol != lx->altstack[lx->indent]))
            return fail(lx, LEX_TABSPACE, lx->line_end);
    }
    return 0;
}

/* A string whose opening quote has been read, cur behind it. */
static int string(struct lexer *lx, struct token *t, const char *start)
{
    char quote = lx->cur[-1];
    int triple = lx->cur[0] == quote && lx->cur[1] == quote;
    const char *p = lx->cur;
    if (triple)
        p += 2;
    else if (*p == quote) {
        lx->cur = p + 1;
        return make(lx, t, start, TK_STRING);
    }
    for (;;) {
        char c = *p;
        if (c == quote) {
            if (!triple || (p[1] == quote && p[2] == quote)) {
                lx->cur = p + (triple ? 3 : 1);
                return make(lx, t, start, TK_STRING);
            }
            p++;
        } else if (c == '\\' || c == '\n') {
            if (c == '\n' && !triple)
                return fail(lx, LEX_EOLS, p);
            p++;
            if (c == '\\' && *p == '\n')
                p++; /* the escaped newline: the next line is fetched */
            else if (c == '\\') {
                if (p >= lx->end)
                    return fail(lx, LEX_EOLS, lx->end);
                p++;
                continue;
            }
            lx->cur = p;
            if (!fetch(lx, 1))
                return fail(lx, triple ? LEX_EOFS : LEX_EOLS, p);
        } else if (c == 0 && p >= lx->end) {
            lx->cur = p;
            return fail(lx, triple ? LEX_EOFS : LEX_EOLS, lx->end);
        } else
            p++;
    }
}

/* The next token of a line. */
static int scan(struct lexer *lx, struct token *t)
{
    const char *start, *mark, *back;
    int blank;
next_line:
    blank = 0;
    if (lx->at_line_start) {
        lx->at_line_start = 0;
        if (indentation(lx, &blank))
            return -1;
    }
    if (lx->pending < 0) {
        lx->pending++;
        return make(lx, t, lx->cur, TK_DEDENT);
    }
    if (lx->pending > 0) {
        lx->pending--;
        return make(lx, t, lx->cur, TK_INDENT);
    }
again:
    if (!fetch(lx, 0))
        return make(lx, t, lx->cur, 0);
    start = lx->cur;
#define YYCURSOR lx->cur
#define YYMARKER mark
#define YYCTXMARKER back
    /*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:yyfill:enable = 0;
    re2c:flags:case-inverted = 0;

    digit  = [0-9];
    word   = [A-Za-z_][A-Za-z0-9_]*;
    exp    = [eE] [-+]? digit+;
    point  = digit+ "." digit* | "." digit+;

    [ \t\f]+   { goto again; }
    "#" [^\n\x00]* {
        if (lx->cur - start > 4)
            tab_comment(lx, start + 1, lx->cur);
        goto again;
    }
    "\n" {
        lx->at_line_start = 1;
        if (blank || lx->level > 0)
            goto next_line;
        return make(lx, t, start, TK_NEWLINE);
    }
    "\\\n"     { goto again; }
    "\\"       { return fail(lx, LEX_LINECONT, lx->line_end); }
    "\x00" {
        if (start >= lx->end)
            return lx->cur = start, make(lx, t, start, 0);
        return fail(lx, LEX_NUL, lx->cur);
    }

    ([uU] | [bB])? [rR]? ["'] { return string(lx, t, start); }

    "and"      { return make(lx, t, start, TK_AND); }
    "as"       { return make(lx, t, start, TK_AS); }
    "assert"   { return make(lx, t, start, TK_ASSERT); }
    "break"    { return make(lx, t, start, TK_BREAK); }
    "class"    { return make(lx, t, start, TK_CLASS); }
    "continue" { return make(lx, t, start, TK_CONTINUE); }
    "def"      { return make(lx, t, start, TK_DEF); }
    "del"      { return make(lx, t, start, TK_DEL); }
    "elif"     { return make(lx, t, start, TK_ELIF); }
    "else"     { return make(lx, t, start, TK_ELSE); }
    "except"   { return make(lx, t, start, TK_EXCEPT); }
    "exec"     { return make(lx, t, start, TK_EXEC); }
    "finally"  { return make(lx, t, start, TK_FINALLY); }
    "for"      { return make(lx, t, start, TK_FOR); }
    "from"     { return make(lx, t, start, TK_FROM); }
    "global"   { return make(lx, t, start, TK_GLOBAL); }
    "if"       { return make(lx, t, start, TK_IF); }
    "import"   { return make(lx, t, start, TK_IMPORT); }
    "in"       { return make(lx, t, start, TK_IN); }
    "is"       { return make(lx, t, start, TK_IS); }
    "lambda"   { return make(lx, t, start, TK_LAMBDA); }
    "not"      { return make(lx, t, start, TK_NOT); }
    "or"       { return make(lx, t, start, TK_OR); }
    "pass"     { return make(lx, t, start, TK_PASS); }
    "print"    { return make(lx, t, start, TK_PRINT); }
    "raise"    { return make(lx, t, start, TK_RAISE); }
    "return"   { return make(lx, t, start, TK_RETURN); }
    "try"      { return make(lx, t, start, TK_TRY); }
    "while"    { return make(lx, t, start, TK_WHILE); }
    "with"     { return make(lx, t, start, TK_WITH); }
    "yield"    { return make(lx, t, start, TK_YIELD); }
    word       { return make(lx, t, start, TK_NAME); }

    // Numbers. What is almost one is "invalid token", reported where CPython's
    // tokenizer gives up.
    "0" [xX] [0-9a-fA-F]+ [lL]? { return make(lx, t, start, TK_NUMBER); }
    "0" [oO] [0-7]+ [lL]?       { return make(lx, t, start, TK_NUMBER); }
    "0" [bB] [01]+ [lL]?        { return make(lx, t, start, TK_NUMBER); }
    "0" [xXoObB]                { return fail(lx, LEX_TOKEN, lx->cur); }
    "0" [0-7]* [lL]?            { return make(lx, t, start, TK_NUMBER); }
    [1-9] digit* [lL]?          { return make(lx, t, start, TK_NUMBER); }
    "0" digit+                  { return fail(lx, LEX_TOKEN, lx->cur); }
    "0" digit+ / [eE]           { return make(lx, t, start, TK_NUMBER); }
    (point | digit+ exp | point exp) { return make(lx, t, start, TK_NUMBER); }
    (digit+ | point | digit+ exp | point exp) [jJ] {
        return make(lx, t, start, TK_NUMBER);
    }
    (digit+ | point) [eE] [-+]  { return fail(lx, LEX_TOKEN, lx->cur); }

    "("   { lx->level++; return make(lx, t, start, TK_LPAR); }
    "["   { lx->level++; return make(lx, t, start, TK_LSQB); }
    "{"   { lx->level++; return make(lx, t, start, TK_LBRACE); }
    ")"   { lx->level--; return make(lx, t, start, TK_RPAR); }
    "]"   { lx->level--; return make(lx, t, start, TK_RSQB); }
    "}"   { lx->level--; return make(lx, t, start, TK_RBRACE); }
    ":"   { return make(lx, t, start, TK_COLON); }
    ","   { return make(lx, t, start, TK_COMMA); }
    ";"   { return make(lx, t, start, TK_SEMI); }
    "."   { return make(lx, t, start, TK_DOT); }
    "`"   { return make(lx, t, start, TK_BACKQUOTE); }
    "@"   { return make(lx, t, start, TK_AT); }
    "="   { return make(lx, t, start, TK_EQUAL); }
    "+"   { return make(lx, t, start, TK_PLUS); }
    "-"   { return make(lx, t, start, TK_MINUS); }
    "*"   { return make(lx, t, start, TK_STAR); }
    "/"   { return make(lx, t, start, TK_SLASH); }
    "%"   { return make(lx, t, start, TK_PERCENT); }
    "//"  { return make(lx, t, start, TK_DOUBLESLASH); }
    "**"  { return make(lx, t, start, TK_DOUBLESTAR); }
    "<<"  { return make(lx, t, start, TK_LEFTSHIFT); }
    ">>"  { return make(lx, t, start, TK_RIGHTSHIFT); }
    "&"   { return make(lx, t, start, TK_AMPER); }
    "|"   { return make(lx, t, start, TK_VBAR); }
    "^"   { return make(lx, t, start, TK_CIRCUMFLEX); }
    "~"   { return make(lx, t, start, TK_TILDE); }
    "<"   { return make(lx, t, start, TK_LESS); }
    ">"   { return make(lx, t, start, TK_GREATER); }
    "=="  { return make(lx, t, start, TK_EQEQUAL); }
    "!=" | "<>" { return make(lx, t, start, TK_NOTEQUAL); }
    "<="  { return make(lx, t, start, TK_LESSEQUAL); }
    ">="  { return make(lx, t, start, TK_GREATEREQUAL); }
    "+="  { return make(lx, t, start, TK_PLUSEQUAL); }
    "-="  { return make(lx, t, start, TK_MINEQUAL); }
    "*="  { return make(lx, t, start, TK_STAREQUAL); }
    "/="  { return make(lx, t, start, TK_SLASHEQUAL); }
    "%="  { return make(lx, t, start, TK_PERCENTEQUAL); }
    "&="  { return make(lx, t, start, TK_AMPEREQUAL); }
    "|="  { return make(lx, t, start, TK_VBAREQUAL); }
    "^="  { return make(lx, t, start, TK_CIRCUMFLEXEQUAL); }
    "<<=" { return make(lx, t, start, TK_LEFTSHIFTEQUAL); }
    ">>=" { return make(lx, t, start, TK_RIGHTSHIFTEQUAL); }
    "**=" { return make(lx, t, start, TK_DOUBLESTAREQUAL); }
    "//=" { return make(lx, t, start, TK_DOUBLESLASHEQUAL); }
    *     { return make(lx, t, start, TK_UNKNOWN); }
    */
}

int lex_next(struct lexer *lx, struct token *t)
{
    int type = scan(lx, t);
    if (type != 0 || !lx->started) {
        lx->started = 1;
        return type;
    }
    /* The end: a last NEWLINE, and the DEDENTs of a text without it. */
    lx->started = 0;
    if (lx->indent && lx->imply_dedent) {
        lx->pending = -lx->indent;
        lx->indent = 0;
    }
    return TK_NEWLINE;
}

/*
 * source.h: bytes of a program to the text that the lexer reads.
 *
 * Newlines become \n, a byte order mark goes, and an encoding declared in one
 * of the first two lines (PEP 263) is found and, unless it is UTF-8 or Latin-1,
 * decoded to UTF-8.
 */
#ifndef PY_COMPILER_SOURCE_H
#define PY_COMPILER_SOURCE_H

#include <stddef.h>
#include "parser/arena.h"

struct source {
    const char *text; /* ends with a NUL at text[n] */
    size_t n;
    const char *encoding; /* NULL: none declared; names are normalized */
    int recoded;          /* the text was translated from `encoding` */
    int32_t non_ascii_line; /* the first line with bytes over 127, 0 none */
    unsigned char non_ascii;
};

enum { SOURCE_ADD_NEWLINE = 1, SOURCE_FILE = 2 };
/* SOURCE_ADD_NEWLINE: ends the last line. SOURCE_FILE: errors are reported as
 * for a file. 0, or -1 with SyntaxError. */
int source_prepare(struct source *src, struct pyarena *a, const char *buf,
                   size_t n, int flags, const char *filename);
static inline int source_is_utf8(const struct source *src)
{
    return src->encoding && (src->recoded || src->encoding[0] == 'u');
}

#endif

/*
 * _sre.h: the matcher of regular expressions, as _sre.c calls it.
 *
 * The code of a pattern is an array of words (sre_constants.py numbers the
 * operations, sre_compile.py writes them). A jump is the distance from the word
 * that holds it.
 */
#ifndef PY_SRE_H
#define PY_SRE_H

#include "objects/object.h"

enum { SRE_MAGIC = 20031017 };
#define SRE_MAXREPEAT UINT32_MAX

enum sre_op {
    SRE_FAILURE,
    SRE_SUCCESS,
    SRE_ANY,
    SRE_ANY_ALL,
    SRE_ASSERT,
    SRE_ASSERT_NOT,
    SRE_AT,
    SRE_BRANCH,
    SRE_CALL,
    SRE_CATEGORY,
    SRE_CHARSET,
    SRE_BIGCHARSET,
    SRE_GROUPREF,
    SRE_GROUPREF_EXISTS,
    SRE_GROUPREF_IGNORE,
    SRE_IN,
    SRE_IN_IGNORE,
    SRE_INFO,
    SRE_JUMP,
    SRE_LITERAL,
    SRE_LITERAL_IGNORE,
    SRE_MARK,
    SRE_MAX_UNTIL,
    SRE_MIN_UNTIL,
    SRE_NOT_LITERAL,
    SRE_NOT_LITERAL_IGNORE,
    SRE_NEGATE,
    SRE_RANGE,
    SRE_REPEAT,
    SRE_REPEAT_ONE,
    SRE_SUBPATTERN,
    SRE_MIN_REPEAT_ONE
};
enum sre_at {
    SRE_AT_BEGINNING,
    SRE_AT_BEGINNING_LINE,
    SRE_AT_BEGINNING_STRING,
    SRE_AT_BOUNDARY,
    SRE_AT_NON_BOUNDARY,
    SRE_AT_END,
    SRE_AT_END_LINE,
    SRE_AT_END_STRING,
    SRE_AT_LOC_BOUNDARY,
    SRE_AT_LOC_NON_BOUNDARY,
    SRE_AT_UNI_BOUNDARY,
    SRE_AT_UNI_NON_BOUNDARY
};
enum sre_category {
    SRE_DIGIT,
    SRE_NOT_DIGIT,
    SRE_SPACE,
    SRE_NOT_SPACE,
    SRE_WORD,
    SRE_NOT_WORD,
    SRE_LINEBREAK,
    SRE_NOT_LINEBREAK,
    SRE_LOC_WORD,
    SRE_LOC_NOT_WORD,
    SRE_UNI_DIGIT,
    SRE_UNI_NOT_DIGIT,
    SRE_UNI_SPACE,
    SRE_UNI_NOT_SPACE,
    SRE_UNI_WORD,
    SRE_UNI_NOT_WORD,
    SRE_UNI_LINEBREAK,
    SRE_UNI_NOT_LINEBREAK
};
enum { SRE_FLAG_LOCALE = 4, SRE_FLAG_UNICODE = 32 };
enum { SRE_INFO_PREFIX = 1, SRE_INFO_LITERAL = 2, SRE_INFO_CHARSET = 4 };

struct sre_code {
    intptr_t n;
    uint32_t item[];
};
TW_IMMUTABLE(sre_code, n);
TW_IMMUTABLE_ARRAY(sre_code, item);
TW_GC_TYPE_DECL(sre_code);

/* One attempt after another on one text. Positions count characters from the
 * text's beginning. */
struct sre_state {
    const struct sre_code *code;
    const void *text; /* bytes, or UCS-4 when wide */
    int wide;
    int flags;
    intptr_t pos, end;   /* what the caller asked for, clipped */
    intptr_t start, ptr; /* of the match; start is where to begin before */
    intptr_t groups;
    intptr_t *mark; /* 2 * groups; -1 unset */
    intptr_t lastindex;
};

/* 1 match at st->start, 0 none, -1 exception. */
int sre_match(struct sre_state *st);
/* The first match from st->start on. */
int sre_search(struct sre_state *st);
uint32_t sre_lower(uint32_t c, int flags);
int sre_in_category(enum sre_category category, uint32_t c);

#endif

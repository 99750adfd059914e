/*
 * _sre_match.c: the backtracking matcher. In: a state (the code of a pattern, a
 * text, where to begin); out: does it match, where, and the groups.
 *
 * No C recursion: a place to come back to is a record on the stack of choices.
 * What changes on the way is kept so that coming back is cheap: group marks on
 * a trail of old values, iterations of repeats as nodes that are never changed,
 * only superseded. The stacks are shared by all matches, as none is ever
 * interrupted by another (matching runs no Python code).
 *
 * _sre_engine.inc has the matcher proper, included once for each width of
 * characters.
 */
#include <ctype.h>
#include <stdlib.h>

#include "modules/_sre.h"
#include "objects/errors.h"
#include "objects/unicodedb.h"

TW_GC_TYPE_VAR_ATOMIC(sre_code, item);

/* ------------------------------------------------------------- characters */

static int ascii_word(uint32_t c)
{
    return c < 128 && (isalnum((int)c) || c == '_');
}

static int locale_word(uint32_t c)
{
    return c < 256 && (isalnum((int)c) || c == '_');
}

static int unicode_word(uint32_t c)
{
    return c == '_' || py_uc_isalpha(c) || py_uc_decimal(c) >= 0 ||
           py_uc_digit(c) >= 0 || py_uc_isnumeric(c);
}

static int ascii_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int sre_in_category(enum sre_category category, uint32_t c)
{
    switch (category) {
    case SRE_DIGIT:
        return c - '0' <= 9;
    case SRE_NOT_DIGIT:
        return c - '0' > 9;
    case SRE_SPACE:
        return ascii_space(c);
    case SRE_NOT_SPACE:
        return !ascii_space(c);
    case SRE_WORD:
        return ascii_word(c);
    case SRE_NOT_WORD:
        return !ascii_word(c);
    case SRE_LINEBREAK:
        return c == '\n';
    case SRE_NOT_LINEBREAK:
        return c != '\n';
    case SRE_LOC_WORD:
        return locale_word(c);
    case SRE_LOC_NOT_WORD:
        return !locale_word(c);
    case SRE_UNI_DIGIT:
        return py_uc_decimal(c) >= 0;
    case SRE_UNI_NOT_DIGIT:
        return py_uc_decimal(c) < 0;
    case SRE_UNI_SPACE:
        return py_uc_isspace(c);
    case SRE_UNI_NOT_SPACE:
        return !py_uc_isspace(c);
    case SRE_UNI_WORD:
        return unicode_word(c);
    case SRE_UNI_NOT_WORD:
        return !unicode_word(c);
    case SRE_UNI_LINEBREAK:
        return py_uc_islinebreak(c);
    case SRE_UNI_NOT_LINEBREAK:
        return !py_uc_islinebreak(c);
    }
    return 0;
}

uint32_t sre_lower(uint32_t c, int flags)
{
    if (flags & SRE_FLAG_LOCALE)
        return c < 256 ? (uint32_t)tolower((int)c) : c;
    if (flags & SRE_FLAG_UNICODE)
        return py_uc_tolower(c);
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Is c in the set that begins at p? */
static int in_set(const uint32_t *p, uint32_t c)
{
    int yes = 1;

    for (;;) {
        switch (*p++) {
        case SRE_LITERAL:
            if (c == p[0])
                return yes;
            p++;
            break;
        case SRE_RANGE:
            if (p[0] <= c && c <= p[1])
                return yes;
            p += 2;
            break;
        case SRE_CHARSET:
            if (c < 256 && p[c >> 5] >> (c & 31) & 1)
                return yes;
            p += 8;
            break;
        case SRE_BIGCHARSET: {
            uint32_t count = *p++;
            if (c < 65536) {
                uint32_t block = ((const unsigned char *)p)[c >> 8];
                if (p[64 + block * 8 + ((c & 255) >> 5)] >> (c & 31) & 1)
                    return yes;
            }
            p += 64 + count * 8;
            break;
        }
        case SRE_CATEGORY:
            if (sre_in_category((enum sre_category)p[0], c))
                return yes;
            p++;
            break;
        case SRE_NEGATE:
            yes = !yes;
            break;
        default: /* FAILURE ends a set */
            return !yes;
        }
    }
}

/* ----------------------------------------------------------------- stacks */

/* What to do when the way chosen here turns out to lead nowhere. */
enum choice_kind {
    C_JUMP,       /* go on at pc */
    C_BRANCH,     /* try the alternative whose skip word is at pc */
    C_ONE,        /* REPEAT_ONE took `count`: try the tail one shorter */
    C_MIN_ONE,    /* MIN_REPEAT_ONE took `count`: take one more */
    C_MIN_UNTIL,  /* the tail failed: match the body once more */
    C_ASSERT,     /* the inside of a lookahead failed */
    C_ASSERT_NOT  /* ... of a negative one: go on behind it */
};
struct choice {
    enum choice_kind kind;
    uint32_t pc;
    intptr_t ptr, count;
    int32_t rep;              /* the innermost repeat */
    int32_t barrier;          /* choices below belong to the outside */
    intptr_t trail, nodes;    /* heights */
};
/* An iteration of REPEAT: its words are at pc (skip, min, max, body). */
struct node {
    uint32_t pc;
    int32_t outer;
    intptr_t count;
    intptr_t last; /* where the last one that counted began, -1 */
};
/* The old value of a mark. */
struct trail {
    intptr_t index, value, lastindex;
};

static struct {
    struct choice *choice;
    struct node *node;
    struct trail *trail;
    intptr_t choice_room, node_room, trail_room;
} stack;

static int grow(void **base, intptr_t *room, size_t size)
{
    intptr_t n = *room ? *room * 2 : 256;
    void *p = n > INT32_MAX / 2 ? NULL : realloc(*base, (size_t)n * size);
    if (!p) {
        py_raise_nomemory();
        return -1;
    }
    *base = p;
    *room = n;
    return 0;
}
#define NEED(what, top)                                                        \
    ((top) < stack.what##_room                                                 \
         ? 0                                                                   \
         : grow((void **)&stack.what, &stack.what##_room, sizeof *stack.what))

/* After a match that needed much, most of it goes back. */
static void shrink(void)
{
    enum { KEEP = 1 << 14 };
    if (stack.choice_room > KEEP) {
        free(stack.choice);
        stack.choice = NULL;
        stack.choice_room = 0;
    }
    if (stack.node_room > KEEP) {
        free(stack.node);
        stack.node = NULL;
        stack.node_room = 0;
    }
    if (stack.trail_room > KEEP) {
        free(stack.trail);
        stack.trail = NULL;
        stack.trail_room = 0;
    }
}

static void undo(struct sre_state *st, intptr_t *top, intptr_t height)
{
    while (*top > height) {
        struct trail *t = &stack.trail[--*top];
        st->mark[t->index] = t->value;
        st->lastindex = t->lastindex;
    }
}

#define CH unsigned char
#define WIDTH(name) name##_bytes
#define FIND_CHAR(s, n, c) find_byte(s, n, c)
static intptr_t find_byte(const unsigned char *s, intptr_t n, uint32_t c)
{
    const unsigned char *p = c < 256 ? memchr(s, (int)c, (size_t)n) : NULL;
    return p ? p - s : -1;
}
#include "modules/_sre_engine.inc"
#undef CH
#undef WIDTH
#undef FIND_CHAR

#define CH uint32_t
#define WIDTH(name) name##_wide
#define FIND_CHAR(s, n, c) find_wide(s, n, c)
static intptr_t find_wide(const uint32_t *s, intptr_t n, uint32_t c)
{
    for (intptr_t i = 0; i < n; i++)
        if (s[i] == c)
            return i;
    return -1;
}
#include "modules/_sre_engine.inc"

static void clear_groups(struct sre_state *st)
{
    for (intptr_t i = 0; i < 2 * st->groups; i++)
        st->mark[i] = -1;
    st->lastindex = -1;
}

int sre_match(struct sre_state *st)
{
    clear_groups(st);
    if (st->start > st->end)
        return 0;
    int r = st->wide ? run_wide(st, 0, st->start) : run_bytes(st, 0, st->start);
    shrink();
    return r;
}

int sre_search(struct sre_state *st)
{
    clear_groups(st);
    if (st->start > st->end)
        return 0;
    int r = st->wide ? search_wide(st) : search_bytes(st);
    shrink();
    return r;
}

/*
 * arena.h: the memory of one compilation.
 *
 * Role: everything between the source text and the finished code object (AST,
 * identifiers, scopes, instructions) lives in one arena and is freed at once.
 * Chunks come from malloc and are never scanned by the collector; an arena
 * holds on to the Python objects that its nodes point to (arena_keep).
 * A struct arena itself must lie on the C stack.
 * A compilation that cannot get memory for its nodes ends the program, as any
 * small allocation of the collector does (tw/gc.h).
 * Next: lexer.h, ast.h.
 */
#ifndef PY_PARSER_ARENA_H
#define PY_PARSER_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct py_object;
struct py_str;

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    char data[];
};

/* Objects that the arena keeps alive: collected memory. */
struct arena_kept {
    struct arena_kept *next;
    intptr_t n;
    struct py_object *item[62];
};

/* A name of the program; equal names are the same struct. */
struct ident {
    struct ident *next; /* in its bucket */
    uint64_t hash;
    struct py_str *str; /* the interned str, once asked for */
    uint32_t len;
    char text[];        /* ends with a NUL */
};

struct pyarena {
    char *cur, *end;
    struct arena_chunk *chunks;
    size_t next_size;
    struct arena_kept *kept;
    struct ident **buckets;
    uint32_t nbuckets, nidents;
};

void arena_init(struct pyarena *a);
void arena_free(struct pyarena *a);
void *arena_more(struct pyarena *a, size_t n);
/* n zeroed bytes, aligned for any pointer or number. */
static inline void *arena_alloc(struct pyarena *a, size_t n)
{
    n = (n + 7) & ~(size_t)7;
    if ((size_t)(a->end - a->cur) < n)
        return arena_more(a, n);
    void *p = a->cur;
    a->cur += n;
    return p;
}
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* The identifier of these n bytes. */
struct ident *arena_ident(struct pyarena *a, const char *s, size_t n);
/* Keeps o alive as long as the arena; gives o back. */
struct py_object *arena_keep(struct pyarena *a, struct py_object *o);
/* Doubles an array of `item`-sized things that holds n of *cap. */
void *arena_grow(struct pyarena *a, void *old, size_t n, size_t item,
                 int32_t *cap);

#endif

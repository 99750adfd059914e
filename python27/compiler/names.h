/*
 * names.h: small maps from identifiers to integers, for scopes and for the
 * name tables of code objects.
 */
#ifndef PY_COMPILER_NAMES_H
#define PY_COMPILER_NAMES_H

#include "parser/arena.h"

struct nameslot {
    const struct ident *key; /* NULL: empty */
    int32_t value;
    int32_t deleted; /* the key is gone, the slot still used */
};
struct namemap {
    struct nameslot *slot; /* size of them, or NULL while empty */
    int32_t size, fill, used;
};

/* The slot that holds name, or NULL. */
struct nameslot *namemap_get(const struct namemap *m, const struct ident *name);
void namemap_set(struct pyarena *a, struct namemap *m, const struct ident *name,
                 int32_t value);
void namemap_remove(struct namemap *m, const struct ident *name);
void namemap_update(struct pyarena *a, struct namemap *m,
                    const struct namemap *other);
static inline int nameslot_live(const struct nameslot *s)
{
    return s->key && !s->deleted;
}
/* NAMEMAP_EACH(s, m) { ... } runs over the live slots. */
#define NAMEMAP_EACH(s, m)                                                     \
    for (struct nameslot *s = (m)->slot, *s##_end = s ? s + (m)->size : s;     \
         s < s##_end; s++)                                                     \
        if (nameslot_live(s))

#endif

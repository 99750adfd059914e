/* names.c: see names.h. */
#include "compiler/names.h"

#include <string.h>

enum { FIRST_SIZE = 8 };

/* The slot of name, or the one that it would go into. */
static struct nameslot *find(const struct namemap *m, const struct ident *name)
{
    size_t mask = (size_t)m->size - 1;
    struct nameslot *freed = NULL;
    for (size_t i = (size_t)name->hash;; i++) {
        struct nameslot *s = &m->slot[i & mask];
        if (!s->key)
            return freed ? freed : s;
        if (s->deleted) {
            if (!freed)
                freed = s;
        } else if (s->key == name)
            return s;
    }
}

static void resize(struct pyarena *a, struct namemap *m, int32_t wanted)
{
    struct namemap old = *m;
    m->size = FIRST_SIZE;
    while (m->size <= wanted)
        m->size *= 2;
    m->slot = arena_alloc(a, (size_t)m->size * sizeof *m->slot);
    m->fill = m->used;
    for (int32_t i = 0; i < old.size; i++)
        if (nameslot_live(&old.slot[i]))
            *find(m, old.slot[i].key) = old.slot[i];
}

struct nameslot *namemap_get(const struct namemap *m, const struct ident *name)
{
    if (!m->used)
        return NULL;
    struct nameslot *s = find(m, name);
    return nameslot_live(s) ? s : NULL;
}

void namemap_set(struct pyarena *a, struct namemap *m, const struct ident *name,
                 int32_t value)
{
    if (!m->slot)
        resize(a, m, 0);
    struct nameslot *s = find(m, name);
    if (nameslot_live(s)) {
        s->value = value;
        return;
    }
    if (!s->key)
        m->fill++;
    m->used++;
    s->key = name;
    s->value = value;
    s->deleted = 0;
    if (m->fill * 3 >= m->size * 2)
        resize(a, m, 2 * m->used);
}

void namemap_remove(struct namemap *m, const struct ident *name)
{
    struct nameslot *s = namemap_get(m, name);
    if (s) {
        s->deleted = 1;
        m->used--;
    }
}

void namemap_update(struct pyarena *a, struct namemap *m,
                    const struct namemap *other)
{
    NAMEMAP_EACH(s, other)
    namemap_set(a, m, s->key, s->value);
}

/*
 * quasi.c: who depends on which quasi-immutable field. The watch field of an object points to a
 * list of loop ids in collected memory: it dies with the object, and an id whose loop is gone
 * means nothing.
 */
#include "toolkit/meta/quasi.h"

#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/ir/jitcode.h"
#include "toolkit/meta/loop.h"

struct watch {
    uint32_t n, cap;
    uint32_t ids[];
};

static struct watch *grown(const struct watch *w)
{
    uint32_t cap = w ? w->cap * 2 : 4;
    struct watch *fresh =
        tw_gc_malloc_atomic(sizeof *fresh + cap * sizeof fresh->ids[0]);

    if (!fresh)
        tw_fatal("out of memory (quasi-immutable field)");
    fresh->n = 0;
    fresh->cap = cap;
    /* Ids of loops that are gone are left behind. */
    for (uint32_t k = 0; w && k < w->n; k++)
        if (tw_loop_by_id(w->ids[k]))
            fresh->ids[fresh->n++] = w->ids[k];
    return fresh;
}

void tw_quasi_depend(void **watch, struct tw_loop *loop)
{
    struct watch *w = *watch;

    for (uint32_t k = 0; w && k < w->n; k++)
        if (w->ids[k] == loop->id)
            return;
    if (!w || w->n == w->cap)
        *watch = w = grown(w);
    w->ids[w->n++] = loop->id;
}

void tw_rt_invalidate(void **watch)
{
    struct watch *w = *watch;

    *watch = NULL;
    for (uint32_t k = 0; w && k < w->n; k++) {
        struct tw_loop *l = tw_loop_by_id(w->ids[k]);

        if (l)
            tw_loop_invalidate(l);
    }
}

/*
 * gc.c: collected memory over the Boehm collector (libgc).
 *
 * Role: the only file that knows libgc; implements tw/gc.h. Small objects come
 * from free lists, one per size and kind, that GC_generic_malloc_many refills
 * by the page: 10 ns an object instead of GC_malloc's 19.
 *
 * The lists are plain statics (so that the collector sees their heads) and
 * therefore belong to whoever holds the interpreter's lock; a thread that does
 * not hold it uses tw_gc_malloc*, which locks inside libgc.
 */
#ifndef GC_THREADS
#define GC_THREADS
#endif
#include "tw/gc.h"

#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exported by the library, declared in none of its installed headers: a list,
 * linked through the first words, of objects of lb bytes of one kind (0
 * pointer-free, 1 scanned); scanned ones are zeroed but for the link. */
GC_API void GC_CALL GC_generic_malloc_many(size_t lb, int kind, void **result);

enum { GRANULE = TW_GC_GRANULE, SMALL_GRANULES = TW_GC_SMALL };

/* libgc leaves the last word of its own scanned kind unscanned where interior
 * pointers count, because GC_malloc asks for a byte more than it is asked for.
 * Objects from our lists are used to the end: they are of a kind of their own,
 * scanned over their whole length. */
static int scanned_kind;

/* [kind][granules]: kind 0 atomic, 1 scanned. The inline allocator of tw/gc.h
 * takes from here, too. */
void *tw_gc_lists[2][SMALL_GRANULES + 1];
#define free_list tw_gc_lists

/* Testing: collect at every Nth allocation (0: off). Every allocation takes the
 * slow path then. */
static unsigned stress_every;

static _Noreturn void out_of_memory(size_t nbytes)
{
    fprintf(stderr, "tracewright: out of memory (%zu bytes)\n", nbytes);
    exit(1);
}

/* With the world stopped: the collector follows no links through atomic
 * objects, so it would take the rest of an atomic free list for garbage. */
static GC_push_other_roots_proc push_other_roots;
static void GC_CALLBACK mark_atomic_lists(void)
{
    for (int k = 0; k <= SMALL_GRANULES; k++)
        for (void *p = free_list[0][k]; p; p = GC_NEXT(p))
            GC_set_mark_bit(p);
    if (push_other_roots)
        push_other_roots();
}

void tw_gc_init(void)
{
    static int done;
    if (done)
        return;
    done = 1;
    GC_set_all_interior_pointers(1);
    GC_set_finalize_on_demand(1);
    GC_set_java_finalization(1);
    GC_set_handle_fork(1);
    GC_INIT();
    scanned_kind = (int)GC_new_kind(GC_new_free_list(), GC_DS_LENGTH, 1, 1);
    GC_set_warn_proc(GC_ignore_warn_proc);
    push_other_roots = GC_get_push_other_roots();
    GC_set_push_other_roots(mark_atomic_lists);
    /* A small first heap avoids a dozen collections while a program loads. */
    if (GC_get_heap_size() < (size_t)16 << 20)
        GC_expand_hp(((size_t)16 << 20) - GC_get_heap_size());
}

static void stress_tick(void)
{
    static unsigned n;

    if (stress_every && ++n % stress_every == 0 && !GC_is_disabled())
        GC_gcollect();
}

void tw_gc_stress(unsigned every)
{
    stress_every = every;
    if (every)
        memset(free_list, 0, sizeof free_list);
}

static __attribute__((noinline)) void *refill(int scanned, size_t granules)
{
    void *list = NULL;

    if (stress_every) {
        stress_tick();
        list = scanned ? GC_MALLOC(granules * GRANULE)
                       : GC_MALLOC_ATOMIC(granules * GRANULE);
        if (!list)
            out_of_memory(granules * GRANULE);
        return list;
    }
    GC_generic_malloc_many(granules * GRANULE, scanned ? scanned_kind : 0,
                           &list);
    if (!list)
        out_of_memory(granules * GRANULE);
    free_list[scanned][granules] = GC_NEXT(list);
    GC_NEXT(list) = NULL;
    return list;
}

static inline void *new_small(size_t size, int scanned)
{
    size_t granules = (size + GRANULE - 1) / GRANULE;
    void *p = free_list[scanned][granules];

    if (__builtin_expect(p == NULL, 0)) {
        p = refill(scanned, granules);
    } else {
        free_list[scanned][granules] = GC_NEXT(p);
        GC_NEXT(p) = NULL;
    }
    if (!scanned)
        memset(p, 0, granules * GRANULE);
    return p;
}

void **tw_gc_free_list(const struct tw_gctype *type)
{
    size_t granules = (type->size + GRANULE - 1) / GRANULE;

    if (stress_every || granules == 0 || granules > SMALL_GRANULES)
        return NULL;
    return &free_list[!(type->flags & TW_GC_ATOMIC)][granules];
}

void *tw_gc_new(const struct tw_gctype *type)
{
    size_t size = type->size;
    int scanned = !(type->flags & TW_GC_ATOMIC);
    if (__builtin_expect(size <= SMALL_GRANULES * GRANULE, 1))
        return new_small(size, scanned);
    void *p = scanned ? tw_gc_malloc(size) : tw_gc_malloc_atomic(size);
    if (!p)
        out_of_memory(size);
    return p;
}

void *tw_gc_new_var(const struct tw_gctype *type, intptr_t n)
{
    size_t bytes, size;
    if (__builtin_mul_overflow((size_t)n, (size_t)type->item_size, &bytes) ||
        __builtin_add_overflow(bytes, (size_t)type->item_offset, &size) ||
        size > (size_t)PTRDIFF_MAX)
        return NULL;
    if (size < type->size)
        size = type->size;
    int scanned = !(type->flags & TW_GC_ATOMIC);
    if (__builtin_expect(size <= SMALL_GRANULES * GRANULE, 1))
        return new_small(size, scanned);
    return scanned ? tw_gc_malloc(size) : tw_gc_malloc_atomic(size);
}

void tw_gc_free(const struct tw_gctype *type, void *obj, size_t nbytes)
{
    size_t granules = (nbytes + GRANULE - 1) / GRANULE;
    int scanned = !(type->flags & TW_GC_ATOMIC);

    if (stress_every) {
        memset(obj, 0xdb, nbytes); /* whoever looks at it again stumbles */
        return;
    }
    if (granules > SMALL_GRANULES)
        return;
    if (scanned)
        memset(obj, 0, nbytes);
    GC_NEXT(obj) = free_list[scanned][granules];
    free_list[scanned][granules] = obj;
}

void *tw_gc_malloc(size_t nbytes)
{
    if (stress_every)
        stress_tick();
    return GC_MALLOC(nbytes);
}

void *tw_gc_malloc_atomic(size_t nbytes)
{
    if (stress_every)
        stress_tick();
    void *p = GC_MALLOC_ATOMIC(nbytes);
    if (p)
        memset(p, 0, nbytes);
    return p;
}

void *tw_gc_realloc(void *p, size_t nbytes)
{
    return GC_REALLOC(p, nbytes);
}

void *tw_gc_malloc_uncollectable(size_t nbytes)
{
    return GC_MALLOC_UNCOLLECTABLE(nbytes);
}

void tw_gc_free_uncollectable(void *p)
{
    GC_FREE(p);
}

void tw_gc_set_finalizer(void *obj, void (*fn)(void *obj, void *data),
                         void *data)
{
    if (GC_base(obj)) /* static objects never die */
        GC_REGISTER_FINALIZER_NO_ORDER(GC_base(obj), fn, data, NULL, NULL);
}

int tw_gc_finalizers_waiting(void)
{
    return GC_should_invoke_finalizers();
}

void tw_gc_set_finalizer_notifier(void (*fn)(void))
{
    GC_set_finalizer_notifier(fn);
}

int tw_gc_run_finalizers(void)
{
    return GC_invoke_finalizers();
}

int tw_gc_weaklink(void **link, void *obj)
{
    void *base = GC_base(obj);

    if (!base) /* static objects never die */
        return 0;
    return GC_GENERAL_REGISTER_DISAPPEARING_LINK(link, base) == GC_NO_MEMORY
               ? -1
               : 0;
}

void tw_gc_weaklink_remove(void **link)
{
    GC_unregister_disappearing_link(link);
}

void tw_gc_collect(void)
{
    GC_gcollect();
}

void tw_gc_enable(int on)
{
    if (on) {
        if (GC_is_disabled())
            GC_enable();
    } else if (!GC_is_disabled()) {
        GC_disable();
    }
}

size_t tw_gc_heap_size(void)
{
    return GC_get_heap_size();
}

uint64_t tw_gc_allocated(void)
{
    return GC_get_total_bytes();
}

/* Counts bytes outside the heap; every few megabytes of growth collect. */
static intptr_t external_bytes;
void tw_gc_external(intptr_t bytes)
{
    enum { STEP = 64 << 20 };
    external_bytes += bytes;
    if (external_bytes > STEP && !GC_is_disabled()) {
        external_bytes = 0;
        GC_gcollect();
    } else if (external_bytes < 0) {
        external_bytes = 0;
    }
}

/* Until then libgc takes no lock and starts no marker threads: its mutex is a
 * good part of what an allocation costs. */
void tw_gc_threads_begin(void)
{
    static int done;

    if (!done)
        GC_allow_register_threads();
    done = 1;
}

int tw_gc_thread_enter(void)
{
    struct GC_stack_base base;
    if (GC_get_stack_base(&base) != GC_SUCCESS)
        return -1;
    int rc = GC_register_my_thread(&base);
    return rc == GC_SUCCESS || rc == GC_DUPLICATE ? 0 : -1;
}

void tw_gc_thread_leave(void)
{
    GC_unregister_my_thread();
}

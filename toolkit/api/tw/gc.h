/*
 * tw/gc.h: the one door to garbage-collected memory.
 *
 * Every collected object is allocated with a type descriptor. A descriptor is
 * declared once per struct with TW_GC_TYPE; codegen fills in the exact pointer
 * layout from the compiled struct (no list of offsets to maintain by hand).
 * Built without codegen (plain clang, TW_NO_JIT) the layout stays unknown and
 * the collector scans the object conservatively.
 *
 * Memory is always returned zeroed. Interior pointers keep an object alive;
 * pointers on the C stack, in registers and in static data are roots.
 * The collector does not move objects.
 */
#ifndef TW_GC_H
#define TW_GC_H

#include <stddef.h>
#include <stdint.h>

/* Flags of a descriptor. */
enum {
    TW_GC_LAYOUT_KNOWN = 1, /* ptr_map is exact (set by codegen) */
    TW_GC_ATOMIC = 2,       /* holds no pointers at all: never scanned */
    TW_GC_ITEM_PTRS = 4 /* the varsized items are pointers/hold pointers */
};

/* Describes one kind of collected object: a fixed part of `size` bytes and,
 * where item_size != 0, `n` items of item_size bytes from byte offset
 * `item_offset` on. Bit k of ptr_map says that word k of the fixed part is a
 * pointer. Constant once the program runs. */
struct tw_gctype {
    const char *name; /* the struct's tag, for codegen, logs and heap dumps */
    uint32_t size;
    uint32_t item_offset;
    uint32_t item_size;
    uint32_t flags;
    uint64_t ptr_map;
};

/* TW_GC_TYPE(py_int): the descriptor of `struct py_int`, as an lvalue
 * `tw_gctype_py_int`. In a header use TW_GC_TYPE_DECL, in one .c
 * TW_GC_TYPE. The _ATOMIC forms promise that it holds no pointers. */
#define TW_GC_TYPE_DECL(tag) extern const struct tw_gctype tw_gctype_##tag
#define TW_GC_TYPE(tag)                                                        \
    const struct tw_gctype tw_gctype_##tag = {                                 \
        #tag, sizeof(struct tag), 0, 0, 0, 0}
#define TW_GC_TYPE_ATOMIC(tag)                                                 \
    const struct tw_gctype tw_gctype_##tag = {#tag, sizeof(struct tag), 0,     \
                                              0,    TW_GC_ATOMIC,       0}
/* A struct that ends in a flexible array `member`. */
#define TW_GC_TYPE_VAR(tag, member)                                            \
    const struct tw_gctype tw_gctype_##tag = {                                 \
        #tag,                                                                  \
        offsetof(struct tag, member),                                          \
        offsetof(struct tag, member),                                          \
        sizeof(((struct tag *)0)->member[0]),                                  \
        TW_GC_ITEM_PTRS,                                                       \
        0}
#define TW_GC_TYPE_VAR_ATOMIC(tag, member)                                     \
    const struct tw_gctype tw_gctype_##tag = {                                 \
        #tag,                                                                  \
        offsetof(struct tag, member),                                          \
        offsetof(struct tag, member),                                          \
        sizeof(((struct tag *)0)->member[0]),                                  \
        TW_GC_ATOMIC,                                                          \
        0}

/* A new object of the fixed size of `type`, zeroed. Never NULL: running out
 * of memory for small objects ends the program with a message.
 * To the tracer this is the operation `new`, which virtuals remove. */
void *tw_gc_new(const struct tw_gctype *type);

/* A new object with `n` items (n >= 0), zeroed; NULL when that much memory
 * cannot be had (the caller raises its MemoryError). */
void *tw_gc_new_var(const struct tw_gctype *type, intptr_t n);

/* The free lists of small objects, one a size in granules and kind (0 atomic, 1
 * scanned); each links its objects through their first words. */
enum { TW_GC_GRANULE = 16, TW_GC_SMALL = 32 };
extern void *tw_gc_lists[2][TW_GC_SMALL + 1];

#if !defined(TW_NO_JIT)
#define TW_NEW(tag) ((struct tag *)tw_gc_new(&tw_gctype_##tag))
#else
/* A plain interpreter takes small objects straight from the lists. */
static inline void *tw_gc_new_fast(const struct tw_gctype *type, size_t size)
{
    size_t granules = (size + TW_GC_GRANULE - 1) / TW_GC_GRANULE;
    if (granules <= TW_GC_SMALL) {
        int scanned = !(type->flags & TW_GC_ATOMIC);
        void **p = tw_gc_lists[scanned][granules];
        if (__builtin_expect(p != NULL, 1)) {
            tw_gc_lists[scanned][granules] = *p;
            if (scanned)
                *p = NULL;
            else
                __builtin_memset(p, 0, granules * TW_GC_GRANULE);
            return p;
        }
    }
    return tw_gc_new(type);
}
#define TW_NEW(tag)                                                            \
    ((struct tag *)tw_gc_new_fast(&tw_gctype_##tag, sizeof(struct tag)))
#endif
#define TW_NEW_VAR(tag, n) ((struct tag *)tw_gc_new_var(&tw_gctype_##tag, (n)))

/* For compilers that allocate in line: the head of the free list that objects
 * of this fixed size come from, each linked to the next by its first word; NULL
 * when they are to be had from tw_gc_new only. An object of a scanned type is
 * zero but for its first word; one of an atomic type holds anything. Only who
 * holds the interpreter's lock may take from a list, and an empty one is
 * filled by tw_gc_new. */
void **tw_gc_free_list(const struct tw_gctype *type);

/* The object of nbytes (what it was allocated with) will not be used again: it
 * may be had at the next allocation. Nothing that anybody may still follow may
 * lead to it; in code that is traced its mutable fields are cleared first, by
 * the same function, so that no store to them is put off until later. Only a
 * hint, and meant for what is made and dropped all the
 * time, such as frames. */
void tw_gc_free(const struct tw_gctype *type, void *obj, size_t nbytes);

/* Raw memory that the collector owns: `atomic` is never scanned, the other is
 * scanned conservatively. NULL when it cannot be had. For buffers that no
 * trace should look into. */
void *tw_gc_malloc(size_t nbytes);
void *tw_gc_malloc_atomic(size_t nbytes);
void *tw_gc_realloc(void *p, size_t nbytes);

/* Memory that is not collected, but scanned for roots (NULL if none). */
void *tw_gc_malloc_uncollectable(size_t nbytes);
void tw_gc_free_uncollectable(void *p);

/* Calls fn(obj, data) once, some time after obj was found unreachable, from
 * tw_gc_run_finalizers only (never from inside an allocation). fn = NULL
 * removes it. */
void tw_gc_set_finalizer(void *obj, void (*fn)(void *obj, void *data),
                         void *data);
/* Nonzero when finalizers wait: cheap, meant for an eval loop's checks. */
int tw_gc_finalizers_waiting(void);
int tw_gc_run_finalizers(void);
/* fn is called, with no lock held, when there are new ones to run: it should
 * only make a note. */
void tw_gc_set_finalizer_notifier(void (*fn)(void));

/* *link holds a pointer to obj that does not keep it alive, and becomes NULL
 * when obj dies. link must lie in atomic (unscanned) memory. */
int tw_gc_weaklink(void **link, void *obj);
void tw_gc_weaklink_remove(void **link);

void tw_gc_init(void);
void tw_gc_collect(void);
void tw_gc_enable(int on);
size_t tw_gc_heap_size(void);
/* Bytes allocated since the start. */
uint64_t tw_gc_allocated(void);
/* Testing: a full collection at every Nth allocation; 0: off. */
void tw_gc_stress(unsigned every);
/* Memory outside the heap that an object keeps (bytes may be negative), so
 * that the collector's pace follows it. */
void tw_gc_external(intptr_t bytes);
/* Threads that touch collected memory register first; before the first of them
 * is made, the thread that makes it says so. */
void tw_gc_threads_begin(void);
int tw_gc_thread_enter(void);
void tw_gc_thread_leave(void);

#endif

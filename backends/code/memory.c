/*
 * memory.c: a first-fit pool for machine code. Neighbours: unit.c allocates a
 * block a unit and frees it with the unit.
 *
 * Pages are read+execute; for the moment of writing they are read+write. That
 * needs nobody else to run code of the same page: the interpreter's lock sees
 * to it. Rejected: mapping one memory twice (writable here, executable there)
 * spares the system calls, but shared mappings survive fork(), and parent and
 * child would write over each other's code.
 */
#include "backends/code/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGN = 64, REGION = 1 << 20 };

/* All blocks, used and free, in the order of their addresses; neighbours in
 * the list with the same region are neighbours in memory. */
struct block {
    struct block *next;
    uint8_t *start;
    size_t size;
    int region;
    int used;
};
static struct block *blocks;
static int nregions;
static size_t in_use;

static struct block *new_block(uint8_t *start, size_t size, int region)
{
    struct block *b = malloc(sizeof *b);

    *b = (struct block){.start = start, .size = size, .region = region};
    return b;
}

static int add_region(size_t size)
{
    struct block *b;
    uint8_t *p;

    size = (size + REGION - 1) / REGION * REGION;
    p = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
             0);
    if (p == MAP_FAILED)
        return -1;
    b = new_block(p, size, nregions++);
    b->next = blocks;
    blocks = b;
    return 0;
}

static void *take(size_t size)
{
    for (struct block *b = blocks; b; b = b->next) {
        if (b->used || b->size < size)
            continue;
        if (b->size > size) {
            struct block *rest =
                new_block(b->start + size, b->size - size, b->region);

            rest->next = b->next;
            b->next = rest;
            b->size = size;
        }
        b->used = 1;
        in_use += size;
        return b->start;
    }
    return NULL;
}

void *code_alloc(size_t size)
{
    void *p;

    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    p = take(size);
    if (!p && add_region(size) == 0)
        p = take(size);
    return p;
}

static int protect(void *p, size_t size, int how)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)p / page * page;
    uintptr_t end = ((uintptr_t)p + size + page - 1) / page * page;

    return mprotect((void *)first, end - first, how);
}

int code_unprotect(void *p, size_t size)
{
    return protect(p, size, PROT_READ | PROT_WRITE);
}

int code_protect(void *p, size_t size)
{
    int rc = protect(p, size, PROT_READ | PROT_EXEC);

    __builtin___clear_cache((char *)p, (char *)p + size);
    return rc;
}

static void merge_with_next(struct block *b)
{
    struct block *n = b->next;

    if (b->used || !n || n->used || n->region != b->region)
        return;
    b->size += n->size;
    b->next = n->next;
    free(n);
}

void code_free(void *p)
{
    struct block *before = NULL;

    for (struct block *b = blocks; b; before = b, b = b->next) {
        if (b->start != p)
            continue;
        b->used = 0;
        in_use -= b->size;
        merge_with_next(b);
        if (before)
            merge_with_next(before);
        return;
    }
}

size_t code_bytes_in_use(void)
{
    return in_use;
}

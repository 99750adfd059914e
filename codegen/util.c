/* util.c: see util.h. */
#include "codegen/util.h"

#include <stdarg.h>

void *cg_alloc(size_t n)
{
    static char *chunk;
    static size_t left;
    void *p;

    n = (n + 15) & ~(size_t)15;
    if (n > 65536)
        return calloc(1, n) ?: (cg_fatal("out of memory"), NULL);
    if (n > left) {
        left = 1 << 20;
        if (!(chunk = calloc(1, left)))
            cg_fatal("out of memory");
    }
    p = chunk;
    chunk += n;
    left -= n;
    return p;
}

void *cg_realloc(void *p, size_t n)
{
    if (!(p = realloc(p, n)))
        cg_fatal("out of memory");
    return p;
}

char *cg_strdup(const char *s)
{
    size_t n = strlen(s) + 1;

    return memcpy(cg_alloc(n), s, n);
}

char *cg_printf(const char *format, ...)
{
    va_list ap;
    char *s, *r;

    va_start(ap, format);
    if (vasprintf(&s, format, ap) < 0)
        cg_fatal("out of memory");
    va_end(ap);
    r = cg_strdup(s);
    free(s);
    return r;
}

void cg_fatal(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fflush(stdout);
    fputs("tw-codegen: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static uint32_t hash_ptr(const void *p)
{
    return (uint32_t)(((uintptr_t)p >> 3) * 0x9e3779b97f4a7c15ull >> 32);
}

void *ptrmap_get(const struct ptrmap *m, const void *key)
{
    if (!m->cap)
        return NULL;
    for (uint32_t h = hash_ptr(key);; h++) {
        h &= m->cap - 1;
        if (m->keys[h] == key)
            return m->values[h];
        if (!m->keys[h])
            return NULL;
    }
}

static void ptrmap_put(struct ptrmap *m, const void *key, void *value)
{
    for (uint32_t h = hash_ptr(key);; h++) {
        h &= m->cap - 1;
        if (!m->keys[h])
            m->n++;
        if (!m->keys[h] || m->keys[h] == key) {
            m->keys[h] = key;
            m->values[h] = value;
            return;
        }
    }
}

void ptrmap_set(struct ptrmap *m, const void *key, void *value)
{
    if (m->n * 2 >= m->cap) {
        struct ptrmap old = *m;

        m->cap = old.cap ? old.cap * 2 : 16;
        m->keys = calloc(m->cap, sizeof *m->keys);
        m->values = calloc(m->cap, sizeof *m->values);
        if (!m->keys || !m->values)
            cg_fatal("out of memory");
        m->n = 0;
        for (uint32_t k = 0; k < old.cap; k++)
            if (old.keys[k])
                ptrmap_put(m, old.keys[k], old.values[k]);
        ptrmap_free(&old);
    }
    ptrmap_put(m, key, value);
}

void ptrmap_free(struct ptrmap *m)
{
    free(m->keys);
    free(m->values);
    *m = (struct ptrmap){0};
}

static uint32_t hash_bytes(const char *p, size_t n)
{
    uint64_t h = n;

    for (size_t k = 0; k < n; k++)
        h = (h ^ (unsigned char)p[k]) * 0x100000001b3ull;
    return (uint32_t)(h ^ h >> 32);
}

static struct strmap_slot *strmap_slot(const struct strmap *m, const char *key,
                                       size_t len, uint32_t hash)
{
    for (uint32_t h = hash;; h++) {
        struct strmap_slot *s = &m->slots[h & (m->cap - 1)];

        if (!s->key ||
            (s->hash == hash && s->len == len && !memcmp(s->key, key, len)))
            return s;
    }
}

uint32_t strmap_get(const struct strmap *m, const void *key, size_t len)
{
    struct strmap_slot *s;

    if (!m->cap)
        return 0;
    s = strmap_slot(m, key, len, hash_bytes(key, len));
    return s->key ? s->value : 0;
}

void strmap_set(struct strmap *m, const void *key, size_t len, uint32_t value)
{
    struct strmap_slot *s;
    uint32_t hash = hash_bytes(key, len);

    if (m->n * 2 >= m->cap) {
        struct strmap old = *m;

        m->cap = old.cap ? old.cap * 2 : 64;
        if (!(m->slots = calloc(m->cap, sizeof *m->slots)))
            cg_fatal("out of memory");
        for (uint32_t k = 0; k < old.cap; k++)
            if (old.slots[k].key)
                *strmap_slot(m, old.slots[k].key, old.slots[k].len,
                             old.slots[k].hash) = old.slots[k];
        free(old.slots);
    }
    s = strmap_slot(m, key, len, hash);
    if (!s->key) {
        m->n++;
        s->key = memcpy(cg_alloc(len + 1), key, len);
        s->len = (uint32_t)len;
        s->hash = hash;
    }
    s->value = value;
}

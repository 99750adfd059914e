/*
 * strsearch.c: searching in bytes and in UCS-4 text.
 *
 * Bytes go forward through the C library's two-way search, which is linear and
 * vectorised. The other directions use Horspool's skip table of the needle's
 * characters modulo 64: the tested one is the last of the window (the first, when
 * searching backward).
 */
#include "objects/strsearch.h"

#include <string.h>

#include "objects/object.h"

intptr_t py_bytes_find(const char *s, intptr_t n, const char *p, intptr_t m)
{
    if (m > n)
        return -1;
    if (m == 0)
        return 0;
    const char *r = m == 1 ? memchr(s, (unsigned char)*p, (size_t)n)
                           : memmem(s, (size_t)n, p, (size_t)m);
    return r ? r - s : -1;
}

static intptr_t search_wide(const uint32_t *s, intptr_t n, const uint32_t *p,
                            intptr_t m)
{
    uint64_t seen = 0; /* which residues occur in the needle */
    intptr_t skip = m - 1, last = m - 1;
    for (intptr_t i = 0; i < last; i++) {
        seen |= 1ull << (p[i] & 63);
        if (p[i] == p[last])
            skip = last - i - 1;
    }
    seen |= 1ull << (p[last] & 63);
    for (intptr_t i = 0; i <= n - m; i++) {
        if (s[i + last] == p[last]) {
            if (memcmp(s + i, p, (size_t)last * sizeof(uint32_t)) == 0)
                return i;
            if (i + m < n && !(seen >> (s[i + m] & 63) & 1))
                i += m;
            else
                i += skip;
        } else if (i + m < n && !(seen >> (s[i + m] & 63) & 1)) {
            i += m;
        }
    }
    return -1;
}

#define RSEARCH(RNAME, CH)                                                     \
    static intptr_t RNAME(const CH *s, intptr_t n, const CH *p, intptr_t m)    \
    {                                                                          \
        uint64_t seen = 0;                                                     \
        intptr_t skip = m - 1;                                                 \
        for (intptr_t i = m - 1; i > 0; i--) {                                 \
            seen |= 1ull << (p[i] & 63);                                       \
            if (p[i] == p[0])                                                  \
                skip = i - 1;                                                  \
        }                                                                      \
        seen |= 1ull << (p[0] & 63);                                           \
        for (intptr_t i = n - m; i >= 0; i--) {                                \
            if (s[i] == p[0]) {                                                \
                if (memcmp(s + i, p, (size_t)m * sizeof(CH)) == 0)             \
                    return i;                                                  \
                if (i > 0 && !(seen >> (s[i - 1] & 63) & 1))                   \
                    i -= m;                                                    \
                else                                                           \
                    i -= skip;                                                 \
            } else if (i > 0 && !(seen >> (s[i - 1] & 63) & 1)) {              \
                i -= m;                                                        \
            }                                                                  \
        }                                                                      \
        return -1;                                                             \
    }
RSEARCH(rsearch_wide, uint32_t)
RSEARCH(rsearch_bytes, char)

intptr_t py_bytes_rfind(const char *s, intptr_t n, const char *p, intptr_t m)
{
    if (m > n)
        return -1;
    if (m == 0)
        return n;
    if (m == 1) {
        const char *r = memrchr(s, (unsigned char)*p, (size_t)n);
        return r ? r - s : -1;
    }
    return rsearch_bytes(s, n, p, m);
}

static intptr_t find_char(const uint32_t *s, intptr_t n, uint32_t c)
{
    for (intptr_t i = 0; i < n; i++)
        if (s[i] == c)
            return i;
    return -1;
}

static intptr_t rfind_char(const uint32_t *s, intptr_t n, uint32_t c)
{
    while (--n >= 0 && s[n] != c)
        ;
    return n;
}

intptr_t py_ucs4_find(const uint32_t *s, intptr_t n, const uint32_t *p,
                      intptr_t m)
{
    if (m > n)
        return -1;
    if (m == 0)
        return 0;
    return m == 1 ? find_char(s, n, *p) : search_wide(s, n, p, m);
}

intptr_t py_ucs4_rfind(const uint32_t *s, intptr_t n, const uint32_t *p,
                       intptr_t m)
{
    if (m > n)
        return -1;
    if (m == 0)
        return n;
    return m == 1 ? rfind_char(s, n, *p) : rsearch_wide(s, n, p, m);
}

int py_ucs4_cmp(const uint32_t *a, intptr_t n, const uint32_t *b, intptr_t m)
{
    for (intptr_t i = 0; i < n && i < m; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return n < m ? -1 : n > m;
}

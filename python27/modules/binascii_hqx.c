/*
 * binascii_hqx.c: BinHex 4: six bits a character, and run lengths.
 */
#include "modules/binascii_hqx.h"

#include "objects/python.h"

static const char digits[] =
    "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
enum { RUN = 0x90 };

py_object *py_hqx_encode(const char *s, intptr_t n)
{
    struct py_sb sb;
    uint32_t bits = 0;
    int nbits = 0;

    py_sb_init(&sb);
    for (intptr_t i = 0; i < n; i++) {
        bits = bits << 8 | (unsigned char)s[i];
        for (nbits += 8; nbits >= 6; nbits -= 6)
            if (py_sb_addc(&sb, digits[bits >> (nbits - 6) & 63]) < 0)
                return NULL;
        bits &= (1u << nbits) - 1;
    }
    if (nbits && py_sb_addc(&sb, digits[bits << (6 - nbits) & 63]) < 0)
        return NULL;
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_hqx_decode(const char *s, intptr_t n, int *done,
                         enum py_hqx_status *status)
{
    struct py_sb sb;
    uint32_t bits = 0;
    int nbits = 0;

    py_sb_init(&sb);
    for (intptr_t i = 0; i < n && !*done; i++) {
        const char *p;
        if (s[i] == '\n' || s[i] == '\r')
            continue;
        if (s[i] == ':') {
            *done = 1;
            break;
        }
        p = s[i] ? strchr(digits, s[i]) : NULL;
        if (!p) {
            *status = PY_HQX_ILLEGAL;
            return NULL;
        }
        bits = bits << 6 | (uint32_t)(p - digits);
        nbits += 6;
        if (nbits >= 8) {
            nbits -= 8;
            if (py_sb_addc(&sb, (char)(bits >> nbits)) < 0)
                return NULL;
            bits &= (1u << nbits) - 1;
        }
    }
    if (nbits && !*done) {
        *status = PY_HQX_SHORT;
        return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_hqx_rle(const char *s, intptr_t n)
{
    struct py_sb sb;
    py_sb_init(&sb);
    for (intptr_t i = 0; i < n;) {
        unsigned char c = (unsigned char)s[i];
        intptr_t end = i + 1;
        if (c == RUN) {
            if (py_sb_add(&sb, "\x90\0", 2) < 0)
                return NULL;
            i++;
            continue;
        }
        while (end < n && (unsigned char)s[end] == c && end - i < 255)
            end++;
        char run[3] = {(char)c, (char)RUN, (char)(end - i)};
        if (py_sb_add(&sb, end - i > 3 ? run : s + i,
                      end - i > 3 ? 3 : end - i) < 0)
            return NULL;
        i = end;
    }
    return (py_object *)py_sb_finish(&sb);
}

py_object *py_hqx_unrle(const char *s, intptr_t n, enum py_hqx_status *status)
{
    struct py_sb sb;
    py_sb_init(&sb);
    for (intptr_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c != RUN) {
            if (py_sb_addc(&sb, (char)c) < 0)
                return NULL;
            continue;
        }
        if (++i >= n) {
            *status = PY_HQX_SHORT;
            return NULL;
        }
        if (s[i] == 0) {
            if (py_sb_addc(&sb, (char)RUN) < 0)
                return NULL;
            continue;
        }
        if (sb.n == 0) {
            *status = PY_HQX_ILLEGAL;
            return NULL;
        }
        char last = sb.buf->item[sb.n - 1];
        for (int k = (unsigned char)s[i] - 1; k > 0; k--)
            if (py_sb_addc(&sb, last) < 0)
                return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

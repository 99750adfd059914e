/*
 * hashes.c: the modules _md5, _sha, _sha256 and _sha512: hash functions that
 * need no library, after RFC 1321 and FIPS 180-4. They differ in their word
 * size, block function and order of bytes; the rest is common.
 */
#include "modules/modutil.h"

struct hash; /* below */
struct algorithm {
    const char *name; /* of new() in messages */
    uint8_t digest_size, block_size, big_endian;
    void (*start)(struct hash *);
    void (*block)(struct hash *, const unsigned char *);
};
struct hash {
    py_object base;
    const struct algorithm *alg;
    uint64_t bytes;
    union {
        uint32_t w[8];
        uint64_t d[8];
    } h;
    unsigned char rest[128];
};
TW_GC_TYPE(hash);
#define H(o) ((struct hash *)(o))

static inline uint32_t rol(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static inline uint32_t ror(uint32_t x, int n)
{
    return rol(x, 32 - n);
}

static inline uint64_t ror64(uint64_t x, int n)
{
    return x >> n | x << (64 - n);
}

static uint32_t load_be(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static uint32_t load_le(const unsigned char *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 |
           p[0];
}

/* ------------------------------------------------------------------- MD5 */

/* floor(2**32 * abs(sin(i + 1))) */
static const uint32_t md5_sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a,
    0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
    0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
    0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
    0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
    0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
    0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
    0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
    0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static void md5_start(struct hash *o)
{
    static const uint32_t h[] = {0x67452301, 0xefcdab89, 0x98badcfe,
                                 0x10325476};
    memcpy(o->h.w, h, sizeof h);
}

static void md5_block(struct hash *o, const unsigned char *p)
{
    static const uint8_t turns[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = o->h.w[0], b = o->h.w[1], c = o->h.w[2], d = o->h.w[3];

    for (int i = 0; i < 64; i++) {
        uint32_t f;
        int k, round = i / 16;

        if (round == 0) {
            f = (b & c) | (~b & d);
            k = i;
        } else if (round == 1) {
            f = (d & b) | (~d & c);
            k = 5 * i + 1;
        } else if (round == 2) {
            f = b ^ c ^ d;
            k = 3 * i + 5;
        } else {
            f = c ^ (b | ~d);
            k = 7 * i;
        }
        f += a + md5_sines[i] + load_le(p + 4 * (k & 15));
        a = d;
        d = c;
        c = b;
        b += rol(f, turns[round][i & 3]);
    }
    o->h.w[0] += a;
    o->h.w[1] += b;
    o->h.w[2] += c;
    o->h.w[3] += d;
}

/* ----------------------------------------------------------------- SHA-1 */

static void sha1_start(struct hash *o)
{
    static const uint32_t h[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                                 0xc3d2e1f0};
    memcpy(o->h.w, h, sizeof h);
}

static void sha1_block(struct hash *o, const unsigned char *p)
{
    static const uint32_t constants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
                                         0xca62c1d6};
    uint32_t w[80], a = o->h.w[0], b = o->h.w[1], c = o->h.w[2], d = o->h.w[3],
                    e = o->h.w[4];

    for (int i = 0; i < 16; i++)
        w[i] = load_be(p + 4 * i);
    for (int i = 16; i < 80; i++)
        w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        int round = i / 20;
        uint32_t f = round == 0   ? (b & c) | (~b & d)
                     : round == 2 ? (b & c) | (b & d) | (c & d)
                                  : b ^ c ^ d;
        uint32_t t = rol(a, 5) + f + e + constants[round] + w[i];

        e = d;
        d = c;
        c = rol(b, 30);
        b = a;
        a = t;
    }
    o->h.w[0] += a;
    o->h.w[1] += b;
    o->h.w[2] += c;
    o->h.w[3] += d;
    o->h.w[4] += e;
}

/* ----------------------------------------------------------------- SHA-2 */

/* The first 64 bits of the fractions of the cube roots of the first 80 primes;
 * SHA-256 uses the first 32 of the first 64. */
static const uint64_t sha2_roots[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f,
    0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019,
    0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242,
    0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3,
    0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275,
    0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f,
    0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc,
    0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6,
    0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
    0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99,
    0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
    0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc,
    0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915,
    0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207,
    0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba,
    0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a,
    0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

static void sha224_start(struct hash *o)
{
    static const uint32_t h[] = {0xc1059ed8, 0x367cd507, 0x3070dd17,
                                 0xf70e5939, 0xffc00b31, 0x68581511,
                                 0x64f98fa7, 0xbefa4fa4};
    memcpy(o->h.w, h, sizeof h);
}

static void sha256_start(struct hash *o)
{
    static const uint32_t h[] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                 0xa54ff53a, 0x510e527f, 0x9b05688c,
                                 0x1f83d9ab, 0x5be0cd19};
    memcpy(o->h.w, h, sizeof h);
}

static void sha384_start(struct hash *o)
{
    static const uint64_t h[] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507,
                                 0x9159015a3070dd17, 0x152fecd8f70e5939,
                                 0x67332667ffc00b31, 0x8eb44a8768581511,
                                 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
    memcpy(o->h.d, h, sizeof h);
}

static void sha512_start(struct hash *o)
{
    static const uint64_t h[] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b,
                                 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    memcpy(o->h.d, h, sizeof h);
}

static void sha256_block(struct hash *o, const unsigned char *p)
{
    uint32_t w[64], v[8];

    for (int i = 0; i < 16; i++)
        w[i] = load_be(p + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];

        w[i] = w[i - 16] + w[i - 7] + (ror(x, 7) ^ ror(x, 18) ^ x >> 3) +
               (ror(y, 17) ^ ror(y, 19) ^ y >> 10);
    }
    memcpy(v, o->h.w, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t t = v[7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) +
                     ((e & v[5]) ^ (~e & v[6])) +
                     (uint32_t)(sha2_roots[i] >> 32) + w[i];
        uint32_t u = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) +
                     ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t;
        v[0] = t + u;
    }
    for (int i = 0; i < 8; i++)
        o->h.w[i] += v[i];
}

static void sha512_block(struct hash *o, const unsigned char *p)
{
    uint64_t w[80], v[8];

    for (int i = 0; i < 16; i++)
        w[i] = (uint64_t)load_be(p + 8 * i) << 32 | load_be(p + 8 * i + 4);
    for (int i = 16; i < 80; i++) {
        uint64_t x = w[i - 15], y = w[i - 2];

        w[i] = w[i - 16] + w[i - 7] + (ror64(x, 1) ^ ror64(x, 8) ^ x >> 7) +
               (ror64(y, 19) ^ ror64(y, 61) ^ y >> 6);
    }
    memcpy(v, o->h.d, sizeof v);
    for (int i = 0; i < 80; i++) {
        uint64_t e = v[4], a = v[0];
        uint64_t t = v[7] + (ror64(e, 14) ^ ror64(e, 18) ^ ror64(e, 41)) +
                     ((e & v[5]) ^ (~e & v[6])) + sha2_roots[i] + w[i];
        uint64_t u = (ror64(a, 28) ^ ror64(a, 34) ^ ror64(a, 39)) +
                     ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t;
        v[0] = t + u;
    }
    for (int i = 0; i < 8; i++)
        o->h.d[i] += v[i];
}

static const struct algorithm md5 = {"new", 16, 64, 0, md5_start, md5_block},
                              sha1 = {"new", 20, 64, 1, sha1_start, sha1_block},
                              sha224 = {"sha224", 28,           64,
                                        1,        sha224_start, sha256_block},
                              sha256 = {"sha256", 32,           64,
                                        1,        sha256_start, sha256_block},
                              sha384 = {"sha384", 48,           128,
                                        1,        sha384_start, sha512_block},
                              sha512 = {"sha512", 64,           128,
                                        1,        sha512_start, sha512_block};

/* ---------------------------------------------------------------- objects */

static void feed(struct hash *o, const unsigned char *s, size_t n)
{
    size_t size = o->alg->block_size, have = o->bytes % size;

    o->bytes += n;
    if (have) {
        size_t take = n < size - have ? n : size - have;

        memcpy(o->rest + have, s, take);
        s += take;
        n -= take;
        if (have + take < size)
            return;
        o->alg->block(o, o->rest);
    }
    for (; n >= size; s += size, n -= size)
        o->alg->block(o, s);
    memcpy(o->rest, s, n);
}

/* Bytes of the hash of what was fed, into out; o stays as it was. */
static void final(const struct hash *o, unsigned char *out)
{
    struct hash c = *o;
    size_t size = c.alg->block_size, field = size / 8, have = c.bytes % size;
    uint64_t bits = c.bytes * 8;

    c.rest[have++] = 0x80;
    if (have > size - field) {
        memset(c.rest + have, 0, size - have);
        c.alg->block(&c, c.rest);
        have = 0;
    }
    memset(c.rest + have, 0, size - have);
    for (size_t i = 0; i < 8; i++)
        c.rest[c.alg->big_endian ? size - 1 - i : size - 8 + i] =
            (unsigned char)(bits >> 8 * i);
    if (size == 128) /* more than 2**61 bytes */
        c.rest[size - 9] = (unsigned char)(c.bytes >> 61);
    c.alg->block(&c, c.rest);
    for (size_t i = 0; i < c.alg->digest_size; i++) {
        size_t word = size / 16, shift = i % word;

        if (c.alg->big_endian)
            shift = word - 1 - shift;
        out[i] = (unsigned char)(word == 8 ? c.h.d[i / 8] >> 8 * shift
                                           : c.h.w[i / 4] >> 8 * shift);
    }
}

static py_object *m_digest(py_object *o)
{
    char *p;
    py_str *r = py_str_alloc(H(o)->alg->digest_size, &p);

    if (r)
        final(H(o), (unsigned char *)p);
    return (py_object *)r;
}

static py_object *m_hexdigest(py_object *o)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char d[64];
    char *p;
    py_str *r = py_str_alloc(2 * H(o)->alg->digest_size, &p);

    if (!r)
        return NULL;
    final(H(o), d);
    for (int i = 0; i < H(o)->alg->digest_size; i++) {
        *p++ = hex[d[i] >> 4];
        *p++ = hex[d[i] & 15];
    }
    return &r->base;
}

static int update(py_object *o, py_object *data, const char *fname)
{
    intptr_t n;

    if (py_is_unicode(data) && !(data = py_unicode_encode(data, NULL, NULL)))
        return -1;
    const char *s = py_arg_bytes(data, fname, 1, &n);
    if (!s)
        return -1;
    feed(H(o), (const unsigned char *)s, (size_t)n);
    return 0;
}

static py_object *m_update(py_object *o, py_object *data)
{
    return update(o, data, "update") < 0 ? NULL : py_None;
}

static py_object *m_copy(py_object *o)
{
    struct hash *c = PY_NEW(hash, py_type_of(o));

    *c = *H(o);
    return &c->base;
}

static py_object *get_digest_size(py_object *o, void *data)
{
    (void)data;
    return py_int_new(H(o)->alg->digest_size);
}

static py_object *get_block_size(py_object *o, void *data)
{
    (void)data;
    return py_int_new(H(o)->alg->block_size);
}

static py_object *get_name(py_object *o, void *data)
{
    (void)data;
    const struct algorithm *a = H(o)->alg;
    return (py_object *)py_str_from(a == &md5      ? "MD5"
                                    : a == &sha1   ? "SHA1"
                                    : a == &sha224 ? "SHA224"
                                    : a == &sha256 ? "SHA256"
                                    : a == &sha384 ? "SHA384"
                                                   : "SHA512");
}

static const struct py_methoddef hash_methods[] = {
    PY_M1("update", m_update, "Feeds a string."),
    PY_M0("digest", m_digest, "The hash of what was fed, as bytes."),
    PY_M0("hexdigest", m_hexdigest, "The hash in hexadecimal."),
    PY_M0("copy", m_copy, "An object with the same state."),
    PY_MEND,
};
static const struct py_getset hash_getset[] = {
    {"digest_size", get_digest_size, NULL, NULL, NULL},
    {"digestsize", get_digest_size, NULL, NULL, NULL},
    {"block_size", get_block_size, NULL, NULL, NULL},
    {"name", get_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static py_type md5_type = {
    PY_TYPE_HEAD("_md5.md5", hash),
    .methods = hash_methods,
    .getset = hash_getset,
};
static py_type sha_type = {
    PY_TYPE_HEAD("_sha.sha", hash),
    .methods = hash_methods,
    .getset = hash_getset,
};
static py_type sha224_type = {
    PY_TYPE_HEAD("_sha256.sha224", hash),
    .methods = hash_methods,
    .getset = hash_getset,
};
static py_type sha256_type = {
    PY_TYPE_HEAD("_sha256.sha256", hash),
    .methods = hash_methods,
    .getset = hash_getset,
};
static py_type sha384_type = {
    PY_TYPE_HEAD("_sha512.sha384", hash),
    .methods = hash_methods,
    .getset = hash_getset,
};
static py_type sha512_type = {
    PY_TYPE_HEAD("_sha512.sha512", hash),
    .methods = hash_methods,
    .getset = hash_getset,
};

#define CONSTRUCTOR(alg_)                                                      \
    static py_object *new_##alg_(py_object *self, py_object *const *args,      \
                                 intptr_t nargs, py_tuple *kwnames)            \
    {                                                                          \
        static const char *const names[] = {"string"};                         \
        py_object *v;                                                          \
                                                                               \
        (void)self;                                                            \
        if (py_args_kw(alg_.name, args, nargs, kwnames, names, 1, 0, &v) < 0)  \
            return NULL;                                                       \
        struct hash *o = PY_NEW(hash, TYPE_##alg_);                            \
        o->alg = &alg_;                                                        \
        alg_.start(o);                                                         \
        return v && update(&o->base, v, alg_.name) < 0 ? NULL : &o->base;      \
    }
#define TYPE_md5 &md5_type
#define TYPE_sha1 &sha_type
#define TYPE_sha224 &sha224_type
#define TYPE_sha256 &sha256_type
#define TYPE_sha384 &sha384_type
#define TYPE_sha512 &sha512_type
CONSTRUCTOR(md5)
CONSTRUCTOR(sha1)
CONSTRUCTOR(sha224)
CONSTRUCTOR(sha256)
CONSTRUCTOR(sha384)
CONSTRUCTOR(sha512)

#define NEW_DOC "new([string]) -> a hash object, fed with the string"
static const struct py_methoddef md5_functions[] = {
    PY_MKW("new", new_md5, NEW_DOC),
    PY_MKW("md5", new_md5, NEW_DOC),
    PY_MEND,
};
static const struct py_methoddef sha_functions[] = {
    PY_MKW("new", new_sha1, NEW_DOC),
    PY_MEND,
};
static const struct py_methoddef sha256_functions[] = {
    PY_MKW("sha256", new_sha256, NEW_DOC),
    PY_MKW("sha224", new_sha224, NEW_DOC),
    PY_MEND,
};
static const struct py_methoddef sha512_functions[] = {
    PY_MKW("sha512", new_sha512, NEW_DOC),
    PY_MKW("sha384", new_sha384, NEW_DOC),
    PY_MEND,
};

static int init_md5(py_module *m)
{
    return py_module_set_type(m, "MD5Type", &md5_type) < 0
               ? -1
               : py_module_set_int(m, "digest_size", 16);
}

static int init_sha(py_module *m)
{
    if (py_type_ready(&sha_type) < 0 ||
        py_module_set_int(m, "blocksize", 1) < 0)
        return -1;
    return py_module_set_int(m, "digestsize", 20) < 0
               ? -1
               : py_module_set_int(m, "digest_size", 20);
}

static int init_sha256(py_module *m)
{
    (void)m;
    return py_type_ready(&sha224_type) < 0 ? -1 : py_type_ready(&sha256_type);
}

static int init_sha512(py_module *m)
{
    (void)m;
    return py_type_ready(&sha384_type) < 0 ? -1 : py_type_ready(&sha512_type);
}

const struct py_moduledef py_module__md5 = {"_md5", "MD5.", md5_functions,
                                            init_md5},
                          py_module__sha = {"_sha", "SHA-1.", sha_functions,
                                            init_sha},
                          py_module__sha256 = {"_sha256", "SHA-224, SHA-256.",
                                               sha256_functions, init_sha256},
                          py_module__sha512 = {"_sha512", "SHA-384, SHA-512.",
                                               sha512_functions, init_sha512};

/*
 * _random.c: Random, the Mersenne Twister MT19937 of Matsumoto and Nishimura,
 * with their initialisation by an array of words: the same numbers from the
 * same seed as any other of its kind.
 */
#include "modules/modutil.h"

enum { N = 624, M = 397 };

struct py_random {
    py_object base;
    int32_t index; /* of the next word; N: generate first */
    uint32_t state[N];
};
TW_GC_TYPE_ATOMIC(py_random);
static py_type random_type;
#define R(o) ((struct py_random *)(o))

static uint32_t twist(uint32_t high, uint32_t low, uint32_t far)
{
    uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);

    return far ^ y >> 1 ^ (low & 1 ? 0x9908b0dfu : 0);
}

tw_dont_look_inside static void generate(struct py_random *r)
{
    uint32_t *s = r->state;

    for (int k = 0; k < N; k++)
        s[k] = twist(s[k], s[(k + 1) % N], s[(k + M) % N]);
    r->index = 0;
}

static uint32_t next_word(struct py_random *r)
{
    if (r->index >= N)
        generate(r);
    uint32_t y = r->state[r->index++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static void seed_word(struct py_random *r, uint32_t seed)
{
    uint32_t *s = r->state;

    s[0] = seed;
    for (uint32_t i = 1; i < N; i++)
        s[i] = 1812433253u * (s[i - 1] ^ s[i - 1] >> 30) + i;
    r->index = N;
}

static void seed_words(struct py_random *r, const uint32_t *key, size_t n)
{
    uint32_t *s = r->state, i = 1;
    size_t j = 0;

    seed_word(r, 19650218u);
    for (size_t k = n > N ? n : N; k; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1664525u) + key[j] +
               (uint32_t)j;
        if (++i >= N) {
            s[0] = s[N - 1];
            i = 1;
        }
        if (++j >= n)
            j = 0;
    }
    for (int k = N - 1; k; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1566083941u) - i;
        if (++i >= N) {
            s[0] = s[N - 1];
            i = 1;
        }
    }
    s[0] = 0x80000000u;
}

static py_object *m_random(py_object *o)
{
    uint32_t a = next_word(R(o)) >> 5, b = next_word(R(o)) >> 6;

    return py_float_new((a * 67108864.0 + b) * (1.0 / 9007199254740992.0));
}

static int seed(struct py_random *r, py_object *arg)
{
    py_object *n;

    if (!arg || arg == py_None) {
        py_object *now = py_import("time");

        now = now ? py_getattr_cstr(now, "time") : NULL;
        now = now ? py_call0(now) : NULL;
        if (!now)
            return -1;
        seed_word(r, (uint32_t)(int64_t)py_as_double(now));
        return 0;
    }
    if (py_is_int(arg) || py_is_long(arg))
        n = (py_is_int(arg) ? &py_int_type : &py_long_type)->nb_abs(arg);
    else {
        int64_t h = py_hash(arg);

        if (h == -1)
            return -1;
        n = py_long_from_uint64((uint64_t)h);
    }
    if (!n)
        return -1;
    if (py_is_int(n) && !(n = py_long_from_int64(py_int_value(n))))
        return -1;
    size_t words = (size_t)(py_long_bit_length(n) + 31) / 32;
    if (!words)
        words = 1;
    uint32_t *key = tw_gc_malloc_atomic(4 * words);
    if (!key)
        return py_raise_nomemory(), -1;
    if (py_long_as_bytes(n, (unsigned char *)key, 4 * words, 1, 0) < 0)
        return -1;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (size_t i = 0; i < words; i++)
        key[i] = __builtin_bswap32(key[i]);
#endif
    seed_words(r, key, words);
    return 0;
}

static py_object *m_seed(py_object *o, py_object *arg)
{
    return seed(R(o), arg) < 0 ? NULL : py_None;
}

static py_object *m_getstate(py_object *o)
{
    py_tuple *t = py_tuple_new(N + 1);

    for (int i = 0; i < N; i++)
        t->item[i] = py_long_from_int64(R(o)->state[i]);
    t->item[N] = py_long_from_int64(R(o)->index);
    return &t->base;
}

static py_object *m_setstate(py_object *o, py_object *state)
{
    uint32_t s[N];

    if (!py_is_tuple(state))
        return py_raise(&py_TypeError, "state vector must be a tuple");
    py_tuple *t = (py_tuple *)state;
    if (t->n != N + 1)
        return py_raise(&py_ValueError, "state vector is the wrong size");
    for (int i = 0; i < N; i++) {
        uint64_t v = py_as_uint64(t->item[i]);

        if (v == (uint64_t)-1 && py_err_occurred())
            return NULL;
        s[i] = (uint32_t)v;
    }
    int64_t index = py_as_int64(t->item[N]);
    if (index == -1 && py_err_occurred())
        return NULL;
    if (index < 0 || index > N)
        return py_raise(&py_ValueError, "invalid state");
    memcpy(R(o)->state, s, sizeof s);
    R(o)->index = (int32_t)index;
    return py_None;
}

/* Stirs the state with n: words are swapped as often as there are. */
static py_object *m_jumpahead(py_object *o, py_object *n)
{
    uint32_t *s = R(o)->state;

    if (!py_is_int(n) && !py_is_long(n))
        return py_raise(&py_TypeError,
                        "jumpahead requires an integer, not '%s'",
                        py_type_of(n)->name);
    for (int i = N - 1; i > 1; i--) {
        py_object *r = py_mod(n, py_int_new(i));
        int64_t j;

        if (!r)
            return NULL;
        j = py_as_int64(r);
        if (j == -1 && py_err_occurred())
            return NULL;
        uint32_t t = s[i];
        s[i] = s[j];
        s[j] = t;
    }
    for (int i = 0; i < N; i++)
        s[i] += (uint32_t)i + 1;
    R(o)->index = N;
    return py_None;
}

static py_object *m_getrandbits(py_object *o, py_object *arg)
{
    int k;

    if (py_arg_int(arg, &k) < 0)
        return NULL;
    if (k <= 0)
        return py_raise(&py_ValueError,
                        "number of bits must be greater than zero");
    size_t n = ((size_t)k + 31) / 32;
    unsigned char *bytes = tw_gc_malloc_atomic(4 * n);
    if (!bytes)
        return py_raise_nomemory();
    for (size_t i = 0; i < n; i++, k -= 32) {
        uint32_t r = next_word(R(o));

        if (k < 32)
            r >>= 32 - k;
        for (int b = 0; b < 4; b++)
            bytes[4 * i + (size_t)b] = (unsigned char)(r >> 8 * b);
    }
    return py_long_from_bytes(bytes, 4 * n, 1, 0);
}

static py_object *random_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    if (type == &random_type && kwnames && kwnames->n)
        return py_raise(&py_TypeError,
                        "Random() does not take keyword arguments");
    py_object *o = py_alloc(type, 0);
    return o && seed(R(o), nargs ? args[0] : NULL) == 0 ? o : NULL;
}

static int random_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    (void)o, (void)args, (void)nargs, (void)kwnames;
    return 0;
}

static const struct py_methoddef random_methods[] = {
    PY_M0("random", m_random, "random() -> x in the interval [0, 1)."),
    PY_M(0, 1, "seed", m_seed,
         "seed([n]) -> None.  By n, its hash, or the time."),
    PY_M0("getstate", m_getstate,
          "getstate() -> tuple containing the current state."),
    PY_M1("setstate", m_setstate,
          "setstate(state) -> None.  Goes back to an earlier state."),
    PY_M1("jumpahead", m_jumpahead,
          "jumpahead(int) -> None.  Another state, made from this one."),
    PY_M1("getrandbits", m_getrandbits,
          "getrandbits(k) -> x.  A long with k random bits."),
    PY_MEND,
};
static py_type random_type = {
    PY_TYPE_HEAD("_random.Random", py_random),
    .flags = PY_TF_BASE,
    .doc = "Random() -> a generator of random numbers with a state of its own.",
    .methods = random_methods,
    .tp_new = random_new,
    .tp_init = random_init,
};

static const struct py_methoddef functions[] = {PY_MEND};

static int init(py_module *m)
{
    return py_module_set_type(m, "Random", &random_type);
}

const struct py_moduledef py_module__random = {
    "_random", "The Mersenne Twister, for the module random.", functions, init};

/*
 * unicodedata.c: the module unicodedata: properties, names, decompositions and
 * normal forms of characters, of Unicode 5.2.0 and (ucd_3_2_0) 3.2.0. The
 * tables are written by tools/gen_unicodedata.py.
 */
#include <stdio.h>
#include <stdlib.h>

#include "objects/python.h"

struct ucd_record {
    uint8_t category, bidi, combining, width, mirrored;
    int8_t decimal, digit; /* -1: none */
    uint8_t value; /* in values[]; 0: none */
};
enum { SHIFT = 7, PAGES = 0x110000 >> SHIFT };

#include "modules/unicodedata_tables.inc"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Which version a function was called for: its self is the module or an
 * unicodedata.UCD. */
struct ucd {
    py_object base;
};
TW_GC_TYPE_ATOMIC(ucd);
static py_type ucd_type;

static int is_old(py_object *self)
{
    return py_type_of(self) == &ucd_type;
}

static const struct ucd_record *record(int old, uint32_t c)
{
    unsigned page = page_of[(old ? PAGES : 0) + (c >> SHIFT)];
    return &records[record_of[page << SHIFT | (c & ((1 << SHIFT) - 1))]];
}

static int assigned(int old, uint32_t c)
{
    const char *s = categories[record(old, c)->category];
    return s[0] != 'C' || s[1] != 'n';
}

/* The character of a one-character unicode argument, -1 with TypeError. */
static int64_t one_char(const char *fname, py_object *o)
{
    if (!py_is_unicode(o)) {
        py_arg_error(fname, 1, "unicode", o);
        return -1;
    }
    if (((py_unicode *)o)->n != 1)
        return py_raise_i(&py_TypeError,
                          "need a single Unicode character as parameter");
    return ((py_unicode *)o)->data[0];
}

/* ----------------------------------------------------------------- properties */

#define WITH_RECORD(name, expr)                                                \
    static py_object *u_##name(py_object *self, py_object *o)                  \
    {                                                                          \
        int64_t c = one_char(#name, o);                                        \
        if (c < 0)                                                             \
            return NULL;                                                       \
        const struct ucd_record *r = record(is_old(self), (uint32_t)c);        \
        return (expr);                                                         \
    }
WITH_RECORD(category, (py_object *)py_str_from(categories[r->category]))
WITH_RECORD(bidirectional, (py_object *)py_str_from(bidis[r->bidi]))
WITH_RECORD(east_asian_width, (py_object *)py_str_from(widths[r->width]))
WITH_RECORD(combining, py_int_new(r->combining))
WITH_RECORD(mirrored, py_int_new(r->mirrored))

#define WITH_DEFAULT(name, has, expr, what)                                    \
    static py_object *u_##name(py_object *self, py_object *o, py_object *dflt) \
    {                                                                          \
        int64_t c = one_char(#name, o);                                        \
        if (c < 0)                                                             \
            return NULL;                                                       \
        const struct ucd_record *r = record(is_old(self), (uint32_t)c);        \
        if (has)                                                               \
            return (expr);                                                     \
        return dflt ? dflt : py_raise(&py_ValueError, "not a " what);          \
    }
WITH_DEFAULT(decimal, r->decimal >= 0, py_int_new(r->decimal), "decimal")
WITH_DEFAULT(digit, r->digit >= 0, py_int_new(r->digit), "digit")
WITH_DEFAULT(numeric, r->value, py_float_new(values[r->value]),
             "numeric character")

/* -------------------------------------------------------------- decomposition */

enum { S_BASE = 0xac00, S_COUNT = 11172 };
enum { L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11a7 };
enum { L_COUNT = 19, V_COUNT = 21, T_COUNT = 28 };

static int by_first(const void *key, const void *entry)
{
    uint32_t a = *(const uint32_t *)key, b = *(const uint32_t *)entry;
    return (a > b) - (a < b);
}

/* Tag << 8 | length, then the characters; NULL: none. */
static const uint32_t *decomposition(int old, uint32_t c)
{
    const uint32_t *e = NULL;
    if (old) {
        if (!assigned(1, c))
            return NULL;
        e = bsearch(&c, old_decomp_of, COUNT(old_decomp_of) / 2, 8, by_first);
    }
    if (!e)
        e = bsearch(&c, decomp_of, COUNT(decomp_of) / 2, 8, by_first);
    return e && decomps[e[1]] ? &decomps[e[1]] : NULL;
}

static py_object *u_decomposition(py_object *self, py_object *o)
{
    int64_t c = one_char("decomposition", o);
    if (c < 0)
        return NULL;
    const uint32_t *d = decomposition(is_old(self), (uint32_t)c);
    struct py_sb sb;
    py_sb_init(&sb);
    if (d && d[0] >> 8)
        py_sb_adds(&sb, tags[d[0] >> 8]);
    for (uint32_t i = 1; d && i <= (d[0] & 255); i++) {
        char hex[12];
        snprintf(hex, sizeof hex, "%s%04X", sb.n ? " " : "", d[i]);
        py_sb_adds(&sb, hex);
    }
    return (py_object *)py_sb_finish(&sb);
}

/* ------------------------------------------------------------- normal forms */

struct text {
    uint32_t *s;
    intptr_t n, room;
};

static int put(struct text *t, uint32_t c)
{
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        uint32_t *s = tw_gc_malloc_atomic((size_t)t->room * sizeof *s);
        if (!s)
            return py_raise_nomemory(), -1;
        memcpy(s, t->s, (size_t)t->n * sizeof *s);
        t->s = s;
    }
    t->s[t->n++] = c;
    return 0;
}

static int put_decomposed(struct text *t, int old, int compat, uint32_t c)
{
    if (c - S_BASE < S_COUNT) {
        uint32_t k = c - S_BASE, last = k % T_COUNT;
        return put(t, L_BASE + k / (V_COUNT * T_COUNT)) < 0 ||
                       put(t, V_BASE + k % (V_COUNT * T_COUNT) / T_COUNT) < 0 ||
                       (last && put(t, T_BASE + last) < 0)
                   ? -1
                   : 0;
    }
    for (size_t i = 0; old && i < COUNT(old_normal); i += 2)
        if (old_normal[i] == c)
            return put(t, old_normal[i + 1]);
    const uint32_t *d = decomposition(old, c);
    if (!d || (d[0] >> 8 && !compat))
        return put(t, c);
    for (uint32_t i = 1; i <= (d[0] & 255); i++)
        if (put_decomposed(t, old, compat, d[i]) < 0)
            return -1;
    return 0;
}

/* Marks in the order of their combining classes: today's, as in CPython, also
 * for 3.2.0. */
static void order_marks(struct text *t)
{
    for (intptr_t i = 1; i < t->n; i++) {
        uint32_t c = t->s[i];
        uint8_t class = record(0, c)->combining;
        intptr_t j = i;
        for (; class && j > 0 && record(0, t->s[j - 1])->combining > class; j--)
            t->s[j] = t->s[j - 1];
        t->s[j] = c;
    }
}

static int by_pair(const void *key, const void *entry)
{
    const uint32_t *a = key, *b = entry;
    if (a[0] != b[0])
        return a[0] < b[0] ? -1 : 1;
    return (a[1] > b[1]) - (a[1] < b[1]);
}

/* a and b as one character, 0: there is none. */
static uint32_t composed(int old, uint32_t a, uint32_t b)
{
    if (a - L_BASE < L_COUNT && b - V_BASE < V_COUNT)
        return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
    if (a - S_BASE < S_COUNT && (a - S_BASE) % T_COUNT == 0 && b > T_BASE &&
        b < T_BASE + T_COUNT)
        return a + (b - T_BASE);
    const uint32_t pair[2] = {a, b};
    const uint32_t *e =
        bsearch(pair, compositions, COUNT(compositions) / 3, 12, by_pair);
    return e && (!old || assigned(1, e[2])) ? e[2] : 0;
}

static void compose(struct text *t, int old)
{
    intptr_t starter = -1, out = 0;
    uint8_t last = 0; /* the class of what stands behind the starter */
    for (intptr_t i = 0; i < t->n; i++) {
        uint32_t c = t->s[i], both;
        uint8_t class = record(0, c)->combining;
        int blocked = starter >= 0 && out > starter + 1 && last >= class;
        if (starter >= 0 && !blocked &&
            (both = composed(old, t->s[starter], c))) {
            t->s[starter] = both;
            continue;
        }
        if (class == 0)
            starter = out;
        last = class;
        t->s[out++] = c;
    }
    t->n = out;
}

static py_object *u_normalize(py_object *self, py_object *form, py_object *o)
{
    int old = is_old(self);
    const char *f = py_arg_cstr(form, "normalize", 1);
    if (!f)
        return NULL;
    if (!py_is_unicode(o))
        return py_arg_error("normalize", 2, "unicode", o);
    int compat = !strncmp(f, "NFK", 3);
    const char *end = f + 2 + compat;
    if (strncmp(f, "NF", 2) || (strcmp(end, "C") && strcmp(end, "D")))
        return py_raise(&py_ValueError, "invalid normalization form");
    py_unicode *u = (py_unicode *)o;
    struct text t = {0};
    for (intptr_t i = 0; i < u->n; i++)
        if (put_decomposed(&t, old, compat, u->data[i]) < 0)
            return NULL;
    order_marks(&t);
    if (*end == 'C')
        compose(&t, old);
    return (py_object *)py_unicode_new(t.s, t.n);
}

/* ---------------------------------------------------------------------- names */

enum { MAX_NAME = 120 };

/* The next word of a coded name at *p; NULL at its end. */
static const char *next_word(const uint8_t **p, int *n)
{
    unsigned w = *(*p)++;
    if (!w)
        return NULL;
    if (w > ONE_BYTE)
        w = ONE_BYTE + (w - ONE_BYTE - 1) * 255 + *(*p)++ - 1;
    else
        w--;
    *n = (int)(word_at[w + 1] - word_at[w]);
    return words + word_at[w];
}

static const uint8_t *coded_name(unsigned k)
{
    const uint8_t *p = name_bytes + name_at[k / EVERY];
    for (unsigned skip = k % EVERY; skip; skip--) {
        int n;
        while (next_word(&p, &n))
            ;
    }
    return p;
}

static void name_text(unsigned k, char *out)
{
    const uint8_t *p = coded_name(k);
    const char *w;
    for (int n; (w = next_word(&p, &n)); out += n)
        memcpy(out, w, (size_t)n);
    *out = 0;
}

/* The number of a character's name, -1: none. */
static int name_number(uint32_t c)
{
    size_t low = 0, high = COUNT(name_runs) / 2;
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        *(name_runs[2 * mid] <= c ? &low : &high) = mid;
    }
    uint32_t k = name_runs[2 * low + 1] + (c - name_runs[2 * low]);
    uint32_t end =
        low + 1 < COUNT(name_runs) / 2 ? name_runs[2 * low + 3] : NAMES;
    return c >= name_runs[2 * low] && k < end ? (int)k : -1;
}

static uint32_t char_of_name(uint32_t k)
{
    size_t low = 0, high = COUNT(name_runs) / 2;
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        *(name_runs[2 * mid + 1] <= k ? &low : &high) = mid;
    }
    return name_runs[2 * low] + (k - name_runs[2 * low + 1]);
}

static int is_ideograph(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x4db5) || (c >= 0x4e00 && c <= 0x9fcb) ||
           (c >= 0x20000 && c <= 0x2a6d6) || (c >= 0x2a700 && c <= 0x2b734);
}

static const char *const lead[] = {"G", "GG", "N", "D",  "DD", "R", "M",
                                   "B", "BB", "S", "SS", "",   "J", "JJ",
                                   "C", "K",  "T", "P",  "H"};
static const char *const vowel[] = {"A",   "AE", "YA", "YAE", "EO", "E",  "YEO",
                                    "YE",  "O",  "WA", "WAE", "OE", "YO", "U",
                                    "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
static const char *const tail[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH",
                                   "D",  "L",  "LG", "LM", "LB", "LS", "LT",
                                   "LP", "LH", "M",  "B",  "BS", "S",  "SS",
                                   "NG", "J",  "C",  "K",  "T",  "P",  "H"};

/* 0: it has no name. */
static int name_of(int old, uint32_t c, char *out)
{
    if (old && !assigned(1, c))
        return 0;
    if (c - S_BASE < S_COUNT) {
        uint32_t k = c - S_BASE;
        sprintf(out, "HANGUL SYLLABLE %s%s%s", lead[k / (V_COUNT * T_COUNT)],
                vowel[k % (V_COUNT * T_COUNT) / T_COUNT], tail[k % T_COUNT]);
        return 1;
    }
    if (is_ideograph(c)) {
        sprintf(out, "CJK UNIFIED IDEOGRAPH-%X", c);
        return 1;
    }
    int k = name_number(c);
    if (k >= 0)
        name_text((unsigned)k, out);
    return k >= 0;
}

static py_object *u_name(py_object *self, py_object *o, py_object *dflt)
{
    char name[MAX_NAME];
    int64_t c = one_char("name", o);
    if (c < 0)
        return NULL;
    if (name_of(is_old(self), (uint32_t)c, name))
        return (py_object *)py_str_from(name);
    return dflt ? dflt : py_raise(&py_ValueError, "no such name");
}

/* The longest of the parts that s begins with: its number; *s moves behind it. */
static int longest(const char **s, const char *const *parts, int n)
{
    int best = -1;
    size_t len = 0;
    for (int i = 0; i < n; i++) {
        size_t k = strlen(parts[i]);
        if ((best < 0 || k > len) && !strncmp(*s, parts[i], k)) {
            best = i;
            len = k;
        }
    }
    *s += len;
    return best;
}

static int64_t computed_name(const char *s)
{
    if (!strncmp(s, "HANGUL SYLLABLE ", 16)) {
        s += 16;
        int l = longest(&s, lead, L_COUNT), v = longest(&s, vowel, V_COUNT);
        int t = longest(&s, tail, T_COUNT);
        return l < 0 || v < 0 || t < 0 || *s
                   ? -1
                   : S_BASE + (l * V_COUNT + v) * T_COUNT + t;
    }
    if (strncmp(s, "CJK UNIFIED IDEOGRAPH-", 22))
        return -1;
    size_t n = strspn(s + 22, "0123456789ABCDEF");
    if (n < 4 || n > 5 || s[22 + n])
        return -1;
    unsigned long c = strtoul(s + 22, NULL, 16);
    return is_ideograph((uint32_t)c) ? (int64_t)c : -1;
}

/* The character of that name, in capitals; -1: none. */
static int64_t find_name(const char *name)
{
    size_t low = 0, high = NAMES;
    while (low < high) {
        size_t mid = (low + high) / 2;
        char text[MAX_NAME];
        name_text(name_order[mid], text);
        int cmp = strcmp(name, text);
        if (cmp == 0)
            return char_of_name(name_order[mid]);
        if (cmp < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return -1;
}

static py_object *u_lookup(py_object *self, py_object *o)
{
    intptr_t n;
    char upper[MAX_NAME];
    const char *s = py_arg_bytes(o, "lookup", 1, &n);
    if (!s)
        return NULL;
    int64_t c = -1;
    if (n < MAX_NAME) {
        for (intptr_t i = 0; i < n; i++)
            upper[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 32) : s[i];
        upper[n] = 0;
        if (!memchr(s, 0, (size_t)n))
            c = computed_name(py_str_cstr(py_str_new(s, n)));
        if (c < 0 && !memchr(s, 0, (size_t)n))
            c = find_name(upper);
    }
    if (c < 0 || (is_old(self) && !assigned(1, (uint32_t)c)))
        return py_raise(&py_KeyError, "undefined character name '%s'",
                        py_str_cstr(py_str_new(s, n)));
    return (py_object *)py_unicode_char((uint32_t)c);
}

/* --------------------------------------------------------------------- module */

static const struct py_methoddef methods[] = {
    PY_MF("category", u_category, PY_POS, 1, 1, PY_PARSED,
          "The general category, two letters."),
    PY_MF("bidirectional", u_bidirectional, PY_POS, 1, 1, PY_PARSED,
          "The bidirectional class; '' if none is defined."),
    PY_MF("combining", u_combining, PY_POS, 1, 1, PY_PARSED,
          "The canonical combining class; 0 if none is defined."),
    PY_MF("mirrored", u_mirrored, PY_POS, 1, 1, PY_PARSED,
          "1 if it is mirrored in text from right to left."),
    PY_MF("east_asian_width", u_east_asian_width, PY_POS, 1, 1, PY_PARSED,
          "The East Asian width."),
    PY_MF("decomposition", u_decomposition, PY_POS, 1, 1, PY_PARSED,
          "The decomposition mapping as text; '' if there is none."),
    PY_M(1, 2, "decimal", u_decimal, "decimal(c[, default]): as a digit."),
    PY_M(1, 2, "digit", u_digit, "digit(c[, default]): as a digit."),
    PY_M(1, 2, "numeric", u_numeric, "numeric(c[, default]): as a float."),
    PY_M(1, 2, "name", u_name, "name(c[, default]): its name."),
    PY_MF("lookup", u_lookup, PY_POS, 1, 1, PY_PARSED,
          "The character of that name."),
    PY_M2("normalize", u_normalize,
          "normalize('NFC', text): text in a normal form."),
    PY_MEND,
};

static py_object *old_version(py_object *o, void *data)
{
    (void)o;
    (void)data;
    return (py_object *)py_str_from("3.2.0");
}

static const struct py_getset ucd_getset[] = {
    {"unidata_version", old_version, py_readonly, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static py_type ucd_type = {
    PY_TYPE_HEAD("unicodedata.UCD", ucd),
    .methods = methods,
    .getset = ucd_getset,
};

static int init(py_module *m)
{
    if (py_module_set_type(m, "UCD", &ucd_type) < 0 ||
        py_module_set_str(m, "unidata_version", "5.2.0") < 0)
        return -1;
    struct ucd *old = PY_NEW(ucd, &ucd_type);
    return py_module_set(m, "ucd_3_2_0", &old->base);
}

const struct py_moduledef py_module_unicodedata = {
    "unicodedata", "Properties and names of characters.", methods, init};

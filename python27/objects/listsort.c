/*
 * listsort.c: list.sort. A stable, adaptive merge sort in the manner of Tim
 * Peters' timsort: natural runs are found, short ones extended by binary
 * insertion, and merged so that run lengths stay balanced; a merge that keeps
 * taking from one side gallops. Comparison calls may raise or change the list;
 * the items are taken out of the list while sorting goes on.
 * In: a list; out: the same list in order. Neighbour: listobject.c.
 */
#include "objects/abstract.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/liststore.h"
#include "objects/strobject.h"

/* Items to be moved: the keys that are compared, and the values that go along
 * (NULL: the keys are the values). */
struct sorter {
    py_object **key, **value;
    py_object *cmp;    /* a Python comparison function, or NULL */
    py_object **tmpk, **tmpv;
    intptr_t tmpn;
    intptr_t min_gallop;
    int depth;
    struct run {
        intptr_t base, n;
    } run[90];
    int (*less)(struct sorter *, py_object *, py_object *); /* -1 error */
};

enum { MIN_GALLOP = 7 };

static int less_rich(struct sorter *s, py_object *a, py_object *b)
{
    (void)s;
    return py_richcompare_bool(a, b, PY_LT);
}

static int less_str(struct sorter *s, py_object *a, py_object *b)
{
    py_str *x = (py_str *)a, *y = (py_str *)b;
    intptr_t n = x->n < y->n ? x->n : y->n;
    int c = n ? memcmp(x->data, y->data, (size_t)n) : 0;

    (void)s;
    return c ? c < 0 : x->n < y->n;
}

static int less_cmp(struct sorter *s, py_object *a, py_object *b)
{
    py_object *r = py_call2(s->cmp, a, b);
    int64_t v;

    if (!r)
        return -1;
    if (!py_is_int(r) && !py_is_long(r))
        return py_raise_i(&py_TypeError,
                          "comparison function must return int, not %T", r);
    if (!py_fits_int64(r, &v))
        v = py_long_sign(r);
    return v < 0;
}

#define LESS(a, b) s->less(s, (a), (b))

static void reverse_range(py_object **a, intptr_t lo, intptr_t hi)
{
    for (hi--; lo < hi; lo++, hi--) {
        py_object *x = a[lo];

        a[lo] = a[hi];
        a[hi] = x;
    }
}

/* The length of the run that begins at lo; descending ones are turned round. */
static intptr_t count_run(struct sorter *s, intptr_t lo, intptr_t hi)
{
    intptr_t i = lo + 1;
    int c;

    if (i >= hi)
        return hi - lo;
    c = LESS(s->key[i], s->key[lo]);
    if (c < 0)
        return -1;
    if (c) {
        for (i++; i < hi; i++) {
            c = LESS(s->key[i], s->key[i - 1]);
            if (c < 0)
                return -1;
            if (!c)
                break;
        }
        reverse_range(s->key, lo, i);
        if (s->value)
            reverse_range(s->value, lo, i);
    } else {
        for (i++; i < hi; i++) {
            c = LESS(s->key[i], s->key[i - 1]);
            if (c < 0)
                return -1;
            if (c)
                break;
        }
    }
    return i - lo;
}

static int insertion(struct sorter *s, intptr_t lo, intptr_t hi, intptr_t start)
{
    for (; start < hi; start++) {
        intptr_t l = lo, r = start;
        py_object *pivot = s->key[start],
                  *v = s->value ? s->value[start] : NULL;

        while (l < r) {
            intptr_t m = l + (r - l) / 2;
            int c = LESS(pivot, s->key[m]);

            if (c < 0)
                return -1;
            if (c)
                r = m;
            else
                l = m + 1;
        }
        memmove(s->key + l + 1, s->key + l,
                (size_t)(start - l) * sizeof *s->key);
        s->key[l] = pivot;
        if (s->value) {
            memmove(s->value + l + 1, s->value + l,
                    (size_t)(start - l) * sizeof *s->key);
            s->value[l] = v;
        }
    }
    return 0;
}

/* How many of a[0..n) stand before x: those less than x (right 0), or not
 * greater (right 1). Searches outwards from hint. -1 on error. */
static intptr_t gallop(struct sorter *s, py_object *x, py_object **a,
                       intptr_t n, intptr_t hint, int right)
{
    intptr_t last = 0, ofs = 1, lo, hi;
    int c;

#define BEFORE(i) (right ? !(c = LESS(x, a[i])) : (c = LESS(a[i], x)))
    if (BEFORE(hint)) {
        if (c < 0)
            return -1;
        while (ofs < n - hint && BEFORE(hint + ofs)) {
            if (c < 0)
                return -1;
            last = ofs;
            ofs = ofs * 2 + 1;
        }
        if (c < 0)
            return -1;
        if (ofs > n - hint)
            ofs = n - hint;
        lo = hint + last + 1;
        hi = hint + ofs;
    } else {
        if (c < 0)
            return -1;
        while (ofs <= hint && !BEFORE(hint - ofs)) {
            if (c < 0)
                return -1;
            last = ofs;
            ofs = ofs * 2 + 1;
        }
        if (c < 0)
            return -1;
        if (ofs > hint + 1)
            ofs = hint + 1;
        lo = hint - ofs + 1;
        hi = hint - last;
    }
    while (lo < hi) {
        intptr_t m = lo + (hi - lo) / 2;
        int before = BEFORE(m);

        if (c < 0)
            return -1;
        if (before)
            lo = m + 1;
        else
            hi = m;
    }
#undef BEFORE
    return lo;
}

static int need_tmp(struct sorter *s, intptr_t n)
{
    if (n <= s->tmpn)
        return 0;
    s->tmpk = tw_gc_malloc((size_t)n * sizeof *s->tmpk);
    s->tmpv = s->value ? tw_gc_malloc((size_t)n * sizeof *s->tmpv) : NULL;
    if (!s->tmpk || (s->value && !s->tmpv)) {
        py_raise_nomemory();
        return -1;
    }
    s->tmpn = n;
    return 0;
}

static void move(struct sorter *s, py_object **tk, py_object **tv, intptr_t to,
                 py_object **fk, py_object **fv, intptr_t from, intptr_t n)
{
    memmove(tk + to, fk + from, (size_t)n * sizeof *tk);
    if (s->value)
        memmove(tv + to, fv + from, (size_t)n * sizeof *tv);
}

/* Merges [a, a+na) with the run behind it, of nb items, na <= nb: from the
 * left, with a copy of the first. */
static int merge_lo(struct sorter *s, intptr_t a, intptr_t na, intptr_t nb)
{
    intptr_t i = 0, j = a + na, end = a + na + nb, to = a, k;
    int c, error = 0;

    if (need_tmp(s, na) < 0)
        return -1;
    move(s, s->tmpk, s->tmpv, 0, s->key, s->value, a, na);
    while (i < na && j < end) {
        intptr_t wins_a = 0, wins_b = 0;

        while (i < na && j < end && wins_a < s->min_gallop &&
               wins_b < s->min_gallop) {
            c = LESS(s->key[j], s->tmpk[i]);
            if (c < 0) {
                error = 1;
                goto out;
            }
            if (c) {
                move(s, s->key, s->value, to++, s->key, s->value, j++, 1);
                wins_b++;
                wins_a = 0;
            } else {
                move(s, s->key, s->value, to++, s->tmpk, s->tmpv, i++, 1);
                wins_a++;
                wins_b = 0;
            }
        }
        while (i < na && j < end) {
            k = gallop(s, s->key[j], s->tmpk + i, na - i, 0, 1);
            if (k < 0) {
                error = 1;
                goto out;
            }
            wins_a = k;
            move(s, s->key, s->value, to, s->tmpk, s->tmpv, i, k);
            to += k;
            i += k;
            if (i == na)
                break;
            k = gallop(s, s->tmpk[i], s->key + j, end - j, 0, 0);
            if (k < 0) {
                error = 1;
                goto out;
            }
            wins_b = k;
            move(s, s->key, s->value, to, s->key, s->value, j, k);
            to += k;
            j += k;
            if (wins_a < MIN_GALLOP && wins_b < MIN_GALLOP)
                break;
            if (s->min_gallop > 1)
                s->min_gallop--;
        }
        s->min_gallop++;
    }
out:
    move(s, s->key, s->value, to, s->tmpk, s->tmpv, i, na - i);
    return error ? -1 : 0;
}

/* The same from the right, with a copy of the second run, nb < na. */
static int merge_hi(struct sorter *s, intptr_t a, intptr_t na, intptr_t nb)
{
    intptr_t i = a + na - 1, j = nb - 1, to = a + na + nb - 1, k;
    int c, error = 0;

    if (need_tmp(s, nb) < 0)
        return -1;
    move(s, s->tmpk, s->tmpv, 0, s->key, s->value, a + na, nb);
    while (i >= a && j >= 0) {
        intptr_t wins_a = 0, wins_b = 0;

        while (i >= a && j >= 0 && wins_a < s->min_gallop &&
               wins_b < s->min_gallop) {
            c = LESS(s->tmpk[j], s->key[i]);
            if (c < 0) {
                error = 1;
                goto out;
            }
            if (c) {
                move(s, s->key, s->value, to--, s->key, s->value, i--, 1);
                wins_a++;
                wins_b = 0;
            } else {
                move(s, s->key, s->value, to--, s->tmpk, s->tmpv, j--, 1);
                wins_b++;
                wins_a = 0;
            }
        }
        while (i >= a && j >= 0) {
            k = gallop(s, s->tmpk[j], s->key + a, i - a + 1, i - a, 1);
            if (k < 0) {
                error = 1;
                goto out;
            }
            k = i - a + 1 - k;
            wins_a = k;
            to -= k;
            i -= k;
            move(s, s->key, s->value, to + 1, s->key, s->value, i + 1, k);
            if (i < a)
                break;
            k = gallop(s, s->key[i], s->tmpk, j + 1, j, 0);
            if (k < 0) {
                error = 1;
                goto out;
            }
            k = j + 1 - k;
            wins_b = k;
            to -= k;
            j -= k;
            move(s, s->key, s->value, to + 1, s->tmpk, s->tmpv, j + 1, k);
            if (wins_a < MIN_GALLOP && wins_b < MIN_GALLOP)
                break;
            if (s->min_gallop > 1)
                s->min_gallop--;
        }
        s->min_gallop++;
    }
out:
    move(s, s->key, s->value, to - j, s->tmpk, s->tmpv, 0, j + 1);
    return error ? -1 : 0;
}

static int merge_at(struct sorter *s, int k)
{
    intptr_t a = s->run[k].base, na = s->run[k].n, b = s->run[k + 1].base,
             nb = s->run[k + 1].n, x;

    s->run[k].n = na + nb;
    if (k == s->depth - 3)
        s->run[k + 1] = s->run[k + 2];
    s->depth--;
    /* What is in place already need not move. */
    x = gallop(s, s->key[b], s->key + a, na, 0, 1);
    if (x < 0)
        return -1;
    a += x;
    na -= x;
    if (na == 0)
        return 0;
    nb = gallop(s, s->key[a + na - 1], s->key + b, nb, nb - 1, 0);
    if (nb <= 0)
        return nb < 0 ? -1 : 0;
    return na <= nb ? merge_lo(s, a, na, nb) : merge_hi(s, a, na, nb);
}

/* Keeps: run lengths grow downwards faster than the sums of those above. */
static int collapse(struct sorter *s, int all)
{
    while (s->depth > 1) {
        int k = s->depth - 2;
        struct run *r = s->run;

        if ((k > 0 && r[k - 1].n <= r[k].n + r[k + 1].n) ||
            (k > 1 && r[k - 2].n <= r[k - 1].n + r[k].n)) {
            if (r[k - 1].n < r[k + 1].n)
                k--;
        } else if (!all && r[k].n > r[k + 1].n) {
            break;
        } else if (all && k > 0 && r[k - 1].n < r[k + 1].n) {
            k--;
        }
        if (merge_at(s, k) < 0)
            return -1;
    }
    return 0;
}

static int sort_items(struct sorter *s, intptr_t n)
{
    intptr_t lo = 0, minrun = n, odd = 0;

    while (minrun >= 64) {
        odd |= minrun & 1;
        minrun >>= 1;
    }
    minrun += odd;
    s->min_gallop = MIN_GALLOP;
    while (lo < n) {
        intptr_t len = count_run(s, lo, n),
                 force = n - lo < minrun ? n - lo : minrun;

        if (len < 0)
            return -1;
        if (len < force) {
            if (insertion(s, lo, lo + force, lo + len) < 0)
                return -1;
            len = force;
        }
        s->run[s->depth].base = lo;
        s->run[s->depth++].n = len;
        if (collapse(s, 0) < 0)
            return -1;
        lo += len;
    }
    return collapse(s, 1);
}

/* ----------------------------------------------------------- unboxed items */

/* Merge sort bottom-up with insertion runs of 16; equal numbers are the same,
 * so stability does not matter. */
#define NUMBER_SORT(name, ctype, lt)                                           \
    static int name(ctype *a, intptr_t n)                                      \
    {                                                                          \
        ctype *b;                                                              \
        intptr_t i;                                                            \
                                                                               \
        for (i = 1; i < n && !lt(a[i], a[i - 1]); i++)                         \
            ;                                                                  \
        if (i >= n)                                                            \
            return 0;                                                          \
        b = tw_gc_malloc_atomic((size_t)n * sizeof *b);                        \
        if (!b) {                                                              \
            py_raise_nomemory();                                               \
            return -1;                                                         \
        }                                                                      \
        for (intptr_t lo = 0; lo < n; lo += 16)                                \
            for (i = lo + 1; i < n && i < lo + 16; i++) {                      \
                ctype x = a[i];                                                \
                intptr_t j = i;                                                \
                                                                               \
                for (; j > lo && lt(x, a[j - 1]); j--)                         \
                    a[j] = a[j - 1];                                           \
                a[j] = x;                                                      \
            }                                                                  \
        for (intptr_t w = 16; w < n; w *= 2)                                   \
            for (intptr_t lo = 0; lo + w < n; lo += 2 * w) {                   \
                intptr_t hi = lo + 2 * w < n ? lo + 2 * w : n, x = 0,          \
                         y = lo + w, to = lo;                                  \
                                                                               \
                if (!lt(a[y], a[y - 1]))                                       \
                    continue;                                                  \
                memcpy(b, a + lo, (size_t)w * sizeof *a);                      \
                while (x < w && y < hi)                                        \
                    a[to++] = lt(a[y], b[x]) ? a[y++] : b[x++];                \
                memcpy(a + to, b + x, (size_t)(w - x) * sizeof *a);            \
            }                                                                  \
        return 0;                                                              \
    }
#define LESS_NUMBER(x, y) ((x) < (y))
NUMBER_SORT(sort_int64, int64_t, LESS_NUMBER)
NUMBER_SORT(sort_double, double, LESS_NUMBER)

int py_list_sort_objects(py_list *l, int reverse);
int py_list_sort_ints(py_list *l, int reverse);
int py_list_sort_floats(py_list *l, int reverse);

int py_list_sort_ints(py_list *l, int reverse)
{
    if (sort_int64(((struct py_intarray *)l->storage)->item, l->n) < 0)
        return -1;
    return reverse ? l->strategy->reverse(l) : 0;
}

/* -0.0 equals 0.0 and nan orders with nothing: then order and stability are the
 * general algorithm's matter. */
int py_list_sort_floats(py_list *l, int reverse)
{
    double *a = ((struct py_floatarray *)l->storage)->item;

    for (intptr_t i = 0; i < l->n; i++)
        if (!(a[i] > 0 || a[i] < 0))
            return l->strategy->generalize(l) < 0
                       ? -1
                       : py_list_sort_objects(l, reverse);
    if (sort_double(a, l->n) < 0)
        return -1;
    return reverse ? l->strategy->reverse(l) : 0;
}

static int all_str(py_object **key, intptr_t n)
{
    for (intptr_t i = 0; i < n; i++)
        if (key[i]->type != &py_str_type)
            return 0;
    return 1;
}

/* Sorts n keys and the values with them. reverse keeps equal items in order. */
static int sort_arrays(py_object **key, py_object **value, intptr_t n,
                       py_object *cmp, int reverse)
{
    struct sorter s = {.key = key, .value = value, .cmp = cmp};
    int r;

    s.less = cmp ? less_cmp : all_str(key, n) ? less_str : less_rich;
    if (reverse) {
        reverse_range(key, 0, n);
        if (value)
            reverse_range(value, 0, n);
    }
    r = sort_items(&s, n);
    if (reverse) {
        reverse_range(key, 0, n);
        if (value)
            reverse_range(value, 0, n);
    }
    return r;
}

int py_list_sort_objects(py_list *l, int reverse)
{
    return py_list_sort(l, NULL, NULL, reverse);
}

int py_list_sort(py_list *l, py_object *cmp, py_object *key, int reverse)
{
    struct py_objarray *items, *keys;
    intptr_t n = l->n;
    int r = 0;

    if (!cmp && !key && l->strategy != &py_list_objects)
        return l->strategy->sort(l, reverse);
    if (l->strategy->generalize(l) < 0)
        return -1;
    if (l->strategy == &py_list_empty)
        return 0;
    /* The items are the sorter's while it runs; the list shows empty. */
    items = l->storage;
    l->strategy = &py_list_empty;
    l->storage = NULL;
    l->n = 0;
    keys = items;
    if (key) {
        keys = py_list_storage(&py_list_objects, n > 0 ? n : 1);
        r = keys ? 0 : -1;
        for (intptr_t i = 0; r == 0 && i < n; i++) {
            keys->item[i] = py_call1(key, items->item[i]);
            if (!keys->item[i])
                r = -1;
        }
    }
    if (r == 0 && n > 1)
        r = sort_arrays(keys->item, key ? items->item : NULL, n, cmp, reverse);
    if (r == 0 && (l->n != 0 || l->storage))
        r = py_raise_i(&py_ValueError, "list modified during sort");
    l->strategy = &py_list_objects;
    l->storage = items;
    l->n = n;
    return r;
}

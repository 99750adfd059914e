/*
 * numbering.c: resume data, written while a trace is optimized and expanded when a guard fails.
 *
 * Input: a snapshot of the recorded trace, what the optimizer made of its values (constants,
 * virtuals), pending stores. Output: for each guard its failargs and a record of bytes. A record is
 *     varint 0, then the string of ir/guard.h; or
 *     varint distance to the record before (which ends where this one starts), then edits that
 *     make this guard's string from that one's: varints whose low two bits say
 *     COPY n bytes, LITERAL n bytes follow, SKIP n bytes, REPLACE n bytes by those that follow.
 * At most CHAIN records hang on one another. The differences are found section by section (a
 * virtual, the virtualizable, a frame), each position by position: enough, since a value keeps its
 * failarg number while it lives.
 */
#include "toolkit/exit/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/map.h"
#include "toolkit/ir/jitcode.h"

enum { CHAIN = 32 };
enum edit { COPY, LITERAL, SKIP, REPLACE };
enum section_kind {
    S_VIRTUAL_COUNT,
    S_VIRTUAL,
    S_PENDING,
    S_LISTS,
    S_FRAME,
    S_KNOWLEDGE,
    S_FACT,
    S_END
};

struct section {
    uint32_t kind, start;
};

/* The string of one guard. */
struct string {
    struct tw_bytes b;
    struct section *sections;
    uint32_t nsections, sections_cap;
};

struct virt {
    tw_vref box;
    struct tw_num_virtual
        v; /* slots point into n->slots by number, see first */
    uint32_t first;
};

struct box_state {
    int32_t slot;       /* the failarg number it had last */
    uint32_t needed;    /* at guard number - 1 */
    int32_t virtual_number;
    uint32_t virtual_at; /* virtual_number is of guard number - 1 */
};

struct tw_numbering {
    struct tw_num_client client;
    const struct tw_trace *consts;
    uint32_t guard; /* being encoded: its number + 1 */
    struct tw_bytes out;
    uint32_t *places; /* offset and size of each guard's record */
    uint32_t nplaces, places_cap;
    uint32_t chain;
    struct string now, before;
    /* values */
    struct box_state *boxes;
    uint32_t nboxes;
    tw_vref *owner; /* of each failarg slot */
    uint32_t nslots, owner_cap;
    uint32_t free_from; /* no free slot below, for this guard */
    tw_vref *failargs;
    uint32_t nfailargs, failargs_cap;
    /* gathered for this guard */
    tw_vref *values; /* vable, vrefs, frames from the outermost */
    uint32_t nvalues, values_cap;
    int32_t *frames;
    uint32_t nframes, frames_cap;
    struct virt *virtuals;
    uint32_t nvirtuals, virtuals_cap;
    struct tw_num_slot *slots;
    uint32_t nvslots, slots_cap;
    /* tables */
    struct tw_map descr_index;
    const void **descrs;
    uint32_t ndescrs, descrs_cap;
    int32_t *const_index; /* by TW_CONST_INDEX: number in the table, or -1 */
    uint32_t nconst_index;
    tw_vref *table;
    uint32_t ntable, table_cap;
};

struct tw_numbering *tw_numbering_new(const struct tw_num_client *client,
                                      const struct tw_trace *consts)
{
    struct tw_numbering *n = tw_calloc(1, sizeof *n);

    n->client = *client;
    n->consts = consts;
    return n;
}

static void free_string(struct string *s)
{
    free(s->b.data);
    free(s->sections);
}

void tw_numbering_free(struct tw_numbering *n)
{
    if (!n)
        return;
    free(n->out.data);
    free(n->places);
    free_string(&n->now);
    free_string(&n->before);
    free(n->boxes);
    free(n->owner);
    free(n->failargs);
    free(n->values);
    free(n->frames);
    free(n->virtuals);
    free(n->slots);
    tw_map_free(&n->descr_index);
    free(n->descrs);
    free(n->const_index);
    free(n->table);
    free(n);
}

/* ------------------------------------------------------------------ what is needed */

static struct box_state *state_of(struct tw_numbering *n, tw_vref box)
{
    if ((uint32_t)box >= n->nboxes) {
        uint32_t size = (uint32_t)box * 2 + 64;
        n->boxes = tw_realloc(n->boxes, size * sizeof *n->boxes);
        for (uint32_t k = n->nboxes; k < size; k++)
            n->boxes[k] = (struct box_state){-1, 0, -1, 0};
        n->nboxes = size;
    }
    return &n->boxes[box];
}

/* A box is part of the state: a failarg keeps its slot; a virtual is listed, its contents too. */
static void need(struct tw_numbering *n, tw_vref box)
{
    struct virt v = {.box = box};

    if (box < 0)
        return;
    struct box_state *b = state_of(n, box);
    if (b->needed == n->guard || b->virtual_at == n->guard)
        return;
    if (!n->client.is_virtual(n->client.self, box, &v.v)) {
        b->needed = n->guard;
        return;
    }
    b->virtual_at = n->guard;
    b->virtual_number = (int32_t)n->nvirtuals;
    v.first = n->nvslots;
    TW_VEC_ROOM(n->slots, n->nvslots, n->slots_cap, v.v.nslots);
    for (uint32_t k = 0; k < v.v.nslots; k++) {
        n->slots[n->nvslots] = v.v.slots[k];
        n->slots[n->nvslots].box =
            n->client.resolve(n->client.self, v.v.slots[k].box);
        n->nvslots++;
    }
    if (v.v.kind != TW_VIRTUAL_STRUCT)
        v.v.real = n->client.resolve(n->client.self, v.v.real);
    TW_VEC_PUSH(n->virtuals, n->nvirtuals, n->virtuals_cap, v);
    uint32_t first = v.first, end = n->nvslots;
    if (v.v.kind != TW_VIRTUAL_STRUCT)
        need(n, v.v.real);
    for (uint32_t k = first; k < end; k++)
        need(n, n->slots[k].box);
}

static void gather(struct tw_numbering *n, const struct tw_trace *rec,
                   uint32_t first, uint32_t count)
{
    TW_VEC_ROOM(n->values, n->nvalues, n->values_cap, count);
    for (uint32_t k = 0; k < count; k++) {
        tw_vref box = n->client.box(n->client.self, rec->args[first + k]);
        n->values[n->nvalues++] = box;
        need(n, box);
    }
}

static void gather_snapshot(struct tw_numbering *n, const struct tw_trace *rec,
                            const struct tw_snapshot *s)
{
    gather(n, rec, s->vable, s->nvable);
    gather(n, rec, s->vrefs, s->nvrefs);
    for (int32_t f = s->frame; f >= 0; f = rec->snapframes[f].parent)
        TW_VEC_PUSH(n->frames, n->nframes, n->frames_cap, f);
    for (uint32_t k = n->nframes; k-- > 0;) {
        const struct tw_snapframe *f = &rec->snapframes[n->frames[k]];
        gather(n, rec, f->values, f->nvalues);
    }
}

/* ------------------------------------------------------------------ the string */

static void varint(struct tw_numbering *n, uint64_t v)
{
    struct tw_bytes *b = &n->now.b;

    if (v < 128) {
        TW_VEC_PUSH(b->data, b->n, b->cap, (uint8_t)v);
        return;
    }
    tw_bytes_varint(b, v);
}

static void section(struct tw_numbering *n, enum section_kind kind)
{
    struct section s = {kind, n->now.b.n};

    TW_VEC_PUSH(n->now.sections, n->now.nsections, n->now.sections_cap, s);
}

static uint32_t descr_number(struct tw_numbering *n, const void *descr)
{
    uint64_t *k = tw_map_put(&n->descr_index, tw_ptr_key(descr));

    if (!*k) {
        TW_VEC_PUSH(n->descrs, n->ndescrs, n->descrs_cap, descr);
        *k = n->ndescrs;
    }
    return (uint32_t)*k - 1;
}

static uint32_t const_number(struct tw_numbering *n, tw_vref v)
{
    uint32_t c = (uint32_t)TW_CONST_INDEX(v);

    if (c >= n->nconst_index) {
        uint32_t size = c * 2 + 16;
        n->const_index =
            tw_realloc(n->const_index, size * sizeof *n->const_index);
        memset(n->const_index + n->nconst_index, -1,
               (size - n->nconst_index) * sizeof *n->const_index);
        n->nconst_index = size;
    }
    if (n->const_index[c] < 0) {
        n->const_index[c] = (int32_t)n->ntable;
        TW_VEC_PUSH(n->table, n->ntable, n->table_cap, v);
    }
    return (uint32_t)n->const_index[c];
}

/* A slot whose value is not needed any more, or a new one. */
static int32_t free_slot(struct tw_numbering *n)
{
    uint32_t k = n->free_from;

    while (k < n->nslots && n->owner[k] != TW_NOVALUE &&
           n->boxes[n->owner[k]].slot == (int32_t)k &&
           n->boxes[n->owner[k]].needed == n->guard)
        k++;
    if (k == n->nslots)
        TW_VEC_PUSH(n->owner, n->nslots, n->owner_cap, TW_NOVALUE);
    n->free_from = k + 1;
    return (int32_t)k;
}

static uint32_t slot_of(struct tw_numbering *n, tw_vref box)
{
    struct box_state *b = &n->boxes[box];

    if (b->slot < 0 || n->owner[b->slot] != box) {
        b->slot = free_slot(n);
        n->owner[b->slot] = box;
    }
    return (uint32_t)b->slot;
}

static void tagged(struct tw_numbering *n, tw_vref box)
{
    if (box < 0) {
        const struct tw_const *c = tw_const_of(n->consts, box);
        if (c->type == 'i' && c->v.i == (int32_t)c->v.i)
            varint(n, tw_zigzag(c->v.i) << 2 | TW_TAG_INT);
        else
            varint(n, (uint64_t)const_number(n, box) << 2 | TW_TAG_CONST);
    } else if (n->boxes[box].virtual_at == n->guard) {
        varint(n, (uint64_t)n->boxes[box].virtual_number << 2 | TW_TAG_VIRTUAL);
    } else {
        varint(n, (uint64_t)slot_of(n, box) << 2 | TW_TAG_BOX);
    }
}

static void write_virtuals(struct tw_numbering *n)
{
    section(n, S_VIRTUAL_COUNT);
    varint(n, n->nvirtuals);
    for (uint32_t k = 0; k < n->nvirtuals; k++) {
        const struct virt *v = &n->virtuals[k];
        section(n, S_VIRTUAL);
        varint(n, v->v.kind);
        if (v->v.kind != TW_VIRTUAL_STRUCT) {
            tagged(n, v->v.real);
            if (v->v.kind == TW_VIRTUAL_INTERIOR)
                varint(n, tw_zigzag(v->v.offset));
            continue;
        }
        varint(n, descr_number(n, v->v.size));
        varint(n, (uint64_t)v->v.nitems);
        varint(n, v->v.nslots);
        for (uint32_t s = v->first; s < v->first + v->v.nslots; s++) {
            varint(n, descr_number(n, n->slots[s].descr));
            tagged(n, n->slots[s].box);
        }
    }
}

static void write_pending(struct tw_numbering *n,
                          const struct tw_num_pending *p, uint32_t npending)
{
    section(n, S_PENDING);
    varint(n, npending);
    for (uint32_t k = 0; k < npending; k++) {
        varint(n, descr_number(n, p[k].descr));
        tagged(n, n->client.resolve(n->client.self, p[k].base));
        if (((const struct tw_descr *)p[k].descr)->kind == TW_DK_ARRAY)
            tagged(n, n->client.resolve(n->client.self, p[k].index));
        tagged(n, n->client.resolve(n->client.self, p[k].value));
    }
}

static uint32_t write_values(struct tw_numbering *n, uint32_t first,
                             uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        tagged(n, n->values[first + k]);
    return first + count;
}

static void write_state(struct tw_numbering *n, const struct tw_trace *rec,
                        const struct tw_snapshot *s)
{
    uint32_t at = 0;

    section(n, S_LISTS);
    varint(n, s->nvable);
    at = write_values(n, at, s->nvable);
    varint(n, s->nvrefs);
    at = write_values(n, at, s->nvrefs);
    varint(n, n->nframes);
    for (uint32_t k = n->nframes; k-- > 0;) {
        const struct tw_snapframe *f = &rec->snapframes[n->frames[k]];
        section(n, S_FRAME);
        varint(n, f->jitcode->index);
        varint(n, f->pc);
        at = write_values(n, at, f->nvalues);
    }
    section(n, S_KNOWLEDGE);
}

static void collect_failargs(struct tw_numbering *n)
{
    n->nfailargs = 0;
    TW_VEC_ROOM(n->failargs, n->nfailargs, n->failargs_cap, n->nslots);
    for (uint32_t k = 0; k < n->nslots; k++) {
        tw_vref box = n->owner[k];
        int used = box != TW_NOVALUE && n->boxes[box].needed == n->guard;
        n->failargs[k] = used ? box : TW_NOVALUE;
        if (used)
            n->nfailargs = k + 1;
    }
}

uint32_t tw_numbering_guard(struct tw_numbering *n, const struct tw_trace *rec,
                            int32_t snapshot,
                            const struct tw_num_pending *pending,
                            uint32_t npending, const tw_vref **failargs,
                            uint32_t *nfailargs)
{
    const struct tw_snapshot *s = &rec->snapshots[snapshot];

    n->guard++;
    n->nvalues = n->nframes = n->nvirtuals = n->nvslots = 0;
    n->now.b.n = n->now.nsections = 0;
    n->free_from = 0;
    gather_snapshot(n, rec, s);
    for (uint32_t k = 0; k < npending; k++) {
        need(n, n->client.resolve(n->client.self, pending[k].base));
        if (((const struct tw_descr *)pending[k].descr)->kind == TW_DK_ARRAY)
            need(n, n->client.resolve(n->client.self, pending[k].index));
        need(n, n->client.resolve(n->client.self, pending[k].value));
    }
    write_virtuals(n);
    write_pending(n, pending, npending);
    write_state(n, rec, s);
    collect_failargs(n);
    *failargs = n->failargs;
    *nfailargs = n->nfailargs;
    return n->guard - 1;
}

uint32_t tw_numbering_failargs(const struct tw_numbering *n,
                               const tw_vref **failargs)
{
    *failargs = n->failargs;
    return n->nfailargs;
}

void tw_numbering_part(struct tw_numbering *n, int fact)
{
    section(n, fact ? S_FACT : S_KNOWLEDGE);
}

int tw_numbering_can_name(struct tw_numbering *n, tw_vref box)
{
    return box < 0 ||
           ((uint32_t)box < n->nboxes && n->boxes[box].needed == n->guard);
}

void tw_numbering_value(struct tw_numbering *n, tw_vref box)
{
    tagged(n, box);
}

void tw_numbering_varint(struct tw_numbering *n, uint64_t v)
{
    varint(n, v);
}

void tw_numbering_descr(struct tw_numbering *n, const void *descr)
{
    varint(n, descr_number(n, descr));
}

/* ------------------------------------------------------------------ differences */

struct differ {
    struct tw_bytes *out;
    enum edit edit;
    uint32_t count;
    const uint8_t
        *bytes; /* of LITERAL and REPLACE: the last of them is before this */
};

static void flush_edit(struct differ *d)
{
    if (!d->count)
        return;
    tw_bytes_varint(d->out, (uint64_t)d->count << 2 | d->edit);
    if (d->edit == LITERAL || d->edit == REPLACE)
        for (uint32_t k = 0; k < d->count; k++)
            TW_VEC_PUSH(d->out->data, d->out->n, d->out->cap,
                        d->bytes[(int64_t)k - d->count]);
    d->count = 0;
}

/* bytes: just after the last byte of what is edited, in the new string. */
static void add_edit(struct differ *d, enum edit e, uint32_t count,
                     const uint8_t *bytes)
{
    if (!count)
        return;
    if (d->edit != e)
        flush_edit(d);
    d->edit = e;
    d->count += count;
    d->bytes = bytes;
}

static void diff_section(struct differ *d, const uint8_t *now, uint32_t nnow,
                         const uint8_t *old, uint32_t nold)
{
    uint32_t both = nnow < nold ? nnow : nold, k = 0;

    while (k < both) {
        uint32_t start = k;
        int same = now[k] == old[k];
        while (k < both && (now[k] == old[k]) == same)
            k++;
        add_edit(d, same ? COPY : REPLACE, k - start, now + k);
    }
    add_edit(d, LITERAL, nnow - both, now + nnow);
    add_edit(d, SKIP, nold - both, now + nnow);
}

static uint32_t section_end(const struct string *s, uint32_t k)
{
    return k + 1 < s->nsections ? s->sections[k + 1].start : s->b.n;
}

static int same_section(const struct string *a, uint32_t i,
                        const struct string *b, uint32_t j)
{
    uint32_t n = section_end(a, i) - a->sections[i].start;

    return a->sections[i].kind == b->sections[j].kind &&
           n == section_end(b, j) - b->sections[j].start &&
           !memcmp(a->b.data + a->sections[i].start,
                   b->b.data + b->sections[j].start, n);
}

/* Virtuals and facts come and go in the middle: where section i of a is in b, from j on; j when it
 * is nowhere near. */
static uint32_t find_section(const struct string *a, uint32_t i,
                             const struct string *b, uint32_t j)
{
    enum { NEAR = 16 };
    uint32_t kind = a->sections[i].kind;

    if (kind != S_VIRTUAL && kind != S_FACT)
        return j;
    for (uint32_t k = j;
         k < b->nsections && k < j + NEAR && b->sections[k].kind == kind; k++)
        if (same_section(a, i, b, k))
            return k;
    return j;
}

static void write_difference(struct tw_numbering *n)
{
    const struct string *a = &n->now, *b = &n->before;
    struct differ d = {.out = &n->out};
    uint32_t i = 0, j = 0;

    while (i < a->nsections || j < b->nsections) {
        uint32_t ka = i < a->nsections ? a->sections[i].kind : S_END;
        uint32_t kb = j < b->nsections ? b->sections[j].kind : S_END;
        uint32_t na = 0, nb = 0, skip = ka == kb ? find_section(a, i, b, j) : j;
        const uint8_t *pa =
            a->b.data + (i < a->nsections ? a->sections[i].start : a->b.n);
        if (skip > j) {
            add_edit(&d, SKIP, b->sections[skip].start - b->sections[j].start,
                     pa);
            j = skip;
        }
        const uint8_t *pb =
            b->b.data + (j < b->nsections ? b->sections[j].start : b->b.n);
        if (ka <= kb) {
            na = section_end(a, i) - a->sections[i].start;
            i++;
        }
        if (kb <= ka) {
            nb = section_end(b, j) - b->sections[j].start;
            j++;
        }
        diff_section(&d, pa, na, pb, nb);
    }
    flush_edit(&d);
}

void tw_numbering_done(struct tw_numbering *n)
{
    uint32_t start = n->out.n;
    uint32_t before = n->nplaces ? n->places[n->nplaces - 2] : 0;

    if (n->nplaces && n->chain < CHAIN) {
        tw_bytes_varint(&n->out, start - before);
        write_difference(n);
        n->chain++;
    } else {
        n->chain = 0;
    }
    if (!n->chain) {
        tw_bytes_varint(&n->out, 0);
        TW_VEC_ROOM(n->out.data, n->out.n, n->out.cap, n->now.b.n);
        memcpy(n->out.data + n->out.n, n->now.b.data, n->now.b.n);
        n->out.n += n->now.b.n;
    }
    TW_VEC_PUSH(n->places, n->nplaces, n->places_cap, start);
    TW_VEC_PUSH(n->places, n->nplaces, n->places_cap, n->out.n - start);
    struct string swap = n->before;
    n->before = n->now;
    n->now = swap;
}

void tw_numbering_place(const struct tw_numbering *n, uint32_t k,
                        uint32_t *offset, uint32_t *size)
{
    *offset = n->places[2 * k];
    *size = n->places[2 * k + 1];
}

void tw_numbering_finish(struct tw_numbering *n, struct tw_num_tables *out)
{
    out->bytes = tw_realloc(n->out.data, n->out.n);
    out->nbytes = n->out.n;
    out->descrs = tw_realloc(n->descrs, n->ndescrs * sizeof *n->descrs);
    out->ndescrs = n->ndescrs;
    n->out.data = NULL;
    n->descrs = NULL;
    n->out.n = n->out.cap = n->ndescrs = n->descrs_cap = 0;
    out->nconsts = n->ntable;
    out->consts = NULL;
    if (n->ntable) {
        out->consts =
            tw_gc_malloc_uncollectable(n->ntable * sizeof *out->consts);
        if (!out->consts)
            tw_fatal("out of memory for resume data");
        for (uint32_t k = 0; k < n->ntable; k++)
            out->consts[k] = *tw_const_of(n->consts, n->table[k]);
    }
}

/* ------------------------------------------------------------------ reading */

/* Applies a record's edits, which p leads to, to `base`. */
static void apply_edits(const uint8_t *p, const uint8_t *end,
                        const struct tw_bytes *base, struct tw_bytes *out)
{
    uint32_t at = 0;

    out->n = 0;
    while (p < end) {
        uint64_t v = tw_read_varint(&p);
        uint32_t count = (uint32_t)(v >> 2);
        enum edit e = (enum edit)(v & 3);
        TW_VEC_ROOM(out->data, out->n, out->cap, count);
        if (e == COPY)
            memcpy(out->data + out->n, base->data + at, count);
        if (e == LITERAL || e == REPLACE) {
            memcpy(out->data + out->n, p, count);
            p += count;
        }
        at += e == LITERAL ? 0 : count;
        out->n += e == SKIP ? 0 : count;
        tw_assert(at <= base->n);
    }
}

/* Back to the record that hangs on no other, then forward, between two buffers: guards fail often,
 * and allocating at each step would cost more than the steps. */
uint8_t *tw_resume_expand(const struct tw_guard *g, uint32_t *size)
{
    struct {
        const uint8_t *edits, *end;
    } chain[CHAIN + 1];
    const uint8_t *record = g->resume, *end = g->resume + g->resume_size, *p;
    struct tw_bytes now = {0}, next = {0};
    uint32_t n = 0;

    for (;;) {
        p = record;
        uint64_t back = tw_read_varint(&p);
        tw_assert(n <= CHAIN);
        chain[n].edits = p;
        chain[n++].end = end;
        if (!back)
            break;
        end = record;
        record -= back;
    }
    n--;
    /* Room for what edits usually add. */
    TW_VEC_ROOM(now.data, now.n, now.cap,
                (uint32_t)(chain[n].end - chain[n].edits) * 2 + 64);
    now.n = (uint32_t)(chain[n].end - chain[n].edits);
    memcpy(now.data, chain[n].edits, now.n);
    if (n)
        TW_VEC_ROOM(next.data, next.n, next.cap, now.cap);
    while (n-- > 0) {
        apply_edits(chain[n].edits, chain[n].end, &now, &next);
        struct tw_bytes swap = now;
        now = next;
        next = swap;
    }
    free(next.data);
    if (size)
        *size = now.n;
    return now.data;
}

static void skip(const uint8_t **p, uint64_t count)
{
    while (count--)
        (void)tw_read_varint(p);
}

const uint8_t *tw_resume_knowledge(const struct tw_guard *g, const uint8_t *p,
                                   const struct tw_program *program)
{
    for (uint64_t n = tw_read_varint(&p); n; n--) {
        uint64_t kind = tw_read_varint(&p);
        if (kind != TW_VIRTUAL_STRUCT) {
            skip(&p, kind == TW_VIRTUAL_INTERIOR ? 2 : 1);
            continue;
        }
        skip(&p, 2);
        skip(&p, 2 * tw_read_varint(&p));
    }
    for (uint64_t n = tw_read_varint(&p); n; n--) {
        const struct tw_descr *d = g->descrs[tw_read_varint(&p)];
        skip(&p, d->kind == TW_DK_ARRAY ? 3 : 2);
    }
    skip(&p, tw_read_varint(&p));
    skip(&p, tw_read_varint(&p));
    for (uint64_t n = tw_read_varint(&p); n; n--) {
        const struct tw_jitcode *j = program->jitcodes[tw_read_varint(&p)];
        const uint16_t *code = j->code + tw_read_varint(&p);
        const struct tw_live *live =
            &program->live[code[1] | (uint32_t)code[2] << 16];
        skip(&p, (uint64_t)live->n[TW_BANK_I] + live->n[TW_BANK_R] +
                     live->n[TW_BANK_F]);
    }
    return p;
}

/*
 * bridge.c: what is known at a guard, for the bridge that may start there.
 *
 * Written behind the guard's resume data, in its terms (tagged values): for each failarg that is
 * no hole a byte, and what it announces:
 *     pointers: 0 nothing, 1 non-null, 2 class (descriptor and tagged value follow)
 *     integers: 0 nothing, 1 not negative, 2 zero or one, 3 bounds follow (two zigzags)
 * then the number of facts about memory and for each: tagged base, field descriptor, tagged value.
 * Facts about places that a pending store of the guard changes are left out: the bridge does the
 * store.
 */
#include <stdlib.h>

#include "toolkit/opt/optimizer.h"

enum { MOST_FACTS = 12 };
enum { POINTER_NOTHING, POINTER_NONNULL, POINTER_CLASS };
enum { INTEGER_ANY, INTEGER_NATURAL, INTEGER_BOOL, INTEGER_BOUNDS };

/* ------------------------------------------------------------------ writing */

static void write_pointer(struct optimizer *o, tw_vref v)
{
    const struct ptrinfo *p = opt_ptr_get(o, v);
    struct tw_numbering *n = o->numbering;

    if (p && p->class_value != TW_NOVALUE && p->class_field) {
        tw_numbering_varint(n, POINTER_CLASS);
        tw_numbering_descr(n, p->class_field);
        tw_numbering_value(n, p->class_value);
    } else {
        tw_numbering_varint(n, p && (p->flags & PTR_NONNULL) ? POINTER_NONNULL
                                                             : POINTER_NOTHING);
    }
}

static void write_integer(struct optimizer *o, tw_vref v)
{
    struct bounds b = opt_bounds(o, v);
    struct tw_numbering *n = o->numbering;

    if (b.lo == INT64_MIN && b.hi == INT64_MAX) {
        tw_numbering_varint(n, INTEGER_ANY);
    } else if (b.lo == 0 && b.hi == INT64_MAX) {
        tw_numbering_varint(n, INTEGER_NATURAL);
    } else if (b.lo == 0 && b.hi == 1) {
        tw_numbering_varint(n, INTEGER_BOOL);
    } else {
        tw_numbering_varint(n, INTEGER_BOUNDS);
        tw_numbering_varint(n, tw_zigzag(b.lo));
        tw_numbering_varint(n, tw_zigzag(b.hi));
    }
}

void knowledge_write(struct optimizer *o)
{
    struct tw_numbering *n = o->numbering;
    const tw_vref *failargs;
    uint32_t nfailargs = tw_numbering_failargs(n, &failargs);
    struct heap_fact facts[MOST_FACTS];

    for (uint32_t k = 0; k < nfailargs; k++) {
        if (failargs[k] == TW_NOVALUE)
            continue;
        tw_numbering_part(n, 0);
        char type = opt_type(o, failargs[k]);
        if (type == 'r')
            write_pointer(o, failargs[k]);
        else if (type == 'i')
            write_integer(o, failargs[k]);
    }
    uint32_t count = heap_facts(o, facts, MOST_FACTS);
    tw_numbering_part(n, 0);
    tw_numbering_varint(n, count);
    for (uint32_t k = 0; k < count; k++) {
        tw_numbering_part(n, 1);
        tw_numbering_value(n, facts[k].base);
        tw_numbering_descr(n, facts[k].descr);
        tw_numbering_value(n, facts[k].value);
    }
}

/* ------------------------------------------------------------------ reading */

struct reader {
    struct optimizer *o;
    const struct tw_guard *g;
    const uint8_t *p;
    tw_vref *boxes; /* by failarg number */
};

static tw_vref read_value(struct reader *r)
{
    uint64_t v = tw_read_varint(&r->p);

    switch ((enum tw_resume_tag)(v & 3)) {
    case TW_TAG_BOX:
        return opt_resolve(r->o, r->boxes[v >> 2]);
    case TW_TAG_CONST: {
        const struct tw_const *c = &r->g->consts[v >> 2];
        return tw_trace_const(r->o->out, c->type, c->v);
    }
    case TW_TAG_INT:
        return opt_ci(r->o, tw_unzigzag(v >> 2));
    case TW_TAG_VIRTUAL:
        break;
    }
    tw_fatal("optimizer's knowledge at Guard%u is damaged", r->g->id);
}

static void read_failarg(struct reader *r, tw_vref box, char type)
{
    uint64_t what = type == 'f' ? 0 : tw_read_varint(&r->p);

    if (type == 'r' && what == POINTER_CLASS) {
        const struct tw_fielddescr *d = r->g->descrs[tw_read_varint(&r->p)];
        opt_set_class(r->o, box, d, read_value(r));
    } else if (type == 'r' && what == POINTER_NONNULL) {
        opt_set_nonnull(r->o, box);
    } else if (type == 'i' && what == INTEGER_NATURAL) {
        opt_narrow(r->o, box, bounds_of(0, INT64_MAX));
    } else if (type == 'i' && what == INTEGER_BOOL) {
        opt_narrow(r->o, box, bounds_of(0, 1));
    } else if (type == 'i' && what == INTEGER_BOUNDS) {
        int64_t lo = tw_unzigzag(tw_read_varint(&r->p));
        opt_narrow(r->o, box,
                   bounds_of(lo, tw_unzigzag(tw_read_varint(&r->p))));
    }
}

/* The boxes 0… are the inputs: the guard's failargs without holes. */
void knowledge_read(struct optimizer *o, const struct tw_guard *g)
{
    uint8_t *bytes = tw_resume_expand(g, NULL);
    struct reader r = {.o = o,
                       .g = g,
                       .p = tw_resume_knowledge(g, bytes, o->options->program)};
    tw_vref input = 0;

    r.boxes = tw_malloc(g->nfailargs * sizeof *r.boxes);
    for (unsigned k = 0; k < g->nfailargs; k++)
        r.boxes[k] = g->fail_types[k] == 'v' ? TW_NOVALUE : input++;
    for (unsigned k = 0; k < g->nfailargs; k++)
        if (r.boxes[k] != TW_NOVALUE)
            read_failarg(&r, r.boxes[k], g->fail_types[k]);
    for (uint64_t n = tw_read_varint(&r.p); n; n--) {
        tw_vref base = read_value(&r);
        const struct tw_fielddescr *d = g->descrs[tw_read_varint(&r.p)];
        heap_remember(o, base, d, read_value(&r));
    }
    free(r.boxes);
    free(bytes);
}

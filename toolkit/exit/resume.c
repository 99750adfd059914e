/*
 * resume.c: decodes the resume data of a guard (format: ir/guard.h; written by
 * exit/numbering.c) into a sink; and the sink that makes blackhole frames of it.
 * The recorder has the other sink.
 */
#include "toolkit/exit/resume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/vec.h"
#include "toolkit/exit/force.h"
#include "toolkit/exit/numbering.h"

/* --------------------------------------------------------------- decoding */

struct decoder {
    const struct tw_guard *guard;
    const struct tw_jitframe *frame;
    const struct tw_resume_sink *sink;
    const uint8_t *at;
    struct tw_box *virtuals;
};

static uint64_t number(struct decoder *d)
{
    return tw_read_varint(&d->at);
}

/* The value of a tagged number. */
static struct tw_box tagged(struct decoder *d)
{
    const struct tw_guard *g = d->guard;
    uint64_t n = number(d);

    switch ((enum tw_resume_tag)(n & 3)) {
    case TW_TAG_BOX: {
        unsigned k = (unsigned)(n >> 2);

        tw_assert(k < g->nfailargs && g->fail_types[k] != 'v');
        return d->sink->failarg(d->sink->self, k, g->fail_types[k],
                                d->frame->slots[g->locations[k]]);
    }
    case TW_TAG_CONST: {
        const struct tw_const *c = &g->consts[n >> 2];

        return d->sink->constant(d->sink->self, c->type, c->v);
    }
    case TW_TAG_INT:
        return d->sink->constant(d->sink->self, 'i',
                                 (union tw_value){.i = tw_unzigzag(n >> 2)});
    case TW_TAG_VIRTUAL:
        return d->virtuals[n >> 2];
    }
    tw_fatal("resume data of Guard%u is damaged", g->id);
}

static void skip_tagged(struct decoder *d)
{
    (void)number(d);
}

/* Over the virtuals three times: objects are allocated first, then references
 * to them, then fields are set: fields may hold any of them. */
enum virtual_pass { ALLOCATE, REFER, FILL, NVIRTUAL_PASSES };

static void struct_virtual(struct decoder *d, uint64_t k,
                           enum virtual_pass pass)
{
    const struct tw_sizedescr *size = d->guard->descrs[number(d)];
    int64_t nitems = (int64_t)number(d);
    uint64_t nslots = number(d);

    if (pass == ALLOCATE)
        d->virtuals[k] = d->sink->allocate(d->sink->self, size, nitems);
    for (uint64_t s = 0; s < nslots; s++) {
        const struct tw_fielddescr *field = d->guard->descrs[number(d)];

        if (pass == FILL)
            d->sink->setfield(d->sink->self, d->virtuals[k], field, tagged(d));
        else
            skip_tagged(d);
    }
}

static void ref_virtual(struct decoder *d, uint64_t k, enum virtual_pass pass)
{
    if (pass == REFER)
        d->virtuals[k] = d->sink->virtual_ref(d->sink->self, tagged(d));
    else
        skip_tagged(d);
}

static void interior_virtual(struct decoder *d, uint64_t k,
                             enum virtual_pass pass)
{
    if (pass == REFER) {
        struct tw_box base = tagged(d);

        d->virtuals[k] =
            d->sink->interior(d->sink->self, base, tw_unzigzag(number(d)));
    } else {
        skip_tagged(d);
        (void)number(d);
    }
}

static void decode_virtuals(struct decoder *d, uint64_t n)
{
    const uint8_t *start = d->at;

    for (int pass = ALLOCATE; n && pass < NVIRTUAL_PASSES; pass++) {
        d->at = start;
        for (uint64_t k = 0; k < n; k++)
            switch ((enum tw_virtual_kind)number(d)) {
            case TW_VIRTUAL_STRUCT:
                struct_virtual(d, k, pass);
                break;
            case TW_VIRTUAL_REF:
                ref_virtual(d, k, pass);
                break;
            case TW_VIRTUAL_INTERIOR:
                interior_virtual(d, k, pass);
                break;
            default:
                tw_fatal("resume data of Guard%u: unknown kind of virtual",
                         d->guard->id);
            }
    }
}

static void decode_pending(struct decoder *d)
{
    for (uint64_t n = number(d); n > 0; n--) {
        const struct tw_descr *descr = d->guard->descrs[number(d)];
        struct tw_box base = tagged(d), index;

        if (descr->kind == TW_DK_FIELD) {
            d->sink->setfield(d->sink->self, base, (const void *)descr,
                              tagged(d));
        } else {
            index = tagged(d);
            d->sink->setitem(d->sink->self, base, (const void *)descr, index,
                             tagged(d));
        }
    }
}

/* Memory for n boxes that the collector scans: most are few and on the stack. */
enum { FEW = 64 };
static struct tw_box *box_array(struct tw_box *few, uint64_t n)
{
    if (n <= FEW)
        return few;
    struct tw_box *b = tw_gc_malloc(n * sizeof *b);
    if (!b)
        tw_fatal("out of memory (resume data)");
    return b;
}

static void decode_list(struct decoder *d, void (*to)(void *self, unsigned n,
                                                      const struct tw_box *v))
{
    struct tw_box few[FEW];
    uint64_t n = number(d);
    struct tw_box *v = box_array(few, n);

    for (uint64_t k = 0; k < n; k++)
        if (to)
            v[k] = tagged(d);
        else
            skip_tagged(d);
    if (to && n)
        to(d->sink->self, (unsigned)n, v);
}

static void decode_frames(struct decoder *d, const struct tw_program *p)
{
    for (uint64_t n = number(d); n > 0; n--) {
        const struct tw_jitcode *code = p->jitcodes[number(d)];
        uint32_t pc = (uint32_t)number(d);

        tw_assert(code->code[pc] == TW_JOP_live);
        const struct tw_live *live =
            &p->live[code->code[pc + 1] | (uint32_t)code->code[pc + 2] << 16];
        unsigned nvalues = 0;
        for (int b = 0; b < TW_NBANKS; b++)
            nvalues += live->n[b];
        struct tw_box few[FEW], *v = box_array(few, nvalues);
        for (unsigned k = 0; k < nvalues; k++)
            v[k] = tagged(d);
        d->sink->frame(d->sink->self, code, pc, v);
    }
}

void tw_resume_decode(const struct tw_program *p, const struct tw_guard *g,
                      const struct tw_jitframe *frame,
                      const struct tw_resume_sink *sink)
{
    uint8_t *bytes = tw_resume_expand(g, NULL);
    struct decoder d = {.guard = g, .frame = frame, .sink = sink, .at = bytes};
    struct tw_box few[FEW];
    uint64_t nvirtuals = number(&d);

    d.virtuals = box_array(few, nvirtuals);
    decode_virtuals(&d, nvirtuals);
    decode_pending(&d);
    decode_list(&d, sink->vable);
    decode_list(&d, sink->vrefs);
    if (sink->frame)
        decode_frames(&d, p);
    free(bytes);
}

/* ------------------------------------------------- to memory and blackhole */

/* What a forced frame keeps: its virtuals in the order in which they are made. */
struct forced {
    uint32_t n, cap;
    void **objects;
};

struct real_sink {
    const struct tw_guard *guard;
    struct tw_bh *bh;
    struct forced *made; /* forcing: objects made are noted here */
    const struct forced *have; /* after forcing: they come from here */
    uint32_t nhad;
    const struct tw_program *program;
};

static struct tw_box real(union tw_value v)
{
    return (struct tw_box){v, TW_NOVALUE};
}

static struct tw_box real_failarg(void *self, unsigned k, char type,
                                  union tw_value v)
{
    (void)self, (void)k, (void)type;
    return real(v);
}

static struct tw_box real_constant(void *self, char type, union tw_value v)
{
    (void)self, (void)type;
    return real(v);
}

static struct tw_box note(struct real_sink *s, void *p)
{
    struct forced *m = s->made;

    if (m && m->n == m->cap) {
        uint32_t cap = m->cap ? m->cap * 2 : 8;
        void **objects = tw_gc_malloc(cap * sizeof *objects);

        if (!objects)
            tw_fatal("out of memory (forcing)");
        if (m->n)
            memcpy(objects, m->objects, m->n * sizeof *objects);
        m->objects = objects;
        m->cap = cap;
    }
    if (m)
        m->objects[m->n++] = p;
    return real((union tw_value){.r = p});
}

static struct tw_box had(struct real_sink *s)
{
    tw_assert(s->nhad < s->have->n);
    return real((union tw_value){.r = s->have->objects[s->nhad++]});
}

static struct tw_box real_allocate(void *self, const struct tw_sizedescr *d,
                                   int64_t nitems)
{
    struct real_sink *s = self;

    if (s->have)
        return had(s);
    void *p = d->item_size ? tw_new_object_var(d, nitems) : tw_new_object(d);
    if (!p)
        tw_fatal("out of memory (%s with %" PRId64 " items)",
                 d->name ? d->name : "array", nitems);
    return note(s, p);
}

static struct tw_box real_virtual_ref(void *self, struct tw_box object)
{
    struct real_sink *s = self;

    if (s->have)
        return had(s);
    struct tw_virtual_ref *v = tw_gc_malloc(sizeof *v);
    if (!v)
        tw_fatal("out of memory (virtual reference)");
    v->forced = object.val.r;
    return note(s, (char *)v + 1);
}

static struct tw_box real_interior(void *self, struct tw_box base,
                                   int64_t offset)
{
    (void)self;
    return real((union tw_value){.r = (char *)base.val.r + offset});
}

static void real_setfield(void *self, struct tw_box base,
                          const struct tw_fielddescr *d, struct tw_box v)
{
    struct real_sink *s = self;

    if (!s->have)
        tw_store((char *)base.val.r + d->offset, d->type, d->size, v.val);
}

static void real_setitem(void *self, struct tw_box base,
                         const struct tw_arraydescr *d, struct tw_box index,
                         struct tw_box v)
{
    struct real_sink *s = self;

    if (!s->have)
        tw_store((char *)base.val.r + d->base + index.val.i * d->stride,
                 d->type, d->size, v.val);
}

static void real_vable(void *self, unsigned n, const struct tw_box *v)
{
    struct real_sink *s = self;
    const struct tw_vinfo *vi = s->guard->loop->driver->vinfo;
    char *frame = v[0].val.r;

    if (s->have)
        return;
    for (unsigned k = 1; k < n; k++)
        if (k <= vi->nfields) {
            const struct tw_fielddescr *d = vi->fields[k - 1];

            tw_store(frame + d->offset, d->type, d->size, v[k].val);
        } else {
            const struct tw_arraydescr *d = vi->array;

            tw_store(frame + d->base +
                         (int64_t)(k - 1 - vi->nfields) * d->stride,
                     d->type, d->size, v[k].val);
        }
    *(void **)(frame + vi->token_offset) = NULL;
}

static void real_vrefs(void *self, unsigned n, const struct tw_box *v)
{
    struct real_sink *s = self;

    for (unsigned k = 0; k + 1 < n && !s->have; k += 2)
        if (TW_IS_VREF(v[k].val.r)) {
            TW_VREF_OF(v[k].val.r)->forced = v[k + 1].val.r;
            TW_VREF_OF(v[k].val.r)->token = NULL;
        }
}

static void real_frame(void *self, const struct tw_jitcode *code, uint32_t pc,
                       const struct tw_box *v)
{
    struct real_sink *s = self;
    struct tw_bhframe *f = tw_bh_push(s->bh, code, pc);
    const struct tw_live *live =
        &s->program
             ->live[code->code[pc + 1] | (uint32_t)code->code[pc + 2] << 16];
    const uint16_t *reg = live->regs;

    for (int b = 0; b < TW_NBANKS; b++)
        for (unsigned k = 0; k < live->n[b]; k++)
            f->bank[b][*reg++] = v++->val;
}

static const struct tw_resume_sink to_memory = {
    .failarg = real_failarg,
    .constant = real_constant,
    .allocate = real_allocate,
    .virtual_ref = real_virtual_ref,
    .interior = real_interior,
    .setfield = real_setfield,
    .setitem = real_setitem,
    .vable = real_vable,
    .vrefs = real_vrefs,
};

void tw_resume_blackhole(const struct tw_program *p, const struct tw_guard *g,
                         const struct tw_jitframe *frame, struct tw_bh *bh)
{
    struct real_sink s = {
        .guard = g, .bh = bh, .have = frame->forced, .program = p};
    struct tw_resume_sink sink = to_memory;

    sink.self = &s;
    sink.frame = real_frame;
    *bh = (struct tw_bh){.program = p, .driver = g->loop->driver};
    tw_resume_decode(p, g, frame, &sink);
}

void *tw_resume_force(const struct tw_program *p, const struct tw_guard *g,
                      const struct tw_jitframe *frame)
{
    struct forced *made = tw_gc_malloc(sizeof *made);
    struct real_sink s = {.guard = g, .made = made, .program = p};
    struct tw_resume_sink sink = to_memory;

    if (!made)
        tw_fatal("out of memory (forcing)");
    sink.self = &s;
    tw_resume_decode(p, g, frame, &sink);
    return made;
}

/*
 * vstate.c: virtual states: what is known of the values at a label. Made from the optimizer's
 * knowledge at the end of an iteration, compared with what arrives at the label later, turned into
 * fresh boxes behind it.
 */
#include "toolkit/opt/unroll.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/map.h"

/* ------------------------------------------------------------------ making */

struct maker {
    struct optimizer *o;
    struct tw_arena *a;
    struct vstate *s;
    struct tw_map nodes; /* box -> node + 1 */
};

static uint32_t new_node(struct tw_arena *a, struct vstate *s, struct vnode n)
{
    if (s->nnodes == s->nodes_cap) {
        uint32_t cap = s->nodes_cap ? s->nodes_cap * 2 : 32;
        struct vnode *more = TW_ARENA_ARRAY(a, struct vnode, cap);
        if (s->nnodes)
            memcpy(more, s->nodes, s->nnodes * sizeof *more);
        s->nodes = more;
        s->nodes_cap = cap;
    }
    n.arg = n.kind == V_CONST || n.kind == V_STRUCT ? -1 : (int32_t)s->nlabel++;
    s->nodes[s->nnodes] = n;
    return s->nnodes++;
}

struct vnode vstate_plain_node(struct optimizer *o, tw_vref v)
{
    struct vnode n = {.kind = V_ANY, .type = opt_type(o, v), .arg = -1};

    if (n.type == 'i') {
        n.kind = V_INT;
        n.b = opt_bounds(o, v);
    } else if (n.type == 'r') {
        const struct ptrinfo *p = opt_ptr_get(o, v);
        n.kind = V_PTR;
        n.nonnull = (uint8_t)opt_nonnull(o, v);
        if (p && p->class_field && p->class_value != TW_NOVALUE) {
            n.class_field = p->class_field;
            n.value = *tw_const_of(o->out, p->class_value);
        }
    }
    return n;
}

static uint32_t node_for(struct maker *m, tw_vref v)
{
    struct optimizer *o = m->o;

    v = opt_resolve(o, v);
    if (tw_is_const(v))
        return new_node(m->a, m->s,
                        (struct vnode){.kind = V_CONST,
                                       .type = opt_type(o, v),
                                       .value = *tw_const_of(o->out, v)});
    uint64_t *known = tw_map_find(&m->nodes, (uint64_t)v);
    if (known)
        return (uint32_t)*known - 1;
    const struct ptrinfo *p = opt_virtual(o, v) ? o->values[v].p : NULL;
    if (!p || p->kind != PTR_VIRTUAL) {
        struct vnode n = vstate_plain_node(o, v);
        if (p)
            n = (struct vnode){.kind = V_PTR, .type = 'r', .nonnull = 1};
        uint32_t k = new_node(m->a, m->s, n);
        *tw_map_put(&m->nodes, (uint64_t)v) = k + 1;
        return k;
    }
    uint32_t k = new_node(m->a, m->s,
                          (struct vnode){.kind = V_STRUCT,
                                         .type = 'r',
                                         .nonnull = 1,
                                         .size = p->size,
                                         .nitems = p->nitems,
                                         .nslots = p->nslots});
    *tw_map_put(&m->nodes, (uint64_t)v) = k + 1;
    struct vslot *slots = TW_ARENA_ARRAY(m->a, struct vslot, p->nslots);
    m->s->nodes[k].slots = slots;
    for (uint32_t s = 0; s < p->nslots; s++) {
        const struct slot *from = &p->slots[s];
        slots[s] = (struct vslot){from->offset, from->size, from->type,
                                  from->descr, node_for(m, from->value)};
    }
    return k;
}

struct vstate *vstate_of(struct optimizer *o, struct tw_arena *a,
                         const tw_vref *args, uint32_t n)
{
    struct maker m = {.o = o, .a = a, .s = TW_ARENA_NEW(a, struct vstate)};

    m.s->nargs = n;
    m.s->args = TW_ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t k = 0; k < n; k++)
        m.s->args[k] = node_for(&m, args[k]);
    tw_map_free(&m.nodes);
    return m.s;
}

struct vstate *vstate_copy(struct tw_arena *a, const struct vstate *s)
{
    struct vstate *c = tw_arena_copy(a, s, sizeof *s);

    c->args = tw_arena_copy(a, s->args, s->nargs * sizeof *s->args);
    c->nodes = tw_arena_copy(a, s->nodes, s->nnodes * sizeof *s->nodes);
    c->nodes_cap = s->nnodes;
    for (uint32_t k = 0; k < s->nnodes; k++)
        if (s->nodes[k].nslots)
            c->nodes[k].slots =
                tw_arena_copy(a, s->nodes[k].slots,
                              s->nodes[k].nslots * sizeof *s->nodes[k].slots);
    return c;
}

void vstate_roots(const struct vstate *s, void (*root)(void *self, void *p),
                  void *self)
{
    for (uint32_t k = 0; k < s->nnodes; k++)
        if (s->nodes[k].value.type == 'r')
            root(self, s->nodes[k].value.v.r);
}

/* ------------------------------------------------------------------ joining */

struct joiner {
    struct tw_arena *a;
    struct vstate *s;
    const struct vstate *x, *y;
    struct tw_map pairs; /* (node of x, node of y) -> node + 1 */
    struct tw_map
        partners; /* struct node of x -> node of y + 1, and 2^32 + the other way */
    int no_structs;
};

static int same_const(const struct tw_const *a, const struct tw_const *b)
{
    return a->type == b->type &&
           (a->type == 'r' ? a->v.r == b->v.r : a->v.i == b->v.i);
}

static struct bounds node_bounds(const struct vnode *n)
{
    if (n->kind == V_CONST && n->type == 'i')
        return bounds_of(n->value.v.i, n->value.v.i);
    return n->kind == V_INT ? n->b : BOUNDS_ALL;
}

static int node_nonnull(const struct vnode *n)
{
    return n->kind == V_CONST ? n->value.v.r != NULL : n->nonnull;
}

/* The class that a node says its object has. */
static int node_class(const struct vstate *s, const struct vnode *n,
                      const struct tw_fielddescr **field, struct tw_const *cls)
{
    if (n->kind == V_PTR && n->class_field) {
        *field = n->class_field;
        *cls = n->value;
        return 1;
    }
    for (uint32_t k = 0; n->kind == V_STRUCT && k < n->nslots; k++)
        if ((n->slots[k].descr->flags & TW_F_CLASS) &&
            s->nodes[n->slots[k].node].kind == V_CONST) {
            *field = n->slots[k].descr;
            *cls = s->nodes[n->slots[k].node].value;
            return 1;
        }
    return 0;
}

static struct vnode join_plain(struct joiner *j, const struct vnode *a,
                               const struct vnode *b)
{
    struct vnode n = {.kind = V_ANY, .type = a->type};
    const struct tw_fielddescr *fa, *fb;
    struct tw_const ca, cb;

    if (a->kind == V_CONST && b->kind == V_CONST &&
        same_const(&a->value, &b->value))
        return *a;
    if (a->type == 'i') {
        struct bounds x = node_bounds(a), y = node_bounds(b);
        n.kind = V_INT; /* what moved once moves again: to the end at once */
        n.b.lo = y.lo < x.lo ? (y.lo >= 0 ? 0 : INT64_MIN) : x.lo;
        n.b.hi = y.hi > x.hi ? INT64_MAX : x.hi;
    } else if (a->type == 'r') {
        n.kind = V_PTR;
        n.nonnull = (uint8_t)(node_nonnull(a) && node_nonnull(b));
        if (node_class(j->x, a, &fa, &ca) && node_class(j->y, b, &fb, &cb) &&
            fa == fb && same_const(&ca, &cb)) {
            n.class_field = fa;
            n.value = ca;
        }
    }
    return n;
}

static const struct vslot *slot_like(const struct vnode *n,
                                     const struct vslot *s)
{
    for (uint32_t k = 0; k < n->nslots; k++)
        if (n->slots[k].offset == s->offset && n->slots[k].size == s->size &&
            n->slots[k].type == s->type)
            return &n->slots[k];
    return NULL;
}

static int slot_room(const struct vnode *n, const struct vslot *s)
{
    for (uint32_t k = 0; k < n->nslots; k++)
        if (n->slots[k].offset < s->offset + s->size &&
            s->offset < n->slots[k].offset + n->slots[k].size)
            return 0;
    return 1;
}

/* Every slot of a has its like in b, or nothing there. */
static int slots_fit(const struct vnode *a, const struct vnode *b)
{
    for (uint32_t k = 0; k < a->nslots; k++)
        if (!slot_like(b, &a->slots[k]) && !slot_room(b, &a->slots[k]))
            return 0;
    return 1;
}

static uint32_t join_nodes(struct joiner *j, uint32_t x, uint32_t y);

/* Zero, for a slot that one side never wrote. */
static uint32_t zero_node(struct tw_arena *a, struct vstate *s, char type)
{
    return new_node(a, s,
                    (struct vnode){.kind = V_CONST,
                                   .type = type,
                                   .value = {type, {.i = 0}}});
}

static uint32_t join_structs(struct joiner *j, uint32_t x, uint32_t y)
{
    const struct vnode a = j->x->nodes[x], b = j->y->nodes[y];
    uint32_t n = 0, k = new_node(j->a, j->s, a);
    struct vslot *slots =
        TW_ARENA_ARRAY(j->a, struct vslot, a.nslots + b.nslots);
    uint32_t i = 0, l = 0;

    *tw_map_put(&j->pairs, (uint64_t)x << 32 | y) = k + 1;
    while (i < a.nslots || l < b.nslots) { /* merge by offset */
        int from_a = l == b.nslots ||
                     (i < a.nslots && a.slots[i].offset <= b.slots[l].offset);
        int both = i < a.nslots && l < b.nslots &&
                   a.slots[i].offset == b.slots[l].offset;
        struct vslot s = from_a ? a.slots[i] : b.slots[l];
        if (both) {
            s.node = join_nodes(j, a.slots[i].node, b.slots[l].node);
        } else { /* the missing side is zero: joined as a node of its own state */
            struct vnode zero = {
                .kind = V_CONST, .type = s.type, .value = {s.type, {.i = 0}}};
            struct vnode other =
                from_a ? j->x->nodes[s.node] : j->y->nodes[s.node];
            if (other.kind == V_CONST &&
                same_const(&other.value, &zero.value)) {
                s.node = zero_node(j->a, j->s, s.type);
            } else if (other.kind == V_STRUCT) {
                s.node = new_node(j->a, j->s,
                                  (struct vnode){.kind = V_PTR, .type = 'r'});
            } else {
                struct vnode plain = from_a ? join_plain(j, &other, &zero)
                                            : join_plain(j, &zero, &other);
                s.node = new_node(j->a, j->s, plain);
            }
        }
        slots[n++] = s;
        i += from_a || both;
        l += !from_a || both;
    }
    j->s->nodes[k].slots = slots;
    j->s->nodes[k].nslots = n;
    return k;
}

/* A virtual must have one partner on the other side, or identities get lost. */
static int partners(struct joiner *j, uint32_t x, uint32_t y)
{
    uint64_t *a = tw_map_put(&j->partners, x);
    if (*a && *a != (uint64_t)y + 1)
        return 0;
    *a = (uint64_t)y + 1;
    uint64_t *b = tw_map_put(&j->partners, (uint64_t)1 << 32 | y);
    if (*b && *b != (uint64_t)x + 1)
        return 0;
    *b = (uint64_t)x + 1;
    return 1;
}

static uint32_t join_nodes(struct joiner *j, uint32_t x, uint32_t y)
{
    uint64_t *known = tw_map_find(&j->pairs, (uint64_t)x << 32 | y);
    const struct vnode *a = &j->x->nodes[x], *b = &j->y->nodes[y];

    if (known)
        return (uint32_t)*known - 1;
    if (a->kind == V_STRUCT && b->kind == V_STRUCT && a->size == b->size &&
        a->nitems == b->nitems && slots_fit(a, b) && slots_fit(b, a) &&
        !j->no_structs) {
        if (partners(j, x, y))
            return join_structs(j, x, y);
        j->no_structs = 1; /* starts over without virtuals, see vstate_join */
    }
    uint32_t k = new_node(j->a, j->s, join_plain(j, a, b));
    *tw_map_put(&j->pairs, (uint64_t)x << 32 | y) = k + 1;
    return k;
}

struct vstate *vstate_join(struct tw_arena *a, const struct vstate *x,
                           const struct vstate *y)
{
    struct joiner j = {.a = a, .x = x, .y = y};
    int before;

    do {
        before = j.no_structs;
        tw_map_clear(&j.pairs);
        tw_map_clear(&j.partners);
        j.s = TW_ARENA_NEW(a, struct vstate);
        j.s->nargs = x->nargs;
        j.s->args = TW_ARENA_ARRAY(a, uint32_t, x->nargs);
        for (uint32_t k = 0; k < x->nargs; k++)
            j.s->args[k] = join_nodes(&j, x->args[k], y->args[k]);
    } while (j.no_structs != before);
    tw_map_free(&j.pairs);
    tw_map_free(&j.partners);
    return j.s;
}

/* ------------------------------------------------------------------ matching */

struct matcher {
    struct optimizer *o;
    const struct vstate *s;
    struct vmatch *m;
    int flags;
};

static int const_is(struct optimizer *o, tw_vref v, const struct tw_const *c)
{
    return tw_is_const(v) && same_const(tw_const_of(o->out, v), c);
}

int vstate_implied(struct optimizer *o, const struct vnode *n, tw_vref v)
{
    v = opt_resolve(o, v);
    switch ((enum vkind)n->kind) {
    case V_ANY:
        return 1;
    case V_INT:
        return bounds_within(opt_bounds(o, v), n->b);
    case V_CONST:
        return const_is(o, v, &n->value);
    case V_PTR:
        if (n->nonnull && !opt_nonnull(o, v))
            return 0;
        if (!n->class_field)
            return 1;
        tw_vref cls = opt_class(o, v, n->class_field);
        return cls != TW_NOVALUE && const_is(o, cls, &n->value);
    case V_STRUCT:
        return 0;
    }
    return 0;
}

int vstate_holds(const struct vnode *n, union tw_value v)
{
    switch ((enum vkind)n->kind) {
    case V_INT:
        return bounds_contain(n->b, v.i);
    case V_CONST:
        return n->type == 'r' ? n->value.v.r == v.r : n->value.v.i == v.i;
    case V_PTR:
        if (!v.r)
            return 0;
        return !n->class_field || tw_load((char *)v.r + n->class_field->offset,
                                          'r', n->class_field->size, 0)
                                          .r == n->value.v.r;
    case V_ANY:
    case V_STRUCT:
        break;
    }
    return 0;
}

static int taken(const struct matcher *m, tw_vref v)
{
    for (uint32_t k = 0; k < m->s->nnodes; k++)
        if (m->s->nodes[k].kind == V_STRUCT && m->m->node_box[k] == v)
            return 1;
    return 0;
}

static int match_node(struct matcher *m, uint32_t node, tw_vref v,
                      const union tw_value *value);

/* object: the structure that was made for real while recording, or NULL. */
static int match_struct(struct matcher *m, const struct vnode *n, uint32_t node,
                        tw_vref v, const union tw_value *object)
{
    struct optimizer *o = m->o;
    const struct ptrinfo *p = opt_virtual(o, v) ? o->values[v].p : NULL;

    if (!p || p->kind != PTR_VIRTUAL || p->size != n->size ||
        p->nitems != n->nitems || taken(m, v))
        return 0;
    m->m->node_box[node] = v;
    for (uint32_t k = 0; k < n->nslots; k++) {
        const struct vslot *want = &n->slots[k];
        struct slot *have =
            virtual_slot(o->values[v].p, want->offset, want->size);
        union tw_value now;
        if (have && have->type != want->type)
            return 0;
        if (object && object->r)
            now = tw_load((const char *)object->r + want->offset, want->type,
                          want->size, want->descr->flags);
        if (!match_node(m, want->node,
                        have ? have->value : opt_zero(o, want->type),
                        object && object->r ? &now : NULL))
            return 0;
    }
    for (uint32_t k = 0; k < p->nslots;
         k++) { /* what the state does not have is zero there */
        const struct slot *s = &p->slots[k];
        const struct vslot like = {s->offset, s->size, s->type, s->descr, 0};
        tw_vref x = opt_resolve(o, s->value);
        if (!slot_like(n, &like) &&
            (!slot_room(n, &like) || !tw_is_const(x) || opt_const(o, x).i))
            return 0;
    }
    return 1;
}

static int match_node(struct matcher *m, uint32_t node, tw_vref v,
                      const union tw_value *value)
{
    const struct vnode *n = &m->s->nodes[node];

    v = opt_resolve(m->o, v);
    m->m->failed = node;
    if (m->m->node_box[node] != TW_NOVALUE)
        return m->m->node_box[node] == v;
    if (n->kind == V_STRUCT)
        return match_struct(m, n, node, v, value);
    m->m->node_box[node] = v;
    if (n->arg >= 0) {
        m->m->boxes[n->arg] = v;
        m->m->known[n->arg] = value != NULL;
        if (value)
            m->m->values[n->arg] = *value;
    }
    if (n->type == 'r' && opt_virtual(m->o, v) &&
        (n->kind == V_CONST || !(m->flags & MATCH_FORCE) || taken(m, v)))
        return 0;
    if (vstate_implied(m->o, n, v))
        return 1;
    if (!value || !vstate_holds(n, *value) || opt_virtual(m->o, v))
        return 0;
    m->m->guarded[m->m->nguarded++] = node;
    return 1;
}

const char *vstate_kind_name(const struct vstate *s, uint32_t node)
{
    const struct vnode *n = &s->nodes[node];

    return n->kind == V_CONST    ? "a constant"
           : n->kind == V_STRUCT ? n->size->name
           : n->kind == V_INT    ? "bounds"
           : n->class_field      ? "a class"
           : n->nonnull          ? "not NULL"
                                 : "no virtual twice";
}

int vstate_match(struct optimizer *o, const struct vstate *s,
                 const tw_vref *args, const union tw_value *values, int flags,
                 struct vmatch *out)
{
    struct matcher m = {o, s, out, flags};

    out->boxes = TW_ARENA_ARRAY(&o->arena, tw_vref, s->nlabel);
    out->values = TW_ARENA_ARRAY(&o->arena, union tw_value, s->nlabel);
    out->known = TW_ARENA_ARRAY(&o->arena, uint8_t, s->nlabel);
    out->guarded = TW_ARENA_ARRAY(&o->arena, uint32_t, s->nnodes);
    out->node_box = TW_ARENA_ARRAY(&o->arena, tw_vref, s->nnodes);
    out->nguarded = 0;
    for (uint32_t k = 0; k < s->nnodes; k++)
        out->node_box[k] = TW_NOVALUE;
    for (uint32_t k = 0; k < s->nargs; k++)
        if (!match_node(&m, s->args[k], args[k], values ? &values[k] : NULL))
            return 0;
    /* A value made for one argument cannot be virtual in another. */
    for (uint32_t k = 0; k < s->nnodes; k++)
        if (s->nodes[k].kind == V_PTR && out->node_box[k] != TW_NOVALUE &&
            opt_virtual(o, out->node_box[k]) && taken(&m, out->node_box[k]))
            return 0;
    return 1;
}

void vstate_guard_node(struct optimizer *o, const struct vnode *n, tw_vref v)
{
    tw_vref args[2] = {opt_resolve(o, v), TW_NOVALUE};

    switch ((enum vkind)n->kind) {
    case V_INT:
        for (int high = 0; high < 2; high++) {
            int64_t end = high ? n->b.hi : n->b.lo;
            if (end == (high ? INT64_MAX : INT64_MIN))
                continue;
            tw_vref test =
                opt_send2(o, PASS_NONE, high ? TW_OP_int_le : TW_OP_int_ge,
                          NULL, opt_resolve(o, v), opt_ci(o, end));
            opt_end_guard(o, TW_OP_guard_true, NULL, &test, 1);
        }
        break;
    case V_CONST:
        args[1] = tw_trace_const(o->out, n->type, n->value.v);
        opt_end_guard(o,
                      n->type == 'i'   ? TW_OP_guard_value_i
                      : n->type == 'r' ? TW_OP_guard_value_r
                                       : TW_OP_guard_value_f,
                      NULL, args, 2);
        break;
    case V_PTR:
        if (n->class_field) {
            args[1] = tw_trace_const(o->out, 'r', n->value.v);
            opt_end_guard(o, TW_OP_guard_nonnull_class, n->class_field, args,
                          2);
        } else if (n->nonnull) {
            opt_end_guard(o, TW_OP_guard_nonnull, NULL, args, 1);
        }
        break;
    case V_ANY:
    case V_STRUCT:
        break;
    }
}

void vstate_guard(struct optimizer *o, const struct vstate *s,
                  const struct vmatch *m)
{
    for (uint32_t k = 0; k < m->nguarded; k++)
        vstate_guard_node(o, &s->nodes[m->guarded[k]],
                          m->node_box[m->guarded[k]]);
}

/* ------------------------------------------------------------------ importing */

void vstate_set_info(struct optimizer *o, const struct vnode *n, tw_vref v)
{
    if (n->kind == V_INT) {
        o->values[v].b = n->b;
    } else if (n->kind == V_PTR) {
        if (n->nonnull)
            opt_set_nonnull(o, v);
        if (n->class_field)
            opt_set_class(o, v, n->class_field,
                          tw_trace_const(o->out, 'r', n->value.v));
    }
}

static tw_vref import_node(struct optimizer *o, const struct vstate *s,
                           uint32_t node, tw_vref *done, tw_vref *label)
{
    const struct vnode *n = &s->nodes[node];

    if (done[node] != TW_NOVALUE)
        return done[node];
    if (n->kind == V_CONST)
        return done[node] = tw_trace_const(o->out, n->type, n->value.v);
    if (n->kind != V_STRUCT) {
        tw_vref v = opt_new_box(o, OP_LABEL_ARG, n->type, NULL, NULL, 0);
        o->boxes[v].state = BOX_EMITTED;
        vstate_set_info(o, n, v);
        label[n->arg] = v;
        return done[node] = v;
    }
    tw_vref v = opt_new_box(o, OP_VIRTUAL, 'r', n->size, NULL, 0);
    done[node] = v;
    struct ptrinfo *p = opt_ptr(o, v);
    p->kind = PTR_VIRTUAL;
    p->flags = PTR_NONNULL;
    p->size = n->size;
    p->nitems = n->nitems;
    p->slots = TW_ARENA_ARRAY(&o->arena, struct slot, n->nslots + 1);
    p->slots_cap = n->nslots + 1;
    p->nslots = n->nslots;
    for (uint32_t k = 0; k < n->nslots; k++) {
        const struct vslot *from = &n->slots[k];
        tw_vref x = import_node(o, s, from->node, done, label);
        p->slots[k] =
            (struct slot){from->offset, from->size, from->type, from->descr, x};
    }
    return v;
}

void vstate_import(struct optimizer *o, const struct vstate *s, tw_vref *args,
                   tw_vref *label)
{
    tw_vref *done = TW_ARENA_ARRAY(&o->arena, tw_vref, s->nnodes);

    for (uint32_t k = 0; k < s->nnodes; k++)
        done[k] = TW_NOVALUE;
    for (uint32_t k = 0; k < s->nargs; k++)
        args[k] = import_node(o, s, s->args[k], done, label);
}

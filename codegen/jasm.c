/*
 * jasm.c: from operations over virtual registers to encoded jitcode.
 *
 * Liveness is exact and per operation (the sets at `live` are what resuming
 * restores); registers are given by linear scan over whole intervals, so that
 * two registers that share a number are never alive together. Operands die
 * after their operation: a result never takes the register of an operand, since
 * an operation that is redone on resume must still find its operands.
 */
#include "codegen/jasm.h"

static const struct jop_info {
    const char *name, *operands;
} jop_table[TW_NJOPS] = {
#define K_i "i"
#define K_r "r"
#define K_f "f"
#define K_v ""
#define R_i ">i"
#define R_r ">r"
#define R_f ">f"
#define R_v ""
#define OP1(name, res, a, e) [TW_OP_##name] = {#name, K_##a R_##res},
#define OP2(name, res, a, b, e) [TW_OP_##name] = {#name, K_##a K_##b R_##res},
#define OP3(name, res, a, b, c, e)                                             \
    [TW_OP_##name] = {#name, K_##a K_##b K_##c R_##res},
#define D_0 ""
#define D_128 "d"
#define OPX(name, res, args, flags)
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
/* The memory operations carry their descriptor after the operands. */
#define MEM(name, operands) [TW_OP_##name] = {#name, operands},
    MEM(getfield_i, "rd>i") MEM(getfield_r, "rd>r") MEM(getfield_f, "rd>f")
        MEM(setfield_i, "rid") MEM(setfield_r, "rrd") MEM(setfield_f, "rfd")
            MEM(getarrayitem_i, "rid>i") MEM(getarrayitem_r, "rid>r")
                MEM(getarrayitem_f, "rid>f") MEM(setarrayitem_i, "riid")
                    MEM(setarrayitem_r, "rird") MEM(setarrayitem_f, "rifd")
                        MEM(raw_load_i, "rid>i") MEM(raw_load_r, "rid>r") MEM(
                            raw_load_f, "rid>f") MEM(raw_store_i, "riid")
                            MEM(raw_store_r, "rird") MEM(raw_store_f, "rifd")
                                MEM(mem_copy, "rri") MEM(mem_move, "rri")
                                    MEM(mem_set, "rii") MEM(new, "d>r")
                                        MEM(new_var, "id>r")
#undef MEM
#define JOP(name, operands) [TW_JOP_##name] = {#name, operands},
#include "toolkit/ir/jitcode_ops.def"
#undef JOP
};
const char *jasm_op_name(unsigned op)
{
    return jop_table[op].name;
}

const char *jasm_op_operands(unsigned op)
{
    return jop_table[op].operands;
}

int jasm_bank(char kind)
{
    return kind == 'i' || kind == 'I'   ? TW_BANK_I
           : kind == 'r' || kind == 'R' ? TW_BANK_R
           : kind == 'f' || kind == 'F' ? TW_BANK_F
                                        : -1;
}

static int is_move(unsigned op)
{
    return op == TW_JOP_move_i || op == TW_JOP_move_r || op == TW_JOP_move_f;
}

static int move_bank(unsigned op)
{
    return op == TW_JOP_move_i   ? TW_BANK_I
           : op == TW_JOP_move_r ? TW_BANK_R
                                 : TW_BANK_F;
}

/* ---------------------------------------------------------------- building */

struct jasm *jasm_new(struct fn *f)
{
    struct jasm *a = cg_alloc(sizeof *a);

    a->fn = f;
    return a;
}

jreg jasm_reg(struct jasm *a, int bank)
{
    return a->nvregs[bank]++;
}

static uint32_t const_id(struct jasm *a, char kind, const void *key, size_t n,
                         int *fresh)
{
    char buf[32];
    uint32_t k;

    buf[0] = kind;
    memcpy(buf + 1, key, n);
    k = strmap_get(&a->const_ids, buf, n + 1);
    *fresh = !k;
    if (!k) {
        k = 1 + (kind == 'i'   ? a->consts_i.n
                 : kind == 'r' ? a->consts_r.n
                               : a->consts_f.n);
        strmap_set(&a->const_ids, buf, n + 1, k);
    }
    return k - 1;
}

jreg jasm_const_i(struct jasm *a, int64_t v)
{
    return jasm_const_i_value(a, LLVMConstInt(cg.i64, (uint64_t)v, 1));
}

/* LLVM keeps one object for equal constants: the address is the key. */
jreg jasm_const_i_value(struct jasm *a, LLVMValueRef v)
{
    int fresh;
    uint32_t k = const_id(a, 'i', &v, sizeof v, &fresh);

    if (fresh)
        VEC_PUSH(a->consts_i, v);
    return k | JCONST;
}

jreg jasm_const_r(struct jasm *a, LLVMValueRef v)
{
    int fresh;
    uint32_t k = const_id(a, 'r', &v, sizeof v, &fresh);

    if (fresh)
        VEC_PUSH(a->consts_r, v);
    return k | JCONST;
}

jreg jasm_const_f(struct jasm *a, double v)
{
    int fresh;
    uint32_t k = const_id(a, 'f', &v, sizeof v, &fresh);

    if (fresh)
        VEC_PUSH(a->consts_f, v);
    return k | JCONST;
}

uint32_t jasm_label(struct jasm *a)
{
    VEC_PUSH(a->labels, JNONE);
    return a->labels.n - 1;
}

void jasm_place(struct jasm *a, uint32_t label)
{
    a->labels.p[label] = a->last_place = a->at.n;
}

void jasm_op(struct jasm *a, unsigned op, const uint32_t *words, uint32_t n)
{
    VEC_PUSH(a->at, a->words.n);
    VEC_PUSH(a->lines, a->line);
    VEC_PUSH(a->words, op);
    for (uint32_t k = 0; k < n; k++)
        VEC_PUSH(a->words, words[k]);
}

void jasm_live(struct jasm *a)
{
    /* Two in a row say the same. */
    if (a->at.n && a->words.p[a->at.p[a->at.n - 1]] == TW_JOP_live &&
        a->last_place != a->at.n)
        return;
    EMIT(a, TW_JOP_live, 0);
}

void jasm_goto(struct jasm *a, uint32_t label)
{
    EMIT(a, TW_JOP_goto, label);
}

void jasm_move(struct jasm *a, int bank, jreg dst, jreg src)
{
    if (dst != src)
        EMIT(a,
             bank == TW_BANK_I   ? TW_JOP_move_i
             : bank == TW_BANK_R ? TW_JOP_move_r
                                 : TW_JOP_move_f,
             src, dst);
}

void jasm_parallel_moves(struct jasm *a, uint32_t n, const uint8_t *bank,
                         const jreg *dst, const jreg *src)
{
    jreg *s = cg_realloc(NULL, (n + 1) * sizeof *s);
    uint8_t *done = calloc(n + 1, 1);
    uint32_t left = 0;

    for (uint32_t k = 0; k < n; k++) {
        s[k] = src[k];
        done[k] = src[k] == dst[k];
        left += !done[k];
    }
    while (left) {
        int progress = 0;

        for (uint32_t k = 0; k < n; k++) {
            int blocked = 0;

            if (done[k])
                continue;
            for (uint32_t o = 0; o < n && !blocked; o++)
                blocked =
                    o != k && !done[o] && bank[o] == bank[k] && s[o] == dst[k];
            if (blocked)
                continue;
            jasm_move(a, bank[k], dst[k], s[k]);
            done[k] = 1;
            left--;
            progress = 1;
        }
        if (!progress) { /* a cycle: one of its sources goes to a new register */
            for (uint32_t k = 0; k < n; k++) {
                if (!done[k]) {
                    jreg t = jasm_reg(a, bank[k]), old = s[k];

                    jasm_move(a, bank[k], t, old);
                    for (uint32_t o = 0; o < n; o++)
                        if (!done[o] && bank[o] == bank[k] && s[o] == old)
                            s[o] = t;
                    break;
                }
            }
        }
    }
    free(s);
    free(done);
}

/* ---------------------------------------------------------------- liveness */

/* All banks' registers in one numbering: base[bank] + number. */
struct flow {
    struct jasm *a;
    uint32_t base[TW_NBANKS], total;
    uint32_t nblocks, *first; /* operation numbers; first[nblocks] = end */
    uint32_t (*succ)[2], *nsucc; /* switch successors are kept apart */
    uint32_t *block_of; /* operation → block */
    uint32_t *global, nglobal; /* register → 1 + dense number, if it is
                                      alive across blocks; else 0 */
    uint32_t *global_reg;
    size_t words;
    uint32_t *in, *out, *use, *def; /* bit sets by block over globals */
};

typedef void visit_fn(void *self, uint32_t reg, int is_def, uint32_t *word);

/* Visits the registers of an operation: uses, then definitions. */
static void visit_regs(struct jasm *a, uint32_t op_no, const uint32_t *base,
                       visit_fn *fn, void *self)
{
    uint32_t *w = &a->words.p[a->at.p[op_no]];
    const char *o = jasm_op_operands(*w++);

    for (; *o; o++) {
        int bank = jasm_bank(o[0] == '>' ? o[1] : o[0]);

        if (*o == '>') {
            if (*w != JNONE)
                fn(self, base[bank] + *w, 1, w);
            w++;
            o++;
        } else if (*o == 'I' || *o == 'R' || *o == 'F') {
            uint32_t n = *w++;

            for (; n--; w++)
                if (!(*w & JCONST))
                    fn(self, base[bank] + *w, 0, w);
        } else {
            if (bank >= 0 && !(*w & JCONST))
                fn(self, base[bank] + *w, 0, w);
            w++;
        }
    }
}

static int ends_block(unsigned op)
{
    switch (op) {
    case TW_JOP_goto:
    case TW_JOP_goto_if_not:
    case TW_JOP_switch:
    case TW_JOP_return_i:
    case TW_JOP_return_r:
    case TW_JOP_return_f:
    case TW_JOP_return_v:
    case TW_JOP_unreachable:
    case TW_JOP_add_jump_if_ovf:
    case TW_JOP_sub_jump_if_ovf:
    case TW_JOP_mul_jump_if_ovf:
        return 1;
    default:
        return 0;
    }
}

/* The label operand of a jump, or JNONE. */
static uint32_t jump_label(const uint32_t *w)
{
    switch (w[0]) {
    case TW_JOP_goto:
        return w[1];
    case TW_JOP_goto_if_not:
        return w[2];
    case TW_JOP_add_jump_if_ovf:
    case TW_JOP_sub_jump_if_ovf:
    case TW_JOP_mul_jump_if_ovf:
        return w[4];
    default:
        return JNONE;
    }
}

static int falls_through(unsigned op)
{
    return !ends_block(op) || op == TW_JOP_goto_if_not ||
           op == TW_JOP_add_jump_if_ovf || op == TW_JOP_sub_jump_if_ovf ||
           op == TW_JOP_mul_jump_if_ovf;
}

static void find_blocks(struct flow *f)
{
    struct jasm *a = f->a;
    uint32_t n = a->at.n;
    uint8_t *leader = calloc(n + 1, 1);

    leader[0] = 1;
    for (uint32_t k = 0; k < a->labels.n; k++)
        if (a->labels.p[k] != JNONE)
            leader[a->labels.p[k]] = 1;
    for (uint32_t k = 0; k < n; k++)
        if (ends_block(a->words.p[a->at.p[k]]))
            leader[k + 1] = 1;
    f->block_of = calloc(n + 1, sizeof *f->block_of);
    f->first = calloc(n + 2, sizeof *f->first);
    for (uint32_t k = 0; k < n; k++) {
        if (leader[k])
            f->first[f->nblocks++] = k;
        f->block_of[k] = f->nblocks - 1;
    }
    f->first[f->nblocks] = n;
    free(leader);
}

static uint32_t label_block(struct flow *f, uint32_t label)
{
    return f->block_of[f->a->labels.p[label]];
}

/* Calls fn for each successor. */
#define FOR_SUCCS(f, b, s, body)                                               \
    do {                                                                       \
        const uint32_t *w_ =                                                   \
            &(f)->a->words.p[(f)->a->at.p[(f)->first[(b) + 1] - 1]];           \
        uint32_t s, l_ = jump_label(w_);                                       \
        if (l_ != JNONE) {                                                     \
            s = label_block(f, l_);                                            \
            body;                                                              \
        }                                                                      \
        if (w_[0] == TW_JOP_switch) {                                          \
            const struct jswitch *sw_ = &(f)->a->switches.p[w_[2]];            \
            for (uint32_t k_ = 0; k_ <= sw_->n; k_++) {                        \
                s = label_block(f, k_ < sw_->n ? sw_->labels[k_]               \
                                               : sw_->default_label);          \
                body;                                                          \
            }                                                                  \
        }                                                                      \
        if (falls_through(w_[0]) && (b) + 1 < (f)->nblocks) {                  \
            s = (b) + 1;                                                       \
            body;                                                              \
        }                                                                      \
    } while (0)

struct global_finder {
    struct flow *f;
    uint32_t *defined_in; /* register → 1 + block of its last definition seen */
    uint32_t block;
};

static void find_global(void *self, uint32_t reg, int is_def, uint32_t *word)
{
    struct global_finder *g = self;

    (void)word;
    if (is_def) {
        g->defined_in[reg] = g->block + 1;
    } else if (g->defined_in[reg] != g->block + 1 && !g->f->global[reg]) {
        g->f->global[reg] = ++g->f->nglobal;
    }
}

struct local_sets {
    struct flow *f;
    uint32_t *use, *def;
};

static void add_local(void *self, uint32_t reg, int is_def, uint32_t *word)
{
    struct local_sets *l = self;
    uint32_t g = l->f->global[reg];

    (void)word;
    if (!g)
        return;
    if (is_def)
        bit_set(l->def, g - 1);
    else if (!bit_get(l->def, g - 1))
        bit_set(l->use, g - 1);
}

static void solve(struct flow *f)
{
    struct global_finder g = {f, calloc(f->total + 1, sizeof(uint32_t)), 0};
    uint32_t *work, nwork = 0, *npred_first, *pred;
    uint8_t *queued;
    uint32_t nedges = 0;

    f->global = calloc(f->total + 1, sizeof *f->global);
    for (g.block = 0; g.block < f->nblocks; g.block++)
        for (uint32_t k = f->first[g.block]; k < f->first[g.block + 1]; k++)
            visit_regs(f->a, k, f->base, find_global, &g);
    free(g.defined_in);
    f->global_reg = calloc(f->nglobal + 1, sizeof *f->global_reg);
    for (uint32_t k = 0; k < f->total; k++)
        if (f->global[k])
            f->global_reg[f->global[k] - 1] = k;
    f->words = bits_words(f->nglobal);
    f->in = calloc(f->nblocks * f->words + 1, 4);
    f->out = calloc(f->nblocks * f->words + 1, 4);
    f->use = calloc(f->nblocks * f->words + 1, 4);
    f->def = calloc(f->nblocks * f->words + 1, 4);
    npred_first = calloc(f->nblocks + 2, sizeof *npred_first);
    for (uint32_t b = 0; b < f->nblocks; b++) {
        struct local_sets l = {f, f->use + b * f->words, f->def + b * f->words};

        for (uint32_t k = f->first[b]; k < f->first[b + 1]; k++)
            visit_regs(f->a, k, f->base, add_local, &l);
        FOR_SUCCS(f, b, s, (npred_first[s + 1]++, nedges++));
    }
    for (uint32_t b = 0; b < f->nblocks; b++)
        npred_first[b + 1] += npred_first[b];
    pred = calloc(nedges + 1, sizeof *pred);
    for (uint32_t b = f->nblocks; b--;)
        FOR_SUCCS(f, b, s, pred[--npred_first[s + 1]] = b);
    /* npred_first[b + 1] is now where b's predecessors begin. */
    work = calloc(f->nblocks + 1, sizeof *work);
    queued = calloc(f->nblocks + 1, 1);
    for (uint32_t b = 0; b < f->nblocks; b++) {
        work[nwork++] = b;
        queued[b] = 1;
    }
    while (nwork) {
        uint32_t b = work[--nwork], changed = 0;
        uint32_t *in = f->in + b * f->words, *out = f->out + b * f->words;
        uint32_t *use = f->use + b * f->words, *def = f->def + b * f->words;
        uint32_t end = b + 2 <= f->nblocks ? npred_first[b + 2] : nedges;

        queued[b] = 0;
        FOR_SUCCS(f, b, s, {
            for (size_t k = 0; k < f->words; k++)
                out[k] |= f->in[s * f->words + k];
        });
        for (size_t k = 0; k < f->words; k++) {
            uint32_t x = use[k] | (out[k] & ~def[k]);

            changed |= x ^ in[k];
            in[k] = x;
        }
        if (b + 1 == f->nblocks)
            end = nedges;
        if (changed)
            for (uint32_t k = npred_first[b + 1]; k < end; k++)
                if (!queued[pred[k]]) {
                    queued[pred[k]] = 1;
                    work[nwork++] = pred[k];
                }
    }
    free(work);
    free(queued);
    free(pred);
    free(npred_first);
}

/* ---------------------------------------------------------------- registers */

struct interval {
    uint32_t reg, start, end; /* operations; start JNONE: never used */
};

struct scan {
    struct flow *f;
    struct interval *iv; /* by register */
    uint32_t op;
    uint32_t *hint; /* register → register it is moved from/to, or JNONE */
    uint32_t *number;
};

static void extend(struct scan *s, uint32_t reg, uint32_t op)
{
    struct interval *v = &s->iv[reg];

    if (v->start == JNONE) {
        v->start = v->end = op;
        return;
    }
    if (op < v->start)
        v->start = op;
    if (op > v->end)
        v->end = op;
}

/* Time: operation k uses at 2k, defines at 2k + 1; a use lasts to 2k + 1, so
 * that the result of k cannot take its operands' registers, but for moves. */
static void extend_by_use(void *self, uint32_t reg, int is_def, uint32_t *word)
{
    struct scan *s = self;
    unsigned op = s->f->a->words.p[s->f->a->at.p[s->op]];

    (void)word;
    extend(s, reg, is_def || !is_move(op) ? 2 * s->op + 1 : 2 * s->op);
}

static int by_start(const void *a, const void *b)
{
    const struct interval *x = *(const struct interval *const *)a;
    const struct interval *y = *(const struct interval *const *)b;

    return x->start != y->start ? (x->start < y->start ? -1 : 1)
                                : (x->reg < y->reg ? -1 : 1);
}

static int bank_of(const struct flow *f, uint32_t reg)
{
    return reg >= f->base[TW_BANK_F]   ? TW_BANK_F
           : reg >= f->base[TW_BANK_R] ? TW_BANK_R
                                       : TW_BANK_I;
}

/* Linear scan: intervals by start; those alive in a heap by end; numbers that
 * are free in a stack. Arguments come first, in order, at time 0. */
static void give_numbers(struct scan *s)
{
    struct flow *f = s->f;
    struct interval **order = calloc(f->total + 1, sizeof *order), **heap;
    uint32_t n = 0, nheap = 0;
    uint32_t top[TW_NBANKS] = {0};
    uint8_t *is_free[TW_NBANKS];
    VEC(uint32_t) free_regs[TW_NBANKS] = {0};

    for (uint32_t k = 0; k < f->total; k++)
        if (s->iv[k].start != JNONE)
            order[n++] = &s->iv[k];
    qsort(order, n, sizeof *order, by_start);
    heap = calloc(n + 1, sizeof *heap);
    for (int b = 0; b < TW_NBANKS; b++)
        is_free[b] = calloc(f->a->nvregs[b] + 1, 1);
    for (uint32_t k = 0; k < n; k++) {
        struct interval *v = order[k];
        int b = bank_of(f, v->reg);
        uint32_t num = JNONE, h = s->hint[v->reg];

        while (nheap && heap[0]->end < v->start) {
            struct interval *e = heap[0], *last = heap[--nheap];
            int eb = bank_of(f, e->reg);
            uint32_t at = 0;

            for (;;) {
                uint32_t c = 2 * at + 1;

                if (c < nheap && c + 1 < nheap &&
                    heap[c + 1]->end < heap[c]->end)
                    c++;
                if (c >= nheap || heap[c]->end >= last->end)
                    break;
                heap[at] = heap[c];
                at = c;
            }
            heap[at] = last;
            is_free[eb][s->number[e->reg]] = 1;
            VEC_PUSH(free_regs[eb], s->number[e->reg]);
        }
        if (h != JNONE && s->number[h] != JNONE && is_free[b][s->number[h]])
            num = s->number[h];
        while (num == JNONE && free_regs[b].n) {
            uint32_t c = free_regs[b].p[--free_regs[b].n];

            if (is_free[b][c]) /* else taken by a hint meanwhile */
                num = c;
        }
        if (num == JNONE)
            num = top[b]++;
        is_free[b][num] = 0;
        s->number[v->reg] = num;
        {
            uint32_t at = nheap++;

            while (at && heap[(at - 1) / 2]->end > v->end) {
                heap[at] = heap[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            heap[at] = v;
        }
    }
    for (int b = 0; b < TW_NBANKS; b++) {
        if (top[b] > 60000)
            cg_fatal("%s: too large for the JIT (%u registers)", f->a->fn->name,
                     top[b]);
        f->a->nregs[b] = (uint16_t)top[b];
        free(is_free[b]);
        free(free_regs[b].p);
    }
    free(order);
    free(heap);
}

/* ---------------------------------------------------------------- live sets */

static VEC(struct jlive_set) live_sets;
static struct strmap live_ids;

uint32_t jasm_live_count(void)
{
    return live_sets.n;
}

const struct jlive_set *jasm_live_get(uint32_t k)
{
    return &live_sets.p[k];
}

static int by_number(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static uint32_t intern_live(uint16_t *key, const uint16_t *n)
{
    uint32_t len = 3, k;

    for (int b = 0; b < TW_NBANKS; b++) {
        key[b] = n[b];
        qsort(key + len, n[b], sizeof *key, by_number);
        len += n[b];
    }
    k = strmap_get(&live_ids, key, len * sizeof *key);
    if (!k) {
        struct jlive_set set;

        memcpy(set.n, n, sizeof set.n);
        set.regs = cg_alloc((len - 2) * sizeof *key);
        memcpy(set.regs, key + 3, (len - 3) * sizeof *key);
        VEC_PUSH(live_sets, set);
        k = live_sets.n;
        strmap_set(&live_ids, key, len * sizeof *key, k);
    }
    return k - 1;
}

struct liveness {
    struct flow *f;
    uint32_t *list, n; /* registers alive */
    uint32_t *where; /* register → 1 + place in list */
};

static void make_live(struct liveness *l, uint32_t reg)
{
    if (l->where[reg])
        return;
    l->list[l->n++] = reg;
    l->where[reg] = l->n;
}

static void make_dead(struct liveness *l, uint32_t reg)
{
    uint32_t at = l->where[reg];

    if (!at)
        return;
    l->where[reg] = 0;
    if (at != l->n) {
        l->list[at - 1] = l->list[l->n - 1];
        l->where[l->list[at - 1]] = at;
    }
    l->n--;
}

static void step_defs(void *self, uint32_t reg, int is_def, uint32_t *word)
{
    (void)word;
    if (is_def)
        make_dead(self, reg);
}

static void step_uses(void *self, uint32_t reg, int is_def, uint32_t *word)
{
    (void)word;
    if (!is_def)
        make_live(self, reg);
}

/* Backwards through each block; at a `live` the set is written down (as vreg
 * numbers of all banks at first: numbers are given later). */
static void collect_live(struct flow *f, uint32_t **sets, uint32_t *set_size)
{
    struct liveness l = {f, calloc(f->total + 1, 4), 0,
                         calloc(f->total + 1, 4)};

    for (uint32_t b = 0; b < f->nblocks; b++) {
        const uint32_t *out = f->out + b * f->words;

        while (l.n)
            make_dead(&l, l.list[l.n - 1]);
        for (uint32_t w = 0; w < f->words; w++)
            for (uint32_t x = out[w]; x; x &= x - 1)
                make_live(&l,
                          f->global_reg[w * 32 + (uint32_t)__builtin_ctz(x)]);
        for (uint32_t k = f->first[b + 1]; k-- > f->first[b];) {
            if (f->a->words.p[f->a->at.p[k]] == TW_JOP_live) {
                sets[k] = cg_realloc(NULL, (l.n + 1) * sizeof **sets);
                memcpy(sets[k], l.list, l.n * sizeof **sets);
                set_size[k] = l.n;
            }
            visit_regs(f->a, k, f->base, step_defs, &l);
            visit_regs(f->a, k, f->base, step_uses, &l);
        }
    }
    free(l.list);
    free(l.where);
}

/* ---------------------------------------------------------------- encoding */

static void put32(struct jasm *a, uint32_t v)
{
    VEC_PUSH(a->code, (uint16_t)v);
    VEC_PUSH(a->code, (uint16_t)(v >> 16));
}

static uint16_t encode_reg(struct scan *s, int bank, uint32_t w)
{
    if (w & JCONST)
        return (uint16_t)(s->f->a->nregs[bank] + (w & ~JCONST));
    return (uint16_t)s->number[s->f->base[bank] + w];
}

static void encode_op(struct scan *s, uint32_t k)
{
    struct jasm *a = s->f->a;
    const uint32_t *w = &a->words.p[a->at.p[k]];
    const char *o = jasm_op_operands(*w);

    /* A move between registers that share a number is none. */
    if (is_move(*w) && encode_reg(s, move_bank(*w), w[1]) ==
                           encode_reg(s, move_bank(*w), w[2]))
        return;
    VEC_PUSH(a->code, (uint16_t)*w++);
    for (; *o; o++, w++) {
        int bank = jasm_bank(*o);

        switch (*o) {
        case 'i':
        case 'r':
        case 'f':
            VEC_PUSH(a->code, encode_reg(s, bank, *w));
            break;
        case 'I':
        case 'R':
        case 'F': {
            uint32_t n = *w;

            VEC_PUSH(a->code, (uint16_t)n);
            while (n--)
                VEC_PUSH(a->code, encode_reg(s, bank, *++w));
            break;
        }
        case 'D':
            VEC_PUSH(a->code, (uint16_t)*w);
            break;
        case '>':
            o++;
            VEC_PUSH(a->code, encode_reg(s, jasm_bank(*o), *w));
            break;
        default: /* d j L s v: L is a label until all pcs are known */
            put32(a, *w);
        }
    }
}

static void fix_labels(struct jasm *a)
{
    for (uint32_t k = 0; k < a->at.n; k++) {
        const uint32_t *w = &a->words.p[a->at.p[k]];
        uint32_t label = jump_label(w), end, target;

        if (label == JNONE)
            continue;
        end =
            k + 1 < a->at.n ? a->pcs[k + 1] : a->code.n; /* L is always last */
        target = a->pcs[a->labels.p[label]];
        a->code.p[end - 2] = (uint16_t)target;
        a->code.p[end - 1] = (uint16_t)(target >> 16);
    }
}

static void find_hints(struct scan *s)
{
    struct jasm *a = s->f->a;

    for (uint32_t k = 0; k < s->f->total; k++)
        s->hint[k] = s->number[k] = JNONE;
    for (uint32_t k = 0; k < a->at.n; k++) {
        const uint32_t *w = &a->words.p[a->at.p[k]];
        int bank = move_bank(w[0]);
        uint32_t src, dst;

        if (!is_move(w[0]) || (w[1] & JCONST))
            continue;
        src = s->f->base[bank] + w[1];
        dst = s->f->base[bank] + w[2];
        if (s->hint[dst] == JNONE)
            s->hint[dst] = src;
        if (s->hint[src] == JNONE)
            s->hint[src] = dst;
    }
}

/* Machine code and the blackhole bring nothing but greens and reds here: a
 * register more would be read without ever having been written. */
static void check_merge_point(struct jasm *a, uint32_t live, uint32_t nlive)
{
    const uint32_t *w = &a->words.p[a->at.p[live + 1]] + 2; /* opcode, driver */
    uint32_t total = 0;

    for (int list = 0; list < 6; list++) {
        total += *w;
        w += *w + 1;
    }
    if (nlive > total)
        cg_fatal("internal: %s: %u values are alive at the merge point, %u are "
                 "greens and reds",
                 a->fn->name, nlive, total);
}

void jasm_finish(struct jasm *a)
{
    struct flow f = {.a = a};
    struct scan s = {.f = &f};
    uint32_t **sets, *set_size, last_line = 0;
    uint16_t *key, n[TW_NBANKS];

    for (int b = 0; b < TW_NBANKS; b++) {
        f.base[b] = f.total;
        f.total += a->nvregs[b];
    }
    find_blocks(&f);
    solve(&f);
    sets = calloc(a->at.n + 1, sizeof *sets);
    set_size = calloc(a->at.n + 1, sizeof *set_size);
    collect_live(&f, sets, set_size);
    s.iv = calloc(f.total + 1, sizeof *s.iv);
    s.hint = calloc(f.total + 1, sizeof *s.hint);
    s.number = calloc(f.total + 1, sizeof *s.number);
    for (uint32_t k = 0; k < f.total; k++)
        s.iv[k] = (struct interval){k, JNONE, JNONE};
    for (uint32_t b = 0; b < f.nblocks; b++) {
        for (uint32_t w = 0; w < f.words; w++) {
            for (uint32_t x = f.in [b * f.words + w]; x; x &= x - 1)
                extend(&s, f.global_reg[w * 32 + (uint32_t)__builtin_ctz(x)],
                       2 * f.first[b]);
            for (uint32_t x = f.out[b * f.words + w]; x; x &= x - 1)
                extend(&s, f.global_reg[w * 32 + (uint32_t)__builtin_ctz(x)],
                       2 * f.first[b + 1] - 1);
        }
        for (s.op = f.first[b]; s.op < f.first[b + 1]; s.op++)
            visit_regs(a, s.op, f.base, extend_by_use, &s);
    }
    for (int b = 0; b < TW_NBANKS; b++)
        for (uint32_t k = 0; k < a->nargs[b]; k++)
            extend(&s, f.base[b] + k, 0);
    find_hints(&s);
    give_numbers(&s);
    a->pcs = cg_alloc((a->at.n + 1) * sizeof *a->pcs);
    key = calloc(f.total + 4, sizeof *key);
    for (uint32_t k = 0; k < a->at.n; k++) {
        uint32_t *w = &a->words.p[a->at.p[k]], len = 3;

        if (*w == TW_JOP_live) {
            memset(n, 0, sizeof n);
            for (int b = 0; b < TW_NBANKS; b++)
                for (uint32_t e = 0; e < set_size[k]; e++)
                    if (bank_of(&f, sets[k][e]) == b) {
                        key[len++] = (uint16_t)s.number[sets[k][e]];
                        n[b]++;
                    }
            if (a->has_merge && k == a->merge_at)
                check_merge_point(a, k, len - 3);
            w[1] = intern_live(key, n);
            free(sets[k]);
        }
        a->pcs[k] = a->code.n;
        if (a->lines.p[k] && a->lines.p[k] != last_line) {
            last_line = a->lines.p[k];
            VEC_PUSH(a->line_table, a->code.n);
            VEC_PUSH(a->line_table, last_line);
        }
        encode_op(&s, k);
    }
    fix_labels(a);
    if (a->has_merge)
        a->merge_pc = a->pcs[a->merge_at];
    free(key);
    free(sets);
    free(set_size);
    free(s.iv);
    free(s.hint);
    free(s.number);
    free(f.first);
    free(f.block_of);
    free(f.global);
    free(f.global_reg);
    free(f.in);
    free(f.out);
    free(f.use);
    free(f.def);
}

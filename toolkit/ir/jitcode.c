/*
 * jitcode.c: names, operands and disassembly of jitcode, all derived from ops.def and
 * jitcode_ops.def. Neighbours: codegen's assembler writes jitcode with these operand strings,
 * exit/blackhole.c and meta/recorder.c execute it.
 */
#include "toolkit/ir/jitcode.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/map.h"
#include "toolkit/base/vec.h"

const char *tw_jop_name(unsigned op)
{
    switch (op) {
#define OP1(name, res, a, e)                                                   \
    case TW_OP_##name:                                                         \
        return #name;
#define OP2(name, res, a, b, e) OP1(name, res, a, e)
#define OP3(name, res, a, b, c, e) OP1(name, res, a, e)
#define OPX(name, res, args, flags)                                            \
    case TW_OP_##name:                                                         \
        return (flags) & TW_JITCODE ? #name : NULL;
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
#define JOP(name, operands)                                                    \
    case TW_JOP_##name:                                                        \
        return #name;
#include "toolkit/ir/jitcode_ops.def"
#undef JOP
    default:
        return NULL;
    }
}

const char *tw_jop_operands(unsigned op)
{
    switch (op) {
#define OP1(name, res, a, e)                                                   \
    case TW_OP_##name:                                                         \
        return #a ">" #res;
#define OP2(name, res, a, b, e)                                                \
    case TW_OP_##name:                                                         \
        return #a #b ">" #res;
#define OP3(name, res, a, b, c, e)                                             \
    case TW_OP_##name:                                                         \
        return #a #b #c ">" #res;
#define OPX(name, res, args, flags)                                            \
    case TW_OP_##name:                                                         \
        if (!((flags) & TW_JITCODE))                                           \
            return NULL;                                                       \
        if ((flags) & TW_DESCR)                                                \
            return #res[0] == 'v' ? args "d" : args "d>" #res;                 \
        return #res[0] == 'v' ? args : args ">" #res;
#include "toolkit/ir/ops.def"
#undef OP1
#undef OP2
#undef OP3
#undef OPX
#define JOP(name, operands)                                                    \
    case TW_JOP_##name:                                                        \
        return operands;
#include "toolkit/ir/jitcode_ops.def"
#undef JOP
    default:
        return NULL;
    }
}

static uint32_t u32(const uint16_t *p)
{
    return p[0] | (uint32_t)p[1] << 16;
}

/* Units taken by the operand of this letter. */
static uint32_t width(char letter, const uint16_t *p)
{
    switch (letter) {
    case 'i':
    case 'r':
    case 'f':
    case 'D':
        return 1;
    case 'I':
    case 'R':
    case 'F':
        return 1u + *p;
    case 'd':
    case 'j':
    case 'L':
    case 's':
    case 'v':
        return 2;
    case '>':
        return 0;
    default:
        tw_fatal("jitcode: operand letter '%c'", letter);
    }
}

uint32_t tw_jop_next(const struct tw_jitcode *c, uint32_t pc)
{
    const char *s = tw_jop_operands(c->code[pc]);

    if (!s)
        tw_fatal("jitcode %s: no operation %u at %u", c->name, c->code[pc], pc);
    for (pc++; *s; s++)
        pc += width(*s, c->code + pc);
    return pc;
}

/* Where each jitcode's operations start, as bit sets, made when first asked for: code cannot be
 * read backwards. */
static struct tw_map starts_of;
static pthread_mutex_t starts_lock = PTHREAD_MUTEX_INITIALIZER;

static const uint64_t *starts(const struct tw_jitcode *c)
{
    pthread_mutex_lock(&starts_lock);
    uint64_t *place = tw_map_put(&starts_of, tw_ptr_key(c));
    if (!*place) {
        uint64_t *set = tw_calloc(c->ncode / 64 + 1, sizeof *set);

        for (uint32_t pc = 0; pc < c->ncode; pc = tw_jop_next(c, pc))
            set[pc / 64] |= 1ull << pc % 64;
        *place = tw_ptr_key(set);
    }
    const uint64_t *set = (const uint64_t *)(uintptr_t)*place;
    pthread_mutex_unlock(&starts_lock);
    return set;
}

uint32_t tw_jop_before(const struct tw_jitcode *c, uint32_t pc)
{
    const uint64_t *set = starts(c);

    while (pc-- > 0)
        if (set[pc / 64] >> pc % 64 & 1)
            return pc;
    tw_fatal("jitcode %s: nothing before its first operation", c->name);
}

void tw_jop_result_before(const struct tw_jitcode *c, uint32_t pc, int *bank,
                          uint32_t *reg)
{
    const char *s = tw_jop_operands(c->code[tw_jop_before(c, pc)]);
    const char *arrow = strchr(s, '>');

    *bank = -1;
    *reg = 0;
    if (!arrow)
        return;
    *bank = arrow[1] == 'i'   ? TW_BANK_I
            : arrow[1] == 'r' ? TW_BANK_R
                              : TW_BANK_F;
    *reg = c->code[pc - 1];
}

uint32_t tw_jitcode_line(const struct tw_jitcode *c, uint32_t pc)
{
    uint32_t lo = 0, hi = c->nlines;

    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;

        if (c->lines[2 * mid] <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? c->lines[2 * lo - 1] : 0;
}

/* --------------------------------------------------------------- printing */

struct line {
    char text[512];
    size_t n;
};

static void put(struct line *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void put(struct line *l, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(l->text + l->n, sizeof l->text - l->n, fmt, ap);
    va_end(ap);
    if (n > 0)
        l->n += (size_t)n < sizeof l->text - l->n ? (size_t)n
                                                  : sizeof l->text - l->n - 1;
}

static int bank_of(char letter)
{
    return letter == 'i' || letter == 'I'   ? TW_BANK_I
           : letter == 'r' || letter == 'R' ? TW_BANK_R
                                            : TW_BANK_F;
}

static void put_reg(struct line *l, const struct tw_jitcode *c, int bank,
                    unsigned reg)
{
    if (reg < c->nregs[bank]) {
        put(l, "%%%c%u", "irf"[bank], reg);
        return;
    }
    unsigned k = reg - c->nregs[bank];
    if (k >= c->nconsts[bank])
        put(l, "<bad %c%u>", "irf"[bank], reg);
    else if (bank == TW_BANK_I)
        put(l, "$%" PRId64, c->consts_i[k]);
    else if (bank == TW_BANK_R)
        put(l, "$%p", c->consts_r[k]);
    else
        put(l, "$%g", c->consts_f[k]);
}

static const char *descr_name(const struct tw_descr *d)
{
    const char *name = NULL;

    switch ((enum tw_descr_kind)d->kind) {
    case TW_DK_FIELD:
        name = ((const struct tw_fielddescr *)d)->name;
        break;
    case TW_DK_ARRAY:
        name = ((const struct tw_arraydescr *)d)->name;
        break;
    case TW_DK_SIZE:
        name = ((const struct tw_sizedescr *)d)->name;
        break;
    case TW_DK_CALL:
        name = ((const struct tw_calldescr *)d)->name;
        break;
    case TW_DK_GUARD:
    case TW_DK_TARGET:
    case TW_DK_LOOP:
        break;
    }
    return name ? name : "?";
}

static void put_switch(struct line *l, const struct tw_switch *s)
{
    put(l, "{");
    for (uint32_t k = 0; k < s->n; k++)
        put(l, "%" PRId64 ": L%u, ", s->values[k], s->targets[k]);
    put(l, "default: L%u}", s->default_target);
}

static void put_live(struct line *l, const struct tw_live *v)
{
    const uint16_t *reg = v->regs;

    for (int bank = 0; bank < TW_NBANKS; bank++)
        for (int k = 0; k < v->n[bank]; k++)
            put(l, " %%%c%u", "irf"[bank], *reg++);
}

/* One operand; returns the units it takes. */
static uint32_t put_operand(struct line *l, const struct tw_program *p,
                            const struct tw_jitcode *c, char letter,
                            const uint16_t *at)
{
    switch (letter) {
    case 'i':
    case 'r':
    case 'f':
        put_reg(l, c, bank_of(letter), *at);
        break;
    case 'I':
    case 'R':
    case 'F':
        put(l, "%c[", letter);
        for (unsigned k = 0; k < *at; k++) {
            put(l, k ? ", " : "");
            put_reg(l, c, bank_of(letter), at[1 + k]);
        }
        put(l, "]");
        break;
    case 'D':
        put(l, "driver %s", p->drivers[*at]->driver->name);
        break;
    case 'd':
        put(l, "<%s>", descr_name(p->descrs[u32(at)]));
        break;
    case 'j':
        put(l, "%s", p->jitcodes[u32(at)]->name);
        break;
    case 'L':
        put(l, "L%u", u32(at));
        break;
    case 's':
        put_switch(l, &c->switches[u32(at)]);
        break;
    case 'v':
        put_live(l, &p->live[u32(at)]);
        break;
    default:
        break;
    }
    return width(letter, at);
}

void tw_jitcode_print(const struct tw_program *p, const struct tw_jitcode *c,
                      void (*out)(void *, const char *), void *data)
{
    struct line l = {.n = 0};
    uint32_t line = 0;

    put(&l, "%s: %u units, registers i%u r%u f%u", c->name, c->ncode,
        c->nregs[0], c->nregs[1], c->nregs[2]);
    out(data, l.text);
    for (uint32_t pc = 0; pc < c->ncode;) {
        unsigned op = c->code[pc];
        const char *s = tw_jop_operands(op);

        if (!s)
            tw_fatal("jitcode %s: no operation %u at %u", c->name, op, pc);
        l.n = 0;
        put(&l, "%6u  %s", pc++, tw_jop_name(op));
        for (int first = 1; *s; s++) {
            if (*s == '>') {
                put(&l, " ->");
                first = 1;
                continue;
            }
            put(&l, first ? " " : ", ");
            first = 0;
            pc += put_operand(&l, p, c, *s, c->code + pc);
        }
        if (tw_jitcode_line(c, pc - 1) != line) {
            line = tw_jitcode_line(c, pc - 1);
            put(&l, "  ; %s:%u", c->file ? c->file : "", line);
        }
        out(data, l.text);
    }
}

/*
 * dump.c: --dump-jitcode: each function's jitcode as text, one operation a
 * line. Registers by bank and number (i3), constants by value, descriptors by
 * name: the text depends on nothing but the program.
 */
#include "codegen/descr.h"
#include "codegen/irutil.h"
#include "codegen/jasm.h"

static void print_const(FILE *o, struct jasm *a, int bank, uint32_t k)
{
    LLVMValueRef v;
    size_t n;

    if (bank == TW_BANK_F) {
        fprintf(o, "%.17g", a->consts_f.p[k]);
        return;
    }
    v = bank == TW_BANK_I ? a->consts_i.p[k] : a->consts_r.p[k];
    if (LLVMIsAConstantInt(v))
        fprintf(o, "%lld", LLVMConstIntGetSExtValue(v));
    else if (LLVMIsNull(v))
        fprintf(o, "null");
    else if (LLVMIsAGlobalValue(v))
        fprintf(o, "@%s", LLVMGetValueName2(v, &n));
    else
        fprintf(o, "@(expr)");
}

static void print_reg(FILE *o, struct jasm *a, int bank, uint16_t r)
{
    if (r >= a->nregs[bank])
        print_const(o, a, bank, (uint32_t)r - a->nregs[bank]);
    else
        fprintf(o, "%c%u", "irf"[bank], r);
}

/* The fields in a set of effects: by name while they are few. What closing the
 * sets adds (plain accesses of the same types) is left out. */
static void print_set(FILE *o, const char *what, const uint32_t *set,
                      uint32_t nbits)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < nbits; k++)
        n += bit_get(set, k) && cg.accesses.p[k]->width == TW_ALIAS_ONE;
    if (!n)
        return;
    fprintf(o, " %s", what);
    if (n > 6) {
        fprintf(o, ":%u", n);
        return;
    }
    for (uint32_t k = 0, first = 1; k < nbits; k++)
        if (bit_get(set, k) && cg.accesses.p[k]->width == TW_ALIAS_ONE) {
            fprintf(o, "%c%s", first ? ':' : ',', cg.accesses.p[k]->name);
            first = 0;
        }
}

static void print_descr(FILE *o, const struct descr *d)
{
    static const struct {
        unsigned flag;
        const char *name;
    } flags[] = {{TW_F_IMMUTABLE, "immutable"},
                 {TW_F_QUASI, "quasi"},
                 {TW_F_CLASS, "class"},
                 {TW_F_NONNULL, "nonnull"},
                 {TW_F_VABLE, "vable"}};

    fprintf(o, "<%s", d->name ? d->name : "indirect");
    if (d->kind == TW_DK_FIELD || d->kind == TW_DK_ARRAY) {
        fprintf(o, " %c%u at %d", d->type, d->size, d->offset);
        if (d->kind == TW_DK_ARRAY)
            fprintf(o, " stride %d", d->stride);
        if (d->access->tag && d->access->width == TW_ALIAS_ANY)
            fprintf(o, " aliases anything");
        for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
            if (d->flags & flags[k].flag)
                fprintf(o, " %s", flags[k].name);
    } else if (d->kind == TW_DK_SIZE) {
        fprintf(o, " size %u", d->total);
        if (d->item_size)
            fprintf(o, " + %u * n", d->item_size);
    } else if (d->kind == TW_DK_CALL) {
        unsigned f = d->call->effect->flags;

        fprintf(o, " %.*s>%c", (int)d->call->sig.n, d->call->sig.abi,
                d->call->sig.abi_result);
        fprintf(o, "%s%s%s%s%s%s", f & TW_E_ELIDABLE ? " elidable" : "",
                f & TW_E_LOOPINVARIANT ? " loopinvariant" : "",
                f & TW_E_ANYTHING ? " anything" : "",
                f & TW_E_CAN_FORCE ? " force" : "",
                f & TW_E_CAN_INVALIDATE ? " invalidate" : "",
                f & TW_E_NOT_IN_TRACE ? " not_in_trace" : "");
        if (!(f & TW_E_ANYTHING)) {
            print_set(o, "reads", d->call->effect->reads,
                      d->call->effect->nbits);
            print_set(o, "writes", d->call->effect->writes,
                      d->call->effect->nbits);
        }
        if (d->call->candidates) {
            fprintf(o, " to");
            for (uint32_t k = 0; k < d->call->candidates->fns.n; k++)
                fprintf(o, " %s", d->call->candidates->fns.p[k]->name);
        }
    }
    fprintf(o, ">");
}

static uint32_t read32(const uint16_t *p)
{
    return p[0] | (uint32_t)p[1] << 16;
}

static void print_switch(FILE *o, struct jasm *a, const struct jswitch *s)
{
    fprintf(o, "{");
    for (uint32_t k = 0; k < s->n; k++)
        fprintf(o, "%lld: %u, ", (long long)s->values[k],
                a->pcs[a->labels.p[s->labels[k]]]);
    fprintf(o, "else %u}", a->pcs[a->labels.p[s->default_label]]);
}

static void print_live(FILE *o, const struct jlive_set *s)
{
    uint32_t at = 0;

    for (int b = 0; b < TW_NBANKS; b++)
        for (uint32_t k = 0; k < s->n[b]; k++)
            fprintf(o, " %c%u", "irf"[b], s -> regs[at++]);
}

static const uint16_t *print_operand(FILE *o, struct jasm *a, const uint16_t *p,
                                     char kind)
{
    int bank = jasm_bank(kind);

    fputc(' ', o);
    switch (kind) {
    case 'i':
    case 'r':
    case 'f':
        print_reg(o, a, bank, *p);
        return p + 1;
    case 'I':
    case 'R':
    case 'F': {
        unsigned n = *p++;

        fputc('[', o);
        for (unsigned k = 0; k < n; k++) {
            if (k)
                fputc(' ', o);
            print_reg(o, a, bank, *p++);
        }
        fputc(']', o);
        return p;
    }
    case 'D':
        fprintf(o, "driver:%s", cg.drivers.p[*p]->name);
        return p + 1;
    case 'd':
        print_descr(o, descr_get(read32(p)));
        break;
    case 'j':
        fprintf(o, "%s", cg.jits.p[read32(p)]->name);
        break;
    case 'L':
        fprintf(o, "-> %u", read32(p));
        break;
    case 's':
        print_switch(o, a, &a->switches.p[read32(p)]);
        break;
    case 'v':
        print_live(o, jasm_live_get(read32(p)));
        break;
    }
    return p + 2;
}

static void print_function(FILE *o, struct fn *f)
{
    struct jasm *a = f->code;
    const uint16_t *p = a->code.p, *end = p + a->code.n;
    uint32_t line = 0;

    fprintf(o, "%s: %u i, %u r, %u f registers\n", f->name, a->nregs[0],
            a->nregs[1], a->nregs[2]);
    while (p < end) {
        unsigned op = *p;
        const char *s = jasm_op_operands(op);
        uint32_t pc = (uint32_t)(p - a->code.p);

        if (line + 1 < a->line_table.n && a->line_table.p[line] == pc) {
            fprintf(o, "  # line %u\n", a->line_table.p[line + 1]);
            line += 2;
        }
        fprintf(o, "%5u  %s", pc, jasm_op_name(op));
        p++;
        for (; *s; s++) {
            if (*s == '>') {
                fprintf(o, " ->");
                s++;
            }
            p = print_operand(o, a, p, *s);
        }
        fputc('\n', o);
    }
    fputc('\n', o);
}

void dump_jitcode(FILE *o)
{
    for (uint32_t k = 0; k < cg.jits.n; k++)
        if (cg.jits.p[k]->code)
            print_function(o, cg.jits.p[k]);
}

/*
 * trace_text.c: prints and parses traces. parse(print(t)) gives t again, up to the numbers of
 * values and the order of constants. Names come from trace_names.c.
 */
#include "toolkit/ir/trace_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/map.h"
#include "toolkit/base/vec.h"

/* ------------------------------------------------------------------ printing */

static void print_float(double d, FILE *out)
{
    char buf[40];

    if (isnan(d)) {
        union tw_value v = {.f = d};
        fprintf(out, "nan(0x%" PRIx64 ")", (uint64_t)v.i);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buf, sizeof buf, "%.*g", digits, d);
        if (strtod(buf, NULL) == d)
            break;
    }
    fputs(buf, out);
    if (!strpbrk(buf, ".en"))
        fputs(".0", out);
}

static void print_const(const struct tw_const *c, const struct tw_names *ns,
                        FILE *out)
{
    if (c->type == 'i') {
        fprintf(out, "%" PRId64, c->v.i);
    } else if (c->type == 'f') {
        print_float(c->v.f, out);
    } else if (!c->v.r) {
        fputs("NULL", out);
    } else {
        const char *name = ns ? tw_names_of_pointer(ns, c->v.r) : NULL;
        if (name)
            fprintf(out, "ConstPtr(%s)", name);
        else
            fprintf(out, "ConstPtr(0x%" PRIxPTR ")", (uintptr_t)c->v.r);
    }
}

void tw_value_print(const struct tw_trace *t, const struct tw_names *ns,
                    tw_vref v, FILE *out)
{
    if (v == TW_NOVALUE) {
        fputc('-', out);
    } else if (v < 0) {
        print_const(tw_const_of(t, v), ns, out);
    } else {
        char type = tw_type_of(t, v);
        fprintf(out, "%c%d", type == 'r' ? 'p' : type, v);
    }
}

static void print_values(const struct tw_trace *t, const struct tw_names *ns,
                         const tw_vref *v, unsigned n, FILE *out)
{
    for (unsigned k = 0; k < n; k++) {
        if (k)
            fputs(", ", out);
        tw_value_print(t, ns, v[k], out);
    }
}

static const char *descr_name(const void *d)
{
    switch (((const struct tw_descr *)d)->kind) {
    case TW_DK_FIELD:
        return ((const struct tw_fielddescr *)d)->name;
    case TW_DK_ARRAY:
        return ((const struct tw_arraydescr *)d)->name;
    case TW_DK_SIZE:
        return ((const struct tw_sizedescr *)d)->name;
    case TW_DK_CALL: {
        const char *name = ((const struct tw_calldescr *)d)->name;
        return name ? name : "indirect";
    }
    default:
        return NULL;
    }
}

static void print_descr(const void *d, FILE *out)
{
    const char *name = descr_name(d);

    if (name)
        fprintf(out, "<%s>", name);
    else if (((const struct tw_descr *)d)->kind == TW_DK_TARGET)
        fprintf(out, "L%u", ((const struct tw_target *)d)->id);
    else if (((const struct tw_descr *)d)->kind == TW_DK_LOOP)
        fprintf(out, "Loop%u", ((const struct tw_loop *)d)->id);
    else
        fprintf(out, "Guard%u", ((const struct tw_guard *)d)->id);
}

static void print_frames(const struct tw_trace *t, const struct tw_names *ns,
                         int32_t frame, FILE *out)
{
    const struct tw_snapframe *f = &t->snapframes[frame];

    if (f->parent >= 0) {
        print_frames(t, ns, f->parent, out);
        fputc(' ', out);
    }
    fprintf(out, "%s@%u(", f->jitcode ? f->jitcode->name : "?", f->pc);
    print_values(t, ns, t->args + f->values, f->nvalues, out);
    fputc(')', out);
}

static void print_snapshot(const struct tw_trace *t, const struct tw_names *ns,
                           const struct tw_snapshot *s, FILE *out)
{
    fputs(" {", out);
    if (s->frame >= 0)
        print_frames(t, ns, s->frame, out);
    if (s->nvable) {
        fputs("; vable(", out);
        print_values(t, ns, t->args + s->vable, s->nvable, out);
        fputc(')', out);
    }
    if (s->nvrefs) {
        fputs("; vrefs(", out);
        print_values(t, ns, t->args + s->vrefs, s->nvrefs, out);
        fputc(')', out);
    }
    fputc('}', out);
}

static void print_op(const struct tw_trace *t, const struct tw_names *ns,
                     uint32_t k, FILE *out)
{
    const struct tw_op *op = &t->ops[k];
    const struct tw_opinfo *info = &tw_opinfo[op->opnum];

    if (info->result != 'v') {
        tw_value_print(t, ns, tw_value_of_op(t, k), out);
        fputs(" = ", out);
    }
    fprintf(out, "%s(", info->name);
    print_values(t, ns, t->args + op->args, op->nargs, out);
    if (op->descr) {
        fputs(op->nargs ? ", descr=" : "descr=", out);
        print_descr(op->descr, out);
    }
    fputc(')', out);
    if (op->snapshot >= 0) {
        print_snapshot(t, ns, &t->snapshots[op->snapshot], out);
    } else if (info->flags & TW_GUARD) {
        fputs(" [", out);
        print_values(t, ns, t->args + op->failargs, op->nfailargs, out);
        fputc(']', out);
    }
    fputc('\n', out);
}

void tw_trace_print_names(const struct tw_trace *t, const struct tw_names *ns,
                          FILE *out)
{
    fputc('[', out);
    for (uint32_t k = 0; k < t->ninputs; k++) {
        if (k)
            fputs(", ", out);
        tw_value_print(t, ns, (tw_vref)k, out);
    }
    fputs("]\n", out);
    for (uint32_t k = 0; k < t->nops; k++)
        print_op(t, ns, k, out);
}

void tw_trace_print(const struct tw_trace *t, FILE *out)
{
    tw_trace_print_names(t, NULL, out);
}

/* ------------------------------------------------------------------ parsing */

struct parser {
    const char *p;
    int line;
    struct tw_trace *t;
    struct tw_names *ns;
    enum tw_parse_mode mode;
    struct tw_map values; /* name -> vref + 1 */
    tw_vref *list; /* values of the list just read */
    uint32_t nlist, list_cap;
    char *err;
    size_t errsize;
    jmp_buf fail;
};

static _Noreturn __attribute__((format(printf, 2, 3))) void
error(struct parser *s, const char *fmt, ...)
{
    va_list ap;
    int n = snprintf(s->err, s->errsize, "line %d: ", s->line);

    va_start(ap, fmt);
    if (n >= 0 && (size_t)n < s->errsize)
        vsnprintf(s->err + n, s->errsize - (size_t)n, fmt, ap);
    va_end(ap);
    longjmp(s->fail, 1);
}

static void blanks(struct parser *s)
{
    while (*s->p == ' ' || *s->p == '\t')
        s->p++;
    if (*s->p == '#')
        while (*s->p && *s->p != '\n')
            s->p++;
}

static void blank_lines(struct parser *s)
{
    for (blanks(s); *s->p == '\n'; blanks(s)) {
        s->p++;
        s->line++;
    }
}

static int accept(struct parser *s, const char *text)
{
    blanks(s);
    if (strncmp(s->p, text, strlen(text)))
        return 0;
    s->p += strlen(text);
    return 1;
}

static void expect(struct parser *s, const char *text)
{
    if (!accept(s, text))
        error(s, "expected '%s' before '%.20s'", text, s->p);
}

static void word(struct parser *s, char *buf, size_t size, const char *more)
{
    size_t n = 0;

    blanks(s);
    while (isalnum((unsigned char)*s->p) || (*s->p && strchr(more, *s->p))) {
        if (n + 1 < size)
            buf[n++] = *s->p;
        s->p++;
    }
    buf[n] = 0;
    if (!n)
        error(s, "expected a name before '%.20s'", s->p);
}

static char type_of_name(const char *name)
{
    if (!name[0] || !strchr("ipf", name[0]) || !name[1])
        return 0;
    for (const char *c = name + 1; *c; c++)
        if (!isdigit((unsigned char)*c) && *c != '_')
            return 0;
    return name[0] == 'p' ? 'r' : name[0];
}

static void bind(struct parser *s, const char *name, tw_vref v)
{
    uint64_t *place = tw_map_put(&s->values, tw_hash_bytes(name, strlen(name)));

    if (*place)
        error(s, "%s is defined twice", name);
    *place = (uint64_t)v + 1;
}

static tw_vref number(struct parser *s)
{
    char *end;
    const char *q = s->p + (*s->p == '-');

    if (!strncmp(q, "nan", 3)) {
        union tw_value v;
        s->p = q + 3;
        expect(s, "(");
        v.i = (int64_t)strtoull(s->p, &end, 0);
        s->p = end;
        expect(s, ")");
        return tw_trace_const_f(s->t, v.f);
    }
    size_t n = strspn(q, "0123456789abcdefABCDEFxX.+-n");
    int is_float =
        !strncmp(q, "inf", 3) || (strncmp(q, "0x", 2) && strcspn(q, ".e") < n);
    if (is_float) {
        double d = strtod(s->p, &end);
        s->p = end;
        return tw_trace_const_f(s->t, d);
    }
    int64_t i = *s->p == '-' ? strtoll(s->p, &end, 0)
                             : (int64_t)strtoull(s->p, &end, 0);
    if (end == s->p)
        error(s, "expected a value before '%.20s'", s->p);
    s->p = end;
    return tw_trace_const_i(s->t, i);
}

static tw_vref value(struct parser *s)
{
    char name[128];

    blanks(s);
    if (isdigit((unsigned char)*s->p) || !strncmp(s->p, "inf", 3) ||
        !strncmp(s->p, "nan", 3) ||
        (*s->p == '-' && (isdigit((unsigned char)s->p[1]) || s->p[1] == 'i')))
        return number(s);
    if (accept(s, "-"))
        return TW_NOVALUE;
    word(s, name, sizeof name, "_");
    if (!strcmp(name, "NULL"))
        return tw_trace_const_r(s->t, NULL);
    if (!strcmp(name, "ConstPtr")) {
        void *p;
        expect(s, "(");
        word(s, name, sizeof name, "_.");
        if (!strncmp(name, "0x", 2))
            p = (void *)(uintptr_t)strtoull(name, NULL, 16);
        else if (!tw_names_pointer(s->ns, name, &p))
            error(s, "no pointer is named %s", name);
        expect(s, ")");
        return tw_trace_const_r(s->t, p);
    }
    uint64_t v = tw_map_get(&s->values, tw_hash_bytes(name, strlen(name)));
    if (!v)
        error(s, "%s is not defined", name);
    return (tw_vref)(v - 1);
}

/* Values up to the closing bracket, into s->list; stops before descr=. */
static void values(struct parser *s, const char *close)
{
    s->nlist = 0;
    while (!accept(s, close)) {
        if (s->nlist)
            expect(s, ",");
        if (accept(s, "descr=")) {
            s->p -= strlen("descr=");
            return;
        }
        tw_vref v = value(s);
        TW_VEC_PUSH(s->list, s->nlist, s->list_cap, v);
    }
}

static const void *descriptor(struct parser *s)
{
    char name[256];
    size_t n;

    if (accept(s, "<")) {
        n = strcspn(s->p, ">\n");
        if (s->p[n] != '>' || n >= sizeof name)
            error(s, "a descriptor's name does not end");
        memcpy(name, s->p, n);
        name[n] = 0;
        s->p += n + 1;
        const void *d = tw_names_descr(s->ns, name);
        if (!d)
            error(s, "no descriptor is named %s", name);
        return d;
    }
    word(s, name, sizeof name, "_");
    if (!strncmp(name, "Loop", 4))
        return tw_names_loop(s->ns, (uint32_t)atoi(name + 4));
    if (name[0] != 'L')
        error(s, "%s is no descriptor", name);
    return tw_names_target(s->ns, (uint32_t)atoi(name + 1));
}

/* Registers of a frame come by bank: integers, pointers, floats. */
static void sort_list_by_kind(struct parser *s)
{
    static const char banks[] = "irf";
    tw_vref *sorted = tw_malloc(s->nlist * sizeof *sorted);
    uint32_t n = 0;

    for (int b = 0; b < 3; b++)
        for (uint32_t k = 0; k < s->nlist; k++)
            if (tw_type_of(s->t, s->list[k]) == banks[b])
                sorted[n++] = s->list[k];
    s->nlist = n;
    memcpy(s->list, sorted, n * sizeof *sorted);
    free(sorted);
}

static const char *kinds_of_list(struct parser *s, char *kinds, size_t size)
{
    if (s->nlist >= size)
        error(s, "too many values in a frame");
    for (uint32_t k = 0; k < s->nlist; k++)
        kinds[k] = tw_type_of(s->t, s->list[k]);
    kinds[s->nlist] = 0;
    return kinds;
}

static const struct tw_jitcode *frame_code(struct parser *s, const char *name,
                                           uint32_t pc)
{
    char kinds[512];
    const struct tw_jitcode *j =
        tw_names_frame(s->ns, name, pc, kinds_of_list(s, kinds, sizeof kinds));

    if (!j)
        error(s, "%s@%u had values of other kinds before", name, pc);
    return j;
}

/* A frame like one that is there already is that one. */
static int32_t shared_frame(struct parser *s, int32_t parent,
                            const struct tw_jitcode *j, uint32_t pc)
{
    const struct tw_trace *t = s->t;

    for (uint32_t k = t->nsnapframes; k-- > 0;) {
        const struct tw_snapframe *f = &t->snapframes[k];
        if (f->parent == parent && f->jitcode == j && f->pc == pc &&
            f->nvalues == s->nlist &&
            !memcmp(t->args + f->values, s->list, s->nlist * sizeof *s->list))
            return (int32_t)k;
    }
    return tw_trace_snapframe(s->t, parent, j, pc, s->list, s->nlist);
}

static int32_t snapshot(struct parser *s)
{
    struct tw_snapshot snap = {.frame = -1};
    char name[128];

    while (!accept(s, "}")) {
        if (accept(s, ";")) {
            int vable = accept(s, "vable(");
            if (!vable)
                expect(s, "vrefs(");
            values(s, ")");
            uint32_t at = tw_trace_push_args(s->t, s->list, s->nlist);
            *(vable ? &snap.vable : &snap.vrefs) = at;
            *(vable ? &snap.nvable : &snap.nvrefs) = (uint16_t)s->nlist;
            continue;
        }
        word(s, name, sizeof name, "_.");
        expect(s, "@");
        char *end;
        uint32_t pc = (uint32_t)strtoul(s->p, &end, 10);
        s->p = end;
        expect(s, "(");
        values(s, ")");
        snap.frame = shared_frame(s, snap.frame, frame_code(s, name, pc), pc);
    }
    TW_VEC_PUSH(s->t->snapshots, s->t->nsnapshots, s->t->snapshots_cap, snap);
    return (int32_t)s->t->nsnapshots - 1;
}

static void guard_tail(struct parser *s)
{
    uint32_t k = s->t->nops - 1;

    if (accept(s, "{")) {
        int32_t snap = snapshot(s);
        s->t->ops[k].snapshot = snap;
    } else if (accept(s, "[")) {
        values(s, "]");
        if (s->mode == TW_PARSE_OPTIMIZED) {
            s->t->ops[k].failargs = tw_trace_push_args(s->t, s->list, s->nlist);
            s->t->ops[k].nfailargs = (uint16_t)s->nlist;
        } else {
            /* each list of kinds is a pc of its own in the jitcode "frame" */
            sort_list_by_kind(s);
            char kinds[512];
            const struct tw_jitcode *j = NULL;
            uint32_t pc = 0;
            kinds_of_list(s, kinds, sizeof kinds);
            while (!(j = tw_names_frame(s->ns, "frame", pc, kinds)))
                pc += 3;
            int32_t f = shared_frame(s, -1, j, pc);
            s->t->ops[k].snapshot =
                tw_trace_snapshot(s->t, f, NULL, 0, NULL, 0);
        }
    }
}

static int opnum_of(const char *name)
{
    for (int k = 0; k < TW_NOPS; k++)
        if (!strcmp(tw_opinfo[k].name, name))
            return k;
    return -1;
}

static void operation(struct parser *s)
{
    char name[128], result[128] = "";
    const void *d = NULL;

    word(s, name, sizeof name, "_");
    if (accept(s, "=")) {
        strcpy(result, name);
        word(s, name, sizeof name, "_");
    }
    int op = opnum_of(name);
    if (op < 0)
        error(s, "no operation is named %s", name);
    expect(s, "(");
    values(s, ")");
    if (accept(s, "descr=")) {
        d = descriptor(s);
        expect(s, ")");
    }
    if (!!result[0] != (tw_opinfo[op].result != 'v'))
        error(s, "%s %s a result", name, result[0] ? "has not" : "has");
    if (result[0] && type_of_name(result) != tw_opinfo[op].result)
        error(s, "%s is no name for the result of %s", result, name);
    tw_vref v = tw_trace_emit(s->t, (unsigned)op, d, s->list, s->nlist);
    if (result[0])
        bind(s, result, v);
    if (tw_op_is((unsigned)op, TW_GUARD | TW_FINAL))
        guard_tail(s);
    blanks(s);
    if (*s->p && *s->p != '\n')
        error(s, "'%.20s' after an operation", s->p);
}

static void inputs(struct parser *s)
{
    char name[128];

    blank_lines(s);
    expect(s, "[");
    for (int first = 1; !accept(s, "]"); first = 0) {
        if (!first)
            expect(s, ",");
        word(s, name, sizeof name, "_");
        if (!type_of_name(name))
            error(s, "%s is no name of a value", name);
        bind(s, name, tw_trace_input(s->t, type_of_name(name)));
    }
}

struct tw_trace *tw_trace_parse(const char *text, struct tw_names *ns,
                                enum tw_parse_mode mode, char *err,
                                size_t errsize)
{
    struct parser s = {.p = text,
                       .line = 1,
                       .ns = ns,
                       .mode = mode,
                       .err = err,
                       .errsize = errsize};
    struct tw_trace *volatile t = s.t = tw_trace_new();

    if (setjmp(s.fail)) {
        tw_trace_free(t);
        t = NULL;
    } else {
        inputs(&s);
        for (blank_lines(&s); *s.p; blank_lines(&s))
            operation(&s);
    }
    tw_map_free(&s.values);
    free(s.list);
    return t;
}

/*
 * tw-opt: reads textual traces, runs the optimizer or some of its passes, prints the result.
 *
 *     tw-opt [--passes=heap,virtualize] [--loop | --bridge] [--resume] [--verify] file.trace
 *     tw-opt --test file.trace…      runs the cases of each file: "ok NAME" / "not ok NAME"
 *     tw-opt --bless file.trace…     rewrites what the cases expect to what comes out
 *
 * A file: declarations (toolkit/ir/trace_text.h), a line "---", the trace. A test file has,
 * after the
 * declarations, any number of cases:
 *     == name [options]
 *     the trace
 *     =>
 *     what comes out (equal up to the names of values), or "invalid"
 * Options: passes=…, loop, bridge=N (from guard number N of the first trace, see below), resume,
 * values=I,… (run-time values of the operands of the bridge's jump: integers).
 * A case with "bridge" has two traces, the loop and the bridge, separated by a line "--".
 *
 * --resume prints, behind each guard, what its resume data rebuilds, as a comment.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/vec.h"
#include "toolkit/exit/resume.h"
#include "toolkit/ir/trace_text.h"
#include "toolkit/opt/opt.h"

struct settings {
    unsigned passes;
    int loop, bridge, resume, verify;
    int from; /* guard number, of the loop's trace */
    int nvalues;
    union tw_value values[16];
};

/* ------------------------------------------------------------------ resume data as text */

struct shower {
    FILE *out;
    const struct tw_trace *t;
    const struct tw_names *names;
    const tw_vref *failargs;
    int nvirtuals;
};

enum { VIRTUAL_BASE = 1 << 24 }; /* refs from here on: virtual number */

static void show_box(struct shower *s, struct tw_box b, char type)
{
    if (b.ref >= VIRTUAL_BASE) {
        fprintf(s->out, "v%d", b.ref - VIRTUAL_BASE);
    } else if (b.ref != TW_NOVALUE) {
        tw_value_print(s->t, s->names, b.ref, s->out);
    } else if (type == 'r' && b.val.r) {
        const char *name = tw_names_of_pointer(s->names, b.val.r);
        fprintf(s->out, "%s", name ? name : "pointer");
    } else if (type == 'r') {
        fputs("NULL", s->out);
    } else if (type == 'f') {
        fprintf(s->out, "%g", b.val.f);
    } else {
        fprintf(s->out, "%lld", (long long)b.val.i);
    }
}

static struct tw_box show_failarg(void *self, unsigned k, char type,
                                  union tw_value v)
{
    struct shower *s = self;

    (void)type;
    return (struct tw_box){v, s->failargs[k]};
}

static struct tw_box show_constant(void *self, char type, union tw_value v)
{
    (void)self, (void)type;
    return (struct tw_box){v, TW_NOVALUE};
}

static struct tw_box show_allocate(void *self, const struct tw_sizedescr *d,
                                   int64_t n)
{
    struct shower *s = self;

    fprintf(s->out, "    # v%d = %s", s->nvirtuals, d->name);
    if (d->item_size)
        fprintf(s->out, "[%lld]", (long long)n);
    fputc('\n', s->out);
    return (struct tw_box){{.i = 0}, VIRTUAL_BASE + s->nvirtuals++};
}

static struct tw_box show_virtual_ref(void *self, struct tw_box real)
{
    struct shower *s = self;

    fprintf(s->out, "    # v%d = virtual_ref of ", s->nvirtuals);
    show_box(s, real, 'r');
    fputc('\n', s->out);
    return (struct tw_box){{.i = 0}, VIRTUAL_BASE + s->nvirtuals++};
}

static struct tw_box show_interior(void *self, struct tw_box base,
                                   int64_t offset)
{
    struct shower *s = self;

    fprintf(s->out, "    # v%d = ", s->nvirtuals);
    show_box(s, base, 'r');
    fprintf(s->out, " + %lld\n", (long long)offset);
    return (struct tw_box){{.i = 0}, VIRTUAL_BASE + s->nvirtuals++};
}

static void show_setfield(void *self, struct tw_box base,
                          const struct tw_fielddescr *d, struct tw_box v)
{
    struct shower *s = self;

    fputs("    # ", s->out);
    show_box(s, base, 'r');
    fprintf(s->out, ".<%s> = ", d->name);
    show_box(s, v, d->type);
    fputc('\n', s->out);
}

static void show_setitem(void *self, struct tw_box base,
                         const struct tw_arraydescr *d, struct tw_box index,
                         struct tw_box v)
{
    struct shower *s = self;

    fputs("    # ", s->out);
    show_box(s, base, 'r');
    fprintf(s->out, ".<%s> at ", d->name);
    show_box(s, index, 'i');
    fputs(" = ", s->out);
    show_box(s, v, d->type);
    fputc('\n', s->out);
}

static void show_list(struct shower *s, const char *what, unsigned n,
                      const struct tw_box *v)
{
    fprintf(s->out, "    # %s", what);
    for (unsigned k = 0; k < n; k++) {
        fputc(' ', s->out);
        show_box(s, v[k], 'i');
    }
    fputc('\n', s->out);
}

static void show_vable(void *self, unsigned n, const struct tw_box *v)
{
    show_list(self, "virtualizable:", n, v);
}

static void show_vrefs(void *self, unsigned n, const struct tw_box *v)
{
    show_list(self, "virtual refs:", n, v);
}

static void show_frame(void *self, const struct tw_jitcode *code, uint32_t pc,
                       const struct tw_box *v)
{
    struct shower *s = self;
    const struct tw_program *p =
        tw_names_program((struct tw_names *)(uintptr_t)s->names);
    const struct tw_live *live =
        &p->live[code->code[pc + 1] | (uint32_t)code->code[pc + 2] << 16];
    unsigned k = 0;

    fprintf(s->out, "    # %s@%u:", code->name, pc);
    for (int b = 0; b < TW_NBANKS; b++)
        for (unsigned n = 0; n < live->n[b]; n++, k++) {
            fputc(' ', s->out);
            show_box(s, v[k], "irf"[b]);
        }
    fputc('\n', s->out);
}

static void show_resume(const struct tw_trace *t, struct tw_names *names,
                        const struct tw_op *op, FILE *out)
{
    struct shower s = {out, t, names, t->args + op->failargs, 0};
    const struct tw_resume_sink sink = {&s,
                                        show_failarg,
                                        show_constant,
                                        show_allocate,
                                        show_virtual_ref,
                                        show_interior,
                                        show_setfield,
                                        show_setitem,
                                        show_vable,
                                        show_vrefs,
                                        show_frame};
    union tw_value *slots = tw_calloc(op->nfailargs + 1u, sizeof *slots);
    struct tw_jitframe frame;
    struct tw_guard g = *op->guard;

    tw_jitframe_init(&frame, g.loop, slots, op->nfailargs);
    g.locations = tw_calloc(op->nfailargs + 1u, sizeof *g.locations);
    tw_resume_decode(tw_names_program(names), &g, &frame, &sink);
    free(g.locations);
    free(slots);
}

static void print_result(const struct tw_trace *t, struct tw_names *names,
                         int resume, FILE *out)
{
    char *text = NULL, *save = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    uint32_t k = 0;

    tw_trace_print_names(t, names, f);
    fclose(f);
    char *line = strtok_r(text, "\n", &save);
    fprintf(out, "%s\n", line);
    while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
        fprintf(out, "%s\n", line);
        if (resume && t->ops[k].guard)
            show_resume(t, names, &t->ops[k], out);
        k++;
    }
    free(text);
}

/* ------------------------------------------------------------------ running */

static struct tw_trace *parse(const char *text, struct tw_names *names,
                              char *err, size_t size)
{
    struct tw_trace *t =
        tw_trace_parse(text, names, TW_PARSE_RECORDED, err, size);

    if (t && tw_trace_verify(t, err, size)) {
        tw_trace_free(t);
        return NULL;
    }
    return t;
}

/* The n-th guard of an optimized trace. */
static struct tw_guard *guard_number(const struct tw_trace *t, int n)
{
    for (uint32_t k = 0; k < t->nops; k++)
        if (tw_op_is(t->ops[k].opnum, TW_GUARD) && n-- == 0)
            return t->ops[k].guard;
    return NULL;
}

static struct tw_trace *optimize(const struct tw_trace *rec,
                                 struct tw_names *names,
                                 const struct settings *s, struct tw_loop *loop,
                                 struct tw_guard *from, char *err, size_t size)
{
    struct tw_opt_options o = {.passes = s->passes,
                               .unroll = s->loop || s->bridge,
                               .max_retrace_guards = 15,
                               .end_values =
                                   from && s->nvalues ? s->values : NULL,
                               .program = tw_names_program(names)};
    struct tw_trace *out = tw_trace_new();
    enum tw_opt_status status =
        from ? tw_optimize_bridge(rec, from, loop, &o, out)
             : tw_optimize_loop(rec, loop, &o, out);

    if (status != TW_OPT_OK) {
        snprintf(err, size, "%s",
                 status == TW_OPT_INVALID ? "invalid" : "retrace");
        tw_trace_free(out);
        return NULL;
    }
    if (tw_trace_verify(out, err, size)) {
        char bad[256];
        snprintf(bad, sizeof bad, "not well-formed: %s", err);
        snprintf(err, size, "%s", bad);
        print_result(out, names, 0, stderr);
        tw_trace_free(out);
        return NULL;
    }
    return out;
}

/* The whole work on a text; the result is malloc'ed text, or the error's. */
static char *run_text(char *text, struct tw_names *names,
                      const struct settings *s, int *ok)
{
    char err[512] = "", *second = s->bridge ? strstr(text, "\n--\n") : NULL,
         *result = NULL;
    size_t size = 0;
    struct tw_loop *loop = tw_calloc(1, sizeof *loop);
    struct tw_trace *rec = NULL, *out = NULL, *rec2 = NULL, *out2 = NULL;

    loop->dkind = TW_DK_LOOP;
    if (second) {
        *second = 0;
        second += 4;
    }
    *ok = 0;
    rec = parse(text, names, err, sizeof err);
    if (rec)
        out = optimize(rec, names, s, loop, NULL, err, sizeof err);
    if (out && second &&
        (rec2 = parse(second, names, err, sizeof err)) != NULL) {
        struct tw_guard *g = guard_number(out, s->from);
        if (g)
            out2 = optimize(rec2, names, s, loop, g, err, sizeof err);
        else
            snprintf(err, sizeof err, "there is no guard %d", s->from);
    }
    if (second ? out2 != NULL : out != NULL) {
        FILE *f = open_memstream(&result, &size);
        print_result(second ? out2 : out, names, s->resume, f);
        fclose(f);
        *ok = 1;
    } else {
        result = strdup(err);
    }
    tw_opt_loop_free(loop);
    tw_trace_free(rec);
    tw_trace_free(out);
    tw_trace_free(rec2);
    tw_trace_free(out2);
    free(loop);
    return result;
}

/* ------------------------------------------------------------------ comparing */

/* Equal up to a one-to-one renaming of values, targets and virtuals? Comments and blanks do
 * not count, unless with_comments. */
static int same_text(const char *a, const char *b)
{
    struct {
        char a[24], b[24];
    } names[4096];
    int n = 0;

    for (;;) {
        while (isspace((unsigned char)*a))
            a++;
        while (isspace((unsigned char)*b))
            b++;
        if (!*a || !*b)
            return *a == *b;
        size_t la = strspn(a, "ipfLv"), lb = strspn(b, "ipfLv");
        size_t da = strspn(a + la, "0123456789"),
               db = strspn(b + lb, "0123456789");
        if (la == 1 && lb == 1 && da && db &&
            !isalnum((unsigned char)a[la + da]) &&
            !isalnum((unsigned char)b[lb + db]) && a[la + da] != '_' &&
            b[lb + db] != '_') {
            char x[24], y[24];
            snprintf(x, sizeof x, "%.*s", (int)(la + da), a);
            snprintf(y, sizeof y, "%.*s", (int)(lb + db), b);
            int k = 0;
            while (k < n && strcmp(names[k].a, x) && strcmp(names[k].b, y))
                k++;
            if (k < n ? strcmp(names[k].a, x) || strcmp(names[k].b, y)
                      : x[0] != y[0])
                return 0;
            if (k == n && n < 4096) {
                strcpy(names[n].a, x);
                strcpy(names[n++].b, y);
            }
            a += la + da;
            b += lb + db;
            continue;
        }
        /* a whole word, so that names inside it are not renamed */
        do {
            if (*a != *b)
                return 0;
            a++;
            b++;
        } while (*a && *b && (isalnum((unsigned char)a[-1]) || a[-1] == '_') &&
                 (isalnum((unsigned char)*a) || *a == '_'));
    }
}

/* ------------------------------------------------------------------ files */

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t n = 0, cap = 0;

    if (!f) {
        perror(path);
        exit(2);
    }
    do {
        if (n + 4096 > cap)
            text = tw_realloc(text, cap = cap * 2 + 8192);
        n += fread(text + n, 1, 4096, f);
    } while (!feof(f) && !ferror(f));
    fclose(f);
    text[n] = 0;
    return text;
}

static unsigned passes_of(const char *list)
{
    char copy[256], *save = NULL;
    unsigned set = 0;

    snprintf(copy, sizeof copy, "%s", list);
    for (char *w = strtok_r(copy, ",", &save); w;
         w = strtok_r(NULL, ",", &save)) {
        int k = tw_opt_pass_index(w);
        if (k < 0) {
            fprintf(stderr, "tw-opt: there is no pass %s\n", w);
            exit(2);
        }
        set |= 1u << k;
    }
    return set;
}

static void read_values(struct settings *s, const char *list)
{
    const int most = sizeof s->values / sizeof *s->values;

    for (char *end; s->nvalues < most; list = end + 1) {
        s->values[s->nvalues++].i = strtoll(list, &end, 0);
        if (*end != ',')
            break;
    }
}

/* 0: no such option. */
static int set_option(struct settings *s, const char *w)
{
    if (!strncmp(w, "passes=", 7))
        s->passes = passes_of(w + 7);
    else if (!strcmp(w, "loop"))
        s->loop = 1;
    else if (!strcmp(w, "resume"))
        s->resume = 1;
    else if (!strcmp(w, "verify"))
        s->verify = 1;
    else if (!strncmp(w, "values=", 7))
        read_values(s, w + 7);
    else if (!strncmp(w, "bridge", 6)) {
        s->bridge = 1;
        s->from = w[6] == '=' ? atoi(w + 7) : 0;
    } else
        return 0;
    return 1;
}

static int declare_lines(struct tw_names *names, char *text, const char *path)
{
    char err[256], *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save))
        if (tw_names_declare(names, line, err, sizeof err)) {
            fprintf(stderr, "%s: %s: %s\n", path, line, err);
            return -1;
        }
    return 0;
}

/* ------------------------------------------------------------------ test files */

struct test_case {
    char *title; /* "name options" */
    char *input, *expected;
};

/* Cuts a file in place: the head, then cases. Returns their number. */
static int cut_cases(char *text, struct test_case *cases, int most)
{
    int n = 0;
    char *at = !strncmp(text, "== ", 3) ? text : strstr(text, "\n== ");

    while (at && n < most) {
        if (*at == '\n')
            *at++ = 0;
        struct test_case *c = &cases[n++];
        c->title = at + 3;
        char *end = strchr(c->title, '\n');
        if (!end)
            return n - 1;
        *end = 0;
        c->input = end + 1;
        at = strstr(c->input, "\n== ");
        char *arrow = strstr(c->input, "\n=>\n");
        if (arrow && (!at || arrow < at)) {
            arrow[1] = 0;
            c->expected = arrow + 4;
        } else {
            c->expected = NULL;
        }
    }
    if (at)
        *at = 0;
    return n;
}

static int test_case(const char *head, const char *path,
                     const struct test_case *c, FILE *bless)
{
    struct settings s = {.passes = TW_OPT_DEFAULT_PASSES};
    struct tw_names *names = tw_names_new();
    char *title = strdup(c->title), *save = NULL, *copy = strdup(head),
         *input = strdup(c->input);
    char *name = strtok_r(title, " ", &save);
    int ok = 0, passed = 0;

    for (char *w = strtok_r(NULL, " ", &save); w;
         w = strtok_r(NULL, " ", &save))
        if (!set_option(&s, w))
            fprintf(stderr, "%s: %s: no option %s\n", path, name, w);
    if (!declare_lines(names, copy, path)) {
        char *result = run_text(input, names, &s, &ok);
        if (bless) {
            fprintf(bless, "== %s\n%s=>\n%s%s", c->title, c->input, result,
                    ok ? "" : "\n");
            passed = 1;
        } else {
            passed = c->expected && same_text(result, c->expected);
            printf("%s %s\n", passed ? "ok" : "not ok", name);
            if (!passed)
                printf("    %s: got\n%s\n", path, result);
        }
        free(result);
    } else {
        printf("not ok %s\n", name);
    }
    free(title);
    free(copy);
    free(input);
    tw_names_free(names);
    return passed;
}

static int test_file(const char *path, int bless)
{
    enum { MOST = 500 };
    char *text = read_file(path);
    struct test_case *cases = tw_calloc(MOST, sizeof *cases);
    int n = cut_cases(text, cases, MOST), passed = 1;
    FILE *f = bless ? fopen(path, "w") : NULL;

    if (f)
        fprintf(f, "%s\n", text);
    for (int k = 0; k < n; k++) {
        passed &= test_case(text, path, &cases[k], f);
        if (f && k + 1 < n)
            fputc('\n', f);
    }
    if (f)
        fclose(f);
    free(cases);
    free(text);
    return passed;
}

int main(int argc, char **argv)
{
    struct settings s = {.passes = TW_OPT_DEFAULT_PASSES};
    int mode = 0, passed = 1;
    const char *path = NULL;

    tw_gc_init();
    tw_log_init();
    for (int k = 1; k < argc; k++) {
        if (!strcmp(argv[k], "--test") || !strcmp(argv[k], "--bless")) {
            mode = argv[k][2];
        } else if (!strncmp(argv[k], "--", 2)) {
            if (!set_option(&s, argv[k] + 2)) {
                fprintf(stderr, "tw-opt: no option %s\n", argv[k]);
                return 2;
            }
        } else if (mode) {
            passed &= test_file(argv[k], mode == 'b');
        } else {
            path = argv[k];
        }
    }
    if (mode)
        return !passed;
    if (!path) {
        fprintf(stderr, "usage: tw-opt [--passes=a,b] [--loop] [--bridge=N] "
                        "[--resume] file.trace\n"
                        "       tw-opt --test | --bless file.trace…\n");
        return 2;
    }
    char *text = read_file(path), *body = strstr(text, "\n---\n");
    struct tw_names *names = tw_names_new();
    int ok;
    if (body) {
        *body = 0;
        body += 5;
        if (declare_lines(names, text, path))
            return 1;
    } else {
        body = text;
    }
    char *result = run_text(body, names, &s, &ok);
    if (!s.verify || !ok)
        printf("%s%s", result, ok ? "" : "\n");
    free(result);
    free(text);
    tw_names_free(names);
    return !ok;
}

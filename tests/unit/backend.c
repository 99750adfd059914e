/*
 * backend.c: runs the textual traces of tests/backend/ on every backend and
 * tier, and compares how they leave with what the file says.
 *
 * A file has sections, each begun by a line with its name:
 *   declare   declarations (ir/trace_text.h); the functions of harness.h are
 *             there already, as <mix> and ConstPtr(f_mix)
 *   trace     the loop, or a straight trace
 *   bridge N  a bridge from guard N (guards count through all traces)
 * and lines "run INPUTS => EXIT", with EXIT "guard N: FAILARGS" or "finish" or
 * "finish: VALUE". Pointers are given by name.
 *
 * Each file is run on the reference backend, on LLVM's tier 1 and tier 2, on a
 * tree of all traces, and as a loop that goes from tier 1 to tier 2 in full run.
 */
#include "tests/backend/harness.h"

#include <glob.h>

enum { MAX_BRIDGES = 16, MAX_RUNS = 64, TEXT = 1 << 16 };

struct file {
    char declare[TEXT], trace[TEXT];
    char bridge[MAX_BRIDGES][TEXT];
    uint32_t from[MAX_BRIDGES];
    unsigned nbridges;
    char run[MAX_RUNS][500], want[MAX_RUNS][500];
    unsigned nruns;
};

enum variant { REFERENCE, TIER1, TIER2, TREE, HOT, NVARIANTS };
static const char *const variant_names[] = {"reference", "tier1", "tier2",
                                            "tree", "hot"};

/* One file compiled for one variant. */
struct session {
    struct tw_names *ns;
    struct tw_loop *loop;
    struct tw_trace *trace;
    struct tw_code *code;
    struct tw_branch branches[MAX_BRIDGES];
    unsigned nbranches;
};
static struct session *hot_session;
static char message[1000];

static void read_file(const char *path, struct file *f)
{
    FILE *in = fopen(path, "r");
    char line[1000], *to = f->declare, *arrow;

    memset(f, 0, sizeof *f);
    while (fgets(line, sizeof line, in)) {
        if (line[0] == '#')
            continue;
        if (!strncmp(line, "declare", 7)) {
            to = f->declare;
        } else if (!strncmp(line, "trace", 5)) {
            to = f->trace;
        } else if (sscanf(line, "bridge %u", &f->from[f->nbridges]) == 1) {
            to = f->bridge[f->nbridges++];
        } else if (!strncmp(line, "run", 3) && (arrow = strstr(line, "=>"))) {
            *arrow = 0;
            line[3 + strlen(line + 3)] = 0;
            arrow[2 + strcspn(arrow + 2, "\n")] = 0;
            snprintf(f->run[f->nruns], sizeof *f->run, "%s", line + 3);
            snprintf(f->want[f->nruns++], sizeof *f->want, "%s",
                     arrow + 2 + strspn(arrow + 2, " "));
        } else {
            strncat(to, line, TEXT - strlen(to) - 1);
        }
    }
    fclose(in);
}

static void declare_all(struct tw_names *ns, const char *text)
{
    char line[1000];

    h_declare_functions(ns);
    for (; *text; text += strcspn(text, "\n") + 1) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
        h_declare(ns, line);
        if (!text[strcspn(text, "\n")])
            break;
    }
}

static struct tw_trace *parse(struct session *s, const char *text, uint32_t *id)
{
    struct tw_trace *t = tw_trace_parse(text, s->ns, TW_PARSE_OPTIMIZED,
                                        message, sizeof message);

    if (t)
        h_make_guards(t, s->loop, id);
    return t;
}

static struct tw_guard *guard_number(const struct session *s, uint32_t id)
{
    for (unsigned b = 0; b <= s->nbranches; b++) {
        const struct tw_trace *t = b ? s->branches[b - 1].trace : s->trace;

        for (uint32_t k = 0; k < t->nops; k++)
            if (tw_op_is(t->ops[k].opnum, TW_GUARD) &&
                t->ops[k].guard->id == id)
                return t->ops[k].guard;
    }
    return NULL;
}

static void become_hot(struct tw_loop *loop)
{
    struct session *s = hot_session;
    struct tw_code *tree = h_compile_tree(
        s->trace, loop, s->branches, s->nbranches, message, sizeof message);

    h_hot = NULL;
    if (!tree)
        return;
    h_backend->redirect(s->code, tree);
    s->code = tree;
}

static int build(struct session *s, const struct file *f, enum variant v)
{
    int tier = v == TIER2 ? 2 : 1;
    uint32_t id = 0;
    struct tw_code *tree;

    s->ns = tw_names_new();
    declare_all(s->ns, f->declare);
    s->loop = tw_names_loop(s->ns, 0);
    s->nbranches = 0;
    h_hot = NULL;
    if (!(s->trace = parse(s, f->trace, &id)))
        return -1;
    s->loop->ninputs = s->trace->ninputs;
    s->loop->hotness = 1 << 30;
    s->code = h_backend->compile(s->trace, s->loop, NULL, tier, message,
                                 sizeof message);
    if (!s->code)
        return -1;
    s->loop->code = s->code;
    for (unsigned k = 0; k < f->nbridges; k++) {
        struct tw_branch *b = &s->branches[k];
        struct tw_trace *t = parse(s, f->bridge[k], &id);
        struct tw_code *c;

        b->guard = guard_number(s, f->from[k]);
        b->trace = t;
        if (!t || !b->guard ||
            !(c = h_backend->compile(t, s->loop, b->guard, tier, message,
                                     sizeof message)))
            return -1;
        h_backend->attach(b->guard, c);
        s->nbranches++;
    }
    if (v == TREE) {
        tree = h_compile_tree(s->trace, s->loop, s->branches, s->nbranches,
                              message, sizeof message);
        if (!tree)
            return -1;
        h_backend->redirect(s->code, tree);
        s->code = tree;
    }
    if (v == HOT) {
        s->loop->hotness = 3;
        hot_session = s;
        h_hot = become_hot;
    }
    return 0;
}

static void show(const struct session *s, char type, union tw_value v,
                 char *out, size_t size)
{
    const char *name;

    if (type == 'i')
        snprintf(out, size, " %" PRId64, v.i);
    else if (type == 'f')
        snprintf(out, size, " %.17g", v.f);
    else if (type == 'v')
        snprintf(out, size, " -");
    else if (!v.r)
        snprintf(out, size, " null");
    else if ((name = tw_names_of_pointer(s->ns, v.r)))
        snprintf(out, size, " %s", name);
    else
        snprintf(out, size, " ptr");
}

static void read_inputs(const struct session *s, const char *text,
                        union tw_value *args)
{
    char word[100];
    int n;

    for (uint32_t k = 0; k < s->trace->ninputs; k++) {
        args[k].i = 0;
        if (sscanf(text, " %99s%n", word, &n) != 1)
            return;
        text += n;
        if (s->trace->input_types[k] == 'i')
            args[k].i = (int64_t)strtoull(word, NULL, 0);
        else if (s->trace->input_types[k] == 'f')
            args[k].f = strtod(word, NULL);
        else if (strcmp(word, "null") != 0)
            tw_names_pointer(s->ns, word, &args[k].r);
    }
}

static void run(struct session *s, const char *inputs, char *got, size_t size)
{
    union tw_value args[100];
    struct tw_jitframe frame;
    struct tw_guard *g;

    read_inputs(s, inputs, args);
    h_execute(s->code, args, s->trace->ninputs, &frame, &g);
    if (g->flags & TW_GUARD_FINISH)
        snprintf(got, size, "finish%s", g->nfailargs ? ":" : "");
    else
        snprintf(got, size, "guard %u%s", g->id, g->nfailargs ? ":" : "");
    for (unsigned k = 0; k < g->nfailargs; k++) {
        size_t used = strlen(got);

        show(s, g->fail_types[k], frame.slots[g->locations[k]], got + used,
             size - used);
    }
}

/* The name of the case without folder and extension. */
static void test_file(const char *path,
                      const struct tw_backend *const *backends)
{
    static struct file f;
    struct session s;
    char name[100], got[1000];

    snprintf(name, sizeof name, "%s", strrchr(path, '/') + 1);
    *strrchr(name, '.') = 0;
    read_file(path, &f);
    for (enum variant v = 0; v < NVARIANTS; v++) {
        int bad = 0;

        h_backend = backends[v != REFERENCE];
        message[0] = 0;
        if (f.nruns == 0 || build(&s, &f, v)) {
            printf("not ok %s/%s\n%s\n", name, variant_names[v],
                   f.nruns ? message : "no runs");
            continue;
        }
        for (unsigned k = 0; k < f.nruns; k++) {
            run(&s, f.run[k], got, sizeof got);
            if (!strcmp(got, f.want[k]))
                continue;
            if (!bad++)
                printf("not ok %s/%s\n", name, variant_names[v]);
            printf("run%s=> %s\n  expected %s\n%s", f.run[k], got, f.want[k],
                   message);
        }
        if (!bad)
            printf("ok %s/%s\n", name, variant_names[v]);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const struct tw_backend *backends[2];
    glob_t files;

    setvbuf(stdout, NULL, _IOLBF, 0);
    tw_gc_init();
    tw_log_init();
    backends[0] = h_load_reference();
    backends[1] = h_load_native();
    if (argc > 1) {
        for (int k = 1; k < argc; k++)
            test_file(argv[k], backends);
        return 0;
    }
    if (glob("tests/backend/*.trace", 0, NULL, &files))
        return 1;
    for (size_t k = 0; k < files.gl_pathc; k++)
        test_file(files.gl_pathv[k], backends);
    globfree(&files);
    return 0;
}

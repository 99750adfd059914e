/*
 * tw-bench: our programs against every peer on PATH, side by side in one run.
 *
 *     tw-bench BUILD            (make bench)
 *
 * Input: tests/bench/NAME.py, and the programs of bf and lox that have an
 * equivalent for LuaJIT or are worth timing, each beside NAME.expected; in
 * BUILD/bench-c loops of the Python programs in C, compiled.
 * Output: a table, BUILD/bench.json.
 * Per program: whole runs from cold, interleaved between engines so that a
 * busy moment hits all of them; then the steady state, which a program run with
 * BENCH_STEADY=1 measures itself. Medians. A run with wrong output never counts.
 *
 * BENCH_FILTER: shell pattern of program names. BENCH_RUNS: whole runs of each
 * (3). BENCH_STEADY_RUNS: processes measuring steady state (1; 0: none).
 * BENCH_TIMEOUT: seconds (120).
 */
#include "tools/bench/bench.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, X_OK) == 0;
}

static void add(struct language *l, const char *name, const char *ext,
                const char *path, const char *arg1, const char *arg2)
{
    struct engine *e = &l->engines[l->nengines];
    const char *version[] = {path, "--version", NULL};
    *e = (struct engine){
        .name = name, .ext = ext, .args = {path, arg1, arg2, NULL}};
    if (!strcmp(name, "luajit"))
        version[1] = "-v";
    if (run_first_line(version, e->version, sizeof e->version))
        e->version[0] = 0;
    l->nengines++;
}

/* The first NAME on PATH that works: version managers leave programs there that do not. */
static void add_peer(struct language *l, const char *name, const char *ext,
                     const char *flag, const char *probe)
{
    const char *path = getenv("PATH");
    char candidate[512], line[128];
    int broken = 0;
    for (const char *p = path ? path : ""; *p;
         p += strcspn(p, ":"), p += *p == ':') {
        int n = (int)strcspn(p, ":");
        snprintf(candidate, sizeof candidate, "%.*s/%s", n, p, name);
        const char *argv[] = {candidate, flag, probe, NULL};
        if (!is_program(candidate))
            continue;
        if (run_first_line(argv, line, sizeof line) == 0) {
            add(l, name, ext, strdup(candidate), NULL, NULL);
            return;
        }
        broken = 1;
    }
    if (broken)
        fprintf(stderr, "bench: %s is on PATH but does not run: left out\n",
                name);
}

/* Our own engines first: python27 under its JIT is what all is measured against. */
static int find_languages(const char *build, struct language *languages)
{
    static char python[256], plain[256], lox[256], bf[256], c[256];
    struct language *py = &languages[0], *lx = &languages[1],
                    *b = &languages[2];
    snprintf(python, sizeof python, "%s/python27", build);
    snprintf(plain, sizeof plain, "%s/nojit/python27", build);
    snprintf(lox, sizeof lox, "%s/lox", build);
    snprintf(bf, sizeof bf, "%s/bf", build);
    snprintf(c, sizeof c, "%s/bench-c", build);
    *py = (struct language){.name = "python",
                            .ext = ".py",
                            .programs = "tests/bench/*.py",
                            .peers = c,
                            .steady = 1};
    *lx = (struct language){.name = "lox",
                            .ext = ".lox",
                            .programs = "interpreters/lox/tests/bench/*.lox",
                            .peers = "tests/bench/lox",
                            .steady = 1};
    *b = (struct language){.name = "bf",
                           .ext = ".b",
                           .programs = "interpreters/bf/tests/mandelbrot.b",
                           .peers = "tests/bench/bf"};
    if (is_program(python)) {
        add(py, "python27", ".py", python, NULL, NULL);
        add(py, "--jit off", ".py", python, "--jit", "off");
    } else if (is_program(plain)) {
        add(py, "nojit", ".py", plain, NULL, NULL);
    }
    if (py->nengines == 0 || py->engines[0].args[0] != python)
        fprintf(stderr, "bench: %s was not built: no JIT to measure\n", python);
    add_peer(py, "python2.7", ".py", "-c", "pass");
    add_peer(py, "pypy", ".py", "-c", "pass");
    add_peer(py, "pypy3", ".py", "-c", "pass");
    /* The same loops in C, where there are any: programs of their own. */
    py->engines[py->nengines++] =
        (struct engine){.name = "C -O2", .ext = ".out"};
    if (is_program(lox)) {
        add(lx, "lox", ".lox", lox, NULL, NULL);
        add(lx, "--jit off", ".lox", lox, "--jit", "off");
        add_peer(lx, "luajit", ".lua", "-e", "x=1");
    }
    if (is_program(bf)) {
        add(b, "bf", ".b", bf, NULL, NULL);
        add(b, "--jit off", ".b", bf, "--jit", "off");
        add_peer(b, "luajit", ".lua", "-e", "x=1");
    }
    return 3;
}

static struct program *find_programs(const struct settings *s,
                                     struct language *languages, int nlanguages,
                                     int *count)
{
    struct program *programs = NULL;
    *count = 0;
    for (int l = 0; l < nlanguages; l++) {
        glob_t found = {0};
        if (languages[l].nengines == 0 ||
            glob(languages[l].programs, 0, NULL, &found))
            continue;
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct program p = {.language = &languages[l]};
            char expected[300];
            size_t n = strlen(found.gl_pathv[i]) - strlen(languages[l].ext);
            snprintf(p.path, sizeof p.path, "%.*s", (int)n, found.gl_pathv[i]);
            snprintf(p.name, sizeof p.name, "%s", strrchr(p.path, '/') + 1);
            snprintf(expected, sizeof expected, "%s.expected", p.path);
            if (access(expected, R_OK) ||
                (s->filter && fnmatch(s->filter, p.name, 0)))
                continue;
            programs = realloc(programs, (size_t)(*count + 1) * sizeof p);
            if (!programs)
                abort();
            programs[(*count)++] = p;
        }
        globfree(&found);
    }
    return programs;
}

static void measure(struct program *p, int e, int steady,
                    const struct settings *s)
{
    const struct engine *engine = &p->language->engines[e];
    struct result *r = &p->results[e];
    const char *argv[BENCH_MAX_ARGS + 2];
    char file[300], expected[300];
    int n = 0;
    if (!strcmp(engine->ext, p->language->ext))
        snprintf(file, sizeof file, "%s%s", p->path, engine->ext);
    else
        snprintf(file, sizeof file, "%s/%s%s", p->language->peers, p->name,
                 engine->ext);
    snprintf(expected, sizeof expected, "%s.expected", p->path);
    if (r->error[0] || access(file, R_OK))
        return;
    while (engine->args[n]) {
        argv[n] = engine->args[n];
        n++;
    }
    argv[n++] = file;
    argv[n] = NULL;
    struct run run = run_process(argv, expected, steady, s->timeout);
    r->ran = 1;
    if (run.error[0]) {
        snprintf(r->error, sizeof r->error, "%s", run.error);
        r->nwhole = r->nsteady = 0;
        return;
    }
    if (steady) {
        r->steady[r->nsteady++] = run.steady;
        return;
    }
    r->whole[r->nwhole++] = run.wall;
    if (run.rss_kb > r->rss_kb)
        r->rss_kb = run.rss_kb;
}

static void measure_program(struct program *p, const struct settings *s)
{
    int steady_runs = p->language->steady ? s->steady_runs : 0;

    for (int k = 0; k < s->runs + steady_runs; k++)
        for (int e = 0; e < p->language->nengines; e++)
            measure(p, e, k >= s->runs, s);
}

/* What starting costs: `-c pass`, the median and memory of 15 interleaved runs. */
static void measure_start(const struct language *python,
                          const struct settings *s)
{
    enum { STARTS = 15 };
    double seconds[BENCH_MAX_ENGINES][STARTS];
    long rss[BENCH_MAX_ENGINES] = {0};
    for (int k = 0; k < STARTS; k++)
        for (int e = 0; e < python->nengines; e++) {
            const char *argv[BENCH_MAX_ARGS + 3];
            int n = 0;
            if (strcmp(python->engines[e].ext, python->ext) != 0)
                continue;
            for (; python->engines[e].args[n]; n++)
                argv[n] = python->engines[e].args[n];
            argv[n++] = "-c";
            argv[n++] = "pass";
            argv[n] = NULL;
            struct run run = run_process(argv, NULL, 0, s->timeout);
            seconds[e][k] = run.wall;
            rss[e] = run.rss_kb > rss[e] ? run.rss_kb : rss[e];
        }
    printf("start (-c pass):");
    for (int e = 0; e < python->nengines; e++)
        if (strcmp(python->engines[e].ext, python->ext) == 0)
            printf("  %s %.1f ms %.1f MB", python->engines[e].name,
                   median(seconds[e], STARTS) * 1e3, (double)rss[e] / 1024);
    printf("\n");
}

static int number(const char *name, int value, int low, int high)
{
    const char *text = getenv(name);
    if (text && *text) {
        char *end;
        long n = strtol(text, &end, 10);
        if (*end || n < low || n > high) {
            fprintf(stderr, "bench: %s=%s is no number from %d to %d\n", name,
                    text, low, high);
            exit(2);
        }
        value = (int)n;
    }
    return value;
}

int main(int argc, char **argv)
{
    struct settings s = {.build = argc > 1 ? argv[1] : "build"};
    struct language languages[3];
    char json[300];
    int count;
    s.filter = getenv("BENCH_FILTER");
    if (s.filter && !*s.filter)
        s.filter = NULL;
    s.runs = number("BENCH_RUNS", 3, 1, BENCH_MAX_RUNS);
    s.steady_runs = number("BENCH_STEADY_RUNS", 1, 0, BENCH_MAX_RUNS);
    s.timeout = number("BENCH_TIMEOUT", 120, 1, 100000);

    int nlanguages = find_languages(s.build, languages);
    struct program *programs = find_programs(&s, languages, nlanguages, &count);
    if (count == 0) {
        fprintf(stderr, "bench: no program in tests/bench%s%s\n",
                s.filter ? " matches " : "", s.filter ? s.filter : "");
        return 1;
    }
    for (int l = 0; l < nlanguages; l++)
        for (int e = 0; e < languages[l].nengines; e++)
            printf("%s: %s\n", languages[l].engines[e].name,
                   languages[l].engines[e].version);
    if (languages[0].nengines)
        measure_start(&languages[0], &s);
    for (int i = 0; i < count; i++) {
        if (isatty(2))
            fprintf(stderr, "\r\033[K%d/%d %s", i + 1, count, programs[i].name);
        measure_program(&programs[i], &s);
    }
    if (isatty(2))
        fprintf(stderr, "\r\033[K");
    report_table(programs, count, 0);
    if (s.steady_runs)
        report_table(programs, count, 1);
    snprintf(json, sizeof json, "%s/bench.json", s.build);
    int status = report_json(json, &s, programs, count, languages, nlanguages);
    if (status == 0)
        printf("\nwritten to %s\n", json);
    free(programs);
    return status ? 1 : 0;
}

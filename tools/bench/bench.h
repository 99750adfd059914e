/*
 * The bench driver's data: engines, programs, and what each run measured.
 *
 * main.c finds engines and programs and runs them; run.c measures one process;
 * report.c writes the table and bench.json.
 */
#ifndef TW_BENCH_H
#define TW_BENCH_H

#include <stddef.h>

enum { BENCH_MAX_ENGINES = 8, BENCH_MAX_RUNS = 64, BENCH_MAX_ARGS = 8 };

/* One process, measured. */
struct run {
    double wall;   /* seconds from fork to exit */
    double cpu;    /* user + system, all threads */
    long rss_kb;   /* peak */
    double
        steady; /* seconds the program reports for one warm iteration, or 0 */
    char error[160]; /* why it does not count; "" if it does */
};

struct engine {
    const char *name; /* as in the table: "python27", "pypy3" */
    const char *ext; /* of the programs it runs: ".py" */
    const char *args[BENCH_MAX_ARGS]; /* the command, NULL at the end */
    char version[128];
};

/* An engine on a program: index in both arrays is the engine's. */
struct result {
    int ran;
    int nwhole;
    double whole[BENCH_MAX_RUNS];
    int nsteady;
    double steady[BENCH_MAX_RUNS];
    long rss_kb; /* the largest of the whole runs */
    char error[160];
};

/* A language's programs are compared among that language's engines. */
struct language {
    const char *name;
    const char *ext;
    const char *programs; /* where its programs are: a glob pattern */
    const char
        *peers; /* folder of their equivalents for engines of another ext */
    int steady; /* its programs know BENCH_STEADY=1 */
    int nengines; /* the first is the subject of all ratios */
    struct engine engines[BENCH_MAX_ENGINES];
};

struct program {
    char name[64];
    char path[256]; /* without the extension */
    const struct language *language;
    struct result results[BENCH_MAX_ENGINES];
};

struct settings {
    const char *build;
    const char *filter; /* shell pattern of program names, or NULL */
    int runs; /* whole runs of each */
    int steady_runs;
    int timeout; /* seconds a run */
};

/* Runs argv with stdout compared to the file `expected` (NULL: not compared).
 * steady: sets BENCH_STEADY=1 and reads the "steady SECONDS" line. */
struct run run_process(const char *const *argv, const char *expected,
                       int steady, int timeout);
/* First line that argv prints on either stream, for versions; 0 if it works. */
int run_first_line(const char *const *argv, char *line, size_t size);

double median(const double *values, int n);
void report_table(const struct program *programs, int n, int steady);
int report_json(const char *path, const struct settings *settings,
                const struct program *programs, int n,
                const struct language *languages, int nlanguages);

#endif

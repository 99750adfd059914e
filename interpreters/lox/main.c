/*
 * main.c: the command line of lox: a file, or lines from a terminal.
 *
 * With BENCH_STEADY=1 in the environment, the script's function `bench` is
 * called 50 times after the script is through, and stderr gets `steady SECONDS`:
 * the median call of the later half.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "interp.h"

static struct lox_vm vm;

static int usage(void)
{
    fprintf(stderr, "usage: lox [--jit off|NAME=VALUE,...] [FILE]\n");
    return 64;
}

/* 0, or an exit status. */
static int set_jit(const char *text)
{
#if !defined(TW_NO_JIT)
    char error[200];
    if (tw_jit_set_params(text, error, sizeof error) >= 0)
        return 0;
    fprintf(stderr, "lox: --jit: %s\n", error);
    return 64;
#else
    if (!strcmp(text, "off"))
        return 0;
    fprintf(stderr, "lox: --jit: this build has no JIT\n");
    return 64;
#endif
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(void)
{
    enum { CALLS = 50, LATER = CALLS / 2 };
    double times[CALLS];
    struct lox_string *name = lox_intern(&vm.strings, "bench", 5);
    struct lox_value *bench = lox_vm_global(&vm, name)->value;
    if (!bench || bench->type != &lox_closure_type) {
        fprintf(stderr,
                "lox: BENCH_STEADY: the script has no function bench\n");
        return 70;
    }
    for (int i = 0; i < CALLS; i++) {
        double start = now();
        if (!lox_call(&vm, (struct lox_closure *)bench))
            return 70;
        times[i] = now() - start;
    }
    qsort(times + LATER, LATER, sizeof *times, compare);
    fprintf(stderr, "steady %.6f\n", times[LATER + LATER / 2]);
    return 0;
}

static int run_file(const char *name)
{
    FILE *f = fopen(name, "r");
    char *source = NULL; /* up to a NUL or the end */
    size_t room = 0;
    if (!f || (getdelim(&source, &room, '\0', f) < 0 && ferror(f))) {
        perror(name);
        return 74;
    }
    int empty = feof(f) && ftell(f) == 0;
    fclose(f);
    int status = lox_vm_interpret(&vm, empty ? "" : source);
    const char *steady = getenv("BENCH_STEADY");
    if (status == 0 && steady && !strcmp(steady, "1"))
        status = measure();
    return status;
}

static int prompt(void)
{
    char *line = NULL;
    size_t room = 0;
    for (;;) {
        printf("> ");
        fflush(stdout);
        if (getline(&line, &room, stdin) < 0)
            break;
        lox_vm_interpret(&vm, line);
        line = NULL; /* functions made of it may be in use */
        room = 0;
    }
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    int i = 1, status;
    tw_gc_init();
    if (i + 1 < argc && !strcmp(argv[i], "--jit")) {
        if ((status = set_jit(argv[i + 1])) != 0)
            return status;
        i += 2;
    }
    if (argc - i > 1 || (i < argc && argv[i][0] == '-'))
        return usage();
    lox_vm_init(&vm);
    status = i < argc ? run_file(argv[i]) : prompt();
    return fflush(stdout) ? 74 : status;
}

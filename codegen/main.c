/*
 * main.c: tw-codegen, the steps from annotated bitcode to an object file with
 * the interpreter's native code and its jitcode. twcc calls it.
 */
#include "codegen/cg.h"
#include "codegen/effects.h"

#include <time.h>

static const char usage[] =
    "usage: tw-codegen [options] -o out.o in.bc…\n"
    "  -O0…-O3          optimization of the native code (default -O2)\n"
    "  -g               keep debug information\n"
    "  -Wtrace          say which functions traces call rather than look "
    "inside, and why\n"
    "  --all            jitcode for all functions, not just those that traces "
    "reach\n"
    "  --dump-jitcode[=file]   print the jitcode\n"
    "  --dump-effects[=file]   what the functions that traces call read and "
    "write,\n"
    "                   and why a call may do anything\n"
    "  --emit-llvm=file        print the native module before optimization\n"
    "  --time           time of each step\n";

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int show_time;

static void step(const char *name, void (*fn)(void))
{
    double t = seconds();

    fn();
    if (show_time)
        fprintf(stderr, "%-12s %8.3f s\n", name, seconds() - t);
}

static void dump_with(void (*print)(FILE *), const char *to)
{
    FILE *f = to ? fopen(to, "w") : stdout;

    if (!f)
        cg_fatal("%s: cannot be written", to);
    print(f);
    if (to)
        fclose(f);
    fflush(f == stdout ? f : NULL);
}

static void dump(void)
{
    if (cg.dump)
        dump_with(dump_jitcode, cg.dump_to);
    if (cg.dump_effects)
        dump_with(effects_report, cg.dump_effects_to);
}

int main(int argc, char **argv)
{
    char **in = cg_alloc(sizeof *in * (size_t)(argc + 1));
    int n = 0;
    double t = seconds();

    cg.opt_level = 2;
    for (int k = 1; k < argc; k++) {
        const char *a = argv[k];

        if (!strcmp(a, "-o") && k + 1 < argc)
            cg.out = argv[++k];
        else if (!strcmp(a, "-Wtrace"))
            cg.trace_reasons = 1;
        else if (!strcmp(a, "-g"))
            cg.keep_debug = 1;
        else if (!strcmp(a, "--all"))
            cg.all = 1;
        else if (!strcmp(a, "--time"))
            show_time = 1;
        else if (!strncmp(a, "--dump-jitcode", 14)) {
            cg.dump = 1;
            cg.dump_to = a[14] == '=' ? a + 15 : NULL;
        } else if (!strncmp(a, "--dump-effects", 14)) {
            cg.dump_effects = 1;
            cg.dump_effects_to = a[14] == '=' ? a + 15 : NULL;
        } else if (!strncmp(a, "--emit-llvm=", 12))
            cg.emit_llvm = a + 12;
        else if (a[0] == '-' && a[1] == 'O' && a[2] >= '0' && a[2] <= '3' &&
                 !a[3])
            cg.opt_level = a[2] - '0';
        else if (a[0] == '-') {
            fputs(usage, stderr);
            return 2;
        } else
            in[n++] = argv[k];
    }
    if (!n || (!cg.out && !cg.dump && !cg.dump_effects)) {
        fputs(usage, stderr);
        return 2;
    }
    load_modules(n, in);
    if (show_time)
        fprintf(stderr, "%-12s %8.3f s\n", "load", seconds() - t);
    step("collect", collect);
    step("alias", alias_tag_module);
    step("simplify", load_simplify);
    step("portals", portal_split_all);
    step("inline", load_inline_small);
    step("policy", policy);
    step("effects", effects);
    step("lower", lower_all);
    if (cg.trace_reasons)
        policy_report();
    if (cg.dump || cg.dump_effects)
        step("dump", dump);
    if (cg.out) {
        step("tables", emit_tables);
        step("native", native_rewrite);
        step("optimize", native_emit);
    }
    if (show_time)
        fprintf(stderr, "%-12s %8.3f s\n", "all", seconds() - t);
    return 0;
}

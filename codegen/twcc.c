/*
 * twcc.c: the compiler driver: C in, a program with a JIT out.
 *
 *     twcc [clang flags] -o mylang mylang.c … [-lfoo]
 *     twcc -c [clang flags] -o x.bc x.c        bitcode, for makefiles
 *
 * Each .c goes through clang to bitcode that still has its types, hints and
 * debug information; all bitcode together through tw-codegen to one object;
 * that, with other objects and libraries, to a program linked with the toolkit.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char usage[] =
    "usage: twcc [options] file.c|file.bc|file.o…\n"
    "  -o FILE           output (a.out; with -c: the source's name with .bc)\n"
    "  -c                compile to bitcode only\n"
    "  -Wtrace           say which functions traces call rather than look "
    "inside, and why\n"
    "  --dump-jitcode[=FILE]   print the jitcode\n"
    "  --dump-effects[=FILE]   what the calls in traces read and write, and "
    "why\n"
    "  --all             jitcode for all functions, not just those that traces "
    "reach\n"
    "  --time            time of codegen's steps\n"
    "  -fno-jit          an ordinary program without the JIT\n"
    "  -save-temps       keep bitcode and object beside the output\n"
    "  -v                show the commands\n"
    "Other options go to clang. TWCC_CLANG names the compiler (clang-19).\n";

struct list {
    char *p[4096];
    int n;
};

static struct list compile_flags, link_flags, inputs, temps, codegen_flags;
static const char *clang_path, *output;
static char own_dir[PATH_MAX], include_dir[PATH_MAX];
static int only_compile, no_jit, verbose, save_temps, debug_info;

static void die(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fputs("twcc: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    for (int k = 0; k < temps.n; k++)
        unlink(temps.p[k]);
    exit(1);
}

static void add(struct list *l, const char *s)
{
    if (l->n + 1 >= (int)(sizeof l->p / sizeof *l->p))
        die("too many arguments");
    l->p[l->n++] = strdup(s);
    l->p[l->n] = NULL;
}

static void add_all(struct list *l, const struct list *from)
{
    for (int k = 0; k < from->n; k++)
        add(l, from->p[k]);
}

static void run(struct list *argv)
{
    pid_t pid;
    int status, e;

    if (verbose) {
        for (int k = 0; k < argv->n; k++)
            fprintf(stderr, " %s", argv->p[k]);
        fputc('\n', stderr);
    }
    if ((e = posix_spawnp(&pid, argv->p[0], NULL, NULL, argv->p, environ)))
        die("%s: %s", argv->p[0], strerror(e));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            die("waitpid: %s", strerror(errno));
    if (WIFSIGNALED(status))
        die("%s: killed by signal %d", argv->p[0], WTERMSIG(status));
    if (WEXITSTATUS(status)) {
        for (int k = 0; k < temps.n; k++)
            unlink(temps.p[k]);
        exit(WEXITSTATUS(status));
    }
}

static int ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && !strcmp(s + n - m, suffix);
}

static const char *temp_file(const char *suffix)
{
    char path[PATH_MAX];
    int fd;

    if (save_temps) {
        snprintf(path, sizeof path, "%s.%d%s", output ? output : "a.out",
                 temps.n, suffix);
        add(&temps, path);
        return temps.p[temps.n - 1];
    }
    snprintf(path, sizeof path, "%s/twcc-XXXXXX%s",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", suffix);
    fd = mkstemps(path, (int)strlen(suffix));
    if (fd < 0)
        die("%s: %s", path, strerror(errno));
    close(fd);
    add(&temps, path);
    return temps.p[temps.n - 1];
}

/* In the build directory the headers are in the source tree, installed they
 * are beside us. */
static void find_dirs(void)
{
    static const char *const places[] = {"../toolkit/api", "../../toolkit/api",
                                         "../include", "../../include"};
    ssize_t n = readlink("/proc/self/exe", own_dir, sizeof own_dir - 1);
    char path[PATH_MAX + 64];

    if (n < 0)
        die("cannot find myself: %s", strerror(errno));
    own_dir[n] = 0;
    *strrchr(own_dir, '/') = 0;
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        snprintf(path, sizeof path, "%s/%s/tw/jit.h", own_dir, places[k]);
        if (!access(path, R_OK)) {
            snprintf(include_dir, sizeof include_dir, "%s/%s", own_dir,
                     places[k]);
            return;
        }
    }
    die("cannot find tw/jit.h from %s", own_dir);
}

/* A file of the toolkit: beside us, or in ../lib/tracewright. */
static const char *toolkit_file(const char *name)
{
    char path[PATH_MAX + 64];

    snprintf(path, sizeof path, "%s/%s", own_dir, name);
    if (access(path, R_OK))
        snprintf(path, sizeof path, "%s/../lib/tracewright/%s", own_dir, name);
    if (access(path, R_OK))
        die("%s is missing: build it first", name);
    return strdup(path);
}

static void compile(const char *source, const char *out, int bitcode)
{
    struct list c = {0};

    add(&c, clang_path);
    add_all(&c, &compile_flags);
    add(&c, "-I");
    add(&c, include_dir);
    if (bitcode) {
        /* Types for effects, debug information for names: -disable-llvm-passes
         * keeps what an optimizer would erase. */
        const char *const flags[] = {"-O2", "-g", "-Xclang",
                                     "-disable-llvm-passes", "-emit-llvm"};

        for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
            add(&c, flags[k]);
    } else {
        add(&c, "-DTW_NO_JIT");
    }
    add(&c, "-c");
    add(&c, "-o");
    add(&c, out);
    add(&c, source);
    run(&c);
}

static void parse(int argc, char **argv)
{
    for (int k = 1; k < argc; k++) {
        const char *a = argv[k];

        if (!strcmp(a, "-o") && k + 1 < argc)
            output = argv[++k];
        else if (!strcmp(a, "-c"))
            only_compile = 1;
        else if (!strcmp(a, "-fno-jit"))
            no_jit = 1;
        else if (!strcmp(a, "-v"))
            verbose = 1;
        else if (!strcmp(a, "-save-temps"))
            save_temps = 1;
        else if (!strcmp(a, "--help")) {
            fputs(usage, stdout);
            exit(0);
        } else if (!strcmp(a, "-Wtrace") || !strncmp(a, "--dump-jitcode", 14) ||
                   !strncmp(a, "--dump-effects", 14) || !strcmp(a, "--all") ||
                   !strcmp(a, "--time") || !strncmp(a, "--emit-llvm=", 12))
            add(&codegen_flags, a);
        else if (!strncmp(a, "-O", 2)) {
            add(&compile_flags, a);
            add(&codegen_flags, !strcmp(a, "-O")       ? "-O1"
                                : strchr("0123", a[2]) ? a
                                                       : "-O2");
        } else if (!strncmp(a, "-l", 2) || !strncmp(a, "-L", 2) ||
                   !strncmp(a, "-Wl,", 4) || !strcmp(a, "-rdynamic") ||
                   !strcmp(a, "-static"))
            add(&link_flags, a);
        else if (!strcmp(a, "-pthread") || !strncmp(a, "-fsanitize", 10)) {
            /* the native code of bitcode is codegen's: sanitizers only link */
            if (!strcmp(a, "-pthread"))
                add(&compile_flags, a);
            add(&link_flags, a);
        } else if (!strcmp(a, "-g")) {
            debug_info = 1;
        } else if ((!strcmp(a, "-I") || !strcmp(a, "-D") || !strcmp(a, "-U") ||
                    !strcmp(a, "-include") || !strcmp(a, "-iquote") ||
                    !strcmp(a, "-isystem") || !strcmp(a, "-MF") ||
                    !strcmp(a, "-MT") || !strcmp(a, "-Xclang")) &&
                   k + 1 < argc) {
            add(&compile_flags, a);
            add(&compile_flags, argv[++k]);
        } else if (a[0] == '-' && a[1])
            add(&compile_flags, a);
        else
            add(&inputs, a);
    }
    if (!inputs.n) {
        fputs(usage, stderr);
        exit(2);
    }
}

/* The toolkit's library was built as this program was: a sanitized one needs its run time. */
static void link_sanitizer(struct list *c)
{
#if __has_feature(address_sanitizer)
    add(c, "-fsanitize=address");
#elif __has_feature(undefined_behavior_sanitizer)
    add(c, "-fsanitize=undefined");
#else
    (void)c;
#endif
}

/* The bitcode's object; the toolkit is linked whole and exports its symbols, as
 * machine code and the backend, which is loaded later, find them there. */
static void link_program(const struct list *objects)
{
    struct list c = {0};
    char path[PATH_MAX + 64];

    add(&c, clang_path);
    add(&c, "-o");
    add(&c, output ? output : "a.out");
    add(&c, "-rdynamic");
    add_all(&c, objects);
    if (no_jit) {
        add(&c, toolkit_file("libtw-gc.a"));
    } else {
        const char *lib = toolkit_file("libtracewright.a");

        add(&c, "-Wl,--whole-archive");
        add(&c, lib);
        add(&c, "-Wl,--no-whole-archive");
        snprintf(path, sizeof path, "-Wl,-rpath,%s", dirname(strdup(lib)));
        add(&c, path);
    }
    add_all(&c, &link_flags);
    link_sanitizer(&c);
    add(&c, "-lgc");
    if (!no_jit)
        add(&c, "-lffi");
    add(&c, "-lpthread");
    add(&c, "-ldl");
    add(&c, "-lm");
    run(&c);
}

static void compile_only(void)
{
    for (int k = 0; k < inputs.n; k++) {
        char out[PATH_MAX], *dot;

        if (!ends_with(inputs.p[k], ".c"))
            continue;
        if (inputs.n > 1 && output)
            die("-o with -c and several files");
        snprintf(out, sizeof out, "%s", basename(strdup(inputs.p[k])));
        dot = strrchr(out, '.');
        snprintf(dot, sizeof out - (size_t)(dot - out), "%s",
                 no_jit ? ".o" : ".bc");
        compile(inputs.p[k], output ? output : out, !no_jit);
    }
}

static void build_program(void)
{
    struct list bitcode = {0}, objects = {0}, c = {0};

    for (int k = 0; k < inputs.n; k++) {
        const char *in = inputs.p[k];

        if (ends_with(in, ".c")) {
            const char *t = temp_file(no_jit ? ".o" : ".bc");

            compile(in, t, !no_jit);
            add(no_jit ? &objects : &bitcode, t);
        } else if (ends_with(in, ".bc") || ends_with(in, ".ll")) {
            add(&bitcode, in);
        } else {
            add(&objects, in);
        }
    }
    if (bitcode.n) {
        const char *o = temp_file(".o");
        char path[PATH_MAX + 64];

        snprintf(path, sizeof path, "%s/tw-codegen", own_dir);
        add(&c, path);
        if (debug_info)
            add(&c, "-g");
        add_all(&c, &codegen_flags);
        add(&c, "-o");
        add(&c, o);
        add_all(&c, &bitcode);
        run(&c);
        add(&objects, o);
    }
    link_program(&objects);
}

int main(int argc, char **argv)
{
    clang_path = getenv("TWCC_CLANG") ? getenv("TWCC_CLANG") : "clang-19";
    parse(argc, argv);
    find_dirs();
    if (only_compile)
        compile_only();
    else
        build_program();
    if (!save_temps)
        for (int k = 0; k < temps.n; k++)
            unlink(temps.p[k]);
    return 0;
}

/*
 * main.c: the command line of python27: options, sys.argv and sys.path, then
 * a file, a command, a module or the prompt.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/compile.h"
#include "compiler/pyc.h"
#include "modules/builtin_exec.h"
#include "modules/signal.h"
#include "objects/fileobject.h"
#include "objects/runtime.h"
#include "objects/threads.h"

struct options {
    const char *command, *module, *file;
    const char *jit;
    const char *program; /* argv[0] */
    int inspect, no_site, unbuffered, ignore_env, optimize, verbose, version;
    int dont_write, bytes_warning, py3k, tabcheck, no_user_site, skip_first;
    int argi; /* of the first argument for the program */
};

static const char usage_text[] =
    "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

static int usage(const char *prog, int bad)
{
    fprintf(bad ? stderr : stdout, usage_text, prog);
    if (bad) {
        fprintf(stderr, "Try `python -h' for more information.\n");
        return 2;
    }
    puts("  -c cmd        run a program given as text\n"
         "  -m mod        run a module found on sys.path\n"
         "  -i            prompt after the program\n"
         "  -E            ignore PYTHON* variables\n"
         "  -O, -OO       no asserts; no docstrings either\n"
         "  -s, -S        no user site folder; no `import site`\n"
         "  -u            unbuffered output\n"
         "  -v            tell about imports\n"
         "  -W arg        a filter of warnings\n"
         "  -x            skip the first line\n"
         "  -3, -t, -b, -B, -d, -R, -Q arg   accepted as CPython does\n"
         "  -V            print the version\n"
         "  --jit off|name=value,...         parameters of the JIT");
    return 0;
}

static int parse_short(struct options *o, const char *s, int argc, char **argv,
                       int *i, py_list *warn)
{
    for (; *s; s++)
        switch (*s) {
        case 'c':
        case 'm': {
            const char *v = s[1] ? s + 1 : *i + 1 < argc ? argv[++*i] : NULL;
            if (!v) {
                fprintf(stderr, "Argument expected for the -%c option\n", *s);
                return -1;
            }
            *(*s == 'c' ? &o->command : &o->module) = v;
            return 1;
        }
        case 'W':
        case 'Q':
        case 'X': {
            const char *v = s[1] ? s + 1 : *i + 1 < argc ? argv[++*i] : NULL;
            if (!v) {
                fprintf(stderr, "Argument expected for the -%c option\n", *s);
                return -1;
            }
            if (*s == 'W')
                py_list_append(warn, (py_object *)py_str_from(v));
            return 0;
        }
        case 'i':
            o->inspect++;
            break;
        case 'E':
            o->ignore_env++;
            break;
        case 'O':
            o->optimize++;
            break;
        case 's':
            o->no_user_site++;
            break;
        case 'S':
            o->no_site++;
            break;
        case 'u':
            o->unbuffered++;
            break;
        case 'v':
            o->verbose++;
            break;
        case 'x':
            o->skip_first++;
            break;
        case 'B':
            o->dont_write++;
            break;
        case 'b':
            o->bytes_warning++;
            break;
        case '3':
            o->py3k++;
            break;
        case 't':
            o->tabcheck++;
            break;
        case 'R':
        case 'd':
            break;
        case 'V':
            o->version++;
            break;
        case 'h':
        case '?':
            return -2;
        default:
            fprintf(stderr, "Unknown option: -%c\n", *s);
            return -1;
        }
    return 0;
}

/* 0, or -1 (bad), -2 (help). */
static int parse(struct options *o, int argc, char **argv, py_list *warn)
{
    int i = 1;
    for (; i < argc; i++) {
        const char *a = argv[i];
        if (a[0] != '-' || !a[1])
            break;
        if (!strcmp(a, "--")) {
            i++;
            break;
        }
        if (!strcmp(a, "--version")) {
            o->version++;
        } else if (!strcmp(a, "--help")) {
            return -2;
        } else if (!strcmp(a, "--jit")) {
            if (i + 1 == argc) {
                fprintf(stderr, "Argument expected for the --jit option\n");
                return -1;
            }
            o->jit = argv[++i];
        } else if (!strncmp(a, "--jit=", 6)) {
            o->jit = a + 6;
        } else if (a[1] == '-') {
            fprintf(stderr, "Unknown option: --\n");
            return -1;
        } else {
            int r = parse_short(o, a + 1, argc, argv, &i, warn);
            if (r < 0)
                return r;
            if (r > 0) {
                i++;
                break;
            }
        }
    }
    o->argi = i;
    if (!o->command && !o->module && i < argc) {
        if (strcmp(argv[i], "-"))
            o->file = argv[i];
        o->argi = i + 1;
    }
    return 0;
}

/* --------------------------------------------------------------- sys.path */

static int is_dir(const char *p)
{
    struct stat st;
    return stat(p, &st) == 0 && S_ISDIR(st.st_mode);
}

static void add_path(py_list *path, const char *p)
{
    py_list_append(path, (py_object *)py_str_from(p));
}

/* The folder of the standard library: from PYTHONHOME, else near the
 * executable. */
static int find_library(const char *exe, const char *home, char *out,
                        size_t size)
{
    static const char *const near_exe[] = {
        "lib/python27", "../lib/python27", "../../lib/python27",
        "../lib/tracewright/python27", "../lib/python2.7"};
    if (home) {
        snprintf(out, size, "%s/lib/python2.7", home);
        if (is_dir(out))
            return 1;
        snprintf(out, size, "%s", home);
        return is_dir(out);
    }
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s", exe);
    char *base = dirname(dir);
    for (size_t i = 0; i < sizeof near_exe / sizeof *near_exe; i++) {
        char tmp[PATH_MAX + 64];
        snprintf(tmp, sizeof tmp, "%s/%s", base, near_exe[i]);
        char *real = realpath(tmp, NULL);
        if (real && is_dir(real)) {
            snprintf(out, size, "%s", real);
            free(real);
            return 1;
        }
        free(real);
    }
    return 0;
}

static void set_up_path(py_module *sys, struct options *o)
{
    char exe[PATH_MAX] = "", lib[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n > 0)
        exe[n] = 0;
    py_module_set_str(sys, "executable", exe);
    py_list *path = py_list_new();
    const char *extra = o->ignore_env ? NULL : getenv("PYTHONPATH");
    while (extra && *extra) {
        const char *colon = strchr(extra, ':');
        size_t len = colon ? (size_t)(colon - extra) : strlen(extra);
        py_list_append(path, (py_object *)py_str_new(extra, (intptr_t)len));
        extra = colon ? colon + 1 : NULL;
    }
    const char *home = o->ignore_env ? NULL : getenv("PYTHONHOME");
    if (find_library(exe, home && *home ? home : NULL, lib, sizeof lib)) {
        add_path(path, lib);
        char dir[PATH_MAX];
        snprintf(dir, sizeof dir, "%s", lib);
        char *prefix = dirname(dirname(dir));
        py_module_set_str(sys, "prefix", prefix);
        py_module_set_str(sys, "exec_prefix", prefix);
    }
    py_module_set(sys, "path", &path->base);
}

static void path_prepend(py_module *sys, const char *dir)
{
    py_object *path = py_dict_get_str(sys->dict, py_id_path);
    if (path && py_is_list(path))
        py_list_insert((py_list *)path, 0, (py_object *)py_str_from(dir));
}

static void set_argv(py_module *sys, const char *argv0, int argc, char **argv,
                     int from)
{
    py_list *l = py_list_new();
    py_list_append(l, (py_object *)py_str_from(argv0));
    for (int i = from; i < argc; i++)
        py_list_append(l, (py_object *)py_str_from(argv[i]));
    py_module_set(sys, "argv", &l->base);
}

static void set_flags(py_module *sys, struct options *o)
{
    py_object *old = py_dict_get_cstr(sys->dict, "flags");
    py_object *v[16];
    for (int i = 0; i < 16; i++)
        v[i] = py_int_new(0);
    v[1] = py_int_new(o->py3k);
    v[4] = py_int_new(o->inspect);
    v[5] = py_int_new(o->inspect);
    v[6] = py_int_new(o->optimize);
    v[7] = py_int_new(o->dont_write);
    v[8] = py_int_new(o->no_user_site);
    v[9] = py_int_new(o->no_site);
    v[10] = py_int_new(o->ignore_env);
    v[11] = py_int_new(o->tabcheck);
    v[12] = py_int_new(o->verbose);
    v[14] = py_int_new(o->bytes_warning);
    if (old)
        py_module_set(sys, "flags", py_structseq_new(py_type_of(old), v));
    if (o->optimize)
        py_module_set(py_module_add("__builtin__"), "__debug__", py_False);
}

/* ------------------------------------------------------------ the outcome */

/* The status that SystemExit asks for; prints what is to be printed. */
static int exit_status(py_object *value)
{
    py_object *code = value;
    if (py_is_exception(value)) {
        code = py_getattr_cstr(value, "code");
        py_err_clear();
    }
    if (!code || code == py_None)
        return 0;
    if (py_is_int(code) || py_is_long(code)) {
        int64_t n;
        return py_fits_int64(code, &n) ? (int)n : -1;
    }
    fflush(stdout);
    py_object *err = py_dict_get_str(py_module_add("sys")->dict, py_id_stderr);
    if (err && err != py_None) {
        py_file_write_object(err, code, 0);
        py_file_write_cstr(err, "\n");
    }
    py_err_clear();
    return 1;
}

/* Reports the current exception: the program's exit status. */
static int report(void)
{
    if (!py_err_matches(&py_SystemExit))
        py_err_print();
    if (py_err_matches(&py_SystemExit)) {
        struct py_savedexc s = py_err_save();
        return exit_status(s.exc);
    }
    return 1;
}

static int compile_flags(struct options *o)
{
    return (o->optimize ? PY_CF_OPTIMIZE : 0) |
           (o->optimize > 1 ? PY_CF_NO_DOCSTRINGS : 0) |
           (o->tabcheck > 1   ? PY_CF_CHECK_TABS
            : o->tabcheck > 0 ? PY_CF_WARN_TABS
                              : 0);
}

static int run_compiled(py_module *m, struct options *o)
{
    py_code *code = py_pyc_read(o->file, -1);
    if (!code) {
        fprintf(stderr, "RuntimeError: Bad magic number in .pyc file\n");
        return 1;
    }
    py_module_set_str(m, "__file__", o->file);
    return py_eval_code(code, m->dict, &m->dict->base) ? 0 : report();
}

static int run_file(py_module *sys, py_module *m, struct options *o)
{
    char dir[PATH_MAX];
    char *real = realpath(o->file, NULL);
    snprintf(dir, sizeof dir, "%s", real ? real : o->file);
    free(real);
    FILE *fp = fopen(o->file, "r");
    if (!fp) {
        fprintf(stderr, "%s: can't open file '%s': [Errno %d] %s\n", o->program,
                o->file, errno, strerror(errno));
        return 2;
    }
    fclose(fp);
    if (is_dir(o->file)) {
        path_prepend(sys, o->file);
        py_str *main = py_str_format_c("%s/__main__.py", o->file);
        if (access(py_str_cstr(main), R_OK) != 0) {
            fprintf(stderr, "%s: can't find '__main__' module in '%s'\n",
                    o->program, o->file);
            return 1;
        }
        o->file = py_str_cstr(main);
    } else {
        path_prepend(sys, dirname(dir));
    }
    size_t len = strlen(o->file);
    if (len > 4 && (!strcmp(o->file + len - 4, ".pyc") ||
                    !strcmp(o->file + len - 4, ".pyo")))
        return run_compiled(m, o);
    py_str *src = py_read_file(o->file);
    if (!src)
        return report();
    if (o->skip_first) {
        const char *nl = memchr(py_str_data(src), '\n', (size_t)src->n);
        if (nl)
            src = py_str_new(nl, src->n - (nl - py_str_data(src)));
    }
    py_module_set_str(m, "__file__", o->file);
    return py_run_source(src, o->file, PY_MODE_EXEC, m->dict, &m->dict->base,
                         PY_CF_FROM_FILE)
               ? 0
               : report();
}

static int run_module(py_module *sys, struct options *o)
{
    path_prepend(sys, "");
    py_object *runpy = py_import("runpy");
    py_object *f = runpy ? py_getattr_cstr(runpy, "_run_module_as_main") : NULL;
    return f && py_call2(f, (py_object *)py_str_from(o->module), py_True)
               ? 0
               : report();
}

static int run_stream(py_module *m, FILE *fp)
{
    struct py_sb sb;
    py_sb_init(&sb);
    char chunk[8192];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, fp)) > 0)
        if (py_sb_add(&sb, chunk, (intptr_t)n) < 0)
            return report();
    return py_run_source(py_sb_finish(&sb), "<stdin>", PY_MODE_EXEC, m->dict,
                         &m->dict->base, PY_CF_FROM_FILE)
               ? 0
               : report();
}

/* PYTHONSTARTUP: a file to run before the prompt. */
static void run_startup(py_module *m)
{
    const char *name = getenv("PYTHONSTARTUP");
    if (!name || !*name)
        return;
    py_str *src = py_read_file(name);
    if (!src) {
        py_err_clear();
        fprintf(stderr, "Could not open PYTHONSTARTUP\n");
    } else if (!py_run_source(src, name, PY_MODE_EXEC, m->dict, &m->dict->base,
                              PY_CF_FROM_FILE)) {
        py_err_print();
    }
}

/* PYTHONIOENCODING: encoding[:errors] of the standard streams. */
static void set_io_encoding(py_module *sys, const char *spec)
{
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    const char *colon = strchr(spec, ':');
    py_str *encoding =
        py_str_new(spec, colon ? colon - spec : (intptr_t)strlen(spec));
    for (int i = 0; i < 3; i++) {
        py_object *f = py_dict_get_cstr(sys->dict, names[i]);
        if (!f || py_type_of(f) != &py_file_type)
            continue;
        if (encoding->n)
            ((py_file *)f)->encoding = (py_object *)encoding;
        if (colon && colon[1])
            ((py_file *)f)->errors = (py_object *)py_str_from(colon + 1);
    }
}

/* The prompt: the module `code` does the work. */
static int run_prompt(py_module *m)
{
    py_object *code = py_import("code");
    py_object *cls = code ? py_getattr_cstr(code, "InteractiveConsole") : NULL;
    py_object *console =
        cls ? py_call2(cls, &m->dict->base, (py_object *)py_str_from("<stdin>"))
            : NULL;
    py_object *f = console ? py_getattr_cstr(console, "interact") : NULL;
    py_str *banner = py_str_from("Python 2.7.18 (Tracewright) on linux2\n"
                                 "Type \"help\", \"copyright\", \"credits\" "
                                 "or \"license\" for more information.");
    return f && py_call1(f, (py_object *)banner) ? 0 : report();
}

static int run(struct options *o, int argc, char **argv)
{
    py_compile_defaults = compile_flags(o);
    py_module *sys = py_module_add("sys");
    if (o->dont_write)
        py_module_set(sys, "dont_write_bytecode", py_True);
    py_module *m = py_module_add("__main__");
    py_module_set(m, "__builtins__", &py_module_add("__builtin__")->base);
    set_argv(sys,
             o->command  ? "-c"
             : o->module ? "-m"
             : o->file   ? o->file
             : o->argi > 1 && o->argi <= argc && !strcmp(argv[o->argi - 1], "-")
                 ? "-"
                 : "",
             argc, argv, o->argi);
    if (!o->no_site && !py_import("site")) {
        int missing = py_err_matches(&py_ImportError);
        if (!missing || o->verbose)
            py_err_print();
        py_err_clear();
    }
    int rc;
    if (o->command) {
        path_prepend(sys, "");
        py_str *src = py_str_format_c("%s\n", o->command);
        rc = py_run_source(src, "<string>", PY_MODE_EXEC, m->dict,
                           &m->dict->base, 0)
                 ? 0
                 : report();
    } else if (o->module) {
        rc = run_module(sys, o);
    } else if (o->file) {
        rc = run_file(sys, m, o);
    } else {
        path_prepend(sys, "");
        if (!isatty(0) && !o->inspect)
            return run_stream(m, stdin);
        if (!o->ignore_env)
            run_startup(m);
        return run_prompt(m);
    }
    if (o->inspect)
        rc = run_prompt(m);
    return rc;
}

int main(int argc, char **argv)
{
    struct options o = {.program = argv[0]};
    if (py_runtime_init() < 0)
        py_fatal("the runtime cannot start");
    py_threads_init();
    py_signals_init();
    py_list *warn = py_list_new();
    int r = parse(&o, argc, argv, warn);
    if (r < 0)
        return usage(argv[0], r == -1);
    if (o.version) {
        fprintf(stderr, "Python 2.7.18\n");
        return 0;
    }
#if !defined(TW_NO_JIT)
    if (o.jit) {
        char err[200];
        if (tw_jit_set_params(o.jit, err, sizeof err) < 0) {
            fprintf(stderr, "--jit: %s\n", err);
            return 2;
        }
    }
#endif
    if (!o.ignore_env) {
        o.inspect |= getenv("PYTHONINSPECT") && *getenv("PYTHONINSPECT");
        o.unbuffered |=
            getenv("PYTHONUNBUFFERED") && *getenv("PYTHONUNBUFFERED");
        if (getenv("PYTHONDONTWRITEBYTECODE"))
            o.dont_write = 1;
        if (!o.optimize && getenv("PYTHONOPTIMIZE"))
            o.optimize = atoi(getenv("PYTHONOPTIMIZE"));
    }
    if (o.unbuffered) {
        setvbuf(stdin, NULL, _IONBF, 0);
        setvbuf(stdout, NULL, _IONBF, 0);
        setvbuf(stderr, NULL, _IONBF, 0);
    }
    py_module *sys = py_module_add("sys");
    py_module_set(sys, "warnoptions", &warn->base);
    set_flags(sys, &o);
    const char *io = o.ignore_env ? NULL : getenv("PYTHONIOENCODING");
    if (io && *io)
        set_io_encoding(sys, io);
    set_up_path(sys, &o);
    int rc = run(&o, argc, argv);
    py_runtime_finish();
    fflush(stdout);
    return rc & 0xff;
}

/*
 * params.c: start of the run time and its parameters: tw_rt_register (called by a constructor that
 * codegen makes), tw_jit_set_param(s), TWSTRESS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/options.h"
#include "toolkit/ir/jitcode.h"
#include "toolkit/meta/counter.h"
#include "toolkit/meta/jitlog.h"

const struct tw_program *tw_rt_program;

/* TWSTRESS=1: everything that is rare, often. Guards fail one time in 211, not more: where
 * each failure may grow a bridge, whose guards fail as well, programs would compile for ever. */
#define ALL_STRESS                                                             \
    "threshold=1,function_threshold=1,trace_eagerness=3,tier2_threshold=1,"    \
    "stress_abort=997,stress_guard=211,stress_gc=10007"

static void apply(void)
{
    tw_counter_set_steps();
    tw_gc_stress((unsigned)tw_options.stress_gc);
}

int tw_jit_set_param(const char *name, int64_t value)
{
    int r = tw_option_set(name, value);

    apply();
    return r;
}

int tw_jit_set_params(const char *text, char *err, size_t errsize)
{
    int r = 0;

    if (!strcmp(text, "off"))
        tw_options.threshold = tw_options.function_threshold = -1;
    else
        r = tw_options_parse(text, err, errsize);
    apply();
    return r;
}

static void at_exit(void)
{
    tw_jitlog_summary();
}

static void log_line(void *file, const char *line)
{
    fprintf(file, "%s\n", line);
}

static void log_jitcode(const struct tw_program *p)
{
    FILE *out = tw_log_begin(TW_LOG_jit_codegen);

    for (uint32_t k = 0; k < p->njitcodes; k++)
        if (p->jitcodes[k]->ncode)
            tw_jitcode_print(p, p->jitcodes[k], log_line, out);
    tw_log_end(TW_LOG_jit_codegen);
}

void tw_rt_register(const struct tw_program *p)
{
    const char *stress = getenv("TWSTRESS");
    char err[128] = "";
    int first = tw_rt_program == NULL;

    if (p->version != TW_PROGRAM_VERSION)
        tw_fatal("the program's jitcode has version %u, this run time reads "
                 "version %u",
                 p->version, TW_PROGRAM_VERSION);
    tw_rt_program = p;
    if (!first)
        return;
    tw_log_init();
    if (stress && *stress && strcmp(stress, "0") != 0 &&
        tw_options_parse(!strcmp(stress, "1") ? ALL_STRESS : stress, err,
                         sizeof err) < 0)
        fprintf(stderr, "TWSTRESS: no such option: %s\n", err);
    apply();
    atexit(at_exit);
    if (tw_log_on(TW_LOG_jit_codegen))
        log_jitcode(p);
}

/*
 * The table that a person reads and the JSON that a program reads.
 *
 * A ratio is an engine's time over the subject's (python27 under its JIT, as a
 * rule): above 1 the subject is faster. Programs that an engine does not run
 * take no part in its geometric mean, and the mean says how many took part.
 */
#include "tools/bench/bench.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(const double *values, int n)
{
    double sorted[BENCH_MAX_RUNS];
    if (n == 0)
        return 0;
    memcpy(sorted, values, (size_t)n * sizeof *values);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* Median seconds, 0 if this engine has no valid result. */
static double time_of(const struct result *r, int steady)
{
    return steady ? median(r->steady, r->nsteady) : median(r->whole, r->nwhole);
}

static double ratio_of(const struct program *p, int engine, int steady)
{
    double subject = time_of(&p->results[0], steady);
    double other = time_of(&p->results[engine], steady);
    return subject > 0 && other > 0 ? other / subject : 0;
}

static double geometric_mean(const struct program *programs, int n,
                             const struct language *language, int engine,
                             int steady, int *count)
{
    double sum = 0;
    *count = 0;
    for (int i = 0; i < n; i++) {
        double ratio = programs[i].language == language
                           ? ratio_of(&programs[i], engine, steady)
                           : 0;
        if (ratio > 0) {
            sum += log(ratio);
            ++*count;
        }
    }
    return *count ? exp(sum / *count) : 0;
}

static void head(const struct language *language, int steady)
{
    const char *subject = language->engines[0].name;
    printf("\n%s, %s\n", language->name,
           steady ? "steady state: one warm iteration, in milliseconds"
                  : "whole run from cold, in milliseconds");
    printf("%-18s", "");
    for (int e = 0; e < language->nengines; e++)
        printf(" %12s", language->engines[e].name);
    printf("   |");
    for (int e = 1; e < language->nengines; e++)
        printf(" %12s", language->engines[e].name);
    if (!steady) {
        printf("   | peak MB");
        for (int e = 1; e < language->nengines; e++)
            printf("%8s", "");
    }
    printf("\n%-18s %*s   | (times slower than %s)\n", "",
           13 * language->nengines - 1, "", subject);
}

static void row(const struct program *p, int steady)
{
    const struct language *language = p->language;
    printf("%-18s", p->name);
    for (int e = 0; e < language->nengines; e++) {
        double seconds = time_of(&p->results[e], steady);
        if (seconds > 0)
            printf(" %12.*f", seconds < 0.01 ? 2 : 1, seconds * 1e3);
        else
            printf(" %12s", p->results[e].ran ? "failed" : "-");
    }
    printf("   |");
    for (int e = 1; e < language->nengines; e++) {
        double ratio = ratio_of(p, e, steady);
        if (ratio > 0)
            printf(" %12.2f", ratio);
        else
            printf(" %12s", "-");
    }
    if (!steady) {
        printf("   |");
        for (int e = 0; e < language->nengines; e++)
            printf(" %7.1f", (double)p->results[e].rss_kb / 1024);
    }
    printf("\n");
}

void report_table(const struct program *programs, int n, int steady)
{
    const struct language *language = NULL;
    for (int i = 0; i < n; i++) {
        if (steady && !programs[i].language->steady)
            continue;
        if (programs[i].language != language) {
            language = programs[i].language;
            head(language, steady);
        }
        row(&programs[i], steady);
        if (i + 1 < n && programs[i + 1].language == language)
            continue;
        printf("%-18s %*s   |", "geometric mean", 13 * language->nengines - 1,
               "");
        for (int e = 1; e < language->nengines; e++) {
            int count;
            double mean =
                geometric_mean(programs, n, language, e, steady, &count);
            if (count)
                printf(" %7.2f (%2d)", mean, count);
            else
                printf(" %12s", "-");
        }
        printf("\n");
    }
    if (steady)
        return;
    for (int i = 0; i < n; i++)
        for (int e = 0; e < programs[i].language->nengines; e++)
            if (programs[i].results[e].error[0])
                printf("%s, %s: %s\n", programs[i].name,
                       programs[i].language->engines[e].name,
                       programs[i].results[e].error);
}

/* ------------------------------------------------------------------ JSON */

static void json_string(FILE *f, const char *s)
{
    putc('"', f);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            putc('\\', f);
        if ((unsigned char)*s < 0x20)
            fprintf(f, "\\u%04x", *s);
        else
            putc(*s, f);
    }
    putc('"', f);
}

static void json_numbers(FILE *f, const char *key, const double *values, int n)
{
    fprintf(f, "\"%s\": [", key);
    for (int i = 0; i < n; i++)
        fprintf(f, "%s%.6f", i ? ", " : "", values[i]);
    fprintf(f, "], \"%s_median\": ", key);
    if (n)
        fprintf(f, "%.6f", median(values, n));
    else
        fprintf(f, "null");
}

static void json_machine(FILE *f)
{
    char line[256], *colon;
    double load = 0;
    FILE *in = fopen("/proc/cpuinfo", "r");
    fprintf(f, "  \"cpu\": ");
    char model[256] = "";
    while (in && !*model && fgets(line, sizeof line, in))
        if (!strncmp(line, "model name", 10) && (colon = strchr(line, ':')))
            snprintf(model, sizeof model, "%s", colon + 2);
    if (in)
        fclose(in);
    model[strcspn(model, "\n")] = 0;
    json_string(f, model);
    in = fopen("/proc/loadavg", "r");
    if (in) {
        if (fscanf(in, "%lf", &load) != 1)
            load = 0;
        fclose(in);
    }
    fprintf(f, ",\n  \"load_at_end\": %.2f,\n", load);
}

static void json_program(FILE *f, const struct program *p)
{
    fprintf(f, "    {\"name\": ");
    json_string(f, p->name);
    fprintf(f, ", \"language\": \"%s\", \"results\": {", p->language->name);
    for (int e = 0; e < p->language->nengines; e++) {
        const struct result *r = &p->results[e];
        fprintf(f, "%s\n      \"%s\": {", e ? "," : "",
                p->language->engines[e].name);
        json_numbers(f, "whole", r->whole, r->nwhole);
        fprintf(f, ", ");
        json_numbers(f, "steady", r->steady, r->nsteady);
        fprintf(f, ", \"peak_rss_kb\": %ld, \"error\": ", r->rss_kb);
        json_string(f, r->error);
        fprintf(f, "}");
    }
    fprintf(f, "}}");
}

static void json_means(FILE *f, const struct program *programs, int n,
                       const struct language *l, int steady)
{
    fprintf(f, "\"%s\": {", steady ? "steady" : "whole");
    for (int e = 1; e < l->nengines; e++) {
        int count;
        double mean = geometric_mean(programs, n, l, e, steady, &count);
        fprintf(f, "%s\"%s\": {\"ratio\": %.4f, \"programs\": %d}",
                e > 1 ? ", " : "", l->engines[e].name, mean, count);
    }
    fprintf(f, "}");
}

int report_json(const char *path, const struct settings *settings,
                const struct program *programs, int n,
                const struct language *languages, int nlanguages)
{
    FILE *f = fopen(path, "w");
    char date[32];
    time_t t = time(NULL);
    if (!f) {
        fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
        return -1;
    }
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&t));
    fprintf(f,
            "{\n  \"date\": \"%s\",\n  \"runs\": %d,\n  \"steady_runs\": %d,\n",
            date, settings->runs, settings->steady_runs);
    json_machine(f);
    fprintf(f, "  \"languages\": {");
    for (int l = 0; l < nlanguages; l++) {
        fprintf(f, "%s\n    \"%s\": {\"subject\": \"%s\", \"versions\": {",
                l ? "," : "", languages[l].name,
                languages[l].nengines ? languages[l].engines[0].name : "");
        for (int e = 0; e < languages[l].nengines; e++) {
            fprintf(f, "%s\"%s\": ", e ? ", " : "",
                    languages[l].engines[e].name);
            json_string(f, languages[l].engines[e].version);
        }
        fprintf(f, "},\n      \"geometric_means\": {");
        json_means(f, programs, n, &languages[l], 0);
        fprintf(f, ", ");
        json_means(f, programs, n, &languages[l], 1);
        fprintf(f, "}}");
    }
    fprintf(f, "\n  },\n  \"programs\": [\n");
    for (int i = 0; i < n; i++) {
        json_program(f, &programs[i]);
        fprintf(f, "%s\n", i + 1 < n ? "," : "");
    }
    fprintf(f, "  ]\n}\n");
    return fclose(f);
}

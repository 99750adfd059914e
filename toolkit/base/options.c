/*
 * options.c: parameters by name. What follows from a change (counter steps) is meta/warm.c's.
 */
#include "toolkit/base/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tw_options defaults = {
#define OPTION(name, value, what) .name = (value),
#define OPTION_TEXT(name, value, what) .name = (value),
#include "toolkit/base/options.def"
#undef OPTION
#undef OPTION_TEXT
};
struct tw_options tw_options = {
#define OPTION(name, value, what) .name = (value),
#define OPTION_TEXT(name, value, what) .name = (value),
#include "toolkit/base/options.def"
#undef OPTION
#undef OPTION_TEXT
};

static const struct {
    const char *name;
    size_t offset;
    int is_text;
} table[] = {
#define OPTION(name, value, what) {#name, offsetof(struct tw_options, name), 0},
#define OPTION_TEXT(name, value, what)                                         \
    {#name, offsetof(struct tw_options, name), 1},
#include "toolkit/base/options.def"
#undef OPTION
#undef OPTION_TEXT
};
enum { NOPTIONS = sizeof table / sizeof *table };

void tw_options_default(void)
{
    tw_options = defaults;
}

static int find(const char *name, size_t n)
{
    for (int k = 0; k < NOPTIONS; k++)
        if (!strncmp(table[k].name, name, n) && !table[k].name[n])
            return k;
    return -1;
}

int tw_option_set(const char *name, int64_t value)
{
    int k = find(name, strlen(name));

    if (k < 0 || table[k].is_text)
        return -1;
    *(int64_t *)((char *)&tw_options + table[k].offset) = value;
    return 0;
}

/* One "name=value" of n bytes. */
static int set_one(const char *text, size_t n)
{
    const char *eq = memchr(text, '=', n);
    int k = eq ? find(text, (size_t)(eq - text)) : -1;

    if (k < 0)
        return -1;
    char *value = strndup(eq + 1, n - (size_t)(eq + 1 - text)), *end;
    if (!value)
        return -1;
    void *field = (char *)&tw_options + table[k].offset;
    if (table[k].is_text) {
        *(char **)field = value; /* kept: set a few times in a program's life */
        return 0;
    }
    long long number = strtoll(value, &end, 10);
    int bad = end == value || *end;
    if (!bad)
        *(int64_t *)field = number;
    free(value);
    return bad ? -1 : 0;
}

int tw_options_parse(const char *text, char *err, size_t errsize)
{
    while (*text) {
        text += strspn(text, " ,");
        size_t n = strcspn(text, ",");

        while (n && text[n - 1] == ' ')
            n--;
        if (n == 7 && !memcmp(text, "default", 7)) {
            tw_options_default();
        } else if (n && set_one(text, n) < 0) {
            if (errsize)
                snprintf(err, errsize, "%.*s", (int)n, text);
            return -1;
        }
        text += strcspn(text, ",");
    }
    return 0;
}

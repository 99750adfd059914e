/* source.c: see source.h. */
#include "compiler/source.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "compiler/error.h"
#include "objects/errors.h"
#include "objects/strobject.h"

/* The names that have short ways: utf-8 and iso-8859-1. */
static const char *normal_name(const char *s)
{
    static const char *const latin[] = {"latin-1", "iso-8859-1", "iso-latin-1"};
    char low[13];
    size_t i;
    for (i = 0; i < 12 && s[i]; i++)
        low[i] = (char)(s[i] == '_' ? '-' : tolower((unsigned char)s[i]));
    low[i] = 0;
    if (!strcmp(low, "utf-8") || !strncmp(low, "utf-8-", 6))
        return "utf-8";
    for (i = 0; i < sizeof latin / sizeof latin[0]; i++) {
        size_t n = strlen(latin[i]);
        if (!strncmp(low, latin[i], n) && (!low[n] || low[n] == '-'))
            return "iso-8859-1";
    }
    return s;
}

/* The encoding that a line declares, or NULL. *stop: no later line may. */
static const char *declared(struct pyarena *a, const char *s, const char *end,
                            int *stop)
{
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\f'))
        s++;
    if (s == end)
        return NULL;
    if (*s != '#') {
        *stop = 1;
        return NULL;
    }
    for (; end - s > 6; s++) {
        if (memcmp(s, "coding", 6) || (s[6] != ':' && s[6] != '='))
            continue;
        const char *p = s + 7, *begin;
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        begin = p;
        while (p < end && (isalnum((unsigned char)*p) || *p == '-' ||
                           *p == '_' || *p == '.'))
            p++;
        if (p == begin)
            continue;
        char *name = arena_alloc(a, (size_t)(p - begin) + 1);
        memcpy(name, begin, (size_t)(p - begin));
        *stop = 1;
        return normal_name(name);
    }
    return NULL;
}

static int problem(const char *filename, int line, const char *fmt,
                   const char *encoding)
{
    char msg[200];
    snprintf(msg, sizeof msg, fmt, encoding);
    struct parse_error e = {.kind = PARSE_SYNTAX, .msg = msg, .line = line};
    return error_parse(filename, &e);
}

/* line: of the declaration, 0 if the text is no file. */
static int recode(struct source *src, struct pyarena *a, const char *filename,
                  int line)
{
    py_object *u =
        py_unicode_decode(src->text, (intptr_t)src->n, src->encoding, NULL);
    if (u && !py_is_unicode(u)) {
        return problem(filename, line,
                       "decoder did not return an unicode object (type=%s)",
                       py_type_shortname(py_type_of(u)));
    }
    py_object *b = u ? py_unicode_as_utf8(u) : NULL;
    if (!b) {
        py_err_clear();
        return problem(filename, line,
                       line ? "encoding problem: %s" : "unknown encoding: %s",
                       src->encoding);
    }
    arena_keep(a, b);
    src->n = (size_t)py_str_len((py_str *)b);
    src->text = py_str_cstr((py_str *)b);
    arena_keep(a, b);
    src->recoded = 1;
    return 0;
}

static void find_non_ascii(struct source *src)
{
    const unsigned char *p = (const unsigned char *)src->text;
    int32_t line = 1;
    for (size_t i = 0; i < src->n; i++) {
        if (p[i] >= 0x80) {
            src->non_ascii_line = line;
            src->non_ascii = p[i];
            return;
        }
        line += p[i] == '\n';
    }
}

int source_prepare(struct source *src, struct pyarena *a, const char *buf,
                   size_t n, int flags, const char *filename)
{
    memset(src, 0, sizeof *src);
    char *t = arena_alloc(a, n + 2);
    size_t m = 0;
    if (memchr(buf, '\r', n)) {
        for (size_t i = 0; i < n; i++) {
            if (buf[i] == '\r') {
                t[m++] = '\n';
                i += i + 1 < n && buf[i + 1] == '\n';
            } else
                t[m++] = buf[i];
        }
    } else if (n) {
        memcpy(t, buf, n);
        m = n;
    }
    if ((flags & SOURCE_ADD_NEWLINE) && m && t[m - 1] != '\n')
        t[m++] = '\n';
    src->text = t;
    src->n = m;
    if (m >= 3 && !memcmp(t, "\xef\xbb\xbf", 3)) {
        src->encoding = "utf-8";
        src->text += 3;
        src->n -= 3;
    }
    const char *line = src->text, *end = src->text + src->n;
    for (int i = 0, stop = 0; i < 2 && !stop && line < end; i++) {
        const char *nl = memchr(line, '\n', (size_t)(end - line));
        const char *name = declared(a, line, nl ? nl : end, &stop);
        if (name && src->encoding && strcmp(name, src->encoding))
            return problem(filename, flags & SOURCE_FILE ? i + 1 : 0,
                           "encoding problem: %s with BOM", name);
        if (name && !src->encoding) {
            src->encoding = name;
            if (strcmp(name, "utf-8") && strcmp(name, "iso-8859-1"))
                return recode(src, a, filename,
                              flags & SOURCE_FILE ? i + 1 : 0);
        }
        line = nl ? nl + 1 : end;
    }
    if (!src->encoding)
        find_non_ascii(src);
    return 0;
}

/*
 * toolkit/base: arena, arrays, map, varints, options, log channels.
 */
#include <string.h>

#include "tests/unit/asm.h"
#include "toolkit/base/arena.h"
#include "toolkit/base/counters.h"
#include "toolkit/base/log.h"
#include "toolkit/base/map.h"
#include "toolkit/base/options.h"
#include "toolkit/base/vec.h"

static void test_arena(void)
{
    struct tw_arena a = {0};
    char *all[2000];
    int ok = 1;

    for (int k = 0; k < 2000; k++) {
        all[k] = tw_arena_alloc(&a, (size_t)k);
        ok &= ((uintptr_t)all[k] & 15) == 0;
        for (int j = 0; j < k; j++)
            ok &= all[k][j] == 0;
        memset(all[k], k & 127, (size_t)k);
    }
    for (int k = 0; k < 2000; k++)
        for (int j = 0; j < k; j++)
            ok &= all[k][j] == (k & 127);
    check(ok, "arena-hands-out-zeroed-memory-that-does-not-overlap");
    ok = !strcmp(tw_arena_strdup(&a, "text"), "text");
    tw_arena_free(&a);
    check(ok && !a.chunk && !a.total, "arena-is-empty-after-free");
}

static void test_map(void)
{
    struct tw_map m = {0};
    int ok = 1;

    for (uint64_t k = 0; k < 5000; k++)
        *tw_map_put(&m, k * k) = k;
    for (uint64_t k = 0; k < 5000; k += 2)
        ok &= tw_map_remove(&m, k * k);
    for (uint64_t k = 0; k < 5000; k++) {
        uint64_t *v = tw_map_find(&m, k * k);

        ok &= k % 2 ? v && *v == k : !v;
    }
    check(ok && m.used == 2500, "map-finds-what-is-there-and-nothing-else");
    for (uint64_t turn = 0; turn < 100000; turn++) {
        tw_map_put(&m, turn + (1ull << 40));
        tw_map_remove(&m, turn + (1ull << 40));
    }
    check(m.used == 2500 && m.size <= 16384, "deleted-entries-do-not-pile-up");
    tw_map_free(&m);
}

static void test_varint(void)
{
    static const int64_t values[] = {0,  1,    -1,    63,        -64,
                                     64, 8191, -8193, INT64_MAX, INT64_MIN};
    struct tw_bytes b = {0};
    int ok = 1;

    for (unsigned k = 0; k < sizeof values / sizeof *values; k++)
        tw_bytes_varint(&b, tw_zigzag(values[k]));
    const uint8_t *p = b.data;
    for (unsigned k = 0; k < sizeof values / sizeof *values; k++)
        ok &= tw_unzigzag(tw_read_varint(&p)) == values[k];
    check(ok && p == b.data + b.n, "varints-come-back");
    free(b.data);
}

static void test_options(void)
{
    char err[32] = "";

    check(
        tw_options.threshold == 1039 && tw_options.function_threshold == 1619 &&
            tw_options.trace_eagerness == 50 && tw_options.trace_limit == 6000,
        "defaults-are-those-of-the-table");
    check(!tw_options_parse("threshold=3, trace_limit=2000,backend=reference",
                            err, sizeof err) &&
              tw_options.threshold == 3 && tw_options.trace_limit == 2000 &&
              !strcmp(tw_options.backend, "reference"),
          "options-are-set-by-name");
    check(tw_options_parse("threshold=4,tresholt=5", err, sizeof err) < 0 &&
              !strcmp(err, "tresholt=5"),
          "an-unknown-option-is-named");
    check(tw_options_parse("threshold=x", err, sizeof err) < 0 &&
              tw_options.threshold == 4,
          "a-bad-number-changes-nothing");
    check(tw_option_set("decay", 0) == 0 && tw_option_set("nothing", 0) < 0 &&
              tw_option_set("backend", 0) < 0,
          "one-option-at-a-time");
    check(!tw_options_parse("default", err, sizeof err) &&
              tw_options.threshold == 1039,
          "default-restores-all");
}

static void test_log(void)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    check(tw_log_set("jit-lo", f) < 0 && !tw_log_open,
          "a-channel-prefix-ends-at-a-dash");
    tw_log_set("jit-log,gc", f);
    check(tw_log_on(TW_LOG_gc) && tw_log_on(TW_LOG_jit_log_opt) &&
              tw_log_on(TW_LOG_jit_log_noopt) && !tw_log_on(TW_LOG_jit_summary),
          "a-prefix-opens-its-channels");
    tw_log(TW_LOG_gc, "%d", 42);
    tw_log(TW_LOG_jit_summary, "closed");
    fclose(f);
    check(!strcmp(text, "[gc] 42\n"), "only-open-channels-are-written");
    free(text);
    tw_log_open = 0;
}

static void test_summary(void)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    tw_count(TW_C_loops, 3);
    tw_count(TW_C_guards, 4);
    tw_count(TW_C_guard_bytes, 100);
    tw_count_abort(TW_ABORT_TOO_LONG);
    tw_counters_print(f);
    fclose(f);
    check(strstr(text, "loops ") && strstr(text, "trace too long") &&
              strstr(text, "25.0"),
          "summary-shows-counts-reasons-and-averages");
    free(text);
}

int main(void)
{
    test_arena();
    test_map();
    test_varint();
    test_options();
    test_log();
    test_summary();
    return failures != 0;
}

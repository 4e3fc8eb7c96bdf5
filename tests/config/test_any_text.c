/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Properties that hold of any text: it is a plant or has at least one
 * complaint, nothing leaks, and an allocator that refuses is told as such.
 * Linked with --wrap for the allocator. */
#include "tests/config/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- an allocator that refuses ----------------------------------------- */

static long allowed = -1; /* allocations before it refuses; -1: all */
static volatile long asked;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool refuses(void)
{
    return allowed >= 0 && asked++ >= allowed;
}

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuses() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return refuses() ? NULL : __real_realloc(p, size);
}

/* Reads with fewer and fewer refusals until it gets through. */
static long survive(const char *path, enum spc_status want)
{
    size_t size;
    char *text = read_file(path, &size);
    long refused = 0;

    for (;; refused++) {
        struct reading reading;

        allowed = refused;
        asked = 0;
        reading = read_plant("x.yaml", text, size);
        allowed = -1;
        if (reading.status == SPC_NO_MEMORY) {
            assert_null(reading.plant);
            assert_null(reading.complaints.text);
            continue;
        }
        assert_int_equal(reading.status, want);
        reading_free(&reading);
        break;
    }
    free(text);
    return refused;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(survive(SPC_TEST_DATA "/config/good/everything.yaml", SPC_OK) >
                5);
    assert_true(survive(SPC_TEST_DATA "/config/bad/15-unknown-keys.yaml",
                        SPC_BAD_INPUT) > 5);
    assert_true(survive(SPC_TEST_DATA "/config/bad/47-unknown-link.yaml",
                        SPC_BAD_INPUT) > 5);
}

/* ---- any text ---------------------------------------------------------- */

static void check_any(const char *text, size_t size)
{
    struct reading reading = read_plant("x.yaml", text, size);

    if (reading.status == SPC_OK) {
        assert_non_null(reading.plant);
        assert_int_equal(reading.complaints.count, 0);
    } else {
        assert_int_equal(reading.status, SPC_BAD_INPUT);
        assert_null(reading.plant);
        assert_true(reading.complaints.count > 0);
        assert_int_equal(strncmp(reading.complaints.text, "x.yaml:", 7), 0);
    }
    reading_free(&reading);
}

/* In a block of its own size, so that a read behind the end is seen. */
static void check_copy(const char *text, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);

    assert_non_null(copy);
    memcpy(copy, text, size);
    check_any(copy, size);
    free(copy);
}

static const char *const files[] = {
    SPC_TEST_DATA "/config/good/everything.yaml",
    SPC_TEST_DATA "/config/good/warnings.yaml",
    SPC_SOURCE_DIR "/config/examples/battery-line.yaml",
};

static void test_every_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t size;
        char *text = read_file(files[i], &size);

        for (size_t length = 0; length <= size; length++)
            check_copy(text, length);
        free(text);
    }
}

static uint32_t next(uint32_t *state) /* xorshift, Marsaglia 2003 */
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Letters that mean something to YAML fall in more often than others. */
static void test_random_slips(void **state)
{
    static const char letters[] = ":-[]{}&*!|>'\"%@`#,?\n\t 0azZ\xc3\x80";
    uint32_t random = 2385;
    size_t size;
    char *text = read_file(files[0], &size);

    (void)state;
    for (int i = 0; i < 3000; i++) {
        char *copy = malloc(size);

        assert_non_null(copy);
        memcpy(copy, text, size);
        for (uint32_t slips = 1 + next(&random) % 4; slips > 0; slips--)
            copy[next(&random) % size] =
                letters[next(&random) % (sizeof letters - 1)];
        check_any(copy, size);
        free(copy);
    }
    free(text);
}

/* What would be slow if anything were quadratic or expanded. */
static void test_large_texts(void **state)
{
    static const char *const patterns[] = {"a: 1\n",  "- {a: 1}\n", "[",  "*a ",
                                           "? [b]\n", "&a [*a, ",   "\n", "x"};
    enum { SIZE = 200000 };
    char *text = malloc(SIZE);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        size_t length = strlen(patterns[i]);

        for (size_t at = 0; at < SIZE; at++)
            text[at] = patterns[i][at % length];
        check_any(text, SIZE);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_random_slips),
        cmocka_unit_test(test_large_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bad plant files, one mistake or family of mistakes each: what is told is
 * compared byte for byte with the golden text beside the file.
 *
 * What the YAML library says about a syntax error differs between its
 * versions and is left out of the comparison; that there is such an error and
 * in which line is not. */
#define _POSIX_C_SOURCE 200809L

#include "tests/config/support.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char folder[] = SPC_TEST_DATA "/config/bad";

static int is_plant(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".yaml") == 0;
}

/* Cuts a syntax error off behind its line number. */
static void cut_syntax(char *text)
{
    char *mark = strstr(text, "error: not YAML here:");
    char *colon;

    if (mark == NULL)
        return;
    colon = memchr(text, ':', (size_t)(mark - text));
    assert_non_null(colon);
    colon = memchr(colon + 1, ':', (size_t)(mark - colon));
    assert_non_null(colon);
    strcpy(colon, ": not YAML\n");
}

static void check_bad_file(const char *name)
{
    char path[1024];
    size_t size;
    char *golden;
    struct reading reading;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    reading = read_plant_file(path);
    assert_int_equal(reading.status, SPC_BAD_INPUT);
    assert_null(reading.plant);
    assert_true(reading.complaints.count > 0);
    assert_int_equal(reading.complaints.size, strlen(reading.complaints.text));

    snprintf(strrchr(path, '.'), 5, ".txt");
    golden = read_file(path, &size);
    cut_syntax(golden);
    cut_syntax(reading.complaints.text);
    if (strcmp(golden, reading.complaints.text) != 0)
        print_error("%s differs:\n%s", name, reading.complaints.text);
    assert_string_equal(reading.complaints.text, golden);
    free(golden);
    reading_free(&reading);
}

static void test_golden(void **state)
{
    struct dirent **list;
    int count = scandir(folder, &list, is_plant, alphasort);

    (void)state;
    assert_true(count >= 85); /* none got lost */
    for (int i = 0; i < count; i++) {
        check_bad_file(list[i]->d_name);
        free(list[i]);
    }
    free(list);
}

/* Text that would be too long to keep as a file. */
static void test_too_large(void **state)
{
    size_t size = SPC_CONFIG_BYTES_MAX + 1;
    char *text = malloc(size);
    struct reading reading;

    (void)state;
    assert_non_null(text);
    memset(text, '#', size);
    reading = read_plant("big.yaml", text, size);
    assert_int_equal(reading.status, SPC_BAD_INPUT);
    assert_string_equal(reading.complaints.text,
                        "big.yaml:1:1: error: the file is larger than 1 MiB; "
                        "a plant file is text that a person can read\n  \n  "
                        "^\n");
    reading_free(&reading);
    free(text);
}

/* A file of nothing but mistakes tells a readable number of them and counts
 * the rest. */
static void test_too_many(void **state)
{
    enum { LINES = 1000 };
    char text[LINES * 8 + 1];
    size_t size = 0;
    struct reading reading;

    (void)state;
    for (int i = 0; i < LINES; i++)
        size +=
            (size_t)snprintf(text + size, sizeof text - size, "x%03d: 1\n", i);
    reading = read_plant("x.yaml", text, size);
    assert_int_equal(reading.complaints.count, LINES + 4); /* and 4 missing */
    assert_non_null(strstr(reading.complaints.text, "x.yaml:200:1: error: "));
    assert_null(strstr(reading.complaints.text, "x.yaml:201:1: error: "));
    assert_non_null(strstr(reading.complaints.text,
                           "x.yaml: error: and 804 more; mend these first\n"));
    reading_free(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV: what is read, what is refused, and where the complaint points.
 *
 * A table is written here as  header/row/row  with cells between bars, so
 * that a case shows on one line what a file should be understood as. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/replay/csv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct spc_csv_format guess = {0, '.'};

static void write_table(const struct spc_csv *csv, char *text, size_t room)
{
    size_t length = 0;

    for (size_t row = 0; row <= spc_csv_rows(csv); row++)
        for (size_t column = 0; column < spc_csv_columns(csv); column++)
            length += (size_t)snprintf(text + length, room - length, "%s%s",
                                       column ? "|"
                                       : row  ? "/"
                                              : "",
                                       row ? spc_csv_text(csv, row - 1, column)
                                           : spc_csv_name(csv, column));
}

static void test_tables(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what, *text, *want;
        struct spc_csv_format format;
    } cases[] = {
        {"commas",               "a,b\n1,2\n3,4\n",        "a|b/1|2/3|4", {0, 0}},
        {"semicolons guessed",   "a;b\n1;2\n",             "a|b/1|2", {0, 0}},
        {"tabs guessed",         "a\tb\n1\t2\n",           "a|b/1|2", {0, 0}},
        {"the most frequent",    "a,x;b;c\n1;2;3\n",       "a,x|b|c/1|2|3", {0, 0}},
        {"the guess overruled",  "a,x;b;c\n1,2\n",         "a|x;b;c/1|2", {',', 0}},
        {"bar",                  "a|b\n1|2\n",             "a|b/1|2", {'|', 0}},
        {"a decimal comma makes commas unlikely",
                                 "a,b;c\n1,5;2\n",         "a,b|c/1,5|2", {0, ','}},
        {"quotes hide from the guess",
                                 "\"a;;;\",b\n1,2\n",      "a;;;|b/1|2", {0, 0}},
        {"byte order mark",      "\xEF\xBB\xBF" "a,b\n1,2\n", "a|b/1|2", {0, 0}},
        {"CR LF",                "a,b\r\n1,2\r\n",         "a|b/1|2", {0, 0}},
        {"CR alone",             "a,b\r1,2\r",             "a|b/1|2", {0, 0}},
        {"no end of last line",  "a,b\n1,2",               "a|b/1|2", {0, 0}},
        {"last cell empty",      "a,b\n1,",                "a|b/1|", {0, 0}},
        {"all cells empty",      "a,b\n,\n1,2\n",          "a|b/|/1|2", {0, 0}},
        {"blank lines at end",   "a,b\n1,2\n\n \r\n",      "a|b/1|2", {0, 0}},
        {"missing in one column","a\n1\n\n3\n",            "a/1//3", {0, 0}},
        {"blanks around",        " a , b\n 1 ,\t2 \n",     "a|b/1|2", {0, 0}},
        {"blanks within",        "a b,c\n1 x,2\n",         "a b|c/1 x|2", {0, 0}},
        {"quoted",               "\"a\",b\n\"1\",\"2\"\n", "a|b/1|2", {0, 0}},
        {"quoted blanks stay",   "a,b\n\" 1 \",2\n",       "a|b/ 1 |2", {0, 0}},
        {"quoted separator",     "a,b\n\"1,5\",2\n",       "a|b/1,5|2", {0, 0}},
        {"quoted quote",         "a,b\n\"say \"\"x\"\"\",2\n",
                                                           "a|b/say \"x\"|2", {0, 0}},
        {"quoted line end",      "a,b\n\"1\n2\",3\n",      "a|b/1\n2|3", {0, 0}},
        {"quoted nothing",       "a,b\n\"\",3\n",          "a|b/|3", {0, 0}},
        {"blank after a quote",  "a,b\n\"1\" ,2\n",        "a|b/1|2", {0, 0}},
        {"a quote inside",       "a,b\n5\" pipe,2\n",      "a|b/5\" pipe|2", {0, 0}},
        {"Chinese",              "直径,班次\n1,甲\n",      "直径|班次/1|甲", {0, 0}},
        {"only a header",        "a,b\n",                  "a|b", {0, 0}},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spc_csv *csv = NULL;
        char complaint[SPC_CSV_COMPLAINT], got[256] = "";

        if (spc_csv_read(cases[i].text, strlen(cases[i].text), "f",
                         cases[i].format, &csv, complaint) != SPC_OK)
            fail_msg("%s: %s", cases[i].what, complaint);
        write_table(csv, got, sizeof got);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: %s, not %s", cases[i].what, got, cases[i].want);
        spc_csv_close(csv);
    }
}

static void test_refused_tables(void **state)
{
    /* clang-format off */
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "f:1:1: error: nothing here; the first line has to name the columns"},
        {" \r\n\n", "f:1:1: error: nothing here; the first line has to name the columns"},
        {"a,b\n1,2\n3\n", "f:3:1: error: this row has 1 cell where the header names 2 columns"},
        {"a,b\n1,2,3\n", "f:2:1: error: this row has 3 cells where the header names 2 columns"},
        {"a,b\n1,2\n\n3,4\n", "f:3:1: error: this row has 1 cell where the header names 2 columns"},
        {"a\n1,2\n", "f:2:1: error: this row has 2 cells where the header names 1 column"},
        {"a,b\n1,\"2\n3,4\n", "f:2:3: error: this quote is never closed"},
        {"a,b\n\"1\"x,2\n", "f:2:4: error: after the closing quote a separator is due; "
                            "a quote inside a quoted cell is written twice"},
        {"a,b\n1,\xFF\n", "f:2:3: error: byte 0xFF is not UTF-8: save the file as UTF-8"},
        {"a,b\n径,\xE5\xBE\n", "f:2:3: error: byte 0xE5 is not UTF-8: save the file as UTF-8"},
        {"a\n\xC0\x80\n", "f:2:1: error: byte 0xC0 is not UTF-8: save the file as UTF-8"},
        {"a\n\xED\xA0\x80\n", "f:2:1: error: byte 0xED is not UTF-8: save the file as UTF-8"},
        {"a\n\xF4\x90\x80\x80\n", "f:2:1: error: byte 0xF4 is not UTF-8: save the file as UTF-8"},
        {"74.03\n74.01\n", "f:1:1: error: the first line has to name the column, "
                           "but '74.03' is a measurement"},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spc_csv *csv = NULL;
        char complaint[SPC_CSV_COMPLAINT];

        assert_int_equal(spc_csv_read(cases[i].text, strlen(cases[i].text), "f",
                                      guess, &csv, complaint),
                         SPC_BAD_INPUT);
        assert_null(csv);
        assert_string_equal(complaint, cases[i].want);
    }
}

static void test_a_nul_is_not_text(void **state)
{
    static const char utf16[] = "\xEF\xBB\xBF"
                                "a\0,\0b\0\n";
    struct spc_csv *csv = NULL;
    char complaint[SPC_CSV_COMPLAINT];

    (void)state;
    assert_int_equal(
        spc_csv_read(utf16, sizeof utf16, "f", guess, &csv, complaint),
        SPC_BAD_INPUT);
    assert_string_equal(complaint,
                        "f:1:2: error: a NUL byte; this is not text, or text "
                        "in UTF-16: save the file as UTF-8");
}

static void test_too_many_columns(void **state)
{
    static char text[2 * SPC_CSV_COLUMNS_MAX + 8];
    struct spc_csv *csv = NULL;
    char complaint[SPC_CSV_COMPLAINT];

    (void)state;
    memset(text, ',', sizeof text);
    assert_int_equal(spc_csv_read(text, SPC_CSV_COLUMNS_MAX - 1, "f", guess,
                                  &csv, complaint),
                     SPC_OK);
    assert_int_equal(spc_csv_columns(csv), SPC_CSV_COLUMNS_MAX);
    spc_csv_close(csv);
    assert_int_equal(
        spc_csv_read(text, SPC_CSV_COLUMNS_MAX, "f", guess, &csv, complaint),
        SPC_BAD_INPUT);
    assert_non_null(strstr(complaint, "more than 4096 columns"));
}

static struct spc_csv *read_text(const char *text, char decimal)
{
    struct spc_csv *csv = NULL;
    char complaint[SPC_CSV_COMPLAINT];

    if (spc_csv_read(text, strlen(text), "f",
                     (struct spc_csv_format){';', decimal}, &csv,
                     complaint) != SPC_OK)
        fail_msg("%s", complaint);
    return csv;
}

static void test_numbers(void **state)
{
    /* clang-format off */
    static const struct {
        const char *text;
        char decimal;
        double want;
        unsigned decimals;
    } cases[] = {
        {"74.030", '.', 74.030, 3}, {"-0.5",  '.', -0.5,   1},
        {"+7",     '.', 7,      0}, {".25",   '.', 0.25,   2},
        {"5.",     '.', 5,      0}, {"1e-3",  '.', 1e-3,   0},
        {"2.5E+2", '.', 250,    0}, {"74,03", ',', 74.03,  2},
        {"1e-400", '.', 0,      0}, {"0",     '.', 0,      0},
        {"  12.5 ", '.', 12.5,  1}, {"\"3.5\"", '.', 3.5,  1},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64], complaint[SPC_CSV_COMPLAINT];
        struct spc_csv *csv;
        double number = NAN;

        snprintf(text, sizeof text, "a;b\n%s;x\n", cases[i].text);
        csv = read_text(text, cases[i].decimal);
        assert_int_equal(spc_csv_number(csv, 0, 0, &number, complaint), SPC_OK);
        assert_true(number == cases[i].want);
        assert_int_equal(spc_csv_decimals(csv, 0, 0), cases[i].decimals);
        spc_csv_close(csv);
    }
}

static void test_an_empty_cell_is_missing_and_not_zero(void **state)
{
    struct spc_csv *csv = read_text("a;b\n;1\n  ;1\n\"\";1\n", '.');
    char complaint[SPC_CSV_COMPLAINT];

    (void)state;
    for (size_t row = 0; row < 3; row++) {
        double number = 0;

        assert_int_equal(spc_csv_number(csv, row, 0, &number, complaint),
                         SPC_OK);
        assert_true(isnan(number));
    }
    spc_csv_close(csv);
}

static void test_refused_numbers(void **state)
{
    /* clang-format off */
    static const struct {
        const char *text;
        char decimal;
        const char *want;
    } cases[] = {
        {"7x4",   '.', "'7x4' is not a number; a missing measurement is an empty cell"},
        {"NA",    '.', "'NA' is not a number; a missing measurement is an empty cell"},
        {"nan",   '.', "'nan' is not a number; a missing measurement is an empty cell"},
        {"inf",   '.', "'inf' is not a number; a missing measurement is an empty cell"},
        {"0x10",  '.', "'0x10' is not a number; a missing measurement is an empty cell"},
        {"1 2",   '.', "'1 2' is not a number; a missing measurement is an empty cell"},
        {"1.2.3", '.', "'1.2.3' is not a number; a missing measurement is an empty cell"},
        {"-",     '.', "'-' is not a number; a missing measurement is an empty cell"},
        {"e5",    '.', "'e5' is not a number; a missing measurement is an empty cell"},
        {"74,03", '.', "'74,03' is not a number with a decimal point; --decimal , would make it 74.03"},
        {"74.03", ',', "'74.03' is not a number with a decimal comma; --decimal . would make it 74.03"},
        {"1e999", '.', "'1e999' is too large for a double"},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64], complaint[SPC_CSV_COMPLAINT], want[256];
        struct spc_csv *csv;
        double number = 12;

        /* The column counts characters: the character before is 3 bytes. */
        snprintf(text, sizeof text, "a;b\n1;2\n径; %s\n", cases[i].text);
        snprintf(want, sizeof want, "f:3:4: error: %s", cases[i].want);
        csv = read_text(text, cases[i].decimal);
        assert_int_equal(spc_csv_number(csv, 1, 1, &number, complaint),
                         SPC_BAD_INPUT);
        assert_string_equal(complaint, want);
        assert_true(number == 12);
        spc_csv_close(csv);
    }
}

static void test_columns_by_name(void **state)
{
    struct spc_csv *csv = read_text("a;b;a\n1;2;3\n", '.');
    char complaint[SPC_CSV_COMPLAINT];
    size_t column = 7;

    (void)state;
    assert_int_equal(spc_csv_find(csv, "b", &column, complaint), SPC_OK);
    assert_int_equal(column, 1);
    assert_int_equal(spc_csv_find(csv, "c", &column, complaint), SPC_BAD_INPUT);
    assert_string_equal(complaint, "f:1:1: error: there is no column 'c'; "
                                   "there are: a, b, a");
    assert_int_equal(spc_csv_find(csv, "a", &column, complaint), SPC_BAD_INPUT);
    assert_string_equal(complaint,
                        "f:1:5: error: a second column is called 'a'");
    assert_int_equal(column, 1);
    spc_csv_complain(csv, 0, 2, complaint, "%d is enough", 1);
    assert_string_equal(complaint, "f:2:5: error: 1 is enough");
    spc_csv_close(csv);
}

static void test_a_place_after_a_quoted_line_end(void **state)
{
    struct spc_csv *csv = read_text("a;b\n\"1\r\n2\";x\n3;y\n", '.');
    char complaint[SPC_CSV_COMPLAINT];
    double number;

    (void)state;
    assert_int_equal(spc_csv_number(csv, 0, 1, &number, complaint),
                     SPC_BAD_INPUT);
    assert_non_null(strstr(complaint, "f:3:4: error:"));
    assert_int_equal(spc_csv_number(csv, 1, 1, &number, complaint),
                     SPC_BAD_INPUT);
    assert_non_null(strstr(complaint, "f:4:3: error:"));
    spc_csv_close(csv);
}

static void test_many_columns_are_listed_in_part(void **state)
{
    char text[4096] = "", complaint[SPC_CSV_COMPLAINT];
    size_t length = 0, column;
    struct spc_csv *csv;

    (void)state;
    for (int i = 0; i < 100; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%scolumn_%d", i ? ";" : "", i);
    csv = read_text(text, '.');
    assert_int_equal(spc_csv_find(csv, "x", &column, complaint), SPC_BAD_INPUT);
    assert_non_null(strstr(complaint, ", ..."));
    spc_csv_close(csv);
}

static void test_files(void **state)
{
    char path[] = "/tmp/spc-csv-XXXXXX", complaint[SPC_CSV_COMPLAINT];
    int file = mkstemp(path);
    struct spc_csv *csv = NULL;

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(write(file, "a\n1\n2\n", 6), 6);
    close(file);
    assert_int_equal(spc_csv_load(path, guess, &csv, complaint), SPC_OK);
    assert_int_equal(spc_csv_rows(csv), 2);
    spc_csv_close(csv);
    unlink(path);
    assert_int_equal(spc_csv_load(path, guess, &csv, complaint),
                     SPC_CANNOT_OPEN);
    assert_non_null(strstr(complaint, ": error: cannot be read: "));
    assert_int_equal(spc_csv_load("/tmp", guess, &csv, complaint),
                     SPC_CANNOT_OPEN);
}

/* Every beginning of a hostile file is a table or a sentence. */
static void test_every_beginning_is_understood_or_refused(void **state)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "a;\"b\"\"\r\n\";径\r\"1\n\";2,5;"
                               "\xE5\xBE\x84\n;;\r\n\r\n\"\"\"\";\t;x";

    (void)state;
    for (size_t size = 0; size < sizeof text; size++) {
        struct spc_csv *csv = NULL;
        char complaint[SPC_CSV_COMPLAINT];

        if (spc_csv_read(text, size, "f", guess, &csv, complaint) == SPC_OK)
            assert_true(spc_csv_columns(csv) > 0);
        else
            assert_non_null(strstr(complaint, ": error: "));
        spc_csv_close(csv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_refused_tables),
        cmocka_unit_test(test_a_nul_is_not_text),
        cmocka_unit_test(test_too_many_columns),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_an_empty_cell_is_missing_and_not_zero),
        cmocka_unit_test(test_refused_numbers),
        cmocka_unit_test(test_columns_by_name),
        cmocka_unit_test(test_a_place_after_a_quoted_line_end),
        cmocka_unit_test(test_many_columns_are_listed_in_part),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_every_beginning_is_understood_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

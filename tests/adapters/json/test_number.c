/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as text: every double reads back to its bits, no shorter decimal
 * does, and a comma locale changes nothing. */
#include "adapters/json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64: a fixed sequence of well mixed bit patterns. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double from_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t to_bits(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Significant digits of a decimal, without leading and trailing zeros. */
static int digits_of(const char *text)
{
    int digits = 0, zeros = 0;

    for (; *text && *text != 'e'; text++) {
        if (*text == '0' && digits > 0)
            zeros++;
        else if (*text >= '1' && *text <= '9') {
            digits += zeros + 1;
            zeros = 0;
        }
    }
    return digits;
}

static void check_round_trip(double x)
{
    char text[SPC_NUMBER_TEXT], *end, shorter[64];
    size_t length = spc_number_text(x, text);

    assert_int_equal(length, strlen(text));
    assert_true(length <= 24);
    assert_int_equal(strspn(text, "0123456789+-.e"), length);
    assert_int_equal(to_bits(strtod(text, &end)), to_bits(x));
    assert_string_equal(end, "");

    /* Shortest: one digit less no longer reads back. */
    int digits = digits_of(text);
    if (digits > 1) {
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, x);
        assert_true(strtod(shorter, NULL) != x);
    }
}

static void test_random_bit_patterns_round_trip(void **state)
{
    uint64_t seed = 20260112;

    (void)state;
    for (int i = 0; i < 1000000;) {
        double x = from_bits(next_random(&seed));
        if (!isfinite(x))
            continue;
        check_round_trip(x);
        i++;
    }
}

static void test_measurements_round_trip(void **state)
{
    uint64_t seed = 4711;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double u = (double)(next_random(&seed) >> 11) * 0x1p-53;
        double x = 4.17 + (u - 0.5) * 0.02;
        char text[SPC_NUMBER_TEXT];

        check_round_trip(x);
        /* A gauge's decimals come out as the gauge shows them. */
        double shown = round(x * 1e4) / 1e4;
        char plain[32];
        snprintf(plain, sizeof plain, "%.4f", shown);
        for (size_t n = strlen(plain); plain[n - 1] == '0'; n--)
            plain[n - 1] = '\0';
        spc_number_text(shown, text);
        assert_string_equal(text, plain);
    }
}

static void test_subnormals_round_trip(void **state)
{
    uint64_t seed = 99;

    (void)state;
    for (int i = 0; i < 10000; i++)
        check_round_trip(from_bits(next_random(&seed) >> 12 >> (i % 50)));
}

static void test_never_longer_than_seventeen_digits(void **state)
{
    uint64_t seed = 7;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double x = from_bits(next_random(&seed));
        char text[SPC_NUMBER_TEXT], plain[64];
        if (!isfinite(x))
            continue;
        snprintf(plain, sizeof plain, "%.17g", x);
        spc_number_text(x, text);
        assert_true(digits_of(text) <= digits_of(plain));
    }
}

/* clang-format off */
static const struct {
    double x;
    const char *text;
} spelled[] = {
    {0.0, "0"}, {-0.0, "-0.0"}, {1.0, "1"}, {-1.5, "-1.5"},
    {0.1, "0.1"}, {1.0 / 3, "0.3333333333333333"},
    {0.1 + 0.2, "0.30000000000000004"}, {74.01430, "74.0143"},
    {1e22, "1e22"}, {1e-5, "1e-5"}, {-1e-300, "-1e-300"},
    {100000, "100000"}, {123456789012345678.0, "1.2345678901234568e17"},
    {9007199254740993.0, "9007199254740992"},
    {5e-324, "5e-324"}, {DBL_MIN, "2.2250738585072014e-308"},
    {DBL_MAX, "1.7976931348623157e308"}, {0.986587645, "0.986587645"},
};
/* clang-format on */

static void test_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        char text[SPC_NUMBER_TEXT];

        spc_number_text(spelled[i].x, text);
        assert_string_equal(text, spelled[i].text);
    }
}

static void test_decimals_for_people(void **state)
{
    char text[SPC_NUMBER_TEXT];

    (void)state;
    spc_decimal_text(10, 3, text);
    assert_string_equal(text, "10.000");
    spc_decimal_text(4.184123456, 5, text);
    assert_string_equal(text, "4.18412");
    spc_decimal_text(4.184123456, -1, text);
    assert_string_equal(text, "4.18412");
    spc_decimal_text(DBL_MAX, 12, text);
    assert_string_equal(text, "1.79769e+308");
    spc_decimal_text(-999999999999.0, 12, text);
    assert_string_equal(text, "-999999999999.000000000000");
    spc_decimal_text(NAN, 3, text);
    assert_string_equal(text, "?");
}

static void test_a_comma_locale_changes_nothing(void **state)
{
    char text[SPC_NUMBER_TEXT], comma[16];

    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    assert_string_equal(comma, "0,5"); /* the locale is really on */

    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        spc_number_text(spelled[i].x, text);
        assert_string_equal(text, spelled[i].text);
    }
    spc_decimal_text(4.184123456, 5, text);
    assert_string_equal(text, "4.18412");

    json_t *json = json_real(0.1);
    char *line = spc_json_text(json);
    assert_string_equal(line, "0.1");
    free(line);
    json_decref(json);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_bit_patterns_round_trip),
        cmocka_unit_test(test_measurements_round_trip),
        cmocka_unit_test(test_subnormals_round_trip),
        cmocka_unit_test(test_never_longer_than_seventeen_digits),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_decimals_for_people),
        cmocka_unit_test(test_a_comma_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text: templates, optional stretches, UTF-8. */
#include "adapters/json/text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const struct spc_blank blanks[] = {
    {"who", "Li Wei"}, {"what", "{who}"}, {"empty", ""}, {"absent", NULL}};

/* clang-format off */
static const struct {
    const char *template, *filled, *sentence;
} cases[] = {
    {"",                    "",                "" },
    {"plain",               "plain",           "plain"},
    {"by {who}.",           "by Li Wei.",      "by Li Wei."},
    {"{what}{who}",         "{who}Li Wei",     "{who}Li Wei"},
    {"{nobody} stays",      "{nobody} stays",  "{nobody} stays"},
    {"{open",               "{open",           "{open"},
    {"a{empty}b{absent}c",  "abc",             "abc"},
    {"a[, {who}]b",         "a[, Li Wei]b",    "a, Li Weib"},
    {"a[, {empty}]b",       "a[, ]b",          "ab"},
    {"a[, {who}{absent}]",  "a[, Li Wei]",     "a"},
    {"a[ (x)]",             "a[ (x)]",         "a (x)"},
    {"a[{who}",             "a[Li Wei",        "a[Li Wei"},
};
/* clang-format on */

static void test_templates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spc_text text = {0};
        char *got;

        spc_text_fill(&text, cases[i].template, blanks, 4);
        got = spc_text_take(&text);
        assert_string_equal(got, cases[i].filled);
        free(got);
        spc_text_sentence(&text, cases[i].template, blanks, 4);
        got = spc_text_take(&text);
        assert_string_equal(got, cases[i].sentence);
        free(got);
    }
}

static void test_growth_keeps_everything(void **state)
{
    struct spc_text text = {0};

    (void)state;
    for (int i = 0; i < 10000; i++)
        spc_text_add(&text, &"0123456789"[i % 10], 1);
    char *got = spc_text_take(&text);
    assert_int_equal(strlen(got), 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(got[i], '0' + i % 10);
    free(got);
}

/* Every code there is, written by hand and read back. */
static void test_every_character_is_read(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char s[4];
        size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
        uint32_t got = UINT32_MAX;

        for (size_t i = n; i-- > 1;)
            s[i] = (char)(0x80 | (code >> 6 * (n - 1 - i) & 0x3f));
        s[0] = (char)(lead[n] | code >> 6 * (n - 1));

        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        assert_int_equal(spc_utf8_next(s, 4, &got), surrogate ? 0 : n);
        if (!surrogate)
            assert_int_equal(got, code);
        assert_int_equal(spc_utf8_next(s, n - 1, &got), 0);
    }
}

static void test_what_is_not_a_character(void **state)
{
    static const char *const bad[] = {"\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf5\x80\x80\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xff",
                                      "\xc3("};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint32_t code = 42;
        assert_int_equal(spc_utf8_next(bad[i], strlen(bad[i]), &code), 0);
        assert_int_equal(code, 42);
    }
}

/* clang-format off */
static const struct {
    spc_nanos time;
    const char *text, *sentence;
} times[] = {
    {0, "1970-01-01T00:00:00.000Z", "1970-01-01 00:00:00 UTC"},
    {1795254886120000000, "2026-11-21T09:54:46.120Z",
     "2026-11-21 09:54:46 UTC"},
    {1795254886120450000, "2026-11-21T09:54:46.120450Z",
     "2026-11-21 09:54:46 UTC"},
    {1795254886999999999, "2026-11-21T09:54:46.999999999Z",
     "2026-11-21 09:54:46 UTC"},
    {951782400000000000, "2000-02-29T00:00:00.000Z",
     "2000-02-29 00:00:00 UTC"},
    {-1, "1969-12-31T23:59:59.999999999Z", "1969-12-31 23:59:59 UTC"},
    {INT64_MAX, "2262-04-11T23:47:16.854775807Z",
     "2262-04-11 23:47:16 UTC"},
};
/* clang-format on */

static void test_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char text[SPC_TIME_TEXT];

        spc_time_text(times[i].time, text);
        assert_string_equal(text, times[i].text);
        spc_time_sentence(times[i].time, text);
        assert_string_equal(text, times[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_growth_keeps_everything),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_every_character_is_read),
        cmocka_unit_test(test_what_is_not_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words are spelt once, all of them, and are told apart. */
#include "engine/status.h"
#include "engine/types.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_charts_are_named_both_ways(void **state)
{
    (void)state;
    for (unsigned c = 0; c < SPC_CHARTS; c++)
        if (spc_chart_text(c))
            assert_int_equal(spc_chart_named(spc_chart_text(c)), c);
    assert_int_equal(spc_chart_named("imr"), SPC_CHART_IMR);
    assert_int_equal(spc_chart_named("xbar-r"), SPC_CHART_XBAR_R);
    assert_int_equal(spc_chart_named("xbar-s"), SPC_CHART_XBAR_S);
    assert_int_equal(spc_chart_named("xbar"), SPC_CHARTS);
    assert_int_equal(spc_chart_named(""), SPC_CHARTS);
}

static void test_panels(void **state)
{
    /* clang-format off */
    static const struct {
        enum spc_chart chart;
        enum spc_panel panel;
        const char *want;
    } cases[] = {
        {SPC_CHART_IMR,    SPC_PANEL_LOCATION, "individual"},
        {SPC_CHART_IMR,    SPC_PANEL_SPREAD,   "moving-range"},
        {SPC_CHART_XBAR_R, SPC_PANEL_LOCATION, "xbar"},
        {SPC_CHART_XBAR_R, SPC_PANEL_SPREAD,   "range"},
        {SPC_CHART_XBAR_S, SPC_PANEL_SPREAD,   "sd"},
        {SPC_CHART_CCC,    SPC_PANEL_LOCATION, "ccc"},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(spc_panel_text(cases[i].chart, cases[i].panel),
                            cases[i].want);
}

static const char *chart(unsigned i)
{
    return spc_chart_text(i);
}

static const char *estimator(unsigned i)
{
    return spc_estimator_text(i);
}

static const char *index_name(unsigned i)
{
    return spc_index_text(i);
}

static const char *quality(unsigned i)
{
    return spc_quality_text(i);
}

static const char *time_source(unsigned i)
{
    return spc_time_source_text(i);
}

static const char *status(unsigned i)
{
    return spc_status_text(i);
}

static const struct {
    const char *what;
    const char *(*text)(unsigned);
    unsigned count;
} families[] = {
    {"chart", chart, SPC_CHARTS},
    {"estimator", estimator, SPC_ESTIMATORS},
    {"index", index_name, SPC_INDICES},
    {"quality", quality, SPC_QUALITIES},
    {"time source", time_source, SPC_TIME_FILE + 1},
    {"status", status, SPC_STATUS_COUNT},
};

static void test_every_word_is_its_own(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (unsigned i = 0; i < families[f].count; i++) {
            const char *word = families[f].text(i);

            if (word == NULL && families[f].text == chart)
                continue; /* a chart still to come */
            if (word == NULL || *word == '\0')
                fail_msg("%s %u has no word", families[f].what, i);
            for (unsigned j = 0; j < i; j++)
                if (families[f].text(j) &&
                    strcmp(word, families[f].text(j)) == 0)
                    fail_msg("%s %u and %u: %s", families[f].what, i, j, word);
        }
}

static void test_words_others_rely_on(void **state)
{
    (void)state;
    assert_string_equal(spc_estimator_text(SPC_ESTIMATOR_RBAR), "rbar/d2");
    assert_string_equal(spc_index_text(SPC_INDEX_CPK), "Cpk");
    assert_string_equal(spc_index_text(SPC_INDEX_PPL), "PpL");
    assert_string_equal(spc_quality_text(SPC_OUT_OF_RANGE), "out-of-range");
    assert_string_equal(spc_time_source_text(SPC_TIME_PLC), "plc");
    assert_string_equal(spc_status_text(SPC_OK), "ok");
    assert_string_equal(spc_status_text((enum spc_status)99), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_charts_are_named_both_ways),
        cmocka_unit_test(test_panels),
        cmocka_unit_test(test_every_word_is_its_own),
        cmocka_unit_test(test_words_others_rely_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

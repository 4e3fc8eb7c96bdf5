/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole charts: a file is studied, judged, and the indexes at which each rule
 * holds are those another program found.  Indexes count from 1. */
#include "engine/study.h"
#include "engine/subgroup.h"
#include "rules/ruleset.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { POINTS_MAX = 50 };

struct charted {
    size_t count;
    struct spc_point points[POINTS_MAX];
};

static struct spc_constants k;

static int compute(void **state)
{
    (void)state;
    return spc_constants_compute(&k) == SPC_OK ? 0 : -1;
}

static struct charted individuals(void)
{
    static double x[SERIES_MAX];
    struct charted c = {.count = series_read("rules_individual.csv", 1, x)};

    assert_true(c.count <= POINTS_MAX);
    for (size_t i = 0; i < c.count; i++)
        c.points[i] = (struct spc_point){
            1, x[i], i ? fabs(x[i] - x[i - 1]) : (double)NAN, (double)NAN};
    return c;
}

static struct charted piston_rings(void)
{
    static double x[SERIES_MAX];
    size_t n = series_read("pistonrings.csv", 2, x);
    struct charted c = {0};
    struct spc_subgroup subgroup = {0};

    assert_int_equal(n, 200);
    for (size_t i = 0; i < n; i++) {
        spc_subgroup_add(&subgroup, x[i]);
        if (subgroup.places == 5) {
            c.points[c.count++] = spc_subgroup_point(&subgroup);
            subgroup = (struct spc_subgroup){0};
        }
    }
    return c;
}

static struct spc_limits limits_of(const struct charted *c,
                                   enum spc_chart chart, uint32_t n,
                                   size_t baseline)
{
    struct spc_study study = {0};
    struct spc_limits limits = {0};

    for (size_t i = 0; i < baseline; i++)
        spc_study_add(&study, &k, chart, &c->points[i]);
    assert_int_equal(spc_study_limits(&study, &k, chart,
                                      spc_chart_estimator(chart), n, 3,
                                      &limits),
                     SPC_OK);
    return limits;
}

/* "37 38 39": where any row of that name holds. */
static void indexes(const struct charted *c, const struct spc_limits *limits,
                    const char *rule, enum spc_panel panel, char text[300])
{
    struct spc_history history;
    spc_rule_mask selected = 0;
    size_t length = 0;

    assert_true(spc_rules_named(rule, &selected));
    spc_history_clear(&history);
    text[0] = '\0';
    for (size_t i = 0; i < c->count; i++) {
        const struct spc_point *p = &c->points[i];
        double value = spc_point_statistic(p, limits->chart, panel);

        if (isnan(value))
            continue;
        struct spc_zones zones = spc_limits_zones(limits, &k, panel, p->n);
        spc_history_push(&history, &zones, value);
        if (spc_rules_judge(selected, &history))
            length += (size_t)snprintf(text + length, 300 - length, "%s%zu",
                                       length ? " " : "", i + 1);
    }
}

struct expected {
    const char *rule, *at;
};

static void check(const struct charted *c, const struct spc_limits *limits,
                  enum spc_panel panel, const struct expected *want,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char got[300];

        indexes(c, limits, want[i].rule, panel, got);
        if (strcmp(got, want[i].at) != 0)
            fail_msg("%s: %s, not %s", want[i].rule, got, want[i].at);
    }
}

/* clang-format off */
static const struct expected every_rule_broken[] = {
    {"nelson-1", "37 38 39 40 41 42 43 44 45"},
    {"nelson-2", "24 25 26 27 28 29 30 31 32 33 34 35 36"},
    {"nelson-3", "20 21 22"},
    {"nelson-4", "14 15 16"},
    {"nelson-5", "38 39 40 41 42 43 44"},
    {"nelson-6", "40 41 42 43 44"},
    {"nelson-7", "29 30 31 32 33 34 35 36"},
    {"nelson-8", "44 45"},
    {"we-1",     "37 38 39 40 41 42 43 44 45"},
    {"we-2",     "38 39 40 41 42 43 44"},
    {"we-3",     "40 41 42 43 44"},
    {"we-4",     "23 24 25 26 27 28 29 30 31 32 33 34 35 36 44"},
};
static const struct expected moving_ranges[] = {{"nelson-1", "37 45"}};
static const struct expected phase_two[] = {
    {"nelson-1", "37 38 39"},
    {"nelson-2", ""},
    {"nelson-3", ""},
    {"nelson-4", ""},
    {"nelson-5", "35 37 38 39 40"},
    {"nelson-6", "35 38 39 40"},
    {"nelson-7", ""},
    {"nelson-8", ""},
    {"we-2",     "35 37 38 39 40"},
    {"we-3",     "35 38 39 40"},
    {"we-4",     ""},
};
static const struct expected quiet[] = {{"nelson-1", ""}};
/* clang-format on */

#define CHECK_CHART(c, limits, panel, want)                                    \
    check((c), (limits), (panel), (want), sizeof(want) / sizeof *(want))

static void test_a_series_that_breaks_every_rule(void **state)
{
    struct charted c = individuals();
    struct spc_limits limits = limits_of(&c, SPC_CHART_IMR, 1, c.count);

    (void)state;
    CHECK_CLOSE(limits.zones[0].upper[3], 1.4278869329696646, 1e-12);
    CHECK_CLOSE(limits.zones[0].lower[3], -0.8803313774141093, 1e-12);
    CHECK_CLOSE(limits.zones[1].upper[3], 1.4179718104184609, 1e-11);
    CHECK_CHART(&c, &limits, SPC_PANEL_LOCATION, every_rule_broken);
    CHECK_CHART(&c, &limits, SPC_PANEL_SPREAD, moving_ranges);
}

/* Limits from samples 1 to 25; all 40 are judged. */
static void test_piston_rings(void **state)
{
    static const enum spc_chart charts[] = {SPC_CHART_XBAR_R, SPC_CHART_XBAR_S};
    struct charted c = piston_rings();

    (void)state;
    assert_int_equal(c.count, 40);
    for (unsigned i = 0; i < 2; i++) {
        struct spc_limits limits = limits_of(&c, charts[i], 5, 25);

        CHECK_CHART(&c, &limits, SPC_PANEL_LOCATION, phase_two);
        CHECK_CHART(&c, &limits, SPC_PANEL_SPREAD, quiet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_series_that_breaks_every_rule),
        cmocka_unit_test(test_piston_rings),
    };

    return cmocka_run_group_tests(tests, compute, NULL);
}

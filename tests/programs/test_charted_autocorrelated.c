/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points that remember, on a line: what is told of a study whose points do,
 * by the short road and by a chart's own operations; residuals by a model
 * that stays as it is; widths for a small study. */
#include "engine/autocorrelation.h"
#include "programs/dependence.h"
#include "programs/pipeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { STUDY = 60, TABLE = 4, BLOCK = 4096 };

static struct {
    struct spc_constants constants;
    struct spc_characteristic characteristic;
    uint32_t first[2], table[TABLE], counts[1], changed[SPC_VALUES_MAX];
    struct spc_stream streams[1];
    bool told[1];
    struct spc_gap gaps[1];
    double blocks[BLOCK], work[BLOCK];
    double *block[1];
    struct spc_observation observations[STUDY];
    struct spc_pipeline pipeline;
    struct spc_plotted points[SPC_OUTCOME_POINTS];
    struct spc_event events[SPC_OUTCOME_EVENTS];
    struct spc_outcome outcome;
    uint64_t counter, noise;
    double before;
} b;

static void set_up(enum spc_chart chart, bool charted)
{
    memset(&b, 0, sizeof b);
    assert_int_equal(spc_constants_compute(&b.constants), SPC_OK);
    b.characteristic = (struct spc_characteristic){
        .chart = chart,
        .charted = charted,
        .capable = true,
        .subgroup = 1,
        .study = STUDY,
        .return_after = 2,
        .max_streams = 1,
        .design = spc_chart_design(chart, &b.constants, 1),
        .intake = {.units = SPC_NONE,
                   .units_each = 1,
                   .across = SPC_NONE,
                   .part_key = SPC_NONE},
        .specification = {.lower = 0, .upper = 20, .target = 10},
    };
    assert_true(spc_rules_named("nelson-1", &b.characteristic.rules[0]));
    b.first[1] = 1;
    b.pipeline = (struct spc_pipeline){
        .constants = &b.constants,
        .characteristics = &b.characteristic,
        .characteristic_count = 1,
        .first = b.first,
        .streams = b.streams,
        .stream_room = 1,
        .next_id = 1,
        .table = b.table,
        .table_size = TABLE,
        .stream_counts = b.counts,
        .full_told = b.told,
        .gaps = b.gaps,
        .blocks = b.blocks,
        .block_room = BLOCK,
        .block = b.block,
        .observations = b.observations,
        .work = b.work,
    };
    b.outcome = (struct spc_outcome){
        .points = b.points, .events = b.events, .changed = b.changed};
    b.noise = 2385;
}

static void fold(double value, uint64_t lost)
{
    struct spc_sample sample = {
        .epoch = 1,
        .counter = b.counter += 1 + lost,
        .lost = lost,
        .time = (spc_nanos)b.counter * SPC_SECOND,
        .value_count = 1,
        .value = {value},
        .quality = {isnan(value) ? SPC_NOT_VALID : SPC_GOOD},
    };

    spc_pipeline_fold(&b.pipeline, &sample, &b.outcome);
}

/* Nearly normal: twelve even numbers (Knuth's congruential generator). */
static double shock(void)
{
    double sum = -6;

    for (unsigned i = 0; i < 12; i++) {
        b.noise = b.noise * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(b.noise >> 11) * 0x1p-53;
    }
    return sum;
}

/* The next of a process around 10. */
static double next(double phi)
{
    b.before = phi * b.before + shock();
    return 10 + b.before;
}

static void study(double phi)
{
    for (unsigned i = 0; i < STUDY; i++)
        fold(next(phi), 0);
    assert_int_equal(b.streams[0].limits.number, 1);
}

static const struct spc_event *told(enum spc_event_action action)
{
    for (size_t i = 0; i < b.outcome.event_count; i++)
        if (b.events[i].action == action)
            return &b.events[i];
    return NULL;
}

static const char *detail(void)
{
    assert_non_null(told(SPC_LIMITS_IN_FORCE));
    return told(SPC_LIMITS_IN_FORCE)->detail;
}

/* ---- warnings ---------------------------------------------------------- */

static void test_both_roads_warn_alike(void **state)
{
    char by_short_road[SPC_DETAIL_TEXT];

    (void)state;
    set_up(SPC_CHART_IMR, false);
    study(0.8);
    assert_non_null(
        strstr(detail(), "successive points are correlated (r1 = 0."));
    assert_non_null(strstr(detail(),
                           "): limits by moving ranges are too narrow; see "
                           "ar-individual or ar-residual"));
    memcpy(by_short_road, detail(), sizeof by_short_road);
    set_up(SPC_CHART_IMR, true);
    study(0.8);
    assert_string_equal(detail(), by_short_road);
    set_up(SPC_CHART_EWMA, true);
    study(0.8);
    assert_string_equal(detail(), by_short_road);
}

static void test_no_warning_without_cause(void **state)
{
    static const enum spc_chart charts[] = {SPC_CHART_IMR, SPC_CHART_CUSUM,
                                            SPC_CHART_AR_INDIVIDUAL,
                                            SPC_CHART_AR_RESIDUAL};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        set_up(charts[i], i > 0);
        study(i < 2 ? 0 : 0.8); /* which the last two know */
        assert_string_equal(detail(), "");
    }
}

static void test_one_warning_does_not_hide_the_other(void **state)
{
    (void)state;
    for (unsigned charted = 0; charted < 2; charted++) {
        set_up(SPC_CHART_IMR, charted == 1);
        b.characteristic.specification.upper = 5;
        study(0.8);
        assert_non_null(strstr(detail(), "before trusting these limits; "
                                         "points are correlated (r1 = 0."));
        assert_int_equal(detail()[strlen(detail()) - 1], ')');
        assert_true(strlen(detail()) < SPC_DETAIL_TEXT - 1);
        set_up(SPC_CHART_IMR, charted == 1);
        b.characteristic.specification.upper = 5;
        study(0);
        assert_null(strstr(detail(), "correlated"));
        assert_non_null(strstr(detail(), "outside the specification"));
    }
}

static void test_the_words(void **state)
{
    static const struct {
        double r, p;
        const char *text;
    } rows[] = {
        {0.62, 3e-9, "points are correlated (r1 = 0.62, p = 3e-9)"},
        {-0.204, 9.96e-5, "points are correlated (r1 = -0.20, p = 1e-4)"},
        {-0.004, 0.0099, "points are correlated (r1 = 0.00, p = 1e-2)"},
        {0.9999, 0, "points are correlated (r1 = 1.00, p < 1e-300)"},
        {0.05, 9.41e-169, "points are correlated (r1 = 0.05, p = 9e-169)"},
        {0.9, 0.0101, ""},
    };
    char text[SPC_DEPENDENCE_BRIEF];

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spc_independence test = {
            .n = 20, .r = {1, rows[i].r}, .p = rows[i].p};

        assert_int_equal(spc_dependence_brief(&test, text),
                         rows[i].text[0] != 0);
        assert_string_equal(text, rows[i].text);
        test.n = 19;
        assert_false(spc_dependence_brief(&test, text));
    }
}

/* No text is longer than its room. */
static void test_every_chart_has_room(void **state)
{
    struct spc_independence test = {.n = 20, .r = {1, -0.99}, .p = 1e-299};

    (void)state;
    assert_int_equal(spc_constants_compute(&b.constants), SPC_OK);
    for (unsigned chart = 0; chart < SPC_CHARTS; chart++) {
        for (unsigned i = 0; i < 8; i++) {
            char text[2 * SPC_DEPENDENCE_TEXT];
            struct spc_chart_design design = spc_chart_design(
                (enum spc_chart)chart, &b.constants, i & 1 ? 5 : 1);

            if (i & 2)
                design.estimator = SPC_ESTIMATOR_OVERALL;
            test.r[1] = i & 4 ? 0.99 : -0.99;
            memset(text, 0x5a, sizeof text);
            (void)spc_dependence_text(&design, &test, text);
            assert_true(strlen(text) < SPC_DEPENDENCE_TEXT);
        }
    }
}

/* ---- sums carried along ------------------------------------------------ */

/* The same correlations as those of the points themselves, over gaps. */
static void test_sums_are_the_series(void **state)
{
    double x[2 * STUDY];
    size_t length = 0;
    struct spc_autocorrelation series;
    struct spc_independence test;
    struct spc_ljung_box box;

    (void)state;
    set_up(SPC_CHART_IMR, false);
    for (unsigned i = 0; i < STUDY - 1; i++) {
        uint64_t lost = i % 23 == 7 ? 2 : 0;

        if (lost || i % 31 == 30)
            x[length++] = (double)NAN;
        x[length++] = next(0.5);
        if (i % 31 == 30)
            fold((double)NAN, 0);
        fold(x[length - 1], lost);
    }
    assert_int_equal(b.streams[0].limits.number, 0);
    assert_int_equal(spc_independence_test(&b.streams[0].order, 0, &test),
                     SPC_OK);
    assert_int_equal(test.lags, 10);
    assert_int_equal(spc_autocorrelate(x, length, 10, &series), SPC_OK);
    assert_int_equal(spc_ljung_box(&series, 10, 0, &box), SPC_OK);
    assert_int_equal(test.n, series.n);
    for (unsigned k = 0; k <= 10; k++)
        assert_true(fabs(test.r[k] - series.r[k]) < 1e-13);
    assert_true(fabs(test.q / box.q - 1) < 1e-12);
    assert_true(fabs(test.p / box.p - 1) < 1e-10);
    assert_true(test.band == series.band);
}

/* Limits in force, or a study that failed: nothing is left of them. */
static void test_sums_end_with_the_study(void **state)
{
    (void)state;
    set_up(SPC_CHART_IMR, false);
    study(0.8);
    fold(next(0.8), 0);
    assert_int_equal(b.streams[0].order.n, 0);
    set_up(SPC_CHART_IMR, false);
    for (unsigned i = 0; i < STUDY; i++)
        fold(10, 0);
    assert_non_null(told(SPC_STUDY_FAILED));
    assert_int_equal(b.streams[0].order.n, 0);
    study(0);
    assert_string_equal(detail(), "");
}

/* ---- residuals --------------------------------------------------------- */

static double residual_of(const double *x, size_t i)
{
    const struct spc_stream *stream = &b.streams[0];
    const double *phi = NULL;
    unsigned order = spc_chart_phi(SPC_CHART_AR_RESIDUAL, b.block[0], &phi);
    double e = x[i] - stream->limits.center;

    for (unsigned k = 0; k < order; k++)
        e -= phi[k] * (x[i - 1 - k] - stream->limits.center);
    return e;
}

static void test_residuals_by_a_frozen_model(void **state)
{
    double x[40], frozen[16];
    size_t size;

    (void)state;
    set_up(SPC_CHART_AR_RESIDUAL, true);
    b.characteristic.design.order = 2;
    for (unsigned i = 0; i < STUDY; i++)
        fold(x[i % 2] = next(0.8), 0);
    assert_int_equal(b.streams[0].limits.number, 1);
    (void)spc_stream_parameters(&b.pipeline, 0, &size);
    assert_true(size <= sizeof frozen);
    memcpy(frozen, b.block[0], size);
    for (unsigned i = 2; i < 40; i++) {
        bool gap = i == 20;

        x[i] = next(0.8) + (i == 12 ? 9 : 0);
        fold(x[i], gap ? 3 : 0);
        assert_int_equal(b.outcome.point_count, 1);
        if (i == 20 || i == 21) { /* nothing is strung together */
            assert_true(isnan(b.points[0].value[0]));
            continue;
        }
        assert_true(fabs(b.points[0].value[0] - residual_of(x, i)) < 1e-12);
        assert_int_equal(told(SPC_RAISED) != NULL, i == 12);
    }
    assert_memory_equal(frozen, b.block[0], size);
}

static void test_a_missing_value_is_a_gap(void **state)
{
    (void)state;
    set_up(SPC_CHART_AR_RESIDUAL, true);
    b.characteristic.design.order = 1;
    study(0.8);
    fold(next(0.8), 0);
    assert_true(isfinite(b.points[0].value[0]));
    fold((double)NAN, 0);
    fold(next(0.8), 0);
    assert_true(isnan(b.points[0].value[0]));
    fold(next(0.8), 0);
    assert_true(isfinite(b.points[0].value[0]));
}

static void test_a_drift_is_no_study(void **state)
{
    (void)state;
    set_up(SPC_CHART_AR_INDIVIDUAL, true);
    for (unsigned i = 0; i < STUDY; i++)
        fold(i + 0.1 * shock(), 0);
    assert_non_null(told(SPC_STUDY_FAILED));
    assert_string_equal(told(SPC_STUDY_FAILED)->detail,
                        spc_status_text(SPC_NOT_STATIONARY));
    study(0.5); /* the next one may do */
}

/* ---- widths ------------------------------------------------------------ */

/* A study's limits are for the points to come. */
static void test_widths_of_a_small_study(void **state)
{
    double plain;

    (void)state;
    set_up(SPC_CHART_IMR, true);
    study(0);
    plain = b.streams[0].limits.zones[0].upper[3];
    for (unsigned i = 0; i < 2; i++) {
        const struct spc_limits *limits = &b.streams[0].limits;

        set_up(SPC_CHART_IMR, true);
        b.characteristic.design.corrected = i == 0;
        b.characteristic.design.alpha_for_study = i == 0 ? 0 : 0.05;
        study(0);
        assert_true(limits->width > 3.1 && limits->width < 3.3);
        assert_true(limits->figure[1] == limits->width);
        assert_int_equal(isfinite(limits->figure[0]), i == 1);
        assert_true(limits->zones[0].upper[3] > plain);
        assert_true(fabs(limits->zones[0].upper[3] - limits->center -
                         limits->width * limits->sigma) < 1e-12);
        assert_true(fabs(limits->zones[1].upper[3] -
                         limits->sigma * (b.constants.d2[2] +
                                          3 * b.constants.d3[2])) < 1e-12);
        fold(next(0), 0);
        assert_int_equal(b.points[0].limits, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_roads_warn_alike),
        cmocka_unit_test(test_no_warning_without_cause),
        cmocka_unit_test(test_one_warning_does_not_hide_the_other),
        cmocka_unit_test(test_the_words),
        cmocka_unit_test(test_every_chart_has_room),
        cmocka_unit_test(test_sums_are_the_series),
        cmocka_unit_test(test_sums_end_with_the_study),
        cmocka_unit_test(test_residuals_by_a_frozen_model),
        cmocka_unit_test(test_a_missing_value_is_a_gap),
        cmocka_unit_test(test_a_drift_is_no_study),
        cmocka_unit_test(test_widths_of_a_small_study),
    };

    return cmocka_run_group_tests_name("programs.charted_autocorrelated", tests,
                                       NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of several variables on a line: they say what the chart's operations
 * say of the same rows, to the last bit; name what they cannot do without; and
 * take a part that lacks one of its variables for missing. */
#include "engine/covariance.h"
#include "programs/pipeline.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    VARIABLES = 3,
    MOMENTS = VARIABLES + VARIABLES * (VARIABLES + 1) / 2,
    STUDY = 12, /* points */
    POINTS = 40,
    SIZE = 4, /* of a subgroup */
    PARTS = POINTS * SIZE,
    DOUBLES = 4096,
};

static const char *const names[VARIABLES] = {"ocv", "ir", "capacity"};

struct bench {
    struct spc_constants constants;
    struct spc_characteristic characteristic;
    uint32_t first[2], table[2], counts[1];
    struct spc_stream streams[1];
    bool told[1];
    struct spc_gap gaps[1];
    double blocks[DOUBLES], work[DOUBLES], *block[1];
    struct spc_observation observations[POINTS];
    struct spc_pipeline pipeline;
    struct spc_plotted points[SPC_OUTCOME_POINTS];
    struct spc_event events[SPC_OUTCOME_EVENTS];
    uint32_t changed[SPC_VALUES_MAX];
    struct spc_outcome outcome;
    uint64_t counter;
};

static struct bench b;

static void set_up(enum spc_chart chart, uint32_t n)
{
    memset(&b, 0, sizeof b);
    assert_int_equal(spc_constants_compute(&b.constants), SPC_OK);
    b.characteristic = (struct spc_characteristic){
        .chart = chart,
        .charted = true,
        .subgroup = n,
        .study = STUDY,
        .design = spc_chart_design(chart, &b.constants, n),
        .intake = {.with = {0, 1, 2},
                   .with_count = VARIABLES,
                   .units = SPC_NONE,
                   .across = SPC_NONE,
                   .part_key = SPC_NONE,
                   .names = names},
        .return_after = 2,
        .max_streams = 1,
    };
    b.characteristic.design.variables = VARIABLES;
    assert_true(spc_rules_named("beyond-limits", &b.characteristic.rules[0]));
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
        .table_size = 2,
        .stream_counts = b.counts,
        .full_told = b.told,
        .gaps = b.gaps,
        .blocks = b.blocks,
        .block_room = DOUBLES,
        .block = b.block,
        .observations = b.observations,
        .work = b.work,
    };
    b.outcome = (struct spc_outcome){
        .points = b.points, .events = b.events, .changed = b.changed};
}

static void fold(const double *x)
{
    struct spc_sample sample = {
        .epoch = 1,
        .counter = ++b.counter,
        .time = (spc_nanos)b.counter * SPC_SECOND,
        .value_count = VARIABLES,
    };

    for (unsigned j = 0; j < VARIABLES; j++) {
        sample.value[j] = x[j];
        sample.quality[j] = isnan(x[j]) ? SPC_NOT_VALID : SPC_GOOD;
    }
    spc_pipeline_fold(&b.pipeline, &sample, &b.outcome);
}

static const struct spc_event *told(enum spc_event_action action)
{
    for (size_t i = 0; i < b.outcome.event_count; i++)
        if (b.events[i].action == action)
            return &b.events[i];
    return NULL;
}

/* Correlated, and from the middle on with the second variable moved. */
static void draw(double parts[PARTS][VARIABLES], size_t moved)
{
    struct random_stream r = {.state = 23857};

    for (size_t i = 0; i < PARTS; i++) {
        double common = random_normal(&r);

        for (unsigned j = 0; j < VARIABLES; j++)
            parts[i][j] =
                25.017 + 0.003 * common + 0.0021 * (1 + j) * random_normal(&r);
        parts[i][1] += i >= moved ? 0.0163 : 0;
    }
}

/* ---- the same, by the chart's own operations --------------------------- */

struct twin {
    struct spc_chart_design design;
    struct spc_limits limits;
    double parameters[DOUBLES], memory[DOUBLES], work[DOUBLES];
    double moments[POINTS][MOMENTS];
    struct spc_observation observations[POINTS];
    struct spc_charting charting;
};

static struct twin t;

static void observe(size_t i, double parts[][VARIABLES], uint32_t n)
{
    if (n == 1)
        memcpy(t.moments[i], parts[i], sizeof parts[i]);
    else
        spc_vectors_summarise(parts[i * n], n, VARIABLES, t.moments[i]);
    t.observations[i] = (struct spc_observation){
        .point = {.n = n, .mean = t.moments[i][0]},
        .units = 1,
        .vector = t.moments[i],
        .part = SPC_NONE,
        .estimates = i < STUDY,
        .after_gap = i == 0,
    };
}

static void estimate_twin(double parts[][VARIABLES], uint32_t n)
{
    const struct spc_chart_operations *chart =
        spc_chart_types[b.characteristic.chart].operations;
    struct spc_chart_mark marks[SPC_PANELS];

    memset(&t, 0, sizeof t);
    t.design = b.characteristic.design;
    t.charting = (struct spc_charting){.design = &t.design,
                                       .limits = &t.limits,
                                       .parameters = t.parameters,
                                       .memory = t.memory,
                                       .work = t.work};
    for (size_t i = 0; i < POINTS; i++)
        observe(i, parts, n);
    assert_int_equal(chart->estimate(&t.charting, t.observations, STUDY),
                     SPC_OK);
    t.charting.in_force = true;
    t.limits.number = 1;
    if (chart->start)
        chart->start(&t.charting);
    for (size_t i = 0; i < STUDY; i++)
        chart->plot(&t.charting, &t.observations[i], marks);
}

/* ---- cases ------------------------------------------------------------- */

static void check_contributions(const struct spc_event *event, size_t i)
{
    const struct spc_chart_operations *chart =
        spc_chart_types[b.characteristic.chart].operations;
    struct spc_contribution want[SPC_CONTRIBUTIONS_MAX];
    size_t count;

    if (!chart->explain)
        return;
    count = chart->explain(&t.charting, &t.observations[i], want,
                           SPC_CONTRIBUTIONS_MAX);
    assert_int_equal(count, VARIABLES);
    assert_int_equal(event->contribution_count, count);
    assert_memory_equal(event->contributions, want, count * sizeof *want);
    assert_int_equal(event->contributions[0].variable, 1);
    assert_true(spc_contribution_is_cause(&event->contributions[0]));
}

static void check_point(size_t i, bool *alarmed)
{
    const struct spc_chart_operations *chart =
        spc_chart_types[b.characteristic.chart].operations;
    struct spc_chart_mark marks[SPC_PANELS];
    const struct spc_event *raised = told(SPC_RAISED);
    bool beyond;

    chart->plot(&t.charting, &t.observations[i], marks);
    beyond = marks[0].value > marks[0].zones.upper[SPC_EDGES - 1];
    assert_int_equal(b.outcome.point_count, 1);
    assert_memory_equal(&b.points[0].value[0], &marks[0].value, sizeof(double));
    assert_int_equal(b.points[0].rules[0] != 0, beyond);
    if (raised)
        check_contributions(raised, i);
    *alarmed = *alarmed || raised;
}

static void check_line(enum spc_chart chart, uint32_t n)
{
    static double parts[PARTS][VARIABLES];
    bool alarmed = false;

    set_up(chart, n);
    draw(parts, (size_t)n * POINTS / 2);
    if (chart == SPC_CHART_GENERALIZED_VARIANCE)
        for (size_t i = (size_t)n * POINTS / 2; i < PARTS; i++)
            parts[i][1] += 0.09 * (double)(i % n);
    estimate_twin(parts, n);
    for (size_t i = 0; i < POINTS; i++) {
        for (uint32_t k = 0; k < n; k++)
            fold(parts[i * n + k]);
        if (i + 1 == STUDY) {
            assert_non_null(told(SPC_LIMITS_IN_FORCE));
            assert_memory_equal(&b.streams[0].limits, &t.limits,
                                sizeof t.limits);
        }
        if (i >= STUDY)
            check_point(i, &alarmed);
    }
    assert_true(alarmed);
}

static void test_the_line_says_what_a_file_says(void **state)
{
    (void)state;
    check_line(SPC_CHART_T2, 1);
    check_line(SPC_CHART_T2, SIZE);
    check_line(SPC_CHART_MEWMA, 1);
    check_line(SPC_CHART_MEWMA, SIZE);
    check_line(SPC_CHART_GENERALIZED_VARIANCE, SIZE);
}

static void test_a_singular_study_names_its_variables(void **state)
{
    static double parts[PARTS][VARIABLES];
    const struct spc_event *failed;

    (void)state;
    draw(parts, PARTS);
    for (unsigned constant = 0; constant < 2; constant++) {
        set_up(SPC_CHART_T2, 1);
        for (size_t i = 0; i < STUDY; i++) {
            parts[i][2] = constant ? 7.25 : parts[i][0] - 2 * parts[i][1];
            fold(parts[i]);
        }
        failed = told(SPC_STUDY_FAILED);
        assert_non_null(failed);
        assert_string_equal(failed->detail,
                            constant
                                ? "the covariance matrix is singular: capacity"
                                : "the covariance matrix is singular: ocv, "
                                  "ir, capacity");
        assert_int_equal(b.streams[0].limits.number, 0);
    }
}

static void test_a_part_without_a_variable_is_missing(void **state)
{
    static double parts[PARTS][VARIABLES];
    const double short_of_one[VARIABLES] = {25, (double)NAN, 25};

    (void)state;
    draw(parts, PARTS);
    set_up(SPC_CHART_T2, 1);
    for (size_t i = 0; i < STUDY; i++)
        fold(parts[i]);
    assert_int_equal(b.streams[0].limits.number, 1);
    fold(short_of_one);
    assert_int_equal(b.outcome.point_count, 0);
    fold(parts[STUDY]);
    assert_int_equal(b.outcome.point_count, 1);
    assert_true(isfinite(b.points[0].value[0]));
}

/* It leaves a smaller subgroup, which is judged as such. */
static void test_a_subgroup_without_a_part_is_smaller(void **state)
{
    static double parts[PARTS][VARIABLES];
    const double short_of_one[VARIABLES] = {25, 25, (double)NAN};
    struct spc_chart_mark marks[SPC_PANELS];
    struct spc_observation smaller;
    double moments[MOMENTS];

    (void)state;
    draw(parts, PARTS);
    set_up(SPC_CHART_T2, SIZE);
    estimate_twin(parts, SIZE);
    for (size_t i = 0; i < (size_t)STUDY * SIZE; i++)
        fold(parts[i]);
    for (size_t k = 0; k + 1 < SIZE; k++)
        fold(parts[STUDY * SIZE + k]);
    fold(short_of_one);
    spc_vectors_summarise(parts[STUDY * SIZE], SIZE - 1, VARIABLES, moments);
    smaller = t.observations[STUDY];
    smaller.point.n = SIZE - 1;
    smaller.vector = moments;
    spc_chart_types[SPC_CHART_T2].operations->plot(&t.charting, &smaller,
                                                   marks);
    assert_int_equal(b.outcome.point_count, 1);
    assert_int_equal(b.points[0].point.n, SIZE - 1);
    assert_memory_equal(&b.points[0].value[0], &marks[0].value, sizeof(double));
    assert_true(marks[0].zones.upper[SPC_EDGES - 1] <
                t.limits.zones[0].upper[SPC_EDGES - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_says_what_a_file_says),
        cmocka_unit_test(test_a_singular_study_names_its_variables),
        cmocka_unit_test(test_a_part_without_a_variable_is_missing),
        cmocka_unit_test(test_a_subgroup_without_a_part_is_smaller),
    };

    return cmocka_run_group_tests_name("programs.charted_vectors", tests, NULL,
                                       NULL);
}

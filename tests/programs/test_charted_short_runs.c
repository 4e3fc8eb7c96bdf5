/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of part, batches and tolerances on a line: what makes a point, what
 * ends a subgroup, what is refused; and that the line says what the chart's
 * own operations say of the same points. */
#include "programs/chart_type.h"
#include "programs/pipeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 4096, WORK = 4096, STUDY_MAX = 64, STREAMS = 2, TABLE = 4 };

static const struct spc_part_kind kinds[] = {
    {"A", 10, NAN}, {"B", 25, NAN}, {"C", NAN, NAN}};

struct bench {
    struct spc_constants constants;
    struct spc_characteristic plan;
    uint32_t first[2];
    struct spc_stream streams[STREAMS];
    uint32_t table[TABLE], counts[1];
    bool told[1];
    struct spc_gap gaps[1];
    double blocks[BLOCK], work[WORK];
    double *block[STREAMS];
    struct spc_observation observations[STUDY_MAX];
    struct spc_pipeline pipeline;
    struct spc_plotted points[SPC_OUTCOME_POINTS];
    struct spc_event events[SPC_OUTCOME_EVENTS];
    uint32_t changed[SPC_VALUES_MAX];
    struct spc_outcome outcome;
    uint64_t counter, lost;
};

static struct bench b;

static void set_plan(enum spc_chart chart, uint32_t n, uint32_t study)
{
    const struct spc_chart_type *type = &spc_chart_types[chart];
    spc_rule_mask rules = 0;

    assert_true(spc_rules_named(type->rules, &rules));
    b.plan = (struct spc_characteristic){
        .chart = chart,
        .charted = true,
        .subgroup = n,
        .study = study,
        .design = spc_chart_design(chart, &b.constants, n),
        .intake = {.units = SPC_NONE,
                   .units_each = 1,
                   .across = SPC_NONE,
                   .part_key = SPC_NONE},
        .return_after = 2,
        .rules = {rules, rules, rules},
        .max_streams = 1,
    };
    b.plan.design.specification =
        (struct spc_specification){.lower = 9.7, .upper = 10.3, .target = 10};
}

static void set_up(enum spc_chart chart, uint32_t n, uint32_t study)
{
    memset(&b, 0, sizeof b);
    assert_int_equal(spc_constants_compute(&b.constants), SPC_OK);
    set_plan(chart, n, study);
    b.first[1] = 1;
    b.pipeline = (struct spc_pipeline){
        .constants = &b.constants,
        .characteristics = &b.plan,
        .characteristic_count = 1,
        .first = b.first,
        .streams = b.streams,
        .stream_room = STREAMS,
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
    assert_true(spc_block_plan(&b.plan).end <= BLOCK);
    assert_true(spc_chart_room(&b.plan.design, study).work <= sizeof b.work);
}

static void by_part(void)
{
    b.plan.intake.part_key = 0;
    b.plan.intake.parts = kinds;
    b.plan.intake.part_count = sizeof kinds / sizeof *kinds;
}

static void fold(double value, const char *part)
{
    struct spc_sample sample = {
        .epoch = 1,
        .counter = ++b.counter + b.lost,
        .value_count = 1,
        .context_count = 1,
        .value = {value},
        .quality = {isnan(value) ? SPC_NOT_VALID : SPC_GOOD},
    };

    sample.time = (spc_nanos)sample.counter * SPC_SECOND;
    memcpy(sample.context[0], part, strlen(part) + 1);
    spc_pipeline_fold(&b.pipeline, &sample, &b.outcome);
}

static void lose_one(double value, const char *part)
{
    struct spc_sample sample = {
        .epoch = 1,
        .counter = ++b.counter + ++b.lost,
        .lost = 1,
        .value_count = 1,
        .context_count = 1,
        .value = {value},
    };

    sample.time = (spc_nanos)sample.counter * SPC_SECOND;
    memcpy(sample.context[0], part, strlen(part) + 1);
    spc_pipeline_fold(&b.pipeline, &sample, &b.outcome);
}

static void check_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
        fail_msg("%.17g is not %.17g", got, want);
}

/* How the newest point was plotted. */
static double plotted(unsigned panel)
{
    assert_int_equal(b.outcome.point_count, 1);
    return b.points[0].value[panel];
}

static const struct spc_event *told(enum spc_event_action action)
{
    for (size_t i = 0; i < b.outcome.event_count; i++)
        if (b.events[i].action == action)
            return &b.events[i];
    return NULL;
}

/* ---- kinds of part ----------------------------------------------------- */

static double wobble(unsigned i)
{
    return 0.01 * (double)(i * 7 % 11) - 0.05;
}

static void study(unsigned points)
{
    for (unsigned i = 0; i < points; i++)
        fold((i / 3 % 2 ? 25 : 10) + wobble(i), i / 3 % 2 ? "B" : "A");
}

/* Deviations are strung together over a change of part, and the limits are
 * those of the deviations. */
static void test_deviation_of_individuals(void **state)
{
    double sum = 0, mean = 0;

    (void)state;
    set_up(SPC_CHART_DEVIATION, 1, 24);
    by_part();
    study(24);
    assert_non_null(told(SPC_LIMITS_IN_FORCE));
    for (unsigned i = 0; i < 24; i++)
        mean += wobble(i) / 24;
    for (unsigned i = 1; i < 24; i++)
        sum += fabs(wobble(i) - wobble(i - 1)) / 23;
    check_near(b.streams[0].limits.center, mean);
    check_near(b.streams[0].limits.sigma, sum / b.constants.d2[2]);
    fold(25.02, "B");
    check_near(plotted(0), 0.02);
    check_near(plotted(1), fabs(0.02 - wobble(23)));
    fold(9.99, "A");
    check_near(plotted(1), 0.03);
    lose_one(10.04, "A");
    check_near(plotted(0), 0.04);
    assert_true(isnan(plotted(1)));
    fold(25.9, "B");
    assert_string_equal(told(SPC_RAISED)->signals[0].rule, "nelson-1");
}

static void test_a_change_of_part_closes_a_subgroup(void **state)
{
    (void)state;
    set_up(SPC_CHART_DEVIATION, 4, 8);
    by_part();
    fold(10.1, "A");
    fold(10.3, "A");
    assert_int_equal(b.outcome.point_count, 0);
    fold(25.1, "B"); /* two of A are a point */
    check_near(plotted(0), 0.2);
    check_near(plotted(1), 0.2);
    assert_int_equal(b.points[0].point.n, 2);
    assert_int_equal(b.points[0].first_counter, 1);
    assert_int_equal(b.points[0].last_counter, 2);
    fold(25.2, "B");
    fold(25.3, "B");
    assert_int_equal(b.outcome.point_count, 0);
    fold(25.4, "B");
    check_near(plotted(0), 0.25);
    assert_int_equal(b.points[0].point.n, 4);
}

static void test_an_unknown_part_is_refused(void **state)
{
    (void)state;
    set_up(SPC_CHART_DEVIATION, 1, 24);
    by_part();
    study(24);
    fold(17, "D");
    assert_int_equal(b.outcome.point_count, 0);
    assert_string_equal(told(SPC_VALUE_REJECTED)->detail,
                        "this kind of part is not among the chart's parts");
    fold(17, "D");
    assert_null(told(SPC_VALUE_REJECTED)); /* told once */
    fold(10.01, "A");
    assert_int_equal(told(SPC_VALUE_RESTORED)->count, 2);
    check_near(plotted(0), 0.01);
    assert_true(isnan(plotted(1))); /* not over what was refused */
}

/* C has no nominal and was not made during the study. */
static void test_a_part_without_a_scale_is_not_judged(void **state)
{
    (void)state;
    set_up(SPC_CHART_Z_MR, 1, 24);
    by_part();
    study(24);
    assert_int_equal(b.streams[0].limits.number, 1);
    fold(3, "C");
    assert_true(isnan(plotted(0)));
    assert_int_equal(b.points[0].rules[0], 0);
    assert_null(told(SPC_RAISED));
    fold(10 + wobble(3), "A");
    assert_true(isfinite(plotted(0)));
    assert_true(isnan(plotted(1)));
}

/* ---- the line and the operations --------------------------------------- */

/* What a chart of its own says of the same observations. */
struct other {
    struct spc_limits limits;
    double parameters[BLOCK], memory[64], work[WORK];
    struct spc_charting charting;
    struct spc_observation study[STUDY_MAX];
    uint32_t count;
};

static struct other o;

static void set_up_other(void)
{
    memset(&o, 0, sizeof o);
    o.charting = (struct spc_charting){
        .design = &b.plan.design,
        .limits = &o.limits,
        .parameters = o.parameters,
        .memory = o.memory,
        .work = o.work,
    };
}

static struct spc_observation observe(const struct spc_point *point,
                                      uint32_t part)
{
    return (struct spc_observation){
        .point = *point,
        .units = 1,
        .median = NAN,
        .part = part,
        .nominal = part == SPC_NONE ? (double)NAN : kinds[part].nominal,
        .part_sigma = NAN,
        .estimates = true,
        .after_gap = false,
    };
}

static void conclude_other(void)
{
    const struct spc_chart_operations *chart =
        spc_chart_types[b.plan.chart].operations;
    struct spc_chart_mark marks[SPC_PANELS];

    assert_int_equal(chart->estimate(&o.charting, o.study, o.count), SPC_OK);
    o.charting.in_force = true;
    chart->start(&o.charting);
    for (uint32_t i = 0; i < o.count; i++)
        chart->plot(&o.charting, &o.study[i], marks);
}

/* The line's newest point, bit for bit. */
static void check_same(const struct spc_observation *observation)
{
    const struct spc_chart_type *type = &spc_chart_types[b.plan.chart];
    struct spc_chart_mark marks[SPC_PANELS];

    type->operations->plot(&o.charting, observation, marks);
    for (unsigned p = 0; p < type->panels; p++) {
        double got = plotted(p);

        if (isnan(marks[p].value))
            assert_true(isnan(got));
        else
            assert_memory_equal(&got, &marks[p].value, sizeof got);
        assert_int_equal(b.points[0].rules[p] >> SPC_RULES, marks[p].own);
    }
}

/* Three panels on a line: batches of three whose level changes. */
static void test_imr_s_as_its_operations(void **state)
{
    (void)state;
    set_up(SPC_CHART_IMR_S, 3, 12);
    set_up_other();
    for (unsigned i = 0; i < 40; i++) {
        struct spc_subgroup group = {0};
        double level = 25 + 0.1 * (double)(i * 5 % 7) + (i > 30 ? 2 : 0);

        for (unsigned k = 0; k < 3; k++) {
            double x = level + wobble(3 * i + k);

            spc_subgroup_add(&group, x);
            fold(x, "");
        }

        struct spc_point point = spc_subgroup_point(&group);
        struct spc_observation observation = observe(&point, SPC_NONE);

        observation.after_gap = i == 0;
        if (i < 12)
            o.study[o.count++] = observation;
        if (i == 11)
            conclude_other();
        if (i >= 12)
            check_same(&observation);
    }
    for (unsigned p = 0; p < SPC_PANELS; p++)
        assert_memory_equal(&b.streams[0].limits.zones[p], &o.limits.zones[p],
                            sizeof o.limits.zones[p]);
    assert_memory_equal(b.streams[0].limits.figure, o.limits.figure,
                        4 * sizeof *o.limits.figure);
    assert_int_equal(b.streams[0].alarm[SPC_PANEL_LOCATION].episode, 1);
    assert_int_equal(b.streams[0].alarm[SPC_PANEL_SPREAD].episode, 1);
    assert_int_equal(b.streams[0].alarm[SPC_PANEL_WITHIN].episode, 0);
}

/* The specification is all that it needs: the first part is judged. */
static void test_pre_control_as_its_operations(void **state)
{
    unsigned stops = 0, adjusts = 0;

    (void)state;
    set_up(SPC_CHART_PRE_CONTROL, 1, 20);
    set_up_other();
    conclude_other();
    for (unsigned i = 0; i < 400; i++) {
        double x = 10 + 0.022 * (double)(i * i * i % 31) - 0.33;
        bool quiet = i % 9 < 6;
        struct spc_point point = {1, quiet ? 10 : x, NAN, NAN};
        struct spc_observation observation = observe(&point, SPC_NONE);

        observation.after_gap = i == 0 || i == 137;
        if (i == 137)
            lose_one(point.mean, "");
        else
            fold(point.mean, "");
        check_same(&observation);

        spc_rule_mask own = b.points[0].rules[0] >> SPC_RULES;

        stops += own & 1;
        adjusts += own >> 1 & 1;
        assert_int_equal(b.points[0].rules[0] & ((1u << SPC_RULES) - 1), 0);
        if (own && told(SPC_RAISED))
            assert_non_null(
                strstr(told(SPC_RAISED)->signals[0].rule, "pre-control-"));
    }
    assert_true(stops > 5);
    assert_true(adjusts > 5);
    assert_int_equal(b.streams[0].limits.number, 1);
}

/* A specification that the process fills: no limits, and why. */
static void test_too_narrow_a_specification(void **state)
{
    double ranges = 0;
    char want[SPC_DETAIL_TEXT];

    (void)state;
    set_up(SPC_CHART_ACCEPTANCE, 3, 8);
    for (unsigned i = 0; i < 24; i++) {
        double x = wobble(i), first = wobble(i - i % 3);

        if (i % 3 == 2)
            ranges += 3 * (fmax(fmax(x, first), wobble(i - 1)) -
                           fmin(fmin(x, first), wobble(i - 1)));
        fold(10 + 3 * x, "");
    }
    snprintf(want, sizeof want,
             "the specification is %.2f sigma wide: more than 6 are needed, "
             "and room between the limits",
             0.6 / (ranges / 8 / 1.692568751)); /* d2 of three */
    assert_int_equal(b.streams[0].limits.number, 0);
    assert_string_equal(told(SPC_STUDY_FAILED)->detail, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deviation_of_individuals),
        cmocka_unit_test(test_a_change_of_part_closes_a_subgroup),
        cmocka_unit_test(test_an_unknown_part_is_refused),
        cmocka_unit_test(test_a_part_without_a_scale_is_not_judged),
        cmocka_unit_test(test_imr_s_as_its_operations),
        cmocka_unit_test(test_pre_control_as_its_operations),
        cmocka_unit_test(test_too_narrow_a_specification),
    };

    return cmocka_run_group_tests_name("programs.charted_short_runs", tests,
                                       NULL, NULL);
}

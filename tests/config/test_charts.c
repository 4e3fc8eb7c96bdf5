/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every chart can be asked for by name, and what its keys say arrives. */
#include "tests/config/charts.h"
#include "tests/config/support.h"

#include "engine/chart.h"
#include "programs/chart_type.h"
#include "programs/vocabulary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct reading reading;

static const struct spc_plant_characteristic *load(const char *keys)
{
    char text[CHART_PLANT];

    chart_plant(keys, text);
    reading = read_plant("charts.yaml", text, strlen(text));
    if (reading.status != SPC_OK)
        fail_msg("%s", reading.complaints.text);
    return &reading.plant->stations[0].characteristics[0];
}

static bool is_built(const char *chart)
{
    return spc_chart_named(chart) != SPC_CHARTS;
}

static void keys_of(const char *chart, const char *least, const char *more,
                    char ret_keys[1024])
{
    snprintf(ret_keys, 1024, "chart: %s%s%s%s%s", chart, *least ? ", " : "",
             least, *more ? ", " : "", more);
}

static const struct chart_entry *entry_of(const char *chart)
{
    for (size_t i = 0; i < chart_entry_count; i++)
        if (strcmp(chart_entries[i].chart, chart) == 0)
            return &chart_entries[i];
    fail_msg("there is no plant with a chart %s", chart);
    return NULL;
}

/* Each chart with nothing but what it must have, and with all its keys. */
static void test_every_chart(void **state)
{
    (void)state;
    for (unsigned chart = 0; chart < SPC_CHARTS; chart++) {
        const char *name = spc_chart_text((enum spc_chart)chart);
        const struct chart_entry *entry = name ? entry_of(name) : NULL;
        char keys[1024];

        for (int all = 0; name && all < 2; all++) {
            const struct spc_plant_characteristic *c;

            keys_of(name, entry->least, all ? entry->keys : "", keys);
            c = load(keys);
            assert_int_equal(c->chart, chart);
            assert_false(c->uncharted);
            assert_true(c->subgroup >= 1);
            assert_true(c->rules[SPC_PANEL_LOCATION] != 0);
            assert_int_equal(reading.complaints.warnings, 0);
            reading_free(&reading);
        }
    }
}

/* Left out, what a chart must have is missed. */
static void test_what_a_chart_must_have(void **state)
{
    (void)state;
    for (size_t i = 0; i < chart_entry_count; i++) {
        char keys[1024], text[CHART_PLANT];

        if (!is_built(chart_entries[i].chart) || !*chart_entries[i].least)
            continue;
        keys_of(chart_entries[i].chart, "", "", keys);
        chart_plant(keys, text);
        reading = read_plant("charts.yaml", text, strlen(text));
        if (reading.status != SPC_BAD_INPUT)
            fail_msg("%s was read", keys);
        assert_int_equal(
            strncmp(reading.complaints.text, "charts.yaml:20:", 15), 0);
        reading_free(&reading);
    }
}

/* What the reference says of a chart: its row, cut at the column of what it
 * takes. */
static void needed_of(const char *reference, const char *chart,
                      char ret_cell[200])
{
    char mark[64];
    const char *row;

    snprintf(mark, sizeof mark, "\n| `%s` | ", chart);
    row = strstr(strstr(reference, "## Keys of each chart"), mark);
    assert_non_null(row);
    row += strlen(mark);
    snprintf(ret_cell, 200, "%.*s", (int)(strstr(row, " | ") - row), row);
}

/* The first key of what a chart must have stands in the reference, and a chart
 * that must have nothing is said to need nothing, bits aside. */
static void test_reference_of_charts(void **state)
{
    char *reference = spc_plant_reference(spc_rule_vocabulary());

    (void)state;
    assert_non_null(reference);
    for (size_t i = 0; i < chart_entry_count; i++) {
        const struct chart_entry *entry = &chart_entries[i];
        char cell[200], key[64] = "`";

        if (!is_built(entry->chart))
            continue;
        needed_of(reference, entry->chart, cell);
        if (*entry->least) {
            strncat(key, entry->least, strcspn(entry->least, ":"));
            strcat(key, "`");
            assert_non_null(strstr(cell, key));
        } else if (strcmp(cell, "`event`, if it is a bit") != 0)
            assert_string_equal(cell, "");
    }
    free(reference);
}

/* ---- defaults ---------------------------------------------------------- */

static void test_nothing_is_stated(void **state)
{
    const struct spc_plant_characteristic *c = load("chart: ewma");
    const struct spc_plant_design *d = &c->design;

    (void)state;
    assert_int_equal(d->estimator, SPC_ESTIMATORS);
    assert_true(isnan(d->width) && isnan(d->alpha) && isnan(d->lambda));
    assert_true(isnan(d->k) && isnan(d->h) && isnan(d->head_start));
    assert_true(isnan(d->center) && isnan(d->sigma) && isnan(d->ratio));
    assert_true(isnan(d->arl0) && isnan(d->fraction) && isnan(d->risk));
    assert_true(isnan(d->shift) && isnan(d->alpha_for_study));
    assert_false(d->corrected);
    assert_int_equal(d->span, SPC_NONE);
    assert_int_equal(d->events, SPC_NONE);
    assert_int_equal(d->order, SPC_NONE);
    assert_int_equal(d->distribution, SPC_PLANT_USUAL);
    assert_int_equal(c->subgroup, 1);
    assert_int_equal(c->study, 25);
    assert_int_equal(c->intake.with_count, 0);
    assert_true(c->intake.units_each == 1);
    assert_int_equal(c->intake.units, SPC_NONE);
    assert_false(c->intake.event);
    assert_int_equal(c->intake.across, SPC_NONE);
    assert_int_equal(c->intake.part_by, SPC_NONE);
    assert_null(c->intake.parts);
    reading_free(&reading);
}

/* The usual rules are those of the chart, on panels it has. */
static void test_default_rules(void **state)
{
    const struct spc_plant_characteristic *c = load("chart: cusum");
    spc_rule_mask limits, nelson_1;

    (void)state;
    assert_true(spc_rules_named("beyond-limits", &limits));
    assert_true(spc_rules_named("nelson-1", &nelson_1));
    assert_int_equal(c->rules[SPC_PANEL_LOCATION], limits);
    assert_int_equal(c->rules[SPC_PANEL_SPREAD], 0);
    reading_free(&reading);
    c = load("chart: p, units: 50");
    assert_int_equal(c->rules[SPC_PANEL_LOCATION], nelson_1);
    assert_int_equal(c->rules[SPC_PANEL_SPREAD], 0);
    reading_free(&reading);
}

/* ---- what is stated ---------------------------------------------------- */

static void test_numbers(void **state)
{
    const struct spc_plant_design *d;

    (void)state;
    d = &load("chart: cusum, k: 0.25, h: 8.01, head_start: 4,"
              "sigma_estimator: mssd")
             ->design;
    assert_true(d->k == 0.25 && d->h == 8.01 && d->head_start == 4);
    assert_int_equal(d->estimator, SPC_ESTIMATOR_MSSD);
    reading_free(&reading);
    d = &load("chart: ewma, lambda: 0.05, width: 2.615")->design;
    assert_true(d->lambda == 0.05 && d->width == 2.615);
    reading_free(&reading);
    d = &load("chart: cusum, shift: 1.5")->design;
    assert_true(d->shift == 1.5 && isnan(d->k));
    reading_free(&reading);
    d = &load("chart: xbar-r, subgroup: 5, width: corrected")->design;
    assert_true(d->corrected && isnan(d->width));
    reading_free(&reading);
    d = &load("chart: imr, alpha_for_study: 0.001, width: 2.5, study: 30")
             ->design;
    assert_true(d->alpha_for_study == 0.001 && d->width == 2.5);
    assert_false(d->corrected);
    reading_free(&reading);
    d = &load("chart: moving-average, span: 9")->design;
    assert_int_equal(d->span, 9);
    reading_free(&reading);
    d = &load("chart: ccc, r: 3, alpha: 0.01")->design;
    assert_int_equal(d->events, 3);
    assert_true(d->alpha == 0.01);
    reading_free(&reading);
    d = &load("chart: t, distribution: exponential")->design;
    assert_int_equal(d->distribution, SPC_PLANT_EXPONENTIAL);
    reading_free(&reading);
    d = &load("chart: ar-residual, order: 0")->design;
    assert_int_equal(d->order, 0);
    reading_free(&reading);
    d = &load("chart: acceptance, subgroup: 50, spec: { usl: 3 }, "
              "fraction: 0.02, risk: 0.1, rejectable: true, sigma: 2")
             ->design;
    assert_true(d->fraction == 0.02 && d->risk == 0.1 && d->sigma == 2);
    assert_int_equal(d->rejectable, 1);
    assert_int_equal(reading.plant->stations[0].characteristics[0].study, 0);
    reading_free(&reading);
    d = &load("chart: stream-difference, with: a, offsets: keep")->design;
    assert_int_equal(d->offsets, 0);
    reading_free(&reading);
    d = &load("chart: tbe-cusum, ratio: 3, arl0: 500")->design;
    assert_true(d->ratio == 3 && d->arl0 == 500);
    reading_free(&reading);
}

/* What is known needs no study. */
static void test_known(void **state)
{
    const struct spc_plant_characteristic *c =
        load("chart: imr, center: -3.5, sigma: 0.25");

    (void)state;
    assert_true(c->design.center == -3.5 && c->design.sigma == 0.25);
    assert_int_equal(c->study, 0);
    reading_free(&reading);
    c = load("chart: p, center: 0.02, units: 100");
    assert_true(c->design.center == 0.02 && isnan(c->design.sigma));
    assert_int_equal(c->study, 0);
    reading_free(&reading);
}

static void test_units(void **state)
{
    const struct spc_plant_characteristic *c = load("chart: u, units: c");

    (void)state;
    assert_int_equal(c->intake.units, 3);
    reading_free(&reading);
    c = load("chart: u, units: 2.5, subgroup: 10000");
    assert_int_equal(c->intake.units, SPC_NONE);
    assert_true(c->intake.units_each == 2.5);
    assert_int_equal(c->subgroup, 10000);
    reading_free(&reading);
}

/* Units need not be said of 0 and 1, each of which is of one part. */
static void test_a_bit_is_one_unit(void **state)
{
    char text[CHART_PLANT];
    const struct spc_plant_characteristic *c;

    (void)state;
    chart_plant("mask: 0x0001, chart: p, subgroup: 50", text);
    memcpy(strstr(text, "float32"), "bit    ", 7);
    reading = read_plant("charts.yaml", text, strlen(text));
    if (reading.status != SPC_OK)
        fail_msg("%s", reading.complaints.text);
    c = &reading.plant->stations[0].characteristics[0];
    assert_true(c->intake.units_each == 1);
    assert_int_equal(c->subgroup, 50);
    reading_free(&reading);
}

static void test_several(void **state)
{
    const struct spc_plant_intake *intake;

    (void)state;
    intake = &load("chart: t2, with: [c, a]")->intake;
    assert_int_equal(intake->with_count, 2);
    assert_int_equal(intake->with[0], 3);
    assert_int_equal(intake->with[1], 1);
    reading_free(&reading);
    intake = &load("chart: group, across: cavity, members: 8")->intake;
    assert_int_equal(intake->across, 1);
    assert_int_equal(intake->members, 8);
    reading_free(&reading);
    intake = &load("chart: z-mr, part_by: product, "
                   "parts: [{part: A, nominal: 10, sigma: 0.1}, {part: 7}]")
                  ->intake;
    assert_int_equal(intake->part_by, 0);
    assert_int_equal(intake->part_count, 2);
    assert_string_equal(intake->parts[0].name, "A");
    assert_true(intake->parts[0].nominal == 10);
    assert_true(intake->parts[0].sigma == 0.1);
    assert_string_equal(intake->parts[1].name, "7");
    assert_true(isnan(intake->parts[1].nominal));
    assert_true(isnan(intake->parts[1].sigma));
    reading_free(&reading);
}

/* Lines of pre-control follow from the specification: nothing is studied. */
static void test_no_study(void **state)
{
    (void)state;
    assert_int_equal(
        load("chart: pre-control, spec: { lsl: 1, usl: 9 }")->study, 0);
    reading_free(&reading);
}

static void test_events(void **state)
{
    (void)state;
    assert_true(load("chart: g, event: true")->intake.event);
    reading_free(&reading);
    assert_false(load("chart: g, event: false")->intake.event);
    reading_free(&reading);
}

/* Read and recorded, no more. */
static void test_uncharted(void **state)
{
    const struct spc_plant_characteristic *c = load("chart: none, "
                                                    "range: [0, 9]");

    (void)state;
    assert_true(c->uncharted);
    assert_int_equal(c->chart, SPC_CHARTS);
    assert_int_equal(c->max_streams, 0);
    assert_int_equal(c->rules[SPC_PANEL_LOCATION], 0);
    assert_true(c->range_high == 9);
    reading_free(&reading);
}

/* An unknown name far from all others is answered with all of them. */
static void test_names_of_all(void **state)
{
    char text[CHART_PLANT];

    (void)state;
    chart_plant("chart: pareto-of-defects", text);
    reading = read_plant("charts.yaml", text, strlen(text));
    assert_int_equal(reading.status, SPC_BAD_INPUT);
    for (unsigned chart = 0; chart < SPC_CHARTS; chart++)
        if (spc_chart_text((enum spc_chart)chart))
            assert_non_null(strstr(reading.complaints.text,
                                   spc_chart_text((enum spc_chart)chart)));
    assert_non_null(strstr(reading.complaints.text, ", none\n"));
    reading_free(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_chart),
        cmocka_unit_test(test_what_a_chart_must_have),
        cmocka_unit_test(test_reference_of_charts),
        cmocka_unit_test(test_nothing_is_stated),
        cmocka_unit_test(test_default_rules),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_a_bit_is_one_unit),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_no_study),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_uncharted),
        cmocka_unit_test(test_names_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

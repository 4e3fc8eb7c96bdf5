/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every chart of the table owes its callers: words, room that it keeps
 * to, a memory that holds all it remembers, no limits from too little.  And
 * what only some have: rules of their own, a lower side. */
#include "engine/chart.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum {
    POINTS = 40,
    MISSING = 17,  /* a point without measurements */
    OUTSIDE = 23,  /* one that does not estimate */
    VARIABLES = 3, /* of a vector */
    VECTOR = VARIABLES + VARIABLES * (VARIABLES + 1) / 2,
    BUFFER = 4096, /* doubles */
    GUARD = 8,     /* of these, before and after what was asked for */
};

static const double canary = 6.0221e23;

static struct spc_constants k;

static int compute(void **state)
{
    (void)state;
    return spc_constants_compute(&k) == SPC_OK ? 0 : -1;
}

/* ---- a chart at work --------------------------------------------------- */

struct bench {
    const struct spc_chart_type *type;
    struct spc_chart_design design;
    struct spc_chart_room room;
    struct spc_limits limits;
    struct spc_charting charting;
    double parameters[BUFFER], memory[BUFFER], work[BUFFER];
    struct spc_observation observation[POINTS];
    double vector[POINTS][VECTOR];
};

static void guard(double *buffer)
{
    for (unsigned i = 0; i < BUFFER; i++)
        buffer[i] = canary;
}

static void check_guard(const double *buffer, size_t bytes, const char *what,
                        const char *chart)
{
    size_t end = GUARD + bytes / sizeof *buffer;

    for (size_t i = 0; i < BUFFER; i++)
        if ((i < GUARD || i >= end) && buffer[i] != canary)
            fail_msg("%s writes outside its %s, at %ld of %zu doubles", chart,
                     what, (long)i - GUARD, bytes / sizeof *buffer);
}

static void check_guards(const struct bench *b)
{
    check_guard(b->parameters, b->room.parameters, "parameters", b->type->name);
    check_guard(b->memory, b->room.memory, "memory", b->type->name);
    check_guard(b->work, b->room.work, "work", b->type->name);
}

static bool by_size(const struct spc_chart_type *type)
{
    return strstr(type->options, ",n,") != NULL;
}

static double draw_mean(const struct bench *b, struct random_stream *r)
{
    if (b->type->data == SPC_DATA_TIMES)
        return -1000 * log(random_uniform(r));
    if (b->type->data == SPC_DATA_COUNTS)
        return 1 + floor(7 * random_uniform(r));
    return 25.017 + 0.0031 * random_normal(r);
}

/* Means and, behind them, covariances or ranges. */
static void draw_vector(double vector[VECTOR], struct random_stream *r)
{
    for (unsigned i = 0; i < VECTOR; i++)
        vector[i] = i < VARIABLES ? 25.017 + 0.0031 * random_normal(r)
                                  : 1e-7 * random_uniform(r);
    for (unsigned i = 0; i < VARIABLES; i++) /* the diagonal */
        vector[VARIABLES + i * (i + 3) / 2] = 1e-5 * (1 + random_uniform(r));
}

static struct spc_point draw_point(const struct bench *b, size_t i,
                                   struct random_stream *r)
{
    struct spc_point point = {.n = b->design.n, .mean = draw_mean(b, r)};

    point.range = 0.0042 * (1 + random_uniform(r));
    point.sd = point.range / 2.385;
    if (b->design.n == 1)
        point.sd = (double)NAN;
    else if (i % 5 == 2)
        point.n = b->design.n - 1;
    return point;
}

static void draw_observations(struct bench *b)
{
    struct random_stream r = {.state = 2385};

    for (size_t i = 0; i < POINTS; i++) {
        struct spc_observation *o = &b->observation[i];

        draw_vector(b->vector[i], &r);
        *o = (struct spc_observation){
            .point = draw_point(b, i, &r),
            .units = by_size(b->type) ? (double)(50 + i % 3) : 1,
            .vector = b->design.variables ? b->vector[i] : NULL,
            .part = (uint32_t)(i % 2),
            .nominal = (double)NAN,
            .part_sigma = (double)NAN,
            .estimates = i != OUTSIDE && i != MISSING,
            .after_gap = i == 0 || i == MISSING + 1,
        };
        o->median = o->point.mean + 0.0007 * random_normal(&r);
        if (b->design.n == 1 && o->after_gap)
            o->point.range = (double)NAN;
    }
    b->observation[MISSING].point = (struct spc_point){0};
}

static void set_up(struct bench *b, enum spc_chart chart, uint32_t n)
{
    b->type = &spc_chart_types[chart];
    b->design = spc_chart_design(chart, &k, n);
    if (b->type->data == SPC_DATA_VECTORS || b->type->data == SPC_DATA_STREAMS)
        b->design.variables = VARIABLES;
    if (b->type->needs_specification)
        b->design.specification = (struct spc_specification){
            .lower = 24.9, .upper = 25.1, .target = 25};
    b->room = spc_chart_room(&b->design, POINTS);
    guard(b->parameters);
    guard(b->memory);
    guard(b->work);
    b->limits = (struct spc_limits){.number = 7};
    b->charting = (struct spc_charting){
        .design = &b->design,
        .limits = &b->limits,
        .parameters = b->parameters + GUARD,
        .memory = b->memory + GUARD,
        .work = b->work + GUARD,
    };
    draw_observations(b);
}

static enum spc_status estimate(struct bench *b, size_t count)
{
    enum spc_status status =
        b->type->operations->estimate(&b->charting, b->observation, count);

    b->charting.in_force = status == SPC_OK;
    return status;
}

static void start(struct bench *b)
{
    if (b->type->operations->start)
        b->type->operations->start(&b->charting);
}

static void plot(struct bench *b, size_t i, struct spc_chart_mark *marks)
{
    b->type->operations->plot(&b->charting, &b->observation[i], marks);
}

/* Every chart in use, by each size of subgroup that it takes. */
static void for_each(void (*check)(struct bench *b))
{
    static struct bench bench;
    unsigned checked = 0;

    for (unsigned chart = 0; chart < SPC_CHARTS; chart++) {
        const struct spc_chart_type *type = &spc_chart_types[chart];
        bool subgroups = type->data == SPC_DATA_SUBGROUPS ||
                         type->data == SPC_DATA_MEASUREMENTS ||
                         type->data == SPC_DATA_VECTORS ||
                         type->data == SPC_DATA_STREAMS;

        if (!type->name)
            continue;
        for (uint32_t n = 1; n <= 5; n += 4) {
            if (n == 1
                    ? type->data == SPC_DATA_SUBGROUPS || type->needs_subgroups
                    : !subgroups)
                continue;
            set_up(&bench, (enum spc_chart)chart, n);
            check(&bench);
            check_guards(&bench);
            checked++;
        }
    }
    assert_true(checked >= 16);
}

/* ---- words ------------------------------------------------------------- */

static void check_in_both(const char *const text[SPC_LANGUAGES])
{
    for (unsigned i = 0; i < SPC_LANGUAGES; i++) {
        assert_non_null(text[i]);
        assert_true(text[i][0]);
    }
}

static void check_words(struct bench *b)
{
    const struct spc_chart_type *type = b->type;

    assert_int_equal(spc_chart_named(type->name), b->design.chart);
    assert_string_equal(spc_chart_text(b->design.chart), type->name);
    check_in_both((const char *const[]){type->text, type->text_zh});
    check_in_both(type->axis);
    assert_non_null(type->options);
    assert_non_null(type->valid);
    assert_non_null(type->rules);
    assert_in_range(type->panels, 1, SPC_PANELS);
    for (unsigned p = 0; p < SPC_PANELS; p++) {
        assert_int_equal(type->panel[p].statistic != NULL, p < type->panels);
        if (p < type->panels)
            check_in_both(type->panel[p].name);
    }
    for (unsigned i = 0; i < SPC_OWN_RULES_MAX && type->own[i].name; i++)
        check_in_both(
            (const char *const[]){type->own[i].text, type->own[i].text_zh});
}

static void check_operations(struct bench *b)
{
    assert_non_null(b->type->operations);
    assert_non_null(b->type->operations->estimate);
    assert_non_null(b->type->operations->plot);
    assert_int_equal(b->room.parameters % sizeof(double), 0);
    assert_int_equal(b->room.memory % sizeof(double), 0);
    assert_int_equal(b->room.work % sizeof(double), 0);
    assert_true(b->room.parameters / sizeof(double) < BUFFER - 2 * GUARD);
    assert_true(b->room.memory / sizeof(double) < BUFFER - 2 * GUARD);
    assert_true(b->room.work / sizeof(double) < BUFFER - 2 * GUARD);
    assert_true(b->room.memory == 0 || b->type->operations->start);
}

static void test_words(void **state)
{
    (void)state;
    for_each(check_words);
    assert_int_equal(spc_chart_named("no such chart"), SPC_CHARTS);
    assert_int_equal(spc_chart_named(""), SPC_CHARTS);
}

static void test_operations(void **state)
{
    (void)state;
    for_each(check_operations);
}

/* ---- limits ------------------------------------------------------------ */

static void check_limits(struct bench *b)
{
    assert_int_equal(estimate(b, POINTS), SPC_OK);
    assert_int_equal(b->limits.number, 7);
    assert_int_equal(b->limits.chart, b->design.chart);
    assert_int_equal(b->limits.n, b->design.n);
    assert_int_equal(b->limits.subgroups, POINTS - 2);
    assert_true(b->charting.measured >= POINTS - 2);
    for (unsigned p = 0; p < b->type->panels; p++)
        for (unsigned i = 1; i < SPC_EDGES; i++) /* NaN: no such edge */
            assert_false(b->limits.zones[p].upper[i] <
                         b->limits.zones[p].upper[i - 1]);
    for (unsigned i = 0; i < SPC_FIGURES; i++)
        assert_true(b->type->figures[i] || isnan(b->limits.figure[i]));
}

static void check_too_few(struct bench *b)
{
    for (size_t count = 0; count < b->type->minimum; count++) {
        b->charting.needed = 0;
        assert_int_equal(estimate(b, count), SPC_TOO_FEW_SUBGROUPS);
        assert_true(b->charting.needed >= b->type->minimum);
        assert_int_equal(b->limits.number, 7);
    }
}

/* What a study found gives the same limits when it is known. */
static void check_known(struct bench *b)
{
    if (b->type->known == SPC_KNOWN_NOTHING)
        return;
    assert_int_equal(estimate(b, POINTS), SPC_OK);

    struct spc_limits found = b->limits;
    bool counts = b->type->data == SPC_DATA_COUNTS;
    double rate = found.figure[0];

    b->design.known = true;
    b->design.exponential = true;
    b->design.center = counts ? rate : found.center;
    b->design.sigma = counts ? found.figure[1] : found.sigma;
    if (b->design.chart == SPC_CHART_G)
        b->design.center = 1 / rate - 1;
    if (b->design.chart == SPC_CHART_T)
        b->design.center = found.center / log(2);
    assert_int_equal(estimate(b, POINTS), SPC_OK);
    assert_int_equal(b->limits.subgroups, 0);
    CHECK_CLOSE(b->limits.center, found.center, 1e-12);
    if (b->design.chart == SPC_CHART_T)
        return; /* a Weibull's shape cannot be told */
    for (unsigned p = 0; p < b->type->panels; p++)
        for (unsigned i = 0; i < SPC_EDGES; i++)
            if (!isnan(found.zones[p].upper[i]))
                CHECK_NEAR(b->limits.zones[p].upper[i], found.zones[p].upper[i],
                           1e-12 * fabs(found.zones[p].upper[SPC_EDGES - 1]));
    /* A running line knows them before it has seen anything. */
    assert_int_equal(b->type->operations->estimate(&b->charting, NULL, 0),
                     SPC_OK);
}

static void test_limits(void **state)
{
    (void)state;
    for_each(check_limits);
}

static void test_too_few(void **state)
{
    (void)state;
    for_each(check_too_few);
}

static void test_known(void **state)
{
    (void)state;
    for_each(check_known);
}

/* ---- points ------------------------------------------------------------ */

static void check_nothing(const struct spc_chart_mark *mark)
{
    assert_true(isnan(mark->value));
    assert_false(mark->judged);
    assert_int_equal(mark->own, 0);
    assert_int_equal(mark->run, 0);
    assert_true(isnan(mark->shift));
}

static void check_plot(struct bench *b)
{
    unsigned judged[SPC_PANELS] = {0};

    assert_int_equal(estimate(b, POINTS), SPC_OK);
    start(b);
    for (size_t i = 0; i < POINTS; i++) {
        struct spc_chart_mark marks[SPC_PANELS];

        memset(marks, 0x5a, sizeof marks);
        plot(b, i, marks);
        for (unsigned p = 0; p < SPC_PANELS; p++) {
            if (p < b->type->panels && marks[p].judged) {
                assert_true(isfinite(marks[p].value));
                assert_true(isfinite(marks[p].zones.upper[SPC_EDGES - 1]));
                judged[p]++;
            }
            if (p >= b->type->panels || i == MISSING)
                check_nothing(&marks[p]);
        }
    }
    /* The first residuals, and those after a gap, do not exist. */
    unsigned mute = b->design.chart == SPC_CHART_AR_RESIDUAL
                        ? 2 * (unsigned)b->limits.figure[0]
                        : 0;

    for (unsigned p = 0; p < b->type->panels; p++)
        assert_true(judged[p] >= POINTS - 3 - mute);
}

static void check_without_limits(struct bench *b)
{
    start(b);
    for (size_t i = 0; i < POINTS; i++) {
        struct spc_chart_mark marks[SPC_PANELS];

        memset(marks, 0x5a, sizeof marks);
        plot(b, i, marks);
        for (unsigned p = 0; p < SPC_PANELS; p++) {
            assert_false(marks[p].judged);
            assert_int_equal(marks[p].own, 0);
        }
    }
}

static void check_same(const struct spc_chart_mark *a,
                       const struct spc_chart_mark *b)
{
    assert_memory_equal(&a->value, &b->value, sizeof a->value);
    assert_memory_equal(&a->zones, &b->zones, sizeof a->zones);
    assert_memory_equal(&a->shift, &b->shift, sizeof a->shift);
    assert_int_equal(a->judged, b->judged);
    assert_int_equal(a->own, b->own);
    assert_int_equal(a->run, b->run);
}

/* Bytes put back are a point undone: what follows is the same, bit for bit,
 * whatever came between. */
static void check_memory(struct bench *b)
{
    static double before[BUFFER];

    assert_int_equal(estimate(b, POINTS), SPC_OK);
    start(b);
    for (size_t i = 0; i < POINTS; i++) {
        struct spc_chart_mark first[SPC_PANELS], again[SPC_PANELS];

        memcpy(before, b->memory, sizeof before);
        plot(b, i, first);
        plot(b, (i + 7) % POINTS, again);
        memcpy(b->memory, before, sizeof before);
        plot(b, i, again);
        for (unsigned p = 0; p < SPC_PANELS; p++)
            check_same(&first[p], &again[p]);
    }
}

static void test_plot(void **state)
{
    (void)state;
    for_each(check_plot);
}

static void test_without_limits(void **state)
{
    (void)state;
    for_each(check_without_limits);
}

static void test_memory(void **state)
{
    (void)state;
    for_each(check_memory);
}

/* ---- what only some charts have ---------------------------------------- */

static struct bench bench;

/* The sums see a gauge turned upside down with their sides exchanged. */
static void test_cusum_mirrored(void **state)
{
    struct spc_chart_mark high[POINTS][SPC_PANELS], marks[SPC_PANELS];
    bool signalled = false;

    (void)state;
    set_up(&bench, SPC_CHART_CUSUM, 1);
    bench.design.known = true;
    bench.design.center = 25;
    bench.design.sigma = 0.0125;
    bench.design.head_start = 2.5;
    for (unsigned turn = 0; turn < 2; turn++) {
        assert_int_equal(estimate(&bench, POINTS), SPC_OK);
        start(&bench);
        for (size_t i = 0; i < POINTS; i++) {
            double *mean = &bench.observation[i].point.mean;

            if (turn == 1)
                *mean = 25 - (*mean - 25);
            plot(&bench, i, marks);
            if (turn == 0)
                memcpy(high[i], marks, sizeof marks);
            if (turn == 0 || i == MISSING)
                continue;
            CHECK_NEAR(marks[1].value, -high[i][0].value, 1e-9);
            CHECK_NEAR(marks[0].value, -high[i][1].value, 1e-9);
            assert_int_equal(marks[1].run, high[i][0].run);
            if (marks[1].run > 0)
                CHECK_NEAR(marks[1].shift, -high[i][0].shift, 1e-9);
            signalled = signalled || marks[1].value < marks[1].zones.lower[3];
        }
    }
    assert_true(signalled); /* beyond -h, once the mean is off by a sigma */
    CHECK_NEAR(bench.limits.zones[1].lower[3], -5, 1e-12);
}

/* 0 0 0 . 0 0 0 | 0 0 0 0: a missing point and lost parts begin anew. */
static void test_zeros_in_a_row(void **state)
{
    struct spc_chart_mark marks[SPC_PANELS];
    uint64_t row = 0, needed;

    (void)state;
    set_up(&bench, SPC_CHART_G, 1);
    bench.design.known = true;
    bench.design.center = 9;
    assert_int_equal(estimate(&bench, 0), SPC_OK);
    CHECK_NEAR(bench.limits.figure[3], 3, 0); /* 0.1^3 <= 0.00135 < 0.1^2 */
    needed = 3;
    start(&bench);
    for (size_t i = 0; i < POINTS; i++) {
        struct spc_observation *o = &bench.observation[i];

        o->point.mean = i % 11 == 10 ? 4 : 0;
        o->after_gap = i == MISSING + 1 || i == 26;
        row = i == MISSING || i % 11 == 10 ? 0 : o->after_gap ? 1 : row + 1;
        plot(&bench, i, marks);
        assert_int_equal(marks[0].own, row >= needed ? 1 : 0);
        assert_int_equal(marks[0].run, row >= needed ? row : 0);
    }
}

/* No range of z spans lost parts. */
static void test_laney_gap(void **state)
{
    double p, joined;

    (void)state;
    set_up(&bench, SPC_CHART_LANEY_P, 1);
    for (size_t i = 0; i < POINTS; i++)
        bench.observation[i].units = 50;
    assert_int_equal(estimate(&bench, 4), SPC_OK);
    joined = bench.limits.figure[1];
    p = bench.limits.figure[0];
    bench.observation[2].after_gap = true;
    assert_int_equal(estimate(&bench, 4), SPC_OK);

    const struct spc_observation *o = bench.observation;
    double sigma = sqrt(p * (1 - p) / 50);
    double first = fabs(o[1].point.mean - o[0].point.mean) / 50 / sigma;
    double between = fabs(o[2].point.mean - o[1].point.mean) / 50 / sigma;
    double last = fabs(o[3].point.mean - o[2].point.mean) / 50 / sigma;

    CHECK_CLOSE(joined, (first + between + last) / 3 / k.d2[2], 1e-9);
    CHECK_CLOSE(bench.limits.figure[1], (first + last) / 2 / k.d2[2], 1e-9);
}

/* Zones of a size are the same, however the sizes before it went. */
static void test_sizes_in_any_order(void **state)
{
    static const uint32_t sizes[] = {4, 3, 4, 2, 3, 3, 2, 4};
    struct spc_zones seen[5] = {{{0}, {0}}};
    struct spc_chart_mark marks[SPC_PANELS];

    (void)state;
    set_up(&bench, SPC_CHART_MEDIAN_R, 4);
    assert_int_equal(estimate(&bench, POINTS), SPC_OK);
    start(&bench);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint32_t n = sizes[i];

        bench.observation[i].point.n = n;
        plot(&bench, i, marks);
        assert_true(marks[0].judged);
        if (seen[n].upper[3] != 0)
            assert_memory_equal(&seen[n], &marks[0].zones, sizeof seen[n]);
        seen[n] = marks[0].zones;
    }
    assert_true(seen[2].upper[3] > seen[3].upper[3]);
    assert_true(seen[3].upper[3] > seen[4].upper[3]);
    assert_memory_equal(&seen[4], &bench.limits.zones[0], sizeof seen[4]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_too_few),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_plot),
        cmocka_unit_test(test_without_limits),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cusum_mirrored),
        cmocka_unit_test(test_zeros_in_a_row),
        cmocka_unit_test(test_laney_gap),
        cmocka_unit_test(test_sizes_in_any_order),
    };

    return cmocka_run_group_tests_name("engine.chart", tests, compute, NULL);
}

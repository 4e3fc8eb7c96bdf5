/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Studies against recorded figures, printed tables of chart factors, a second
 * definition over all of the data, and laws: a change of unit moves limits,
 * and turning the gauge upside down mirrors them. */
#include "engine/estimators.h"
#include "engine/moments.h"
#include "engine/study.h"
#include "engine/subgroup.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct spc_constants k;

static int compute(void **state)
{
    (void)state;
    return spc_constants_compute(&k) == SPC_OK ? 0 : -1;
}

/* ---- recorded figures -------------------------------------------------- */

/* The points of a file of sample number and value, phase 1 only when the file
 * is the longer one. */
static size_t subgroups_of(const char *file, size_t rows,
                           struct spc_point *points)
{
    static double sample[SERIES_MAX], value[SERIES_MAX];
    size_t n = series_read(file, 0, sample), count = 0;
    struct spc_subgroup subgroup = {0};

    series_read(file, 2, value);
    for (size_t i = 0; i < rows && i < n; i++) {
        spc_subgroup_add(&subgroup, value[i]);
        if (i + 1 == n || sample[i + 1] != sample[i]) {
            points[count++] = spc_subgroup_point(&subgroup);
            subgroup = (struct spc_subgroup){0};
        }
    }
    return count;
}

static struct spc_study study_of(enum spc_chart chart,
                                 const struct spc_point *points, size_t count)
{
    struct spc_study study = {0};

    for (size_t i = 0; i < count; i++)
        spc_study_add(&study, &k, chart, &points[i]);
    return study;
}

static struct spc_limits limits_of(const struct spc_study *study,
                                   enum spc_chart chart,
                                   enum spc_estimator estimator, uint32_t n)
{
    struct spc_limits limits = {0};

    assert_int_equal(
        spc_study_limits(study, &k, chart, estimator, n, 3, &limits), SPC_OK);
    return limits;
}

static const struct {
    enum spc_estimator estimator;
    double sigma;
} even[] =
    {
        {SPC_ESTIMATOR_RBAR, 0.009785337607413158},
        {SPC_ESTIMATOR_RBAR_PLAIN, 0.009785337607413158},
        {SPC_ESTIMATOR_SBAR, 0.009829976728289325},
        {SPC_ESTIMATOR_SBAR_PLAIN, 0.009829976728289327},
        {SPC_ESTIMATOR_POOLED, 0.00988754721015943},
        {SPC_ESTIMATOR_POOLED_PLAIN, 0.009862859625889805},
        {SPC_ESTIMATOR_OVERALL, 0.010069968126291413},
},
  uneven[] = {
      {SPC_ESTIMATOR_RBAR, 0.01001565949211508},
      {SPC_ESTIMATOR_RBAR_PLAIN, 0.009857437381780548},
      {SPC_ESTIMATOR_SBAR, 0.010108579542839105},
      {SPC_ESTIMATOR_SBAR_PLAIN, 0.009930922991015664},
      {SPC_ESTIMATOR_POOLED, 0.010139476725939482},
      {SPC_ESTIMATOR_POOLED_PLAIN, 0.010110712890371566},
};

static void test_piston_rings(void **state)
{
    struct spc_point points[40];
    size_t count = subgroups_of("pistonrings.csv", 125, points);

    (void)state;
    assert_int_equal(count, 25);
    struct spc_study study = study_of(SPC_CHART_XBAR_R, points, count);
    assert_int_equal(study.points, 25);
    assert_int_equal(study.measurements, 125);
    for (size_t i = 0; i < sizeof even / sizeof *even; i++) {
        double sigma = 0, df = 0;

        assert_int_equal(
            spc_study_sigma(&study, even[i].estimator, &sigma, &df), SPC_OK);
        CHECK_CLOSE(sigma, even[i].sigma, 1e-11);
    }

    struct spc_limits r =
        limits_of(&study, SPC_CHART_XBAR_R, SPC_ESTIMATOR_RBAR, 5);
    CHECK_CLOSE(r.center, 74.00117599999999, 1e-14);
    CHECK_CLOSE(r.df, 90, 1e-15);
    CHECK_CLOSE(r.zones[0].upper[3], 74.01430440804377, 1e-13);
    CHECK_CLOSE(r.zones[0].lower[3], 73.9880475919562, 1e-13);
    CHECK_CLOSE(r.zones[1].upper[0], 0.022760000000000107, 1e-11);
    CHECK_CLOSE(r.zones[1].upper[3], 0.048126000542382225, 1e-11);
    assert_true(r.zones[1].lower[3] == 0);

    struct spc_limits s =
        limits_of(&study, SPC_CHART_XBAR_S, SPC_ESTIMATOR_SBAR, 5);
    CHECK_CLOSE(s.df, 95, 1e-13);
    CHECK_CLOSE(s.zones[0].upper[3], 74.01436429770901, 1e-13);
    CHECK_CLOSE(s.zones[0].lower[3], 73.98798770229097, 1e-13);
    CHECK_CLOSE(s.zones[1].upper[0], 0.009240036602285537, 1e-11);
    CHECK_CLOSE(s.zones[1].upper[3], 0.019302416768240294, 1e-11);
    assert_true(s.zones[1].lower[3] == 0);
}

static void test_piston_rings_of_unequal_size(void **state)
{
    struct spc_point points[40];
    size_t count = subgroups_of("pistonrings_unequal.csv", 200, points);

    (void)state;
    assert_int_equal(count, 25);
    struct spc_study study = study_of(SPC_CHART_XBAR_R, points, count);
    assert_int_equal(study.measurements, 113);
    for (size_t i = 0; i < sizeof uneven / sizeof *uneven; i++) {
        double sigma = 0, df = 0;

        assert_int_equal(
            spc_study_sigma(&study, uneven[i].estimator, &sigma, &df), SPC_OK);
        CHECK_CLOSE(sigma, uneven[i].sigma, 1e-11);
    }

    /* The second subgroup is of three: the recorded zones are for five. */
    struct spc_limits limits =
        limits_of(&study, SPC_CHART_XBAR_R, SPC_ESTIMATOR_RBAR_PLAIN, 5);
    struct spc_zones five =
        spc_limits_zones(&limits, &k, SPC_PANEL_LOCATION, 5);
    struct spc_zones three =
        spc_limits_zones(&limits, &k, SPC_PANEL_LOCATION, 3);
    struct spc_zones ranges =
        spc_limits_zones(&limits, &k, SPC_PANEL_SPREAD, 3);
    assert_int_equal(points[1].n, 3);
    CHECK_CLOSE(limits.center, 74.00075221238937, 1e-14);
    for (int i = 0; i < SPC_FIGURES; i++)
        assert_true(isnan(limits.figure[i])); /* there are none */
    assert_memory_equal(&five, &limits.zones[SPC_PANEL_LOCATION], sizeof five);
    CHECK_CLOSE(five.upper[3], 74.01397735243114, 1e-13);
    CHECK_CLOSE(five.lower[3], 73.9875270723476, 1e-13);
    CHECK_CLOSE(three.upper[3], 74.01782579476705, 1e-13);
    CHECK_CLOSE(three.lower[3], 73.9836786300117, 1e-13);
    CHECK_CLOSE(ranges.upper[0], 0.016684390473824525, 1e-11);
    CHECK_CLOSE(ranges.upper[3], 0.04295548638938468, 1e-11);
}

static size_t individuals_of(const char *file, unsigned column,
                             struct spc_point *points)
{
    static double x[SERIES_MAX];
    size_t n = series_read(file, column, x);

    for (size_t i = 0; i < n; i++)
        points[i] = (struct spc_point){
            1, x[i], i ? fabs(x[i] - x[i - 1]) : (double)NAN, (double)NAN};
    return n;
}

static void test_individuals(void **state)
{
    static struct spc_point points[SERIES_MAX];
    size_t count = individuals_of("strd_lew.csv", 0, points);

    (void)state;
    struct spc_study study = study_of(SPC_CHART_IMR, points, count);
    struct spc_limits limits =
        limits_of(&study, SPC_CHART_IMR, SPC_ESTIMATOR_MR, 1);
    double overall = 0, df = 0;

    assert_int_equal(count, 200);
    CHECK_CLOSE(limits.center, -177.435, 1e-13);
    CHECK_CLOSE(limits.sigma, 355.03853858226245, 1e-11);
    CHECK_CLOSE(limits.df, 199, 0);
    CHECK_CLOSE(limits.zones[0].upper[3], 887.6806157467875, 1e-11);
    CHECK_CLOSE(limits.zones[0].lower[3], -1242.5506157467873, 1e-11);
    CHECK_CLOSE(limits.zones[1].upper[0], 400.6180904522613, 1e-11);
    CHECK_CLOSE(limits.zones[1].upper[3], 1308.6317799067597, 1e-11);
    assert_true(limits.zones[1].lower[3] == 0);
    assert_int_equal(
        spc_study_sigma(&study, SPC_ESTIMATOR_OVERALL, &overall, &df), SPC_OK);
    CHECK_CLOSE(overall, 277.332168044316, 1e-13);
    CHECK_CLOSE(df, 199, 0);
}

/* ---- printed tables ---------------------------------------------------- */

/* Factors for computing control limits, to the three decimals every handbook
 * prints.  This is where a forgotten sqrt(n) shows. */
static const struct {
    uint32_t n;
    double A2, D3, D4, A3, B3, B4;
} handbook[] = {
    {2, 1.880, 0, 3.267, 2.659, 0, 3.267},
    {3, 1.023, 0, 2.575, 1.954, 0, 2.568},
    {4, 0.729, 0, 2.282, 1.628, 0, 2.266},
    {5, 0.577, 0, 2.114, 1.427, 0, 2.089},
    {6, 0.483, 0, 2.004, 1.287, 0.030, 1.970},
    {7, 0.419, 0.076, 1.924, 1.182, 0.118, 1.882},
    {8, 0.373, 0.136, 1.864, 1.099, 0.185, 1.815},
    {9, 0.337, 0.184, 1.816, 1.032, 0.239, 1.761},
    {10, 0.308, 0.223, 1.777, 0.975, 0.284, 1.716},
    {15, 0.223, 0.347, 1.653, 0.789, 0.428, 1.572},
    {25, 0.153, 0.459, 1.541, 0.606, 0.565, 1.435},
};

static void test_handbook_factors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof handbook / sizeof *handbook; i++) {
        uint32_t n = handbook[i].n;
        /* Centre 0, mean range 1 and mean standard deviation 1. */
        struct spc_point point = {n, 0, 1, 1};
        struct spc_study study = {0};

        spc_study_add(&study, &k, SPC_CHART_XBAR_R, &point);
        spc_study_add(&study, &k, SPC_CHART_XBAR_R, &point);
        struct spc_limits r =
            limits_of(&study, SPC_CHART_XBAR_R, SPC_ESTIMATOR_RBAR, n);
        struct spc_limits s =
            limits_of(&study, SPC_CHART_XBAR_S, SPC_ESTIMATOR_SBAR, n);
        CHECK_NEAR(r.zones[0].upper[3], handbook[i].A2, 0.0005);
        CHECK_NEAR(r.zones[0].lower[3], -handbook[i].A2, 0.0005);
        CHECK_NEAR(r.zones[1].lower[3], handbook[i].D3, 0.0005);
        CHECK_NEAR(r.zones[1].upper[3], handbook[i].D4, 0.0005);
        CHECK_NEAR(s.zones[0].upper[3], handbook[i].A3, 0.0005);
        CHECK_NEAR(s.zones[0].lower[3], -handbook[i].A3, 0.0005);
        CHECK_NEAR(s.zones[1].lower[3], handbook[i].B3, 0.0005);
        CHECK_NEAR(s.zones[1].upper[3], handbook[i].B4, 0.0005);
        CHECK_CLOSE(r.zones[1].upper[0], 1, 1e-14);
        CHECK_CLOSE(s.zones[1].upper[0], 1, 1e-14);
    }
}

/* 2.659 and 3.267 of the individuals chart. */
static void test_handbook_factors_of_individuals(void **state)
{
    struct spc_point points[] = {{1, 0, (double)NAN, (double)NAN},
                                 {1, 0, 1, (double)NAN},
                                 {1, 0, 1, (double)NAN}};
    struct spc_study study = study_of(SPC_CHART_IMR, points, 3);
    struct spc_limits limits =
        limits_of(&study, SPC_CHART_IMR, SPC_ESTIMATOR_MR, 1);

    (void)state;
    CHECK_NEAR(limits.zones[0].upper[3], 2.659, 0.0005);
    CHECK_NEAR(limits.zones[1].upper[3], 3.267, 0.0005);
    CHECK_CLOSE(limits.df, 2, 0);
}

/* ---- laws -------------------------------------------------------------- */

enum { DRAWN = 60 };

static void draw(struct random_stream *r, double scale, double offset,
                 struct spc_subgroup subgroups[DRAWN])
{
    for (unsigned i = 0; i < DRAWN; i++) {
        unsigned n = 1 + (unsigned)(random_uniform(r) * 9);

        subgroups[i] = (struct spc_subgroup){0};
        for (unsigned j = 0; j < n; j++)
            spc_subgroup_add(&subgroups[i],
                             offset + scale * (7.25 + random_normal(r)));
    }
}

static struct spc_study drawn_study(uint64_t seed, double scale, double offset)
{
    struct random_stream r = {seed, 0, 0};
    struct spc_subgroup subgroups[DRAWN];
    struct spc_point points[DRAWN];

    draw(&r, scale, offset, subgroups);
    for (unsigned i = 0; i < DRAWN; i++)
        points[i] = spc_subgroup_point(&subgroups[i]);
    return study_of(SPC_CHART_XBAR_R, points, DRAWN);
}

/* Inches for millimetres move every sigma in proportion and the centre with
 * the zero; a gauge turned over changes no sigma at all. */
static void test_units_do_not_matter(void **state)
{
    static const double scales[] = {1 / 25.4, 1000, -1, -0.01};

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (unsigned i = 0; i < 4; i++) {
            struct spc_study base = drawn_study(seed, 1, 0);
            struct spc_study other = drawn_study(seed, scales[i], 3);

            CHECK_CLOSE(other.center, 3 + scales[i] * base.center, 1e-12);
            for (unsigned e = 0; e < SPC_ESTIMATORS; e++) {
                double sigma = 0, df = 0, sigma2 = 0, df2 = 0;

                if (e == SPC_ESTIMATOR_MR || spc_estimator_is_successive(e))
                    continue;
                assert_int_equal(spc_study_sigma(&base, e, &sigma, &df),
                                 SPC_OK);
                assert_int_equal(spc_study_sigma(&other, e, &sigma2, &df2),
                                 SPC_OK);
                CHECK_CLOSE(sigma2, fabs(scales[i]) * sigma, 1e-10);
                assert_true(df == df2);
            }
        }
}

/* All measurements together, however they were grouped. */
static void test_overall_is_of_all_measurements(void **state)
{
    struct random_stream r = {2385, 0, 0};
    struct spc_moments all = {0};
    struct spc_study study = {0};

    (void)state;
    for (unsigned i = 0; i < 500; i++) {
        struct spc_subgroup subgroup = {0};
        unsigned n = 1 + (unsigned)(random_uniform(&r) * 6);

        for (unsigned j = 0; j < n; j++) {
            double x = 25.037 + 0.0017 * random_normal(&r) + 1e-5 * i;

            spc_subgroup_add(&subgroup, x);
            spc_moments_add(&all, x);
        }
        struct spc_point point = spc_subgroup_point(&subgroup);
        spc_study_add(&study, &k, SPC_CHART_XBAR_S, &point);
    }
    double sigma = 0, df = 0;
    assert_int_equal(
        spc_study_sigma(&study, SPC_ESTIMATOR_OVERALL, &sigma, &df), SPC_OK);
    assert_int_equal(study.measurements, all.n);
    CHECK_CLOSE(study.center, all.mean, 1e-14);
    CHECK_CLOSE(sigma, spc_moments_sd(&all), 1e-11);
    CHECK_CLOSE(df, (double)all.n - 1, 0);
}

/* Every estimator finds the sigma the numbers were drawn with: 4000 subgroups
 * of unequal size, so within about one percent. */
static void test_estimators_are_unbiased(void **state)
{
    struct random_stream r = {7, 0, 0};
    struct spc_study study = {0};

    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        struct spc_subgroup subgroup = {0};
        unsigned n = 2 + (unsigned)(random_uniform(&r) * 7);

        for (unsigned j = 0; j < n; j++)
            spc_subgroup_add(&subgroup, -4 + 2.5 * random_normal(&r));
        struct spc_point point = spc_subgroup_point(&subgroup);
        spc_study_add(&study, &k, SPC_CHART_XBAR_R, &point);
    }
    for (unsigned e = 0; e < SPC_ESTIMATORS; e++) {
        double sigma = 0, df = 0;

        if (e == SPC_ESTIMATOR_MR || spc_estimator_is_successive(e))
            continue;
        assert_int_equal(spc_study_sigma(&study, e, &sigma, &df), SPC_OK);
        CHECK_CLOSE(sigma, 2.5, 4 / sqrt(2 * df));
        assert_true(df > 10000);
    }
}

static void test_degrees_of_freedom(void **state)
{
    struct spc_point points[] = {
        {5, 1, 2, 1}, {3, 1.5, 2, 1}, {1, 2, NAN, NAN}, {18, 1, 3, 1}};
    struct spc_study study = study_of(SPC_CHART_XBAR_R, points, 4);
    static const double want[SPC_ESTIMATORS] = {
        [SPC_ESTIMATOR_RBAR] = 0.9 * 23,
        [SPC_ESTIMATOR_RBAR_PLAIN] = 0.9 * 23,
        [SPC_ESTIMATOR_SBAR] = 0.95 * 4 + 0.92 * 2 + 0.99 * 17,
        [SPC_ESTIMATOR_SBAR_PLAIN] = 0.95 * 4 + 0.92 * 2 + 0.99 * 17,
        [SPC_ESTIMATOR_POOLED] = 23,
        [SPC_ESTIMATOR_POOLED_PLAIN] = 23,
        [SPC_ESTIMATOR_OVERALL] = 26,
    };

    (void)state;
    for (unsigned e = 0; e < SPC_ESTIMATORS; e++) {
        double sigma = 0, df = 0;

        if (want[e] == 0)
            continue;
        assert_int_equal(spc_study_sigma(&study, e, &sigma, &df), SPC_OK);
        CHECK_CLOSE(df, want[e], 1e-14);
    }
}

/* ---- zones ------------------------------------------------------------- */

static void test_width(void **state)
{
    struct spc_point point = {4, 10, 2 * 2.05875074601, 1};
    struct spc_study study = {0};
    struct spc_limits limits = {0};

    (void)state;
    spc_study_add(&study, &k, SPC_CHART_XBAR_R, &point);
    spc_study_add(&study, &k, SPC_CHART_XBAR_R, &point);
    assert_int_equal(spc_study_limits(&study, &k, SPC_CHART_XBAR_R,
                                      SPC_ESTIMATOR_RBAR, 4, 2.4, &limits),
                     SPC_OK);
    for (unsigned i = 0; i < SPC_EDGES; i++) {
        CHECK_CLOSE(limits.zones[0].upper[i], 10 + 0.8 * i, 1e-10);
        CHECK_CLOSE(limits.zones[0].lower[i], 10 - 0.8 * i, 1e-10);
    }
    assert_int_equal(limits.number, 0);
    assert_int_equal(limits.n, 4);
    assert_int_equal(limits.subgroups, 2);
    assert_int_equal(limits.measurements, 8);
    assert_int_equal(limits.chart, SPC_CHART_XBAR_R);
    assert_int_equal(limits.estimator, SPC_ESTIMATOR_RBAR);
    assert_true(limits.width == 2.4);
}

/* What is drawn is what decides: the recorded zones, even if somebody has
 * rounded them since. */
static void test_recorded_zones_decide(void **state)
{
    struct spc_limits limits = {
        .chart = SPC_CHART_XBAR_S, .n = 5, .center = 1, .sigma = 1, .width = 3};

    (void)state;
    limits.zones[0].upper[3] = 2.34;
    limits.zones[1].upper[3] = 1.96;
    assert_true(spc_limits_zones(&limits, &k, 0, 5).upper[3] == 2.34);
    assert_true(spc_limits_zones(&limits, &k, 1, 5).upper[3] == 1.96);
    CHECK_CLOSE(spc_limits_zones(&limits, &k, 0, 9).upper[3], 2, 1e-15);
    assert_true(isnan(spc_limits_zones(&limits, &k, 1, 1).upper[3]));
    CHECK_CLOSE(spc_limits_zones(&limits, &k, 0, 1).upper[3], 4, 1e-15);
}

static void test_statistics(void **state)
{
    struct spc_point p = {5, 1, 2, 3};

    (void)state;
    for (unsigned c = 0; c < SPC_CHARTS; c++)
        assert_true(spc_point_statistic(&p, c, SPC_PANEL_LOCATION) == 1);
    assert_true(spc_point_statistic(&p, SPC_CHART_IMR, SPC_PANEL_SPREAD) == 2);
    assert_true(spc_point_statistic(&p, SPC_CHART_XBAR_R, SPC_PANEL_SPREAD) ==
                2);
    assert_true(spc_point_statistic(&p, SPC_CHART_XBAR_S, SPC_PANEL_SPREAD) ==
                3);
}

static void test_usual_estimators(void **state)
{
    (void)state;
    assert_int_equal(spc_chart_estimator(SPC_CHART_IMR), SPC_ESTIMATOR_MR);
    assert_int_equal(spc_chart_estimator(SPC_CHART_XBAR_R), SPC_ESTIMATOR_RBAR);
    assert_int_equal(spc_chart_estimator(SPC_CHART_XBAR_S), SPC_ESTIMATOR_SBAR);
}

/* ---- failures ---------------------------------------------------------- */

static const struct {
    const char *what;
    enum spc_chart chart;
    enum spc_estimator estimator;
    size_t count;
    struct spc_point points[3];
    enum spc_status want;
} failures[] = {
    {"nothing",
     SPC_CHART_XBAR_R,
     SPC_ESTIMATOR_RBAR,
     0,
     {{0}},
     SPC_TOO_FEW_SUBGROUPS},
    {"one subgroup",
     SPC_CHART_XBAR_R,
     SPC_ESTIMATOR_RBAR,
     1,
     {{3, 1, 1, 1}},
     SPC_TOO_FEW_SUBGROUPS},
    {"two empty ones do not count",
     SPC_CHART_XBAR_R,
     SPC_ESTIMATOR_RBAR,
     3,
     {{3, 1, 1, 1}, {0, NAN, NAN, NAN}, {0, NAN, NAN, NAN}},
     SPC_TOO_FEW_SUBGROUPS},
    {"single measurements have no range",
     SPC_CHART_XBAR_R,
     SPC_ESTIMATOR_RBAR,
     2,
     {{1, 1, NAN, NAN}, {1, 2, NAN, NAN}},
     SPC_TOO_FEW_SUBGROUPS},
    {"nor a standard deviation",
     SPC_CHART_XBAR_S,
     SPC_ESTIMATOR_POOLED,
     2,
     {{1, 1, NAN, NAN}, {1, 2, NAN, NAN}},
     SPC_TOO_FEW_SUBGROUPS},
    {"subgroups have no moving range",
     SPC_CHART_XBAR_R,
     SPC_ESTIMATOR_MR,
     2,
     {{2, 1, 1, 1}, {2, 2, 1, 1}},
     SPC_TOO_FEW_SUBGROUPS},
    {"individuals have no subgroup range",
     SPC_CHART_IMR,
     SPC_ESTIMATOR_RBAR,
     2,
     {{1, 1, NAN, NAN}, {1, 2, 1, NAN}},
     SPC_TOO_FEW_SUBGROUPS},
    {"all alike",
     SPC_CHART_IMR,
     SPC_ESTIMATOR_MR,
     2,
     {{1, 5, NAN, NAN}, {1, 5, 0, NAN}},
     SPC_NO_VARIATION},
    {"a NaN that slipped through",
     SPC_CHART_XBAR_R,
     SPC_ESTIMATOR_RBAR,
     2,
     {{2, 1, 1, 1}, {2, NAN, 1, 1}},
     SPC_NOT_FINITE},
    {"an infinite range",
     SPC_CHART_XBAR_R,
     SPC_ESTIMATOR_RBAR,
     2,
     {{2, 1, 1, 1}, {2, 1, INFINITY, 1}},
     SPC_NOT_FINITE},
};

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        struct spc_study study =
            study_of(failures[i].chart, failures[i].points, failures[i].count);
        struct spc_limits limits = {.number = 4711};
        uint32_t n = failures[i].chart == SPC_CHART_IMR ? 1 : 2;
        enum spc_status got =
            spc_study_limits(&study, &k, failures[i].chart,
                             failures[i].estimator, n, 3, &limits);

        if (got != failures[i].want)
            fail_msg("%s: %s", failures[i].what, spc_status_text(got));
        assert_int_equal(limits.number, 4711); /* untouched */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_piston_rings),
        cmocka_unit_test(test_piston_rings_of_unequal_size),
        cmocka_unit_test(test_individuals),
        cmocka_unit_test(test_handbook_factors),
        cmocka_unit_test(test_handbook_factors_of_individuals),
        cmocka_unit_test(test_units_do_not_matter),
        cmocka_unit_test(test_overall_is_of_all_measurements),
        cmocka_unit_test(test_estimators_are_unbiased),
        cmocka_unit_test(test_degrees_of_freedom),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_recorded_zones_decide),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_usual_estimators),
        cmocka_unit_test(test_failures),
    };

    return cmocka_run_group_tests(tests, compute, NULL);
}

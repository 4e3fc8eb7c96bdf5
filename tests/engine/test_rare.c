/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rare events: tables computed with many digits, second definitions, and what
 * a part per billion does to arithmetic. */
#include "engine/rare.h"
#include "tests/engine/support.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { UPPER = SPC_EDGES - 1 };

/* golden/ccc_limits.csv: p0, r, alpha, lower, median, upper, by mpmath. */
static void test_ccc_table(void **state)
{
    static double column[6][SERIES_MAX];
    size_t count = 0;

    (void)state;
    for (unsigned k = 0; k < 6; k++)
        count = series_read("golden/ccc_limits.csv", k, column[k]);
    assert_true(count >= 40);
    for (size_t i = 0; i < count; i++) {
        struct spc_zones zones =
            spc_ccc_zones(column[0][i], (unsigned)column[1][i], column[2][i]);

        CHECK_CLOSE(zones.lower[UPPER], column[3][i], 1e-11);
        CHECK_CLOSE(zones.lower[0], column[4][i], 1e-11);
        CHECK_CLOSE(zones.upper[UPPER], column[5][i], 1e-11);
    }
}

/* At a part per billion the closed forms of r = 1; the third limit is known
 * to half a unit among 6.6e9. */
static void test_ccc_at_a_part_per_billion(void **state)
{
    struct spc_zones zones = spc_ccc_zones(1e-9, 1, 0.0027);

    (void)state;
    CHECK_NEAR(zones.lower[UPPER], 1350912, 0.5);
    CHECK_NEAR(zones.lower[0], 693147180, 0.5);
    CHECK_NEAR(zones.upper[UPPER], 6607650683, 0.5);
}

/* Far below, the number of defectives in n units is a Poisson's, and waiting
 * for the r-th is a gamma's. */
static void test_ccc_becomes_a_gamma(void **state)
{
    (void)state;
    for (unsigned r = 1; r <= SPC_CCC_EVENTS_MAX; r++) {
        struct spc_zones zones = spc_ccc_zones(1e-15, r, 0.0027);

        CHECK_CLOSE(zones.lower[UPPER] * 1e-15,
                    gsl_cdf_gamma_Pinv(0.00135, r, 1), 1e-9);
        CHECK_CLOSE(zones.upper[UPPER] * 1e-15,
                    gsl_cdf_gamma_Qinv(0.00135, r, 1), 1e-9);
    }
}

/* A limit solves its own tail, which GSL counts as a beta's. */
static void test_ccc_solves_its_tail(void **state)
{
    (void)state;
    for (double p = 0.9; p > 1e-6; p *= 0.37)
        for (unsigned r = 1; r <= SPC_CCC_EVENTS_MAX; r++) {
            struct spc_zones zones = spc_ccc_zones(p, r, 0.01);
            double lower = zones.lower[UPPER], upper = zones.upper[UPPER];

            CHECK_CLOSE(gsl_cdf_beta_P(p, r, lower - r + 1), 0.005, 1e-9);
            CHECK_CLOSE(gsl_cdf_beta_Q(p, r, upper - r + 1), 0.005, 1e-9);
        }
}

/* ---- g ----------------------------------------------------------------- */

/* golden/g_chart_prob.csv: p, L, mean, sd, LCL, UCL, ... */
static void test_g_table(void **state)
{
    static double column[6][SERIES_MAX];
    size_t count = 0;

    (void)state;
    for (unsigned k = 0; k < 6; k++)
        count = series_read("golden/g_chart_prob.csv", k, column[k]);
    assert_true(count >= 12);
    for (size_t i = 0; i < count; i++) {
        struct spc_zones zones =
            spc_g_zones_by_width(column[2][i], column[1][i]);

        CHECK_NEAR(zones.lower[UPPER], column[4][i], 1e-12);
        CHECK_CLOSE(zones.upper[UPPER], column[5][i], 1e-12);
    }
}

/* 37 intervals of mean 51.432 (1903 in all): p 0.0185567, centre 36.0053, upper
 * limit 351.766, lower 0 (JASP, which was compared with Minitab). */
static void test_g_published(void **state)
{
    struct spc_rare_study study = {37, 1903.0 / 37};
    struct spc_zones zones;
    double p;

    (void)state;
    assert_int_equal(spc_g_rate(&study, &p), SPC_OK);
    zones = spc_g_zones(p, 0.0027);
    CHECK_NEAR(p, 0.0185567, 5e-8);
    CHECK_NEAR(zones.lower[0], 36.0053, 2e-4);
    CHECK_NEAR(zones.upper[UPPER], 351.766, 2e-3);
    assert_true(zones.lower[UPPER] == 0);
}

/* A g chart is a CCC chart that does not count the event. */
static void test_g_is_ccc_less_one(void **state)
{
    (void)state;
    for (double p = 0.3; p > 1e-9; p /= 7) {
        struct spc_zones g = spc_g_zones(p, 0.01),
                         ccc = spc_ccc_zones(p, 1, 0.01);

        CHECK_CLOSE(g.upper[UPPER], ccc.upper[UPPER] - 1, 1e-11);
        CHECK_CLOSE(g.upper[0], ccc.upper[0] - 1, 1e-11);
        CHECK_NEAR(g.lower[UPPER], fmax(0, ccc.lower[UPPER] - 1),
                   1e-9 * ccc.lower[UPPER]);
    }
}

static void test_zeros_in_a_row(void **state)
{
    (void)state;
    assert_int_equal(spc_g_zeros(0.001, 0.0027), 1);
    assert_int_equal(spc_g_zeros(0.0672, 0.0027), 3);
    for (double p = 0.01; p < 0.99; p += 0.0137) {
        unsigned k = spc_g_zeros(p, 0.0027);

        assert_true(pow(p, k) <= 0.00135);
        assert_true(pow(p, k - 1.0) > 0.00135);
    }
}

static void test_no_rate(void **state)
{
    struct spc_rare_study one = {1, 5}, all = {5, 0}, units = {5, 1};
    double p = -1;

    (void)state;
    assert_int_equal(spc_g_rate(&one, &p), SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_g_rate(&all, &p), SPC_NO_VARIATION);
    assert_int_equal(spc_ccc_rate(&one, 1, &p), SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_ccc_rate(&units, 1, &p), SPC_NO_VARIATION);
    assert_true(p == -1);
}

/* ---- t ----------------------------------------------------------------- */

/* golden/t_chart_limits.csv: mean, alpha, lower, median, upper, ... */
static void test_t_table(void **state)
{
    static double column[5][SERIES_MAX];
    size_t count = 0;

    (void)state;
    for (unsigned k = 0; k < 5; k++)
        count = series_read("golden/t_chart_limits.csv", k, column[k]);
    assert_true(count >= 8);
    for (size_t i = 0; i < count; i++) {
        struct spc_zones zones = spc_t_zones(1, column[0][i], column[1][i]);

        CHECK_CLOSE(zones.lower[UPPER], column[2][i], 1e-12);
        CHECK_CLOSE(zones.lower[0], column[3][i], 1e-12);
        CHECK_CLOSE(zones.upper[UPPER], column[4][i], 1e-12);
    }
}

/* The slope of the likelihood at what maximises it, in both directions. */
static double likelihood(const double *t, size_t n, double shape, double scale)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += log(shape / scale) + (shape - 1) * log(t[i] / scale) -
               pow(t[i] / scale, shape);
    return sum;
}

static void test_weibull_maximises_its_likelihood(void **state)
{
    double t[200], shape, scale, best;

    (void)state;
    for (uint64_t seed = 1; seed < 9; seed++) {
        struct random_stream r = {.state = seed};

        for (unsigned i = 0; i < 200; i++)
            t[i] = 37.4 * pow(-log(random_uniform(&r)), (double)seed / 3);
        assert_int_equal(spc_weibull_fit(t, 200, &shape, &scale), SPC_OK);
        CHECK_NEAR(shape, 3.0 / (double)seed, 0.7 / (double)seed);
        best = likelihood(t, 200, shape, scale);
        for (int k = -1; k <= 1; k += 2) {
            assert_true(likelihood(t, 200, shape * (1 + k * 1e-4), scale) <
                        best);
            assert_true(likelihood(t, 200, shape, scale * (1 + k * 1e-4)) <
                        best);
        }
    }
}

/* Hours or nanoseconds: the shape is the same, and nothing overflows. */
static void test_units_of_time(void **state)
{
    static const double hours[] = {286, 948, 536, 124, 816, 729, 4, 143, 431};
    double other[9], shape, scale, shape_too, scale_too;

    (void)state;
    assert_int_equal(spc_weibull_fit(hours, 9, &shape, &scale), SPC_OK);
    for (double unit = 1e-200; unit < 1e250; unit *= 1e50) {
        for (unsigned i = 0; i < 9; i++)
            other[i] = hours[i] * unit;
        assert_int_equal(spc_weibull_fit(other, 9, &shape_too, &scale_too),
                         SPC_OK);
        CHECK_CLOSE(shape_too, shape, 1e-12);
        CHECK_CLOSE(scale_too, scale * unit, 1e-12);
    }
}

static void test_no_weibull(void **state)
{
    static const double same[] = {3, 3, 3}, zero[] = {3, 0, 4};
    double shape = -1, scale = -1;

    (void)state;
    assert_int_equal(spc_weibull_fit(same, 1, &shape, &scale),
                     SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_weibull_fit(same, 3, &shape, &scale),
                     SPC_NO_VARIATION);
    assert_int_equal(spc_weibull_fit(zero, 3, &shape, &scale), SPC_BAD_INPUT);
    assert_true(shape == -1 && scale == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ccc_table),
        cmocka_unit_test(test_ccc_at_a_part_per_billion),
        cmocka_unit_test(test_ccc_becomes_a_gamma),
        cmocka_unit_test(test_ccc_solves_its_tail),
        cmocka_unit_test(test_g_table),
        cmocka_unit_test(test_g_published),
        cmocka_unit_test(test_g_is_ccc_less_one),
        cmocka_unit_test(test_zeros_in_a_row),
        cmocka_unit_test(test_no_rate),
        cmocka_unit_test(test_t_table),
        cmocka_unit_test(test_weibull_maximises_its_likelihood),
        cmocka_unit_test(test_units_of_time),
        cmocka_unit_test(test_no_weibull),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles against figures computed elsewhere in high precision, and, where
 * no such figures reach, against their own distribution functions written
 * down in another way. */
#include "engine/quantile.h"
#include "tests/engine/support.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static double a[SERIES_MAX], b[SERIES_MAX], c[SERIES_MAX], d[SERIES_MAX],
    e[SERIES_MAX];

static int quiet(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    return 0;
}

static void test_normal_tail(void **state)
{
    size_t rows = series_read("golden/normal_tail.csv", 0, a);

    (void)state;
    assert_int_equal(series_read("golden/normal_tail.csv", 2, b), rows);
    for (size_t i = 0; i < rows; i++) {
        CHECK_CLOSE(spc_normal_log_tail(a[i]), b[i], 1e-14);
        CHECK_NEAR(spc_normal_log_tail_inverse(b[i]), a[i], 1e-13);
    }
}

static void test_normal_quantile(void **state)
{
    size_t rows = series_read("golden/normal_tail_inverse.csv", 0, a);

    (void)state;
    assert_int_equal(series_read("golden/normal_tail_inverse.csv", 1, b), rows);
    for (size_t i = 0; i < rows; i++) {
        CHECK_NEAR(spc_normal_log_tail_inverse(log(a[i])), b[i], 1e-13);
        CHECK_NEAR(spc_normal_log_tail_inverse(log1p(-a[i])), -b[i],
                   a[i] > 1e-17 ? 1e-13 : HUGE_VAL);
    }
}

/* Where a probability is no double any more. */
static void test_normal_tail_beyond_underflow(void **state)
{
    (void)state;
    for (double z = 0.1; z < 1e8; z *= 1.7) {
        double log_q = spc_normal_log_tail(z);

        assert_true(isfinite(log_q));
        CHECK_CLOSE(spc_normal_log_tail_inverse(log_q), z, 1e-13);
    }
    CHECK_CLOSE(spc_normal_log_tail(-37), -gsl_cdf_ugaussian_Q(37), 1e-12);
    assert_true(isnan(spc_normal_log_tail_inverse(0)));
    assert_true(isnan(spc_normal_log_tail_inverse(1)));
}

/* With 2 degrees of freedom a chi-square is an exponential. */
static void test_chisq_closed_form(void **state)
{
    (void)state;
    for (double p = 1e-300; p < 1; p = p < 1e-3 ? p * 7 : p + 0.0137) {
        double x = 0;

        assert_int_equal(spc_chisq_quantile(p, 2, &x), SPC_OK);
        CHECK_CLOSE(x, -2 * log1p(-p), 1e-12);
    }
}

static const double levels[] = {1e-9, 1e-4, 0.025, 0.3,     0.5,
                                0.8,  0.95, 0.999, 1 - 1e-9};

static void test_chisq_satisfies_its_own_cdf(void **state)
{
    (void)state;
    for (double df = 0.5; df < 1000; df *= 1.37)
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
            double p = levels[i], x = 0;

            assert_int_equal(spc_chisq_quantile(p, df, &x), SPC_OK);
            if (p <= 0.5)
                CHECK_CLOSE(gsl_cdf_chisq_P(x, df), p, 1e-10);
            else
                CHECK_CLOSE(gsl_cdf_chisq_Q(x, df), 1 - p, 1e-10);
        }
}

/* Cornish and Fisher's expansion of the chi-square quantile, five terms
 * (Abramowitz and Stegun, 26.2.49): its own error falls as df^-2. */
static double cornish_fisher(double p, double n)
{
    double z =
        p < 0.5 ? -gsl_cdf_ugaussian_Qinv(p) : gsl_cdf_ugaussian_Qinv(1 - p);
    double z2 = z * z;

    return n + sqrt(2 * n) * z + 2. / 3 * (z2 - 1) +
           (z2 * z - 7 * z) / (9 * sqrt(2 * n)) -
           (6 * z2 * z2 + 14 * z2 - 32) / (405 * n) +
           (9 * z2 * z2 * z + 256 * z2 * z - 433 * z) /
               (4860 * n * sqrt(2 * n));
}

static void test_chisq_of_many_degrees_of_freedom(void **state)
{
    (void)state;
    for (double df = 1000; df < 2e7; df *= 1.61)
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
            double x = 0;

            assert_int_equal(spc_chisq_quantile(levels[i], df, &x), SPC_OK);
            CHECK_NEAR(x, cornish_fisher(levels[i], df),
                       20 / (df * df) + 1e-13 * df);
        }
}

/* Two ways of computing meet at a thousand. */
static void test_chisq_has_no_seam(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        double below = 0, above = 0;

        assert_int_equal(spc_chisq_quantile(levels[i], 1000, &below), SPC_OK);
        assert_int_equal(spc_chisq_quantile(levels[i], 1000 + 1e-9, &above),
                         SPC_OK);
        CHECK_CLOSE(above, below, 1e-11);
    }
}

/* The library's own answer here is 132,864.9. */
static void test_chisq_known_trap(void **state)
{
    double x = 0;

    (void)state;
    assert_int_equal(spc_chisq_quantile(0.975, 99999, &x), SPC_OK);
    CHECK_NEAR(x, 100877.41, 0.005);
}

/* Columns x, n, alpha, two one-sided, lower and upper two-sided. */
static void test_counted_bounds(void **state)
{
    static const char file[] = "golden/clopper_pearson.csv";
    size_t rows = series_read(file, 0, a);

    (void)state;
    assert_int_equal(series_read(file, 1, b), rows);
    assert_int_equal(series_read(file, 2, c), rows);
    assert_int_equal(series_read(file, 5, d), rows);
    assert_int_equal(series_read(file, 6, e), rows);
    for (size_t i = 0; i < rows; i++) {
        double lower = -1, upper = -1;

        assert_int_equal(spc_counted_bounds((uint64_t)a[i], (uint64_t)b[i],
                                            1 - c[i], &lower, &upper),
                         SPC_OK);
        CHECK_CLOSE(lower, d[i] * 1e9, 1e-11);
        CHECK_CLOSE(upper, e[i] * 1e9, 1e-11);
    }
}

/* With 1e15 units a count is a Poisson variable to 15 digits, and its bounds
 * are chi-square quantiles (Garwood, 1936). */
static void test_counted_bounds_of_rare_events(void **state)
{
    static const uint64_t defects[] = {0,   1,   3,    20,    199,
                                       200, 201, 5000, 100000};

    (void)state;
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++) {
        double lower = -1, upper = -1, low = 0, high = 0;
        double x = (double)defects[i];

        assert_int_equal(spc_counted_bounds(defects[i], 1000000000000000, 0.95,
                                            &lower, &upper),
                         SPC_OK);
        if (x > 0)
            assert_int_equal(spc_chisq_quantile(0.025, 2 * x, &low), SPC_OK);
        assert_int_equal(spc_chisq_quantile(0.975, 2 * x + 2, &high), SPC_OK);
        CHECK_CLOSE(lower, low / 2 * 1e-6, 1e-9);
        CHECK_CLOSE(upper, high / 2 * 1e-6, 1e-9);
    }
}

/* Good parts counted as bad: the bounds turn around. */
static void test_counted_bounds_mirror(void **state)
{
    static const struct {
        uint64_t defects, units;
    } counts[] = {{0, 1},     {1, 1},         {3, 7},      {9, 12},
                  {400, 400}, {12345, 20000}, {500, 1000}, {1999999, 4000000}};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint64_t x = counts[i].defects, n = counts[i].units;
        double low = 0, high = 0, low2 = 0, high2 = 0;

        assert_int_equal(spc_counted_bounds(x, n, 0.9, &low, &high), SPC_OK);
        assert_int_equal(spc_counted_bounds(n - x, n, 0.9, &low2, &high2),
                         SPC_OK);
        CHECK_NEAR(low, 1e9 - high2, 1e-5);
        CHECK_NEAR(high, 1e9 - low2, 1e-5);
        assert_true(low <= 1e9 * ((double)x / (double)n));
        assert_true(high >= 1e9 * ((double)x / (double)n));
    }
}

/* Two ways of computing meet at 200 defects: bounds rise without a jump. */
static void test_counted_bounds_have_no_seam(void **state)
{
    double low[6], high[6];

    (void)state;
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(
            spc_counted_bounds(198 + i, 4321, 0.99, &low[i], &high[i]), SPC_OK);
    for (unsigned i = 1; i + 1 < 6; i++) {
        double low_bend = low[i + 1] - 2 * low[i] + low[i - 1];
        double high_bend = high[i + 1] - 2 * high[i] + high[i - 1];

        assert_true(fabs(low_bend) < 1e-3 * (low[i + 1] - low[i]));
        assert_true(fabs(high_bend) < 1e-3 * (high[i + 1] - high[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_tail),
        cmocka_unit_test(test_normal_quantile),
        cmocka_unit_test(test_normal_tail_beyond_underflow),
        cmocka_unit_test(test_chisq_closed_form),
        cmocka_unit_test(test_chisq_satisfies_its_own_cdf),
        cmocka_unit_test(test_chisq_of_many_degrees_of_freedom),
        cmocka_unit_test(test_chisq_has_no_seam),
        cmocka_unit_test(test_chisq_known_trap),
        cmocka_unit_test(test_counted_bounds),
        cmocka_unit_test(test_counted_bounds_of_rare_events),
        cmocka_unit_test(test_counted_bounds_mirror),
        cmocka_unit_test(test_counted_bounds_have_no_seam),
    };

    return cmocka_run_group_tests(tests, quiet, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* d2, d3 and c4 against three other definitions: figures computed elsewhere
 * to twelve digits, GSL's adaptive integral over the whole line, and the few
 * cases with a closed form. */
#include "engine/constants.h"
#include "tests/engine/support.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
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

/* Columns n, d2, d3, median, c4. */
static void test_twelve_digits(void **state)
{
    static double n[SERIES_MAX], d2[SERIES_MAX], d3[SERIES_MAX], c4[SERIES_MAX];
    size_t rows = series_read("golden/constants.csv", 0, n);

    (void)state;
    assert_int_equal(rows, 29);
    assert_int_equal(series_read("golden/constants.csv", 1, d2), rows);
    assert_int_equal(series_read("golden/constants.csv", 2, d3), rows);
    assert_int_equal(series_read("golden/constants.csv", 4, c4), rows);
    for (size_t i = 0; i < rows; i++) {
        unsigned size = (unsigned)n[i];

        CHECK_CLOSE(k.d2[size], d2[i], 5e-12);
        CHECK_CLOSE(k.d3[size], d3[i], 5e-12);
        CHECK_CLOSE(k.c4[size], c4[i], 5e-12);
    }
}

static double missed_range(double x, void *n)
{
    return 1 - gsl_pow_int(gsl_cdf_ugaussian_P(x), *(int *)n) -
           gsl_pow_int(gsl_cdf_ugaussian_Q(x), *(int *)n);
}

static void test_d2_is_its_integral(void **state)
{
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(500);

    (void)state;
    assert_non_null(w);
    for (int n = 2; n <= SPC_SUBGROUP_MAX; n++) {
        gsl_function f = {missed_range, &n};
        double d2 = 0, error = 0;

        assert_int_equal(
            gsl_integration_qagi(&f, 0, 1e-12, 500, w, &d2, &error), 0);
        CHECK_CLOSE(k.d2[n], d2, 1e-11);
    }
    gsl_integration_workspace_free(w);
}

static void test_closed_forms(void **state)
{
    (void)state;
    CHECK_CLOSE(k.d2[2], 2 / sqrt(M_PI), 1e-14);
    CHECK_CLOSE(k.d2[3], 3 / sqrt(M_PI), 1e-14);
    CHECK_CLOSE(k.d2[4], 3 / sqrt(M_PI) * (1 + 2 / M_PI * asin(1. / 3)), 1e-13);
    CHECK_CLOSE(k.d3[2], sqrt(2 - 4 / M_PI), 1e-12);
    CHECK_CLOSE(k.c4[2], sqrt(2 / M_PI), 1e-15);
    CHECK_CLOSE(k.c4[3], sqrt(M_PI) / 2, 1e-15);
    CHECK_CLOSE(k.c4[4], 2 * sqrt(2 / (3 * M_PI)), 1e-15);
}

/* For a million degrees of freedom a difference of log-gammas has lost nine
 * digits; the series has not. */
static void test_c4_of_pooled_estimates(void **state)
{
    (void)state;
    for (double m = 300; m < 1e9; m *= 3.7) {
        double series = 1 - 1 / (4 * m) + 1 / (32 * m * m) +
                        5 / (128 * m * m * m) - 21 / (2048 * m * m * m * m) -
                        399 / (8192 * m * m * m * m * m);

        CHECK_CLOSE(spc_c4(m + 1), series, 1e-15);
    }
    for (unsigned n = 2; n <= SPC_SUBGROUP_MAX; n++)
        assert_true(spc_c4(n) == k.c4[n]);
}

static void test_there_is_no_subgroup_of_one(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 2; n++) {
        assert_true(isnan(k.d2[n]));
        assert_true(isnan(k.d3[n]));
        assert_true(isnan(k.c4[n]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twelve_digits),
        cmocka_unit_test(test_d2_is_its_integral),
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_c4_of_pooled_estimates),
        cmocka_unit_test(test_there_is_no_subgroup_of_one),
    };

    return cmocka_run_group_tests(tests, compute, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Anderson-Darling test against its definition, its published critical
 * values, and the rate at which it rejects numbers that are normal. */
#include "engine/moments.h"
#include "engine/normality.h"
#include "tests/engine/support.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int quiet(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    return 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static struct spc_normality tested(double *x, size_t n)
{
    struct spc_moments m = {0};
    struct spc_normality result = {0, 0};

    qsort(x, n, sizeof *x, by_size);
    for (size_t i = 0; i < n; i++)
        spc_moments_add(&m, x[i]);
    assert_int_equal(
        spc_normality_test(x, n, m.mean, spc_moments_sd(&m), &result), SPC_OK);
    return result;
}

/* n integral of (F_n - F)^2 / (F (1 - F)) dF, summed between the steps of the
 * empirical distribution: the definition, without the usual rearrangement. */
static double by_definition(const double *x, size_t n, double mean, double sd)
{
    double sum = 0, from = -12;

    for (size_t i = 0; i <= n; i++) {
        double to = i < n ? (x[i] - mean) / sd : 12;
        double step = (to - from) / 4000, seen = (double)i / (double)n;

        for (unsigned j = 0; j < 4000; j++) {
            double z = from + (j + 0.5) * step;
            double below = 0.5 * erfc(-z * sqrt(0.5));
            double above = 0.5 * erfc(z * sqrt(0.5));
            double density = exp(-z * z / 2) / sqrt(8 * atan(1));
            double gap = i == n ? above : seen - below;

            sum += gap * gap / (below * above) * density * step;
        }
        from = to;
    }
    return (double)n * sum;
}

static void test_definition(void **state)
{
    struct random_stream r = {2385, 0, 0};
    double x[40];

    (void)state;
    for (size_t n = 8; n <= 40; n += 8) {
        struct spc_moments m = {0};

        for (size_t i = 0; i < n; i++)
            x[i] = 3 + 0.2 * exp(0.3 * random_normal(&r));
        struct spc_normality got = tested(x, n);
        for (size_t i = 0; i < n; i++)
            spc_moments_add(&m, x[i]);
        double size = (double)n;
        double want = by_definition(x, n, m.mean, spc_moments_sd(&m)) *
                      (1 + 0.75 / size + 2.25 / (size * size));
        CHECK_CLOSE(got.statistic, want, 1e-4);
    }
}

/* Stephens's critical values for an estimated mean and variance. */
static const struct {
    double statistic, p;
} critical[] = {
    {0.631, 0.10}, {0.752, 0.05}, {0.873, 0.025}, {1.035, 0.01}, {1.159, 0.005},
};

/* Normal scores, bent by c: the statistic rises with c. */
static struct spc_normality bent(double c)
{
    enum { N = 200 };
    struct random_stream r = {5, 0, 0};
    double x[N];

    for (unsigned i = 0; i < N; i++) {
        double z = random_normal(&r);
        x[i] = z + c * z * z;
    }
    return tested(x, N);
}

static void test_critical_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof critical / sizeof *critical; i++) {
        double low = 0, high = 1;

        assert_true(bent(low).statistic < critical[i].statistic);
        assert_true(bent(high).statistic > critical[i].statistic);
        for (unsigned j = 0; j < 50; j++) {
            double middle = (low + high) / 2;

            if (bent(middle).statistic < critical[i].statistic)
                low = middle;
            else
                high = middle;
        }
        CHECK_CLOSE(bent(high).p, critical[i].p, 0.03);
    }
}

/* p falls from one to nothing as the data bend, without a jump upwards. */
static void test_p_falls(void **state)
{
    struct spc_normality last = bent(0);

    (void)state;
    for (double c = 0; c < 400; c = c < 1 ? c + 0.002 : c * 1.5) {
        struct spc_normality now = bent(c);

        assert_true(now.p > 0 || now.statistic > 9);
        assert_true(now.p <= 1);
        if (now.statistic > last.statistic)
            assert_true(now.p <= last.p * 1.03);
        last = now;
    }
    assert_true(last.p < 1e-10);
}

/* Two heaps: the statistic is far beyond where the fitted curve for p turns
 * up again. */
static void test_hopeless_data(void **state)
{
    enum { N = 4000 };
    static double x[N];

    (void)state;
    for (unsigned i = 0; i < N; i++)
        x[i] = i % 2 + 1e-6 * i;
    struct spc_normality result = tested(x, N);
    assert_true(result.statistic > 400);
    assert_true(result.p > 0);
    assert_true(result.p < 1e-10);
}

static void test_rejects_as_often_as_it_says(void **state)
{
    enum { RUNS = 4000, N = 30 };
    struct random_stream r = {11, 0, 0};
    unsigned rejected = 0;

    (void)state;
    for (unsigned run = 0; run < RUNS; run++) {
        double x[N];

        for (unsigned i = 0; i < N; i++)
            x[i] = random_normal(&r);
        rejected += tested(x, N).p < 0.05;
    }
    /* Four standard errors. */
    CHECK_NEAR((double)rejected / RUNS, 0.05, 4 * sqrt(0.05 * 0.95 / RUNS));
}

static void test_failures(void **state)
{
    double x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct spc_normality result = {-1, -1};

    (void)state;
    assert_int_equal(spc_normality_test(x, 7, 4, 2, &result),
                     SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_normality_test(x, 8, 4.5, 0, &result),
                     SPC_NO_VARIATION);
    assert_int_equal(spc_normality_test(x, 8, (double)NAN, 1, &result),
                     SPC_NOT_FINITE);
    x[7] = INFINITY;
    assert_int_equal(spc_normality_test(x, 8, 4.5, 1, &result), SPC_NOT_FINITE);
    assert_true(result.statistic == -1);
    x[7] = 8;
    assert_int_equal(spc_normality_test(x, 8, 4.5, 2.4, &result), SPC_OK);
    assert_true(result.p > 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_critical_values),
        cmocka_unit_test(test_p_falls),
        cmocka_unit_test(test_hopeless_data),
        cmocka_unit_test(test_rejects_as_often_as_it_says),
        cmocka_unit_test(test_failures),
    };

    return cmocka_run_group_tests(tests, quiet, NULL);
}

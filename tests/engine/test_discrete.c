/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts: masses against GSL's, limits against their own definition, and what
 * only arithmetic of this kind can do. */
#include "engine/discrete.h"
#include "tests/engine/support.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_masses_are_gsl_s(void **state)
{
    static const double p[] = {1e-6, 0.0371, 0.5, 0.9214};

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned n = 1; n <= 300; n += 23)
            for (unsigned x = 0; x <= n; x += 1 + n / 7) {
                double mass = gsl_ran_binomial_pdf(x, p[i], n);

                if (mass > 1e-280) /* below, GSL's has fewer digits */
                    CHECK_NEAR(spc_binomial_log_mass(x, n, p[i]), log(mass),
                               1e-10);
            }
    for (unsigned x = 0; x < 90; x += 3)
        CHECK_NEAR(spc_poisson_log_mass(x, 19.85),
                   log(gsl_ran_poisson_pdf(x, 19.85)), 1e-10);
}

/* At 1e15 a mass by log-gamma has no digit left: the mode of a binomial is
 * 1 / sqrt(2 pi n p q) high, and far counts are those of a Poisson. */
static void test_masses_of_large_counts(void **state)
{
    const uint64_t n = 1000000000000000;
    double sd = sqrt((double)n / 4);

    (void)state;
    CHECK_CLOSE(exp(spc_binomial_log_mass(n / 2, n, 0.5)),
                1 / (sd * sqrt(2 * 3.14159265358979323846)), 1e-12);
    for (uint64_t x = 0; x < 8; x++)
        CHECK_CLOSE(spc_binomial_log_mass(x, n, 3e-15),
                    spc_poisson_log_mass(x, 3), 1e-12);
}

/* The definition, without any walking: sums from either end. */
static void check_definition(uint64_t n, double p, double a)
{
    struct spc_count_limits limits = spc_binomial_limits(n, p, a);
    double below = 0, above = 0;

    for (uint64_t x = 0; x < limits.lower; x++)
        below += gsl_ran_binomial_pdf((unsigned)x, p, (unsigned)n);
    for (uint64_t x = n; x > limits.upper; x--)
        above += gsl_ran_binomial_pdf((unsigned)x, p, (unsigned)n);
    assert_true(below <= a);
    assert_true(above <= a);
    assert_true(
        below + gsl_ran_binomial_pdf((unsigned)limits.lower, p, (unsigned)n) >
        a);
    assert_true(
        above + gsl_ran_binomial_pdf((unsigned)limits.upper, p, (unsigned)n) >
        a);
}

static void test_limits_keep_their_promise(void **state)
{
    static const double a[] = {0.2, 0.00135, 5e-7};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (uint64_t n = 1; n < 700; n += 31)
            for (double p = 0.003; p < 1; p += 0.0937)
                check_definition(n, p, a[i]);
}

/* Montgomery's orange juice cans, and what R's qbinom and qpois say. */
static void test_known_limits(void **state)
{
    struct spc_count_limits cans = spc_binomial_limits(50, 0.2313333, 0.00135);
    struct spc_count_limits boards = spc_poisson_limits(19.846154, 0.00135);
    struct spc_count_limits few = spc_poisson_limits(0.001, 0.00135);

    (void)state;
    assert_int_equal(cans.lower, 4);
    assert_int_equal(cans.upper, 21);
    assert_int_equal(boards.lower, 8);
    assert_int_equal(boards.upper, 34);
    assert_int_equal(few.lower, 0);
    assert_int_equal(few.upper, 0);
}

/* A defective is a unit that is not good: the limits turn over with p. */
static void test_good_and_bad_are_symmetric(void **state)
{
    (void)state;
    for (uint64_t n = 5; n < 4000; n += 333) {
        struct spc_count_limits bad = spc_binomial_limits(n, 0.08, 0.00135);
        struct spc_count_limits good = spc_binomial_limits(n, 0.92, 0.00135);

        assert_int_equal(bad.lower, n - good.upper);
        assert_int_equal(bad.upper, n - good.lower);
    }
}

/* Three defects in 1e15 units at a part per quadrillion; and limits far from
 * the mean of 1e12 counts agree with the normal distribution. */
static void test_extremes(void **state)
{
    struct spc_count_limits rare =
        spc_binomial_limits(1000000000000000, 3e-15, 0.00135);
    struct spc_count_limits poisson = spc_poisson_limits(3, 0.00135);
    struct spc_count_limits many = spc_poisson_limits(1e12, 0.00135);

    (void)state;
    assert_int_equal(rare.lower, poisson.lower);
    assert_int_equal(rare.upper, poisson.upper);
    CHECK_NEAR((double)many.upper, 1e12 + 2.99997699e6, 3);
    CHECK_NEAR((double)many.lower, 1e12 - 2.99997699e6, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masses_are_gsl_s),
        cmocka_unit_test(test_masses_of_large_counts),
        cmocka_unit_test(test_limits_keep_their_promise),
        cmocka_unit_test(test_known_limits),
        cmocka_unit_test(test_good_and_bad_are_symmetric),
        cmocka_unit_test(test_extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

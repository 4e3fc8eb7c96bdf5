/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acceptance control charts: textbook figures, the risks they promise by a
 * second route, and what has no sense. */
#include "engine/acceptance.h"
#include "tests/engine/support.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const double none = NAN;

static struct spc_acceptance_process process(double lower, double upper,
                                             double sigma, double n)
{
    return (struct spc_acceptance_process){
        .specification = {.lower = lower, .upper = upper, .target = none},
        .sigma = sigma,
        .n = n,
    };
}

/* Montgomery, 10.2: 1 % accepted but for alpha 0.00135, 5 % rejected but for
 * beta 0.20: ((3.00 + 0.84) / (2.33 - 1.645))^2 = 31.43, with those roundings
 * of the deviates. */
static void test_size_published(void **state)
{
    double n;

    (void)state;
    assert_int_equal(spc_acceptance_size(0.01, 0.00135, 0.05, 0.20, &n),
                     SPC_OK);
    CHECK_NEAR(pow((3.00 + 0.84) / (2.33 - 1.645), 2), 31.43, 5e-3);
    CHECK_CLOSE(
        n,
        pow((gsl_cdf_ugaussian_Qinv(0.00135) + gsl_cdf_ugaussian_Qinv(0.2)) /
                (gsl_cdf_ugaussian_Qinv(0.01) - gsl_cdf_ugaussian_Qinv(0.05)),
            2),
        1e-12);
    CHECK_NEAR(n, 31.43, 0.4);
    assert_true(ceil(n) == 32);
}

/* An exercise of the same chapter: 40 +/- 8, sigma 2, n 5.  The limits are its
 * formulas with table deviates 3.090 and 1.645. */
static void test_limits_by_tables(void **state)
{
    struct spc_acceptance_process p = process(32, 48, 2, 5);
    struct spc_acceptance_limits limits;

    (void)state;
    assert_int_equal(spc_acceptance_modified(&p, 0.001, 3, &limits), SPC_OK);
    CHECK_NEAR(limits.upper.limit, 44.503, 1e-3);
    CHECK_NEAR(limits.lower.limit, 35.497, 1e-3);
    assert_int_equal(spc_acceptance_modified(&p, 0.001, 2, &limits), SPC_OK);
    CHECK_NEAR(limits.upper.limit, 48 - (3.090 - 2 / sqrt(5)) * 2, 1e-3);
    assert_int_equal(spc_acceptance_by_rejectable(&p, 0.05, 0.05, &limits),
                     SPC_OK);
    CHECK_NEAR(limits.upper.limit, 48 - (1.645 + 1.645 / sqrt(5)) * 2, 1e-3);
    CHECK_NEAR(limits.lower.limit, 32 + (1.645 + 1.645 / sqrt(5)) * 2, 1e-3);
}

/* GSL's inverse is a second one; at the levels the risks are as promised. */
static void test_risks_are_kept(void **state)
{
    static const double fractions[] = {1e-9, 1e-4, 0.01, 0.2};
    static const double risks[] = {1e-6, 0.00135, 0.05, 0.3};

    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        double fraction = fractions[i / 4], risk = risks[i % 4];
        struct spc_acceptance_process p = process(9.73, 31.41, 0.911, 7);
        struct spc_acceptance_limits limits;
        struct spc_acceptance_probability at;

        assert_int_equal(
            spc_acceptance_by_acceptable(&p, fraction, risk, &limits), SPC_OK);
        CHECK_CLOSE(limits.upper.level,
                    31.41 - gsl_cdf_ugaussian_Qinv(fraction) * 0.911, 1e-13);
        at = spc_acceptance_operating(&p, &limits, limits.upper.level);
        CHECK_CLOSE(at.nonconforming, fraction, 1e-11);
        CHECK_CLOSE(at.reject, risk, 1e-11);
        CHECK_CLOSE(at.accept, 1 - risk, 1e-13);
        assert_int_equal(
            spc_acceptance_by_rejectable(&p, fraction, risk, &limits), SPC_OK);
        at = spc_acceptance_operating(&p, &limits, limits.lower.level);
        CHECK_CLOSE(at.nonconforming, fraction, 1e-11);
        CHECK_CLOSE(at.accept, risk, 1e-11);
    }
}

/* At the exact n the limits by either level are one. */
static void test_both_ways_meet(void **state)
{
    struct spc_acceptance_process p = process(none, 17.3, 0.41, 1);
    struct spc_acceptance_limits by_apl, by_rpl;

    (void)state;
    assert_int_equal(spc_acceptance_size(3e-4, 0.04, 0.013, 0.11, &p.n),
                     SPC_OK);
    assert_int_equal(spc_acceptance_by_acceptable(&p, 3e-4, 0.04, &by_apl),
                     SPC_OK);
    assert_int_equal(spc_acceptance_by_rejectable(&p, 0.013, 0.11, &by_rpl),
                     SPC_OK);
    CHECK_CLOSE(by_apl.upper.limit, by_rpl.upper.limit, 1e-14);
    assert_true(by_apl.upper.level < by_rpl.upper.level);
    assert_true(isnan(by_apl.lower.limit));
}

/* The curve against means of normal deviates; and it counts either side. */
static void test_operating_simulated(void **state)
{
    enum { DRAWS = 40000 };
    struct random_stream r = {.state = 70183};
    struct spc_acceptance_process p = process(-4, 4, 1, 3);
    struct spc_acceptance_limits limits;

    (void)state;
    assert_int_equal(spc_acceptance_modified(&p, 0.01, 1.5, &limits), SPC_OK);
    for (double mean = -3; mean <= 3; mean += 1.21) {
        struct spc_acceptance_probability at =
            spc_acceptance_operating(&p, &limits, mean);
        unsigned accepted = 0, beyond = 0;

        for (unsigned i = 0; i < DRAWS; i++) {
            double x[] = {random_normal(&r) + mean, random_normal(&r) + mean,
                          random_normal(&r) + mean};
            double xbar = (x[0] + x[1] + x[2]) / 3;

            accepted +=
                xbar <= limits.upper.limit && xbar >= limits.lower.limit;
            beyond += fabs(x[0]) > 4;
        }
        CHECK_NEAR(accepted / (double)DRAWS, at.accept,
                   4 * sqrt(at.accept * at.reject / DRAWS) + 1e-12);
        CHECK_NEAR(beyond / (double)DRAWS, at.nonconforming,
                   4 * sqrt(at.nonconforming / DRAWS) + 1e-12);
        CHECK_CLOSE(at.accept + at.reject, 1, 1e-14);
    }
}

/* Another unit, and the gauge upside down. */
static void test_units_do_not_matter(void **state)
{
    struct spc_acceptance_process p = process(-1.2, 3.7, 0.31, 4);
    struct spc_acceptance_process q = process(-37.0, 12.0, 3.1, 4);
    struct spc_acceptance_limits a, b;

    (void)state;
    assert_int_equal(spc_acceptance_by_acceptable(&p, 0.003, 0.02, &a), SPC_OK);
    assert_int_equal(spc_acceptance_by_acceptable(&q, 0.003, 0.02, &b), SPC_OK);
    CHECK_CLOSE(b.lower.limit, -10 * a.upper.limit, 1e-13);
    CHECK_CLOSE(b.upper.level, -10 * a.lower.level, 1e-13);
    CHECK_CLOSE(spc_acceptance_operating(&p, &a, 2.9).accept,
                spc_acceptance_operating(&q, &b, -29).accept, 1e-11);
    /* Far out, where acceptance is 1e-39: on either side by its own tail. */
    CHECK_CLOSE(spc_acceptance_operating(&p, &a, 5.2).accept,
                spc_acceptance_operating(&q, &b, -52).accept, 1e-9);
    CHECK_CLOSE(spc_acceptance_operating(&p, &a, 5.2).accept,
                gsl_cdf_ugaussian_Q((5.2 - a.upper.limit) / 0.31 * 2), 1e-9);
}

static void check_refused(struct spc_acceptance_process p, double fraction,
                          double risk, enum spc_status want)
{
    struct spc_acceptance_limits limits = {{5, 6}, {7, 8}};

    assert_int_equal(spc_acceptance_by_acceptable(&p, fraction, risk, &limits),
                     want);
    assert_int_equal(spc_acceptance_by_rejectable(&p, fraction, risk, &limits),
                     want);
    assert_true(limits.lower.level == 5 && limits.upper.limit == 8);
}

static void test_refusals(void **state)
{
    double n = 17;
    struct spc_acceptance_process p = process(0, 10, 1, 4);
    struct spc_acceptance_limits limits;

    (void)state;
    check_refused(process(none, none, 1, 4), 0.01, 0.05, SPC_NO_SPECIFICATION);
    check_refused(process(-INFINITY, 3, 1, 4), 0.01, 0.05, SPC_NOT_FINITE);
    check_refused(process(0, 10, none, 4), 0.01, 0.05, SPC_NOT_FINITE);
    check_refused(process(0, 10, 0, 4), 0.01, 0.05, SPC_NO_VARIATION);
    check_refused(process(0, 10, 1, 0.5), 0.01, 0.05, SPC_BAD_INPUT);
    check_refused(process(0, 10, 1, none), 0.01, 0.05, SPC_BAD_INPUT);
    check_refused(process(0, 6, 1, 4), 0.01, 0.05, SPC_BAD_INPUT);
    check_refused(process(10, 0, 1, 4), 0.01, 0.05, SPC_BAD_INPUT);
    check_refused(p, 0, 0.05, SPC_BAD_INPUT);
    check_refused(p, 0.5, 0.05, SPC_BAD_INPUT);
    check_refused(p, none, 0.05, SPC_BAD_INPUT);
    check_refused(p, 0.01, 0, SPC_BAD_INPUT);
    check_refused(p, 0.01, 0.6, SPC_BAD_INPUT);
    /* Levels 5.2 sigmas inside of 10 cross; limits may cross before. */
    check_refused(p, 1e-7, 0.05, SPC_BAD_INPUT);
    p.n = 1;
    assert_int_equal(spc_acceptance_by_rejectable(&p, 0.001, 0.01, &limits),
                     SPC_BAD_INPUT);
    assert_int_equal(spc_acceptance_modified(&p, 0.01, 0, &limits),
                     SPC_BAD_INPUT);
    assert_int_equal(spc_acceptance_modified(&p, 0.01, INFINITY, &limits),
                     SPC_BAD_INPUT);
    assert_int_equal(spc_acceptance_size(0.05, 0.1, 0.05, 0.1, &n),
                     SPC_BAD_INPUT);
    assert_int_equal(spc_acceptance_size(0.05, 0.1, 0.01, 0.1, &n),
                     SPC_BAD_INPUT);
    assert_int_equal(spc_acceptance_size(0.01, 0.1, 0.05, 0.5, &n),
                     SPC_BAD_INPUT);
    assert_true(n == 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size_published),
        cmocka_unit_test(test_limits_by_tables),
        cmocka_unit_test(test_risks_are_kept),
        cmocka_unit_test(test_both_ways_meet),
        cmocka_unit_test(test_operating_simulated),
        cmocka_unit_test(test_units_do_not_matter),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

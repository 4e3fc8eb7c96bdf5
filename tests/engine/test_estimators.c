/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sigma from successive differences: closed forms, a second way to the same
 * constants (the eigenvalues one by one), simulation, and what breaks a
 * stretch. */
#include "engine/constants.h"
#include "engine/estimators.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PI 3.14159265358979323846

enum { LONGEST = 400 };

/* Ranges of stretches of so many values each, up to a zero: how many. */
static size_t pattern(const unsigned *stretches, double *ranges)
{
    size_t count = 0;

    for (; *stretches; stretches++)
        for (unsigned i = 0; i < *stretches; i++)
            ranges[count++] = i ? 1 : (double)NAN;
    return count;
}

static double c4_of(const unsigned *stretches)
{
    double ranges[LONGEST];

    return spc_c4_successive(ranges, pattern(stretches, ranges));
}

/* ---- constants --------------------------------------------------------- */

static void test_half_of_the_ranges_are_smaller_than_d4(void **state)
{
    (void)state;
    CHECK_CLOSE(erf(spc_d4_of_two() / 2), 0.5, 1e-14);
    CHECK_CLOSE(spc_d4_of_two(), 0.95387255240893977, 1e-14);
}

/* Two values have one difference, three an ellipse of two. */
static void test_closed_forms(void **state)
{
    enum { STEPS = 400 };
    double ellipse = 0;

    (void)state;
    CHECK_CLOSE(c4_of((unsigned[]){2, 0}), sqrt(2 / PI), 1e-14);
    for (unsigned i = 0; i < STEPS; i++) {
        double s = sin(2 * PI * i / STEPS);

        ellipse += sqrt(1 + 2 * s * s) / STEPS;
    }
    CHECK_CLOSE(c4_of((unsigned[]){3, 0}), sqrt(PI / 8) * ellipse, 1e-14);
}

/* Integrated over log t with 30 digits, the eigenvalues one by one. */
static void test_sixteen_digits(void **state)
{
    (void)state;
    CHECK_CLOSE(c4_of((unsigned[]){3, 0}), 0.8714647340630398, 1e-14);
    CHECK_CLOSE(c4_of((unsigned[]){4, 0}), 0.9042515662158058, 1e-14);
    CHECK_CLOSE(c4_of((unsigned[]){5, 0}), 0.9235943824066898, 1e-14);
    CHECK_CLOSE(c4_of((unsigned[]){10, 0}), 0.9620585991494846, 1e-14);
    CHECK_CLOSE(c4_of((unsigned[]){25, 0}), 0.9849196190302987, 1e-14);
}

/* Pairs that share nothing are independent: m of them are m degrees of
 * freedom, and the constant is c4 itself. */
static void test_pairs_are_independent(void **state)
{
    unsigned pairs[120] = {0};

    (void)state;
    for (unsigned m = 1; m <= 100; m++) {
        pairs[m - 1] = 2;
        CHECK_CLOSE(c4_of(pairs), spc_c4(m + 1.0), 1e-13);
    }
}

/* The same integral with the eigenvalues 2 - 2 cos(pi j / n) of each stretch
 * one by one, over another variable, t = (x / (1 - x))^2, by Simpson's rule. */
static double second_c4(const unsigned *stretches)
{
    enum { STEPS = 4000 };
    double weight[LONGEST], sum = 0;
    unsigned m = 0;

    for (const unsigned *n = stretches; *n; n++)
        for (unsigned j = 1; j < *n; j++)
            weight[m++] = 2 - 2 * cos(PI * j / *n);
    for (unsigned i = 0; i <= STEPS; i++) {
        double x = (double)i / STEPS;
        double t = x / (1 - x) * (x / (1 - x)), log_laplace = 0, value = 1;

        for (unsigned j = 0; i < STEPS && j < m; j++)
            log_laplace -= log1p(t * weight[j] / m) / 2;
        if (i > 0 && i < STEPS)
            value = -expm1(log_laplace) / (x * x);
        sum += value * (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2);
    }
    return sum / (3 * STEPS) / sqrt(PI);
}

static void test_eigenvalues_one_by_one(void **state)
{
    /* clang-format off */
    static const unsigned patterns[][8] = {
        {2}, {3}, {4}, {7}, {25}, {100}, {300},
        {2, 3}, {5, 1, 1, 5}, {10, 3, 3, 10, 2}, {1, 40, 1}, {150, 2, 150},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        CHECK_CLOSE(c4_of(patterns[i]), second_c4(patterns[i]), 1e-9);
}

/* Close to 1 - (3 m - 1) / 8 m^2, a quarter of the relative variance. */
static void test_a_long_stretch_needs_no_correction(void **state)
{
    static double ranges[100001];

    (void)state;
    for (size_t m = 1000; m <= 100000; m *= 10) {
        double part = (double)m;

        ranges[0] = NAN;
        for (size_t i = 1; i <= m; i++)
            ranges[i] = 1;
        CHECK_NEAR(spc_c4_successive(ranges, m + 1),
                   1 - (3 * part - 1) / (8 * part * part), 2 / (part * part));
    }
}

/* ---- estimates --------------------------------------------------------- */

static enum spc_status sigma_of(enum spc_estimator estimator,
                                const double *ranges, size_t count,
                                double *ret_sigma, double *ret_df)
{
    double copy[LONGEST];

    assert_true(count <= LONGEST);
    memcpy(copy, ranges, count * sizeof *copy);
    return spc_successive_sigma(estimator, copy, count, ret_sigma, ret_df);
}

static const enum spc_estimator all[] = {
    SPC_ESTIMATOR_MEDIAN_MR, SPC_ESTIMATOR_MSSD, SPC_ESTIMATOR_MSSD_PLAIN};

enum { ALL = sizeof all / sizeof *all };

static void test_which_they_are(void **state)
{
    unsigned found = 0;

    (void)state;
    for (unsigned e = 0; e < SPC_ESTIMATORS; e++)
        found += spc_estimator_is_successive((enum spc_estimator)e);
    assert_int_equal(found, ALL);
    for (unsigned i = 0; i < ALL; i++)
        assert_true(spc_estimator_is_successive(all[i]));
}

/* By hand: the ranges are 2, 1, 3 and, after a gap, 5, 1. */
static void test_by_hand(void **state)
{
    static const double ranges[] = {NAN, 2, 1, 3, NAN, NAN, 5, 1};
    static const unsigned stretches[] = {4, 1, 3, 0};
    double sigma = 0, df = 0;

    (void)state;
    assert_int_equal(sigma_of(SPC_ESTIMATOR_MEDIAN_MR, ranges, 8, &sigma, &df),
                     SPC_OK);
    CHECK_CLOSE(sigma, 2 / 0.95387255240893977, 1e-14);
    assert_true(df == 5);
    assert_int_equal(sigma_of(SPC_ESTIMATOR_MEDIAN_MR, ranges, 7, &sigma, &df),
                     SPC_OK);
    CHECK_CLOSE(sigma, 2.5 / 0.95387255240893977, 1e-14);
    assert_true(df == 4);
    assert_int_equal(sigma_of(SPC_ESTIMATOR_MSSD_PLAIN, ranges, 8, &sigma, &df),
                     SPC_OK);
    CHECK_CLOSE(sigma, sqrt(40 / 10.0), 1e-14);
    assert_true(df == 5);
    assert_int_equal(sigma_of(SPC_ESTIMATOR_MSSD, ranges, 8, &sigma, &df),
                     SPC_OK);
    CHECK_CLOSE(sigma, 2 / second_c4(stretches), 1e-9);
}

/* Inches for millimetres, up to where squares would overflow or vanish. */
static void test_units_do_not_matter(void **state)
{
    static const double scales[] = {1 / 25.4, 1e-200, 1e200};
    double ranges[50], scaled[50];
    struct random_stream r = {271828, 0, 0};

    (void)state;
    for (size_t i = 0; i < 50; i++)
        ranges[i] = i % 9 ? fabs(random_normal(&r)) : (double)NAN;
    for (unsigned e = 0; e < ALL; e++)
        for (unsigned s = 0; s < 3; s++) {
            double sigma = 0, other = 0, df = 0;

            for (size_t i = 0; i < 50; i++)
                scaled[i] = scales[s] * ranges[i];
            assert_int_equal(sigma_of(all[e], ranges, 50, &sigma, &df), SPC_OK);
            assert_int_equal(sigma_of(all[e], scaled, 50, &other, &df), SPC_OK);
            CHECK_CLOSE(other, scales[s] * sigma, 1e-13);
        }
}

/* Individuals of sigma 2.5 with a value missing now and then: the corrected
 * root is right on average for as few as there are, the median when there are
 * many, and the plain root is as much too small as the constant says. */
static void test_unbiased(void **state)
{
    enum { RUNS = 20000, VALUES = 12 };
    struct random_stream r = {1618, 0, 0};
    double mean[ALL] = {0}, squares[ALL] = {0}, constant = 0;

    (void)state;
    for (unsigned run = 0; run < RUNS; run++) {
        double ranges[VALUES], x, before = NAN, sigma = 0, df = 0;

        for (unsigned i = 0; i < VALUES; i++) {
            x = i == 4 ? (double)NAN : 7 + 2.5 * random_normal(&r);
            ranges[i] = fabs(x - before);
            before = x;
        }
        constant = spc_c4_successive(ranges, VALUES);
        for (unsigned e = 0; e < ALL; e++) {
            assert_int_equal(sigma_of(all[e], ranges, VALUES, &sigma, &df),
                             SPC_OK);
            assert_true(df == 9);
            mean[e] += sigma / RUNS;
            squares[e] += sigma * sigma / RUNS;
        }
    }
    for (unsigned e = 1; e < ALL; e++) {
        double want = 2.5 * (all[e] == SPC_ESTIMATOR_MSSD ? 1 : constant);
        double error = sqrt((squares[e] - mean[e] * mean[e]) / RUNS);

        CHECK_NEAR(mean[e], want, 4 * error);
        assert_true(fabs(1 - constant) * 2.5 > 8 * error);
    }
    /* The median of few ranges is too large, as the header says. */
    assert_true(mean[0] > 2.5 * 1.03);
    assert_true(mean[0] < 2.5 * 1.07);
}

static void test_the_median_of_many(void **state)
{
    enum { VALUES = 200000 };
    static double ranges[VALUES];
    struct random_stream r = {57721, 0, 0};
    double sigma = 0, df = 0, before = NAN;

    (void)state;
    for (size_t i = 0; i < VALUES; i++) {
        double x = random_normal(&r);

        ranges[i] = fabs(x - before);
        before = x;
    }
    assert_int_equal(spc_successive_sigma(SPC_ESTIMATOR_MEDIAN_MR, ranges,
                                          VALUES, &sigma, &df),
                     SPC_OK);
    CHECK_NEAR(sigma, 1, 4 * 1.6 / sqrt(VALUES));
    assert_true(df == VALUES - 1);
}

/* A gross outlier moves one, or two, of many ranges. */
static void test_what_an_outlier_does(void **state)
{
    double ranges[101] = {NAN}, clean = 0, spoilt = 0, df = 0;
    struct random_stream r = {14142, 0, 0};

    (void)state;
    for (size_t i = 1; i < 101; i++)
        ranges[i] = fabs(random_normal(&r));
    assert_int_equal(
        sigma_of(SPC_ESTIMATOR_MEDIAN_MR, ranges, 101, &clean, &df), SPC_OK);
    ranges[50] = ranges[51] = 1000;
    assert_int_equal(
        sigma_of(SPC_ESTIMATOR_MEDIAN_MR, ranges, 101, &spoilt, &df), SPC_OK);
    assert_true(spoilt < 1.1 * clean);
    assert_int_equal(sigma_of(SPC_ESTIMATOR_MSSD, ranges, 101, &spoilt, &df),
                     SPC_OK);
    assert_true(spoilt > 90);
}

/* ---- failures ---------------------------------------------------------- */

static const struct {
    const char *what;
    double ranges[3];
    size_t count;
    enum spc_status median, mssd;
} failures[] = {
    {"nothing", {0}, 0, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS},
    {"one value", {NAN}, 1, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS},
    {"every other missing",
     {NAN, NAN, NAN},
     3,
     SPC_TOO_FEW_SUBGROUPS,
     SPC_TOO_FEW_SUBGROUPS},
    {"constant", {NAN, 0, 0}, 3, SPC_NO_VARIATION, SPC_NO_VARIATION},
    {"infinite", {NAN, INFINITY, 1}, 3, SPC_NOT_FINITE, SPC_NOT_FINITE},
    {"infinite twice",
     {NAN, INFINITY, INFINITY},
     3,
     SPC_NOT_FINITE,
     SPC_NOT_FINITE},
    {"mostly constant", {0, 0, 4}, 3, SPC_NO_VARIATION, SPC_OK},
};

static void test_failures_leave_results_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        for (unsigned e = 0; e < ALL; e++) {
            double sigma = -1, df = -1;
            enum spc_status want = all[e] == SPC_ESTIMATOR_MEDIAN_MR
                                       ? failures[i].median
                                       : failures[i].mssd;
            enum spc_status got = sigma_of(all[e], failures[i].ranges,
                                           failures[i].count, &sigma, &df);

            if (got != want)
                fail_msg("%s, %s: %s", failures[i].what,
                         spc_estimator_text(all[e]), spc_status_text(got));
            assert_true(got == SPC_OK || (sigma == -1 && df == -1));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_of_the_ranges_are_smaller_than_d4),
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_sixteen_digits),
        cmocka_unit_test(test_pairs_are_independent),
        cmocka_unit_test(test_eigenvalues_one_by_one),
        cmocka_unit_test(test_a_long_stretch_needs_no_correction),
        cmocka_unit_test(test_which_they_are),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_units_do_not_matter),
        cmocka_unit_test(test_unbiased),
        cmocka_unit_test(test_the_median_of_many),
        cmocka_unit_test(test_what_an_outlier_does),
        cmocka_unit_test(test_failures_leave_results_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

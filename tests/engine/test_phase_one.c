/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of small studies: closed forms, a convolution instead of a Fourier
 * integral, bounds, and studies simulated from their measurements on. */
#include "engine/phase_one.h"
#include "tests/engine/support.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const double pi = 3.14159265358979324;
static struct spc_constants constants;

static int compute_constants(void **state)
{
    (void)state;
    return spc_constants_compute(&constants) != SPC_OK;
}

static double width_of(uint32_t m, uint32_t n, enum spc_estimator estimator,
                       double df, double alpha)
{
    double width = 0;

    assert_int_equal(spc_phase_one_width(m, n, estimator, df, alpha, &width),
                     SPC_OK);
    return width;
}

static double plain(uint32_t m, double df, double alpha)
{
    return width_of(m, 2, SPC_ESTIMATOR_POOLED_PLAIN, df, alpha);
}

/* ---- exactly known ----------------------------------------------------- */

/* Two residuals are one difference over 2. */
static void test_two_points(void **state)
{
    static const double dfs[] = {1, 2.5, 7, 30, 400};

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        for (double alpha = 0.4; alpha > 1e-8; alpha /= 50)
            CHECK_CLOSE(plain(2, dfs[i], alpha),
                        gsl_cdf_tdist_Qinv(alpha / 2, dfs[i]) / sqrt(2), 1e-9);
}

/* Three lie in a plane, where within a is a hexagon; over s the tail
 * exp(-c s^2) beyond its edge is (1 + 2 c / df)^(-df / 2). */
static double hexagon(double df, double width)
{
    enum { STEPS = 2000 };
    double sum = 0;

    for (unsigned i = 0; i <= STEPS; i++) {
        double edge = cos(pi / 6 * i / STEPS);
        double c = 0.75 * width * width / (edge * edge);
        double weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;

        sum += weight * (isinf(df) ? exp(-c) : pow(1 + 2 * c / df, -df / 2));
    }
    return sum / 3 / STEPS;
}

static void test_three_points(void **state)
{
    static const double dfs[] = {1, 3, 6.5, 40, 3000, INFINITY};

    (void)state;
    for (unsigned i = 0; i < 6; i++)
        for (double alpha = 0.5; alpha > 1e-9; alpha /= 30)
            CHECK_CLOSE(hexagon(dfs[i], plain(3, dfs[i], alpha)), alpha, 1e-10);
}

/* Density, where it matters the sum's, of two values within a, of variance 1
 * each: s^2 / 2 is that of their sum squared. */
static double density_of_two(double s, double a)
{
    if (fabs(s) >= 2 * a)
        return 0;
    return exp(-s * s / 4) / sqrt(4 * pi) * erf(a - fabs(s) / 2);
}

/* Of four: by convolution. */
static double density_of_four(double s, double a)
{
    enum { STEPS = 160 };
    double low = fmax(-2 * a, s - 2 * a), high = fmin(2 * a, s + 2 * a);
    /* Kinks at 0 and s: Simpson's rule between them. */
    double at[] = {low, fmin(0, s), fmax(0, s), high}, sum = 0;

    for (unsigned part = 0; part < 3; part++) {
        double h = (at[part + 1] - at[part]) / STEPS;

        for (unsigned i = 0; h > 0 && i <= STEPS; i++) {
            double u = at[part] + i * h;
            double weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;

            sum += weight * h / 3 * density_of_two(u, a) *
                   density_of_two(s - u, a);
        }
    }
    return sum;
}

/* m values add up to 0 when one part of them is s and the other -s; known
 * sigma.  Six are four and two, eight are four and four. */
static double inside(unsigned m, double a)
{
    enum { STEPS = 400 };
    double reach = fmin(m == 8 ? 4 * a : 2 * a, 16), sum = 0;

    for (unsigned i = 0; i <= STEPS; i++) {
        double s = reach * i / STEPS;
        double weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
        double four = density_of_four(s, a);

        sum += weight * reach / STEPS / 3 * four *
               (m == 8 ? four : density_of_two(s, a));
    }
    return 2 * sum * sqrt(2 * pi * m);
}

static void test_by_convolution(void **state)
{
    (void)state;
    for (double alpha = 0.5; alpha > 1e-4; alpha /= 8)
        for (unsigned m = 6; m <= 8; m += 2)
            CHECK_NEAR(1 - inside(m, plain(m, INFINITY, alpha)), alpha, 5e-8);
}

/* The quantiles of the analysis of means, known sigma, 5 %, two decimals:
 * L. S. Nelson's tables of 1983. */
static void test_analysis_of_means(void **state)
{
    static const double h[] = {2.34, 2.47, 2.56, 2.62, 2.68, 2.72, 2.76, 2.80};

    (void)state;
    for (unsigned m = 3; m <= 10; m++)
        CHECK_NEAR(plain(m, INFINITY, 0.05) / sqrt((m - 1.0) / m), h[m - 3],
                   0.0075);
}

/* Exact widths lie below Sidak's, and those below Bonferroni's; they close in
 * when sigma is known and alpha small. */
static void test_bounds(void **state)
{
    static const unsigned ms[] = {2, 4, 6, 9, 25, 150};
    static const double dfs[] = {2, 12, 100, 1e6};

    (void)state;
    for (unsigned i = 0; i < 6; i++)
        for (unsigned j = 0; j < 4; j++)
            for (double alpha = 0.2; alpha > 1e-4; alpha /= 100) {
                double root = sqrt((ms[i] - 1.0) / ms[i]);
                double one = -expm1(log1p(-alpha) / ms[i]);
                double exact = plain(ms[i], dfs[j], alpha) / root;
                double sidak = gsl_cdf_tdist_Qinv(one / 2, dfs[j]);
                double bonferroni =
                    gsl_cdf_tdist_Qinv(alpha / ms[i] / 2, dfs[j]);

                assert_true(exact < sidak * (1 + 1e-9));
                assert_true(sidak < bonferroni);
                assert_true(exact >
                            gsl_cdf_tdist_Qinv(alpha / 2, dfs[j]) * (1 - 1e-9));
                if (dfs[j] > 1e5 && ms[i] >= 9 && alpha < 0.1)
                    CHECK_CLOSE(exact, sidak, 2e-3);
            }
}

/* So many points are as good as independent: Sidak's width is theirs. */
static void test_many_points(void **state)
{
    static const unsigned ms[] = {1000, 30000, 50000, 300000, 5000000};

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        for (double alpha = 0.2; alpha > 1e-4; alpha /= 100)
            for (double df = 1e4; df < 1e8; df *= 1000) {
                double one = -expm1(log1p(-alpha) / ms[i]);
                double root = sqrt((ms[i] - 1.0) / ms[i]);

                CHECK_CLOSE(plain(ms[i], df, alpha) / root,
                            gsl_cdf_tdist_Qinv(one / 2, df),
                            df < 1e5 ? 5e-3 : 1e-4);
            }
}

/* Student's t: of one degree a tangent, of two a root. */
static void test_future_point(void **state)
{
    double width;

    (void)state;
    for (double alpha = 0.3; alpha > 1e-9; alpha /= 10) {
        double root = sqrt(1 + 1.0 / 7), c = 1 - alpha;

        assert_int_equal(spc_phase_two_width(7, 3, SPC_ESTIMATOR_POOLED_PLAIN,
                                             1, alpha, &width),
                         SPC_OK);
        CHECK_CLOSE(width, root / tan(pi * alpha / 2), 1e-11);
        assert_int_equal(spc_phase_two_width(7, 3, SPC_ESTIMATOR_POOLED_PLAIN,
                                             2, alpha, &width),
                         SPC_OK);
        CHECK_CLOSE(width, root * c * sqrt(2 / (alpha * (1 + c))), 1e-11);
        assert_int_equal(spc_phase_two_width(7, 3, SPC_ESTIMATOR_POOLED,
                                             INFINITY, alpha, &width),
                         SPC_OK);
        CHECK_CLOSE(erfc(width / root / sqrt(2)), alpha, 1e-11);
    }
}

/* Grubbs' table of 1969, two-sided 5 %: 1.481 of four, 2.290 of ten, 2.709 of
 * twenty. */
static void test_grubbs(void **state)
{
    (void)state;
    CHECK_NEAR(width_of(4, 1, SPC_ESTIMATOR_OVERALL, 3, 0.05), 1.481, 5e-4);
    CHECK_NEAR(width_of(10, 1, SPC_ESTIMATOR_OVERALL, 9, 0.05), 2.290, 5e-4);
    CHECK_NEAR(width_of(20, 1, SPC_ESTIMATOR_OVERALL, 19, 0.05), 2.709, 1e-3);
    CHECK_CLOSE(width_of(10, 1, SPC_ESTIMATOR_OVERALL_C4, 9, 0.05),
                spc_c4(10) * width_of(10, 1, SPC_ESTIMATOR_OVERALL, 9, 0.05),
                1e-14);
    /* No residual can be further away. */
    CHECK_CLOSE(width_of(10, 1, SPC_ESTIMATOR_OVERALL, 9, 1e-30), 9 / sqrt(10),
                1e-6);
}

/* ---- degrees of freedom ------------------------------------------------ */

static double df_of(uint32_t m, uint32_t n, enum spc_estimator estimator)
{
    double df = 0;

    assert_int_equal(spc_phase_one_df(m, n, estimator, &constants, &df),
                     SPC_OK);
    return df;
}

static void test_degrees_of_freedom(void **state)
{
    double variance = (0.826448 * 100 - 1.082099) / 99 / 99, df;

    (void)state;
    CHECK_NEAR(df_of(20, 5, SPC_ESTIMATOR_POOLED), 80, 0);
    CHECK_NEAR(df_of(30, 1, SPC_ESTIMATOR_OVERALL), 29, 0);
    /* Cryer and Ryan's variance. */
    df = df_of(100, 1, SPC_ESTIMATOR_MR);
    CHECK_CLOSE(1 / pow(spc_c4(df + 1), 2) - 1, variance, 1e-5);
    CHECK_NEAR(df, 60.33, 0.005);
    /* Duncan's table of the mean range: 20 of 5 have 72.7, 10 of 2 have 9. */
    CHECK_NEAR(df_of(20, 5, SPC_ESTIMATOR_RBAR), 72.7, 0.05);
    CHECK_NEAR(df_of(10, 2, SPC_ESTIMATOR_RBAR), 9, 0.05);
    /* Of two, range and sd are the same thing. */
    CHECK_CLOSE(df_of(10, 2, SPC_ESTIMATOR_SBAR),
                df_of(10, 2, SPC_ESTIMATOR_RBAR), 1e-9);
    assert_true(df_of(10, 9, SPC_ESTIMATOR_SBAR) >
                df_of(10, 9, SPC_ESTIMATOR_RBAR));
}

/* ---- simulation -------------------------------------------------------- */

enum { WAYS = 3, STUDIES = 40000 };

/* Studies of m points of n measurements, and a future point each. */
struct study {
    uint32_t m, n;
    double alpha;
    enum spc_estimator estimator[WAYS];
    double width[WAYS], future_width[WAYS];
    double beyond[WAYS], future_beyond[WAYS]; /* fractions */
};

/* Sigma by each of the ways, of x that is m rows of n. */
static double subgroup_sigmas(const struct study *s, const double *x,
                              double *mean, double *sigma)
{
    double grand = 0, squares = 0;

    sigma[0] = sigma[1] = 0;
    for (unsigned i = 0; i < s->m; i++, x += s->n) {
        double low = x[0], high = x[0], sum = 0;

        mean[i] = 0;
        for (unsigned j = 0; j < s->n; j++) {
            mean[i] += x[j] / s->n;
            low = fmin(low, x[j]);
            high = fmax(high, x[j]);
        }
        for (unsigned j = 0; j < s->n; j++)
            sum += (x[j] - mean[i]) * (x[j] - mean[i]);
        grand += mean[i] / s->m;
        sigma[0] += (high - low) / s->m / constants.d2[s->n];
        sigma[1] += sqrt(sum / (s->n - 1)) / s->m / constants.c4[s->n];
        squares += sum / (s->m * (s->n - 1));
    }
    sigma[2] = sqrt(squares) / spc_c4(s->m * (s->n - 1) + 1);
    return grand;
}

static double individual_sigmas(const struct study *s, const double *x,
                                double *mean, double *sigma)
{
    double grand = 0, ranges = 0, successive = 0, squares = 0;

    for (unsigned i = 0; i < s->m; i++)
        grand += x[i] / s->m;
    for (unsigned i = 0; i < s->m; i++) {
        double step = i == 0 ? 0 : x[i] - x[i - 1];

        mean[i] = x[i];
        ranges += fabs(step) / (s->m - 1);
        successive += step * step / (2 * (s->m - 1));
        squares += (x[i] - grand) * (x[i] - grand) / (s->m - 1);
    }
    sigma[0] = ranges / constants.d2[2];
    sigma[1] = sqrt(squares);
    sigma[2] = sqrt(successive);
    return grand;
}

static void judge_one(struct study *s, struct random_stream *r)
{
    double x[200], mean[100], sigma[WAYS], grand, furthest = 0, future;

    for (unsigned i = 0; i < s->m * s->n; i++)
        x[i] = 3 + random_normal(r);
    grand = s->n > 1 ? subgroup_sigmas(s, x, mean, sigma)
                     : individual_sigmas(s, x, mean, sigma);
    for (unsigned i = 0; i < s->m; i++)
        furthest = fmax(furthest, fabs(mean[i] - grand));
    future = fabs(3 - grand + random_normal(r) / sqrt(s->n));
    for (unsigned w = 0; w < WAYS; w++) {
        double unit = sigma[w] / sqrt(s->n);

        s->beyond[w] += (furthest > s->width[w] * unit) / (double)STUDIES;
        s->future_beyond[w] +=
            (future > s->future_width[w] * unit) / (double)STUDIES;
    }
}

static void simulate(struct study *s, uint64_t seed)
{
    struct random_stream r = {.state = seed};

    for (unsigned w = 0; w < WAYS; w++) {
        double df = df_of(s->m, s->n, s->estimator[w]);

        assert_int_equal(spc_phase_two_width(s->m, s->n, s->estimator[w], df,
                                             s->alpha, &s->future_width[w]),
                         SPC_OK);
        s->width[w] = INFINITY;
        if (s->estimator[w] != SPC_ESTIMATOR_MSSD_PLAIN)
            s->width[w] = width_of(s->m, s->n, s->estimator[w], df, s->alpha);
    }
    for (unsigned i = 0; i < STUDIES; i++)
        judge_one(s, &r);
}

static double four_errors(double alpha)
{
    return 4 * sqrt(alpha * (1 - alpha) / STUDIES);
}

/* Pooled within four standard errors of alpha; the others may be conservative
 * by as much as the header says. */
static void test_subgroups_simulated(void **state)
{
    static const struct {
        uint32_t m, n;
        double alpha, allowed;
    } cases[] = {
        {5, 2, 0.05, 0.05},
        {5, 5, 0.1, 0.01},
        {12, 3, 0.05, 0.01},
        {20, 5, 0.01, 0.02},
    };

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct study s = {.m = cases[i].m,
                          .n = cases[i].n,
                          .alpha = cases[i].alpha,
                          .estimator = {SPC_ESTIMATOR_RBAR, SPC_ESTIMATOR_SBAR,
                                        SPC_ESTIMATOR_POOLED}};
        double errors = four_errors(s.alpha);
        double allowed = errors + cases[i].allowed * s.alpha;

        simulate(&s, 1000 + i);
        CHECK_NEAR(s.beyond[2], s.alpha, errors);
        CHECK_NEAR(s.future_beyond[2], s.alpha, errors);
        for (unsigned w = 0; w < 2; w++) {
            CHECK_NEAR(s.beyond[w], s.alpha, allowed);
            CHECK_NEAR(s.future_beyond[w], s.alpha, allowed);
        }
    }
}

static void test_individuals_simulated(void **state)
{
    static const struct {
        uint32_t m;
        double alpha, allowed;
    } cases[] = {
        {10, 0.05, 0.05}, {25, 0.1, 0.02}, {25, 0.01, 0.03}, {60, 0.05, 0.02}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct study s = {.m = cases[i].m,
                          .n = 1,
                          .alpha = cases[i].alpha,
                          .estimator = {SPC_ESTIMATOR_MR, SPC_ESTIMATOR_OVERALL,
                                        SPC_ESTIMATOR_MSSD_PLAIN}};
        double errors = four_errors(s.alpha);
        double allowed = errors + cases[i].allowed * s.alpha;

        simulate(&s, 2000 + i);
        CHECK_NEAR(s.beyond[0], s.alpha, errors + 0.02 * s.alpha);
        CHECK_NEAR(s.beyond[1], s.alpha, errors + 0.02 * s.alpha);
        CHECK_NEAR(s.future_beyond[1], s.alpha, errors);
        CHECK_NEAR(s.future_beyond[0], s.alpha, allowed);
        CHECK_NEAR(s.future_beyond[2], s.alpha, allowed);
    }
}

/* ---- properties and refusals ------------------------------------------- */

/* Narrower with more degrees of freedom and larger alpha, wider with more
 * points; a large study needs what known parameters would. */
static void test_monotone(void **state)
{
    static const unsigned ms[] = {2, 3, 4, 5, 6, 7, 8, 12, 40, 400};

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        assert_true(plain(ms[i], 10, 0.05) > plain(ms[i], 20, 0.05));
        assert_true(plain(ms[i], 20, 0.05) > plain(ms[i], INFINITY, 0.05));
        assert_true(plain(ms[i], 20, 0.01) > plain(ms[i], 20, 0.05));
        if (i > 0)
            assert_true(plain(ms[i], 20, 0.05) > plain(ms[i - 1], 20, 0.05));
    }
    for (unsigned m = SPC_PHASE_ONE_MOVING_MIN; m < 400; m += 60) {
        double df = df_of(m, 1, SPC_ESTIMATOR_MR);

        for (double alpha = 0.2; alpha > 0.003; alpha /= 4) {
            double width = width_of(m, 1, SPC_ESTIMATOR_MR, df, alpha);

            assert_true(width <
                        width_of(m, 1, SPC_ESTIMATOR_MR, df, alpha / 2));
        }
    }
    CHECK_CLOSE(plain(1000, 1e9, 0.05),
                gsl_cdf_ugaussian_Qinv(-expm1(log1p(-0.05) / 1000) / 2), 1e-3);
}

static void test_refusals(void **state)
{
    static const struct {
        uint32_t m, n;
        enum spc_estimator estimator;
        double alpha;
        enum spc_status one, two;
    } cases[] = {
        {1, 5, SPC_ESTIMATOR_POOLED, 0.05, SPC_TOO_FEW_SUBGROUPS,
         SPC_TOO_FEW_SUBGROUPS},
        {20, 1, SPC_ESTIMATOR_POOLED, 0.05, SPC_BAD_INPUT, SPC_BAD_INPUT},
        {20, 5, SPC_ESTIMATOR_MR, 0.05, SPC_BAD_INPUT, SPC_BAD_INPUT},
        {20, 5, SPC_ESTIMATOR_OVERALL, 0.05, SPC_BAD_INPUT, SPC_BAD_INPUT},
        {20, 1, SPC_ESTIMATOR_MEDIAN_MR, 0.05, SPC_BAD_INPUT, SPC_BAD_INPUT},
        {20, 1, SPC_ESTIMATOR_MSSD, 0.05, SPC_BAD_INPUT, SPC_OK},
        {2, 1, SPC_ESTIMATOR_OVERALL, 0.05, SPC_TOO_FEW_SUBGROUPS, SPC_OK},
        {9, 1, SPC_ESTIMATOR_MR, 0.05, SPC_TOO_FEW_SUBGROUPS, SPC_OK},
        {20, 1, SPC_ESTIMATOR_MR, 0.00099, SPC_BAD_INPUT, SPC_OK},
        {20, 1, SPC_ESTIMATOR_MR, 0.201, SPC_BAD_INPUT, SPC_OK},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double width = 77;

        assert_int_equal(spc_phase_one_width(cases[i].m, cases[i].n,
                                             cases[i].estimator, 10,
                                             cases[i].alpha, &width),
                         cases[i].one);
        assert_true(width == 77);
        assert_int_equal(spc_phase_two_width(cases[i].m, cases[i].n,
                                             cases[i].estimator, 10,
                                             cases[i].alpha, &width),
                         cases[i].two);
    }
    double df = 77;
    assert_int_equal(
        spc_phase_one_df(1, 5, SPC_ESTIMATOR_RBAR, &constants, &df),
        SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(
        spc_phase_one_df(20, 1, SPC_ESTIMATOR_RBAR, &constants, &df),
        SPC_BAD_INPUT);
    assert_true(df == 77);
}

/* Nothing settles on infinity or nonsense at the ends of what is allowed. */
static void test_extremes(void **state)
{
    static const unsigned ms[] = {2, 3, 4, 5, 7, 30, 10000};

    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        double two_are_one = ms[i] == 2 ? 2 : 1;

        CHECK_CLOSE(plain(ms[i], INFINITY, 1e-9),
                    sqrt((ms[i] - 1.0) / ms[i]) *
                        gsl_cdf_ugaussian_Qinv(5e-10 / ms[i] * two_are_one),
                    ms[i] <= 4 ? 1e-5 : 1e-6);
        assert_true(plain(ms[i], 3, 0.999) > 0);
        assert_true(plain(ms[i], 3, 0.999) < plain(ms[i], 3, 0.9));
        assert_true(isfinite(plain(ms[i], 1, 1e-9)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_points),
        cmocka_unit_test(test_three_points),
        cmocka_unit_test(test_by_convolution),
        cmocka_unit_test(test_analysis_of_means),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_many_points),
        cmocka_unit_test(test_future_point),
        cmocka_unit_test(test_grubbs),
        cmocka_unit_test(test_degrees_of_freedom),
        cmocka_unit_test(test_subgroups_simulated),
        cmocka_unit_test(test_individuals_simulated),
        cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_extremes),
    };

    return cmocka_run_group_tests(tests, compute_constants, NULL);
}

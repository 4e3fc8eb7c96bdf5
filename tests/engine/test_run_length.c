/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths against published tables, against simulation where no table is
 * at hand, and against what must be true of any. */
#include "engine/design.h"
#include "engine/run_length.h"
#include "tests/engine/support.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double ewma(struct spc_ewma_design design, double shift,
                   enum spc_run_state state)
{
    double length = NAN;

    assert_int_equal(spc_ewma_run_length(&design, shift, state, &length),
                     SPC_OK);
    return length;
}

static double cusum(struct spc_cusum_design design, double shift,
                    enum spc_run_state state)
{
    double length = NAN;

    assert_int_equal(spc_cusum_run_length(&design, shift, state, &length),
                     SPC_OK);
    return length;
}

/* Lucas and Saccucci, Technometrics 32, 1990, table 3. */
static void test_published_ewma(void **state)
{
    static const struct spc_ewma_design design = {.lambda = 0.5,
                                                  .width = 3.071};

    (void)state;
    CHECK_NEAR(ewma(design, 0, SPC_RUN_ZERO), 500, 0.6);
    CHECK_NEAR(ewma(design, 1, SPC_RUN_ZERO), 17.5, 0.05);
    CHECK_NEAR(ewma(design, 4, SPC_RUN_ZERO), 1.34, 0.005);
}

/* Lucas and Crosier, Technometrics 24, 1982, table 1. */
static void test_published_cusum(void **state)
{
    static const struct spc_cusum_design plain = {.k = 0.5, .h = 4};
    static const struct spc_cusum_design fast = {
        .k = 0.5, .h = 4, .head_start = 2};

    (void)state;
    CHECK_NEAR(cusum(plain, 0, SPC_RUN_ZERO), 168, 0.5);
    CHECK_NEAR(cusum(plain, 1, SPC_RUN_ZERO), 8.38, 0.005);
    CHECK_NEAR(cusum(plain, 5, SPC_RUN_ZERO), 1.31, 0.005);
    CHECK_NEAR(cusum(fast, 0, SPC_RUN_ZERO), 149, 0.5);
    CHECK_NEAR(cusum(fast, 1, SPC_RUN_ZERO), 5.29, 0.005);
}

static void test_both_directions_are_the_same(void **state)
{
    static const struct spc_ewma_design e = {
        .lambda = 0.2385, .width = 2.9, .exact = true};
    static const struct spc_cusum_design c = {0.485, 4.13, 1.7, false};

    (void)state;
    CHECK_CLOSE(ewma(e, -0.715, SPC_RUN_ZERO), ewma(e, 0.715, SPC_RUN_ZERO),
                1e-12);
    CHECK_CLOSE(cusum(c, -0.715, SPC_RUN_ZERO), cusum(c, 0.715, SPC_RUN_ZERO),
                1e-12);
    CHECK_CLOSE(spc_shewhart_run_length(2.9, false, -0.715),
                spc_shewhart_run_length(2.9, false, 0.715), 1e-12);
}

/* An EWMA that forgets everything is a Shewhart chart, and one that forgets
 * nearly everything is nearly one. */
static void test_without_memory(void **state)
{
    struct spc_ewma_design e = {.lambda = 1, .width = 3};
    double want = spc_shewhart_run_length(3, false, 0.815);

    (void)state;
    CHECK_CLOSE(ewma(e, 0.815, SPC_RUN_ZERO), want, 1e-15);
    e.lambda = 0.95;
    CHECK_CLOSE(ewma(e, 0.815, SPC_RUN_ZERO), want, 0.1);
    CHECK_CLOSE(spc_t2_run_length(1, 2 * 0.00134989803163, 0.815), want, 1e-10);
}

static double mewma(struct spc_mewma_design design, double shift)
{
    double length = NAN;

    assert_int_equal(spc_mewma_run_length(&design, shift, &length), SPC_OK);
    return length;
}

static double settled_mewma(struct spc_mewma_design design, double shift)
{
    double length = NAN;

    assert_int_equal(spc_mewma_steady_run_length(&design, shift, &length),
                     SPC_OK);
    return length;
}

/* The golden figures have ten digits. */
static void test_mewma_golden(void **state)
{
    static double column[5][SERIES_MAX];
    size_t n = 0;

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        n = series_read("oracle/arl_mewma.csv", i, column[i]);
    assert_int_equal(n, 24);
    for (size_t i = 0; i < n; i++) {
        struct spc_mewma_design design = {column[0][i], column[1][i],
                                          (unsigned)column[2][i]};

        CHECK_CLOSE(mewma(design, column[3][i]), column[4][i], 2e-9);
    }
}

/* Two computations that share little: on the length of z alone, and on the
 * half disc, where a shift too small to matter is a shift like any other.
 * Short memories and long, run lengths of thirty and of a thousand million,
 * where the half disc is solved in another way too. */
static void test_mewma_in_control_two_ways(void **state)
{
    static const struct spc_mewma_design designs[] = {
        {0.2, 9.65, 2}, {0.3, 11.3, 3},   {0.25, 14.7, 5},   {0.035, 11.3, 3},
        {0.02, 18, 2},  {0.25, 34.7, 15}, {0.385, 41.5, 20}, {0.485, 45.3, 2}};

    (void)state;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        CHECK_CLOSE(mewma(designs[i], 1e-12), mewma(designs[i], 0), 1e-8);
        CHECK_CLOSE(settled_mewma(designs[i], 1e-12),
                    settled_mewma(designs[i], 0), 1e-8);
    }
    assert_true(mewma(designs[7], 0) > 1e9);
}

/* Forgetting everything, it is a T2 chart; 10.5966... is the chi-square of
 * two degrees exceeded once in 200. */
static void test_mewma_without_memory(void **state)
{
    static const struct spc_mewma_design design = {1, 10.596634733096073, 2};
    static const unsigned ps[] = {2, 3, 7, 60};

    (void)state;
    CHECK_CLOSE(mewma(design, 0), 200, 1e-10);
    CHECK_CLOSE(mewma(design, 0.785), spc_t2_run_length(2, 0.005, 0.785), 1e-9);
    for (size_t i = 0; i < sizeof ps / sizeof *ps; i++) {
        struct spc_mewma_design t2 = {1, spc_t2_limit(ps[i], 985), ps[i]};

        CHECK_CLOSE(mewma(t2, 1.385),
                    spc_t2_run_length(ps[i], 1 / 985.0, 1.385), 1e-8);
    }
}

static void test_mewma_too_slow(void **state)
{
    static const struct spc_mewma_design slow = {0.001, 12, 4};
    static const struct spc_mewma_design rare = {0.05, 60, 4};
    double untouched = 1.25;

    (void)state;
    assert_int_equal(spc_mewma_run_length(&slow, 1, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_int_equal(spc_mewma_steady_run_length(&slow, 1, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_int_equal(spc_mewma_run_length(&rare, 0.1, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_true(untouched == 1.25);
}

/* The density is that of the square, a chi-square, by the change of variable:
 * its integral over Simpson's panels is the difference of two tails.  From the
 * centre to beyond where the Bessel functions were once not numbers. */
static void test_length_of_a_normal_vector(void **state)
{
    static const unsigned ps[] = {1, 2, 3, 4, 5, 20, 60};
    static const double means[] = {0, 1e-9, 0.0185, 0.785, 6.35, 21.5, 48.5};
    enum { PANELS = 400 };

    (void)state;
    for (size_t i = 0; i < sizeof ps / sizeof *ps; i++)
        for (size_t j = 0; j < sizeof means / sizeof *means; j++) {
            double m = means[j], middle = gsl_hypot(m, sqrt(ps[i] - 0.5));
            double low = fmax(0.05, middle - 1), high = middle + 1;
            double width = (high - low) / PANELS, sum = 0;

            for (unsigned k = 0; k <= PANELS; k++)
                sum += (k == 0 || k == PANELS ? 1
                        : k % 2               ? 4
                                              : 2) *
                       spc_normal_length_density(ps[i], m, low + k * width);
            CHECK_CLOSE(sum * width / 3,
                        spc_noncentral_chisq_Q(low * low, ps[i], m * m) -
                            spc_noncentral_chisq_Q(high * high, ps[i], m * m),
                        1e-9);
        }
}

/* Far from the limits the walk is nearly a diffusion, and each further sigma
 * of h multiplies the run length by about exp(2 k): no digits may be lost on
 * the way to 1e30.  A shift beyond all others signals at once. */
static void test_extremes(void **state)
{
    struct spc_cusum_design c = {.k = 0.5, .h = 66};
    double longer = cusum(c, 0, SPC_RUN_ZERO);

    (void)state;
    c.h = 65;
    CHECK_CLOSE(longer / cusum(c, 0, SPC_RUN_ZERO), exp(1), 1e-6);
    assert_true(longer > 1e28);
    CHECK_CLOSE(cusum(c, 500, SPC_RUN_ZERO), 1, 1e-12);
    c.h = 5;
    CHECK_CLOSE(cusum(c, 40, SPC_RUN_ZERO), 1, 1e-12);
    CHECK_CLOSE(spc_t2_run_length(4, 0.0027, 30), 1, 1e-12);
    CHECK_CLOSE(spc_shewhart_run_length(3, true, 40), 1, 1e-12);
}

static void test_no_figure(void **state)
{
    static const struct spc_ewma_design slow = {.lambda = 1e-7, .width = 3};
    static const struct spc_cusum_design high = {.k = 3, .h = 1000};
    double untouched = 1.25;

    (void)state;
    assert_int_equal(spc_ewma_run_length(&slow, 0, SPC_RUN_ZERO, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_int_equal(spc_cusum_run_length(&high, 0, SPC_RUN_ZERO, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_true(untouched == 1.25);
}

/* ---- steady state, by simulation ---------------------------------------- */

enum { RUNS = 20000, LEAD = 60 };

struct simulated {
    double mean, error;
};

static struct simulated simulate(double (*run)(struct random_stream *r))
{
    struct random_stream r = {31, 0, 0};
    double mean = 0, squares = 0;

    for (unsigned i = 1; i <= RUNS; i++) {
        double length = run(&r), delta = length - mean;

        mean += delta / i;
        squares += delta * (length - mean);
    }
    return (struct simulated){mean, sqrt(squares) / RUNS};
}

/* LEAD points in control, begun anew when one of them signals; then the
 * points until a signal after a shift of one sigma. */
static double steady_cusum(struct random_stream *r)
{
    double c = 0;
    unsigned length = 0;

    for (unsigned i = 0; i < LEAD; i++) {
        c = fmax(0, c + random_normal(r) - 0.5);
        if (c > 4) {
            c = 0;
            i = 0;
        }
    }
    for (; c <= 4; length++)
        c = fmax(0, c + random_normal(r) + 0.5);
    return length;
}

static double steady_ewma(struct random_stream *r)
{
    double z = 0, limit = 2.5 * sqrt(0.25 / 1.75);
    unsigned length = 0;

    for (unsigned i = 0; i < LEAD; i++) {
        z = 0.75 * z + 0.25 * random_normal(r);
        if (fabs(z) > limit) {
            z = 0;
            i = 0;
        }
    }
    for (; fabs(z) <= limit; length++)
        z = 0.75 * z + 0.25 * (random_normal(r) + 1);
    return length;
}

/* Of two sums, neither signalled in the lead; a half sigma, so that the lower
 * one still has something to say. */
static double steady_pair(struct random_stream *r)
{
    double up = 0, down = 0;
    unsigned length = 0;

    for (unsigned i = 0; i < LEAD; i++) {
        double x = random_normal(r);

        up = fmax(0, up + x - 0.3);
        down = fmax(0, down - x - 0.3);
        if (up > 3.2 || down > 3.2) {
            up = down = 0;
            i = 0;
        }
    }
    for (; up <= 3.2 && down <= 3.2; length++) {
        double x = random_normal(r) + 0.25;

        up = fmax(0, up + x - 0.3);
        down = fmax(0, down - x - 0.3);
    }
    return length;
}

static bool mewma_goes_on(double z[3], const double *shift,
                          struct random_stream *r)
{
    double squares = 0;

    for (unsigned i = 0; i < 3; i++) {
        z[i] = 0.7 * z[i] + 0.3 * (random_normal(r) + shift[i]);
        squares += z[i] * z[i];
    }
    return squares * 1.7 / 0.3 <= 8;
}

static double steady_mewma(struct random_stream *r)
{
    static const double none[3] = {0, 0, 0};
    static const double shift[3] = {0.6, -0.64, 0.48}; /* length 1 */
    double z[3] = {0, 0, 0};
    unsigned length = 1;

    for (unsigned i = 0; i < LEAD; i++)
        if (!mewma_goes_on(z, none, r)) {
            z[0] = z[1] = z[2] = 0;
            i = 0;
        }
    while (mewma_goes_on(z, shift, r))
        length++;
    return length;
}

static void test_steady_state_of_two_sums(void **state)
{
    static const struct spc_cusum_design two = {.k = 0.3, .h = 3.2};
    static const struct spc_cusum_design idle = {.k = 0, .h = 3};
    struct simulated pair = simulate(steady_pair);
    double untouched = 1.25;

    (void)state;
    CHECK_NEAR(cusum(two, 0.25, SPC_RUN_STEADY), pair.mean, 4 * pair.error);
    CHECK_CLOSE(cusum(two, -0.25, SPC_RUN_STEADY),
                cusum(two, 0.25, SPC_RUN_STEADY), 1e-12);
    assert_int_equal(
        spc_cusum_run_length(&idle, 0.5, SPC_RUN_STEADY, &untouched),
        SPC_NO_CONVERGENCE);
    assert_true(untouched == 1.25);
}

/* A high sum is hardly ever about to signal, and then two are as one. */
static void test_two_sums_far_apart(void **state)
{
    struct spc_cusum_design c = {.k = 0.5, .h = 12};
    double two = cusum(c, 1, SPC_RUN_STEADY);

    (void)state;
    c.one_sided = true;
    CHECK_CLOSE(two, cusum(c, 1, SPC_RUN_STEADY), 1e-4);
}

/* Until T2 of a MEWMA of p exceeds the limit, the shift in one of them. */
static double simulated_mewma(struct spc_mewma_design d, double shift,
                              struct random_stream *r)
{
    double z[20] = {0}, edge = d.limit * d.lambda / (2 - d.lambda);
    unsigned length = 0;

    for (double squares = 0; squares <= edge; length++) {
        squares = 0;
        for (unsigned i = 0; i < d.p; i++) {
            double x = random_normal(r) + (i == 0 ? shift : 0);

            z[i] += d.lambda * (x - z[i]);
            squares += z[i] * z[i];
        }
    }
    return length;
}

/* Long memories and many characteristics, which are the hard ones. */
static const struct spc_mewma_design slow_two = {0.02, 18, 2};
static const struct spc_mewma_design slow_four = {0.05, 30, 4};
static const struct spc_mewma_design twenty = {0.1, 40, 20};

static double slow_mewma_of_two(struct random_stream *r)
{
    return simulated_mewma(slow_two, 1, r);
}

static double slow_mewma_of_four(struct random_stream *r)
{
    return simulated_mewma(slow_four, 1, r);
}

static double mewma_of_twenty(struct random_stream *r)
{
    return simulated_mewma(twenty, 1, r);
}

static void test_slow_mewmas(void **state)
{
    struct simulated two = simulate(slow_mewma_of_two);
    struct simulated four = simulate(slow_mewma_of_four);
    struct simulated many = simulate(mewma_of_twenty);

    (void)state;
    CHECK_NEAR(mewma(slow_two, 1), two.mean, 4 * two.error);
    CHECK_NEAR(mewma(slow_four, 1), four.mean, 4 * four.error);
    CHECK_NEAR(mewma(twenty, 1), many.mean, 4 * many.error);
}

/* The same by another definition: the density of z after each point, on rays
 * from the centre, and the sum over all points of the chance that none has
 * signalled.  The length of one normal or three has a closed density. */
enum { RADII = 48, RAYS = 56, PLACES = RADII * RAYS };

struct rays {
    struct spc_mewma_design design;
    double along[PLACES], across[PLACES], area[PLACES];
};

static void fill_rays(struct rays *s)
{
    const struct spc_mewma_design *d = &s->design;
    double edge = sqrt(d->limit / (d->lambda * (2 - d->lambda)));
    gsl_integration_glfixed_table *radii =
        gsl_integration_glfixed_table_alloc(RADII);
    gsl_integration_glfixed_table *rays =
        gsl_integration_glfixed_table_alloc(RAYS);

    for (size_t i = 0; i < PLACES; i++) {
        double radius = 0, angle = 0, wide = 0, turn = 0;

        gsl_integration_glfixed_point(0, edge, i / RAYS, &radius, &wide, radii);
        gsl_integration_glfixed_point(0, M_PI, i % RAYS, &angle, &turn, rays);
        s->along[i] = radius * cos(angle);
        s->across[i] = radius * sin(angle);
        s->area[i] = wide * turn * radius;
    }
    gsl_integration_glfixed_table_free(radii);
    gsl_integration_glfixed_table_free(rays);
}

static double step_to(const struct rays *s, double along, double across,
                      size_t to)
{
    double stay = 1 - s->design.lambda, m = stay * across, y = s->across[to];
    double less = gsl_ran_ugaussian_pdf(y - m);
    double more = gsl_ran_ugaussian_pdf(y + m);
    double length = s->design.p == 2 ? less + more
                    : m == 0         ? 2 * y * y * less
                                     : y / m * (less - more);

    return s->area[to] * length *
           gsl_ran_ugaussian_pdf(s->along[to] - stay * along - 1);
}

static double point_by_point(struct spc_mewma_design design)
{
    static struct rays s;
    gsl_matrix *step = gsl_matrix_alloc(PLACES, PLACES);
    gsl_vector *here = gsl_vector_alloc(PLACES);
    gsl_vector *next = gsl_vector_alloc(PLACES);
    double length = 1, going = 1;

    s.design = design;
    fill_rays(&s);
    for (size_t i = 0; i < PLACES; i++) {
        gsl_vector_set(here, i, step_to(&s, 0, 0, i));
        for (size_t j = 0; j < PLACES; j++)
            gsl_matrix_set(step, i, j, step_to(&s, s.along[i], s.across[i], j));
    }
    while (going > 1e-10) {
        going = gsl_blas_dasum(here);
        length += going;
        gsl_blas_dgemv(CblasTrans, 1, step, here, 0, next);
        gsl_vector_memcpy(here, next);
    }
    gsl_matrix_free(step);
    gsl_vector_free(here);
    gsl_vector_free(next);
    return length;
}

static void test_mewmas_point_by_point(void **state)
{
    (void)state;
    CHECK_CLOSE(mewma(slow_two, 1), point_by_point(slow_two), 4e-7);
    CHECK_CLOSE(mewma(slow_four, 1), point_by_point(slow_four), 1e-7);
}

static void test_steady_state_of_a_mewma(void **state)
{
    static const struct spc_mewma_design three = {0.3, 8, 3};
    static const struct spc_mewma_design forgetful = {1, 10.596634733096073, 2};
    struct simulated many = simulate(steady_mewma);

    (void)state;
    CHECK_NEAR(settled_mewma(three, 1), many.mean, 4 * many.error);
    CHECK_CLOSE(settled_mewma(three, 1e-12), settled_mewma(three, 0), 1e-6);
    assert_true(settled_mewma(three, 1) < mewma(three, 1));
    /* Without a memory both states are one. */
    CHECK_CLOSE(settled_mewma(forgetful, 0.785), mewma(forgetful, 0.785), 1e-7);
}

static void test_steady_state(void **state)
{
    static const struct spc_cusum_design c = {
        .k = 0.5, .h = 4, .one_sided = true};
    static const struct spc_ewma_design e = {.lambda = 0.25, .width = 2.5};
    struct simulated sum = simulate(steady_cusum);
    struct simulated average = simulate(steady_ewma);

    (void)state;
    CHECK_NEAR(cusum(c, 1, SPC_RUN_STEADY), sum.mean, 4 * sum.error);
    CHECK_NEAR(ewma(e, 1, SPC_RUN_STEADY), average.mean, 4 * average.error);
    assert_true(cusum(c, 1, SPC_RUN_STEADY) < cusum(c, 1, SPC_RUN_ZERO));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_ewma),
        cmocka_unit_test(test_published_cusum),
        cmocka_unit_test(test_both_directions_are_the_same),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_mewma_golden),
        cmocka_unit_test(test_mewma_in_control_two_ways),
        cmocka_unit_test(test_mewma_without_memory),
        cmocka_unit_test(test_mewma_too_slow),
        cmocka_unit_test(test_length_of_a_normal_vector),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_no_figure),
        cmocka_unit_test(test_steady_state),
        cmocka_unit_test(test_steady_state_of_two_sums),
        cmocka_unit_test(test_two_sums_far_apart),
        cmocka_unit_test(test_slow_mewmas),
        cmocka_unit_test(test_mewmas_point_by_point),
        cmocka_unit_test(test_steady_state_of_a_mewma),
    };

    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

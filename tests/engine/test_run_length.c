/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths against published tables, against simulation where no table is
 * at hand, and against what must be true of any. */
#include "engine/run_length.h"
#include "tests/engine/support.h"

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

/* Two computations that share little: on the length of z alone, and on the
 * half disc, where no shift is a shift like any other. */
static void test_mewma_in_control_two_ways(void **state)
{
    static const struct spc_mewma_design designs[] = {
        {0.2, 9.65, 2}, {0.3, 11.3, 3}, {0.25, 14.7, 5}};

    (void)state;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++)
        CHECK_CLOSE(mewma(designs[i], 1e-12), mewma(designs[i], 0), 1e-7);
}

/* Forgetting everything, it is a T2 chart; 10.5966... is the chi-square of
 * two degrees exceeded once in 200. */
static void test_mewma_without_memory(void **state)
{
    static const struct spc_mewma_design design = {1, 10.596634733096073, 2};

    (void)state;
    CHECK_CLOSE(mewma(design, 0), 200, 1e-10);
    CHECK_CLOSE(mewma(design, 0.785), spc_t2_run_length(2, 0.005, 0.785), 1e-7);
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

static double settled_mewma(struct spc_mewma_design design, double shift)
{
    double length = NAN;

    assert_int_equal(spc_mewma_steady_run_length(&design, shift, &length),
                     SPC_OK);
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
        cmocka_unit_test(test_mewma_in_control_two_ways),
        cmocka_unit_test(test_mewma_without_memory),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_no_figure),
        cmocka_unit_test(test_steady_state),
        cmocka_unit_test(test_steady_state_of_two_sums),
        cmocka_unit_test(test_two_sums_far_apart),
        cmocka_unit_test(test_steady_state_of_a_mewma),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

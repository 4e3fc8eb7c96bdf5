/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts with a memory: published series, second definitions, properties. */
#include "engine/weighted.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { UPPER = SPC_EDGES - 1, POINTS = 40 };

/* Unequal sizes and values drawn from a seed. */
struct series {
    double mean[POINTS], n[POINTS];
};

static void draw(struct series *s, uint64_t seed)
{
    struct random_stream r = {.state = seed};

    for (unsigned i = 0; i < POINTS; i++) {
        s->n[i] = 1 + floor(5 * random_uniform(&r));
        s->mean[i] = 17.3 + 0.8 * random_normal(&r);
    }
}

/* z_i and its variance as sums over all points so far. */
static void test_ewma_by_its_weights(void **state)
{
    static struct series s;

    (void)state;
    draw(&s, 4711);
    for (double lambda = 0.05; lambda <= 1; lambda += 0.19) {
        struct spc_ewma ewma;

        spc_ewma_start(&ewma, 17);
        for (int t = 0; t < POINTS; t++) {
            double value = 17 * pow(1 - lambda, t + 1), share = 0;

            spc_ewma_push(&ewma, lambda, s.mean[t], s.n[t]);
            for (int i = 0; i <= t; i++) {
                double weight = lambda * pow(1 - lambda, t - i);

                value += weight * s.mean[i];
                share += weight * weight / s.n[i];
            }
            CHECK_CLOSE(ewma.value, value, 1e-13);
            CHECK_CLOSE(ewma.share, share, 1e-12);
        }
    }
}

/* Montgomery's table 9.10, lambda 0.1, L 2.7: 9.945 within 9.73 and 10.27
 * first, 10.6468 at point 29, limits 9.38 and 10.62 in the end. */
static void test_ewma_published(void **state)
{
    double x[SERIES_MAX];
    size_t count = series_read("oracle/montgomery_t9_1.csv", 1, x);
    struct spc_ewma ewma;
    struct spc_zones zones = {{0}, {0}};

    (void)state;
    assert_int_equal(count, 30);
    spc_ewma_start(&ewma, 10);
    for (size_t i = 0; i < 29; i++) {
        spc_ewma_push(&ewma, 0.1, x[i], 1);
        zones = spc_weighted_zones(10, 1, 2.7, ewma.share);
        if (i > 0)
            continue;
        CHECK_NEAR(ewma.value, 9.945, 1e-9);
        CHECK_NEAR(zones.lower[UPPER], 9.73, 1e-9);
        CHECK_NEAR(zones.upper[UPPER], 10.27, 1e-9);
    }
    CHECK_NEAR(ewma.value, 10.64682, 5e-6);
    CHECK_NEAR(zones.upper[UPPER], 10.6187, 5e-5);
}

/* With lambda 1 it is a Shewhart chart; a moving average of one, too. */
static void test_no_memory(void **state)
{
    static struct series s;
    struct spc_moving_average average = {0};
    struct spc_ewma ewma;

    (void)state;
    draw(&s, 12);
    spc_ewma_start(&ewma, 17);
    for (unsigned i = 0; i < POINTS; i++) {
        double share;

        spc_ewma_push(&ewma, 1, s.mean[i], s.n[i]);
        assert_true(spc_moving_average_push(&average, 1, s.mean[i], s.n[i],
                                            &share) == s.mean[i]);
        CHECK_CLOSE(ewma.value, s.mean[i], 1e-15);
        CHECK_CLOSE(ewma.share, 1 / s.n[i], 1e-15);
        CHECK_CLOSE(share, 1 / s.n[i], 1e-15);
    }
}

static void test_moving_average_by_definition(void **state)
{
    static struct series s;

    (void)state;
    draw(&s, 99);
    for (unsigned span = 1; span <= POINTS; span += 3) {
        struct spc_moving_average average = {0};

        for (unsigned t = 0; t < POINTS; t++) {
            unsigned count = t + 1 < span ? t + 1 : span;
            double mean = 0, share = 0, got;

            for (unsigned i = t + 1 - count; i <= t; i++) {
                mean += s.mean[i] / count;
                share += 1 / s.n[i] / count / count;
            }
            CHECK_CLOSE(spc_moving_average_push(&average, span, s.mean[t],
                                                s.n[t], &got),
                        mean, 1e-14);
            CHECK_CLOSE(got, share, 1e-13);
        }
    }
}

/* ---- CUSUM ------------------------------------------------------------- */

/* Montgomery's table 9.2: C+ of 5.28 at point 29, seven points after the mean
 * moved; the new mean is 10 + 0.5 + 5.28 / 7. */
static void test_cusum_published(void **state)
{
    double x[SERIES_MAX];
    size_t count = series_read("oracle/montgomery_t9_1.csv", 1, x);
    struct spc_cusum cusum;

    (void)state;
    assert_int_equal(count, 30);
    spc_cusum_start(&cusum, 0);
    for (size_t i = 0; i < 29; i++)
        spc_cusum_push(&cusum, 0.5, x[i] - 10, 1);
    CHECK_NEAR(cusum.sum[SPC_CUSUM_HIGH].value, 5.28, 1e-9);
    assert_int_equal(cusum.sum[SPC_CUSUM_HIGH].run, 7);
    CHECK_NEAR(spc_cusum_shift(&cusum, 0.5, SPC_CUSUM_HIGH), 0.5 + 5.28 / 7,
               1e-9);
    assert_int_equal(cusum.sum[SPC_CUSUM_LOW].run, 0);
    assert_true(isnan(spc_cusum_shift(&cusum, 0.5, SPC_CUSUM_LOW)));
}

/* Without a floor: the sum since its lowest so far. */
static void test_cusum_by_its_minimum(void **state)
{
    static struct series s;
    struct spc_cusum cusum;
    double sum = 0, lowest = 0;

    (void)state;
    draw(&s, 7);
    spc_cusum_start(&cusum, 0);
    for (unsigned i = 0; i < POINTS; i++) {
        double distance = s.mean[i] - 17.3;

        spc_cusum_push(&cusum, 0.25, distance, s.n[i]);
        sum += distance * sqrt(s.n[i]) - 0.25;
        lowest = fmin(lowest, sum);
        CHECK_NEAR(cusum.sum[SPC_CUSUM_HIGH].value, sum - lowest, 1e-12);
    }
}

/* Turning the gauge upside down exchanges the sums. */
static void test_cusum_mirrors(void **state)
{
    static struct series s;
    struct spc_cusum up, down;

    (void)state;
    draw(&s, 21);
    spc_cusum_start(&up, 2);
    spc_cusum_start(&down, 2);
    for (unsigned i = 0; i < POINTS; i++) {
        spc_cusum_push(&up, 0.3, s.mean[i] - 17, s.n[i]);
        spc_cusum_push(&down, 0.3, 17 - s.mean[i], s.n[i]);
        assert_true(up.sum[SPC_CUSUM_HIGH].value ==
                    down.sum[SPC_CUSUM_LOW].value);
        if (up.sum[SPC_CUSUM_HIGH].run > 0)
            assert_true(spc_cusum_shift(&up, 0.3, SPC_CUSUM_HIGH) ==
                        -spc_cusum_shift(&down, 0.3, SPC_CUSUM_LOW));
    }
}

/* A shift without noise is told exactly, whatever the sizes and however the
 * sum began. */
static void test_shift_without_noise(void **state)
{
    static const double sizes[] = {4, 1, 9, 2};
    static const double starts[] = {0, 2.5};

    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        struct spc_cusum cusum;

        spc_cusum_start(&cusum, starts[k]);
        for (unsigned i = 0; i < 4; i++)
            spc_cusum_push(&cusum, 0.5, -1.375, sizes[i]);
        CHECK_CLOSE(spc_cusum_shift(&cusum, 0.5, SPC_CUSUM_LOW), -1.375, 1e-14);
        assert_int_equal(cusum.sum[SPC_CUSUM_LOW].run, 4);
    }
}

/* Mean run length in control, k 0.5 and h 4: 168 as published by Lucas and
 * Crosier, 1982; 167.68 by integral equation. */
static double run_length_of_cusum(struct random_stream *r, double h)
{
    struct spc_cusum cusum;
    unsigned long points = 0;

    spc_cusum_start(&cusum, 0);
    do {
        spc_cusum_push(&cusum, 0.5, random_normal(r), 1);
        points++;
    } while (cusum.sum[SPC_CUSUM_HIGH].value <= h &&
             cusum.sum[SPC_CUSUM_LOW].value <= h);
    return (double)points;
}

static void test_cusum_run_length(void **state)
{
    enum { RUNS = 20000 };
    struct random_stream r = {.state = 20260101};
    double mean = 0, squares = 0;

    (void)state;
    for (unsigned i = 0; i < RUNS; i++) {
        double length = run_length_of_cusum(&r, 4);
        double delta = length - mean;

        mean += delta / (i + 1);
        squares += delta * (length - mean);
    }
    CHECK_NEAR(mean, 167.68, 4 * sqrt(squares / RUNS / RUNS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ewma_by_its_weights),
        cmocka_unit_test(test_ewma_published),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_moving_average_by_definition),
        cmocka_unit_test(test_cusum_published),
        cmocka_unit_test(test_cusum_by_its_minimum),
        cmocka_unit_test(test_cusum_mirrors),
        cmocka_unit_test(test_shift_without_noise),
        cmocka_unit_test(test_cusum_run_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

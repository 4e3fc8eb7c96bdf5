/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running moments against certified data, a second definition in two passes
 * of long double, and the law that parts merge into the whole. */
#include "engine/moments.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct spc_moments moments_of(const double *x, size_t n)
{
    struct spc_moments m = {0};

    for (size_t i = 0; i < n; i++)
        spc_moments_add(&m, x[i]);
    return m;
}

static const struct {
    const char *file;
    double mean, sd;
    double tolerance; /* of sd: 1000000.2 is no double */
} certified[] = {
    {"strd_lew.csv", -177.435, 277.332168044316, 1e-14},
    {"strd_michelso.csv", 299.8524, 0.0790105478190518, 5e-13},
    {"strd_numacc1.csv", 10000002, 1, 1e-15},
    {"strd_numacc3.csv", 1000000.2, 0.1, 2e-9},
};

static void test_nist_certified(void **state)
{
    static double x[SERIES_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof certified / sizeof *certified; i++) {
        size_t n = series_read(certified[i].file, 0, x);
        struct spc_moments m = moments_of(x, n);

        assert_int_equal(m.n, n);
        CHECK_CLOSE(m.mean, certified[i].mean, 1e-14);
        CHECK_CLOSE(spc_moments_sd(&m), certified[i].sd,
                    certified[i].tolerance);
    }
}

static struct spc_moments two_passes(const double *x, size_t n)
{
    struct spc_moments m = {.n = n, .low = x[0], .high = x[0]};
    long double sum = 0, m2 = 0, m3 = 0, m4 = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    for (size_t i = 0; i < n; i++) {
        long double d = x[i] - sum / (long double)n;

        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
        m.low = fmin(m.low, x[i]);
        m.high = fmax(m.high, x[i]);
    }
    m.mean = (double)(sum / (long double)n);
    m.m2 = (double)m2;
    m.m3 = (double)m3;
    m.m4 = (double)m4;
    return m;
}

/* m3 is a sum of both signs: it is compared on the scale of its terms. */
static void check_same(const struct spc_moments *got,
                       const struct spc_moments *want)
{
    double scale = want->m2 * sqrt(want->m2 / (double)want->n);

    assert_int_equal(got->n, want->n);
    assert_true(got->low == want->low);
    assert_true(got->high == want->high);
    CHECK_CLOSE(got->mean, want->mean, 1e-14);
    CHECK_CLOSE(got->m2, want->m2, 1e-9);
    CHECK_CLOSE(got->m3 + scale, want->m3 + scale, 1e-9);
    CHECK_CLOSE(got->m4, want->m4, 1e-9);
}

/* Skewed, and a micrometre wide at 25 millimetres. */
static void draw(double *x, size_t n, uint64_t seed)
{
    struct random_stream r = {seed, 0, 0};

    for (size_t i = 0; i < n; i++)
        x[i] = 25.0375 + 0.0011 * exp(0.4 * random_normal(&r));
}

static void test_second_definition(void **state)
{
    static double x[5000];

    (void)state;
    for (size_t n = 1; n <= 5000; n = n * 2 + 1) {
        draw(x, n, n);
        struct spc_moments got = moments_of(x, n), want = two_passes(x, n);
        check_same(&got, &want);
    }
}

static void test_parts_merge_into_the_whole(void **state)
{
    static double x[4000];
    struct random_stream r = {2385, 0, 0};

    (void)state;
    draw(x, 4000, 7);
    struct spc_moments whole = moments_of(x, 4000);
    for (int repeat = 0; repeat < 200; repeat++) {
        struct spc_moments merged = {0};

        for (size_t from = 0; from < 4000;) {
            size_t n = (size_t)(random_uniform(&r) * 900); /* or none */
            n = n > 4000 - from ? 4000 - from : n;
            struct spc_moments part = moments_of(x + from, n);
            spc_moments_merge(&merged, &part);
            from += n;
        }
        check_same(&merged, &whole);
    }
}

/* Hand-made: 2, 4, 4, 4, 5, 5, 7, 9. */
static void test_shape(void **state)
{
    static const double x[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct spc_moments m = moments_of(x, 8);

    (void)state;
    CHECK_CLOSE(m.mean, 5, 0);
    CHECK_CLOSE(m.m2, 32, 1e-15);
    CHECK_CLOSE(spc_moments_sd(&m), sqrt(32. / 7), 1e-15);
    CHECK_CLOSE(spc_moments_skewness(&m), 42. / 8 / 8, 1e-14);
    CHECK_CLOSE(spc_moments_kurtosis(&m), 356. / 8 / 16 - 3, 1e-13);
}

static void test_too_few_or_all_alike(void **state)
{
    struct spc_moments m = {0};

    (void)state;
    for (unsigned n = 0; n < 5; n++) {
        assert_true(isnan(spc_moments_sd(&m)) == (n < 2));
        assert_true(isnan(spc_moments_skewness(&m)) == (n < 3));
        assert_true(isnan(spc_moments_kurtosis(&m)) == (n < 4));
        spc_moments_add(&m, 0.5 + n * n);
    }
    m = (struct spc_moments){0};
    for (unsigned n = 0; n < 5; n++)
        spc_moments_add(&m, 3.17);
    assert_true(spc_moments_sd(&m) == 0);
    assert_true(isnan(spc_moments_skewness(&m)));
    assert_true(isnan(spc_moments_kurtosis(&m)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nist_certified),
        cmocka_unit_test(test_second_definition),
        cmocka_unit_test(test_parts_merge_into_the_whole),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_too_few_or_all_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians: exact and published errors, and against simulation. */
#include "engine/constants.h"
#include "engine/median.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double error_of(uint32_t n)
{
    double error = -1;

    assert_int_equal(spc_median_error(n, &error), SPC_OK);
    return error;
}

/* One value; the mean of two; the middle of three, whose variance is
 * 1 - sqrt(3) / pi. */
static void test_closed_forms(void **state)
{
    const double pi = 3.14159265358979323846;

    (void)state;
    CHECK_CLOSE(error_of(1), 1, 1e-12);
    CHECK_CLOSE(error_of(2), sqrt(0.5), 1e-12);
    CHECK_CLOSE(error_of(3), sqrt(1 - sqrt(3) / pi), 1e-12);
}

/* A4 of the tables for medians and ranges (ISO 7870-2). */
static void test_published(void **state)
{
    static const double a4[] = {1.880, 1.187, 0.796, 0.691, 0.548,
                                0.508, 0.433, 0.412, 0.362};
    struct spc_constants k;

    (void)state;
    assert_int_equal(spc_constants_compute(&k), SPC_OK);
    for (uint32_t n = 2; n <= 10; n++)
        CHECK_NEAR(3 * error_of(n) / k.d2[n], a4[n - 2], 1.5e-3);
}

/* In large samples the median needs pi / 2 times the mean's measurements. */
static void test_large_samples(void **state)
{
    (void)state;
    CHECK_NEAR(error_of(49) * 7, sqrt(1.5707963267948966), 0.02);
    for (uint32_t n = 3; n < SPC_SUBGROUP_MAX; n += 2) {
        assert_true(error_of(n + 2 > 50 ? 50 : n + 2) < error_of(n));
        assert_true(error_of(n) > 1 / sqrt(n));
    }
}

static void test_simulated(void **state)
{
    struct random_stream r = {.state = 31415};

    (void)state;
    for (uint32_t n = 4; n <= 9; n += 5) {
        enum { RUNS = 40000 };
        double squares = 0;

        for (unsigned i = 0; i < RUNS; i++) {
            double x[9], median;

            for (uint32_t j = 0; j < n; j++)
                x[j] = random_normal(&r);
            median = spc_median(x, n);
            squares += median * median / RUNS;
        }
        CHECK_CLOSE(sqrt(squares), error_of(n), 4 * sqrt(0.5 / RUNS));
    }
}

static void test_median(void **state)
{
    double one[] = {7}, two[] = {4, 1}, five[] = {3, 9, -2, 3, 5};

    (void)state;
    assert_true(spc_median(one, 1) == 7);
    assert_true(spc_median(two, 2) == 2.5);
    assert_true(spc_median(five, 5) == 3);
    assert_true(spc_median(five, 4) == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms),  cmocka_unit_test(test_published),
        cmocka_unit_test(test_large_samples), cmocka_unit_test(test_simulated),
        cmocka_unit_test(test_median),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

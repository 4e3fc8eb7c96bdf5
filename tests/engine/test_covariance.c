/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance: second definitions, properties, and who is to blame when a
 * matrix cannot be divided by. */
#include "engine/covariance.h"
#include "tests/engine/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { P_MAX = 40, ROWS_MAX = 600, BLOCK = (P_MAX + 4) * (P_MAX + 4) };

static double scatter[BLOCK], factor[BLOCK], covariance[BLOCK];
static bool culprits[P_MAX];

struct table {
    size_t rows, p;
    double x[ROWS_MAX][P_MAX];
};

static struct table table;

/* Normal vectors about a level, neighbours correlated by about 0.8. */
static void draw(size_t rows, size_t p, double level, uint64_t seed)
{
    struct random_stream r = {.state = seed};

    table.rows = rows;
    table.p = p;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < p; j++) {
            double before = j > 0 ? table.x[i][j - 1] - level : 0;

            table.x[i][j] = level + 0.8 * before + 0.6 * random_normal(&r);
        }
}

static void add_all(void)
{
    spc_scatter_clear(scatter, table.p);
    for (size_t i = 0; i < table.rows; i++)
        spc_scatter_add(scatter, table.p, table.x[i]);
}

static enum spc_status factor_table(void)
{
    add_all();
    memset(culprits, 0, sizeof culprits);
    assert_int_equal(spc_scatter_covariance(scatter, table.p, covariance),
                     SPC_OK);
    return spc_factor(covariance, table.p, spc_scatter_df(scatter), factor,
                      culprits);
}

/* The culprits are these, as a text of their numbers. */
static void check_culprits(const char *wanted)
{
    char got[4 * P_MAX] = "";
    size_t length = 0;

    for (size_t j = 0; j < table.p; j++)
        if (culprits[j])
            length += (size_t)snprintf(got + length, sizeof got - length,
                                       "%s%zu", length ? " " : "", j);
    assert_string_equal(got, wanted);
}

static long double column_mean(size_t j)
{
    long double sum = 0;

    for (size_t i = 0; i < table.rows; i++)
        sum += table.x[i][j];
    return sum / table.rows;
}

static void test_covariance_by_its_definition(void **state)
{
    double mean[P_MAX];

    (void)state;
    draw(200, 5, 1e6, 71);
    add_all();
    spc_scatter_mean(scatter, 5, mean);
    assert_int_equal(spc_scatter_covariance(scatter, 5, covariance), SPC_OK);
    for (size_t j = 0; j < 5; j++) {
        CHECK_CLOSE(mean[j], (double)column_mean(j), 3e-16);
        for (size_t k = 0; k < 5; k++) {
            long double sum = 0;

            for (size_t i = 0; i < 200; i++)
                sum += (table.x[i][j] - column_mean(j)) *
                       (table.x[i][k] - column_mean(k));
            CHECK_CLOSE(covariance[j * 5 + k], (double)(sum / 199), 2e-14);
        }
    }
    assert_true(spc_scatter_vectors(scatter) == 200);
    assert_true(spc_scatter_df(scatter) == 199);
}

/* A level far above the spread costs no digit: with values in exact steps not
 * even one bit. */
static void test_level_does_not_matter(void **state)
{
    static double low[BLOCK];

    (void)state;
    for (int level = 0; level < 2; level++) {
        draw(150, 4, 0, 5);
        for (size_t i = 0; i < 150; i++)
            for (size_t j = 0; j < 4; j++)
                table.x[i][j] = nearbyint(64 * table.x[i][j]) / 64 +
                                level * 1099511627776.0;
        add_all();
        assert_int_equal(spc_scatter_covariance(scatter, 4, covariance),
                         SPC_OK);
        if (level == 0)
            memcpy(low, covariance, sizeof low);
    }
    assert_memory_equal(low, covariance, 16 * sizeof *low);
}

/* Unequal subgroups: within, and the mean of all vectors.  Two pools join. */
static void test_pool_by_its_definition(void **state)
{
    static double one[BLOCK], late[BLOCK];
    double pooled[9] = {0}, df = 0, mean[3], part[9];
    size_t next = 0;

    (void)state;
    draw(100, 3, 50, 8);
    spc_scatter_clear(scatter, 3);
    spc_scatter_clear(late, 3);
    for (size_t n = 1; next + n <= 100; n = n % 7 + 1) {
        spc_scatter_clear(one, 3);
        for (size_t i = 0; i < n; i++)
            spc_scatter_add(one, 3, table.x[next + i]);
        if (n > 1) {
            assert_int_equal(spc_scatter_covariance(one, 3, part), SPC_OK);
            for (size_t i = 0; i < 9; i++)
                pooled[i] += part[i] * (double)(n - 1);
        }
        df += (double)(n - 1);
        spc_scatter_pool(next < 50 ? scatter : late, 3, one);
        next += n;
    }
    spc_scatter_pool(scatter, 3, late);
    table.rows = next;
    spc_scatter_mean(scatter, 3, mean);
    assert_int_equal(spc_scatter_covariance(scatter, 3, covariance), SPC_OK);
    assert_true(spc_scatter_df(scatter) == df);
    assert_true(spc_scatter_vectors(scatter) == (double)next);
    for (size_t j = 0; j < 3; j++)
        CHECK_CLOSE(mean[j], (double)column_mean(j), 1e-15);
    for (size_t i = 0; i < 9; i++)
        CHECK_CLOSE(covariance[i], pooled[i] / df, 1e-13);
}

/* Differences do not span a gap. */
static void test_successive_by_its_definition(void **state)
{
    double sum[9] = {0}, mean[3];

    (void)state;
    draw(80, 3, 20, 9);
    spc_scatter_clear(scatter, 3);
    for (size_t i = 0; i < 80; i++) {
        if (i % 20 == 0)
            spc_scatter_gap(scatter);
        spc_scatter_add_successive(scatter, 3, table.x[i]);
        for (size_t c = 0; c < 9 && i % 20 > 0; c++)
            sum[c] += (table.x[i][c / 3] - table.x[i - 1][c / 3]) *
                      (table.x[i][c % 3] - table.x[i - 1][c % 3]);
    }
    spc_scatter_mean(scatter, 3, mean);
    assert_int_equal(spc_scatter_covariance(scatter, 3, covariance), SPC_OK);
    assert_true(spc_scatter_df(scatter) == 76);
    for (size_t c = 0; c < 9; c++)
        CHECK_CLOSE(covariance[c], sum[c] / (2 * 76), 1e-13);
    for (size_t j = 0; j < 3; j++)
        CHECK_CLOSE(mean[j], (double)column_mean(j), 1e-15);
}

/* Columns of an inverse by elimination give distance, drops, inflation. */
static void test_factor_divides(void **state)
{
    enum { P = 6 };
    double d[P] = {0.31, -1.2, 0.7, 2.385, -0.11, 0.5}, y[P], drops[P];

    (void)state;
    draw(60, P, 3, 10);
    assert_int_equal(factor_table(), SPC_OK);

    double t2 = spc_factor_distance(factor, P, d, y);
    spc_factor_drops(factor, P, y, drops);
    for (size_t out = 0; out < P; out++) {
        double part[(P - 1) * (P - 1)], rest[P - 1], left[P - 1];
        static double smaller[BLOCK];
        bool unused[P];

        for (size_t i = 0; i < P - 1; i++) {
            size_t from = i + (i >= out);

            rest[i] = d[from];
            for (size_t j = 0; j < P - 1; j++)
                part[i * (P - 1) + j] = covariance[from * P + j + (j >= out)];
        }
        assert_int_equal(spc_factor(part, P - 1, 59, smaller, unused), SPC_OK);
        CHECK_CLOSE(drops[out],
                    t2 - spc_factor_distance(smaller, P - 1, rest, left),
                    1e-11);
        CHECK_CLOSE(2 * log(spc_factor_sd(factor, out)) -
                        log(spc_factor_inflation(factor, P, out)),
                    spc_factor_log_determinant(factor, P) -
                        spc_factor_log_determinant(smaller, P - 1),
                    1e-11);
    }
}

static void test_determinant_by_its_definition(void **state)
{
    static const double s[] = {4.1, 1.3, -0.7, 1.3, 2.9, 0.45, -0.7, 0.45, 1.7};
    static const double flat[] = {1, 2, 2, 4};
    double work[9], by_hand = s[0] * (s[4] * s[8] - s[5] * s[7]) -
                              s[1] * (s[3] * s[8] - s[5] * s[6]) +
                              s[2] * (s[3] * s[7] - s[4] * s[6]);

    (void)state;
    CHECK_CLOSE(spc_determinant(s, 3, work), by_hand, 1e-14);
    assert_int_equal(spc_factor(s, 3, 0, factor, culprits), SPC_OK);
    CHECK_CLOSE(spc_factor_log_determinant(factor, 3), log(by_hand), 1e-13);
    assert_true(spc_determinant(flat, 2, work) == 0);
}

/* ---- refusals ---------------------------------------------------------- */

static void test_constant_columns_are_named(void **state)
{
    (void)state;
    draw(50, 6, 10, 11);
    for (size_t i = 0; i < 50; i++)
        table.x[i][1] = 25.1, table.x[i][4] = -0.3;
    assert_int_equal(factor_table(), SPC_SINGULAR);
    check_culprits("1 4");
}

/* Written with three decimals, as files are; the sum is exact but for the
 * last bit of a double. */
static void round_to_decimals(void)
{
    for (size_t i = 0; i < table.rows; i++)
        for (size_t j = 0; j < table.p; j++)
            table.x[i][j] = nearbyint(1000 * table.x[i][j]) / 1000;
}

static void test_sums_are_named_and_nobody_else(void **state)
{
    static const double levels[] = {0, 10, 1e4, 1e7};

    (void)state;
    for (size_t level = 0; level < 4; level++)
        for (uint64_t seed = 1; seed <= 50; seed++) {
            draw(30 + 10 * (size_t)seed, 12, levels[level], seed);
            round_to_decimals();
            for (size_t i = 0; i < table.rows; i++)
                table.x[i][7] =
                    table.x[i][2] - 3 * table.x[i][4] + table.x[i][5];
            assert_int_equal(factor_table(), SPC_SINGULAR);
            check_culprits("2 4 5 7");
        }
}

/* The difference of two probes on one bore: tiny beside either. */
static void test_small_differences_are_named(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct random_stream r = {.state = seed};

        draw(200, 8, 25, seed);
        for (size_t i = 0; i < 200; i++) {
            table.x[i][3] = table.x[i][1] + 1e-4 * random_normal(&r);
            table.x[i][6] = table.x[i][1] - table.x[i][3];
        }
        assert_int_equal(factor_table(), SPC_SINGULAR);
        check_culprits("1 3 6");
    }
}

/* Two others that lie as close together are none of its business. */
static void test_close_bystanders_are_not_named(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct random_stream r = {.state = seed};

        draw(200, 8, 25, seed);
        for (size_t i = 0; i < 200; i++) {
            table.x[i][3] = table.x[i][1] + 1e-5 * random_normal(&r);
            table.x[i][6] = table.x[i][4] + table.x[i][5];
        }
        assert_int_equal(factor_table(), SPC_SINGULAR);
        check_culprits("4 5 6");
    }
}

static void test_a_copy_in_other_units_is_named(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        draw(600, 2, 20, seed);
        for (size_t i = 0; i < 600; i++)
            table.x[i][1] = 32 + 1.8 * table.x[i][0];
        assert_int_equal(factor_table(), SPC_SINGULAR);
        check_culprits("0 1");
    }
}

/* Percentages of a mixture: all of them sum to 100. */
static void test_a_mixture_is_named(void **state)
{
    (void)state;
    draw(100, 4, 25, 4);
    round_to_decimals();
    for (size_t i = 0; i < 100; i++)
        table.x[i][3] = 100 - table.x[i][0] - table.x[i][1] - table.x[i][2];
    assert_int_equal(factor_table(), SPC_SINGULAR);
    check_culprits("0 1 2 3");
}

/* Nearly a sum is not a sum: a spread of 1e-5 of the others' is kept, and the
 * distances are right to what that leaves of a double. */
static void test_nearly_a_sum_is_not_refused(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct random_stream r = {.state = seed};
        double d[5] = {0, 0, 0, 0, 1e-5}, y[5];

        draw(500, 5, 1000, seed);
        for (size_t i = 0; i < 500; i++)
            table.x[i][4] =
                table.x[i][0] + table.x[i][2] + 1e-5 * random_normal(&r);
        assert_int_equal(factor_table(), SPC_OK);
        CHECK_NEAR(spc_factor_distance(factor, 5, d, y), 1, 0.3);
    }
}

/* Random vectors with at least twice as many rows as columns. */
static void test_ordinary_data_is_never_refused(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        size_t p = 1 + seed % 30;

        draw(2 * p + seed, p, 1e5, seed);
        assert_int_equal(factor_table(), SPC_OK);
    }
}

static void test_too_few_rows(void **state)
{
    (void)state;
    draw(6, 6, 1, 6);
    assert_int_equal(factor_table(), SPC_TOO_FEW_SUBGROUPS);
    check_culprits("0 1 2 3 4 5");
    draw(7, 6, 1, 6);
    assert_int_equal(factor_table(), SPC_OK);
}

static void test_no_estimate(void **state)
{
    static const double endless[] = {1, 0, INFINITY, 1};
    double x[] = {1, NAN};

    (void)state;
    spc_scatter_clear(scatter, 2);
    covariance[0] = 17;
    assert_int_equal(spc_scatter_covariance(scatter, 2, covariance),
                     SPC_TOO_FEW_SUBGROUPS);
    for (unsigned i = 0; i < 3; i++)
        spc_scatter_add(scatter, 2, x);
    assert_int_equal(spc_scatter_covariance(scatter, 2, covariance),
                     SPC_NOT_FINITE);
    assert_true(covariance[0] == 17);
    assert_int_equal(spc_factor(endless, 2, 0, factor, culprits),
                     SPC_NOT_FINITE);
}

/* A stated matrix that is none of any variables: correlation 1.5. */
static void test_a_stated_matrix_may_be_none(void **state)
{
    static const double wrong[] = {1, 0, 0, 0, 4, 3, 0, 3, 1};
    static const double negative[] = {1, 0, 0, -1};

    (void)state;
    table.p = 3;
    assert_int_equal(spc_factor(wrong, 3, 0, factor, culprits), SPC_SINGULAR);
    check_culprits("1 2");
    table.p = 2;
    assert_int_equal(spc_factor(negative, 2, 0, factor, culprits),
                     SPC_SINGULAR);
    check_culprits("1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_covariance_by_its_definition),
        cmocka_unit_test(test_level_does_not_matter),
        cmocka_unit_test(test_pool_by_its_definition),
        cmocka_unit_test(test_successive_by_its_definition),
        cmocka_unit_test(test_factor_divides),
        cmocka_unit_test(test_determinant_by_its_definition),
        cmocka_unit_test(test_constant_columns_are_named),
        cmocka_unit_test(test_sums_are_named_and_nobody_else),
        cmocka_unit_test(test_small_differences_are_named),
        cmocka_unit_test(test_close_bystanders_are_not_named),
        cmocka_unit_test(test_a_copy_in_other_units_is_named),
        cmocka_unit_test(test_a_mixture_is_named),
        cmocka_unit_test(test_nearly_a_sum_is_not_refused),
        cmocka_unit_test(test_ordinary_data_is_never_refused),
        cmocka_unit_test(test_too_few_rows),
        cmocka_unit_test(test_no_estimate),
        cmocka_unit_test(test_a_stated_matrix_may_be_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

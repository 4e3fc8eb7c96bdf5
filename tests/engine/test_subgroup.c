/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subgroups in the making: what is plotted, and what a missing part does. */
#include "engine/subgroup.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_piston_ring(void **state)
{
    static const double x[] = {74.030, 74.002, 74.019, 73.992, 74.008};
    struct spc_subgroup s = {0};

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        spc_subgroup_add(&s, x[i]);
    struct spc_point p = spc_subgroup_point(&s);
    assert_int_equal(s.places, 5);
    assert_int_equal(p.n, 5);
    CHECK_CLOSE(p.mean, 74.0102, 1e-15);
    CHECK_CLOSE(p.range, 0.038, 1e-12);
    CHECK_CLOSE(p.sd, 0.014771594362153967, 1e-11);
}

/* One part of five has no value: the subgroup is of four, none is zero. */
static void test_missing_takes_a_place(void **state)
{
    static const double x[] = {3.1, 2.4, 2.9, 3.7};
    struct spc_subgroup s = {0}, without = {0};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        spc_subgroup_add(&s, x[i]);
        spc_subgroup_add(&without, x[i]);
        if (i == 1)
            spc_subgroup_skip(&s);
    }
    struct spc_point p = spc_subgroup_point(&s);
    struct spc_point q = spc_subgroup_point(&without);
    assert_int_equal(s.places, 5);
    assert_int_equal(without.places, 4);
    assert_int_equal(p.n, 4);
    assert_int_equal(q.n, 4);
    assert_true(p.mean == q.mean && p.range == q.range && p.sd == q.sd);
    CHECK_CLOSE(p.mean, 3.025, 1e-15);
    CHECK_CLOSE(p.range, 3.7 - 2.4, 0);
}

static void test_what_does_not_exist_is_nan(void **state)
{
    struct spc_subgroup s = {0};

    (void)state;
    spc_subgroup_skip(&s);
    struct spc_point none = spc_subgroup_point(&s);
    assert_int_equal(none.n, 0);
    assert_true(isnan(none.mean) && isnan(none.range) && isnan(none.sd));

    spc_subgroup_add(&s, -4.25);
    struct spc_point one = spc_subgroup_point(&s);
    assert_int_equal(one.n, 1);
    assert_true(one.mean == -4.25);
    assert_true(isnan(one.range) && isnan(one.sd));
}

static void test_extremes_come_in_any_order(void **state)
{
    /* clang-format off */
    static const double x[][3] = {
        {-1.5, 2.25, 7.5}, {7.5, 2.25, -1.5}, {2.25, 7.5, -1.5},
        {2.25, -1.5, 7.5}, {7.5, -1.5, 2.25}, {-1.5, 7.5, 2.25},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        struct spc_subgroup s = {0};

        for (unsigned j = 0; j < 3; j++)
            spc_subgroup_add(&s, x[i][j]);
        assert_true(spc_subgroup_point(&s).range == 9);
        CHECK_CLOSE(spc_subgroup_point(&s).mean, 2.75, 1e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_piston_ring),
        cmocka_unit_test(test_missing_takes_a_place),
        cmocka_unit_test(test_what_does_not_exist_is_nan),
        cmocka_unit_test(test_extremes_come_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each mark answers, one point at a time. */
#include "rules/history.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct spc_zones unit_zones = {{0, 1, 2, 3}, {0, -1, -2, -3}};

static uint32_t marks(const struct spc_history *history)
{
    uint32_t set = 0;

    for (unsigned m = 0; m < SPC_MARKS; m++)
        set |= (uint32_t)(history->trail[m] & 1) << m;
    return set;
}

#define M(mark) ((uint32_t)1 << SPC_##mark)

/* clang-format off */
static const struct {
    double value;
    uint32_t want; /* of a first point */
} first[] = {
    {0,     M(INSIDE_1)},
    {0.5,   M(INSIDE_1) | M(ABOVE_CENTRE)},
    {1,     M(INSIDE_1) | M(ABOVE_CENTRE)},
    {1.5,   M(OUTSIDE_1) | M(ABOVE_CENTRE) | M(ABOVE_1)},
    {2,     M(OUTSIDE_1) | M(ABOVE_CENTRE) | M(ABOVE_1)},
    {2.5,   M(OUTSIDE_1) | M(ABOVE_CENTRE) | M(ABOVE_1) | M(ABOVE_2)},
    {3,     M(OUTSIDE_1) | M(ABOVE_CENTRE) | M(ABOVE_1) | M(ABOVE_2)},
    {3.5,   M(OUTSIDE_1) | M(ABOVE_CENTRE) | M(ABOVE_1) | M(ABOVE_2)
            | M(ABOVE_3)},
    {-0.5,  M(INSIDE_1) | M(BELOW_CENTRE)},
    {-1,    M(INSIDE_1) | M(BELOW_CENTRE)},
    {-1.5,  M(OUTSIDE_1) | M(BELOW_CENTRE) | M(BELOW_1)},
    {-2,    M(OUTSIDE_1) | M(BELOW_CENTRE) | M(BELOW_1)},
    {-2.5,  M(OUTSIDE_1) | M(BELOW_CENTRE) | M(BELOW_1) | M(BELOW_2)},
    {-3,    M(OUTSIDE_1) | M(BELOW_CENTRE) | M(BELOW_1) | M(BELOW_2)},
    {-3.5,  M(OUTSIDE_1) | M(BELOW_CENTRE) | M(BELOW_1) | M(BELOW_2)
            | M(BELOW_3)},
    {INFINITY, M(OUTSIDE_1) | M(ABOVE_CENTRE) | M(ABOVE_1) | M(ABOVE_2)
            | M(ABOVE_3)},
};
/* clang-format on */

static void test_a_first_point(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        struct spc_history history;

        spc_history_clear(&history);
        spc_history_push(&history, &unit_zones, first[i].value);
        assert_int_equal(marks(&history), first[i].want);
    }
}

/* An edge belongs to the inner zone to the last bit. */
static void test_the_next_double_is_beyond(void **state)
{
    struct spc_history history;

    (void)state;
    spc_history_clear(&history);
    spc_history_push(&history, &unit_zones, nextafter(3, 4));
    assert_true(history.trail[SPC_ABOVE_3] & 1);
    spc_history_push(&history, &unit_zones, nextafter(-3, -4));
    assert_true(history.trail[SPC_BELOW_3] & 1);
    spc_history_push(&history, &unit_zones, nextafter(0, 1));
    assert_true(history.trail[SPC_ABOVE_CENTRE] & 1);
}

/* A chart whose lower limits are clipped at zero, upper edge 1 wider than
 * lower: no answer may come from the other side. */
static void test_zones_need_not_be_symmetric(void **state)
{
    static const struct spc_zones zones = {{5, 7, 9, 11}, {5, 4, 3, 0}};
    struct spc_history history;

    (void)state;
    spc_history_clear(&history);
    spc_history_push(&history, &zones, 6.5);
    assert_int_equal(marks(&history), M(INSIDE_1) | M(ABOVE_CENTRE));
    spc_history_push(&history, &zones, 3.5);
    assert_int_equal(marks(&history),
                     M(OUTSIDE_1) | M(BELOW_CENTRE) | M(BELOW_1) | M(FALLING));
    spc_history_push(&history, &zones, 0);
    assert_int_equal(marks(&history), M(OUTSIDE_1) | M(BELOW_CENTRE) |
                                          M(BELOW_1) | M(BELOW_2) | M(FALLING));
}

static void test_rising_falling_turning(void **state)
{
    static const double x[] = {0.1, 0.2, 0.1, 0.3, 0.3, 0.4, 0.5, 0.2};
    static const char want[] = ".rtT.rrt"; /* r rising; t, T turning */
    struct spc_history h;

    (void)state;
    spc_history_clear(&h);
    for (unsigned i = 0; want[i]; i++) {
        spc_history_push(&h, &unit_zones, x[i]);
        assert_int_equal(h.trail[SPC_RISING] & 1,
                         want[i] == 'r' || want[i] == 'T');
        assert_int_equal(h.trail[SPC_FALLING] & 1, want[i] == 't');
        assert_int_equal(h.trail[SPC_TURNING] & 1,
                         want[i] == 't' || want[i] == 'T');
    }
}

static void test_a_gap_forgets(void **state)
{
    struct spc_history history, fresh;

    (void)state;
    spc_history_clear(&history);
    spc_history_clear(&fresh);
    for (unsigned i = 0; i < 100; i++)
        spc_history_push(&history, &unit_zones, i % 7 - 3.);
    spc_history_gap(&history);
    assert_memory_equal(history.trail, fresh.trail, sizeof fresh.trail);
    assert_true(isnan(history.previous));
    spc_history_push(&history, &unit_zones, -5);
    assert_int_equal(history.trail[SPC_FALLING], 0);
}

static void test_points_move_along(void **state)
{
    struct spc_history history;

    (void)state;
    spc_history_clear(&history);
    spc_history_push(&history, &unit_zones, 4);
    for (unsigned age = 0; age < SPC_HISTORY_POINTS; age++) {
        assert_true(history.trail[SPC_ABOVE_3] == (uint64_t)1 << age);
        spc_history_push(&history, &unit_zones, 0.5);
    }
    assert_true(history.trail[SPC_ABOVE_3] == 0);
    assert_true(history.trail[SPC_ABOVE_CENTRE] == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_first_point),
        cmocka_unit_test(test_the_next_double_is_beyond),
        cmocka_unit_test(test_zones_need_not_be_symmetric),
        cmocka_unit_test(test_rising_falling_turning),
        cmocka_unit_test(test_a_gap_forgets),
        cmocka_unit_test(test_points_move_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

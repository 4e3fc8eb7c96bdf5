/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUSUMs of rare events: drawn by hand, one form against the other, and the
 * likelihood ratio they stand for. */
#include "engine/rate_cusum.h"
#include "tests/engine/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- references -------------------------------------------------------- */

/* To 15 digits by mpmath, from the definition with 50 digits. */
static void test_references(void **state)
{
    /* clang-format off */
    static const struct {
        double p0, p1, m;
    } rows[] = {
        {1e-09, 1e-08, 255842787.70331418},
        {1e-09, 1.25e-09, 892574205.25269301},
        {1e-09, 2e-10, 2011797390.3355469},
        {0.01, 0.025, 61.015877155351746},
        {0.25, 0.75, 2.0},
        {3e-06, 2.9e-06, 339015.51666103875},
    };
    /* clang-format on */

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_CLOSE(spc_rate_reference(rows[i].p0, rows[i].p1), rows[i].m,
                    1e-14);
    CHECK_CLOSE(spc_time_reference(1000, 250), 1000 * log(4) / 3, 1e-15);
    CHECK_CLOSE(spc_time_reference(250, 1000), 1000 * log(4) / 3, 1e-15);
    CHECK_CLOSE(spc_time_reference(1, 1 - 1e-9), 1 - 0.5e-9, 1e-15);
}

/* Rare events are a Poisson process of units. */
static void test_rare_units_are_time(void **state)
{
    (void)state;
    CHECK_CLOSE(spc_rate_reference(1e-9, 1e-8), spc_time_reference(1e9, 1e8),
                1e-8);
    CHECK_CLOSE(spc_rate_reference(1e-9, 2e-10), spc_time_reference(1e9, 5e9),
                1e-8);
}

static void test_whole_references(void **state)
{
    (void)state;
    assert_true(spc_rate_reference_whole(1e-9, 1e-8) == 255842788);
    assert_true(spc_rate_reference_whole(0.01, 0.025) ==
                floor(spc_rate_reference(0.01, 0.025) + 0.5));
    /* Between rates this close, no whole number may lie on the right side of
     * the balance but its neighbour. */
    assert_true(spc_rate_reference_whole(0.01, 0.0100001) == 99);
    assert_true(spc_rate_reference_whole(0.01, 0.0099999) == 101);
    assert_true(spc_rate_reference_whole(0.3, 0.9) == 2);
}

/* ---- units ------------------------------------------------------------- */

/* One letter a unit, '.' good and 'X' defective; m is 4.  Below, C after it. */
static const struct {
    const char *what;
    enum spc_rate_side side;
    double head_start;
    const char *units, *sums;
} drawn[] = {
    {"an event lifts by three", SPC_RATE_RISE, 0, "..X.", "0032"},
    {"never below 0", SPC_RATE_RISE, 0, "X.....X", "3210003"},
    {"events add up", SPC_RATE_RISE, 0, "X.XX..", "325876"},
    {"from a head start", SPC_RATE_RISE, 2, ".X..", "1432"},
    {"a head start runs out", SPC_RATE_RISE, 2, "...X", "1003"},
    {"good units lift by one", SPC_RATE_FALL, 0, "....", "1234"},
    {"an event takes three", SPC_RATE_FALL, 0, ".....X.", "1234523"},
    {"and no more than there is", SPC_RATE_FALL, 0, "..X.", "1201"},
    {"a fall from a head start", SPC_RATE_FALL, 4, ".X.XX", "52300"},
};

static void test_drawn(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        struct spc_rate_cusum c;
        char sums[32] = "";

        spc_rate_cusum_start(&c, drawn[i].head_start);
        for (unsigned t = 0; drawn[i].units[t]; t++) {
            if (drawn[i].units[t] == 'X')
                spc_rate_cusum_event(&c, 4, drawn[i].side);
            else
                spc_rate_cusum_pass(&c, 1);
            sums[t] = (char)('0' + spc_rate_cusum_value(&c, drawn[i].side));
        }
        if (strcmp(sums, drawn[i].sums) != 0)
            fail_msg("%s: %s, not %s", drawn[i].what, sums, drawn[i].sums);
    }
}

static uint64_t gap(struct random_stream *r, double p)
{
    return (uint64_t)(log(random_uniform(r)) / log1p(-p));
}

/* Unit by unit as Reynolds and Stoumbos write it, B = max(0, B) + X - gamma,
 * and a gap at a time. */
static void test_one_chart_in_two_forms(void **state)
{
    struct random_stream r = {.state = 4711};

    (void)state;
    for (int side = SPC_RATE_RISE; side <= SPC_RATE_FALL; side++) {
        const double m = 37, gamma = 1 / m;
        double sign = side == SPC_RATE_RISE ? 1 : -1, b = 0;
        struct spc_rate_cusum one, many;

        spc_rate_cusum_start(&one, 0);
        spc_rate_cusum_start(&many, 0);
        for (unsigned i = 0; i < 2000; i++) {
            uint64_t good = gap(&r, 0.03);

            for (uint64_t j = 0; j < good; j++) {
                spc_rate_cusum_pass(&one, 1);
                b = fmax(0, b - sign * gamma);
            }
            spc_rate_cusum_event(&one, m, side);
            b = fmax(0, b + sign * (1 - gamma));
            spc_rate_cusum_pass(&many, good);
            spc_rate_cusum_event(&many, m, side);
            assert_true(one.value == many.value);
            assert_int_equal(one.units, many.units);
            CHECK_NEAR(one.value / m, b, 1e-8);
        }
    }
}

/* At 1 ppb sums of 1e9 units lose none of them. */
static void test_not_one_unit_of_a_thousand_million_is_lost(void **state)
{
    double m = spc_rate_reference_whole(1e-9, 1e-8);
    struct spc_rate_cusum c;

    (void)state;
    spc_rate_cusum_start(&c, 0);
    for (unsigned i = 0; i < 1000; i++) {
        spc_rate_cusum_pass(&c, 5);
        spc_rate_cusum_event(&c, m, SPC_RATE_RISE);
    }
    assert_true(c.value == 1000 * (m - 1) - 999 * 5);
    spc_rate_cusum_start(&c, 0);
    spc_rate_cusum_pass(&c, 6000000000000001);
    assert_true(spc_rate_cusum_value(&c, SPC_RATE_FALL) == 6000000000000001);
}

/* A fall judged at events, with a limit lower by m - 1, signals in the gaps in
 * which the chart of single units does. */
static void test_a_fall_judged_at_events(void **state)
{
    struct random_stream r = {.state = 99};
    const double m = 20, h = 55;
    unsigned signals = 0;
    struct spc_rate_cusum c;

    (void)state;
    spc_rate_cusum_start(&c, 0);
    for (unsigned i = 0; i < 5000; i++) {
        bool between;

        spc_rate_cusum_pass(&c, gap(&r, 0.04));
        between = spc_rate_cusum_value(&c, SPC_RATE_FALL) > h;
        spc_rate_cusum_event(&c, m, SPC_RATE_FALL);
        assert_true((c.value > h - (m - 1)) == between);
        if (between) {
            signals++;
            spc_rate_cusum_start(&c, 0);
        }
    }
    assert_in_range(signals, 100, 4000);
}

/* The log likelihood ratio of all that came, less its least so far, in units:
 * the sum is the ratio of a fall or rise that began at the best moment. */
static void test_likelihood(void **state)
{
    static const double rates[][2] = {{0.02, 0.05}, {0.05, 0.02}};
    struct random_stream r = {.state = 12};

    (void)state;
    for (int side = SPC_RATE_RISE; side <= SPC_RATE_FALL; side++) {
        double p0 = rates[side][0], p1 = rates[side][1];
        double m = spc_rate_reference(p0, p1), ratio = 0, least = 0;
        double unit = fabs(log1p(-p1) - log1p(-p0));
        struct spc_rate_cusum c;

        spc_rate_cusum_start(&c, 0);
        for (unsigned i = 0; i < 3000; i++) {
            if (random_uniform(&r) < 0.03) {
                spc_rate_cusum_event(&c, m, side);
                ratio += log(p1 / p0);
            } else {
                spc_rate_cusum_pass(&c, 1);
                ratio += log1p(-p1) - log1p(-p0);
            }
            least = fmin(least, ratio);
            CHECK_NEAR(spc_rate_cusum_value(&c, side) * unit, ratio - least,
                       1e-10);
        }
    }
}

/* Events 10 units apart, after a long time without: one in 10. */
static void test_the_rate_it_moved_to(void **state)
{
    struct spc_rate_cusum c;

    (void)state;
    spc_rate_cusum_start(&c, 0);
    assert_true(isnan(spc_rate_cusum_rate(&c, SPC_RATE_RISE)));
    spc_rate_cusum_pass(&c, 12345);
    assert_true(isnan(spc_rate_cusum_rate(&c, SPC_RATE_RISE)));
    spc_rate_cusum_event(&c, 50, SPC_RATE_RISE);
    assert_true(isnan(spc_rate_cusum_rate(&c, SPC_RATE_RISE)));
    for (unsigned i = 0; i < 4; i++) {
        spc_rate_cusum_pass(&c, 9);
        spc_rate_cusum_event(&c, 50, SPC_RATE_RISE);
    }
    CHECK_CLOSE(spc_rate_cusum_rate(&c, SPC_RATE_RISE), 0.1, 1e-15);
    spc_rate_cusum_pass(&c, 40); /* none of them in as long again */
    CHECK_CLOSE(spc_rate_cusum_rate(&c, SPC_RATE_RISE), 0.05, 1e-15);

    spc_rate_cusum_start(&c, 0);
    spc_rate_cusum_event(&c, 50, SPC_RATE_FALL);
    for (unsigned i = 0; i < 3; i++) {
        spc_rate_cusum_pass(&c, 99);
        spc_rate_cusum_event(&c, 50, SPC_RATE_FALL);
    }
    CHECK_CLOSE(spc_rate_cusum_rate(&c, SPC_RATE_FALL), 0.01, 1e-15);
    assert_int_equal(c.events, 3);
}

/* ---- times ------------------------------------------------------------- */

static void test_times_drawn(void **state)
{
    static const double times[] = {3, 0.5, 1, 0.25, 9, 0.5};
    static const double rise[] = {0, 1.5, 2.5, 4.25, 0, 1.5};
    static const double fall[] = {1, 0, 0, 0, 7, 5.5};
    struct spc_time_cusum r, f;

    (void)state;
    spc_time_cusum_start(&r, 0);
    spc_time_cusum_start(&f, 0);
    for (unsigned i = 0; i < sizeof times / sizeof *times; i++) {
        spc_time_cusum_event(&r, 2, times[i], SPC_RATE_RISE);
        spc_time_cusum_event(&f, 2, times[i], SPC_RATE_FALL);
        assert_true(r.value == rise[i]);
        assert_true(f.value == fall[i]);
        if (i == 3)
            CHECK_CLOSE(spc_time_cusum_mean(&r), 1.75 / 3, 1e-15);
    }
    assert_true(spc_time_cusum_mean(&r) == 0.5);
    CHECK_CLOSE(spc_time_cusum_mean(&f), 9.5 / 2, 1e-15);
    spc_time_cusum_event(&r, 2, 4, SPC_RATE_RISE);
    assert_true(isnan(spc_time_cusum_mean(&r)));
}

static void test_a_head_start_of_times(void **state)
{
    struct spc_time_cusum c;

    (void)state;
    spc_time_cusum_start(&c, 3);
    spc_time_cusum_event(&c, 2, 0.5, SPC_RATE_RISE);
    assert_true(c.value == 4.5);
    spc_time_cusum_event(&c, 2, 7, SPC_RATE_RISE);
    assert_true(c.value == 0);
}

/* Units that take a moment each are a time: the chart of units, whose sum
 * begins at m, is the chart of times with k of m units, one m higher. */
static void test_units_and_times(void **state)
{
    struct random_stream r = {.state = 31};
    const double m = 40;
    struct spc_rate_cusum units;
    struct spc_time_cusum times;

    (void)state;
    spc_rate_cusum_start(&units, m);
    spc_time_cusum_start(&times, 0);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t good = gap(&r, 0.02);

        spc_rate_cusum_pass(&units, good);
        spc_rate_cusum_event(&units, m + 1, SPC_RATE_RISE);
        spc_time_cusum_event(&times, m, (double)good, SPC_RATE_RISE);
        assert_true(units.value == times.value + m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_rare_units_are_time),
        cmocka_unit_test(test_whole_references),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_one_chart_in_two_forms),
        cmocka_unit_test(test_not_one_unit_of_a_thousand_million_is_lost),
        cmocka_unit_test(test_a_fall_judged_at_events),
        cmocka_unit_test(test_likelihood),
        cmocka_unit_test(test_the_rate_it_moved_to),
        cmocka_unit_test(test_times_drawn),
        cmocka_unit_test(test_a_head_start_of_times),
        cmocka_unit_test(test_units_and_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

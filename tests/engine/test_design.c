/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Designs against exhaustive grids. */
#include "engine/design.h"
#include "tests/engine/support.h"

#include <gsl/gsl_errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- designs ----------------------------------------------------------- */

static struct spc_design best_of(const struct spc_design_aim *aim,
                                 struct spc_search_range *ret_range)
{
    struct spc_design best = {NAN, NAN};

    assert_int_equal(spc_design_memories(aim, ret_range), SPC_OK);
    assert_int_equal(spc_design_best(aim, ret_range, &best), SPC_OK);
    assert_true(best.memory >= ret_range->low);
    assert_true(best.memory <= ret_range->high);
    return best;
}

static double length_of(const struct spc_design_aim *aim,
                        const struct spc_design *design, double shift,
                        enum spc_run_state state)
{
    double length = NAN;

    assert_int_equal(spc_design_run_length(aim, design, shift, state, &length),
                     SPC_OK);
    return length;
}

/* No memory of a grid over the whole range, nor a neighbour, signals sooner by
 * more than a millionth. */
static void check_aim(const struct spc_design_aim *aim, unsigned grid)
{
    struct spc_search_range range;
    struct spc_design best = best_of(aim, &range);
    double arl1 = length_of(aim, &best, aim->shift, aim->state);

    CHECK_CLOSE(length_of(aim, &best, 0, SPC_RUN_ZERO), aim->arl0, 1e-9);
    for (unsigned i = 0; i < 2 * grid; i++) {
        double part = (i % grid + 0.5) / grid;
        double wide = range.low * pow(range.high / range.low, part);
        double near = best.memory * (0.97 + 0.06 * part);
        struct spc_design other = {i < grid ? wide : near, 0};

        if (other.memory < range.low || other.memory > range.high)
            continue;
        assert_int_equal(spc_design_limit(aim, other.memory, &other.limit),
                         SPC_OK);
        CHECK_CLOSE(length_of(aim, &other, 0, SPC_RUN_ZERO), aim->arl0, 1e-9);
        assert_true(length_of(aim, &other, aim->shift, aim->state) >=
                    arl1 * (1 - 1e-6));
    }
}

static void test_ewma(void **state)
{
    static const struct spc_design_aim aims[] = {
        {.kind = SPC_DESIGN_EWMA, .arl0 = 500, .shift = 1},
        {.kind = SPC_DESIGN_EWMA, .arl0 = 370.4, .shift = 2.385},
        {.kind = SPC_DESIGN_EWMA, .arl0 = 10, .shift = 0.285},
        {.kind = SPC_DESIGN_EWMA, .arl0 = 2e4, .shift = 4.15},
        {.kind = SPC_DESIGN_EWMA,
         .arl0 = 285,
         .shift = 0.85,
         .one_sided = true},
        {.kind = SPC_DESIGN_EWMA,
         .arl0 = 485,
         .shift = 1.15,
         .state = SPC_RUN_STEADY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof aims / sizeof *aims; i++)
        check_aim(&aims[i], 25);
}

static void test_cusum(void **state)
{
    static const struct spc_design_aim aims[] = {
        {.kind = SPC_DESIGN_CUSUM, .arl0 = 500, .shift = 1},
        {.kind = SPC_DESIGN_CUSUM, .arl0 = 12.85, .shift = 0.715},
        {.kind = SPC_DESIGN_CUSUM,
         .arl0 = 740,
         .shift = 2.15,
         .one_sided = true},
        {.kind = SPC_DESIGN_CUSUM,
         .arl0 = 315,
         .shift = 1.385,
         .head_start = 0.5},
        {.kind = SPC_DESIGN_CUSUM,
         .arl0 = 485,
         .shift = 1.15,
         .one_sided = true,
         .state = SPC_RUN_STEADY},
        {.kind = SPC_DESIGN_CUSUM,
         .arl0 = 485,
         .shift = 1.15,
         .state = SPC_RUN_STEADY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof aims / sizeof *aims; i++)
        check_aim(&aims[i], 20);
}

/* The sum of log likelihood ratios has k of half the shift, and no other sum
 * is sooner in the worst case (Moustakides, 1986), which for a sum is that it
 * is at zero: as it is in the zero state. */
static void test_cusum_of_half_the_shift(void **state)
{
    struct spc_search_range range;

    (void)state;
    for (double shift = 0.285; shift < 4; shift *= 1.9) {
        struct spc_design_aim aim = {.kind = SPC_DESIGN_CUSUM,
                                     .arl0 = 740,
                                     .shift = shift,
                                     .one_sided = true};

        CHECK_CLOSE(best_of(&aim, &range).memory, shift / 2, 1e-3);
    }
}

static void test_mewma(void **state)
{
    static const struct spc_design_aim aims[] = {
        {.kind = SPC_DESIGN_MEWMA, .arl0 = 200, .shift = 1.15, .p = 2},
        {.kind = SPC_DESIGN_MEWMA, .arl0 = 485, .shift = 2.85, .p = 5},
        {.kind = SPC_DESIGN_MEWMA,
         .arl0 = 285,
         .shift = 1.385,
         .state = SPC_RUN_STEADY,
         .p = 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof aims / sizeof *aims; i++)
        check_aim(&aims[i], 8);
}

/* The published 0.1 and 2.814 have 499.58, and k = 0.5, h = 5 have 465.44
 * (tests/data/oracle/arl_published.csv); 8.64 of two at 0.1 has 200.54. */
static void test_published_limits(void **state)
{
    static const struct spc_design_aim ewma = {.kind = SPC_DESIGN_EWMA,
                                               .arl0 = 499.5795501};
    static const struct spc_design_aim cusum = {.kind = SPC_DESIGN_CUSUM,
                                                .arl0 = 465.443506};
    static const struct spc_design_aim mewma = {
        .kind = SPC_DESIGN_MEWMA, .arl0 = 200.544319, .p = 2};
    double limit = NAN;

    (void)state;
    assert_int_equal(spc_design_limit(&ewma, 0.1, &limit), SPC_OK);
    CHECK_CLOSE(limit, 2.814, 1e-8);
    assert_int_equal(spc_design_limit(&cusum, 0.5, &limit), SPC_OK);
    CHECK_CLOSE(limit, 5, 1e-8);
    assert_int_equal(spc_design_limit(&mewma, 0.1, &limit), SPC_OK);
    CHECK_CLOSE(limit, 8.64, 1e-8);
}

/* Small shifts ask for memories longer than any considered; a long run length
 * for one whose h is the highest. */
static void test_bounds(void **state)
{
    struct spc_design_aim slow = {
        .kind = SPC_DESIGN_EWMA, .arl0 = 500, .shift = 0.05};
    struct spc_design_aim rare = {
        .kind = SPC_DESIGN_CUSUM, .arl0 = 1e6, .shift = 0.05};
    struct spc_design_aim seen = {
        .kind = SPC_DESIGN_CUSUM, .arl0 = 10, .shift = 5};
    struct spc_search_range range;
    struct spc_design best = best_of(&slow, &range);

    (void)state;
    assert_true(best.memory == 0.01);
    best = best_of(&rare, &range);
    assert_true(best.memory == range.low);
    assert_true(best.limit <= 100 && best.limit > 99);
    best = best_of(&seen, &range);
    assert_true(best.memory == range.high);
    assert_true(best.limit >= 0.01);
}

/* Of characteristics so many that lambda of 0.02 would need a huge grid. */
static void test_many_characteristics(void **state)
{
    static const struct spc_design_aim many = {
        .kind = SPC_DESIGN_MEWMA, .arl0 = 185, .shift = 3, .p = 60};
    struct spc_search_range range;
    struct spc_design slowest = {0, 0};

    (void)state;
    assert_int_equal(spc_design_memories(&many, &range), SPC_OK);
    slowest.memory = range.low;
    assert_true(range.low > 0.02);
    assert_int_equal(spc_design_limit(&many, range.low, &slowest.limit),
                     SPC_OK);
    assert_true(length_of(&many, &slowest, 3, SPC_RUN_ZERO) > 1);
}

static void test_without_memory(void **state)
{
    (void)state;
    CHECK_CLOSE(
        spc_shewhart_run_length(spc_shewhart_width(285.15, false), false, 0),
        285.15, 1e-12);
    CHECK_CLOSE(spc_shewhart_run_length(spc_shewhart_width(1e6, true), true, 0),
                1e6, 1e-12);
    CHECK_CLOSE(spc_shewhart_width(370.39834734495514, false), 3, 1e-12);
    CHECK_CLOSE(spc_t2_limit(2, 200), 10.596634733096073, 1e-12);
    for (unsigned p = 1; p <= 1000; p += 37)
        CHECK_CLOSE(spc_noncentral_chisq_Q(spc_t2_limit(p, 1e6), p, 0), 1e-6,
                    1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ewma),
        cmocka_unit_test(test_cusum),
        cmocka_unit_test(test_cusum_of_half_the_shift),
        cmocka_unit_test(test_mewma),
        cmocka_unit_test(test_published_limits),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_many_characteristics),
        cmocka_unit_test(test_without_memory),
    };

    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

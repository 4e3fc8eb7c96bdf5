/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of chains written down by hand. */
#include "engine/chain.h"
#include "tests/engine/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

enum { STATES_MAX = 16, WAYS = SPC_CHAIN_BANDS + 1 };

static uint32_t next[STATES_MAX][WAYS];
static uint8_t band[STATES_MAX];

static double length_of(const struct spc_chain *chain)
{
    double length = NAN;

    assert_int_equal(spc_chain_run_length(chain, &length), SPC_OK);
    return length;
}

/* Every point lies in band 3.  States: none yet, or a point with `run` rises,
 * or falls, up to it. */
static double trend(unsigned run)
{
    struct spc_chain chain = {
        2 + 2 * (run - 1), (const uint32_t(*)[WAYS])next, band, {[3] = 1}};
    uint32_t falls = run; /* states 2 ... run rose, run + 1 ... fell */

    for (size_t s = 0; s < chain.states; s++) {
        bool rose = s >= 2 && s <= falls;
        size_t rises = rose ? s - 1 : 0;
        size_t drops = s > falls ? s - falls : 0;

        for (unsigned b = 0; b < WAYS; b++)
            next[s][b] = UINT32_MAX;
        band[s] = s == 0 ? SPC_CHAIN_BANDS : 3;
        if (drops + 1 < run)
            next[s][3] = (uint32_t)(falls + drops + 1);
        if (rises + 1 < run)
            next[s][SPC_CHAIN_BANDS] = (uint32_t)(rises + 2);
    }
    next[0][3] = 1;
    return length_of(&chain);
}

/* Two points always differ, so that one rise or fall comes at the second. */
static void test_trends(void **state)
{
    (void)state;
    CHECK_CLOSE(trend(1), 2, 1e-13);
    CHECK_CLOSE(trend(5), 421.598626031, 1e-11);
    CHECK_CLOSE(trend(6), 2881.85187725, 1e-11);
}

/* Without two rises or two falls in a row, points alternate.  Of the t! orders
 * of t points 2 E(t) do, from t = 2 on, and the sum of E(t) / t! over all t is
 * tan(1) + sec(1) (Andre, 1879); of none and of one there is one order. */
static void test_two_in_a_row_by_counting(void **state)
{
    (void)state;
    CHECK_CLOSE(trend(2), 2 * (tan(1) + 1 / cos(1)) - 2, 1e-12);
}

static double coin(double signal)
{
    struct spc_chain chain = {1,
                              (const uint32_t(*)[WAYS])next,
                              band,
                              {[0] = signal, [1] = 1 - signal}};

    next[0][0] = UINT32_MAX;
    for (unsigned b = 1; b < WAYS; b++)
        next[0][b] = 0;
    band[0] = SPC_CHAIN_BANDS;
    return length_of(&chain);
}

static void test_one_state_is_a_geometric_law(void **state)
{
    (void)state;
    CHECK_CLOSE(coin(0.1385), 1 / 0.1385, 1e-14);
    CHECK_CLOSE(coin(1), 1, 1e-15);
    CHECK_CLOSE(coin(1e-200), 1e200, 1e-13);
}

/* Two in a row, of probability p now and q until now.  Those that went on have
 * r = P(going on), r^2 = (1 - q) (r + q), and one to be added with probability
 * q / r of all that have not. */
static void test_steady_state_of_two_in_a_row(void **state)
{
    const double p = 0.385, q = 0.1715;
    double r = ((1 - q) + sqrt((1 - q) * (1 - q) + 4 * q * (1 - q))) / 2;
    double none = (1 + p) / (p * p), one = 1 + (1 - p) * none;
    double until_now[SPC_CHAIN_BANDS] = {[2] = q, [5] = 1 - q};
    double length = NAN;
    struct spc_chain chain = {
        2, (const uint32_t(*)[WAYS])next, band, {[2] = p, [5] = 1 - p}};

    (void)state;
    for (uint32_t s = 0; s < 2; s++) {
        for (unsigned b = 0; b < WAYS; b++)
            next[s][b] = 0;
        next[s][2] = s == 0 ? 1 : UINT32_MAX;
        band[s] = SPC_CHAIN_BANDS;
    }
    CHECK_CLOSE(length_of(&chain), none, 1e-12);
    assert_int_equal(spc_chain_steady_run_length(&chain, until_now, &length),
                     SPC_OK);
    CHECK_CLOSE(length, (none + q / r * one) / (1 + q / r), 1e-10);
}

/* Around a ring of three, out at the third: the hazard never settles. */
static void test_a_ring(void **state)
{
    struct spc_chain chain = {
        3, (const uint32_t(*)[WAYS])next, band, {[2] = 0.25, [5] = 0.75}};
    double untouched = 1.25;

    (void)state;
    for (uint32_t s = 0; s < 3; s++) {
        for (unsigned b = 0; b < WAYS; b++)
            next[s][b] = (s + 1) % 3;
        band[s] = SPC_CHAIN_BANDS;
    }
    next[2][2] = UINT32_MAX;
    CHECK_CLOSE(length_of(&chain), 3 / 0.25, 1e-12);
    /* And nobody knows where on it the chain is found. */
    assert_int_equal(
        spc_chain_steady_run_length(&chain, chain.probability, &untouched),
        SPC_NO_CONVERGENCE);
    assert_true(untouched == 1.25);
}

static void test_no_signal_ever(void **state)
{
    struct spc_chain chain = {
        1, (const uint32_t(*)[WAYS])next, band, {[4] = 1}};
    double untouched = 1.25;

    (void)state;
    for (unsigned b = 0; b < WAYS; b++)
        next[0][b] = 0;
    band[0] = SPC_CHAIN_BANDS;
    assert_int_equal(spc_chain_run_length(&chain, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_true(untouched == 1.25);
}

static void test_bands_of_a_normal_point(void **state)
{
    double p[SPC_CHAIN_BANDS], sum = 0;

    (void)state;
    spc_chain_normal(3, 0, p);
    for (unsigned b = 0; b < SPC_CHAIN_BANDS; b++) {
        sum += p[b];
        CHECK_CLOSE(p[b], p[SPC_CHAIN_BANDS - 1 - b], 1e-14);
    }
    CHECK_CLOSE(sum, 1, 1e-15);
    CHECK_CLOSE(p[3], 0.3413447460685429, 1e-14);
    CHECK_CLOSE(p[0], 1.3498980316300945e-3, 1e-13);
    spc_chain_normal(3, 12, p); /* Q(9) - Q(10), of no importance beside 1 */
    CHECK_CLOSE(p[7], 1, 1e-15);
    CHECK_CLOSE(p[6], 1.1285122074235991e-19, 1e-9);
    spc_chain_normal(6, 2, p); /* lines at 0, 2, 4 and 6 */
    CHECK_CLOSE(p[4], p[5], 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trends),
        cmocka_unit_test(test_two_in_a_row_by_counting),
        cmocka_unit_test(test_one_state_is_a_geometric_law),
        cmocka_unit_test(test_steady_state_of_two_in_a_row),
        cmocka_unit_test(test_a_ring),
        cmocka_unit_test(test_no_signal_ever),
        cmocka_unit_test(test_bands_of_a_normal_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

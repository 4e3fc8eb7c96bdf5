/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of histories: how many there are, and that its run lengths are
 * those of the rules themselves, run on random points. */
#include "engine/chain.h"
#include "rules/chain.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

_Static_assert((int)SPC_BANDS == (int)SPC_CHAIN_BANDS,
               "rules and engine mean the same bands");

enum { ROOM = 8192 };

static struct spc_history histories[ROOM];
static uint32_t slots[2 * ROOM];
static uint32_t next[ROOM][SPC_CHAIN_STEPS];
static uint8_t band[ROOM];

static struct spc_rule_chain with_room(size_t room)
{
    return (struct spc_rule_chain){room, 0, histories, slots, next, band};
}

static spc_rule_mask selection(const char *const *names)
{
    spc_rule_mask selected = 0;

    for (; *names; names++) {
        spc_rule_mask rows = 0;

        assert_true(spc_rules_named(*names, &rows));
        selected |= rows;
    }
    return selected;
}

static double chain_length(spc_rule_mask selected, double width, double shift)
{
    struct spc_rule_chain found = with_room(ROOM);
    struct spc_chain chain = {.next = (const uint32_t(*)[SPC_CHAIN_STEPS])next,
                              .band = band};
    double length = NAN;

    assert_true(spc_rule_chain_explore(selected, &found));
    chain.states = found.count;
    spc_chain_normal(width, shift, chain.probability);
    assert_int_equal(spc_chain_run_length(&chain, &length), SPC_OK);
    return length;
}

static double steady_length(spc_rule_mask selected, double width, double shift)
{
    struct spc_rule_chain found = with_room(ROOM);
    struct spc_chain chain = {.next = (const uint32_t(*)[SPC_CHAIN_STEPS])next,
                              .band = band};
    double until_now[SPC_CHAIN_BANDS], length = NAN;

    assert_true(spc_rule_chain_explore(selected, &found));
    chain.states = found.count;
    spc_chain_normal(width, shift, chain.probability);
    spc_chain_normal(width, 0, until_now);
    assert_int_equal(spc_chain_steady_run_length(&chain, until_now, &length),
                     SPC_OK);
    return length;
}

#define RULES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- how many histories ------------------------------------------------ */

/* 8 in a row: a run of 0 to 7.  2 of 3: nothing, the point before, the one
 * before that.  Both sides of 2 of 3 at once: a point above puts off nothing
 * below, so that 3 + 3 + 1 are left: neither, one of two places on each side,
 * or one on each side in either order. */
static void test_no_more_histories_than_differ(void **state)
{
    static const struct {
        const char *rule;
        spc_rule_mask sides;
        size_t want;
    } counts[] = {
        {"nelson-1", 3, 1}, {"we-4", 1, 8},      {"we-4", 2, 8},
        {"we-4", 3, 15},    {"nelson-2", 3, 17}, {"we-2", 1, 3},
        {"we-2", 3, 7},     {"nelson-7", 1, 15}, {"nelson-8", 1, 8},
    };

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct spc_rule_chain found = with_room(ROOM);
        spc_rule_mask rows = selection(RULES(counts[i].rule));

        /* The rows of a rule follow one another: above, then below. */
        rows &= counts[i].sides * (rows & (~rows + 1));
        assert_true(spc_rule_chain_explore(rows, &found));
        assert_int_equal(found.count, counts[i].want);
    }
}

static void test_every_step_leads_somewhere(void **state)
{
    struct spc_rule_chain found = with_room(ROOM);

    (void)state;
    assert_true(spc_rule_chain_explore(selection(RULES("nelson")), &found));
    for (size_t s = 0; s < found.count; s++)
        for (unsigned way = 0; way < SPC_CHAIN_STEPS; way++)
            assert_true(next[s][way] < found.count || next[s][way] == SPC_NONE);
    assert_int_equal(band[0], SPC_BANDS);
    for (size_t s = 1; s < found.count; s++)
        assert_true(band[s] < SPC_BANDS);
}

static void test_too_little_room(void **state)
{
    struct spc_rule_chain found = with_room(ROOM);
    spc_rule_mask we = selection(RULES("we"));

    (void)state;
    assert_true(spc_rule_chain_explore(we, &found));
    for (size_t room = 1; room < found.count; room++) {
        struct spc_rule_chain small = with_room(room);

        assert_false(spc_rule_chain_explore(we, &small));
    }
    struct spc_rule_chain exact = with_room(found.count);
    assert_true(spc_rule_chain_explore(we, &exact));
}

/* ---- how long ---------------------------------------------------------- */

static void test_known_lengths(void **state)
{
    double inside = 0.682689492137085897; /* P(|Z| < 1) */
    double run = pow(inside, 15);

    (void)state;
    CHECK_CLOSE(chain_length(selection(RULES("nelson-1")), 3, 0),
                370.398347344930, 1e-12);
    CHECK_CLOSE(chain_length(selection(RULES("nelson-7")), 3, 0),
                (1 - run) / ((1 - inside) * run), 1e-12);
    CHECK_CLOSE(chain_length(selection(RULES("nelson-2")), 3, 0), 511, 1e-12);
    CHECK_CLOSE(chain_length(selection(RULES("we")), 3, 0), 91.7507731283,
                1e-11);
    /* Lines at 0.9 sigma: the run of 15 ends sooner. */
    inside = erf(0.9 / sqrt(2));
    run = pow(inside, 15);
    CHECK_CLOSE(chain_length(selection(RULES("nelson-7")), 2.7, 0),
                (1 - run) / ((1 - inside) * run), 1e-12);
}

/* Trends know nothing of where the process is. */
static void test_trends_are_distribution_free(void **state)
{
    static const double shifts[] = {0, -0.385, 1.715, 6};

    (void)state;
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
        CHECK_CLOSE(chain_length(selection(RULES("nelson-3")), 3, shifts[i]),
                    421.598626031, 1e-11);
        CHECK_CLOSE(chain_length(selection(RULES("nelson-4")), 3, shifts[i]),
                    601.007804023, 1e-11);
    }
}

/* Nothing is lost where a signal is nearly impossible, or nearly certain. */
static void test_extremes(void **state)
{
    double far = 2.866515718791939e-7; /* Q(5) */

    (void)state;
    CHECK_CLOSE(chain_length(selection(RULES("nelson-1")), 5, 0), 1 / (2 * far),
                1e-10);
    CHECK_CLOSE(chain_length(selection(RULES("nelson-2")), 3, 9), 9, 1e-12);
    CHECK_CLOSE(chain_length(selection(RULES("nelson")), 3, 12), 1, 1e-12);
    assert_true(chain_length(selection(RULES("nelson-7")), 3, 6) > 1e90);
}

/* ---- against simulation ------------------------------------------------ */

static const struct design {
    const char *rules[5];
    double shift;
    unsigned runs;
} designs[] = {
    {{"nelson-1"}, 1.5, 20000},
    {{"nelson-1", "nelson-2"}, 0, 4000},
    {{"nelson-1", "nelson-2"}, 0.75, 10000},
    {{"nelson-1", "nelson-5", "nelson-6"}, 0, 4000},
    {{"nelson-5"}, -0.6, 8000},
    {{"nelson-6"}, 0.4, 8000},
    {{"nelson-7"}, 0.3, 3000},
    {{"nelson-8"}, 1.3, 6000},
    {{"we"}, 0, 8000},
    {{"we"}, 0.5, 15000},
    {{"we-2", "we-3"}, 0.9, 15000},
    {{"we-1", "we-4"}, 1.1, 15000},
    /* Where the trend rules meet the others. */
    {{"nelson-1", "nelson-3"}, 0, 5000},
    {{"nelson-3", "nelson-4"}, 0, 4000},
    {{"nelson-3", "nelson-7"}, 0.2, 4000},
    {{"nelson-1", "nelson-2", "nelson-3", "nelson-4"}, 0, 8000},
    {{"nelson"}, 0, 8000},
    {{"nelson"}, 0.5, 15000},
    {{"nelson"}, -2, 20000},
};

/* Points in control first, begun anew when one of them signals. */
static unsigned run_length(struct random_stream *r, spc_rule_mask selected,
                           unsigned before, double shift)
{
    static const struct spc_zones zones = {{0, 1, 2, 3}, {0, -1, -2, -3}};
    struct spc_history history;
    unsigned length = 0;

    spc_history_clear(&history);
    for (unsigned i = 0; i < before; i++) {
        spc_history_push(&history, &zones, random_normal(r));
        if (spc_rules_judge(selected, &history)) {
            spc_history_clear(&history);
            i = 0;
        }
    }
    do {
        spc_history_push(&history, &zones, shift + random_normal(r));
        length++;
    } while (!spc_rules_judge(selected, &history));
    return length;
}

enum { LEAD = 50 };

static void check(const struct design *design, bool steady)
{
    struct random_stream r = {2385, 0, 0};
    spc_rule_mask selected = selection(design->rules);
    double want =
        (steady ? steady_length : chain_length)(selected, 3, design->shift);
    double mean = 0, squares = 0;

    for (unsigned run = 1; run <= design->runs; run++) {
        double length =
            run_length(&r, selected, steady ? LEAD : 0, design->shift);
        double delta = length - mean;

        mean += delta / run;
        squares += delta * (length - mean);
    }
    double error = sqrt(squares) / design->runs;
    if (fabs(mean - want) > 4 * error)
        fail_msg("%s ... at %g%s: simulated %g +/- %g, computed %g",
                 design->rules[0], design->shift, steady ? ", steady" : "",
                 mean, error, want);
}

static void test_simulated_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++)
        check(&designs[i], false);
}

/* A shift finds a chart with half a run on it. */
static void test_simulated_steady_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++)
        check(&designs[i], true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_more_histories_than_differ),
        cmocka_unit_test(test_every_step_leads_somewhere),
        cmocka_unit_test(test_too_little_room),
        cmocka_unit_test(test_known_lengths),
        cmocka_unit_test(test_trends_are_distribution_free),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_simulated_lengths),
        cmocka_unit_test(test_simulated_steady_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average run lengths: how many points pass, on average, until a selection of
 * rules first signals.  Simulated with a fixed seed and held against exact
 * Markov chains, integral equations and closed forms, within four standard
 * errors.  Exercises zones, history and rules end to end. */
#include "rules/ruleset.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct spc_zones unit_zones = {{0, 1, 2, 3}, {0, -1, -2, -3}};

static const struct arl {
    const char *rules[3];
    double shift; /* of the mean, in sigmas */
    double arl;   /* from another program */
    double error; /* of that figure */
    unsigned runs;
} known[] = {
    {{"nelson-1"}, 0, 370.398347345, 0, 2000},
    {{"nelson-1"}, 1, 43.8946817185, 0, 10000},
    /* Champ and Woodall, Technometrics 29(4), 1987: 91.75 and 9.22. */
    {{"we"}, 0, 91.7507731283, 0, 8000},
    {{"we"}, 1, 9.22185996352, 0, 40000},
    {{"we-1", "we-2"}, 0, 225.438406742, 0, 3000},
    {{"we-1", "we-3"}, 0, 166.054517131, 0, 4000},
    {{"we-1", "we-4"}, 0, 152.730065339, 0, 4000},
    {{"nelson-1", "nelson-2"}, 0, 216.695543803, 0, 4000},
    {{"nelson-1", "nelson-2"}, 1, 17.0526602591, 0, 20000},
    {{"nelson-3"}, 0, 421.598626031, 0, 2000},
    {{"nelson-4"}, 0, 601.007804023, 0, 2000},
    /* (1 - p^15) / ((1 - p) p^15) with p = P(|z| < 1). */
    {{"nelson-7"}, 0, 963.271544139, 0, 1200},
    {{"nelson-8"}, 2, 18.6403247685, 0, 20000},
    {{"nelson"}, 0, 73.610878, 0.068416, 8000},
};

static unsigned run_length(struct random_stream *r, spc_rule_mask selected,
                           double shift)
{
    struct spc_history history;
    unsigned length = 0;

    spc_history_clear(&history);
    do {
        spc_history_push(&history, &unit_zones, shift + random_normal(r));
        length++;
    } while (!spc_rules_judge(selected, &history));
    return length;
}

static void check(const struct arl *want)
{
    struct random_stream r = {20, 0, 0};
    spc_rule_mask selected = 0;
    double mean = 0, squares = 0;

    for (unsigned i = 0; want->rules[i]; i++) {
        spc_rule_mask rows = 0;

        assert_true(spc_rules_named(want->rules[i], &rows));
        selected |= rows;
    }
    for (unsigned run = 1; run <= want->runs; run++) {
        double length = run_length(&r, selected, want->shift);
        double delta = length - mean;

        mean += delta / run;
        squares += delta * (length - mean);
    }
    double error = sqrt(squares / want->runs / want->runs);
    double allowed = 4 * hypot(error, want->error);
    if (fabs(mean - want->arl) > allowed)
        fail_msg("%s at %g: %g +/- %g, not %g", want->rules[0], want->shift,
                 mean, error, want->arl);
}

static void test_run_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        check(&known[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

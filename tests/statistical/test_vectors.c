/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of several variables on the running pipeline.  They take no known
 * parameters, but a study can be made of which mean and covariance are, to the
 * last digits, those of the parts to come: of all corners of a cube,
 * each as often.  What then runs is held against the run length for known
 * parameters.
 *
 * After a study of few random parts the limit of T2 follows from an F
 * distribution that allows for what the study does not know, so that over all
 * studies the rate of false alarms is alpha exactly.  With df degrees of
 * freedom of the covariance, m points in the study, and the mean moved by d,
 *
 *     B = 1 / (1 + T2 / (1 + 1 / m) / df)
 *
 * is Beta((df - p + 1) / 2, p / 2 + J), J being Poisson with the mean
 * d^2 / (1 + 1 / m) / 2 (Anderson, An Introduction to Multivariate Statistical
 * Analysis, 5.2). */
#include "engine/multivariate.h"
#include "engine/run_length.h"
#include "tests/engine/support.h"
#include "tests/statistical/line.h"
#include "tests/statistical/tally.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { VARIABLES_MAX = 3 };

struct design {
    const char *what;
    enum spc_chart chart;
    uint32_t n, variables, study;
    double alpha, lambda, arl0;
    double shift; /* in sigmas of a part, for the state out of control */
};

/* Variables that hang together, of very different sizes, from independent
 * ones of variance 1. */
static void mix(const double *z, uint32_t count, double *ret_x)
{
    static const double level[] = {3.6521, 71.3, -0.04};
    static const double by[][VARIABLES_MAX] = {
        {0.0021}, {-4.4, 3.9}, {0.013, 0.017, 0.009}};

    for (uint32_t i = 0; i < count; i++) {
        ret_x[i] = level[i];
        for (uint32_t j = 0; j <= i; j++)
            ret_x[i] += by[i][j] * z[j];
    }
}

static bool fold(struct line *line, const double *z)
{
    double x[VARIABLES_MAX];

    mix(z, line->plan.design.variables, x);
    return line_fold_vector(line, x);
}

/* T2 does not mind the direction in which the mean moves: all of them. */
static bool fold_random(struct line *line, struct random_stream *r,
                        double shift)
{
    uint32_t p = line->plan.design.variables;
    double z[VARIABLES_MAX];

    for (uint32_t j = 0; j < p; j++)
        z[j] = shift / sqrt(p) + random_normal(r);
    return fold(line, z);
}

static void open_design(struct line *line, const struct design *d)
{
    struct spc_characteristic plan = line_plan(d->chart, d->n);

    plan.study = d->study;
    plan.design.variables = plan.intake.with_count = d->variables;
    for (uint32_t i = 0; i < d->variables; i++)
        plan.intake.with[i] = i;
    plan.design.alpha = d->alpha;
    if (d->lambda > 0) {
        plan.design.lambda = d->lambda;
        plan.design.arl0 = d->arl0;
    }
    plan.rules[0] =
        line_rules(d->chart, 0, d->lambda > 0 ? "beyond-limits" : "nelson-1");
    line_open(line, &plan);
}

static double run(struct line *line, struct random_stream *r, double shift)
{
    double length = 0;
    bool raised;

    do {
        raised = fold_random(line, r, shift);
        length += (double)line->outcome.point_count;
    } while (!raised);
    return length;
}

/* ---- as if known ------------------------------------------------------- */

enum { QUIET = 400 }; /* after which a memory holds nothing */

static const struct design knowing[] = {
    {"t2, 3 variables", SPC_CHART_T2, 1, 3, 48000 + QUIET, 0.004, 0, 0, 1.9},
    {"t2, 2 variables, n 4", SPC_CHART_T2, 4, 2, 15000, 0.004, 0, 0, 0.8},
    {"mewma, 2 variables, lambda 0.1", SPC_CHART_MEWMA, 1, 2, 48000 + QUIET, 0,
     0.1, 200, 0.8},
    {"mewma, 2 variables, lambda 0.25, n 4", SPC_CHART_MEWMA, 4, 2, 4000, 0,
     0.25, 250, 0.4},
};

/* One part after another from the corners of a cube, whose covariance is 1,
 * with the divisor of an estimate.  Four of a square's make a subgroup of the
 * mean 0.  Individuals end with so many in the middle that nothing is left of
 * the corners in a memory. */
static void study_corners(struct line *line)
{
    uint32_t n = line->plan.subgroup, p = line->plan.design.variables;
    uint32_t corners = n > 1 ? n * line->plan.study : line->plan.study - QUIET;
    double divisor = n > 1 ? (n - 1.0) / n : (line->plan.study - 1.0) / corners;

    line_begin(line);
    for (uint32_t i = 0; i < n * line->plan.study; i++) {
        double z[VARIABLES_MAX] = {0};

        for (uint32_t j = 0; j < p && i < corners; j++)
            z[j] = (i >> j & 1 ? 1 : -1) * sqrt(divisor);
        assert_false(fold(line, z));
    }
    assert_int_equal(line->streams[0].limits.number, 1);
}

static double computed(const struct design *d, double shift)
{
    double moved = shift * sqrt(d->n), length = (double)NAN;
    struct spc_mewma_design mewma = {.lambda = d->lambda, .p = d->variables};

    if (d->chart == SPC_CHART_T2)
        return spc_t2_run_length(d->variables, d->alpha, moved);
    assert_int_equal(
        spc_mewma_limit(d->variables, d->lambda, d->arl0, &mewma.limit),
        SPC_OK);
    assert_int_equal(spc_mewma_run_length(&mewma, moved, &length), SPC_OK);
    return length;
}

static bool agrees(struct line *line, const struct design *d,
                   struct random_stream *r, double shift)
{
    double runs = shift > 0 ? 15000 : 8000;
    struct tally tally = {0};

    while (tally.count < runs / SPC_RUNS_DIVISOR) {
        line_begin(line);
        tally_add(&tally, run(line, r, shift));
    }
    return tally_agrees(&tally, computed(d, shift), d->what,
                        shift > 0 ? "out of control" : "in control");
}

static void test_run_lengths(void **state)
{
    static struct line line;
    unsigned wrong = 0;

    (void)state;
    tally_head("average run length");
    for (size_t i = 0; i < sizeof knowing / sizeof *knowing; i++) {
        struct random_stream r = {66260 + i, 0, 0};

        open_design(&line, &knowing[i]);
        study_corners(&line);
        line_record(&line);
        wrong += !agrees(&line, &knowing[i], &r, 0);
        wrong += !agrees(&line, &knowing[i], &r, knowing[i].shift);
        line_close(&line);
    }
    assert_int_equal(wrong, 0);
}

/* ---- after a short study ----------------------------------------------- */

static const struct design short_studies[] = {
    {"t2, 3 variables, study of 20", SPC_CHART_T2, 1, 3, 20, 0.01, 0, 0, 2},
    {"t2, 2 variables, n 4, study of 8", SPC_CHART_T2, 4, 2, 8, 0.01, 0, 0,
     0.7},
};

/* The probability that a point after the study is beyond its limit. */
static double probability(const struct design *d, double shift)
{
    double p = d->variables, m = d->study;
    double df = d->n > 1 ? m * (d->n - 1) : m - 1;
    double limit = gsl_cdf_beta_Pinv(d->alpha, (df - p + 1) / 2, p / 2);
    double mean = shift * shift * d->n / (1 + 1 / m) / 2, sum = 0;
    double weight = exp(-mean); /* of J */

    for (unsigned j = 0; j < 100; j++) {
        sum += weight * gsl_cdf_beta_P(limit, (df - p + 1) / 2, p / 2 + j);
        weight *= mean / (j + 1);
    }
    return sum;
}

static double share_of_signals(struct line *line, struct random_stream *r,
                               double shift)
{
    enum { POINTS = 100 };
    unsigned signals = 0, n = line->plan.subgroup;

    line_begin(line);
    for (unsigned i = 0; i < n * line->plan.study; i++)
        assert_false(fold_random(line, r, 0));
    for (unsigned i = 0; i < n * POINTS; i++) {
        (void)fold_random(line, r, shift);
        signals += line_signals(line, 1);
    }
    return (double)signals / POINTS;
}

static void test_rate_of_signals_after_a_short_study(void **state)
{
    static struct line line;
    unsigned wrong = 0;

    (void)state;
    tally_head("rate of signals");
    for (size_t i = 0; i < sizeof short_studies / sizeof *short_studies; i++) {
        const struct design *d = &short_studies[i];
        struct random_stream r = {60221 + i, 0, 0};

        CHECK_CLOSE(probability(d, 0), d->alpha, 1e-9);
        open_design(&line, d);
        for (unsigned moved = 0; moved < 2; moved++) {
            double shift = moved * d->shift;
            struct tally tally = {0};

            while (tally.count < 6000.0 / SPC_RUNS_DIVISOR)
                tally_add(&tally, share_of_signals(&line, &r, shift));
            wrong += !tally_agrees(&tally, probability(d, shift), d->what,
                                   moved ? "out of control" : "in control");
        }
        line_close(&line);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_lengths),
        cmocka_unit_test(test_rate_of_signals_after_a_short_study),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

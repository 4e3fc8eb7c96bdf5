/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a study does to false alarms, on the running pipeline from the first
 * part: the study, limits coming into force, alarms.
 *
 * After a long study the limits are as good as known, and the run length is
 * that of the very edges in force.  After one of 25 subgroups of 5 they
 * scatter.  With W = sigma-hat / sigma and Z the error of the grand mean in
 * sigmas of a point, normal with variance 1 / 25, a point that moved by d
 * signals with probability
 *
 *     P(W, Z) = Q(3 W + Z - d) + Q(3 W - Z + d)
 *
 * so that the rate of false alarms is E[P] and the run length E[1 / P] over
 * the studies there can be: more false alarms than 0.0027, and nonetheless
 * longer runs than 370.4, since the mean is that of the lucky ones
 * (Quesenberry, J. Quality Technology 25(4), 1993).  W is the mean of 25
 * ranges over d2, whose density is that of one range, folded 25 times. */
#include "tests/engine/support.h"
#include "tests/statistical/line.h"
#include "tests/statistical/tally.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const double level = -3.417, unit = 0.229;

static double random_part(struct random_stream *r, double shift)
{
    return level + unit * (shift + random_normal(r));
}

/* The short road that these charts usually take. */
static void open_plain(struct line *line, enum spc_chart chart, uint32_t n,
                       uint32_t study)
{
    struct spc_characteristic plan = line_plan(chart, n);

    plan.charted = false;
    plan.study = study;
    plan.rules[0] = line_rules(chart, 0, "nelson-1");
    line_open(line, &plan);
}

/* From the first part to limits in force. */
static void study(struct line *line, struct random_stream *r)
{
    line_begin(line);
    do {
        assert_false(line_fold(line, 1, random_part(r, 0)));
    } while (line->streams[0].limits.number == 0);
    assert_int_equal(line->streams[0].index, line->plan.study);
}

/* Points until the first alarm. */
static double run(struct line *line, struct random_stream *r, double shift)
{
    double length = 0;
    bool raised;

    do {
        raised = line_fold(line, 1, random_part(r, shift));
        length += (double)line->outcome.point_count;
    } while (!raised);
    return length;
}

/* ---- after a long study ------------------------------------------------ */

static const struct long_study {
    const char *what;
    enum spc_chart chart;
    uint32_t n, study;
    double error; /* of sigma over sigma, times the root of the points */
    double shift; /* in sigmas of a measurement */
} long_studies[] = {
    /* Moving ranges overlap: variance 0.8264 sigma^2 / points (Cryer and Ryan,
     * J. Quality Technology 22(3), 1990). */
    {"imr, study of 20000", SPC_CHART_IMR, 1, 20000, 0.909, 1.1},
    /* d3 / d2 and the root of 1 / c4^2 - 1. */
    {"xbar-r, n 5, study of 4000", SPC_CHART_XBAR_R, 5, 4000, 0.3715, -0.5},
    {"xbar-s, n 9, study of 2000", SPC_CHART_XBAR_S, 9, 2000, 0.2527, 0.4},
};

/* The edges in force, in sigmas of a point from where the points are. */
static double of_edges(const struct line *line, double shift)
{
    const struct spc_zones *zones = &line->streams[0].limits.zones[0];
    double sigma = unit / sqrt(line->plan.subgroup);
    double mean = level + unit * shift;

    return 1 / (normal_tail((zones->upper[SPC_EDGES - 1] - mean) / sigma) +
                normal_tail((mean - zones->lower[SPC_EDGES - 1]) / sigma));
}

static bool agrees(const struct long_study *of, struct line *line,
                   struct random_stream *r, double shift)
{
    double want = of_edges(line, shift);
    double runs = shift == 0 ? 10000 : 20000;
    struct tally tally = {0};

    while (tally.count < runs / SPC_RUNS_DIVISOR) {
        line_begin(line);
        tally_add(&tally, run(line, r, shift));
    }
    return tally_agrees(&tally, want, of->what,
                        shift == 0 ? "in control" : "out of control");
}

static void test_run_lengths_after_a_long_study(void **state)
{
    static struct line line;
    unsigned wrong = 0;

    (void)state;
    tally_head("average run length");
    for (size_t i = 0; i < sizeof long_studies / sizeof *long_studies; i++) {
        const struct long_study *of = &long_studies[i];
        const struct spc_limits *limits = &line.streams[0].limits;
        struct random_stream r = {57721 + i, 0, 0};

        open_plain(&line, of->chart, of->n, of->study);
        study(&line, &r);
        CHECK_NEAR(limits->sigma, unit, 4 * of->error * unit / sqrt(of->study));
        CHECK_NEAR(limits->center, level,
                   4 * unit / sqrt((double)of->n * of->study));
        line_record(&line);
        wrong += !agrees(of, &line, &r, 0);
        wrong += !agrees(of, &line, &r, of->shift);
        line_close(&line);
    }
    assert_int_equal(wrong, 0);
}

/* ---- after a study of 25 ----------------------------------------------- */

enum {
    N = 5,
    SUBGROUPS = 25,
    CELLS = 2560, /* for the density of a sum of ranges */
};

static const double cell = 1.0 / 24;

/* The density of a sum from those of its parts, on the cells. */
static void fold_densities(const double *a, const double *b, double *ret_sum)
{
    for (size_t i = 0; i < CELLS; i++) {
        double sum = 0;

        for (size_t j = 0; j <= i; j++)
            sum += a[j] * b[i - j];
        ret_sum[i] = sum * cell;
    }
}

/* Of the sum of 25 ranges: 25 is 11001 in binary.  A density that begins like
 * w^3 is summed up in equal steps to the fourth power of the step. */
static const double *density_of_sum(void)
{
    static double one[CELLS], two[CELLS], sum[CELLS];

    for (size_t i = 0; i < CELLS; i++)
        one[i] = i * cell < 16 ? range_density(N, i * cell) : 0;
    fold_densities(one, one, two); /* 2 */
    fold_densities(two, one, sum); /* 3 */
    fold_densities(sum, sum, two); /* 6 */
    fold_densities(two, two, sum); /* 12 */
    fold_densities(sum, sum, two); /* 24 */
    fold_densities(two, one, sum);
    return sum;
}

struct expected {
    double total;  /* of the densities: 1 */
    double rate;   /* of signals */
    double length; /* of runs */
};

/* Over the normal Z, given W. */
static void add_given_w(double w, double weight, double shift,
                        struct expected *expected)
{
    const double step = 1.0 / 8, pi = acos(-1);

    for (double x = -8; x <= 8; x += step) {
        double z = x / sqrt(SUBGROUPS);
        double p =
            normal_tail(3 * w + z - shift) + normal_tail(3 * w - z + shift);
        double share = weight * step * exp(-x * x / 2) / sqrt(2 * pi);

        expected->total += share;
        expected->rate += share * p;
        expected->length += share / p;
    }
}

/* `shift` is in sigmas of a point. */
static struct expected expect(double shift)
{
    struct expected expected = {0, 0, 0};
    const double *density = density_of_sum();

    for (size_t i = 0; i < CELLS; i++) {
        double w = i * cell / SUBGROUPS / line_constants()->d2[N];

        if (density[i] > 1e-30)
            add_given_w(w, density[i] * cell, shift, &expected);
    }
    CHECK_CLOSE(expected.total, 1, 1e-6);
    return expected;
}

/* What share of `points` points after a study the alarms name. */
static double share_of_signals(struct line *line, struct random_stream *r,
                               unsigned points, double shift)
{
    unsigned signals = 0;

    study(line, r);
    for (unsigned i = 0; i < points * N; i++) {
        (void)line_fold(line, 1, random_part(r, shift));
        signals += line_signals(line, 1u << SPC_PANEL_LOCATION);
    }
    return (double)signals / points;
}

static void test_rate_of_alarms_after_a_short_study(void **state)
{
    static const double shifts[] = {0, 1};
    static struct line line;
    struct random_stream r = {14142, 0, 0};
    unsigned wrong = 0;

    (void)state;
    tally_head("rate of signals, xbar-r, n 5");
    open_plain(&line, SPC_CHART_XBAR_R, N, SUBGROUPS);
    for (unsigned i = 0; i < 2; i++) {
        double want = expect(shifts[i]).rate;
        struct tally tally = {0};

        if (shifts[i] == 0)
            assert_true(want > 1.2 * 2 * normal_tail(3));
        while (tally.count < 15000.0 / SPC_RUNS_DIVISOR)
            tally_add(&tally,
                      share_of_signals(&line, &r, 200, shifts[i] / sqrt(N)));
        wrong += !tally_agrees(&tally, want, "study of 25",
                               i == 0 ? "in control" : "out of control");
    }
    line_close(&line);
    assert_int_equal(wrong, 0);
}

static void test_run_lengths_after_a_short_study(void **state)
{
    static const double shifts[] = {0, 1};
    static struct line line;
    struct random_stream r = {17320, 0, 0};
    unsigned wrong = 0;

    (void)state;
    tally_head("average run length, xbar-r, n 5");
    open_plain(&line, SPC_CHART_XBAR_R, N, SUBGROUPS);
    for (unsigned i = 0; i < 2; i++) {
        double want = expect(shifts[i]).length;
        struct tally tally = {0};

        while (tally.count < 15000.0 / SPC_RUNS_DIVISOR) {
            study(&line, &r);
            tally_add(&tally, run(&line, &r, shifts[i] / sqrt(N)));
        }
        wrong += !tally_agrees(&tally, want, "study of 25",
                               i == 0 ? "in control" : "out of control");
    }
    line_close(&line);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_lengths_after_a_long_study),
        cmocka_unit_test(test_rate_of_alarms_after_a_short_study),
        cmocka_unit_test(test_run_lengths_after_a_short_study),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average run lengths of the running pipeline: random parts go in, and the
 * first alarm it raises ends a run.  Held, within four standard errors, against
 * the run length computed for that design, in control and after a change.
 *
 * Everything a line does is between the two: gathering subgroups and events,
 * limits, memories, marks, rules, alarms.  Parameters are known here; what a
 * study does to run lengths is in test_studies.c. */
#include "engine/attribute.h"
#include "engine/chain.h"
#include "engine/discrete.h"
#include "engine/median.h"
#include "engine/rare.h"
#include "engine/run_length.h"
#include "engine/run_length_rate.h"
#include "rules/chain.h"
#include "tests/engine/support.h"
#include "tests/statistical/line.h"
#include "tests/statistical/tally.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Limits at 25.03 +/- something of 0.0117: no number is round. */
static const double level = 25.03, unit = 0.0117;

/* What the parts are like. */
struct process {
    double shift;  /* of measurements, in the sigmas they should have */
    double spread; /* their sigma, over the one they should have; 0: 1 */
    double rate;   /* of defectives or defects; mean time between events */
    unsigned runs;
};

struct design;
struct scene;

struct design {
    const char *what;
    enum spc_chart chart;
    uint32_t n;
    const char *rules[SPC_PANELS];
    /* Folds one part, adds what it cost, and says whether an alarm came. */
    bool (*step)(struct scene *scene, double *length);
    double (*computed)(const struct design *design, const struct process *at);
    struct process process[2]; /* in control, and not */
    /* What is not the chart's default. */
    double rate, width, alpha, lambda, k, h, head_start, units;
    uint32_t events;
    bool by_events, by_width;
};

enum { COUNTS = 256 };

struct scene {
    const struct design *design;
    const struct process *process;
    struct line line;
    struct random_stream random;
    double below[COUNTS]; /* P(count <= i) */
};

/* ---- parts ------------------------------------------------------------- */

static double random_measurement(struct scene *s)
{
    double spread = s->process->spread > 0 ? s->process->spread : 1;

    return level +
           unit * (s->process->shift + spread * random_normal(&s->random));
}

/* Points, of however many parts. */
static bool measure(struct scene *s, double *length)
{
    bool raised = line_fold(&s->line, 1, random_measurement(s));

    *length += (double)s->line.outcome.point_count;
    return raised;
}

static double random_count(struct scene *s)
{
    double u = random_uniform(&s->random);
    unsigned low = 0, high = COUNTS - 1;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (u <= s->below[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Units inspected. */
static bool count(struct scene *s, double *length)
{
    *length += s->line.plan.intake.units_each;
    return line_fold(&s->line, 1, random_count(s));
}

static double random_good_units(struct scene *s)
{
    return floor(log(random_uniform(&s->random)) / log1p(-s->process->rate));
}

/* Units inspected, though only their number is told: all up to the r-th
 * defective, or the good ones before it. */
static bool count_interval(struct scene *s, double *length)
{
    bool is_g = s->design->chart == SPC_CHART_G;
    double units = 0;

    for (uint32_t i = 0; i < s->line.plan.design.events; i++)
        units += random_good_units(s) + 1;
    *length += units;
    return line_fold(&s->line, 1, is_g ? units - 1 : units);
}

/* Units inspected, told one by one. */
static bool inspect(struct scene *s, double *length)
{
    ++*length;
    return line_fold(&s->line, 1,
                     random_uniform(&s->random) < s->process->rate);
}

/* Time gone by. */
static bool wait(struct scene *s, double *length)
{
    double time = -s->process->rate * log(random_uniform(&s->random));

    *length += time;
    return line_fold(&s->line, time, 1);
}

/* ---- computed: measurements -------------------------------------------- */

static double shift_of_mean(const struct design *d, const struct process *at)
{
    return at->shift * sqrt(d->n);
}

static double width_of(const struct design *d)
{
    return d->width > 0 ? d->width : 3;
}

static double shewhart(const struct design *d, const struct process *at)
{
    return spc_shewhart_run_length(width_of(d), false, shift_of_mean(d, at));
}

/* Of a subgroup of five more than half are beyond, when the median is. */
static double median_of_five(const struct design *d, const struct process *at)
{
    double error, beyond = 0;

    assert_int_equal(d->n, 5);
    assert_int_equal(spc_median_error(5, &error), SPC_OK);
    for (int side = -1; side <= 1; side += 2) {
        double q = normal_tail(width_of(d) * error + side * at->shift);

        beyond += q * q * q * (10 - 15 * q + 6 * q * q);
    }
    return 1 / beyond;
}

static double of_range(const struct design *d, const struct process *at)
{
    const struct spc_constants *k = line_constants();
    double upper = (k->d2[d->n] + 3 * k->d3[d->n]) / at->spread;
    double lower = (k->d2[d->n] - 3 * k->d3[d->n]) / at->spread;
    double beyond = 1 - range_below(d->n, upper);

    return 1 / (beyond + (lower > 0 ? range_below(d->n, lower) : 0));
}

static double of_sd(const struct design *d, const struct process *at)
{
    double df = d->n - 1, c4 = spc_c4(d->n);
    double away = 3 * sqrt(1 - c4 * c4);
    double upper = (c4 + away) / at->spread;
    double lower = fmax(c4 - away, 0) / at->spread;

    return 1 / (gsl_cdf_chisq_Q(df * upper * upper, df) +
                gsl_cdf_chisq_P(df * lower * lower, df));
}

/* The chain over all histories of the very rules. */
static double by_rules(const struct design *d, const struct process *at)
{
    enum { ROOM = 8192 };
    static struct spc_history histories[ROOM];
    static uint32_t slots[2 * ROOM], next[ROOM][SPC_CHAIN_STEPS];
    static uint8_t band[ROOM];
    struct spc_rule_chain found = {ROOM, 0, histories, slots, next, band};
    struct spc_chain chain = {.next = (const uint32_t(*)[SPC_CHAIN_STEPS])next,
                              .band = band};
    double length = NAN;

    assert_true(
        spc_rule_chain_explore(line_rules(d->chart, 0, d->rules[0]), &found));
    chain.states = found.count;
    spc_chain_normal(width_of(d), shift_of_mean(d, at), chain.probability);
    assert_int_equal(spc_chain_run_length(&chain, &length), SPC_OK);
    return length;
}

static double ewma(const struct design *d, const struct process *at)
{
    struct spc_ewma_design design = {
        .lambda = d->lambda, .width = width_of(d), .exact = true};
    double length = NAN;

    assert_int_equal(spc_ewma_run_length(&design, shift_of_mean(d, at),
                                         SPC_RUN_ZERO, &length),
                     SPC_OK);
    return length;
}

static double cusum(const struct design *d, const struct process *at)
{
    struct spc_cusum_design design = {.k = d->k,
                                      .h = d->h,
                                      .head_start = d->head_start,
                                      .one_sided = !d->rules[1]};
    double length = NAN;

    assert_int_equal(spc_cusum_run_length(&design, shift_of_mean(d, at),
                                          SPC_RUN_ZERO, &length),
                     SPC_OK);
    return length;
}

/* ---- computed: counts and events --------------------------------------- */

static double exact_binomial(const struct design *d, const struct process *at)
{
    struct spc_count_limits limits =
        spc_binomial_limits((uint64_t)d->units, d->rate, d->alpha / 2);

    return spc_binomial_run_length(
               (struct spc_rate_limits){limits.lower, limits.upper},
               (uint64_t)d->units, at->rate)
        .spent;
}

static double exact_poisson(const struct design *d, const struct process *at)
{
    struct spc_count_limits limits =
        spc_poisson_limits(d->rate * d->units, d->alpha / 2);

    return spc_poisson_run_length(
               (struct spc_rate_limits){limits.lower, limits.upper},
               at->rate * d->units, d->units)
        .spent;
}

static struct spc_rate_limits around(double mean, double away)
{
    return (struct spc_rate_limits){fmax(mean - away, 0), mean + away};
}

static double binomial(const struct design *d, const struct process *at)
{
    double mean = d->units * d->rate;
    double away = width_of(d) * sqrt(mean * (1 - d->rate));

    return spc_binomial_run_length(around(mean, away), (uint64_t)d->units,
                                   at->rate)
        .spent;
}

static double poisson(const struct design *d, const struct process *at)
{
    double mean = d->units * d->rate;

    return spc_poisson_run_length(around(mean, width_of(d) * sqrt(mean)),
                                  at->rate * d->units, d->units)
        .spent;
}

static double alpha_of(const struct design *d)
{
    return d->alpha > 0 ? d->alpha : 0.0027;
}

static struct spc_rate_limits outermost(struct spc_zones zones)
{
    return (struct spc_rate_limits){fmax(zones.lower[SPC_EDGES - 1], 0),
                                    zones.upper[SPC_EDGES - 1]};
}

static double ccc(const struct design *d, const struct process *at)
{
    return spc_ccc_run_length(
               outermost(spc_ccc_zones(d->rate, d->events, alpha_of(d))),
               d->events, at->rate)
        .spent;
}

/* With its lower limit at 0 the chart counts zeros in a row.  From no zero so
 * far, with z the probability of another and c of a point that is neither a
 * zero nor beyond the upper limit,
 *
 *     length = (1 + z + ... + z^(k-1)) (1 + c length) */
static double g_and_zeros(const struct design *d, const struct process *at)
{
    struct spc_zones zones = spc_g_zones(d->rate, alpha_of(d));
    double k = spc_g_zeros(d->rate, alpha_of(d)), z = at->rate;
    double upper = zones.upper[SPC_EDGES - 1];

    assert_true(zones.lower[SPC_EDGES - 1] <= 0);

    double beyond = pow(1 - at->rate, floor(upper) + 1);
    double zeros = (1 - pow(z, k)) / (1 - z);

    return zeros / (1 - (1 - z - beyond) * zeros) / at->rate;
}

static double exponential(const struct design *d, const struct process *at)
{
    return spc_t_run_length(outermost(spc_t_zones(1, d->rate, alpha_of(d))), 1,
                            at->rate)
        .spent;
}

/* A ratio of 2, or of 1/2, is the chart's usual one. */
static double of_units(const struct design *d, const struct process *at,
                       enum spc_rate_side side)
{
    double p1 = side == SPC_RATE_RISE ? d->rate * 2 : d->rate / 2;
    struct spc_rate_cusum_design design = {
        .p0 = d->rate,
        .m = spc_rate_reference_whole(d->rate, p1),
        .h = d->h,
        .side = side,
        .at_events = true,
    };
    struct spc_rate_length length = {NAN, NAN};

    assert_int_equal(
        spc_rate_cusum_run_length(&design, at->rate, SPC_RUN_ZERO, &length),
        SPC_OK);
    return length.spent;
}

static double rise_of_units(const struct design *d, const struct process *at)
{
    return of_units(d, at, SPC_RATE_RISE);
}

static double fall_of_units(const struct design *d, const struct process *at)
{
    return of_units(d, at, SPC_RATE_FALL);
}

static double of_times(const struct design *d, const struct process *at,
                       enum spc_rate_side side)
{
    double mean1 = side == SPC_RATE_RISE ? d->rate / 2 : d->rate * 2;
    struct spc_time_cusum_design design = {
        .mean0 = d->rate,
        .k = spc_time_reference(d->rate, mean1),
        .h = d->h,
        .side = side,
    };
    struct spc_rate_length length = {NAN, NAN};

    assert_int_equal(
        spc_time_cusum_run_length(&design, at->rate, SPC_RUN_ZERO, &length),
        SPC_OK);
    return length.spent;
}

static double rise_of_times(const struct design *d, const struct process *at)
{
    return of_times(d, at, SPC_RATE_RISE);
}

static double fall_of_times(const struct design *d, const struct process *at)
{
    return of_times(d, at, SPC_RATE_FALL);
}

/* ---- the designs ------------------------------------------------------- */

static const struct design designs[] = {
    {.what = "imr, nelson-1",
     .chart = SPC_CHART_IMR,
     .n = 1,
     .rules = {"nelson-1"},
     .step = measure,
     .computed = shewhart,
     .process = {{.shift = 0, .runs = 10000}, {.shift = -1.25, .runs = 20000}}},
    {.what = "imr, limits at 2.6 sigma",
     .chart = SPC_CHART_IMR,
     .n = 1,
     .width = 2.6,
     .rules = {"beyond-limits"},
     .step = measure,
     .computed = shewhart,
     .process = {{.shift = 0, .runs = 10000}, {.shift = 0.9, .runs = 20000}}},
    {.what = "imr, nelson-1 and nelson-2",
     .chart = SPC_CHART_IMR,
     .n = 1,
     .rules = {"nelson-1,nelson-2"},
     .step = measure,
     .computed = by_rules,
     .process = {{.shift = 0, .runs = 10000}, {.shift = 0.75, .runs = 20000}}},
    {.what = "imr, Western Electric",
     .chart = SPC_CHART_IMR,
     .n = 1,
     .rules = {"we"},
     .step = measure,
     .computed = by_rules,
     .process = {{.shift = 0, .runs = 20000}, {.shift = 0.6, .runs = 20000}}},
    {.what = "imr, all Nelson rules",
     .chart = SPC_CHART_IMR,
     .n = 1,
     .rules = {"nelson"},
     .step = measure,
     .computed = by_rules,
     .process = {{.shift = 0, .runs = 20000}, {.shift = -0.8, .runs = 20000}}},
    {.what = "xbar-r, n 5",
     .chart = SPC_CHART_XBAR_R,
     .n = 5,
     .rules = {"nelson-1"},
     .step = measure,
     .computed = shewhart,
     .process = {{.shift = 0, .runs = 6000}, {.shift = 0.5, .runs = 20000}}},
    {.what = "xbar-r, n 3, Western Electric",
     .chart = SPC_CHART_XBAR_R,
     .n = 3,
     .rules = {"we"},
     .step = measure,
     .computed = by_rules,
     .process = {{.shift = 0, .runs = 15000}, {.shift = 0.4, .runs = 20000}}},
    {.what = "xbar-r, n 5, ranges",
     .chart = SPC_CHART_XBAR_R,
     .n = 5,
     .rules = {NULL, "nelson-1"},
     .step = measure,
     .computed = of_range,
     .process = {{.spread = 1, .runs = 10000}, {.spread = 1.4, .runs = 20000}}},
    {.what = "xbar-s, n 8, standard deviations",
     .chart = SPC_CHART_XBAR_S,
     .n = 8,
     .rules = {NULL, "nelson-1"},
     .step = measure,
     .computed = of_sd,
     .process = {{.spread = 1, .runs = 6000}, {.spread = 0.4, .runs = 20000}}},
    {.what = "median-r, n 5",
     .chart = SPC_CHART_MEDIAN_R,
     .n = 5,
     .rules = {"nelson-1"},
     .step = measure,
     .computed = median_of_five,
     .process = {{.shift = 0, .runs = 6000}, {.shift = 0.6, .runs = 20000}}},
    {.what = "ewma, lambda 0.1, width 2.814",
     .chart = SPC_CHART_EWMA,
     .n = 1,
     .lambda = 0.1,
     .width = 2.814,
     .rules = {"beyond-limits"},
     .step = measure,
     .computed = ewma,
     .process = {{.shift = 0, .runs = 8000}, {.shift = 0.5, .runs = 20000}}},
    {.what = "ewma, lambda 0.25, width 2.9, n 4",
     .chart = SPC_CHART_EWMA,
     .n = 4,
     .lambda = 0.25,
     .width = 2.9,
     .rules = {"beyond-limits"},
     .step = measure,
     .computed = ewma,
     .process = {{.shift = 0, .runs = 6000}, {.shift = -0.35, .runs = 20000}}},
    {.what = "cusum, k 0.5, h 5",
     .chart = SPC_CHART_CUSUM,
     .n = 1,
     .k = 0.5,
     .h = 5,
     .rules = {"beyond-limits", "beyond-limits"},
     .step = measure,
     .computed = cusum,
     .process = {{.shift = 0, .runs = 8000}, {.shift = 0.5, .runs = 20000}}},
    {.what = "cusum, k 0.5, h 5, head start 2.5",
     .chart = SPC_CHART_CUSUM,
     .n = 1,
     .k = 0.5,
     .h = 5,
     .head_start = 2.5,
     .rules = {"beyond-limits", "beyond-limits"},
     .step = measure,
     .computed = cusum,
     .process = {{.shift = 0, .runs = 8000}, {.shift = -1, .runs = 30000}}},
    {.what = "cusum, k 0.4, h 4.2, n 2, upper sum alone",
     .chart = SPC_CHART_CUSUM,
     .n = 2,
     .k = 0.4,
     .h = 4.2,
     .rules = {"beyond-limits"},
     .step = measure,
     .computed = cusum,
     .process = {{.shift = 0, .runs = 10000}, {.shift = 0.6, .runs = 20000}}},
    {.what = "p, n 200, exact limits (units)",
     .chart = SPC_CHART_P,
     .n = 1,
     .rate = 0.047,
     .units = 200,
     .alpha = 0.0027,
     .rules = {"nelson-1"},
     .step = count,
     .computed = exact_binomial,
     .process = {{.rate = 0.047, .runs = 8000},
                 {.rate = 0.083, .runs = 20000}}},
    {.what = "np, n 150, limits at 3 sigma (units)",
     .chart = SPC_CHART_NP,
     .n = 1,
     .rate = 0.081,
     .units = 150,
     .rules = {"nelson-1"},
     .step = count,
     .computed = binomial,
     .process = {{.rate = 0.081, .runs = 8000}, {.rate = 0.03, .runs = 20000}}},
    {.what = "c, limits at 3 sigma",
     .chart = SPC_CHART_C,
     .n = 1,
     .rate = 7.3,
     .units = 1,
     .rules = {"nelson-1"},
     .step = count,
     .computed = poisson,
     .process = {{.rate = 7.3, .runs = 10000}, {.rate = 11.2, .runs = 20000}}},
    {.what = "u, 3.5 units a sample, exact limits (units)",
     .chart = SPC_CHART_U,
     .n = 1,
     .rate = 4.2,
     .units = 3.5,
     .alpha = 0.01,
     .rules = {"nelson-1"},
     .step = count,
     .computed = exact_poisson,
     .process = {{.rate = 4.2, .runs = 10000}, {.rate = 2.6, .runs = 20000}}},
    {.what = "ccc-1, parts told one by one (units)",
     .chart = SPC_CHART_CCC,
     .n = 1,
     .rate = 0.06,
     .alpha = 0.09,
     .events = 1,
     .by_events = true,
     .rules = {"nelson-1"},
     .step = inspect,
     .computed = ccc,
     .process = {{.rate = 0.06, .runs = 10000}, {.rate = 0.02, .runs = 15000}}},
    {.what = "ccc-2, parts told one by one (units)",
     .chart = SPC_CHART_CCC,
     .n = 1,
     .rate = 0.11,
     .alpha = 0.05,
     .events = 2,
     .by_events = true,
     .rules = {"nelson-1"},
     .step = inspect,
     .computed = ccc,
     .process = {{.rate = 0.11, .runs = 10000}, {.rate = 0.04, .runs = 15000}}},
    {.what = "ccc-2 (units)",
     .chart = SPC_CHART_CCC,
     .n = 1,
     .rate = 0.0013,
     .events = 2,
     .rules = {"nelson-1"},
     .step = count_interval,
     .computed = ccc,
     .process = {{.rate = 0.0013, .runs = 10000},
                 {.rate = 0.0075, .runs = 20000}}},
    {.what = "g, and zeros in a row (units)",
     .chart = SPC_CHART_G,
     .n = 1,
     .rate = 0.021,
     .rules = {"nelson-1"},
     .step = count_interval,
     .computed = g_and_zeros,
     .process = {{.rate = 0.021, .runs = 10000},
                 {.rate = 0.13, .runs = 20000}}},
    {.what = "g, parts told one by one (units)",
     .chart = SPC_CHART_G,
     .n = 1,
     .rate = 0.19,
     .alpha = 0.03,
     .by_events = true,
     .rules = {"nelson-1"},
     .step = inspect,
     .computed = g_and_zeros,
     .process = {{.rate = 0.19, .runs = 10000}, {.rate = 0.07, .runs = 20000}}},
    {.what = "bernoulli-cusum, told one by one (units)",
     .chart = SPC_CHART_BERNOULLI_CUSUM,
     .n = 1,
     .rate = 0.05,
     .h = 66,
     .by_events = true,
     .rules = {"beyond-limits"},
     .step = inspect,
     .computed = rise_of_units,
     .process = {{.rate = 0.05, .runs = 10000}, {.rate = 0.11, .runs = 20000}}},
    {.what = "bernoulli-cusum, lower sum alone (units)",
     .chart = SPC_CHART_BERNOULLI_CUSUM,
     .n = 1,
     .rate = 0.031,
     .h = 117,
     .rules = {NULL, "beyond-limits"},
     .step = count_interval,
     .computed = fall_of_units,
     .process = {{.rate = 0.031, .runs = 10000},
                 {.rate = 0.017, .runs = 20000}}},
    {.what = "tbe-cusum (seconds)",
     .chart = SPC_CHART_TBE_CUSUM,
     .n = 1,
     .rate = 713,
     .h = 2600,
     .by_events = true,
     .rules = {"beyond-limits"},
     .step = wait,
     .computed = rise_of_times,
     .process = {{.rate = 713, .runs = 10000}, {.rate = 330, .runs = 20000}}},
    {.what = "tbe-cusum, lower sum alone (seconds)",
     .chart = SPC_CHART_TBE_CUSUM,
     .n = 1,
     .rate = 713,
     .h = 4100,
     .by_events = true,
     .rules = {NULL, "beyond-limits"},
     .step = wait,
     .computed = fall_of_times,
     .process = {{.rate = 713, .runs = 10000}, {.rate = 1600, .runs = 20000}}},
    {.what = "t, events told one by one (seconds)",
     .chart = SPC_CHART_T,
     .n = 1,
     .rate = 713,
     .by_events = true,
     .rules = {"nelson-1"},
     .step = wait,
     .computed = exponential,
     .process = {{.rate = 713, .runs = 10000}, {.rate = 2100, .runs = 20000}}},
};

enum { DESIGNS = sizeof designs / sizeof *designs };

/* ---- running ----------------------------------------------------------- */

static void set_design(const struct design *d, struct spc_chart_design *to)
{
    bool measured = d->step == measure;

    to->known = true;
    to->center = measured ? level : d->rate;
    to->sigma = measured ? unit : NAN;
    to->width = width_of(d);
    to->alpha = d->alpha;
    if (d->lambda > 0)
        to->lambda = d->lambda;
    if (d->h > 0) {
        to->k = d->k;
        to->h = d->h;
        to->head_start = d->head_start;
    }
    if (d->events > 0)
        to->events = d->events;
    if (d->chart == SPC_CHART_G)
        to->center = 1 / d->rate - 1; /* good units between two */
}

static struct spc_characteristic plan_of(const struct design *d)
{
    struct spc_characteristic plan = line_plan(d->chart, d->n);

    set_design(d, &plan.design);
    for (unsigned panel = 0; panel < SPC_PANELS; panel++)
        plan.rules[panel] = line_rules(d->chart, panel, d->rules[panel]);
    plan.intake.event = d->by_events;
    if (d->units > 0)
        plan.intake.units_each = d->units;
    return plan;
}

/* Defectives of n units, or defects in them: each probability follows from the
 * one before. */
static void lay_out_counts(struct scene *s)
{
    const struct design *d = s->design;
    bool defectives = spc_chart_types[d->chart].fraction;
    double p = s->process->rate, n = d->units;
    double mass = defectives ? pow(1 - p, n) : exp(-p * n), sum = 0;

    for (unsigned i = 0; i < COUNTS; i++) {
        sum += mass;
        s->below[i] = sum;
        mass *= defectives ? fmax(n - i, 0) / (i + 1) * p / (1 - p)
                           : p * n / (i + 1);
    }
    assert_true(sum > 1 - 1e-9);
}

static double run(struct scene *s)
{
    double length = 0;

    line_begin(&s->line);
    if (s->design->by_events)
        (void)line_fold(&s->line, 1, 1); /* from here on it is waited */
    while (!s->design->step(s, &length))
        ;
    return length;
}

static bool agrees(const struct design *d, unsigned state)
{
    static struct scene s;
    struct spc_characteristic plan = plan_of(d);
    struct tally tally = {0};

    memset(&s, 0, sizeof s);
    s.design = d;
    s.process = &d->process[state];
    s.random.state = 71828 + (uint64_t)(d - designs) * 2 + state;
    if (d->step == count)
        lay_out_counts(&s);
    line_open(&s.line, &plan);
    for (unsigned i = 0; i < s.process->runs / SPC_RUNS_DIVISOR; i++)
        tally_add(&tally, run(&s));
    line_close(&s.line);
    return tally_agrees(&tally, d->computed(d, s.process), d->what,
                        state == 0 ? "in control" : "out of control");
}

static void test_run_lengths(void **state)
{
    unsigned wrong = 0;

    (void)state;
    tally_head("average run length");
    for (unsigned i = 0; i < DESIGNS; i++)
        for (unsigned s = 0; s < 2; s++)
            wrong += !agrees(&designs[i], s);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths by the engine's own formulas, and where it has none by those
 * written here. */
#include "engine/attribute.h"
#include "engine/chain.h"
#include "engine/discrete.h"
#include "engine/median.h"
#include "engine/rare.h"
#include "engine/run_length.h"
#include "engine/run_length_rate.h"
#include "rules/chain.h"
#include "tests/statistical/designs.h"
#include "tests/statistical/line.h"
#include "tests/statistical/tally.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

double design_width(const struct design *d)
{
    return d->width > 0 ? d->width : 3;
}

/* ---- measurements ------------------------------------------------------ */

static double shift_of_mean(const struct design *d, const struct process *at)
{
    return at->shift * sqrt(d->n);
}

double computed_shewhart(const struct design *d, const struct process *at)
{
    return spc_shewhart_run_length(design_width(d), false,
                                   shift_of_mean(d, at));
}

/* Of a subgroup of five more than half are beyond, when the median is. */
double computed_median_of_five(const struct design *d, const struct process *at)
{
    double error, beyond = 0;

    assert_int_equal(d->n, 5);
    assert_int_equal(spc_median_error(5, &error), SPC_OK);
    for (int side = -1; side <= 1; side += 2) {
        double q = normal_tail(design_width(d) * error + side * at->shift);

        beyond += q * q * q * (10 - 15 * q + 6 * q * q);
    }
    return 1 / beyond;
}

double computed_of_range(const struct design *d, const struct process *at)
{
    const struct spc_constants *k = line_constants();
    double upper = (k->d2[d->n] + 3 * k->d3[d->n]) / at->spread;
    double lower = (k->d2[d->n] - 3 * k->d3[d->n]) / at->spread;
    double beyond = 1 - range_below(d->n, upper);

    return 1 / (beyond + (lower > 0 ? range_below(d->n, lower) : 0));
}

double computed_of_sd(const struct design *d, const struct process *at)
{
    double df = d->n - 1, c4 = spc_c4(d->n);
    double away = 3 * sqrt(1 - c4 * c4);
    double upper = (c4 + away) / at->spread;
    double lower = fmax(c4 - away, 0) / at->spread;

    return 1 / (gsl_cdf_chisq_Q(df * upper * upper, df) +
                gsl_cdf_chisq_P(df * lower * lower, df));
}

/* The chain over all histories of the very rules. */
double computed_by_rules(const struct design *d, const struct process *at)
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
    spc_chain_normal(design_width(d), shift_of_mean(d, at), chain.probability);
    assert_int_equal(spc_chain_run_length(&chain, &length), SPC_OK);
    return length;
}

double computed_ewma(const struct design *d, const struct process *at)
{
    struct spc_ewma_design design = {
        .lambda = d->lambda, .width = design_width(d), .exact = true};
    double length = NAN;

    assert_int_equal(spc_ewma_run_length(&design, shift_of_mean(d, at),
                                         SPC_RUN_ZERO, &length),
                     SPC_OK);
    return length;
}

double computed_cusum(const struct design *d, const struct process *at)
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

/* ---- counts and events ------------------------------------------------- */

double computed_exact_binomial(const struct design *d, const struct process *at)
{
    struct spc_count_limits limits =
        spc_binomial_limits((uint64_t)d->units, d->rate, d->alpha / 2);

    return spc_binomial_run_length(
               (struct spc_rate_limits){limits.lower, limits.upper},
               (uint64_t)d->units, at->rate)
        .spent;
}

double computed_exact_poisson(const struct design *d, const struct process *at)
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

double computed_binomial(const struct design *d, const struct process *at)
{
    double mean = d->units * d->rate;
    double away = design_width(d) * sqrt(mean * (1 - d->rate));

    return spc_binomial_run_length(around(mean, away), (uint64_t)d->units,
                                   at->rate)
        .spent;
}

double computed_poisson(const struct design *d, const struct process *at)
{
    double mean = d->units * d->rate;

    return spc_poisson_run_length(around(mean, design_width(d) * sqrt(mean)),
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

double computed_ccc(const struct design *d, const struct process *at)
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
double computed_g_and_zeros(const struct design *d, const struct process *at)
{
    struct spc_zones zones = spc_g_zones(d->rate, alpha_of(d));
    double k = spc_g_zeros(d->rate, alpha_of(d)), z = at->rate;
    double upper = zones.upper[SPC_EDGES - 1];

    assert_true(zones.lower[SPC_EDGES - 1] <= 0);

    double beyond = pow(1 - at->rate, floor(upper) + 1);
    double zeros = (1 - pow(z, k)) / (1 - z);

    return zeros / (1 - (1 - z - beyond) * zeros) / at->rate;
}

double computed_exponential(const struct design *d, const struct process *at)
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

double computed_rise_of_units(const struct design *d, const struct process *at)
{
    return of_units(d, at, SPC_RATE_RISE);
}

double computed_fall_of_units(const struct design *d, const struct process *at)
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

double computed_rise_of_times(const struct design *d, const struct process *at)
{
    return of_times(d, at, SPC_RATE_RISE);
}

double computed_fall_of_times(const struct design *d, const struct process *at)
{
    return of_times(d, at, SPC_RATE_FALL);
}

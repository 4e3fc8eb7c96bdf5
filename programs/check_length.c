/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of the charts of a plant file while nothing is wrong. */
#include "programs/arl_rules.h"
#include "programs/chart_type.h"
#include "programs/check_chart.h"
#include "programs/wire.h"

#include "engine/run_length.h"
#include "engine/run_length_rate.h"

#include <math.h>

/* One characteristic on its way to a figure. */
struct chart {
    const struct spc_plant_characteristic *c;
    struct spc_chart_design design;
    spc_rule_mask rules; /* of the location */
    double points;       /* from one false signal to the next */
    double parts;        /* likewise; NaN: unknown */
    const char *why;
};

static const char normal[] =
    "independent normal points, their centre and sigma as if known";
static const char with_rules[] =
    "none is computed for run rules on what is not normal";
static const char by_the_rate[] =
    "it depends on the rate that the study finds; with a known center it is "
    "computed";

/* Only what lies beyond the limits signals. */
static bool is_by_limits(const struct chart *chart)
{
    spc_rule_mask limits = 0;

    if (!spc_rules_named("nelson-1", &limits))
        return false;

    spc_rule_mask beyond = limits;

    if (!spc_rules_named("beyond-limits", &limits))
        return false;
    beyond |= limits;
    return chart->rules != 0 && (chart->rules & ~beyond) == 0;
}

/* ---- charts of measurements -------------------------------------------- */

static bool by_rules(struct chart *chart)
{
    struct spc_arl_rules rules = {0};
    bool known = spc_arl_rules_explore(chart->rules, &rules) == SPC_OK &&
                 spc_arl_rules_run_length(&rules, chart->design.width, 0,
                                          &chart->points) == SPC_OK;

    spc_arl_rules_clear(&rules);
    chart->why = known ? normal : "these rules have too many histories";
    return known;
}

static bool of_ewma(struct chart *chart)
{
    struct spc_ewma_design design = {.lambda = chart->design.lambda,
                                     .width = chart->design.width,
                                     .exact = true};

    chart->why = normal;
    return spc_ewma_run_length(&design, 0, SPC_RUN_ZERO, &chart->points) ==
           SPC_OK;
}

/* Both sums with a large head start may signal at once, which the formula does
 * not know of. */
static bool of_cusum(struct chart *chart)
{
    const struct spc_chart_design *d = &chart->design;
    struct spc_cusum_design design = {
        .k = d->k, .h = d->h, .head_start = d->head_start};

    chart->why = normal;
    if (d->head_start > d->h / 2 + d->k) {
        chart->why = "none is computed for so large a head_start";
        return false;
    }
    return spc_cusum_run_length(&design, 0, SPC_RUN_ZERO, &chart->points) ==
           SPC_OK;
}

static bool of_t2(struct chart *chart)
{
    double alpha = chart->design.alpha;

    chart->why = is_by_limits(chart)
                     ? "independent normal vectors, alpha at each"
                     : with_rules;
    chart->points =
        alpha > 0 ? 1 / alpha : spc_shewhart_run_length(3, false, 0);
    return is_by_limits(chart);
}

/* Its limit is found by the run length. */
static bool of_mewma(struct chart *chart)
{
    chart->points = chart->design.arl0;
    chart->why = "independent normal vectors, parameters as if known; the "
                 "limit is found by it";
    return true;
}

/* ---- charts of events and counts --------------------------------------- */

/* Zones as the chart itself finds them from a known rate. */
static bool find_zones(struct chart *chart, struct spc_zones *ret_zones)
{
    double work[64] = {0};
    struct spc_limits limits = {0};
    struct spc_charting charting = {
        .design = &chart->design, .limits = &limits, .work = work};
    struct spc_observation point = {
        .point = {.n = 1, .mean = 0},
        .units = chart->c->subgroup * chart->c->intake.units_each,
        .estimates = true,
    };

    if (spc_chart_types[chart->design.chart].operations->estimate(
            &charting, &point, 1) != SPC_OK)
        return false;
    *ret_zones = limits.zones[SPC_PANEL_LOCATION];
    return true;
}

/* Counts that do not signal, where count / units is what the chart judges. */
static struct spc_rate_limits counts_within(const struct spc_zones *zones,
                                            double units)
{
    double lower = zones->lower[SPC_EDGES - 1];
    double upper = zones->upper[SPC_EDGES - 1];
    struct spc_rate_limits limits = {0, (double)INFINITY};

    if (lower > 0) {
        limits.lower = ceil(lower * units);
        while (limits.lower > 0 && (limits.lower - 1) / units >= lower)
            limits.lower--;
        while (limits.lower / units < lower)
            limits.lower++;
    }
    if (!isnan(upper) && !isinf(upper)) {
        limits.upper = floor(upper * units);
        while ((limits.upper + 1) / units <= upper)
            limits.upper++;
        while (limits.upper / units > upper)
            limits.upper--;
    }
    return limits;
}

/* The rate is known, and so are the units. */
static bool is_settled(struct chart *chart)
{
    chart->why = by_the_rate;
    if (!chart->design.known)
        return false;
    if (chart->c->intake.units != SPC_NONE)
        chart->why = "it varies with the units inspected";
    else if (!is_by_limits(chart))
        chart->why = with_rules;
    else
        return true;
    return false;
}

static bool take(struct chart *chart, struct spc_rate_length length,
                 const char *why)
{
    chart->points = length.arl;
    chart->why = isfinite(length.arl) ? why : "no signal is possible";
    return isfinite(length.arl);
}

static bool of_fraction(struct chart *chart)
{
    double units = chart->c->subgroup * chart->c->intake.units_each;
    struct spc_zones zones;

    if (!is_settled(chart) || !find_zones(chart, &zones))
        return false;
    if (units != floor(units)) {
        chart->why = "fractions of a unit are neither good nor defective";
        return false;
    }
    return take(
        chart,
        spc_binomial_run_length(
            counts_within(&zones, chart->c->chart == SPC_CHART_NP ? 1 : units),
            (uint64_t)units, chart->design.center),
        "binomial counts of the known rate, exactly");
}

static bool of_defects(struct chart *chart)
{
    double units = chart->c->chart == SPC_CHART_C
                       ? 1
                       : chart->c->subgroup * chart->c->intake.units_each;
    struct spc_zones zones;

    if (!is_settled(chart) || !find_zones(chart, &zones))
        return false;
    return take(chart,
                spc_poisson_run_length(counts_within(&zones, units),
                                       chart->design.center * units, units),
                "Poisson counts of the known rate, exactly");
}

static struct spc_rate_limits outer(const struct spc_zones *zones)
{
    double lower = zones->lower[SPC_EDGES - 1];
    double upper = zones->upper[SPC_EDGES - 1];

    return (struct spc_rate_limits){isnan(lower) ? 0 : lower,
                                    isnan(upper) ? (double)INFINITY : upper};
}

/* Of parts that come one by one, the parts are known as well. */
static bool of_gaps(struct chart *chart)
{
    bool is_g = chart->c->chart == SPC_CHART_G;
    double center = chart->design.center;
    struct spc_rate_length length;
    struct spc_zones zones;

    if (!is_settled(chart) || !find_zones(chart, &zones))
        return false;
    length =
        is_g ? spc_g_run_length(outer(&zones), 1 / (1 + center))
             : spc_ccc_run_length(outer(&zones), chart->design.events, center);
    if (chart->c->intake.event)
        chart->parts = length.spent;
    return take(chart, length,
                is_g ? "geometric gaps of the known rate, exactly; zeros in a "
                       "row come on top"
                     : "independent parts of the known rate, exactly");
}

/* Whatever the distribution, a time lies beyond its quantiles as often. */
static bool of_times(struct chart *chart)
{
    double alpha = chart->design.alpha > 0 ? chart->design.alpha : 0.0027;

    chart->points = 1 / alpha;
    chart->why = is_by_limits(chart)
                     ? "independent times, their distribution as if known"
                     : with_rules;
    return is_by_limits(chart);
}

static bool of_sums(struct chart *chart)
{
    chart->points = chart->design.arl0;
    chart->why = isnan(chart->design.h)
                     ? "both sums together, at independent events of a rate as "
                       "if known; their limits are found by it"
                     : "none is computed with a limit of its own";
    return isnan(chart->design.h);
}

/* ---- all of them ------------------------------------------------------- */

static bool (*const lengths[SPC_CHARTS])(struct chart *chart) = {
    [SPC_CHART_IMR] = by_rules,
    [SPC_CHART_XBAR_R] = by_rules,
    [SPC_CHART_XBAR_S] = by_rules,
    [SPC_CHART_IMR_R] = by_rules,
    [SPC_CHART_IMR_S] = by_rules,
    [SPC_CHART_AR_RESIDUAL] = by_rules,
    [SPC_CHART_EWMA] = of_ewma,
    [SPC_CHART_CUSUM] = of_cusum,
    [SPC_CHART_T2] = of_t2,
    [SPC_CHART_MEWMA] = of_mewma,
    [SPC_CHART_P] = of_fraction,
    [SPC_CHART_NP] = of_fraction,
    [SPC_CHART_C] = of_defects,
    [SPC_CHART_U] = of_defects,
    [SPC_CHART_G] = of_gaps,
    [SPC_CHART_CCC] = of_gaps,
    [SPC_CHART_T] = of_times,
    [SPC_CHART_TBE_CUSUM] = of_sums,
    [SPC_CHART_BERNOULLI_CUSUM] = of_sums,
};

bool spc_plan_wolf(const struct spc_plant_station *station,
                   const struct spc_plant_characteristic *c,
                   struct spc_plan_wolf *ret_wolf)
{
    const spc_nanos shift = 8 * 3600 * SPC_SECOND;
    struct chart chart = {
        .c = c,
        .design = spc_wire_design(c, NULL),
        .rules = c->rules[SPC_PANEL_LOCATION],
        .parts = (double)NAN,
        .why = "none is computed for this chart",
    };
    bool known = false;

    if (chart.rules == 0)
        chart.why = "no rule is judged";
    else if (lengths[c->chart])
        known = lengths[c->chart](&chart);
    if (known && isnan(chart.parts) && !c->intake.event)
        chart.parts = chart.points * c->subgroup;
    *ret_wolf = (struct spc_plan_wolf){
        known ? chart.points : (double)NAN,
        (double)shift / (double)station->poll / chart.parts, chart.why};
    return known;
}

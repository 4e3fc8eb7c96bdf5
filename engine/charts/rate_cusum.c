/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cumulative sums of rare events: of the units up to each of them, and of the
 * time.  Both sides are judged at events, the upper one for a rate that rose.
 * Without limits of its own a chart takes those at which it signals once in
 * `arl0` events while nothing is wrong: either sum by itself half as often,
 * since their signals add up, as those of two sums do that are never far from
 * 0 together (Van Dobben de Bruyn, Cumulative Sum Tests, 1968). */
#include "engine/charts/charts.h"

#include "engine/run_length_rate.h"
#include "engine/weighted.h"

#include <math.h>

/* Rows of the types' `figures`: the reference and limit of either side. */
enum { RATE, RATIO, REFERENCE, LIMIT, REFERENCE_LOW, LIMIT_LOW };

enum { SIDES = 2 };

static const enum spc_rate_side sides[SIDES] = {SPC_RATE_RISE, SPC_RATE_FALL};

struct memory {
    struct spc_rate_cusum units[SIDES];
    struct spc_time_cusum times[SIDES];
};

static bool counts_units(const struct spc_chart_design *design)
{
    return design->chart == SPC_CHART_BERNOULLI_CUSUM;
}

/* ---- limits ------------------------------------------------------------ */

/* Of events that come `ratio` times as often, or as seldom. */
static enum spc_status set_units(const struct spc_chart_design *design,
                                 unsigned side, double p0, double *figure)
{
    double p1 = side == 0 ? p0 * design->ratio : p0 / design->ratio;
    struct spc_rate_cusum_design of = {
        .p0 = p0, .side = sides[side], .at_events = true};

    if (!(p0 < 0.5) || !(p1 < 1))
        return SPC_BAD_INPUT;
    of.m = spc_rate_reference_whole(p0, p1);
    figure[REFERENCE + SIDES * side] = of.m;
    figure[LIMIT + SIDES * side] = ceil(design->h);
    if (!isnan(design->h))
        return SPC_OK;
    return spc_rate_cusum_limit(&of, SIDES * design->arl0 / p0,
                                &figure[LIMIT + SIDES * side]);
}

static enum spc_status set_times(const struct spc_chart_design *design,
                                 unsigned side, double mean0, double *figure)
{
    double mean1 = side == 0 ? mean0 / design->ratio : mean0 * design->ratio;
    struct spc_time_cusum_design of = {
        .mean0 = mean0,
        .side = sides[side],
    };

    if (!isnormal(mean0) || !isnormal(mean1) || !isfinite(1 / mean0))
        return SPC_BAD_INPUT; /* nothing but rounding would be left */
    of.k = spc_time_reference(mean0, mean1);
    figure[REFERENCE + SIDES * side] = of.k;
    figure[LIMIT + SIDES * side] = design->h;
    if (!isnan(design->h))
        return SPC_OK;
    return spc_time_cusum_limit(&of, SIDES * design->arl0 * mean0,
                                &figure[LIMIT + SIDES * side]);
}

static enum spc_status set_limits(struct spc_charting *charting, double center)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_limits *limits = charting->limits;

    for (unsigned side = 0; side < SIDES; side++) {
        enum spc_status status = (counts_units(design) ? set_units : set_times)(
            design, side, center, limits->figure);

        if (status != SPC_OK)
            return status;
        limits->zones[side] =
            spc_weighted_zones(0, 1, limits->figure[LIMIT + SIDES * side], 1);
    }
    limits->center = center;
    limits->sigma = counts_units(design) ? sqrt(1 - center) / center : center;
    limits->figure[RATE] = center;
    limits->figure[RATIO] = design->ratio;
    return SPC_OK;
}

/* The mean of what is plotted: units or time to an event. */
static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_limits *limits = charting->limits;
    double mean = 0;

    spc_begin_limits(charting);
    charting->needed = SPC_STUDY_MIN;
    charting->measured = 0;
    if (design->known)
        return set_limits(charting, design->center);
    for (size_t i = 0; i < count; i++)
        if (observations[i].estimates)
            mean += (observations[i].point.mean - mean) /
                    (double)++limits->subgroups;
    limits->measurements = limits->subgroups;
    charting->measured = (double)limits->subgroups;
    if (limits->subgroups < SPC_STUDY_MIN)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(mean))
        return SPC_NOT_FINITE;
    if (!(mean > (counts_units(design) ? 1 : 0)))
        return SPC_NO_VARIATION; /* every unit was an event */
    return set_limits(charting, counts_units(design) ? 1 / mean : mean);
}

/* ---- points ------------------------------------------------------------ */

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    (void)design;
    (void)points;
    return (struct spc_chart_room){.memory = sizeof(struct memory)};
}

/* A head start is a share of the limit. */
static void start(struct spc_charting *charting)
{
    struct memory *memory = charting->memory;

    for (unsigned side = 0; side < SIDES; side++) {
        double head = charting->design->head_start *
                      charting->limits->figure[LIMIT + SIDES * side];

        spc_rate_cusum_start(&memory->units[side], floor(head));
        spc_time_cusum_start(&memory->times[side], head);
    }
}

/* The shift is of the rate, or of the mean time. */
static void sum_units(struct spc_rate_cusum *cusum, unsigned side, double units,
                      const struct spc_limits *limits,
                      struct spc_chart_mark *mark)
{
    if (units > 1)
        spc_rate_cusum_pass(cusum, (uint64_t)units - 1);
    spc_rate_cusum_event(cusum, limits->figure[REFERENCE + SIDES * side],
                         sides[side]);
    mark->value = spc_rate_cusum_value(cusum, sides[side]);
    mark->run = cusum->events;
    mark->shift =
        spc_rate_cusum_rate(cusum, sides[side]) - limits->figure[RATE];
}

static void sum_times(struct spc_time_cusum *cusum, unsigned side, double time,
                      const struct spc_limits *limits,
                      struct spc_chart_mark *mark)
{
    spc_time_cusum_event(cusum, limits->figure[REFERENCE + SIDES * side], time,
                         sides[side]);
    mark->value = cusum->value;
    mark->run = cusum->events;
    mark->shift = spc_time_cusum_mean(cusum) - limits->figure[RATE];
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct memory *memory = charting->memory;
    const struct spc_limits *limits = charting->limits;
    double value = observation->point.mean;

    spc_no_marks(ret_marks);
    if (observation->point.n == 0 || !charting->in_force)
        return;
    for (unsigned side = 0; side < SIDES; side++) {
        struct spc_chart_mark *mark = &ret_marks[side];

        if (counts_units(charting->design))
            sum_units(&memory->units[side], side, value, limits, mark);
        else
            sum_times(&memory->times[side], side, value, limits, mark);
        mark->judged = true;
        mark->zones = limits->zones[side];
        if (side == 1)
            mark->value = 0 - mark->value; /* drawn downwards */
    }
}

const struct spc_chart_operations spc_rate_cusum_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

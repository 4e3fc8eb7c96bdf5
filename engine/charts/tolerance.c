/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts that judge by the specification.
 *
 *     acceptance   means may wander as far as a fraction nonconforming is
 *     modified     acceptable; ranges may not: sigma has to be in control
 *     pre-control  a machine runs on, is adjusted or stopped, by zones of the
 *                  tolerance alone
 *
 * Limits of means are level +/- deviate sigma / sqrt(n), so that subgroups of
 * any size have theirs. */
#include "engine/charts/charts.h"

#include "engine/acceptance.h"
#include "engine/precontrol.h"
#include "engine/study.h"

#include <math.h>

/* Rows of the types' `figures`. */
enum { LOWER_LEVEL, UPPER_LEVEL, DEVIATE, FRACTION, RISK };
enum { LOWER_LINE, UPPER_LINE };

enum { OUTER = SPC_EDGES - 1 };

static struct spc_zones no_zones(void)
{
    struct spc_zones zones;

    for (unsigned i = 0; i < SPC_EDGES; i++)
        zones.upper[i] = zones.lower[i] = (double)NAN;
    return zones;
}

/* ---- acceptance and modified limits ------------------------------------ */

/* NaN: one limit and no target. */
static double middle(const struct spc_specification *s)
{
    return isnan(s->lower) || isnan(s->upper)
               ? s->target
               : s->lower + (s->upper - s->lower) / 2;
}

static struct spc_zones location_zones(const struct spc_limits *limits,
                                       double n)
{
    double reach = limits->figure[DEVIATE] * limits->sigma / sqrt(n);
    struct spc_zones zones = no_zones();

    zones.upper[0] = zones.lower[0] = limits->center;
    zones.upper[OUTER] = limits->figure[UPPER_LEVEL] + reach;
    zones.lower[OUTER] = limits->figure[LOWER_LEVEL] - reach;
    return zones;
}

static enum spc_status place(const struct spc_chart_design *d,
                             const struct spc_acceptance_process *process,
                             struct spc_acceptance_limits *ret_limits)
{
    enum spc_status status;

    if (d->chart == SPC_CHART_MODIFIED)
        status =
            spc_acceptance_modified(process, d->fraction, d->width, ret_limits);
    else
        status = (d->rejectable ? spc_acceptance_by_rejectable
                                : spc_acceptance_by_acceptable)(
            process, d->fraction, d->risk, ret_limits);
    return status == SPC_BAD_INPUT ? SPC_TOO_NARROW : status;
}

static struct spc_acceptance_process process_of(
    const struct spc_chart_design *design, double sigma, double n)
{
    return (struct spc_acceptance_process){
        .specification = design->specification, .sigma = sigma, .n = n};
}

enum spc_status spc_chart_fits(const struct spc_chart_design *design,
                               double sigma, double n)
{
    struct spc_acceptance_process process = process_of(design, sigma, n);
    struct spc_acceptance_limits placed;

    if (spc_chart_types[design->chart].operations != &spc_acceptance_chart)
        return SPC_OK;
    return place(design, &process, &placed);
}

/* Either side tells how many sigmas of a mean the limit is beyond its level. */
static double deviate_of(const struct spc_acceptance_process *process,
                         const struct spc_acceptance_limits *placed)
{
    double reach = isnan(placed->upper.level)
                       ? placed->lower.level - placed->lower.limit
                       : placed->upper.limit - placed->upper.level;

    return reach * sqrt(process->n) / process->sigma;
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_limits *limits = charting->limits;
    struct spc_acceptance_process process;
    struct spc_acceptance_limits placed;
    enum spc_status status =
        spc_estimate_variables(charting, observations, count);

    if (status != SPC_OK)
        return status;
    process = process_of(design, limits->sigma, limits->n);
    status = place(design, &process, &placed);
    if (status != SPC_OK)
        return status;
    limits->center = middle(&design->specification);
    limits->figure[LOWER_LEVEL] = placed.lower.level;
    limits->figure[UPPER_LEVEL] = placed.upper.level;
    limits->figure[DEVIATE] = deviate_of(&process, &placed);
    limits->figure[FRACTION] = design->fraction;
    if (design->chart == SPC_CHART_ACCEPTANCE)
        limits->figure[RISK] = design->risk;
    limits->zones[SPC_PANEL_LOCATION] = location_zones(limits, limits->n);
    return SPC_OK;
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    const struct spc_limits *limits = charting->limits;
    const struct spc_point *point = &observation->point;
    struct spc_chart_mark *mean = &ret_marks[SPC_PANEL_LOCATION];
    struct spc_chart_mark *range = &ret_marks[SPC_PANEL_SPREAD];

    spc_no_marks(ret_marks);
    if (point->n == 0)
        return;
    mean->value = point->mean;
    range->value = point->range;
    mean->judged = charting->in_force;
    range->judged = charting->in_force && isfinite(range->value);
    if (mean->judged)
        mean->zones = location_zones(limits, point->n);
    if (range->judged)
        range->zones = spc_limits_zones(limits, charting->design->constants,
                                        SPC_PANEL_SPREAD, point->n);
}

const struct spc_chart_operations spc_acceptance_chart = {
    .room = spc_variables_room, .estimate = estimate, .plot = plot};

/* ---- pre-control ------------------------------------------------------- */

/* Rows of the type's `own`. */
enum { STOP = 1u << 0, ADJUST = 1u << 1 };

union memory {
    struct spc_precontrol state;
    double whole[2];
};

static double finite(double x)
{
    return isfinite(x) ? x : (double)NAN;
}

static double or_else(double x, double none)
{
    return isnan(x) ? none : x;
}

/* The pre-control lines are edges 1 and 2, the specification is edge 3. */
static struct spc_zones lines_to_zones(const struct spc_precontrol_lines *lines,
                                       double center)
{
    struct spc_zones zones = no_zones();

    zones.upper[0] = zones.lower[0] = center;
    for (unsigned i = 1; i < OUTER; i++) {
        zones.upper[i] = finite(lines->yellow_high);
        zones.lower[i] = finite(lines->yellow_low);
    }
    zones.upper[OUTER] = finite(lines->red_high);
    zones.lower[OUTER] = finite(lines->red_low);
    return zones;
}

static struct spc_precontrol_lines lines_of(const struct spc_zones *zones)
{
    return (struct spc_precontrol_lines){
        .red_low = or_else(zones->lower[OUTER], -(double)INFINITY),
        .yellow_low = or_else(zones->lower[1], -(double)INFINITY),
        .yellow_high = or_else(zones->upper[1], (double)INFINITY),
        .red_high = or_else(zones->upper[OUTER], (double)INFINITY),
    };
}

static struct spc_chart_room precontrol_room(
    const struct spc_chart_design *design, size_t points)
{
    (void)design;
    (void)points;
    return (struct spc_chart_room){.memory = sizeof(union memory)};
}

/* Nothing is estimated: points are counted only. */
static enum spc_status precontrol_estimate(
    struct spc_charting *charting, const struct spc_observation *observations,
    size_t count)
{
    const struct spc_specification *s = &charting->design->specification;
    struct spc_limits *limits = charting->limits;
    struct spc_precontrol_lines lines;

    spc_begin_limits(charting);
    charting->needed = 0;
    for (size_t i = 0; i < count; i++)
        limits->subgroups += observations[i].estimates;
    limits->measurements = limits->subgroups;
    charting->measured = (double)limits->subgroups;

    enum spc_status status = spc_precontrol_lines(s, &lines);

    if (status != SPC_OK)
        return status;
    limits->center = middle(s);
    limits->sigma = (double)NAN;
    limits->zones[0] = lines_to_zones(&lines, limits->center);
    limits->figure[LOWER_LINE] = finite(lines.yellow_low);
    limits->figure[UPPER_LINE] = finite(lines.yellow_high);
    return SPC_OK;
}

static void precontrol_start(struct spc_charting *charting)
{
    union memory *memory = charting->memory;

    memory->state =
        (struct spc_precontrol){.in_pairs = charting->design->in_pairs};
}

/* No greens are counted over a gap, no sample spans it. */
static void forget(struct spc_precontrol *state)
{
    state->has_first = false;
    if (!state->running)
        state->greens = 0;
}

static void push(struct spc_charting *charting, struct spc_chart_mark *mark)
{
    union memory *memory = charting->memory;
    struct spc_precontrol_lines lines = lines_of(&mark->zones);
    enum spc_precontrol_zone zone = spc_precontrol_zone(&lines, mark->value);

    switch (spc_precontrol_push(&memory->state, zone)) {
    case SPC_PRECONTROL_STOP:
        mark->own = STOP;
        break;
    case SPC_PRECONTROL_ADJUST:
        mark->own = ADJUST;
        break;
    default:
        return;
    }
    /* A red by itself, or two yellows. */
    mark->run = zone == SPC_RED_LOW || zone == SPC_RED_HIGH ? 1 : 2;
}

static void precontrol_plot(struct spc_charting *charting,
                            const struct spc_observation *observation,
                            struct spc_chart_mark ret_marks[SPC_PANELS])
{
    union memory *memory = charting->memory;
    struct spc_chart_mark *mark = &ret_marks[0];

    spc_no_marks(ret_marks);
    if (observation->after_gap)
        forget(&memory->state);
    if (observation->point.n == 0)
        return;
    mark->value = observation->point.mean;
    mark->judged = charting->in_force;
    if (!mark->judged)
        return;
    mark->zones = charting->limits->zones[0];
    push(charting, mark);
}

const struct spc_chart_operations spc_precontrol_chart = {
    .room = precontrol_room,
    .estimate = precontrol_estimate,
    .start = precontrol_start,
    .plot = precontrol_plot};

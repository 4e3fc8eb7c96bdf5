/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians and ranges: a chart that is read off the subgroup without
 * arithmetic.  Sigma comes from the ranges, as on xbar-r. */
#include "engine/charts/charts.h"

#include "engine/median.h"

#include <math.h>

/* An error of the median is an integral, so that the zones last computed for
 * another size than the nominal one are kept. */
struct memory {
    uint64_t n; /* that they are for; 0: none */
    double width;
    struct spc_zones zones;
};

/* Zones of medians of n. */
static struct spc_zones zones_of(const struct spc_limits *limits, uint32_t n,
                                 double width)
{
    struct spc_zones zones;
    double error;

    if (spc_median_error(n, &error) != SPC_OK)
        error = (double)NAN; /* no limits rather than wrong ones */
    for (unsigned i = 0; i < SPC_EDGES; i++) {
        double away = i * width / (SPC_EDGES - 1) * error;

        zones.upper[i] = limits->center + away * limits->sigma;
        zones.lower[i] = limits->center - away * limits->sigma;
    }
    return zones;
}

/* The centre is the mean of the medians, by size as that of means is. */
static double center_of(const struct spc_observation *observations,
                        size_t count)
{
    double center = 0, weight = 0;

    for (size_t i = 0; i < count; i++) {
        double n = observations[i].point.n;

        if (!observations[i].estimates)
            continue;
        weight += n;
        center += (observations[i].median - center) * (n / weight);
    }
    return center;
}

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    struct spc_chart_room room = spc_variables_room(design, points);

    room.memory = sizeof(struct memory);
    return room;
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    struct spc_limits *limits = charting->limits;
    enum spc_status status =
        spc_estimate_variables(charting, observations, count);

    if (status != SPC_OK)
        return status;
    if (!charting->design->known)
        limits->center = center_of(observations, count);
    status = spc_settle_widths(charting);
    if (status != SPC_OK)
        return status;
    limits->zones[SPC_PANEL_LOCATION] =
        zones_of(limits, limits->n, limits->width);
    return SPC_OK;
}

static void start(struct spc_charting *charting)
{
    *(struct memory *)charting->memory = (struct memory){.n = 0};
}

static struct spc_zones remembered_zones(
    struct spc_charting *charting, const struct spc_observation *observation)
{
    const struct spc_limits *limits = charting->limits;
    struct memory *memory = charting->memory;
    double width = spc_location_width(charting, observation);
    uint32_t n = observation->point.n;

    if (n == limits->n && width == limits->width)
        return limits->zones[SPC_PANEL_LOCATION];
    if (n != memory->n || width != memory->width)
        *memory = (struct memory){n, width, zones_of(limits, n, width)};
    return memory->zones;
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct spc_chart_mark *mark = &ret_marks[SPC_PANEL_LOCATION];

    spc_variables_chart.plot(charting, observation, ret_marks);
    if (observation->point.n == 0)
        return;
    mark->value = observation->median;
    if (mark->judged)
        mark->zones = remembered_zones(charting, observation);
}

const struct spc_chart_operations spc_median_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

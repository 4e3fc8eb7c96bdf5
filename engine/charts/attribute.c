/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of counts: p, np, c, u and Laney's p' and u'. */
#include "engine/charts/charts.h"

#include "engine/attribute.h"

#include <math.h>

/* Rows of the type's `figures`. */
enum { RATE, SIGMA_Z, ALPHA };

/* Exact limits take long to find, and most points have the units of the one
 * before. */
struct memory {
    double units; /* that the zones are for; 0: none */
    struct spc_zones zones;
};

static bool is_laney(const struct spc_chart_design *design)
{
    return design->chart == SPC_CHART_LANEY_P ||
           design->chart == SPC_CHART_LANEY_U;
}

static enum spc_attribute attribute_of(const struct spc_chart_design *design)
{
    return (enum spc_attribute)spc_chart_types[design->chart].kind;
}

static struct spc_count count_of(const struct spc_observation *observation)
{
    return (struct spc_count){(uint64_t)observation->point.mean,
                              observation->units};
}

static struct spc_attribute_limits limits_of(
    const struct spc_chart_design *design, double rate, double sigma_z)
{
    return (struct spc_attribute_limits){
        .attribute = attribute_of(design),
        .rate = rate,
        .sigma_z = sigma_z,
        .width = design->width,
        .alpha = design->alpha,
    };
}

/* ---- limits ------------------------------------------------------------ */

/* The units of a typical point: those of all, or else the mean of those that
 * estimate; of all, where none does. */
static double typical_units(const struct spc_observation *observations,
                            size_t count)
{
    double sum = 0, all = 0, first = (double)NAN;
    size_t estimating = 0, seen = 0;
    bool vary = false;

    for (size_t i = 0; i < count; i++) {
        double units = observations[i].units;

        if (observations[i].point.n == 0)
            continue;
        first = isnan(first) ? units : first;
        vary = vary || units != first;
        all += units;
        seen++;
        if (!observations[i].estimates)
            continue;
        sum += units;
        estimating++;
    }
    if (!vary)
        return isnan(first) ? 1 : first;
    return estimating ? sum / (double)estimating : all / (double)seen;
}

/* Of a binomial, only whole units have limits. */
static void conclude(struct spc_charting *charting,
                     const struct spc_attribute_limits *found, double units)
{
    struct spc_limits *limits = charting->limits;
    double size = found->attribute == SPC_ATTRIBUTE_P ||
                          found->attribute == SPC_ATTRIBUTE_NP
                      ? fmax(floor(units), 1)
                      : units;

    limits->zones[0] = spc_attribute_zones(found, size);
    limits->center = limits->zones[0].upper[0];
    limits->sigma = spc_attribute_sigma(found, size);
    limits->figure[RATE] = found->rate;
    if (is_laney(charting->design))
        limits->figure[SIGMA_Z] = found->sigma_z;
    if (found->alpha > 0)
        limits->figure[ALPHA] = found->alpha;
}

/* The scatter between points that the distribution leaves unexplained. */
static enum spc_status widen(const struct spc_observation *observations,
                             size_t count, struct spc_attribute_limits *found)
{
    struct spc_laney laney = {0};

    for (size_t i = 0; i < count; i++) {
        if (!observations[i].estimates || observations[i].after_gap)
            spc_laney_gap(&laney);
        if (observations[i].estimates)
            spc_laney_add(&laney, found, count_of(&observations[i]));
    }
    return spc_laney_sigma_z(&laney, &found->sigma_z);
}

static enum spc_status find_rate(struct spc_charting *charting,
                                 const struct spc_observation *observations,
                                 size_t count, double *ret_rate)
{
    struct spc_attribute_study sums = {0};

    for (size_t i = 0; i < count; i++)
        if (observations[i].estimates)
            spc_attribute_add(&sums, count_of(&observations[i]));
    charting->measured = sums.units;
    charting->limits->subgroups = sums.points;
    charting->limits->measurements = (uint64_t)fmin(sums.units, 0x1p63);
    return spc_attribute_rate(&sums, attribute_of(charting->design), ret_rate);
}

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    (void)design;
    (void)points;
    return (struct spc_chart_room){.memory = sizeof(struct memory)};
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_attribute_limits found =
        limits_of(design, design->center, is_laney(design) ? design->sigma : 1);
    enum spc_status status = SPC_OK;

    spc_begin_limits(charting);
    charting->measured = 0;
    charting->needed = 2;
    if (!design->known) {
        found.sigma_z = 1;
        status = find_rate(charting, observations, count, &found.rate);
        if (status == SPC_OK && is_laney(design))
            status = widen(observations, count, &found);
    }
    if (status != SPC_OK)
        return status;
    conclude(charting, &found, typical_units(observations, count));
    return SPC_OK;
}

/* ---- points ------------------------------------------------------------ */

static void start(struct spc_charting *charting)
{
    *(struct memory *)charting->memory = (struct memory){.units = 0};
}

static struct spc_zones remembered_zones(struct spc_charting *charting,
                                         double units)
{
    struct memory *memory = charting->memory;
    const double *figure = charting->limits->figure;
    struct spc_attribute_limits limits =
        limits_of(charting->design, figure[RATE],
                  isnan(figure[SIGMA_Z]) ? 1 : figure[SIGMA_Z]);

    if (units != memory->units)
        *memory = (struct memory){units, spc_attribute_zones(&limits, units)};
    return memory->zones;
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct spc_chart_mark *mark = &ret_marks[0];

    spc_no_marks(ret_marks);
    if (observation->point.n == 0)
        return;
    mark->value = spc_attribute_statistic(attribute_of(charting->design),
                                          count_of(observation));
    mark->judged = charting->in_force;
    if (mark->judged)
        mark->zones = remembered_zones(charting, observation->units);
}

const struct spc_chart_operations spc_attribute_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between and within: subgroups whose means vary by more than their
 * measurements explain, as those of batches do.
 *
 *     location   means, as individuals: center +/- w sigma_means
 *     spread     moving ranges of the means
 *     within     range or standard deviation of each subgroup
 *
 *     sigma_means    mean of |mean_i - mean_(i-1)| / d2(2)
 *     sigma_within   by the design's estimator; sigma of the limits
 *     sigma_between  sqrt(max(0, sigma_means^2 - sigma_within^2 / n))
 *     sigma_between_within  sqrt(sigma_between^2 + sigma_within^2)
 *
 * A mean is an individual whatever its subgroup's size: center is the plain
 * mean of the means and the first two panels' limits know nothing of n; where
 * sizes vary, n above is their harmonic mean, 1 / n being what an average mean
 * owes to the variance within.  Moving ranges span no gap.
 *
 * Source: Wheeler, Advanced Topics in Statistical Process Control, 1995 (its
 * three-way charts). */
#include "engine/charts/charts.h"

#include "engine/study.h"

#include <math.h>

/* Rows of the types' `figures`. */
enum { BETWEEN, WITHIN, BETWEEN_WITHIN, MEANS };

struct memory {
    double previous; /* mean; of no matter after a gap */
};

struct means {
    double mean, moving; /* running means of means, of moving ranges */
    double inverse;      /* likewise, of 1 / n */
    uint64_t points, ranges;
};

static void average_in(double *mean, uint64_t count, double x)
{
    *mean += (x - *mean) / (double)count;
}

static struct means means_of(const struct spc_observation *observations,
                             size_t count)
{
    struct means means = {0};

    for (size_t i = 0; i < count; i++) {
        const struct spc_observation *o = &observations[i];

        if (!o->estimates || o->point.n == 0)
            continue;
        means.points++;
        average_in(&means.mean, means.points, o->point.mean);
        average_in(&means.inverse, means.points, 1.0 / o->point.n);
        if (i == 0 || o->after_gap || !observations[i - 1].estimates)
            continue;
        means.ranges++;
        average_in(&means.moving, means.ranges,
                   fabs(o->point.mean - observations[i - 1].point.mean));
    }
    return means;
}

/* The zones of individuals are those of an individuals chart of the means. */
static void conclude(struct spc_charting *charting, const struct means *means,
                     double sigma_means)
{
    const struct spc_constants *k = charting->design->constants;
    struct spc_limits *limits = charting->limits;
    double within = limits->sigma;
    double beyond =
        fmax(0, sigma_means * sigma_means - within * within * means->inverse);
    struct spc_limits individuals = {.chart = SPC_CHART_IMR,
                                     .n = SPC_NONE,
                                     .center = means->mean,
                                     .sigma = sigma_means,
                                     .width = limits->width};

    limits->zones[SPC_PANEL_WITHIN] = limits->zones[SPC_PANEL_SPREAD];
    for (unsigned panel = 0; panel < SPC_PANEL_WITHIN; panel++)
        limits->zones[panel] =
            spc_limits_zones(&individuals, k, (enum spc_panel)panel, 1);
    limits->center = means->mean;
    limits->figure[BETWEEN] = sqrt(beyond);
    limits->figure[WITHIN] = within;
    limits->figure[BETWEEN_WITHIN] = hypot(sqrt(beyond), within);
    limits->figure[MEANS] = sigma_means;
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
    struct means means = means_of(observations, count);
    double sigma =
        means.moving / charting->design->constants->d2[2]; /* ranges of two */
    enum spc_status status =
        spc_estimate_variables(charting, observations, count);

    if (status != SPC_OK)
        return status;
    if (means.ranges == 0)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(sigma * sigma) || !isfinite(means.mean))
        return SPC_NOT_FINITE;
    if (!(sigma > 0))
        return SPC_NO_VARIATION;
    conclude(charting, &means, sigma);
    return SPC_OK;
}

static void start(struct spc_charting *charting)
{
    *(struct memory *)charting->memory = (struct memory){(double)NAN};
}

static double within_of(const struct spc_chart_design *design,
                        const struct spc_point *point)
{
    return design->chart == SPC_CHART_IMR_S ? point->sd : point->range;
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    const struct spc_limits *limits = charting->limits;
    const struct spc_point *point = &observation->point;
    struct memory *memory = charting->memory;

    spc_no_marks(ret_marks);
    if (point->n == 0)
        return;
    ret_marks[SPC_PANEL_LOCATION].value = point->mean;
    if (!observation->after_gap)
        ret_marks[SPC_PANEL_SPREAD].value =
            fabs(point->mean - memory->previous);
    ret_marks[SPC_PANEL_WITHIN].value = within_of(charting->design, point);
    memory->previous = point->mean;
    for (unsigned panel = 0; panel < SPC_PANELS; panel++) {
        struct spc_chart_mark *mark = &ret_marks[panel];

        mark->judged = charting->in_force && isfinite(mark->value);
        if (mark->judged)
            mark->zones = limits->zones[panel];
    }
    if (ret_marks[SPC_PANEL_WITHIN].judged)
        ret_marks[SPC_PANEL_WITHIN].zones = spc_limits_zones(
            limits, charting->design->constants, SPC_PANEL_WITHIN, point->n);
}

const struct spc_chart_operations spc_three_way_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

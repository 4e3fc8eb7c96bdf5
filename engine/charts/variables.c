/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of measurements: each point is judged by itself, on two panels. */
#include "engine/charts/charts.h"

#include "engine/estimators.h"
#include "engine/study.h"

#include <math.h>
#include <string.h>

enum spc_chart spc_sigma_chart(const struct spc_chart_design *design)
{
    if (design->n == 1)
        return SPC_CHART_IMR;
    if (design->chart == SPC_CHART_XBAR_S || design->chart == SPC_CHART_IMR_S)
        return SPC_CHART_XBAR_S;
    return SPC_CHART_XBAR_R;
}

void spc_no_marks(struct spc_chart_mark marks[SPC_PANELS])
{
    memset(marks, 0, SPC_PANELS * sizeof *marks);
    for (unsigned panel = 0; panel < SPC_PANELS; panel++) {
        marks[panel].value = marks[panel].shift = (double)NAN;
        marks[panel].variable = SPC_NONE;
    }
}

void spc_begin_limits(struct spc_charting *charting)
{
    struct spc_limits *limits = charting->limits;
    const struct spc_chart_design *design = charting->design;
    uint32_t number = limits->number;

    memset(limits, 0, sizeof *limits);
    limits->number = number;
    limits->chart = design->chart;
    limits->estimator = design->estimator;
    limits->n = design->n;
    limits->width = design->width;
    limits->df = (double)NAN;
    for (unsigned i = 0; i < SPC_FIGURES; i++)
        limits->figure[i] = (double)NAN;
}

double spc_estimating_range(const struct spc_observation *observations,
                            size_t i)
{
    if (i == 0 || !observations[i - 1].estimates)
        return (double)NAN;
    return observations[i].point.range;
}

/* Known parameters take the same road as estimated ones: the zones come from
 * the one formula there is. */
static void adopt(struct spc_charting *charting)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_limits *limits = charting->limits;

    spc_begin_limits(charting);
    limits->chart = spc_sigma_chart(design);
    limits->n = SPC_NONE; /* no size has recorded zones yet */
    limits->center = design->center;
    limits->sigma = design->sigma;
    for (unsigned panel = 0; panel <= SPC_PANEL_SPREAD; panel++)
        limits->zones[panel] = spc_limits_zones(
            limits, design->constants, (enum spc_panel)panel, design->n);
    limits->n = design->n;
    limits->chart = design->chart;
}

/* Sigma by the design's estimator, with the limits that follow. */
static enum spc_status limits_of(const struct spc_charting *charting,
                                 const struct spc_study *sums,
                                 const struct spc_observation *observations,
                                 size_t count, struct spc_limits *ret_limits)
{
    const struct spc_chart_design *design = charting->design;
    enum spc_chart chart = spc_sigma_chart(design);
    struct spc_sigma sigma = {.estimator = design->estimator};
    double *ranges = charting->work;

    if (!spc_estimator_is_successive(design->estimator))
        return spc_study_limits(sums, design->constants, chart,
                                design->estimator, design->n, design->width,
                                ret_limits);
    for (size_t i = 0; i < count; i++)
        ranges[i] = observations[i].estimates
                        ? spc_estimating_range(observations, i)
                        : (double)NAN;

    enum spc_status status = spc_successive_sigma(
        sigma.estimator, ranges, count, &sigma.value, &sigma.df);

    if (status != SPC_OK)
        return status;
    return spc_study_limits_with(sums, design->constants, chart, &sigma,
                                 design->n, design->width, ret_limits);
}

enum spc_status spc_estimate_variables(
    struct spc_charting *charting, const struct spc_observation *observations,
    size_t count)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_study sums = {0};
    struct spc_limits limits;

    charting->measured = 0;
    charting->needed = SPC_STUDY_MIN;
    if (design->known) {
        adopt(charting);
        return SPC_OK;
    }
    for (size_t i = 0; i < count; i++) {
        struct spc_point point = observations[i].point;

        if (!observations[i].estimates)
            continue;
        if (design->n == 1)
            point.range = spc_estimating_range(observations, i);
        spc_study_add(&sums, design->constants, spc_sigma_chart(design),
                      &point);
    }
    charting->measured = (double)sums.measurements;

    enum spc_status status =
        limits_of(charting, &sums, observations, count, &limits);

    spc_begin_limits(charting);
    charting->limits->subgroups = sums.points;
    charting->limits->measurements = sums.measurements;
    if (status != SPC_OK)
        return status;
    limits.number = charting->limits->number;
    limits.chart = design->chart;
    memcpy(limits.figure, charting->limits->figure, sizeof limits.figure);
    *charting->limits = limits;
    return SPC_OK;
}

struct spc_chart_room spc_variables_room(const struct spc_chart_design *design,
                                         size_t points)
{
    bool successive = spc_estimator_is_successive(design->estimator);

    return (struct spc_chart_room){.work = successive ? points * sizeof(double)
                                                      : 0};
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    enum spc_status status =
        spc_estimate_variables(charting, observations, count);

    return status == SPC_OK ? spc_settle_widths(charting) : status;
}

/* Where and how wide the process is are judged by widths of their own once
 * one of them is widened; else by the recorded one. */
static struct spc_zones zones_at(const struct spc_charting *charting,
                                 const struct spc_observation *observation,
                                 enum spc_panel panel)
{
    const struct spc_limits *limits = charting->limits;
    const struct spc_chart_design *design = charting->design;
    bool location = panel == SPC_PANEL_LOCATION;
    double width =
        location ? spc_location_width(charting, observation) : design->width;
    struct spc_limits others;

    if (width == limits->width ||
        (!location && observation->point.n == limits->n))
        return spc_limits_zones(limits, design->constants, panel,
                                observation->point.n);
    others = *limits;
    others.width = width;
    others.n = SPC_NONE; /* no size has recorded zones of this width */
    return spc_limits_zones(&others, design->constants, panel,
                            observation->point.n);
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    const struct spc_chart_design *design = charting->design;
    struct spc_point point = observation->point;

    spc_no_marks(ret_marks);
    if (point.n == 0)
        return;
    for (unsigned p = 0; p <= SPC_PANEL_SPREAD; p++) {
        struct spc_chart_mark *mark = &ret_marks[p];

        mark->value = spc_point_statistic(&point, spc_sigma_chart(design),
                                          (enum spc_panel)p);
        mark->judged = charting->in_force && isfinite(mark->value);
        if (mark->judged)
            mark->zones = zones_at(charting, observation, (enum spc_panel)p);
    }
}

const struct spc_chart_operations spc_variables_chart = {
    .room = spc_variables_room, .estimate = estimate, .plot = plot};

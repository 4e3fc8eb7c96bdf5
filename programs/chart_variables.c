/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of measurements: each point is judged by itself, on two panels, by
 * the formulas a running line is judged by. */
#include "programs/chart_family.h"

#include "engine/estimators.h"
#include "engine/study.h"

#include <math.h>
#include <stdlib.h>

/* What tells of sigma where the chart itself does not. */
static enum spc_chart chart_of(const struct spc_chart_study *study)
{
    if (study->plan.type->data == SPC_DATA_MEASUREMENTS)
        return study->dataset->subgroups ? SPC_CHART_XBAR_R : SPC_CHART_IMR;
    return (enum spc_chart)study->plan.type->kind;
}

/* The size most subgroups have; the larger of two as frequent.  Individuals
 * are of one. */
static uint32_t nominal_size(const struct spc_chart_study *study,
                             const struct spc_chart_stage *stage,
                             bool only_estimating)
{
    size_t seen[SPC_SUBGROUP_MAX + 1] = {0};
    uint32_t nominal = 2;

    if (!study->dataset->subgroups)
        return 1;
    for (size_t i = stage->first; i < stage->end; i++)
        if (!only_estimating || spc_chart_estimates(study, i))
            seen[study->points[i].point.n]++;
    for (uint32_t n = 2; n <= SPC_SUBGROUP_MAX; n++)
        if (seen[n] > 0 && seen[n] >= seen[nominal])
            nominal = n;
    return nominal;
}

static bool sizes_vary(const struct spc_chart_study *study,
                       const struct spc_chart_stage *stage)
{
    for (size_t i = stage->first; i < stage->end; i++) {
        uint32_t n = study->points[i].point.n;

        if (n != stage->limits.n && n > 0)
            return true;
    }
    return false;
}

/* A moving range that begins outside the base line is drawn, but does not
 * tell of the base line alone. */
static double estimating_range(const struct spc_chart_study *study,
                               const struct spc_chart_stage *stage, size_t i)
{
    if (!spc_chart_estimates(study, i) || i == stage->first ||
        !spc_chart_estimates(study, i - 1))
        return NAN;
    return study->points[i].point.range;
}

/* Sigma from all moving ranges at once, gathered for the purpose. */
static enum spc_status find_sigma(const struct spc_chart_study *study,
                                  const struct spc_chart_stage *stage,
                                  struct spc_sigma *ret_sigma)
{
    size_t count = stage->end - stage->first;
    double *ranges = calloc(count, sizeof *ranges);
    struct spc_sigma sigma = {.estimator = study->plan.estimator};
    enum spc_status status;

    if (!ranges)
        return SPC_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        ranges[i] = estimating_range(study, stage, stage->first + i);
    status = spc_successive_sigma(sigma.estimator, ranges, count, &sigma.value,
                                  &sigma.df);
    free(ranges);
    if (status == SPC_OK)
        *ret_sigma = sigma;
    return status;
}

static enum spc_status conclude(const struct spc_chart_study *study,
                                const struct spc_chart_stage *stage,
                                const struct spc_constants *constants,
                                const struct spc_study *sums,
                                struct spc_limits *ret_limits)
{
    const struct spc_chart_plan *plan = &study->plan;
    uint32_t n = nominal_size(study, stage, true);
    struct spc_sigma sigma = {0};
    enum spc_status status;

    if (!spc_estimator_is_successive(plan->estimator))
        return spc_study_limits(sums, constants, chart_of(study),
                                plan->estimator, n, plan->width, ret_limits);
    status = find_sigma(study, stage, &sigma);
    if (status != SPC_OK)
        return status;
    return spc_study_limits_with(sums, constants, chart_of(study), &sigma, n,
                                 plan->width, ret_limits);
}

static void estimate(const struct spc_chart_study *study,
                     struct spc_chart_stage *stage,
                     const struct spc_constants *constants)
{
    struct spc_study sums = {0};

    for (size_t i = stage->first; i < stage->end; i++) {
        struct spc_point point = study->points[i].point;

        if (!spc_chart_estimates(study, i))
            continue;
        if (!study->dataset->subgroups)
            point.range = estimating_range(study, stage, i);
        spc_study_add(&sums, constants, chart_of(study), &point);
    }
    stage->subgroups = sums.points;
    stage->measurements = (double)sums.measurements;
    stage->status = conclude(study, stage, constants, &sums, &stage->limits);
    stage->sizes_vary = sizes_vary(study, stage);
}

/* Known parameters take the same road as estimated ones: the zones come from
 * the one formula the engine has. */
static void adopt(const struct spc_chart_study *study,
                  struct spc_chart_stage *stage,
                  const struct spc_constants *constants)
{
    const struct spc_chart_plan *plan = &study->plan;
    uint32_t n = nominal_size(study, stage, false);
    struct spc_limits limits = {
        .chart = chart_of(study),
        .estimator = plan->estimator,
        .n = SPC_NONE, /* no size has recorded zones yet */
        .center = plan->center,
        .sigma = plan->sigma,
        .width = plan->width,
    };

    for (unsigned panel = 0; panel < SPC_PANELS; panel++)
        limits.zones[panel] =
            spc_limits_zones(&limits, constants, (enum spc_panel)panel, n);
    limits.n = n;
    stage->limits = limits;
    stage->sizes_vary = sizes_vary(study, stage);
    stage->status = SPC_OK;
}

static void plot(struct spc_chart_study *study,
                 const struct spc_chart_stage *stage,
                 const struct spc_constants *constants)
{
    for (size_t i = stage->first; i < stage->end; i++) {
        struct spc_chart_point *point = &study->points[i];

        for (unsigned p = 0; p < study->plan.type->panels; p++) {
            struct spc_chart_mark *mark = &point->mark[p];

            mark->value = spc_point_statistic(&point->point, chart_of(study),
                                              (enum spc_panel)p);
            mark->judged = stage->status == SPC_OK && isfinite(mark->value);
            if (mark->judged)
                mark->zones =
                    spc_limits_zones(&stage->limits, constants,
                                     (enum spc_panel)p, point->point.n);
        }
    }
}

const struct spc_chart_family spc_variables_family = {estimate, adopt, plot};

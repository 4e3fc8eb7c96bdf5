/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians and ranges: a chart that is read off the subgroup without
 * arithmetic.  Sigma comes from the ranges, as on xbar-r. */
#include "programs/chart_family.h"

#include "engine/median.h"
#include "engine/study.h"

#include <math.h>
#include <string.h>

static double median_at(const struct spc_chart_study *study, size_t i)
{
    const struct spc_dataset_point *point = &study->dataset->points[i];
    double values[SPC_SUBGROUP_MAX];

    if (point->count == 0)
        return NAN;
    memcpy(values, study->dataset->values + point->first,
           point->count * sizeof *values);
    return spc_median(values, (uint32_t)point->count);
}

/* Zones of medians of n. */
static struct spc_zones zones_of(const struct spc_limits *limits, uint32_t n)
{
    struct spc_zones zones;
    double error;

    if (spc_median_error(n, &error) != SPC_OK)
        error = NAN; /* no limits rather than wrong ones */
    for (unsigned i = 0; i < SPC_EDGES; i++) {
        double away = i * limits->width / (SPC_EDGES - 1) * error;

        zones.upper[i] = limits->center + away * limits->sigma;
        zones.lower[i] = limits->center - away * limits->sigma;
    }
    return zones;
}

/* The centre is the mean of the medians, by size as that of means is. */
static double center_of(const struct spc_chart_study *study,
                        const struct spc_chart_stage *stage)
{
    double center = 0, weight = 0;

    for (size_t i = stage->first; i < stage->end; i++) {
        double n = study->points[i].point.n;

        if (!spc_chart_estimates(study, i))
            continue;
        weight += n;
        center += (median_at(study, i) - center) * (n / weight);
    }
    return center;
}

static void estimate(const struct spc_chart_study *study,
                     struct spc_chart_stage *stage,
                     const struct spc_constants *constants)
{
    spc_variables_family.estimate(study, stage, constants);
    if (stage->status != SPC_OK)
        return;
    stage->limits.center = center_of(study, stage);
    stage->limits.zones[0] = zones_of(&stage->limits, stage->limits.n);
}

static void adopt(const struct spc_chart_study *study,
                  struct spc_chart_stage *stage,
                  const struct spc_constants *constants)
{
    spc_variables_family.adopt(study, stage, constants);
    stage->limits.zones[0] = zones_of(&stage->limits, stage->limits.n);
}

static void plot(struct spc_chart_study *study,
                 const struct spc_chart_stage *stage,
                 const struct spc_constants *constants)
{
    struct spc_zones zones[SPC_SUBGROUP_MAX + 1];
    bool known[SPC_SUBGROUP_MAX + 1] = {false};

    spc_variables_family.plot(study, stage, constants);
    for (size_t i = stage->first; i < stage->end; i++) {
        struct spc_chart_mark *mark = &study->points[i].mark[0];
        uint32_t n = study->points[i].point.n;

        mark->value = median_at(study, i);
        if (!mark->judged)
            continue;
        if (!known[n])
            zones[n] = zones_of(&stage->limits, n);
        known[n] = true;
        mark->zones = zones[n];
    }
}

const struct spc_chart_family spc_median_family = {estimate, adopt, plot};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of counts: p, np, c, u and Laney's p' and u'. */
#include "programs/chart_family.h"

#include "engine/attribute.h"

#include <math.h>

static bool is_laney(const struct spc_chart_study *study)
{
    return study->plan.type->family == &spc_laney_family;
}

static struct spc_count count_at(const struct spc_chart_study *study, size_t i)
{
    return (struct spc_count){(uint64_t)study->points[i].point.mean,
                              study->dataset->points[i].units};
}

/* The units of a typical point: those of all, or else the mean of those that
 * estimate; of all, where none does. */
static double typical_units(const struct spc_chart_study *study,
                            struct spc_chart_stage *stage)
{
    double sum = 0, all = 0, first = NAN;
    size_t estimating = 0, count = 0;

    for (size_t i = stage->first; i < stage->end; i++) {
        double units = study->dataset->points[i].units;

        if (study->points[i].point.n == 0)
            continue;
        first = isnan(first) ? units : first;
        stage->sizes_vary = stage->sizes_vary || units != first;
        all += units;
        count++;
        if (!spc_chart_estimates(study, i))
            continue;
        sum += units;
        estimating++;
    }
    if (!stage->sizes_vary)
        return isnan(first) ? 1 : first;
    return estimating ? sum / (double)estimating : all / (double)count;
}

/* What is printed of a stage, from its limits. */
static void conclude(const struct spc_chart_study *study,
                     struct spc_chart_stage *stage)
{
    const struct spc_attribute_limits *limits = &stage->attribute;
    double units = typical_units(study, stage);
    double size = limits->attribute == SPC_ATTRIBUTE_P ||
                          limits->attribute == SPC_ATTRIBUTE_NP
                      ? fmax(floor(units), 1)
                      : units;

    stage->limits.width = limits->width;
    stage->limits.zones[0] = spc_attribute_zones(limits, size);
    stage->limits.center = stage->limits.zones[0].upper[0];
    stage->limits.sigma = spc_attribute_sigma(limits, size);
    stage->limits.df = NAN;
    spc_chart_figure(stage, "rate", limits->rate);
    if (is_laney(study))
        spc_chart_figure(stage, "sigma_z", limits->sigma_z);
    if (limits->alpha > 0)
        spc_chart_figure(stage, "alpha", limits->alpha);
}

static struct spc_attribute_limits planned(const struct spc_chart_study *study)
{
    return (struct spc_attribute_limits){
        .attribute = (enum spc_attribute)study->plan.type->kind,
        .sigma_z = 1,
        .width = study->plan.width,
        .alpha = study->plan.alpha,
    };
}

/* The scatter between points that the distribution leaves unexplained. */
static enum spc_status widen(const struct spc_chart_study *study,
                             const struct spc_chart_stage *stage,
                             struct spc_attribute_limits *limits)
{
    struct spc_laney laney = {0};

    for (size_t i = stage->first; i < stage->end; i++) {
        if (spc_chart_estimates(study, i))
            spc_laney_add(&laney, limits, count_at(study, i));
        else
            spc_laney_gap(&laney);
    }
    return spc_laney_sigma_z(&laney, &limits->sigma_z);
}

static void estimate(const struct spc_chart_study *study,
                     struct spc_chart_stage *stage,
                     const struct spc_constants *constants)
{
    struct spc_attribute_limits limits = planned(study);
    struct spc_attribute_study sums = {0};

    (void)constants;
    for (size_t i = stage->first; i < stage->end; i++)
        if (spc_chart_estimates(study, i))
            spc_attribute_add(&sums, count_at(study, i));
    stage->subgroups = sums.points;
    stage->measurements = sums.units;
    stage->status = spc_attribute_rate(&sums, limits.attribute, &limits.rate);
    if (stage->status == SPC_OK && is_laney(study))
        stage->status = widen(study, stage, &limits);
    if (stage->status != SPC_OK)
        return;
    stage->attribute = limits;
    conclude(study, stage);
}

static void adopt(const struct spc_chart_study *study,
                  struct spc_chart_stage *stage,
                  const struct spc_constants *constants)
{
    (void)constants;
    stage->attribute = planned(study);
    stage->attribute.rate = study->plan.center;
    if (is_laney(study))
        stage->attribute.sigma_z = study->plan.sigma;
    stage->status = SPC_OK;
    conclude(study, stage);
}

static void plot(struct spc_chart_study *study,
                 const struct spc_chart_stage *stage,
                 const struct spc_constants *constants)
{
    enum spc_attribute attribute = (enum spc_attribute)study->plan.type->kind;
    double units = 0; /* that the zones are for */
    struct spc_zones zones = {{0}, {0}};

    (void)constants;
    for (size_t i = stage->first; i < stage->end; i++) {
        struct spc_chart_mark *mark = &study->points[i].mark[0];
        struct spc_count count = count_at(study, i);

        mark->value = NAN;
        if (study->points[i].point.n == 0)
            continue;
        mark->value = spc_attribute_statistic(attribute, count);
        mark->judged = stage->status == SPC_OK;
        if (!mark->judged)
            continue;
        if (count.units != units)
            zones = spc_attribute_zones(&stage->attribute, count.units);
        units = count.units;
        mark->zones = zones;
    }
}

const struct spc_chart_family spc_attribute_family = {estimate, adopt, plot};
const struct spc_chart_family spc_laney_family = {estimate, adopt, plot};

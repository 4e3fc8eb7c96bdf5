/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of rare events: g, CCC-r and t. */
#include "programs/chart_family.h"

#include "engine/rare.h"

#include <math.h>
#include <stdlib.h>

static enum spc_rare kind_of(const struct spc_chart_study *study)
{
    return (enum spc_rare)study->plan.type->kind;
}

/* As beyond three sigma of a normal distribution. */
static double alpha_of(const struct spc_chart_study *study)
{
    return study->plan.alpha > 0 ? study->plan.alpha : 0.0027;
}

/* What is printed of a stage: its centre line, and the standard deviation of
 * the distribution. */
static void conclude(struct spc_chart_stage *stage, double sigma)
{
    stage->limits.center = stage->limits.zones[0].upper[0];
    stage->limits.sigma = sigma;
    stage->limits.df = NAN;
    stage->status = SPC_OK;
}

static void conclude_g(const struct spc_chart_study *study,
                       struct spc_chart_stage *stage, double p, double mean)
{
    double alpha = alpha_of(study);

    stage->limits.zones[0] = study->plan.by_width
                                 ? spc_g_zones_by_width(mean, study->plan.width)
                                 : spc_g_zones(p, alpha);
    spc_chart_figure(stage, "rate", p);
    spc_chart_figure(stage, "mean", mean);
    if (!study->plan.by_width)
        spc_chart_figure(stage, "alpha", alpha);
    if (stage->limits.zones[0].lower[SPC_EDGES - 1] <= 0) {
        stage->zeros = spc_g_zeros(p, alpha);
        spc_chart_figure(stage, "zeros", stage->zeros);
    }
    conclude(stage, sqrt(mean * (mean + 1)));
}

static void conclude_ccc(const struct spc_chart_study *study,
                         struct spc_chart_stage *stage, double p)
{
    unsigned r = study->plan.events;

    stage->limits.zones[0] = spc_ccc_zones(p, r, alpha_of(study));
    spc_chart_figure(stage, "rate", p);
    spc_chart_figure(stage, "events", r);
    spc_chart_figure(stage, "alpha", alpha_of(study));
    conclude(stage, sqrt(r * (1 - p)) / p);
}

static void conclude_t(const struct spc_chart_study *study,
                       struct spc_chart_stage *stage, double shape,
                       double scale)
{
    double mean = tgamma(1 + 1 / shape);

    stage->limits.zones[0] = spc_t_zones(shape, scale, alpha_of(study));
    spc_chart_figure(stage, "shape", shape);
    spc_chart_figure(stage, "scale", scale);
    spc_chart_figure(stage, "alpha", alpha_of(study));
    conclude(stage, scale * sqrt(tgamma(1 + 2 / shape) - mean * mean));
}

/* The times that estimate, gathered for the one fit that needs them all. */
static enum spc_status fit(const struct spc_chart_study *study,
                           const struct spc_chart_stage *stage,
                           double *ret_shape, double *ret_scale)
{
    double *times = calloc(stage->end - stage->first, sizeof *times);
    size_t count = 0;
    enum spc_status status;

    if (!times)
        return SPC_NO_MEMORY;
    for (size_t i = stage->first; i < stage->end; i++)
        if (spc_chart_estimates(study, i))
            times[count++] = study->points[i].point.mean;
    status = spc_weibull_fit(times, count, ret_shape, ret_scale);
    free(times);
    return status;
}

static void estimate_t(const struct spc_chart_study *study,
                       struct spc_chart_stage *stage,
                       const struct spc_rare_study *sums)
{
    double shape = 1, scale = sums->mean;

    if (!study->plan.exponential)
        stage->status = fit(study, stage, &shape, &scale);
    else if (sums->points < SPC_STUDY_MIN)
        stage->status = SPC_TOO_FEW_SUBGROUPS;
    else
        stage->status = scale > 0 ? SPC_OK : SPC_NO_VARIATION;
    if (stage->status == SPC_OK)
        conclude_t(study, stage, shape, scale);
}

static void estimate(const struct spc_chart_study *study,
                     struct spc_chart_stage *stage,
                     const struct spc_constants *constants)
{
    struct spc_rare_study sums = {0};
    double p = 0;

    (void)constants;
    for (size_t i = stage->first; i < stage->end; i++)
        if (spc_chart_estimates(study, i))
            spc_rare_add(&sums, study->points[i].point.mean);
    stage->subgroups = sums.points;
    stage->measurements = (double)sums.points;
    switch (kind_of(study)) {
    case SPC_RARE_G:
        stage->status = spc_g_rate(&sums, &p);
        if (stage->status == SPC_OK)
            conclude_g(study, stage, p, sums.mean);
        break;
    case SPC_RARE_CCC:
        stage->status = spc_ccc_rate(&sums, study->plan.events, &p);
        if (stage->status == SPC_OK)
            conclude_ccc(study, stage, p);
        break;
    case SPC_RARE_T:
        estimate_t(study, stage, &sums);
        break;
    }
}

static void adopt(const struct spc_chart_study *study,
                  struct spc_chart_stage *stage,
                  const struct spc_constants *constants)
{
    double center = study->plan.center;

    (void)constants;
    switch (kind_of(study)) {
    case SPC_RARE_G:
        conclude_g(study, stage, 1 / (1 + center), center);
        break;
    case SPC_RARE_CCC:
        conclude_ccc(study, stage, center);
        break;
    case SPC_RARE_T:
        conclude_t(study, stage, 1, center);
        break;
    }
}

static void plot(struct spc_chart_study *study,
                 const struct spc_chart_stage *stage,
                 const struct spc_constants *constants)
{
    (void)constants;
    for (size_t i = stage->first; i < stage->end; i++) {
        struct spc_chart_mark *mark = &study->points[i].mark[0];
        const struct spc_point *point = &study->points[i].point;

        mark->value = point->n > 0 ? point->mean : NAN;
        mark->judged = stage->status == SPC_OK && point->n > 0;
        mark->zones = stage->limits.zones[0];
    }
}

const struct spc_chart_family spc_rare_family = {estimate, adopt, plot};

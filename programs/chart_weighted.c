/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts with a memory: EWMA, moving average, CUSUM.  Centre and sigma are
 * those of a chart of the same measurements without one.  An excluded point
 * is drawn where it would have taken the statistic, which then goes on as if
 * it had not been. */
#include "programs/chart_family.h"

#include "engine/weighted.h"

#include <math.h>

/* What the chart remembers, whichever it is. */
struct memory {
    struct spc_ewma ewma;
    struct spc_moving_average average;
    struct spc_cusum cusum;
    size_t since[SPC_CUSUM_SIDES]; /* the first point of its run */
};

static void push_ewma(const struct spc_chart_study *study,
                      const struct spc_limits *limits, struct memory *memory,
                      const struct spc_point *point,
                      struct spc_chart_mark *mark)
{
    spc_ewma_push(&memory->ewma, study->plan.lambda, point->mean, point->n);
    mark->value = memory->ewma.value;
    mark->zones = spc_weighted_zones(limits->center, limits->sigma,
                                     limits->width, memory->ewma.share);
}

static void push_average(const struct spc_chart_study *study,
                         const struct spc_limits *limits, struct memory *memory,
                         const struct spc_point *point,
                         struct spc_chart_mark *mark)
{
    double share;

    mark->value = spc_moving_average_push(&memory->average, study->plan.span,
                                          point->mean, point->n, &share);
    mark->zones =
        spc_weighted_zones(limits->center, limits->sigma, limits->width, share);
}

/* Both sums are at or above zero; the lower one is judged turned over. */
static struct spc_zones cusum_zones(double h)
{
    return spc_weighted_zones(0, 1, h, 1);
}

static void push_cusum(const struct spc_chart_study *study,
                       const struct spc_limits *limits, struct memory *memory,
                       const struct spc_point *point,
                       struct spc_chart_mark *mark)
{
    double k = study->plan.k;
    const struct spc_cusum_sum *sum = memory->cusum.sum;

    spc_cusum_push(&memory->cusum, k,
                   (point->mean - limits->center) / limits->sigma, point->n);
    mark->value = sum[SPC_CUSUM_HIGH].value;
    mark->value_low = sum[SPC_CUSUM_LOW].value;
    mark->run = sum[SPC_CUSUM_HIGH].run;
    mark->run_low = sum[SPC_CUSUM_LOW].run;
    mark->shift =
        limits->sigma * spc_cusum_shift(&memory->cusum, k, SPC_CUSUM_HIGH);
    mark->shift_low =
        limits->sigma * spc_cusum_shift(&memory->cusum, k, SPC_CUSUM_LOW);
    mark->zones = cusum_zones(study->plan.h);
}

static void date_runs(struct memory *memory, struct spc_chart_mark *mark,
                      size_t i)
{
    if (mark->run == 1)
        memory->since[SPC_CUSUM_HIGH] = i;
    if (mark->run_low == 1)
        memory->since[SPC_CUSUM_LOW] = i;
    mark->since = memory->since[SPC_CUSUM_HIGH];
    mark->since_low = memory->since[SPC_CUSUM_LOW];
}

typedef void push(const struct spc_chart_study *study,
                  const struct spc_limits *limits, struct memory *memory,
                  const struct spc_point *point, struct spc_chart_mark *mark);

static push *const pushes[] = {
    [SPC_WEIGHTED_EWMA] = push_ewma,
    [SPC_WEIGHTED_AVERAGE] = push_average,
    [SPC_WEIGHTED_CUSUM] = push_cusum,
};

/* Those of a chart that has run for long, for subgroups of the usual size. */
static void settle(const struct spc_chart_study *study,
                   struct spc_chart_stage *stage)
{
    const struct spc_chart_plan *plan = &study->plan;
    struct spc_limits *limits = &stage->limits;
    double n = limits->n;

    if (stage->status != SPC_OK)
        return;
    switch ((enum spc_weighted)plan->type->kind) {
    case SPC_WEIGHTED_EWMA:
        spc_chart_figure(stage, "lambda", plan->lambda);
        limits->zones[0] =
            spc_weighted_zones(limits->center, limits->sigma, limits->width,
                               plan->lambda / (2 - plan->lambda) / n);
        break;
    case SPC_WEIGHTED_AVERAGE:
        spc_chart_figure(stage, "span", plan->span);
        limits->zones[0] = spc_weighted_zones(
            limits->center, limits->sigma, limits->width, 1.0 / plan->span / n);
        break;
    case SPC_WEIGHTED_CUSUM:
        spc_chart_figure(stage, "k", plan->k);
        spc_chart_figure(stage, "h", plan->h);
        spc_chart_figure(stage, "head_start", plan->head_start);
        limits->zones[0] = cusum_zones(plan->h);
        break;
    }
}

static void estimate(const struct spc_chart_study *study,
                     struct spc_chart_stage *stage,
                     const struct spc_constants *constants)
{
    spc_variables_family.estimate(study, stage, constants);
    settle(study, stage);
}

static void adopt(const struct spc_chart_study *study,
                  struct spc_chart_stage *stage,
                  const struct spc_constants *constants)
{
    spc_variables_family.adopt(study, stage, constants);
    settle(study, stage);
}

static void plot(struct spc_chart_study *study,
                 const struct spc_chart_stage *stage,
                 const struct spc_constants *constants)
{
    push *push_one = pushes[study->plan.type->kind];
    struct memory memory = {0};

    (void)constants;
    spc_ewma_start(&memory.ewma, stage->limits.center);
    spc_cusum_start(&memory.cusum, study->plan.head_start);
    for (size_t i = stage->first; i < stage->end; i++) {
        struct spc_chart_point *point = &study->points[i];
        struct spc_chart_mark *mark = &point->mark[0];
        struct memory before = memory;

        mark->value = mark->value_low = NAN;
        mark->judged = stage->status == SPC_OK && point->point.n > 0;
        if (!mark->judged)
            continue;
        push_one(study, &stage->limits, &memory, &point->point, mark);
        date_runs(&memory, mark, i);
        if (spc_chart_is_excluded(study, i))
            memory = before;
    }
}

const struct spc_chart_family spc_weighted_family = {estimate, adopt, plot};

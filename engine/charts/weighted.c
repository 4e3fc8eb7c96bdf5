/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts with a memory: EWMA, moving average, CUSUM.  Centre and sigma are
 * those of a chart of the same measurements without one. */
#include "engine/charts/charts.h"

#include "engine/weighted.h"

#include <math.h>

/* Rows of the types' `figures`. */
enum { LAMBDA = 0, SPAN = 0, K = 0, H, HEAD_START };

/* ---- EWMA -------------------------------------------------------------- */

/* `settle` gives the zones of a chart that has run for long, for subgroups of
 * the usual size. */
static void settle_ewma(const struct spc_chart_design *design,
                        struct spc_limits *limits)
{
    double n = limits->n;

    limits->figure[LAMBDA] = design->lambda;
    limits->zones[0] =
        spc_weighted_zones(limits->center, limits->sigma, limits->width,
                           design->lambda / (2 - design->lambda) / n);
}

static void start_ewma(struct spc_charting *charting)
{
    spc_ewma_start(charting->memory, charting->limits->center);
}

static void push_ewma(struct spc_charting *charting,
                      const struct spc_point *point,
                      struct spc_chart_mark marks[SPC_PANELS])
{
    const struct spc_limits *limits = charting->limits;
    struct spc_ewma *ewma = charting->memory;

    spc_ewma_push(ewma, charting->design->lambda, point->mean, point->n);
    marks[0].value = ewma->value;
    marks[0].zones = spc_weighted_zones(limits->center, limits->sigma,
                                        limits->width, ewma->share);
    marks[0].judged = true;
}

/* ---- moving average ---------------------------------------------------- */

static void settle_average(const struct spc_chart_design *design,
                           struct spc_limits *limits)
{
    double n = limits->n;

    limits->figure[SPAN] = design->span;
    limits->zones[0] = spc_weighted_zones(
        limits->center, limits->sigma, limits->width, 1.0 / design->span / n);
}

static void start_average(struct spc_charting *charting)
{
    *(struct spc_moving_average *)charting->memory =
        (struct spc_moving_average){.points = 0};
}

static void push_average(struct spc_charting *charting,
                         const struct spc_point *point,
                         struct spc_chart_mark marks[SPC_PANELS])
{
    const struct spc_limits *limits = charting->limits;
    double share;

    marks[0].value =
        spc_moving_average_push(charting->memory, charting->design->span,
                                point->mean, point->n, &share);
    marks[0].zones =
        spc_weighted_zones(limits->center, limits->sigma, limits->width, share);
    marks[0].judged = true;
}

/* ---- CUSUM ------------------------------------------------------------- */

/* One panel for each sum; the lower one is drawn below zero, where the same
 * zones serve. */
_Static_assert((unsigned)SPC_CUSUM_SIDES <= (unsigned)SPC_PANELS,
               "every sum has a panel");

static void settle_cusum(const struct spc_chart_design *design,
                         struct spc_limits *limits)
{
    limits->figure[K] = design->k;
    limits->figure[H] = design->h;
    limits->figure[HEAD_START] = design->head_start;
    for (unsigned side = 0; side < SPC_CUSUM_SIDES; side++)
        limits->zones[side] = spc_weighted_zones(0, 1, design->h, 1);
}

static void start_cusum(struct spc_charting *charting)
{
    spc_cusum_start(charting->memory, charting->design->head_start);
}

static void push_cusum(struct spc_charting *charting,
                       const struct spc_point *point,
                       struct spc_chart_mark marks[SPC_PANELS])
{
    const struct spc_limits *limits = charting->limits;
    struct spc_cusum *cusum = charting->memory;
    double k = charting->design->k;

    spc_cusum_push(cusum, k, (point->mean - limits->center) / limits->sigma,
                   point->n);
    for (unsigned side = 0; side < SPC_CUSUM_SIDES; side++) {
        const struct spc_cusum_sum *sum = &cusum->sum[side];

        marks[side].value =
            side == SPC_CUSUM_HIGH ? sum->value : 0 - sum->value;
        marks[side].run = sum->run;
        marks[side].shift =
            limits->sigma *
            spc_cusum_shift(cusum, k, (enum spc_cusum_side)side);
        marks[side].zones = limits->zones[side];
        marks[side].judged = true;
    }
}

/* ---- all of them ------------------------------------------------------- */

static const struct {
    size_t memory;
    void (*settle)(const struct spc_chart_design *design,
                   struct spc_limits *limits);
    void (*start)(struct spc_charting *charting);
    void (*push)(struct spc_charting *charting, const struct spc_point *point,
                 struct spc_chart_mark marks[SPC_PANELS]);
} kinds[] = {
    [SPC_WEIGHTED_EWMA] = {sizeof(struct spc_ewma), settle_ewma, start_ewma,
                           push_ewma},
    [SPC_WEIGHTED_AVERAGE] = {sizeof(struct spc_moving_average), settle_average,
                              start_average, push_average},
    [SPC_WEIGHTED_CUSUM] = {sizeof(struct spc_cusum), settle_cusum, start_cusum,
                            push_cusum},
};

static unsigned kind_of(const struct spc_chart_design *design)
{
    return spc_chart_types[design->chart].kind;
}

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    struct spc_chart_room room = spc_variables_room(design, points);

    room.memory = kinds[kind_of(design)].memory;
    return room;
}

/* The range panel that estimation leaves behind is none of this chart's. */
static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    enum spc_status status =
        spc_estimate_variables(charting, observations, count);

    if (status != SPC_OK)
        return status;
    charting->limits->zones[SPC_PANEL_SPREAD] = (struct spc_zones){{0}, {0}};
    kinds[kind_of(charting->design)].settle(charting->design, charting->limits);
    return SPC_OK;
}

static void start(struct spc_charting *charting)
{
    kinds[kind_of(charting->design)].start(charting);
}

/* Without limits there is nothing to begin from. */
static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    spc_no_marks(ret_marks);
    if (charting->in_force && observation->point.n > 0)
        kinds[kind_of(charting->design)].push(charting, &observation->point,
                                              ret_marks);
}

const struct spc_chart_operations spc_weighted_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

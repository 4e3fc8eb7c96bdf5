/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of rare events: g, CCC-r and t. */
#include "engine/charts/charts.h"

#include "engine/rare.h"

#include <math.h>

/* Rows of the types' `figures`. */
enum { G_RATE, G_MEAN, G_ALPHA, G_ZEROS };
enum { CCC_RATE, CCC_EVENTS, CCC_ALPHA };
enum { T_SHAPE, T_SCALE, T_ALPHA };

/* Of a g chart: its lower limit is often zero, and then only zeros in a row
 * can tell of a rate that rose (Benneyan). */
struct memory {
    uint64_t zeros; /* in a row, judged */
};

enum { TOO_MANY_ZEROS = 1u << 0 }; /* row of the type's `own` */

static enum spc_rare kind_of(const struct spc_chart_design *design)
{
    return (enum spc_rare)spc_chart_types[design->chart].kind;
}

/* As beyond three sigma of a normal distribution. */
static double alpha_of(const struct spc_chart_design *design)
{
    return design->alpha > 0 ? design->alpha : 0.0027;
}

/* ---- limits ------------------------------------------------------------ */

/* The centre line, and the standard deviation of the distribution. */
static void conclude(struct spc_limits *limits, double sigma)
{
    limits->center = limits->zones[0].upper[0];
    limits->sigma = sigma;
}

static void conclude_g(const struct spc_chart_design *design,
                       struct spc_limits *limits, double p, double mean)
{
    double alpha = alpha_of(design);

    limits->zones[0] = design->by_width
                           ? spc_g_zones_by_width(mean, design->width)
                           : spc_g_zones(p, alpha);
    limits->figure[G_RATE] = p;
    limits->figure[G_MEAN] = mean;
    if (!design->by_width)
        limits->figure[G_ALPHA] = alpha;
    if (limits->zones[0].lower[SPC_EDGES - 1] <= 0)
        limits->figure[G_ZEROS] = spc_g_zeros(p, alpha);
    conclude(limits, sqrt(mean * (mean + 1)));
}

static void conclude_ccc(const struct spc_chart_design *design,
                         struct spc_limits *limits, double p)
{
    unsigned r = design->events;

    limits->zones[0] = spc_ccc_zones(p, r, alpha_of(design));
    limits->figure[CCC_RATE] = p;
    limits->figure[CCC_EVENTS] = r;
    limits->figure[CCC_ALPHA] = alpha_of(design);
    conclude(limits, sqrt(r * (1 - p)) / p);
}

static void conclude_t(const struct spc_chart_design *design,
                       struct spc_limits *limits, double shape, double scale)
{
    double mean = tgamma(1 + 1 / shape);

    limits->zones[0] = spc_t_zones(shape, scale, alpha_of(design));
    limits->figure[T_SHAPE] = shape;
    limits->figure[T_SCALE] = scale;
    limits->figure[T_ALPHA] = alpha_of(design);
    conclude(limits, scale * sqrt(tgamma(1 + 2 / shape) - mean * mean));
}

/* The times that estimate, gathered for the one fit that needs them all. */
static enum spc_status fit(const struct spc_charting *charting,
                           const struct spc_observation *observations,
                           size_t count, double *ret_shape, double *ret_scale)
{
    double *times = charting->work;
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        if (observations[i].estimates)
            times[used++] = observations[i].point.mean;
    return spc_weibull_fit(times, used, ret_shape, ret_scale);
}

static enum spc_status estimate_t(struct spc_charting *charting,
                                  const struct spc_observation *observations,
                                  size_t count,
                                  const struct spc_rare_study *sums)
{
    double shape = 1, scale = sums->mean;
    enum spc_status status;

    if (!charting->design->exponential)
        status = fit(charting, observations, count, &shape, &scale);
    else if (sums->points < 2)
        status = SPC_TOO_FEW_SUBGROUPS;
    else
        status = scale > 0 ? SPC_OK : SPC_NO_VARIATION;
    if (status == SPC_OK)
        conclude_t(charting->design, charting->limits, shape, scale);
    return status;
}

static enum spc_status estimate_counts(struct spc_charting *charting,
                                       const struct spc_rare_study *sums)
{
    const struct spc_chart_design *design = charting->design;
    bool is_g = kind_of(design) == SPC_RARE_G;
    double p = 0;
    enum spc_status status =
        is_g ? spc_g_rate(sums, &p) : spc_ccc_rate(sums, design->events, &p);

    if (status != SPC_OK)
        return status;
    if (is_g)
        conclude_g(design, charting->limits, p, sums->mean);
    else
        conclude_ccc(design, charting->limits, p);
    return SPC_OK;
}

static void adopt(struct spc_charting *charting)
{
    const struct spc_chart_design *design = charting->design;
    double center = design->center;

    switch (kind_of(design)) {
    case SPC_RARE_G:
        conclude_g(design, charting->limits, 1 / (1 + center), center);
        break;
    case SPC_RARE_CCC:
        conclude_ccc(design, charting->limits, center);
        break;
    case SPC_RARE_T:
        conclude_t(design, charting->limits, 1, center);
        break;
    }
}

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    struct spc_chart_room room = {0};

    if (kind_of(design) == SPC_RARE_G)
        room.memory = sizeof(struct memory);
    if (kind_of(design) == SPC_RARE_T)
        room.work = points * sizeof(double);
    return room;
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    struct spc_rare_study sums = {0};

    spc_begin_limits(charting);
    charting->measured = 0;
    charting->needed = 2;
    if (charting->design->known) {
        adopt(charting);
        return SPC_OK;
    }
    for (size_t i = 0; i < count; i++)
        if (observations[i].estimates)
            spc_rare_add(&sums, observations[i].point.mean);
    charting->measured = (double)sums.points;
    charting->limits->subgroups = sums.points;
    charting->limits->measurements = sums.points;
    if (kind_of(charting->design) == SPC_RARE_T)
        return estimate_t(charting, observations, count, &sums);
    return estimate_counts(charting, &sums);
}

/* ---- points ------------------------------------------------------------ */

static void start(struct spc_charting *charting)
{
    if (kind_of(charting->design) == SPC_RARE_G)
        *(struct memory *)charting->memory = (struct memory){.zeros = 0};
}

/* Stands in for a lower limit of zero. */
static void count_zeros(struct spc_charting *charting, bool after_gap,
                        struct spc_chart_mark *mark)
{
    struct memory *memory = charting->memory;
    double too_many = charting->limits->figure[G_ZEROS];

    if (after_gap || !mark->judged)
        memory->zeros = 0;
    if (!mark->judged)
        return;
    memory->zeros = mark->value <= 0 ? memory->zeros + 1 : 0;
    if (isnan(too_many) || (double)memory->zeros < too_many)
        return;
    mark->own = TOO_MANY_ZEROS;
    mark->run = memory->zeros;
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct spc_chart_mark *mark = &ret_marks[0];

    spc_no_marks(ret_marks);
    if (observation->point.n > 0) {
        mark->value = observation->point.mean;
        mark->judged = charting->in_force;
    }
    if (mark->judged)
        mark->zones = charting->limits->zones[0];
    if (kind_of(charting->design) == SPC_RARE_G)
        count_zeros(charting, observation->after_gap, mark);
}

const struct spc_chart_operations spc_rare_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

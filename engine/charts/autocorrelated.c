/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of individuals that remember those before them: the points by limits
 * as wide as the process really is, or what a model of them leaves over.
 *
 *     ar-individual   mean +/- width sigma of the points
 *     ar-residual     0 +/- width sigma of the noise
 *
 * The model is Yule and Walker's over the points that estimate; it is kept
 * with the limits, and later points are judged by it as it stands. */
#include "engine/charts/charts.h"

#include "engine/autocorrelation.h"

#include <math.h>
#include <string.h>

/* Rows of the types' `figures`. */
enum { ORDER, PHI_1, R_1, OTHER_SIGMA };

enum {
    POINTS_A_LAG = 5, /* that a fit needs; as spc_autocorrelation_lags */
    SERIES = 2,       /* a point may have a gap before it */
};

/* The model as it is recorded, in doubles: no byte of it is undefined. */
enum parameter { AT_ORDER, AT_MEAN, AT_PHI, PARAMETERS = AT_PHI + SPC_AR_MAX };

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    bool residuals =
        spc_chart_types[design->chart].kind == SPC_AUTOCORRELATED_RESIDUAL;

    return (struct spc_chart_room){
        .parameters = PARAMETERS * sizeof(double),
        .memory = residuals ? sizeof(struct spc_ar_memory) : 0,
        .work = SERIES * points * sizeof(double),
    };
}

/* ---- the model --------------------------------------------------------- */

/* The base line as a series, NaN where nothing may be strung together. */
static size_t series_of(const struct spc_observation *observations,
                        size_t count, double *ret_x, uint64_t *ret_n)
{
    size_t length = 0;

    *ret_n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct spc_observation *at = &observations[i];

        if (at->after_gap || !at->estimates)
            ret_x[length++] = (double)NAN;
        if (!at->estimates)
            continue;
        ret_x[length++] = at->point.mean;
        ++*ret_n;
    }
    return length;
}

/* Up to the lag of the model wanted; by AIC, to the greatest lag that is usual
 * and that a pair spans. */
static enum spc_status correlate(const struct spc_chart_design *design,
                                 const double *x, size_t length, uint64_t n,
                                 struct spc_autocorrelation *ret_series)
{
    bool free = design->order == SPC_NONE;
    unsigned lags = free ? spc_autocorrelation_lags(n)
                         : (design->order > 0 ? design->order : 1);
    enum spc_status status = spc_autocorrelate(x, length, lags, ret_series);

    while (free && status == SPC_TOO_FEW_SUBGROUPS && lags > 1)
        status = spc_autocorrelate(x, length, --lags, ret_series);
    return status;
}

/* How many independent points would tell as much of the mean: n times the
 * variance of a point over the spectrum at frequency zero. */
static double effective_points(const struct spc_ar *model, uint64_t n)
{
    double rest = 1, ratio = model->sigma / model->sigma_noise;

    for (unsigned i = 0; i < model->order; i++)
        rest -= model->phi[i];
    return (double)n * (ratio * rest) * (ratio * rest);
}

/* Yule and Walker's model is always stationary, the points need not be: by
 * least squares they may run away, or follow one another exactly. */
static bool wanders(const double *x, size_t length)
{
    struct spc_ar line;

    switch (spc_ar_least_squares(x, length, &line)) {
    case SPC_OK:
        return !line.stationary;
    case SPC_TOO_FEW_SUBGROUPS:
        return false;
    default:
        return true;
    }
}

static enum spc_status fit(const struct spc_chart_design *design,
                           const double *x, size_t length,
                           const struct spc_autocorrelation *series,
                           struct spc_ar *ret_model)
{
    unsigned most = series->lags < SPC_AR_MAX ? series->lags : SPC_AR_MAX;
    unsigned order = design->order == SPC_NONE
                         ? spc_ar_order(series, most, NULL)
                         : design->order;
    enum spc_status status = spc_ar_yule_walker(series, order, ret_model);

    if (status == SPC_NO_CONVERGENCE)
        return SPC_NOT_STATIONARY;
    if (status != SPC_OK || order == 0)
        return status;
    if (!(effective_points(ret_model, series->n) >= SPC_STUDY_MIN) ||
        wanders(x, length))
        return SPC_NOT_STATIONARY;
    return SPC_OK;
}

static void keep_model(const struct spc_ar *model, double *parameters)
{
    parameters[AT_ORDER] = model->order;
    parameters[AT_MEAN] = model->mean;
    for (unsigned i = 0; i < SPC_AR_MAX; i++)
        parameters[AT_PHI + i] = model->phi[i];
}

/* What a residual needs of it. */
static struct spc_ar kept_model(const double *parameters)
{
    struct spc_ar model = {.order = (unsigned)parameters[AT_ORDER],
                           .mean = parameters[AT_MEAN]};

    for (unsigned i = 0; i < model.order; i++)
        model.phi[i] = parameters[AT_PHI + i];
    return model;
}

unsigned spc_chart_phi(enum spc_chart chart, const double *parameters,
                       const double **ret_phi)
{
    if (spc_chart_types[chart].operations != &spc_autocorrelated_chart)
        return 0;
    *ret_phi = parameters + AT_PHI;
    return (unsigned)parameters[AT_ORDER];
}

/* ---- limits ------------------------------------------------------------ */

static struct spc_zones zones_of(double center, double sigma, double width)
{
    struct spc_zones zones;

    for (unsigned i = 0; i < SPC_EDGES; i++) {
        double away = i * width / (SPC_EDGES - 1) * sigma;

        zones.upper[i] = center + away;
        zones.lower[i] = center - away;
    }
    return zones;
}

static void settle(struct spc_charting *charting, const struct spc_ar *model,
                   const struct spc_autocorrelation *series)
{
    struct spc_limits *limits = charting->limits;
    bool residuals =
        spc_chart_types[limits->chart].kind == SPC_AUTOCORRELATED_RESIDUAL;

    limits->center = model->mean;
    limits->sigma = residuals ? model->sigma_noise : model->sigma;
    limits->figure[ORDER] = model->order;
    if (model->order > 0)
        limits->figure[PHI_1] = model->phi[0];
    limits->figure[R_1] = series->r[1];
    limits->figure[OTHER_SIGMA] = residuals ? model->sigma : model->sigma_noise;
    if (residuals)
        limits->df = (double)(series->n - model->order - 1);
    limits->zones[0] =
        zones_of(residuals ? 0 : limits->center, limits->sigma, limits->width);
    keep_model(model, charting->parameters);
}

uint32_t spc_ar_points_needed(const struct spc_chart_design *design)
{
    bool several = design->order != SPC_NONE && design->order > 1;

    return POINTS_A_LAG * (several ? design->order : 1);
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_autocorrelation series;
    struct spc_ar model;
    uint64_t n;
    size_t length = series_of(observations, count, charting->work, &n);

    spc_begin_limits(charting);
    charting->limits->subgroups = charting->limits->measurements = n;
    charting->measured = (double)n;
    charting->needed = spc_ar_points_needed(design);
    if (n < charting->needed)
        return SPC_TOO_FEW_SUBGROUPS;

    enum spc_status status =
        correlate(design, charting->work, length, n, &series);

    if (status == SPC_OK)
        status = fit(design, charting->work, length, &series, &model);
    if (status == SPC_OK)
        settle(charting, &model, &series);
    return status;
}

/* ---- points ------------------------------------------------------------ */

static void start(struct spc_charting *charting)
{
    if (spc_chart_types[charting->design->chart].kind ==
        SPC_AUTOCORRELATED_RESIDUAL)
        memset(charting->memory, 0, sizeof(struct spc_ar_memory));
}

/* The noise of a point whose predecessors are all known; else NaN. */
static double residual(struct spc_charting *charting,
                       const struct spc_observation *observation)
{
    struct spc_ar model = kept_model(charting->parameters);
    struct spc_ar_memory *memory = charting->memory;
    double x = observation->point.n > 0 ? observation->point.mean : (double)NAN;

    if (observation->after_gap)
        (void)spc_ar_residual(memory, &model, (double)NAN);
    return spc_ar_residual(memory, &model, x);
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct spc_chart_mark *mark = &ret_marks[0];
    bool residuals = spc_chart_types[charting->design->chart].kind ==
                     SPC_AUTOCORRELATED_RESIDUAL;

    spc_no_marks(ret_marks);
    if (residuals && charting->in_force)
        mark->value = residual(charting, observation);
    else if (!residuals && observation->point.n > 0)
        mark->value = observation->point.mean;
    mark->judged = charting->in_force && isfinite(mark->value);
    if (mark->judged)
        mark->zones = charting->limits->zones[0];
}

const struct spc_chart_operations spc_autocorrelated_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the points of a chart's base line are independent, as the chart
 * presumes; of residuals, whether the model left nothing over. */
#include "engine/charts/charts.h"

#include "engine/autocorrelation.h"

#include <math.h>

/* Points of several kinds of part remember which kind they are of; means that
 * may wander within a specification depend on where they were. */
static bool is_one_series(const struct spc_chart_design *design,
                          const struct spc_observation *observations,
                          size_t count)
{
    enum spc_chart_data data = spc_chart_types[design->chart].data;
    bool measured = data == SPC_DATA_INDIVIDUALS ||
                    data == SPC_DATA_SUBGROUPS || data == SPC_DATA_MEASUREMENTS;

    for (size_t i = 0; i < count; i++)
        if (observations[i].part != SPC_NONE)
            return false;
    return measured && !design->known &&
           !spc_chart_types[design->chart].needs_specification;
}

static double value_of(const struct spc_chart_design *design,
                       const struct spc_observation *observation)
{
    if (design->chart == SPC_CHART_MEDIAN_R)
        return observation->median;
    if (!isnan(observation->nominal))
        return observation->point.mean - observation->nominal;
    return observation->point.mean;
}

static struct spc_ar model_of(const struct spc_chart_design *design,
                              const struct spc_limits *limits,
                              const double *parameters)
{
    struct spc_ar model = {.mean = limits->center};
    const double *phi = NULL;

    if (design->chart == SPC_CHART_AR_RESIDUAL)
        model.order = spc_chart_phi(design->chart, parameters, &phi);
    for (unsigned i = 0; i < model.order; i++)
        model.phi[i] = phi[i];
    return model;
}

enum spc_status spc_chart_independence(
    const struct spc_charting *charting,
    const struct spc_observation *observations, size_t count,
    struct spc_independence *ret_test)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_ar model =
        model_of(design, charting->limits, charting->parameters);
    struct spc_ar_memory memory = {.count = 0};
    struct spc_independence_sums sums = {.n = 0};

    if (!is_one_series(design, observations, count))
        return SPC_BAD_INPUT;
    for (size_t i = 0; i < count; i++) {
        const struct spc_observation *at = &observations[i];
        double x = at->estimates ? value_of(design, at) : (double)NAN;

        if (at->after_gap) {
            spc_independence_add(&sums, (double)NAN);
            (void)spc_ar_residual(&memory, &model, (double)NAN);
        }
        if (model.order > 0)
            x = spc_ar_residual(&memory, &model, x);
        spc_independence_add(&sums, x);
    }
    return spc_independence_test(&sums, model.order, ret_test);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Widths for a small study: its own points are judged so that a stable study
 * signals with the probability asked for, later ones so that the width keeps
 * the rate of false alarms it has when centre and sigma are known.  Both are
 * of means; medians of samples are as good as normal. */
#include "engine/charts/charts.h"

#include "engine/phase_one.h"
#include "engine/study.h"

#include <math.h>

static bool is_moving(const struct spc_chart_design *design)
{
    return design->n == 1 && design->estimator == SPC_ESTIMATOR_MR;
}

/* Of medians of moving ranges no degrees of freedom are known, of successive
 * differences no limits for their own points; and the deviation of all
 * measurements is no sigma within subgroups.  See phase_one.h. */
static bool has_widths(const struct spc_chart_design *design)
{
    switch (design->estimator) {
    case SPC_ESTIMATOR_MEDIAN_MR:
        return false;
    case SPC_ESTIMATOR_MSSD:
    case SPC_ESTIMATOR_MSSD_PLAIN:
        return !(design->alpha_for_study > 0);
    case SPC_ESTIMATOR_OVERALL:
    case SPC_ESTIMATOR_OVERALL_C4:
        return design->n == 1;
    default:
        return true;
    }
}

enum spc_chart_widths spc_chart_widths(const struct spc_chart_design *design)
{
    double alpha = design->alpha_for_study;

    if (!has_widths(design))
        return SPC_WIDTHS_NOT_OF_ESTIMATOR;
    if (alpha > 0 && is_moving(design) &&
        (alpha < SPC_PHASE_ONE_MOVING_ALPHA_MIN ||
         alpha > SPC_PHASE_ONE_MOVING_ALPHA_MAX))
        return SPC_WIDTHS_NOT_OF_ALPHA;
    return SPC_WIDTHS_EXIST;
}

uint32_t spc_chart_widths_need(const struct spc_chart_design *design)
{
    if (design->alpha_for_study > 0 && is_moving(design))
        return SPC_PHASE_ONE_MOVING_MIN;
    if (design->alpha_for_study > 0 && design->n == 1)
        return 3;
    return SPC_STUDY_MIN;
}

/* Squares know their degrees of freedom, whatever the sizes; ranges and
 * standard deviations have those of as many subgroups of the usual size. */
static enum spc_status degrees(const struct spc_charting *charting, uint32_t m,
                               double *ret_df)
{
    const struct spc_chart_design *design = charting->design;

    if (design->estimator == SPC_ESTIMATOR_POOLED ||
        design->estimator == SPC_ESTIMATOR_POOLED_PLAIN) {
        *ret_df = charting->limits->df;
        return SPC_OK;
    }
    return spc_phase_one_df(m, design->n, design->estimator, design->constants,
                            ret_df);
}

/* Two-sided, of a normal point; out of reach of a double it is no width. */
static enum spc_status future_width(const struct spc_charting *charting,
                                    uint32_t m, double df, double *ret_width)
{
    const struct spc_chart_design *design = charting->design;
    double alpha = erfc(design->width / sqrt(2));

    if (!(alpha > 0) || !(alpha < 1))
        return SPC_NO_CONVERGENCE;
    return spc_phase_two_width(m, design->n, design->estimator, df, alpha,
                               ret_width);
}

enum spc_status spc_settle_widths(struct spc_charting *charting)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_limits *limits = charting->limits;
    uint32_t m = (uint32_t)limits->subgroups;
    struct spc_limits others;
    double df, study = (double)NAN, future;
    enum spc_status status;

    if (design->known || (!design->corrected && !(design->alpha_for_study > 0)))
        return SPC_OK;
    charting->needed = spc_chart_widths_need(design);
    if (m < charting->needed)
        return SPC_TOO_FEW_SUBGROUPS;
    status = degrees(charting, m, &df);
    if (status == SPC_OK && design->alpha_for_study > 0)
        status = spc_phase_one_width(m, design->n, design->estimator, df,
                                     design->alpha_for_study, &study);
    if (status == SPC_OK)
        status = future_width(charting, m, df, &future);
    if (status != SPC_OK)
        return status;

    others = *limits;
    others.width = future;
    others.n = SPC_NONE;
    limits->zones[SPC_PANEL_LOCATION] = spc_limits_zones(
        &others, design->constants, SPC_PANEL_LOCATION, limits->n);
    limits->width = future;
    limits->figure[SPC_STUDY_WIDTH] = study;
    limits->figure[SPC_FUTURE_WIDTH] = future;
    return SPC_OK;
}

double spc_location_width(const struct spc_charting *charting,
                          const struct spc_observation *observation)
{
    const struct spc_limits *limits = charting->limits;

    if (charting->design->alpha_for_study > 0 && observation->estimates &&
        isfinite(limits->figure[SPC_STUDY_WIDTH]))
        return limits->figure[SPC_STUDY_WIDTH];
    return limits->width;
}

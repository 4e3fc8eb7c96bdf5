/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations behind the rows of the table of charts, one file a family,
 * and what several families share. */
#ifndef SPC_ENGINE_CHARTS_CHARTS_H
#define SPC_ENGINE_CHARTS_CHARTS_H

#include "engine/chart.h"

extern const struct spc_chart_operations spc_variables_chart;
extern const struct spc_chart_operations spc_median_chart;
extern const struct spc_chart_operations spc_three_way_chart;
extern const struct spc_chart_operations spc_short_run_chart;
extern const struct spc_chart_operations spc_acceptance_chart;
extern const struct spc_chart_operations spc_precontrol_chart;
extern const struct spc_chart_operations spc_attribute_chart;
extern const struct spc_chart_operations spc_weighted_chart;
extern const struct spc_chart_operations spc_autocorrelated_chart;
extern const struct spc_chart_operations spc_rare_chart;
extern const struct spc_chart_operations spc_streams_chart;
extern const struct spc_chart_operations spc_t2_chart;
extern const struct spc_chart_operations spc_generalized_variance_chart;
extern const struct spc_chart_operations spc_mewma_chart;
extern const struct spc_chart_operations spc_rate_cusum_chart;

/* Kinds of the weighted family. */
enum spc_weighted {
    SPC_WEIGHTED_EWMA,
    SPC_WEIGHTED_AVERAGE,
    SPC_WEIGHTED_CUSUM,
};

/* Kinds of the autocorrelated family. */
enum spc_autocorrelated {
    SPC_AUTOCORRELATED_INDIVIDUAL,
    SPC_AUTOCORRELATED_RESIDUAL,
};

/* Points without which a model of the design's order cannot be fitted. */
uint32_t spc_ar_points_needed(const struct spc_chart_design *design);

/* Kinds of the rare family. */
enum spc_rare { SPC_RARE_G, SPC_RARE_CCC, SPC_RARE_T };

/* The chart of measurements that tells of sigma where a chart of them does
 * not do so itself: by the size of its subgroups and its estimator. */
enum spc_chart spc_sigma_chart(const struct spc_chart_design *design);

/* Centre, sigma and zones by the design's estimator, as charts of measurements
 * have them: what the families built on them begin with. */
enum spc_status spc_estimate_variables(
    struct spc_charting *charting, const struct spc_observation *observations,
    size_t count);

/* The room spc_estimate_variables needs. */
struct spc_chart_room spc_variables_room(const struct spc_chart_design *design,
                                         size_t points);

/* Widths for a small study, where the design asks for them: once limits are
 * estimated, sets the location panel's for later points.  Rows of the figures:
 * the width of the study's own points, that of later ones.
 *
 * SPC_TOO_FEW_SUBGROUPS (sets `needed`), SPC_BAD_INPUT (no such widths for the
 * estimator), SPC_NO_CONVERGENCE on failure. */
enum { SPC_STUDY_WIDTH, SPC_FUTURE_WIDTH };
SPC_MUST_CHECK
enum spc_status spc_settle_widths(struct spc_charting *charting);

/* The location panel's width for an observation: the study's own, or that of
 * any other. */
double spc_location_width(const struct spc_charting *charting,
                          const struct spc_observation *observation);

/* A moving range is of the base line only when both its points are. */
double spc_estimating_range(const struct spc_observation *observations,
                            size_t i);

/* No mark: nothing is drawn on any panel. */
void spc_no_marks(struct spc_chart_mark marks[SPC_PANELS]);

/* Clears limits and sets what every chart's limits begin with. */
void spc_begin_limits(struct spc_charting *charting);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a chart of several variables estimated, for those who print it. */
#ifndef SPC_ENGINE_CHARTS_MULTIVARIATE_H
#define SPC_ENGINE_CHARTS_MULTIVARIATE_H

#include "engine/chart.h"

/* As long as the parameters are. */
struct spc_vector_estimate {
    size_t p;
    const double *mean;       /* p */
    const double *covariance; /* lower triangle, row by row */
};

/* Of a chart of SPC_DATA_VECTORS that has limits. */
struct spc_vector_estimate spc_vector_estimate(
    const struct spc_chart_design *design, const double *parameters);

/* Points without which a design of so many variables has no limits. */
uint32_t spc_vectors_needed(const struct spc_chart_design *design);

#endif

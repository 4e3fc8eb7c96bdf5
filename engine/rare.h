/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rare events: how long is it between them?
 *
 *     g     X good units between two defectives    geometric from 0
 *     CCC   N units up to and with the r-th        negative binomial from r
 *     t     T time between two events              Weibull, or exponential
 *
 * All are far from normal, so limits are quantiles: alpha / 2 beyond either,
 * the median for a centre.  Those of counts are interpolated, as the solution
 * of the tail's own formula at a number that need not be whole:
 *
 *     P(X > x) = (1 - p)^(x + 1)
 *     P(N > n) = sum of C(n, j) p^j (1 - p)^(n - j), j < r
 *     P(N <= n) = I_p(r, n - r + 1), by its series: never one minus the other
 *     P(T > t) = exp(-(t / scale)^shape)
 *
 * Sources: Benneyan, Statistical g-type Control Charts, 2001; Xie, Goh and
 * Kuralmani, Statistical Models and Control Charts for High-Quality Processes,
 * 2002; Montgomery, Introduction to Statistical Quality Control, 7.3. */
#ifndef SPC_ENGINE_RARE_H
#define SPC_ENGINE_RARE_H

#include "engine/status.h"
#include "engine/types.h"

enum { SPC_CCC_EVENTS_MAX = 4 };

/* All zero is empty. */
struct spc_rare_study {
    uint64_t points;
    double mean; /* of what is plotted */
};

void spc_rare_add(struct spc_rare_study *study, double x);

/* Probability of a defective: (points - 1) / points / (mean + 1) on a g chart,
 * r / mean on a CCC-r chart.  SPC_TOO_FEW_SUBGROUPS below two points,
 * SPC_NO_VARIATION when every unit was defective. */
SPC_MUST_CHECK
enum spc_status spc_g_rate(const struct spc_rare_study *study, double *ret_p);
SPC_MUST_CHECK
enum spc_status spc_ccc_rate(const struct spc_rare_study *study, unsigned r,
                             double *ret_p);

/* Maximum likelihood for at least two times above 0 that are not all equal.
 * SPC_TOO_FEW_SUBGROUPS, SPC_NO_VARIATION, SPC_BAD_INPUT for a time of 0,
 * SPC_NO_CONVERGENCE. */
SPC_MUST_CHECK
enum spc_status spc_weibull_fit(const double *times, size_t count,
                                double *ret_shape, double *ret_scale);

/* Edge 0 is the median and edge 3 the quantile with alpha / 2 beyond; the
 * edges between divide the way in three.  0 < p < 1. */
struct spc_zones spc_g_zones(double p, double alpha);
struct spc_zones spc_ccc_zones(double p, unsigned r, double alpha);
struct spc_zones spc_t_zones(double shape, double scale, double alpha);

/* The textbook's: mean +/- width sqrt(mean (mean + 1)), from 0. */
struct spc_zones spc_g_zones_by_width(double mean, double width);

/* How many zeros in a row are as rare as a point beyond a limit, where no
 * lower limit can say so (Benneyan): p^k <= alpha / 2. */
unsigned spc_g_zeros(double p, double alpha);

#endif

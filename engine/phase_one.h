/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of a small study that give the false alarms they promise, although
 * centre and sigma are estimated from the very points they judge.
 *
 *     study (phase I):   P(any of m stable points is beyond) = alpha
 *     future (phase II): P(a new stable point lies beyond) = alpha, on average
 *                        over studies
 *
 * Three sigma make no such promise: of 25 stable individuals one is beyond in
 * 6 % of studies, of five subgroups of five in 1.5 %.  With the sd s_p pooled
 * over df degrees of freedom, and s a chi deviate over its root,
 *
 *     alpha = E[D_m(width s)],  D_m(a) = P(max |u_i - mean u| > a),  u normal
 *     future: width = sqrt(1 + 1 / m) t(alpha / 2, df)
 *
 * exactly.  (x_i - mean) / (s_p sqrt((m - 1) / m)) is Student's t; m of them
 * have correlations -1 / (m - 1).  Residuals are independent of their mean, so
 * D_m is that of m values known to add up to 0, and by Fourier inversion
 *
 *     1 - D_m(a) = sqrt(m / 2 pi) integral of g(t)^m dt,
 *     g(t) = integral from -a to a of phi(u) cos(t u) du
 *
 * Sources: Champ and Jones, QREI 20, 2004; P. R. Nelson, Communications in
 * Statistics 11, 1982, and L. S. Nelson, J. Quality Technology 15, 1983 (the
 * same quantiles for the analysis of means); Quesenberry, J. Quality Technology
 * 25, 1993; Patnaik, Biometrika 37, 1950 (effective degrees of freedom);
 * Grubbs, Technometrics 11, 1969. */
#ifndef SPC_ENGINE_PHASE_ONE_H
#define SPC_ENGINE_PHASE_ONE_H

#include "engine/constants.h"
#include "engine/status.h"
#include "engine/types.h"

#include <stdint.h>

/* The least points, and the probabilities, for which limits of a study with
 * moving ranges are calibrated. */
enum { SPC_PHASE_ONE_MOVING_MIN = 10 };
#define SPC_PHASE_ONE_MOVING_ALPHA_MIN 0.001
#define SPC_PHASE_ONE_MOVING_ALPHA_MAX 0.2

/* Effective degrees of freedom of sigma estimated from m points of n
 * measurements each: those of the chi deviate of the same relative variance
 * (Patnaik).  For ranges of many values they are fewer than 0.9 m (n - 1), for
 * moving ranges 0.605 m and not m - 1.
 *
 * SPC_TOO_FEW_SUBGROUPS (two points are the least); SPC_BAD_INPUT (an
 * estimator that is not of such points, or the median moving range). */
SPC_MUST_CHECK
enum spc_status spc_phase_one_df(uint32_t m, uint32_t n,
                                 enum spc_estimator estimator,
                                 const struct spc_constants *k, double *ret_df);

/* How many sigmas of the estimator, over sqrt(n), from the mean of m points of
 * n measurements to their own limits.  `df` are the estimator's, such as
 * spc_phase_one_df's, or sum(n_i - 1) where sizes differ; infinite: sigma is
 * known.  `alpha` is above 0 and below 1.
 *
 *     pooled         exact
 *     R-bar, S-bar   effective df: the rate is conservative, at 0.05 by 1 % of
 *                    it or less, at 0.01 by 4 %; of five subgroups of two by
 *                    4 % and 11 %
 *     overall        Grubbs: width = (m - 1) / sqrt(m) sqrt(t^2 /
 *                    (m - 2 + t^2)), t of alpha / 2m and m - 2 degrees;
 *                    exact beyond sqrt((m - 1) / 2), else conservative, up to
 *                    2 % at 0.05 and 5 % at 0.1
 *     moving ranges  1 / width = q + sum_j (b_j + w_j q + c_j q^2) / m^j, q
 *                    being 1 / width if sigma were independent of the points;
 *                    fitted to the quantiles of 4 to 8 million simulated
 *                    studies of each of 13 sizes, 10 to 300: within 0.35 % of
 *                    them (0.9 % at 0.001 for 10), the rate within 3 %
 *
 * SPC_TOO_FEW_SUBGROUPS (two points; three for the overall sd, ten for moving
 * ranges); SPC_BAD_INPUT (no such limits: an estimator not of such points, the
 * median moving range, successive differences, moving ranges beyond the alphas
 * above); SPC_NO_CONVERGENCE. */
SPC_MUST_CHECK
enum spc_status spc_phase_one_width(uint32_t m, uint32_t n,
                                    enum spc_estimator estimator, double df,
                                    double alpha, double *ret_width);

/* The same for a future point of n measurements, on average over studies of m
 * points.  Exact for the pooled and overall sd, conservative for the others:
 * moving ranges of 10 points by 4 % of 0.05, of 25 by 1.5 %.  Successive
 * differences are possible here. */
SPC_MUST_CHECK
enum spc_status spc_phase_two_width(uint32_t m, uint32_t n,
                                    enum spc_estimator estimator, double df,
                                    double alpha, double *ret_width);

#endif

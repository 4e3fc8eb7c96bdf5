/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimators of sigma from successive differences, for individual values.
 *
 *     median of moving ranges   sigma = median(MR) / d4
 *     mean squared successive   sigma = sqrt(sum MR^2 / (2 m)) / c4'
 *     difference, of m ranges   plain: without c4'
 *
 * d4 = sqrt(2) Q^-1(1/4) = 0.95387, the median of |N(0, 2)|, is right in the
 * limit: the median of few ranges is too large on average (by 18 % for one,
 * 5 % for ten, 2 % for thirty).  It hardly feels an outlier; the other one
 * feels it most of all.
 *
 * c4' is the mean of that root for sigma = 1.  Its square is a sum of squared
 * normal deviates whose weights are the eigenvalues of the differences, so
 * that its mean follows from the Laplace transform L(t) of the square:
 *
 *     c4' = 1 / (2 sqrt(pi)) integral of (1 - L(t)) t^(-3/2) over t > 0
 *     L(t)^-2 = product over unbroken stretches of n values of
 *               y^(n-1) U_(n-1)(1 + 1 / (2 y)),  y = t / m
 *
 * with U the Chebyshev polynomials of the second kind.  It is exact where
 * values are missing, too: 0.79788 for two values, as c4(2), 0.87146 for three.
 *
 * Source: von Neumann, Kent, Bellinson and Hart, The mean square successive
 * difference, Annals of Mathematical Statistics 12, 1941. */
#ifndef SPC_ENGINE_ESTIMATORS_H
#define SPC_ENGINE_ESTIMATORS_H

#include "engine/status.h"
#include "engine/types.h"

/* Whether an estimator is one of these: it needs every moving range at once,
 * which a study does not keep. */
bool spc_estimator_is_successive(enum spc_estimator estimator);

/* Sigma from the moving ranges of values in their order, one to a value: NaN
 * where there is none, as at the first value and after a gap.  Its degrees of
 * freedom are the number of ranges, as is usual and too many (see
 * docs/formulas.md).  The ranges may be left in another order.
 *
 * SPC_TOO_FEW_SUBGROUPS without any range, SPC_NO_VARIATION, SPC_NOT_FINITE. */
SPC_MUST_CHECK
enum spc_status spc_successive_sigma(enum spc_estimator estimator,
                                     double *ranges, size_t count,
                                     double *ret_sigma, double *ret_df);

/* Median of |N(0, 2)|. */
double spc_d4_of_two(void);

/* c4' of moving ranges, of which only what is NaN matters; at least one is
 * not. */
double spc_c4_successive(const double *ranges, size_t count);

#endif

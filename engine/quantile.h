/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles where the usual ones give up: a part per billion and beyond,
 * millions of degrees of freedom, counts up to 1e15.
 *
 *     log Q(z) = log of the normal tail beyond z      (never 1 - P)
 *     chi-square: x such that P(X <= x) = p
 *     Clopper and Pearson, Biometrika 26, 1934: the rates p at which x
 *     defects or more, or x or fewer, in n units still have probability a
 *
 * Far tails are solved for in logarithms, by bisection kept honest with
 * Newton's steps, so that nothing underflows and every answer satisfies its
 * own distribution function.  With few degrees of freedom that function is
 * GSL's or a plain sum; with many the density is nearly a bell, and both it
 * and its tail are integrated by Gauss and Legendre over the whole of its
 * width, which needs no normalising constant. */
#ifndef SPC_ENGINE_QUANTILE_H
#define SPC_ENGINE_QUANTILE_H

#include "engine/status.h"

#include <stdint.h>

/* log Q(z), good from z = -37 to as far as a double goes. */
double spc_normal_log_tail(double z);

/* The z with log Q(z) = log_q; log_q < 0, else NaN. */
double spc_normal_log_tail_inverse(double log_q);

/* Quantile of the chi-square distribution, p in (0, 1), df > 0: GSL's own is
 * wrong or refuses above a thousand degrees of freedom.
 *
 * SPC_NO_CONVERGENCE on failure. */
SPC_MUST_CHECK
enum spc_status spc_chisq_quantile(double p, double df, double *ret_x);

/* Exact two-sided bounds on a rate of `defects` in `units` (at least one, and
 * no fewer than the defects), in ppb, good for counts to 1e15.
 *
 * SPC_NO_CONVERGENCE on failure. */
SPC_MUST_CHECK
enum spc_status spc_counted_bounds(uint64_t defects, uint64_t units,
                                   double confidence, double *ret_lower_ppb,
                                   double *ret_upper_ppb);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact limits for counts: how many are too few or too many, when each of n
 * units is defective with probability p, or when m defects are expected?
 *
 *     upper = the least u with    P(X > u) <= a
 *     lower = the greatest l with P(X < l) <= a
 *
 * so that a count strictly beyond a limit has at most probability a.  Masses
 * are computed in logarithms with Stirling's error kept apart (Loader, Fast
 * and Accurate Computation of Binomial Probabilities, 2000), so nothing
 * cancels at counts of 1e15, and a tail is the sum of its own masses from the
 * far end inwards, never one minus the other. */
#ifndef SPC_ENGINE_DISCRETE_H
#define SPC_ENGINE_DISCRETE_H

#include <stdint.h>

struct spc_count_limits {
    uint64_t lower, upper;
};

/* log P(X = x) */
double spc_binomial_log_mass(uint64_t x, uint64_t n, double p); /* x <= n */
double spc_poisson_log_mass(uint64_t x, double m);

/* n at most 1e15 and 0 < p < 1; m in (0, 1e15]; a in (0, 0.5).  Takes about
 * ten standard deviations' worth of additions. */
struct spc_count_limits spc_binomial_limits(uint64_t n, double p, double a);
struct spc_count_limits spc_poisson_limits(double m, double a);

#endif

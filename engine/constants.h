/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control chart constants: what the range and the standard deviation of n
 * standard normal deviates are on average, and how much they scatter.
 *
 *     d2(n) = E[range],  d3(n) = sd[range],  c4(n) = E[sd]
 *
 *     d2(n) = integral of 1 - P(x)^n - Q(x)^n
 *     c4(n) = sqrt(2 / (n - 1)) Gamma(n / 2) / Gamma((n - 1) / 2)
 *
 * d2 and d3 are integrated from their definition once, at start, so that no
 * digit was ever typed (Tippett, Biometrika 17, 1925; ASTM E2587). */
#ifndef SPC_ENGINE_CONSTANTS_H
#define SPC_ENGINE_CONSTANTS_H

#include "engine/status.h"
#include "engine/types.h"

/* Indexed by n; entries 0 and 1 are NaN. */
struct spc_constants {
    double d2[SPC_SUBGROUP_MAX + 1];
    double d3[SPC_SUBGROUP_MAX + 1];
    double c4[SPC_SUBGROUP_MAX + 1];
};

/* SPC_NO_CONVERGENCE, SPC_NO_MEMORY on failure.  Takes milliseconds. */
SPC_MUST_CHECK
enum spc_status spc_constants_compute(struct spc_constants *ret_constants);

/* d4, the median of the range of n, 2 to SPC_SUBGROUP_MAX, where half of its
 * distribution P(R <= r) = n integral phi(x) (P(x + r) - P(x))^(n - 1) dx is
 * reached. */
double spc_range_median(unsigned n);

/* c4 for any n >= 2 (pooled estimates have hundreds of degrees of freedom). */
double spc_c4(double n);

#endif

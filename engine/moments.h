/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running moments: how many, where, how wide, how skewed, how heavy-tailed,
 * in one pass and a fixed number of bytes.
 *
 * Central moments are updated, never differenced from power sums, so nothing
 * is lost when the spread is tiny beside the level.  Two sets merge into
 * exactly what one pass over both would have given, up to rounding (Pebay,
 * SAND2008-6212; Chan, Golub, LeVeque, 1983). */
#ifndef SPC_ENGINE_MOMENTS_H
#define SPC_ENGINE_MOMENTS_H

#include <stdint.h>

/* All zero is empty. */
struct spc_moments {
    uint64_t n;
    double mean;
    double m2, m3, m4; /* sums of powers of deviations from the mean */
    double low, high;  /* extremes; meaningless while n is 0 */
};

void spc_moments_add(struct spc_moments *moments, double x);

/* Adds everything `other` has seen. */
void spc_moments_merge(struct spc_moments *moments,
                       const struct spc_moments *other);

/* NaN while too few were seen (2, 3 and 4) or without variation. */
double spc_moments_sd(const struct spc_moments *moments); /* divisor n - 1 */
double spc_moments_skewness(const struct spc_moments *moments); /* g1 */
double spc_moments_kurtosis(const struct spc_moments *moments); /* g2, excess */

#endif

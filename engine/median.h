/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians of subgroups: how far do they scatter?
 *
 * The standard deviation of the median of n standard normal deviates, from
 * the densities of the middle one, or of the mean of the middle two:
 *
 *     n = 2k + 1:  n! / k!^2          f(y) (P(y) Q(y))^k
 *     n = 2k + 2:  n! / k!^2  2 integral over t > 0 of
 *                                     f(y - t) f(y + t) (P(y - t) Q(y + t))^k
 *
 * With limits at center +/- 3 sigma error(n), A4 of the tables is
 * 3 error(n) / d2(n) (ISO 7870-2). */
#ifndef SPC_ENGINE_MEDIAN_H
#define SPC_ENGINE_MEDIAN_H

#include "engine/status.h"
#include "engine/types.h"

/* n from 1 to SPC_SUBGROUP_MAX.  SPC_NO_MEMORY on failure. */
SPC_MUST_CHECK
enum spc_status spc_median_error(uint32_t n, double *ret_error);

/* The median of some values, which are put in order; count >= 1. */
double spc_median(double *values, uint32_t count);

#endif

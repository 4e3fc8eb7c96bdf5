/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rational subgroup in the making: n consecutive parts.
 *
 * A missing measurement takes its part's place but adds nothing: the subgroup
 * is then smaller, and every formula uses its true size.  Missing is never
 * zero and never filled from the next part. */
#ifndef SPC_ENGINE_SUBGROUP_H
#define SPC_ENGINE_SUBGROUP_H

#include "engine/types.h"

/* All zero is empty. */
struct spc_subgroup {
    uint32_t places; /* parts so far, measured or not */
    uint32_t n;      /* measured */
    double mean, m2; /* running mean, sum of squared deviations from it */
    double low, high;
};

void spc_subgroup_add(struct spc_subgroup *subgroup, double x);
void spc_subgroup_skip(struct spc_subgroup *subgroup);

/* What would be plotted; range and sd are NaN when n < 2, all when n is 0. */
struct spc_point spc_subgroup_point(const struct spc_subgroup *subgroup);

#endif

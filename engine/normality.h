/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Anderson-Darling: could these measurements come from a normal
 * distribution with the estimated mean and standard deviation?
 *
 * A*2 = A2 (1 + 0.75/n + 2.25/n^2), p by D'Agostino and Stephens,
 * Goodness-of-Fit Techniques, 1986, table 4.9. */
#ifndef SPC_ENGINE_NORMALITY_H
#define SPC_ENGINE_NORMALITY_H

#include "engine/status.h"

#include <stddef.h>

struct spc_normality {
    double statistic; /* A*2 */
    double p;
};

/* `sorted` is ascending.  SPC_TOO_FEW_SUBGROUPS below 8, SPC_NO_VARIATION. */
SPC_MUST_CHECK
enum spc_status spc_normality_test(const double *sorted, size_t n, double mean,
                                   double sd, struct spc_normality *ret);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Independence: do the points of a study remember those before them?
 *
 * Sigma from neighbours, and every probability a rule promises, presume that
 * they do not.  Correlations r_k and the test of Ljung and Box are those of
 * engine/autocorrelation.h, gaps included, found from sums that are carried
 * along: a running line, which keeps none of its points, says what a file
 * says.  All values are taken from the first one, so that a small spread on a
 * large level loses no figures:
 *
 *     c_k = sum y_t y_(t-k) - mean sum (y_t + y_(t-k)) + pairs_k mean^2,
 *     y = x - x_1
 *
 * Source: Ljung and Box, Biometrika 65, 1978. */
#ifndef SPC_ENGINE_INDEPENDENCE_H
#define SPC_ENGINE_INDEPENDENCE_H

#include "engine/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SPC_INDEPENDENCE_LAGS = 10,
    SPC_INDEPENDENCE_POINTS = 20, /* fewer prove nothing */
};

/* Nominal: of stable studies of 20 to 100 points 1.6 to 1.9 % are below. */
#define SPC_INDEPENDENCE_P 0.01

/* Of the pairs of one lag. */
struct spc_lag_sums {
    uint64_t pairs;
    double product, ends;
};

/* All zero is empty. */
struct spc_independence_sums {
    uint64_t n;
    uint64_t unbroken;                    /* points since the last gap */
    double first;                         /* the origin of all that follows */
    double mean, squares;                 /* sum of squares about the mean */
    double recent[SPC_INDEPENDENCE_LAGS]; /* y_t at t % 10 of the unbroken */
    struct spc_lag_sums lag[SPC_INDEPENDENCE_LAGS];
};

/* Folds in a point; one that is NaN is a gap.  + - * / only. */
void spc_independence_add(struct spc_independence_sums *sums, double x);

struct spc_independence {
    uint64_t n;
    unsigned lags;                       /* min(10, n / 5), 1 at least */
    double r[SPC_INDEPENDENCE_LAGS + 1]; /* by lag; r[0] is 1 */
    double band;                         /* 1.96 / sqrt(n) */
    double q, p; /* p is small when the points remember */
    unsigned df; /* lags - fitted */
};

/* `fitted` is the order of the model whose residuals the points are, else 0.
 * Lags that no pair spans, for gaps, are left out.
 *
 * SPC_TOO_FEW_SUBGROUPS (no lag, or no degree of freedom, is left),
 * SPC_NO_VARIATION, SPC_NOT_FINITE on failure. */
SPC_MUST_CHECK
enum spc_status spc_independence_test(const struct spc_independence_sums *sums,
                                      unsigned fitted,
                                      struct spc_independence *ret_test);

/* Points enough, and correlated beyond doubt. */
bool spc_is_dependent(const struct spc_independence *test);

#endif

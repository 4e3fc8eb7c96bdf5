/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts with a memory: has the mean moved by less than a point can show?
 *
 *     EWMA     z_i = lambda x_i + (1 - lambda) z_(i-1),  z_0 = center
 *              variance_i = lambda^2 sigma^2 / n_i
 *                           + (1 - lambda)^2 variance_(i-1)
 *     moving   m_i = mean of the newest `span` points, or of all so far
 *     average  variance_i = sigma^2 sum(1 / n_j) / count^2
 *     CUSUM    C+_i = max(0, C+_(i-1) + y_i - k),  y_i in sigmas of the
 *              C-_i = max(0, C-_(i-1) - y_i - k)   point: (x - center) sqrt(n)
 *                                                  / sigma
 *
 * The variances are exact for the first points and for unequal sizes; with
 * equal ones that of the EWMA is the familiar sigma^2 / n lambda /
 * (2 - lambda) (1 - (1 - lambda)^2i).  Both sums start at a head start (Lucas
 * and Crosier, Technometrics 24(3), 1982).  A sum that has been above 0 for N
 * points since tells when the mean moved and by how much: its mean rise and k
 * (Montgomery, Introduction to Statistical Quality Control, 9.1).
 *
 * Uses + - * / and sqrt only. */
#ifndef SPC_ENGINE_WEIGHTED_H
#define SPC_ENGINE_WEIGHTED_H

#include "engine/types.h"

/* ---- EWMA -------------------------------------------------------------- */

struct spc_ewma {
    double value;
    double share; /* variance over sigma^2 */
};

void spc_ewma_start(struct spc_ewma *ewma, double center);
void spc_ewma_push(struct spc_ewma *ewma, double lambda, double mean,
                   double n); /* 0 < lambda <= 1 */

/* ---- moving average ---------------------------------------------------- */

enum { SPC_SPAN_MAX = 64 };

/* A ring of the newest points; all zero is empty. */
struct spc_moving_average {
    double mean[SPC_SPAN_MAX], share[SPC_SPAN_MAX];
    uint64_t points;
};

/* Returns the average over at most `span` points and its variance over
 * sigma^2. */
double spc_moving_average_push(struct spc_moving_average *average,
                               unsigned span, double mean, double n,
                               double *ret_share);

/* Zones of a statistic with such a variance: edge i lies i width / 3 sigmas
 * away from the centre. */
struct spc_zones spc_weighted_zones(double center, double sigma, double width,
                                    double share);

/* ---- CUSUM ------------------------------------------------------------- */

enum spc_cusum_side { SPC_CUSUM_HIGH, SPC_CUSUM_LOW, SPC_CUSUM_SIDES };

struct spc_cusum_sum {
    double value; /* C+ or C-: never negative */
    double begun; /* value before the first point of its run */
    double roots; /* sum of sqrt(n) over the run */
    uint64_t run; /* points since it was last 0 */
};

struct spc_cusum {
    struct spc_cusum_sum sum[SPC_CUSUM_SIDES];
};

void spc_cusum_start(struct spc_cusum *cusum, double head_start);

/* A point whose mean of n measurements lies `distance` process sigmas above
 * the centre. */
void spc_cusum_push(struct spc_cusum *cusum, double k, double distance,
                    double n);

/* By how many process sigmas the mean has moved since the run began: positive
 * on the high side, negative on the low one, NaN without a run. */
double spc_cusum_shift(const struct spc_cusum *cusum, double k,
                       enum spc_cusum_side side);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average run length: how many points, on average, until a chart signals?
 *
 * In control (shift 0) a signal is a false alarm and the figure should be
 * large; after a shift it should be small.  Parameters are taken as known and
 * points as independent and normal; shifts are in standard deviations of the
 * plotted points.
 *
 *     Shewhart   1 / P(|Z + shift| > width)
 *     T2         1 / P(chi2 with p degrees and noncentrality shift^2 > limit)
 *     EWMA       z' = (1 - lambda) z + lambda x, signal at |z| > width sd(z)
 *     MEWMA      the same of p characteristics, signal at T2 of z > limit
 *     CUSUM      c' = max(0, c + x - k), signal at c > h
 *
 * the last three by an integral equation; see nystroem.h.  Two one-sided CUSUMs
 * run together as Lucas and Crosier combine them (Technometrics 24, 1982),
 * which is exact as long as one of them rests whenever the other signals.
 * Sources beside these: Lucas and Saccucci, Technometrics 32, 1990; Waldmann,
 * Statistische Hefte 27, 1986 (reflected EWMA); Rigdon,
 * J. Statistical Computation and Simulation 52, 1995 (MEWMA). */
#ifndef SPC_ENGINE_RUN_LENGTH_H
#define SPC_ENGINE_RUN_LENGTH_H

#include "engine/status.h"

#include <stdbool.h>

/* Zero: the chart starts when the shift does.  Steady: it had run in control
 * for long, without a signal, when the shift came (the conditional steady
 * state, of charts that did not signal; not the cyclical one, of charts that
 * were started again whenever they did). */
enum spc_run_state { SPC_RUN_ZERO, SPC_RUN_STEADY };

double spc_shewhart_run_length(double width, bool one_sided, double shift);

/* Probability that a noncentral chi-square exceeds x. */
double spc_noncentral_chisq_Q(double x, unsigned p, double noncentrality);

/* Density at y of its root: the length of a normal vector of p unit variances
 * whose mean has length m. */
double spc_normal_length_density(unsigned p, double m, double y);

/* `alpha` is the probability of a false alarm of a point; shift is the
 * Mahalanobis distance. */
double spc_t2_run_length(unsigned p, double alpha, double shift);

struct spc_ewma_design {
    double lambda; /* above 0, to 1 */
    double width;  /* standard deviations of z, in the long run */
    bool exact;    /* the limits open as the variance of z grows */
    bool one_sided;
    double barrier; /* one-sided: z is put back to it, in the sd of z; <= 0 */
};

/* SPC_NO_MEMORY; SPC_NO_CONVERGENCE: the figure is not finite, or lambda so
 * small that the grid would be huge.  Exact limits are two-sided, from the
 * zero state. */
SPC_MUST_CHECK
enum spc_status spc_ewma_run_length(const struct spc_ewma_design *design,
                                    double shift, enum spc_run_state state,
                                    double *ret_length);

struct spc_mewma_design {
    double lambda;
    double limit; /* of T2 = z' z (2 - lambda) / lambda, z standardised */
    unsigned p;   /* 2 or more */
};

/* `shift` is the Mahalanobis distance; fixed limit; zero and steady state. */
SPC_MUST_CHECK
enum spc_status spc_mewma_run_length(const struct spc_mewma_design *design,
                                     double shift, double *ret_length);
SPC_MUST_CHECK
enum spc_status spc_mewma_steady_run_length(
    const struct spc_mewma_design *design, double shift, double *ret_length);

struct spc_cusum_design {
    double k, h;       /* k >= 0, h > 0, in standard deviations */
    double head_start; /* 0 to h; two-sided, to h / 2 + k */
    bool one_sided;
};

/* Two sums with k = 0 have no steady state: the range they span only grows. */
SPC_MUST_CHECK
enum spc_status spc_cusum_run_length(const struct spc_cusum_design *design,
                                     double shift, enum spc_run_state state,
                                     double *ret_length);

#endif

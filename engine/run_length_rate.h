/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average run length of charts of rare events, in points and in what they
 * cost: how many units are inspected, or how much time goes by, on average,
 * until a chart signals?
 *
 * A point of such a chart is a unit, a gap or a sample, so that points alone
 * compare nothing: a CCC-4 chart signals after a quarter as many points as a
 * CCC-1 chart and inspects as much.  ANOS is the average number of units, ATS
 * the average time.
 *
 *     CUSUM     of units, gaps and times, see rate_cusum.h: exact by the scale
 *               function of skip_free.h; units by their lattice, beyond
 *               SPC_SKIP_FREE_LATTICE_MAX of them by the line that is as if
 *               continuous, to (1 / m)^2, and in the steady state to 1 / m
 *     CCC-r     ANOS = r / p / P(N < lower or N > upper)
 *     g         ANOS = 1 / p / P(X < lower or X > upper)
 *     t         ATS = mean / P(T < lower or T > upper)
 *     p, np     ANOS = n / P(count < lower or count > upper), binomial
 *     c, u      ANOS = n / the same, Poisson
 *
 * Zero state: the rate moves when the chart starts.  Steady state: it moves
 * after any unit, or at any time, long after that and with no signal yet.
 * Charts without a memory begin anew with each point, and for them the rate
 * moves between two.
 *
 * Sources: Reynolds and Stoumbos, J. Quality Technology 31(1), 1999; Vardeman
 * and Ray, Technometrics 27(2), 1985; Xie, Goh and Kuralmani, Statistical
 * Models and Control Charts for High-Quality Processes, 2002. */
#ifndef SPC_ENGINE_RUN_LENGTH_RATE_H
#define SPC_ENGINE_RUN_LENGTH_RATE_H

#include "engine/rate_cusum.h"
#include "engine/run_length.h"
#include "engine/status.h"

struct spc_rate_length {
    double arl;   /* points */
    double spent; /* units inspected, or time */
};

/* ---- CUSUMs ------------------------------------------------------------ */

struct spc_rate_cusum_design {
    double p0;         /* in control */
    double m;          /* whole, 2 or more */
    double h;          /* whole, 0 or more; the chart signals when C > h */
    double head_start; /* whole, 0 to h */
    enum spc_rate_side side;
    bool at_events; /* points are gaps (geometric), else units (Bernoulli) */
};

/* 0 < p < 1.  SPC_NO_MEMORY; SPC_NO_CONVERGENCE: not finite, or too long to
 * follow. */
SPC_MUST_CHECK
enum spc_status spc_rate_cusum_run_length(
    const struct spc_rate_cusum_design *design, double p,
    enum spc_run_state state, struct spc_rate_length *ret_length);

/* The least h with an ANOS of at least anos0 in control, from the zero state;
 * design->h is not looked at. */
SPC_MUST_CHECK
enum spc_status spc_rate_cusum_limit(const struct spc_rate_cusum_design *design,
                                     double anos0, double *ret_h);

struct spc_time_cusum_design {
    double mean0;      /* between events, in control */
    double k;          /* above 0 */
    double h;          /* 0 or more; the chart signals when S > h */
    double head_start; /* 0 to h */
    enum spc_rate_side side;
};

/* mean > 0; the same failures. */
SPC_MUST_CHECK
enum spc_status spc_time_cusum_run_length(
    const struct spc_time_cusum_design *design, double mean,
    enum spc_run_state state, struct spc_rate_length *ret_length);

/* The h with an ATS of ats0 in control, to 12 digits; never below
 * head_start. */
SPC_MUST_CHECK
enum spc_status spc_time_cusum_limit(const struct spc_time_cusum_design *design,
                                     double ats0, double *ret_h);

/* ---- charts without a memory ------------------------------------------- */

/* A point signals strictly beyond either; 0 and INFINITY are no limits. */
struct spc_rate_limits {
    double lower, upper;
};

/* Lengths are INFINITY where no signal is possible, or as good as that.
 * 0 < p < 1. */
struct spc_rate_length spc_ccc_run_length(struct spc_rate_limits limits,
                                          unsigned r, double p);
struct spc_rate_length spc_g_run_length(struct spc_rate_limits limits,
                                        double p);

/* Weibull times; shape 1 is exponential. */
struct spc_rate_length spc_t_run_length(struct spc_rate_limits limits,
                                        double shape, double mean);

/* Defectives of n units, and defects in `units` of them of which `mean` are
 * expected in a sample; limits are those of the count.  n and mean at most
 * 1e15. */
struct spc_rate_length spc_binomial_run_length(struct spc_rate_limits limits,
                                               uint64_t n, double p);
struct spc_rate_length spc_poisson_run_length(struct spc_rate_limits limits,
                                              double mean, double units);

#endif

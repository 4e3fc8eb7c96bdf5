/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capability: does the process fit its specification, by how much, and how
 * sure is that?
 *
 *     Cp  = (U - L) / 6 sigma_within       Pp  = (U - L) / 6 sd_overall
 *     CpU = (U - mean) / 3 sigma_within    PpU = (U - mean) / 3 sd_overall
 *     CpL = (mean - L) / 3 sigma_within    PpL likewise; k: the smaller
 *     Cpm = (U - L) / 6 sqrt(s^2 (n-1)/n + (mean - T)^2)   T the target
 *
 * Intervals: Cp, Pp by chi-square; Cpk and its sides by Bissell (J. Quality
 * Technology 22, 1990): value +/- z sqrt(1/(9 N) + value^2 / (2 df)); Cpm by
 * Boyles (1991) with df = N (1 + d^2)^2 / (1 + 2 d^2), d = (mean - T) / s.
 *
 * Expected nonconforming is Q(z) of a normal model in parts per billion, from
 * the far tail's own function and never 1 - P; its bounds carry the Bissell
 * bounds of each side through Q.  The sigma level is z + 1.5 with z that of
 * the total fraction: level 7.5 is 0.98659 ppb. */
#ifndef SPC_ENGINE_CAPABILITY_H
#define SPC_ENGINE_CAPABILITY_H

#include "engine/status.h"
#include "engine/types.h"

/* What is known of the process. */
struct spc_process {
    uint64_t n; /* measurements */
    double mean, sd_overall;
    double sigma_within, df_within;
    enum spc_estimator estimator;
};

/* `confidence` lies strictly between 0 and 1 (0.95).
 *
 * SPC_TOO_FEW_SUBGROUPS below 2 measurements, SPC_NO_VARIATION,
 * SPC_NO_SPECIFICATION (no limit that is not a boundary), SPC_NOT_FINITE. */
SPC_MUST_CHECK
enum spc_status spc_capability_compute(
    const struct spc_process *process,
    const struct spc_specification *specification, double confidence,
    struct spc_capability *ret_capability);

/* Exact two-sided bounds on a rate of `defects` in `units`, in ppb (Clopper
 * and Pearson, 1934), good for counts to 1e15. */
SPC_MUST_CHECK
enum spc_status spc_counted_bounds(uint64_t defects, uint64_t units,
                                   double confidence, double *ret_lower_ppb,
                                   double *ret_upper_ppb);

/* Quantile of the chi-square distribution, p in (0, 1): GSL's own is wrong or
 * refuses above a thousand degrees of freedom. */
SPC_MUST_CHECK
enum spc_status spc_chisq_quantile(double p, double df, double *ret_x);

#endif

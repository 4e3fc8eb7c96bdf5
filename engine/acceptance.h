/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acceptance control charts: where the mean may wander, as long as the
 * specification is met.
 *
 * For a process much narrower than its tolerance, sigma known and in control.
 * A mean at which a fraction p lies beyond the upper limit U is U - z(p) sigma,
 * z(p) with Q(z) = p; likewise above the lower limit.
 *
 *     APL  acceptable process level  U - z(p1) sigma    accept: 1 - alpha
 *     RPL  rejectable process level  U - z(p2) sigma    reject: 1 - beta
 *     ACL  acceptance control limit  APL + z(alpha) sigma / sqrt(n), or
 *                                    RPL - z(beta) sigma / sqrt(n)
 *     n  = ((z(alpha) + z(beta)) / (z(p1) - z(p2)))^2
 *
 * at which both limits are one.  Modified limits are those of the acceptable
 * level at a width w in place of z(alpha): U - (z(p1) - w / sqrt(n)) sigma.
 *
 * Sources: Freund, Industrial Quality Control 14(4), 1957; ISO 7870-3; Hill,
 * Applied Statistics 5, 1956 (modified limits); Montgomery, Introduction to
 * Statistical Quality Control, 10.2.  All are reports. */
#ifndef SPC_ENGINE_ACCEPTANCE_H
#define SPC_ENGINE_ACCEPTANCE_H

#include "engine/status.h"
#include "engine/types.h"

/* The specification's boundaries and target are of no concern here. */
struct spc_acceptance_process {
    struct spc_specification specification;
    double sigma;
    double n; /* measurements in a subgroup; >= 1 */
};

/* Of one side of the specification; NaN where the side does not exist. */
struct spc_acceptance_side {
    double level; /* of the process: APL or RPL */
    double limit; /* of means of n: ACL */
};

struct spc_acceptance_limits {
    struct spc_acceptance_side lower, upper;
};

/* By the acceptable level: a mean there, of fraction p1 nonconforming, is
 * rejected with probability alpha.  By the rejectable level: a mean there, of
 * fraction p2, is accepted with probability beta.  Modified: `width` sigmas
 * of the mean beyond the acceptable level.  Fractions and risks lie in
 * (0, 0.5).
 *
 * SPC_NO_SPECIFICATION without a limit; SPC_NOT_FINITE for an infinite one;
 * SPC_NO_VARIATION when sigma is not above 0; SPC_BAD_INPUT for a fraction,
 * risk, width or n out of bounds, for specification limits not more than 6
 * sigma apart, and where the process levels, or the limits, cross. */
SPC_MUST_CHECK
enum spc_status spc_acceptance_by_acceptable(
    const struct spc_acceptance_process *process, double p1, double alpha,
    struct spc_acceptance_limits *ret_limits);
SPC_MUST_CHECK
enum spc_status spc_acceptance_by_rejectable(
    const struct spc_acceptance_process *process, double p2, double beta,
    struct spc_acceptance_limits *ret_limits);
SPC_MUST_CHECK
enum spc_status spc_acceptance_modified(
    const struct spc_acceptance_process *process, double p1, double width,
    struct spc_acceptance_limits *ret_limits);

/* The measurements that keep both risks, as a real number: round it up.
 * SPC_BAD_INPUT unless 0 < p1 < p2 < 0.5 and the risks lie in (0, 0.5). */
SPC_MUST_CHECK
enum spc_status spc_acceptance_size(double p1, double alpha, double p2,
                                    double beta, double *ret_n);

/* Operating characteristic: how probably is a mean of n within the limits,
 * when the process mean is `mean`?  Each from its own tails. */
struct spc_acceptance_probability {
    double accept, reject;
    double nonconforming; /* fraction beyond either specification limit */
};

struct spc_acceptance_probability spc_acceptance_operating(
    const struct spc_acceptance_process *process,
    const struct spc_acceptance_limits *limits, double mean);

#endif

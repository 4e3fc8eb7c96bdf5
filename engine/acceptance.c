/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acceptance control charts.  See acceptance.h. */
#include "engine/acceptance.h"

#include "engine/quantile.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

static const double narrowest = 6; /* sigmas between specification limits */

static bool is_risk(double p)
{
    return p > 0 && p < 0.5;
}

/* z with Q(z) = p. */
static double deviate(double p)
{
    return spc_normal_log_tail_inverse(log(p));
}

static enum spc_status survey(const struct spc_acceptance_process *process)
{
    double lower = process->specification.lower;
    double upper = process->specification.upper;

    if (isnan(lower) && isnan(upper))
        return SPC_NO_SPECIFICATION;
    if (isinf(lower) || isinf(upper) || !isfinite(process->sigma))
        return SPC_NOT_FINITE;
    if (!(process->sigma > 0))
        return SPC_NO_VARIATION;
    if (!(process->n >= 1) || isinf(process->n))
        return SPC_BAD_INPUT;
    if (upper - lower <= narrowest * process->sigma)
        return SPC_BAD_INPUT;
    return SPC_OK;
}

/* Levels z sigmas inside the specification, limits w sigmas of the mean
 * outside of them. */
static enum spc_status place(const struct spc_acceptance_process *process,
                             double z, double w,
                             struct spc_acceptance_limits *ret_limits)
{
    double sigma = process->sigma, reach = w * sigma / sqrt(process->n);
    double low = process->specification.lower + z * sigma;
    double high = process->specification.upper - z * sigma;
    enum spc_status status = survey(process);

    if (status != SPC_OK)
        return status;
    if (!isfinite(reach) || high < low || high + reach <= low - reach)
        return SPC_BAD_INPUT;
    *ret_limits = (struct spc_acceptance_limits){
        .lower = {low, low - reach},
        .upper = {high, high + reach},
    };
    return SPC_OK;
}

enum spc_status spc_acceptance_by_acceptable(
    const struct spc_acceptance_process *process, double p1, double alpha,
    struct spc_acceptance_limits *ret_limits)
{
    if (!is_risk(p1) || !is_risk(alpha))
        return SPC_BAD_INPUT;
    return place(process, deviate(p1), deviate(alpha), ret_limits);
}

enum spc_status spc_acceptance_by_rejectable(
    const struct spc_acceptance_process *process, double p2, double beta,
    struct spc_acceptance_limits *ret_limits)
{
    if (!is_risk(p2) || !is_risk(beta))
        return SPC_BAD_INPUT;
    return place(process, deviate(p2), -deviate(beta), ret_limits);
}

enum spc_status spc_acceptance_modified(
    const struct spc_acceptance_process *process, double p1, double width,
    struct spc_acceptance_limits *ret_limits)
{
    if (!is_risk(p1) || !(width > 0))
        return SPC_BAD_INPUT;
    return place(process, deviate(p1), width, ret_limits);
}

enum spc_status spc_acceptance_size(double p1, double alpha, double p2,
                                    double beta, double *ret_n)
{
    if (!is_risk(p1) || !is_risk(alpha) || !is_risk(p2) || !is_risk(beta))
        return SPC_BAD_INPUT;
    if (p1 >= p2)
        return SPC_BAD_INPUT;

    double root =
        (deviate(alpha) + deviate(beta)) / (deviate(p1) - deviate(p2));

    if (!isfinite(root))
        return SPC_BAD_INPUT;
    *ret_n = root * root;
    return SPC_OK;
}

/* ---- operating characteristic ------------------------------------------ */

/* Q of z, and 0 for a side that does not exist. */
static double tail(double z)
{
    return isnan(z) ? 0 : gsl_cdf_ugaussian_Q(z);
}

/* P(-below <= z <= above), by the tails on the side where they are small. */
static double between(double below, double above)
{
    double low = isnan(below) ? -INFINITY : -below;
    double high = isnan(above) ? INFINITY : above;

    if (low + high > 0)
        return gsl_cdf_ugaussian_Q(low) - gsl_cdf_ugaussian_Q(high);
    return gsl_cdf_ugaussian_Q(-high) - gsl_cdf_ugaussian_Q(-low);
}

struct spc_acceptance_probability spc_acceptance_operating(
    const struct spc_acceptance_process *process,
    const struct spc_acceptance_limits *limits, double mean)
{
    const struct spc_specification *spec = &process->specification;
    double sigma = process->sigma, error = sigma / sqrt(process->n);
    double below = (mean - limits->lower.limit) / error;
    double above = (limits->upper.limit - mean) / error;

    assert(process->sigma > 0);
    assert(process->n >= 1);

    return (struct spc_acceptance_probability){
        .accept = between(below, above),
        .reject = tail(below) + tail(above),
        .nonconforming = tail((spec->upper - mean) / sigma) +
                         tail((mean - spec->lower) / sigma),
    };
}

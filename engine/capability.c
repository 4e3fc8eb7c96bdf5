/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capability indices, their intervals and what they mean in parts per
 * billion.  See capability.h. */
#include "engine/capability.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

static const double shift = 1.5; /* the customary one; see capability.h */

/* How one sigma relates the mean to the specification. */
struct view {
    double sigma, df, n;
    double tolerance;
    double below, above; /* z of each limit, NaN where there is none */
};

static const struct spc_index no_index = {(double)NAN, (double)NAN, (double)NAN,
                                          (double)NAN};

static double lower_limit(const struct spc_specification *s)
{
    return s->lower_is_boundary ? (double)NAN : s->lower;
}

static double upper_limit(const struct spc_specification *s)
{
    return s->upper_is_boundary ? (double)NAN : s->upper;
}

static double two_sided_z(double confidence)
{
    return gsl_cdf_ugaussian_Qinv((1 - confidence) / 2);
}

static struct view view_of(const struct spc_process *process,
                           const struct spc_specification *specification,
                           double sigma, double df)
{
    return (struct view){
        .sigma = sigma,
        .df = df,
        .n = (double)process->n,
        .tolerance = upper_limit(specification) - lower_limit(specification),
        .below = (process->mean - lower_limit(specification)) / sigma,
        .above = (upper_limit(specification) - process->mean) / sigma,
    };
}

/* ---- intervals --------------------------------------------------------- */

/* Bissell's; a missing side is NaN and stays so. */
static struct spc_index bissell(double value, const struct view *view, double z)
{
    double error = sqrt(1 / (9 * view->n) + value * value / (2 * view->df));

    if (isnan(value))
        return no_index;
    return (struct spc_index){value, value - z * error, value + z * error,
                              view->df};
}

/* Of an index that is proportional to 1 / sigma. */
static enum spc_status by_chisq(double value, double df, double confidence,
                                struct spc_index *ret_index)
{
    double tail = (1 - confidence) / 2;
    double low = 0, high = 0;
    enum spc_status status;

    if (isnan(value)) {
        *ret_index = no_index;
        return SPC_OK;
    }
    status = spc_chisq_quantile(tail, df, &low);
    if (status == SPC_OK)
        status = spc_chisq_quantile(1 - tail, df, &high);
    if (status == SPC_OK)
        *ret_index = (struct spc_index){value, value * sqrt(low / df),
                                        value * sqrt(high / df), df};
    return status;
}

/* Cp, CpL, CpU, Cpk or Pp, PpL, PpU, Ppk: `family` has room for the four. */
static enum spc_status index_family(const struct view *view, double confidence,
                                    struct spc_index *family)
{
    double z = two_sided_z(confidence);
    double lower = view->below / 3;
    double upper = view->above / 3;

    family[SPC_INDEX_CPL] = bissell(lower, view, z);
    family[SPC_INDEX_CPU] = bissell(upper, view, z);
    family[SPC_INDEX_CPK] = bissell(fmin(lower, upper), view, z);
    return by_chisq(view->tolerance / (6 * view->sigma), view->df, confidence,
                    &family[SPC_INDEX_CP]);
}

static enum spc_status cpm(const struct spc_process *process,
                           const struct spc_specification *specification,
                           double confidence, struct spc_index *ret_index)
{
    double n = (double)process->n;
    double s = process->sd_overall;
    double off = process->mean - specification->target;
    double tau = sqrt(s * s * (n - 1) / n + off * off);
    double tolerance = upper_limit(specification) - lower_limit(specification);
    double d2 = off / s * (off / s);
    double df = n * ((1 + d2) * (1 + d2) / (1 + 2 * d2));

    return by_chisq(tolerance / (6 * tau), df, confidence, ret_index);
}

/* ---- nonconforming ----------------------------------------------------- */

static double ppb_beyond(double z)
{
    return isnan(z) ? 0 : 1e9 * gsl_cdf_ugaussian_Q(z);
}

static struct spc_nonconforming nonconforming(const struct view *view,
                                              double confidence)
{
    bool both = !isnan(view->below) && !isnan(view->above);
    double z = two_sided_z(both ? 1 - (1 - confidence) / 2 : confidence);
    struct spc_index below = bissell(view->below / 3, view, z);
    struct spc_index above = bissell(view->above / 3, view, z);
    struct spc_nonconforming ppb = {
        .below_ppb = ppb_beyond(view->below),
        .above_ppb = ppb_beyond(view->above),
        .lower_ppb = ppb_beyond(3 * below.upper) + ppb_beyond(3 * above.upper),
        .upper_ppb = ppb_beyond(3 * below.lower) + ppb_beyond(3 * above.lower),
    };

    ppb.total_ppb = ppb.below_ppb + ppb.above_ppb;
    ppb.upper_ppb = fmin(ppb.upper_ppb, 1e9);
    return ppb;
}

/* log(exp(a) + exp(b)) with b <= a, and the same with a difference. */
static double log_sum(double a, double b)
{
    return a + log1p(exp(b - a));
}

static double log_difference(double a, double b)
{
    return a + log1p(-exp(b - a));
}

/* The z with Q(z) = Q(below) + Q(above).  When most is nonconforming, from
 * what is left inside, since the total has then no digits to spare. */
static double bench(const struct view *view)
{
    if (isnan(view->below))
        return view->above;
    if (isnan(view->above))
        return view->below;

    double near = fmin(view->below, view->above);
    double far = fmax(view->below, view->above);
    double log_total =
        log_sum(spc_normal_log_tail(near), spc_normal_log_tail(far));

    if (log_total < log(0.5))
        return spc_normal_log_tail_inverse(log_total);
    return -spc_normal_log_tail_inverse(
        log_difference(spc_normal_log_tail(-near), spc_normal_log_tail(far)));
}

/* ---- all of it --------------------------------------------------------- */

static enum spc_status check(const struct spc_process *process,
                             const struct spc_specification *specification)
{
    double lower = lower_limit(specification);
    double upper = upper_limit(specification);

    if (isnan(lower) && isnan(upper))
        return SPC_NO_SPECIFICATION;
    if (lower >= upper)
        return SPC_BAD_INPUT;
    if (process->n < 2)
        return SPC_TOO_FEW_SUBGROUPS;
    if (isinf(lower) || isinf(upper) || isinf(specification->target) ||
        !isfinite(process->mean) || !isfinite(process->sd_overall) ||
        !isfinite(process->sigma_within))
        return SPC_NOT_FINITE;
    if (process->sd_overall <= 0 || process->sigma_within <= 0)
        return SPC_NO_VARIATION;
    if (!(process->df_within > 0))
        return SPC_TOO_FEW_SUBGROUPS;
    return SPC_OK;
}

enum spc_status spc_capability_compute(
    const struct spc_process *process,
    const struct spc_specification *specification, double confidence,
    struct spc_capability *ret_capability)
{
    assert(confidence > 0);
    assert(confidence < 1);

    enum spc_status status = check(process, specification);
    if (status != SPC_OK)
        return status;

    struct spc_capability c = {
        .n = process->n,
        .mean = process->mean,
        .sd_overall = process->sd_overall,
        .df_overall = (double)(process->n - 1),
        .sigma_within = process->sigma_within,
        .df_within = process->df_within,
        .estimator = process->estimator,
        .confidence = confidence,
        .shift = shift,
    };
    struct view within =
        view_of(process, specification, c.sigma_within, c.df_within);
    struct view overall =
        view_of(process, specification, c.sd_overall, c.df_overall);

    status = index_family(&within, confidence, &c.index[SPC_INDEX_CP]);
    if (status == SPC_OK)
        status = index_family(&overall, confidence, &c.index[SPC_INDEX_PP]);
    if (status == SPC_OK)
        status =
            cpm(process, specification, confidence, &c.index[SPC_INDEX_CPM]);
    if (status != SPC_OK)
        return status;

    c.within = nonconforming(&within, confidence);
    c.overall = nonconforming(&overall, confidence);
    c.z_bench = bench(&overall);
    c.sigma_level = c.z_bench + shift;
    *ret_capability = c;
    return SPC_OK;
}

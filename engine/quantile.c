/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles in far tails.  See quantile.h.
 *
 * In u = log(x / mode), for the gamma, and u = logit p - logit mode, for the
 * beta distribution, the densities are log-concave; so then are both tails,
 * and the equation  log tail(u) = target  is concave and has one root. */
#include "engine/quantile.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_erf.h>
#include <math.h>
#include <stdbool.h>

enum {
    /* Below these GSL's chi-square and the sum of binomial terms are exact
     * and quick; above them a bell is. */
    FEW_DF = 1000,
    FEW_DEFECTS = 200,
    NODES = 64,
    STEPS_MAX = 200, /* bisection alone needs about 60 */
};

/* ---- the normal distribution ------------------------------------------- */

double spc_normal_log_tail(double z)
{
    if (z < 0)
        return log1p(-gsl_cdf_ugaussian_Q(-z));
    return gsl_sf_log_erfc(z * M_SQRT1_2) - M_LN2;
}

/* log Q is concave and Q(z) <= exp(-z^2 / 2) / 2, so Newton starts beyond the
 * root and comes back to it without ever passing it. */
double spc_normal_log_tail_inverse(double log_q)
{
    if (!(log_q < 0))
        return (double)NAN;
    if (log_q > -M_LN2)
        return -spc_normal_log_tail_inverse(log(-expm1(log_q)));

    double z = sqrt(-2 * (log_q + M_LN2));
    for (unsigned i = 0; i < STEPS_MAX; i++) {
        double excess = spc_normal_log_tail(z) - log_q;

        if (!(excess < 0))
            break;
        double next = z + excess / gsl_sf_hazard(z);
        if (!(next < z))
            break;
        z = next;
    }
    return z;
}

/* ---- solving ----------------------------------------------------------- */

/* The logarithm of a tail and its derivative. */
struct tail {
    double log, slope;
};

enum side { LOWER = -1, UPPER = 1 };

/* A family of distributions in u, with its mode near 0. */
struct family {
    struct tail (*tail)(const struct family *self, enum side side, double u);
    const gsl_integration_glfixed_table *nodes;
    double a, b; /* as of a beta distribution; b is infinite for a gamma */
    double sd;   /* about, in u */
    double total;
};

/* Walks from u = 0, in strides that double, to where log tail < target when
 * `below`, else to where it is not. */
static double walk(const struct family *f, enum side side, double target,
                   bool below)
{
    double stride = (below ? (double)side : -(double)side) * f->sd;
    double u = 0;

    for (unsigned i = 0; i < 64; i++) {
        if ((f->tail(f, side, u).log < target) == below)
            break;
        u += stride;
        stride *= 2;
    }
    return u;
}

/* Newton's step wherever it stays between `inside` (log tail >= target) and
 * `outside` (<), bisection elsewhere. */
static enum spc_status solve(const struct family *f, enum side side,
                             double target, double *ret_u)
{
    double inside = walk(f, side, target, false);
    double outside = walk(f, side, target, true);
    double u = inside;

    for (unsigned i = 0; i < STEPS_MAX; i++) {
        struct tail at = f->tail(f, side, u);
        double last = u;

        if (isnan(at.log))
            return SPC_NO_CONVERGENCE;
        if (at.log < target)
            outside = u;
        else
            inside = u;
        u -= (at.log - target) / at.slope;
        if (!(u > fmin(inside, outside) && u < fmax(inside, outside)))
            u = inside + (outside - inside) / 2;
        if (u == last || u == inside || u == outside) {
            *ret_u = u;
            return SPC_OK;
        }
    }
    return SPC_NO_CONVERGENCE;
}

/* ---- bells ------------------------------------------------------------- */

/* Log density in u against that of the mode.  Written so that the large terms
 * cancel to the order of u and not of a. */
static double log_density(const struct family *f, double u)
{
    double growth = expm1(u);

    if (isinf(f->b))
        return f->a * (u - growth);
    return f->a * u - (f->a + f->b) * log1p(f->a / (f->a + f->b) * growth);
}

static double integrate(const struct family *f, double low, double high)
{
    double sum = 0;

    for (size_t i = 0; i < NODES; i++) {
        double u = 0, weight = 0;

        /* Fails only when i is too large. */
        gsl_integration_glfixed_point(low, high, i, &u, &weight, f->nodes);
        sum += weight * exp(log_density(f, u));
    }
    return sum;
}

/* Twelve standard deviations on, a bell has lost 31 digits. */
#define REACH 12

static struct tail bell_tail(const struct family *f, enum side side, double u)
{
    double mass = side == UPPER ? integrate(f, u, u + REACH * f->sd)
                                : integrate(f, u - REACH * f->sd, u);

    return (struct tail){log(mass / f->total),
                         -(double)side * exp(log_density(f, u)) / mass};
}

static enum spc_status solve_bell(struct family f, enum side side,
                                  double target, double *ret_u)
{
    gsl_integration_glfixed_table *nodes =
        gsl_integration_glfixed_table_alloc(NODES);

    if (nodes == NULL)
        return SPC_NO_MEMORY;
    f.tail = bell_tail;
    f.nodes = nodes;
    f.total = integrate(&f, -REACH * f.sd, REACH * f.sd);
    enum spc_status status = solve(&f, side, target, ret_u);
    gsl_integration_glfixed_table_free(nodes);
    return status;
}

/* ---- chi-square -------------------------------------------------------- */

static struct tail chisq_tail(const struct family *f, enum side side, double u)
{
    double df = 2 * f->a;
    double x = df * exp(u);
    double mass =
        side == UPPER ? gsl_cdf_chisq_Q(x, df) : gsl_cdf_chisq_P(x, df);

    return (struct tail){log(mass),
                         -(double)side * x * gsl_ran_chisq_pdf(x, df) / mass};
}

enum spc_status spc_chisq_quantile(double p, double df, double *ret_x)
{
    assert(p > 0);
    assert(p < 1);
    assert(df > 0);

    enum side side = p <= 0.5 ? LOWER : UPPER;
    double target = side == LOWER ? log(p) : log1p(-p);
    struct family gamma = {
        .tail = chisq_tail, .a = df / 2, .b = INFINITY, .sd = sqrt(2 / df)};
    double u = 0;
    enum spc_status status = df <= FEW_DF ? solve(&gamma, side, target, &u)
                                          : solve_bell(gamma, side, target, &u);

    if (status == SPC_OK)
        *ret_x = df * exp(u);
    return status;
}

/* ---- counts ------------------------------------------------------------ */

/* The tails of a beta distribution with whole a and b are sums of binomial
 * terms in n = a + b - 1 units:  lower(p) = P(X >= a),  upper(p) = P(X < a).
 * All terms are positive, so nothing cancels. */
static struct tail binomial_tail(const struct family *f, enum side side,
                                 double u)
{
    double n = f->a + f->b - 1;
    double odds = f->a / f->b * exp(u);
    double term = exp(-n * log1p(odds));
    double sum = 0;
    double j = 0;

    for (; j < f->a; j++) {
        sum += term;
        term *= (n - j) / (j + 1) * odds;
    }
    double density = f->a * term / (1 + odds);
    if (side == LOWER)
        for (sum = 0; j <= n && sum + term > sum; j++) {
            sum += term;
            term *= (n - j) / (j + 1) * odds;
        }
    return (struct tail){log(sum), -(double)side * density / sum};
}

/* The p beyond which, on its side, Beta(a, b) has probability exp(target). */
static enum spc_status beta_quantile(double a, double b, enum side side,
                                     double target, double *ret_p)
{
    struct family beta = {
        .tail = binomial_tail, .a = a, .b = b, .sd = sqrt((a + b) / (a * b))};
    double u = 0;
    enum spc_status status = fmin(a, b) <= FEW_DEFECTS
                                 ? solve(&beta, side, target, &u)
                                 : solve_bell(beta, side, target, &u);

    if (status == SPC_OK) {
        double odds = a / b * exp(u);
        *ret_p = odds / (1 + odds);
    }
    return status;
}

/* Bounds on a rate of at most a half. */
static enum spc_status rate_bounds(double defects, double units, double target,
                                   double *ret_lower, double *ret_upper)
{
    enum spc_status status = SPC_OK;

    *ret_lower = 0;
    if (defects > 0)
        status = beta_quantile(defects, units - defects + 1, LOWER, target,
                               ret_lower);
    if (status != SPC_OK)
        return status;
    return beta_quantile(defects + 1, units - defects, UPPER, target,
                         ret_upper);
}

enum spc_status spc_counted_bounds(uint64_t defects, uint64_t units,
                                   double confidence, double *ret_lower_ppb,
                                   double *ret_upper_ppb)
{
    assert(units >= 1);
    assert(defects <= units);
    assert(confidence > 0);
    assert(confidence < 1);

    /* More than half are the mirror image of fewer. */
    bool mirrored = defects > units - defects;
    double fewer = (double)(mirrored ? units - defects : defects);
    double lower = 0, upper = 0;
    enum spc_status status = rate_bounds(
        fewer, (double)units, log((1 - confidence) / 2), &lower, &upper);

    if (status != SPC_OK)
        return status;
    *ret_lower_ppb = 1e9 * (mirrored ? 1 - upper : lower);
    *ret_upper_ppb = 1e9 * (mirrored ? 1 - lower : upper);
    return SPC_OK;
}

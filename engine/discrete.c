/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masses and limits of counts.  See discrete.h. */
#include "engine/discrete.h"

#include <assert.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include <stdbool.h>

/* A mass this far below the tail looked for, in logarithms, adds nothing to
 * it: exp(-45) is 3e-20. */
static const double negligible = 45;

/* log of x! / (sqrt(2 pi x) (x / e)^x); x > 0. */
static double stirling_error(double x)
{
    gsl_sf_result result;

    if (gsl_sf_gammastar_e(x, &result) != GSL_SUCCESS)
        return (double)NAN;
    return log(result.val);
}

/* x log(x / m) + m - x, without the cancellation when x is about m. */
static double deviance(double x, double m)
{
    double d = (x - m) / m;
    gsl_sf_result small; /* log(1 + d) - d */

    if (fabs(d) > 0.5)
        return x * log(x / m) + m - x;
    if (gsl_sf_log_1plusx_mx_e(d, &small) != GSL_SUCCESS)
        return (double)NAN;
    return m * ((1 + d) * small.val + d * d);
}

double spc_poisson_log_mass(uint64_t x, double m)
{
    double k = (double)x;

    assert(m > 0);

    if (x == 0)
        return -m;
    return -stirling_error(k) - deviance(k, m) - 0.5 * log(2 * M_PI * k);
}

double spc_binomial_log_mass(uint64_t x, uint64_t n, double p)
{
    double k = (double)x, rest = (double)(n - x), all = (double)n;

    assert(x <= n);
    assert(p > 0);
    assert(p < 1);

    if (x == 0)
        return all * log1p(-p);
    if (x == n)
        return all * log(p);
    return stirling_error(all) - stirling_error(k) - stirling_error(rest) -
           deviance(k, all * p) - deviance(rest, all * (1 - p)) +
           0.5 * log(all / (2 * M_PI * k * rest));
}

/* ---- limits ------------------------------------------------------------ */

/* Either distribution; n is UINT64_MAX for the Poisson. */
struct counts {
    uint64_t n;
    double p, m, sd; /* m: the mean */
    bool binomial;
};

static double log_mass(const struct counts *c, uint64_t x)
{
    return c->binomial ? spc_binomial_log_mass(x, c->n, c->p)
                       : spc_poisson_log_mass(x, c->m);
}

/* P(X = x + 1) / P(X = x) */
static double growth(const struct counts *c, uint64_t x)
{
    double next = (double)x + 1;

    if (c->binomial)
        return (double)(c->n - x) / next * (c->p / (1 - c->p));
    return c->m / next;
}

/* Away from the mean by strides that double, until the mass there is
 * negligible beside a, or there is nothing further. */
static uint64_t far_end(const struct counts *c, bool upper, double a)
{
    double stride = 1 + c->sd;
    double x = floor(c->m);

    for (;;) {
        x += upper ? stride : -stride;
        stride *= 2;
        if (x <= 0)
            return 0;
        if (c->binomial && x >= (double)c->n)
            return c->n;
        if (log_mass(c, (uint64_t)x) < log(a) - negligible)
            return (uint64_t)x;
    }
}

static uint64_t upper_limit(const struct counts *c, double a)
{
    uint64_t x = far_end(c, true, a);
    double mass = exp(log_mass(c, x)), beyond = 0;

    /* An underflow to zero would stay zero under every ratio. */
    while (x > 0 && mass < 1e-290) {
        x--;
        mass = exp(log_mass(c, x));
    }
    while (x > 0 && beyond + mass <= a) {
        beyond += mass;
        x--;
        mass /= growth(c, x);
    }
    return x;
}

static uint64_t lower_limit(const struct counts *c, double a)
{
    uint64_t x = far_end(c, false, a);
    double mass = exp(log_mass(c, x)), beyond = 0;

    while (x < c->n && mass < 1e-290) {
        x++;
        mass = exp(log_mass(c, x));
    }
    while (x < c->n && beyond + mass <= a) {
        beyond += mass;
        mass *= growth(c, x);
        x++;
    }
    return x;
}

static struct spc_count_limits limits(const struct counts *c, double a)
{
    assert(a > 0);
    assert(a < 0.5);

    return (struct spc_count_limits){lower_limit(c, a), upper_limit(c, a)};
}

struct spc_count_limits spc_binomial_limits(uint64_t n, double p, double a)
{
    double m = (double)n * p;
    struct counts c = {n, p, m, sqrt(m * (1 - p)), true};

    return limits(&c, a);
}

struct spc_count_limits spc_poisson_limits(double m, double a)
{
    struct counts c = {UINT64_MAX, 0, m, sqrt(m), false};

    assert(m > 0);
    assert(m <= 1e15);

    return limits(&c, a);
}

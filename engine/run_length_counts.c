/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of charts of counts and gaps.  See run_length_rate.h. */
#include "engine/discrete.h"
#include "engine/run_length_rate.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

static struct spc_rate_length length_of(double signal, double spent)
{
    return (struct spc_rate_length){1 / signal, spent / signal};
}

/* ---- gaps -------------------------------------------------------------- */

/* P(N > n), N the number of units to the r-th event: fewer than r of n. */
static double gap_above(double n, unsigned r, double p)
{
    double term = 1, sum = 1;

    if (n < r)
        return 1;
    for (unsigned j = 1; j < r; j++) {
        term *= (n - j + 1) / j * (p / (1 - p));
        sum += term;
    }
    return exp(n * log1p(-p) + log(sum));
}

/* P(N <= n), n >= r: p^r (1 - p)^(n - r + 1) C(n, r) times a series of
 * positive terms, which is short unless n is beyond the mean. */
static double gap_upto(double n, unsigned r, double p)
{
    double b = n - r + 1, front = r * log(p) + b * log1p(-p);
    double term = 1, sum = 0;

    if (n * p > r + 1)
        return 1 - gap_above(n, r, p);
    for (unsigned i = 0; i < r; i++)
        front += log((b + i) / (i + 1));
    for (unsigned k = 0; sum + term != sum; k++) {
        sum += term;
        term *= (r + b + k) / (r + 1.0 + k) * p;
    }
    return exp(front + log(sum));
}

/* P(N < lower or N > upper) */
static double gap_beyond(struct spc_rate_limits limits, unsigned r, double p)
{
    double n = ceil(limits.lower) - 1; /* the greatest below */
    double low = n >= r ? gap_upto(n, r, p) : 0;

    return isfinite(limits.upper) ? low + gap_above(floor(limits.upper), r, p)
                                  : low;
}

struct spc_rate_length spc_ccc_run_length(struct spc_rate_limits limits,
                                          unsigned r, double p)
{
    assert(r >= 1);
    assert(p > 0 && p < 1);
    assert(limits.lower <= limits.upper);

    return length_of(gap_beyond(limits, r, p), r / p);
}

/* X is N without the event itself. */
struct spc_rate_length spc_g_run_length(struct spc_rate_limits limits, double p)
{
    struct spc_rate_limits units = {limits.lower + 1, limits.upper + 1};

    assert(p > 0 && p < 1);
    assert(limits.lower <= limits.upper);

    return length_of(gap_beyond(units, 1, p), 1 / p);
}

struct spc_rate_length spc_t_run_length(struct spc_rate_limits limits,
                                        double shape, double mean)
{
    double scale = mean / gsl_sf_gamma(1 + 1 / shape);
    double low = pow(limits.lower / scale, shape);
    double high = pow(limits.upper / scale, shape);

    assert(shape > 0);
    assert(mean > 0);
    assert(limits.lower >= 0 && limits.lower <= limits.upper);

    return length_of(-expm1(-low) + exp(-high), mean);
}

/* ---- counts ------------------------------------------------------------ */

/* Binomial, or, with n at its greatest, Poisson. */
struct counts {
    uint64_t n;
    double p, mean;
};

static double mass(const struct counts *c, uint64_t x)
{
    return exp(c->n == UINT64_MAX ? spc_poisson_log_mass(x, c->mean)
                                  : spc_binomial_log_mass(x, c->n, c->p));
}

/* P(X = x + 1) / P(X = x) */
static double growth(const struct counts *c, uint64_t x)
{
    double next = (double)x + 1;

    if (c->n == UINT64_MAX)
        return c->mean / next;
    return (double)(c->n - x) / next * (c->p / (1 - c->p));
}

/* P(X >= x), from above the mean, and P(X <= x), from below it: from x on
 * masses fall, and the sum ends when they are lost in it. */
static double sum_up(const struct counts *c, uint64_t x)
{
    double term = mass(c, x), sum = 0;

    for (; x < c->n && sum + term != sum; x++) {
        sum += term;
        term *= growth(c, x);
    }
    return x == c->n ? sum + term : sum;
}

static double sum_down(const struct counts *c, uint64_t x)
{
    double term = mass(c, x), sum = 0;

    for (; x > 0 && sum + term != sum; x--) {
        sum += term;
        term /= growth(c, x - 1);
    }
    return x == 0 ? sum + term : sum;
}

/* What is more than one half may well be one minus the rest. */
static double at_least(const struct counts *c, double x)
{
    if (x <= 0)
        return 1;
    if (x > (double)c->n)
        return 0;
    return x > c->mean ? sum_up(c, (uint64_t)x)
                       : 1 - sum_down(c, (uint64_t)x - 1);
}

static double at_most(const struct counts *c, double x)
{
    if (x < 0)
        return 0;
    if (x >= (double)c->n)
        return 1;
    return x < c->mean ? sum_down(c, (uint64_t)x)
                       : 1 - sum_up(c, (uint64_t)x + 1);
}

static double beyond(const struct counts *c, struct spc_rate_limits limits)
{
    return at_most(c, ceil(limits.lower) - 1) +
           at_least(c, floor(limits.upper) + 1);
}

struct spc_rate_length spc_binomial_run_length(struct spc_rate_limits limits,
                                               uint64_t n, double p)
{
    struct counts c = {n, p, (double)n * p};

    assert(n >= 1 && n <= 1000000000000000);
    assert(p > 0 && p < 1);
    assert(limits.lower <= limits.upper);

    return length_of(beyond(&c, limits), (double)n);
}

struct spc_rate_length spc_poisson_run_length(struct spc_rate_limits limits,
                                              double mean, double units)
{
    struct counts c = {UINT64_MAX, 0, mean};

    assert(mean > 0 && mean <= 1e15);
    assert(limits.lower <= limits.upper);

    return length_of(beyond(&c, limits), units);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rare events.  See rare.h. */
#include "engine/rare.h"

#include <assert.h>
#include <math.h>

enum { STEPS_MAX = 2000 };

static const double log_half = -0.69314718055994530942;

void spc_rare_add(struct spc_rare_study *study, double x)
{
    study->points++;
    study->mean += (x - study->mean) / (double)study->points;
}

static enum spc_status rate(const struct spc_rare_study *study, double p,
                            double *ret_p)
{
    if (study->points < SPC_STUDY_MIN)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(p))
        return SPC_NOT_FINITE;
    if (p <= 0 || p >= 1)
        return SPC_NO_VARIATION;
    *ret_p = p;
    return SPC_OK;
}

enum spc_status spc_g_rate(const struct spc_rare_study *study, double *ret_p)
{
    double points = (double)study->points;

    if (study->mean <= 0 && study->points >= SPC_STUDY_MIN)
        return SPC_NO_VARIATION;
    return rate(study, (points - 1) / points / (study->mean + 1), ret_p);
}

enum spc_status spc_ccc_rate(const struct spc_rare_study *study, unsigned r,
                             double *ret_p)
{
    return rate(study, r / study->mean, ret_p);
}

/* ---- zones ------------------------------------------------------------- */

static struct spc_zones zones_between(double lower, double center, double upper)
{
    struct spc_zones zones;

    for (unsigned i = 0; i < SPC_EDGES; i++) {
        double share = i / (double)(SPC_EDGES - 1);

        zones.upper[i] = center + share * (upper - center);
        zones.lower[i] = center + share * (lower - center);
    }
    zones.upper[SPC_EDGES - 1] = upper;
    zones.lower[SPC_EDGES - 1] = lower;
    return zones;
}

struct spc_zones spc_g_zones(double p, double alpha)
{
    double log_good = log1p(-p);

    assert(p > 0);
    assert(p < 1);

    return zones_between(fmax(0, log1p(-alpha / 2) / log_good - 1),
                         fmax(0, log_half / log_good - 1),
                         fmax(0, log(alpha / 2) / log_good - 1));
}

struct spc_zones spc_g_zones_by_width(double mean, double width)
{
    double away = width * sqrt(mean * (mean + 1));

    return zones_between(fmax(0, mean - away), mean, mean + away);
}

unsigned spc_g_zeros(double p, double alpha)
{
    return (unsigned)fmax(1, ceil(log(alpha / 2) / log(p)));
}

/* ---- negative binomial ------------------------------------------------- */

/* log P(N > n), with b = n - r + 1; the terms of the sum are ratios of their
 * neighbours, all positive. */
static double log_above(double p, unsigned r, double b)
{
    double n = b + r - 1, odds = p / (1 - p), term = 1, sum = 1;

    for (unsigned j = 1; j < r; j++) {
        term *= (n - j + 1) / j * odds;
        sum += term;
    }
    return n * log1p(-p) + log(sum);
}

/* log P(N <= n): p^r (1 - p)^b / (r B(r, b)) times a series of positive
 * terms. */
static double log_upto(double p, unsigned r, double b)
{
    double front = r * log(p) + b * log1p(-p), term = 1, sum = 0;

    for (unsigned i = 0; i < r; i++)
        front += log((b + i) / (i + 1));
    for (unsigned k = 0; k < STEPS_MAX && sum + term != sum; k++) {
        sum += term;
        term *= (r + b + k) / (r + 1 + k) * p;
    }
    return front + log(sum);
}

/* The n at which a tail, rising or falling with n, has that logarithm. */
static double solve(double (*tail)(double p, unsigned r, double b), bool rises,
                    double p, unsigned r, double target)
{
    double low = 0, high = r / p;

    while ((tail(p, r, high) < target) == rises)
        high *= 2;
    for (unsigned i = 0; i < STEPS_MAX; i++) {
        double b = low + (high - low) / 2;

        if (b == low || b == high)
            break;
        if ((tail(p, r, b) < target) == rises)
            low = b;
        else
            high = b;
    }
    return high + r - 1;
}

struct spc_zones spc_ccc_zones(double p, unsigned r, double alpha)
{
    assert(p > 0);
    assert(p < 1);
    assert(r >= 1);
    assert(r <= SPC_CCC_EVENTS_MAX);

    return zones_between(solve(log_upto, true, p, r, log(alpha / 2)),
                         solve(log_above, false, p, r, log_half),
                         solve(log_above, false, p, r, log(alpha / 2)));
}

/* ---- Weibull ----------------------------------------------------------- */

struct spc_zones spc_t_zones(double shape, double scale, double alpha)
{
    assert(shape > 0);
    assert(scale > 0);

    return zones_between(scale * pow(-log1p(-alpha / 2), 1 / shape),
                         scale * pow(-log_half, 1 / shape),
                         scale * pow(-log(alpha / 2), 1 / shape));
}

/* Times in units of the longest, in logarithms: powers cannot overflow. */
struct times {
    const double *times;
    size_t count;
    double longest, mean_log;
};

/* Derivative of the log likelihood, over count: falls as the shape grows.
 * Also the mean of (time / longest)^shape. */
static double score(const struct times *t, double shape, double *ret_power)
{
    double power = 0, weighted = 0;

    for (size_t i = 0; i < t->count; i++) {
        double log_time = log(t->times[i] / t->longest);
        double x = exp(shape * log_time);

        power += x;
        weighted += x * log_time;
    }
    *ret_power = power / (double)t->count;
    return 1 / shape + t->mean_log - weighted / power;
}

static enum spc_status survey(const double *times, size_t count,
                              struct times *ret_times)
{
    struct times t = {times, count, 0, 0};
    double shortest = INFINITY;

    if (count < SPC_STUDY_MIN)
        return SPC_TOO_FEW_SUBGROUPS;
    for (size_t i = 0; i < count; i++) {
        if (!(times[i] > 0))
            return SPC_BAD_INPUT;
        t.longest = fmax(t.longest, times[i]);
        shortest = fmin(shortest, times[i]);
    }
    if (shortest == t.longest)
        return SPC_NO_VARIATION;
    for (size_t i = 0; i < count; i++)
        t.mean_log += log(times[i] / t.longest) / (double)count;
    *ret_times = t;
    return SPC_OK;
}

enum spc_status spc_weibull_fit(const double *times, size_t count,
                                double *ret_shape, double *ret_scale)
{
    struct times t;
    double low = 1, high = 1, power, shape;
    enum spc_status status = survey(times, count, &t);

    if (status != SPC_OK)
        return status;
    for (unsigned i = 0; i < 60 && score(&t, high, &power) > 0; i++)
        high *= 2;
    for (unsigned i = 0; i < 60 && score(&t, low, &power) < 0; i++)
        low /= 2;
    for (unsigned i = 0; i < STEPS_MAX; i++) {
        shape = low + (high - low) / 2;
        if (shape == low || shape == high)
            break;
        if (score(&t, shape, &power) > 0)
            low = shape;
        else
            high = shape;
    }
    (void)score(&t, low, &power);
    if (!isfinite(low) || !(power > 0))
        return SPC_NO_CONVERGENCE;
    *ret_shape = low;
    *ret_scale = t.longest * pow(power, 1 / low);
    return SPC_OK;
}

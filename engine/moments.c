/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running moments by updating.  See moments.h.
 *
 * Source: Pebay, Formulas for Robust, One-Pass Parallel Computation of
 * Covariances and Arbitrary-Order Statistical Moments, SAND2008-6212, 2008,
 * equations 1.1 to 1.6 (adding) and 2.1 (merging). */
#include "engine/moments.h"

#include <assert.h>
#include <math.h>

/* Only + - * / and comparisons, so that a replay gives the same bits. */
void spc_moments_add(struct spc_moments *moments, double x)
{
    assert(!isnan(x));

    double before = (double)moments->n;
    double n = before + 1;
    double delta = x - moments->mean;
    double step = delta / n;
    double step2 = step * step;
    double m2 = moments->m2;
    double m3 = moments->m3;
    double gain = delta * step * before;

    if (moments->n == 0 || x < moments->low)
        moments->low = x;
    if (moments->n == 0 || x > moments->high)
        moments->high = x;
    moments->n++;
    moments->mean += step;
    moments->m2 += gain;
    moments->m3 += gain * step * (n - 2) - 3 * step * m2;
    moments->m4 +=
        gain * step2 * (n * n - 3 * n + 3) + 6 * step2 * m2 - 4 * step * m3;
}

void spc_moments_merge(struct spc_moments *moments,
                       const struct spc_moments *other)
{
    if (other->n == 0)
        return;
    if (moments->n == 0) {
        *moments = *other;
        return;
    }

    const struct spc_moments a = *moments, b = *other;
    double na = (double)a.n, nb = (double)b.n, n = na + nb;
    double delta = b.mean - a.mean;
    double step = delta / n;
    double step2 = step * step;
    double gain = delta * step * na * nb;

    moments->n = a.n + b.n;
    moments->mean = a.mean + step * nb;
    moments->m2 = a.m2 + b.m2 + gain;
    moments->m3 = a.m3 + b.m3 + gain * step * (na - nb) +
                  3 * step * (na * b.m2 - nb * a.m2);
    moments->m4 = a.m4 + b.m4 + gain * step2 * (na * na - na * nb + nb * nb) +
                  6 * step2 * (na * na * b.m2 + nb * nb * a.m2) +
                  4 * step * (na * b.m3 - nb * a.m3);
    if (b.low < a.low)
        moments->low = b.low;
    if (b.high > a.high)
        moments->high = b.high;
}

double spc_moments_sd(const struct spc_moments *moments)
{
    if (moments->n < 2)
        return (double)NAN;
    return sqrt(moments->m2 / (double)(moments->n - 1));
}

double spc_moments_skewness(const struct spc_moments *moments)
{
    if (moments->n < 3 || !(moments->m2 > 0))
        return (double)NAN;

    double variance = moments->m2 / (double)moments->n;
    return moments->m3 / (double)moments->n / (variance * sqrt(variance));
}

double spc_moments_kurtosis(const struct spc_moments *moments)
{
    if (moments->n < 4 || !(moments->m2 > 0))
        return (double)NAN;

    double variance = moments->m2 / (double)moments->n;
    return moments->m4 / (double)moments->n / (variance * variance) - 3;
}

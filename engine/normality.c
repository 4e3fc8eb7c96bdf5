/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Anderson-Darling test of normality.  See normality.h. */
#include "engine/normality.h"

#include "engine/quantile.h"

#include <assert.h>
#include <math.h>

enum { SIZE_MIN = 8 };

/* p = exp(c0 + c1 A + c2 A^2), or one minus that, by stretches of A*2. */
static const struct {
    double below;
    double c0, c1, c2;
    int complement;
} stretches[] = {
    {0.200, -13.436, 101.14, -223.73, 1},
    {0.340, -8.318, 42.796, -59.938, 1},
    {0.600, 0.9177, -4.279, -1.38, 0},
    {INFINITY, 1.2937, -5.709, 0.0186, 0},
};

/* The last parabola was fitted to moderate statistics and turns up again at
 * 153; from here on p is as good as nothing. */
static const double statistic_max = 10;

static double p_of(double statistic)
{
    double a = fmin(statistic, statistic_max);
    unsigned i = 0;

    while (a >= stretches[i].below)
        i++;
    double p =
        exp(stretches[i].c0 + stretches[i].c1 * a + stretches[i].c2 * a * a);
    return stretches[i].complement ? 1 - p : p;
}

enum spc_status spc_normality_test(const double *sorted, size_t n, double mean,
                                   double sd, struct spc_normality *ret)
{
    if (n < SIZE_MIN)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(mean) || !isfinite(sd) || !isfinite(sorted[0]) ||
        !isfinite(sorted[n - 1]))
        return SPC_NOT_FINITE;
    if (sd <= 0)
        return SPC_NO_VARIATION;

    double size = (double)n;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double low = (sorted[i] - mean) / sd;
        double high = (sorted[n - 1 - i] - mean) / sd;

        /* log P(low) + log Q(high), both from their own tails. */
        sum += (2 * (double)i + 1) *
               (spc_normal_log_tail(-low) + spc_normal_log_tail(high));
    }

    double a2 = -size - sum / size;
    double statistic = a2 * (1 + 0.75 / size + 2.25 / (size * size));
    if (!isfinite(statistic))
        return SPC_NOT_FINITE;
    *ret = (struct spc_normality){statistic, p_of(statistic)};
    return SPC_OK;
}

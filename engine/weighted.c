/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts with a memory.  See weighted.h. */
#include "engine/weighted.h"

#include <assert.h>
#include <math.h>

void spc_ewma_start(struct spc_ewma *ewma, double center)
{
    *ewma = (struct spc_ewma){center, 0};
}

void spc_ewma_push(struct spc_ewma *ewma, double lambda, double mean, double n)
{
    double rest = 1 - lambda;

    assert(lambda > 0);
    assert(lambda <= 1);
    assert(n > 0);

    ewma->value += lambda * (mean - ewma->value);
    ewma->share = lambda * lambda / n + rest * rest * ewma->share;
}

double spc_moving_average_push(struct spc_moving_average *average,
                               unsigned span, double mean, double n,
                               double *ret_share)
{
    double level = 0, share = 0;
    uint64_t count;

    assert(span >= 1);
    assert(span <= SPC_SPAN_MAX);
    assert(n > 0);

    average->mean[average->points % span] = mean;
    average->share[average->points % span] = 1 / n;
    average->points++;
    count = average->points < span ? average->points : span;
    for (uint64_t i = 0; i < count; i++) {
        level += (average->mean[i] - level) / (double)(i + 1);
        share += average->share[i];
    }
    *ret_share = share / ((double)count * (double)count);
    return level;
}

struct spc_zones spc_weighted_zones(double center, double sigma, double width,
                                    double share)
{
    double reach = width * sigma * sqrt(share);
    struct spc_zones zones;

    for (unsigned i = 0; i < SPC_EDGES; i++) {
        zones.upper[i] = center + i / (double)(SPC_EDGES - 1) * reach;
        zones.lower[i] = center - i / (double)(SPC_EDGES - 1) * reach;
    }
    return zones;
}

/* ---- CUSUM ------------------------------------------------------------- */

void spc_cusum_start(struct spc_cusum *cusum, double head_start)
{
    assert(head_start >= 0);

    for (unsigned side = 0; side < SPC_CUSUM_SIDES; side++)
        cusum->sum[side] = (struct spc_cusum_sum){.value = head_start};
}

static void add(struct spc_cusum_sum *sum, double rise, double root_n)
{
    if (sum->run == 0)
        sum->begun = sum->value;
    sum->value = fmax(0, sum->value + rise);
    sum->run++;
    sum->roots += root_n;
    if (sum->value <= 0)
        *sum = (struct spc_cusum_sum){0};
}

void spc_cusum_push(struct spc_cusum *cusum, double k, double distance,
                    double n)
{
    double root_n = sqrt(n);

    assert(n > 0);

    add(&cusum->sum[SPC_CUSUM_HIGH], distance * root_n - k, root_n);
    add(&cusum->sum[SPC_CUSUM_LOW], -distance * root_n - k, root_n);
}

double spc_cusum_shift(const struct spc_cusum *cusum, double k,
                       enum spc_cusum_side side)
{
    assert((unsigned)side < SPC_CUSUM_SIDES);

    const struct spc_cusum_sum *sum = &cusum->sum[side];
    double moved =
        (sum->value - sum->begun + (double)sum->run * k) / sum->roots;

    if (sum->run == 0)
        return (double)NAN;
    return side == SPC_CUSUM_HIGH ? moved : -moved;
}

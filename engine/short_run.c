/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short runs.  See short_run.h. */
#include "engine/short_run.h"

#include <assert.h>
#include <math.h>

enum { SPAN = 2 }; /* values in a moving range */

/* ---- study ------------------------------------------------------------- */

static void average_in(double *mean, uint64_t *count, double x)
{
    ++*count;
    *mean += (x - *mean) / (double)*count;
}

void spc_part_add(struct spc_part *part, double x)
{
    if (isnan(x)) {
        spc_part_gap(part);
        return;
    }
    average_in(&part->mean, &part->points, x);
    if (part->has_previous)
        average_in(&part->mean_range, &part->ranges, fabs(x - part->previous));
    part->previous = x;
    part->has_previous = true;
}

void spc_part_gap(struct spc_part *part)
{
    part->has_previous = false;
}

void spc_part_add_subgroup(struct spc_part *part, double mean, double range)
{
    if (isnan(mean))
        return;
    average_in(&part->mean, &part->points, mean);
    if (!isnan(range))
        average_in(&part->mean_range, &part->ranges, range);
}

/* What sigma may be relative to. */
static double size_of(const struct spc_part *part)
{
    return fabs(isnan(part->nominal) ? part->mean : part->nominal);
}

struct pool {
    double mean;
    uint64_t ranges;
};

static void pool_add(struct pool *pool, const struct spc_part *part,
                     double unit)
{
    double weight = (double)part->ranges;

    if (part->ranges == 0)
        return;
    pool->ranges += part->ranges;
    pool->mean += (part->mean_range / unit - pool->mean) *
                  (weight / (double)pool->ranges);
}

static enum spc_status pool_ranges(const struct spc_part *parts, size_t count,
                                   size_t index, enum spc_part_sigma sigma,
                                   struct pool *ret_pool)
{
    struct pool pool = {0};

    for (size_t i = 0; i < count; i++) {
        double unit = sigma == SPC_PART_SIGMA_RELATIVE ? size_of(&parts[i]) : 1;

        if (sigma == SPC_PART_SIGMA_BY_PARTS && i != index)
            continue;
        if (parts[i].ranges > 0 && unit == 0)
            return SPC_BAD_INPUT;
        pool_add(&pool, &parts[i], unit);
    }
    if (sigma == SPC_PART_SIGMA_RELATIVE)
        pool.mean *= size_of(&parts[index]);
    *ret_pool = pool;
    return SPC_OK;
}

/* Whether anything is taken from the part's own points. */
static bool needs_points(const struct spc_part *part,
                         const struct spc_part_choice *choice)
{
    return choice->sigma == SPC_PART_SIGMA_BY_PARTS || !choice->at_nominal ||
           (choice->sigma == SPC_PART_SIGMA_RELATIVE && isnan(part->nominal));
}

enum spc_status spc_part_scale(const struct spc_part *parts, size_t count,
                               size_t index, const struct spc_constants *k,
                               const struct spc_part_choice *choice,
                               struct spc_part_scale *ret_scale)
{
    const struct spc_part *part = &parts[index];
    struct pool pool;

    assert(index < count);
    assert((unsigned)choice->sigma < SPC_PART_SIGMAS);
    assert(choice->n >= 1);
    assert(choice->n <= SPC_SUBGROUP_MAX);
    assert(choice->least >= SPC_PART_POINTS_MIN);

    if (choice->at_nominal && isnan(part->nominal))
        return SPC_BAD_INPUT;
    if (needs_points(part, choice) && part->points < choice->least)
        return SPC_TOO_FEW_SUBGROUPS;

    enum spc_status status =
        pool_ranges(parts, count, index, choice->sigma, &pool);
    double center = choice->at_nominal ? part->nominal : part->mean;
    double d2 = k->d2[choice->n == 1 ? SPAN : choice->n];

    if (status != SPC_OK)
        return status;
    if (pool.ranges == 0)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(pool.mean) || !isfinite(center))
        return SPC_NOT_FINITE;
    if (choice->sigma == SPC_PART_SIGMA_RELATIVE && size_of(part) == 0)
        return SPC_BAD_INPUT;
    if (!(pool.mean > 0))
        return SPC_NO_VARIATION;
    *ret_scale =
        (struct spc_part_scale){center, pool.mean, pool.mean / d2, pool.ranges};
    return SPC_OK;
}

/* ---- transforms -------------------------------------------------------- */

double spc_short_run_deviation(double x, double nominal)
{
    return x - nominal;
}

double spc_short_run_z(const struct spc_part_scale *scale, double mean,
                       double n)
{
    assert(scale->sigma > 0);

    return (mean - scale->center) * sqrt(n) / scale->sigma;
}

double spc_short_run_w(double z, double previous_z)
{
    return fabs(z - previous_z);
}

double spc_short_run_xbar(const struct spc_part_scale *scale, double mean)
{
    assert(scale->mean_range > 0);

    return (mean - scale->center) / scale->mean_range;
}

double spc_short_run_range(const struct spc_part_scale *scale, double range)
{
    assert(scale->mean_range > 0);

    return range / scale->mean_range;
}

struct spc_zones spc_short_run_zones(enum spc_short_run plotted,
                                     const struct spc_constants *k, uint32_t n,
                                     double width)
{
    assert((unsigned)plotted < SPC_SHORT_RUNS);
    assert(n >= 2 || plotted == SPC_SHORT_RUN_Z || plotted == SPC_SHORT_RUN_W);
    assert(n <= SPC_SUBGROUP_MAX);

    double d2 = k->d2[n], root = sqrt(n);
    const struct {
        double center, error, least;
    } shape[] = {
        [SPC_SHORT_RUN_Z] = {0, 1, -INFINITY},
        [SPC_SHORT_RUN_W] = {k->d2[SPAN], k->d3[SPAN], 0},
        [SPC_SHORT_RUN_XBAR] = {0, 1 / (d2 * root), -INFINITY},
        [SPC_SHORT_RUN_RANGE] = {1, k->d3[n] / d2, 0},
    };
    struct spc_zones zones;

    for (unsigned i = 0; i < SPC_EDGES; i++) {
        double reach = i * width / (SPC_EDGES - 1) * shape[plotted].error;

        zones.upper[i] = shape[plotted].center + reach;
        zones.lower[i] =
            fmax(shape[plotted].least, shape[plotted].center - reach);
    }
    return zones;
}

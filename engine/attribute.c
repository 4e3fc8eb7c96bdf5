/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attribute charts.  See attribute.h. */
#include "engine/attribute.h"

#include "engine/discrete.h"

#include <assert.h>
#include <gsl/gsl_math.h>
#include <math.h>

/* How an attribute is distributed, and whether its points are rates. */
static const struct {
    bool binomial, is_rate;
} kinds[SPC_ATTRIBUTES] = {
    [SPC_ATTRIBUTE_P] = {true, true},
    [SPC_ATTRIBUTE_NP] = {true, false},
    [SPC_ATTRIBUTE_C] = {false, false},
    [SPC_ATTRIBUTE_U] = {false, true},
};

void spc_attribute_add(struct spc_attribute_study *study,
                       struct spc_count count)
{
    assert(count.units > 0);

    study->points++;
    study->counted += count.counted;
    study->units += count.units;
}

enum spc_status spc_attribute_rate(const struct spc_attribute_study *study,
                                   enum spc_attribute attribute,
                                   double *ret_rate)
{
    assert((unsigned)attribute < SPC_ATTRIBUTES);

    double rate = (double)study->counted / study->units;

    if (study->points < SPC_STUDY_MIN)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(rate))
        return SPC_NOT_FINITE;
    if (rate <= 0 || (kinds[attribute].binomial && rate >= 1))
        return SPC_NO_VARIATION;
    *ret_rate = rate;
    return SPC_OK;
}

/* Of a count among `units`, on the chart's scale. */
static double plotted(enum spc_attribute attribute, double count, double units)
{
    return kinds[attribute].is_rate ? count / units : count;
}

double spc_attribute_statistic(enum spc_attribute attribute,
                               struct spc_count count)
{
    assert((unsigned)attribute < SPC_ATTRIBUTES);

    return plotted(attribute, (double)count.counted, count.units);
}

double spc_attribute_sigma(const struct spc_attribute_limits *limits,
                           double units)
{
    double variance = limits->rate;

    assert((unsigned)limits->attribute < SPC_ATTRIBUTES);
    assert(units > 0);

    if (kinds[limits->attribute].binomial)
        variance *= 1 - limits->rate;
    variance =
        kinds[limits->attribute].is_rate ? variance / units : variance * units;
    return limits->sigma_z * sqrt(variance);
}

/* The outermost edges by exact counts. */
static void set_exact(const struct spc_attribute_limits *limits, double units,
                      struct spc_zones *zones)
{
    enum spc_attribute attribute = limits->attribute;
    double a = limits->alpha / 2;
    struct spc_count_limits exact =
        kinds[attribute].binomial
            ? spc_binomial_limits((uint64_t)units, limits->rate, a)
            : spc_poisson_limits(limits->rate * units, a);

    zones->upper[SPC_EDGES - 1] =
        plotted(attribute, (double)exact.upper, units);
    zones->lower[SPC_EDGES - 1] =
        plotted(attribute, (double)exact.lower, units);
}

static void set_by_width(const struct spc_attribute_limits *limits,
                         double units, struct spc_zones *zones)
{
    double away = limits->width * spc_attribute_sigma(limits, units);

    zones->upper[SPC_EDGES - 1] = zones->upper[0] + away;
    zones->lower[SPC_EDGES - 1] = zones->lower[0] - away;
}

struct spc_zones spc_attribute_zones(const struct spc_attribute_limits *limits,
                                     double units)
{
    enum spc_attribute attribute = limits->attribute;
    double center =
        kinds[attribute].is_rate ? limits->rate : limits->rate * units;
    double highest = kinds[attribute].binomial
                         ? plotted(attribute, units, units)
                         : (double)INFINITY;
    struct spc_zones zones = {{center}, {center}};
    double up, down;

    assert(units > 0);

    (limits->alpha > 0 ? set_exact : set_by_width)(limits, units, &zones);
    up = zones.upper[SPC_EDGES - 1] - center;
    down = center - zones.lower[SPC_EDGES - 1];
    for (unsigned i = 1; i < SPC_EDGES - 1; i++) {
        double share = i / (double)(SPC_EDGES - 1);

        zones.upper[i] = center + share * up;
        zones.lower[i] = center - share * down;
    }
    for (unsigned i = 0; i < SPC_EDGES; i++) {
        zones.upper[i] = fmin(zones.upper[i], highest);
        zones.lower[i] = fmax(zones.lower[i], 0);
    }
    return zones;
}

/* ---- Laney ------------------------------------------------------------- */

void spc_laney_add(struct spc_laney *laney,
                   const struct spc_attribute_limits *limits,
                   struct spc_count count)
{
    double center =
        plotted(limits->attribute, limits->rate * count.units, count.units);
    double z = (spc_attribute_statistic(limits->attribute, count) - center) /
               spc_attribute_sigma(limits, count.units);

    if (laney->has_previous) {
        laney->ranges++;
        laney->mean_range += (fabs(z - laney->previous) - laney->mean_range) /
                             (double)laney->ranges;
    }
    laney->has_previous = true;
    laney->previous = z;
}

void spc_laney_gap(struct spc_laney *laney)
{
    laney->has_previous = false;
}

enum spc_status spc_laney_sigma_z(const struct spc_laney *laney,
                                  double *ret_sigma_z)
{
    if (laney->ranges == 0)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!(laney->mean_range > 0))
        return SPC_NO_VARIATION;
    *ret_sigma_z = laney->mean_range * M_SQRTPI / 2; /* d2(2) = 2/sqrt(pi) */
    return SPC_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rational subgroup in the making.  See subgroup.h. */
#include "engine/subgroup.h"

#include <assert.h>
#include <math.h>

void spc_subgroup_add(struct spc_subgroup *subgroup, double x)
{
    assert(!isnan(x));

    /* Updating the mean, rather than dividing a sum, keeps full precision
     * when the spread is tiny beside the level: a bore of 25 mm held to a
     * micrometre (Welford, Technometrics 4, 1962). */
    double delta = x - subgroup->mean;

    if (subgroup->n == 0 || x < subgroup->low)
        subgroup->low = x;
    if (subgroup->n == 0 || x > subgroup->high)
        subgroup->high = x;
    subgroup->places++;
    subgroup->n++;
    subgroup->mean += delta / subgroup->n;
    subgroup->m2 += delta * (x - subgroup->mean);
}

void spc_subgroup_skip(struct spc_subgroup *subgroup)
{
    subgroup->places++;
}

struct spc_point spc_subgroup_point(const struct spc_subgroup *subgroup)
{
    struct spc_point point = {subgroup->n, (double)NAN, (double)NAN,
                              (double)NAN};

    if (subgroup->n >= 1)
        point.mean = subgroup->mean;
    if (subgroup->n >= 2) {
        point.range = subgroup->high - subgroup->low;
        point.sd = sqrt(subgroup->m2 / (subgroup->n - 1));
    }
    return point;
}

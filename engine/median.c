/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians.  See median.h. */
#include "engine/median.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <math.h>

/* Gauss and Legendre over nine standard deviations either way: what is left
 * out is below 1e-18. */
enum { NODES = 100 };
static const double reach = 9;

struct rule {
    const gsl_integration_glfixed_table *table;
    double k; /* values below the middle */
};

static double node(const struct rule *rule, double low, double high, unsigned i,
                   double *ret_weight)
{
    double x;

    (void)gsl_integration_glfixed_point(low, high, i, &x, ret_weight,
                                        rule->table);
    return x;
}

/* The density of the median without its constant. */
static double density_odd(const struct rule *rule, double y)
{
    return gsl_ran_ugaussian_pdf(y) *
           pow(gsl_cdf_ugaussian_P(y) * gsl_cdf_ugaussian_Q(y), rule->k);
}

static double density_even(const struct rule *rule, double y)
{
    double sum = 0, weight;

    for (unsigned i = 0; i < NODES; i++) {
        double t = node(rule, 0, reach, i, &weight);

        sum += weight * gsl_ran_ugaussian_pdf(y - t) *
               gsl_ran_ugaussian_pdf(y + t) *
               pow(gsl_cdf_ugaussian_P(y - t) * gsl_cdf_ugaussian_Q(y + t),
                   rule->k);
    }
    return sum;
}

/* A ratio of integrals needs no factorials. */
enum spc_status spc_median_error(uint32_t n, double *ret_error)
{
    gsl_integration_glfixed_table *table;
    struct rule rule = {NULL, floor((n - 1) / 2.0)};
    double total = 0, squares = 0, weight;

    assert(n >= 1);
    assert(n <= SPC_SUBGROUP_MAX);

    table = gsl_integration_glfixed_table_alloc(NODES);
    if (!table)
        return SPC_NO_MEMORY;
    rule.table = table;
    for (unsigned i = 0; i < NODES; i++) {
        double y = node(&rule, 0, reach, i, &weight);
        double density =
            (n % 2 ? density_odd : density_even)(&rule, y) * weight;

        total += density;
        squares += y * y * density;
    }
    gsl_integration_glfixed_table_free(table);
    *ret_error = sqrt(squares / total);
    return SPC_OK;
}

double spc_median(double *values, uint32_t count)
{
    assert(count >= 1);

    for (uint32_t i = 1; i < count; i++) {
        double x = values[i];
        uint32_t place = i;

        for (; place > 0 && values[place - 1] > x; place--)
            values[place] = values[place - 1];
        values[place] = x;
    }
    return values[(count - 1) / 2] +
           (values[count / 2] - values[(count - 1) / 2]) / 2;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control chart constants by quadrature.  See constants.h.
 *
 * With P(R_n <= r) = n integral phi(x) (Phi(x + r) - Phi(x))^(n - 1) dx the
 * moments of the range are  E[R] = integral of P(R > r)  and
 * E[R^2] = 2 integral of r P(R > r)  over r > 0.  The mean is taken from its
 * own, simpler, integral; see the header.  Every integrand is smooth and below
 * 1e-18 outside of the bounds taken, and panels of 64 Gauss-Legendre points
 * integrate it to rounding.  GSL's tables of 64 points are exact; those it
 * makes up for odd sizes (48, 80) are good to 1e-11 only. */
#include "engine/constants.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

enum {
    NODES = 64,
    PANELS = 2,
    GRID = NODES * PANELS,
};

/* Deviates and ranges larger than these have no weight left: 50 Q(9.5) is
 * 5e-20. */
#define DEVIATE_MAX 9.5
#define RANGE_MAX   (2 * DEVIATE_MAX)

/* Abscissae and weights of an interval. */
struct grid {
    double at[GRID], weight[GRID];
};

static bool fill_grid(struct grid *grid, const gsl_integration_glfixed_table *t,
                      double low, double high)
{
    double width = (high - low) / PANELS;

    for (size_t i = 0; i < GRID; i++) {
        double from = low + width * (double)(i / NODES);

        if (gsl_integration_glfixed_point(from, from + width, i % NODES,
                                          &grid->at[i], &grid->weight[i],
                                          t) != GSL_SUCCESS)
            return false;
    }
    return true;
}

/* d2(n) = integral of 1 - P(x)^n - Q(x)^n, an even function of x. */
static void integrate_means(const struct grid *half, struct spc_constants *k)
{
    for (size_t i = 0; i < GRID; i++) {
        double lower = gsl_cdf_ugaussian_P(half->at[i]);
        double upper = gsl_cdf_ugaussian_Q(half->at[i]);
        double all_lower = lower, all_upper = upper;

        for (unsigned n = 2; n <= SPC_SUBGROUP_MAX; n++) {
            all_lower *= lower;
            all_upper *= upper;
            k->d2[n] += 2 * half->weight[i] * (1 - all_lower - all_upper);
        }
    }
}

/* P(R_n <= r) for every n at once, into cdf[n]. */
static void range_cdf(const struct grid *whole, double r, double *cdf)
{
    for (unsigned n = 2; n <= SPC_SUBGROUP_MAX; n++)
        cdf[n] = 0;
    for (size_t i = 0; i < GRID; i++) {
        double x = whole->at[i];
        double between = gsl_cdf_ugaussian_P(x + r) - gsl_cdf_ugaussian_P(x);
        double all_between = whole->weight[i] * gsl_ran_ugaussian_pdf(x);

        for (unsigned n = 2; n <= SPC_SUBGROUP_MAX; n++) {
            all_between *= between;
            cdf[n] += n * all_between;
        }
    }
}

static void integrate_scatter(const struct grid *whole,
                              const struct grid *ranges,
                              struct spc_constants *k)
{
    double square[SPC_SUBGROUP_MAX + 1] = {0}; /* E[R^2] */
    double cdf[SPC_SUBGROUP_MAX + 1];

    for (size_t i = 0; i < GRID; i++) {
        range_cdf(whole, ranges->at[i], cdf);
        for (unsigned n = 2; n <= SPC_SUBGROUP_MAX; n++)
            square[n] += 2 * ranges->weight[i] * ranges->at[i] * (1 - cdf[n]);
    }
    for (unsigned n = 2; n <= SPC_SUBGROUP_MAX; n++)
        k->d3[n] = sqrt(square[n] - k->d2[n] * k->d2[n]);
}

/* Half-way in the distribution, which rises: fifty halvings of an interval of
 * nineteen leave nothing but rounding. */
double spc_range_median(unsigned n)
{
    double low = 0, high = RANGE_MAX, cdf[SPC_SUBGROUP_MAX + 1];
    struct grid whole;
    gsl_integration_glfixed_table *t =
        gsl_integration_glfixed_table_alloc(NODES);
    bool filled = t && fill_grid(&whole, t, -DEVIATE_MAX, DEVIATE_MAX);

    assert(n >= 2);
    assert(n <= SPC_SUBGROUP_MAX);

    if (t)
        gsl_integration_glfixed_table_free(t);
    if (!filled)
        return (double)NAN;
    for (int i = 0; i < 60; i++) {
        double middle = low + (high - low) / 2;

        range_cdf(&whole, middle, cdf);
        if (cdf[n] < 0.5)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}

/* Larger subgroups have larger ranges and steadier standard deviations. */
static bool plausible(const struct spc_constants *k)
{
    for (unsigned n = 3; n <= SPC_SUBGROUP_MAX; n++)
        if (!(k->d2[n] > k->d2[n - 1] && k->d3[n] > 0 &&
              k->c4[n] > k->c4[n - 1] && k->c4[n] < 1))
            return false;
    return true;
}

enum spc_status spc_constants_compute(struct spc_constants *ret_constants)
{
    struct spc_constants k = {{0}, {0}, {0}};
    struct grid half, whole, ranges;
    gsl_integration_glfixed_table *t =
        gsl_integration_glfixed_table_alloc(NODES);

    if (t == NULL)
        return SPC_NO_MEMORY;

    bool filled = fill_grid(&half, t, 0, DEVIATE_MAX) &&
                  fill_grid(&whole, t, -DEVIATE_MAX, DEVIATE_MAX) &&
                  fill_grid(&ranges, t, 0, RANGE_MAX);
    gsl_integration_glfixed_table_free(t);
    if (!filled)
        return SPC_NO_CONVERGENCE;

    integrate_means(&half, &k);
    integrate_scatter(&whole, &ranges, &k);
    for (unsigned n = 0; n < 2; n++)
        k.d2[n] = k.d3[n] = k.c4[n] = (double)NAN;
    for (unsigned n = 2; n <= SPC_SUBGROUP_MAX; n++)
        k.c4[n] = spc_c4(n);
    if (!plausible(&k))
        return SPC_NO_CONVERGENCE;

    *ret_constants = k;
    return SPC_OK;
}

/* With a = (n - 1) / 2 and the regulated gamma function Gamma*, which is
 * Gamma(x) / (sqrt(2 pi) x^(x - 1/2) e^-x),
 *
 *     c4 = exp(a log(1 + 1/2a) - 1/2) Gamma*(a + 1/2) / Gamma*(a)
 *
 * where nothing huge is subtracted from anything huge: the difference of two
 * log-gammas has lost ten digits at n = 1e7. */
double spc_c4(double n)
{
    gsl_sf_result above, below;
    double a = (n - 1) / 2;

    assert(n >= 2);

    if (gsl_sf_gammastar_e(a + 0.5, &above) != GSL_SUCCESS ||
        gsl_sf_gammastar_e(a, &below) != GSL_SUCCESS)
        return (double)NAN;
    return exp(a * log1p(0.5 / a) - 0.5) * above.val / below.val;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of run rules.  See chain.h. */
#include "engine/chain.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_legendre.h>
#include <gsl/gsl_vector.h>
#include <math.h>
#include <stdbool.h>

enum {
    NODES = 16, /* Gauss-Legendre points of a band; polynomials of u */
    STEPS = 1000000,
};

/* The bounds of the run length agree to this. */
static const double agreement = 1e-13;

/* Places in a band, from 0 to 1, and what a function with values y there has
 * for integrals: sum of weight y over the band, sum of below[j] y up to
 * at[j], and of above[j] y from there on. */
struct places {
    size_t n;
    double at[NODES], weight[NODES];
    double below[NODES][NODES], above[NODES][NODES];
};

/* The functions e_t and d_t: `n` values of each state, and their means over
 * the band. */
struct run {
    const struct spc_chain *chain;
    struct places places;
    gsl_vector *going_on, *hazard, *spare, *mean;
};

/* ---- places ------------------------------------------------------------ */

/* Integral from -1 to x of P_k. */
static double legendre_integral(int k, double x)
{
    if (k == 0)
        return x + 1;
    return (gsl_sf_legendre_Pl(k + 1, x) - gsl_sf_legendre_Pl(k - 1, x)) /
           (2 * k + 1);
}

/* A polynomial through the points, expanded in Legendre's and integrated. */
static double integral_below(const struct places *p, size_t j, size_t i)
{
    double x = 2 * p->at[i] - 1, to = 2 * p->at[j] - 1;
    double sum = 0;

    for (int k = 0; k < NODES; k++)
        sum +=
            (2 * k + 1) * gsl_sf_legendre_Pl(k, x) * legendre_integral(k, to);
    return p->weight[i] * sum / 2;
}

static enum spc_status fill_places(bool trend, struct places *p)
{
    gsl_integration_glfixed_table *t;
    int failed = 0;

    /* Without trend rules nothing depends on the place. */
    if (!trend) {
        *p = (struct places){.n = 1, .at = {0.5}, .weight = {1}};
        return SPC_OK;
    }
    t = gsl_integration_glfixed_table_alloc(NODES);
    if (!t)
        return SPC_NO_MEMORY;
    p->n = NODES;
    for (size_t i = 0; i < NODES; i++)
        failed |=
            gsl_integration_glfixed_point(0, 1, i, &p->at[i], &p->weight[i], t);
    gsl_integration_glfixed_table_free(t);
    for (size_t j = 0; j < NODES; j++)
        for (size_t i = 0; i < NODES; i++) {
            p->below[j][i] = integral_below(p, j, i);
            p->above[j][i] = p->weight[i] - p->below[j][i];
        }
    return failed ? SPC_NO_CONVERGENCE : SPC_OK;
}

/* ---- one point more ---------------------------------------------------- */

static void take_means(const struct run *run, const gsl_vector *values)
{
    size_t n = run->places.n;

    for (size_t s = 0; s < run->chain->states; s++) {
        const double *value = gsl_vector_const_ptr(values, s * n);
        double sum = 0;

        for (size_t i = 0; i < n; i++)
            sum += run->places.weight[i] * value[i];
        gsl_vector_set(run->mean, s, sum);
    }
}

static double product(const double *a, const gsl_vector *values, uint32_t state,
                      size_t n)
{
    const double *value;
    double sum = 0;

    if (state == UINT32_MAX)
        return 0;
    value = gsl_vector_const_ptr(values, state * n);
    for (size_t i = 0; i < n; i++)
        sum += a[i] * value[i];
    return sum;
}

/* What a point in another band than the last leads to. */
static double elsewhere(const struct run *run, size_t state)
{
    const struct spc_chain *chain = run->chain;
    double sum = 0;

    for (unsigned b = 0; b < SPC_CHAIN_BANDS; b++) {
        uint32_t next = chain->next[state][b];

        if (b != chain->band[state] && next != UINT32_MAX)
            sum += chain->probability[b] * gsl_vector_get(run->mean, next);
    }
    return sum;
}

/* The mean of `from` after one point more, into `to`. */
static void advance(const struct run *run, const gsl_vector *from,
                    gsl_vector *to)
{
    const struct spc_chain *chain = run->chain;
    size_t n = run->places.n;

    take_means(run, from);
    for (size_t s = 0; s < chain->states; s++) {
        double other = elsewhere(run, s);
        unsigned band = chain->band[s];

        for (size_t j = 0; j < n; j++) {
            double same = 0;

            if (band < SPC_CHAIN_BANDS)
                same = chain->probability[band] *
                       (product(run->places.below[j], from,
                                chain->next[s][band], n) +
                        product(run->places.above[j], from,
                                chain->next[s][SPC_CHAIN_BANDS], n));
            gsl_vector_set(to, s * n + j, other + same);
        }
    }
}

/* The probability that the very next point signals. */
static double signals_next(const struct run *run, size_t state, size_t place)
{
    const struct spc_chain *chain = run->chain;
    const uint32_t *next = chain->next[state];
    unsigned band = chain->band[state];
    double u = run->places.at[place], sum = 0;

    for (unsigned b = 0; b < SPC_CHAIN_BANDS; b++)
        if (next[b] == UINT32_MAX)
            sum += chain->probability[b] * (b == band ? u : 1);
    if (band < SPC_CHAIN_BANDS && next[SPC_CHAIN_BANDS] == UINT32_MAX)
        sum += chain->probability[band] * (1 - u);
    return sum;
}

/* ---- the sum ----------------------------------------------------------- */

static void begin(struct run *run)
{
    size_t n = run->places.n;

    gsl_vector_set_all(run->going_on, 1);
    for (size_t s = 0; s < run->chain->states; s++)
        for (size_t j = 0; j < n; j++)
            gsl_vector_set(run->hazard, s * n + j, signals_next(run, s, j));
}

static void advance_both(struct run *run)
{
    gsl_vector **both[] = {&run->going_on, &run->hazard};

    for (unsigned i = 0; i < 2; i++) {
        gsl_vector *swap = *both[i];

        advance(run, swap, run->spare);
        *both[i] = run->spare;
        run->spare = swap;
    }
}

/* The least and the largest hazard of any state and place. */
static void hazard_bounds(const struct run *run, double *low, double *high)
{
    *low = INFINITY;
    *high = 0;
    for (size_t i = 0; i < run->hazard->size; i++) {
        double hazard =
            gsl_vector_get(run->hazard, i) / gsl_vector_get(run->going_on, i);

        /* Where nothing goes on, 0 / 0 is no bound, and compares as false. */
        if (hazard < *low)
            *low = hazard;
        if (hazard > *high)
            *high = hazard;
    }
}

static enum spc_status add_up(struct run *run, double *ret_length)
{
    double sum = 0;

    begin(run);
    for (unsigned t = 0; t < STEPS; t++) {
        double here = gsl_vector_get(run->going_on, 0), low, high;

        hazard_bounds(run, &low, &high);
        /* A chain that goes round in circles has no settled hazard, but what
         * goes on dies away. */
        if (here < DBL_MIN) {
            *ret_length = sum;
            return SPC_OK;
        }
        if (here / low - here / high <= agreement * (sum + here / high)) {
            *ret_length = sum + here * (1 / low + 1 / high) / 2;
            return isfinite(*ret_length) ? SPC_OK : SPC_NO_CONVERGENCE;
        }
        sum += here;
        advance_both(run);
    }
    return SPC_NO_CONVERGENCE;
}

static bool remembers_bands(const struct spc_chain *chain)
{
    for (size_t s = 0; s < chain->states; s++)
        if (chain->band[s] < SPC_CHAIN_BANDS)
            return true;
    return false;
}

enum spc_status spc_chain_run_length(const struct spc_chain *chain,
                                     double *ret_length)
{
    struct run run = {.chain = chain};
    enum spc_status status = fill_places(remembers_bands(chain), &run.places);
    size_t size = chain->states * run.places.n;
    double length = 0;

    if (status != SPC_OK)
        return status;
    run.going_on = gsl_vector_alloc(size);
    run.hazard = gsl_vector_alloc(size);
    run.spare = gsl_vector_alloc(size);
    run.mean = gsl_vector_alloc(chain->states);
    status = run.going_on && run.hazard && run.spare && run.mean
                 ? add_up(&run, &length)
                 : SPC_NO_MEMORY;
    gsl_vector_free(run.going_on);
    gsl_vector_free(run.hazard);
    gsl_vector_free(run.spare);
    gsl_vector_free(run.mean);
    if (status == SPC_OK)
        *ret_length = length;
    return status;
}

/* ---- bands of a normal point ------------------------------------------- */

/* Differences of the smaller tails, so that a far band keeps its digits. */
static double between(double low, double high)
{
    return low > 0 ? gsl_cdf_ugaussian_Q(low) - gsl_cdf_ugaussian_Q(high)
                   : gsl_cdf_ugaussian_P(high) - gsl_cdf_ugaussian_P(low);
}

void spc_chain_normal(double width, double shift,
                      double ret_probability[SPC_CHAIN_BANDS])
{
    const int half = SPC_CHAIN_BANDS / 2;

    for (int b = 0; b < SPC_CHAIN_BANDS; b++) {
        double low = (b - half) * width / (half - 1) - shift;
        double high = (b + 1 - half) * width / (half - 1) - shift;

        ret_probability[b] = b == 0 ? gsl_cdf_ugaussian_P(high)
                             : b == SPC_CHAIN_BANDS - 1
                                 ? gsl_cdf_ugaussian_Q(low)
                                 : between(low, high);
    }
}

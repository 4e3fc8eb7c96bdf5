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
#include <string.h>

enum {
    NODES = 16, /* Gauss-Legendre points of a band; polynomials of u */
    STEPS = 1000000,
};

/* The bounds of the run length agree to this. */
static const double agreement = 1e-13;

/* Those of its mean over where the chain is, to this. */
static const double steadiness = 1e-11;

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
    gsl_vector *length; /* from each state and place, or NULL */
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

static void advance_one(struct run *run, gsl_vector **function)
{
    gsl_vector *swap = *function;

    advance(run, swap, run->spare);
    *function = run->spare;
    run->spare = swap;
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

/* Adds so much of what goes on to the lengths from everywhere. */
static void lengthen(struct run *run, double times)
{
    for (size_t i = 0; run->length && i < run->length->size; i++)
        *gsl_vector_ptr(run->length, i) +=
            times * gsl_vector_get(run->going_on, i);
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
            sum += here * (1 / low + 1 / high) / 2;
            lengthen(run, (1 / low + 1 / high) / 2);
            if (!isfinite(sum))
                return SPC_NO_CONVERGENCE;
            *ret_length = sum;
            return SPC_OK;
        }
        sum += here;
        lengthen(run, 1);
        advance_one(run, &run->going_on);
        advance_one(run, &run->hazard);
    }
    return SPC_NO_CONVERGENCE;
}

/* ---- after long -------------------------------------------------------- */

/* The least and the greatest mean length of those that go on, from any state
 * and place; both are taken in units of the most that goes on. */
static void length_bounds(struct run *run, double *low, double *high)
{
    double most = gsl_vector_max(run->going_on);

    *low = INFINITY;
    *high = 0;
    gsl_vector_scale(run->going_on, 1 / most);
    gsl_vector_scale(run->length, 1 / most);
    for (size_t i = 0; i < run->length->size; i++) {
        double mean =
            gsl_vector_get(run->length, i) / gsl_vector_get(run->going_on, i);

        if (mean < *low)
            *low = mean;
        if (mean > *high)
            *high = mean;
    }
}

/* Looks ever further back from the lengths. */
static enum spc_status look_back(struct run *run, double *ret_length)
{
    gsl_vector_set_all(run->going_on, 1);
    for (unsigned t = 0; t < STEPS; t++) {
        double low, high;

        advance_one(run, &run->length);
        advance_one(run, &run->going_on);
        length_bounds(run, &low, &high);
        if (!isfinite(low) || !isfinite(high))
            break;
        if (high - low <= steadiness * low) {
            *ret_length = low + (high - low) / 2;
            return SPC_OK;
        }
    }
    return SPC_NO_CONVERGENCE;
}

/* ---- both -------------------------------------------------------------- */

static bool remembers_bands(const struct spc_chain *chain)
{
    for (size_t s = 0; s < chain->states; s++)
        if (chain->band[s] < SPC_CHAIN_BANDS)
            return true;
    return false;
}

static void clear(struct run *run)
{
    gsl_vector_free(run->going_on);
    gsl_vector_free(run->hazard);
    gsl_vector_free(run->spare);
    gsl_vector_free(run->mean);
    gsl_vector_free(run->length);
}

static enum spc_status prepare(const struct spc_chain *chain, bool everywhere,
                               struct run *ret_run)
{
    struct run run = {.chain = chain};
    enum spc_status status = fill_places(remembers_bands(chain), &run.places);
    size_t size = chain->states * run.places.n;

    if (status != SPC_OK)
        return status;
    run.going_on = gsl_vector_alloc(size);
    run.hazard = gsl_vector_alloc(size);
    run.spare = gsl_vector_alloc(size);
    run.mean = gsl_vector_alloc(chain->states);
    run.length = everywhere ? gsl_vector_calloc(size) : NULL;
    if (run.going_on && run.hazard && run.spare && run.mean &&
        (run.length || !everywhere)) {
        *ret_run = run;
        return SPC_OK;
    }
    clear(&run);
    return SPC_NO_MEMORY;
}

enum spc_status spc_chain_run_length(const struct spc_chain *chain,
                                     double *ret_length)
{
    struct run run;
    enum spc_status status = prepare(chain, false, &run);

    if (status != SPC_OK)
        return status;
    status = add_up(&run, ret_length);
    clear(&run);
    return status;
}

enum spc_status spc_chain_steady_run_length(
    const struct spc_chain *chain, const double until_now[SPC_CHAIN_BANDS],
    double *ret_length)
{
    struct spc_chain before = *chain;
    struct run run;
    enum spc_status status = prepare(chain, true, &run);
    double from_start = 0;

    if (status != SPC_OK)
        return status;
    memcpy(before.probability, until_now, sizeof before.probability);
    status = add_up(&run, &from_start);
    run.chain = &before;
    if (status == SPC_OK)
        status = look_back(&run, ret_length);
    clear(&run);
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

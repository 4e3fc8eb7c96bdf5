/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of an EWMA chart.  See run_length.h. */
#include "engine/nystroem.h"
#include "engine/run_length.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

struct ewma {
    const struct spc_ewma_design *design;
    double shift;
    double low, high;
    enum spc_run_state state;
};

/* The x that leads from one value of z to another. */
static double needed(const struct ewma *e, double from, double to)
{
    double lambda = e->design->lambda;

    return (to - (1 - lambda) * from) / lambda - e->shift;
}

static double density(const void *chart, double from, double to)
{
    const struct ewma *e = chart;

    return gsl_ran_ugaussian_pdf(needed(e, from, to)) / e->design->lambda;
}

static double leave(const void *chart, double from)
{
    const struct ewma *e = chart;
    double above = gsl_cdf_ugaussian_Q(needed(e, from, e->high));

    return e->design->one_sided
               ? above
               : above + gsl_cdf_ugaussian_P(needed(e, from, e->low));
}

static double put_back(const void *chart, double from)
{
    const struct ewma *e = chart;

    return gsl_cdf_ugaussian_P(needed(e, from, e->low));
}

static struct spc_walk walk_of(const struct ewma *e)
{
    return (struct spc_walk){
        e->low, e->high, density, leave, e->design->one_sided ? put_back : NULL,
        e};
}

static struct ewma chart_of(const struct spc_ewma_design *design, double shift,
                            enum spc_run_state state)
{
    double sd = sqrt(design->lambda / (2 - design->lambda));
    double high = design->width * sd;

    return (struct ewma){design, shift,
                         design->one_sided ? design->barrier * sd : -high, high,
                         state};
}

static enum spc_status fixed_limits(const void *of, unsigned panels,
                                    double *ret_length)
{
    const struct ewma *e = of;
    struct ewma until_now = *e;
    struct spc_walk walk = walk_of(e), before = walk_of(&until_now);
    struct spc_nystroem solution;
    enum spc_status status = spc_nystroem_solve(&walk, panels, &solution);

    if (status != SPC_OK)
        return status;
    until_now.shift = 0;
    if (e->state == SPC_RUN_STEADY)
        status = spc_nystroem_steady(&before, &solution, ret_length);
    else
        *ret_length = spc_nystroem_at(&walk, &solution, 0);
    spc_nystroem_clear(&solution);
    return status;
}

/* ---- limits that open ---------------------------------------------------
 *
 * The density of z at point t, for runs that go on, is followed on the grid of
 * the final limits shrunk to those of t, until the limits have opened to the
 * last bit; the rest is what the fixed limits promise from there. */

struct opening {
    const struct ewma *ewma;
    const struct spc_nystroem *final;
    gsl_vector *here, *next; /* densities on the grid */
    double shrunk;           /* to this part of the final limits */
};

static double part_open(double lambda, unsigned t)
{
    return sqrt(-expm1(2 * t * log1p(-lambda)));
}

static void widen(struct opening *o, double part)
{
    const gsl_vector *at = o->final->at, *weight = o->final->weight;
    gsl_vector *swap = o->here;

    for (size_t j = 0; j < at->size; j++) {
        double to = part * gsl_vector_get(at, j);
        double sum = 0;

        for (size_t i = 0; i < at->size; i++)
            sum += gsl_vector_get(weight, i) * gsl_vector_get(o->here, i) *
                   density(o->ewma, o->shrunk * gsl_vector_get(at, i), to);
        gsl_vector_set(o->next, j, o->shrunk * sum);
    }
    o->here = o->next;
    o->next = swap;
    o->shrunk = part;
}

/* The mean of `length` over the density; of 1, when it is NULL. */
static double mean_of(const struct opening *o, const gsl_vector *length)
{
    double sum = 0;

    for (size_t i = 0; i < o->here->size; i++)
        sum += gsl_vector_get(o->final->weight, i) *
               gsl_vector_get(o->here, i) *
               (length ? gsl_vector_get(length, i) : 1);
    return o->shrunk * sum;
}

static double follow(struct opening *o)
{
    double lambda = o->ewma->design->lambda;
    double length = 1;

    o->shrunk = part_open(lambda, 1);
    for (size_t j = 0; j < o->here->size; j++)
        gsl_vector_set(
            o->here, j,
            density(o->ewma, 0, o->shrunk * gsl_vector_get(o->final->at, j)));
    for (unsigned t = 2; o->shrunk < 1 - DBL_EPSILON; t++) {
        double going_on = mean_of(o, NULL);

        length += going_on;
        if (going_on == 0)
            return length;
        widen(o, part_open(lambda, t));
    }
    return length + mean_of(o, o->final->length);
}

static enum spc_status opening_limits(const void *of, unsigned panels,
                                      double *ret_length)
{
    const struct ewma *e = of;
    struct spc_walk walk = walk_of(e);
    struct spc_nystroem final;
    enum spc_status status = spc_nystroem_solve(&walk, panels, &final);

    if (status != SPC_OK)
        return status;

    struct opening o = {e, &final, gsl_vector_alloc(final.at->size),
                        gsl_vector_alloc(final.at->size), 0};
    if (o.here && o.next)
        *ret_length = follow(&o);
    else
        status = SPC_NO_MEMORY;
    gsl_vector_free(o.here);
    gsl_vector_free(o.next);
    spc_nystroem_clear(&final);
    return status;
}

enum spc_status spc_ewma_run_length(const struct spc_ewma_design *design,
                                    double shift, enum spc_run_state state,
                                    double *ret_length)
{
    struct ewma e = chart_of(design, shift, state);

    assert(design->lambda > 0 && design->lambda <= 1);
    assert(design->width > 0);
    assert(!design->exact || (!design->one_sided && state == SPC_RUN_ZERO));
    assert(!design->one_sided || design->barrier <= 0);

    /* Without memory there is nothing to integrate. */
    if (design->lambda == 1) {
        *ret_length =
            spc_shewhart_run_length(design->width, design->one_sided, shift);
        return SPC_OK;
    }
    return spc_nystroem_refine(design->exact ? opening_limits : fixed_limits,
                               &e, ret_length);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of a MEWMA chart.  See run_length.h.
 *
 * In control only the length |z| matters, and it walks on [0, radius].  After
 * a shift two things do: `along`, the part of z in the direction of the shift,
 * and `across`, the length of the rest, which no shift moves.  Both lie in a
 * half disc,
 *
 *     along = radius sin(angle),  across = radius cos(angle) part,
 *
 * on whose rectangle of angle and part everything is smooth. */
#include "engine/nystroem.h"
#include "engine/run_length.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_trig.h>
#include <math.h>

/* Grids of angle and part; GSL's tables of these sizes are exact. */
static const struct {
    size_t angles, parts;
} sizes[] = {{20, 12}, {32, 16}, {64, 20}, {64, 32}};

enum { SIZES = sizeof sizes / sizeof *sizes };

/* Two grids agree to this.  The error of Gauss's rule falls faster than any
 * power, and of two grids that agree to 1e-5 the finer is good to 1e-9. */
static const double agreement = 2e-5;

struct mewma {
    double lambda, radius, shift;
    unsigned p;
    enum spc_run_state state;
};

/* ---- length of a normal vector ----------------------------------------- */

/* (y / m)^nu I_nu(y m) exp(-y m), from its series where the quotient would
 * overflow. */
static double bessel_part(double nu, double y, double m)
{
    double x = y * m / 2, term, sum = 0;

    if (x > 1)
        return pow(y / m, nu) * gsl_sf_bessel_Inu_scaled(nu, 2 * x);
    term = exp(2 * nu * log(y) - nu * M_LN2 - gsl_sf_lngamma(nu + 1) - 2 * x);
    for (unsigned k = 1; term > DBL_EPSILON * sum; k++) {
        sum += term;
        term *= x * x / (k * (nu + k));
    }
    return sum;
}

/* Density at y of the length of a normal vector of dimension q, of unit
 * variances, whose mean has length m. */
static double length_density(unsigned q, double m, double y)
{
    if (q == 1)
        return gsl_ran_ugaussian_pdf(y - m) + gsl_ran_ugaussian_pdf(y + m);
    return y * exp(-(y - m) * (y - m) / 2) * bessel_part(q / 2.0 - 1, y, m);
}

/* ---- in control -------------------------------------------------------- */

static double density(const void *chart, double from, double to)
{
    const struct mewma *c = chart;
    double drawn = (1 - c->lambda) * from / c->lambda;

    return length_density(c->p, drawn, to / c->lambda) / c->lambda;
}

static double leave(const void *chart, double from)
{
    const struct mewma *c = chart;
    double drawn = (1 - c->lambda) * from / c->lambda;
    double edge = c->radius / c->lambda;

    return spc_noncentral_chisq_Q(edge * edge, c->p, drawn * drawn);
}

static enum spc_status in_control(const void *of, unsigned panels,
                                  double *ret_length)
{
    const struct mewma *c = of;
    struct spc_walk walk = {0, c->radius, density, leave, NULL, c};
    struct spc_nystroem solution;
    enum spc_status status = spc_nystroem_solve(&walk, panels, &solution);

    if (status != SPC_OK)
        return status;
    if (c->state == SPC_RUN_STEADY)
        status = spc_nystroem_steady(&walk, &solution, ret_length);
    else
        *ret_length = spc_nystroem_at(&walk, &solution, 0);
    spc_nystroem_clear(&solution);
    return status;
}

/* ---- after a shift ----------------------------------------------------- */

/* Sine and cosine are GSL's: a compiler joins the C library's into one call
 * of its own, which is no part of C. */

/* A place in the half disc and its share of the area. */
struct place {
    double along, across, weight;
};

struct half_disc {
    gsl_integration_glfixed_table *angles, *parts;
};

static struct place place_at(const struct mewma *c, const struct half_disc *d,
                             size_t i)
{
    double angle = 0, part = 0, of_angle = 0, of_part = 0;

    gsl_integration_glfixed_point(-M_PI_2, M_PI_2, i / d->parts->n, &angle,
                                  &of_angle, d->angles);
    gsl_integration_glfixed_point(0, 1, i % d->parts->n, &part, &of_part,
                                  d->parts);

    double chord = c->radius * gsl_sf_cos(angle);
    return (struct place){c->radius * gsl_sf_sin(angle), chord * part,
                          chord * chord * of_angle * of_part};
}

static double step_to(const struct mewma *c, struct place from, struct place to)
{
    double lambda = c->lambda;
    double along = (to.along - (1 - lambda) * from.along) / lambda - c->shift;

    return to.weight / (lambda * lambda) * gsl_ran_ugaussian_pdf(along) *
           length_density(c->p - 1, (1 - lambda) * from.across / lambda,
                          to.across / lambda);
}

static double leave_from(const struct mewma *c, struct place from)
{
    double along = (1 - c->lambda) * from.along / c->lambda + c->shift;
    double across = (1 - c->lambda) * from.across / c->lambda;
    double edge = c->radius / c->lambda;

    return spc_noncentral_chisq_Q(edge * edge, c->p,
                                  along * along + across * across);
}

static void fill(const struct mewma *c, const struct half_disc *d,
                 gsl_matrix *step, gsl_vector *leaving)
{
    for (size_t i = 0; i < step->size1; i++) {
        struct place from = place_at(c, d, i);

        for (size_t j = 0; j < step->size2; j++)
            gsl_matrix_set(step, i, j, step_to(c, from, place_at(c, d, j)));
        gsl_vector_set(leaving, i, leave_from(c, from));
    }
}

static double from_the_centre(const struct mewma *c, const struct half_disc *d,
                              const gsl_vector *length)
{
    double sum = 1;

    for (size_t j = 0; j < length->size; j++)
        sum += step_to(c, (struct place){0, 0, 0}, place_at(c, d, j)) *
               gsl_vector_get(length, j);
    return sum;
}

/* The mean of `length` over where z is found that no shift has moved yet; uses
 * up `step` and `share`. */
static enum spc_status from_anywhere(const struct mewma *c,
                                     const struct half_disc *d,
                                     const gsl_vector *length, gsl_matrix *step,
                                     gsl_vector *share, double *ret_length)
{
    struct mewma until_now = *c;
    enum spc_status status;

    until_now.shift = 0;
    fill(&until_now, d, step, share);
    status = spc_nystroem_settle(step, share);
    *ret_length = 0;
    for (size_t i = 0; i < length->size; i++)
        *ret_length += gsl_vector_get(share, i) * gsl_vector_get(length, i);
    return status;
}

static enum spc_status solve(const struct mewma *c, const struct half_disc *d,
                             double *ret_length)
{
    size_t n = d->angles->n * d->parts->n;
    gsl_matrix *step = gsl_matrix_alloc(n, n);
    gsl_vector *leaving = gsl_vector_alloc(n), *length = gsl_vector_alloc(n);
    enum spc_status status = SPC_NO_MEMORY;

    if (step && leaving && length) {
        fill(c, d, step, leaving);
        spc_nystroem_eliminate(step, leaving, length);
        status = SPC_OK;
        if (c->state == SPC_RUN_STEADY)
            status = from_anywhere(c, d, length, step, leaving, ret_length);
        else
            *ret_length = from_the_centre(c, d, length);
    }
    gsl_matrix_free(step);
    gsl_vector_free(leaving);
    gsl_vector_free(length);
    return status != SPC_OK        ? status
           : isfinite(*ret_length) ? SPC_OK
                                   : SPC_NO_CONVERGENCE;
}

static enum spc_status on_grid(const struct mewma *c, size_t size,
                               double *ret_length)
{
    struct half_disc d = {
        gsl_integration_glfixed_table_alloc(sizes[size].angles),
        gsl_integration_glfixed_table_alloc(sizes[size].parts)};
    enum spc_status status = SPC_NO_MEMORY;

    if (d.angles && d.parts)
        status = solve(c, &d, ret_length);
    if (d.angles)
        gsl_integration_glfixed_table_free(d.angles);
    if (d.parts)
        gsl_integration_glfixed_table_free(d.parts);
    return status;
}

static enum spc_status shifted(const struct mewma *c, double *ret_length)
{
    double coarse = 0, fine = 0;
    enum spc_status status = on_grid(c, 0, &coarse);

    for (size_t i = 1; status == SPC_OK && i < SIZES; i++) {
        status = on_grid(c, i, &fine);
        if (status == SPC_OK && fabs(fine - coarse) <= agreement * fine) {
            *ret_length = fine;
            return SPC_OK;
        }
        coarse = fine;
    }
    return status == SPC_OK ? SPC_NO_CONVERGENCE : status;
}

static enum spc_status mewma(const struct spc_mewma_design *design,
                             double shift, enum spc_run_state state,
                             double *ret_length)
{
    struct mewma c = {
        design->lambda,
        sqrt(design->limit * design->lambda / (2 - design->lambda)),
        fabs(shift), design->p, state};

    assert(design->lambda > 0 && design->lambda <= 1);
    assert(design->limit > 0);
    assert(design->p >= 2);

    return shift == 0 ? spc_nystroem_refine(in_control, &c, ret_length)
                      : shifted(&c, ret_length);
}

enum spc_status spc_mewma_run_length(const struct spc_mewma_design *design,
                                     double shift, double *ret_length)
{
    return mewma(design, shift, SPC_RUN_ZERO, ret_length);
}

enum spc_status spc_mewma_steady_run_length(
    const struct spc_mewma_design *design, double shift, double *ret_length)
{
    return mewma(design, shift, SPC_RUN_STEADY, ret_length);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of a MEWMA chart.  See run_length.h.
 *
 * In control only the length |z| matters, and it walks on [0, radius].  A
 * shift makes that walk one on a half disc; see half_disc.h.  Lengths are in
 * units of lambda throughout, as they are there. */
#include "engine/half_disc.h"
#include "engine/nystroem.h"
#include "engine/run_length.h"

#include <assert.h>
#include <math.h>

/* ---- in control -------------------------------------------------------- */

static double density(const void *chart, double from, double to)
{
    const struct spc_half_disc *c = chart;

    return spc_normal_length_density(c->p, c->stay * from, to);
}

static double leave(const void *chart, double from)
{
    const struct spc_half_disc *c = chart;
    double drawn = c->stay * from;

    return spc_noncentral_chisq_Q(c->radius * c->radius, c->p, drawn * drawn);
}

static struct spc_walk walk_of(const struct spc_half_disc *c)
{
    return (struct spc_walk){0, c->radius, density, leave, NULL, c};
}

static enum spc_status in_control(const void *of, unsigned panels,
                                  double *ret_length)
{
    struct spc_walk walk = walk_of(of);
    struct spc_nystroem solution;
    enum spc_status status = spc_nystroem_solve(&walk, panels, &solution);

    if (status == SPC_OK) {
        *ret_length = spc_nystroem_at(&walk, &solution, 0);
        spc_nystroem_clear(&solution);
    }
    return status;
}

static enum spc_status in_control_steady(const void *of, unsigned panels,
                                         double *ret_length)
{
    struct spc_walk walk = walk_of(of);
    struct spc_nystroem solution;
    enum spc_status status = spc_nystroem_solve(&walk, panels, &solution);

    if (status == SPC_OK) {
        status = spc_nystroem_steady(&walk, &solution, ret_length);
        spc_nystroem_clear(&solution);
    }
    return status;
}

/* ---- a shift long after the start -------------------------------------- */

/* Of 20 points each; at most six standard deviations of a step wide. */
static const double panel_width = 6;

/* Where |z| is found after long, on a grid. */
struct settled {
    struct spc_walk walk;
    struct spc_nystroem grid;
    gsl_vector *share;
};

/* Up to a factor: what a point more makes of the shares. */
static double settled_density(const void *of, double distance)
{
    const struct settled *s = of;
    double sum = 0;

    for (size_t i = 0; i < s->share->size; i++)
        sum += gsl_vector_get(s->share, i) *
               density(s->walk.chart, gsl_vector_get(s->grid.at, i), distance);
    return sum;
}

static enum spc_status from_settled(const struct spc_half_disc *c,
                                    struct settled *s, double *ret_length)
{
    const struct spc_half_disc_start start = {settled_density, s};
    enum spc_status status = spc_nystroem_share(&s->walk, &s->grid, s->share);

    return status == SPC_OK ? spc_half_disc_length(c, &start, ret_length)
                            : status;
}

static enum spc_status shifted_steady(const struct spc_half_disc *c,
                                      double *ret_length)
{
    struct settled s = {.walk = walk_of(c)};
    double panels = SPC_NYSTROEM_PANELS + floor(c->radius / panel_width);
    enum spc_status status;

    if (panels > SPC_NYSTROEM_PANELS_MAX)
        return SPC_NO_CONVERGENCE;
    status = spc_nystroem_solve(&s.walk, (unsigned)panels, &s.grid);
    if (status != SPC_OK)
        return status;
    s.share = gsl_vector_alloc(s.grid.at->size);
    status = s.share ? from_settled(c, &s, ret_length) : SPC_NO_MEMORY;
    gsl_vector_free(s.share);
    spc_nystroem_clear(&s.grid);
    return status;
}

/* ---- either ------------------------------------------------------------ */

static struct spc_half_disc chart_of(const struct spc_mewma_design *design,
                                     double shift)
{
    assert(design->lambda > 0 && design->lambda <= 1);
    assert(design->limit > 0);
    assert(design->p >= 2);

    return (struct spc_half_disc){
        1 - design->lambda,
        sqrt(design->limit / (design->lambda * (2 - design->lambda))),
        fabs(shift), design->p};
}

enum spc_status spc_mewma_run_length(const struct spc_mewma_design *design,
                                     double shift, double *ret_length)
{
    const struct spc_half_disc c = chart_of(design, shift);

    return shift == 0 ? spc_nystroem_refine(in_control, &c, ret_length)
                      : spc_half_disc_length(&c, NULL, ret_length);
}

enum spc_status spc_mewma_steady_run_length(
    const struct spc_mewma_design *design, double shift, double *ret_length)
{
    const struct spc_half_disc c = chart_of(design, shift);

    return shift == 0 ? spc_nystroem_refine(in_control_steady, &c, ret_length)
                      : shifted_steady(&c, ret_length);
}

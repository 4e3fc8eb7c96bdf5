/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of a tabular CUSUM.  See run_length.h. */
#include "engine/nystroem.h"
#include "engine/run_length.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

/* A sum that drifts down at k + shift signals once in exp(2 h (k + shift))
 * points or so (Siegmund, 1985).  Beyond this exponent that is never, and no
 * longer a number either. */
static const double never = 500;

/* With a shift beyond this the other sum is at rest to the last digit. */
static const double far_away = 10;

/* The upper one of two sums; the lower is the upper after the shift the other
 * way. */
struct cusum {
    double k, h, shift;
    double start;
    enum spc_run_state state;
    bool paired; /* steady: the lower one has not signalled either */
};

static double needed(const struct cusum *c, double from, double to)
{
    return to - from + c->k - c->shift;
}

static double density(const void *chart, double from, double to)
{
    return gsl_ran_ugaussian_pdf(needed(chart, from, to));
}

static double leave(const void *chart, double from)
{
    const struct cusum *c = chart;

    return gsl_cdf_ugaussian_Q(needed(c, from, c->h));
}

static double put_back(const void *chart, double from)
{
    return gsl_cdf_ugaussian_P(needed(chart, from, 0));
}

static struct spc_walk walk_of(const struct cusum *c)
{
    return (struct spc_walk){0, c->h, density, leave, put_back, c};
}

static enum spc_status one_side(const void *of, unsigned panels,
                                double *ret_length)
{
    const struct cusum *c = of;
    struct cusum until_now = *c;
    struct spc_walk walk = walk_of(c), before = walk_of(&until_now);
    struct spc_nystroem solution;
    enum spc_status status = spc_nystroem_solve(&walk, panels, &solution);

    if (status != SPC_OK)
        return status;
    until_now.shift = 0;
    if (c->state == SPC_RUN_STEADY)
        status = c->paired
                     ? spc_nystroem_steady_pair(&before, &solution, ret_length)
                     : spc_nystroem_steady(&before, &solution, ret_length);
    else
        *ret_length = spc_nystroem_at(&walk, &solution, c->start);
    spc_nystroem_clear(&solution);
    return status;
}

/* From the head start, or from where a pair is found after long. */
static enum spc_status length_begun(const struct spc_cusum_design *design,
                                    double shift, enum spc_run_state state,
                                    double *ret_length)
{
    struct cusum c = {design->k,          design->h, shift,
                      design->head_start, state,     true};

    return spc_nystroem_refine(one_side, &c, ret_length);
}

static enum spc_status length_from_zero(const struct spc_cusum_design *design,
                                        double shift, double *ret_length)
{
    struct cusum c = {design->k, design->h, shift, 0, SPC_RUN_ZERO, true};

    return spc_nystroem_refine(one_side, &c, ret_length);
}

/* With A and B the lengths of the two sums from where they begin, a and b those
 * from zero, the first signal of either comes after
 * (A b + B a - a b) / (a + b), here without products that overflow.  This is
 * linear in A and in B, so that means of each will do where the two begin
 * together in many places: as long as their values add up to less than h + 2 k,
 * which those of a running pair do, since only one of them can be lifted at a
 * time. */
static enum spc_status both_sides(const struct spc_cusum_design *design,
                                  double shift, enum spc_run_state state,
                                  double *ret_length)
{
    double A = 0, B = 0, a = 0, b = 0;
    double away = fmin(shift, far_away);
    enum spc_status status = length_begun(design, shift, state, &A);

    if (shift > 0 && 2 * design->h * (design->k + away) > never) {
        if (status == SPC_OK)
            *ret_length = A;
        return status;
    }
    if (status == SPC_OK)
        status = length_begun(design, -away, state, &B);
    if (status == SPC_OK)
        status = length_from_zero(design, shift, &a);
    if (status == SPC_OK)
        status = length_from_zero(design, -away, &b);
    if (status == SPC_OK)
        *ret_length = A * (b / (a + b)) + (B - b) * (a / (a + b));
    return status;
}

enum spc_status spc_cusum_run_length(const struct spc_cusum_design *design,
                                     double shift, enum spc_run_state state,
                                     double *ret_length)
{
    struct cusum c = {design->k,          design->h, shift,
                      design->head_start, state,     false};

    assert(design->k >= 0);
    assert(design->h > 0);
    assert(design->head_start >= 0 && design->head_start <= design->h);

    if (design->one_sided)
        return spc_nystroem_refine(one_side, &c, ret_length);
    assert(design->head_start <= design->h / 2 + design->k);
    return both_sides(design, fabs(shift), state, ret_length);
}

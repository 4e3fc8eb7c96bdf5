/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chart design.  See design.h. */
#include "engine/design.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stddef.h>

/* From the centre of a MEWMA to its limit, in steps of a standard deviation:
 * sqrt(limit / (2 lambda)), about, and no more than this. */
static const double mewma_steps = 38;

/* ---- kinds of charts --------------------------------------------------- */

static enum spc_status ewma(const struct spc_design_aim *aim,
                            const struct spc_design *d, double shift,
                            enum spc_run_state state, double *ret_length)
{
    const struct spc_ewma_design chart = {
        .lambda = d->memory, .width = d->limit, .one_sided = aim->one_sided};

    return spc_ewma_run_length(&chart, shift, state, ret_length);
}

/* Two like sums in control signal twice as often as one. */
static enum spc_status cusum(const struct spc_design_aim *aim,
                             const struct spc_design *d, double shift,
                             enum spc_run_state state, double *ret_length)
{
    bool halved = shift == 0 && !aim->one_sided && aim->head_start == 0 &&
                  state == SPC_RUN_ZERO;
    const struct spc_cusum_design chart = {d->memory, d->limit,
                                           d->limit * aim->head_start,
                                           aim->one_sided || halved};
    double length = 0;
    enum spc_status status =
        spc_cusum_run_length(&chart, shift, state, &length);

    if (status == SPC_OK)
        *ret_length = halved ? length / 2 : length;
    return status;
}

static enum spc_status mewma(const struct spc_design_aim *aim,
                             const struct spc_design *d, double shift,
                             enum spc_run_state state, double *ret_length)
{
    const struct spc_mewma_design chart = {d->memory, d->limit, aim->p};

    return (state == SPC_RUN_STEADY
                ? spc_mewma_steady_run_length
                : spc_mewma_run_length)(&chart, shift, ret_length);
}

/* Guesses of the limit: where it is about, and how fast the logarithm of the
 * in-control run length grows with its own.  All from the normal tail, where
 * that is the square of the width. */

static struct spc_search_between ewma_guess(const struct spc_design_aim *aim,
                                            double lambda)
{
    /* Values that are alike have fewer chances to be beyond. */
    double width =
        spc_shewhart_width(aim->arl0, aim->one_sided) * pow(lambda, 0.1);

    return (struct spc_search_between){.guess = width,
                                       .growth = 1 + width * width};
}

/* Siegmund's approximation, exp(2 k b) - 1 - 2 k b = 2 k^2 length at
 * b = h + 1.166 (Sequential Analysis, 1985), solved for 2 k b. */
static struct spc_search_between cusum_guess(const struct spc_design_aim *aim,
                                             double k)
{
    double one = aim->one_sided ? aim->arl0 : 2 * aim->arl0;
    double right = 2 * k * k * one, u = sqrt(2 * right);

    for (unsigned i = 0; i < 20; i++)
        u = log1p(right + u);
    return (struct spc_search_between){.guess = u / (2 * k) - 1.166,
                                       .growth = 1 + u};
}

static struct spc_search_between mewma_guess(const struct spc_design_aim *aim,
                                             double lambda)
{
    double limit = spc_t2_limit(aim->p, aim->arl0) * pow(lambda, 0.1);

    return (struct spc_search_between){.guess = limit, .growth = 1 + limit / 2};
}

static const struct kind {
    struct spc_search_range memory;
    double limit_low, limit_high; /* what a chart may reasonably have */
    unsigned points;              /* to look at before the descent */
    struct spc_search_between (*guess)(const struct spc_design_aim *aim,
                                       double memory);
    enum spc_status (*length)(const struct spc_design_aim *aim,
                              const struct spc_design *design, double shift,
                              enum spc_run_state state, double *ret_length);
} kinds[] = {
    [SPC_DESIGN_EWMA] = {{0.01, 1}, 0.01, 30, 17, ewma_guess, ewma},
    [SPC_DESIGN_CUSUM] = {{0.01, 30}, 0.01, 100, 17, cusum_guess, cusum},
    [SPC_DESIGN_MEWMA] = {{0.02, 1}, 0.01, 1e4, 9, mewma_guess, mewma},
};

enum spc_status spc_design_run_length(const struct spc_design_aim *aim,
                                      const struct spc_design *design,
                                      double shift, enum spc_run_state state,
                                      double *ret_length)
{
    return kinds[aim->kind].length(aim, design, shift, state, ret_length);
}

/* ---- limits ------------------------------------------------------------ */

/* `near` is the last design found, which the next one will resemble. */
struct trial {
    const struct spc_design_aim *aim;
    struct spc_design *near; /* limit 0: none yet */
    double memory, limit;    /* the one that is held, of the two */
};

static enum spc_status in_control(const void *of, double limit,
                                  double *ret_length)
{
    const struct trial *t = of;
    const struct spc_design design = {t->memory, limit};

    return spc_design_run_length(t->aim, &design, 0, SPC_RUN_ZERO, ret_length);
}

/* The guess is put right by what it was wrong by nearby. */
static enum spc_status find_limit(const struct spc_design_aim *aim,
                                  double memory, struct spc_design *near)
{
    const struct kind *kind = &kinds[aim->kind];
    const struct trial trial = {aim, near, memory, 0};
    struct spc_search_between between = kind->guess(aim, memory);
    struct spc_design found = {memory, 0};
    enum spc_status status;

    if (near->limit > 0)
        between.guess *= near->limit / kind->guess(aim, near->memory).guess;
    between.low = kind->limit_low;
    between.high = kind->limit_high;
    status =
        spc_search_root(in_control, &trial, aim->arl0, &between, &found.limit);
    if (status == SPC_OK)
        *near = found;
    return status;
}

enum spc_status spc_design_limit(const struct spc_design_aim *aim,
                                 double memory, double *ret_limit)
{
    struct spc_design near = {memory, 0};
    enum spc_status status;

    assert(aim->arl0 > 2);
    assert(memory > 0);

    status = find_limit(aim, memory, &near);
    if (status == SPC_OK)
        *ret_limit = near.limit;
    return status;
}

/* ---- the best ---------------------------------------------------------- */

static enum spc_status after_the_shift(const void *of, double memory,
                                       double *ret_length)
{
    const struct trial *t = of;
    enum spc_status status = find_limit(t->aim, memory, t->near);

    if (status != SPC_OK)
        return status;
    return spc_design_run_length(t->aim, t->near, t->aim->shift, t->aim->state,
                                 ret_length);
}

/* To four digits: `to_whole` is rint, ceil or floor. */
static double four_digits(double x, double (*to_whole)(double))
{
    double unit = pow(10, 3 - floor(log10(x)));

    return to_whole(x * unit) / unit;
}

static enum spc_status highest_sum(const void *of, double k, double *ret_length)
{
    const struct trial *t = of;
    const struct spc_design design = {k, t->limit};

    return spc_design_run_length(t->aim, &design, 0, SPC_RUN_ZERO, ret_length);
}

/* A steady state takes too long to come where h is higher, and that of two
 * sums, which must both be told, is a matter of pairs of them. */
static double highest_limit(const struct spc_design_aim *aim)
{
    double most = kinds[SPC_DESIGN_CUSUM].limit_high;

    if (aim->state == SPC_RUN_ZERO)
        return most;
    return aim->one_sided ? most / 2 : most / 4;
}

/* The least k is that of the highest h.  The greatest leaves something for h:
 * a CUSUM signals no later than a Shewhart chart at k + h, so that at k of
 * nearly the width h is still above its least value. */
static enum spc_status cusum_range(const struct spc_design_aim *aim,
                                   struct spc_search_range *range)
{
    const struct kind *kind = &kinds[SPC_DESIGN_CUSUM];
    const struct trial trial = {aim, NULL, 0, highest_limit(aim)};
    double one = aim->one_sided ? aim->arl0 : 2 * aim->arl0;
    const struct spc_search_between between = {range->low, range->high,
                                               2 * range->low, 2};
    double length = 0;
    enum spc_status status = highest_sum(&trial, range->low, &length);

    range->high = spc_shewhart_width(one, true) - 2 * kind->limit_low;
    if (status == SPC_OK && length < aim->arl0)
        status = spc_search_root(highest_sum, &trial, aim->arl0, &between,
                                 &range->low);
    return status;
}

enum spc_status spc_design_memories(const struct spc_design_aim *aim,
                                    struct spc_search_range *ret_range)
{
    struct spc_search_range range = kinds[aim->kind].memory;
    enum spc_status status = SPC_OK;

    if (aim->kind == SPC_DESIGN_CUSUM)
        status = cusum_range(aim, &range);
    if (aim->kind == SPC_DESIGN_MEWMA)
        range.low = fmax(range.low, spc_t2_limit(aim->p, aim->arl0) /
                                        (2 * mewma_steps * mewma_steps));
    if (status == SPC_OK)
        *ret_range = (struct spc_search_range){four_digits(range.low, ceil),
                                               four_digits(range.high, floor)};
    return status;
}

enum spc_status spc_design_best(const struct spc_design_aim *aim,
                                const struct spc_search_range *range,
                                struct spc_design *ret_best)
{
    struct spc_design near = {0, 0}, best = {0, 0};
    const struct trial trial = {aim, &near, 0, 0};
    enum spc_status status = spc_search_least(
        after_the_shift, &trial, range, kinds[aim->kind].points, &best.memory);

    assert(aim->shift > 0);

    if (status == SPC_OK) {
        best.memory =
            fmin(fmax(four_digits(best.memory, rint), range->low), range->high);
        status = find_limit(aim, best.memory, &near);
    }
    if (status == SPC_OK)
        *ret_best = near;
    return status;
}

/* ---- without memory ---------------------------------------------------- */

double spc_shewhart_width(double arl0, bool one_sided)
{
    assert(arl0 > 2);

    return gsl_cdf_ugaussian_Qinv(1 / (one_sided ? arl0 : 2 * arl0));
}

double spc_t2_limit(unsigned p, double arl0)
{
    assert(p >= 1);
    assert(arl0 > 1);

    return gsl_cdf_chisq_Qinv(1 / arl0, p);
}

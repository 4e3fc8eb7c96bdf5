/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks that leave out no value in one direction.  See skip_free.h. */
#include "engine/skip_free.h"
#include "engine/scale_function.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

enum { HALVINGS = 200, JUMPS_MAX = 10000000 };

/* Jumps that come this often in the time one lasts never let the descent reach
 * 0: with probability exp(-60). */
static const double crowded = 60;

/* ---- mean times -------------------------------------------------------- */

/* What the descent gains on the jumps, with W growing like exp(r x):
 * 0 at the r looked for and at 0. */
static double gain(const struct spc_skip_free *w, double r)
{
    if (w->lattice)
        return (1 - w->rate) * expm1(r) + w->rate * expm1(-w->jump * r);
    return r + w->rate * expm1(-w->jump * r);
}

/* 0 where W does not grow, or not enough to matter. */
static double tilt_of(const struct spc_skip_free *w)
{
    double low = 0, high = w->lattice ? -log1p(-w->rate) : w->rate;
    double speed = w->lattice ? 1 - w->rate : 1;

    if (w->rate * w->jump <= speed)
        return 0;
    for (unsigned i = 0; i < HALVINGS; i++) {
        double r = low + (high - low) / 2;

        if (r == low || r == high)
            break;
        if (gain(w, r) < 0)
            low = r;
        else
            high = r;
    }
    return high * w->level > 2 ? high : 0;
}

/* From `room` below the level, where level and sum are known. */
static double descent_time(const struct spc_scale *s, double room, double level,
                           double sum)
{
    double away = s->walk.level - room;
    double r = s->tilt, speed = s->walk.lattice ? expm1(r) : r;
    double faded = exp(-r * s->walk.level) * s->end_slope;

    if (r == 0)
        return level * (s->end_level / s->end_slope) - sum;
    return (sum - level * exp(-r * away) * s->end_slope /
                      (speed * s->end_level + faded)) /
           speed;
}

/* The mean times, in place of the sums, by room. */
static void take_descents(struct spc_scale *s)
{
    for (size_t i = 0; i < s->size; i++) {
        double level = gsl_vector_get(s->level, i);
        double *sum = gsl_vector_ptr(s->sum, i);

        *sum = descent_time(s, spc_scale_place(s, i), level, *sum);
    }
    s->end_sum = descent_time(s, s->walk.level, s->end_level, s->end_sum);
    gsl_vector_set(s->sum, s->size, s->end_sum);
}

/* P(no jump has passed after n of them): without 0 in reach, or with the first
 * jump alone from there.  `over` is what n jumps have beyond the level. */
static double not_passed(double rate, double x, double over, unsigned n)
{
    double held;

    if (n == 0 || x + over <= 0)
        return 1;
    held = gsl_cdf_gamma_Q(x + over, n, 1 / rate);
    if (over > 0)
        held -= exp(-rate * x) * gsl_ran_poisson_pdf(n - 1, rate * over);
    return held;
}

/* Each jump lifts C by more than it falls before the next, so that it has
 * passed after n jumps or not, and never in between. */
static enum spc_status crowded_descent(const struct spc_skip_free *w, double x,
                                       double *ret_time)
{
    double jumps = floor(fmax(0, (w->level - x) / w->jump)), held = 1;

    if (jumps > JUMPS_MAX)
        return SPC_NO_CONVERGENCE;
    for (unsigned n = (unsigned)jumps + 1; held > 0; n++) {
        held = not_passed(w->rate, x, n * w->jump - w->level, n);
        if (held < DBL_EPSILON)
            break;
        jumps += held;
    }
    *ret_time = (jumps + 1) / w->rate;
    return SPC_OK;
}

static enum spc_status finite(double time, double *ret_time)
{
    if (!(isfinite(time) && time >= 0))
        return SPC_NO_CONVERGENCE;
    *ret_time = time;
    return SPC_OK;
}

enum spc_status spc_skip_free_descent(const struct spc_skip_free *walk,
                                      double x, double *ret_time)
{
    struct spc_scale s;
    enum spc_status status;

    assert(walk->rate > 0);
    assert(walk->jump > 0);
    assert(x >= 0 && x <= walk->level);

    if (!walk->lattice && walk->rate * walk->jump > crowded)
        return crowded_descent(walk, x, ret_time);
    status = spc_scale_prepare(walk, walk->level, walk->rate, &s);
    if (status != SPC_OK)
        return status;
    spc_scale_run(&s, walk->rate, tilt_of(walk), 0);
    take_descents(&s);
    status =
        finite(x == 0 ? s.end_sum : spc_scale_value(&s, s.sum, walk->level - x),
               ret_time);
    spc_scale_clear(&s);
    return status;
}

/* The lattice is passed at the step after the level. */
static double climb_points(const struct spc_skip_free *walk)
{
    return walk->level + 1;
}

enum spc_status spc_skip_free_climb(const struct spc_skip_free *walk, double x,
                                    double *ret_time)
{
    struct spc_scale s;
    enum spc_status status;

    assert(walk->rate > 0);
    assert(walk->jump > 0);
    assert(x >= 0 && x <= walk->level);

    status = spc_scale_prepare(walk, climb_points(walk), walk->rate, &s);
    if (status != SPC_OK)
        return status;
    spc_scale_run(&s, walk->rate, 0, 0);
    status =
        finite(x == 0 ? s.end_sum : s.end_sum - spc_scale_value(&s, s.sum, x),
               ret_time);
    spc_scale_clear(&s);
    return status;
}

/* ---- steady states ----------------------------------------------------- */

/* Of all that remains, `decay` is lost in a unit of time.  Below the right
 * decay W is a distribution not yet closed. */
typedef bool is_open(const struct spc_scale *s);

static bool descent_is_open(const struct spc_scale *s)
{
    return s->rises;
}

static bool climb_is_open(const struct spc_scale *s)
{
    return s->positive && s->decay * s->end_sum < 1;
}

static void find_decay(struct spc_scale *s, double rate, is_open *is_unclosed)
{
    double low = 0, high = rate;

    spc_scale_run(s, rate, 0, high);
    while (is_unclosed(s) && high < DBL_MAX / 2) {
        low = high;
        high *= 2;
        spc_scale_run(s, rate, 0, high);
    }
    for (unsigned i = 0; i < HALVINGS; i++) {
        double decay = low + (high - low) / 2;

        if (high - low <= DBL_EPSILON * high)
            break;
        spc_scale_run(s, rate, 0, decay);
        if (is_unclosed(s))
            low = decay;
        else
            high = decay;
    }
    spc_scale_run(s, rate, 0, low);
}

/* Both on one grid. */
static enum spc_status prepare_both(const struct spc_skip_free *walk,
                                    double points, double until_now,
                                    struct spc_scale *before,
                                    struct spc_scale *after)
{
    double rate = fmax(walk->rate, until_now);
    enum spc_status status = spc_scale_prepare(walk, points, rate, before);

    assert(walk->rate > 0);
    assert(walk->jump > 0);
    assert(until_now > 0);

    if (status != SPC_OK)
        return status;
    status = spc_scale_prepare(walk, points, rate, after);
    if (status != SPC_OK)
        spc_scale_clear(before);
    return status;
}

/* The point that is as far from the level as point i is from 0. */
static size_t mirrored(const struct spc_scale *s, size_t i)
{
    return s->size - 1 - i;
}

enum spc_status spc_skip_free_descent_steady(const struct spc_skip_free *walk,
                                             double until_now, double *ret_time)
{
    struct spc_scale before, after;
    enum spc_status status =
        prepare_both(walk, walk->level, until_now, &before, &after);
    size_t later = walk->lattice; /* places of the slopes there */
    double mean;

    if (status != SPC_OK)
        return status;
    spc_scale_run(&after, walk->rate, tilt_of(walk), 0);
    take_descents(&after);
    find_decay(&before, until_now, descent_is_open);
    mean = before.start * after.end_sum;
    for (size_t i = 0; i < before.size; i++)
        mean += spc_scale_weight(&before, i) *
                gsl_vector_get(before.slope, i + later) *
                gsl_vector_get(after.sum, mirrored(&after, i));
    status = finite(mean / before.end_level, ret_time);
    spc_scale_clear(&before);
    spc_scale_clear(&after);
    return status;
}

enum spc_status spc_skip_free_climb_steady(const struct spc_skip_free *walk,
                                           double until_now, bool at_jumps,
                                           double *ret_time)
{
    struct spc_scale before, after;
    enum spc_status status =
        prepare_both(walk, climb_points(walk), until_now, &before, &after);
    double mean = 0, all, waiting;

    if (status != SPC_OK)
        return status;
    spc_scale_run(&after, walk->rate, 0, 0);
    find_decay(&before, until_now, climb_is_open);
    for (size_t i = 0; i < before.size; i++)
        mean +=
            spc_scale_weight(&before, i) * gsl_vector_get(before.level, i) *
            (after.end_sum - gsl_vector_get(after.sum, mirrored(&after, i)));
    all = before.end_sum;
    waiting = 1 / (until_now - before.decay); /* above the level */
    mean /= at_jumps ? all + waiting : all;
    status = at_jumps && !(waiting > 0)
                 ? SPC_NO_CONVERGENCE /* all wait in the end */
                 : finite(at_jumps ? mean + 1 / walk->rate : mean, ret_time);
    spc_scale_clear(&before);
    spc_scale_clear(&after);
    return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roots and valleys of figures.  See search.h. */
#include "engine/search.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

enum {
    ROOT_STEPS = 100,
    VALLEY_STEPS = 60,
    POINTS_MAX = 64,
};

/* Logarithms: of a run length that is the one asked for; of two memories that
 * are the same.  The valley being flat, a tenth of the latter changes a run
 * length of ten digits in none of them. */
static const double same_length = 1e-10;
static const double same_memory = 5e-5;

/* The largest change of x in one step to a root; and how much a valley rises
 * before the rest of it is not looked at. */
static const double step_max = 1.5;
static const double rise = 1.5;

/* ---- roots ------------------------------------------------------------- */

struct seen {
    double x, above; /* log of figure over want */
};

static double clamp(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

/* The next x: the secant's, if it stays where the root must be. */
static double next_x(const struct spc_search_between *now, struct seen last,
                     struct seen before)
{
    double x =
        last.x - last.above * (last.x - before.x) / (last.above - before.above);

    if (!isfinite(x))
        x = last.above > 0 ? now->low : now->high;
    x = clamp(x, last.x / step_max, last.x * step_max);
    if (x > now->low && x < now->high)
        return x;
    x = sqrt(now->low) * sqrt(now->high);
    return clamp(x, last.x / step_max, last.x * step_max);
}

enum spc_status spc_search_root(spc_search_figure *figure, const void *of,
                                double want,
                                const struct spc_search_between *between,
                                double *ret_x)
{
    struct spc_search_between now = *between;
    struct seen last = {clamp(now.guess, now.low, now.high), 0}, before;

    assert(want > 0);
    assert(now.low > 0 && now.low < now.high);
    assert(now.growth > 0);

    for (unsigned i = 0; i < ROOT_STEPS && now.low < now.high; i++) {
        double y = 0;
        enum spc_status status = figure(of, last.x, &y);

        if (status != SPC_OK)
            return status;
        last.above = log(y / want);
        if (fabs(last.above) <= same_length) {
            *ret_x = last.x;
            return SPC_OK;
        }
        if (last.above > 0)
            now.high = last.x;
        else
            now.low = last.x;

        if (i == 0) /* nothing before: one that grew as it is said to */
            before =
                (struct seen){last.x * 1.01, last.above + 0.01 * now.growth};

        struct seen next = {next_x(&now, last, before), 0};
        before = last;
        last = next;
    }
    return SPC_NO_CONVERGENCE;
}

/* ---- valleys -----------------------------------------------------------
 *
 * Brent's method: a parabola through the three best, as long as its steps
 * shrink, else the golden section of the larger side. */

struct point {
    double x, y;
};

struct valley {
    spc_search_figure *figure;
    const void *of;
    double low, high; /* logarithms, as all x here */
    struct point best, second, third;
    double step, step_before;
};

static enum spc_status look(const struct valley *v, double x,
                            struct point *ret_point)
{
    struct point p = {x, NAN};
    enum spc_status status = v->figure(v->of, exp(x), &p.y);

    if (status == SPC_OK)
        *ret_point = p;
    return status;
}

/* From the best point to the bottom of the parabola; not a number when there
 * is none. */
static double to_the_bottom(const struct valley *v)
{
    double r = (v->best.x - v->second.x) * (v->best.y - v->third.y);
    double q = (v->best.x - v->third.x) * (v->best.y - v->second.y);

    return ((v->best.x - v->second.x) * r - (v->best.x - v->third.x) * q) /
           (2 * (q - r));
}

static double next_step(struct valley *v)
{
    double step = to_the_bottom(v);
    double x = v->best.x + step;

    if (x > v->low && x < v->high && fabs(step) < fabs(v->step_before) / 2) {
        v->step_before = v->step;
        /* What is hard by an end has been seen: try the other side. */
        if (x - v->low < 2 * same_memory || v->high - x < 2 * same_memory)
            return copysign(same_memory, (v->low + v->high) / 2 - v->best.x);
        return step;
    }
    v->step_before =
        (v->best.x < (v->low + v->high) / 2 ? v->high : v->low) - v->best.x;
    return v->step_before * (3 - sqrt(5)) / 2;
}

static void take(struct valley *v, struct point p)
{
    if (p.y <= v->best.y) {
        *(p.x < v->best.x ? &v->high : &v->low) = v->best.x;
        v->third = v->second;
        v->second = v->best;
        v->best = p;
        return;
    }
    *(p.x < v->best.x ? &v->low : &v->high) = p.x;
    if (p.y <= v->second.y || v->second.x == v->best.x) {
        v->third = v->second;
        v->second = p;
    } else if (p.y <= v->third.y || v->third.x == v->best.x ||
               v->third.x == v->second.x) {
        v->third = p;
    }
}

static enum spc_status descend(struct valley *v)
{
    for (unsigned i = 0; i < VALLEY_STEPS; i++) {
        double middle = (v->low + v->high) / 2;
        struct point p;
        enum spc_status status;

        if (fabs(v->best.x - middle) <=
            2 * same_memory - (v->high - v->low) / 2)
            return SPC_OK;
        v->step = next_step(v);
        if (fabs(v->step) < same_memory)
            v->step = copysign(same_memory, v->step);
        status = look(v, clamp(v->best.x + v->step, v->low, v->high), &p);
        if (status != SPC_OK)
            return status;
        take(v, p);
    }
    return SPC_NO_CONVERGENCE;
}

/* Looks at points from the highest down; returns how many. */
static enum spc_status survey(const struct valley *v, unsigned points,
                              struct point *seen, unsigned *ret_best)
{
    unsigned best = 0;

    for (unsigned i = 0; i < points; i++) {
        double part = (double)i / (points - 1);
        enum spc_status status =
            look(v, v->high + (v->low - v->high) * part, &seen[i]);

        if (status != SPC_OK)
            return status;
        if (seen[i].y < seen[best].y)
            best = i;
        else if (seen[i].y > rise * seen[best].y)
            break;
    }
    *ret_best = best;
    return isfinite(seen[best].y) ? SPC_OK : SPC_NO_CONVERGENCE;
}

/* Whether the valley falls all the way to an end: a step back only rises. */
static enum spc_status falls_to(const struct valley *v, struct point end,
                                double inwards, bool *ret_falls)
{
    struct point back;
    enum spc_status status = look(v, end.x + inwards, &back);

    if (status == SPC_OK)
        *ret_falls = back.y >= end.y;
    return status;
}

enum spc_status spc_search_least(spc_search_figure *figure, const void *of,
                                 const struct spc_search_range *range,
                                 unsigned points, double *ret_x)
{
    struct valley v = {.figure = figure,
                       .of = of,
                       .low = log(range->low),
                       .high = log(range->high)};
    struct point seen[POINTS_MAX];
    enum spc_status status;
    unsigned best = 0;
    bool done = false;

    assert(points >= 2 && points <= POINTS_MAX);
    assert(range->low > 0 && range->low < range->high);

    status = survey(&v, points, seen, &best);
    if (status == SPC_OK && (best == 0 || best == points - 1))
        status =
            falls_to(&v, seen[best],
                     best == 0 ? -20 * same_memory : 20 * same_memory, &done);
    if (status == SPC_OK && !done) {
        v.low = seen[best < points - 1 ? best + 1 : best].x;
        v.high = seen[best > 0 ? best - 1 : best].x;
        v.best = v.second = v.third = seen[best];
        status = descend(&v);
        seen[best] = v.best;
    }
    if (status == SPC_OK)
        *ret_x = clamp(exp(seen[best].x), range->low, range->high);
    return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks that leave out no value in one direction.  See skip_free.h. */
#include "engine/skip_free.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_legendre.h>
#include <gsl/gsl_vector.h>
#include <math.h>
#include <stddef.h>

enum {
    NODES = 16,
    PANELS_MAX = 1 << 15,
    HALVINGS = 200,
    ROUNDS = 100,
    JUMPS_MAX = 10000000,
};

/* Jumps that come this often in the time one lasts never let the descent reach
 * 0: with probability exp(-60). */
static const double crowded = 60;

/* Multiples of the jump closer to each other than this part of it are one. */
static const double same = 1e-13;

/* ---- grids ------------------------------------------------------------- */

/* A panel from 0 to 1: points, weights, and the integrals from 0 to point i,
 * and from there to 1, of the polynomial that is 1 at point j and 0 at the
 * others. */
struct panel {
    double at[NODES], weight[NODES];
    double below[NODES][NODES], above[NODES][NODES];
};

/* Panels of the line: `before` of them from each multiple of the jump to what
 * the level has beyond its last one, and `after` from there to the next
 * multiple, so that one jump back, and level - x for x, are panels too. */
struct line {
    struct panel panel;
    double jump, part; /* which of each jump lies before the division */
    size_t before, after;
};

/* Slope, level and sum at each point: w, W and S; or, with a tilt r,
 * exp(r x) V'(x), V(x), and V(0) plus the integral of the first.  On the
 * lattice exp(r) is z. */
struct solution {
    struct spc_skip_free walk;
    double tilt, decay;
    size_t size;
    struct line line;
    gsl_vector *slope, *level, *sum, *spare;
    double end_slope, end_level, end_sum; /* at walk.level */
    double start;                         /* W(0) */
    bool rises, positive;                 /* each slope, and each level, is */
};

static double legendre_integral(int k, double x)
{
    if (k == 0)
        return x + 1;
    return (gsl_sf_legendre_Pl(k + 1, x) - gsl_sf_legendre_Pl(k - 1, x)) /
           (2 * k + 1);
}

static double integral_below(const struct panel *p, size_t i, size_t j)
{
    double sum = 0;

    for (int k = 0; k < NODES; k++)
        sum += (2 * k + 1) * gsl_sf_legendre_Pl(k, 2 * p->at[j] - 1) *
               legendre_integral(k, 2 * p->at[i] - 1);
    return p->weight[j] * sum / 2;
}

static enum spc_status fill_panel(struct panel *p)
{
    gsl_integration_glfixed_table *t =
        gsl_integration_glfixed_table_alloc(NODES);
    int failed = 0;

    if (!t)
        return SPC_NO_MEMORY;
    for (size_t i = 0; i < NODES; i++)
        failed |=
            gsl_integration_glfixed_point(0, 1, i, &p->at[i], &p->weight[i], t);
    gsl_integration_glfixed_table_free(t);
    for (size_t i = 0; i < NODES; i++)
        for (size_t j = 0; j < NODES; j++) {
            p->below[i][j] = integral_below(p, i, j);
            p->above[i][j] = p->weight[j] - p->below[i][j];
        }
    return failed ? SPC_NO_CONVERGENCE : SPC_OK;
}

/* Panels no wider than 2 mean times. */
static size_t panels_for(double width, double rate)
{
    return width > 0 ? (size_t)ceil(width * rate / 2) + 1 : 0;
}

static enum spc_status lay_line(const struct spc_skip_free *walk, double rate,
                                struct line *line, size_t *ret_size)
{
    double jumps = walk->level / walk->jump;
    double whole = floor(jumps), rest = jumps - whole;

    if (rest < same || 1 - rest < same) {
        whole = floor(jumps + 0.5);
        rest = 0;
    }
    /* In numbers that cannot overflow before the size is known. */
    if (walk->level * rate / 2 + 2 * jumps + 4 > PANELS_MAX)
        return SPC_NO_CONVERGENCE;
    line->jump = walk->jump;
    line->part = rest;
    line->before = panels_for(rest * walk->jump, rate);
    line->after = panels_for((1 - rest) * walk->jump, rate);
    *ret_size = (size_t)whole * (line->before + line->after) + line->before;
    *ret_size *= NODES;
    return fill_panel(&line->panel);
}

static double width_of(const struct line *line, size_t panel)
{
    size_t i = panel % (line->before + line->after);

    return i < line->before
               ? line->jump * line->part / (double)line->before
               : line->jump * (1 - line->part) / (double)line->after;
}

static double begin_of(const struct line *line, size_t panel)
{
    size_t period = line->before + line->after, i = panel % period;
    double from = (double)(panel / period) * line->jump;

    return i < line->before
               ? from + (double)i * width_of(line, panel)
               : from + line->jump * line->part +
                     (double)(i - line->before) * width_of(line, panel);
}

/* ---- solutions --------------------------------------------------------- */

static void clear(struct solution *s)
{
    gsl_vector_free(s->slope);
    gsl_vector_free(s->level);
    gsl_vector_free(s->sum);
    gsl_vector_free(s->spare);
}

/* `points` of the lattice, or a line fine enough for `rate`. */
static enum spc_status prepare(const struct spc_skip_free *walk, double points,
                               double rate, struct solution *ret)
{
    struct solution s = {.walk = *walk};
    enum spc_status status = SPC_OK;

    if (walk->lattice)
        s.size = (size_t)points;
    else
        status = lay_line(walk, rate, &s.line, &s.size);
    if (status != SPC_OK)
        return status;
    s.slope = gsl_vector_alloc(s.size + 1);
    s.level = gsl_vector_alloc(s.size + 1);
    s.sum = gsl_vector_alloc(s.size + 1);
    s.spare = gsl_vector_alloc(s.size + 1);
    if (s.slope && s.level && s.sum && s.spare) {
        *ret = s;
        return SPC_OK;
    }
    clear(&s);
    return SPC_NO_MEMORY;
}

/* ---- the lattice ------------------------------------------------------- */

/* Sums of g over the last `jump` numbers, with weights z^-1 for the oldest to
 * z^-jump for the newest, as of a queue made of two stacks: `recent` since the
 * last full block of `jump`, and the rest of that block, whose sums from each
 * place on were taken when it was full. */
struct window {
    double shrink, newest; /* z^-1, z^-jump */
    double recent;
    size_t jump, count;
};

static void close_block(const struct window *w, const double *g, double *rest)
{
    double sum = 0;

    for (size_t i = w->jump; i-- > 0;) {
        sum = w->shrink * (g[i] + sum);
        rest[i] = sum;
    }
}

/* Takes g[count]; `g` and `rest` are as long as the walk. */
static double slide(struct window *w, const double *g, double *rest)
{
    size_t place = w->count % w->jump, block = w->count - place;
    double whole;

    if (place == 0 && w->count > 0) {
        close_block(w, g + block - w->jump, rest);
        w->recent = 0;
    }
    w->recent = w->recent / w->shrink + w->newest * g[w->count];
    whole = w->recent;
    if (w->count >= w->jump && place + 1 < w->jump)
        whole += rest[place + 1];
    w->count++;
    return whole;
}

/* `spare` holds the rest of the window, and `slope` is g one place later. */
static void run_lattice(struct solution *s)
{
    double p = s->walk.rate, q = 1 - p, z = exp(s->tilt);
    struct window w = {1 / z, pow(z, -s->walk.jump), 0, (size_t)s->walk.jump,
                       0};
    double *g = gsl_vector_ptr(s->slope, 0);
    double level = 1 / q, sum = s->tilt > 0 ? level : 0, fading = 1;

    s->start = level;
    s->rises = s->positive = true;
    g[0] = level;
    for (size_t n = 0; n <= s->size; n++) {
        double *rest = gsl_vector_ptr(s->spare, 0);
        double slope = p / q * slide(&w, g, rest) - s->decay / q * level;

        s->rises &= slope > 0;
        s->positive &= level > 0;
        fading /= z;
        gsl_vector_set(s->level, n, level);
        gsl_vector_set(s->sum, n, sum);
        s->end_slope = slope;
        s->end_level = level;
        s->end_sum = sum;
        if (n < s->size)
            g[n + 1] = slope;
        sum += s->tilt > 0 ? slope : level;
        level += fading * slope;
    }
}

/* ---- the line ---------------------------------------------------------- */

/* What the slopes of a panel's points have to do with each other and with what
 * was before. */
struct stretch {
    double begin, width;
    double past[NODES];
    double within[NODES][NODES];
};

static double *values(gsl_vector *v, size_t panel)
{
    return gsl_vector_ptr(v, panel * NODES);
}

/* Integral of exp(-r (y - begin)) slope(y) over a panel. */
static double faded(struct solution *s, size_t panel)
{
    const double *slope = values(s->slope, panel);
    const struct panel *p = &s->line.panel;
    double width = width_of(&s->line, panel), sum = 0;

    for (size_t j = 0; j < NODES; j++)
        sum += p->weight[j] * exp(-s->tilt * width * p->at[j]) * slope[j];
    return width * sum;
}

/* The sum over one jump up to x, of what lies in panels from `first` to before
 * `panel` and, in the first jump, at 0 itself; each with weight
 * exp(-r (jump - (x - y))).  Here x is where `panel` begins. */
static double whole_panels(struct solution *s, size_t first, size_t panel)
{
    size_t period = s->line.before + s->line.after;
    double x = begin_of(&s->line, panel), jump = s->walk.jump;
    double sum = panel < period ? exp(-s->tilt * (jump - x)) * s->start : 0;

    for (size_t i = first; i < panel; i++)
        sum += exp(-s->tilt * (jump - (x - begin_of(&s->line, i)))) *
               gsl_vector_get(s->spare, i);
    return sum;
}

/* The rest of the panel one jump before, from each point on. */
static double rest_of(struct solution *s, size_t panel, size_t i)
{
    const double *slope = values(s->slope, panel);
    const struct panel *p = &s->line.panel;
    double width = width_of(&s->line, panel), sum = 0;

    for (size_t j = 0; j < NODES; j++)
        sum += p->above[i][j] * exp(-s->tilt * width * (p->at[j] - p->at[i])) *
               slope[j];
    return width * sum;
}

static void look_back(struct solution *s, size_t panel, double level,
                      struct stretch *ret)
{
    size_t period = s->line.before + s->line.after;
    size_t first = panel < period ? 0 : panel - period + 1;
    const struct panel *p = &s->line.panel;
    double whole = whole_panels(s, first, panel);

    ret->begin = begin_of(&s->line, panel);
    ret->width = width_of(&s->line, panel);
    for (size_t i = 0; i < NODES; i++) {
        double rest = panel < period ? 0 : rest_of(s, panel - period, i);

        ret->past[i] =
            s->walk.rate *
                (rest + exp(s->tilt * ret->width * p->at[i]) * whole) -
            s->decay * level;
        for (size_t j = 0; j < NODES; j++) {
            double back = ret->width * (p->at[i] - p->at[j]);

            ret->within[i][j] =
                ret->width * p->below[i][j] *
                (s->walk.rate * exp(-s->tilt * (s->walk.jump - back)) -
                 s->decay);
        }
    }
}

/* slope = past + within slope, by going round: what is within is small. */
static void settle(const struct stretch *t, double *slope)
{
    double change = 1;

    for (size_t i = 0; i < NODES; i++)
        slope[i] = t->past[i];
    for (unsigned round = 0; round < ROUNDS && change > 0; round++) {
        double next[NODES];

        change = 0;
        for (size_t i = 0; i < NODES; i++) {
            next[i] = t->past[i];
            for (size_t j = 0; j < NODES; j++)
                next[i] += t->within[i][j] * slope[j];
        }
        for (size_t i = 0; i < NODES; i++) {
            if (fabs(next[i] - slope[i]) > DBL_EPSILON * fabs(next[i]))
                change = 1;
            slope[i] = next[i];
        }
    }
}

/* Levels and sums at the points of a panel, and at its end. */
static void add_up(struct solution *s, size_t panel, const struct stretch *t)
{
    const double *slope = values(s->slope, panel);
    double *level = values(s->level, panel), *sum = values(s->sum, panel);
    const struct panel *p = &s->line.panel;
    double risen[NODES], all = 0, summed = 0;

    for (size_t j = 0; j < NODES; j++) {
        risen[j] = t->width * exp(-s->tilt * (t->begin + t->width * p->at[j])) *
                   slope[j];
        all += p->weight[j] * risen[j];
    }
    for (size_t i = 0; i < NODES; i++) {
        level[i] = s->end_level;
        for (size_t j = 0; j < NODES; j++)
            level[i] += p->below[i][j] * risen[j];
    }
    for (size_t i = 0; i < NODES; i++) {
        const double *of = s->tilt > 0 ? slope : level;

        sum[i] = s->end_sum;
        for (size_t j = 0; j < NODES; j++)
            sum[i] += t->width * p->below[i][j] * of[j];
        summed += t->width * p->weight[i] * of[i];
    }
    s->end_level += all;
    s->end_sum += summed;
}

/* `spare` holds the integral over each panel. */
static void run_line(struct solution *s)
{
    size_t panels = s->size / NODES;
    size_t period = s->line.before + s->line.after;
    double whole;

    s->start = 1;
    s->rises = s->positive = true;
    s->end_level = 1;
    s->end_sum = s->tilt > 0 ? 1 : 0;
    for (size_t panel = 0; panel < panels; panel++) {
        double *slope = values(s->slope, panel);
        struct stretch t;

        look_back(s, panel, s->end_level, &t);
        settle(&t, slope);
        gsl_vector_set(s->spare, panel, faded(s, panel));
        add_up(s, panel, &t);
        for (size_t i = 0; i < NODES; i++) {
            s->rises &= slope[i] > 0;
            s->positive &= gsl_vector_get(s->level, panel * NODES + i) > 0;
        }
    }
    whole = whole_panels(s, panels < period ? 0 : panels - period, panels);
    s->end_slope = s->walk.rate * whole - s->decay * s->end_level;
    s->rises &= s->end_slope > 0;
    s->positive &= s->end_level > 0;
}

static void run(struct solution *s, double rate, double tilt, double decay)
{
    s->walk.rate = rate;
    s->tilt = tilt;
    s->decay = decay;
    if (s->walk.lattice)
        run_lattice(s);
    else
        run_line(s);
}

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
static double descent_time(const struct solution *s, double room, double level,
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

/* Between the points of a panel, by Lagrange's polynomial. */
static double between(const struct line *line, size_t panel, double x,
                      const double *y)
{
    const double *at = line->panel.at;
    double u = (x - begin_of(line, panel)) / width_of(line, panel), sum = 0;

    for (size_t i = 0; i < NODES; i++) {
        double product = 1;

        for (size_t j = 0; j < NODES; j++)
            if (j != i)
                product *= (u - at[j]) / (at[i] - at[j]);
        sum += product * y[i];
    }
    return sum;
}

static double value_at(const struct solution *s, const gsl_vector *of, double x)
{
    size_t panel = 0, panels = s->size / NODES;

    if (s->walk.lattice)
        return gsl_vector_get(of, (size_t)x);
    while (panel + 1 < panels && begin_of(&s->line, panel + 1) <= x)
        panel++;
    return between(&s->line, panel, x, gsl_vector_const_ptr(of, panel * NODES));
}

static double place_of(const struct solution *s, size_t i)
{
    const struct line *line = &s->line;
    size_t panel = i / NODES;

    if (s->walk.lattice)
        return (double)i;
    return begin_of(line, panel) +
           width_of(line, panel) * line->panel.at[i % NODES];
}

static double weight_of(const struct solution *s, size_t i)
{
    const struct line *line = &s->line;

    if (s->walk.lattice)
        return 1;
    return width_of(line, i / NODES) * line->panel.weight[i % NODES];
}

/* The mean times, in place of the sums, by room. */
static void take_descents(struct solution *s)
{
    for (size_t i = 0; i < s->size; i++) {
        double level = gsl_vector_get(s->level, i);
        double *sum = gsl_vector_ptr(s->sum, i);

        *sum = descent_time(s, place_of(s, i), level, *sum);
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
    struct solution s;
    enum spc_status status;

    assert(walk->rate > 0);
    assert(walk->jump > 0);
    assert(x >= 0 && x <= walk->level);

    if (!walk->lattice && walk->rate * walk->jump > crowded)
        return crowded_descent(walk, x, ret_time);
    status = prepare(walk, walk->level, walk->rate, &s);
    if (status != SPC_OK)
        return status;
    run(&s, walk->rate, tilt_of(walk), 0);
    take_descents(&s);
    status = finite(x == 0 ? s.end_sum : value_at(&s, s.sum, walk->level - x),
                    ret_time);
    clear(&s);
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
    struct solution s;
    enum spc_status status;

    assert(walk->rate > 0);
    assert(walk->jump > 0);
    assert(x >= 0 && x <= walk->level);

    status = prepare(walk, climb_points(walk), walk->rate, &s);
    if (status != SPC_OK)
        return status;
    run(&s, walk->rate, 0, 0);
    status = finite(x == 0 ? s.end_sum : s.end_sum - value_at(&s, s.sum, x),
                    ret_time);
    clear(&s);
    return status;
}

/* ---- steady states ----------------------------------------------------- */

/* Of all that remains, `decay` is lost in a unit of time.  Below the right
 * decay W is a distribution not yet closed. */
typedef bool is_open(const struct solution *s);

static bool descent_is_open(const struct solution *s)
{
    return s->rises;
}

static bool climb_is_open(const struct solution *s)
{
    return s->positive && s->decay * s->end_sum < 1;
}

static void find_decay(struct solution *s, double rate, is_open *open)
{
    double low = 0, high = rate;

    run(s, rate, 0, high);
    while (open(s) && high < DBL_MAX / 2) {
        low = high;
        high *= 2;
        run(s, rate, 0, high);
    }
    for (unsigned i = 0; i < HALVINGS; i++) {
        double decay = low + (high - low) / 2;

        if (high - low <= DBL_EPSILON * high)
            break;
        run(s, rate, 0, decay);
        if (open(s))
            low = decay;
        else
            high = decay;
    }
    run(s, rate, 0, low);
}

/* Both on one grid. */
static enum spc_status prepare_both(const struct spc_skip_free *walk,
                                    double points, double until_now,
                                    struct solution *before,
                                    struct solution *after)
{
    double rate = fmax(walk->rate, until_now);
    enum spc_status status = prepare(walk, points, rate, before);

    assert(walk->rate > 0);
    assert(walk->jump > 0);
    assert(until_now > 0);

    if (status != SPC_OK)
        return status;
    status = prepare(walk, points, rate, after);
    if (status != SPC_OK)
        clear(before);
    return status;
}

/* The point that is as far from the level as point i is from 0. */
static size_t mirrored(const struct solution *s, size_t i)
{
    return s->size - 1 - i;
}

enum spc_status spc_skip_free_descent_steady(const struct spc_skip_free *walk,
                                             double until_now, double *ret_time)
{
    struct solution before, after;
    enum spc_status status =
        prepare_both(walk, walk->level, until_now, &before, &after);
    size_t later = walk->lattice; /* places of the slopes there */
    double mean;

    if (status != SPC_OK)
        return status;
    run(&after, walk->rate, tilt_of(walk), 0);
    take_descents(&after);
    find_decay(&before, until_now, descent_is_open);
    mean = before.start * after.end_sum;
    for (size_t i = 0; i < before.size; i++)
        mean += weight_of(&before, i) *
                gsl_vector_get(before.slope, i + later) *
                gsl_vector_get(after.sum, mirrored(&after, i));
    status = finite(mean / before.end_level, ret_time);
    clear(&before);
    clear(&after);
    return status;
}

enum spc_status spc_skip_free_climb_steady(const struct spc_skip_free *walk,
                                           double until_now, bool at_jumps,
                                           double *ret_time)
{
    struct solution before, after;
    enum spc_status status =
        prepare_both(walk, climb_points(walk), until_now, &before, &after);
    double mean = 0, all, waiting;

    if (status != SPC_OK)
        return status;
    run(&after, walk->rate, 0, 0);
    find_decay(&before, until_now, climb_is_open);
    for (size_t i = 0; i < before.size; i++)
        mean +=
            weight_of(&before, i) * gsl_vector_get(before.level, i) *
            (after.end_sum - gsl_vector_get(after.sum, mirrored(&after, i)));
    all = before.end_sum;
    waiting = 1 / (until_now - before.decay); /* above the level */
    mean /= at_jumps ? all + waiting : all;
    status = at_jumps && !(waiting > 0)
                 ? SPC_NO_CONVERGENCE /* all wait in the end */
                 : finite(at_jumps ? mean + 1 / walk->rate : mean, ret_time);
    clear(&before);
    clear(&after);
    return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scale functions.  See scale_function.h. */
#include "engine/scale_function.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_legendre.h>
#include <math.h>

enum { PANELS_MAX = 1 << 15, ROUNDS = 100 };

/* Multiples of the jump closer to each other than this part of it are one. */
static const double same = 1e-13;

/* ---- grids ------------------------------------------------------------- */

static double legendre_integral(int k, double x)
{
    if (k == 0)
        return x + 1;
    return (gsl_sf_legendre_Pl(k + 1, x) - gsl_sf_legendre_Pl(k - 1, x)) /
           (2 * k + 1);
}

static double integral_below(const struct spc_scale_panel *p, size_t i,
                             size_t j)
{
    double sum = 0;

    for (int k = 0; k < SPC_SCALE_NODES; k++)
        sum += (2 * k + 1) * gsl_sf_legendre_Pl(k, 2 * p->at[j] - 1) *
               legendre_integral(k, 2 * p->at[i] - 1);
    return p->weight[j] * sum / 2;
}

static enum spc_status fill_panel(struct spc_scale_panel *p)
{
    gsl_integration_glfixed_table *t =
        gsl_integration_glfixed_table_alloc(SPC_SCALE_NODES);
    int failed = 0;

    if (!t)
        return SPC_NO_MEMORY;
    for (size_t i = 0; i < SPC_SCALE_NODES; i++)
        failed |=
            gsl_integration_glfixed_point(0, 1, i, &p->at[i], &p->weight[i], t);
    gsl_integration_glfixed_table_free(t);
    for (size_t i = 0; i < SPC_SCALE_NODES; i++)
        for (size_t j = 0; j < SPC_SCALE_NODES; j++) {
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
                                struct spc_scale_line *line, size_t *ret_size)
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
    *ret_size *= SPC_SCALE_NODES;
    return fill_panel(&line->panel);
}

static double width_of(const struct spc_scale_line *line, size_t panel)
{
    size_t i = panel % (line->before + line->after);

    return i < line->before
               ? line->jump * line->part / (double)line->before
               : line->jump * (1 - line->part) / (double)line->after;
}

static double begin_of(const struct spc_scale_line *line, size_t panel)
{
    size_t period = line->before + line->after, i = panel % period;
    double from = (double)(panel / period) * line->jump;

    return i < line->before
               ? from + (double)i * width_of(line, panel)
               : from + line->jump * line->part +
                     (double)(i - line->before) * width_of(line, panel);
}

/* ---- solutions --------------------------------------------------------- */

void spc_scale_clear(struct spc_scale *s)
{
    gsl_vector_free(s->slope);
    gsl_vector_free(s->level);
    gsl_vector_free(s->sum);
    gsl_vector_free(s->spare);
}

enum spc_status spc_scale_prepare(const struct spc_skip_free *walk,
                                  double points, double rate,
                                  struct spc_scale *ret_scale)
{
    struct spc_scale s = {.walk = *walk};
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
        *ret_scale = s;
        return SPC_OK;
    }
    spc_scale_clear(&s);
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
static void run_lattice(struct spc_scale *s)
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
    double past[SPC_SCALE_NODES];
    double within[SPC_SCALE_NODES][SPC_SCALE_NODES];
};

static double *values(gsl_vector *v, size_t panel)
{
    return gsl_vector_ptr(v, panel * SPC_SCALE_NODES);
}

/* Integral of exp(-r (y - begin)) slope(y) over a panel. */
static double faded(struct spc_scale *s, size_t panel)
{
    const double *slope = values(s->slope, panel);
    const struct spc_scale_panel *p = &s->line.panel;
    double width = width_of(&s->line, panel), sum = 0;

    for (size_t j = 0; j < SPC_SCALE_NODES; j++)
        sum += p->weight[j] * exp(-s->tilt * width * p->at[j]) * slope[j];
    return width * sum;
}

/* The sum over one jump up to x, of what lies in panels from `first` to before
 * `panel` and, in the first jump, at 0 itself; each with weight
 * exp(-r (jump - (x - y))).  Here x is where `panel` begins. */
static double whole_panels(struct spc_scale *s, size_t first, size_t panel)
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
static double rest_of(struct spc_scale *s, size_t panel, size_t i)
{
    const double *slope = values(s->slope, panel);
    const struct spc_scale_panel *p = &s->line.panel;
    double width = width_of(&s->line, panel), sum = 0;

    for (size_t j = 0; j < SPC_SCALE_NODES; j++)
        sum += p->above[i][j] * exp(-s->tilt * width * (p->at[j] - p->at[i])) *
               slope[j];
    return width * sum;
}

static void look_back(struct spc_scale *s, size_t panel, double level,
                      struct stretch *ret)
{
    size_t period = s->line.before + s->line.after;
    size_t first = panel < period ? 0 : panel - period + 1;
    const struct spc_scale_panel *p = &s->line.panel;
    double whole = whole_panels(s, first, panel);

    ret->begin = begin_of(&s->line, panel);
    ret->width = width_of(&s->line, panel);
    for (size_t i = 0; i < SPC_SCALE_NODES; i++) {
        double rest = panel < period ? 0 : rest_of(s, panel - period, i);

        ret->past[i] =
            s->walk.rate *
                (rest + exp(s->tilt * ret->width * p->at[i]) * whole) -
            s->decay * level;
        for (size_t j = 0; j < SPC_SCALE_NODES; j++) {
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

    for (size_t i = 0; i < SPC_SCALE_NODES; i++)
        slope[i] = t->past[i];
    for (unsigned round = 0; round < ROUNDS && change > 0; round++) {
        double next[SPC_SCALE_NODES];

        change = 0;
        for (size_t i = 0; i < SPC_SCALE_NODES; i++) {
            next[i] = t->past[i];
            for (size_t j = 0; j < SPC_SCALE_NODES; j++)
                next[i] += t->within[i][j] * slope[j];
        }
        for (size_t i = 0; i < SPC_SCALE_NODES; i++) {
            if (fabs(next[i] - slope[i]) > DBL_EPSILON * fabs(next[i]))
                change = 1;
            slope[i] = next[i];
        }
    }
}

/* Levels and sums at the points of a panel, and at its end. */
static void add_up(struct spc_scale *s, size_t panel, const struct stretch *t)
{
    const double *slope = values(s->slope, panel);
    double *level = values(s->level, panel), *sum = values(s->sum, panel);
    const struct spc_scale_panel *p = &s->line.panel;
    double risen[SPC_SCALE_NODES], all = 0, summed = 0;

    for (size_t j = 0; j < SPC_SCALE_NODES; j++) {
        risen[j] = t->width * exp(-s->tilt * (t->begin + t->width * p->at[j])) *
                   slope[j];
        all += p->weight[j] * risen[j];
    }
    for (size_t i = 0; i < SPC_SCALE_NODES; i++) {
        level[i] = s->end_level;
        for (size_t j = 0; j < SPC_SCALE_NODES; j++)
            level[i] += p->below[i][j] * risen[j];
    }
    for (size_t i = 0; i < SPC_SCALE_NODES; i++) {
        const double *of = s->tilt > 0 ? slope : level;

        sum[i] = s->end_sum;
        for (size_t j = 0; j < SPC_SCALE_NODES; j++)
            sum[i] += t->width * p->below[i][j] * of[j];
        summed += t->width * p->weight[i] * of[i];
    }
    s->end_level += all;
    s->end_sum += summed;
}

/* `spare` holds the integral over each panel. */
static void run_line(struct spc_scale *s)
{
    size_t panels = s->size / SPC_SCALE_NODES;
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
        for (size_t i = 0; i < SPC_SCALE_NODES; i++) {
            s->rises &= slope[i] > 0;
            s->positive &=
                gsl_vector_get(s->level, panel * SPC_SCALE_NODES + i) > 0;
        }
    }
    whole = whole_panels(s, panels < period ? 0 : panels - period, panels);
    s->end_slope = s->walk.rate * whole - s->decay * s->end_level;
    s->rises &= s->end_slope > 0;
    s->positive &= s->end_level > 0;
}

void spc_scale_run(struct spc_scale *s, double rate, double tilt, double decay)
{
    s->walk.rate = rate;
    s->tilt = tilt;
    s->decay = decay;
    if (s->walk.lattice)
        run_lattice(s);
    else
        run_line(s);
}

/* ---- at a place -------------------------------------------------------- */

/* Between the points of a panel, by Lagrange's polynomial. */
static double between(const struct spc_scale_line *line, size_t panel, double x,
                      const double *y)
{
    const double *at = line->panel.at;
    double u = (x - begin_of(line, panel)) / width_of(line, panel), sum = 0;

    for (size_t i = 0; i < SPC_SCALE_NODES; i++) {
        double product = 1;

        for (size_t j = 0; j < SPC_SCALE_NODES; j++)
            if (j != i)
                product *= (u - at[j]) / (at[i] - at[j]);
        sum += product * y[i];
    }
    return sum;
}

double spc_scale_value(const struct spc_scale *s, const gsl_vector *of,
                       double x)
{
    size_t panel = 0, panels = s->size / SPC_SCALE_NODES;

    if (s->walk.lattice)
        return gsl_vector_get(of, (size_t)x);
    while (panel + 1 < panels && begin_of(&s->line, panel + 1) <= x)
        panel++;
    return between(&s->line, panel, x,
                   gsl_vector_const_ptr(of, panel * SPC_SCALE_NODES));
}

double spc_scale_place(const struct spc_scale *s, size_t i)
{
    const struct spc_scale_line *line = &s->line;
    size_t panel = i / SPC_SCALE_NODES;

    if (s->walk.lattice)
        return (double)i;
    return begin_of(line, panel) +
           width_of(line, panel) * line->panel.at[i % SPC_SCALE_NODES];
}

double spc_scale_weight(const struct spc_scale *s, size_t i)
{
    const struct spc_scale_line *line = &s->line;

    if (s->walk.lattice)
        return 1;
    return width_of(line, i / SPC_SCALE_NODES) *
           line->panel.weight[i % SPC_SCALE_NODES];
}

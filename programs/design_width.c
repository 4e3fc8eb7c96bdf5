/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Widths of Shewhart charts with run rules.  See design_width.h. */
#include "programs/design_width.h"
#include "engine/run_length.h"
#include "engine/search.h"

#include <math.h>
#include <stdio.h>

/* Widths of charts with run rules, and by how much they are tried, from where
 * no rule yet profits from wider zones. */
static const double width_min = 0.2, width_max = 12, width_step = 1.15;
static const double width_begin = 2;

/* The top of a parabola through three of them is as good as this. */
static const double top_known = 1.03;

enum spc_status spc_design_shewhart_length(const void *chart, double shift,
                                           double *ret_length)
{
    const struct spc_design_shewhart *s = chart;

    if (s->rules)
        return spc_arl_rules_run_length(s->rules, s->width, shift, ret_length);
    *ret_length = spc_shewhart_run_length(s->width, s->one_sided, shift);
    return SPC_OK;
}

static enum spc_status length_at_width(const void *of, double width,
                                       double *ret_length)
{
    struct spc_design_shewhart chart = *(const struct spc_design_shewhart *)of;

    chart.width = width;
    return spc_design_shewhart_length(&chart, 0, ret_length);
}

static enum spc_status frequency_at_width(const void *of, double width,
                                          double *ret_frequency)
{
    enum spc_status status = length_at_width(of, width, ret_frequency);

    if (status == SPC_OK)
        *ret_frequency = 1 / *ret_frequency;
    return status;
}

/* The last three widths tried, and their run lengths. */
struct climb {
    double width[3], length[3];
};

static enum spc_status step(const struct spc_design_shewhart *chart,
                            double width, struct climb *c)
{
    for (unsigned i = 0; i < 2; i++) {
        c->width[i] = c->width[i + 1];
        c->length[i] = c->length[i + 1];
    }
    c->width[2] = width;
    return length_at_width(chart, width, &c->length[2]);
}

/* Wider and wider, until the run length is long enough or falls: points within
 * one sigma, and so rules that ask for them, grow more frequent with the
 * width. */
static enum spc_status widen(const struct spc_design_shewhart *chart,
                             double arl0, struct climb *c)
{
    double width = fmin(chart->width, width_begin);
    enum spc_status status = step(chart, width, c);

    while (status == SPC_OK && c->length[2] < arl0 &&
           c->length[2] > c->length[1] && width < width_max) {
        width *= width_step;
        status = step(chart, width, c);
    }
    return status;
}

/* Between the three, the widths being as far apart as their logarithms. */
static enum spc_status step_to_the_top(const struct spc_design_shewhart *chart,
                                       struct climb *c)
{
    double left = c->length[1] - c->length[0];
    double right = c->length[2] - c->length[1];
    double part = (left + right) / (2 * (left - right));

    if (!(part > -1 && part < 1) || c->width[0] == 0)
        return SPC_OK;
    return step(chart, c->width[1] * pow(width_step, part), c);
}

/* The top itself, between the two beside it. */
static enum spc_status search_the_top(const struct spc_design_shewhart *chart,
                                      struct climb *c)
{
    const struct spc_search_range range = {c->width[2] / width_step,
                                           c->width[2] * width_step};
    double width = 0;
    enum spc_status status =
        spc_search_least(frequency_at_width, chart, &range, 3, &width);

    return status == SPC_OK ? step(chart, width, c) : status;
}

/* Leaves the last width with a run length that is long enough, or with the
 * longest. */
static enum spc_status climb(const struct spc_design_shewhart *chart,
                             double arl0, struct climb *c)
{
    enum spc_status status = widen(chart, arl0, c);

    if (status == SPC_OK && c->length[2] < c->length[1])
        status = step_to_the_top(chart, c);
    if (status == SPC_OK && c->length[2] < arl0 &&
        c->length[2] * top_known > arl0)
        status = search_the_top(chart, c);
    return status;
}

static enum spc_exit refuse(double arl0, double longest)
{
    fprintf(stderr,
            "spc design: with these rules no width has an in-control ARL of "
            "%g: the longest is about %.1f\n",
            arl0, longest);
    return SPC_EXIT_INPUT;
}

enum spc_exit spc_design_width(double arl0, struct spc_design_shewhart *chart)
{
    struct climb c = {{0}, {0}};
    enum spc_status status = climb(chart, arl0, &c);

    if (status == SPC_OK && c.length[2] < arl0)
        return refuse(arl0, c.length[2]);
    if (status == SPC_OK) {
        const struct spc_search_between between = {
            width_min, c.width[2] * (1 + 1e-9), c.width[2], 5};

        status = spc_search_root(length_at_width, chart, arl0, &between,
                                 &chart->width);
    }
    if (status == SPC_OK)
        return SPC_EXIT_OK;
    if (status == SPC_NO_CONVERGENCE)
        fprintf(stderr,
                "spc design: with these rules the in-control ARL does not "
                "grow to %g as the width does from %g to %g sigma\n",
                arl0, width_min, width_max);
    else
        fprintf(stderr, "spc design: %s\n", spc_status_text(status));
    return status == SPC_NO_MEMORY ? SPC_EXIT_INTERNAL : SPC_EXIT_INPUT;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where is a figure what it should be, and where is it least?
 *
 * For figures that take long to compute, such as run lengths, and whose x is a
 * positive scale.  Roots are those of the logarithm of the figure, by secants
 * that may not leave where the root must be.  Valleys are found on the
 * logarithm of x by Brent's method (Algorithms for Minimization without
 * Derivatives, 1973, chapter 5): parabolas as long as their steps shrink, else
 * the golden section. */
#ifndef SPC_ENGINE_SEARCH_H
#define SPC_ENGINE_SEARCH_H

#include "engine/status.h"

struct spc_search_range {
    double low, high;
};

/* A positive figure of x. */
typedef enum spc_status spc_search_figure(const void *of, double x,
                                          double *ret_figure);

/* Where a growing figure is `want`, between low and high, all above 0; begins
 * at a guess and goes by factors of 3/2 at most.  `growth` is by how much the
 * logarithm of the figure grows with that of x there, about.
 * SPC_NO_CONVERGENCE when it is not there, or the failure of the figure. */
struct spc_search_between {
    double low, high, guess, growth;
};

SPC_MUST_CHECK
enum spc_status spc_search_root(spc_search_figure *figure, const void *of,
                                double want,
                                const struct spc_search_between *between,
                                double *ret_x);

/* Where the figure is least, on a logarithmic scale of `points` and then
 * within the neighbours of the best of them.  The points are looked at from
 * the highest down, run lengths of short memories being the cheap ones, until
 * one is half as large again as the least.  SPC_NO_CONVERGENCE, or the
 * failure of the figure. */
SPC_MUST_CHECK
enum spc_status spc_search_least(spc_search_figure *figure, const void *of,
                                 const struct spc_search_range *range,
                                 unsigned points, double *ret_x);

#endif

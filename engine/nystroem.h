/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long does a process that walks on an interval stay in it, on average?
 *
 * A chart that remembers (EWMA, CUSUM) is such a walk: its statistic moves
 * from x to y with density k(x, y) and the chart signals when it leaves
 * [low, high].  The mean number L(x) of points until then solves
 *
 *     L(x) = 1 + rest(x) L(low) + integral of k(x, y) L(y) dy
 *
 * where rest(x) is the probability of being put back to `low` itself (a
 * reflecting barrier).  Nystroem's method replaces the integral by panels of
 * 20 Gauss-Legendre points, doubled until two solutions agree
 * (Crowder, Technometrics 29, 1987; Brook and Evans, Biometrika 59, 1972).
 *
 * The linear system is solved by censoring states (Grassmann, Taksar and
 * Heyman, Operations Research 33, 1985): nothing is ever subtracted, so that
 * a run length of 1e9 has as many good digits as one of 10. */
#ifndef SPC_ENGINE_NYSTROEM_H
#define SPC_ENGINE_NYSTROEM_H

#include "engine/status.h"

#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>
#include <stdbool.h>

/* The functions get `chart`.  `leave` is the probability of leaving. */
struct spc_walk {
    double low, high;
    double (*density)(const void *chart, double from, double to);
    double (*leave)(const void *chart, double from);
    double (*rest)(const void *chart, double from); /* NULL: no barrier */
    const void *chart;
};

/* L at the points of a grid.  With a barrier, point 0 is `low` itself. */
struct spc_nystroem {
    gsl_vector *at, *weight, *length;
};

enum { SPC_NYSTROEM_PANELS = 3, SPC_NYSTROEM_PANELS_MAX = 48 };

/* SPC_NO_MEMORY, SPC_NO_CONVERGENCE (a walk that never ends). */
SPC_MUST_CHECK
enum spc_status spc_nystroem_solve(const struct spc_walk *walk, unsigned panels,
                                   struct spc_nystroem *ret_solution);

void spc_nystroem_clear(struct spc_nystroem *solution);

/* L(x) from the solution, by the equation itself. */
double spc_nystroem_at(const struct spc_walk *walk,
                       const struct spc_nystroem *solution, double x);

/* Where a walk is found that has gone on for long and has not left: the share
 * of each point of the grid. */
SPC_MUST_CHECK
enum spc_status spc_nystroem_share(const struct spc_walk *walk,
                                   const struct spc_nystroem *grid,
                                   gsl_vector *ret_share);

/* The mean of L over such shares: the solution is that of the walk as it goes
 * on, on the same grid as the walk until now. */
SPC_MUST_CHECK
enum spc_status spc_nystroem_steady(const struct spc_walk *until_now,
                                    const struct spc_nystroem *solution,
                                    double *ret_length);

/* The same for one of two walks that are mirror images of each other until
 * now, of which either rests at `low` whenever the other leaves, when neither
 * has left.  A walk that goes on has been joined by those that would have gone
 * on from there had the other not left, and loses as many: by symmetry what
 * leaves it. */
SPC_MUST_CHECK
enum spc_status spc_nystroem_steady_pair(const struct spc_walk *until_now,
                                         const struct spc_nystroem *solution,
                                         double *ret_length);

/* Where a walk over states of any kind is found after long: `step` holds the
 * probabilities of going from row to column.  SPC_NO_MEMORY,
 * SPC_NO_CONVERGENCE. */
SPC_MUST_CHECK
enum spc_status spc_nystroem_settle(const gsl_matrix *step,
                                    gsl_vector *ret_share);

/* The mean numbers for states and steps of any kind: `step` holds the
 * probabilities of going from row to column, `leave` those of leaving, and
 * `ret_length` becomes the number of points from each state until then.  Uses
 * up both. */
void spc_nystroem_eliminate(gsl_matrix *step, gsl_vector *leave,
                            gsl_vector *ret_length);

/* A figure computed on grids of 3, 6, 12, ... panels until two agree. */
typedef enum spc_status spc_nystroem_figure(const void *of, unsigned panels,
                                            double *ret_figure);

SPC_MUST_CHECK
enum spc_status spc_nystroem_refine(spc_nystroem_figure *figure, const void *of,
                                    double *ret_figure);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scale function W of a walk of skip_free.h, its slope and its integral, at
 * points from 0 to the level.
 *
 *     w(x) = rate (sum of w over one jump up to x) - decay W(x)
 *     W(x) = W(0) + sum of w up to x,  S(x) = sum of W up to x
 *
 * or, with a tilt r and no decay, the same of V(x) = exp(-r x) W(x): slope
 * exp(r x) V'(x), level V(x), and V(0) plus the sum of the slopes.  On the
 * lattice sums run over whole numbers below x and exp(r) is z. */
#ifndef SPC_ENGINE_SCALE_FUNCTION_H
#define SPC_ENGINE_SCALE_FUNCTION_H

#include "engine/skip_free.h"

#include <gsl/gsl_vector.h>
#include <stddef.h>

enum { SPC_SCALE_NODES = 16 };

/* A panel from 0 to 1: points, weights, and the integrals from 0 to point i,
 * and from there to 1, of the polynomial that is 1 at point j and 0 at the
 * others. */
struct spc_scale_panel {
    double at[SPC_SCALE_NODES], weight[SPC_SCALE_NODES];
    double below[SPC_SCALE_NODES][SPC_SCALE_NODES],
        above[SPC_SCALE_NODES][SPC_SCALE_NODES];
};

/* Panels of the line: `before` of them from each multiple of the jump to what
 * the level has beyond its last one, and `after` from there to the next
 * multiple, so that one jump back, and level - x for x, are panels too. */
struct spc_scale_line {
    struct spc_scale_panel panel;
    double jump, part; /* which of each jump lies before the division */
    size_t before, after;
};

/* Everything at each point, and at the level; the caller reads, and may write
 * over the sums. */
struct spc_scale {
    struct spc_skip_free walk;
    double tilt, decay;
    size_t size;
    struct spc_scale_line line;
    gsl_vector *slope; /* on the lattice one place later, after W(0) */
    gsl_vector *level, *sum, *spare;
    double end_slope, end_level, end_sum; /* at walk.level */
    double start;                         /* W(0) */
    bool rises, positive;                 /* each slope, and each level, is */
};

/* `points` of the lattice, from 0, or a line fine enough for jumps of `rate`.
 * SPC_NO_MEMORY; SPC_NO_CONVERGENCE when the line is too long for that. */
SPC_MUST_CHECK
enum spc_status spc_scale_prepare(const struct spc_skip_free *walk,
                                  double points, double rate,
                                  struct spc_scale *ret_scale);
void spc_scale_clear(struct spc_scale *scale);

void spc_scale_run(struct spc_scale *scale, double rate, double tilt,
                   double decay);

/* Of the points: where, and with what weight in a sum. */
double spc_scale_place(const struct spc_scale *scale, size_t i);
double spc_scale_weight(const struct spc_scale *scale, size_t i);

/* One of the vectors, or one made of them, at any place below the level. */
double spc_scale_value(const struct spc_scale *scale, const gsl_vector *of,
                       double x);

#endif

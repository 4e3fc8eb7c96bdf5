/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long does a sum that moves one way by itself, and the other way by jumps
 * of one size at random, take to pass a level?
 *
 *     descent   C falls, never below 0, and each jump lifts it; until a jump
 *               takes it above `level`
 *     climb     C rises, and each jump takes it back, never below 0; until it
 *               rises above `level`
 *
 * On the line it moves by 1 a unit of time and jumps at times that are
 * exponential with `rate`.  On the lattice it moves by 1 a step or, with
 * probability `rate`, jumps instead.  Both are the Markov chain of a CUSUM of
 * rare events and need no system of equations, since one of the directions
 * leaves out no value: with the scale function W, W(0) = 1, or 1 / (1 - rate)
 * on the lattice, whose slope w looks back over one jump,
 *
 *     w(x) = rate (W(x) - W(x - jump))
 *          = rate times the sum of w over (x - jump, x],
 *
 * the mean times from C = x are, with S the integral of W,
 *
 *     climb     S(level) - S(x)
 *     descent   W(level - x) W(level) / w(level) - S(level - x)
 *
 * (Pistorius, J. Theoretical Probability 17, 2004; Avram, Kyprianou and
 * Pistorius, Annals of Applied Probability 14, 2004).  The sum over one jump
 * adds nothing but positive numbers, so that a time of 1e12 has as many good
 * digits as one of 10.  Where jumps outrun the descent W grows exponentially
 * and the difference would lose what the sum has kept: there everything is
 * written in V(x) = exp(-r x) W(x) with the r that keeps V bounded, and the
 * growing parts cancel on paper.
 *
 * On the line w is smooth between multiples of the jump and is held at 16
 * Gauss-Legendre points of panels that end there; on the lattice it is exact.
 * The distribution of C that has moved for long and not passed has density w,
 * or W(level - x), with -decay W added to the slope and the decay at which it
 * closes. */
#ifndef SPC_ENGINE_SKIP_FREE_H
#define SPC_ENGINE_SKIP_FREE_H

#include "engine/status.h"

#include <stdbool.h>

enum { SPC_SKIP_FREE_LATTICE_MAX = 1 << 18 };

struct spc_skip_free {
    double rate;  /* above 0; on the lattice, below 1 */
    double jump;  /* above 0; on the lattice, whole */
    double level; /* the same; at most SPC_SKIP_FREE_LATTICE_MAX there */
    bool lattice;
};

/* Mean times from 0 <= x <= level.  SPC_NO_MEMORY; SPC_NO_CONVERGENCE: not
 * finite, or the level so many jumps or mean times away that the grid would be
 * huge. */
SPC_MUST_CHECK
enum spc_status spc_skip_free_descent(const struct spc_skip_free *walk,
                                      double x, double *ret_time);
SPC_MUST_CHECK
enum spc_status spc_skip_free_climb(const struct spc_skip_free *walk, double x,
                                    double *ret_time);

/* The same from where C is after long with the rate `until_now` and without
 * having passed.  A climb may go on above the level, to be noticed at the next
 * jump only. */
SPC_MUST_CHECK
enum spc_status spc_skip_free_descent_steady(const struct spc_skip_free *walk,
                                             double until_now,
                                             double *ret_time);
SPC_MUST_CHECK
enum spc_status spc_skip_free_climb_steady(const struct spc_skip_free *walk,
                                           double until_now, bool at_jumps,
                                           double *ret_time);

#endif

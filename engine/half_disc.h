/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long does a MEWMA stay within its limit after a shift, on average?
 *
 * Two numbers matter: `along`, the part of z in the direction of the shift, and
 * `across`, the length of the rest, which no shift moves.  They lie in a half
 * disc and move on independently of each other, so that
 *
 *     L(along, across) = 1 + sum over rows of across' of
 *                        g(across' | across)  J(along; across'),
 *     J(along; across') = integral along the row of h(along' | along) L.
 *
 * J is smooth in `along` and is kept at Chebyshev points common to all rows;
 * what would be a matrix of all places by all places becomes three thin ones,
 * and the equation is solved without ever forming it (engine/residual.h).
 *
 * That loses what a probability is rounded by, times L.  Where L is beyond a
 * million the matrix is formed after all and its states are censored, which
 * subtracts nothing (engine/nystroem.h). */
#ifndef SPC_ENGINE_HALF_DISC_H
#define SPC_ENGINE_HALF_DISC_H

#include "engine/status.h"

/* Lengths are in units of lambda, the standard deviation of a step.  z moves
 * on to stay z + shift + x, and signals beyond the radius. */
struct spc_half_disc {
    double stay;   /* 1 - lambda */
    double radius; /* of z at the limit */
    double shift;  /* Mahalanobis distance, 0 or more */
    unsigned p;    /* 2 or more */
};

/* Where z is found when the shift comes: in every direction alike, and at a
 * distance from the centre with this density, of which a multiple will do. */
struct spc_half_disc_start {
    double (*density)(const void *of, double distance);
    const void *of;
};

/* `start` NULL: at the centre.  Good to 1e-8 where it answers.  SPC_NO_MEMORY;
 * SPC_NO_CONVERGENCE: two grids do not agree, or lambda so small that the grid
 * would be huge (a radius beyond 40; of a run length beyond a million, 16). */
SPC_MUST_CHECK
enum spc_status spc_half_disc_length(const struct spc_half_disc *walk,
                                     const struct spc_half_disc_start *start,
                                     double *ret_length);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run length of a MEWMA chart after a shift, soon enough to search with.
 *
 * What spc_mewma_run_length answers (engine/run_length.h), by another road.
 * Two numbers matter: `along`, the part of z in the direction of the shift, and
 * `across`, the length of the rest.  They lie in a half disc and move on
 * independently of each other, so that
 *
 *     L(along, across) = 1 + sum over rows of across' of
 *                        g(across' | across)  J(along; across'),
 *     J(along; across') = integral along the row of h(along' | along) L.
 *
 * J is smooth in `along` and is kept at Chebyshev points common to all rows;
 * what would be a matrix of all places by all places becomes three thin ones,
 * and the equation is solved without ever forming it (engine/residual.h).  In
 * control the figure is that of one dimension (Rigdon, J. Statistical
 * Computation and Simulation 52, 1995). */
#ifndef SPC_ENGINE_MEWMA_SHIFT_H
#define SPC_ENGINE_MEWMA_SHIFT_H

#include "engine/run_length.h"

/* Good to 1e-8 where it answers.  SPC_NO_MEMORY; SPC_NO_CONVERGENCE: two grids
 * do not agree, or lambda so small that the grid would be huge. */
SPC_MUST_CHECK
enum spc_status spc_mewma_shifted_run_length(
    const struct spc_mewma_design *design, double shift, double *ret_length);

#endif

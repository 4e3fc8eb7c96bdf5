/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Solves x - A x = 1 for an A that is known only by what it makes of x.
 *
 * Of all sums of the directions 1, A 1, A A 1, ... the one that leaves the
 * least is taken, with as many directions as it needs (generalised minimal
 * residuals; Saad and Schultz, SIAM J. Scientific and Statistical Computing 7,
 * 1986).  With A the probabilities of going from state to state without a
 * signal, x is the run length from each. */
#ifndef SPC_ENGINE_RESIDUAL_H
#define SPC_ENGINE_RESIDUAL_H

#include "engine/status.h"

#include <gsl/gsl_vector.h>

typedef void spc_residual_operator(const void *of, const gsl_vector *x,
                                   gsl_vector *ret_y);

/* Until what is left is 2e-14 of x.  SPC_NO_MEMORY; SPC_NO_CONVERGENCE: more
 * than 200 directions. */
SPC_MUST_CHECK
enum spc_status spc_residual_solve(spc_residual_operator *operate,
                                   const void *of, gsl_vector *ret_x);

#endif

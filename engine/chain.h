/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long until run rules signal, on average, for points that are
 * independent and fall into bands with given probabilities?
 *
 * The table says to which state a point in each band leads, or that it
 * signals.  States that remember the band of the last point distinguish lower
 * from higher points within it: there the place u of the point in its band is
 * integrated over, which needs no distribution since u is uniform.  With
 *
 *     e_t(state, u)  the probability of no signal in t points, and
 *     d_t            that of the signal at the next one, both from there,
 *
 * the run length is the sum of all e_t.  Both follow from e_0 = 1 by one
 * recursion without a subtraction of like numbers, and since what remains at
 * any t lies between e_t / max(d_t / e_t) and e_t / min(d_t / e_t), the sum
 * stops as soon as these bounds agree: the extremes of the hazard bracket its
 * limit as Collatz and Wielandt's quotients do.
 *
 * In the steady state the run length L is the limit of K^t L / K^t 1, where K
 * takes a function to its mean after one point that did not signal: from any
 * start, that is the mean of L over those that have gone on.  Its least and
 * greatest value over all states bracket the limit and close. */
#ifndef SPC_ENGINE_CHAIN_H
#define SPC_ENGINE_CHAIN_H

#include "engine/status.h"

#include <stddef.h>
#include <stdint.h>

enum { SPC_CHAIN_BANDS = 8 };

/* `next` has SPC_CHAIN_BANDS + 1 entries a state: after a point in each band,
 * and, last, after a higher point in the same band as the one before.
 * UINT32_MAX is a signal.  State 0 is the start. */
struct spc_chain {
    size_t states;
    const uint32_t (*next)[SPC_CHAIN_BANDS + 1];
    const uint8_t *band; /* of the last point, or SPC_CHAIN_BANDS */
    double probability[SPC_CHAIN_BANDS];
};

/* The probabilities of the bands of a normal point `shift` away from the
 * centre, whose lines lie at multiples of `width` / 3 and at the centre. */
void spc_chain_normal(double width, double shift,
                      double ret_probability[SPC_CHAIN_BANDS]);

/* SPC_NO_MEMORY; SPC_NO_CONVERGENCE: no rule can ever signal, or hardly. */
SPC_MUST_CHECK
enum spc_status spc_chain_run_length(const struct spc_chain *chain,
                                     double *ret_length);

/* The same from where a chain is found that has had points of these
 * probabilities for long and has not signalled. */
SPC_MUST_CHECK
enum spc_status spc_chain_steady_run_length(
    const struct spc_chain *chain, const double until_now[SPC_CHAIN_BANDS],
    double *ret_length);

#endif

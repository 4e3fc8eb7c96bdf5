/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything a chart's history can be, as far as its rules will ever ask.
 *
 * A point falls into one of eight bands between the zone lines, or on one of
 * two sides of the point before when that lies in the same band.  Pushing one
 * such point after another into the very history the line runs, and judging
 * it by the very rules, finds every history that differs in what may come of
 * it, breadth first.  A mark is forgotten as soon as no rule can come to hold
 * with its help, which keeps the histories few: 8 in a row above the centre
 * have 8, not 2^7.
 *
 * What comes out is the table of a Markov chain (Champ and Woodall,
 * Technometrics 29, 1987), exact but for the place of the last point within
 * its band, which trend rules ask about and engine/chain.h integrates over. */
#ifndef SPC_RULES_CHAIN_H
#define SPC_RULES_CHAIN_H

#include "rules/ruleset.h"

enum {
    SPC_BANDS = 2 * SPC_EDGES,       /* from below three sigma to above it */
    SPC_CHAIN_STEPS = 1 + SPC_BANDS, /* bands; the last: see `next` */
};

/* The caller's arrays have `room` entries each, `slots` twice as many. */
struct spc_rule_chain {
    size_t room;
    size_t count; /* histories found; 0 is that of a chart without points */
    struct spc_history *histories;
    uint32_t *slots; /* where a history is found by its hash */

    /* The history after a point in each band, SPC_NONE when a rule then
     * holds.  In the band of the last point, if that is remembered, this is
     * after a lower point, and the step SPC_BANDS after a higher one. */
    uint32_t (*next)[SPC_CHAIN_STEPS];
    uint8_t *band; /* of the last point; SPC_BANDS when it does not matter */
};

/* False when there are more histories than room. */
__attribute__((warn_unused_result)) bool spc_rule_chain_explore(
    spc_rule_mask selected, struct spc_rule_chain *chain);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the last 64 points did, one bit per point and question.
 *
 * Each mark is a yes-or-no question about a plotted point.  Its trail is a
 * shift register of the answers, newest in bit 0, so that any run rule becomes
 * a mask and a population count.  A point not yet seen has no mark set, which
 * is why the negative question, "inside one sigma", is a mark of its own and
 * not the complement of another. */
#ifndef SPC_RULES_HISTORY_H
#define SPC_RULES_HISTORY_H

#include "engine/types.h"

enum spc_mark {
    SPC_ABOVE_CENTRE, /* the next three follow in edge order */
    SPC_ABOVE_1,
    SPC_ABOVE_2,
    SPC_ABOVE_3,
    SPC_BELOW_CENTRE, /* likewise */
    SPC_BELOW_1,
    SPC_BELOW_2,
    SPC_BELOW_3,
    SPC_INSIDE_1,  /* within one sigma of the centre line, or on the edge */
    SPC_OUTSIDE_1, /* beyond it, on either side */
    SPC_RISING,    /* greater than the point before */
    SPC_FALLING,   /* less than the point before */
    SPC_TURNING,   /* rising after a fall, or falling after a rise */
    SPC_MARKS
};

enum { SPC_HISTORY_POINTS = 64 };

/* Treat as opaque: the definition is here so that streams can hold one by
 * value and a plant of ten thousand streams is one array. */
struct spc_history {
    uint64_t trail[SPC_MARKS];
    double previous; /* NaN: none */
};

/* Forgets everything, as after a change of tool or of limits. */
void spc_history_clear(struct spc_history *history);

/* Answers every question about a point and moves it in.  The zones may differ
 * from point to point (unequal subgroup sizes).  A value is never NaN: what has
 * no value is a gap. */
void spc_history_push(struct spc_history *history,
                      const struct spc_zones *zones, double value);

/* A place on the chart with no value: runs end here and the next point has
 * nothing to rise or fall from.  Same as forgetting. */
void spc_history_gap(struct spc_history *history);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trails of the marks.  See history.h. */
#include "rules/history.h"

#include <assert.h>
#include <math.h>

static uint32_t bit(unsigned mark, bool set)
{
    return (uint32_t)set << mark;
}

/* Answers every question about one point. */
static uint32_t marks_of(const struct spc_history *history,
                         const struct spc_zones *zones, double value)
{
    uint32_t marks = 0;

    /* Strictly beyond: a point on a line has not crossed it. */
    for (unsigned i = 0; i < SPC_EDGES; i++) {
        marks |= bit(SPC_ABOVE_CENTRE + i, value > zones->upper[i]);
        marks |= bit(SPC_BELOW_CENTRE + i, value < zones->lower[i]);
    }

    bool outside = value > zones->upper[1] || value < zones->lower[1];
    marks |= bit(SPC_OUTSIDE_1, outside);
    marks |= bit(SPC_INSIDE_1, !outside);

    /* Before the first point, previous is NaN and both comparisons are false,
     * which is the answer we want. */
    bool rising = value > history->previous;
    bool falling = value < history->previous;
    bool rose = history->trail[SPC_RISING] & 1;
    bool fell = history->trail[SPC_FALLING] & 1;
    marks |= bit(SPC_RISING, rising);
    marks |= bit(SPC_FALLING, falling);
    marks |= bit(SPC_TURNING, (rising && fell) || (falling && rose));

    return marks;
}

void spc_history_clear(struct spc_history *history)
{
    *history = (struct spc_history){.previous = (double)NAN};
}

void spc_history_push(struct spc_history *history,
                      const struct spc_zones *zones, double value)
{
    assert(!isnan(value));

    uint32_t marks = marks_of(history, zones, value);

    for (unsigned m = 0; m < SPC_MARKS; m++)
        history->trail[m] = history->trail[m] << 1 | (marks >> m & 1);
    history->previous = value;
}

void spc_history_gap(struct spc_history *history)
{
    spc_history_clear(history);
}

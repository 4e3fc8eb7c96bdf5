/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of an alarm: one episode of one stream and one rule group.
 *
 *               signal (a new episode)
 *     NORMAL -----------------------------> UNACK <-+ signal (updated)
 *      ^  ^                                 |   |  -+
 *      |  |                  acknowledged   |   | quiet run (returned)
 *      |  |                                 v   |
 *      |  +---- quiet run (returned) ---- ACK   |     ACK: signal (updated)
 *      |                                        v
 *      +----- acknowledged ---------------- RTN_UNACK
 *                                               |
 *             UNACK <---------------------------+ signal (a new episode)
 *
 * A rule that stays true updates the episode and never raises it again; a run
 * of `return_after` points without a signal returns it.  A signal after the
 * return is a new episode.  Resetting (limits superseded, stream reshaped)
 * closes it from any state.  States as in ISA-18.2 / IEC 62682.
 *
 * An alarm that nobody acknowledged before it returned is told once more by
 * its state, RTN_UNACK; an acknowledged one returns to NORMAL by itself. */
#ifndef SPC_RULES_ALARM_H
#define SPC_RULES_ALARM_H

#include "engine/types.h"
#include "rules/event.h"

enum spc_alarm_input {
    SPC_ALARM_SIGNAL,      /* a rule of the group holds at this point */
    SPC_ALARM_QUIET,       /* a point came and none does */
    SPC_ALARM_ACKNOWLEDGE, /* a person has seen it */
    SPC_ALARM_RESET,       /* its limits are gone */
    SPC_ALARM_INPUTS
};

/* All zero is NORMAL and never raised. */
struct spc_alarm {
    uint32_t state;       /* enum spc_alarm_state */
    uint32_t episode;     /* 1, 2, ... */
    uint32_t quiet;       /* points without a signal, in a row */
    uint32_t signals;     /* points with one, in this episode */
    uint64_t since_index; /* the point that raised it */
    spc_nanos since;
    struct spc_event_point first; /* suspect point of the episode; the caller's
                                     to fill in, index 0: none known */
};

/* Moves the alarm on and says what happened, or SPC_NO_ACTION.  `index` and
 * `time` are those of the point; they are kept when an episode begins.
 * `return_after` is at least 1.  An acknowledgement is no point: it neither
 * lengthens nor breaks a run of quiet ones. */
enum spc_event_action spc_alarm_step(struct spc_alarm *alarm,
                                     enum spc_alarm_input input,
                                     uint32_t return_after, uint64_t index,
                                     spc_nanos time);

/* True while it needs somebody: raised and not yet returned and seen. */
bool spc_alarm_active(const struct spc_alarm *alarm);

#endif

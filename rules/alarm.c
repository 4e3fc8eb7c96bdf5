/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of an alarm, as a table.  See alarm.h. */
#include "rules/alarm.h"

#include <assert.h>

struct move {
    enum spc_alarm_state next;
    enum spc_event_action action;
};

#define STAY(state) [SPC_ALARM_##state] = {SPC_ALARM_##state, SPC_NO_ACTION}

/* clang-format off */
static const struct move moves[SPC_ALARM_INPUTS][SPC_ALARM_STATES] = {
    [SPC_ALARM_SIGNAL] = {
        [SPC_ALARM_NORMAL]    = {SPC_ALARM_UNACK,     SPC_RAISED},
        [SPC_ALARM_UNACK]     = {SPC_ALARM_UNACK,     SPC_UPDATED},
        [SPC_ALARM_ACK]       = {SPC_ALARM_ACK,       SPC_UPDATED},
        [SPC_ALARM_RTN_UNACK] = {SPC_ALARM_UNACK,     SPC_RAISED},
    },
    /* Reached only at the end of a quiet run. */
    [SPC_ALARM_QUIET] = {
        STAY(NORMAL),
        [SPC_ALARM_UNACK]     = {SPC_ALARM_RTN_UNACK, SPC_RETURNED},
        [SPC_ALARM_ACK]       = {SPC_ALARM_NORMAL,    SPC_RETURNED},
        STAY(RTN_UNACK),
    },
    [SPC_ALARM_ACKNOWLEDGE] = {
        STAY(NORMAL),
        [SPC_ALARM_UNACK]     = {SPC_ALARM_ACK,       SPC_ACKNOWLEDGED},
        STAY(ACK),
        [SPC_ALARM_RTN_UNACK] = {SPC_ALARM_NORMAL,    SPC_ACKNOWLEDGED},
    },
    [SPC_ALARM_RESET] = {
        STAY(NORMAL),
        [SPC_ALARM_UNACK]     = {SPC_ALARM_NORMAL,    SPC_CLOSED},
        [SPC_ALARM_ACK]       = {SPC_ALARM_NORMAL,    SPC_CLOSED},
        [SPC_ALARM_RTN_UNACK] = {SPC_ALARM_NORMAL,    SPC_CLOSED},
    },
};
/* clang-format on */

static void begin_episode(struct spc_alarm *alarm, uint64_t index,
                          spc_nanos time)
{
    alarm->episode++;
    alarm->signals = 0;
    alarm->since_index = index;
    alarm->since = time;
    alarm->first = (struct spc_event_point){0};
}

/* True when a point without a signal ends a quiet run.  Only an alarm that
 * has not returned counts, so the counter is bounded by return_after. */
static bool ends_quiet_run(struct spc_alarm *alarm, uint32_t return_after)
{
    if (alarm->state != SPC_ALARM_UNACK && alarm->state != SPC_ALARM_ACK)
        return false;
    alarm->quiet++;
    return alarm->quiet >= return_after;
}

enum spc_event_action spc_alarm_step(struct spc_alarm *alarm,
                                     enum spc_alarm_input input,
                                     uint32_t return_after, uint64_t index,
                                     spc_nanos time)
{
    assert((unsigned)input < SPC_ALARM_INPUTS);
    assert(alarm->state < SPC_ALARM_STATES);
    assert(return_after >= 1);

    if (input == SPC_ALARM_QUIET && !ends_quiet_run(alarm, return_after))
        return SPC_NO_ACTION;

    struct move move = moves[input][alarm->state];

    if (move.action == SPC_RAISED)
        begin_episode(alarm, index, time);
    if (input == SPC_ALARM_SIGNAL)
        alarm->signals++;
    /* An acknowledgement is no point: it neither lengthens nor breaks a run
     * of quiet ones. */
    if (input != SPC_ALARM_ACKNOWLEDGE)
        alarm->quiet = 0;
    alarm->state = move.next;
    return move.action;
}

bool spc_alarm_active(const struct spc_alarm *alarm)
{
    return alarm->state != SPC_ALARM_NORMAL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to ask whom.  Pure; times are on any clock that never steps. */
#ifndef SPC_ADAPTERS_MODBUS_SCHEDULE_H
#define SPC_ADAPTERS_MODBUS_SCHEDULE_H

#include "engine/types.h"

/* A poll has absolute deadlines, one period apart from its start.  A deadline
 * that passed while the link was busy is skipped and counted, never made up
 * for: a slow device gets fewer polls, not a queue of them. */
struct spc_pace {
    spc_nanos due, period;
};

/* The poll due was served at `now`; the next is due in the future.  Returns
 * how many were skipped. */
uint64_t spc_pace_served(struct spc_pace *pace, spc_nanos now);

/* A unit that is silent poll after poll is dead: it is asked once in a long
 * while only, so that it does not cost its neighbours on the link their turn.
 * All zero is the start: alive. */
struct spc_health {
    bool dead;
    unsigned failures; /* polls without an answer, in a row */
    spc_nanos retry_at;
};

struct spc_health_rule {
    unsigned dead_after;
    spc_nanos dead_retry;
};

/* May the unit be asked now? */
bool spc_health_may_ask(const struct spc_health *health, spc_nanos now);

void spc_health_answered(struct spc_health *health);
void spc_health_silent(struct spc_health *health,
                       const struct spc_health_rule *rule, spc_nanos now);

/* The gateway itself says that the unit is not there. */
void spc_health_absent(struct spc_health *health,
                       const struct spc_health_rule *rule, spc_nanos now);

#endif

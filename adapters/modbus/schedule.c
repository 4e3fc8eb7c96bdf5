/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapters/modbus/schedule.h"

#include <assert.h>

uint64_t spc_pace_served(struct spc_pace *pace, spc_nanos now)
{
    assert(pace->period > 0);

    pace->due += pace->period;
    if (pace->due > now)
        return 0;

    /* A deadline that falls on `now` has passed as well. */
    spc_nanos missed = (now - pace->due) / pace->period + 1;
    pace->due += missed * pace->period;
    return (uint64_t)missed;
}

bool spc_health_may_ask(const struct spc_health *health, spc_nanos now)
{
    return !health->dead || now >= health->retry_at;
}

void spc_health_answered(struct spc_health *health)
{
    *health = (struct spc_health){0};
}

void spc_health_absent(struct spc_health *health,
                       const struct spc_health_rule *rule, spc_nanos now)
{
    health->failures++;
    health->dead = true;
    health->retry_at = now + rule->dead_retry;
}

void spc_health_silent(struct spc_health *health,
                       const struct spc_health_rule *rule, spc_nanos now)
{
    if (health->dead || health->failures + 1 >= rule->dead_after)
        spc_health_absent(health, rule, now);
    else
        health->failures++;
}

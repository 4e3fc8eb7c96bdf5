/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapters/modbus/news.h"

#include <stdio.h>

static void change(struct spc_condition *condition, enum spc_news now,
                   spc_nanos time, const char *detail)
{
    condition->now = now;
    condition->since = time;
    snprintf(condition->detail, sizeof condition->detail, "%s", detail);
}

void spc_condition_good(struct spc_condition *condition, spc_nanos time,
                        const char *detail)
{
    if (condition->now != SPC_NEWS_GOOD)
        change(condition, SPC_NEWS_GOOD, time, detail);
}

void spc_condition_bad(struct spc_condition *condition, spc_nanos time,
                       enum spc_event_action action, const char *detail)
{
    if (condition->now == SPC_NEWS_BAD)
        return;
    condition->bad = action;
    change(condition, SPC_NEWS_BAD, time, detail);
}

bool spc_condition_tell(struct spc_condition *condition,
                        struct spc_arrivals *arrivals)
{
    if (condition->now == condition->told)
        return true;

    struct spc_event event = {
        .kind = SPC_EVENT_LINK,
        .action =
            condition->now == SPC_NEWS_BAD ? condition->bad : condition->good,
        .time = condition->since,
        .link = condition->link,
        .station = condition->station,
        .characteristic = SPC_NONE,
        .stream = SPC_NONE,
    };
    snprintf(event.detail, sizeof event.detail, "%s", condition->detail);
    if (!spc_arrivals_put(arrivals, &event, NULL))
        return false;
    condition->told = condition->now;
    return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be told about a link, a unit or a block, and what has been.
 *
 * A condition is a state and not a list of messages: when the queue is full
 * and the state changes twice, nothing piles up.  What counts is told as soon
 * as there is room, in the order of the things themselves. */
#ifndef SPC_ADAPTERS_MODBUS_NEWS_H
#define SPC_ADAPTERS_MODBUS_NEWS_H

#include "adapters/arrivals.h"

enum spc_news { SPC_NEWS_NONE, SPC_NEWS_GOOD, SPC_NEWS_BAD };

struct spc_condition {
    uint32_t link, station;
    enum spc_event_action good, bad;
    enum spc_news now, told; /* NONE: nothing known, nothing told */
    spc_nanos since;         /* when `now` became so */
    char detail[SPC_DETAIL_TEXT];
};

/* A condition that stays as it is keeps its first time and sentence. */
void spc_condition_good(struct spc_condition *condition, spc_nanos time,
                        const char *detail);
void spc_condition_bad(struct spc_condition *condition, spc_nanos time,
                       enum spc_event_action action, const char *detail);

/* Queues the event if there is something to tell.  False: no room yet. */
bool spc_condition_tell(struct spc_condition *condition,
                        struct spc_arrivals *arrivals);

#endif

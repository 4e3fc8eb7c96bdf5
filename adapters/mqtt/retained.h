/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retained states: the newest payload of each topic, and which of them the
 * broker has yet to be told.
 *
 *              set                 next              answered
 *     (known) ------> waiting ---------> flying ---------------> (known)
 *                        ^                  |
 *                        +---- set again ---+   (sent once more afterwards)
 *
 * Waiting topics form a queue, so that one which changes all the time cannot
 * keep the others from the wire.  A refused payload is not offered again
 * until it changes or the connection is a new one.  A topic, once known,
 * keeps its index; memory grows with the number of topics and the size of
 * their payloads, not with how often they change. */
#ifndef SPC_ADAPTERS_MQTT_RETAINED_H
#define SPC_ADAPTERS_MQTT_RETAINED_H

#include "engine/status.h"
#include "engine/types.h"

struct spc_retained_item {
    char *topic;
    void *payload; /* NULL: known by name only, never sent */
    size_t size, capacity;
    uint32_t next; /* in the queue, or SPC_NONE */
    bool waiting, flying, refused;
};

/* All zero is an empty table, except for the queue: use _init. */
struct spc_retained {
    struct spc_retained_item *items;
    uint32_t count, capacity;
    uint32_t *buckets; /* open addressing; SPC_NONE: empty */
    uint32_t bucket_count;
    uint32_t first, last; /* of the queue */
};

void spc_retained_init(struct spc_retained *retained);
void spc_retained_clear(struct spc_retained *retained);

/* Makes the topic known without a payload.  False: no memory. */
SPC_MUST_CHECK
bool spc_retained_name(struct spc_retained *retained, const char *topic);

/* Copies the newest payload and queues the topic.  False: no memory, and the
 * payload from before stays. */
SPC_MUST_CHECK
bool spc_retained_set(struct spc_retained *retained, const char *topic,
                      const void *payload, size_t size);

/* The index of the topic that has waited longest, or SPC_NONE. */
uint32_t spc_retained_first(struct spc_retained *retained);

/* The first one was handed over: it leaves the queue and flies. */
void spc_retained_sent(struct spc_retained *retained);

/* What became of a flying one. */
void spc_retained_answered(struct spc_retained *retained, uint32_t index,
                           bool refused);

/* On a new connection: nothing flies, refusals are forgotten, every topic
 * waits, in the order in which the topics became known. */
void spc_retained_resend(struct spc_retained *retained);

#endif

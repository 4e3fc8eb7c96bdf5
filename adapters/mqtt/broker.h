/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection after the other to one broker: everything that is Paho.
 *
 * Each dial makes a client of its own and hang-up destroys it.  Destroy runs
 * under the mutex under which Paho calls back, so the old client is silent
 * afterwards.  A second client that never dials, the anchor, keeps Paho's two
 * threads alive in between; without it every hang-up would wait for them to
 * end.
 *
 * Nothing here waits for the broker.  What it says arrives in the mailbox. */
#ifndef SPC_ADAPTERS_MQTT_BROKER_H
#define SPC_ADAPTERS_MQTT_BROKER_H

#include "adapters/mqtt/mailbox.h"
#include "adapters/mqtt/mqtt.h"

struct spc_broker;

/* One message, QoS 1.  `event_id` NULL: a retained state. */
struct spc_publication {
    const char *topic;
    const void *payload;
    size_t size;
    const char *event_id, *schema;
    uint64_t seq;
};

/* The mailbox outlives the connection.  SPC_NO_MEMORY. */
SPC_MUST_CHECK
enum spc_status spc_broker_open(const struct spc_mqtt_settings *settings,
                                struct spc_mailbox *mailbox,
                                struct spc_broker **ret_connection);

/* Starts a connect of a new generation; up or down comes later.  False: it
 * could not even be started. */
SPC_MUST_CHECK
bool spc_broker_dial(struct spc_broker *connection);

/* Destroys the client, if any, whatever state it is in, and empties the
 * mailbox. */
void spc_broker_hang_up(struct spc_broker *connection);

/* Hands over; the answer comes with the slot.  A message the broker could
 * never take is answered too, without being sent.  False: not now. */
SPC_MUST_CHECK
bool spc_broker_publish(struct spc_broker *connection, uint32_t slot,
                        const struct spc_publication *publication,
                        uint32_t packet_maximum);

/* Starts a DISCONNECT; closed comes later.  False: there is nothing to close.
 * With the will, the broker publishes it, otherwise it forgets it. */
SPC_MUST_CHECK
bool spc_broker_disconnect(struct spc_broker *connection, bool with_will);

/* Ends Paho and frees, and waits for that until `deadline` of the monotonic
 * clock.  False: it is late; the rest, for which the mailbox must stay, is
 * left to the end of the process. */
SPC_MUST_CHECK
bool spc_broker_close(struct spc_broker *connection, spc_nanos deadline);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MQTT publisher: recorded events in order, retained states, a last will.
 *
 * MQTT 5 through Paho's asynchronous client, with a connect loop and a window
 * of our own and no Paho persistence: what must not be lost is in the
 * historian's outbox.  At most `window` messages (and fewer than the broker's
 * Receive Maximum) are in flight.  After a lost connection everything not
 * acknowledged is offered again by the loop, from the lowest pending seq, so
 * first occurrences stay in order and duplicates are possible.
 *
 * All functions are called by the loop's thread.  Paho's callbacks only put a
 * word into a ring and wake the loop; no lock of ours is ever held while
 * Paho is called.
 *
 * Every connection has a Paho client of its own.  Paho keeps messages that
 * were handed over but not yet written, and would send them first on the next
 * connection, ahead of older ones whose fate is unknown. */
#ifndef SPC_ADAPTERS_MQTT_H
#define SPC_ADAPTERS_MQTT_H

#include "engine/status.h"
#include "engine/types.h"

enum {
    SPC_MQTT_WINDOW_MAX = 16,
    /* Reason codes of MQTT 5 that this module itself answers with. */
    SPC_MQTT_REFUSED = 0x80, /* this and above: not taken */
    SPC_MQTT_TOPIC_INVALID = 0x90,
    SPC_MQTT_PACKET_TOO_LARGE = 0x95,
};

struct spc_mqtt;

/* Everything is copied. */
struct spc_mqtt_settings {
    const char *host;
    uint16_t port;
    const char *client_id;
    spc_nanos keepalive;      /* whole seconds, at least one */
    uint32_t window;          /* at least one; never more than 16 are used */
    const char *status_topic; /* retained; also the will's topic */
    const char *will_payload; /* "online": false */
    spc_nanos backoff_min, backoff_max;
};

/* What poll tells the loop. */
enum spc_mqtt_news_kind {
    SPC_MQTT_CONNECTED,      /* offer pending rows from the lowest seq */
    SPC_MQTT_LOST,           /* nothing in flight counts any more */
    SPC_MQTT_ANSWERED,       /* the broker answered event `seq` with `reason` */
    SPC_MQTT_STATE_REFUSED,  /* it will not keep the state of `topic` */
    SPC_MQTT_CONNECT_FAILED, /* tried again by itself; `reason` or 0 */
};
struct spc_mqtt_news {
    enum spc_mqtt_news_kind kind;
    uint64_t seq;
    int reason;        /* MQTT 5 reason code; >= 0x80 refused */
    const char *topic; /* STATE_REFUSED only; good until the next call */
};

/* Never waits for the broker.  Removes http_proxy and its kin from the
 * process's environment, which Paho would obey, so call it before threads
 * that read the environment exist; Paho sets SIGPIPE to be ignored.
 * SPC_NO_MEMORY, SPC_CANNOT_OPEN. */
SPC_MUST_CHECK
enum spc_status spc_mqtt_open(const struct spc_mqtt_settings *settings,
                              char *reterr, size_t size,
                              struct spc_mqtt **ret_mqtt);

/* Readable while poll has news. */
int spc_mqtt_descriptor(const struct spc_mqtt *mqtt);

/* Connects when due, sends retained states that wait, and moves up to `room`
 * (at least one) news to `news`.  Call when the descriptor is readable and at
 * least every 100 ms.
 *
 * A broker that keeps the connection open but leaves a message unanswered for
 * two keepalives is left, which is news LOST; so is one whose ping stays away.
 */
size_t spc_mqtt_poll(struct spc_mqtt *mqtt, spc_nanos now,
                     struct spc_mqtt_news *news, size_t room);

/* How many events the window still takes; 0 while not connected. */
unsigned spc_mqtt_room(const struct spc_mqtt *mqtt);

/* Publishes a recorded event, QoS 1, not retained, with the user properties
 * schema, event_id and seq.  False when it could not be handed over: offer it
 * again later.  One the broker can never take (larger than its Maximum Packet
 * Size, a topic that is not UTF-8 or has wildcards) is answered by poll with
 * the reason the broker would give, since sending it would only end the
 * connection, again and again. */
bool spc_mqtt_event(struct spc_mqtt *mqtt, uint64_t seq, const char *event_id,
                    const char *schema, const char *topic, const void *payload,
                    size_t size);

/* Sets the retained state of a topic, QoS 1.  Only the newest payload of each
 * topic is kept; it goes out when the window has room, after events (the
 * status topic before all others), and again after every reconnect.  Copies
 * both.  A refused state is offered again when its payload changes or the
 * connection is a new one.  Without memory the payload from before stays. */
void spc_mqtt_retain(struct spc_mqtt *mqtt, const char *topic,
                     const void *payload, size_t size);

bool spc_mqtt_connected(const struct spc_mqtt *mqtt);

/* States refused since open. */
uint64_t spc_mqtt_states_refused(const struct spc_mqtt *mqtt);

/* Publishes `last_status` (or nothing, when NULL) retained if connected,
 * disconnects and frees; gives up waiting at `patience`, so a hung broker
 * cannot hold up the exit.  When the status was not acknowledged, the
 * disconnect asks for the will instead.  Paho's own end is waited for in a
 * thread; if that is late too, the thread and its memory are left to the end
 * of the process. */
void spc_mqtt_close(struct spc_mqtt *mqtt, const char *last_status,
                    spc_nanos patience);

#endif

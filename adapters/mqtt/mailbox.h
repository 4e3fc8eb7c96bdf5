/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailbox between Paho's threads and the loop.
 *
 *     Paho's threads --- word, eventfd ---> mailbox <--- take --- loop
 *
 * What a callback gets is a ticket: a slot and a generation, which is the
 * number of the connection.  A word whose generation is not the mailbox's is
 * thrown away, so nothing an old connection still has to say is counted for
 * the new one.  A ticket speaks once each time it is issued, hence the ring
 * can hold all there is to say and never overflows; about the connection
 * itself only the latest is kept.
 *
 * The lock is held while a word is put or taken and never longer; nothing of
 * Paho's is called under it. */
#ifndef SPC_ADAPTERS_MQTT_MAILBOX_H
#define SPC_ADAPTERS_MQTT_MAILBOX_H

#include "adapters/mqtt/mqtt.h"
#include "engine/status.h"
#include "engine/types.h"

#include <pthread.h>

enum {
    SPC_MAILBOX_SLOTS = SPC_MQTT_WINDOW_MAX + 1, /* and the last status */
    SPC_MAILBOX_CONNECTION = SPC_MAILBOX_SLOTS,  /* ticket of no slot */
    SPC_MAILBOX_GENERATIONS = 4, /* rows; one could be alive, one ending */
};

struct spc_mailbox;

struct spc_ticket {
    struct spc_mailbox *mailbox;
    uint32_t generation, slot;
    bool spoken;
};

struct spc_answer {
    uint32_t slot;
    int reason;
};

/* What the broker can take, from its CONNACK. */
struct spc_broker_limits {
    uint32_t receive_maximum, packet_maximum;
};

struct spc_mailbox {
    pthread_mutex_t mutex;
    int descriptor; /* eventfd */
    uint32_t generation;
    bool up, down, closed;
    int refusal;                     /* with `down`, or 0 */
    struct spc_broker_limits limits; /* with `up` */
    uint32_t first, count;           /* of the ring */
    struct spc_answer answers[SPC_MAILBOX_SLOTS];
    struct spc_ticket tickets[SPC_MAILBOX_GENERATIONS][SPC_MAILBOX_SLOTS + 1];
};

/* False: no descriptor, errno says why; nothing to clear then. */
SPC_MUST_CHECK
bool spc_mailbox_init(struct spc_mailbox *mailbox);
void spc_mailbox_clear(struct spc_mailbox *mailbox);

/* ---- the loop ---------------------------------------------------------- */

/* Empties the mailbox; from here on only a new generation is listened to. */
void spc_mailbox_next_generation(struct spc_mailbox *mailbox);

/* A ticket of this generation; it may speak (again). */
struct spc_ticket *spc_mailbox_issue(struct spc_mailbox *mailbox,
                                     uint32_t slot);

bool spc_mailbox_take_up(struct spc_mailbox *mailbox,
                         struct spc_broker_limits *ret_limits);
bool spc_mailbox_take_answer(struct spc_mailbox *mailbox,
                             struct spc_answer *ret_answer);
bool spc_mailbox_take_down(struct spc_mailbox *mailbox, int *ret_refusal);
bool spc_mailbox_take_closed(struct spc_mailbox *mailbox);

/* Makes the descriptor readable; not readable. */
void spc_mailbox_wake(struct spc_mailbox *mailbox);
void spc_mailbox_hush(struct spc_mailbox *mailbox);

/* ---- any thread -------------------------------------------------------- */

void spc_ticket_up(struct spc_ticket *ticket, struct spc_broker_limits limits);
void spc_ticket_down(struct spc_ticket *ticket, int refusal);
void spc_ticket_closed(struct spc_ticket *ticket);
void spc_ticket_answer(struct spc_ticket *ticket, int reason);

#endif

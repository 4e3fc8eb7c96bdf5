/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publishing: what is recorded goes out, in order of seq, and the retained
 * states follow.
 *
 * Nothing here is asked before the historian has committed.  Pending rows are
 * read back from the outbox, so the order and the contents are those of the
 * record whatever happened in between. */
#ifndef SPC_PROGRAMS_PUBLISH_H
#define SPC_PROGRAMS_PUBLISH_H

#include "adapters/mqtt/mqtt.h"
#include "programs/turn.h"

struct spc_publisher;

/* `mqtt` may be NULL: events are then recorded and wait in the outbox. */
SPC_MUST_CHECK
enum spc_status spc_publisher_open(struct spc_wiring *wiring,
                                   struct spc_historian *historian,
                                   struct spc_mqtt *mqtt,
                                   struct spc_publisher **ret_publisher);
void spc_publisher_close(struct spc_publisher *publisher);

/* Takes the broker's news into the turn: answers become deliveries, the first
 * refusal of a connection becomes an event.  `steady` is a monotonic time. */
void spc_publisher_poll(struct spc_publisher *publisher,
                        struct spc_turn_book *turn, spc_nanos now,
                        spc_nanos steady);

/* After a turn was recorded: its alarm states and link states. */
void spc_publisher_recorded(struct spc_publisher *publisher,
                            const struct spc_turn_book *turn,
                            const struct spc_source *source, spc_nanos now);

/* Offers pending events while the window has room, and the turn for their
 * answers. */
void spc_publisher_offer(struct spc_publisher *publisher,
                         const struct spc_turn_book *turn);

/* Whether recorded events still wait for the broker's answer. */
bool spc_publisher_busy(const struct spc_publisher *publisher);

/* Chart and capability states of streams that have changed, no more often
 * than the plant file says; link states; the gateway's status. */
void spc_publisher_states(struct spc_publisher *publisher,
                          const struct spc_source *source, const char *trouble,
                          spc_nanos now, spc_nanos steady);

/* The gateway's status as one payload, to be freed; NULL: no memory. */
char *spc_publisher_status(const struct spc_wiring *wiring,
                           struct spc_historian *historian, bool online,
                           const char *trouble, spc_nanos now,
                           char **ret_topic);

#endif

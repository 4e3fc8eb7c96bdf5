/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a connection to a PLC, as a pure state machine.
 *
 *              should_dial            connected
 *     DOWN ----------------> CONNECTING ----------------> UP
 *      ^                         |                        |
 *      |                         | lost                   | lost
 *      | should_dial             v                        |
 *      +----------------- BACKOFF <-----------------------+
 *
 * The link owns the socket; the session only says when to dial, one attempt at
 * a time.  A connection counts as good once something answered on it.  A good
 * one that breaks is dialled again at once (PLCs close idle connections), but
 * never more often than once in the shortest backoff; one that never answered
 * is a failure like a refused dial, and waits twice as long each time.
 *
 * Time is an argument, so that a test can live through a day of outages. */
#ifndef SPC_ADAPTERS_MODBUS_SESSION_H
#define SPC_ADAPTERS_MODBUS_SESSION_H

#include "engine/types.h"

enum spc_session_state {
    SPC_SESSION_DOWN,
    SPC_SESSION_CONNECTING,
    SPC_SESSION_UP,
    SPC_SESSION_BACKOFF
};

struct spc_backoff {
    spc_nanos min, max;
    double jitter; /* the share of a delay that chance may take away, 0..1 */
    uint64_t seed; /* different for each link, so that they do not dial in
                      step after a power cut */
};

/* All zero is the start: down, dial at once. */
struct spc_session {
    enum spc_session_state state;
    bool answered;        /* since it came up */
    unsigned failures;    /* in a row */
    spc_nanos dialled;    /* when last */
    spc_nanos not_before; /* when down: no dialling earlier than this */
};

/* True when the link should dial now; the session is then CONNECTING. */
bool spc_session_should_dial(struct spc_session *session, spc_nanos now);

void spc_session_connected(struct spc_session *session);
void spc_session_answered(struct spc_session *session);

/* The dial failed, or the connection broke. */
void spc_session_lost(struct spc_session *session,
                      const struct spc_backoff *backoff, spc_nanos now);

/* The wait after that many failures in a row: min, twice min, ... at most
 * max, less what chance takes.  The same arguments give the same wait. */
spc_nanos spc_backoff_delay(const struct spc_backoff *backoff,
                            unsigned failures, spc_nanos now);

#endif

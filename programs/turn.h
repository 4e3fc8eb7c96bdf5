/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A turn of the loop: everything one batch of arrivals caused, collected,
 * worded and recorded as one transaction.
 *
 * A turn that cannot be recorded (the disk is full) is kept as it is and
 * tried again; until then nothing more is folded and nothing of it is
 * published. */
#ifndef SPC_PROGRAMS_TURN_H
#define SPC_PROGRAMS_TURN_H

#include "programs/wire.h"

enum {
    SPC_TURN_SAMPLES = 256,
    SPC_TURN_POINTS = 4096,
    SPC_TURN_EVENTS = SPC_OUTCOME_EVENTS + 128,
    SPC_TURN_SPARE = 16, /* events that no arrival fills: the gateway's own */
    SPC_TURN_STREAMS = 4096,
    SPC_TURN_DELIVERIES = 256,
    SPC_TURN_COMMANDS = 16,
};

struct spc_turn_book {
    struct spc_wiring *wiring;
    struct spc_historian *historian;

    struct spc_sample samples[SPC_TURN_SAMPLES];
    struct spc_point_row points[SPC_TURN_POINTS];
    struct spc_event events[SPC_TURN_EVENTS];
    uint32_t streams[SPC_TURN_STREAMS]; /* changed, by index, each once */
    struct spc_delivery deliveries[SPC_TURN_DELIVERIES];
    uint64_t commands[SPC_TURN_COMMANDS];
    size_t sample_count, point_count, event_count, stream_count, delivery_count,
        command_count;
    bool *changed; /* of each stream of the pipeline */

    /* What record makes of it. */
    struct spc_message messages[SPC_TURN_EVENTS];
    struct spc_event_row event_rows[SPC_TURN_EVENTS];
    struct spc_limits_row limits_rows[SPC_TURN_EVENTS];
    struct spc_state_row state_rows[SPC_TURN_STREAMS];
    char names[SPC_TURN_STREAMS][SPC_STREAM_NAME];
    size_t message_count, limits_count;
};

/* SPC_NO_MEMORY.  Freed with spc_turn_close. */
SPC_MUST_CHECK
enum spc_status spc_turn_open(struct spc_wiring *wiring,
                              struct spc_historian *historian,
                              struct spc_turn_book **ret_turn);
void spc_turn_close(struct spc_turn_book *turn);

/* Whether there is room for one more arrival, whatever it causes. */
bool spc_turn_has_room(const struct spc_turn_book *turn);
bool spc_turn_is_empty(const struct spc_turn_book *turn);

/* Folds a sample in.  One recorded before changes nothing. */
void spc_turn_sample(struct spc_turn_book *turn,
                     const struct spc_sample *sample);

/* A fresh event to fill in: kind, action and time are set, no place is. */
struct spc_event *spc_turn_event(struct spc_turn_book *turn,
                                 enum spc_event_kind kind,
                                 enum spc_event_action action, spc_nanos now);

/* Marks a stream's state for recording. */
void spc_turn_touch(struct spc_turn_book *turn, uint32_t stream);

/* Words the events and commits everything.  On SPC_OK the book still holds
 * what was recorded, for publishing; spc_turn_clear begins the next. */
SPC_MUST_CHECK
enum spc_status spc_turn_record(struct spc_turn_book *turn, spc_nanos now);
void spc_turn_clear(struct spc_turn_book *turn);

/* The stream an event is about, or NULL. */
const struct spc_stream *spc_turn_stream(const struct spc_turn_book *turn,
                                         const struct spc_event *event);

#endif

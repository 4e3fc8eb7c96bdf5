/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the pipeline: one sample on its way through one stream, and the
 * events it leaves behind. */
#ifndef SPC_PROGRAMS_FOLDING_H
#define SPC_PROGRAMS_FOLDING_H

#include "programs/pipeline.h"

/* What a fold works on: one stream, one sample, one outcome. */
struct spc_folding {
    struct spc_pipeline *pipeline;
    const struct spc_characteristic *plan;
    struct spc_stream *stream;
    const struct spc_sample *sample;
    struct spc_outcome *outcome;
};

/* An event about the stream at the time of the sample, to be filled in. */
struct spc_event *spc_tell(struct spc_folding *f, enum spc_event_kind kind,
                           enum spc_event_action action);

/* Sets an event's detail, cut to its room. */
void spc_tell_why(struct spc_event *event, const char *why);

/* Fills in the state of a panel's alarm, judged by `zones`. */
void spc_tell_state(struct spc_event *event, const struct spc_stream *stream,
                    enum spc_panel panel, const struct spc_zones *zones);

/* Lists remembered points: bit 0 of `members` is the newest. */
void spc_tell_points(struct spc_event *event, const struct spc_stream *stream,
                     uint64_t members);

/* Moves a panel's alarm on and tells what happened, if anything did.
 * `holding` are the rows that hold at the newest point. */
void spc_step_alarm(struct spc_folding *f, enum spc_panel panel,
                    enum spc_alarm_input input, const struct spc_zones *zones,
                    spc_rule_mask holding);

/* The limits behind them are gone. */
void spc_close_alarms(struct spc_folding *f);

#endif

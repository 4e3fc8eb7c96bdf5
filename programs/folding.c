/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/folding.h"

#include <assert.h>
#include <string.h>

/* ---- telling ----------------------------------------------------------- */

/* Every event of a fold begins alike. */
struct spc_event *spc_tell(struct spc_folding *f, enum spc_event_kind kind,
                           enum spc_event_action action)
{
    const struct spc_sample *sample = f->sample;

    assert(f->outcome->event_count < SPC_OUTCOME_EVENTS);

    struct spc_event *event = &f->outcome->events[f->outcome->event_count++];

    memset(event, 0, sizeof *event);
    event->kind = kind;
    event->action = action;
    event->time = sample->time;
    event->time_uncertainty = sample->time_uncertainty;
    event->time_source = sample->time_source;
    event->link = SPC_NONE;
    event->station = sample->station;
    event->characteristic = f->plan->index;
    event->stream = f->stream ? f->stream->id : SPC_NONE;
    event->chart = f->plan->chart;
    event->context_count = sample->context_count;
    memcpy(event->context, sample->context, sizeof event->context);
    return event;
}

void spc_tell_why(struct spc_event *event, const char *why)
{
    size_t length = strlen(why);

    if (length >= sizeof event->detail)
        length = sizeof event->detail - 1;
    memcpy(event->detail, why, length);
    event->detail[length] = '\0';
}

/* ---- alarms ------------------------------------------------------------ */

static void fill_signal(struct spc_signal *signal, const struct spc_rule *rule,
                        uint64_t members, uint64_t index)
{
    signal->rule = rule->name;
    signal->text = rule->text;
    signal->text_zh = rule->text_zh;
    signal->side = spc_side_text(rule->side);
    signal->index = index;
    for (uint64_t back = SPC_EVENT_POINTS_MAX; back-- > 0;) {
        if (members >> back & 1)
            signal->points[signal->point_count++] = index - back;
    }
}

void spc_tell_points(struct spc_event *event, const struct spc_stream *stream,
                     uint64_t members)
{
    for (uint64_t back = SPC_EVENT_POINTS_MAX; back-- > 0;) {
        if (!(members >> back & 1) || back >= stream->index)
            continue;

        uint64_t index = stream->index - back;
        const struct spc_memo *memo = &stream->memo[index % SPC_STREAM_POINTS];
        struct spc_event_point *point = &event->points[event->point_count++];

        point->index = index;
        point->value = memo->value[event->panel];
        point->epoch = memo->epoch;
        point->first_counter = memo->first_counter;
        point->last_counter = memo->last_counter;
        point->time = memo->time;
        memcpy(point->part_id, memo->part_id, sizeof point->part_id);
    }
}

void spc_tell_state(struct spc_event *event, const struct spc_stream *stream,
                    enum spc_panel panel, const struct spc_zones *zones)
{
    const struct spc_alarm *alarm = &stream->alarm[panel];

    event->panel = panel;
    event->state = (enum spc_alarm_state)alarm->state;
    event->episode = alarm->episode;
    event->since = alarm->since;
    event->since_index = alarm->since_index;
    event->count = alarm->signals;
    event->limits = stream->limits;
    event->zones = *zones;
}

static void tell_alarm(struct spc_folding *f, enum spc_panel panel,
                       enum spc_event_action action,
                       const struct spc_zones *zones, spc_rule_mask holding)
{
    struct spc_stream *stream = f->stream;
    struct spc_event *event = spc_tell(f, SPC_EVENT_ALARM, action);
    uint64_t members = 1;

    spc_tell_state(event, stream, panel, zones);
    for (unsigned row = 0; row < SPC_RULES; row++) {
        if (!(holding >> row & 1) || event->signal_count == SPC_SIGNALS_MAX)
            continue;

        uint64_t made =
            spc_rule_members(&spc_rules[row], &stream->history[panel]);

        fill_signal(&event->signals[event->signal_count++], &spc_rules[row],
                    made, stream->index);
        members |= made;
    }
    spc_tell_points(event, stream, members);
}

void spc_step_alarm(struct spc_folding *f, enum spc_panel panel,
                    enum spc_alarm_input input, const struct spc_zones *zones,
                    spc_rule_mask holding)
{
    enum spc_event_action action =
        spc_alarm_step(&f->stream->alarm[panel], input, f->plan->return_after,
                       f->stream->index, f->sample->time);

    if (action != SPC_NO_ACTION)
        tell_alarm(f, panel, action, zones, holding);
}

void spc_close_alarms(struct spc_folding *f)
{
    for (int panel = 0; panel < SPC_PANELS; panel++)
        spc_step_alarm(f, (enum spc_panel)panel, SPC_ALARM_RESET,
                       &f->stream->limits.zones[panel], 0);
}

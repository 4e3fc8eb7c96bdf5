/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/folding.h"

#include "programs/chart_type.h"

#include <assert.h>
#include <math.h>
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
    event->shift = (double)NAN;
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

/* Points behind a rule that holds, bit 0 the newest.  A sum, and a rule that
 * only this chart has, says itself how many. */
static uint64_t members_of_rule(const struct spc_folding *f,
                                enum spc_panel panel, unsigned rule)
{
    uint64_t run = f->mark ? f->mark[panel].run : 0;
    bool of_run =
        rule >= SPC_RULES || (run > 0 && isfinite(f->mark[panel].shift));

    if (run > 0 && of_run)
        return UINT64_MAX >> (64 - (run < 64 ? run : 64));
    if (rule >= SPC_RULES)
        return 1;
    return spc_rule_members(&spc_rules[rule], &f->stream->history[panel]);
}

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

struct spc_event_point spc_stream_point(const struct spc_stream *stream,
                                        enum spc_panel panel, uint64_t index)
{
    const struct spc_memo *memo = &stream->memo[index % SPC_STREAM_POINTS];
    struct spc_event_point point = {
        .index = index,
        .value = memo->value[panel],
        .epoch = memo->epoch,
        .first_counter = memo->first_counter,
        .last_counter = memo->last_counter,
        .time = memo->time,
    };

    memcpy(point.part_id, memo->part_id, sizeof point.part_id);
    return point;
}

void spc_tell_points(struct spc_event *event, const struct spc_stream *stream,
                     uint64_t members)
{
    for (uint64_t back = SPC_EVENT_POINTS_MAX; back-- > 0;) {
        if (members >> back & 1 && back < stream->index)
            event->points[event->point_count++] =
                spc_stream_point(stream, event->panel, stream->index - back);
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
    event->suspect = alarm->first;
    event->count = alarm->signals;
    event->limits = stream->limits;
    event->zones = *zones;
}

/* Every point that makes some rule hold now, the newest included. */
static uint64_t members_of(const struct spc_folding *f, enum spc_panel panel,
                           spc_rule_mask holding)
{
    uint64_t members = 1;

    for (unsigned row = 0; row < SPC_CHART_RULES; row++) {
        if (holding >> row & 1)
            members |= members_of_rule(f, panel, row);
    }
    return members;
}

/* What the chart itself says of the point: since when and how far the process
 * has moved, and which variables did it. */
static void tell_cause(const struct spc_folding *f, enum spc_panel panel,
                       struct spc_event *event)
{
    bool by_panel = spc_chart_types[f->plan->chart].data == SPC_DATA_STREAMS;

    if (!f->mark)
        return;
    if (f->mark[panel].run > 0 && isfinite(f->mark[panel].shift)) {
        event->shift = f->mark[panel].shift;
        event->change_index = f->stream->index - f->mark[panel].run + 1;
    }
    for (uint32_t i = 0; i < f->contribution_count; i++)
        if (!by_panel || f->contributions[i].panel == (uint32_t)panel)
            event->contributions[event->contribution_count++] =
                f->contributions[i];
}

/* A run that completes may have begun before the point that raised the alarm:
 * the trouble is then older, and so are the parts to look after. */
static void suspect_from(struct spc_stream *stream, enum spc_panel panel,
                         uint64_t members)
{
    struct spc_event_point *first = &stream->alarm[panel].first;

    for (uint64_t back = SPC_STREAM_POINTS; back-- > 0;) {
        if (!(members >> back & 1) || back >= stream->index)
            continue;
        if (first->index == 0 || stream->index - back < first->index)
            *first = spc_stream_point(stream, panel, stream->index - back);
        return;
    }
}

static void tell_alarm(struct spc_folding *f, enum spc_panel panel,
                       enum spc_event_action action,
                       const struct spc_zones *zones, spc_rule_mask holding)
{
    struct spc_stream *stream = f->stream;
    struct spc_event *event = spc_tell(f, SPC_EVENT_ALARM, action);
    uint64_t members = members_of(f, panel, holding);

    if (holding)
        suspect_from(stream, panel, members);
    spc_tell_state(event, stream, panel, zones);
    if (holding)
        tell_cause(f, panel, event);
    for (unsigned row = 0; row < SPC_CHART_RULES; row++) {
        if (!(holding >> row & 1) || event->signal_count == SPC_SIGNALS_MAX)
            continue;

        struct spc_rule rule =
            spc_chart_rule(&spc_chart_types[f->plan->chart], row);

        fill_signal(&event->signals[event->signal_count++], &rule,
                    members_of_rule(f, panel, row), stream->index);
    }
    spc_tell_points(event, stream, members);
}

static void move_alarm(struct spc_folding *f, enum spc_panel panel,
                       enum spc_alarm_input input,
                       const struct spc_zones *zones, spc_rule_mask holding)
{
    enum spc_event_action action =
        spc_alarm_step(&f->stream->alarm[panel], input, f->plan->return_after,
                       f->stream->index, f->sample->time);

    if (action != SPC_NO_ACTION)
        tell_alarm(f, panel, action, zones, holding);
}

void spc_step_alarm(struct spc_folding *f, enum spc_panel panel,
                    enum spc_alarm_input input, const struct spc_zones *zones,
                    spc_rule_mask holding)
{
    struct spc_alarm *alarm = &f->stream->alarm[panel];

    /* A new episode takes the place of one that returned unseen: that one is
     * closed, so that no alarm is left behind that nobody can acknowledge. */
    if (input == SPC_ALARM_SIGNAL && alarm->state == SPC_ALARM_RTN_UNACK)
        move_alarm(f, panel, SPC_ALARM_RESET, zones, 0);
    move_alarm(f, panel, input, zones, holding);
}

void spc_close_alarms(struct spc_folding *f)
{
    for (int panel = 0; panel < SPC_PANELS; panel++)
        spc_step_alarm(f, (enum spc_panel)panel, SPC_ALARM_RESET,
                       &f->stream->limits.zones[panel], 0);
}

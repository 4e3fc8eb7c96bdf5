/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of events: a head common to all kinds, and a table of what each
 * kind adds. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/message.h"

#include "adapters/mqtt/pieces.h"
#include "adapters/mqtt/sentence.h"
#include "adapters/mqtt/topic.h"

#include <assert.h>
#include <string.h>

/* ---- alarms ------------------------------------------------------------ */

/* The same shape as the signals of `spc chart`. */
static json_t *signal(const struct spc_event *event,
                      const struct spc_signal *signal)
{
    struct spc_paper paper = spc_paper_begin();
    json_t *points = json_array();

    spc_put_text(&paper, "panel", spc_panel_text(event->chart, event->panel));
    spc_put_count(&paper, "index", signal->index);
    spc_put_text(&paper, "rule", signal->rule);
    spc_put_text(&paper, "side", signal->side);
    for (uint32_t i = 0; i < signal->point_count; i++)
        if (json_array_append_new(points, spc_json_count(signal->points[i])))
            paper.failed = true;
    spc_put(&paper, "points", points);
    return spc_paper_end(&paper);
}

static json_t *signals(const struct spc_event *event)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < event->signal_count; i++) {
        if (json_array_append_new(array, signal(event, &event->signals[i]))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *points(const struct spc_event *event)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < event->point_count; i++) {
        if (json_array_append_new(array, spc_json_point(&event->points[i]))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* One end of the affected parts.  A point that is no longer listed leaves its
 * index and time; the part id is that of the point's last part, so it names
 * the first part only where there is but one. */
static json_t *affected_end(uint64_t index, spc_nanos time,
                            const struct spc_event_point *point, bool first)
{
    struct spc_paper paper = spc_paper_begin();
    bool named = point && point->part_id[0] &&
                 (!first || point->first_counter == point->last_counter);

    spc_put_count(&paper, "index", index);
    if (point) {
        spc_put_count(&paper, "counter_epoch", point->epoch);
        spc_put_count(&paper, "counter",
                      first ? point->first_counter : point->last_counter);
    } else {
        spc_put(&paper, "counter_epoch", json_null());
        spc_put(&paper, "counter", json_null());
    }
    spc_put_text(&paper, "part_id", named ? point->part_id : NULL);
    spc_put_time(&paper, "ts", time);
    return spc_paper_end(&paper);
}

/* The parts to look after: from the first suspect one to the newest. */
static json_t *affected(const struct spc_event *event)
{
    struct spc_suspect suspect;

    if (event->point_count == 0 || !spc_event_suspect(event, &suspect))
        return json_null();

    const struct spc_event_point *last = &event->points[event->point_count - 1];
    struct spc_paper paper = spc_paper_begin();

    spc_put(&paper, "from",
            affected_end(suspect.index, suspect.time, suspect.point, true));
    spc_put(&paper, "to", affected_end(last->index, last->time, last, false));
    return spc_paper_end(&paper);
}

/* Which variables of a vector, or streams of many, the signal is about. */
static json_t *contributions(const struct spc_scene *scene,
                             const struct spc_event *event)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < event->contribution_count; i++) {
        const struct spc_contribution *part = &event->contributions[i];
        struct spc_paper paper = spc_paper_begin();

        spc_put_count(&paper, "variable", part->variable + 1);
        spc_put_text(&paper, "name", spc_scene_variable(scene, part->variable));
        spc_put_number(&paper, "value", part->value);
        spc_put_number(&paper, "limit", part->limit);
        spc_put_number(&paper, "given_others", part->given);
        spc_put_number(&paper, "given_others_limit", part->given_limit);
        spc_put(&paper, "cause", json_boolean(spc_contribution_is_cause(part)));
        if (json_array_append_new(array, spc_paper_end(&paper))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* What only some charts can say of a signal. */
static void put_cause(struct spc_paper *paper, const struct spc_scene *scene,
                      const struct spc_event *event)
{
    if (event->contribution_count > 0)
        spc_put(paper, "contributions", contributions(scene, event));
    if (event->change_index == 0)
        return;
    spc_put_count(paper, "change_point", event->change_index);
    spc_put_number(paper, "shift", event->shift);
}

static void put_alarm(struct spc_paper *paper, const struct spc_scene *scene,
                      const struct spc_event *event)
{
    spc_put_text(paper, "state", spc_alarm_state_text(event->state));
    spc_put_stream(paper, scene);
    spc_put_text(paper, "chart", spc_chart_text(event->chart));
    spc_put_text(paper, "panel", spc_panel_text(event->chart, event->panel));
    spc_put_text(paper, "group", spc_panel_group_text(event->panel));
    spc_put_count(paper, "episode", event->episode);
    spc_put_time(paper, "since", event->since);
    spc_put_count(paper, "since_index", event->since_index);
    spc_put_rule(paper, event);
    spc_put(paper, "signals", signals(event));
    spc_put(paper, "points", points(event));
    spc_put(paper, "affected", affected(event));
    put_cause(paper, scene, event);
    spc_put(paper, "limits",
            spc_json_panel_limits(&event->zones, event->limits.number));
    spc_put(paper, "context", spc_json_context(scene, event));
    spc_put_text(paper, "quality", spc_quality_text(SPC_GOOD));
    spc_put_text(paper, "reaction", scene->reaction);
    spc_put_text(paper, "reaction_zh", scene->reaction_zh);
}

/* ---- the other kinds --------------------------------------------------- */

static void put_limits(struct spc_paper *paper, const struct spc_scene *scene,
                       const struct spc_event *event)
{
    spc_put_stream(paper, scene);
    spc_put(paper, "limits", spc_json_limits(&event->limits));
    spc_put(paper, "context", spc_json_context(scene, event));
}

static void put_quality(struct spc_paper *paper, const struct spc_scene *scene,
                        const struct spc_event *event)
{
    spc_put_text(paper, "link", scene->link);
    spc_put_stream(paper, scene);
    spc_put_count(paper, "count", event->count);
    spc_put(paper, "context", spc_json_context(scene, event));
}

static void put_link(struct spc_paper *paper, const struct spc_scene *scene,
                     const struct spc_event *event)
{
    spc_put_text(paper, "link", scene->link);
    spc_put_text(paper, "station", scene->station);
    spc_put_count(paper, "count", event->count);
}

static void put_gateway(struct spc_paper *paper, const struct spc_scene *scene,
                        const struct spc_event *event)
{
    spc_put_text(paper, "version", scene->version);
    spc_put_count(paper, "count", event->count);
}

static const struct {
    const char *schema;
    void (*put)(struct spc_paper *paper, const struct spc_scene *scene,
                const struct spc_event *event);
    bool of_station; /* else of the gateway */
} kinds[SPC_EVENT_KINDS] = {
    [SPC_EVENT_ALARM] = {"spc.alarm/1", put_alarm, true},
    [SPC_EVENT_LIMITS] = {"spc.limits/1", put_limits, true},
    [SPC_EVENT_QUALITY] = {"spc.quality/1", put_quality, true},
    [SPC_EVENT_LINK] = {"spc.link-event/1", put_link, false},
    [SPC_EVENT_GATEWAY] = {"spc.gateway-event/1", put_gateway, false},
};

/* ---- all kinds --------------------------------------------------------- */

static char *event_topic(const struct spc_scene *scene,
                         const struct spc_event *event)
{
    const char *kind = spc_event_kind_text(event->kind);

    if (!kinds[event->kind].of_station || !scene->station)
        return spc_topic_gateway(scene, "/event/{word}", kind);
    if (!scene->characteristic)
        return spc_topic_station(scene, "/event/{word}", kind);
    return spc_topic_station(scene, "/{characteristic}/event/{word}", kind);
}

static void put_head(struct spc_paper *paper, const struct spc_scene *scene,
                     const struct spc_event *event,
                     const struct spc_message *draft)
{
    spc_put_text(paper, "schema", draft->schema);
    spc_put_text(paper, "event_id", draft->event_id);
    if (event->kind == SPC_EVENT_ALARM)
        spc_put_text(paper, "alarm_id", draft->alarm_id);
    spc_put_text(paper, "gateway", scene->gateway);
    spc_put_text(paper, "epoch", scene->epoch);
    spc_put_count(paper, "seq", event->seq);
    spc_put_time(paper, "ts", event->time);
    spc_put_text(
        paper, "ts_source",
        spc_time_source_text((enum spc_time_source)event->time_source));
    spc_put_number(paper, "ts_uncertainty_ms",
                   (double)event->time_uncertainty / SPC_MILLISECOND);
    spc_put_text(paper, "action", spc_event_action_text(event->action));
    spc_put_text(paper, "severity", spc_event_severity(scene, event));
    spc_put_text(paper, "detail", event->detail);
    spc_put_text(paper, "person", event->person[0] ? event->person : NULL);
}

/* Identities of an event; false: no memory. */
static bool identify(const struct spc_scene *scene,
                     const struct spc_event *event, struct spc_message *draft)
{
    bool alarm = event->kind == SPC_EVENT_ALARM;

    draft->event_id = spc_event_identity(scene, event->seq);
    if (alarm)
        draft->alarm_id =
            spc_alarm_identity(scene, event->panel, event->episode);
    return draft->event_id && (!alarm || draft->alarm_id);
}

bool spc_message_event(const struct spc_scene *scene,
                       const struct spc_event *event,
                       struct spc_message *ret_message)
{
    struct spc_message draft = {.schema = kinds[event->kind].schema};
    struct spc_paper paper = spc_paper_begin();
    struct spc_sentence sentence = spc_sentence_event(scene, event);

    assert(scene->gateway);
    assert(scene->epoch);
    assert(event->kind > SPC_EVENT_LIMITS || scene->characteristic);

    draft.topic = event_topic(scene, event);
    paper.failed = paper.failed || !identify(scene, event, &draft);
    put_head(&paper, scene, event, &draft);
    kinds[event->kind].put(&paper, scene, event);
    return spc_message_finish(&paper, &sentence, &draft, ret_message);
}

/* ---- the alarm's retained state ---------------------------------------- */

static const char alarm_state_schema[] = "spc.alarm-state/1";

static char *alarm_state_topic(const struct spc_scene *scene,
                               enum spc_panel which)
{
    return spc_topic_station(scene,
                             "/{characteristic}/state/alarm/{word}[/{stream}]",
                             spc_panel_group_text(which));
}

bool spc_message_alarm_state(const struct spc_scene *scene,
                             const struct spc_event *event,
                             spc_nanos valid_until,
                             struct spc_message *ret_message)
{
    struct spc_message draft = {.schema = alarm_state_schema};
    struct spc_paper paper = spc_paper_begin();
    struct spc_sentence sentence = spc_sentence_event(scene, event);

    assert(event->kind == SPC_EVENT_ALARM);

    draft.topic = alarm_state_topic(scene, event->panel);
    paper.failed = paper.failed || !identify(scene, event, &draft);
    put_head(&paper, scene, event, &draft);
    spc_put_time(&paper, "valid_until", valid_until);
    spc_put(&paper, "active",
            json_boolean(event->state == SPC_ALARM_UNACK ||
                         event->state == SPC_ALARM_ACK));
    put_alarm(&paper, scene, event);
    return spc_message_finish(&paper, &sentence, &draft, ret_message);
}

static char *copy_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? strdup(text) : NULL;
}

static bool is_active(const json_t *json)
{
    const char *state = json_string_value(json_object_get(json, "state"));

    return state &&
           (strcmp(state, spc_alarm_state_text(SPC_ALARM_UNACK)) == 0 ||
            strcmp(state, spc_alarm_state_text(SPC_ALARM_ACK)) == 0);
}

bool spc_message_alarm_state_again(const struct spc_scene *scene,
                                   enum spc_panel panel, const char *payload,
                                   spc_nanos valid_until,
                                   struct spc_message *ret_message)
{
    struct spc_message draft = {.schema = alarm_state_schema};
    struct spc_paper paper = {json_loads(payload, 0, NULL), false};
    struct spc_sentence sentence = {copy_of(paper.json, "text"),
                                    copy_of(paper.json, "text_zh")};

    draft.topic = alarm_state_topic(scene, panel);
    draft.event_id = copy_of(paper.json, "event_id");
    draft.alarm_id = copy_of(paper.json, "alarm_id");
    paper.failed = !paper.json || !draft.event_id || !draft.alarm_id;
    spc_put_text(&paper, "schema", draft.schema);
    spc_put_time(&paper, "valid_until", valid_until);
    spc_put(&paper, "active", json_boolean(is_active(paper.json)));
    return spc_message_finish(&paper, &sentence, &draft, ret_message);
}

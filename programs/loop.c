/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include "programs/loop.h"

#include "programs/clock.h"
#include "programs/log.h"
#include "programs/plant_file.h"
#include "programs/publish.h"
#include "programs/turn.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { BATCH = 32, WAIT_MS = 100, COMMANDS = 8 };

#define COMMANDS_EVERY (100 * SPC_MILLISECOND)
#define RETRY_EVERY    SPC_SECOND
#define TIDY_EVERY     (60 * SPC_SECOND)
#define LINGER         SPC_SECOND

struct loop {
    struct spc_loop_parts parts;
    struct spc_turn_book *turn;
    struct spc_publisher *publisher;
    struct spc_arrival *batch;
    struct spc_plant *next; /* of an accepted reload */
    bool stop, reload;
    bool held; /* the turn could not be recorded */
    spc_nanos held_since, retry_at, commands_due, tidy_due; /* steady */
    char trouble[SPC_DETAIL_TEXT];
};

/* ---- recording --------------------------------------------------------- */

static void log_events(const struct spc_turn_book *turn)
{
    for (size_t i = 0; i < turn->message_count; i++)
        spc_log("%s", turn->messages[i].text);
}

static void hold(struct loop *l, spc_nanos steady)
{
    const char *error = spc_historian_error(l->parts.historian);

    if (!l->held) {
        l->held = true;
        l->held_since = steady;
        spc_log("cannot record: %s; holding and trying again", error);
    }
    snprintf(l->trouble, sizeof l->trouble, "cannot record: %.150s", error);
    l->retry_at = steady + RETRY_EVERY;
}

static void resume(struct loop *l, spc_nanos now, spc_nanos steady)
{
    struct spc_event *event =
        spc_turn_event(l->turn, SPC_EVENT_GATEWAY, SPC_RECORDING_RESUMED, now);

    event->count = (uint64_t)((steady - l->held_since) / SPC_SECOND);
    snprintf(event->detail, sizeof event->detail, "%s", l->trouble);
    l->held = false;
    l->trouble[0] = '\0';
}

static void record(struct loop *l, spc_nanos now, spc_nanos steady)
{
    if (spc_turn_is_empty(l->turn) || (l->held && steady < l->retry_at))
        return;
    if (spc_turn_record(l->turn, now) != SPC_OK) {
        hold(l, steady);
        return;
    }
    log_events(l->turn);
    spc_publisher_recorded(l->publisher, l->turn, l->parts.source, now);
    spc_turn_clear(l->turn);
    if (l->held)
        resume(l, now, steady);
}

/* ---- arrivals ---------------------------------------------------------- */

static void take_arrival(struct loop *l, const struct spc_arrival *arrival)
{
    if (!arrival->is_event) {
        spc_turn_sample(l->turn, &arrival->sample);
        return;
    }

    struct spc_event *event =
        spc_turn_event(l->turn, arrival->event.kind, arrival->event.action,
                       arrival->event.time);

    *event = arrival->event;
}

/* One at a time while there is room, so that nothing is ever taken from a
 * queue that this turn could not hold. */
static void take_arrivals(struct loop *l)
{
    struct spc_source *source = l->parts.source;

    for (int i = 0; i < BATCH * 8 && !l->held; i++) {
        if (!spc_turn_has_room(l->turn) ||
            source->ops->poll(source, l->batch, 1) == 0)
            return;
        take_arrival(l, l->batch);
    }
}

/* ---- commands ---------------------------------------------------------- */

/* Whether the newest episode of a stream's panel is the one of that id. */
static bool is_target(const struct loop *l, uint32_t stream,
                      enum spc_panel panel, const char *target)
{
    const struct spc_wiring *w = l->parts.wiring;
    const struct spc_stream *s = &w->pipeline.streams[stream];
    const struct spc_characteristic *c = &w->characteristics[s->characteristic];
    struct spc_scene scene;
    char label[SPC_STREAM_LABEL];
    char *id;
    bool same;

    if (s->alarm[panel].episode == 0)
        return false;
    spc_wire_scene(w, spc_historian_epoch(l->parts.historian), SPC_NONE,
                   c->station, c->index, s, label, &scene);
    id = spc_alarm_identity(&scene, panel, s->alarm[panel].episode);
    same = id && strcmp(id, target) == 0;
    free(id);
    return same;
}

/* Ids are made, not taken apart: a stream's own text may hold anything. */
static bool find_target(const struct loop *l, const char *target,
                        uint32_t *ret_stream, enum spc_panel *ret_panel)
{
    for (uint32_t i = 0; i < l->parts.wiring->pipeline.stream_count; i++) {
        for (int panel = 0; panel < SPC_PANELS; panel++) {
            if (is_target(l, i, (enum spc_panel)panel, target)) {
                *ret_stream = i;
                *ret_panel = (enum spc_panel)panel;
                return true;
            }
        }
    }
    return false;
}

static bool acknowledge(struct loop *l, uint32_t stream, enum spc_panel panel,
                        spc_nanos now, struct spc_event *ret_event)
{
    struct spc_pipeline *pipeline = &l->parts.wiring->pipeline;

    if (!spc_pipeline_acknowledge(
            pipeline, stream, panel,
            pipeline->streams[stream].alarm[panel].episode, now, ret_event))
        return false;
    spc_turn_touch(l->turn, stream);
    return true;
}

static bool comment(struct loop *l, uint32_t stream, enum spc_panel panel,
                    spc_nanos now, struct spc_event *ret_event)
{
    spc_pipeline_describe(&l->parts.wiring->pipeline, stream, panel, now,
                          ret_event);
    ret_event->action = SPC_COMMENTED;
    return true;
}

static const struct {
    const char *verb;
    bool (*apply)(struct loop *, uint32_t, enum spc_panel, spc_nanos,
                  struct spc_event *);
} verbs[] = {
    {"ack", acknowledge},
    {"comment", comment},
};

static bool apply_verb(struct loop *l, const struct spc_command *command,
                       spc_nanos now)
{
    uint32_t stream;
    enum spc_panel panel;
    struct spc_event event;

    if (!find_target(l, command->target, &stream, &panel))
        return false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(command->verb, verbs[i].verb) != 0 ||
            !verbs[i].apply(l, stream, panel, now, &event))
            continue;
        snprintf(event.person, sizeof event.person, "%s", command->person);
        snprintf(event.detail, sizeof event.detail, "%s", command->comment);
        *spc_turn_event(l->turn, event.kind, event.action, now) = event;
        return true;
    }
    return false;
}

static void apply_command(struct loop *l, const struct spc_command *command,
                          spc_nanos now)
{
    if (!apply_verb(l, command, now))
        spc_log("%s of %s by %s changes nothing: no such alarm is open",
                command->verb, command->target, command->person);
    l->turn->commands[l->turn->command_count++] = command->id;
}

static void take_commands(struct loop *l, spc_nanos now, spc_nanos steady)
{
    struct spc_command commands[COMMANDS];

    if (steady < l->commands_due || l->held || !spc_turn_has_room(l->turn))
        return;
    l->commands_due = steady + COMMANDS_EVERY;

    size_t count =
        spc_historian_commands(l->parts.historian, commands, COMMANDS);

    for (size_t i = 0; i < count; i++)
        apply_command(l, &commands[i], now);
}

/* ---- signals and reload ------------------------------------------------ */

static void log_lines(const char *text)
{
    while (text && *text) {
        size_t length = strcspn(text, "\n");

        spc_log("%.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void refuse_plant(struct loop *l,
                         const struct spc_complaints *complaints, spc_nanos now)
{
    struct spc_event *event =
        spc_turn_event(l->turn, SPC_EVENT_GATEWAY, SPC_CONFIG_REFUSED, now);
    const char *text = complaints->text ? complaints->text : "no memory";

    log_lines(text);
    event->count = complaints->count;
    snprintf(event->detail, sizeof event->detail, "%.*s",
             (int)strcspn(text, "\n"), text);
}

/* The lock and the numbering of events belong to the file. */
static bool same_historian(const struct loop *l)
{
    return strcmp(l->next->historian, l->parts.wiring->plant->historian) == 0;
}

/* All or nothing: with one mistake the old plant goes on as it was. */
static void reload(struct loop *l, spc_nanos now)
{
    struct spc_complaints complaints = {0};
    enum spc_status status;

    spc_plant_free(l->next); /* of an earlier signal, not yet taken up */
    l->next = NULL;
    l->reload = false;
    status = spc_plant_file_read(l->parts.path, &l->next, &complaints);
    if (status == SPC_OK && !same_historian(l)) {
        spc_plant_free(l->next);
        l->next = NULL;
        spc_turn_event(l->turn, SPC_EVENT_GATEWAY, SPC_CONFIG_REFUSED, now);
        snprintf(l->turn->events[l->turn->event_count - 1].detail,
                 SPC_DETAIL_TEXT,
                 "historian.path cannot change while running: stop and start");
    } else if (status != SPC_OK) {
        refuse_plant(l, &complaints, now);
    } else {
        log_lines(complaints.text);
    }
    spc_complaints_free(&complaints);
}

static void take_signals(struct loop *l)
{
    struct signalfd_siginfo info;

    while (read(l->parts.signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGHUP)
            l->reload = true;
        else
            l->stop = true;
    }
}

/* ---- turning ----------------------------------------------------------- */

static void wait_for_work(const struct loop *l)
{
    struct spc_source *source = l->parts.source;
    struct pollfd fds[3] = {
        {.fd = l->parts.signals, .events = POLLIN},
        /* A held turn takes no arrivals: their queue must not wake us. */
        {.fd = l->held ? -1 : source->ops->descriptor(source),
         .events = POLLIN},
        {.fd = l->parts.mqtt ? spc_mqtt_descriptor(l->parts.mqtt) : -1,
         .events = POLLIN},
    };

    (void)poll(fds, 3, WAIT_MS);
}

static void turn_once(struct loop *l)
{
    spc_nanos now = spc_clock_now(), steady = spc_clock_steady();

    spc_publisher_poll(l->publisher, l->turn, now, steady);
    take_arrivals(l);
    take_commands(l, now, steady);
    record(l, now, steady);
    spc_publisher_offer(l->publisher, l->turn);
    spc_publisher_states(l->publisher, l->parts.source, l->trouble, now,
                         steady);
    if (steady >= l->tidy_due && !l->held) {
        l->tidy_due = steady + TIDY_EVERY;
        spc_historian_tidy(l->parts.historian, now,
                           l->parts.wiring->plant->mqtt.keep_acked);
    }
}

static void announce(struct loop *l, enum spc_event_action action)
{
    struct spc_event *event =
        spc_turn_event(l->turn, SPC_EVENT_GATEWAY, action, spc_clock_now());

    snprintf(event->detail, sizeof event->detail, "plant file %.100s, %s",
             l->parts.path, l->parts.wiring->plant->hash);
}

/* What was recorded last should reach the broker before we leave, but a
 * broker that is not there must not keep us. */
static void linger(struct loop *l)
{
    spc_nanos until = spc_clock_steady() + LINGER;

    while (l->parts.mqtt && spc_mqtt_connected(l->parts.mqtt) &&
           spc_publisher_busy(l->publisher) && spc_clock_steady() < until) {
        turn_once(l);
        wait_for_work(l);
    }
}

/* What was taken from the links is recorded before another plant begins, or
 * it would be lost: only a stop does not wait for the disk. */
static bool may_leave(const struct loop *l)
{
    return l->stop || (l->next && spc_turn_is_empty(l->turn));
}

static void turn_until_done(struct loop *l)
{
    while (!may_leave(l)) {
        wait_for_work(l);
        take_signals(l);
        turn_once(l);
        if (l->reload && !l->held)
            reload(l, spc_clock_now());
    }
}

static void say_stopped(struct loop *l)
{
    announce(l, SPC_STOPPED);
    l->retry_at = 0;
    turn_once(l);
}

static bool open_loop(struct loop *l)
{
    l->batch = calloc(1, sizeof *l->batch);
    return l->batch &&
           spc_turn_open(l->parts.wiring, l->parts.historian, &l->turn) ==
               SPC_OK &&
           spc_publisher_open(l->parts.wiring, l->parts.historian,
                              l->parts.mqtt, &l->publisher) == SPC_OK;
}

static void close_loop(struct loop *l)
{
    spc_publisher_close(l->publisher);
    spc_turn_close(l->turn);
    free(l->batch);
}

enum spc_loop_end spc_loop_run(const struct spc_loop_parts *parts,
                               struct spc_plant **ret_next)
{
    struct loop l = {.parts = *parts};

    if (!open_loop(&l)) {
        spc_log("out of memory");
        close_loop(&l);
        return SPC_LOOP_FAILED;
    }
    announce(&l, parts->reloaded ? SPC_CONFIG_APPLIED : SPC_STARTED);
    do {
        turn_until_done(&l);
        if (l.stop)
            say_stopped(&l);
        linger(&l);
    } while (!may_leave(&l));
    if (l.held)
        spc_log("%zu samples and %zu events could not be recorded",
                l.turn->sample_count, l.turn->event_count);
    close_loop(&l);
    *ret_next = l.stop ? NULL : l.next;
    if (l.stop && l.next)
        spc_plant_free(l.next);
    return l.stop ? SPC_LOOP_STOPPED : SPC_LOOP_RELOADED;
}

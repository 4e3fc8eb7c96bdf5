/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for spcd where `spc alarms` is tested.
 *
 *     make_alarms FILE story   a historian in which alarms were raised,
 *                              acknowledged and closed
 *     make_alarms FILE apply   waits for one command, records the event it
 *                              causes and ticks the command off
 *     make_alarms FILE ignore  ticks the command off and records nothing
 *     make_alarms FILE close   the same, but the alarm was closed meanwhile
 *     make_alarms FILE ACTION DETAIL [STATION]
 *                              an event of link plc or, "started" and the
 *                              like, of the gateway
 *
 * The payloads are those of adapters/mqtt/message.c, as on a real line. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/historian/historian.h"
#include "adapters/mqtt/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const stations[] = {"op40", "op50"};

struct teller {
    struct spc_historian *historian;
    struct spc_scene scene;
};

static struct spc_scene make_scene(const char *epoch)
{
    return (struct spc_scene){
        .topic_root = "spc/v1/{enterprise}/{site}/{area}/{line}/{station}",
        .enterprise = "acme",
        .site = "hall-1",
        .gateway = "gw-07",
        .epoch = epoch,
        .version = "0.1.0",
        .area = "machining",
        .line = "line-1",
        .station = "op40",
        .characteristic = "bore-dia",
        .name = "Bore \"A\", finish",
        .unit = "mm",
        .stream = "H-22",
        .reaction = "Measure the master ring.",
        .reaction_zh = "测量标准环规。",
        .resolution = 0.001};
}

static void tell(struct teller *teller, const struct spc_event *event,
                 const uint64_t *command)
{
    struct spc_message message;

    if (!spc_message_event(&teller->scene, event, &message))
        exit(2);
    struct spc_event_row row = {
        event,         message.event_id, message.alarm_id,       message.schema,
        message.topic, message.payload,  strlen(message.payload)};
    struct spc_turn turn = {.events = &row,
                            .event_count = 1,
                            .commands_done = command,
                            .command_count = command ? 1 : 0,
                            .now = event->time};
    if (spc_historian_record(teller->historian, &turn) != SPC_OK) {
        (void)fprintf(stderr, "%s\n", spc_historian_error(teller->historian));
        exit(3);
    }
    spc_message_free(&message);
}

static struct spc_event blank_event(const struct teller *teller)
{
    uint64_t seq = spc_historian_last_seq(teller->historian) + 1;

    return (struct spc_event){.kind = SPC_EVENT_ALARM,
                              .action = SPC_RAISED,
                              .seq = seq,
                              .time = 1795219200 * SPC_SECOND +
                                      (spc_nanos)seq * SPC_SECOND,
                              .link = SPC_NONE,
                              .stream = 1,
                              .state = SPC_ALARM_UNACK,
                              .chart = SPC_CHART_XBAR_R,
                              .episode = 1,
                              .since = 1795219200 * SPC_SECOND,
                              .since_index = 26};
}

static struct spc_event raised(const struct teller *teller)
{
    struct spc_event event = blank_event(teller);

    event.zones = (struct spc_zones){{25.003, 25.017, 25.031, 25.045},
                                     {25.003, 24.989, 24.975, 24.961}};
    event.signal_count = 2;
    event.signals[0] = (struct spc_signal){.rule = "nelson-1",
                                           .text = "beyond it",
                                           .text_zh = "beyond it",
                                           .side = "above",
                                           .index = 27,
                                           .points = {27},
                                           .point_count = 1};
    event.signals[1] = (struct spc_signal){.rule = "nelson-5",
                                           .text = "two of three",
                                           .text_zh = "two of three",
                                           .side = "above",
                                           .index = 27,
                                           .points = {26, 27},
                                           .point_count = 2};
    event.point_count = 2;
    event.points[0] = (struct spc_event_point){.index = 26,
                                               .value = 25.04,
                                               .epoch = 1,
                                               .first_counter = 126,
                                               .last_counter = 130,
                                               .part_id = "P130"};
    event.points[1] = (struct spc_event_point){.index = 27,
                                               .value = 25.0871,
                                               .epoch = 1,
                                               .first_counter = 131,
                                               .last_counter = 135,
                                               .part_id = "P135"};
    return event;
}

static void story(struct teller *teller)
{
    struct spc_event event = raised(teller);

    tell(teller, &event, NULL); /* op40: unacknowledged */

    teller->scene.station = "op50";
    teller->scene.stream = "L\x1b[31m";
    event = raised(teller);
    event.panel = SPC_PANEL_SPREAD;
    tell(teller, &event, NULL);
    event = blank_event(teller);
    event.panel = SPC_PANEL_SPREAD;
    event.action = SPC_ACKNOWLEDGED;
    event.state = SPC_ALARM_ACK;
    tell(teller, &event, NULL); /* op50: acknowledged, without points */

    teller->scene.stream = "";
    event = raised(teller);
    tell(teller, &event, NULL);
    event = blank_event(teller);
    event.action = SPC_CLOSED;
    event.state = SPC_ALARM_NORMAL;
    tell(teller, &event, NULL); /* op50: over */
}

static struct spc_command wait_for_command(const struct teller *teller)
{
    const struct timespec poll = {0, 5000000};
    struct spc_command command;

    while (spc_historian_commands(teller->historian, &command, 1) == 0)
        (void)nanosleep(&poll, NULL);
    return command;
}

static void apply(struct teller *teller)
{
    struct spc_command command = wait_for_command(teller);
    struct spc_event event = blank_event(teller);

    event.action =
        strcmp(command.verb, "ack") == 0 ? SPC_ACKNOWLEDGED : SPC_COMMENTED;
    event.state = SPC_ALARM_ACK;
    (void)snprintf(event.person, sizeof event.person, "%s", command.person);
    (void)snprintf(event.detail, sizeof event.detail, "%s", command.comment);
    tell(teller, &event, &command.id);
    (void)printf("%s %s %s\n", command.verb, command.target, command.person);
}

static void ignore(struct teller *teller)
{
    struct spc_command command = wait_for_command(teller);
    struct spc_turn turn = {
        .commands_done = &command.id, .command_count = 1, .now = command.time};

    if (spc_historian_record(teller->historian, &turn) != SPC_OK)
        exit(3);
}

static void close_meanwhile(struct teller *teller)
{
    struct spc_command command = wait_for_command(teller);
    struct spc_event event = blank_event(teller);

    event.action = SPC_CLOSED;
    event.state = SPC_ALARM_NORMAL;
    (void)snprintf(event.detail, sizeof event.detail, "a newer one was raised");
    tell(teller, &event, &command.id);
}

static enum spc_event_action action_named(const char *name)
{
    for (unsigned action = 1; action < SPC_ACTIONS; action++)
        if (strcmp(spc_event_action_text((enum spc_event_action)action),
                   name) == 0)
            return (enum spc_event_action)action;
    exit(1);
}

static void tell_link(struct teller *teller, const char *action,
                      const char *detail, const char *station)
{
    struct spc_event event = blank_event(teller);

    event.action = action_named(action);
    event.kind =
        event.action < SPC_STARTED ? SPC_EVENT_LINK : SPC_EVENT_GATEWAY;
    event.station = event.characteristic = event.stream = SPC_NONE;
    teller->scene.link = event.kind == SPC_EVENT_LINK ? "plc" : NULL;
    teller->scene.station = station;
    teller->scene.characteristic = teller->scene.stream = NULL;
    for (uint32_t i = 0; station && i < 2; i++)
        if (strcmp(stations[i], station) == 0)
            event.station = i;
    (void)snprintf(event.detail, sizeof event.detail, "%s", detail);
    tell(teller, &event, NULL);
}

static const struct {
    const char *name;
    void (*act)(struct teller *teller);
} acts[] = {{"story", story},
            {"apply", apply},
            {"ignore", ignore},
            {"close", close_meanwhile}};

static void act(struct teller *teller, int argc, char **argv)
{
    if (argc > 3) {
        tell_link(teller, argv[2], argv[3], argc > 4 ? argv[4] : NULL);
        return;
    }
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(acts[i].name, argv[2]) == 0)
            acts[i].act(teller);
}

int main(int argc, char **argv)
{
    struct teller teller;
    char error[256];

    if (argc < 3)
        return 1;
    if (spc_historian_open(argv[1], stations, 2, error, sizeof error,
                           &teller.historian) != SPC_OK) {
        (void)fprintf(stderr, "%s\n", error);
        return 1;
    }
    teller.scene = make_scene(spc_historian_epoch(teller.historian));
    act(&teller, argc, argv);
    spc_historian_close(teller.historian);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The MQTT publisher under remote control, for tests written in Python.
 *
 *     mqtt_driver PORT KEEPALIVE_S WINDOW [CLIENT_ID]
 *
 * is a small loop with an outbox in memory.  Commands come in by line:
 *
 *     events FIRST LAST TOPIC     rows FIRST to LAST become pending
 *     big SEQ TOPIC SIZE          one row with a payload of SIZE bytes
 *     retain TOPIC PAYLOAD
 *     room                        prints "room N"
 *     close PATIENCE_MS STATUS    prints "closed MS" and exits
 *
 * and every news goes out as a line. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/mqtt.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 20000, LINE = 4096, NEWS = 8 };

struct row {
    enum { NO_ROW, PENDING, DONE } state;
    size_t size; /* of the payload; 0: just the number */
    char topic[128];
};

static struct row rows[ROWS]; /* index is seq */
static uint64_t cursor, last;
static struct spc_mqtt *mqtt;

static spc_nanos now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * SPC_SECOND + t.tv_nsec;
}

static void add(uint64_t seq, const char *topic, size_t size)
{
    if (seq >= ROWS)
        abort();
    rows[seq].state = PENDING;
    rows[seq].size = size;
    snprintf(rows[seq].topic, sizeof rows[seq].topic, "%s", topic);
    if (seq > last)
        last = seq;
}

static bool offer(uint64_t seq)
{
    static char payload[65536];
    char id[32];
    int size = snprintf(payload, sizeof payload, "{\"seq\":%" PRIu64 "}", seq);

    for (; (size_t)size < rows[seq].size; size++)
        payload[size] = ' ';
    snprintf(id, sizeof id, "gw-1:%06" PRIu64, seq);
    return spc_mqtt_event(mqtt, seq, id, "spc.test/1", rows[seq].topic, payload,
                          (size_t)size);
}

static void offer_rows(void)
{
    for (; cursor <= last && spc_mqtt_room(mqtt) > 0; cursor++) {
        if (rows[cursor].state == PENDING && !offer(cursor))
            return;
    }
}

static void tell(const struct spc_mqtt_news *news)
{
    switch (news->kind) {
    case SPC_MQTT_CONNECTED:
        cursor = 1;
        printf("connected\n");
        break;
    case SPC_MQTT_LOST:
        cursor = 1;
        printf("lost\n");
        break;
    case SPC_MQTT_ANSWERED:
        rows[news->seq].state = DONE;
        printf("answered %" PRIu64 " %d\n", news->seq, news->reason);
        break;
    case SPC_MQTT_STATE_REFUSED:
        printf("state-refused %s %d\n", news->topic, news->reason);
        break;
    case SPC_MQTT_CONNECT_FAILED:
        printf("connect-failed %d\n", news->reason);
        break;
    }
}

static void turn(void)
{
    struct spc_mqtt_news news[NEWS];
    size_t count = spc_mqtt_poll(mqtt, now(CLOCK_REALTIME), news, NEWS);

    for (size_t i = 0; i < count; i++)
        tell(&news[i]);
    offer_rows();
}

static void do_events(char *rest)
{
    uint64_t first = strtoull(rest, &rest, 10);
    uint64_t end = strtoull(rest, &rest, 10);

    for (uint64_t seq = first; seq <= end; seq++)
        add(seq, rest + 1, 0);
}

static void do_big(char *rest)
{
    uint64_t seq = strtoull(rest, &rest, 10);
    char *topic = strtok(rest, " ");
    char *size = strtok(NULL, " ");

    add(seq, topic, strtoull(size, NULL, 10));
}

static void do_retain(char *rest)
{
    char *payload = strchr(rest, ' ');

    *payload++ = '\0';
    spc_mqtt_retain(mqtt, rest, payload, strlen(payload));
}

static void do_room(char *rest)
{
    (void)rest;
    printf("room %u\n", spc_mqtt_room(mqtt));
}

static void do_close(char *rest)
{
    spc_nanos patience = strtoll(rest, &rest, 10) * SPC_MILLISECOND;
    spc_nanos start = now(CLOCK_MONOTONIC);

    spc_mqtt_close(mqtt, *rest ? rest + 1 : NULL, patience);
    printf("closed %" PRId64 "\n",
           (now(CLOCK_MONOTONIC) - start) / SPC_MILLISECOND);
    exit(0);
}

static const struct {
    const char *name;
    void (*act)(char *rest);
} commands[] = {
    {"events ", do_events}, {"big ", do_big},    {"retain ", do_retain},
    {"room", do_room},      {"close", do_close},
};

static void act(char *line)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        size_t length = strlen(commands[i].name);

        if (strncmp(line, commands[i].name, length) == 0) {
            commands[i].act(line + length);
            return;
        }
    }
    abort();
}

/* Whole lines only; end of input is an exit without a good-bye. */
static void take_commands(void)
{
    static char buffer[LINE];
    static size_t used;
    ssize_t got = read(STDIN_FILENO, buffer + used, sizeof buffer - used - 1);
    char *end;

    if (got <= 0)
        exit(0);
    used += (size_t)got;
    buffer[used] = '\0';
    while ((end = strchr(buffer, '\n'))) {
        *end = '\0';
        act(buffer);
        used -= (size_t)(end + 1 - buffer);
        memmove(buffer, end + 1, used + 1);
    }
}

int main(int argc, char **argv)
{
    char error[200];

    if (argc < 4)
        return 2;
    struct spc_mqtt_settings settings = {
        .host = "127.0.0.1",
        .port = (uint16_t)atoi(argv[1]),
        .client_id = argc > 4 ? argv[4] : "driver",
        .keepalive = atoi(argv[2]) * SPC_SECOND,
        .window = (uint32_t)atoi(argv[3]),
        .status_topic = "spc/status",
        .will_payload = "{\"online\":false}",
        .backoff_min = 50 * SPC_MILLISECOND,
        .backoff_max = 400 * SPC_MILLISECOND,
    };

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (spc_mqtt_open(&settings, error, sizeof error, &mqtt) != SPC_OK) {
        printf("%s\n", error);
        return 1;
    }
    spc_mqtt_retain(mqtt, "spc/status", "{\"online\":true}", 15);
    for (;;) {
        struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0},
                               {spc_mqtt_descriptor(mqtt), POLLIN, 0}};

        poll(fds, 2, 100);
        turn();
        if (fds[0].revents)
            take_commands();
        offer_rows();
    }
}

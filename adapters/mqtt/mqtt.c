/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MQTT publisher: when to dial, what is in flight, what is news.
 *
 *              poll, due             CONNACK
 *     DOWN ---------------> DIALLING -------> UP
 *      ^                        |              |
 *      +------ failed, late ----+---- lost ----+
 *
 * A message in flight occupies a slot until its answer or the end of the
 * connection.  Paho is behind adapters/mqtt/broker.h. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/mqtt.h"

#include "adapters/mqtt/broker.h"
#include "adapters/mqtt/mailbox.h"
#include "adapters/mqtt/retained.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = SPC_MAILBOX_SLOTS, LAST_SLOT = SLOTS - 1 };

#define PATIENCE_DIAL (10 * SPC_SECOND)

enum phase { DOWN, DIALLING, UP };
enum use { FREE, EVENT, STATE, LAST_STATUS };

struct slot {
    enum use use;
    uint64_t seq;   /* EVENT */
    uint32_t state; /* STATE: index in the retained table */
    spc_nanos since;
};

struct spc_mqtt {
    struct spc_mailbox mailbox;
    struct spc_broker *connection;
    enum phase phase;
    spc_nanos now;   /* of the latest poll */
    spc_nanos since; /* phase began */
    spc_nanos not_before, delay;
    unsigned failures;
    uint64_t random;

    struct slot slots[SLOTS];
    uint32_t in_flight;
    uint32_t window; /* of this connection */
    struct spc_broker_limits limits;
    bool last_status_taken;

    struct spc_retained retained;
    uint64_t states_refused;

    char *status_topic;
    spc_nanos keepalive;
    uint32_t window_wanted;
    spc_nanos backoff_min, backoff_max;
};

/* ---- the connection ---------------------------------------------------- */

/* Delay before the next attempt: doubling, and half of it by chance, so that
 * the gateways of a plant do not come back to a restarted broker at once.
 * xorshift64: Marsaglia, Journal of Statistical Software 8(14), 2003. */
static void back_off(struct spc_mqtt *mqtt)
{
    spc_nanos delay = mqtt->backoff_min;

    for (unsigned i = 0; i < mqtt->failures && delay < mqtt->backoff_max; i++)
        delay *= 2;
    if (delay > mqtt->backoff_max)
        delay = mqtt->backoff_max;
    else
        mqtt->failures++;

    mqtt->random ^= mqtt->random << 13;
    mqtt->random ^= mqtt->random >> 7;
    mqtt->random ^= mqtt->random << 17;
    mqtt->delay = delay / 2 + (spc_nanos)(mqtt->random % (uint64_t)delay) / 2;
    mqtt->not_before = mqtt->now + mqtt->delay;
}

static void become(struct spc_mqtt *mqtt, enum phase phase)
{
    mqtt->phase = phase;
    mqtt->since = mqtt->now;
}

static void hang_up(struct spc_mqtt *mqtt)
{
    spc_broker_hang_up(mqtt->connection);
    memset(mqtt->slots, 0, sizeof mqtt->slots);
    mqtt->in_flight = 0;

    /* A connection that held longer than we had waited for it is sound. */
    if (mqtt->phase == UP && mqtt->now - mqtt->since > mqtt->delay)
        mqtt->failures = 0;
    back_off(mqtt);
    become(mqtt, DOWN);
}

/* A clock that was set back must not keep us from the broker for hours. */
static void dial_when_due(struct spc_mqtt *mqtt)
{
    if (mqtt->phase != DOWN)
        return;
    if (mqtt->now < mqtt->not_before &&
        mqtt->not_before - mqtt->now <= mqtt->backoff_max)
        return;
    become(mqtt, DIALLING);
    if (!spc_broker_dial(mqtt->connection))
        hang_up(mqtt);
}

static bool later_than(const struct spc_mqtt *mqtt, spc_nanos since,
                       spc_nanos patience)
{
    return mqtt->now - since > patience;
}

/* Paho notices a broker that does not answer pings.  This notices one that
 * never answers a connect, or answers pings and nothing else. */
static bool overdue(const struct spc_mqtt *mqtt)
{
    if (mqtt->phase == DIALLING)
        return later_than(mqtt, mqtt->since, PATIENCE_DIAL);
    for (uint32_t s = 0; s < SLOTS; s++) {
        if (mqtt->slots[s].use != FREE &&
            later_than(mqtt, mqtt->slots[s].since, 2 * mqtt->keepalive))
            return true;
    }
    return false;
}

/* ---- handing over ------------------------------------------------------ */

static uint32_t free_slot(const struct spc_mqtt *mqtt)
{
    for (uint32_t s = 0; s < LAST_SLOT; s++) {
        if (mqtt->slots[s].use == FREE)
            return s;
    }
    assert(!"the window is smaller than the slots");
    return SPC_NONE;
}

static void vacate(struct spc_mqtt *mqtt, uint32_t s)
{
    assert(mqtt->slots[s].use != FREE);
    mqtt->slots[s].use = FREE;
    mqtt->in_flight--;
}

/* Publishes into a slot.  False: not now. */
static bool publish(struct spc_mqtt *mqtt, uint32_t s, struct slot slot,
                    const struct spc_publication *publication)
{
    assert(mqtt->slots[s].use == FREE);
    slot.since = mqtt->now;
    mqtt->slots[s] = slot;
    mqtt->in_flight++;
    if (spc_broker_publish(mqtt->connection, s, publication,
                           mqtt->limits.packet_maximum))
        return true;
    vacate(mqtt, s);
    return false;
}

static void send_states(struct spc_mqtt *mqtt, unsigned limit)
{
    for (; limit > 0 && spc_mqtt_room(mqtt) > 0; limit--) {
        uint32_t index = spc_retained_first(&mqtt->retained);
        if (index == SPC_NONE)
            return;

        const struct spc_retained_item *item = &mqtt->retained.items[index];
        struct spc_publication state = {
            .topic = item->topic, .payload = item->payload, .size = item->size};

        if (!publish(mqtt, free_slot(mqtt),
                     (struct slot){.use = STATE, .state = index}, &state))
            return;
        spc_retained_sent(&mqtt->retained);
    }
}

bool spc_mqtt_event(struct spc_mqtt *mqtt, uint64_t seq, const char *event_id,
                    const char *schema, const char *topic, const void *payload,
                    size_t size)
{
    struct spc_publication event = {topic,    payload, size,
                                    event_id, schema,  seq};

    return spc_mqtt_room(mqtt) > 0 &&
           publish(mqtt, free_slot(mqtt),
                   (struct slot){.use = EVENT, .seq = seq}, &event);
}

void spc_mqtt_retain(struct spc_mqtt *mqtt, const char *topic,
                     const void *payload, size_t size)
{
    if (!spc_retained_set(&mqtt->retained, topic, payload, size))
        return; /* no memory: the payload from before stays */
}

/* ---- news -------------------------------------------------------------- */

/* True when the answer is news to the caller. */
static bool settle(struct spc_mqtt *mqtt, struct spc_answer answer,
                   struct spc_mqtt_news *ret_news)
{
    struct slot slot = mqtt->slots[answer.slot];
    bool refused = answer.reason >= SPC_MQTT_REFUSED;

    vacate(mqtt, answer.slot);
    if (slot.use == LAST_STATUS)
        mqtt->last_status_taken = !refused;
    if (slot.use == STATE)
        spc_retained_answered(&mqtt->retained, slot.state, refused);
    if (slot.use == EVENT) {
        *ret_news = (struct spc_mqtt_news){SPC_MQTT_ANSWERED, slot.seq,
                                           answer.reason, NULL};
        return true;
    }
    if (slot.use != STATE || !refused)
        return false;
    mqtt->states_refused++;
    *ret_news = (struct spc_mqtt_news){SPC_MQTT_STATE_REFUSED, 0, answer.reason,
                                       mqtt->retained.items[slot.state].topic};
    return true;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Below Receive Maximum by one: at it, Paho 1.3.12 stalls for up to a second
 * at a time, and the last status always has room. */
static void come_up(struct spc_mqtt *mqtt, struct spc_broker_limits limits)
{
    uint32_t receive = limits.receive_maximum;

    mqtt->limits = limits;
    mqtt->window = least(mqtt->window_wanted, SPC_MQTT_WINDOW_MAX);
    mqtt->window = least(mqtt->window, receive > 1 ? receive - 1 : 1);
    spc_retained_resend(&mqtt->retained);
    become(mqtt, UP);
}

static struct spc_mqtt_news go_down(struct spc_mqtt *mqtt, int refusal)
{
    bool was_up = mqtt->phase == UP;

    hang_up(mqtt);
    return (struct spc_mqtt_news){
        was_up ? SPC_MQTT_LOST : SPC_MQTT_CONNECT_FAILED, 0, refusal, NULL};
}

/* Acknowledgements before the loss: they hold even when the connection is
 * gone since. */
static bool next_news(struct spc_mqtt *mqtt, struct spc_mqtt_news *ret_news)
{
    struct spc_broker_limits limits;
    struct spc_answer answer;
    int refusal = 0;

    if (spc_mailbox_take_up(&mqtt->mailbox, &limits)) {
        come_up(mqtt, limits);
        *ret_news = (struct spc_mqtt_news){.kind = SPC_MQTT_CONNECTED};
        return true;
    }
    while (spc_mailbox_take_answer(&mqtt->mailbox, &answer)) {
        if (settle(mqtt, answer, ret_news))
            return true;
    }
    if (mqtt->phase != DOWN &&
        (spc_mailbox_take_down(&mqtt->mailbox, &refusal) || overdue(mqtt))) {
        *ret_news = go_down(mqtt, refusal);
        return true;
    }
    return false;
}

size_t spc_mqtt_poll(struct spc_mqtt *mqtt, spc_nanos now,
                     struct spc_mqtt_news *news, size_t room)
{
    /* Room the caller knew of and had no event for is the states'.  Room that
     * comes up only now is offered to events first. */
    unsigned left = spc_mqtt_room(mqtt);
    size_t count = 0;

    assert(room > 0);
    mqtt->now = now;
    spc_mailbox_hush(&mqtt->mailbox);
    while (count < room && next_news(mqtt, &news[count]))
        count++;
    dial_when_due(mqtt);
    send_states(mqtt, left);

    bool more = spc_mqtt_room(mqtt) > 0 &&
                spc_retained_first(&mqtt->retained) != SPC_NONE;
    if (count == room || more)
        spc_mailbox_wake(&mqtt->mailbox);
    return count;
}

int spc_mqtt_descriptor(const struct spc_mqtt *mqtt)
{
    return mqtt->mailbox.descriptor;
}

unsigned spc_mqtt_room(const struct spc_mqtt *mqtt)
{
    if (mqtt->phase != UP || mqtt->in_flight >= mqtt->window)
        return 0;
    return mqtt->window - mqtt->in_flight;
}

bool spc_mqtt_connected(const struct spc_mqtt *mqtt)
{
    return mqtt->phase == UP;
}

uint64_t spc_mqtt_states_refused(const struct spc_mqtt *mqtt)
{
    return mqtt->states_refused;
}

/* ---- open -------------------------------------------------------------- */

static spc_nanos monotonic(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SPC_SECOND + t.tv_nsec;
}

static void ignore_proxies(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy",
                                        "HTTP_PROXY", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
}

static void release(struct spc_mqtt *mqtt)
{
    spc_retained_clear(&mqtt->retained);
    spc_mailbox_clear(&mqtt->mailbox);
    free(mqtt->status_topic);
    free(mqtt);
}

static void copy_settings(struct spc_mqtt *mqtt,
                          const struct spc_mqtt_settings *settings)
{
    spc_retained_init(&mqtt->retained);
    mqtt->status_topic = strdup(settings->status_topic);
    mqtt->keepalive = settings->keepalive;
    mqtt->window_wanted = settings->window;
    mqtt->backoff_min = settings->backoff_min;
    mqtt->backoff_max = settings->backoff_max;
    mqtt->random = (uint64_t)monotonic() ^ (uint64_t)getpid() << 32;
    if (mqtt->random == 0)
        mqtt->random = 1;
}

/* The status topic is made known first, so that it goes first ever after. */
static enum spc_status fill(struct spc_mqtt *mqtt,
                            const struct spc_mqtt_settings *settings)
{
    if (!mqtt->status_topic ||
        !spc_retained_name(&mqtt->retained, mqtt->status_topic))
        return SPC_NO_MEMORY;
    return spc_broker_open(settings, &mqtt->mailbox, &mqtt->connection);
}

static enum spc_status open_with(const struct spc_mqtt_settings *settings,
                                 struct spc_mqtt **ret_mqtt)
{
    struct spc_mqtt *mqtt = calloc(1, sizeof *mqtt);

    if (!mqtt)
        return SPC_NO_MEMORY;
    if (!spc_mailbox_init(&mqtt->mailbox)) {
        free(mqtt);
        return SPC_CANNOT_OPEN;
    }
    copy_settings(mqtt, settings);

    enum spc_status status = fill(mqtt, settings);
    if (status != SPC_OK) {
        release(mqtt);
        return status;
    }
    spc_mailbox_wake(&mqtt->mailbox); /* the first poll dials */
    *ret_mqtt = mqtt;
    return SPC_OK;
}

enum spc_status spc_mqtt_open(const struct spc_mqtt_settings *settings,
                              char *reterr, size_t size,
                              struct spc_mqtt **ret_mqtt)
{
    assert(settings->window >= 1);
    assert(settings->keepalive >= SPC_SECOND);
    assert(settings->backoff_min > 0);
    assert(settings->backoff_max >= settings->backoff_min);

    ignore_proxies();
    enum spc_status status = open_with(settings, ret_mqtt);
    if (status == SPC_NO_MEMORY)
        snprintf(reterr, size, "no memory for the MQTT publisher");
    else if (status != SPC_OK)
        snprintf(reterr, size, "no descriptor for the MQTT publisher: %s",
                 strerror(errno));
    return status;
}

/* ---- close ------------------------------------------------------------- */

/* Waits for a word or the deadline and takes in the answers.  False when the
 * deadline has passed or the connection is gone. */
static bool listen_until(struct spc_mqtt *mqtt, spc_nanos deadline)
{
    struct pollfd fd = {mqtt->mailbox.descriptor, POLLIN, 0};
    spc_nanos left = deadline - monotonic();
    struct spc_mqtt_news unused;
    struct spc_answer answer;
    int refusal;

    if (left <= 0)
        return false;
    poll(&fd, 1, (int)(left / SPC_MILLISECOND) + 1);
    spc_mailbox_hush(&mqtt->mailbox);
    while (spc_mailbox_take_answer(&mqtt->mailbox, &answer))
        (void)settle(mqtt, answer, &unused);
    return !spc_mailbox_take_down(&mqtt->mailbox, &refusal);
}

static void publish_last_status(struct spc_mqtt *mqtt, const char *payload,
                                spc_nanos deadline)
{
    struct spc_publication status = {.topic = mqtt->status_topic,
                                     .payload = payload,
                                     .size = strlen(payload)};

    while (mqtt->in_flight >= mqtt->limits.receive_maximum) {
        if (!listen_until(mqtt, deadline))
            return;
    }
    if (!publish(mqtt, LAST_SLOT, (struct slot){.use = LAST_STATUS}, &status))
        return;
    while (mqtt->slots[LAST_SLOT].use != FREE) {
        if (!listen_until(mqtt, deadline))
            return;
    }
}

/* A plain DISCONNECT makes the broker forget the will, so it may only be said
 * when the last status is there. */
static void disconnect(struct spc_mqtt *mqtt, bool with_will,
                       spc_nanos deadline)
{
    if (!spc_broker_disconnect(mqtt->connection, with_will))
        return;
    while (!spc_mailbox_take_closed(&mqtt->mailbox)) {
        if (!listen_until(mqtt, deadline))
            return;
    }
}

void spc_mqtt_close(struct spc_mqtt *mqtt, const char *last_status,
                    spc_nanos patience)
{
    if (!mqtt)
        return;

    spc_nanos start = monotonic();
    bool say = mqtt->phase == UP && last_status;

    if (say)
        publish_last_status(mqtt, last_status, start + patience / 2);
    if (mqtt->phase == UP)
        disconnect(mqtt, say && !mqtt->last_status_taken,
                   start + patience / 4 * 3);
    if (spc_broker_close(mqtt->connection, start + patience))
        release(mqtt);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MQTT publisher on Paho's MQTTAsync, MQTT 5.
 *
 *              poll, due             CONNACK
 *     DOWN ---------------> DIALLING -------> UP
 *      ^                        |              |
 *      +------ failed, late ----+---- lost ----+
 *
 * Two threads of Paho's serve all clients and call back under Paho's mutex.
 * The mailbox is all they touch:
 *
 *     Paho's threads --- word, eventfd ---> mailbox <--- take --- loop
 *
 * A message in flight occupies a slot.  What a callback gets is a ticket: the
 * slot and the generation, which is the number of the connection.  A word
 * whose generation is not the mailbox's is thrown away, so nothing an old
 * connection still has to say is counted for the new one.  A ticket speaks
 * once, hence the ring can hold all there is to say and never overflows.
 *
 * Written from the OASIS standard MQTT 5.0 and Paho's MQTTAsync.h. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/mqtt.h"

#include "adapters/mqtt/retained.h"

#include <MQTTAsync.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    SLOTS = SPC_MQTT_WINDOW_MAX + 1, /* one more, for the last status */
    LAST_SLOT = SLOTS - 1,
    GENERATIONS = 4, /* rows of tickets; more than can be alive at once */
    RECEIVE_MAXIMUM_DEFAULT = 65535,    /* 3.2.2.3.3 */
    PACKET_MAXIMUM_DEFAULT = 268435460, /* the largest MQTT can say, 2.1.4 */
    PATIENCE_PAHO = 60, /* s; never reached, our own is shorter */
};

#define PATIENCE_DIAL (10 * SPC_SECOND)

enum phase { DOWN, DIALLING, UP };
enum use { FREE, EVENT, STATE, LAST_STATUS };

struct answer {
    uint32_t slot;
    int reason;
};

struct mailbox {
    pthread_mutex_t mutex;
    int wake; /* eventfd */
    uint32_t generation;
    bool up, down, closed;
    int refusal;                  /* why a connect was refused, or 0 */
    int receive_maximum;          /* of the broker; with `up` */
    int packet_maximum;           /* likewise */
    uint32_t first, count;        /* of the ring */
    struct answer answers[SLOTS]; /* the ring */
};

struct ticket {
    struct mailbox *mailbox;
    uint32_t generation, slot;
    bool spoken;
};

struct slot {
    enum use use;
    uint64_t seq;   /* EVENT */
    uint32_t state; /* STATE: index in the retained table */
    spc_nanos since;
};

struct spc_mqtt {
    struct mailbox mailbox;
    struct ticket tickets[GENERATIONS][SLOTS];
    struct ticket line[GENERATIONS]; /* context of the connection itself */

    MQTTAsync client; /* of this connection; NULL while DOWN */
    MQTTAsync anchor; /* keeps Paho's threads alive between connections */
    enum phase phase;
    uint32_t generation;
    spc_nanos now;   /* of the latest poll */
    spc_nanos since; /* phase began */
    spc_nanos not_before, delay;
    unsigned failures;
    uint64_t random;

    struct slot slots[SLOTS];
    uint32_t in_flight;
    uint32_t window; /* of this connection */
    int receive_maximum, packet_maximum;
    bool last_status_taken;

    struct spc_retained retained;
    uint64_t states_refused;

    char *uri, *client_id, *status_topic, *will_payload;
    int keepalive; /* s */
    uint32_t window_wanted;
    spc_nanos backoff_min, backoff_max;

    pthread_mutex_t end_mutex; /* with the thread that ends Paho */
    pthread_cond_t end_cond;
    bool ended;
};

/* ---- mailbox ----------------------------------------------------------- */

static void wake(struct mailbox *box)
{
    uint64_t one = 1;

    /* Can only fail when the counter is full, and then it is readable. */
    if (write(box->wake, &one, sizeof one) < 0)
        return;
}

/* Takes the lock when the ticket may still speak, otherwise returns false
 * without it. */
static bool may_speak(const struct ticket *ticket)
{
    struct mailbox *box = ticket->mailbox;

    pthread_mutex_lock(&box->mutex);
    if (ticket->generation == box->generation)
        return true;
    pthread_mutex_unlock(&box->mutex);
    return false;
}

static void spoken(struct mailbox *box)
{
    pthread_mutex_unlock(&box->mutex);
    wake(box);
}

static void put_answer(struct ticket *ticket, int reason)
{
    if (!may_speak(ticket))
        return;

    struct mailbox *box = ticket->mailbox;
    if (!ticket->spoken) {
        assert(box->count < SLOTS);
        ticket->spoken = true;
        box->answers[(box->first + box->count++) % SLOTS] =
            (struct answer){ticket->slot, reason};
    }
    spoken(box);
}

static void put_down(struct ticket *ticket, int refusal)
{
    if (!may_speak(ticket))
        return;
    ticket->mailbox->down = true;
    if (refusal)
        ticket->mailbox->refusal = refusal;
    spoken(ticket->mailbox);
}

static bool take_answer(struct mailbox *box, struct answer *ret_answer)
{
    pthread_mutex_lock(&box->mutex);
    bool any = box->count > 0;
    if (any) {
        *ret_answer = box->answers[box->first];
        box->first = (box->first + 1) % SLOTS;
        box->count--;
    }
    pthread_mutex_unlock(&box->mutex);
    return any;
}

/* Takes one of the words about the line itself. */
static bool take_flag(struct mailbox *box, bool *flag)
{
    pthread_mutex_lock(&box->mutex);
    bool was = *flag;
    *flag = false;
    pthread_mutex_unlock(&box->mutex);
    return was;
}

/* From here on only `generation` is listened to. */
static void open_generation(struct spc_mqtt *mqtt, uint32_t generation)
{
    struct mailbox *box = &mqtt->mailbox;
    struct ticket *row = mqtt->tickets[generation % GENERATIONS];

    pthread_mutex_lock(&box->mutex);
    box->generation = mqtt->generation = generation;
    box->up = box->down = box->closed = false;
    box->refusal = 0;
    box->first = box->count = 0;
    for (uint32_t s = 0; s < SLOTS; s++)
        row[s] = (struct ticket){box, generation, s, false};
    mqtt->line[generation % GENERATIONS] =
        (struct ticket){box, generation, SPC_NONE, false};
    pthread_mutex_unlock(&box->mutex);
}

/* ---- what Paho calls --------------------------------------------------- */

static int property(MQTTProperties *properties, enum MQTTPropertyCodes code,
                    int otherwise)
{
    if (!MQTTProperties_hasProperty(properties, code))
        return otherwise;

    int value = MQTTProperties_getNumericValue(properties, code);

    return value > 0 && value < otherwise ? value : otherwise;
}

static void on_connect(void *context, MQTTAsync_successData5 *data)
{
    struct ticket *ticket = context;
    int receive = property(&data->properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM,
                           RECEIVE_MAXIMUM_DEFAULT);
    int packet =
        property(&data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE,
                 PACKET_MAXIMUM_DEFAULT);

    if (!may_speak(ticket))
        return;
    ticket->mailbox->up = true;
    ticket->mailbox->receive_maximum = receive;
    ticket->mailbox->packet_maximum = packet;
    spoken(ticket->mailbox);
}

/* The reason code arrives in either place, depending on Paho's version and
 * on the packet; 0 when the broker gave none. */
static int reason_of(const MQTTAsync_failureData5 *data)
{
    if (!data)
        return 0;
    if ((int)data->reasonCode >= SPC_MQTT_REFUSED)
        return (int)data->reasonCode;
    return data->code >= SPC_MQTT_REFUSED ? data->code : 0;
}

static void on_connect_failed(void *context, MQTTAsync_failureData5 *data)
{
    put_down(context, reason_of(data));
}

static void on_lost(void *context, char *cause)
{
    (void)cause;
    put_down(context, 0);
}

static void on_broker_disconnects(void *context, MQTTProperties *properties,
                                  enum MQTTReasonCodes reason)
{
    (void)properties;
    (void)reason;
    put_down(context, 0);
}

/* Paho insists on this one; we subscribe to nothing. */
static int on_message(void *context, char *topic, int size,
                      MQTTAsync_message *message)
{
    (void)context;
    (void)size;
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static void on_published(void *context, MQTTAsync_successData5 *data)
{
    (void)data;
    put_answer(context, 0);
}

/* Without a reason code this is Paho giving up, and the broker may have the
 * message or not: the line counts as lost, and everything is offered again. */
static void on_publish_failed(void *context, MQTTAsync_failureData5 *data)
{
    int reason = reason_of(data);

    if (reason)
        put_answer(context, reason);
    else
        put_down(context, 0);
}

static void on_closed(void *context, MQTTAsync_successData5 *data)
{
    struct ticket *ticket = context;

    (void)data;
    if (!may_speak(ticket))
        return;
    ticket->mailbox->closed = true;
    spoken(ticket->mailbox);
}

static void on_close_failed(void *context, MQTTAsync_failureData5 *data)
{
    (void)data;
    on_closed(context, NULL);
}

/* ---- properties -------------------------------------------------------- */

static MQTTLenString text_of(const char *text)
{
    return (MQTTLenString){(int)strlen(text), (char *)text};
}

static bool add_user(MQTTProperties *list, const char *name, const char *text)
{
    MQTTProperty p = {.identifier = MQTTPROPERTY_CODE_USER_PROPERTY};

    p.value.data = text_of(name);
    p.value.value = text_of(text);
    return MQTTProperties_add(list, &p) == 0;
}

/* What every payload of ours is: JSON, hence UTF-8. */
static bool add_json(MQTTProperties *list)
{
    MQTTProperty format = {.identifier =
                               MQTTPROPERTY_CODE_PAYLOAD_FORMAT_INDICATOR};
    MQTTProperty type = {.identifier = MQTTPROPERTY_CODE_CONTENT_TYPE};

    format.value.byte = 1;
    type.value.data = text_of("application/json");
    return MQTTProperties_add(list, &format) == 0 &&
           MQTTProperties_add(list, &type) == 0;
}

/* ---- the connection ---------------------------------------------------- */

static void forget_slots(struct spc_mqtt *mqtt)
{
    memset(mqtt->slots, 0, sizeof mqtt->slots);
    mqtt->in_flight = 0;
}

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

/* Ends the connection whatever state it is in.  Destroy runs under the mutex
 * under which Paho calls back, so afterwards the old client is silent; the
 * new generation also drops what it said on the way. */
static void hang_up(struct spc_mqtt *mqtt)
{
    open_generation(mqtt, mqtt->generation + 1);
    if (mqtt->client)
        MQTTAsync_destroy(&mqtt->client);
    mqtt->client = NULL;
    forget_slots(mqtt);

    /* A line that held longer than we had waited for it is a sound one. */
    if (mqtt->phase == UP && mqtt->now - mqtt->since > mqtt->delay)
        mqtt->failures = 0;
    back_off(mqtt);
    become(mqtt, DOWN);
}

static bool create(struct spc_mqtt *mqtt, MQTTAsync *ret_client)
{
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer5;

    options.MQTTVersion = MQTTVERSION_5;
    options.sendWhileDisconnected = 0;
    return MQTTAsync_createWithOptions(ret_client, mqtt->uri, mqtt->client_id,
                                       MQTTCLIENT_PERSISTENCE_NONE, NULL,
                                       &options) == MQTTASYNC_SUCCESS;
}

static bool connect_with(struct spc_mqtt *mqtt, MQTTProperties *properties,
                         MQTTProperties *will_properties)
{
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;

    will.topicName = mqtt->status_topic;
    will.payload.data = mqtt->will_payload;
    will.payload.len = (int)strlen(mqtt->will_payload);
    will.qos = 1;
    will.retained = 1;

    /* Explicit: with 0, Paho 1.3.12 would try 3.1.1 and 3.1 in turn. */
    options.MQTTVersion = MQTTVERSION_5;
    options.cleansession = 0; /* the word of MQTT 3; must be 0 here */
    options.cleanstart = 1;
    options.keepAliveInterval = mqtt->keepalive;
    options.connectTimeout = PATIENCE_PAHO;
    options.automaticReconnect = 0;
    options.will = &will;
    options.connectProperties = properties;
    options.willProperties = will_properties;
    options.onSuccess5 = on_connect;
    options.onFailure5 = on_connect_failed;
    options.context = &mqtt->line[mqtt->generation % GENERATIONS];
    return MQTTAsync_connect(mqtt->client, &options) == MQTTASYNC_SUCCESS;
}

static bool start_connect(struct spc_mqtt *mqtt)
{
    MQTTProperties properties = MQTTProperties_initializer;
    MQTTProperties will_properties = MQTTProperties_initializer;
    MQTTProperty expiry = {.identifier =
                               MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL};
    struct ticket *line = &mqtt->line[mqtt->generation % GENERATIONS];

    expiry.value.integer4 = 0;
    bool ok =
        MQTTAsync_setCallbacks(mqtt->client, line, on_lost, on_message, NULL) ==
            MQTTASYNC_SUCCESS &&
        MQTTAsync_setDisconnected(mqtt->client, line, on_broker_disconnects) ==
            MQTTASYNC_SUCCESS &&
        MQTTProperties_add(&properties, &expiry) == 0 &&
        add_json(&will_properties) &&
        connect_with(mqtt, &properties, &will_properties);
    MQTTProperties_free(&properties);
    MQTTProperties_free(&will_properties);
    return ok;
}

static void dial(struct spc_mqtt *mqtt)
{
    open_generation(mqtt, mqtt->generation + 1);
    become(mqtt, DIALLING);
    if (!create(mqtt, &mqtt->client)) {
        mqtt->client = NULL;
        hang_up(mqtt);
    } else if (!start_connect(mqtt)) {
        hang_up(mqtt);
    }
}

/* A clock that was set back must not keep us from the broker for hours. */
static void dial_when_due(struct spc_mqtt *mqtt)
{
    if (mqtt->phase != DOWN)
        return;
    if (mqtt->now >= mqtt->not_before ||
        mqtt->not_before - mqtt->now > mqtt->backoff_max)
        dial(mqtt);
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
    spc_nanos keepalive = mqtt->keepalive * SPC_SECOND;

    if (mqtt->phase == DIALLING)
        return later_than(mqtt, mqtt->since, PATIENCE_DIAL);
    for (uint32_t s = 0; s < SLOTS; s++) {
        if (mqtt->slots[s].use != FREE &&
            later_than(mqtt, mqtt->slots[s].since, 2 * keepalive))
            return true;
    }
    return false;
}

/* ---- handing over ------------------------------------------------------ */

static struct ticket *ticket_of(struct spc_mqtt *mqtt, uint32_t slot)
{
    return &mqtt->tickets[mqtt->generation % GENERATIONS][slot];
}

static uint32_t free_slot(const struct spc_mqtt *mqtt)
{
    for (uint32_t s = 0; s < LAST_SLOT; s++) {
        if (mqtt->slots[s].use == FREE)
            return s;
    }
    assert(!"the window is smaller than the slots");
    return SPC_NONE;
}

static void occupy(struct spc_mqtt *mqtt, uint32_t s, struct slot slot)
{
    struct ticket *ticket = ticket_of(mqtt, s);

    assert(mqtt->slots[s].use == FREE);
    mqtt->slots[s] = slot;
    mqtt->slots[s].since = mqtt->now;
    mqtt->in_flight++;
    pthread_mutex_lock(&mqtt->mailbox.mutex);
    ticket->spoken = false;
    pthread_mutex_unlock(&mqtt->mailbox.mutex);
}

static void vacate(struct spc_mqtt *mqtt, uint32_t s)
{
    assert(mqtt->slots[s].use != FREE);
    mqtt->slots[s].use = FREE;
    mqtt->in_flight--;
}

/* An upper bound of the PUBLISH packet's size: 3.3. */
static bool too_large(const struct spc_mqtt *mqtt, const char *topic,
                      size_t size, const MQTTProperties *properties)
{
    size_t frame = 5 + 2 + 2 + 4 + (size_t)properties->length;
    size_t room = (size_t)mqtt->packet_maximum;

    return frame > room || strlen(topic) > room - frame ||
           size > room - frame - strlen(topic);
}

/* A topic to publish to has a length and no wildcards, 3.3.2.1.  Whether it is
 * UTF-8 Paho finds out. */
static bool plain(const char *topic)
{
    return *topic && strlen(topic) <= UINT16_MAX && !strpbrk(topic, "+#");
}

/* Hands the message of an occupied slot to Paho.  False: not now, and the
 * slot is vacant again. */
static bool hand_over(struct spc_mqtt *mqtt, uint32_t s, const char *topic,
                      MQTTAsync_message *message)
{
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;

    if (too_large(mqtt, topic, (size_t)message->payloadlen,
                  &message->properties)) {
        put_answer(ticket_of(mqtt, s), SPC_MQTT_PACKET_TOO_LARGE);
        return true;
    }
    if (!plain(topic)) {
        put_answer(ticket_of(mqtt, s), SPC_MQTT_TOPIC_INVALID);
        return true;
    }

    options.onSuccess5 = on_published;
    options.onFailure5 = on_publish_failed;
    options.context = ticket_of(mqtt, s);

    int rc = MQTTAsync_sendMessage(mqtt->client, topic, message, &options);
    if (rc == MQTTASYNC_BAD_UTF8_STRING)
        put_answer(ticket_of(mqtt, s), SPC_MQTT_TOPIC_INVALID);
    else if (rc != MQTTASYNC_SUCCESS)
        vacate(mqtt, s);
    return rc == MQTTASYNC_SUCCESS || rc == MQTTASYNC_BAD_UTF8_STRING;
}

static MQTTAsync_message message_of(const void *payload, size_t size)
{
    MQTTAsync_message message = MQTTAsync_message_initializer;

    /* Paho copies it; its structure serves arriving messages too. */
    message.payload = (void *)payload;
    message.payloadlen = size < INT32_MAX ? (int)size : INT32_MAX;
    message.qos = 1;
    return message;
}

static bool send_retained(struct spc_mqtt *mqtt, uint32_t s, const char *topic,
                          const void *payload, size_t size)
{
    MQTTAsync_message message = message_of(payload, size);

    message.retained = 1;
    bool ok = add_json(&message.properties);
    if (ok)
        ok = hand_over(mqtt, s, topic, &message);
    else
        vacate(mqtt, s);
    MQTTProperties_free(&message.properties);
    return ok;
}

static void send_states(struct spc_mqtt *mqtt, unsigned limit)
{
    for (; limit > 0 && spc_mqtt_room(mqtt) > 0; limit--) {
        uint32_t index = spc_retained_first(&mqtt->retained);
        if (index == SPC_NONE)
            return;

        const struct spc_retained_item *item = &mqtt->retained.items[index];
        uint32_t s = free_slot(mqtt);

        occupy(mqtt, s, (struct slot){.use = STATE, .state = index});
        if (!send_retained(mqtt, s, item->topic, item->payload, item->size))
            return;
        spc_retained_sent(&mqtt->retained);
    }
}

bool spc_mqtt_event(struct spc_mqtt *mqtt, uint64_t seq, const char *event_id,
                    const char *schema, const char *topic, const void *payload,
                    size_t size)
{
    if (spc_mqtt_room(mqtt) == 0)
        return false;

    MQTTAsync_message message = message_of(payload, size);
    uint32_t s = free_slot(mqtt);
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRIu64, seq);
    occupy(mqtt, s, (struct slot){.use = EVENT, .seq = seq});
    bool ok = add_json(&message.properties) &&
              add_user(&message.properties, "schema", schema) &&
              add_user(&message.properties, "event_id", event_id) &&
              add_user(&message.properties, "seq", digits);
    if (ok)
        ok = hand_over(mqtt, s, topic, &message);
    else
        vacate(mqtt, s);
    MQTTProperties_free(&message.properties);
    return ok;
}

void spc_mqtt_retain(struct spc_mqtt *mqtt, const char *topic,
                     const void *payload, size_t size)
{
    if (!spc_retained_set(&mqtt->retained, topic, payload, size))
        return; /* no memory: the payload from before stays */
}

/* ---- news -------------------------------------------------------------- */

/* True when the answer is news to the caller. */
static bool settle(struct spc_mqtt *mqtt, struct answer answer,
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
static void come_up(struct spc_mqtt *mqtt)
{
    struct mailbox *box = &mqtt->mailbox;

    pthread_mutex_lock(&box->mutex);
    mqtt->receive_maximum = box->receive_maximum;
    mqtt->packet_maximum = box->packet_maximum;
    pthread_mutex_unlock(&box->mutex);

    uint32_t receive = (uint32_t)mqtt->receive_maximum;
    mqtt->window = least(mqtt->window_wanted, SPC_MQTT_WINDOW_MAX);
    mqtt->window = least(mqtt->window, receive > 1 ? receive - 1 : 1);
    spc_retained_resend(&mqtt->retained);
    become(mqtt, UP);
}

static struct spc_mqtt_news go_down(struct spc_mqtt *mqtt)
{
    bool was_up = mqtt->phase == UP;

    pthread_mutex_lock(&mqtt->mailbox.mutex);
    int refusal = mqtt->mailbox.refusal;
    pthread_mutex_unlock(&mqtt->mailbox.mutex);

    hang_up(mqtt);
    return (struct spc_mqtt_news){
        was_up ? SPC_MQTT_LOST : SPC_MQTT_CONNECT_FAILED, 0, refusal, NULL};
}

/* Acknowledgements first: they hold even when the line is gone since. */
static bool next_news(struct spc_mqtt *mqtt, struct spc_mqtt_news *ret_news)
{
    struct answer answer;

    if (take_flag(&mqtt->mailbox, &mqtt->mailbox.up)) {
        come_up(mqtt);
        *ret_news = (struct spc_mqtt_news){.kind = SPC_MQTT_CONNECTED};
        return true;
    }
    while (take_answer(&mqtt->mailbox, &answer)) {
        if (settle(mqtt, answer, ret_news))
            return true;
    }
    if (mqtt->phase != DOWN &&
        (take_flag(&mqtt->mailbox, &mqtt->mailbox.down) || overdue(mqtt))) {
        *ret_news = go_down(mqtt);
        return true;
    }
    return false;
}

static void hush(struct spc_mqtt *mqtt)
{
    uint64_t times;

    /* Not blocking; nothing to read is as good. */
    if (read(mqtt->mailbox.wake, &times, sizeof times) < 0)
        return;
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
    hush(mqtt);
    while (count < room && next_news(mqtt, &news[count]))
        count++;
    dial_when_due(mqtt);
    send_states(mqtt, left);

    bool more = spc_mqtt_room(mqtt) > 0 &&
                spc_retained_first(&mqtt->retained) != SPC_NONE;
    if (count == room || more)
        wake(&mqtt->mailbox);
    return count;
}

int spc_mqtt_descriptor(const struct spc_mqtt *mqtt)
{
    return mqtt->mailbox.wake;
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

static char *uri_of(const char *host, uint16_t port)
{
    const char *form = strchr(host, ':') ? "tcp://[%s]:%u" : "tcp://%s:%u";
    size_t size = strlen(host) + sizeof "tcp://[]:65535";
    char *uri = malloc(size);

    if (uri)
        snprintf(uri, size, form, host, (unsigned)port);
    return uri;
}

static bool copy_settings(struct spc_mqtt *mqtt,
                          const struct spc_mqtt_settings *settings)
{
    spc_nanos seconds = settings->keepalive / SPC_SECOND;

    mqtt->uri = uri_of(settings->host, settings->port);
    mqtt->client_id = strdup(settings->client_id);
    mqtt->status_topic = strdup(settings->status_topic);
    mqtt->will_payload = strdup(settings->will_payload);
    mqtt->keepalive = seconds < UINT16_MAX ? (int)seconds : UINT16_MAX;
    mqtt->window_wanted = settings->window;
    mqtt->backoff_min = settings->backoff_min;
    mqtt->backoff_max = settings->backoff_max;
    mqtt->random = (uint64_t)monotonic() ^ (uint64_t)getpid() << 32;
    if (mqtt->random == 0)
        mqtt->random = 1;
    return mqtt->uri && mqtt->client_id && mqtt->status_topic &&
           mqtt->will_payload;
}

static void ignore_proxies(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy",
                                        "HTTP_PROXY", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
}

static void init_locks(struct spc_mqtt *mqtt)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&mqtt->mailbox.mutex, NULL);
    pthread_mutex_init(&mqtt->end_mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&mqtt->end_cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void release(struct spc_mqtt *mqtt)
{
    spc_retained_clear(&mqtt->retained);
    if (mqtt->mailbox.wake >= 0)
        close(mqtt->mailbox.wake);
    pthread_cond_destroy(&mqtt->end_cond);
    pthread_mutex_destroy(&mqtt->end_mutex);
    pthread_mutex_destroy(&mqtt->mailbox.mutex);
    free(mqtt->uri);
    free(mqtt->client_id);
    free(mqtt->status_topic);
    free(mqtt->will_payload);
    free(mqtt);
}

static enum spc_status fill(struct spc_mqtt *mqtt,
                            const struct spc_mqtt_settings *settings,
                            char *reterr, size_t size)
{
    if (!copy_settings(mqtt, settings) ||
        !spc_retained_name(&mqtt->retained, settings->status_topic)) {
        snprintf(reterr, size, "no memory for the MQTT publisher");
        return SPC_NO_MEMORY;
    }
    mqtt->mailbox.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (mqtt->mailbox.wake < 0) {
        snprintf(reterr, size, "the MQTT publisher has no descriptor: %s",
                 strerror(errno));
        return SPC_CANNOT_OPEN;
    }
    if (!create(mqtt, &mqtt->anchor)) {
        snprintf(reterr, size, "Paho makes no client for %s", mqtt->uri);
        return SPC_CANNOT_OPEN;
    }
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

    struct spc_mqtt *mqtt = calloc(1, sizeof *mqtt);
    if (!mqtt) {
        snprintf(reterr, size, "no memory for the MQTT publisher");
        return SPC_NO_MEMORY;
    }
    mqtt->mailbox.wake = -1;
    spc_retained_init(&mqtt->retained);
    init_locks(mqtt);
    ignore_proxies();

    enum spc_status status = fill(mqtt, settings, reterr, size);
    if (status != SPC_OK) {
        release(mqtt);
        return status;
    }
    wake(&mqtt->mailbox); /* the first poll dials */
    *ret_mqtt = mqtt;
    return SPC_OK;
}

/* ---- close ------------------------------------------------------------- */

/* Waits for a word or the deadline and takes in the answers.  False when the
 * deadline has passed or the line is gone. */
static bool listen_until(struct spc_mqtt *mqtt, spc_nanos deadline)
{
    struct pollfd fd = {mqtt->mailbox.wake, POLLIN, 0};
    spc_nanos left = deadline - monotonic();
    struct spc_mqtt_news unused;
    struct answer answer;

    if (left <= 0)
        return false;
    poll(&fd, 1, (int)(left / SPC_MILLISECOND) + 1);
    hush(mqtt);
    while (take_answer(&mqtt->mailbox, &answer))
        (void)settle(mqtt, answer, &unused);
    return !take_flag(&mqtt->mailbox, &mqtt->mailbox.down);
}

static void publish_last_status(struct spc_mqtt *mqtt, const char *status,
                                spc_nanos deadline)
{
    uint32_t limit = (uint32_t)mqtt->receive_maximum;

    while (mqtt->in_flight >= limit) {
        if (!listen_until(mqtt, deadline))
            return;
    }
    occupy(mqtt, LAST_SLOT, (struct slot){.use = LAST_STATUS});
    if (!send_retained(mqtt, LAST_SLOT, mqtt->status_topic, status,
                       strlen(status)))
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
    MQTTAsync_disconnectOptions options =
        MQTTAsync_disconnectOptions_initializer5;

    options.timeout = 0;
    options.reasonCode = with_will ? MQTTREASONCODE_DISCONNECT_WITH_WILL_MESSAGE
                                   : MQTTREASONCODE_NORMAL_DISCONNECTION;
    options.onSuccess5 = on_closed;
    options.onFailure5 = on_close_failed;
    options.context = &mqtt->line[mqtt->generation % GENERATIONS];
    if (MQTTAsync_disconnect(mqtt->client, &options) != MQTTASYNC_SUCCESS)
        return;
    while (!take_flag(&mqtt->mailbox, &mqtt->mailbox.closed)) {
        if (!listen_until(mqtt, deadline))
            return;
    }
}

static void *end_paho(void *context)
{
    struct spc_mqtt *mqtt = context;

    if (mqtt->client)
        MQTTAsync_destroy(&mqtt->client);
    MQTTAsync_destroy(&mqtt->anchor);
    pthread_mutex_lock(&mqtt->end_mutex);
    mqtt->ended = true;
    pthread_cond_signal(&mqtt->end_cond);
    pthread_mutex_unlock(&mqtt->end_mutex);
    return NULL;
}

/* Paho's destroy of the last client waits for its threads, up to ten
 * seconds; who waits for it here waits in another thread.  True: all ended. */
static bool end_within(struct spc_mqtt *mqtt, spc_nanos deadline)
{
    struct timespec until = {deadline / SPC_SECOND, deadline % SPC_SECOND};
    pthread_t thread;
    int rc = 0;

    if (pthread_create(&thread, NULL, end_paho, mqtt) != 0)
        return false;
    pthread_mutex_lock(&mqtt->end_mutex);
    while (!mqtt->ended && rc == 0)
        rc = pthread_cond_timedwait(&mqtt->end_cond, &mqtt->end_mutex, &until);
    bool ended = mqtt->ended;
    pthread_mutex_unlock(&mqtt->end_mutex);

    if (ended)
        pthread_join(thread, NULL);
    else
        pthread_detach(thread);
    return ended;
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
    open_generation(mqtt, mqtt->generation + 1);
    if (end_within(mqtt, start + patience))
        release(mqtt);
}

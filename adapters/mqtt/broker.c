/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection after the other to one broker, on Paho's MQTTAsync, MQTT 5.
 *
 * Numbers in comments are sections of the OASIS standard MQTT 5.0.  What Paho
 * does beyond its MQTTAsync.h was measured with 1.3.12. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/broker.h"

#include <MQTTAsync.h>
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RECEIVE_MAXIMUM_DEFAULT = 65535,    /* 3.2.2.3.3 */
    PACKET_MAXIMUM_DEFAULT = 268435460, /* the largest there is, 2.1.4 */
    PATIENCE_PAHO = 60, /* s; never reached, the loop's is shorter */
};

struct spc_broker {
    struct spc_mailbox *mailbox;
    MQTTAsync client; /* NULL: hung up */
    MQTTAsync anchor;
    char *uri, *client_id, *will_topic, *will_payload;
    int keepalive; /* s */

    pthread_mutex_t end_mutex; /* with the thread that ends Paho */
    pthread_cond_t end_cond;
    bool ended;
};

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
    MQTTProperties *properties = &data->properties;
    int receive = property(properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM,
                           RECEIVE_MAXIMUM_DEFAULT);
    int packet = property(properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE,
                          PACKET_MAXIMUM_DEFAULT);

    spc_ticket_up(context, (struct spc_broker_limits){(uint32_t)receive,
                                                      (uint32_t)packet});
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
    spc_ticket_down(context, reason_of(data));
}

static void on_lost(void *context, char *cause)
{
    (void)cause;
    spc_ticket_down(context, 0);
}

static void on_broker_disconnects(void *context, MQTTProperties *properties,
                                  enum MQTTReasonCodes reason)
{
    (void)properties;
    (void)reason;
    spc_ticket_down(context, 0);
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
    spc_ticket_answer(context, 0);
}

/* Without a reason code this is Paho giving up, and the broker may have the
 * message or not: the
 * connection counts as lost, and everything is offered again. */
static void on_publish_failed(void *context, MQTTAsync_failureData5 *data)
{
    int reason = reason_of(data);

    if (reason)
        spc_ticket_answer(context, reason);
    else
        spc_ticket_down(context, 0);
}

static void on_closed(void *context, MQTTAsync_successData5 *data)
{
    (void)data;
    spc_ticket_closed(context);
}

static void on_close_failed(void *context, MQTTAsync_failureData5 *data)
{
    (void)data;
    spc_ticket_closed(context);
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

static bool add_event(MQTTProperties *list, const struct spc_publication *p)
{
    char seq[24];

    snprintf(seq, sizeof seq, "%" PRIu64, p->seq);
    return add_user(list, "schema", p->schema) &&
           add_user(list, "event_id", p->event_id) &&
           add_user(list, "seq", seq);
}

/* ---- dialling ---------------------------------------------------------- */

static bool create(struct spc_broker *c, MQTTAsync *ret_client)
{
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer5;
    MQTTAsync client = NULL;

    options.MQTTVersion = MQTTVERSION_5;
    options.sendWhileDisconnected = 0;
    if (MQTTAsync_createWithOptions(&client, c->uri, c->client_id,
                                    MQTTCLIENT_PERSISTENCE_NONE, NULL,
                                    &options) != MQTTASYNC_SUCCESS)
        return false;
    *ret_client = client;
    return true;
}

static bool connect_with(struct spc_broker *c, struct spc_ticket *ticket,
                         MQTTProperties *properties,
                         MQTTProperties *will_properties)
{
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;

    will.topicName = c->will_topic;
    will.payload.data = c->will_payload;
    will.payload.len = (int)strlen(c->will_payload);
    will.qos = 1;
    will.retained = 1;

    /* Explicit: with 0, Paho would try 3.1.1 and 3.1 in turn. */
    options.MQTTVersion = MQTTVERSION_5;
    options.cleansession = 0; /* the word of MQTT 3; must be 0 here */
    options.cleanstart = 1;
    options.keepAliveInterval = c->keepalive;
    options.connectTimeout = PATIENCE_PAHO;
    options.automaticReconnect = 0;
    options.will = &will;
    options.connectProperties = properties;
    options.willProperties = will_properties;
    options.onSuccess5 = on_connect;
    options.onFailure5 = on_connect_failed;
    options.context = ticket;
    return MQTTAsync_connect(c->client, &options) == MQTTASYNC_SUCCESS;
}

static bool start_connect(struct spc_broker *c, struct spc_ticket *ticket)
{
    MQTTProperties properties = MQTTProperties_initializer;
    MQTTProperties will_properties = MQTTProperties_initializer;
    MQTTProperty expiry = {.identifier =
                               MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL};

    expiry.value.integer4 = 0;
    bool ok =
        MQTTAsync_setCallbacks(c->client, ticket, on_lost, on_message, NULL) ==
            MQTTASYNC_SUCCESS &&
        MQTTAsync_setDisconnected(c->client, ticket, on_broker_disconnects) ==
            MQTTASYNC_SUCCESS &&
        MQTTProperties_add(&properties, &expiry) == 0 &&
        add_json(&will_properties) &&
        connect_with(c, ticket, &properties, &will_properties);
    MQTTProperties_free(&properties);
    MQTTProperties_free(&will_properties);
    return ok;
}

bool spc_broker_dial(struct spc_broker *c)
{
    assert(!c->client);

    spc_mailbox_next_generation(c->mailbox);
    return create(c, &c->client) &&
           start_connect(c,
                         spc_mailbox_issue(c->mailbox, SPC_MAILBOX_CONNECTION));
}

/* The generation first, so that what destroy makes the old client say about
 * its messages is not listened to. */
void spc_broker_hang_up(struct spc_broker *c)
{
    spc_mailbox_next_generation(c->mailbox);
    if (c->client)
        MQTTAsync_destroy(&c->client);
    c->client = NULL;
}

/* ---- handing over ------------------------------------------------------ */

/* By an upper bound of the PUBLISH packet's size, 3.3. */
static bool too_large(const struct spc_publication *p, int properties,
                      uint32_t packet_maximum)
{
    size_t frame = 5 + 2 + 2 + 4 + (size_t)properties;
    size_t topic = strlen(p->topic);

    return frame > packet_maximum || topic > packet_maximum - frame ||
           p->size > packet_maximum - frame - topic;
}

/* A topic to publish to has a length and no wildcards, 3.3.2.1.  Whether it is
 * UTF-8 Paho finds out. */
static bool plain(const char *topic)
{
    return *topic && strlen(topic) <= UINT16_MAX && !strpbrk(topic, "+#");
}

static int send_message(struct spc_broker *c, struct spc_ticket *ticket,
                        const char *topic, MQTTAsync_message *message)
{
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;

    options.onSuccess5 = on_published;
    options.onFailure5 = on_publish_failed;
    options.context = ticket;
    return MQTTAsync_sendMessage(c->client, topic, message, &options);
}

/* The answer known without asking the broker, or 0. */
static int foregone(const struct spc_publication *p,
                    const MQTTAsync_message *message, uint32_t packet_maximum)
{
    if (!plain(p->topic))
        return SPC_MQTT_TOPIC_INVALID;
    if (too_large(p, message->properties.length, packet_maximum))
        return SPC_MQTT_PACKET_TOO_LARGE;
    return 0;
}

static bool hand_over(struct spc_broker *c, struct spc_ticket *ticket,
                      const struct spc_publication *p,
                      MQTTAsync_message *message, uint32_t packet_maximum)
{
    int reason = foregone(p, message, packet_maximum);

    if (!reason) {
        int rc = send_message(c, ticket, p->topic, message);

        if (rc == MQTTASYNC_BAD_UTF8_STRING)
            reason = SPC_MQTT_TOPIC_INVALID;
        else if (rc != MQTTASYNC_SUCCESS)
            return false;
    }
    if (reason)
        spc_ticket_answer(ticket, reason);
    return true;
}

bool spc_broker_publish(struct spc_broker *c, uint32_t slot,
                        const struct spc_publication *p,
                        uint32_t packet_maximum)
{
    MQTTAsync_message message = MQTTAsync_message_initializer;

    assert(c->client);
    /* Paho copies it; its structure serves arriving messages too. */
    message.payload = (void *)p->payload;
    message.payloadlen = p->size < INT32_MAX ? (int)p->size : INT32_MAX;
    message.qos = 1;
    message.retained = p->event_id == NULL;
    bool ok = add_json(&message.properties) &&
              (!p->event_id || add_event(&message.properties, p)) &&
              hand_over(c, spc_mailbox_issue(c->mailbox, slot), p, &message,
                        packet_maximum);
    MQTTProperties_free(&message.properties);
    return ok;
}

bool spc_broker_disconnect(struct spc_broker *c, bool with_will)
{
    MQTTAsync_disconnectOptions options =
        MQTTAsync_disconnectOptions_initializer5;

    assert(c->client);
    options.timeout = 0;
    options.reasonCode = with_will ? MQTTREASONCODE_DISCONNECT_WITH_WILL_MESSAGE
                                   : MQTTREASONCODE_NORMAL_DISCONNECTION;
    options.onSuccess5 = on_closed;
    options.onFailure5 = on_close_failed;
    options.context = spc_mailbox_issue(c->mailbox, SPC_MAILBOX_CONNECTION);
    return MQTTAsync_disconnect(c->client, &options) == MQTTASYNC_SUCCESS;
}

/* ---- open and close ---------------------------------------------------- */

static char *uri_of(const char *host, uint16_t port)
{
    const char *form = strchr(host, ':') ? "tcp://[%s]:%u" : "tcp://%s:%u";
    size_t size = strlen(host) + sizeof "tcp://[]:65535";
    char *uri = malloc(size);

    if (uri)
        snprintf(uri, size, form, host, (unsigned)port);
    return uri;
}

static void release(struct spc_broker *c)
{
    pthread_cond_destroy(&c->end_cond);
    pthread_mutex_destroy(&c->end_mutex);
    free(c->uri);
    free(c->client_id);
    free(c->will_topic);
    free(c->will_payload);
    free(c);
}

static void init_locks(struct spc_broker *c)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&c->end_mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->end_cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

enum spc_status spc_broker_open(const struct spc_mqtt_settings *settings,
                                struct spc_mailbox *mailbox,
                                struct spc_broker **ret_connection)
{
    struct spc_broker *c = calloc(1, sizeof *c);
    spc_nanos keepalive = settings->keepalive / SPC_SECOND;

    if (!c)
        return SPC_NO_MEMORY;
    init_locks(c);
    c->mailbox = mailbox;
    c->uri = uri_of(settings->host, settings->port);
    c->client_id = strdup(settings->client_id);
    c->will_topic = strdup(settings->status_topic);
    c->will_payload = strdup(settings->will_payload);
    c->keepalive = keepalive < UINT16_MAX ? (int)keepalive : UINT16_MAX;
    if (!c->uri || !c->client_id || !c->will_topic || !c->will_payload ||
        !create(c, &c->anchor)) {
        release(c);
        return SPC_NO_MEMORY;
    }
    *ret_connection = c;
    return SPC_OK;
}

static void *end_paho(void *context)
{
    struct spc_broker *c = context;

    if (c->client)
        MQTTAsync_destroy(&c->client);
    MQTTAsync_destroy(&c->anchor);
    pthread_mutex_lock(&c->end_mutex);
    c->ended = true;
    pthread_cond_signal(&c->end_cond);
    pthread_mutex_unlock(&c->end_mutex);
    return NULL;
}

/* Paho's destroy of the last client waits for its threads, up to ten seconds.
 * So that nobody waits longer than wanted, it waits in a thread. */
bool spc_broker_close(struct spc_broker *c, spc_nanos deadline)
{
    struct timespec until = {deadline / SPC_SECOND, deadline % SPC_SECOND};
    pthread_t thread;
    int rc = 0;

    spc_mailbox_next_generation(c->mailbox);
    if (pthread_create(&thread, NULL, end_paho, c) != 0)
        return false;
    pthread_mutex_lock(&c->end_mutex);
    while (!c->ended && rc == 0)
        rc = pthread_cond_timedwait(&c->end_cond, &c->end_mutex, &until);
    bool ended = c->ended;
    pthread_mutex_unlock(&c->end_mutex);

    if (!ended) {
        pthread_detach(thread);
        return false;
    }
    pthread_join(thread, NULL);
    release(c);
    return true;
}

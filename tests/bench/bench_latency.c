/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a register change to the arrival of its alarm at an MQTT subscriber,
 * through the real daemon and broker, beside a floor of the same rounds: a
 * bare TCP round trip of a Modbus request and reply, and a bare publish of
 * the same size through the same broker to the same subscriber.
 *
 *     main    set registers ......................... alarm arrives
 *     server  .............. daemon reads them ....................
 *
 * One process is PLC, subscriber and clock.  The server thread is the PLC;
 * every part after the study lies beyond the limit, so each is one event.
 *
 *     bench_latency BROKER_PORT ROUNDS FILE
 *
 * Prints `port N` when the PLC listens; the daemon may then start.  FILE is
 * made for timing an fdatasync, which a recorded alarm cannot do without. */
#define _POSIX_C_SOURCE 200809L
#include "tests/bench/bench.h"

#include <MQTTAsync.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    REQUEST = 12, /* bytes of a read request */
    REPLY = 259,  /* of the longest reply */
    MESSAGE = 1024,
    STUDY = 20,
    ROUNDS_MAX = 100000,
    PATIENCE = 20, /* s */
};

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    modbus_mapping_t *registers;
    uint16_t served; /* newest counter the daemon has read */
    double served_at;
    unsigned alarms, echoes; /* arrived */
    double alarm_at, echo_at;
    bool subscribed, connected;
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER,
            .changed = PTHREAD_COND_INITIALIZER};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench_latency: %s\n", what);
    exit(1);
}

static bool wait_until(bool (*holds)(unsigned), unsigned what)
{
    struct timespec until;
    bool good;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE;
    pthread_mutex_lock(&shared.mutex);
    while (!(good = holds(what)) &&
           pthread_cond_timedwait(&shared.changed, &shared.mutex, &until) !=
               ETIMEDOUT)
        ;
    pthread_mutex_unlock(&shared.mutex);
    return good;
}

static bool was_served(unsigned counter)
{
    return shared.served == counter;
}

static bool has_alarms(unsigned count)
{
    return shared.alarms >= count;
}

static bool has_echoes(unsigned count)
{
    return shared.echoes >= count;
}

static bool is_connected(unsigned subscribed)
{
    return subscribed ? shared.subscribed : shared.connected;
}

/* ---- the PLC ------------------------------------------------------------ */

static void *serve(void *context)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    modbus_t *modbus = context;

    for (;;) {
        int length = modbus_receive(modbus, query);
        if (length < 0)
            return NULL;
        pthread_mutex_lock(&shared.mutex);
        uint16_t counter = shared.registers->tab_registers[0];
        modbus_reply(modbus, query, length, shared.registers);
        if (counter != shared.served) {
            shared.served = counter;
            shared.served_at = bench_now();
            pthread_cond_signal(&shared.changed);
        }
        pthread_mutex_unlock(&shared.mutex);
    }
}

static void *accept_and_serve(void *context)
{
    modbus_t *modbus = modbus_new_tcp("127.0.0.1", 0);
    int listener = *(int *)context;

    while (modbus && modbus_tcp_accept(modbus, &listener) >= 0)
        serve(modbus);
    return NULL;
}

static unsigned port_of(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    if (getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        give_up("no port");
    return ntohs(address.sin_port);
}

static int listen_on_any_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 4) != 0)
        give_up("cannot listen");
    return listener;
}

static void make_part(uint16_t counter, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    pthread_mutex_lock(&shared.mutex);
    shared.registers->tab_registers[0] = counter;
    shared.registers->tab_registers[1] = (uint16_t)(bits >> 16);
    shared.registers->tab_registers[2] = (uint16_t)bits;
    pthread_mutex_unlock(&shared.mutex);
}

/* ---- the subscriber and the bare publisher ------------------------------ */

static int arrived(void *context, char *topic, int length,
                   MQTTAsync_message *message)
{
    static const char alarm[] = "/event/alarm", echo[] = "bench/echo";
    double now = bench_now();
    size_t size = length ? (size_t)length : strlen(topic);

    (void)context;
    pthread_mutex_lock(&shared.mutex);
    if (size >= sizeof alarm - 1 && memcmp(topic + size - (sizeof alarm - 1),
                                           alarm, sizeof alarm - 1) == 0) {
        shared.alarms++;
        shared.alarm_at = now;
    } else if (size == sizeof echo - 1 && memcmp(topic, echo, size) == 0) {
        shared.echoes++;
        shared.echo_at = now;
    }
    pthread_cond_signal(&shared.changed);
    pthread_mutex_unlock(&shared.mutex);
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static void connected(void *context, MQTTAsync_successData5 *data)
{
    (void)data;
    pthread_mutex_lock(&shared.mutex);
    *(bool *)context = true;
    pthread_cond_signal(&shared.changed);
    pthread_mutex_unlock(&shared.mutex);
}

static MQTTAsync connect_client(const char *uri, const char *id, bool *ret_done)
{
    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;
    MQTTAsync client;

    if (MQTTAsync_createWithOptions(&client, uri, id,
                                    MQTTCLIENT_PERSISTENCE_NONE, NULL,
                                    &create) != MQTTASYNC_SUCCESS)
        give_up("no MQTT client");
    MQTTAsync_setCallbacks(client, NULL, NULL, arrived, NULL);
    options.MQTTVersion = MQTTVERSION_5;
    options.cleanstart = 1;
    options.onSuccess5 = connected;
    options.context = ret_done;
    if (MQTTAsync_connect(client, &options) != MQTTASYNC_SUCCESS ||
        !wait_until(is_connected, false))
        give_up("cannot connect to the broker");
    return client;
}

static void subscribe(MQTTAsync client, const char *topic)
{
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;

    pthread_mutex_lock(&shared.mutex);
    shared.subscribed = false;
    pthread_mutex_unlock(&shared.mutex);
    options.onSuccess5 = connected;
    options.context = &shared.subscribed;
    if (MQTTAsync_subscribe(client, topic, 1, &options) != MQTTASYNC_SUCCESS ||
        !wait_until(is_connected, true))
        give_up("cannot subscribe");
}

/* ---- one round ---------------------------------------------------------- */

static void *echo_replies(void *context)
{
    char request[REQUEST], reply[REPLY] = {0};
    int connection = accept(*(int *)context, NULL, NULL), on = 1;

    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (recv(connection, request, sizeof request, MSG_WAITALL) > 0)
        if (send(connection, reply, sizeof reply, 0) != REPLY)
            break;
    close(connection);
    return NULL;
}

static double ping(int connection)
{
    char request[REQUEST] = {0}, reply[REPLY];
    double start = bench_now();

    if (send(connection, request, sizeof request, 0) != REQUEST ||
        recv(connection, reply, sizeof reply, MSG_WAITALL) != REPLY)
        give_up("the bare round trip failed");
    return bench_now() - start;
}

static double publish(MQTTAsync client, unsigned round)
{
    static char message[MESSAGE];
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    double start = bench_now();

    if (MQTTAsync_send(client, "bench/echo", sizeof message, message, 1, 0,
                       &options) != MQTTASYNC_SUCCESS ||
        !wait_until(has_echoes, round))
        give_up("the bare publish failed");
    return shared.echo_at - start;
}

static double sync_once(int file)
{
    static const char page[4096];
    double start = bench_now();

    if (write(file, page, sizeof page) != sizeof page || fdatasync(file) != 0)
        give_up("cannot write the file");
    return bench_now() - start;
}

struct series {
    const char *name;
    double *seconds;
};

enum { TCP, PUBLISH, FLOOR, SYNC, WAIT, READ, CHANGE, SERIES };

static struct series series[SERIES] = {
    [TCP] = {"tcp", NULL},
    [PUBLISH] = {"publish", NULL},
    [FLOOR] = {"floor", NULL},
    [SYNC] = {"sync", NULL},
    [WAIT] = {"wait_for_poll", NULL},
    [READ] = {"read_to_arrival", NULL},
    [CHANGE] = {"change_to_arrival", NULL},
};

struct bench {
    MQTTAsync subscriber, publisher;
    int echo, file;
    uint16_t counter;
    unsigned alarms;
};

static void run_round(struct bench *b, unsigned round)
{
    series[TCP].seconds[round] = ping(b->echo);
    series[PUBLISH].seconds[round] = publish(b->publisher, round + 1);
    series[FLOOR].seconds[round] =
        series[TCP].seconds[round] + series[PUBLISH].seconds[round];
    series[SYNC].seconds[round] = sync_once(b->file);

    double start = bench_now();
    make_part(++b->counter, 11);
    if (!wait_until(has_alarms, ++b->alarms))
        give_up("an alarm did not arrive");
    series[WAIT].seconds[round] = shared.served_at - start;
    series[READ].seconds[round] = shared.alarm_at - shared.served_at;
    series[CHANGE].seconds[round] = shared.alarm_at - start;
}

static void study(struct bench *b)
{
    for (unsigned i = 0; i < STUDY; i++) {
        make_part(++b->counter, 10 + 0.01f * (float)(i % 3));
        if (!wait_until(was_served, b->counter))
            give_up("the daemon does not read");
    }
    /* The first beyond the limits may be more than one event. */
    for (unsigned i = 0; i < 3; i++) {
        make_part(++b->counter, 11);
        if (!wait_until(has_alarms, b->alarms + 1))
            give_up("the first alarm did not arrive");
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
        b->alarms = shared.alarms;
    }
}

static void tell(unsigned rounds)
{
    for (int i = 0; i < SERIES; i++) {
        double p50 = bench_quantile(series[i].seconds, rounds, 0.5);
        double p99 = bench_quantile(series[i].seconds, rounds, 0.99);
        char name[64];

        snprintf(name, sizeof name, "%s_p50_us", series[i].name);
        bench_tell(name, p50 * 1e6);
        snprintf(name, sizeof name, "%s_p99_us", series[i].name);
        bench_tell(name, p99 * 1e6);
    }
}

static void open_bench(struct bench *b, const char *broker_port,
                       const char *file)
{
    static int plc, echo;
    pthread_t thread;
    char uri[64];
    int on = 1;

    snprintf(uri, sizeof uri, "tcp://127.0.0.1:%s", broker_port);
    b->subscriber = connect_client(uri, "bench-subscriber", &shared.connected);
    subscribe(b->subscriber, "spc/#");
    subscribe(b->subscriber, "bench/#");
    shared.connected = false;
    b->publisher = connect_client(uri, "bench-publisher", &shared.connected);
    b->file = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

    echo = listen_on_any_port();
    pthread_create(&thread, NULL, echo_replies, &echo);
    pthread_detach(thread);
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port_of(echo));
    b->echo = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(b->echo, (struct sockaddr *)&address, sizeof address) != 0)
        give_up("cannot connect to the echo");
    setsockopt(b->echo, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    plc = listen_on_any_port();
    pthread_create(&thread, NULL, accept_and_serve, &plc);
    pthread_detach(thread);
    printf("port %u\n", port_of(plc));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    unsigned rounds = argc == 4 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

    if (rounds < 1 || rounds > ROUNDS_MAX)
        give_up("usage: bench_latency BROKER_PORT ROUNDS FILE");
    shared.registers = modbus_mapping_new(0, 0, 3, 0);
    for (int i = 0; i < SERIES; i++)
        series[i].seconds = calloc(rounds, sizeof(double));
    open_bench(&bench, argv[1], argv[3]);
    study(&bench);
    for (unsigned round = 0; round < rounds; round++)
        run_round(&bench, round);
    tell(rounds);
    return 0;
}

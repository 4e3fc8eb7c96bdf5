/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/connection.h"

#include "adapters/modbus/frame.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- waiting ----------------------------------------------------------- */

static spc_nanos clock_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * SPC_SECOND + now.tv_nsec;
}

spc_nanos spc_monotonic(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

spc_nanos spc_wall_clock(void)
{
    return clock_of(CLOCK_REALTIME);
}

/* Rounded up, so that a wait never ends before its deadline. */
static int milliseconds_until(spc_nanos deadline)
{
    spc_nanos left = deadline - spc_monotonic();

    if (left <= 0)
        return 0;
    if (left > 3600 * SPC_SECOND)
        left = 3600 * SPC_SECOND;
    return (int)((left + SPC_MILLISECOND - 1) / SPC_MILLISECOND);
}

static int wait_for(int descriptor, short events, int stop, spc_nanos deadline)
{
    for (;;) {
        struct pollfd wanted[2] = {{.fd = stop, .events = POLLIN},
                                   {.fd = descriptor, .events = events}};
        int left = milliseconds_until(deadline);
        int ready = poll(wanted, 2, left);

        if (ready > 0 && wanted[0].revents)
            return ECANCELED;
        if (ready > 0)
            return 0;
        if (ready == 0 && left == 0)
            return ETIMEDOUT;
        if (ready < 0 && errno != EINTR)
            return errno;
    }
}

int spc_wait_readable(int descriptor, int stop, spc_nanos deadline)
{
    return wait_for(descriptor, POLLIN, stop, deadline);
}

const char *spc_span_text(spc_nanos span, char *text, size_t size)
{
    if (span < SPC_SECOND)
        snprintf(text, size, "%.4g ms", (double)span / 1e6);
    else
        snprintf(text, size, "%.4g s", (double)span / 1e9);
    return text;
}

/* ---- dialling ---------------------------------------------------------- */

enum spc_status spc_connection_open(const char *host, uint16_t port, int stop,
                                    struct spc_connection *ret_connection)
{
    struct spc_connection opened = {.host = host, .port = port, .stop = stop};
    char service[8];

    snprintf(service, sizeof service, "%u", port);
    snprintf(opened.peer, sizeof opened.peer,
             strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    opened.context = modbus_new_tcp_pi(host, service);
    if (!opened.context)
        return SPC_NO_MEMORY;
    /* The library must neither dial on its own nor start the clock again at
     * each byte. */
    modbus_set_error_recovery(opened.context, MODBUS_ERROR_RECOVERY_NONE);
    modbus_set_byte_timeout(opened.context, 0, 0);
    *ret_connection = opened;
    return SPC_OK;
}

void spc_connection_close(struct spc_connection *connection)
{
    spc_connection_hang_up(connection);
    modbus_free(connection->context);
}

void spc_connection_hang_up(struct spc_connection *connection)
{
    modbus_close(connection->context);
    modbus_set_socket(connection->context, -1);
}

/* libmodbus waits with select, whose sets end at FD_SETSIZE. */
static int open_socket(const struct addrinfo *address, int *ret_descriptor)
{
    int descriptor =
        socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
               IPPROTO_TCP);

    if (descriptor < 0)
        return errno;
    if (descriptor >= FD_SETSIZE) {
        close(descriptor);
        return EMFILE;
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    *ret_descriptor = descriptor;
    return 0;
}

static int outcome_of(int descriptor)
{
    int error = 0;
    socklen_t size = sizeof error;

    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return errno;
    return error;
}

static int connect_to(const struct addrinfo *address, int stop,
                      spc_nanos timeout, int *ret_descriptor)
{
    spc_nanos deadline = spc_monotonic() + timeout;
    int descriptor = -1;
    int error = open_socket(address, &descriptor);

    if (error)
        return error;
    if (connect(descriptor, address->ai_addr, address->ai_addrlen) != 0)
        error = errno;
    if (error == EINPROGRESS) {
        error = wait_for(descriptor, POLLOUT, stop, deadline);
        if (!error)
            error = outcome_of(descriptor);
    }
    if (error) {
        close(descriptor);
        return error;
    }
    *ret_descriptor = descriptor;
    return 0;
}

static void explain(const struct spc_connection *connection, int error,
                    spc_nanos timeout, char *reterr, size_t size)
{
    char why[80] = "";

    switch (error) {
    case ECONNREFUSED:
        snprintf(reterr, size, "connection refused by %s", connection->peer);
        break;
    case ETIMEDOUT:
        snprintf(reterr, size, "connect timeout after %s: %s does not accept",
                 spc_span_text(timeout, why, sizeof why), connection->peer);
        break;
    case EMFILE:
        snprintf(reterr, size, "cannot connect to %s: no descriptor below %d",
                 connection->peer, FD_SETSIZE);
        break;
    default:
        if (strerror_r(error, why, sizeof why) != 0)
            snprintf(why, sizeof why, "error %d", error);
        snprintf(reterr, size, "cannot connect to %s: %s", connection->peer,
                 why);
    }
}

static int look_up(const struct spc_connection *connection,
                   struct addrinfo **ret_list, char *reterr, size_t size)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV};
    char service[8];

    snprintf(service, sizeof service, "%u", connection->port);
    int failure = getaddrinfo(connection->host, service, &hints, ret_list);
    if (failure)
        snprintf(reterr, size, "the host %s is not known: %s", connection->host,
                 gai_strerror(failure));
    return failure ? EHOSTUNREACH : 0;
}

int spc_connection_dial(struct spc_connection *connection, spc_nanos timeout,
                        char *reterr, size_t size)
{
    struct addrinfo *list = NULL;
    int descriptor = -1;
    int error = look_up(connection, &list, reterr, size);

    if (error)
        return error;
    /* A name may stand for several addresses; the first that accepts is it. */
    for (const struct addrinfo *at = list; at; at = at->ai_next) {
        error = connect_to(at, connection->stop, timeout, &descriptor);
        if (!error || error == ECANCELED)
            break;
    }
    freeaddrinfo(list);
    if (error)
        explain(connection, error, timeout, reterr, size);
    else
        modbus_set_socket(connection->context, descriptor);
    return error;
}

/* ---- reading ----------------------------------------------------------- */

/* Twelve bytes always fit into the send buffer of a connection that is being
 * read at the other end; one that has no room is dead. */
static int send_request(struct spc_connection *connection,
                        const struct spc_frame_read *read)
{
    uint8_t bytes[SPC_FRAME_REQUEST];

    spc_frame_request(read, bytes);
    ssize_t sent = send(modbus_get_socket(connection->context), bytes,
                        sizeof bytes, MSG_NOSIGNAL);
    if (sent == (ssize_t)sizeof bytes)
        return 0;
    return sent < 0 && errno != EAGAIN ? errno : EPIPE;
}

/* The next whole frame.  Silence is ETIMEDOUT; a frame that has begun and
 * does not end in time leaves the stream in the middle of something, so that
 * is EPROTO and breaks the connection. */
static int receive_frame(struct spc_connection *connection, spc_nanos deadline,
                         uint8_t *ret_bytes, size_t *ret_length)
{
    int error = spc_wait_readable(modbus_get_socket(connection->context),
                                  connection->stop, deadline);
    if (error)
        return error;

    spc_nanos left = deadline - spc_monotonic();
    if (left < 1000)
        left = 1000; /* libmodbus refuses a timeout of zero */
    modbus_set_response_timeout(connection->context,
                                (uint32_t)(left / SPC_SECOND),
                                (uint32_t)(left % SPC_SECOND / 1000));
    int length = modbus_receive_confirmation(connection->context, ret_bytes);
    if (length < 0)
        return errno == ETIMEDOUT ? EPROTO : errno;
    *ret_length = (size_t)length;
    return 0;
}

int spc_connection_read(struct spc_connection *connection, uint8_t unit,
                        uint16_t first, uint16_t count, spc_nanos timeout,
                        uint16_t *ret_words)
{
    const struct spc_frame_read read = {++connection->transaction, unit, first,
                                        count};
    spc_nanos deadline = spc_monotonic() + timeout;
    uint8_t bytes[MODBUS_TCP_MAX_ADU_LENGTH];
    size_t length = 0;
    int error = send_request(connection, &read);

    if (error)
        return error;
    /* Replies that come too late are whole frames with the number of an
     * earlier request; they are dropped and ours is waited for. */
    do {
        error = receive_frame(connection, deadline, bytes, &length);
        if (!error)
            error = spc_frame_reply(&read, bytes, length, ret_words);
    } while (error == EAGAIN && spc_monotonic() < deadline);
    return error == EAGAIN ? ETIMEDOUT : error;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A battery cell line behind a Modbus TCP server, for demonstrations.
 *
 * Holds the registers of config/examples/battery-line.yaml and makes a part
 * at a steady rate: open circuit voltage N(4.1775 V, 0.0012), internal
 * resistance N(1.200 mOhm, 0.010), weight N(70.50 g, 0.05).  After a stated
 * number of parts the voltage shifts by a stated number of sigmas.  The line
 * stands, with its first part in place, until somebody reads: a slow start of
 * the reader would else eat into the parts before the shift.
 *
 *     sim_battery_line [--port N] [--rate PARTS/S] [--seed N]
 *                      [--shift-after PARTS] [--shift SIGMAS]
 *
 * Prints `port N` when it listens and a line when the shift comes.  Serves
 * until SIGTERM or SIGINT.  One thread, so a block is never seen half
 * written.  A simulator that was stopped for a while makes its next part
 * late; it does not make several at once. */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/decode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <modbus.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FIRST = 40101 - 40001, COUNT = 22, CHANNELS = 8 };

/* clang-format off */
static const struct spc_register
    counter       = { 0, 2, SPC_MODBUS_UINT32,  SPC_MODBUS_CDAB, 0},
    valid         = { 2, 1, SPC_MODBUS_BIT,     SPC_MODBUS_CDAB, 1},
    ocv           = { 3, 2, SPC_MODBUS_FLOAT32, SPC_MODBUS_CDAB, 0},
    ir            = { 5, 2, SPC_MODBUS_INT32,   SPC_MODBUS_CDAB, 0},
    weight        = { 7, 1, SPC_MODBUS_UINT16,  SPC_MODBUS_CDAB, 0},
    part_id       = { 8, 6, SPC_MODBUS_STRING,  SPC_MODBUS_CDAB, 0},
    product       = {14, 4, SPC_MODBUS_STRING,  SPC_MODBUS_CDAB, 0},
    channel       = {18, 1, SPC_MODBUS_UINT16,  SPC_MODBUS_CDAB, 0},
    counter_again = {19, 2, SPC_MODBUS_UINT32,  SPC_MODBUS_CDAB, 0},
    self_test     = {21, 1, SPC_MODBUS_UINT16,  SPC_MODBUS_CDAB, 0};
/* clang-format on */

static const double ocv_mean = 4.1775, ocv_sigma = 0.0012;
static const double ir_mean = 1.200, ir_sigma = 0.010;
static const double weight_mean = 70.50, weight_sigma = 0.05;

struct line {
    double rate, shift;
    uint64_t seed, parts, shift_after;
    uint16_t *registers;
};

/* The demonstration is to show one alarm, that of the shift.  With this seed
 * the charts of the example plant raise no other within the first 800 parts,
 * be the first part that is charted number 1 or any up to 25. */
enum { SEED = 152 };

static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

/* ---- parts ------------------------------------------------------------- */

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Above zero, at most one, so that its logarithm exists. */
static double random_unit(uint64_t *state)
{
    return (double)((random_bits(state) >> 11) + 1) * 0x1p-53;
}

/* Box and Muller, one of the two. */
static double random_normal(uint64_t *state, double mean, double sigma)
{
    double radius = sqrt(-2 * log(random_unit(state)));

    return mean + sigma * radius * cos(6.283185307179586 * random_unit(state));
}

static uint32_t float_bits(double value)
{
    float narrow = (float)value;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof bits);
    return bits;
}

static double shift_of(struct line *line)
{
    if (line->parts <= line->shift_after)
        return 0;
    if (line->parts == line->shift_after + 1) {
        printf("shift injected at part %llu: ocv %+g sigma\n",
               (unsigned long long)line->parts, line->shift);
        fflush(stdout);
    }
    return line->shift * ocv_sigma;
}

static void make_part(struct line *line)
{
    uint16_t *to = line->registers;
    uint64_t *seed = &line->seed;
    char id[13];

    line->parts++;
    snprintf(id, sizeof id, "C%011llu", (unsigned long long)line->parts);
    spc_modbus_encode(&counter, line->parts, to);
    spc_modbus_encode(
        &ocv,
        float_bits(random_normal(seed, ocv_mean + shift_of(line), ocv_sigma)),
        to);
    spc_modbus_encode(
        &ir, (uint64_t)llround(1000 * random_normal(seed, ir_mean, ir_sigma)),
        to);
    spc_modbus_encode(
        &weight,
        (uint64_t)llround(100 * random_normal(seed, weight_mean, weight_sigma)),
        to);
    spc_modbus_encode_text(&part_id, id, to);
    spc_modbus_encode(&channel, 1 + (line->parts - 1) % CHANNELS, to);
    spc_modbus_encode(&counter_again, line->parts, to);
}

static void switch_on(struct line *line)
{
    spc_modbus_encode(&valid, 1, line->registers);
    spc_modbus_encode_text(&product, "LFP-280", line->registers);
    spc_modbus_encode(&self_test, 0x1234, line->registers);
}

/* ---- server ------------------------------------------------------------ */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Whether somebody was served. */
static bool answer(modbus_t *ctx, modbus_mapping_t *map, int client,
                   fd_set *clients)
{
    uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];

    modbus_set_socket(ctx, client);
    int length = modbus_receive(ctx, request);
    if (length > 0 && modbus_reply(ctx, request, length, map) >= 0)
        return true;
    if (length == 0)
        return false;
    close(client);
    FD_CLR(client, clients);
    return false;
}

static void welcome(int listener, fd_set *clients)
{
    int client = accept(listener, NULL, NULL);

    if (client >= 0 && client < FD_SETSIZE)
        FD_SET(client, clients);
    else if (client >= 0)
        close(client);
}

/* Answers whatever is asked within `wait` seconds; whether anything was. */
static bool serve(modbus_t *ctx, modbus_mapping_t *map, int listener,
                  fd_set *clients, double wait)
{
    struct timespec timeout = {(time_t)wait,
                               (long)(1e9 * (wait - floor(wait)))};
    fd_set ready = *clients;
    bool served = false;

    FD_SET(listener, &ready);
    if (pselect(FD_SETSIZE, &ready, NULL, NULL, &timeout, NULL) <= 0)
        return false;
    if (FD_ISSET(listener, &ready))
        welcome(listener, clients);
    for (int client = 0; client < FD_SETSIZE; client++)
        if (client != listener && FD_ISSET(client, &ready))
            served |= answer(ctx, map, client, clients);
    return served;
}

static void run(struct line *line, modbus_t *ctx, modbus_mapping_t *map,
                int listener)
{
    double interval = 1 / line->rate;
    fd_set clients;

    FD_ZERO(&clients);
    make_part(line);
    while (!ended && !serve(ctx, map, listener, &clients, interval))
        ;
    for (double due = seconds() + interval; !ended;) {
        double now = seconds();
        if (now >= due) {
            make_part(line);
            due = fmax(due + interval, now);
        } else {
            serve(ctx, map, listener, &clients, due - now);
        }
    }
    for (int client = 0; client < FD_SETSIZE; client++)
        if (FD_ISSET(client, &clients))
            close(client);
}

static int port_of(int listener)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;

    getsockname(listener, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

/* ---- start ------------------------------------------------------------- */

static bool read_options(int argc, char **argv, struct line *line, int *port)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"rate", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 's'},
        {"shift-after", required_argument, NULL, 'a'},
        {"shift", required_argument, NULL, 'd'},
        {0},
    };

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'p')
            *port = atoi(optarg);
        else if (c == 'r')
            line->rate = atof(optarg);
        else if (c == 's')
            line->seed = strtoull(optarg, NULL, 10);
        else if (c == 'a')
            line->shift_after = strtoull(optarg, NULL, 10);
        else if (c == 'd')
            line->shift = atof(optarg);
        else
            return false;
    }
    return optind == argc && line->rate > 0 && *port >= 0 && *port < 65536;
}

static void end_on_signals(void)
{
    struct sigaction action = {.sa_handler = end};

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
    struct line line = {
        .rate = 25, .shift = 3, .seed = SEED, .shift_after = 150};
    int port = 0;

    if (!read_options(argc, argv, &line, &port)) {
        fprintf(stderr,
                "usage: %s [--port N] [--rate PARTS/S] [--seed N] "
                "[--shift-after PARTS] [--shift SIGMAS]\n",
                argv[0]);
        return 2;
    }
    end_on_signals();

    modbus_t *ctx = modbus_new_tcp("127.0.0.1", port);
    modbus_mapping_t *map =
        modbus_mapping_new_start_address(0, 0, 0, 0, FIRST, COUNT, 0, 0);
    int listener = ctx && map ? modbus_tcp_listen(ctx, 8) : -1;
    if (listener < 0) {
        fprintf(stderr, "%s: cannot listen on port %d: %s\n", argv[0], port,
                strerror(errno));
        return 1;
    }
    /* A client that stops in the middle of a request must not stop the line. */
    modbus_set_indication_timeout(ctx, 0, 200000);
    printf("port %d\n", port_of(listener));
    fflush(stdout);

    line.registers = map->tab_registers;
    switch_on(&line);
    run(&line, ctx, map, listener);
    close(listener);
    modbus_mapping_free(map);
    modbus_free(ctx);
    return 0;
}

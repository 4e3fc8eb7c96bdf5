/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the Modbus source against a peer and prints what arrives, one line
 * each, so that scenarios can be written in Python beside the faulty peer.
 *
 *     modbus_driver --port N [options] [--poll UNIT:FIRST[:EPOCH:COUNTER]]...
 *
 * Commands on stdin, one a line: hold (take nothing from the queue), go,
 * report, quit.  Each is answered with a line.  Times are in milliseconds. */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/modbus.h"

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { POLLS_MAX = 16, LINKS_MAX = 4, BATCH = 64 };

/* clang-format off */
/* Registers of tests/sim/foreign_plc.py. */
static const struct spc_layout foreign = {
    .counter = {0, 2, SPC_MODBUS_UINT32, SPC_MODBUS_ABCD, 0},
    .has_again = true,
    .counter_again = {6, 2, SPC_MODBUS_UINT32, SPC_MODBUS_ABCD, 0},
    .value_count = 1,
    .value = {{.at = {2, 4, SPC_MODBUS_FLOAT64, SPC_MODBUS_ABCD, 0},
               .scale = 1, .low = NAN, .high = NAN}},
};

/* One of everything in ten registers; low words first. */
static const struct spc_layout full = {
    .counter = {0, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0},
    .has_again = true,
    .counter_again = {8, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0},
    .has_stamp = true,
    .stamp = {5, 2, SPC_MODBUS_UINT32, SPC_MODBUS_CDAB, 0},
    .stamp_unit = SPC_MILLISECOND,
    .valid = {true, {1, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0}, 1, 1},
    .self_test = {true, {9, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0},
                  UINT64_MAX, 0x1234},
    .context_count = 1,
    .context = {{7, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0}},
    .value_count = 2,
    .value = {{.at = {2, 2, SPC_MODBUS_FLOAT32, SPC_MODBUS_CDAB, 0},
               .scale = 1, .low = 0, .high = 100,
               .invalid = {-9999.9}, .invalid_count = 1},
              {.at = {4, 1, SPC_MODBUS_INT16, SPC_MODBUS_CDAB, 0},
               .scale = 0.01, .low = NAN, .high = NAN,
               .invalid = {-32768}, .invalid_count = 1}},
};

static const struct {
    const char *name;
    const struct spc_layout *layout;
    uint16_t count;
} layouts[] = {{"foreign", &foreign, 8}, {"full", &full, 10}};

static const char *const actions[SPC_ACTIONS] = {
    [SPC_SAMPLES_LOST]      = "samples-lost",
    [SPC_COUNTER_RESTARTED] = "counter-restarted",
    [SPC_LINK_UP]           = "link-up",
    [SPC_LINK_DOWN]         = "link-down",
    [SPC_UNIT_UP]           = "unit-up",
    [SPC_UNIT_DOWN]         = "unit-down",
    [SPC_BLOCK_REFUSED]     = "block-refused",
    [SPC_BLOCK_RESTORED]    = "block-restored",
    [SPC_SELF_TEST_FAILED]  = "self-test-failed",
};
/* clang-format on */

struct driver {
    struct spc_modbus_poll polls[POLLS_MAX];
    struct spc_modbus_link links[LINKS_MAX];
    struct spc_modbus_plan plan;
    struct spc_source *source;
    struct spc_arrival batch[BATCH];
    size_t layout;
    long period, max_age, burn;
    bool hold, quit;
};

static spc_nanos now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SPC_SECOND + time.tv_nsec;
}

/* ---- output ------------------------------------------------------------ */

static void print_sample(const struct spc_sample *sample)
{
    printf("sample station=%" PRIu32 " epoch=%" PRIu32 " counter=%" PRIu64
           " lost=%" PRIu64 " source=%" PRIu32 " time=%" PRId64
           " uncertainty=%" PRId64,
           sample->station, sample->epoch, sample->counter, sample->lost,
           sample->time_source, sample->time, sample->time_uncertainty);
    for (uint32_t i = 0; i < sample->value_count; i++)
        printf(" value%" PRIu32 "=%.17g quality%" PRIu32 "=%u", i,
               sample->value[i], i, sample->quality[i]);
    for (uint32_t i = 0; i < sample->context_count; i++)
        printf(" context%" PRIu32 "=%s", i, sample->context[i]);
    printf("\n");
}

static void print_event(const struct spc_event *event)
{
    printf("event %s station=%" PRId64 " link=%" PRIu32 " count=%" PRIu64
           " detail=%s\n",
           actions[event->action],
           event->station == SPC_NONE ? -1 : (int64_t)event->station,
           event->link, event->count, event->detail);
}

static void take(struct driver *driver)
{
    size_t taken = driver->source->ops->poll(driver->source, driver->batch,
                                             driver->hold ? 0 : BATCH);

    for (size_t i = 0; i < taken; i++) {
        if (driver->batch[i].is_event)
            print_event(&driver->batch[i].event);
        else
            print_sample(&driver->batch[i].sample);
    }
    fflush(stdout);
}

static void print_report(const struct driver *driver)
{
    struct spc_link_report r = spc_modbus_report(driver->source, 0);

    printf("report up=%d last_good=%" PRId64 " reads=%" PRIu64
           " timeouts=%" PRIu64 " errors=%" PRIu64 " exceptions=%" PRIu64
           " connects=%" PRIu64 " skipped=%" PRIu64 " torn=%" PRIu64 "\n",
           r.up, r.last_good, r.reads, r.timeouts, r.errors, r.exceptions,
           r.connects, r.skipped_polls, r.torn_reads);
}

/* ---- commands ---------------------------------------------------------- */

static void obey(struct driver *driver, const char *command)
{
    if (!strcmp(command, "report")) {
        print_report(driver);
    } else if (!strcmp(command, "quit")) {
        driver->quit = true;
    } else {
        driver->hold = !strcmp(command, "hold");
        printf("ok command=%s\n", command);
    }
    fflush(stdout);
}

static void read_commands(struct driver *driver)
{
    static char text[256];
    static size_t length;
    ssize_t got = read(STDIN_FILENO, text + length, sizeof text - length - 1);

    if (got <= 0) {
        driver->quit = true;
        return;
    }
    length += (size_t)got;
    text[length] = '\0';
    for (char *end; (end = strchr(text, '\n')); length = strlen(text)) {
        *end = '\0';
        obey(driver, text);
        memmove(text, end + 1, strlen(end + 1) + 1);
    }
}

static void run(struct driver *driver)
{
    while (!driver->quit) {
        int arrivals = driver->source->ops->descriptor(driver->source);
        struct pollfd wanted[2] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = driver->hold ? -1 : arrivals, .events = POLLIN}};

        if (poll(wanted, 2, -1) <= 0)
            continue;
        if (wanted[1].revents)
            take(driver);
        if (wanted[0].revents)
            read_commands(driver);
    }
}

/* ---- options ----------------------------------------------------------- */

static void add_poll(struct driver *driver, const char *text)
{
    struct spc_modbus_link *link = &driver->links[0];
    struct spc_modbus_poll *poll = &driver->polls[link->poll_count];
    unsigned unit = 0, first = 0, epoch = 0;
    uint64_t counter = 0;
    int fields =
        sscanf(text, "%u:%u:%u:%" SCNu64, &unit, &first, &epoch, &counter);

    poll->station = (uint32_t)link->poll_count++;
    poll->unit = unit;
    poll->first = (uint16_t)first;
    poll->known = fields == 4;
    poll->epoch = epoch;
    poll->counter = counter;
    snprintf(poll->where, sizeof poll->where, "plant.yaml:%u, block %u",
             10 + poll->station, first);
}

static void set_option(struct driver *driver, int option, const char *text)
{
    struct spc_modbus_link *link = &driver->links[0];
    long number = strtol(text, NULL, 10);
    spc_nanos span = number * SPC_MILLISECOND;

    switch (option) {
    case 'p':
        link->port = (uint16_t)number;
        break;
    case 'h':
        snprintf(link->host, sizeof link->host, "%s", text);
        break;
    case 'P':
        driver->period = number;
        break;
    case 't':
        link->response_timeout = span;
        break;
    case 'c':
        link->connect_timeout = span;
        break;
    case 'r':
        link->retries = (uint32_t)number;
        break;
    case 'b':
        link->backoff_min = span;
        break;
    case 'B':
        link->backoff_max = span;
        break;
    case 'd':
        link->dead_after = (uint32_t)number;
        break;
    case 'D':
        link->dead_retry = span;
        break;
    case 'm':
        driver->max_age = number;
        break;
    case 'q':
        driver->plan.queue = (size_t)number;
        break;
    case 'f':
        driver->burn = number;
        break;
    case 'n':
        driver->plan.link_count = (size_t)number;
        break;
    case 'l':
        while (strcmp(layouts[driver->layout].name, text) != 0)
            driver->layout++;
        break;
    case 'u':
        add_poll(driver, text);
        break;
    default:
        exit(2);
    }
}

static const struct option options[] = {
    {"port", 1, NULL, 'p'},
    {"host", 1, NULL, 'h'},
    {"period", 1, NULL, 'P'},
    {"timeout", 1, NULL, 't'},
    {"connect-timeout", 1, NULL, 'c'},
    {"retries", 1, NULL, 'r'},
    {"backoff-min", 1, NULL, 'b'},
    {"backoff-max", 1, NULL, 'B'},
    {"dead-after", 1, NULL, 'd'},
    {"dead-retry", 1, NULL, 'D'},
    {"max-age", 1, NULL, 'm'},
    {"queue", 1, NULL, 'q'},
    {"burn-descriptors", 1, NULL, 'f'},
    {"links", 1, NULL, 'n'},
    {"layout", 1, NULL, 'l'},
    {"poll", 1, NULL, 'u'},
    {0},
};

static void set_defaults(struct driver *driver)
{
    struct spc_modbus_link *link = &driver->links[0];

    driver->period = 20;
    driver->max_age = 500;
    driver->plan = (struct spc_modbus_plan){driver->links, 1, 1000};
    snprintf(link->host, sizeof link->host, "127.0.0.1");
    link->connect_timeout = 1000 * SPC_MILLISECOND;
    link->response_timeout = 400 * SPC_MILLISECOND;
    link->retries = 1;
    link->backoff_min = 100 * SPC_MILLISECOND;
    link->backoff_max = 400 * SPC_MILLISECOND;
    link->backoff_jitter = 0.2;
    link->dead_after = 3;
    link->dead_retry = 60 * SPC_SECOND;
    link->polls = driver->polls;
}

static void finish_plan(struct driver *driver)
{
    struct spc_modbus_link *link = &driver->links[0];

    if (link->poll_count == 0)
        add_poll(driver, "1:0");
    for (size_t i = 0; i < link->poll_count; i++) {
        driver->polls[i].count = layouts[driver->layout].count;
        driver->polls[i].layout = *layouts[driver->layout].layout;
        driver->polls[i].period = driver->period * SPC_MILLISECOND;
        driver->polls[i].max_age = driver->max_age * SPC_MILLISECOND;
        driver->polls[i].alarm_on_skip = true;
    }
    for (uint32_t i = 1; i < driver->plan.link_count; i++) {
        driver->links[i] = *link;
        driver->links[i].link = i;
    }
}

/* Takes that many descriptors, so that the next one has a high number. */
static void burn_descriptors(long count)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (count-- > 0)
        if (open("/dev/null", O_RDONLY) < 0)
            exit(3);
}

int main(int argc, char **argv)
{
    static struct driver driver;
    char why[200];

    signal(SIGPIPE, SIG_IGN);
    set_defaults(&driver);
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
        set_option(&driver, c, optarg ? optarg : "");
    finish_plan(&driver);
    burn_descriptors(driver.burn);
    if (spc_modbus_open(&driver.plan, why, sizeof why, &driver.source) !=
        SPC_OK) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    run(&driver);

    spc_nanos start = now();
    driver.source->ops->close(driver.source);
    printf("closed ms=%.0f\n", (double)(now() - start) / 1e6);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spcd: reads gauges, computes, records, publishes.
 *
 * It has no listening socket and writes to no PLC.  SIGTERM and SIGINT end
 * it, SIGHUP reads the plant file again. */
#define _DEFAULT_SOURCE
#include "adapters/mqtt/mqtt.h"
#include "programs/clock.h"
#include "programs/commands.h"
#include "programs/log.h"
#include "programs/loop.h"
#include "programs/options.h"
#include "programs/plant_file.h"
#include "programs/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long the exit may wait for a broker that does not answer. */
#define PATIENCE (2 * SPC_SECOND)

static const char *config_path;
static bool show_version;

static const struct spc_option options[] = {
    {"config", 'c', "PLANT.yaml", "the plant file", &config_path, NULL},
    {"version", 0, NULL, "print the version and exit", NULL, &show_version},
};

static const struct spc_usage usage = {
    .line = "spcd --config PLANT.yaml",
    .examples = "  spc check plant.yaml && spcd --config plant.yaml\n"
                "  kill -HUP PID     read the plant file again\n",
    .options = options,
    .count = sizeof options / sizeof *options,
};

/* Signals become something to read; a peer that goes away is an error code
 * and a file limit is a failed write, not the end of the process. */
static int take_over_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* libmodbus and Paho wait with select(), which cannot see descriptors from
 * 1024 on: better to be refused one than to overrun a set. */
static void bound_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 1024) {
        limit.rlim_cur = 1024;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static struct spc_plant *first_plant(const char *path)
{
    struct spc_plant *plant = NULL;
    struct spc_complaints complaints = {0};
    enum spc_status status = spc_plant_file_read(path, &plant, &complaints);

    if (complaints.text)
        fputs(complaints.text, stderr);
    spc_complaints_free(&complaints);
    return status == SPC_OK ? plant : NULL;
}

/* One daemon a historian: a second one would number its own events.  Held
 * until the process ends, however it ends. */
static bool lock_historian(const struct spc_plant *plant)
{
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s.lock", plant->historian);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        spc_log("%s cannot be opened: %s", path, strerror(errno));
        return false;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        spc_log("another spcd is recording to %s", plant->historian);
        close(fd);
        return false;
    }
    return true;
}

/* ---- one plant's life -------------------------------------------------- */

static struct spc_historian *open_historian(const struct spc_wiring *wiring)
{
    const struct spc_plant *plant = wiring->plant;
    struct spc_historian *historian = NULL;
    char why[256] = "";

    if (spc_historian_open(plant->historian, wiring->stations,
                           plant->station_count, why, sizeof why,
                           &historian) != SPC_OK) {
        spc_log("%s", why);
        return NULL;
    }
    return historian;
}

static bool open_mqtt(const struct spc_wiring *wiring,
                      struct spc_historian *historian,
                      struct spc_mqtt **ret_mqtt)
{
    const struct spc_plant_mqtt *m = &wiring->plant->mqtt;
    char why[256] = "", *topic = NULL;
    char *will;

    *ret_mqtt = NULL;
    if (!m->present)
        return true;
    will = spc_publisher_status(wiring, historian, false, "", spc_clock_now(),
                                &topic);

    struct spc_mqtt_settings settings = {
        .host = m->host,
        .port = m->port,
        .client_id = m->client_id,
        .keepalive = m->keepalive,
        .window = m->window,
        .status_topic = topic,
        .will_payload = will,
        .backoff_min = SPC_SECOND / 4,
        .backoff_max = 10 * SPC_SECOND,
    };
    bool opened =
        will && spc_mqtt_open(&settings, why, sizeof why, ret_mqtt) == SPC_OK;

    if (!opened)
        spc_log("%s", why);
    free(will);
    free(topic);
    return opened;
}

static void close_mqtt(const struct spc_wiring *wiring,
                       struct spc_historian *historian, struct spc_mqtt *mqtt)
{
    char *last;

    if (!mqtt)
        return;
    last = spc_publisher_status(wiring, historian, false, "", spc_clock_now(),
                                NULL);
    spc_mqtt_close(mqtt, last ? last : "", PATIENCE);
    free(last);
}

static bool open_source(const struct spc_wiring *wiring,
                        struct spc_source **ret_source)
{
    char why[256] = "";

    if (spc_modbus_open(&wiring->modbus, why, sizeof why, ret_source) == SPC_OK)
        return true;
    spc_log("%s", why);
    return false;
}

/* Everything is opened, run and closed again, in mirrored order. */
static enum spc_loop_end live_wired(struct spc_wiring *wiring,
                                    struct spc_historian *historian,
                                    struct spc_loop_parts *parts,
                                    struct spc_plant **ret_next)
{
    enum spc_loop_end end = SPC_LOOP_FAILED;

    parts->wiring = wiring;
    parts->historian = historian;
    if (spc_wire_restore(wiring, historian) != SPC_OK) {
        spc_log("%s", spc_historian_error(historian));
        return end;
    }
    if (wiring->unread > 0)
        spc_log("%s: %u streams were recorded by another Sigmaline and begin "
                "anew: study, limits and open alarms of theirs are not taken "
                "up",
                wiring->plant->historian, (unsigned)wiring->unread);
    if (!open_mqtt(wiring, historian, &parts->mqtt))
        return end;
    if (open_source(wiring, &parts->source)) {
        end = spc_loop_run(parts, ret_next);
        parts->source->ops->close(parts->source);
    }
    close_mqtt(wiring, historian, parts->mqtt);
    return end;
}

static enum spc_loop_end live(struct spc_plant *plant,
                              struct spc_loop_parts *parts,
                              struct spc_plant **ret_next)
{
    struct spc_wiring *wiring = NULL;
    struct spc_historian *historian;
    enum spc_loop_end end = SPC_LOOP_FAILED;
    enum spc_status status = spc_wire(plant, parts->path, &wiring);

    if (status != SPC_OK) {
        spc_log("%s", spc_status_text(status));
        return end;
    }
    historian = open_historian(wiring);
    if (historian) {
        end = live_wired(wiring, historian, parts, ret_next);
        spc_historian_close(historian);
    }
    spc_unwire(wiring);
    return end;
}

static int run(const char *path)
{
    struct spc_loop_parts parts = {.path = path};
    struct spc_plant *plant = first_plant(path);
    enum spc_loop_end end = SPC_LOOP_RELOADED;

    if (!plant)
        return SPC_EXIT_INPUT;
    if (!lock_historian(plant)) {
        spc_plant_free(plant);
        return SPC_EXIT_UNREACHABLE;
    }
    parts.signals = take_over_signals();
    bound_descriptors();
    while (end == SPC_LOOP_RELOADED) {
        struct spc_plant *next = NULL;

        end = live(plant, &parts, &next);
        spc_plant_free(plant);
        plant = next;
        parts.reloaded = true;
    }
    close(parts.signals);
    return end == SPC_LOOP_STOPPED ? SPC_EXIT_OK : SPC_EXIT_INTERNAL;
}

int main(int argc, char **argv)
{
    size_t files;
    enum spc_options_result read =
        spc_options_read(&usage, argc, argv, NULL, 0, &files);

    if (read != SPC_OPTIONS_OK)
        return read == SPC_OPTIONS_HELP ? SPC_EXIT_OK : SPC_EXIT_USAGE;
    if (show_version) {
        puts("spcd " SPC_VERSION);
        return SPC_EXIT_OK;
    }
    if (!config_path) {
        fputs("spcd: which plant?  spcd --config PLANT.yaml\n", stderr);
        return SPC_EXIT_USAGE;
    }
    gsl_set_error_handler_off();
    return run(config_path);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc replay: recorded samples through the same pipeline, events out.
 *
 * The plant file says what the columns mean; no PLC, broker or historian is
 * touched.  Same file, same plant, same events, on every machine. */
#include "adapters/json/json.h"
#define _POSIX_C_SOURCE 200809L
#include "adapters/replay/csv.h"
#include "programs/clock.h"
#include "programs/commands.h"
#include "programs/options.h"
#include "programs/plant_file.h"
#include "programs/wire.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *format, *station_name, *separator, *decimal;

static const struct spc_option options[] = {
    {"format", 'f', "FORMAT", "table (sentences) or json (one event a line)",
     &format, NULL},
    {"station", 0, "ID", "the station the samples are of, if there are several",
     &station_name, NULL},
    {"separator", 0, "CHAR", "comma, semicolon or tab; guessed", &separator,
     NULL},
    {"decimal", 0, "CHAR", "decimal point (.) or comma (,)", &decimal, NULL},
};

static const struct spc_usage usage = {
    .line = "spc replay PLANT.yaml SAMPLES [options]",
    .examples =
        "  spc replay plant.yaml samples.csv\n"
        "  spc replay plant.yaml historian.db --format json | jq .text\n\n"
        "SAMPLES is a historian or a CSV file.  Columns: one for each "
        "characteristic of the station, by its id, in\n"
        "its unit; an empty cell is a missing measurement.  Optional: "
        "counter,\n"
        "time (RFC 3339 or seconds), part_id, and the station's context "
        "keys.\n",
    .options = options,
    .count = sizeof options / sizeof *options,
};

/* Where in the table each part of a sample stands; NO_COLUMN: nowhere. */
#define NO_COLUMN SIZE_MAX

struct columns {
    size_t counter, time, part_id;
    size_t context[SPC_CONTEXT_MAX];
    size_t value[SPC_VALUES_MAX];
};

struct replay {
    struct spc_wiring *wiring;
    struct spc_csv *csv;
    uint32_t station;
    struct columns columns;
    bool as_json;
    uint64_t seq;
    size_t raised;
    char complaint[SPC_CSV_COMPLAINT];
};

/* ---- columns ----------------------------------------------------------- */

static size_t optional(const struct spc_csv *csv, const char *name)
{
    for (size_t i = 0; i < spc_csv_columns(csv); i++) {
        if (strcmp(spc_csv_name(csv, i), name) == 0)
            return i;
    }
    return NO_COLUMN;
}

static bool find_columns(struct replay *r)
{
    const struct spc_plant_station *s = &r->wiring->plant->stations[r->station];

    r->columns.counter = optional(r->csv, "counter");
    r->columns.time = optional(r->csv, "time");
    r->columns.part_id = optional(r->csv, "part_id");
    for (uint32_t i = 0; i < s->context_count; i++)
        r->columns.context[i] = optional(r->csv, s->context[i].key);
    for (uint32_t i = 0; i < s->characteristic_count; i++) {
        if (spc_csv_find(r->csv, s->characteristics[i].id, &r->columns.value[i],
                         r->complaint) != SPC_OK)
            return false;
    }
    return true;
}

/* ---- one row ----------------------------------------------------------- */

static bool read_counter(struct replay *r, size_t row,
                         struct spc_sample *sample)
{
    double number;

    sample->counter = row + 1;
    if (r->columns.counter == NO_COLUMN)
        return true;
    if (spc_csv_number(r->csv, row, r->columns.counter, &number,
                       r->complaint) != SPC_OK)
        return false;
    if (!(number >= 0 && number < 9007199254740992.0) ||
        number != floor(number)) {
        spc_csv_complain(r->csv, row, r->columns.counter, r->complaint,
                         "a counter is a whole number from 0");
        return false;
    }
    sample->counter = (uint64_t)number;
    return true;
}

static bool read_time(struct replay *r, size_t row, struct spc_sample *sample)
{
    const char *text;

    /* Without a column, one second a part: only the order matters. */
    sample->time = (spc_nanos)(row + 1) * SPC_SECOND;
    if (r->columns.time == NO_COLUMN)
        return true;
    text = spc_csv_text(r->csv, row, r->columns.time);
    if (spc_clock_read(text, &sample->time))
        return true;
    spc_csv_complain(r->csv, row, r->columns.time, r->complaint,
                     "\"%.40s\" is no time; write 2026-11-21T09:30:00Z", text);
    return false;
}

static bool read_values(struct replay *r, size_t row, struct spc_sample *sample)
{
    const struct spc_plant_station *s = &r->wiring->plant->stations[r->station];

    sample->value_count = s->characteristic_count;
    for (uint32_t i = 0; i < s->characteristic_count; i++) {
        const struct spc_plant_characteristic *c = &s->characteristics[i];
        double *value = &sample->value[i];

        if (spc_csv_number(r->csv, row, r->columns.value[i], value,
                           r->complaint) != SPC_OK)
            return false;
        if (isnan(*value))
            sample->quality[i] = SPC_NOT_VALID;
        else if (*value < c->range_low || *value > c->range_high)
            sample->quality[i] = SPC_OUT_OF_RANGE;
        if (sample->quality[i] != SPC_GOOD)
            *value = (double)NAN;
    }
    return true;
}

static void read_texts(struct replay *r, size_t row, struct spc_sample *sample)
{
    sample->context_count =
        r->wiring->plant->stations[r->station].context_count;
    if (r->columns.part_id != NO_COLUMN)
        snprintf(sample->part_id, sizeof sample->part_id, "%s",
                 spc_csv_text(r->csv, row, r->columns.part_id));
    for (uint32_t i = 0; i < sample->context_count; i++) {
        if (r->columns.context[i] != NO_COLUMN)
            snprintf(sample->context[i], SPC_CONTEXT_TEXT, "%s",
                     spc_csv_text(r->csv, row, r->columns.context[i]));
    }
}

/* A counter that jumps or falls means here what it means on a wire. */
static void place_sample(struct spc_sample *sample,
                         const struct spc_sample *last)
{
    sample->epoch = last->epoch;
    if (last->counter != 0 && sample->counter < last->counter)
        sample->epoch++;
    else if (last->counter != 0 && sample->counter > last->counter + 1)
        sample->lost = sample->counter - last->counter - 1;
}

/* ---- telling ----------------------------------------------------------- */

static bool print_event(struct replay *r, struct spc_event *event)
{
    struct spc_scene scene;
    struct spc_message message;
    char label[SPC_STREAM_LABEL];
    uint32_t stream = spc_wire_stream(r->wiring, event->stream);

    event->seq = ++r->seq;
    r->raised += event->action == SPC_RAISED;
    spc_wire_scene(
        r->wiring, "replay", event->link, event->station, event->characteristic,
        stream == SPC_NONE ? NULL : &r->wiring->pipeline.streams[stream], label,
        &scene);
    if (!spc_message_event(&scene, event, &message))
        return false;
    puts(r->as_json ? message.payload : message.text);
    spc_message_free(&message);
    return true;
}

/* Folds one sample and prints what it caused. */
static bool fold(struct replay *r, const struct spc_sample *sample)
{
    struct spc_outcome *outcome = &r->wiring->outcome;

    spc_pipeline_fold(&r->wiring->pipeline, sample, outcome);
    for (size_t i = 0; i < outcome->event_count; i++) {
        if (!print_event(r, &outcome->events[i]))
            return false;
    }
    return true;
}

static int replay_rows(struct replay *r)
{
    struct spc_sample last = {.epoch = 1};

    for (size_t row = 0; row < spc_csv_rows(r->csv); row++) {
        struct spc_sample sample = {.station = r->station,
                                    .time_source = SPC_TIME_FILE};

        if (!read_counter(r, row, &sample) || !read_time(r, row, &sample) ||
            !read_values(r, row, &sample)) {
            fprintf(stderr, "%s\n", r->complaint);
            return SPC_EXIT_INPUT;
        }
        read_texts(r, row, &sample);
        place_sample(&sample, &last);
        if (!fold(r, &sample))
            return SPC_EXIT_INTERNAL;
        last = sample;
    }
    return r->raised ? SPC_EXIT_SIGNALS : SPC_EXIT_OK;
}

/* ---- the command ------------------------------------------------------- */

static bool find_station(struct replay *r)
{
    const struct spc_plant *plant = r->wiring->plant;

    for (uint32_t i = 0; i < plant->station_count; i++) {
        if (station_name ? strcmp(plant->stations[i].id, station_name) == 0
                         : plant->station_count == 1) {
            r->station = i;
            return true;
        }
    }
    fprintf(stderr, "spc replay: which station?  --station one of:");
    for (uint32_t i = 0; i < plant->station_count; i++)
        fprintf(stderr, " %s", plant->stations[i].id);
    fputc('\n', stderr);
    return false;
}

static bool is_historian(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char start[sizeof magic] = "";
    FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "rb");

    if (!file)
        return false;
    (void)!fread(start, 1, sizeof start, file);
    fclose(file);
    return memcmp(start, magic, sizeof magic) == 0;
}

static bool take_recorded(void *context, const struct spc_sample *recorded)
{
    struct replay *r = context;
    struct spc_sample sample = *recorded;

    sample.station = r->station;
    /* Recorded under an earlier plant file with fewer characteristics: those
     * it did not have were not measured. */
    while (sample.value_count <
           r->wiring->plant->stations[r->station].characteristic_count) {
        sample.value[sample.value_count] = (double)NAN;
        sample.quality[sample.value_count++] = SPC_NOT_VALID;
    }
    return fold(r, &sample);
}

static int replay_historian(struct replay *r, const char *path)
{
    struct spc_historian *historian;
    char why[256];
    enum spc_status status =
        spc_historian_open(path, NULL, 0, why, sizeof why, &historian);

    if (status != SPC_OK) {
        fprintf(stderr, "spc replay: %s\n", why);
        return SPC_EXIT_INPUT;
    }
    status = spc_historian_samples(historian, r->wiring->stations[r->station],
                                   take_recorded, r);
    if (status != SPC_OK)
        fprintf(stderr, "spc replay: %s\n", spc_historian_error(historian));
    spc_historian_close(historian);
    if (status != SPC_OK)
        return SPC_EXIT_INPUT;
    return r->raised ? SPC_EXIT_SIGNALS : SPC_EXIT_OK;
}

static int replay_csv(struct replay *r, const char *path)
{
    struct spc_csv_format cells = {
        .separator = separator ? separator[0] : '\0',
        .decimal = decimal ? decimal[0] : '\0',
    };
    int exit = SPC_EXIT_INPUT;

    if (spc_csv_load(path, cells, &r->csv, r->complaint) != SPC_OK) {
        fprintf(stderr, "%s\n", r->complaint);
        return SPC_EXIT_INPUT;
    }
    if (!find_columns(r))
        fprintf(stderr, "%s\n", r->complaint);
    else
        exit = replay_rows(r);
    spc_csv_close(r->csv);
    return exit;
}

static int replay_plant(const struct spc_plant *plant, const char *plant_path,
                        const char *samples_path)
{
    struct replay r = {.as_json = format ? strcmp(format, "json") == 0
                                         : !isatty(STDOUT_FILENO)};
    int exit = SPC_EXIT_USAGE;

    if (spc_wire(plant, plant_path, &r.wiring) != SPC_OK)
        return SPC_EXIT_INTERNAL;
    if (find_station(&r))
        exit = is_historian(samples_path) ? replay_historian(&r, samples_path)
                                          : replay_csv(&r, samples_path);
    spc_unwire(r.wiring);
    return exit;
}

int spc_command_replay(int argc, char **argv)
{
    const char *files[2];
    size_t count;
    struct spc_plant *plant = NULL;
    struct spc_complaints complaints = {0};
    enum spc_options_result read =
        spc_options_read(&usage, argc, argv, files, 2, &count);

    if (read != SPC_OPTIONS_OK)
        return read == SPC_OPTIONS_HELP ? SPC_EXIT_OK : SPC_EXIT_USAGE;
    if (count != 2) {
        fprintf(stderr,
                "spc replay: a plant file and a file of samples are "
                "needed: %s\n",
                usage.line);
        return SPC_EXIT_USAGE;
    }
    if (format && strcmp(format, "json") != 0 && strcmp(format, "table") != 0) {
        fprintf(stderr, "spc replay: --format is table or json\n");
        return SPC_EXIT_USAGE;
    }

    enum spc_status status = spc_plant_file_read(files[0], &plant, &complaints);

    if (complaints.text)
        fputs(complaints.text, stderr);
    spc_complaints_free(&complaints);
    if (status != SPC_OK)
        return SPC_EXIT_INPUT;

    int exit = replay_plant(plant, files[0], files[1]);

    spc_plant_free(plant);
    return exit;
}

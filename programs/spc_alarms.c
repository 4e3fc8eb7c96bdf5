/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc alarms: what the historian knows of alarms, and what a person has to
 * say about one.
 *
 * Listing reads the file and nothing else.  A verb leaves a command with the
 * person's name; spcd takes it up, applies it through its own state machine
 * and records it as an event, so there is one writer of alarms. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/historian/historian.h"
#include "adapters/json/json.h"
#include "programs/clock.h"
#include "programs/commands.h"
#include "programs/options.h"
#include "programs/plant_file.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    CELL_TEXT = 512,
    PATH_TEXT = 4096,
    PARTS_SHOWN = 3,
    WAIT_STEPS = 100,
};
#define WAIT_STEP (20 * SPC_MILLISECOND)

static const char *format, *person, *remark;
static bool show_all, wait_for_it;

static const struct spc_option options[] = {
    {"all", 'a', NULL, "also those that are back to normal", NULL, &show_all},
    {"format", 'f', "FORMAT", "table (on a terminal), json or csv", &format,
     NULL},
    {"by", 0, "NAME", "who acknowledges or comments", &person, NULL},
    {"comment", 0, "TEXT", "what there is to say", &remark, NULL},
    {"wait", 0, NULL, "wait up to 2 s until spcd has applied it", NULL,
     &wait_for_it},
};

static const struct spc_usage usage = {
    .line = "spc alarms [ack|comment] HISTORIAN|PLANT.yaml [ALARM_ID] "
            "[options]",
    .examples =
        "  spc alarms plant.yaml\n"
        "  spc alarms line.db --all --format csv\n"
        "  spc alarms ack plant.yaml ALARM_ID --by \"Li Wei\" --comment "
        "\"tool changed\"\n"
        "  spc alarms comment plant.yaml ALARM_ID --by \"Li Wei\" --comment "
        "\"lot held\"\n\n"
        "Exit status of a list: 0 no alarm is active, 1 some are.\n",
    .options = options,
    .count = sizeof options / sizeof *options,
};

__attribute__((format(printf, 2, 3))) static int complain(int exit_status,
                                                          const char *form, ...)
{
    va_list arguments;

    va_start(arguments, form);
    fputs("spc alarms: ", stderr);
    vfprintf(stderr, form, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return exit_status;
}

/* ---- the file ---------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static int historian_of_plant(const char *file, char ret_path[PATH_TEXT])
{
    struct spc_plant *plant = NULL;
    struct spc_complaints complaints = {0};
    enum spc_status status = spc_plant_file_read(file, &plant, &complaints);
    int length = 0;

    if (status != SPC_OK && complaints.text)
        fputs(complaints.text, stderr);
    spc_complaints_free(&complaints);
    if (status != SPC_OK)
        return SPC_EXIT_INPUT;
    if (plant->historian)
        length = snprintf(ret_path, PATH_TEXT, "%s", plant->historian);
    spc_plant_free(plant);
    if (length <= 0 || length >= PATH_TEXT)
        return complain(SPC_EXIT_INPUT, "%s names no historian", file);
    return SPC_EXIT_OK;
}

/* FILE is the historian itself or the plant file that names it. */
static int find_historian(const char *file, char ret_path[PATH_TEXT])
{
    if (access(file, R_OK) != 0)
        return complain(SPC_EXIT_UNREACHABLE, "%s: %s", file, strerror(errno));
    if (ends_with(file, ".yaml") || ends_with(file, ".yml")) {
        int result = historian_of_plant(file, ret_path);

        if (result != SPC_EXIT_OK)
            return result;
    } else if (snprintf(ret_path, PATH_TEXT, "%s", file) >= PATH_TEXT) {
        return complain(SPC_EXIT_INPUT, "the file's name is too long");
    }
    if (access(ret_path, R_OK) != 0)
        return complain(SPC_EXIT_UNREACHABLE, "%s: %s", ret_path,
                        strerror(errno));
    return SPC_EXIT_OK;
}

static int open_historian(const char *file, char ret_path[PATH_TEXT],
                          struct spc_historian **ret_historian)
{
    char error[512];
    int result = find_historian(file, ret_path);

    if (result != SPC_EXIT_OK)
        return result;
    if (spc_historian_open(ret_path, NULL, 0, error, sizeof error,
                           ret_historian) != SPC_OK)
        return complain(SPC_EXIT_INPUT, "%s", error);
    return SPC_EXIT_OK;
}

/* ---- one alarm as JSON ------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* The parts behind the points, each once, in order. */
static json_t *parts_of(const json_t *points)
{
    json_t *parts = json_array();
    const char *before = "";
    const json_t *point;
    size_t i;

    json_array_foreach(points, i, point)
    {
        const char *part = text_of(point, "part_id");

        if (*part && strcmp(part, before) != 0)
            json_array_append_new(parts, json_string(part));
        before = part;
    }
    return parts;
}

static json_t *rules_of(const json_t *signals)
{
    json_t *rules = json_array();
    const json_t *held;
    size_t i;

    json_array_foreach(signals, i, held)
    {
        json_t *rule = json_object();

        json_object_set(rule, "rule", json_object_get(held, "rule"));
        json_object_set(rule, "side", json_object_get(held, "side"));
        json_object_set(rule, "text", json_object_get(held, "text"));
        json_array_append_new(rules, rule);
    }
    return rules;
}

static json_t *value_of(const json_t *points)
{
    size_t count = json_array_size(points);
    json_t *value =
        count > 0 ? json_object_get(json_array_get(points, count - 1), "value")
                  : NULL;

    return value ? json_incref(value) : json_null();
}

/* State from the newest event; what went wrong from the newest that raised or
 * updated it, since an acknowledgement has no points. */
static json_t *describe(const struct spc_alarm_row *row)
{
    static const char *const copied[] = {"since",  "station", "characteristic",
                                         "stream", "panel",   "unit",
                                         "text",   "text_zh", "reaction"};
    json_t *alarm = json_object();
    json_t *cause = json_loads(*row->cause ? row->cause : row->newest, 0, NULL);
    const json_t *points = json_object_get(cause, "points");

    json_object_set_new(alarm, "alarm_id", json_string(row->alarm_id));
    json_object_set_new(alarm, "state", json_string(row->state));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        json_t *value = json_object_get(cause, copied[i]);

        json_object_set_new(alarm, copied[i],
                            value ? json_incref(value) : json_null());
    }
    json_object_set_new(alarm, "rules",
                        rules_of(json_object_get(cause, "signals")));
    json_object_set_new(alarm, "value", value_of(points));
    json_object_set(alarm, "limits", json_object_get(cause, "limits"));
    json_object_set_new(alarm, "parts", parts_of(points));
    json_decref(cause);
    return alarm;
}

static void collect(void *context, const struct spc_alarm_row *row)
{
    json_array_append_new(context, describe(row));
}

/* ---- cells ------------------------------------------------------------- */

static void join(char *cell, const char *separator, const char *text)
{
    size_t used = strlen(cell);

    (void)snprintf(cell + used, CELL_TEXT - used, "%s%s", used ? separator : "",
                   text);
}

static void join_number(char *cell, const char *separator, const json_t *number)
{
    char text[SPC_NUMBER_TEXT] = "";

    if (json_is_number(number))
        (void)spc_number_text(json_number_value(number), text);
    join(cell, separator, text);
}

static void state_cell(const json_t *alarm, char *cell)
{
    join(cell, "", text_of(alarm, "state"));
}

static void since_cell(const json_t *alarm, char *cell)
{
    join(cell, "", text_of(alarm, "since"));
}

static void place_cell(const json_t *alarm, char *cell)
{
    join(cell, "", text_of(alarm, "station"));
    join(cell, "/", text_of(alarm, "characteristic"));
    if (*text_of(alarm, "stream"))
        join(cell, " ", text_of(alarm, "stream"));
    join(cell, " ", text_of(alarm, "panel"));
}

static void rule_cell(const json_t *alarm, char *cell)
{
    const json_t *rule;
    size_t i;

    json_array_foreach(json_object_get(alarm, "rules"), i, rule)
        join(cell, "; ", text_of(rule, "text"));
    if (!*cell)
        join(cell, "", text_of(alarm, "text"));
}

static void value_cell(const json_t *alarm, char *cell)
{
    join_number(cell, "", json_object_get(alarm, "value"));
}

static void limit_cell(const json_t *alarm, const char *key, char *cell)
{
    join_number(cell, "",
                json_object_get(json_object_get(alarm, "limits"), key));
}

static void lower_cell(const json_t *alarm, char *cell)
{
    limit_cell(alarm, "lcl", cell);
}

static void upper_cell(const json_t *alarm, char *cell)
{
    limit_cell(alarm, "ucl", cell);
}

static void limits_cell(const json_t *alarm, char *cell)
{
    lower_cell(alarm, cell);
    char upper[CELL_TEXT] = "";

    upper_cell(alarm, upper);
    join(cell, " .. ", upper);
}

static void all_parts_cell(const json_t *alarm, char *cell)
{
    const json_t *part;
    size_t i;

    json_array_foreach(json_object_get(alarm, "parts"), i, part)
        join(cell, " ", json_string_value(part));
}

/* The newest few: they are the ones still near the line. */
static void parts_cell(const json_t *alarm, char *cell)
{
    const json_t *parts = json_object_get(alarm, "parts");
    size_t count = json_array_size(parts);
    size_t first = count > PARTS_SHOWN ? count - PARTS_SHOWN : 0;

    for (size_t i = first; i < count; i++)
        join(cell, " ", json_string_value(json_array_get(parts, i)));
    if (first > 0) {
        char more[32];

        (void)snprintf(more, sizeof more, "and %zu more", first);
        join(cell, " ", more);
    }
}

static void id_cell(const json_t *alarm, char *cell)
{
    join(cell, "", text_of(alarm, "alarm_id"));
}

struct column {
    const char *title;
    void (*write)(const json_t *alarm, char *cell);
};

static const struct column table_columns[] = {
    {"STATE", state_cell}, {"SINCE", since_cell}, {"PLACE", place_cell},
    {"RULE", rule_cell},   {"VALUE", value_cell}, {"LIMITS", limits_cell},
    {"PARTS", parts_cell}, {"ALARM ID", id_cell},
};

static const struct column csv_columns[] = {
    {"state", state_cell}, {"since", since_cell},     {"place", place_cell},
    {"rule", rule_cell},   {"value", value_cell},     {"lcl", lower_cell},
    {"ucl", upper_cell},   {"parts", all_parts_cell}, {"alarm_id", id_cell},
};

enum {
    TABLE_COLUMNS = sizeof table_columns / sizeof *table_columns,
    CSV_COLUMNS = sizeof csv_columns / sizeof *csv_columns,
};

/* ---- the three formats ------------------------------------------------- */

/* Texts come from PLCs too; a terminal must not obey them. */
static void tame(char *cell)
{
    for (; *cell; cell++)
        if ((unsigned char)*cell < 0x20 || *cell == 0x7f)
            *cell = '?';
}

/* Characters, not bytes: everything but UTF-8 continuation. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

static void fill_cell(const struct column *column, const json_t *alarm,
                      char cell[CELL_TEXT])
{
    cell[0] = '\0';
    if (alarm)
        column->write(alarm, cell);
    else
        join(cell, "", column->title);
    tame(cell);
}

static void print_line(const json_t *alarm, const size_t *widths)
{
    char cell[CELL_TEXT];

    for (size_t c = 0; c < TABLE_COLUMNS; c++) {
        size_t room = c + 1 < TABLE_COLUMNS ? widths[c] + 2 : 0;

        fill_cell(&table_columns[c], alarm, cell);
        fputs(cell, stdout);
        for (size_t at = width_of(cell); at < room; at++)
            fputc(' ', stdout);
    }
    fputc('\n', stdout);
}

static void print_table(json_t *alarms)
{
    size_t widths[TABLE_COLUMNS] = {0}, i;
    const json_t *alarm;
    char cell[CELL_TEXT];

    if (json_array_size(alarms) == 0) {
        puts(show_all ? "no alarms recorded" : "no active alarms");
        return;
    }
    for (size_t c = 0; c < TABLE_COLUMNS; c++)
        for (i = 0; i <= json_array_size(alarms); i++) {
            /* One beyond the last is the title. */
            fill_cell(&table_columns[c], json_array_get(alarms, i), cell);
            if (width_of(cell) > widths[c])
                widths[c] = width_of(cell);
        }
    print_line(NULL, widths);
    json_array_foreach(alarms, i, alarm) print_line(alarm, widths);
}

static void print_quoted(const char *cell)
{
    bool quote = strpbrk(cell, ",\"\r\n") != NULL;

    if (quote)
        fputc('"', stdout);
    for (; *cell; cell++) {
        if (*cell == '"')
            fputc('"', stdout);
        fputc(*cell, stdout);
    }
    if (quote)
        fputc('"', stdout);
}

static void print_csv(json_t *alarms)
{
    char cell[CELL_TEXT];

    for (size_t i = 0; i <= json_array_size(alarms); i++) {
        for (size_t c = 0; c < CSV_COLUMNS; c++) {
            fill_cell(&csv_columns[c],
                      i > 0 ? json_array_get(alarms, i - 1) : NULL, cell);
            if (c > 0)
                fputc(',', stdout);
            print_quoted(cell);
        }
        fputc('\n', stdout);
    }
}

static void print_json(json_t *alarms)
{
    json_t *answer = json_object();

    json_object_set_new(answer, "schema", json_string("spc.alarms/1"));
    json_object_set(answer, "alarms", alarms);
    json_object_set_new(answer, "notes", json_array());
    char *text = spc_json_text(answer);
    if (text)
        puts(text);
    free(text);
    json_decref(answer);
}

static const struct {
    const char *name;
    void (*print)(json_t *alarms);
} formats[] = {
    {"table", print_table}, {"json", print_json}, {"csv", print_csv}};

static int list(const char *file)
{
    const char *wanted =
        format ? format : (isatty(STDOUT_FILENO) ? "table" : "json");
    struct spc_historian *historian;
    char path[PATH_TEXT];
    size_t f = 0, i, active = 0;

    while (f < 3 && strcmp(formats[f].name, wanted) != 0)
        f++;
    if (f == 3)
        return complain(SPC_EXIT_USAGE, "--format is table, json or csv");
    int result = open_historian(file, path, &historian);
    if (result != SPC_EXIT_OK)
        return result;

    json_t *alarms = json_array();
    const json_t *alarm;
    if (spc_historian_alarms(historian, show_all, collect, alarms) == SPC_OK) {
        json_array_foreach(alarms, i, alarm) active +=
            strcmp(text_of(alarm, "state"), "normal") != 0;
        formats[f].print(alarms);
        result = active > 0 ? SPC_EXIT_SIGNALS : SPC_EXIT_OK;
    } else {
        result = complain(SPC_EXIT_INPUT, "%s: %s", path,
                          spc_historian_error(historian));
    }
    json_decref(alarms);
    spc_historian_close(historian);
    return result;
}

/* ---- verbs ------------------------------------------------------------- */

struct search {
    const char *alarm_id;
    char state[16];
};

static void look(void *context, const struct spc_alarm_row *row)
{
    struct search *search = context;

    if (strcmp(row->alarm_id, search->alarm_id) == 0)
        (void)snprintf(search->state, sizeof search->state, "%s", row->state);
}

static int wait_until_applied(struct spc_historian *historian, uint64_t id)
{
    const struct timespec step = {0, WAIT_STEP};

    for (int i = 0; i < WAIT_STEPS; i++) {
        if (spc_historian_applied(historian, id)) {
            fprintf(stderr, "spc alarms: done\n");
            return SPC_EXIT_OK;
        }
        (void)nanosleep(&step, NULL);
    }
    return complain(SPC_EXIT_UNREACHABLE,
                    "the command is left, but spcd has not applied it within "
                    "2 s; is it running?");
}

/* Says why a verb makes no sense for this alarm, or SPC_EXIT_OK. */
static int check_target(struct spc_historian *historian, const char *alarm_id)
{
    struct search search = {alarm_id, ""};

    if (spc_historian_alarms(historian, true, look, &search) != SPC_OK)
        return complain(SPC_EXIT_INPUT, "%s", spc_historian_error(historian));
    if (!*search.state)
        return complain(SPC_EXIT_INPUT,
                        "there is no alarm '%s'; 'spc alarms FILE --all' lists "
                        "them",
                        alarm_id);
    return SPC_EXIT_OK;
}

static int leave(struct spc_historian *historian,
                 const struct spc_command *command)
{
    int result = check_target(historian, command->target);

    if (result != SPC_EXIT_OK)
        return result;
    if (spc_historian_leave(historian, command) != SPC_OK)
        return complain(SPC_EXIT_INPUT, "%s", spc_historian_error(historian));
    if (wait_for_it)
        return wait_until_applied(historian,
                                  spc_historian_last_left(historian));
    fprintf(stderr, "spc alarms: left for spcd, which applies it as soon as "
                    "it runs\n");
    return SPC_EXIT_OK;
}

/* Copies what was typed; false, with a sentence, when it does not fit. */
static bool fits(const char *what, const char *text, char *ret_copy,
                 size_t size)
{
    if (strlen(text) < size) {
        memcpy(ret_copy, text, strlen(text) + 1);
        return true;
    }
    (void)complain(SPC_EXIT_USAGE, "%s is longer than %zu bytes", what,
                   size - 1);
    return false;
}

static int command_alarm(const char *verb, const char *file,
                         const char *alarm_id)
{
    struct spc_command command = {.time = spc_clock_now()};
    struct spc_historian *historian;
    char path[PATH_TEXT];

    if (!person || !*person)
        return complain(SPC_EXIT_USAGE, "%s needs --by NAME", verb);
    if (strcmp(verb, "comment") == 0 && (!remark || !*remark))
        return complain(SPC_EXIT_USAGE, "comment needs --comment TEXT");
    if (!fits("the verb", verb, command.verb, sizeof command.verb) ||
        !fits("ALARM_ID", alarm_id, command.target, sizeof command.target) ||
        !fits("--by", person, command.person, sizeof command.person) ||
        !fits("--comment", remark ? remark : "", command.comment,
              sizeof command.comment))
        return SPC_EXIT_USAGE;

    int result = open_historian(file, path, &historian);
    if (result != SPC_EXIT_OK)
        return result;
    if (access(path, W_OK) == 0)
        result = leave(historian, &command);
    else
        result = complain(SPC_EXIT_DENIED, "%s: %s", path, strerror(errno));
    spc_historian_close(historian);
    return result;
}

int spc_command_alarms(int argc, char **argv)
{
    const char *words[3];
    size_t count = 0;
    enum spc_options_result read =
        spc_options_read(&usage, argc, argv, words, 3, &count);

    if (read != SPC_OPTIONS_OK)
        return read == SPC_OPTIONS_HELP ? SPC_EXIT_OK : SPC_EXIT_USAGE;
    bool verb = count > 0 && (strcmp(words[0], "ack") == 0 ||
                              strcmp(words[0], "comment") == 0);
    if (verb && count == 3)
        return command_alarm(words[0], words[1], words[2]);
    if (verb)
        return complain(SPC_EXIT_USAGE,
                        "%s needs FILE and ALARM_ID; see spc "
                        "alarms --help",
                        words[0]);
    if (count == 1)
        return list(words[0]);
    return complain(SPC_EXIT_USAGE, count == 0
                                        ? "which historian or plant file? see "
                                          "spc alarms --help"
                                        : "a verb is ack or comment; see spc "
                                          "alarms --help");
}

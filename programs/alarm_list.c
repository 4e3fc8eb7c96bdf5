/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One alarm as a JSON object, and a list of them as JSON or CSV, which is
 * columns of functions over the same objects.  For people: alarm_table.c. */
#include "programs/alarm_list.h"

#include "config/plant.h"
#include "rules/ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_TEXT = 512 };

/* ---- one alarm as JSON ------------------------------------------------- */

const char *spc_alarm_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* The words of a rule, which the event spells out for its first signal only. */
static const char *words_of(const json_t *held)
{
    const char *name = spc_alarm_text(held, "rule"),
               *side = spc_alarm_text(held, "side");

    for (size_t i = 0; i < SPC_RULES; i++) {
        const char *of = spc_side_text(spc_rules[i].side);

        if (strcmp(spc_rules[i].name, name) == 0 &&
            strcmp(of ? of : "", side) == 0)
            return spc_rules[i].text;
    }
    return name;
}

static json_t *rules_of(const json_t *signals)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < json_array_size(signals); i++) {
        const json_t *held = json_array_get(signals, i);
        json_t *rule = json_object();

        json_object_set(rule, "rule", json_object_get(held, "rule"));
        json_object_set(rule, "side", json_object_get(held, "side"));
        json_object_set_new(rule, "text", json_string(words_of(held)));
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

/* What acknowledged, returned or closed it last. */
static json_t *settled_of(const char *payload)
{
    static const char *const copied[] = {"action", "ts", "person", "detail"};
    json_t *event = json_loads(payload, 0, NULL), *settled;

    if (!event)
        return json_null();
    settled = json_object();
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        json_object_set(settled, copied[i], json_object_get(event, copied[i]));
    json_decref(event);
    return settled;
}

/* State from the newest event; what went wrong from the newest that raised or
 * updated it, since an acknowledgement has no points. */
json_t *spc_alarm_describe(const struct spc_alarm_row *row)
{
    static const char *const copied[] = {
        "severity", "since",   "station",  "characteristic", "name",
        "stream",   "panel",   "unit",     "limits",         "affected",
        "text",     "text_zh", "reaction", "reaction_zh"};
    json_t *alarm = json_object();
    json_t *cause = json_loads(*row->cause ? row->cause : row->newest, 0, NULL);

    json_object_set_new(alarm, "alarm_id", json_string(row->alarm_id));
    json_object_set_new(alarm, "state", json_string(row->state));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        json_t *value = json_object_get(cause, copied[i]);

        json_object_set_new(alarm, copied[i],
                            value ? json_incref(value) : json_null());
    }
    json_object_set_new(alarm, "rules",
                        rules_of(json_object_get(cause, "signals")));
    json_object_set_new(alarm, "value",
                        value_of(json_object_get(cause, "points")));
    json_object_set_new(alarm, "settled", settled_of(row->settled));
    json_object_set_new(alarm, "waiting", json_array());
    json_decref(cause);
    return alarm;
}

/* ---- one link that is blind -------------------------------------------- */

/* A unit is named in its detail only: "unit 3: no answer". */
static bool is_served(const struct spc_plant *plant,
                      const struct spc_plant_station *station,
                      const json_t *event)
{
    unsigned unit;

    if (strcmp(plant->links[station->link].name,
               spc_alarm_text(event, "link")) != 0)
        return false;
    return strcmp(spc_alarm_text(event, "action"), "unit-down") != 0 ||
           sscanf(spc_alarm_text(event, "detail"), "unit %u", &unit) != 1 ||
           unit == station->unit;
}

static json_t *stations_of(const json_t *event, const struct spc_plant *plant)
{
    json_t *stations = json_array();
    json_t *named = json_object_get(event, "station");

    if (json_is_string(named))
        json_array_append(stations, named);
    else if (plant && json_is_string(json_object_get(event, "link")))
        for (uint32_t s = 0; s < plant->station_count; s++)
            if (is_served(plant, &plant->stations[s], event))
                json_array_append_new(stations,
                                      json_string(plant->stations[s].id));
    return stations;
}

json_t *spc_blind_describe(const char *payload, const struct spc_plant *plant)
{
    static const char *const copied[] = {"action", "link", "detail", "text",
                                         "text_zh"};
    json_t *event = json_loads(payload, 0, NULL), *blind = json_object();
    json_t *since = json_object_get(event, "ts");

    json_object_set_new(blind, "since",
                        since ? json_incref(since) : json_null());
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        json_t *value = json_object_get(event, copied[i]);

        json_object_set_new(blind, copied[i],
                            value ? json_incref(value) : json_null());
    }
    json_object_set_new(blind, "stations", stations_of(event, plant));
    json_decref(event);
    return blind;
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
    join(cell, "", spc_alarm_text(alarm, "state"));
}

static void since_cell(const json_t *alarm, char *cell)
{
    join(cell, "", spc_alarm_text(alarm, "since"));
}

static void place_cell(const json_t *alarm, char *cell)
{
    join(cell, "", spc_alarm_text(alarm, "station"));
    join(cell, "/", spc_alarm_text(alarm, "characteristic"));
    if (*spc_alarm_text(alarm, "stream"))
        join(cell, " ", spc_alarm_text(alarm, "stream"));
    join(cell, " ", spc_alarm_text(alarm, "panel"));
}

static void rule_cell(const json_t *alarm, char *cell)
{
    const json_t *rules = json_object_get(alarm, "rules");

    for (size_t i = 0; i < json_array_size(rules); i++)
        join(cell, "; ", spc_alarm_text(json_array_get(rules, i), "text"));
    if (!*cell)
        join(cell, "", spc_alarm_text(alarm, "text"));
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

/* One end of the affected parts: its id, else its number, else the point. */
static void part_cell(const json_t *alarm, const char *end, char *cell)
{
    const json_t *part =
        json_object_get(json_object_get(alarm, "affected"), end);
    const json_t *counter = json_object_get(part, "counter");
    const json_t *index = json_object_get(part, "index");

    if (*spc_alarm_text(part, "part_id"))
        join(cell, "", spc_alarm_text(part, "part_id"));
    else if (json_is_number(counter))
        join_number(strcat(cell, "#"), "", counter);
    else if (json_is_number(index))
        join_number(strcat(cell, "point"), " ", index);
}

static void from_cell(const json_t *alarm, char *cell)
{
    part_cell(alarm, "from", cell);
}

static void to_cell(const json_t *alarm, char *cell)
{
    part_cell(alarm, "to", cell);
}

static void id_cell(const json_t *alarm, char *cell)
{
    join(cell, "", spc_alarm_text(alarm, "alarm_id"));
}

struct column {
    const char *title;
    void (*write)(const json_t *alarm, char *cell);
};

static const struct column csv_columns[] = {
    {"state", state_cell}, {"since", since_cell}, {"place", place_cell},
    {"rule", rule_cell},   {"value", value_cell}, {"lcl", lower_cell},
    {"ucl", upper_cell},   {"from", from_cell},   {"to", to_cell},
    {"alarm_id", id_cell},
};

enum { CSV_COLUMNS = sizeof csv_columns / sizeof *csv_columns };

/* ---- texts ------------------------------------------------------------- */

void spc_alarm_tame(char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];

        if (c < 0x20 || c == 0x7f) {
            *text = '?';
        } else if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
            /* U+0080 to U+009F command a terminal as well. */
            *text++ = '?';
            *text = '?';
        }
    }
}

void spc_alarm_moment(const char *stamp, char ret_text[SPC_MOMENT_TEXT])
{
    if (strlen(stamp) >= 19 && stamp[10] == 'T')
        (void)snprintf(ret_text, SPC_MOMENT_TEXT, "%.10s %.8sZ", stamp,
                       stamp + 11);
    else
        (void)snprintf(ret_text, SPC_MOMENT_TEXT, "%.20s",
                       *stamp ? stamp : "?");
}

/* ---- the three formats ------------------------------------------------- */

static void fill_cell(const struct column *column, const json_t *alarm,
                      char cell[CELL_TEXT])
{
    cell[0] = '\0';
    if (alarm)
        column->write(alarm, cell);
    else
        join(cell, "", column->title);
    spc_alarm_tame(cell);
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

static void print_csv(const struct spc_alarm_report *report)
{
    json_t *alarms = report->alarms;
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

static void print_json(const struct spc_alarm_report *report)
{
    json_t *answer = json_object();

    json_object_set_new(answer, "schema", json_string("spc.alarms/1"));
    json_object_set(answer, "alarms", report->alarms);
    json_object_set(answer, "blind", report->blind);
    json_object_set_new(answer, "notes", json_array());
    char *text = spc_json_text(answer);
    if (text)
        puts(text);
    free(text);
    json_decref(answer);
}

void spc_alarm_list_print(const struct spc_alarm_report *report,
                          enum spc_format format)
{
    static void (*const formats[])(const struct spc_alarm_report *) = {
        [SPC_FORMAT_TABLE] = spc_alarm_table_print,
        [SPC_FORMAT_JSON] = print_json,
        [SPC_FORMAT_CSV] = print_csv};

    formats[format](report);
}

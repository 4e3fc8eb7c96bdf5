/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One alarm as a JSON object, and a list of them as a table, JSON or CSV.
 * Table and CSV are columns of functions over the same objects. */
#include "programs/alarm_list.h"

#include "rules/ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_TEXT = 512 };

/* ---- one alarm as JSON ------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* The words of a rule, which the event spells out for its first signal only. */
static const char *words_of(const json_t *held)
{
    const char *name = text_of(held, "rule"), *side = text_of(held, "side");

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
    json_decref(cause);
    return alarm;
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
    const json_t *rules = json_object_get(alarm, "rules");

    for (size_t i = 0; i < json_array_size(rules); i++)
        join(cell, "; ", text_of(json_array_get(rules, i), "text"));
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

/* One end of the affected parts: its id, else its number, else the point. */
static void part_cell(const json_t *alarm, const char *end, char *cell)
{
    const json_t *part =
        json_object_get(json_object_get(alarm, "affected"), end);
    const json_t *counter = json_object_get(part, "counter");
    const json_t *index = json_object_get(part, "index");

    if (*text_of(part, "part_id"))
        join(cell, "", text_of(part, "part_id"));
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

static void parts_cell(const json_t *alarm, char *cell)
{
    char to[CELL_TEXT] = "";

    from_cell(alarm, cell);
    to_cell(alarm, to);
    if (strcmp(cell, to) != 0)
        join(cell, " .. ", to);
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
    {"state", state_cell}, {"since", since_cell}, {"place", place_cell},
    {"rule", rule_cell},   {"value", value_cell}, {"lcl", lower_cell},
    {"ucl", upper_cell},   {"from", from_cell},   {"to", to_cell},
    {"alarm_id", id_cell},
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
    size_t widths[TABLE_COLUMNS] = {0};
    char cell[CELL_TEXT];

    if (json_array_size(alarms) == 0) {
        puts("no alarms");
        return;
    }
    for (size_t c = 0; c < TABLE_COLUMNS; c++)
        for (size_t i = 0; i <= json_array_size(alarms); i++) {
            /* One beyond the last is the title. */
            fill_cell(&table_columns[c], json_array_get(alarms, i), cell);
            if (width_of(cell) > widths[c])
                widths[c] = width_of(cell);
        }
    print_line(NULL, widths);
    for (size_t i = 0; i < json_array_size(alarms); i++)
        print_line(json_array_get(alarms, i), widths);
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

enum { FORMATS = sizeof formats / sizeof *formats };

bool spc_alarm_format_known(const char *format)
{
    for (size_t f = 0; f < FORMATS; f++)
        if (strcmp(formats[f].name, format) == 0)
            return true;
    return false;
}

void spc_alarm_list_print(json_t *alarms, const char *format)
{
    for (size_t f = 0; f < FORMATS; f++)
        if (strcmp(formats[f].name, format) == 0)
            formats[f].print(alarms);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of single values.  All are strict: a number is a number in one
 * spelling, a duration has a unit, nothing is guessed. */
#include "config/reader.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *member(const struct spc_key *key, void *target)
{
    return (char *)target + key->offset;
}

static bool is_written(const struct spc_node *node)
{
    return node->kind == SPC_NODE_SCALAR && !spc_node_is_null(node);
}

static bool in_bounds(const struct spc_key *key, double value)
{
    if (key->low == 0 && key->high == 0)
        return true;
    return value >= key->low && value <= key->high;
}

/* ---- text -------------------------------------------------------------- */

static bool is_printable(const struct spc_node *node)
{
    for (size_t i = 0; i < node->length; i++) {
        unsigned char c = (unsigned char)node->text[i];

        if (c == 0x7f || (c < 0x20 && c != '\n' && c != '\t'))
            return false;
    }
    return true;
}

static void store_text(struct spc_reader *reader, const struct spc_key *key,
                       const struct spc_node *node, void *target)
{
    char *copy =
        spc_arena_copy(&reader->draft->arena, node->text, node->length);

    if (key->size > 0)
        memcpy(member(key, target), &copy, sizeof copy);
}

static void read_text(struct spc_reader *reader, const struct spc_key *key,
                      const struct spc_node *node, void *target)
{
    if (!is_written(node) || node->length == 0)
        spc_refuse(reader, key, node, NULL);
    else if (!is_printable(node))
        spc_refuse(reader, key, node, "it holds a control character");
    else if (key->high > 0 && node->length > key->high)
        spc_refuse(reader, key, node, "it is longer");
    else
        store_text(reader, key, node, target);
}

/* What stays one level of an MQTT topic, one cell of a table and one word of
 * a command line. */
static const char *wrong_in_id(const struct spc_node *node)
{
    if (node->length > SPC_ID_MAX)
        return "it is longer";
    if (node->text[0] == '_' || node->text[0] == '$')
        return "a first _ or $ is kept for the program's own topics";
    for (size_t i = 0; i < node->length; i++) {
        unsigned char c = (unsigned char)node->text[i];

        if (c <= 0x20 || c == 0x7f || strchr("/+#{}\"", c) != NULL)
            return "it becomes part of an MQTT topic, which cannot hold "
                   "blanks or / + # { } \"";
    }
    return NULL;
}

bool spc_read_id(struct spc_reader *reader, const struct spc_key *key,
                 const struct spc_node *node)
{
    bool written = is_written(node) && node->length > 0;
    const char *wrong = written ? wrong_in_id(node) : NULL;

    if (written && wrong == NULL)
        return true;
    spc_refuse(reader, key, node, wrong);
    return false;
}

static void read_id(struct spc_reader *reader, const struct spc_key *key,
                    const struct spc_node *node, void *target)
{
    if (spc_read_id(reader, key, node))
        store_text(reader, key, node, target);
}

static void suggest_word(struct spc_reader *reader, const struct spc_key *key,
                         const struct spc_node *node)
{
    const char *texts[SPC_KEYS_MAX], *near;
    struct spc_prose hint = {0};
    size_t count = 0;

    while (key->words[count].text != NULL && count < SPC_KEYS_MAX) {
        texts[count] = key->words[count].text;
        count++;
    }
    near = is_written(node) ? spc_nearest(node->text, texts, count) : NULL;
    if (near != NULL && strlen(near) > 2)
        spc_prose_add(&hint, "did you mean %s?", near);
    else if (key->size == 0)
        spc_prose_add(&hint, "%s", key->help);
    spc_refuse(reader, key, node, hint.bytes);
    spc_prose_free(&hint);
}

static void read_word(struct spc_reader *reader, const struct spc_key *key,
                      const struct spc_node *node, void *target)
{
    for (size_t i = 0; is_written(node) && key->words[i].text != NULL; i++) {
        if (strcmp(node->text, key->words[i].text) == 0) {
            spc_store(key, target, key->words[i].value);
            return;
        }
    }
    suggest_word(reader, key, node);
}

static void suggest_chart(struct spc_reader *reader,
                          const struct spc_node *node)
{
    const char *names[SPC_CHARTS + 1], *near;
    struct spc_prose known = {0};
    size_t count = 0;

    for (unsigned chart = 0; chart < SPC_CHARTS; chart++)
        if (spc_chart_text((enum spc_chart)chart) != NULL)
            names[count++] = spc_chart_text((enum spc_chart)chart);
    names[count++] = "none";
    near = spc_nearest(node->text, names, count);
    if (near != NULL && strlen(near) < 3)
        near = NULL; /* everything is near to p */
    for (size_t i = 0; i < count; i++)
        spc_prose_add(&known, "%s%s", i > 0 ? ", " : "", names[i]);
    spc_complain(reader->complainer, node->place,
                 near ? "no chart is called '%.60s'; did you mean %s?"
                      : "no chart is called '%.60s'; there are: %s",
                 node->text,
                 near          ? near
                 : known.bytes ? known.bytes
                               : "");
    spc_prose_free(&known);
}

static void read_chart(struct spc_reader *reader, const struct spc_key *key,
                       const struct spc_node *node, void *target)
{
    struct spc_plant_characteristic *characteristic = target;

    if (!is_written(node)) {
        spc_refuse(reader, key, node, NULL);
        return;
    }
    characteristic->chart = spc_chart_named(node->text);
    characteristic->uncharted = strcmp(node->text, "none") == 0;
    if (characteristic->chart == SPC_CHARTS && !characteristic->uncharted)
        suggest_chart(reader, node);
}

/* ---- numbers ----------------------------------------------------------- */

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : 16;
}

bool spc_parse_count(const char *text, uint64_t *ret_value)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned base = hexadecimal ? 16 : 10;
    uint64_t value = 0;

    if (hexadecimal)
        text += 2;
    else if (text[0] == '0' && text[1] != '\0')
        return false; /* 010 is eight to some readers */
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)digit_of(*text);

        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *ret_value = value;
    return true;
}

bool spc_parse_number(const char *text, double *ret_value)
{
    char *end;
    double value;

    /* strtod alone would take "nan", "0x1p3" and leading blanks. */
    if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text))
        return false;
    value = strtod(text, &end);
    if (*end != '\0' || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}

static const char *number_hint(const struct spc_node *node)
{
    if (!is_written(node))
        return NULL;
    if (!node->plain)
        return "write it without quotes";
    if (node->text[0] == '0' && digit_of(node->text[1]) < 10)
        return "write it without the leading zero";
    if (strchr(node->text, ',') != NULL)
        return "the decimal sign is a point";
    return NULL;
}

static void read_count(struct spc_reader *reader, const struct spc_key *key,
                       const struct spc_node *node, void *target)
{
    uint64_t value;

    if (!is_written(node) || !node->plain ||
        !spc_parse_count(node->text, &value))
        spc_refuse(reader, key, node, number_hint(node));
    else if (!in_bounds(key, (double)value))
        spc_refuse(reader, key, node, NULL);
    else
        spc_store(key, target, value);
}

static void read_number(struct spc_reader *reader, const struct spc_key *key,
                        const struct spc_node *node, void *target)
{
    double value;

    if (!is_written(node) || !node->plain ||
        !spc_parse_number(node->text, &value))
        spc_refuse(reader, key, node, number_hint(node));
    else if (!in_bounds(key, value))
        spc_refuse(reader, key, node, NULL);
    else
        memcpy(member(key, target), &value, sizeof value);
}

/* So many sigmas, or as many as a small study calls for. */
static void read_width(struct spc_reader *reader, const struct spc_key *key,
                       const struct spc_node *node, void *target)
{
    struct spc_plant_characteristic *characteristic = target;

    if (is_written(node) && strcmp(node->text, "corrected") == 0)
        characteristic->design.corrected = true;
    else
        read_number(reader, key, node, target);
}

/* A number of units, or the id of what counts them, which is looked up when
 * the station has been read. */
static void read_inspected(struct spc_reader *reader, const struct spc_key *key,
                           const struct spc_node *node, void *target)
{
    struct spc_plant_characteristic *characteristic = target;
    double value;

    if (!is_written(node) || node->length == 0)
        spc_refuse(reader, key, node, NULL);
    else if (!node->plain || !spc_parse_number(node->text, &value))
        return;
    else if (!(value > 0 && value <= 1e9))
        spc_refuse(reader, key, node, "units are above 0, to 1e9");
    else
        characteristic->intake.units_each = value;
}

/* ---- numbers with a unit ----------------------------------------------- */

static const struct {
    const char *text;
    double nanos;
} units[] = {
    {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9},
};

enum { UNITS = sizeof units / sizeof *units };

/* The number before a unit; false when there is none. */
static bool number_before(const char *text, const char *unit, double *ret_value)
{
    size_t length = strlen(text), tail = strlen(unit);
    char number[32];

    if (length <= tail || length - tail >= sizeof number ||
        strcmp(text + length - tail, unit) != 0)
        return false;
    memcpy(number, text, length - tail);
    number[length - tail] = '\0';
    return strspn(number, "0123456789.") == strlen(number) &&
           spc_parse_number(number, ret_value);
}

static bool parse_duration(const char *text, double *ret_nanos)
{
    double value;

    for (size_t i = 0; i < UNITS; i++) {
        if (number_before(text, units[i].text, &value)) {
            *ret_nanos = nearbyint(value * units[i].nanos);
            return true;
        }
    }
    return false;
}

static void read_duration(struct spc_reader *reader, const struct spc_key *key,
                          const struct spc_node *node, void *target)
{
    double nanos, bare;

    if (!is_written(node) || !parse_duration(node->text, &nanos))
        spc_refuse(reader, key, node,
                   is_written(node) && spc_parse_number(node->text, &bare)
                       ? "the unit (ms, s, min, h or d) is missing"
                       : NULL);
    else if (!in_bounds(key, nanos))
        spc_refuse(reader, key, node, NULL);
    else
        spc_store(key, target, (uint64_t)nanos);
}

static void show_duration(struct spc_prose *text, double nanos)
{
    size_t i = nanos == 0 ? 1 : UNITS - 1;

    while (i > 0 && fmod(nanos, units[i].nanos) != 0)
        i--;
    spc_prose_add(text, "%.15g%s", nanos / units[i].nanos, units[i].text);
}

static void read_percent(struct spc_reader *reader, const struct spc_key *key,
                         const struct spc_node *node, void *target)
{
    double value;

    if (!is_written(node) || !number_before(node->text, "%", &value) ||
        !in_bounds(key, value / 100)) {
        spc_refuse(reader, key, node, NULL);
        return;
    }
    value /= 100;
    memcpy(member(key, target), &value, sizeof value);
}

static void show_percent(struct spc_prose *text, double share)
{
    spc_prose_add(text, "%.15g%%", share * 100);
}

/* ---- registers --------------------------------------------------------- */

/* The address as it is written; what it means is known only when the
 * station's addressing has been read. */
static void read_register(struct spc_reader *reader, const struct spc_key *key,
                          const struct spc_node *node, void *target)
{
    struct spc_field *field = (struct spc_field *)(void *)member(key, target);
    uint64_t value;

    if (!is_written(node) || !node->plain ||
        !spc_parse_count(node->text, &value) || value > 465536) {
        spc_refuse(reader, key, node, number_hint(node));
        return;
    }
    field->present = true;
    field->address = (uint32_t)value;
    field->place = spc_node_place(reader, node);
}

const struct spc_kind spc_kind_text = {"text", read_text, NULL};
const struct spc_kind spc_kind_id = {"one word of at most 63 bytes", read_id,
                                     NULL};
const struct spc_kind spc_kind_word = {"a word", read_word, NULL};
const struct spc_kind spc_kind_chart = {"", read_chart, NULL};
const struct spc_kind spc_kind_inspected = {
    "a number, or the id of a characteristic", read_inspected, NULL};
const struct spc_kind spc_kind_width = {"corrected, or a number", read_width,
                                        NULL};
const struct spc_kind spc_kind_count = {"a whole number", read_count, NULL};
const struct spc_kind spc_kind_number = {"a number", read_number, NULL};
const struct spc_kind spc_kind_duration = {"a duration such as 800ms or 2s",
                                           read_duration, show_duration};
const struct spc_kind spc_kind_percent = {"a percentage such as 20%",
                                          read_percent, show_percent};
const struct spc_kind spc_kind_register = {"a register address", read_register,
                                           NULL};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms for somebody at a terminal: a short block each, what needs somebody
 * first, then what is not measured at all, then how many there are. */
#define _POSIX_C_SOURCE 200809L

#include "engine/chart.h"
#include "programs/alarm_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_STATIONS = 4, LABEL_WIDTH = 10 };

/* ---- words ------------------------------------------------------------- */

/* In the order of the list. */
/* clang-format off */
static const struct {
    const char *state, *label[SPC_LANGUAGES], *counted[SPC_LANGUAGES];
} states[] = {
    {"unack",     {"UNACK",    "未确认"}, {"%zu unacknowledged", "未确认 %zu"}},
    {"ack",       {"ACK",      "已确认"}, {"%zu acknowledged", "已确认 %zu"}},
    {"rtn_unack", {"RETURNED", "已恢复"},
     {"%zu returned but not acknowledged", "已恢复未确认 %zu"}},
    {"normal",    {"NORMAL",   "正常"},
     {"%zu back to normal", "恢复正常 %zu"}},
};

static const struct {
    const char *word, *zh;
} in_chinese[] = {
    {"high", "高"}, {"medium", "中"}, {"low", "低"}, {"info", "提示"},
};

enum word {
    SINCE, REACTION, ACKNOWLEDGED, BY, ACK_WAITS, COMMENT_WAITS, ID,
    NONE_ACTIVE, ONE, SEVERAL, COMMA, IS_BLIND, LINK, PART, STATIONS, STOPPED, WORDS
};

static const char *const words[WORDS][SPC_LANGUAGES] = {
    [SINCE] = {"since %s", "自 %s 起"},
    [REACTION] = {"do: ", "措施："},
    [ACKNOWLEDGED] = {"acknowledged ", "确认于 "},
    [BY] = {" by ", "，确认人 "},
    [ACK_WAITS] = {"acknowledgement by %s waits for spcd",
                   "%s 的确认等待 spcd 处理"},
    [COMMENT_WAITS] = {"comment by %s waits for spcd",
                       "%s 的备注等待 spcd 处理"},
    [ID] = {"id: ", "编号："},
    [NONE_ACTIVE] = {"no active alarms in ", "没有活动报警："},
    [ONE] = {"1 alarm: ", "共 1 个报警："},
    [SEVERAL] = {"%zu alarms: ", "共 %zu 个报警："},
    [COMMA] = {", ", "，"},
    [IS_BLIND] = {" is blind since %s: ", " 自 %s 起无数据："},
    [LINK] = {"link ", "链路 "},
    [PART] = {"part of ", "部分"},
    [STATIONS] = {"each of %zu stations", "%zu 个工位"},
    [STOPPED] = {"nothing is measured since %s: spcd stopped\n",
                 "自 %s 起无测量：spcd 已停止\n"},
};
/* clang-format on */

enum { STATES = sizeof states / sizeof *states };

static const char *translate(const char *word, enum spc_language language)
{
    if (language == SPC_CHINESE)
        for (size_t i = 0; i < sizeof in_chinese / sizeof *in_chinese; i++)
            if (strcmp(in_chinese[i].word, word) == 0)
                return in_chinese[i].zh;
    return word;
}

/* What a panel shows, as sentences call it; in English it goes by its name in
 * messages.  Charts that show the same call it the same. */
static const char *panel_name(const char *panel, enum spc_language language)
{
    for (unsigned i = 0; language == SPC_CHINESE && i < SPC_CHARTS; i++) {
        const struct spc_chart_type *type = &spc_chart_types[i];

        for (unsigned p = 0; type->name && p < type->panels; p++)
            if (strcmp(type->panel[p].statistic, panel) == 0)
                return type->panel[p].brief[language]
                           ? type->panel[p].brief[language]
                           : type->panel[p].name[language];
    }
    return panel;
}

static void put(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        return;
    spc_alarm_tame(copy);
    fputs(copy, stdout);
    free(copy);
}

/* For words of the table with one text in them. */
static void put_in(const char *form, const char *text)
{
    const char *hole = strstr(form, "%s");

    fwrite(form, 1, (size_t)(hole - form), stdout);
    put(text);
    fputs(hole + 2, stdout);
}

static void put_moment(const char *form, const char *stamp)
{
    char moment[SPC_MOMENT_TEXT];

    spc_alarm_moment(stamp, moment);
    put_in(form, moment);
}

/* The same in the language of the table, or else in the other. */
static const char *in_language(const json_t *object,
                               const char *const key[SPC_LANGUAGES],
                               enum spc_language language)
{
    const char *text = spc_alarm_text(object, key[language]);

    return *text ? text : spc_alarm_text(object, key[!language]);
}

static const char *const texts[SPC_LANGUAGES] = {"text", "text_zh"};
static const char *const reactions[SPC_LANGUAGES] = {"reaction", "reaction_zh"};

/* ---- a block ----------------------------------------------------------- */

static size_t rank_of(const json_t *alarm)
{
    size_t rank = 0;

    while (rank < STATES - 1 &&
           strcmp(states[rank].state, spc_alarm_text(alarm, "state")) != 0)
        rank++;
    return rank;
}

/* A Chinese character is as wide as two Latin ones. */
static void put_label(const char *label)
{
    size_t width = 0;

    for (const char *c = label; *c; c++)
        if ((*c & 0xc0) != 0x80)
            width += (unsigned char)*c < 0x80 ? 1 : 2;
    fputs(label, stdout);
    printf("%*s", (int)(width < LABEL_WIDTH ? LABEL_WIDTH - width : 1), "");
}

static void put_head(const json_t *alarm, enum spc_language language)
{
    put_label(states[rank_of(alarm)].label[language]);
    put_moment(words[SINCE][language], spc_alarm_text(alarm, "since"));
    fputs("   ", stdout);
    put(spc_alarm_text(alarm, "station"));
    fputs(" ", stdout);
    put(spc_alarm_text(alarm, "characteristic"));
    if (*spc_alarm_text(alarm, "stream")) {
        fputs(" ", stdout);
        put(spc_alarm_text(alarm, "stream"));
    }
    fputs(" (", stdout);
    put(panel_name(spc_alarm_text(alarm, "panel"), language));
    fputs(")   ", stdout);
    put(translate(spc_alarm_text(alarm, "severity"), language));
    fputs("\n", stdout);
}

/* Where the sentence ends by repeating the reaction, which has a line of its
 * own; its length when it does not. */
static size_t without_reaction(const char *text, const char *reaction)
{
    static const char *const separators[] = {"; ", "；"};
    size_t length = strlen(text), tail = strlen(reaction);

    if (tail == 0 || length < tail ||
        strcmp(text + length - tail, reaction) != 0)
        return length;
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        size_t gap = strlen(separators[i]), rest = length - tail;

        if (rest >= gap && memcmp(text + rest - gap, separators[i], gap) == 0)
            return rest - gap;
    }
    return length;
}

static void put_text(const json_t *alarm, enum spc_language language)
{
    const char *text = in_language(alarm, texts, language);
    size_t length = strlen(text);

    for (size_t i = 0; i < SPC_LANGUAGES; i++) {
        size_t shorter =
            without_reaction(text, spc_alarm_text(alarm, reactions[i]));

        length = shorter < length ? shorter : length;
    }
    char *sentence = strndup(text, length);
    if (sentence && *sentence) {
        put_label("");
        put(sentence);
        fputs("\n", stdout);
    }
    free(sentence);
}

static void put_line(const char *label, const char *text)
{
    if (!*text)
        return;
    put_label("");
    fputs(label, stdout);
    put(text);
    fputs("\n", stdout);
}

static void put_acknowledged(const json_t *alarm, enum spc_language language)
{
    const json_t *settled = json_object_get(alarm, "settled");
    const char *person = spc_alarm_text(settled, "person");
    const char *detail = spc_alarm_text(settled, "detail");

    if (strcmp(spc_alarm_text(settled, "action"), "acknowledged") != 0)
        return;
    put_label("");
    fputs(words[ACKNOWLEDGED][language], stdout);
    put_moment("%s", spc_alarm_text(settled, "ts"));
    if (*person) {
        fputs(words[BY][language], stdout);
        put(person);
    }
    if (*detail) {
        fputs(": ", stdout);
        put(detail);
    }
    fputs("\n", stdout);
}

static void put_waiting(const json_t *alarm, enum spc_language language)
{
    const json_t *waiting = json_object_get(alarm, "waiting");

    for (size_t i = 0; i < json_array_size(waiting); i++) {
        const json_t *command = json_array_get(waiting, i);
        bool ack = strcmp(spc_alarm_text(command, "verb"), "ack") == 0;

        put_label("");
        put_in(words[ack ? ACK_WAITS : COMMENT_WAITS][language],
               spc_alarm_text(command, "person"));
        fputs("\n", stdout);
    }
}

static void put_block(const json_t *alarm, enum spc_language language)
{
    put_head(alarm, language);
    put_text(alarm, language);
    put_line(words[REACTION][language],
             in_language(alarm, reactions, language));
    put_acknowledged(alarm, language);
    put_waiting(alarm, language);
    put_line(words[ID][language], spc_alarm_text(alarm, "alarm_id"));
    fputs("\n", stdout);
}

/* ---- what is not measured ---------------------------------------------- */

/* Who is blind: the stations if they are known and few, else the link. */
static bool put_stations(const json_t *stations, enum spc_language language)
{
    size_t count = json_array_size(stations);

    if (count > NAMED_STATIONS)
        printf(words[STATIONS][language], count);
    for (size_t i = 0; i < count && count <= NAMED_STATIONS; i++) {
        fputs(i > 0 ? words[COMMA][language] : "", stdout);
        put(json_string_value(json_array_get(stations, i)));
    }
    return count > 0;
}

/* The link is named once, by whoever is blind or by the sentence. */
static const char *after_link(const char *text, const char *link,
                              enum spc_language language)
{
    const char *at = text + strlen(words[LINK][language]);
    const char *colon = language == SPC_CHINESE ? "：" : ": ";

    if (strncmp(text, words[LINK][language], (size_t)(at - text)) != 0 ||
        strncmp(at, link, strlen(link)) != 0)
        return text;
    at += strlen(link);
    return strncmp(at, colon, strlen(colon)) == 0 ? at + strlen(colon) : text;
}

static void put_blind(const json_t *blind, enum spc_language language)
{
    const char *since = spc_alarm_text(blind, "since");
    const char *link = spc_alarm_text(blind, "link");
    const char *action = spc_alarm_text(blind, "action");
    const char *text = in_language(blind, texts, language);

    if (strcmp(action, "stopped") == 0) {
        put_moment(words[STOPPED][language], since);
        return;
    }
    if (!put_stations(json_object_get(blind, "stations"), language)) {
        if (strcmp(action, "link-down") != 0)
            fputs(words[PART][language], stdout);
        fputs(words[LINK][language], stdout);
        put(link);
        text = after_link(text, link, language);
    }
    put_moment(words[IS_BLIND][language], since);
    put(text);
    fputs("\n", stdout);
}

/* ---- the list ---------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    size_t first = rank_of(a), second = rank_of(b);

    if (first != second)
        return first < second ? -1 : 1;
    return strcmp(spc_alarm_text(b, "since"), spc_alarm_text(a, "since"));
}

static void put_blocks(json_t *alarms, enum spc_language language)
{
    size_t count = json_array_size(alarms);
    json_t **sorted = malloc((count + 1) * sizeof *sorted);

    if (!sorted)
        return;
    for (size_t i = 0; i < count; i++)
        sorted[i] = json_array_get(alarms, i);
    qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0; i < count; i++)
        put_block(sorted[i], language);
    free(sorted);
}

static void put_counts(const struct spc_alarm_report *report)
{
    size_t counts[STATES] = {0}, total = json_array_size(report->alarms);
    enum spc_language language = report->language;
    const char *comma = "";

    for (size_t i = 0; i < total; i++)
        counts[rank_of(json_array_get(report->alarms, i))]++;
    if (counts[STATES - 1] == total) {
        fputs(words[NONE_ACTIVE][language], stdout);
        put(report->file);
        fputs("\n", stdout);
        return;
    }
    printf(words[total == 1 ? ONE : SEVERAL][language], total);
    for (size_t s = 0; s < STATES; s++) {
        if (counts[s] == 0)
            continue;
        fputs(comma, stdout);
        printf(states[s].counted[language], counts[s]);
        comma = words[COMMA][language];
    }
    fputs("\n", stdout);
}

void spc_alarm_table_print(const struct spc_alarm_report *report)
{
    put_blocks(report->alarms, report->language);
    for (size_t i = 0; i < json_array_size(report->blind); i++)
        put_blind(json_array_get(report->blind, i), report->language);
    put_counts(report);
}

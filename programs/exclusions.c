/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points left out of a chart's estimate.  See exclusions.h. */
#define _POSIX_C_SOURCE 200809L

#include "programs/exclusions.h"

#include "adapters/json/json.h"
#include "programs/chart_words.h"
#include "programs/options.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ----------------------------------------------------------- */

bool spc_span_read(const char *text, size_t length, char between,
                   bool may_be_one, size_t count, size_t *ret_first,
                   size_t *ret_last)
{
    char first[24], last[24];
    const char *middle = memchr(text, between, length);
    size_t head = middle ? (size_t)(middle - text) : length;
    unsigned long long a, b;

    if (head >= sizeof first || length - head >= sizeof last ||
        (!middle && !may_be_one))
        return false;
    snprintf(first, sizeof first, "%.*s", (int)head, text);
    snprintf(last, sizeof last, "%.*s",
             middle ? (int)(length - head - 1) : (int)head,
             middle ? middle + 1 : text);
    if (!spc_option_count(first, &a) || !spc_option_count(last, &b) || a < 1 ||
        b < a || b > count)
        return false;
    *ret_first = (size_t)a;
    *ret_last = (size_t)b;
    return true;
}

static char *after_spaces(char *text)
{
    return text + strspn(text, " ");
}

/* Cuts the reason off at its end; returns the next item, or NULL. */
static char *cut_reason(char *reason)
{
    char *comma = strchr(reason, ','), *next = NULL, *end;

    while (comma && !next) {
        char *item = after_spaces(comma + 1);

        if (*item >= '0' && *item <= '9') {
            *comma = '\0';
            next = item;
        }
        comma = strchr(comma + 1, ',');
    }
    for (end = reason + strlen(reason); end > reason && end[-1] == ' '; end--)
        end[-1] = '\0';
    return next;
}

/* One item, "7-9" or "7-9=wrong lot"; `*cursor` goes on to the next, or to
 * NULL after the last. */
static bool read_item(struct spc_exclusions *exclusions, char **cursor,
                      char reterr[SPC_EXCLUSIONS_COMPLAINT])
{
    char *item = after_spaces(*cursor), *reason = NULL;
    size_t length = strcspn(item, ",="), first, last;
    char ended = item[length];

    if (!spc_span_read(item, length, '-', true, exclusions->count, &first,
                       &last)) {
        snprintf(reterr, SPC_EXCLUSIONS_COMPLAINT,
                 "--exclude takes points and spans between 1 and %zu, such as "
                 "3,7-9 or \"3=tool broke,7-9=wrong lot\", not '%.*s'",
                 exclusions->count, length < 40 ? (int)length : 40, item);
        return false;
    }
    *cursor = ended == ',' ? item + length + 1 : NULL;
    if (ended == '=') {
        reason = after_spaces(item + length + 1);
        *cursor = cut_reason(reason);
        if (*reason == '\0') {
            snprintf(reterr, SPC_EXCLUSIONS_COMPLAINT,
                     "--exclude %.*s= lacks its reason", (int)length, item);
            return false;
        }
    }
    for (size_t i = first - 1; i < last; i++) {
        exclusions->excluded[i] = true;
        exclusions->why[i] = (struct spc_exclusion){.reason = reason};
    }
    return true;
}

enum spc_status spc_exclusions_read(const char *text, size_t count,
                                    struct spc_exclusions *ret_exclusions,
                                    char reterr[SPC_EXCLUSIONS_COMPLAINT])
{
    struct spc_exclusions exclusions = {
        .count = count,
        .excluded = calloc(count + 1, sizeof *exclusions.excluded),
        .why = calloc(count + 1, sizeof *exclusions.why),
        .text = strdup(text ? text : "")};
    char *cursor = text ? exclusions.text : NULL;
    enum spc_status status = SPC_OK;

    if (!exclusions.excluded || !exclusions.why || !exclusions.text)
        status = SPC_NO_MEMORY;
    while (status == SPC_OK && cursor)
        if (!read_item(&exclusions, &cursor, reterr))
            status = SPC_BAD_INPUT;
    if (status == SPC_OK)
        *ret_exclusions = exclusions;
    else
        spc_exclusions_clear(&exclusions);
    return status;
}

void spc_exclusions_clear(struct spc_exclusions *exclusions)
{
    free(exclusions->excluded);
    free(exclusions->why);
    free(exclusions->text);
    *exclusions = (struct spc_exclusions){0};
}

size_t spc_exclusions_unexplained(const struct spc_exclusions *exclusions)
{
    size_t count = 0;

    for (size_t i = 0; i < exclusions->count; i++)
        count += exclusions->excluded[i] && exclusions->why[i].round == 0 &&
                 !exclusions->why[i].reason;
    return count;
}

/* ---- words ------------------------------------------------------------- */

enum { REASON_TEXT = 64 };

/* NULL: none was given. */
static const char *reason_text(const struct spc_exclusion *why,
                               enum spc_language language,
                               char room[REASON_TEXT])
{
    static const char *const found[SPC_LANGUAGES] = {
        "beyond limits in round %u", "第 %u 轮超出控制限"};

    if (why->round == 0)
        return why->reason;
    snprintf(room, REASON_TEXT, found[language], why->round);
    return room;
}

static json_t *exclusion_json(const struct spc_exclusion *why,
                              const struct spc_chart_study *study, size_t i)
{
    json_t *object = json_object();
    char label[SPC_LABEL_TEXT], room[REASON_TEXT];

    spc_chart_label(study, i, label);
    json_object_set_new(object, "index", json_integer((json_int_t)i + 1));
    json_object_set_new(object, "label", spc_json_string(label));
    json_object_set_new(object, "reason",
                        spc_json_string(reason_text(why, SPC_ENGLISH, room)));
    json_object_set_new(object, "round",
                        why->round ? json_integer(why->round) : json_null());
    return object;
}

static json_t *list_json(const struct spc_exclusions *exclusions,
                         const struct spc_chart_study *study, size_t first,
                         size_t end)
{
    json_t *list = json_array();

    for (size_t i = first; i < end; i++)
        if (exclusions->excluded[i])
            json_array_append_new(
                list, exclusion_json(&exclusions->why[i], study, i));
    return list;
}

void spc_exclusions_json(const struct spc_exclusions *exclusions,
                         const struct spc_chart_study *study, json_t *chart)
{
    json_t *stages = json_object_get(chart, "stages"), *stage;
    size_t s;

    json_object_set_new(json_object_get(chart, "estimate"), "exclusions",
                        list_json(exclusions, study, 0, exclusions->count));
    json_array_foreach(stages, s, stage)
        json_object_set_new(stage, "exclusions",
                            list_json(exclusions, study, study->stages[s].first,
                                      study->stages[s].end));
}

void spc_exclusions_table(const struct spc_exclusions *exclusions,
                          const struct spc_chart_study *study,
                          enum spc_language language, FILE *file)
{
    static const char *const heading[SPC_LANGUAGES] = {"excluded:",
                                                       "已排除的点："};
    static const char *const none[SPC_LANGUAGES] = {"no reason given",
                                                    "未给出原因"};
    const char *begin = heading[language];

    for (size_t i = 0; i < exclusions->count; i++) {
        char label[SPC_LABEL_TEXT], index[SPC_LABEL_TEXT], room[REASON_TEXT];
        const char *reason;

        if (!exclusions->excluded[i])
            continue;
        reason = reason_text(&exclusions->why[i], language, room);
        spc_chart_label(study, i, label);
        snprintf(index, sizeof index, "%zu", i + 1);
        fprintf(file, "%s%s  %s", begin, *begin ? "\n" : "", index);
        if (strcmp(index, label) != 0)
            fprintf(file, " (%s)", label);
        fprintf(file, "  %s\n", reason ? reason : none[language]);
        begin = "";
    }
}

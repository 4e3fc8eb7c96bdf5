/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topics and identities.
 *
 * Forbidden in a topic name: + and # (wildcards), U+0000, and by many brokers
 * every control character (MQTT 5, sections 1.5.4 and 4.7.1). */
#include "adapters/mqtt/topic.h"

#include "adapters/json/text.h"
#include "adapters/mqtt/pieces.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char default_root[] =
    "spc/v1/{enterprise}/{site}/{area}/{line}/{station}";

static bool allowed_in_topic(uint32_t code)
{
    return code > ' ' && (code < 0x7f || code > 0x9f) && code != '/' &&
           code != '+' && code != '#' && (code & 0xfffe) != 0xfffe &&
           (code < 0xfdd0 || code > 0xfdef);
}

/* One level of a topic, owned. */
static char *safe_word(const char *word, const char *when_empty)
{
    struct spc_text text = {0};
    size_t left = word ? strlen(word) : 0;

    if (left == 0)
        spc_text_string(&text, when_empty);
    while (left > 0) {
        uint32_t code = 0;
        size_t bytes = spc_utf8_next(word, left, &code);

        if (bytes && allowed_in_topic(code))
            spc_text_add(&text, word, bytes);
        else
            spc_text_string(&text, "_");
        bytes += bytes == 0;
        word += bytes;
        left -= bytes;
    }
    return spc_text_take(&text);
}

enum { WORDS = 10 };

/* Every word a template may name, made safe.  False: no memory. */
static bool safe_words(const struct spc_scene *scene, const char *word,
                       struct spc_blank ret_words[WORDS])
{
    const struct {
        const char *name, *value, *when_empty;
    } words[WORDS] = {
        {"enterprise", scene->enterprise, "_"},
        {"site", scene->site, "_"},
        {"area", scene->area, "_"},
        {"line", scene->line, "_"},
        {"station", scene->station, "_"},
        {"gateway", scene->gateway, "_"},
        {"characteristic", scene->characteristic, "_"},
        {"link", scene->link, "_"},
        {"stream", scene->stream, ""},
        {"word", word, ""},
    };
    bool complete = true;

    for (size_t i = 0; i < WORDS; i++) {
        ret_words[i].name = words[i].name;
        ret_words[i].value = safe_word(words[i].value, words[i].when_empty);
        complete = complete && ret_words[i].value;
    }
    return complete;
}

/* How much of a template stands for the site and what is above it.  Without
 * {site} that is what comes before the first blank. */
static size_t site_length(const char *template)
{
    const char *site = strstr(template, "{site}");
    if (site)
        return (size_t)(site - template) + strlen("{site}");

    size_t length = strcspn(template, "{");
    while (length > 0 && template[length - 1] == '/')
        length--;
    return length;
}

static char *topic(const struct spc_scene *scene, bool gateway,
                   const char *tail, const char *word)
{
    const char *root = scene->topic_root ? scene->topic_root : default_root;
    struct spc_blank words[WORDS];
    struct spc_text head = {0}, text = {0};

    if (!safe_words(scene, word, words))
        text.failed = true;
    spc_text_add(&head, root, gateway ? site_length(root) : strlen(root));
    if (gateway)
        spc_text_string(&head, "/_gw/{gateway}");

    char *template = spc_text_take(&head);
    if (template)
        spc_text_fill(&text, template, words, WORDS);
    else
        text.failed = true;
    spc_text_sentence(&text, tail, words, WORDS);

    free(template);
    for (size_t i = 0; i < WORDS; i++)
        free((char *)words[i].value);
    return spc_text_take(&text);
}

char *spc_topic_station(const struct spc_scene *scene, const char *tail,
                        const char *word)
{
    return topic(scene, false, tail, word);
}

char *spc_topic_gateway(const struct spc_scene *scene, const char *tail,
                        const char *word)
{
    return topic(scene, true, tail, word);
}

/* ---- identities -------------------------------------------------------- */

char *spc_event_identity(const struct spc_scene *scene, uint64_t seq)
{
    struct spc_text text = {0};
    char number[32];

    snprintf(number, sizeof number, ":%06" PRIu64, seq);
    spc_text_string(&text, scene->gateway);
    spc_text_string(&text, ":");
    spc_text_string(&text, scene->epoch);
    spc_text_string(&text, number);
    return spc_text_take(&text);
}

/* A person types an alarm's id after `spc alarms ack`, and two streams must
 * never share one, so what could break a word is written as %XX. */
static void add_escaped(struct spc_text *text, const char *word)
{
    size_t left = strlen(word);

    while (left > 0) {
        uint32_t code = 0;
        size_t bytes = spc_utf8_next(word, left, &code);
        char escape[8];

        if (bytes && code > ' ' && code != '%' &&
            (code < 0x7f || code > 0x9f)) {
            spc_text_add(text, word, bytes);
        } else {
            bytes = 1;
            snprintf(escape, sizeof escape, "%%%02X", (unsigned char)*word);
            spc_text_string(text, escape);
        }
        word += bytes;
        left -= bytes;
    }
}

char *spc_alarm_identity(const struct spc_scene *scene, enum spc_panel panel,
                         uint32_t episode)
{
    struct spc_text text = {0};
    char tail[64];

    add_escaped(&text, scene->station);
    spc_text_string(&text, "/");
    add_escaped(&text, scene->characteristic);
    if (scene->stream && scene->stream[0]) {
        spc_text_string(&text, "/");
        add_escaped(&text, scene->stream);
    }
    snprintf(tail, sizeof tail, "/%s/%" PRIu32 "@", spc_panel_group_text(panel),
             episode);
    spc_text_string(&text, tail);
    add_escaped(&text, scene->epoch);
    return spc_text_take(&text);
}

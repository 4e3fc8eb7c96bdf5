/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a command: the JSON grammar is jansson's, what may be said is in
 * two tables. */
#include "adapters/mqtt/command.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct key {
    const char *name;
    size_t offset, room; /* within struct spc_command_text */
    bool must;
};

#define TEXT(member)                                                           \
    offsetof(struct spc_command_text, member),                                 \
        sizeof((struct spc_command_text *)NULL)->member

static const struct key keys[] = {
    {"verb", TEXT(verb), true},
    {"alarm_id", TEXT(alarm_id), true},
    {"person", TEXT(person), true},
    {"comment", TEXT(comment), false},
};

static const struct verb {
    const char *name;
    bool wants_comment;
} verbs[] = {
    {"ack", false},
    {"comment", true},
};

enum {
    KEYS = sizeof keys / sizeof keys[0],
    VERBS = sizeof verbs / sizeof verbs[0]
};

struct refusal {
    char *text;
    size_t size;
};

/* One sentence; what it quotes is bounded.  Always false. */
__attribute__((format(printf, 2, 3))) static bool refuse(
    const struct refusal *why, const char *format, ...)
{
    va_list words;

    va_start(words, format);
    vsnprintf(why->text, why->size, format, words);
    va_end(words);
    return false;
}

static const struct key *key_named(const char *name)
{
    for (unsigned i = 0; i < KEYS; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static const struct verb *verb_named(const char *name)
{
    for (unsigned i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

/* A name or comment ends up in logs and terminals. */
static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static bool take(const struct key *key, const json_t *value,
                 struct spc_command_text *command, const struct refusal *why)
{
    const char *text = json_string_value(value);

    if (!text)
        return refuse(why, "\"%s\" must be a text", key->name);
    if (!*text)
        return refuse(why, "\"%s\" is empty", key->name);
    if (json_string_length(value) >= key->room)
        return refuse(why, "\"%s\" is too long", key->name);
    if (has_control(text))
        return refuse(why, "\"%s\" holds a control character", key->name);
    strcpy((char *)command + key->offset, text);
    return true;
}

static bool take_all(json_t *object, struct spc_command_text *command,
                     const struct refusal *why)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        const struct key *key = key_named(name);
        if (!key)
            return refuse(why, "unknown key \"%.40s\"", name);
        if (!take(key, value, command, why))
            return false;
    }
    return true;
}

static bool is_complete(const struct spc_command_text *command,
                        const struct refusal *why)
{
    for (unsigned i = 0; i < KEYS; i++)
        if (keys[i].must && !((const char *)command)[keys[i].offset])
            return refuse(why, "\"%s\" is missing", keys[i].name);

    const struct verb *verb = verb_named(command->verb);
    if (!verb)
        return refuse(why, "unknown verb \"%s\"", command->verb);
    if (verb->wants_comment && !command->comment[0])
        return refuse(why, "the verb \"%s\" wants a comment", verb->name);
    return true;
}

static enum spc_status parse(const void *bytes, size_t size,
                             const struct refusal *why, json_t **ret_json)
{
    json_error_t error;
    json_t *json = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);

    if (!json && json_error_code(&error) == json_error_out_of_memory)
        return SPC_NO_MEMORY;
    if (!json) {
        refuse(why, "not JSON: %.120s", error.text);
        return SPC_BAD_INPUT;
    }
    *ret_json = json;
    return SPC_OK;
}

enum spc_status spc_command_read(const void *bytes, size_t size,
                                 struct spc_command_text *ret_command,
                                 char *reterr, size_t reterr_size)
{
    const struct refusal why = {reterr, reterr_size};
    struct spc_command_text command = {0};
    json_t *json = NULL;

    if (size > SPC_COMMAND_BYTES_MAX) {
        refuse(&why, "a command has at most %d bytes", SPC_COMMAND_BYTES_MAX);
        return SPC_BAD_INPUT;
    }
    enum spc_status status = parse(bytes, size, &why, &json);
    if (status != SPC_OK)
        return status;

    bool good = json_is_object(json)
                    ? take_all(json, &command, &why)
                    : refuse(&why, "a command is a JSON object");
    json_decref(json);
    if (!good || !is_complete(&command, &why))
        return SPC_BAD_INPUT;
    *ret_command = command;
    return SPC_OK;
}

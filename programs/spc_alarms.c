/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc alarms: what the historian knows of alarms, and what a person has to
 * say about one.
 *
 * Listing reads the file and nothing else.  A verb leaves a command with the
 * person's name; spcd takes it up, applies it through its own state machine
 * and records it as an event, so there is one writer of alarms. */
#define _POSIX_C_SOURCE 200809L

#include "programs/alarm_list.h"
#include "programs/clock.h"
#include "programs/commands.h"
#include "programs/options.h"
#include "programs/plant_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    PATH_TEXT = 4096,
    WAIT_STEPS = 100,
    WAITING_MAX = 64, /* commands shown as waiting */
    SENTENCE_TEXT = 512,
};
#define WAIT_STEP (20 * SPC_MILLISECOND)

static const char *format, *language_name, *person, *remark;
static bool show_all, wait_for_it;

static const struct spc_option options[] = {
    {"all", 'a', NULL, "also those that are back to normal", NULL, &show_all},
    {"format", 'f', "FORMAT", "table (on a terminal), json (elsewhere) or csv",
     &format, NULL},
    {"lang", 0, "LANG", "of the table: en or zh; default from LANG",
     &language_name, NULL},
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
        "Exit status of a list: 0 no alarm is active, 1 some are; of ack and\n"
        "comment: 3 there is nothing to acknowledge, 4 spcd changed nothing.\n",
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

/* What a command works on. */
struct source {
    char path[PATH_TEXT]; /* the historian's */
    struct spc_historian *historian;
    struct spc_plant *plant; /* NULL when the historian itself was named */
};

static int read_plant(const char *file, struct source *source)
{
    struct spc_complaints complaints = {0};
    enum spc_status status =
        spc_plant_file_read(file, &source->plant, &complaints);
    int length = 0;

    if (status != SPC_OK && complaints.text)
        fputs(complaints.text, stderr);
    spc_complaints_free(&complaints);
    if (status != SPC_OK)
        return SPC_EXIT_INPUT;
    if (source->plant->historian)
        length =
            snprintf(source->path, PATH_TEXT, "%s", source->plant->historian);
    if (length <= 0 || length >= PATH_TEXT)
        return complain(SPC_EXIT_INPUT, "%s names no historian", file);
    return SPC_EXIT_OK;
}

/* FILE is the historian itself or the plant file that names it. */
static int find_historian(const char *file, struct source *source)
{
    if (access(file, R_OK) != 0)
        return complain(SPC_EXIT_UNREACHABLE, "%s: %s", file, strerror(errno));
    if (ends_with(file, ".yaml") || ends_with(file, ".yml")) {
        int result = read_plant(file, source);

        if (result != SPC_EXIT_OK)
            return result;
    } else if (snprintf(source->path, PATH_TEXT, "%s", file) >= PATH_TEXT) {
        return complain(SPC_EXIT_INPUT, "the file's name is too long");
    }
    if (access(source->path, R_OK) != 0)
        return complain(SPC_EXIT_UNREACHABLE, "%s: %s", source->path,
                        strerror(errno));
    return SPC_EXIT_OK;
}

static void close_source(struct source *source)
{
    spc_historian_close(source->historian);
    spc_plant_free(source->plant);
}

/* To be closed whether or not it could be opened. */
static int open_source(const char *file, struct source *ret_source)
{
    char error[512];

    *ret_source = (struct source){.historian = NULL};
    int result = find_historian(file, ret_source);
    if (result != SPC_EXIT_OK)
        return result;
    if (spc_historian_open(ret_source->path, NULL, 0, error, sizeof error,
                           &ret_source->historian) != SPC_OK)
        return complain(SPC_EXIT_INPUT, "%s", error);
    return SPC_EXIT_OK;
}

static int unreadable(const struct source *source)
{
    return complain(SPC_EXIT_INPUT, "%s: %s", source->path,
                    spc_historian_error(source->historian));
}

/* ---- listing ------------------------------------------------------------- */

static void collect(void *context, const struct spc_alarm_row *row)
{
    json_array_append_new(context, spc_alarm_describe(row));
}

static bool is_active(const json_t *alarm)
{
    const char *state = json_string_value(json_object_get(alarm, "state"));

    return !state || strcmp(state, "normal") != 0;
}

/* A daemon that is not running must not make an acknowledgement look as if
 * nobody had given it. */
static void show_waiting(json_t *alarms, const struct spc_command *command)
{
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        json_t *alarm = json_array_get(alarms, i);

        if (strcmp(spc_alarm_text(alarm, "alarm_id"), command->target) != 0)
            continue;
        json_t *waiting = json_object();
        json_object_set_new(waiting, "verb", json_string(command->verb));
        json_object_set_new(waiting, "person", json_string(command->person));
        json_object_set_new(waiting, "comment", json_string(command->comment));
        json_array_append_new(json_object_get(alarm, "waiting"), waiting);
    }
}

struct blind_list {
    json_t *entries;
    const struct spc_plant *plant;
};

static void collect_blind(void *context, const char *payload)
{
    struct blind_list *list = context;

    json_array_append_new(list->entries,
                          spc_blind_describe(payload, list->plant));
}

static bool gather(const struct source *source, struct spc_alarm_report *report)
{
    struct spc_command commands[WAITING_MAX];
    struct blind_list blind = {report->blind, source->plant};

    if (spc_historian_alarms(source->historian, show_all, collect,
                             report->alarms) != SPC_OK ||
        spc_historian_blind(source->historian, collect_blind, &blind) != SPC_OK)
        return false;
    size_t count =
        spc_historian_commands(source->historian, commands, WAITING_MAX);
    for (size_t i = 0; i < count; i++)
        show_waiting(report->alarms, &commands[i]);
    return true;
}

static int print_list(const struct source *source,
                      struct spc_alarm_report *report, enum spc_format wanted)
{
    size_t active = 0;

    if (!gather(source, report))
        return unreadable(source);
    for (size_t i = 0; i < json_array_size(report->alarms); i++)
        active += is_active(json_array_get(report->alarms, i));
    spc_alarm_list_print(report, wanted);
    return active > 0 ? SPC_EXIT_SIGNALS : SPC_EXIT_OK;
}

static int list(const char *file)
{
    struct spc_alarm_report report = {.file = file};
    struct source source;
    enum spc_format wanted;

    if (!spc_choose_format("spc alarms", format, &wanted) ||
        !spc_choose_language("spc alarms", language_name, &report.language))
        return SPC_EXIT_USAGE;
    int result = open_source(file, &source);
    if (result == SPC_EXIT_OK) {
        report.alarms = json_array();
        report.blind = json_array();
        result = print_list(&source, &report, wanted);
        json_decref(report.alarms);
        json_decref(report.blind);
    }
    close_source(&source);
    return result;
}

/* ---- what there is to acknowledge -------------------------------------- */

struct search {
    const char *alarm_id;
    bool found, open;           /* open: somebody may acknowledge it */
    char became[SENTENCE_TEXT]; /* "was closed 2026-11-21 11:23:56Z" */
};

static const struct {
    const char *action, *words;
} endings[] = {
    {"acknowledged", "was acknowledged"},
    {"returned", "is back to normal since"},
    {"closed", "was closed"},
};

/* When, by whom and why, as far as it is recorded. */
static void word_ending(const json_t *settled, bool over,
                        char ret_text[SENTENCE_TEXT])
{
    const char *by = spc_alarm_text(settled, "person");
    const char *detail = spc_alarm_text(settled, "detail");
    const char *action = spc_alarm_text(settled, "action");
    const char *words = "is back to normal";
    char moment[SPC_MOMENT_TEXT];

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcmp(endings[i].action, action) == 0)
            words = endings[i].words;
    spc_alarm_moment(spc_alarm_text(settled, "ts"), moment);
    (void)snprintf(ret_text, SENTENCE_TEXT, "%s%s%s%s%s%s%s%s", words,
                   settled ? " " : "", settled ? moment : "", *by ? " by " : "",
                   by, *detail ? ": " : "", detail,
                   over && strcmp(action, "acknowledged") == 0
                       ? "; it is back to normal"
                       : "");
    spc_alarm_tame(ret_text);
}

static void look(void *context, const struct spc_alarm_row *row)
{
    struct search *search = context;

    if (strcmp(row->alarm_id, search->alarm_id) != 0)
        return;

    json_t *settled = json_loads(row->settled, 0, NULL);
    bool over = strcmp(row->state, "normal") == 0;

    search->found = true;
    search->open = !over && strcmp(row->state, "ack") != 0;
    word_ending(settled, over, search->became);
    json_decref(settled);
}

/* ---- verbs ------------------------------------------------------------- */

static const struct verb {
    const char *name, *done;
    enum spc_event_action causes;
    bool open_only; /* makes no sense once it is acknowledged or over */
} verbs[] = {
    {"ack", "acknowledged", SPC_ACKNOWLEDGED, true},
    {"comment", "commented", SPC_COMMENTED, false},
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

/* Says why a verb makes no sense for this alarm, or SPC_EXIT_OK. */
static int check_target(const struct source *source, const struct verb *verb,
                        const char *alarm_id)
{
    struct search search = {.alarm_id = alarm_id};

    if (spc_historian_alarms(source->historian, true, look, &search) != SPC_OK)
        return unreadable(source);
    if (!search.found)
        return complain(SPC_EXIT_INPUT,
                        "there is no alarm '%s'; 'spc alarms FILE --all' lists "
                        "them",
                        alarm_id);
    if (verb->open_only && !search.open)
        return complain(SPC_EXIT_INPUT,
                        "there is nothing to acknowledge: %s %s", alarm_id,
                        search.became);
    return SPC_EXIT_OK;
}

static bool wait_until_applied(struct spc_historian *historian)
{
    const struct timespec step = {0, WAIT_STEP};
    uint64_t id = spc_historian_last_left(historian);

    for (int i = 0; i < WAIT_STEPS; i++) {
        if (spc_historian_applied(historian, id))
            return true;
        (void)nanosleep(&step, NULL);
    }
    return false;
}

/* A command that was applied may have changed nothing: the alarm went on
 * meanwhile, or spcd runs a plant in which it no longer is. */
static int tell_outcome(const struct source *source, const struct verb *verb,
                        const struct spc_command *command)
{
    struct search search = {.alarm_id = command->target};

    if (spc_historian_followed(
            source->historian, spc_historian_last_seq(source->historian),
            command->target, verb->causes, command->person)) {
        fprintf(stderr, "spc alarms: %s\n", verb->done);
        return SPC_EXIT_OK;
    }
    if (spc_historian_alarms(source->historian, true, look, &search) != SPC_OK)
        return unreadable(source);
    if (verb->open_only && !search.open)
        return complain(SPC_EXIT_DENIED, "nothing changed: %s %s",
                        command->target, search.became);
    return complain(SPC_EXIT_DENIED,
                    "nothing changed: spcd knows no alarm %s any more; a newer "
                    "one took its place, or the plant file no longer has it",
                    command->target);
}

static int leave(const struct source *source, const struct verb *verb,
                 const struct spc_command *command)
{
    int result = check_target(source, verb, command->target);

    if (result != SPC_EXIT_OK)
        return result;
    if (spc_historian_leave(source->historian, command) != SPC_OK)
        return unreadable(source);
    if (!wait_for_it) {
        fprintf(stderr, "spc alarms: left for spcd, which applies it as soon "
                        "as it runs\n");
        return SPC_EXIT_OK;
    }
    if (wait_until_applied(source->historian))
        return tell_outcome(source, verb, command);
    return complain(SPC_EXIT_UNREACHABLE,
                    "the command is left, but spcd has not applied it within "
                    "2 s; is it running?");
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

static int command_alarm(const struct verb *verb, const char *file,
                         const char *alarm_id)
{
    struct spc_command command = {.time = spc_clock_now()};
    struct source source;

    if (!person || !*person)
        return complain(SPC_EXIT_USAGE, "%s needs --by NAME", verb->name);
    if (verb->causes == SPC_COMMENTED && (!remark || !*remark))
        return complain(SPC_EXIT_USAGE, "comment needs --comment TEXT");
    if (!fits("the verb", verb->name, command.verb, sizeof command.verb) ||
        !fits("ALARM_ID", alarm_id, command.target, sizeof command.target) ||
        !fits("--by", person, command.person, sizeof command.person) ||
        !fits("--comment", remark ? remark : "", command.comment,
              sizeof command.comment))
        return SPC_EXIT_USAGE;

    int result = open_source(file, &source);
    if (result == SPC_EXIT_OK)
        result = access(source.path, W_OK) == 0
                     ? leave(&source, verb, &command)
                     : complain(SPC_EXIT_DENIED, "%s: %s", source.path,
                                strerror(errno));
    close_source(&source);
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
    const struct verb *verb = count > 0 ? find_verb(words[0]) : NULL;
    if (verb && count == 3)
        return command_alarm(verb, words[1], words[2]);
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

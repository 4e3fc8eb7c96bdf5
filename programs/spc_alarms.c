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

static int list(const char *file)
{
    const char *wanted =
        format ? format : (isatty(STDOUT_FILENO) ? "table" : "json");
    struct spc_historian *historian;
    char path[PATH_TEXT];
    size_t active = 0;

    if (!spc_alarm_format_known(wanted))
        return complain(SPC_EXIT_USAGE, "--format is table, json or csv");
    int result = open_historian(file, path, &historian);
    if (result != SPC_EXIT_OK)
        return result;

    json_t *alarms = json_array();
    if (spc_historian_alarms(historian, show_all, collect, alarms) == SPC_OK) {
        for (size_t i = 0; i < json_array_size(alarms); i++)
            active += is_active(json_array_get(alarms, i));
        spc_alarm_list_print(alarms, wanted);
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

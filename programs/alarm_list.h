/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms for people and for other programs: what `spc alarms` prints.
 *
 * An alarm is a JSON object made of what the historian has: its state from
 * the newest event, what went wrong from the newest that raised or updated
 * it, since an acknowledgement shows no points, and under "settled" who
 * acknowledged it or what ended it. */
#ifndef SPC_PROGRAMS_ALARM_LIST_H
#define SPC_PROGRAMS_ALARM_LIST_H

#include "adapters/historian/historian.h"
#include "adapters/json/json.h"
#include "programs/choices.h"

/* Arrays of objects, and what a person calls the file. */
struct spc_alarm_report {
    json_t *alarms; /* as described; "waiting": commands not yet applied */
    json_t *blind;  /* why nothing is measured somewhere */
    const char *file;
    enum spc_language language; /* of the table */
};

/* A new object; the caller owns it. */
json_t *spc_alarm_describe(const struct spc_alarm_row *row);

/* The same for a payload of spc_historian_blind.  `plant` says which stations
 * a link serves; NULL when it is not known. */
struct spc_plant;
json_t *spc_blind_describe(const char *payload, const struct spc_plant *plant);

/* Prints on stdout: blocks of lines for people, JSON of schema spc.alarms/1,
 * or CSV. */
void spc_alarm_list_print(const struct spc_alarm_report *report,
                          enum spc_format format);

/* The first of those, in alarm_table.c. */
void spc_alarm_table_print(const struct spc_alarm_report *report);

/* The text of a key, "" when there is none. */
const char *spc_alarm_text(const json_t *object, const char *key);

/* Texts come from PLCs too; a terminal must not obey them. */
void spc_alarm_tame(char *text);

enum { SPC_MOMENT_TEXT = 24 };

/* "2026-11-21 11:23:56Z" of a payload's time. */
void spc_alarm_moment(const char *stamp, char ret_text[SPC_MOMENT_TEXT]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms for people and for other programs: what `spc alarms` prints.
 *
 * An alarm is a JSON object made of what the historian has: its state from
 * the newest event, and what went wrong from the newest that raised or
 * updated it, since an acknowledgement shows no points. */
#ifndef SPC_PROGRAMS_ALARM_LIST_H
#define SPC_PROGRAMS_ALARM_LIST_H

#include "adapters/historian/historian.h"
#include "adapters/json/json.h"

/* A new object; the caller owns it. */
json_t *spc_alarm_describe(const struct spc_alarm_row *row);

/* "table", "json" (schema spc.alarms/1) and "csv" are known. */
bool spc_alarm_format_known(const char *format);

/* Prints an array of described alarms on stdout in a known format. */
void spc_alarm_list_print(json_t *alarms, const char *format);

#endif

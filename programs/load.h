/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much is charted, and how often that cries wolf: what `spc arl` and `spc
 * design` say alike of false alarms in a shift of people. */
#ifndef SPC_PROGRAMS_LOAD_H
#define SPC_PROGRAMS_LOAD_H

#include "programs/commands.h"

#include <jansson.h>

/* Points an hour on each of so many charts; rate 0: not asked. */
struct spc_load {
    double rate, charts;
};

/* Rows of an option table. */
/* clang-format off */
#define SPC_LOAD_OPTIONS(rate, charts) \
    {"rate", 0, "R", "points an hour on each chart, for false alarms in 8 " \
     "hours", &(rate), NULL}, \
    {"charts", 0, "N", "charts watched, with --rate; default 1", \
     &(charts), NULL}
/* clang-format on */

/* From the options' texts, NULL where nothing was said. */
enum spc_exit spc_load_read(const char *command, const char *rate,
                            const char *charts, struct spc_load *ret_load);

/* In a shift of eight hours, at an in-control run length of `arl0` points;
 * nothing when no rate was given. */
void spc_load_print(const struct spc_load *load, double arl0);
void spc_load_json(const struct spc_load *load, double arl0, json_t *object);

#endif

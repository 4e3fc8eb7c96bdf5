/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plant file makes of a characteristic's chart: its parameters, what a
 * point is, and how long it runs while nothing is wrong. */
#ifndef SPC_PROGRAMS_CHECK_CHART_H
#define SPC_PROGRAMS_CHECK_CHART_H

#include "config/plant.h"
#include "rules/ruleset.h"

/* ---- parameters -------------------------------------------------------- */

/* One that is in use, stated or not. */
struct spc_plan_parameter {
    const char *name; /* as the key of the plant file */
    double value;     /* NaN: `text` says it */
    const char *text;
};

enum { SPC_PLAN_PARAMETERS = 20 };

/* Returns how many. */
unsigned spc_plan_parameters(
    const struct spc_plant_characteristic *characteristic,
    struct spc_plan_parameter ret_parameters[SPC_PLAN_PARAMETERS]);

/* ---- rules ------------------------------------------------------------- */

/* The rules that judge a panel. */
spc_rule_mask spc_plan_panel_rules(
    const struct spc_plant_characteristic *characteristic, unsigned panel);

/* The names of a selection of rules, each once: calls `take` with each. */
void spc_plan_rules(spc_rule_mask mask,
                    void (*take)(const char *name, void *user), void *user);

/* ---- points ------------------------------------------------------------ */

/* "individuals", "counts", ... */
const char *spc_plan_data(
    const struct spc_plant_characteristic *characteristic);

/* What a point is, in words. */
enum { SPC_PLAN_POINT = 1024 };
void spc_plan_point(const struct spc_plant_station *station,
                    const struct spc_plant_characteristic *characteristic,
                    char ret_text[SPC_PLAN_POINT]);

/* ---- false alarms ------------------------------------------------------ */

/* How the location panel cries wolf while nothing is wrong: points from one
 * false signal to the next, and signals in a shift of 8 hours if every poll
 * brought a part, which is the most there can be (NaN: that depends on the
 * process).  False: no run length is computed, and `why` says why not. */
struct spc_plan_wolf {
    double points, in_a_shift;
    const char *why; /* else what the figure takes for granted */
};
bool spc_plan_wolf(const struct spc_plant_station *station,
                   const struct spc_plant_characteristic *characteristic,
                   struct spc_plan_wolf *ret_wolf);

#endif

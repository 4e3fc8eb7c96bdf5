/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules on a chart: which of them mean something on it, and which a person or
 * a plant file asks for.  The charts themselves are the engine's table. */
#ifndef SPC_PROGRAMS_CHART_TYPE_H
#define SPC_PROGRAMS_CHART_TYPE_H

#include "engine/chart.h"
#include "rules/ruleset.h"

/* The rows every chart shares, and behind them those that a chart has of its
 * own: so many zeros in a row on a g chart that its lower limit, at zero
 * itself, cannot say what it ought to, and the like. */
enum { SPC_CHART_RULES = SPC_RULES + SPC_OWN_RULES_MAX };

/* Row `rule` as it stands on the chart. */
struct spc_rule spc_chart_rule(const struct spc_chart_type *type,
                               unsigned rule);

/* NULL: there is no such chart. */
const struct spc_chart_type *spc_chart_type_named(const char *name);

/* Whether a word is one of several in a text, separated by commas. */
bool spc_chart_type_has(const char *words, const char *word);

/* Rules from a comma-separated list of names and sets.  A rule that means
 * nothing on the chart, or an unknown one, is refused: false, with a sentence
 * that says why. */
__attribute__((warn_unused_result)) bool spc_chart_type_rules(
    const struct spc_chart_type *type, const char *list,
    spc_rule_mask *ret_rules, char *reterr, size_t room);

/* Of the rules asked for, those that may judge a panel: zone rules have no
 * place on a spread. */
spc_rule_mask spc_chart_panel_rules(const struct spc_chart_type *type,
                                    unsigned panel, spc_rule_mask asked);

/* The chart's own rules stand in for limits, and so are asked for with them:
 * the rows that hold, as a mask over SPC_CHART_RULES. */
spc_rule_mask spc_chart_own_rules(const struct spc_chart_mark *mark,
                                  spc_rule_mask asked);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts a file can be put on, as rows of one table: what they are called
 * in every place, which data they are made of, which rules mean something on
 * them, and which family of formulas they belong to. */
#ifndef SPC_PROGRAMS_CHART_TYPE_H
#define SPC_PROGRAMS_CHART_TYPE_H

#include "engine/types.h"
#include "rules/ruleset.h"

enum spc_language { SPC_ENGLISH, SPC_CHINESE, SPC_LANGUAGES };

/* What a row, or several, of the file are. */
enum spc_chart_data {
    SPC_DATA_INDIVIDUALS,  /* a measurement */
    SPC_DATA_SUBGROUPS,    /* measurements taken together */
    SPC_DATA_MEASUREMENTS, /* either, as the file is described */
    SPC_DATA_TIMES,        /* a time since the last event */
    SPC_DATA_COUNTS,       /* a count, in units inspected */
};

/* Which parameters can be known beforehand. */
enum spc_chart_known {
    SPC_KNOWN_CENTER_AND_SIGMA,
    SPC_KNOWN_CENTER,
};

struct spc_chart_family; /* of formulas; see chart_family.h */

struct spc_chart_panel_text {
    const char *statistic; /* in JSON: "xbar" */
    const char *name[SPC_LANGUAGES];
    bool from_zero; /* never negative */
};

struct spc_chart_type {
    const char *name; /* "xbar-r" */
    const char *text; /* one line of --list */
    const struct spc_chart_family *family;
    unsigned kind; /* which of its family */
    enum spc_chart_data data;
    const char *options; /* that not every chart has, in commas */
    enum spc_chart_known known;
    bool fraction;         /* the centre lies between 0 and 1 */
    const char *valid;     /* rules that mean something, or a set of them */
    const char *rules;     /* judged unless told otherwise */
    const char *rules_why; /* why no others */
    const char *estimator; /* named in the estimate; NULL: by the plan's */
    const char *axis[SPC_LANGUAGES];
    bool two_sided; /* a sum for either side: value and value_low */
    unsigned least; /* points of a base line, for limits */
    unsigned panels;
    struct spc_chart_panel_text panel[SPC_PANELS];
};

extern const struct spc_chart_type spc_chart_types[];
extern const size_t spc_chart_type_count;

/* The rules of a running line and one that only these charts have: so many
 * zeros in a row on a g chart that its lower limit, at zero itself, cannot
 * say what it ought to (Benneyan). */
enum { SPC_CHART_RULE_ZEROS = SPC_RULES, SPC_CHART_RULES };

const struct spc_rule *spc_chart_rule(unsigned rule);

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

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run rules: which of them hold at the newest point?
 *
 * Every rule is one row: k of the newest n points carry the mark, the newest
 * among them.  A rule holds again at each further point that keeps it true;
 * counters never reset after a signal.  Strictly beyond: a point on a line
 * has not crossed it, a point on the centre line ends a run, and equal
 * neighbours end a trend.
 *
 * Sources: Western Electric, Statistical Quality Control Handbook, 1956;
 * Nelson, Journal of Quality Technology 16(4), 1984, pp. 237-239. */
#ifndef SPC_RULES_RULESET_H
#define SPC_RULES_RULESET_H

#include "rules/history.h"

enum spc_side { SPC_SIDE_NONE, SPC_SIDE_ABOVE, SPC_SIDE_BELOW };

struct spc_rule {
    const char *name; /* "nelson-2": both sides of a rule share it */
    const char *text; /* "9 in a row above the centre line" */
    const char *text_zh;
    enum spc_side side;
    enum spc_mark mark;
    uint8_t k, n;
    uint8_t lead; /* points before the window that belong to the pattern:
                     six points rising are five rises */
};

/* One catalogue of all rows; a selection of rules is a mask over it. */
enum { SPC_RULES = 23 };
extern const struct spc_rule spc_rules[SPC_RULES];

typedef uint32_t spc_rule_mask;

/* Rows of that name: "nelson-1" ... "nelson-8", "we-1" ... "we-4",
 * "beyond-limits" for charts that have only limits, or the sets "nelson", "we",
 * "none" (an empty mask).  False when unknown. */
__attribute__((warn_unused_result)) bool spc_rules_named(
    const char *name, spc_rule_mask *ret_mask);

/* Rows that mean something on a panel.  The spread of a process is not
 * normal: zone rules (2 of 3, 4 of 5, 15 inside, 8 outside) are for the
 * location panel only. */
spc_rule_mask spc_rules_valid(enum spc_panel panel);

/* Rows that ask about a mark: those that can hold at a point that bears it. */
spc_rule_mask spc_rules_asking(enum spc_mark mark);

bool spc_rule_holds(const struct spc_rule *rule,
                    const struct spc_history *history);

/* Which of the selected rows hold at the newest point. */
spc_rule_mask spc_rules_judge(spc_rule_mask selected,
                              const struct spc_history *history);

/* Which of the newest points made a rule hold: bit 0 is the newest. */
uint64_t spc_rule_members(const struct spc_rule *rule,
                          const struct spc_history *history);

const char *spc_side_text(enum spc_side side); /* "above", "below" or NULL */

#endif

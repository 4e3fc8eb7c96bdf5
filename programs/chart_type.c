/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules on a chart.  See chart_type.h. */
#include "programs/chart_type.h"

#include <string.h>

struct spc_rule spc_chart_rule(const struct spc_chart_type *type, unsigned rule)
{
    static const enum spc_side sides[] = {SPC_SIDE_BELOW, SPC_SIDE_NONE,
                                          SPC_SIDE_ABOVE};

    if (rule < SPC_RULES)
        return spc_rules[rule];

    const struct spc_chart_own_rule *own = &type->own[rule - SPC_RULES];

    /* The chart counts by itself: k and n say nothing. */
    return (struct spc_rule){.name = own->name,
                             .text = own->text,
                             .text_zh = own->text_zh,
                             .side = sides[own->side + 1],
                             .k = 1,
                             .n = 1};
}

const struct spc_chart_type *spc_chart_type_named(const char *name)
{
    enum spc_chart chart = spc_chart_named(name);

    return chart == SPC_CHARTS ? NULL : &spc_chart_types[chart];
}

bool spc_chart_type_has(const char *words, const char *word)
{
    size_t length = strlen(word);

    while (words) {
        size_t next = strcspn(words, ",");

        if (next == length && strncmp(words, word, length) == 0)
            return true;
        words = words[next] == ',' ? words + next + 1 : NULL;
    }
    return false;
}

static bool is_limit(const struct spc_rule *rule)
{
    return (rule->mark == SPC_ABOVE_3 || rule->mark == SPC_BELOW_3) &&
           rule->k == 1;
}

static spc_rule_mask limits_only(void)
{
    spc_rule_mask rules = 0;

    for (unsigned i = 0; i < SPC_RULES; i++)
        rules |= (spc_rule_mask)is_limit(&spc_rules[i]) << i;
    return rules;
}

spc_rule_mask spc_chart_panel_rules(const struct spc_chart_type *type,
                                    unsigned panel, spc_rule_mask asked)
{
    if (type->own_only)
        return 0;
    if (type->panel[panel].extreme)
        return asked & limits_only();
    return asked &
           spc_rules_valid(type->panel[panel].spread ? SPC_PANEL_SPREAD
                                                     : SPC_PANEL_LOCATION);
}

static bool asks_for_limits(spc_rule_mask asked)
{
    return (asked & limits_only()) != 0;
}

spc_rule_mask spc_chart_own_rules(const struct spc_chart_mark *mark,
                                  spc_rule_mask asked)
{
    if (mark->own == 0 || !asks_for_limits(asked))
        return 0;
    return (spc_rule_mask)mark->own << SPC_RULES;
}

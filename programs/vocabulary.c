/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/vocabulary.h"

#include "programs/chart_type.h"

#include <stdio.h>
#include <string.h>

/* A set ("nelson", "we") is cut down to what its panel can be asked; a rule
 * named by itself must mean something there.  A set is a name without the
 * number of a rule. */
static bool is_set(const char *name)
{
    return strchr(name, '-') == NULL;
}

static bool rules(enum spc_chart chart, const char *name, enum spc_panel panel,
                  uint32_t *ret_mask, char *reterr, size_t size)
{
    spc_rule_mask mask, valid = spc_rules_valid(panel);

    if (!spc_chart_type_rules(&spc_chart_types[chart], name, &mask, reterr,
                              size))
        return false;
    if ((mask & ~valid) != 0 && !is_set(name)) {
        snprintf(reterr, size,
                 "%s is for the location panel: its zones mean nothing where "
                 "the statistic is not normal, as ranges are not",
                 name);
        return false;
    }
    *ret_mask = mask & valid;
    return true;
}

static struct spc_chart_facts facts(enum spc_chart chart)
{
    const struct spc_chart_type *type = &spc_chart_types[chart];
    struct spc_chart_facts facts = {
        .data = type->data,
        .known = type->known,
        .options = type->options,
        .rules = type->rules,
        .minimum = type->minimum,
        .fraction = type->fraction,
        .needs_specification = type->needs_specification,
        .needs_subgroups =
            type->needs_subgroups || type->data == SPC_DATA_SUBGROUPS,
    };

    for (unsigned panel = 0; panel < type->panels; panel++)
        facts.spread = facts.spread || type->panel[panel].spread;
    return facts;
}

const struct spc_vocabulary *spc_rule_vocabulary(void)
{
    static const struct spc_vocabulary vocabulary = {.chart = facts,
                                                     .rules = rules};

    return &vocabulary;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of a chart as a person asks for them.  See chart_type.h. */
#include "programs/chart_type.h"

#include <stdio.h>
#include <string.h>

/* Rows of a list of names; false when one is unknown, with that name. */
static bool read_list(const char *list, spc_rule_mask *ret_rules, char name[32])
{
    spc_rule_mask rules = 0;

    while (list) {
        size_t length = strcspn(list, ",");
        spc_rule_mask mask;

        snprintf(name, 32, "%.*s", (int)length, list);
        if (length >= 32 || !spc_rules_named(name, &mask))
            return false;
        rules |= mask;
        list = list[length] == ',' ? list + length + 1 : NULL;
    }
    *ret_rules = rules;
    return true;
}

static const char *first_name(spc_rule_mask rules)
{
    for (unsigned i = 0; i < SPC_RULES; i++)
        if (rules >> i & 1)
            return spc_rules[i].name;
    return "none";
}

_Static_assert(SPC_CHART_RULES <= 32, "a mask has a bit for every rule");

bool spc_chart_type_rules(const struct spc_chart_type *type, const char *list,
                          spc_rule_mask *ret_rules, char *reterr, size_t room)
{
    spc_rule_mask rules = 0, valid = 0;
    char name[32];

    if (!read_list(list, &rules, name)) {
        snprintf(reterr, room,
                 "there is no rule '%s'; there are none, we, nelson, we-1 to "
                 "we-4, nelson-1 to nelson-8 and beyond-limits",
                 name);
        return false;
    }
    if (!read_list(type->valid, &valid, name) || (rules & ~valid) != 0) {
        snprintf(reterr, room, "%s takes the rules %s, not %s: %s", type->name,
                 type->valid, first_name(rules & ~valid), type->rules_why);
        return false;
    }
    *ret_rules = rules;
    return true;
}

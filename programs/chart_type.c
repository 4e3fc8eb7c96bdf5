/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of charts.  See chart_type.h. */
#include "programs/chart_type.h"

#include "programs/chart_family.h"

#include <stdio.h>
#include <string.h>

#define INDIVIDUAL                                                             \
    {                                                                          \
        "individual", "序号"                                                 \
    }
#define SUBGROUP                                                               \
    {                                                                          \
        "subgroup", "子组"                                                   \
    }

/* clang-format off */
const struct spc_chart_type spc_chart_types[] = {
    {"imr", "individual values and moving ranges",
     &spc_variables_family, SPC_CHART_IMR, SPC_DATA_INDIVIDUALS,
     "nelson,we", "nelson-1", "", NULL, INDIVIDUAL, 2,
     {{"individual", {"individual value", "单值"}, false},
      {"moving-range", {"moving range", "移动极差"}, true}}},
    {"xbar-r", "means and ranges of subgroups",
     &spc_variables_family, SPC_CHART_XBAR_R, SPC_DATA_SUBGROUPS,
     "nelson,we", "nelson-1", "", NULL, SUBGROUP, 2,
     {{"xbar", {"subgroup mean", "子组均值"}, false},
      {"range", {"subgroup range", "子组极差"}, true}}},
    {"xbar-s", "means and standard deviations of subgroups",
     &spc_variables_family, SPC_CHART_XBAR_S, SPC_DATA_SUBGROUPS,
     "nelson,we", "nelson-1", "", NULL, SUBGROUP, 2,
     {{"xbar", {"subgroup mean", "子组均值"}, false},
      {"sd", {"subgroup standard deviation", "子组标准差"}, true}}},
};
/* clang-format on */

const size_t spc_chart_type_count =
    sizeof spc_chart_types / sizeof *spc_chart_types;

const struct spc_chart_type *spc_chart_type_named(const char *name)
{
    for (size_t i = 0; i < spc_chart_type_count; i++)
        if (strcmp(spc_chart_types[i].name, name) == 0)
            return &spc_chart_types[i];
    return NULL;
}

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

bool spc_chart_type_rules(const struct spc_chart_type *type, const char *list,
                          spc_rule_mask *ret_rules, char *reterr, size_t room)
{
    spc_rule_mask rules = 0, valid = 0;
    char name[32];

    if (!read_list(list, &rules, name)) {
        snprintf(reterr, room,
                 "there is no rule '%s'; there are none, we, nelson, we-1 to "
                 "we-4, nelson-1 to nelson-8 and, for charts that have only "
                 "limits, beyond-limits",
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

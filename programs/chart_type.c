/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of charts.  See chart_type.h. */
#include "programs/chart_type.h"

#include "programs/chart_family.h"

#include <stdio.h>
#include <string.h>

/* Charts of measurements, and of the statistics made of them. */
#define VARIABLES                                                              \
    .family = &spc_variables_family, .rules = "nelson-1",                      \
    .least = SPC_STUDY_MIN, .valid = "nelson,we,beyond-limits"

/* Charts of counts. */
#define COUNTS                                                                 \
    .data = SPC_DATA_COUNTS, .valid = "nelson-1,nelson-2,nelson-3,nelson-4",   \
    .rules = "nelson-1", .least = SPC_STUDY_MIN,                               \
    .rules_why = "zones of one and two sigma mean something only where the "   \
                 "statistic is normal, and counts are not",                    \
    .axis = {"sample", "样本"}, .panels = 1

/* Charts with a memory. */
#define WEIGHTED                                                               \
    .family = &spc_weighted_family, .data = SPC_DATA_MEASUREMENTS,             \
    .valid = "beyond-limits", .rules = "beyond-limits",                        \
    .least = SPC_STUDY_MIN,                                                    \
    .rules_why = "neighbouring points share their measurements, so that runs " \
                 "and trends are no sign of anything",                         \
    .axis = {"point", "点"}, .panels = 1

/* Charts of rare events. */
#define RARE                                                                   \
    .family = &spc_rare_family, .known = SPC_KNOWN_CENTER,                     \
    .least = SPC_STUDY_MIN, .valid = "nelson-1,nelson-2,nelson-3,nelson-4",    \
    .rules = "nelson-1",                                                       \
    .rules_why = "zones of one and two sigma mean something only where the "   \
                 "statistic is normal, and intervals are not",                 \
    .axis = {"event", "事件"}, .panels = 1

/* clang-format off */
const struct spc_chart_type spc_chart_types[] = {
    {.name = "imr", .text = "individual values and moving ranges",
     VARIABLES, .kind = SPC_CHART_IMR, .data = SPC_DATA_INDIVIDUALS,
     .options = "value,sigma-estimator,width",
     .axis = {"individual", "序号"}, .panels = 2,
     .panel = {{"individual", {"individual value", "单值"}, false},
               {"moving-range", {"moving range", "移动极差"}, true}}},
    {.name = "xbar-r", .text = "means and ranges of subgroups",
     VARIABLES, .kind = SPC_CHART_XBAR_R, .data = SPC_DATA_SUBGROUPS,
     .options = "value,sigma-estimator,width",
     .axis = {"subgroup", "子组"}, .panels = 2,
     .panel = {{"xbar", {"subgroup mean", "子组均值"}, false},
               {"range", {"subgroup range", "子组极差"}, true}}},
    {.name = "xbar-s", .text = "means and standard deviations of subgroups",
     VARIABLES, .kind = SPC_CHART_XBAR_S, .data = SPC_DATA_SUBGROUPS,
     .options = "value,sigma-estimator,width",
     .axis = {"subgroup", "子组"}, .panels = 2,
     .panel = {{"xbar", {"subgroup mean", "子组均值"}, false},
               {"sd", {"subgroup standard deviation", "子组标准差"}, true}}},
    {.name = "median-r", .text = "medians and ranges of subgroups",
     .family = &spc_median_family, .kind = SPC_CHART_XBAR_R,
     .data = SPC_DATA_SUBGROUPS, .options = "value,width",
     .least = SPC_STUDY_MIN,
     .valid = "nelson,we,beyond-limits", .rules = "nelson-1",
     .axis = {"subgroup", "子组"}, .panels = 2,
     .panel = {{"median", {"subgroup median", "子组中位数"}, false},
               {"range", {"subgroup range", "子组极差"}, true}}},
    {.name = "p", .text = "fraction defective of n units",
     COUNTS, .family = &spc_attribute_family, .kind = SPC_ATTRIBUTE_P,
     .options = "count,n,alpha,width", .known = SPC_KNOWN_CENTER,
     .fraction = true, .estimator = "binomial",
     .panel = {{"p", {"fraction defective", "不合格品率"}, true}}},
    {.name = "np", .text = "number of defectives among n units",
     COUNTS, .family = &spc_attribute_family, .kind = SPC_ATTRIBUTE_NP,
     .options = "count,n,alpha,width", .known = SPC_KNOWN_CENTER,
     .fraction = true, .estimator = "binomial",
     .panel = {{"np", {"number of defectives", "不合格品数"}, true}}},
    {.name = "c", .text = "number of defects in equal units",
     COUNTS, .family = &spc_attribute_family, .kind = SPC_ATTRIBUTE_C,
     .options = "count,alpha,width", .known = SPC_KNOWN_CENTER, .estimator = "poisson",
     .panel = {{"c", {"number of defects", "不合格数"}, true}}},
    {.name = "u", .text = "defects per unit, in n units",
     COUNTS, .family = &spc_attribute_family, .kind = SPC_ATTRIBUTE_U,
     .options = "count,n,alpha,width", .known = SPC_KNOWN_CENTER, .estimator = "poisson",
     .panel = {{"u", {"defects per unit", "单位不合格数"}, true}}},
    {.name = "laney-p", .text = "p, with limits widened as the points scatter",
     COUNTS, .family = &spc_laney_family, .kind = SPC_ATTRIBUTE_P,
     .options = "count,n,width", .known = SPC_KNOWN_CENTER_AND_SIGMA,
     .fraction = true, .estimator = "laney",
     .panel = {{"p", {"fraction defective", "不合格品率"}, true}}},
    {.name = "laney-u", .text = "u, with limits widened as the points scatter",
     COUNTS, .family = &spc_laney_family, .kind = SPC_ATTRIBUTE_U,
     .options = "count,n,width", .known = SPC_KNOWN_CENTER_AND_SIGMA,
     .estimator = "laney",
     .panel = {{"u", {"defects per unit", "单位不合格数"}, true}}},
    {.name = "ewma", .text = "exponentially weighted moving average",
     WEIGHTED, .kind = SPC_WEIGHTED_EWMA,
     .options = "value,sigma-estimator,width,lambda",
     .panel = {{"ewma", {"EWMA", "EWMA"}, false}}},
    {.name = "cusum", .text = "cumulative sums, one for either side",
     WEIGHTED, .kind = SPC_WEIGHTED_CUSUM, .two_sided = true,
     .options = "value,sigma-estimator,k,h,shift,head-start",
     .panel = {{"cusum", {"cumulative sum (sigmas)", "累积和（sigma）"},
                false}}},
    {.name = "moving-average", .text = "mean of the newest points",
     WEIGHTED, .kind = SPC_WEIGHTED_AVERAGE,
     .options = "value,sigma-estimator,width,span",
     .panel = {{"moving-average", {"moving average", "移动平均"}, false}}},
    {.name = "g", .text = "good units between two defectives",
     RARE, .kind = SPC_RARE_G, .data = SPC_DATA_COUNTS,
     .options = "value,count,event,alpha,width", .estimator = "geometric",
     .panel = {{"g", {"good units between", "间隔合格品数"}, true}}},
    {.name = "t", .text = "time between two events",
     RARE, .kind = SPC_RARE_T, .data = SPC_DATA_TIMES,
     .options = "value,alpha,distribution", .estimator = "maximum-likelihood",
     .panel = {{"t", {"time between events", "事件间隔时间"}, true}}},
    {.name = "ccc", .text = "units up to the r-th defective, r = 1 to 4",
     RARE, .kind = SPC_RARE_CCC, .data = SPC_DATA_COUNTS, .fraction = true,
     .options = "value,count,event,alpha,r", .estimator = "negative-binomial",
     .panel = {{"ccc", {"units inspected", "检验件数"}, true}}},
};
/* clang-format on */

const size_t spc_chart_type_count =
    sizeof spc_chart_types / sizeof *spc_chart_types;

const struct spc_rule *spc_chart_rule(unsigned rule)
{
    /* How many zeros is a stage's own figure, so k and n say nothing. */
    static const struct spc_rule zeros = {
        "benneyan",
        "too many defectives in a row with none good between",
        "连续出现过多的零间隔",
        SPC_SIDE_BELOW,
        SPC_BELOW_CENTRE,
        1,
        1,
        0};

    return rule == SPC_CHART_RULE_ZEROS ? &zeros : &spc_rules[rule];
}

const struct spc_chart_type *spc_chart_type_named(const char *name)
{
    for (size_t i = 0; i < spc_chart_type_count; i++)
        if (strcmp(spc_chart_types[i].name, name) == 0)
            return &spc_chart_types[i];
    return NULL;
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

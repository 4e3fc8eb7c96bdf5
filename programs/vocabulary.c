/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/vocabulary.h"

#include "engine/phase_one.h"
#include "programs/chart_type.h"
#include "programs/wire_design.h"

#include <math.h>
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

static bool widths(const struct spc_plant_characteristic *c,
                   uint32_t *ret_least, char *reterr, size_t size)
{
    struct spc_chart_design design =
        spc_chart_design(c->chart, NULL, c->subgroup);
    const char *key = "a corrected width";

    if (!isnan(c->design.alpha_for_study)) {
        design.alpha_for_study = c->design.alpha_for_study;
        key = "alpha_for_study";
    }
    if (c->design.estimator != SPC_ESTIMATORS)
        design.estimator = (enum spc_estimator)c->design.estimator;
    switch (spc_chart_widths(&design)) {
    case SPC_WIDTHS_NOT_OF_ESTIMATOR:
        snprintf(reterr, size, "%s has no limits for sigma by %s", key,
                 spc_estimator_text(design.estimator));
        return false;
    case SPC_WIDTHS_NOT_OF_ALPHA:
        snprintf(reterr, size,
                 "%s has limits by moving ranges for probabilities from %g to "
                 "%g, not %g",
                 key, SPC_PHASE_ONE_MOVING_ALPHA_MIN,
                 SPC_PHASE_ONE_MOVING_ALPHA_MAX, design.alpha_for_study);
        return false;
    case SPC_WIDTHS_EXIST:
        break;
    }
    *ret_least = spc_chart_widths_need(&design);
    return true;
}

static void state(double stated, double *parameter)
{
    if (!isnan(stated))
        *parameter = stated;
}

static bool fits(const struct spc_plant_characteristic *c, char *reterr,
                 size_t size)
{
    const struct spc_specification *s = &c->specification;
    struct spc_chart_design design =
        spc_chart_design(c->chart, NULL, c->subgroup);

    state(c->design.width, &design.width);
    state(c->design.fraction, &design.fraction);
    state(c->design.risk, &design.risk);
    design.rejectable = c->design.rejectable == 1;
    design.specification = *s;
    if (spc_chart_fits(&design, c->design.sigma, c->subgroup) != SPC_TOO_NARROW)
        return true;
    snprintf(reterr, size,
             "the specification is %.3g sigma wide: more than 6 are needed, "
             "and room between the limits",
             (s->upper - s->lower) / c->design.sigma);
    return false;
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
                                                     .rules = rules,
                                                     .widths = widths,
                                                     .fits = fits,
                                                     .points = spc_wire_points,
                                                     .room = spc_wire_room};

    return &vocabulary;
}

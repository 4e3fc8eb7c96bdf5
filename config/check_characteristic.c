/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold between the keys of a characteristic. */
#include "config/reader.h"

#include <math.h>
#include <string.h>

static const char default_rule[] = "nelson-1";

void spc_begin_characteristic(struct spc_reader *reader,
                              const struct spc_node *node, void *target)
{
    struct spc_plant_characteristic *characteristic = target;

    characteristic->field = spc_blank_field();
    characteristic->scale = (double)NAN;
    characteristic->offset = (double)NAN;
    characteristic->range_low = (double)NAN;
    characteristic->range_high = (double)NAN;
    characteristic->specification.lower = (double)NAN;
    characteristic->specification.upper = (double)NAN;
    characteristic->specification.target = (double)NAN;
    characteristic->chart = SPC_CHARTS;
    characteristic->place = spc_node_place(reader, node);
}

/* Where to point for a key of a section: at its value, or at the section. */
static size_t place_at(const struct spc_node *section, const char *key)
{
    const struct spc_node *node = spc_node_at(section, key);

    return node != NULL ? node->place : spc_node_own_place(section);
}

/* ---- specification ----------------------------------------------------- */

static void check_boundaries(struct spc_reader *reader,
                             const struct spc_node *spec,
                             const struct spc_specification *s)
{
    if (s->lower_is_boundary && spc_node_at(spec, "lsl") == NULL)
        spc_complain(reader->complainer, place_at(spec, "lower_boundary"),
                     "lower_boundary says what lsl is; state lsl too");
    if (s->upper_is_boundary && spc_node_at(spec, "usl") == NULL)
        spc_complain(reader->complainer, place_at(spec, "upper_boundary"),
                     "upper_boundary says what usl is; state usl too");
}

static void check_specification(struct spc_reader *reader,
                                const struct spc_node *spec,
                                const struct spc_specification *s)
{
    if (spec == NULL || spec->kind != SPC_NODE_MAPPING)
        return;
    if (spc_node_at(spec, "lsl") == NULL && spc_node_at(spec, "usl") == NULL)
        spc_complain(reader->complainer, spc_node_own_place(spec),
                     "spec needs lsl, usl or both");
    if (s->upper <= s->lower)
        spc_complain(reader->complainer, place_at(spec, "usl"),
                     "usl must be above lsl, and %g is not above %g", s->upper,
                     s->lower);
    else if (s->target < s->lower || s->target > s->upper)
        spc_complain(reader->complainer, place_at(spec, "target"),
                     "target %g is outside the specification", s->target);
    check_boundaries(reader, spec, s);
}

/* ---- what the gauge can say -------------------------------------------- */

struct span {
    double low, high;
};

/* Values an integer register can hold; infinite for floats. */
static struct span raw_span(enum spc_register_type type)
{
    static const struct span spans[SPC_REGISTER_TYPES] = {
        [SPC_REGISTER_UINT16] = {0, UINT16_MAX},
        [SPC_REGISTER_INT16] = {INT16_MIN, INT16_MAX},
        [SPC_REGISTER_UINT32] = {0, UINT32_MAX},
        [SPC_REGISTER_INT32] = {INT32_MIN, INT32_MAX},
        [SPC_REGISTER_UINT64] = {0, 0x1p64},
        [SPC_REGISTER_INT64] = {-0x1p63, 0x1p63},
        [SPC_REGISTER_FLOAT32] = {-INFINITY, INFINITY},
        [SPC_REGISTER_FLOAT64] = {-INFINITY, INFINITY},
        [SPC_REGISTER_BIT] = {0, 1},
    };

    return spans[type];
}

static bool is_float(enum spc_register_type type)
{
    return type == SPC_REGISTER_FLOAT32 || type == SPC_REGISTER_FLOAT64;
}

/* Sentinels are compared with what the register decodes to, so those of a
 * float32 are rounded as the register would round them. */
static void settle_invalid(struct spc_reader *reader,
                           const struct spc_node *node,
                           struct spc_plant_characteristic *c)
{
    struct span raw = raw_span(c->field.type);

    for (uint32_t i = 0; i < c->invalid_count; i++) {
        double value = c->invalid[i];

        if (c->field.type == SPC_REGISTER_FLOAT32)
            c->invalid[i] = (double)(float)value;
        if (value < raw.low || value > raw.high ||
            (!is_float(c->field.type) && value != nearbyint(value)))
            spc_complain(
                reader->complainer, spc_node_at(node, "invalid")->place,
                "type %s never holds %.15g; invalid values are those of "
                "the register, before scaling",
                spc_register_type_text(c->field.type), value);
    }
}

/* What can be charted: the stated range, and within what the register and
 * its scale can express. */
static struct span reach_of(const struct spc_plant_characteristic *c)
{
    struct span raw = raw_span(c->field.type);
    double a = raw.low * c->scale + c->offset;
    double b = raw.high * c->scale + c->offset;

    /* fmax and fmin pass over the NaN of a range that is not stated. */
    return (struct span){fmax(fmin(a, b), c->range_low),
                         fmin(fmax(a, b), c->range_high)};
}

static void check_limit(struct spc_reader *reader, const struct spc_node *spec,
                        const char *key, double limit, struct span reach)
{
    if (limit < reach.low || limit > reach.high)
        spc_warn(reader->complainer, place_at(spec, key),
                 "%s %g is outside what can be measured, %g to %g: a part "
                 "beyond it would be rejected instead of counted",
                 key, limit, reach.low, reach.high);
}

static void check_reach(struct spc_reader *reader, const struct spc_node *node,
                        const struct spc_plant_characteristic *c)
{
    const struct spc_specification *s = &c->specification;
    const struct spc_node *spec = spc_node_at(node, "spec");
    struct span reach = reach_of(c);

    if (!(reach.low < reach.high)) {
        spc_complain(reader->complainer, place_at(node, "range"),
                     "no value of type %s lies in this range after scaling",
                     spc_register_type_text(c->field.type));
    } else if (s->upper < reach.low || s->lower > reach.high) {
        spc_complain(reader->complainer, spc_node_own_place(spec),
                     "the specification is outside what can be measured, "
                     "%g to %g",
                     reach.low, reach.high);
    } else if (spec != NULL) {
        /* Nothing lies beyond a boundary, so nothing need be measured. */
        if (!s->lower_is_boundary)
            check_limit(reader, spec, "lsl", s->lower, reach);
        if (!s->upper_is_boundary)
            check_limit(reader, spec, "usl", s->upper, reach);
    }
}

static void check_gauge(struct spc_reader *reader, const struct spc_node *node,
                        struct spc_plant_characteristic *c)
{
    if (c->scale == 0)
        spc_complain(reader->complainer, place_at(node, "scale"),
                     "scale 0 makes every part equal; it is the unit's worth "
                     "of one register step");
    if (spc_node_at(node, "resolution") != NULL && c->resolution <= 0)
        spc_complain(reader->complainer, place_at(node, "resolution"),
                     "resolution must be above 0");
    if (c->field.type >= SPC_REGISTER_TYPES)
        return;
    settle_invalid(reader, node, c);
    if (c->scale != 0 && !isnan(c->scale) && !isnan(c->offset))
        check_reach(reader, node, c);
}

/* ---- chart ------------------------------------------------------------- */

static void settle_subgroup(struct spc_reader *reader,
                            const struct spc_node *node,
                            struct spc_plant_characteristic *c)
{
    const struct spc_node *subgroup = spc_node_at(node, "subgroup");

    if (c->chart == SPC_CHARTS)
        return;
    if (c->chart == SPC_CHART_IMR) {
        if (c->subgroup > 1)
            spc_complain(reader->complainer, subgroup->place,
                         "an imr chart plots single parts; take xbar-r or "
                         "xbar-s for subgroups of %u",
                         (unsigned)c->subgroup);
        c->subgroup = 1;
    } else if (subgroup == NULL) {
        spc_complain(reader->complainer, spc_node_own_place(node),
                     "subgroup is missing: an %s chart needs 2 to 25 parts "
                     "to a point",
                     spc_chart_text(c->chart));
    } else if (c->subgroup == 1) {
        spc_complain(reader->complainer, subgroup->place,
                     "an %s chart needs 2 to 25 parts to a point; single "
                     "parts are charted by imr",
                     spc_chart_text(c->chart));
    } else if (c->chart == SPC_CHART_XBAR_R && c->subgroup > 10) {
        spc_warn(reader->complainer, subgroup->place,
                 "the range says little of more than 10 parts; xbar-s uses "
                 "them all");
    }
}

static void add_rule(struct spc_reader *reader, const struct spc_node *node,
                     const char *name, enum spc_panel panel,
                     struct spc_plant_characteristic *c)
{
    char sentence[200] = "";
    uint32_t mask = 0;

    if (reader->vocabulary->rules(name, panel, &mask, sentence,
                                  sizeof sentence))
        c->rules[panel] |= mask;
    else
        spc_complain(reader->complainer, node->place, "%s", sentence);
}

static void settle_rules(struct spc_reader *reader, const struct spc_node *node,
                         const char *key, enum spc_panel panel,
                         struct spc_plant_characteristic *c)
{
    const struct spc_node *rules = spc_node_at(node, key);
    const struct spc_node *rule;

    if (rules == NULL) {
        add_rule(reader, node, default_rule, panel, c);
        return;
    }
    rule = rules->kind == SPC_NODE_LIST ? rules->first : rules;
    for (; rule != NULL;
         rule = rules->kind == SPC_NODE_LIST ? rule->next : NULL)
        if (rule->kind == SPC_NODE_SCALAR && !spc_node_is_null(rule))
            add_rule(reader, rule, rule->text, panel, c);
}

void spc_check_characteristic(struct spc_reader *reader,
                              const struct spc_node *node, void *target)
{
    struct spc_plant_characteristic *c = target;

    if (c->name == NULL)
        c->name = c->id;
    check_specification(reader, spc_node_at(node, "spec"), &c->specification);
    check_gauge(reader, node, c);
    settle_subgroup(reader, node, c);
    settle_rules(reader, node, "rules", SPC_PANEL_LOCATION, c);
    settle_rules(reader, node, "spread_rules", SPC_PANEL_SPREAD, c);
}

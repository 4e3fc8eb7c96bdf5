/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/check_chart.h"

#include "engine/short_run.h"
#include "programs/chart_type.h"
#include "programs/wire.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct spc_chart_type *type_of(
    const struct spc_plant_characteristic *c)
{
    return &spc_chart_types[c->chart];
}

static bool has(const struct spc_plant_characteristic *c, const char *option)
{
    return spc_chart_type_has(type_of(c)->options, option);
}

/* ---- parameters -------------------------------------------------------- */

/* Numbers of a design, by key and option. */
/* clang-format off */
static const struct {
    const char *key, *option;
    size_t offset;
} numbers[] = {
    {"lambda",     "lambda",     offsetof(struct spc_chart_design, lambda)},
    {"k",          "k",          offsetof(struct spc_chart_design, k)},
    {"h",          "h",          offsetof(struct spc_chart_design, h)},
    {"head_start", "head-start", offsetof(struct spc_chart_design, head_start)},
    {"ratio",      "ratio",      offsetof(struct spc_chart_design, ratio)},
    {"fraction",   "fraction",   offsetof(struct spc_chart_design, fraction)},
    {"risk",       "risk",       offsetof(struct spc_chart_design, risk)},
};
/* clang-format on */

struct parameters {
    struct spc_plan_parameter *list;
    unsigned count;
};

static void add_number(struct parameters *to, const char *name, double value)
{
    if (!isnan(value))
        to->list[to->count++] = (struct spc_plan_parameter){name, value, NULL};
}

static void add_text(struct parameters *to, const char *name, const char *text)
{
    to->list[to->count++] =
        (struct spc_plan_parameter){name, (double)NAN, text};
}

/* Limits are by width or by probability; the latter has no default of its
 * own but that of three sigma. */
static void add_limits(struct parameters *to,
                       const struct spc_plant_characteristic *c,
                       const struct spc_chart_design *design)
{
    bool by_alpha =
        has(c, "alpha") && (design->alpha > 0 || !has(c, "width") ||
                            (c->chart == SPC_CHART_G && !design->by_width));

    if (by_alpha && design->alpha > 0)
        add_number(to, "alpha", design->alpha);
    else if (by_alpha)
        add_text(to, "alpha", "that of three sigma");
    else if (has(c, "width") && design->corrected)
        add_text(to, "width", "corrected");
    else if (has(c, "width"))
        add_number(to, "width", design->width);
    if (design->alpha_for_study > 0)
        add_number(to, "alpha_for_study", design->alpha_for_study);
}

static const char *const part_sigmas[] = {
    [SPC_PART_SIGMA_CONSTANT] = "constant",
    [SPC_PART_SIGMA_RELATIVE] = "relative",
    [SPC_PART_SIGMA_BY_PARTS] = "by-parts",
};

static void add_words(struct parameters *to,
                      const struct spc_plant_characteristic *c,
                      const struct spc_chart_design *design)
{
    if (has(c, "span"))
        add_number(to, "span", design->span);
    if (has(c, "r"))
        add_number(to, "r", design->events);
    if (has(c, "order") && design->order == SPC_NONE)
        add_text(to, "order", "by AIC");
    else if (has(c, "order"))
        add_number(to, "order", design->order);
    if (has(c, "distribution"))
        add_text(to, "distribution",
                 design->exponential ? "exponential" : "weibull");
    if (has(c, "rejectable"))
        add_text(to, "rejectable", design->rejectable ? "true" : "false");
    if (has(c, "in-pairs"))
        add_text(to, "in_pairs", design->in_pairs ? "true" : "false");
    if (has(c, "offsets"))
        add_text(to, "offsets", design->remove_offsets ? "remove" : "keep");
    if (has(c, "short-run-sigma"))
        add_text(to, "short_run_sigma", part_sigmas[design->part_sigma]);
    if (has(c, "arl0") && (isnan(design->h) || !has(c, "h")))
        add_number(to, "arl0", design->arl0);
}

unsigned spc_plan_parameters(
    const struct spc_plant_characteristic *c,
    struct spc_plan_parameter ret_parameters[SPC_PLAN_PARAMETERS])
{
    struct spc_chart_design design = spc_wire_design(c, NULL);
    struct parameters to = {ret_parameters, 0};

    if (design.known) {
        add_number(&to, "center", c->design.center);
        add_number(&to, "sigma", c->design.sigma);
    } else if (has(c, "sigma-estimator")) {
        add_text(&to, "sigma_estimator", spc_estimator_text(design.estimator));
    }
    add_limits(&to, c, &design);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (has(c, numbers[i].option)) {
            double value;

            memcpy(&value, (const char *)&design + numbers[i].offset,
                   sizeof value);
            add_number(&to, numbers[i].key, value);
        }
    add_number(&to, "shift", c->design.shift);
    add_words(&to, c, &design);
    return to.count;
}

/* ---- rules ------------------------------------------------------------- */

spc_rule_mask spc_plan_panel_rules(const struct spc_plant_characteristic *c,
                                   unsigned panel)
{
    return c->rules[type_of(c)->panel[panel].spread ? SPC_PANEL_SPREAD
                                                    : SPC_PANEL_LOCATION];
}

/* Both sides of a rule share its name and stand side by side. */
void spc_plan_rules(spc_rule_mask mask,
                    void (*take)(const char *name, void *user), void *user)
{
    const char *last = "";

    for (unsigned i = 0; i < SPC_RULES; i++) {
        if (!(mask >> i & 1) || strcmp(spc_rules[i].name, last) == 0)
            continue;
        last = spc_rules[i].name;
        take(last, user);
    }
}

/* ---- points ------------------------------------------------------------ */

const char *spc_plan_data(const struct spc_plant_characteristic *c)
{
    static const char *const names[] = {
        [SPC_DATA_INDIVIDUALS] = "individuals",
        [SPC_DATA_SUBGROUPS] = "subgroups",
        [SPC_DATA_MEASUREMENTS] = "measurements",
        [SPC_DATA_TIMES] = "times",
        [SPC_DATA_COUNTS] = "counts",
        [SPC_DATA_VECTORS] = "vectors",
        [SPC_DATA_STREAMS] = "streams",
    };

    return names[type_of(c)->data];
}

/* A sentence that grows and is cut off at its room. */
struct sentence {
    char *text;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct sentence *to,
                                                      const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(to->text + to->used, SPC_PLAN_POINT - to->used, format,
                       arguments);
    va_end(arguments);
    to->used += length > 0 ? (size_t)length : 0;
    if (to->used >= SPC_PLAN_POINT)
        to->used = SPC_PLAN_POINT - 1;
}

static void say_parts(struct sentence *to,
                      const struct spc_plant_characteristic *c)
{
    say(to, c->subgroup == 1 ? "one part" : "%u parts", (unsigned)c->subgroup);
}

static void say_event(struct sentence *to,
                      const struct spc_plant_characteristic *c)
{
    uint32_t r = c->design.events == SPC_NONE ? 1 : c->design.events;

    if (type_of(c)->data == SPC_DATA_TIMES)
        say(to, "seconds from one event to the next");
    else if (c->chart == SPC_CHART_G)
        say(to, "parts between two with the event");
    else if (c->chart == SPC_CHART_CCC && r > 1)
        say(to, "parts up to number %u with the event", (unsigned)r);
    else
        say(to, "parts up to the next with the event");
}

static void say_count(struct sentence *to,
                      const struct spc_plant_station *station,
                      const struct spc_plant_characteristic *c)
{
    say(to, "counts of ");
    say_parts(to, c);
    if (!has(c, "n"))
        return;
    if (c->intake.units != SPC_NONE)
        say(to, ", in units counted by %s",
            station->characteristics[c->intake.units].id);
    else
        say(to, ", in %g %s each", c->intake.units_each,
            c->intake.units_each == 1 ? "unit" : "units");
}

static void say_several(struct sentence *to,
                        const struct spc_plant_station *station,
                        const struct spc_plant_characteristic *c)
{
    if (c->intake.across != SPC_NONE) {
        say(to, "one part of each %s, of which there are at most %u",
            station->context[c->intake.across].key,
            (unsigned)c->intake.members);
        return;
    }
    say(to, "%s", c->id);
    for (uint32_t i = 0; i < c->intake.with_count; i++)
        say(to, ", %s", station->characteristics[c->intake.with[i]].id);
    say(to, " of ");
    say_parts(to, c);
}

static void say_kinds(struct sentence *to,
                      const struct spc_plant_station *station,
                      const struct spc_plant_characteristic *c)
{
    if (c->intake.part_by == SPC_NONE)
        return;
    say(to, "; kinds of part by %s:", station->context[c->intake.part_by].key);
    for (uint32_t i = 0; i < c->intake.part_count; i++)
        say(to, "%s %s", i ? "," : "", c->intake.parts[i].name);
}

void spc_plan_point(const struct spc_plant_station *station,
                    const struct spc_plant_characteristic *c,
                    char ret_text[SPC_PLAN_POINT])
{
    struct sentence to = {ret_text, 0};
    enum spc_chart_data data = type_of(c)->data;

    if (data == SPC_DATA_VECTORS || data == SPC_DATA_STREAMS)
        say_several(&to, station, c);
    else if (c->intake.event)
        say_event(&to, c);
    else if (data == SPC_DATA_COUNTS)
        say_count(&to, station, c);
    else
        say_parts(&to, c);
    say_kinds(&to, station, c);
}

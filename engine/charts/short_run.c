/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short runs: many kinds of part on one chart, each on a scale of its own.
 *
 *     deviation  x - nominal; limits from the deviations of all parts alike
 *     z-mr       Z = (x - center) / sigma of the part, and the ranges between
 *                neighbouring Z
 *
 * The nominal is stated with the part, or is the target of all, or is the
 * part's mean in the base line, of two points at least.  Sigma of a part is
 * stated, or estimated as the design says.  A part of which the base line says
 * too little is not drawn: there is no scale to draw it on.
 *
 * Moving ranges on the chart are of what is plotted, which is alike for all
 * parts, and so span a change of part (Bothe; ISO 7870-8); those that sigma is
 * estimated from are of one part.  Neither spans a gap. */
#include "engine/charts/charts.h"

#include "engine/short_run.h"
#include "engine/study.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { PARTS }; /* row of the types' `figures` */

struct memory {
    double previous; /* plotted; NaN or of no matter after a gap */
};

static bool is_z(const struct spc_chart_design *design)
{
    return design->chart == SPC_CHART_Z_MR;
}

/* NULL: the observation is of no kind, or of one the base line did not have. */
static const struct spc_part_line *line_of(
    const struct spc_charting *charting,
    const struct spc_observation *observation)
{
    const struct spc_part_table *table = (const void *)charting->parameters;

    if (observation->part == SPC_NONE)
        return NULL;
    assert(observation->part < SPC_PARTS_MAX);
    return table->part[observation->part].points > 0
               ? &table->part[observation->part]
               : NULL;
}

/* NaN: not known. */
static double center_of(const struct spc_charting *charting,
                        const struct spc_observation *observation)
{
    const struct spc_part_line *line = line_of(charting, observation);

    if (!isnan(observation->nominal))
        return observation->nominal;
    if (observation->part == SPC_NONE)
        return charting->design->specification.target;
    return line ? line->center : (double)NAN;
}

/* A part made for the first time has the sigma of all, where all have one. */
static double sigma_of(const struct spc_charting *charting,
                       const struct spc_observation *observation)
{
    const struct spc_part_table *table = (const void *)charting->parameters;
    const struct spc_part_line *line = line_of(charting, observation);

    if (!isnan(observation->part_sigma))
        return observation->part_sigma;
    if (line && line->sigma > 0)
        return line->sigma;
    switch ((enum spc_part_sigma)charting->design->part_sigma) {
    case SPC_PART_SIGMA_CONSTANT:
        return table->sigma;
    case SPC_PART_SIGMA_RELATIVE:
        return table->sigma * fabs(observation->nominal);
    default:
        return (double)NAN;
    }
}

/* ---- the base line ----------------------------------------------------- */

/* Parts of a base line, and what was stated of them. */
struct learned {
    struct spc_part part[SPC_PARTS_MAX];
    double sigma[SPC_PARTS_MAX]; /* NaN: to be estimated */
    uint64_t points;             /* of all */
};

static void begin(struct learned *learned)
{
    memset(learned, 0, sizeof *learned);
    for (unsigned i = 0; i < SPC_PARTS_MAX; i++)
        learned->part[i].nominal = learned->sigma[i] = (double)NAN;
}

static void learn_one(struct learned *learned, uint32_t n,
                      const struct spc_observation *o)
{
    struct spc_part *part = &learned->part[o->part];

    assert(o->part < SPC_PARTS_MAX);
    learned->points++;
    if (!isnan(o->nominal))
        part->nominal = o->nominal;
    if (!isnan(o->part_sigma))
        learned->sigma[o->part] = o->part_sigma;
    if (n == 1)
        spc_part_add(part, o->point.mean);
    else
        spc_part_add_subgroup(part, o->point.mean, o->point.range);
}

static void learn(struct learned *learned, uint32_t n,
                  const struct spc_observation *observations, size_t count)
{
    begin(learned);
    for (size_t i = 0; i < count; i++) {
        const struct spc_observation *o = &observations[i];

        if (o->after_gap || !o->estimates)
            for (unsigned p = 0; p < SPC_PARTS_MAX; p++)
                spc_part_gap(&learned->part[p]);
        if (o->estimates && o->point.n > 0 && o->part != SPC_NONE)
            learn_one(learned, n, o);
    }
}

/* ---- deviation --------------------------------------------------------- */

static void keep_centers(const struct learned *learned,
                         struct spc_part_table *table, double *ret_parts)
{
    double parts = 0;

    for (unsigned i = 0; i < SPC_PARTS_MAX; i++) {
        const struct spc_part *part = &learned->part[i];
        bool stated = !isnan(part->nominal);

        if (part->points < (stated ? 1 : SPC_PART_POINTS_MIN))
            continue;
        parts++;
        table->part[i] = (struct spc_part_line){.center = stated ? part->nominal
                                                                 : part->mean,
                                                .points = (double)part->points};
    }
    *ret_parts = parts;
}

/* The observations as if there were one part, of nominal 0. */
static void deviate(const struct spc_charting *charting,
                    const struct spc_observation *observations, size_t count,
                    struct spc_observation *ret_deviations)
{
    double previous = (double)NAN;

    for (size_t i = 0; i < count; i++) {
        struct spc_observation *to = &ret_deviations[i];

        *to = observations[i];
        to->point.mean =
            spc_short_run_deviation(to->point.mean, center_of(charting, to));
        if (to->after_gap)
            previous = (double)NAN;
        if (charting->design->n == 1)
            to->point.range = fabs(to->point.mean - previous);
        previous = to->point.n > 0 ? to->point.mean : (double)NAN;
        to->estimates = to->estimates && !isnan(to->point.mean);
    }
}

static enum spc_status estimate_deviation(
    struct spc_charting *charting, const struct spc_observation *observations,
    size_t count)
{
    struct spc_observation *deviations = (void *)charting->work;
    double *work = charting->work, parts;
    struct learned learned;

    memset(charting->parameters, 0, sizeof(struct spc_part_table));
    learn(&learned, charting->design->n, observations, count);
    keep_centers(&learned, (void *)charting->parameters, &parts);
    deviate(charting, observations, count, deviations);
    charting->work += count * sizeof *deviations / sizeof *work;

    enum spc_status status =
        spc_estimate_variables(charting, deviations, count);

    charting->work = work;
    if (parts > 0)
        charting->limits->figure[PARTS] = parts;
    return status;
}

/* ---- Z ----------------------------------------------------------------- */

static struct spc_part_choice choice_of(const struct spc_chart_design *design,
                                        const struct spc_part *part)
{
    return (struct spc_part_choice){
        .sigma = (enum spc_part_sigma)design->part_sigma,
        .at_nominal = !isnan(part->nominal),
        .n = 1,
        .least = SPC_PART_POINTS_MIN,
    };
}

/* The scale of one part; what is stated of it needs no estimate. */
static enum spc_status scale_of(const struct spc_chart_design *design,
                                const struct learned *learned, unsigned index,
                                struct spc_part_scale *ret_scale)
{
    const struct spc_part *part = &learned->part[index];
    struct spc_part_choice choice = choice_of(design, part);

    if (isnan(learned->sigma[index]))
        return spc_part_scale(learned->part, SPC_PARTS_MAX, index,
                              design->constants, &choice, ret_scale);
    if (!choice.at_nominal && part->points < choice.least)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!choice.at_nominal && !isfinite(part->mean))
        return SPC_NOT_FINITE;
    *ret_scale = (struct spc_part_scale){
        .center = choice.at_nominal ? part->nominal : part->mean,
        .sigma = learned->sigma[index]};
    return SPC_OK;
}

static double size_of(const struct spc_part *part)
{
    return fabs(isnan(part->nominal) ? part->mean : part->nominal);
}

/* What every part has in common, from one whose sigma was estimated so. */
static double shared_sigma(const struct spc_chart_design *design,
                           const struct spc_part *part,
                           const struct spc_part_scale *scale)
{
    if (design->part_sigma == SPC_PART_SIGMA_RELATIVE)
        return scale->sigma / size_of(part);
    return scale->sigma;
}

/* SPC_OK when one part has a scale; else why the first has none. */
static enum spc_status keep_scales(struct spc_charting *charting,
                                   const struct learned *learned)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_part_table *table = (void *)charting->parameters;
    enum spc_status first = SPC_OK;
    double parts = 0;

    for (unsigned i = 0; i < SPC_PARTS_MAX; i++) {
        const struct spc_part *part = &learned->part[i];
        struct spc_part_scale scale = {0};

        if (part->points == 0)
            continue;
        enum spc_status status = scale_of(design, learned, i, &scale);

        if (status != SPC_OK && first == SPC_OK)
            first = status;
        if (status != SPC_OK)
            continue;
        parts++;
        table->part[i] = (struct spc_part_line){scale.center, scale.sigma,
                                                (double)part->points};
        if (isnan(learned->sigma[i]))
            table->sigma = shared_sigma(design, part, &scale);
    }
    if (parts > 0)
        charting->limits->figure[PARTS] = parts;
    return parts > 0 ? SPC_OK : first;
}

static enum spc_status estimate_z(struct spc_charting *charting,
                                  const struct spc_observation *observations,
                                  size_t count)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_limits *limits = charting->limits;
    struct learned learned;

    memset(charting->parameters, 0, sizeof(struct spc_part_table));
    spc_begin_limits(charting);
    learn(&learned, 1, observations, count);
    charting->needed = SPC_PART_POINTS_MIN;
    charting->measured = (double)learned.points;
    limits->subgroups = limits->measurements = learned.points;
    if (learned.points < SPC_PART_POINTS_MIN)
        return SPC_TOO_FEW_SUBGROUPS;

    enum spc_status status = keep_scales(charting, &learned);

    if (status != SPC_OK)
        return status;
    limits->sigma = 1;
    limits->zones[SPC_PANEL_LOCATION] = spc_short_run_zones(
        SPC_SHORT_RUN_Z, design->constants, 1, design->width);
    limits->zones[SPC_PANEL_SPREAD] = spc_short_run_zones(
        SPC_SHORT_RUN_W, design->constants, 1, design->width);
    return SPC_OK;
}

/* ---- both -------------------------------------------------------------- */

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    struct spc_chart_room room = {0};

    if (!is_z(design)) {
        room = spc_variables_room(design, points);
        room.work += points * sizeof(struct spc_observation);
    }
    room.parameters = sizeof(struct spc_part_table);
    room.memory = sizeof(struct memory);
    return room;
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    return (is_z(charting->design) ? estimate_z : estimate_deviation)(
        charting, observations, count);
}

static void start(struct spc_charting *charting)
{
    *(struct memory *)charting->memory = (struct memory){(double)NAN};
}

/* NaN: there is no scale for it. */
static double statistic(const struct spc_charting *charting,
                        const struct spc_observation *observation)
{
    double mean = observation->point.mean;
    struct spc_part_scale scale = {.center = center_of(charting, observation)};

    if (!is_z(charting->design))
        return spc_short_run_deviation(mean, scale.center);
    scale.sigma = sigma_of(charting, observation);
    return scale.sigma > 0 ? spc_short_run_z(&scale, mean, 1) : (double)NAN;
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    const struct spc_chart_design *design = charting->design;
    struct memory *memory = charting->memory;
    double value = (double)NAN;

    spc_no_marks(ret_marks);
    if (observation->point.n > 0)
        value = statistic(charting, observation);
    if (!isnan(value)) {
        ret_marks[SPC_PANEL_LOCATION].value = value;
        if (design->n > 1)
            ret_marks[SPC_PANEL_SPREAD].value = observation->point.range;
        else if (!observation->after_gap)
            ret_marks[SPC_PANEL_SPREAD].value =
                spc_short_run_w(value, memory->previous);
    }
    memory->previous = value;
    for (unsigned p = 0; p <= SPC_PANEL_SPREAD; p++) {
        struct spc_chart_mark *mark = &ret_marks[p];

        mark->judged = charting->in_force && isfinite(mark->value);
        if (mark->judged)
            mark->zones =
                spc_limits_zones(charting->limits, design->constants,
                                 (enum spc_panel)p, observation->point.n);
    }
}

const struct spc_chart_operations spc_short_run_chart = {
    .room = room, .estimate = estimate, .start = start, .plot = plot};

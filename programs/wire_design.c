/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/wire_design.h"

#include "engine/charts/charts.h"
#include "engine/charts/multivariate.h"
#include "engine/short_run.h"

#include <math.h>

static void state(double stated, double *parameter)
{
    if (!isnan(stated))
        *parameter = stated;
}

static void state_count(uint32_t stated, uint32_t *parameter)
{
    if (stated != SPC_NONE)
        *parameter = stated;
}

static void state_words(const struct spc_plant_design *stated,
                        struct spc_chart_design *to)
{
    static const enum spc_part_sigma sigmas[] = {
        [SPC_PLANT_SIGMA_BY_PARTS] = SPC_PART_SIGMA_BY_PARTS,
        [SPC_PLANT_SIGMA_CONSTANT] = SPC_PART_SIGMA_CONSTANT,
        [SPC_PLANT_SIGMA_RELATIVE] = SPC_PART_SIGMA_RELATIVE,
    };

    to->rejectable = stated->rejectable == 1;
    to->in_pairs = stated->in_pairs == 1;
    if (stated->offsets != SPC_NONE)
        to->remove_offsets = stated->offsets == 1;
    if (stated->short_run_sigma != SPC_NONE)
        to->part_sigma = sigmas[stated->short_run_sigma];
}

struct spc_chart_design spc_wire_design(
    const struct spc_plant_characteristic *c,
    const struct spc_constants *constants)
{
    const struct spc_plant_design *stated = &c->design;
    struct spc_chart_design to =
        spc_chart_design(c->chart, constants, c->subgroup);

    state(stated->width, &to.width);
    state(stated->alpha, &to.alpha);
    state(stated->lambda, &to.lambda);
    state(stated->k, &to.k);
    if (!isnan(stated->shift))
        to.k = stated->shift / 2;
    state(stated->alpha_for_study, &to.alpha_for_study);
    state(stated->h, &to.h);
    state(stated->head_start, &to.head_start);
    state(stated->ratio, &to.ratio);
    state(stated->arl0, &to.arl0);
    state(stated->fraction, &to.fraction);
    state(stated->risk, &to.risk);
    state(stated->center, &to.center);
    state(stated->sigma, &to.sigma);
    state_count(stated->span, &to.span);
    state_count(stated->events, &to.events);
    state_count(stated->order, &to.order);
    state_words(stated, &to);
    if (stated->estimator != SPC_ESTIMATORS)
        to.estimator = (enum spc_estimator)stated->estimator;
    to.known = !isnan(stated->center) || !isnan(stated->sigma);
    to.corrected = stated->corrected;
    to.by_width = !isnan(stated->width);
    to.exponential = stated->distribution == SPC_PLANT_EXPONENTIAL ||
                     (stated->distribution == SPC_PLANT_USUAL && to.known);
    to.specification = c->specification;
    if (c->intake.across != SPC_NONE)
        to.variables = c->intake.members;
    else if (c->intake.with_count > 0)
        to.variables = 1 + c->intake.with_count;
    return to;
}

bool spc_wire_is_plain(const struct spc_chart_design *design)
{
    struct spc_chart_design usual =
        spc_chart_design(design->chart, design->constants, design->n);

    return design->chart <= SPC_CHART_XBAR_S && !design->known &&
           !design->corrected && !(design->alpha_for_study > 0) &&
           design->width == usual.width && design->estimator == usual.estimator;
}

uint32_t spc_wire_points(const struct spc_plant_characteristic *c)
{
    const struct spc_chart_type *type = &spc_chart_types[c->chart];
    struct spc_chart_design design = spc_wire_design(c, NULL);

    if (design.known || type->minimum == 0)
        return 0;
    if (type->data == SPC_DATA_VECTORS)
        return spc_vectors_needed(&design);
    if (c->design.order != SPC_NONE)
        return spc_ar_points_needed(&design);
    return type->minimum;
}

uint64_t spc_wire_room(const struct spc_plant_characteristic *c)
{
    struct spc_characteristic plan = {
        .chart = c->chart,
        .subgroup = c->subgroup,
        .study = c->study,
        .design = spc_wire_design(c, NULL),
        .intake = {.across = c->intake.across},
    };

    if (spc_wire_is_plain(&plan.design))
        return 0;
    return spc_block_plan(&plan).end * sizeof(double);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart of a file: where the stages are, what limits they have, and then
 * every point plotted and judged in turn, as a running line would. */
#include "programs/chart_study.h"

#include "engine/median.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

unsigned spc_chart_panels(const struct spc_chart_type *type)
{
    return type->two_sided ? type->panels / 2 : type->panels;
}

/* ---- stages ------------------------------------------------------------ */

static bool same_stage(const struct spc_dataset_point *a,
                       const struct spc_dataset_point *b)
{
    return a->stage == b->stage ||
           (a->stage && b->stage && strcmp(a->stage, b->stage) == 0);
}

/* The array has room for a stage of every point. */
static void find_stages(struct spc_chart_study *study)
{
    const struct spc_dataset_point *points = study->dataset->points;

    for (size_t i = 0; i < study->dataset->count; i++) {
        if (i == 0 || !same_stage(&points[i - 1], &points[i]))
            study->stages[study->stage_count++] =
                (struct spc_chart_stage){.first = i, .name = points[i].stage};
        study->stages[study->stage_count - 1].end = i + 1;
        study->points[i].stage = study->stage_count - 1;
    }
}

/* ---- points ------------------------------------------------------------ */

bool spc_chart_is_excluded(const struct spc_chart_study *study, size_t i)
{
    return study->plan.excluded && study->plan.excluded[i];
}

bool spc_chart_is_beyond(const struct spc_chart_study *study, size_t i,
                         unsigned panel)
{
    const struct spc_chart_mark *mark = &study->points[i].mark[panel];

    return mark->judged && (mark->value > mark->zones.upper[SPC_EDGES - 1] ||
                            mark->value < mark->zones.lower[SPC_EDGES - 1]);
}

const struct spc_zones *spc_chart_base_zones(
    const struct spc_chart_study *study, const struct spc_chart_stage *stage,
    unsigned panel, uint32_t n)
{
    for (size_t i = stage->first; i < stage->end; i++) {
        const struct spc_chart_point *point = &study->points[i];

        if (point->at.estimates && point->mark[panel].judged &&
            point->at.point.n == n)
            return &point->mark[panel].zones;
    }
    return NULL;
}

bool spc_chart_limits_vary(const struct spc_chart_study *study,
                           const struct spc_chart_stage *stage, unsigned panel)
{
    const struct spc_zones *usual = &stage->limits.zones[panel];

    for (size_t i = stage->first; stage->sizes_vary && i < stage->end; i++) {
        const struct spc_chart_mark *mark = &study->points[i].mark[panel];

        if (mark->judged && memcmp(&mark->zones, usual, sizeof *usual) != 0)
            return true;
    }
    return false;
}

static bool is_measured(const struct spc_chart_study *study, size_t i)
{
    return study->dataset->points[i].point.n > 0;
}

/* Nothing spans the border of a stage, an exclusion or a missing value. */
static bool after_gap(const struct spc_chart_study *study, size_t i)
{
    return i == 0 || study->points[i].stage != study->points[i - 1].stage ||
           spc_chart_is_excluded(study, i) ||
           spc_chart_is_excluded(study, i - 1) || !is_measured(study, i) ||
           !is_measured(study, i - 1);
}

static double median_of(const struct spc_dataset *dataset,
                        const struct spc_dataset_point *point)
{
    double values[SPC_SUBGROUP_MAX];

    if (!dataset->subgroups || dataset->variables > 0 || point->count == 0 ||
        point->count > SPC_SUBGROUP_MAX)
        return (double)NAN;
    memcpy(values, dataset->values + point->first,
           point->count * sizeof *values);
    return spc_median(values, (uint32_t)point->count);
}

static void find_point(struct spc_chart_study *study, size_t i)
{
    const struct spc_dataset_point *from = &study->dataset->points[i];
    struct spc_observation *at = &study->points[i].at;

    *at = (struct spc_observation){
        .point = from->point,
        .median = median_of(study->dataset, from),
        .units = from->units,
        .vector = study->dataset->variables > 0 && from->point.n > 0
                      ? study->dataset->vectors + from->vector
                      : NULL,
        .part = from->part,
        .nominal = from->nominal,
        .part_sigma = from->sigma,
        .estimates = i >= study->plan.first && i < study->plan.end &&
                     !spc_chart_is_excluded(study, i) && is_measured(study, i),
        .after_gap = after_gap(study, i),
    };
    if (study->dataset->subgroups)
        return;
    at->point.sd = (double)NAN;
    at->point.range =
        at->after_gap
            ? (double)NAN
            : fabs(at->point.mean - study->points[i - 1].at.point.mean);
}

/* ---- limits ------------------------------------------------------------ */

/* The size most subgroups have; the larger of two as frequent.  Individuals
 * are of one. */
static uint32_t nominal_size(const struct spc_chart_study *study,
                             const struct spc_chart_stage *stage)
{
    size_t seen[SPC_SUBGROUP_MAX + 1] = {0};
    bool all = study->plan.design.known;
    uint32_t nominal = 2;

    if (!study->dataset->subgroups)
        return 1;
    for (size_t i = stage->first; i < stage->end; i++)
        if (all || study->points[i].at.estimates)
            seen[study->points[i].at.point.n]++;
    for (uint32_t n = 2; n <= SPC_SUBGROUP_MAX; n++)
        if (seen[n] > 0 && seen[n] >= seen[nominal])
            nominal = n;
    return nominal;
}

static bool sizes_vary(const struct spc_chart_study *study,
                       const struct spc_chart_stage *stage)
{
    double units = (double)NAN;

    for (size_t i = stage->first; i < stage->end; i++) {
        const struct spc_observation *at = &study->points[i].at;

        if (at->point.n == 0)
            continue;
        if (study->dataset->subgroups && at->point.n != stage->limits.n)
            return true;
        if (!isnan(units) && at->units != units)
            return true;
        units = at->units;
    }
    return false;
}

/* What a chart at work needs for one stage; freed with end_charting. */
struct workshop {
    struct spc_chart_design design;
    struct spc_charting charting;
    struct spc_observation *observations;
    void *memory, *before;
    size_t memory_size;
};

static bool begin_charting(const struct spc_chart_study *study,
                           struct spc_chart_stage *stage, struct workshop *w)
{
    size_t count = stage->end - stage->first;

    w->design = study->plan.design;
    w->design.n = nominal_size(study, stage);
    w->design.variables = (uint32_t)study->dataset->variables;
    struct spc_chart_room room = spc_chart_room(&w->design, count);

    w->memory_size = room.memory;
    w->observations = malloc(count * sizeof *w->observations);
    stage->parameters = calloc(1, room.parameters + 1);
    w->memory = calloc(1, room.memory + 1);
    w->before = calloc(1, room.memory + 1);
    w->charting = (struct spc_charting){
        .design = &w->design,
        .limits = &stage->limits,
        .parameters = stage->parameters,
        .memory = w->memory,
        .work = calloc(1, room.work + 1),
    };
    return w->observations && stage->parameters && w->memory && w->before &&
           w->charting.work;
}

static void end_charting(struct workshop *w)
{
    free(w->observations);
    free(w->memory);
    free(w->before);
    free(w->charting.work);
}

static void find_limits(struct spc_chart_study *study,
                        struct spc_chart_stage *stage, struct workshop *w)
{
    const struct spc_chart_operations *chart = study->plan.type->operations;
    size_t count = stage->end - stage->first;

    for (size_t i = 0; i < count; i++)
        w->observations[i] = study->points[stage->first + i].at;
    stage->status = chart->estimate(&w->charting, w->observations, count);
    stage->subgroups = stage->limits.subgroups;
    stage->measurements = w->charting.measured;
    stage->needed = w->charting.needed;
    stage->culprit_count = w->charting.culprit_count;
    memcpy(stage->culprits, w->charting.culprits, sizeof stage->culprits);
    stage->sizes_vary = sizes_vary(study, stage);
    w->charting.in_force = stage->status == SPC_OK;
    stage->tested = w->charting.in_force &&
                    spc_chart_independence(&w->charting, w->observations, count,
                                           &stage->independence) == SPC_OK;
    if (w->charting.in_force && chart->start)
        chart->start(&w->charting);
}

/* ---- judging ----------------------------------------------------------- */

/* What the points of each panel did. */
struct trails {
    struct spc_history history[SPC_PANELS];
    size_t since[SPC_PANELS];
};

static uint64_t newest(uint64_t count)
{
    assert(count > 0);
    return UINT64_MAX >> (64 - (count < 64 ? count : 64));
}

/* Which of the newest points made a rule hold: bit 0 is the newest. */
static uint64_t members(const struct spc_chart_mark *mark,
                        const struct spc_history *history, unsigned rule)
{
    if (rule >= SPC_RULES)
        return newest(mark->run > 0 ? mark->run : 1);
    return spc_rule_members(&spc_rules[rule], history);
}

static void judge(struct spc_chart_study *study, size_t i, unsigned panel,
                  struct trails *trails)
{
    struct spc_chart_point *point = &study->points[i];
    struct spc_chart_mark *mark = &point->mark[panel];
    struct spc_history *history = &trails->history[panel];

    if (mark->run == 1)
        trails->since[panel] = i;
    point->since[panel] = trails->since[panel];
    if (!mark->judged || spc_chart_is_excluded(study, i)) {
        spc_history_clear(history);
        return;
    }
    spc_history_push(history, &mark->zones, mark->value);
    point->rules[panel] =
        spc_rules_judge(
            spc_chart_panel_rules(study->plan.type, panel, study->plan.rules),
            history) |
        spc_chart_own_rules(mark, study->plan.rules);
}

/* Room for one more in an array that doubles from 64; false: no memory. */
static bool make_room(void **array, size_t count, size_t size)
{
    bool full = count == 0 || (count >= 64 && (count & (count - 1)) == 0);
    void *larger;

    if (!full)
        return true;
    larger = realloc(*array, (count ? 2 * count : 64) * size);
    if (!larger)
        return false;
    *array = larger;
    return true;
}

static enum spc_status add_signals(struct spc_chart_study *study, size_t i,
                                   unsigned panel, const struct trails *trails)
{
    const struct spc_chart_point *point = &study->points[i];

    for (unsigned rule = 0; rule < SPC_CHART_RULES; rule++) {
        if (!(point->rules[panel] >> rule & 1))
            continue;
        if (!make_room((void **)&study->signals, study->signal_count,
                       sizeof *study->signals))
            return SPC_NO_MEMORY;
        study->signals[study->signal_count++] = (struct spc_chart_signal){
            panel, i, rule,
            members(&point->mark[panel], &trails->history[panel], rule)};
    }
    return SPC_OK;
}

static enum spc_status explain(struct spc_chart_study *study, size_t i,
                               struct spc_charting *charting)
{
    const struct spc_chart_operations *chart = study->plan.type->operations;
    struct spc_contribution found[SPC_CONTRIBUTIONS_MAX];
    struct spc_chart_point *point = &study->points[i];
    spc_rule_mask any = 0;

    for (unsigned panel = 0; panel < study->plan.type->panels; panel++)
        any |= point->rules[panel];
    if (!any || !chart->explain)
        return SPC_OK;
    point->contributions = study->contribution_count;
    point->contribution_count =
        chart->explain(charting, &point->at, found, SPC_CONTRIBUTIONS_MAX);
    for (size_t k = 0; k < point->contribution_count; k++) {
        if (!make_room((void **)&study->contributions,
                       study->contribution_count, sizeof *study->contributions))
            return SPC_NO_MEMORY;
        study->contributions[study->contribution_count++] = found[k];
    }
    return SPC_OK;
}

/* An excluded point is drawn where it would have taken the statistic, which
 * then goes on as if it had not been. */
static void plot(struct spc_chart_study *study, size_t i, struct workshop *w)
{
    bool excluded = spc_chart_is_excluded(study, i);

    if (excluded)
        memcpy(w->before, w->memory, w->memory_size);
    study->plan.type->operations->plot(&w->charting, &study->points[i].at,
                                       study->points[i].mark);
    if (excluded)
        memcpy(w->memory, w->before, w->memory_size);
}

static enum spc_status judge_stage(struct spc_chart_study *study,
                                   const struct spc_chart_stage *stage,
                                   struct workshop *w)
{
    enum spc_status status = SPC_OK;
    struct trails trails = {0};

    for (unsigned panel = 0; panel < SPC_PANELS; panel++)
        spc_history_clear(&trails.history[panel]);
    for (size_t i = stage->first; i < stage->end && status == SPC_OK; i++) {
        plot(study, i, w);
        for (unsigned panel = 0; panel < study->plan.type->panels; panel++) {
            judge(study, i, panel, &trails);
            if (status == SPC_OK)
                status = add_signals(study, i, panel, &trails);
        }
        if (status == SPC_OK)
            status = explain(study, i, &w->charting);
    }
    return status;
}

/* From the centre to the limit of the narrowest stage; infinite without. */
static double narrowest(const struct spc_chart_study *study)
{
    double width = INFINITY;

    for (size_t s = 0; s < study->stage_count; s++) {
        const struct spc_zones *zones = &study->stages[s].limits.zones[0];

        if (study->stages[s].status == SPC_OK)
            width = fmin(width, zones->upper[SPC_EDGES - 1] - zones->upper[0]);
    }
    return width;
}

static unsigned significant(double width, int digits)
{
    if (!isfinite(width) || width <= 0)
        return 0;
    return (unsigned)fmin(fmax(digits - 1 - floor(log10(width)), 0), 12);
}

/* Of the measurements, though numbers from a computer have many more than
 * mean anything: four digits of the limits' width then do.  Where the plotted
 * statistic is another quantity, two do. */
static unsigned decimals(const struct spc_chart_study *study)
{
    double width = narrowest(study);
    unsigned measured = study->dataset->decimals;

    if (study->plan.type->data == SPC_DATA_COUNTS ||
        study->plan.type->data == SPC_DATA_VECTORS ||
        study->plan.design.chart == SPC_CHART_Z_MR)
        return significant(width, 2);
    if (!isfinite(width) || width <= 0 || significant(width, 4) > measured)
        return measured;
    return significant(width, 4);
}

static enum spc_status run_stage(struct spc_chart_study *study,
                                 struct spc_chart_stage *stage)
{
    struct workshop w = {0};
    enum spc_status status = SPC_NO_MEMORY;

    if (begin_charting(study, stage, &w)) {
        find_limits(study, stage, &w);
        status = judge_stage(study, stage, &w);
    }
    end_charting(&w);
    return status;
}

enum spc_status spc_chart_study_run(const struct spc_chart_plan *plan,
                                    const struct spc_dataset *dataset,
                                    struct spc_chart_study *ret_study)
{
    struct spc_chart_study study = {.plan = *plan, .dataset = dataset};
    enum spc_status status = SPC_NO_MEMORY;

    study.points = calloc(dataset->count + 1, sizeof *study.points);
    study.stages = calloc(dataset->count + 1, sizeof *study.stages);
    if (study.points && study.stages) {
        status = SPC_OK;
        find_stages(&study);
        for (size_t i = 0; i < dataset->count; i++)
            find_point(&study, i);
        for (size_t s = 0; s < study.stage_count && status == SPC_OK; s++)
            status = run_stage(&study, &study.stages[s]);
        study.decimals = decimals(&study);
    }
    if (status != SPC_OK) {
        spc_chart_study_clear(&study);
        return status;
    }
    *ret_study = study;
    return SPC_OK;
}

void spc_chart_study_clear(struct spc_chart_study *study)
{
    for (size_t s = 0; s < study->stage_count; s++)
        free(study->stages[s].parameters);
    free(study->points);
    free(study->stages);
    free(study->signals);
    free(study->contributions);
    *study = (struct spc_chart_study){0};
}

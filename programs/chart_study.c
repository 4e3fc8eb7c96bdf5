/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart of a file.  Three passes: where the stages are, what limits they
 * have, what the rules say of each point. */
#include "programs/chart_study.h"

#include "programs/chart_family.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
                         enum spc_panel panel)
{
    const struct spc_chart_mark *mark = &study->points[i].mark[panel];
    const struct spc_zones *zones = &mark->zones;

    return mark->judged && (mark->value > zones->upper[SPC_EDGES - 1] ||
                            mark->value < zones->lower[SPC_EDGES - 1] ||
                            (study->plan.type->two_sided &&
                             -mark->value_low < zones->lower[SPC_EDGES - 1]));
}

bool spc_chart_estimates(const struct spc_chart_study *study, size_t i)
{
    return i >= study->plan.first && i < study->plan.end &&
           !spc_chart_is_excluded(study, i) && study->points[i].point.n > 0;
}

void spc_chart_figure(struct spc_chart_stage *stage, const char *name,
                      double value)
{
    assert(stage->figure_count < SPC_CHART_FIGURES);

    stage->figures[stage->figure_count++] =
        (struct spc_chart_figure){name, value};
}

static bool has_moving_range(const struct spc_chart_study *study, size_t i)
{
    return i > 0 && study->points[i].stage == study->points[i - 1].stage &&
           !spc_chart_is_excluded(study, i) &&
           !spc_chart_is_excluded(study, i - 1) &&
           study->points[i].point.n > 0 && study->points[i - 1].point.n > 0;
}

static void find_points(struct spc_chart_study *study)
{
    for (size_t i = 0; i < study->dataset->count; i++) {
        struct spc_point *point = &study->points[i].point;

        *point = study->dataset->points[i].point;
        if (study->dataset->subgroups)
            continue;
        point->range = has_moving_range(study, i)
                           ? fabs(point->mean - study->points[i - 1].point.mean)
                           : NAN;
        point->sd = NAN;
    }
}

/* ---- judging ----------------------------------------------------------- */

/* What the points of a panel did; the sum for the lower side of a CUSUM is
 * judged turned over, by itself. */
struct trails {
    struct spc_history history, low;
    unsigned zeros; /* in a row */
};

static void forget(struct trails *trails)
{
    spc_history_clear(&trails->history);
    spc_history_clear(&trails->low);
    trails->zeros = 0;
}

/* Which of the newest points made a rule hold: bit 0 is the newest. */
static uint64_t members(const struct spc_chart_study *study,
                        const struct trails *trails, unsigned rule)
{
    const struct spc_rule *row = spc_chart_rule(rule);
    bool low = study->plan.type->two_sided && row->side == SPC_SIDE_BELOW;

    if (rule == SPC_CHART_RULE_ZEROS)
        return UINT64_MAX >> (64 - (trails->zeros < 64 ? trails->zeros : 64));
    return spc_rule_members(row, low ? &trails->low : &trails->history);
}

/* Stands in for a lower limit of zero, and so is asked for with the limits. */
static spc_rule_mask judge_zeros(const struct spc_chart_stage *stage,
                                 const struct spc_chart_mark *mark,
                                 spc_rule_mask rules, struct trails *trails)
{
    bool asked = false;

    for (unsigned i = 0; i < SPC_RULES; i++)
        asked = asked || ((rules >> i & 1) && spc_rules[i].mark == SPC_BELOW_3);
    trails->zeros = mark->value <= 0 ? trails->zeros + 1 : 0;
    if (!asked || stage->zeros == 0 || trails->zeros < stage->zeros)
        return 0;
    return (spc_rule_mask)1 << SPC_CHART_RULE_ZEROS;
}

static void judge(struct spc_chart_study *study, size_t i, enum spc_panel panel,
                  struct trails *trails)
{
    const struct spc_chart_stage *stage =
        &study->stages[study->points[i].stage];
    struct spc_chart_mark *mark = &study->points[i].mark[panel];
    spc_rule_mask rules = study->plan.rules & spc_rules_valid(panel);

    if (i == stage->first)
        forget(trails);
    if (!mark->judged || spc_chart_is_excluded(study, i)) {
        forget(trails);
        return;
    }
    spc_history_push(&trails->history, &mark->zones, mark->value);
    mark->rules = spc_rules_judge(rules, &trails->history);
    if (stage->zeros > 0)
        mark->rules |= judge_zeros(stage, mark, rules, trails);
    if (!study->plan.type->two_sided)
        return;
    spc_history_push(&trails->low, &mark->zones, -mark->value_low);
    mark->rules |= spc_rules_judge(rules, &trails->low);
}

static enum spc_status add_signals(struct spc_chart_study *study, size_t i,
                                   enum spc_panel panel, size_t *room,
                                   const struct trails *trails)
{
    for (unsigned rule = 0; rule < SPC_CHART_RULES; rule++) {
        if (!(study->points[i].mark[panel].rules >> rule & 1))
            continue;
        if (study->signal_count == *room) {
            size_t more = *room ? 2 * *room : 64;
            struct spc_chart_signal *signals =
                realloc(study->signals, more * sizeof *signals);

            if (!signals)
                return SPC_NO_MEMORY;
            study->signals = signals;
            *room = more;
        }
        study->signals[study->signal_count++] = (struct spc_chart_signal){
            panel, i, rule, members(study, trails, rule)};
    }
    return SPC_OK;
}

static enum spc_status judge_all(struct spc_chart_study *study)
{
    struct trails trails[SPC_PANELS];
    size_t room = 0;

    for (size_t i = 0; i < study->dataset->count; i++) {
        for (unsigned panel = 0; panel < study->plan.type->panels; panel++) {
            judge(study, i, (enum spc_panel)panel, &trails[panel]);
            if (add_signals(study, i, (enum spc_panel)panel, &room,
                            &trails[panel]) != SPC_OK)
                return SPC_NO_MEMORY;
        }
    }
    return SPC_OK;
}

/* Of the measurements; where the plotted statistic is another quantity, two
 * significant digits of the narrowest limits. */
static unsigned decimals(const struct spc_chart_study *study)
{
    double width = INFINITY;

    if (study->plan.type->data != SPC_DATA_COUNTS)
        return study->dataset->decimals;
    for (size_t s = 0; s < study->stage_count; s++) {
        const struct spc_zones *zones = &study->stages[s].limits.zones[0];

        if (study->stages[s].status == SPC_OK)
            width = fmin(width, zones->upper[SPC_EDGES - 1] - zones->upper[0]);
    }
    if (!isfinite(width) || width <= 0 || width >= 10)
        return 0;
    return (unsigned)fmin(1 - floor(log10(width)), 12);
}

static void find_limits(struct spc_chart_study *study,
                        struct spc_chart_stage *stage,
                        const struct spc_constants *constants)
{
    const struct spc_chart_family *family = study->plan.type->family;

    (study->plan.known ? family->adopt : family->estimate)(study, stage,
                                                           constants);
    family->plot(study, stage, constants);
}

enum spc_status spc_chart_study_run(const struct spc_chart_plan *plan,
                                    const struct spc_dataset *dataset,
                                    const struct spc_constants *constants,
                                    struct spc_chart_study *ret_study)
{
    struct spc_chart_study study = {.plan = *plan, .dataset = dataset};
    enum spc_status status = SPC_NO_MEMORY;

    study.points = calloc(dataset->count + 1, sizeof *study.points);
    study.stages = calloc(dataset->count + 1, sizeof *study.stages);
    if (study.points && study.stages) {
        find_stages(&study);
        find_points(&study);
        for (size_t s = 0; s < study.stage_count; s++)
            find_limits(&study, &study.stages[s], constants);
        study.decimals = decimals(&study);
        status = judge_all(&study);
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
    free(study->points);
    free(study->stages);
    free(study->signals);
    *study = (struct spc_chart_study){0};
}

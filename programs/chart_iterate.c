/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Iterative Phase I.  See chart_iterate.h. */
#include "programs/chart_iterate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- who is beyond ----------------------------------------------------- */

/* What a round makes of a point. */
enum verdict { STAYS, GOES, GOES_FOR_GOOD, RETURNS };

static bool estimates(const struct spc_chart_study *study, size_t i)
{
    return i >= study->plan.first && i < study->plan.end &&
           !spc_chart_is_excluded(study, i) && study->points[i].at.point.n > 0;
}

static bool moves(const struct spc_chart_study *study, enum spc_panel panel)
{
    return !study->dataset->subgroups && panel == SPC_PANEL_SPREAD;
}

static double distance(const struct spc_chart_study *study, size_t i)
{
    const struct spc_chart_mark *mark =
        &study->points[i].mark[SPC_PANEL_LOCATION];

    return fabs(mark->value - mark->zones.upper[0]);
}

static void accuse(const struct spc_chart_study *study, size_t i,
                   enum spc_panel panel, enum verdict *verdicts)
{
    size_t whose = i;

    if (!moves(study, panel)) {
        verdicts[i] = GOES;
        return;
    }
    if (i == 0 || !estimates(study, i - 1))
        return;
    if (distance(study, i - 1) > distance(study, i))
        whose = i - 1;
    if (verdicts[whose] == STAYS)
        verdicts[whose] = GOES_FOR_GOOD;
}

static bool is_within(const struct spc_chart_study *study, size_t i)
{
    bool judged = false;

    for (unsigned p = 0; p < study->plan.type->panels; p++) {
        judged = judged || study->points[i].mark[p].judged;
        if (spc_chart_is_beyond(study, i, p))
            return false;
    }
    return judged;
}

/* Returns how many points are beyond, or back within. */
static size_t judge(const struct spc_chart_study *study,
                    const struct spc_exclusions *exclusions,
                    enum verdict *verdicts)
{
    size_t count = 0;

    memset(verdicts, 0, study->dataset->count * sizeof *verdicts);
    for (size_t i = 0; i < study->dataset->count; i++) {
        const struct spc_exclusion *why = &exclusions->why[i];

        if (why->round > 0 && !why->stays && is_within(study, i))
            verdicts[i] = RETURNS;
        for (unsigned p = 0; p < study->plan.type->panels; p++)
            if (estimates(study, i) && spc_chart_is_beyond(study, i, p))
                accuse(study, i, (enum spc_panel)p, verdicts);
    }
    for (size_t i = 0; i < study->dataset->count; i++)
        count += verdicts[i] != STAYS;
    return count;
}

/* ---- rounds ------------------------------------------------------------ */

static bool goes(enum verdict verdict)
{
    return verdict == GOES || verdict == GOES_FOR_GOOD;
}

/* Whether no more than the share of a stage would be left out. */
static bool is_allowed(const struct spc_chart_study *study,
                       const struct spc_chart_stage *stage,
                       const enum verdict *verdicts,
                       const struct spc_exclusions *exclusions)
{
    size_t left_in = 0, out = 0;

    for (size_t i = stage->first; i < stage->end; i++) {
        bool earlier = exclusions->why[i].round > 0;

        left_in += earlier || estimates(study, i);
        out += goes(verdicts[i]) || (earlier && verdicts[i] != RETURNS);
    }
    return SPC_ITERATION_SHARE * out <= left_in;
}

/* Returns how many points of one stage went or returned. */
static size_t execute(const struct spc_chart_stage *stage,
                      const enum verdict *verdicts, unsigned round,
                      struct spc_exclusions *exclusions)
{
    size_t changed = 0;

    for (size_t i = stage->first; i < stage->end; i++) {
        struct spc_exclusion *why = &exclusions->why[i];

        if (verdicts[i] == STAYS)
            continue;
        exclusions->excluded[i] = goes(verdicts[i]);
        why->round = goes(verdicts[i]) ? round : 0;
        why->stays = why->stays || verdicts[i] != GOES;
        changed++;
    }
    return changed;
}

/* False when the study is the last: nothing changes, or may change. */
static bool make_round(const struct spc_chart_study *study,
                       struct spc_exclusions *exclusions,
                       enum verdict *verdicts,
                       struct spc_chart_iteration *iteration)
{
    size_t changed = 0;

    iteration->unsettled = judge(study, exclusions, verdicts);
    for (size_t i = study->dataset->count; i-- > 0;)
        if (verdicts[i] != STAYS)
            iteration->stage = study->points[i].stage;
    if (iteration->rounds == iteration->most)
        return false;
    for (size_t s = 0; s < study->stage_count; s++)
        if (is_allowed(study, &study->stages[s], verdicts, exclusions))
            changed += execute(&study->stages[s], verdicts,
                               iteration->rounds + 1, exclusions);
    iteration->rounds += changed > 0;
    return changed > 0;
}

static size_t count_found(const struct spc_exclusions *exclusions)
{
    size_t count = 0;

    for (size_t i = 0; i < exclusions->count; i++)
        count += exclusions->why[i].round > 0;
    return count;
}

enum spc_status spc_chart_iterate(const struct spc_chart_plan *plan,
                                  const struct spc_dataset *dataset,
                                  unsigned most,
                                  struct spc_exclusions *exclusions,
                                  struct spc_chart_iteration *ret_iteration,
                                  struct spc_chart_study *ret_study)
{
    struct spc_chart_iteration iteration = {.most = most};
    enum verdict *verdicts = calloc(dataset->count + 1, sizeof *verdicts);
    struct spc_chart_study study = {0};
    enum spc_status status = SPC_NO_MEMORY;
    bool again = verdicts != NULL;

    assert(plan->excluded == exclusions->excluded);

    while (again) {
        spc_chart_study_clear(&study);
        status = spc_chart_study_run(plan, dataset, &study);
        again = status == SPC_OK && most > 0 &&
                make_round(&study, exclusions, verdicts, &iteration);
    }
    free(verdicts);
    if (status != SPC_OK)
        return status;
    iteration.found = count_found(exclusions);
    *ret_iteration = iteration;
    *ret_study = study;
    return SPC_OK;
}

/* ---- words ------------------------------------------------------------- */

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void note_end(const struct spc_chart_iteration *iteration,
                     const struct spc_chart_study *study, json_t *notes)
{
    char where[40] = "the base line";

    if (study->stage_count > 1)
        snprintf(where, sizeof where, "stage %zu", iteration->stage + 1);
    if (iteration->rounds == iteration->most)
        spc_note(notes,
                 "The iteration did not settle in %u round%s, the most "
                 "allowed: %zu more point%s of the base line would change "
                 "sides.",
                 iteration->most, plural(iteration->most), iteration->unsettled,
                 plural(iteration->unsettled));
    else
        spc_note(notes,
                 "The iteration stopped after %u round%s: with %zu more "
                 "point%s to change sides, more than a third of %s would be "
                 "left out.  These limits do not describe one process.",
                 iteration->rounds, plural(iteration->rounds),
                 iteration->unsettled, plural(iteration->unsettled), where);
}

void spc_iteration_note(const struct spc_chart_iteration *iteration,
                        const struct spc_chart_study *study, json_t *notes)
{
    if (iteration->most == 0)
        return;
    if (iteration->unsettled > 0)
        note_end(iteration, study, notes);
    else
        spc_note(notes, "The iteration settled after %u round%s.",
                 iteration->rounds, plural(iteration->rounds));
    if (iteration->found > 0)
        spc_note(notes,
                 "%zu point%s of the base line %s left out for lying beyond "
                 "the limits: a point without a cause of its own belongs to "
                 "the process, and limits without it are too narrow.",
                 iteration->found, plural(iteration->found),
                 iteration->found == 1 ? "was" : "were");
}

void spc_iteration_json(const struct spc_chart_iteration *iteration,
                        json_t *chart)
{
    json_t *object;

    if (iteration->most == 0)
        return;
    object = json_object();
    json_object_set_new(object, "rounds", json_integer(iteration->rounds));
    json_object_set_new(object, "most", json_integer(iteration->most));
    json_object_set_new(object, "settled",
                        json_boolean(iteration->unsettled == 0));
    json_object_set_new(object, "excluded",
                        json_integer((json_int_t)iteration->found));
    json_object_set_new(object, "unsettled",
                        json_integer((json_int_t)iteration->unsettled));
    json_object_set_new(json_object_get(chart, "estimate"), "iteration",
                        object);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of part in words.  See chart_parts.h. */
#include "programs/chart_parts.h"

#include "adapters/json/json.h"
#include "engine/short_run.h"

#include <math.h>

/* NULL: there are no parts to tell of. */
static const struct spc_part_table *table_of(
    const struct spc_chart_study *study, const struct spc_chart_stage *stage)
{
    if (!spc_chart_type_has(study->plan.type->options, "part") ||
        study->dataset->part_count == 0 || stage->status != SPC_OK)
        return NULL;
    return (const void *)stage->parameters;
}

const char *spc_chart_part(const struct spc_chart_study *study, size_t i)
{
    uint32_t part = study->points[i].at.part;

    return part == SPC_NONE ? NULL : study->dataset->part[part];
}

json_t *spc_chart_parts_json(const struct spc_chart_study *study,
                             const struct spc_chart_stage *stage)
{
    const struct spc_part_table *table = table_of(study, stage);
    json_t *list;

    if (!table)
        return NULL;
    list = json_array();
    for (uint32_t i = 0; i < study->dataset->part_count; i++) {
        const struct spc_part_line *line = &table->part[i];
        json_t *object = json_object();

        if (line->points > 0)
            json_array_append_new(list, object);
        json_object_set_new(object, "part",
                            spc_json_string(study->dataset->part[i]));
        json_object_set_new(object, "center", spc_json_number(line->center));
        json_object_set_new(object, "sigma",
                            spc_json_number(line->sigma > 0
                                                ? line->sigma
                                                : stage->limits.sigma));
        json_object_set_new(object, "points",
                            json_integer((json_int_t)line->points));
        if (!(line->points > 0))
            json_decref(object);
    }
    return list;
}

void spc_chart_parts_table(const struct spc_chart_study *study,
                           const struct spc_chart_stage *stage,
                           enum spc_language language, FILE *file)
{
    static const char *const line_text[SPC_LANGUAGES] = {
        "  part %-8s centre %.6g, sigma %.6g, points %.0f\n",
        "  品种 %-8s 中心 %.6g，sigma %.6g，点数 %.0f\n"};
    const struct spc_part_table *table = table_of(study, stage);

    for (uint32_t i = 0; table && i < study->dataset->part_count; i++) {
        const struct spc_part_line *line = &table->part[i];

        if (line->points > 0)
            fprintf(file, line_text[language], study->dataset->part[i],
                    line->center,
                    line->sigma > 0 ? line->sigma : stage->limits.sigma,
                    line->points);
    }
}

struct seen {
    size_t unjudged, studied;
};

/* Of one kind, or without any. */
static struct seen look(const struct spc_chart_study *study,
                        const struct spc_chart_stage *stage, uint32_t part)
{
    struct seen seen = {0, 0};

    for (size_t i = stage->first; i < stage->end; i++) {
        const struct spc_chart_point *point = &study->points[i];

        if (point->at.part != part || point->at.point.n == 0)
            continue;
        seen.unjudged += isnan(point->mark[0].value);
        seen.studied += point->at.estimates;
    }
    return seen;
}

void spc_chart_parts_note(const struct spc_chart_study *study,
                          const struct spc_chart_stage *stage,
                          const char *where, json_t *notes)
{
    if (!spc_chart_type_has(study->plan.type->options, "part") ||
        stage->status != SPC_OK)
        return;

    struct seen none = look(study, stage, SPC_NONE);

    if (none.unjudged)
        spc_note(notes,
                 "%s%zu point%s without a kind of part or a nominal %s not "
                 "judged.",
                 where, none.unjudged, none.unjudged == 1 ? "" : "s",
                 none.unjudged == 1 ? "is" : "are");
    for (uint32_t i = 0; i < study->dataset->part_count; i++) {
        struct seen seen = look(study, stage, i);

        if (seen.unjudged)
            spc_note(notes,
                     "%spart '%.40s' is not judged at %zu point%s: %zu of the "
                     "base line %s too few to tell its scale.",
                     where, study->dataset->part[i], seen.unjudged,
                     seen.unjudged == 1 ? "" : "s", seen.studied,
                     seen.studied == 1 ? "is" : "are");
    }
}

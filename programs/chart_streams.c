/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of a chart, by name.  See chart_streams.h. */
#include "programs/chart_streams.h"

#include "adapters/json/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool spc_chart_has_streams(const struct spc_chart_study *study)
{
    return study->plan.type->data == SPC_DATA_STREAMS;
}

const char *spc_chart_stream(const struct spc_chart_study *study, size_t i,
                             unsigned panel)
{
    uint32_t variable = study->points[i].mark[panel].variable;

    return variable < study->dataset->variables
               ? study->dataset->variable[variable]
               : NULL;
}

static json_t *cause_json(const struct spc_chart_study *study,
                          const struct spc_contribution *cause)
{
    json_t *object = json_object();

    json_object_set_new(object, "variable",
                        json_integer((json_int_t)cause->variable + 1));
    json_object_set_new(
        object, "name",
        spc_json_string(study->dataset->variable[cause->variable]));
    json_object_set_new(object, "value", spc_json_number(cause->value));
    json_object_set_new(object, "limit", spc_json_number(cause->limit));
    json_object_set_new(object, "given_others", spc_json_number(cause->given));
    json_object_set_new(object, "given_others_limit",
                        spc_json_number(cause->given_limit));
    json_object_set_new(object, "cause",
                        json_boolean(spc_contribution_is_cause(cause)));
    return object;
}

json_t *spc_chart_causes_json(const struct spc_chart_study *study,
                              const struct spc_chart_signal *signal)
{
    const struct spc_chart_point *point = &study->points[signal->point];
    bool by_panel = spc_chart_has_streams(study);
    json_t *list = NULL;

    for (size_t k = 0; k < point->contribution_count; k++) {
        const struct spc_contribution *cause =
            &study->contributions[point->contributions + k];

        if (by_panel && cause->panel != signal->panel)
            continue;
        if (!list)
            list = json_array();
        json_array_append_new(list, cause_json(study, cause));
    }
    return list;
}

json_t *spc_chart_offsets_json(const struct spc_chart_study *study,
                               const struct spc_chart_stage *stage)
{
    json_t *list = json_array();

    for (size_t j = 0; j < study->dataset->variables; j++) {
        json_t *object = json_object();
        double offset =
            stage->status == SPC_OK ? stage->parameters[j] : (double)NAN;

        json_object_set_new(object, "name",
                            spc_json_string(study->dataset->variable[j]));
        json_object_set_new(object, "offset", spc_json_number(offset));
        json_array_append_new(list, object);
    }
    return list;
}

void spc_chart_streams_note(const struct spc_chart_study *study,
                            const struct spc_chart_stage *stage,
                            const char *where, json_t *notes)
{
    char names[120] = "";
    size_t length = 0, left_out = 0;

    if (!spc_chart_has_streams(study) || stage->status != SPC_OK)
        return;
    for (size_t j = 0; j < study->dataset->variables; j++) {
        const char *name = study->dataset->variable[j];

        if (!isnan(stage->parameters[j]))
            continue;
        if (length + strlen(name) + 3 < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length,
                                       "%s%s", left_out ? ", " : "", name);
        left_out++;
    }
    if (left_out > 0)
        spc_note(notes,
                 "%s%zu stream%s never seen together with the others and %s "
                 "left out: %s.",
                 where, left_out, left_out == 1 ? " was" : "s were",
                 left_out == 1 ? "is" : "are", names);
}

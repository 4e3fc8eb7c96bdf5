/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Causes in words.  See chart_causes.h. */
#include "programs/chart_causes.h"

#include "adapters/json/json.h"
#include "engine/charts/multivariate.h"
#include "programs/chart_words.h"

#include <math.h>
#include <string.h>

enum {
    CAUSES_MAX = 3,  /* on a line */
    LINES_MAX = 20,  /* of a table */
    NAMES_TEXT = 120 /* bytes of a list of names */
};

static const char *name_of(const struct spc_chart_study *study,
                           uint32_t variable)
{
    const char *name = study->dataset->variable[variable];

    return name ? name : "";
}

static bool is_of_vectors(const struct spc_chart_study *study)
{
    return study->plan.type->data == SPC_DATA_VECTORS;
}

/* ---- JSON -------------------------------------------------------------- */

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

void spc_chart_vectors_json(const struct spc_chart_study *study,
                            const struct spc_chart_stage *stage,
                            json_t *estimate)
{
    struct spc_chart_design design = study->plan.design;
    struct spc_vector_estimate found;
    json_t *names = json_array(), *mean = json_array(), *rows = json_array();

    design.variables = (uint32_t)study->dataset->variables;
    found = spc_vector_estimate(&design, stage->parameters);
    for (size_t i = 0; i < found.p; i++) {
        json_t *row = json_array();

        for (size_t j = 0; j < found.p; j++) {
            size_t low = i < j ? i : j, high = i < j ? j : i;

            json_array_append_new(
                row,
                spc_json_number(found.covariance[high * (high + 1) / 2 + low]));
        }
        json_array_append_new(names,
                              spc_json_string(name_of(study, (uint32_t)i)));
        json_array_append_new(mean, spc_json_number(found.mean[i]));
        json_array_append_new(rows, row);
    }
    set(estimate, "names", names);
    set(estimate, "mean", mean);
    set(estimate, "covariance", rows);
}

/* ---- table ------------------------------------------------------------- */

/* By the term that lies farther out: alone, or given all others. */
static void write_cause(const struct spc_chart_study *study,
                        const struct spc_contribution *c,
                        enum spc_language language, FILE *file)
{
    static const char *const text[2][SPC_LANGUAGES] = {
        {"%s %.4g (limit %.4g)", "%s %.4g（限 %.4g）"},
        {"%s given the others %.4g (limit %.4g)",
         "%s（其余变量给定时）%.4g（限 %.4g）"}};
    bool given = c->given / c->given_limit > c->value / c->limit;

    fprintf(file, text[given][language], name_of(study, c->variable),
            given ? c->given : c->value, given ? c->given_limit : c->limit);
}

static void write_causes(const struct spc_chart_study *study, size_t i,
                         enum spc_language language, FILE *file)
{
    static const char *const heads[SPC_LANGUAGES] = {"  point %-7s mostly",
                                                     "  点 %-7s 主因"};
    static const char *const none[SPC_LANGUAGES] = {
        " no variable more than others", "无突出变量"};
    static const char *const between[2][SPC_LANGUAGES] = {{" ", "："},
                                                          {", ", "、"}};
    const struct spc_chart_point *point = &study->points[i];
    char label[SPC_LABEL_TEXT];
    size_t written = 0;

    spc_chart_label(study, i, label);
    fprintf(file, heads[language], label);
    for (size_t k = 0; k < point->contribution_count; k++) {
        const struct spc_contribution *c =
            &study->contributions[point->contributions + k];

        if (!spc_contribution_is_cause(c) || written == CAUSES_MAX)
            continue;
        fputs(between[written > 0][language], file);
        write_cause(study, c, language, file);
        written++;
    }
    if (written == 0)
        fputs(none[language], file);
    putc('\n', file);
}

void spc_chart_causes_table(const struct spc_chart_study *study,
                            enum spc_language language, FILE *file)
{
    static const char *const more[SPC_LANGUAGES] = {
        "  and %zu more points; --format json tells of all\n",
        "  另有 %zu 点；--format json 给出全部\n"};
    size_t lines = 0;

    if (!is_of_vectors(study))
        return;
    for (size_t i = 0; i < study->dataset->count; i++) {
        if (study->points[i].contribution_count == 0)
            continue;
        if (lines++ < LINES_MAX)
            write_causes(study, i, language, file);
    }
    if (lines > LINES_MAX)
        fprintf(file, more[language], lines - LINES_MAX);
}

/* ---- no limits --------------------------------------------------------- */

/* "ocv, ir and capacity"; a list too long ends where a name does. */
static void join(const struct spc_chart_study *study,
                 const struct spc_chart_stage *stage,
                 enum spc_language language, char text[NAMES_TEXT])
{
    static const char *const between[2][SPC_LANGUAGES] = {{", ", "、"},
                                                          {" and ", "和"}};
    size_t length = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < stage->culprit_count; i++) {
        const char *name = name_of(study, stage->culprits[i]);
        bool last = i + 1 == stage->culprit_count;
        const char *before = i > 0 ? between[last][language] : "";

        if (length + strlen(before) + strlen(name) + 4 > NAMES_TEXT) {
            memcpy(text + length, "...", 4);
            return;
        }
        length += (size_t)snprintf(text + length, NAMES_TEXT - length, "%s%s",
                                   before, name);
    }
}

/* Of subgroups, within every one of them. */
static bool is_constant(const struct spc_chart_study *study,
                        const struct spc_chart_stage *stage, uint32_t variable)
{
    size_t p = study->dataset->variables;
    const double *first = NULL;

    for (size_t i = stage->first; i < stage->end; i++) {
        const struct spc_observation *at = &study->points[i].at;
        double spread;

        if (!at->estimates)
            continue;
        first = first ? first : at->vector;
        spread = study->dataset->subgroups
                     ? at->vector[p + variable * (variable + 3) / 2]
                     : fabs(at->vector[variable] - first[variable]);
        if (spread > 0)
            return false;
    }
    return true;
}

static void describe_singular(const struct spc_chart_study *study,
                              const struct spc_chart_stage *stage,
                              enum spc_language language, char *ret_text,
                              size_t room)
{
    static const char *const text[3][SPC_LANGUAGES] = {
        {"the covariance is singular: %s depend on each other",
         "协方差矩阵奇异：%s 线性相关"},
        {"the covariance is singular: %s does not vary",
         "协方差矩阵奇异：%s 没有变化"},
        {"the covariance is singular: %s do not vary",
         "协方差矩阵奇异：%s 没有变化"}};
    bool constant = stage->culprit_count > 0 &&
                    is_constant(study, stage, stage->culprits[0]);
    char names[NAMES_TEXT];

    join(study, stage, language, names);
    snprintf(ret_text, room,
             text[!constant                   ? 0
                  : stage->culprit_count == 1 ? 1
                                              : 2][language],
             names);
}

bool spc_chart_vectors_absence(const struct spc_chart_study *study,
                               const struct spc_chart_stage *stage,
                               enum spc_language language, char *ret_text,
                               size_t room)
{
    static const char *const too_small[SPC_LANGUAGES] = {
        "a determinant of %zu variables needs subgroups of more than %zu, not "
        "%u",
        "%zu 个变量的行列式要求子组大于 %zu，而子组为 %u"};
    size_t p = study->dataset->variables;

    if (!is_of_vectors(study))
        return false;
    if (stage->status == SPC_SINGULAR)
        describe_singular(study, stage, language, ret_text, room);
    else if (stage->status == SPC_BAD_INPUT)
        snprintf(ret_text, room, too_small[language], p, p, stage->limits.n);
    else
        return false;
    return true;
}

/* Williams, Woodall, Birch and Sullivan, J. Quality Technology 38(3), 2006:
 * the chi-square will do from p^2 + 3 p points on. */
void spc_chart_vectors_note(const struct spc_chart_study *study,
                            const struct spc_chart_stage *stage,
                            const char *where, json_t *notes)
{
    size_t p = study->dataset->variables, enough = p * p + 3 * p;

    if (study->plan.design.chart != SPC_CHART_T2 || stage->status != SPC_OK ||
        study->plan.design.estimator != SPC_ESTIMATOR_MSSD_PLAIN ||
        stage->subgroups >= enough)
        return;
    spc_note(notes,
             "%sthe limit of the study itself is too low: by successive "
             "differences of %zu variables it is right from %zu points on.",
             where, p, enough);
}

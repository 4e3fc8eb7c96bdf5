/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A judged chart becomes a picture: values, shapes and texts, in the reader's
 * language, for the drawing adapter, which knows neither charts nor rules. */
#include "programs/chart_words.h"

#include "adapters/json/json.h"
#include "adapters/report/chart_picture.h"
#include "programs/chart_streams.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE = 256 };

/* Everything a picture points into. */
struct sketch {
    struct spc_picture_point *points[SPC_PANELS];
    char (*label_texts)[SPC_LABEL_TEXT];
    const char **labels;
    struct spc_picture_stage *stages;
    size_t stage_count;
    char (*stage_texts)[SENTENCE];
    char title[SENTENCE], remark[SENTENCE], absence[SENTENCE];
};

static const char *const limit_names[2][3][SPC_LANGUAGES] = {
    {{"UCL", "上控制限"}, {"CL", "中心线"}, {"LCL", "下控制限"}},
    {{"USL", "规格上限"}, {"M", "中值"}, {"LSL", "规格下限"}}};

/* Limits that are the specification's own. */
static bool is_specified(const struct spc_chart_type *type)
{
    return type->minimum == 0;
}

/* ---- points ------------------------------------------------------------ */

/* What is written at a mark: "nelson-5" is "5", "we-2" is "W2". */
static void rule_number(const char *name, char text[4])
{
    const char *number = strrchr(name, '-');

    if (strcmp(name, "beyond-limits") == 0)
        snprintf(text, 4, "L");
    else if (strcmp(name, "pre-control-stop") == 0)
        snprintf(text, 4, "S");
    else if (strcmp(name, "pre-control-adjust") == 0)
        snprintf(text, 4, "A");
    else if (strcmp(name, "same-stream") == 0)
        snprintf(text, 4, "R"); /* a run of one stream */
    else if (!number)
        snprintf(text, 4, "0"); /* zeros in a row */
    else
        snprintf(text, 4, "%s%s", name[0] == 'w' ? "W" : "", number + 1);
}

static void rule_numbers(const struct spc_chart_type *type, spc_rule_mask rules,
                         char *text, size_t room)
{
    size_t length = 0;
    char number[4];

    text[0] = '\0';
    for (unsigned i = 0; i < SPC_CHART_RULES; i++) {
        if (!(rules >> i & 1) || length + 5 > room)
            continue;
        rule_number(spc_chart_rule(type, i).name, number);
        length += (size_t)snprintf(text + length, room - length, "%s%s",
                                   length ? "," : "", number);
    }
}

/* Frames of the picture: a pair of panels shares one. */
static unsigned frames(const struct spc_chart_type *type)
{
    return spc_chart_panels(type) - (type->pair[0] != NULL);
}

/* The panel a frame shows; of a pair the first. */
static unsigned panel_of(const struct spc_chart_type *type, unsigned frame)
{
    return type->pair[0] && frame > 0 ? frame + 1 : frame;
}

/* Whether the next panel is the second trace of a frame. */
static bool has_second(const struct spc_chart_type *type, unsigned frame)
{
    return type->two_sided || (type->pair[0] && frame == 0);
}

/* "1 C017": the stream is named where its signals begin. */
static void sign(const struct spc_chart_study *study, size_t i, unsigned panel,
                 char *text, size_t room)
{
    const char *stream = spc_chart_stream(study, i, panel);
    size_t length;
    bool same = i > 0 && study->points[i - 1].rules[panel] &&
                spc_chart_stream(study, i - 1, panel) == stream;

    rule_numbers(study->plan.type, study->points[i].rules[panel], text, room);
    length = strlen(text);
    if (length > 0 && stream && !same)
        snprintf(text + length, room - length, " %s", stream);
}

static void sketch_second(const struct spc_chart_study *study, size_t i,
                          unsigned panel, struct spc_picture_point *point)
{
    const struct spc_chart_stage *stage =
        &study->stages[study->points[i].stage];

    point->low = study->points[i].mark[panel].value;
    sign(study, i, panel, point->low_rules, sizeof point->low_rules);
    point->low_beyond =
        point->low_rules[0] && spc_chart_is_beyond(study, i, panel);
    if (study->plan.type->two_sided)
        memcpy(point->zones.lower, stage->limits.zones[panel].lower,
               sizeof point->zones.lower);
}

/* A base line judged by limits that later points do not have. */
static bool has_base_limits(const struct spc_chart_study *study)
{
    return study->plan.design.chart == SPC_CHART_T2 ||
           study->plan.design.alpha_for_study > 0;
}

/* What a point is or would be judged by.  One that is excluded from its base
 * line, or missing, stands between the limits of those around it. */
static const struct spc_zones *zones_at(const struct spc_chart_study *study,
                                        size_t i, unsigned panel)
{
    const struct spc_chart_point *point = &study->points[i];
    const struct spc_chart_stage *stage = &study->stages[point->stage];
    const struct spc_chart_mark *mark = &point->mark[panel];
    bool in_base_line = i >= study->plan.first && i < study->plan.end;
    const struct spc_zones *base = NULL;

    if (has_base_limits(study) && in_base_line && !point->at.estimates)
        base = spc_chart_base_zones(study, stage, panel,
                                    point->at.point.n > 0 ? point->at.point.n
                                                          : stage->limits.n);
    if (base)
        return base;
    return mark->judged ? &mark->zones : &stage->limits.zones[panel];
}

static void sketch_point(const struct spc_chart_study *study, size_t i,
                         unsigned frame, struct spc_picture_point *point)
{
    const struct spc_chart_type *type = study->plan.type;
    unsigned panel = panel_of(type, frame);
    const struct spc_chart_mark *mark = &study->points[i].mark[panel];
    const struct spc_chart_stage *stage =
        &study->stages[study->points[i].stage];

    point->value = mark->value;
    point->low = (double)NAN;
    point->has_zones = mark->judged || stage->status == SPC_OK;
    point->zones = *zones_at(study, i, panel);
    point->excluded = spc_chart_is_excluded(study, i);
    sign(study, i, panel, point->rules, sizeof point->rules);
    point->beyond = point->rules[0] && spc_chart_is_beyond(study, i, panel);
    if (has_second(type, frame))
        sketch_second(study, i, panel + 1, point);
}

/* The points that make a signal's rule hold, on its trace. */
static void sketch_members(const struct spc_chart_study *study,
                           const struct spc_chart_signal *signal,
                           struct sketch *sketch)
{
    const struct spc_chart_type *type = study->plan.type;
    unsigned frame = 0;
    bool second;

    while (frame + 1 < frames(type) &&
           panel_of(type, frame + 1) <= signal->panel)
        frame++;
    second = signal->panel > panel_of(type, frame);
    for (size_t k = 0; k < 64 && k <= signal->point; k++) {
        struct spc_picture_point *point =
            &sketch->points[frame][signal->point - k];

        if (signal->members >> k & 1)
            *(second ? &point->low_member : &point->member) = true;
    }
}

static void sketch_points(const struct spc_chart_study *study,
                          struct sketch *sketch)
{
    for (unsigned f = 0; f < frames(study->plan.type); f++)
        for (size_t i = 0; i < study->dataset->count; i++)
            sketch_point(study, i, f, &sketch->points[f][i]);
    for (size_t s = 0; s < study->signal_count; s++)
        sketch_members(study, &study->signals[s], sketch);
    for (size_t i = 0; i < study->dataset->count; i++) {
        spc_chart_label(study, i, sketch->label_texts[i]);
        sketch->labels[i] = sketch->label_texts[i];
    }
}

/* ---- texts ------------------------------------------------------------- */

/* Where a stage's limits come from. */
static void origin(const struct spc_chart_study *study,
                   const struct spc_chart_stage *stage,
                   enum spc_language language, char *text, size_t room)
{
    static const char *const estimated[2][SPC_LANGUAGES] = {
        {"%llu points, %zu to %zu; sigma %.4g by %s",
         "%llu 点（%zu 至 %zu），sigma %.4g，%s"},
        {"%llu subgroups, %zu to %zu; sigma %.4g by %s",
         "%llu 个子组（%zu 至 %zu），sigma %.4g，%s"}};
    static const char *const vectors[2][SPC_LANGUAGES] = {
        {"%llu points, %zu to %zu; covariance %s",
         "%llu 点（%zu 至 %zu），协方差 %s"},
        {"%llu subgroups, %zu to %zu; covariance %s",
         "%llu 个子组（%zu 至 %zu），协方差 %s"}};
    static const char *const given[SPC_LANGUAGES] = {
        "centre and sigma %.4g were given", "中心线与 sigma %.4g 为给定值"};
    static const char *const sigma_given[SPC_LANGUAGES] = {
        "sigma %.4g was given", "sigma %.4g 为给定值"};
    static const char *const specified[SPC_LANGUAGES] = {"the specification",
                                                         "规格"};
    static const char *const none[SPC_LANGUAGES] = {"no limits: %s",
                                                    "无控制限：%s"};
    const struct spc_chart_plan *plan = &study->plan;
    size_t first = stage->first > plan->first ? stage->first : plan->first;
    size_t end = stage->end < plan->end ? stage->end : plan->end;
    char absence[SPC_ABSENCE_TEXT];

    if (spc_chart_absence(study, stage, language, absence))
        snprintf(text, room, none[language], absence);
    else if (is_specified(plan->type))
        snprintf(text, room, "%s", specified[language]);
    else if (plan->type->known == SPC_KNOWN_SIGMA && plan->design.known)
        snprintf(text, room, sigma_given[language], stage->limits.sigma);
    else if (plan->type->data == SPC_DATA_VECTORS)
        snprintf(text, room, vectors[study->dataset->subgroups][language],
                 (unsigned long long)stage->subgroups, first + 1, end,
                 spc_chart_estimator_name(study));
    else if (plan->design.known)
        snprintf(text, room, given[language], stage->limits.sigma);
    else
        snprintf(text, room, estimated[study->dataset->subgroups][language],
                 (unsigned long long)stage->subgroups, first + 1, end,
                 stage->limits.sigma, spc_chart_estimator_name(study));
}

/* A base line that ends before the file does is shown as a part of the chart;
 * what follows is judged by the same limits, unless the base line has a width
 * of its own. */
static void sketch_base_line(const struct spc_chart_study *study,
                             enum spc_language language, struct sketch *sketch)
{
    static const char *const parts[2][SPC_LANGUAGES] = {
        {"base line", "基准段"}, {"judged by its limits", "按其控制限判定"}};
    size_t end = study->plan.end, count = study->dataset->count;
    if (study->plan.design.known || study->stage_count > 1 || end >= count)
        return;
    sketch->stages[0] =
        (struct spc_picture_stage){0, end, parts[0][language], false};
    sketch->stages[1] = (struct spc_picture_stage){
        end, count, parts[1][language], !has_base_limits(study)};
    sketch->stage_count = 2;
}

static void sketch_stages(const struct spc_chart_study *study,
                          enum spc_language language, struct sketch *sketch)
{
    char text[SENTENCE - 64];

    for (size_t s = 0; s < study->stage_count; s++) {
        const struct spc_chart_stage *stage = &study->stages[s];

        origin(study, stage, language, text, sizeof text);
        sketch->stages[s] = (struct spc_picture_stage){
            stage->first, stage->end, sketch->stage_texts[s], false};
        if (study->stage_count > 1)
            snprintf(sketch->stage_texts[s], SENTENCE, "%.50s: %s",
                     stage->name ? stage->name : "", text);
    }
    sketch->stage_count = study->stage_count;
}

/* Lines that go up and down have the last point's values written at them. */
static void remark_written(const struct spc_chart_study *study,
                           enum spc_language language, struct sketch *sketch)
{
    static const char *const written[2][SPC_LANGUAGES] = {
        {"; in numbers, limits of the last point", "；数值为最后一点的控制限"},
        {"; in numbers, limits of each stage's last point",
         "；数值为各阶段最后一点的控制限"}};
    size_t length = strlen(sketch->remark);
    bool vary = false;

    for (size_t s = 0; s < study->stage_count; s++)
        for (unsigned p = 0; p < spc_chart_panels(study->plan.type); p++)
            vary = vary || spc_chart_limits_vary(study, &study->stages[s], p);
    if (vary)
        snprintf(sketch->remark + length, sizeof sketch->remark - length, "%s",
                 written[study->stage_count > 1][language]);
}

static void sketch_texts(const struct spc_chart_study *study,
                         enum spc_language language, struct sketch *sketch)
{
    static const char *const titles[SPC_LANGUAGES] = {"%.150s, %s chart",
                                                      "%.150s，%s 控制图"};
    static const char *const limits[SPC_LANGUAGES] = {
        "limits from %s; signals: %zu", "控制限来自 %s；信号数 %zu"};
    static const char *const stages[SPC_LANGUAGES] = {
        "stages: %zu; signals: %zu", "阶段数 %zu；信号数 %zu"};
    char text[SENTENCE - 64];

    snprintf(sketch->title, sizeof sketch->title, titles[language],
             study->dataset->characteristic, study->plan.type->name);
    if (study->stage_count > 1) {
        snprintf(sketch->remark, sizeof sketch->remark, stages[language],
                 study->stage_count, study->signal_count);
        return;
    }
    origin(study, &study->stages[0], language, text, sizeof text);
    if (study->stages[0].status != SPC_OK) {
        snprintf(sketch->absence, sizeof sketch->absence, "%s", text);
        return;
    }
    if (study->plan.design.known)
        snprintf(sketch->remark, sizeof sketch->remark, "%s", text);
    else
        snprintf(sketch->remark, sizeof sketch->remark, limits[language], text,
                 study->signal_count);
}

/* ---- the picture ------------------------------------------------------- */

static bool sketch_allocate(const struct spc_chart_study *study,
                            struct sketch *sketch)
{
    size_t count = study->dataset->count + 1; /* never zero bytes */

    bool has_points = true;

    for (unsigned p = 0; p < frames(study->plan.type); p++) {
        sketch->points[p] = calloc(count, sizeof *sketch->points[p]);
        has_points = has_points && sketch->points[p];
    }
    sketch->label_texts = calloc(count, sizeof *sketch->label_texts);
    sketch->labels = calloc(count, sizeof *sketch->labels);
    sketch->stages = calloc(study->stage_count + 2, sizeof *sketch->stages);
    sketch->stage_texts =
        calloc(study->stage_count + 1, sizeof *sketch->stage_texts);
    return has_points && sketch->label_texts && sketch->labels &&
           sketch->stages && sketch->stage_texts;
}

static void sketch_free(struct sketch *sketch)
{
    for (unsigned p = 0; p < SPC_PANELS; p++)
        free(sketch->points[p]);
    free(sketch->label_texts);
    free(sketch->labels);
    free(sketch->stages);
    free(sketch->stage_texts);
}

static struct spc_picture frame(const struct spc_chart_study *study,
                                const struct sketch *sketch,
                                enum spc_language language)
{
    const struct spc_chart_type *type = study->plan.type;
    struct spc_picture picture = {
        .title = sketch->title,
        .remark = sketch->remark,
        .axis = type->axis[language],
        .upper = limit_names[is_specified(type)][0][language],
        .center = limit_names[is_specified(type)][1][language],
        .lower = limit_names[is_specified(type)][2][language],
        .language = language == SPC_CHINESE ? "zh-cn" : "en",
        .count = study->dataset->count,
        .labels = sketch->labels,
        .stages = sketch->stages,
        .stage_count = sketch->stage_count,
        .panel_count = frames(type),
        .decimals = study->decimals,
    };

    for (unsigned p = 0; p < frames(type); p++) {
        unsigned panel = panel_of(type, p);
        bool pair = p == 0 && type->pair[0];

        picture.panel[p] = (struct spc_picture_panel){
            .name =
                pair ? type->pair[language] : type->panel[panel].name[language],
            .absence = sketch->absence[0] ? sketch->absence : NULL,
            .points = sketch->points[p],
            .only_limits = type->panel[panel].extreme ||
                           (!spc_chart_type_has(type->valid, "nelson") &&
                            !type->panel[panel].inner),
            .from_zero = type->panel[panel].from_zero,
        };
    }
    return picture;
}

enum spc_status spc_chart_draw(const struct spc_chart_study *study,
                               enum spc_language language, const char *svg,
                               const char *png, size_t *ret_boxes)
{
    struct sketch sketch = {0};
    enum spc_status status = SPC_NO_MEMORY;

    if (sketch_allocate(study, &sketch)) {
        struct spc_picture picture;

        sketch_points(study, &sketch);
        sketch_stages(study, language, &sketch);
        sketch_base_line(study, language, &sketch);
        sketch_texts(study, language, &sketch);
        remark_written(study, language, &sketch);
        picture = frame(study, &sketch, language);
        *ret_boxes = 0;
        picture.boxes = ret_boxes;
        status = svg ? spc_picture_svg(&picture, svg) : SPC_OK;
        if (status == SPC_OK && png)
            status = spc_picture_png(&picture, png);
    }
    sketch_free(&sketch);
    return status;
}

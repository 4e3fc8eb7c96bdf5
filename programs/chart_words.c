/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A judged chart in words.  The table is for people, with as many decimals as
 * the measurements call for; JSON and CSV carry every bit. */
#include "programs/chart_words.h"

#include "programs/chart_parts.h"

#include "adapters/json/json.h"
#include "programs/chart_causes.h"
#include "programs/chart_streams.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- common words ------------------------------------------------------ */

static const struct {
    enum spc_chart chart; /* SPC_CHARTS: any */
    enum spc_status status;
    const char *text[SPC_LANGUAGES];
} absences[] = {
    {SPC_CHARTS,
     SPC_NO_VARIATION,
     {"the measurements do not vary", "测量值没有变化，无法估计标准差"}},
    {SPC_CHART_T,
     SPC_BAD_INPUT,
     {"a time of zero fits no Weibull distribution; --distribution "
      "exponential takes it",
      "时间为零，无法拟合威布尔分布"}},
    {SPC_CHARTS,
     SPC_NOT_STATIONARY,
     {"the points wander, or follow one another exactly: they tell of no "
      "stationary process",
      "各点漂移不定，或彼此完全确定：无法看作平稳过程"}},
    {SPC_CHART_Z_MR,
     SPC_BAD_INPUT,
     {"sigma cannot be relative to a size of zero; --short-run-sigma constant "
      "or by-parts does without",
      "尺寸为零，sigma 无法与其成比例；可用 --short-run-sigma constant 或 "
      "by-parts"}},
    {SPC_CHART_BERNOULLI_CUSUM,
     SPC_BAD_INPUT,
     {"so many events leave no sum: their rate must be below 1/2, and the rate "
      "to detect, that times --ratio, below 1",
      "事件过多，无法累积：发生率须小于 1/2，且乘以 --ratio 后须小于 1"}},
    {SPC_CHART_TBE_CUSUM,
     SPC_BAD_INPUT,
     {"the times are too short to calculate with", "间隔时间过短，无法计算"}},
    {SPC_CHARTS,
     SPC_NOT_FINITE,
     {"the measurements are too large to calculate with",
      "测量值过大，无法计算"}},
};

enum spc_language spc_language_named(const char *name)
{
    return strncmp(name, "zh", 2) == 0 ? SPC_CHINESE : SPC_ENGLISH;
}

void spc_chart_label(const struct spc_chart_study *study, size_t point,
                     char ret_text[SPC_LABEL_TEXT])
{
    const char *label = study->dataset->points[point].label;

    if (label)
        snprintf(ret_text, SPC_LABEL_TEXT, "%s", label);
    else
        snprintf(ret_text, SPC_LABEL_TEXT, "%zu", point + 1);
}

const char *spc_chart_estimator_name(const struct spc_chart_study *study)
{
    if (study->plan.design.known)
        return "known";
    return study->plan.type->estimator
               ? study->plan.type->estimator
               : spc_estimator_text(study->plan.design.estimator);
}

/* The points are missing, or are there but tell nothing of sigma: single
 * measurements have no range, and individuals without neighbours none that
 * moves. */
static void describe_shortage(const struct spc_chart_study *study,
                              const struct spc_chart_stage *stage,
                              enum spc_language language,
                              char ret_text[SPC_ABSENCE_TEXT])
{
    static const char *const missing[SPC_LANGUAGES] = {
        "%llu %s%s, %llu are needed at least: %llu more",
        "只有 %llu 个%s%s，至少需要 %llu 个，还缺 %llu 个"};
    static const char *const mute[2][SPC_LANGUAGES] = {
        {"no two neighbouring points tell how far apart they lie",
         "没有两个相邻的点，无法得到极差"},
        {"no subgroup has two measurements", "没有含两个以上测量值的子组"}};
    static const char *const nouns[2][SPC_LANGUAGES] = {{"point", "点"},
                                                        {"subgroup", "子组"}};
    bool subgroups = study->dataset->subgroups;
    bool single = subgroups && stage->measurements <= (double)stage->subgroups;
    unsigned long long has = stage->subgroups, least = stage->needed;

    if (has < least)
        snprintf(ret_text, SPC_ABSENCE_TEXT, missing[language], has,
                 nouns[subgroups][language],
                 language == SPC_ENGLISH && has != 1 ? "s" : "", least,
                 least - has);
    else
        snprintf(ret_text, SPC_ABSENCE_TEXT, "%s", mute[single][language]);
}

/* Either the process fills the specification, or levels and limits set off
 * from either side of it meet. */
static void describe_narrowness(const struct spc_chart_study *study,
                                const struct spc_chart_stage *stage,
                                enum spc_language language,
                                char ret_text[SPC_ABSENCE_TEXT])
{
    static const char *const texts[SPC_LANGUAGES] = {
        "the specification of %.6g to %.6g is %.3g sigma wide (sigma %.4g): "
        "more than 6 are needed, and room between the limits",
        "规格 %.6g 至 %.6g 宽 %.3g 倍 sigma（sigma %.4g）：须大于 6 "
        "倍，且上下控制限之间须有余地"};
    const struct spc_specification *s = &study->plan.design.specification;
    double sigma = stage->limits.sigma;

    snprintf(ret_text, SPC_ABSENCE_TEXT, texts[language], s->lower, s->upper,
             (s->upper - s->lower) / sigma, sigma);
}

bool spc_chart_absence(const struct spc_chart_study *study,
                       const struct spc_chart_stage *stage,
                       enum spc_language language,
                       char ret_text[SPC_ABSENCE_TEXT])
{
    const char *text = spc_status_text(stage->status);

    if (stage->status == SPC_OK)
        return false;
    if (stage->status == SPC_TOO_FEW_SUBGROUPS) {
        describe_shortage(study, stage, language, ret_text);
        return true;
    }
    if (stage->status == SPC_TOO_NARROW) {
        describe_narrowness(study, stage, language, ret_text);
        return true;
    }
    if (spc_chart_vectors_absence(study, stage, language, ret_text,
                                  SPC_ABSENCE_TEXT))
        return true;
    for (size_t i = 0; i < sizeof absences / sizeof *absences; i++)
        if (absences[i].status == stage->status &&
            (absences[i].chart == SPC_CHARTS ||
             absences[i].chart == study->plan.design.chart))
            text = absences[i].text[language];
    snprintf(ret_text, SPC_ABSENCE_TEXT, "%s", text);
    return true;
}

/* Of individuals; of subgroups only where the panel says so. */
static bool is_moving_range(const struct spc_chart_study *study,
                            enum spc_panel panel)
{
    const struct spc_chart_panel *row = &study->plan.type->panel[panel];
    enum spc_chart_data data = study->plan.type->data;
    bool individuals =
        data == SPC_DATA_INDIVIDUALS ||
        (data == SPC_DATA_MEASUREMENTS && !study->dataset->subgroups);

    return row->moving || (row->spread && individuals);
}

/* The first moving range belongs to the second point; before it there is no
 * place for one. */
static size_t first_point(const struct spc_chart_study *study,
                          enum spc_panel panel)
{
    return is_moving_range(study, panel);
}

/* How many of many there are. */
static double streams_seen(const struct spc_chart_study *study, size_t i)
{
    const struct spc_observation *at = &study->points[i].at;
    double count = 0;

    for (size_t j = 0; at->point.n > 0 && j < study->dataset->variables; j++)
        count += !isnan(at->vector[j]);
    return count;
}

/* A moving range has two measurements, or means of them, behind it. */
static double measurements(const struct spc_chart_study *study, size_t i,
                           enum spc_panel panel)
{
    const struct spc_chart_point *point = &study->points[i];

    if (is_moving_range(study, panel))
        return isfinite(point->mark[panel].value) ? 2 : 0;
    if (study->plan.type->data == SPC_DATA_COUNTS && point->at.point.n > 0)
        return point->at.units;
    if (spc_chart_has_streams(study))
        return streams_seen(study, i);
    return point->at.point.n;
}

/* Bit k of the members is k points back: 1-based indices, oldest first. */
static size_t oldest_member(const struct spc_chart_signal *signal)
{
    size_t back = 0;

    for (size_t k = 0; k < 64 && k <= signal->point; k++)
        if (signal->members >> k & 1)
            back = k;
    return back;
}

/* ---- JSON -------------------------------------------------------------- */

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *integer(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* Units inspected may be parts of an area. */
static json_t *amount(double x)
{
    return x == floor(x) && x < 1e15 ? json_integer((json_int_t)x)
                                     : spc_json_number(x);
}

static json_t *excluded_json(const struct spc_chart_study *study,
                             const struct spc_chart_stage *stage)
{
    json_t *list = json_array();

    for (size_t i = stage->first; i < stage->end; i++)
        if (spc_chart_is_excluded(study, i))
            json_array_append_new(list, integer(i + 1));
    return list;
}

/* The coefficients of an autoregression, where there is one. */
static void set_phi(const struct spc_chart_stage *stage, json_t *estimate)
{
    const double *phi = NULL;
    enum spc_chart chart = (enum spc_chart)stage->limits.chart;
    unsigned count = stage->status == SPC_OK
                         ? spc_chart_phi(chart, stage->parameters, &phi)
                         : 0;
    json_t *list;

    if (!phi)
        return;
    list = json_array();
    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, spc_json_number(phi[i]));
    set(estimate, "phi", list);
}

static json_t *independence_json(const struct spc_independence *test)
{
    json_t *object = json_object();
    json_t *r = json_array();

    for (unsigned k = 1; k <= test->lags; k++)
        json_array_append_new(r, spc_json_number(test->r[k]));
    set(object, "lags", integer(test->lags));
    set(object, "r", r);
    set(object, "band", spc_json_number(test->band));
    set(object, "ljung_box", spc_json_number(test->q));
    set(object, "df", integer(test->df));
    set(object, "p", spc_json_number(test->p));
    return object;
}

static json_t *estimate_json(const struct spc_chart_study *study,
                             const struct spc_chart_stage *stage,
                             json_t *excluded)
{
    const struct spc_limits *limits = &stage->limits;
    bool has = stage->status == SPC_OK;
    json_t *estimate = json_object();
    json_t *parts = spc_chart_parts_json(study, stage);

    set(estimate, "center", spc_json_number(has ? limits->center : NAN));
    set(estimate, "sigma", spc_json_number(has ? limits->sigma : NAN));
    set(estimate, "estimator", json_string(spc_chart_estimator_name(study)));
    set(estimate, "df",
        spc_json_number(has && !study->plan.design.known ? limits->df : NAN));
    for (unsigned i = 0; has && i < SPC_FIGURES; i++)
        if (isfinite(limits->figure[i]))
            set(estimate, study->plan.type->figures[i],
                spc_json_number(limits->figure[i]));
    set_phi(stage, estimate);
    if (parts)
        set(estimate, "parts", parts);
    if (has && study->plan.type->data == SPC_DATA_VECTORS)
        spc_chart_vectors_json(study, stage, estimate);
    set(estimate, "subgroups", integer(stage->subgroups));
    set(estimate, "measurements", amount(stage->measurements));
    if (stage->tested)
        set(estimate, "independence", independence_json(&stage->independence));
    if (study->plan.design.remove_offsets)
        set(estimate, "offsets", spc_chart_offsets_json(study, stage));
    set(estimate, "excluded", excluded);
    return estimate;
}

/* The newest stage is the one a process is run by, so it is the estimate. */
static json_t *newest_estimate_json(const struct spc_chart_study *study)
{
    const struct spc_chart_stage *newest =
        &study->stages[study->stage_count - 1];
    struct spc_chart_stage all = {.first = 0, .end = newest->end};

    return estimate_json(study, newest, excluded_json(study, &all));
}

static json_t *stages_json(const struct spc_chart_study *study)
{
    json_t *list = json_array();

    for (size_t s = 0; s < study->stage_count; s++) {
        const struct spc_chart_stage *stage = &study->stages[s];
        json_t *object =
            estimate_json(study, stage, excluded_json(study, stage));

        set(object, "stage", integer(s + 1));
        set(object, "name", spc_json_string(stage->name));
        set(object, "first", integer(stage->first + 1));
        set(object, "last", integer(stage->end));
        json_array_append_new(list, object);
    }
    return list;
}

/* All that hold at a point of a panel; on a two-sided chart, at either sum. */
static spc_rule_mask rules_at(const struct spc_chart_study *study, size_t i,
                              unsigned panel)
{
    const struct spc_chart_point *point = &study->points[i];

    return study->plan.type->two_sided
               ? point->rules[panel] | point->rules[panel + 1]
               : point->rules[panel];
}

static json_t *rules_json(const struct spc_chart_study *study,
                          spc_rule_mask rules)
{
    json_t *names = json_array();

    for (unsigned i = 0; i < SPC_CHART_RULES; i++)
        if (rules >> i & 1)
            json_array_append_new(
                names, json_string(spc_chart_rule(study->plan.type, i).name));
    return names;
}

/* The lower sum of a two-sided chart is told as it is written: at or above
 * zero. */
static const struct spc_chart_mark *low_mark(
    const struct spc_chart_study *study, size_t i, unsigned panel)
{
    return &study->points[i].mark[panel + 1];
}

/* Above which it signals. */
static double low_limit(const struct spc_chart_mark *low)
{
    return low->judged ? 0 - low->zones.lower[SPC_EDGES - 1] : (double)NAN;
}

static json_t *point_json(const struct spc_chart_study *study, size_t i,
                          enum spc_panel panel)
{
    const struct spc_chart_mark *mark = &study->points[i].mark[panel];
    const struct spc_zones *zones = &mark->zones;
    bool has = mark->judged;
    bool has_lower = has && !study->plan.type->two_sided;
    char label[SPC_LABEL_TEXT];
    json_t *point = json_object();

    spc_chart_label(study, i, label);
    set(point, "index", integer(i + 1));
    set(point, "label", spc_json_string(label));
    if (study->dataset->part_count > 0)
        set(point, "part", spc_json_string(spc_chart_part(study, i)));
    set(point, "n", amount(measurements(study, i, panel)));
    set(point, "value", spc_json_number(mark->value));
    if (study->plan.type->two_sided) {
        const struct spc_chart_mark *low = low_mark(study, i, panel);

        set(point, "value_low", spc_json_number(0 - low->value));
        set(point, "run", integer(mark->run));
        set(point, "run_low", integer(low->run));
    }
    if (spc_chart_has_streams(study))
        set(point, "stream",
            spc_json_string(spc_chart_stream(study, i, panel)));
    set(point, "center", spc_json_number(has ? zones->upper[0] : NAN));
    set(point, "lcl",
        spc_json_number(has_lower ? zones->lower[SPC_EDGES - 1] : NAN));
    set(point, "ucl", spc_json_number(has ? zones->upper[SPC_EDGES - 1] : NAN));
    set(point, "stage", integer(study->points[i].stage + 1));
    set(point, "excluded", json_boolean(spc_chart_is_excluded(study, i)));
    set(point, "signals", rules_json(study, rules_at(study, i, panel)));
    return point;
}

/* Written as it is made: a file of a million points is a million objects. */
static bool write_json(json_t *json, FILE *file)
{
    char *text = json ? spc_json_text(json) : NULL;

    json_decref(json);
    if (!text)
        return false;
    fputs(text, file);
    free(text);
    return true;
}

static bool write_panel(const struct spc_chart_study *study,
                        enum spc_panel panel, FILE *file)
{
    bool written = true;

    fprintf(file, "{\"statistic\":\"%s\",\"points\":[",
            study->plan.type->panel[panel].statistic);
    for (size_t i = first_point(study, panel);
         i < study->dataset->count && written; i++) {
        if (i > first_point(study, panel))
            putc(',', file);
        written = write_json(point_json(study, i, panel), file);
    }
    fputs("]}", file);
    return written;
}

static bool write_panels(const struct spc_chart_study *study, FILE *file)
{
    unsigned panels = spc_chart_panels(study->plan.type);
    bool written = true;

    putc('[', file);
    for (unsigned p = 0; p < panels && written; p++) {
        if (p > 0)
            putc(',', file);
        written = write_panel(study, (enum spc_panel)p, file);
    }
    putc(']', file);
    return written;
}

bool spc_chart_write_json(const struct spc_chart_study *study,
                          const json_t *json, FILE *file)
{
    const char *key;
    json_t *value;
    const char *between = "{";
    bool written = true;

    json_object_foreach((json_t *)json, key, value)
    {
        fprintf(file, "%s\"%s\":", between, key);
        between = ",";
        written = written && (strcmp(key, "panels") == 0
                                  ? write_panels(study, file)
                                  : write_json(json_incref(value), file));
    }
    fputs("}\n", file);
    return written;
}

/* When the mean moved, to where and how far, by the sum that says so. */
static void set_shift(const struct spc_chart_study *study,
                      const struct spc_chart_signal *signal, json_t *object)
{
    const struct spc_chart_point *point = &study->points[signal->point];
    double shift = point->mark[signal->panel].shift;

    set(object, "change_point", integer(point->since[signal->panel] + 1));
    set(object, "shift", spc_json_number(shift));
    set(object, "level",
        spc_json_number(study->stages[point->stage].limits.center + shift));
}

/* The lower side of a two-sided chart is told with the upper one. */
static const char *panel_name(const struct spc_chart_study *study,
                              unsigned panel)
{
    unsigned drawn = spc_chart_panels(study->plan.type);

    return study->plan.type->panel[panel < drawn ? panel : 0].statistic;
}

static json_t *signal_json(const struct spc_chart_study *study,
                           const struct spc_chart_signal *signal)
{
    struct spc_rule rule = spc_chart_rule(study->plan.type, signal->rule);
    json_t *object = json_object();
    json_t *points = json_array();
    json_t *causes = spc_chart_causes_json(study, signal);

    for (size_t k = oldest_member(signal) + 1; k-- > 0;)
        if (signal->members >> k & 1)
            json_array_append_new(points, integer(signal->point - k + 1));
    set(object, "panel", json_string(panel_name(study, signal->panel)));
    set(object, "index", integer(signal->point + 1));
    set(object, "rule", json_string(rule.name));
    set(object, "side", spc_json_string(spc_side_text(rule.side)));
    set(object, "points", points);
    if (causes)
        set(object, "contributions", causes);
    if (study->plan.type->two_sided)
        set_shift(study, signal, object);
    return object;
}

json_t *spc_chart_json(const struct spc_chart_study *study, json_t *notes)
{
    json_t *chart = json_object();
    json_t *signals = json_array();

    for (size_t i = 0; i < study->signal_count; i++)
        json_array_append_new(signals, signal_json(study, &study->signals[i]));
    set(chart, "schema", json_string("spc.chart/1"));
    set(chart, "chart", json_string(study->plan.type->name));
    set(chart, "characteristic",
        spc_json_string(study->dataset->characteristic));
    set(chart, "estimate", newest_estimate_json(study));
    if (study->stage_count > 1)
        set(chart, "stages", stages_json(study));
    set(chart, "panels", json_null()); /* written point by point */
    set(chart, "signals", signals);
    json_object_set(chart, "notes", notes);
    return chart;
}

/* ---- CSV --------------------------------------------------------------- */

static void write_text(FILE *file, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, file);
        return;
    }
    putc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

/* An empty cell is a missing value, here as in the files that are read. */
static void write_number(FILE *file, double x)
{
    char text[SPC_NUMBER_TEXT];

    putc(',', file);
    if (isfinite(x)) {
        spc_number_text(x, text);
        fputs(text, file);
    }
}

static void write_rules(const struct spc_chart_type *type, FILE *file,
                        spc_rule_mask rules)
{
    const char *between = "";

    putc(',', file);
    for (unsigned i = 0; i < SPC_CHART_RULES; i++) {
        if (!(rules >> i & 1))
            continue;
        fprintf(file, "%s%s", between, spc_chart_rule(type, i).name);
        between = " ";
    }
}

static void write_point(const struct spc_chart_study *study, size_t i,
                        enum spc_panel panel, FILE *file)
{
    const struct spc_chart_mark *mark = &study->points[i].mark[panel];
    bool has = mark->judged;
    const char *part = spc_chart_part(study, i);
    char label[SPC_LABEL_TEXT];

    spc_chart_label(study, i, label);
    fprintf(file, "%s,%zu,", study->plan.type->panel[panel].statistic, i + 1);
    write_text(file, label);
    write_number(file, measurements(study, i, panel));
    write_number(file, mark->value);
    write_number(file, has ? mark->zones.upper[0] : NAN);
    write_number(file, has && !study->plan.type->two_sided
                           ? mark->zones.lower[SPC_EDGES - 1]
                           : NAN);
    write_number(file, has ? mark->zones.upper[SPC_EDGES - 1] : NAN);
    fprintf(file, ",%zu,%s", study->points[i].stage + 1,
            spc_chart_is_excluded(study, i) ? "true" : "false");
    write_rules(study->plan.type, file, rules_at(study, i, panel));
    if (study->plan.type->two_sided) {
        write_number(file, 0 - low_mark(study, i, panel)->value);
        write_number(file, low_limit(low_mark(study, i, panel)));
    }
    if (study->dataset->part_count > 0) {
        putc(',', file);
        write_text(file, part ? part : "");
    }
    if (spc_chart_has_streams(study)) {
        const char *stream = spc_chart_stream(study, i, panel);

        putc(',', file);
        write_text(file, stream ? stream : "");
    }
    putc('\n', file);
}

void spc_chart_csv(const struct spc_chart_study *study, FILE *file)
{
    fprintf(file,
            "panel,index,label,n,value,center,lcl,ucl,stage,excluded,signals"
            "%s%s%s\n",
            study->plan.type->two_sided ? ",value_low" : "",
            study->dataset->part_count > 0 ? ",part" : "",
            spc_chart_has_streams(study) ? ",stream" : "");
    for (unsigned p = 0; p < spc_chart_panels(study->plan.type); p++)
        for (size_t i = first_point(study, (enum spc_panel)p);
             i < study->dataset->count; i++)
            write_point(study, i, (enum spc_panel)p, file);
}

/* ---- table ------------------------------------------------------------- */

/* One row for each sentence, in both languages. */
enum word {
    HEADING,
    STAGE,
    CENTER_AND_LIMITS,
    CENTER_AND_UPPER,
    SIGMA,
    SIGMA_OF_POINTS,
    SIGMA_WITHOUT_DF,
    KNOWN_SIGMA,
    COVARIANCE,
    NO_LIMITS,
    VARYING,
    STUDY_LIMITS,
    BASE_LINE,
    LATER_POINTS,
    INDEPENDENCE,
    IN_CONTROL,
    NOTHING_JUDGED,
    ONE_SIGNAL,
    SIGNALS,
    WORDS
};

static const char *const words[WORDS][SPC_LANGUAGES] = {
    [HEADING] = {"%s chart of %s, %zu points\n", "%s 控制图：%s，共 %zu 点\n"},
    [STAGE] = {"stage %zu %s\n", "阶段 %zu %s\n"},
    [CENTER_AND_LIMITS] = {"  %-13s centre %s, limits %s to %s%s\n",
                           "  %-13s 中心线 %s，控制限 %s 至 %s%s\n"},
    [CENTER_AND_UPPER] = {"  %-13s %scentre %s, upper limit %s%s\n",
                          "  %-13s %s中心线 %s，上控制限 %s%s\n"},
    [SIGMA] = {"  sigma         %.6g (%s, %.6g degrees of freedom, %llu "
               "subgroups)\n",
               "  sigma         %.6g（%s，自由度 %.6g，%llu 个子组）\n"},
    [SIGMA_OF_POINTS] = {"  sigma         %.6g (%s, %.6g degrees of freedom, "
                         "%llu points)\n",
                         "  sigma         %.6g（%s，自由度 %.6g，%llu 点）\n"},
    [SIGMA_WITHOUT_DF] = {"  sigma         %.6g (%s, %llu points)\n",
                          "  sigma         %.6g（%s，%llu 点）\n"},
    [KNOWN_SIGMA] = {"  sigma         %.6g (known)\n",
                     "  sigma         %.6g（已知）\n"},
    [COVARIANCE] =
        {"  covariance    %s, %.6g degrees of freedom, %llu points\n",
         "  协方差        %s，自由度 %.6g，%llu 点\n"},
    [NO_LIMITS] = {"  no limits: %s\n", "  无控制限：%s\n"},
    [VARYING] = {" for subgroups of the usual size", "（常用子组大小）"},
    [STUDY_LIMITS] = {"  %-13s limits of the study itself %s to %s%s\n",
                      "  %-13s 基准段自身的控制限 %s 至 %s%s\n"},
    [BASE_LINE] = {"base line: ", "基准段："},
    [LATER_POINTS] = {"later points: ", "其后各点："},
    [INDEPENDENCE] = {"  independence  r1 %.2f (band %.2f), Ljung-Box Q %.4g, "
                      "%u degrees of freedom, p %.2g\n",
                      "  独立性        r1 %.2f（界限 %.2f），Ljung-Box Q "
                      "%.4g，自由度 %u，p %.2g\n"},
    [IN_CONTROL] = {"in control: no signals\n", "受控：没有信号\n"},
    [NOTHING_JUDGED] = {"nothing was judged\n", "没有可判断的点\n"},
    [ONE_SIGNAL] = {"%zu signal:\n", "%zu 个信号：\n"},
    [SIGNALS] = {"%zu signals:\n", "%zu 个信号：\n"},
};

enum { DECIMALS_MAX = 12 };

/* "-": there is no such line.  A determinant may be smaller than any decimals
 * show. */
static void edge_text(double x, int decimals, char text[SPC_NUMBER_TEXT])
{
    if (isnan(x))
        snprintf(text, SPC_NUMBER_TEXT, "-");
    else if (decimals >= DECIMALS_MAX && fabs(x) < 1e-6)
        snprintf(text, SPC_NUMBER_TEXT, "%.6g", x);
    else
        spc_decimal_text(x, decimals, text);
}

/* Limits have two decimals more than measurements. */
static int limit_decimals(const struct spc_chart_study *study)
{
    int decimals = (int)study->decimals + 2;

    return decimals < DECIMALS_MAX ? decimals : DECIMALS_MAX;
}

static void write_upper(const struct spc_chart_study *study,
                        const struct spc_zones *zones, unsigned panel,
                        const char *whose, const char *varying,
                        enum spc_language language, FILE *file)
{
    int decimals = limit_decimals(study);
    char center[SPC_NUMBER_TEXT], upper[SPC_NUMBER_TEXT];

    edge_text(zones->upper[0], decimals, center);
    edge_text(zones->upper[SPC_EDGES - 1], decimals, upper);
    fprintf(file, words[CENTER_AND_UPPER][language],
            study->plan.type->panel[panel].statistic, whose, center, upper,
            varying);
}

static void write_limits(const struct spc_chart_study *study,
                         const struct spc_chart_stage *stage, unsigned panel,
                         enum spc_language language, FILE *file)
{
    const struct spc_zones *zones = &stage->limits.zones[panel];
    const struct spc_zones *low =
        study->plan.type->two_sided ? zones + 1 : zones;
    const char *varying = spc_chart_limits_vary(study, stage, panel)
                              ? words[VARYING][language]
                              : "";
    int decimals = limit_decimals(study);
    char center[SPC_NUMBER_TEXT], lower[SPC_NUMBER_TEXT];
    char upper[SPC_NUMBER_TEXT];

    if (isnan(zones->lower[SPC_EDGES - 1])) {
        write_upper(study, zones, panel, "", varying, language, file);
        return;
    }
    edge_text(zones->upper[0], decimals, center);
    edge_text(low->lower[SPC_EDGES - 1], decimals, lower);
    edge_text(zones->upper[SPC_EDGES - 1], decimals, upper);
    fprintf(file, words[CENTER_AND_LIMITS][language],
            study->plan.type->panel[panel].statistic, center, lower, upper,
            varying);
}

/* T2 judges the points it was estimated from by another law than later ones. */
static void write_both_limits(const struct spc_chart_study *study,
                              const struct spc_chart_stage *stage,
                              enum spc_language language, FILE *file)
{
    const struct spc_zones *base =
        spc_chart_base_zones(study, stage, 0, stage->limits.n);
    const char *varying =
        spc_chart_limits_vary(study, stage, 0) ? words[VARYING][language] : "";

    if (base)
        write_upper(study, base, 0, words[BASE_LINE][language], varying,
                    language, file);
    write_upper(study, &stage->limits.zones[0], 0,
                words[LATER_POINTS][language], varying, language, file);
}

/* Of a study judged by a width of its own, as its points were. */
static void write_study_limits(const struct spc_chart_study *study,
                               const struct spc_chart_stage *stage,
                               enum spc_language language, FILE *file)
{
    const struct spc_limits *limits = &stage->limits;
    const struct spc_zones *zones = &limits->zones[0];
    double share = limits->figure[0] / limits->width, center = zones->upper[0];
    int decimals = limit_decimals(study);
    char lower[SPC_NUMBER_TEXT], upper[SPC_NUMBER_TEXT];

    if (!(study->plan.design.alpha_for_study > 0))
        return;
    spc_decimal_text(center - share * (center - zones->lower[SPC_EDGES - 1]),
                     decimals, lower);
    spc_decimal_text(center + share * (zones->upper[SPC_EDGES - 1] - center),
                     decimals, upper);
    fprintf(file, words[STUDY_LIMITS][language],
            study->plan.type->panel[0].statistic, lower, upper,
            stage->sizes_vary ? words[VARYING][language] : "");
}

static void write_independence(const struct spc_chart_stage *stage,
                               enum spc_language language, FILE *file)
{
    const struct spc_independence *test = &stage->independence;

    if (stage->tested)
        fprintf(file, words[INDEPENDENCE][language], test->r[1], test->band,
                test->q, test->df, test->p);
}

static void write_stage(const struct spc_chart_study *study, size_t s,
                        enum spc_language language, FILE *file)
{
    const struct spc_chart_stage *stage = &study->stages[s];
    char absence[SPC_ABSENCE_TEXT];

    if (study->stage_count > 1)
        fprintf(file, words[STAGE][language], s + 1,
                stage->name ? stage->name : "");
    if (spc_chart_absence(study, stage, language, absence)) {
        fprintf(file, words[NO_LIMITS][language], absence);
        return;
    }
    if (study->plan.design.chart == SPC_CHART_T2)
        write_both_limits(study, stage, language, file);
    else
        for (unsigned p = 0; p < spc_chart_panels(study->plan.type); p++)
            write_limits(study, stage, p, language, file);
    write_study_limits(study, stage, language, file);
    for (unsigned i = 0; i < SPC_FIGURES; i++)
        if (isfinite(stage->limits.figure[i]))
            fprintf(file, "  %-13s %.6g\n", study->plan.type->figures[i],
                    stage->limits.figure[i]);
    spc_chart_parts_table(study, stage, language, file);
    if (study->plan.type->data == SPC_DATA_VECTORS)
        fprintf(file, words[COVARIANCE][language],
                spc_chart_estimator_name(study), stage->limits.df,
                (unsigned long long)stage->subgroups);
    if (study->plan.type->data == SPC_DATA_VECTORS ||
        isnan(stage->limits.sigma))
        return;
    if (study->plan.design.known)
        fprintf(file, words[KNOWN_SIGMA][language], stage->limits.sigma);
    else if (isnan(stage->limits.df))
        fprintf(file, words[SIGMA_WITHOUT_DF][language], stage->limits.sigma,
                spc_chart_estimator_name(study),
                (unsigned long long)stage->subgroups);
    else
        fprintf(file,
                words[study->dataset->subgroups ? SIGMA : SIGMA_OF_POINTS]
                     [language],
                stage->limits.sigma, spc_chart_estimator_name(study),
                stage->limits.df, (unsigned long long)stage->subgroups);
    write_independence(stage, language, file);
}

/* All points at which one rule holds on one panel, on one line. */
static void write_signals(const struct spc_chart_study *study, unsigned panel,
                          unsigned rule, enum spc_language language, FILE *file)
{
    struct spc_rule row = spc_chart_rule(study->plan.type, rule);
    const char *between = ": ";
    char label[SPC_LABEL_TEXT], index[SPC_LABEL_TEXT];
    bool begun = false;

    for (size_t i = 0; i < study->dataset->count; i++) {
        if (!(study->points[i].rules[panel] >> rule & 1))
            continue;
        if (!begun)
            fprintf(file, "  %-13s %s (%s)", panel_name(study, panel),
                    language == SPC_CHINESE ? row.text_zh : row.text, row.name);
        begun = true;
        spc_chart_label(study, i, label);
        snprintf(index, sizeof index, "%zu", i + 1);
        fprintf(file, "%s%s", between, index);
        if (strcmp(index, label) != 0)
            fprintf(file, " (%s)", label);
        if (spc_chart_stream(study, i, panel))
            fprintf(file, " %s", spc_chart_stream(study, i, panel));
        between = ", ";
    }
    if (begun)
        putc('\n', file);
}

static void write_verdict(const struct spc_chart_study *study,
                          enum spc_language language, FILE *file)
{
    bool judged = false;

    for (size_t s = 0; s < study->stage_count; s++)
        judged = judged || study->stages[s].status == SPC_OK;
    if (study->signal_count > 0)
        fprintf(
            file,
            words[study->signal_count == 1 ? ONE_SIGNAL : SIGNALS][language],
            study->signal_count);
    else
        fputs(words[judged && study->plan.rules ? IN_CONTROL : NOTHING_JUDGED]
                   [language],
              file);
    for (unsigned panel = 0; panel < study->plan.type->panels; panel++)
        for (unsigned rule = 0; rule < SPC_CHART_RULES; rule++)
            write_signals(study, panel, rule, language, file);
    spc_chart_causes_table(study, language, file);
}

void spc_chart_table(const struct spc_chart_study *study, const json_t *notes,
                     enum spc_language language, FILE *file)
{
    size_t i;
    json_t *note;

    fprintf(file, words[HEADING][language], study->plan.type->name,
            study->dataset->characteristic, study->dataset->count);
    for (size_t s = 0; s < study->stage_count; s++)
        write_stage(study, s, language, file);
    write_verdict(study, language, file);
    json_array_foreach(notes, i, note)
        fprintf(file, "note: %s\n", json_string_value(note));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capability in words.  Every index goes with the sigma it used, its bounds,
 * their method, confidence and degrees of freedom: a bare "Cpk" says
 * nothing. */
#include "programs/capability_words.h"

#include "adapters/json/json.h"
#include "engine/quantile.h"

#include <math.h>

/* In the order people read them, with how their bounds were found. */
static const struct {
    enum spc_index_name name;
    const char *sigma, *method;
} rows[] = {
    {SPC_INDEX_CP, "within", "chi-square"},
    {SPC_INDEX_CPK, "within", "bissell"},
    {SPC_INDEX_CPL, "within", "bissell"},
    {SPC_INDEX_CPU, "within", "bissell"},
    {SPC_INDEX_PP, "overall", "chi-square"},
    {SPC_INDEX_PPK, "overall", "bissell"},
    {SPC_INDEX_PPL, "overall", "bissell"},
    {SPC_INDEX_PPU, "overall", "bissell"},
    {SPC_INDEX_CPM, "overall", "boyles"},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* A row as it will be told; Z.bench is one more after the table's. */
struct line {
    const char *name, *sigma, *method;
    struct spc_index index;
};

/* The z beyond which a normal deviate has that many ppb. */
static double z_beyond(double ppb)
{
    return ppb > 0 && ppb < 1e9 ? spc_normal_log_tail_inverse(log(ppb * 1e-9))
                                : NAN;
}

static struct line line_at(const struct spc_capability_report *report,
                           unsigned i)
{
    const struct spc_capability *c = &report->capability;

    if (i < ROWS)
        return (struct line){spc_index_text(rows[i].name), rows[i].sigma,
                             rows[i].method, c->index[rows[i].name]};
    /* More nonconforming is a smaller z, so the bounds change places. */
    return (struct line){"Z.bench",
                         "overall",
                         "bissell",
                         {c->z_bench, z_beyond(c->overall.upper_ppb),
                          z_beyond(c->overall.lower_ppb), c->df_overall}};
}

static const char *verdict_text(enum spc_verdict verdict)
{
    static const char *const texts[] = {
        [SPC_VERDICT_NONE] = NULL,
        [SPC_VERDICT_SHOWN] = "shown",
        [SPC_VERDICT_NOT_MET] = "not met",
        [SPC_VERDICT_NOT_SHOWN] = "not shown",
    };

    return texts[verdict];
}

/* ---- JSON -------------------------------------------------------------- */

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void set_number(json_t *object, const char *key, double x)
{
    json_object_set_new(object, key, spc_json_number(x));
}

static json_t *integer(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *indices_json(const struct spc_capability_report *report)
{
    json_t *list = json_array();

    for (unsigned i = 0; i <= ROWS; i++) {
        struct line line = line_at(report, i);
        json_t *object;

        if (isnan(line.index.value))
            continue;
        object = json_object();
        set(object, "name", json_string(line.name));
        set(object, "sigma", json_string(line.sigma));
        set_number(object, "value", line.index.value);
        set_number(object, "lower", line.index.lower);
        set_number(object, "upper", line.index.upper);
        set_number(object, "confidence", report->capability.confidence);
        set(object, "method", json_string(line.method));
        set_number(object, "df", line.index.df);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *within_json(const struct spc_capability *c)
{
    json_t *within = json_object();

    set_number(within, "sigma", c->sigma_within);
    set(within, "estimator",
        json_string(spc_estimator_text((enum spc_estimator)c->estimator)));
    set_number(within, "df", c->df_within);
    return within;
}

static json_t *distribution_json(const struct spc_capability_report *report)
{
    json_t *distribution = json_object();
    json_t *parameters = json_object();
    json_t *fit = json_object();
    bool has = report->has_normality;

    set_number(parameters, "mu", report->capability.mean);
    set_number(parameters, "sigma", report->capability.sd_overall);
    set(fit, "test", json_string("anderson-darling"));
    set_number(fit, "statistic", has ? report->normality.statistic : NAN);
    set_number(fit, "p", has ? report->normality.p : NAN);
    set(distribution, "family", json_string("normal"));
    set(distribution, "parameters", parameters);
    set(distribution, "fit", fit);
    return distribution;
}

static json_t *model_json(const char *model, const struct spc_nonconforming *n,
                          double confidence)
{
    json_t *object = json_object();

    set(object, "model", json_string(model));
    set_number(object, "below_ppb", n->below_ppb);
    set_number(object, "above_ppb", n->above_ppb);
    set_number(object, "total_ppb", n->total_ppb);
    set_number(object, "lower_bound_ppb", n->lower_ppb);
    set_number(object, "upper_bound_ppb", n->upper_ppb);
    set_number(object, "confidence", confidence);
    set(object, "method", json_string("bissell"));
    return object;
}

static json_t *counted_json(const struct spc_capability_report *report)
{
    double units = (double)report->capability.n;
    uint64_t defects = report->below + report->above;
    json_t *object = json_object();

    set(object, "model", json_string("counted"));
    set(object, "defects", integer(defects));
    set(object, "units", integer(report->capability.n));
    set_number(object, "below_ppb", 1e9 * (double)report->below / units);
    set_number(object, "above_ppb", 1e9 * (double)report->above / units);
    set_number(object, "total_ppb", 1e9 * (double)defects / units);
    set_number(object, "lower_bound_ppb", report->counted_lower_ppb);
    set_number(object, "upper_bound_ppb", report->counted_upper_ppb);
    set_number(object, "confidence", report->capability.confidence);
    set(object, "method", json_string("clopper-pearson"));
    return object;
}

static json_t *nonconforming_json(const struct spc_capability_report *report)
{
    const struct spc_capability *c = &report->capability;
    json_t *list = json_array();

    json_array_append_new(
        list, model_json("normal-overall", &c->overall, c->confidence));
    json_array_append_new(
        list, model_json("normal-within", &c->within, c->confidence));
    json_array_append_new(list, counted_json(report));
    return list;
}

static json_t *sigma_level_json(const struct spc_capability *c)
{
    json_t *level = json_object();

    set_number(level, "z_bench", c->z_bench);
    set_number(level, "shift", c->shift);
    set_number(level, "value", c->sigma_level);
    set(level, "sides", json_integer(1));
    return level;
}

static json_t *stability_json(const struct spc_capability_report *report)
{
    json_t *stability = json_object();
    json_t *rules = json_array();

    json_array_append_new(rules, json_string("nelson-1"));
    set(stability, "rules", rules);
    set(stability, "signals", integer(report->signals));
    return stability;
}

static json_t *verdict_json(const struct spc_capability_report *report)
{
    json_t *verdict = json_object();

    set_number(verdict, "require", report->require);
    set(verdict, "index", json_string(spc_index_text(report->index)));
    set(verdict, "result", spc_json_string(verdict_text(report->verdict)));
    set(verdict, "n_needed",
        isfinite(report->needed) && report->needed < 1e15
            ? integer((uint64_t)report->needed)
            : json_null());
    return verdict;
}

json_t *spc_capability_json(const struct spc_capability_report *report,
                            json_t *notes)
{
    const struct spc_capability *c = &report->capability;
    json_t *json = json_object();

    set(json, "schema", json_string("spc.capability/1"));
    set(json, "characteristic",
        spc_json_string(report->dataset->characteristic));
    set(json, "n", integer(c->n));
    set(json, "subgroups", integer(report->dataset->count));
    set_number(json, "mean", c->mean);
    set_number(json, "sd_overall", c->sd_overall);
    set(json, "within", within_json(c));
    set(json, "indices", indices_json(report));
    set(json, "distribution", distribution_json(report));
    set(json, "nonconforming", nonconforming_json(report));
    set(json, "sigma_level", sigma_level_json(c));
    set(json, "stability", stability_json(report));
    set(json, "verdict", verdict_json(report));
    json_object_set(json, "notes", notes);
    return json;
}

/* ---- CSV --------------------------------------------------------------- */

static void write_number(FILE *file, double x)
{
    char text[SPC_NUMBER_TEXT] = "";

    if (isfinite(x))
        spc_number_text(x, text);
    fprintf(file, ",%s", text);
}

void spc_capability_csv(const struct spc_capability_report *report, FILE *file)
{
    fputs("name,sigma,value,lower,upper,confidence,method,df\n", file);
    for (unsigned i = 0; i <= ROWS; i++) {
        struct line line = line_at(report, i);

        if (isnan(line.index.value))
            continue;
        fprintf(file, "%s,%s", line.name, line.sigma);
        write_number(file, line.index.value);
        write_number(file, line.index.lower);
        write_number(file, line.index.upper);
        write_number(file, report->capability.confidence);
        fprintf(file, ",%s", line.method);
        write_number(file, line.index.df);
        putc('\n', file);
    }
}

/* ---- table ------------------------------------------------------------- */

static void write_indices(const struct spc_capability_report *report,
                          FILE *file)
{
    fprintf(file, "  %-8s %9s %19s  %-8s %-10s %9s\n", "index", "value",
            "bounds", "sigma", "method", "df");
    for (unsigned i = 0; i <= ROWS; i++) {
        struct line line = line_at(report, i);
        char bounds[64];

        if (isnan(line.index.value))
            continue;
        snprintf(bounds, sizeof bounds, "%.4f to %.4f", line.index.lower,
                 line.index.upper);
        fprintf(file, "  %-8s %9.4f %19s  %-8s %-10s %9.6g\n", line.name,
                line.index.value, bounds, line.sigma, line.method,
                line.index.df);
    }
}

static void write_nonconforming(const struct spc_capability_report *report,
                                FILE *file)
{
    const struct spc_capability *c = &report->capability;
    const char *format = "  %-16s %10.4g ppb, %.4g to %.4g\n";
    double counted =
        1e9 * (double)(report->below + report->above) / (double)c->n;

    fputs("nonconforming\n", file);
    fprintf(file, format, "normal, overall", c->overall.total_ppb,
            c->overall.lower_ppb, c->overall.upper_ppb);
    fprintf(file, format, "normal, within", c->within.total_ppb,
            c->within.lower_ppb, c->within.upper_ppb);
    fprintf(file, format, "counted", counted, report->counted_lower_ppb,
            report->counted_upper_ppb);
}

static void write_verdict(const struct spc_capability_report *report,
                          FILE *file)
{
    if (report->verdict == SPC_VERDICT_NONE)
        return;
    fprintf(file, "%s of at least %.6g is %s", spc_index_text(report->index),
            report->require, verdict_text(report->verdict));
    if (isfinite(report->needed))
        fprintf(file, "; %.0f measurements would show it", report->needed);
    putc('\n', file);
}

void spc_capability_table(const struct spc_capability_report *report,
                          const json_t *notes, FILE *file)
{
    const struct spc_capability *c = &report->capability;
    size_t i;
    json_t *note;

    fprintf(file, "capability of %s: %llu measurements in %zu %s\n",
            report->dataset->characteristic, (unsigned long long)c->n,
            report->dataset->count,
            report->dataset->subgroups ? "subgroups" : "points");
    fprintf(file,
            "  mean %.*f, sigma within %.6g (%s, %.6g degrees of freedom), "
            "overall %.6g\n",
            (int)report->dataset->decimals + 2, c->mean, c->sigma_within,
            spc_estimator_text((enum spc_estimator)c->estimator), c->df_within,
            c->sd_overall);
    fprintf(file, "bounds at %.6g %% confidence\n", 100 * c->confidence);
    write_indices(report, file);
    write_nonconforming(report, file);
    fprintf(file, "sigma level %.4f (z %.4f and the shift of %.1f)\n",
            c->sigma_level, c->z_bench, c->shift);
    write_verdict(report, file);
    json_array_foreach(notes, i, note)
        fprintf(file, "note: %s\n", json_string_value(note));
}

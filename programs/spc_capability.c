/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc capability: does what a file measured fit its specification, and how
 * sure is that?  Sigma within and the question of stability are those of the
 * chart that fits the subgroups, so the two commands never disagree. */
#include "adapters/json/json.h"
#include "engine/capability.h"
#include "engine/estimators.h"
#include "engine/moments.h"
#include "engine/study.h"
#include "programs/capability_words.h"
#include "programs/chart_study.h"
#include "programs/choices.h"
#include "programs/commands.h"
#include "programs/options.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RANGE_MAX = 10 }; /* a range of more tells too little of sigma */

static const double normality_doubt = 0.05; /* p below which fit is denied */

struct request {
    struct spc_dataset_request data;
    const char *lsl, *usl, *target, *lower_boundary, *upper_boundary;
    const char *within, *distribution, *confidence, *require, *index;
    const char *format_name;
    enum spc_format format;
    double confidence_value;
};

static const char examples[] =
    "  spc capability rings.csv --value diameter --subgroup sample --lsl 73.95 "
    "--usl 74.05\n"
    "  spc capability cells.csv --value ocv --lsl 3.65 --require 1.67\n"
    "  spc capability flat.csv --value flatness --lower-boundary 0 --usl 0.02 "
    "--size 5 --within pooled\n";

/* ---- options ----------------------------------------------------------- */

static const char command[] = "spc capability";

static enum spc_options_result read_options(int argc, char **argv,
                                            struct request *r,
                                            const char **file, size_t *count)
{
    /* clang-format off */
    const struct spc_option options[] = {
        SPC_DATASET_OPTIONS(r->data),
        {"lsl", 0, "X", "lower specification limit", &r->lsl, NULL},
        {"usl", 0, "X", "upper specification limit", &r->usl, NULL},
        {"target", 0, "X", "target", &r->target, NULL},
        {"lower-boundary", 0, "X", "physical bound: nothing lies below",
         &r->lower_boundary, NULL},
        {"upper-boundary", 0, "X", "physical bound: nothing lies above",
         &r->upper_boundary, NULL},
        {"within", 0, "NAME", "rbar, sbar, pooled, overall-c4; mr, median-mr, mssd; "
         "rbar-plain, sbar-plain, pooled-plain, mssd-plain, overall", &r->within, NULL},
        {"distribution", 0, "NAME", "normal", &r->distribution, NULL},
        {"confidence", 'c', "P", "of every bound; default 0.95",
         &r->confidence, NULL},
        {"require", 0, "X", "the index must be shown to reach X", &r->require,
         NULL},
        {"index", 0, "NAME", "that --require is on; default Cpk", &r->index,
         NULL},
        {"separator", 0, "CHAR", ", ; | or tab; default guessed",
         &r->data.separator, NULL},
        {"decimal", 0, "CHAR", ". or , in numbers; default .",
         &r->data.decimal, NULL},
        {"format", 'f', "FORMAT",
         "table (on a terminal), json (elsewhere) or csv", &r->format_name, NULL},
    };
    /* clang-format on */
    const struct spc_usage usage = {"spc capability FILE|- [options]", examples,
                                    options, sizeof options / sizeof *options};

    return spc_options_read(&usage, argc, argv, file, 1, count);
}

/* NULL leaves the number as it is. */
static enum spc_exit read_number(const char *option, const char *text,
                                 double *number)
{
    if (text && !spc_option_number(text, number))
        return spc_misused(command, "--%s takes a number, not '%s'", option,
                           text);
    return SPC_EXIT_OK;
}

static enum spc_exit read_specification(const struct request *r,
                                        struct spc_specification *ret)
{
    struct spc_specification s = {.lower = NAN, .upper = NAN, .target = NAN};

    if ((r->lsl && r->lower_boundary) || (r->usl && r->upper_boundary))
        return spc_misused(command,
                           "a side is a limit or a boundary, not both");
    if (!r->lsl && !r->usl)
        return spc_misused(command,
                           "there is nothing to fit: --lsl, --usl or both");
    s.lower_is_boundary = r->lower_boundary;
    s.upper_is_boundary = r->upper_boundary;
    if (read_number("lsl", r->lsl, &s.lower) ||
        read_number("usl", r->usl, &s.upper) ||
        read_number("lower-boundary", r->lower_boundary, &s.lower) ||
        read_number("upper-boundary", r->upper_boundary, &s.upper) ||
        read_number("target", r->target, &s.target))
        return SPC_EXIT_USAGE;
    if (s.lower >= s.upper)
        return spc_misused(command,
                           "the lower limit, %g, is not below the upper, %g",
                           s.lower, s.upper);
    *ret = s;
    return SPC_EXIT_OK;
}

static enum spc_exit read_requirement(const struct request *r,
                                      struct spc_capability_report *report)
{
    report->require = NAN;
    report->index = SPC_INDEX_CPK;
    if (r->index) {
        unsigned i = 0;

        while (i < SPC_INDICES &&
               strcmp(spc_index_text((enum spc_index_name)i), r->index) != 0)
            i++;
        if (i == SPC_INDICES)
            return spc_misused(
                command,
                "--index takes Cp, Cpk, CpL, CpU, Pp, Ppk, PpL, PpU "
                "or Cpm, not '%s'",
                r->index);
        report->index = (enum spc_index_name)i;
    }
    return read_number("require", r->require, &report->require);
}

static enum spc_exit read_rest(struct request *r)
{
    r->confidence_value = 0.95;
    if (read_number("confidence", r->confidence, &r->confidence_value))
        return SPC_EXIT_USAGE;
    if (!(r->confidence_value > 0 && r->confidence_value < 1))
        return spc_misused(command,
                           "--confidence lies between 0 and 1: 0.95, not '%s'",
                           r->confidence);
    if (r->distribution && strcmp(r->distribution, "normal") != 0)
        return spc_misused(command,
                           "--distribution takes normal, not '%s': there is no "
                           "other model",
                           r->distribution);
    if (!spc_choose_format("spc capability", r->format_name, &r->format))
        return SPC_EXIT_USAGE;
    return SPC_EXIT_OK;
}

/* ---- the process ------------------------------------------------------- */

static enum spc_chart fitting_chart(const struct spc_dataset *dataset)
{
    uint32_t largest = 0;

    if (!dataset->subgroups)
        return SPC_CHART_IMR;
    for (size_t i = 0; i < dataset->count; i++)
        if (dataset->points[i].point.n > largest)
            largest = dataset->points[i].point.n;
    return largest > RANGE_MAX ? SPC_CHART_XBAR_S : SPC_CHART_XBAR_R;
}

/* A chart of everything: its limits tell sigma within, its rules stability. */
static enum spc_exit study_process(const struct spc_dataset *dataset,
                                   const char *within,
                                   struct spc_process *process,
                                   size_t *ret_signals)
{
    enum spc_chart chart = fitting_chart(dataset);
    struct spc_constants constants;
    struct spc_chart_plan plan = {
        .type = &spc_chart_types[chart],
        .end = dataset->count,
        .design = spc_chart_design(chart, &constants,
                                   chart == SPC_CHART_IMR ? 1 : 2)};
    struct spc_chart_study study;
    const struct spc_chart_stage *stage;
    char absence[SPC_ABSENCE_TEXT];
    enum spc_exit exit = SPC_EXIT_OK;

    if (!spc_choose_estimator("spc capability", "within", within,
                              dataset->subgroups, &plan.design.estimator))
        return SPC_EXIT_USAGE;
    if (!spc_rules_named("nelson-1", &plan.rules) ||
        spc_constants_compute(&constants) != SPC_OK ||
        spc_chart_study_run(&plan, dataset, &study) != SPC_OK) {
        fputs("spc capability: out of memory\n", stderr);
        return SPC_EXIT_INTERNAL;
    }
    stage = &study.stages[0];
    if (!spc_chart_absence(&study, stage, SPC_ENGLISH, absence)) {
        process->sigma_within = stage->limits.sigma;
        process->df_within = stage->limits.df;
        process->estimator = plan.design.estimator;
        *ret_signals = study.signal_count;
    } else {
        fprintf(stderr, "spc capability: sigma cannot be estimated: %s\n",
                absence);
        exit = SPC_EXIT_INPUT;
    }
    spc_chart_study_clear(&study);
    return exit;
}

static void describe(const struct spc_dataset *dataset,
                     struct spc_process *process)
{
    struct spc_moments moments = {0};

    for (size_t i = 0; i < dataset->value_count; i++)
        spc_moments_add(&moments, dataset->values[i]);
    process->n = moments.n;
    process->mean = moments.mean;
    process->sd_overall = spc_moments_sd(&moments);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts the dataset's values: nothing needs their order any more. */
static void test_normality(struct spc_dataset *dataset,
                           struct spc_capability_report *report, json_t *notes)
{
    enum spc_status status;

    qsort(dataset->values, dataset->value_count, sizeof *dataset->values,
          by_value);
    status = spc_normality_test(
        dataset->values, dataset->value_count, report->capability.mean,
        report->capability.sd_overall, &report->normality);
    report->has_normality = status == SPC_OK;
    if (!report->has_normality)
        spc_note(notes,
                 "%zu measurements are too few to test their "
                 "distribution.",
                 dataset->value_count);
    else if (report->normality.p < normality_doubt)
        spc_note(notes,
                 "Anderson-Darling denies a normal distribution (p = %.2g): "
                 "the ppb of the normal models are not to be relied on.",
                 report->normality.p);
}

static enum spc_status count_defects(const struct spc_dataset *dataset,
                                     struct spc_capability_report *report)
{
    const struct spc_specification *s = &report->specification;

    for (size_t i = 0; i < dataset->value_count; i++) {
        double x = dataset->values[i];

        report->below += !s->lower_is_boundary && x < s->lower;
        report->above += !s->upper_is_boundary && x > s->upper;
    }
    return spc_counted_bounds(
        report->below + report->above, dataset->value_count,
        report->capability.confidence, &report->counted_lower_ppb,
        &report->counted_upper_ppb);
}

/* ---- verdict ----------------------------------------------------------- */

/* Measurements at which the lower bound would reach the requirement were the
 * index to stay as it is: Bissell's bound solved for n, with degrees of
 * freedom growing in proportion.  NaN when the index itself falls short. */
static double needed(const struct spc_capability_report *report)
{
    const struct spc_capability *c = &report->capability;
    const struct spc_index *index = &c->index[report->index];
    double z = gsl_cdf_ugaussian_Qinv((1 - c->confidence) / 2);
    double df_each = index->df / (double)c->n;
    double margin = index->value - report->require;
    bool of_spread = report->index == SPC_INDEX_CP ||
                     report->index == SPC_INDEX_PP ||
                     report->index == SPC_INDEX_CPM;
    double scatter =
        (of_spread ? 0 : 1.0 / 9) + index->value * index->value / (2 * df_each);

    return margin > 0 ? ceil(scatter * (z / margin) * (z / margin)) : NAN;
}

static enum spc_exit judge(struct spc_capability_report *report, json_t *notes)
{
    const struct spc_index *index = &report->capability.index[report->index];
    const char *name = spc_index_text(report->index);

    report->needed = NAN;
    if (isnan(report->require))
        return SPC_EXIT_OK;
    if (isnan(index->value))
        return spc_misused(
            command, "--require: %s does not exist for this specification",
            name);
    if (index->lower >= report->require) {
        report->verdict = SPC_VERDICT_SHOWN;
        return SPC_EXIT_OK;
    }
    report->verdict = index->upper < report->require ? SPC_VERDICT_NOT_MET
                                                     : SPC_VERDICT_NOT_SHOWN;
    if (report->verdict == SPC_VERDICT_NOT_SHOWN) {
        report->needed = needed(report);
        if (isnan(report->needed))
            spc_note(notes,
                     "%s as estimated falls short of %g: no number of "
                     "measurements would show it.",
                     name, report->require);
    }
    return SPC_EXIT_SIGNALS;
}

/* How often a 95 % interval whose degrees of freedom are the number of moving
 * ranges holds the true Cpk: simulated, of 50 and of 500 individuals. */
static unsigned coverage(enum spc_estimator estimator)
{
    if (estimator == SPC_ESTIMATOR_MEDIAN_MR)
        return 73;
    if (spc_estimator_is_successive(estimator))
        return 89;
    return estimator == SPC_ESTIMATOR_MR ? 88 : 0;
}

static void remark(const struct spc_capability_report *report, json_t *notes)
{
    const struct spc_capability *c = &report->capability;

    if (report->signals)
        spc_note(notes,
                 "The process is not stable (%zu signal%s of nelson-1): Pp and "
                 "Ppk say how it performed here; Cp and Cpk promise nothing.",
                 report->signals, report->signals == 1 ? "" : "s");
    if (isnan(c->index[SPC_INDEX_CP].value))
        spc_note(notes,
                 "One limit only: Cp, Pp and Cpm do not exist, and Cpk and Ppk "
                 "are those of the %s side.",
                 isnan(c->index[SPC_INDEX_CPL].value) ? "upper" : "lower");
    if (coverage((enum spc_estimator)c->estimator))
        spc_note(notes,
                 "Neighbouring moving ranges share a measurement: the usual "
                 "count of degrees of freedom makes the intervals of Cp and "
                 "Cpk too narrow (95 %% covers about %u %%); those of Pp and "
                 "Ppk hold.",
                 coverage((enum spc_estimator)c->estimator));
    if (c->overall.total_ppb < report->counted_upper_ppb)
        spc_note(
            notes,
            "%llu measurements are too few for a claim in ppb: by "
            "themselves they bound the nonconforming at %.3g ppb; anything "
            "below that rests on the tail of the normal model.",
            (unsigned long long)c->n, report->counted_upper_ppb);
}

/* ---- answering --------------------------------------------------------- */

static enum spc_exit print(const struct spc_capability_report *report,
                           enum spc_format format, json_t *notes)
{
    if (format == SPC_FORMAT_TABLE)
        spc_capability_table(report, notes, stdout);
    if (format == SPC_FORMAT_CSV)
        spc_capability_csv(report, stdout);
    if (format != SPC_FORMAT_JSON)
        return SPC_EXIT_OK;
    return spc_answer_json("spc capability",
                           spc_capability_json(report, notes));
}

static enum spc_exit answer(const struct request *r,
                            struct spc_dataset *dataset,
                            struct spc_capability_report *report, json_t *notes)
{
    struct spc_process process = {0};
    enum spc_exit exit, printed;
    enum spc_status status;

    describe(dataset, &process);
    exit = study_process(dataset, r->within, &process, &report->signals);
    if (exit != SPC_EXIT_OK)
        return exit;
    status = spc_capability_compute(&process, &report->specification,
                                    r->confidence_value, &report->capability);
    if (status == SPC_OK)
        status = count_defects(dataset, report);
    if (status != SPC_OK) {
        fprintf(stderr, "spc capability: %s\n", spc_status_text(status));
        return SPC_EXIT_INPUT;
    }
    test_normality(dataset, report, notes);
    remark(report, notes);
    exit = judge(report, notes);
    if (exit == SPC_EXIT_USAGE)
        return exit;
    printed = print(report, r->format, notes);
    return printed == SPC_EXIT_OK ? exit : printed;
}

static enum spc_exit capability(struct request *r, json_t *notes)
{
    struct spc_capability_report report = {0};
    struct spc_dataset dataset;
    char complaint[SPC_CSV_COMPLAINT];
    enum spc_exit exit = read_specification(r, &report.specification);

    if (exit == SPC_EXIT_OK)
        exit = read_requirement(r, &report);
    if (exit == SPC_EXIT_OK)
        exit = read_rest(r);
    if (exit != SPC_EXIT_OK)
        return exit;
    exit = spc_dataset_load(&r->data, notes, &dataset, complaint);
    if (exit != SPC_EXIT_OK) {
        fprintf(stderr, "%s%s\n",
                exit == SPC_EXIT_INPUT ? "" : "spc capability: ", complaint);
        return exit;
    }
    report.dataset = &dataset;
    exit = answer(r, &dataset, &report, notes);
    spc_dataset_clear(&dataset);
    return exit;
}

int spc_command_capability(int argc, char **argv)
{
    struct request r = {0};
    size_t count = 0;
    json_t *notes;
    enum spc_exit exit;

    switch (read_options(argc, argv, &r, &r.data.path, &count)) {
    case SPC_OPTIONS_HELP:
        return SPC_EXIT_OK;
    case SPC_OPTIONS_USAGE:
        return SPC_EXIT_USAGE;
    case SPC_OPTIONS_OK:
        break;
    }
    if (count < 1)
        return spc_misused(command, "which file? - is standard input");
    notes = json_array();
    exit = capability(&r, notes);
    json_decref(notes);
    return exit;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc arl: how often does a chart cry wolf, and how soon does it see a shift?
 *
 * A table of charts: which options each takes and which function answers.  The
 * rules are those of the line itself; see arl_rules.h. */
#include "adapters/json/json.h"
#include "programs/arl.h"
#include "programs/choices.h"
#include "programs/commands.h"
#include "programs/load.h"
#include "programs/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHIFTS_MAX = 1000, NOTE_TEXT = 128 };

struct answer {
    size_t count;
    double shift[SHIFTS_MAX];
    struct spc_rate_length length[SHIFTS_MAX];
    size_t impossible; /* usual factors that were left out */
    struct spc_load load;
    double arl0; /* points, when there is a load */
};

static const char examples[] =
    "  spc arl --chart ewma --lambda 0.1 --width 2.814 --shift 0,0.5,1\n"
    "  spc arl --chart shewhart --rules we --rate 60 --charts 40\n"
    "  spc arl --chart cusum --k 0.5 --h 5 --head-start 2.5\n"
    "  spc arl --chart bernoulli-cusum --p0 1e-9 --p1 1e-8 --h 1e9\n"
    "  spc arl --chart ccc --r 4 --p0 1e-9 --one-sided --shift 1,10,100\n";

static const char command[] = "spc arl";

static const char chart_names[] =
    "shewhart, ewma, cusum, t2, mewma, bernoulli-cusum, geometric-cusum, "
    "tbe-cusum, ccc, g, t, p, np, c or u";

static enum spc_options_result read_options(int argc, char **argv,
                                            struct spc_arl_request *r)
{
    /* clang-format off */
    const struct spc_option options[] = {
        {"chart", 0, "TYPE", "shewhart, ewma, cusum, t2, mewma; of events: "
         "bernoulli-cusum, geometric-cusum, tbe-cusum, ccc, g, t, p, np, c, u",
         &r->chart, NULL},
        {"shift", 's', "0,0.5,1", "shifts in sigma of the plotted points; for "
         "t2, distances; of events, factors of their rate", &r->shift, NULL},
        {"rules", 'r', "RULES", "shewhart: we, nelson or a list such as "
         "nelson-1,nelson-2; default nelson-1", &r->rules, NULL},
        {"width", 0, "K", "shewhart, ewma, p, np, c, u: limits at K sigma; "
         "default 3; g: limits so, not by alpha",
         &r->width, NULL},
        {"lambda", 0, "X", "ewma, mewma: weight of the newest point", &r->lambda,
         NULL},
        {"limits", 0, "NAME", "ewma: fixed, or exact early limits; default "
         "fixed", &r->limits, NULL},
        {"barrier", 0, "Z", "ewma, one-sided: never below Z sigma; default 0",
         &r->barrier, NULL},
        {"k", 'k', "K", "cusum: reference value; default 0.5; of events: units "
         "or time an event weighs", &r->k, NULL},
        {"h", 0, "H", "cusum: decision interval, of events in units or time; "
         "mewma: limit of T2", &r->h, NULL},
        {"head-start", 0, "X", "cusum: where the sums begin; default 0",
         &r->head_start, NULL},
        {"p", 'p', "P", "t2, mewma: number of characteristics", &r->p, NULL},
        {"alpha", 0, "A", "t2, ccc, g, t: false alarm probability of a point; "
         "default 0.0027; p, np, c, u: exact limits, not at K sigma",
         &r->alpha, NULL},
        {"one-sided", 0, NULL, "upwards only; ccc, g, t: short gaps only, with "
         "half of alpha", NULL, &r->one_sided},
        {"p0", 0, "P", "probability of a defective in control: "
         "bernoulli-cusum, geometric-cusum, ccc, g, p, np", &r->p0, NULL},
        {"p1", 0, "P", "bernoulli-cusum, geometric-cusum: the one to detect",
         &r->p1, NULL},
        {"mean0", 0, "M", "tbe-cusum, t: mean time between events in control; "
         "c, u: mean defects of a unit", &r->mean0, NULL},
        {"mean1", 0, "M", "tbe-cusum: the one to detect", &r->mean1, NULL},
        {"n", 'n', "N", "p, np, u: units of a sample", &r->n, NULL},
        {"r", 0, "R", "ccc: events a point waits for, 1 to 4; default 1",
         &r->r, NULL},
        {"shape", 0, "S", "t: Weibull shape; default 1, exponential",
         &r->shape, NULL},
        {"state", 0, "NAME", "zero: the shift comes with the first point; "
         "steady: after long; default zero", &r->state, NULL},
        SPC_LOAD_OPTIONS(r->rate, r->charts),
        {"format", 'f', "FORMAT",
         "table (on a terminal), json (elsewhere) or csv", &r->format_name, NULL},
    };
    /* clang-format on */
    const struct spc_usage usage = {"spc arl --chart TYPE [options]", examples,
                                    options, sizeof options / sizeof *options};
    const char *none[1];
    size_t count = 0;

    return spc_options_read(&usage, argc, argv, none, 0, &count);
}

/* ---- numbers ----------------------------------------------------------- */

enum spc_exit spc_arl_number(const char *option, const char *text, double low,
                             double high, double *number)
{
    return spc_choose_number(command, option, text, low, high, number);
}

enum spc_exit spc_arl_state(const struct spc_arl_request *r,
                            const char *refusal, struct spc_arl_design *design)
{
    if (!r->state || strcmp(r->state, "zero") == 0)
        return SPC_EXIT_OK;
    if (strcmp(r->state, "steady") != 0)
        return spc_misused(command, "--state takes zero or steady, not '%s'",
                           r->state);
    if (refusal)
        return spc_misused(command, "--state steady is not for this: %s",
                           refusal);
    design->state = SPC_RUN_STEADY;
    return SPC_EXIT_OK;
}

/* A shift of measurements may be any, a factor of a rate only above 0. */
static enum spc_exit check_shift(const struct spc_arl_chart *chart,
                                 double shift, const char *text)
{
    if (chart->spent && !(shift > 0 && shift <= 1e12))
        return spc_misused(command,
                           "--shift: for %s, factors of the rate of events "
                           "such as 1,2,10, not %s",
                           chart->name, text);
    if (!chart->spent && fabs(shift) > 100)
        return spc_misused(command, "--shift: %s sigma is beyond every chart",
                           text);
    return SPC_EXIT_OK;
}

static enum spc_exit read_shifts(const struct spc_arl_chart *chart,
                                 const char *list, struct answer *answer)
{
    if (!list)
        list = chart->spent ? "1,1.5,2,3,5,10" : "0,0.5,1,1.5,2,3";
    while (list) {
        size_t length = strcspn(list, ",");
        char text[64];

        snprintf(text, sizeof text, "%.*s", (int)length, list);
        if (answer->count == SHIFTS_MAX)
            return spc_misused(command, "--shift takes up to %d shifts",
                               SHIFTS_MAX);
        if (length >= sizeof text ||
            !spc_option_number(text, &answer->shift[answer->count]))
            return spc_misused(
                command, "--shift takes numbers such as 0,0.5,1, not '%s'",
                text);
        if (check_shift(chart, answer->shift[answer->count], text))
            return SPC_EXIT_USAGE;
        answer->count++;
        list = list[length] == ',' ? list + length + 1 : NULL;
    }
    return SPC_EXIT_OK;
}

/* ---- charts ------------------------------------------------------------ */

static const struct spc_arl_chart *chart_named(const char *name)
{
    for (size_t i = 0; i < spc_arl_measured_count; i++)
        if (strcmp(spc_arl_measured[i].name, name) == 0)
            return &spc_arl_measured[i];
    for (size_t i = 0; i < spc_arl_events_count; i++)
        if (strcmp(spc_arl_events[i].name, name) == 0)
            return &spc_arl_events[i];
    return NULL;
}

/* An option that would be ignored is a misunderstanding. */
static enum spc_exit check_options(const struct spc_arl_request *r,
                                   const struct spc_arl_chart *chart)
{
    const struct {
        const char *name;
        bool given;
    } options[] = {
        {"rules", r->rules},
        {"width", r->width},
        {"lambda", r->lambda},
        {"limits", r->limits},
        {"barrier", r->barrier},
        {"k", r->k},
        {"h", r->h},
        {"head-start", r->head_start},
        {"p", r->p},
        {"alpha", r->alpha},
        {"one-sided", r->one_sided},
        {"p0", r->p0},
        {"p1", r->p1},
        {"mean0", r->mean0},
        {"mean1", r->mean1},
        {"n", r->n},
        {"r", r->r},
        {"shape", r->shape},
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char word[32];

        snprintf(word, sizeof word, " %s ", options[i].name);
        if (options[i].given && !strstr(chart->options, word))
            return spc_misused(command, "--%s is not for %s", options[i].name,
                               chart->name);
    }
    return SPC_EXIT_OK;
}

/* ---- answering --------------------------------------------------------- */

static enum spc_exit failed(const struct spc_arl_chart *chart, double shift,
                            enum spc_status status)
{
    if (chart->spent)
        fprintf(stderr, "spc arl: at %g times the rate: %s\n", shift,
                spc_status_text(status));
    else
        fprintf(stderr, "spc arl: at a shift of %g: %s\n", shift,
                spc_status_text(status));
    return SPC_EXIT_INPUT;
}

/* A probability times a factor is one too, or the factor is impossible: of
 * the usual ones it is left out, and a user's own is a mistake. */
static enum spc_exit check_factors(const struct spc_arl_request *r,
                                   const struct spc_arl_design *design,
                                   struct answer *answer)
{
    size_t kept = 0;

    for (size_t i = 0; i < answer->count; i++) {
        double factor = answer->shift[i];

        if (design->p0 * factor < 1)
            answer->shift[kept++] = factor;
        else if (r->shift)
            return spc_misused(command,
                               "--shift: %g times the rate makes the "
                               "probability of an event 1 or more",
                               factor);
    }
    answer->impossible = answer->count - kept;
    answer->count = kept;
    return SPC_EXIT_OK;
}

static enum spc_exit compute(const struct spc_arl_chart *chart,
                             const struct spc_arl_design *design,
                             struct answer *answer)
{
    struct spc_rate_length in_control = {NAN, NAN};

    for (size_t i = 0; i < answer->count; i++) {
        enum spc_status status =
            chart->run_length(design, answer->shift[i], &answer->length[i]);

        if (status != SPC_OK)
            return failed(chart, answer->shift[i], status);
    }
    if (answer->load.rate > 0) {
        if (chart->run_length(design, chart->spent ? 1 : 0, &in_control) !=
            SPC_OK) {
            fputs("spc arl: in control: a calculation did not converge\n",
                  stderr);
            return SPC_EXIT_INPUT;
        }
        answer->arl0 = in_control.arl;
    }
    return SPC_EXIT_OK;
}

static void impossible_text(const struct answer *answer, char text[NOTE_TEXT])
{
    bool one = answer->impossible == 1;

    snprintf(text, NOTE_TEXT,
             "%zu usual factor%s would make the probability of an event 1 or "
             "more and %s left out.",
             answer->impossible, one ? "" : "s", one ? "is" : "are");
}

/* Two decimals, or four digits and a power of ten. */
static void print_figure(double x)
{
    if (x >= 1e9)
        printf(" %14.4g", x);
    else
        printf(" %14.*f", x < 1000 ? 2 : 0, x);
}

static void print_table(const struct spc_arl_chart *chart,
                        const struct answer *answer)
{
    bool units = chart->spent && strcmp(chart->spent, "anos") == 0;
    char note[NOTE_TEXT];

    printf("%10s %14s", "shift", "ARL");
    printf(chart->spent ? " %14s\n" : "\n", units ? "ANOS" : "ATS");
    for (size_t i = 0; i < answer->count; i++) {
        printf("%10g", answer->shift[i]);
        print_figure(answer->length[i].arl);
        if (chart->spent)
            print_figure(answer->length[i].spent);
        puts("");
    }
    spc_load_print(&answer->load, answer->arl0);
    impossible_text(answer, note);
    if (answer->impossible > 0)
        printf("note: %s\n", note);
}

static void print_csv(const struct spc_arl_chart *chart,
                      const struct answer *answer)
{
    printf("shift,arl%s%s\n", chart->spent ? "," : "",
           chart->spent ? chart->spent : "");
    for (size_t i = 0; i < answer->count; i++) {
        char shift[SPC_NUMBER_TEXT], arl[SPC_NUMBER_TEXT];
        char spent[SPC_NUMBER_TEXT] = "";

        spc_number_text(answer->shift[i], shift);
        spc_number_text(answer->length[i].arl, arl);
        if (chart->spent)
            spc_number_text(answer->length[i].spent, spent);
        printf("%s,%s%s%s\n", shift, arl, chart->spent ? "," : "", spent);
    }
}

static json_t *json_of_length(const struct spc_arl_chart *chart, double shift,
                              const struct spc_rate_length *length)
{
    json_t *json = json_pack("{s:o, s:o}", "shift", spc_json_number(shift),
                             "arl", spc_json_number(length->arl));

    if (json && chart->spent)
        json_object_set_new(json, chart->spent, spc_json_number(length->spent));
    return json;
}

/* What the chart judges by, where that is not what was asked for. */
static void add_design(json_t *json, const struct spc_arl_design *d)
{
    if (d->k > 0)
        json_object_set_new(json, "k", spc_json_number(d->k));
    else
        json_object_set_new(json, "limits",
                            json_pack("{s:o, s:o}", "lower",
                                      spc_json_number(d->limits.lower), "upper",
                                      spc_json_number(d->limits.upper)));
}

static json_t *json_of(const struct spc_arl_chart *chart,
                       const struct spc_arl_design *design,
                       const struct answer *answer)
{
    json_t *list = json_array();
    json_t *json = json_pack("{s:s}", "schema", "spc.arl/1");
    char note[NOTE_TEXT];

    for (size_t i = 0; i < answer->count; i++)
        json_array_append_new(
            list, json_of_length(chart, answer->shift[i], &answer->length[i]));
    json_object_set_new(json, "arl", list);
    if (chart->spent)
        add_design(json, design);
    impossible_text(answer, note);
    if (answer->impossible > 0)
        json_object_set_new(json, "notes", json_pack("[s]", note));
    spc_load_json(&answer->load, answer->arl0, json);
    return json;
}

static enum spc_exit print_json(const struct spc_arl_chart *chart,
                                const struct spc_arl_design *design,
                                const struct answer *answer)
{
    return spc_answer_json(command, json_of(chart, design, answer));
}

static enum spc_exit print(const struct spc_arl_chart *chart,
                           const struct spc_arl_design *design,
                           const struct answer *answer, enum spc_format format)
{
    if (format == SPC_FORMAT_JSON)
        return print_json(chart, design, answer);
    if (format == SPC_FORMAT_CSV)
        print_csv(chart, answer);
    else
        print_table(chart, answer);
    return SPC_EXIT_OK;
}

static enum spc_exit choose(const struct spc_arl_request *r,
                            const struct spc_arl_chart **ret_chart)
{
    /* Run rules are those of a Shewhart chart. */
    const char *name = r->chart ? r->chart : "shewhart";
    const struct spc_arl_chart *chart = chart_named(name);

    if (!r->chart && !r->rules)
        return spc_misused(command, "which chart? --chart %s", chart_names);
    if (!chart)
        return spc_misused(command, "--chart takes %s, not '%s'%s", chart_names,
                           name, spc_run_length_hint(name));
    *ret_chart = chart;
    return SPC_EXIT_OK;
}

static enum spc_exit arl(const struct spc_arl_request *r,
                         struct spc_arl_design *design)
{
    const struct spc_arl_chart *chart = NULL;
    struct answer answer = {0};
    enum spc_format format;
    enum spc_exit exit;

    if (choose(r, &chart) ||
        !spc_choose_format(command, r->format_name, &format) ||
        check_options(r, chart) || read_shifts(chart, r->shift, &answer) ||
        spc_load_read(command, r->rate, r->charts, &answer.load))
        return SPC_EXIT_USAGE;
    exit = chart->read(r, design);
    if (exit == SPC_EXIT_OK)
        exit = check_factors(r, design, &answer);
    if (exit == SPC_EXIT_OK)
        exit = compute(chart, design, &answer);
    return exit == SPC_EXIT_OK ? print(chart, design, &answer, format) : exit;
}

int spc_command_arl(int argc, char **argv)
{
    struct spc_arl_request r = {0};
    struct spc_arl_design design = {.width = 3, .alpha = 0.0027};
    enum spc_exit exit;

    switch (read_options(argc, argv, &r)) {
    case SPC_OPTIONS_HELP:
        return SPC_EXIT_OK;
    case SPC_OPTIONS_USAGE:
        return SPC_EXIT_USAGE;
    case SPC_OPTIONS_OK:
        break;
    }
    exit = arl(&r, &design);
    spc_arl_rules_clear(&design.rules);
    return exit;
}
